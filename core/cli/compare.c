/* `planrun compare SCRIPT`: pieces that must be original and are alike – the same file, or much of the
 * same text –, the longest passages of both side by side, and what has been decided. Whether it is
 * copied, a person says (`accept`, `return`). */
#include "cli/cli.h"
#include "cli/commands.h"

#include "base/utf8.h"
#include "cli/content.h"
#include "cli/hold.h"
#include "cli/rows.h"
#include "cli/text.h"
#include "engine/original.h"
#include "files/kept.h"
#include "files/shingles.h"
#include "files/text_of.h"
#include "time/civil.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

enum {
    PAIRS_SHOWN = 20,
    PAIRS_MOST = 100000,
    PASSAGES_SHOWN = 3,
    PASSAGES_TOLD = 10, /* in JSON */
    HALF_COLUMNS = 37,  /* of 80, with the indent and the line between */
    HALF_LINES = 6,
};

struct wish {
    const char *script, *item;
    int64_t piece; /* 0 = all */
    uint32_t most;
    bool json, fast;
};

struct view {
    struct cli *cli;
    const struct holding *holding;
    const struct wish *wish;
    const char *folder;  /* of kept files */
    struct arena *arena; /* of one pair */
    struct err *err;
};

/* ---- what is known of a piece -------------------------------------------------------------- */

/* One of the two: its files, and its text as far as it was kept. */
struct side {
    const struct original_piece *piece;
    const struct store_file *files;
    size_t file_count;
    struct buf text;
    struct letters letters;
};

/* A file that is gone or damaged is the doctor's to tell; here its text is not shown. */
static void add_text(const struct view *view, struct side *side, const struct store_file *file)
{
    char *bytes;
    size_t length;
    struct err none;
    if (!file->kept ||
        kept_read(view->folder, file->sha256, view->cli->lang, &bytes, &length, &none) < 0)
        return;
    (void)text_of_file(file->name, bytes, length, view->cli->lang, &side->text, &none);
    buf_adds(&side->text, "\n");
    free(bytes);
}

static int read_side(const struct view *view, const struct original_piece *piece,
                     struct side *side)
{
    *side = (struct side){.piece = piece};
    int code = store_files_of(view->holding->store, piece->fact, view->arena, &side->files,
                              &side->file_count, view->err);
    for (size_t i = 0; code == 0 && i < side->file_count; i++)
        add_text(view, side, &side->files[i]);
    letters_read(side->text.bytes ? side->text.bytes : "", side->text.length, &side->letters);
    return code;
}

static void side_free(struct side *side)
{
    buf_free(&side->text);
    letters_free(&side->letters);
}

static const char *unit_name(const struct view *view, uint32_t row)
{
    return row == UNIT_NONE ? TR(view->cli->lang, "a unit that left", "已离册的单位")
                            : roster_name(view->holding->roster, row);
}

/* The passage as it is written there, without the marks and blanks behind it. */
static const char *written(const struct view *view, const struct side *side, uint32_t letter,
                           uint32_t count)
{
    const uint32_t *places = side->letters.places;
    uint32_t from = places[letter], to = places[letter + count];
    const char *text = side->text.bytes;
    while (to > from && strchr(" \t\r\n", text[to - 1]))
        to--;
    struct buf plain = {0};
    utf8_add_plain(&plain, arena_copy(view->arena, text + from, to - from));
    const char *kept = arena_copy(view->arena, plain.bytes ? plain.bytes : "", plain.length);
    buf_free(&plain);
    return kept;
}

/* ---- what has been decided ----------------------------------------------------------------- */

struct decision {
    struct store_fact fact; /* its texts the arena's */
    struct decision *next;
};

struct decisions {
    const struct view *view;
    struct decision *first, **end;
    int code;
};

