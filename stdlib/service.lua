--- The words of the service's configuration, in the form of stdlib/words.lua: the one table from
--- which its checks, `planrun help service` and the editor's definitions come. Plain data.
---
--- The fields of a channel hang on its kind: records.KIND. A kind that is no record is unknown.

local types = {
  { "text", en = "a text in quotes", zh = "引号里的文字", example = [["planrun"]] },
  { "texts", en = "a text, or a list of texts", zh = "一段文字，或一组文字", example = [[{ "--to" }]] },
  { "bool", en = "true or false", zh = "true 或 false", example = "true" },
  { "int", en = "a whole number", zh = "整数", example = "5" },
  { "times", en = "one or more times of day HH:MM", zh = "一个或几个时刻 HH:MM", example = [[{ "09:00", "15:00" }]] },
  { "pair", en = "from and until, HH:MM; may run over midnight", zh = "起、止两个时刻 HH:MM，可以跨过零点", example = [[{ "20:00", "08:00" }]] },
  { "span", en = "seconds, from 1 to 100", zh = "秒数（s），1 至 100", example = [["30s"]] },
  { "rate", en = [[1 to 6000 a minute, or "none"]], zh = [[每分钟 1 至 6000 条，或 "none"（不限）]], example = "18" },
  { "path", en = "a file or folder; a relative one begins beside the configuration", zh = "文件或文件夹，相对路径从配置文件所在处算起", example = [["contacts.csv"]] },
  { "paths", en = "files or folders; relative ones begin beside the configuration", zh = "一个或几个文件、文件夹，相对路径从配置文件所在处算起", example = [["plans.d"]] },
  { "program", en = "a program by its whole path, beginning with /", zh = "程序的完整路径，以 / 开头", example = [["/usr/local/bin/send-sms"]] },
  { "url", en = "an http or https address, without user or password", zh = "http 或 https 网址，不带用户名和密码", example = [["https://oa.hospital.example/hook"]] },
  { "server", en = "smtp:// or smtps://, a host, perhaps a port", zh = "smtp:// 或 smtps:// 加主机名，可写端口", example = [["smtp://mx.hospital.example:587"]] },
  { "mailbox", en = [[a mail address, also as "name <address>"]], zh = [[邮件地址，可写成 "名称 <地址>"]], example = [["党政办公室 <dzb@hospital.example>"]] },
  { "secret", en = "the name of a file that holds the secret: of a systemd credential, else in secrets/ beside the configuration; or a whole path", zh = "存放密钥的文件名：systemd 凭据，或配置文件旁 secrets/ 里的文件；也可写完整路径", example = [["smtp-password"]] },
  { "alarm", en = "a channel of this file and an address in it", zh = "本文件里的一个渠道，加该渠道里的地址", example = [[{ "mail", "it@hospital.example" }]] },
  { "channel", en = "a channel of this file", zh = "本文件里的一个渠道", example = [["robot"]] },
}

-- Shared by kinds of channels.
local rated = { "rate", "rate", default = 18, en = "so many messages a minute at most", zh = "每分钟最多发几条", example = "18" }
local free = { "rate", "rate", default = "none", default_zh = "不限", en = "so many messages a minute at most", zh = "每分钟最多发几条", example = "60" }
local at_once = { "at_once", "int", default = 4, least = 1, most = 256, en = "so many sends under way at the same time", zh = "同时发送几条", example = "4" }
local function within(default)
  return { "within", "span", default = default, en = "a send that takes longer is given up for this time, and tried again", zh = "一次发送最多多长时间，超时则稍后再发", example = [["20s"]] }
end

local private = { "private", "bool", default = false, en = "private addresses of networks are allowed, and http", zh = "允许内网地址和 http", example = "true" }
local ca = { "ca", "path", default = "the system's", default_zh = "系统自带的", en = "the certificates (PEM) that are trusted, for a server of the house", zh = "信任的根证书文件（PEM），服务器用自签证书时写", example = [["/etc/planrun/ca.pem"]] }

