--- A dated expression: a term (day, month, festival, what happened …) and the words that relate a duty
--- to it: 前, 起, 后, 期间, 前后, 截至, N日内, 为期N. Gives a result (results.lua).

local calendar = require("calendar")
local nodes = require("when.nodes")
local results = require("when.results")
local terms = require("when.terms")
local units = require("when.units")

local dated = {}
local reach = units.reach
local warn = results.warn
local interval = results.interval
local deadline = results.deadline
local standing = results.standing

--- Relations -----------------------------------------------------------------------------------------------

local function skip(p, i, kind)
  while p.k[i] == kind do i = i + 1 end
  return i
end

--- A bare term: 底 means a deadline unless the phrase is a `when` (X1, X2).
local function bare(p, node)
  if node.cls == "list" then return results.list(p, node, false, false) end
  if node.standing then
    local r = interval(p, node)
    if r then r.kind, r.family = "standing", "F24" end
    return r
  end
  local as_deadline = node.due and p.role ~= "when" and p.notes.role ~= "interval" or p.notes.role == "deadline"
  if as_deadline then
    local r = deadline(p, node, results.whole(node))
    if r and node.due then r.family = node.family end
    return r
  end
  if node.due then warn(p, node.warn_interval) end
  if node.pair then
    local r = interval(p, node)
    if r then r.family = "F21" end
    return r
  end
  if node.rule then
    return interval(p, node, function(year)
      local first, last, known = node.span(year)
      return first, last, node.rule(year), known
    end)
  end
  return interval(p, node)
end

local function with_time(r, minute, style)
  if not r then return nil end
  if minute and minute < 1440 and style ~= "none" then r.minute = minute end
  return r
end

--- Words after 起: nothing, 至…, 为期…, N日内, 贯穿全年.
local function from(p, node, i)
  local k = p.k
  if node.cls == "range" then -- 自6月1日起至8月31日(止)
    local r = interval(p, node)
    if r then r.family = "F10" end
    if k[i] == "止" or k[i] == "期间" or k[i] == "前" then i = i + 1 end
    return r, i
  end
  local j = skip(p, i, ",")
  while k[j] == "act" or k[j] == "lead" do j = j + 1 end
  j = skip(p, j, ",")
  if k[j] == "standing" and (p.v[j] == "rest" or p.v[j] == "year") then
    local r = interval(p, node)
    if not r then return nil end
    local y = calendar.ymd(math.max(r.first, r.first))
    r.last, r.family = calendar.day(y, 12, 31), "F10"
    return r, j + 1
  end
  if k[j] == "standing" and p.v[j] == "open" then
    return standing(p, node, results.whole(node)), j + 1
  end
  local at = k[j] == "为期" and j + 1 or j
  local span, after = terms.duration(p, at)
  if span and not span.bare_month then
    if k[after] == "的" then after = after + 1 end
    if k[after] == "内" then return results.within(p, node, span, true), after + 1 end
    if k[after] == "obj" and p.t[after] == "时间" then after = after + 1 end
    if k[after] == "内" then return results.within(p, node, span, true), after + 1 end
    if at > j or k[after] == "$" or k[after] == "act" then
      local r = interval(p, node)
      if not r then return nil end
      local result = results.lasting(r.first, span)
      return result, after
    end
  end
  if k[j] == "~" and k[j + 1] ~= "$" then
    local to, past = terms.term(p, j + 1)
    if to and to.cls ~= "list" and to.cls ~= "range" then
      results.note(p, to)
      local r = interval(p, terms.range(node, to))
      if k[past] == "止" or k[past] == "前" or k[past] == "截止" then past = past + 1 end
      if k[past] == "act" and (p.t[past] == "结束" or p.t[past] == "完成") then past = past + 1 end
      if r then r.family = "F10" end
      return r, past
    end
    return nil
  end
  if j > i then
    local to, past = terms.term(p, j)
    if to and to.cls ~= "list" and to.cls ~= "range" and (p.k[past] == "act" or p.k[past] == "止" or p.k[past] == "截止" or p.k[past] == "前") then
      local r = interval(p, terms.range(node, to))
      if r then r.family = "F10" end
      if p.k[past] ~= "act" then past = past + 1 end
      return r, past
    end
  end
  local r = standing(p, node, results.whole(node))
  if r then r.family = "F10" end
  return r, i
