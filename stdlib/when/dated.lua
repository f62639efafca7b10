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

--- 6月底开始, 7月5日结束: an act says that only one end of the duty is named.
local function bounded_by(p, node, j)
  local act = p.k[j] == "act" and p.t[j]
  if act ~= "开始" and act ~= "启动" and act ~= "结束" then return nil end
  if node.cls == "list" or node.cls == "range" or node.cls == "trigger" or p.k[j + 1] ~= "$" then return nil end
  warn(p, "one-end-named")
  if act == "结束" then return nil end
  if node.due then warn(p, node.warn_interval) end
  return interval(p, node)
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
  if k[j] == "standing" and p.v[j] == "open" and k[j + 1] == "~" then j = j + 1 end -- 持续到年底
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
  if node.due then warn(p, "fuzzy-end") end
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
  if k[at] == "first-workday" then return results.workday_after(p, node, 1), at + 1 end
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
    if k[i + 1] == "$" and p.t[i]:find("^第") then -- 节后第二天 is the second day, 结束后第二天 the next
      if node.cls ~= "trigger" then days = days + 1 end
      if not node.block then warn(p, "after-ambiguous") end
    end
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
  if node.block or node.cls == "period" then warn(p, "after-ambiguous") end
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
    local inside = k[j] == "内"
    if inside then j = j + 1 end
    if node.cls == "list" or node.cls == "range" then return nil end
    if node.cls == "period" then return results.first_of(p, node, span, inside), j end
    if node.cls == "trigger" then
      if k[j] == "$" and span.days then
        local r = results.stretch_before(p, node, span, true)
        return r, j
      end
    end
    return results.stretch_before(p, node, span, single and not p.block_words), j
  end
  local o, next = units.ordinal(p, at)
  if o == -1 and node.cls == "range" then return nil end
  if o == -1 and k[next] == "工作日" and node.cls ~= "list" then
    if node.cls == "day" then warn(p, "counted-back") end
    return results.stretch_before(p, node, { workdays = 1, last_only = true }, false), next + 1
  end
  if o == -1 and k[next] == "周" and node.cls ~= "list" then
    return results.stretch_before(p, node, { days = 7 }, false), next + 1
  end
  if node.cls == "list" then return results.list(p, node, true, true), i end
  return results.before(p, node), i
end

local LEAP = { ["召开"] = true, ["举行"] = true, ["开幕"] = true, ["闭幕"] = true, ["结束"] = true, ["到来"] = true, ["来临"] = true, ["开始"] = true,
  ["举办"] = true, ["胜利召开"] = true, ["隆重召开"] = true, ["顺利召开"] = true }

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

--- The relations by the kind of the word: handler(p, node, index of the word) → result, next index.
local relation = {}

relation["前"] = function(p, node, j) return before_words(p, node, j + 1) end
relation["节前"] = relation["前"]

relation["后"] = function(p, node, j)
  if node.cls ~= "list" then return after_words(p, node, j + 1) end
end
relation["节后"] = relation["后"]

relation["前后"] = function(p, node, j)
  if node.cls ~= "list" then return results.around(p, node), j + 1 end
end

relation["前夕"] = function(p, node, j)
  if node.cls ~= "list" and node.cls ~= "range" then return results.eve(p, node), j + 1 end
end

--- 当天, 之日: the day itself; 当天17时前 makes it a deadline.
relation["之日"] = function(p, node, j)
  local k = p.k
  if k[j + 1] == "起" then return from(p, node, j + 2) end
  if node.cls ~= "day" and node.cls ~= "fest" and node.cls ~= "event" and node.cls ~= "trigger" then return nil end
  local r, next = interval(p, node), j + 1
  local minute, past, how = terms.time(p, next)
  if not minute then
    if k[next] == "内" or (k[next] == "前" and node.cls ~= "trigger") then return nil end
    return r, next
  end
  next = past
  if r and (k[next] == "前" or how == "work") then
    r = { kind = "deadline", last = r.last, family = "F07", was = r.was }
    next = k[next] == "前" and next + 1 or next
  end
  if r then r.minute = minute end
  return r, next
