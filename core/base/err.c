#include "base/err.h"

#include "base/utf8.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#undef err_set /* stand-ins for the analyzer */
#undef err_at

static void copy_cut(char *to, size_t size, const char *from)
{
    size_t length = utf8_cut(from, strlen(from), size - 1);
    memcpy(to, from, length);
    to[length] = '\0';
}

static __attribute__((format(printf, 6, 0))) void fill(struct err *e, int code,
                                                       const char *file, int line, int column,
                                                       const char *format, va_list arguments)
{
    char text[2048];
    vsnprintf(text, sizeof text, format, arguments);
    e->code = code;
    e->line = line;
    e->column = column;
    copy_cut(e->file, sizeof e->file, file ? file : "");
    copy_cut(e->message, sizeof e->message, text);
}

int err_set(struct err *e, int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (e)
        fill(e, code, NULL, 0, 0, format, arguments);
    va_end(arguments);
    return code;
}

int err_at(struct err *e, int code, const char *file, int line, int column, const char *format,
           ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (e)
        fill(e, code, file, line, column, format, arguments);
    va_end(arguments);
    return code;
}
