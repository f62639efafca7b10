--- What `allow` itself may get wrong: a name that no check bears silences nothing.
---@param plan Plan
---@param report fun(finding: Report)
---@param known table<string, Rule> all rules by name
local function unknown_allow(plan, report, known)
  for _, handler in ipairs(plan.sealed.handlers or {}) do
    if handler.event == "check" then
      return -- the plan's own checks choose their names as they run
    end
  end
  local function look(node, item)
    local names = {}
    for name in pairs(node.allow or {}) do
      if not known[name] then
        table.insert(names, name)
      end
    end
    table.sort(names)
    for _, name in ipairs(names) do
      report { item = item, field = "allow", part = name, unknown = name }
    end
  end
  look(plan.sealed.plan, nil)
  for _, item in ipairs(plan.items) do
    look(item.sealed, item)
  end
end

return {
  { "unknown-allow", level = "note",
    title = { en = "allow names a check that there is not", zh = "allow 里写的检查不存在" },
    says = { en = "allow: no check is called “{unknown}”", zh = "allow：没有叫“{unknown}”的检查" },
    help = { en = "`planrun explain` lists the names; a check of your own wants its --rules",
      zh = "全部名称见 planrun explain；自己的检查要用 --rules 带上" },
    why = { en = "A name that is spelled otherwise silences nothing, and what was meant to be allowed is still found.",
      zh = "名称写得不对，想说明的那一条就不起作用，照样会提示。" },
    example = [[task "rally" { "动员大会", due = "6月8日前", allow = { ["restday"] = "市局指定" } }]],
    mend = { en = "Write the name that stands in brackets at the end of the finding: allow = { [\"rest-day\"] = \"…\" }",
      zh = "照抄提示末尾方括号里的名称：allow = { [\"rest-day\"] = \"……\" }" },
    check = unknown_allow },
}
