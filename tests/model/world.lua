-- Random worlds for the model test: a plan as it is sealed, a roster, what is said, and questions between.
-- A seed gives the same world on every machine.

local days = require("days")

---@class world
local world = {}
world.__index = world

-- ---- chance --------------------------------------------------------------------------------------

-- splitmix64: good enough, and the same everywhere.
function world:roll(most)
  self.state = self.state + 0x9E3779B97F4A7C15
  local z = self.state
  z = (z ~ (z >> 30)) * 0xBF58476D1CE4E5B9
  z = (z ~ (z >> 27)) * 0x94D049BB133111EB
  return ((z ~ (z >> 31)) >> 1) % most + 1
end

function world:chance(percent)
  return self:roll(100) <= percent
end

function world:pick(list)
  return list[self:roll(#list)]
end

-- ---- the roster ----------------------------------------------------------------------------------

local UNITS = {
  { id = "bureau", name = "市卫生局" },
  { id = "hospital", name = "医院", parent = "bureau", tags = { "big" } },
  { id = "office", name = "党政办", parent = "hospital", kind = "department" },
  { id = "department", name = "各科室", parent = "hospital", many = true },
  { id = "ward", name = "各病区", parent = "department", many = true },
}
local GROUPS = {
  { id = "branch", name = "各支部", parent = "hospital", many = true },
  { id = "member", name = "党员" },
  { id = "study", name = "中心组", parent = "hospital" },
}
local HOMES = { department = true, ward = true }
local BEGIN, SPAN = days.of(2012, 3, 1), 400

function world:day(first, last)
  return days.write(BEGIN + first + self:roll(last - first + 1) - 1)
end

-- One in six joins or leaves while the plan runs.
function world:membership(row)
  if self:chance(16) then
    row.from = self:day(-30, 150)
  end
  if self:chance(12) then
    row["until"] = self:day(10, 200)
  end
  if row.from and row["until"] and row["until"] < row.from then
    row["until"] = nil
  end
end

function world:add_row(id, kind, parent)
  local row = { id = id, kind = kind, parent = parent, groups = {}, tags = {} }
  row.staff = HOMES[kind] and self:chance(30) and self:roll(5) or nil
  for _, tag in ipairs({ "big", "night" }) do
    table.insert(row.tags, self:chance(25) and tag or nil)
  end
  self:membership(row)
  table.insert(self.rows, row)
  return row
end

function world:join_groups(row)
  if #self.branches > 0 and self:chance(70) then
    table.insert(row.groups, self:pick(self.branches))
  end
  for _, group in ipairs({ "member", "study" }) do
    table.insert(row.groups, self:chance(self.crowd[group]) and group or nil)
  end
end

function world:make_roster()
  self.rows, self.branches = {}, {}
  self.crowd = { member = self:pick({ 0, 30 }), study = self:pick({ 0, 10 }) }
  for i = 1, self:roll(4) - 1 do
    table.insert(self.branches, self:add_row("b" .. i, "branch").id)
  end
  for d = 1, self:roll(5) do
    local department = self:add_row("d" .. d, "department", self:chance(50) and "hospital" or nil)
    local homes = { department.id }
    for w = 1, self:roll(3) - 1 do
      table.insert(homes, self:add_row(department.id .. "w" .. w, "ward", department.id).id)
    end
    for p = 1, self:roll(5) - 1 do
      self:join_groups(self:add_row(department.id .. "p" .. p, "person", self:pick(homes)))
    end
  end
end

function world:csv()
  local lines = { "id,name,kind,parent,groups,tags,staff,from,until" }
  for _, row in ipairs(self.rows) do
    table.insert(lines, table.concat({ row.id, "名" .. row.id, row.kind, row.parent or "",
      table.concat(row.groups, ";"), table.concat(row.tags, ";"), row.staff or "", row.from or "", row["until"] or "" }, ","))
  end
  return table.concat(lines, "\n") .. "\n"
end

-- ---- whom ----------------------------------------------------------------------------------------

function world:any_id()
  local ids = { "hospital", "office", "department", "ward", "branch", "member", "study" }
  return self:chance(50) and self:pick(ids) or self:pick(self.rows).id
end

-- Where people move to and from, in worlds where they do.
function world:any_place()
  local row = self.lively and self:chance(70) and self:row_of({ department = true, ward = true, branch = true })
  return row and row.id or self:any_id()
end

function world:term()
  local term = {}
  if self:chance(10) then
    term.tag = self:pick({ "big", "night" })
  elseif self:chance(75) then
    term.id = self:pick({ "department", "department", "ward", "person", "person", "branch" })
  else
    term.id = self:any_id()
  end
  if self:chance(self.lively and 60 or 25) then
    term["in"] = self:chance(60) and self:any_place() or { self:any_place(), self:any_id() }
  end
  if self:chance(self.lively and 40 or 25) then
    term.but = { self:chance(20) and "#night" or self:any_id() }
  end
  return term
end

function world:who()
  if self:chance(15) then
    return { terms = { { id = "department" }, { id = "branch" } } } -- 各支部、各科室
  end
  local terms = { self:term() }
  table.insert(terms, self:chance(25) and self:term() or nil)
  return { terms = terms }
end

-- ---- what, and when ------------------------------------------------------------------------------

function world:interval(first, last)
  local from = first + self:roll(last - first) - 1
  local to = math.min(last + 60, from + 5 + self:roll(90))
  return { kind = "interval", start = days.write(BEGIN + from), ["end"] = days.write(BEGIN + to) }
end

function world:make_phases()
  for i = 1, self:roll(4) - 1 do
    table.insert(self.items, { word = "phase", id = "phase" .. i, name = "阶段" .. i, line = i,
      when = self:interval(20, 150) })
  end
end

function world:plain_amount()
  local roll = self:roll(10)
  if roll <= 5 then
    return { min = self:roll(3), stated = true }
  elseif roll <= 6 then
    return { min = 1, max = 2, stated = true }
  elseif roll <= 7 then
    return { min = 2, exact = true, stated = true }
  elseif roll <= 8 then
    return { max = 3, stated = true }
  elseif roll <= 9 then
    return { some = true, stated = true }
  end
  return { percent = 40, stated = true }
end

function world:amount()
  if self:chance(75) then
    return self:plain_amount()
  end
  local units = {}
  for _ = 1, self:roll(3) do
    units[self:any_id()] = self:plain_amount()
  end
  return { default = self:plain_amount(), units = units }
end

local RULES = { "FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH", "FREQ=MONTHLY;BYMONTHDAY=-1",
  "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31" }

-- When an item is owed: once by a due, never, by phase, by month, by year.
function world:make_time(item)
  local roll = self:roll(10)
  if roll <= 4 then
    item.when = self:interval(20, 120)
    item.due = { kind = "deadline", ["end"] = self:chance(50) and item.when["end"] or
      days.write(days.read(item.when.start) + self:roll(30)) }
    item.due.minute = self:chance(30) and 1020 or nil
  elseif roll <= 5 then
    item.due = { kind = "standing", undated = true }
  elseif roll <= 7 and self.items[1] and self.items[1].word == "phase" then
    item.per = "phase"
  else
    item.when = self:interval(20, 60)
    item.when["end"] = days.write(days.read(item.when.start) + 20 + self:roll(SPAN))
    item.per = { { kind = "recurring", rule = self:pick(RULES) } }
  end
end

function world:make_items()
  self.items = {}
  self:make_phases()
  for i = 1, 1 + self:roll(3) do
    local item = { word = self:chance(25) and "task" or "quota", id = "q" .. i, name = "指标" .. i, line = 10 + i }
    item[self:chance(85) and "each" or "by"] = self:who()
    item.count = item.word == "quota" and self:amount() or nil
    self:make_time(item)
    self:make_links(item)
    table.insert(self.items, item)
  end
end

-- What is measured, from which state on it counts, and where else.
function world:make_links(item)
  local quotas = {}
  for _, other in ipairs(self.items) do
    table.insert(quotas, other.word == "quota" and other or nil)
  end
  item.where = self:chance(20) and { chars = { min = 800, stated = true } } or nil
  local other = #quotas > 0 and self:pick(quotas)
  if not other or item.word ~= "quota" then
    return
  elseif self:chance(25) then
    item.same = { other.id }
  elseif self:chance(20) and other == self.items[#self.items] then
    item.parent = other.id
  end
  if self:chance(30) then
    item.counts = self:pick({ "accepted", "recommended", "selected" })
    other.feeds = self:chance(70) and { item.id } or nil
  end
end

-- ---- who comes and goes --------------------------------------------------------------------------

function world:some_groups()
  local groups = {}
  table.insert(groups, #self.branches > 0 and self:chance(80) and self:pick(self.branches) or nil)
  table.insert(groups, self.crowd.member > 0 and self:chance(40) and "member" or nil)
  return table.concat(groups, ";")
end

function world:row_of(kinds)
  for _ = 1, 20 do
    local row = self:pick(self.everyone)
    if kinds[row.kind] then
      return row
    end
  end
end

-- Any day, or about as many days before a due as one who is back is left.
function world:end_of_leave(day)
  local item = self:pick(self.items)
  local due = item.due and item.due["end"] and days.read(item.due["end"]) - 6 - self:roll(3)
  return due and due >= day and self:chance(60) and due or day + self:roll(60) - 1
end

-- What happens to whom; nil when nobody fits.
function world:event(day)
  local event = self:pick({ "join", "leave", "leave", "transfer", "transfer", "absent", "absent", "merge", "close" })
  local home = self:row_of(HOMES)
  local change = { event = event, day = days.write(day), parent = home and home.id }
  if event == "join" then
    change.unit, change.name, change.kind = "new" .. #self.lines, "新来", self:pick({ "person", "person", "ward" })
    change.groups = change.kind == "person" and self:some_groups() or nil
    if self:chance(20) then
      change.unit = self:pick(self.rows).id -- perhaps one who had left
    end
    table.insert(self.everyone, { id = change.unit, kind = change.kind })
    return change
  end
  local row = self:row_of(event == "merge" and { branch = true, ward = true, department = true } or
    event == "close" and HOMES or { person = true, ward = event == "transfer" and self:chance(30) })
  if not row then
    return nil
  end
  change.unit = row.id
  if event == "transfer" then
    change.parent = self:chance(70) and change.parent or nil
    change.groups = row.kind == "person" and self:chance(50) and self:some_groups() or nil
  else
    change.parent = nil
  end
  if event == "absent" then
    change["until"] = self:chance(80) and days.write(self:end_of_leave(day)) or nil
  elseif event == "merge" then
    local other = self:row_of({ [row.kind] = true })
    change.into = other and other.id
  end
  return (event ~= "merge" or change.into) and change or nil
end

function world:change(now, today)
  local change = self:event(today + self:roll(30) - 15)
  if change then
    table.insert(self.lines, { now = now, change = change })
  end
end

-- ---- what is said --------------------------------------------------------------------------------

local CLOCK = { "00:00", "09:00", "17:00", "17:01", "23:59" }

function world:instant(number)
  return days.write(number) .. "T" .. self:pick(CLOCK)
end

-- Whom it concerns is likelier than anybody else.
function world:someone(item)
  local asked = {}
  for _, unit in ipairs(self.model.units) do
    table.insert(asked, self.model:is_asked_ever(item, unit) and unit.id or nil)
  end
  return #asked > 0 and self:chance(92) and self:pick(asked) or self:pick(self.model.units).id
end

function world:name_time(request)
  local item = self.model.items[request.item]
  if item.per == "phase" and self:chance(25) then
    request.phase = self:chance(90) and self:pick(self.items).id or "phase9"
  elseif item.when and self:chance(10) then
    request.period = days.write(days.read(item.when.start) + self:roll(80) - 5)
  end
end

-- Something is said of a piece.
function world:request_of_piece(today)
  local request = { ["do"] = "fact", actor = "clerk", piece = "@" .. self:pick(self.pieces),
    kind = self:pick({ "accept", "return", "rework", "rework", "recommend", "select" }),
    note = self:chance(70) and "评议" or nil }
  if request.kind == "recommend" or request.kind == "select" then
    request.item = self:pick(self.funnel).id
  elseif request.kind == "rework" then
    request.chars = self:chance(50) and self:pick({ 700, 900 }) or nil
  end
  if self:chance(15) then
    request.at = self:instant(today - self:roll(20)) .. ":00+08:00"
  end
  return request
end

function world:request(today)
  if #self.pieces > 0 and self:chance(25) then
    return self:request_of_piece(today)
  end
  local item = self:pick(self.items)
  if item.word == "phase" and self:chance(80) then
    item = self.items[#self.items]
  end
  local roll = self:roll(100)
  local request = { ["do"] = "fact", item = item.id, actor = "clerk",
    kind = roll <= 66 and "submit" or roll <= 76 and "excuse" or roll <= 87 and "extend" or "withdraw" }
  request.unit = item.word == "phase" and self:pick(self.model.units).id or self:someone(item)
  request.count = self:chance(75) and 1 or self:roll(3)
  if request.kind == "submit" then
    self:describe(request)
  end
  request.note = request.kind ~= "submit" and self:chance(95) and "因故" or nil
  if request.kind == "extend" then
    request["until"] = days.write(today + self:roll(50) - 6)
  elseif request.kind == "withdraw" and self:chance(40) and #self.says > 0 then
    request.fact = "@" .. self:roll(#self.says)
  end
  if item.word ~= "phase" and not request.fact then
    self:name_time(request)
  end
  local due = item.due and item.due.minute and days.read(item.due["end"])
  if due and due < today and self:chance(50) then
    request.at = self:instant(due) .. ":00+08:00"
  elseif self:chance(15) then
    request.at = self:instant(today - self:roll(20)) .. ":00+08:00"
  end
  return request
end

-- Who made it, and how long it is.
function world:describe(request)
  local person = self:chance(40) and self:pick(self.model.units)
  if person and person.kind == "person" then
    request.person = person.id
    request.unit = self:chance(40) and request.unit or nil
  end
  request.chars = self:chance(30) and self:pick({ 700, 800, 900 }) or nil
end

-- Now and then the same is said again, under the same key.
function world:say(now, today)
  local old = #self.says > 0 and self:chance(6) and self:pick(self.says).say
  local request = old and old.key and old or self:request(today)
  request.key = request.key or (self:chance(20) and "k" .. self:roll(30) or nil)
  if request.kind == "withdraw" then
    request.key = nil
  end
  local line = { now = now, say = request }
  table.insert(self.says, line)
  local answer = self.model:say(now, request)
  if request.kind == "submit" and answer:find("^said ok") and not answer:find("repeated", 1, true) then
    table.insert(self.pieces, #self.says)
  end
  table.insert(self.lines, line)
end

function world:make_life()
  self.says, self.lines, self.pieces, self.funnel = {}, {}, {}, {}
  for _, item in ipairs(self.items) do
    for _ = 1, item.counts and 4 or item.word ~= "phase" and 1 or 0 do
      table.insert(self.funnel, item)
    end
  end
  local today, says = days.of(2012, 3, 21), 20 + self:roll(50)
  local step = 1 + self:roll(8)
  for i = 1, says do
    today = today + self:roll(step) - 1
    self:say(self:instant(today), today)
    if self.lively and self:chance(20) then
      self:change(days.write(today) .. "T23:59", today)
    end
    if i % 8 == 0 or i == says then
      for _, item in ipairs(self.items) do
        if item.word ~= "phase" then
          local day = self:chance(80) and today or today + self:roll(60) - 20
          table.insert(self.lines, { now = days.write(day) .. "T12:00", ask = item.id })
        end
      end
    end
  end
end

--- The world of a seed: {plan, rows, lines, csv}. `new_model` makes the model that is asked whom an item
--- concerns, and whether what is said can be said.
---@param seed integer
---@param new_model fun(world: table): model
---@return world
function world.new(seed, new_model)
  local self = setmetatable({ state = seed * 1000003, seed = seed }, world)
  self.lively = self:chance(60)
  self:make_roster()
  self.everyone = table.move(self.rows, 1, #self.rows, 1, {})
  self:make_items()
  local issued = { kind = "interval", start = "2012-03-20", ["end"] = "2012-03-20" }
  self.plan = { format = 1,
    plan = { id = "p", name = "方案", issuer = { "市卫生局" }, owner = "hospital", issued = issued },
    units = UNITS, groups = GROUPS, rosters = { { file = "roster.csv", kinds = { "person" } } },
    items = self.items, reminders = {}, handlers = {} }
  self.model = new_model(self)
  self:make_life()
  return self
end

return world
