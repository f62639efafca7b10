--- What a careful reader stumbles over without anything being wrong with a date or a number: how the notice is
--- written, whom it leaves out, to which doors papers go. All of it is worth knowing, none of it stops anybody.
local calendar = require("calendar")
local check = require("check")
local commemorative = require("commemorative")

local function head_of(plan)
  return plan.sealed.plan
end

local function is_implied(sealed, field)
  for _, name in ipairs(sealed.implied or {}) do
    if name == field then
      return true
    end
  end
  return false
end

-- Behind a name: that there are others like it.
local function more_than_one(n)
  return n == 1 and "" or { en = (", like %d others,"):format(n - 1), zh = ("等 %d 项"):format(n) }
end

-- ---- the head of the notice ----------------------------------------------------------------------

local function issued_rest_day(plan, report)
  local day = plan.issued
  if not day or is_implied(head_of(plan), "issued") or calendar.weekday(day) < 6 and calendar.is_workday(day) then
    return
  end
  local kind = calendar.is_workday(day) and { en = "a weekend day that was worked instead of another", zh = "是调休上班的周末" }
    or { en = "a day off", zh = "是休息日" }
  report { field = "issued", day = check.date(day), kind = kind }
end

-- 卫办发 is the series of an office (办公厅, 办公室), 卫发 that of the authority itself.
local function number_issuer(plan, report)
  local number = head_of(plan).number
  local office = number and (number:match("^.-办发") or number:match("^.-办函"))
  local issuers = table.concat(head_of(plan).issuer or {}, "、")
  if office and not issuers:find("办公", 1, true) then
    report { field = "number", series = office, issuer = issuers }
  end
end

local least_digits, extension_digits = 7, { [3] = true, [4] = true }
local hot_lines = { ["110"] = true, ["119"] = true, ["120"] = true, ["122"] = true }

