/* `planrun apply SCRIPT…`: takes changed scripts, item by item by id. Shows the move first. Without a script
 * the service looks through all of its own. */
#include "cli/cli.h"
#include "cli/commands.h"

#include "cli/apply_request.h"
#include "cli/hold.h"
#include "cli/moves.h"
#include "service/holding_shared.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

struct wish {
    const char *script;
    bool dry_run, json, fast;
};

static int print_moves(struct cli *cli, const struct holding *holding, const struct wish *wish,
                       struct arena *arena)
{
    const struct difference_side before = {.plan = holding->plan,
                                           .sources = holding->revision.sources,
                                           .source_count = holding->revision.source_count};
    struct difference_side after = {.sources = holding_sources(holding->loaded, arena),
                                    .source_count = holding->loaded->source_count};
    struct err err = {0};
    if (plan_compile(arena, holding->loaded->sealed, host_calendar(holding->host), &after.plan,
                     &err) < 0)
        return cli_fail(cli, &err);
    struct moves moves = moves_between(&before, &after, arena, cli->lang);
    if (wish->json) {
        moves_print_json(&moves, NULL, cli->out);
        return EXIT_FINE;
    }
    fprintf(cli->out, "%s  %.12s → %.12s\n", after.plan->name, holding->revision.hash,
            holding->loaded->revision);
    moves_print(&moves, cli->out);
    if (!moves.count)
        fprintf(cli->out, "  %s\n",
                TR(cli->lang, "only the script's text: nothing changes in what happens",
                   "只有脚本文字不同，事项没有变化"));
    return EXIT_FINE;
}

/* ---- taking it ------------------------------------------------------------------------------ */

struct value *apply_request(const struct loaded *loaded, const char *script, enum lang lang,
                            struct arena *arena)
{
    struct value *request = value_map(arena), *sources = value_list(arena);
    char *path = realpath(script, NULL);
    value_set_string(arena, request, "do", "apply");
    value_set_string(arena, request, "hash", loaded->revision);
    value_set(arena, request, "text", value_bytes(arena, loaded->text, loaded->length));
    value_set_string(arena, request, "path", path ? path : script);
    const struct store_source *texts = holding_sources(loaded, arena);
    for (size_t i = 0; i < loaded->source_count; i++) {
        struct value *source = value_map(arena);
        value_set_string(arena, source, "file", texts[i].file);
        value_set_string(arena, source, "sha256", texts[i].sha256);
        value_set(arena, source, "text", value_bytes(arena, texts[i].text, texts[i].length));
        value_append(arena, sources, source);
    }
    value_set(arena, request, "sources", sources);
    if (lang == LANG_ZH)
        value_set_string(arena, request, "lang", "zh");
    free(path);
    return request;
}

static int take(struct cli *cli, const struct holding *holding, const struct wish *wish,
                struct arena *arena)
{
    struct value *answer = NULL;
    const char *revision = holding->loaded->revision;
    struct hold_wish hold = {
        .script = wish->script, .who = "planrun apply", .fast = wish->fast};
    struct value *request = apply_request(holding->loaded, holding->script, cli->lang, arena);
    int code = cli_send(cli, &hold, request, arena, &answer);
    if (code != EXIT_FINE) {
        if (answer) /* else the error says what may have become of it */
            fprintf(cli->err, "%s\n",
                    TR(cli->lang, "planrun: nothing was changed; the old revision goes on",
                       "planrun: 没有改动，原来的版本照常运行"));
        return code;
    }
    if (!wish->json)
        fprintf(cli->out,
                TR(cli->lang, "Taken: %.12s runs from now on.\n",
                   "已采用：从现在起按 %.12s 运行。\n"),
                revision);
    return EXIT_FINE;
}

static int apply(struct cli *cli, const struct holding *holding, const struct wish *wish)
{
    if (!holding->loaded) {
        struct cli_plan broken;
        cli_load(cli, wish->script, &broken); /* tells what is wrong */
        cli_unload(&broken);
        fprintf(cli->err,
                TR(cli->lang, "planrun: %s does not load; the old revision goes on\n",
                   "planrun: %s 有错误，原来的版本照常运行\n"),
                wish->script);
        return EXIT_PROBLEMS;
    }
    if (!holding->changed) {
        fprintf(cli->err, "%s\n",
                TR(cli->lang, "planrun: nothing to do: the script is what runs",
                   "planrun: 无需采用：脚本与运行版本相同"));
        return EXIT_FINE;
    }
    struct arena *arena = arena_new();
    int code = print_moves(cli, holding, wish, arena);
    fflush(cli->out);
    if (code == EXIT_FINE && !wish->dry_run)
        code = take(cli, holding, wish, arena);
    arena_free(arena);
    return code;
}

static int apply_one(struct cli *cli, const struct wish *wish)
{
    struct holding holding = {0};
    struct hold_wish hold = {
        .mode = HOLDING_READ, .script = wish->script, .fast = wish->fast, .compare = true};
    int code = hold_open(cli, &hold, &holding);
    if (code == EXIT_FINE)
        code = apply(cli, &holding, wish);
    holding_close(&holding);
    return code;
}

/* The service does it, and says in its log what came of it. */
static int ask_service(struct cli *cli)
{
    struct arena *arena = arena_new();
    struct value *request = value_map(arena), *answer = NULL;
    struct err err = {0};
    char folder[HOLDER_PATH_MOST];
    value_set_string(arena, request, "do", "reload");
    int code = holder_folder(folder, &err);
    if (code == 0)
        code = holder_ask(folder, HOLDING_SERVICE, request, arena, &answer, &err);
    if (code == ERR_NOT_FOUND)
        err_set(&err, code, "%s",
                TR(cli->lang, "no service runs; name the script that is to be taken",
                   "没有服务在运行；请写明要采用的脚本"));
    const char *problem = code < 0 ? err.message : value_get_string(answer, "error");
    if (problem)
        err_set(&err, ERR_INVALID, "%s", problem);
    else
        fprintf(cli->out, "%s\n",
                TR(cli->lang,
                   "The service looks through its scripts; its log says what it takes.",
                   "服务正在检查各方案脚本，采用结果见服务日志。"));
    code = problem ? cli_fail(cli, &err) : EXIT_FINE;
    arena_free(arena);
    return code;
}

int cmd_apply(struct cli *cli, int argc, char **argv)
{
    static const struct option options[] = {{"dry-run", no_argument, NULL, 'd'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"fast", no_argument, NULL, 'f'},
                                            {"changed", no_argument, NULL, 'c'},
                                            {0}};
    struct wish wish = {0};
    bool changed = false;
    int option, code = EXIT_FINE;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == '?')
            return cli_bad_option(cli, argv, NULL);
        wish.dry_run = wish.dry_run || option == 'd';
        wish.json = wish.json || option == 'j';
        wish.fast = wish.fast || option == 'f';
        changed = changed || option == 'c';
    }
    if (changed)
        return apply_changed(cli, argv + optind, argc - optind);
    if (optind == argc && !wish.dry_run && !wish.json && !wish.fast)
        return ask_service(cli);
    if (optind == argc)
        return cli_one_script(cli, argc, argv, "apply");
    for (int i = optind; i < argc; i++) {
        wish.script = argv[i];
        int done = apply_one(cli, &wish);
        code = done > code ? done : code;
    }
    return code;
}
