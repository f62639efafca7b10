--- Which items above bind a plan, and which of its items fulfil them: directly, through an item of a
--- plan between, or not at all.
local times = require("check.conformance.times")

local mandates = {}

-- ---- plans and items above ---------------------------------------------------------------------

-- All plans above, nearest first, each once.
local function plans_above(plan)
  local list, seen, next_one = {}, { [plan] = true }, 0
  local at = plan
  while at do
    for _, above in ipairs(at.above) do
      if not seen[above] then
        seen[above] = true
        table.insert(list, above)
      end
    end
    next_one = next_one + 1
    at = list[next_one]
  end
  return list
end

-- Refs of what an item stands for above, nil = of nothing; who deviates from an item fulfils it in its own
-- way.
local function refs_of(item)
  local fulfils, deviates = item.sealed.fulfils, item.sealed.deviates
  if not deviates then
    return fulfils
  end
  local refs, seen = {}, {}
  for _, list in ipairs { fulfils or {}, deviates.from } do
    for _, ref in ipairs(list) do
      if not seen[ref] then
        seen[ref] = true
        table.insert(refs, ref)
      end
    end
  end
  return refs
end

local nothing = {}

-- What an item fulfils, nearest first: directly, and through items of plans between.
local function reach_of(survey, item)
  local known, refs = survey.reach[item], refs_of(item)
  if known or not refs then
    return known or nothing
  end
  local list, seen = {}, {}
  survey.reach[item] = list -- a circle of plans is refused before, of items there is none then
  local function add(above)
    if not seen[above] then
      seen[above] = true
      table.insert(list, above)
    end
  end
  local direct = {}
  for _, ref in ipairs(refs) do
    local above = survey.by_ref[ref]
    if above and above.plan ~= item.plan then
      add(above)
      table.insert(direct, above)
    end
  end
  for _, above in ipairs(direct) do
    for _, further in ipairs(reach_of(survey, above)) do
      add(further)
    end
  end
  return list
end

--- True when `item` fulfils `above`, directly or through others.
function mandates.fulfils(survey, item, above)
  for _, reached in ipairs(reach_of(survey, item)) do
    if reached == above then
      return true
    end
  end
  return false
end

-- ---- deviations of the plans between -----------------------------------------------------------

-- True when a way up from `plan` to `goal` leads past no plan of `shut`.
local function leads_up(plan, goal, shut)
  for _, above in ipairs(plan.above) do
    if above == goal or not shut[above] and leads_up(above, goal, shut) then
      return true
    end
  end
  return false
end

-- Approved deviations of the plans above: item → the items that stand for it from there down.
local function relaxations(survey)
  local forms = {}
  for _, plan in ipairs(survey.plans) do
    for _, item in ipairs(plan.items) do
      local deviates = item.sealed.deviates
      for _, ref in ipairs(deviates and deviates.approved_by and deviates.from or {}) do
        local above = survey.by_ref[ref]
        if above then
          forms[above] = forms[above] or {}
          table.insert(forms[above], item)
        end
      end
    end
  end
  return forms
end

-- Keeps the forms of what binds us by no other way any more.
local function superseded(survey)
  local forms = relaxations(survey)
  for above, items in pairs(forms) do
    local shut = {}
    for _, item in ipairs(items) do
      shut[item.plan] = true
    end
    if leads_up(survey.plan, above.plan, shut) then
      forms[above] = nil
    end
  end
  return forms
end

-- ---- who is meant ------------------------------------------------------------------------------

-- Units and groups of a plan by id.
local function members_of(survey, plan)
  local members = survey.members[plan]
  if not members then
    members = {}
    for _, list in ipairs { "units", "groups" } do
      for _, member in ipairs(plan.sealed[list] or {}) do
        members[member.id] = { member = member, group = list == "groups" }
      end
    end
    survey.members[plan] = members
  end
  return members
end

-- The name and aliases under which a plan knows an id.
local function names_of(survey, plan, id)
  local entry = members_of(survey, plan)[id]
  if not entry then
    return nothing
  elseif not entry.names then
    entry.names = { [entry.member.name] = true }
    for _, alias in ipairs(entry.member.alias or {}) do
      entry.names[alias] = true
    end
  end
  return entry.names
end

local function in_common(a, b)
  for name in pairs(a) do
    if b[name] then
      return true
    end
  end
  return false
end

--- True when an id of a plan above and one of ours mean the same body: by a name in common, or by the
--- id. Each plan's own office bears an id of its own, however alike.
---@param survey table
---@param above Plan
---@param their_id string
---@param our_id string
function mandates.same_body(survey, above, their_id, our_id)
  local plan = survey.plan
  local theirs, ours = names_of(survey, above, their_id), names_of(survey, plan, our_id)
  if in_common(theirs, ours) then
    return true
  end
  return their_id == our_id and not (our_id == plan.owner and their_id == above.owner)
end

--- True when both plans call the id alike, or one of them does not declare it.
function mandates.same_name(survey, above, id)
  local theirs, ours = names_of(survey, above, id), names_of(survey, survey.plan, id)
  return next(theirs) == nil or next(ours) == nil or in_common(theirs, ours)
end

-- What the plan's `under` says we are in that plan.
local function class_in(plan, above)
  for _, entry in ipairs(plan.under or {}) do
    if entry.plan == above.id and entry.as then
      return entry.as
    end
  end
  return nil
end

