--- Whether a plan keeps the mandates of the notices above it (design: a mandate can only be narrowed).
--- What binds us is found by conformance/mandates.lua, each case judged by conformance/judge.lua, with
--- times.lua for dates and content.lua for what a piece must be like. Here are the rules, the verdicts, and what is
--- said once where a chain of notices would say it twice.
local check = require("check")
local content = require("check.conformance.content")
local judge = require("check.conformance.judge")
local mandates = require("check.conformance.mandates")
local family = require("check.conformance.rules")
local times = require("check.conformance.times")

-- ---- deviations --------------------------------------------------------------------------------

local function ref_of(item)
  return item.plan.id .. ":" .. item.id
end

-- The deviation that one of the items declares from `above`, that of `item` first.
local function deviation_of(items, item, above)
  local ref = ref_of(above)
  local own = item.sealed.deviates
  if own and check.contains(own.from, ref) then
    return own, item
  end
  for _, other in ipairs(items) do
    local deviates = other.sealed.deviates
    if deviates and check.contains(deviates.from, ref) then
      return deviates, other
    end
  end
  return nil
end

local collective = { ["smaller-audience"] = true, ["lower-minimum"] = true, ["dropped-report"] = true, ["other-receiver"] = true }

-- Sorts the faults of a case: those of an item that deviates are no violations.
local function sort_faults(case)
  case.violations, case.deviations = {}, {}
  for _, fault in ipairs(case.faults) do
    local deviates, item = deviation_of(collective[fault.rule] and case.items or {}, fault.item, case.above)
    if deviates then
      local told = case.deviations[item] or { deviates = deviates, rules = {} }
      case.deviations[item] = told
      if not check.contains(told.rules, fault.rule) then
        table.insert(told.rules, fault.rule)
      end
    else
      table.insert(case.violations, fault)
    end
  end
end

-- ---- conflicts ---------------------------------------------------------------------------------

local function limits_conflict(a, b)
  local function beyond(x, y)
    return x and y and x.max and y.min and not x.percent and not y.percent and x.max < y.min
  end
  local a_where, b_where = a.sealed.where or {}, b.sealed.where or {}
  for _, key in ipairs { "chars", "minutes", "amount" } do
    local x, y = a_where[key], b_where[key]
    if x and y and x.unit == y.unit and (beyond(x, y) or beyond(y, x)) then
      return key
    end
  end
  local x, y = a.count, b.count
  if beyond(x, y) and not x.exact or beyond(y, x) and not y.exact then
    return "count"
  end
  return nil
end

local function dates_conflict(a, b)
  local first = a.when and not a.when.from and a.when.first
  local due = times.due(b)
  return first and due and first > due
end

-- In what two items above exclude each other; nil = in nothing.
local function conflict_of(a, b)
  if (a.binding == "never") ~= (b.binding == "never") then
    return "binding"
  elseif dates_conflict(a, b) or dates_conflict(b, a) then
    return "time"
  end
  return limits_conflict(a, b)
end

local function find_conflicts(found, by_item)
  for _, item in ipairs(found.plan.items) do
    local list = by_item[item] or {}
    for i = 1, #list do
      for j = i + 1, #list do
        local a, b = list[i], list[j]
        local chain = mandates.fulfils(found.survey, a, b) or mandates.fulfils(found.survey, b, a)
        local key = not chain and conflict_of(a, b)
        if key then
          table.insert(found.conflicts, { item = item, first = a, second = b, key = key })
        end
      end
    end
  end
end

-- ---- the whole ---------------------------------------------------------------------------------

local kept = setmetatable({}, { __mode = "k" }) -- the rules and the verdicts ask for the same

local function judge_all(plan)
  local found = { plan = plan, survey = mandates.survey(plan), cases = {}, conflicts = {} }
  local by_item = {}
  for _, above in ipairs(found.survey.answered) do
    local case = judge.judge(found.survey, above, found.survey.answers[above])
    sort_faults(case)
    table.insert(found.cases, case)
    for _, item in ipairs(case.items) do
      by_item[item] = by_item[item] or {}
      table.insert(by_item[item], above)
    end
  end
  find_conflicts(found, by_item)
  kept[plan] = found
  return found
