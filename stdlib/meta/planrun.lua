---@meta
-- Generated from stdlib/words.lua by `planrun help words --emit meta`; do not edit.
-- luacheck: ignore

---@class planrun.node

---@alias planrun.date string|table
---@alias planrun.amount string|number|table

---@class planrun.amount
---@field min? number 至少（at least）
---@field max? number 至多（at most）
---@field about? boolean 左右（roughly）
---@field unit? string 量词（measure word）

---@class planrun.attachments
---@field [1] string 名称，写在最前，不带键（its title, first and without a key）
---@field columns? string|string[] 表格各栏（columns of a table）
---@field rows? integer 表格行数（rows of a table）
---@field text? string 内容（what it says）

---@class planrun.contacts
---@field name? string 联系人（name）
---@field tel? string|string[] 电话（telephone）
---@field fax? string|string[] 传真（fax）
---@field email? string|string[] 电子邮箱（e-mail）

---@class planrun.deviates
---@field from string|string[] 上级的哪些事项（the items above）
---@field reason string 理由（why）
---@field approved_by? string 批准者（who has approved）

---@class planrun.imprint
---@field by? string 印发机关（printed by）
---@field on? planrun.date 印发日期（printed on）
---@field copies? integer 份数（number of copies）

---@class planrun.members
---@field name string 姓名或职务（name or post）
---@field role? string 组内职务（role in the group）
---@field post? string 本职（post outside）

---@class planrun.where
---@field chars? planrun.amount 字数（length in characters）
---@field minutes? planrun.amount 时长（分钟）（length in minutes）
---@field amount? planrun.amount 其他数量要求（any other measure）
---@field counted? "word"|"characters"|"all" 字数怎么算：word 同办公软件的“字数”（汉字和中文标点每个算一，连写的字母数字合算一），characters 为字符数不计空格，all 为字符数计空格（how characters are counted: as a word processor's word count (each Hanzi and each mark among them one, each run of letters and digits one), without blanks, or all）默认（default）: word
---@field keep? "file"|"hash" 文件怎么存：file 保存原件，hash 只存指纹和字数（what is kept of a file: the file itself, or only its hash and counts）默认（default）: file
---@field original? boolean 原创，不得抄袭（no plagiarism）
---@field zero? boolean 零报告（nothing to report is reported too）
---@field records? string|string[] 须留存的记录（records that must be kept）
---@field contains? string|table 必须包含的内容（what must be in it, all of it）
---@field any? string|string[] 至少包含其一（what may be in it, at least one of it）
---@field rules? string|string[] 由人判断的要求（rules for people to judge）
---@field form? string|string[] 形式：纸质、盖章、文件格式（its form: paper, seal, file format）

---@class planrun.plan
---@field [1] string 名称（name）
---@field issuer string|string[] 印发单位（who issues it）
---@field owner? string 本级单位（“我们”）（the unit that is “us”）默认（default）: 与印发单位同名的单位
---@field level? "nation"|"ministry"|"province"|"city"|"county"|"township"|"hospital"|"department"|"branch" 层级（administrative level）
---@field notice? string 印发通知的标题（the notice's own title）
---@field number? string 文号（document number）
---@field issued? planrun.date 印发日期，省略年份的日期由它推定（day of issue; phrases without a year count from it）
---@field received? planrun.date 收到上级通知的日期（day on which we received the notice above）
---@field year? integer 活动年度（the campaign's year）默认（default）: 印发年份
---@field when? planrun.date 总的起止时间（the whole campaign）
---@field review? planrun.date 复核时间（when it is to be looked at again）
---@field recipients? string|string[] 主送（addressed to）
---@field cc? string|string[] 抄送（copied to）
---@field keywords? string|string[] 主题词（subject words）
---@field basis? string|string[] 依据（papers and meetings it rests on）
---@field imprint? planrun.imprint 印发机关、日期、份数（printed by whom, when, how many）
---@field contacts? planrun.contacts[] 联系方式（contacts）
---@field theme? string 主题（theme of the campaign）
---@field under? string|table 上级通知（the notice above）
---@field attachments? planrun.attachments[] 附件（attachments）
---@field source? any 文本来源（where this text was found）
---@field none? string|string[] 通知里查无的内容（looked for in the notice and not there）
---@field dates? table<string, planrun.date|false> 供事项起算的事件日期；false 表示不举行（named events that items count from; false = does not take place）
---@field allow? table<string, string> 对方案整体不再提示的检查，逐项写明理由（checks of the plan as a whole that are not to be reported, each with its reason）
---@field burden? integer 一个单位一周内的任务超过此数即提示负担过重（so many duties in one week are too many for one unit）默认（default）: 3
---@field clause? string|string[] 在通知中的条款（where it stands in the notice）
---@field text? string 原文（the original words）
---@field about? string|string[] 内容、主题（what it is about）
---@field ways? string|string[] 方式、载体（by which ways or media）
---@field links? string|string[] 结合的工作、活动（campaigns and work it is combined with）
---@field aims? string|string[] 目的、目标（what it is for）
---@field also? table[] 另一种读法，与正文并存（a second reading, kept beside the first）
---@field implied? string|string[] 由我们推定、通知没有写明的字段（fields that are ours, not the notice's）

