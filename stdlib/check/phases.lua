--- How phases lie beside one another, how they are numbered, and what lies outside the phase that it
--- stands in. Only a time that is said counts: a phase that takes its time from its container is a heading.
local calendar = require("calendar")
local check = require("check")
local days = require("check.days")

-- ---- siblings in time ------------------------------------------------------------------------------------

-- Calls visit(children) for the items at the top and for those of each container.
local function each_family(plan, visit)
  local top = {}
  for _, item in ipairs(plan.items) do
    if not item.parent then
      table.insert(top, item)
    end
    if #item.children > 1 then
      visit(item.children)
    end
  end
  visit(top)
end

-- The phases among siblings that have days of their own, by their first day.
local function in_time(children)
  local phases = {}
  for place, item in ipairs(children) do
    local when = item.word == "phase" and item.when
    if when and not when.from and days.is_dated(when) and when.first then
      table.insert(phases, { item = item, first = when.first, last = when.last, place = place })
    end
  end
  table.sort(phases, function(a, b)
    if a.first ~= b.first then
      return a.first < b.first
    end
    return a.place < b.place
  end)
  return phases
end

-- Calls visit(phase, before) for each phase in time, with that of the earlier ones which ends last.
local function each_pair(plan, visit)
  each_family(plan, function(children)
    local before
    for _, phase in ipairs(in_time(children)) do
      if before then
        visit(phase, before)
      end
      if not before or phase.last > before.last then
        before = phase
      end
    end
  end)
end

-- A finding at a phase, the other one as its second place.
local function between(phase, before, first, last)
  return days.at(phase.item, "when", {
    before = before.item.name, first = check.date(first), last = check.date(last), days = last - first + 1,
    other = { item = before.item, field = "when" }, other_text = { en = "the other phase", zh = "另一个阶段" },
  })
end

--- Sibling phases that share days: each is compared with the earlier one that ends last.
---@param plan Plan
---@param report fun(finding: Report)
local function phase_overlap(plan, report)
  each_pair(plan, function(phase, before)
    if phase.first <= before.last then
      report(between(phase, before, phase.first, math.min(phase.last, before.last)))
    end
  end)
end

--- Days between sibling phases that belong to none of them, when a working day is among them.
---@param plan Plan
---@param report fun(finding: Report)
local function phase_gap(plan, report)
  each_pair(plan, function(phase, before)
    local first, last = before.last + 1, phase.first - 1
    local working = first <= last and calendar.workdays_between(first, last) or 0
    if working > 0 then
      local told = between(phase, before, first, last)
      told.working = working
      report(told)
    end
  end)
end

-- ---- numbers in labels ---------------------------------------------------------------------------------------

local digits = { ["零"] = 0, ["〇"] = 0, ["一"] = 1, ["二"] = 2, ["两"] = 2, ["三"] = 3, ["四"] = 4, ["五"] = 5,
  ["六"] = 6, ["七"] = 7, ["八"] = 8, ["九"] = 9 }
local names = { "一", "二", "三", "四", "五", "六", "七", "八", "九" }

-- 十二 → 12, nil when it is no number below 100.
local function value_of(text)
  local tens, ones = text:match("^(.-)十(.-)$")
  if not tens then
    return digits[text]
  end
  tens, ones = tens == "" and 1 or digits[tens], ones == "" and 0 or digits[ones]
  return tens and ones and tens * 10 + ones
end

local function hanzi_of(number)
  local tens, ones = number // 10, number % 10
  if number > 99 then
    return tostring(number)
  end
  return (tens > 1 and names[tens] or "") .. (tens > 0 and "十" or "") .. (names[ones] or "")
end

local function circled_of(number)
  return number <= 20 and utf8.char(0x2460 + number - 1) or tostring(number)
end

-- Where Hanzi that make a number begin and end in a label.
local function find_hanzi(label)
  local from, to
  for place, code in utf8.codes(label) do
    local character = utf8.char(code)
    local numeral = digits[character] or character == "十"
    if numeral and not from then
      from = place
    end
    if numeral then
      to = place + #character - 1
    elseif from then
      break
    end
  end
  return from, to
end

-- A label's number, and how one writes another number in its way: 第三阶段, (三), 三、, 3., ③; nil when
-- it has none.
local function number_of(label)
  for place, code in utf8.codes(label) do
    if code >= 0x2460 and code <= 0x2473 then
      local rest = label:sub(utf8.offset(label, 2, place))
      return code - 0x2460 + 1, label:sub(1, place - 1), rest, circled_of
    end
  end
  local from, to = label:find("%d+")
  if from then
    return tonumber(label:sub(from, to)), label:sub(1, from - 1), label:sub(to + 1), tostring
  end
  from, to = find_hanzi(label)
  local number = from and value_of(label:sub(from, to))
  if number then
    return number, label:sub(1, from - 1), label:sub(to + 1), hanzi_of
  end
