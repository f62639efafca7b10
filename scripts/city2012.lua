-- 某市卫生局职业精神工作方案，2012 年。网页是繁体，这里按简体录入，`text` 和 `alias` 留着原来的写法。
-- 每行末尾的 S1-nn 是方案里的一条事实；名册 city2012.csv 是本项目自拟的样例，不是方案的附件。
plan "city2012" { "卫生系统职业精神工作方案", text = "衛生系統職業精神工作方案",       -- S1-01 S1-54
  issuer = "市卫生局", owner = "bureau", level = "city",                            -- S1-03
  none = { "number", "recipients", "cc", "contacts", "attachments", "imprint",     -- S1-02
    "落款", "日期", "份数", "禁止事项", "考核", "奖惩", "会议记录" },                 -- S1-47
  issued = "2012-06-01", year = 2012, implied = { "issued", "year" },              -- S1-05
  source = { "网友上传", "2022-09-02 06:18:08" },                                  -- S1-04 上传时间，不是印发日期
  under = { { "moh2012", as = "locality" }, { cite = "省卫生厅的工作要求" } },
  basis = { "党的十七届六中全会", "省卫生厅的工作要求", "省第九次党代会" },             -- S1-06
  theme = "凝炼卫生职业精神、推动卫生事业科学发展",                                    -- S1-08
  when = "贯穿全年",                                                               -- S1-14 S1-52
  about = { "职业精神的科学内涵（大医精诚、尊重生命、人道主义、创新）",                 -- S1-10
    "对调动卫生人员积极性的作用（物质激励和精神激励，两手抓）",                         -- S1-11
    "对构建和谐医患关系的作用（创先争优、三好一满意；少检查、少用药、少花钱、治好病）",     -- S1-12
    "对实现医改目标的作用" },                                                       -- S1-13
  links = { "深化医药卫生体制改革", "当前重点工作", "创先争优", "三好一满意",            -- S1-41
    "廉洁从医行风提升年" },
}

unit "system"         { "全市卫生系统" }                                            -- S1-09
unit "bureau"         { "市卫生局", parent = "system", level = "city" }
unit "committee"      { "市卫生局党委", parent = "bureau" }                         -- S1-03
unit "party-office"   { "局党办室", parent = "bureau" }
unit "general-office" { "市卫生局办公室", parent = "bureau" }                       -- S1-55
unit "county"         { "各县（市）区卫生局", parent = "bureau", level = "county", many = true,
  alias = { "各縣、區衛生局", "各縣(市)區衛生局" } }                                  -- S1-07 S1-56
unit "direct"         { "局属各单位", parent = "bureau", many = true,               -- S1-07
  alias = { "局屬單位", "局屬各醫療衛生單位", "各醫療衛生單位" } }
unit "department"     { "各科室", many = true }                                     -- S1-25
unit "person"         { "每一名干部职工", parent = "system", many = true }           -- S1-23
group "leading"       { "领导小组", parent = "bureau", duty = "组织协调", office = "party-office", clause = "四(一)" } -- S1-37
group "member"        { "党员" }
roster "city2012.csv" {}

local every = { "county", "direct" }                                              -- 各县、区卫生局、局属各单位

phase "mobilise" { "学习动员阶段", when = "6月上旬", clause = "三(一)",               -- S1-15 S1-57
  quota "own-plan"   { "活动方案", each = every, count = 1, implied = { "count" },   -- S1-18
    fulfils = "moh2012:own-plan", clause = "三(一)1" },
  quota "rally"      { "动员大会", each = every, count = 1, implied = { "count" },   -- S1-19
    fulfils = "moh2012:deploy", clause = "三(一)1" },
  task "study"       { "深入学习", each = "person", clause = "三(一)2",
    about = { "党的十七届六中全会关于核心价值观的论述", "陈竺、张茅在全国卫生工作会议上的讲话" }, -- S1-20
    ways = { "集中学习", "分散自学" },                                              -- S1-21
    where = { records = "学习笔记" },                                              -- S1-22
    fulfils = "moh2012:study" },
  quota "reflection" { "心得体会", each = "person", count = 1, where = { chars = "不少于1500字" }, -- S1-23
    about = "思想、工作和生活中的差距", implied = { "count" }, clause = "三(一)3" },
}

