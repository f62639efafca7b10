-- 荆州市沙市区卫生局 2010 年学习活动方案。网页是繁体，夹着注音，这里按简体录入，`text` 留一处原样。
-- 每行末尾的 S4-nn 是方案里的一条事实；名册 shashi2010.csv 是本项目自拟的样例，不是方案的附件。
-- 人名只录通知自己写出的领导小组成员。
plan "shashi2010" { "区卫生局关于在全区卫生系统深入开展向王争艳同志学习活动实施方案",        -- S4-02
  notice = "区印发《有关在全区卫生系统深入开展向王争艳同志学习活动实施方案》的公告",           -- S4-01 S4-66
  text = "沙市衛(wèi)生信息網(wǎng):區(qū)印發(fā)《有關(guān)在全區(qū)衛(wèi)生系統(tǒng)深入開展向王爭艷同志學(xué)習(xí)活動實施方案》的公告", -- S4-64
  issuer = "中共荆州市沙市区卫生局委员会", owner = "bureau", level = "county",               -- S4-03 区级
  source = "沙市卫生信息网",                                                              -- S4-03
  issued = "二0一0年三月十五日",                                                          -- S4-04
  recipients = { "各乡镇卫生院", "区直医疗卫生单位" },                                      -- S4-05
  keywords = { "先进", "王争艳", "学习", "方案" },                                          -- S4-06
  cc = { "市卫生局", "区委办公室", "区政府办公室", "区委组织部", "区委宣传部", "区直机关工委",   -- S4-07
    "区总工会", "区妇联" },
  imprint = { by = "中共荆州市沙市区卫生局委员会", on = "2010年3月15日", copies = 50 },       -- S4-08 S4-65
  none = { "number", "contacts", "attachments",                                           -- S4-09
    "有期限的报告", "经常性工作", "考核", "会议记录", "总结表彰阶段" },                        -- S4-60 S4-71
  under = { { cite = "中共湖北省卫生厅党组关于在全省卫生系统开展向王争艳同志学习活动实施方案" },  -- S4-10
    { cite = "中共湖北省卫生厅党组关于在全省卫生系统开展向王争艳同志学习活动的决定（鄂卫党[2010]7号）" } }, -- S4-11 S4-69
  basis = { "中央、卫生部和省委、省政府领导同志关于学习宣传王争艳同志先进事迹的批示精神" },       -- S4-10
  theme = "树立良好医德医风，忠诚服务人民健康",                                              -- S4-12
  about = { "爱岗敬业、精益求精的职业信念",                                                 -- S4-13
    "爱民为民、尽心尽力的高尚医德",                                                        -- S4-14
    "廉洁文明、自尊自爱的优良医风",                                                        -- S4-15
    "扎根基层、甘于奉献的崇高精神" },                                                      -- S4-16
  aims = { "树立卫生行业新风尚，塑造卫生行业新形象", "深化医药卫生体系改革",                    -- S4-73
    "推动全区卫生事业又快又好发展",                                                        -- S4-73 S4-67
    "执行能力有提升，本职工作上水平，服务群众见成效" },                                      -- S4-76
  links = { "学习实践科学发展观活动的整改工作",                                              -- S4-48
    "加强党的基层组织建设",                                                               -- S4-49
    "深化医药卫生体制改革",                                                               -- S4-50 S4-68
    "加强卫生系统政风、行风建设",                                                          -- S4-51
    "“能力建设”和“作风建设”",                                                             -- S4-52
    "深入治理医药购销领域的商业贿赂",                                                       -- S4-53
    "医院管理年活动",                                                                     -- S4-54
    "推进卫生日常工作" },                                                                 -- S4-55
}

unit "system"       { "全区卫生系统" }                                                     -- S4-12 范围
unit "bureau"       { "区卫生局", parent = "system", level = "county", alias = { "中共荆州市沙市区卫生局委员会", "卫生局" } }
unit "township"     { "各乡镇卫生院", parent = "bureau", many = true }                      -- S4-05
unit "district"     { "区直医疗卫生单位", parent = "bureau", many = true }                  -- S4-05
unit "department"   { "各科室", many = true }
unit "person"       { "广大干部职工", parent = "system", many = true }                      -- S4-32
unit "province"     { "省里", level = "province" }
unit "city"         { "荆州市", level = "city", alias = { "我市" } }
group "leading"     { "领导小组", parent = "bureau", duty = "组织领导", office = "leading-office", -- S4-25 S4-70
  clause = { "三(三)", "四(一)" },
  members = {
    { name = "王跃刚", role = "组长", post = "党委书记、局长" },                              -- S4-43
    { name = "张铭", role = "副组长", post = "副局长、副书记" },                              -- S4-44
    { name = "张中书", role = "副组长", post = "副局长" },                                   -- S4-44
    { name = "邓长明", role = "副组长", post = "副局长" },                                   -- S4-44
    { name = "陈昌梅", role = "副组长", post = "工会主席" },                                 -- S4-44
    { name = "江珂", role = "副组长", post = "纪委书记" },                                   -- S4-44
    { name = "易万兵", role = "副组长", post = "红会专职副会长" },                            -- S4-44
    { name = "局办公室主要负责人", role = "成员" },                                          -- S4-45
    { name = "医政科主要负责人", role = "成员" },                                           -- S4-45
    { name = "基妇科主要负责人", role = "成员" },                                           -- S4-45
    { name = "科教科等科室主要负责人", role = "成员" },                                      -- S4-45
  } }