static bool add_decision(void *context, const struct store_fact *fact)
{
    struct decisions *decisions = context;
    if (fact->kind != FACT_ACCEPTED && fact->kind != FACT_RETURNED)
        return true;
    struct decision *decision = arena_alloc(decisions->view->arena, sizeof *decision);
    struct err none;
    int code = store_standing_fact(decisions->view->holding->store, fact->number,
                                   decisions->view->arena, &decision->fact, &none);
    if (code < 0 && code != ERR_NOT_FOUND)
        decisions->code = err_set(decisions->view->err, code, "%s", none.message);
    if (code < 0)
        return code == ERR_NOT_FOUND;
    *decisions->end = decision;
    decisions->end = &decision->next;
    return true;
}

/* Of both pieces, in the order of the pieces. */
static int read_decisions(const struct view *view, const struct original_pair *pair,
                          struct decision **first)
{
    struct decisions decisions = {.view = view};
    struct store *store = view->holding->store;
    decisions.end = &decisions.first;
    int code = store_piece_facts(store, pair->first.piece, add_decision, &decisions, view->err);
    if (code == 0 && decisions.code == 0)
        code =
            store_piece_facts(store, pair->second.piece, add_decision, &decisions, view->err);
    *first = decisions.first;
    return code < 0 ? code : decisions.code;
}

static const char *decision_text(const struct decision *decision, enum lang lang)
{
    return decision->fact.kind == FACT_ACCEPTED ? TR(lang, "accepted", "采用")
                                                : TR(lang, "returned", "退回");
}

/* ---- for people ---------------------------------------------------------------------------- */

static void add_names(struct buf *out, const struct side *side)
{
    for (size_t i = 0; i < side->file_count; i++) {
        buf_adds(out, i ? "、" : "  ");
        buf_adds(out, side->files[i].name);
    }
}

/* "f7  2024-05-02 周四  外科  心得体会  总结.docx" */
static void print_side(const struct view *view, const struct side *side)
{
    enum lang lang = view->cli->lang;
    const struct original_piece *piece = side->piece;
    struct buf names = {0};
    char number[24], day[TEXT_DAY];
    snprintf(number, sizeof number, "f%lld", (long long)piece->piece);
    add_names(&names, side);
    text_pad(view->cli->out, number, 5);
    fprintf(view->cli->out, " %s  %s", text_day(day, civil_from_ms(piece->at_ms, NULL), lang),
            unit_name(view, piece->unit));
    if (piece->person != UNIT_NONE && piece->person != piece->unit)
        fprintf(view->cli->out, "  %s", unit_name(view, piece->person));
    fprintf(view->cli->out, "  %s%s\n", view->holding->plan->items[piece->item].name,
            names.bytes ? names.bytes : "");
    buf_free(&names);
}

/* "相同 87.0 %（短的一件 300 个指纹中有 261 个）" */
static void print_share(const struct view *view, const struct original_pair *pair)
{
    enum lang lang = view->cli->lang;
    struct original_like like = {.common = pair->common, .of = pair->of};
    uint32_t share = original_share(&like);
    if (pair->sha256)
        fprintf(view->cli->out,
                TR(lang, "      the same file (%.12s…)\n", "      文件相同（%.12s…）\n"),
                pair->sha256);
    else
        fprintf(view->cli->out,
                TR(lang, "      alike: %u.%u %% of the smaller text (%u of %u fingerprints)\n",
                   "      相同 %u.%u %%（较短一件的 %u/%u 个指纹）\n"),
                share / 10, share % 10, pair->common, pair->of);
}

static void print_decisions(const struct view *view, const struct original_pair *pair,
                            const struct decision *decision)
{
    enum lang lang = view->cli->lang;
    FILE *out = view->cli->out;
    char day[TEXT_DAY];
    bool decided = false;
    for (; decision; decision = decision->next) {
        const struct store_fact *fact = &decision->fact;
        struct buf plain = {0};
        if (fact->note) {
            buf_adds(&plain, TR(lang, ": ", "："));
            utf8_add_plain(&plain, fact->note);
        }
        buf_adds(&plain, TR(lang, " (", "（"));
        if (fact->actor && *fact->actor) {
            utf8_add_plain(&plain, fact->actor);
            buf_adds(&plain, TR(lang, ", ", "，"));
        }
        fprintf(out, TR(lang, "      f%lld %s%s%s)\n", "      f%lld 已%s%s%s）\n"),
                (long long)fact->piece, decision_text(decision, lang), plain.bytes,
                text_day(day, civil_from_ms(fact->at_ms, NULL), lang));
        buf_free(&plain);
        decided |= fact->piece == pair->second.piece;
    }
    if (!decided)
        fprintf(out,
                TR(lang,
                   "      undecided: planrun accept (or return) %s --piece f%lld --reason …\n",
                   "      尚未处理：planrun accept（或 return）%s --piece f%lld --reason …\n"),
                view->wish->script, (long long)pair->second.piece);
}

