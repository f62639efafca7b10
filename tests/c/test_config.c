/* The service's configuration: what it says, what is refused and where, secrets and their files. */
#include "base/json.h"
#include "script/config.h"
#include "script/config_secret.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct host *host;
    char folder[64], path[96];
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct err err = {0};
    struct host_options options = {.stdlib = PLANRUN_SOURCE_DIR "/stdlib"};
    strcpy(fixture->folder, "/tmp/test-config-XXXXXX");
    unsetenv("CREDENTIALS_DIRECTORY");
    if (!mkdtemp(fixture->folder) || host_open(&options, &fixture->host, &err) < 0)
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/service.lua", fixture->folder);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->folder);
    host_close(fixture->host);
    int code = system(command);
    free(fixture);
    return code;
}

static void write_file(const char *path, const char *text, size_t length, mode_t mode)
{
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, length), (ssize_t)length);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

/* One load of a text. */
struct loading {
    struct arena *arena;
    struct findings findings;
    struct config *config;
    int code;
};

static struct loading load(struct fixture *fixture, const char *text, enum lang lang)
{
    struct loading loading = {.arena = arena_new()};
    struct err err = {0};
    write_file(fixture->path, text, strlen(text), 0644);
    loading.findings = findings_new(loading.arena, lang);
    loading.code =
        config_load(fixture->host, fixture->path, &loading.findings, &loading.config, &err);
    if (loading.code < 0 && loading.code != ERR_INVALID)
        fail_msg("%d: %s", loading.code, err.message);
    return loading;
}

static void loading_free(struct loading *loading)
{
    config_free(loading->config);
    findings_free(&loading->findings);
    arena_free(loading->arena);
}

#define GATE "channel \"gate\" { \"spool\", folder = \"spool\" }\n"
#define BIND "bind \"default\" { \"gate\" }\n"
#define MAIL "channel \"mail\" { \"mail\", server = \"smtp://mx:587\", from = \"a@b.example\""
#define HOOK "channel \"h\" { \"webhook\", url = \"https://x.example/\", secret = \"hook\""
#define END  " }\n" GATE BIND

/* ---- what is refused ---------------------------------------------------------------------------- */

