/* `planrun date`: explains a date phrase, or reads a table of them. The reading is stdlib/when.lua's;
 * what is added here is what a person asks next: how many working days, until when really, and
 * when again. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/text.h"

#include "base/utf8.h"
#include "time/civil.h"
#include "time/recur.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { OCCURRENCES = 5 };

struct wish {
    int32_t anchor;
    bool json, tsv;
    char **phrases;
    int count;
};

/* One phrase as it was read, with what a table or a person is told about it. */
struct answer {
    const char *phrase;
    struct when_context context;
    struct when_date date;
    struct phrase_problem problem;
    bool understood;
    struct occurrence next[OCCURRENCES];
    int next_count;
};

static int read_option(struct cli *cli, int argc, char **argv, int *i, struct wish *wish)
{
    const char *word = argv[*i], *day = NULL;
    if (strcmp(word, "--json") == 0) {
        wish->json = true;
    } else if (strcmp(word, "--tsv") == 0) {
        wish->tsv = true;
    } else if (strncmp(word, "--anchor=", 9) == 0) {
        day = word + 9;
    } else if (strcmp(word, "--anchor") == 0 && *i + 1 < argc) {
        day = argv[++*i];
    } else {
        return cli_usage(cli, TR(cli->lang, "date: what is “%s”?", "date：不认识“%s”"), word);
    }
    if (day && !cli_day(day, &wish->anchor))
        return cli_usage(cli,
                         TR(cli->lang, "--anchor takes YYYY-MM-DD, not “%s”",
                            "--anchor 要写成 YYYY-MM-DD，不是“%s”"),
                         day);
    return EXIT_FINE;
}

/* Options stand before, between or after the phrases; "--" ends them. The phrases move together
 * at the front of argv. */
static int read_arguments(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    bool options = true;
    wish->phrases = argv + 1;
    for (int i = 1; i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0) {
            options = false;
        } else if (options && strncmp(argv[i], "--", 2) == 0) {
            int code = read_option(cli, argc, argv, &i, wish);
            if (code != EXIT_FINE)
                return code;
        } else {
            wish->phrases[wish->count++] = argv[i];
        }
    }
    if (wish->tsv ? wish->count > 0 : wish->count == 0)
        return cli_usage(
            cli, wish->tsv ? TR(cli->lang, "date --tsv reads its phrases from standard input",
                                "date --tsv 从标准输入读取短语")
                           : TR(cli->lang, "date takes a phrase, such as “7月5日前”",
                                "date 需要一个短语，例如“7月5日前”"));
    if (wish->anchor == CIVIL_NONE && !wish->tsv && !cli_day(NULL, &wish->anchor))
        return cli_usage(
            cli, TR(cli->lang, "say --anchor YYYY-MM-DD", "请给出 --anchor YYYY-MM-DD"));
    return EXIT_FINE;
}

static int find_next(struct host *host, struct arena *arena, struct answer *answer,
                     struct err *err)
{
    struct recur rule;
    struct recur_walk walk;
    const char *text = answer->date.rule;
    if (answer->date.kind != WHEN_RECURRING)
        return 0;
    int code = recur_parse(arena, text, strlen(text), &rule, err);
    if (code < 0)
        return code;
    recur_anchor(&rule, answer->context.anchor);
    recur_walk_start(&walk, &rule, host_calendar(host), answer->date.first);
    while (answer->next_count < OCCURRENCES &&
           recur_walk_next(&walk, &answer->next[answer->next_count]) &&
           (answer->date.upto == CIVIL_NONE ||
            answer->next[answer->next_count].first <= answer->date.upto))
        answer->next_count++;
    return 0;
}

/* ERR_INTERNAL only; a phrase that is not understood is an answer too. */
static int ask(struct host *host, struct arena *arena, struct answer *answer, struct err *err)
{
    int code = host_when(host, arena, answer->phrase, &answer->context, &answer->date,
                         &answer->problem, err);
    answer->understood = code == 0;
    if (code == 0)
        code = find_next(host, arena, answer, err);
    return code == ERR_SYNTAX ? 0 : code;
}

static const char *kind_name(enum when_kind kind)
{
    static const char *const names[] = {"interval", "deadline", "recurring", "standing"};
    return names[kind];
}

