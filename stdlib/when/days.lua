--- Named days: festivals, solar terms, commemorative days and periods, seasons, events. Teaches the
--- lexer their names and makes nodes of them (see units.lua for what a node is).

local calendar = require("calendar")
local lexer = require("when.lexer")
local commemorative = require("commemorative")
local events = require("events")

local days = {}
local by_name = {}

for _, row in ipairs(commemorative.days) do
  for name in row[1]:gmatch("%S+") do
    row.name = row.name or name
    by_name[name] = row
    lexer.teach(name, "fest", row)
  end
end
for _, row in ipairs(commemorative.periods) do
  for name in row[1]:gmatch("%S+") do lexer.teach(name, "yearly-period", row) end
end
for _, row in ipairs(events.events) do
  for name in row[1]:gmatch("%S+") do lexer.teach(name, "event", row) end
end
for name, row in pairs(events.jubilees) do
  if not by_name[name] then lexer.teach(name, "jubilee", row) end
end
lexer.teach("两会", "两会", true)
lexer.teach("全国两会", "两会", true)
lexer.teach("党的", "党的", true)
lexer.teach("全国", "党的", true)
lexer.teach("中共", "党的", true)
lexer.teach("中国共产党第", "党的", true)
lexer.teach("周年", "周年", true)
for name, pair in pairs({ ["两节"] = 0, ["双节"] = 0, ["元旦春节"] = 1, ["元旦和春节"] = 1, ["元旦至春节"] = 1, ["元春"] = 1,
  ["中秋国庆"] = 2, ["国庆中秋"] = 2, ["中秋节国庆节"] = 2, ["国庆节中秋节"] = 2 }) do
  lexer.teach(name, "two-holidays", pair)
end
for _, word in ipairs({ "节前", "节后" }) do lexer.teach(word, word, true) end

--- The row of a festival by any of its names, or nil.
function days.festival(name) return by_name[name] end

local function nth_weekday(year, month, k, weekday)
  local size = calendar.month_days(year, month)
  if k < 0 then
    local last = calendar.day(year, month, size)
    local found = last - (calendar.weekday(last) - weekday) % 7 + 7 * (k + 1)
    return found > last - size and found or nil
  end
  local first = calendar.day(year, month, 1)
  local day = first + (weekday - calendar.weekday(first)) % 7 + 7 * (k - 1)
  return day < first + size and day or nil
end
days.nth_weekday = nth_weekday

--- The day of lunar month and day that falls into a Gregorian year (腊月 belongs to the lunar year
--- before), or nil. Month 12, day 30 is 除夕, the eve of 正月初一, whatever its number.
local function lunar_in(year, month, day)
  if month == 12 and day == 30 then
    local new_year = calendar.lunar(year, 1, 1)
    return new_year and new_year - 1
  end
  for lunar_year = year - 1, year do
    local found = calendar.lunar(lunar_year, month, day)
    if found and calendar.ymd(found) == year then return found end
  end
end
days.lunar_in = lunar_in

local function festival_day(row, year)
  if row.month then
    return calendar.day(year, row.month, row.day > 0 and row.day or calendar.month_days(year, row.month))
  end
  if row.lunar then return lunar_in(year, row.lunar[1], row.lunar[2]) end
  if row.term then return calendar.term(year, row.term) end
  return nth_weekday(year, row.nth[1], row.nth[2], row.nth[3])
end

--- A node for a festival row. Besides the day itself it offers `block(year)` (first, last, calendar
--- rule) where the State Council publishes a holiday of that name.
function days.festival_node(row)
  local node = { cls = "fest", row = row, family = row.lunar and "F20" or (row.term and "F22" or "F19") }
  function node.span(year)
    local day = festival_day(row, year)
    if row.since and year < row.since then node.early = true end
    return day, day
  end
  if row.holiday then
    function node.block(year)
      local first, last = calendar.holiday(row.holiday, year)
      if first then return first, last, true end
      first, last = calendar.statutory(row.holiday, year)
      return first, last, false
    end
  end
  return node
