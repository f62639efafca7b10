--- What the house rules need to know about C text. It leans on the layout that clang-format decides
--- (a function's braces stand in column 1), so it stays a scan of lines and no parser.
local c_text = {}

--- The lines of a text, without their newlines.
function c_text.lines(text)
  local lines = {}
  for line in (text:sub(-1) == "\n" and text or text .. "\n"):gmatch("(.-)\n") do
    lines[#lines + 1] = line
  end
  return lines
end

local function blank(piece)
  return (piece:gsub("[^\n]", " "))
end

--- The text with comments, strings and character constants made blank, places unchanged.
function c_text.code(text)
  local out, at = {}, 1
  while true do
    local first = text:find("[\"'/]", at)
    if not first then break end
    local last
    local two = text:sub(first, first + 1)
    if two == "/*" then
      last = select(2, text:find("*/", first + 2, true)) or #text
    elseif two == "//" then
      last = (text:find("\n", first, true) or #text + 1) - 1
    elseif two:sub(1, 1) ~= "/" then
      local quote = two:sub(1, 1)
      last = first + 1
      while last < #text and text:sub(last, last) ~= quote do
        last = last + (text:sub(last, last) == "\\" and 2 or 1)
      end
    end
    out[#out + 1] = text:sub(at, first - 1)
    out[#out + 1] = last and blank(text:sub(first, last)) or text:sub(first, first)
    at = (last or first) + 1
  end
  out[#out + 1] = text:sub(at)
  return table.concat(out)
end

--- Calls visit(line number, "<" or '"', header) for each #include.
function c_text.includes(lines, visit)
  for number, line in ipairs(lines) do
    local mark, header = line:match('^%s*#%s*include%s*([<"])([^>"]+)[>"]')
    if header then visit(number, mark, header) end
  end
end

--- The functions defined in a source: a list of {name, first, last}, signature and braces included.
function c_text.functions(text)
  local lines, found, open = c_text.lines(c_text.code(text)), {}, nil
  for number, line in ipairs(lines) do
    if line:match("^{") then
      open = number
      while open > 1 and lines[open - 1]:match("%S") and not lines[open - 1]:match("^[#}]")
        and not lines[open - 1]:match(";%s*$") do
        open = open - 1
      end
    elseif open and line:match("^}") then
      local signature = table.concat(lines, " ", open, number)
      found[#found + 1] = { name = signature:match("([%a_][%w_]*)%s*%("), first = open, last = number }
      open = nil
    end
  end
  return found
end

-- Cuts code at file scope into statements: {text without braces' contents, first, last line}.
local function statements(code)
  local found, text, depth, line, first = {}, {}, 0, 1, nil
  local function close()
    if first then found[#found + 1] = { text = table.concat(text), first = first, last = line } end
    text, first = {}, nil
  end
  for char in code:gmatch(".") do
    if not first and char:match("%S") then first = line end
    if char == "{" then depth = depth + 1 end
    if depth == 0 and char ~= ";" then text[#text + 1] = char end
    if char == "}" then
      depth = depth - 1
      if depth == 0 and table.concat(text):match("%)%s*$") then close() end -- an inline function
    elseif char == ";" and depth == 0 then
      close()
    elseif char == "\n" then
      line = line + 1
    end
  end
  return found
end

-- The statements at file scope, preprocessor lines left out.
local function file_scope(text)
  local lines = c_text.lines(c_text.code(text))
  local continued = false
  for number, line in ipairs(lines) do
    local directive = continued or line:match("^%s*#") ~= nil
    continued = directive and line:match("\\%s*$") ~= nil
    if directive then lines[number] = "" end
  end
  local found = statements(table.concat(lines, "\n"))
  for _, statement in ipairs(found) do
    statement.text = statement.text:gsub("__attribute__%s*%b()", "")
  end
  return found
end

local not_functions = { _Static_assert = true, static_assert = true }

--- The functions that a header declares: a list of {name, first, last}.
function c_text.declarations(text)
  local found = {}
  for _, statement in ipairs(file_scope(text)) do
    local name = statement.text:match("([%a_][%w_]*)%s*%(")
    if name and not statement.text:match("^%s*typedef") and not not_functions[name] then
      found[#found + 1] = { name = name, first = statement.first, last = statement.last }
    end
  end
  return found
end

local no_type = { static = true, const = true, volatile = true, _Thread_local = true, struct = true,
  enum = true, union = true }

--- The variables at file scope that can change: a list of {name, first}.
function c_text.globals(text)
  local found = {}
  for _, statement in ipairs(file_scope(text)) do
    local plain = statement.text:match("^[^=]*"):gsub("%b[]", "")
    local words = {}
    for word in plain:gmatch("[%a_][%w_]*") do
      if not no_type[word] then words[#words + 1] = word end
    end
    local fixed = plain:match("%*%s*const%f[%W]") or (not plain:find("*", 1, true) and plain:match("%f[%w]const%f[%W]"))
    if #words >= 2 and not plain:find("(", 1, true) and not words[1]:match("^typedef$") and words[1] ~= "extern"
      and not fixed then
      found[#found + 1] = { name = words[#words], first = statement.first }
    end
  end
  return found
end

--- True when a `/** … */` block ends on that line.
function c_text.doc_ends_at(lines, number)
  if not (lines[number] or ""):match("%*/%s*$") then return false end
  while number > 1 and not lines[number]:find("/*", 1, true) do number = number - 1 end
  return lines[number]:match("^%s*/%*%*") ~= nil
end

--- The comment that opens a file, or "".
function c_text.opening(text)
  return text:match("^/%*(.-)%*/") or ""
end

return c_text
