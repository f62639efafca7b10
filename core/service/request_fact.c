/* Requests about facts: what is said, in the words of who says it, and what is answered. */
#include "service/request_data.h"

#include "engine/undo.h"
#include "service/names.h"
#include "store/files.h"
#include "time/civil.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- reading ---------------------------------------------------------------------------------- */

static const struct kind {
    const char *name;
    enum fact_kind kind;
} kinds[] = {
    {"submit", FACT_SUBMITTED}, {"excuse", FACT_EXCUSED},
    {"extend", FACT_EXTENDED},  {"withdraw", FACT_WITHDRAWN},
    {"accept", FACT_ACCEPTED},  {"return", FACT_RETURNED},
    {"rework", FACT_REWORKED},  {"recommend", FACT_RECOMMENDED},
    {"select", FACT_SELECTED},  {"join", FACT_JOINED},
    {"leave", FACT_LEFT},       {"transfer", FACT_TRANSFERRED},
    {"absent", FACT_ABSENT},    {"open", FACT_OPENED},
    {"close", FACT_CLOSED},     {"merge", FACT_MERGED},
    {"change", FACT_CHANGED},
};

static bool read_kind(const char *text, enum fact_kind *kind)
{
    for (size_t i = 0; text && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(text, kinds[i].name) != 0)
            continue;
        *kind = kinds[i].kind;
        return kinds[i].kind < FACT_ROSTER;
    }
    return false;
}

static const char *kind_name(enum fact_kind kind)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == kind)
            return kinds[i].name;
    return "";
}

static int read_texts(const struct asking *asking, struct fact_request *fact)
{
    const struct {
        const char *name;
        const char **to;
    } texts[] = {{"item", &fact->item},     {"unit", &fact->unit},
                 {"phase", &fact->phase},   {"key", &fact->key},
                 {"actor", &fact->actor},   {"note", &fact->note},
                 {"person", &fact->person}, {"approved_by", &fact->approver}};
    int code = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && code == 0; i++)
        code = request_text(asking, texts[i].name, texts[i].to);
    return code;
}

static int read_numbers(const struct asking *asking, struct fact_request *fact)
{
    const struct {
        const char *name;
        int64_t *to;
    } numbers[] = {{"count", &fact->count},
                   {"fact", &fact->fact},
                   {"piece", &fact->piece},
                   {"chars", &fact->chars},
                   {"minutes", &fact->minutes}};
    int code = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers && code == 0; i++)
        code = request_number(asking, numbers[i].name, numbers[i].to);
    if (code == 0)
        code = request_day(asking, "period", &fact->period);
    return code < 0 ? code : request_day(asking, "until", &fact->until);
}

static bool is_hash(const char *text)
{
    return text && strspn(text, "0123456789abcdef") == 64 && !text[64];
}

static int read_file(const struct asking *asking, const struct value *from,
                     struct store_file *file)
{
    const struct value *kept = value_get(from, "kept");
    *file = (struct store_file){.sha256 = value_get_string(from, "sha256"),
                                .name = value_get_string(from, "name"),
                                .bytes = value_get_int(from, "bytes", -1),
                                .chars = value_get_int(from, "chars", -1),
                                .kept = kept && kept->type == VALUE_BOOL && kept->boolean};
    bool fits = is_hash(file->sha256) && file->name && *file->name && file->bytes >= 0 &&
                file->chars >= -1;
    return fits ? 0 : request_bad(asking, "files");
}

static int read_files(const struct asking *asking, struct fact_request *fact)
{
    const struct value *list = value_get(asking->request, "files");
    if (!list)
        return 0;
    if (list->type != VALUE_LIST || list->count > STORE_FILES_MOST)
        return request_bad(asking, "files");
    struct store_file *files = arena_array(asking->arena, list->count, sizeof *files);
    int code = 0;
    for (uint32_t i = 0; code == 0 && i < list->count; i++)
        code = read_file(asking, list->items[i], &files[i]);
    fact->files = files;
    fact->file_count = list->count;
    return code;
}

