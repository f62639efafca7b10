-- The date grammar against tables of phrases: tests/golden/dates.tsv (the rules and their own examples) and
-- tests/lua/when-*.tsv (phrases by family, roles, warnings, phrases to refuse), and round trips.

local calendar = require("calendar")
local lu = require("luaunit")
local when = require("when")

local here = arg[0]:match("^(.*/)") or "./"

local function day(text)
  local y, m, d = text:match("^(%d+)-(%d+)-(%d+)$")
  return calendar.day(tonumber(y), tonumber(m), tonumber(d))
end

local function iso(number)
  return string.format("%04d-%02d-%02d", calendar.ymd(number))
end

--- Columns 3 to 5 of a table for a result.
local function columns(date, err)
  if not date then return { "error", tostring(err.position), err.name } end
  if date.kind == "interval" then return { date.kind, iso(date.first), iso(date.last) } end
  if date.kind == "deadline" then return { date.kind, "-", iso(date.last) } end
  if date.kind == "recurring" then return { date.kind, iso(date.first), date.rule } end
  return { date.kind, iso(date.first), date.last and iso(date.last) or "open" }
end

local function rows(name)
  local list = {}
  for line in assert(io.open(here .. name)):lines() do
    if line ~= "" and line:sub(1, 1) ~= "#" then
      local row = {}
      for field in (line .. "\t"):gmatch("([^\t]*)\t") do row[#row + 1] = field end
      list[#list + 1] = row
    end
  end
  return list
end

local function check(name)
  local list = rows(name)
  for _, row in ipairs(list) do
    local found = columns(when.parse(row[1], { anchor = day(row[2]) }))
    lu.assertEquals(found, { row[3], row[4], row[5] }, row[1])
  end
  print(name .. ": " .. #list .. " phrases")
  return #list
end

TestWhen = {} -- luacheck: globals TestWhen

function TestWhen.testGolden()
  lu.assertEquals(check("../golden/dates.tsv"), 173)
end

function TestWhen.testDays() check("when-days.tsv") end
function TestWhen.testBefore() check("when-before.tsv") end
function TestWhen.testRecurring() check("when-recurring.tsv") end
function TestWhen.testNamed() check("when-named.tsv") end
function TestWhen.testExamined() check("when-examined.tsv") end

function TestWhen.testRefused()
  lu.assertTrue(check("when-refused.tsv") >= 80)
end

function TestWhen.testRoles()
  for _, row in ipairs(rows("when-roles.tsv")) do
    local found = columns(when.parse(row[1], { anchor = day(row[2]), role = row[3] }))
    lu.assertEquals(found, { row[4], row[5], row[6] }, row[1] .. " as " .. row[3])
  end
end

function TestWhen.testWarnings()
  for _, row in ipairs(rows("when-warned.tsv")) do
    local date, err = when.parse(row[1], { anchor = day(row[2]) })
    lu.assertNotNil(date, row[1] .. ": " .. (err and err.message_en or ""))
    if row[3] == "-" then
      lu.assertEquals(date.warnings, {}, row[1])
    else
      lu.assertNotNil(when.explain(row[3]), row[3])
      local has = table.concat(date.warnings, " "):find(row[3], 1, true)
      lu.assertNotNil(has, row[1] .. " has " .. table.concat(date.warnings, " "))
    end
  end
end

-- Every warning that any phrase of the tables brings is explained in both languages.
function TestWhen.testWarningsAreExplained()
  for _, name in ipairs({ "../golden/dates.tsv", "when-days.tsv", "when-before.tsv", "when-recurring.tsv", "when-named.tsv",
    "when-examined.tsv" }) do
    for _, row in ipairs(rows(name)) do
      local date = when.parse(row[1], { anchor = day(row[2]) })
      for _, warning in ipairs(date and date.warnings or {}) do
        lu.assertIsString((when.explain(warning) or {}).zh, warning)
      end
      if date then
        lu.assertIsString(date.reading.en, row[1])
        lu.assertIsString(date.reading.zh, row[1])
      end
    end
  end
end

function TestWhen.testMinutes()
  local cases = { { "3月25日17时前", 1020 }, { "3月25日下午5点半前", 1050 }, { "3月25日9:15前", 555 }, { "3月25日24时前" },
    { "3月25日前" }, { "3月25日下班前", 1080 }, { "3月25日中午12点前", 720 }, { "3月25日晚上8点前", 1200 },
    { "每周五下午", 1080 }, { "每日17时前", 1020 } }
  for _, case in ipairs(cases) do
    local date = when.parse(case[1], { anchor = day("2013-03-11") })
    lu.assertEquals(date.minute, case[2], case[1])
  end
end

function TestWhen.testContainer()
  local context = { anchor = day("2012-05-10"), container = { first = day("2012-06-04"), last = day("2012-08-31") } }
  local cases = { { "活动第一周", "2012-06-04", "2012-06-10" }, { "活动最后一周", "2012-08-25", "2012-08-31" },
    { "为期一个月", "2012-06-04", "2012-07-03" }, { "活动期间", "2012-06-04", "2012-08-31" },
    { "贯穿活动始终", "2012-06-04", "2012-08-31" }, { "第二周", "2012-06-11", "2012-06-17" } }
  for _, case in ipairs(cases) do
    lu.assertEquals(columns(when.parse(case[1], context)), { "interval", case[2], case[3] }, case[1])
  end
  lu.assertEquals(columns(when.parse("活动结束后10日内", context)), { "deadline", "-", "2012-09-10" })
  lu.assertEquals(columns(when.parse("活动启动后一周内", context)), { "deadline", "-", "2012-06-11" })
end

function TestWhen.testYear()
  local context = { anchor = day("2012-12-25"), year = 2012 }
  lu.assertEquals(columns(when.parse("1月10日前", context)), { "deadline", "-", "2013-01-10" })
  context.year = 2013
  lu.assertEquals(columns(when.parse("1月10日前", context)), { "deadline", "-", "2013-01-10" })
  lu.assertEquals(columns(when.parse("6月上旬", context)), { "interval", "2013-06-01", "2013-06-10" })
end

function TestWhen.testCalendarRules()
  local cases = {
    { "10个工作日内", "2012-04-20", "WORKDAYS=10;AFTER=2012-04-20" },
    { "国庆节后第一个工作日", "2012-09-24", "WORKDAYS=1;AFTER=HOLIDAY:国庆节:2012" },
    { "国庆节期间", "2013-09-10", "HOLIDAY=国庆节:2013" },
    { "节前一周(国庆)", "2012-09-10", "HOLIDAY=国庆节:2012;BEFORE=7" },
    { "节后一周(国庆)", "2013-09-20", "HOLIDAY=国庆节:2013;NEXT=7" },
    { "本月最后一个工作日", "2013-03-15", "MONTH=2013-03;WORKDAY=-1" },
    { "元旦春节期间", "2012-12-20", "FROM=2013-01-01;HOLIDAYEND=春节:2013" },
    { "5月20日前(遇节假日顺延)", "2012-04-20", "ROLL=2012-05-20" },
    { "国庆节前最后一个工作日", "2012-09-24", "WORKDAYS=1;BEFORE=HOLIDAY:国庆节:2012" },
    { "7月5日前", "2012-06-01", nil },
  }
  for _, case in ipairs(cases) do
    local date = when.parse(case[1], { anchor = day(case[2]) })
    lu.assertEquals(date.calendar, case[3], case[1])
    if case[3] then
      local first, last = calendar.resolve(date.calendar)
      lu.assertEquals(last, date.last, case[1])
      if date.kind == "interval" then lu.assertEquals(first, date.first, case[1]) end
    end
  end
end

-- What a date is written as reads back as itself.
function TestWhen.testRoundTrips()
  local count = 0
  local function same(phrase, anchor, expected)
    local found = columns(when.parse(phrase, { anchor = anchor }))
    lu.assertEquals(found, expected, phrase)
    count = count + 1
  end
  local start = day("2011-12-30")
  for step = 0, 800, 7 do
    local first = start + step
    local y, m, d = calendar.ymd(first)
    local last = first + step % 45 + 1
    local y2, m2, d2 = calendar.ymd(last)
    local text = string.format("%d年%d月%d日", y, m, d)
    same(text, first, { "interval", iso(first), iso(first) })
    same(text .. "前", first, { "deadline", "-", iso(first) })
    same(text .. "起", first, { "standing", iso(first), "open" })
    same(iso(first), first, { "interval", iso(first), iso(first) })
    same(string.format("%s至%d年%d月%d日", text, y2, m2, d2), first, { "interval", iso(first), iso(last) })
    same(string.format("%d月%d日—%d月%d日", m, d, m2, d2), first, { "interval", iso(first), iso(last) })
    same(string.format("%d日内", step + 1), first, { "deadline", "-", iso(first + step + 1) })
    same(string.format("每月%d日前", d), first, { "recurring", iso(first), "FREQ=MONTHLY;BYMONTHDAY=" .. d })
  end
  print("round trips: " .. count)
end

-- Any bytes at all: an answer or a refusal, never a failure.
function TestWhen.testNoise()
  local pieces = { "每", "月", "5", "日", "前", "至", "、", "(", ")", "第", "个", "周", "年", "底", "后", "内", "起", "十", "春节", "期间",
    "工作日", "两", "半", "\xff", "，", "2012", ".", "遇", "含", "上旬", "活动", "结束", "顺延", "今年", "最后", "双月" }
  local seed = 20120320
  local function random(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n + 1
  end
  local anchor = day("2012-03-20")
  local read = 0
  local total = os.getenv("PLANRUN_TEST_LONG") and 200000 or 10000
  for _ = 1, total do
    local parts = {}
    for index = 1, random(9) do parts[index] = pieces[random(#pieces)] end
    local phrase = table.concat(parts)
    local date, err = when.parse(phrase, { anchor = anchor })
    if date then
      read = read + 1
      lu.assertTrue(not (date.first and date.last) or date.first <= date.last, phrase)
    else
      lu.assertTrue(err.position >= 1 and err.position <= #phrase + 1, phrase)
    end
  end
  print("noise: " .. total .. " phrases, " .. read .. " of them read")
end

-- Real phrases run together, or with a character missing: the near misses that noise does not meet.
function TestWhen.testSplices()
  local phrases = {}
  for _, name in ipairs({ "../golden/dates.tsv", "when-examined.tsv", "when-recurring.tsv", "when-named.tsv" }) do
    for _, row in ipairs(rows(name)) do phrases[#phrases + 1] = row[1] end
  end
  local seed = 20130510
  local function random(n)
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed // 65536 % n + 1
  end
  local joints = { "", "、", "至", "，", "和", "起", "前", "后" }
  local anchor = day("2013-05-10")
  local read = 0
  local total = os.getenv("PLANRUN_TEST_LONG") and 100000 or 10000
  for _ = 1, total do
    local phrase = phrases[random(#phrases)]
    local length = utf8.len(phrase)
    if random(2) == 1 then
      phrase = phrase .. joints[random(#joints)] .. phrases[random(#phrases)]
    elseif length > 1 then
      local cut = random(length)
      phrase = phrase:sub(1, utf8.offset(phrase, cut) - 1) .. phrase:sub(utf8.offset(phrase, cut + 1))
    end
    local date, err = when.parse(phrase, { anchor = anchor })
    if date then read = read + 1 end
    lu.assertTrue(date and true or err.position >= 1 and err.position <= #phrase + 1, phrase)
  end
  print("splices: " .. total .. " phrases, " .. read .. " of them read")
end

os.exit(lu.LuaUnit.run("-o", "text"))
