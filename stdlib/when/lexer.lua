--- Turns a date phrase into tokens. Folding (full-width forms, traditional characters, the many
--- zeros, glosses such as 衛(wèi), quotes, white space) happens here and nowhere else; every token
--- keeps the byte where it begins in the phrase as it was written.

local fold = require("when.fold")
local words = require("when.words")
local lexer = {}

local LIMIT = 240 -- bytes; no notice writes a longer phrase

local ZERO = { ["〇"] = true, ["○"] = true, ["◯"] = true, ["零"] = true, ["Ο"] = true, ["О"] = true, ["O"] = true,
  ["ο"] = true, ["о"] = true, ["o"] = true }
local DIGIT = { ["一"] = 1, ["二"] = 2, ["三"] = 3, ["四"] = 4, ["五"] = 5, ["六"] = 6, ["七"] = 7, ["八"] = 8,
  ["九"] = 9, ["两"] = 2, ["俩"] = 2, ["壹"] = 1, ["贰"] = 2, ["叁"] = 3, ["肆"] = 4, ["伍"] = 5, ["陆"] = 6,
  ["柒"] = 7, ["捌"] = 8, ["玖"] = 9 }
local SCALE = { ["十"] = 10, ["拾"] = 10, ["百"] = 100, ["千"] = 1000 }
local SHORT = { ["廿"] = 20, ["卅"] = 30 }
local RANGE = "~ ～ 〜 - － ‐ ‑ – — ― ─ 至 到 直至 直到"
local JOIN = "、 和 及 与 以及 暨"
local DOT = ". · • ・ ‧ ． ･"
local QUOTES = "“ ” \" ' ‘ ’ 「 」 『 』 《 》 〈 〉 〝 〞 ＂"
local OPEN = "( （ 〔 [ 【 ﹙"
local CLOSE = ") ） 〕 ] 】 ﹚"
local BLANK = { [" "] = true, ["\t"] = true, ["\n"] = true, ["\r"] = true, ["　"] = true, ["\u{a0}"] = true,
  ["\u{200b}"] = true, ["\u{feff}"] = true, ["\u{2003}"] = true, ["\u{2002}"] = true, ["\u{2009}"] = true }

local class = {} -- folded character -> class of a single-character token
for char in QUOTES:gmatch("%S+") do class[char] = "quote" end
for char in OPEN:gmatch("%S+") do class[char] = "(" end
for char in CLOSE:gmatch("%S+") do class[char] = ")" end
for char in DOT:gmatch("%S+") do class[char] = "." end
class["/"], class[":"], class["："], class["∶"] = "/", ":", ":", ":"
class[","], class["，"], class[";"], class["；"], class["。"], class["｡"] = ",", ",", ",", ",", "stop", "stop"

local longest = {} -- first character -> bytes of the longest word that begins with it
for word in RANGE:gmatch("%S+") do words[word] = { "~", word } end
for word in JOIN:gmatch("%S+") do words[word] = { "、", word } end
local function teach(word)
  local lead = word:byte()
  local head = word:sub(1, lead < 0x80 and 1 or (lead < 0xe0 and 2 or 3))
  if #word > (longest[head] or 0) then longest[head] = #word end
end
for word in pairs(words) do teach(word) end

--- Adds a word to the vocabulary; the tables of days use it when they are loaded.
--- @param word string simplified Chinese
--- @param kind string token kind
--- @param value any token value
function lexer.teach(word, kind, value)
  words[word] = { kind, value }
  teach(word)
end

local function positional(chars, first, last)
  local total, digit = 0, nil
  for i = first, last do
    local char = chars[i]
    if SCALE[char] then
      total, digit = total + (digit or 1) * SCALE[char], nil
    elseif SHORT[char] then
      if total > 0 or digit then return nil end
      total = SHORT[char]
    elseif ZERO[char] then
      digit = nil
    else
      if digit then return nil end
      digit = DIGIT[char]
    end
  end
  return total + (digit or 0)
end

--- Reads the number that starts at `first`.
--- @return integer|nil last, integer|false value, string style "a" or "c", integer digits
local function number(chars, first, count)
  local style, last, scaled, digits = nil, first - 1, false, 0
  for i = first, count do
    local char = chars[i]
    local want
    if char:match("^%d$") then
      want = (char == "0" and style == "c") and "c" or "a"
    elseif DIGIT[char] or SCALE[char] or SHORT[char] then
      want = "c"
    elseif ZERO[char] and (style or (char == "零" or char == "〇" or char == "○")) then
      want = style or "c"
    end
    if not want or (style and want ~= style) then break end
    style, last, digits = want, i, digits + 1
    scaled = scaled or SCALE[char] or SHORT[char]
  end
  if not style then return nil end
  if scaled then
    return last, positional(chars, first, last) or false, style, digits
  end
  local value = 0
  local zero = false
  for i = first, last do
    local char = chars[i]
    if ZERO[char] or char == "0" then
      zero = true
      value = value * 10
    else
      value = value * 10 + (DIGIT[char] or tonumber(char))
    end
    if value > 99999999 then value = 100000000 end
  end
  -- 三八, 五四, 七一 are names of days, not numbers; 二〇 and 二〇一二 are numbers.
  if style == "c" and digits > 1 and digits ~= 4 and not (digits == 2 and zero) then value = false end
  return last, value, style, digits
end

