/* Text functions in the evaluator: what they say of messages, which of several is called, and what comes
 * of one that fails, for one message or for all. */
#include "call_kit.h"

struct asked {
    struct arena *arena;
    struct source script;
    struct call_request request;
    struct eval *eval;
    struct err err;
    int code;
};

/* `count` messages: {unit = {id = "u1"}, missing = 1} and so on. */
static struct value *messages_of(struct arena *arena, uint32_t count)
{
    struct value *list = value_list(arena);
    for (uint32_t i = 1; i <= count; i++) {
        struct value *message = value_map(arena), *unit = value_map(arena);
        value_set_string(arena, unit, "id", arena_printf(arena, "u%u", i));
        value_set(arena, message, "unit", unit);
        value_set_int(arena, message, "missing", i);
        value_append(arena, list, message);
    }
    return list;
}

static void ask_of(struct asked *asked, const char *program, const char *script,
                   uint32_t function, uint32_t count, int wall_ms)
{
    *asked = (struct asked){.arena = arena_new()};
    asked->script =
        (struct source){.name = "plan.lua", .text = script, .length = strlen(script)};
    asked->request = (struct call_request){
        .eval = {.script = &asked->script,
                 .words = words,
                 .word_count = sizeof words / sizeof *words,
                 .lang = LANG_EN,
                 .wall_ms = wall_ms,
                 .program = program},
        .modules = modules,
        .module_count = sizeof modules / sizeof *modules,
        .function = function,
        .messages = messages_of(asked->arena, count),
    };
    asked->eval = call_start(&asked->request, asked->arena, &asked->err);
    assert_non_null(asked->eval);
    asked->code = eval_run(asked->eval, &asked->err);
}

static void ask(struct asked *asked, const char *script, uint32_t function, uint32_t count,
                int wall_ms)
{
    ask_of(asked, NULL, script, function, count, wall_ms);
}

static void done(struct asked *asked)
{
    eval_free(asked->eval);
    arena_free(asked->arena);
}

/* The answer to message `index`: its text, or "! " and the problem. */
static const char *answer(struct asked *asked, size_t index)
{
    size_t count;
    const struct call_text *texts = call_texts(asked->eval, &count);
    assert_true(index < count);
    return texts[index].text ? texts[index].text
                             : arena_printf(asked->arena, "! %s", texts[index].problem);
}

#define REMIND(body) "remind { text = function(message)\n" body "\nend }\n"

static const struct {
    const char *script;
    uint32_t function;
    const char *first, *second; /* parts of what is said of two messages */
} rows[] = {
    {REMIND("return message.unit.id .. \"差\" .. message.missing"), 1, "u1差1", "u2差2"},
    {REMIND("return \"a\\nb\""), 1, "a\nb", "a\nb"},
    {REMIND("return \"{unit}\""), 1, "{unit}", "{unit}"},
    {REMIND("return \"a\", \"b\""), 1, "a", "a"},
    /* which one is called: they are numbered as they come, whatever else is there */
    {REMIND("return \"a\"") "remind { text = \"b\" }\n" REMIND("return \"c\""), 2, "c", "c"},
    {"local f = function() return \"x\" end\nremind { text = f }\nremind { text = f }\n", 2,
     "x", "x"},
    /* a message is data: what is done to one is not seen by the next, locals of the script are */
    {"local n = 0\n" REMIND("n = n + 1\nmessage.unit.id = n\nreturn message.unit.id .. \"\""),
     1, "1", "2"},
    {REMIND("return message.nothing or \"none\""), 1, "none", "none"},
    {REMIND("local ok = pcall(error, {})\nreturn tostring(ok)"), 1, "false", "false"},
    {"local t = require \"texts\"\n" REMIND("return t.start"), 1, "开始", "开始"},
    /* an error of one message is its own */
    {REMIND("if message.missing == 1 then error(\"no\") end\nreturn \"b\""), 1,
     "! plan.lua:2: no", "b"},
    {REMIND("if message.missing == 1 then return end\nreturn \"b\""), 1,
     "! plan.lua:1: a text function gives", "b"},
    {REMIND("return message.missing == 1 and message.other.name or \"b\""), 1,
     "! plan.lua:2: ", "b"},
    {REMIND("return 7"), 1, "! plan.lua:1: a text function gives a text, not a number", "!"},
    {REMIND("return {}"), 1, "! plan.lua:1: a text function gives a text, not a table", "!"},
    {REMIND("return pcall"), 1, "!", "!"},
    {REMIND("return \"\""), 1, "! plan.lua:1: a text function gives 1 to 4096", "!"},
    {REMIND("return (\"a\"):rep(4096)"), 1, "aaaa", "aaaa"},
    {REMIND("return (\"a\"):rep(4097)"), 1, "! plan.lua:1: a text function gives 1 to 4096",
     "!"},
    {REMIND("return \"a\\tb\""), 1, "! plan.lua:1: a text function gives 1 to 4096", "!"},
    {REMIND("return \"a\\rb\""), 1, "! plan.lua:1: a text function gives 1 to 4096", "!"},
    {REMIND("return \"a\\0b\""), 1, "! plan.lua:1: a text function gives 1 to 4096", "!"},
    {REMIND("return \"a\\27[31m\""), 1, "! plan.lua:1: a text function gives 1 to 4096", "!"},
    {REMIND("return \"\\xe4\\xb8\""), 1, "! plan.lua:1: a text function gives 1 to 4096", "!"},
    {REMIND("return \"a\\u{202e}b\""), 1, "! plan.lua:1: a text function gives 1 to 4096", "!"},
    {REMIND("error({})"), 1, "!", "!"},
    {REMIND("error(\"\\xff\\0\\27\")"), 1, "!", "!"},
    {REMIND("error((\"很长\"):rep(10000))"), 1, "!", "!"},
    {REMIND("local function f() return 1 + f() end\nreturn f()"), 1, "!", "!"},
};

