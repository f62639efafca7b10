/*
 * The text of a .docx (ECMA-376 WordprocessingML, transitional and strict, of Word, WPS and
 * LibreOffice), to be counted and compared: the body's paragraphs in their order, tables and text
 * boxes within. A paragraph ends with LF, a tab is TAB, a break of line, column or page LF, a hyphen
 * that does not break '-'. What a reader does not see as the author's text is left out: deleted
 * revisions (w:del, w:moveFrom), codes of fields (their results stay), ruby, footnotes, headers and
 * comments, which are other parts. Knows nothing of what is done with the text.
 */
#ifndef FILES_DOCX_H
#define FILES_DOCX_H

#include "base/buf.h"
#include "base/err.h"
#include "base/lang.h"

enum { DOCX_MOST_TEXT = 64 << 20 }; /* bytes */

/** Appends the UTF-8 text of the document whose bytes these are; `shown` is its name in messages.
 * 0; ERR_INVALID (no .docx, damaged, protected by a password), ERR_LIMIT; `text` is then as it was. */
int docx_text(const char *bytes, size_t length, const char *shown, enum lang lang,
              struct buf *text, struct err *err);

#endif
