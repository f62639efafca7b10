/*
 * Recording: rows in their order, each in bulk or by the way of a single fact. Which one, all rows of
 * an item share, for what is counted in bulk no single fact can see before the end.
 *
 * An item's rows go in bulk when a piece of it counts for the item alone and nothing else's pieces do;
 * when no fact has given anybody another due; and when for each of its rows the duty is the only one
 * that could be meant, whatever the unit has handed in.
 */
#include "engine/fact_data.h"
#include "engine/import_data.h"

#include "base/json.h"
#include "store/bulk.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MOST = 4 << 20, COLUMNS_BYTES = 256 << 20, FIRST_MEANT = 256 };

/* Rows that mean the same duty: of one item, day, period and phase. */
struct meant {
    uint32_t item, phase;
    int32_t day, period;
    bool sure;                 /* the only duty that could be meant */
    struct duty duty;          /* meant only then */
    struct progress *progress; /* who is asked, judged on the day; NULL = not made yet */
};

struct recording {
    struct import *import;
    struct engine *engine;
    struct bound *bound;
    int64_t now_ms;
    bool *single; /* by item: its rows go one by one */
    struct meant *meant;
    uint32_t *slots; /* index into `meant` + 1, 0 = free */
    size_t meant_count, meant_room, last;
    struct progress **columns; /* of `meant`; owned */
    struct duty *column_duties;
    size_t column_count, column_room;
    struct store_bulk *bulk;
    struct arena *arena; /* of single facts */
    struct buf detail, key;
    bool bad, followed;    /* a row was; memory has changed */
    enum import_part part; /* of a row that is wrong */
    import_teller tell;
    void *context;
    struct import_sum sum;
    struct err *err;
};

static int64_t at_of(const struct recording *recording, const struct import_kept *row)
{
    return row->at_ms == INT64_MIN ? recording->now_ms : row->at_ms;
}

static const struct item *item_at(const struct recording *recording, uint32_t item)
{
    return &recording->bound->input.plan->items[item];
}

static const struct selector *audience_of(const struct recording *recording, uint32_t item)
{
    struct event event = {.item = item};
    return agenda_audience(recording->bound->agenda, &event);
}

/* ---- which duty ---------------------------------------------------------------------------- */

/* The request that a row is, under that key; texts are the import's and the roster's. */
static struct fact_request request_of(const struct recording *recording,
                                      const struct import_kept *row, const char *key)
{
    const struct import *import = recording->import;
    const struct roster *roster = recording->bound->input.roster;
    return (struct fact_request){
        .timeless = true, /* import_add has looked */
        .kind = FACT_SUBMITTED,
        .item = item_at(recording, row->item)->id,
        .unit = row->unit == UNIT_NONE ? NULL : roster_id(roster, row->unit),
        .person = row->person == UNIT_NONE ? NULL : roster_id(roster, row->person),
        .count = row->count,
        .chars = row->chars,
        .minutes = row->minutes,
        .at_ms = at_of(recording, row),
        .period = row->period,
        .until = DAY_NONE,
        .phase = row->phase == ITEM_NONE ? NULL : item_at(recording, row->phase)->id,
        .key = key,
        .note = import_text(import, row->note),
        .actor = import->actor,
        .lang = import->lang,
    };
}

/* Asked of every duty that could be meant; none lacks anything. */
static bool count_choice(void *context, const struct duty *duty)
{
    (void)duty;
    ++*(int *)context;
    return false;
}

/* With one choice or none, it is nobody's counters that decide. */
static bool is_sure_by_time(const struct recording *recording, struct meant *meant)
{
    int choices = 0;
    return agenda_duty_on(recording->bound->agenda, meant->item, meant->day, count_choice,
                          &choices, &meant->duty) &&
           choices <= 1;
}

/* The duty of a phase or period that is named follows from the plan alone. */
static bool is_sure_by_name(const struct recording *recording, const struct import_kept *row,
                            struct meant *meant)
{
    struct err err;
    struct arena *arena = arena_new();
    struct fact_request request = request_of(recording, row, NULL);
    struct asked asked = fact_asked(recording->engine, recording->import->plan, &request,
                                    recording->now_ms, arena, &err);
    asked.item = row->item;
    asked.unit = row->unit != UNIT_NONE ? row->unit : row->person;
    bool sure = fact_find_duty(&asked) == 0;
    meant->duty = asked.duty;
    arena_free(arena);
    return sure;
}

