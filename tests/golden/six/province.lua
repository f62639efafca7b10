-- 六级样例之二：省里的方案。
plan "province" { "全省医德医风教育活动方案", issuer = "省卫生厅", level = "province",
  issued = "2024年2月26日", under = "ministry" }

unit "ministry"   { "卫生部", level = "ministry" }
unit "province"   { "省卫生厅", level = "province", parent = "ministry" }
unit "city"       { "各市卫生局", parent = "province", level = "city", many = true }
unit "county"     { "各县卫生局", level = "county", many = true }
unit "hospital"   { "各医院", level = "hospital", many = true }
unit "department" { "各科室", level = "department", many = true }
unit "person"     { "每名职工", many = true }
roster "province.csv" {}

quota "discussion" { "大讨论", each = "hospital", count = "一场", due = "5月29日前",
  where = { records = "讨论记录" }, fulfils = "ministry:discussion" }
quota "essays"     { "心得体会", each = "person", count = "不少于1篇", due = "6月25日前",
  where = { chars = "不少于1000字", original = true }, fulfils = "ministry:essays" }
quota "city-reports" { "各市总结", each = "city", count = 1, due = "7月19日前", to = "province",
  where = { contains = { "做法", "成效" } }, feeds = "report" }
quota "report"     { "全省总结报告", count = 1, due = "7月29日前", to = "ministry",
  where = { contains = { "做法", "成效" } }, fulfils = "ministry:report" }
quota "lessons"    { "集中学习", each = "person", count = "不少于1次", per = "每月", when = "4月至12月",
  fulfils = "ministry:lessons" }
task "copying"     { "抄袭", each = "person", binding = "never", fulfils = "ministry:copying" }
task "column"      { "专栏", each = "hospital", when = "长期", fulfils = "ministry:column" }
