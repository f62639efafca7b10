# Faults that a life must find. The first five are those that engines of this kind have, the sixth
# is one that the simulation found in this one; the seventh would hide behind what is stale. The others
# are of messages: said anew on a repeat, sent before the lease is on the disk, not marked as perhaps a
# repeat, without their further groups.
# (%% is a semicolon, which CMake would read.)

mutant(key-without-occurrence store/schema.c
  "(item, kind, route, period, due, phase, cause, tier)" "(item, kind, route, phase, cause, tier)"
  store/sql.c
  "(item, kind, route, period, due, phase, cause, tier)" "(item, kind, route, phase, cause, tier)")

mutant(cursor-before-commit engine/tick.c
  "    int code = store_tick(engine->store, &rows, numbers, err)%%"
  "    struct store_batch moved = {.cursors = rows.cursors, .cursor_count = rows.cursor_count}%%
    int code = store_tick(engine->store, &moved, numbers, err)%%
    if (code == 0)
        code = store_flush(engine->store, err)%%
    if (code == 0)
        code = store_tick(engine->store, &rows, numbers, err)%%")

mutant(only-on-the-day engine/tick.c
  "    int code = decide(batch, bound, &bound->next, err)%%"
  "    int32_t day = civil_from_ms(bound->next.at_ms, NULL)%%
    bool today = day == civil_from_ms(batch->now_ms, NULL)%%
    int code = today || bound->next.kind != EVENT_REMINDER
                       ? decide(batch, bound, &bound->next, err)
                       : 0%%")

mutant(retry-under-new-id engine/mail.c
  "    if (code == 0)\n        code = name_route(taker, mail)%%"
  "    if (code == 0)
        snprintf(mail->id + strlen(mail->id), 8, \"-%u\", message->attempts)%%
    if (code == 0)
        code = name_route(taker, mail)%%")

mutant(catch-up-from-now engine/tick.c
  "    int code = decide(batch, bound, &bound->next, err)%%"
  "    bool missed = bound->next.at_ms < batch->now_ms - 3600000%%
    int code = missed ? 0 : decide(batch, bound, &bound->next, err)%%")

mutant(late-answer-fails-the-turn service/courier.c
  "if (code == ERR_NOT_FOUND) /*" "if (code == 1) /*")

mutant(stale-after-an-hour engine/mail_judge.c
  "outbox_fate(firing->kind, firing->at_ms, firing->official, now_ms) == FIRING_FIRED%%"
  "now_ms < firing->at_ms + 3600000%%")

mutant(says-something-else engine/mail.c
  "mail->kept = code == 0%%" "mail->kept = false%%")

mutant(sent-before-commit service/courier.c
  "        return worded < 0 ? worded : 1%%"
  "        if (worded == 0)
            send_batch(courier, lane, batch)%%
        return worded < 0 ? worded : 1%%")

mutant(repeat-without-a-mark store/messages.c
  "bool unsure = message->state == MESSAGE_LEASED%%" "bool unsure = false%%")

mutant(part-forgotten store/lines.c
  "aim->message ? add_part(store, line, aim->message, err)" "aim->message ? 0")