end

-- The numbered items among siblings, those that number in the same way together.
local function numbered(children)
  local series, order = {}, {}
  for _, item in ipairs(children) do
    local number, before, behind, write
    if item.label then
      number, before, behind, write = number_of(item.label)
    end
    if number then
      local way = before .. "#" .. behind
      if not series[way] then
        series[way] = {}
        table.insert(order, series[way])
      end
      local function label(other)
        return before .. write(other) .. behind
      end
      table.insert(series[way], { item = item, number = number, label = label })
    end
  end
  return order
end

-- What is said of the entry at `place` when `expected` should stand there.
local function misnumbered(list, place, expected)
  local entry = list[place]
  local told = {
    item = entry.item, field = "label", name = entry.item.name, label = entry.item.label,
    expected = entry.label(expected), before = place > 1 and list[place - 1].item.label or nil,
    told = { en = "“{name}” is “{label}”, where “{expected}” is expected", zh = "“{name}”标为“{label}”，按顺序应为“{expected}”" },
  }
  for other, twin in ipairs(list) do
    if other ~= place and twin.number == entry.number then
      told.other, told.other_text = { item = twin.item, field = "label" }, { en = "the same label", zh = "同样的编号" }
      told.told = { en = "“{name}” is “{label}” like another, where “{expected}” is expected",
        zh = "“{name}”与另一项同为“{label}”，按顺序应为“{expected}”" }
      break
    end
  end
  return told
end

-- Labels that repeat or skip. One that is followed by what should come next anyway is a slip of its own;
-- behind any other, one counts on from it. A series may go on from `last`, the one before it.
local function check_series(list, last, report)
  local expected = list[1].number == (last or 0) + 1 and list[1].number or 1
  for place, entry in ipairs(list) do
    local next = list[place + 1]
    if entry.number ~= expected then
      report(misnumbered(list, place, expected))
    end
    local slip = entry.number ~= expected and (not next or next.number == expected + 1)
    expected = (slip and expected or entry.number) + 1
  end
  return expected - 1
end

--- Labels that number siblings and repeat or skip, each way of numbering for itself.
---@param plan Plan
---@param report fun(finding: Report)
local function numbering(plan, report)
  local last = {}
  local function visit(children)
    for _, list in ipairs(numbered(children)) do
      local way = list[1].label(0)
      last[way] = check_series(list, last[way], report)
    end
  end
  each_family(plan, visit)
end

-- ---- outside the phase -----------------------------------------------------------------------------------------

-- The days of an item's container, and where they are said; nil when it has none of its own. A start that
-- is only the day of issue was not said (5月底前).
local function container_days(item)
  local container = item.parent
  local when = container and container.when
  if not when or when.from == "plan" or not days.is_dated(when) then
    return nil
  end
  local first = when.kind == "interval" and when.first ~= item.plan.issued and when.first or nil
  return days.holder_of_when(container), first, when.last
end

-- The first day of an item that is said at it, the last one, and the field.
local function own_days(item)
  local due = days.due(item)
  if due and not due.from and not item.per then
    return due.last, due.last, "due"
  end
  local when = item.when
  if when and not when.from and days.is_dated(when) and when.kind ~= "standing" then
    return when.first or when.last, when.last, "when"
  end
end

local function lies_outside(item, first, last, phase_first, phase_last)
  if phase_first and first < phase_first then
    return first == last and { en = "“{name}” is due {last}, before “{phase}” begins ({edge})",
      zh = "“{name}”{last}截止，早于所在“{phase}”的开始日（{edge}）" }
      or { en = "“{name}” begins {first}, before “{phase}” does ({edge})",
        zh = "“{name}”从 {first} 开始，早于所在“{phase}”的开始日（{edge}）" }, phase_first
  elseif last > phase_last then
    return (item.word == "phase" or item.per) and { en = "“{name}” ends {last}, after “{phase}” ({edge})",
      zh = "“{name}”{last}结束，晚于所在“{phase}”的结束日（{edge}）" }
      or { en = "“{name}” is due {last}, after “{phase}” has ended ({edge})",
        zh = "“{name}”{last}截止，晚于所在“{phase}”的结束日（{edge}）" }, phase_last
  end
end

