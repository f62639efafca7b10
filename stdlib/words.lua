--- The words of a plan: the one table from which checks, `planrun help words`, the editor's
--- definitions (stdlib/meta), .luarc.json and .luacheckrc come. Plain data, no functions.
---
--- A field is { name, type, … } with
---   required   must be written                     default    what holds when it is absent (a value,
---                                                         or prose, then with default_zh)
---   least most bounds of a number; of a list or text `most` is its size
---   en zh      meaning                             example    as it stands in a script
--- Types are explained in `types` below; `enum:a|b` is one of the words, `record:x` one table of
--- `records.x`, `records:x` a list of them, `map:x` free keys with values of type x.

local types = {
  { "text", en = "a text of one line or more, in quotes", zh = "引号里的一段文字", example = [["市卫生局"]] },
  { "texts", en = "a text, or a list of texts", zh = "一段文字，或一组文字", example = [[{ "座谈会", "研讨会" }]] },
  { "id", en = "a short name of a-z 0-9 . _ -, beginning with a letter or digit, at most 64", zh = "编号：小写字母、数字、. _ -，以字母或数字开头，最多 64 个", example = [["own-plan"]] },
  { "ids", en = "an id, or a list of ids", zh = "一个或一组编号", example = [[{ "office", "ward" }]] },
  { "date", en = "a date phrase as notices write it, or { rule, [year] = phrase or false }", zh = "通知里的日期说法，或 { 规则, [年份] = 说法或 false }", example = [["7月5日前"]] },
  { "dates", en = [[one or more date phrases, or "phase" (once in every phase)]], zh = [[一个或几个日期说法，或 "phase"（每阶段一次）]], example = [["每月"]] },
  { "amount", en = "a number, a phrase, { min =, max =, about = }, or { rule, [unit] = amount }", zh = "数字、数量说法、{ min =, max =, about = }，或 { 规则, [单位] = 数量 }", example = [["不少于3篇"]] },
  { "who", en = [[ids, names or aliases joined by 、 or as a list; "A in B", "A but B", "#tag"]], zh = [[编号、名称或别称，用、连接或写成列表；"A in B"（B 内的 A）、"A but B"（除 B 外的 A）、"#标签"]], example = [["各支部、各科室"]] },
  { "unit", en = "id, name or alias of one declared unit or group", zh = "一个已声明单位或组织的编号、名称或别称", example = [["bureau"]] },
  { "ref", en = "an item, or plan:item", zh = "事项编号，或 方案:事项", example = [["essays"]] },
  { "refs", en = "an item, plan:item, or a list of them", zh = "事项编号、方案:事项，或它们的列表", example = [[{ "refine", "moh2012:province-report" }]] },
  { "under", en = "the notice above: an id, { id, as = class }, { cite = title }, or a list of them", zh = "上级通知：编号、{ 编号, as = 本级所属类别 }、{ cite = 名称 }，或它们的列表", example = [["moh2012"]] },
  { "names", en = "names of fields of this word", zh = "本词的字段名", example = [[{ "count" }]] },
  { "absent", en = "names of fields, or free texts", zh = "字段名，或任意文字", example = [[{ "number", "奖惩" }]] },
  { "also", en = "tables { clause =, any field = }", zh = "若干个 { clause =, 任意字段 = }", example = [[{ { clause = "附件8", when = "5月" } }]] },
  { "durations", en = "calendar days or weeks, one or a list; after a due also working days (2wd)", zh = "若干天（d）或周（w），一个或一组；逾期后的也可用工作日（2wd）", example = [[{ "7d", "3d", "1d" }]] },
  { "template", en = "a text with {placeholders}, {{ for a brace; or a function that gets a message and returns a text", zh = "带占位符（如 {unit}）的文字，{{ 表示花括号；或一个函数，收到 message，返回文字", example = [["{unit}：{item}还差{missing}"]] },
  { "time", en = "a time of day HH:MM", zh = "一天中的时刻 HH:MM", example = [["09:00"]] },
  { "contents", en = "what a piece must contain: texts, or { text, number }", zh = "内容必须包含：文字，或 { 文字, 份数 }", example = [[{ "整改目标", { "分管领导", 1 } }]] },
  { "bool", en = "true or false", zh = "true 或 false", example = "true" },
  { "many", en = "true (a class, as many as the roster has), or their number", zh = "true（一类单位，数目以名册为准），或数目", example = "true" },
  { "int", en = "a whole number", zh = "整数", example = "3" },
  { "any", en = "a text, number, or table of them", zh = "文字、数字，或由它们组成的表", example = [["北大法宝"]] },
}