end

--- 国庆长假后第一个工作日, 春节假期前三天: counted from the block.
local function block_words(p, node, j)
  local from_block = setmetatable({}, { __index = node })
  from_block.span = function(year)
    local first, last = node.block(year)
    return first, last
  end
  p.block_words = true
  if p.k[j] == "前" then return before_words(p, from_block, j + 1) end
  return after_words(p, from_block, j + 1)
end

relation["期间"] = function(p, node, j)
  if node.cls == "list" then return nil end
  local k = p.k
  local next = j + 1
  if k[j] == "长假" and k[next] == "期间" then next = next + 1 end
  if node.block and (k[next] == "前" or k[next] == "后") then return block_words(p, node, next) end
  if node.block and units.ordinal(p, next) then
    p.block_words = true
    return relation["第"](p, node, next)
  end
  local r = results.during(p, node, k[j] == "长假")
  return r, k[next] == "内" and next + 1 or next
end
relation["长假"] = relation["期间"]

relation["内"] = function(p, node, j)
  if node.cls == "list" or (node.cls == "day" and node.unit ~= "kweek" and not node.today) then return nil end
  if node.cls == "trigger" then return results.during(p, node), j + 1 end -- 本阶段内, 活动期内
  if node.unit == "month" and p.t[j - 1] == "月" and j - 2 == p.term_at and p.v[j - 2] then warn(p, "month-or-duration") end
  return deadline(p, node, results.whole(node)), j + 1
end

local function ends_at(p, node, j)
  if node.cls == "list" then return nil end
  if node.cls ~= "range" then return deadline(p, node, results.whole(node)), j + 1 end
  if p.k[j] == "止" then return interval(p, node), j + 1 end
end
relation["止"] = ends_at
relation["截止"] = ends_at

relation["起"] = function(p, node, j)
  if node.cls ~= "list" and node.cls ~= "range" then return from(p, node, j + 1) end
end

local function until_now(p, node, j)
  if node.cls == "list" or node.cls == "range" then return nil end
  local r = interval(p, node)
  if not r or r.first > p.anchor then return nil end
  r.last, r.family = p.anchor, "F10"
  return r, j + 1
end
relation["以来"] = until_now
relation["至今"] = until_now

--- 开始, 启动 with something behind; a comma before 为期 or 贯穿全年; 为期 itself.
relation["act"] = function(p, node, j, prefixed)
  local k, t = p.k, p.t
  if node.cls == "list" or node.cls == "range" or (t[j] ~= "开始" and t[j] ~= "启动") then return nil end
  if k[j + 1] == "," or k[j + 1] == "为期" or (prefixed == "from" and t[j] == "开始") then return from(p, node, j + 1) end
end

relation[","] = function(p, node, j)
  local following = p.k[j + 1]
  if (following == "为期" or following == "standing") and node.cls ~= "list" and node.cls ~= "range" then return from(p, node, j) end
end

relation["为期"] = function(p, node, j)
  if node.cls ~= "list" and node.cls ~= "range" and node.cls ~= "trigger" then return from(p, node, j) end
end

--- 活动第k周, 活动第k天, 活动最后一周: counted from the container's start, or the anchor.
local function within_activity(p, j)
  local k = p.k
  local o, next = units.ordinal(p, j)
  if not o then return nil end
  local container = p.ctx.container or { first = p.anchor }
  local first, last
  if k[next] == "周" and o == -1 then
    if not container.last then
      p.problem = "no-container"
      return nil
    end
    first, last = container.last - 6, container.last
  elseif o < 1 then
    return nil
  elseif k[next] == "周" then
    first = container.first + 7 * (o - 1)
    last = first + 6
  elseif k[next] == "天" or k[next] == "日" then
    first = container.first + o - 1
    last = first
  elseif k[next] == "月" then
    first = terms.add(container.first, { months = o - 1 })
    last = terms.add(container.first, { months = o }) - 1
  else
    return nil
  end
  return { kind = "interval", first = first, last = last, family = "F26", was = { first, last } }, next + 1
end

