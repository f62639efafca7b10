--- Checks a plan against itself and against the notices above it: runs the rules, gathers what they
--- report, honours `allow`, and explains them. A rule is data with one function; the families of
--- ours stand in stdlib/check/, an operator's own in a file named by `--rules`, which returns a list
--- of rules too. A rule that bears the name of an earlier one replaces it.
---
--- Texts in two languages are tables { en = …, zh = … }; in `says` and `help`, {x} is replaced by
--- the value reported as x: a text, a number, a date (`check.date`), or a text in two languages, in
--- which {y} is replaced in turn.
local calendar = require("calendar")

---@class Text
---@field en string
---@field zh string

---@class Rule
---@field [1] string name: readable, stable, "feeds-late"
---@field level "error"|"warning"|"note" error: a contradiction or violation; note: worth knowing
---@field title Text what is wrong, in one line
---@field says Text the message
---@field help? Text the mend in one line
---@field why Text the reason, for `planrun explain`
---@field example string lines of a plan that have it
---@field mend Text how to write it instead
---@field family? string of what only explains: "words", "script", "roster", "service" or "phrases"
---@field firm? boolean an `allow` does not silence it: only who mandated it may relax it, by `deviates`
---@field check? fun(plan: Plan, report: fun(finding: Report), known: table<string, Rule>) absent: another rule
--- reports it

---@class Report what `report` is given; all other keys are values for the texts
---@field rule? string the rule's name, when it is not the one that reports
---@field item? Item what is found wrong; absent = the plan, at its head
---@field node? table instead of item: a sealed unit, group or reminder, with its `word`
---@field field? string its field
---@field part? string a text within the field's value
---@field other? table { item = or node =, plan =, field =, part = }: a second place
---@field other_text? Text what stands there

---@class Date days are civil days since 1970-01-01, +08:00
---@field kind "interval"|"deadline"|"recurring"|"standing"
---@field first? integer absent for a deadline
---@field last? integer absent when it has no end
---@field minute integer of `last`, 1440 = its end
---@field undated? boolean 及时, 适时: no day can be computed
---@field soft? boolean an edge was decided, not said: 12月初
---@field provisional? boolean rests on a year whose holidays are not announced
---@field phrase? string the notice's words
---@field from? string "when", "plan", the id of the container that it comes from, or the plan:item above that
--- only suggests it; absent = said here
---@field rule? string recurrence rule
---@field warnings? string[] names of what was odd in the phrase
---@field years? table<integer, Date|false> exceptions of single years

---@class Amount
---@field min? number
---@field max? number
---@field exact? boolean
---@field about? boolean
---@field percent? boolean
---@field some? boolean 若干
---@field each? boolean 各一场
---@field unit? string
---@field phrase? string

---@class Selector
---@field text string as it was written
---@field terms table[] { id = or tag =, in =, but = }
---@field number integer for Plan's methods

---@class Item
---@field id string
---@field name string
---@field word "phase"|"task"|"quota"
---@field plan Plan
---@field parent? Item
---@field children Item[]
---@field label? string
---@field clause? string the first one
---@field line integer
---@field binding "must"|"should"|"may"|"never"
---@field rest_day "keep"|"next"|"ignore"
---@field when? Date
---@field due? Date
---@field review? Date
---@field per? Date[]
---@field per_phase? boolean
---@field count? Amount
---@field each? Selector
---@field by? Selector
---@field lead? Selector
---@field help? Selector
---@field attend? Selector
---@field from? Selector
---@field to? Selector
---@field work_due? integer the working due
---@field sealed table all fields as sealed: fulfils, feeds, deviates, also, implied, allow, where …

---@class Plan
---@field id string
---@field name string
---@field issuer string
---@field level? string
---@field owner? string id of the unit that is "us"
---@field issued? integer
---@field received? integer
---@field year? integer
---@field burden? integer
---@field when? Date
---@field review? Date
---@field items Item[] in the notice's order, containers before their children
---@field item table<string, Item>
---@field reminders table[] { tiers (days: before negative), every, minute, all, sealed, line }
---@field above Plan[] the plans directly above that were loaded
---@field under? table[] { plan = id, as = class } or { cite = title }
---@field roster? integer units on the roster; of the checked plan only
---@field today integer
---@field sealed table the rest of the sealed tree: plan, units, groups, rosters, handlers
---@field count fun(self, sel: Selector): integer? units met; nil: it names what nobody here knows
---@field subset fun(self, a: Selector, b: Selector): boolean?, table? false: the first of a not in b
---@field first fun(self, sel: Selector, n: integer): table[] { id, name, kind }
---@field absent fun(self, sel: Selector): string[] ids and tags in it that mean nobody here
---@field union fun(self, list: Selector[]): Selector what any of them meets
---@field select fun(self, terms: table[]): Selector what any of these terms meets
---@field overload fun(self, demands: table[], limit: integer): table[] demands { selector, week, count }:
--- each unit is asked for so many things in that week (any number, e.g. its Monday). The weeks in which
--- some unit is asked for more than `limit`: { week, units, most, unit { id, name } (the first that has
--- the most), demands (numbers in the list of those that make it) }
-- All selectors, those of plans above too, are asked over the checked plan's roster.

