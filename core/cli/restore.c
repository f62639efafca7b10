/* `planrun restore BACKUP [--to service|ID] [--apply]`: what a backup is and what going back to it would lose; with
 * --apply the backup takes the place of the store, which is set aside, and what may have been sent since is held. */
#include "store/restore.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/text.h"
#include "files/kept.h"
#include "service/holder.h"
#include "service/holding_shared.h"
#include "time/civil.h"
#include "time/clock.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct restoring {
    struct cli *cli;
    struct arena *arena;
    const char *backup, *to; /* to: as said, NULL */
    bool apply;
    char folder[HOLDER_PATH_MOST];
    const char *name; /* of the store that it would become */
    struct store_summary copy, present;
    bool is_present; /* and can be read */
    const char *prepared, *path, *aside;
    uint32_t files;
    int64_t now_ms;
    struct err *err;
};

static const char *path_of(const struct restoring *restoring, const char *name)
{
    return arena_printf(restoring->arena, "%s/%s.db", restoring->folder, name);
}

/* Reads what a store says of itself; false when it is not there or cannot be read. */
static bool summarize(const struct restoring *restoring, const char *path,
                      struct store_summary *out)
{
    struct store *store = NULL;
    struct err none;
    bool read = store_open(path, STORE_READ, &store, &none) == 0 &&
                store_summary(store, restoring->arena, out, &none) == 0;
    store_close(store);
    return read;
}

/* ---- which store ---------------------------------------------------------------------------- */

static bool has_plan(const struct store_summary *summary, const char *id)
{
    for (size_t i = 0; i < summary->plan_count; i++)
        if (strcmp(summary->plans[i], id) == 0)
            return true;
    return false;
}

/* That of which it is a copy, by its name; else where its plans are now. NULL = it may be either. */
static const char *find_original(const struct restoring *restoring)
{
    struct store_summary present;
    const char *const *plans = restoring->copy.plans, *now = NULL;
    for (size_t i = 0; i <= restoring->copy.plan_count; i++) {
        const char *name = i ? plans[i - 1] : HOLDING_SERVICE;
        if (summarize(restoring, path_of(restoring, name), &present) &&
            strcmp(present.name, restoring->copy.name) == 0)
            return name;
    }
    if (restoring->copy.plan_count != 1)
        return HOLDING_SERVICE;
    if (holding_store_name(restoring->folder, plans[0], false, restoring->arena, &now, NULL) <
        0)
        return NULL;
    return strcmp(now, HOLDING_SERVICE) != 0 && access(path_of(restoring, now), F_OK) == 0
               ? now
               : NULL;
}

static int check_target(const struct restoring *restoring)
{
    enum lang lang = restoring->cli->lang;
    const struct store_summary *copy = &restoring->copy;
    const char *has = NULL;
    if (strcmp(restoring->name, HOLDING_SERVICE) == 0)
        return 0;
    if (copy->plan_count != 1 || !has_plan(copy, restoring->name))
        return err_set(
            restoring->err, ERR_INVALID,
            TR(lang, "%s is no backup of the plan %s alone", "%s 不是方案 %s 单独的备份"),
            restoring->backup, restoring->name);
    int code = holding_store_name(restoring->folder, restoring->name, false, restoring->arena,
                                  &has, restoring->err);
    return code == 0 && strcmp(has, HOLDING_SERVICE) == 0
               ? err_set(restoring->err, ERR_INVALID,
                         TR(lang,
                            "the plan %s is in the service's store now: restore a backup "
                            "of that",
                            "方案 %s 现在在服务的数据库里：请恢复服务的备份"),
                         restoring->name)
               : code;
}

static int choose(struct restoring *restoring)
{
    restoring->name = !restoring->to                          ? find_original(restoring)
                      : strcmp(restoring->to, "service") == 0 ? HOLDING_SERVICE
                                                              : restoring->to;
    if (restoring->name)
        return check_target(restoring);
    return err_set(
        restoring->err, ERR_INVALID,
        TR(restoring->cli->lang,
           "%s may be of the plan alone or of the service: say --to %s or --to service",
           "%s 可能是方案单独的备份，也可能是服务的备份：请写明 --to %s 或 --to "
           "service"),
        restoring->backup, restoring->copy.plan_count ? restoring->copy.plans[0] : "ID");
}

/* ---- what is told --------------------------------------------------------------------------- */