phase "discuss" { "讨论交流阶段", when = "6月中旬至7月份", clause = "三(二)",           -- S1-16
  task "seminar" { "主题研讨", each = every, ways = { "座谈会", "研讨会", "科务会" },   -- S1-24
    attend = "person", fulfils = "moh2012:topics", clause = "三(二)1",
    about = "提炼卫生职业精神、推动事业科学发展",                                     -- S1-53
    quota "coverage"    { "参加研讨，单位不漏科室，科室不漏个人", each = { "department", "person" }, -- S1-25
      count = 1, implied = { "count" } },
    quota "suggestions" { "职业精神内涵建议", each = every, count = 1, due = "7月5日前", to = "bureau", -- S1-26
      implied = { "each", "count" },
      feeds = { "refine", "moh2012:province-report", "moh2012:wording-proposal" } },
  },
  task "essay-selection" { "征文评选", each = every, from = "person", due = "7月底前",  -- S1-27 S1-58
    feeds = { "essay-print", "essays" }, fulfils = "moh2012:own-contest", clause = "三(二)2",
    task "essay-print"  { "优秀征文刊载", each = every, ways = { "院刊院报", "内部网络" } }, -- S1-28
    quota "essays"      { "优秀征文", each = every, count = "不少于3篇", to = "bureau",   -- S1-29
      feeds = "essay-web", implied = { "to", "due" } },
    task "essay-web"    { "优秀稿件刊载", by = "bureau", ways = "局网站" },            -- S1-30
  },
  quota "speech" { "演讲比赛", each = every, count = "一场", clause = "三(二)3",        -- S1-31
    about = { "先进典型", "先进经验和做法" } },
}

phase "results" { "形成成果阶段", when = "7月至年底", clause = "三(三)",                -- S1-17 S1-50
  also = { { clause = "三", name = "深化成果" } },                                  -- S1-51
  task "refine"     { "提炼职业精神内涵", by = "bureau", due = "7月前", feeds = "final", -- S1-32 S1-48 S1-49
    clause = "三(三)1", also = { { clause = "三(三)1", due = "7月底前" } } },
  task "consult"    { "广泛征求意见", by = "bureau", feeds = "final", clause = "三(三)1", -- S1-33
    about = { "专家学者", "医务人员", "管理干部", "服务对象" } },
  task "final"      { "形成职业精神成果", by = "bureau", clause = "三(三)1" },         -- S1-34
  task "into-wards" { "进医院、进科室、进病房", each = every, clause = "三(三)2",        -- S1-35
    about = { "进医院", "进科室", "进病房" },
    ways = { "医疗服务", "免费义诊", "健康教育" } },                                 -- S1-36
}

-- 四、工作要求
task "check"      { "检查指导", by = "party-office", clause = "四(一)" }              -- S1-38
task "bodies"     { "成立相应组织机构", each = every, clause = "四(一)",               -- S1-39
  where = { contains = { { "主要领导亲自抓", 1 }, { "分管领导具体抓", 1 } } } }
task "nodes"      { "把握时间节点，有步骤地开展", by = every, clause = "四(一)" }       -- S1-40
task "own-checks" { "指导和检查，掌握进展，督促落实", each = every, clause = "四(三)" }  -- S1-42
task "materials"  { "材料", each = every, due = "及时", to = "bureau",               -- S1-43
  where = { any = { "阶段小结", "重要进展", "典型事例" } }, implied = { "to" }, clause = "四(三)" }
task "visits"     { "深入基层调研指导", by = "committee", per = "定期", clause = "四(三)" } -- S1-44
task "gardens"    { "一批文化园地、文化长廊", by = every, about = "一批", clause = "四(四)" } -- S1-45
task "experience" { "好经验、好做法、突出成效及相关材料", each = every, due = "及时",    -- S1-46
  to = "general-office", clause = "四(四)" }

remind { before = { "7d", "3d", "1d" } }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
