-- 医院按全市通知制定的实施方案：二十项，各种写法都有，查不出错误和警告。名册是样例，人员以编号代称。
plan "check-clean" { "县人民医院“温馨服务”活动实施方案",
  issuer = "县人民医院", owner = "hospital", level = "hospital",
  issued = "2026年3月9日", received = "2026年3月4日", number = "县医发〔2026〕7号",
  recipients = { "各党支部", "各科室" },
  under = { "check-clean-above", as = "hospital" },
  when = "2026年3月9日至7月10日", theme = "温馨服务，从我做起",
  contacts = { { name = "党政办公室", tel = "0591-12345678" } },
}

unit "commission" { "市卫生健康委员会", level = "city" }
unit "hospital"   { "县人民医院", parent = "commission", level = "hospital", alias = { "本院" } }
unit "office"     { "党政办公室", parent = "hospital", alias = { "党政办" } }
unit "nursing"    { "护理部", parent = "hospital" }
unit "ward"       { "各病区", parent = "hospital", many = true }
unit "clinic"     { "各门诊科室", parent = "hospital", many = true }
unit "person"     { "全体职工", parent = "hospital", many = true }
group "branch"    { "各党支部", parent = "hospital", many = true, alias = { "各支部" } }
group "member"    { "党员" }
group "leading"   { "活动领导小组", parent = "hospital", duty = "组织领导", office = "office" }
roster "check-clean.csv" {}

phase "prepare" { "宣传动员", label = "第一阶段", when = "3月9日至4月3日", clause = "三(一)",
  quota "own-plan" { "实施方案", by = "office", count = "1份", due = "3月18日前", to = "commission",
    where = { contains = { "目标", "措施", "责任人" }, form = "纸质盖章" }, fulfils = "check-clean-above:own-plan" },
  task "rally"     { "动员大会", by = "office", lead = "leading", attend = "person", due = "3月20日前",
    where = { records = "签到表" } },
  task "publicity" { "宣传栏更新", each = { "ward", "clinic" }, ways = { "宣传栏", "电子屏" }, due = "3月27日前" },
  quota "pledge"   { "服务承诺书", each = { "ward", "clinic" }, count = "1份", to = "office" },
}

phase "improve" { "改进服务", label = "第二阶段", when = "4月7日至6月12日", clause = "三(二)",
  task "training"  { "服务礼仪培训", by = "nursing", help = "党政办", attend = "person", due = "4月17日前", place = "学术厅",
    where = { records = "培训记录", amount = "不少于2学时" } },
  quota "ideas"    { "改进建议", each = "各病区、各支部", count = "1~2条", due = "4月24日前", feeds = "measures" },
  quota "rounds"   { "护理查房", each = "ward but #icu", count = "一次", per = "每月15日前", rest_day = "next",
    where = { records = "查房记录" } },
  quota "reflection" { "心得体会", each = "person", count = "不少于1篇", due = "5月22日前", to = "office",
    where = { chars = "1000字左右", original = true }, fulfils = "check-clean-above:reflection",
    quota "by-members" { "党员先交心得体会", each = "member", count = "不少于1篇", due = "5月15日前" },
  },
  quota "measures" { "改进措施", by = "hospital", count = "不少于4项", due = "6月5日前",
    fulfils = "check-clean-above:measures", feeds = "report" },
  quota "survey"   { "患者满意度调查表", each = "#inpatient", count = "不少于20份", due = "6月12日前", to = "nursing",
    feeds = "report" },
  quota "video"    { "服务宣传片", by = "office", count = 1, due = "6月10日前", where = { minutes = "3-5分钟" },
    binding = "may", condition = "有条件的" },
}

phase "sum-up" { "总结提高", label = "第三阶段", when = "6月15日至7月10日", clause = "三(三)",
  quota "cases"     { "优秀案例", each = "ward", count = "1件", due = "6月24日前", to = "nursing", feeds = "selection" },
  task "selection"  { "案例评选", by = "nursing", from = "ward", due = "6月30日前", feeds = "commend" },
  quota "commend"   { "温馨服务之星", by = "hospital", from = "person", count = "若干", due = "7月3日前" },
  quota "report"    { "活动总结", by = "office", count = "1份", due = "7月6日前", to = "commission",
    where = { chars = "不超过3000字" }, fulfils = "check-clean-above:report" },
  task "archive"    { "资料归档", each = { "ward", "clinic" }, due = "7月10日前", to = "office" },
  task "mechanism"  { "完善服务规范", by = "nursing", binding = "should", after = "selection" },
}

quota "news"     { "活动信息", by = "office", per = "phase", count = "至少1篇", to = "commission", clause = "四(一)" }
task "red-packets" { "收受“红包”", by = "person", binding = "never", clause = "四(二)", if_late = "按规定处理" }

remind { before = { "7d", "3d", "1d" } }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
