-- 上级通知（自拟）：每一种要求各有一项；hospital.lua 是照着落实的下级方案，mutations.tsv 逐处改动它。
plan "bureau" { "行风建设活动", issuer = "市卫生局", owner = "bureau", level = "city", issued = "2024年2月20日" }

unit "bureau"     { "市卫生局", level = "city" }
unit "publicity"  { "宣传科", parent = "bureau", alias = { "市卫生局宣传科" } }
unit "hospital"   { "各医院", parent = "bureau", level = "hospital", many = true }
unit "department" { "各科室", many = true }
unit "person"     { "每名职工", many = true }
roster "bureau.csv" {}

phase "study" { "学习阶段", when = "3月",
  quota "notes"    { "学习体会", each = "person", count = 1, where = { chars = "不少于1500字", original = true } },
  task "meeting"   { "动员会", each = "hospital", due = "3月15日前", where = { records = { "会议记录", "签到表" } } },
}
phase "practice" { "实践阶段", when = "4月至9月",
  quota "essays"   { "征文", each = "各科室", count = "不少于2篇", due = "5月31日前", to = "bureau",
    where = { chars = "1000~3000字", contains = { "案例", { "建议", 2 } }, form = "电子版" } },
  quota "video"    { "微视频", each = "hospital", count = "1~3个", due = "6月14日前", to = "宣传科", where = { minutes = "3-5分钟" } },
  task "inspect"   { "自查", each = "department", due = "6月28日17时前" },
  quota "training" { "培训", each = "person", count = "不少于2次", due = "9月27日前", where = { amount = "不少于4学时" } },
  quota "models"   { "先进典型", each = "hospital", count = "不少于6人", due = "8月30日前", to = "bureau" },
}
quota "report"     { "总结报告", each = "hospital", count = 1, due = "10月31日前", to = "bureau",
  where = { contains = { "做法", "成效" }, rules = "以医院名义" } }
quota "briefs"     { "简报", each = "hospital", count = "不少于1期", per = "每月", when = "3月至12月", to = "bureau",
  where = { zero = true } }
quota "figures"    { "统计数据", each = "hospital", count = 1, per = "每月25日前", when = "3月至12月", to = "bureau" }
quota "returns"    { "报表", each = "hospital", count = 1, due = "每季度末前", to = "bureau" }
task "visits"      { "走访", each = "department", per = "定期" }
quota "materials"  { "阶段材料", each = "hospital", count = "不少于1份", per = "phase", to = "bureau",
  where = { any = { "小结", "典型" } } }
task "column"      { "宣传专栏", each = "hospital", when = "长期" }
task "gifts"       { "收受红包", each = "person", binding = "never" }
quota "speech"     { "演讲", each = "hospital", count = 2, due = "8月15日前", to = "bureau", binding = "should" }