--- 方案本身，只写一次，写在最前
--- the notice itself; once, before everything else
---
--- ```lua
--- plan "city2012" { "卫生系统职业精神工作方案", issuer = "市卫生局", issued = "2012-06-01" }
--- ```
---@param id string
---@return fun(fields: planrun.plan): planrun.node
function plan(id) end

---@class planrun.unit
---@field [1] string 名称（name）
---@field parent? string 上级单位（the unit it belongs to）
---@field kind? string 所属类别的编号（id of its class）默认（default）: 一类单位即其编号
---@field level? "nation"|"ministry"|"province"|"city"|"county"|"township"|"hospital"|"department"|"branch" 层级（administrative level）
---@field many? true|integer 一类单位，由名册列出（a class of units; the roster names them）
---@field staff? integer 人数（number of staff）
---@field tags? string|string[] 标签，可用 #标签 选取（tags for selecting (#tag)）
---@field alias? string|string[] 通知里的其他叫法（other names in the notice）
---@field head? string 负责人（职务）（post of the person in charge）
---@field contact? string 联系方式（address for messages）
---@field clause? string|string[] 在通知中的条款（where it stands in the notice）
---@field text? string 原文（the original words）
---@field about? string|string[] 内容、主题（what it is about）
---@field ways? string|string[] 方式、载体（by which ways or media）
---@field links? string|string[] 结合的工作、活动（campaigns and work it is combined with）
---@field aims? string|string[] 目的、目标（what it is for）
---@field also? table[] 另一种读法，与正文并存（a second reading, kept beside the first）
---@field implied? string|string[] 由我们推定、通知没有写明的字段（fields that are ours, not the notice's）

--- 单位；带 many 时是一类单位，由名册列出
--- a unit, or with many a class of units that the roster fills
---
--- ```lua
--- unit "county" { "各县（市）区卫生局", parent = "bureau", level = "county", many = true }
--- ```
---@param id string
---@return fun(fields: planrun.unit): planrun.node
function unit(id) end

---@class planrun.group
---@field [1] string 名称（name）
---@field duty? string|string[] 职责（what the group is for）
---@field office? string 办公室设在（unit or group that is its office）
---@field members? planrun.members[] 成员：姓名、组内职务、本职（members by name, role and post）
---@field parent? string 上级单位（the unit it belongs to）
---@field kind? string 所属类别的编号（id of its class）默认（default）: 一类单位即其编号
---@field level? "nation"|"ministry"|"province"|"city"|"county"|"township"|"hospital"|"department"|"branch" 层级（administrative level）
---@field many? true|integer 一类单位，由名册列出（a class of units; the roster names them）
---@field staff? integer 人数（number of staff）
---@field tags? string|string[] 标签，可用 #标签 选取（tags for selecting (#tag)）
---@field alias? string|string[] 通知里的其他叫法（other names in the notice）
---@field head? string 负责人（职务）（post of the person in charge）
---@field contact? string 联系方式（address for messages）
---@field clause? string|string[] 在通知中的条款（where it stands in the notice）
---@field text? string 原文（the original words）
---@field about? string|string[] 内容、主题（what it is about）
---@field ways? string|string[] 方式、载体（by which ways or media）
---@field links? string|string[] 结合的工作、活动（campaigns and work it is combined with）
---@field aims? string|string[] 目的、目标（what it is for）
---@field also? table[] 另一种读法，与正文并存（a second reading, kept beside the first）
---@field implied? string|string[] 由我们推定、通知没有写明的字段（fields that are ours, not the notice's）

