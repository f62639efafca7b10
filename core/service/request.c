#include "service/request.h"

#include "engine/fact.h"
#include "service/intake.h"
#include "service/names.h"
#include "store/clocks.h"
#include "store/facts.h"
#include "time/civil.h"
#include "time/clock.h"

#include <stdio.h>
#include <string.h>

enum { ANSWER_SECONDS = 10, IMPORT_SECONDS = 600 };

/* One request on its way. */
struct asking {
    struct holding *holding;
    const struct value *request;
    int64_t now_ms;
    enum lang lang;
    struct arena *arena;
    struct err *err;
};

struct value *request_error(struct arena *arena, const struct err *err)
{
    struct value *answer = value_map(arena);
    value_set_string(arena, answer, "error", err->message);
    return answer;
}

static enum lang lang_of(const struct value *request)
{
    const char *lang = value_get_string(request, "lang");
    return lang && strncmp(lang, "zh", 2) == 0 ? LANG_ZH : LANG_EN;
}

/* Who holds the store, and why it can record nothing (NULL = it can). */
static struct value *answer_who(struct arena *arena, const char *holder, const char *problem)
{
    struct value *answer = value_map(arena);
    value_set(arena, answer, "ok", value_bool(arena, true));
    value_set_string(arena, answer, "holder", holder);
    if (problem)
        value_set_string(arena, answer, "problem", problem);
    return answer;
}

struct value *request_refused(const struct value *request, const struct value *answer,
                              struct arena *arena, const struct err *why)
{
    struct err err;
    const char *holder = answer ? value_get_string(answer, "holder") : NULL;
    if (holder)
        return answer_who(arena, holder, why->message);
    err_set(&err, why->code, TR(lang_of(request), "nothing was recorded – %s", "未登记：%s"),
            why->message);
    return request_error(arena, &err);
}

/* ---- reading ---------------------------------------------------------------------------------- */

static int bad(const struct asking *asking, const char *field)
{
    return err_set(
        asking->err, ERR_INVALID,
        TR(asking->lang, "the request's “%s” is not as it should be", "请求中的“%s”不对"),
        field);
}

/* A text of the request or NULL; ERR_INVALID when it is something else. */
static int read_text(const struct asking *asking, const char *field, const char **out)
{
    const struct value *value = value_get(asking->request, field);
    if (value && (value->type != VALUE_STRING || strlen(value->string) != value->length))
        return bad(asking, field);
    *out = value ? value->string : NULL;
    return 0;
}

static int read_day(const struct asking *asking, const char *field, int32_t *day)
{
    const char *text;
    int code = read_text(asking, field, &text);
    if (code < 0 || !text)
        return code;
    *day = civil_parse(text, strlen(text));
    return *day == CIVIL_NONE ? bad(asking, field) : 0;
}

static int read_number(const struct asking *asking, const char *field, int64_t *number)
{
    const struct value *value = value_get(asking->request, field);
    if (value && value->type != VALUE_INT)
        return bad(asking, field);
    if (value)
        *number = value->integer;
    return 0;
}

static bool digits(const char *text, const char *form)
{
    for (; *form; form++, text++)
        if (*form == '0' ? *text < '0' || *text > '9' : *text != *form)
            return false;
    return true;
}

static int two(const char *text)
{
    return (text[0] - '0') * 10 + text[1] - '0';
}

/* "Z" or "+08:00" behind the seconds, as minutes east; false when it is something else. */
static bool read_zone(const char *text, int *minutes)
{
    *minutes = 0;
    if (strcmp(text, "Z") == 0 || strcmp(text, "z") == 0)
        return true;
    if ((*text != '+' && *text != '-') || !digits(text + 1, "00:00") || text[6])
        return false;
    *minutes = (two(text + 1) * 60 + two(text + 4)) * (*text == '-' ? -1 : 1);
    return two(text + 1) < 24 && two(text + 4) < 60;
}

/* RFC 3339 with or without a fraction; a date alone is its 00:00, so that whoever knows the day only
 * is not late by it. */
static bool read_instant(const char *text, int64_t *at_ms)
{
    int zone;
    int32_t day = strlen(text) < 10 ? CIVIL_NONE : civil_parse(text, 10);
    if (day == CIVIL_NONE)
        return false;
    if (!text[10]) {
        *at_ms = civil_ms(day, 0);
        return true;
    }
    if ((text[10] != 'T' && text[10] != 't' && text[10] != ' ') ||
        !digits(text + 11, "00:00:00"))
        return false;
    const char *rest = text + 19;
    int64_t ms = 0, unit = 100;
    if (*rest == '.')
        for (rest++; *rest >= '0' && *rest <= '9'; rest++, unit /= 10)
            ms += (*rest - '0') * unit;
    int hour = two(text + 11), minute = two(text + 14), second = two(text + 17);
    if (hour > 23 || minute > 59 || second > 60 || !read_zone(rest, &zone))
        return false;
    int64_t minutes = (int64_t)day * CIVIL_DAY_MINUTES + (int64_t)hour * 60 + minute - zone;
    *at_ms = (minutes * 60 + second) * 1000 + ms;
    return true;
}

