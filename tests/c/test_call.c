/* Handlers in the evaluator: what they ask about units, what they send, what is refused and where,
 * with a host that is made up here. */
#include "call_kit.h"

#include <stdint.h>
#include <time.h>

/* "sets text [to] [channel]" a line, sets by how many units they have. */
static void tell(struct buf *out, const struct run *run)
{
    size_t count;
    const struct call_notice *notices = call_notices(run->eval, &count);
    for (size_t i = 0; i < count; i++) {
        for (size_t set = 0; set < notices[i].set_count; set++)
            buf_printf(out, "%s%u", set ? "+" : "", run->world.counts[notices[i].sets[set]]);
        buf_printf(out, " %s", notices[i].text);
        if (notices[i].role)
            buf_printf(out, " to %s", notices[i].role);
        if (notices[i].channel)
            buf_printf(out, " by %s", notices[i].channel);
        buf_adds(out, "\n");
    }
    buf_adds(out, "");
}

/* ---- what handlers send --------------------------------------------------------------------------- */

#define START(body) "on(\"phase.start\", function(event)\n" body "\nend)\n"

static const struct {
    const char *script, *ref, *told;
} sent[] = {
    {START(""), NULL, ""},
    {START("notify(event.units, event.phase.name .. \"开始\")"), NULL,
     "1000000 学习动员阶段开始\n"},
    {START("notify(event.units, \"a\\nb\\tc\", { to = \"contact\", channel = \"mail\" })"),
     NULL, "1000000 a\nb\tc to contact by mail\n"},
    {START("notify(event.units, \"a\", {})\nnotify(event.units, \"b\", nil)"), NULL,
     "1000000 a\n1000000 b\n"},
    /* questions */
    {START("notify(event.units, event.name .. event.at .. event.units:count())"), NULL,
     "1000000 phase.start2012-06-01T09:001000000\n"},
    {START("local late = event.units:behind(\"essays\"):behind(\"essays\")\n"
           "notify(late, late:count() .. \" 个未交\")"),
     NULL, "10000 10000 个未交\n"},
    {START("local list = event.units:first(2)\nnotify(event.units, #list .. list[2].id .. "
           "list[2].name)"),
     NULL, "1000000 2u1科室1\n"},
    {START("notify(event.units, tostring(#event.units:first(0)))"), NULL, "1000000 0\n"},
    {START("notify(event.units, tostring(#event.units:first(1e9)))"), NULL, "1000000 1000\n"},
    {START("notify(event.units, tostring(#event.units:first(math.maxinteger)))"), NULL,
     "1000000 1000\n"},
    {START("notify(event.units, tostring(event.units) .. type(event.units))"), NULL,
     "1000000 unitsuserdata\n"},
    /* to whom */
    {START("notify(\"u7\", \"a\")\nnotify(\"u7\", \"b\")"), NULL, "1 a\n1 b\n"},
    {START("notify({ \"u1\", event.units:behind(\"essays\"), \"u2\" }, \"a\")"), NULL,
     "1+100000+1 a\n"},
    {START("notify({}, \"a\")"), NULL, ""},
    {START("for _, unit in ipairs(event.units:first(3)) do notify(unit.id, unit.name) end"),
     NULL, "1 科室0\n1 科室1\n1 科室2\n"},
    /* the function of this event and item, in the script or in a module */
    {START("notify(event.units, \"no\")") "on(\"phase.start\", \"b\", function(event) "
                                          "notify(event.units, \"b\") end)",
     "b", "1000000 b\n"},
    {"on(\"phase.start\", \"b\", function(event) notify(event.units, \"b\") end)\n" START(
         "notify(event.units, \"all\")"),
     NULL, "1000000 all\n"},
    {"local texts = require \"texts\"\n" START(
         "notify(event.units, texts.start .. require(\"texts\").start)"),
     NULL, "1000000 开始开始\n"},
    /* the plan is declared as always, and locals live on */
    {"plan \"p\" { \"名\" }\nlocal n = 41\n" START(
         "n = n + 1\nnotify(event.units, \"n\" .. n)"),
     NULL, "1000000 n42\n"},
    {START("local ok, why = pcall(function() return nil + 1 end)\n"
           "notify(event.units, tostring(ok))"),
     NULL, "1000000 false\n"},
    {START("event.units = nil\nnotify(\"u1\", event.phase.id)"), NULL, "1 mobilise\n"},
    {START("return 1, 2, 3"), NULL, ""},
};

