/* `planrun doctor [SCRIPT]`: whether all that a run stands on is sound – store, holder, clock,
 * calendar, script. What needs somebody is marked, and makes the exit code 1. */
#include "cli/doctor.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/doubt.h"
#include "cli/hold.h"
#include "cli/papers.h"
#include "cli/text.h"
#include "service/inputs.h"
#include "store/clocks.h"
#include "time/civil.h"
#include "time/clock.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_COLUMNS = 24, JUMP_MS = 3600000, WAITING_MS = 2 * 86400000, YEARS_MOST = 20 };

static void print_line(const struct patient *patient, bool sound, const char *label,
                       const char *text)
{
    FILE *out = patient->cli->out;
    fputs(sound ? "  " : "! ", out);
    text_pad(out, label, LABEL_COLUMNS);
    fprintf(out, "%s\n", text);
}

void doctor_tell(struct patient *patient, bool sound, const char *label, const char *text)
{
    patient->problems += !sound;
    print_line(patient, sound, label, text);
}

/* ---- the store ------------------------------------------------------------------------------ */

/* What of the store's figures is for people. */
static const struct figure {
    const char *name, *en, *zh;
} figures[] = {
    {"bytes", "size in bytes", "大小（字节）"},
    {"firings", "events recorded", "已记事件"},
    {"firings_lost", "events that cannot be read", "无法读出的事件"},
    {"facts", "reports recorded", "已记登记"},
    {"handlers_pending", "handlers to run", "待运行处理函数"},
    {"handlers_failed", "handlers that failed", "出错的处理函数"},
    {"messages_sent", "messages sent", "已发消息"},
    {"messages_ready", "messages to send", "待发消息"},
    {"messages_failed", "messages given up", "放弃的消息"},
    {"messages_held", "messages held since a restore", "恢复后暂扣的消息"},
    {"recipients_gone", "recipients written to no more", "已停用的收件人"},
};

static void tell_health(void *context, const char *name, const char *value)
{
    struct patient *patient = context;
    enum lang lang = patient->cli->lang;
    bool lost = strcmp(name, "firings_lost") == 0, none = strcmp(value, "0") == 0;
    bool rare = lost || strstr(name, "_held") || strstr(name, "_gone");
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (strcmp(figures[i].name, name) == 0 && !(rare && none))
            doctor_tell(patient, !lost, TR(lang, figures[i].en, figures[i].zh), value);
    if (strcmp(name, "message_oldest_ms") != 0 || !*value)
        return;
    struct clock wall = clock_real();
    int64_t oldest_ms = strtoll(value, NULL, 10);
    char at[TEXT_SPAN];
    doctor_tell(patient, clock_now(&wall) - oldest_ms < WAITING_MS,
                TR(lang, "oldest one waits since", "最早一条等自"),
                text_instant(at, oldest_ms, lang));
}

static void check_store(struct patient *patient)
{
    enum lang lang = patient->cli->lang;
    struct err err = {0};
    char path[HOLDER_PATH_MOST + 128];
    snprintf(path, sizeof path, "%s/%s.db", patient->folder, patient->name);
    doctor_tell(patient, true, TR(lang, "store", "数据库"), path);
    if (store_health(patient->store, tell_health, patient, &err) < 0)
        doctor_tell(patient, false, TR(lang, "store", "数据库"), err.message);
    bool whole = store_check(patient->store, &err) == 0;
    doctor_tell(patient, whole, TR(lang, "integrity", "完整性"),
                whole ? TR(lang, "whole", "完好") : err.message);
}

void doctor_count(struct patient *patient, bool sound, const char *label, uint32_t count)
{
    char text[24];
    snprintf(text, sizeof text, "%u", count);
    if (count)
        doctor_tell(patient, sound, label, text);
}

/* What was handed in lies beside the store; a store without such files has no line about them. */
static void check_files(struct patient *patient)
{
    enum lang lang = patient->cli->lang;
    struct arena *arena = arena_new();
    struct papers papers = {0};
    struct err err = {0};
    const char *folder = content_folder(arena, patient->folder, patient->name);
    if (papers_survey(patient->store, folder, lang, &papers, &err) < 0)
        doctor_tell(patient, false, TR(lang, "files handed in", "交来的文件"), err.message);
    doctor_count(patient, true, TR(lang, "files handed in", "交来的文件"), papers.whole);
    doctor_count(patient, false, TR(lang, "files missing", "丢失的文件"), papers.missing);
    doctor_count(patient, false, TR(lang, "files damaged", "损坏的文件"), papers.damaged);
    if (papers.first.code)
        print_line(patient, false, "", papers.first.message);
    doctor_count(patient, true, TR(lang, "files of no record", "没有登记的文件"),
                 papers.unknown);
    arena_free(arena);
}

