/* `planrun submit SCRIPT --from FILE`: very many submissions at once, all of them or none. The file is sent in
 * pieces of whole rows to whoever holds the plan's store, or recorded here when nobody does. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/hold.h"

#include "base/beneath.h"
#include "cli/text.h"
#include "files/csv.h"
#include "files/decode.h"
#include "files/records.h"
#include "service/talk.h"
#include "time/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    FILE_MOST = 1 << 30, /* bytes */
    PIECE = 256 * 1024,  /* about 4,000 rows: some ten milliseconds of a holder */
    PIECE_MOST = 16 << 20,
    TRIES = 3,
    BAR = 24,
    BAR_MS = 100,
};

struct wish {
    const char *script, *file, *by;
    bool json, fast;
};

/* Where a piece begins in the file. */
struct piece {
    size_t at;
    uint32_t line;
};

struct import {
    struct cli *cli;
    const struct wish *wish;
    enum records_format format;
    char *text;
    size_t length;
    struct source source;
    struct findings findings;
    struct records *reader; /* that knows the header; for places */
    struct csv csv;
    struct piece *pieces; /* those that were sent */
    size_t piece_count, piece_room;
    struct piece next;
    struct talk *talk;
    char token[64];
    struct value *answer; /* to the end, the arena's */
    struct arena *arena;
    int64_t rows, begun_ms, shown_ms;
    bool bar; /* somebody watches */
};

/* ---- findings ------------------------------------------------------------------------------ */

/* Where a line begins: from the piece that it is in. */
static uint32_t line_at(const struct import *import, uint32_t line)
{
    size_t low = 0, high = import->piece_count;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (import->pieces[middle].line <= line)
            low = middle;
        else
            high = middle;
    }
    if (!import->piece_count || import->pieces[low].line > line)
        return 0;
    const char *at = import->text + import->pieces[low].at,
               *end = import->text + import->length;
    for (uint32_t left = line - import->pieces[low].line; left && at < end; left--) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        at = stop ? stop + 1 : end;
    }
    return (uint32_t)(at - import->text);
}

static struct finding *add_finding(struct import *import, const char *name, uint32_t line,
                                   uint32_t column, uint32_t length, const char *message)
{
    struct place place = {.source = &import->source,
                          .line = line,
                          .column = column,
                          .length = length,
                          .line_at = line_at(import, line)};
    return finding_add(&import->findings, SEVERITY_ERROR, name, place, "%s", message);
}

static void take_fault(void *context, const struct record_fault *fault)
{
    add_finding(context, fault->name, fault->line, fault->column, fault->length, fault->message)
        ->help =
        fault->help ? arena_string(((struct import *)context)->arena, fault->help) : NULL;
}

static uint32_t number_of(const struct value *map, const char *key)
{
    int64_t number = value_get_int(map, key, 0);
    return number > 0 && number < UINT32_MAX ? (uint32_t)number : 0;
}

/* Where a field stands that a problem names: the row is read again. */
static void find_field(struct import *import, const struct value *problem,
                       struct finding *finding)
{
    const char *field = value_get_string(problem, "field");
    struct record record;
    struct record_fault place;
    uint32_t line = number_of(problem, "line"), at = line_at(import, line);
    if (!field || !import->reader || (!at && line > 1))
        return;
    records_start(import->reader, import->text + at, import->length - at, line);
    if (records_next(import->reader, &record, &place) <= 0 || record.line != line)
        return;
    for (int i = 0; i < RECORD_FIELDS; i++)
        if (strcmp(field, record_field_name((enum record_field)i, LANG_EN)) == 0) {
            records_place(import->reader, &record, (enum record_field)i, &place);
            finding->place.line = place.line;
            finding->place.column = place.column;
            finding->place.length = place.length;
            finding->place.line_at = line_at(import, place.line);
        }
}