end

local function shift_months(year, month, count)
  local index = year * 12 + month - 1 + count
  return index // 12, index % 12 + 1
end

--- A node for months `from`..`from + count - 1`, counted from January of the year.
local function season(from, count, family)
  return { cls = "event", family = family or "F28", season = true, warn = "season-default",
    span = function(year)
      local y1, m1 = shift_months(year, 1, from - 1)
      local y2, m2 = shift_months(year, 1, from + count - 2)
      return calendar.day(y1, m1, 1), calendar.day(y2, m2, calendar.month_days(y2, m2))
    end, cross = from + count - 1 > 12, months = { from, count } }
end

local function between(month1, day1, month2, day2)
  return { cls = "event", family = "F28", season = true, warn = "season-default", span = function(year)
    return calendar.day(year, month1, day1), calendar.day(year, month2, day2)
  end }
end

-- 三伏: the third 庚 day on or after 夏至 opens 初伏, the fourth 中伏, the first after 立秋 末伏 (10 days).
local function geng(day, count)
  day = day + (6 - calendar.stem(day)) % 10
  return day + 10 * (count - 1)
end

local function dog_days(part)
  return { cls = "event", family = "F22", span = function(year)
    local solstice, autumn = calendar.term(year, "夏至"), calendar.term(year, "立秋")
    if not (solstice and autumn) then return nil end
    local first, middle, last = geng(solstice, 3), geng(solstice, 4), geng(autumn, 1)
    if part == 1 then return first, middle - 1 end
    if part == 2 then return middle, last - 1 end
    if part == 3 then return last, last + 9 end
    if part == "in" then return first, first end
    if part == "out" then return last + 10, last + 10 end
    return first, last + 9
  end, day = part == "in" or part == "out" }
end

local function nines(from, to, warn)
  return { cls = "event", family = "F22", warn = warn, cross = true, span = function(year)
    local solstice = calendar.term(year, "冬至")
    if not solstice then return nil end
    return solstice + 9 * (from - 1), solstice + 9 * to - 1
  end }
end

local SEASONS = {
  ["春季"] = function() return season(3, 3) end,
  ["夏季"] = function() return season(6, 3) end,
  ["秋季"] = function() return season(9, 3) end,
  ["冬季"] = function() return season(12, 3) end,
  ["春夏"] = function() return season(3, 6) end,
  ["夏秋"] = function() return season(6, 6) end,
  ["秋冬"] = function() return season(9, 6) end,
  ["冬春"] = function() return season(11, 5) end,
  ["今冬明春"] = function() return season(11, 5) end,
  ["去冬今春"] = function() return season(-1, 5) end,
  ["明春"] = function() local node = season(3, 3) node.year_offset = 1 return node end,
  ["汛期"] = function() return season(6, 4) end,
  ["主汛期"] = function() return between(7, 16, 8, 15) end,
  ["暑假"] = function() return season(7, 2) end,
  ["开学"] = function() return between(9, 1, 9, 1) end,
  ["寒假"] = function() return between(1, 15, 2, 15) end,
  ["春季学期"] = function() return season(3, 4) end,
  ["秋季学期"] = function() return season(9, 5) end,
  ["三伏"] = function() return dog_days() end,
  ["初伏"] = function() return dog_days(1) end,
  ["中伏"] = function() return dog_days(2) end,
  ["末伏"] = function() return dog_days(3) end,
  ["入伏"] = function() return dog_days("in") end,
  ["出伏"] = function() return dog_days("out") end,
  ["数九"] = function() return nines(1, 9) end,
  ["三九"] = function() return nines(1, 3, "nines-convention") end,
  ["一九"] = function() return nines(1, 1) end,
  ["二九"] = function() return nines(2, 2) end,
  ["四九"] = function() return nines(4, 4) end,
}
local SEASON_NAMES = "春季=春季 春天 今春 春|夏季=夏季 夏天 今夏 夏|秋季=秋季 秋天 今秋 秋|冬季=冬季 冬天 今冬 冬|春夏=春夏季 春夏两季 春夏|夏秋=夏秋季 夏秋两季 夏秋"
  .. "|秋冬=秋冬季 秋冬两季 今秋今冬 秋冬|冬春=冬春季 冬春季节 冬春两季 冬春|今冬明春=今冬明春 今冬明春季节|去冬今春=去冬今春|明春=明春 明年春天|汛期=汛期 防汛期 入汛 汛|主汛期=主汛期"
  .. "|暑假=暑假 暑期|开学=开学|寒假=寒假|春季学期=春季学期|秋季学期=秋季学期|三伏=三伏天 三伏 伏天 伏季|初伏=初伏 头伏|中伏=中伏 二伏|末伏=末伏|入伏=入伏|出伏=出伏"
  .. "|数九=数九 数九天 数九寒天|三九=三九天 三九|一九=一九 入九|二九=二九|四九=四九"
