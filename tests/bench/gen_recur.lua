-- lua gen_recur.lua COUNT RULES REMIND: writes COUNT recurrence rules, one a line, and the same duties for
-- remind(1), whose text is the line's number. Only what RFC 5545, remind and planrun mean alike.
local count, rules, remind = tonumber(arg[1]), assert(io.open(arg[2], "w")), assert(io.open(arg[3], "w"))
local days = { "MO", "TU", "WE", "TH", "FR", "SA", "SU" }
local names = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun" }

local kinds = {
  function(i) local d = 1 + i % 28 return "FREQ=MONTHLY;BYMONTHDAY=" .. d, tostring(d) end,
  function() return "FREQ=MONTHLY;BYMONTHDAY=-1", "1 -1" end,
  function(i)
    local d = 1 + i % 28
    return "FREQ=YEARLY;BYMONTH=3,6,9,12;BYMONTHDAY=" .. d, d .. " SATISFY [monnum(trigdate())%3==0]"
  end,
  function(i)
    local d = 1 + i % 28
    return "FREQ=YEARLY;BYMONTH=1,7;BYMONTHDAY=" .. d, d .. " SATISFY [monnum(trigdate())%6==1]"
  end,
  function(i) local w = 1 + i % 7 return "FREQ=WEEKLY;BYDAY=" .. days[w], names[w] end,
  function(i)
    local w = 1 + i % 3
    return "FREQ=WEEKLY;BYDAY=" .. days[w] .. "," .. days[w + 3], names[w] .. " " .. names[w + 3]
  end,
  function(i) local w = 1 + i % 7 return "FREQ=MONTHLY;BYDAY=1" .. days[w], names[w] .. " 1" end,
  function(i) local w = 1 + i % 7 return "FREQ=MONTHLY;BYDAY=-1" .. days[w], names[w] .. " 1 --7" end,
  function() return "FREQ=DAILY", "" end,
  function(i) local d = 1 + i % 28 return "FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=" .. d, d .. " Mar" end,
}

for i = 1, count do
  local rule, spec = kinds[1 + i % #kinds](i // #kinds)
  rules:write(rule, "\n")
  remind:write("REM ", spec, " MSG ", i, "\n")
end
rules:close()
remind:close()
