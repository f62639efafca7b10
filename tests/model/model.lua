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
  local self = setmetatable({ plan = world.plan, facts = {}, said = {} }, model)
  self.issued = days.read(world.plan.plan.issued.start)
  self:read_units(world)
  self:read_items(world)
  return self
end

-- ---- who there is --------------------------------------------------------------------------------

-- Single units and groups of the plan are rows like those of the roster; a row's parent is what it says,
-- else the parent of its class, and a class as parent stands for its own parent.
function model:read_units(world)
  self.units, self.by_id, self.classes, self.single_groups = {}, {}, {}, {}
  local function declare(member, group)
    if member.many then
      self.classes[member.id] = { parent = member.parent, group = group }
    else
      local unit = { id = member.id, kind = member.kind, parent = member.parent, groups = {},
        tags = member.tags or {} }
      table.insert(self.units, unit)
      self.single_groups[member.id] = group or nil
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
    table.insert(self.units, { id = row.id, kind = row.kind, parent = row.parent, groups = row.groups,
      tags = row.tags, from = days.read(row.from), until_day = days.read(row["until"]) })
  end
  for _, unit in ipairs(self.units) do
    self.by_id[unit.id] = unit
    unit.parent = unit.parent or (unit.kind and self.classes[unit.kind].parent)
    while unit.parent and self.classes[unit.parent] do
      unit.parent = self.classes[unit.parent].parent
    end
  end
end

local function has(list, wanted)
  for _, one in ipairs(list or {}) do
    if one == wanted then
      return true
    end
  end
  return false
end

-- True when the unit is `node`, or lies below it in the tree.
function model:below(unit, node)
  while unit do
    if unit.id == node then
      return true
    end
    unit = self.by_id[unit.parent]
  end
  return false
end

-- A group that the roster names no member of stands for itself.
function model:has_members(group)
  for _, unit in ipairs(self.units) do
    if has(unit.groups, group) then
      return true
    end
  end
  return false
end

-- The id of a class, a unit, a single group, by itself: who is meant.
function model:is_meant(unit, id)
  if id:sub(1, 1) == "#" then
    return has(unit.tags, id:sub(2))
  elseif self.classes[id] then
    return unit.kind == id
  elseif self.single_groups[id] and self:has_members(id) then
    return has(unit.groups, id)
  end
  return unit.id == id
end

-- … behind `in` and `but`: what lies within it – a unit and its subtree, a group and its members, for a
-- class within any of its rows.
function model:is_within(unit, id)
  if id:sub(1, 1) == "#" then
    return has(unit.tags, id:sub(2))
  elseif self.classes[id] then
    for _, row in ipairs(self.units) do
      if row.kind == id and
        (self:below(unit, row.id) or (self.classes[id].group and has(unit.groups, row.id))) then
        return true
      end
    end
    return false
  end
  local kind = self.by_id[id].kind
  local group = self.single_groups[id] or (kind and self.classes[kind].group)
  return self:below(unit, id) or (group and has(unit.groups, id)) or false
end

function model:is_within_any(unit, ids)
  for _, id in ipairs(type(ids) == "table" and ids or { ids }) do
    if self:is_within(unit, id) then
      return true
    end
  end
  return false
end

-- True when a selector meets the unit: any of its terms does.
function model:meets(who, unit)
  for _, term in ipairs(who.terms) do
    local id = term.tag and "#" .. term.tag or term.id
    if self:is_meant(unit, id) and (not term["in"] or self:is_within_any(unit, term["in"])) and
      not (term["but"] and self:is_within_any(unit, term["but"])) then
      return true
    end
  end
  return false
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
function model:is_asked_ever(item, unit)
  local who = item.each or item.by or { terms = { { id = self.plan.plan.owner } } }
  return self:meets(who, unit)
end

-- An amount owed by one unit: its lower bound, rounded up, at least 1; of a percent, or where no
-- number was said (若干, at most three), 1.
local function pieces(amount)
  return amount and not amount.percent and math.max(1, math.ceil(amount.min or 1)) or 1