/* Each text with all its findings in order: name line:column+length (bytes). */
static const struct {
    const char *text, *findings;
} refused[] = {
    {GATE BIND, ""},
    {"", "no-channel 0:0+0; "},
    {GATE, "no-default 0:0+0; "},
    /* words */
    {"servise { weekly = 5 }\n" GATE BIND, "undeclared-name 1:1+7; "},
    {"plan \"x\" { \"x\" }\n" GATE BIND, "undeclared-name 1:1+4; "},
    {"x = 1\n" GATE BIND, "undeclared-name 1:1+1; "},
    {"on(\"check\", function() end)\n" GATE BIND, "data-only 1:13+8; "},
    {"local f = function() return 5 end\nservice { weekly = f() }\n" GATE BIND,
     "data-only 1:11+8; "},
    {"local m = require \"m\"\n" GATE BIND, "data-only 1:11+7; "},
    {"service \"s\" { weekly = 5 }\n" GATE BIND, "braces-missing 1:1+7; "},
    {"channel { \"spool\" }\n" GATE BIND, "id-missing 1:1+7; "},
    {"channel \"x\" \"spool\"\n" GATE BIND, "braces-missing 1:1+11; "},
    {"channel \"x\"\n" GATE BIND, "braces-missing 1:1+11; "},
    {"channel \"X\" { \"console\" }\n" GATE BIND, "malformed-id 1:9+3; "},
    {"service { channel \"x\" { \"console\" } }\n" GATE BIND, "misplaced-word 1:11+11; "},
    {"service { weekly = 5 }\nservice { weekly = 6 }\n" GATE BIND, "second-service 2:1+7; "},
    {GATE GATE BIND, "duplicate-id 2:1+14; "},
    {GATE BIND BIND, "duplicate-id 3:1+14; "},
    {"while true do end\n" GATE BIND, "time-limit 1:0+0; "},
    {"service { weekly = 5, weekly = 6 }\n" GATE BIND, "key-twice 1:23+6; "},
    {"service { “weekly” = 5 }\n" GATE BIND, "full-width-quote 1:11+12; json-key 1:11+12; "},
    {"service { weekly = 5\n" GATE BIND, "unclosed-bracket 1:9+1; "},
    {"service { 5 }\n" GATE BIND, "unexpected-value 1:11+1; "},
    {"service { weekly = print }\n" GATE BIND, "undeclared-name 1:20+5; "},
    /* the service */
    {"service { slot = { \"09:00\" } }\n" GATE BIND, "unknown-field 1:11+4; "},
    {"service { slots = \"09:00\", quiet = { \"20:00\", \"08:00\" } }\n" GATE BIND, ""},
    {"service { slots = { \"09:00\", \"9:30\" } }\n" GATE BIND, "bad-time 1:30+6; "},
    {"service { slots = { \"09:00\", \"24:00\" } }\n" GATE BIND, "bad-time 1:30+7; "},
    {"service { slots = { \"09:00\", \"09:00\" } }\n" GATE BIND, "time-twice 1:19+20; "},
    {"service { slots = {} }\n" GATE BIND, "empty-list 1:19+2; "},
    {"service { slots = 9 }\n" GATE BIND, "wrong-type 1:19+1; "},
    {"service { quiet = \"20:00\" }\n" GATE BIND, "wrong-type 1:19+7; "},
    {"service { quiet = { \"20:00\", \"20:00\" } }\n" GATE BIND, "wrong-type 1:19+20; "},
    {"service { weekly = 0 }\n" GATE BIND, "out-of-bounds 1:20+1; "},
    {"service { weekly = 1.5 }\n" GATE BIND, "wrong-type 1:20+3; "},
    {"service { weekly = \"5\" }\n" GATE BIND, "wrong-type 1:20+3; "},
    {"service { working_days = \"yes\" }\n" GATE BIND, "wrong-type 1:26+5; "},
    {"service { link = \"plan.example\" }\n" GATE BIND, "bad-url 1:18+14; "},
    {"service { alarm = { \"gat\", \"x\" } }\n" GATE BIND, "unknown-channel 1:21+5; "},
    {"service { alarm = \"gate\" }\n" GATE BIND, ""},
    {"service { alarm = { \"gate\", \"x\", \"y\" } }\n" GATE BIND, "wrong-type 1:19+20; "},
    {"service { alarm = \"mail\" }\n" MAIL END, "missing-address 1:19+6; "},
    {"service { alarm = { \"mail\", \"it\" } }\n" MAIL END, "missing-address 1:29+4; "},
    {"service { alarm = { \"mail\", \"it@x.example\" } }\n" MAIL END, ""},
    {"service { contacts = \"\" }\n" GATE BIND, "empty-text 1:22+2; "},
    {"service { contacts = \"a\\nb\" }\n" GATE BIND, "control-character 1:22+6; "},
    /* channels */
    {"channel \"x\" { folder = \"s\" }\n" GATE BIND, "missing-kind 1:1+11; "},
    {"channel \"x\" { \"mial\" }\n" GATE BIND, "unknown-channel-kind 1:15+6; "},
    {"channel \"x\" { \"telegram\" }\n" GATE BIND, "unknown-channel-kind 1:15+10; "},
    {"channel \"x\" { \"console\", \"spool\" }\n" GATE BIND, "unexpected-value 1:26+7; "},
    {"channel \"x\" { 1 }\n" GATE BIND, "missing-kind 1:1+11; "},
    {"channel \"x\" { \"spool\" }\n" GATE BIND, "missing-field 1:1+11; "},
    {"channel \"x\" { \"mail\" }\n" GATE BIND, "missing-field 1:1+11; missing-field 1:1+11; "},
    {"channel \"x\" { \"wecom\" }\n" GATE BIND, "missing-field 1:1+11; "},
    {"channel \"x\" { \"exec\", program = \"send-sms\" }\n" GATE BIND, "bad-program 1:33+10; "},
    {"channel \"x\" { \"exec\", program = \"/a/../b\" }\n" GATE BIND, "bad-program 1:33+9; "},
    {"channel \"x\" { \"exec\", program = \"/bin/x\", arguments = { 5 } }\n" GATE BIND,
     "wrong-type 1:55+5; "},
    {"channel \"x\" { \"exec\", program = \"/bin/x\", url = \"https://x.example\" }\n" GATE
         BIND,
     "unknown-field 1:43+3; "},
    {MAIL ", rate = 18, at_once = 2, within = \"100s\"" END, ""},
    {MAIL ", rate = \"none\"" END, ""},
    {MAIL ", rate = 0" END, "out-of-bounds 1:81+1; "},
    {MAIL ", rate = 6001" END, "out-of-bounds 1:81+4; "},
    {MAIL ", rate = \"many\"" END, "out-of-bounds 1:81+6; "},
    {MAIL ", at_once = 0" END, "out-of-bounds 1:84+1; "},
    {MAIL ", within = \"0s\"" END, "bad-duration 1:83+4; "},
    {MAIL ", within = \"2m\"" END, "bad-duration 1:83+4; "},
    {MAIL ", within = \"101s\"" END, "bad-duration 1:83+6; "},
    {MAIL ", within = 30" END, "wrong-type 1:83+2; "},
    {MAIL ", within = \"30\"" END, "bad-duration 1:83+4; "},
    {MAIL ", user = \"planrun\"" END, "missing-field 1:74+4; "},
    {MAIL ", password = \"smtp\"" END, "missing-field 1:74+8; "},
    {MAIL ", user = \"planrun\", password = \"smtp\"" END, ""},
    {MAIL ", form = \"x\"" END, "unknown-field 1:74+4; "},
    {"channel \"m\" { \"mail\", server = \"mx\", from = \"a@b.example\"" END,
     "bad-url 1:32+4; "},
    {"channel \"m\" { \"mail\", server = \"smtp://mx/x\", from = \"a@b.example\"" END,
     "bad-url 1:32+13; "},
    {"channel \"m\" { \"mail\", server = \"smtps://mx:465\", from = \"dzb\"" END,
     "bad-address 1:57+5; "},
    {"channel \"m\" { \"mail\", server = \"smtps://mx\", from = \"党办 <a@b@c>\"" END,
     "bad-address 1:53+16; "},
    {"channel \"m\" { \"mail\", server = \"smtps://mx\", from = \"党办 <a@b.example>\"" END,
     ""},
    {HOOK END, ""},
    {"channel \"h\" { \"webhook\", url = \"http://x.example/\", secret = \"hook\"" END,
     "not-encrypted 1:32+19; "},
    {"channel \"h\" { \"webhook\", url = \"http://10.0.0.1/\", private = true, secret = \"hook\"" END,
     ""},
    {"channel \"h\" { \"webhook\", url = \"ftp://x.example/\", secret = \"hook\"" END,
     "bad-url 1:32+18; "},
    {"channel \"h\" { \"webhook\", url = \"https:///x\", secret = \"hook\"" END,
     "bad-url 1:32+12; "},
    {"channel \"h\" { \"webhook\", url = \"https://x.example/通知\", secret = \"hook\"" END,
     "bad-url 1:32+26; "},
    {"channel \"h\" { \"webhook\", url = \"https://x.example/a b\", secret = \"hook\"" END,
     "bad-url 1:32+23; "},
    {"channel \"w\" { \"wecom\", key = \"wecom-key\", base = \"http://gw.example\"" END,
     "not-encrypted 1:50+19; "},
    /* binds */
    {GATE "bind \"default\" { \"gat\" }\n", "unknown-channel 2:18+5; "},
    {GATE "bind \"default\" {}\n", "missing-channel 2:1+14; "},
    {GATE "bind \"default\" { leader = \"gate\" }\n", "missing-channel 2:1+14; "},
    {GATE BIND "bind \"sms\" { leader = \"gate\" }\n", ""},
    {GATE BIND "bind \"sms\" { leeder = \"gate\" }\n", "odd-role 3:14+6; "},
    {GATE BIND "bind \"sms\" { liaison = \"gate\" }\n", ""},
    {GATE BIND "bind \"sms\" { [\"Chef X\"] = \"gate\" }\n", "malformed-id 3:15+8; "},
    {GATE BIND "bind \"sms\" { \"gate\", leader = 5 }\n", "unknown-channel 3:31+1; "},
    {GATE BIND "bind \"sms\" { \"gate\", \"gate\" }\n", "unexpected-value 3:22+6; "},
    /* secrets; none of them is shown */
    {"-- whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n" GATE BIND,
     "secret-in-configuration 1:4+38; "},
    {HOOK ", rate = 5" END "-- https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6\n",
     "secret-in-configuration 4:57+8; "},
    {"channel \"h\" { \"webhook\", url = \"https://u:pw-hunter2@x.example/\", secret = \"hook\"" END,
     "secret-in-configuration 1:41+12; "},
    {"channel \"h\" { \"webhook\", url = \"https://x.example/?a=1&token=hunter2\", secret = \"hook\"" END,
     "secret-in-configuration 1:62+7; "},
    {"channel \"h\" { \"webhook\", url = \"https://x.example/\", secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"" END,
     "secret-in-configuration 1:64+38; "},
    {"channel \"h\" { \"webhook\", url = \"https://x.example/\", secret = \"whsec_\" .. \"MfKQ9r8GKYqrTwjUPD8I\"" END,
     "secret-in-configuration 1:63+34; "},
    {MAIL ", user = \"u\", password = \"hunter2!\"" END, "secret-in-configuration 1:97+10; "},
    {MAIL ", user = \"u\", password = \"../x\"" END, "secret-in-configuration 1:97+6; "},
    {MAIL ", user = \"u\", password = \"/run/secrets/x\"" END, ""},
    {MAIL ", user = \"u\", password = \"/run/../x\"" END, "secret-in-configuration 1:97+11; "},
    {"channel \"w\" { \"wecom\", key = \"693a91f6-7c1e-4bc4-97a0-0ec2abcd5aaa\"" END,
     "secret-in-configuration 1:30+38; "},
};

