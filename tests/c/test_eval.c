/* The evaluator from the parent's side: what scripts declare, what is refused and where, modules,
 * several at once, and what is left of a child whose parent dies. */
#include "base/json.h"
#include "script/eval.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

static const struct eval_word words[] = {
    {"plan", EVAL_ID}, {"unit", EVAL_ID},     {"group", EVAL_ID},    {"phase", EVAL_ID},
    {"task", EVAL_ID}, {"quota", EVAL_ID},    {"remind", EVAL_BARE}, {"roster", EVAL_FILE},
    {"on", EVAL_ON},   {"notify", EVAL_LATE},
};

enum { PATIENT_MS = 10000 }; /* where the clock is not what is tried */

struct run {
    struct arena *arena;
    struct findings findings;
    struct source source;
    struct eval *eval;
    struct err err;
    int code;
};

static void start(struct run *run, const char *script, const char *folder, enum lang lang,
                  int wall_ms)
{
    run->arena = arena_new();
    run->findings = findings_new(run->arena, lang);
    run->source = (struct source){.name = "x.lua", .text = script, .length = strlen(script)};
    run->err = (struct err){0};
    struct eval_request request = {.script = &run->source,
                                   .folder = folder,
                                   .words = words,
                                   .word_count = sizeof words / sizeof *words,
                                   .findings = &run->findings,
                                   .lang = lang,
                                   .wall_ms = wall_ms};
    run->eval = eval_start(&request, run->arena, &run->err);
    assert_non_null(run->eval);
}

static void finish(struct run *run)
{
    eval_free(run->eval);
    findings_free(&run->findings);
    arena_free(run->arena);
}

/* ---- what is declared ---------------------------------------------------------------------------- */

#define NODE(args, children, fields, id, line, word)                                           \
    "{\"args\":[" args "],\"children\":[" children "],\"fields\":" fields ",\"id\":\"" id      \
    "\",\"line\":" line ",\"word\":\"" word "\"}"

