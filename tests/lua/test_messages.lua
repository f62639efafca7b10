-- The words of messages: what a digest looks like in both languages, and what templates become.

local calendar = require("calendar")
local messages = require("messages")
local words = require("words")
local lu = require("luaunit")

local TODAY = calendar.day(2012, 7, 6)

-- An entry about the essays of a unit, with whatever is said otherwise.
local function entry(unit, fields)
  local made = { plan = "city2012", plan_name = "职业精神工作方案", item = "essays", item_name = "优秀征文",
    clause = "三(二)", phase = "讨论交流阶段", to = "市卫生局", unit = unit, unit_name = unit, kind = "department",
    need = 1, missing = 1, measure = "篇", due = calendar.day(2012, 7, 5), step = 0 }
  for key, value in pairs(fields or {}) do made[key] = value end
  return made
end

local function mail(entries, fields)
  local made = { name = entries[1].unit_name, role = "contact", link = "", today = TODAY, entries = entries }
  for key, value in pairs(fields or {}) do made[key] = value end
  return made
end

local function people(count, fields)
  local entries = {}
  for i = 1, count do
    entries[i] = entry(("内科护士%02d"):format(i), { kind = "person", within = "内科", item_name = "心得体会" })
    for key, value in pairs(fields or {}) do entries[i][key] = value end
  end
  return entries
end

-- So many items of one unit, the last due first.
local function items(count)
  local entries = {}
  for i = 1, count do
    entries[i] = entry("内科", { item = "item-" .. i, item_name = "事项" .. i, clause = false,
      due = TODAY + count - i })
  end
  return entries
end

