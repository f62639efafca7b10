--- The words of messages: subject and text of what a recipient gets, in Chinese and in English, and
--- what the placeholders of a plan's own texts become. Policy: change it freely. It runs in the host's
--- Lua over copied data, is asked for many messages at once, and must say the same of the same data,
--- since a message that is tried again bears the same words.

local calendar = require("calendar")

local SUBJECT_NAMES = 3 -- items named in the subject of a digest, people in that of one item
local LINES = 30        -- of a digest; the rest is counted
local NAMES = 10        -- units named in one line

--- What a message speaks of; text and said are the plan's own words.
---@class Entry
---@field notice boolean? what a handler said, not a reminder
---@field plan string
---@field plan_name string
---@field item string? id; nil = the plan itself
---@field item_name string?
---@field clause string?
---@field phase string?
---@field to string? to whom it is handed in
---@field unit string id of the unit that owes it
---@field unit_name string
---@field kind string? the unit's class
---@field within string? name of the unit that this one belongs to
---@field need integer 0 = not counted
---@field missing integer
---@field measure string?
---@field due integer? day
---@field step integer of an escalation, 0 = none
---@field text string? a template
---@field said string? what a text function gave: not a template
---@field own string? its own words as they are told: made here

--- A message.
---@class Mail
---@field name string of the recipient, or of the one unit it is about
---@field role string
---@field link string where more is to be read, "" = nowhere
---@field today integer the day that its words are of
---@field entries Entry[]

-- ---- days and amounts ---------------------------------------------------------------------------

local ZH_WEEKDAYS = { "一", "二", "三", "四", "五", "六", "日" }
local EN_WEEKDAYS = { "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday" }

local zh, en = {}, {}

-- Many messages of one batch are about the same few days.
local function remember(make)
  local known, count = {}, 0
  return function(day, today)
    local year = today and calendar.ymd(today)
    local key = year and day * 4096 + year or day
    local text = known[key]
    if not text then
      if count == 1000 then known, count = {}, 0 end
      text = make(day, today)
      known[key], count = text, count + 1
    end
    return text
  end
end

zh.day = remember(function(day, today)
  local year, month, date = calendar.ymd(day)
  local text = ("%d月%d日（周%s）"):format(month, date, ZH_WEEKDAYS[calendar.weekday(day)])
  return year == calendar.ymd(today) and text or ("%d年%s"):format(year, text)
end)

en.day = remember(function(day)
  return ("%s %04d-%02d-%02d"):format(EN_WEEKDAYS[calendar.weekday(day)], calendar.ymd(day))
end)

function zh.days(count) return ("%d天"):format(count) end

function en.days(count) return count == 1 and "1 day" or ("%d days"):format(count) end

function zh.left(count)
  if count == 0 then return "就在今天" end
  return (count > 0 and "还有%d天" or "已逾期%d天"):format(math.abs(count))
end

function en.left(count)
  if count == 0 then return "today" end
  return (count > 0 and "in %s" or "%s overdue"):format(en.days(math.abs(count)))
end

function zh.due(day, today) return zh.day(day, today) .. "截止，" .. zh.left(day - today) end

function en.due(day, today)
  local left = day - today
  if left == 0 then return "due today, " .. en.day(day) end
  return (left > 0 and "due " or "was due ") .. en.day(day) .. ", " .. en.left(left)
end

function zh.amount(count, measure) return ("%d%s"):format(count, measure or "项") end

function en.amount(count) return ("%d"):format(count) end

zh.none, en.none = "无固定期限", "no fixed day"
zh.roles = { contact = "联系人", head = "负责人", office = "办公室", leader = "分管领导" }
en.roles = {}

-- ---- how a duty stands --------------------------------------------------------------------------

function zh.missing(entry)
  local measure = entry.measure or ""
  if entry.need == 1 and not entry.measure then return "尚未完成" end
  if entry.need > 1 then
    return ("应交%d%s，还差%d%s"):format(entry.need, measure, entry.missing, measure)
  end
  return ("还差%d%s"):format(entry.missing, measure)
end

function en.missing(entry) return ("%d of %d missing"):format(entry.missing, entry.need) end

function zh.bracket(text) return ("（%s）"):format(text) end

function en.bracket(text) return (" (%s)"):format(text) end