-- Shared by all words that stand for something in the notice.
local common = {
  { "clause", "texts", en = "where it stands in the notice", zh = "在通知中的条款", example = [["三(二)1"]] },
  { "text", "text", en = "the original words", zh = "原文", example = [["每一名干部职工撰写一篇心得体会"]] },
  { "about", "texts", en = "what it is about", zh = "内容、主题", example = [["思想、工作和生活中的差距"]] },
  { "ways", "texts", en = "by which ways or media", zh = "方式、载体", example = [[{ "座谈会", "研讨会" }]] },
  { "links", "texts", en = "campaigns and work it is combined with", zh = "结合的工作、活动", example = [["创先争优"]] },
  { "aims", "texts", en = "what it is for", zh = "目的、目标", example = [["全面覆盖、常态长效"]] },
  { "also", "also", en = "a second reading, kept beside the first", zh = "另一种读法，与正文并存", example = [[{ { clause = "附件8", when = "5月" } }]] },
  { "implied", "names", en = "fields that are ours, not the notice's", zh = "由我们推定、通知没有写明的字段", example = [[{ "count" }]] },
}

-- Shared by phase, task and quota.
local item = {
  { "label", "text", en = "its number as written", zh = "原文的序号", example = [["第三阶段"]] },
  { "each", "who", en = "every one of them, for itself", zh = "各自完成：其中每一个", example = [["各支部、各科室"]] },
  { "by", "who", default = "each, else the owner", default_zh = "each，否则为本级单位", en = "together, once", zh = "共同完成一次的承办者", example = [["团委"]] },
  { "lead", "who", en = "who leads", zh = "牵头", example = [["医院党委"]] },
  { "help", "who", en = "who cooperates", zh = "配合、协助", example = [["党政办、团委"]] },
  { "attend", "who", en = "who takes part", zh = "参加", example = [["person"]] },
  { "from", "who", en = "from whom the pieces come", zh = "来源", example = [["党员、团员青年"]] },
  { "to", "who", en = "to whom it is handed in", zh = "报送、接收", example = [["市卫生局"]] },
  { "when", "date", default = "the container's", default_zh = "所在阶段或事项的", en = "in which time", zh = "起止时间", example = [["6月中旬至7月份"]] },
  { "due", "date", default = "the end of its own or its phase's when, else what is suggested above", default_zh = "自己或所在阶段 when 的最后一天，否则为所落实的上级建议的期限", en = "by when at the latest", zh = "截止时间", example = [["7月5日前"]] },
  { "per", "dates", en = "again in each of these periods", zh = "周期：每期一次", example = [["每月"]] },
  { "after", "refs", en = "begins after these items; relative phrases count from there", zh = "在这些事项之后；“……后N日内”从那里起算", example = [["select-words"]] },
  { "review", "date", default = "the plan's", default_zh = "方案的", en = "when it is to be looked at again", zh = "复核时间", example = [["每年12月"]] },
  { "rest_day", "enum:keep|next|ignore", default = "keep", en = "a due on a rest day: keep the day and remind before it, move to the next working day (only where the notice says so), or ignore rest days", zh = "截止日逢休息日：不动、提前提醒（keep），顺延（next，仅当通知写明），或不区分休息日（ignore）", example = [["next"]] },
  { "where", "record:where", en = "what a piece must be like", zh = "对内容的要求", example = [[{ chars = "不少于1500字" }]] },
  { "place", "text", en = "at which place", zh = "地点", example = [["荆州"]] },
  { "binding", "enum:must|should|may|never", default = "must", en = "how binding it is; never = a prohibition", zh = "约束力：必须、应当、可以、禁止", example = [["may"]] },
  { "condition", "text", en = "only under this condition", zh = "条件", example = [["有条件"]] },
  { "if_late", "text", en = "what follows when it is late", zh = "逾期的后果", example = [["全院通报"]] },
  { "fulfils", "refs", en = "items above that are met by doing this", zh = "落实上级的哪些事项", example = [["moh2012:essays"]] },
  { "feeds", "refs", en = "items, here or above, that use our output", zh = "成果用于哪些事项（本级或上级）", example = [["core-words"]] },
  { "same", "refs", en = "items, here or of another plan, that ask for the same thing: one piece counts for all of them", zh = "与哪些事项（本方案或别的方案）是同一要求：交一件，各处都计数", example = [["city2012:essays"]] },
  { "deviates", "record:deviates", en = "laxer than the notice above, with a reason", zh = "放宽上级要求（须写明理由）", example = [[{ from = "moh2012:essays", reason = "…" }]] },
  { "allow", "map:text", en = "checks that are not to be reported here, each with its reason", zh = "不再提示的检查，逐项写明理由", example = [[{ ["rest-day"] = "市局指定" }]] },
}