static void add_findings(struct buf *out, struct findings *findings)
{
    findings_sort(findings);
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        buf_printf(out, "%s %u:%u+%u; ", finding->name, finding->place.line,
                   finding->place.column, finding->place.length);
    }
}

static void test_refused(void **state)
{
    int wrong = 0;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct loading loading = load(*state, refused[i].text, LANG_EN);
        struct buf got = {0};
        buf_adds(&got, "");
        add_findings(&got, &loading.findings);
        if (strcmp(got.bytes ? got.bytes : "", refused[i].findings) != 0) {
            struct buf shown = {0};
            findings_render(&shown, &loading.findings, 0);
            print_error("row %zu:\n%s\n  wanted %s\n  got    %s\n%s", i, refused[i].text,
                        refused[i].findings, got.bytes ? got.bytes : "",
                        shown.bytes ? shown.bytes : "");
            buf_free(&shown);
            wrong++;
        }
        assert_int_equal(loading.code, loading.findings.errors ? ERR_INVALID : 0);
        buf_free(&got);
        loading_free(&loading);
    }
    assert_int_equal(wrong, 0);
}

/* ---- what it says ------------------------------------------------------------------------------- */

static const char whole[] =
    "service { plans = { \"plans.d\", \"/srv/x.lua\" }, slots = { \"15:00\", \"09:00\" },\n"
    "  quiet = { \"20:00\", \"08:00\" }, working_days = true, weekly = 5, contacts = \"contacts.csv\",\n"
    "  alarm = { \"mail\", \"it@x.example\" }, link = \"https://plan.x.example\" }\n"
    "channel \"mail\" { \"mail\", server = \"smtps://mx:465\", from = \"党办 <a@b.example>\", user = \"u\",\n"
    "  password = \"smtp\", within = \"90s\" }\n"
    "channel \"robot\" { \"wecom\", key = \"key\", rate = 5 }\n"
    "channel \"sms\" { \"exec\", program = \"/bin/true\", arguments = { \"--to\", \"x\" } }\n"
    "bind \"default\" { \"mail\", leader = \"robot\" }\n"
    "bind \"sms\" { \"sms\" }\n"
    "bind \"chief\" { leader = \"sms\" }\n";

