--- Who is told when a duty stays unmet behind its due: the policy of `escalate`. It is asked once, when
--- a plan is sealed; what it gives becomes reminders, which stop by themselves once the duty is met
--- or excused. Change it freely: `planrun check` and `planrun apply` take the change.

local escalation = {}

-- Whoever owes it, then the roles above, nearest first.
local FIRST = "contact"
local STEPS = { "head", "office", "leader" }
local EVERY = "2wd"

--- The reminders of one escalation: the one who owes it on the day of the official due, then one
--- role after the other, each so much later than the one before.
---@param steps string[]|nil roles above, as the plan says them
---@param every string[]|nil one length of time, "2wd" (working days) or "3d"
---@return table[] list { after = { length }, step = 1…, to = role }, perhaps with text (a template)
function escalation.expand(steps, every)
  local number, unit = (every and every[1] or EVERY):match("^(%d+)(%a+)$")
  local list = { { after = { "0" .. unit }, step = 1, to = FIRST } }
  for _, role in ipairs(steps or STEPS) do
    if role ~= FIRST then
      table.insert(list, { after = { tonumber(number) * #list .. unit }, step = #list + 1, to = role })
    end
  end
  return list
end

return escalation
