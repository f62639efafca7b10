--- Items that feed one another, here and across plans: what comes too late, how much time is left,
--- and the chain of dues from the highest notice down to ours.
---
--- A due is *said* when it stands at the item, in its own `when`, or as the due of what contains it; else
--- it is only the end of the phase, by which the item is over at the latest. Days are those between
--- two official dues; working days are the ones after the earlier due, through the later one.
local calendar = require("calendar")
local check = require("check")

-- ---- items and their links ---------------------------------------------------------------------

-- All plans of the run by id, ours with height 0, then those above it.
local function plans_of(plan, found, height)
  found, height = found or {}, height or 0
  local known = found[plan.id]
  if not known or known.height < height then
    found[plan.id] = { plan = plan, height = height }
    for _, above in ipairs(plan.above) do
      plans_of(above, found, height + 1)
    end
  end
  return found
end

local function find(plans, plan, ref)
  local id, item = ref:match("^(.-):(.*)$")
  local found = plans[id or plan.id]
  return found and found.plan.item[item or ref]
end

-- The items that an item names in `field`, without those of plans that are not here.
local function named(plans, item, field)
  local list = {}
  for _, ref in ipairs(item.sealed[field] or {}) do
    table.insert(list, find(plans, item.plan, ref))
  end
  return list
end

local function due_day(item)
  return item.due and item.due.last
end

local function is_said(item)
  local due = item.due
  return due and due.last and not (due.from == "when" and item.when and item.when.from) or false
end

-- Whether the due of `a` comes before that of `b`; both have one.
local function is_earlier(a, b)
  local x, y = a.due, b.due
  return x.last < y.last or x.last == y.last and x.minute < y.minute
end

-- ---- texts ---------------------------------------------------------------------------------------

local function days_text(n)
  return { en = n == 1 and "1 day" or n .. " days", zh = n .. " 天" }
end

local function workdays_text(n)
  return { en = n == 1 and "1 working day" or n .. " working days", zh = n .. " 个工作日" }
end