static const char whole_sealed[] =
    "{\"binds\":[{\"channel\":\"mail\",\"line\":8,\"name\":\"default\",\"roles\":{\"leader\":\"robot\"}},"
    "{\"channel\":\"sms\",\"line\":9,\"name\":\"sms\",\"roles\":{}},"
    "{\"line\":10,\"name\":\"chief\",\"roles\":{\"leader\":\"sms\"}}],"
    "\"channels\":[{\"at_once\":4,\"from\":\"党办 <a@b.example>\",\"kind\":\"mail\",\"line\":4,"
    "\"name\":\"mail\",\"password\":\"smtp\",\"rate\":18,\"server\":\"smtps://mx:465\",\"user\":\"u\","
    "\"within\":90000},"
    "{\"at_once\":4,\"key\":\"key\",\"kind\":\"wecom\",\"line\":6,\"name\":\"robot\",\"rate\":5,"
    "\"within\":30000},"
    "{\"arguments\":[\"--to\",\"x\"],\"at_once\":4,\"kind\":\"exec\",\"line\":7,\"name\":\"sms\","
    "\"program\":\"/bin/true\",\"rate\":0,\"within\":30000}],"
    "\"service\":{\"alarm\":[\"mail\",\"it@x.example\"],\"contacts\":\"F/contacts.csv\","
    "\"link\":\"https://plan.x.example\",\"plans\":[\"F/plans.d\",\"/srv/x.lua\"],\"quiet\":[1200,480],"
    "\"slots\":[540,900],\"weekly\":5,\"working_days\":true}}";

