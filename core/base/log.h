/*
 * The log of a program that runs for months: one event a line, as key=value for people with grep and
 * for journald, or as one JSON object. Lines are bounded, and what stands in a value cannot begin a line,
 * a field or an escape of the terminal. A key is English for good, a message is in the user's language.
 *
 *   at=2026-11-22T18:50:25.123+08:00 level=warning event=plan.refused plan=nanping2021 message="…"
 *
 * Where journald reads ($JOURNAL_STREAM names the descriptor) the line begins with the priority, <4>,
 * instead of time and level, which journald keeps itself. It knows no secrets and looks for none: who
 * has one does not put it into a field.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Below PIPE_BUF, so that the lines of two processes do not mix; in bytes, all of it. */
enum { LOG_LINE_MOST = 4000, LOG_VALUE_MOST = 1500 };

/* journald's priorities. */
enum log_level { LOG_ERROR = 3, LOG_WARNING = 4, LOG_NOTICE = 5, LOG_INFO = 6 };

enum log_form { LOG_KEYS, LOG_JSON };

struct log_options {
    int fd; /* standard error, usually; not closed */
    enum log_form form;
    enum log_level least; /* what is less urgent is not written; 0 = LOG_INFO, all */
    int64_t at_ms;        /* the time that stands in every line; 0 = the wall clock */
};

struct log;

/** A log; the caller frees it. Everything below accepts NULL for it and writes nothing then. */
struct log *log_new(const struct log_options *options);
void log_free(struct log *log);

/* A line that is being made; its fields are log.c's. */
struct log_line {
    struct log *log;
    enum log_level level;
    bool cut;            /* a value or field had no room: the line ends with cut=true */
    size_t head, length; /* of the priority; of all */
    char bytes[LOG_LINE_MOST];
};

/** Begins a line. `event` is a word, "plan.refused", the same for good: people search for it. */
void log_begin(struct log_line *line, struct log *log, enum log_level level, const char *event);

/** Adds a field: `key` is a word of ours ([a-z0-9_.]), the value any bytes, NULL = no field. A value is cut at
 * LOG_VALUE_MOST, a character at a time and with …; bytes that are no UTF-8 become \xff (in JSON
 * U+FFFD), control and bidi characters \u001b. */
void log_text(struct log_line *line, const char *key, const char *value);
void log_number(struct log_line *line, const char *key, int64_t number);

/** Writes the line, with one write. A log that cannot be written stops nobody: the next line that can be
 * says how many were lost (lost=N). */
void log_end(struct log_line *line);

/** A whole line of texts: pairs of key and value, then NULL. */
void log_event(struct log *log, enum log_level level, const char *event, ...)
    __attribute__((sentinel));

#endif
