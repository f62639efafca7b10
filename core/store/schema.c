#include "store/schema.h"
#include "store/store_data.h"

#include "base/buf.h"
#include "base/lang.h"
#include "base/sha256.h"

#include <string.h>

/* All keys are integers in the order of time, so that rows are appended; texts are found once, when a
 * plan is bound. No foreign keys: numbers are given by this store alone and never taken away. A day that
 * is none is INT32_MIN as in memory, because NULLs are distinct to an identity.
 *
 * These texts are part of the format, to the letter: schema_compare holds a file's against them. A
 * change is another step. */
static const char step_1[] =
    /* what there is one of: its name, who may write, where forming and time stand */
    "CREATE TABLE holder (one INTEGER PRIMARY KEY CHECK (one = 1), name TEXT NOT NULL,"
    " fence INTEGER NOT NULL, last_slot INTEGER NOT NULL, formed_slot INTEGER NOT NULL,"
    " formed_route INTEGER NOT NULL, formed_unit INTEGER NOT NULL, boot_id TEXT,"
    " boot_ms INTEGER, wall_ms INTEGER) STRICT;"
    "INSERT INTO holder (one, name, fence, last_slot, formed_slot, formed_route, formed_unit)"
    " VALUES (1, lower(hex(randomblob(8))), 0, -9223372036854775807 - 1,"
    " -9223372036854775807 - 1, 0, 0);"
    "CREATE TABLE plan (number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
    " revision INTEGER NOT NULL) STRICT;"
    "CREATE TABLE revision (number INTEGER PRIMARY KEY, plan INTEGER NOT NULL,"
    " taken_ms INTEGER NOT NULL, hash TEXT NOT NULL, path TEXT NOT NULL, text BLOB NOT NULL)"
    " STRICT;"
    "CREATE TABLE source (revision INTEGER NOT NULL, place INTEGER NOT NULL, file TEXT NOT NULL,"
    " sha256 TEXT NOT NULL, text BLOB NOT NULL, PRIMARY KEY (revision, place))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE item (number INTEGER PRIMARY KEY, plan INTEGER NOT NULL, id TEXT NOT NULL,"
    " cursor_ms INTEGER NOT NULL, UNIQUE (plan, id)) STRICT;"
    "CREATE TABLE unit (number INTEGER PRIMARY KEY, id TEXT NOT NULL) STRICT;"
    "CREATE TABLE route (number INTEGER PRIMARY KEY, role TEXT NOT NULL, channel TEXT NOT NULL,"
    " UNIQUE (role, channel)) STRICT;"
    "CREATE TABLE firing (number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,"
    " fired_ms INTEGER NOT NULL, slot INTEGER NOT NULL, plan INTEGER NOT NULL,"
    " item INTEGER NOT NULL, kind INTEGER NOT NULL, route INTEGER NOT NULL,"
    " tier INTEGER NOT NULL, period INTEGER NOT NULL, due INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, official INTEGER NOT NULL, working INTEGER NOT NULL,"
    " flags INTEGER NOT NULL, fate INTEGER NOT NULL, handler INTEGER NOT NULL,"
    " units INTEGER NOT NULL, cause INTEGER NOT NULL, text TEXT, subjects BLOB) STRICT;"
    /* identity; `tier` last, so that a nearer one is found in its range */
    "CREATE UNIQUE INDEX firing_identity ON firing"
    " (item, kind, route, period, due, phase, cause, tier);"
    "CREATE INDEX firing_at ON firing (at_ms, kind);"
    "CREATE INDEX firing_handler ON firing (handler) WHERE handler = 1;"
    /* firings that are not fanned out; apart, because `next` moves a hundred times beside
     * subjects of a hundred kilobytes */
    "CREATE TABLE fanout (slot INTEGER NOT NULL, firing INTEGER NOT NULL, next INTEGER NOT NULL,"
    " PRIMARY KEY (slot, firing)) STRICT, WITHOUT ROWID;"
    /* fate: LINE_MET or 0, which is pending behind holder.formed_* and formed before it */
    "CREATE TABLE line (slot INTEGER NOT NULL, route INTEGER NOT NULL, unit INTEGER NOT NULL,"
    " firing INTEGER NOT NULL, fate INTEGER NOT NULL, PRIMARY KEY (slot, route, unit, firing))"
    " STRICT, WITHOUT ROWID;"
    "CREATE TABLE message (number INTEGER PRIMARY KEY, slot INTEGER NOT NULL,"
    " route INTEGER NOT NULL, unit INTEGER NOT NULL, state INTEGER NOT NULL,"
    " attempts INTEGER NOT NULL, next_ms INTEGER NOT NULL, owner INTEGER, note TEXT) STRICT;"
    "CREATE INDEX message_waiting ON message (state, next_ms) WHERE state < 2;"
    "CREATE TABLE fact (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, plan INTEGER NOT NULL,"
    " item INTEGER NOT NULL, unit INTEGER NOT NULL, period INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, value INTEGER NOT NULL, in_time INTEGER NOT NULL,"
    " at_ms INTEGER NOT NULL, recorded_ms INTEGER NOT NULL, actor TEXT, key TEXT, note TEXT,"
    " detail TEXT) STRICT;"
    "CREATE UNIQUE INDEX fact_key ON fact (key) WHERE key IS NOT NULL;"
    "CREATE UNIQUE INDEX fact_withdrawn ON fact (value) WHERE kind = 4;"
    "CREATE INDEX fact_unit ON fact (item, unit);"
    "CREATE TABLE counter (item INTEGER NOT NULL, period INTEGER NOT NULL,"
    " phase INTEGER NOT NULL, unit INTEGER NOT NULL, done INTEGER NOT NULL,"
    " in_time INTEGER NOT NULL, excused INTEGER NOT NULL, enough INTEGER NOT NULL, due INTEGER,"
    " PRIMARY KEY (item, period, phase, unit)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX counter_due ON counter (item, period, phase, due) WHERE due IS NOT NULL;";

