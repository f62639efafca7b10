# Faults that the random worlds must find: each is planted in the engine that model-driver runs.

function(model_mutant name)
  add_executable(model-driver-${name} model/driver.c)
  target_link_libraries(model-driver-${name} PRIVATE ${rooms})
  plant(model-driver-${name} ${ARGN})
endfunction()

model_mutant(six-days-are-enough plan/progress.c "JOIN_DAYS = 7" "JOIN_DAYS = 6")

model_mutant(leavers-stay plan/progress.c
  "days->judged <= until && (opening" "(opening")

model_mutant(joiners-come-early plan/progress.c
  "(opening || from <= days->judged)" "true")

model_mutant(excused-though-done plan/progress.c
  "reached < MET && done->excused" "done->excused")

model_mutant(one-amount-for-all plan/progress.c
  "        return progress->ranges[low].need%%" "        return progress->need%%")

model_mutant(column-holds-too-long plan/progress.c
  "if (day > judged && day <= progress->until)" "if (day > judged + 1 && day <= progress->until)")

model_mutant(but-is-ignored plan/selector.c "but && (code" "but && 0 && (code")

model_mutant(members-are-not-within plan/selector.c
  "if (roster_is_group(roster, unit))" "if (roster_is_single_group(roster, unit))")

model_mutant(the-minute-of-the-due-is-late engine/fact.c "at_ms <= due_ms" "at_ms < due_ms")

model_mutant(first-though-it-lacks-nothing engine/duty.c
  "lacks ? lacks(context, &duties[i]) : !duties[i].given"
  "!duties[i].given || (lacks && lacks(context, &duties[i]))")

model_mutant(more-time-for-everybody engine/column.c
  "        return own_due == duty->occasion.due%%" "        return true%%")

model_mutant(what-is-over-is-over engine/duty.c
  "if (any && (!first || (lacks && lacks(context, &ended))))" "if (any && !first)")

model_mutant(late-though-shared-in-time engine/column.c
  "    load->in_time += count->in_time%%" "    load->in_time = count->in_time%%")

model_mutant(what-was-returned-counts engine/piece_story.c
  "        return PIECE_SENT_BACK%%" "        return PIECE_COUNTS%%")

model_mutant(in-time-by-the-rework engine/credit.c
  "                in_time = credits[k].in_time%%" "                in_time = like.in_time%%"
  engine/fact_piece.c "        fact->in_time = asked->story->first.in_time%%" "        (void)0%%")

model_mutant(same-for-one-of-them plan/links.c
  "            unite(links, number, other)%%" "            (void)unite%%")

model_mutant(the-whole-without-its-parts plan/links.c
  "links->items[parent].word == ITEM_QUOTA ? parent : ITEM_NONE" "false ? parent : ITEM_NONE")

model_mutant(one-tree-for-a-person engine/credit.c
  "    add_groups(all, story->person, false)%%" "    if (!all->count)
        add_groups(all, story->person, true)%%")

model_mutant(counts-before-it-is-accepted engine/piece_story.c
  "return far ? PIECE_COUNTS : PIECE_NOT_YET" "return PIECE_COUNTS")

model_mutant(more-time-behind-the-due engine/fact.c
  "if (!is_before_due(&asked->duty, asked->request->at_ms))" "if (false)")

model_mutant(back-a-day-too-early plan/progress.c
  "absence->until >= due - JOIN_DAYS" "absence->until > due - JOIN_DAYS")

model_mutant(who-came-was-always-there plan/selector.c
  "    *count = selector->came_count%%" "    *count = 0%%")

model_mutant(heads-are-one plan/progress.c "    if (!selector_by_heads(asked))" "    if (true)")
