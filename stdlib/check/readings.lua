--- Where a notice says one thing in two ways: body against annex, one text read twice, a theme or a title
--- that is written otherwise in another place.
local check = require("check")

-- ---- texts -------------------------------------------------------------------------------------

local function chars_of(text)
  local chars = {}
  for _, code in utf8.codes(text) do
    chars[#chars + 1] = code
  end
  return chars
end

-- How many characters both have in common, at the most: a bound that is quickly found.
local function shared(a, b)
  local left, count = {}, 0
  for _, code in ipairs(a) do
    left[code] = (left[code] or 0) + 1
  end
  for _, code in ipairs(b) do
    if (left[code] or 0) > 0 then
      left[code], count = left[code] - 1, count + 1
    end
  end
  return count
end

-- The length of the longest common subsequence.
local function common(a, b)
  local row = {}
  for j = 0, #b do
    row[j] = 0
  end
  for i = 1, #a do
    local corner = 0
    for j = 1, #b do
      local above = row[j]
      row[j] = a[i] == b[j] and corner + 1 or math.max(above, row[j - 1])
      corner = above
    end
  end
  return row[#b]
end

local alike_least, alike_chars_least, alike_chars_most = 0.75, 8, 200

-- Two texts that are nearly the same and yet not: neither equal nor a part of the other.
local function is_variant(one, other)
  local a, b = check.bare(one), check.bare(other)
  if a == b or a:find(b, 1, true) or b:find(a, 1, true) then
    return false
  end
  a, b = chars_of(a), chars_of(b)
  local longer = math.max(#a, #b)
  if math.min(#a, #b) < alike_chars_least or longer > alike_chars_most then
    return false
  end
  return shared(a, b) >= alike_least * longer and common(a, b) >= alike_least * longer
end

-- ---- values as they are shown --------------------------------------------------------------------

local function same_text(en)
  return { en = en, zh = en }
end

-- A date without the exceptions of single years.
local function usual(date)
  return date.default or date
end

local function show_date(date)
  date = usual(date)
  local days = {
    en = date.start and date["end"] and date.start ~= date["end"] and date.start .. " to " .. date["end"],
    zh = date.start and date["end"] and date.start ~= date["end"] and date.start .. " 至 " .. date["end"],
  }
  local day = date["end"] or date.start
  local en, zh = days.en or day, days.zh or day
  if not date.phrase then
    return { en = en or "?", zh = zh or "?" }
  end
  return { en = "“" .. date.phrase .. "”" .. (en and " (" .. en .. ")" or ""),
    zh = "“" .. date.phrase .. "”" .. (zh and "（" .. zh .. "）" or "") }
end

local function show_amount(amount)
  if amount.phrase then
    return same_text("“" .. amount.phrase .. "”")
  end
  local low, high = amount.min or "", amount.max or ""
  return same_text(low == high and tostring(low) or low .. "–" .. high)
end

local function show_texts(list)
  local texts = type(list) == "table" and list or { tostring(list) }
  return { en = "“" .. table.concat(texts, "”, “") .. "”", zh = "“" .. table.concat(texts, "”“") .. "”" }
end

-- ---- kinds of values: when two mean the same, and how one is shown ---------------------------------

local function same_date(a, b)
  a, b = usual(a), usual(b)
  return a["end"] == b["end"] and a.start == b.start and a.rule == b.rule and not a.undated == not b.undated
end

local function same_due(a, b)
  a, b = usual(a), usual(b)
  return a["end"] == b["end"] and a.rule == b.rule and not a.undated == not b.undated
end

local function same_amount(a, b)
  return a.min == b.min and a.max == b.max and a.some == b.some and a.percent == b.percent
end

local function term_key(term)
  local parts = { term.id or "#" .. term.tag }
  for _, key in ipairs { "in", "but" } do
    local list = term[key]
    parts[#parts + 1] = key .. (type(list) == "table" and table.concat(list, ",") or list or "")
  end
  return table.concat(parts, " ")
end

local function same_people(a, b)
  local keys = { {}, {} }
  for i, selector in ipairs { a, b } do
    for n, term in ipairs(selector.terms) do
      keys[i][n] = term_key(term)
    end
    table.sort(keys[i])
  end
  return table.concat(keys[1], "|") == table.concat(keys[2], "|")
end

local function same_texts(a, b)
  local one = type(a) == "table" and table.concat(a, "|") or tostring(a)
  local other = type(b) == "table" and table.concat(b, "|") or tostring(b)
  return check.bare(one) == check.bare(other)
end

local date = { same = same_date, show = show_date }
local amount = { same = same_amount, show = show_amount }
local texts = { same = same_texts, show = show_texts }
local people = { same = same_people, show = function(selector, plan)
  return same_text("“" .. check.who(plan, selector.text) .. "”")
end }

local kinds = {
  when = date, due = { same = same_due, show = show_date }, review = date, issued = date, received = date,
  each = people, by = people, lead = people, help = people, attend = people, from = people, to = people,
  count = amount, name = texts, place = texts, issuer = texts, number = texts, theme = texts, label = texts,
  condition = texts, if_late = texts, binding = texts, rest_day = texts,
}
local fields = {}
for field in pairs(kinds) do
  fields[#fields + 1] = field
end
table.sort(fields)

-- What a task is called is wording; of what is handed in, printed or announced, the name is what people look for.
local function names_matter(node)
  return node.word ~= "task"
end

-- ---- two readings of one thing -----------------------------------------------------------------

-- The clauses that a node stands in: its own, or its container's.
local function clauses_of(item)
  while item do
    if item.sealed.clause then
      return item.sealed.clause
    end
    item = item.parent
  end
  return {}
end

-- The clauses of the first reading: those that the second does not have.
local function first_clauses(clauses, reading)
  local rest = {}
  for _, clause in ipairs(clauses) do
    if not check.contains(reading.clause, clause) then
      rest[#rest + 1] = clause
    end
  end
  return rest
end

-- A container that differs in the same way is told itself.
local function told_above(item, field, reading)
  local own = item.sealed and item.sealed[field]
  local container = type(own) == "table" and own.from and item.parent
  for _, other in ipairs(container and container.sealed.also or {}) do
    if other[field] and kinds[field].same(other[field], reading[field]) then
      return true
    end
  end
  return false
end

-- The fields in which a reading means something else; `sealed` is what it is read beside.
local function differences(node, sealed, reading)
  local found = {}
  for _, field in ipairs(fields) do
    local here, there = sealed[field], reading[field]
    if here and there and not kinds[field].same(here, there) and not told_above(node, field, reading)
      and (field ~= "name" or names_matter(node)) then
      found[#found + 1] = field
    end
  end
  for key, there in pairs(reading.where or {}) do
    local here = sealed.where and sealed.where[key]
    if type(here) == "table" and here.min ~= nil and not same_amount(here, there) then
      found.where = key
    end
  end
  return found
end

local function join(list, separator)
  return #list > 0 and table.concat(list, separator) or nil
end

-- What differs, field by field, in both languages; without `places` as two readings of one text.
local function tell_fields(plan, found, sealed, reading, places)
  local parts = { en = {}, zh = {} }
  local function add(field, kind, one, other)
    local a, b = kind.show(one, plan), kind.show(other, plan)
    local en, zh = "%s is %s, or %s", "%s 一种读法是%s，另一种是%s"
    if places then
      en = "%s is %s in " .. places[1].en .. ", but %s in " .. places[2].en
      zh = "%s 在" .. places[1].zh .. "是%s，在" .. places[2].zh .. "是%s"
    end
    table.insert(parts.en, en:format(field, a.en, b.en))
    table.insert(parts.zh, zh:format(field, a.zh, b.zh))
  end
  for _, field in ipairs(found) do
    add(field, kinds[field], sealed[field], reading[field])
  end
  if found.where then
    add("where." .. found.where, amount, sealed.where[found.where], reading.where[found.where])
  end
  return { en = table.concat(parts.en, "; "), zh = table.concat(parts.zh, "；") }
end

local function clause_text(list, en, zh)
  local text = join(list, ", ")
  return { en = text and text:gsub("%%", "%%%%") or en, zh = text and "“" .. table.concat(list, "”“"):gsub("%%", "%%%%") .. "”" or zh }
end

local function part_of(value)
  value = type(value) == "table" and usual(value) or value
  return type(value) == "table" and (value.phrase or value.text or value[1]) or value
end

local function tell_reading(report, rule, spot, differs, field, value, other)
  local inherited = type(value) == "table" and value.from -- it stands elsewhere
  report {
    rule = rule, item = spot.item, plan = spot.plan, name = spot.name, differs = differs,
    field = not inherited and field ~= "name" and field or nil,
    other = { item = spot.item, plan = spot.plan, field = "also", part = part_of(other) },
    other_text = { en = "the other reading", zh = "另一种写法" },
  }
end

-- A reading of the same words is told where nothing else tells that they are doubtful.
local doubts = { "before-month-ambiguous", "after-ambiguous", "interval-ambiguous", "fuzzy-end", "phrase-typo", "undated" }

local function is_doubtful(value)
  for _, doubt in ipairs(doubts) do
    if type(value) == "table" and check.contains(usual(value).warnings, doubt) then
      return true
    end
  end
  return false
end

local function check_reading(report, spot, node, sealed, clauses, reading)
  local found = differences(node, sealed, reading)
  local rest = first_clauses(clauses, reading)
  if #found == 0 and not found.where then
    return
  end
  local field, plan = found[1] or "where", spot.plan or spot.item.plan
  if reading.clause and (#rest > 0 or #clauses == 0) then
    local places = { clause_text(rest, "the body", "正文"), clause_text(reading.clause, "?", "？") }
    tell_reading(report, "body-annex", spot, tell_fields(plan, found, sealed, reading, places), field, sealed[field], reading[field])
  elseif not is_doubtful(sealed[field]) then
    tell_reading(report, "two-readings", spot, tell_fields(plan, found, sealed, reading), field, sealed[field], reading[field])
  end
end

local function body_annex(plan, report)
  local head = plan.sealed.plan
  for _, reading in ipairs(head.also or {}) do
    check_reading(report, { plan = plan, name = plan.name }, plan, head, head.clause or {}, reading)
  end
  for _, item in ipairs(plan.items) do
    for _, reading in ipairs(item.sealed.also or {}) do
      check_reading(report, { item = item, name = item.name }, item, item.sealed, clauses_of(item), reading)
    end
  end
end

-- ---- what stands in the annex only -----------------------------------------------------------------

local annex_words = { "附件", "附表", "附" }

local function in_annex(item)
  local clauses = clauses_of(item)
  for _, clause in ipairs(clauses) do
    local annex = false
    for _, word in ipairs(annex_words) do
      annex = annex or clause:sub(1, #word) == word
    end
    if not annex then
      return false
    end
  end
  return #clauses > 0
end

local function annex_only(plan, report)
  local found, body = {}, false
  for _, item in ipairs(plan.items) do
    if item.word == "quota" and in_annex(item) then
      found[#found + 1] = item
    end
    body = body or item.sealed.clause and not in_annex(item)
  end
  if body and #found > 0 then
    report { item = found[1], field = "count", n = #found, name = found[1].name,
      other = found[2] and { item = found[#found], field = "count" },
      other_text = { en = "the last of the {n}", zh = "{n} 项中的最后一项" } }
  end
end

-- ---- themes, titles, names -------------------------------------------------------------------------

local function theme_varies(plan, report)
  local theme = plan.sealed.plan.theme
  for _, item in ipairs(theme and plan.items or {}) do
    for _, text in ipairs(item.sealed.about or {}) do
      if is_variant(text, theme) then
        report { item = item, field = "about", part = text, name = item.name, text = text, theme = theme,
          other = { plan = plan, field = "theme" }, other_text = { en = "the plan's theme", zh = "方案的主题" } }
      end
    end
  end
end

local function title_varies(plan, report)
  local notice = plan.sealed.plan.notice
  local quoted = notice and notice:match("《(.-)》")
  if quoted and is_variant(quoted, plan.name) then
    report { field = "notice", quoted = quoted, name = plan.name }
  end
end

-- 县, 市 and 区 that a class's name lists, however they are written.
local levels = { { "县", "縣" }, { "市" }, { "区", "區" }, { "旗" }, { "乡", "鄉" }, { "镇", "鎮" }, { "街道" } }

local function levels_in(name)
  local found = {}
  for _, forms in ipairs(levels) do
    for _, form in ipairs(forms) do
      if name:find(form, 1, true) then
        found[#found + 1] = forms[1]
        break
      end
    end
  end
  return table.concat(found, "、"), #found
end

-- Only names that list several levels can leave one out.
local function name_that_differs(unit)
  local own, count = levels_in(unit.name)
  for _, alias in ipairs(count >= 2 and unit.alias or {}) do
    local other, other_count = levels_in(alias)
    if other_count >= 2 and other ~= own then
      return alias, own, other
    end
  end
end

local function class_names(plan, report)
  for _, unit in ipairs(plan.sealed.units or {}) do
    local alias, own, other
    if unit.many then
      alias, own, other = name_that_differs(unit)
    end
    if alias then
      report { node = { word = "unit", id = unit.id, line = unit.line, file = unit.file }, field = "alias", part = alias,
        name = unit.name, alias = alias, own = own, levels = other }
    end
  end
end

-- ---- the rules -----------------------------------------------------------------------------------

local readings = {
  { "body-annex", level = "warning",
    title = { en = "two places of the notice say different things", zh = "通知的两处写法不一致" },
    says = { en = "“{name}”: {differs}", zh = "“{name}”：{differs}" },
    help = { en = "ask the office that issued the notice which holds; the plan works with the first",
      zh = "请向发文单位核实以哪一处为准；目前按前一种执行" },
    why = { en = "A body and its annex are often written by two hands. Whoever reads only one of them comes too late or to the "
        .. "wrong people; the plan works with one reading, and its author should know which, and why.",
      zh = "正文和附件常常不是一个人写的。只看其中一处的人，会误了时间或找错了人；方案只能按一种执行，要弄清楚按哪一种、为什么。" },
    example = [[task "collect" { "征集核心词", when = "5月至6月15日", clause = "四(二)",
  also = { { clause = "附件8", when = "6月" } } }]],
    mend = { en = "Settle it with the issuer, keep the reading that holds, and delete `also`; or allow it with the answer "
        .. "as the reason.",
      zh = "向发文单位问清楚，保留有效的一种，删去 also；或者把答复写进 allow 的理由。" },
    check = body_annex },

  { "two-readings", level = "note",
    title = { en = "the same words can be read in two ways", zh = "同一处文字有两种读法" },
    says = { en = "“{name}”: {differs}", zh = "“{name}”：{differs}" },
    why = { en = "The author has kept a second reading of the same clause. The plan works with the first, and others may "
        .. "read the second.",
      zh = "作者对同一条款记下了第二种读法。方案按第一种执行，别人可能按第二种理解。" },
    example = [[task "draft" { "制订方案", when = "5月10日至6月15日", clause = "附件1",
  also = { { clause = "附件1", when = "5月11日至6月15日" } } }]],
    mend = { en = "Ask the issuer, or write the day that is meant instead of the phrase.",
      zh = "向发文单位核实，或把说法改成确切的日期。" } },

  { "annex-only", level = "note",
    title = { en = "numbers that stand in the annex only", zh = "数量要求只写在附件里" },
    says = { en = "numbers that stand in the annex only: {n}, “{name}” the first", zh = "有 {n} 项数量要求只写在附件里，正文没有，第一项是“{name}”" },
    why = { en = "Who reads the body only does not learn of them: tell people of the annex, or of the numbers.",
      zh = "只看正文的人不知道有这些数量要求，传达时要连附件一起讲清楚。" },
    example = [[task "discuss" { "开展讨论", clause = "四(二)", due = "6月8日前" }
quota "talk" { "讨论会", by = "市卫生局", count = "一场", clause = "附件5", due = "6月8日前" }]],
    mend = { en = "Name the annex when the plan is handed on; nothing is wrong with the plan.",
      zh = "传达方案时注明见附件；方案本身不必改动。" },
    check = annex_only },

  { "theme-varies", level = "note",
    title = { en = "the theme is written in two ways", zh = "主题的写法前后不一" },
    says = { en = "“{name}” is about “{text}”, the plan's theme is “{theme}”", zh = "“{name}”的内容写作“{text}”，方案的主题是“{theme}”" },
    why = { en = "Banners, essays and reports quote the theme. Two wordings of it make two campaigns.",
      zh = "横幅、征文、总结都要引用主题，两种写法会各用各的。" },
    example = [[plan "e" { "活动方案", issuer = "市卫生局", issued = "2012-05-02", theme = "凝炼职业精神、推动卫生发展" }
task "seminar" { "研讨会", about = "提炼职业精神、推动卫生发展", due = "6月8日前" }]],
    mend = { en = "Use the wording of the theme throughout, or ask which one is meant.",
      zh = "统一用主题的写法；拿不准的，向发文单位核实。" },
    check = theme_varies },

  { "title-varies", level = "note",
    title = { en = "the notice quotes another title", zh = "通知引用的名称与方案不同" },
    says = { en = "the notice issues 《{quoted}》, the plan is called “{name}”", zh = "通知印发的是《{quoted}》，方案的名称是“{name}”" },
    why = { en = "Papers are filed and cited by their titles: the one in the notice and the plan's own must be one.",
      zh = "文件按名称归档和引用，通知里的名称应当与方案自己的名称一致。" },
    example = [[plan "e" { "区卫生局学习先进活动实施方案", issuer = "区卫生局", issued = "2012-05-02",
  notice = "关于印发《区卫生系统学习先进活动实施方案》的通知" }]],
    mend = { en = "Take the title as it stands above the plan.", zh = "以方案正文上方的名称为准。" },
    check = title_varies },

  { "class-names", level = "note",
    title = { en = "one class, two extents", zh = "同一类单位，几处名称的范围不同" },
    says = { en = "“{name}” names {own}, “{alias}” names {levels}", zh = "“{name}”包括{own}，“{alias}”只写了{levels}" },
    help = { en = "make sure that the roster holds all that are meant", zh = "请核对名册是否包括应当包括的单位" },
    why = { en = "Where one place says counties and districts and another also cities, somebody may think that he is not meant.",
      zh = "一处写县、区，另一处写县、市、区，县级市可能以为不包括自己。" },
    example = [[unit "county" { "各县（市）区卫生局", many = 2, alias = { "各县、区卫生局" } }]],
    mend = { en = "Take the widest name, and tell those whom the other leaves out.", zh = "名称取最全的一种，并告知另一种写法漏掉的单位。" },
    check = class_names },
}

return readings