static void notices_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        struct run run;
        struct buf told = {0};
        start(&run, sent[i].script, "phase.start", sent[i].ref, LANG_EN, PATIENT_MS, 0);
        run.code = eval_run(run.eval, &run.err);
        if (run.code < 0)
            print_error("%s: %d: %s\n", sent[i].script, run.err.line, run.err.message);
        assert_int_equal(run.code, EVAL_DONE);
        tell(&told, &run);
        assert_string_equal(told.bytes, sent[i].told);
        assert_true(run.world.most_first <= EVAL_FIRST_MOST);
        assert_int_equal(run.findings.count, 0);
        buf_free(&told);
        finish(&run);
    }
}

/* ---- what is refused ------------------------------------------------------------------------------ */

static const struct {
    const char *body; /* from line 2 on */
    int line, code;
    const char *name, *message, *help; /* parts; NULL = anything */
} refused[] = {
    /* the words of a plan */
    {"plan \"q\" { \"n\" }", 2, ERR_SYNTAX, "plan-only", "plan declares a part", "outside"},
    {"remind { before = { \"1d\" } }", 2, ERR_SYNTAX, "plan-only", "remind", NULL},
    {"roster \"a.csv\" {}", 2, ERR_SYNTAX, "plan-only", NULL, NULL},
    {"\non(\"review\", function() end)", 3, ERR_SYNTAX, "plan-only", "on declares", NULL},
    {"pcall(task, \"t\")", 2, ERR_SYNTAX, "plan-only", NULL, NULL},
    {"kept {}", 2, ERR_SYNTAX, "braces-twice", NULL, NULL},
    {"notify(kept, \"a\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"tomorrow()", 2, ERR_SYNTAX, "script-error", "tomorrow", NULL},
    {"finding(\"essays\", \"a\")", 2, ERR_SYNTAX, "check-only", "while the plan is checked",
     "on(\"check\""},
    /* asking */
    {"local n = event.units.count()", 2, ERR_SYNTAX, "malformed-units", "count is asked",
     "event.units:count()"},
    {"local n = event.units.count(3)", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units.count({})", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units.count(kept)", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units:count(1)", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units:first()", 2, ERR_SYNTAX, "malformed-units", "1 arguments", NULL},
    {"local n = event.units:first(-1)", 2, ERR_SYNTAX, "malformed-units", "whole number", NULL},
    {"local n = event.units:first(1.5)", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units:first(0/0)", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units:first(math.huge)", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units:first(\"3\")", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units:behind()", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"local n = event.units:behind(3)", 2, ERR_SYNTAX, "malformed-id", NULL, NULL},
    {"local n = event.units:behind(\"a\\0b\")", 2, ERR_SYNTAX, "malformed-id", NULL, NULL},
    {"\n\nlocal n = event.units:behind(\"esays\")", 4, ERR_SYNTAX, "unknown-item", "“esays”",
     NULL},
    {"local n = pcall(event.units.behind, event.units, \"esays\")", 2, ERR_SYNTAX,
     "unknown-item", NULL, NULL},
    {"local n = #event.units", 2, ERR_SYNTAX, "malformed-units", "neither a list", ":count()"},
    {"local n = event.units[1]", 2, ERR_SYNTAX, "unknown-method", "“1”", "first(n)"},
    {"local n = event.units:coutn()", 2, ERR_SYNTAX, "unknown-method", "“coutn”",
     "units:count"},
    {"for _ in ipairs(event.units) do end", 2, ERR_SYNTAX, "unknown-method", NULL, NULL},
    {"for _ in pairs(event.units) do end", 2, ERR_SYNTAX, "script-error", NULL, NULL},
    {"event.units()", 2, ERR_SYNTAX, "malformed-units", NULL, NULL},
    {"event.units.set = 3", 2, ERR_SYNTAX, "malformed-units", "cannot be changed", NULL},
    {"local s = event.units .. \"\"", 2, ERR_SYNTAX, "script-error", "units value", NULL},
    /* notify */
    {"notify()", 2, ERR_SYNTAX, "malformed-notice", "needs units", "notify(event.units"},
    {"notify(event.units)", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"\")", 2, ERR_SYNTAX, "malformed-notice", "1 to 4096", NULL},
    {"notify(event.units, 3)", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, nil)", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, (\"x\"):rep(4097))", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"a\\0b\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"\\xff\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"\\27[2J\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"\\u{202e}\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"a\", \"b\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"a\", {}, 1)", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event.units, \"a\", { chanel = \"x\" })", 2, ERR_SYNTAX, "unknown-field",
     "“chanel”", "channel"},
    {"notify(event.units, \"a\", { \"x\" })", 2, ERR_SYNTAX, "unknown-field", NULL, NULL},
    {"notify(event.units, \"a\", { to = \"Head\" })", 2, ERR_SYNTAX, "malformed-id",
     "to = “Head”", NULL},
    {"notify(event.units, \"a\", { to = 3 })", 2, ERR_SYNTAX, "malformed-id", NULL, NULL},
    {"notify(event.units, \"a\", { channel = \"a\\0b\" })", 2, ERR_SYNTAX, "malformed-id", NULL,
     NULL},
    {"notify(\"x9\", \"a\")", 2, ERR_SYNTAX, "unknown-unit", "“x9”", NULL},
    {"notify({ \"u1\", \"x9\" }, \"a\")", 2, ERR_SYNTAX, "unknown-unit", NULL, NULL},
    {"notify(\"\", \"a\")", 2, ERR_SYNTAX, "malformed-id", NULL, NULL},
    {"notify(\"u\\xff\", \"a\")", 2, ERR_SYNTAX, "malformed-id", NULL, NULL},
    {"notify((\"u\"):rep(65), \"a\")", 2, ERR_SYNTAX, "malformed-id", NULL, NULL},
    {"notify(nil, \"a\")", 2, ERR_SYNTAX, "malformed-notice", "to whom", NULL},
    {"notify(0, \"a\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify({ 0 }, \"a\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify({ set = 0 }, \"a\")", 2, ERR_SYNTAX, "malformed-notice", "other keys", NULL},
    {"notify({ \"u1\", nil, \"u2\" }, \"a\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify({ { event.units } }, \"a\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"notify(event, \"a\")", 2, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    {"local t = {}\nt[1] = t\nnotify(t, \"a\")", 4, ERR_SYNTAX, "malformed-notice", NULL, NULL},
    /* forging and keeping handles */
    {"kept_units = event.units", 2, ERR_SYNTAX, "undeclared-name", NULL, NULL},
    {"notify = nil", 2, ERR_SYNTAX, "read-only-name", NULL, NULL},
    {"local m = getmetatable(event.units)", 2, ERR_SYNTAX, "undeclared-name", NULL, NULL},
    {"setmetatable({}, { __gc = function() end })", 2, ERR_SYNTAX, "undeclared-name", NULL,
     NULL},
    {"notify(tostring(event.units), \"a\")\nlocal f = event.units.__index", 3, ERR_SYNTAX,
     "unknown-method", "“__index”", NULL},
    /* errors of the script */
    {"\nlocal x = event.item.id", 3, ERR_SYNTAX, "script-error", "index a nil value", NULL},
    {"error(\"stop\")", 2, ERR_SYNTAX, "script-error", "stop", NULL},
    {"error({ event.units })", 2, ERR_SYNTAX, "script-error", "error object is a table", NULL},
    {"error()", 2, ERR_SYNTAX, "script-error", "nil", NULL},
    {"error(event.units)", 2, ERR_SYNTAX, "script-error", "userdata", NULL},
    {"require \"none\"", 2, ERR_SYNTAX, "module", "stored plan has no such module", NULL},
    {"require \"own\"", 1, ERR_SYNTAX, "plan-only", NULL, NULL},
    {"(\"a\"):rep(100):find((\"a-\"):rep(50) .. \"b\")", 2, ERR_LIMIT, "time-limit", NULL,
     NULL},
    /* limits */
    {"while true do end", 2, ERR_LIMIT, "time-limit", "longer", NULL},
    {"while true do pcall(error) end", 2, ERR_LIMIT, "time-limit", NULL, NULL},
    {"local s = \"x\"\nwhile true do s = s .. s end", 3, ERR_LIMIT, "memory-limit", NULL, NULL},
    {"local function f(n)\n notify(event.units, \"n\" .. n)\n return 1 + f(n + 1)\nend\nf(1)",
     3, ERR_LIMIT, "notices-limit", "1000 notices", NULL},
    {"local function f(n) return notify(f(n + 1), \"a\") end\nf(1)", 2, ERR_SYNTAX,
     "script-error", "overflow", NULL},
    {"for i = 1, 1001 do\n  notify(event.units, \"a\")\nend", 3, ERR_LIMIT, "notices-limit",
     NULL, "event.units"},
    {"for i = 1, 1000 do pcall(notify, \"u\" .. i, \"a\") end", 2, ERR_LIMIT, "units-limit",
     "1000 sets", NULL},
    {"local late = event.units\nwhile true do\nlate = late:behind(\"essays\")\nend", 4,
     ERR_LIMIT, "units-limit", NULL, NULL},
    {"local t = {}\nfor i = 1, 2001 do t[i] = event.units end\nnotify(t, \"a\")", 4, ERR_LIMIT,
     "targets-limit", "2000", NULL},
    {"for i = 1, 1e6 do local n = event.units:count() end", 2, ERR_LIMIT,
     "questions-limit|time-limit", NULL, NULL},
    {"for i = 1, 1e6 do local n = event.units:first(1000) end", 2, ERR_LIMIT,
     "questions-limit|time-limit", NULL, NULL},
};

static void check_refusal(const struct run *run, size_t i)
{
    const struct finding *finding = run->findings.count ? &run->findings.list[0] : NULL;
    size_t notices;
    bool fine = run->code == refused[i].code && finding &&
                (int)finding->place.line == refused[i].line &&
                strstr(refused[i].name, finding->name) &&
                has_part(finding->message, refused[i].message) &&
                has_part(finding->help, refused[i].help) && run->err.line == refused[i].line &&
                !call_notices(run->eval, &notices) && notices == 0;
    if (!fine)
        print_error("%s: %d at %d %s: %s (%s)\n", refused[i].body, run->code, run->err.line,
                    finding ? finding->name : "", run->err.message,
                    finding && finding->help ? finding->help : "");
    assert_true(fine);
}

static void refuse(size_t i, enum lang lang)
{
    struct run run;
    struct buf script = {0};
    buf_printf(&script,
               "local kept = task \"k\" {} on(\"phase.start\", function(event)\n%s\nend)",
               refused[i].body);
    start(&run, script.bytes, "phase.start", NULL, lang, 0, 0);
    run.code = eval_run(run.eval, &run.err);
    if (lang == LANG_EN)
        check_refusal(&run, i);
    assert_int_equal(run.code, refused[i].code);
    assert_int_equal(run.findings.count, 1);
    buf_free(&script);
    finish(&run);
}

static void faults_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        refuse(i, LANG_EN);
        if (!strstr(refused[i].name, "time-limit")) /* that is the same, and slow */
            refuse(i, LANG_ZH);
    }
}

/* ---- loading, modules, the host -------------------------------------------------------------------- */

static const struct {
    const char *script, *event, *ref, *file;
    int line;
    const char *name, *message;
} unready[] = {
    {"", "phase.start", NULL, "x.lua", 1, "handler-missing", "no on(\"phase.start\", …)"},
    {START(""), "phase.end", NULL, "x.lua", 1, "handler-missing", NULL},
    {START(""), "phase.start", "b", "x.lua", 1, "handler-missing",
     "no on(\"phase.start\", \"b\", …)"},
    {"on(\"phase.start\", \"b\", function() end)", "phase.start", NULL, "x.lua", 1,
     "handler-missing", NULL},
    {"\nnotify({}, \"a\")\n" START(""), "phase.start", NULL, "x.lua", 2, "handler-only", NULL},
    {START("") "plan \"p\"", "phase.start", NULL, "x.lua", 4, "braces-missing", NULL},
    {START("") "local x = = 1", "phase.start", NULL, "x.lua", 4, "syntax", NULL},
    {START("") "while true do end", "phase.start", NULL, "x.lua", 4, "time-limit", NULL},
    {"require \"own\"", "review", NULL, "own.lua", 2, "malformed-notice", NULL},
    {"\nrequire \"gone\"\n" START(""), "phase.start", NULL, "x.lua", 2, "module", NULL},
};

static void scripts_fail_as_ever(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof unready / sizeof *unready; i++) {
        struct run run;
        start(&run, unready[i].script, unready[i].event, unready[i].ref, LANG_EN, 0, 0);
        assert_true(eval_run(run.eval, &run.err) < 0);
        const struct finding *finding = run.findings.list;
        if (run.err.line != unready[i].line || strcmp(finding->name, unready[i].name) != 0)
            print_error("%s: %s:%d %s %s\n", unready[i].script, run.err.file, run.err.line,
                        finding->name, run.err.message);
        assert_int_equal(run.err.line, unready[i].line);
        assert_string_equal(run.err.file, unready[i].file);
        assert_string_equal(finding->name, unready[i].name);
        assert_true(has_part(run.err.message, unready[i].message));
        finish(&run);
    }
}

static const struct {
    int fault, code, line;
    const char *body;
} faults[] = {
    {ERR_LIMIT, ERR_LIMIT, 2, "event.units:behind(\"essays\")"},
    {ERR_INVALID, ERR_INVALID, 0, "notify(\"u1\", \"a\")"},
    {ERR_NOT_FOUND, ERR_SYNTAX, 2, "notify(\"u1\", \"a\")"},
    {ERR_IO, ERR_IO, 0, "event.units:behind(\"essays\")"},
    {ERR_INTERNAL, ERR_INTERNAL, 0, "pcall(notify, \"u1\", \"a\")"},
};

/* The host's own faults are no findings about the script. */
static void faults_of_the_host_end_the_call(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct run run;
        char script[200];
        snprintf(script, sizeof script, "on(\"review\", function(event)\n%s\nend)",
                 faults[i].body);
        start(&run, script, "review", NULL, LANG_EN, PATIENT_MS, faults[i].fault);
        assert_int_equal(eval_run(run.eval, &run.err), faults[i].code);
        assert_int_equal(run.err.line, faults[i].line);
        assert_int_equal(run.findings.count, faults[i].line != 0);
        assert_int_equal(eval_fd(run.eval), -1);
        finish(&run);
    }
}