-- { title, mail, zh, en }: subject, then text.
local rows = {
  { "the head of five people", mail(people(5), { role = "head" }),
    [[
心得体会：内科护士01、内科护士02、内科护士03（内科）等5人未交；7月5日（周四）截止，已逾期1天
内科护士01等5人：
《职业精神工作方案》
1. 心得体会（三(二)）：内科护士01、内科护士02、内科护士03、内科护士04、内科护士05（内科）等5人未交；7月5日（周四）截止，已逾期1天
]], [[
心得体会: 内科护士01, 内科护士02, 内科护士03 (内科) and 2 more: 5 missing; was due Thursday 2012-07-05, 1 day overdue
内科护士01 and 4 more:
职业精神工作方案
1. 心得体会 (三(二)): 内科护士01, 内科护士02, 内科护士03, 内科护士04, 内科护士05 (内科): 5 missing; was due Thursday 2012-07-05, 1 day overdue
]] },
  { "the same, escalated", mail(people(5, { step = 2 }), { role = "head" }),
    [[
督办：心得体会：内科护士01、内科护士02、内科护士03（内科）等5人未交；7月5日（周四）截止，已逾期1天
请督办：
《职业精神工作方案》
1. 心得体会（三(二)）：内科护士01、内科护士02、内科护士03、内科护士04、内科护士05（内科）等5人未交；7月5日（周四）截止，已逾期1天
   请督促办理；有正当理由的，请说明原因或申请延期。
]], [[
Escalation: 心得体会: 内科护士01, 内科护士02, 内科护士03 (内科) and 2 more: 5 missing; was due Thursday 2012-07-05, 1 day overdue
Please see to this:
职业精神工作方案
1. 心得体会 (三(二)): 内科护士01, 内科护士02, 内科护士03, 内科护士04, 内科护士05 (内科): 5 missing; was due Thursday 2012-07-05, 1 day overdue
   Please see that it is done; where it cannot be, have the reason or an extension recorded.
]] },
  { "one who is behind, escalated", mail({ entry("内科", { need = 3, missing = 2, step = 3 }) }, { role = "office" }),
    [[
督办：优秀征文：内科：应交3篇，还差2篇；7月5日（周四）截止，已逾期1天
请督办：
《职业精神工作方案》
1. 优秀征文（三(二)）：内科：应交3篇，还差2篇；7月5日（周四）截止，已逾期1天
   请督促办理；有正当理由的，请说明原因或申请延期。
]], [[
Escalation: 优秀征文: 内科: 2 of 3 missing; was due Thursday 2012-07-05, 1 day overdue
Please see to this:
职业精神工作方案
1. 优秀征文 (三(二)): 内科: 2 of 3 missing; was due Thursday 2012-07-05, 1 day overdue
   Please see that it is done; where it cannot be, have the reason or an extension recorded.
]] },
  { "two items of two units each, one of them a task",
    mail({ entry("内科"), entry("外科", { need = 3, missing = 2 }),
      entry("内科", { item = "meet", item_name = "动员会", need = 0, missing = 0, measure = false }),
      entry("外科", { item = "meet", item_name = "动员会", need = 0, missing = 0, measure = false }) }),
    [[
2项待办：优秀征文（2个单位）；动员会（2个单位）
内科等2个单位：
《职业精神工作方案》
1. 优秀征文（三(二)）：内科、外科等2个单位未交齐，共差3篇；7月5日（周四）截止，已逾期1天
2. 动员会（三(二)）：内科、外科等2个单位尚未完成；7月5日（周四）截止，已逾期1天
]], [[
2 items: 优秀征文 (2 units); 动员会 (2 units)
内科 and 1 more:
职业精神工作方案
1. 优秀征文 (三(二)): 内科, 外科: 3 missing; was due Thursday 2012-07-05, 1 day overdue
2. 动员会 (三(二)): 内科, 外科: not done; was due Thursday 2012-07-05, 1 day overdue
]] },
  { "a duty that is escalated is told once", mail({ entry("内科"), entry("内科", { step = 1 }),
      entry("内科", { item = "meet", item_name = "动员会", need = 0, missing = 0, measure = false }) }),
    [[
2项待办：优秀征文；动员会
内科：
《职业精神工作方案》
1. 优秀征文（三(二)）：还差1篇；7月5日（周四）截止，已逾期1天
   请尽快办理；确有困难的，请说明原因或申请延期。
2. 动员会（三(二)）：7月5日（周四）截止，已逾期1天
]], [[
2 items: 优秀征文; 动员会
内科:
职业精神工作方案
1. 优秀征文 (三(二)): 1 of 1 missing; was due Thursday 2012-07-05, 1 day overdue
   Please see to it; if you cannot, say why or ask for an extension.
2. 动员会 (三(二)): was due Thursday 2012-07-05, 1 day overdue
]] },
  { "several that are escalated", mail({ entry("内科", { step = 2 }),
      entry("内科", { item = "meet", item_name = "动员会", need = 0, missing = 0, measure = false, step = 2 }) }),
    [[
督办：2项待办：优秀征文；动员会
请督办：
《职业精神工作方案》
1. 优秀征文（三(二)）：内科：还差1篇；7月5日（周四）截止，已逾期1天
   请督促办理；有正当理由的，请说明原因或申请延期。
2. 动员会（三(二)）：内科尚未完成；7月5日（周四）截止，已逾期1天
   请督促办理；有正当理由的，请说明原因或申请延期。
]], [[
Escalation: 2 items: 优秀征文; 动员会
Please see to this:
职业精神工作方案
1. 优秀征文 (三(二)): 内科: 1 of 1 missing; was due Thursday 2012-07-05, 1 day overdue
   Please see that it is done; where it cannot be, have the reason or an extension recorded.
2. 动员会 (三(二)): 内科: not done; was due Thursday 2012-07-05, 1 day overdue
   Please see that it is done; where it cannot be, have the reason or an extension recorded.
]] },
  { "a template, for each of two", mail({
      entry("内科", { need = 3, missing = 2, text = "{unit}：{item}还差{missing}（应交{need}，已交{done}），{due}前报{to}" }),
      entry("外科", { text = "{unit}：{item}还差{missing}（应交{need}，已交{done}），{due}前报{to}" }) }),
    [[
优秀征文：内科、外科等2个单位未交齐，共差3篇；7月5日（周四）截止，已逾期1天
内科等2个单位：
《职业精神工作方案》
1. 优秀征文（三(二)）：内科、外科等2个单位未交齐，共差3篇；7月5日（周四）截止，已逾期1天
   内科：优秀征文还差2篇（应交3篇，已交1篇），7月5日（周四）前报市卫生局
   外科：优秀征文还差1篇（应交1篇，已交0篇），7月5日（周四）前报市卫生局
]], [[
优秀征文: 内科, 外科: 3 missing; was due Thursday 2012-07-05, 1 day overdue
内科 and 1 more:
职业精神工作方案
1. 优秀征文 (三(二)): 内科, 外科: 3 missing; was due Thursday 2012-07-05, 1 day overdue
   内科：优秀征文还差2（应交3，已交1），Thursday 2012-07-05前报市卫生局
   外科：优秀征文还差1（应交1，已交0），Thursday 2012-07-05前报市卫生局
]] },
  { "what a function said is no template", mail({ entry("内科", { said = "{unit} {item}\n第二行" }) }),
    [[
优秀征文：还差1篇；7月5日（周四）截止，已逾期1天
内科：
《职业精神工作方案》
1. 优秀征文（三(二)）：还差1篇；7月5日（周四）截止，已逾期1天
   {unit} {item}
   第二行
]], [[
优秀征文: 1 of 1 missing; was due Thursday 2012-07-05, 1 day overdue
内科:
职业精神工作方案
1. 优秀征文 (三(二)): 1 of 1 missing; was due Thursday 2012-07-05, 1 day overdue
   {unit} {item}
   第二行
]] },
}