static const char *kind_name_zh(enum when_kind kind)
{
    static const char *const names[] = {"时间段", "截止", "周期", "长期"};
    return names[kind];
}

static const char *day_or_dash(int32_t day, char out[11])
{
    return day == CIVIL_NONE ? "-" : civil_format(day, out);
}

/* The last working day on or before a due: reminders look at it, lateness does not. */
static int32_t working_due(const struct host *host, const struct when_date *date, bool *known)
{
    if (date->kind != WHEN_DEADLINE && date->kind != WHEN_INTERVAL)
        return CIVIL_NONE;
    return calendar_workday_on_or_before(host_calendar(host), date->last, known);
}

/* The days that a duty has: an interval's own, a deadline's from the anchor on. */
static bool span_of(const struct answer *answer, int32_t *first, int32_t *last)
{
    const struct when_date *date = &answer->date;
    *last = date->last;
    *first = date->kind == WHEN_DEADLINE ? answer->context.anchor : date->first;
    return (date->kind == WHEN_DEADLINE || date->kind == WHEN_INTERVAL) && *first <= *last;
}

/* For people -------------------------------------------------------------------------------- */

static void line(struct cli *cli, const char *en, const char *zh, const char *text)
{
    const char *label = TR(cli->lang, en, zh);
    int pad = 14 - (int)utf8_width(label, strlen(label));
    fprintf(cli->out, "  %s%*s%s\n", label, pad > 0 ? pad : 1, "", text);
}

static void print_days(struct cli *cli, const struct host *host, const struct answer *answer)
{
    int32_t first = 0, last = 0;
    bool known = true, due_known = true;
    char a[11], b[11], text[160];
    if (!span_of(answer, &first, &last))
        return;
    int count = calendar_workdays_between(host_calendar(host), first, last, &known);
    snprintf(text, sizeof text,
             TR(cli->lang, "%s ~ %s, %d days, %d of them working days%s",
                "%s ~ %s，共%d天，其中工作日%d天%s"),
             civil_format(first, a), civil_format(last, b), last - first + 1, count,
             known ? ""
                   : TR(cli->lang, " (not announced yet: weekends only)",
                        "（放假安排未公布，只计周末）"));
    line(cli, "interval", "区间", text);
    int32_t due = working_due(host, &answer->date, &due_known);
    line(cli, "working due", "工作截止日", day_or_dash(due, a));
}

static void print_next(struct cli *cli, const struct answer *answer)
{
    for (int i = 0; i < answer->next_count; i++) {
        const struct occurrence *next = &answer->next[i];
        char a[11], b[11], minute[6], text[64];
        int length = next->first == next->last
                         ? snprintf(text, sizeof text, "%s", civil_format(next->last, b))
                         : snprintf(text, sizeof text, "%s ~ %s", civil_format(next->first, a),
                                    civil_format(next->last, b));
        if (next->minute < CIVIL_DAY_MINUTES)
            snprintf(text + length, sizeof text - (size_t)length, " %s",
                     civil_format_minute(next->minute, minute));
        line(cli, i == 0 ? "next" : "", i == 0 ? "今后五次" : "", text);
    }
}

static void print_date(struct cli *cli, struct host *host, struct arena *arena,
                       const struct answer *answer)
{
    const struct when_date *date = &answer->date;
    char anchor[11];
    fprintf(cli->out, TR(cli->lang, "“%s”, anchor %s\n", "“%s”，基准日 %s\n"), answer->phrase,
            civil_format(answer->context.anchor, anchor));
    const char *reading = TR(cli->lang, date->reading_en, date->reading_zh);
    line(cli, "reading", "含义", reading ? reading : "");
    line(cli, "kind", "类别", TR(cli->lang, kind_name(date->kind), kind_name_zh(date->kind)));
    if (date->grammar)
        line(cli, "grammar", "句式", date->grammar);
    if (date->rule || date->calendar)
        line(cli, "rule", "规则", date->rule ? date->rule : date->calendar);
    print_days(cli, host, answer);
    print_next(cli, answer);
    for (size_t i = 0; i < date->warning_count; i++) {
        const char *meaning = host_warning(host, arena, date->warnings[i], cli->lang);
        char text[512];
        snprintf(text, sizeof text, "%s: %s", date->warnings[i], meaning ? meaning : "");
        line(cli, i == 0 ? "warnings" : "", i == 0 ? "提示" : "", text);
    }
}

