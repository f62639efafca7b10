--- Whether a plan keeps the mandates of the notices above it (design: a mandate can only be narrowed).
local conformance = {}

--- The verdict on each pair of our item and a mandate above, in the notice's order; see check.h.
---@param plan Plan
---@return table[]
function conformance.verdicts(plan) -- luacheck: ignore plan
  return {}
end

return conformance
