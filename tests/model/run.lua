-- planrun-lua run.lua DRIVER FOLDER FROM COUNT [first]: lives the worlds of seeds in the engine (DRIVER) and
-- in the model, and compares every answer. A seed that differs is named with what it said last; one seed
-- alone is told step by step. With `first` it stops there. Exits 1 when any differed.

local model = require("model")
local world = require("world")

local driver, folder, from, count, stop = arg[1], arg[2], tonumber(arg[3]), tonumber(arg[4]), arg[5] == "first"
local alone = count == nil
count = count or 1

-- ---- JSON ----------------------------------------------------------------------------------------

local write

local function write_pairs(value)
  local keys, parts = {}, {}
  for key in pairs(value) do
    table.insert(keys, key)
  end
  table.sort(keys)
  for _, key in ipairs(keys) do
    table.insert(parts, write(key) .. ":" .. write(value[key]))
  end
  return "{" .. table.concat(parts, ",") .. "}"
end

-- A table without keys is a list; worlds have no empty maps.
function write(value)
  if type(value) == "string" then
    return '"' .. value:gsub('[\\"]', "\\%0"):gsub("\n", "\\n") .. '"'
  elseif type(value) ~= "table" then
    return tostring(value)
  elseif next(value) ~= nil and #value == 0 then
    return write_pairs(value)
  end
  local parts = {}
  for _, one in ipairs(value) do
    table.insert(parts, write(one))
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

-- ---- the engine's answers ------------------------------------------------------------------------

local function write_worlds(path, worlds)
  local file = assert(io.open(path, "w"))
  for _, one in ipairs(worlds) do
    file:write(write({ world = one.seed, plan = one.plan, roster = one:csv() }), "\n")
    for _, line in ipairs(one.lines) do
      file:write(write(line), "\n")
    end
  end
  file:close()
end

local function next_block(pipe)
  local lines = {}
  for line in pipe:lines() do
    if line == "end" then
      return lines
    end
    table.insert(lines, line)
  end
  table.insert(lines, "broken # the driver ended")
  return lines
end

local function sorted(words)
  local list = {}
  for word in words:gmatch("%S+") do
    table.insert(list, word)
  end
  table.sort(list)
  return table.concat(list, " ")
end

-- Lines of an answer as the model gives them: question → answer.
local function read_answers(lines)
  local answers, name = {}, nil
  for _, line in ipairs(lines) do
    local word, rest = line:match("^(%S+) ?(.*)$")
    if word == "duty" then
      name = rest
    elseif word == "node" then
      local node, sum = rest:match("^(%S+) (.*)$")
      answers[name .. " node " .. node] = sum
    elseif word == "standing" then
      local duty, sum = rest:match("^(%S+ %S+ %S+) (.*)$")
      answers[duty .. " standing"] = sum
    elseif word == "behind" or word == "unmet" then
      answers[name .. " " .. word] = sorted(rest)
    else
      answers[word] = rest
    end
  end
  return answers
end

-- ---- comparing -----------------------------------------------------------------------------------

local cases, changes = 0, 0

local function compare_answers(engine, mine)
  local wrong = {}
  for question, answer in pairs(mine) do
    cases = cases + 1
    if engine[question] ~= answer then
      table.insert(wrong, question .. ": model " .. answer .. ", engine " .. (engine[question] or "nothing"))
    end
  end
  for question, answer in pairs(engine) do
    if not mine[question] then
      cases = cases + 1
      table.insert(wrong, question .. ": model nothing, engine " .. answer)
    end
  end
  table.sort(wrong)
  return wrong
end

local function compare_said(line, mine)
  cases = cases + 1
  local engine = line:gsub(" # .*", "")
  return engine == mine and {} or { "model " .. mine .. ", engine " .. line }
end

-- Lives one world; returns what differed first and where.
local function live(one, pipe)
  local reference = model.new(one)
  local begun = next_block(pipe)[1]
  local wrong, at = begun == "world" and {} or { begun }, "world"
  for number, line in ipairs(one.lines) do
    local block = next_block(pipe)
    local found
    if line.change then
      -- whether a change is possible has tests of its own
      found = {}
      local taken = block[1] == "said ok"
      changes = changes + (taken and 1 or 0)
      if taken then
        reference:change(line.now, line.change)
      end
      if alone then
        print(number .. " " .. write(line) .. "\n    " .. block[1])
      end
    elseif line.say then
      local mine = reference:say(line.now, line.say)
      found = compare_said(block[1] or "", mine)
      if alone then
        print(number .. " " .. write(line) .. "\n    " .. mine)
      end
    else
      found = compare_answers(read_answers(block), reference:ask(line.now, line.ask))
      if alone then
        print(number .. " " .. write(line))
      end
    end
    if alone and #found > 0 then
      print("    " .. table.concat(found, "\n    "))
    end
    if #wrong == 0 and #found > 0 then
      wrong, at = found, number .. " " .. write(line)
    end
  end
  return wrong, at
end

-- ---- all of them ---------------------------------------------------------------------------------

local function run(first, last)
  local worlds, failed, path = {}, 0, folder .. "/worlds"
  for seed = first, last do
    table.insert(worlds, world.new(seed, model.new))
  end
  if alone then
    print(write(worlds[1].plan) .. "\n" .. worlds[1]:csv())
  end
  write_worlds(path, worlds)
  local pipe = assert(io.popen(string.format("%s < %s", driver, path)))
  for _, one in ipairs(worlds) do
    local wrong, at = live(one, pipe)
    if #wrong > 0 then
      failed = failed + 1
      print(string.format("seed %d, %s\n    %s", one.seed, at, table.concat(wrong, "\n    ", 1, math.min(#wrong, 4))))
      if stop then
        break
      end
    end
  end
  local fine = pipe:close()
  return failed + (fine and 0 or stop and 0 or 1)
end

local AT_ONCE, failed, seeds = 25, 0, 0
for first = from, from + count - 1, AT_ONCE do
  local last = math.min(first + AT_ONCE, from + count) - 1
  failed = failed + run(first, last)
  seeds = seeds + last - first + 1
  if stop and failed > 0 then
    break
  end
end
print(string.format("%d worlds from seed %d, %d changes of rosters, %d cases: %d worlds differ", seeds, from, changes, cases, failed))
os.exit(failed == 0 and 0 or 1, true)