static const struct {
    const char *script, *nodes, *handlers;
} declared[] = {
    {"", "", ""},
    {"plan \"p\" { \"名\" }", NODE("\"名\"", "", "{}", "p", "1", "plan"), ""},
    {"\nplan \"p\" {\n\"n\", b = 1, a = { 1, 2.5, -3, true, 1e2, x = {}, y = { \"z\" } } }",
     NODE("\"n\"", "", "{\"a\":{\"\":[1,2.5,-3,true,100],\"x\":[],\"y\":[\"z\"]},\"b\":1}", "p",
          "2", "plan"),
     ""},
    {"phase \"a\" { \"n\",\n  task \"b\" { \"m\" }, \"extra\", task \"c\" {} }",
     NODE("\"n\",\"extra\"",
          NODE("\"m\"", "", "{}", "b", "2", "task") "," NODE("", "", "{}", "c", "2", "task"),
          "{}", "a", "1", "phase"),
     ""},
    /* order of declaration, nodes in variables, lists of nodes */
    {"local t = task \"t\" {}\nunit \"u\" {}\nphase \"p\" { t }",
     NODE("", "", "{}", "u", "2", "unit") "," NODE("", NODE("", "", "{}", "t", "1", "task"),
                                                   "{}", "p", "3", "phase"),
     ""},
    {"local l = {}\nfor i = 1, 2 do l[i] = task(\"t\" .. i) { tostring(i) } end\nphase \"p\" { table.unpack(l) }",
     NODE("",
          NODE("\"1\"", "", "{}", "t1", "2", "task") "," NODE("\"2\"", "", "{}", "t2", "2",
                                                              "task"),
          "{}", "p", "3", "phase"),
     ""},
    /* shared tables are copied, and copied when they are declared */
    {"local w = { \"a\" }\ntask \"x\" { by = w }\nw[1] = \"b\"\ntask \"y\" { by = w }",
     NODE("", "", "{\"by\":[\"a\"]}", "x", "2", "task") "," NODE("", "", "{\"by\":[\"b\"]}",
                                                                 "y", "4", "task"),
     ""},
    {"roster \"某 f.csv\" { \"person\" }\nremind { before = { \"7d\" } }",
     NODE(
         "\"person\"", "", "{}", "某 f.csv", "1",
         "roster") ",{\"args\":[],\"children\":[],\"fields\":{\"before\":[\"7d\"]},\"line\":2,\"word\":\"remind\"}",
     ""},
    {"task \"x\" { due = { \"7月\", [2022] = false, [2021] = \"8月\" } }",
     NODE("", "", "{\"due\":{\"\":[\"7月\"],\"2021\":\"8月\",\"2022\":false}}", "x", "1",
          "task"),
     ""},
    {"on(\"phase.start\", function(e)\n  notify(e)\nend)\non(\"x\", \"ref\", function() end)",
     "",
     "{\"event\":\"phase.start\",\"last_line\":3,\"line\":1},{\"event\":\"x\",\"last_line\":4,\"line\":4,\"ref\":\"ref\"}"},
    /* what Lua is left with */
    {"local s = { c = 1, a = 2, [3] = 0, b = 3, [true] = 4, [1.5] = 5 }\nlocal o = {}\n"
     "for k in pairs(s) do o[#o + 1] = tostring(k) end\ntask \"x\" { table.concat(o, \" \") }",
     NODE("\"3 1.5 a b c true\"", "", "{}", "x", "4", "task"), ""},
    {"local t = { \"b1\", \"a1\", \"b2\", \"a2\", \"c\" }\n"
     "table.sort(t, function(x, y) return x:sub(1, 1) < y:sub(1, 1) end)\nlocal u = { 3, 1, 2 }\ntable.sort(u)\n"
     "task \"x\" { t = t, u = u }",
     NODE("", "", "{\"t\":[\"a1\",\"a2\",\"b1\",\"b2\",\"c\"],\"u\":[1,2,3]}", "x", "5",
          "task"),
     ""},
    {"local t = task \"x\" {}\ntask \"y\" { tostring(t), tostring({}), tostring(print_ or pairs), (\"%s %d\"):format({}, 3) }",
     "", NULL}, /* print_ is not declared */
    {"local t = task \"x\" {}\ntask \"y\" { tostring(t), tostring({}), tostring(pairs), (\"%s %d\"):format({}, 3), type(t) }",
     NODE("", "", "{}", "x", "1",
          "task") "," NODE("\"task \\\"x\\\"\",\"table\",\"function\",\"table 3\",\"userdata\"",
                           "", "{}", "y", "2", "task"),
     ""},
    {"local ok, e = pcall(error, { 1 })\nlocal ok2, e2 = pcall(function() local x = nil; return x.y end)\n"
     "task \"x\" { ok, type(e), ok2, (e2:gsub(\"^.-: \", \"\")) }",
     NODE("false,\"table\",false,\"attempt to index a nil value (local 'x')\"", "", "{}", "x",
          "3", "task"),
     ""},
    {"task \"x\" { utf8.len(\"汉字\"), math.max(1, 2), select(\"#\", 1, 2), tonumber(\"0x10\"), (\"a,b\"):find(\",\", 1, true) }",
     NODE("2,2,2,16,2,2", "", "{}", "x", "1", "task"), ""},
    {"local t = {}\nfor i = 1, 40 do t[i] = 41 - i end\ntable.sort(t, function() return true end)\ntask \"x\" { #t }",
     NODE("40", "", "{}", "x", "4", "task"), ""},
};

