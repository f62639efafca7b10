#include "cli/head.h"

#include "cli/text.h"

#include <stdio.h>

struct head {
    FILE *out;
    enum lang lang;
    const struct plan *plan;
    const char *revision;
    const struct roster *roster;
    const char *held;
};

static void print_line(const struct head *head, const char *label, const char *text)
{
    if (!text || !*text)
        return;
    fputs("  ", head->out);
    text_pad(head->out, label, head->lang == LANG_ZH ? 10 : 12);
    fprintf(head->out, "%s\n", text);
}

static void print_under(const struct head *head)
{
    const struct value *under = value_get(value_get(head->plan->sealed, "plan"), "under");
    for (uint32_t i = 0; under && i < under->count; i++) {
        const char *above = value_get_string(under->items[i], "plan");
        print_line(head, i ? "" : TR(head->lang, "under", "上级通知"),
                   above ? above : value_get_string(under->items[i], "cite"));
    }
}

static void print_counts(const struct head *head)
{
    const struct plan *plan = head->plan;
    unsigned counts[3] = {0, 0, 0};
    for (uint32_t i = 0; i < plan->item_count; i++)
        counts[plan->items[i].word]++;
    char text[160];
    snprintf(text, sizeof text,
             TR(head->lang, "phases %u, tasks %u, quotas %u; units in the roster %u",
                "%u 个阶段，%u 项任务，%u 项指标；名册 %u 个单位（含人员）"),
             counts[ITEM_PHASE], counts[ITEM_TASK], counts[ITEM_QUOTA],
             roster_count(head->roster));
    print_line(head, TR(head->lang, "contents", "内容"), text);
}

static void print_all(const struct head *head)
{
    const struct plan *plan = head->plan;
    char day[TEXT_DAY], span[TEXT_SPAN], revision[64];
    fprintf(head->out, "%s\n", plan->name);
    snprintf(revision, sizeof revision, "%s @ %.12s", plan->id, head->revision);
    print_line(head, TR(head->lang, "plan", "方案"), revision);
    print_line(head, TR(head->lang, "issuer", "发文单位"), plan->issuer);
    print_line(head, TR(head->lang, "issued", "发文日期"),
               text_day(day, plan->issued, head->lang));
    print_under(head);
    print_line(head, TR(head->lang, "time", "起止"), text_date(span, &plan->when, head->lang));
    print_counts(head);
    print_line(head, TR(head->lang, "held", "暂停发送"), head->held);
    fputc('\n', head->out);
}

void head_print(struct cli *cli, const struct plan *plan, const char *revision,
                const struct roster *roster, const char *held)
{
    print_all(&(struct head){cli->out, cli->lang, plan, revision, roster, held});
}
