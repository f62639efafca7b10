-- 全市通知：check-clean.lua 由它派生。两份方案都查不出错误和警告，见 run-check.sh。
plan "check-clean-above" { "全市医院“温馨服务”活动通知",
  issuer = "市卫生健康委员会", owner = "commission", level = "city",
  issued = "2026年3月2日", number = "卫健发〔2026〕12号",
  when = "2026年3月2日至7月10日",
}

unit "commission" { "市卫生健康委员会", level = "city" }
unit "hospital"   { "各医院", parent = "commission", level = "hospital", many = 2 }
unit "person"     { "全体职工", parent = "hospital", many = 6 }

phase "prepare" { "准备阶段", label = "第一阶段", when = "3月2日至3月31日", clause = "二(一)",
  quota "own-plan" { "活动方案", each = "hospital", count = 1, due = "3月20日前", to = "commission" },
}
phase "improve" { "改进阶段", label = "第二阶段", when = "4月1日至6月12日", clause = "二(二)",
  quota "measures"   { "改进措施", each = "hospital", count = "不少于3项", due = "6月10日前", feeds = "report" },
  quota "reflection" { "心得体会", each = "person", count = "不少于1篇", where = { chars = "不少于800字" },
    due = "5月29日前", feeds = "report" },
}
phase "sum-up" { "总结阶段", label = "第三阶段", when = "6月15日至7月10日", clause = "二(三)",
  quota "report" { "活动总结", each = "hospital", count = 1, to = "commission" },
}

remind { before = { "7d", "1d" } }
