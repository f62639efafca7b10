-- 六级样例之五：医院的方案。
plan "hospital" { "医院医德医风教育活动方案", issuer = "县人民医院", level = "hospital",
  issued = "2024年3月8日", under = "county" }

unit "county"     { "县卫生局", level = "county" }
unit "hospital"   { "县人民医院", parent = "county", level = "hospital" }
unit "department" { "各科室", parent = "hospital", level = "department", many = true }
unit "person"     { "每名职工", parent = "hospital", many = true }
roster "hospital.csv" {}

quota "discussion" { "大讨论", by = "hospital", count = "一场", due = "5月22日前",
  where = { records = "讨论记录" }, fulfils = "county:discussion" }
quota "essays"     { "心得体会", each = "person", count = "不少于1篇", due = "6月18日前",
  where = { chars = "不少于1000字", original = true }, fulfils = "county:essays" }
quota "department-reports" { "各科室总结", each = "department", count = 1, due = "6月28日前", to = "hospital",
  where = { contains = { "做法", "成效" } }, feeds = "report" }
quota "report"     { "医院总结", count = 1, due = "7月4日前", to = "county",
  where = { contains = { "做法", "成效" } }, fulfils = "county:hospital-reports" }
quota "lessons"    { "集中学习", each = "person", count = "不少于1次", per = "每月", when = "4月至12月",
  fulfils = "county:lessons" }
task "copying"     { "抄袭", each = "person", binding = "never", fulfils = "county:copying" }
task "column"      { "专栏", when = "长期", fulfils = "county:column" }