-- True when a term of a selector above means this plan's office as one unit.
local function means_us(survey, above, term)
  local plan, id = survey.plan, term.id
  if not id or id == above.owner or term["in"] then
    return false
  end
  local entry, class = members_of(survey, above)[id], class_in(plan, above)
  if class then
    return id == class
  elseif entry and plan.level and entry.member.level == plan.level then
    return true
  end
  return plan.owner ~= nil and entry ~= nil and mandates.same_body(survey, above, id, plan.owner)
end

local function leaves_us_out(survey, above, term)
  for _, id in ipairs(term.but or {}) do
    if survey.plan.owner and mandates.same_body(survey, above, id, survey.plan.owner) then
      return true
    end
  end
  return false
end

-- A kind that both know as one of many: single offices of the same id are different people.
local function is_kind(survey, above, term, together)
  if term.tag then
    return not together
  end
  local theirs, ours = members_of(survey, above)[term.id], members_of(survey, survey.plan)[term.id]
  local many = not theirs or theirs.member.many or theirs.group and not together
  local here = not ours or ours.member.many or ours.group and not together
  return many and here
end

local function find_address(survey, above, who, together)
  for _, term in ipairs(who.terms) do
    if means_us(survey, above, term) then
      return not leaves_us_out(survey, above, term) and "one" or nil
    end
  end
  for _, term in ipairs(who.terms) do
    if not is_kind(survey, above, term, together) then
      return nil
    end
  end
  local plan = survey.plan
  return #plan:absent(who) == 0 and (plan:count(who) or 0) > 0 and "many" or nil
end

--- Whom an item above means here: "one" (this plan's office, as one unit), "many" (kinds that the
--- roster has), or nil when nobody here can say.
---@param survey table
---@param item Item
---@return "one"|"many"|nil
function mandates.address(survey, item)
  local who = item.each or item.by
  if not who then
    return nil
  end
  local known = survey.addresses[item.plan] or {}
  survey.addresses[item.plan] = known
  local key = item.each and who.number or -1 - who.number
  if known[key] == nil then
    known[key] = find_address(survey, item.plan, who, not item.each) or false
  end
  return known[key] or nil
end

-- ---- what binds --------------------------------------------------------------------------------

--- True when an item above must be answered by some item of ours, if it means us.
---@param item Item
function mandates.must_be_answered(item)
  return item.binding == "must" and (item.word == "quota" or item.to ~= nil or item.sealed.due ~= nil and times.says_due(item))
end

-- True when an item above binds what fulfils it.
local function binds(item)
  return item.binding == "must" or item.binding == "never"
end

-- A phase that fulfils stands for what is in it.
local function parts_of(item, parts)
  if item.word ~= "phase" or #item.children == 0 then
    table.insert(parts, item)
    return parts
  end
  for _, child in ipairs(item.children) do
    parts_of(child, parts)
  end
  return parts
end

local function add_once(list, item)
  for _, known in ipairs(list) do
    if known == item then
      return
    end
  end
  table.insert(list, item)
end

local function join(survey, item, above)
  local list = survey.answers[above]
  if not list then
    list = {}
    survey.answers[above] = list
    table.insert(survey.answered, above)
  end
  for _, part in ipairs(above.word == "phase" and { item } or parts_of(item, {})) do
    add_once(list, part)
  end
end

-- What an item above became below: itself, or its approved forms.
local function forms_of(survey, above)
  return survey.forms[above] or { above }
end

local function gather_answers(survey)
  for _, item in ipairs(survey.plan.items) do
    for _, above in ipairs(reach_of(survey, item)) do
      for _, form in ipairs(forms_of(survey, above)) do
        if binds(form) then
          join(survey, item, form)
        end
      end
    end
  end
end

-- True when an item of a plan between, itself to be answered by us, passes the mandate on.
local function is_passed_on(survey, above)
  for _, passing in ipairs(survey.passed_on[above] or {}) do
    if mandates.must_be_answered(passing) and mandates.address(survey, passing) then
      return true
    end
  end
  return false
end

local function gather_passed_on(survey)
  for _, plan in ipairs(survey.plans) do
    for _, item in ipairs(plan.items) do
      for _, above in ipairs(reach_of(survey, item)) do
        survey.passed_on[above] = survey.passed_on[above] or {}
        table.insert(survey.passed_on[above], item)
      end
    end
  end
end

local function gather_missing(survey)
  for _, plan in ipairs(survey.plans) do
    for _, item in ipairs(plan.items) do
      if mandates.must_be_answered(item) and not survey.answers[item] and not survey.forms[item]
        and mandates.address(survey, item) and not is_passed_on(survey, item) then
        table.insert(survey.missing, item)
      end
    end
  end
end

--- What a plan has to do with the plans above it.
---@param plan Plan
---@return table { plan, plans (above, nearest first), answered (items above that ours fulfil, in the
---order of ours), answers (such an item → ours), missing (items above) }
function mandates.survey(plan)
  local survey = {
    plan = plan, plans = plans_above(plan), by_ref = {}, reach = {}, members = {},
    answers = {}, answered = {}, passed_on = {}, missing = {}, addresses = {},
  }
  for _, above in ipairs(survey.plans) do
    for _, item in ipairs(above.items) do
      survey.by_ref[above.id .. ":" .. item.id] = item
    end
  end
  survey.forms = superseded(survey)
  gather_answers(survey)
  gather_passed_on(survey)
  gather_missing(survey)
  return survey
end

return mandates
