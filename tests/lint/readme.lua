--- Usage: lua readme.lua README. Runs the examples of a README in the current folder:
---   ```lua whose first line is `-- name.lua`  is written to that file;
---   ```console                                `$ command` is run, the lines below are its output;
---   ```console zh                             the same under a Chinese locale;
---   | `code` | message | … | under 写成了       the message must come up when a plan holds that code.
--- A line `…` in an output stands for any number of lines. Exits with 1 when something differs.
local failures, commands = 0, 0

local function write(name, text)
  local file = assert(io.open(name, "wb"))
  assert(file:write(text))
  file:close()
end

local function run(command, language)
  write("command.sh", command .. "\n")
  local locale = language == "zh" and "zh_CN.UTF-8" or "C"
  local pipe = assert(io.popen("env -u LC_MESSAGES LC_ALL=" .. locale .. " sh command.sh 2>&1"))
  local said = pipe:read("a")
  pipe:close()
  return said
end

-- Lines, without the white space at their ends.
local function cut(text)
  local lines = {}
  for line in text:gmatch("([^\n]*)\n") do lines[#lines + 1] = line:gsub("%s+$", "") end
  return lines
end

-- True when the lines of `wanted` from w match those of `said` from s.
local function same(wanted, said, w, s)
  while w <= #wanted and wanted[w] ~= "…" do
    if wanted[w] ~= said[s] then return false end
    w, s = w + 1, s + 1
  end
  if w > #wanted then return s == #said + 1 end
  for next = s, #said + 1 do
    if same(wanted, said, w + 1, next) then return true end
  end
  return false
end

local function compare(command, wanted, language)
  local said = run(command, language)
  commands = commands + 1
  if not same(cut(wanted), cut(said), 1, 1) then
    failures = failures + 1
    print(("differs: $ %s\n--- README\n%s--- program\n%s"):format(command, wanted, said))
  end
end

local function console(text, language)
  local command, wanted
  for line in text:gmatch("([^\n]*)\n") do
    local started = line:match("^%$ (.*)$")
    if started then
      if command then compare(command, wanted, language) end
      command, wanted = started, ""
    elseif command then
      wanted = wanted .. line .. "\n"
    end
  end
  if command then compare(command, wanted, language) end
end

-- A plan with one mistake: a whole line, or fields of a quota that is right otherwise.
local function mistake(code, message)
  local fields = code
  if not code:find("each =", 1, true) then fields = 'each = "ward", ' .. fields end
  if not code:find("count =", 1, true) then fields = "count = 2, " .. fields end
  write("mistake.lua", 'plan "reading" { "读书活动", issuer = "护理部", issued = "2026年3月2日" }\n'
    .. 'unit "nursing" { "护理部" }\nunit "ward" { "各病区", parent = "nursing", many = true }\n'
    .. (code:match("^quota") and code or 'quota "notes" { "读书笔记", ' .. fields .. " }") .. "\n")
  commands = commands + 1
  local said = run("planrun show mistake.lua", "zh")
  if not said:find(message, 1, true) then
    failures = failures + 1
    print(("differs: %s\n--- README\n%s\n--- program\n%s"):format(code, message, said))
  end
end

local function mistakes(table_text)
  for code, message in table_text:gmatch("\n| `([^`]+)` | (.-) |") do mistake(code, message) end
end

local file = assert(io.open(arg[1]))
local readme = file:read("a")
file:close()
for kind, text in readme:gmatch("\n```(%a+[ %a]*)\n(.-\n)```") do
  local name = text:match("^%-%- ([%w_-]+%.lua)\n")
  if kind == "lua" and name then write(name, text) end
  if kind:match("^console") then console(text, kind:match(" (%a+)$")) end
end
mistakes(readme:match("\n| 写成了 |.-\n\n") or "")
print(("counts: %d commands of the README, %d differ"):format(commands, failures))
os.exit(failures == 0)
