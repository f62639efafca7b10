/* eval-driver [--lang=en|zh] [--rounds=N] FILE: prints the raw tree of a script as JSON, or what is
 * wrong with it; with rounds, the time that one evaluation takes. */
#include "base/json.h"
#include "script/eval.h"
#include "script/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const struct eval_word words[] = {
    {"plan", EVAL_ID}, {"unit", EVAL_ID},     {"group", EVAL_ID},    {"phase", EVAL_ID},
    {"task", EVAL_ID}, {"quota", EVAL_ID},    {"remind", EVAL_BARE}, {"roster", EVAL_FILE},
    {"on", EVAL_ON},   {"notify", EVAL_LATE},
};

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int evaluate(struct arena *arena, const char *path, struct findings *findings,
                    bool quiet)
{
    const char *slash = strrchr(path, '/');
    char *folder =
        slash ? arena_copy(arena, path, (size_t)(slash - path)) : arena_string(arena, ".");
    struct source *script;
    if (source_load(arena, slash == path ? "/" : folder, slash ? slash + 1 : path, path,
                    findings, &script) < 0 ||
        !source_scan(script, words, sizeof words / sizeof *words, findings))
        return 1;
    struct eval_request request = {.script = script,
                                   .folder = folder,
                                   .words = words,
                                   .word_count = sizeof words / sizeof *words,
                                   .findings = findings,
                                   .lang = findings->lang};
    struct err err = {0};
    struct eval *eval = eval_start(&request, arena, &err);
    if (!eval || eval_run(eval, &err) < 0) {
        if (!findings->count)
            fprintf(stderr, "%s:%d: %s\n", err.file, err.line, err.message);
        eval_free(eval);
        return 1;
    }
    if (eval_warning(eval))
        fprintf(stderr, "warning: %s\n", eval_warning(eval));
    struct buf text = {0};
    if (!quiet) {
        json_write_pretty(&text, eval_result(eval));
        printf("%s\n", text.bytes);
    }
    buf_free(&text);
    eval_free(eval);
    return 0;
}

int main(int argc, char **argv)
{
    struct arena *arena = arena_new();
    enum lang lang = lang_of_environment();
    int code = 2, rounds = 0;
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--lang=", 7) == 0)
            lang = strcmp(argv[i] + 7, "zh") == 0 ? LANG_ZH : LANG_EN;
        else if (strncmp(argv[i], "--rounds=", 9) == 0)
            rounds = atoi(argv[i] + 9);
        else {
            struct findings findings = findings_new(arena, lang);
            double start = now_ms();
            for (int n = 0; n < (rounds ? rounds : 1) && findings.count == 0; n++)
                code = evaluate(arena, argv[i], &findings, rounds > 0);
            if (rounds)
                printf("%s: %.3f ms\n", argv[i], (now_ms() - start) / rounds);
            struct buf text = {0};
            if (findings.count)
                findings_render(&text, &findings, 0);
            fputs(text.bytes ? text.bytes : "", stderr);
            buf_free(&text);
            findings_free(&findings);
        }
    }
    arena_free(arena);
    return code;
}