/* Decimal texts, since they have 64 bits; ascending and distinct. */
static int read_shingles(const struct asking *asking, struct fact_request *fact)
{
    const struct value *list = value_get(asking->request, "shingles");
    if (!list)
        return 0;
    if (list->type != VALUE_LIST || list->count > STORE_SHINGLES_MOST)
        return request_bad(asking, "shingles");
    int64_t *hashes = arena_array(asking->arena, list->count, sizeof *hashes);
    for (uint32_t i = 0; i < list->count; i++) {
        const struct value *text = list->items[i];
        char *end = NULL;
        errno = 0;
        if (text->type == VALUE_STRING && text->length)
            hashes[i] = strtoll(text->string, &end, 10);
        if (!end || *end || errno || (i && hashes[i] <= hashes[i - 1]))
            return request_bad(asking, "shingles");
    }
    fact->shingles = hashes;
    fact->shingle_count = list->count;
    return 0;
}

/* A fact by the key under which another plan's command recorded it. */
static int read_of(const struct asking *asking, struct fact_request *fact)
{
    const char *of;
    struct store_fact found = {0};
    int code = request_text(asking, "of", &of);
    if (code < 0 || !of)
        return code;
    code =
        store_fact_keyed(asking->holding->store, engine_plan_number(asking->holding->engine, 0),
                         of, asking->arena, &found, asking->err);
    if (code == ERR_NOT_FOUND)
        return err_set(
            asking->err, code,
            TR(asking->lang, "nothing was recorded under the key “%s”", "没有用记号“%s”登记过"),
            of);
    if (code == 0)
        *(fact->kind == FACT_WITHDRAWN ? &fact->fact : &fact->piece) = found.number;
    return code;
}

static int read_said(const struct asking *asking, struct fact_request *fact)
{
    const char *at;
    *fact = (struct fact_request){.count = 1,
                                  .at_ms = asking->now_ms,
                                  .period = DAY_NONE,
                                  .until = DAY_NONE,
                                  .chars = -1,
                                  .minutes = -1,
                                  .lang = asking->lang};
    int code = read_texts(asking, fact);
    if (code == 0 && (code = request_text(asking, "at", &at)) == 0 && at &&
        !request_instant(at, &fact->at_ms))
        code = request_bad(asking, "at");
    return code;
}

static int read_fact(const struct asking *asking, struct fact_request *fact)
{
    static const char *const known[] = {
        "do",      "kind",  "item",        "unit",  "count",    "at",   "period", "phase",
        "until",   "fact",  "key",         "actor", "note",     "lang", "person", "chars",
        "minutes", "piece", "approved_by", "files", "shingles", "of"};
    const char *kind;
    int code = request_fields(asking, known, sizeof known / sizeof *known);
    if (code == 0)
        code = read_said(asking, fact);
    if (code == 0 && (code = request_text(asking, "kind", &kind)) == 0 &&
        !read_kind(kind, &fact->kind))
        code = request_bad(asking, "kind");
    if (code == 0)
        code = read_numbers(asking, fact);
    if (code == 0)
        code = read_files(asking, fact);
    if (code == 0)
        code = read_shingles(asking, fact);
    return code < 0 ? code : read_of(asking, fact);
}

/* ---- what a clerk meets most, in the clerk's language ------------------------------------------ */

static int check_time(const struct asking *asking, struct fact_request *fact)
{
    enum lang lang = asking->lang;
    fact->timeless = holding_is_timeless(asking->holding, asking->now_ms);
    if (fact->timeless) {
        if (fact->at_ms == asking->now_ms)
            return err_set(asking->err, ERR_INVALID,
                           TR(lang, "the clock is not set: say with --at when it happened",
                              "时钟没有设置：请用 --at 写明发生的时间"));
    } else if (fact->at_ms > asking->now_ms)
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "the time lies ahead: only what has happened can be recorded",
                          "时间在将来：只能登记已经发生的事"));
    return 0;
}