static void check_holder(struct patient *patient)
{
    enum lang lang = patient->cli->lang;
    const char *label = TR(lang, "holder", "持有者");
    struct arena *arena = arena_new();
    struct value *request = value_map(arena), *answer = NULL;
    struct err err = {0};
    value_set_string(arena, request, "do", "who");
    int code = holder_ask(patient->folder, patient->name, request, arena, &answer, &err);
    const char *who = code == 0 ? value_get_string(answer, "holder") : NULL;
    const char *problem =
        code == 0 ? value_get_string(answer, who ? "problem" : "error") : err.message;
    if (code == ERR_NOT_FOUND)
        doctor_tell(patient, true, label,
                    TR(lang, "nobody runs the plan now", "现在没有进程运行它"));
    else if (who)
        doctor_tell(patient, true, label, who);
    else
        doctor_tell(patient, false, label,
                    problem ? problem : TR(lang, "gives no answer", "没有应答"));
    if (who && problem)
        doctor_tell(patient, false, TR(lang, "records nothing", "不能登记"), problem);
    arena_free(arena);
}

/* ---- clock and calendar --------------------------------------------------------------------- */

/* Set back within one start is no doubt, but an hour of it is worth a look. */
static void tell_trust(struct patient *patient, const struct trust *trust, int64_t last_ms)
{
    enum lang lang = patient->cli->lang;
    bool back = trust->doubt == CLOCK_SURE && trust->jump_ms < -JUMP_MS;
    struct buf text = {0};
    char at[TEXT_SPAN];
    if (trust->doubt != CLOCK_SURE)
        doubt_add_text(&text, trust, lang);
    else
        buf_printf(&text,
                   back ? TR(lang,
                             "last tick %s: the clock was set back since; if it is right now, "
                             "'planrun SCRIPT --accept-clock' takes it as it is",
                             "上次处理 %s，此后时钟被调回过；现在没有错的，用 planrun 脚本 "
                             "--accept-clock 认可")
                        : TR(lang, "last tick %s", "上次处理 %s"),
                   text_instant(at, last_ms, lang));
    doctor_tell(patient, trust->doubt == CLOCK_SURE && !back, TR(lang, "clock", "时钟"),
                text.bytes);
    buf_free(&text);
}

static void check_clock(struct patient *patient)
{
    enum lang lang = patient->cli->lang;
    const char *label = TR(lang, "clock", "时钟");
    struct clock wall = clock_real();
    struct clock_reading last = {0}, now;
    struct err err = {0};
    bool any = false;
    if (store_last_clock(patient->store, &last, &any, &err) < 0) {
        doctor_tell(patient, false, label, err.message);
        return;
    }
    clock_read(&wall, &now);
    struct trust trust = trust_judge(any ? &last : NULL, &now);
    if (!any && trust.doubt == CLOCK_SURE) {
        doctor_tell(patient, true, label, TR(lang, "has never ticked", "还没有运行过"));
        return;
    }
    tell_trust(patient, &trust, last.wall_ms);
    if (any && *last.boot_id && *now.boot_id && strcmp(last.boot_id, now.boot_id) != 0)
        doctor_tell(patient, true, "",
                    TR(lang, "the machine has been restarted since", "此后机器重新启动过"));
}

/* Years that the plan still reaches into; one that is not announced is told, and no fault. */
static void check_calendar(struct patient *patient)
{
    const struct holding *holding = patient->holding;
    enum lang lang = patient->cli->lang;
    const struct calendar *calendar = host_calendar(holding->host);
    int32_t first, last, today;
    struct buf known = {0}, unknown = {0};
    agenda_span(engine_agenda(holding->engine, 0), &first, &last);
    cli_day(NULL, &today);
    int32_t end = last == DAY_OPEN || last > today + 366 ? today + 366 : last;
    int32_t year = civil_from_day(first).year, end_year = civil_from_day(end).year;
    if (end_year - year > YEARS_MOST)
        year = end_year - YEARS_MOST;
    for (; year <= end_year; year++) {
        struct buf *list = calendar_known(calendar, year) ? &known : &unknown;
        buf_printf(list, "%s%d", list->length ? " " : "", year);
    }
    if (known.length)
        doctor_tell(patient, true, TR(lang, "holidays known", "放假安排已有"), known.bytes);
    if (unknown.length) {
        buf_adds(&unknown,
                 TR(lang, " (weekends only until announced)", "（公布前只按周末算）"));
        doctor_tell(patient, true, TR(lang, "holidays unknown", "放假安排未有"), unknown.bytes);
    }
    buf_free(&known);
    buf_free(&unknown);
}

