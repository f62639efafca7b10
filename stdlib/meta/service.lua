---@meta
-- Generated from stdlib/service.lua by `planrun help service --emit meta`; do not edit.
-- luacheck: ignore

---@class planrun.node

---@alias planrun.date string|table
---@alias planrun.amount string|number|table

---@class planrun.console
---@field [1] "console"
---@field rate? any 每分钟最多发几条（so many messages a minute at most）默认（default）: 不限
---@field at_once? integer 同时发送几条（so many sends under way at the same time）默认（default）: 4

---@class planrun.exec
---@field [1] "exec"
---@field program string 每条消息运行一次的程序（不经 shell），从标准输入读到 JSON（the program that is run for each message, without a shell; it gets the message as JSON on its input）
---@field arguments? string|string[] 程序的参数，后面接 "--" 和地址（its arguments; "--" and the address follow them）
---@field rate? any 每分钟最多发几条（so many messages a minute at most）默认（default）: 不限
---@field at_once? integer 同时发送几条（so many sends under way at the same time）默认（default）: 4
---@field within? string 一次发送最多多长时间，超时则稍后再发（a send that takes longer is given up for this time, and tried again）默认（default）: 30s

---@class planrun.jsonl
---@field [1] "jsonl"
---@field file string 每条消息追加一行 JSON 的文件，"-" 为标准输出（the file that gets one line of JSON a message; "-" is the standard output）
---@field rate? any 每分钟最多发几条（so many messages a minute at most）默认（default）: 不限
---@field at_once? integer 同时发送几条（so many sends under way at the same time）默认（default）: 4

---@class planrun.mail
---@field [1] "mail"
---@field server string 发件服务器（the mail server that takes our messages）
---@field from string 发件人（sender）
---@field user? string 服务器上的用户名，不写则不登录（user at the server; without it nobody logs in）
---@field password? string 该用户的密码，写密钥文件名（the user's password, by the name of its file）
---@field plain? boolean 不加密（仅限院内的服务器）（without TLS; then only to a server inside the house）默认（default）: false
---@field ca? string 信任的根证书文件（PEM），服务器用自签证书时写（the certificates (PEM) that are trusted, for a server of the house）默认（default）: 系统自带的
---@field rate? any 每分钟最多发几条（so many messages a minute at most）默认（default）: 18
---@field at_once? integer 同时发送几条（so many sends under way at the same time）默认（default）: 4
---@field within? string 一次发送最多多长时间，超时则稍后再发（a send that takes longer is given up for this time, and tried again）默认（default）: 60s

---@class planrun.spool
---@field [1] "spool"
---@field folder string 每条消息写一个 JSON 文件的文件夹（the folder that gets one JSON file a message）
---@field rate? any 每分钟最多发几条（so many messages a minute at most）默认（default）: 不限
---@field at_once? integer 同时发送几条（so many sends under way at the same time）默认（default）: 4

---@class planrun.webhook
---@field [1] "webhook"
---@field url string 接收消息的网址（where messages are posted）
---@field secret string 签名密钥（whsec_…），写密钥文件名（the key of the signature (whsec_…), by the name of its file）
---@field private? boolean 允许内网地址和 http（private addresses of networks are allowed, and http）默认（default）: false
---@field ca? string 信任的根证书文件（PEM），服务器用自签证书时写（the certificates (PEM) that are trusted, for a server of the house）默认（default）: 系统自带的
---@field rate? any 每分钟最多发几条（so many messages a minute at most）默认（default）: 18
---@field at_once? integer 同时发送几条（so many sends under way at the same time）默认（default）: 16
---@field within? string 一次发送最多多长时间，超时则稍后再发（a send that takes longer is given up for this time, and tried again）默认（default）: 30s

---@class planrun.wecom
---@field [1] "wecom"
---@field key string 群机器人 webhook 地址里的 key，写密钥文件名（key of the group's robot, by the name of its file）
---@field markdown? boolean 用 markdown 格式（不能@人）（messages as markdown, without mentions）默认（default）: false
---@field base? string 经网关转发时的地址（where robots are reached through a gateway）默认（default）: https://qyapi.weixin.qq.com
---@field private? boolean 允许内网地址和 http（private addresses of networks are allowed, and http）默认（default）: false
---@field ca? string 信任的根证书文件（PEM），服务器用自签证书时写（the certificates (PEM) that are trusted, for a server of the house）默认（default）: 系统自带的
---@field rate? any 每分钟最多发几条（so many messages a minute at most）默认（default）: 18
---@field at_once? integer 同时发送几条（so many sends under way at the same time）默认（default）: 4
---@field within? string 一次发送最多多长时间，超时则稍后再发（a send that takes longer is given up for this time, and tried again）默认（default）: 30s

---@class planrun.service
---@field plans? string|string[] 要运行的方案：脚本，或存放脚本的文件夹（the plans that are served: scripts, or folders of them）
---@field slots? string|string[] 只在这些时刻发送，同一收件人的合成一条，最多 24 个（messages go at these times of day only, what is for one recipient in one message; most: 24）默认（default）: 随到随发
---@field exact? boolean 准点发送；不写则错开几分钟，避免拥挤（at the very minute of a slot; otherwise some minutes later, not all at once）默认（default）: false
---@field quiet? string|string[] 免打扰时段，除非会误了期限（no messages between these times, unless a due would pass）
---@field working_days? boolean 不紧急的消息只在工作日发（messages that are not urgent go on working days only）默认（default）: false
---@field weekly? integer 不紧急的消息，同一收件人每周最多几条（so many messages that are not urgent a week at most to one recipient）默认（default）: 不限
---@field contacts? string 通讯录（CSV）：单位、角色、渠道、地址（a table of addresses (CSV): unit, role, channel, address）
---@field alarm? string|string[] 消息发不出去时通知谁（where the service says that messages could not be sent）
---@field link? string 消息被截断时，指向查看全文的网址（where more is to be read, for messages that are cut）

--- 对所有消息都有效的设置，只写一次
--- what holds for all messages; once
---
--- ```lua
--- service { plans = "plans.d", slots = { "09:00" }, quiet = { "20:00", "08:00" }, working_days = true, weekly = 5 }
--- ```
---@param fields planrun.service
---@return planrun.node
function service(fields) end

---@alias planrun.channel
---| planrun.console
---| planrun.exec
---| planrun.jsonl
---| planrun.mail
---| planrun.spool
---| planrun.webhook
---| planrun.wecom

--- 发送渠道：先取名，花括号里第一个是种类
--- a way by which messages go: a name of yours, then its kind first in the braces
---
--- ```lua
--- channel "mail" { "mail", server = "smtp://mx.hospital.example:587", from = "dzb@hospital.example" }
--- ```
---@param name string
---@return fun(fields: planrun.channel): planrun.node
function channel(name) end

---@class planrun.bind
---@field [1]? string 渠道（channel）
---@field contact? string 发给单位联系人的（for a unit's contact）
---@field head? string 发给单位负责人的（for its head）
---@field office? string 发给主管办公室的（for the office in charge）
---@field leader? string 发给分管领导的；方案里的其他角色也可以作键（for the leader; any other role of a plan may be a key as well）

--- 方案里写的渠道名对应本文件的哪个渠道，某些角色可以另走别的渠道
--- a plan's channel name → the channel of this file that takes it; other ones for certain roles
---
--- ```lua
--- bind "default" { "mail", leader = "robot" }
--- ```
---@param name string
---@return fun(fields: planrun.bind): planrun.node
function bind(name) end

