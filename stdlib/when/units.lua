--- The units of a date phrase: a day, a 旬, a month, a quarter, a year, a week, a named day … A unit
--- is parsed into a node:
---   cls     "day" | "part" (旬, 初, 中, 底) | "period" (month and larger) | "fest" | "event" | "trigger"
---   span    function(year) → first, last day; `year` is used where the phrase gives none
---   y       the year where the phrase gives one (true: days are fixed without any year)
---   yn      "next": a year counted from the range's start (次年)
--- and plain fields (m, d, part, q …) that the recurrences need.
--- Parsers take (state, token index) and return (node, next index) or nil; they never consume text
--- they do not understand.

local calendar = require("calendar")
local days = require("when.days")

local units = {}

local day, month_days = calendar.day, calendar.month_days

--- Remembers how far the text was understood, for the position of an error.
local function reach(p, i)
  if i > p.far then p.far = i end
end
units.reach = reach

local function impossible(p, i)
  p.impossible = p.impossible or i
  return nil
end

local function clipped(node, year, month, number)
  local size = month_days(year, month)
  if number > size then
    node.clipped = true
    number = size
  end
  return day(year, month, number)
end

local function month_node(m)
  return { cls = "period", unit = "month", lead = "m", m = m, family = "F05", span = function(year)
    return day(year, m, 1), day(year, m, month_days(year, m))
  end }
end

local function day_node(m, d)
  local node = { cls = "day", unit = "day", lead = "m", m = m, d = d, family = "F01" }
  function node.span(year)
    local found = clipped(node, year, m, d)
    return found, found
  end
  return node
end

local PARTS = { { 1, 10 }, { 11, 20 }, { 21, 31 } }

--- Days from part a to part b of a month (1 上旬, 2 中旬, 3 下旬).
local function part_node(m, a, b, style)
  return { cls = "part", unit = "part", lead = "m", m = m, part = b, part_first = a, style = style,
    due = style == "底", warn = style and (style ~= "底" and "fuzzy-end" or nil),
    warn_interval = style == "底" and "fuzzy-end" or nil, family = style and "F04" or "F03", span = function(year)
      return day(year, m, PARTS[a][1]), day(year, m, math.min(PARTS[b][2], month_days(year, m)))
    end }
end

local function fixed(first, last, cls, family)
  return { cls = cls, y = true, family = family, span = function() return first, last end }
end
units.fixed = fixed

local function year_node(count)
  return { cls = "period", unit = "year", lead = "y", family = "F25", span = function(year)
    return day(year, 1, 1), day(year + (count or 1) - 1, 12, 31)
  end }
end

local function year_edge(part)
  local m = part == "初" and 1 or (part == "中" and 6 or 12)
  return { cls = "part", unit = "edge", lead = "y", edge = part, due = part == "底", family = "F06",
    warn = part ~= "底" and "fuzzy-end" or nil, warn_interval = part == "底" and "fuzzy-end" or nil, span = function(year)
      return day(year, m, 1), day(year, m, month_days(year, m))
    end }
end

local function quarter_node(q, upto)
  upto = upto or q
  return { cls = "period", unit = "quarter", lead = "q", q = q, upto = upto, family = "F06", span = function(year)
    return day(year, q * 3 - 2, 1), day(year, upto * 3, month_days(year, upto * 3))
  end }
end

local function half_node(h)
  return { cls = "period", unit = "half", lead = "h", h = h, family = "F06", span = function(year)
    if h == 0 then return day(year, 1, 1), day(year, 12, 31) end
    return day(year, h * 6 - 5, 1), day(year, h * 6, month_days(year, h * 6))
  end }
end

--- The last (or first, middle) month of a period whose node is given: 季度末, 上半年初.
local function edge_of(node, part)
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

-- Weeks -------------------------------------------------------------------------------------------

local function monday(anchor)
  return anchor - (calendar.weekday(anchor) - 1)
end
units.monday = monday