end

-- Of the amounts for single units the nearest counts: the unit's own, then that of the nearest unit
-- above it which is not asked itself, then the first class or group that it belongs to, then the rule's.
function model:need(item, unit)
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
    up = self.by_id[up.parent]
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
  local from, gone, due = unit.from, unit.until_day, self:due_of(occasion, unit)
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
  for _, fact in ipairs(self.facts) do
    if fact.occasion == occasion and fact.kind == "submit" and not fact.withdrawn and
      (fact.unit == unit or not occasion.item.each) then
      all = all + fact.count
      in_time = in_time + (fact.in_time and fact.count or 0)
    end
  end
  return all, in_time
end

function model:is_met(occasion, unit)
  return self:done(occasion, unit) >= self:need(occasion.item, unit)
end

function model:is_met_in_time(occasion, unit)
  local all, in_time = self:done(occasion, unit)
  local need = self:need(occasion.item, unit)
  return all >= need and in_time >= need
end

-- "Excused has reason and approver": whoever has done all is met, not excused.
function model:is_excused(occasion, unit)
  for _, fact in ipairs(self:facts_of(occasion, unit)) do
    if fact.kind == "excuse" then
      return not self:is_met(occasion, unit)
    end
  end
  return false
end

function model:lacks(occasion, unit, day)
  return self:is_asked(occasion, unit, day) and not self:is_met(occasion, unit) and
    not self:is_excused(occasion, unit)
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
  return fact and { item = item, unit = unit, occasion = fact.occasion, withdrawn = true }
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
    fact.count = request.count
    fact.in_time = self:is_in_time(fact.occasion, unit, day, minute)
  end
  return fact
end

function say.excuse(self, request, unit, item, day)
  return request.note and new_fact(self, request, unit, item, day)
end

function say.extend(self, request, unit, item, day, minute)
  local fact = request.note and new_fact(self, request, unit, item, day)
  local due, wanted = fact and self:due_of(fact.occasion, unit), days.read(request["until"])
  if due and wanted and wanted > due and self:is_in_time(fact.occasion, unit, day, minute) then
    fact.due = wanted
    return fact
  end
end

-- The same key with the same content is one fact; with another, a slip.
function model:repeated(request, unit, item)
  for _, fact in ipairs(self.facts) do
    if request.key and fact.key == request.key then
      local old = fact.request
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
  return table.concat(words, " ")
end

--- Something is said: what the engine is to answer, as a line.
---@param now string instant
---@param request table
---@return string
function model:say(now, request)
  local day, minute = days.instant(request.at or now)
  local unit, item = self.by_id[request.unit], self.items[request.item]
  local fact
  if unit and item and item.word ~= "phase" and (not request.at or request.at:sub(1, 16) <= now) then
    local same, old = self:repeated(request, unit, item)
    if old then
      table.insert(self.said, same and old or false)
      return same and self:answer(old, true) or "said no"
    end
    fact = say[request.kind](self, request, unit, item, day, minute)
  end
  table.insert(self.said, fact or false)
  if not fact then
    return "said no"
  end
  fact.kind, fact.key, fact.request = request.kind, request.key, request
  table.insert(self.facts, fact)
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
      local met, excused = self:is_met(occasion, unit), self:is_excused(occasion, unit)
      sum[1] = sum[1] + 1
      sum[2] = sum[2] + (met and 1 or 0)
      sum[3] = sum[3] + (self:is_met_in_time(occasion, unit) and 1 or 0)
      sum[4] = sum[4] + (excused and 1 or 0)
      sum[5] = sum[5] + (met and 0 or excused and 0 or 1)
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
      local open = not self:is_met(duty.occasion, unit) and not self:is_excused(duty.occasion, unit)
      table.insert(behind, open and self:owes(duty, unit, day) and unit.id or nil)
      table.insert(unmet, open and self:owes(duty, unit, duty.due) and unit.id or nil)
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
