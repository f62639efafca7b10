#include "service/intake.h"

#include "base/table.h"
#include "engine/import.h"
#include "files/records.h"
#include "service/holding.h"
#include "service/names.h"
#include "store/facts.h"
#include "time/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEVERAL (UINT32_MAX - 1) /* of that name */

struct intake {
    struct arena *arena;
    enum lang lang;
    char token[24];
    struct records *records;
    struct import *import;
    struct table items,
        units;  /* ids of items and their names; names of units, when one is asked for */
    bool named; /* `units` is made */
    int64_t rows;
    int64_t touched_ms; /* by the monotonic clock */
    size_t told;        /* problems, in all */
};

/* One stage on its way. */
struct stage {
    struct holding *holding;
    struct intake *intake;
    const struct value *request;
    int64_t now_ms;
    struct arena *arena;
    enum lang lang;
    struct value *problems;
    int64_t unsaid;
};

void intake_free(struct intake *intake)
{
    if (!intake)
        return;
    import_free(intake->import);
    records_free(intake->records);
    table_free(&intake->items);
    table_free(&intake->units);
    arena_free(intake->arena);
    free(intake);
}

void intake_tidy(struct holding *holding)
{
    struct intake *intake = holding->intake;
    if (!intake || clock_monotonic() - intake->touched_ms < INTAKE_SILENT_MS)
        return;
    intake_free(intake);
    holding->intake = NULL;
}

/* ---- answers ------------------------------------------------------------------------------- */

static struct value *fail(const struct stage *stage, const char *message)
{
    struct value *answer = value_map(stage->arena);
    value_set_string(stage->arena, answer, "error", message);
    return answer;
}

static struct value *fail_field(const struct stage *stage, const char *field)
{
    return fail(stage, arena_printf(stage->arena,
                                    TR(stage->lang, "the request's “%s” is not as it should be",
                                       "请求中的“%s”不对"),
                                    field));
}

static struct value *lost(const struct stage *stage)
{
    struct value *answer =
        fail(stage, TR(stage->lang,
                       "the import was given up here: another one has begun, or the "
                       "plan has changed; nothing of it was recorded",
                       "这次导入已中止：另一次导入已经开始，或方案有了变化；一行也没有登记"));
    value_set(stage->arena, answer, "lost", value_bool(stage->arena, true));
    return answer;
}

static struct value *fine(const struct stage *stage)
{
    struct value *answer = value_map(stage->arena);
    value_set(stage->arena, answer, "ok", value_bool(stage->arena, true));
    return answer;
}

static void add_problems(const struct stage *stage, struct value *answer)
{
    if (stage->problems)
        value_set(stage->arena, answer, "problems", stage->problems);
    if (stage->unsaid)
        value_set_int(stage->arena, answer, "unsaid", stage->unsaid);
}

/* NULL = it is one too many to be said. */
static struct value *add_problem(struct stage *stage, const struct record_fault *fault)
{
    import_spoil(stage->intake->import);
    if (++stage->intake->told > FINDINGS_MOST) {
        stage->unsaid++;
        return NULL;
    }
    struct arena *arena = stage->arena;
    struct value *problem = value_map(arena);
    value_set_int(arena, problem, "line", fault->line);
    if (fault->column) {
        value_set_int(arena, problem, "column", fault->column);
        value_set_int(arena, problem, "length", fault->length);
    }
    value_set_string(arena, problem, "name", fault->name);
    value_set_string(arena, problem, "message", fault->message);
    if (fault->help)
        value_set_string(arena, problem, "help", fault->help);
    if (!stage->problems)
        stage->problems = value_list(arena);
    value_append(arena, stage->problems, problem);
    return problem;
}

static void take_fault(void *context, const struct record_fault *fault)
{
    add_problem(context, fault);
}

/* ---- begin --------------------------------------------------------------------------------- */

