#include "base/log.h"
#include "base/arena.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What a line keeps for its end: cut, lost, brace, line feed. */
enum { END_ROOM = 64, ESCAPE_ROOM = 16, ZONE_S = 8 * 3600 };

struct log {
    struct log_options options;
    bool journal; /* journald reads: it knows time and level */
    uint64_t lost;
};

/* $JOURNAL_STREAM is "device:inode" of the stream; who was given another one since is not read by
 * journald. */
static bool is_journal(int fd)
{
    const char *stream = getenv("JOURNAL_STREAM");
    struct stat status;
    char own[64];
    if (!stream || fstat(fd, &status) != 0)
        return false;
    snprintf(own, sizeof own, "%llu:%llu", (unsigned long long)status.st_dev,
             (unsigned long long)status.st_ino);
    return strcmp(stream, own) == 0;
}

struct log *log_new(const struct log_options *options)
{
    struct log *log = mem_resize(NULL, 1, sizeof *log);
    *log = (struct log){.options = *options, .journal = is_journal(options->fd)};
    if (!log->options.least)
        log->options.least = LOG_INFO;
    return log;
}

void log_free(struct log *log)
{
    free(log);
}

/* ---- pieces ------------------------------------------------------------------------------- */

static bool add(struct log_line *line, const char *bytes, size_t length, size_t most)
{
    if (line->length + length > most)
        return false;
    memcpy(line->bytes + line->length, bytes, length);
    line->length += length;
    return true;
}

static bool is_json(const struct log_line *line)
{
    return line->log->options.form == LOG_JSON;
}

/* One character as it stands between quotes, into `out`; of an invalid byte `size` is 0. */
static size_t escape(bool json, const char *bytes, size_t size, uint32_t code,
                     char out[ESCAPE_ROOM])
{
    static const char plain[] = "\"\\\n\r\t", letters[] = "\"\\nrt";
    const char *special = code && code < 0x80 ? strchr(plain, (int)code) : NULL;
    if (size == 0 && json)
        return (size_t)snprintf(out, ESCAPE_ROOM, "\xef\xbf\xbd");
    if (size == 0)
        return (size_t)snprintf(out, ESCAPE_ROOM, "\\x%02x", (unsigned char)*bytes);
    if (special)
        return (size_t)snprintf(out, ESCAPE_ROOM, "\\%c", letters[special - plain]);
    if (utf8_has_control(bytes, size))
        return (size_t)snprintf(out, ESCAPE_ROOM, "\\u%04x", (unsigned)code);
    memcpy(out, bytes, size);
    return size;
}

/* A value that reads as one word needs no quotes: in it is no space, quote, = or escape. */
static bool is_word(const char *value)
{
    size_t length = strlen(value);
    if (length == 0 || utf8_valid(value, length) < length || utf8_has_control(value, length))
        return false;
    return !strpbrk(value, " \"=\\\n\t") && !strstr(value, "\u3000") &&
           !strstr(value, "\u00a0");
}

static void add_quoted(struct log_line *line, const char *value)
{
    size_t rest = strlen(value), most = LOG_LINE_MOST - END_ROOM;
    if (line->length + LOG_VALUE_MOST < most)
        most = line->length + LOG_VALUE_MOST;
    add(line, "\"", 1, LOG_LINE_MOST);
    while (rest > 0) {
        uint32_t code = 0;
        char out[ESCAPE_ROOM];
        size_t size = utf8_next(value, rest, &code);
        size_t made = escape(is_json(line), value, size, code, out);
        if (!add(line, out, made, most)) {
            add(line, "…", strlen("…"), LOG_LINE_MOST);
            line->cut = true;
            break;
        }
        value += size ? size : 1;
        rest -= size ? size : 1;
    }
    add(line, "\"", 1, LOG_LINE_MOST);
}