static void take_problems(struct import *import, const struct value *answer)
{
    const struct value *list = value_get(answer, "problems");
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct value *problem = list->items[i];
        const char *name = value_get_string(problem, "name");
        const char *message = value_get_string(problem, "message");
        const char *help = value_get_string(problem, "help");
        struct finding *finding =
            add_finding(import, arena_string(import->arena, name ? name : "bad-row"),
                        number_of(problem, "line"), number_of(problem, "column"),
                        number_of(problem, "length"), message ? message : "");
        finding->help = help ? arena_string(import->arena, help) : NULL;
        find_field(import, problem, finding);
    }
    import->findings.errors += number_of(answer, "unsaid");
}

/* ---- progress ------------------------------------------------------------------------------ */

static void show_bar(struct import *import, bool last)
{
    enum lang lang = import->cli->lang;
    int64_t now_ms = clock_monotonic(), took_ms = now_ms - import->begun_ms;
    if (!import->bar || (!last && now_ms - import->shown_ms < BAR_MS))
        return;
    double share = import->length ? (double)import->next.at / (double)import->length : 1;
    int full = (int)(share * BAR);
    char bar[BAR + 1] = "";
    memset(bar, '.', BAR);
    memset(bar, '#', (size_t)full);
    import->shown_ms = now_ms;
    fprintf(import->cli->err,
            TR(lang, "\r[%s] %3d %%  %lld rows, %lld a second%s\033[K",
               "\r[%s] %3d %%  %lld 行，每秒 %lld 行%s\033[K"),
            bar, (int)(share * 100), (long long)import->rows,
            (long long)(took_ms > 0 ? import->rows * 1000 / took_ms : 0),
            last ? TR(lang, "; recording", "；正在登记") : "");
    fflush(import->cli->err);
}

static void clear_bar(const struct import *import)
{
    if (import->bar)
        fputs("\r\033[K", import->cli->err);
}

/* ---- pieces -------------------------------------------------------------------------------- */

static uint32_t count_lines(const char *at, const char *end)
{
    uint32_t lines = 0;
    for (; at < end && (at = memchr(at, '\n', (size_t)(end - at))); at++)
        lines++;
    return lines;
}

/* A quote that is never closed takes the rest of the file with it: it is told here. */
static size_t end_of_csv(struct import *import)
{
    struct csv *csv = &import->csv;
    const char *from = import->text + import->next.at;
    for (;;) {
        enum csv_result result = csv_next(csv);
        if (result == CSV_OPEN_QUOTE) {
            const char *line = csv->fault;
            while (line > from && line[-1] != '\n')
                line--;
            add_finding(import, "bad-csv", csv->fault_line, (uint32_t)(csv->fault - line) + 1,
                        0, csv_problem(result, import->cli->lang));
            import->length = (size_t)(csv->row - import->text); /* what is left to be sent */
            return import->length;
        }
        if (result == CSV_END || csv->at - from >= PIECE)
            return (size_t)(csv->at - import->text);
    }
}

static size_t end_of_lines(const struct import *import)
{
    size_t from = import->next.at;
    if (import->length - from <= PIECE)
        return import->length;
    const char *stop = memchr(import->text + from + PIECE, '\n', import->length - from - PIECE);
    return stop ? (size_t)(stop - import->text) + 1 : import->length;
}

static void keep_piece(struct import *import)
{
    if (import->piece_count == import->piece_room) {
        import->piece_room = import->piece_room ? 2 * import->piece_room : 64;
        import->pieces = mem_resize(import->pieces, import->piece_room, sizeof *import->pieces);
    }
    import->pieces[import->piece_count++] = import->next;
}

/* ---- talking ------------------------------------------------------------------------------- */

static struct value *stage_of(const struct import *import, struct arena *arena,
                              const char *stage)
{
    struct value *request = value_map(arena);
    value_set_string(arena, request, "do", "import");
    value_set_string(arena, request, "stage", stage);
    if (import->token[0])
        value_set_string(arena, request, "import", import->token);
    return request;
}

