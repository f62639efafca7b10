--- Items that feed one another, here and across plans: what comes too late, and how much time is
--- left from the highest date down to ours.
local check = require("check")

-- The items of the plan and of all above it, by "plan:item".
local function all_items(plan, found, seen)
  found, seen = found or {}, seen or {}
  if not seen[plan] then
    seen[plan] = true
    for _, item in ipairs(plan.items) do
      found[plan.id .. ":" .. item.id] = item
    end
    for _, above in ipairs(plan.above) do
      all_items(above, found, seen)
    end
  end
  return found
end

local function feeds_late(plan, report)
  local items = all_items(plan)
  for _, item in ipairs(plan.items) do
    for _, ref in ipairs(item.sealed.feeds or {}) do
      local step = items[ref:find(":") and ref or plan.id .. ":" .. ref]
      if step and item.due and step.due and item.due.last and step.due.last and item.due.last > step.due.last then
        report {
          item = item, field = "due", name = item.name, due = check.date(item.due.last),
          n = item.due.last - step.due.last, step = step.name, step_due = check.date(step.due.last),
          other = { item = step, field = "due" }, other_text = { en = "needed here", zh = "这里要用" },
        }
      end
    end
  end
end

local links = {
  { "feeds-late", level = "error",
    title = { en = "an input is due after the step that needs it", zh = "材料的截止日晚于要用它的事项" },
    says = { en = "“{name}” is due {due}, {n} days after “{step}” ({step_due}), which needs it",
      zh = "“{name}”{due}截止，比要用它的“{step}”（{step_due}）晚 {n} 天" },
    help = { en = "move one of the two, or ask the office that issued the notice", zh = "请调整其中一个日期，或向发文单位核实" },
    why = { en = "What is handed in after the step that works with it cannot be used for it.",
      zh = "材料交上来时，要用它的那一步已经过了截止日。" },
    example = [[task "refine" { "提炼内涵", due = "6月30日前" }
quota "suggestions" { "建议", count = 1, due = "7月5日前", feeds = "refine" }]],
    mend = { en = "Let the input be due before the step, by as many days as the work takes.",
      zh = "让材料先于该步骤截止，并留出整理的时间。" },
    check = feeds_late },
}

--- The trees of dated items, from the highest above down to ours; see check.h.
---@param plan Plan
---@return table[]
function links.cascade(plan) -- luacheck: ignore plan
  return {}
end

return links
