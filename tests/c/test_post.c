/* The post: channels and rules of a configuration, whom messages go to, and how one configuration takes the
 * place of another. */
#include "roster_kit.h"

#include "service/post.h"

#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

struct fixture {
    struct host *host;
    uv_loop_t loop;
    struct config *config;
    struct post *post;
    char folder[64], path[96];
};

static void write_file(const struct fixture *fixture, const char *name, const char *text,
                       mode_t mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    unlink(path);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    struct err err = {0};
    struct host_options options = {.stdlib = PLANRUN_SOURCE_DIR "/stdlib"};
    char path[96];
    strcpy(fixture->folder, "/tmp/test-post-XXXXXX");
    unsetenv("CREDENTIALS_DIRECTORY");
    if (!mkdtemp(fixture->folder) || host_open(&options, &fixture->host, &err) < 0 ||
        uv_loop_init(&fixture->loop))
        return -1;
    snprintf(fixture->path, sizeof fixture->path, "%s/service.lua", fixture->folder);
    snprintf(path, sizeof path, "%s/secrets", fixture->folder);
    *state = fixture;
    return mkdir(path, 0700);
}

static void close_handle(uv_handle_t *handle, void *context)
{
    (void)context;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* As a service ends: the post is closed, then whatever is left on its loop. */
static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    post_close(fixture->post);
    uv_walk(&fixture->loop, close_handle, NULL);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    int code = uv_loop_close(&fixture->loop);
    config_free(fixture->config);
    host_close(fixture->host);
    snprintf(command, sizeof command, "rm -rf '%s'", fixture->folder);
    code |= system(command);
    free(fixture);
    return code;
}

static struct config *load(struct fixture *fixture, const char *text)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    struct config *config = NULL;
    struct err err = {0};
    write_file(fixture, "service.lua", text, 0644);
    if (config_load(fixture->host, fixture->path, &findings, &config, &err) < 0)
        fail_msg("%s: %s", text, findings.count ? findings.list[0].message : err.message);
    findings_free(&findings);
    arena_free(arena);
    return config;
}

static const struct post_options plain = {.lang = LANG_EN};

static void open_post(struct fixture *fixture, const char *text)
{
    struct err err = {0};
    fixture->config = load(fixture, text);
    if (post_open(fixture->config, &fixture->loop, &plain, &fixture->post, &err) < 0)
        fail_msg("%s", err.message);
}

#define GATE "channel \"gate\" { \"spool\", folder = \"spool\" }\n"
#define LINES                                                                                  \
    "channel \"lines\" { \"jsonl\", file = \"lines.jsonl\", rate = 30, at_once = 2 }\n"

/* ---- rules -------------------------------------------------------------------------------------- */

static void test_rules(void **state)
{
    struct fixture *fixture = *state;
    open_post(fixture,
              "service { slots = { \"09:00\", \"15:30\" }, quiet = { \"20:00\", \"08:00\" },\n"
              "  working_days = true, weekly = 3, alarm = { \"lines\", \"it\" } }\n" GATE LINES
              "bind \"default\" { \"gate\" }\n");
    const struct outbox_rules *rules = post_rules(fixture->post);
    assert_int_equal(rules->slot_count, 2);
    assert_int_equal(rules->slots[1], 15 * 60 + 30);
    assert_int_equal(rules->quiet_from, 20 * 60);
    assert_int_equal(rules->quiet_until, 8 * 60);
    assert_int_equal(rules->weekly, 3);
    assert_true(rules->working_days && rules->jitter);
    assert_string_equal(rules->alarm, "lines");
    assert_string_equal(rules->alarm_address, "it");
    struct outbox_destination lines = outbox_limits(rules, "lines");
    assert_int_equal(lines.per_minute, 30);
    assert_int_equal(lines.at_once, 2);
    assert_int_equal(outbox_limits(rules, "gate").per_minute, 0);
    assert_int_equal(outbox_limits(rules, "gate").at_once, 4);
}

static void test_channels(void **state)
{
    struct fixture *fixture = *state;
    open_post(fixture, GATE LINES "bind \"default\" { \"gate\" }\n");
    struct channel *gate = post_channel(fixture->post, "gate"),
                   *lines = post_channel(fixture->post, "lines");
    assert_non_null(gate);
    assert_string_equal(gate->kind->name, "spool");
    assert_string_equal(lines->kind->name, "jsonl");
    assert_null(post_channel(fixture->post, "default"));
    assert_null(post_channel(fixture->post, ""));
    post_flush(fixture->post);
    post_stop(fixture->post);
}