/* The text with the folder's name as F. */
static void shorten(struct buf *text, const char *folder)
{
    size_t length = strlen(folder);
    for (char *at; (at = strstr(text->bytes, folder)) != NULL;) {
        *at = 'F';
        memmove(at + 1, at + length, strlen(at + length) + 1);
    }
}

static void test_whole(void **state)
{
    struct fixture *fixture = *state;
    struct loading loading = load(fixture, whole, LANG_EN);
    const struct config *config = loading.config;
    assert_non_null(config);
    struct buf text = {0};
    json_write(&text, config->sealed);
    shorten(&text, fixture->folder);
    assert_string_equal(text.bytes, whole_sealed);
    buf_free(&text);
    assert_string_equal(config->path, fixture->path);
    assert_string_equal(config->folder, fixture->folder);
    assert_int_equal(config->plan_count, 2);
    assert_string_equal(config->plans[1], "/srv/x.lua");
    assert_int_equal(config->slot_count, 2);
    assert_int_equal(config->slots[0], 540);
    assert_int_equal(config->quiet_from, 1200);
    assert_int_equal(config->quiet_until, 480);
    assert_int_equal(config->weekly, 5);
    assert_true(config->working_days && !config->exact);
    assert_string_equal(config->alarm, "mail");
    assert_string_equal(config->alarm_address, "it@x.example");
    const struct config_channel *mail = &config->channels[0], *sms = &config->channels[2];
    assert_int_equal(mail->kind, CONFIG_MAIL);
    assert_int_equal(mail->per_minute, 18);
    assert_int_equal(mail->within_ms, 90000);
    assert_string_equal(mail->secret, "smtp");
    assert_int_equal(sms->kind, CONFIG_EXEC);
    assert_int_equal(sms->per_minute, 0);
    assert_int_equal(sms->argument_count, 2);
    assert_string_equal(sms->arguments[1], "x");
    loading_free(&loading);
}

static void test_binds(void **state)
{
    static const struct {
        const char *name, *role, *channel;
    } rows[] = {
        {"default", "contact", "mail"}, {"default", "leader", "robot"},
        {"sms", "contact", "sms"},      {"sms", "leader", "sms"},
        {"chief", "leader", "sms"},     {"chief", "head", "mail"},
        {"other", "contact", "mail"},   {"other", "leader", "robot"},
    };
    struct loading loading = load(*state, whole, LANG_EN);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint32_t channel = config_bound(loading.config, rows[i].name, rows[i].role);
        assert_int_not_equal(channel, UINT32_MAX);
        assert_string_equal(loading.config->channels[channel].name, rows[i].channel);
    }
    assert_int_equal(config_channel(loading.config, "x"), UINT32_MAX);
    loading_free(&loading);
}

