-- 提醒的话和逾期督办（words of reminders, and escalation）。
-- 预演：planrun examples/messages.lua --simulate          占位符：planrun help words remind

plan "messages" { "科室自查方案", issuer = "质控科", issued = "2026年3月2日" }

unit "quality" { "质控科" }
unit "ward"    { "各病区", parent = "quality", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区", kind = "ward" }

quota "report" { "自查报告", each = "ward", count = "不少于2份", due = "3月27日前", to = "quality" }
task "meeting" { "整改会", each = "ward", due = "4月3日前" }

-- 花括号里是占位符，发送时按收件人和事项填写；要写花括号本身，写 {{。
remind { before = { "7d", "3d" }, text = "{unit}：{item}{left}截止，请于{due}前报{to}" }

-- 话要看情况变的，写成函数。它只看得到这条消息的数据，返回一段文字。
remind { about = "report", before = { "1d" }, text = function(message)
  if message.missing < message.need then
    return message.unit.name .. "已交一部分，还差" .. message.missing .. message.measure .. "，明天截止"
  end
  return message.unit.name .. "尚未报送，请今天联系质控科"
end }

-- 逾期督办：到期当天提醒本人，之后每两个工作日往上一级，办结、说明原因或延期就停。
escalate { about = { "report", "meeting" }, steps = { "head", "office", "leader" }, every = "2wd" }
