--- The days of a plan as the families of rules ask for them: the engine's meanings (core/engine/agenda.h)
--- and where a day is said, so that what children inherit from a container is told once, there.
local calendar = require("calendar")

local days = {}

local none = {}

--- The day from which the notice is known, the later of issue and receipt, and what it is called; nil
--- when no such day is stated.
---@param plan Plan
---@return integer?, Text?
function days.known(plan)
  local issued, received = plan.issued, plan.received
  if received and (not issued or received > issued) then
    return received, { en = "receipt", zh = "收文日" }
  end
  return issued, { en = "issue", zh = "印发日" }
end

---@param day integer
---@return integer
function days.year(day)
  return (calendar.ymd(day))
end

---@param list string[]?
---@param word string
---@return boolean
function days.has(list, word)
  for _, entry in ipairs(list or none) do
    if entry == word then
      return true
    end
  end
  return false
end

--- True of a date with a last day, not of a recurrence.
---@param date Date?
---@return boolean
function days.is_dated(date)
  return date ~= nil and date.last ~= nil and not date.undated and date.kind ~= "recurring"
end

-- The date that holds in its own year; nil when that year is left out.
local function in_own_year(date)
  local own = date.years and date.last and date.years[days.year(date.last)]
  if own == nil then
    return date
  end
  return own or nil
end

--- An item's deadline, its own or inherited. A standing phrase is none, even where it has an end.
---@param item Item
---@return Date?
function days.due(item)
  local date = item.due and in_own_year(item.due)
  return days.is_dated(date) and date.kind ~= "standing" and date or nil
end

--- True when the item is owed more than once, whatever its due.
---@param item Item
---@return boolean
function days.recurs(item)
  return item.per ~= nil or item.per_phase == true or (item.due ~= nil and item.due.kind == "recurring")
end

--- Where an item's `when` is said: an item, or the plan.
---@param item Item
---@return Item|Plan
function days.holder_of_when(item)
  local from = item.when.from
  if from == "plan" then
    return item.plan
  end
  return from and item.plan.item[from] or item
end

-- Where an item's due is said, and in which field. One that is suggested above is taken up by the item.
local function holder_of_due(item)
  while item.due.from and item.due.from ~= "when" and item.plan.item[item.due.from] do
    item = item.plan.item[item.due.from]
  end
  if item.due.from == "when" then
    return days.holder_of_when(item), "when"
  end
  return item, "due"
end

---@class Due a stated day that is the due of one item or of several
---@field holder Item where it is said
---@field field "due"|"when"
---@field date Date
---@field day integer
---@field items Item[] whose due it is, in the notice's order

-- The group of what is due by the date of `field` of `holder`.
local function group_of(list, known, holder, field, day)
  local group = known[field][holder]
  if not group then
    group = { holder = holder, field = field, date = holder[field], day = day, items = {} }
    known[field][holder] = group
    list[#list + 1] = group
  end
  return group
end

local function find_dues(plan)
  local list, known = {}, { due = {}, when = {} }
  for _, item in ipairs(plan.items) do
    local date = item.word ~= "phase" and item.binding ~= "never" and not days.recurs(item) and days.due(item)
    if date then
      local holder, field = holder_of_due(item)
      local items = group_of(list, known, holder, field, date.last).items
      items[#items + 1] = item
    end
  end
  return list
end

local found = setmetatable({}, { __mode = "k" }) -- by plan: four rules ask

--- The dues of all duties, by where they are said, in the notice's order.
---@param plan Plan
---@return Due[]
function days.dues(plan)
  found[plan] = found[plan] or find_dues(plan)
  return found[plan]
end

--- Calls visit(node, field, date) for each `when`, `due` and `per` that is said in the plan itself; the
--- node is the plan or an item.
---@param plan Plan
---@param visit fun(node: Item|Plan, field: string, date: Date)
function days.each_said(plan, visit)
  if plan.when then
    visit(plan, "when", plan.when)
  end
  for _, item in ipairs(plan.items) do
    local when, due = item.when, item.due
    if when and not when.from then
      visit(item, "when", when)
    end
    if due and not due.from then
      visit(item, "due", due)
    end
    for _, date in ipairs(item.per or none) do
      visit(item, "per", date)
    end
  end
end

--- A finding at the date of a node, with its name; `values` is extended and returned. Of several `per`,
--- `values.phrase` tells which.
---@param node Item|Plan
---@param field string
---@param values table
---@return Report
function days.at(node, field, values)
  values.name, values.field = node.name, field
  if node.word ~= "plan" then
    values.item = node
  end
  if field == "per" then
    values.part = values.phrase
  end
  return values
end

return days