/* Texts live in the configuration, not in the findings. */
static void test_outlives_its_findings(void **state)
{
    struct loading loading = load(*state, whole, LANG_ZH);
    findings_free(&loading.findings);
    arena_free(loading.arena);
    assert_string_equal(loading.config->channels[0].from, "党办 <a@b.example>");
    assert_string_equal(loading.config->binds[2].roles[0].role, "leader");
    config_free(loading.config);
}

static void test_which_files_are_configurations(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } rows[] = {
        {"service { weekly = 5 }\n", true},
        {"-- plan \"x\" { }\nlocal mail = \"mail\"\nchannel \"x\" { mail }\n", true},
        {"plan \"p\" { \"方案\", issuer = \"x\" }\nunit \"service\" { \"x\" }\n", false},
        {"remind { before = \"1d\", channel = \"service\" }\n", false},
        {"local channel = 5\n", false},
        {"", false},
    };
    struct fixture *fixture = *state;
    char path[128];
    snprintf(path, sizeof path, "%s/any.lua", fixture->folder);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        write_file(path, rows[i].text, strlen(rows[i].text), 0644);
        assert_int_equal(config_is(path), rows[i].is);
    }
    write_file(fixture->path, "servise { }\n", 12, 0644); /* its name says it */
    assert_true(config_is(fixture->path));
    assert_false(config_is("/nowhere/service.lua"));
}

/* A text of many channels is refused, and no memory is taken for what comes behind the bound. */
static void test_too_many(void **state)
{
    struct buf text = {0};
    for (int i = 0; i < 300; i++)
        buf_printf(&text, "channel \"c%d\" { \"console\" }\n", i);
    buf_adds(&text, "bind \"default\" { \"c299\" }\n");
    struct loading loading = load(*state, text.bytes, LANG_EN);
    assert_int_equal(loading.code, ERR_INVALID);
    assert_string_equal(loading.findings.list[0].name, "too-many");
    loading_free(&loading);
    buf_free(&text);
}

/* ---- secrets ------------------------------------------------------------------------------------ */

struct secret_row {
    const char *name, *content;
    mode_t mode;
    int code;
    const char *secret; /* NULL = refused */
};

static const struct secret_row secret_rows[] = {
    {"plain", "s3cret", 0600, 0, "s3cret"},
    {"read-only", "s3cret\n", 0400, 0, "s3cret"},
    {"windows", "s3cret\r\n", 0600, 0, "s3cret"},
    {"two-lines", "one\ntwo\n\n", 0600, 0, "one\ntwo"},
    {"blanks", " s3 cret ", 0600, 0, " s3 cret "},
    {"empty", "", 0600, ERR_INVALID, NULL},
    {"blank", "\n", 0600, ERR_INVALID, NULL},
    {"group", "s3cret", 0640, ERR_INVALID, NULL},
    {"others", "s3cret", 0604, ERR_INVALID, NULL},
    {"written-by-all", "s3cret", 0602, ERR_INVALID, NULL},
    {"missing", NULL, 0, ERR_NOT_FOUND, NULL},
};

static void check_secret(const struct config *config, const struct secret_row *row)
{
    struct config_secret secret = {0};
    struct err err = {0};
    int code = config_secret(config, row->name, LANG_EN, &secret, &err);
    if (code != row->code)
        fail_msg("%s: %d instead of %d: %s", row->name, code, row->code, err.message);
    if (row->secret) {
        assert_string_equal(secret.bytes, row->secret);
        assert_int_equal(secret.length, strlen(row->secret));
    } else {
        assert_null(secret.bytes);
        assert_non_null(strstr(err.message, row->name));
        assert_null(strstr(err.message, "s3cret"));
    }
    config_secret_free(&secret);
    assert_null(secret.bytes);
}

