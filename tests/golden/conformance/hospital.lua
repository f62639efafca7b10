-- 下级方案（自拟）：逐项落实 bureau.lua。
plan "hospital" { "医院行风建设实施方案", issuer = "市人民医院", level = "hospital", issued = "2024年2月26日",
  under = "bureau" }

unit "bureau"     { "市卫生局", level = "city" }
unit "publicity"  { "局宣传科", parent = "bureau", alias = { "宣传科" } }
unit "hospital"   { "市人民医院", parent = "bureau", level = "hospital" }
unit "office"     { "党政办", parent = "hospital" }
unit "department" { "各科室", parent = "hospital", many = true }
unit "d1"         { "内科", parent = "hospital", kind = "department", tags = "clinical" }
unit "d2"         { "外科", parent = "hospital", kind = "department", tags = "clinical" }
unit "d3"         { "后勤科", parent = "hospital", kind = "department", tags = "admin" }
unit "person"     { "全体职工", parent = "hospital", many = true }
roster "hospital.csv" {}

phase "study" { "学习阶段", when = "3月",
  quota "notes" { "学习体会", each = "person", count = 1, where = { chars = "不少于1500字", original = true }, fulfils = "bureau:notes" },
  task "meeting" { "动员会", by = "hospital", due = "3月15日前", where = { records = { "会议记录", "签到表" } }, fulfils = "bureau:meeting" },
}
phase "practice" { "实践阶段", when = "4月至9月",
  quota "essays" { "征文", each = "department", count = "不少于2篇", due = "5月31日前", to = "bureau", where = { chars = "1000~3000字", contains = { "案例", { "建议", 2 } }, form = "电子版" }, fulfils = "bureau:essays" },
  quota "video" { "微视频", by = "office", count = "1~3个", due = "6月14日前", to = "publicity", where = { minutes = "3-5分钟" }, fulfils = "bureau:video" },
  task "inspect" { "自查", each = "department", due = "6月28日17时前", fulfils = "bureau:inspect" },
  quota "training" { "培训", each = "person", count = "不少于1次", due = "9月27日前", where = { amount = "不少于4学时" }, fulfils = "bureau:training", deviates = { from = "bureau:training", reason = "一次连续两天", approved_by = "市卫生局" } },
  quota "models" { "先进典型", each = "department", count = "不少于2人", due = "8月30日前", to = "bureau", fulfils = "bureau:models" },
}
quota "report" { "总结报告", by = "office", count = 1, due = "10月31日前", to = "bureau", where = { contains = { "做法", "成效" }, rules = "以医院名义" }, fulfils = "bureau:report" }
quota "briefs" { "简报", by = "office", count = "不少于1期", per = "每月", when = "3月至12月", to = "bureau", where = { zero = true }, fulfils = "bureau:briefs" }
quota "figures" { "统计数据", by = "office", count = 1, per = "每月25日前", when = "3月至12月", to = "bureau", fulfils = "bureau:figures" }
quota "returns" { "报表", by = "office", count = 1, due = "每季度末前", to = "bureau", fulfils = "bureau:returns" }
task "visits" { "走访", each = "department", per = "定期", fulfils = "bureau:visits" }
quota "materials" { "阶段材料", by = "office", count = "不少于1份", per = "phase", to = "bureau", where = { any = { "小结", "典型" } }, fulfils = "bureau:materials" }
task "column" { "宣传专栏", by = "office", when = "长期", fulfils = "bureau:column" }
task "gifts" { "收受红包", each = "person", binding = "never", fulfils = "bureau:gifts" }
quota "speech" { "演讲", by = "office", count = 1, due = "9月13日前", fulfils = "bureau:speech" }