/* Each kind there is, open and closed again, though nothing was ever sent. */
static void test_kinds(void **state)
{
    static const char *const names[] = {"mail",  "wecom", "webhook", "exec",
                                        "spool", "jsonl", "console"};
    struct fixture *fixture = *state;
    struct err err = {0};
    write_file(fixture, "secrets/word", "hunter2\n", 0600);
    write_file(fixture, "secrets/key", "693a91f6-7c1e-4bc4-97a0-0ec2abcd5aaa\n", 0600);
    write_file(fixture, "secrets/hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n", 0600);
    open_post(
        fixture,
        "channel \"mail\" { \"mail\", server = \"smtps://mx.x.example\", from = \"a@b.example\",\n"
        "  user = \"u\", password = \"word\" }\n"
        "channel \"wecom\" { \"wecom\", key = \"key\" }\n"
        "channel \"webhook\" { \"webhook\", url = \"https://x.example/\", secret = \"hook\" }\n"
        "channel \"exec\" { \"exec\", program = \"/bin/true\" }\n"
        "channel \"spool\" { \"spool\", folder = \"spool\" }\n"
        "channel \"jsonl\" { \"jsonl\", file = \"lines.jsonl\" }\n"
        "channel \"console\" { \"console\" }\n"
        "bind \"default\" { \"mail\" }\n");
    for (size_t i = 0; i < COUNT(names); i++)
        assert_non_null(post_channel(fixture->post, names[i]));
    assert_int_equal(post_renew(fixture->post, fixture->config, &plain, &err), 0);
    post_stop(fixture->post);
}

/* ---- whom --------------------------------------------------------------------------------------- */

static void test_addresses(void **state)
{
    static const struct {
        const char *unit, *role, *channel, *destination,
            *address; /* destination NULL = no address */
    } rows[] = {
        {"er", "contact", "default", "lines", "er@table.example"},
        {"er", "contact", "unheard-of", "lines", "er@table.example"},
        {"er1", "contact", "default", "lines", "er@table.example"},
        {"office", "contact", "default", "lines", "党政办"}, /* by its name */
        {"er", "leader", "default", "gate", "急诊"},
        {"hospital", "contact", "letters", "mail", "a@b.example"},
        {"office", "contact", "letters", NULL, NULL},
    };
    static const char roster[] =
        "id,name,kind,parent\ner,急诊,department,\ner1,急诊01,person,er\n";
    struct fixture *fixture = *state;
    struct kit kit;
    assert_int_equal(kit_open(&kit, kit_units, LANG_EN), 0);
    assert_int_equal(kit_load(&kit, roster, strlen(roster)), 0);
    assert_int_equal(roster_seal(kit.roster, &kit.err), 0);
    write_file(fixture, "contacts.csv", "unit,address,channel\n急诊,er@table.example,lines\n",
               0644);
    write_file(fixture, "secrets/smtp", "hunter2\n", 0600);
    open_post(
        fixture,
        "service { contacts = \"contacts.csv\" }\n" GATE LINES
        "channel \"mail\" { \"mail\", server = \"smtp://mx:25\", from = \"a@b.example\" }\n"
        "bind \"default\" { \"lines\", leader = \"gate\" }\nbind \"letters\" { \"mail\" }\n");
    const struct outbox_rules *rules = post_rules(fixture->post);
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct outbox_asked asked = {
            .plan = "p",
            .roster = kit.roster,
            .row = roster_find(kit.roster, rows[i].unit, strlen(rows[i].unit)),
            .role = rows[i].role,
            .channel = rows[i].channel};
        struct outbox_address address = {0};
        struct err err = {0};
        int code = rules->address(rules->context, &asked, &address, kit.arena, &err);
        assert_int_equal(code, rows[i].destination ? 0 : ERR_NOT_FOUND);
        if (!rows[i].destination) {
            assert_string_equal(err.message,
                                "党政办 has no address in mail for the role contact");
            continue;
        }
        assert_string_equal(address.destination, rows[i].destination);
        assert_string_equal(address.address, rows[i].address);
    }
    kit_close(&kit);
}

/* ---- what is refused ---------------------------------------------------------------------------- */