-- A due with its time, when that is not the day's end.
local function due_text(item)
  local due = item.due
  local time = due.minute < 1440 and (" %02d:%02d"):format(due.minute // 60, due.minute % 60) or ""
  return { en = check.text(check.date(due.last), "en") .. time, zh = check.text(check.date(due.last), "zh") .. time }
end

-- The names of items as a text: three, the values a, b, c of the report, then how many more there are.
local function names_text(told, items)
  local keys, en, zh = { "a", "b", "c" }, {}, ""
  for i = 1, math.min(#items, #keys) do
    told[keys[i]] = items[i].name
    en[i], zh = ("“{%s}”"):format(keys[i]), zh .. ("“{%s}”"):format(keys[i])
  end
  local more = #items - #en
  return {
    en = table.concat(en, more > 0 and ", " or " and ") .. (more > 0 and (" and %d more"):format(more) or ""),
    zh = zh .. (more > 0 and ("等 %d 项"):format(#items) or ""),
  }
end

-- ---- what comes too late ---------------------------------------------------------------------------

-- The item that decides by when something fed into `step` is needed: the step itself, or, when its due is
-- not said, also what it feeds in turn. `known` keeps what was found, false while it is looked for.
local function decider(plans, step, known)
  if is_said(step) then
    return step
  elseif known[step] ~= nil then
    return known[step] or nil
  end
  known[step] = false
  local earliest = due_day(step) and step or nil
  for _, next in ipairs(named(plans, step, "feeds")) do
    local found = decider(plans, next, known)
    if found and (not earliest or is_earlier(found, earliest)) then
      earliest = found
    end
  end
  known[step] = earliest or false
  return earliest
end

-- How an item misses the due of `step`: { text, days }, or nil. One whose due is only its phase's end
-- is too late when it cannot even begin before.
local function lateness(item, step)
  if is_said(item) then
    return is_earlier(step, item) and {
      en = "is due " .. due_text(item).en, zh = due_text(item).zh .. "截止", days = item.due.last - step.due.last,
    } or nil
  end
  local first = due_day(item) and item.when and item.when.first
  return first and first > step.due.last and {
    en = "begins " .. check.text(check.date(first), "en"), zh = check.text(check.date(first), "zh") .. "才开始",
    days = first - step.due.last,
  } or nil
end

local function feeds_late(plan, report)
  local plans, known = plans_of(plan), {}
  for _, item in ipairs(plan.items) do
    for _, direct in ipairs(named(plans, item, "feeds")) do
      local step = decider(plans, direct, known)
      local late = step and step ~= item and lateness(item, step)
      if late then
        report {
          item = item, field = "due", name = item.name, is = late,
          n = late.days > 0 and days_text(late.days) or { en = "hours", zh = "几小时" },
          step = step.name, step_due = due_text(step),
          way = step ~= direct and { en = " by way of “{by}”", zh = "（经“{by}”）" } or "", by = direct.name,
          other = { item = step, field = "due" }, other_text = { en = "needed here", zh = "这里要用" },
        }
      end
    end
  end
end

-- ---- how much time is left towards the plans above ---------------------------------------------------

-- The items above with a due that was said which ours feeds or fulfils: those that are due first, when ours is
-- not late for them. Fulfilling something on its very day is no more than is asked.
local function tightest(plans, item)
  local list, seen = {}, {}
  for _, field in ipairs { "feeds", "fulfils" } do
    for _, step in ipairs(named(plans, item, field)) do
      if step.plan ~= item.plan and is_said(step) then
        if is_earlier(step, item) then
          return {}
        elseif field == "feeds" or step.due.last > item.due.last then
          if list[1] and step.due.last < list[1].due.last then
            list = {}
          end
          if not seen[step] and (not list[1] or step.due.last == list[1].due.last) then
            table.insert(list, step)
            seen[step] = true
          end
        end
      end
    end
  end
  return list
end

-- Whether our own cut is more than half of the time that the notice above left us.
local function is_over_tightened(item, step)
  local start = item.plan.received or item.plan.issued
  return start and start <= item.due.last and 2 * (step.due.last - item.due.last) > step.due.last - start
end

local function report_slack(report, item, steps)
  local step = steps[1]
  local days = step.due.last - item.due.last
  local workdays = calendar.workdays_between(item.due.last + 1, step.due.last)
  local told = {
    item = item, field = "due", name = item.name, due = due_text(item),
    step_due = due_text(step), n = days_text(days), work = workdays_text(workdays),
    other = { item = step, field = "due" }, other_text = { en = "due there", zh = "上级的期限" },
  }
  told.steps = names_text(told, steps)
  if is_over_tightened(item, step) then
    local start = item.plan.received or item.plan.issued
    told.rule, told.start, told.all = "over-tightened", check.date(start), days_text(step.due.last - start)
  end
  report(told)
end

local function slack(plan, report)
  local plans = plans_of(plan)
  for _, item in ipairs(plan.items) do
    local steps = due_day(item) and (item.sealed.feeds or item.sealed.fulfils) and tightest(plans, item)
    if steps and steps[1] then
      report_slack(report, item, steps)
    end
  end
end

local links = {
  { "feeds-late", level = "error",
    title = { en = "an input is due after the step that needs it", zh = "材料的截止日晚于要用它的事项" },
    says = { en = "“{name}” {is}, {n} after “{step}” ({step_due}), which needs it{way}",
      zh = "“{name}”{is}，比要用它的“{step}”{way}（{step_due}）晚 {n}" },
    help = { en = "move one of the two, or ask the office that issued the notice", zh = "请调整其中一个日期，或向发文单位核实" },
    why = { en = "What is handed in after the step that works with it cannot be used for it. A step without a due of its own "
      .. "needs its inputs as early as what it feeds in turn.",
      zh = "材料交上来时，要用它的那一步已经过了截止日。要用它的一步自己没有期限的，看它再往后交给哪一步。" },
    example = [[task "refine" { "提炼内涵", due = "6月30日前" }
quota "suggestions" { "建议", each = "ward", count = 1, due = "7月5日前", feeds = "refine" }]],
    mend = { en = "Let the input be due before the step, by as many days as the work takes.",
      zh = "让材料先于该步骤截止，并留出整理的时间。" },
    check = feeds_late },
  { "slack", level = "note",
    title = { en = "how many days are left before the notice above wants it", zh = "离上级的期限还有几天" },
    says = { en = "“{name}” is due {due}, {n} ({work}) before {steps} above ({step_due})",
      zh = "“{name}”{due}截止，离上级{steps}的期限（{step_due}）还有 {n}，其中 {work}" },
    why = { en = "These days are what is left to gather, correct and pass on. Days lie between the two official dues; working "
      .. "days are the ones after our due, through the due above.",
      zh = "这几天要用来收齐、修改、上报。天数是两个期限之差；工作日从本级期限的次日数到上级期限当天。" },
    example = [[quota "suggestions" { "建议", each = "ward", count = 1, due = "7月5日前", feeds = "moh2012:province-report" }]],
    mend = { en = "Nothing has to be done. `planrun check --cascade` draws the chain through all levels.",
      zh = "不必修改。用 planrun check --cascade 可以看各级期限怎样一环扣一环。" },
    check = slack },
  { "over-tightened", level = "note",
    title = { en = "this level takes more than half of the time for itself", zh = "本级占去一半以上的时间（层层加码）" },
    says = { en = "“{name}” is due {due}, {n} ({work}) before {steps} above ({step_due}): more than half of the {all} from {start} on",
      zh = "“{name}”{due}截止，比上级{steps}的期限（{step_due}）提前 {n}（{work}）；从{start}算起一共 {all}，本级占去一半以上" },
    help = { en = "leave half of the time to those below, or say why not: allow = { [\"over-tightened\"] = \"…\" }",
      zh = "给下级留出一半的时间；确有必要的写明理由：allow = { [\"over-tightened\"] = \"……\" }" },
    why = { en = "When every level takes most of what is left, nothing is left to those who do the work. The time is counted from "
      .. "the day our notice was received or issued to the due above.",
      zh = "每一级都占去剩下时间的大半，真正办事的人就没有时间了。时间从收文或印发之日算到上级的期限。" },
    example = [[quota "reports" { "各县专题报告", each = "county", count = 1, due = "6月8日前",
  feeds = "moh2012:province-report" }]],
    mend = { en = "Move the due closer to that of the notice above.", zh = "把期限往上级的期限靠近一些。" } },
}

-- ---- the chain ----------------------------------------------------------------------------------------

local LINKS = { "feeds", "fulfils" }
local DEPTH_MOST = 24 -- drawn; what lies deeper begins a tree of its own

local function day_text(day)
  return day and ("%04d-%02d-%02d"):format(calendar.ymd(day)) or nil
end

-- Whether two items have their due from the same place: an edge between them says nothing.
local function is_one_due(a, b)
  local function origin(item)
    return item.due and item.due.from ~= "when" and item.due.from or item.id
  end
  return a.plan == b.plan and origin(a) == origin(b)
end

local function add_link(graph, item, link, step)
  if is_one_due(item, step) then
    return
  end
  graph.steps[item] = graph.steps[item] or {}
  table.insert(graph.steps[item], step)
  graph.inputs[step] = graph.inputs[step] or {}
  table.insert(graph.inputs[step], { item = item, link = link })
  if not graph.seen[step] then
    graph.seen[step] = true
    table.insert(graph.all, step)
  end
end

-- Follows all links up from our items: `steps` by item, and `inputs` as a list of { item, link }.
local function gather(plan)
  local graph = { plans = plans_of(plan), steps = {}, inputs = {}, all = {}, seen = {}, below = {}, leads = {},
    done = {}, roots = {}, rows = {} }
  for _, item in ipairs(plan.items) do
    table.insert(graph.all, item)
    graph.seen[item] = true
  end
  for _, item in ipairs(graph.all) do -- grows while it is read
    for _, link in ipairs(LINKS) do
      for _, step in ipairs(named(graph.plans, item, link)) do
        add_link(graph, item, link, step)
      end
    end
  end
  return graph
end

-- Whether something with a due stands above the item, however far: only the highest begin a tree.
local function is_below(graph, item)
  local known = graph.below[item]
  if known ~= nil then
    return known
  end
  graph.below[item] = false -- also the answer of a circle
  for _, step in ipairs(graph.steps[item] or {}) do
    if is_said(step) or is_below(graph, step) then
      graph.below[item] = true
      return true
    end
  end
  return false
end

-- Whether the item or one that leads to it has a due: others say nothing about time.
local function leads(graph, item)
  local known = graph.leads[item]
  if known == nil then
    graph.leads[item] = due_day(item) ~= nil
    for _, input in ipairs(not graph.leads[item] and graph.inputs[item] or {}) do
      if leads(graph, input.item) then
        graph.leads[item] = true
        break
      end
    end
    known = graph.leads[item]
  end
  return known
end

-- The inputs of an item that are drawn, by due, then as the notices have them.
local function drawn(graph, item)
  local list = {}
  for _, input in ipairs(graph.inputs[item] or {}) do
    if leads(graph, input.item) then
      table.insert(list, { item = input.item, link = input.link, order = #list })
    end
  end
  table.sort(list, function(a, b)
    local x, y = due_day(a.item) or math.huge, due_day(b.item) or math.huge
    return x < y or x == y and a.order < b.order
  end)
  return list
end

-- Days and working days from the item's due to that of `over`; negative when it is too late.
local function gap(row, item, over)
  local from, to = item.due.last, over.due.last
  if not is_said(item) and from > to and not lateness(item, over) then
    return -- its phase ends later, which says nothing about it
  end
  local sign = from <= to and 1 or -1
  local workdays, known = calendar.workdays_between(math.min(from, to) + 1, math.max(from, to))
  row.days, row.workdays, row.provisional = to - from, sign * workdays, not known or nil
end

local function row_of(item, depth, input, over)
  local row = {
    plan = item.plan.id, item = item.id, name = item.name, level = item.plan.level, depth = depth,
    due = day_text(due_day(item)), work_due = day_text(item.work_due), inherited = due_day(item) and not is_said(item) or nil,
    link = input and input.link, to = input and input.to.plan.id .. ":" .. input.to.id,
  }
  if over and due_day(item) then
    gap(row, item, over)
    row.counted_to = over ~= input.to and over.plan.id .. ":" .. over.id or nil
  end
  return row
end

-- Draws an item and what leads to it; `over` is the nearest item above it whose due was said.
local function draw(graph, item, depth, input, over)
  local row = row_of(item, depth, input, over)
  table.insert(graph.rows, row)
  local inputs = drawn(graph, item)
  if #inputs == 0 then
    return
  elseif graph.done[item] then
    row.again = true
  elseif depth == DEPTH_MOST then
    row.continued = true
    table.insert(graph.roots, item)
  else
    graph.done[item] = true
    for _, below in ipairs(inputs) do
      below.to = item
      draw(graph, below.item, depth + 1, below, is_said(item) and item or over)
    end
  end
end

--- The chains of dues, from the highest above down to ours, as rows in the order of a tree; see check.h.
---@param plan Plan
---@return table[]
function links.cascade(plan)
  local graph = gather(plan)
  for _, item in ipairs(graph.all) do
    if is_said(item) and not is_below(graph, item) and #drawn(graph, item) > 0 then
      table.insert(graph.roots, item)
    end
  end
  table.sort(graph.roots, function(a, b)
    local x, y = graph.plans[a.plan.id].height, graph.plans[b.plan.id].height
    if x ~= y then
      return x > y
    end
    return a.plan.id < b.plan.id or a.plan == b.plan and (a.line < b.line or a.line == b.line and a.id < b.id)
  end)
  for _, root in ipairs(graph.roots) do -- grows where a tree is cut
    draw(graph, root, 0)
  end
  return graph.rows
end

return links
