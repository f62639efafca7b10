-- 医院按上级通知制定的方案（a hospital deriving from a notice）。
-- 看方案：planrun show examples/hospital.lua       预演：planrun examples/hospital.lua --simulate
plan "hospital" { "样例医院“优质服务季”活动实施方案",
  issuer = "样例医院", owner = "hospital", level = "hospital",
  issued = "2026年3月9日", received = "2026年3月4日",   -- received：收到上级通知的日期
  -- under：上级的通知。编号对应同一文件夹的 notice.lua；as = 我们在上级通知里属于哪一类。
  -- 没有脚本的上级文件写 under = { cite = "文件名称" }。
  under = { "notice", as = "hospital" },
  when = "3月至6月",
}

unit "commission" { "市卫生健康委员会", level = "city" }        -- 上级也写出来，才好报送
unit "hospital"   { "样例医院", parent = "commission", level = "hospital" }
unit "office"     { "党政办", parent = "hospital" }
unit "department" { "各科室", parent = "hospital", many = true }
-- group：第二种归属。人在科室，也在支部；统计到两边，提醒只发一次。
group "branch"    { "各支部", parent = "hospital", many = true }
group "member"    { "党员" }
roster "hospital.csv" { "person" }

-- phase：阶段。里面的事项默认用阶段的时间；阶段可以重叠，也可以没有。
phase "prepare" { "宣传动员", when = "3月中旬至3月底", clause = "一",
  -- fulfils：我们用这一条落实上级的哪一条（上级编号:事项编号）。只能更严，不能更松。
  quota "own-plan" { "实施方案", by = "office", count = 1, due = "3月18日前", to = "commission",
    fulfils = "notice:own-plan" },
  task "rally" { "动员会", each = "department", where = { records = "会议记录" } },
}

phase "improve" { "改进服务", when = "4月初至5月底", clause = "二",
  -- 上级要求 800 字、5 月 29 日；我们要求 1000 字、5 月 15 日前：更严，可以。
  quota "reflection" { "心得体会", each = "person", count = 1, where = { chars = "不少于1000字" },
    due = "5月15日前", to = "office", fulfils = "notice:reflection" },
  -- feeds：我们的成果是别处的输入。
  quota "ideas" { "服务改进建议", each = "各科室、各支部", count = "1~2条", due = "4月20日前",
    feeds = "measures" },
  quota "measures" { "服务改进措施", by = "hospital", count = "不少于4项", due = "5月20日前",
    fulfils = "notice:measures", feeds = "report" },
}

phase "sum-up" { "总结", when = "6月上旬", clause = "三",
  quota "report" { "活动总结", by = "office", count = 1, due = "6月5日前", to = "commission",
    fulfils = "notice:report", feeds = "notice:report" },
}

remind { before = { "7d", "3d", "1d" } }
-- on：到时候再做的事。处理函数只返回数据，不能碰文件和网络。
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
-- on("check", …)：方案自己的检查，planrun check 时运行，用 finding 提出看法。这里：本院规矩，有期限的都要写明交给谁或用在哪里。
on("check", function(event)
  for _, item in ipairs(event.items) do
    if item.word == "quota" and item.due and not item.to and #item.feeds == 0 then
      finding(item.id, "“" .. item.name .. "”有期限，没有写交给谁（to）或用在哪里（feeds）", { name = "no-destination" })
    end
  end
end)
