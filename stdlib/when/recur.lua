--- Recurrences: 每月5日前, 每季度末月25日前, 每两周, 逢双月, 每年3月 … and every way in which a list or a
--- festival becomes a yearly rule. Results carry a rule in RFC 5545 style (see time/recur).

local make = require("when.nodes")
local units = require("when.units")
local terms = require("when.terms")

local recur = {}
local reach = units.reach
local DAY_CODES = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" }

local function join(list) return table.concat(list, ",") end

local function sorted_set(list)
  local seen, out = {}, {}
  for _, value in ipairs(list) do
    if not seen[value] then
      seen[value] = true
      out[#out + 1] = value
    end
  end
  table.sort(out, function(a, b) return (a < 0 and 100 + a or a) < (b < 0 and 100 + b or b) end)
  return out
end

--- How often something happens within a period (一次, 至少两次): says nothing about days.
local function count_words(p, i)
  local k = p.k
  local j = i
  while k[j] == "atleast" or k[j] == "act" or k[j] == "obj" or k[j] == "为期" do j = j + 1 end
  if k[j] ~= "num" or not p.v[j] then return nil end
  local n, at = p.v[j], j
  if k[j + 1] == "~" and k[j + 2] == "num" then j, n = j + 2, p.v[j + 2] end
  j = j + 1
  if k[j] == "个" then j = j + 1 end
  if k[j] ~= "次" then return nil end
  if p.t[j] ~= "次" and p.t[j] ~= "轮" and p.t[j] ~= "回" and p.t[j] ~= "场" and p.t[j] ~= "期" and p.t[j] ~= "篇" and p.t[j] ~= "份" then return nil end
  j = j + 1
  if k[j] == "以上" then j = j + 1 end
  if n ~= 1 or at > 1 and k[at - 1] == "~" then p.warnings["count-in-date"] = true end
  return j
end
recur.count_words = count_words

--- The day part of a rule, from nodes of one month: BYMONTHDAY=…, BYDAY=…, or nil for the month itself.
local function day_part(p, nodes)
  local days, bydays, positions = {}, {}, {}
  for _, node in ipairs(nodes) do
    if node.cls == "range" and node.to.cls == "day" and node.to.d then
      p.warnings["window-shortened"] = true
      days[#days + 1] = node.to.d
    elseif node.unit == "day" then
      days[#days + 1] = node.d
      if node.d > 28 then p.warnings["clipped-day"] = true end
    elseif node.unit == "part" then
      if node.style ~= "底" then p.warnings["fuzzy-end"] = true end
      days[#days + 1] = node.part == 3 and -1 or node.part * 10
    elseif node.unit == "halfmonth" then
      days[#days + 1] = node.part == 1 and 15 or -1
    elseif node.unit == "kwday" or (node.unit == "kweek" and node.weekday) then
      if node.unit == "kweek" and node.weekday ~= 1 then p.warnings["week-of-month"] = true end
      bydays[#bydays + 1] = node.k .. DAY_CODES[node.weekday]
    elseif node.unit == "kweek" then
      return "BYDAY=" .. node.k .. "MO;WINDOW=WEEK"
    elseif node.unit == "workday" then
      positions[#positions + 1] = node.k
    else
      return nil
    end
  end
  if #days + #bydays + #positions == 0 or #days * #bydays + #days * #positions + #bydays * #positions > 0 then return nil end
  if #days > 0 then return "BYMONTHDAY=" .. join(sorted_set(days)) end
  if #bydays > 0 then return "BYDAY=" .. join(bydays) end
  return "BYDAY=WORKDAY;BYSETPOS=" .. join(sorted_set(positions)), true
end

--- 第一、第三个星期五: several ordinals that share what follows the last.
local function ordinals(p, i)
  if p.k[i] == "的" then i = i + 1 end
  local list = {}
  local k, j = units.ordinal(p, i)
  while k and p.k[j] == "、" and k > 0 do
    list[#list + 1] = k
    if p.k[j + 1] == "num" and p.v[j + 1] then
      k, j = p.v[j + 1], j + 2
      if p.k[j] == "个" then j = j + 1 end
    else
      k, j = units.ordinal(p, j + 1)
    end
  end
  if not k or #list == 0 then return nil end
  list[#list + 1] = k
  local w, after = units.weekday_name(p, j)
  if not w and p.k[j] == "周" then
    w, after = units.weekday_name(p, p.k[j + 1] == "的" and j + 2 or j + 1)
  end
  if not w then return nil end
  local nodes = {}
  for _, number in ipairs(list) do nodes[#nodes + 1] = { unit = "kwday", k = number, weekday = w } end
  return nodes, after
end

--- Days within a month that is not named: 5日, 15日、30日, 上旬, 底, 第二个星期三, 前5个工作日, 后10日内.
--- Returns a list of nodes (empty: nothing was said) and the next index.
local function within_month(p, i)
  local k, v = p.k, p.v
  if k[i] == "的" then i = i + 1 end
  if k[i] == "lead" then i = i + 1 end
  local after_end = (k[i] == "act" and k[i + 1] == "后") and i + 2 or (k[i] == "后" and i + 1)
  if after_end then
    if k[i] == "后" then p.warnings["after-ambiguous"] = true end -- 每月后3日内: the last three?
    local span, j = terms.duration(p, after_end)
    if span and k[j] == "内" then
      if span.workdays then return { { unit = "workday", k = span.workdays } }, j + 1, "next" end
      if span.days and not span.months and span.days >= 1 and span.days <= 31 then return { { unit = "day", d = span.days } }, j + 1, "next" end
    end
    return nil
  end
  local at_start = k[i] == "月" and k[i + 1] == "初" and i + 1 or (k[i] == "初" and i)
  local early, past_early = terms.duration(p, (at_start or i) + 1)
  if at_start and early and k[past_early] == "内" then i = at_start end -- 每月初5个工作日内
  if k[i] == "前" or (i == at_start and early and k[past_early] == "内") then
    local span, j = terms.duration(p, i + 1)
    if not span or span.months or span.hours or span.days == 1 then return nil end
    if k[j] == "内" then j = j + 1 end
    if span.workdays then return { { unit = "workday", k = span.workdays } }, j end
    if span.days > 31 then return nil end
    return { { unit = "day", d = span.days } }, j
  end
  local list, past = ordinals(p, i)
  if list then return list, past end
  if k[i] == "月" and units.edge_word(p, i + 1) then i = i + 1 end
  local nodes, j = {}, i
  while true do
    local node, after
    if k[j] == "num" and v[j] and k[j + 1] == "~" and k[j + 2] == "num" and k[j + 3] == "日" then
      node, after = { cls = "range", to = make.day(1, v[j + 2]) }, j + 4
    elseif k[j] == "num" and v[j] and k[j + 1] == "、" and k[j + 2] == "num" and v[j] <= 31 then
      node, after = make.day(1, v[j]), j + 1
    else
      node, after = units.after_month(p, j, 1)
      if node and node.unit == "month" then node = nil end
      if node and node.unit == "day" and node.bare_day then p.warnings["phrase-typo"] = true end
    end
    if not node then break end
    if k[after] == "~" then
      local to, past_to = units.after_month(p, after + 1, 1)
      if to and to.unit == "day" and to.d >= 1 then
        node, after = { cls = "range", to = to }, past_to
      elseif to and to.unit == "part" then
        p.warnings["window-shortened"] = true
        node, after = to, past_to
      else
        return nil
      end
    end
    nodes[#nodes + 1] = node
    j = after
    if k[j] ~= "、" and not (k[j] == "前" and k[j + 1] == "、") then break end
    j = k[j] == "前" and j + 2 or j + 1
    if k[j] == "月" and units.edge_word(p, j + 1) then j = j + 1 end
  end
  if #nodes > 0 and k[j - 1] == "、" then return nil end
  return nodes, j
end

-- Times and what may follow a rule ----------------------------------------------------------------------

--- Adds 17时前 and the like; returns the rule, the next index and the minute.
local function timed(p, rule, i)
  local k = p.k
  local hours, minutes = {}, nil
  local minute, j, style = terms.time(p, i)
  if not minute then return rule, i end
  while style == "clock" do
    hours[#hours + 1] = minute // 60
    if minute % 60 > 0 then minutes = minute % 60 end
    if k[j] ~= "、" then break end
    local more, after, kind = terms.time(p, j + 1)
    if kind ~= "clock" then break end
    minute, j = more, after
  end
  if #hours > 1 then
    p.problem = "several-hours"
    reach(p, j)
    return nil
  end
  if style == "clock" then
    if hours[1] == 24 then return rule, j, 1440 end
    rule = rule .. ";BYHOUR=" .. join(hours)
    if minutes then rule = rule .. ";BYMINUTE=" .. minutes end
  elseif style == "work" then
    p.warnings["work-hours-assumed"] = true
  end
  return rule, j, minute
end

local function result(p, rule, i, family)
  local minute
  local k = p.k
  rule, i, minute = timed(p, rule, i)
  if not rule then return nil end
  if k[i] == "前" or k[i] == "内" or k[i] == "止" then i = i + 1 end
  local after = count_words(p, i)
  return { kind = "recurring", rule = rule, minute = minute, family = family }, after or i
end

local function weekdays(p, i)
  local w, j = units.weekday_number(p, i)
  if not w then return nil end
  local list = {}
  while w do
    list[#list + 1] = w
    if w == 6 and p.k[j] == "日" and p.t[j] == "日" then -- 周六日
      w, j = 7, j + 1
      list[#list + 1] = w
    end
    local at = j + 1
    if p.k[j] ~= "、" and p.k[j] ~= "~" then break end
    if p.k[at] == "每" then at = at + 1 end
    local following, after = units.weekday_name(p, at)
    if not following then following, after = units.weekday_number(p, at) end
    if not following then return nil end
    if p.k[j] == "~" then
      for between = w + 1, following - 1 do list[#list + 1] = between end
    end
    w, j = following, after
  end
  list = sorted_set(list)
  for index, number in ipairs(list) do list[index] = DAY_CODES[number] end
  return "BYDAY=" .. join(list), j
end

local function interval(n) return n > 1 and ";INTERVAL=" .. n or "" end

local function weekly(p, i, n)
  local byday, j = weekdays(p, i)
  local rule = "FREQ=WEEKLY" .. interval(n) .. ";"
  if byday then return result(p, rule .. byday, j, "F16") end
  if p.k[i] == "的" then i = i + 1 end
  if p.k[i] == "周" then byday, j = weekdays(p, i + 1) end
  if byday then return result(p, rule .. byday, j, "F16") end
  local k, after = units.ordinal(p, i)
  if k and p.k[after] == "工作日" then
    return result(p, rule .. "BYDAY=WORKDAY;BYSETPOS=" .. k, after + 1, "F16")
  end
  if k and (p.k[after] == "天" or p.k[after] == "日") and (k == -1 or k <= 7) then
    return result(p, rule .. "BYDAY=" .. DAY_CODES[k == -1 and 7 or k], after + 1, "F16")
  end
  if p.k[i] == "工作日" then return result(p, "FREQ=DAILY;BYDAY=WORKDAY", i + 1, "F18") end
  if p.k[i] == "底" then i = i + 1 end
  return result(p, rule .. "BYDAY=SU", i, "F16")
end

local function monthly(p, i, n)
  if p.k[i] == "relm" and p.v[i] ~= 0 then i = i + 1 end -- 每月 … 次月5日前: of the month before
  local nodes, j = within_month(p, i)
  if not nodes then return nil end
  local part = #nodes == 0 and "BYMONTHDAY=-1" or day_part(p, nodes)
  if not part then return nil end
  local family = part:find("BYDAY", 1, true) and "F17" or "F14"
  return result(p, "FREQ=MONTHLY" .. interval(n) .. ";" .. part, j, family)
end

--- A rule for certain months of each year, by a list of nodes within the month.
local function in_months(p, months, nodes, j, family)
  if #nodes == 0 then
    return result(p, "FREQ=YEARLY;BYMONTH=" .. join(months) .. ";WINDOW=MONTH", j, family)
  end
  local part, positions = day_part(p, nodes)
  if not part then return nil end
  return result(p, (positions and "FREQ=MONTHLY" or "FREQ=YEARLY") .. ";BYMONTH=" .. join(months) .. ";" .. part, j, family)
end

local function steps(first, step)
  local list = {}
  for m = first, 12, step do list[#list + 1] = m end
  return list
end

--- 每季度, 每半年: `size` months; what follows is counted from their first or last month.
local function part_of_year(p, i, size)
  local k = p.k
  local last = steps(size, size)
  if k[i] == "的" then i = i + 1 end
  local day = k[i] == "底" and (k[i + 1] == "的" and i + 2 or i + 1)
  local last_month = day and k[day] == "num" and k[day + 1] == "日" -- 每季末25日前
  if k[i] == "底" and k[i + 1] ~= "月" and not last_month then
    return result(p, "FREQ=YEARLY;BYMONTH=" .. join(last) .. ";BYMONTHDAY=-1", i + 1, "F15")
  end
  if k[i] == "初" then
    p.warnings["fuzzy-end"] = true
    return result(p, "FREQ=YEARLY;BYMONTH=" .. join(steps(1, size)) .. ";BYMONTHDAY=10", i + 1, "F15")
  end
  local number, after
  if last_month then
    number, after = size, day
  elseif k[i] == "首月" then
    number, after = p.v[i] == 3 and size or 1, i + 1
  elseif k[i] == "底" and k[i + 1] == "月" then
    number, after = size, i + 2
  elseif k[i] == "relm" and p.v[i] ~= 0 then
    number, after = 1, i + 1
  elseif (k[i] == "act" or k[i] == "后") and k[i + (k[i] == "act" and 2 or 1)] == "relm" then
    number, after = 1, i + (k[i] == "act" and 3 or 2)
  elseif (k[i] == "act" or k[i] == "后") and k[i + (k[i] == "act" and 2 or 1)] == "首月" then
    number, after = 1, i + (k[i] == "act" and 3 or 2)
  elseif k[i] == "relq" and p.v[i] == 1 and k[i + 1] == "首月" then
    number, after = 1, i + 2
  else
    local o, next, counted = units.ordinal(p, i)
    if o and counted and k[next] == "月" then number, after = o == -1 and size or o, next + 1 end
    if o == -1 and not counted and k[next] == "月" then number, after = size, next + 1 end
  end
  if number then
    if number < 1 or number > size then return units.impossible(p, i) end
    local nodes, j, following = within_month(p, after)
    if not nodes then return nil end
    return in_months(p, steps(following and number % size + 1 or number, size), nodes, j, "F15")
  end
  local nodes, j, next = within_month(p, i)
  if not nodes then return nil end
  if #nodes == 0 then
    return result(p, "FREQ=YEARLY;BYMONTH=" .. join(last) .. ";BYMONTHDAY=-1", j, "F15")
  end
  local node = nodes[1]
  if next or node.k and node.k > 0 then return in_months(p, steps(1, size), nodes, j, "F15") end
  if node.k or node.d == -1 then return in_months(p, last, nodes, j, "F15") end
  return nil
end

-- Yearly rules from terms ----------------------------------------------------------------------------------

local function before_month(m) return m == 1 and 12 or m - 1 end

local function festival_rule(node, before)
  local row = node.row
  if not row then return nil end
  if row.lunar then
    local m, d = row.lunar[1], row.lunar[2]
    if before then
      if d > 1 then d = d - 1 elseif m == 1 then m, d = 12, 30 else return nil end
    end
    return "FREQ=YEARLY;LUNAR=" .. m .. "-" .. d
  end
  if row.term then return not before and "FREQ=YEARLY;TERM=" .. row.term or nil end
  if row.nth then
    if before then return nil end
    return "FREQ=YEARLY;BYMONTH=" .. row.nth[1] .. ";BYDAY=" .. row.nth[2] .. DAY_CODES[row.nth[3]]
  end
  local m, d = row.month, row.day
  if before then
    if d < 0 then return nil end
    if d > 1 then d = d - 1 else m, d = before_month(m), -1 end
  end
  return "FREQ=YEARLY;BYMONTH=" .. m .. ";BYMONTHDAY=" .. d
end

local function month_window(node, before)
  local size = node.unit == "month" and 1 or (node.unit == "quarter" and 3 or (node.unit == "half" and 6))
  local index = node.m or node.q or node.h
  if not size or not index or index == 0 or (node.upto and node.upto ~= node.q) then return nil end
  local first = (index - 1) * size + 1
  if before then return before_month(first), "BYMONTHDAY=-1" end
  return first, "WINDOW=" .. (size == 1 and "MONTH" or (size == 3 and "QUARTER" or "HALF"))
end

--- month, day part of one node of a yearly phrase.
local function yearly_piece(p, node, before)
  if node.cls == "range" then
    p.warnings["window-shortened"] = true
    return yearly_piece(p, node.to.unit == "month" and { unit = "part", part = 3, style = "底", m = node.to.m } or node.to, before)
  end
  if node.unit == "edge" then
    if node.edge == "底" then return 12, "BYMONTHDAY=31" end
    return node.edge == "初" and 1 or 6, before and "BYMONTHDAY=-1" or "WINDOW=MONTH"
  end
  if node.unit == "edge-of" and node.edge == "底" then
    return node.q and node.q * 3 or node.h * 6, "BYMONTHDAY=-1"
  end
  if node.months then -- a season
    p.warnings["window-shortened"], p.warnings["season-default"] = true, true
    local last = (node.months[1] + node.months[2] - 2) % 12 + 1
    if before then return before_month((node.months[1] - 1) % 12 + 1), "BYMONTHDAY=-1" end
    return last, "BYMONTHDAY=-1"
  end
  if node.period then
    p.warnings["window-shortened"] = true
    return node.period[4], "BYMONTHDAY=" .. node.period[5]
  end
  local m, part = month_window(node, before)
  if m then
    if before then p.warnings["before-month-ambiguous"] = true end
    return m, part
  end
  if not node.m then return nil end
  part = day_part(p, { node })
  return node.m, part
end

--- A yearly rule from a unit or list; `before` when 前 followed it.
function recur.yearly(p, node, before)
  if node.y and node.y ~= true then return nil end
  if node.unit == "lunar" then
    return "FREQ=YEARLY;LUNAR=" .. node.lunar[1] .. "-" .. node.lunar[2]
  end
  if node.cls == "fest" then return festival_rule(node, before) end
  if node.season and not node.months then return nil end
  local items = node.cls == "list" and node.items or { node }
  local months, parts, same_month, days, last_part = {}, {}, true, {}, nil
  for _, item in ipairs(items) do
    if item.cls == "fest" and item.row and item.row.month then
      item = make.day(item.row.month, item.row.day)
      if before then item.d = item.d - 1 end
      if item.d == 0 then item.d, item.m = -1, before_month(item.m) end
    end
    if item.y and item.y ~= true then return nil end -- 每年10日、25日: of no month
    if item.warn then p.warnings[item.warn] = true end
    local m, part = yearly_piece(p, item, before and item.unit ~= "day")
    if not (m and part) then return nil end
    months[#months + 1], parts[part] = m, true
    same_month = same_month and m == months[1]
    days[#days + 1] = tonumber(part:match("^BYMONTHDAY=(-?%d+)$"))
    last_part = part
  end
  local distinct = 0
  for _ in pairs(parts) do distinct = distinct + 1 end
  local freq = last_part:find("BYSETPOS", 1, true) and "FREQ=MONTHLY" or "FREQ=YEARLY"
  if distinct == 1 then return freq .. ";BYMONTH=" .. join(sorted_set(months)) .. ";" .. last_part end
  if same_month and #days == #items then
    return "FREQ=YEARLY;BYMONTH=" .. months[1] .. ";BYMONTHDAY=" .. join(sorted_set(days))
  end
  return nil
end

--- Lets months share the day, 旬 or 底 of the last one: 3月、6月、9月、12月25日.
function recur.share(p, list)
  local items = list.items
  local last = items[#items]
  if last.unit == "edge-of" and items[1].unit == last.of.unit then -- 第一、三季度末
    for index = 1, #items - 1 do
      if items[index].unit == last.of.unit then items[index] = make.edge_of(items[index], last.edge) end
    end
    return
  end
  if list.befores > 0 or last.lead ~= "m" or (last.unit ~= "day" and last.unit ~= "part") then return end
  for index = 1, #items - 1 do
    if items[index].unit ~= "month" then return end
  end
  for index = 1, #items - 1 do
    local copy = {}
    for key, value in pairs(last) do copy[key] = value end
    copy.m, copy.y, copy.yn = items[index].m, items[index].y, items[index].yn
    copy.span = make.respan(copy)
    items[index] = copy
  end
  if last.unit == "part" and last.style ~= "底" then p.warnings["shared-day"] = true end
end

local function yearly(p, i, n)
  local k = p.k
  if k[i] == "的" then i = i + 1 end
  if k[i] == "年" or k[i] == "年度" then
    local edge, after = units.edge_word(p, i + 1)
    if edge then i = after - 2 end
  end
  if k[i] == "lead" then i = i + 1 end
  local every = "FREQ=YEARLY" .. interval(n)
  if k[i] == "rely" and p.v[i] == "next" then i = i + 1 end
  local edge, past = units.edge_word(p, k[i] == "年" and i + 1 or i)
  local node, j
  if edge or k[i] == "年终" then
    if k[i] == "年终" then edge, past = "底", i + 1 end
    node, j = { unit = "edge", edge = edge, cls = "part" }, past
  elseif (k[i] == "act" and k[i + 1] == "后") or (k[i] == "后" and k[i + 1] == "num") then
    local nodes, after = within_month(p, i)
    if not nodes or not nodes[1] then return nil end
    return in_months(p, { 1 }, nodes, after, "F15")
  else
    node, j = terms.term(p, i)
  end
  if not node then
    return result(p, every .. ";BYMONTH=12;BYMONTHDAY=31", i, "F15")
  end
  if node.cls == "list" then recur.share(p, node) end
  if k[j] == "standing" and p.v[j] == "year" then return nil end
  local minute, after_time, style = terms.time(p, j)
  local suffix = minute and after_time or j
  local before = k[suffix] == "前"
  if before and node.cls == "fest" and (k[suffix + 1] == "num" or k[suffix + 1] == "半") then return nil end
  local rule = recur.yearly(p, node, before and style ~= "work" and not (style == "clock" and node.cls == "fest"))
  if not rule then return nil end
  if n > 1 then rule = rule:gsub("^FREQ=YEARLY", every) end
  local r, after = result(p, rule, j, node.cls == "list" and "F30" or "F15")
  if k[after] == "期间" or k[after] == "长假" or k[after] == "之日" then
    if node.cls == "fest" and k[after] ~= "之日" then p.warnings["festival-window"] = true end
    after = after + 1
  elseif k[after] == "前后" then
    p.warnings["fuzzy-end"] = true
    r.soft = true
    after = after + 1
  end
  return r, count_words(p, after) or after
end

local function daily(p, i, n)
  return result(p, "FREQ=DAILY" .. interval(n), i, "F18")
end

--- Semester ends: 31 January and 30 June, unless the school says otherwise.
local function by_semester(p, i)
  p.warnings["season-default"] = true
  if p.k[i] == "底" then i = i + 1 end
  if p.k[i] == "obj" and p.t[i] == "期" and p.k[i + 1] == "底" then i = i + 2 end
  return result(p, "FREQ=YEARLY;BYMONTH=1,6;BYMONTHDAY=-1", i, "F15")
end

--- Dispatches on the unit after 每 (or after 一次's period); n is the interval.
local function by_unit(p, i, n)
  local k = p.k
  reach(p, i)
  local kind = k[i]
  if kind == "半" then
    local j = k[i + 1] == "个" and i + 2 or i + 1
    if k[j] == "年" or k[j] == "年度" then return part_of_year(p, j + 1, 6) end
    if k[j] == "月" then return result(p, "FREQ=MONTHLY;BYMONTHDAY=15,-1", j + 1, "F14") end
    return nil
  end
  if n > 1 then p.warnings["interval-phase"] = true end
  if kind == "年" or kind == "年度" then return yearly(p, i + 1, n) end
  if kind == "学年" then
    return result(p, "FREQ=YEARLY" .. interval(n) .. ";BYMONTH=8;BYMONTHDAY=31", i + 1, "F15")
  end
  if kind == "学期" and n == 1 then return by_semester(p, i + 1) end
  if kind == "季" then
    if n == 1 then return part_of_year(p, i + 1, 3) end
    return result(p, "FREQ=MONTHLY;INTERVAL=" .. 3 * n .. ";BYMONTHDAY=-1", i + 1, "F15")
  end
  if kind == "月" then return monthly(p, i + 1, n) end
  if kind == "obj" and p.t[i] == "月度" then return monthly(p, i + 1, n) end
  if kind == "月份数" and n == 1 then
    local nodes, j, following = within_month(p, i + 1)
    if not nodes then return nil end
    return in_months(p, steps(following and p.v[i] % 2 + 1 or p.v[i], 2), nodes, j, "F15")
  end
  if kind == "每旬" and n == 1 then
    if k[i + 1] == "底" then i = i + 1 end
    return result(p, "FREQ=MONTHLY;BYMONTHDAY=10,20,-1", i + 1, "F14")
  end
  if kind == "周" then return weekly(p, i + 1, n) end
  if kind == "双周" then
    p.warnings["interval-phase"] = true
    return weekly(p, i + 1, 2 * n)
  end
  if kind == "周末" and n == 1 and k[i + 1] == "前" then
    p.warnings["fuzzy-end"] = true
    return result(p, "FREQ=WEEKLY;BYDAY=SU", i + 1, "F16")
  end
  if kind == "周末" and n == 1 then return result(p, "FREQ=WEEKLY;BYDAY=SA,SU", i + 1, "F16") end
  if kind == "工作日" then
    return result(p, "FREQ=DAILY" .. interval(n) .. ";BYDAY=WORKDAY", i + 1, "F18")
  end
  if kind == "日" or kind == "天" or kind == "自然日" then return daily(p, i + 1, n) end
  if kind == "daypart" and n == 1 then return daily(p, i, n) end -- 每晚8时前
end

local function frequency_word(p, i)
  -- 一周两次, 半年一次: a period and a count
  local k = p.k
  local n, j = 1, i
  if k[i] == "num" and p.v[i] then
    n, j = p.v[i], k[i + 1] == "个" and i + 2 or i + 1
  elseif k[i] ~= "半" and k[i] ~= "季" then
    return nil
  end
  local at = k[j] == "半" and (k[j + 1] == "个" and j + 3 or j + 2) or j + 1
  if not count_words(p, at) or k[at] == "周" then return nil end
  return by_unit(p, j, n)
end

local REPORT_PERIOD = { ["日"] = true, ["周"] = true, ["月"] = true, ["季"] = true, ["年"] = true }
local REPORT = { ["报"] = true, ["报告"] = true, ["报告制度"] = true, ["报表"] = true, ["例会"] = true, ["零报告"] = true, ["调度"] = true,
  ["小结"] = true, ["通报"] = true }

--- 日报告, 月报, 周例会, 零报告: reports that are named by their period.
local function by_report(p, i)
  local k, t = p.k, p.t
  if k[i] == "obj" and t[i]:find("^零报告") then return result(p, "FREQ=DAILY", i + 1, "F18") end
  if not REPORT_PERIOD[k[i]] or not REPORT[t[i + 1]] then return nil end
  local r = by_unit(p, i, 1)
  local j = i + 2
  if k[j] == "、" and k[j + 1] == "obj" and t[j + 1]:find("^零报告") then j = j + 2 end
  return r, j
end

--- Parses a recurrence at token i.
--- @return table|nil result {kind, rule, minute?, family}, integer|nil next index
function recur.parse(p, i)
  local k, v, t = p.k, p.v, p.t
  if k[i] == "隔" then
    local n, j = 1, i + 1
    if k[j] == "num" and v[j] then n, j = v[j], j + 1 end
    if k[j] == "个" then j = j + 1 end
    if n > 1 then p.warnings["interval-ambiguous"] = true end
    return by_unit(p, j, n == 1 and 2 or n)
  end
  if k[i] == "按" then
    local kind = k[i + 1]
    if kind == "月" or kind == "周" or kind == "季" or kind == "年" or kind == "年度" or kind == "日" or kind == "天" or kind == "每旬" or kind == "学期"
      or kind == "半" or (kind == "obj" and t[i + 1] == "月度") then
      return by_unit(p, i + 1, 1)
    end
    return nil
  end
  if k[i] == "工作日" then
    return result(p, "FREQ=DAILY;BYDAY=WORKDAY", i + 1, "F18")
  end
  if k[i] == "周" and k[i + 1] == "num" and k[i + 2] == "~" then
    local byday, j = weekdays(p, i + 1)
    if byday then
      p.warnings["weekday-recurring"] = true
      return result(p, "FREQ=WEEKLY;" .. byday, j, "F16")
    end
  end
  if k[i] == "月份数" then return by_unit(p, i, 1) end
  if k[i] ~= "每" then
    local r, after = by_report(p, i)
    if r then return r, after end
    return frequency_word(p, i)
  end
  local j = i + 1
  local meets = t[i] ~= "每"
  if k[j] == "fest" or k[j] == "season" or k[j] == "yearly-period" or (k[j] == "num" and not v[j]) or (k[j] == "num" and k[j + 1] == "月" and meets) then
    return yearly(p, j, 1)
  end
  if k[j] == "standing" and v[j] == "undated" then
    return { kind = "standing", undated = true, family = "F27" }, j + 1
  end
  if k[j] == "num" and v[j] and k[j + 1] == "日" and meets then
    return monthly(p, j, 1)
  end
  if k[j] == "num" and v[j] and meets and k[j + 1] == "、" then return monthly(p, j, 1) end
  local n = 1
  if k[j] == "隔" then return recur.parse(p, j) end
  if k[j] == "num" and v[j] then n, j = v[j], j + 1 end
  if k[j] == "个" then j = j + 1 end
  if n < 1 or n > 366 then return units.impossible(p, i + 1) end
  return by_unit(p, j, n)
end

return recur