--- 截至, 不迟于, 到 stood before the term.
local function as_limit(p, node, j)
  local k = p.k
  if k[j] == "前" or k[j] == "止" or k[j] == "截止" then j = j + 1 end
  if node.cls == "list" then return results.list(p, node, false, true), j end
  if node.cls == "range" or k[j] == "期间" then return nil end
  local block = k[j] == "长假" and results.block_of(node)
  local r = deadline(p, node, block or function(year)
    local first, last = node.span(year)
    return first, last, node.rule and node.rule(year) or nil
  end)
  if not r then return nil end
  if node.cls == "period" then warn(p, "fuzzy-end") end
  r.family = node.family == "F29" and "F29" or "F07"
  return r, block and j + 1 or j
end

local function trigger_words(p, node, j)
  local span, past = terms.duration(p, j)
  if span and p.k[past] == "内" then return results.within(p, node, span, false), past + 1 end
  if node.at_end then return nil end
  return within_activity(p, j)
end

--- 头伏第一天, 国庆假期最后一天: the kth day of a stretch that has a name.
local function day_within(p, node, j)
  if node.cls == "trigger" then return trigger_words(p, node, j) end
  if node.cls ~= "event" and not p.block_words then return nil end
  local o, next = units.ordinal(p, j)
  if not o or o == 0 or (p.k[next] ~= "天" and p.k[next] ~= "日") then return nil end
  local inner = p.block_words and node.block or node.span
  return interval(p, node, function(year)
    local first, last = inner(year)
    if not first then return nil end
    local day = o > 0 and first + o - 1 or last + o + 1
    if day < first or day > last then return nil end
    return day, day
  end), next + 1
end
relation["第"], relation["首"], relation["最后"] = day_within, day_within, day_within

--- Parses what relates a duty to a term that was read.
local function relate(p, node, i, prefixed)
  node, i = event_act(p, node, i)
  i = inline_weekday(p, node, i)
  local minute, j, style = terms.time(p, i)
  if not minute then
    minute, j = node.clock, i
  end
  reach(p, j)
  p.timed = minute and style == "clock"
  local r, next
  if style == "work" then
    warn(p, "work-hours-assumed")
    r, next = node.cls == "list" and results.list(p, node, true, true) or results.before(p, node), j
  elseif prefixed == "deadline" then
    r, next = as_limit(p, node, j)
  else
    local handler = relation[p.k[j]]
    if handler then r, next = handler(p, node, j, prefixed) end
    if not handler or (not r and p.k[j] == "act" and node.cls ~= "trigger") then
      if node.cls == "trigger" then
        r, next = trigger_words(p, node, j)
      elseif prefixed == "from" then
        if node.cls == "list" then return nil end
        r, next = from(p, node, j)
        if p.k[next] == "前" then return nil end
      else
        r, next = bounded_by(p, node, j) or bare(p, node), j
      end
    end
  end
  if not r then return nil end
  if minute then r.minute = minute end
  if r.minute == 0 then warn(p, "midnight") end
  if r.minute and r.minute >= 1440 then r.minute = nil end
  check_weekday(p, node, r)
  return r, next, node
end

--- 节前一周(国庆), 节日期间(春节): the festival stands in the bracket.
local function around_noted_festival(p, i)
  local k = p.k
  local node = p.notes.festival
  reach(p, i)
  if not node then
    if k[i] ~= "长假" then p.problem = p.problem or "which-festival" end
    return nil
  end
  p.block_words = true
  if k[i] == "节前" then
    if node.block then results.warn_of_block(p, node) end
    return before_words(p, node, i + 1)
  end
  if k[i] == "节后" then return after_words(p, node, i + 1) end
  return results.during(p, node, true), k[i + 1] == "期间" and i + 2 or i + 1
end

--- 提前3天: before the anchor.
local function ahead(p, i)
  local span, j = terms.duration(p, i)
  if not span or span.hours then return nil end
  warn(p, "before-event-ambiguous")
  local day = span.workdays and calendar.workday_after(p.anchor, -span.workdays) or terms.add(p.anchor, span, -1)
  return { kind = "deadline", last = day, family = "F12", was = { day, day } }, j
