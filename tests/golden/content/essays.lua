-- For run-content.sh: original work, work of which only hashes are kept, work without rules.
plan "essays" { "征文活动", issuer = "医院", level = "hospital", owner = "hospital", issued = "2024-04-01",
  theme = "敬佑生命、救死扶伤、甘于奉献、大爱无疆",
}
unit "hospital" { "医院" }
unit "ward" { "各病区", parent = "hospital", many = 6 }
quota "essay" { "征文", each = "ward", count = "不少于1篇", due = "2024年6月20日前",
  where = { original = true, chars = "不少于30字" } }
quota "letter" { "来信", each = "ward", count = "不少于1篇", due = "2024年6月20日前",
  where = { original = true, keep = "hash" } }
quota "photo" { "照片", each = "ward", count = 1, due = "2024年6月20日前" }
