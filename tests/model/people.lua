-- Who there is, of the model (model.lua): units and groups, where they are on a day, whom a selector meets, and
-- who comes and goes.

local days = require("days")

---@class model
local model = {}

-- ---- who there is --------------------------------------------------------------------------------

-- Single units and groups of the plan are rows like those of the roster; a row's parent is what it says,
-- else the parent of its class, and a class as parent stands for its own parent. A place is {day from which
-- on, parent, groups}.
function model:read_units(world)
  self.units, self.by_id, self.classes, self.single_groups = {}, {}, {}, {}
  local function declare(member, group)
    if member.many then
      self.classes[member.id] = { parent = member.parent, group = group }
    else
      self.single_groups[member.id] = group or nil
      self:add_unit({ id = member.id, kind = member.kind, parent = member.parent, tags = member.tags })
    end
  end
  for _, member in ipairs(world.plan.units) do
    declare(member, false)
  end
  for _, member in ipairs(world.plan.groups) do
    declare(member, true)
  end
  for _, kind in ipairs(world.plan.rosters[1].kinds) do
    self.classes[kind] = self.classes[kind] or {}
  end
  for _, row in ipairs(world.rows) do
    self:add_unit(row)
  end
  for _, unit in ipairs(self.units) do
    unit.places[1].parent = self:real_parent(unit, unit.places[1].parent)
  end
end

function model:add_unit(row)
  local unit = { id = row.id, kind = row.kind, tags = row.tags or {}, staff = row.staff,
    from = days.read(row.from), until_day = days.read(row["until"]), absences = {},
    places = { { parent = row.parent, groups = row.groups or {} } } }
  unit.first = { from = unit.from, until_day = unit.until_day }
  table.insert(self.units, unit)
  self.by_id[unit.id] = unit
  return unit
end

function model:real_parent(unit, parent)
  parent = parent or (unit.kind and self.classes[unit.kind].parent)
  while parent and self.classes[parent] do
    parent = self.classes[parent].parent
  end
  return parent
end

local function has(list, wanted)
  for _, one in ipairs(list or {}) do
    if one == wanted then
      return true
    end
  end
  return false
end
model.has = has

-- Where a unit is on a day. Without one: today, the day of what was said last.
function model:place(unit, day)
  local place
  for _, one in ipairs(unit.places) do
    if not one.day or one.day <= (day or self.today) then
      place = one
    end
  end
  return place
end

function model:parent(unit, day)
  return self.by_id[self:place(unit, day).parent]
end

-- Units from above downwards, siblings as they stand.
function model:in_tree_order()
  local list = {}
  local function visit(parent)
    for _, unit in ipairs(self.units) do
      if self:parent(unit) == parent then
        table.insert(list, unit)
        visit(unit)
      end
    end
  end
  visit(nil)
  return list
end

-- True when the unit is `node`, or lies below it in the tree.
function model:below(unit, node, day)
  while unit do
    if unit.id == node then
      return true
    end
    unit = self:parent(unit, day)
  end
  return false
end

function model:is_member(unit, group, day)
  return has(self:place(unit, day).groups, group)
end

-- A group that the roster names no member of stands for itself.
function model:has_members(group)
  for _, unit in ipairs(self.units) do
    if self:is_member(unit, group) then
      return true
    end
  end
  return false
end

-- The id of a class, a unit, a single group, by itself: who is meant.
function model:is_meant(unit, id, day)
  if id:sub(1, 1) == "#" then
    return has(unit.tags, id:sub(2))
  elseif id == "person" and self:stands_for_heads(unit) then
    return true
  elseif self.classes[id] then
    return unit.kind == id
  elseif self.single_groups[id] and self:has_members(id) then
    return self:is_member(unit, id, day)
  end
  return unit.id == id
end

-- "staff = 42 counts heads where persons are not listed": of nobody below it, and of no unit below it.
function model:stands_for_heads(unit)
  if not unit.staff or unit.staff < 1 then
    return false
  end
  for _, one in ipairs(self.units) do
    local inside = one ~= unit and self:below(one, unit.id)
    if inside and (one.kind == "person" or (one.staff or 0) > 0) then
      return false
    end
  end
  local group = self.single_groups[unit.id] or (unit.kind and self.classes[unit.kind].group)
  return unit.kind ~= "person" and not group
end