end

--- 今后三年.
local function from_now(p, i)
  local span, past = terms.duration(p, i)
  if not span or span.hours or span.workdays then return nil end
  if p.k[past] == "内" then past = past + 1 end
  warn(p, "fuzzy-end")
  local last = terms.add(p.anchor, span) - 1
  return { kind = "interval", first = p.anchor, last = last, soft = true, family = "F11", was = { p.anchor, last } }, past
end

--- 3日内, 一个月内, 三天后: a duration that is counted from the anchor.
local function counted(p, i)
  local k = p.k
  local span, past = terms.duration(p, i)
  if not span or (span.months and p.d[i] == 4) then return nil end
  local inside = k[past]
  if (inside == "的" or (inside == "obj" and p.t[past] == "时间")) and k[past + 1] == "内" then past, inside = past + 1, "内" end
  if inside == "内" and not (span.bare_month and p.v[i] > 12) then
    if span.bare_month then -- 3月内 is March
      local node = units.unit(p, i)
      if node then
        warn(p, "month-or-duration")
        return deadline(p, node, results.whole(node)), past + 1
      end
    end
    return results.within(p, nodes.fixed(p.anchor, p.anchor, "trigger", "F12"), span, false), past + 1
  end
  if inside == "后" and not span.bare_month and not span.hours then
    if span.bare_day then warn(p, "day-or-duration") end
    warn(p, "after-ambiguous")
    local day = span.workdays and calendar.workday_after(p.anchor, span.workdays) or terms.add(p.anchor, span)
    return { kind = "interval", first = day, last = day, family = "F12", was = { day, day } }, past + 1
  end
end

--- 第三周: of the campaign.
local function campaign_week(p, i)
  local o, next = units.ordinal(p, i)
  if not o or o < 1 or p.k[next] ~= "周" or units.weekday_number(p, next + 1) then return nil end
  if not p.ctx.container then warn(p, "week-of-anchor") end
  local start = (p.ctx.container and p.ctx.container.first or p.anchor) + 7 * (o - 1)
  return nodes.fixed(start, start + 6, "period", "F26"), next + 1
end

--- What stands before the term: lead words, 截至, 至, 自. Returns the next index and the relation.
local function prefix(p, i)
  local k, t = p.k, p.t
  while k[i] == "lead" do i = i + 1 end
  if k[i] == "obj" and t[i] == "时间" and k[i + 1] == ":" then i = i + 2 end
  if k[i] == "截止" or k[i] == "不迟于" then
    i = i + 1
    while k[i] == ":" or k[i] == "lead" or (k[i] == "~" and (t[i] == "至" or t[i] == "到")) do i = i + 1 end
    return i, "deadline"
  end
  if k[i] == "~" and (t[i] == "至" or t[i] == "到" or t[i] == "直至" or t[i] == "直到") then return i + 1, "deadline" end
  if k[i] == "自" then return i + 1, "from" end
  return i
end

--- Parses a dated expression at token i.
--- @return table|nil result, integer|nil next index, table|nil node
function dated.parse(p, i)
  local k = p.k
  local prefixed
  i, prefixed = prefix(p, i)
  reach(p, i)
  p.term_at = i
  if k[i] == "节前" or k[i] == "节后" or (k[i] == "长假" and p.notes.festival) then return around_noted_festival(p, i) end
  if k[i] == "提前" then return ahead(p, i + 1) end
  if k[i] == "next-workday" then return results.workday_after(p, nodes.fixed(p.anchor, p.anchor, "trigger", "F13"), 1), i + 1 end
  if k[i] == "今后" then return from_now(p, i + 1) end
  local r, j, node
  if prefixed ~= "deadline" then
    r, j = counted(p, i)
    if r then return r, j end
  end
  node, j = campaign_week(p, i)
  if not node then node, j = terms.term(p, i) end
  if node then
    local after, final
    r, after, final = relate(p, node, j, prefixed)
    if r then
      if final.clipped or node.clipped then warn(p, "impossible-day") end
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