static const char step_2[] =
    /* counted up by every commit */
    "ALTER TABLE holder ADD COLUMN commits INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE doubt (number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL,"
    " wall_ms INTEGER NOT NULL, jump_ms INTEGER NOT NULL, doubt INTEGER NOT NULL, actor TEXT)"
    " STRICT;";

static const char step_3[] =
    /* what a fact adds to the counter of its item, period, phase and unit; the submission that it is
     * about; the first of the facts that were said at once */
    "ALTER TABLE fact ADD COLUMN moves INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE fact ADD COLUMN piece INTEGER;"
    "ALTER TABLE fact ADD COLUMN act INTEGER;"
    "UPDATE fact SET moves = value WHERE kind = 1;"
    "UPDATE fact SET piece = value, (moves, in_time) = (SELECT -f.value, f.in_time FROM fact AS f"
    " WHERE f.number = fact.value)"
    " WHERE kind = 4 AND value IN (SELECT f.number FROM fact AS f WHERE f.kind = 1);"
    "CREATE INDEX fact_piece ON fact (piece) WHERE piece IS NOT NULL;"
    "CREATE INDEX fact_roster ON fact (number) WHERE kind >= 20;"
    /* the files of a submission; their bytes lie beside the store, named by the hash */
    "CREATE TABLE file (fact INTEGER NOT NULL, place INTEGER NOT NULL, sha256 TEXT NOT NULL,"
    " name TEXT NOT NULL, bytes INTEGER NOT NULL, chars INTEGER, kept INTEGER NOT NULL,"
    " PRIMARY KEY (fact, place)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX file_sha256 ON file (sha256);"
    /* fingerprints of texts that must be original, by either end */
    "CREATE TABLE shingle (hash INTEGER NOT NULL, fact INTEGER NOT NULL,"
    " PRIMARY KEY (hash, fact)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX shingle_fact ON shingle (fact);";

