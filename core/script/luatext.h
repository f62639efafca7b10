/*
 * Texts that a script or Lua made, before a person reads them: harmless (no control or direction
 * characters, bounded) and, for Chinese readers, Lua's own messages in Chinese.
 */
#ifndef SCRIPT_LUATEXT_H
#define SCRIPT_LUATEXT_H

#include "base/buf.h"
#include "base/lang.h"

#include <stddef.h>

/** Appends valid UTF-8 of at most `most` bytes; control characters and those that turn the reading
 * direction are spelt \u{…}, a newline becomes a space; what is cut ends in "…". */
void luatext_clean(struct buf *out, const char *bytes, size_t length, size_t most);

/** Appends one of Lua's messages (without its place) in the language; unknown ones unchanged. */
void luatext_tell(struct buf *out, const char *message, enum lang lang);

#endif
