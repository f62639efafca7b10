-- Generated from stdlib/words.lua by `planrun help words --emit luacheck`; do not edit.

-- What a plan's script can reach: the words, and Lua's harmless part.
stds.planrun = {
  read_globals = {
    "plan", "unit", "group", "roster", "phase", "task", "quota", "remind", "escalate", "on", "notify", "finding",
    "assert", "error", "ipairs", "pairs", "pcall", "require", "select", "tonumber", "tostring", "type",
    math = { other_fields = true }, string = { other_fields = true }, table = { other_fields = true }, utf8 = { other_fields = true },
  },
}

std = "lua54"
max_line_length = false -- Hanzi are counted as one column there
exclude_files = { "build*/", "stdlib/meta/", "tests/hostile/" }
files["scripts"] = { std = "planrun" }
files["examples"] = { std = "planrun" }
files["examples/service.lua"] = { std = "lua54", read_globals = { "service", "channel", "bind" } }
files["tests/golden"] = { std = "planrun" }
files["tests/lua"] = { allow_defined_top = true } -- luaunit finds tests by global names
