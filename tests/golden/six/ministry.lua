-- 六级样例之一：部里的通知。其余五级逐级派生；名册与名称均为自拟。
plan "ministry" { "医德医风教育活动", issuer = "卫生部", owner = "ministry", level = "ministry",
  issued = "2024年2月20日" }

unit "ministry"   { "卫生部", level = "ministry" }
unit "province"   { "各省卫生厅", parent = "ministry", level = "province", many = true }
unit "city"       { "各市卫生局", level = "city", many = true }
unit "county"     { "各县卫生局", level = "county", many = true }
unit "hospital"   { "各医院", level = "hospital", many = true }
unit "department" { "各科室", level = "department", many = true }
unit "person"     { "每名职工", many = true }
roster "ministry.csv" {}

quota "discussion" { "大讨论", each = "hospital", count = "一场", due = "5月31日前",
  where = { records = "讨论记录" } }
quota "essays"     { "心得体会", each = "person", count = "不少于1篇", due = "6月28日前",
  where = { chars = "不少于1000字", original = true } }
quota "report"     { "总结报告", each = "province", count = 1, due = "7月31日前", to = "ministry",
  where = { contains = { "做法", "成效" } } }
quota "lessons"    { "集中学习", each = "person", count = "不少于1次", per = "每月", when = "4月至12月" }
task "copying"     { "抄袭", each = "person", binding = "never" }
task "column"      { "专栏", each = "hospital", when = "长期" }
