--- Units with a name: lunar dates, five-year plans, festivals, events, seasons. Parsers as in units.lua.

local calendar = require("calendar")
local days = require("when.days")
local lexer = require("when.lexer")
local nodes = require("when.nodes")

local names = {}

local day = calendar.day

-- Lunar dates, five-year plans ----------------------------------------------------------------------

--- 农历八月十五, 腊月廿三, 正月.
function names.lunar(p, i)
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
function names.five_year_plan(p, i)
  if p.k[i] ~= "num" or p.s[i] ~= "c" then return nil end
  local head = p.t[i]:match("^(.+)五$")
  local n = head and lexer.number(head)
  if not n or n < 6 or n > 25 then return nil end
  local j = i + 1
  local k = p.k
  if k[j] == "obj" and (p.t[j] == "规划" or p.t[j] == "计划") then j = j + 1 end
  local first = 1951 + 5 * n
  local base = nodes.fixed(day(first, 1, 1), day(first + 4, 12, 31), "period", "F25")
  if k[j] == "obj" and p.t[j] == "期" and (k[j + 1] == "底" or k[j + 1] == "初" or k[j + 1] == "中") then j = j + 1 end
  local edge = k[j]
  local after = j + 1
  if edge ~= "底" and edge ~= "初" and edge ~= "中" then edge = nil end
  if edge then
    local y = edge == "初" and first or (edge == "底" and first + 4 or first + 2)
    local node = nodes.fixed(day(y, edge == "底" and 12 or 1, 1), day(y, 12, 31), "part", "F25")
    node.due = edge == "底"
    if edge ~= "底" then node.warn = "fuzzy-end" end
    return node, after
  end
  if k[j] == "期间" or k[j] == "以来" or k[j] == "前" or k[j] == "后" or k[j] == "内" or k[j] == "起" or j > i + 1
    or (k[j] == "$" and not p.v[i]) then
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
      or following == "obj" or following == "act" or following == "至今" or following == ")" or following == "节"
    if p.v[i] and following ~= "前" and following ~= "期间" and following ~= "长假" and following ~= "前后" and following ~= "前夕"
      and following ~= "后" and following ~= "fest" and following ~= "节" and following ~= "$" and following ~= "之日" and following ~= "、" then
      ok = false
    end
    if not ok then return nil end
  end
  if not row then return nil end
  i = i + 1
  if k[i] == "节" and not p.t[i - 1]:find("节$") then i = i + 1 end -- “三八”节
  while k[i] == "fest" and same_day(v[i], row) do i = i + 1 end -- “七一”建党节
  if k[i] == "fest" and p.t[i - 1] == "元旦" and v[i].name == "春节" then return days.pair_node(1, p.anchor), i + 1 end
  if row.term and k[i] == "日" and p.t[i] == "日" then i = i + 1 end -- 冬至日
  return days.festival_node(row), i
end

local PAIR_OF = { ["元旦春节"] = 1, ["春节元旦"] = 1, ["中秋节国庆节"] = 2, ["国庆节中秋节"] = 2 }

--- A festival, an event, a season, 元旦春节.
function names.named(p, i)
  local k, v = p.k, p.v
  if k[i] == "two-holidays" then
    local j = i + 1
    if v[i] > 0 and k[j] == "two-holidays" and v[j] == 0 then j = j + 1 end -- 中秋国庆“双节”
    return days.pair_node(v[i], p.anchor), j
  end
  if k[i] == "fest" and (k[i + 1] == "、" or k[i + 1] == "fest") then
    local j = k[i + 1] == "、" and i + 2 or i + 1
    local which = k[j] == "fest" and PAIR_OF[v[i].name .. v[j].name]
    if which then return days.pair_node(which, p.anchor), j + 1 end
  end
  if k[i] == "党的" then
    if p.far < i + 1 then p.far = i + 1 end
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
  if k[i] == "num" and not v[i] and p.s[i] == "c" then -- 三九期间: a run of digits that is also a name
    local season = days.nines(p.t[i])
    if season and (k[i + 1] == "$" or k[i + 1] == "期间" or k[i + 1] == "前" or k[i + 1] == "后" or k[i + 1] == "起") then
      return season, i + 1
    end
  end
  if k[i] == "yearly-period" then return days.period_node(v[i]), i + 1 end
  return festival(p, i)
end

return names