static bool read_kind(const char *text, enum fact_kind *kind)
{
    static const struct {
        const char *name;
        enum fact_kind kind;
    } kinds[] = {{"submit", FACT_SUBMITTED},
                 {"excuse", FACT_EXCUSED},
                 {"extend", FACT_EXTENDED},
                 {"withdraw", FACT_WITHDRAWN}};
    for (size_t i = 0; text && i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(text, kinds[i].name) != 0)
            continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

/* A field that nobody knows is a slip, and what it was to say would be lost. */
static int check_fields(const struct asking *asking, const char *const *known, size_t count)
{
    for (uint32_t i = 0; i < asking->request->pairs; i++) {
        bool found = false;
        for (size_t k = 0; k < count && !found; k++)
            found = strcmp(asking->request->map[i].key, known[k]) == 0;
        if (!found)
            return bad(asking, asking->request->map[i].key);
    }
    return asking->request->count ? bad(asking, "") : 0;
}

static int read_texts(const struct asking *asking, struct fact_request *fact)
{
    const struct {
        const char *name;
        const char **to;
    } texts[] = {{"item", &fact->item}, {"unit", &fact->unit},   {"phase", &fact->phase},
                 {"key", &fact->key},   {"actor", &fact->actor}, {"note", &fact->note}};
    int code = 0;
    for (size_t i = 0; i < sizeof texts / sizeof *texts && code == 0; i++)
        code = read_text(asking, texts[i].name, texts[i].to);
    return code;
}

static int read_fact(const struct asking *asking, struct fact_request *fact)
{
    static const char *const known[] = {"do",  "kind",   "item",  "unit",  "count",
                                        "at",  "period", "phase", "until", "fact",
                                        "key", "actor",  "note",  "lang"};
    const char *kind, *at;
    *fact = (struct fact_request){.count = 1,
                                  .at_ms = asking->now_ms,
                                  .period = DAY_NONE,
                                  .until = DAY_NONE,
                                  .lang = asking->lang};
    int code = check_fields(asking, known, sizeof known / sizeof *known);
    if (code == 0 && (code = read_text(asking, "kind", &kind)) == 0 &&
        !read_kind(kind, &fact->kind))
        code = bad(asking, "kind");
    if (code == 0)
        code = read_texts(asking, fact);
    if (code == 0 && (code = read_text(asking, "at", &at)) == 0 && at &&
        !read_instant(at, &fact->at_ms))
        code = bad(asking, "at");
    if (code == 0)
        code = read_number(asking, "count", &fact->count);
    if (code == 0)
        code = read_number(asking, "fact", &fact->fact);
    if (code == 0)
        code = read_day(asking, "period", &fact->period);
    if (code == 0)
        code = read_day(asking, "until", &fact->until);
    return code;
}

/* ---- what a clerk meets most, in the clerk's language ------------------------------------------ */

/* A machine that does not know the year, and never did. */
static bool is_unset(const struct asking *asking)
{
    struct clock_reading sure;
    bool any = true;
    struct err err;
    return civil_from_day(civil_from_ms(asking->now_ms, NULL)).year < TRUST_SINCE_YEAR &&
           store_last_clock(asking->holding->store, &sure, &any, &err) == 0 && !any;
}

static int check_fact(const struct asking *asking, struct fact_request *fact)
{
    const struct holding *holding = asking->holding;
    enum lang lang = asking->lang;
    uint32_t item, row;
    if (!fact->item || !fact->unit)
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "an item and a unit are needed", "要写明事项和单位"));
    int code = names_item(holding->plan, fact->item, lang, &item, asking->err);
    if (code == 0)
        code = names_unit(holding->roster, fact->unit, lang, &row, asking->err);
    if (code < 0)
        return code;
    fact->item = holding->plan->items[item].id;
    if (fact->kind == FACT_SUBMITTED && fact->count < 1)
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "the count must be at least 1", "件数至少是 1"));
    if (is_unset(asking)) {
        if (fact->at_ms == asking->now_ms)
            return err_set(asking->err, ERR_INVALID,
                           TR(lang, "the clock is not set: say with --at when it happened",
                              "时钟没有设置：请用 --at 写明发生的时间"));
    } else if (fact->at_ms > asking->now_ms)
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "the time lies ahead: only what has happened can be recorded",
                          "时间在将来：只能登记已经发生的事"));
    if (fact->kind == FACT_EXTENDED && fact->until == DAY_NONE)
        return err_set(asking->err, ERR_INVALID,
                       TR(lang, "an extension needs its new day", "延期要写明新的期限"));
    if ((fact->kind == FACT_EXCUSED || fact->kind == FACT_EXTENDED) &&
        (!fact->note || !*fact->note))
        return err_set(asking->err, ERR_INVALID, TR(lang, "a reason is needed", "要写明理由"));
    return 0;
}

