--- Reminders that can never come. The engine's meanings (core/engine/agenda.h) hold: a tier that lies
--- before the issue is sent on the day of issue instead, one that lies in the period before is not sent.
local calendar = require("calendar")
local days = require("check.days")

local FAR = 24 -- occurrences that are looked at where a rhythm has no end

-- The days between which an item can be met; the last is nil when it has no end.
local function bounds_of(item)
  local plan = item.plan
  local when = item.when and not item.when.undated and item.when.kind ~= "recurring" and item.when or plan.when or {}
  local first = math.max(days.known(plan) or when.first or 0, when.first or 0)
  local due = days.due(item)
  return first, due and math.min(due.last, when.last or due.last) or when.last
end

-- Up to FAR days of a recurring date within the item's bounds.
local function days_within(item, date)
  local first, last = bounds_of(item)
  local found = {}
  for _, span in ipairs(calendar.next(date.rule, math.max(first, date.first or first), FAR) or {}) do
    if span.first <= math.min(last or span.first, date.last or span.first) then
      table.insert(found, span.last)
    end
  end
  return found
end

-- A tier never reaches back into the period before its own; see agenda.h.
local function reaches(reminder, dues)
  for i, day in ipairs(dues) do
    local working = calendar.workday_on_or_before(day) or day
    for _, tier in ipairs(reminder.tiers) do
      local fires = calendar.workday_on_or_before(working + tier) or working + tier
      if tier > 0 or (i == 1 and #dues == 1) or (i > 1 and fires > dues[i - 1]) then
        return true
      end
    end
  end
  return false
end

local function has_turns(item)
  for _, other in ipairs(item.plan.items) do
    if other.word == "phase" and days.is_dated(other.when) and not other.when.from then
      return true
    end
  end
  return false
end

local none = { en = "“{name}” has neither a due nor a rhythm: this reminder never comes",
  zh = "“{name}”没有期限，也没有周期，这条提醒不会发出" }
local forbidden = { en = "“{name}” is something not to be done: this reminder never comes",
  zh = "“{name}”是不得做的事，这条提醒不会发出" }
local outside = { en = "“{name}” has no day of “{phrase}” within its time: this reminder never comes",
  zh = "“{name}”办理期间没有一天合乎“{phrase}”，这条提醒不会发出" }
local no_rhythm = { en = "“{phrase}” is no rhythm: this reminder of “{name}” never comes",
  zh = "“{phrase}”不是周期，“{name}”的这条提醒不会发出" }
local too_early = { en = "“{name}” recurs more often than this reminder reaches back: it comes at most once",
  zh = "“{name}”每期的间隔比提前的天数还短，这条提醒至多发出一次" }

-- The dates at which an item recurs, as the engine takes them.
local function rhythms_of(item)
  if item.per then
    return item.per
  elseif item.due and item.due.kind == "recurring" then
    return { item.due }
  end
  return item.when and item.when.kind == "recurring" and { item.when } or {}
end

local function is_due_once(item)
  if item.word == "phase" then
    return days.is_dated(item.when) and not item.when.from
  elseif item.per_phase then
    return has_turns(item)
  end
  return not item.per and (days.due(item) or (item.due and item.due.years)) ~= nil
end

-- Why the tiers of a reminder never come for an item, and a phrase; nil = they do.
local function tiers_fault(reminder, item)
  if is_due_once(item) then
    return nil
  end
  local fault, phrase = none, nil
  for _, date in ipairs(rhythms_of(item)) do
    local dues = date.kind == "recurring" and days_within(item, date) or {}
    if days.is_dated(date) or reaches(reminder, dues) then
      return nil
    elseif date.kind == "recurring" then
      fault, phrase = #dues > 0 and too_early or outside, date.phrase
    end
  end
  return fault, phrase
end

local function rhythm_fault(reminder, item)
  local every = reminder.every
  if every.undated or every.kind == "standing" then
    return no_rhythm, every.phrase
  elseif every.kind == "recurring" and #days_within(item, every) == 0 then
    return outside, every.phrase
  end
  return reminder.all and not days.due(item) and not days.recurs(item) and none or nil
end

-- Why a reminder never comes for an item, and a phrase; nil = it does.
local function fault_of(reminder, item)
  local fault, phrase
  if item.binding == "never" then
    return forbidden
  elseif reminder.every then
    fault, phrase = rhythm_fault(reminder, item)
  end
  if #reminder.tiers == 0 or (reminder.every and not fault) then
    return fault, phrase
  end
  return tiers_fault(reminder, item)
end

-- A reminder about everything is about what is owed.
local function remind_all(plan, reminder, report)
  for _, item in ipairs(plan.items) do
    local owed = item.word ~= "phase" and (item.binding == "must" or item.binding == "should")
    if owed and not fault_of(reminder, item) then
      return
    end
  end
  report {
    node = reminder,
    told = { en = "no duty in the plan has a day that this reminder could be for: it never comes",
      zh = "方案里没有一项工作的日期用得上这条提醒，它不会发出" },
  }
end

local function remind_about(plan, reminder, report)
  for _, id in ipairs(reminder.sealed.about) do
    local item = plan.item[id]
    local fault, phrase
    if item then
      fault, phrase = fault_of(reminder, item)
    end
    if fault then
      report { node = reminder, field = "about", part = id, name = item.name, phrase = phrase, told = fault }
    end
  end
end

--- Reminders that never come: for an item that they name, or, when they name none, for all.
---@param plan Plan
---@param report fun(finding: Report)
local function orphan_remind(plan, report)
  for _, reminder in ipairs(plan.reminders) do
    reminder.file = reminder.sealed.file
    if (reminder.sealed.step or 1) > 1 then -- the first step of an escalation speaks for all
      goto next
    elseif reminder.all then
      remind_all(plan, reminder, report)
    else
      remind_about(plan, reminder, report)
    end
    ::next::
  end
end

-- The roles that an operator's table of addresses knows.
local ROLES = { contact = true, head = true, office = true, leader = true }

local unknown_role = { en = "nobody has the role “{phrase}” unless the operator's table of addresses names it",
  zh = "除非运维的通讯录里另有约定，没有人担任“{phrase}”" }
local no_office = { en = "the plan has no owner, whose office would be told",
  zh = "方案没有写明本级单位（owner），不知道通知哪个办公室" }

--- Escalations to somebody who cannot be found.
---@param plan Plan
---@param report fun(finding: Report)
local function escalation_role(plan, report)
  for _, reminder in ipairs(plan.reminders) do
    local role = reminder.sealed.to
    local told = not ROLES[role] and unknown_role or (role == "office" and not plan.owner and no_office)
    if reminder.sealed.step and told then
      reminder.file = reminder.sealed.file
      report { node = reminder, field = "steps", part = role, phrase = role, told = told }
    end
  end
end

return {
  { "orphan-remind", level = "warning",
    title = { en = "a reminder that can never come", zh = "永远不会发出的提醒" },
    says = { en = "{told}", zh = "{told}" },
    help = { en = "give the item a due or a rhythm, or take the reminder out", zh = "请给该事项写上期限或周期，或删去这条提醒" },
    why = { en = "A reminder needs a day to count from. One that never comes is worse than none: its author relies on it.",
      zh = "提醒要有日期才能倒推。写了却永远不发，比不写更糟：编制人以为有人会被提醒。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-06-01" }
unit "office" { "办公室" }
task "column" { "开辟专栏", by = "office" }
remind { about = "column", before = { "7d" } }]],
    mend = { en = "Write due = \"7月5日前\" at the item, or about = another item.", zh = "在事项上写 due = \"7月5日前\"，或把 about 改为有期限的事项。" },
    check = orphan_remind },
  { "escalation-role", level = "warning",
    title = { en = "an escalation to a role that nobody has", zh = "督办的角色没有人担任" },
    says = { en = "{told}", zh = "{told}" },
    help = { en = "take head, office or leader, nearest first", zh = "请写 head（科室负责人）、office（党政办）、leader（分管领导），由近到远" },
    why = { en = "A step that reaches nobody stops the escalation where it is needed most.",
      zh = "这一级通知不到人，督办就断在最要紧的地方。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-06-01" }
unit "office" { "办公室" }
task "column" { "开辟专栏", by = "office", due = "7月5日前" }
escalate { about = "column", steps = { "head", "director" } }]],
    mend = { en = "escalate { about = \"column\", steps = { \"head\", \"leader\" } }", zh = "写成 escalate { about = \"column\", steps = { \"head\", \"leader\" } }。" },
    check = escalation_role },
}