static void add_item_names(struct intake *intake, const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->item_count; i++)
        table_add(&intake->items, plan->items[i].id, strlen(plan->items[i].id), i);
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const char *name = plan->items[i].name;
        uint32_t other = table_add(&intake->items, name, strlen(name), i);
        if (other != TABLE_NONE && plan_find(plan, name) == ITEM_NONE)
            table_set(&intake->items, name, strlen(name), SEVERAL);
    }
}

static struct intake *intake_new(const struct stage *stage, enum records_format format,
                                 const char *actor)
{
    struct intake *intake = mem_resize(NULL, 1, sizeof *intake);
    *intake = (struct intake){.arena = arena_new(), .lang = stage->lang};
    snprintf(intake->token, sizeof intake->token, "%llx",
             (unsigned long long)clock_monotonic() << 16 | ++stage->holding->intakes);
    intake->touched_ms = clock_monotonic();
    intake->records = records_new(format, stage->lang);
    intake->import = import_new(stage->holding->engine, 0, actor, stage->lang);
    add_item_names(intake, stage->holding->plan);
    return intake;
}

static struct value *begin(struct stage *stage)
{
    const char *format = value_get_string(stage->request, "format");
    const char *header = value_get_string(stage->request, "header");
    const char *actor = value_get_string(stage->request, "actor");
    bool csv = format && strcmp(format, "csv") == 0;
    if (!csv && (!format || strcmp(format, "jsonl") != 0))
        return fail_field(stage, "format");
    if (csv && !header)
        return fail_field(stage, "header");
    intake_free(stage->holding->intake);
    stage->holding->intake = NULL;
    if (!stage->holding->roster)
        return fail(stage, TR(stage->lang, "the roster is not at hand", "没有名册"));
    struct intake *intake =
        intake_new(stage, csv ? RECORDS_CSV : RECORDS_JSONL, actor ? actor : "");
    stage->holding->intake = stage->intake = intake;
    if (csv &&
        records_header(intake->records, header, strlen(header), 1, take_fault, stage) < 0)
        return fail_field(stage, "header");
    struct value *answer = fine(stage);
    value_set_string(stage->arena, answer, "import", intake->token);
    return answer;
}

/* ---- rows ---------------------------------------------------------------------------------- */

static void add_unit_names(struct intake *intake, const struct roster *roster)
{
    uint32_t count = roster_count(roster);
    table_reserve(&intake->units, count);
    for (uint32_t unit = 0; unit < count; unit++) {
        const char *name = roster_name(roster, unit);
        if (table_add(&intake->units, name, strlen(name), unit) != TABLE_NONE)
            table_set(&intake->units, name, strlen(name), SEVERAL);
    }
    intake->named = true;
}

/* Whom a text means; what cannot be told at once, names_unit decides, or refuses. */
static int find_unit(struct stage *stage, const struct slice *said, uint32_t *unit,
                     struct err *err)
{
    struct intake *intake = stage->intake;
    const struct roster *roster = stage->holding->roster;
    *unit = roster_find(roster, said->bytes, said->length);
    if (*unit != UNIT_NONE)
        return 0;
    if (!intake->named)
        add_unit_names(intake, roster);
    *unit = table_get(&intake->units, said->bytes, said->length);
    if (*unit < SEVERAL)
        return 0;
    if (intake->told > FINDINGS_MOST) /* whose words nobody hears */
        return ERR_NOT_FOUND;
    return names_unit(roster, arena_copy(stage->arena, said->bytes, said->length), stage->lang,
                      unit, err);
}

static int find_item(struct stage *stage, const struct slice *said, uint32_t *item,
                     struct err *err)
{
    *item = table_get(&stage->intake->items, said->bytes, said->length);
    if (*item < SEVERAL)
        return 0;
    if (stage->intake->told > FINDINGS_MOST)
        return ERR_NOT_FOUND;
    return names_item(stage->holding->plan, arena_copy(stage->arena, said->bytes, said->length),
                      stage->lang, item, err);
}