/* ERR_NOT_FOUND: it is to be begun anew. An answer that is an error is one, but to the end. */
static int say(struct import *import, const struct value *request, struct arena *arena,
               struct value **answer, struct err *err)
{
    int code = talk_say(import->talk, request, arena, answer, err);
    if (code == ERR_IO)
        return ERR_NOT_FOUND; /* whatever was done, doing it again does no harm */
    const char *problem = code < 0 ? NULL : value_get_string(*answer, "error");
    if (problem && value_get(*answer, "lost"))
        return err_set(err, ERR_NOT_FOUND, "%s", problem);
    if (problem && !value_get(*answer, "problems") && !import->findings.errors)
        return err_set(err, ERR_INVALID, "%s", problem);
    return code;
}

static int begin(struct import *import, struct err *err)
{
    struct arena *arena = arena_new();
    struct value *answer = NULL;
    struct value *request = stage_of(import, arena, "begin");
    bool csv = import->format == RECORDS_CSV;
    value_set_string(arena, request, "format", csv ? "csv" : "jsonl");
    value_set_string(arena, request, "actor",
                     import->wish->by ? import->wish->by : cli_login());
    if (import->cli->lang == LANG_ZH)
        value_set_string(arena, request, "lang", "zh");
    if (csv)
        value_set(
            arena, request, "header",
            value_bytes(arena, import->csv.row, (size_t)(import->csv.at - import->csv.row)));
    int code = say(import, request, arena, &answer, err);
    const char *token = code == 0 ? value_get_string(answer, "import") : NULL;
    snprintf(import->token, sizeof import->token, "%s", token ? token : "");
    arena_free(arena);
    return code;
}

static int send_piece(struct import *import, size_t end, struct err *err)
{
    struct arena *arena = arena_new();
    struct value *answer = NULL;
    struct value *request = stage_of(import, arena, "rows");
    const char *text = import->text + import->next.at;
    value_set_int(arena, request, "line", import->next.line);
    value_set(arena, request, "text", value_bytes(arena, text, end - import->next.at));
    keep_piece(import);
    int code = end - import->next.at > PIECE_MOST
                   ? err_set(err, ERR_LIMIT,
                             TR(import->cli->lang, "line %u: the row is too long",
                                "第 %u 行：这一行过长"),
                             import->next.line)
                   : say(import, request, arena, &answer, err);
    if (code == 0) {
        import->rows = value_get_int(answer, "rows", 0);
        take_problems(import, answer);
    }
    import->next.line += count_lines(text, import->text + end);
    import->next.at = end;
    arena_free(arena);
    return code;
}

static int send_all(struct import *import, struct err *err)
{
    int code = begin(import, err);
    import->next = (struct piece){0, 1};
    if (import->format == RECORDS_CSV) {
        import->next.at = (size_t)(import->csv.at - import->text);
        import->next.line = import->csv.line;
    }
    while (code == 0 && import->next.at < import->length) {
        size_t end = import->format == RECORDS_CSV ? end_of_csv(import) : end_of_lines(import);
        if (end > import->next.at)
            code = send_piece(import, end, err);
        show_bar(import, false);
    }
    if (code < 0)
        return code;
    show_bar(import, true);
    return say(import, stage_of(import, import->arena, "end"), import->arena, &import->answer,
               err);
}

/* ---- the file ------------------------------------------------------------------------------ */

static bool is_workbook(const struct import *import)
{
    return import->length >= 4 && (memcmp(import->text, "PK\3\4", 4) == 0 ||
                                   memcmp(import->text, "\xd0\xcf\x11\xe0", 4) == 0);
}

static int bad_text(struct import *import, enum decoded decoded, size_t at, struct err *err)
{
    return err_set(err, ERR_INVALID, "%s:%u: %s", import->wish->file,
                   count_lines(import->text, import->text + at) + 1,
                   decode_problem(decoded, import->cli->lang));
}

