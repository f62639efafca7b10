-- 六级样例之四：县里的方案。
plan "county" { "全县医德医风教育活动方案", issuer = "县卫生局", level = "county",
  issued = "2024年3月5日", under = "city" }

unit "city"       { "市卫生局", level = "city" }
unit "county"     { "县卫生局", parent = "city", level = "county" }
unit "hospital"   { "各医院", parent = "county", level = "hospital", many = true }
unit "department" { "各科室", level = "department", many = true }
unit "person"     { "每名职工", many = true }
roster "county.csv" {}

quota "discussion" { "大讨论", each = "hospital", count = "一场", due = "5月24日前",
  where = { records = "讨论记录" }, fulfils = "city:discussion" }
quota "essays"     { "心得体会", each = "person", count = "不少于1篇", due = "6月20日前",
  where = { chars = "不少于1000字", original = true }, fulfils = "city:essays" }
quota "hospital-reports" { "各医院总结", each = "hospital", count = 1, due = "7月5日前", to = "county",
  where = { contains = { "做法", "成效" } }, feeds = "report" }
quota "report"     { "全县总结", count = 1, due = "7月11日前", to = "city",
  where = { contains = { "做法", "成效" } }, fulfils = "city:county-reports" }
quota "lessons"    { "集中学习", each = "person", count = "不少于1次", per = "每月", when = "4月至12月",
  fulfils = "city:lessons" }
task "copying"     { "抄袭", each = "person", binding = "never", fulfils = "city:copying" }
task "column"      { "专栏", each = "hospital", when = "长期", fulfils = "city:column" }
