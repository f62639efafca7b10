-- What planrun means, said slowly: the reference that the engine is compared with (run.lua). It has the
-- world as data – the sealed plan, the rows of the roster, what was said – and answers every question from
-- the list of facts alone, each time anew. It shares no code with core/ and keeps nothing that could
-- be wrong: no counters, no columns, no ranges. Where it and the engine disagree, the words of the design
-- (§3.6 to 3.8, quoted here) decide which of them is mended. people.lua, duties.lua and pieces.lua are parts of it.

local days = require("days")

---@class model
local model = {}
model.__index = model

for _, part in ipairs({ "people", "duties", "pieces" }) do
  for name, value in pairs(require(part)) do
    model[name] = value
  end
end
local story_of, breaks, UP = model.story_of, model.breaks, model.UP

--- A model of a world {plan = sealed plan, rows = roster rows}: nothing has happened in it.
---@param world table
---@return model
function model.new(world)
  local self = setmetatable({ plan = world.plan, facts = {}, said = {}, changes = {}, today = -math.huge }, model)
  self.issued = days.read(world.plan.plan.issued.start)
  self:read_units(world)
  self:read_items(world)
  return self
end

-- ---- saying --------------------------------------------------------------------------------------

function model:find_withdrawn(item, unit, request, day)
  if request.fact then
    local fact = self.said[tonumber(request.fact:sub(2))]
    local stands = fact and not fact.withdrawn and fact.item == item and fact.unit == unit
    return stands and fact or nil
  end
  local occasion
  if request.phase or request.period then
    occasion = self:occasion_of(item, unit, request, day)
    if not occasion then
      return nil
    end
  end
  for i = #self.facts, 1, -1 do
    local fact = self.facts[i]
    if fact.item == item and fact.unit == unit and not fact.withdrawn and
      (not occasion or fact.occasion == occasion) then
      return fact
    end
  end
  return nil
end

-- Refusals return nothing.
local say = {}

function say.withdraw(self, request, unit, item, day)
  local fact = self:find_withdrawn(item, unit, request, day)
  if fact then
    fact.withdrawn = true
  end
  -- withdrawing is no fact to be withdrawn
  return fact and { item = item, unit = unit, occasion = fact.occasion, piece = fact.piece, withdrawn = true }
end

local function new_fact(self, request, unit, item, day)
  local occasion = self:occasion_of(item, unit, request, day)
  if occasion and self:is_asked(occasion, unit, day) then
    return { item = item, unit = unit, occasion = occasion }
  end
end

function say.submit(self, request, unit, item, day, minute)
  local fact = request.count >= 1 and new_fact(self, request, unit, item, day)
  if fact then
    fact.count, fact.chars, fact.minutes = request.count, request.chars, request.minutes
    fact.person, fact.everywhere = self.by_id[request.person], not request.unit
    fact.day, fact.minute = day, minute
    fact.in_time = self:is_in_time(fact.occasion, unit, day, minute)
    fact.about, fact.credits, fact.counted, fact.piece = {}, {}, {}, fact
  end
  return fact
end

-- What may be said of a piece in its state. `item` is where to, of what goes upward.
local function may(self, request, piece, story, item)
  local kind, returned = request.kind, story.state == "returned"
  if story.state == "withdrawn" then
    return false
  elseif kind == "accept" then
    return not returned and not story.accepted and (request.note or not breaks(piece.item, story))
  elseif kind == "return" then
    return not returned and request.note
  elseif kind == "rework" then
    return returned
  end
  local ways = self:ways(piece.item, UP[kind])
  local is_way = ways[item] or (not next(ways) and item == piece.item)
  return not returned and (story.accepted or not breaks(piece.item, story)) and is_way and
    not self:is_up(story, UP[kind], item)
end

-- A fact about a piece: at the piece's own item it belongs to the piece's occasion.
function model:say_of_piece(request, day, minute)
  local piece = self.said[tonumber(request.piece:sub(2))]
  if not piece or piece.kind ~= "submit" then
    return nil
  end
  local item = UP[request.kind] and self.items[request.item] or piece.item
  if not may(self, request, piece, story_of(piece), item) then
    return nil
  end
  local fact = { item = item, unit = piece.unit, occasion = piece.occasion, piece = piece, kind = request.kind,
    chars = request.chars, minutes = request.minutes, day = day, minute = minute }
  if item ~= piece.item then
    fact.unit = self:units_of(piece, item)[1]
    fact.occasion = fact.unit and self:occasion_by_time(item, fact.unit, day)
    if not fact.occasion or not self:is_asked(fact.occasion, fact.unit, day) then
      return nil
    end
  end
  table.insert(piece.about, fact)
  return fact
end

function say.excuse(self, request, unit, item, day)
  return request.note and new_fact(self, request, unit, item, day)
end

function say.extend(self, request, unit, item, day, minute)
  local fact = request.note and new_fact(self, request, unit, item, day)
  local due, wanted = fact and self:due_of(fact.occasion, unit), days.read(request["until"])
  local open = fact and self:is_in_time(fact.occasion, unit, day, minute) -- asked before it is due
  if due and wanted and wanted > due and open then
    fact.due = wanted
    return fact
  end
end

-- What is said beside item, unit and number: another note or length is another thing.
local function says_the_same(a, b)
  return a.kind == b.kind and a.note == b.note and a.chars == b.chars and a.minutes == b.minutes and
    a.person == b.person and a.approved_by == b.approved_by
end

-- The same key with the same content is one fact; with another, a slip.
function model:repeated(request, unit, item)
  for _, fact in ipairs(self.facts) do
    if request.key and fact.key == request.key then
      local old = fact.request
      if request.piece then
        local same = says_the_same(old, request) and fact.piece == self.said[tonumber(request.piece:sub(2))] and
          (not request.item or fact.item == item)
        return same, fact
      end
      local same = says_the_same(old, request) and fact.unit == unit and fact.item == item and
        (request.kind ~= "submit" or old.count == request.count) and
        (request.kind ~= "extend" or old["until"] == request["until"])
      return same, fact
    end
  end