--- Weekday after 周: number 1..6, or 日/天.
local function weekday_number(p, i)
  if p.k[i + 1] == "次" then return nil end -- 每周一次
  if p.k[i] == "num" and p.v[i] and p.v[i] >= 1 and p.v[i] <= 6 and p.d[i] == 1 then return p.v[i], i + 1 end
  if p.k[i] == "num" and p.v[i] == 7 then return 7, i + 1 end
  if p.k[i] == "日" or p.k[i] == "天" then return 7, i + 1 end
end
units.weekday_number = weekday_number

--- 周五, 星期日.
local function weekday_name(p, i)
  if p.k[i] ~= "周" then return nil end
  return weekday_number(p, i + 1)
end
units.weekday_name = weekday_name

local function relative_week(p, i)
  local first = monday(p.anchor) + 7 * p.v[i]
  local j = i + 1
  local w, after = weekday_number(p, j)
  if not w then w, after = weekday_name(p, j) end
  if w then
    return fixed(first + w - 1, first + w - 1, "day", "F26"), after
  end
  if p.k[j] == "底" or p.k[j] == "周末" then
    return fixed(first + 5, first + 6, "part", "F26"), j + 1
  end
  if p.k[j] == "初" then
    local node = fixed(first, first + 1, "part", "F26")
    node.warn = "fuzzy-end"
    return node, j + 1
  end
  return fixed(first, first + 6, "period", "F26"), j
end

--- 第三, 首, 最后(一), followed by an optional 个: the ordinal (−1 = last) and whether 个 stood there.
local function ordinal(p, i)
  local k
  if p.k[i] == "第" and p.k[i + 1] == "num" and p.v[i + 1] then
    k, i = p.v[i + 1], i + 2
  elseif p.k[i] == "首" then
    k, i = 1, i + 1
  elseif p.k[i] == "最后" then
    k, i = -1, i + 1
    if p.k[i] == "num" and p.v[i] == 1 then i = i + 1 end
  else
    return nil
  end
  if p.k[i] == "个" then return k, i + 1, true end
  return k, i, false
end
units.ordinal = ordinal

local function week_of_month(m, k, weekday)
  local node = { cls = weekday and "day" or "period", unit = "kweek", m = m, k = k, weekday = weekday, lead = "m", family = "F26" }
  function node.span(year)
    local first = days.nth_weekday(year, m, k, 1)
    if not first then return nil end
    if weekday then return first + weekday - 1, first + weekday - 1 end
    return first, first + 6
  end
  return node
end

local function weekday_of_month(m, k, weekday)
  return { cls = "day", unit = "kwday", m = m, k = k, weekday = weekday, lead = "m", family = "F26", span = function(year)
    local found = days.nth_weekday(year, m, k, weekday)
    return found, found
  end }
end

local function workday_of_month(m, k)
  local node = { cls = "day", unit = "workday", m = m, k = k, lead = "m", family = "F13" }
  function node.rule(year)
    return string.format("MONTH=%04d-%02d;WORKDAY=%d", year, m, k)
  end
  function node.span(year)
    return calendar.resolve(node.rule(year))
  end
  return node
end

--- What may follow a month: 第二个星期三, 最后一周, 第一周周五, 最后一个工作日, 最后一天, 前5个工作日.
local function in_month(p, i, m)
  if p.k[i] == "的" then i = i + 1 end
  local k, j, counted = ordinal(p, i)
  if k then
    if k == 0 or k > 23 then return impossible(p, i + 1) end
    if p.k[j] == "工作日" then return workday_of_month(m, k), j + 1 end
    local w, after = weekday_name(p, j)
    if w and (counted or k == -1 or k <= 5) then
      if k > 5 then return impossible(p, i + 1) end
      if p.k[j + 1] == "num" or p.k[j + 1] == "日" or p.k[j + 1] == "天" then return weekday_of_month(m, k, w), after end
    end
    if p.k[j] == "周" then
      if k > 5 then return impossible(p, i + 1) end
      j = j + 1
      if p.k[j] == "的" then j = j + 1 end
      w, after = weekday_name(p, j)
      if w then return week_of_month(m, k, w), after end
      return week_of_month(m, k), j
    end
    if p.k[j] == "天" or p.k[j] == "日" then
      if k == -1 then
        local node = part_node(m, 3, 3)
        node.cls, node.unit, node.d, node.family = "day", "day", -1, "F01"
        local span = node.span
        node.span = function(year) local _, last = span(year) return last, last end
        return node, j + 1
      end
      if k <= 31 then return day_node(m, k), j + 1 end
    end
  end
  return nil
