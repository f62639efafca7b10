--- Who does it, who gets it, and whether they can: receivers, owners, rosters, quotas that nobody can
--- reach, the same thing asked twice, too much asked in one week.
local calendar = require("calendar")
local check = require("check")

-- ---- what several rules need -------------------------------------------------------------------

-- Calls visit(item) for the plan's tasks and quotas that ask for something.
local function each_duty(plan, visit)
  for _, item in ipairs(plan.items) do
    if item.word ~= "phase" and item.binding ~= "never" then
      visit(item)
    end
  end
end

-- Names as one text; at most `most` of them.
local function list_names(items, most)
  local names = {}
  for i = 1, math.min(#items, most) do
    names[i] = items[i].name
  end
  local more = #items > most
  return {
    en = "“" .. table.concat(names, "”, “") .. "”" .. (more and " …" or ""),
    zh = "“" .. table.concat(names, "”“") .. "”" .. (more and "等" or ""),
  }
end

-- Reports each item that has an `allow` for itself, so that it is counted, and the others together.
local function report_together(items, rule, report, told)
  local rest = {}
  for _, item in ipairs(items) do
    local allow = item.sealed.allow
    if allow and allow[rule] then
      report { rule = rule, item = item }
    else
      rest[#rest + 1] = item
    end
  end
  if #rest > 0 then
    told.rule, told.item, told.n, told.items = rule, rest[1], #rest, list_names(rest, 3)
    report(told)
  end
end

local function has_children_with(item, key)
  for _, child in ipairs(item.children) do
    if child[key] or has_children_with(child, key) then
      return true
    end
  end
  return false
end

-- ---- receivers and owners ----------------------------------------------------------------------

local papers = { ["篇"] = true, ["份"] = true, ["条"] = true, ["件"] = true }
local said_reports = { "上报", "报送", "呈报", "报告", "report" }
local no_reports = { "报告会", "报告团", "报告厅" } -- a talk, not a paper

local function says_report(text)
  for _, word in ipairs(no_reports) do
    text = text:gsub(word, "")
  end
  for _, word in ipairs(said_reports) do
    if text:lower():find(word, 1, true) then
      return true
    end
  end
  return false
end

-- A quota counted in papers, or one whose pieces are so and so long.
local function counts_papers(item)
  local where = item.sealed.where
  return item.word == "quota" and (papers[item.count and item.count.unit] or where and where.chars) and true
end

local function is_report(item)
  if says_report(item.name) then
    return true
  end
  for _, way in ipairs(item.sealed.ways or {}) do
    if says_report(way) then
      return true
    end
  end
  return false
end

local function has_receiver(item)
  if item.to or item.sealed.feeds then
    return true
  end
  for _, reading in ipairs(item.sealed.also or {}) do
    if reading.to then
      return true
    end
  end
  local parent = item.parent
  return parent and parent.word == "quota" and has_receiver(parent) or has_children_with(item, "to")
end

-- Whether something above that it fulfils is handed in: then dropped-report says that ours is not.
local function is_wanted_above(plan, item)
  for _, ref in ipairs(item.sealed.fulfils or {}) do
    for _, above in ipairs(plan.above) do
      local asked = ref:sub(1, #above.id + 1) == above.id .. ":" and above.item[ref:sub(#above.id + 2)]
      if asked and asked.to and asked.binding == "must" then
        return true
      end
    end
  end
  return false
end

local function no_receiver(plan, report)
  each_duty(plan, function(item)
    if (counts_papers(item) or is_report(item)) and not has_receiver(item) and not is_wanted_above(plan, item) then
      report { item = item, name = item.name }
    end
  end)
end

local function no_owner(plan, report)
  local items = {}
  if plan.owner then
    return
  end
  each_duty(plan, function(item)
    if not (item.each or item.by or item.lead) and #item.children == 0 then
      items[#items + 1] = item
    end
  end)
  report_together(items, "no-owner", report, { other = { plan = plan, field = "issuer" },
    other_text = { en = "no unit bears this name", zh = "没有一个单位叫这个名称" } })
end

-- ---- rosters -----------------------------------------------------------------------------------

-- Who does it; the others only take part.
local doers = { each = true, by = true }
local roles = { "each", "by", "lead", "help", "attend", "from", "to" }

local function has_roster(plan)
  return #(plan.sealed.rosters or {}) > 0
end

-- A selector is empty for certain when all that it names has units; when it names a class without
-- any, that counts for those who do it and only beside a roster that should know the class.
local function is_empty(plan, selector, role)
  if plan:count(selector) ~= 0 then
    return false
  end
  return #plan:absent(selector) == 0 or doers[role] and has_roster(plan)
end

local function empty_audience(plan, report)
  each_duty(plan, function(item)
    for _, role in ipairs(roles) do
      local selector = item[role]
      if selector and is_empty(plan, selector, role) then
        report { item = item, field = role, name = item.name, who = check.who(plan, selector.text) }
      end
    end
  end)
end

-- Quotas by the class without units that their `each` names; classes in the order they are met.
local function quotas_by_absent(plan)
  local order, quotas = {}, {}
  each_duty(plan, function(item)
    local beside = item.each and item.word == "quota" and not is_empty(plan, item.each, "each")
    for _, id in ipairs(beside and plan:absent(item.each) or {}) do
      if not quotas[id] then
        quotas[id] = {}
        order[#order + 1] = id
      end
      table.insert(quotas[id], item)
    end
  end)
  return order, quotas
end

local function quota_without_roster(plan, report)
  local order, quotas = quotas_by_absent(plan)
  local names = #order > 0 and check.members(plan)
  for _, id in ipairs(order) do
    local unit = names[id]
    report_together(quotas[id], "quota-without-roster", report, {
      field = "each", who = unit and unit.name or id,
      other = unit and { node = { word = unit.many and "unit", id = id, line = unit.line, file = unit.file } },
      other_text = { en = "declared here", zh = "在这里声明" },
    })
  end
end

-- ---- quotas that nobody can reach ----------------------------------------------------------------

-- Only plain numbers are certain: no percents, no exceptions of single units, no periods.
local function plain_count(item)
  local count, sealed = item.count, item.sealed
  local sure = count and not (count.percent or count.about or count.some or sealed.count.units)
  return sure and not (item.per or item.per_phase) and count or nil
end

-- The units that each owe it; 1 when it is done together; nil when not known.
local function owing_units(plan, item)
  if not item.each then
    return 1
  end
  local count = plan:count(item.each)
  return count and count > 0 and count or nil
end

-- The pieces that are needed, or that there may be at most, in all; nil when nothing certain bounds them.
local function pieces(plan, item, bound)
  local count = plain_count(item)
  local units = count and count[bound] and owing_units(plan, item)
  return units and count[bound] * units or nil
end

local function tell_unreachable(report, item, need, most, other, other_text)
  report { rule = "unreachable-quota", item = item, field = "count", name = item.name, need = need, most = most,
    other = other, other_text = other_text }
end

-- A share may not be more than the whole.
local function check_share(plan, item, report)
  local whole = item.parent
  if not whole or whole.word ~= "quota" then
    return
  end
  local need, most = pieces(plan, item, "min"), pieces(plan, whole, "max")
  if need and most and need > most then
    tell_unreachable(report, item, need, most, { item = whole, field = "count" },
      { en = "the pieces that it is part of", zh = "它所属的总数" })
  end
end

-- Shares that bound what each of those may hand in from whom the pieces come.
local function check_caps(plan, item, report)
  local need = item.from and pieces(plan, item, "min")
  for _, share in ipairs(need and item.children or {}) do
    local count = share.word == "quota" and share.each and plain_count(share)
    if count and count.max and plan:subset(item.from, share.each) then
      local most = count.max * plan:count(item.from)
      if need > most then
        tell_unreachable(report, item, need, most, { item = share, field = "count" },
          { en = "each hands in no more than this", zh = "每个对象最多报送这么多" })
      end
    end
  end
end

-- Whether the feeder's pieces are the very pieces that the item counts.
local function same_pieces(plan, feeder, item)
  local a, b = feeder.count.unit, item.count.unit
  if item.from and not (feeder.each and plan:subset(item.from, feeder.each)) then
    return false
  end
  return a == b and (a or item.from) and true
end

-- All that feeds it hands in too little. One feeder without an upper bound, and nothing is certain.
local function check_feeders(plan, item, feeders, report)
  local need, most = pieces(plan, item, "min"), 0
  for _, feeder in ipairs(need and feeders or {}) do
    local supply = feeder.word == "quota" and pieces(plan, feeder, "max")
    if not supply or not same_pieces(plan, feeder, item) then
      return
    end
    most = most + supply
  end
  if need and need > most then
    tell_unreachable(report, item, need, most, { item = feeders[1], field = "count" },
      { en = "no more than this is handed in", zh = "最多报上来这么多" })
  end
end

local heads = { ["名"] = true, ["人"] = true, ["位"] = true }
local heads_most = 1000 -- plan:first gives no more

-- So many people are not there. Only where those who are there are known to be single persons.
local function check_heads(plan, item, report)
  local need = item.from and item.count and heads[item.count.unit] and pieces(plan, item, "min")
  local there = need and plan:count(item.from)
  if not there or there == 0 or there >= need or there > heads_most then
    return
  end
  for _, unit in ipairs(plan:first(item.from, there)) do
    if unit.kind ~= "person" then
      return
    end
  end
  tell_unreachable(report, item, need, there, { item = item, field = "from" },
    { en = "there are {most} of them", zh = "名册上只有 {most} 人" })
end

local function feeders_of(plan)
  local feeders, own = {}, plan.id .. ":"
  for _, item in ipairs(plan.items) do
    for _, ref in ipairs(item.sealed.feeds or {}) do
      local id = ref:sub(1, #own) == own and ref:sub(#own + 1) or ref
      feeders[id] = feeders[id] or {}
      table.insert(feeders[id], item)
    end
  end
  return feeders
end

local function unreachable(plan, report)
  local feeders = feeders_of(plan)
  each_duty(plan, function(item)
    if item.word == "quota" and item.binding ~= "may" then
      check_share(plan, item, report)
      check_caps(plan, item, report)
      check_heads(plan, item, report)
      if feeders[item.id] then
        check_feeders(plan, item, feeders[item.id], report)
      end
    end
  end)
end

-- ---- the same thing twice --------------------------------------------------------------------------

local function day_key(date)
  return date and table.concat({ date.first or "", date.last or "", date.minute, date.rule or "" }, ".") or ""
end

local function who_key(item)
  local keys = {}
  for i, role in ipairs { "each", "by", "lead", "attend", "from" } do
    keys[i] = item[role] and item[role].number or ""
  end
  return table.concat(keys, ".")
end

-- Same people, same time, same matter.
local function duty_key(item)
  local keys = { who_key(item), day_key(item.due and item.due.last and item.due or item.when),
    item.per_phase and "phase" or "", item.sealed.place or "" }
  for _, date in ipairs(item.per or {}) do
    keys[#keys + 1] = day_key(date)
  end
  for _, list in ipairs { item.sealed.about or {}, item.sealed.after or {} } do
    keys[#keys + 1] = table.concat(list, ";")
  end
  return table.concat(keys, "|")
end

local function is_within(item, container)
  local parent = item.parent
  return parent ~= nil and (parent == container or is_within(parent, container))
end

local function tell_duplicate(report, item, first)
  if item ~= first and not is_within(item, first) then
    report { item = item, name = item.name, other = { item = first },
      other_text = { en = "the same people are asked here", zh = "已在这里要求同样的对象" } }
  end
end

-- One text may ask for two things; it is one duty twice when one name also holds the other.
local function same_text(item, first)
  local a, b = check.bare(item.name), check.bare(first.name)
  return a ~= b and (a:find(b, 1, true) or b:find(a, 1, true)) and true
end

local function add_to(groups, key, item)
  local group = groups[key]
  if not group then
    group = {}
    groups[key], groups[#groups + 1] = group, group
  end
  group[#group + 1] = item
end

-- Only within a group is it asked whether people and time are the same: most names stand once.
local function tell_twice(groups, is_same, report)
  for _, group in ipairs(groups) do
    local firsts = {}
    for i = 1, #group > 1 and #group or 0 do
      local key = duty_key(group[i])
      local first = firsts[key]
      firsts[key] = first or group[i]
      if first and is_same(group[i], first) then
        tell_duplicate(report, group[i], first)
      end
    end
  end
end

local function duplicate_duty(plan, report)
  local names, texts = {}, {}
  each_duty(plan, function(item)
    add_to(names, "=" .. check.bare(item.name), item)
    if item.sealed.text then
      add_to(texts, "=" .. item.sealed.text, item)
    end
  end)
  tell_twice(names, function()
    return true
  end, report)
  tell_twice(texts, same_text, report)
end

-- ---- too much in one week ------------------------------------------------------------------------

local function monday_of(day)
  return day - (calendar.weekday(day) - 1)
end

local function classes_of(plan)
  local classes = {}
  for id, unit in pairs(check.members(plan)) do
    classes[id] = unit.many and true or nil
  end
  for _, roster in ipairs(plan.sealed.rosters or {}) do
    for _, kind in ipairs(roster.kinds or {}) do
      classes[kind] = true
    end
  end
  return classes
end

-- The people who are each asked: `each`, or those of `by` when it names classes.
local function asked_units(plan, item, classes)
  local selector = item.each or item.by
  if not selector or not plan:count(selector) or plan:count(selector) == 0 then
    return nil
  end
  for _, term in ipairs(item.each and {} or selector.terms) do
    if not classes[term.id] then
      return nil
    end
  end
  return selector
end

-- A nested quota counts a part of what its container asks for already.
local function asks_for_itself(item)
  local conditional = item.binding == "may" or item.sealed.condition
  return not conditional and not (item.word == "quota" and item.parent and item.parent.word == "quota")
end

local year_days = 365

-- The due days of a recurrence within a year of `from`.
local function days_of_rule(date, from, last)
  local days = {}
  for _, occurrence in ipairs(calendar.next(date.rule, from, year_days + 1) or {}) do
    local year = calendar.ymd(occurrence.last)
    local other = date.years and date.years[year]
    if occurrence.last > last then
      break
    elseif other ~= false then
      days[#days + 1] = other and other.last or occurrence.last
    end
  end
  return days
end

local function add_recurring(days, date, plan, item)
  local when = item.when or plan.when or {}
  local from = when.first or plan.issued or plan.today
  local last = math.min(from + year_days, when.last or math.huge)
  for _, day in ipairs(date.rule and days_of_rule(date, from, last) or { date.last }) do
    days[#days + 1] = day
  end
end

-- The days on which the item is due, once or again; what only ends with the plan is due at no time
-- that anybody said.
local function due_days(plan, item, phase_ends)
  local days, due = {}, item.due
  if item.per_phase then
    return phase_ends
  elseif due and due.kind == "recurring" and not (due.from and item.per) then
    add_recurring(days, due, plan, item)
  elseif item.per then
    for _, date in ipairs(item.per) do
      add_recurring(days, date, plan, item)
    end
  elseif due and due.last and not due.undated and due.from ~= "plan" then
    days[1] = due.last
  end
  return days
end

local function phase_ends_of(plan)
  local days = {}
  for _, item in ipairs(plan.items) do
    if item.word == "phase" and item.when and item.when.last and not item.when.from then
      days[#days + 1] = item.when.last
    end
  end
  return days
end

-- Demands of one selector in one week are one, with all their items.
local function add_demand(demands, known, selector, week, item)
  local weeks = known[selector.number] or {}
  known[selector.number] = weeks
  local demand = weeks[week]
  if not demand then
    demand = { selector = selector, week = week, count = 0, items = {} }
    weeks[week], demands[#demands + 1] = demand, demand
  end
  demand.count = demand.count + 1
  table.insert(demand.items, item)
end

local function demands_of(plan)
  local demands, known = {}, {}
  local classes, phase_ends = classes_of(plan), phase_ends_of(plan)
  each_duty(plan, function(item)
    local allowed = item.sealed.allow and item.sealed.allow.burden
    local selector = not allowed and asks_for_itself(item) and asked_units(plan, item, classes)
    for _, day in ipairs(selector and due_days(plan, item, phase_ends) or {}) do
      add_demand(demands, known, selector, monday_of(day), item)
    end
  end)
  return demands
end

-- What the week's unit is asked for, in the notice's order, and a key of it.
local function items_of(week, demands)
  local items, ids = {}, {}
  for _, number in ipairs(week.demands) do
    for _, item in ipairs(demands[number].items) do
      items[#items + 1] = item
    end
  end
  table.sort(items, function(a, b)
    return a.line < b.line or a.line == b.line and a.id < b.id
  end)
  for i, item in ipairs(items) do
    ids[i] = item.id
  end
  return items, table.concat(ids, " ")
end

-- Weeks with the same items, as weekly duties have them, are told once.
local function heavy_weeks(plan, limit)
  local demands, list, known = demands_of(plan), {}, {}
  for _, week in ipairs(plan:overload(demands, limit)) do
    local items, key = items_of(week, demands)
    local alike = known[key]
    if alike then
      alike.again = alike.again + 1
    else
      week.items, week.again, known[key] = items, 0, week
      list[#list + 1] = week
    end
  end
  return list
end

local function burden(plan, report)
  local limit = plan.burden or 3
  for _, week in ipairs(heavy_weeks(plan, limit)) do
    local again = week.again
    report {
      item = week.items[1], limit = limit, week = check.date(week.week), units = week.units, most = week.most,
      unit = week.unit.name, items = list_names(week.items, 4),
      again = again == 0 and "" or { en = ("; likewise in %d more weeks of the year"):format(again),
        zh = ("；一年中还有 %d 周也是这样"):format(again) },
      other = week.items[2] and { item = week.items[#week.items] },
      other_text = { en = "the last of the {most}", zh = "{most} 项中的最后一项" },
    }
  end
end

-- ---- the rules -----------------------------------------------------------------------------------

local people = {
  { "no-receiver", level = "warning",
    title = { en = "papers that are handed in to nobody", zh = "材料没有写明报送给谁" },
    says = { en = "“{name}” does not say to whom it is handed in", zh = "“{name}”没有写明报送给谁" },
    help = { en = "add to = …, or feeds = … when it is used here", zh = "请补 to = …；如果是本级要用的材料，请补 feeds = …" },
    why = { en = "What is written and counted is handed in to somebody, or is used by something. Where neither is said, "
        .. "people write for the drawer, and nobody can tell whether it is done.",
      zh = "要写、要计数的材料，总要报给谁，或者供哪一步使用。两样都没有写，就是写完没人收、没人看，办没办也无从核对。" },
    example = [[quota "reflection" { "心得体会", each = "person", count = "1篇", due = "6月8日前" }]],
    mend = { en = "Write to = the office that collects it; or feeds = the item that uses it; or ask for none.",
      zh = "写明收材料的部门（to），或用这份材料的事项（feeds）；没有用处的，可以不要求交。" },
    check = no_receiver },

  { "no-owner", level = "warning",
    title = { en = "nobody is named to do it", zh = "没有写明由谁来办" },
    says = { en = "{n} item(s) name nobody who does them ({items}), and the plan has no owner",
      zh = "有 {n} 项没有写明由谁来办（{items}），方案也没有指明本级单位" },
    help = { en = "add owner = … to the plan, or each, by or lead to the item",
      zh = "请在 plan 里写 owner = …，或在事项里写 each、by 或 lead" },
    why = { en = "What names nobody falls to the plan's own unit. A plan without one leaves it to nobody: nobody is "
        .. "reminded and nobody is behind.",
      zh = "事项不写承办者，就由方案的本级单位承办；本级单位也没有，这件事就没有人办，既不会提醒，也查不出谁没办。" },
    example = [[task "rally" { "动员大会", due = "6月8日前" }]],
    mend = { en = "Declare the unit that issues the plan and name it as owner; or say who does the item.",
      zh = "声明印发方案的单位，并写进 plan 的 owner；或者写明该事项由谁办。" },
    check = no_owner },

  { "quota-without-roster", level = "warning",
    title = { en = "a quota for a class that no roster fills", zh = "要计数的一类单位不在名册上" },
    says = { en = "“{who}” has nobody on a roster, so that {n} quota(s) cannot be counted for them: {items}",
      zh = "名册上没有“{who}”，有 {n} 项数量无法逐个统计：{items}" },
    help = { en = "give a roster with rows of this kind, or their number: many = 12",
      zh = "请用名册（roster）列出它们，或先写明个数：many = 12" },
    why = { en = "A quota is counted for each unit. Without rows for the class nobody is asked, and 100 % of nobody is done.",
      zh = "数量是按每个单位统计的。这一类在名册上一个也没有，就没有统计对象，完成率没有意义。" },
    example = [[unit "ward" { "各病区", many = true }
quota "talks" { "健康讲座", each = "ward", count = "不少于1场", due = "6月8日前" }]],
    mend = { en = "Add the rows to the roster file, or write the number of units until it is there.",
      zh = "把这些单位补进名册；名册还没有时，先写个数。" },
    check = quota_without_roster },

  { "empty-audience", level = "error",
    title = { en = "it concerns nobody", zh = "选出来的对象一个也没有" },
    says = { en = "“{name}”: “{who}” meets nobody on the roster", zh = "“{name}”：按“{who}”在名册上选不出任何对象" },
    help = { en = "look at what stands behind “but” and “in”, at tags, and at the roster's kinds",
      zh = "请核对 but（除外）、in（范围内）和标签，以及名册的类别" },
    why = { en = "What concerns nobody is never due and never late, and looks as if it were done.",
      zh = "没有对象的事项永远不会到期、也不会逾期，看上去就像已经办完了。" },
    example = [[unit "ward" { "各病区", many = true }
unit "icu" { "重症病区", kind = "ward" }
task "round" { "联合查房", each = "ward but icu", due = "6月8日前" }]],
    mend = { en = "Correct the selector or the roster, so that it meets those who are meant.",
      zh = "改正选择的写法或名册，使它选出应当承办的对象。" },
    check = empty_audience },

  { "unreachable-quota", level = "error",
    title = { en = "a number that cannot be reached", zh = "数量要求无法完成" },
    says = { en = "“{name}” needs {need} in all, but there can be no more than {most}",
      zh = "“{name}”合计要 {need}，最多只能有 {most}" },
    help = { en = "lower the number, or widen from whom it comes", zh = "请降低数量要求，或扩大来源" },
    why = { en = "A share above the whole, or more pieces than all who hand them in may hand in, cannot be met by anybody: "
        .. "the quota would stand as unmet for ever.",
      zh = "分项比总数还多，或者要的件数超过了所有来源能交的总数，谁也完不成，只会一直显示未完成。" },
    example = [[unit "author" { "通讯员", many = 1 }
quota "articles" { "理论文章", from = "author", count = 2, due = "6月8日前",
  quota "own" { "每人限报", each = "author", count = { max = 1 } },
}]],
    mend = { en = "Let the numbers agree: what is asked for in all must be within what each of them may hand in.",
      zh = "把两处数量核对一致：总数不能超过每个来源所限数量之和。" },
    check = unreachable },

  { "duplicate-duty", level = "warning",
    title = { en = "the same thing is asked for twice", zh = "同一件事要求了两次" },
    says = { en = "“{name}” is asked of the same people for the same time twice", zh = "“{name}”对同样的对象、在同一时间要求了两次" },
    help = { en = "keep one, or let their names say what differs", zh = "请保留一处；确是两件事的，名称上应能区分" },
    why = { en = "People would be reminded twice and would hand in twice, or would hand in once and stand as behind.",
      zh = "同样的人会收到两次提醒、要交两次；只交一次，另一处又显示没有完成。" },
    example = [[task "study" { "集中学习", each = "person", due = "6月8日前" }
task "again" { "“集中学习”", each = "person", due = "6月8日前" }]],
    mend = { en = "Delete one and keep its clause with the other: clause = { \"二(一)\", \"附件3\" }.",
      zh = "删去一处，把它的条款并到另一处：clause = { \"二(一)\", \"附件3\" }。" },
    check = duplicate_duty },

  { "burden", level = "warning",
    title = { en = "too much is asked in one week", zh = "一周内的任务过于集中" },
    says = { en = "in the week of {week} more than {limit} things are due for {units} unit(s); {most} for {unit}: {items}{again}",
      zh = "{week}起的一周里，有 {units} 个对象到期的任务超过 {limit} 项；最多的{unit}有 {most} 项：{items}{again}" },
    help = { en = "spread the dates, or set burden = … in the plan when that is meant",
      zh = "请把日期错开；确需如此的，可在 plan 里写 burden = …" },
    why = { en = "What is all due in one week is done in haste or not at all. The limit is the plan's `burden`, 3 things a "
        .. "week where it is not said.",
      zh = "都挤在一周里到期，要么赶工应付，要么完不成，也不合为基层减负的要求。上限是方案的 burden，不写就是每周 3 项。" },
    example = [[task "rally" { "动员会", each = "ward", due = "5月31日前" }
task "study" { "学习会", each = "ward", due = "5月31日前" }
task "self-check" { "自查", each = "ward", due = "6月1日前" }
task "talk" { "座谈会", each = "ward", due = "6月1日前" }]],
    mend = { en = "Give some of them dates of their own, weeks apart, instead of the end of the phase.",
      zh = "给其中几项单独定日期，错开几周，不要都放在阶段的最后一天。" },
    check = burden },
}

return people
