--- Usage: lua names.lua SRC. Prints the name of every finding that the sources can give, one a line: the first
--- literal behind the functions that make findings, the problems and warnings of phrases, and the
--- names in findings.txt. What it cannot see here it finds in the program's own output.
local source = arg[1]

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

local function files(pattern)
  local pipe = assert(io.popen("ls '" .. source .. "'/" .. pattern))
  local list = {}
  for path in pipe:lines() do list[#list + 1] = path end
  pipe:close()
  return list
end

local names = {}

-- A call's name of a finding stands among its first arguments; a ternary gives two.
local makers = { "COMPLAIN", "finding_add", "fail", "fail_form", "guard_fail", "eval_fail", "handler_fail", "complain",
  "roster_error", "roster_row_error", "cell_error", "refuse", "complain_cell", "fail_file", "warn" }
local function calls(text)
  for _, maker in ipairs(makers) do
    for arguments in text:gmatch("%f[%w_]" .. maker .. "(%b())") do
      local first = arguments:match('"([a-z][a-z0-9-]*)"')
      local before = arguments:match('^([^"]*)"')
      if first and #before < 80 then names[first] = true end
      for one, other in arguments:gmatch('%? "([a-z0-9-]+)"%s*: "([a-z0-9-]+)"') do
        if before and before:find("?", 1, true) then names[one], names[other] = true, true end
      end
    end
  end
end

for _, pattern in ipairs { "core/script/*.c", "core/files/*.c", "core/plan/roster*.c", "core/service/inputs.c",
  "core/service/addresses.c", "core/cli/check_config.c" } do
  for _, path in ipairs(files(pattern)) do calls(read(path)) end
end
for _, pattern in ipairs { "stdlib/when.lua", "stdlib/when/*.lua", "stdlib/amount.lua" } do
  for _, path in ipairs(files(pattern)) do
    local text = read(path)
    for name in text:gmatch('p%.problem = "([a-z-]+)"') do names[name] = true end
    for name in text:gmatch('problem or "([a-z-]+)"') do names[name] = true end
    for name in text:gmatch('reading%.error%("([a-z-]+)"') do names[name] = true end
    for name in text:gmatch('failure%("([a-z-]+)"') do names[name] = true end
    for name in text:gmatch('unknown = "([a-z-]+)"') do names[name] = true end
  end
end
for name in pairs(assert(loadfile(source .. "/stdlib/when/warnings.lua"))()) do names[name] = true end
for name in read(source .. "/tests/golden/findings.txt"):gmatch(" %[([a-z-]+)%]\n") do names[name] = true end

for _, path in ipairs(files("core/script/eval_child_*.c")) do -- faults of a call's form stand in tables
  for name in read(path):gmatch('"(malformed%-[a-z-]+)",?\n') do names[name] = true end
end

names["level"], names["id"] = nil, nil -- a key of a report, a field in a message of ours

local sorted = {}
for name in pairs(names) do sorted[#sorted + 1] = name end
table.sort(sorted)
print(table.concat(sorted, "\n"))