static void test_refused(void **state)
{
    static const struct {
        const char *text;
        int code;
        const char *says;
    } rows[] = {
        {"channel \"h\" { \"webhook\", url = \"https://x.example/\", secret = \"missing\" }\n"
         "bind \"default\" { \"h\" }\n",
         ERR_NOT_FOUND, "channel \"h\" (line 1): secret "},
        {"channel \"h\" { \"webhook\", url = \"https://x.example/\", secret = \"open\" }\n"
         "bind \"default\" { \"h\" }\n",
         ERR_INVALID, "others may read it"},
        {"channel \"h\" { \"webhook\", url = \"https://x.example/\", secret = \"short\" }\n"
         "bind \"default\" { \"h\" }\n",
         ERR_INVALID, "channel \"h\" (line 1): "},
        {GATE
         "channel \"sms\" { \"exec\", program = \"/nowhere/send\" }\nbind \"default\" { \"gate\" }\n",
         ERR_IO, "channel \"sms\" (line 2): "},
        {"service { contacts = \"missing.csv\" }\n" GATE "bind \"default\" { \"gate\" }\n",
         ERR_INVALID, "missing.csv"},
    };
    struct fixture *fixture = *state;
    write_file(fixture, "secrets/open", "hunter2", 0644);
    write_file(fixture, "secrets/short", "whsec_aHVudGVyMg==", 0600); /* too few bytes */
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config *config = load(fixture, rows[i].text);
        struct err err = {0};
        int code = post_open(config, &fixture->loop, &plain, &fixture->post, &err);
        if (code != rows[i].code || !strstr(err.message, rows[i].says))
            fail_msg("row %zu: %d: %s", i, code, err.message);
        assert_null(strstr(err.message, "hunter2"));
        assert_null(strstr(err.message, "aHVudGVyMg"));
        assert_null(fixture->post);
        config_free(config);
        uv_run(&fixture->loop, UV_RUN_DEFAULT);
    }
}

/* A wrong row of addresses stops a service that begins no more than one that runs takes it. */
static void test_wrong_rows(void **state)
{
    struct fixture *fixture = *state;
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, LANG_EN);
    struct post_options options = {.lang = LANG_EN, .findings = &findings};
    struct err err = {0};
    write_file(fixture, "contacts.csv", "unit,address,channel\ner,a,gate\nicu,b,nobody\n",
               0644);
    fixture->config = load(fixture, "service { contacts = \"contacts.csv\" }\n" GATE
                                    "bind \"default\" { \"gate\" }\n");
    assert_int_equal(post_open(fixture->config, &fixture->loop, &options, &fixture->post, &err),
                     0);
    assert_int_equal(findings.count, 1);
    assert_string_equal(findings.list[0].name, "unknown-channel");
    assert_int_equal(findings.list[0].place.line, 3);
    options.strict = true;
    struct channel *gate = post_channel(fixture->post, "gate");
    assert_int_equal(post_renew(fixture->post, fixture->config, &options, &err), ERR_INVALID);
    assert_ptr_equal(post_channel(fixture->post, "gate"), gate);
    findings_free(&findings);
    arena_free(arena);
}

/* ---- one after another -------------------------------------------------------------------------- */

struct sent {
    int ends;
    struct channel_end end;
};

static void on_done(void *context, const struct channel_end *end)
{
    struct sent *sent = context;
    sent->ends++;
    sent->end = *end;
}

static size_t files_in(const struct fixture *fixture, const char *folder)
{
    char path[128];
    size_t count = 0;
    snprintf(path, sizeof path, "%s/%s", fixture->folder, folder);
    DIR *dir = opendir(path);
    assert_non_null(dir);
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void make_folder(const struct fixture *fixture, const char *name)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", fixture->folder, name);
    assert_int_equal(mkdir(path, 0700), 0);
}

static const struct channel_message message = {.id = "m1",
                                               .attempt = 1,
                                               .unit = "er",
                                               .name = "急诊",
                                               .contact = "",
                                               .role = "contact",
                                               .subject = "提醒",
                                               .text = "提醒",
                                               .json = "{}",
                                               .link = ""};

static void send_by(struct post *post, const char *destination, struct sent *sent)
{
    struct channel *channel = post_channel(post, destination);
    assert_non_null(channel);
    channel->kind->send(channel, &message, on_done, sent);
}

/* What was given to a channel of before is written when it is exchanged, and the new one takes the next. */
static void test_renewed(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    struct sent first = {0}, second = {0};
    make_folder(fixture, "spool");
    make_folder(fixture, "other");
    open_post(fixture, GATE "bind \"default\" { \"gate\" }\n");
    const struct outbox_rules *rules = post_rules(fixture->post);
    send_by(fixture->post, "gate", &first);
    struct config *next =
        load(fixture, "service { weekly = 2 }\n"
                      "channel \"gate\" { \"spool\", folder = \"other\" }\n" LINES
                      "bind \"default\" { \"gate\" }\n");
    assert_int_equal(post_renew(fixture->post, next, &plain, &err), 0);
    config_free(fixture->config);
    fixture->config = next;
    assert_ptr_equal(post_rules(fixture->post),
                     rules); /* whoever holds them sees the new ones */
    assert_int_equal(rules->weekly, 2);
    assert_int_equal(rules->destination_count, 2);
    assert_non_null(post_channel(fixture->post, "lines"));
    send_by(fixture->post, "gate", &second);
    post_flush(fixture->post);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(first.ends, 1);
    assert_int_equal(second.ends, 1);
    assert_int_equal(first.end.result, CHANNEL_SENT);
    assert_int_equal(second.end.result, CHANNEL_SENT);
    assert_int_equal(files_in(fixture, "spool"), 1);
    assert_int_equal(files_in(fixture, "other"), 1);
}