static void declarations_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof declared / sizeof *declared; i++) {
        struct run run;
        struct buf told = {0}, expected = {0};
        start(&run, declared[i].script, NULL, LANG_EN, PATIENT_MS);
        run.code = eval_run(run.eval, &run.err);
        if (!declared[i].handlers) {
            assert_true(run.code < 0);
            finish(&run);
            continue;
        }
        if (run.code < 0)
            print_error("%s: %d: %s\n", declared[i].script, run.err.line, run.err.message);
        assert_int_equal(run.code, EVAL_DONE);
        json_write(&told, eval_result(run.eval));
        buf_printf(&expected, "{\"handlers\":[%s],\"nodes\":[%s]}", declared[i].handlers,
                   declared[i].nodes);
        assert_string_equal(told.bytes, expected.bytes);
        assert_null(eval_warning(run.eval));
        buf_free(&told);
        buf_free(&expected);
        finish(&run);
    }
}

/* ---- what is refused ------------------------------------------------------------------------------ */

static const struct {
    const char *script;
    int line;
    const char *name, *message, *help; /* parts; NULL = anything */
} refused[] = {
    {"\nplan \"p\"\n", 2, "braces-missing", "plan \"p\" has no braces", NULL},
    {"plan \"p\"\nplan \"q\" {}", 1, "braces-missing", "plan \"p\"", NULL},
    {"plan \"p\" \"n\"", 1, "braces-missing", "plan: the braces are missing",
     "plan \"id\" { \"name\", … }"},
    {"plan { \"n\" }", 1, "id-missing", "the id before the braces", "plan \"id\""},
    {"plan()", 1, "id-missing", "needs one text", NULL},
    {"plan(3) {}", 1, "id-missing", NULL, NULL},
    {"plan(\"a\", \"b\") {}", 1, "id-missing", NULL, NULL},
    {"plan \"A\" {}", 1, "malformed-id", "“A” is no id", "small letters"},
    {"plan \"\" {}", 1, "malformed-id", NULL, NULL},
    {"plan \"-a\" {}", 1, "malformed-id", NULL, NULL},
    {"plan \"a\\0b\" {}", 1, "malformed-id", NULL, NULL},
    {"plan \"名\" {}", 1, "malformed-id", NULL, NULL},
    {"plan((\"a\"):rep(65)) {}", 1, "malformed-id", NULL, NULL},
    {"roster \"\" {}", 1, "malformed-id", NULL, NULL},
    {"roster \"a\\nb\\0\" {}", 1, "malformed-id", NULL, NULL},
    {"remind \"x\" {}", 1, "braces-missing", "remind: takes braces only", "remind { … }"},
    {"local t = task \"t\" {}\nphase \"p\" {\n  by = t }", 3, "node-as-value",
     "field “by”: task \"t\" is used as a value", "id in quotes"},
    {"local t = task \"t\" {}\nphase \"p\" { { t } }", 2, "node-as-value", NULL, NULL},
    {"local t = task \"t\" {}\nphase \"p\" { t }\nphase \"q\" { t }", 3, "node-twice", "line 2",
     NULL},
    {"local t = task \"t\" {}\nphase \"p\" { t, t }", 2, "node-twice", NULL, NULL},
    {"local t = task \"t\"\nphase \"p\" { t }", 1, "braces-missing", NULL, NULL},
    {"local t = task \"t\" {}\nt {}", 2, "braces-twice", "(line 1)", NULL},
    {"local t = task \"t\" {}\nlocal x = t.id", 2, "node-fields", NULL, NULL},
    {"local t = task \"t\" {}\nt.id = 3", 2, "node-fields", NULL, NULL},
    {"local t = task \"t\" {}\nlocal x = t .. \"a\"", 2, "script-error",
     "concatenate a node value", NULL},
    /* values */
    {"task \"t\" { x = function() end }", 1, "strange-value",
     "field “x”: a function is no value", NULL},
    {"task \"t\" { pairs }", 1, "strange-value", "a function", NULL},
    {"task \"t\" { x = 0/0 }", 1, "not-a-number", NULL, NULL},
    {"task \"t\" { x = { y = 1/0 } }", 1, "not-a-number", "field “x”", NULL},
    {"task \"t\" { x = { [true] = 1 } }", 1, "strange-key", "boolean", NULL},
    {"task \"t\" { x = { [1.5] = 1 } }", 1, "strange-key", "number", NULL},
    {"task \"t\" { x = { [{}] = 1 } }", 1, "strange-key", "table", NULL},
    {"task \"t\" { x = { 1, nil, 3 } }", 1, "strange-key", "position 3", NULL},
    {"task \"t\" { \"n\", nil, \"x\" }", 1, "strange-key", "position 3", NULL},
    {"task \"t\" { x = { [2022] = 1, [\"2022\"] = 2 } }", 1, "key-twice", NULL, NULL},
    {"task \"t\" { x = \"a\\xff\" }", 1, "not-utf8", NULL, "utf8.offset"},
    {"task \"t\" { x = (\"汉\"):sub(1, 2) }", 1, "not-utf8", NULL, NULL},
    {"task \"t\" { x = \"a\\0\" }", 1, "nul-in-text", NULL, NULL},
    {"task \"t\" { x = \"a\\1\" }", 1, "control-character", NULL, NULL},
    {"task \"t\" { x = \"a\\u{202e}\" }", 1, "control-character", NULL, NULL},
    {"task \"t\" { [\"a\\u{202e}\"] = 1 }", 1, "control-character", NULL, NULL},
    {"task \"t\" { [(\"k\"):rep(256)] = 1 }", 1, "text-too-long", NULL, NULL},
    {"task \"t\" { x = (\"k\"):rep(2 ^ 20 + 1) }", 1, "text-too-long", NULL, NULL},
    {"local a = {}\na.a = a\ntask \"t\" { x = a }", 3, "cycle", NULL, NULL},
    {"local a = {}\nlocal t = { x = a }\na.t = t\ntask \"t\" (t)", 4, "cycle", NULL, NULL},
    {"local a = {}\nfor _ = 1, 40 do a = { a } end\ntask \"t\" { x = a }", 3, "too-deep", NULL,
     NULL},
    {"local a = task \"t\" {}\nfor i = 1, 40 do a = phase(\"p\" .. i) { a } end", 2, "too-deep",
     NULL, NULL},
    {"local big = {}\nfor i = 1, 3000000 do big[i] = true end\ntask \"t\" { x = big }", 3,
     "too-much-declared", NULL, NULL},
    {"local s = (\"x\"):rep(2 ^ 20)\nlocal t = {}\nfor i = 1, 40 do t[i] = s end\ntask \"t\" { x = t }",
     4, "too-much-declared", NULL, NULL},
    /* names */
    {"plan \"p\" { owner = hospital }", 1, "undeclared-name", "“hospital” is not declared",
     "\"hospital\""},
    {"\npaln \"p\" {}", 2, "undeclared-name", "paln", "did you mean plan?"},
    {"x = 1", 1, "undeclared-name", NULL, "local x = …"},
    {"function f() end", 1, "undeclared-name", NULL, "local f"},
    {"plan = 1", 1, "read-only-name", NULL, NULL},
    {"pcall(function() return hospital end)", 1, "undeclared-name", NULL, NULL},
    {"notify()", 1, "handler-only", "notify only works inside a handler", "on("},
    {"on(\"x\")", 1, "malformed-handler", NULL, "on("},
    {"on(\"x\", pairs)", 1, "malformed-handler", NULL, NULL},
    {"on(3, function() end)", 1, "malformed-handler", NULL, NULL},
    {"on(\"a\\u{202e}\", function() end)", 1, "control-character", NULL, NULL},
    /* errors of Lua */
    {"local x = = 1", 1, "syntax", "unexpected symbol near '='", NULL},
    {"\n\nlocal x = {", 3, "syntax", "unexpected symbol near <eof>", NULL},
    {"\nerror(\"boom\")", 2, "script-error", "boom", NULL},
    {"\nerror(\"boom\", 0)", 2, "script-error", "boom", NULL},
    {"error({})", 1, "script-error", "(error object is a table)", NULL},
    {"error()", 1, "script-error", "(error object is a nil)", NULL},
    {"error(\"a\\u{202e}\\1\\xff%s%n\\nb\")", 1, "script-error", "a\\u{202e}\\u{1}\\xff%s%n b",
     NULL},
    {"error((\"x\"):rep(1e6))", 1, "script-error", "xxx", NULL},
    {"local f\nf()", 2, "script-error", "attempt to call a nil value (local 'f')", NULL},
    {"local function f() return f() + 1 end\nf()", 1, "script-error", "stack overflow", NULL},
    {"string.rep = 1", 1, "script-error", "attempt to change a library", NULL},
    {"local s = (\"%p\"):format({})", 1, "script-error", "no %p", NULL},
    {"local t = { [{}] = 1 }\nfor k in pairs(t) do end", 2, "script-error", "has no order",
     NULL},
    {"require \"none\"", 1, "module", "no such module", NULL},
    {"require \"../x\"", 1, "module", "a module's name", NULL},
    {"require(3)", 1, "script-error", "require needs a name", NULL},
};

