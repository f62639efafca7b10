--- What becomes of a term and its relation: the results, and the rules (year, inclusion, working days) by
--- which their days are found. A result is
---   { kind, first, last, minute?, calendar?, family, soft?, undated?, was = the term's own span }.
--- No text is read here.

local calendar = require("calendar")
local units = require("when.units")
local terms = require("when.terms")
local recur = require("when.recur")

local results = {}
local NEAR_PAST = 183 -- days: a date further back than this belongs to the next year (Y2)

--- YYYY-MM-DD.
function results.iso(day) return string.format("%04d-%02d-%02d", calendar.ymd(day)) end

--- Notes a warning; nil is no warning.
function results.warn(p, name)
  if name then p.warnings[name] = true end
end

--- Finds the year: fn(year) → first, last, rule, known is asked for the base year, and for the next one when
--- the outcome would lie more than 183 days back.
local function settle(p, node, fn)
  if node.unknown and not node.y and not fn(p.base) and not fn(p.base + 1) then
    p.problem = p.problem or node.unknown
    return nil
  end
  if node.y or node.yn then
    return fn(node.y and node.y ~= true and node.y or (node.yn and p.base + 1) or p.base)
  end
  if node.cross then
    local first, last, rule, known = fn(p.base - 1)
    if first and first <= p.anchor and last >= p.anchor then return first, last, rule, known end
  end
  local first, last, rule, known = fn(p.base)
  if p.may_roll and (not last or last < p.anchor - NEAR_PAST) then
    local f2, l2, r2, k2 = fn(p.base + 1)
    if l2 then
      results.warn(p, "year-inferred")
      return f2, l2, r2, k2
    end
  end
  return first, last, rule, known
end

--- fn(year) for the node's own days.
function results.whole(node)
  return function(year) return node.span(year) end
end

--- Takes over the warnings that a node brings.
function results.note(p, node)
  results.warn(p, node.warn)
  results.warn(p, node.inferred)
end

--- The kinds of result -----------------------------------------------------------------------------------

--- An interval: the node's days, or those of fn(year).
function results.interval(p, node, fn)
  results.note(p, node)
  local first, last, rule, known = settle(p, node, fn or results.whole(node))
  if not first or not last then return nil end
  if first > last then
    p.problem = "reversed"
    return nil
  end
  if known == false and rule then results.warn(p, "calendar-unannounced") end
  if node.wraps then results.warn(p, "range-wraps") end
  return { kind = "interval", first = first, last = last, calendar = rule, family = node.family, soft = node.season,
    was = { first, last } }
end

--- A deadline at the last day of fn(year).
function results.deadline(p, node, fn)
  results.note(p, node)
  local first, last, rule, known = settle(p, node, fn)
  if not last then return nil end
  if known == false and rule then results.warn(p, "calendar-unannounced") end
  return { kind = "deadline", last = last, calendar = rule, family = node.family, was = { first or last, last } }
end

--- From the first day of fn(year), without end.
function results.standing(p, node, fn)
  results.note(p, node)
  local first, last, rule = settle(p, node, fn)
  if not first then return nil end
  return { kind = "standing", first = first, calendar = rule, family = node.family, was = { first, last or first } }
end

--- fn(year) for the published holiday of a festival, or nil.
function results.block_of(node)
  if not node.block then return nil end
  return function(year)
    local first, last, known = node.block(year)
    if not first then return nil end
    return first, last, "HOLIDAY=" .. node.row.holiday .. ":" .. year, known
  end
end

--- Whether 前 on this term includes its last day (B1, B3) or stops before its first (B2, B4).
local function inclusive(p, node)
  p.inclusion_known = true
  if p.notes.inclusive ~= nil then return p.notes.inclusive end
  if p.timed and node.cls == "fest" then return true end -- 国庆节17时前
  if node.cls == "range" then
    return node.to.cls == "day" or node.to.cls == "part"
  end
  return node.cls == "day" or node.cls == "part"
end

--- 前, by the rules B1-B4.
function results.before(p, node)
  local whole = inclusive(p, node)
  if node.cls == "range" and p.notes.inclusive == false then return nil end
  if node.due and not whole then results.warn(p, "fuzzy-end") end
  if node.cls == "range" and whole then return results.interval(p, node) end -- 6月1日起至8月底前
  if not whole and p.notes.inclusive == nil and node.cls ~= "fest" and node.cls ~= "event" and node.cls ~= "trigger" then
    if node.cls == "range" then
      p.problem = "range-before"
      return nil
    end
    if node.cls == "period" then
      results.warn(p, node.unit == "month" and "before-month-ambiguous" or "before-period-ambiguous")
    else
      results.warn(p, nil)
    end
  end
  if node.at_end then results.warn(p, "before-event-ambiguous") end
  if node.unit == "part" and node.style == nil then results.warn(p, "fuzzy-end") end
  if node.unit == "lunar" then results.warn(p, "before-day-ambiguous") end
  local r = results.deadline(p, node, function(year)
    local first, last, rule = node.span(year)
    if not first then return nil end
    if whole then
      return first, last, node.rule and node.rule(year) or nil
    end
    return first - 1, first - 1, rule and nil
  end)
  if r then
    local family = { day = "F07", period = "F08", part = "F08", fest = node.family, event = node.family, trigger = "F23" }
    r.family = node.family == "F29" and "F29" or (node.unit == "part" and node.style and "F08") or family[node.cls] or node.family
    if node.family == "F26" or node.family == "F13" then r.family = node.family end
  end
  return r
end

--- The days after which 后 begins: the published block of a holiday, else the day.
function results.after_block(node, year)
  if node.block then
    local first, last, known = node.block(year)
    return first, last, known
  end
  return node.span(year)
end

--- Warns where the published holiday begins before the festival itself: 前 may count from either.
local function warn_of_block(p, node)
  local year = node.y and node.y ~= true and node.y or p.base
  local first, block_first = node.span(year), node.block(year)
  if first and block_first and first ~= block_first then results.warn(p, "before-holiday-ambiguous") end
end
results.warn_of_block = warn_of_block

--- A node that begins after the last day of one: 月底前三天 are the last days of the month (B3).
local function past_its_end(node)
  local span = node.span
  return setmetatable({ due = false, span = function(year)
    local _, last = span(year)
    return last and last + 1, last and last + 1
  end }, { __index = node })
end

--- 9月前5个工作日, 下月前3天: the first days of a period.
function results.first_of(p, node, span, inside)
  if span.hours or (span.months and node.unit == "month") then return nil end
  results.warn(p, "first-of-period")
  local make = inside and results.deadline or results.interval
  return make(p, node, function(year)
    local first = node.span(year)
    if not first then return nil end
    if not span.workdays then return first, terms.add(first, span) - 1 end
    local day, known = calendar.workday_after(first - 1, span.workdays)
    if not inside then return first, day end
    return day, day, string.format("WORKDAYS=%d;AFTER=%s", span.workdays, results.iso(first - 1)), known
  end)
end

--- 节前一周, 国庆节前三天, 会议召开前3日: a stretch of days before the term.
function results.stretch_before(p, node, span, day_based)
  local size = span.days
  if span.hours or (not size and not span.workdays and not span.months) then return nil end
  local block = node.block and not day_based
  if block then warn_of_block(p, node) end
  if node.due then node = past_its_end(node) end
  if span.months then
    return results.interval(p, node, function(year)
      local first = node.span(year)
      return first and terms.add(first, span, -1), first and first - 1
    end)
  end
  if span.workdays then
    local r = results.interval(p, node, function(year)
      local first, _, known
      if block then
        first, _, known = node.block(year)
      else
        first = node.span(year)
      end
      if not first then return nil end
      local day = calendar.workday_after(first, -span.workdays)
      if not span.last_only then return day, first - 1 end
      local from = block and string.format("HOLIDAY:%s:%d", node.row.holiday, year) or results.iso(first)
      return day, day, "WORKDAYS=1;BEFORE=" .. from, known
    end)
    if r then r.family = "F13" end
    return r
  end
  if not size or size < 1 then return nil end
  local r = results.interval(p, node, function(year)
    if block then
      local first, _, known = node.block(year)
      if not first then return nil end
      return first - size, first - 1, string.format("HOLIDAY=%s:%d;BEFORE=%d", node.row.holiday, year, size), known
    end
    local first = node.span(year)
    return first and first - size, first and first - 1
  end)
  if r and block then r.family = "F21" end
  return r
end

--- 节后一周: a stretch of days from the day after the term.
function results.stretch_after(p, node, span)
  if span.workdays or span.hours then return nil end
  local r = results.interval(p, node, function(year)
    local _, last, known = results.after_block(node, year)
    if not last then return nil end
    local stop = terms.add(last, span)
    if node.block and span.days and not span.months then
      return last + 1, stop, string.format("HOLIDAY=%s:%d;NEXT=%d", node.row.holiday, year, span.days), known
    end
    return last + 1, stop
  end)
  if r and node.block then r.family = "F21" end
  return r
end

--- 节后第k个工作日.
function results.workday_after(p, node, k)
  local r = results.interval(p, node, function(year)
    local _, last, known = results.after_block(node, year)
    if not last then return nil end
    local rule = node.block and string.format("WORKDAYS=%d;AFTER=HOLIDAY:%s:%d", k, node.row.holiday, year)
      or string.format("WORKDAYS=%d;AFTER=%s", k, results.iso(last))
    local day, day_known = calendar.workday_after(last, k)
    return day, day, rule, known ~= false and day_known
  end)
  if r then r.family = "F13" end
  return r
end

--- N日内 counted from a term: the trigger day is not counted (N1, N2).
function results.within(p, node, span, from_first)
  if p.notes.workdays and span.days and not span.months then span = { workdays = span.days } end
  local r = results.deadline(p, node, function(year)
    local first, last
    if node.block and not from_first then
      first, last = node.block(year)
    else
      first, last = node.span(year)
    end
    if not first then return nil end
    local from = from_first and first or last
    if span.workdays then
      local day, known = calendar.workday_after(from, span.workdays)
      local anchor = (node.block and not from_first) and string.format("HOLIDAY:%s:%d", node.row.holiday, year) or results.iso(from)
      return day, day, string.format("WORKDAYS=%d;AFTER=%s", span.workdays, anchor), known
    end
    local day = terms.add(from, span)
    return day, day
  end)
  if not r then return nil end
  if span.hours or span.half then results.warn(p, "hours-unanchored") end
  if span.bare_month then results.warn(p, "month-or-duration") end
  r.family = span.workdays and "F13" or (node.cls == "trigger" and node.at_end and "F12" or "F12")
  return r
end

--- 为期N from a day that counts as the first (N3).
function results.lasting(first, span)
  if span.workdays then
    local day = calendar.workday_after(first - 1, span.workdays)
    return { kind = "interval", first = first, last = day, family = "F11", was = { first, day } }
  end
  local last = math.max(first, terms.add(first, span) - 1)
  return { kind = "interval", first = first, last = last, family = "F11", was = { first, last } }
end

--- 前后, 左右.
function results.around(p, node)
  local reach_days = (node.row and node.row.name == "春节") and 7 or 3
  local edge = node.due
  results.warn(p, "fuzzy-end")
  local r = results.interval(p, node, function(year)
    local first, last = node.span(year)
    if not first then return nil end
    if edge then first = last end
    return first - reach_days, last + reach_days
  end)
  if r then
    r.soft = true
    if node.cls ~= "fest" then r.family = "F27" end
  end
  return r
end

--- 前夕: the three days before.
function results.eve(p, node)
  results.warn(p, "fuzzy-end")
  local r = results.interval(p, node, function(year)
    local first = node.span(year)
    return first and first - 3, first and first - 1
  end)
  if r then r.soft = true end
  return r
end

--- 期间, 长假.
function results.during(p, node, holiday)
  if node.cls == "trigger" then
    local container = p.ctx.container
    if not (container and container.first and container.last) then
      p.problem = "no-container"
      return nil
    end
    return { kind = "interval", first = container.first, last = container.last, family = "F23", was = { container.first, container.last } }
  end
  if node.block then
    local r = results.interval(p, node, results.block_of(node))
    if r then r.family = "F21" end
    return r
  end
  if holiday and node.cls ~= "fest" then return nil end
  if node.cls == "fest" and not node.pair then
    results.warn(p, "festival-week-assumed")
    local r = results.interval(p, node, function(year)
      local first = node.span(year)
      if not first then return nil end
      local start = units.monday(first)
      return start, start + 6
    end)
    if r then r.soft = true end
    return r
  end
  results.warn(p, node.warn_interval)
  return results.interval(p, node)
end

local function list_items_contiguous(items, base)
  local first, last
  for _, item in ipairs(items) do
    local f, l = terms.span(item, base)
    if f and last and f < last and not item.y then
      base = base + 1 -- 12月、1月
      f, l = terms.span(item, base)
    end
    if not f then return nil end
    if last and f ~= last + 1 then return nil end
    first, last = first or f, l
  end
  return first, last
end

local function due_days(p, list, use_before, base)
  local out, previous = {}, nil
  local year = base
  for _, item in ipairs(list.items) do
    local y = item.y and item.y ~= true and item.y or (item.yn and year + 1) or year
    local first, last = item.span(y)
    if not first then return nil end
    if previous and first < previous and not item.y then
      results.warn(p, "list-wraps")
      y = y + 1
      first, last = item.span(y)
    end
    year = (item.y ~= true and y) or year
    previous = first
    local day = last
    if use_before and not inclusive(p, item) then day = first - 1 end
    if item.clipped then results.warn(p, "impossible-day") end
    if day ~= out[#out] then out[#out + 1] = day end
  end
  return out
end

local function month_list_rule(p, list, use_before)
  local whole, part = true, true
  for _, item in ipairs(list.items) do
    whole = whole and (item.unit == "month" or item.unit == "quarter" or item.unit == "half")
    part = part and (item.unit == "part" and item.style == "底" or item.unit == "edge-of" and item.edge == "底")
    if item.y or item.yn then return nil end
  end
  if part or (whole and not use_before) then return recur.yearly(p, list, use_before) end
end

--- A list: a union where the items join, else a rule or DATES.
function results.list(p, list, use_before, is_deadline)
  recur.share(p, list)
  for _, item in ipairs(list.items) do
    results.warn(p, item.warn)
    results.warn(p, item.inferred)
  end
  if not use_before and not is_deadline then
    local has_year = list.items[1].y
    local node = { y = has_year, span = function(year) return list_items_contiguous(list.items, year) end, family = "F05" }
    local ok = true
    for _, item in ipairs(list.items) do
      if item.due then ok = false end
    end
    local first = ok and list_items_contiguous(list.items, p.base)
    if first then return results.interval(p, node) end
  end
  if p.role == "per" then
    local rule = recur.yearly(p, list, use_before)
    if rule then return { kind = "recurring", rule = rule, family = "F30" } end
  end
  local rule = month_list_rule(p, list, use_before)
  if rule then results.warn(p, "list-yearly") end
  if rule then return { kind = "recurring", rule = rule, family = "F30" } end
  for _, item in ipairs(list.items) do
    if not (use_before or is_deadline or item.due or item.cls == "day" or item.cls == "fest" or item.unit == "part") then
      p.problem = "list-gap"
      return nil
    end
    if item.unit == "part" and item.style ~= "底" then results.warn(p, "fuzzy-end") end
    if use_before and item.cls == "period" then
      results.warn(p, item.unit == "month" and "before-month-ambiguous" or "before-period-ambiguous")
    end
    if list.befores and list.befores > 0 and not use_before and not inclusive(p, item) then
      p.problem = "list-gap" -- 教师节前和10月1日: only one of them is a “before”
      return nil
    end
  end
  local days = due_days(p, list, use_before, p.base)
  if days and p.may_roll and not list.items[1].y and days[#days] < p.anchor - NEAR_PAST then
    days = due_days(p, list, use_before, p.base + 1)
    results.warn(p, "year-inferred")
  end
  if not days then return nil end
  local kept = {}
  for _, day in ipairs(days) do
    if day >= p.anchor then kept[#kept + 1] = day end
  end
  if #kept == 0 then
    kept = days
    results.warn(p, "retroactive")
  end
  for index, day in ipairs(kept) do kept[index] = results.iso(day) end
  return { kind = "recurring", rule = "DATES=" .. table.concat(kept, ","), family = "F30" }
end

return results