end

local function after_words(p, node, i)
  local k = p.k
  local span, j = terms.duration(p, i)
  if k[i] == "的" then span, j = terms.duration(p, i + 1) end
  if span then
    reach(p, j)
    if k[j] == "内" or (k[j] == "的" and k[j + 1] == "内") then
      return results.within(p, node, span, false), k[j] == "内" and j + 1 or j + 2
    end
    if k[j] == "前" then return nil end
    if span.workdays then return nil end
    return results.stretch_after(p, node, span), j
  end
  local at = k[i] == "的" and i + 1 or i
  local o, next = units.ordinal(p, at)
  if o and o > 0 and k[next] == "工作日" then return results.workday_after(p, node, o), next + 1 end
  if o and o > 0 and (k[next] == "天" or k[next] == "日") then
    return interval(p, node, function(year)
      local _, last = results.after_block(node, year)
      return last and last + o, last and last + o
    end), next + 1
  end
  if o and o > 0 and k[next] == "周" then
    return interval(p, node, function(year)
      local _, last = results.after_block(node, year)
      return last and last + 7 * o - 6, last and last + 7 * o
    end), next + 1
  end
  if k[i] == "reld" and p.t[i] ~= "今天" and p.t[i] ~= "今日" and p.v[i] > 0 then
    local days = p.v[i]
    return interval(p, node, function(year)
      local _, last = results.after_block(node, year)
      return last and last + days, last and last + days
    end), i + 1
  end
  if k[i] == "standing" and p.v[i] == "undated" then
    local r = standing(p, node, results.whole(node))
    if r then r.undated, r.family = true, "F27" end
    return r, i + 1
  end
  local r = standing(p, node, function(year)
    local first, last, known = results.after_block(node, year)
    if not last then return nil end
    if node.block then
      return last + 1, last + 1, string.format("HOLIDAY=%s:%d;NEXT=1", node.row.holiday, year), known
    end
    return first and last + 1, last + 1
  end)
  if r and node.cls == "trigger" then r.family = "F23" end
  return r, i
end

local function before_words(p, node, i)
  local k = p.k
  local at = k[i] == "的" and i + 1 or i
  local span, j = terms.duration(p, at)
  if span and k[j] ~= "前" then
    reach(p, j)
    local single = span.days == 1 and not span.months
    if k[j] == "内" then j = j + 1 end
    if node.cls == "list" or node.cls == "range" then return nil end
    if node.cls == "trigger" then
      if k[j] == "$" and span.days then
        local r = results.stretch_before(p, node, span, true)
        return r, j
      end
    end
    return results.stretch_before(p, node, span, single and not p.block_words), j
  end
  local o, next = units.ordinal(p, at)
  if o == -1 and k[next] == "工作日" and node.cls ~= "list" then
    return results.stretch_before(p, node, { workdays = 1, last_only = true }, false), next + 1
  end
  if o == -1 and k[next] == "周" and node.cls ~= "list" then
    return results.stretch_before(p, node, { days = 7 }, false), next + 1
  end
  if node.cls == "list" then return results.list(p, node, true, true), i end
  return results.before(p, node), i
end

local LEAP = { ["召开"] = true, ["举行"] = true, ["开幕"] = true, ["闭幕"] = true, ["结束"] = true, ["到来"] = true, ["来临"] = true, ["开始"] = true,
  ["举办"] = true }

--- An act after a named event (十八大召开, 两会闭幕) moves to its first or last day.
local function event_act(p, node, i)
  if (node.cls ~= "event" and node.cls ~= "fest") or p.k[i] ~= "act" or not LEAP[p.t[i]] then return node, i end
  local following = p.k[i + 1]
  if following ~= "前" and following ~= "后" and following ~= "前夕" and following ~= "之日" and following ~= "起" and following ~= "前后"
    and following ~= "期间" then
    return node, i
  end
  local at_end = p.t[i] == "闭幕" or p.t[i] == "结束"
  if following == "期间" then return node, i + 1 end
  local copy = {}
  for key, value in pairs(node) do copy[key] = value end
  copy.span = function(year)
    local first, last = node.span(year)
    if at_end then return last, last end
    return first, first
  end
  copy.block = at_end and node.block or nil
  return copy, i + 1
end

