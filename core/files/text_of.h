/*
 * The text of a file that was handed in, to be measured and compared: .txt, .md and .csv in UTF-8 or
 * GB18030, .docx. By the ending of its name, since the bytes of a text say nothing of it.
 */
#ifndef FILES_TEXT_OF_H
#define FILES_TEXT_OF_H

#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"

/** Appends the UTF-8 text of a file. 1 = it has one, 0 = nothing is known of files of that name, or
 * ERR_INVALID, ERR_LIMIT: it should have one and is damaged, locked or in another encoding. */
int text_of_file(const char *name, const char *bytes, size_t length, enum lang lang,
                 struct buf *text, struct err *err);

#endif
