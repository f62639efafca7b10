-- 绍兴市中医院“我们的价值观”大讨论活动方案，2012 年。正文四个阶段，附件一张进程表；两处说法不同的，都留着。
-- 每行末尾的 S3-nn 是方案里的一条事实；名册 shaoxing2012.csv 是本项目自拟的样例，不是方案的附件。
plan "shaoxing2012" { "绍兴市中医院“我们的价值观”大讨论活动方案",                        -- S3-02
  notice = "中共绍兴市中医院委员会关于印发“我们的价值观”大讨论活动方案的通知",              -- S3-01
  issuer = "中共绍兴市中医院委员会", owner = "hospital", level = "hospital",               -- S3-03
  issued = "二Ο一二年三月二十日",                                                        -- S3-04
  imprint = { by = "绍兴市中医院党政办公室", on = "2012年3月20日" },                       -- S3-05
  recipients = { "各党支部", "各科室" },                                                 -- S3-06
  keywords = { "思想建设", "价值观", "方案", "通知" },                                     -- S3-07
  none = { "number", "cc", "contacts", "份数" },                                         -- S3-08
  under = { cite = "中共绍兴市卫生局直属机关委员会关于开展“我们的价值观”大讨论活动的通知" },  -- S3-09
  basis = { "局机关具体安排",                                                            -- S3-09
    "党的十七届六中全会", "省委十二届十次全会", "市委六届十三次全会" },                      -- S3-10
  theme = "我们的价值观",                                                                -- S3-11
  aims = { "准确、简明、通俗、易懂的表达方式", "行业道德规范和行为准则", "迎接党的十八大" },  -- S3-12
  attachments = { { "活动进程表", columns = { "时间", "内容", "要求" }, rows = 11 } },      -- S3-13
}

unit "bureau"          { "绍兴市卫生局", level = "city", alias = { "市局" } }              -- S3-64
unit "organ-committee" { "局机关党委", parent = "bureau" }                                -- S3-64
unit "political"       { "局政治处", parent = "bureau" }                                  -- S3-64
unit "hospital"        { "绍兴市中医院", parent = "bureau", level = "hospital", alias = { "全院" } } -- S3-11 范围
unit "committee"       { "医院党委", parent = "hospital", alias = { "中共绍兴市中医院委员会" } }
unit "office"          { "党政办", parent = "hospital", alias = { "党政办公室" } }          -- S3-64
unit "youth"           { "团委", parent = "hospital", alias = { "团委办" } }               -- S3-64
unit "department"      { "各科室", parent = "hospital", many = true }                      -- S3-77 科室、支部数目通知没有给
unit "person"          { "广大干部职工", parent = "hospital", many = true }               -- S3-15
group "branch"         { "各支部", parent = "hospital", many = true, alias = { "各党支部" } }
group "study-group"    { "党委中心组", parent = "hospital", alias = { "中心组" } }          -- S3-64
group "member"         { "党员" }
group "league"         { "团员青年" }
group "cadre"          { "领导干部" }
roster "shaoxing2012.csv" {}

-- 三、活动内容（贯穿始终）
task "discussion" { "“我们的价值观”大讨论", by = "person", lead = "领导干部、党员", clause = "三(二)", -- S3-15
  when = "2012年3-6月", implied = { "when" },
  about = { "人与人、人与自身、人与社会、人与自然，尤其医患关系", "大医精诚，救死扶伤" },     -- S3-14
  ways = { "座谈", "辩论", "演讲", "征文",                                                -- S3-19
    "先征集价值观核心词，再提炼内容及表达形式" },                                          -- S3-16
  links = { "行风效能建设", "医德医风建设", "医院文化建设" },
  task "collect-widely" { "征集“我们的价值观”核心词", each = "各支部、各科室", from = "person", -- S3-17
    feeds = "core-words", clause = "三(三)" },
  task "column"         { "开辟专栏专题", by = "党政办", clause = "三(三)" },               -- S3-18
  task "models-find"    { "挖掘宣传先进典型", by = "绍兴市中医院", feeds = "models", clause = "三(三)" }, -- S3-20
}
task "practice" { "“我们的价值观”主题实践活动", by = "绍兴市中医院", from = "person",        -- S3-21
  when = "长期", after = "select-words", implied = { "when" },
  links = { "公民道德养成计划" }, clause = "三(三)" }

phase "mobilise" { "宣传动员阶段", when = "2012年3月22前", clause = "四(一)",               -- S3-22 S3-65
  also = { { clause = "附件 2-3月中旬", when = "2-3月中旬" } },                            -- S3-66 S3-67
  task "draft"              { "学习上级会议和文件精神，制订工作方案", by = "绍兴市中医院",     -- S3-44 S3-73
    when = "2-3月中旬", aims = "加强工作组织协调", clause = "附件1",
    also = { { clause = "附件1", when = "2月中旬至3月中旬" } } },                          -- S3-67
  task "mobilise-committee" { "动员和部署", by = "医院党委" },                             -- S3-26
  task "mobilise-units"     { "明确责任，层层发动", each = "各支部、各科室",                 -- S3-27
    also = { { clause = "附件2", name = "做好层层发动，抓好组织实施", when = "2-3月中旬" } } }, -- S3-45
}