-- An extension beside full numbers: who dials it from outside gets nobody.
local function short_phone(plan, report)
  local full, short = nil, nil
  for _, contact in ipairs(head_of(plan).contacts or {}) do
    for _, number in ipairs(contact.tel or {}) do
      local digits = number:gsub("%D", "")
      full = full or #digits >= least_digits and number
      short = short or extension_digits[#digits] and not hot_lines[digits] and number
    end
  end
  if full and short then
    report { field = "contacts", part = short, short = short, full = full }
  end
end

local function whole_year(plan, report)
  local when = plan.when
  if not (when and when.first and when.phrase and when.phrase:find("全年", 1, true)) then
    return
  end
  local year, month, day = calendar.ymd(when.first)
  if month > 1 or day > 1 then
    report { field = "when", phrase = when.phrase, first = check.date(when.first), year = year }
  end
end

-- ---- how it is written -----------------------------------------------------------------------------

local tone_letters = "[\xC3-\xC7][\x80-\xBF]"
local leftovers = {
  { "%(%l*" .. tone_letters .. "%l*%)", { en = "a reading in Latin letters", zh = "拼音注音" } },
  { "&[a-z]+;", { en = "an HTML entity", zh = "网页转义符" } },
  { "<%a+[^>]*>", { en = "an HTML tag", zh = "网页标签" } },
  { "\xEF\xBF\xBD", { en = "a character that was lost", zh = "乱码" } },
}

local function leftover_in(text)
  local doubtful = text and (text:find("[(&<]") or text:find("\u{FFFD}", 1, true))
  for _, kind in ipairs(doubtful and leftovers or {}) do
    local found = text:match(kind[1])
    if found then
      return found, kind[2]
    end
  end
end

local function tell_leftover(report, spot, sealed)
  for _, field in ipairs { "name", "text", "notice" } do
    local found, kind = leftover_in(sealed[field])
    if found then
      report { item = spot.item, field = field ~= "name" and field or nil, name = spot.name, found = found, kind = kind }
      return
    end
  end
end

local function copied_leftovers(plan, report)
  tell_leftover(report, { name = plan.name }, head_of(plan))
  for _, item in ipairs(plan.items) do
    tell_leftover(report, { item = item, name = item.name }, item.sealed)
  end
end

local han_digits = { "一", "二", "两", "三", "四", "五", "六", "七", "八", "九", "十" }

local function style_of(phrase)
  if phrase:find("%d") then
    return "digits"
  end
  for _, digit in ipairs(han_digits) do
    if phrase:find(digit, 1, true) then
      return "han"
    end
  end
end

-- 1篇 in one place and 一篇 in another.
local function numerals_mixed(plan, report)
  local first = {}
  for _, item in ipairs(plan.items) do
    local count = item.count
    local style = count and count.unit and count.phrase and style_of(count.phrase)
    local known = style and first[count.unit]
    if known and known.style ~= style then
      report { item = item, field = "count", one = known.item.count.phrase, other_one = count.phrase,
        other = { item = known.item, field = "count" }, other_text = { en = "written so here", zh = "这里是另一种写法" } }
      return
    elseif style and not known then
      first[count.unit] = { style = style, item = item }
    end
  end
end

-- What stands behind the chapter's number in Chinese digits; nil when the clause does not begin with one.
local function behind_chapter(clause)
  local at = 1
  for _, code in utf8.codes(clause) do
    local char = utf8.char(code)
    if not ("一二三四五六七八九十"):find(char, 1, true) then
      break
    end
    at = at + #char
  end
  return at > 1 and clause:sub(at) or nil
end

-- 三(一) and 四1: the levels of a notice are 一, （一）, 1, （1）.
local function clause_style(plan, report)
  local bracket, digit
  for _, item in ipairs(plan.items) do
    local rest = item.clause and behind_chapter(item.clause)
    if rest and rest:find("^%d") then
      digit = digit or item
    elseif rest and (rest:find("(", 1, true) == 1 or rest:find("（", 1, true) == 1) then
      bracket = bracket or item
    end
  end
  if digit and bracket then
    report { item = digit, field = "clause", one = bracket.clause, other_one = digit.clause,
      other = { item = bracket, field = "clause" }, other_text = { en = "numbered so here", zh = "这里是另一种编号" } }
  end
end

-- ---- days that are named ---------------------------------------------------------------------------

local function day_by_name()
  local days = {}
  for _, row in ipairs(commemorative.days) do
    for name in row[1]:gmatch("%S+") do
      days[name] = row.month and row.day > 0 and row or nil
    end
  end
  return days
end

-- The named day in the year of the item's time, when that does not hold it.
local function day_outside(plan, report)
  local days = day_by_name()
  for _, item in ipairs(plan.items) do
    local when = item.when
    for _, link in ipairs(when and when.first and when.last and item.sealed.links or {}) do
      local row = days[link]
      local day = row and calendar.day(calendar.ymd(when.first), row.month, row.day)
      if day and (day < when.first or day > when.last) then
        report { item = item, field = "links", part = link, name = item.name, link = link, day = check.date(day),
          first = check.date(when.first), last = check.date(when.last) }
      end
    end
  end
end

-- ---- what is asked for, and by whom ------------------------------------------------------------------

local function any_item(plan, holds)
  for _, item in ipairs(plan.items) do
    if holds(item) then
      return item
    end
  end
end

local vague_least = 5 -- fewer items are a note, not a plan

-- Neither a phase, nor a day, nor a number, nor anybody who leads.
local function is_vague(plan)
  local leading = false
  for _, group in ipairs(plan.sealed.groups or {}) do
    leading = leading or group.members or group.office or group.duty
  end
  return #plan.items >= vague_least and not leading and not any_item(plan, function(item)
    local count, due = item.count, item.due
    local rhythm = item.per and not is_implied(item.sealed, "per") and not (count and count.some)
    return item.word == "phase" or due and due.last and due.from ~= "plan" or count and (count.min or count.max) or rhythm
  end)
end

