#include "service/holding_data.h"

#include "base/json.h"
#include "base/utf8.h"
#include "engine/fact.h"
#include "engine/revise.h"
#include "script/lexer.h"
#include "script/source.h"
#include "service/adopt.h"
#include "service/holding_shared.h"
#include "service/inputs.h"
#include "service/intake.h"
#include "store/clocks.h"
#include "store/disk.h"
#include "store/facts.h"
#include "store/numbers.h"
#include "time/civil.h"
#include "time/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a revision is made into: all that holding_take exchanges. */
struct made {
    struct arena *arena;
    struct store_revision revision;
    const struct plan *plan;
    struct roster *roster;
    uint64_t roster_print;
    struct life_list life;
};

static void made_free(struct made *made)
{
    roster_free(made->roster);
    life_free(&made->life);
    arena_free(made->arena);
    *made = (struct made){0};
}

/* ---- the script ------------------------------------------------------------------------------- */

static const char *folder_of(const char *path, struct arena *arena)
{
    const char *slash = strrchr(path, '/');
    return !slash ? "." : slash == path ? "/" : arena_copy(arena, path, (size_t)(slash - path));
}

static const char *last_part(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool is_id(const char *text, size_t length)
{
    if (length < 1 || length > 64 || text[0] == '.' || text[0] == '_' || text[0] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789._-", text[i]) || !text[i])
            return false;
    return true;
}

/* The text behind the first `plan` that is a word of its own: plan "id" or plan("id"). */
static const char *find_id(const struct lexed *lexed, struct arena *arena)
{
    const struct token *tokens = lexed->tokens;
    for (size_t i = 0; i + 1 < lexed->count; i++) {
        if (tokens[i].kind != TOKEN_NAME || !lexer_is(lexed, &tokens[i], "plan") ||
            (i && lexer_is_mark(&tokens[i - 1], '.')))
            continue;
        const struct token *next = &tokens[i + 1];
        if (lexer_is_mark(next, '(') && i + 2 < lexed->count)
            next++;
        const char *text = lexed->source->text + next->start + 1;
        if (next->kind == TOKEN_STRING && next->length > 2 && is_id(text, next->length - 2))
            return arena_copy(arena, text, next->length - 2);
    }
    return NULL;
}

static bool is_gone(const char *path)
{
    return access(path, F_OK) < 0 && errno == ENOENT;
}

/* What a file of that name usually declares; NULL when that is no id. */
static const char *id_by_name(const char *script, struct arena *arena)
{
    const char *name = last_part(script);
    size_t length = strlen(name);
    if (length > 4 && strcmp(name + length - 4, ".lua") == 0)
        length -= 4;
    return is_id(name, length) ? arena_copy(arena, name, length) : NULL;
}

int holding_plan_id(const char *script, struct arena *arena, const char **id, struct err *err)
{
    struct arena *scratch = arena_new();
    struct findings findings = findings_new(scratch, lang_of_environment());
    struct source *source = NULL;
    int code = source_load(scratch, folder_of(script, scratch), last_part(script), script,
                           &findings, &source);
    const char *found = code < 0 ? NULL : find_id(lexer_read(scratch, source), arena);
    if (code < 0 && is_gone(script) && (found = id_by_name(script, arena)))
        code = 0;
    if (code < 0) /* ERR_NOT_FOUND is for a store that is not there */
        code = err_set(err, code == ERR_NOT_FOUND ? ERR_IO : code, "%s: %s", script,
                       findings.count ? findings.list[0].message : "cannot be read");
    else if (!found)
        code = err_set(err, ERR_INVALID,
                       TR(findings.lang, "%s: no plan \"id\" is to be found in it",
                          "%s：里面没有找到 plan \"编号\""),
                       script);
    else
        *id = found;
    findings_free(&findings);
    arena_free(scratch);
    return code;
}

/* Errors of a script that is only compared are no errors of the run. */
static void add_as_warnings(const struct findings *from, struct findings *to)
{
    for (size_t i = 0; i < from->count; i++) {
        const struct finding *finding = &from->list[i];
        enum severity severity =
            finding->severity == SEVERITY_ERROR ? SEVERITY_WARNING : finding->severity;
        struct finding *added =
            finding_add(to, severity, finding->name, finding->place, "%s", finding->message);
        added->other = finding->other;
        added->other_text = finding->other_text;
        added->help = finding->help;
    }
}

static int compare_script(struct holding *holding, struct findings *findings, struct err *err)
{
    struct findings own = findings_new(findings->arena, findings->lang);
    struct err ignored = {0};
    int code =
        load_plan(holding->host, holding->script, NULL, &own, &holding->loaded, &ignored);
    add_as_warnings(&own, findings);
    findings_free(&own);
    if (code == ERR_INTERNAL && err)
        *err = ignored;
    if (code == ERR_INTERNAL)
        return code;
    holding->changed =
        code == 0 && strcmp(holding->loaded->revision, holding->revision.hash) != 0;
    return 0;
}

/* ---- from text to plan ------------------------------------------------------------------------ */

static int compile(struct holding *holding, struct made *made, struct err *err)
{
    static const struct value_limits limits = {4000000, VALUE_DEPTH_MOST, 64 << 20};
    struct value *sealed = NULL;
    int code = json_parse(made->arena, made->revision.text, made->revision.length, &limits,
                          &sealed, err);
    return code < 0 ? code
                    : plan_compile(made->arena, sealed, host_calendar(holding->host),
                                   &made->plan, err);
}

uint64_t holding_print(const struct holding *holding, const struct plan *plan)
{
    struct arena *arena = arena_new();
    uint64_t print = inputs_print(plan, folder_of(holding->script, arena));
    arena_free(arena);
    return print;
}

int holding_load(struct holding *holding, const struct plan *plan, struct life_list *life,
                 int32_t day, struct findings *findings, struct roster **roster,
                 struct err *err)
{
    const struct source *script = holding->loaded ? holding->loaded->sources[0].text : NULL;
    struct arena *arena = arena_new();
    size_t before = findings->errors;
    int code = inputs_load_life(plan, folder_of(holding->script, arena), script, life, day,
                                findings, roster, err);
    if (code == 0 && findings->errors > before)
        code = err_set(err, ERR_INVALID, "%s",
                       TR(findings->lang, "the roster has errors", "名册有错误"));
    arena_free(arena);
    return code;
}

static int load_rosters(struct holding *holding, struct made *made, struct findings *findings,
                        struct err *err)
{
    int code = life_read(holding->store, holding->id, &made->life, err);
    made->roster_print = holding_print(holding, made->plan); /* before: what comes is newer */
    return code < 0 ? code
                    : holding_load(holding, made->plan, &made->life, holding->day, findings,
                                   &made->roster, err);
}

int holding_bind(struct holding *holding, const struct plan *plan, const struct roster *roster,
                 struct engine **engine, struct err *err)
{
    struct engine_input input = {plan, host_calendar(holding->host), roster};
    return engine_new(holding->store, &input, 1, engine, err);
}

/* Exchanges what runs; the old one, if any, is freed. */
static void keep(struct holding *holding, struct made *made, struct engine *engine)
{
    struct made old = {
        .arena = holding->plan_arena, .roster = holding->roster, .life = holding->life};
    intake_free(holding->intake); /* its rows are about what goes */
    holding->intake = NULL;
    engine_free(holding->engine);
    made_free(&old);
    holding->plan_arena = made->arena;
    holding->revision = made->revision;
    holding->plan = made->plan;
    holding->roster = made->roster;
    holding->roster_print = made->roster_print;
    holding->life = made->life;
    holding->engine = engine;
    holding->takes++;
    *made = (struct made){0};
}

/* ---- opening ---------------------------------------------------------------------------------- */

const struct store_source *holding_sources(const struct loaded *loaded, struct arena *arena)
{
    struct store_source *sources = arena_array(arena, loaded->source_count, sizeof *sources);
    for (size_t i = 0; i < loaded->source_count; i++)
        sources[i] = (struct store_source){loaded->sources[i].file, loaded->sources[i].sha256,
                                           loaded->sources[i].text->text,
                                           loaded->sources[i].text->length};
    return sources;
}

/* The revision that the script is now, its texts the load's. */
static struct store_revision revision_of(const struct holding *holding, struct arena *arena)
{
    const struct loaded *loaded = holding->loaded;
    struct clock wall = clock_real();
    char *path = realpath(holding->script, NULL);
    struct store_revision revision = {
        .plan = loaded->id,
        .hash = loaded->revision,
        .text = loaded->text,
        .length = loaded->length,
        .path = arena_string(arena, path ? path : holding->script),
        .sources = holding_sources(loaded, arena),
        .source_count = loaded->source_count,
        .taken_ms = clock_now(&wall),
    };
    free(path);
    return revision;
}

/* The first time: the script becomes the store's revision. */
static int take_script(struct holding *holding, struct findings *findings, struct err *err)
{
    uint32_t number;
    int code = holding->loaded ? 0
                               : load_plan(holding->host, holding->script, NULL, findings,
                                           &holding->loaded, err);
    if (code == ERR_INVALID || code == ERR_IO)
        return err_set(
            err, code,
            TR(findings->lang, "%s has errors and cannot be run", "%s 有错误，不能运行"),
            holding->script);
    if (code < 0)
        return code;
    struct store_revision revision = revision_of(holding, holding->arena);
    return store_take_revision(holding->store, &revision, NULL, 0, &number, err);
}

/* A revision that another process has made of a new script becomes the store's. */
static int take_first(struct holding *holding, const struct store_revision *first,
                      struct made *made, struct err *err)
{
    uint32_t number;
    int code = holding_copy_revision(holding, first, made->arena, &made->revision, err);
    return code < 0
               ? code
               : store_take_revision(holding->store, &made->revision, NULL, 0, &number, err);
}

/* What says something of the rest goes first. */
static int remove_store(const struct holding *holding, struct err *err)
{
    static const char *const ends[] = {"-mark", "", "-wal", "-shm"};
    int code = 0;
    for (size_t i = 0; i < sizeof ends / sizeof *ends && code == 0; i++)
        code = disk_remove(
            arena_printf(holding->arena, "%s/%s.db%s", holding->folder, holding->name, ends[i]),
            err);
    return code;
}

static int take_lock(struct holding *holding, const struct holding_options *options,
                     struct err *err)
{
    struct err refused = {0};
    const char *who = arena_printf(holding->arena, "%s %s",
                                   options->who ? options->who : "planrun", holding->script);
    int code = holder_take(holding->folder, holding->name, who, &holding->holder, &refused);
    if (code == ERR_LIMIT)
        return err_set(err, code,
                       TR(options->lang, "another process runs the plan %s: %s",
                          "方案 %s 正由另一个进程运行：%s"),
                       holding->id, refused.message);
    if (code < 0 && err)
        *err = refused;
    return code;
}

static int open_store(struct holding *holding, const struct holding_options *options,
                      struct err *err)
{
    const char *path = arena_printf(holding->arena, "%s/%s.db", holding->folder, holding->name);
    bool stored = options->mode != HOLDING_MEMORY && holding_is_stored(path);
    if (options->mode == HOLDING_RUN && options->fast && !options->anew && !stored)
        return err_set(
            err, ERR_NOT_FOUND,
            TR(options->lang,
               "there is no accelerated run of the plan %s: --from or --speed begin one",
               "方案 %s 还没有快走过：用 --from 或 --speed 开始"),
            holding->id);
    if ((!stored || options->anew) && is_gone(holding->script))
        return err_set(err, ERR_IO,
                       TR(options->lang, "%s: there is no such file", "%s：没有这个文件"),
                       holding->script);
    if (options->mode == HOLDING_MEMORY)
        return store_open(NULL, STORE_WRITE, &holding->store, err);
    if (options->mode == HOLDING_RUN) {
        int code = take_lock(holding, options, err);
        if (code == 0 && options->anew)
            code = remove_store(holding, err);
        return code < 0 ? code : store_open(path, STORE_WRITE, &holding->store, err);
    }
    int code = store_open(path, STORE_READ, &holding->store, err); /* gone is another thing */
    if (code == ERR_NOT_FOUND)
        err_set(err, code,
                TR(options->lang, "the plan %s has not been run yet (%s)",
                   "方案 %s 还没有运行过（%s）"),
                holding->id, path);
    return code;
}

/* In memory there is no other plan. */
static int find_store(struct holding *holding, const struct holding_options *options,
                      struct err *err)
{
    holding->name = holding->id;
    if (options->mode == HOLDING_MEMORY)
        return 0;
    int code = holding_store_of(holding->script, options->folder, options->fast, holding->arena,
                                &holding->id, &holding->name, holding->folder, err);
    bool served = code == 0 && strcmp(holding->name, HOLDING_SERVICE) == 0;
    if (served && options->alone)
        return err_set(err, ERR_LIMIT,
                       TR(options->lang,
                          "the plan %s is in the service's store: 'planrun serve' runs it",
                          "方案 %s 的数据在服务的数据库中，由 planrun serve 运行"),
                       holding->id);
    return code;
}

/* A plan that was run in a store of its own is taken over. */
static int share(struct holding *holding, const struct holding_shared *shared, struct err *err)
{
    holding->shared = true;
    holding->name = HOLDING_SERVICE;
    holding->host = shared->host;
    holding->holder = shared->holder;
    holding->store = shared->store;
    memcpy(holding->folder, shared->folder, sizeof holding->folder);
    return adopt_plan(shared->store, shared->folder, holding->id, holding->lang,
                      &holding->adopted, err);
}

/* The stored revision, taken from the script where there is none yet. */
static int find_revision(struct holding *holding, const struct holding_options *options,
                         struct made *made, struct findings *findings, struct err *err)
{
    uint32_t number;
    struct err own = {0};
    int code = store_revision(holding->store, holding->id, made->arena, &made->revision,
                              &number, &own);
    if (code == ERR_NOT_FOUND && options->mode == HOLDING_READ)
        return err_set(
            err, code,
            TR(options->lang, "the plan %s has not been run yet", "方案 %s 还没有运行过"),
            holding->id);
    if (code == ERR_NOT_FOUND && options->stored && !options->first)
        return err_set(err, code, "%s", own.message);
    if (code == ERR_NOT_FOUND) {
        code = options->first ? take_first(holding, options->first, made, err)
                              : take_script(holding, findings, err);
        if (code == 0)
            code = store_revision(holding->store, holding->id, made->arena, &made->revision,
                                  &number, err);
    } else if (code < 0 && err) {
        *err = own;
    }
    return code;
}

/* Which roster is asked for: that of the time by which the plan lives. */
static int find_day(struct holding *holding, const struct holding_options *options,
                    struct err *err)
{
    struct clock wall = clock_real();
    struct clock_reading last;
    struct trust trust;
    bool any = false;
    holding->day = options->day;
    if (options->day)
        return 0;
    holding->day = civil_from_ms(clock_now(&wall), NULL);
    if (options->mode == HOLDING_MEMORY)
        return 0;
    int code = options->fast ? store_last_clock(holding->store, &last, &any, err)
                             : holding_trust(holding, &trust, err);
    if (code == 0 && (any || !options->fast))
        holding->day = civil_from_ms(any ? last.wall_ms : trust.now_ms, NULL);
    return code;
}

/* Everything that was sent is checked like what comes later. */
static int check_first(const struct holding *holding, const struct holding_options *options,
                       const struct made *made, struct err *err)
{
    return options->first ? holding_check_revision(holding, &made->revision, made->plan, err)
                          : 0;
}

static int open_plan(struct holding *holding, const struct holding_options *options,
                     struct findings *findings, struct err *err)
{
    struct made made = {.arena = arena_new()};
    struct engine *engine = NULL;
    int code = find_day(holding, options, err);
    if (code == 0)
        code = find_revision(holding, options, &made, findings, err);
    if (code == 0)
        code = compile(holding, &made, err);
    if (code == 0)
        code = check_first(holding, options, &made, err);
    if (code == 0 && !options->no_roster) {
        code = load_rosters(holding, &made, findings, err);
        if (code == ERR_NOT_FOUND) /* that is for a store, or a plan in it, that is not there */
            code =
                err_set(err, ERR_IO, TR(holding->lang, "a roster is missing", "名册文件不在"));
    }
    if (code == 0)
        code = holding_bind(holding, made.plan, made.roster, &engine, err);
    if (code == 0 && options->mode != HOLDING_READ)
        code = store_flush(holding->store, err);
    if (code == 0)
        keep(holding, &made, engine);
    else
        engine_free(engine);
    made_free(&made);
    bool compare = options->compare && !holding->loaded;
    return code == 0 && compare ? compare_script(holding, findings, err) : code;
}

static int open_all(struct holding *holding, const struct holding_options *options,
                    struct findings *findings, struct err *err)
{
    int code = holding_plan_id(options->script, holding->arena, &holding->id, err);
    if (code < 0)
        return code;
    size_t length = strlen(holding->id);
    if (length > 5 && strcmp(holding->id + length - 5, ".fast") == 0)
        return err_set(err, ERR_INVALID,
                       TR(options->lang,
                          "%s: a plan's id does not end in .fast: that is the store of "
                          "accelerated runs",
                          "%s：方案编号不能以 .fast 结尾：那是加速运行的数据库"),
                       holding->id);
    if (options->shared) {
        code = share(holding, options->shared, err);
        if (code == 0)
            code = open_plan(holding, options, findings, err);
        if (code < 0) /* what it began to write is of nobody's interest */
            store_undo(holding->store);
        return code;
    }
    code = inputs_open_host(&holding->host, err);
    if (code == 0)
        code = find_store(holding, options, err);
    if (code == 0)
        code = open_store(holding, options, err);
    return code < 0 ? code : open_plan(holding, options, findings, err);
}

int holding_open(const struct holding_options *options, struct holding *out, struct err *err)
{
    *out = (struct holding){.arena = arena_new(), .lang = options->lang};
    struct findings own = findings_new(out->arena, options->lang);
    out->script = arena_string(out->arena, options->script);
    int code = open_all(out, options, options->findings ? options->findings : &own, err);
    if (code < 0 && own.errors)
        err_set(err, code, "%s", own.list[0].message);
    findings_free(&own);
    return code;
}

void holding_close(struct holding *holding)
{
    intake_free(holding->intake);
    engine_free(holding->engine);
    life_free(&holding->life);
    roster_free(holding->roster);
    loaded_free(holding->loaded);
    if (!holding->shared) {
        store_close(holding->store);
        holder_release(holding->holder);
        host_close(holding->host);
    }
    arena_free(holding->plan_arena);
    arena_free(holding->arena);
    *holding = (struct holding){0};
}

int holding_trust(const struct holding *holding, struct trust *out, struct err *err)
{
    struct clock wall = clock_real();
    struct clock_reading sure, now;
    bool any = false;
    int code = store_last_clock(holding->store, &sure, &any, err);
    if (code < 0)
        return code;
    clock_read(&wall, &now);
    *out = trust_judge(any ? &sure : NULL, &now);
    return 0;
}

int holding_reached(const struct holding *holding, int64_t *at_ms, struct err *err)
{
    struct clock_reading clock;
    bool any = false;
    int32_t first, last;
    int code = store_last_clock(holding->store, &clock, &any, err);
    if (code < 0)
        return code;
    agenda_span(engine_agenda(holding->engine, 0), &first, &last);
    *at_ms = any ? clock.wall_ms : civil_ms(first, 0);
    return 0;
}

bool holding_is_timeless(const struct holding *holding, int64_t now_ms)
{
    struct clock_reading sure;
    bool any = true;
    struct err err;
    return civil_from_day(civil_from_ms(now_ms, NULL)).year < TRUST_SINCE_YEAR &&
           store_last_clock(holding->store, &sure, &any, &err) == 0 && !any;
}

/* ---- another revision ------------------------------------------------------------------------- */

/* Everything that can be wrong with a revision is found before the store hears of it. */
static int make(struct holding *holding, const struct store_revision *revision,
                struct made *made, struct err *err)
{
    struct agenda *agenda = NULL;
    struct findings findings = findings_new(made->arena, holding->lang);
    int code = holding_copy_revision(holding, revision, made->arena, &made->revision, err);
    if (code == 0)
        code = compile(holding, made, err);
    if (code == 0)
        code = holding_check_revision(holding, &made->revision, made->plan, err);
    if (code == 0)
        code = load_rosters(holding, made, &findings, err);
    if (code == 0)
        code = agenda_new(made->plan, host_calendar(holding->host), made->roster, &agenda, err);
    if (code < 0 && findings.errors)
        err_set(err, code, "%s", findings.list[0].message);
    agenda_free(agenda);
    findings_free(&findings);
    return code;
}

/* The items whose cursors go back. Where the plan's own time moved, that is all of them: on the day on which it is
 * known, reminders are gathered and duties become retroactive. */
static size_t find_anew(const struct made *made, const struct revise_move *moves, size_t count,
                        const char **anew)
{
    size_t found = 0;
    bool all = false;
    for (size_t i = 0; i < count; i++)
        if (revise_begins_anew(&moves[i])) {
            all |= *moves[i].id == '\0';
            anew[found++] = moves[i].id;
        }
    for (uint32_t i = 0; all && i < made->plan->item_count; i++)
        anew[found++] = made->plan->items[i].id;
    return found;
}

/* Into the open group: the revision with the cursors it sets back, and what is met for good. */
static int record(struct holding *holding, const struct made *made, struct err *err)
{
    const struct revise_move *moves;
    size_t count;
    uint32_t number;
    int code = 0;
    revise_compare(holding->plan, made->plan, made->arena, &moves, &count);
    const char **anew = arena_array(made->arena, count + made->plan->item_count, sizeof *anew);
    size_t anew_count = find_anew(made, moves, count, anew);
    for (size_t i = 0; i < count && code == 0; i++)
        if (moves[i].kind == REVISE_MORE)
            code = engine_keep_met(holding->engine, 0, moves[i].id, err);
    return code < 0 ? code
                    : store_take_revision(holding->store, &made->revision, anew, anew_count,
                                          &number, err);
}

int holding_take(struct holding *holding, const struct store_revision *revision,
                 struct err *err)
{
    struct made made = {.arena = arena_new()};
    struct engine *engine = NULL;
    int code = make(holding, revision, &made, err);
    bool stands = code == 0 && strcmp(made.revision.hash, holding->revision.hash) == 0;
    if (code < 0 || stands) {
        made_free(&made);
        return code;
    }
    code = store_flush(holding->store, err);
    if (code == 0) {
        code = record(holding, &made, err);
        if (code == 0)
            code = holding_bind(holding, made.plan, made.roster, &engine, err);
        if (code == 0)
            code = store_flush(holding->store, err);
        if (code < 0) /* what the engine has in memory stands: only columns were dropped */
            store_undo(holding->store);
    }
    if (code == 0) {
        keep(holding, &made, engine);
        holding->changed = false;
    } else {
        engine_free(engine);
    }
    made_free(&made);
    return code;
}
