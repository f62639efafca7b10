-- 一个科室最小的方案（a department's smallest plan）。
-- 运行：planrun examples/department.lua           预演：planrun examples/department.lua --simulate
--
-- 每条都是“词 "编号" { "名称", 字段 = 值 }”：编号用英文小写，名称用通知原来的话。

-- plan：方案本身。只有名称、issuer（印发单位）和 issued（印发日期）必须写。
plan "department" { "护理部“优质护理”读书活动方案",
  issuer = "护理部",
  issued = "2026年3月2日",
  when = "2026年3-5月",              -- 全部事项默认的时间；日期照通知的写法写，由程序换算
}

-- unit：谁。many = true 表示一类单位，成员由名册给出。
unit "nursing" { "护理部", alias = { "本部" } }
unit "ward"    { "各病区", parent = "nursing", many = true }

-- roster：名册（CSV，Excel 可以直接编辑）。花括号里是名册自己带来的类别。
roster "department.csv" { "person" }

-- task：做一次就算完成的事。by = 一起做一次；each = 每个都要做。
task "kick-off" { "启动会", by = "nursing", due = "3月10日前" }

-- quota：要计数的事。count = 数量，where = 对每一份的要求。
quota "notes" { "读书笔记", each = "person", count = "不少于2篇", where = { chars = "不少于800字" },
  due = "5月20日前", to = "nursing" }
quota "meeting" { "读书交流会", each = "ward", count = "一场", due = "5月29日前",
  where = { records = "会议记录" } }

-- remind：提醒。不写 about 就管全部有期限而未完成的事；遇休息日提前到工作日。
remind { before = { "7d", "1d" } }
