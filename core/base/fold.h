/*
 * Folding: the letters of a text without what a writer may vary and mean the same – case, width, form
 * (full-width Ａ, ﬁ, ①), blanks, punctuation, symbols. For comparing texts, never for showing them.
 */
#ifndef BASE_FOLD_H
#define BASE_FOLD_H

#include <stddef.h>
#include <stdint.h>

enum { FOLD_MOST = 18 }; /* letters of one character: U+FDFA has that many */

/** The letters (Unicode L, M, N) of a character, decomposed for compatibility (NFKD) and case-folded;
 * returns how many, 0 for what is no letter. Texts with equal NFKC have equal letters, but for several
 * accents on one letter in an unusual order. */
size_t fold_letters(uint32_t code, uint32_t letters[FOLD_MOST]);

#endif
