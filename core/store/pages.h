/*
 * Checked pages, for store/ alone: a layer between SQLite and its default VFS that gives each page
 * of a database file a sum of its bytes and its place, in eight bytes that SQLite leaves free at
 * its end. The sum is made at every write to the file and held against the page at every read from
 * it: a flipped bit, a zeroed or misplaced page is an error and never other data.
 *
 * The header says whether a file has sums (eight bytes are free); one that is begun here has them.
 * Logs and journals have sums of SQLite's own. A page that is put back as it once was is not
 * noticed. Another program may read such a file; what it writes, it writes without sums – also when
 * it closes a store that was not closed, and so moves the log into the file.
 */
#ifndef STORE_PAGES_H
#define STORE_PAGES_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdint.h>

enum { PAGES_FREE = 8 }; /* bytes at the end of each page */

/** The name of the VFS over the one that is SQLite's default now and whenever it opens a file;
 * registered at the first call. NULL = out of memory. */
const char *pages_vfs(void);

/** SQLite's default VFS. Where there is no memory to begin with SQLite at all, the process ends. */
sqlite3_vfs *pages_disk(void);

/** Where a file lies, links followed: SQLite keeps its log and index there. As given where that cannot
 * be told. The caller frees. */
char *pages_path(const char *path);

/** The sum of a page: over all but its last PAGES_FREE bytes, and its number (1 …). What differs in
 * one word of eight bytes differs in its sum, all else but once in 2^64. Never 0. */
uint64_t pages_sum(const void *page, size_t length, uint32_t number);

/** The page of the main database that was refused last, 0 = none. */
uint32_t pages_refused(sqlite3 *db);

#endif
