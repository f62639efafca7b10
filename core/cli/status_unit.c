/* What one unit itself owes: how far it has come, and its pieces. */
#include "cli/status.h"

#include "cli/text.h"

/* "done 1 of 2, 1 missing" */
static void add_done(struct buf *out, enum lang lang, const struct board_own *own)
{
    buf_printf(out, TR(lang, "done %lld of %u", "已交 %lld/%u"), (long long)own->count.done,
               own->need);
    if (own->excused)
        buf_adds(out, TR(lang, ", excused", "，免交"));
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
    return 0;
}

int status_print_why(struct status *status, struct err *err)
{
    return status_print_duties(status, err);
}