static void print_problem(struct cli *cli, struct arena *arena, const struct answer *answer)
{
    const struct phrase_problem *problem = &answer->problem;
    struct findings findings = findings_new(arena, cli->lang);
    struct source source = {.name = TR(cli->lang, "phrase", "短语"),
                            .text = answer->phrase,
                            .length = utf8_valid(answer->phrase, strlen(answer->phrase))};
    struct place place = {.source = &source, .line = 1, .column = (uint32_t)problem->position};
    finding_add(&findings, SEVERITY_ERROR, problem->name, place, "%s",
                TR(cli->lang, problem->message_en, problem->message_zh));
    struct buf out = {0};
    finding_render(&out, &findings.list[0], cli->lang, cli->color);
    fwrite(out.bytes, 1, out.length, cli->err);
    buf_free(&out);
    findings_free(&findings);
}

/* For programs ------------------------------------------------------------------------------- */

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
    if (text)
        value_set_string(arena, map, key, text);
}

static void set_next(struct arena *arena, struct value *map, const struct answer *answer)
{
    if (answer->next_count == 0)
        return;
    struct value *list = value_list(arena);
    for (int i = 0; i < answer->next_count; i++) {
        struct value *item = value_map(arena);
        text_set_day(arena, item, "first", answer->next[i].first);
        text_set_day(arena, item, "last", answer->next[i].last);
        value_set_int(arena, item, "minute", answer->next[i].minute);
        value_append(arena, list, item);
    }
    value_set(arena, map, "next", list);
}

static void set_warnings(struct arena *arena, struct value *map, const struct when_date *date)
{
    struct value *list = value_list(arena);
    for (size_t i = 0; i < date->warning_count; i++)
        value_append(arena, list, value_string(arena, date->warnings[i]));
    value_set(arena, map, "warnings", list);
}

static void set_date(struct arena *arena, struct value *map, const struct host *host,
                     const struct answer *answer)
{
    const struct when_date *date = &answer->date;
    int32_t first = 0, last = 0;
    bool known = true;
    value_set_string(arena, map, "kind", kind_name(date->kind));
    text_set_day(arena, map, "first", date->first);
    text_set_day(arena, map, "last", date->last);
    if (date->minute < CIVIL_DAY_MINUTES)
        value_set_int(arena, map, "minute", date->minute);
    set_text(arena, map, "rule", date->rule);
    set_text(arena, map, "calendar", date->calendar);
    set_text(arena, map, "grammar", date->grammar);
    set_text(arena, map, "reading_en", date->reading_en);
    set_text(arena, map, "reading_zh", date->reading_zh);
    if (date->undated)
        value_set(arena, map, "undated", value_bool(arena, true));
    if (date->soft)
        value_set(arena, map, "soft", value_bool(arena, true));
    if (span_of(answer, &first, &last))
        value_set_int(arena, map, "workdays",
                      calendar_workdays_between(host_calendar(host), first, last, &known));
    text_set_day(arena, map, "working_due", working_due(host, date, NULL));
    set_warnings(arena, map, date);
    set_next(arena, map, answer);
}

static void print_json(struct cli *cli, struct arena *arena, const struct host *host,
                       const struct answer *answer)
{
    struct value *map = value_map(arena);
    size_t length = strlen(answer->phrase);
    value_set(arena, map, "phrase",
              value_bytes(arena, answer->phrase, utf8_valid(answer->phrase, length)));
    text_set_day(arena, map, "anchor", answer->context.anchor);
    if (answer->understood) {
        set_date(arena, map, host, answer);
    } else {
        value_set_string(arena, map, "kind", "error");
        value_set_string(arena, map, "error", answer->problem.name);
        value_set_int(arena, map, "position", (int64_t)answer->problem.position);
        set_text(arena, map, "message_en", answer->problem.message_en);
        set_text(arena, map, "message_zh", answer->problem.message_zh);
    }
    text_json(cli->out, map);
}