static void check_refusal(const struct run *run, size_t row)
{
    const struct finding *finding = &run->findings.list[0];
    if (run->code >= 0 || strcmp(finding->name, refused[row].name) != 0 ||
        run->err.line != refused[row].line)
        print_error("%s\n  -> %d %d: %s [%s]\n", refused[row].script, run->code, run->err.line,
                    run->err.message, run->findings.count ? finding->name : "");
    assert_true(run->code < 0);
    assert_int_equal(run->findings.count, 1);
    assert_string_equal(finding->name, refused[row].name);
    assert_int_equal(run->err.line, refused[row].line);
    assert_int_equal((int)finding->place.line, refused[row].line);
    assert_ptr_equal(finding->place.source, &run->source);
    assert_string_equal(run->err.file, "x.lua");
    assert_null(eval_result(run->eval));
}

static void refusals_name_the_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct run run;
        start(&run, refused[i].script, NULL, LANG_EN, PATIENT_MS);
        run.code = eval_run(run.eval, &run.err);
        check_refusal(&run, i);
        const struct finding *finding = &run.findings.list[0];
        if (refused[i].message && !strstr(finding->message, refused[i].message))
            fail_msg("%s: “%s” lacks “%s”", refused[i].script, finding->message,
                     refused[i].message);
        if (refused[i].help && (!finding->help || !strstr(finding->help, refused[i].help)))
            fail_msg("%s: help “%s” lacks “%s”", refused[i].script, finding->help,
                     refused[i].help);
        assert_int_equal(eval_read(run.eval, &run.err), run.code); /* its answer stays */
        finish(&run);
        start(&run, refused[i].script, NULL, LANG_ZH, PATIENT_MS);
        run.code = eval_run(run.eval, NULL);
        run.err = (struct err){.line = refused[i].line, .file = "x.lua"};
        check_refusal(&run, i);
        finish(&run);
    }
    print_message("%zu refusals in two languages\n", sizeof refused / sizeof *refused);
}

