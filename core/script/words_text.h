/*
 * The table of words as text: help for people, and the files generated from it for editors and
 * luacheck. Output depends on the table alone, so that a test can compare.
 */
#ifndef SCRIPT_WORDS_TEXT_H
#define SCRIPT_WORDS_TEXT_H

#include "script/words.h"

/** `planrun help words [WORD]`: all words, or one with its fields, as aligned tables. False when
 * there is no such word. */
bool words_show(const struct words *words, const char *name, enum lang lang, struct buf *out);

/** Prints a generated file: "meta" (stdlib/meta/planrun.lua), "luarc" or "luacheck". False for
 * another name. */
bool words_emit(const struct words *words, const char *what, struct buf *out);

#endif