/* One that cannot be opened leaves all as it was. */
static void test_not_renewed(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    open_post(fixture, "service { weekly = 4 }\n" GATE "bind \"default\" { \"gate\" }\n");
    struct channel *gate = post_channel(fixture->post, "gate");
    struct config *next =
        load(fixture, GATE "channel \"sms\" { \"exec\", program = \"/nowhere/send\" }\n"
                           "bind \"default\" { \"sms\" }\n");
    assert_int_equal(post_renew(fixture->post, next, &plain, &err), ERR_IO);
    config_free(next);
    assert_ptr_equal(post_channel(fixture->post, "gate"), gate);
    assert_null(post_channel(fixture->post, "sms"));
    assert_int_equal(post_rules(fixture->post)->weekly, 4);
}

/* A channel that is as it was is kept; a changed field, and a changed secret, make another. */
static void test_kept(void **state)
{
    static const char hook[] =
        "channel \"hook\" { \"webhook\", url = \"https://x.example/\", secret = \"hook\"%s }\n" GATE
        "bind \"default\" { \"hook\" }\n";
    static const struct {
        const char *more, *secret;
        bool kept;
    } rows[] = {
        {"", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true},
        {", rate = 5", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n",
         true}, /* not the channel's */
        {", within = \"5s\"", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false},
        {", within = \"5s\"", "whsec_aaaa9r8GKYqrTwjUPD8ILPZIo2LaLaSw", false},
        {", within = \"5s\"", "whsec_aaaa9r8GKYqrTwjUPD8ILPZIo2LaLaSw", true},
    };
    struct fixture *fixture = *state;
    struct err err = {0};
    char text[400];
    write_file(fixture, "secrets/hook", rows[0].secret, 0600);
    snprintf(text, sizeof text, hook, "");
    open_post(fixture, text);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct channel *gate = post_channel(fixture->post, "gate"),
                             *before = post_channel(fixture->post, "hook");
        write_file(fixture, "secrets/hook", rows[i].secret, 0600);
        snprintf(text, sizeof text, hook, rows[i].more);
        struct config *next = load(fixture, text);
        assert_int_equal(post_renew(fixture->post, next, &plain, &err), 0);
        config_free(fixture->config);
        fixture->config = next;
        assert_ptr_equal(post_channel(fixture->post, "gate"), gate);
        assert_int_equal(post_channel(fixture->post, "hook") == before, rows[i].kept);
    }
    assert_int_equal(outbox_limits(post_rules(fixture->post), "hook").per_minute, 18);
}

static size_t open_files(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* Very many exchanges: what is retired is bounded, and a failure in between closes no channel that is kept. */
static void test_renewed_often(void **state)
{
    struct fixture *fixture = *state;
    struct err err = {0};
    char text[300];
    write_file(fixture, "secrets/hook", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0600);
    open_post(fixture, GATE LINES "bind \"default\" { \"gate\" }\n");
    const struct channel *gate = post_channel(fixture->post, "gate");
    struct config *bad =
        load(fixture, GATE "channel \"sms\" { \"exec\", program = \"/nowhere\" }\n"
                           "bind \"default\" { \"gate\" }\n");
    for (int i = 0; i < 200; i++) {
        snprintf(text, sizeof text,
                 GATE
                 "channel \"hook\" { \"webhook\", url = \"https://x.example/%d\", secret = "
                 "\"hook\" }\nbind \"default\" { \"gate\" }\n",
                 i);
        struct config *next = load(fixture, text);
        assert_int_equal(post_renew(fixture->post, next, &plain, &err), 0);
        config_free(fixture->config);
        fixture->config = next;
        assert_int_equal(post_renew(fixture->post, bad, &plain, &err), ERR_IO);
        assert_ptr_equal(post_channel(fixture->post, "gate"), gate);
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    }
    config_free(bad);
    if (open_files() > 400)
        fail_msg("%zu files are open", open_files());
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_rules, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_channels, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kinds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_addresses, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wrong_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_renewed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_not_renewed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_renewed_often, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("post", tests, NULL, NULL);
}