/* ---- facts ------------------------------------------------------------------------------------ */

static void set_day(const struct asking *asking, struct value *answer, const char *field,
                    int32_t day)
{
    char text[11];
    if (day != DAY_NONE && day != DAY_OPEN)
        value_set_string(asking->arena, answer, field, civil_format(day, text));
}

static void set_true(const struct asking *asking, struct value *answer, const char *field,
                     bool holds)
{
    if (holds)
        value_set(asking->arena, answer, field, value_bool(asking->arena, true));
}

static struct value *show_fact(const struct asking *asking, const struct fact_answer *fact)
{
    const struct item *item = &asking->holding->plan->items[fact->duty.item];
    const struct roster *roster = asking->holding->roster;
    struct arena *arena = asking->arena;
    struct value *answer = value_map(arena);
    set_true(asking, answer, "ok", true);
    value_set_int(arena, answer, "number", fact->number);
    set_true(asking, answer, "repeated", fact->outcome == FACT_REPEATED);
    value_set_string(arena, answer, "item", item->id);
    value_set_string(arena, answer, "item_name", item->name);
    value_set_string(arena, answer, "unit", roster_id(roster, fact->unit));
    value_set_string(arena, answer, "unit_name", roster_name(roster, fact->unit));
    if (fact->duty.occasion.period != fact->duty.occasion.due)
        set_day(asking, answer, "period", fact->duty.occasion.period);
    set_day(asking, answer, "due", fact->duty.official);
    value_set_int(arena, answer, "done", fact->done);
    value_set_int(arena, answer, "need", fact->need);
    if (item->count.unit)
        value_set_string(arena, answer, "measure", item->count.unit);
    set_true(asking, answer, "met", fact->met);
    set_true(asking, answer, "excused", fact->excused);
    set_true(asking, answer, "late", fact->late);
    return answer;
}

static struct value *do_fact(const struct asking *asking)
{
    struct fact_request request;
    struct fact_answer answer;
    int code = read_fact(asking, &request);
    if (code == 0)
        code = check_fact(asking, &request);
    if (code < 0)
        return request_error(asking->arena, asking->err);
    code = engine_fact(asking->holding->engine, 0, &request, asking->now_ms, asking->arena,
                       &answer, asking->err);
    if (code == 0)
        return show_fact(asking, &answer);
    return request_error(asking->arena, asking->err);
}

/* ---- revisions -------------------------------------------------------------------------------- */

/* A text that may hold anything but is one. */
static int read_bytes(const struct asking *asking, const struct value *from, const char *field,
                      const char **text, size_t *length)
{
    const struct value *value = value_get(from, field);
    if (!value || value->type != VALUE_STRING)
        return bad(asking, field);
    *text = value->string;
    if (length)
        *length = value->length;
    return 0;
}

static int read_sources(const struct asking *asking, struct store_revision *revision)
{
    const struct value *list = value_get(asking->request, "sources");
    if (!list || list->type != VALUE_LIST || list->count == 0)
        return bad(asking, "sources");
    struct store_source *sources = arena_array(asking->arena, list->count, sizeof *sources);
    int code = 0;
    for (uint32_t i = 0; i < list->count && code == 0; i++) {
        code = read_bytes(asking, list->items[i], "file", &sources[i].file, NULL);
        if (code == 0)
            code = read_bytes(asking, list->items[i], "sha256", &sources[i].sha256, NULL);
        if (code == 0)
            code = read_bytes(asking, list->items[i], "text", &sources[i].text,
                              &sources[i].length);
    }
    revision->sources = sources;
    revision->source_count = list->count;
    return code;
}

