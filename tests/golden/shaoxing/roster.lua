-- Prints a roster for scripts/shaoxing2012.lua as a hospital has one: 40 departments, 12 branches, 600
-- people, each in one department and one branch. Departments are usual ones, people numbers.
local departments = {
  "党政办综合科", "医务科", "护理部", "院感科", "质控科", "科教科", "人事科", "财务科", "信息科", "总务科", "设备科", "保卫科",
  "医保办", "门诊部", "急诊科", "重症医学科", "麻醉科", "手术室", "供应室", "内一科", "内二科", "内三科", "外一科", "外二科",
  "骨一科", "骨二科", "针灸推拿科", "康复科", "妇科", "儿科", "肛肠科", "皮肤科", "眼科", "耳鼻喉科", "口腔科", "检验科",
  "放射科", "超声科", "药剂科", "制剂室",
}
local numbers = { "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二" }

print("id,name,kind,parent,groups,tags,staff,contact,from,until")
for b, number in ipairs(numbers) do
  print(string.format("branch-%02d,第%s党支部,branch,hospital,,,,branch-%02d@shaoxing.example,,", b, number, b))
end
local person = 0
for d, name in ipairs(departments) do
  local id = string.format("d%02d", d)
  -- an office answers for three departments, so that one contact stands for several
  local contact = d <= 3 and "office@shaoxing.example" or id .. "@shaoxing.example"
  print(string.format("%s,%s,department,hospital,,,,%s,,", id, name, contact))
  for p = 1, 15 do
    person = person + 1
    local groups = { string.format("branch-%02d", (person - 1) // 50 + 1) }
    table.insert(groups, p <= 5 and "member" or p <= 8 and "league" or nil)
    table.insert(groups, p == 1 and "cadre" or nil)
    table.insert(groups, p == 1 and d <= 12 and "study-group" or nil)
    print(string.format("%s-%02d,%s%02d号,person,%s,%s,,,,,", id, p, name, p, id, table.concat(groups, ";")))
  end
end