/* The next line of a half: what fits, cut between characters. */
static const char *take_line(const struct view *view, const char **rest, bool last)
{
    size_t length = strlen(*rest);
    bool more = utf8_width(*rest, length) > HALF_COLUMNS;
    size_t fit = utf8_fit(*rest, length, last && more ? HALF_COLUMNS - 1 : HALF_COLUMNS);
    const char *line =
        arena_printf(view->arena, "%.*s%s", (int)fit, *rest, last && more ? "…" : "");
    *rest += fit;
    return line;
}

static void print_halves(const struct view *view, const char *left, const char *right)
{
    for (int line = 1; line <= HALF_LINES && (*left || *right); line++) {
        fputs("      ", view->cli->out);
        text_pad(view->cli->out, take_line(view, &left, line == HALF_LINES), HALF_COLUMNS);
        fprintf(view->cli->out, "│%s\n", take_line(view, &right, line == HALF_LINES));
    }
}

static void print_passages(const struct view *view, const struct side *first,
                           const struct side *second)
{
    enum lang lang = view->cli->lang;
    struct passage passages[PASSAGES_SHOWN];
    if (!first->text.length || !second->text.length) {
        fprintf(view->cli->out, "      %s\n",
                TR(lang, "the texts were not kept: no passages to show",
                   "没有留存原文，相同的段落无法列出"));
        return;
    }
    size_t count =
        shingles_passages(&first->letters, &second->letters, passages, PASSAGES_SHOWN);
    for (size_t i = 0; i < count; i++) {
        fprintf(view->cli->out,
                TR(lang, "      %u characters in both:\n", "      相同 %u 字：\n"),
                passages[i].letters);
        print_halves(view, written(view, first, passages[i].first, passages[i].letters),
                     written(view, second, passages[i].second, passages[i].letters));
    }
}

/* ---- for programs -------------------------------------------------------------------------- */

static struct value *show_side(const struct view *view, const struct side *side)
{
    struct arena *arena = view->arena;
    const struct original_piece *piece = side->piece;
    struct value *shown = value_map(arena), *files = value_list(arena);
    struct buf at = {0};
    row_add_instant(&at, piece->at_ms);
    value_set_int(arena, shown, "piece", piece->piece);
    value_set_string(arena, shown, "at", at.bytes);
    value_set_string(arena, shown, "item", view->holding->plan->items[piece->item].id);
    if (piece->unit != UNIT_NONE) {
        value_set_string(arena, shown, "unit", roster_id(view->holding->roster, piece->unit));
        value_set_string(arena, shown, "unit_name", unit_name(view, piece->unit));
    }
    if (piece->person != UNIT_NONE)
        value_set_string(arena, shown, "person",
                         roster_id(view->holding->roster, piece->person));
    for (size_t i = 0; i < side->file_count; i++)
        value_append(arena, files, value_string(arena, side->files[i].name));
    value_set(arena, shown, "files", files);
    buf_free(&at);
    return shown;
}

static struct value *show_passages(const struct view *view, const struct side *first,
                                   const struct side *second)
{
    struct arena *arena = view->arena;
    struct passage passages[PASSAGES_TOLD];
    struct value *list = value_list(arena);
    size_t count =
        shingles_passages(&first->letters, &second->letters, passages, PASSAGES_TOLD);
    for (size_t i = 0; i < count; i++) {
        struct value *passage = value_map(arena);
        value_set_int(arena, passage, "letters", passages[i].letters);
        value_set_string(arena, passage, "first",
                         written(view, first, passages[i].first, passages[i].letters));
        value_set_string(arena, passage, "second",
                         written(view, second, passages[i].second, passages[i].letters));
        value_append(arena, list, passage);
    }
    return list;
}

