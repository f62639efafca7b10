--- Judges the items of ours that fulfil one item above: each must keep its date and what it asks of a
--- piece; together they must reach its people, its number, its receiver.
local calendar = require("calendar")
local check = require("check")
local content = require("check.conformance.content")
local mandates = require("check.conformance.mandates")
local times = require("check.conformance.times")

local judge = {}

---@class Fault
---@field rule string
---@field item Item ours
---@field field? string of ours
---@field part? string
---@field other_field? string of the item above
---@field values table<string, any> for the texts

---@class Judgement
---@field faults Fault[]
---@field details table<Item, table[]> { field, by ("equal" is left out), ours, above }
---@field uncertain? Text why something could not be compared

local none = { en = "none", zh = "无" }
local no_due = { en = "on no day", zh = "未定" }

local function told(case, rule, item, field, values)
  values.name, values.above_name = item.name, case.above.name
  table.insert(case.faults, { rule = rule, item = item, field = field, other_field = values.other_field, part = values.part, values = values })
end

local function detail(case, item, field, by, ours, theirs)
  case.details[item] = case.details[item] or {}
  table.insert(case.details[item], { field = field, by = by, ours = ours, above = theirs })
end

-- The field as the item itself writes it; nil where a container gives it.
local function own(item, field)
  local value = item.sealed[field]
  return value ~= nil and not (type(value) == "table" and value.from) and field or nil
end

-- ---- time --------------------------------------------------------------------------------------

local function due_field(item)
  return own(item, "due") or own(item, "when")
end

local function iso(day)
  return day and ("%04d-%02d-%02d"):format(calendar.ymd(day)) or nil
end