--- 同一批人的另一种归属（党支部、团委、领导小组），不重复提醒
--- a second membership of the same people (Party branch, leading group); never reminded twice
---
--- ```lua
--- group "leading" { "领导小组", parent = "bureau", duty = "组织协调" }
--- ```
---@param id string
---@return fun(fields: planrun.group): planrun.node
function group(id) end

---@class planrun.roster
---@field [integer] string
---@field sheet? string 用工作簿（.xlsx）的哪个工作表（which sheet of a workbook (.xlsx)）默认（default）: 第一个可见的工作表

--- 与脚本同一文件夹的名册（CSV 或 .xlsx）；花括号里是它另外带来的类别
--- a file of units beside the script, CSV or .xlsx; in braces the kinds it brings beside the declared classes
---
--- ```lua
--- roster "city2012.csv" { "department", "person" }
--- ```
---@param file string
---@return fun(fields: planrun.roster): planrun.node
function roster(file) end

---@class planrun.phase
---@field [1] string 名称（name）
---@field [integer] string|planrun.node
---@field label? string 原文的序号（its number as written）
---@field each? string|string[] 各自完成：其中每一个（every one of them, for itself）
---@field by? string|string[] 共同完成一次的承办者（together, once）默认（default）: each，否则为本级单位
---@field lead? string|string[] 牵头（who leads）
---@field help? string|string[] 配合、协助（who cooperates）
---@field attend? string|string[] 参加（who takes part）
---@field from? string|string[] 来源（from whom the pieces come）
---@field to? string|string[] 报送、接收（to whom it is handed in）
---@field when? planrun.date 起止时间（in which time）默认（default）: 所在阶段或事项的
---@field due? planrun.date 截止时间（by when at the latest）默认（default）: 自己或所在阶段 when 的最后一天，否则为所落实的上级建议的期限
---@field per? string|string[] 周期：每期一次（again in each of these periods）
---@field after? string|string[] 在这些事项之后；“……后N日内”从那里起算（begins after these items; relative phrases count from there）
---@field review? planrun.date 复核时间（when it is to be looked at again）默认（default）: 方案的
---@field rest_day? "keep"|"next"|"ignore" 截止日逢休息日：不动、提前提醒（keep），顺延（next，仅当通知写明），或不区分休息日（ignore）（a due on a rest day: keep the day and remind before it, move to the next working day (only where the notice says so), or ignore rest days）默认（default）: keep
---@field where? planrun.where 对内容的要求（what a piece must be like）
---@field place? string 地点（at which place）
---@field binding? "must"|"should"|"may"|"never" 约束力：必须、应当、可以、禁止（how binding it is; never = a prohibition）默认（default）: must
---@field condition? string 条件（only under this condition）
---@field if_late? string 逾期的后果（what follows when it is late）
---@field fulfils? string|string[] 落实上级的哪些事项（items above that are met by doing this）
---@field feeds? string|string[] 成果用于哪些事项（本级或上级）（items, here or above, that use our output）
---@field same? string|string[] 与哪些事项（本方案或别的方案）是同一要求：交一件，各处都计数（items, here or of another plan, that ask for the same thing: one piece counts for all of them）
---@field deviates? planrun.deviates 放宽上级要求（须写明理由）（laxer than the notice above, with a reason）
---@field allow? table<string, string> 不再提示的检查，逐项写明理由（checks that are not to be reported here, each with its reason）
---@field clause? string|string[] 在通知中的条款（where it stands in the notice）
---@field text? string 原文（the original words）
---@field about? string|string[] 内容、主题（what it is about）
---@field ways? string|string[] 方式、载体（by which ways or media）
---@field links? string|string[] 结合的工作、活动（campaigns and work it is combined with）
---@field aims? string|string[] 目的、目标（what it is for）
---@field also? table[] 另一种读法，与正文并存（a second reading, kept beside the first）
---@field implied? string|string[] 由我们推定、通知没有写明的字段（fields that are ours, not the notice's）