local function inline_weekday(p, node, i)
  -- 7月5日周四, 7月5日(星期四): the weekday must agree
  local w, j = units.weekday_name(p, i)
  if not w or node.cls ~= "day" then return i end
  node.check_weekday = w
  return j
end

local function check_weekday(p, node, r)
  local wanted = node.check_weekday or p.notes.weekday
  if not wanted or not r or node.cls ~= "day" then return end
  local day = r.was and r.was[2] or r.last
  if day and calendar.weekday(day) ~= wanted then warn(p, "weekday-mismatch") end
end

--- Parses what relates a duty to a term that was read.
local function relate(p, node, i, prefixed)
  local k, t = p.k, p.t
  node, i = event_act(p, node, i)
  i = inline_weekday(p, node, i)
  local minute, after_time, style = terms.time(p, i)
  local j = minute and after_time or i
  if not minute and node.clock then minute, style = node.clock, "clock" end
  reach(p, j)
  local kind = k[j]
  local r, next
  if style == "work" then
    warn(p, "work-hours-assumed")
    if node.cls == "list" then
      r = results.list(p, node, true, true)
    else
      r = results.before(p, node)
    end
    return with_time(r, minute), j, node
  end
  if prefixed == "deadline" then
    if kind == "前" or kind == "止" or kind == "截止" then j = j + 1 end
    if node.cls == "list" then
      r = results.list(p, node, false, true)
    elseif node.cls == "range" then
      return nil
    else
      local block = node.cls == "fest" and node.block and k[j] == "长假"
      if k[j] == "期间" then return nil end
      r = deadline(p, node, block and results.block_of(node) or function(year)
        local first, last = node.span(year)
        return first, last, node.rule and node.rule(year) or nil
      end)
      if r and (node.cls == "period" and node.unit ~= "year") and p.t[p.lead_at or 1] ~= "截至" then warn(p, "fuzzy-end") end
      if r then r.family = node.family == "F29" and "F29" or "F07" end
    end
    return with_time(r, minute), j, node
  end
  if kind == "前" or kind == "节前" then
    r, next = before_words(p, node, j + 1)
  elseif kind == "前后" then
    if node.cls == "list" then return nil end
    r, next = results.around(p, node), j + 1
  elseif kind == "前夕" then
    if node.cls == "list" or node.cls == "range" then return nil end
    r, next = results.eve(p, node), j + 1
  elseif kind == "之日" and k[j + 1] ~= "起" then
    if node.cls ~= "day" and node.cls ~= "fest" and node.cls ~= "event" and node.cls ~= "trigger" then return nil end
    r, next = interval(p, node), j + 1
    local later, past, how = terms.time(p, next)
    if later then
      minute, next, style = later, past, how
      if k[next] == "前" or how == "work" then
        r = r and { kind = "deadline", last = r.last, family = "F07", was = r.was }
        next = k[next] == "前" and next + 1 or next
      end
    elseif k[next] == "内" or (k[next] == "前" and node.cls ~= "trigger") then
      return nil
    end
  elseif kind == "期间" or kind == "长假" then
    if node.cls == "list" then return nil end
    next = j + 1
    if kind == "长假" and k[next] == "期间" then next = next + 1 end
    local block = node.block
    if block and (k[next] == "前" or k[next] == "后" or k[next] == "节前" or k[next] == "节后") then
      -- 国庆长假后第一个工作日, 春节假期前三天: counted from the block
      local base = node
      node = setmetatable({}, { __index = base })
      node.span = function(year)
        local first, last = base.block(year)
        return first, last
      end
      p.block_words = true
      if k[next] == "前" then
        r, next = before_words(p, node, next + 1)
      else
        r, next = after_words(p, node, next + 1)
      end
    else
      r = results.during(p, node, kind == "长假")
      if k[next] == "内" then next = next + 1 end
    end
  elseif kind == "内" then
    if node.cls == "list" then return nil end
    if node.cls == "day" and node.unit ~= "kweek" then return nil end
    if node.unit == "month" and p.s[j - 2] == "a" and p.d[j - 2] == 1 or (node.unit == "month" and p.s[j - 2] == "c") then
      if k[j - 1] == "月" and t[j - 1] == "月" and j - 2 == p.term_at then warn(p, "month-or-duration") end
    end
    r, next = deadline(p, node, results.whole(node)), j + 1
    if r and node.family == "F26" then r.family = "F26" end
  elseif kind == "止" or kind == "截止" then
    if node.cls == "list" or (node.cls == "range" and kind == "截止") then return nil end
    if node.cls == "range" then
      r = interval(p, node)
    else
      r = deadline(p, node, results.whole(node))
    end
    next = j + 1
  elseif kind == "起" or (kind == "之日" and k[j + 1] == "起") or (kind == "act" and (t[j] == "开始" or t[j] == "启动") and (k[j + 1] == "," or k[j + 1] == "为期")) then
    if node.cls == "list" or node.cls == "range" then return nil end
    r, next = from(p, node, kind == "之日" and j + 2 or j + 1)
  elseif kind == "act" and t[j] == "开始" and prefixed == "from" then
    r, next = from(p, node, j + 1)
  elseif kind == "后" or kind == "节后" then
    if node.cls == "list" then return nil end
    r, next = after_words(p, node, j + 1)
  elseif kind == "以来" or kind == "至今" or (kind == "~" and t[j + 1] == "今") then
    if node.cls == "list" or node.cls == "range" then return nil end
    r = interval(p, node)
    if r then
      if r.first > p.anchor then return nil end
      r.last, r.family = p.anchor, "F10"
    end
    next = kind == "~" and j + 2 or j + 1
  elseif k[j] == "," and (k[j + 1] == "为期" or k[j + 1] == "standing") and node.cls ~= "list" and node.cls ~= "range" then
    r, next = from(p, node, j)
  elseif k[j] == "为期" and node.cls ~= "list" and node.cls ~= "range" and node.cls ~= "trigger" then
    r, next = from(p, node, j)
  elseif node.cls == "trigger" then
    local span, past = terms.duration(p, j)
    if span and k[past] == "内" then return results.within(p, node, span, false), past + 1, node end
    local o, after_ordinal = units.ordinal(p, j)
    if o and k[after_ordinal] == "周" then
      local container = p.ctx.container or { first = p.anchor }
      after_ordinal = after_ordinal + 1
      local start
      if o == -1 then
        if not container.last then
          p.problem = "no-container"
          return nil
        end
        start = container.last - 6
      else
        start = container.first + 7 * (o - 1)
      end
      return { kind = "interval", first = start, last = start + 6, family = "F26", was = { start, start + 6 } }, after_ordinal, node
    end
    if o and o > 0 and (k[after_ordinal] == "天" or k[after_ordinal] == "日" or k[after_ordinal] == "月") then
      local start = (p.ctx.container or { first = p.anchor }).first
      local first, last = start + o - 1, start + o - 1
      if k[after_ordinal] == "月" then
        first = terms.add(start, { months = o - 1 })
        last = terms.add(start, { months = o }) - 1
      end
      return { kind = "interval", first = first, last = last, family = "F26", was = { first, last } }, after_ordinal + 1, node
    end
    return nil
  elseif prefixed == "from" then
    r, next = from(p, node, j)
    if k[next] == "前" then return nil end
  else
    r, next = bare(p, node), j
  end
  if not r then return nil end
  if minute and next == j then
    if style == "clock" and r.kind == "interval" then r.minute = minute end
    if style == "part" then r.minute = minute end
  elseif minute then
    r.minute = minute
  end
  if r.minute == 1440 then r.minute = nil end
  -- 会后当天17时前 and the like
  check_weekday(p, node, r)
  return r, next, node