-- … behind `in` and `but`: what lies within it – a unit and its subtree, a group and its members, for a
-- class within any of its rows.
function model:is_within(unit, id, day)
  if id:sub(1, 1) == "#" then
    return has(unit.tags, id:sub(2))
  elseif self.classes[id] then
    for _, row in ipairs(self.units) do
      if row.kind == id and (self:below(unit, row.id, day) or
        (self.classes[id].group and self:is_member(unit, row.id, day))) then
        return true
      end
    end
    return false
  end
  local kind = self.by_id[id].kind
  local group = self.single_groups[id] or (kind and self.classes[kind].group)
  return self:below(unit, id, day) or (group and self:is_member(unit, id, day)) or false
end

function model:is_within_any(unit, ids, day)
  for _, id in ipairs(type(ids) == "table" and ids or { ids }) do
    if self:is_within(unit, id, day) then
      return true
    end
  end
  return false
end

-- True when a selector meets the unit: any of its terms does.
function model:meets(who, unit, day)
  for _, term in ipairs(who.terms) do
    local id = term.tag and "#" .. term.tag or term.id
    if self:is_meant(unit, id, day) and (not term["in"] or self:is_within_any(unit, term["in"], day)) and
      not (term["but"] and self:is_within_any(unit, term["but"], day)) then
      return true
    end
  end
  return false
end

-- "One who came from outside counts as joined that day": the last day on which a move, of the unit or of
-- what it lies in, put it among those whom the selector meets; nil = it never was elsewhere.
function model:came(who, unit)
  local came
  for _, one in ipairs(self.units) do
    for _, place in ipairs(one.places) do
      local day = place.day
      if day and day <= self.today and (not came or day > came) and self:meets(who, unit, day) and
        not self:meets(who, unit, day - 1) then
        came = day
      end
    end
  end
  return came
end

-- ---- who comes and goes --------------------------------------------------------------------------

local function list_of(text)
  local list = {}
  for id in (text or ""):gmatch("[^;]+") do
    table.insert(list, id)
  end
  return text and list
end

-- What a change does, on its day; `come` = that day has been reached.
local life = {}

function life.join(self, change, day, come)
  local unit = self.by_id[change.unit]
  if not unit then
    unit = self:add_unit({ id = change.unit, kind = change.kind or "person", groups = list_of(change.groups),
      staff = change.staff })
    unit.places[1].parent = self:real_parent(unit, change.parent)
    unit.first.from = day -- a row from the first time on
  elseif unit.first.from == day and unit.from == day then
    return -- it is this that made the row
  elseif come then -- back again: as if it had not been there before
    local place = unit.places[#unit.places]
    unit.places[#unit.places] = { day = place.day, parent = change.parent or place.parent,
      groups = list_of(change.groups) or place.groups }
  else
    return
  end
  unit.from, unit.until_day = day, nil
end

-- "day = first day without"
function life.leave(self, change, day)
  self.by_id[change.unit].until_day = day - 1
end

life.close = life.leave

function life.transfer(self, change, day)
  local unit = self.by_id[change.unit]
  local place = unit.places[#unit.places]
  table.insert(unit.places, { day = day, parent = change.parent or place.parent,
    groups = list_of(change.groups) or place.groups })
end

function life.absent(self, change, day)
  local absences, ends = self.by_id[change.unit].absences, days.read(change["until"])
  for _, absence in ipairs(absences) do
    if absence.from == day then
      absence.until_day = ends -- said again with its end
      return
    end
  end
  table.insert(absences, { from = day, until_day = ends })
end

-- Closed into another: what it has in it, and its members, belong to that.
function life.merge(self, change, day)
  self.by_id[change.unit].until_day = day - 1
  for _, unit in ipairs(self.units) do
    local place = unit.places[#unit.places]
    local inside = place.parent == change.unit and unit.id ~= change.into
    if inside or has(place.groups, change.unit) then
      local groups = {}
      for _, group in ipairs(place.groups) do
        local new = group == change.unit and change.into or group
        table.insert(groups, not has(groups, new) and new or nil)
      end
      table.insert(unit.places, { day = day, parent = inside and change.into or place.parent, groups = groups })
    end
  end
end

-- The roster of today: what the files say, and the changes in the order of their days.
function model:renew()
  for _, unit in ipairs(self.units) do
    unit.from, unit.until_day, unit.absences = unit.first.from, unit.first.until_day, {}
    unit.places = { unit.places[1] }
  end
  for _, change in ipairs(self.changes) do
    life[change.event](self, change, days.read(change.day), days.read(change.day) <= self.today)
  end
end

--- The roster changes: what the engine has not refused.
---@param now string
---@param change table by the names of roster_life.h
function model:change(now, change)
  self.today = days.read(now)
  local at = #self.changes + 1
  while at > 1 and self.changes[at - 1].day > change.day do
    at = at - 1
  end
  table.insert(self.changes, at, change)
  self:renew()
end

return model
