-- A service's configuration (`planrun serve --config service.lua`): what the hospital's operator decides for all
-- plans. Every word is explained by `planrun help service`; `planrun check service.lua` reads the whole of it.
-- 服务的配置：由医院的运维人员决定，对所有方案有效。

service {
  plans = "plans.d",                -- every *.lua in this folder, beside this file
  slots = { "09:00", "15:00" },     -- messages wait for these times; what is for one person comes as one
  quiet = { "20:00", "08:00" },     -- 免打扰
  working_days = true,              -- what is not urgent waits for a working day
  weekly = 5,                       -- and comes five times a week at most to one recipient
  contacts = "contacts.csv",        -- who is reached where
  alarm = { "mail", "it@hospital.example" }, -- who hears of messages that could not be sent
}

-- The password stands in the file secrets/smtp-password beside this one (chmod 600), or is given by systemd:
-- LoadCredential=smtp-password:/etc/planrun/secrets/smtp-password. Never here.
channel "mail" { "mail",
  server = "smtp://mx.hospital.example:587", -- STARTTLS; smtps:// where the port is 465
  from = "党政办公室 <dzb@hospital.example>",
  user = "planrun", password = "smtp-password",
}

-- 企业微信群机器人：webhook 地址里 key= 后面的部分存入 secrets/wecom-key。
channel "robot" { "wecom", key = "wecom-key" }

-- One JSON file a message, for a gateway between networks (网闸).
channel "gate" { "spool", folder = "spool" }

-- Plans speak of channels by names of their own; what they do not name is "default".
bind "default" { "mail", leader = "robot" }
bind "outside" { "gate" }
