--- The units of a date phrase: a day, a 旬, a month, a quarter, a year, a week, a named day … A unit
--- is parsed into a node (nodes.lua).
--- Parsers take (state, token index) and return (node, next index) or nil; they never consume text
--- they do not understand.

local calendar = require("calendar")
local days = require("when.days")
local names = require("when.names")
local nodes = require("when.nodes")

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

--- What follows 周六 in 周六日, 周六、日, 周六和周日: the index behind it, or nil.
local function weekend(p, i)
  if p.k[i] == "日" and p.t[i] == "日" then return i + 1 end
  if p.k[i] ~= "、" then return nil end
  local w, after = weekday_number(p, i + 1)
  if not w then w, after = weekday_name(p, i + 1) end
  return w == 7 and after or nil
end
units.weekend = weekend

local function relative_week(p, i)
  local first = monday(p.anchor) + 7 * p.v[i]
  local j = i + 1
  local w, after = weekday_number(p, j)
  if not w then w, after = weekday_name(p, j) end
  if w then
    local sunday = w == 6 and weekend(p, after)
    if sunday then return nodes.fixed(first + 5, first + 6, "part", "F26"), sunday end
    return nodes.fixed(first + w - 1, first + w - 1, "day", "F26"), after
  end
  if p.k[j] == "底" or p.k[j] == "周末" then
    return nodes.fixed(first + 5, first + 6, "part", "F26"), j + 1
  end
  if p.k[j] == "初" then
    local node = nodes.fixed(first, first + 1, "part", "F26")
    node.warn = "fuzzy-end"
    return node, j + 1
  end
  return nodes.fixed(first, first + 6, "period", "F26"), j
end

--- 第三, 首, 最后(一), followed by an optional 个: the ordinal (−1 = last) and whether 个 stood there.
local function ordinal(p, i)
  local k
  local back = p.k[i] == "倒数"
  if back then i = i + 1 end
  if p.k[i] == "第" and p.k[i + 1] == "num" and p.v[i + 1] then
    k, i = p.v[i + 1], i + 2
    if back then k = -k end
  elseif back then
    return nil
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

--- What may follow a month: 第二个星期三, 最后一周, 第一周周五, 最后一个工作日, 最后一天, 前5个工作日.
local function in_month(p, i, m)
  if p.k[i] == "的" then i = i + 1 end
  local k, j, counted = ordinal(p, i)
  if k then
    if k == 0 or k > 23 or k < -23 then return impossible(p, i + 1) end
    if p.k[j] == "工作日" then return nodes.workday_of_month(m, k), j + 1 end
    local w, after = weekday_name(p, j)
    if w and (counted or k == -1 or k <= 5) then
      if k > 5 or k < -5 then return impossible(p, i + 1) end
      if p.k[j + 1] == "num" or p.k[j + 1] == "日" or p.k[j + 1] == "天" then return nodes.weekday_of_month(m, k, w), after end
    end
    if p.k[j] == "周" then
      if k > 5 or k < -1 then return impossible(p, i + 1) end
      j = j + 1
      if p.k[j] == "的" then j = j + 1 end
      w, after = weekday_name(p, j)
      if w then return nodes.week_of_month(m, k, w), after end
      return nodes.week_of_month(m, k), j
    end
    if p.k[j] == "天" or p.k[j] == "日" then
      if k == -1 then
        local node = nodes.part(m, 3, 3)
        node.cls, node.unit, node.d, node.family = "day", "day", -1, "F01"
        local span = node.span
        node.span = function(year) local _, last = span(year) return last, last end
        return node, j + 1
      end
      if k >= 1 and k <= 31 then return nodes.day(m, k), j + 1 end
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
  local last, j = a, i
  repeat
    j = p.k[j + 1] == "、" and j + 2 or j + 1
    local following = p.k[j] == "旬" and p.v[j] or PART_WORDS[p.k[j]]
    if not following or following ~= last + 1 then break end
    last = following
  until p.k[j] == "旬"
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
    if p.k[j] == "第" and p.k[i - 1] == "第" then j = j + 1 end
  end
  return nil, j
end