static const char step_4[] =
    /* a recipient is an address in a destination, a channel as the operator named it; 0 is one that is
     * not known yet */
    "CREATE TABLE destination (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
    "CREATE TABLE recipient (number INTEGER PRIMARY KEY, destination INTEGER NOT NULL,"
    " address TEXT NOT NULL, gone_ms INTEGER, note TEXT, UNIQUE (destination, address)) STRICT;"
    /* send_ms is when it was to go first and never moves; text is said by nobody's lines */
    "ALTER TABLE message ADD COLUMN recipient INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN destination INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN send_ms INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN unsure INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE message ADD COLUMN formed_ms INTEGER;"
    "ALTER TABLE message ADD COLUMN ended_ms INTEGER;"
    "ALTER TABLE message ADD COLUMN text TEXT;"
    "DROP INDEX message_waiting;"
    /* what was tried and what was not wait for other reasons, and not equally long */
    "CREATE INDEX message_waiting ON message (destination, state, attempts > 0, next_ms)"
    " WHERE state < 2;"
    "CREATE INDEX message_recipient ON message (recipient, send_ms) WHERE recipient > 0;"
    /* the groups of lines of a message behind its first, which stands in its own row */
    "CREATE TABLE part (message INTEGER NOT NULL, slot INTEGER NOT NULL,"
    " route INTEGER NOT NULL, unit INTEGER NOT NULL, PRIMARY KEY (message, slot, route, unit))"
    " STRICT, WITHOUT ROWID;"
    /* what a message says from its first attempt on, until it has ended as sent */
    "CREATE TABLE words (message INTEGER PRIMARY KEY, unit TEXT NOT NULL, name TEXT NOT NULL,"
    " role TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, json TEXT NOT NULL) STRICT;"
    /* a store has several plans: each has its own keys, its own roster, and few of the units */
    "DROP INDEX fact_key;"
    "CREATE UNIQUE INDEX fact_key ON fact (key, plan) WHERE key IS NOT NULL;"
    "DROP INDEX fact_roster;"
    "CREATE INDEX fact_roster ON fact (plan, number) WHERE kind >= 20;"
    "CREATE INDEX unit_id ON unit (id);"
    /* plans that had a store of their own: its name, and by how much their facts and firings had lower
     * numbers there */
    "CREATE TABLE adopted (plan INTEGER PRIMARY KEY, name TEXT NOT NULL, at_ms INTEGER NOT NULL,"
    " facts INTEGER NOT NULL, firings INTEGER NOT NULL) STRICT;"
    /* messages that have the name of another store in their ids, and a number that was less by so much */
    "CREATE TABLE named (first INTEGER PRIMARY KEY, last INTEGER NOT NULL, name TEXT NOT NULL,"
    " less INTEGER NOT NULL) STRICT;"
    /* what fired by then may have been sent after the copy was taken; NULL = it is no copy */
    "ALTER TABLE holder ADD COLUMN restored_ms INTEGER;";

static const char *const steps[STORE_SCHEMA] = {step_1, step_2, step_3, step_4};

const char *schema_step(int version)
{
    return steps[version - 1];
}

int schema_version(sqlite3 *db, int *version, struct err *err)
{
    sqlite3_stmt *statement = NULL;
    int code = 0;
    if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        code = store_failed(db, err);
    else
        *version = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return code;
}

int schema_make(sqlite3 *db, int from, int to, struct err *err)
{
    int code = 0;
    for (int version = from + 1; code == 0 && version <= to && version <= STORE_SCHEMA;
         version++) {
        char pragma[64];
        sqlite3_snprintf(sizeof pragma, pragma, "PRAGMA user_version = %d", version);
        if ((code = store_execute(db, schema_step(version), err)) == 0)
            code = store_execute(db, pragma, err);
    }
    return code;
}

/* What a database is made of, by name; SQLite's own statistics are nobody's concern. */
static int read_schema(sqlite3 *db, struct buf *out, struct err *err)
{
    static const char sql[] = "SELECT type, name, coalesce(sql, '') FROM sqlite_schema"
                              " WHERE name NOT LIKE 'sqlite\\_stat%' ESCAPE '\\' ORDER BY name";
    sqlite3_stmt *statement = NULL;
    int step = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    while (statement && (step = sqlite3_step(statement)) == SQLITE_ROW) {
        for (int column = 0; column < 3; column++) {
            const char *text = (const char *)sqlite3_column_text(statement, column);
            buf_add(out, text ? text : "", text ? strlen(text) + 1 : 1);
        }
    }
    int code = step == SQLITE_DONE ? 0 : store_failed(db, err);
    sqlite3_finalize(statement);
    return code;
}

/* The three texts of an entry, and where the next begins. */
struct entry {
    const char *type, *name, *sql, *next;
};

static struct entry entry_at(const char *at)
{
    struct entry entry = {at, at + strlen(at) + 1, NULL, NULL};
    entry.sql = entry.name + strlen(entry.name) + 1;
    entry.next = entry.sql + strlen(entry.sql) + 1;
    return entry;
}

/* The first difference between what there should be and what there is; false when there is
 * none. */