group "leading-office" { "领导小组办公室", parent = "bureau", duty = "具体组织和督导", clause = "四(一)" }       -- S4-46
group "inspectors"  { "督导检查组", parent = "bureau", duty = "指导和督促", clause = "四(四)" }                 -- S4-58
group "cadre"       { "领导干部" }
roster "shashi2010.csv" {}

local every = { "township", "district" }                                                 -- 各单位

-- 三、整个学习活动分四个阶段组织实施 S4-17 S4-61
phase "mobilise" { "宣传发动阶段", label = "第一阶段", when = "2月~3月底", clause = "三",      -- S4-18 S4-62
  task "study-instructions" { "学习重要批示和指示精神", each = every, clause = "三(一)",       -- S4-22
    about = { "总理、副总理的重要批示精神", "省委书记、省长、省委宣传部长、副省长的重要指示精神",
      "鄂卫党[2010]7号" } },
  task "rally"      { "动员大会", each = every, when = "2月下旬",                             -- S4-23
    where = { rules = "层层召开" }, clause = "三(一)" },
  quota "own-plan"  { "学习方案、学习计划", each = every, count = 1,                          -- S4-24
    where = { contains = { "学习方案", "学习计划" } }, implied = { "count" }, clause = "三(二)" },
  task "set-up"     { "成立学习王争艳先进事迹领导小组，下设办公室", by = "bureau", clause = "三(三)" }, -- S4-25
  task "bodies"     { "成立领导小组和工作专班", each = every, clause = { "三(三)", "四(一)" },  -- S4-26
    where = { contains = { "领导小组", "工作专班" } },
    aims = "明确责任，落实责任" },                                                          -- S4-47
}

phase "study" { "深入学习阶段", label = "第三阶段", when = "4月初~5月底", clause = "三",        -- S4-19 S4-61
  ways = { "组织生活会", "座谈会", "演讲会" },                                              -- S4-27
  task "tour"       { "先进事迹巡回报告会", each = every, lead = "province", help = "city",   -- S4-28
    attend = "person", place = "荆州", clause = "三(一)" },
  task "discuss"    { "设立专题，开展学习讨论", each = every, attend = "person",               -- S4-29
    ways = { "座谈会", "研讨会", "演讲会", "报告会",                                         -- S4-29
      "宣传栏", "黑板报", "报刊", "网络" }, clause = "三(二)" },                             -- S4-30
  task "lead-study" { "带头学、广泛学、联系实际学，边学边改", lead = "cadre", by = "person",     -- S4-31
    about = { "带头学", "广泛学", "联系实际学", "边学边改" }, clause = "三(二)" },
  quota "reflection" { "有价值的心得体会", each = "person", count = "1~2篇", clause = "三(三)", -- S4-32
    implied = { "each" } },
}

phase "analyse" { "分析检查阶段", label = "第三阶段", when = "6月初~8月底", clause = "三",       -- S4-20 S4-61
  aims = "加强医德医风建设",                                                               -- S4-74
  task "search"     { "查找单位和个人的突出问题", each = every, from = "person", feeds = "sort", -- S4-33
    about = { "深入贯彻落实科学发展观", "树立良好医德医风、忠诚服务人民健康" } },
  task "four-checks" { "四查四看", each = every, feeds = "sort", clause = "三(一)",           -- S4-34 S4-72
    about = { "查找理想信念强不强，看是否树立远大理想和坚定信念",                               -- S4-35
      "查找宗旨意识牢不牢，看是否坚持全心全意为人民健康服务",                                   -- S4-36
      "查找工作实不实，看是否立足岗位、扎实工作",                                             -- S4-37
      "查找作风严不严，看是否恪守医德、廉洁行医" } },                                         -- S4-38
  task "opinions"   { "广泛征求意见", each = every, feeds = "sort", clause = "三(二)",         -- S4-39
    ways = { "互联网", "投诉电话", "信函" } },
  task "sort"       { "问题梳理归类，提出措施，倒排时间表", each = every, clause = "三(二)",      -- S4-40
    where = { contains = { "分类梳理", "解决措施", "倒排的时间表" } },
    feeds = { "rectify-plan", "mechanism" } },                                             -- S4-75
}

phase "rectify" { "整改落实阶段", label = "第四阶段", when = "9月初~12月初", clause = "三",      -- S4-21
  also = { { clause = "三", when = "9月1日至12月1日" } },                                   -- S4-63
  quota "rectify-plan" { "整改方案", each = every, count = 1, clause = "三(一)",              -- S4-41
    where = { contains = { "整改目标", "整改措施", "完成时限", "责任领导", "责任人" } },
    feeds = "mechanism", implied = { "count", "feeds" } },
  task "mechanism"  { "完善制度规定，健全行风建设长效机制", each = every, clause = "三(二)" },    -- S4-42
}

-- 四、活动要求
task "organise"   { "学习活动的具体组织和督导", by = "leading-office", clause = "四(一)" }      -- S4-46
task "report"     { "报道学习活动开展情况，总结典型和经验做法", each = every, due = "及时",      -- S4-56
  ways = { "报刊", "广播", "电视", "网络", "工作简报" }, clause = "四(三)" }
task "models"     { "树立一批有较大影响的先进典型", each = every, about = "一批", clause = "四(三)" } -- S4-57
task "inspection" { "深入各单位指导和督促", by = "inspectors", clause = "四(四)" }              -- S4-58
task "formalism"  { "流于形式，走过场", by = every, binding = "never", clause = "四(四)",       -- S4-59
  also = { { clause = "三(二)", name = "就学习抓学习" } } }

remind { before = { "7d", "3d", "1d" } }
on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