local member = {
  { "parent", "unit", en = "the unit it belongs to", zh = "上级单位", example = [["bureau"]] },
  { "kind", "unit", default = "its own id for a class", default_zh = "一类单位即其编号", en = "id of its class", zh = "所属类别的编号", example = [["county"]] },
  { "level", "enum:nation|ministry|province|city|county|township|hospital|department|branch", en = "administrative level", zh = "层级", example = [["county"]] },
  { "many", "many", en = "a class of units; the roster names them", zh = "一类单位，由名册列出", least = 1, most = 10000000, example = "true" },
  { "staff", "int", en = "number of staff", zh = "人数", least = 0, most = 100000000, example = "86" },
  { "tags", "ids", en = "tags for selecting (#tag)", zh = "标签，可用 #标签 选取", example = [[{ "icu" }]] },
  { "alias", "texts", en = "other names in the notice", zh = "通知里的其他叫法", example = [[{ "党政办公室" }]] },
  { "head", "text", en = "post of the person in charge", zh = "负责人（职务）", example = [["护士长"]] },
  { "contact", "text", en = "address for messages", zh = "联系方式", example = [["office@hospital.example"]] },
}

local records = {
  where = {
    { "chars", "amount", en = "length in characters", zh = "字数", example = [["不少于1500字"]] },
    { "minutes", "amount", en = "length in minutes", zh = "时长（分钟）", example = [["3-5分钟"]] },
    { "amount", "amount", en = "any other measure", zh = "其他数量要求", example = [["不少于2学时"]] },
    { "counted", "enum:word|characters|all", default = "word", en = "how characters are counted: as a word processor's word count (each Hanzi and each mark among them one, each run of letters and digits one), without blanks, or all", zh = "字数怎么算：word 同办公软件的“字数”（汉字和中文标点每个算一，连写的字母数字合算一），characters 为字符数不计空格，all 为字符数计空格", example = [["characters"]] },
    { "keep", "enum:file|hash", default = "file", en = "what is kept of a file: the file itself, or only its hash and counts", zh = "文件怎么存：file 保存原件，hash 只存指纹和字数", example = [["hash"]] },
    { "original", "bool", en = "no plagiarism", zh = "原创，不得抄袭", example = "true" },
    { "zero", "bool", en = "nothing to report is reported too", zh = "零报告", example = "true" },
    { "records", "texts", en = "records that must be kept", zh = "须留存的记录", example = [["讨论记录"]] },
    { "contains", "contents", en = "what must be in it, all of it", zh = "必须包含的内容", example = [[{ "整改目标", "责任人" }]] },
    { "any", "texts", en = "what may be in it, at least one of it", zh = "至少包含其一", example = [[{ "阶段小结", "典型事例" }]] },
    { "rules", "texts", en = "rules for people to judge", zh = "由人判断的要求", example = [[{ "体现特色", "社会认同" }]] },
    { "form", "texts", en = "its form: paper, seal, file format", zh = "形式：纸质、盖章、文件格式", example = [["纸质盖章"]] },
  },
  deviates = {
    { "from", "refs", required = true, en = "the items above", zh = "上级的哪些事项", example = [["moh2012:essays"]] },
    { "reason", "text", required = true, en = "why", zh = "理由", example = [["本院规模小"]] },
    { "approved_by", "text", en = "who has approved", zh = "批准者", example = [["市卫生局办公室"]] },
  },
  imprint = {
    { "by", "text", en = "printed by", zh = "印发机关", example = [["党政办公室"]] },
    { "on", "date", en = "printed on", zh = "印发日期", example = [["2012年3月20日"]] },
    { "copies", "int", least = 0, most = 1000000, en = "number of copies", zh = "份数", example = "50" },
  },
  contacts = {
    { "name", "text", en = "name", zh = "联系人", example = [["党政办公室"]] },
    { "tel", "texts", en = "telephone", zh = "电话", example = [["2143"]] },
    { "fax", "texts", en = "fax", zh = "传真", example = [["2144"]] },
    { "email", "texts", en = "e-mail", zh = "电子邮箱", example = [["office@hospital.example"]] },
  },
  members = {
    { "name", "text", required = true, en = "name or post", zh = "姓名或职务", example = [["局办公室主要负责人"]] },
    { "role", "text", en = "role in the group", zh = "组内职务", example = [["副组长"]] },
    { "post", "text", en = "post outside", zh = "本职", example = [["工会主席"]] },
  },
  attachments = {
    { "name", "text", required = true, positional = true, en = "its title, first and without a key", zh = "名称，写在最前，不带键", example = [["活动进程表"]] },
    { "columns", "texts", en = "columns of a table", zh = "表格各栏", example = [[{ "时间", "内容" }]] },
    { "rows", "int", least = 0, most = 100000, en = "rows of a table", zh = "表格行数", example = "11" },
    { "text", "text", en = "what it says", zh = "内容", example = [["见附表"]] },
  },
  amount = {
    { "min", "number", en = "at least", zh = "至少", example = "3" },
    { "max", "number", en = "at most", zh = "至多", example = "5" },
    { "about", "bool", en = "roughly", zh = "左右", example = "true" },
    { "unit", "text", en = "measure word", zh = "量词", example = [["篇"]] },
  },
}

