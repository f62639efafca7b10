-- 卫生部 2012 年医疗卫生职业精神大讨论：全国的通知，其余各级方案由它派生。
-- 每行末尾的 S0-nn 是通知里的一条事实；名册 moh2012.csv 是本项目自拟的样例，不是通知的附件。
plan "moh2012" { "医疗卫生职业精神大讨论活动",
  notice = "卫生部关于在全国医疗卫生系统开展医疗卫生职业精神大讨论活动的通知",          -- S0-01 S0-48
  number = "卫办发〔2012〕31号",                                              -- S0-02 S0-49
  issuer = "卫生部", owner = "ministry", level = "ministry",                  -- S0-03
  issued = "二〇一二年四月二十八日",                                            -- S0-04 S0-47
  recipients = { "各省、自治区、直辖市和新疆生产建设兵团卫生厅（局）", "部直属各单位", "部机关各司局" }, -- S0-05
  none = { "cc", "keywords", "attachments", "imprint",                        -- S0-06
    "征文篇数", "征文字数", "征文期限", "奖项",                                  -- S0-26
    "禁止事项", "考核", "检查安排", "经常性报送", "会议记录" },                   -- S0-40
  contacts = { { name = "刘涛" }, { name = "殷克" }, { name = "曾晟堂" },       -- S0-07
    { tel = { "010-68792782", "2143", "2151" } },                             -- S0-08
    { fax = "010-68792148" },                                                 -- S0-09
    { email = "mohdw@126.com" } },                                            -- S0-10
  also = { { clause = "联系电话",                                              -- S0-46
    contacts = { { tel = { "010-68792782", "010-68792143", "010-68792151" } } } } },
  source = { "北大法宝", "CLI.4.173293",                                       -- S0-11
    "https://www.pkulaw.com/chl/a0de358f80ca8649bdfb.html" },
  basis = { "党的十七届六中全会", "2012年卫生工作要点",
    "卫生部2012年党风廉政建设和纠风工作任务安排" },                              -- S0-12
  theme = "体现社会主义核心价值观的医疗卫生职业精神", year = 2012,               -- S0-13
  when = "从2012年4月开始，贯穿全年",                                          -- S0-27 S0-41 S0-42
  aims = { "在取得基本共识的基础上形成医疗卫生职业精神的主要内容和表达形式" },     -- S0-14
  ways = { "主题征文", "专题研讨", "座谈交流" },                                -- S0-15
  links = { "为民服务创先争优：目标同向、工作同步、整体推进",                     -- S0-33
    "学习宣传贯彻《医疗机构从业人员行为规范》",                                  -- S0-34
    "以“三好一满意”活动为载体" },                                              -- S0-35
}

unit "system"      { "全国医疗卫生系统" }                                      -- S0-13 范围
unit "ministry"    { "卫生部", parent = "system", level = "ministry" }
unit "party-group" { "卫生部党组", parent = "ministry" }
unit "department"  { "部机关各司局", parent = "ministry", many = true, alias = { "卫生部有关司局" } }
unit "direct"      { "部直属各单位", parent = "ministry", many = true }
unit "province"    { "各省、自治区、直辖市卫生厅（局）", parent = "ministry", level = "province", many = true,
  alias = { "各省（区、市）卫生厅（局）" } }
unit "corps"       { "新疆生产建设兵团卫生局", parent = "ministry", level = "province" }
unit "locality"    { "地方各级卫生行政部门", parent = "system", many = true }
unit "person"      { "全体干部职工", parent = "system", many = true }              -- S0-20
group "working-group" { "工作组", parent = "ministry", duty = "协调指导" }      -- S0-31
group "member"     { "党员" }
roster "moh2012.csv" {}

local every = { "province", "corps", "direct", "department" }                 -- 收文的三类单位
local contest = { "province", "direct", "department" }                        -- 征文一段没有写兵团 S0-44