/* What is said of a piece or fact that is named needs no item and unit; a person may stand for the unit. */
static int check_names(const struct asking *asking, struct fact_request *fact)
{
    const struct holding *holding = asking->holding;
    enum lang lang = asking->lang;
    uint32_t item, row;
    int code = 0;
    bool named = fact->kind >= FACT_ACCEPTED ||
                 (fact->kind == FACT_WITHDRAWN && (fact->fact || fact->piece));
    if (!named && (!fact->item || (!fact->unit && !fact->person)))
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "an item and a unit are needed", "要写明事项和单位"));
    if (fact->kind >= FACT_ACCEPTED && !fact->piece)
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "which piece? Name it, such as f17", "要写明是哪一件，如 f17"));
    if (fact->item)
        code = names_item(holding->plan, fact->item, lang, &item, asking->err);
    if (code == 0 && fact->unit)
        code = names_unit(holding->roster, fact->unit, lang, &row, asking->err);
    if (code == 0 && fact->person)
        code = names_unit(holding->roster, fact->person, lang, &row, asking->err);
    if (code < 0)
        return code;
    if (fact->item)
        fact->item = holding->plan->items[item].id;
    return 0;
}

static int check_fact(const struct asking *asking, struct fact_request *fact)
{
    enum lang lang = asking->lang;
    int code = check_names(asking, fact);
    if (code == 0 && fact->kind == FACT_SUBMITTED && fact->count < 1)
        code = err_set(asking->err, ERR_INVALID,
                       TR(lang, "the count must be at least 1", "件数至少是 1"));
    if (code == 0)
        code = check_time(asking, fact);
    if (code < 0)
        return code;
    if (fact->kind == FACT_EXTENDED && fact->until == DAY_NONE)
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "an extension needs its new day", "延期要写明新的期限"));
    bool reason = fact->kind == FACT_EXCUSED || fact->kind == FACT_EXTENDED ||
                  fact->kind == FACT_RETURNED;
    if (reason && (!fact->note || !*fact->note))
        return err_set(asking->err, ERR_INVALID, TR(lang, "a reason is needed", "要写明理由"));
    return 0;
}

/* ---- facts ------------------------------------------------------------------------------------ */

static void set_names(const struct asking *asking, struct value *map, uint32_t item,
                      uint32_t unit)
{
    const struct roster *roster = asking->holding->roster;
    if (item != ITEM_NONE) {
        value_set_string(asking->arena, map, "item", asking->holding->plan->items[item].id);
        value_set_string(asking->arena, map, "item_name",
                         asking->holding->plan->items[item].name);
    }
    if (unit != UNIT_NONE) {
        value_set_string(asking->arena, map, "unit", roster_id(roster, unit));
        value_set_string(asking->arena, map, "unit_name", roster_name(roster, unit));
    }
}

static void show_credits(const struct asking *asking, const struct fact_answer *fact,
                         struct value *answer)
{
    struct arena *arena = asking->arena;
    struct value *list = value_list(arena);
    for (size_t i = 0; i < fact->credit_count; i++) {
        const struct fact_credit *credit = &fact->credits[i];
        struct value *one = value_map(arena);
        set_names(asking, one, credit->item, credit->unit);
        value_set_int(arena, one, "done", credit->done);
        value_set_int(arena, one, "need", credit->need);
        request_set_true(asking, one, "met", credit->met);
        value_append(arena, list, one);
    }
    if (list->count)
        value_set(arena, answer, "credits", list);
}

static void show_likes(const struct asking *asking, struct value *answer, const char *field,
                       const struct fact_like *likes, size_t count, bool share)
{
    struct arena *arena = asking->arena;
    struct value *list = value_list(arena);
    for (size_t i = 0; i < count; i++) {
        struct value *one = value_map(arena);
        value_set_int(arena, one, "piece", likes[i].piece);
        set_names(asking, one, ITEM_NONE, likes[i].unit);
        request_set_day(asking, one, "day", civil_from_ms(likes[i].at_ms, NULL));
        if (likes[i].person != UNIT_NONE)
            value_set_string(arena, one, "person_name",
                             roster_name(asking->holding->roster, likes[i].person));
        if (share)
            value_set_int(arena, one, "share", likes[i].share);
        value_append(arena, list, one);
    }
    if (count)
        value_set(arena, answer, field, list);
}