-- Of a plan without end, `undated` says it.
local function vague_plan(plan, report)
  local endless = plan.when and plan.when.kind == "standing" and not plan.when.last
  if not endless and is_vague(plan) then
    report { name = plan.name }
  end
end

-- A notice above that was loaded tells itself what must be reported (dropped-report, missing).
local function no_report(plan, report)
  local above = #plan.above == 0 and plan.under and plan.under[1]
  if above and not is_vague(plan) and not any_item(plan, function(item)
    return item.to
  end) then
    report { field = "under", above = above.cite or above.plan }
  end
end

local function feeds(step, item)
  for _, ref in ipairs(step.sealed.feeds or {}) do
    if ref == item.id then
      return true
    end
  end
  return is_implied(item.sealed, "due")
end

-- A submission of what comes of the step around it, with that step's day: its end, not the day for handing in.
local function borrowed_due(plan, report)
  for _, item in ipairs(plan.items) do
    local from = item.to and item.due and item.due.last and item.due.from
    local step = from and plan.item[from]
    if step and step.word ~= "phase" and feeds(step, item) then
      report { item = item, name = item.name, step = step.name, due = check.date(item.due.last),
        other = { item = step, field = "due" }, other_text = { en = "the date of this step", zh = "这一步的期限" } }
    end
  end
end

local function units_by_id(plan)
  local units = {}
  for _, unit in ipairs(plan.sealed.units or {}) do
    units[unit.id] = unit
  end
  return units
end