/* Whoever calls eval_read from a loop never answers more than one question at a time. */
static void questions_are_answered_one_by_one(void **state)
{
    (void)state;
    struct run run;
    uint32_t before = 0, turns = 0;
    start(&run,
          START("for i = 1, 500 do local n = event.units:count() end\nnotify(event.units, "
                "\"a\")"),
          "phase.start", NULL, LANG_EN, PATIENT_MS, 0);
    while (eval_read(run.eval, &run.err) == EVAL_PENDING) {
        assert_true(run.world.asked - before <= 1);
        before = run.world.asked;
        turns++;
        poll(&(struct pollfd){.fd = eval_fd(run.eval), .events = eval_events(run.eval)}, 1,
             100);
    }
    assert_int_equal(run.world.asked, 500);
    assert_true(turns >= 500);
    size_t count;
    assert_non_null(call_notices(run.eval, &count));
    assert_int_equal(count, 1);
    finish(&run);
}

/* ---- a child that breaks the rules ------------------------------------------------------------------ */

/* Frames as JSON, [[tag, payload], …], and what must come of them. */
static const struct {
    const char *frames;
    int code, notices;
} wire[] = {
    {"[[\"R\",{\"notices\":[]}]]", EVAL_DONE, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0,0],\"text\":\"a\",\"to\":\"b\"}]}]]", EVAL_DONE, 1},
    {"[[\"A\",{\"what\":\"named\",\"unit\":\"u1\"}]]", ERR_INTERNAL, 0}, /* and no result */
    /* questions */
    {"[[\"A\",{\"what\":\"count\",\"set\":1}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"count\",\"set\":-1}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"count\",\"set\":4294967296}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"count\",\"set\":\"0\"}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"count\"}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"all\",\"set\":0}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"set\":0}]]", ERR_INTERNAL, 0},
    {"[[\"A\",[\"count\",0]]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"behind\",\"item\":\"essays\"}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"behind\",\"set\":0,\"item\":3}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"named\",\"unit\":[]}]]", ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"count\",\"set\":0}],[\"A\",{\"what\":\"count\",\"set\":0}]]",
     ERR_INTERNAL, 0},
    {"[[\"A\",{\"what\":\"count\",\"set\":0}],[\"R\",{\"notices\":[]}]]", ERR_INTERNAL, 0},
    /* results */
    {"[[\"R\",{}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"findings\":[]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"handlers\":[],\"nodes\":[]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":{}}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[[]]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"text\":\"a\"}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[],\"text\":\"a\"}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[1],\"text\":\"a\"}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0.5],\"text\":\"a\"}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0]}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0],\"text\":\"\"}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0],\"text\":7}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0],\"text\":\"\\u202e\"}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0],\"text\":\"a\",\"to\":\"A\"}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0],\"text\":\"a\",\"to\":1}]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[{\"sets\":[0],\"text\":\"a\",\"channel\":\"\"}]}]]", ERR_INTERNAL,
     0},
    {"[[\"r\",{}]]", ERR_INTERNAL, 0},
    {"[[\"Q\",{}]]", ERR_INTERNAL, 0},
    {"[]", ERR_INTERNAL, 0},
};

