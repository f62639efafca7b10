#!/bin/sh
# The author's own words: templates, functions, and functions that fail in every way. What is sent, and what
# is said of what failed, in both languages; nothing is lost, and nothing waits longer than a function may.
#   sh tests/golden/run-messages.sh BUILD SRC           compare
#   sh tests/golden/run-messages.sh BUILD SRC update    write the golden files anew
set -eu

planrun=$1/planrun
golden=$2/tests/golden
mode=${3-compare}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
unset LANG LC_MESSAGES PLANRUN_HOLIDAYS PLANRUN_PATH
status=0
cd "$work"

cat >words.lua <<'END'
return { hello = function(name) return name .. "，您好" end }
END
cat >own.lua <<'END'
local words = require("words")
plan "own" { "护理部读书活动方案", issuer = "护理部", issued = "2021-09-01" }
unit "nursing" { "护理部" }
unit "ward"    { "各病区", parent = "nursing", many = true }
unit "ward-1"  { "一病区", kind = "ward" }
unit "ward-2"  { "二病区{item}", kind = "ward" }
phase "read" { "阅读阶段", when = "9月",
  quota "notes" { "读书笔记", each = "ward", count = "不少于3篇", due = "9月20日前", to = "nursing", clause = "三(一)" },
  task "meeting" { "交流会", each = "ward", due = "9月28日前" },
}

local function remind_by(days, item, text)
  remind { about = item, before = days .. "d", text = text }
end
remind_by(16, "notes", "{unit}：{plan}{phase}{clause}，{item}应交{need}、已交{done}、还差{missing}；{due}（{left}，{days}）前报{to}。{{unit}")
remind_by(13, "notes", function(m)
  return words.hello(m.unit.name) .. "：" .. m.item.name .. m.missing .. m.measure .. "\n" .. m.due .. " " .. m.days ..
    " " .. m.phase .. " " .. m.plan.name .. " " .. m.to .. " " .. m.role .. " " .. m.step .. " " .. m.need
end)
remind_by(12, "notes", function(m) return m.unit.id == "ward-1" and m.nothing.name or "二" end)
remind_by(11, "notes", function() end)
remind_by(10, "notes", function() return {} end)
remind_by(9, "notes", function() return "\xe4\xb8" end)
remind_by(7, "notes", function() return "\27[31m红" end)
remind_by(6, "notes", function() return ("长"):rep(1366) end)
remind_by(5, "notes", function() while true do end end)
remind_by(4, "notes", function() return ("x"):rep(1e9) end)
remind_by(3, "notes", function() notify("ward-1", "a") end)
remind_by(2, "notes", function() return tostring(math.random and "chance") .. tostring(os and "clock") end)
remind_by(1, "notes", function(m) m.unit.name = "?" return "{unit} %s {" end)
remind_by(3, "meeting", "{item}：{need}、{done}、{missing}、{to}")
on("phase.start", function(event) notify(event.units, "{unit}：{item}开始，{nobody}") end)
END

# A message: of which unit, its subject, its text. Anything that is tried twice says so.
# A message: of which unit, its subject, its text. What is tried twice says so.
told='
function text(key, from) {
    if (!match(from, "\"" key "\":\"([^\"\\\\]|\\\\.)*\"")) return ""
    return substr(from, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}
/"entries"/ {
    behind = $0; sub(/.*"id":/, "", behind)
    body = text("text", behind); sub(/\\n$/, "", body); gsub(/\\n/, "\n      ", body)
    printf "%s %s%s\n   %s\n      %s\n", substr(text("slot", behind), 1, 10), text("unit", behind),
        $0 ~ /"attempt":1,/ ? "" : " AGAIN", text("subject", behind), body
}
/^planrun: / { print }
'
for locale in C zh_CN.UTF-8; do
    name=messages-$([ "$locale" = C ] && echo en || echo zh).txt
    rm -rf state
    LC_ALL=$locale PLANRUN_STATE=$work/state "$planrun" run own.lua --from 2021-09-01 --until 2021-10-01 \
        --speed 31622400 --channel jsonl:- >out 2>&1 || echo "exit code $?" >>out
    LC_ALL=C awk "$told" out >"$name"
    if [ "$mode" = update ]; then
        cp "$name" "$golden/$name"
    elif ! diff -u "$golden/$name" "$name"; then
        status=1
    fi
done
exit $status