-- `at`: where the word may stand: top (of the script), or inside an item. `head`: what stands
-- before the braces. `first`: what stands first in the braces, without a key.
local words = {
  { "plan", at = "top", head = "id", first = "name", include = { "common" },
    en = "the notice itself; once, before everything else", zh = "方案本身，只写一次，写在最前",
    example = [[plan "city2012" { "卫生系统职业精神工作方案", issuer = "市卫生局", issued = "2012-06-01" }]],
    { "issuer", "texts", required = true, en = "who issues it", zh = "印发单位", example = [["市卫生局"]] },
    { "owner", "unit", default = "the unit named like the issuer", default_zh = "与印发单位同名的单位", en = "the unit that is “us”", zh = "本级单位（“我们”）", example = [["bureau"]] },
    { "level", "enum:nation|ministry|province|city|county|township|hospital|department|branch", en = "administrative level", zh = "层级", example = [["city"]] },
    { "notice", "text", en = "the notice's own title", zh = "印发通知的标题", example = [["关于印发……的通知"]] },
    { "number", "text", en = "document number", zh = "文号", example = [["卫办发〔2012〕31号"]] },
    { "issued", "date", en = "day of issue; phrases without a year count from it", zh = "印发日期，省略年份的日期由它推定", example = [["2012年3月20日"]] },
    { "received", "date", en = "day on which we received the notice above", zh = "收到上级通知的日期", example = [["2012-03-23"]] },
    { "year", "int", default = "the year of issued", default_zh = "印发年份", least = 1901, most = 2100, en = "the campaign's year", zh = "活动年度", example = "2012" },
    { "when", "date", en = "the whole campaign", zh = "总的起止时间", example = [["贯穿全年"]] },
    { "review", "date", en = "when it is to be looked at again", zh = "复核时间", example = [["每年12月"]] },
    { "recipients", "texts", en = "addressed to", zh = "主送", example = [[{ "各党支部", "各科室" }]] },
    { "cc", "texts", en = "copied to", zh = "抄送", example = [[{ "市卫生局" }]] },
    { "keywords", "texts", en = "subject words", zh = "主题词", example = [[{ "价值观", "方案" }]] },
    { "basis", "texts", en = "papers and meetings it rests on", zh = "依据", example = [[{ "2012年卫生工作要点" }]] },
    { "imprint", "record:imprint", en = "printed by whom, when, how many", zh = "印发机关、日期、份数", example = [[{ by = "党政办公室", on = "2012年3月20日", copies = 50 }]] },
    { "contacts", "records:contacts", en = "contacts", zh = "联系方式", example = [[{ { name = "党政办公室", tel = "2143" } }]] },
    { "theme", "text", en = "theme of the campaign", zh = "主题", example = [["我们的价值观"]] },
    { "under", "under", en = "the notice above", zh = "上级通知", example = [["moh2012"]] },
    { "attachments", "records:attachments", en = "attachments", zh = "附件", example = [[{ { "活动进程表", rows = 11 } }]] },
    { "source", "any", en = "where this text was found", zh = "文本来源", example = [["市卫生信息网"]] },
    { "none", "absent", en = "looked for in the notice and not there", zh = "通知里查无的内容", example = [[{ "number", "奖惩" }]] },
    { "dates", "map:date", en = "named events that items count from; false = does not take place", zh = "供事项起算的事件日期；false 表示不举行", example = [[{ inspection = "9月10日" }]] },
    { "allow", "map:text", en = "checks of the plan as a whole that are not to be reported, each with its reason", zh = "对方案整体不再提示的检查，逐项写明理由", example = [[{ ["body-annex"] = "落款用全称" }]] },
    { "burden", "int", default = 3, least = 0, most = 1000, en = "so many duties in one week are too many for one unit", zh = "一个单位一周内的任务超过此数即提示负担过重", example = "3" },
  },
  { "unit", at = "top", head = "id", first = "name", include = { "member", "common" },
    en = "a unit, or with many a class of units that the roster fills", zh = "单位；带 many 时是一类单位，由名册列出",
    example = [[unit "county" { "各县（市）区卫生局", parent = "bureau", level = "county", many = true }]] },
  { "group", at = "top", head = "id", first = "name", include = { "member", "common" },
    en = "a second membership of the same people (Party branch, leading group); never reminded twice", zh = "同一批人的另一种归属（党支部、团委、领导小组），不重复提醒",
    example = [[group "leading" { "领导小组", parent = "bureau", duty = "组织协调" }]],
    { "duty", "texts", en = "what the group is for", zh = "职责", example = [["组织协调"]] },
    { "office", "unit", en = "unit or group that is its office", zh = "办公室设在", example = [["party-office"]] },
    { "members", "records:members", en = "members by name, role and post", zh = "成员：姓名、组内职务、本职", example = [[{ { name = "局长", role = "组长" } }]] },
  },
  { "roster", at = "top", head = "file", first = "kinds",
    en = "a file of units beside the script, CSV or .xlsx; in braces the kinds it brings beside the declared classes", zh = "与脚本同一文件夹的名册（CSV 或 .xlsx）；花括号里是它另外带来的类别",
    example = [[roster "city2012.csv" { "department", "person" }]],
    { "sheet", "text", most = 31, default = "the first that is not hidden", default_zh = "第一个可见的工作表", en = "which sheet of a workbook (.xlsx)", zh = "用工作簿（.xlsx）的哪个工作表", example = [["名册"]] } },
  { "phase", at = "item", head = "id", first = "name", children = true, include = { "item", "common" },
    en = "a phase; phases may overlap, nest and leave gaps", zh = "阶段，可以交叉、嵌套、间断",
    example = [[phase "mobilise" { "学习动员阶段", when = "6月上旬" }]],
  },
  { "task", at = "item", head = "id", first = "name", children = true, include = { "item", "common" },
    en = "something done without counting: with each by each, else once", zh = "不计数的事项：写 each 则各自完成，否则共同完成一次",
    example = [[task "column" { "开辟专栏专题", by = "党政办" }]],
  },
  { "quota", at = "item", head = "id", first = "name", children = true, include = { "item", "common" },
    en = "something counted; a nested quota counts a part of its pieces", zh = "要计数的事项；嵌套的 quota 计其中一部分",
    example = [[quota "essay" { "征文", each = "各支部、各科室", count = "不少于1篇" }]],
    { "count", "amount", required = true, en = "how many; a bare number means exactly", zh = "数量；只写数字即恰好", example = [["不少于3篇"]] },
    { "counts", "enum:submitted|accepted|recommended|selected", default = "submitted", en = "from which state on a piece counts here; recommended and selected pieces are those of the quotas that feed this one, or that hold it", zh = "一件作品到哪一步才计数：submitted 已交、accepted 已采用、recommended 已推荐、selected 已入选；后两种计的是汇入（feeds）本项或包含本项的指标里的作品", example = [["recommended"]] },
  },
  { "remind", at = "top",
    en = "when to remind; without about it holds for every dated, unmet item", zh = "提醒规则；不写 about 则适用于所有有期限、未办结的事项",
    example = [[remind { before = { "7d", "3d", "1d" } }]],
    { "about", "refs", default = "every dated, unmet item", default_zh = "所有有期限、未办结的事项", en = "of which items", zh = "针对哪些事项", example = [["award"]] },
    { "before", "durations", en = "so long before the working due", zh = "截止前多久", example = [[{ "7d", "3d", "1d" }]] },
    { "after", "durations", en = "so long after the due, while unmet", zh = "逾期后多久（未办结时）", example = [["1d"]] },
    { "every", "date", en = "again and again while open", zh = "办理期间定期", example = [["每周一"]] },
    { "at", "time", default = "09:00", en = "at what time of day", zh = "几点", example = [["09:00"]] },
    { "to", "id", default = "contact", en = "to which role in the unit", zh = "单位里的哪个角色", example = [["head"]] },
    { "channel", "id", default = "default", en = "by which channel", zh = "经哪个渠道", example = [["wecom"]] },
    { "text", "template", en = "the words of the message", zh = "提醒内容", example = [["{unit}：{item}还差{missing}，{due}前报{to}"]] },
  },
  { "escalate", at = "top",
    en = "who is told, step by step, while a duty stays unmet behind its due; stdlib/escalation.lua is the policy", zh = "逾期未办结时逐级督办；办法见 stdlib/escalation.lua",
    example = [[escalate { about = "essays", steps = { "head", "office", "leader" }, every = "2wd" }]],
    { "about", "refs", default = "every dated, unmet item", default_zh = "所有有期限、未办结的事项", en = "of which items", zh = "针对哪些事项", example = [["essays"]] },
    { "steps", "ids", default = "head, office, leader", default_zh = "head、office、leader", en = "roles above the one who owes it, nearest first; that one is told on the day of the due", zh = "逐级督办的角色，由近到远；到期当天先提醒承办人", example = [[{ "head", "office", "leader" }]] },
    { "every", "durations", default = "2wd", en = "so long from one step to the next, from the official due on", zh = "每级间隔，从规定的截止日起算", example = [["2wd"]] },
    { "at", "time", default = "09:00", en = "at what time of day", zh = "几点", example = [["09:00"]] },
    { "channel", "id", default = "default", en = "by which channel", zh = "经哪个渠道", example = [["wecom"]] },
    { "text", "template", en = "the words of the message", zh = "督办内容", example = [["{unit}的{item}{left}，请督促办理"]] },
  },
  { "on", at = "top", call = "on(event, [item,] function)",
    en = "a handler: what to do when something happens", zh = "事件发生时做什么",
    example = [[on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)]] },
}

