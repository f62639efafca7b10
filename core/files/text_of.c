#include "files/text_of.h"

#include "base/arena.h"
#include "files/decode.h"
#include "files/docx.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), end = strlen(ending);
    return length > end && strcasecmp(name + length - end, ending) == 0;
}

static int plain_text(const char *name, const char *bytes, size_t length, enum lang lang,
                      struct buf *text, struct err *err)
{
    char *copy = mem_resize(NULL, length + 1, 1);
    size_t at = 0;
    memcpy(copy, bytes, length);
    copy[length] = '\0';
    enum decoded result = decode_text(&copy, &length, &at);
    if (result >= 0)
        buf_add(text, copy, length);
    free(copy);
    if (result >= 0)
        return 1;
    return err_set(err, ERR_INVALID, TR(lang, "%s: byte %zu: %s", "%s：第 %zu 字节：%s"), name,
                   at + 1, decode_problem(result, lang));
}

int text_of_file(const char *name, const char *bytes, size_t length, enum lang lang,
                 struct buf *text, struct err *err)
{
    static const char *const plain[] = {".txt", ".md", ".csv"};
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (ends_with(name, plain[i]))
            return plain_text(name, bytes, length, lang, text, err);
    if (!ends_with(name, ".docx"))
        return 0;
    int code = docx_text(bytes, length, name, lang, text, err);
    return code < 0 ? code : 1;
}