end

local function found_in(plan)
  return kept[plan] or judge_all(plan)
end

-- ---- reporting ---------------------------------------------------------------------------------

local mandated = { en = "mandated here", zh = "上级在这里要求" }

-- True when the item above keeps, in this respect, what a further one asks: mending ours for the
-- nearer mends it for both.
local function keeps(found, nearer, further, rule)
  local case = judge.judge(found.survey, further, { nearer })
  for _, fault in ipairs(case.faults) do
    if fault.rule == rule then
      return false
    end
  end
  return true
end

local function is_said(found, said, fault, above)
  local told = said[fault.item] and said[fault.item][fault.rule] or {}
  for _, nearer in ipairs(told) do
    if mandates.fulfils(found.survey, nearer, above) and keeps(found, nearer, above, fault.rule) then
      return true
    end
  end
  return false
end

local function remember(said, fault, above)
  local rules = said[fault.item] or {}
  said[fault.item] = rules
  rules[fault.rule] = rules[fault.rule] or {}
  table.insert(rules[fault.rule], above)
end

-- What follows from a conflict above is no fault of ours.
local function follows_from(conflict, fault)
  local key, rule = conflict.key, fault.rule
  if key == "binding" then
    return true
  elseif key == "time" then
    return rule == "later-due" or rule == "shorter-window"
  end
  return rule == "laxer-content" and fault.values.what == content.label(key) or key == "count" and rule == "lower-minimum"
end

local function is_in_conflict(found, fault, above)
  for _, conflict in ipairs(found.conflicts) do
    local concerned = conflict.first == above or conflict.second == above
    if conflict.item == fault.item and concerned and follows_from(conflict, fault) then
      return true
    end
  end
  return false
end

local function report_fault(report, case, fault)
  local finding = fault.values
  finding.rule, finding.item, finding.field, finding.part = fault.rule, fault.item, fault.field, fault.part
  finding.other = { item = case.above, field = fault.other_field }
  finding.other_text = mandated
  report(finding)
end

local function report_violations(found, report)
  local said = {}
  for _, case in ipairs(found.cases) do
    for _, fault in ipairs(case.violations) do
      if not is_in_conflict(found, fault, case.above) and not is_said(found, said, fault, case.above) then
        remember(said, fault, case.above)
        report_fault(report, case, fault)
      end
    end
  end
end

-- What is laxer, by the names of the rules in English, by their titles in Chinese.
local function laxer_in(names)
  local titles = {}
  for _, rule in ipairs(family) do
    titles[rule[1]] = rule.title.zh
  end
  local told = {}
  for i, name in ipairs(names) do
    told[i] = titles[name]
  end
  return { en = table.concat(names, ", "), zh = table.concat(told, "、") }
end

local function report_deviations(found, report)
  for _, case in ipairs(found.cases) do
    for _, item in ipairs(case.items) do
      local told = case.deviations[item]
      if told then
        report {
          rule = told.deviates.approved_by and "deviates" or "unapproved", item = item, field = "deviates",
          name = item.name, above_name = case.above.name, rules = laxer_in(told.rules),
          reason = told.deviates.reason, approved_by = told.deviates.approved_by,
          other = { item = case.above }, other_text = mandated,
        }
      end
    end
  end
end

-- The plan directly above by which a plan is reached. Plans stand above one another by many ways: each
-- is looked at once.
local function way_to(plan, goal, seen)
  seen = seen or {}
  for _, above in ipairs(plan.above) do
    if not seen[above] then
      seen[above] = true
      if above == goal or way_to(above, goal, seen) then
        return above
      end
    end
  end
  return nil
end