end

-- Months ------------------------------------------------------------------------------------------

--- 底/末/初/中 after a month or year; 年终 counts as 年底.
local function edge_word(p, i)
  local kind = p.k[i]
  if kind == "底" or kind == "初" or kind == "中" then return kind, i + 1 end
end

local PART_WORDS = { ["上"] = 1, ["中"] = 2, ["下"] = 3, ["初"] = 1 }

--- 上旬, 上、中旬, 中下旬.
local function part_words(p, i)
  if p.k[i] == "旬" then
    local a = p.v[i]
    if p.k[i + 1] == "、" and p.k[i + 2] == "旬" and p.v[i + 2] == a + 1 then return a, a + 1, i + 3 end
    return a, a, i + 1
  end
  local a = PART_WORDS[p.k[i]]
  if not a or p.k[i] == "初" then return nil end
  local j = p.k[i + 1] == "、" and i + 2 or i + 1
  if p.k[j] == "旬" and p.v[j] > a then return a, p.v[j], j + 1 end
end

local NOT_A_DAY = { ["年"] = true, ["月"] = true, ["季"] = true, ["个"] = true, ["周"] = true, ["天"] = true, ["小时"] = true,
  ["工作日"] = true, ["时"] = true, ["."] = true, ["/"] = true, [":"] = true, ["num"] = true, ["次"] = true, ["年度"] = true,
  ["自然日"] = true, ["分钟"] = true, ["半"] = true, ["blank"] = true, ["?"] = true, ["学年"] = true, ["学期"] = true }

--- From a list or range of bare numbers (3、6、9月; 15-20日): the token kind that follows the last one.
local function shared_unit(p, i)
  local j = i
  while p.k[j] == "num" do
    local sep = p.k[j + 1]
    if sep ~= "、" and sep ~= "~" then return p.k[j + 1], j end
    j = j + 2
  end
  return nil, j
end

--- The part after a month: a day, a 旬, 初/中/底, a week, or nothing (the month itself).
local function after_month(p, i, m)
  reach(p, i)
  local k = p.k
  local a, b, j = part_words(p, i)
  if a then return part_node(m, a, b), j end
  if k[i] == "num" and p.v[i] and k[i + 1] ~= "个" then
    local number = p.v[i]
    local following = k[i + 1]
    if following == "日" or not NOT_A_DAY[following] then
      if number < 1 or number > 31 then return impossible(p, i) end
      local node = day_node(m, number)
      if following == "日" then return node, i + 2 end
      node.bare_day = i
      return node, i + 1
    end
  end
  if k[i] == "上半月" then
    return { cls = "part", unit = "halfmonth", lead = "m", m = m, part = p.v[i], family = "F03", span = function(year)
      if p.v[i] == 1 then return day(year, m, 1), day(year, m, 15) end
      return day(year, m, 16), day(year, m, month_days(year, m))
    end }, i + 1
  end
  if k[i] == "月" and edge_word(p, i + 1) then i = i + 1 end -- 7月月底
  local edge, after = edge_word(p, i)
  if edge then
    local part = edge == "初" and 1 or (edge == "中" and 2 or 3)
    return part_node(m, part, part, edge), after
  end
  local node, next = in_month(p, i, m)
  if node then return node, next end
  return month_node(m), i
end

local function with_year(node, y, yn)
  if node then
    node.y = node.y or y
    node.yn = node.yn or yn
    if (y or yn) and (node.family == "F01") then node.family = type(y) == "number" and "F01" or "F02" end
  end
  return node
end

