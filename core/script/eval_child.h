/*
 * The inside of planrun-eval, the throw-away program in which a plan's script runs. It reads one
 * request from its socket, runs the script in an environment that is an allow-list, and writes the
 * declared nodes back. Whatever goes wrong is reported once and ends the process: there is nothing
 * for a script to catch. Nothing here is used by planrun itself. Its parts: `env_*` builds the
 * environment, `order_*` are functions of our own in it, `words_*` are the words of a plan, `tree_*`
 * encodes values; in headers of their own `handler_*` runs a handler, `texts_*` a text function, and
 * `guard_*` keeps the limits.
 */
#ifndef SCRIPT_EVAL_CHILD_H
#define SCRIPT_EVAL_CHILD_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/lang.h"
#include "base/value.h"
#include "script/eval_wire.h"

#include <lua.h>

/** A text that was loaded: its name as Lua shows it, and as the author knows it. */
struct chunk {
    char shown[LUA_IDSIZE];
    const char *name;
};

/** A line of Lua. */
struct spot {
    int chunk; /* index in child.chunks */
    int line;  /* 0 = unknown */
};

struct node;
struct handler;
struct texts;

/** What a failure is about, so that the parent can point at it; NULL = unknown. */
struct blame {
    const char *word, *id, *field; /* a node, and a field of it */
    const char *near;              /* a name in the line */
};

struct child {
    lua_State *L;
    struct arena *arena; /* everything but Lua's own memory; charged to the same bound */
    const struct value *words;
    enum lang lang;
    const char *const *known; /* every global name, for suggestions */
    size_t known_count;
    struct chunk chunks[EVAL_MODULES_MOST + 1]; /* the script first */
    size_t chunk_count;
    int loading_line; /* of the last chunk, that the parser has come to; 0 = it is through */
    size_t memory, memory_most; /* bytes in use and allowed */
    size_t values, bytes;       /* declared so far */
    const void *denied_block;   /* the last request that had to be refused, */
    size_t denied_size;         /* 0 = none */
    struct spot denied_spot;    /* where */
    struct node *first, *last;  /* nodes in the order of their words */
    size_t roots;               /* nodes that are in no other node */
    struct buf handlers;        /* encoded, without the list's head */
    size_t handler_count;
    struct blame blame;
    struct buf scratch;      /* one node's encoding in the making */
    struct handler *handler; /* NULL = no handler is asked for */
    struct texts *texts;     /* NULL = no text function is asked for */
    unsigned text_count;     /* text functions met so far */
    char report[8192];       /* built without malloc, also in a signal handler */
    char time_message[160];  /* made beforehand for the same reason */
};

/** Builds the environment and leaves it on the stack. */
void env_open(struct child *child);

/** Loads `source` as text under `name` and leaves the function, bound to the environment at the
 * absolute stack index `env`; a syntax error ends the process. */
void env_load(struct child *child, int env, const char *name, const char *source,
              size_t length);

/** Runs the function below its arguments on the stack; an error of the script ends the process. */
void env_run(struct child *child, int arguments);

/** Pushes what tostring says: no addresses. */
void env_push_text(lua_State *L, int index);

/** The child to which a Lua state belongs. */
struct child *env_child(lua_State *L);

/** pairs with the keys in order: numbers, texts, truth values. */
int order_pairs(lua_State *L);

/** table.sort, stable, by merging; a comparator may be as wrong as it likes. */
int order_sort(lua_State *L);

/** Adds the request's words to the table on top of the stack. */
void words_open(struct child *child);

/** What a node is called in messages, e.g. `task "refine"`. */
void words_push_name(lua_State *L, int index);

/** True when the value is a node; when the text has the form of an id. */
bool words_is_node(lua_State *L, int index);
bool words_is_id(const char *text, size_t length);

/** Every word must have got its braces, or the process ends; then writes the result frame. */
void words_finish(struct child *child);
void words_write(struct child *child);

/** Encodes the value on top of the stack (which stays) into the scratch buffer. */
void tree_encode(struct child *child, struct spot spot);

/** Encodes the string keys of the table at absolute `index` as a map. */
void tree_encode_fields(struct child *child, int index, struct spot spot);

/** Encodes, unchecked, a string with its tag, an integer, a key. */
void tree_add_string(struct buf *buf, const char *bytes, size_t length);
void tree_add_int(struct buf *buf, int64_t integer);
void tree_add_key(struct buf *buf, const char *key);

#endif