/* ---- modules ------------------------------------------------------------------------------------- */

static char folder[] = "/tmp/planrun-eval-XXXXXX";

static void put(const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/planrun-eval-XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command); /* NOLINT(cert-env33-c): a fixed command on a folder of ours */
}

static void modules_come_from_the_folder(void **state)
{
    (void)state;
    put("lib.lua",
        "\xef\xbb\xbflocal m = {}\r\nfunction m.f(i)\r\n  return task(i) { \"n\" }\r\nend\r\nreturn m\n");
    struct run run;
    start(&run, "local lib = require \"lib\"\nlib.f(\"a\")\nassert(require \"lib\" == lib)",
          folder, LANG_EN, 0);
    assert_int_equal(eval_run(run.eval, &run.err), EVAL_DONE);
    size_t count;
    const struct source *const *modules = eval_modules(run.eval, &count);
    assert_int_equal(count, 1);
    assert_string_equal(modules[0]->name, "lib.lua");
    assert_string_equal(
        modules[0]->text,
        "local m = {}\nfunction m.f(i)\n  return task(i) { \"n\" }\nend\nreturn m\n");
    const struct value *node = value_get(eval_result(run.eval), "nodes")->items[0];
    assert_string_equal(value_get_string(node, "file"), "lib.lua");
    assert_int_equal(value_get_int(node, "line", 0), 3);
    finish(&run);
}