local function clock(minute)
  return minute < 1440 and (" %02d:%02d"):format(minute // 60, minute % 60) or ""
end

local function compare_due(case, item, day, minute)
  local our_day, our_minute = times.due(item)
  if not our_day then
    return false
  end
  local days = our_day - day
  if days > 0 or days == 0 and our_minute > minute then
    told(case, "later-due", item, due_field(item), {
      due = check.date(our_day), at = clock(our_minute), above_due = check.date(day), above_at = clock(minute),
      other_field = due_field(case.above),
    })
    detail(case, item, "due", "later", iso(our_day) .. clock(our_minute), iso(day) .. clock(minute))
  elseif days < 0 or our_minute < minute then
    detail(case, item, "due", "earlier", iso(our_day) .. clock(our_minute), iso(day) .. clock(minute))
  end
  return true
end

local function check_due(case)
  local day, minute = times.due(case.above)
  if not day then
    return
  end
  local dated, recurring = false, false
  for _, item in ipairs(case.items) do
    dated = compare_due(case, item, day, minute) or dated
    recurring = recurring or times.recurs(item)
  end
  if not dated and not recurring then
    told(case, "later-due", case.items[1], due_field(case.items[1]),
      { due = no_due, at = "", above_due = check.date(day), above_at = clock(minute), other_field = due_field(case.above) })
    detail(case, case.items[1], "due", "later", nil, iso(day) .. clock(minute))
  end
end

-- Days that come again: in each period not later than theirs.
local function check_period_days(case)
  local theirs, above_field = times.series(case.above)
  if #theirs ~= 1 then
    return
  end
  for _, item in ipairs(case.items) do
    local ours, field = times.series(item)
    local later = #ours == 1 and times.later_in_period(ours[1], theirs[1]) or 0
    if later > 0 then
      told(case, "later-due", item, own(item, field), {
        due = ours[1].phrase, at = "", above_due = theirs[1].phrase, above_at = "", other_field = own(case.above, above_field),
      })
    end
    if later ~= 0 then
      detail(case, item, "due", later > 0 and "later" or "earlier", ours[1].phrase, theirs[1].phrase)
    end
  end
end

local function rhythm_text(item)
  if item.per_phase then
    return { en = "every phase", zh = "每阶段" }
  end
  local phrases = {}
  for _, date in ipairs((times.series(item))) do
    table.insert(phrases, date.phrase or date.rule)
  end
  return #phrases > 0 and table.concat(phrases, "、") or { en = "once", zh = "仅一次" }
end

local function check_rhythm(case)
  local above = case.above
  if not times.recurs(above) then
    return
  end
  for _, item in ipairs(case.items) do
    local by, year = times.rarer(item, above), times.left_out(item, above)
    if by < 0 or year then
      local _, field = times.series(item)
      told(case, "lower-minimum", item, field and own(item, field), {
        ours = year and { en = "none in " .. year, zh = year .. "年不开展" } or rhythm_text(item), theirs = rhythm_text(above), other_field = own(above, "per"),
      })
    end
    if by ~= 0 then
      detail(case, item, "per", by < 0 and "fewer" or "more", rhythm_text(item), rhythm_text(above))
    end
  end
end

local ends = {
  ours = { en = "ends on {day}", zh = "到 {day} 为止" },
  theirs = { en = "on {above_day}", zh = "到 {above_day} 为止" },
  without = { en = "has no end", zh = "是长期的" },
}
local begins = {
  ours = { en = "begins on {day}", zh = "从 {day} 才开始" },
  theirs = { en = "on {above_day}", zh = "从 {above_day} 开始" },
  without = { en = "asks for it from our issue on", zh = "自本方案印发起即要求" },
}

local function window_fault(case, item, field, edge, ours, theirs)
  told(case, "shorter-window", item, field and own(item, field), {
    ours = edge.ours, day = check.date(ours), theirs = theirs and edge.theirs or edge.without,
    above_day = theirs and check.date(theirs), other_field = own(case.above, "when") or own(case.above, "per"),
  })
  detail(case, item, edge == ends and "last" or "first", "shorter", iso(ours), iso(theirs))
end

-- The last day on which it is no fault of ours not to have begun: theirs, our issue, our receipt.
local function latest_start(plan, first)
  return math.max(first or -math.huge, plan.issued or -math.huge, plan.received or -math.huge)
end

local function check_window(case)
  local above = case.above
  if not times.kept_up(above) or above.per_phase then
    return
  end
  local first, last = times.window(above)
  for _, item in ipairs(case.items) do
    local our_first, our_last, field = times.window(item)
    local campaign = not last and item.when and item.when.from == "plan"
    local begins_late = our_first and (first or case.plan.issued) and our_first > latest_start(case.plan, first)
    if times.recurs(above) and not times.recurs(item) then
      begins_late = false -- that it does not come again is said already
    elseif our_last and our_last < (last or math.huge) and not campaign then
      window_fault(case, item, field, ends, our_last, last)
      begins_late = false
    end
    if begins_late then
      window_fault(case, item, "when", begins, our_first, first)
    end
    if last and (not our_last or our_last > last) then
      detail(case, item, "last", "longer", iso(our_last), iso(last))
    end
  end
end

-- ---- content -----------------------------------------------------------------------------------

local function check_content(case)
  for _, item in ipairs(case.items) do
    for _, found in ipairs(content.differences(item, case.above)) do
      if found.by < 0 then
        told(case, "laxer-content", item, own(item, found.field), {
          what = found.label, ours = found.ours or none, theirs = found.theirs or { en = "required", zh = "须有" },
          other_field = own(case.above, found.field),
        })
      end
      detail(case, item, found.key, found.by < 0 and "laxer" or "stricter", found.ours, found.theirs)
    end
  end
end

-- ---- people ------------------------------------------------------------------------------------

-- Whom an item of ours concerns; nil when it does not say and nobody knows who we are.
local function audience(case, item)
  local who = item.each or item.by
  if who then
    return who, item.each and "each" or "by"
  end
  local owner = case.plan.owner
  return owner and case.plan:select { { id = owner } } or nil
end

local function holds(case, whole, part)
  if whole.number == part.number then
    return true
  end
  local key = part.number .. ":" .. whole.number
  local cached = case.cache[key]
  if not cached then
    cached = table.pack(case.plan:subset(part, whole))
    case.cache[key] = cached
  end
  return cached[1], cached[2]
end

-- The union of what the items meet in one role; nil when one of them is unknown.
local function union_of(case, items, role)
  local list = {}
  for _, item in ipairs(items) do
    local who = role == "attend" and (item.attend or item.each or item.by) or audience(case, item)
    if not who then
      return nil
    end
    table.insert(list, who)
  end
  return #list == 1 and list[1] or case.plan:union(list)
end

-- Where both plans use an id for what they call differently, a help to look at it.
local function kinds_note(case, who)
  local differing = {}
  for _, term in ipairs(who.terms) do
    if term.id and not mandates.same_name(case.survey, case.above.plan, term.id) then
      table.insert(differing, term.id)
    end
  end
  if #differing == 0 then
    return { en = "", zh = "" }
  end
  local ids = table.concat(differing, "、")
  local ours, theirs = check.who(case.plan, ids), check.who(case.above.plan, ids)
  return { en = ("; here they are called “%s”, there “%s”: are they the same people?"):format(ours, theirs),
    zh = ("；本方案称“%s”，上级称“%s”，请核对是否同一类"):format(ours, theirs) }
end

local function is_issuer(case, who)
  return #who.terms == 1 and who.terms[1].id == case.above.plan.owner
end

-- Why people cannot be compared: nobody here is meant.
local function strangers(case, who)
  if not who or is_issuer(case, who) then
    return { en = "its issuer does it", zh = "由发文单位自行承办" }
  end
  local absent = case.plan:absent(who)
  local names = check.who(case.above.plan, #absent > 0 and table.concat(absent, "、") or who.text)
  return { en = "not on this roster: " .. names, zh = "本级名册上没有：" .. names }
end

local function check_role(case, role, field)
  local theirs, first = case.above[field], case.items[1]
  local ours = union_of(case, case.items, role)
  local held, unit
  if ours then
    held, unit = holds(case, ours, theirs)
  end
  if held == nil then
    case.uncertain = case.uncertain or strangers(case, theirs)
  elseif not held then
    case.smaller = true
    told(case, "smaller-audience", first, own(first, first[field] and field or first.each and "each" or "by"), {
      unit = unit.name, theirs = check.who(case.above.plan, theirs.text), kinds = kinds_note(case, theirs), other_field = own(case.above, field),
    })
    detail(case, first, field, "smaller", check.who(case.plan, ours.text), check.who(case.above.plan, theirs.text))
  elseif not holds(case, theirs, ours) then
    detail(case, first, field, "wider", check.who(case.plan, ours.text), check.who(case.above.plan, theirs.text))
  end
end

-- ---- numbers -----------------------------------------------------------------------------------

-- Pieces that one unit owes by an amount: the lower bound, at least one.
local function pieces(amount)
  return math.max(1, math.ceil(amount.min or 1))
end

-- The fewest that any unit owes; single units' exceptions count where theirs makes none as low. A
-- task is met by one.
local function fewest(item, above)
  local count = item.count
  if not count then
    return 1
  elseif count.percent then
    return nil
  end
  local least, allowed = pieces(count), above.count and above.sealed.count.units or {}
  for unit, amount in pairs(item.sealed.count.units or {}) do
    if not allowed[unit] or pieces(allowed[unit]) > pieces(amount) then
      least = math.min(least, pieces(amount))
    end
  end
  return least
end

-- What an item above asks of a unit; nil = a share.
local function asked(case)
  local count = case.above.count
  if count and count.percent then
    return nil
  end
  return count and pieces(count) or 1
end

local function amount_of(item)
  local count = item.count
  return count and (count.phrase or count.min and tostring(count.min)) or { en = "once", zh = "一次" }
end

local function lower(case, item, ours)
  told(case, "lower-minimum", item, own(item, "count"), {
    ours = ours or amount_of(item), theirs = amount_of(case.above), other_field = own(case.above, "count"),
  })
  detail(case, item, "count", "fewer", ours or amount_of(item), amount_of(case.above))
end

-- What the items ask, one with another, of whoever they all concern.
local function total(case, items)
  local sum = 0
  for _, item in ipairs(items) do
    sum = sum + fewest(item, case.above)
  end
  return sum
end

-- Items that concern everyone asked above add up; the others may divide the people between them.
-- Returns the pieces per unit, or nil and the item that asks too few.
local function check_each_unit(case, wanted)
  local sum, parts, enough = 0, {}, {}
  for _, item in ipairs(case.items) do
    local who, field = audience(case, item)
    local each = field == "each" or case.plan:count(case.above.each) == 1
    if who and each and holds(case, who, case.above.each) then
      sum = sum + fewest(item, case.above)
    elseif who and each then
      table.insert(parts, item)
    end
  end
  if sum >= wanted then
    return sum
  end
  local culprit = case.items[1]
  if case.smaller then -- who is left out is said already
    local most = total(case, case.items)
    return most >= wanted and most or nil, culprit
  end
  for _, item in ipairs(parts) do
    local fine = sum + fewest(item, case.above) >= wanted
    culprit = fine and culprit or item
    table.insert(enough, fine and item or nil)
  end
  local covered = #enough > 0 and union_of(case, enough)
  if covered and holds(case, covered, case.above.each) then
    return wanted
  end
  return nil, culprit
end

-- What all of ours together bring in, when it is asked of one office or of many together.
local function total_of(case)
  local sum = 0
  for _, item in ipairs(case.items) do
    local units = item.each and (case.plan:count(item.each) or 0) or 1
    if units == 0 then
      return nil
    end
    sum = sum + fewest(item, case.above) * units
  end
  return sum
end

local function check_percent(case)
  for _, item in ipairs(case.items) do
    local by = item.count and case.above.count and content.compare_amounts(item.count, case.above.count)
    if by == -1 then
      lower(case, item)
    elseif by == 1 then
      detail(case, item, "count", "more", amount_of(item), amount_of(case.above))
    end
  end
end

local function all_counted(case)
  for _, item in ipairs(case.items) do
    if not fewest(item, case.above) then
      return false
    end
  end
  return true
end

-- 约3篇 is less than 3篇; and theirs may ask more of single units.
local function check_fine_print(case)
  local theirs = case.above.count
  for _, item in ipairs(theirs and case.items or {}) do
    local count = item.count
    local own_units = count and item.sealed.count.units or {}
    if count and count.about and not theirs.about and pieces(count) <= pieces(theirs) then
      lower(case, item)
    end
    for unit, amount in pairs(#case.items == 1 and case.above.sealed.count.units or {}) do
      if count and pieces(own_units[unit] or count) < pieces(amount) then
        lower(case, item, unit)
        break
      end
    end
  end
end

local function check_minimum(case)
  local wanted = asked(case)
  if not wanted or not all_counted(case) then
    return check_percent(case)
  end
  local reached, item
  if case.address == "many" and case.above.each then
    reached, item = check_each_unit(case, wanted)
  else
    reached, item = total_of(case), case.items[1]
    if not reached then
      case.uncertain = case.uncertain or { en = "nobody on the roster", zh = "名册上没有这类单位" }
      return
    end
    reached = reached >= wanted and reached or nil
  end
  if not reached then
    lower(case, item)
  elseif reached > wanted then
    detail(case, case.items[1], "count", "more", amount_of(case.items[1]), amount_of(case.above))
  else
    check_fine_print(case)
  end
end

-- ---- the report upward -------------------------------------------------------------------------

local function reaches(case, their_id)
  for _, item in ipairs(case.items) do
    for _, term in ipairs(item.to and item.to.terms or {}) do
      if term.id and mandates.same_body(case.survey, case.above.plan, their_id, term.id) then
        return true
      end
    end
  end
  return false
end

local function first_with_receiver(case)
  for _, item in ipairs(case.items) do
    if item.to then
      return item
    end
  end
  return nil
end

local function check_receiver(case)
  local to = case.above.to
  if not to then
    return
  end
  local item, theirs = first_with_receiver(case), check.who(case.above.plan, to.text)
  if not item then
    told(case, "dropped-report", case.items[1], nil, { theirs = theirs, other_field = own(case.above, "to") })
    detail(case, case.items[1], "to", "dropped", nil, theirs)
    return
  end
  for _, term in ipairs(to.terms) do
    if term.id and not reaches(case, term.id) then
      local ours = check.who(item.plan, item.to.text)
      told(case, "other-receiver", item, own(item, "to"), { ours = ours, theirs = theirs, other_field = own(case.above, "to") })
      detail(case, item, "to", "other", ours, theirs)
      return
    end
  end
end

-- ---- all of it ---------------------------------------------------------------------------------

local function check_people(case)
  if not case.address then
    case.uncertain = strangers(case, case.above.each or case.above.by)
    return
  end
  check_receiver(case)
  if case.address == "many" then
    check_role(case, nil, case.above.each and "each" or "by")
  end
  if not case.uncertain then
    check_minimum(case)
  end
end

local function check_attendance(case)
  local attend = case.above.attend
  if attend and #case.plan:absent(attend) == 0 and (case.plan:count(attend) or 0) > 0 then
    check_role(case, "attend", "attend")
  end
end

--- Judges items that fulfil `above`. Their plan may be one between: the roster is the checked plan's.
---@param survey table of mandates.survey
---@param above Item
---@param items Item[] not empty
---@return Judgement
function judge.judge(survey, above, items)
  survey.subsets = survey.subsets or {}
  local case = {
    survey = survey, plan = survey.plan, above = above, items = items, faults = {}, details = {},
    address = mandates.address(survey, above), cache = survey.subsets,
  }
  check_due(case)
  if above.word ~= "phase" then
    check_period_days(case)
    check_rhythm(case)
    check_window(case)
    check_content(case)
    check_people(case)
    check_attendance(case)
  end
  return case
end

return judge
