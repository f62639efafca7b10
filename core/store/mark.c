#include "store/mark.h"

#include "base/arena.h"
#include "store/disk.h"
#include "store/pages.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "NAME COMMITS CHECK\n": 16 letters, 20 digits, the check of both in 8. Always of this length, so
 * that it is written over in place. */
enum { NAME = 16, DIGITS = 20, CHECKED = NAME + 1 + DIGITS + 1, LENGTH = CHECKED + 8 + 1 };

struct mark {
    sqlite3_file *file;
    char *path; /* lives as long as the file */
};

/* FNV-1a. */
static uint32_t check_of(const char *text)
{
    uint32_t sum = 2166136261U;
    for (size_t i = 0; i < CHECKED; i++)
        sum = (sum ^ (unsigned char)text[i]) * 16777619U;
    return sum;
}

static void write_text(char text[LENGTH + 1], const struct mark_said *said)
{
    snprintf(text, LENGTH + 1, "%-*.*s %0*lld ", NAME, NAME, said->name, DIGITS,
             (long long)said->commits);
    snprintf(text + CHECKED, LENGTH + 1 - CHECKED, "%08x\n", check_of(text));
}

/* Beside the file itself, where `path` is a link to it. */
static char *path_of(const char *path)
{
    char *full = pages_path(path);
    size_t length = strlen(full);
    full = mem_resize(full, length + sizeof MARK_END, 1);
    memcpy(full + length, MARK_END, sizeof MARK_END);
    return full;
}

static bool parse(const unsigned char *bytes, struct mark_said *out)
{
    char given[LENGTH + 1] = "", text[LENGTH + 1];
    struct mark_said said = {{0}, 0};
    memcpy(given, bytes, LENGTH);
    memcpy(said.name, given, NAME);
    said.commits = strtoll(given + NAME, NULL, 10);
    write_text(text, &said); /* what is not written like this is no mark */
    if (memcmp(text, given, LENGTH) != 0)
        return false;
    *out = said;
    return true;
}

bool mark_read(const char *path, struct mark_said *out)
{
    struct disk_entry entry;
    char *name = path_of(path);
    bool said = disk_look(name, &entry, NULL) == 0 && entry.kind == DISK_FILE &&
                entry.size == LENGTH && entry.head_length >= LENGTH && parse(entry.head, out);
    free(name);
    return said;
}

struct mark *mark_open(const char *path)
{
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_WAL;
    sqlite3_vfs *disk = pages_disk();
    struct mark *mark = mem_resize(NULL, 1, sizeof *mark);
    mark->path = path_of(path);
    mark->file = mem_resize(NULL, 1, (size_t)disk->szOsFile);
    memset(mark->file, 0, (size_t)disk->szOsFile);
    if (disk->xOpen(disk, mark->path, mark->file, flags, NULL) == SQLITE_OK)
        return mark;
    mark_close(mark);
    return NULL;
}

void mark_write(struct mark *mark, const struct mark_said *said)
{
    char text[LENGTH + 1];
    write_text(text, said);
    mark->file->pMethods->xWrite(mark->file, text, LENGTH, 0);
}

bool mark_sync(struct mark *mark)
{
    return mark->file->pMethods->xSync(mark->file, SQLITE_SYNC_NORMAL) == SQLITE_OK;
}

void mark_close(struct mark *mark)
{
    if (!mark)
        return;
    if (mark->file->pMethods)
        mark->file->pMethods->xClose(mark->file);
    free(mark->file);
    free(mark->path);
    free(mark);
}
