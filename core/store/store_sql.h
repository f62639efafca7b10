/*
 * The texts of a store: all statements that it keeps prepared, and its tables. sql_text gives a
 * statement's text, schema_step a table's; nothing else in store/ has SQL of a tick, so that a
 * test can ask each statement for its query plan.
 */
#ifndef STORE_STORE_SQL_H
#define STORE_STORE_SQL_H

/* Columns in the order in which row_firing and row_fact read them. */
#define ROW_FIRING_LIGHT                                                                       \
    "number, at_ms, fired_ms, slot, plan, item, kind, route, tier, period, due, phase,"        \
    " official, working, flags, fate, handler, units, cause, text"
#define ROW_FIRING ROW_FIRING_LIGHT ", subjects"
#define ROW_FACT                                                                               \
    "number, kind, plan, item, unit, period, phase, value, in_time, at_ms, recorded_ms,"       \
    " actor, key, note, detail, moves, piece, act"

/* clang-format off */
enum sql {
    SQL_BEGIN, SQL_COMMIT, SQL_ROLLBACK, SQL_SAVE, SQL_RELEASE, SQL_TAKE_BACK, SQL_FENCE,
    SQL_COMMITS_SET, SQL_PLAN, SQL_PLAN_ADD, SQL_PLAN_MOVE, SQL_PLANS, SQL_ADOPTED, SQL_NAMED,
    SQL_REVISION, SQL_REVISION_ADD, SQL_SOURCES, SQL_SOURCE_ADD, SQL_ITEM, SQL_ITEM_ADD,
    SQL_ITEM_ID, SQL_ITEM_ANEW, SQL_CURSOR, SQL_UNITS, SQL_UNIT_MOST, SQL_UNIT, SQL_UNIT_ADD,
    SQL_ROUTE, SQL_ROUTE_ADD, SQL_ROUTE_NAMES, SQL_FIRING_ADD, SQL_CLOCK, SQL_CLOCK_SET,
    SQL_DOUBT_ADD, SQL_SLOT, SQL_SLOT_SET, SQL_SPOKEN, SQL_HANDLER_NEXT, SQL_HANDLER_END,
    SQL_FANOUT_ADD, SQL_FANOUT_NEXT, SQL_FANOUT, SQL_FANOUT_MOVE, SQL_FANOUT_END,
    SQL_FIRING_LOST, SQL_FIRING, SQL_LINE_ADD, SQL_LINE_MET, SQL_FORMED, SQL_FORMED_SET,
    SQL_PENDING, SQL_DESTINATION, SQL_DESTINATION_ADD, SQL_DESTINATION_NEXT, SQL_RECIPIENT,
    SQL_RECIPIENT_ADD, SQL_RECIPIENT_GONE, SQL_STANDING, SQL_SENDS, SQL_RESTORED,
    SQL_MESSAGE_ADD, SQL_PART_ADD, SQL_PARTS, SQL_MESSAGE_WAITING, SQL_MESSAGE_AHEAD,
    SQL_MESSAGE_LEASE, SQL_MESSAGE_LINES, SQL_MESSAGE_SETTLE, SQL_MESSAGE_WITHDRAW,
    SQL_MESSAGE_ADDRESS, SQL_MESSAGE_NEXT, SQL_WORDS_ADD, SQL_WORDS, SQL_WORDS_END, SQL_ALARM,
    SQL_ALARM_ADD, SQL_ALARM_MORE, SQL_FACT_ADD, SQL_FACT_BULK, SQL_FACT_NEXT, SQL_ACT_STANDS,
    SQL_ACT_OTHERS, SQL_ACT_WITHDRAW, SQL_ACT_FIRST, SQL_ACT_COUNT, SQL_FACT_KEY, SQL_FACT,
    SQL_FACT_WITHDRAWN, SQL_FACT_STANDING, SQL_FACT_PIECE, SQL_FACT_ROSTER, SQL_FACT_STANDS,
    SQL_FILE_ADD, SQL_FILES, SQL_FILE_SAME, SQL_FILE_KEPT, SQL_SHINGLE_ADD, SQL_SHINGLES_OF,
    SQL_SHINGLE_FACTS, SQL_COUNTER_ADD, SQL_COUNTER_SET, SQL_COUNTER, SQL_COUNTERS,
    SQL_COUNTER_KEEP, SQL_OCCASIONS, SQL_DUES,
    SQL_COUNT
};
/* clang-format on */

/** The text of a statement. */
const char *sql_text(enum sql sql);

/** The statements that make version `version`, 1 … STORE_SCHEMA, from the one before. */
const char *schema_step(int version);

#endif