local check = {}

local families = { "times", "reminders", "phases", "people", "readings", "oddities", "links", "conformance", "allow", "loading" }

-- ---- texts -----------------------------------------------------------------------------------

local date_class = {}

--- A day that messages show in the reader's language: 2012-07-05 Thu, 2012-07-05 周四.
---@param day integer
---@return table
function check.date(day)
  return setmetatable({ day = day }, date_class)
end

local weekdays = {
  en = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" },
  zh = { "周一", "周二", "周三", "周四", "周五", "周六", "周日" },
}

local function text_of(value, lang)
  if getmetatable(value) == date_class then
    local year, month, day = calendar.ymd(value.day)
    return string.format("%04d-%02d-%02d %s", year, month, day, weekdays[lang][calendar.weekday(value.day)])
  end
  return type(value) == "table" and value[lang] or tostring(value)
end

local declared = setmetatable({}, { __mode = "k" }) -- by plan

--- The units and groups that a plan declares, as sealed, by id.
---@param plan Plan
---@return table<string, table>
function check.members(plan)
  local members = declared[plan]
  if not members then
    members = {}
    for _, list in ipairs { plan.sealed.units or {}, plan.sealed.groups or {} } do
      for _, member in ipairs(list) do
        members[member.id] = member
      end
    end
    declared[plan] = members
  end
  return members
end

--- Who is meant, as people say it: what was written, with names for the ids that the plan declares.
---@param plan Plan whose selector it is
---@param text? string a selector's text; one that was made of several has none
---@return string?
function check.who(plan, text)
  local members = check.members(plan)
  return text and (text:gsub("[a-z0-9][a-z0-9._-]*", function(id)
    return members[id] and members[id].name
  end))
end

local no_marks = {} -- each mark → nothing; what is not here stays
for mark in ("“”‘’《》（），。、；：·　"):gmatch(utf8.charpattern) do
  no_marks[mark] = ""
end

--- A text without the spaces and marks that do not change its meaning.
---@param text string
---@return string
function check.bare(text)
  return (text:gsub("[%s%p]", ""):gsub("[\xc2-\xef][\x80-\xbf]+", no_marks))
end

--- Whether a text stands in a list; an absent list has none.
---@param list? string[]
---@param text string
---@return boolean
function check.contains(list, text)
  for _, entry in ipairs(list or {}) do
    if entry == text then
      return true
    end
  end
  return false
end

-- What stands within “…” has ‘…’ inside.
local function requote(text)
  return (text:gsub("“", "‘"):gsub("”", "’"))
end

--- What stands for a value in a text: a date, a text in two languages, or anything else.
---@param value any
---@param lang "en"|"zh"
---@return string
function check.text(value, lang)
  return text_of(value, lang)
end

local function fill(template, values, lang)
  local text = template[lang]
  return (text:gsub("(){([%w_]+)}()", function(from, key, past)
    local value = values[key]
    if value == nil then
      return nil
    end
    local two = type(value) == "table" and value[lang]
    local told = two and fill(value, values, lang) or text_of(value, lang)
    local quoted = text:sub(from - 3, from - 1) == "“" and text:sub(past, past + 2) == "”"
    return quoted and requote(told) or told
  end))
end

-- ---- rules -------------------------------------------------------------------------------------

local levels = { error = true, warning = true, note = true }

-- What is missing in a rule or wrong, or nil.
local function fault_of(rule)
  if type(rule) ~= "table" or type(rule[1]) ~= "string" or not rule[1]:match("^[a-z][a-z0-9-]*$") then
    return { en = "a rule begins with its name, of a-z 0-9 -", zh = "一条检查要先写名称，只用 a-z、0-9 和 -" }
  elseif not levels[rule.level] then
    return { en = rule[1] .. ": level is error, warning or note", zh = rule[1] .. "：level 只能是 error、warning、note" }
  end
  for _, key in ipairs { "title", "says", "why", "mend" } do
    local text = rule[key]
    if type(text) ~= "table" or type(text.en) ~= "string" or type(text.zh) ~= "string" then
      return { en = ("%s: %s is { en = …, zh = … }"):format(rule[1], key),
        zh = ("%s：%s 要写成 { en = …, zh = … }"):format(rule[1], key) }
    end
  end
  return type(rule.example) ~= "string" and { en = rule[1] .. ": example is missing", zh = rule[1] .. "：缺少 example" } or nil
end

-- The line of a file at which a rule's name stands first, as "file:line"; the file alone without it.
local function line_of(file, rule)
  local name = type(rule) == "table" and type(rule[1]) == "string" and rule[1]
  local at = name and (file.text:find('"' .. name .. '"', 1, true) or file.text:find("'" .. name .. "'", 1, true))
  if not at then
    return file.name
  end
  local _, breaks = file.text:sub(1, at):gsub("\n", "")
  return file.name .. ":" .. breaks + 1
end

