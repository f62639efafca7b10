-- Pieces, of the model (model.lua): what has become of what was handed in, and where it counts.

local has = require("people").has

---@class model
local model = {}

-- A piece is a fact "submit" with the facts about it. What it has come to: submitted → accepted →
-- recommended → selected, forward by a person's word; returned takes all of that away until it is
-- reworked; what is taken back was never said.
local RANK = { withdrawn = 0, returned = 1, submitted = 2, accepted = 3, recommended = 4, selected = 5 }
local UP = { recommend = "recommended", select = "selected" }
model.UP = UP

local function raise(story, state)
  if RANK[story.state] < RANK[state] then
    story.state = state
  end
end

function model.story_of(piece)
  local story = { state = "submitted", ups = {}, chars = piece.chars, minutes = piece.minutes }
  for _, fact in ipairs(piece.about) do
    local returned = story.state == "returned"
    local kind = not fact.withdrawn and fact.kind
    if kind == "return" then
      story.state, story.accepted, story.ups = "returned", false, {}
    elseif kind == "rework" then
      raise(story, "submitted")
      story.chars, story.minutes = fact.chars or story.chars, fact.minutes or story.minutes
    elseif kind == "accept" and not returned then
      story.accepted = true
      raise(story, "accepted")
    elseif UP[kind] and not returned then
      table.insert(story.ups, fact)
      raise(story, UP[kind])
    end
  end
  if piece.withdrawn then
    story.state, story.ups = "withdrawn", {}
  end
  return story
end

local function is_out_of(amount, said)
  return amount and said and (said < (amount.min or 0) or (amount.max and said > amount.max)) or false
end

-- What can be measured and is not as asked: the piece does not count. What nobody measured is trusted.
function model.breaks(item, story)
  local where = item.where or {}
  return is_out_of(where.chars, story.chars) or is_out_of(where.minutes, story.minutes)
end

-- Where a piece of an item counts: for it, for what is the same (whichever of them says so), for the quotas
-- that contain those, and so on.
function model:reach(item, found)
  found = found or {}
  if found[item] then
    return found
  end
  found[item] = true
  for _, sealed in ipairs(self.plan.items) do
    local other = self.items[sealed.id]
    if has(item.same, other.id) or has(other.same, item.id) or
      (item.parent == other.id and other.word == "quota") then
      self:reach(other, found)
    end
  end
  return found
end

-- Where what an item gives goes on to, step by step: what it feeds, and its parts that count only what
-- was recommended or selected.
function model:leads(item, found)
  found = found or {}
  for reached in pairs(self:reach(item)) do
    if not found[reached] then
      found[reached] = true
      for _, sealed in ipairs(self.plan.items) do
        local other = self.items[sealed.id]
        if has(reached.feeds, other.id) or (other.parent == reached.id and reached.word == "quota" and
          (other.counts == "recommended" or other.counts == "selected")) then
          self:leads(other, found)
        end
      end
    end
  end
  return found
end

-- True when facts that stand recommend, or select, the piece to the item, to what is the same or a part of
-- it; what was selected beyond it was recommended here.
function model:is_up(story, state, item)
  for _, up in ipairs(story.ups) do
    local rank, to = RANK[UP[up.kind]], up.item
    if rank >= RANK[state] and self:reach(to)[item] or
      rank > RANK[state] and self:leads(item)[to] then
      return true, up
    end
  end
  return false
end

-- Why a piece does not count for an item, or nil.
function model:why_not(piece, story, item)
  if RANK[story.state] < RANK.submitted then
    return story.state
  elseif not story.accepted and (model.breaks(piece.item, story) or model.breaks(item, story)) then
    return "measured"
  end
  local counts = item.counts or "submitted"
  local far = counts == "submitted" or counts == "accepted" and RANK[story.state] >= RANK.accepted or
    UP[counts == "recommended" and "recommend" or "select"] == counts and self:is_up(story, counts, item)
  return not far and "not yet" or nil
end

