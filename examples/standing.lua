-- 长期方案（a standing plan）：没有起止日期，按月、按年、逢节日办事。
-- 预演三年：planrun examples/standing.lua --simulate
plan "standing" { "样例医院志愿服务常态化工作方案",
  issuer = "样例医院", owner = "hospital",
  issued = "2026年1月5日",
  when = "常态化",                    -- 长期有效，没有结束日期
  review = "每年12月",                -- review：每年回头看一次，方案还合不合用
}

unit "hospital"   { "样例医院" }
unit "office"     { "党政办", parent = "hospital" }
unit "department" { "各科室", parent = "hospital", many = true }
group "volunteer" { "志愿者" }
roster "standing.csv" { "person" }

-- per：周期。“每月5日前”“每季度末”“每周五前”都可以；每一期单独计数，不结转。
quota "monthly" { "志愿服务情况", each = "department", count = 1, per = "每月5日前", to = "office" }
-- 遇节假日顺延要写明，不写就不动。
task "digest" { "季度简报", by = "office", per = "每季度末", rest_day = "next" }
-- 传统节日按农历换算，每年不同。
task "festivals" { "节日慰问", by = "volunteer", per = { "每年春节", "每年端午节", "每年中秋节", "每年重阳节" },
  about = { "老人", "儿童", "残疾人" } }
-- “若干”：方案没有给数目，不判断够不够。
quota "award" { "优秀志愿者", by = "hospital", from = "volunteer", count = "若干", per = "每年12月" }
-- due = "及时"：没有期限，只登记，不催办。allow：某项检查在这里不必再提示，写明理由。
task "stories" { "典型事例", each = "department", due = "及时", to = "office",
  allow = { undated = "随时有随时报，只登记" } }

remind { about = "monthly", before = { "3d" } }
remind { about = { "festivals", "award" }, before = { "14d" } }
