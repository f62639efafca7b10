/* `planrun backup [SCRIPT] FILE`: a copy of a plan's store, or of the service's, and, in FILE.files, of the files
 * that were handed in, also while it runs. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/hold.h"
#include "cli/papers.h"
#include "service/holding_shared.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

/* A copy, and of what. */
struct backup {
    struct cli *cli;
    struct store *store;
    const char *of; /* what is told: the plan, or the service */
    const char *file, *from, *to;
    struct papers papers;
};

/* The files first: what is wrong with their disk is known before the copy is there. Then those that came
 * meanwhile, so that the copy of the store speaks of no file that is not beside it. */
static int copy(struct backup *backup, struct err *err)
{
    enum lang lang = backup->cli->lang;
    struct papers *papers = &backup->papers;
    int code = papers_copy(backup->store, backup->from, backup->to, lang, papers, err);
    if (code == 0)
        code = store_backup(backup->store, backup->file, err);
    if (code < 0)
        return code;
    code = papers_copy(backup->store, backup->from, backup->to, lang, papers, err);
    if (code < 0)
        (void)unlink(backup->file);
    return code;
}

static int report(const struct backup *backup)
{
    struct cli *cli = backup->cli;
    const struct papers *papers = &backup->papers;
    fprintf(cli->out,
            TR(cli->lang, "%s: copied to %s, whole and checked\n",
               "%s：已备份到 %s，完整并已核对\n"),
            backup->of, backup->file);
    if (papers->whole)
        fprintf(cli->out,
                TR(cli->lang, "%u files that were handed in: copied to %s, checked by hash\n",
                   "交来的文件 %u 个：已备份到 %s，已按指纹核对\n"),
                papers->whole, backup->to);
    if (!papers->first.code)
        return EXIT_FINE;
    fprintf(cli->err,
            TR(cli->lang, "planrun: %u files are missing, %u damaged, and not copied: %s\n",
               "planrun：有 %u 个文件丢失、%u 个损坏，没有备份：%s\n"),
            papers->missing, papers->damaged, papers->first.message);
    return EXIT_PROBLEMS;
}

static int back_up(struct backup *backup, const char *folder, const char *name)
{
    struct arena *arena = arena_new();
    struct err err = {0};
    backup->from = content_folder(arena, folder, name);
    backup->to = arena_printf(arena, "%s.files", backup->file);
    int code = copy(backup, &err);
    code = code < 0 ? cli_fail(backup->cli, &err) : report(backup);
    arena_free(arena);
    return code;
}

static const char *service_of(enum lang lang)
{
    return TR(lang, "the service, all its plans", "服务（全部方案）");
}

/* A plan that is served has no store of its own. */
static int back_up_plan(struct cli *cli, const char *script, const char *file)
{
    struct hold_wish wish = {.mode = HOLDING_READ, .script = script, .no_roster = true};
    struct holding holding = {0};
    int code = hold_open(cli, &wish, &holding);
    if (code == EXIT_FINE) {
        bool served = strcmp(holding.name, HOLDING_SERVICE) == 0;
        struct backup backup = {.cli = cli,
                                .store = holding.store,
                                .of = served ? service_of(cli->lang) : holding.id,
                                .file = file};
        code = back_up(&backup, holding.folder, holding.name);
    }
    holding_close(&holding);
    return code;
}

static int back_up_service(struct cli *cli, const char *file)
{
    char folder[HOLDER_PATH_MOST], path[HOLDER_PATH_MOST + 16];
    struct backup backup = {.cli = cli, .of = service_of(cli->lang), .file = file};
    struct err err = {0};
    int code = holder_folder(folder, &err);
    snprintf(path, sizeof path, "%s/%s.db", folder, HOLDING_SERVICE);
    if (code == 0)
        code = store_open(path, STORE_READ, &backup.store, &err);
    code = code < 0 ? cli_fail(cli, &err) : back_up(&backup, folder, HOLDING_SERVICE);
    store_close(backup.store);
    return code;
}

static bool is_script(const char *word)
{
    size_t length = strlen(word);
    return length > 4 && strcmp(word + length - 4, ".lua") == 0;
}

int cmd_backup(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{0}};
    if (getopt_long(argc, argv, "", options, NULL) != -1)
        return cli_bad_option(cli, argv, NULL);
    int words = argc - optind;
    if (words < 1 || words > 2 || (words == 1 && is_script(argv[optind])))
        return cli_usage(cli, TR(cli->lang, "backup needs a script and a file, or a file alone",
                                 "backup 需要一个方案脚本和一个文件名，或只要文件名"));
    return words == 1 ? back_up_service(cli, argv[optind])
                      : back_up_plan(cli, argv[optind], argv[optind + 1]);
}
