#include "cli/journal.h"

#include "base/bits.h"
#include "cli/hold.h"
#include "engine/fact.h"
#include "store/facts.h"
#include "store/numbers.h"
#include "time/civil.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_MOST = 1 << 20 };

/* What stands between firings: a fact, or (`number` 0) a doubt. */
struct aside {
    struct store_fact fact;
    struct store_doubt doubt;
};

struct reader {
    const struct holding *holding;
    struct rows_view view;
    const struct journal_wish *wish;
    struct journal_place *place;
    struct hold_units units; /* read when the first is asked for */
    bool units_known;
    struct arena *arena; /* of the row at hand, made anew when it has grown */
    struct arena *asides_arena;
    struct aside *asides; /* ascending by (at, facts first, number) */
    size_t aside_count, aside_room;
    size_t first_aside; /* forwards: those before it are printed */
    int64_t count;
    size_t *ends; /* backwards: where each row ends in the memory stream */
    size_t end_room;
    int code;
    struct err *err;
};

static bool is_full(const struct reader *reader)
{
    return reader->wish->most && reader->count == reader->wish->most;
}

/* Backwards the rows go to memory, to be turned round in the end. */
static void printed(struct reader *reader)
{
    if (reader->wish->most) {
        if ((size_t)reader->count == reader->end_room) {
            reader->end_room = reader->end_room ? 2 * reader->end_room : 64;
            reader->ends = mem_resize(reader->ends, reader->end_room, sizeof *reader->ends);
        }
        reader->ends[reader->count] = (size_t)ftell(reader->view.out);
    }
    reader->count++;
}

static struct arena *fresh(struct reader *reader)
{
    if (arena_used(reader->arena) > ARENA_MOST) {
        arena_free(reader->arena);
        reader->arena = arena_new();
    }
    return reader->arena;
}

static int read_units(struct reader *reader)
{
    if (reader->units_known)
        return 0;
    reader->units_known = true;
    return hold_units(reader->holding, reader->asides_arena, &reader->units, reader->err);
}

/* What a unit is called in the store; it may get its number while a reader follows. */
static int find_unit(struct reader *reader)
{
    if (reader->wish->unit == UNIT_NONE || reader->place->unit)
        return 0;
    int code = read_units(reader);
    if (code == 0)
        reader->place->unit = reader->units.numbers[reader->wish->unit];
    return code;
}

/* ---- facts and doubts ----------------------------------------------------------------------- */

static const char *copied(struct arena *arena, const char *text)
{
    return text ? arena_string(arena, text) : NULL;
}

static bool wants_fact(const struct reader *reader, const struct store_fact *fact)
{
    int32_t day = civil_from_ms(fact->at_ms, NULL);
    return (reader->wish->facts >> fact->kind & 1) && day >= reader->wish->first &&
           day <= reader->wish->last;
}

static struct aside *add_aside(struct reader *reader)
{
    if (reader->aside_count == reader->aside_room) {
        reader->aside_room = reader->aside_room ? 2 * reader->aside_room : 64;
        reader->asides = mem_resize(reader->asides, reader->aside_room, sizeof *reader->asides);
    }
    struct aside *aside = &reader->asides[reader->aside_count++];
    *aside = (struct aside){0};
    return aside;
}

static bool keep_fact(void *context, const struct store_fact *fact)
{
    struct reader *reader = context;
    if (fact->number > reader->place->fact)
        reader->place->fact = fact->number;
    if (!wants_fact(reader, fact))
        return true;
    struct store_fact *kept = &add_aside(reader)->fact;
    *kept = *fact;
    kept->actor = copied(reader->asides_arena, fact->actor);
    kept->key = copied(reader->asides_arena, fact->key);
    kept->note = copied(reader->asides_arena, fact->note);
    kept->detail = copied(reader->asides_arena, fact->detail);
    return true;
}

static bool keep_doubt(void *context, const struct store_doubt *doubt)
{
    struct reader *reader = context;
    int32_t day = civil_from_ms(doubt->at_ms, NULL);
    unsigned kind = doubt->accepted_by ? JOURNAL_ACCEPTED : 1U << doubt->doubt;
    reader->place->doubt = doubt->number;
    if (!(reader->wish->clocks & kind) || day < reader->wish->first || day > reader->wish->last)
        return true;
    struct store_doubt *kept = &add_aside(reader)->doubt;
    *kept = *doubt;
    kept->accepted_by = copied(reader->asides_arena, doubt->accepted_by);
    return true;
}

static int64_t aside_ms(const struct aside *aside)
{
    return aside->fact.number ? aside->fact.at_ms : aside->doubt.at_ms;
}

