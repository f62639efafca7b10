--- Usage: lua house_selftest.lua TREE COMMAND. Writes a clean tree, breaks one file at a time and
--- compares the first words of what COMMAND prints with the row's expectation. Called by
--- run-house-selftest.sh, which makes and removes the folders.
local tree, command = assert(arg[1], "TREE"), assert(arg[2], "COMMAND")

local good_header = [[
/*
 * A pair of numbers for whoever tests the house rules; it knows nothing of rooms above.
 */
#ifndef BASE_PAIR_H
#define BASE_PAIR_H

struct pair {
    int first, second; /* "no string in a comment */
};

/** The sum. */
int pair_sum(const struct pair *pair);

/** Two that belong together; the second has several lines. */
int pair_least(const struct pair *pair);
int pair_print(const struct pair *pair, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
]]

local good_source = [[
#include "base/pair.h"

static const char quotes[] = { '"', '\'', '/' }; // not a string: "
static const char *const names[] = { "{", "/*", "}" };

int pair_sum(const struct pair *pair)
{
    return pair->first + pair->second + (int)sizeof quotes + (names[0] ? 1 : 0);
}
]]

local clean = {
  ["README.md"] = [[
| room | what it is | may include | gate headers |
|---|---|---|---|
| `base/` | below all | nothing | `cjson/*` in `json.c`, `utf8proc.h` |
| `time/` | days | `base` | |
| `plan/` | the plan. Pure | `time` | |
| `store/` | rows | `time` | |
| `engine/` | events | `store` | |
| `script/` | Lua | `plan` | `lua.h` |
| `cli/` | commands | all above | |
| `tests/` | tests | all above | `cmocka.h` |
]],
  ["core/base/pair.h"] = good_header,
  ["core/base/pair.c"] = good_source,
  ["core/base/json.c"] = "#include <cjson/cJSON.h>\n",
  ["core/plan/plan.c"] = '#include "base/pair.h"\n\n#include <string.h>\n',
  ["core/store/disk.c"] = "int disk_gone(const char *path)\n{\n    return unlink(path);\n}\n",
  ["core/store/rows.c"] = "/* time() */\nstatic const char *const words = \"time(NULL)\";\n"
    .. "int rows(void)\n{\n    return last_time(1) + clock_monotonic() + vfs->open(1) + vfs.close(2);\n}\n",
  ["core/engine/tick.c"] = "int tick(long now_ms)\n{\n    return (int)now_ms;\n}\n",
  ["core/script/eval_one.c"] = "#include <lua.h>\nstatic int state;\n",
  ["core/cli/main.c"] = '#include "base/pair.h"\n\n#include <unistd.h>\n',
  ["tests/c/test_pair.c"] = '#include "base/pair.h"\n#include <cmocka.h>\n#include <lua.h>\n'
    .. 'static char folder[] = "/tmp/pair-XXXXXX";\n',
  ["stdlib/when.lua"] = "local when = {}\n\nlocal function own() end\n\n--- Reads a phrase.\n"
    .. "-- More about it.\nfunction when.parse()\n  return own()\nend\n\nreturn when\n",
  ["scripts/city.lua"] = 'plan "city" { "市方案" }\n',
}

local function header(name, body)
  local guard = "BASE_" .. name:upper() .. "_H"
  return "/*\n * A header with one fault in it, written for the proof that the house rule finds it.\n */\n#ifndef "
    .. guard .. "\n#define " .. guard .. "\n\n" .. body .. "\n#endif\n"
end

local function many(count, line)
  return (line .. "\n"):rep(count)
end

-- {rule, file, its text, line of the finding}; the text is broken in this one way.
local broken = {
  { "room", "core/base/pair.c", '#include "time/day.h"\n', 1,
    also = { ["core/time/day.h"] = good_header:gsub("BASE_PAIR", "TIME_DAY"):gsub("pair", "day") } },
  { "room", "core/plan/up.c", '\n#include "script/one.h"\n', 2,
    also = { ["core/script/one.h"] = good_header:gsub("BASE_PAIR", "SCRIPT_ONE"):gsub("pair", "one") } },
  { "include-form", "core/base/pair.c", '#include "pair.h"\n', 1 },
  { "include-form", "core/plan/plan.c", '#include "../base/pair.h"\n', 1 },
  { "gate", "core/base/other.c", "#include <cjson/cJSON.h>\n", 1 },
  { "gate", "core/plan/plan.c", "#include <utf8proc.h>\n", 1 },
  { "gate", "core/cli/main.c", "#include <string.h>\n#include <lua.h>\n", 2 },
  { "gate", "core/base/pair.c", "#include <cmocka.h>\n", 1 },
  { "unknown-dependency", "core/base/pair.c", "#include <glib.h>\n", 1 },
  { "pure", "core/plan/plan.c", "#include <fcntl.h>\n", 1 },
  { "pure", "core/plan/plan.c", "#include <time.h>\n", 1 },
  { "world", "core/store/rows.c", "\nint rows(void)\n{\n    return (int)time(NULL);\n}\n", 4 },
  { "world", "core/store/rows.c", "int rows(void)\n{\n    return 1 + unlink(\"a\");\n}\n", 3 },
  { "world", "core/engine/tick.c", "int tick(void)\n{\n    return rand ();\n}\n", 3 },
  { "world", "core/engine/tick.c", "long tick(void)\n{\n    return clock_now(clock);\n}\n", 3 },
  { "unknown-room", "core/attic/old.c", "int old;\n", 1 },
  { "header-alone", "core/base/lone.h", header("lone", "/** Needs size_t. */\nsize_t lone_size(void);\n"), 8 },
  { "header-length", "core/base/tall.h", header("tall", many(113, "struct tall;")), 121 },
  { "contract", "core/base/pair.h", (good_header:gsub("^/%*.-%*/", "/* A pair. */")), 1 },
  { "guard", "core/base/pair.h", (good_header:gsub("BASE_PAIR_H", "PAIR_H")), 1 },
  { "docstring", "core/base/bare.h", header("bare", "int bare_one(void);\n"), 7 },
  { "docstring", "core/base/bare.h", header("bare", "/** One. */\nint bare_one(void);\n\nint bare_two(void);\n"), 10 },
  { "docstring", "core/base/bare.h", header("bare", "/* No docstring. */\nint bare_one(void);\n"), 8 },
  { "docstring", "core/base/bare.h", header("bare", "/** Far. */\n\nint bare_one(void);\n"), 9 },
  { "docstring", "core/base/bare.h",
    header("bare", "/** A struct. */\nstruct bare {\n    int a;\n};\nint bare_one(void);\n"), 11 },
  { "docstring", "core/base/bare.h", header("bare", "static inline int bare_one(void)\n{\n    return 1;\n}\n"), 7 },
  { "prefix", "core/base/odd.h", header("odd", "/** One. */\nint even_one(void);\n"), 8 },
  { "source-length", "core/base/long.c", many(701, "struct long_one;"), 701 },
  { "source-length", "scripts/city.lua", many(701, "-- 市"), 701 },
  { "function-length", "core/base/long.c",
    "\nstatic int\nlong_one(void)\n{\n" .. many(77, "    ;") .. "}\n", 2 },
  { "function-length", "stdlib/when.lua",
    "local function one()\n" .. many(79, '  if true then print("end") end') .. "end\n", 1 },
  { "global", "core/base/pair.c", "#include <stddef.h>\n\nstatic size_t calls = 0;\n", 3 },
  { "global", "core/base/pair.c", "static const char *last;\n", 1 },
  { "global", "core/base/pair.c", "static struct pair {\n    int one;\n} cache[4];\n", 1 },
  { "lua-docstring", "stdlib/when.lua",
    "local when = {}\n-- No docstring.\nfunction when.parse() end\nreturn when\n", 3 },
  { "lua-docstring", "stdlib/when.lua", "local function parse() end\nreturn { parse = parse }\n", 1 },
  { "lua-docstring", "stdlib/when.lua", "local when = {}\nwhen.parse = function() end\nreturn when\n", 2 },
  { "forbidden-word", "core/base/pair.c", "\n/* TO" .. "DO: more. */\n", 2 },
  { "forbidden-word", "scripts/city.lua", "-- FIX" .. "ME\n", 1 },
  { "forbidden-word", "README.md", clean["README.md"] .. "See /wo" .. "rk/main.\n", 11 },
  { "trailing-space", "core/base/pair.c", "struct pair; \n", 1 },
  { "trailing-space", "README.md", clean["README.md"] .. "line\r\n", 11 },
  { "tab", "core/base/pair.c", "struct pair {\n\tint one;\n};\n", 2 },
  { "tab", "stdlib/when.lua", "if true then\n\tprint(1)\nend\n", 2 },
  { "not-utf8", "scripts/city.lua", "-- a\n-- \xCA\xD0\n", 2 },
  { "not-utf8", "scripts/city.lua", "\xEF\xBB\xBF-- a\n", 1 },
  { "top-level", "misc/notes.md", "notes\n", 1 },
  { "table", "README.md", "no table\n", 1 },
  { "table", "README.md", clean["README.md"]:gsub("| `base` |", "| `bass` |"), 1 },
}

local function write(path, text)
  local file = assert(io.open(tree .. "/" .. path, "wb"))
  assert(file:write(text))
  file:close()
end

local function run()
  local pipe = assert(io.popen(command .. " 2>&1"))
  local said = pipe:read("a")
  return pipe:close() == true, said
end

-- Puts the clean text back where there was one.
local function restore(path)
  if clean[path] then
    write(path, clean[path])
  else
    os.remove(tree .. "/" .. path)
  end
end

local failures, proven, rules = 0, {}, 0

local function expect(row, passed, said)
  local wanted = ("\n%s:%d: %s:"):format(row[2], row[4], row[1])
  if passed or not ("\n" .. said):find(wanted, 1, true) then
    failures = failures + 1
    print(("not found: %s\n%s"):format(wanted, said))
  elseif not proven[row[1]] then
    proven[row[1]] = true
    rules = rules + 1
  end
end

for path, text in pairs(clean) do write(path, text) end
local passed, said = run()
if not passed then
  print("the clean tree has findings:\n" .. said)
  failures = 1
end
for _, row in ipairs(broken) do
  for path, text in pairs(row.also or {}) do write(path, text) end
  write(row[2], row[3])
  expect(row, run())
  restore(row[2])
  for path in pairs(row.also or {}) do restore(path) end
end
print(("counts: %d broken trees, %d rules, %d failures"):format(#broken, rules, failures))
os.exit(failures == 0)
