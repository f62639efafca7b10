-- 南平市第二医院 2021 年的长期方案：没有阶段、没有期限，每年评选一次，逢传统节日开展活动。
-- 每行末尾的 S2-nn 是方案里的一条事实；名册 nanping2021.csv 是本项目自拟的样例，不是方案的附件。
plan "nanping2021" { "深入开展弘扬社会主义核心价值观和新时代医疗卫生职业精神的实施方案", -- S2-02 S2-47
  notice = "南平市第二医院关于印发《深入开展弘扬社会主义核心价值观和新时代医疗卫生职业精神的实施方案》的通知", -- S2-01
  issuer = "南平市第二医院", owner = "hospital", level = "hospital",                -- S2-03
  also = { { clause = "落款", issuer = "福建省南平市第二医院" } },                    -- S2-44
  allow = { ["body-annex"] = "落款用带省名的全称，是同一家医院" },
  issued = "2021年10月12日",                                                        -- S2-04
  recipients = { "各科室" },                                                        -- S2-05
  none = { "number", "cc", "contacts", "attachments", "keywords", "imprint",       -- S2-06
    "阶段", "期限", "起止日期",                                                     -- S2-11 S2-43
    "报告", "会议记录", "数量", "指定人员", "领导小组", "办公室", "其他禁止事项" },     -- S2-42
  when = "常态化", review = "每年12月", implied = { "review" },                       -- S2-11
  about = { "富强、民主、文明、和谐", "自由、平等、公正、法治", "爱国、敬业、诚信、友善", -- S2-08
    "敬佑生命、救死扶伤、甘于奉献、大爱无疆" },                                        -- S2-09
  aims = { "引导全院干部职工弘扬爱国主义精神，做新时代的奋斗者",                         -- S2-12
    "学用结合、知行合一",                                                           -- S2-13
    "全面覆盖、常态长效",                                                           -- S2-14
    "持续改善医疗服务，提高群众就医获得感和满意度",                                     -- S2-48
    "共同的理想信念、价值追求和道德风尚；人民至上、生命至上" },                          -- S2-49
  links = { "“两学一做”学习教育常态化制度化", "党史学习教育", "省级文明单位创建",         -- S2-41
    "公立医院综合改革" },
}

unit "hospital"     { "南平市第二医院", level = "hospital", alias = { "福建省南平市第二医院", "全院" } } -- S2-44
unit "department"   { "各科室", parent = "hospital", many = true }
unit "person"       { "全院干部职工", parent = "hospital", many = true }             -- S2-10
group "branch"      { "党支部", parent = "hospital", many = true }
group "study-group" { "党委中心组", parent = "hospital" }
group "member"      { "党员" }
group "league"      { "青年团员" }
group "volunteer"   { "志愿者" }
roster "nanping2021.csv" {}

task "carry-out"    { "结合实际认真贯彻执行", each = "department" }                     -- S2-07

-- 三(一) 加强学习宣传引导
task "study-plans"  { "纳入学习计划", each = { "study-group", "branch" }, clause = "三(一)" } -- S2-15
task "training"     { "纳入党员培训、职工政治学习", attend = { "member", "person" },      -- S2-16
  about = { "党员培训", "职工政治学习" }, clause = "三(一)" }
task "publicity"    { "宣传教育", clause = "三(一)",
  ways = { "医院网络平台", "学习强国", "党员e家" },                                     -- S2-17
  about = { "习近平总书记系列讲话", "中国特色社会主义", "中国梦" } }                      -- S2-18
-- 三(二) 发挥典型引导作用
task "standards"    { "细化医疗服务标准，创优质服务窗口，推进作风和行风建设", clause = "三(二)", -- S2-19
  text = "在公开服务承诺基础上，不断细化医疗服务标准" }
task "integrity"    { "诚信主题教育实践活动", attend = "person", clause = "三(二)" }      -- S2-20
task "models"       { "选树先进集体和先进个人", about = { "先进集体", "先进个人" }, clause = "三(二)" } -- S2-21
-- 三(三) 加强医院文化建设
task "culture"      { "以党建为引领，建设学习型、服务型、创新型医院", clause = "三(三)",   -- S2-22
  about = { "学习型", "服务型", "创新型" } }
task "festivals"    { "职工文体活动", clause = "三(三)", text = "丰富职工文体活动，利用传统节日", -- S2-23
  attend = "person", per = { "每年春节", "每年清明", "每年端午节", "每年中秋节", "每年重阳节" },
  implied = { "per" } }
task "civilised"    { "文明规范", by = "person", clause = "三(三)",                      -- S2-24
  about = { "文明出行", "文明交通", "文明旅游", "文明就餐", "文明观赛" } }
task "virtues"      { "社会公德、职业道德、家庭美德、个人品德建设", by = "person",          -- S2-25
  about = { "社会公德", "职业道德", "家庭美德", "个人品德" }, links = "文明单位创建活动", clause = "三(三)" }
-- 三(四) 加强“志愿者”队伍建设
task "volunteering" { "志愿者服务", by = "volunteer", lead = { "member", "league" },     -- S2-27
  clause = "三(四)",
  ways = { "文明引导", "微笑服务", "控烟禁烟宣传", "便民利民志愿服务" },                    -- S2-26
  task "care"       { "关爱弱势群体", by = "volunteer", about = { "老人", "儿童", "残疾人" } }, -- S2-28
  task "joint"      { "共建", about = { "社区", "学校", "敬老院" } },                     -- S2-29 院外单位，不在名册里
  task "help"       { "志愿服务", by = "volunteer",                                     -- S2-30
    about = { "扶贫帮困", "尊老助残", "美化净化社区环境" } },
  quota "award"     { "医院优秀志愿者", from = "volunteer", count = "若干", per = "每年",  -- S2-31
    implied = { "count" } },
}
-- 三(五) 加强行业作风建设
task "misconduct"   { "专项治理购销不正之风", clause = "三(五)",                          -- S2-32 S2-45
  about = { "药品", "高值医用耗材", "检验检测试剂", "大型医用设备", "基建工程", "药品设备采购", "收受“红包”" } }
task "mechanisms"   { "完善风险预警、制约监督、调查处置机制", clause = "三(五)",            -- S2-33
  about = { "风险预警", "制约监督", "调查处置" } }
task "bottom-line"  { "筑牢“底线”“红线”意识", by = "person", clause = "三(五)",            -- S2-34
  about = { "因病施治", "合理用药", "合理检查" } }
-- 三(六) 党建与业务融合
task "fusion"       { "党建工作与业务工作深度融合", clause = "三(六)",                     -- S2-35
  about = { "规范诊疗行为", "改善服务态度", "优化服务流程", "提升服务水平", "创新医疗技术", "改进医疗质量" } }
task "reform"       { "统筹推进重点工作", about = { "公立医院综合改革", "现代医院管理" }, clause = "三(六)" } -- S2-36
-- 四、工作要求
task "leadership"   { "提高认识，加强组织领导", each = "department",                      -- S2-37 S2-46
  aims = "目标同向、工作同步、整体推进", clause = "四1",
  allow = { ["clause-style"] = "照录原文的编号" } }
task "appraisals"   { "参与评选活动", attend = { "department", "branch", "person" },      -- S2-38
  about = { "党员示范岗", "星级党支部", "优秀医务工作者", "先进个人", "文明标兵" },
  implied = { "attend" }, clause = "四2" }
task "models-tell"  { "宣传先进典型事迹", clause = "四2" }                               -- S2-39
task "civilised-unit" { "巩固提高省级文明单位创建成果", clause = "四3" }                  -- S2-40

remind { about = "award", before = { "30d" } }