static void the_child_is_not_trusted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wire / sizeof *wire; i++) {
        struct run run;
        size_t count;
        start_frames(&run, wire[i].frames, "review");
        run.code = eval_run(run.eval, &run.err);
        if (run.code != wire[i].code)
            print_error("%s: %d %s\n", wire[i].frames, run.code, run.err.message);
        assert_int_equal(run.code, wire[i].code);
        assert_null(strstr(run.err.message, "exit 1)")); /* this file's own fault */
        call_notices(run.eval, &count);
        assert_int_equal(count, wire[i].notices);
        finish(&run);
    }
}

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void a_handler_takes_little_time(void **state)
{
    (void)state;
    enum { ROUNDS = 20 };
    double began = now_ms();
    for (int i = 0; i < ROUNDS; i++) {
        struct run run;
        start(&run,
              START("local late = event.units:behind(\"essays\")\n"
                    "notify(late, late:count() .. \" 个未交\")"),
              "phase.start", NULL, LANG_EN, PATIENT_MS, 0);
        assert_int_equal(eval_run(run.eval, &run.err), EVAL_DONE);
        finish(&run);
    }
    printf("a handler with two questions: %.2f ms\n", (now_ms() - began) / ROUNDS);
}

int main(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "planrun-eval") == 0)
        return break_the_rules();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notices_come_back),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(scripts_fail_as_ever),
        cmocka_unit_test(faults_of_the_host_end_the_call),
        cmocka_unit_test(questions_are_answered_one_by_one),
        cmocka_unit_test(the_child_is_not_trusted),
        cmocka_unit_test(a_handler_takes_little_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