-- The unit, or the nearest one above it, that is asked.
function model:nearest(item, unit)
  while unit and not self:is_asked_ever(item, unit) do
    unit = self:parent(unit)
  end
  return unit
end

-- Of each class of groups the first that leads to somebody who is asked.
function model:by_groups(item, unit)
  local list, kinds = {}, {}
  for _, group in ipairs(self.units) do
    local found = self:is_member(unit, group.id) and self:nearest(item, group)
    if found and not (group.kind and kinds[group.kind]) then
      kinds[group.kind or group.id] = true
      table.insert(list, found)
    end
  end
  return list
end

-- Said of the person alone: at every unit that is asked and to which it belongs, one a tree.
function model:units_of_person(item, person)
  local list = { self:nearest(item, person) }
  if list[1] == person then
    return list
  end
  for _, unit in ipairs(self:by_groups(item, person)) do
    if not has(list, unit) then
      table.insert(list, unit)
    end
  end
  return list
end

-- "The piece's unit if asked there; else its nearest ancestor that is; else a group of it or of the
-- person; for what is done together the one who does it." At its own item the unit is what was said.
function model:units_of(piece, item)
  local list
  if piece.everywhere then
    list = self:units_of_person(item, piece.person)
  elseif item == piece.item then
    list = { piece.unit }
  else
    local person = piece.person and self:is_asked_ever(item, piece.person) and piece.person
    local own = self:is_asked_ever(item, piece.unit) and piece.unit
    list = { own or person or self:nearest(item, piece.unit) or self:by_groups(item, piece.unit)[1] or
      piece.person and self:by_groups(item, piece.person)[1] or nil }
  end
  for _, unit in ipairs(#list == 0 and not item.each and self:in_tree_order() or {}) do
    list[1] = list[1] or self:is_asked_ever(item, unit) and unit or nil
  end
  return list
end

-- What counts is looked at anew after everything that is said of a piece. It counts in the occasion of the
-- time of what made it count, and stays there: coming back, too, unless it is recommended anew.
function model:settle(piece)
  local story, items, credits = model.story_of(piece), {}, {}
  local function reach(item)
    for reached in pairs(self:reach(item)) do
      items[reached] = true
    end
  end
  reach(piece.item)
  for _, up in ipairs(story.ups) do
    reach(up.item)
  end
  for way in pairs(#story.ups > 0 and self:ways(piece.item, "recommended") or {}) do
    reach(way)
  end
  for item in pairs(items) do
    for _, unit in ipairs(self:why_not(piece, story, item) and {} or self:units_of(piece, item)) do
      table.insert(credits, self:credit(piece, story, item, unit))
    end
  end
  piece.credits = credits
end

function model:ways(item, state)
  local ways = {}
  for reached in pairs(self:leads(item)) do
    ways[reached] = reached.counts == state or nil
  end
  return ways
end

function model:credit(piece, story, item, unit)
  local early = RANK[item.counts or "submitted"] < RANK.recommended
  local key = item.id .. " " .. unit.id
  local before = piece.counted[key]
  if before and (early or has(piece.credits, before)) then
    return before
  end
  local day, minute = piece.day, piece.minute
  if not early then
    local up = select(2, self:is_up(story, item.counts, item))
    day, minute = up.day, up.minute
  end
  local credit = { item = item, unit = unit }
  if item == piece.item and unit == piece.unit then
    credit.occasion = piece.occasion
    credit.in_time = early and piece.in_time
    credit.in_time = credit.in_time or (not early and self:is_in_time(piece.occasion, unit, day, minute))
  else
    local phase = piece.occasion.phase and item.per == "phase" and piece.occasion.phase or nil
    credit.occasion = self:occasion_of(item, unit, { phase = phase }, day)
    if not credit.occasion or not self:is_asked(credit.occasion, unit, day) then
      return nil
    end
    credit.in_time = self:is_in_time(credit.occasion, unit, day, minute)
  end
  piece.counted[key] = credit
  return credit
end

return model
