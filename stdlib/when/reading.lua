--- What a result means, in one line of Chinese and English; and errors with their position.

local calendar = require("calendar")
local reading = {}

local WEEKDAY_ZH = { "一", "二", "三", "四", "五", "六", "日" }
local WEEKDAY_EN = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" }
local CODE = { MO = 1, TU = 2, WE = 3, TH = 4, FR = 5, SA = 6, SU = 7 }

local function zh(day)
  local y, m, d = calendar.ymd(day)
  return string.format("%d年%d月%d日（星期%s）", y, m, d, WEEKDAY_ZH[calendar.weekday(day)])
end

local function en(day)
  local y, m, d = calendar.ymd(day)
  return string.format("%04d-%02d-%02d (%s)", y, m, d, WEEKDAY_EN[calendar.weekday(day)])
end

local function clock(minute)
  if not minute or minute >= 1440 then return "" end
  return string.format(" %02d:%02d", minute // 60, minute % 60)
end

local PERIOD_ZH = { DAILY = "天", WEEKLY = "周", MONTHLY = "月", YEARLY = "年" }
local PERIOD_EN = { DAILY = "day", WEEKLY = "week", MONTHLY = "month", YEARLY = "year" }

local function byday(text)
  local list_zh, list_en = {}, {}
  for k, code in text:gmatch("(-?%d*)(%u%u)") do
    local w = CODE[code]
    if not w then return "工作日", "working days" end
    if k == "" then
      list_zh[#list_zh + 1], list_en[#list_en + 1] = "星期" .. WEEKDAY_ZH[w], WEEKDAY_EN[w]
    elseif k == "-1" then
      list_zh[#list_zh + 1], list_en[#list_en + 1] = "最后一个星期" .. WEEKDAY_ZH[w], "the last " .. WEEKDAY_EN[w]
    else
      list_zh[#list_zh + 1], list_en[#list_en + 1] = "第" .. k .. "个星期" .. WEEKDAY_ZH[w], WEEKDAY_EN[w] .. " no. " .. k
    end
  end
  return table.concat(list_zh, "、"), table.concat(list_en, ", ")
end

local function position(text)
  return (text:gsub("%-1", "最后一个")), (text:gsub("%-1", "last"))
end

--- Says what a recurrence rule means.
--- @return string en, string zh
function reading.rule(rule)
  local part = {}
  for key, value in rule:gmatch("(%u+)=([^;]+)") do part[key] = value end
  if part.DATES and not part.FREQ then
    return "on " .. part.DATES:gsub(",", ", "), "在 " .. part.DATES:gsub(",", "、")
  end
  local n = tonumber(part.INTERVAL or "1")
  local out_zh = n > 1 and ("每" .. n .. (part.FREQ == "MONTHLY" and "个" or "") .. PERIOD_ZH[part.FREQ]) or ("每" .. PERIOD_ZH[part.FREQ])
  local out_en = n > 1 and ("every " .. n .. " " .. PERIOD_EN[part.FREQ] .. "s") or ("every " .. PERIOD_EN[part.FREQ])
  if part.BYMONTH then
    out_zh = out_zh .. part.BYMONTH:gsub(",", "、") .. "月"
    out_en = out_en .. " in month " .. part.BYMONTH
  end
  if part.LUNAR then
    local m, d = part.LUNAR:match("(%d+)-(%d+)")
    local eve = m == "12" and d == "30"
    out_zh = out_zh .. (eve and "除夕" or "农历" .. m .. "月" .. d .. "日")
    out_en = out_en .. (eve and " on lunar New Year's Eve" or " on day " .. d .. " of lunar month " .. m)
  end
  if part.TERM then
    out_zh, out_en = out_zh .. part.TERM, out_en .. " on the solar term " .. part.TERM
  end
  if part.BYMONTHDAY then
    local list_zh = part.BYMONTHDAY:gsub("%-1", "末"):gsub("(%d+)", "%1日"):gsub(",", "、")
    out_zh = out_zh .. (part.BYMONTH and "" or "") .. list_zh:gsub("末", part.BYMONTH and "末日" or "末日")
    out_en = out_en .. ", day " .. part.BYMONTHDAY:gsub("%-1", "last")
  end
  if part.BYDAY then
    local day_zh, day_en = byday(part.BYDAY == "WORKDAY" and "XX" or part.BYDAY)
    if part.BYSETPOS then
      local pos_zh, pos_en = position(part.BYSETPOS)
      day_zh = (pos_zh:match("^%d") and "第" .. pos_zh .. "个" or pos_zh) .. "工作日"
      day_en = "working day " .. pos_en
    end
    out_zh, out_en = out_zh .. day_zh, out_en .. ", " .. day_en
  end
  if part.WINDOW then
    out_zh, out_en = out_zh .. "（整个时段内，时段末为限）", out_en .. " (any day of the window, due at its end)"
  end
  if part.BYHOUR then
    out_zh, out_en = out_zh .. " " .. part.BYHOUR .. "时前", out_en .. ", by " .. part.BYHOUR .. ":" .. (part.BYMINUTE or "00")
  end
  if part.ROLL then
    out_zh, out_en = out_zh .. "，遇休息日顺延", out_en .. ", moved to the next working day"
  end
  return out_en, out_zh
end

--- One line for a result of when.parse.
--- @return table { en, zh }
function reading.of(r)
  if r.kind == "interval" then
    if r.first == r.last then
      return { en = "on " .. en(r.first) .. clock(r.minute), zh = zh(r.first) .. (r.minute and clock(r.minute) or "当天") }
    end
    local days = r.last - r.first + 1
    return { en = string.format("from %s through %s, %d days", en(r.first), en(r.last), days),
      zh = string.format("%s至%s，首尾均含，共%d天", zh(r.first), zh(r.last), days) }
  end
  if r.kind == "deadline" then
    local time = clock(r.minute)
    if time ~= "" then return { en = "by " .. en(r.last) .. time, zh = "不迟于" .. zh(r.last) .. time } end
    return { en = "through " .. en(r.last) .. ", that day included", zh = "不迟于" .. zh(r.last) .. "24时，含当日" }
  end
  if r.kind == "recurring" then
    local rule_en, rule_zh = reading.rule(r.rule)
    return { en = rule_en .. "; first " .. en(r.first), zh = rule_zh .. "；首次" .. zh(r.first) }
  end
  if r.undated then return { en = "undated: no day can be computed", zh = "未定日期，无法计算期限" } end
  if r.last then
    return { en = string.format("all the time from %s through %s", en(r.first), en(r.last)),
      zh = string.format("%s至%s期间持续", zh(r.first), zh(r.last)) }
  end
  return { en = "from " .. en(r.first) .. ", without end", zh = "自" .. zh(r.first) .. "起长期" }
end

--- Results make their reading when it is asked for; most never are.
reading.lazy = { __index = function(r, key)
  if key ~= "reading" then return nil end
  local text = reading.of(r)
  rawset(r, "reading", text)
  return text
end }

local ERRORS = {
  ["empty"] = { "the phrase is empty", "短语为空" },
  ["too-long"] = { "the phrase is too long", "短语过长" },
  ["bad-utf8"] = { "not valid UTF-8", "不是有效的UTF-8文本" },
  ["no-anchor"] = { "no anchor day is given", "没有给出基准日" },
  ["bracket"] = { "bracket without partner", "括号不成对" },
  ["impossible"] = { "no such number here", "此处不可能有这个数" },
  ["unreadable"] = { "cannot be read as a date", "无法作为时间理解" },
  ["no-container"] = { "the phrase needs the start and end of the activity", "该短语需要活动的起止日期" },
  ["event-unknown"] = { "the days of this event are not in the table (stdlib/events.lua)", "事件表中没有该年的日期（stdlib/events.lua）" },
  ["which-festival"] = { "which festival is meant?", "未说明是哪个节日" },
  ["range-before"] = { "“before” a range of months is unclear", "时段加“前”含义不明" },
  ["reversed"] = { "the end lies before the start", "结束日早于开始日" },
  ["list-gap"] = { "the listed periods do not join", "所列时段不相连" },
  ["note-conflict"] = { "the bracket contradicts the phrase", "括号内容与短语不一致" },
  ["several-hours"] = { "a rule has one time of day; write one item for each", "一条规则只有一个时刻，请分项填写" },
  ["not-a-period"] = { "does not recur", "不是周期性的时间" },
  ["no-occurrence"] = { "the rule has no occurrence", "该规则没有任何一次" },
}

--- Makes an error table.
--- @param name string key of ERRORS
--- @param position integer byte offset from 1
--- @param phrase string
function reading.error(name, at, phrase)
  local text = ERRORS[name] or ERRORS["unreadable"]
  local rest = type(phrase) == "string" and at > 1 and utf8.len(phrase) and phrase:sub(at) or ""
  local quoted_en = rest ~= "" and (' at "' .. rest .. '"') or ""
  local quoted_zh = rest ~= "" and ("：“" .. rest .. "”") or ""
  return { name = name, position = at, message_en = text[1] .. quoted_en, message_zh = text[2] .. quoted_zh }
end

return reading
