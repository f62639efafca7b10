/* The event check in the evaluator: what a plan's own rules report, what is refused and where. */
#include "call_kit.h"

#define CHECK(body) "on(\"check\", function(event)\n" body "\nend)\n"

/* "level item text [name] [field] [= help]" a line. */
static void tell(struct buf *out, const struct run *run)
{
    static const char *const levels[] = {"note", "warning", "error"};
    size_t count;
    const struct call_finding *findings = call_findings(run->eval, &count);
    for (size_t i = 0; i < count; i++) {
        const struct call_finding *said = &findings[i];
        buf_printf(out, "%s %s %s", levels[said->severity], said->item ? said->item : "-",
                   said->text);
        if (said->name)
            buf_printf(out, " [%s]", said->name);
        if (said->field)
            buf_printf(out, " at %s", said->field);
        if (said->help)
            buf_printf(out, " = %s", said->help);
        buf_adds(out, "\n");
    }
    buf_adds(out, "");
}

/* ---- what it reports ------------------------------------------------------------------------------ */

static const struct {
    const char *script, *told;
} said[] = {
    {CHECK(""), ""},
    {CHECK("finding(\"essays\", \"太多\")"), "warning essays 太多\n"},
    {CHECK("finding(nil, \"a\")\nfinding(\"\", \"b\")"), "warning - a\nwarning - b\n"},
    {CHECK("finding(\"talk\", \"a\", { level = \"error\", name = \"too-many\", field = \"to\", "
           "help = \"少些\" })"),
     "error talk a [too-many] at to = 少些\n"},
    {CHECK("finding(\"talk\", \"a\", {})\nfinding(\"talk\", \"b\", nil)\n"
           "finding(\"talk\", \"c\", { level = \"note\" })\n"
           "finding(\"talk\", \"d\", { level = \"warning\" })"),
     "warning talk a\nwarning talk b\nnote talk c\nwarning talk d\n"},
    {CHECK("for _, item in ipairs(event.items) do finding(item.id, item.due) end"),
     "warning essays 2012-07-05\nwarning talk 2012-07-05\n"},
    {CHECK(
         "finding(nil, event.units:count() .. event.units:behind(\"essays\"):first(1)[1].id)"),
     "warning - 1000000u0\n"},
    /* what there is does not change with the list */
    {CHECK("event.items = nil\nfinding(\"talk\", \"a\")"), "warning talk a\n"},
    {CHECK("event.items[1].id = \"none\"\nfinding(\"essays\", \"a\")"), "warning essays a\n"},
    {CHECK("finding(\"talk\", (\"x\"):rep(3), { name = \"n\" })"), "warning talk xxx [n]\n"},
    {"on(\"phase.start\", function(event) notify(event.units, \"no\") end)\n" CHECK(
         "finding(nil, \"own\")"),
     "warning - own\n"},
    {"local texts = require \"texts\"\n" CHECK("finding(nil, texts.start)"),
     "warning - 开始\n"},
};

static void findings_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        struct run run;
        struct buf out = {0};
        size_t notices;
        start(&run, said[i].script, "check", NULL, LANG_EN, PATIENT_MS, 0);
        if (eval_run(run.eval, &run.err) != EVAL_DONE)
            fail_msg("%s: %s", said[i].script, run.err.message);
        tell(&out, &run);
        assert_string_equal(out.bytes, said[i].told);
        assert_null(call_notices(run.eval, &notices));
        assert_int_equal(notices, 0);
        buf_free(&out);
        finish(&run);
    }
}