static struct value *show_decisions(const struct view *view, const struct decision *decision)
{
    struct arena *arena = view->arena;
    struct value *list = value_list(arena);
    for (; decision; decision = decision->next) {
        struct value *shown = value_map(arena);
        struct buf at = {0};
        row_add_instant(&at, decision->fact.at_ms);
        value_set_int(arena, shown, "piece", decision->fact.piece);
        value_set_int(arena, shown, "number", decision->fact.number);
        value_set_string(arena, shown, "kind", decision_text(decision, LANG_EN));
        value_set_string(arena, shown, "at", at.bytes);
        if (decision->fact.note)
            value_set_string(arena, shown, "note", decision->fact.note);
        if (decision->fact.actor)
            value_set_string(arena, shown, "actor", decision->fact.actor);
        value_append(arena, list, shown);
        buf_free(&at);
    }
    return list;
}

static void print_json(const struct view *view, const struct original_pair *pair,
                       const struct side *first, const struct side *second,
                       const struct decision *decisions)
{
    struct arena *arena = view->arena;
    struct value *shown = value_map(arena);
    value_set(arena, shown, "first", show_side(view, first));
    value_set(arena, shown, "second", show_side(view, second));
    if (pair->sha256) {
        value_set_string(arena, shown, "same_file", pair->sha256);
    } else {
        struct original_like like = {.common = pair->common, .of = pair->of};
        value_set_int(arena, shown, "common", pair->common);
        value_set_int(arena, shown, "of", pair->of);
        value_set_int(arena, shown, "share", original_share(&like));
        value_set(arena, shown, "passages", show_passages(view, first, second));
    }
    value_set(arena, shown, "decisions", show_decisions(view, decisions));
    text_json(view->cli->out, shown);
}

/* ---- all pairs ----------------------------------------------------------------------------- */

static int print_pair(const struct view *view, const struct original_pair *pair)
{
    struct side first = {0}, second = {0};
    struct decision *decisions = NULL;
    int code = read_side(view, &pair->first, &first);
    if (code == 0)
        code = read_side(view, &pair->second, &second);
    if (code == 0)
        code = read_decisions(view, pair, &decisions);
    if (code == 0 && view->wish->json) {
        print_json(view, pair, &first, &second, decisions);
    } else if (code == 0) {
        print_side(view, &first);
        print_side(view, &second);
        print_share(view, pair);
        print_decisions(view, pair, decisions);
        if (!pair->sha256)
            print_passages(view, &first, &second);
    }
    side_free(&first);
    side_free(&second);
    return code;
}

/* In JSON the last object, where there are any: {"common":[pieces]}. */
static void print_common(struct cli *cli, const struct original_report *report, bool json,
                         struct arena *arena)
{
    struct value *shown = value_map(arena), *list = value_list(arena);
    if (!json && report->common_count)
        fprintf(cli->out,
                TR(cli->lang, "mostly words that more than %d pieces have: %zu pieces,",
                   "大部分文字有 %d 件以上都有的作品 %zu 件："),
                STORE_COMMON_MOST, report->common_count);
    for (size_t i = 0; i < report->common_count; i++) {
        long long piece = (long long)report->common[i].piece;
        value_append(arena, list, value_int(arena, piece));
        if (!json)
            fprintf(cli->out, " f%lld", piece);
    }
    value_set(arena, shown, "common", list);
    if (json && report->common_count)
        text_json(cli->out, shown);
    else if (report->common_count)
        fputc('\n', cli->out);
}

static bool asks_original(const struct plan *plan)
{
    for (uint32_t i = 0; i < plan->item_count; i++)
        if (plan->items[i].original)
            return true;
    return false;
}