--- A month with what follows it, or a bare number that shares the unit of a later one.
local function month(p, i)
  local k, v = p.k, p.v
  if k[i] == "num" and k[i + 1] == "月" then
    local m = v[i]
    if not m or m < 1 or m > 12 then return impossible(p, i) end
    return after_month(p, i + 2, m)
  end
  if k[i] == "元月" then return after_month(p, i + 1, 1) end
  if k[i] == "relm" then
    local y, m = calendar.ymd(p.anchor)
    local offset = v[i]
    if offset == "next" then offset = 1 end
    m = m + offset
    if m < 1 then y, m = y - 1, m + 12 end
    if m > 12 then y, m = y + 1, m - 12 end
    local node, j = after_month(p, i + 1, m)
    return with_year(node, y), j
  end
  -- 月底, 月初 of the anchor's month
  if k[i] == "月" and (edge_word(p, i + 1)) then
    local y, m = calendar.ymd(p.anchor)
    local node, j = after_month(p, i + 1, m)
    return with_year(node, y), j
  end
end

-- Years, quarters, halves -------------------------------------------------------------------------

local MONTHLIKE = { ["月"] = true, ["季"] = true }

--- 2012年, 一二年3月, 今年, 次年: y, yn, next index, two-digit?
local function year_spec(p, i)
  local k, v = p.k, p.v
  if k[i] == "rely" then
    local y = calendar.ymd(p.anchor)
    if v[i] == "next" then return nil, "next", i + 1 end
    return y + v[i], nil, i + 1
  end
  if k[i] ~= "num" then return nil end
  local following = k[i + 1]
  if following ~= "年" and following ~= "年度" and following ~= "学年" and following ~= "年终" then return nil end
  local value = v[i]
  if p.d[i] == 4 and value then
    if value < 1900 or value > 2100 then return impossible(p, i) end
    return value, nil, following == "年" and i + 2 or i + 1
  end
  local two = p.d[i] == 2 and (p.s[i] == "a" and value or require("when.lexer").two_digits(p.t[i]))
  if two and following == "年" then
    local n = i + 2
    local monthlike = (k[n] == "num" and MONTHLIKE[k[n + 1]]) or k[n] == "元月" or k[n] == "half" or k[n] == "底" or k[n] == "初"
      or (k[n] == "num" and k[n + 1] == "~") or (k[n] == "第" and k[n + 2] == "季")
    if monthlike then
      p.warnings["two-digit-year"] = true
      return 2000 + two, nil, n
    end
  end
end

