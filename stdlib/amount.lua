--- Amounts as notices write them: "不少于3篇", "1~2篇", "3-5分钟", "2篇(含)以上", "各一场", "三分之二以上", "若干".
--- A grammar over folded characters: scope, bound, number or range, unit, bound. Text that is not understood
--- is an error with its byte; nothing is skipped.

local lexer = require("when.lexer")

local amount = {}

-- Bounds before the number: what they make of it.
local LEADING = {
  min = "不少于 不得少于 不能少于 不低于 不得低于 不小于 不少於 至少 最少 最低 起码 达到 达 保证 ≥ >= ≧ 高于等于 大于等于 不下于",
  max = "不超过 不得超过 不能超过 不多于 不得多于 不高于 不大于 至多 最多 最高 上限 控制在 限 限于 ≤ <= ≦ 小于等于",
  above = "超过 多于 高于 大于 > 突破",
  below = "少于 低于 小于 < 不足 不到 不满",
  about = "约 大约 大概 约为 近 将近 接近",
  none = "共 共计 总计 合计 计 为 完成 撰写 报送 上报 推荐 选送 提交 举办 组织 开展 评选 选派 参加",
}
-- Bounds behind it.
local TRAILING = {
  min = "以上 及以上 或以上 及其以上 起 以上者 之上",
  max = "以内 之内 内 以下 及以下 或以下 为限 封顶 之下",
  about = "左右 上下 前后 许",
}
-- 多, 余 stand between number and unit: at least, roughly.
local MORE = { ["多"] = true, ["余"] = true, ["来"] = true, ["几"] = true }
local SOME = "若干 一批 一些 部分 数 多 几 适量 少量 各类 一部分 一定数量"
local ALL = "全部 所有 全体 全员 全覆盖 百分之百"
local UNITS = "人次 场次 篇次 例次 课时 学时 学分 学习小时 个小时 小时 分钟 秒钟 个工作日 工作日 自然日 个月 个项目 万字 千字 万元 元 平方米 "
  .. "篇 条 名 人 位 次 场 份 个 件 期 项 字 字符 天 日 周 年 幅 首 张 页 本 册 台 部 支 队 组 家 户 所 例 节 堂 课 句 点 秒 段 面 封 床 岁 块 "
  .. "种 类 套 对 批 轮 回 遍 步 集 版 个案例 案例 个故事 个典型 典型 幅次 米 公里 千克 克 毫升 倍 分 处 栏 档 号 代 班 科室 单位 支部"
local SCOPE = "人 名 人次 个科室 科室 个单位 单位 各单位 个支部 支部 党支部 个党支部 病区 医院 家医院 家 县 班组 部门 个部门 院 处 个 位 名党员 "
  .. "名职工 名干部职工 一名干部职工 位职工 党员 职工 一名职工 一名党员 季度 月 年 周 场 期 次 篇 县区 科 一个科室 一个支部 一个单位 个人 一人 团队 小组 组"

local function set(list, value, into)
  into = into or {}
  for word in list:gmatch("%S+") do into[word] = value == nil and word or value end
  return into
end

local leading, trailing = {}, {}
for kind, list in pairs(LEADING) do set(list, kind, leading) end
for kind, list in pairs(TRAILING) do set(list, kind, trailing) end
local some, all, units, scope = set(SOME, true), set(ALL, true), set(UNITS), set(SCOPE)

local SCALES = { ["万"] = 10000, ["千"] = 1000, ["百"] = 100 }
local RANGE = { ["~"] = true, ["～"] = true, ["-"] = true, ["－"] = true, ["—"] = true, ["–"] = true, ["至"] = true, ["到"] = true,
  ["〜"] = true, ["‐"] = true, ["−"] = true }
local QUOTE = { ["“"] = true, ["”"] = true, ['"'] = true, ["'"] = true, ["‘"] = true, ["’"] = true }

-- The reader: folded characters with their bytes -----------------------------------------------------------

local function open(phrase)
  local chars, bytes = lexer.split(phrase)
  local r = { c = {}, b = {}, n = 0, i = 1 }
  for index, char in ipairs(chars) do
    if not QUOTE[char] then
      r.n = r.n + 1
      r.c[r.n], r.b[r.n] = char, bytes[index]
    end
  end
  r.b[r.n + 1] = #phrase + 1
  return r
end

--- Takes the longest word of a set that stands here; returns its value.
local function take(r, words, most)
  local text, found, upto = "", nil, nil
  for j = r.i, math.min(r.n, r.i + (most or 8) - 1) do
    text = text .. r.c[j]
    if words[text] ~= nil then found, upto = words[text], j end
  end
  if found ~= nil then r.i = upto + 1 end
  return found
end

local function peek(r, offset) return r.c[r.i + (offset or 0)] end