static void tell_copy(const struct restoring *restoring)
{
    struct cli *cli = restoring->cli;
    const struct store_summary *copy = &restoring->copy;
    char at[TEXT_SPAN];
    fprintf(cli->out, TR(cli->lang, "%s: whole\n", "%s：完好\n"), restoring->backup);
    fprintf(cli->out, "%s", TR(cli->lang, "  plans           ", "  方案            "));
    for (size_t i = 0; i < copy->plan_count; i++)
        fprintf(cli->out, "%s%s", i ? TR(cli->lang, ", ", "、") : "", copy->plans[i]);
    if (copy->last_ms != STORE_NEVER)
        fprintf(cli->out, TR(cli->lang, "\n  last record     %s\n", "\n  最后一次记录    %s\n"),
                text_instant(at, copy->last_ms, cli->lang));
    else
        fprintf(cli->out, "\n");
    fprintf(cli->out,
            TR(cli->lang,
               "  has             reports: %lld; messages sent: %lld, waiting: %lld\n",
               "  内有            登记 %lld 条，已发消息 %lld 条，待发 %lld 条\n"),
            (long long)copy->facts, (long long)copy->sent, (long long)copy->waiting);
    fprintf(cli->out, TR(cli->lang, "  would become    %s\n", "  恢复为          %s\n"),
            restoring->path);
}

/* Plans that were taken over since: their own stores are still there. */
static void tell_lost_plans(const struct restoring *restoring)
{
    struct cli *cli = restoring->cli;
    for (size_t i = 0; i < restoring->present.plan_count; i++) {
        const char *id = restoring->present.plans[i];
        const char *own = arena_printf(restoring->arena, "%s.adopted", path_of(restoring, id));
        if (has_plan(&restoring->copy, id))
            continue;
        fprintf(cli->out,
                TR(cli->lang, "  lost            the plan %s, which the backup does not have\n",
                   "  将丢失          方案 %s：备份里没有\n"),
                id);
        if (access(own, F_OK) == 0)
            fprintf(cli->out,
                    TR(cli->lang, "                  as it was when it was taken over: %s\n",
                       "                  接管时的数据在 %s\n"),
                    own);
    }
}

static int tell_loss(const struct restoring *restoring)
{
    struct cli *cli = restoring->cli;
    struct store *store = NULL;
    int64_t facts = 0, sent = 0;
    if (!restoring->is_present) {
        bool any = access(restoring->path, F_OK) == 0;
        fprintf(cli->out, "  %s\n",
                any ? TR(cli->lang,
                         "lost            unknown: the store that is there cannot be "
                         "read",
                         "将丢失          不清楚：现有的数据库无法读出")
                    : TR(cli->lang, "lost            nothing: there is no such store now",
                         "将丢失          没有：现在没有这个数据库"));
        return 0;
    }
    int code = store_open(restoring->path, STORE_READ, &store, restoring->err);
    if (code == 0)
        code = store_since(store, restoring->copy.last_ms, &facts, &sent, restoring->err);
    store_close(store);
    if (code < 0)
        return code;
    fprintf(cli->out,
            TR(cli->lang, "  lost            reports recorded since: %lld\n",
               "  将丢失          此后的登记 %lld 条\n"),
            (long long)facts);
    fprintf(cli->out,
            TR(cli->lang,
               "  sent since      messages of which the backup knows nothing: %lld\n",
               "  此后已发        消息 %lld 条，备份里没有记录\n"),
            (long long)sent);
    tell_lost_plans(restoring);
    return 0;
}

static void tell_restored(const struct restoring *restoring)
{
    struct cli *cli = restoring->cli;
    const char *script = strcmp(restoring->name, HOLDING_SERVICE) == 0 ? "" : " SCRIPT";
    fprintf(cli->out, "%s\n", TR(cli->lang, "restored", "已恢复"));
    if (restoring->aside)
        fprintf(cli->out,
                TR(cli->lang, "  the store that was there is kept as %s\n",
                   "  原来的数据库留在 %s\n"),
                restoring->aside);
    if (restoring->files)
        fprintf(cli->out,
                TR(cli->lang, "  files that were handed in, put back: %u\n",
                   "  交来的文件 %u 个：已放回\n"),
                restoring->files);
    fprintf(cli->out,
            TR(cli->lang,
               "  held: what waits, and what was due by now, may have been sent already.\n"
               "  'planrun outbox%s' lists it; --release sends it, --cancel-held drops it\n",
               "  待发的，以及到现在为止该发的，可能已经发过，先暂扣：\n"
               "  planrun outbox%s 列出，--release 照发，--cancel-held 不再发\n"),
            script);
}

/* ---- doing it ------------------------------------------------------------------------------- */

