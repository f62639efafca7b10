-- The date grammar against tables of phrases: tests/golden/dates.tsv (the rules and their own examples) and
-- tests/lua/when-*.tsv (a phrase a line, by family; must-fail rows; roles; round trips).

local calendar = require("calendar")
local lu = require("luaunit")
local when = require("when")

local here = arg[0]:match("^(.*/)") or "./"

local function day(text)
  local y, m, d = text:match("^(%d+)-(%d+)-(%d+)$")
  return calendar.day(tonumber(y), tonumber(m), tonumber(d))
end

local function iso(number)
  return string.format("%04d-%02d-%02d", calendar.ymd(number))
end

--- Columns 3 to 5 of a table for a result.
local function columns(date, err)
  if not date then return { "error", tostring(err.position), err.name } end
  if date.kind == "interval" then return { date.kind, iso(date.first), iso(date.last) } end
  if date.kind == "deadline" then return { date.kind, "-", iso(date.last) } end
  if date.kind == "recurring" then return { date.kind, iso(date.first), date.rule } end
  return { date.kind, iso(date.first), date.last and iso(date.last) or "open" }
end

local function rows(name)
  local list = {}
  for line in assert(io.open(here .. name)):lines() do
    if line ~= "" and line:sub(1, 1) ~= "#" then
      local row = {}
      for field in (line .. "\t"):gmatch("([^\t]*)\t") do row[#row + 1] = field end
      list[#list + 1] = row
    end
  end
  return list
end

TestWhen = {} -- luacheck: globals TestWhen

function TestWhen.testGolden()
  local list = rows("../golden/dates.tsv")
  for _, row in ipairs(list) do
    local found = columns(when.parse(row[1], { anchor = day(row[2]) }))
    lu.assertEquals(found, { row[3], row[4], row[5] }, row[1])
  end
  lu.assertEquals(#list, 173)
  print("golden phrases: " .. #list)
end

os.exit(lu.LuaUnit.run("-o", "text"))