-- { template, what it becomes, fields of the entry, in English }.
local templates = {
  { "请按时报送", "请按时报送" },
  { "{plan}{phase}{clause}", "职业精神工作方案讨论交流阶段三(二)" },
  { "{due}，{left}，{days}", "7月5日（周四），已逾期1天，1天" },
  { "{due}，{left}，{days}", "7月6日（周五），就在今天，0天", { due = TODAY } },
  { "{due}，{left}，{days}", "2013年1月1日（周二），还有179天，179天", { due = calendar.day(2013, 1, 1) } },
  { "{due}，{left}，{days}", "无固定期限，无固定期限，无固定期限", { due = false } },
  { "{need} {done} {missing}", "1项 0项 1项", { need = 0, missing = 0, measure = false } },
  { "{need} {done} {missing}", "4次 3次 1次", { need = 4, missing = 1, measure = "次" } },
  { "{role}的{link}。", "联系人的。" },
  { "{{unit}：{unit}", "{unit}：内科" },
  { "{{{unit}}", "{内科}" },
  { "{nobody} {unit {} }{ {Unit}", "{nobody} {unit {} }{ {Unit}" },
  { "{unit}", "{item}{due}", { unit_name = "{item}{due}" } },
  { "{unit}", "%1 %% %0", { unit_name = "%1 %% %0" } },
  { "{to}", "", { to = false } },
  { "{due}, {left}: {missing} of {need}", "Thursday 2012-07-05, 1 day overdue: 1 of 1", nil, true },
}

local function false_is_nil(made)
  for _, one in ipairs(made.entries) do
    for key, value in pairs(one) do
      if value == false then one[key] = nil end
    end
  end
  return made
end

TestMessages = {}

function TestMessages.testDigests()
  for _, row in ipairs(rows) do
    for i, lang in ipairs({ "zh", "en" }) do
      local made = messages.compose({ false_is_nil(row[2]) }, lang)[1]
      lu.assertEquals(made.subject .. "\n" .. made.text, row[2 + i], row[1] .. ", " .. lang)
    end
  end
end

function TestMessages.testManyItems()
  local made = messages.compose({ false_is_nil(mail(items(33), { link = "https://plan.example/" })) }, "zh")[1]
  local lines = {}
  for line in made.text:gmatch("[^\n]+") do table.insert(lines, line) end
  lu.assertEquals(#lines, 33)
  lu.assertStrContains(lines[3], "1. 事项33：")
  lu.assertStrContains(lines[32], "30. 事项4：")
  lu.assertEquals(lines[33], "另有3项，详见 https://plan.example/")
  lu.assertEquals(made.subject, "33项待办：事项1；事项2；事项3等")
  made = messages.compose({ false_is_nil(mail(items(31))) }, "en")[1]
  lu.assertStrContains(made.text, "\n1 more item.\n")
  made = messages.compose({ false_is_nil(mail(items(30))) }, "zh")[1]
  lu.assertNotStrContains(made.text, "另有")
  lu.assertStrContains(made.text, "\n1. 事项1：")
end

function TestMessages.testManyPeople()
  local made = messages.compose({ mail(people(200)) }, "zh")[1]
  lu.assertStrContains(made.text, "内科护士09、内科护士10（内科）等200人未交；")
  lu.assertNotStrContains(made.text, "内科护士11")
  made = messages.compose({ mail(people(200)) }, "en")[1]
  lu.assertStrContains(made.text, "内科护士10 (内科) and 190 more: 200 missing;")
end

function TestMessages.testTemplates()
  for _, row in ipairs(templates) do
    local one = entry("内科", row[3])
    one.text = row[1]
    local made = messages.compose({ false_is_nil(mail({ one })) }, row[4] and "en" or "zh")[1]
    lu.assertEquals(made.texts[1], row[2], row[1])
  end
end

function TestMessages.testPlaceholdersAreThoseOfTheLanguage()
  local names = {}
  for _, row in ipairs(words.placeholders) do table.insert(names, row[1]) end
  table.sort(names)
  lu.assertEquals(messages.placeholders(), names)
end

function TestMessages.testTheSameDataGiveTheSameWords()
  local first = messages.compose({ mail(people(40)), mail({ entry("外科") }) }, "zh")
  local second = messages.compose({ mail(people(40)), mail({ entry("外科") }) }, "zh")
  lu.assertEquals(first, second)
end

os.exit(lu.LuaUnit.run("-o", "text"))
