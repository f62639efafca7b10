-- Checks tests/facts.tsv against the sealed plans: `planrun-lua facts.lua SOURCE-DIR SHOW-DIR`, where SHOW-DIR
-- holds the output of `planrun show scripts/X.lua --json` as X.json. Also: every fact of the seed notices is proven
-- there or exempt with a reason, and its id stands in a comment of its script. Called by tests/golden/run-facts.sh.

local source, shown = arg[1], arg[2]

-- By seed number: the script and the number of its last fact.
local seeds = {
  [0] = { "moh2012", 49 }, { "city2012", 58 }, { "nanping2021", 49 }, { "shaoxing2012", 78 }, { "shashi2010", 76 },
}

local problems = 0
local function problem(...)
  problems = problems + 1
  print(string.format(...))
end

local function read(path)
  local file = assert(io.open(path, "rb"))
  local text = file:read("a")
  file:close()
  return text
end

-- A small JSON reader. The text comes from a writer that has tests of its own, so it is not strict.
local escapes = { b = "\b", f = "\f", n = "\n", r = "\r", t = "\t" }
local parse

local function parse_string(text, at)
  local stop = at + 1
  while text:sub(stop, stop) ~= '"' do
    stop = stop + (text:sub(stop, stop) == "\\" and 2 or 1)
  end
  local raw = text:sub(at + 1, stop - 1)
  raw = raw:gsub("\\u(%x%x%x%x)", function(hex) return utf8.char(tonumber(hex, 16)) end)
  return (raw:gsub("\\(.)", function(c) return escapes[c] or c end)), stop + 1
end

local function parse_list(text, at)
  local list = {}
  at = text:find("%S", at + 1)
  while text:sub(at, at) ~= "]" do
    list[#list + 1], at = parse(text, at)
    at = text:find("[^%s,]", at)
  end
  return list, at + 1
end

local function parse_map(text, at)
  local map = {}
  at = text:find("%S", at + 1)
  while text:sub(at, at) ~= "}" do
    local key, after = parse_string(text, at)
    map[key], at = parse(text, text:find("[^%s:]", after))
    at = text:find("[^%s,]", at)
  end
  return map, at + 1
end

function parse(text, at)
  local c = text:sub(at, at)
  if c == "{" then return parse_map(text, at) end
  if c == "[" then return parse_list(text, at) end
  if c == '"' then return parse_string(text, at) end
  local word = assert(text:match("^[%w%.%+%-]+", at), "bad JSON at byte " .. at)
  return word, at + #word -- numbers, true and false stay as they are written
end

-- Splits "items[award].due.end" into { "items", "[award]", "due", "end" }.
local function steps(path)
  local parts = {}
  for part in path:gsub("%[", ".["):gmatch("[^.]+") do parts[#parts + 1] = part end
  return parts
end

local function element(list, name)
  if name:match("^%d+$") and list[tonumber(name) + 1] ~= nil then return list[tonumber(name) + 1] end
  for _, value in ipairs(list) do
    if type(value) == "table" and value.id == name then return value end
  end
end

--- Calls `found(value)` for each value that the path leads to, from step `n` on.
local function follow(value, path, n, found)
  local step = path[n]
  if step == nil then return found(value) end
  if type(value) ~= "table" then return end
  if step == "[]" then
    for _, one in ipairs(value) do follow(one, path, n + 1, found) end
  elseif step == "#" then
    follow(tostring(#value), path, n + 1, found)
  elseif step:sub(1, 1) == "[" then
    follow(element(value, step:sub(2, -2)), path, n + 1, found)
  elseif value[step] ~= nil then
    follow(value[step], path, n + 1, found)
  end
end

local function check_fact(plan, fact, path, wanted)
  local got, right = nil, false
  follow(plan, steps(path), 1, function(value)
    got = got or value
    right = right or value == wanted
  end)
  if not right then
    if type(got) == "table" then got = "a table" end
    problem("%s: %s is %s, wanted %s", fact, path, got or "absent", wanted)
  end
end

local plans, comments = {}, {}
for seed, entry in pairs(seeds) do
  plans[seed] = parse(read(shown .. "/" .. entry[1] .. ".json"), 1)
  local noted = {}
  for comment in read(source .. "/scripts/" .. entry[1] .. ".lua"):gmatch("%-%-([^\n]*)") do
    for id in comment:gmatch("S%d%-%d+") do noted[id] = true end
  end
  comments[seed] = noted
end

local rows, proven, exempt = 0, {}, {}
for line in io.lines(source .. "/tests/facts.tsv") do
  local fact, path, value = line:match("^(S%d%-%d+)\t([^\t]+)\t([^\t]+)$")
  if fact then
    rows, proven[fact] = rows + 1, true
    check_fact(plans[tonumber(fact:sub(2, 2))], fact, path, value)
  elseif line:sub(1, 1) ~= "#" then
    problem("facts.tsv: cannot read %q", line)
  end
end
for line in io.lines(source .. "/tests/facts-exempt.tsv") do
  local fact, reason = line:match("^(S%d%-%d+)\t(.+)$")
  if fact then exempt[fact] = reason elseif line:sub(1, 1) ~= "#" then problem("facts-exempt.tsv: %q", line) end
end

local facts, proven_count, exempt_count = 0, 0, 0
for seed = 0, 4 do
  for n = 1, seeds[seed][2] do
    local fact = string.format("S%d-%02d", seed, n)
    facts = facts + 1
    if proven[fact] then proven_count = proven_count + 1 end
    if exempt[fact] then exempt_count = exempt_count + 1 end
    if not proven[fact] and not exempt[fact] then problem("%s: neither in facts.tsv nor exempt", fact) end
    if proven[fact] and exempt[fact] then problem("%s: proven and exempt", fact) end
    if not comments[seed][fact] and not exempt[fact] then
      problem("%s: no comment of scripts/%s.lua names it", fact, seeds[seed][1])
    end
  end
end

print(string.format("count: %d facts, %d proven by %d rows, %d exempt; %d problems",
  facts, proven_count, rows, exempt_count, problems))
os.exit(problems == 0)