local function gloss_end(chars, i, count)
  local close = i + 1
  while close <= count do
    local char = chars[close]
    if class[char] == ")" then break end
    local code = utf8.codepoint(char)
    local latin = (code >= 97 and code <= 122) or (code >= 0xc0 and code <= 0x24f) or (code >= 0x300 and code <= 0x36f)
    if not (latin or code == 32) then return nil end
    close = close + 1
  end
  local text = table.concat(chars, "", i + 1, math.min(close, count + 1) - 1)
  if close > count or text == "" or text == "am" or text == "pm" then return nil end
  return close
end

--- Takes out glosses behind a Han character, as in 衛(wèi)生局, before words are looked for.
local function without_glosses(chars, bytes, count)
  local kept, i = 0, 1
  local last = bytes[count + 1]
  while i <= count do
    local close = class[chars[i]] == "(" and kept > 0 and #chars[kept] == 3 and gloss_end(chars, i, count)
    if close then
      i = close + 1
    else
      kept = kept + 1
      chars[kept], bytes[kept] = chars[i], bytes[i]
      i = i + 1
    end
  end
  for extra = kept + 1, count do chars[extra], bytes[extra + 1] = nil, nil end
  bytes[kept + 1] = last
  return chars, bytes, kept
end

local function split(phrase)
  local chars, bytes, count = {}, {}, 0
  local blank = false
  for at, char in phrase:gmatch("()(" .. utf8.charpattern .. ")") do
    if BLANK[char] then
      blank = true
    else
      char = fold[char] or char
      if blank and count > 0 and char:match("^%d$") and chars[count]:match("^%d$") then
        count = count + 1 -- between two numbers a blank is a boundary; elsewhere it is layout
        chars[count], bytes[count] = " ", at
      end
      blank = false
      count = count + 1
      chars[count], bytes[count] = char, at
    end
  end
  bytes[count + 1] = #phrase + 1
  if phrase:find("(", 1, true) or phrase:find("（", 1, true) then return without_glosses(chars, bytes, count) end
  return chars, bytes, count
end

--- Finds the longest word at character i.
--- @return integer|nil last character, table|nil entry
local function word_at(chars, i, count)
  local limit = longest[chars[i]]
  if not limit then return nil end
  local text, last, entry = "", nil, nil
  for j = i, count do
    text = text .. chars[j]
    if #text > limit then break end
    local found = words[text]
    if found then last, entry = j, found end
  end
  return last, entry
end

--- @class when.tokens
--- @field n integer number of tokens
--- @field k string[] kinds; k[n + 1] is "$"
--- @field v any[] values (a number token: integer, or false for a run such as 五四)
--- @field b integer[] first byte in the phrase; b[n + 1] is one past its end
--- @field t string[] folded text
--- @field s table<integer,string> style of a number: "a" ASCII, "c" Chinese
--- @field d table<integer,integer> digits of a number

--- Splits a phrase into tokens; an unknown character becomes a token of kind "?".
--- @param phrase string UTF-8
--- @return when.tokens|nil, table|nil error {name, position}
function lexer.scan(phrase)
  if type(phrase) ~= "string" or phrase == "" then return nil, { "empty", 1 } end
  if #phrase > LIMIT then return nil, { "too-long", LIMIT + 1 } end
  local ok, bad = utf8.len(phrase)
  if not ok then return nil, { "bad-utf8", bad } end
  local chars, bytes, count = split(phrase)
  local n, k, v, b, t, s, d = 0, {}, {}, {}, {}, {}, {}
  local i = 1
  local function emit(kind, value, last)
    n = n + 1
    k[n], v[n], b[n], t[n] = kind, value, bytes[i], table.concat(chars, "", i, last)
    i = last + 1
  end
  while i <= count do
    local char = chars[i]
    local kind = class[char]
    if char == " " then
      emit("blank", " ", i)
    elseif kind == "quote" then
      i = i + 1
    else
      local last, entry = word_at(chars, i, count)
      local upto, value, style, digits = number(chars, i, count)
      if upto and (not last or last <= upto) then
        emit("num", value, upto)
        s[n], d[n] = style, digits
      elseif last then
        if entry[1] == "~" and k[n] == "~" and t[n] == char and char ~= "至" and char ~= "到" then
          i = last + 1 -- a dash written twice
        else
          emit(entry[1], entry[2], last)
        end
      elseif kind == "stop" then
        if i < count then emit("?", char, i) else i = i + 1 end
      else
        emit(kind or "?", char, i)
      end
    end
  end
  k[n + 1], v[n + 1], b[n + 1], t[n + 1] = "$", false, #phrase + 1, ""
  return { n = n, k = k, v = v, b = b, t = t, s = s, d = d }
end

--- Value of a Chinese or Arabic number, or nil. `amount` uses it too.
--- @param text string folded or not
function lexer.number(text)
  local chars, _, count = split(text)
  local last, value = number(chars, 1, count)
  if last ~= count then return nil end
  return value or nil
end

--- 一二 → 12: a year written with two Chinese digits, or nil.
function lexer.two_digits(text)
  local value, count = 0, 0
  for char in text:gmatch(utf8.charpattern) do
    local digit = DIGIT[char] or (ZERO[char] and 0)
    if not digit then return nil end
    value, count = value * 10 + digit, count + 1
  end
  return count == 2 and value or nil
end

--- Folds full-width and traditional characters; returns the text as a list of characters and the byte
--- where each stood.
lexer.split = split

return lexer
