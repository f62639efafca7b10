/*
 * How a function says that it failed: a negative code as its value, and the text in a struct err
 * that the caller owns. Outputs are untouched on failure; nothing is printed here. Findings about
 * a plan script, which have a place and a help, are base/finding.h; this is for everything else.
 */
#ifndef BASE_ERR_H
#define BASE_ERR_H

enum err_code {
    ERR_OK = 0,
    ERR_IO = -1,        /* a file, pipe or process; the text carries strerror */
    ERR_SYNTAX = -2,    /* input that does not have its form */
    ERR_LIMIT = -3,     /* input beyond a stated bound */
    ERR_NOT_FOUND = -4, /* a name, file or table row that is not there */
    ERR_INVALID = -5,   /* a value that makes no sense, or findings were reported */
    ERR_INTERNAL = -6,  /* a fault of ours */
};

struct err {
    int code;          /* enum err_code */
    int line;          /* of `file`, 1-based; 0 = no place */
    int column;        /* in display columns, 1-based; 0 = unknown */
    char file[256];    /* empty = no place */
    char message[512]; /* UTF-8, cut at a character */
};

/** Fills `e` (may be NULL) without a place and returns `code`. */
int err_set(struct err *e, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Fills `e` (may be NULL) with a place and returns `code`. */
int err_at(struct err *e, int code, const char *file, int line, int column, const char *format,
           ...) __attribute__((format(printf, 6, 7)));

#ifdef __clang_analyzer__ /* does not look into err.c: both return their code */
/** Takes all arguments, so that they count as used. */
void err_said(struct err *e, ...);
#define err_set(e, code, ...) (err_said((e), __VA_ARGS__), (code))
#define err_at(e, code, ...)  (err_said((e), __VA_ARGS__), (code))
#endif

#endif
