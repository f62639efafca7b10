/* What one unit itself owes: how far it has come, and its pieces. */
#include "cli/status.h"

#include "base/utf8.h"
#include "cli/text.h"
#include "time/civil.h"

#include <string.h>

enum { PIECES_SHOWN = 20 };

/* ---- pieces ------------------------------------------------------------------------------- */

static int64_t before_of(const struct status *status)
{
    return status->past ? civil_ms(status->wish->day + 1, 0) : INT64_MAX;
}

int status_pieces(const struct status *status, const struct duty *duty,
                  const struct piece **pieces, size_t *count, struct err *err)
{
    const struct piece *all;
    size_t found, kept = 0;
    int64_t before_ms = before_of(status);
    *count = 0;
    if (!status->wish->recorded)
        return 0;
    int code = engine_pieces(status->holding->engine, 0, duty->item, status->unit, duty,
                             status->arena, &all, &found, err);
    if (code < 0)
        return code;
    struct piece *list = arena_array(status->arena, found + 1, sizeof *list);
    for (size_t i = 0; i < found; i++)
        if (all[i].at_ms < before_ms)
            list[kept++] = all[i];
    *pieces = list;
    *count = kept;
    return 0;
}

/* Who handed it in, where that is not the unit of the page itself. */
static void print_author(const struct status *status, const struct piece *piece)
{
    uint32_t who = piece->person != UNIT_NONE ? piece->person : piece->unit;
    if (who != UNIT_NONE && who != status->unit)
        fprintf(status->cli->out, "%s  ", roster_name(status->holding->roster, who));
}

bool status_is_later(const struct status *status, const struct piece *piece)
{
    return piece->since_ms >= before_of(status);
}

/* "已退回（写成了工作总结）"; of a past day what was said of the piece since is told as such. */
static void print_state(const struct status *status, const struct item *item,
                        const struct piece *piece)
{
    FILE *out = status->cli->out;
    enum lang lang = status->cli->lang;
    bool later = status_is_later(status, piece);
    struct buf why = {0};
    fprintf(out, "%s%s", later ? TR(lang, "later ", "此后") : "",
            piece_state_text(piece->state, lang));
    if (piece->note && *piece->note) {
        utf8_add_plain(&why, piece->note);
        fprintf(out, TR(lang, " (%s)", "（%s）"), why.bytes);
        buf_free(&why);
    }
    if (later)
        return;
    piece_add_why(&why, piece, item, lang);
    if (piece->why == PIECE_COUNTS)
        fprintf(out, "%s%s", TR(lang, "; counts", "；计入"),
                piece->in_time ? "" : TR(lang, ", late", "，逾期"));
    else
        fprintf(out, TR(lang, "; does not count%s%s", "；不计%s%s"),
                why.length ? TR(lang, ": ", "：") : "", why.length ? why.bytes : "");
    buf_free(&why);
}

static void print_piece(const struct status *status, const struct item *item,
                        const struct piece *piece)
{
    FILE *out = status->cli->out;
    enum lang lang = status->cli->lang;
    char at[TEXT_SPAN];
    struct buf measure = {0};
    text_add_measure(&measure, item->count.unit, lang);
    fprintf(out, "f%lld  %s  %lld%s  ", (long long)piece->number,
            text_instant(at, piece->at_ms, lang), (long long)piece->count,
            measure.length ? measure.bytes : "");
    buf_free(&measure);
    print_author(status, piece);
    print_state(status, item, piece);
    fputc('\n', out);
}

void status_print_pieces(const struct status *status, uint32_t item, const struct piece *pieces,
                         size_t count, int indent)
{
    for (size_t i = 0; i < count && i < PIECES_SHOWN; i++) {
        fprintf(status->cli->out, "%*s", i ? indent : 0, "");
        print_piece(status, &status->holding->plan->items[item], &pieces[i]);
    }
    if (count > PIECES_SHOWN)
        fprintf(status->cli->out,
                TR(status->cli->lang, "%*s… and %zu more\n", "%*s……另有 %zu 件\n"), indent, "",
                count - PIECES_SHOWN);
}

/* ---- one duty ----------------------------------------------------------------------------- */

/* "done 1 of 2, 1 missing" */
static void add_done(struct buf *out, enum lang lang, const struct board_own *own)
{
    buf_printf(out, TR(lang, "done %lld of %u", "已交 %lld/%u"), (long long)own->count.done,
               own->need);
    if (own->excused)
        buf_adds(out, own->away ? TR(lang, ", on leave", "，请假")
                                : TR(lang, ", excused", "，免交"));
    else if (own->missing)
        buf_printf(out, TR(lang, ", %u missing", "，缺 %u"), own->missing);
}

static void print_line(const struct status *status, uint32_t duty, const struct board_own *own,
                       const char *done)
{
    FILE *out = status->cli->out;
    const struct item *item = &status->holding->plan->items[status->duties[duty].duty.item];
    struct buf due = {0};
    status_add_due(&due, status, &own->part->duty);
    fprintf(out, "%2u ", duty + 1);
    text_cell(out, status_light(own->light, status->cli->lang), 10);
    text_cell(out, item->name, 36);
    fprintf(out, "  %s  %s\n", done, due.bytes);
    buf_free(&due);
}

/* Why it is excused, and what it has handed in. */
static int print_rest(const struct status *status, uint32_t duty, const struct board_own *own,
                      struct err *err)
{
    const struct piece *pieces;
    size_t count;
    struct board_grant grant;
    int code = status_pieces(status, &own->part->duty, &pieces, &count, err);
    if (code == 0 && own->excused) {
        code = board_grant(status->board, duty, status->unit, FACT_EXCUSED, status->arena,
                           &grant, err);
        fprintf(status->cli->out, "    %s", TR(status->cli->lang, "excused", "免交"));
        if (code == 0)
            status_print_excuse(status, duty, status->unit, &grant);
        fputc('\n', status->cli->out);
    }
    if (code == 0 && count) {
        fputs("    ", status->cli->out);
        status_print_pieces(status, own->part->duty.item, pieces, count, 4);
    }
    return code;
}

int status_print_own(const struct status *status, uint32_t duty, bool line, bool *asked,
                     struct err *err)
{
    struct board_own own;
    struct buf done = {0};
    int code = board_own(status->board, duty, status->unit, &own, err);
    *asked = code == 0 && own.part;
    if (!*asked)
        return code;
    add_done(&done, status->cli->lang, &own);
    if (line)
        print_line(status, duty, &own, done.bytes);
    else
        fprintf(status->cli->out, TR(status->cli->lang, "    itself: %s\n", "    本级：%s\n"),
                done.bytes);
    buf_free(&done);
    return print_rest(status, duty, &own, err);
}
