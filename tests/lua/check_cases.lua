-- Writes the plans that tests/golden/run-check.sh checks: `planrun-lua check_cases.lua OUT FOLDER [FILE…]`. The example
-- of each rule of stdlib/check/ becomes OUT/NAME/…, set into FOLDER/NAME.plan where there is one; each case of a
-- FILE becomes OUT/STEM-N/…. One line a plan is printed: its folder, the file to be checked, the rules that
-- are to be found there ("-" = none), what it shows, or "example" and what may be found beside. How cases and examples are written is told in run-check.sh.

local check = require("check")

local out, folder = arg[1], arg[2]

-- What an example may name without declaring it, and who they are.
local units = {
  { "office", '{ "办公室" }' }, { "county", '{ "各县（市）区卫生局", many = true }' },
  { "unit", '{ "各单位", many = true }' }, { "department", '{ "各科室", many = true }' },
  { "ward", '{ "各病区", many = true }' }, { "person", '{ "每一名职工", many = true }' },
}

local function write(path, text)
  local file = assert(io.open(path, "wb"))
  file:write(text)
  file:close()
end

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then
    file:close()
  end
  return text
end

-- A text as its files: what stands behind a line `-- name.lua` or `-- name.csv` is that file, all else e.lua.
local function files_of(text)
  local files, current = {}, nil
  for line in (text .. "\n"):gmatch("([^\n]*)\n") do
    local name = line:match("^%-%- ([%w-]+%.lua)$") or line:match("^%-%- ([%w-]+%.csv)$")
    if name or not current then
      current = { name = name or "e.lua", lines = {} }
      table.insert(files, current)
    end
    if not name then
      table.insert(current.lines, line)
    end
  end
  return files
end

local head = 'plan "e" { "活动方案", issuer = "市卫生局", issued = "2011-05-03" }\n'
local derived = 'plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02", under = "moh2012" }\n'

-- A script with what it lacks: a head, the unit that it is issued by, and, when it declares none, those it names
-- with a roster of one of each.
local function whole(body, path)
  if not ("\n" .. body):find('\nplan "') then
    body = (body:find("moh2012:", 1, true) and derived or head) .. body
  end
  local issuer = body:match('issuer = "([^"]*)"')
  local declares, rows = ("\n" .. body):find('\nunit "'), { "id,name,kind,parent" }
  if not body:find('unit "[%w-]+" *{ "' .. issuer .. '"') and not body:find("owner = ", 1, true) then
    body = body .. ('unit "us" { "%s" }\n'):format(issuer)
  end
  for _, unit in ipairs(declares and {} or units) do
    if body:find(('"%s"'):format(unit[1]), 1, true) then
      body = body .. ('unit "%s" %s\n'):format(unit[1], unit[2])
      table.insert(rows, ("%s-1,甲,%s,"):format(unit[1], unit[1]))
    end
  end
  if not declares and not ("\n" .. body):find("\nroster ") then
    body = body .. 'roster "e.csv" {}\n'
    write(path .. "/e.csv", table.concat(rows, "\n") .. "\n")
  end
  return body
end

-- Writes the files into a new folder; returns the one to be checked, which is the last script.
local function write_plan(name, text, complete)
  local path, last = out .. "/" .. name, nil
  assert(os.execute("mkdir -p '" .. path .. "'"))
  for _, file in ipairs(files_of(text)) do
    local body = table.concat(file.lines, "\n") .. "\n"
    if file.name:find("%.lua$") then
      body, last = complete and body or whole(body, path), file.name
    end
    write(path .. "/" .. file.name, body)
  end
  return last
end

local function tell(name, file, rules, what)
  print(("%s\t%s\t%s\t%s"):format(name, file, rules, what))
end

local function tell_example(rule)
  local around, text = read(("%s/%s.plan"):format(folder, rule.name)), rule.example
  local beside = around and around:match("^%-%- beside: (%S+)\n")
  if around then
    local from, to = around:find("\n-- example\n", 1, true)
    text = around:sub(1, from) .. rule.example .. around:sub(to)
  end
  tell(rule.name, write_plan(rule.name, text, around ~= nil), rule.name, "example " .. (beside or ""))
end

-- What is told while a plan is read has excerpts for examples: run-explain.sh asks after those.
local excerpts = { words = true, script = true, roster = true, service = true, phrases = true }
for _, rule in ipairs(check.explain(nil, { lang = "en", files = {} })) do
  if not excerpts[rule.family] then
    tell_example(rule)
  end
end

-- A case begins with `== RULES: what it shows`; what stands before the first one is a comment.
for i = 3, #arg do
  local stem, cases = arg[i]:match("([^/]+)%.[^./]*$"), {}
  for line in io.lines(arg[i]) do
    local rules, what = line:match("^== (%S+): (.*)$")
    if rules then
      table.insert(cases, { rules = rules, what = what, lines = {} })
    elseif #cases > 0 then
      table.insert(cases[#cases].lines, line)
    end
  end
  for number, case in ipairs(cases) do
    local name = ("%s-%d"):format(stem, number)
    tell(name, write_plan(name, table.concat(case.lines, "\n")), case.rules, case.what)
  end
end