local events = {
  { "plan.start", subject = "plan", en = "the plan is issued or its time begins", zh = "方案印发或开始" },
  { "phase.start", subject = "phase", en = "a phase begins", zh = "阶段开始" },
  { "phase.end", subject = "phase", en = "a phase is over", zh = "阶段结束" },
  { "quota.open", subject = "quota", en = "a period begins in which pieces are counted", zh = "开始计数（每期）" },
  { "task.due", subject = "item", en = "an official due has come", zh = "截止时间到" },
  { "reminder", subject = "item", en = "a reminder is due", zh = "提醒时间到" },
  { "quota.late", subject = "item", en = "the due has passed and something is missing", zh = "逾期未完成" },
  { "review", subject = "item", en = "a standing duty is to be looked at again", zh = "复核时间到" },
  { "plan.end", subject = "plan", en = "the plan's time is over", zh = "方案结束" },
  { "check", subject = "plan", en = "`planrun check` reads the plan; never in a run", zh = "`planrun check` 检查方案时；运行时不触发" },
}

-- What a handler gets: its one argument.
local event = {
  { "name", "text", en = "name of the event", zh = "事件名" },
  { "at", "text", en = "scheduled time, 2012-06-01T09:00", zh = "预定时间" },
  { "plan", "table", en = "id, name", zh = "方案：id, name" },
  { "phase", "table", en = "id, name; for phase events", zh = "阶段：id, name（阶段事件）" },
  { "item", "table", en = "id, name, due; for events of an item", zh = "事项：id, name, due（事项事件）" },
  { "items", "table", en = "for check: a list of id, name, word, parent, clause, due, first, last (days, YYYY-MM-DD), min, max, each, by, to, fulfils, feeds",
    zh = "check 时：各事项的 id, name, word, parent, clause, due, first, last（日期，YYYY-MM-DD）, min, max, each, by, to, fulfils, feeds" },
  { "units", "units", en = "the units concerned, as a handle; for check the whole roster", zh = "涉及的单位（句柄）；check 时为整个名册" },
}

