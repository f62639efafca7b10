--- What a unit of a date phrase is once it is read: a node with
---   cls     "day" | "part" (旬, 初, 中, 底) | "period" (month and larger) | "fest" | "event" | "trigger" |
---           "range" | "list" (see terms.lua)
---   span    function(year) → first, last day; `year` is used where the phrase gives none
---   y       the year where the phrase gives one (true: the days are fixed without any year)
---   yn      "next": a year counted from the range's start (次年)
---   due     standing alone it is a deadline (底, 末)
---   warn    the warning that using it brings
--- and plain fields (m, d, part, q …) that the recurrences need. No text is read here.

local calendar = require("calendar")
local days = require("when.days")

local nodes = {}

local day, month_days = calendar.day, calendar.month_days

local function clipped(node, year, month, number)
  local size = month_days(year, month)
  if number > size then
    node.clipped = true
    number = size
  end
  return day(year, month, number)
end

--- A whole month.
function nodes.month(m)
  return { cls = "period", unit = "month", lead = "m", m = m, family = "F05", span = function(year)
    return day(year, m, 1), day(year, m, month_days(year, m))
  end }
end

--- A day of a month; one that the month lacks is clipped, and marked.
function nodes.day(m, d)
  local node = { cls = "day", unit = "day", lead = "m", m = m, d = d, family = "F01" }
  function node.span(year)
    local found = clipped(node, year, m, d)
    return found, found
  end
  return node
end

local PARTS = { { 1, 10 }, { 11, 20 }, { 21, 31 } }

--- Days from part a to part b of a month (1 上旬, 2 中旬, 3 下旬).
function nodes.part(m, a, b, style)
  return { cls = "part", unit = "part", lead = "m", m = m, part = b, part_first = a, style = style,
    due = style == "底", warn = style and (style ~= "底" and "fuzzy-end" or nil),
    warn_interval = style == "底" and "fuzzy-end" or nil, family = style and "F04" or "F03", span = function(year)
      return day(year, m, PARTS[a][1]), day(year, m, math.min(PARTS[b][2], month_days(year, m)))
    end }
end

--- Days that need no year.
function nodes.fixed(first, last, cls, family)
  return { cls = cls, y = true, family = family, span = function() return first, last end }
end

--- `count` whole years.
function nodes.year(count)
  return { cls = "period", unit = "year", lead = "y", family = "F25", span = function(year)
    return day(year, 1, 1), day(year + (count or 1) - 1, 12, 31)
  end }
end

--- 年初, 年中, 年底.
function nodes.year_edge(part)
  local m = part == "初" and 1 or (part == "中" and 6 or 12)
  return { cls = "part", unit = "edge", lead = "y", edge = part, due = part == "底", family = "F06",
    warn = part ~= "底" and "fuzzy-end" or nil, warn_interval = part == "底" and "fuzzy-end" or nil, span = function(year)
      return day(year, m, 1), day(year, m, month_days(year, m))
    end }
end

--- Quarter q, or q to `upto`.
function nodes.quarter(q, upto)
  upto = upto or q
  return { cls = "period", unit = "quarter", lead = "q", q = q, upto = upto, family = "F06", span = function(year)
    return day(year, q * 3 - 2, 1), day(year, upto * 3, month_days(year, upto * 3))
  end }
end

--- A half year; 0 = both.
function nodes.half(h)
  return { cls = "period", unit = "half", lead = "h", h = h, family = "F06", span = function(year)
    if h == 0 then return day(year, 1, 1), day(year, 12, 31) end
    return day(year, h * 6 - 5, 1), day(year, h * 6, month_days(year, h * 6))
  end }
end

--- The last (or first, middle) month of a period whose node is given: 季度末, 上半年初.
function nodes.edge_of(node, part)
  local span = node.span
  local edge = { cls = "part", unit = "edge-of", of = node, edge = part, lead = node.lead, y = node.y, yn = node.yn, q = node.q,
    h = node.h, due = part == "底", family = "F06", warn = part ~= "底" and "fuzzy-end" or nil,
    warn_interval = part == "底" and "fuzzy-end" or nil }
  function edge.span(year)
    local first, last = span(year)
    local y, m = calendar.ymd(part == "底" and last or first)
    if part == "中" then
      m = m + (node.unit == "half" and 2 or 1)
    end
    return day(y, m, 1), day(y, m, month_days(y, m))
  end
  return edge
end

--- The kth week of a month (K1), or one weekday of it.
function nodes.week_of_month(m, k, weekday)
  local node = { cls = weekday and "day" or "period", unit = "kweek", m = m, k = k, weekday = weekday, lead = "m", family = "F26" }
  function node.span(year)
    local first = days.nth_weekday(year, m, k, 1)
    if not first then return nil end
    if weekday then return first + weekday - 1, first + weekday - 1 end
    return first, first + 6
  end
  return node
end

--- The kth (or last) weekday of a month.
function nodes.weekday_of_month(m, k, weekday)
  return { cls = "day", unit = "kwday", m = m, k = k, weekday = weekday, lead = "m", family = "F26", span = function(year)
    local found = days.nth_weekday(year, m, k, weekday)
    return found, found
  end }
end

--- The kth (or last) working day of a month, by calendar rule.
function nodes.workday_of_month(m, k)
  local node = { cls = "day", unit = "workday", m = m, k = k, lead = "m", family = "F13" }
  function node.rule(year)
    return string.format("MONTH=%04d-%02d;WORKDAY=%d", year, m, k)
  end
  function node.span(year)
    return calendar.resolve(node.rule(year))
  end
  return node
end

--- The span of a day or part node whose month was changed.
function nodes.respan(node)
  if node.unit == "day" then
    return function(year)
      local found = node.d == -1 and day(year, node.m, month_days(year, node.m)) or clipped(node, year, node.m, node.d)
      return found, found
    end
  end
  return nodes.part(node.m, node.part_first, node.part, node.style).span
end

return nodes