static bool is_meant(const struct meant *meant, const struct import_kept *row, int32_t day)
{
    return meant->item == row->item && meant->day == day && meant->period == row->period &&
           meant->phase == row->phase;
}

static size_t slot_of(const struct recording *recording, uint32_t item, int32_t day,
                      int32_t period, uint32_t phase)
{
    uint64_t hash = ((uint64_t)item << 32 | (uint32_t)day) * UINT64_C(0x9e3779b97f4a7c15);
    hash ^= ((uint64_t)phase << 32 | (uint32_t)period) * UINT64_C(0xc2b2ae3d27d4eb4f);
    return (size_t)(hash ^ hash >> 31) & (2 * recording->meant_room - 1);
}

static void put_meant(struct recording *recording, size_t index)
{
    const struct meant *meant = &recording->meant[index];
    size_t slot = slot_of(recording, meant->item, meant->day, meant->period, meant->phase);
    while (recording->slots[slot])
        slot = (slot + 1) & (2 * recording->meant_room - 1);
    recording->slots[slot] = (uint32_t)index + 1;
}

static void grow_meant(struct recording *recording)
{
    size_t room = recording->meant_room ? 2 * recording->meant_room : FIRST_MEANT;
    recording->meant_room = room;
    recording->meant = mem_resize(recording->meant, room, sizeof *recording->meant);
    recording->slots = mem_resize(recording->slots, 2 * room, sizeof *recording->slots);
    memset(recording->slots, 0, 2 * room * sizeof *recording->slots);
    for (size_t i = 0; i < recording->meant_count; i++)
        put_meant(recording, i);
}

static struct meant *add_meant(struct recording *recording, const struct import_kept *row,
                               int32_t day)
{
    struct meant meant = {
        .item = row->item, .phase = row->phase, .day = day, .period = row->period};
    bool named = row->phase != ITEM_NONE || row->period != DAY_NONE;
    meant.sure =
        named ? is_sure_by_name(recording, row, &meant) : is_sure_by_time(recording, &meant);
    meant.sure = meant.sure && !meant.duty.given;
    if (recording->meant_count == recording->meant_room)
        grow_meant(recording);
    recording->meant[recording->meant_count] = meant;
    put_meant(recording, recording->meant_count);
    return &recording->meant[recording->meant_count++];
}

/* Good until the next call. */
static struct meant *find_meant(struct recording *recording, const struct import_kept *row)
{
    int32_t day = civil_from_ms(at_of(recording, row), NULL);
    if (recording->meant_count && is_meant(&recording->meant[recording->last], row, day))
        return &recording->meant[recording->last];
    struct meant *found = NULL;
    if (recording->meant_room) {
        size_t slot = slot_of(recording, row->item, day, row->period, row->phase);
        for (; recording->slots[slot] && !found;
             slot = (slot + 1) & (2 * recording->meant_room - 1)) {
            struct meant *meant = &recording->meant[recording->slots[slot] - 1];
            found = is_meant(meant, row, day) ? meant : NULL;
        }
    }
    if (!found)
        found = add_meant(recording, row, day);
    recording->last = (size_t)(found - recording->meant);
    return found;
}

/* ---- who is asked -------------------------------------------------------------------------- */

static void drop_columns(struct recording *recording)
{
    for (size_t i = 0; i < recording->column_count; i++)
        progress_free(recording->columns[i]);
    recording->column_count = 0;
    for (size_t i = 0; i < recording->meant_count; i++)
        recording->meant[i].progress = NULL;
}

static bool is_same_duty(const struct duty *a, const struct duty *b)
{
    return a->item == b->item && a->occasion.period == b->occasion.period &&
           a->occasion.phase == b->occasion.phase && a->official == b->official;
}

static struct progress *find_column(const struct recording *recording,
                                    const struct meant *meant)
{
    for (size_t i = 0; i < recording->column_count; i++)
        if (is_same_duty(&recording->column_duties[i], &meant->duty) &&
            progress_holds(recording->columns[i], meant->day))
            return recording->columns[i];
    return NULL;
}