--- A due, else a `when`, that an item says itself and that lies outside the days of its container. A time that
--- comes from the plan as a whole bounds nothing: reports are often due when all is over.
---@param plan Plan
---@param report fun(finding: Report)
local function due_outside_phase(plan, report)
  for _, item in ipairs(plan.items) do
    local first, last, field = own_days(item)
    local holder, phase_first, phase_last = nil, nil, nil
    if first then
      holder, phase_first, phase_last = container_days(item)
    end
    local told, edge
    if holder then
      told, edge = lies_outside(item, first, last, phase_first, phase_last)
    end
    if told then
      report(days.at(item, field, {
        told = told, first = check.date(first), last = check.date(last), phase = holder.name, edge = check.date(edge),
        other = { item = holder, field = "when" }, other_text = { en = "the phase", zh = "所在阶段" },
      }))
    end
  end
end

-- ---- the rules ---------------------------------------------------------------------------------------------------

return {
  { "phase-overlap", level = "note",
    title = { en = "two phases share days", zh = "两个阶段时间重叠" },
    says = { en = "“{name}” and “{before}” share {days} days, {first} to {last}",
      zh = "“{name}”与“{before}”重叠 {days} 天：{first} 至 {last}" },
    why = { en = "Phases may overlap. A piece of work that names no phase counts in the open one which ends first and still lacks one.",
      zh = "阶段可以交叉。没有注明阶段的材料，计入正在进行、先结束而且还缺的那个阶段。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-06-01" }
phase "discuss" { "讨论交流阶段", when = "6月中旬至7月份" }
phase "results" { "形成成果阶段", when = "7月至年底" }]],
    mend = { en = "If it is not meant, let the later one begin when the earlier one is over: when = \"8月至年底\".",
      zh = "若非本意，让后一阶段在前一阶段结束后开始，如 when = \"8月至年底\"。" },
    check = phase_overlap },

  { "phase-gap", level = "warning",
    title = { en = "working days that belong to no phase", zh = "两个阶段之间有空档" },
    says = { en = "between “{before}” and “{name}” lie {working} working days of no phase, {first} to {last}",
      zh = "“{before}”与“{name}”之间有 {working} 个工作日不属于任何阶段：{first} 至 {last}" },
    help = { en = "let one of the two reach to the other, or allow it when nothing is to be done then",
      zh = "请把两个阶段接上；确实停办的，用 allow 注明" },
    why = { en = "Phases of a notice usually follow one another; a gap is mostly a slip in one of the dates. A weekend between them is none.",
      zh = "各阶段一般前后相接，空档多半是某个日期写错了。中间只隔周末的不算。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-06-01" }
phase "mobilise" { "学习动员阶段", when = "6月上旬" }
phase "discuss" { "讨论交流阶段", when = "6月下旬至7月份" }]],
    mend = { en = "Write when = \"6月中旬至7月份\".", zh = "写成 when = \"6月中旬至7月份\"。" },
    check = phase_gap },

  { "numbering", level = "warning",
    title = { en = "numbers in labels repeat or skip", zh = "编号重复或跳号" },
    says = { en = "{told}", zh = "{told}" },
    help = { en = "expected: “{expected}”; keep the notice's own in `text`", zh = "应为“{expected}”；通知原来的写法可留在 text 里" },
    why = { en = "People cite phases by their number. With two third ones, “by the end of the third phase” has two meanings.",
      zh = "大家按编号引用阶段。有两个“第三阶段”时，“第三阶段结束前”就有两种理解。" },
    example = [[plan "e" { "活动方案", issuer = "区卫生局", issued = "2010-02-01" }
phase "mobilise" { "宣传发动阶段", label = "第一阶段", when = "2月~3月底" }
phase "study" { "深入学习阶段", label = "第三阶段", when = "4月初~5月底" }
phase "analyse" { "分析检查阶段", label = "第三阶段", when = "6月初~8月底" }]],
    mend = { en = "Write label = \"第二阶段\" at the second one.", zh = "第二个阶段写 label = \"第二阶段\"。" },
    check = numbering },

  { "due-outside-phase", level = "warning",
    title = { en = "a day lies outside the phase that it stands in", zh = "日期不在所在阶段之内" },
    says = { en = "{told}", zh = "{told}" },
    help = { en = "move the item to the phase that it belongs to, or correct one of the days",
      zh = "请把该事项移到相应阶段，或更正其中一个日期" },
    why = { en = "A duty that is due before its phase begins, or after it has ended, is mostly a slip: a lost 底, or the wrong section.",
      zh = "期限早于阶段开始或晚于阶段结束，多半是笔误：漏了“底”字，或放错了部分。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-06-01" }
unit "bureau" { "市卫生局" }
phase "results" { "形成成果阶段", when = "7月至年底",
  task "refine" { "提炼内涵", by = "bureau", due = "6月29日前" },
}]],
    mend = { en = "Write due = \"7月底前\".", zh = "写成 due = \"7月底前\"。" },
    check = due_outside_phase },
}