static void print_end(struct cli *cli, const struct plan *plan,
                      const struct original_report *report)
{
    if (!report->pair_count && !report->common_count)
        fprintf(cli->out, "%s\n",
                asks_original(plan)
                    ? TR(cli->lang, "no two pieces are alike", "没有雷同的作品")
                    : TR(cli->lang,
                         "no item of the plan asks for original work "
                         "(where = { original = true }): nothing is compared",
                         "方案里没有要求原创的事项（where = { original = true }），"
                         "不作比对"));
    if (report->more)
        fprintf(cli->out,
                TR(cli->lang, "… and more; --count N shows more than these %zu pairs\n",
                   "……还有；只列了 %zu 对，用 --count 可多列\n"),
                report->pair_count);
}

static int print_pairs(const struct view *view, const struct original_report *report)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < report->pair_count; i++) {
        struct view one = *view;
        one.arena = arena_new();
        code = print_pair(&one, &report->pairs[i]);
        if (!view->wish->json)
            fputc('\n', view->cli->out);
        arena_free(one.arena);
    }
    return code;
}

/* "Nothing is alike" is no answer about a piece that is not there. */
static int check_piece(const struct view *view)
{
    struct store_fact fact;
    struct original_piece piece;
    int64_t number = view->wish->piece;
    int code = !number ? 0
                       : store_standing_fact(view->holding->store, number, view->arena, &fact,
                                             view->err);
    bool found =
        code == 0 && (!number || original_of_fact(view->holding->engine, 0, &fact, &piece));
    if (found || (code < 0 && code != ERR_NOT_FOUND))
        return code;
    return err_set(
        view->err, ERR_NOT_FOUND,
        TR(view->cli->lang, "f%lld is no piece that was handed in", "f%lld 不是交来的作品"),
        (long long)number);
}

static int print_report(struct cli *cli, const struct holding *holding, const struct wish *wish,
                        uint32_t item)
{
    struct arena *arena = arena_new();
    struct original_report report;
    struct err err = {0};
    struct view view = {
        cli, holding, wish, content_folder(arena, holding->folder, holding->name), arena, &err};
    int code = check_piece(&view);
    if (code == 0)
        code = original_report(holding->engine, 0, item, wish->piece, wish->most, arena,
                               &report, &err);
    if (code == 0)
        code = print_pairs(&view, &report);
    if (code == 0)
        print_common(cli, &report, wish->json, arena);
    if (code == 0 && !wish->json)
        print_end(cli, holding->plan, &report);
    arena_free(arena);
    return code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}

/* ---- options ------------------------------------------------------------------------------- */

static int read_options(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {{"item", required_argument, NULL, 'i'},
                                            {"quota", required_argument, NULL, 'i'},
                                            {"piece", required_argument, NULL, 'f'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"fast", no_argument, NULL, 'x'},
                                            {0}};
    int option;
    wish->most = PAIRS_SHOWN;
    while ((option = getopt_long(argc, argv, "n:", options, NULL)) != -1) {
        bool fits = option != '?';
        switch (option) {
        case 'i': wish->item = optarg; break;
        case 'f':
            fits = cli_number(*optarg == 'f' ? optarg + 1 : optarg, 1, INT64_MAX, &wish->piece);
            break;
        case 'n': fits = cli_count(optarg, 1, PAIRS_MOST, &wish->most); break;
        case 'j': wish->json = true; break;
        case 'x': wish->fast = true; break;
        default: return cli_bad_option(cli, argv, NULL);
        }
        if (!fits)
            return cli_bad_option(cli, argv, optarg);
    }
    return cli_one_script(cli, argc, argv, "compare");
}

int cmd_compare(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {0};
    struct holding holding = {0};
    bool recorded;
    int code = read_options(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        return code;
    wish.script = argv[optind];
    uint32_t item = ITEM_NONE;
    code = hold_read(cli, wish.script, wish.fast, &holding, &recorded);
    if (code == EXIT_FINE && wish.item &&
        (item = hold_item(cli, holding.plan, wish.item)) == ITEM_NONE)
        code = EXIT_PROBLEMS;
    if (code == EXIT_FINE)
        code = print_report(cli, &holding, &wish, item);
    holding_close(&holding);
    return code;
}