/* Nobody's counters are in it: only who is asked counts here. */
static struct progress *add_column(struct recording *recording, const struct meant *meant)
{
    const struct bound *bound = recording->bound;
    size_t bytes = (size_t)roster_count(bound->input.roster) * 2;
    if (recording->column_count * bytes > COLUMNS_BYTES)
        drop_columns(recording);
    if (recording->column_count == recording->column_room) {
        size_t room = recording->column_room ? 2 * recording->column_room : 16;
        recording->columns = mem_resize(recording->columns, room, sizeof *recording->columns);
        recording->column_duties =
            mem_resize(recording->column_duties, room, sizeof *recording->column_duties);
        recording->column_room = room;
    }
    struct progress *progress =
        progress_new(bound->input.roster, audience_of(recording, meant->item),
                     &item_at(recording, meant->item)->count, meant->duty.open,
                     meant->duty.official, meant->day);
    recording->column_duties[recording->column_count] = meant->duty;
    return recording->columns[recording->column_count++] = progress;
}

static bool is_asked(struct recording *recording, struct meant *meant, uint32_t unit)
{
    struct progress *column = meant->progress;
    if (!column)
        column = find_column(recording, meant);
    if (!column)
        column = add_column(recording, meant);
    meant->progress = column;
    return progress_asked(column, unit);
}

/* ---- which way ----------------------------------------------------------------------------- */

/* Pieces of it count for it alone, and no others do. */
static bool counts_alone(const struct plan *plan, uint32_t item)
{
    for (uint32_t i = 0; i < plan->item_count; i++)
        for (uint32_t k = 0; k < plan->items[i].reach_count; k++)
            if ((i == item) != (plan->items[i].reach[k] == item))
                return false;
    return true;
}

/* 1 = somebody has a due of their own. */
static int has_own_dues(const struct recording *recording, uint32_t item)
{
    struct arena *arena = arena_new();
    const struct store_due *dues;
    size_t count = 0;
    int code = store_dues(recording->engine->store, recording->bound->items[item].number, arena,
                          &dues, &count, recording->err);
    arena_free(arena);
    return code < 0 ? code : count > 0;
}

/* What was said of the piece is held against what the item asks, and may keep it from counting. */
static bool is_measured(const struct item *item, const struct import_kept *row)
{
    return (row->chars >= 0 && item->chars.stated) ||
           (row->minutes >= 0 && item->minutes.stated);
}

/* Whom the row is about when that needs no search: who is named, or a person who is asked itself. */
static uint32_t unit_of(const struct recording *recording, const struct import_kept *row)
{
    if (row->unit != UNIT_NONE)
        return row->unit;
    const struct selector *audience = audience_of(recording, row->item);
    return audience && selector_has(audience, row->person) ? row->person : UNIT_NONE;
}

static int choose_ways(struct recording *recording)
{
    enum { UNKNOWN, BULK, SINGLE };
    const struct plan *plan = recording->bound->input.plan;
    struct import *import = recording->import;
    char *ways = mem_resize(NULL, plan->item_count + 1, 1);
    int code = 0;
    memset(ways, UNKNOWN, plan->item_count + 1);
    for (size_t i = 0; code >= 0 && i < import->count; i++) {
        const struct import_kept *row = &import->rows[i];
        if (ways[row->item] == UNKNOWN) {
            code = has_own_dues(recording, row->item);
            ways[row->item] = code == 0 && counts_alone(plan, row->item) ? BULK : SINGLE;
        }
        if (ways[row->item] == BULK &&
            (is_measured(&plan->items[row->item], row) ||
             unit_of(recording, row) == UNIT_NONE || !find_meant(recording, row)->sure))
            ways[row->item] = SINGLE;
    }
    recording->single = mem_resize(NULL, plan->item_count + 1, sizeof *recording->single);
    for (uint32_t i = 0; i <= plan->item_count; i++)
        recording->single[i] = ways[i] == SINGLE;
    free(ways);
    return code < 0 ? code : 0;
}

/* ---- rows ---------------------------------------------------------------------------------- */

/* What is wrong with a row is told; any other failure ends the recording. */
static int judge(struct recording *recording, const struct import_kept *row, int code,
                 const struct err *err)
{
    if (code != ERR_INVALID && code != ERR_NOT_FOUND) {
        if (code < 0 && recording->err)
            *recording->err = *err;
        return code;
    }
    recording->bad = true;
    recording->tell(recording->context, row->line, recording->part, err->message);
    return 0;
}