static void texts_come_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct asked asked;
        ask(&asked, rows[i].script, rows[i].function, 2, PATIENT_MS);
        if (asked.code != EVAL_DONE)
            fail_msg("%s: %s", rows[i].script, asked.err.message);
        const char *first = answer(&asked, 0), *second = answer(&asked, 1);
        if (strncmp(first, rows[i].first, strlen(rows[i].first)) != 0 ||
            strncmp(second, rows[i].second, strlen(rows[i].second)) != 0)
            fail_msg("%s: %s, %s", rows[i].script, first, second);
        done(&asked);
    }
}

static const struct {
    const char *script;
    uint32_t function;
    int code, line;
    const char *message;
} failing[] = {
    {REMIND("return \"a\""), 2, ERR_SYNTAX, 1, "no such text function"},
    {"plan \"p\" { \"名\" }\n", 1, ERR_SYNTAX, 1, "no such text function"},
    {REMIND("while true do end"), 1, ERR_LIMIT, 2, "longer than a plan may"},
    {REMIND("pcall(function() while true do end end)"), 1, ERR_LIMIT, 2, "longer"},
    {REMIND("return (\"a\"):rep(1e9)"), 1, ERR_LIMIT, 2, "memory"},
    {REMIND("local t = {}\nwhile true do t[#t + 1] = (\"a\"):rep(3e7) .. #t end"), 1, ERR_LIMIT,
     3, "memory"},
    {REMIND("notify(\"u1\", \"a\")"), 1, ERR_SYNTAX, 2, "only works inside a handler"},
    {REMIND("remind { before = \"1d\" }"), 1, ERR_SYNTAX, 2, "does not work inside a handler"},
    {REMIND("return event.units"), 1, ERR_SYNTAX, 2, "event"},
    {REMIND("return os.time()"), 1, ERR_SYNTAX, 2, "os"},
    {"error(\"broken\")\n" REMIND("return \"a\""), 1, ERR_SYNTAX, 1, "broken"},
};

static void a_call_fails_as_a_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof failing / sizeof *failing; i++) {
        struct asked asked;
        bool late = strstr(failing[i].message, "longer") != NULL;
        ask(&asked, failing[i].script, failing[i].function, 2, late ? 400 : PATIENT_MS);
        if (asked.code != failing[i].code || asked.err.line != failing[i].line ||
            !strstr(asked.err.message, failing[i].message))
            fail_msg("%s: %d, %d: %s", failing[i].script, asked.code, asked.err.line,
                     asked.err.message);
        size_t count;
        assert_null(call_texts(asked.eval, &count));
        assert_int_equal(count, 0);
        done(&asked);
    }
}

static void as_many_as_may_be_at_once(void **state)
{
    (void)state;
    struct asked asked;
    ask(&asked, REMIND("return (\"很\"):rep(1365)"), 1, CALL_TEXTS_MOST, PATIENT_MS);
    assert_int_equal(asked.code, EVAL_DONE);
    assert_int_equal(strlen(answer(&asked, CALL_TEXTS_MOST - 1)), 1365 * 3);
    done(&asked);
    ask(&asked, REMIND("error((\"很\"):rep(1365))"), 1, CALL_TEXTS_MOST, PATIENT_MS);
    assert_int_equal(asked.code, EVAL_DONE);
    assert_true(strlen(answer(&asked, 0)) < 700);
    done(&asked);
}

/* Frames of a child that breaks the rules: each is refused as a whole. */
static const char *const lies[] = {
    "[]",
    "[[\"R\", {}]]",
    "[[\"R\", {\"notices\": []}]]",
    "[[\"R\", {\"texts\": {}}]]",
    "[[\"R\", {\"texts\": []}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}]}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}, {\"text\": \"b\"}, {\"text\": \"c\"}]}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}, {\"text\": \"\"}]}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}, {\"text\": 3}]}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}, {\"problem\": 3}]}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}, \"b\"]}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}, {\"text\": \"a\\tb\"}]}]]",
    "[[\"R\", {\"texts\": [{\"text\": \"a\"}, {\"text\": \"a\\u001bb\"}]}]]",
    "[[\"A\", {\"set\": 0, \"what\": \"count\"}]]",
    "[[\"A\", {\"unit\": \"u1\", \"what\": \"named\"}]]",
};

static void a_child_that_lies_is_refused(void **state)
{
    (void)state;
    struct asked asked;
    ask_of(&asked, "/proc/self/exe",
           "[[\"R\", {\"texts\": [{\"text\": \"a\"}, {\"problem\": \"b\"}]}]]", 1, 2,
           PATIENT_MS);
    assert_int_equal(asked.code, EVAL_DONE);
    assert_string_equal(answer(&asked, 1), "! b");
    done(&asked);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        ask_of(&asked, "/proc/self/exe", lies[i], 1, 2, PATIENT_MS);
        if (asked.code != ERR_INTERNAL)
            fail_msg("%s: %d", lies[i], asked.code);
        done(&asked);
    }
}

int main(int argc, char **argv)
{
    if (argc == 0 || strcmp(argv[0], "planrun-eval") == 0)
        return break_the_rules();
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_come_back),
        cmocka_unit_test(a_call_fails_as_a_whole),
        cmocka_unit_test(as_many_as_may_be_at_once),
        cmocka_unit_test(a_child_that_lies_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
