--- The house rules. Usage: lua house.lua BUILD SRC <NUL-separated paths on standard input>.
--- Prints `file:line: rule: message` for each finding, then what was counted; exits with 1 when
--- there was a finding. The rooms and gates are read from the README's table.
local here = arg[0]:match("^(.*)/[^/]*$") or "."
package.path = here .. "/?.lua;" .. package.path
local c_text = require("c_text")
local lua_text = require("lua_text")

local HEADER_MOST, SOURCE_MOST, FUNCTION_MOST, FUNCTION_LOOK, CONTRACT_LEAST = 120, 700, 80, 40, 60

local findings, counts = {}, { files = 0, functions = 0, long = 0, headers = 0 }

local function report(rule, path, line, message, ...)
  findings[#findings + 1] = { path = path, line = line, rule = rule, message = message:format(...) }
end

-- The table of rooms --------------------------------------------------------------------------

local standard = {} -- ISO C; the value says whether a pure room may use it
for name in ([[assert ctype errno float inttypes iso646 limits math setjmp stdalign stdarg stdatomic
  stdbool stddef stdint stdio stdlib stdnoreturn string tgmath wchar wctype]]):gmatch("%S+") do
  standard[name .. ".h"] = "pure"
end
for name in ([[dirent dlfcn fcntl fnmatch getopt glob grp iconv langinfo libgen link locale malloc netdb poll
  pthread pwd regex sched signal spawn strings termios threads time ucontext unistd
  unwind]]):gmatch("%S+") do
  standard[name .. ".h"] = "system"
end

local function system_header(header)
  return standard[header]
    or header:match("^sys/") and "system" or header:match("^linux/") and "system"
    or header:match("^net[a-z]*/") and "system" or header:match("^arpa/") and "system"
end

local function glob(pattern)
  return "^" .. pattern:gsub("[%^$()%%.%[%]+%-?]", "%%%0"):gsub("%*", ".*") .. "$"
end

-- Reads one cell of gates: `header`, `header` in `file`, … → list of {pattern, room, file}.
local function read_gates(cell, room, gates)
  for part in (cell .. ","):gmatch("%s*(.-)%s*,") do
    local header = part:match("^`([^`]+)`")
    if header then
      gates[#gates + 1] = { header = header, pattern = glob(header), room = room, file = part:match("in `([^`]+)`") }
    end
  end
end

-- The README's rooms: {order, rooms[name] = {may, pure}, gates}.
local function read_house(text)
  local house = { order = {}, rooms = {}, gates = {} }
  for line in text:gmatch("[^\n]+") do
    local name, what, may, gates = line:match("^| `(%w+)/` | (.-) | (.-) | ?(.-) ?|$")
    if name then
      local room = { may = {}, pure = what:find("Pure", 1, true) ~= nil }
      if may == "all above" then
        for _, above in ipairs(house.order) do room.may[above] = true end
      else
        for other in may:gmatch("`(%w+)`") do
          room.may[other] = true
          for below in pairs(house.rooms[other] and house.rooms[other].may or {}) do room.may[below] = true end
        end
      end
      house.order[#house.order + 1] = name
      house.rooms[name] = room
      read_gates(gates, name, house.gates)
    end
  end
  return house
end

-- The room of a path; tests have a row of their own.
local function room_of(path)
  return path:match("^core/([^/]+)/") or path:match("^(tests)/")
end

-- Includes ------------------------------------------------------------------------------------

local function check_room(house, path, line, header, files)
  local mine, other = room_of(path), header:match("^([^/]+)/")
  if mine == "tests" then return end
  if not files["core/" .. header] then
    report("include-form", path, line, '"%s" is no header under core/; write "room/name.h"', header)
  elseif other ~= mine and not house.rooms[mine].may[other] then
    report("room", path, line, "%s/ may not include %s/", mine, other)
  end
end

local function check_gate(house, path, line, header)
  local room, keepers = room_of(path), {}
  for _, gate in ipairs(house.gates) do
    if header:match(gate.pattern) then
      if (gate.room == room and (not gate.file or path:match("/([^/]+)$") == gate.file))
        or (room == "tests" and gate.room ~= "tests") then
        return
      end
      keepers[#keepers + 1] = gate.room .. "/" .. (gate.file or "")
    end
  end
  if #keepers > 0 then
    report("gate", path, line, "<%s> belongs behind %s", header, table.concat(keepers, ", "))
  elseif not system_header(header) then
    report("unknown-dependency", path, line, "<%s> is no system header and has no gate in README.md", header)
  elseif house.rooms[room].pure and system_header(header) ~= "pure" then
    report("pure", path, line, "%s/ is pure: no I/O, no clock, so not <%s>", room, header)
  end
end

local function check_includes(house, path, lines, files)
  if not house.rooms[room_of(path) or ""] then return end
  c_text.includes(lines, function(line, mark, header)
    if mark == '"' then
      check_room(house, path, line, header, files)
    else
      check_gate(house, path, line, header)
    end
  end)
end

-- What replaces the world -------------------------------------------------------------------------

-- Time, chance and the disk reach store/ and engine/ through time/clock.h, SQLite and store/disk.h
-- alone, so that a test can bring others.
local worldly = {}
for name in ([[time clock gettimeofday clock_gettime clock_getres times timespec_get ftime localtime
  localtime_r mktime timelocal tzset sleep usleep nanosleep clock_nanosleep
  rand srand rand_r random srandom random_r drand48 lrand48 mrand48 erand48 getrandom getentropy arc4random
  open open64 openat openat2 creat fopen fopen64 fdopen freopen close fclose read pread readv write pwrite writev
  fread fwrite fputs fputc fprintf fgets fgetc getline stat lstat fstat fstatat statx access faccessat euidaccess
  unlink unlinkat remove rename renameat renameat2 link linkat symlink readlink realpath mkdir mkdirat rmdir opendir
  readdir scandir truncate ftruncate fallocate fsync fdatasync sync syncfs mkstemp mkostemp mkdtemp tmpfile tmpnam
  mmap chmod fchmod chown flock lockf fcntl]]):gmatch("%S+") do
  worldly[name] = "it comes through time/clock.h, SQLite or store/disk.h"
end

local readers = {} -- what `now` is, is the engine's parameter
for name in ([[clock_real clock_fast clock_now clock_until clock_monotonic clock_read]]):gmatch("%S+") do
  readers[name] = "engine/ is a function of the `now` it is given"
end

local function check_world(path, text)
  local room = room_of(path)
  if (room ~= "store" and room ~= "engine") or path == "core/store/disk.c" then return end
  for number, line in ipairs(c_text.lines(c_text.code(text))) do
    for before, name in line:gmatch("(.?.?)%f[%w_]([%a_][%w_]*)%s*%f[(]") do
      local why = worldly[name] or room == "engine" and readers[name]
      if why and not before:match("%.$") and before ~= "->" then
        report("world", path, number, "%s: %s", name, why)
      end
    end
  end
end

-- Sizes ---------------------------------------------------------------------------------------

local function check_functions(path, list)
  for _, item in ipairs(list) do
    local length = item.last - item.first + 1
    counts.functions = counts.functions + 1
    if length > FUNCTION_LOOK then
      counts.long = counts.long + 1
      counts[#counts + 1] = ("%s:%d %s %d"):format(path, item.first, item.name, length)
    end
    if length > FUNCTION_MOST then
      report("function-length", path, item.first, "%s has %d lines, at most %d", item.name, length, FUNCTION_MOST)
    end
  end
end

local function check_length(path, lines, rule, most)
  if #lines > most then report(rule, path, most + 1, "%d lines, at most %d", #lines, most) end
end

-- Headers -------------------------------------------------------------------------------------

local function check_docstrings(path, text, lines)
  local explained_until -- last line of a declaration that a block explains
  for _, item in ipairs(c_text.declarations(text)) do
    if c_text.doc_ends_at(lines, item.first - 1) or explained_until == item.first - 1 then
      explained_until = item.last
    else
      report("docstring", path, item.first, "%s has no /** … */ directly above it", item.name)
    end
  end
end

local function begins(name, stem)
  return name == stem or name:sub(1, #stem + 1) == stem .. "_"
end

-- A name belongs to its header when it begins with the room's name, the header's name or its leading
-- words (singular or plural), or when the opening comment names it or its `prefix_*`.
local function named_by(room, header, opening, name)
  local stem = header
  while stem do
    if begins(name, stem) or begins(name, stem .. "s") or begins(name, stem:match("^(.*)s$") or stem) then
      return true
    end
    stem = stem:match("^(.*)_[^_]*$")
  end
  if begins(name, room) then return true end
  for word in opening:gmatch("[%w_]+%*?") do
    if word == name or (word:sub(-2) == "_*" and name:sub(1, #word - 1) == word:sub(1, -2)) then return true end
  end
  return false
end

local function check_names(path, text)
  local room, header = path:match("([^/]+)/([^/]+)%.h$")
  local opening = c_text.opening(text)
  for _, item in ipairs(c_text.declarations(text)) do
    if not named_by(room, header, opening, item.name) then
      report("prefix", path, item.first, "%s does not begin with %s_; name its prefix in the opening comment",
        item.name, header)
    end
  end
end

local function check_header(path, text, lines)
  counts.headers = counts.headers + 1
  check_length(path, lines, "header-length", HEADER_MOST)
  if #c_text.opening(text) < CONTRACT_LEAST then
    report("contract", path, 1, "a header opens with a comment: what it gives, to whom, what it must not know")
  end
  local guard = path:match("([^/]+/[^/]+)$"):upper():gsub("[^%w]", "_")
  if not text:find("\n#ifndef " .. guard .. "\n#define " .. guard .. "\n", 1, true) then
    report("guard", path, 1, "the include guard is %s", guard)
  end
  check_docstrings(path, text, lines)
  check_names(path, text)
end

-- The compiler's flags for a room, as the build has them.
local function read_flags(build)
  local file, flags = io.open(build .. "/compile_commands.json"), {}
  local text = file and file:read("a") or ""
  if file then file:close() end
  for command, path in text:gmatch('"command": "(.-)",%s*"file": "(.-)"') do
    local room = path:match("/core/([^/]+)/")
    if room and not flags[room] then
      flags[room] = command:gsub("\\(.)", "%1"):gsub("^%S*ccache ", ""):gsub(" %-o .*$", "")
    end
  end
  return flags
end

-- A header compiles alone, and twice.
local function check_alone(src, path, flags)
  local room, header = path:match("^core/([^/]+)/"), path:match("^core/(.*)$")
  local compile = flags[room] or flags.base or "cc -std=c11 -D_GNU_SOURCE -Wall -Wextra -Werror"
  local command = ("printf '#include \"%s\"\\n#include \"%s\"\\n' | %s -I'%s/core' -fsyntax-only -x c - 2>&1")
    :format(header, header, compile, src)
  local pipe = assert(io.popen(command))
  local said = pipe:read("a")
  if not pipe:close() then
    report("header-alone", path, tonumber(said:match(header:gsub("%p", "%%%0") .. ":(%d+)")) or 1,
      "does not compile alone: %s", said:match("error: ([^\n]*)") or said:match("[^\n]*") or "")
  end
end

-- Text ----------------------------------------------------------------------------------------

-- Kept apart so that this file does not find itself.
local forbidden = { { "%f[%w]TO" .. "DO%f[%W]" }, { "%f[%w]FIX" .. "ME%f[%W]" }, { "%f[%w]X" .. "XX%f[%W]" },
  { "/wo" .. "rk/", "a path of one machine" }, { "/tmp/br" .. "ief", "a path of one machine" },
  { "/tmp/bu" .. "ild%-", "a path of one machine" }, { "/ho" .. "me/%w", "a path of one machine" } }

local function check_words(path, lines)
  for number, line in ipairs(lines) do
    for _, word in ipairs(forbidden) do
      local at = line:find(word[1])
      if at then
        report("forbidden-word", path, number, "%s: %s", line:sub(at, at + 5), word[2] or "do it or say why not")
      end
    end
  end
end

local spaced = { c = true, h = true, lua = true, md = true, sh = true, txt = true, cmake = true, json = true,
  mjs = true }
local no_tabs = { c = true, h = true, lua = true }

local function check_space(path, kind, lines)
  for number, line in ipairs(lines) do
    if spaced[kind] and line:match("%s$") then report("trailing-space", path, number, "white space at the end") end
    if no_tabs[kind] and line:find("\t", 1, true) then report("tab", path, number, "a tab; indent with spaces") end
  end
end

local function check_encoding(path, text)
  local valid, at = utf8.len(text)
  if not valid then
    report("not-utf8", path, select(2, text:sub(1, at):gsub("\n", "")) + 1, "byte %d is not UTF-8", at)
  elseif text:sub(1, 3) == "\xEF\xBB\xBF" then
    report("not-utf8", path, 1, "a byte order mark")
  end
end

-- Lua -----------------------------------------------------------------------------------------

local function check_lua(path, text, lines)
  check_functions(path, lua_text.functions(text))
  if not path:match("^stdlib/") then return end
  for _, item in ipairs(lua_text.public(text)) do
    if not lua_text.explained(lines, item.line) then
      report("lua-docstring", path, item.line, "%s has no --- block directly above it", item.name)
    end
  end
end

-- The tree ------------------------------------------------------------------------------------

local top_level = {}
for name in ([[CMakeLists.txt CMakePresets.json core scripts stdlib tests examples README.md LICENSE
  .ci]]):gmatch("%S+") do
  top_level[name] = true
end

local function check_place(house, path)
  local top, room = path:match("^[^/]+"), path:match("^core/([^/]+)")
  if not top_level[top] and top:sub(1, 1) ~= "." then
    report("top-level", path, 1, "%s is not one of the tree's folders and files", top)
  end
  if room and not house.rooms[room] then
    report("unknown-room", path, 1, "core/%s is no room of README.md's table", room)
  end
end

-- The evaluator is a program of its own whose signal handler can reach its state in no other way.
local function may_have_state(path)
  return path:match("^core/script/eval_[^/]*%.c$") or not path:match("^core/")
end

local function check_globals(path, text)
  if may_have_state(path) then return end
  for _, item in ipairs(c_text.globals(text)) do
    report("global", path, item.first, "%s can change and belongs to nobody; make it const or a parameter", item.name)
  end
end

local function generated(lines)
  for number = 1, math.min(5, #lines) do
    if lines[number]:match("[Gg]enerated by") then return true end
  end
  return false
end

local function check_code(house, path, kind, text, files)
  local lines = c_text.lines(text)
  if kind == "c" or kind == "h" then check_includes(house, path, lines, files) end
  if generated(lines) then return end
  if kind == "h" and path:match("^core/") then
    check_header(path, text, lines)
  else
    check_length(path, lines, "source-length", SOURCE_MOST)
  end
  if kind == "lua" then
    check_lua(path, text, lines)
  else
    check_functions(path, c_text.functions(text))
    check_globals(path, text)
    check_world(path, text)
  end
end

-- Text that must have another encoding or odd words, with the reason.
local exempt = {}

local function check_file(house, path, text, files)
  local kind = path:match("%.(%w+)$") or ""
  counts.files = counts.files + 1
  check_place(house, path)
  if exempt[path] then return end
  local lines = c_text.lines(text)
  check_encoding(path, text)
  check_words(path, lines)
  check_space(path, kind, lines)
  if kind == "c" or kind == "h" or kind == "lua" then check_code(house, path, kind, text, files) end
end

-- The table itself: every room that it names includes only rooms above it.
local function check_table(house)
  if #house.order == 0 then report("table", "README.md", 1, "no table of rooms") end
  for _, name in ipairs(house.order) do
    for other in pairs(house.rooms[name].may) do
      if not house.rooms[other] then report("table", "README.md", 1, "%s/ includes the unknown %s/", name, other) end
    end
  end
end

local function read(path)
  local file = io.open(path, "rb")
  local text = file and file:read("a")
  if file then file:close() end
  return text
end

local function print_findings()
  table.sort(findings, function(a, b)
    if a.path ~= b.path then return a.path < b.path end
    if a.line ~= b.line then return a.line < b.line end
    return a.rule < b.rule
  end)
  for _, item in ipairs(findings) do
    print(("%s:%d: %s: %s"):format(item.path, item.line, item.rule, item.message))
  end
  for _, long in ipairs(counts) do print("long: " .. long) end
  print(("counts: %d files, %d headers, %d functions, %d of them longer than %d lines, %d findings"):format(
    counts.files, counts.headers, counts.functions, counts.long, FUNCTION_LOOK, #findings))
end

local function main(build, src)
  local house = read_house(read(src .. "/README.md") or "")
  check_table(house)
  local files, order, flags = {}, {}, read_flags(build)
  for path in io.read("a"):gmatch("[^%z]+") do
    files[path] = true
    order[#order + 1] = path
  end
  for _, path in ipairs(order) do
    local text = read(src .. "/" .. path)
    if text then check_file(house, path, text, files) end
    if text and path:match("^core/.*%.h$") then check_alone(src, path, flags) end
  end
  print_findings()
  return #findings == 0
end

os.exit(main(assert(arg[1], "BUILD"), assert(arg[2], "SRC")))