static void count_recorded(struct recording *recording, int64_t number, bool in_time)
{
    struct import_sum *sum = &recording->sum;
    sum->recorded++;
    sum->late += !in_time;
    if (!sum->act)
        sum->act = number;
}

/* As fact_make writes it. */
static const char *detail_of(struct recording *recording, const struct import_kept *row)
{
    const struct roster *roster = recording->bound->input.roster;
    struct buf *out = &recording->detail;
    if (row->chars < 0 && row->minutes < 0 && row->person == UNIT_NONE)
        return NULL;
    out->length = 0;
    if (row->chars >= 0)
        buf_printf(out, ",\"chars\":%d", row->chars);
    if (row->unit == UNIT_NONE)
        buf_adds(out, ",\"everywhere\":true");
    if (row->minutes >= 0)
        buf_printf(out, ",\"minutes\":%d", row->minutes);
    if (row->person != UNIT_NONE) {
        const char *id = roster_id(roster, row->person);
        buf_adds(out, ",\"person\":");
        json_write_string(out, id, strlen(id));
    }
    buf_adds(out, "}");
    out->bytes[0] = '{';
    return out->bytes;
}

static int append(struct recording *recording, struct asked *asked)
{
    struct fact_act act = {0};
    int code = fact_make(asked, &act);
    if (code < 0)
        return code;
    int64_t number;
    enum fact_outcome outcome;
    act.facts[0].act = recording->sum.act;
    code = fact_append(asked, &act, &number, &outcome);
    if (code < 0)
        return code;
    recording->followed = true;
    count_recorded(recording, number, act.facts[0].in_time);
    return fact_follow(asked, &act);
}

static int add_single(struct recording *recording, const struct import_kept *row,
                      const char *key, int64_t *stands, struct err *err)
{
    struct fact_request request = request_of(recording, row, key);
    struct fact_answer answer = {0};
    bool known = false;
    if (arena_used(recording->arena) > ARENA_MOST) {
        arena_free(recording->arena);
        recording->arena = arena_new();
    }
    struct asked asked = fact_asked(recording->engine, recording->import->plan, &request,
                                    recording->now_ms, recording->arena, err);
    int code = fact_read(&asked);
    recording->part = code < 0 ? IMPORT_UNIT : IMPORT_KEY;
    if (code == 0)
        code = fact_repeated(&asked, &answer, &known);
    if (code == 0)
        recording->part = row->phase != ITEM_NONE   ? IMPORT_PHASE
                          : row->period != DAY_NONE ? IMPORT_PERIOD
                                                    : IMPORT_UNIT;
    if (code == 0 && known)
        *stands = answer.number;
    return code < 0 || known ? code : append(recording, &asked);
}

/* Who is not asked, or whose key stands with other words, may be said again: that, and what is wrong, a
 * single fact knows. The duty is sure, so that nothing is wrong with the phase or period. */
static int add_doubtful(struct recording *recording, const struct import_kept *row,
                        const char *key, int64_t *stands, struct err *err)
{
    int code = add_single(recording, row, key, stands, err);
    if (code < 0 && recording->part != IMPORT_KEY)
        recording->part = IMPORT_UNIT;
    return code;
}

static int add_in_bulk(struct recording *recording, const struct import_kept *row,
                       const char *key, int64_t *stands, struct err *err)
{
    const struct bound *bound = recording->bound;
    struct meant *meant = find_meant(recording, row);
    uint32_t unit = unit_of(recording, row);
    int64_t at_ms = at_of(recording, row), number = 0;
    enum fact_outcome outcome;
    if (!is_asked(recording, meant, unit))
        return add_doubtful(recording, row, key, stands, err);
    bool counts = item_at(recording, row->item)->counts == COUNTS_SUBMITTED;
    struct store_fact fact = {
        .kind = FACT_SUBMITTED,
        .plan = bound->number,
        .item = bound->items[row->item].number,
        .unit = bound->numbers[unit],
        .period = meant->duty.occasion.period,
        .phase = bound_phase(bound, &meant->duty),
        .value = row->count,
        .moves = counts ? row->count : 0,
        .in_time = fact_in_time(&meant->duty, at_ms),
        .act = recording->sum.act,
        .at_ms = at_ms,
        .recorded_ms = recording->now_ms,
        .actor = recording->import->actor,
        .key = key,
        .note = import_text(recording->import, row->note),
        .detail = detail_of(recording, row),
    };
    int code = store_bulk_add(recording->bulk, &fact, &number, &outcome, err);
    if (code == ERR_INVALID && number)
        return add_doubtful(recording, row, key, stands, err);
    if (code == 0 && outcome == FACT_REPEATED)
        *stands = number;
    else if (code == 0)
        count_recorded(recording, number, fact.in_time);
    return code;
}

