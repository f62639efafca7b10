#include "sim_check.h"

#include "store/store_data.h"

#include <stdlib.h>
#include <string.h>

struct reader {
    struct sim_life *life;
    struct sim_rows *rows;
    sqlite3_stmt *statement;
    int column;
    bool stopped;
};

static int64_t next_int(struct reader *reader)
{
    return sqlite3_column_int64(reader->statement, reader->column++);
}

static const char *next_text(struct reader *reader)
{
    const char *text = (const char *)sqlite3_column_text(reader->statement, reader->column++);
    return text ? arena_string(reader->rows->arena, text) : NULL;
}

/* Reads what a statement gives into an array of the arena, row by row. */
static void *read_all(struct reader *reader, const char *sql, size_t size,
                      void (*take)(struct reader *, void *), size_t *count)
{
    struct buf found = {0};
    sqlite3 *db = reader->life->holding.store->db;
    char row[512];
    int step = sqlite3_prepare_v2(db, sql, -1, &reader->statement, NULL);
    while (reader->statement && (step = sqlite3_step(reader->statement)) == SQLITE_ROW) {
        reader->column = 0;
        memset(row, 0, size);
        take(reader, row);
        buf_add(&found, row, size);
    }
    bool fault = reader->life->disk && sim_disk_failed(reader->life->disk);
    reader->stopped |= step != SQLITE_DONE;
    if (step != SQLITE_DONE && !fault) /* what fails by plan is for another time */
        sim_fail(reader->life, "%s: %s", sql, sqlite3_errmsg(db));
    sqlite3_finalize(reader->statement);
    *count = found.length / size;
    void *list = arena_alloc(reader->rows->arena, found.length + 1);
    if (found.length)
        memcpy(list, found.bytes, found.length);
    buf_free(&found);
    return list;
}

static uint64_t add_text(uint64_t hash, const char *text)
{
    for (; text && *text; text++)
        hash = sim_mix(hash ^ (unsigned char)*text);
    return sim_mix(hash);
}

static uint64_t duty_of(const struct sim_firing *firing)
{
    uint64_t hash = add_text(add_text(0, firing->item), firing->phase);
    hash = add_text(add_text(hash, firing->role), firing->channel);
    hash = sim_mix(hash ^ (uint64_t)(int64_t)firing->row.period);
    return sim_mix(hash ^ (uint64_t)(int64_t)firing->row.due);
}

/* A firing is named after the one that caused it, which stands before it. */
static void name_all(struct sim_rows *rows)
{
    for (size_t i = 0; i < rows->firing_count; i++) {
        struct sim_firing *firing = &rows->firings[i];
        const struct sim_firing *cause = sim_rows_firing(rows, firing->row.cause);
        firing->duty = duty_of(firing);
        firing->name = sim_mix(firing->duty ^ (uint64_t)firing->row.kind);
        firing->name = sim_mix(firing->name ^ (uint64_t)(int64_t)firing->row.tier);
        if (cause && cause < firing)
            firing->name = sim_mix(firing->name ^ cause->name);
    }
}

const struct sim_firing *sim_rows_firing(const struct sim_rows *rows, int64_t number)
{
    size_t first = 0, end = rows->firing_count;
    while (first < end) {
        size_t middle = (first + end) / 2;
        if (rows->firings[middle].row.number < number)
            first = middle + 1;
        else
            end = middle;
    }
    return first < rows->firing_count && rows->firings[first].row.number == number
               ? &rows->firings[first]
               : NULL;
}

static void take_firing(struct reader *reader, void *out)
{
    struct sim_firing *firing = out;
    struct store_firing *row = &firing->row;
    row->number = next_int(reader);
    row->at_ms = next_int(reader);
    row->fired_ms = next_int(reader);
    row->slot_ms = next_int(reader);
    row->item = (uint32_t)next_int(reader);
    row->kind = (int)next_int(reader);
    row->route = (uint32_t)next_int(reader);
    row->tier = (int32_t)next_int(reader);
    row->period = (int32_t)next_int(reader);
    row->due = (int32_t)next_int(reader);
    row->phase = (uint32_t)next_int(reader);
    row->official = (int32_t)next_int(reader);
    row->flags = (unsigned)next_int(reader);
    row->fate = (enum firing_fate)next_int(reader);
    row->handler = (enum firing_handler)next_int(reader);
    row->units = (uint32_t)next_int(reader);
    row->cause = next_int(reader);
    row->subjects_length = (size_t)sqlite3_column_bytes(reader->statement, reader->column);
    const void *subjects = sqlite3_column_blob(reader->statement, reader->column++);
    if (row->subjects_length)
        row->subjects = arena_copy(reader->rows->arena, subjects, row->subjects_length);
    firing->fanning = next_int(reader);
    firing->item = next_text(reader);
    firing->phase = next_text(reader);
    firing->role = next_text(reader);
    firing->channel = next_text(reader);
}