static const struct {
    const char *module, *script, *file;
    int line;
    const char *name;
} module_faults[] = {
    {"\n\nerror(\"x\")", "require \"m\"", "m.lua", 3, "script-error"},
    {"local x = = 1", "\nrequire \"m\"", "m.lua", 1, "syntax"},
    {"local x = “a”", "\nrequire \"m\"", "m.lua", 1, "full-width-quote"},
    {"\nreturn require \"m\"", "\nrequire \"m\"", "m.lua", 2, "module"},
    {"return function() error(\"x\") end", "\nlocal f = require \"m\"\nf()", "m.lua", 1,
     "script-error"},
    {"return function() return nil + 1 end", "\nlocal f = require \"m\"\nf()", "m.lua", 1,
     "script-error"},
    {"y = 1", "\nlocal f = require \"m\"\nf()", "m.lua", 1, "undeclared-name"},
    {"while true do end", "\nrequire \"m\"", "m.lua", 1, "time-limit"},
    {"-- \xb7\xbd", "\nrequire \"m\"", "m.lua", 1, "gb18030-file"},
};

static void module_faults_name_the_module(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof module_faults / sizeof *module_faults; i++) {
        struct run run;
        put("m.lua", module_faults[i].module);
        start(&run, module_faults[i].script, folder, LANG_EN, 0);
        assert_true(eval_run(run.eval, &run.err) < 0);
        assert_string_equal(run.findings.list[0].name, module_faults[i].name);
        assert_string_equal(run.err.file, module_faults[i].file);
        assert_int_equal(run.err.line, module_faults[i].line);
        assert_string_equal(run.findings.list[0].place.source->name, module_faults[i].file);
        finish(&run);
    }
}

/* ---- time ---------------------------------------------------------------------------------------- */

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Four at once: two that end at once, two that never end; nobody waits for another. */
static void several_run_at_once(void **state)
{
    (void)state;
    static const char *const scripts[] = {
        "task \"a\" {}", "while true do end",
        "\nlocal s = (\"a\"):rep(60)\ns:find((\".-\"):rep(60) .. \"b\")", "task \"b\" {}"};
    static const int lines[] = {0, 1, 3, 0};
    struct run runs[4];
    struct pollfd fds[4];
    int64_t began = now_ms();
    for (size_t i = 0; i < 4; i++)
        start(&runs[i], scripts[i], NULL, LANG_EN, 0);
    for (size_t left = 4; left > 0;) {
        left = 0;
        int64_t wait = 1000;
        for (size_t i = 0; i < 4; i++) {
            runs[i].code = eval_read(runs[i].eval, &runs[i].err);
            left += runs[i].code == EVAL_PENDING;
            int64_t rest = eval_deadline_ms(runs[i].eval) - now_ms();
            if (runs[i].code == EVAL_PENDING && rest < wait)
                wait = rest > 0 ? rest : 0;
            fds[i] = (struct pollfd){.fd = eval_fd(runs[i].eval),
                                     .events = eval_events(runs[i].eval)};
        }
        if (left)
            poll(fds, 4, (int)wait);
    }
    assert_true(now_ms() - began < PATIENT_MS);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(runs[i].code, lines[i] ? ERR_LIMIT : EVAL_DONE);
        assert_int_equal(runs[i].err.line, lines[i]);
        finish(&runs[i]);
    }
}