/* Records it under that key; where a fact stands under it, `*stands` is its number, else 0. */
static int add_under(struct recording *recording, const struct import_kept *row,
                     const char *key, int64_t *stands, struct err *err)
{
    *stands = 0;
    return recording->single[row->item] ? add_single(recording, row, key, stands, err)
                                        : add_in_bulk(recording, row, key, stands, err);
}

static const char *later_key(struct recording *recording, const struct import_kept *row,
                             unsigned generation)
{
    recording->key.length = 0;
    buf_printf(&recording->key, "%s#%u", import_text(recording->import, row->key), generation);
    return recording->key.bytes;
}

/* A key that nobody gave says what a row is, not that it was recorded once and for all: where that was
 * taken back, the next of its keys is tried. */
static int add(struct recording *recording, const struct import_kept *row, struct err *err)
{
    struct import_sum *sum = &recording->sum;
    const char *key = import_text(recording->import, row->key);
    bool withdrawn = false;
    int64_t stands;
    int code = add_under(recording, row, key, &stands, err);
    for (unsigned generation = 2; code == 0 && stands; generation++) {
        code = store_fact_withdrawn(recording->engine->store, stands, &withdrawn, err);
        if (code < 0 || !withdrawn || !row->made)
            break;
        key = later_key(recording, row, generation);
        code = add_under(recording, row, key, &stands, err);
    }
    if (code == 0 && stands) {
        sum->repeated++;
        sum->taken_back += withdrawn;
    } else if (code == 0) {
        sum->again += withdrawn;
    }
    return code;
}

/* ---- all of them --------------------------------------------------------------------------- */

static int record_rows(struct recording *recording)
{
    const struct import *import = recording->import;
    int code = store_bulk_begin(recording->engine->store, &recording->bulk, recording->err);
    for (size_t i = 0; code == 0 && i < import->count; i++) {
        const struct import_kept *row = &import->rows[i];
        struct err err = {0};
        recording->part = IMPORT_ROW;
        code = add(recording, row, &err);
        code = judge(recording, row, code, &err);
    }
    if (code == 0 && recording->bad)
        code = err_set(recording->err, ERR_INVALID, "%s",
                       TR(import->lang, "nothing was recorded: rows of the file are wrong",
                          "文件中有错误的行，一行也没有登记"));
    int ended = store_bulk_end(recording->bulk, code == 0, code == 0 ? recording->err : NULL);
    return code < 0 ? code : ended;
}

/* What single facts have changed in memory is not there. */
static void restore(const struct recording *recording)
{
    struct err err;
    if (recording->followed)
        engine_renew(recording->engine, &err); /* what fails, the next who asks reads again */
}

static void recording_free(struct recording *recording)
{
    drop_columns(recording);
    free(recording->columns);
    free(recording->column_duties);
    free(recording->meant);
    free(recording->slots);
    free(recording->single);
    buf_free(&recording->detail);
    buf_free(&recording->key);
    arena_free(recording->arena);
}

int import_record(struct import *import, int64_t now_ms, import_teller tell, void *context,
                  struct import_sum *sum, struct err *err)
{
    struct recording recording = {.import = import,
                                  .engine = import->engine,
                                  .bound = &import->engine->bounds[import->plan],
                                  .now_ms = now_ms,
                                  .arena = arena_new(),
                                  .bad = import->spoilt,
                                  .tell = tell,
                                  .context = context,
                                  .sum = {.rows = (int64_t)import->count},
                                  .err = err};
    int code = choose_ways(&recording);
    if (code == 0)
        code = record_rows(&recording);
    if (code < 0)
        restore(&recording);
    else
        bound_drop_columns(recording.bound); /* they are loaded again when asked for */
    if (code == 0)
        *sum = recording.sum;
    recording_free(&recording);
    return code;
}