local records = {
  mail = {
    { "server", "server", required = true, en = "the mail server that takes our messages", zh = "发件服务器", example = [["smtp://mx.hospital.example:587"]] },
    { "from", "mailbox", required = true, en = "sender", zh = "发件人", example = [["党政办公室 <dzb@hospital.example>"]] },
    { "user", "text", en = "user at the server; without it nobody logs in", zh = "服务器上的用户名，不写则不登录", example = [["planrun"]] },
    { "password", "secret", en = "the user's password, by the name of its file", zh = "该用户的密码，写密钥文件名", example = [["smtp-password"]] },
    { "plain", "bool", default = false, en = "without TLS; then only to a server inside the house", zh = "不加密（仅限院内的服务器）", example = "true" },
    ca, rated, at_once, within("60s"),
  },
  wecom = {
    { "key", "secret", required = true, en = "key of the group's robot, by the name of its file", zh = "群机器人 webhook 地址里的 key，写密钥文件名", example = [["wecom-key"]] },
    { "markdown", "bool", default = false, en = "messages as markdown, without mentions", zh = "用 markdown 格式（不能@人）", example = "true" },
    { "base", "url", default = "https://qyapi.weixin.qq.com", en = "where robots are reached through a gateway", zh = "经网关转发时的地址", example = [["https://gateway.hospital.example"]] },
    private, ca,
    rated, at_once, within("30s"),
  },
  webhook = {
    { "url", "url", required = true, en = "where messages are posted", zh = "接收消息的网址", example = [["https://oa.hospital.example/hook"]] },
    { "secret", "secret", required = true, en = "the key of the signature (whsec_…), by the name of its file", zh = "签名密钥（whsec_…），写密钥文件名", example = [["hook-secret"]] },
    private, ca,
    rated,
    { "at_once", "int", default = 16, least = 1, most = 256, en = "so many sends under way at the same time", zh = "同时发送几条", example = "16" },
    within("30s"),
  },
  exec = {
    { "program", "program", required = true, en = "the program that is run for each message, without a shell; it gets the message as JSON on its input", zh = "每条消息运行一次的程序（不经 shell），从标准输入读到 JSON", example = [["/usr/local/bin/send-sms"]] },
    { "arguments", "texts", en = [[its arguments; "--" and the address follow them]], zh = [[程序的参数，后面接 "--" 和地址]], example = [[{ "--to" }]] },
    free, at_once, within("30s"),
  },
  spool = {
    { "folder", "path", required = true, en = "the folder that gets one JSON file a message", zh = "每条消息写一个 JSON 文件的文件夹", example = [["/var/spool/planrun"]] },
    free, at_once,
  },
  jsonl = {
    { "file", "path", required = true, en = [[the file that gets one line of JSON a message; "-" is the standard output]], zh = [[每条消息追加一行 JSON 的文件，"-" 为标准输出]], example = [["messages.jsonl"]] },
    free, at_once,
  },
  console = { free, at_once },
}

local words = {
  { "service", at = "top",
    en = "what holds for all messages; once", zh = "对所有消息都有效的设置，只写一次",
    example = [[service { plans = "plans.d", slots = { "09:00" }, quiet = { "20:00", "08:00" }, working_days = true, weekly = 5 }]],
    { "plans", "paths", en = "the plans that are served: scripts, or folders of them", zh = "要运行的方案：脚本，或存放脚本的文件夹", example = [["plans.d"]] },
    { "slots", "times", default = "at once", default_zh = "随到随发", en = "messages go at these times of day only, what is for one recipient in one message; most: 24", zh = "只在这些时刻发送，同一收件人的合成一条，最多 24 个", most = 24, example = [[{ "09:00", "15:00" }]] },
    { "exact", "bool", default = false, en = "at the very minute of a slot; otherwise some minutes later, not all at once", zh = "准点发送；不写则错开几分钟，避免拥挤", example = "true" },
    { "quiet", "pair", en = "no messages between these times, unless a due would pass", zh = "免打扰时段，除非会误了期限", example = [[{ "20:00", "08:00" }]] },
    { "working_days", "bool", default = false, en = "messages that are not urgent go on working days only", zh = "不紧急的消息只在工作日发", example = "true" },
    { "weekly", "int", least = 1, most = 1000, default = "no bound", default_zh = "不限", en = "so many messages that are not urgent a week at most to one recipient", zh = "不紧急的消息，同一收件人每周最多几条", example = "5" },
    { "contacts", "path", en = "a table of addresses (CSV): unit, role, channel, address", zh = "通讯录（CSV）：单位、角色、渠道、地址", example = [["contacts.csv"]] },
    { "alarm", "alarm", en = "where the service says that messages could not be sent", zh = "消息发不出去时通知谁", example = [[{ "mail", "it@hospital.example" }]] },
    { "link", "url", en = "where more is to be read, for messages that are cut", zh = "消息被截断时，指向查看全文的网址", example = [["https://plan.hospital.example"]] },
  },
  { "channel", at = "top", head = "name", first = "kind",
    en = "a way by which messages go: a name of yours, then its kind first in the braces", zh = "发送渠道：先取名，花括号里第一个是种类",
    example = [[channel "mail" { "mail", server = "smtp://mx.hospital.example:587", from = "dzb@hospital.example" }]],
  },
  { "bind", at = "top", head = "name", first = "channel",
    en = "a plan's channel name → the channel of this file that takes it; other ones for certain roles", zh = "方案里写的渠道名对应本文件的哪个渠道，某些角色可以另走别的渠道",
    example = [[bind "default" { "mail", leader = "robot" }]],
    { "contact", "channel", en = "for a unit's contact", zh = "发给单位联系人的", example = [["mail"]] },
    { "head", "channel", en = "for its head", zh = "发给单位负责人的", example = [["mail"]] },
    { "office", "channel", en = "for the office in charge", zh = "发给主管办公室的", example = [["mail"]] },
    { "leader", "channel", en = "for the leader; any other role of a plan may be a key as well", zh = "发给分管领导的；方案里的其他角色也可以作键", example = [["robot"]] },
  },
}

return { reference = "service", types = types, records = records, words = words }