--- The part after a month: a day, a 旬, 初/中/底, a week, or nothing (the month itself).
local function after_month(p, i, m)
  reach(p, i)
  local k = p.k
  local a, b, j = part_words(p, i)
  if a then return nodes.part(m, a, b), j end
  if k[i] == "num" and p.v[i] and k[i + 1] ~= "个" then
    local number = p.v[i]
    local following = k[i + 1]
    if following == "日" or not NOT_A_DAY[following] then
      if number < 1 or number > 31 then return impossible(p, i) end
      local node = nodes.day(m, number)
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
  if edge and edge ~= "中" then -- 月末最后一个工作日, 月初第一个工作日
    local kth = ordinal(p, after)
    local node, next
    if kth and (kth < 0) == (edge == "底") then node, next = in_month(p, after, m) end
    if node then return node, next end
  end
  if edge then
    local part = edge == "初" and 1 or (edge == "中" and 2 or 3)
    return nodes.part(m, part, part, edge), after
  end
  local node, next = in_month(p, i, m)
  if node then return node, next end
  return nodes.month(m), i
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
    node.inferred = "month-inferred"
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
    local node = nodes.quarter(index % 4 + 1)
    node.y = index // 4
    return node, i + 1
  end
  if k[i] == "季" and (edge_word(p, i + 1) or k[i + 1] == "内") then -- 季度末 of the anchor's quarter
    local y, m = calendar.ymd(p.anchor)
    local node = nodes.quarter((m - 1) // 3 + 1)
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
  return nodes.quarter(q, upto), j
end

--- 最后一个工作日, 第一个月, 最后一天 of the months `first` to `last`: counted from the outer month.
local function ordinal_in(p, i, first, last)
  if p.k[i] == "的" then i = i + 1 end
  local k, j = ordinal(p, i)
  if not k or k == 0 then return nil end
  local m = k > 0 and first or last
  if p.k[j] == "工作日" then return nodes.workday_of_month(m, k), j + 1 end
  if k == -1 and (p.k[j] == "天" or p.k[j] == "日") then return in_month(p, i, m) end
  if p.k[j] == "月" then
    local found = k > 0 and first + k - 1 or last + k + 1
    if found < first or found > last then return impossible(p, i) end
    return after_month(p, j + 1, found)
  end
end

--- What may follow a quarter or half year: 末, 初, 首月, 第二个月 (with a day or 旬).
local function after_quarter(p, node, i)
  reach(p, i)
  local edge, j = edge_word(p, i)
  if edge and p.k[j] == "月" and edge == "底" then
    edge, j = nil, nil
  end
  if edge then return nodes.edge_of(node, edge), j end
  local at = p.k[i] == "的" and i + 1 or i
  local from = node.q and node.q * 3 - 2 or (node.h and node.h > 0 and node.h * 6 - 5)
  if from then
    local found, next = ordinal_in(p, at, from, node.q and node.upto * 3 or node.h * 6)
    if found then return with_year(found, node.y, node.yn), next end
  end
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

--- 前5个月 after a year: January to May.
local function first_months(p, i)
  local k, n = p.k, p.v[i + 1]
  if (k[i] ~= "前" and k[i] ~= "首") or k[i + 1] ~= "num" or k[i + 2] ~= "个" or k[i + 3] ~= "月" then return nil end
  if not n or n < 1 or n > 12 then return impossible(p, i + 1) end
  return { cls = "period", unit = "months", lead = "y", family = "F05", span = function(year)
    return day(year, 1, 1), day(year, n, month_days(year, n))
  end }, i + 4
end

--- Everything that may stand after a year, or alone without one.
local function in_year(p, i, has_year)
  local k = p.k
  local node, j = month(p, i)
  if node then return node, j end
  node, j = quarter(p, i)
  if node then return after_quarter(p, node, j) end
  if k[i] == "half" then return after_quarter(p, nodes.half(p.v[i]), i + 1) end
  if k[i] == "年终" then return nodes.year_edge("底"), i + 1 end
  if k[i] == "岁末年初" then
    return { cls = "event", family = "F28", warn = "fuzzy-end", span = function(year)
      return day(year, 12, 1), day(year + 1, 1, 31)
    end }, i + 1
  end
  local at = k[i] == "年" and i + 1 or (k[i] == "年度" and i + 1 or i)
  if has_year then
    node, j = ordinal_in(p, at, 1, 12)
    if not node then node, j = first_months(p, at) end
    if node then return node, j end
  end
  if at > i or has_year then
    local edge, after = edge_word(p, at)
    if edge then return nodes.year_edge(edge), after end
    if k[at] == "年终" then return nodes.year_edge("底"), at + 1 end
  end
  if (k[i] == "年" or k[i] == "年度") and k[i + 1] == "内" then
    return nodes.year(), i + 1
  end
end

-- Dotted and dashed dates ---------------------------------------------------------------------------

local function dotted(p, i)
  local k, v, d = p.k, p.v, p.d
  if k[i] ~= "num" or p.s[i] ~= "a" then return nil end
  if d[i] == 8 and v[i] >= 19000101 and v[i] <= 21001231 then
    local m, n = v[i] // 100 % 100, v[i] % 100
    if m < 1 or m > 12 or n < 1 or n > 31 then return impossible(p, i) end
    return with_year(nodes.day(m, n), v[i] // 10000), i + 1
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
      return with_year(nodes.day(m, v[i + 4]), v[i]), j
    end
    if d[i + 2] > 2 or (sep == "~" and (k[i + 3] == "年" or k[i + 3] == "月" or d[i + 2] ~= 2)) then return nil end
    if m < 1 or m > 12 or v[i] < 1900 or v[i] > 2100 then return impossible(p, i + 2) end
    local j = i + 3
    if k[j] == "月" then return with_year(nodes.month(m), v[i]), j + 1 end
    return with_year(nodes.month(m), v[i]), j
  end
  if d[i] > 2 or d[i + 2] > 2 or k[i + 3] == sep then return nil end
  if v[i] < 1 or v[i] > 12 then return impossible(p, i) end
  if v[i + 2] < 1 or v[i + 2] > 31 then return impossible(p, i + 2) end
  local node = nodes.day(v[i], v[i + 2])
  node.family = "F29"
  local j = i + 3
  if k[j] == "日" then j = j + 1 end
  return node, j
end

-- Days without a month -----------------------------------------------------------------------------

local function day_of_anchor_month(p, number)
  local y, m, d = calendar.ymd(p.anchor)
  local node = nodes.day(m, number)
  if number < d then
    m = m + 1
    if m > 12 then y, m = y + 1, 1 end
    node = nodes.day(m, number)
  end
  node.y, node.warn, node.lead = y, "month-inferred", "d"
  return node
end

local function bare(p, i)
  if p.k[i] == "第" and p.v[i + 1] then -- 第二、三季度, 第一至第三季度
    local shared, upto = shared_unit(p, i + 1)
    if shared ~= "季" or upto == i + 1 then return nil end
    return { bare = p.v[i + 1], at = i + 1, digits = p.d[i + 1] }, i + 2
  end
  local unit, last = shared_unit(p, i)
  if last == i or not unit then return nil end
  if unit ~= "月" and unit ~= "日" and unit ~= "年" and unit ~= "季" and unit ~= "年度" and unit ~= "学年" then return nil end
  if not p.v[i] then return nil end
  return { bare = p.v[i], at = i, digits = p.d[i] }, i + 1
end

--- 2012年 and what follows it; the year alone when nothing does.
local function with_year_spec(p, i)
  local k, v = p.k, p.v
  local y, yn, after = year_spec(p, i)
  if not after then return nil end
  reach(p, after)
  if k[after] == "的" then after = after + 1 end
  local node, j = in_year(p, after, true)
  if not node then node, j = bare(p, after) end
  if not node then node, j = names.named(p, after) end
  if not node then node, j = names.lunar(p, after) end
  if not node and k[after] == "学年" then
    node = { cls = "period", unit = "school-year", lead = "y", family = "F28", span = function(year)
      return day(year, 9, 1), day(year + 1, 8, 31)
    end }
    j = after + 1
  end
  if not node and k[after] == "standing" and v[after] == "year" then
    node, j = nodes.year(), after + 1
    node.standing = true
  end
  if not node then
    node, j = nodes.year(), k[after] == "年度" and after + 1 or after
  end
  if node.bare then
    node.y, node.yn = y, yn
    return node, j
  end
  return with_year(node, y, yn), j
end

--- 20日, 中旬, 20 after a unit that lends its month.
local function borrowed(p, i, previous)
  local k, v = p.k, p.v
  local year = previous.y ~= true and previous.y or nil
  local a, b, next = part_words(p, i)
  local node
  if a then
    node, next = nodes.part(previous.m, a, b), next
  elseif k[i] == "num" and v[i] and k[i + 1] == "日" then
    if v[i] < 1 or v[i] > 31 then return impossible(p, i) end
    node, next = nodes.day(previous.m, v[i]), i + 2
    node.lead = "d"
  elseif previous.d and k[i] == "num" and v[i] and v[i] >= 1 and v[i] <= 31 and not NOT_A_DAY[k[i + 1]] then
    node, next = nodes.day(previous.m, v[i]), i + 1
    node.lead = "d"
    if previous.family ~= "F29" then node.warn = "phrase-typo" end
  end
  if not node then return nil end
  node.y = year
  return node, next
end

--- A day or 旬 of the anchor's month, a weekday of its week, today.
local function by_anchor(p, i)
  local k, v = p.k, p.v
  if k[i] == "num" and v[i] and k[i + 1] == "日" then
    if v[i] < 1 or v[i] > 31 then return impossible(p, i) end
    return day_of_anchor_month(p, v[i]), i + 2
  end
  if k[i] == "旬" then
    local a, b, next = part_words(p, i)
    local year, m = calendar.ymd(p.anchor)
    local node = nodes.part(m, a, b)
    node.y, node.warn = year, "month-inferred"
    return node, next
  end
  if k[i] == "relw" then return relative_week(p, i) end
  if k[i] == "relsy" then
    local y, m = calendar.ymd(p.anchor)
    y = (m >= 9 and y or y - 1) + v[i]
    return nodes.fixed(day(y, 9, 1), day(y + 1, 8, 31), "period", "F28"), i + 1
  end
  if k[i] == "two-years" then
    local y = calendar.ymd(p.anchor) + v[i]
    return nodes.fixed(day(y, 1, 1), day(y + 1, 12, 31), "period", "F25"), i + 1
  end
  local first = monday(p.anchor)
  local w, past = weekday_name(p, i)
  if w or k[i] == "周末" then
    local node = w and nodes.fixed(first + w - 1, first + w - 1, "day", "F26") or nodes.fixed(first + 5, first + 6, "part", "F26")
    node.warn, node.weekday = "week-inferred", w
    return node, past or i + 1
  end
  local offset = k[i] == "reld" and v[i] or (k[i] == "之日" and (p.t[i] == "当日" or p.t[i] == "当天") and 0)
  if offset then
    local node = nodes.fixed(p.anchor + offset, p.anchor + offset, "day", "F10")
    node.today = true
    return node, i + 1
  end
end

--- Parses one unit at token i. `previous` (a node) lends its month to a following 20日 or 中旬.
--- @return table|nil node, integer|nil next index
function units.unit(p, i, previous)
  reach(p, i)
  local k, v = p.k, p.v
  local node, j = dotted(p, i)
  if node then
    if k[j] == "fest" and v[j].month == node.m and v[j].day == node.d then -- 5·12护士节
      local name = days.festival_node(v[j])
      name.y = node.y
      return name, j + 1
    end
    return node, j
  end
  node, j = names.five_year_plan(p, i)
  if not node then node, j = with_year_spec(p, i) end
  if not node then node, j = names.lunar(p, i) end
  if node then return node, j end
  node, j = in_year(p, i, false)
  if node then
    if node.cls == "day" and k[j] == "fest" and v[j].month == node.m and v[j].day == node.d then j = j + 1 end
    return node, j
  end
  node, j = names.named(p, i)
  if not node then node, j = bare(p, i) end
  if not node and previous and previous.m then node, j = borrowed(p, i, previous) end
  if not node then node, j = by_anchor(p, i) end
  return node, j
end

units.after_month = after_month
units.edge_word = edge_word
units.part_words = part_words
units.impossible = impossible

return units