static void test_secrets(void **state)
{
    struct fixture *fixture = *state;
    struct config config = {.folder = fixture->folder};
    char path[256];
    snprintf(path, sizeof path, "%s/secrets", fixture->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    for (size_t i = 0; i < sizeof secret_rows / sizeof *secret_rows; i++) {
        const struct secret_row *row = &secret_rows[i];
        snprintf(path, sizeof path, "%s/secrets/%s", fixture->folder, row->name);
        if (row->content)
            write_file(path, row->content, strlen(row->content), row->mode);
        check_secret(&config, row);
    }
    /* an absolute path, and what is no plain file */
    snprintf(path, sizeof path, "%s/secrets/plain", fixture->folder);
    check_secret(&config, &(struct secret_row){path, NULL, 0, 0, "s3cret"});
    snprintf(path, sizeof path, "%s/secrets/link", fixture->folder);
    assert_int_equal(symlink("plain", path), 0);
    check_secret(&config, &(struct secret_row){"link", NULL, 0, ERR_INVALID, NULL});
    snprintf(path, sizeof path, "%s/secrets/fifo", fixture->folder);
    assert_int_equal(mkfifo(path, 0600), 0);
    check_secret(&config, &(struct secret_row){"fifo", NULL, 0, ERR_INVALID, NULL});
    snprintf(path, sizeof path, "%s/secrets/folder", fixture->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    check_secret(&config, &(struct secret_row){"folder", NULL, 0, ERR_INVALID, NULL});
}

static void test_large_secrets(void **state)
{
    struct fixture *fixture = *state;
    struct config config = {.folder = fixture->folder};
    struct config_secret secret = {0};
    struct err err = {0};
    char path[256], *bytes = malloc(CONFIG_SECRET_MOST + 2);
    snprintf(path, sizeof path, "%s/big", fixture->folder);
    memset(bytes, 'x', CONFIG_SECRET_MOST + 1);
    write_file(path, bytes, CONFIG_SECRET_MOST, 0600);
    assert_int_equal(config_secret(&config, path, LANG_EN, &secret, &err), 0);
    assert_int_equal(secret.length, CONFIG_SECRET_MOST);
    config_secret_free(&secret);
    write_file(path, bytes, CONFIG_SECRET_MOST + 1, 0600);
    assert_int_equal(config_secret(&config, path, LANG_EN, &secret, &err), ERR_LIMIT);
    bytes[5] = '\0';
    write_file(path, bytes, 10, 0600);
    assert_int_equal(config_secret(&config, path, LANG_ZH, &secret, &err), ERR_INVALID);
    assert_non_null(strstr(err.message, "NUL"));
    assert_null(secret.bytes);
    free(bytes);
}

/* What the service manager hands over comes first, and may be readable by a group. */
static void test_credentials(void **state)
{
    struct fixture *fixture = *state;
    struct config config = {.folder = fixture->folder};
    char path[256];
    snprintf(path, sizeof path, "%s/secrets", fixture->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/secrets/a", fixture->folder);
    write_file(path, "ours", 4, 0600);
    snprintf(path, sizeof path, "%s/secrets/b", fixture->folder);
    write_file(path, "ours", 4, 0600);
    snprintf(path, sizeof path, "%s/credentials", fixture->folder);
    assert_int_equal(mkdir(path, 0700), 0);
    setenv("CREDENTIALS_DIRECTORY", path, 1);
    snprintf(path, sizeof path, "%s/credentials/a", fixture->folder);
    write_file(path, "theirs\n", 7, 0440);
    check_secret(&config, &(struct secret_row){"a", NULL, 0, 0, "theirs"});
    check_secret(&config, &(struct secret_row){"b", NULL, 0, 0, "ours"});
    snprintf(path, sizeof path, "%s/credentials/b", fixture->folder);
    assert_int_equal(symlink("a", path), 0); /* not passed by */
    check_secret(&config, &(struct secret_row){"b", NULL, 0, ERR_INVALID, NULL});
    unsetenv("CREDENTIALS_DIRECTORY");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_binds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_outlives_its_findings, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_which_files_are_configurations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_too_many, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_secrets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_large_secrets, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_credentials, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("config", tests, NULL, NULL);
}