/* A parent that dies takes its child with it, long before the child's own alarm. */
static void child_ends_with_its_parent(void **state)
{
    (void)state;
    int pipes[2];
    assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
    assert_int_equal(pipe(pipes), 0);
    pid_t middle = fork();
    if (middle == 0) {
        struct run run;
        char path[64];
        start(&run, "while true do end", NULL, LANG_EN, 60000);
        eval_read(run.eval, NULL);
        snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
        FILE *file = fopen(path, "r");
        int pid = 0;
        if (!file || fscanf(file, "%d", &pid) != 1) /* NOLINT(cert-err34-c): 0 says it all */
            pid = 0;
        /* wait for the first sign of life, so that the child has passed its own beginning */
        struct pollfd fd = {.fd = eval_fd(run.eval), .events = POLLIN};
        poll(&fd, 1, 100);
        ssize_t ignored = write(pipes[1], &pid, sizeof pid);
        (void)ignored;
        _exit(0);
    }
    int pid = 0, status;
    assert_int_equal(read(pipes[0], &pid, sizeof pid), sizeof pid);
    assert_int_equal(waitpid(middle, &status, 0), middle);
    close(pipes[0]);
    close(pipes[1]);
    if (pid == 0) {
        print_message("no /proc/…/children here: skipped\n");
        skip();
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

static void freeing_ends_a_running_child(void **state)
{
    (void)state;
    struct run run;
    int64_t began = now_ms();
    start(&run, "while true do end", NULL, LANG_EN, 0);
    assert_int_equal(eval_read(run.eval, &run.err), EVAL_PENDING);
    finish(&run);
    assert_true(now_ms() - began < 1000);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* reaped */
    eval_free(NULL);
}

static void program_must_be_there(void **state)
{
    (void)state;
    struct arena *arena = arena_new();
    struct source source = {.name = "x.lua", .text = "", .length = 0};
    struct eval_request request = {.script = &source, .program = "/nonexistent/planrun-eval"};
    struct err err = {0};
    assert_null(eval_start(&request, arena, &err));
    assert_int_equal(err.code, ERR_IO);
    request.program = "/bin/true"; /* ends without an answer */
    struct eval *eval = eval_start(&request, arena, &err);
    assert_non_null(eval);
    assert_int_equal(eval_run(eval, &err), ERR_INTERNAL);
    assert_string_equal(err.file, "x.lua");
    eval_free(eval);
    arena_free(arena);
}

/* ---- size ---------------------------------------------------------------------------------------- */

static void ten_thousand_items_pass(void **state)
{
    (void)state;
    struct buf text = {0};
    struct run run;
    buf_adds(&text, "plan \"p\" { \"n\" }\n");
    for (int i = 0; i < 10000; i++) {
        buf_printf(&text,
                   "task \"t%05d\" { \"事项%d\", by = \"department\", due = \"7月5日前\"", i,
                   i);
        buf_adds(
            &text,
            ", about = { \"一\", \"二\", \"三\" }, where = { chars = 1, any = { \"a\", \"b\" } } }\n");
    }
    int64_t began = now_ms();
    start(&run, text.bytes, NULL, LANG_EN, PATIENT_MS);
    assert_int_equal(eval_run(run.eval, &run.err), EVAL_DONE);
    print_message("10000 items, %zu bytes: %lld ms\n", text.length,
                  (long long)(now_ms() - began));
    assert_int_equal(value_get(eval_result(run.eval), "nodes")->count, 10001);
    finish(&run);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(declarations_come_back),
        cmocka_unit_test(refusals_name_the_line),
        cmocka_unit_test_setup_teardown(modules_come_from_the_folder, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(module_faults_name_the_module, make_folder,
                                        remove_folder),
        cmocka_unit_test(several_run_at_once),
        cmocka_unit_test(child_ends_with_its_parent),
        cmocka_unit_test(freeing_ends_a_running_child),
        cmocka_unit_test(program_must_be_there),
        cmocka_unit_test(ten_thousand_items_pass),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