static int find_phase(struct stage *stage, const struct slice *said, uint32_t *phase,
                      struct err *err)
{
    const struct plan *plan = stage->holding->plan;
    int code = find_item(stage, said, phase, err);
    if (code < 0)
        return err_set(err, ERR_NOT_FOUND,
                       TR(stage->lang, "the plan has no phase “%.*s”", "方案里没有阶段“%.*s”"),
                       (int)said->length, said->bytes);
    if (plan->items[*phase].word != ITEM_PHASE)
        code = err_set(err, ERR_INVALID,
                       TR(stage->lang, "%s (%s) is no phase", "%s（%s）不是阶段"),
                       plan->items[*phase].id, plan->items[*phase].name);
    return code;
}

/* Looks up what a row names; `*field` is what is wrong on failure. */
static int look_up(struct stage *stage, const struct record *record, struct import_row *row,
                   enum record_field *field, struct err *err)
{
    const struct slice *texts = record->texts;
    int code = find_item(stage, &texts[ *field = RECORD_ITEM], &row->item, err);
    if (code == 0 && texts[RECORD_UNIT].length)
        code = find_unit(stage, &texts[ *field = RECORD_UNIT], &row->unit, err);
    if (code == 0 && texts[RECORD_PERSON].length)
        code = find_unit(stage, &texts[ *field = RECORD_PERSON], &row->person, err);
    if (code == 0 && texts[RECORD_PHASE].length)
        code = find_phase(stage, &texts[ *field = RECORD_PHASE], &row->phase, err);
    return code;
}

static void refuse_row(struct stage *stage, const struct record *record,
                       enum record_field field, const char *message)
{
    struct record_fault fault = {.name = "bad-row"};
    records_place(stage->intake->records, record, field, &fault);
    snprintf(fault.message, sizeof fault.message, "%s", message);
    add_problem(stage, &fault);
}

/* What import_add refuses lies most likely in … */
static enum record_field field_of(const struct record *record, const struct import_row *row,
                                  int64_t now_ms)
{
    return row->at_ms > now_ms                                      ? RECORD_AT
           : record->count < 1 || record->count > STORE_PIECES_MOST ? RECORD_COUNT
           : record->chars > INT32_MAX                              ? RECORD_CHARS
           : record->minutes > INT32_MAX                            ? RECORD_MINUTES
                                                                    : RECORD_ITEM;
}

/* While the clock was never set. */
static int check_time(const struct stage *stage, const struct import_row *row, struct err *err)
{
    if (row->at_ms != INT64_MIN)
        return 0;
    return err_set(err, ERR_INVALID, "%s",
                   TR(stage->lang, "the clock is not set: the row must say when it happened",
                      "时钟没有设置：这一行要写明发生的时间"));
}

/* Negative only for what ends the intake. */
static int take_row(struct stage *stage, const struct record *record, struct err *err)
{
    struct import_row row = {
        .line = record->line,
        .unit = UNIT_NONE,
        .person = UNIT_NONE,
        .phase = ITEM_NONE,
        .key = record->texts[RECORD_KEY],
        .note = record->texts[RECORD_NOTE],
        .count = record->count,
        .chars = record->chars,
        .minutes = record->minutes,
        .at_ms = record->at_ms,
        .period = record->period,
    };
    bool timeless = holding_is_timeless(stage->holding, stage->now_ms);
    int64_t latest = timeless ? INT64_MAX : stage->now_ms;
    enum record_field field;
    struct err wrong = {0};
    int code = look_up(stage, record, &row, &field, &wrong);
    if (code == 0 && timeless && (code = check_time(stage, &row, &wrong)) < 0)
        field = RECORD_AT;
    if (code == 0 && (code = import_add(stage->intake->import, &row, latest, &wrong)) < 0)
        field = field_of(record, &row, latest);
    if (code == ERR_LIMIT && err)
        *err = wrong;
    if (code == ERR_LIMIT || code == 0)
        return code;
    refuse_row(stage, record, field, wrong.message);
    return 0;
}

