-- What planrun means, said slowly: the reference that the engine is compared with (run.lua). It has the
-- world as data – the sealed plan, the rows of the roster, what was said – and answers every question from
-- the list of facts alone, each time anew. It shares no code with core/ and keeps nothing that could
-- be wrong: no counters, no columns, no ranges. Where it and the engine disagree, the words of the design
-- (§3.6 to 3.8, quoted here) decide which of them is mended.

local days = require("days")

local JOIN_DAYS = 7
local WHOLE_DAY = 1440

---@class model
local model = {}
model.__index = model

--- A model of a world {plan = sealed plan, rows = roster rows}: nothing has happened in it.
---@param world table
---@return model
function model.new(world)
  local self = setmetatable({ plan = world.plan, facts = {}, said = {}, changes = {}, today = -math.huge }, model)
  self.issued = days.read(world.plan.plan.issued.start)
  self:read_units(world)
  self:read_items(world)
  return self
end

-- ---- who there is --------------------------------------------------------------------------------

-- Single units and groups of the plan are rows like those of the roster; a row's parent is what it says,
-- else the parent of its class, and a class as parent stands for its own parent. A place is {day from which
-- on, parent, groups}.
function model:read_units(world)
  self.units, self.by_id, self.classes, self.single_groups = {}, {}, {}, {}
  local function declare(member, group)
    if member.many then
      self.classes[member.id] = { parent = member.parent, group = group }
    else
      self.single_groups[member.id] = group or nil
      self:add_unit({ id = member.id, kind = member.kind, parent = member.parent, tags = member.tags })
    end
  end
  for _, member in ipairs(world.plan.units) do
    declare(member, false)
  end
  for _, member in ipairs(world.plan.groups) do
    declare(member, true)
  end
  for _, kind in ipairs(world.plan.rosters[1].kinds) do
    self.classes[kind] = self.classes[kind] or {}
  end
  for _, row in ipairs(world.rows) do
    self:add_unit(row)
  end
  for _, unit in ipairs(self.units) do
    unit.places[1].parent = self:real_parent(unit, unit.places[1].parent)
  end
end

function model:add_unit(row)
  local unit = { id = row.id, kind = row.kind, tags = row.tags or {}, staff = row.staff,
    from = days.read(row.from), until_day = days.read(row["until"]), absences = {},
    places = { { parent = row.parent, groups = row.groups or {} } } }
  unit.first = { from = unit.from, until_day = unit.until_day }
  table.insert(self.units, unit)
  self.by_id[unit.id] = unit
  return unit
end

function model:real_parent(unit, parent)
  parent = parent or (unit.kind and self.classes[unit.kind].parent)
  while parent and self.classes[parent] do
    parent = self.classes[parent].parent
  end
  return parent
end

local function has(list, wanted)
  for _, one in ipairs(list or {}) do
    if one == wanted then
      return true
    end
  end
  return false
end

-- Where a unit is on a day. Without one: today, the day of what was said last.
function model:place(unit, day)
  local place
  for _, one in ipairs(unit.places) do
    if not one.day or one.day <= (day or self.today) then
      place = one
    end
  end
  return place
end

function model:parent(unit, day)
  return self.by_id[self:place(unit, day).parent]
end

-- Units from above downwards, siblings as they stand.
function model:in_tree_order()
  local list = {}
  local function visit(parent)
    for _, unit in ipairs(self.units) do
      if self:parent(unit) == parent then
        table.insert(list, unit)
        visit(unit)
      end
    end
  end
  visit(nil)
  return list
end

-- True when the unit is `node`, or lies below it in the tree.
function model:below(unit, node, day)
  while unit do
    if unit.id == node then
      return true
    end
    unit = self:parent(unit, day)
  end
  return false
end

function model:is_member(unit, group, day)
  return has(self:place(unit, day).groups, group)
end

-- A group that the roster names no member of stands for itself.
function model:has_members(group)
  for _, unit in ipairs(self.units) do
    if self:is_member(unit, group) then
      return true
    end
  end
  return false
end

-- The id of a class, a unit, a single group, by itself: who is meant.
function model:is_meant(unit, id, day)
  if id:sub(1, 1) == "#" then
    return has(unit.tags, id:sub(2))
  elseif id == "person" and self:stands_for_heads(unit) then
    return true
  elseif self.classes[id] then
    return unit.kind == id
  elseif self.single_groups[id] and self:has_members(id) then
    return self:is_member(unit, id, day)
  end
  return unit.id == id
end

-- "staff = 42 counts heads where persons are not listed": of nobody below it, and of no unit below it.
function model:stands_for_heads(unit)
  if not unit.staff or unit.staff < 1 then
    return false
  end
  for _, one in ipairs(self.units) do
    local inside = one ~= unit and self:below(one, unit.id)
    if inside and (one.kind == "person" or (one.staff or 0) > 0) then
      return false
    end
  end
  local group = self.single_groups[unit.id] or (unit.kind and self.classes[unit.kind].group)
  return unit.kind ~= "person" and not group
