#include "store/store_sql.h"

#include <stddef.h>

#define FACT_ADD                                                                               \
    "INSERT INTO fact (kind, plan, item, unit, period, phase, value, in_time, at_ms,"          \
    " recorded_ms, actor, key, note, detail, moves, piece, act)"                               \
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"

/* Whose recipient is not known yet has none. */
#define MESSAGE_DUE                                                                            \
    "SELECT m.number, slot, route, unit, state, attempts, unsure, next_ms, send_ms,"           \
    " coalesce(formed_ms, 0), recipient, coalesce(gone_ms, 0), address, text, m.note, r.note"  \
    " FROM message m INDEXED BY message_waiting LEFT JOIN recipient r ON r.number = recipient" \
    " WHERE m.destination = ?1 AND state = ?2 AND (attempts > 0) = ?3 AND state < 2"

static const char *const texts[SQL_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_SAVE] = "SAVEPOINT intention",
    [SQL_RELEASE] = "RELEASE intention",
    [SQL_TAKE_BACK] = "ROLLBACK TO intention",
    [SQL_FENCE] = "SELECT fence FROM holder WHERE one = 1",
    [SQL_COMMITS_SET] = "UPDATE holder SET commits = ? WHERE one = 1",

    [SQL_PLAN] = "SELECT number FROM plan WHERE id = ?",
    [SQL_PLAN_ADD] = "INSERT INTO plan (id, revision) VALUES (?, 0)",
    [SQL_PLAN_MOVE] = "UPDATE plan SET revision = ?2 WHERE number = ?1",
    [SQL_PLANS] = "SELECT id FROM plan ORDER BY number",
    [SQL_ADOPTED] = "SELECT name FROM adopted WHERE plan = (SELECT number FROM plan"
                    " WHERE id = ?)",
    [SQL_NAMED] = "SELECT last, name, less FROM named WHERE first <= ?"
                  " ORDER BY first DESC LIMIT 1",
    [SQL_REVISION] = "SELECT plan.number, revision.number, plan.id, hash, path, taken_ms, text"
                     " FROM plan JOIN revision ON revision.number = plan.revision"
                     " WHERE plan.id = ?",
    [SQL_REVISION_ADD] = "INSERT INTO revision (plan, taken_ms, hash, path, text)"
                         " VALUES (?, ?, ?, ?, ?)",
    [SQL_SOURCES] = "SELECT file, sha256, text FROM source WHERE revision = ? ORDER BY place",
    [SQL_SOURCE_ADD] = "INSERT INTO source (revision, place, file, sha256, text)"
                       " VALUES (?, ?, ?, ?, ?)",

    [SQL_ITEM] = "SELECT number, cursor_ms FROM item WHERE plan = ? AND id = ?",
    [SQL_ITEM_ADD] = "INSERT INTO item (plan, id, cursor_ms) VALUES (?, ?, ?)",
    [SQL_ITEM_ID] = "SELECT plan.id, item.id FROM item JOIN plan ON plan.number = item.plan"
                    " WHERE item.number = ?",
    [SQL_ITEM_ANEW] = "UPDATE item SET cursor_ms = ?3 WHERE plan = ?1 AND id = ?2",
    [SQL_CURSOR] = "UPDATE item SET cursor_ms = ?2 WHERE number = ?1",
    [SQL_UNITS] = "SELECT number, id FROM unit ORDER BY number",
    [SQL_UNIT_MOST] = "SELECT coalesce(max(number), 0) FROM unit",
    [SQL_UNIT] = "SELECT number FROM unit WHERE id = ? ORDER BY number LIMIT 1",
    [SQL_UNIT_ADD] = "INSERT INTO unit (number, id) VALUES (?, ?)",
    [SQL_ROUTE] = "SELECT number FROM route WHERE role = ? AND channel = ?",
    [SQL_ROUTE_ADD] = "INSERT INTO route (role, channel) VALUES (?, ?)",
    [SQL_ROUTE_NAMES] = "SELECT role, channel FROM route WHERE number = ?",

    [SQL_FIRING_ADD] =
        "INSERT INTO firing (at_ms, fired_ms, slot, plan, item, kind, route, tier,"
        " period, due, phase, official, working, flags, fate, handler, units,"
        " cause, text, subjects)"
        " VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT (item, kind, route, period, due, phase, cause, tier)"
        " DO NOTHING",
    [SQL_CLOCK] = "SELECT boot_id, boot_ms, wall_ms FROM holder WHERE one = 1",
    [SQL_CLOCK_SET] = "UPDATE holder SET boot_id = ?, boot_ms = ?, wall_ms = ? WHERE one = 1",
    [SQL_DOUBT_ADD] = "INSERT INTO doubt (at_ms, wall_ms, jump_ms, doubt, actor)"
                      " VALUES (?, ?, ?, ?, ?)",
    [SQL_SLOT] = "SELECT last_slot, formed_slot FROM holder WHERE one = 1",
    [SQL_SLOT_SET] = "UPDATE holder SET last_slot = ? WHERE one = 1",
    [SQL_SPOKEN] = "SELECT 1 FROM firing WHERE item = ? AND kind = ? AND route = ?"
                   " AND period = ? AND due = ? AND phase = ? AND cause = ?"
                   " AND tier > ? AND tier <= ? LIMIT 1",
    [SQL_HANDLER_NEXT] = "SELECT " ROW_FIRING " FROM firing WHERE handler = 1 AND plan = ?"
                         " ORDER BY number LIMIT 1",
    [SQL_HANDLER_END] = "UPDATE firing SET handler = ?2, text = coalesce(?3, text)"
                        " WHERE number = ?1 AND handler = 1",

    /* `slot >` names the beginning of the key: the first entry, found and not searched for */
    [SQL_FANOUT_ADD] = "INSERT INTO fanout (slot, firing, next) VALUES (?, ?, 0)",
    [SQL_FANOUT_NEXT] = "SELECT slot, firing, next FROM fanout"
                        " WHERE slot > -9223372036854775808 ORDER BY slot, firing LIMIT 1",
    [SQL_FANOUT] = "SELECT next FROM fanout WHERE slot = ? AND firing = ?",
    [SQL_FANOUT_MOVE] = "UPDATE fanout SET next = ?3 WHERE slot = ?1 AND firing = ?2",
    [SQL_FANOUT_END] = "DELETE FROM fanout WHERE slot = ? AND firing = ?",
    [SQL_FIRING_LOST] = "UPDATE firing SET fate = 3 WHERE number = ?",
    [SQL_FIRING] = "SELECT " ROW_FIRING " FROM firing WHERE number = ?",

    [SQL_LINE_ADD] =
        "INSERT INTO line (slot, route, unit, firing, fate) VALUES (?, ?, ?, ?, 0)",
    [SQL_LINE_MET] = "UPDATE line SET fate = 2"
                     " WHERE slot = ? AND route = ? AND unit = ? AND firing = ?",
    [SQL_FORMED] = "SELECT formed_slot, formed_route, formed_unit FROM holder WHERE one = 1",
    [SQL_FORMED_SET] = "UPDATE holder SET formed_slot = ?, formed_route = ?, formed_unit = ?"
                       " WHERE one = 1",
    [SQL_PENDING] = "SELECT slot, route, unit, firing FROM line"
                    " WHERE (slot, route, unit) > (?1, ?2, ?3) AND slot <= ?4"
                    " ORDER BY slot, route, unit, firing",

    [SQL_DESTINATION] = "SELECT number FROM destination WHERE name = ?",
    [SQL_DESTINATION_ADD] = "INSERT INTO destination (name) VALUES (?)",
    [SQL_DESTINATION_NEXT] = "SELECT number, name FROM destination WHERE number > ?"
                             " ORDER BY number LIMIT 1",
    [SQL_RECIPIENT] = "SELECT number, gone_ms IS NOT NULL, note FROM recipient"
                      " WHERE destination = ? AND address = ?",
    [SQL_RECIPIENT_ADD] = "INSERT INTO recipient (destination, address) VALUES (?, ?)"
                          " ON CONFLICT (destination, address) DO NOTHING",
    [SQL_RECIPIENT_GONE] = "UPDATE recipient SET gone_ms = ?2, note = ?3"
                           " WHERE number = ?1 AND gone_ms IS NULL",
    /* of a slot there is one that goes or went, beside those that were urgent */
    [SQL_STANDING] = "SELECT number, state = 0 AND attempts = 0 AND text IS NULL FROM message"
                     " INDEXED BY message_recipient WHERE recipient = ?1 AND recipient > 0"
                     " AND send_ms = ?2 AND state < 4 ORDER BY number DESC LIMIT 1",
    [SQL_SENDS] = "SELECT count(*) FROM message INDEXED BY message_recipient"
                  " WHERE recipient = ?1 AND recipient > 0 AND send_ms >= ?2 AND send_ms < ?3"
                  " AND state < 3",
    [SQL_RESTORED] = "SELECT restored_ms FROM holder WHERE one = 1 AND restored_ms IS NOT NULL",

    [SQL_MESSAGE_ADD] =
        "INSERT INTO message (slot, route, unit, state, attempts, next_ms, note,"
        " recipient, destination, send_ms, formed_ms, ended_ms)"
        " VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, ?7, ?8, ?5, ?9, ?10)",
    [SQL_PART_ADD] = "INSERT INTO part (message, slot, route, unit) VALUES (?, ?, ?, ?)",
    [SQL_PARTS] = "SELECT slot, route, unit FROM part WHERE message = ?"
                  " ORDER BY slot, route, unit",
    [SQL_MESSAGE_WAITING] =
        MESSAGE_DUE " AND next_ms <= ?4 ORDER BY next_ms, m.number LIMIT ?5",
    [SQL_MESSAGE_AHEAD] = MESSAGE_DUE " AND next_ms > ?4 ORDER BY next_ms, m.number LIMIT ?5",
    [SQL_MESSAGE_LEASE] = "UPDATE message SET state = 1, attempts = attempts + 1,"
                          " unsure = unsure + ?4, next_ms = ?2, owner = ?3"
                          " WHERE number = ?1 AND state < 2",
    [SQL_MESSAGE_LINES] = "SELECT " ROW_FIRING_LIGHT ", NULL FROM firing WHERE number IN"
                          " (SELECT firing FROM line WHERE slot = ? AND route = ? AND unit = ?"
                          " AND fate <> 2) ORDER BY number",
    [SQL_MESSAGE_SETTLE] = "UPDATE message SET state = ?3, next_ms = ?4, unsure = unsure + ?5,"
                           " note = ?6, ended_ms = ?7, owner = NULL"
                           " WHERE number = ?1 AND state = 1 AND owner = ?2",
    [SQL_MESSAGE_WITHDRAW] =
        "UPDATE message SET state = ?3, next_ms = ?4, unsure = unsure + ?5,"
        " note = coalesce(?6, note), ended_ms = ?7"
        " WHERE number = ?1 AND state = 0 AND ?2 <> 0",
    [SQL_MESSAGE_ADDRESS] = "UPDATE message SET destination = ?2, recipient = ?3, send_ms = ?4,"
                            " next_ms = ?4 WHERE number = ?1 AND state = 0 AND recipient = 0",
    /* without a bound of next_ms a part of the index is used only, and all of the destination read */
    [SQL_MESSAGE_NEXT] = "SELECT next_ms FROM message INDEXED BY message_waiting"
                         " WHERE destination = ?1 AND state = ?2 AND (attempts > 0) = ?3"
                         " AND state < 2 AND next_ms > ?4"
                         " ORDER BY next_ms LIMIT 1",
    [SQL_WORDS_ADD] = "INSERT OR REPLACE INTO words (message, unit, name, role, subject, text,"
                      " json) VALUES (?, ?, ?, ?, ?, ?, ?)",
    [SQL_WORDS] = "SELECT unit, name, role, subject, text, json FROM words WHERE message = ?",
    [SQL_WORDS_END] = "DELETE FROM words WHERE message = ?",
    [SQL_ALARM] = "SELECT number, text FROM message INDEXED BY message_recipient"
                  " WHERE recipient = ?1 AND recipient > 0 AND send_ms > ?2 AND state = 0"
                  " AND attempts = 0 AND text IS NOT NULL ORDER BY send_ms DESC LIMIT 1",
    [SQL_ALARM_ADD] = "INSERT INTO message (slot, route, unit, state, attempts, next_ms,"
                      " recipient, destination, send_ms, formed_ms, text)"
                      " VALUES (?1, 0, 0, 0, 0, ?1, ?2, ?3, ?1, ?1, ?4)",
    [SQL_ALARM_MORE] = "UPDATE message SET text = ?2 WHERE number = ?1",

    [SQL_FACT_ADD] = FACT_ADD,
    [SQL_FACT_BULK] = FACT_ADD " ON CONFLICT (key, plan) WHERE key IS NOT NULL DO NOTHING",
    [SQL_FACT_NEXT] = "SELECT coalesce(max(number), 0) + 1 FROM fact",
    /* facts of an act follow one another */
    [SQL_ACT_STANDS] =
        "SELECT number FROM fact WHERE number >= ?1 AND (number = ?1 OR act = ?1) AND kind <> 4"
        " AND NOT EXISTS (SELECT 1 FROM fact w WHERE w.kind = 4 AND w.value = fact.number)"
        " LIMIT 1",
    [SQL_ACT_OTHERS] =
        "SELECT number FROM fact WHERE number >= ?1 AND (number = ?1 OR act = ?1)"
        " AND (kind NOT IN (1, 5) OR EXISTS (SELECT 1 FROM fact p INDEXED BY fact_piece"
        " WHERE p.piece = fact.number AND p.act IS NOT ?1)) LIMIT 1",
    [SQL_ACT_WITHDRAW] =
        "INSERT INTO fact (kind, plan, item, unit, period, phase, value, in_time, at_ms,"
        " recorded_ms, actor, note, moves, piece, act)"
        " SELECT iif(kind = 5, 5, 4), plan, item, unit, period, phase,"
        " iif(kind = 5, -moves, number), in_time, ?3, ?4, ?5, iif(kind = 5, NULL, ?6), -moves,"
        " iif(kind = 5, piece, number), ?2 FROM fact"
        " WHERE number >= ?1 AND (number = ?1 OR act = ?1) AND kind <> 4"
        " AND NOT EXISTS (SELECT 1 FROM fact w WHERE w.kind = 4 AND w.value = fact.number)"
        " ORDER BY number",
    [SQL_ACT_FIRST] = "UPDATE fact SET act = NULL, key = ?2 WHERE number = ?1",
    [SQL_ACT_COUNT] =
        "INSERT INTO counter (item, period, phase, unit, done, in_time, excused, enough, due)"
        " SELECT item, period, phase, unit, sum(moves), sum(in_time * moves), 0, 0, NULL"
        " FROM fact WHERE number >= ?1 GROUP BY item, period, phase, unit"
        " ON CONFLICT (item, period, phase, unit) DO UPDATE"
        " SET done = done + excluded.done, in_time = in_time + excluded.in_time",
    [SQL_FACT_KEY] = "SELECT " ROW_FACT " FROM fact WHERE plan = ? AND key = ?",
    [SQL_FACT] = "SELECT " ROW_FACT " FROM fact WHERE number = ?",
    [SQL_FACT_WITHDRAWN] = "SELECT number FROM fact WHERE kind = 4 AND value = ?",
    [SQL_FACT_STANDING] = "SELECT kind, value FROM fact INDEXED BY fact_unit WHERE item = ?"
                          " AND unit = ? AND period = ? AND phase = ? AND kind IN (2, 3)"
                          " AND NOT EXISTS (SELECT 1 FROM fact w WHERE w.kind = 4"
                          " AND w.value = fact.number) ORDER BY number",
    [SQL_FACT_PIECE] = "SELECT " ROW_FACT " FROM fact INDEXED BY fact_piece"
                       " WHERE piece = ? ORDER BY number",
    [SQL_FACT_ROSTER] =
        "SELECT " ROW_FACT " FROM fact INDEXED BY fact_roster"
        " WHERE plan = ? AND kind >= 20 AND number > ? AND NOT EXISTS (SELECT 1 FROM fact w"
        " WHERE w.kind = 4 AND w.value = fact.number) ORDER BY number",
    [SQL_FACT_STANDS] =
        "SELECT " ROW_FACT " FROM fact WHERE number = ?"
        " AND NOT EXISTS (SELECT 1 FROM fact w WHERE w.kind = 4 AND w.value = fact.number)"
        " AND NOT EXISTS (SELECT 1 FROM fact w WHERE w.kind = 4 AND w.value = fact.piece)",
    [SQL_FILE_ADD] = "INSERT INTO file (fact, place, sha256, name, bytes, chars, kept)"
                     " VALUES (?, ?, ?, ?, ?, ?, ?)",
    [SQL_FILES] = "SELECT sha256, name, bytes, chars, kept FROM file WHERE fact = ?"
                  " ORDER BY place",
    [SQL_FILE_SAME] = "SELECT file.fact FROM file CROSS JOIN fact ON number = file.fact"
                      " WHERE sha256 = ? AND file.fact > ? AND plan = ?"
                      " ORDER BY file.fact LIMIT 1",
    [SQL_FILE_KEPT] = "SELECT 1 FROM file WHERE sha256 = ? AND kept = 1 LIMIT 1",
    [SQL_SHINGLE_ADD] = "INSERT INTO shingle (hash, fact) VALUES (?, ?)",
    [SQL_SHINGLES_OF] = "SELECT hash FROM shingle INDEXED BY shingle_fact WHERE fact = ?"
                        " ORDER BY hash",
    [SQL_SHINGLE_FACTS] =
        "SELECT shingle.fact FROM shingle CROSS JOIN fact ON number = shingle.fact"
        " WHERE hash = ? AND plan = ? ORDER BY shingle.fact LIMIT ?",
    [SQL_COUNTER_ADD] =
        "INSERT INTO counter (item, period, phase, unit, done, in_time, excused,"
        " enough, due) VALUES (?, ?, ?, ?, ?, ?, 0, 0, NULL)"
        " ON CONFLICT (item, period, phase, unit) DO UPDATE"
        " SET done = done + excluded.done, in_time = in_time + excluded.in_time",
    [SQL_COUNTER_SET] = "UPDATE counter SET excused = ?5, due = ?6 WHERE item = ?1"
                        " AND period = ?2 AND phase = ?3 AND unit = ?4",
    [SQL_COUNTER] = "SELECT unit, done, in_time, excused, enough, due FROM counter"
                    " WHERE item = ? AND period = ? AND phase = ? AND unit = ?",
    [SQL_COUNTERS] = "SELECT unit, done, in_time, excused, enough, due FROM counter"
                     " WHERE item = ? AND period = ? AND phase = ? AND unit >= ?"
                     " ORDER BY unit LIMIT ?",
    [SQL_COUNTER_KEEP] = "UPDATE counter SET enough = ?5 WHERE item = ?1 AND period = ?2"
                         " AND phase = ?3 AND unit = ?4 AND (enough = 0 OR enough > ?5)",
    [SQL_OCCASIONS] = "SELECT DISTINCT period, phase FROM counter WHERE item = ?"
                      " ORDER BY period, phase",
    [SQL_DUES] = "SELECT DISTINCT period, phase, due FROM counter INDEXED BY counter_due"
                 " WHERE item = ? AND due IS NOT NULL ORDER BY period, phase, due",
};

const char *sql_text(enum sql sql)
{
    return texts[sql];
}