local function report_missing(found, report)
  for _, above in ipairs(found.survey.missing) do
    local way = way_to(found.plan, above.plan)
    report {
      rule = "missing", field = "under", part = way and way.id or nil, above_name = above.name, above_plan = above.plan.name,
      ref = ref_of(above), other = { item = above }, other_text = mandated,
    }
  end
end

local function report_conflicts(found, report)
  for _, conflict in ipairs(found.conflicts) do
    report {
      rule = "conflict-above", item = conflict.item, field = "fulfils", part = ref_of(conflict.second), name = conflict.item.name,
      first = conflict.first.name, first_place = ("%s.lua:%d"):format(conflict.first.plan.id, conflict.first.line),
      second = conflict.second.name, what = content.label(conflict.key),
      other = { item = conflict.second }, other_text = mandated,
    }
  end
end

local function check_conformance(plan, report)
  local found = found_in(plan)
  report_missing(found, report)
  report_violations(found, report)
  report_deviations(found, report)
  report_conflicts(found, report)
end

-- ---- verdicts ----------------------------------------------------------------------------------

local function rules_of(faults, item)
  local rules = {}
  for _, fault in ipairs(faults) do
    if fault.item == item and not check.contains(rules, fault.rule) then
      table.insert(rules, fault.rule)
    end
  end
  return rules
end

local wider = { wider = true, longer = true }
local laxer = { later = true, fewer = true, shorter = true, laxer = true, smaller = true, dropped = true, other = true }

local function direction(details)
  local verdict = "equal"
  for _, detail in ipairs(details) do
    if not wider[detail.by] and not laxer[detail.by] then
      return "tightened"
    elseif wider[detail.by] then
      verdict = "extended"
    end
  end
  return verdict
end

local function verdict_of(case, item)
  local rules = rules_of(case.violations, item)
  if #rules > 0 then
    return "violates", rules
  end
  local told = case.deviations[item]
  if told then
    return told.deviates.approved_by and "deviates" or "unapproved", told.rules
  end
  return case.uncertain and "not-comparable" or direction(case.details[item] or {}), {}
end

-- A text in two languages as one text.
local function said(value, lang)
  return type(value) == "table" and value[lang] or value
end

local function details_of(case, item, lang)
  local list = {}
  for _, found in ipairs(case.details[item] or {}) do
    table.insert(list, { field = found.field, by = found.by, ours = said(found.ours, lang), above = said(found.above, lang) })
  end
  return #list > 0 and list or nil
end

local conformance = {}

--- The verdict on each pair of our item and an item above that it fulfils, in the order of ours, then
--- what is missing.
---@param plan Plan
---@param lang "en"|"zh"
---@return table[] { item, name (absent when missing), above = "plan:item", above_name, verdict =
---"equal"|"tightened"|"extended"|"deviates"|"unapproved"|"violates"|"not-comparable"|"missing", rules? = names
---of what is violated or deviated from, details? = { { field, by = "earlier" …, ours, above } }, why? = what
---is not comparable }
function conformance.verdicts(plan, lang)
  local found, by_item, list = found_in(plan), {}, {}
  for _, case in ipairs(found.cases) do
    for _, item in ipairs(case.items) do
      by_item[item] = by_item[item] or {}
      table.insert(by_item[item], case)
    end
  end
  for _, item in ipairs(plan.items) do
    for _, case in ipairs(by_item[item] or {}) do
      local verdict, rules = verdict_of(case, item)
      table.insert(list, {
        item = item.id, name = item.name, above = ref_of(case.above), above_name = case.above.name, verdict = verdict,
        rules = #rules > 0 and rules or nil, details = details_of(case, item, lang),
        why = verdict == "not-comparable" and said(case.uncertain, lang) or nil,
      })
    end
  end
  for _, above in ipairs(found.survey.missing) do
    table.insert(list, { above = ref_of(above), above_name = above.name, verdict = "missing", rules = { "missing" } })
  end
  return list
end

family[1].check = check_conformance
family.verdicts = conformance.verdicts

return family
