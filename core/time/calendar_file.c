#include "time/calendar_file.h"

#include "base/json.h"
#include "time/civil.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MOST = 1 << 20, BLOCK_MOST = 40, YEARS = CIVIL_LAST_YEAR - CIVIL_FIRST_YEAR + 1 };

static const struct value_limits limits = {.nodes = 100000, .depth = 8, .bytes = FILE_MOST};

struct reader {
    struct arena *arena;
    const char *file; /* the path, for errors */
    struct err *err;
};

#define FAIL(reader, ...) err_at((reader)->err, ERR_INVALID, (reader)->file, 0, 0, __VA_ARGS__)

static int check_keys(struct reader *reader, const struct value *map, const char *const *keys,
                      const char *place)
{
    if (map->type != VALUE_MAP)
        return FAIL(reader, "%s is not an object", place);
    for (uint32_t i = 0; i < map->pairs; i++) {
        const char *const *key = keys;
        while (*key && strcmp(*key, map->map[i].key) != 0)
            key++;
        if (!*key)
            return FAIL(reader, "%s has an unknown key \"%s\"", place, map->map[i].key);
    }
    return 0;
}

/* A day that the notice for `year` can speak of: in that year or in the December before. */
static int read_day(struct reader *reader, const struct value *value, int32_t year,
                    const char *place, int32_t *out)
{
    if (!value || value->type != VALUE_STRING)
        return FAIL(reader, "%s is not a day \"YYYY-MM-DD\"", place);
    int32_t day = civil_parse(value->string, value->length);
    if (day == CIVIL_NONE)
        return FAIL(reader, "%s: \"%.40s\" is not a day \"YYYY-MM-DD\"", place, value->string);
    if (day < civil_day(year - 1, 12, 1) || day > civil_day(year, 12, 31))
        return FAIL(reader, "%s: %s is outside the year %d", place, value->string, year);
    *out = day;
    return 0;
}

static int read_block(struct reader *reader, const struct value *value, int32_t year,
                      const char *place, struct calendar_block *out)
{
    static const char *const keys[] = {"name", "first", "last", NULL};
    int code = check_keys(reader, value, keys, place);
    if (code < 0)
        return code;
    out->name = value_get_string(value, "name");
    if (!out->name || !*out->name)
        return FAIL(reader, "%s has no name", place);
    const char *name = arena_printf(reader->arena, "%s (%s)", place, out->name);
    if ((code = read_day(reader, value_get(value, "first"), year, name, &out->first)) < 0 ||
        (code = read_day(reader, value_get(value, "last"), year, name, &out->last)) < 0)
        return code;
    if (out->last < out->first || out->last - out->first >= BLOCK_MOST)
        return FAIL(reader, "%s ends before it begins, or lasts more than %d days", name,
                    BLOCK_MOST);
    return 0;
}

static int read_blocks(struct reader *reader, const struct value *list,
                       struct calendar_year *year)
{
    if (!list || list->type != VALUE_LIST)
        return FAIL(reader, "year %d: \"holidays\" is not a list", year->year);
    year->blocks = arena_array(reader->arena, list->count, sizeof *year->blocks);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *place =
            arena_printf(reader->arena, "year %d: holiday %u", year->year, i + 1);
        int code = read_block(reader, list->items[i], year->year, place, &year->blocks[i]);
        if (code < 0)
            return code;
        for (uint32_t k = 0; k < i; k++)
            if (strcmp(year->blocks[k].name, year->blocks[i].name) == 0)
                return FAIL(reader, "%s: %s is there twice", place, year->blocks[i].name);
    }
    year->block_count = list->count;
    return 0;
}

static int read_work(struct reader *reader, const struct value *list,
                     struct calendar_year *year)
{
    if (!list || list->type != VALUE_LIST)
        return FAIL(reader, "year %d: \"work\" is not a list", year->year);
    year->work = arena_array(reader->arena, list->count, sizeof *year->work);
    for (uint32_t i = 0; i < list->count; i++) {
        const char *place =
            arena_printf(reader->arena, "year %d: working day %u", year->year, i + 1);
        int32_t day = 0;
        int code = read_day(reader, list->items[i], year->year, place, &day);
        if (code < 0)
            return code;
        if (civil_weekday(day) <= 5)
            return FAIL(reader, "%s: %s is no Saturday or Sunday", place,
                        list->items[i]->string);
        for (size_t k = 0; k < year->block_count; k++)
            if (day >= year->blocks[k].first && day <= year->blocks[k].last)
                return FAIL(reader, "%s: %s lies in the block of %s", place,
                            list->items[i]->string, year->blocks[k].name);
        year->work[i] = day;
    }
    year->work_count = list->count;
    return 0;
}

