-- 六级样例之三：市里的方案。
plan "city" { "全市医德医风教育活动方案", issuer = "市卫生局", level = "city",
  issued = "2024年3月1日", under = "province" }

unit "province"   { "省卫生厅", level = "province" }
unit "city"       { "市卫生局", parent = "province", level = "city" }
unit "county"     { "各县卫生局", parent = "city", level = "county", many = true }
unit "hospital"   { "各医院", level = "hospital", many = true }
unit "department" { "各科室", level = "department", many = true }
unit "person"     { "每名职工", many = true }
roster "city.csv" {}

quota "discussion" { "大讨论", each = "hospital", count = "一场", due = "5月28日前",
  where = { records = "讨论记录" }, fulfils = "province:discussion" }
quota "essays"     { "心得体会", each = "person", count = "不少于1篇", due = "6月21日前",
  where = { chars = "不少于1000字", original = true }, fulfils = "province:essays" }
quota "county-reports" { "各县总结", each = "county", count = 1, due = "7月12日前", to = "city",
  where = { contains = { "做法", "成效" } }, feeds = "report" }
quota "report"     { "全市总结", count = 1, due = "7月18日前", to = "province",
  where = { contains = { "做法", "成效" } }, fulfils = "province:city-reports" }
quota "lessons"    { "集中学习", each = "person", count = "不少于1次", per = "每月", when = "4月至12月",
  fulfils = "province:lessons" }
task "copying"     { "抄袭", each = "person", binding = "never", fulfils = "province:copying" }
task "column"      { "专栏", each = "hospital", when = "长期", fulfils = "province:column" }
