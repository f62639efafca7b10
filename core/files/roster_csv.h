/*
 * Rosters from CSV, straight into the columns of plan/roster.h. The first row names the columns, in
 * any order: id, name, kind (required), parent, groups, tags, staff, contact, from, until, or in
 * Chinese 编号, 姓名 or 名称, 类别, 上级, 小组, 标签, 人数, 联系方式, 起, 止. A file is UTF-8 or else
 * GB18030. What is wrong is told as findings with file, line and column; reading goes on to the
 * next row until there are FINDINGS_MOST of them.
 */
#ifndef FILES_ROSTER_CSV_H
#define FILES_ROSTER_CSV_H

#include "plan/roster.h"

enum { ROSTER_MOST_BYTES = 1 << 30 };

/** Adds the rows of the file `name` beneath the open folder `directory`; `shown` is its name for
 * people. 0; ERR_INVALID after findings; otherwise the file could not be read and `err` says why
 * (ERR_NOT_FOUND, ERR_IO, ERR_LIMIT, ERR_INVALID), without findings. */
int roster_load_csv(struct roster *roster, int directory, const char *name, const char *shown,
                    struct err *err);

/** The same from malloc'ed, NUL-terminated bytes, which become the roster's. */
int roster_load_csv_bytes(struct roster *roster, const char *shown, char *bytes, size_t length,
                          struct err *err);

#endif
