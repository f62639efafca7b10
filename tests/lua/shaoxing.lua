-- The year of a hospital for scripts/shaoxing2012.lua: 40 departments, 12 branches, 600 people, each in one
-- department and one branch. Departments are usual ones, people are numbers.
--
--   planrun-lua shaoxing.lua roster              the roster, as CSV
--   planrun-lua shaoxing.lua days                the days on which something is handed in, a line each
--   planrun-lua shaoxing.lua life DAY            what is handed in on that day, for submit --from
--   planrun-lua shaoxing.lua messages FILE…      checks the messages of a run (jsonl) against what was handed in
--   planrun-lua shaoxing.lua units               departments and branches, a line each
--   planrun-lua shaoxing.lua coverage            checks answers of status --json: standard input

local departments = {
  "医务科", "护理部", "院感科", "质控科", "科教科", "人事科", "财务科", "信息科", "总务科", "设备科", "保卫科", "医保办", "门诊部",
  "急诊科", "重症医学科", "麻醉科", "手术室", "供应室", "内一科", "内二科", "内三科", "外一科", "外二科", "骨一科", "骨二科",
  "针灸科", "推拿科", "康复科", "妇科", "儿科", "肛肠科", "皮肤科", "眼科", "耳鼻喉科", "口腔科", "检验科", "放射科", "超声科",
  "药剂科", "制剂室",
}
local numbers = { "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二" }
local PEOPLE = 15 -- of each department

local function department(d)
  return string.format("d%02d", d)
end

local function branch(b)
  return string.format("branch-%02d", b)
end

-- The person p of department d, and its branch: fifty people each, so that branches cut through departments.
local function person(d, p)
  return string.format("d%02d-%02d", d, p)
end

