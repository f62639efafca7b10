-- 上级的通知（the notice above）：examples/hospital.lua 由它派生。一般不用自己写，向上级要。
plan "notice" { "全市医疗系统“优质服务季”活动通知",
  issuer = "市卫生健康委员会", owner = "commission", level = "city",
  issued = "2026年3月2日",
  when = "3月至6月",
}

unit "commission" { "市卫生健康委员会", level = "city" }
unit "hospital"   { "各医院", parent = "commission", level = "hospital", many = true }
roster "notice.csv" { "person" }

phase "prepare" { "准备阶段", when = "3月", clause = "二(一)",
  quota "own-plan" { "活动方案", each = "hospital", count = 1, due = "3月20日前", to = "commission" },
}
phase "improve" { "改进阶段", when = "4月1日至5月29日", clause = "二(二)",
  quota "measures"   { "服务改进措施", each = "hospital", count = "不少于3项", feeds = "report" },
  quota "reflection" { "心得体会", each = "person", count = 1, where = { chars = "不少于800字" },
    feeds = "report" },
}
phase "sum-up" { "总结阶段", when = "6月", clause = "二(三)",
  quota "report" { "活动总结", each = "hospital", count = 1, due = "6月10日前", to = "commission" },
}
