--- Puts units together: a list (3月、6月、9月25日), a range (6月中旬至7月份), durations (三个月), times of
--- day (17时30分), and the words that name what happened (收到通知).

local calendar = require("calendar")
local nodes = require("when.nodes")
local units = require("when.units")

local terms = {}
local reach = units.reach

-- Times of day ---------------------------------------------------------------------------------------

--- 17时30分, 17:00, 下午5点半, 上午, 下班前. Returns minutes from 00:00, next index, kind
--- ("clock", "part" for a half day, "work" for 下班前, which brings its own 前).
function terms.time(p, i)
  local k, v = p.k, p.v
  if k[i] == "blank" then i = i + 1 end
  if k[i] == "的" then i = i + 1 end
  if k[i] == "offwork" or k[i] == "onwork" then return v[i], i + 1, "work" end
  local part, at = nil, i
  if k[i] == "daypart" then
    part, at = v[i], i + 1
  end
  if k[at] == "num" and v[at] and (k[at + 1] == "时" or (k[at + 1] == ":" and k[at + 2] == "num")) then
    local hour, minute, j = v[at], 0, at + 2
    if k[at + 1] == ":" then
      minute, j = v[at + 2], at + 3
    elseif k[j] == "num" and k[j + 1] == "分" then
      minute, j = v[j], j + 2
    elseif k[j] == "半" then
      minute, j = 30, j + 1
    end
    if not minute or minute > 59 or hour > 24 or (hour == 24 and minute > 0) then return units.impossible(p, at) end
    if part and hour < 12 and part ~= 720 and not (part == 780 and hour >= 11) then hour = hour + 12 end
    if part == 720 and hour > 12 then return units.impossible(p, at) end
    return hour * 60 + minute, j, "clock"
  end
  if part then return part, at, "part" end
end

-- Durations ------------------------------------------------------------------------------------------

--- 10日, 三个月, 半个月, 两周, 5个工作日, 一年半, 百日, 24小时.
--- Returns { days, months, workdays, hours, text } and the next index.
function terms.duration(p, i)
  local k, v = p.k, p.v
  if k[i] == "百日" then return { days = 100 }, i + 1 end
  if k[i] == "半" then
    local j = k[i + 1] == "个" and i + 2 or i + 1
    if k[j] == "月" then return { days = 15 }, j + 1 end
    if k[j] == "年" and j == i + 1 then return { months = 6 }, j + 1 end
    if (k[j] == "天" or k[j] == "日") and j == i + 1 then return { days = 0, half = true }, j + 1 end
    return nil
  end
  if k[i] ~= "num" or not v[i] then return nil end
  reach(p, i + 1)
  local n, j = v[i], i + 1
  if n < 1 or n > 3660 then return nil end
  if k[j] == "个" then j = j + 1 end
  local counted = j > i + 1
  local half = k[j] == "半"
  if half then j = j + 1 end
  if k[j] == "月" then
    if half then return { months = n, days = 15 }, j + 1 end
    if not counted then return { months = n, bare_month = true }, j + 1 end
    return { months = n }, j + 1
  end
  if half then return nil end
  if k[j] == "天" or k[j] == "日" or k[j] == "自然日" then
    if k[j] == "日" and p.t[j] == "号" then return nil end
    return { days = n, bare_day = k[j] == "日" and not counted }, j + 1
  end
  if k[j] == "工作日" then return { workdays = n }, j + 1 end
  if k[j] == "周" then
    if units.weekday_number(p, j + 1) and k[j + 1] ~= "日" then return nil end
    return { days = 7 * n }, j + 1
  end
  if k[j] == "季" and counted then return { months = 3 * n }, j + 1 end
  if k[j] == "小时" then return { hours = n }, j + 1 end
  if k[j] == "分钟" then return { hours = 0 }, j + 1 end
  if k[j] == "年" and n <= 99 then
    if k[j + 1] == "半" then return { months = 12 * n + 6 }, j + 2 end
    return { months = 12 * n }, j + 1
  end
  if k[j] == "学期" then return nil end
end

