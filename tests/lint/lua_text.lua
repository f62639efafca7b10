--- What the house rules need to know about Lua text: where functions begin and end, which of them
--- a module gives away, and whether they are explained.
local lua_text = {}

local function blank(piece)
  return (piece:gsub("[^\n]", " "))
end

-- End of the string, long string or comment that begins at `first`, or nil.
local function skip(text, first)
  local rest = text:sub(first, first + 1)
  local body = first
  if rest == "--" then body = first + 2 end
  local level = text:match("^%[(=*)%[", body)
  if level then return select(2, text:find("]" .. level .. "]", body, true)) or #text end
  if rest == "--" then return (text:find("\n", first, true) or #text + 1) - 1 end
  local quote = rest:sub(1, 1)
  if quote ~= '"' and quote ~= "'" then return nil end
  local last = first + 1
  while last < #text and text:sub(last, last) ~= quote do
    last = last + (text:sub(last, last) == "\\" and 2 or 1)
  end
  return last
end

--- The text with comments and strings made blank, places unchanged.
function lua_text.code(text)
  local out, at = {}, 1
  while true do
    local first = text:find("[\"'%-%[]", at)
    if not first then break end
    local last = skip(text, first)
    out[#out + 1] = text:sub(at, first - 1)
    out[#out + 1] = last and blank(text:sub(first, last)) or text:sub(first, first)
    at = (last or first) + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

local opens = { ["function"] = true, ["do"] = true, ["if"] = true, ["repeat"] = true }
local closes = { ["end"] = true, ["until"] = true }

--- All functions of a text: a list of {name, first, last}.
function lua_text.functions(text)
  local found, stack, number = {}, {}, 0
  for line in (lua_text.code(text) .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    for at, word in line:gmatch("()%f[%w_]([%a_][%w_]*)") do
      if opens[word] then
        local name = line:match("^function%s+([%w_.:]+)", at) or line:match("([%w_.]+)%s*=%s*function")
        stack[#stack + 1] = { word = word, name = name or "(unnamed)", first = number }
      elseif closes[word] and #stack > 0 then
        local block = table.remove(stack)
        block.last = number
        if block.word == "function" then found[#found + 1] = block end
      end
    end
  end
  return found
end

--- The functions a module gives away: {name, line} for those set on the returned table, named in a
--- returned constructor, or global.
function lua_text.public(text)
  local code = lua_text.code(text)
  local given, found = {}, {}
  local module = code:match("\nreturn%s+([%a_][%w_]*)%s*$")
  for name in (code:match("\nreturn%s*{(.-)}%s*$") or ""):gmatch("[%a_][%w_]*") do given[name] = true end
  local number = 0
  for line in (code .. "\n"):gmatch("(.-)\n") do
    number = number + 1
    local name = line:match("^function%s+([%w_.:]+)") or line:match("^([%a_][%w_.]*)%s*=%s*function%f[%W]")
    local own = line:match("^local%s+function%s+([%w_]+)")
    local owner = name and name:match("^([%w_]+)[.:]")
    if name and (not owner or owner == module) or own and given[own] then
      found[#found + 1] = { name = name or own, line = number }
    end
  end
  return found
end

--- True when the comment block that ends above the line has a `---` in it.
function lua_text.explained(lines, number)
  number = number - 1
  while number >= 1 and lines[number]:match("^%s*%-%-") do
    if lines[number]:match("^%s*%-%-%-%s*%S") then return true end
    number = number - 1
  end
  return false
end

return lua_text
