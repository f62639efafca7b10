/*
 * What planrun and planrun-eval say to each other over their one socket: frames of a 4-byte length
 * (little endian, of the payload), a tag byte and a payload in the encoding of base/value.h. Both
 * programs come from one build, so there are no versions. The child's frames are untrusted.
 *
 *   parent → child   request   {lang, name, source, words = [{kind, name}…], alarm_ms, memory, limits};
 *                              for a handler also argument = {…}, handler = {event, [ref]};
 *                              for a text function text = {function = its number, messages}
 *   child → parent   wanted    "module"
 *   parent → child   module    {name, source}, or text {message} when there is none
 *   child → parent   ask       {set, what = "count"} or {n, set, what = "first"}, of a handler's units;
 *                              {item, set, what = "behind"} or {unit, what = "named"} for a new set
 *   parent → child   answer    a count, a list of {id, name}, the number of the new set
 *   parent → child   refused   {message, name} of a finding about the line that asks
 *   child → parent   warning   "why it is less isolated than it should be"
 *   child → parent   result    {handlers, nodes}, of a handler {notices = [{[channel], sets, text,
 *                              [to]}…]}, of the event check {findings = [{[field], [help], [item],
 *                              level, [name], text}…]}, of a text function {texts = [{text} or
 *                              {problem}…]}, one for each message; the child ends
 *   child → parent   failure   {name, file, line, message, [help]}; the child ends
 */
#ifndef SCRIPT_EVAL_WIRE_H
#define SCRIPT_EVAL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum eval_tag {
    EVAL_REQUEST = 'Q',
    EVAL_WANTED = 'W',
    EVAL_MODULE = 'M',
    EVAL_NO_MODULE = 'N',
    EVAL_ASK = 'A',
    EVAL_ANSWER = 'a',
    EVAL_REFUSED = 'r',
    EVAL_WARNING = 'w',
    EVAL_RESULT = 'R',
    EVAL_FAILURE = 'F',
};

/** How a word of the language is written. */
enum eval_kind {
    EVAL_ID,   /* word "id" { … } */
    EVAL_BARE, /* word { … } */
    EVAL_FILE, /* word "file" { … } */
    EVAL_ON,   /* on("event", ["ref",] function) */
    EVAL_LATE, /* a function of handlers: refused while the script is loaded */
};

/** A name that the script may use. */
struct eval_word {
    const char *name;
    enum eval_kind kind;
};

enum {
    EVAL_HEAD = 5,          /* bytes of a frame's head */
    EVAL_SOCKET = 0,        /* the child's only descriptor */
    EVAL_NAME_MOST = 64,    /* bytes of an id or a module's name */
    EVAL_KEY_MOST = 255,    /* bytes of a key */
    EVAL_TEXT_MOST = 600,   /* bytes of a message to a person */
    EVAL_MODULES_MOST = 64, /* of one plan */
    EVAL_DEPTH_MOST = 32,   /* tables within tables; nodes within nodes */
    EVAL_FRAME_DEPTH = 128, /* so deep can both together be in a frame */
    EVAL_WALL_MS = 1500,    /* the parent kills */
    EVAL_ALARM_MS = 1200,   /* the child reports */
    EVAL_STUCK_MS = 50,     /* later: not even a line of Lua ran since the alarm */
    EVAL_STRING_MOST = 1 << 20,
    EVAL_VALUES_MOST = 2000000,
    EVAL_NODE_VALUES = 8, /* of which a node's own, beside what it declares, are so many */
    EVAL_BYTES_MOST = 32 << 20,
    EVAL_MEMORY_MOST = 128 << 20,
    EVAL_FRAME_MOST = EVAL_BYTES_MOST + (16 << 20), /* with the frame's own bytes */
};

/* Of one handler. */
enum {
    EVAL_NOTICES_MOST = 1000,
    EVAL_NOTICE_BYTES = 4096, /* of its text */
    EVAL_SETS_MOST = 1000,    /* sets of units, the event's own included */
    EVAL_TARGETS_MOST = 2000, /* sets in all notices together */
    EVAL_FIRST_MOST = 1000,   /* units of one list */
    EVAL_ASKS_MOST = 10000,
    EVAL_FINDINGS_MOST = 1000,
    EVAL_FINDING_BYTES = 600, /* of its text, and of its help */
    EVAL_TEXTS_MOST = 500,    /* messages of one call of a text function */
};

/** The event that belongs to `planrun check` and to no run: its handler reports, and sends nothing. */
static inline bool eval_is_check(const char *event)
{
    return strcmp(event, "check") == 0;
}

/** Fills a frame's head. */
static inline void eval_frame_head(unsigned char head[EVAL_HEAD], enum eval_tag tag,
                                   size_t length)
{
    for (unsigned i = 0; i < 4; i++)
        head[i] = (unsigned char)(length >> (8 * i));
    head[4] = (unsigned char)tag;
}

/** The payload's length in a frame's head. */
static inline size_t eval_frame_length(const unsigned char head[EVAL_HEAD])
{
    return head[0] | (size_t)head[1] << 8 | (size_t)head[2] << 16 | (size_t)head[3] << 24;
}

#endif