end

function model:answer(fact, repeated)
  local occasion, unit = fact.occasion, fact.unit
  local words = { "said ok", self:done(occasion, unit), self:need(fact.item, unit),
    days.write(self:due_of(occasion, unit)) }
  table.insert(words, fact.kind == "submit" and not fact.in_time and "late" or nil)
  table.insert(words, self:is_met(occasion, unit) and "met" or nil)
  table.insert(words, self:is_excused(occasion, unit) and "excused" or nil)
  table.insert(words, repeated and "repeated" or nil)
  if fact.piece then
    local story = story_of(fact.piece)
    table.insert(words, story.state)
    table.insert(words, not self:why_not(fact.piece, story, fact.item) and "counts" or nil)
  end
  return table.concat(words, " ")
end

--- Something is said: what the engine is to answer, as a line.
---@param now string instant
---@param request table
---@return string
function model:say(now, request)
  local day, minute = days.instant(request.at or now)
  if self.today ~= days.read(now) then
    self.today = days.read(now)
    self:renew()
  end
  local unit, item, person = self.by_id[request.unit], self.items[request.item], self.by_id[request.person]
  if person and item and not request.unit then
    unit = self:units_of({ item = item, person = person, everywhere = true }, item)[1]
  end
  local fact
  local asked = request.piece or unit and item and item.word ~= "phase"
  if asked and (not request.at or request.at:sub(1, 16) <= now) then
    local same, old = self:repeated(request, unit, item)
    if old then
      table.insert(self.said, same and old or false)
      return same and self:answer(old, true) or "said no"
    end
    if request.piece then
      fact = self:say_of_piece(request, day, minute)
    else
      fact = say[request.kind](self, request, unit, item, day, minute)
    end
  end
  table.insert(self.said, fact or false)
  if not fact then
    return "said no"
  end
  fact.kind, fact.key, fact.request = request.kind, request.key, request
  table.insert(self.facts, fact)
  if fact.piece then
    self:settle(fact.piece)
  end
  return self:answer(fact)
end

-- ---- asking --------------------------------------------------------------------------------------

-- The duties of an item: each occasion, and it again for each due that a fact gave somebody.
function model:duties(item)
  local list = {}
  for _, occasion in ipairs(item.occasions) do
    table.insert(list, { occasion = occasion, due = occasion.due })
    local seen = {}
    for _, unit in ipairs(self.units) do
      local due = self:own_due(occasion, unit)
      if due and not seen[due] then
        seen[due] = true
        table.insert(list, { occasion = occasion, due = due, given = true })
      end
    end
  end
  return list
end

function model:owes(duty, unit, day)
  local own = self:own_due(duty.occasion, unit)
  local mine = duty.given and own == duty.due or not duty.given and not own
  return mine and self:is_asked(duty.occasion, unit, day)
end

-- asked, met, in time, excused, missing: of those units that `node` says yes to.
function model:sum(duty, day, node)
  local occasion, sum = duty.occasion, { 0, 0, 0, 0, 0 }
  for _, unit in ipairs(self.units) do
    if node(unit) and self:owes(duty, unit, day) then
      local heads = self:heads(occasion.item, unit)
      local met, in_time = self:heads_met(occasion, unit)
      local excused = self:is_excused(occasion, unit, day) and heads - met or 0
      sum[1] = sum[1] + heads
      sum[2] = sum[2] + met
      sum[3] = sum[3] + in_time
      sum[4] = sum[4] + excused
      sum[5] = sum[5] + heads - met - excused
    end
  end
  return sum
end

local function name_of(duty)
  local occasion = duty.occasion
  return string.format("%s %s %s", days.write(occasion.period), occasion.phase or "-",
    days.write(duty.due))
end

-- "late" belongs to an official due that has passed.
function model:standing(duty, day)
  local ended = duty.due and duty.due < day
  local sum = self:sum(duty, day, function() return true end)
  local shown = duty.occasion.open <= day and (not ended or sum[5] > 0) and
    not (duty.given and sum[1] == 0)
  return shown and string.format("%d %d %d %d%s", sum[1], sum[2], sum[4], sum[5],
    ended and sum[5] > 0 and " late" or "") or nil
end

--- Where an item stands: {["duty … node … "] = "answer"}, one entry a question.
---@param now string instant
---@param id string of the item
---@return table<string, string>
function model:ask(now, id)
  local answers, day = {}, days.read(now)
  for _, duty in ipairs(self:duties(self.items[id])) do
    local name, behind, unmet = name_of(duty), {}, {}
    local function tell(node, says)
      local sum = self:sum(duty, day, says)
      if sum[1] > 0 or node == "*" then
        answers[name .. " node " .. node] = table.concat(sum, " ")
      end
    end
    tell("*", function() return true end)
    for _, node in ipairs(self.units) do
      tell(node.id, function(unit) return self:below(unit, node.id) end)
    end
    for _, unit in ipairs(self.units) do
      table.insert(behind, self:owes(duty, unit, day) and self:lacks(duty.occasion, unit, day) and unit.id or nil)
      table.insert(unmet, self:owes(duty, unit, duty.due) and self:lacks(duty.occasion, unit, duty.due) and unit.id or nil)
    end
    table.sort(behind)
    table.sort(unmet)
    answers[name .. " behind"] = table.concat(behind, " ")
    answers[name .. " unmet"] = table.concat(unmet, " ")
    answers[name .. " standing"] = self:standing(duty, day)
  end
  return answers
end

return model