static int read_file(struct import *import, struct err *err)
{
    const char *path = import->wish->file;
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errno == ENOENT ? err_set(err, ERR_IO,
                                         TR(import->cli->lang, "%s: there is no such file",
                                            "%s：没有这个文件"),
                                         path)
                               : err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    int code = beneath_read(descriptor, path, FILE_MOST, &import->text, &import->length, err);
    close(descriptor);
    if (code < 0)
        return code;
    if (is_workbook(import))
        return err_set(err, ERR_INVALID,
                       TR(import->cli->lang, "%s is a workbook: save it in Excel or WPS as CSV",
                          "%s 是 Excel 工作簿：请在 Excel 或 WPS 里另存为 CSV"),
                       path);
    size_t at = 0;
    enum decoded decoded = decode_text(&import->text, &import->length, &at);
    if (decoded < 0)
        return bad_text(import, decoded, at, err);
    const char *dot = strrchr(path, '.');
    bool lines = dot && (strcmp(dot, ".jsonl") == 0 || strcmp(dot, ".ndjson") == 0);
    import->format = lines ? RECORDS_JSONL : RECORDS_CSV;
    import->source =
        (struct source){.name = path, .text = import->text, .length = import->length};
    return 0;
}

/* The header, found wrong or fine here; afterwards the reader stands behind it. */
static int read_header(struct import *import, struct err *err)
{
    records_free(import->reader);
    import->reader = records_new(import->format, import->cli->lang);
    if (import->format != RECORDS_CSV)
        return 0;
    csv_start(&import->csv, import->text, import->length);
    enum csv_result result = csv_next(&import->csv);
    if (result == CSV_END)
        return err_set(err, ERR_INVALID, "%s: %s", import->wish->file,
                       TR(import->cli->lang, "the file has no header", "文件没有表头"));
    if (result < 0) {
        add_finding(import, "bad-csv", import->csv.fault_line, 1, 0,
                    csv_problem(result, import->cli->lang));
        return ERR_INVALID;
    }
    import->pieces[0] =
        (struct piece){(size_t)(import->csv.row - import->text), import->csv.row_line};
    return records_header(import->reader, import->csv.row,
                          (size_t)(import->csv.at - import->csv.row), import->csv.row_line,
                          take_fault, import);
}

/* Once more from the beginning: it is recorded once whatever became of the first time. */
static int attempt(struct import *import, const struct holding_options *options,
                   struct err *err)
{
    size_t length = import->length;
    int code = ERR_NOT_FOUND;
    for (int tries = 0; code == ERR_NOT_FOUND && tries < TRIES; tries++) {
        import->token[0] = '\0';
        import->length = length;
        import->piece_count = 0;
        import->findings.count = import->findings.errors = 0;
        code = read_header(import, err);
        if (code == 0)
            code = talk_open(options, &import->talk, err);
        if (code == 0) {
            code = send_all(import, err);
            talk_close(import->talk);
            import->talk = NULL;
        }
    }
    return code;
}

/* ---- the answer ---------------------------------------------------------------------------- */

static void print_answer(const struct import *import)
{
    enum lang lang = import->cli->lang;
    const struct value *answer = import->answer;
    long long recorded = value_get_int(answer, "recorded", 0);
    long long repeated = value_get_int(answer, "repeated", 0);
    long long late = value_get_int(answer, "late", 0);
    long long again = value_get_int(answer, "again", 0);
    long long taken_back = value_get_int(answer, "taken_back", 0);
    struct buf line = {0};
    if (recorded)
        buf_printf(
            &line,
            TR(lang, "Recorded %lld submissions, from f%lld on", "已登记 %lld 条，自 f%lld 起"),
            recorded, (long long)value_get_int(answer, "number", 0));
    else
        buf_adds(&line, TR(lang, "Nothing new", "没有新的"));
    if (late)
        buf_printf(&line, TR(lang, ", %lld of them late", "，其中逾期 %lld 条"), late);
    if (again)
        buf_printf(
            &line,
            TR(lang, ", %lld again after having been taken back", "，撤回后重新登记 %lld 条"),
            again);
    if (repeated)
        buf_printf(&line, TR(lang, "; %lld already recorded", "；早已登记 %lld 条"), repeated);
    if (taken_back)
        buf_printf(
            &line,
            TR(lang,
               ", %lld of them taken back since: to record those anew, give them another key",
               "，其中 %lld 条已经撤回：要重新登记，请给这些行换一个记号"),
            taken_back);
    fprintf(import->cli->out, "%s\n", line.bytes);
    buf_free(&line);
}