--- 阶段，可以交叉、嵌套、间断
--- a phase; phases may overlap, nest and leave gaps
---
--- ```lua
--- phase "mobilise" { "学习动员阶段", when = "6月上旬" }
--- ```
---@param id string
---@return fun(fields: planrun.phase): planrun.node
function phase(id) end

---@class planrun.task
---@field [1] string 名称（name）
---@field [integer] string|planrun.node
---@field label? string 原文的序号（its number as written）
---@field each? string|string[] 各自完成：其中每一个（every one of them, for itself）
---@field by? string|string[] 共同完成一次的承办者（together, once）默认（default）: each，否则为本级单位
---@field lead? string|string[] 牵头（who leads）
---@field help? string|string[] 配合、协助（who cooperates）
---@field attend? string|string[] 参加（who takes part）
---@field from? string|string[] 来源（from whom the pieces come）
---@field to? string|string[] 报送、接收（to whom it is handed in）
---@field when? planrun.date 起止时间（in which time）默认（default）: 所在阶段或事项的
---@field due? planrun.date 截止时间（by when at the latest）默认（default）: 自己或所在阶段 when 的最后一天，否则为所落实的上级建议的期限
---@field per? string|string[] 周期：每期一次（again in each of these periods）
---@field after? string|string[] 在这些事项之后；“……后N日内”从那里起算（begins after these items; relative phrases count from there）
---@field review? planrun.date 复核时间（when it is to be looked at again）默认（default）: 方案的
---@field rest_day? "keep"|"next"|"ignore" 截止日逢休息日：不动、提前提醒（keep），顺延（next，仅当通知写明），或不区分休息日（ignore）（a due on a rest day: keep the day and remind before it, move to the next working day (only where the notice says so), or ignore rest days）默认（default）: keep
---@field where? planrun.where 对内容的要求（what a piece must be like）
---@field place? string 地点（at which place）
---@field binding? "must"|"should"|"may"|"never" 约束力：必须、应当、可以、禁止（how binding it is; never = a prohibition）默认（default）: must
---@field condition? string 条件（only under this condition）
---@field if_late? string 逾期的后果（what follows when it is late）
---@field fulfils? string|string[] 落实上级的哪些事项（items above that are met by doing this）
---@field feeds? string|string[] 成果用于哪些事项（本级或上级）（items, here or above, that use our output）
---@field same? string|string[] 与哪些事项（本方案或别的方案）是同一要求：交一件，各处都计数（items, here or of another plan, that ask for the same thing: one piece counts for all of them）
---@field deviates? planrun.deviates 放宽上级要求（须写明理由）（laxer than the notice above, with a reason）
---@field allow? table<string, string> 不再提示的检查，逐项写明理由（checks that are not to be reported here, each with its reason）
---@field clause? string|string[] 在通知中的条款（where it stands in the notice）
---@field text? string 原文（the original words）
---@field about? string|string[] 内容、主题（what it is about）
---@field ways? string|string[] 方式、载体（by which ways or media）
---@field links? string|string[] 结合的工作、活动（campaigns and work it is combined with）
---@field aims? string|string[] 目的、目标（what it is for）
---@field also? table[] 另一种读法，与正文并存（a second reading, kept beside the first）
---@field implied? string|string[] 由我们推定、通知没有写明的字段（fields that are ours, not the notice's）

--- 不计数的事项：写 each 则各自完成，否则共同完成一次
--- something done without counting: with each by each, else once
---
--- ```lua
--- task "column" { "开辟专栏专题", by = "党政办" }
--- ```
---@param id string
---@return fun(fields: planrun.task): planrun.node
function task(id) end