--- Adds the months and days of a duration; the day number is clipped to the month's end.
function terms.add(day, duration, sign)
  sign = sign or 1
  if duration.months then
    local y, m, d = calendar.ymd(day)
    local index = y * 12 + m - 1 + sign * duration.months
    local year, month = index // 12, index % 12 + 1
    day = calendar.day(year, month, math.min(d, calendar.month_days(year, month)))
  end
  day = day + sign * (duration.days or 0)
  if duration.hours then day = day + sign * (duration.hours // 24) end
  return day
end

-- What happened ----------------------------------------------------------------------------------------

local AT_END = { ["结束"] = true, ["闭幕"] = true, ["完成"] = true, ["完毕"] = true, ["届满"] = true, ["期满"] = true, ["结业"] = true }
local AT_START = { ["启动"] = true, ["开始"] = true, ["开展"] = true, ["开幕"] = true }

--- 收到通知, 活动结束, 会: a node for the day the anchor names (or the container's start or end). What comes
--- after another item means the end of that, unless the words name the container or are a bound before it.
function terms.trigger(p, i)
  local k, t = p.k, p.t
  local j, at_end, at_start, acts, named = i, false, false, 0, false
  while k[j] == "obj" or k[j] == "act" or k[j] == "的" or (k[j] == "tail" and t[j] == "并") or (k[j] == "之日" and k[j + 1] ~= "$" and j > i)
    or (k[j] == "season" and k[j + 1] == "act") do
    if k[j] == "act" and AT_END[t[j]] then at_end = true end
    if k[j] == "act" and AT_START[t[j]] then at_start = true end
    if k[j] == "act" then acts = acts + 1 end
    named = named or t[j] == "本阶段"
    j = j + 1
  end
  if j == i or k[i] == "之日" then return nil end
  reach(p, j)
  local day, container = p.anchor, p.ctx.container
  if p.ctx.after and not named and k[j] ~= "前" then container = nil end
  if container and at_end and container.last then day = container.last end
  if container and at_start and not at_end and container.first then day = container.first end
  local node = nodes.fixed(day, day, "trigger", "F12")
  node.at_end, node.acts, node.tokens = at_end, acts, j - i
  return node, j
end

-- Ranges and lists --------------------------------------------------------------------------------------

local function adopt_bare(item, following)
  local lead, node = following.lead
  if lead == "m" then
    if item.bare < 1 or item.bare > 12 then return nil end
    node = nodes.month(item.bare)
  elseif lead == "d" then
    if item.bare < 1 or item.bare > 31 then return nil end
    node = nodes.day(following.m, item.bare)
    node.lead, node.y = "d", following.y
  elseif lead == "y" then
    if item.digits ~= 4 then return nil end
    node = nodes.year()
    if following.unit == "school-year" then
      node.span = following.span
      if following.y == item.bare + 1 then following.span = function() return node.span(item.bare) end end
    end
    node.y = item.bare
  elseif lead == "q" then
    if item.bare < 1 or item.bare > 4 then return nil end
    node = nodes.quarter(item.bare)
  else
    return nil
  end
  node.y = node.y or item.y
  node.yn = node.yn or item.yn
  node.warn = following.lead == "d" and following.warn or nil
  return node
end

local function year_of(node, base)
  if node.y then return node.y end
  if node.yn then return base + 1 end
  return base
end

--- First and last day of a node when phrases without a year mean `base`.
local function span(node, base)
  return node.span(node.y == true and base or year_of(node, base))
end
terms.span = span

local function start_year(a, b, base)
  if a.y or not b.y or b.y == true then return base end
  local _, last = span(b, base)
  local first = last and span(a, base)
  if first and base <= b.y and first <= last then return base end
  first = last and span(a, b.y)
  return (first and first <= last) and b.y or b.y - 1
end

-- Over the turn of the year a range without years may last nine months (10月至6月); beyond that its ends are
-- more likely to have been exchanged.
local LONG_WRAP = 275

--- A range node from a's first day to b's last; an end before the start lies in the next year.
local function range(a, b)
  local node = { cls = "range", from = a, to = b, lead = a.lead, m = b.m, family = "F09", d = b.d }
  if a.cls == b.cls and a.unit == b.unit then
    node.family = a.unit == "month" and "F05" or (a.unit == "year" and "F25" or (a.unit == "day" and "F29" or "F09"))
  end
  node.y = (a.y or (b.y and b.y ~= true)) and true or nil
  if a.y and type(a.y) == "number" and not b.y and not b.yn then b.follows = a.y end
  function node.span(base)
    local ya = start_year(a, b, base)
    local first = span(a, ya)
    if not first then return nil end
    local start = a.y and a.y ~= true and a.y or (a.y == true and calendar.ymd(first)) or year_of(a, ya)
    local _, last
    if b.y then
      _, last = span(b, base)
    elseif b.yn then
      _, last = b.span(start + 1)
    else
      _, last = b.span(start)
      local _, month = calendar.ymd(first)
      if last and last < first and select(2, calendar.ymd(last)) < month then
        _, last = b.span(start + 1)
        node.wraps = last and last - first > LONG_WRAP
      end
    end
    return first, last
  end
  if a.style == "底" or a.edge == "底" or b.style == "初" or b.style == "中" or b.edge == "初" or b.edge == "中" or a.edge == "中" or a.style == "中" then
    node.warn = "fuzzy-end"
  end
  node.inferred = a.warn ~= "fuzzy-end" and a.warn or nil
  return node
end
terms.range = range

local function missing_day_words(p, items)
  for index, item in ipairs(items) do
    if item.bare_day then
      local following = items[index + 1]
      if not (following and following.lead == "d") then p.warnings["phrase-typo"] = true end
    end
  end
end

--- Parses unit (range-mark unit | 、 unit)*. Returns one node: a unit, a range, or a list
--- { cls = "list", items }, and the next index.
function terms.term(p, i)
  local k = p.k
  local node, j = units.unit(p, i)
  if not node then return nil end
  local items, seps, befores = { node }, {}, 0
  local previous = not node.bare and node or nil
  local clock
  while true do
    local sep, at = nil, nil
    local minute, after, style = terms.time(p, j)
    if minute and style ~= "work" and k[after] == "~" then
      sep, at = "~", after + 1
      if k[at] == "daypart" or (k[at] == "num" and (k[at + 1] == "时" or k[at + 1] == ":")) then
        -- 9时至11时: hours of one day
        local to, past = terms.time(p, at)
        if not to then break end
        clock, j = to, past
        break
      end
    elseif k[j] == "~" or k[j] == "、" then
      sep, at = k[j], j + 1
    elseif (k[j] == "起" or (k[j] == "act" and (p.t[j] == "开始" or p.t[j] == "启动"))) and (k[j + 1] == "~" or (k[j + 1] == "," and k[j + 2] == "~")) then
      sep, at = "~", k[j + 1] == "~" and j + 2 or j + 3
    elseif k[j] == "前" and k[j + 1] == "、" then
      sep, at, befores = "、", j + 2, befores + 1
    elseif k[j] == "," and k[j + 1] == "num" and (k[j + 2] == "月" or k[j + 2] == "日" or k[j + 2] == "年") then
      sep, at = "、", j + 1
    end
    if not sep then break end
    reach(p, at)
    local following, next = units.unit(p, at, previous)
    if not following then break end
    seps[#items] = sep
    items[#items + 1] = following
    if not following.bare then previous = following end
    j = next
  end
  for index = #items - 1, 1, -1 do
    local item = items[index]
    if item.bare then
      items[index] = adopt_bare(item, items[index + 1])
      if not items[index] then return units.impossible(p, item.at) end
    end
  end
  if items[#items].bare then return nil end
  missing_day_words(p, items)
  if #items == 1 then
    items[1].clock = clock
    return items[1], j
  end
  local elements = {}
  local index = 1
  while index <= #items do
    if seps[index] == "~" then
      if seps[index + 1] == "~" then return nil end
      elements[#elements + 1] = range(items[index], items[index + 1])
      index = index + 2
    else
      elements[#elements + 1] = items[index]
      index = index + 1
    end
  end
  if #elements == 1 then return elements[1], j end
  return { cls = "list", items = elements, family = "F30", befores = befores, m = elements[#elements].m }, j
end

return terms
