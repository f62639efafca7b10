/* Gathering: each row is checked for what it says itself, and gets its key. */
#include "engine/fact_data.h"
#include "engine/import_data.h"

#include "base/sha256.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { KEY_DIGITS = 32, TEXTS_MOST = 1 << 28, FIRST_ROWS = 1024, FIRST_SEEN = 4096 };

struct import *import_new(struct engine *engine, uint32_t plan, const char *actor,
                          enum lang lang)
{
    struct import *import = mem_resize(NULL, 1, sizeof *import);
    size_t length = strlen(actor) + 1;
    *import = (struct import){.engine = engine, .plan = plan, .lang = lang};
    import->actor = mem_resize(NULL, length, 1);
    memcpy(import->actor, actor, length);
    buf_add(&import->texts, "", 1);
    return import;
}

void import_free(struct import *import)
{
    if (!import)
        return;
    free(import->actor);
    free(import->rows);
    free(import->seen);
    buf_free(&import->texts);
    buf_free(&import->said);
    free(import);
}

void import_spoil(struct import *import)
{
    import->spoilt = true;
}

size_t import_bytes(const struct import *import)
{
    return import->room * sizeof *import->rows + import->texts.room +
           import->seen_room * sizeof *import->seen;
}

const char *import_text(const struct import *import, uint32_t at)
{
    return at ? import->texts.bytes + at : NULL;
}

static uint32_t keep_text(struct import *import, const char *bytes, size_t length)
{
    uint32_t at = (uint32_t)import->texts.length;
    if (length == 0)
        return 0;
    buf_add(&import->texts, bytes, length);
    buf_add(&import->texts, "", 1);
    return at;
}

/* ---- keys ---------------------------------------------------------------------------------- */

static struct import_seen *find_seen(struct import *import, uint64_t hash)
{
    size_t mask = import->seen_room - 1, at = (size_t)hash & mask;
    while (import->seen[at].hash && import->seen[at].hash != hash)
        at = (at + 1) & mask;
    return &import->seen[at];
}

static void make_room(struct import *import)
{
    struct import_seen *old = import->seen;
    size_t room = import->seen_room;
    if (2 * import->seen_count < room)
        return;
    import->seen_room = room ? 2 * room : FIRST_SEEN;
    import->seen = mem_resize_large(NULL, import->seen_room, sizeof *import->seen);
    memset(import->seen, 0, import->seen_room * sizeof *import->seen);
    for (size_t i = 0; i < room; i++)
        if (old[i].hash)
            *find_seen(import, old[i].hash) = old[i];
    free(old);
}

/* How many rows have said the same, this one among them. Two contents of one hash would count as the same:
 * that makes their keys none the less their own, and the same in the same file. */
static uint32_t count_same(struct import *import, const char *digest)
{
    uint64_t hash = hash_bytes(digest, KEY_DIGITS);
    make_room(import);
    struct import_seen *seen = find_seen(import, hash ? hash : 1);
    import->seen_count += seen->hash == 0;
    seen->hash = hash ? hash : 1;
    return ++seen->times;
}

static void add_said(struct buf *said, const char *bytes, size_t length)
{
    buf_add(said, bytes, length);
    buf_add(said, "", 1);
}

static void add_id(struct buf *said, const char *id)
{
    add_said(said, id, strlen(id));
}

/* All that the row says, so that a change of any of it makes another key. */
static void say(const struct bound *bound, const struct import_row *row, struct buf *said)
{
    const struct roster *roster = bound->input.roster;
    const int64_t numbers[] = {row->count, row->chars, row->minutes, row->at_ms, row->period};
    said->length = 0;
    add_id(said, bound->input.plan->id);
    add_id(said, bound->input.plan->items[row->item].id);
    add_id(said, row->unit == UNIT_NONE ? "" : roster_id(roster, row->unit));
    add_id(said, row->person == UNIT_NONE ? "" : roster_id(roster, row->person));
    add_id(said, row->phase == ITEM_NONE ? "" : bound->input.plan->items[row->phase].id);
    add_said(said, row->note.bytes, row->note.length);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        for (int shift = 0; shift < 64; shift += 8) { /* the same on every machine */
            char byte = (char)(unsigned char)((uint64_t)numbers[i] >> shift);
            buf_add(said, &byte, 1);
        }
}

static uint32_t make_key(struct import *import, const struct import_row *row)
{
    char key[SHA256_HEX];
    struct buf *said = &import->said;
    say(&import->engine->bounds[import->plan], row, said);
    sha256_hex(said->bytes, said->length, key);
    uint32_t times = count_same(import, key);
    if (times > 1) {
        buf_printf(said, "%u", times);
        sha256_hex(said->bytes, said->length, key);
    }
    return keep_text(import, key, KEY_DIGITS);
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* Phases and what must not be done. */
static int refuse_item(const struct import *import, const struct item *item, struct err *err)
{
    struct arena *arena = arena_new();
    const struct fact_request request = {.item = item->id, .lang = import->lang};
    struct asked asked = fact_asked(import->engine, import->plan, &request, 0, arena, err);
    int code = fact_find_item(&asked);
    arena_free(arena);
    return code;
}

static int check(const struct import *import, const struct import_row *row, int64_t now_ms,
                 struct err *err)
{
    enum lang lang = import->lang;
    char day[11], minute[6];
    int32_t of_day;
    const struct item *item =
        &import->engine->bounds[import->plan].input.plan->items[row->item];
    if (item->word == ITEM_PHASE || item->binding == BINDING_NEVER)
        return refuse_item(import, item, err);
    if (row->at_ms != INT64_MIN && row->at_ms > now_ms) {
        civil_format(civil_from_ms(row->at_ms, &of_day), day);
        return err_set(err, ERR_INVALID, TR(lang, "%s %s has not come yet", "%s %s 还没有到"),
                       day, civil_format_minute(of_day, minute));
    }
    if (row->count < 1 || row->count > STORE_PIECES_MOST)
        return err_set(
            err, ERR_INVALID,
            TR(lang, "%lld is no number of pieces (1 to %d)", "件数不能是 %lld（1 到 %d）"),
            (long long)row->count, STORE_PIECES_MOST);
    if (row->chars > INT32_MAX || row->minutes > INT32_MAX)
        return err_set(err, ERR_INVALID, "%s", TR(lang, "the number is too large", "数字过大"));
    return 0;
}

int import_add(struct import *import, const struct import_row *row, int64_t now_ms,
               struct err *err)
{
    if (import->count == IMPORT_ROWS_MOST || import->texts.length > TEXTS_MOST)
        return err_set(err, ERR_LIMIT,
                       TR(import->lang, "more than %d rows at once: make several files of it",
                          "一次超过 %d 行：请分成几个文件"),
                       IMPORT_ROWS_MOST);
    int code = check(import, row, now_ms, err);
    if (code < 0)
        return code;
    if (import->count == import->room) {
        import->room = import->room ? import->room + import->room / 2 : FIRST_ROWS;
        import->rows = mem_resize(import->rows, import->room, sizeof *import->rows);
    }
    import->rows[import->count++] = (struct import_kept){
        .line = row->line,
        .item = row->item,
        .unit = row->unit,
        .person = row->person,
        .at_ms = row->at_ms,
        .period = row->period,
        .chars = (int32_t)row->chars,
        .minutes = (int32_t)row->minutes,
        .count = (uint32_t)row->count,
        .phase = row->phase,
        .key = row->key.length ? keep_text(import, row->key.bytes, row->key.length)
                               : make_key(import, row),
        .made = row->key.length == 0,
        .note = keep_text(import, row->note.bytes, row->note.length),
    };
    return 0;
}