static void as_many_as_allowed_come_back(void **state)
{
    (void)state;
    struct run run;
    size_t count;
    start(&run,
          CHECK("for i = 1, 1000 do finding(\"talk\", (\"字\"):rep(200), { help = "
                "(\"x\"):rep(600) }) end"),
          "check", NULL, LANG_EN, PATIENT_MS, 0);
    assert_null(call_findings(run.eval, &count));
    assert_int_equal(count, 0);
    assert_int_equal(eval_run(run.eval, &run.err), EVAL_DONE);
    const struct call_finding *findings = call_findings(run.eval, &count);
    assert_int_equal(count, EVAL_FINDINGS_MOST);
    assert_int_equal(strlen(findings[999].text), EVAL_FINDING_BYTES);
    assert_int_equal(strlen(findings[999].help), EVAL_FINDING_BYTES);
    finish(&run);
}

/* ---- what is refused ------------------------------------------------------------------------------ */

static const struct {
    const char *body; /* from line 2 on */
    int line, code;
    const char *name, *message, *help; /* parts; NULL = anything */
} refused[] = {
    {"notify(event.units, \"a\")", 2, ERR_SYNTAX, "run-only", "a check only reports",
     "finding("},
    {"\nnotify()", 3, ERR_SYNTAX, "run-only", NULL, NULL},
    {"task \"t\" { \"n\" }", 2, ERR_SYNTAX, "plan-only", NULL, NULL},
    {"finding()", 2, ERR_SYNTAX, "malformed-finding", "needs an item", "finding(item.id"},
    {"finding(\"talk\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"a\", {}, 1)", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(event.items[1], \"a\")", 2, ERR_SYNTAX, "malformed-finding", "by its id",
     "item.id"},
    {"finding(1, \"a\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(event.units, \"a\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"esays\", \"a\")", 2, ERR_SYNTAX, "unknown-item", "“esays”", NULL},
    {"event.items[3] = { id = \"own\" }\nfinding(\"own\", \"a\")", 3, ERR_SYNTAX,
     "unknown-item", NULL, NULL},
    {"finding(\"talk\\0\", \"a\")", 2, ERR_SYNTAX, "unknown-item", NULL, NULL},
    {"finding(\"talk\", \"\")", 2, ERR_SYNTAX, "malformed-finding", "1 to 600", NULL},
    {"finding(\"talk\", 3)", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", {})", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", (\"x\"):rep(601))", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"a\\nplan.lua:1:1: error: b\")", 2, ERR_SYNTAX, "malformed-finding",
     "one line", NULL},
    {"finding(\"talk\", \"a\\tb\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"a\\0b\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"\\xff\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"\\27[2J\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"\\u{202e}\")", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"a\", \"error\")", 2, ERR_SYNTAX, "malformed-finding", "a table",
     NULL},
    {"finding(\"talk\", \"a\", { levle = \"error\" })", 2, ERR_SYNTAX, "unknown-field",
     "“levle”", "level"},
    {"finding(\"talk\", \"a\", { \"error\" })", 2, ERR_SYNTAX, "unknown-field", NULL,
     "level, name, field and help"},
    {"finding(\"talk\", \"a\", { level = \"fatal\" })", 2, ERR_SYNTAX, "malformed-finding",
     "level is", NULL},
    {"finding(\"talk\", \"a\", { level = 1 })", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"finding(\"talk\", \"a\", { name = \"Too Many\" })", 2, ERR_SYNTAX, "malformed-id",
     "name = “Too Many”", NULL},
    {"finding(\"talk\", \"a\", { field = \"\" })", 2, ERR_SYNTAX, "malformed-id", NULL, NULL},
    {"finding(\"talk\", \"a\", { help = \"b\\nc\" })", 2, ERR_SYNTAX, "malformed-finding",
     "help is one line", NULL},
    {"finding(\"talk\", \"a\", { help = {} })", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"pcall(finding, \"talk\", 3)", 2, ERR_SYNTAX, "malformed-finding", NULL, NULL},
    {"for i = 1, 1001 do\nfinding(\"talk\", \"a\")\nend", 3, ERR_LIMIT, "findings-limit",
     "1000 findings", NULL},
    {"while true do pcall(finding, nil, \"a\") end", 2, ERR_LIMIT, "findings-limit", NULL,
     NULL},
    {"while true do end", 2, ERR_LIMIT, "time-limit", NULL, NULL},
    {"local s = \"x\"\nwhile true do s = s .. s end", 3, ERR_LIMIT, "memory-limit", NULL, NULL},
    {"for i = 1, 1e6 do local n = event.units:count() end", 2, ERR_LIMIT,
     "questions-limit|time-limit", NULL, NULL},
};

static void check_refusal(const struct run *run, size_t i)
{
    const struct finding *finding = run->findings.count ? &run->findings.list[0] : NULL;
    size_t count;
    bool fine = run->code == refused[i].code && finding &&
                (int)finding->place.line == refused[i].line &&
                strstr(refused[i].name, finding->name) &&
                has_part(finding->message, refused[i].message) &&
                has_part(finding->help, refused[i].help) && !call_findings(run->eval, &count) &&
                count == 0;
    if (!fine)
        fail_msg("%s: %d at %d %s: %s (%s)", refused[i].body, run->code, run->err.line,
                 finding ? finding->name : "", run->err.message,
                 finding && finding->help ? finding->help : "");
}

static void faults_are_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        for (enum lang lang = LANG_EN; lang <= LANG_ZH; lang++) {
            struct run run;
            char script[500];
            if (lang == LANG_ZH && strstr(refused[i].name, "time-limit"))
                continue; /* the same, and slow */
            snprintf(script, sizeof script, CHECK("%s"), refused[i].body);
            start(&run, script, "check", NULL, lang, 0, 0);
            run.code = eval_run(run.eval, &run.err);
            if (lang == LANG_EN)
                check_refusal(&run, i);
            assert_int_equal(run.code, refused[i].code);
            assert_int_equal(run.findings.count, 1);
            finish(&run);
        }
}

/* ---- a child that breaks the rules ---------------------------------------------------------------- */

#define ONE(fields) "[[\"R\",{\"findings\":[{" fields "}]}]]"

static const struct {
    const char *frames;
    int code;
    size_t findings;
} wire[] = {
    {"[[\"R\",{\"findings\":[]}]]", EVAL_DONE, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\""), EVAL_DONE, 1},
    {ONE("\"item\":\"b\",\"level\":\"error\",\"text\":\"a\",\"name\":\"n\",\"field\":\"due\","
         "\"help\":\"h\""),
     EVAL_DONE, 1},
    {"[[\"R\",{}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"notices\":[]}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"findings\":{}}]]", ERR_INTERNAL, 0},
    {"[[\"R\",{\"findings\":[[]]}]]", ERR_INTERNAL, 0},
    {ONE("\"text\":\"a\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"fatal\",\"text\":\"a\""), ERR_INTERNAL, 0},
    {ONE("\"level\":2,\"text\":\"a\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\\nb\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"\\u202e\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":[]"), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\",\"help\":\"\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\",\"help\":1"), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\",\"item\":\"A\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\",\"item\":7"), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\",\"name\":\"\""), ERR_INTERNAL, 0},
    {ONE("\"level\":\"note\",\"text\":\"a\",\"field\":\"a b\""), ERR_INTERNAL, 0},
};

static void the_child_is_not_trusted(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wire / sizeof *wire; i++) {
        struct run run;
        size_t count;
        start_frames(&run, wire[i].frames, "check");
        run.code = eval_run(run.eval, &run.err);
        if (run.code != wire[i].code)
            fail_msg("%s: %d %s", wire[i].frames, run.code, run.err.message);
        assert_null(strstr(run.err.message, "exit 1)")); /* this file's own fault */
        call_findings(run.eval, &count);
        assert_int_equal(count, wire[i].findings);
        finish(&run);
    }
}

int main(int argc, char **argv)
{
    if (argc == 1 && strcmp(argv[0], "planrun-eval") == 0)
        return break_the_rules();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(findings_come_back),
        cmocka_unit_test(as_many_as_allowed_come_back),
        cmocka_unit_test(faults_are_told),
        cmocka_unit_test(the_child_is_not_trusted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