local function quarter(p, i)
  local k, v = p.k, p.v
  local q, upto, j
  if k[i] == "relq" then
    local y, m = calendar.ymd(p.anchor)
    local index = y * 4 + (m - 1) // 3 + v[i]
    local node = quarter_node(index % 4 + 1)
    node.y = index // 4
    return node, i + 1
  end
  if k[i] == "季" and (edge_word(p, i + 1) or k[i + 1] == "内") then -- 季度末 of the anchor's quarter
    local y, m = calendar.ymd(p.anchor)
    local node = quarter_node((m - 1) // 3 + 1)
    node.y = y
    return node, i + 1
  end
  if k[i] == "前" and k[i + 1] == "num" and (k[i + 2] == "季" or (k[i + 2] == "个" and k[i + 3] == "季")) then
    q, upto, j = 1, v[i + 1], k[i + 2] == "季" and i + 3 or i + 4
  else
    local start = k[i] == "第" and i + 1 or i
    if k[start] == "num" and k[start + 1] == "季" then
      q, j = v[start], start + 2
    elseif k[i] == "第" and k[start] == "num" and k[start + 1] == "个" and k[start + 2] == "季" then
      q, j = v[start], start + 3
    elseif k[i] == "首" and k[i + 1] == "季" then
      q, j = 1, i + 2
    end
  end
  if not q then return nil end
  upto = upto or q
  if q < 1 or upto > 4 then return impossible(p, i) end
  return quarter_node(q, upto), j
end

--- What may follow a quarter or half year: 末, 初, 首月, 第二个月 (with a day or 旬).
local function after_quarter(p, node, i)
  reach(p, i)
  local edge, j = edge_word(p, i)
  if edge and p.k[j] == "月" and edge == "底" then
    edge, j = nil, nil
  end
  if edge then return edge_of(node, edge), j end
  local at = p.k[i] == "的" and i + 1 or i
  local k, after
  if p.k[at] == "首月" then
    k, after = p.v[at], at + 1
  elseif p.k[at] == "底" and p.k[at + 1] == "月" then
    k, after = 3, at + 2
  else
    local o, next, counted = ordinal(p, at)
    if o and counted and p.k[next] == "月" then k, after = o, next + 1 end
    if k == -1 then k = 3 end
  end
  if k and node.q and k <= 3 then
    local found, next = after_month(p, after, (node.q - 1) * 3 + k)
    return with_year(found, node.y, node.yn), next
  end
  return node, i
end

--- Everything that may stand after a year, or alone without one.
local function in_year(p, i, has_year)
  local k = p.k
  local node, j = month(p, i)
  if node then return node, j end
  node, j = quarter(p, i)
  if node then return after_quarter(p, node, j) end
  if k[i] == "half" then return after_quarter(p, half_node(p.v[i]), i + 1) end
  if k[i] == "年终" then return year_edge("底"), i + 1 end
  if k[i] == "岁末年初" then
    return { cls = "event", family = "F28", warn = "fuzzy-end", span = function(year)
      return day(year, 12, 1), day(year + 1, 1, 31)
    end }, i + 1
  end
  local at = k[i] == "年" and i + 1 or (k[i] == "年度" and i + 1 or i)
  if at > i or has_year then
    local edge, after = edge_word(p, at)
    if edge then return year_edge(edge), after end
    if k[at] == "年终" then return year_edge("底"), at + 1 end
  end
  if (k[i] == "年" or k[i] == "年度") and k[i + 1] == "内" and not has_year then
    return year_node(), i + 1
  end
end

-- Dotted and dashed dates ---------------------------------------------------------------------------

local function dotted(p, i)
  local k, v, d = p.k, p.v, p.d
  if k[i] ~= "num" or p.s[i] ~= "a" then return nil end
  if d[i] == 8 and v[i] >= 19000101 and v[i] <= 21001231 then
    local m, n = v[i] // 100 % 100, v[i] % 100
    if m < 1 or m > 12 or n < 1 or n > 31 then return impossible(p, i) end
    return with_year(day_node(m, n), v[i] // 10000), i + 1
  end
  local sep = k[i + 1]
  if sep ~= "." and sep ~= "/" and not (sep == "~" and d[i] == 4) then return nil end
  if k[i + 2] ~= "num" or p.s[i + 2] ~= "a" then return nil end
  if sep == "~" and (p.t[i + 1] == "至" or p.t[i + 1] == "到") then return nil end
  if d[i] == 4 then
    local m = v[i + 2]
    if k[i + 3] == sep and k[i + 4] == "num" and p.s[i + 4] == "a" and d[i + 4] <= 2 and d[i + 2] <= 2 then
      if v[i] < 1900 or v[i] > 2100 then return impossible(p, i) end
      if m < 1 or m > 12 then return impossible(p, i + 2) end
      if v[i + 4] < 1 or v[i + 4] > 31 then return impossible(p, i + 4) end
      local j = i + 5
      if k[j] == "日" then j = j + 1 end
      return with_year(day_node(m, v[i + 4]), v[i]), j
    end
    if d[i + 2] > 2 or (sep == "~" and (k[i + 3] == "年" or k[i + 3] == "月" or d[i + 2] ~= 2)) then return nil end
    if m < 1 or m > 12 or v[i] < 1900 or v[i] > 2100 then return impossible(p, i + 2) end
    local j = i + 3
    if k[j] == "月" then return with_year(month_node(m), v[i]), j + 1 end
    return with_year(month_node(m), v[i]), j
  end
  if d[i] > 2 or d[i + 2] > 2 or k[i + 3] == sep then return nil end
  if v[i] < 1 or v[i] > 12 then return impossible(p, i) end
  if v[i + 2] < 1 or v[i + 2] > 31 then return impossible(p, i + 2) end
  local node = day_node(v[i], v[i + 2])
  node.family = "F29"
  local j = i + 3
  if k[j] == "日" then j = j + 1 end
  return node, j
end

-- Lunar dates, five-year plans ----------------------------------------------------------------------

local function lunar(p, i)
  local k, v = p.k, p.v
  local explicit = k[i] == "农历"
  if explicit then i = i + 1 end
  if k[i] == "fest" and explicit and v[i].lunar then return days.festival_node(v[i]), i + 1 end
  local m, j
  if k[i] == "lunm" then
    m, j = v[i], i + 1
  elseif explicit and k[i] == "num" and k[i + 1] == "月" and v[i] and v[i] >= 1 and v[i] <= 12 then
    m, j = v[i], i + 2
  else
    return nil
  end
  local d
  if k[j] == "初" and k[j + 1] == "num" and v[j + 1] and v[j + 1] <= 10 then
    d, j = v[j + 1], j + 2
  elseif k[j] == "num" and v[j] and v[j] >= 1 and v[j] <= 30 then
    d, j = v[j], j + 1
  end
  if k[j] == "日" then j = j + 1 end
  if d then
    return { cls = "day", unit = "lunar", lunar = { m, d }, family = "F20", span = function(year)
      local found = days.lunar_in(year, m, d)
      if not found and d == 30 then found = days.lunar_in(year, m, 29) end
      return found, found
    end }, j
  end
  return { cls = "period", unit = "lunar-month", family = "F20", span = function(year)
    local first = days.lunar_in(year, m, 1)
    local last = first and (calendar.lunar(calendar.ymd(first) - (m > 10 and calendar.ymd(first + 40) == calendar.ymd(first) and 1 or 0), m, 30))
    return first, last or (first and first + 28)
  end }, j
end

--- “十二五”期间: the nth five-year plan starts in 1951 + 5n (n ≥ 6; the brief's rule for all).
local function five_year_plan(p, i)
  if p.k[i] ~= "num" or p.s[i] ~= "c" then return nil end
  local head = p.t[i]:match("^(.+)五$")
  local n = head and require("when.lexer").number(head)
  if not n or n < 6 or n > 25 then return nil end
  local j = i + 1
  local k = p.k
  if k[j] == "obj" and (p.t[j] == "规划" or p.t[j] == "计划") then j = j + 1 end
  local first = 1951 + 5 * n
  local base = fixed(day(first, 1, 1), day(first + 4, 12, 31), "period", "F25")
  if k[j] == "obj" and p.t[j] == "期" and (k[j + 1] == "底" or k[j + 1] == "初" or k[j + 1] == "中") then j = j + 1 end
  local edge, after = edge_word(p, j)
  if edge then
    local y = edge == "初" and first or (edge == "底" and first + 4 or first + 2)
    local node = fixed(day(y, edge == "底" and 12 or 1, 1), day(y, 12, 31), "part", "F25")
    node.due = edge == "底"
    if edge ~= "底" then node.warn = "fuzzy-end" end
    return node, after
  end
  if k[j] == "期间" or k[j] == "以来" or k[j] == "前" or k[j] == "后" or k[j] == "内" or k[j] == "起" or j > i + 1 then
    return base, j
  end
end

-- Named days ---------------------------------------------------------------------------------------

local function same_day(a, b)
  return a.month == b.month and a.day == b.day and a.lunar == b.lunar and a.term == b.term and a.nth == b.nth
end

local function festival(p, i)
  local k, v = p.k, p.v
  local row
  if k[i] == "fest" then
    row = v[i]
  elseif k[i] == "num" then
    row = days.festival(p.t[i])
    if not row or p.s[i] ~= "c" then return nil end
    local following = k[i + 1]
    local ok = following == "$" or following == "前" or following == "前后" or following == "前夕" or following == "期间"
      or following == "长假" or following == "后" or following == "之日" or following == "fest" or following == "、"
      or following == "起" or following == "节前" or following == "节后" or following == "," or following == "~"
      or following == "obj" or following == "act" or following == "至今" or following == ")"
    if p.v[i] and following ~= "前" and following ~= "期间" and following ~= "长假" and following ~= "前后" and following ~= "前夕"
      and following ~= "后" and following ~= "fest" and following ~= "$" and following ~= "之日" and following ~= "、" then
      ok = false
    end
    if not ok then return nil end
  end
  if not row then return nil end
  i = i + 1
  while k[i] == "fest" and same_day(v[i], row) do i = i + 1 end -- “七一”建党节
  if k[i] == "fest" and p.t[i - 1] == "元旦" and v[i].name == "春节" then return days.pair_node(1, p.anchor), i + 1 end
  return days.festival_node(row), i
end

local PAIR_OF = { ["元旦春节"] = 1, ["春节元旦"] = 1, ["中秋节国庆节"] = 2, ["国庆节中秋节"] = 2 }

local function named(p, i)
  local k, v = p.k, p.v
  if k[i] == "two-holidays" then return days.pair_node(v[i], p.anchor), i + 1 end
  if k[i] == "fest" and (k[i + 1] == "、" or k[i + 1] == "fest") then
    local j = k[i + 1] == "、" and i + 2 or i + 1
    local which = k[j] == "fest" and PAIR_OF[v[i].name .. v[j].name]
    if which then return days.pair_node(which, p.anchor), j + 1 end
  end
  if k[i] == "党的" then
    reach(p, i + 1)
    if k[i + 1] == "两会" then return days.sessions_node(), i + 2 end
    if k[i + 1] == "event" then return days.event_node(v[i + 1]), i + 2 end
    if k[i + 1] == "fest" and v[i + 1].name == "建党节" then return days.festival_node(v[i + 1]), i + 2 end
    return nil
  end
  if k[i] == "event" then return days.event_node(v[i]), i + 1 end
  if k[i] == "两会" then return days.sessions_node(), i + 1 end
  if (k[i] == "jubilee" or (k[i] == "fest" and v[i].name == "国庆节")) and k[i + 1] == "num" and v[i + 1] and k[i + 2] == "周年" then
    local row = k[i] == "jubilee" and v[i] or { 1949, 10, 1 }
    return days.jubilee_node(row, v[i + 1]), i + 3
  end
  if k[i] == "season" then
    local node = v[i]()
    local j = i + 1
    if p.t[i] == "春" or p.t[i] == "夏" or p.t[i] == "秋" or p.t[i] == "冬" or p.t[i] == "汛" then
      -- a single character is a season only before 季, 季节 or (汛前, 汛后)
      if p.t[i] == "汛" then
        if k[j] ~= "前" and k[j] ~= "后" then return nil end
        return node, j
      end
      if k[j] ~= "季节" then return nil end
    end
    if k[j] == "季节" then j = j + 1 end
    if node.year_offset then node.y = p.base + node.year_offset end
    return node, j
  end
  if k[i] == "yearly-period" then return days.period_node(v[i]), i + 1 end
  return festival(p, i)
end

-- Days without a month -----------------------------------------------------------------------------

local function day_of_anchor_month(p, number)
  local y, m, d = calendar.ymd(p.anchor)
  local node = day_node(m, number)
  if number < d then
    m = m + 1
    if m > 12 then y, m = y + 1, 1 end
    node = day_node(m, number)
  end
  node.y, node.warn, node.lead = y, "month-inferred", "d"
  return node
end

local function bare(p, i)
  local unit, last = shared_unit(p, i)
  if last == i or not unit then return nil end
  if unit ~= "月" and unit ~= "日" and unit ~= "年" and unit ~= "季" and unit ~= "年度" and unit ~= "学年" then return nil end
  if not p.v[i] then return nil end
  return { bare = p.v[i], at = i, digits = p.d[i] }, i + 1
end

--- Parses one unit at token i. `previous` (a node) lends its month to a following 20日 or 中旬.
function units.unit(p, i, previous)
  reach(p, i)
  local k, v = p.k, p.v
  local node, j = dotted(p, i)
  if node then
    if k[j] == "fest" and v[j].month == node.m and v[j].day == node.d then
      local name = days.festival_node(v[j])
      name.y = node.y
      return name, j + 1
    end
    return node, j
  end
  node, j = five_year_plan(p, i)
  if node then return node, j end
  local y, yn, after = year_spec(p, i)
  if after then
    reach(p, after)
    if k[after] == "的" then after = after + 1 end
    node, j = in_year(p, after, true)
    if not node then node, j = bare(p, after) end
    if not node then node, j = named(p, after) end
    if not node and k[after] == "农历" then node, j = lunar(p, after) end
    if not node and k[after] == "学年" then
      node = { cls = "period", unit = "school-year", lead = "y", family = "F28", span = function(year)
        return day(year, 9, 1), day(year + 1, 8, 31)
      end }
      j = after + 1
    end
    if not node and k[after] == "standing" and v[after] == "year" then
      node, j = year_node(), after + 1
      node.standing = true
    end
    if not node then
      node, j = year_node(), k[after] == "年度" and after + 1 or after
      if k[i] == "rely" and k[j] == "年度" then j = j + 1 end
    end
    if node.bare then
      node.y, node.yn = y, yn
      return node, j
    end
    return with_year(node, y, yn), j
  end
  node, j = lunar(p, i)
  if node then return node, j end
  node, j = in_year(p, i, false)
  if node then
    if node.cls == "day" and k[j] == "fest" and v[j].month == node.m and v[j].day == node.d then j = j + 1 end
    return node, j
  end
  node, j = named(p, i)
  if node then return node, j end
  node, j = bare(p, i)
  if node then return node, j end
  if previous and previous.m then
    local a, b, next = part_words(p, i)
    if a then
      node = part_node(previous.m, a, b)
      node.y, node.inherits = previous.y ~= true and previous.y or nil, true
      return node, next
    end
    if k[i] == "num" and v[i] and k[i + 1] == "日" then
      if v[i] < 1 or v[i] > 31 then return impossible(p, i) end
      node = day_node(previous.m, v[i])
      node.y, node.inherits, node.lead = previous.y ~= true and previous.y or nil, true, "d"
      return node, i + 2
    end
    if previous.d and k[i] == "num" and v[i] and v[i] >= 1 and v[i] <= 31 and not NOT_A_DAY[k[i + 1]] then
      node = day_node(previous.m, v[i])
      node.y, node.inherits, node.lead = previous.y ~= true and previous.y or nil, true, "d"
      if previous.bare_day then node.warn = "day-word-missing" end
      return node, i + 1
    end
  end
  if k[i] == "num" and v[i] and k[i + 1] == "日" then
    if v[i] < 1 or v[i] > 31 then return impossible(p, i) end
    return day_of_anchor_month(p, v[i]), i + 2
  end
  local a, b, next = part_words(p, i)
  if a and k[i] == "旬" then
    local year, m = calendar.ymd(p.anchor)
    node = part_node(m, a, b)
    node.y, node.warn = year, "month-inferred"
    return node, next
  end
  if k[i] == "relw" then return relative_week(p, i) end
  local w, past = weekday_name(p, i)
  if w then
    local first = monday(p.anchor) + w - 1
    node = fixed(first, first, "day", "F26")
    node.warn, node.weekday = "week-inferred", w
    return node, past
  end
  if k[i] == "周末" then
    local first = monday(p.anchor)
    node = fixed(first + 5, first + 6, "part", "F26")
    node.warn = "week-inferred"
    return node, i + 1
  end
  if k[i] == "reld" then
    node = fixed(p.anchor + v[i], p.anchor + v[i], "day", "F10")
    return node, i + 1
  end
  if k[i] == "之日" and (p.t[i] == "当日" or p.t[i] == "当天") then
    return fixed(p.anchor, p.anchor, "day", "F10"), i + 1
  end
  return nil
end

--- The span of a day or part node whose month was changed.
function units.respan(node)
  if node.unit == "day" then
    return function(year)
      local found = node.d == -1 and day(year, node.m, month_days(year, node.m)) or clipped(node, year, node.m, node.d)
      return found, found
    end
  end
  return part_node(node.m, node.part_first, node.part, node.style).span
end

units.after_month = after_month
units.day_node = day_node
units.month_node = month_node
units.quarter_node = quarter_node
units.year_node = year_node
units.edge_word = edge_word
units.part_words = part_words
units.impossible = impossible

return units