static int put_file(void *context, const char *sha256, struct err *err)
{
    struct restoring *restoring = context;
    enum lang lang = restoring->cli->lang;
    char *bytes = NULL;
    size_t length;
    const char *from = arena_printf(restoring->arena, "%s.files", restoring->backup);
    const char *to = content_folder(restoring->arena, restoring->folder, restoring->name);
    int code = kept_read(from, sha256, lang, &bytes, &length, err);
    if (code == 0)
        code = kept_put(to, sha256, bytes, length, lang, err);
    restoring->files += code == 0;
    free(bytes);
    return code;
}

static int take_lock(const struct restoring *restoring, struct holder **holder)
{
    struct err why = {0};
    int code = holder_take(restoring->folder, restoring->name, "planrun restore", holder, &why);
    if (code == ERR_LIMIT)
        return err_set(restoring->err, code,
                       TR(restoring->cli->lang, "%s is in use; end that first: %s",
                          "%s 正在使用，请先结束：%s"),
                       restoring->path, why.message);
    if (code < 0)
        *restoring->err = why;
    return code;
}

static const char *name_aside(const struct restoring *restoring)
{
    char day[11], minute[6];
    int32_t of_day, at = civil_from_ms(restoring->now_ms, &of_day);
    civil_format(at, day);
    civil_format_minute((int16_t)of_day, minute);
    return arena_printf(restoring->arena, "%s.before-%.4s%.2s%.2s-%.2s%.2s%02d",
                        restoring->path, day, day + 5, day + 8, minute, minute + 3,
                        (int)(restoring->now_ms / 1000 % 60));
}

static int prepare(struct restoring *restoring, const char *prepared)
{
    restoring->prepared = prepared;
    return store_restore_prepare(
        restoring->backup, prepared, restoring->is_present ? restoring->present.fence : 0,
        restoring->now_ms, restoring->arena, &restoring->copy, restoring->err);
}

/* Reads the backup, and chooses where it goes. */
static int look(struct restoring *restoring)
{
    const char *prepared =
        arena_printf(restoring->arena, "%s/_restored.%d.db", restoring->folder, (int)getpid());
    int code = prepare(restoring, prepared);
    store_restore_drop(prepared);
    if (code == 0)
        code = choose(restoring);
    if (code < 0)
        return code;
    restoring->path = path_of(restoring, restoring->name);
    restoring->is_present = summarize(restoring, restoring->path, &restoring->present);
    tell_copy(restoring);
    return tell_loss(restoring);
}

static int put_back(struct restoring *restoring)
{
    bool any = access(restoring->path, F_OK) == 0;
    const char *files = arena_printf(restoring->arena, "%s.files", restoring->backup);
    restoring->aside = any ? name_aside(restoring) : NULL;
    int code =
        prepare(restoring, arena_printf(restoring->arena, "%s.restored", restoring->path));
    if (code == 0)
        code = kept_list(files, put_file, restoring, restoring->err);
    if (code == 0)
        code = store_restore_swap(restoring->prepared, restoring->path, name_aside(restoring),
                                  restoring->err);
    if (code == 0)
        tell_restored(restoring);
    return code;
}

static int restore(struct restoring *restoring)
{
    struct clock wall = clock_real();
    struct holder *holder = NULL;
    restoring->now_ms = clock_now(&wall);
    int code = holder_folder(restoring->folder, restoring->err);
    if (code == 0)
        code = look(restoring);
    if (code == 0 && !restoring->apply)
        fprintf(restoring->cli->out, "%s\n",
                TR(restoring->cli->lang, "nothing was changed; --apply restores it",
                   "未作改动；加 --apply 才恢复"));
    if (code < 0 || !restoring->apply)
        return code;
    code = take_lock(restoring, &holder);
    if (code == 0)
        code = put_back(restoring);
    holder_release(holder);
    return code;
}

int cmd_restore(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {
        {"to", required_argument, NULL, 't'}, {"apply", no_argument, NULL, 'a'}, {0}};
    struct err err = {0};
    struct restoring restoring = {.cli = cli, .err = &err};
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;)
        switch (option) {
        case 't': restoring.to = optarg; break;
        case 'a': restoring.apply = true; break;
        default: return cli_bad_option(cli, argv, NULL);
        }
    if (optind + 1 != argc)
        return cli_usage(cli,
                         TR(cli->lang, "restore needs a backup", "restore 需要一个备份文件"));
    restoring.backup = argv[optind];
    restoring.arena = arena_new();
    int code = restore(&restoring);
    arena_free(restoring.arena);
    return code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}
