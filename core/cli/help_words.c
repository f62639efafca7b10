/* `planrun help words [WORD]` and `planrun help service [WORD]`, and the files that are generated from the same table. */

#include "cli/cli.h"
#include "cli/commands.h"
#include "script/words_load.h"
#include "script/words_text.h"

#include <string.h>

struct wish {
    const char *word, *emit;
};

static int read_arguments(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--emit") == 0 && i + 1 < argc)
            wish->emit = argv[++i];
        else if (strncmp(argv[i], "--emit=", 7) == 0)
            wish->emit = argv[i] + 7;
        else if (argv[i][0] == '-' || wish->word)
            return cli_usage(cli,
                             TR(cli->lang, "help %s: what is “%s”?", "help %s：不认识“%s”"),
                             argv[0], argv[i]);
        else
            wish->word = argv[i];
    }
    return EXIT_FINE;
}

static int show(struct cli *cli, const struct words *words, const struct wish *wish)
{
    struct buf out = {0};
    int code = EXIT_FINE;
    if (wish->emit && !words_emit(words, wish->emit, &out))
        code = cli_usage(cli,
                         TR(cli->lang, "--emit takes meta, luarc or luacheck, not “%s”",
                            "--emit 只接受 meta、luarc、luacheck，不接受“%s”"),
                         wish->emit);
    else if (!wish->emit && !words_show(words, wish->word, cli->lang, &out)) {
        const char *near = nearest_word(wish->word, words->names, words->count);
        code = cli_usage(cli,
                         near ? TR(cli->lang, "there is no word “%s”; did you mean “%s”?",
                                   "没有“%s”这个词，是否指“%s”？")
                              : TR(cli->lang, "there is no word “%s”%s", "没有“%s”这个词%s"),
                         wish->word, near ? near : "");
    }
    if (code == EXIT_FINE)
        fwrite(out.bytes, 1, out.length, cli->out);
    buf_free(&out);
    return code;
}

int cmd_help_words(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {NULL, NULL};
    struct arena *arena = arena_new();
    struct host *host = NULL;
    struct words *words = NULL;
    struct err err = {0};
    int code = read_arguments(cli, argc, argv, &wish);
    if (code != EXIT_FINE)
        goto out;
    if (host_open(NULL, &host, &err) < 0 ||
        words_load_table(host, argv[0], arena, &words, &err) < 0)
        code = cli_fail(cli, &err);
    else
        code = show(cli, words, &wish);
out:
    words_free(words);
    host_close(host);
    arena_free(arena);
    return code;
}