/* The key with what stands around it; false when the line has no room for a field. */
static bool add_key(struct log_line *line, const char *key, size_t value)
{
    bool first = line->length == line->head, json = is_json(line);
    const char *before = !json ? first ? "" : " " : first ? "{\"" : ",\"";
    const char *behind = json ? "\":" : "=";
    if (line->length + strlen(before) + strlen(key) + strlen(behind) + value >
        LOG_LINE_MOST - END_ROOM) {
        line->cut = true;
        return false;
    }
    add(line, before, strlen(before), LOG_LINE_MOST);
    add(line, key, strlen(key), LOG_LINE_MOST);
    return add(line, behind, strlen(behind), LOG_LINE_MOST);
}

/* ---- lines -------------------------------------------------------------------------------- */

static void add_stamp(struct log_line *line)
{
    static const char *const levels[] = {[LOG_ERROR] = "error",
                                         [LOG_WARNING] = "warning",
                                         [LOG_NOTICE] = "notice",
                                         [LOG_INFO] = "info"};
    struct timespec now;
    struct tm day;
    char text[64], head[32];
    int64_t at_ms = line->log->options.at_ms;
    clock_gettime(CLOCK_REALTIME, &now);
    if (!at_ms)
        at_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    time_t local = (time_t)(at_ms / 1000 + ZONE_S); /* the zone of the product */
    gmtime_r(&local, &day);
    strftime(head, sizeof head, "%Y-%m-%dT%H:%M:%S", &day);
    snprintf(text, sizeof text, "%s.%03d+08:00", head, (int)(at_ms % 1000));
    log_text(line, "at", text);
    log_text(line, "level", levels[line->level]);
}

void log_begin(struct log_line *line, struct log *log, enum log_level level, const char *event)
{
    bool silent = log && level > log->options.least;
    line->log = silent ? NULL : log;
    line->level = level;
    line->cut = false;
    line->length = line->head = 0;
    if (!line->log)
        return;
    if (log->journal) {
        char priority[8];
        int length = snprintf(priority, sizeof priority, "<%d>", (int)level);
        add(line, priority, (size_t)length, LOG_LINE_MOST);
        line->head = line->length;
    } else {
        add_stamp(line);
    }
    log_text(line, "event", event);
}

void log_text(struct log_line *line, const char *key, const char *value)
{
    if (!line->log || !value || !add_key(line, key, ESCAPE_ROOM))
        return;
    size_t length = strlen(value);
    bool bare = !is_json(line) && length < LOG_VALUE_MOST && is_word(value);
    if (!bare || !add(line, value, length, LOG_LINE_MOST - END_ROOM))
        add_quoted(line, value);
}

void log_number(struct log_line *line, const char *key, int64_t number)
{
    char text[32];
    if (!line->log || !add_key(line, key, sizeof text))
        return;
    snprintf(text, sizeof text, "%lld", (long long)number);
    add(line, text, strlen(text), LOG_LINE_MOST);
}

void log_end(struct log_line *line)
{
    if (!line->log)
        return;
    struct log *log = line->log;
    char lost[32];
    const char *cut = is_json(line) ? ",\"cut\":true" : " cut=true";
    const char *key = is_json(line) ? ",\"lost\":" : " lost=";
    if (line->cut)
        add(line, cut, strlen(cut), LOG_LINE_MOST);
    if (log->lost) {
        snprintf(lost, sizeof lost, "%s%llu", key, (unsigned long long)log->lost);
        add(line, lost, strlen(lost), LOG_LINE_MOST);
    }
    add(line, is_json(line) ? "}\n" : "\n", is_json(line) ? 2 : 1, LOG_LINE_MOST);
    ssize_t written;
    do {
        written = write(log->options.fd, line->bytes, line->length);
    } while (written < 0 && errno == EINTR);
    log->lost = written == (ssize_t)line->length ? 0 : log->lost + 1;
    line->log = NULL;
}

void log_event(struct log *log, enum log_level level, const char *event, ...)
{
    struct log_line line;
    va_list fields;
    log_begin(&line, log, level, event);
    va_start(fields, event);
    for (const char *key = va_arg(fields, const char *); key;
         key = va_arg(fields, const char *))
        log_text(&line, key, va_arg(fields, const char *));
    va_end(fields);
    log_end(&line);
}