for entry in SEASON_NAMES:gmatch("[^|]+") do
  local key, names = entry:match("^(.-)=(.*)$")
  for name in names:gmatch("%S+") do lexer.teach(name, "season", SEASONS[key]) end
end
for _, word in ipairs({ "季节", "天气" }) do lexer.teach(word, "季节", true) end

--- 一九 … 九九 as a node, by name; 九九 is the festival unless 天 follows.
function days.nines(name) return (name == "一九" or name == "二九" or name == "三九" or name == "四九") and SEASONS[name]() or nil end

local function parse_day(text, year)
  if year then text = year .. "-" .. text end
  local y, m, d = text:match("^(%d+)-(%d+)-(%d+)$")
  return calendar.day(tonumber(y), tonumber(m), tonumber(d))
end

--- A node for a row of the event table.
function days.event_node(row)
  local first, last = parse_day(row[2]), parse_day(row[3])
  return { cls = "event", family = "F23", y = true, hindsight = first, span = function() return first, last end }
end

--- A node for 全国两会, by year; a year that is not in the table gives no days.
function days.sessions_node()
  return { cls = "event", family = "F23", unknown = "event-unknown", span = function(year)
    local row = events.sessions[year]
    if not row then return nil end
    return parse_day(row[1], year), parse_day(row[2], year)
  end }
end

--- A node for 建党九十周年 and the like.
function days.jubilee_node(row, count)
  return { cls = "fest", family = "F19", y = row[1] + count, row = { month = row[2], day = row[3] }, span = function(year)
    local day = calendar.day(year, row[2], row[3])
    return day, day
  end }
end

--- A node for a week or month that is kept every year.
function days.period_node(row)
  return { cls = "event", family = "F19", period = row, span = function(year)
    return calendar.day(year, row[2], row[3]), calendar.day(year, row[4], row[5])
  end }
end

local PAIRS = { { "元旦", "春节" }, { "中秋节", "国庆节" } }

--- A node for 元旦春节期间, 中秋国庆期间, 两节期间 (`which` 1, 2, or 0 = the pair that comes next).
function days.pair_node(which, anchor)
  local node = { cls = "fest", family = "F21", pair = true }
  if which == 0 then
    local _, month = calendar.ymd(anchor)
    which = (month >= 8 and month <= 10) and 2 or 1
    node.warn = "two-festivals-guessed"
  end
  local a, b = by_name[PAIRS[which][1]], by_name[PAIRS[which][2]]
  function node.span(year)
    local first, last = festival_day(a, year), festival_day(b, year)
    if not (first and last) then return nil end
    if first > last then first, last, a, b = last, first, b, a end
    local _, block_end = calendar.holiday(b.holiday, year)
    return first, block_end or last + 5, string.format("FROM=%s;HOLIDAYEND=%s:%d",
      string.format("%04d-%02d-%02d", calendar.ymd(first)), b.holiday, year), block_end ~= nil
  end
  return node
end

return days
