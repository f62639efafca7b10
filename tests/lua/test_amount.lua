-- The amount grammar: phrase → "key=value …" in the order of `keys`, or the byte of the refusal.

local amount = require("amount")
local lu = require("luaunit")

local keys = { "min", "max", "exact", "about", "percent", "some", "each", "unit" }

local readable = {
  ["不少于3篇"] = "min=3 unit=篇",
  ["不少於3篇"] = "min=3 unit=篇",
  ["不得少于2次"] = "min=2 unit=次",
  ["不低于２场"] = "min=2 unit=场",
  ["不少于一条"] = "min=1 unit=条",
  ["至少一篇"] = "min=1 unit=篇",
  ["至少1篇以上"] = "min=1 unit=篇",
  ["最少两篇"] = "min=2 unit=篇",
  ["≥3篇"] = "min=3 unit=篇",
  ["2篇以上"] = "min=2 unit=篇",
  ["2篇及以上"] = "min=2 unit=篇",
  ["2篇(含)以上"] = "min=2 unit=篇",
  ["2篇（含2篇）以上"] = "min=2 unit=篇",
  ["2篇以上(含)"] = "min=2 unit=篇",
  ["20学时以上"] = "min=20 unit=学时",
  ["超过3篇"] = "min=4 unit=篇",
  ["多于3篇"] = "min=4 unit=篇",
  ["不少于1500字"] = "min=1500 unit=字",
  ["不少于1500字左右"] = "min=1500 unit=字",
  ["不少于一千五百字"] = "min=1500 unit=字",
  ["不超过2000字"] = "max=2000 unit=字",
  ["不得超过5分钟"] = "max=5 unit=分钟",
  ["不多于3人"] = "max=3 unit=人",
  ["最多3名"] = "max=3 unit=名",
  ["至多两名"] = "max=2 unit=名",
  ["2000字以内"] = "max=2000 unit=字",
  ["2000字之内"] = "max=2000 unit=字",
  ["控制在2000字以内"] = "max=2000 unit=字",
  ["限2000字以内"] = "max=2000 unit=字",
  ["3页以下"] = "max=3 unit=页",
  ["少于5人"] = "max=4 unit=人",
  ["2万字以内"] = "max=20000 unit=字",
  ["1~2篇"] = "min=1 max=2 unit=篇",
  ["１～２篇"] = "min=1 max=2 unit=篇",
  ["1-2篇"] = "min=1 max=2 unit=篇",
  ["1—2篇"] = "min=1 max=2 unit=篇",
  ["1至2名"] = "min=1 max=2 unit=名",
  ["一到两名"] = "min=1 max=2 unit=名",
  ["1篇～2篇"] = "min=1 max=2 unit=篇",
  ["3-5分钟"] = "min=3 max=5 unit=分钟",
  ["三至五分钟"] = "min=3 max=5 unit=分钟",
  ["1500-2000字"] = "min=1500 max=2000 unit=字",
  ["1500字至2000字"] = "min=1500 max=2000 unit=字",
  ["两三篇"] = "min=2 max=3 about=true unit=篇",
  ["三五名"] = "min=3 max=5 about=true unit=名",
  ["1500字左右"] = "min=1500 max=1500 about=true unit=字",
  ["约2000字"] = "min=2000 max=2000 about=true unit=字",
  ["大约20人"] = "min=20 max=20 about=true unit=人",
  ["2000多字"] = "min=2000 about=true unit=字",
  ["10余名"] = "min=10 about=true unit=名",
  ["2名"] = "min=2 max=2 exact=true unit=名",
  ["2篇"] = "min=2 max=2 exact=true unit=篇",
  ["一场"] = "min=1 max=1 exact=true unit=场",
  ["一次"] = "min=1 max=1 exact=true unit=次",
  ["十篇"] = "min=10 max=10 exact=true unit=篇",
  ["二十五名"] = "min=25 max=25 exact=true unit=名",
  ["两篇"] = "min=2 max=2 exact=true unit=篇",
  ["廿篇"] = "min=20 max=20 exact=true unit=篇",
  ["1,500字"] = "min=1500 max=1500 exact=true unit=字",
  ["1.5万字"] = "min=15000 max=15000 exact=true unit=字",
  ["2.5小时"] = "min=2.5 max=2.5 exact=true unit=小时",
  ["3"] = "min=3 max=3 exact=true",
  ["三"] = "min=3 max=3 exact=true",
  ["0篇"] = "min=0 max=0 exact=true unit=篇",
  ["共3篇"] = "min=3 max=3 exact=true unit=篇",
  ["选送3篇"] = "min=3 max=3 exact=true unit=篇",
  ["100人次"] = "min=100 max=100 exact=true unit=人次",
  ["各一场"] = "min=1 max=1 exact=true each=true unit=场",
  ["各不少于1篇"] = "min=1 each=true unit=篇",
  ["每人1篇"] = "min=1 max=1 exact=true each=true unit=篇",
  ["每人不少于1篇"] = "min=1 each=true unit=篇",
  ["每科室不少于1篇"] = "min=1 each=true unit=篇",
  ["每个支部1-2篇"] = "min=1 max=2 each=true unit=篇",
  ["40%"] = "min=40 max=40 exact=true percent=40",
  ["40％"] = "min=40 max=40 exact=true percent=40",
  ["100%"] = "min=100 max=100 exact=true percent=100",
  ["百分之四十"] = "min=40 max=40 exact=true percent=40",
  ["百分之百"] = "min=100 max=100 exact=true percent=100",
  ["不低于90％"] = "min=90 percent=90",
  ["90%以上"] = "min=90 percent=90",
  ["90%（含）以上"] = "min=90 percent=90",
  ["达到95%以上"] = "min=95 percent=95",
  ["不超过5%"] = "min=0 max=5 percent=5",
  ["80%-90%"] = "min=80 max=90 percent=80",
  ["三分之二以上"] = "min=66.67 percent=66.67",
  ["1/3以上"] = "min=33.33 percent=33.33",
  ["半数以上"] = "min=50 percent=50",
  ["四成以上"] = "min=40 percent=40",
  ["全部"] = "min=100 max=100 exact=true percent=100",
  ["若干"] = "some=true",
  ["若干名"] = "some=true unit=名",
  ["一批"] = "some=true",
  ["一些"] = "some=true",
  ["数名"] = "some=true unit=名",
  ["多篇"] = "some=true unit=篇",
  ["適量"] = "some=true",
  ["“2”篇"] = "min=2 max=2 exact=true unit=篇",
  [" 2 篇 "] = "min=2 max=2 exact=true unit=篇",
}