--- 1500, 1,500, 1.5, 一千五百, 十, 2万, 半. Returns the value or nil.
local function number(r)
  local start = r.i
  local text = ""
  while peek(r) and peek(r):match("^%d$") do
    text = text .. peek(r)
    r.i = r.i + 1
    if peek(r) == "," and (peek(r, 1) or ""):match("^%d$") and (peek(r, 2) or ""):match("^%d$") and (peek(r, 3) or ""):match("^%d$")
      and not (peek(r, 4) or ""):match("^%d$") then
      r.i = r.i + 1
    end
  end
  if text ~= "" then
    if peek(r) == "." and (peek(r, 1) or ""):match("^%d$") then
      text, r.i = text .. ".", r.i + 1
      while peek(r) and peek(r):match("^%d$") do
        text, r.i = text .. peek(r), r.i + 1
      end
    end
    local scale = SCALES[peek(r)]
    if scale and peek(r, 1) ~= "分" then
      r.i = r.i + 1
      return math.tointeger(tonumber(text) * scale) or tonumber(text) * scale
    end
    if #text > 9 then
      r.i = start
      return nil
    end
    return math.tointeger(tonumber(text)) or tonumber(text)
  end
  local run, last = "", nil
  for j = r.i, r.n do
    if not r.c[j]:match("^[\xe0-\xef]") then break end
    run = run .. r.c[j]
    if lexer.number(run) then last = j elseif last then break end
    if j - r.i > 8 then break end
  end
  if not last then return nil end
  local value = lexer.number(table.concat(r.c, "", r.i, last))
  r.i = last + 1
  if peek(r) == "万" then
    r.i = r.i + 1
    value = value * 10000
  end
  return value
end

local function two_guessed(r)
  -- 两三篇, 三五名: two neighbouring digits mean a rough range
  local first, second = lexer.number(r.c[r.i] or ""), lexer.number(r.c[r.i + 1] or "")
  if not (first and second) or not (r.c[r.i]:match("^[\xe0-\xef]") and r.c[r.i + 1]:match("^[\xe0-\xef]")) then return nil end
  if first < 1 or first > 9 or second > 9 or second <= first or second > first + 2 then return nil end
  if lexer.number(r.c[r.i + 2] or "") then return nil end
  r.i = r.i + 2
  return first, second
end

local function round(value)
  return math.tointeger(value) or tonumber(string.format("%.2f", value))
end

--- 40%, 百分之四十, 三分之二, 四成, 半数, 1/3. Returns a percentage or nil.
local function percentage(r)
  local start = r.i
  if take(r, set("百分之")) then
    local value = number(r)
    if value then return value end
  end
  r.i = start
  if take(r, set("过半数 半数 一半")) then
    return 50
  end
  r.i = start
  local whole = number(r)
  if whole then
    if peek(r) == "%" then
      r.i = r.i + 1
      return whole
    end
    if peek(r) == "成" and whole <= 10 then
      r.i = r.i + 1
      return whole * 10
    end
    if peek(r) == "个" and peek(r, 1) == "百" and peek(r, 2) == "分" and peek(r, 3) == "点" then
      r.i = r.i + 4
      return whole
    end
    local over = peek(r) == "/" and number({ c = r.c, n = r.n, i = r.i + 1 })
    if over and whole < over then
      r.i = r.i + 1
      number(r)
      return round(whole * 100 / over)
    end
    if peek(r) == "分" and peek(r, 1) == "之" then
      r.i = r.i + 2
      local part = number(r)
      if part and part <= whole and whole > 0 then return round(part * 100 / whole) end
    end
  end
  r.i = start
  return nil
end

-- The grammar ------------------------------------------------------------------------------------------------

local function included(r, close)
  -- (含), (含2篇), （不含）: only 含 is needed, since 以上 and 以内 include the number itself
  if peek(r) ~= "(" then return true end
  local start = r.i
  r.i = r.i + 1
  if not take(r, set("含 包括 包含 含本数 均含 含以上")) then
    r.i = start + 1
    return false
  end
  number(r)
  take(r, units)
  if peek(r) ~= ")" then return false end
  r.i = r.i + 1
  return close ~= false
end

local function scoped(r, out)
  if peek(r) == "各" then
    r.i, out.each = r.i + 1, true
    take(r, scope)
  elseif peek(r) == "每" then
    r.i = r.i + 1
    if not take(r, scope) then return false end
    out.each = true
    if peek(r) == "," then r.i = r.i + 1 end
  end
  return true
end

local function bound(out, kind, low, high)
  if kind == "min" then
    out.min = low
  elseif kind == "max" then
    out.max = high or low
  elseif kind == "above" then
    out.min = out.percent and low or low + 1
  elseif kind == "below" then
    out.max = out.percent and low or low - 1
  elseif kind == "about" then
    out.min, out.max, out.about = low, high or low, true
  elseif high then
    out.min, out.max = low, high
  else
    out.min, out.max, out.exact = low, low, true
  end
  if kind == "min" and high then out.max = high end