---@class planrun.quota
---@field [1] string 名称（name）
---@field [integer] string|planrun.node
---@field count planrun.amount 数量；只写数字即恰好（how many; a bare number means exactly）
---@field counts? "submitted"|"accepted"|"recommended"|"selected" 一件作品到哪一步才计数：submitted 已交、accepted 已采用、recommended 已推荐、selected 已入选；后两种计的是汇入（feeds）本项或包含本项的指标里的作品（from which state on a piece counts here; recommended and selected pieces are those of the quotas that feed this one, or that hold it）默认（default）: submitted
---@field label? string 原文的序号（its number as written）
---@field each? string|string[] 各自完成：其中每一个（every one of them, for itself）
---@field by? string|string[] 共同完成一次的承办者（together, once）默认（default）: each，否则为本级单位
---@field lead? string|string[] 牵头（who leads）
---@field help? string|string[] 配合、协助（who cooperates）
---@field attend? string|string[] 参加（who takes part）
---@field from? string|string[] 来源（from whom the pieces come）
---@field to? string|string[] 报送、接收（to whom it is handed in）
---@field when? planrun.date 起止时间（in which time）默认（default）: 所在阶段或事项的
---@field due? planrun.date 截止时间（by when at the latest）默认（default）: 自己或所在阶段 when 的最后一天，否则为所落实的上级建议的期限
---@field per? string|string[] 周期：每期一次（again in each of these periods）
---@field after? string|string[] 在这些事项之后；“……后N日内”从那里起算（begins after these items; relative phrases count from there）
---@field review? planrun.date 复核时间（when it is to be looked at again）默认（default）: 方案的
---@field rest_day? "keep"|"next"|"ignore" 截止日逢休息日：不动、提前提醒（keep），顺延（next，仅当通知写明），或不区分休息日（ignore）（a due on a rest day: keep the day and remind before it, move to the next working day (only where the notice says so), or ignore rest days）默认（default）: keep
---@field where? planrun.where 对内容的要求（what a piece must be like）
---@field place? string 地点（at which place）
---@field binding? "must"|"should"|"may"|"never" 约束力：必须、应当、可以、禁止（how binding it is; never = a prohibition）默认（default）: must
---@field condition? string 条件（only under this condition）
---@field if_late? string 逾期的后果（what follows when it is late）
---@field fulfils? string|string[] 落实上级的哪些事项（items above that are met by doing this）
---@field feeds? string|string[] 成果用于哪些事项（本级或上级）（items, here or above, that use our output）
---@field same? string|string[] 与哪些事项（本方案或别的方案）是同一要求：交一件，各处都计数（items, here or of another plan, that ask for the same thing: one piece counts for all of them）
---@field deviates? planrun.deviates 放宽上级要求（须写明理由）（laxer than the notice above, with a reason）
---@field allow? table<string, string> 不再提示的检查，逐项写明理由（checks that are not to be reported here, each with its reason）
---@field clause? string|string[] 在通知中的条款（where it stands in the notice）
---@field text? string 原文（the original words）
---@field about? string|string[] 内容、主题（what it is about）
---@field ways? string|string[] 方式、载体（by which ways or media）
---@field links? string|string[] 结合的工作、活动（campaigns and work it is combined with）
---@field aims? string|string[] 目的、目标（what it is for）
---@field also? table[] 另一种读法，与正文并存（a second reading, kept beside the first）
---@field implied? string|string[] 由我们推定、通知没有写明的字段（fields that are ours, not the notice's）

--- 要计数的事项；嵌套的 quota 计其中一部分
--- something counted; a nested quota counts a part of its pieces
---
--- ```lua
--- quota "essay" { "征文", each = "各支部、各科室", count = "不少于1篇" }
--- ```
---@param id string
---@return fun(fields: planrun.quota): planrun.node
function quota(id) end

---@class planrun.remind
---@field about? string|string[] 针对哪些事项（of which items）默认（default）: 所有有期限、未办结的事项
---@field before? string|string[] 截止前多久（so long before the working due）
---@field after? string|string[] 逾期后多久（未办结时）（so long after the due, while unmet）
---@field every? planrun.date 办理期间定期（again and again while open）
---@field at? string 几点（at what time of day）默认（default）: 09:00
---@field to? string 单位里的哪个角色（to which role in the unit）默认（default）: contact
---@field channel? string 经哪个渠道（by which channel）默认（default）: default
---@field text? string|fun(message: planrun.message): string 提醒内容（the words of the message）

--- 提醒规则；不写 about 则适用于所有有期限、未办结的事项
--- when to remind; without about it holds for every dated, unmet item
---
--- ```lua
--- remind { before = { "7d", "3d", "1d" } }
--- ```
---@param fields planrun.remind
---@return planrun.node
function remind(fields) end

