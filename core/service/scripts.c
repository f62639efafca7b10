#include "service/scripts.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

size_t scripts_find(const struct scripts *scripts, const char *path)
{
    for (size_t i = 0; i < scripts->count; i++)
        if (strcmp(scripts->paths[i], path) == 0)
            return i;
    return SIZE_MAX;
}

static void add(struct scripts *scripts, const char *path, struct arena *arena)
{
    if (scripts_find(scripts, path) != SIZE_MAX)
        return;
    if (scripts->count == scripts->room) {
        size_t room = scripts->room ? 2 * scripts->room : 16;
        const char **paths = arena_array(arena, room, sizeof *paths);
        if (scripts->count)
            memcpy(paths, scripts->paths, scripts->count * sizeof *paths);
        scripts->paths = paths;
        scripts->room = room;
    }
    scripts->paths[scripts->count++] = path;
}

static int is_script(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 4 && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + length - 4, ".lua") == 0;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

int scripts_add(struct scripts *scripts, const char *path, struct arena *arena, struct err *err)
{
    struct dirent **entries = NULL;
    struct stat status;
    if (stat(path, &status) < 0 || !S_ISDIR(status.st_mode)) {
        add(scripts, arena_string(arena, path), arena);
        return 0;
    }
    int count = scandir(path, &entries, is_script, by_name);
    if (count < 0)
        return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
    size_t length = strlen(path);
    for (int i = 0; i < count; i++) {
        const char *script =
            arena_printf(arena, "%s%s%s", path, length && path[length - 1] == '/' ? "" : "/",
                         entries[i]->d_name);
        if (is_file(script))
            add(scripts, script, arena);
        free(entries[i]);
    }
    free(entries);
    return 0;
}
