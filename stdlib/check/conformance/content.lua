--- What a piece must be like, beside what the item above asks of it.
local content = {}

local labels = {
  chars = { en = "length", zh = "字数" }, minutes = { en = "minutes", zh = "时长" },
  amount = { en = "measure", zh = "数量" }, original = { en = "original work", zh = "原创" },
  zero = { en = "reports of nothing", zh = "零报告" }, records = { en = "records", zh = "记录" },
  contains = { en = "contents", zh = "内容" }, rules = { en = "rules", zh = "要求" },
  form = { en = "form", zh = "形式" }, any = { en = "one of", zh = "其一" },
  count = { en = "number", zh = "数量" }, time = { en = "time", zh = "时间" },
  binding = { en = "binding force", zh = "约束力" }, condition = { en = "condition", zh = "条件" },
}

--- What a key of `where`, or another point of comparison, is called.
---@param key string
---@return Text
function content.label(key)
  return labels[key]
end

-- ---- amounts -----------------------------------------------------------------------------------

-- The amount that holds for everyone: of several, the default.
local function plain(amount)
  return amount and (amount.default or amount) or nil
end

-- A bare number is a lower bound: more than it is only noted.
local function bounds(amount)
  return amount.min, not amount.exact and amount.max or nil
end

local function comparable(ours, theirs)
  return (ours.percent or false) == (theirs.percent or false)
    and (not ours.unit or not theirs.unit or ours.unit == theirs.unit)
end

--- Compares amounts: -1 = ours asks less, 1 = more, 0 = the same; nil = not comparable.
---@param ours? Amount
---@param theirs Amount
---@return integer?
function content.compare_amounts(ours, theirs)
  ours, theirs = plain(ours), plain(theirs)
  local min, max = bounds(theirs)
  if not ours then
    return (min or max) and -1 or 0
  elseif not comparable(ours, theirs) then
    return nil
  end
  local our_min, our_max = bounds(ours)
  local about = ours.about and not theirs.about
  if min and (not our_min or our_min < min or about and our_min == min) then
    return -1
  elseif max and not theirs.about and (not our_max or our_max > max) then
    return -1
  end
  local more = (our_min or 0) > (min or 0) or our_max and (not max or our_max < max)
  return more and 1 or 0
end

local function amount_text(amount)
  amount = plain(amount)
  if not amount then
    return nil
  end
  local min, max = amount.min, amount.max
  if amount.phrase or min and max then
    return amount.phrase or min == max and tostring(min) or ("%s~%s"):format(min, max)
  elseif min then
    return { en = "at least " .. min, zh = "不少于" .. min }
  end
  return max and { en = "at most " .. max, zh = "不超过" .. max } or nil
end

-- Exceptions for single units: the first that asks less than theirs does of that unit.
local function exception_below(ours, theirs)
  for unit, amount in pairs(ours and ours.units or {}) do
    local wanted = theirs.units and theirs.units[unit] or plain(theirs)
    if content.compare_amounts(amount, wanted) == -1 then
      return amount
    end
  end
  return nil
end

local function check_amount(ours, theirs)
  local below = exception_below(ours, theirs)
  local found = below and -1 or content.compare_amounts(ours, theirs)
  return found, amount_text(below or ours), amount_text(theirs)
end

-- ---- lists and flags ---------------------------------------------------------------------------

local function check_flag(ours, theirs)
  if not theirs then
    return ours and 1 or 0
  end
  return ours and 0 or -1
end

-- Entries are texts, or { name, count } in what a piece contains; how many of each.
local function numbered(list)
  local numbers, count = {}, 0
  for _, entry in ipairs(list or {}) do
    local name = type(entry) == "table" and entry.name or entry
    numbers[name] = type(entry) == "table" and entry.count or 1
    count = count + 1
  end
  return numbers, count
end

local function names_text(numbers)
  local names = {}
  for name in pairs(numbers) do
    table.insert(names, name)
  end
  table.sort(names)
  return table.concat(names, "、")
end