end

--- The festival of a bracket or of the context for 节前一周(国庆).
local function festival_of_notes(p)
  return p.notes.festival
end

--- Parses a dated expression at token i.
--- @return table|nil result, integer|nil next index
function dated.parse(p, i)
  local k = p.k
  local prefixed
  while k[i] == "lead" do i = i + 1 end
  if (k[i] == "obj" and (p.t[i] == "时间" or p.t[i] == "日期")) and k[i + 1] == ":" then i = i + 2 end
  if k[i] == "截止" or k[i] == "不迟于" then
    p.lead_at = i
    i = i + 1
    if k[i] == ":" then i = i + 1 end
    if k[i] == "~" or k[i] == "lead" then i = i + 1 end
    if k[i] == "obj" and (p.t[i] == "时间" or p.t[i] == "日期" or p.t[i] == "期") then
      i = i + 1
      if k[i] == ":" or k[i] == "为期" then i = i + 1 end
    end
    prefixed = "deadline"
  elseif k[i] == "~" and (p.t[i] == "至" or p.t[i] == "到" or p.t[i] == "直至" or p.t[i] == "直到") then
    i, prefixed = i + 1, "deadline"
  elseif k[i] == "自" then
    i, prefixed = i + 1, "from"
  end
  reach(p, i)
  p.term_at = i
  if k[i] == "节前" or k[i] == "节后" or (k[i] == "长假" and p.notes.festival) then
    local node = festival_of_notes(p)
    if not node then
      p.problem = p.problem or "which-festival"
      reach(p, i)
      return nil
    end
    p.block_words = true
    if k[i] == "节前" then return before_words(p, node, i + 1) end
    if k[i] == "节后" then return after_words(p, node, i + 1) end
    local r = results.during(p, node, true)
    return r, k[i + 1] == "期间" and i + 2 or i + 1
  end
  if k[i] == "提前" then
    local span, j = terms.duration(p, i + 1)
    if not span or span.hours then return nil end
    warn(p, "before-event-ambiguous")
    local day = terms.add(p.anchor, span, -1)
    if span.workdays then day = calendar.workday_after(p.anchor, -span.workdays) end
    return { kind = "deadline", last = day, family = "F12", was = { day, day } }, j
  end
  local node, j
  -- 3日内, 一个月内, 三年内: a duration before 内 is no date
  local span, past = terms.duration(p, i)
  if span and (k[past] == "内" or (k[past] == "的" and k[past + 1] == "内") or (k[past] == "obj" and p.t[past] == "时间" and k[past + 1] == "内")) and not (span.months and p.d[i] == 4)
    and prefixed ~= "deadline" then
    if not (span.bare_month and p.v[i] > 12) then
      if span.bare_month then
        node = units.unit(p, i)
        if node then
          warn(p, "month-or-duration")
          return deadline(p, node, results.whole(node)), past + 1
        end
      end
      node = nodes.fixed(p.anchor, p.anchor, "trigger", "F12")
      return results.within(p, node, span, false), k[past] == "内" and past + 1 or past + 2
    end
  end
  if span and k[past] == "后" and not (span.months and p.d[i] == 4) and not span.bare_month and not span.hours and prefixed ~= "deadline" then
    -- 三天后, 一个月后: that many days on
    if span.bare_day then warn(p, "day-or-duration") end
    local day = span.workdays and calendar.workday_after(p.anchor, span.workdays) or terms.add(p.anchor, span)
    return { kind = "interval", first = day, last = day, family = "F12", was = { day, day } }, past + 1
  end
  local o, next = units.ordinal(p, i)
  if o and k[next] == "周" and not units.weekday_number(p, next + 1) then
    -- 第一周: of the campaign
    if not p.ctx.container then warn(p, "week-of-anchor") end
    local start = (p.ctx.container and p.ctx.container.first or p.anchor) + 7 * (o - 1)
    if o < 1 then return nil end
    node = nodes.fixed(start, start + 6, "period", "F26")
    return relate(p, node, next + 1, prefixed)
  end
  if k[i] == "今后" then
    span, past = terms.duration(p, i + 1)
    if not span or span.hours or span.workdays then return nil end
    if k[past] == "内" then past = past + 1 end
    warn(p, "fuzzy-end")
    local last = terms.add(p.anchor, span)
    return { kind = "interval", first = p.anchor, last = last - 1, soft = true, family = "F11", was = { p.anchor, last - 1 } }, past
  end
  if k[i] == "reld" and p.t[i] == "即日" or k[i] == "之日" then
    node, j = units.unit(p, i)
  else
    node, j = terms.term(p, i)
  end
  if node then
    local r, after, final = relate(p, node, j, prefixed)
    if r then
      if final.clipped or (node.clipped) then warn(p, "impossible-day") end
      if final.early then warn(p, "day-not-yet-kept") end
      if final.hindsight and final.hindsight > p.anchor then warn(p, "event-hindsight") end
      return r, after, node
    end
    if node.cls ~= "fest" and k[i] ~= "season" then return nil end
  end
  node, j = terms.trigger(p, i)
  if node then return relate(p, node, j, prefixed) end
end

return dated