static int report(struct import *import, int code, const struct err *err)
{
    const char *problem = import->answer ? value_get_string(import->answer, "error") : NULL;
    clear_bar(import);
    if (import->answer)
        take_problems(import, import->answer);
    findings_sort(&import->findings);
    cli_print_findings(import->cli, &import->findings);
    if (code < 0 && !import->findings.errors)
        return cli_fail(import->cli, err);
    if (code < 0 || problem || import->findings.errors) {
        fprintf(import->cli->err, "planrun: %s\n",
                TR(import->cli->lang, "nothing was recorded", "一行也没有登记"));
        return EXIT_PROBLEMS;
    }
    if (import->wish->json)
        text_json(import->cli->out, import->answer);
    else
        print_answer(import);
    return EXIT_FINE;
}

static int run(struct cli *cli, const struct wish *wish)
{
    struct arena *arena = arena_new();
    struct import *import = mem_resize(NULL, 1, sizeof *import);
    memset(import, 0, sizeof *import);
    import->cli = cli;
    import->wish = wish;
    import->arena = arena;
    import->findings = findings_new(arena, cli->lang);
    import->begun_ms = clock_monotonic();
    import->bar = isatty(STDERR_FILENO) && cli->err == stderr;
    keep_piece(import);                                   /* room for the header's */
    struct findings own = findings_new(arena, cli->lang); /* of script and roster */
    struct holding_options options = {.mode = HOLDING_RUN,
                                      .script = wish->script,
                                      .who = "submit",
                                      .lang = cli->lang,
                                      .fast = wish->fast,
                                      .findings = &own};
    struct err err = {0};
    int code = read_file(import, &err);
    if (code == 0)
        code = attempt(import, &options, &err);
    clear_bar(import);
    cli_print_findings(cli, &own);
    code = own.errors && code < 0 ? EXIT_PROBLEMS : report(import, code, &err);
    findings_free(&own);
    findings_free(&import->findings);
    records_free(import->reader);
    free(import->pieces);
    free(import->text);
    free(import);
    arena_free(arena);
    return code;
}

static bool read_option(int option, struct wish *wish)
{
    switch (option) {
    case 'F': wish->file = optarg; return true;
    case 'b': wish->by = optarg; return true;
    case 'j': wish->json = true; return true;
    case 'x': wish->fast = true; return true;
    default: return false;
    }
}

int cmd_import(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"from", required_argument, NULL, 'F'},
                                            {"by", required_argument, NULL, 'b'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"fast", no_argument, NULL, 'x'},
                                            {0}};
    struct wish wish = {0};
    int option;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1)
        if (!read_option(option, &wish))
            return cli_bad_option(cli, argv, NULL);
    if (cli_one_script(cli, argc, argv, "submit") != EXIT_FINE)
        return EXIT_USAGE;
    wish.script = argv[optind];
    if (!wish.file)
        return cli_usage(cli, TR(cli->lang, "%s needs --from", "%s 需要 --from"), "submit");
    return run(cli, &wish);
}

bool cli_imports(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--from") == 0 || strncmp(argv[i], "--from=", 7) == 0)
            return strcmp(argv[0], "submit") == 0;
    return false;
}