static bool differ(const struct buf *ours, const struct buf *theirs, char problem[256])
{
    static const struct entry none = {"", "", "", ""};
    enum lang lang = lang_of_environment();
    const char *a = ours->bytes ? ours->bytes : "", *a_end = a + ours->length;
    const char *b = theirs->bytes ? theirs->bytes : "", *b_end = b + theirs->length;
    while (a < a_end || b < b_end) {
        struct entry mine = a < a_end ? entry_at(a) : none;
        struct entry other = b < b_end ? entry_at(b) : none;
        int order = a == a_end ? 1 : b == b_end ? -1 : strcmp(mine.name, other.name);
        const char *what =
            order < 0   ? TR(lang, "its %s %s is gone", "缺少 %s %s")
            : order > 0 ? TR(lang, "it has a %s %s that planrun did not make",
                             "%s %s 不是 planrun 建的")
            : strcmp(mine.sql, other.sql) != 0 || strcmp(mine.type, other.type) != 0
                ? TR(lang, "its %s %s is not as planrun made it", "%s %s 与 planrun 所建不符")
                : NULL;
        const struct entry *named = order > 0 ? &other : &mine;
        if (what) {
            sqlite3_snprintf(256, problem, what, named->type, named->name);
            return true;
        }
        a = mine.next;
        b = other.next;
    }
    return false;
}

/* Two that lie in one place; each would read the other's rows. */
static int look_for_doubles(sqlite3 *db, const char *path, struct err *err)
{
    static const char sql[] = "SELECT name FROM sqlite_schema WHERE rootpage > 0"
                              " GROUP BY rootpage HAVING count(*) > 1";
    char problem[256];
    sqlite3_stmt *statement = NULL;
    int code = 0, step = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (step == SQLITE_OK)
        step = sqlite3_step(statement);
    if (step == SQLITE_ROW) {
        sqlite3_snprintf(sizeof problem, problem,
                         TR(lang_of_environment(), "%s lies where another table does",
                            "%s 与另一张表占用同一位置"),
                         (const char *)sqlite3_column_text(statement, 0));
        code = store_damaged(path, problem, err);
    } else if (step != SQLITE_DONE) {
        code = store_failed(db, err);
    }
    sqlite3_finalize(statement);
    return code;
}

/* Of what read_schema reads of each version. To make a model takes longer than all else of an
 * opening; where a digest is not that of its step, nothing but that time is lost. */
static const char digests[STORE_SCHEMA][SHA256_HEX] = {
    "ba156a732506e81de52f0775a8b66b4149f45c0c07da706d51160f43b74647b4",
    "2753ec69d526bc2b9ca3eae63fcf274d2569ff75447d48b99f3f2d19d3734c20",
    "ab4affc0260f58e8172feea92d8ab311addfed56ed25bdd5047ed2fdb0ebba2b",
    "c1dbd8fde1deb9910862ac30615c83afddebc5a2bfe497988248572ec7c33b0e",
};

int schema_known(sqlite3 *db, int version, bool *known, struct err *err)
{
    struct buf texts = {0};
    char digest[SHA256_HEX] = "";
    int code = read_schema(db, &texts, err);
    if (code == 0) {
        sha256_hex(texts.bytes, texts.length, digest);
        *known = version > 0 && strcmp(digest, digests[version - 1]) == 0;
    }
    buf_free(&texts);
    return code;
}

static int compare_with_model(sqlite3 *db, int version, const char *path, struct err *err)
{
    char problem[256];
    struct buf ours = {0}, theirs = {0};
    sqlite3 *model = NULL;
    int code = store_connect(":memory:", SQLITE_OPEN_READWRITE, &model, err);
    if (code == 0)
        code = schema_make(model, 0, version, err);
    if (code == 0)
        code = read_schema(model, &ours, err);
    if (code == 0)
        code = read_schema(db, &theirs, err);
    if (code == 0 && differ(&ours, &theirs, problem))
        code = store_damaged(path, problem, err);
    sqlite3_close(model);
    buf_free(&ours);
    buf_free(&theirs);
    return code;
}

int schema_compare(sqlite3 *db, int version, const char *path, struct err *err)
{
    bool known = false;
    int code = schema_known(db, version, &known, err);
    if (code == 0 && !known)
        code = compare_with_model(db, version, path, err);
    return code < 0 ? code : look_for_doubles(db, path, err);
}
