/* The words of messages, as many as are due in one second: 100,000 of one entry each, and digests of five
 * units' entries, in batches as a courier makes them. Argument: how many. */
#include "base/lang.h"
#include "script/wording.h"
#include "time/civil.h"
#include "time/clock.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 200, ENTRIES = 5 };

static const char template[] = "{unit}：{item}还差{missing}，{due}前报{to}";

static void fill(struct wording_entry *entry, const char *name, int32_t day, const char *text)
{
    *entry = (struct wording_entry){.plan_id = "city2012",
                                    .plan_name = "卫生系统职业精神工作方案",
                                    .item_id = "essays",
                                    .item_name = "优秀征文",
                                    .clause = "三(二)",
                                    .phase = "讨论交流阶段",
                                    .to = "市卫生局",
                                    .unit_id = name,
                                    .unit_name = name,
                                    .unit_kind = "department",
                                    .need = 3,
                                    .missing = 2,
                                    .measure = "篇",
                                    .due = day,
                                    .text = text};
}

static double run(struct host *host, long count, size_t entries, const char *text)
{
    static struct wording_entry list[BATCH][ENTRIES];
    static struct wording_mail mails[BATCH];
    static struct wording made[BATCH];
    static char names[ENTRIES][32];
    int32_t day = civil_day(2012, 7, 5);
    struct err err = {0};
    for (size_t e = 0; e < ENTRIES; e++)
        snprintf(names[e], sizeof names[e], "单位%02zu", e + 1);
    for (size_t i = 0; i < BATCH; i++) {
        for (size_t e = 0; e < entries; e++)
            fill(&list[i][e], names[e], day, text);
        mails[i] = (struct wording_mail){"单位01", "contact", "", day - 3, list[i], entries};
    }
    int64_t began = clock_monotonic();
    for (long done = 0; done < count; done += BATCH) {
        struct arena *arena = arena_new();
        if (wording_make(host, LANG_ZH, mails, BATCH, arena, made, &err) < 0) {
            fprintf(stderr, "%s\n", err.message);
            exit(1);
        }
        arena_free(arena);
    }
    return (double)count * 1000.0 / (double)(clock_monotonic() - began);
}

int main(int argc, char **argv)
{
    long count = argc > 1 ? strtol(argv[1], NULL, 10) : 100000;
    struct host *host;
    struct err err = {0};
    if (host_open(NULL, &host, &err) < 0) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    printf("one entry, built-in words: %.0f messages/s\n", run(host, count, 1, NULL));
    printf("one entry, a template: %.0f messages/s\n", run(host, count, 1, template));
    printf("five units, built-in words: %.0f messages/s\n", run(host, count, ENTRIES, NULL));
    printf("five units, templates: %.0f messages/s\n", run(host, count, ENTRIES, template));
    host_close(host);
    return 0;
}