local function add_rules(rules, list, file, lang)
  local origin = file and file.name
  for i, rule in ipairs(list) do
    local fault = fault_of(rule)
    if fault then
      local where = lang == "zh" and "%s: 第 %d 条：%s" or "%s: rule %d: %s"
      return where:format(file and line_of(file, rule) or "stdlib", i, fault[lang])
    end
    local name = rule[1]
    if not rules.by_name[name] then
      table.insert(rules.names, name)
    end
    if origin or not rules.by_name[name] then -- what only explains a name never stands in for its rule
      rules.by_name[name], rules.origin[name] = rule, origin
    end
  end
end

-- All rules; or nil and what is wrong with an operator's file.
local function load_rules(files, lang)
  local rules = { names = {}, by_name = {}, origin = {}, family = {} }
  for _, family in ipairs(families) do
    local first = #rules.names + 1
    local fault = add_rules(rules, require("check." .. family), nil, lang)
    for i = first, #rules.names do
      rules.family[rules.names[i]] = rules.by_name[rules.names[i]].family or family
    end
    if fault then
      error(family .. ": " .. fault)
    end
  end
  for _, file in ipairs(files) do
    local chunk, problem = load(file.text, "@" .. file.name, "t")
    local done, list = pcall(chunk or error, not chunk and problem or nil)
    if not done or type(list) ~= "table" then
      list = done and (lang == "zh" and "没有返回检查的列表（return { … }）" or "returns no list of rules") or tostring(list)
      return nil, list:find(file.name, 1, true) and list or file.name .. ": " .. list
    end
    local fault = add_rules(rules, list, file, lang)
    if fault then
      return nil, fault
    end
  end
  return rules
end

-- ---- running -------------------------------------------------------------------------------------

local function place_of(spot)
  local node = spot.item or spot.node or spot.plan
  local owner = spot.item and spot.item.plan or spot.plan
  return {
    plan = owner.id, word = node.word, id = node.id, line = node.line, file = node.file,
    field = spot.field, part = spot.part,
  }
end

-- Whether the author gave a reason, at the item or the plan's head, not to hear of it there.
local function is_allowed(run, name, told)
  local item = told.item
  if told.node or item and item.plan ~= run.plan then
    return false
  end
  local allow = (item and item.sealed or run.plan.sealed.plan).allow
  return allow ~= nil and allow[name] ~= nil
end

local function add_finding(run, rule, told)
  local name = rule[1]
  if not rule.firm and is_allowed(run, name, told) then
    run.allowed = run.allowed + 1
    return
  end
  local other = told.other
  told.plan = told.plan or run.plan
  if other then
    other.plan = other.plan or run.plan
  end
  table.insert(run.findings, {
    rule = name, level = rule.level,
    message = fill(rule.says, told, run.lang),
    help = rule.help and fill(rule.help, told, run.lang) or nil,
    at = place_of(told),
    other = other and place_of(other) or nil,
    other_text = other and told.other_text and fill(told.other_text, told, run.lang) or nil,
  })
end

local function run_rule(run, rule)
  rule.check(run.plan, function(told)
    local meant = told.rule and run.rules.by_name[told.rule] or rule
    if told.rule and meant[1] ~= told.rule then
      error(("%s reports %s, which is no rule"):format(rule[1], told.rule))
    end
    add_finding(run, meant, told)
  end, run.rules.by_name)
end

--- Runs all rules on a plan. A rule that fails is told, and the others go on.
---@param plan Plan
---@param options table { lang, files = { { name, text } }, view? = "conformance" or "cascade" }
---@return table { findings, allowed, problems, conformance, cascade }, or { problem = text } of an operator's file
function check.run(plan, options)
  local rules, problem = load_rules(options.files, options.lang)
  if not rules then
    return { problem = problem }
  end
  local run = { plan = plan, rules = rules, lang = options.lang, findings = {}, allowed = 0 }
  local problems = {}
  for _, name in ipairs(rules.names) do
    local rule = rules.by_name[name]
    local done, fault = true, nil
    if rule.check then
      done, fault = pcall(run_rule, run, rule)
    end
    if not done then
      table.insert(problems, ("%s: %s"):format(name, tostring(fault)))
    end
  end
  return {
    findings = run.findings, allowed = run.allowed, problems = problems,
    conformance = options.view == "conformance" and require("check.conformance").verdicts(plan, options.lang) or nil,
    cascade = options.view == "cascade" and require("check.links").cascade(plan) or nil,
  }
end

--- What the rules say about themselves.
---@param name? string nil = all of them
---@param options table { lang, files }
---@return table[] { name, level, title, why, example, mend, family or file }; empty when nobody knows the name
function check.explain(name, options)
  local rules, problem = load_rules(options.files, options.lang)
  if not rules then
    return { problem = problem }
  end
  local list, lang = {}, options.lang
  for _, known in ipairs(name and { name } or rules.names) do
    local rule = rules.by_name[known]
    if rule then
      table.insert(list, {
        name = known, level = rule.level, title = rule.title[lang], why = rule.why[lang],
        example = rule.example, mend = rule.mend[lang],
        family = not rules.origin[known] and rules.family[known] or nil, file = rules.origin[known],
      })
    end
  end
  return list
end

return check
