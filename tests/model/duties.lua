-- Duties, of the model (model.lua): what is asked of whom and when, what the facts come to, and which
-- occasion a fact belongs to.

local days = require("days")

local JOIN_DAYS = 7
local WHOLE_DAY = 1440

---@class model
local model = {}

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

return model