end

-- … behind `in` and `but`: what lies within it – a unit and its subtree, a group and its members, for a
-- class within any of its rows.
function model:is_within(unit, id, day)
  if id:sub(1, 1) == "#" then
    return has(unit.tags, id:sub(2))
  elseif self.classes[id] then
    for _, row in ipairs(self.units) do
      if row.kind == id and (self:below(unit, row.id, day) or
        (self.classes[id].group and self:is_member(unit, row.id, day))) then
        return true
      end
    end
    return false
  end
  local kind = self.by_id[id].kind
  local group = self.single_groups[id] or (kind and self.classes[kind].group)
  return self:below(unit, id, day) or (group and self:is_member(unit, id, day)) or false
end

function model:is_within_any(unit, ids, day)
  for _, id in ipairs(type(ids) == "table" and ids or { ids }) do
    if self:is_within(unit, id, day) then
      return true
    end
  end
  return false
end

-- True when a selector meets the unit: any of its terms does.
function model:meets(who, unit, day)
  for _, term in ipairs(who.terms) do
    local id = term.tag and "#" .. term.tag or term.id
    if self:is_meant(unit, id, day) and (not term["in"] or self:is_within_any(unit, term["in"], day)) and
      not (term["but"] and self:is_within_any(unit, term["but"], day)) then
      return true
    end
  end
  return false
end

-- "One who came from outside counts as joined that day": the last day on which a move, of the unit or of
-- what it lies in, put it among those whom the selector meets; nil = it never was elsewhere.
function model:came(who, unit)
  local came
  for _, one in ipairs(self.units) do
    for _, place in ipairs(one.places) do
      local day = place.day
      if day and day <= self.today and (not came or day > came) and self:meets(who, unit, day) and
        not self:meets(who, unit, day - 1) then
        came = day
      end
    end
  end
  return came
end

-- ---- who comes and goes --------------------------------------------------------------------------

local function list_of(text)
  local list = {}
  for id in (text or ""):gmatch("[^;]+") do
    table.insert(list, id)
  end
  return text and list
end

-- What a change does, on its day; `come` = that day has been reached.
local life = {}

