--- What is odd about a plan's days: dues that nobody can keep, and days that the notice did not say.
--- A day is judged where it is said; a duty due before the notice is known is caught up on the third
--- working day behind that.
local calendar = require("calendar")
local check = require("check")
local days = require("check.days")

local CATCH_UP = 3 -- working days; fewer between issue and due are too few as well
local COARSE = 10  -- days; notices name months and 旬: a month that has begun is no start before the issue

-- ---- before the issue, or short after it -----------------------------------------------------------------

-- Whether the phrase names the day on which it begins, and not only a month or 旬.
local function names_day(phrase)
  phrase = phrase or ""
  for _, till in ipairs { "至", "到", "~", "～", "—" } do
    phrase = phrase:sub(1, (phrase:find(till, 1, true) or #phrase + 1) - 1)
  end
  return phrase:find("日") or phrase:find("号") or phrase:find("%d%-%d+%-%d")
end

local function starts_before(date, base)
  if not date.first or date.undated or date.kind == "recurring" or date.first >= base then
    return false
  end
  return base - date.first >= COARSE or names_day(date.phrase) ~= nil
end

-- What remains of a time that began before the issue.
local function rest_of(date, base)
  local left = date.last and date.last >= base and calendar.workdays_between(base + 1, date.last) or CATCH_UP
  if left >= CATCH_UP then
    return ""
  elseif left == 0 then
    return { en = ", and no working day of it was left", zh = "，印发后已没有工作日可用" }
  end
  return { en = ", and only {left} working days of it were left", zh = "，印发后只剩 {left} 个工作日" }, left
end

local closes = { due = { en = "is due", zh = "截止" }, when = { en = "ends", zh = "结束" } }

local function report_past_dues(plan, report, base, called, told)
  for _, due in ipairs(days.dues(plan)) do
    if due.day < base then
      told[due.holder] = true
      report(days.at(due.holder, due.field, {
        told = { en = "“{name}” {closes} {day}, {n} days before the {known} ({base}); it is caught up by {catch}",
          zh = "“{name}”{day}{closes}，比{known}（{base}）早 {n} 天，按 {catch} 补办" },
        n = base - due.day, day = check.date(due.day), closes = closes[due.field], known = called, base = check.date(base),
        catch = check.date(calendar.workday_after(base, CATCH_UP)),
      }))
    end
  end
end

--- Dues before the day from which the notice is known, told where they are said, and times that began before
--- it. (Design: a duty due before is caught up, and not late.)
---@param plan Plan
---@param report fun(finding: Report)
local function retroactive(plan, report)
  local base, called = days.known(plan)
  local told = {}
  if not base then
    return
  end
  report_past_dues(plan, report, base, called, told)
  days.each_said(plan, function(node, field, date)
    if field ~= "when" or told[node] or not starts_before(date, base) then
      return
    end
    local rest, left = rest_of(date, base)
    report(days.at(node, field, {
      told = { en = "“{name}” begins {day}, {n} days before the {known} ({base}){rest}",
        zh = "“{name}”从 {day} 开始，比{known}（{base}）早 {n} 天{rest}" },
      n = base - date.first, day = check.date(date.first), known = called, base = check.date(base),
      rest = rest, left = left,
    }))
  end)
end

--- Dues with fewer than three working days between issue or receipt and the due day, that day included.
---@param plan Plan
---@param report fun(finding: Report)
local function short_lead(plan, report)
  local base, called = days.known(plan)
  if not base then
    return
  end
  local enough = calendar.workday_after(base, CATCH_UP)
  for _, due in ipairs(days.dues(plan)) do
    local began = due.field == "when" and starts_before(due.holder.when, base)
    if due.day >= base and due.day < enough and not began then
      report(days.at(due.holder, due.field, {
        n = calendar.workdays_between(base + 1, due.day), day = check.date(due.day), closes = closes[due.field],
        known = called, base = check.date(base), first = check.date(enough),
      }))
    end
  end
end

-- ---- rest days ---------------------------------------------------------------------------------------------

-- Whether the author is asked to choose the day first.
local function is_open(date)
  return days.has(date.warnings, "before-month-ambiguous") or days.has(date.warnings, "before-period-ambiguous")
end

-- Whether what is done is meant for a holiday: 国庆节期间.
local function is_holiday(due)
  local said = due.field == "when" and due.holder.sealed.when
  said = said and (said.default or said)
  return said and said.calendar ~= nil and said.calendar:find("HOLIDAY", 1, true) ~= nil
end

--- Official dues that are no working day, unless the item says what is to be done about it, is meant for a holiday,
--- the due is past when the notice is known, or the loader asks the author to choose the day.
---@param plan Plan
---@param report fun(finding: Report)
local function rest_day(plan, report)
  local base = days.known(plan) or 0
  for _, due in ipairs(days.dues(plan)) do
    local working = due.items[1].rest_day == "keep" and calendar.workday_on_or_before(due.day)
    local meant = is_open(due.date) or is_holiday(due)
    if working and working ~= due.day and due.day >= base and not meant then
      report(days.at(due.holder, due.field, {
        day = check.date(due.day), closes = closes[due.field], working = check.date(working),
      }))
    end
  end
end

-- Calls visit(node, field, year) for each day that, itself or by its working day, rests on a year that
-- is not announced.
local function each_provisional(plan, visit)
  for _, due in ipairs(days.dues(plan)) do
    if not calendar.known(days.year(due.day)) then
      visit(due.holder, due.field, days.year(due.day))
    end
  end
  days.each_said(plan, function(node, field, date)
    local day = date.provisional and (date.last or date.first)
    if day and date.kind ~= "deadline" then
      visit(node, field, days.year(day))
    end
  end)
end

--- Years whose holidays are not announced and on which days of the plan rest: one finding a year.
---@param plan Plan
---@param report fun(finding: Report)
local function calendar_provisional(plan, report)
  local years, first = {}, {}
  each_provisional(plan, function(node, field, year)
    if not first[year] then
      first[year] = days.at(node, field, { year = year, n = 0 })
      table.insert(years, year)
    end
    first[year].n = first[year].n + 1
  end)
  table.sort(years)
  for _, year in ipairs(years) do
    report(first[year])
  end
end

-- ---- days that were not said ---------------------------------------------------------------------------------

local function is_undated(field, date)
  return date.undated or (field ~= "when" and date.kind == "standing")
end

-- Duties that have neither a due nor a rhythm, and how many there are in all.
local function count_open(plan)
  local open, all = 0, 0
  for _, item in ipairs(plan.items) do
    if item.word ~= "phase" and item.binding ~= "never" then
      all = all + 1
      open = open + ((days.due(item) or days.recurs(item)) and 0 or 1)
    end
  end
  return open, all
end

-- A plan without end in which most has no time at all: said once, not at each item.
local function undated_plan(plan, report)
  local open, all = count_open(plan)
  if plan.when and plan.when.kind == "standing" and not plan.when.last and open * 2 > all then
    report {
      field = "when", open = open, all = all,
      told = { en = "the plan has no end, and {open} of its {all} duties have neither a due nor a rhythm",
        zh = "方案没有结束日期，{all} 项工作中有 {open} 项既没有期限也没有周期" },
    }
  end
end

--- Times from which no day can be computed, and plans without end in which hardly anything has one.
---@param plan Plan
---@param report fun(finding: Report)
local function undated(plan, report)
  undated_plan(plan, report)
  days.each_said(plan, function(node, field, date)
    if is_undated(field, date) then
      report(days.at(node, field, {
        phrase = date.phrase,
        told = field == "per" and { en = "“{name}” recurs “{phrase}”: that is no rhythm",
          zh = "“{name}”的周期写“{phrase}”，没有间隔" }
          or { en = "“{name}” is set for “{phrase}”: that is no day", zh = "“{name}”的时间写“{phrase}”，没有日期" },
      }))
    end
  end)
end

local function is_fuzzy(date)
  return date.soft or days.has(date.warnings, "fuzzy-end") or days.has(date.warnings, "season-default")
end

-- What a fuzzy date was taken to be, for `told`.
local function taken_as(date)
  if date.kind == "recurring" then
    local next = calendar.next(date.rule, date.first or 0)
    return next and next[1] and { en = "first by {last}", zh = "首次不迟于 {last}" }, nil, next and next[1].last
  elseif date.first then
    return { en = "{first} to {last}", zh = "{first} 至 {last}" }, date.first, date.last
  end
  return { en = "through {last}", zh = "不迟于 {last}" }, nil, date.last
end

--- Times whose bounds are a convention of ours (when/warnings.lua: fuzzy-end, season-default).
---@param plan Plan
---@param report fun(finding: Report)
local function fuzzy_end(plan, report)
  days.each_said(plan, function(node, field, date)
    local taken, first, last
    if is_fuzzy(date) and not date.undated then
      taken, first, last = taken_as(date)
    end
    if taken and last then
      report(days.at(node, field, {
        phrase = date.phrase, taken = taken, first = first and check.date(first), last = check.date(last),
      }))
    end
  end)
end

-- ---- standing without review ---------------------------------------------------------------------------------

local function is_endless(date)
  return date ~= nil and date.kind == "standing" and not date.last and not date.undated
end

-- An item that goes on by itself: said to stand, or recurring while nothing bounds it.
local function goes_on(item)
  if item.when and not item.when.from and is_endless(item.when) then
    return "when"
  end
  local date = item.per and item.per[1]
  return date and date.kind == "recurring" and not date.last and not item.when and "per"
end

--- A plan or item without end that nobody is to look at again.
---@param plan Plan
---@param report fun(finding: Report)
local function standing_without_review(plan, report)
  if plan.review then
    return
  elseif is_endless(plan.when) then
    report { name = plan.name, field = "when" }
    return
  end
  for _, item in ipairs(plan.items) do
    local field = not item.review and goes_on(item)
    if field then
      report { item = item, name = item.name, field = field }
    end
  end
end

-- ---- years -----------------------------------------------------------------------------------------------------

-- The nearest plan above of that year with a day of issue.
local function above_of_year(plan, year)
  local queue, seen = { table.unpack(plan.above) }, {}
  local next = 1
  while queue[next] do
    local above = queue[next]
    if above.issued and days.year(above.issued) == year then
      return above
    end
    for _, higher in ipairs(above.above) do
      if not seen[higher] then
        seen[higher] = true
        table.insert(queue, higher)
      end
    end
    next = next + 1
  end
end

-- The year that was taken, the field that says so, and what the notice does not say.
local function inferred(plan)
  local implied = plan.sealed.plan.implied
  if plan.issued and days.has(implied, "issued") then
    return days.year(plan.issued), "issued", { en = "the notice bears no day of issue", zh = "原文没有印发日期" }
  elseif plan.year and days.has(implied, "year") then
    return plan.year, "year", { en = "the notice names no year", zh = "原文没有写年份" }
  elseif plan.year and not plan.issued then
    return plan.year, "year", { en = "the plan has no day of issue", zh = "方案没有印发日期" }
  end
end

local function plan_year(plan, report)
  local year, field, lack = inferred(plan)
  if not year then
    if not plan.issued then
      report { rule = "year-missing", name = plan.name }
    end
    return
  end
  local above = above_of_year(plan, year)
  report {
    field = field, lack = lack, year = year, day = plan.issued and check.date(plan.issued),
    told = plan.issued and { en = "{lack}: {day} was taken, the year {year}{source}", zh = "{lack}，按 {day} 计，即 {year} 年{source}" }
      or { en = "{lack}: the year {year} was taken{source}", zh = "{lack}，按 {year} 年计{source}" },
    source = above and { en = ", from {above}, issued {above_day}", zh = "，依据 {above}（{above_day}印发）" } or "",
    above = above and above.id, above_day = above and check.date(above.issued),
    other = above and { plan = above, field = "issued" }, other_text = above and { en = "the year is taken from here", zh = "年份依据" },
  }
end

--- A year of the plan, or of one of its days, that the notice does not say; also reports year-missing.
---@param plan Plan
---@param report fun(finding: Report)
local function year_inferred(plan, report)
  plan_year(plan, report)
  days.each_said(plan, function(node, field, date)
    local day = date.last or date.first
    if day and days.has(date.warnings, "year-inferred") then
      report(days.at(node, field, {
        phrase = date.phrase, day = check.date(day),
        told = { en = "“{phrase}” names no year, and that day had long passed in the year of issue: {day} was taken",
          zh = "“{phrase}”没有写年份，印发当年的这一天早已过去，按 {day} 计" },
      }))
    end
  end)
end

-- ---- the rules -----------------------------------------------------------------------------------------------------

return {
  { "retroactive", level = "warning",
    title = { en = "a duty was due, or began, before the notice was issued or received", zh = "期限或开始日早于印发（收文）日" },
    says = { en = "{told}", zh = "{told}" },
    help = { en = "ask the issuing office, or name days that can still be kept", zh = "请向发文单位核实，或改为来得及的日期" },
    why = { en = "Nobody can keep a day that is past when the notice arrives. Such a duty is not counted as late: it is caught up by the third working day behind issue or receipt. A month or 旬 that had just begun (less than ten days) is not reported.",
      zh = "通知到手时日子已过，谁也无法按期完成。这类事项不判逾期，按印发（收文）后第 3 个工作日补办。通知里的月份、旬在印发时刚开始（不足 10 天）的不提示。" },
    example = [[plan "e" { "学习活动方案", issuer = "区卫生局", issued = "2010-03-15" }
unit "unit" { "各单位", many = true }
task "rally" { "动员大会", each = "unit", when = "2月下旬" }]],
    mend = { en = "Name a day behind the issue: when = \"3月下旬\". If the day is the notice's own, leave it and allow it with a reason.",
      zh = "改为印发以后的日期，如 when = \"3月下旬\"；确属通知原文的，可保留原文并用 allow 注明理由。" },
    check = retroactive },

  { "short-lead", level = "warning",
    title = { en = "fewer than three working days between issue and due", zh = "从印发到截止不足 3 个工作日" },
    says = { en = "“{name}” {closes} {day}, {n} working days after the {known} ({base})",
      zh = "“{name}”{day}{closes}，距{known}（{base}）只有 {n} 个工作日" },
    help = { en = "with three working days it would be due {first}", zh = "留足 3 个工作日，应不早于 {first}" },
    why = { en = "A notice takes days to reach departments and shifts; who gets it on the last day can only fill in a form.",
      zh = "通知逐级传到科室和倒班人员需要时间，临期才收到的只能应付了事。" },
    example = [[plan "e" { "活动方案", issuer = "市中医院", issued = "2012-03-20" }
unit "branch" { "各支部", many = true }
task "mobilise" { "层层发动", each = "branch", due = "3月22日前" }]],
    mend = { en = "Set the due later, or issue earlier; when the day comes from above, shorten what is asked for.",
      zh = "推迟期限或提前印发；期限是上级定的，就精简要求。" },
    check = short_lead },

  { "rest-day", level = "warning",
    title = { en = "an official due is a rest day", zh = "截止日是休息日" },
    says = { en = "“{name}” {closes} {day}, a rest day; the last working day before it is {working}",
      zh = "“{name}”{day}{closes}，当天是休息日，此前最后一个工作日是 {working}" },
    help = { en = "name the working day, or say rest_day = \"next\" where the notice moves it (顺延)",
      zh = "请改写为工作日；通知写明“顺延”的，加 rest_day = \"next\"" },
    why = { en = "The official due never moves by itself: reminders follow the last working day before it, lateness the day as it is written.",
      zh = "期限不会自行顺延：提醒按此前最后一个工作日发出，逾期仍按原文的日期判定。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02" }
unit "person" { "每一名职工", many = true }
task "study" { "集中学习", each = "person", due = "6月10日前" }]],
    mend = { en = "Write due = \"6月8日前\", or rest_day = \"next\" or \"ignore\" beside it.",
      zh = "写成 due = \"6月8日前\"，或在旁边写 rest_day = \"next\"（顺延）、\"ignore\"（照休息日办）。" },
    check = rest_day },

  { "calendar-provisional", level = "note",
    title = { en = "days rest on a year whose holidays are not announced", zh = "日期所在年份的放假安排尚未公布" },
    says = { en = "the holidays of {year} are not announced yet; days of this plan that may still move: {n}",
      zh = "{year} 年的放假安排尚未公布，方案中有 {n} 个日期暂按周末和法定节日推算" },
    help = { en = "nothing to do: when the year is announced, put it into holidays.d", zh = "无需改动；公布后把该年安排放进 holidays.d 即可" },
    why = { en = "Working days follow the State Council's yearly arrangement, make-up days included. Until it is out, reminders may move by some days.",
      zh = "工作日以国务院办公厅每年公布的安排（含调休）为准，公布之前提醒日可能有几天出入。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2090-03-02" }
unit "person" { "每一名职工", many = true }
task "study" { "集中学习", each = "person", due = "6月9日前" }]],
    mend = { en = "Install the year's holidays, or wait: what is to come is re-timed when they are known.",
      zh = "补上该年的放假安排；公布后，尚未发生的提醒会自动重新排期。" },
    check = calendar_provisional },

  { "undated", level = "note",
    title = { en = "a time from which no day can be computed", zh = "时间只有说法，没有日期" },
    says = { en = "{told}", zh = "{told}" },
    help = { en = "name a day or a rhythm where you can decide it: 每月底, 每季度末", zh = "能自己定的，请写日期或周期，如“每月底”“每季度末”" },
    why = { en = "For 及时, 长期 or 定期 there is no day to remind of and none to be late at: such duties are only registered.",
      zh = "“及时”“长期”“定期”算不出哪一天：这类事项只登记，不提醒，也不判逾期。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02" }
unit "unit" { "局属各单位", many = true }
task "urge" { "督促落实", each = "unit", due = "及时" }]],
    mend = { en = "Say per = \"每月底\", with implied = { \"per\" } when the notice does not say it.",
      zh = "写 per = \"每月底\"；通知没有写明的，再加 implied = { \"per\" }。" },
    check = undated },

  { "fuzzy-end", level = "note",
    title = { en = "the bounds of a time were decided, not said", zh = "起止日是按惯例取的" },
    says = { en = "“{phrase}” names no day: {taken} was taken", zh = "“{phrase}”没有写到日，按 {taken} 计" },
    help = { en = "name the day when you can decide it", zh = "能自己定的，请写明哪一天" },
    why = { en = "月初 is read as the first ten days, 前后 as three days around, 暑假 as July and August. Others may read it otherwise.",
      zh = "“月初”按上旬、“前后”按前后各 3 天、“暑假”按 7 至 8 月理解，别人的理解可能不同。" },
    example = [[plan "e" { "活动方案", issuer = "区卫生局", issued = "2010-03-15" }
unit "unit" { "各单位", many = true }
task "rectify" { "整改落实", each = "unit", when = "9月初~12月初" }]],
    mend = { en = "Write when = \"9月1日~12月10日\"; another reading can stand in also.",
      zh = "写明 when = \"9月1日~12月10日\"；另一种理解可记在 also 里。" },
    check = fuzzy_end },

  { "standing-without-review", level = "warning",
    title = { en = "something goes on without end and is never looked at again", zh = "长期事项没有复核时间" },
    says = { en = "“{name}” has no end and no review", zh = "“{name}”长期有效，没有写复核时间" },
    help = { en = "add review = \"每年12月\"", zh = "加上 review = \"每年12月\"" },
    why = { en = "What has no end is forgotten, or goes on when it no longer fits. A day in the year on which somebody asks is enough.",
      zh = "没有终点的事，不是被忘掉，就是过了时还在做。每年有一天问一问就够了。" },
    example = [[plan "e" { "长效机制方案", issuer = "市第二医院", issued = "2021-10-12" }
unit "office" { "党政办" }
task "culture" { "医院文化建设", by = "office", when = "长期" }]],
    mend = { en = "Give the item or the plan a review: review = \"每年12月\".", zh = "在事项或 plan 里写 review = \"每年12月\"。" },
    check = standing_without_review },

  { "year-missing", level = "warning",
    title = { en = "neither a day of issue nor a year", zh = "没有印发日期，也没有年份" },
    says = { en = "“{name}” has neither a day of issue nor a year", zh = "“{name}”没有印发日期，也没有年份" },
    help = { en = "add issued = \"2012-06-01\", and implied = { \"issued\" } when the notice does not say it",
      zh = "请写 issued = \"2012-06-01\"；通知没有日期的，再加 implied = { \"issued\" }" },
    why = { en = "Notices leave the year out. Without a day of issue no phrase can be read, and nothing tells when the plan begins.",
      zh = "通知里的日期多不写年份。没有印发日期，任何时间都算不出来，也不知道方案从哪天开始。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局" }
unit "office" { "办公室" }
task "column" { "开辟专栏", by = "office" }]],
    mend = { en = "State issued; a year alone is enough where only months are named.", zh = "写明 issued；只涉及月份的，写 year 也可以。" } },

  { "year-inferred", level = "note",
    title = { en = "the year was taken, not said", zh = "年份是推定的" },
    says = { en = "{told}", zh = "{told}" },
    help = { en = "ask the issuing office for the day of issue", zh = "请向发文单位核实印发日期" },
    why = { en = "Every day of the plan hangs on that year. Where a notice above was issued in the same year, that is what speaks for it.",
      zh = "方案里的每个日期都依赖这个年份；上级通知在同一年印发，可作为依据。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-06-01", implied = { "issued" } }
unit "office" { "办公室" }
task "column" { "开辟专栏", by = "office", due = "7月5日前" }]],
    mend = { en = "When the day is known, state it as issued and take it out of implied.", zh = "查到印发日期后写进 issued，并从 implied 中去掉。" },
    check = year_inferred },
}