/* The four last columns of a table's line. */
static void print_columns(struct cli *cli, const struct answer *answer)
{
    const struct when_date *date = &answer->date;
    char a[11], b[11];
    if (!answer->understood) {
        fprintf(cli->out, "\terror\t-\t-\t%s:%zu\n", answer->problem.name,
                answer->problem.position);
        return;
    }
    const char *end = day_or_dash(date->last, b);
    if (date->kind == WHEN_RECURRING)
        end = date->rule;
    else if (date->kind == WHEN_STANDING && date->last == CIVIL_NONE)
        end = "open";
    fprintf(cli->out, "\t%s\t%s\t%s\t", kind_name(date->kind),
            date->kind == WHEN_DEADLINE ? "-" : day_or_dash(date->first, a), end);
    for (size_t i = 0; i < date->warning_count; i++)
        fprintf(cli->out, "%s%s", i ? " " : "", date->warnings[i]);
    fputs(date->warning_count ? "\n" : "-\n", cli->out);
}

/* phrase [TAB anchor [TAB anything]]; the line is changed. Without an anchor of its own it has the
 * one of --anchor. False when it is not understood. */
static bool answer_line(struct cli *cli, struct host *host, const struct wish *wish, char *text,
                        struct err *err)
{
    struct answer answer = {.phrase = text,
                            .context = {.from = CIVIL_NONE, .till = CIVIL_NONE}};
    struct arena *arena = arena_new();
    char *anchor = strchr(text, '\t'), day[11];
    int code = 0;
    if (anchor)
        *anchor++ = '\0';
    else
        anchor = text + strlen(text);
    anchor[strcspn(anchor, "\t")] = '\0';
    if (!*anchor && wish->anchor != CIVIL_NONE)
        anchor = civil_format(wish->anchor, day);
    answer.context.anchor = civil_parse(anchor, strlen(anchor));
    if (answer.context.anchor == CIVIL_NONE)
        answer.problem = (struct phrase_problem){.name = "no-anchor", .position = 1};
    else
        code = ask(host, arena, &answer, err);
    if (code < 0) { /* a fault in stdlib costs its own line, not the table */
        cli_fail(cli, err);
        answer.understood = false;
        answer.problem = (struct phrase_problem){.name = "stdlib-fault", .position = 1};
    }
    fprintf(cli->out, "%s\t%s", answer.phrase, *anchor ? anchor : "-");
    print_columns(cli, &answer);
    arena_free(arena);
    return answer.understood;
}

static void answer_table(struct cli *cli, struct host *host, const struct wish *wish,
                         struct err *err, int *exit_code)
{
    char *text = NULL;
    size_t room = 0;
    ssize_t length;
    while ((length = getline(&text, &room, stdin)) >= 0) {
        while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
            text[--length] = '\0';
        if (length > 0 && text[0] != '#' && !answer_line(cli, host, wish, text, err))
            *exit_code = EXIT_PROBLEMS;
    }
    if (ferror(stdin) || !feof(stdin)) {
        fprintf(cli->err, "planrun: %s: %s\n", TR(cli->lang, "standard input", "标准输入"),
                strerror(errno));
        *exit_code = EXIT_PROBLEMS;
    }
    free(text);
}

static int answer_phrases(struct cli *cli, struct host *host, const struct wish *wish,
                          struct err *err, int *exit_code)
{
    int code = 0;
    for (int i = 0; code == 0 && i < wish->count; i++) {
        struct arena *arena = arena_new();
        struct answer answer = {
            .phrase = wish->phrases[i],
            .context = {.anchor = wish->anchor, .from = CIVIL_NONE, .till = CIVIL_NONE},
        };
        code = ask(host, arena, &answer, err);
        if (code == 0) {
            if (wish->json)
                print_json(cli, arena, host, &answer);
            else if (answer.understood)
                print_date(cli, host, arena, &answer);
            else
                print_problem(cli, arena, &answer);
            if (!answer.understood)
                *exit_code = EXIT_PROBLEMS;
        }
        arena_free(arena);
    }
    return code;
}

int cmd_date(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {.anchor = CIVIL_NONE};
    struct host *host = NULL;
    struct err err = {0};
    int exit_code = read_arguments(cli, argc, argv, &wish);
    if (exit_code != EXIT_FINE)
        return exit_code;
    int code = cli_open_host(&host, &err);
    if (code == 0 && wish.tsv)
        answer_table(cli, host, &wish, &err, &exit_code);
    else if (code == 0)
        code = answer_phrases(cli, host, &wish, &err, &exit_code);
    if (code < 0)
        exit_code = cli_fail(cli, &err);
    host_close(host);
    return exit_code;
}
