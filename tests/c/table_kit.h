/*
 * For the tests of tables out: a folder of their own, a file in it, columns of every kind.
 */
#ifndef TESTS_TABLE_KIT_H
#define TESTS_TABLE_KIT_H

#include "base/buf.h"
#include "files/table_out.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char folder[64], path[128];
};

static inline int make_place(void **state)
{
    static struct place place;
    strcpy(place.folder, "/tmp/planrun-table-XXXXXX");
    assert_non_null(mkdtemp(place.folder));
    snprintf(place.path, sizeof place.path, "%s/t", place.folder);
    *state = &place;
    return 0;
}

/* Names in the folder, "." and ".." not counted; removes them when asked. */
static inline int entries(const char *folder, bool remove)
{
    DIR *dir = opendir(folder);
    int count = 0;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        count++;
        if (remove)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    closedir(dir);
    return count;
}

static inline int drop_place(void **state)
{
    struct place *place = *state;
    entries(place->folder, true);
    return rmdir(place->folder);
}

static inline void read_all(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    char piece[4096];
    assert_non_null(file);
    out->length = 0;
    for (size_t got; (got = fread(piece, 1, sizeof piece, file)) > 0;)
        buf_add(out, piece, got);
    fclose(file);
}

static const struct table_column kinds[] = {
    {.title = "事项", .kind = TABLE_TEXT},  {.title = "件数", .kind = TABLE_COUNT},
    {.title = "期限", .kind = TABLE_DAY},   {.title = "完成率", .kind = TABLE_PERCENT},
    {.title = "亮灯", .kind = TABLE_LIGHT},
};

static inline struct table_file file_of(const struct place *place, enum table_form form)
{
    return (struct table_file){.form = form,
                               .path = place->path,
                               .title = "R&D <2>",
                               .author = "党政办",
                               .dated = "2026-04-18",
                               .day = 20561,
                               .lang = LANG_ZH};
}

#endif
