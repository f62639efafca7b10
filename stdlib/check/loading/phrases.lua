--- What a date phrase leaves open, and how planrun reads it: name, a phrase that has it, reason, mend (English,
--- Chinese). What each means stands in when/warnings.lua; the names are shown by `planrun date` and in the sealed plan.
local warnings = require("when.warnings")

local NAME_THE_DAY = { "Name the day.", "请写明日期。" }
local NOTHING = { "Nothing, when that is what is meant; else name the days.", "理解无误就不必改，否则请写明日期。" }

local rows = {
  { "before-month-ambiguous", "10月前", "Some offices include the month, others do not: a month lies between the two readings.",
    "有的单位含当月，有的不含，两种读法相差一个月。",
    "Write “10月底前” to include the month, or name the day.", "包括当月请写“10月底前”，否则写明日期。" },
  { "before-period-ambiguous", "第三季度前", "As with a month, the period itself may be meant to count.", "同“X月前”，可能包括该时段。",
    "Write “第三季度末前”, or name the day.", "包括该时段请写“第三季度末前”，否则写明日期。" },
  { "before-day-ambiguous", "正月十五前", "Lunar days are often named for the feast itself.", "农历日子常指节日当天。", NAME_THE_DAY },
  { "before-event-ambiguous", "会议结束前", "On its day the event may be over or not.", "当天事件可能已结束，也可能没有。", NAME_THE_DAY },
  { "before-holiday-ambiguous", "春节前三天", "The holiday begins before the festival.", "放假从节日之前就开始。", NAME_THE_DAY },
  { "after-ambiguous", "7月以后", "“After” a period can begin with it or behind it.", "“后”可以从当日、次日或时段结束算起。", NAME_THE_DAY },
  { "phrase-typo", "2012年3月22前", "“3月22前” is meant as a day; nothing else fits.", "“3月22前”只能理解为日期。", "Write 日.", "请补上“日”。" },
  { "two-digit-year", "12年3月", "“12年” could be a duration or the year 1912.", "“12年”也可以是时长，或者别的世纪。", "Write four digits.", "请写四位数的年份。" },
  { "year-inferred", "1月10日前", "Notices leave the year out; near its end the next one is meant.", "通知常省略年份，临近年底多指次年。",
    "Write the year, or give the plan `year`.", "请写上年份，或在 plan 里写 year。" },
  { "month-inferred", "20日前", "The day of issue says which month.", "按印发日期推定月份。", "Write the month.", "请写上月份。" },
  { "week-inferred", "周五前", "The day of issue says which week.", "按印发日期推定哪一周。", NAME_THE_DAY },
  { "month-or-duration", "3月内", "One character, 个, makes the difference between March and three months.", "差一个“个”字，就是三月与三个月之别。",
    "Write “3个月内” or “3月底前”.", "请写“3个月内”或“3月底前”。" },
  { "day-or-duration", "三日后", "It could be the third of the month.", "也可以理解为某月三日之后。", NAME_THE_DAY },
  { "retroactive", "3月5日", "What lies before the day of issue cannot be done in time.", "印发之前的日子赶不上了。",
    "Check the date; the plan then counts from issue on.", "请核对；程序从印发之日起算。" },
  { "starts-before-anchor", "2月~3月底", "It had begun when the notice came.", "通知印发时已经开始。", NOTHING },
  { "fuzzy-end", "9月初", "初, 中, 左右, 前后 have no exact bounds.", "初、中、左右、前后没有确切的界限。", NAME_THE_DAY },
  { "impossible-day", "9月31日前", "A digit is wrong, or the end of the month is meant.", "数字写错了，或者是指月末。", "Write “9月底前” or the right day.", "请写“9月底前”，或改正日期。" },
  { "clipped-day", "每月30日", "February has no such day.", "二月没有这一天。", "Write “每月底”, or a day up to 28.", "请写“每月底”，或 28 日以前的日子。" },
  { "weekday-mismatch", "5月20日(星期六)", "One of the two is wrong, and nobody knows which.", "两处必有一处不对。", "Correct one of them.", "请改正其中一处。" },
  { "week-of-month", "每月第二周周五", "The second week of a month can be counted in several ways.", "“第二周”有几种算法。", "Write “每月第二个周五”.", "请写“每月第二个周五”。" },
  { "week-of-anchor", "第三周", "Weeks of what?", "没有写从哪里算起的第几周。", NAME_THE_DAY },
  { "weekday-recurring", "周一至周五", "Without a week it is every week.", "没有写哪一周，就是每周。", "Write “每周一至周五”, or the dates.", "请写“每周一至周五”，或写明日期。" },
  { "work-hours-assumed", "8月20日下班前", "Hours differ from office to office.", "各单位上下班时间不同。", "Name the hour: “8月20日17时前”.", "请写明时刻，如“8月20日17时前”。" },
  { "hours-unanchored", "24小时内", "Nobody recorded the hour from which they count.", "起算的时刻没有记录。", "Name the day and hour.", "请写明日期和时刻。" },
  { "calendar-unannounced", "2031年国庆节期间", "The State Council announces a year in the autumn before.", "国务院一般在上一年秋天公布放假安排。",
    "Add the year to holidays.d once it is announced.", "公布后请加进 holidays.d。" },
  { "event-hindsight", "党的十八大召开前", "Whoever wrote the notice may not have known the day.", "印发通知时这个日子可能还没有公布。", NOTHING },
  { "day-not-yet-kept", "医师节", "The day was introduced later.", "这个节日是后来才有的。", "Check the year, or name the day.", "请核对年份，或写明日期。" },
  { "festival-week-assumed", "护士节期间", "A single day has no “during”.", "一天的节日没有“期间”。", "Write the days.", "请写明起止日期。" },
  { "festival-window", "每年护士节期间", "A rule holds one day a year.", "规则里每年只记一天。", "Write the days.", "请写明起止日期。" },
  { "two-festivals-guessed", "两节期间", "元旦 and 春节, or 中秋 and 国庆.", "可以指元旦、春节，也可以指中秋、国庆。", "Name them.", "请写明是哪两节。" },
  { "nines-convention", "三九天", "Some mean the third nine days only.", "也可以只指第三个九天。", "Write the days.", "请写明起止日期。" },
  { "season-default", "汛期", "Each province sets its own.", "各地的规定不同。", "Write the days, or change stdlib/when/.", "请写明起止日期，或修改 stdlib/when/。" },
  { "shared-day", "3月、6月中旬", "The part may belong to the last month only.", "“中旬”也可以只修饰最后一个月。", "Write it at every month.", "请每个月都写上。" },
  { "window-shortened", "每年春季", "A recurrence keeps one day a time.", "周期规则每次只记一天。", "Write the deadline of each year.", "请写明每年的期限。" },
  { "interval-phase", "每两周", "Which of the two weeks is not said.", "没有写从哪一周算起。", "Write the first day.", "请写明第一次的日期。" },
  { "interval-ambiguous", "每隔两周", "“Every second” or “every third”.", "可以是每两周，也可以是隔两周。", "Write “每两周” or “每三周”.", "请写“每两周”或“每三周”。" },
  { "count-in-date", "每年两次", "How many is not when.", "次数不是时间。", "per = \"每年\", count = 2", "写成 per = \"每年\", count = 2。" },
  { "bounded-recurrence", "6月至8月每周五", "Outside of it nothing is asked.", "时段之外不作要求。", NOTHING },
  { "note-mismatch", "5月12日(医师节)", "One of the two is wrong.", "两处必有一处不对。", "Correct one of them.", "请改正其中一处。" },
  { "note-overrides", "5月(10日至20日)", "The bracket is the more exact.", "括号里写得更具体。", NOTHING },
  { "tentative", "6月1日(暂定)", "The notice may still change it.", "以后可能另行通知。", "Ask, and take the word out.", "请核实后去掉“暂定”。" },
  { "first-of-period", "9月前5个工作日", "It could mean the days before September.", "也可以理解为九月之前的五个工作日。", "Write “9月的头5个工作日”, or the days.", "请写明起止日期。" },
  { "counted-back", "5月10日前最后一个工作日", "“Before” could include the day.", "“前”也可能含当日。", NAME_THE_DAY },
  { "list-wraps", "6月10日、6月5日", "Lists run forward: the second one would be a year later.", "列表是往后排的，后一个就成了次年。", "Put them in order, or write the year.", "请按先后排，或写上年份。" },
  { "range-wraps", "10月下旬至9月下旬", "Either the end lies in the next year, or the two were exchanged.", "要么跨年，要么起止写反了。", "Write 次年, or exchange them.", "跨年请写“次年”，否则对调。" },
  { "list-yearly", "5月和10月", "Without a year they come again every year.", "没有写年份，就是每年。", "Write the year when only one is meant.", "只指一年的请写上年份。" },
  { "starts-at-anchor", "三年行动计划", "Three years from which day?", "没有写从哪一天起。", "Write the first day.", "请写明起始日。" },
  { "midnight", "6月15日0时前", "0:00 is the day's beginning: nothing can be done on it any more.", "0时是当日的开始，当日已经办不了。", "Write “6月14日前” or “6月15日24时前”.", "请写“6月14日前”或“6月15日24时前”。" },
  { "one-end-named", "6月底开始", "The other end is left open.", "另一头没有写。", "Write both.", "请写明起止。" },
  { "roll-unused", "7月遇节假日顺延", "A month cannot be moved.", "整个月份无从顺延。", "Name the day that moves.", "请写明顺延的那一天。" },
  { "undated", "适时", "及时, 适时, 近期 name no day, so nobody is reminded and nobody is late.", "及时、适时、近期没有日子，也就不提醒、不算逾期。",
    "Set a day of your own and keep the words in text.", "请自定一个日期，原话放进 text。" },
}

local list = {}
for _, row in ipairs(rows) do
  local name, phrase, why_en, why_zh, mend_en, mend_zh = table.unpack(row)
  if type(mend_en) == "table" then
    mend_en, mend_zh = mend_en[1], mend_en[2]
  end
  table.insert(list, { name, "warning", warnings[name][1], warnings[name][2], why_en, why_zh, phrase, mend_en, mend_zh })
end
for _, more in ipairs {
  { "unknown-anchor", "warning", "it counts from something that has no day", "起算的事项没有日期",
    "“X后三日内” has a day only when X has one.", "“X后三日内”，X 有日期才算得出。", "三日内", "Give the item in `after` a due.", "请给 after 所指的事项写上期限。" },
  { "anchor-moves-with-calendar", "note", "the day moves with the State Council's arrangement", "日期随放假安排变动",
    "It counts from a day that working days decide.", "起算日由工作日决定。", "10个工作日内", "Nothing: the day is worked out anew when a year is announced.", "不必改；公布放假安排后会重新推算。" },
} do
  table.insert(list, more)
end
return list