phase "discuss" { "学习讨论阶段", when = "2012年3-4月", clause = "四(二)",                  -- S3-23 S3-68
  task "book-list"     { "提出价值观主题参考书目", by = "绍兴市中医院", implied = { "by" }, feeds = "study" }, -- S3-28
  task "study-session" { "中心组学习会", lead = "医院党委", by = "医院党委", attend = "党委中心组", -- S3-47
    about = "加强社会主义核心价值体系建设", clause = "附件3" },
  task "study"         { "学习文件及市委领导讲话精神", each = "各支部、各科室", ways = "集中学习", -- S3-48
    where = { records = "学习记录" }, clause = "附件4" },
  task "distil-draft"  { "征集提炼核心词及表达方式", each = "各支部、各科室", feeds = "core-words", -- S3-29 S3-69
    also = { { clause = "附件8", when = "5月" } } },
  task "discuss-widely" { "广泛开展大讨论，提炼表述语", by = "绍兴市中医院", clause = "附件5" }, -- S3-49
  quota "meeting"      { "讨论会", each = "各支部、各科室", count = "各一场", lead = "领导干部", -- S3-50
    where = { records = "讨论记录" }, clause = "附件5" },
  task "essay-contest" { "“我们的价值观”征文比赛", lead = "医院党委", by = "团委",           -- S3-30 S3-51
    from = "党员、团员青年", clause = "附件6",
    quota "essay"    { "征文", each = "各支部、各科室", count = "不少于1篇", feeds = "articles" }, -- S3-52 S3-76
    quota "articles" { "理论文章参加市局评选", by = "绍兴市中医院", count = "2篇", to = "市局", -- S3-53
      counts = "recommended", implied = { "counts" } },
  },
  task "speech-contest" { "“我们的价值观”演讲比赛", lead = "医院党委", by = "团委",          -- S3-31 S3-54
    from = "党员、团员青年", clause = "附件7",
    quota "speaker"  { "同志参加市局比赛", by = "绍兴市中医院", count = "1名", to = "市局" }, -- S3-55
  },
}

phase "distil" { "归纳提炼阶段", when = "2012年5月", clause = "四(三)",                      -- S3-24
  quota "core-words"  { "核心词、表述语", each = "各支部、各科室", count = "不少于一条",       -- S3-56 S3-57
    feeds = "select-words", clause = "附件8",
    where = { original = true,                                                           -- S3-58
      rules = { "体现特色", "社会认同" } } },                                              -- S3-59
  task "select-words" { "论证评选", by = "医院党委", feeds = "report-words" },              -- S3-32
  task "report-words" { "优秀核心词、表述语上报并宣传", by = "绍兴市中医院", to = "局机关党委", -- S3-33 S3-56
    clause = { "四(三)", "附件8" } },
  quota "video"       { "表述语宣传片", lead = "局机关党委", help = "党政办、团委", count = 1, -- S3-34 S3-60
    due = "5月20日前", where = { minutes = "3-5分钟" }, implied = { "count" },             -- S3-60 S3-74
    clause = { "四(三)", "附件9" },
    also = { { clause = "附件9", help = "医院党委、团委" } } },                             -- S3-70 S3-71
}

phase "deepen" { "提高深化阶段", when = "2012年6月", clause = "四(四)",                      -- S3-25
  quota "democratic-life" { "党支部民主生活会", each = "各支部", count = "一次",             -- S3-35 S3-61
    about = "如何自觉践行我们的价值观", links = "七一", clause = { "四(四)", "附件10" },
    also = { { clause = "附件10", each = "党委中心组、各支部" } } },                         -- S3-72 S3-75
  task "models"        { "选树宣传先进典型", by = "绍兴市中医院", feeds = "models-report",   -- S3-36 S3-62
    clause = { "四(四)", "附件11" } },
  task "models-video"  { "典型宣传片", by = "绍兴市中医院", binding = "may", condition = "有条件", -- S3-62
    clause = "附件11" },
  task "models-report" { "先进典型的资料", by = "绍兴市中医院", to = "局政治处", clause = "附件11" }, -- S3-63
  task "summary"       { "总结成效，提出对策和思路", by = "绍兴市中医院", implied = { "by" } }, -- S3-37
}

-- 五、活动要求
task "lead-by-example" { "带头讨论、带头宣传、带头实践", by = "领导干部", clause = "五(二)",   -- S3-38
  about = { "组织者", "推动者", "参与者" } }
task "activity-info"   { "活动情况", each = "各支部、各科室", to = "党政办", due = "及时",     -- S3-39 S3-45
  feeds = { "publicity", "info" }, clause = { "五(三)", "附件2" } }
task "publicity"       { "宣传报道", by = "党政办", ways = { "网站", "宣传橱窗", "院报" }, clause = "五(三)" } -- S3-40
quota "info"           { "活动信息", by = "党政办", per = "phase", count = "至少一篇", to = "局政治处", -- S3-46
  clause = "附件2", also = { { clause = "五(三)", due = "及时" } } }                        -- S3-41
task "year-end"        { "年终考核", by = "绍兴市中医院", from = "各支部、各科室", due = "年底", -- S3-42
  about = "开展大讨论和践行核心价值观的情况", implied = { "due" }, clause = "五(三)" }
task "incentives"      { "建立健全奖惩机制", by = "绍兴市中医院", clause = "五(三)" }         -- S3-43
-- S3-78 网页断行，照原词连起来录入

remind { before = { "7d", "3d", "1d" } }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