static int take_rows(struct stage *stage, const char *text, size_t length, uint32_t line,
                     struct err *err)
{
    struct intake *intake = stage->intake;
    struct record record;
    struct record_fault fault;
    int code = 0, more;
    records_start(intake->records, text, length, line);
    while (code == 0 && (more = records_next(intake->records, &record, &fault)) != 0) {
        intake->rows++;
        if (more < 0)
            add_problem(stage, &fault);
        else
            code = take_row(stage, &record, err);
    }
    return code;
}

static struct value *rows(struct stage *stage)
{
    const struct value *text = value_get(stage->request, "text");
    int64_t line = value_get_int(stage->request, "line", 0);
    struct err err = {0};
    if (!text || text->type != VALUE_STRING)
        return fail_field(stage, "text");
    if (line < 1 || line > INT32_MAX)
        return fail_field(stage, "line");
    if (take_rows(stage, text->string, text->length, (uint32_t)line, &err) < 0) {
        intake_free(stage->intake);
        stage->holding->intake = NULL;
        return fail(stage, err.message);
    }
    struct value *answer = fine(stage);
    value_set_int(stage->arena, answer, "rows", stage->intake->rows);
    add_problems(stage, answer);
    return answer;
}

/* ---- end ----------------------------------------------------------------------------------- */

static void take_refusal(void *context, uint32_t line, enum import_part part,
                         const char *message)
{
    static const enum record_field fields[] = {[IMPORT_ROW] = RECORD_FIELDS,
                                               [IMPORT_UNIT] = RECORD_UNIT,
                                               [IMPORT_KEY] = RECORD_KEY,
                                               [IMPORT_PHASE] = RECORD_PHASE,
                                               [IMPORT_PERIOD] = RECORD_PERIOD};
    struct stage *stage = context;
    struct record_fault fault = {.name = "bad-row", .line = line};
    snprintf(fault.message, sizeof fault.message, "%s", message);
    struct value *problem = add_problem(stage, &fault);
    if (problem && fields[part] != RECORD_FIELDS)
        value_set_string(stage->arena, problem, "field",
                         record_field_name(fields[part], LANG_EN));
}

static struct value *end(struct stage *stage)
{
    struct import_sum sum = {0};
    struct err err = {0};
    int code =
        import_record(stage->intake->import, stage->now_ms, take_refusal, stage, &sum, &err);
    struct value *answer = code < 0 ? fail(stage, err.message) : fine(stage);
    add_problems(stage, answer);
    if (code == 0) {
        value_set_int(stage->arena, answer, "rows", sum.rows);
        value_set_int(stage->arena, answer, "recorded", sum.recorded);
        value_set_int(stage->arena, answer, "repeated", sum.repeated);
        value_set_int(stage->arena, answer, "late", sum.late);
    }
    if (code == 0 && sum.again)
        value_set_int(stage->arena, answer, "again", sum.again);
    if (code == 0 && sum.taken_back)
        value_set_int(stage->arena, answer, "taken_back", sum.taken_back);
    if (code == 0 && sum.act)
        value_set_int(stage->arena, answer, "number", sum.act);
    intake_free(stage->intake);
    stage->holding->intake = NULL;
    return answer;
}

struct value *intake_do(struct holding *holding, const struct value *request, int64_t now_ms,
                        struct arena *arena)
{
    const char *what = value_get_string(request, "stage"),
               *lang = value_get_string(request, "lang");
    struct stage stage = {.holding = holding,
                          .intake = holding->intake,
                          .request = request,
                          .now_ms = now_ms,
                          .arena = arena,
                          .lang = lang && strncmp(lang, "zh", 2) == 0 ? LANG_ZH : LANG_EN};
    const char *token = value_get_string(request, "import");
    if (what && strcmp(what, "begin") == 0)
        return begin(&stage);
    if (!stage.intake || !token || strcmp(token, stage.intake->token) != 0)
        return lost(&stage);
    stage.lang = stage.intake->lang;
    stage.intake->touched_ms = clock_monotonic();
    if (what && strcmp(what, "rows") == 0)
        return rows(&stage);
    return what && strcmp(what, "end") == 0 ? end(&stage) : fail_field(&stage, "stage");
}