-- Methods of a handle of units; they ask the host, so a million units cost nothing.
local units = {
  { "count", arguments = "", returns = "integer", en = "how many units", zh = "单位个数" },
  { "first", arguments = "n", returns = "table", en = "id and name of the first n, at most 1000", zh = "前 n 个的 id 和 name，最多 1000 个" },
  { "behind", arguments = "item", returns = "units", en = "those that have not met the item", zh = "其中未完成该事项的" },
}

-- Functions that exist while a handler runs, and only then.
local functions = {
  { "notify", arguments = "units, text, options", optional = { options = true },
    en = "sends a text to units: a handle, an id, or a list of these; options: to, channel",
    zh = "向单位发消息；units 可以是句柄、编号或它们的列表；options 可写 to、channel",
    example = [[notify(event.units, "请按时报送")]] },
  { "finding", arguments = "item, text, options", optional = { options = true },
    en = "for check: reports about an item, by its id, or nil for the plan; options: level (error, warning, note), name, field, help",
    zh = "用于 check：就某事项（写编号；nil 指方案本身）提出发现；options 可写 level（error、warning、note）、name、field、help",
    example = [[finding(item.id, "没有写明报送对象", { field = "to" })]] },
}

-- What may stand in braces in a template; stdlib/messages.lua fills them in, for each recipient and
-- duty.
local placeholders = {
  { "unit", en = "name of the unit that owes it", zh = "承办单位（人）的名称", example = [[内科]] },
  { "item", en = "name of the item", zh = "事项名称", example = [[优秀征文]] },
  { "plan", en = "name of the plan", zh = "方案名称", example = [[职业精神工作方案]] },
  { "clause", en = "where the item stands in the notice", zh = "事项在通知中的条款", example = [[三(二)]] },
  { "phase", en = "name of the phase that the item belongs to", zh = "事项所在阶段", example = [[讨论交流阶段]] },
  { "need", en = "how much is asked for", zh = "应交数量", example = [[3篇]] },
  { "done", en = "how much of it is there", zh = "已交数量", example = [[1篇]] },
  { "missing", en = "how much of it is missing", zh = "还差数量", example = [[2篇]] },
  { "due", en = "the official due day", zh = "截止日期", example = [[7月5日（周四）]] },
  { "days", en = "days between the message and the due", zh = "距截止日的天数", example = [[3天]] },
  { "left", en = "the same as a phrase: in 3 days, today, 2 days overdue", zh = "同上，写成说法：还有3天、就在今天、已逾期2天", example = [[还有3天]] },
  { "to", en = "to whom it is handed in", zh = "报送对象", example = [[市卫生局]] },
  { "role", en = "the recipient's role", zh = "收件人的角色", example = [[联系人]] },
  { "link", en = "where more is to be read, as the operator configured it", zh = "详情链接（由运维人员配置）", example = [[https://plan.hospital.example/]] },
}

-- What a text function gets: its one argument.
local message = {
  { "unit", "table", en = "id, name, kind of the unit that owes it", zh = "承办单位（人）：id, name, kind" },
  { "item", "table", en = "id, name, clause; nil when the message is about the plan", zh = "事项：id, name, clause；关于整个方案时为 nil" },
  { "plan", "table", en = "id, name", zh = "方案：id, name" },
  { "phase", "text", en = "name of the item's phase, or nil", zh = "事项所在阶段的名称，或 nil" },
  { "need", "integer", en = "pieces asked for; 0 = not counted", zh = "应交数量；0 表示不计数" },
  { "missing", "integer", en = "pieces that are missing", zh = "还差数量" },
  { "measure", "text", en = "measure word of the amount, or nil", zh = "量词，或 nil" },
  { "due", "text", en = "official due day, YYYY-MM-DD, or nil", zh = "截止日期 YYYY-MM-DD，或 nil" },
  { "days", "integer", en = "days to the due, negative behind it, or nil", zh = "距截止日的天数，逾期为负，或 nil" },
  { "to", "text", en = "to whom it is handed in, or nil", zh = "报送对象，或 nil" },
  { "role", "text", en = "the recipient's role", zh = "收件人的角色" },
  { "step", "integer", en = "step of an escalation; 0 = none", zh = "督办的级次；0 表示不是督办" },
}

-- What a script finds of Lua itself; the evaluator decides, this is for the editor and luacheck.
local lua = {
  { "assert error ipairs pairs pcall require select tonumber tostring type", en = "functions", zh = "函数" },
  { "math string table utf8", en = "libraries, without what reaches outside", zh = "库，不含访问外部的部分" },
}

return {
  lua = lua, types = types, groups = { common = common, item = item, member = member }, records = records,
  words = words, events = events, event = event, units = units, functions = functions,
  placeholders = placeholders, message = message,
}