/* Why it does not count, in the asker's language. */
static void show_why(const struct asking *asking, const struct fact_answer *fact,
                     struct value *answer)
{
    struct piece piece;
    struct buf why = {0};
    struct err none;
    if (fact->why == PIECE_COUNTS ||
        engine_piece(asking->holding->engine, 0, fact->piece, asking->lang, asking->arena,
                     &piece, &none) < 0)
        return;
    piece.why = fact->why;
    piece_add_why(&why, &piece, &asking->holding->plan->items[fact->duty.item], asking->lang);
    value_set_string(asking->arena, answer, "why", why.bytes);
    buf_free(&why);
}

static void show_piece(const struct asking *asking, const struct fact_answer *fact,
                       struct value *answer)
{
    value_set_int(asking->arena, answer, "piece", fact->piece);
    value_set_string(asking->arena, answer, "state", piece_state_name(fact->state));
    value_set(asking->arena, answer, "counts",
              value_bool(asking->arena, fact->why == PIECE_COUNTS));
    if (fact->chars >= 0)
        value_set_int(asking->arena, answer, "chars", fact->chars);
    show_why(asking, fact, answer);
    show_credits(asking, fact, answer);
    show_likes(asking, answer, "same_file", fact->same_file, fact->same_count, false);
    show_likes(asking, answer, "similar", fact->similar, fact->similar_count, true);
}

/* Recommending and selecting are each plan's own. */
static bool is_told(enum fact_kind kind)
{
    return kind == FACT_SUBMITTED || kind == FACT_ACCEPTED || kind == FACT_RETURNED ||
           kind == FACT_REWORKED;
}

/* What is the same in other plans: the command tells them. */
static void show_elsewhere(const struct asking *asking, const struct item *item,
                           struct value *answer)
{
    const struct plan *plan = asking->holding->plan;
    struct value *list = value_list(asking->arena);
    for (uint32_t i = 0; i < item->reach_count; i++) {
        const struct item *other = &plan->items[item->reach[i]];
        for (uint32_t k = 0; k < other->elsewhere_count; k++)
            value_append(asking->arena, list, value_string(asking->arena, other->elsewhere[k]));
    }
    if (list->count)
        value_set(asking->arena, answer, "elsewhere", list);
}

static void show_duty(const struct asking *asking, const struct fact_answer *fact,
                      struct value *answer)
{
    if (fact->duty.occasion.period != fact->duty.occasion.due)
        request_set_day(asking, answer, "period", fact->duty.occasion.period);
    request_set_day(asking, answer, "due", fact->duty.official);
    request_set_day(asking, answer, "original", fact->original);
    value_set_int(asking->arena, answer, "done", fact->done);
    value_set_int(asking->arena, answer, "need", fact->need);
    request_set_true(asking, answer, "met", fact->met);
    request_set_true(asking, answer, "excused", fact->excused);
    request_set_true(asking, answer, "late", fact->late);
}

