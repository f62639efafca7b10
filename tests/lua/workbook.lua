--- A workbook from a CSV without quotes, as Excel lays one out: texts shared, numbers as numbers, days
--- as days by their style, the rows on the second sheet, 名册, behind a hidden one.
---   lua workbook.lua FILE.csv FILE.xlsx

local csv, out = arg[1], arg[2]
local main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
local office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
local head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

local function escape(text)
  return (text:gsub("[&<>]", { ["&"] = "&amp;", ["<"] = "&lt;", [">"] = "&gt;" }))
end

-- Days since 1899-12-30, which is how Excel counts from March 1900 on.
local function serial(year, month, day)
  local a = (14 - month) // 12
  local y, m = year + 4800 - a, month + 12 * a - 3
  return day + (153 * m + 2) // 5 + 365 * y + y // 4 - y // 100 + y // 400 - 32045 - 2415019
end

local texts, numbers = {}, {}
local function cell(place, value)
  local year, month, day = value:match("^(%d%d%d%d)[-/](%d+)[-/](%d+)$")
  if year then
    return ('<c r="%s" s="1"><v>%d</v></c>'):format(place, serial(tonumber(year), tonumber(month), tonumber(day)))
  elseif value:match("^[1-9]%d*$") then
    return ('<c r="%s"><v>%s</v></c>'):format(place, value)
  end
  if not numbers[value] then
    texts[#texts + 1] = "<si><t>" .. escape(value) .. "</t></si>"
    numbers[value] = #texts - 1
  end
  return ('<c r="%s" t="s"><v>%d</v></c>'):format(place, numbers[value])
end

local rows, number = {}, 0
for line in io.lines(csv) do
  local cells, column = {}, 0
  number = number + 1
  for value in (line:gsub("\r$", "") .. ","):gmatch("([^,]*),") do
    column = column + 1
    if value ~= "" then cells[#cells + 1] = cell(string.char(64 + column) .. number, value) end
  end
  rows[number] = ('<row r="%d">%s</row>'):format(number, table.concat(cells))
end

local function sheet(data)
  return head .. ('<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>'):format(main, data)
end

local function links(list)
  local texts_of = {}
  for i, link in ipairs(list) do
    texts_of[i] = ('<Relationship Id="rId%d" Type="%s/%s" Target="%s"/>'):format(i, office, link[1], link[2])
  end
  return head .. '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    .. table.concat(texts_of) .. "</Relationships>"
end

local parts = {
  { "_rels/.rels", links { { "officeDocument", "xl/workbook.xml" } } },
  { "xl/workbook.xml", head .. ('<workbook xmlns="%s" xmlns:r="%s"><sheets><sheet name="说明" sheetId="1" '
    .. 'state="hidden" r:id="rId1"/><sheet name="名册" sheetId="2" r:id="rId2"/></sheets></workbook>'):format(main, office) },
  { "xl/_rels/workbook.xml.rels", links { { "worksheet", "worksheets/sheet1.xml" },
    { "worksheet", "worksheets/sheet2.xml" }, { "sharedStrings", "sharedStrings.xml" }, { "styles", "styles.xml" } } },
  { "xl/worksheets/sheet1.xml", sheet("") },
  { "xl/worksheets/sheet2.xml", sheet(table.concat(rows)) },
  { "xl/sharedStrings.xml", head .. ('<sst xmlns="%s">%s</sst>'):format(main, table.concat(texts)) },
  { "xl/styles.xml", head .. ('<styleSheet xmlns="%s"><cellXfs><xf numFmtId="0"/><xf numFmtId="31"/></cellXfs>'
    .. "</styleSheet>"):format(main) },
}

local crcs = {}
for i = 0, 255 do
  local crc = i
  for _ = 1, 8 do crc = crc & 1 == 1 and crc >> 1 ~ 0xedb88320 or crc >> 1 end
  crcs[i] = crc
end

local function crc_of(bytes)
  local crc = 0xffffffff
  for i = 1, #bytes do crc = crcs[(crc ~ bytes:byte(i)) & 0xff] ~ crc >> 8 end
  return crc ~ 0xffffffff
end

local body, directory, at = {}, {}, 0
for i, part in ipairs(parts) do
  local name, bytes = part[1], part[2]
  local facts = string.pack("<I2I2I2I4I4I4I4I2I2", 20, 0, 0, 0, crc_of(bytes), #bytes, #bytes, #name, 0)
  body[i] = "PK\3\4" .. facts .. name .. bytes
  directory[i] = "PK\1\2" .. string.pack("<I2", 20) .. facts .. string.pack("<I2I2I2I4I4", 0, 0, 0, 0, at) .. name
  at = at + #body[i]
end
local index = table.concat(directory)
local file = assert(io.open(out, "wb"))
file:write(table.concat(body), index, "PK\5\6", string.pack("<I2I2I2I2I4I4I2", 0, 0, #parts, #parts, #index, at, 0))
file:close()
