/* `planrun backup SCRIPT FILE`: a copy of a plan's store and, in FILE.files, of the files that were handed
 * in, also while the plan runs. */
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/content.h"
#include "cli/hold.h"
#include "cli/papers.h"

#include <getopt.h>
#include <unistd.h>

/* The files first: what is wrong with their disk is known before the copy is there. Then those that came
 * meanwhile, so that the copy of the store speaks of no file that is not beside it. */
static int copy(const struct cli *cli, struct holding *holding, const char *file,
                const char *from, const char *to, struct papers *papers, struct err *err)
{
    int code = papers_copy(holding->store, from, to, cli->lang, papers, err);
    if (code == 0)
        code = store_backup(holding->store, file, err);
    if (code < 0)
        return code;
    code = papers_copy(holding->store, from, to, cli->lang, papers, err);
    if (code < 0)
        (void)unlink(file);
    return code;
}

static int report(struct cli *cli, const struct holding *holding, const char *file,
                  const char *to, const struct papers *papers)
{
    fprintf(cli->out,
            TR(cli->lang, "%s: copied to %s, whole and checked\n",
               "%s：已备份到 %s，完整并已核对\n"),
            holding->id, file);
    if (papers->whole)
        fprintf(cli->out,
                TR(cli->lang, "%u files that were handed in: copied to %s, checked by hash\n",
                   "交来的文件 %u 个：已备份到 %s，已按指纹核对\n"),
                papers->whole, to);
    if (!papers->first.code)
        return EXIT_FINE;
    fprintf(cli->err,
            TR(cli->lang, "planrun: %u files are missing, %u damaged, and not copied: %s\n",
               "planrun：有 %u 个文件丢失、%u 个损坏，没有备份：%s\n"),
            papers->missing, papers->damaged, papers->first.message);
    return EXIT_PROBLEMS;
}

static int back_up(struct cli *cli, struct holding *holding, const char *file)
{
    struct arena *arena = arena_new();
    struct papers papers = {0};
    struct err err = {0};
    const char *from = content_folder(arena, holding->folder, holding->name);
    const char *to = arena_printf(arena, "%s.files", file);
    int code = copy(cli, holding, file, from, to, &papers, &err);
    code = code < 0 ? cli_fail(cli, &err) : report(cli, holding, file, to, &papers);
    arena_free(arena);
    return code;
}

int cmd_backup(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{0}};
    struct hold_wish wish = {.mode = HOLDING_READ, .no_roster = true};
    struct holding holding = {0};
    if (getopt_long(argc, argv, "", options, NULL) != -1)
        return cli_bad_option(cli, argv, NULL);
    if (optind + 2 != argc)
        return cli_usage(cli, TR(cli->lang, "backup needs a script and a file",
                                 "backup 需要一个方案脚本和一个文件名"));
    wish.script = argv[optind];
    int code = hold_open(cli, &wish, &holding);
    if (code == EXIT_FINE)
        code = back_up(cli, &holding, argv[optind + 1]);
    holding_close(&holding);
    return code;
}
