/*
 * Moves the clocks of clocks.h:  set-clocks FILE COMMAND…  one after another
 *
 *   set YYYY-MM-DDThh:mm   the wall clock, at +08:00
 *   pass TIME              time passes: all clocks (3d, 14h, 90m, 1s)
 *   sleep TIME             the same, suspended: not the clock that stands still then
 *   jump TIME              the wall clock alone is set, "-1d" back
 *   boot ID                the machine starts: another boot id, counted from 0
 *   start                  forgets what an earlier program did
 *   ready                  waits until a program that has just been started waits
 *   ring                   tells the program that the clock was set, waits until it has acted
 *   waits TIME             fails unless the program sleeps just so long, and does
 *   show                   prints the wall clock
 */
#include "clocks.h"

#include "time/civil.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WAIT_MS = 30000, CALM_MS = 200, PATH_MOST = 4096 };

static int fail(const char *what, const char *detail)
{
    fprintf(stderr, "set-clocks: %s %s\n", what, detail);
    return 1;
}

static struct clocks *open_clocks(const char *path, char bell[PATH_MOST])
{
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (file < 0 || ftruncate(file, sizeof(struct clocks)) < 0)
        return NULL;
    void *map = mmap(NULL, sizeof(struct clocks), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    snprintf(bell, PATH_MOST, "%s.bell", path);
    mkfifo(bell, 0666);
    return map == MAP_FAILED ? NULL : map;
}

static bool read_time(const char *text, int64_t *ms)
{
    char *end;
    int64_t number = strtoll(text, &end, 10);
    int64_t unit = *end == 'd'   ? 86400000
                   : *end == 'h' ? 3600000
                   : *end == 'm' ? 60000
                   : *end == 's' ? 1000
                                 : 0;
    *ms = number * unit;
    return unit && !end[1];
}

static bool read_wall(const char *text, int64_t *ms)
{
    int hour, minute;
    int32_t day = strlen(text) < 10 ? CIVIL_NONE : civil_parse(text, 10);
    if (day == CIVIL_NONE || sscanf(text + 10, "T%2d:%2d", &hour, &minute) != 2)
        return false;
    *ms = civil_ms(day, hour * 60 + minute);
    return true;
}

static bool wait_for(const volatile uint32_t *value, uint32_t least)
{
    for (int waited = 0; *value < least; waited++) {
        if (waited == WAIT_MS)
            return false;
        usleep(1000);
    }
    return true;
}

static bool ring(struct clocks *clocks, const char *bell)
{
    int file = open(bell, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    clocks->rung++;
    bool told = file >= 0 && write(file, "!", 1) == 1;
    bool acted = told && wait_for(&clocks->done, clocks->rung);
    if (file >= 0)
        close(file);
    return acted;
}

static void show(const struct clocks *clocks)
{
    char day[11], minute[6];
    int32_t of_day;
    civil_format(civil_from_ms(clocks->wall_ms, &of_day), day);
    printf("%s %s\n", day, civil_format_minute(of_day, minute));
}

/* A command without a value: 1 = done, 0 = it is none, -1 = waited in vain. */
static int act(struct clocks *clocks, const char *bell, const char *what)
{
    if (strcmp(what, "ready") == 0)
        return wait_for(&clocks->waits, 1) ? 1 : -1;
    if (strcmp(what, "ring") == 0)
        return ring(clocks, bell) ? 1 : -1;
    if (strcmp(what, "show") == 0)
        show(clocks);
    else if (strcmp(what, "start") == 0)
        clocks->waits = clocks->rung = clocks->heard = clocks->done = 0;
    else
        return 0;
    return 1;
}

/* A program that is waked for nothing waits again and again. */
static bool is_calm(const struct clocks *clocks, int64_t timeout_ms)
{
    uint32_t before = clocks->waits;
    usleep(CALM_MS * 1000);
    return clocks->timeout_ms == timeout_ms && clocks->waits == before;
}

static bool move(struct clocks *clocks, const char *what, const char *value)
{
    int64_t ms;
    if (strcmp(what, "set") == 0)
        return read_wall(value, &clocks->wall_ms);
    if (strcmp(what, "boot") == 0) {
        snprintf(clocks->boot_id, sizeof clocks->boot_id, "%s", value);
        clocks->boot_ms = clocks->monotonic_ms = 0;
        return true;
    }
    if (strcmp(what, "waits") == 0) {
        bool calm = read_time(value, &ms) && is_calm(clocks, ms);
        if (!calm)
            fprintf(stderr, "set-clocks: it waits for %d ms\n", clocks->timeout_ms);
        return calm;
    }
    bool passes = strcmp(what, "pass") == 0, sleeps = strcmp(what, "sleep") == 0;
    if ((!passes && !sleeps && strcmp(what, "jump") != 0) || !read_time(value, &ms))
        return false;
    clocks->wall_ms += ms;
    clocks->boot_ms += passes || sleeps ? ms : 0;
    clocks->monotonic_ms += passes ? ms : 0;
    return true;
}

int main(int argc, char **argv)
{
    char bell[PATH_MOST];
    struct clocks *clocks = argc > 2 ? open_clocks(argv[1], bell) : NULL;
    if (!clocks)
        return fail("wants", "FILE COMMAND…");
    for (int i = 2; i < argc; i++) {
        int done = act(clocks, bell, argv[i]);
        if (done < 0)
            return fail("waited in vain:", argv[i]);
        if (done == 0 && (i + 1 == argc || !move(clocks, argv[i], argv[i + 1])))
            return fail("cannot do", argv[i]);
        i += done == 0;
    }
    return 0;
}
