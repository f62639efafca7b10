#include "service/inputs.h"

#include "base/table.h"
#include "files/roster_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HOLIDAY_FOLDERS = 16 };

int inputs_open_host(struct host **host, struct err *err)
{
    const char *folders[HOLIDAY_FOLDERS];
    char text[4096], *rest = NULL;
    struct host_options options = {.holidays = folders};
    const char *named = getenv("PLANRUN_HOLIDAYS");
    if (named && strlen(named) >= sizeof text)
        return err_set(err, ERR_LIMIT, "PLANRUN_HOLIDAYS is longer than %zu bytes",
                       sizeof text - 1);
    snprintf(text, sizeof text, "%s", named ? named : "");
    for (char *folder = strtok_r(text, ":", &rest); folder;
         folder = strtok_r(NULL, ":", &rest)) {
        if (options.holiday_count == HOLIDAY_FOLDERS)
            return err_set(err, ERR_LIMIT, "PLANRUN_HOLIDAYS names more than %d folders",
                           HOLIDAY_FOLDERS);
        folders[options.holiday_count++] = folder;
    }
    return host_open(&options, host, err);
}

/* Where the script names a roster's file; the whole line when the name is not written plainly. */
static struct place roster_place(const struct source *script, const struct value *entry)
{
    struct place place = {.source = script, .line = (uint32_t)value_get_int(entry, "line", 0)};
    const char *file = value_get_string(entry, "file"), *line = script ? script->text : NULL;
    for (uint32_t i = 1; line && i < place.line; i++)
        line = (line = strchr(line, '\n')) ? line + 1 : NULL;
    const char *found = line ? strstr(line, file) : NULL;
    if (found && found < line + strcspn(line, "\n")) {
        place.column = (uint32_t)(found - line) + 1;
        place.length = (uint32_t)strlen(file);
    }
    return place;
}

/* One file of the plan's own folder. What is wrong in it is in the roster's findings; a file that
 * cannot be read is told where the script names it. */
static int load_roster(struct roster *roster, const char *folder, int descriptor,
                       const struct value *entry, const struct source *script, struct err *err)
{
    char shown[512];
    const char *file = value_get_string(entry, "file");
    struct findings *findings = roster_findings(roster);
    size_t before = findings->errors;
    struct err own = {0};
    if (!file)
        return err_set(err, ERR_INVALID, "sealed plan: a roster without its file");
    snprintf(shown, sizeof shown, "%s%s%s", strcmp(folder, ".") == 0 ? "" : folder,
             strcmp(folder, ".") == 0 ? "" : "/", file);
    int code =
        roster_load(roster, descriptor, file, value_get_string(entry, "sheet"), shown, &own);
    if (code < 0 && code != ERR_INTERNAL && findings->errors == before)
        finding_add(findings, SEVERITY_ERROR, "unreadable-roster", roster_place(script, entry),
                    "roster: %s", own.message);
    if (code < 0 && err)
        *err = own;
    return code;
}

static int load_files(const struct plan *plan, const char *folder, const struct source *script,
                      struct findings *findings, struct roster **roster, struct err *err)
{
    int code = roster_new(plan, findings, roster, err);
    if (code < 0)
        return code;
    const struct value *files = value_get(plan->sealed, "rosters");
    int descriptor = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0)
        return err_set(err, ERR_IO, "%s: %s", folder, strerror(errno));
    uint32_t count = files && files->type == VALUE_LIST ? files->count : 0;
    for (uint32_t i = 0; i < count && code == 0; i++)
        code = load_roster(*roster, folder, descriptor, files->items[i], script, err);
    close(descriptor);
    return code;
}

int inputs_load_rosters(const struct plan *plan, const char *folder,
                        const struct source *script, struct findings *findings,
                        struct roster **roster, struct err *err)
{
    int code = load_files(plan, folder, script, findings, roster, err);
    return code < 0 ? code : roster_seal(*roster, err);
}

int inputs_load_life(const struct plan *plan, const char *folder, const struct source *script,
                     struct life_list *life, int32_t day, struct findings *findings,
                     struct roster **roster, struct err *err)
{
    int code = load_files(plan, folder, script, findings, roster, err);
    if (code < 0)
        return code;
    roster_set_day(*roster, day);
    life_apply(life, *roster);
    return roster_seal(*roster, err);
}

uint64_t inputs_print(const struct plan *plan, const char *folder)
{
    const struct value *files = value_get(plan->sealed, "rosters");
    uint32_t count = files && files->type == VALUE_LIST ? files->count : 0;
    int descriptor = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    uint64_t print = 0;
    for (uint32_t i = 0; i < count; i++) {
        const char *file = value_get_string(files->items[i], "file");
        struct stat status;
        uint64_t parts[6] = {print, i};
        if (file && fstatat(descriptor, file, &status, 0) == 0) {
            parts[2] = (uint64_t)status.st_ino;
            parts[3] = (uint64_t)status.st_size;
            parts[4] = (uint64_t)status.st_mtim.tv_sec;
            parts[5] = (uint64_t)status.st_mtim.tv_nsec;
        }
        print = hash_bytes(parts, sizeof parts);
    }
    if (descriptor >= 0)
        close(descriptor);
    return print;
}