-- All that theirs lists must be listed by ours.
local function check_all(ours, theirs)
  local have, our_count = numbered(ours)
  local wanted, their_count = numbered(theirs)
  for _, entry in ipairs(theirs or {}) do
    local name = type(entry) == "table" and entry.name or entry
    local number = type(entry) == "table" and entry.count or 1
    if not have[name] or have[name] < number then
      return -1, have[name] and tostring(have[name]) or nil, name
    end
  end
  return our_count > their_count and 1 or 0, names_text(have), their_count > 0 and names_text(wanted) or nil
end

-- One of a list will do: a choice may be taken away, none added.
local function check_any(ours, theirs, where)
  if not theirs then
    return ours and 1 or 0
  end
  local allowed, must = numbered(theirs), numbered(where.contains)
  for name in pairs(must) do
    if allowed[name] then
      return 1
    end
  end
  for _, name in ipairs(ours or {}) do
    if not allowed[name] then
      return -1, name, table.concat(theirs, "、")
    end
  end
  if not ours or #ours == 0 then
    return -1, nil, table.concat(theirs, "、")
  end
  return #ours < #theirs and 1 or 0
end

local function check_measure(ours, theirs)
  if not theirs then
    return ours and 1 or 0, amount_text(ours)
  end
  return check_amount(ours, theirs)
end

local checks = {
  { "chars", check_measure }, { "minutes", check_measure }, { "amount", check_measure },
  { "original", check_flag }, { "zero", check_flag },
  { "records", check_all }, { "contains", check_all }, { "rules", check_all }, { "form", check_all },
  { "any", check_any },
}

-- ---- force -------------------------------------------------------------------------------------

local strength = { may = 1, should = 2, must = 3, never = 3 }

local binding_words = {
  must = { en = "must", zh = "必须" }, should = { en = "should", zh = "应当" },
  may = { en = "may", zh = "可以" }, never = { en = "never", zh = "禁止" },
}

-- A prohibition is only kept by a prohibition.
local function weaker(ours, theirs)
  return strength[ours] < strength[theirs] or (ours == "never") ~= (theirs == "never")
end

-- Our limit allows, or our minimum asks for, more pieces than theirs takes.
local function beyond_limit(ours, theirs)
  local limit = ours.count and theirs.count and not theirs.count.exact and theirs.count.max
  if not limit or ours.count.percent ~= theirs.count.percent then
    return false
  end
  return (ours.count.min or 0) > limit or not ours.count.exact and (ours.count.max or 0) > limit
end

---@class ContentDifference
---@field key string of where, or count, binding, condition
---@field field string the item's field it stands in
---@field by integer -1 = ours is laxer, 1 = stricter
---@field label Text
---@field ours? string|Text
---@field theirs? string|Text

local function add(list, key, by, ours, theirs)
  if by and by ~= 0 then
    local own_field = key == "binding" or key == "condition" or key == "count"
    table.insert(list, { key = key, field = own_field and key or "where", by = by, label = labels[key], ours = ours, theirs = theirs })
  end
end

--- What differs between what the two items ask of a piece.
---@param ours Item
---@param theirs Item
---@return ContentDifference[]
function content.differences(ours, theirs)
  local list = {}
  local our_where, their_where = ours.sealed.where or {}, theirs.sealed.where or {}
  for _, check in ipairs(checks) do
    local key, compare = check[1], check[2]
    if our_where[key] ~= nil or their_where[key] ~= nil then
      add(list, key, compare(our_where[key], their_where[key], our_where))
    end
  end
  if weaker(ours.binding, theirs.binding) then
    add(list, "binding", -1, binding_words[ours.binding], binding_words[theirs.binding])
  end
  if beyond_limit(ours, theirs) then
    add(list, "count", -1, amount_text(ours.sealed.count), amount_text(theirs.sealed.count))
  end
  local condition = ours.sealed.condition
  if condition and condition ~= theirs.sealed.condition then
    add(list, "condition", -1, condition, theirs.sealed.condition)
  end
  return list
end

return content