-- "张三、李四（内科）等5人": so many names, each group of the same department once with it.
local function names_of(words, group, most)
  local names = {}
  for i = 1, math.min(most, #group) do
    local one, next_one = group[i], i < most and group[i + 1]
    local last = not next_one or next_one.within ~= one.within
    names[i] = one.unit_name .. (last and one.within and words.bracket(one.within) or "")
  end
  return names
end

local function shortfall(group)
  local missing, single = 0, true
  for _, entry in ipairs(group) do
    missing = missing + entry.missing
    single = single and entry.need == 1
  end
  return missing, single
end

function zh.behind(group, most)
  local entry, missing, single = group[1], shortfall(group)
  if #group == 1 then
    local one = names_of(zh, group, 1)[1]
    if entry.missing == 0 then return one .. "尚未完成" end
    return one .. (single and not entry.measure and "" or "：") .. zh.missing(entry)
  end
  local who = ("%s等%d%s"):format(table.concat(names_of(zh, group, most), "、"), #group,
    entry.kind == "person" and "人" or "个单位")
  if missing == 0 then return who .. "尚未完成" end
  return single and who .. "未交" or ("%s未交齐，共差%s"):format(who, zh.amount(missing, entry.measure))
end

function en.behind(group, most)
  local entry, missing = group[1], shortfall(group)
  local names = names_of(en, group, most)
  local who = table.concat(names, ", ")
  if #group > #names then who = ("%s and %d more"):format(who, #group - #names) end
  if missing == 0 then return who .. ": not done" end
  return who .. ": " .. (#group == 1 and en.missing(entry) or ("%d missing"):format(missing))
end

zh.comma, en.comma = "；", "; "

-- How the duty of a group stands: "还差2篇；7月5日（周一）截止，还有3天"; nil = nothing to say.
-- `named` says by whom it is owed.
local function state_of(words, mail, group, named, most)
  local entry = group[1]
  if entry.notice then return nil end
  local behind = named and words.behind(group, most) or entry.missing > 0 and words.missing(entry)
  local due = entry.due and words.due(entry.due, mail.today)
  return behind and due and behind .. words.comma .. due or behind or due or nil
end

-- ---- templates ----------------------------------------------------------------------------------

local values = {}

function values.unit(entry) return entry.unit_name end
function values.item(entry) return entry.item_name or entry.plan_name end
function values.plan(entry) return entry.plan_name end
function values.clause(entry) return entry.clause or "" end
function values.phase(entry) return entry.phase or "" end
function values.to(entry) return entry.to or "" end
function values.link(_, mail) return mail.link end
function values.role(_, mail, words) return words.roles[mail.role] or mail.role end

-- What is not counted is one thing, done or not.
function values.need(entry, _, words) return words.amount(math.max(entry.need, 1), entry.measure) end

function values.missing(entry, _, words)
  return words.amount(entry.need > 0 and entry.missing or 1, entry.measure)
end

function values.done(entry, _, words) return words.amount(math.max(entry.need - entry.missing, 0), entry.measure) end

function values.due(entry, mail, words) return entry.due and words.day(entry.due, mail.today) or words.none end

function values.days(entry, mail, words)
  return entry.due and words.days(math.abs(entry.due - mail.today)) or words.none
end

function values.left(entry, mail, words) return entry.due and words.left(entry.due - mail.today) or words.none end

-- A text as a list of plain parts and of functions. What is no placeholder stays as it stands: a handler's
-- text may hold anything.
local function parts_of(text)
  local parts, at = {}, 1
  while true do
    local brace = text:find("{", at, true)
    local name = brace and text:match("^{(%l+)}", brace)
    if not brace then
      table.insert(parts, text:sub(at))
      return parts
    elseif text:sub(brace + 1, brace + 1) == "{" then
      table.insert(parts, text:sub(at, brace))
      at = brace + 2
    elseif values[name] then
      table.insert(parts, text:sub(at, brace - 1))
      table.insert(parts, values[name])
      at = brace + #name + 2
    else
      table.insert(parts, text:sub(at, brace))
      at = brace + 1
    end
  end
end

local parts_known, parts_count = {}, 0

-- Fills in a plan's own text. The values are plain: what looks like a placeholder in a name is none.
local function fill(words, text, entry, mail)
  if not text:find("{", 1, true) then return text end
  local parts, made = parts_known[text], {}
  if not parts then
    if parts_count == 1000 then parts_known, parts_count = {}, 0 end
    parts = parts_of(text)
    parts_known[text], parts_count = parts, parts_count + 1
  end
  for i, part in ipairs(parts) do
    made[i] = type(part) == "string" and part or part(entry, mail, words)
  end
  return table.concat(made)
end

-- What is asked for at an escalation whose plan says nothing of its own.
function zh.ask(step)
  if step == 1 then return "请尽快办理；确有困难的，请说明原因或申请延期。" end
  return "请督促办理；有正当理由的，请说明原因或申请延期。"
end

function en.ask(step)
  if step == 1 then return "Please see to it; if you cannot, say why or ask for an extension." end
  return "Please see that it is done; where it cannot be, have the reason or an extension recorded."
end

-- The plan's own words about an entry, nil = none.
local function own_words(words, entry, mail)
  if entry.said then return entry.said end
  if entry.text and entry.text ~= "" then return fill(words, entry.text, entry, mail) end
  return entry.step > 0 and words.ask(entry.step) or nil
end

-- ---- groups -------------------------------------------------------------------------------------

-- A duty that is escalated is not told a second time as a plain reminder without words of its own.
local function worth_telling(entries)
  local steps, list = {}, {}
  local function key_of(entry)
    return ("%s\0%s\0%s\0%s"):format(entry.plan, entry.item or "", entry.due or "", entry.unit)
  end
  for _, entry in ipairs(entries) do
    local key = key_of(entry)
    steps[key] = math.max(steps[key] or 0, entry.step)
  end
  for _, entry in ipairs(entries) do
    local plain = not entry.notice and not entry.said and (entry.text or "") == "" and entry.item
    if not plain or entry.step == steps[key_of(entry)] then table.insert(list, entry) end
  end
  return list
end

-- Entries of the same duty for several units become one group; else each is one.
local function group_entries(mail)
  local groups, by_key, units, several = {}, {}, {}, false
  for i, entry in ipairs(mail.entries) do
    units[i] = entry.unit
    several = several or entry.unit ~= units[1]
  end
  for _, entry in ipairs(worth_telling(mail.entries)) do
    local key = several and entry.item and not entry.notice
      and ("%s\0%s\0%s\0%d"):format(entry.plan, entry.item, entry.due or "", entry.step)
    local group = key and by_key[key]
    if group then
      table.insert(group, entry)
    else
      group = { entry }
      table.insert(groups, group)
      if key then by_key[key] = group end
    end
  end
  return groups, several
end

local function by_due(groups)
  local order = {}
  for i, group in ipairs(groups) do order[group] = i end
  table.sort(groups, function(a, b)
    local left, right = a[1].due or math.maxinteger, b[1].due or math.maxinteger
    return left < right or (left == right and order[a] < order[b])
  end)
end

-- Groups of the same plan together, plans in the order in which they come first.
local function by_plan(groups)
  local plans, sorted = {}, {}
  for _, group in ipairs(groups) do
    local list = plans[group[1].plan]
    if not list then
      list = {}
      plans[group[1].plan] = list
      table.insert(plans, list)
    end
    table.insert(list, group)
  end
  for _, list in ipairs(plans) do table.move(list, 1, #list, #sorted + 1, sorted) end
  return sorted
end

-- ---- subject ------------------------------------------------------------------------------------

zh.colon, en.colon = "：", ": "
zh.urge, en.urge = "督办：", "Escalation: "

local function first_line(text) return text:match("^[^\r\n]*") end

local function name_of(entry) return entry.item_name or entry.plan_name end

local function subject_of_one(words, mail, group, named)
  local entry = group[1]
  local own = entry.own
  if entry.notice and own then return first_line(own) end
  local state = state_of(words, mail, group, named, SUBJECT_NAMES)
  local urge = entry.step > 1 and words.urge or ""
  if state then return urge .. name_of(entry) .. words.colon .. state end
  return urge .. name_of(entry) .. (own and words.colon .. first_line(own) or "")
end

-- What entries are about: "person", "unit", nil = both.
local function kind_of(entries)
  local kind
  for i, entry in ipairs(entries) do
    local one = entry.kind == "person" and "person" or "unit"
    if i > 1 and one ~= kind then return nil end
    kind = one
  end
  return kind
end

-- So many of whom: people, units, or both.
function zh.many(count, kind)
  return ("%d%s"):format(count, kind == "person" and "人" or kind == "unit" and "个单位" or "个单位（人）")
end

function en.many(count, kind) return ("%d %s"):format(count, kind == "person" and "people" or "units") end

function zh.several(count) return ("%d项待办："):format(count) end

function en.several(count) return ("%d items: "):format(count) end

function zh.times(name, times, many, kind)
  if many > 1 then return ("%s（%s）"):format(name, zh.many(many, kind)) end
  return times > 1 and ("%s（%d期）"):format(name, times) or name
end

function en.times(name, times, many, kind)
  if many > 1 then return ("%s (%s)"):format(name, en.many(many, kind)) end
  return times > 1 and ("%s (%d times)"):format(name, times) or name
end

zh.and_more, en.and_more = "等", "; …"

-- Adds an entry for each unit of a group that has none yet.
local function add_units(list, group)
  for _, entry in ipairs(group) do
    if not list[entry.unit] then
      list[entry.unit] = true
      table.insert(list, entry)
    end
  end
end

-- Each name once, with how many owe it or the number of its occurrences: "安全巡查记录（3期）；心得体会（5人）".
local function subject_of_several(words, groups)
  local names, times, owing, urged = {}, {}, {}, false
  for _, group in ipairs(groups) do
    local name = name_of(group[1])
    urged = urged or group[1].step > 1
    if not times[name] then table.insert(names, name) end
    times[name] = (times[name] or 0) + 1
    owing[name] = owing[name] or {}
    if #group > 1 then add_units(owing[name], group) end
  end
  local shown = {}
  for i = 1, math.min(#names, SUBJECT_NAMES) do
    local entries = owing[names[i]]
    shown[i] = words.times(names[i], times[names[i]], #entries, kind_of(entries))
  end
  return (urged and words.urge or "") .. words.several(#groups) .. table.concat(shown, words.comma)
    .. (#names > SUBJECT_NAMES and words.and_more or "")
end

-- ---- text ---------------------------------------------------------------------------------------

function zh.plan(name) return ("《%s》"):format(name) end

function en.plan(name) return name end

function zh.more(count, link)
  return link == "" and ("另有%d项。"):format(count) or ("另有%d项，详见 %s"):format(count, link)
end

function en.more(count, link)
  local items = count == 1 and "1 more item" or ("%d more items"):format(count)
  return link == "" and items .. "." or ("%s: %s"):format(items, link)
end

zh.urged, en.urged = "请督办：", "Please see to this:"

function zh.units(first, count, kind) return ("%s等%s："):format(first, zh.many(count, kind)) end

function en.units(first, count) return ("%s and %d more:"):format(first, count - 1) end

-- Who is spoken to: a unit by its name; those above it are told about others.
local function greeting(words, mail)
  local units, count, urged = {}, 0, false
  for _, entry in ipairs(mail.entries) do
    if not units[entry.unit] then
      units[entry.unit] = true
      count = count + 1
    end
    urged = urged or entry.step > 1
  end
  if urged then return words.urged end
  return count > 1 and words.units(mail.entries[1].unit_name, count, kind_of(mail.entries))
    or mail.name .. words.colon:match("^%S+")
end

local function add_indented(lines, text)
  for line in (text:sub(-1) == "\n" and text or text .. "\n"):gmatch("(.-)\n") do
    table.insert(lines, "   " .. line)
  end
end

-- The plan's own words about all of a group: those that are alike once.
local function add_own(lines, group)
  local seen, count = {}, 0
  for _, entry in ipairs(group) do
    local own = entry.own
    if own and not seen[own] and count < NAMES then
      seen[own] = true
      count = count + 1
      add_indented(lines, own)
    end
  end
end

local function add_group(words, lines, mail, number, group, named)
  local entry = group[1]
  local own = not entry.item_name and entry.own
  if own then
    local first, rest = own:match("^([^\n]*)\n?(.*)$")
    local state = state_of(words, mail, group, named, NAMES)
    table.insert(lines, ("%d. %s%s"):format(number, first, state and words.colon .. state or ""))
    if entry.notice and rest ~= "" then add_indented(lines, rest) end
    if not entry.notice then add_own(lines, group) end
    return
  end
  local clause = entry.item_name and entry.clause and words.bracket(entry.clause) or ""
  local state = state_of(words, mail, group, named, NAMES)
  table.insert(lines, ("%d. %s%s%s"):format(number, name_of(entry), clause, state and words.colon .. state or ""))
  add_own(lines, group)
end

local function text_of(words, mail, groups, named)
  local lines, plan, more = { greeting(words, mail) }, nil, #groups - LINES
  if more > 0 then
    by_due(groups)
    groups = table.move(groups, 1, LINES, 1, {})
  end
  for number, group in ipairs(by_plan(groups)) do
    if group[1].plan ~= plan then
      plan = group[1].plan
      table.insert(lines, words.plan(group[1].plan_name))
    end
    add_group(words, lines, mail, number, group, named)
  end
  if more > 0 then table.insert(lines, words.more(more, mail.link)) end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- what C calls -------------------------------------------------------------------------------

local messages = {}

--- The words of messages, in the order in which they are given. The subject is one line; whoever sends
--- it cuts what is too long. `texts` are the plan's own words about the entries, filled in.
---@param mails Mail[]
---@param lang string "zh" or "en"
---@return table[] list { subject, text, texts = { [entry] = text } }
function messages.compose(mails, lang)
  local words, list = lang == "zh" and zh or en, {}
  for i, mail in ipairs(mails) do
    local groups, several = group_entries(mail)
    local named = several or (mail.entries[1] and mail.entries[1].step > 1)
    local texts = {}
    for k, entry in ipairs(mail.entries) do
      entry.own = own_words(words, entry, mail)
      texts[k] = entry.own or false
    end
    local subject = #groups == 1 and subject_of_one(words, mail, groups[1], named)
      or subject_of_several(words, groups)
    list[i] = { subject = subject, text = text_of(words, mail, groups, named), texts = texts }
  end
  return list
end

--- The names of the placeholders, for the test that holds words.lua to them.
---@return string[]
function messages.placeholders()
  local names = {}
  for name in pairs(values) do table.insert(names, name) end
  table.sort(names)
  return names
end

return messages
