/*
 * What the tests of the resolver share: a folder of their own, one host, and loading of a script
 * given as text, through the evaluator of this build. Included by test_resolve*.c and test_load.c.
 */
#ifndef RESOLVE_DRIVER_H
#define RESOLVE_DRIVER_H

#include "base/json.h"
#include "script/load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#ifndef TEST_STDLIB
#define TEST_STDLIB PLANRUN_SOURCE_DIR "/stdlib"
#endif

struct driver {
    struct host *host;
    char folder[64];
};

/* One load: everything dies with it. */
struct result {
    struct arena *arena;
    struct findings findings;
    struct loaded *loaded;
    struct err err;
    int code;
};

static inline int driver_open(void **state)
{
    struct driver *driver = calloc(1, sizeof *driver);
    struct host_options options = {.stdlib = TEST_STDLIB};
    struct err err = {0};
    strcpy(driver->folder, "/tmp/planrun-test-XXXXXX");
    if (!mkdtemp(driver->folder) || host_open(&options, &driver->host, &err) < 0) {
        print_error("%s\n", err.message);
        return -1;
    }
    *state = driver;
    return 0;
}

static inline int driver_close(void **state)
{
    struct driver *driver = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", driver->folder);
    host_close(driver->host);
    int code = system(command);
    free(driver);
    return code;
}

static inline void driver_write(const struct driver *driver, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", driver->folder, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    fwrite(text, 1, strlen(text), file);
    fclose(file);
}

static inline struct result driver_load(const struct driver *driver, const char *name,
                                        enum lang lang)
{
    struct load_options options = {.plan_path = "",
                                   .evaluator = PLANRUN_BUILD_DIR "/planrun-eval"};
    struct result result = {.arena = arena_new()};
    char path[1024];
    snprintf(path, sizeof path, "%s/%s", driver->folder, name);
    result.findings = findings_new(result.arena, lang);
    result.code =
        load_plan(driver->host, path, &options, &result.findings, &result.loaded, &result.err);
    return result;
}

static inline void result_free(struct result *result)
{
    loaded_free(result->loaded);
    findings_free(&result->findings);
    arena_free(result->arena);
}

/* All findings as a person reads them; the folder is cut from the names of files. */
static inline char *result_text(const struct driver *driver, struct result *result)
{
    struct buf text = {0}, out = {0};
    findings_render(&text, &result->findings, 0);
    size_t length = strlen(driver->folder) + 1;
    for (const char *at = text.bytes ? text.bytes : ""; *at;) {
        bool here = strncmp(at, driver->folder, length - 1) == 0;
        if (!here)
            buf_add(&out, at, 1);
        at += here ? length : 1;
    }
    buf_adds(&out, "");
    buf_free(&text);
    return out.bytes;
}

/* The value under "items.1.when"; numbers index lists. */
static inline const struct value *tree_at(const struct value *tree, const char *path)
{
    char copy[128], *save = NULL;
    snprintf(copy, sizeof copy, "%s", path);
    for (char *part = strtok_r(copy, ".", &save); tree && part;
         part = strtok_r(NULL, ".", &save)) {
        if (tree->type == VALUE_LIST) {
            uint32_t index = (uint32_t)strtoul(part, NULL, 10);
            tree = index < tree->count ? tree->items[index] : NULL;
        } else {
            tree = value_get(tree, part);
        }
    }
    return tree;
}

#endif
