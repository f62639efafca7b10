-- Civil days for the model: numbers that count from 1970-01-01.
local days = {}

--- The number of a civil day (Gregorian, as in every almanac of algorithms).
---@param year integer
---@param month integer
---@param day integer
---@return integer
function days.of(year, month, day)
  if month <= 2 then
    year, month = year - 1, month + 12
  end
  local of_year = (153 * (month - 3) + 2) // 5 + day - 1
  return 365 * year + year // 4 - year // 100 + year // 400 + of_year - 719468
end

--- "2012-06-10…" as a number; nil stays nil.
---@param text string?
---@return integer?
function days.read(text)
  if not text or text == "" then
    return nil
  end
  local year, month, day = text:match("^(%d+)-(%d+)-(%d+)")
  return days.of(tonumber(year), tonumber(month), tonumber(day))
end

--- Year, month and day of a number: by counting, since nothing here is to be clever.
---@param number integer
---@return integer, integer, integer
function days.parts(number)
  local year = 1970 + number // 366
  while days.of(year + 1, 1, 1) <= number do
    year = year + 1
  end
  local month = 1
  while month < 12 and days.of(year, month + 1, 1) <= number do
    month = month + 1
  end
  return year, month, number - days.of(year, month, 1) + 1
end

--- A number as "2012-06-10"; nil as "-".
---@param number integer?
---@return string
function days.write(number)
  return number and string.format("%04d-%02d-%02d", days.parts(number)) or "-"
end

--- Day and minute of "2012-06-10T09:30".
---@param text string
---@return integer, integer
function days.instant(text)
  local hour, minute = text:match("T(%d%d):(%d%d)")
  return days.read(text), tonumber(hour) * 60 + tonumber(minute)
end

return days