-- phrase → byte
local refused = {
  [""] = 1, ["abc"] = 1, ["篇"] = 1, ["不少于"] = 10, ["不少于篇"] = 10, ["3-篇"] = 3, ["5-3篇"] = 4, ["(3篇)"] = 1,
  ["3篇吧"] = 5, ["3..5篇"] = 2, ["3、4篇"] = 2, ["3篇4篇"] = 5, ["一二三篇"] = 4, ["不少于3篇以内"] = 20, ["不超过3篇以上"] = 20,
  ["3篇(不含)以上"] = 6, ["3篇(含以上"] = 15, ["很多"] = 1, ["每篇篇"] = 7, ["百分之"] = 7, ["百分之篇"] = 7, ["三分之四"] = 7,
  ["-3篇"] = 1, ["3 4篇"] = 3, ["2篇或3篇"] = 5, ["7月5日前"] = 2, ["99999999999篇"] = 1, ["\xff"] = 1, ["3\xff"] = 2, ["优秀"] = 1,
}

TestAmount = {} -- luacheck: globals TestAmount

local function shown(result)
  local out = {}
  for _, key in ipairs(keys) do
    if result[key] ~= nil then out[#out + 1] = key .. "=" .. tostring(result[key]) end
  end
  return table.concat(out, " ")
end

function TestAmount.testReadable()
  local count = 0
  for phrase, expected in pairs(readable) do
    local result, err = amount.parse(phrase)
    lu.assertNotNil(result, phrase .. ": " .. (err and err.message_en or ""))
    lu.assertEquals(shown(result), expected, phrase)
    lu.assertEquals(result.phrase, phrase)
    count = count + 1
  end
  print("amounts: " .. count)
end

function TestAmount.testRefused()
  local count = 0
  for phrase, position in pairs(refused) do
    local result, err = amount.parse(phrase)
    lu.assertNil(result, phrase)
    lu.assertEquals(err.position, position, phrase)
    lu.assertIsString(err.message_zh)
    lu.assertIsString(err.name)
    count = count + 1
  end
  lu.assertNil(amount.parse(nil))
  lu.assertNil(amount.parse(3))
  lu.assertNil(amount.parse(("篇"):rep(100)))
  print("amounts refused: " .. count)
end

os.exit(lu.LuaUnit.run("-o", "text"))