function life.join(self, change, day, come)
  local unit = self.by_id[change.unit]
  if not unit then
    unit = self:add_unit({ id = change.unit, kind = change.kind or "person", groups = list_of(change.groups),
      staff = change.staff })
    unit.places[1].parent = self:real_parent(unit, change.parent)
    unit.first.from = day -- a row from the first time on
  elseif unit.first.from == day and unit.from == day then
    return -- it is this that made the row
  elseif come then -- back again: as if it had not been there before
    local place = unit.places[#unit.places]
    unit.places[#unit.places] = { day = place.day, parent = change.parent or place.parent,
      groups = list_of(change.groups) or place.groups }
  else
    return
  end
  unit.from, unit.until_day = day, nil
end

-- "day = first day without"
function life.leave(self, change, day)
  self.by_id[change.unit].until_day = day - 1
end

life.close = life.leave

function life.transfer(self, change, day)
  local unit = self.by_id[change.unit]
  local place = unit.places[#unit.places]
  table.insert(unit.places, { day = day, parent = change.parent or place.parent,
    groups = list_of(change.groups) or place.groups })
end

function life.absent(self, change, day)
  local absences, ends = self.by_id[change.unit].absences, days.read(change["until"])
  for _, absence in ipairs(absences) do
    if absence.from == day then
      absence.until_day = ends -- said again with its end
      return
    end
  end
  table.insert(absences, { from = day, until_day = ends })
end

-- Closed into another: what it has in it, and its members, belong to that.
function life.merge(self, change, day)
  self.by_id[change.unit].until_day = day - 1
  for _, unit in ipairs(self.units) do
    local place = unit.places[#unit.places]
    local inside = place.parent == change.unit and unit.id ~= change.into
    if inside or has(place.groups, change.unit) then
      local groups = {}
      for _, group in ipairs(place.groups) do
        local new = group == change.unit and change.into or group
        table.insert(groups, not has(groups, new) and new or nil)
      end
      table.insert(unit.places, { day = day, parent = inside and change.into or place.parent, groups = groups })
    end
  end
end

-- The roster of today: what the files say, and the changes in the order of their days.
function model:renew()
  for _, unit in ipairs(self.units) do
    unit.from, unit.until_day, unit.absences = unit.first.from, unit.first.until_day, {}
    unit.places = { unit.places[1] }
  end
  for _, change in ipairs(self.changes) do
    life[change.event](self, change, days.read(change.day), days.read(change.day) <= self.today)
  end
end

--- The roster changes: what the engine has not refused.
---@param now string
---@param change table by the names of roster_life.h
function model:change(now, change)
  self.today = days.read(now)
  local at = #self.changes + 1
  while at > 1 and self.changes[at - 1].day > change.day do
    at = at - 1
  end
  table.insert(self.changes, at, change)
  self:renew()
end

-- ---- what is asked, and when ---------------------------------------------------------------------

-- The occasions of an item: {item, period, phase, open, due, minute}, `due` nil = never.
local function months(item, first, last)
  local list, previous = {}, nil
  local rule = item.per[1].rule
  local windows, yearly = rule:find("WINDOW", 1, true), rule:find("YEARLY", 1, true)
  local year, month = days.parts(first)
  for _ = 1, 200 do
    local begins = days.of(year, yearly and 1 or month, 1)
    if not yearly then
      year, month = month == 12 and year + 1 or year, month % 12 + 1
    else
      year = year + 1
    end
    local ends = days.of(year, yearly and 1 or month, 1) - 1
    if windows and begins <= last then
      -- the month is the period, as far as it lies within the item's time
      table.insert(list, { period = begins, open = math.max(begins, first), due = math.min(ends, last) })
    elseif not windows and ends <= last then
      -- only a day is said: from the day behind the one before
      table.insert(list, { period = ends, open = previous and previous + 1 or first, due = ends })
      previous = ends
    end
  end
  return list
end

function model:occasions_of(item)
  local when, due = item.when or {}, item.due or {}
  local first = days.read(when.start) or self.issued
  if item.per == "phase" then
    local list = {}
    for _, phase in ipairs(self.plan.items) do
      if phase.word == "phase" and not phase.parent then
        table.insert(list, { phase = phase.id, open = days.read(phase.when.start),
          due = days.read(phase.when["end"]) })
      end
    end
    return list
  elseif item.per then
    return months(item, first, days.read(when["end"]))
  end
  return { { open = first, due = days.read(due["end"]), minute = due.minute } }
end

function model:read_items(world)
  self.items = {}
  for _, sealed in ipairs(world.plan.items) do
    local item = {}
    for field, value in pairs(sealed) do
      item[field] = value
    end
    self.items[item.id] = item
    if item.word ~= "phase" then
      item.occasions = self:occasions_of(item)
      for number, occasion in ipairs(item.occasions) do
        occasion.item, occasion.number = item, number
        occasion.minute = occasion.minute or WHOLE_DAY
      end
    end
  end
end

-- "each every one of them · by together, once (default each, else owner)".
function model:audience(item)
  return item.each or item.by or { terms = { { id = self.plan.plan.owner } } }
end

function model:is_asked_ever(item, unit)
  return self:meets(self:audience(item), unit)
end

-- An amount owed by one unit: its lower bound, rounded up, at least 1; of a percent, or where no
-- number was said (若干, at most three), 1.
local function pieces(amount)
  return amount and not amount.percent and math.max(1, math.ceil(amount.min or 1)) or 1
end

-- Of the amounts for single units the nearest counts: the unit's own, then that of the nearest unit
-- above it which is not asked itself, then the first class or group that it belongs to, then the rule's.
function model:need(item, unit)
  return self:need_of_one(item, unit) * self:heads(item, unit)
end

-- How many a unit is in the denominator.
function model:heads(item, unit)
  return self:is_by_heads(item, unit) and unit.staff or 1
end

-- Only where persons are asked does a unit stand for its heads.
function model:is_by_heads(item, unit)
  if not self:stands_for_heads(unit) then
    return false
  end
  for _, term in ipairs(self:audience(item).terms) do
    if term.id == "person" then
      return true
    end
  end
  return false
end

function model:need_of_one(item, unit)
  local amount = item.count or {}
  if not amount.default then
    return pieces(item.count)
  end
  local up = unit
  while up do
    local own = amount.units[up.id]
    if own and not self.single_groups[up.id] and (up == unit or not self:is_asked_ever(item, up)) then
      return pieces(own)
    end
    up = self:parent(up)
  end
  local ids = {}
  for id in pairs(amount.units) do
    table.insert(ids, id)
  end
  table.sort(ids)
  for _, id in ipairs(ids) do
    if (self.classes[id] or self.single_groups[id]) and self:is_meant(unit, id) then
      return pieces(amount.units[id])
    end
  end
  return pieces(amount.default)
end

-- ---- what the facts say --------------------------------------------------------------------------

-- The facts of a unit for an occasion that are not taken back, in their order.
function model:facts_of(occasion, unit)
  local list = {}
  for _, fact in ipairs(self.facts) do
    if fact.occasion == occasion and fact.unit == unit and not fact.withdrawn then
      table.insert(list, fact)
    end
  end
  return list
end

-- "A unit has its rule's due day unless a fact gives it another": the last one that stands.
function model:own_due(occasion, unit)
  local due
  for _, fact in ipairs(self:facts_of(occasion, unit)) do
    due = fact.kind == "extend" and fact.due or due
  end
  return due
end

function model:due_of(occasion, unit)
  return self:own_due(occasion, unit) or occasion.due
end

-- "The denominator is the roster at the opening plus those who joined with at least 7 days left; leavers
-- drop out." `day` is that of the question, nil = never mind.
function model:is_asked(occasion, unit, day)
  if not self:is_asked_ever(occasion.item, unit) then
    return false
  end
  local gone, due = unit.until_day, self:due_of(occasion, unit)
  local came, from = self:came(self:audience(occasion.item), unit), unit.from
  if came and (not from or came > from) then
    from = came
  end
  local at_opening = not from or from <= occasion.open
  local in_good_time = not due or not from or from + JOIN_DAYS <= due
  if not at_opening and not in_good_time or (gone and gone < occasion.open) then
    return false
  end
  local has_joined = not day or at_opening or from <= day
  local has_left = day and gone and gone < day
  return has_joined and not has_left
end

-- What a unit has done: pieces, and those of them handed in by its due. "What one hands in counts for
-- all" where they do it together.
function model:done(occasion, unit)
  local all, in_time = 0, 0
  for _, piece in ipairs(self.facts) do
    for _, credit in ipairs(piece.credits or {}) do
      if credit.occasion == occasion and (credit.unit == unit or not occasion.item.each) then
        all = all + piece.count
        in_time = in_time + (credit.in_time and piece.count or 0)
      end
    end
  end
  return all, in_time
end

function model:is_met(occasion, unit)
  return self:done(occasion, unit) >= self:need(occasion.item, unit)
end

-- Of the heads of a unit, how many have met it, and how many of those in time: done / per head.
function model:heads_met(occasion, unit)
  local all, in_time = self:done(occasion, unit)
  local need, heads = self:need_of_one(occasion.item, unit), self:heads(occasion.item, unit)
  local met = math.min(heads, all // need)
  return met, math.min(met, in_time // need)
end

-- On leave: "neither reminded nor missing while away, and for good where it reaches into the last 7 days
-- before the due": whoever is back has 7 days left, like one who joins.
function model:is_away(occasion, unit, day)
  local due = self:due_of(occasion, unit)
  for _, absence in ipairs(unit.absences) do
    local back = absence.until_day and absence.until_day + 1
    local now = absence.from <= day and (not back or day < back)
    local at_the_end = due and absence.from <= due and absence.from <= day and (not back or back + JOIN_DAYS > due)
    if now or at_the_end then
      return true
    end
  end
  return false
end

-- "Excused has reason and approver": whoever has done all is met, not excused. `day` nil: not by a leave.
function model:is_excused(occasion, unit, day)
  local excused = day and self:is_away(occasion, unit, day)
  for _, fact in ipairs(self:facts_of(occasion, unit)) do
    excused = excused or fact.kind == "excuse"
  end
  return (excused and not self:is_met(occasion, unit)) or false
end

function model:lacks(occasion, unit, day)
  return self:is_asked(occasion, unit, day) and not self:is_met(occasion, unit) and
    not self:is_excused(occasion, unit, day)
end

-- ---- which occasion a fact belongs to ------------------------------------------------------------

-- By the end, none last; of those that end on one day the earlier in the plan.
function model:by_end(item, unit)
  local list = table.move(item.occasions, 1, #item.occasions, 1, {})
  table.sort(list, function(a, b)
    local x, y = unit and self:due_of(a, unit) or a.due, unit and self:due_of(b, unit) or b.due
    if x ~= y then
      return (x or math.huge) < (y or math.huge)
    end
    return a.number < b.number
  end)
  return list
end

local function is_open(occasion, due, day)
  return occasion.open <= day and (not due or day <= due)
end

-- "Otherwise it counts in the open phase that ends first and still lacks one"; nothing of the kind: it makes
-- good what ended last, if that lacks something or nothing is open; else it is a surplus of the open
-- one that ends first; else it comes early for that which opens first.
function model:occasion_by_time(item, unit, day)
  for _, occasion in ipairs(self:by_end(item, unit)) do
    if is_open(occasion, self:due_of(occasion, unit), day) and self:lacks(occasion, unit, day) then
      return occasion
    end
  end
  local open, ended, to_come
  for _, occasion in ipairs(self:by_end(item)) do
    if is_open(occasion, occasion.due, day) then
      open = open or occasion
    elseif occasion.open <= day then
      ended = occasion
    elseif not to_come or occasion.open < to_come.open then
      to_come = occasion
    end
  end
  if ended and (not open or self:lacks(ended, unit, day)) then
    return ended
  end
  return open or to_come
end

function model:occasion_of(item, unit, request, day)
  if request.phase then
    for _, occasion in ipairs(item.occasions) do
      if occasion.phase == request.phase then
        return occasion
      end
    end
    return nil
  elseif request.period then
    local meant = days.read(request.period)
    for _, occasion in ipairs(self:by_end(item)) do
      if is_open(occasion, occasion.due, meant) then
        return occasion
      end
    end
    for _, occasion in ipairs(item.occasions) do
      if occasion.period == meant then
        return occasion
      end
    end
    return nil
  end
  return self:occasion_by_time(item, unit, day)
end

-- ---- pieces --------------------------------------------------------------------------------------

-- A piece is a fact "submit" with the facts about it. What it has come to: submitted → accepted →
-- recommended → selected, forward by a person's word; returned takes all of that away until it is
-- reworked; what is taken back was never said.
local RANK = { withdrawn = 0, returned = 1, submitted = 2, accepted = 3, recommended = 4, selected = 5 }
local UP = { recommend = "recommended", select = "selected" }

local function raise(story, state)
  if RANK[story.state] < RANK[state] then
    story.state = state
  end
end

local function story_of(piece)
  local story = { state = "submitted", ups = {}, chars = piece.chars, minutes = piece.minutes }
  for _, fact in ipairs(piece.about) do
    local returned = story.state == "returned"
    local kind = not fact.withdrawn and fact.kind
    if kind == "return" then
      story.state, story.accepted, story.ups = "returned", false, {}
    elseif kind == "rework" then
      raise(story, "submitted")
      story.chars, story.minutes = fact.chars or story.chars, fact.minutes or story.minutes
    elseif kind == "accept" and not returned then
      story.accepted = true
      raise(story, "accepted")
    elseif UP[kind] and not returned then
      table.insert(story.ups, fact)
      raise(story, UP[kind])
    end
  end
  if piece.withdrawn then
    story.state, story.ups = "withdrawn", {}
  end
  return story
end

local function is_out_of(amount, said)
  return amount and said and (said < (amount.min or 0) or (amount.max and said > amount.max)) or false
end

-- What can be measured and is not as asked: the piece does not count. What nobody measured is trusted.
local function breaks(item, story)
  local where = item.where or {}
  return is_out_of(where.chars, story.chars) or is_out_of(where.minutes, story.minutes)
end

-- Where a piece of an item counts: for it, for what is the same (whichever of them says so), for the quotas
-- that contain those, and so on.
function model:reach(item, found)
  found = found or {}
  if found[item] then
    return found
  end
  found[item] = true
  for _, sealed in ipairs(self.plan.items) do
    local other = self.items[sealed.id]
    if has(item.same, other.id) or has(other.same, item.id) or
      (item.parent == other.id and other.word == "quota") then
      self:reach(other, found)
    end
  end
  return found
end

-- Where what an item gives goes on to, step by step: what it feeds, and its parts that count only what
-- was recommended or selected.
function model:leads(item, found)
  found = found or {}
  for reached in pairs(self:reach(item)) do
    if not found[reached] then
      found[reached] = true
      for _, sealed in ipairs(self.plan.items) do
        local other = self.items[sealed.id]
        if has(reached.feeds, other.id) or (other.parent == reached.id and reached.word == "quota" and
          (other.counts == "recommended" or other.counts == "selected")) then
          self:leads(other, found)
        end
      end
    end
  end
  return found
end

-- True when facts that stand recommend, or select, the piece to the item, to what is the same or a part of
-- it; what was selected beyond it was recommended here.
function model:is_up(story, state, item)
  for _, up in ipairs(story.ups) do
    local rank, to = RANK[UP[up.kind]], up.item
    if rank >= RANK[state] and self:reach(to)[item] or
      rank > RANK[state] and self:leads(item)[to] then
      return true, up
    end
  end
  return false
end

-- Why a piece does not count for an item, or nil.
function model:why_not(piece, story, item)
  if RANK[story.state] < RANK.submitted then
    return story.state
  elseif not story.accepted and (breaks(piece.item, story) or breaks(item, story)) then
    return "measured"
  end
  local counts = item.counts or "submitted"
  local far = counts == "submitted" or counts == "accepted" and RANK[story.state] >= RANK.accepted or
    UP[counts == "recommended" and "recommend" or "select"] == counts and self:is_up(story, counts, item)
  return not far and "not yet" or nil
end

-- The unit, or the nearest one above it, that is asked.
function model:nearest(item, unit)
  while unit and not self:is_asked_ever(item, unit) do
    unit = self:parent(unit)
  end
  return unit
end

-- Of each class of groups the first that leads to somebody who is asked.
function model:by_groups(item, unit)
  local list, kinds = {}, {}
  for _, group in ipairs(self.units) do
    local found = self:is_member(unit, group.id) and self:nearest(item, group)
    if found and not (group.kind and kinds[group.kind]) then
      kinds[group.kind or group.id] = true
      table.insert(list, found)
    end
  end
  return list
end

-- Said of the person alone: at every unit that is asked and to which it belongs, one a tree.
function model:units_of_person(item, person)
  local list = { self:nearest(item, person) }
  if list[1] == person then
    return list
  end
  for _, unit in ipairs(self:by_groups(item, person)) do
    if not has(list, unit) then
      table.insert(list, unit)
    end
  end
  return list
end

-- "The piece's unit if asked there; else its nearest ancestor that is; else a group of it or of the
-- person; for what is done together the one who does it." At its own item the unit is what was said.
function model:units_of(piece, item)
  local list
  if piece.everywhere then
    list = self:units_of_person(item, piece.person)
  elseif item == piece.item then
    list = { piece.unit }
  else
    local person = piece.person and self:is_asked_ever(item, piece.person) and piece.person
    local own = self:is_asked_ever(item, piece.unit) and piece.unit
    list = { own or person or self:nearest(item, piece.unit) or self:by_groups(item, piece.unit)[1] or
      piece.person and self:by_groups(item, piece.person)[1] or nil }
  end
  for _, unit in ipairs(#list == 0 and not item.each and self:in_tree_order() or {}) do
    list[1] = list[1] or self:is_asked_ever(item, unit) and unit or nil
  end
  return list
end

-- What counts is looked at anew after everything that is said of a piece. It counts in the occasion of the
-- time of what made it count, and stays there: coming back, too, unless it is recommended anew.
function model:settle(piece)
  local story, items, credits = story_of(piece), {}, {}
  local function reach(item)
    for reached in pairs(self:reach(item)) do
      items[reached] = true
    end
  end
  reach(piece.item)
  for _, up in ipairs(story.ups) do
    reach(up.item)
  end
  for way in pairs(#story.ups > 0 and self:ways(piece.item, "recommended") or {}) do
    reach(way)
  end
  for item in pairs(items) do
    for _, unit in ipairs(self:why_not(piece, story, item) and {} or self:units_of(piece, item)) do
      table.insert(credits, self:credit(piece, story, item, unit))
    end
  end
  piece.credits = credits
end

function model:ways(item, state)
  local ways = {}
  for reached in pairs(self:leads(item)) do
    ways[reached] = reached.counts == state or nil
  end
  return ways
end

function model:credit(piece, story, item, unit)
  local early = RANK[item.counts or "submitted"] < RANK.recommended
  local key = item.id .. " " .. unit.id
  local before = piece.counted[key]
  if before and (early or has(piece.credits, before)) then
    return before
  end
  local day, minute = piece.day, piece.minute
  if not early then
    local up = select(2, self:is_up(story, item.counts, item))
    day, minute = up.day, up.minute
  end
  local credit = { item = item, unit = unit }
  if item == piece.item and unit == piece.unit then
    credit.occasion = piece.occasion
    credit.in_time = early and piece.in_time
    credit.in_time = credit.in_time or (not early and self:is_in_time(piece.occasion, unit, day, minute))
  else
    local phase = piece.occasion.phase and item.per == "phase" and piece.occasion.phase or nil
    credit.occasion = self:occasion_of(item, unit, { phase = phase }, day)
    if not credit.occasion or not self:is_asked(credit.occasion, unit, day) then
      return nil
    end
    credit.in_time = self:is_in_time(credit.occasion, unit, day, minute)
  end
  piece.counted[key] = credit
  return credit
end

-- ---- saying --------------------------------------------------------------------------------------

-- Judged when it is recorded, by the due that the unit has then: who says 17:00 includes it, and 24:00 is
-- the next day's already.
function model:is_in_time(occasion, unit, day, minute)
  local due, at = self:due_of(occasion, unit), minute
  if not due or day ~= due then
    return not due or day < due
  end
  local last = self:own_due(occasion, unit) and WHOLE_DAY or occasion.minute
  return last == WHOLE_DAY or at <= last
end

function model:find_withdrawn(item, unit, request, day)
  if request.fact then
    local fact = self.said[tonumber(request.fact:sub(2))]
    local stands = fact and not fact.withdrawn and fact.item == item and fact.unit == unit
    return stands and fact or nil
  end
  local occasion
  if request.phase or request.period then
    occasion = self:occasion_of(item, unit, request, day)
    if not occasion then
      return nil
    end
  end
  for i = #self.facts, 1, -1 do
    local fact = self.facts[i]
    if fact.item == item and fact.unit == unit and not fact.withdrawn and
      (not occasion or fact.occasion == occasion) then
      return fact
    end
  end
  return nil
end

-- Refusals return nothing.
local say = {}

function say.withdraw(self, request, unit, item, day)
  local fact = self:find_withdrawn(item, unit, request, day)
  if fact then
    fact.withdrawn = true
  end
  -- withdrawing is no fact to be withdrawn
  return fact and { item = item, unit = unit, occasion = fact.occasion, piece = fact.piece, withdrawn = true }
end

local function new_fact(self, request, unit, item, day)
  local occasion = self:occasion_of(item, unit, request, day)
  if occasion and self:is_asked(occasion, unit, day) then
    return { item = item, unit = unit, occasion = occasion }
  end
end

function say.submit(self, request, unit, item, day, minute)
  local fact = request.count >= 1 and new_fact(self, request, unit, item, day)
  if fact then
    fact.count, fact.chars, fact.minutes = request.count, request.chars, request.minutes
    fact.person, fact.everywhere = self.by_id[request.person], not request.unit
    fact.day, fact.minute = day, minute
    fact.in_time = self:is_in_time(fact.occasion, unit, day, minute)
    fact.about, fact.credits, fact.counted, fact.piece = {}, {}, {}, fact
  end
  return fact
end

-- What may be said of a piece in its state. `item` is where to, of what goes upward.
local function may(self, request, piece, story, item)
  local kind, returned = request.kind, story.state == "returned"
  if story.state == "withdrawn" then
    return false
  elseif kind == "accept" then
    return not returned and not story.accepted and (request.note or not breaks(piece.item, story))
  elseif kind == "return" then
    return not returned and request.note
  elseif kind == "rework" then
    return returned
  end
  local ways = self:ways(piece.item, UP[kind])
  local is_way = ways[item] or (not next(ways) and item == piece.item)
  return not returned and (story.accepted or not breaks(piece.item, story)) and is_way and
    not self:is_up(story, UP[kind], item)
end

-- A fact about a piece: at the piece's own item it belongs to the piece's occasion.
function model:say_of_piece(request, day, minute)
  local piece = self.said[tonumber(request.piece:sub(2))]
  if not piece or piece.kind ~= "submit" then
    return nil
  end
  local item = UP[request.kind] and self.items[request.item] or piece.item
  if not may(self, request, piece, story_of(piece), item) then
    return nil
  end
  local fact = { item = item, unit = piece.unit, occasion = piece.occasion, piece = piece, kind = request.kind,
    chars = request.chars, minutes = request.minutes, day = day, minute = minute }
  if item ~= piece.item then
    fact.unit = self:units_of(piece, item)[1]
    fact.occasion = fact.unit and self:occasion_by_time(item, fact.unit, day)
    if not fact.occasion or not self:is_asked(fact.occasion, fact.unit, day) then
      return nil
    end
  end
  table.insert(piece.about, fact)
  return fact
end

function say.excuse(self, request, unit, item, day)
  return request.note and new_fact(self, request, unit, item, day)
end

function say.extend(self, request, unit, item, day, minute)
  local fact = request.note and new_fact(self, request, unit, item, day)
  local due, wanted = fact and self:due_of(fact.occasion, unit), days.read(request["until"])
  local open = fact and self:is_in_time(fact.occasion, unit, day, minute) -- asked before it is due
  if due and wanted and wanted > due and open then
    fact.due = wanted
    return fact
  end
end

-- The same key with the same content is one fact; with another, a slip.
function model:repeated(request, unit, item)
  for _, fact in ipairs(self.facts) do
    if request.key and fact.key == request.key then
      local old = fact.request
      if request.piece then
        local same = old.kind == request.kind and fact.piece == self.said[tonumber(request.piece:sub(2))] and
          (not request.item or fact.item == item)
        return same, fact
      end
      local same = old.kind == request.kind and fact.unit == unit and fact.item == item and
        (request.kind ~= "submit" or old.count == request.count) and
        (request.kind ~= "extend" or old["until"] == request["until"])
      return same, fact
    end
  end
end

function model:answer(fact, repeated)
  local occasion, unit = fact.occasion, fact.unit
  local words = { "said ok", self:done(occasion, unit), self:need(fact.item, unit),
    days.write(self:due_of(occasion, unit)) }
  table.insert(words, fact.kind == "submit" and not fact.in_time and "late" or nil)
  table.insert(words, self:is_met(occasion, unit) and "met" or nil)
  table.insert(words, self:is_excused(occasion, unit) and "excused" or nil)
  table.insert(words, repeated and "repeated" or nil)
  if fact.piece then
    local story = story_of(fact.piece)
    table.insert(words, story.state)
    table.insert(words, not self:why_not(fact.piece, story, fact.item) and "counts" or nil)
  end
  return table.concat(words, " ")
end

--- Something is said: what the engine is to answer, as a line.
---@param now string instant
---@param request table
---@return string
function model:say(now, request)
  local day, minute = days.instant(request.at or now)
  if self.today ~= days.read(now) then
    self.today = days.read(now)
    self:renew()
  end
  local unit, item, person = self.by_id[request.unit], self.items[request.item], self.by_id[request.person]
  if person and item and not request.unit then
    unit = self:units_of({ item = item, person = person, everywhere = true }, item)[1]
  end
  local fact
  local asked = request.piece or unit and item and item.word ~= "phase"
  if asked and (not request.at or request.at:sub(1, 16) <= now) then
    local same, old = self:repeated(request, unit, item)
    if old then
      table.insert(self.said, same and old or false)
      return same and self:answer(old, true) or "said no"
    end
    if request.piece then
      fact = self:say_of_piece(request, day, minute)
    else
      fact = say[request.kind](self, request, unit, item, day, minute)
    end
  end
  table.insert(self.said, fact or false)
  if not fact then
    return "said no"
  end
  fact.kind, fact.key, fact.request = request.kind, request.key, request
  table.insert(self.facts, fact)
  if fact.piece then
    self:settle(fact.piece)
  end
  return self:answer(fact)
end

-- ---- asking --------------------------------------------------------------------------------------

-- The duties of an item: each occasion, and it again for each due that a fact gave somebody.
function model:duties(item)
  local list = {}
  for _, occasion in ipairs(item.occasions) do
    table.insert(list, { occasion = occasion, due = occasion.due })
    local seen = {}
    for _, unit in ipairs(self.units) do
      local due = self:own_due(occasion, unit)
      if due and not seen[due] then
        seen[due] = true
        table.insert(list, { occasion = occasion, due = due, given = true })
      end
    end
  end
  return list
end

function model:owes(duty, unit, day)
  local own = self:own_due(duty.occasion, unit)
  local mine = duty.given and own == duty.due or not duty.given and not own
  return mine and self:is_asked(duty.occasion, unit, day)
end

-- asked, met, in time, excused, missing: of those units that `node` says yes to.
function model:sum(duty, day, node)
  local occasion, sum = duty.occasion, { 0, 0, 0, 0, 0 }
  for _, unit in ipairs(self.units) do
    if node(unit) and self:owes(duty, unit, day) then
      local heads = self:heads(occasion.item, unit)
      local met, in_time = self:heads_met(occasion, unit)
      local excused = self:is_excused(occasion, unit, day) and heads - met or 0
      sum[1] = sum[1] + heads
      sum[2] = sum[2] + met
      sum[3] = sum[3] + in_time
      sum[4] = sum[4] + excused
      sum[5] = sum[5] + heads - met - excused
    end
  end
  return sum
end

local function name_of(duty)
  local occasion = duty.occasion
  return string.format("%s %s %s", days.write(occasion.period), occasion.phase or "-",
    days.write(duty.due))
end

-- "late" belongs to an official due that has passed.
function model:standing(duty, day)
  local ended = duty.due and duty.due < day
  local sum = self:sum(duty, day, function() return true end)
  local shown = duty.occasion.open <= day and (not ended or sum[5] > 0) and
    not (duty.given and sum[1] == 0)
  return shown and string.format("%d %d %d %d%s", sum[1], sum[2], sum[4], sum[5],
    ended and sum[5] > 0 and " late" or "") or nil
end

--- Where an item stands: {["duty … node … "] = "answer"}, one entry a question.
---@param now string instant
---@param id string of the item
---@return table<string, string>
function model:ask(now, id)
  local answers, day = {}, days.read(now)
  for _, duty in ipairs(self:duties(self.items[id])) do
    local name, behind, unmet = name_of(duty), {}, {}
    local function tell(node, says)
      local sum = self:sum(duty, day, says)
      if sum[1] > 0 or node == "*" then
        answers[name .. " node " .. node] = table.concat(sum, " ")
      end
    end
    tell("*", function() return true end)
    for _, node in ipairs(self.units) do
      tell(node.id, function(unit) return self:below(unit, node.id) end)
    end
    for _, unit in ipairs(self.units) do
      table.insert(behind, self:owes(duty, unit, day) and self:lacks(duty.occasion, unit, day) and unit.id or nil)
      table.insert(unmet, self:owes(duty, unit, duty.due) and self:lacks(duty.occasion, unit, duty.due) and unit.id or nil)
    end
    table.sort(behind)
    table.sort(unmet)
    answers[name .. " behind"] = table.concat(behind, " ")
    answers[name .. " unmet"] = table.concat(unmet, " ")
    answers[name .. " standing"] = self:standing(duty, day)
  end
  return answers
end

return model