-- Receivers in the notice's order, each with the first item that goes there.
local function receivers_of(plan)
  local order, first = {}, {}
  for _, item in ipairs(plan.items) do
    for _, term in ipairs(item.to and item.to.terms or {}) do
      if term.id and not first[term.id] then
        first[term.id] = item
        order[#order + 1] = term.id
      end
    end
  end
  return order, first
end

-- Papers for a house here, and for an office of the same house there. We, and whoever has a level, are houses of
-- their own, though they stand under another.
local function receivers_vary(plan, report)
  local units, told = units_by_id(plan), {}
  local order, first = receivers_of(plan)
  for _, id in ipairs(order) do
    local unit = units[id]
    local house = unit and not unit.level and id ~= plan.owner and unit.parent
    if house and first[house] then
      told[house] = told[house] or { names = {}, item = first[id] }
      table.insert(told[house].names, unit.name)
    end
  end
  for _, house in ipairs(order) do
    local found = told[house]
    if found then
      report { item = found.item, field = "to", house = units[house].name,
        offices = { en = table.concat(found.names, ", "), zh = "“" .. table.concat(found.names, "”“") .. "”" },
        other = { item = first[house], field = "to" }, other_text = { en = "handed in to the house here", zh = "这里报送给单位" } }
    end
  end
end

-- ---- whom it leaves out ----------------------------------------------------------------------------

-- Units of one level under one parent; by id, the list that a unit is in.
local function peers_of(plan)
  local lists, by_id = {}, {}
  for _, unit in ipairs(plan.sealed.units or {}) do
    local key = unit.level and unit.parent and unit.level .. " " .. unit.parent
    if key then
      lists[key] = lists[key] or {}
      table.insert(lists[key], unit)
      by_id[unit.id] = lists[key]
    end
  end
  return by_id
end

-- Of each list of equals that the item asks: how many, and who.
local function asked_of(item, by_id)
  local asked = {}
  for _, term in ipairs(item.each and item.each.terms or {}) do
    local peers = not term["in"] and not term.but and by_id[term.id]
    if peers and #peers > 1 then
      asked[peers] = asked[peers] or { count = 0 }
      asked[peers].count, asked[peers][term.id] = asked[peers].count + 1, true
    end
  end
  return asked
end

local function missing_of(peers, asked)
  for _, unit in ipairs(peers) do
    if not asked[unit.id] then
      return unit
    end
  end
end

local function left_out(plan, report)
  local by_id, whole, left, order = peers_of(plan), {}, {}, {}
  for _, item in ipairs(plan.items) do
    for peers, asked in pairs(asked_of(item, by_id)) do
      if asked.count == #peers then
        whole[peers] = whole[peers] or item
      elseif left[peers] then
        left[peers].n = left[peers].n + 1
      else
        left[peers] = { item = item, missing = missing_of(peers, asked), n = 1 }
        order[#order + 1] = peers
      end
    end
  end
  for _, peers in ipairs(order) do
    local found = whole[peers] and left[peers]
    if found then
      report { item = found.item, field = "each", more = more_than_one(found.n), name = found.item.name, missing = found.missing.name,
        other = { item = whole[peers], field = "each" },
        other_text = { en = "asked together with the others here", zh = "这里是一并要求的" } }
    end
  end
end

-- ---- the rules -----------------------------------------------------------------------------------

local oddities = {
  { "left-out", level = "note",
    title = { en = "one of several equals is not asked", zh = "同级单位中有一个没有列入" },
    says = { en = "“{name}”{more} leaves out {missing}, which is asked with its equals elsewhere",
      zh = "“{name}”{more}没有列入{missing}，别处是与同级单位一并要求的" },
    why = { en = "Units of one level are asked together in one clause and not in another. It may be meant; it may be a slip, and "
        .. "then the one who is left out hands in nothing.",
      zh = "同一级的单位，这一条一并要求，那一条少了一个。可能是有意的，也可能是漏写；漏写的，该单位就不会报。" },
    example = [[unit "bureau" { "市卫生局" }
unit "county" { "各县（市）区卫生局", parent = "bureau", level = "county", many = 3 }
unit "zone" { "开发区卫生局", parent = "bureau", level = "county" }
task "plan" { "活动方案", each = { "county", "zone" }, due = "6月1日前" }
task "report" { "专题总结", each = "county", due = "6月29日前", to = "bureau" }]],
    mend = { en = "Ask the issuer whether it is meant; add the unit to each = … where it is not.",
      zh = "向发文单位核实是否有意；属漏写的，补进 each。" },
    check = left_out },

  { "borrowed-due", level = "note",
    title = { en = "a submission without a date of its own", zh = "报送没有自己的期限" },
    says = { en = "“{name}” is handed in by {due}, which is the date of “{step}”", zh = "“{name}”的报送时间没有写，暂按“{step}”的期限 {due}" },
    why = { en = "A step ends on a day, and what comes of it is handed in afterwards. Where only the step has a date, the day for "
        .. "handing in is a guess.",
      zh = "评选到哪一天结束，与结果哪一天报上来，是两个日期。只写了前一个，报送日期就是推定的。" },
    example = [[task "selection" { "征文评选", each = "county", due = "6月29日前", feeds = "essays",
  quota "essays" { "优秀征文", each = "county", count = "不少于3篇", to = "市卫生局" } }]],
    mend = { en = "Ask for the day, and write it as due = … of the submission.", zh = "问清报送日期，写进该事项的 due。" },
    check = borrowed_due },

  { "receivers-vary", level = "note",
    title = { en = "one house, several doors", zh = "同一单位，几处收件" },
    says = { en = "papers go to {house} in one place and to {offices} in another", zh = "材料有的报送{house}，有的报送{offices}" },
    why = { en = "Where a paper goes to the house and another to one of its offices, people send all to one of them.",
      zh = "一处写报单位，一处写报单位的某个部门，下面容易都报到一处，或者报错门。" },
    example = [[unit "us" { "市卫生局" }
unit "secretariat" { "局办公室", parent = "us" }
unit "county" { "各县（市）区卫生局", parent = "us", many = 3 }
quota "ideas" { "建议", each = "county", count = 1, due = "6月1日前", to = "us" }
quota "cases" { "经验材料", each = "county", count = 1, due = "6月29日前", to = "secretariat" }]],
    mend = { en = "Name the office that collects each paper.", zh = "每种材料写明由哪个部门收。" },
    check = receivers_vary },

  { "no-report", level = "note",
    title = { en = "nothing is handed in to anybody", zh = "没有任何报送要求" },
    says = { en = "the plan derives from “{above}”, and nothing of it is reported to anybody", zh = "方案依据“{above}”制定，却没有一项要求报送" },
    why = { en = "Who is asked from above is mostly asked how it went. A plan without any submission has nothing to tell.",
      zh = "上级部署的活动一般要报进展和总结。方案里一项报送也没有，到时无从汇总。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02", under = { cite = "省卫生厅通知" } }
task "rally" { "动员大会", due = "6月8日前" }]],
    mend = { en = "Add what is to be reported, to whom and by when; or leave it, when really nothing is.",
      zh = "补上报什么、报给谁、什么时候报；确实不用报的，不必改。" },
    check = no_report },

  { "vague-plan", level = "note",
    title = { en = "nothing in the plan can be tracked", zh = "方案没有可以跟踪的内容" },
    says = { en = "“{name}” has no phase, no deadline, no number and nobody who leads", zh = "“{name}”没有阶段、期限、数量，也没有牵头的机构" },
    why = { en = "A plan that names no day and no number cannot be late and cannot be done.",
      zh = "没有期限和数量的方案，既不会逾期，也说不清是否完成。" },
    example = [[task "study" { "加强学习教育" }
task "culture" { "加强文化建设" }
task "conduct" { "加强行风建设" }
task "models" { "选树先进典型" }
task "service" { "改进服务态度" }]],
    mend = { en = "Derive a plan from it that names days, numbers and people.", zh = "据此制定有期限、有数量、有责任人的具体安排。" },
    check = vague_plan },

  { "day-outside", level = "note",
    title = { en = "a day is named that lies outside the time", zh = "提到的日子不在活动时间内" },
    says = { en = "“{name}” is linked with {link} ({day}), but lasts from {first} to {last}",
      zh = "“{name}”结合“{link}”（{day}）开展，时间却是 {first} 至 {last}" },
    why = { en = "An activity for a day is mostly held on it. It may be meant to lead up to it; then nothing is wrong.",
      zh = "结合某个日子的活动，一般就在那一天前后。是提前安排的，不必改。" },
    example = [[task "meeting" { "民主生活会", when = "6月1日至6月29日", links = "七一" }]],
    mend = { en = "Extend the time to that day, or leave it.", zh = "把时间延到那一天；有意提前的，不必改。" },
    check = day_outside },

  { "whole-year", level = "note",
    title = { en = "the whole year does not begin in January", zh = "“全年”不是从一月开始" },
    says = { en = "“{phrase}” says the whole year, but it begins on {first}", zh = "“{phrase}”说的是全年，实际从 {first}开始" },
    why = { en = "A campaign of the whole year that was announced in spring lasts from then on; who counts months should know.",
      zh = "年中才印发的通知写“贯穿全年”，实际只能从那时算起；按月统计时要注意。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02", when = "贯穿全年" }
task "rally" { "动员大会", due = "6月8日前" }]],
    mend = { en = "Nothing, or write the first day.", zh = "可不改；也可写明起始日期。" },
    check = whole_year },

  { "issued-rest-day", level = "note",
    title = { en = "issued on a weekend or a holiday", zh = "印发日期是周末或假日" },
    says = { en = "the notice was issued on {day}, {kind}", zh = "印发日期 {day}{kind}" },
    why = { en = "Notices are issued on working days. A date at a weekend may be a slip, and terms are counted from it.",
      zh = "公文一般在工作日印发。落在周末的日期可能写错了，而期限要从它算起。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-04-28" }
task "rally" { "动员大会", due = "6月8日前" }]],
    mend = { en = "Compare it with the paper.", zh = "与原件核对。" },
    check = issued_rest_day },

  { "number-issuer", level = "note",
    title = { en = "the number's series is not the issuer's", zh = "文号与印发单位不一致" },
    says = { en = "the number is of the series {series}, that of an office; the issuer is {issuer}",
      zh = "文号“{series}”是办公厅（室）的系列，印发单位写的是{issuer}" },
    why = { en = "A series with 办 is the office's. Papers are cited by number and issuer, and one of the two may be wrong.",
      zh = "带“办”字的文号由办公厅（室）使用。引用文件要写单位和文号，其中一个可能不对。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02", number = "卫办发〔2012〕8号" }
task "rally" { "动员大会", due = "6月8日前" }]],
    mend = { en = "Compare both with the paper.", zh = "与原件核对文号和落款。" },
    check = number_issuer },

  { "short-phone", level = "note",
    title = { en = "a telephone number that is cut", zh = "电话号码不完整" },
    says = { en = "“{short}” stands beside “{full}” and cannot be dialled as it is", zh = "“{short}”与“{full}”并列，照写的拨不通" },
    why = { en = "Notices shorten the second number to its last digits. Who copies it alone has no number.",
      zh = "通知里第二个号码常只写后几位，单独抄下来就拨不通。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02", contacts = { { tel = { "010-68792782", "2143" } } } }
task "rally" { "动员大会", due = "6月8日前" }]],
    mend = { en = "Write every number in full, extensions with 转.", zh = "每个号码都写全，分机写“转”。" },
    check = short_phone },

  { "numerals-mixed", level = "note",
    title = { en = "numbers are written in two ways", zh = "数字写法前后不一" },
    says = { en = "“{one}” in one place, “{other_one}” in another", zh = "一处写“{one}”，一处写“{other_one}”" },
    why = { en = "GB/T 15835 asks for one way of writing numbers within a paper.", zh = "《出版物上数字用法》（GB/T 15835）要求同一文件内数字写法一致。" },
    example = [[quota "essay" { "征文", each = "county", count = "不少于1篇", to = "市卫生局", due = "6月8日前" }
quota "news" { "活动信息", each = "county", count = "至少一篇", to = "市卫生局", due = "6月29日前" }]],
    mend = { en = "Nothing in the plan; use one way in your own notice.", zh = "照录原文的不必改；自己起草的通知请统一。" },
    check = numerals_mixed },

  { "clause-style", level = "note",
    title = { en = "clauses are numbered in two ways", zh = "条款编号方式不一" },
    says = { en = "“{one}” in one chapter, “{other_one}” in another", zh = "有的写“{one}”，有的写“{other_one}”" },
    why = { en = "The levels of an official paper are 一、（一） 1. （1） (GB/T 9704). Where one chapter skips one, references to clauses "
        .. "are easily confused.",
      zh = "公文的结构层次依次是“一、”“（一）”“1.”“（1）”（GB/T 9704）。有的章节跳过一层，引用条款时容易弄混。" },
    example = [[task "study" { "学习", due = "6月8日前", clause = "三(一)" }
task "lead" { "加强领导", due = "6月29日前", clause = "四1" }]],
    mend = { en = "Nothing in the plan: cite the clauses as they stand.", zh = "照原文引用即可，不必改。" },
    check = clause_style },

  { "copied-leftovers", level = "note",
    title = { en = "leftovers of a web page", zh = "夹带网页残留" },
    says = { en = "“{name}” holds {kind}: {found}", zh = "“{name}”的文字里夹有{kind}：{found}" },
    why = { en = "Texts that were copied from a page hold readings, entities and lost characters; names with them match nothing.",
      zh = "从网页复制的文字常带注音、转义符和乱码，名称里有这些就对不上。" },
    example = [[task "rally" { "动员大会", text = "區(qū)衛(wèi)生局召開動員大會", due = "6月8日前" }]],
    mend = { en = "Delete them, or keep them in `text` only.", zh = "删去；要保留原样的，只放在 text 里。" },
    check = copied_leftovers },
}

return oddities