static void take_line(struct reader *reader, void *out)
{
    struct sim_line *line = out;
    line->slot_ms = next_int(reader);
    line->route = (uint32_t)next_int(reader);
    line->unit = (uint32_t)next_int(reader);
    line->firing = next_int(reader);
    line->met = next_int(reader);
    line->formed = next_int(reader) && !line->met;
}

static void take_message(struct reader *reader, void *out)
{
    struct sim_message *message = out;
    message->number = next_int(reader);
    message->slot_ms = next_int(reader);
    message->route = (uint32_t)next_int(reader);
    message->unit = (uint32_t)next_int(reader);
    message->state = (int)next_int(reader);
    message->attempts = (uint32_t)next_int(reader);
    message->next_ms = next_int(reader);
    message->note = next_text(reader);
}

static void take_part(struct reader *reader, void *out)
{
    struct sim_part *part = out;
    part->message = next_int(reader);
    part->slot_ms = next_int(reader);
    part->route = (uint32_t)next_int(reader);
    part->unit = (uint32_t)next_int(reader);
}

static void take_fact(struct reader *reader, void *out)
{
    struct sim_fact *fact = out;
    fact->number = next_int(reader);
    fact->kind = (int)next_int(reader);
    fact->item = (uint32_t)next_int(reader);
    fact->unit = (uint32_t)next_int(reader);
    fact->value = next_int(reader);
    fact->actor = next_text(reader);
    fact->key = next_text(reader);
}

static void take_revision(struct reader *reader, void *out)
{
    *(const char **)out = next_text(reader);
}

static const char sql_firings[] =
    "SELECT number, at_ms, fired_ms, f.slot, f.item, kind, route, tier, period, due, phase,"
    " official, flags, fate, handler, units, cause, subjects,"
    " (SELECT 1 FROM fanout o WHERE o.slot = f.slot AND o.firing = f.number),"
    " (SELECT id FROM item i WHERE i.number = f.item),"
    " (SELECT id FROM item i WHERE i.number = f.phase),"
    " (SELECT role FROM route r WHERE r.number = f.route),"
    " (SELECT channel FROM route r WHERE r.number = f.route) FROM firing f ORDER BY number";
static const char sql_lines[] =
    "SELECT slot, route, unit, firing, fate, (slot, route, unit) <="
    " (SELECT formed_slot, formed_route, formed_unit FROM holder) FROM line"
    " ORDER BY firing, unit";
static const char sql_messages[] =
    "SELECT number, slot, route, unit, state, attempts, next_ms, note FROM message"
    " ORDER BY number";
static const char sql_parts[] = "SELECT message, slot, route, unit FROM part";
static const char sql_facts[] =
    "SELECT number, kind, item, unit, value, actor, key FROM fact ORDER BY number";
static const char sql_revisions[] = "SELECT hash FROM revision ORDER BY number";

bool sim_rows_read(struct sim_life *life, struct sim_rows *out)
{
    *out = (struct sim_rows){.arena = arena_new()};
    struct reader reader = {.life = life, .rows = out};
    out->firings =
        read_all(&reader, sql_firings, sizeof *out->firings, take_firing, &out->firing_count);
    out->lines = read_all(&reader, sql_lines, sizeof *out->lines, take_line, &out->line_count);
    out->messages = read_all(&reader, sql_messages, sizeof *out->messages, take_message,
                             &out->message_count);
    out->parts = read_all(&reader, sql_parts, sizeof *out->parts, take_part, &out->part_count);
    out->facts = read_all(&reader, sql_facts, sizeof *out->facts, take_fact, &out->fact_count);
    out->revisions = read_all(&reader, sql_revisions, sizeof *out->revisions, take_revision,
                              &out->revision_count);
    name_all(out);
    return !reader.stopped && *life->failure == '\0';
}

void sim_rows_free(struct sim_rows *rows)
{
    arena_free(rows->arena);
    *rows = (struct sim_rows){0};
}