static struct value *show_fact(const struct asking *asking, const struct fact_request *request,
                               const struct fact_answer *fact)
{
    const struct item *item = &asking->holding->plan->items[fact->duty.item];
    const struct value *records = value_get(value_get(item->sealed, "where"), "records");
    struct arena *arena = asking->arena;
    struct value *answer = value_map(arena);
    request_set_true(asking, answer, "ok", true);
    value_set_int(arena, answer, "number", fact->number);
    request_set_true(asking, answer, "repeated", fact->outcome == FACT_REPEATED);
    set_names(asking, answer, fact->duty.item, fact->unit);
    show_duty(asking, fact, answer);
    if (item->count.unit)
        value_set_string(arena, answer, "measure", item->count.unit);
    const struct amount *amount =
        amount_of_unit(&item->count, roster_id(asking->holding->roster, fact->unit));
    if (amount->max >= 0 && !amount->percent && (double)fact->done > amount->max)
        value_set_int(arena, answer, "surplus", fact->done - (int64_t)amount->max);
    if (fact->taken)
        value_set_int(arena, answer, "withdrawn", fact->taken);
    if (fact->piece)
        show_piece(asking, fact, answer);
    if (request->kind == FACT_SUBMITTED && records)
        value_set(arena, answer, "records", value_copy(arena, records));
    if (fact->piece && is_told(fact->taken ? fact->taken_kind : request->kind))
        show_elsewhere(asking, item, answer);
    if (request->kind == FACT_EXCUSED || request->kind == FACT_EXTENDED)
        value_set_string(arena, answer, "approved_by",
                         request->approver ? request->approver : request->actor);
    return answer;
}

/* What was never recorded here need not be taken back: only `of` can name such a thing. */
static struct value *show_absent(const struct asking *asking)
{
    struct value *answer = value_map(asking->arena);
    request_set_true(asking, answer, "ok", true);
    request_set_true(asking, answer, "absent", true);
    return answer;
}

struct value *request_fact(const struct asking *asking)
{
    struct fact_request request = {0};
    struct fact_answer answer = {0};
    int code = read_fact(asking, &request);
    if (code == ERR_NOT_FOUND && request.kind == FACT_WITHDRAWN)
        return show_absent(asking);
    if (code == 0)
        code = check_fact(asking, &request);
    if (code < 0)
        return request_error(asking->arena, asking->err);
    code = engine_fact(asking->holding->engine, 0, &request, asking->now_ms, asking->arena,
                       &answer, asking->err);
    if (code == 0)
        return show_fact(asking, &request, &answer);
    return request_error(asking->arena, asking->err);
}

/* ---- undoing ---------------------------------------------------------------------------------- */

static struct value *show_undone(const struct asking *asking, const struct undone *undone)
{
    struct arena *arena = asking->arena;
    struct value *answer = value_map(arena);
    request_set_true(asking, answer, "ok", true);
    value_set_int(arena, answer, "number", undone->number);
    request_set_true(asking, answer, "repeated", undone->outcome == FACT_REPEATED);
    value_set_int(arena, answer, "undone", undone->fact.number);
    value_set_string(arena, answer, "kind", kind_name(undone->fact.kind));
    value_set_int(arena, answer, "facts", (int64_t)undone->facts);
    if (undone->fact.kind == FACT_SUBMITTED)
        value_set_int(arena, answer, "count", undone->fact.value);
    set_names(asking, answer, undone->item, undone->unit);
    request_set_true(asking, answer, "roster", undone->roster);
    if (undone->item != ITEM_NONE && undone->facts == 1 && is_told(undone->fact.kind))
        show_elsewhere(asking, &asking->holding->plan->items[undone->item], answer);
    return answer;
}

struct value *request_undo(const struct asking *asking)
{
    static const char *const known[] = {"do", "at", "key", "actor", "note", "lang"};
    struct fact_request request = {0};
    struct undone undone = {0};
    int code = request_fields(asking, known, sizeof known / sizeof *known);
    if (code == 0)
        code = read_said(asking, &request);
    if (code == 0)
        code = check_time(asking, &request);
    if (code == 0)
        code = engine_undo(asking->holding->engine, 0, &request, asking->now_ms, asking->arena,
                           &undone, asking->err);
    if (code < 0)
        return request_error(asking->arena, asking->err);
    struct value *answer = show_undone(asking, &undone); /* by the roster of before */
    if (undone.roster && holding_renew(asking->holding, asking->err) < 0) {
        store_undo(asking->holding->store); /* a group of its own */
        return request_error(asking->arena, asking->err);
    }
    return answer;
}
