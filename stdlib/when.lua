--- Chinese date phrases. `when.parse(phrase, context)` reads one phrase by grammar and gives civil days:
--- an interval, a deadline (day and minute), a recurrence with its rule, or something standing. What is not
--- understood is an error with its position, never a guess; what was guessed carries a named warning
--- (when/warnings.lua). The rules and their reasons are those of the header of tests/golden/dates.tsv.

local calendar = require("calendar")
local lexer = require("when.lexer")
local units = require("when.units")
local terms = require("when.terms")
local recur = require("when.recur")
local dated = require("when.dated")
local reading = require("when.reading")
local results = require("when.results")

local when = {}

local TAIL = { act = true, obj = true, tail = true, lead = true, ["的"] = true, [","] = true, ["次"] = false, [":"] = true }

--- Skips words without date meaning (完成, 上报上月情况) from token i; they must be known words.
local function tail(p, i)
  while true do
    local kind = p.k[i]
    if TAIL[kind] then
      i = i + 1
    elseif kind == "期间" and p.t[i] == "阶段" then
      i = i + 1
    elseif (kind == "relm" or kind == "relq" or kind == "rely") and i > 1 and p.k[i - 1] == "act" and math.type(p.v[i])
      and p.v[i] <= 0 then
      i = i + 1 -- 上报上月情况
    elseif kind == "内" and p.k[i + 1] ~= "$" and TAIL[p.k[i + 1]] then
      i = i + 1
    elseif kind == "standing" and (p.v[i] == "open" or p.t[i] == "及时" or p.t[i] == "按时" or p.t[i] == "集中") and i > 1 then
      i = i + 1
    elseif kind == "、" and i > 1 and TAIL[p.k[i - 1]]
      and (TAIL[p.k[i + 1]] or (p.k[i + 1] == "standing" and p.v[i + 1] == "open")) then
      i = i + 1
    else
      local counted = recur.count_words(p, i)
      if not counted then break end
      i = counted
    end
  end
  units.reach(p, i)
  return i
end

local function at_end(p, i) return p.k[i] == "$" end

-- Brackets ---------------------------------------------------------------------------------------------------

local function slice(p, from, to)
  local q = { n = to - from + 1, k = {}, v = {}, b = {}, t = {}, s = {}, d = {} }
  for i = from, to do
    local j = i - from + 1
    q.k[j], q.v[j], q.b[j], q.t[j], q.s[j], q.d[j] = p.k[i], p.v[i], p.b[i], p.t[i], p.s[i], p.d[i]
  end
  q.k[q.n + 1], q.v[q.n + 1], q.b[q.n + 1], q.t[q.n + 1] = "$", false, p.b[to + 1], ""
  return q
end

local function inherit(q, p)
  q.anchor, q.base, q.ctx, q.may_roll, q.role = p.anchor, p.base, p.ctx, p.may_roll, p.role
  q.warnings, q.notes, q.far = {}, {}, 1
  return q
end

