--- Dates of an item beside those of the item above: due, rhythm, and how long something is kept up.
local calendar = require("calendar")

local times = {}

-- ---- dues --------------------------------------------------------------------------------------

-- What holds in the year it falls in; nil = not this year.
local function of_its_year(date)
  local year = date.last and calendar.ymd(date.last)
  local other = year and date.years and date.years[year]
  if other == nil then
    return date
  end
  return other or nil
end

local function dated(date)
  return date and not date.undated and date.kind ~= "standing" and date.kind ~= "recurring"
end

--- The day and minute by which an item is due, 顺延 counted in; nil without such a day. A phase is due
--- when it ends.
---@param item Item
---@return integer? day
---@return integer? minute
function times.due(item)
  local due = item.due or item.word == "phase" and item.when or nil
  if not dated(due) then
    return nil
  end
  local held = of_its_year(due)
  if not held or not held.last then
    return nil
  end
  if item.rest_day == "next" and held == due and item.work_due and item.work_due > due.last then
    return item.work_due, held.minute
  end
  return held.last, held.minute
end

--- True when the item itself says by when, not what contains it.
---@param item Item
function times.says_due(item)
  local due, own = item.due, item.when
  return due ~= nil and (due.from == nil or due.from == "when" and own ~= nil and own.from == nil)
end

-- ---- rhythms -----------------------------------------------------------------------------------

local function parts_of(rule)
  local parts = {}
  for key, value in (rule or ""):gmatch("([A-Z]+)=([^;]+)") do
    parts[key] = value
  end
  return parts
end

local function entries(text)
  local _, commas = (text or ""):gsub(",", "")
  return commas + 1
end

local base = { DAILY = 365, WEEKLY = 52, MONTHLY = 12, YEARLY = 1 }

local function times_a_year(date)
  local parts = parts_of(date.rule)
  local times_each = base[parts.FREQ]
  if not times_each then
    return nil
  end
  local months = parts.FREQ == "YEARLY" and entries(parts.BYMONTH) or 1
  local days = parts.WINDOW and 1 or math.max(entries(parts.BYMONTHDAY), entries(parts.BYDAY))
  return times_each * months * days / (tonumber(parts.INTERVAL) or 1)
end

local function phases_of(plan)
  local count = 0
  for _, item in ipairs(plan.items) do
    count = count + (item.word == "phase" and 1 or 0)
  end
  return count
end

local once = {}

--- The dates by which an item comes again – its `per`, else a due or time that recurs –, and their field.
---@param item Item
---@return Date[] empty when it is done once
---@return string? field
function times.series(item)
  if item.per and #item.per > 0 then
    return item.per, "per"
  end
  for _, field in ipairs { "due", "when" } do
    if item[field] and item[field].kind == "recurring" then
      return { item[field] }, field
    end
  end
  return once, nil
end

--- How often a year an item comes again; nil = it does not, or nobody can say (定期).
---@param item Item
---@return number?
function times.frequency(item)
  if item.per_phase then
    return phases_of(item.plan)
  end
  local sum
  for _, date in ipairs(times.series(item)) do
    local often = times_a_year(date)
    sum = often and (sum or 0) + often or sum
  end
  return sum
end

--- True when the item comes again and again, by whatever rhythm.
---@param item Item
function times.recurs(item)
  return item.per_phase or #times.series(item) > 0
end

--- Compares rhythms: below 0 = ours is rarer, above = more often.
---@param ours Item
---@param theirs Item
---@return number
function times.rarer(ours, theirs)
  if ours.per_phase and theirs.per_phase then
    return 0
  end
  local wanted = times.frequency(theirs)
  if not wanted then
    return times.recurs(ours) and 0 or -1
  end
  return (times.frequency(ours) or 0) - wanted
end

--- The years in which ours leaves out what theirs does not.
---@return integer? year the first of them
function times.left_out(ours, theirs)
  local kept = {}
  for _, date in ipairs(times.series(theirs)) do
    for year, other in pairs(date.years or {}) do
      kept[year] = other
    end
  end
  local first
  for _, date in ipairs(times.series(ours)) do
    for year, other in pairs(date.years or {}) do
      if other == false and kept[year] ~= false and year < (first or math.huge) then
        first = year
      end
    end
  end
  return first
end

local week = { MO = 1, TU = 2, WE = 3, TH = 4, FR = 5, SA = 6, SU = 7 }

-- Where in its period a recurring day lies, to be compared within equal rhythms only.
local function place_in_period(rule)
  local parts = parts_of(rule)
  local rhythm = table.concat({ parts.FREQ or "", parts.INTERVAL or "", parts.BYMONTH or "", parts.WINDOW or "" }, ";")
  local day = tonumber(parts.BYMONTHDAY)
  if day then
    return rhythm .. ";month", day < 0 and 32 + day or day
  end
  return rhythm .. ";week", week[parts.BYDAY or ""]
end

--- Compares two recurring dates of equal rhythm by their day in the period: above 0 = ours is later; nil =
--- not comparable.
---@param ours? Date
---@param theirs? Date
---@return number?
function times.later_in_period(ours, theirs)
  if not ours or not theirs or not ours.rule or not theirs.rule then
    return nil
  end
  local our_rhythm, our_day = place_in_period(ours.rule)
  local their_rhythm, their_day = place_in_period(theirs.rule)
  return our_rhythm == their_rhythm and our_day and their_day and our_day - their_day or nil
end

-- ---- windows -----------------------------------------------------------------------------------

local function standing(date)
  return date ~= nil and date.kind == "standing" and not date.undated
end

--- True when the item is to be kept up over time rather than done once.
---@param item Item
function times.kept_up(item)
  return times.recurs(item) or item.binding == "never" or standing(item.when) or standing(item.due)
end

--- From when to when an item holds; nil = no bound. An item that is done once holds until it is due.
---@param item Item
---@return integer? first
---@return integer? last
---@return string? field that says the end
function times.window(item)
  local when = item.when
  local first, last = when and when.first, when and when.last
  local field = when and "when" or nil
  for _, date in ipairs(times.series(item)) do
    if date.last and date.last < (last or math.huge) then
      last, field = date.last, "per"
    end
  end
  if not times.kept_up(item) and item.due and item.due.last and item.due.last < (last or math.huge) then
    last, field = item.due.last, "due"
  end
  return first, last, field
end

return times
