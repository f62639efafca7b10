#include "base/fold.h"

#include <stdbool.h>
#include <utf8proc.h>

static bool is_letter(utf8proc_int32_t code)
{
    switch (utf8proc_category(code)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO: return true;
    default: return false;
    }
}

size_t fold_letters(uint32_t code, uint32_t letters[FOLD_MOST])
{
    if (code >= 0x4e00 && code <= 0x9fff) { /* Hanzi are their own; nearly all of our texts */
        letters[0] = code;
        return 1;
    }
    utf8proc_int32_t parts[FOLD_MOST];
    int last = 0;
    utf8proc_ssize_t length = utf8proc_decompose_char(
        (utf8proc_int32_t)code, parts, FOLD_MOST,
        UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_IGNORE, &last);
    if (length < 0 || length > FOLD_MOST)
        return 0;
    size_t count = 0;
    for (utf8proc_ssize_t i = 0; i < length; i++)
        if (is_letter(parts[i]))
            letters[count++] = (uint32_t)parts[i];
    return count;
}