---@class planrun.escalate
---@field about? string|string[] 针对哪些事项（of which items）默认（default）: 所有有期限、未办结的事项
---@field steps? string|string[] 逐级督办的角色，由近到远；到期当天先提醒承办人（roles above the one who owes it, nearest first; that one is told on the day of the due）默认（default）: head、office、leader
---@field every? string|string[] 每级间隔，从规定的截止日起算（so long from one step to the next, from the official due on）默认（default）: 2wd
---@field at? string 几点（at what time of day）默认（default）: 09:00
---@field channel? string 经哪个渠道（by which channel）默认（default）: default
---@field text? string|fun(message: planrun.message): string 督办内容（the words of the message）

--- 逾期未办结时逐级督办；办法见 stdlib/escalation.lua
--- who is told, step by step, while a duty stays unmet behind its due; stdlib/escalation.lua is the policy
---
--- ```lua
--- escalate { about = "essays", steps = { "head", "office", "leader" }, every = "2wd" }
--- ```
---@param fields planrun.escalate
---@return planrun.node
function escalate(fields) end

---@alias planrun.event_name
---| "plan.start" # 方案印发或开始
---| "phase.start" # 阶段开始
---| "phase.end" # 阶段结束
---| "quota.open" # 开始计数（每期）
---| "task.due" # 截止时间到
---| "reminder" # 提醒时间到
---| "quota.late" # 逾期未完成
---| "review" # 复核时间到
---| "plan.end" # 方案结束
---| "check" # `planrun check` 检查方案时；运行时不触发

---@class planrun.units
local units = {}

--- 单位个数（how many units）
---@return integer
function units:count() end

--- 前 n 个的 id 和 name，最多 1000 个（id and name of the first n, at most 1000）
---@return table
function units:first(n) end

--- 其中未完成该事项的（those that have not met the item）
---@return planrun.units
function units:behind(item) end

---@class planrun.event
---@field name string 事件名（name of the event）
---@field at string 预定时间（scheduled time, 2012-06-01T09:00）
---@field plan table 方案：id, name（id, name）
---@field phase table 阶段：id, name（阶段事件）（id, name; for phase events）
---@field item table 事项：id, name, due（事项事件）（id, name, due; for events of an item）
---@field items table check 时：各事项的 id, name, word, parent, clause, due, first, last（日期，YYYY-MM-DD）, min, max, each, by, to, fulfils, feeds（for check: a list of id, name, word, parent, clause, due, first, last (days, YYYY-MM-DD), min, max, each, by, to, fulfils, feeds）
---@field units planrun.units 涉及的单位（句柄）；check 时为整个名册（the units concerned, as a handle; for check the whole roster）

---@class planrun.message
---@field unit table 承办单位（人）：id, name, kind（id, name, kind of the unit that owes it）
---@field item table 事项：id, name, clause；关于整个方案时为 nil（id, name, clause; nil when the message is about the plan）
---@field plan table 方案：id, name（id, name）
---@field phase string 事项所在阶段的名称，或 nil（name of the item's phase, or nil）
---@field need integer 应交数量；0 表示不计数（pieces asked for; 0 = not counted）
---@field missing integer 还差数量（pieces that are missing）
---@field measure string 量词，或 nil（measure word of the amount, or nil）
---@field due string 截止日期 YYYY-MM-DD，或 nil（official due day, YYYY-MM-DD, or nil）
---@field days integer 距截止日的天数，逾期为负，或 nil（days to the due, negative behind it, or nil）
---@field to string 报送对象，或 nil（to whom it is handed in, or nil）
---@field role string 收件人的角色（the recipient's role）
---@field step integer 督办的级次；0 表示不是督办（step of an escalation; 0 = none）

--- 事件发生时做什么
--- a handler: what to do when something happens
---
--- ```lua
--- on("phase.start", function(event) notify(event.units, event.phase.name .. "开始") end)
--- ```
---@param event planrun.event_name
---@param item string|fun(event: planrun.event)
---@param handler? fun(event: planrun.event)
function on(event, item, handler) end

--- 向单位发消息；units 可以是句柄、编号或它们的列表；options 可写 to、channel
--- sends a text to units: a handle, an id, or a list of these; options: to, channel
function notify(units, text, options) end
--- 用于 check：就某事项（写编号；nil 指方案本身）提出发现；options 可写 level（error、warning、note）、name、field、help
--- for check: reports about an item, by its id, or nil for the plan; options: level (error, warning, note), name, field, help
function finding(item, text, options) end