end

local SOMEONE = "some"

local function indefinite(r, out)
  if take(r, all) then
    out.percent, out.min, out.max, out.exact = 100, 100, 100, true
    return SOMEONE
  end
  local start = r.i
  if take(r, some) then
    local unit = take(r, units)
    if not unit and (r.c[start] == "数" or r.c[start] == "多" or r.c[start] == "几") and r.i == start + 1 then
      r.i = start
      return nil
    end
    out.some, out.unit = true, unit or nil
    return SOMEONE
  end
end

--- Number, or range of numbers, with the percent sign or unit between them.
local function quantity(r, out)
  local percent = percentage(r)
  if percent then
    out.percent = percent
    if RANGE[peek(r)] then
      r.i = r.i + 1
      local high = percentage(r)
      if not high or high < percent then return nil end
      return percent, high
    end
    return percent
  end
  local low, high = two_guessed(r)
  if low then
    out.about = true
    return low, high
  end
  low = number(r)
  if not low then return nil end
  local start = r.i
  local unit = take(r, units)
  if RANGE[peek(r)] then
    r.i = r.i + 1
    local first_percent = percentage({ c = r.c, b = r.b, n = r.n, i = r.i })
    high = number(r)
    if first_percent and peek(r) == "%" then
      r.i = r.i + 1
      out.percent = low
    end
    if not high or high < low then return nil end
    return low, high
  end
  if unit then r.i = start end
  return low
end

local function closing(r, out)
  local kind
  if not included(r) then return nil, false end
  kind = take(r, trailing)
  if kind then
    if not included(r) then return nil, false end
  end
  local _ = out
  return kind, true
end

local function combined(before, behind)
  if not before or before == "none" then return behind, true end
  if not behind then return before, true end
  if before == behind then return before, true end
  if before == "about" then return behind, true end
  -- 控制在2000字以内, 不超过2000字左右
  if behind == "about" then return before, true end
  if before == "min" and behind == "min" or before == "max" and behind == "max" then return before, true end
  return nil, false
end

local function read(r, out)
  if not scoped(r, out) then return false end
  local before = take(r, leading)
  while before == "none" do
    before = take(r, leading) or nil
    if not before then break end
  end
  if not scoped(r, out) then return false end
  if peek(r) == "为" then r.i = r.i + 1 end
  if indefinite(r, out) then return true end
  local low, high = quantity(r, out)
  if not low then return false end
  local kind, fine = closing(r, out) -- 40%以上, 2(含)以上篇
  if not fine then return false end
  if MORE[peek(r)] and not kind then
    r.i, out.about = r.i + 1, true
    kind = "min"
  end
  out.unit = take(r, units) or nil
  if not kind then
    kind, fine = closing(r, out)
    if not fine then return false end
  end
  if out.about and kind == nil and high then kind = "about" end
  kind, fine = combined(before, kind)
  if not fine then return false end
  bound(out, kind, low, high)
  if out.percent and out.max and not out.min then out.min = 0 end
  return true
end

local ERRORS = {
  ["empty"] = { "the amount is empty", "数量为空" },
  ["too-long"] = { "the amount is too long", "数量过长" },
  ["bad-utf8"] = { "not valid UTF-8", "不是有效的UTF-8文本" },
  ["unreadable"] = { "cannot be read as an amount", "无法作为数量理解" },
}

local function failure(name, position, phrase)
  local text = ERRORS[name]
  local rest = type(phrase) == "string" and position > 1 and utf8.len(phrase) and phrase:sub(position) or ""
  return { name = name, position = position,
    message_en = text[1] .. (rest ~= "" and (' at "' .. rest .. '"') or ""),
    message_zh = text[2] .. (rest ~= "" and ("：“" .. rest .. "”") or "") }
end

--- Reads an amount.
--- @param phrase string UTF-8
--- @return table|nil amount { phrase, min?, max?, exact?, about?, unit?, percent?, some?, each? }; with `percent`,
---   min and max are percentages; "2篇" and "一场" are exact
--- @return table|nil error { message_en, message_zh, position (byte, from 1), name }
function amount.parse(phrase)
  if type(phrase) ~= "string" or phrase == "" then return nil, failure("empty", 1, phrase) end
  if #phrase > 120 then return nil, failure("too-long", 121, phrase) end
  local ok, bad = utf8.len(phrase)
  if not ok then return nil, failure("bad-utf8", bad, phrase) end
  local r = open(phrase)
  local out = { phrase = phrase }
  if r.n == 0 then return nil, failure("empty", 1, phrase) end
  if not read(r, out) or r.i <= r.n then return nil, failure("unreadable", r.b[math.min(r.i, r.n + 1)], phrase) end
  return out
end

return amount