static int read_year(struct reader *reader, const struct value *value,
                     const struct calendar_year **fresh)
{
    static const char *const keys[] = {"year", "source", "holidays", "work", NULL};
    int code = check_keys(reader, value, keys, "a year");
    if (code < 0)
        return code;
    int64_t number = value_get_int(value, "year", 0);
    if (number <= CIVIL_FIRST_YEAR || number > CIVIL_LAST_YEAR)
        return FAIL(reader, "\"year\" is not a year of %d..%d", CIVIL_FIRST_YEAR + 1,
                    CIVIL_LAST_YEAR);
    if (!value_get_string(value, "source"))
        return FAIL(reader, "year %d: \"source\" is missing", (int)number);
    struct calendar_year *year = arena_alloc(reader->arena, sizeof *year);
    year->year = (int32_t)number;
    year->file = reader->file;
    if ((code = read_blocks(reader, value_get(value, "holidays"), year)) < 0 ||
        (code = read_work(reader, value_get(value, "work"), year)) < 0)
        return code;
    const struct calendar_year **slot = &fresh[year->year - CIVIL_FIRST_YEAR];
    if (*slot)
        return FAIL(reader, "the year %d stands in %s already", year->year, (*slot)->file);
    *slot = year;
    return 0;
}

/* The whole file as text in the arena. */
static int slurp(struct reader *reader, const char **bytes, size_t *length)
{
    int fd = open(reader->file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) < 0) {
        int code = err_at(reader->err, ERR_IO, reader->file, 0, 0, "%s", strerror(errno));
        if (fd >= 0)
            close(fd);
        return code;
    }
    int code = 0;
    size_t used = 0, size = (size_t)status.st_size;
    if (!S_ISREG(status.st_mode) || status.st_size > FILE_MOST) {
        code = FAIL(reader, "not a regular file of at most %d bytes", FILE_MOST);
        goto out;
    }
    char *text = arena_alloc(reader->arena, size + 1);
    while (used < size) {
        ssize_t got = read(fd, text + used, size - used);
        if (got < 0) {
            code = err_at(reader->err, ERR_IO, reader->file, 0, 0, "%s", strerror(errno));
            goto out;
        }
        if (got == 0)
            break;
        used += (size_t)got;
    }
    *bytes = text;
    *length = used;
out:
    close(fd);
    return code;
}

static int read_file(struct reader *reader, const struct calendar_year **fresh)
{
    const char *bytes = NULL;
    size_t length = 0;
    int code = slurp(reader, &bytes, &length);
    if (code < 0)
        return code;
    struct value *root = NULL;
    struct err err = {0};
    if ((code = json_parse(reader->arena, bytes, length, &limits, &root, &err)) < 0)
        return err_at(reader->err, code, reader->file, err.line, err.column, "%s", err.message);
    if (root->type != VALUE_LIST)
        return read_year(reader, root, fresh);
    for (uint32_t i = 0; i < root->count && code == 0; i++)
        code = read_year(reader, root->items[i], fresh);
    return code;
}

static int is_json(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return entry->d_name[0] != '.' && length > 5 &&
           strcmp(entry->d_name + length - 5, ".json") == 0;
}

/* By bytes: alphasort would follow the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

int calendar_read(struct arena *arena, const char *directory,
                  const struct calendar_year **years, struct err *err)
{
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_json, by_name);
    if (count < 0)
        return err_at(err, ERR_IO, directory, 0, 0, "%s", strerror(errno));
    const struct calendar_year *fresh[YEARS] = {NULL};
    int code = 0;
    for (int i = 0; i < count; i++) {
        if (code == 0) {
            const char *file = arena_printf(arena, "%s/%s", directory, entries[i]->d_name);
            struct reader reader = {.arena = arena, .file = file, .err = err};
            code = read_file(&reader, fresh);
        }
        free(entries[i]);
    }
    free(entries);
    for (int i = 0; i < YEARS && code == 0; i++)
        if (fresh[i])
            years[i] = fresh[i];
    return code;
}