static int by_time(const void *left, const void *right)
{
    const struct aside *a = left, *b = right;
    int64_t at_a = aside_ms(a), at_b = aside_ms(b);
    if (at_a != at_b)
        return at_a < at_b ? -1 : 1;
    if (!a->fact.number != !b->fact.number)
        return a->fact.number ? -1 : 1;
    int64_t first = a->fact.number + a->doubt.number, second = b->fact.number + b->doubt.number;
    return (first > second) - (first < second);
}

static int read_facts(struct reader *reader)
{
    const struct journal_wish *wish = reader->wish;
    struct store_fact_filter filter = {.plan = engine_plan_number(reader->holding->engine, 0),
                                       .after = reader->place->fact};
    if (!wish->facts)
        return 0;
    if (wish->unit != UNIT_NONE && !reader->place->unit)
        return 0; /* the store has never heard of it */
    filter.unit = wish->unit == UNIT_NONE ? 0 : reader->place->unit;
    return store_facts(reader->holding->store, &filter, keep_fact, reader, reader->err);
}

/* They concern all items and units. */
static int read_doubts(struct reader *reader)
{
    struct store_doubt_filter filter = {.after = reader->place->doubt};
    const struct journal_wish *wish = reader->wish;
    if (!wish->clocks || wish->item || wish->unit != UNIT_NONE)
        return 0;
    return store_doubts(reader->holding->store, &filter, keep_doubt, reader, reader->err);
}

static int read_asides(struct reader *reader)
{
    int code = read_facts(reader);
    if (code == 0)
        code = read_doubts(reader);
    if (reader->aside_count)
        qsort(reader->asides, reader->aside_count, sizeof *reader->asides, by_time);
    return code;
}

/* Whoever made the piece, where it is another than the unit: by name, by id once that has left. */
static const char *name_person(const struct reader *reader, const struct store_fact *fact,
                               uint32_t unit)
{
    const struct roster *roster = reader->holding->roster;
    const char *id = value_get_string(fact_detail(fact, reader->arena), "person");
    uint32_t person = id && roster ? roster_find(roster, id, strlen(id)) : UNIT_NONE;
    if (person == UNIT_NONE)
        return id;
    return person == unit ? NULL : roster_name(roster, person);
}

/* The names behind a fact, whether or not the plan and the roster still have them. */
static int name_fact(struct reader *reader, const struct store_fact *fact, struct row_fact *row)
{
    const struct holding *holding = reader->holding;
    struct arena *arena = fresh(reader);
    const char *plan;
    int code = read_units(reader);
    if (code == 0)
        code =
            store_item_id(holding->store, fact->item, arena, &plan, &row->item_id, reader->err);
    if (code == 0 && fact->phase)
        code = store_item_id(holding->store, fact->phase, arena, &plan, &row->phase_id,
                             reader->err);
    uint32_t item = code == 0 ? plan_find(holding->plan, row->item_id) : ITEM_NONE;
    if (item != ITEM_NONE) {
        row->item_name = holding->plan->items[item].name;
        row->measure = holding->plan->items[item].count.unit;
    }
    uint32_t unit = hold_row(&reader->units, fact->unit);
    if (unit != UNIT_NONE) {
        row->unit_id = roster_id(holding->roster, unit);
        row->unit_name = roster_name(holding->roster, unit);
    }
    row->person = code == 0 ? name_person(reader, fact, unit) : NULL;
    return code;
}

/* Prints one fact unless it is another item's. */
static void print_fact(struct reader *reader, const struct store_fact *fact)
{
    const char *wanted = reader->wish->item;
    struct row_fact row = {.fact = fact, .plan_id = reader->holding->plan->id};
    if (reader->code < 0 || is_full(reader))
        return;
    reader->code = name_fact(reader, fact, &row);
    if (reader->code < 0 || !row.item_id || (wanted && strcmp(wanted, row.item_id) != 0))
        return;
    row_print_fact(&reader->view, &row);
    printed(reader);
}

static void print_aside(struct reader *reader, const struct aside *aside)
{
    if (aside->fact.number) {
        print_fact(reader, &aside->fact);
    } else if (reader->code >= 0 && !is_full(reader)) {
        row_print_doubt(&reader->view, &aside->doubt, reader->holding->plan->id);
        printed(reader);
    }
}

static void print_asides_before(struct reader *reader, int64_t at_ms)
{
    while (reader->first_aside < reader->aside_count &&
           aside_ms(&reader->asides[reader->first_aside]) < at_ms)
        print_aside(reader, &reader->asides[reader->first_aside++]);
}