--- Takes the bracketed groups out of the token list.
--- @return table main tokens, table[] groups; or nil, index of a bracket without partner
local function brackets(tokens)
  local groups, keep = {}, {}
  local open
  for i = 1, tokens.n do
    local kind = tokens.k[i]
    if kind == "(" then
      if open then return nil, i end
      open = i
    elseif kind == ")" then
      if not open then return nil, i end
      groups[#groups + 1] = { open + 1, i - 1, open }
      open = nil
    elseif not open then
      keep[#keep + 1] = i
    end
  end
  if open then return nil, open end
  if #groups == 0 then return tokens, groups end
  local main = { n = #keep, k = {}, v = {}, b = {}, t = {}, s = {}, d = {} }
  for j, i in ipairs(keep) do
    main.k[j], main.v[j], main.b[j], main.t[j], main.s[j], main.d[j] =
      tokens.k[i], tokens.v[i], tokens.b[i], tokens.t[i], tokens.s[i], tokens.d[i]
  end
  main.k[#keep + 1], main.v[#keep + 1], main.b[#keep + 1], main.t[#keep + 1] = "$", false, tokens.b[tokens.n + 1], ""
  return main, groups
end

local body

local DEADLINE_WORDS = { ["上报时间"] = true, ["报送时间"] = true, ["截止"] = true, ["上报"] = true, ["报送"] = true, ["完成"] = true }

local function label_only(p)
  for i = 1, p.n do
    local kind = p.k[i]
    local known = TAIL[kind] or kind == "期间" or kind == "第" or kind == "百日" or kind == "首" or kind == "最后"
      or (kind == "num" and (p.k[i - 1] == "第" or p.k[i + 1] == "年"))
      or (kind == "年" and p.k[i - 1] == "num" and p.k[i + 1] == "obj")
      or kind == "yearly-period" or (kind == "standing" and p.v[i] == "open")
    if not known then return false end
  end
  return true
end

--- 遇节假日顺延. Returns the next index.
local function rolling(p, i)
  if p.k[i] == "," then i = i + 1 end
  if p.k[i] == "遇" or (p.k[i] == "每" and p.t[i] == "逢") then i = i + 1 end
  if p.k[i] == "周末" then i = i + 1 if p.k[i] == "、" then i = i + 1 end end
  if p.k[i] == "休息日" then i = i + 1 end
  if p.k[i] == "顺延" then return i + 1 end
end

--- Reads one bracket into p.notes; returns nil and the token index of what is not understood.
local function note(p, q)
  local k, t = q.k, q.t
  local notes = p.notes
  if q.n == 0 then return nil end
  if k[1] == "含" or k[1] == "不含" or k[1] == "不含日" then
    notes.inclusive = k[1] == "含"
    local i = 2
    local node, j = units.unit(q, i)
    if node and not node.bare then i = j elseif k[2] == "num" and q.v[2] then i = 3 end
    if k[i] == "之日" or k[i] == "reld" or k[i] == "天" or k[i] == "relm" or k[i] == "relw" then i = i + 1 end
    return at_end(q, i), i
  end
  local rolled = rolling(q, 1)
  if rolled then
    notes.roll = true
    return at_end(q, rolled), rolled
  end
  local w, past = units.weekday_name(q, 1)
  if w then
    notes.weekday = w
    return at_end(q, past), past
  end
  if (k[1] == "工作日" or k[1] == "自然日") and q.n == 1 then
    notes.workdays = k[1] == "工作日"
    return true
  end
  if k[1] == "standing" and t[1] == "暂定" and q.n == 1 then
    p.warnings["tentative"] = true
    return true
  end
  if k[1] == "fest" or k[1] == "num" and not q.v[1] or (k[1] == "num" and q.n == 1) then
    local node, j = units.unit(q, 1)
    if node and node.cls == "fest" and at_end(q, j) then
      notes.festival = node
      return true
    end
  end
  local words = true
  for i = 1, q.n do
    words = words and (k[i] == "obj" or k[i] == "act" or k[i] == "截止" or k[i] == "期间" or k[i] == "的" or k[i] == "lead")
  end
  if words then
    local text = table.concat(t, "", 1, q.n)
    local last = t[q.n]
    if text:find("截止", 1, true) or text:find("时限", 1, true) or DEADLINE_WORDS[last] or text:find("报送", 1, true) or text:find("上报", 1, true)
      or text:find("完成", 1, true) then
      notes.role = "deadline"
    elseif text:find("时间", 1, true) or text:find("期间", 1, true) or last == "开展" or last == "活动" or last == "实施" or last == "进行" then
      notes.role = "interval"
    end
    return true
  end
  local r, i, node = body(q, 1)
  if not r then return nil, q.far, q end
  local last = t[q.n]
  if r.kind == "interval" and (last == "启动" or last == "开始" or last == "开展" or last == "实施") or (r.kind == "standing" and r.family == "F10") then
    notes.start = r.first
  end
  i = tail(q, i)
  if not at_end(q, i) then return nil, q.far, q end
  notes.result, notes.node, notes.warnings = r, node, q.warnings
  return true
end

-- The phrase ---------------------------------------------------------------------------------------------------

local function standing_phrase(p, i)
  local k, v = p.k, p.v
  local start = i
  while k[i] == "lead" or (k[i] == "obj" or k[i] == "act") and k[i + 1] ~= "$" and i - start < 4 do i = i + 1 end
  if k[i] == "daypart" and k[i + 1] == "num" and v[i + 1] == 24 then i = i + 1 end
  if k[i] == "num" and v[i] == 24 and k[i + 1] == "小时" and (k[i + 2] == "obj" or k[i + 2] == "act" or k[i + 2] == "standing") then
    return { kind = "standing", first = p.anchor, family = "F24" }, i + 3
  end
  if k[i] == "贯穿" then
    local j = i + 1
    while k[j] == "obj" or k[j] == "act" or k[j] == "期间" do j = j + 1 end
    if k[j] ~= "standing" then return nil end
    local container = p.ctx.container
    if container and container.last then
      return { kind = "interval", first = container.first, last = container.last, family = "F24" }, j + 1
    end
    if v[j] == "year" then
      local y = calendar.ymd(p.anchor)
      return { kind = "standing", first = p.anchor, last = calendar.day(y, 12, 31), family = "F24" }, j + 1
    end
    return { kind = "standing", first = p.anchor, family = "F24" }, j + 1
  end
  if k[i] ~= "standing" then return nil end
  local value = v[i]
  local r = { kind = "standing", first = p.anchor, family = "F24" }
  if value == "undated" then
    r.undated, r.soft, r.family = true, true, "F27"
    p.warnings["undated"] = true
  elseif value == "year" or value == "rest" then
    local y = p.base
    r.last = calendar.day(y, 12, 31)
    if value == "year" then
      r.first = calendar.day(y, 1, 1)
    else
      r.first = math.min(p.anchor, r.last)
    end
  end
  i = i + 1
  if k[i] == "内" and r.undated then i = i + 1 end
  while k[i] == "、" or k[i] == "," or (k[i] == "standing" and value ~= "year") do
    if k[i] ~= "standing" and k[i + 1] ~= "standing" and k[i + 1] ~= "tail" then break end
    if k[i] == "standing" and v[i] == "undated" and value ~= "undated" then
      r.undated, r.soft = true, true
      p.warnings["undated"] = true
    end
    i = i + 1
  end
  return r, i
end

local function duration_phrase(p, i)
  local k = p.k
  local start = p.notes.start or (not p.ctx.after and p.ctx.container and p.ctx.container.first) or p.anchor
  local at = i
  while k[at] == "lead" or k[at] == "obj" or k[at] == "act" do at = at + 1 end
  local marked = false
  while k[at] == "为期" or (k[at] == "standing" and p.t[at] == "持续") do
    at, marked = at + 1, true
  end
  if not marked then at = i end
  local span, j = terms.duration(p, at)
  if not span or span.half then return nil end
  if k[j] == "的" then j = j + 1 end
  if k[j] == "obj" and p.t[j] == "时间" then
    j, marked = j + 1, true
  end
  if k[j] == "内" or k[j] == "前" or k[j] == "后" then return nil end
  if k[at] == "百日" then marked = true end
  if k[at] == "num" and span.months and k[j] == "obj" and not marked then -- 三年行动计划, 三个月行动
    marked = true
    if start == p.anchor and not p.notes.start then p.warnings["starts-at-anchor"] = true end
  end
  units.reach(p, j)
  if not marked or span.hours then return nil end
  if k[j] == "前后" then return nil end
  local r = results.lasting(start, span)
  return r, j
end

local function roll_tail(p, i)
  local after = rolling(p, i)
  if after then
    p.notes.roll = true
    return after
  end
  return i
end

local function finish(p, r, i)
  if not r then return nil end
  units.reach(p, i)
  i = roll_tail(p, i)
  i = tail(p, i)
  i = roll_tail(p, i)
  if at_end(p, i) then return true end
  -- 分号 or comma and a standing word: 6月底前完成,长期坚持
  return false
end

--- Tries the kinds of phrase in turn; the first that uses up the whole text is the reading.
body = function(p, i)
  local far, problem, wrong = 1, nil, nil
  for _, parse in ipairs({ standing_phrase, recur.parse, duration_phrase, dated.parse }) do
    p.warnings, p.impossible, p.problem, p.block_words, p.lead_at, p.timed, p.inclusion_known = {}, nil, nil, nil, nil, nil, nil
    local from = i
    if parse == recur.parse then
      while p.k[from] == "lead" do from = from + 1 end
    end
    local r, j, node = parse(p, from)
    if r and finish(p, r, j) then return r, p.n + 1, node end
    if p.far > far or not problem then
      problem = p.problem or problem
      wrong = p.impossible or wrong
    end
    far = math.max(far, p.far)
  end
  p.problem, p.impossible, p.warnings = problem, wrong, {}
  return nil
end

--- 工作情况于每月5日前报送, 活动于6月上旬开展: leading words without date meaning.
local function led(p)
  local r, j, node = body(p, 1)
  if r then return r, j, node end
  local far, problem, impossible = p.far, p.problem, p.impossible
  local i = 1
  while p.k[i] == "obj" or p.k[i] == "act" or p.k[i] == "lead" or p.k[i] == "的" or p.k[i] == "," do
    i = i + 1
    local half = p.k[i] == "half" and (p.t[i] == "前半年" or p.t[i] == "后半年") -- 活动开始前半年
    if not half and p.k[i] ~= "后" and p.k[i] ~= "前" and p.k[i] ~= "之日" and p.k[i] ~= "起" and p.k[i] ~= "期间" then
      r, j, node = body(p, i)
      if r then return r, j, node end
    end
  end
  p.far, p.problem, p.impossible = far, problem, impossible
end

--- Term, then a recurrence: 6月至8月每周五前, 即日起每日17时前.
local function bounded(p)
  local k = p.k
  for i = 2, p.n do
    if k[i] == "每" and p.t[i] ~= "逢" then
      local cut = k[i - 1] == "," and i - 2 or i - 1
      if cut < 1 then return nil end
      local head = inherit(slice(p, 1, cut), p)
      local r = body(head, 1)
      if not r or (r.kind ~= "interval" and r.kind ~= "standing") or r.undated or r.calendar then return nil end
      p.warnings = {}
      local rule, j = recur.parse(p, i)
      if not rule or not finish(p, rule, j) then return nil end
      rule.from, rule.upto = r.first, r.last
      p.warnings["bounded-recurrence"] = true
      for name in pairs(head.warnings) do p.warnings[name] = true end
      return rule
    end
  end
end

-- Roles and the outcome ------------------------------------------------------------------------------------------

local function anchor_of_rule(p, r)
  local from = math.max(p.anchor, r.from or p.anchor)
  local next = calendar.next(r.rule, from, 1)
  local occurrence = next and next[1]
  if not occurrence then
    if r.rule:find("^DATES=") then
      local y, m, d = r.rule:match("^DATES=(%d+)-(%d+)-(%d+)")
      local day = calendar.day(tonumber(y), tonumber(m), tonumber(d))
      return { first = day, last = day }
    end
    return nil
  end
  return occurrence
end

local function as_due(p, r)
  if r.kind == "interval" or (r.kind == "standing" and r.last) then
    r.kind, r.first = "deadline", nil
  elseif r.kind == "standing" then
    r.undated = true
    p.warnings["undated"] = true
  end
end

local function as_when(p, r)
  if r.kind == "deadline" then
    r.kind = "interval"
    r.first = math.min(p.anchor, r.last)
    r.from_anchor = true
  end
end

-- A festival's rule holds the festival's own day. Days that end on its eve (国庆节前一周) keep that end; others
-- beside it (春节后第一个工作日) have no rule: nil, rather than the wrong day.
local function beside_festival(p, r, node)
  local rule = recur.yearly(p, node, false)
  local next = rule and calendar.next(rule, r.first, 1)
  local day = next and next[1] and next[1].first
  if not day or day <= r.last then return rule end
  if day ~= r.last + 1 or r.family == "F13" then return nil end -- F13 counts working days
  p.warnings["window-shortened"] = true
  return recur.yearly(p, node, true)
end

local function as_period(p, r, node)
  if r.kind == "recurring" or (r.kind == "standing") then return r end
  local rule
  if node and node.cls == "fest" and r.kind == "interval" then
    rule = beside_festival(p, r, node)
  elseif node then
    rule = recur.yearly(p, node, r.kind == "deadline" and node.cls ~= "day" and not node.due)
    if not rule and node.weekday then
      rule = "FREQ=WEEKLY;BYDAY=" .. ({ "MO", "TU", "WE", "TH", "FR", "SA", "SU" })[node.weekday]
    end
  end
  if not rule then return nil end
  return { kind = "recurring", rule = rule, family = r.family, minute = r.minute, soft = r.soft }
end

local function apply_notes(p, r)
  local notes = p.notes
  if notes.roll then
    if r.kind == "recurring" then
      r.rule = r.rule .. ";ROLL=NEXT"
    elseif r.kind == "deadline" and not r.calendar then
      r.calendar = "ROLL=" .. results.iso(r.last)
      r.last = select(2, calendar.resolve(r.calendar))
    elseif r.kind == "interval" and r.first == r.last and not r.calendar then
      r.calendar = "ROLL=" .. results.iso(r.last)
      r.first, r.last = calendar.resolve(r.calendar)
    else
      p.warnings["roll-unused"] = true
    end
  end
  if notes.festival and r.was and r.kind == "interval" and r.was[1] == r.was[2] then
    local first = notes.festival.span((calendar.ymd(r.was[1])))
    if notes.festival.early then p.warnings["day-not-yet-kept"] = true end
    if first and first ~= r.was[1] and not p.block_words then p.warnings["note-mismatch"] = true end
  end
  if notes.inclusive ~= nil and r.kind == "interval" then return nil end
  if notes.inclusive == false and not p.inclusion_known then return nil end
  return r
end

local function from_note(p)
  local notes = p.notes
  if notes.result and label_only(p) then
    for name in pairs(notes.warnings) do p.warnings[name] = true end
    return notes.result, notes.node
  end
end

local function combine(p, r)
  local inner = p.notes.result
  if not inner or p.notes.start then return r end
  if inner.kind ~= "interval" or r.kind == "recurring" then return nil end
  -- the bracket says it again, or more exactly
  if r.family == "F11" then
    inner.family = "F11"
    return inner
  end
  if r.first and inner.first >= r.first and inner.last <= (r.last or inner.last) then
    if inner.first ~= r.first or inner.last ~= r.last then p.warnings["note-overrides"] = true end
    r.first, r.last = inner.first, inner.last
    return r
  end
  if r.kind == "deadline" and inner.first == inner.last and inner.last == r.last then return r end
  return nil
end

local function failure(p, tokens, name)
  local at = p.impossible and p.b[p.impossible] or p.b[math.min(p.far, p.n + 1)]
  return reading.error(name or (p.impossible and "impossible") or p.problem or "unreadable", at, tokens.phrase)
end

local function interpret(p, tokens)
  local r, j, node = led(p)
  if not r then
    local far, problem, impossible = p.far, p.problem, p.impossible
    r = bounded(p)
    if not r then
      p.warnings = {}
      r, node = from_note(p)
    end
    if not r then
      p.far, p.problem, p.impossible = far, problem, impossible
      return nil, failure(p, tokens)
    end
  else
    local combined = combine(p, r)
    if not combined then return nil, reading.error("note-conflict", p.notes.at, tokens.phrase) end
    r = combined
  end
  local _ = j
  return r, nil, node
end

local function flags(p, r)
  if r.undated then p.warnings["undated"] = true end
  if r.kind == "deadline" and r.last < p.anchor then p.warnings["retroactive"] = true end
  if r.kind == "interval" and not r.from_anchor then
    if r.last < p.anchor then
      p.warnings["retroactive"] = true
    elseif r.first < p.anchor and (r.family == "F09" or r.family == "F10") then
      p.warnings["starts-before-anchor"] = true
    end
  end
end

local function build(p, r)
  local names = {}
  for name in pairs(p.warnings) do names[#names + 1] = name end
  table.sort(names)
  local out = { kind = r.kind, first = r.first, last = r.last, minute = r.minute, rule = r.rule, calendar = r.calendar,
    undated = r.undated or nil, soft = r.soft or nil, warnings = names, grammar = r.family }
  if r.kind == "recurring" then
    local occurrence = anchor_of_rule(p, r)
    if not occurrence then return nil end
    out.first, out.last = occurrence.first, occurrence.last
    out.from, out.upto = r.from, r.upto
  elseif r.kind == "deadline" then
    out.first = nil
  end
  return setmetatable(out, reading.lazy)
end

--- Reads a Chinese date phrase.
--- @param phrase string UTF-8, as the notice writes it
--- @param context table { anchor = day number, year = N?, container = {first, last}?, role = "when"|"due"|"per"|nil,
---   after = true when the anchor is the end of another item: 完成后5日内 counts from there, not from the container's end }
--- @return table|nil date { kind, first?, last?, minute?, rule?, calendar?, undated?, soft?, warnings, reading, grammar };
---   a recurrence within bounds (6月至8月每周五) also has `from` and `upto`
--- @return table|nil error { message_en, message_zh, position (byte, from 1), name }
function when.parse(phrase, context)
  local ctx = context or {}
  local tokens, bad = lexer.scan(phrase)
  if not tokens then return nil, reading.error(bad[1], bad[2], phrase) end
  if not ctx.anchor then return nil, reading.error("no-anchor", 1, phrase) end
  tokens.phrase = phrase
  local container = ctx.container
  if container and not container.first and container[1] then
    ctx = setmetatable({ container = { first = container[1], last = container[2] } }, { __index = ctx })
  end
  local main, groups = brackets(tokens)
  if not main then return nil, reading.error("bracket", tokens.b[groups], phrase) end
  local year = calendar.ymd(ctx.anchor)
  local p = main
  p.ctx, p.anchor, p.role, p.far, p.notes, p.warnings = ctx, ctx.anchor, ctx.role, 1, {}, {}
  p.base = ctx.year or year
  p.may_roll = p.base == year
  local noted = {}
  for _, group in ipairs(groups) do
    local q = inherit(slice(tokens, group[1], group[2]), p)
    p.notes.at = tokens.b[group[3]]
    local ok, index = note(p, q)
    if not ok then
      local at = q.impossible and q.b[q.impossible] or q.b[math.min(math.max(index or 1, 1), q.n + 1)]
      return nil, reading.error(q.impossible and "impossible" or q.problem or "unreadable", at, phrase)
    end
    for name in pairs(p.warnings) do noted[name] = true end
  end
  local r, err, node = interpret(p, tokens)
  if not r then return nil, err end
  for name in pairs(noted) do p.warnings[name] = true end
  r = apply_notes(p, r)
  if not r then return nil, reading.error("note-conflict", p.notes.at, phrase) end
  if p.role == "per" then
    r = as_period(p, r, node)
    if not r then return nil, reading.error("not-a-period", 1, phrase) end
  elseif p.role == "due" then
    as_due(p, r)
  elseif p.role == "when" then
    as_when(p, r)
  end
  flags(p, r)
  local out = build(p, r)
  if not out then return nil, reading.error("no-occurrence", 1, phrase) end
  return out
end

--- What the name of a warning means.
--- @param name string
--- @return table|nil { en, zh }
function when.explain(name)
  local text = require("when.warnings")[name]
  return text and { en = text[1], zh = text[2] } or nil
end

return when
