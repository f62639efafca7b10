-- 六级样例之六：科室的方案。
plan "department" { "内科医德医风教育活动方案", issuer = "内科", level = "department",
  issued = "2024年3月11日", under = "hospital" }

unit "hospital"   { "县人民医院", level = "hospital" }
unit "department" { "内科", parent = "hospital", level = "department" }
unit "person"     { "每名职工", parent = "department", many = true }
roster "department.csv" {}

quota "essays"  { "心得体会", each = "person", count = "不少于1篇", due = "6月14日前",
  where = { chars = "不少于1000字", original = true }, fulfils = "hospital:essays" }
quota "report"  { "内科总结", count = 1, due = "6月27日前", to = "hospital",
  where = { contains = { "做法", "成效" } }, fulfils = "hospital:department-reports" }
quota "lessons" { "集中学习", each = "person", count = "不少于1次", per = "每月", when = "4月至12月",
  fulfils = "hospital:lessons" }
task "copying"  { "抄袭", each = "person", binding = "never", fulfils = "hospital:copying" }