static void print_asides_behind(struct reader *reader, int64_t at_ms)
{
    while (reader->aside_count && aside_ms(&reader->asides[reader->aside_count - 1]) >= at_ms)
        print_aside(reader, &reader->asides[--reader->aside_count]);
}

/* ---- firings ------------------------------------------------------------------------------ */

static bool concerns(struct reader *reader, const struct store_firing *firing)
{
    struct bits subjects = {0};
    if (reader->wish->unit == UNIT_NONE)
        return true;
    uint32_t number = reader->place->unit;
    if (bits_decode(firing->subjects, firing->subjects_length, &subjects, NULL) < 0)
        return true; /* it may */
    bool has = number && bits_has(&subjects, number);
    bits_free(&subjects);
    return has;
}

static bool read_firing(void *context, const struct store_firing *firing)
{
    struct reader *reader = context;
    struct journal_row names;
    if (firing->number > reader->place->firing)
        reader->place->firing = firing->number;
    if (reader->wish->most)
        print_asides_behind(reader, firing->at_ms);
    else
        print_asides_before(reader, firing->at_ms);
    if (reader->code < 0 || is_full(reader))
        return false;
    if (!(reader->wish->kinds >> firing->kind & 1) || !concerns(reader, firing))
        return reader->code == 0;
    reader->code =
        engine_row(reader->holding->engine, firing, fresh(reader), &names, reader->err);
    if (reader->code < 0)
        return false;
    struct row row = row_of_firing(&names);
    bool wanted =
        !reader->wish->item || (row.item_id && strcmp(row.item_id, reader->wish->item) == 0);
    if (wanted && row.day >= reader->wish->first && row.day <= reader->wish->last) {
        row_print(&reader->view, &row);
        printed(reader);
    }
    return true;
}

static int read_firings(struct reader *reader, bool follow)
{
    const struct journal_wish *wish = reader->wish;
    struct store_filter filter = {
        .plan = engine_plan_number(reader->holding->engine, 0),
        .from_ms = wish->first == DAY_NONE ? 0 : civil_ms(wish->first, 0),
        .to_ms = wish->last == DAY_OPEN ? 0 : civil_ms(wish->last, MINUTES_A_DAY),
        .after = follow ? reader->place->firing : 0,
        .latest = wish->most != 0,
    };
    int code = wish->kinds ? store_journal(reader->holding->store, &filter, read_firing, reader,
                                           reader->err)
                           : 0;
    return code < 0 ? code : reader->code;
}

/* ---- both --------------------------------------------------------------------------------- */

static int64_t print_rows(const struct holding *holding, const struct rows_view *view,
                          const struct journal_wish *wish, struct journal_place *place,
                          bool follow, struct err *err)
{
    struct reader reader = {.holding = holding,
                            .view = *view,
                            .wish = wish,
                            .place = place,
                            .err = err,
                            .arena = arena_new(),
                            .asides_arena = arena_new()};
    char *text = NULL;
    size_t length = 0;
    if (wish->most)
        reader.view.out = open_memstream(&text, &length);
    if (!reader.view.out)
        mem_exhausted();
    int code = find_unit(&reader);
    if (code == 0)
        code = read_asides(&reader);
    if (code == 0)
        code = read_firings(&reader, follow);
    if (code == 0 && wish->most)
        print_asides_behind(&reader, INT64_MIN);
    else if (code == 0)
        print_asides_before(&reader, INT64_MAX);
    if (wish->most && fclose(reader.view.out) != 0)
        mem_exhausted();
    for (int64_t i = reader.count; wish->most && i-- > 0;) {
        size_t start = i ? reader.ends[i - 1] : 0;
        fwrite(text + start, 1, reader.ends[i] - start, view->out);
    }
    free(text);
    free(reader.ends);
    free(reader.asides);
    arena_free(reader.arena);
    arena_free(reader.asides_arena);
    hold_units_free(&reader.units);
    code = code < 0 ? code : reader.code;
    return code < 0 ? code : reader.count;
}

int64_t journal_print(const struct holding *holding, const struct rows_view *view,
                      const struct journal_wish *wish, struct journal_place *place,
                      struct err *err)
{
    struct journal_place unused = {0};
    return print_rows(holding, view, wish, place ? place : &unused, false, err);
}

int64_t journal_follow(const struct holding *holding, const struct rows_view *view,
                       const struct journal_wish *wish, struct journal_place *place,
                       struct err *err)
{
    struct journal_wish all = *wish;
    all.most = 0;
    return print_rows(holding, view, &all, place, true, err);
}