static struct value *do_apply(const struct asking *asking)
{
    struct store_revision revision = {.taken_ms = asking->now_ms};
    int code = read_bytes(asking, asking->request, "hash", &revision.hash, NULL);
    if (code == 0)
        code = read_bytes(asking, asking->request, "text", &revision.text, &revision.length);
    if (code == 0)
        code = read_bytes(asking, asking->request, "path", &revision.path, NULL);
    if (code == 0)
        code = read_sources(asking, &revision);
    if (code == 0)
        code = holding_take(asking->holding, &revision, asking->err);
    if (code < 0)
        return request_error(asking->arena, asking->err);
    struct value *answer = value_map(asking->arena);
    set_true(asking, answer, "ok", true);
    value_set_string(asking->arena, answer, "revision", asking->holding->revision.hash);
    return answer;
}

/* ---- all of them ------------------------------------------------------------------------------ */

static struct value *do_who(const struct asking *asking)
{
    const struct holder *holder = asking->holding->holder;
    return answer_who(asking->arena, holder ? holder_line(holder) : "", NULL);
}

struct value *request_accepted(struct arena *arena, const struct trust *before)
{
    struct value *answer = value_map(arena);
    value_set(arena, answer, "ok", value_bool(arena, true));
    value_set_string(arena, answer, "doubt", trust_name(before->doubt));
    value_set_int(arena, answer, "jump_ms", before->jump_ms);
    return answer;
}

struct value *request_do(struct holding *holding, const struct value *request, int64_t now_ms,
                         struct arena *arena)
{
    struct err err = {0};
    const char *what;
    struct asking asking = {holding, request, now_ms, lang_of(request), arena, &err};
    if (request->type == VALUE_MAP && read_text(&asking, "do", &what) == 0 && what) {
        if (strcmp(what, "fact") == 0)
            return do_fact(&asking);
        if (strcmp(what, "apply") == 0)
            return do_apply(&asking);
        if (strcmp(what, "import") == 0)
            return intake_do(holding, request, now_ms, arena);
        if (strcmp(what, "who") == 0)
            return do_who(&asking);
    }
    bad(&asking, "do");
    return request_error(arena, &err);
}

bool request_is_repeatable(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    return value_get(request, "key") || (what && strcmp(what, "apply") == 0);
}

static bool is_import_end(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    const char *stage = value_get_string(request, "stage");
    return what && stage && strcmp(what, "import") == 0 && strcmp(stage, "end") == 0;
}

bool request_is_alone(const struct value *request)
{
    const char *what = value_get_string(request, "do");
    return (what && strcmp(what, "apply") == 0) || is_import_end(request);
}

int request_seconds(const struct value *request)
{
    return is_import_end(request) ? IMPORT_SECONDS : ANSWER_SECONDS;
}

/* ---- sending ---------------------------------------------------------------------------------- */

int request_now(const struct holding *holding, bool fast, int64_t *now_ms, struct err *err)
{
    struct trust trust;
    if (fast)
        return holding_reached(holding, now_ms, err);
    int code = holding_trust(holding, &trust, err);
    if (code == 0)
        *now_ms = trust.now_ms;
    return code;
}

/* `*taken` = the lock was ours: what failed then would fail again. */
static int do_here(const struct holding_options *options, const struct value *request,
                   struct arena *arena, struct value **answer, bool *taken, struct err *err)
{
    struct holding_options run = *options;
    struct holding holding;
    int64_t now_ms = 0;
    run.mode = HOLDING_RUN;
    run.anew = false;
    int code = holding_open(&run, &holding, err);
    *taken = holding.holder != NULL;
    if (code == 0)
        code = request_now(&holding, run.fast, &now_ms, err);
    if (code == 0) {
        struct value *said = request_do(&holding, request, now_ms, arena);
        code = store_flush(holding.store, err);
        if (code == 0)
            *answer = said;
    }
    holding_close(&holding);
    return code;
}

int request_send(const struct holding_options *options, const struct value *request,
                 struct arena *arena, struct value **answer, struct err *err)
{
    char folder[HOLDER_PATH_MOST];
    const char *id, *name = NULL;
    int code = holding_plan_id(options->script, arena, &id, err);
    if (code == 0)
        name = options->fast ? arena_printf(arena, "%s.fast", id) : id;
    if (code == 0 && options->folder)
        snprintf(folder, sizeof folder, "%s", options->folder);
    else if (code == 0)
        code = holder_folder(folder, err);
    if (code < 0)
        return code;
    for (int tries = 1;; tries++) {
        bool taken = false;
        code = holder_ask(folder, name, request, arena, answer, err);
        if (code != ERR_NOT_FOUND)
            return code;
        code = do_here(options, request, arena, answer, &taken, err);
        /* between asking and taking another may take */
        if (code != ERR_LIMIT || taken || tries == REQUEST_TRIES)
            return code;
    }
}