-- 二(二) 四个环节，通知没有编号也没有日期 S0-16 S0-45
phase "link-mobilise" { "广泛宣传发动", clause = "二(二)",
  quota "own-plan"  { "切实可行的活动方案", each = every, count = 1, implied = { "each", "count" } }, -- S0-17
  task "deploy"     { "动员部署", each = every, implied = { "each" } },         -- S0-18
  task "publicise"  { "宣传发动", each = every, ways = { "宣传栏", "局域网络" }, implied = { "each" } }, -- S0-19
}

phase "link-study" { "深入学习教育", clause = "二(二)",
  task "study"      { "学习教育", each = every, attend = "person", implied = { "each" }, feeds = "consensus", -- S0-20
    about = { "党的十七届六中全会精神", "党的三代领导集体和党中央对医疗卫生工作的重要指示",
      "大医精诚", "尊重生命", "救死扶伤的革命人道主义精神", "总结人民卫生事业积累的精神财富" } },
  task "consensus"  { "就医疗卫生职业精神的时代内涵形成基本共识", feeds = { "principles", "wording" } }, -- S0-21
}

phase "link-topics" { "组织专题讨论", clause = "二(二)",
  task "topics"     { "分专题集中座谈讨论", each = every, attend = "person", implied = { "each" }, feeds = "principles", -- S0-22
    about = { "如何理解医疗卫生职业精神", "培育什么样的医疗卫生职业精神",
      "如何使医疗卫生职业精神内化于心、外塑于行" } },
  task "principles" { "明确价值取向、价值标准、基本特点和主要内容，提出遵循原则", feeds = "wording",      -- S0-23
    about = { "价值取向", "价值标准", "基本特点", "主要内容", "遵循原则" } },
}

phase "link-essays" { "开展征文比赛", clause = "二(二)",
  quota "national-contest" { "全国医疗卫生系统征文比赛", by = "ministry", count = "一次",                -- S0-24
    about = "医疗卫生职业精神", implied = { "by" } },
  task "essays"     { "撰写思考、建议和心得体会", each = contest, from = { "member", "person" },          -- S0-25
    about = { "思考", "建议", "心得体会" } },
  task "own-contest" { "本地区、本单位的征文比赛，并参加全国比赛", each = contest, from = "person",       -- S0-26
    feeds = "national-contest" },
}

-- 三、时间安排
task "wording" { "医疗卫生职业精神的最终表述", by = "ministry", due = "2012年10月前", clause = "三",     -- S0-28 S0-43
  implied = { "by" }, also = { { clause = "三", due = "2012年10月底前" } } }

-- 四、有关要求（各段没有编号）
task "lead"      { "领导大讨论活动", by = "party-group", clause = "四" }                                -- S0-30
task "set-up"    { "成立工作组，协调指导", lead = "卫生部有关司局", by = "working-group", clause = "四" }  -- S0-31
task "responsibility" { "组织领导，建立工作责任制，明确职责和人员", by = { "province", "corps", "locality" }, -- S0-32
  implied = { "by" }, text = "地方各级卫生行政部门", clause = "四" }
task "models"    { "推出一批卫生行业先进典型", about = "一批", clause = "四", implied = { "by" } }        -- S0-36
task "media"     { "大力宣传", clause = "四", implied = { "by" },
  ways = { "互联网", "广播", "电视", "报刊",                                                           -- S0-37
    "新闻发布会", "媒体沟通会", "新闻稿件", "现场活动" },                                               -- S0-38
  about = { "重大意义", "进展和成效", "先进典型" } }                                                    -- S0-39
quota "province-report" { "活动开展情况的专题报告", each = "province", count = 1,        -- S0-29 S0-44
  due = "今年7月底前", to = "ministry", where = { rules = "以卫生厅（局）名义" },
  implied = { "count" }, clause = "四" }
quota "wording-proposal" { "医疗卫生职业精神的表述方案", each = "province", count = 1,  -- S0-29
  due = "今年7月底前", to = "ministry", where = { rules = "以卫生厅（局）名义" }, feeds = "wording",
  implied = { "count", "feeds" }, clause = "四" }

remind { before = { "7d", "3d", "1d" } }
