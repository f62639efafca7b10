/*
 * The yardstick for the roster: what a good engineer would write in an afternoon when nothing but
 * "parse this CSV and build the records" is asked. It reads the file into memory with one fread,
 * splits it in place by RFC 4180 (quotes, doubled quotes, LF or CRLF), makes one struct record a
 * row in an array that doubles, whose texts point into the file's bytes, finds ids with an
 * open-addressing FNV-1a hash table, sets parent pointers and threads each parent's children in
 * file order. It does not check UTF-8, kinds, groups, dates or control characters, does not sort
 * into tree order, and stops at the first malformed row. Nothing of planrun is used.
 *
 *   bench_roster_plain FILE    prints: rows, seconds, seconds of the processor, peak bytes
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { FIELDS = 10 };

struct record {
    const char *id, *name, *kind, *parent_id, *groups, *tags, *contact;
    long staff;
    int from, until; /* yyyymmdd, 0 = open */
    struct record *parent, *first_child, *last_child, *next;
};

static struct record *records;
static size_t count, room;
static uint32_t *slots;
static size_t mask;

static void die(const char *what, size_t line)
{
    fprintf(stderr, "%s at row %zu\n", what, line);
    exit(1);
}

static char *read_file(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    if (!file || fseek(file, 0, SEEK_END) != 0)
        die("cannot open", 0);
    *length = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*length + 1);
    if (!bytes || fread(bytes, 1, *length, file) != *length)
        die("cannot read", 0);
    bytes[*length] = '\0';
    fclose(file);
    return bytes;
}

/* Ends the field that begins at `at` with a NUL; returns what follows its separator. */
static char *split_field(char *at, char **field, bool *last)
{
    char *to = at;
    *field = at;
    if (*at == '"') {
        *field = to = ++at;
        while (*at && (*at != '"' || at[1] == '"')) {
            at += *at == '"';
            *to++ = *at++;
        }
        if (*at++ != '"')
            die("open quote", count);
    } else {
        while (*at && *at != ',' && *at != '\n' && *at != '\r')
            at++;
        to = at;
    }
    if (*at == '\r' && at[1] == '\n')
        at++;
    if (*at && *at != ',' && *at != '\n')
        die("text behind a quote", count);
    *last = *at != ',';
    char *next = *at ? at + 1 : at;
    *to = '\0';
    return next;
}

static int parse_date(const char *text)
{
    int year, month, day;
    if (!*text)
        return 0;
    if (sscanf(text, "%d-%d-%d", &year, &month, &day) != 3)
        die("bad date", count);
    return year * 10000 + month * 100 + day;
}

static void add_record(char *fields[FIELDS])
{
    if (count == room) {
        room = room ? room * 2 : 1024;
        records = realloc(records, room * sizeof *records);
        if (!records)
            die("out of memory", count);
    }
    records[count++] = (struct record){
        .id = fields[0],
        .name = fields[1],
        .kind = fields[2],
        .parent_id = fields[3],
        .groups = fields[4],
        .tags = fields[5],
        .staff = *fields[6] ? strtol(fields[6], NULL, 10) : -1,
        .contact = fields[7],
        .from = parse_date(fields[8]),
        .until = parse_date(fields[9]),
    };
}

static uint64_t hash(const char *text)
{
    uint64_t hash = 14695981039346656037u;
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash ^ hash >> 32;
}

static uint32_t *slot_of(const char *id)
{
    size_t i = hash(id) & mask;
    while (slots[i] && strcmp(records[slots[i] - 1].id, id) != 0)
        i = (i + 1) & mask;
    return &slots[i];
}

static void link_records(void)
{
    for (mask = 1024; mask < count * 2; mask *= 2)
        ;
    slots = calloc(mask--, sizeof *slots);
    if (!slots)
        die("out of memory", count);
    for (size_t i = 0; i < count; i++) {
        uint32_t *slot = slot_of(records[i].id);
        if (*slot)
            die("double id", i);
        *slot = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < count; i++) {
        struct record *record = &records[i], *parent;
        uint32_t found = *record->parent_id ? *slot_of(record->parent_id) : 0;
        if (!found)
            continue; /* a unit that the plan itself declares */
        parent = record->parent = &records[found - 1];
        if (parent->last_child)
            parent->last_child->next = record;
        else
            parent->first_child = record;
        parent->last_child = record;
    }
}

static void parse(char *at)
{
    for (size_t row = 0; *at; row++) {
        char *fields[FIELDS];
        bool last = false;
        int number = 0;
        while (!last && number < FIELDS)
            at = split_field(at, &fields[number++], &last);
        if (!last || number != FIELDS)
            die("wrong number of fields", row);
        if (row)
            add_record(fields);
    }
}

int main(int argc, char **argv)
{
    struct timespec start, end, processor;
    struct rusage usage;
    size_t length;
    if (argc != 2)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &start);
    parse(read_file(argv[1], &length));
    link_records();
    clock_gettime(CLOCK_MONOTONIC, &end);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &processor);
    getrusage(RUSAGE_SELF, &usage);
    printf("%zu %.4f %.4f %ld\n", count,
           (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
           (double)processor.tv_sec + (double)processor.tv_nsec / 1e9, usage.ru_maxrss * 1024);
    return 0;
}