void doctor_store(struct patient *patient)
{
    check_store(patient);
    check_files(patient);
    check_holder(patient);
    check_clock(patient);
}

int doctor_end(const struct patient *patient)
{
    struct cli *cli = patient->cli;
    if (patient->problems)
        fprintf(cli->out, TR(cli->lang, "problems: %u\n", "%u 个问题（行首有 !）\n"),
                patient->problems);
    else
        fprintf(cli->out, "%s\n", TR(cli->lang, "no problems", "没有发现问题"));
    return patient->problems ? EXIT_PROBLEMS : EXIT_FINE;
}

/* ---- the script ----------------------------------------------------------------------------- */

static void check_script(struct patient *patient)
{
    const struct holding *holding = patient->holding;
    enum lang lang = patient->cli->lang;
    const char *label = TR(lang, "script", "脚本");
    char text[256];
    snprintf(text, sizeof text, TR(lang, "%s @ %.12s, taken from %s", "%s @ %.12s，取自 %s"),
             holding->id, holding->revision.hash, holding->revision.path);
    doctor_tell(patient, true, TR(lang, "revision", "运行版本"), text);
    if (!holding->loaded)
        doctor_tell(patient, false, label,
                    TR(lang, "does not load; the stored revision goes on",
                       "有错误；已存的版本照常运行"));
    else if (holding->changed)
        doctor_tell(patient, true, label,
                    TR(lang, "differs from the revision that runs; 'planrun apply' takes it",
                       "与运行版本不同；用 planrun apply 采用"));
    else
        doctor_tell(patient, true, label, TR(lang, "is what runs", "就是运行版本"));
}

/* Beside the script's path, as a run looks for it. */
static void check_roster(struct patient *patient)
{
    const struct holding *holding = patient->holding;
    enum lang lang = patient->cli->lang;
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, lang);
    struct roster *roster = NULL;
    struct err err = {0};
    const char *slash = strrchr(holding->script, '/');
    const char *folder =
        slash ? arena_copy(arena, holding->script, (size_t)(slash - holding->script) + 1) : ".";
    int code = inputs_load_rosters(holding->plan, folder, NULL, &findings, &roster, &err);
    bool sound = code == 0 && findings.errors == 0;
    char text[64];
    snprintf(text, sizeof text, TR(lang, "%u units", "%u 个单位（含人员）"),
             sound ? roster_count(roster) : 0);
    doctor_tell(patient, sound, TR(lang, "roster", "名册"),
                sound             ? text
                : findings.errors ? findings.list[0].message
                                  : err.message);
    roster_free(roster);
    findings_free(&findings);
    arena_free(arena);
}

static int examine(struct cli *cli, const struct holding *holding)
{
    struct patient patient = {cli, holding->store, holding->folder, holding->name, holding, 0};
    fprintf(cli->out, "%s\n", holding->plan->name);
    check_script(&patient);
    check_roster(&patient);
    doctor_store(&patient);
    check_calendar(&patient);
    return doctor_end(&patient);
}

int cmd_doctor(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {0}};
    struct hold_wish wish = {.mode = HOLDING_READ, .compare = true, .no_roster = true};
    struct holding holding = {0};
    const char *config = NULL;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option != 'c')
            return cli_bad_option(cli, argv, NULL);
        config = optarg;
    }
    if (optind == argc)
        return doctor_service(cli, config);
    if (cli_one_script(cli, argc, argv, "doctor") != EXIT_FINE)
        return EXIT_USAGE;
    wish.script = argv[optind];
    int code = hold_open(cli, &wish, &holding);
    if (code == EXIT_FINE)
        code = examine(cli, &holding);
    holding_close(&holding);
    return code;
}
