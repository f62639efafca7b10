--- What is told while a plan is read: no rules, only what `planrun explain` says about the names of such
--- findings. The texts stand in check/loading/, a table a kind; a rule of the same name explains itself.
local families = { "words", "script", "roster", "service", "phrases" }

-- A row { name, level, title, reason, example, mend } as a rule without a check.
local function explanation(row, family)
  local title = { en = row[3], zh = row[4] }
  return {
    row[1], level = row[2], title = title, says = title, why = { en = row[5], zh = row[6] },
    example = row[7], mend = { en = row[8], zh = row[9] }, family = family,
  }
end

local rules = {}
for _, family in ipairs(families) do
  for _, row in ipairs(require("check.loading." .. family)) do
    table.insert(rules, explanation(row, family))
  end
end
return rules