local function branch_of(d, p)
  return branch(((d - 1) * PEOPLE + p - 1) // 50 + 1)
end

-- ---- the roster ----------------------------------------------------------------------------------

local function groups_of(d, p)
  local groups = { branch_of(d, p) }
  table.insert(groups, p <= 5 and "member" or p <= 8 and "league" or nil)
  table.insert(groups, p == 1 and "cadre" or nil)
  table.insert(groups, p == 1 and d <= 12 and "study-group" or nil)
  return table.concat(groups, ";")
end

local function print_roster()
  print("id,name,kind,parent,groups,contact")
  for b, number in ipairs(numbers) do
    print(string.format("%s,第%s党支部,branch,hospital,,%s@shaoxing.example", branch(b), number, branch(b)))
  end
  for d, name in ipairs(departments) do
    -- one contact answers for the first three
    local contact = (d <= 3 and "office" or department(d)) .. "@shaoxing.example"
    print(string.format("%s,%s,department,hospital,,%s", department(d), name, contact))
    for p = 1, PEOPLE do
      print(string.format("%s,%s%02d号,person,%s,%s,", person(d, p), name, p, department(d), groups_of(d, p)))
    end
  end
end

-- ---- what is handed in ---------------------------------------------------------------------------

-- Tuesdays and Fridays, at 16:00.
local march = { "2012-03-20", "2012-03-23" }
local april = { "2012-04-03", "2012-04-06", "2012-04-10", "2012-04-13", "2012-04-17", "2012-04-20", "2012-04-24", "2012-04-27" }
local may = { "2012-05-04", "2012-05-08", "2012-05-11", "2012-05-15", "2012-05-18", "2012-05-22", "2012-05-25", "2012-05-29" }
local june = { "2012-06-05", "2012-06-08", "2012-06-12", "2012-06-15", "2012-06-19", "2012-06-26" }

-- Rows {day, item, unit or "", person or ""}, and who gets them: {day, item, units}.
local rows, gets = {}, {}

local function hand_in(day, item, unit, who, ...)
  table.insert(rows, { day = day, item = item, unit = unit, person = who })
  table.insert(gets, { day = day, item = item, units = { unit ~= "" and unit or nil, ... } })
end

-- Every department and branch on one of the days; not those in `never`, and those in `late` on that day.
local function all_units(item, days, never, late)
  local units = {}
  for d = 1, #departments do
    table.insert(units, department(d))
  end
  for b = 1, #numbers do
    table.insert(units, branch(b))
  end
  for number, unit in ipairs(units) do
    if not never[unit] then
      hand_in(late[unit] or days[number * 5 % #days + 1], item, unit, "")
    end
  end
end

-- An essay of a person is its department's and its branch's; no department but two has none.
local function essays()
  for d = 1, #departments do
    if d ~= 15 and d ~= 40 then
      local p = d % 8 + 1
      hand_in(april[d * 3 % #april + 1], "essay", "", person(d, p), department(d), branch_of(d, p))
    end
  end
end

-- One in 29 is late, one in 53 hands in nothing.
local function notes()
  for d = 1, #departments do
    for p = 1, PEOPLE do
      local number = (d - 1) * PEOPLE + p
      local away = person(d, p) == "d12-13" or person(d, p) == "d10-03" -- on leave, has left: run-shaoxing.sh
      if number % 53 ~= 0 and not away then
        hand_in(number % 29 == 0 and may[1] or april[number * 5 % #april + 1], "note", person(d, p), "")
      end
    end
  end
  hand_in(april[5], "note", "d05-16", "")
end

local function live()
  hand_in(march[1], "draft", "hospital", "")
  hand_in(march[1], "mobilise-committee", "committee", "")
  all_units("mobilise-units", { march[1] }, {}, { d07 = march[2], d23 = march[2], ["branch-09"] = march[2] })
  hand_in(april[1], "book-list", "hospital", "")
  hand_in(april[4], "study-session", "committee", "")
  all_units("study", april, { d31 = true }, {})
  all_units("distil-draft", april, {}, { d02 = may[2] })
  all_units("meeting", april, {}, { ["branch-05"] = may[1] })
  essays()
  notes()
  all_units("core-words", may, { d27 = true }, { d12 = june[1] })
  for b = 1, #numbers do
    if b ~= 11 then
      hand_in(june[b % #june + 1], "democratic-life", branch(b), "")
    end
  end
  hand_in(june[6], "discussion", person(1, 1), "")
  hand_in(june[6], "summary", "hospital", "")
end

local function print_days()
  local seen, days = {}, {}
  for _, row in ipairs(rows) do
    if not seen[row.day] then
      seen[row.day] = true
      table.insert(days, row.day)
    end
  end
  table.sort(days)
  print(table.concat(days, "\n"))
end

local function print_life(day)
  print("item,unit,person,at")
  for _, row in ipairs(rows) do
    if row.day == day then
      print(string.format("%s,%s,%s,%sT16:00", row.item, row.unit, row.person, day))
    end
  end
end

-- ---- JSON ----------------------------------------------------------------------------------------

-- A line of JSON as a table: what planrun writes, no more.
local read_value

local function read_members(text, at, close, read_one)
  at = text:match("^%s*()", at)
  while text:sub(at, at) ~= close do
    at = read_one(at)
    at = text:match("^%s*,?%s*()", at)
  end
  return at + 1
end

local function read_string(text, at)
  local from = at + 1
  repeat
    at = text:find('["\\]', at + 1)
    if text:sub(at, at) == "\\" then
      at = at + 1
    end
  until text:sub(at, at) == '"' and text:sub(at - 1, at - 1) ~= "\\"
  return text:sub(from, at - 1), at + 1
end

function read_value(text, at)
  local first, value = text:sub(at, at), {}
  if first == "{" then
    return value, read_members(text, at + 1, "}", function(here)
      local key, one
      key, here = read_string(text, here)
      one, here = read_value(text, here + 1)
      value[key] = one
      return here
    end)
  elseif first == "[" then
    return value, read_members(text, at + 1, "]", function(here)
      local one
      one, here = read_value(text, here)
      table.insert(value, one)
      return here
    end)
  elseif first == '"' then
    return read_string(text, at)
  end
  local word, behind = text:match("^([%w.+-]+)()", at)
  if word == "true" or word == "false" then
    return word == "true", behind
  end
  return tonumber(word), behind
end

-- ---- checks --------------------------------------------------------------------------------------

local wrong = 0

local function complain(...)
  wrong = wrong + 1
  if wrong <= 10 then
    print(string.format(...))
  end
end

local TIERS = 3 -- remind { before = { "7d", "3d", "1d" } }

-- From when on a unit has had one of an item: its duties in this plan ask for one each.
local function first_had()
  local had = {}
  for _, get in ipairs(gets) do
    for _, unit in ipairs(get.units) do
      local key = unit .. " " .. get.item
      if not had[key] or get.day < had[key] then
        had[key] = get.day
      end
    end
  end
  return had
end

local function check_message(message, seen, had)
  local slot = message.unit .. " " .. message.slot
  if seen[slot] then
    complain("two messages to %s", slot)
  end
  seen[slot] = true
  for _, entry in ipairs(message.entries) do
    local unit = entry.unit or message.unit -- of those that share an address each entry has its own
    local duty = unit .. " " .. (entry.item or "") .. " " .. entry.kind .. " " .. (entry.due or "")
    local day = message.slot:sub(1, 10)
    if seen[duty .. day] then
      complain("%s: twice on %s", duty, day)
    end
    seen[duty .. day] = true
    if entry.kind == "reminder" then
      local mine = had[unit .. " " .. entry.item]
      seen[duty] = (seen[duty] or 0) + 1
      if seen[duty] > TIERS then
        complain("%s: %d times", duty, seen[duty])
      end
      if mine and mine < day then
        complain("%s is reminded on %s of what it has handed in on %s", duty, day, mine)
      end
    end
  end
  return #message.entries
end

local function check_messages(paths)
  local seen, had, messages, entries = {}, first_had(), 0, 0
  for _, path in ipairs(paths) do
    for line in io.lines(path) do
      messages = messages + 1
      entries = entries + check_message((read_value(line, 1)), seen, had)
    end
  end
  print(string.format("%d messages with %d entries: %d wrong", messages, entries, wrong))
end

-- What a line is about: a duty with all its dues, in the tree of units or in a class of groups.
local function about(one)
  return table.concat({ one.item, one.period or "", one.phase or "", one.class or "" }, " ")
end

local FIELDS = { "expected", "actual", "on_time", "excused", "missing" }

local function add(sums, key, one)
  sums[key] = sums[key] or { 0, 0, 0, 0, 0 }
  for i, field in ipairs(FIELDS) do
    sums[key][i] = sums[key][i] + one[field]
  end
end

local function compare(what, sums, others)
  for key, sum in pairs(others) do
    local mine, other = table.concat(sums[key] or {}, " "), table.concat(sum, " ")
    if mine ~= other then
      complain("%s, %s: %s instead of %s", what, key, mine, other)
    end
  end
end

-- One answer: done + excused + missing = asked in every line, the parts sum to each total, the total of the
-- tree is the duty's, and what the level above said of the unit.
local function check_answer(day, unit, lines, above)
  local parts, totals, duties, expected = {}, {}, {}, {}
  for _, one in ipairs(lines) do
    if one.expected and one.actual + one.excused + one.missing ~= one.expected then
      complain("%s %s %s: does not sum", day, unit, about(one))
    end
    if one.row == "unit" or one.row == "self" or one.row == "nowhere" then
      add(parts, about(one), one)
    elseif one.row == "total" then
      add(totals, about(one), one)
    elseif one.row == "duty" then
      add(duties, about(one), one)
    end
    if one.row == "unit" then
      add(above, day .. " " .. one.unit .. " " .. about(one), one)
    end
  end
  for key, sum in pairs(above) do
    local mine = key:match("^" .. day .. " " .. unit:gsub("%-", "%%-") .. " (.*)$")
    if mine then
      expected[mine:gsub("branch$", "")] = sum
    end
  end
  compare(day .. " " .. unit .. ": parts and totals", parts, totals)
  compare(day .. " " .. unit .. ": totals and duties", totals, duties)
  for key, sum in pairs(totals) do -- nobody is in two branches
    compare(day .. " " .. unit .. ": both trees", totals, { [(key:gsub("branch$", ""))] = sum })
  end
  compare(day .. " " .. unit .. ": totals and the level above", totals, expected)
  return #lines
end

-- Answers of `status --json`, each behind a line "# DAY UNIT" ("-" = the plan).
local function check_coverage()
  local above, answers, sums, lines, day, unit = {}, 0, 0, nil, nil, nil
  local function finish()
    if lines then
      answers, sums = answers + 1, sums + check_answer(day, unit, lines, above)
    end
  end
  for line in io.lines() do
    if line:sub(1, 1) == "#" then
      finish()
      day, unit = line:match("^# (%S+) (%S+)$")
      lines = {}
    else
      table.insert(lines, (read_value(line, 1)))
    end
  end
  finish()
  print(string.format("%d answers with %d lines: %d wrong", answers, sums, wrong))
end

local function print_units()
  for d = 1, #departments do
    print(department(d))
  end
  for b = 1, #numbers do
    print(branch(b))
  end
end

live()
if arg[1] == "roster" then
  print_roster()
elseif arg[1] == "units" then
  print_units()
elseif arg[1] == "days" then
  print_days()
elseif arg[1] == "life" then
  print_life(arg[2])
elseif arg[1] == "messages" then
  check_messages(table.move(arg, 2, #arg, 1, {}))
elseif arg[1] == "coverage" then
  check_coverage()
end
os.exit(wrong == 0, true)
