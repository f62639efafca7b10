/*
 * A real mail server (tests/service/smtp_receiver.py) beside the test, and channels into it.
 */
#ifndef TESTS_MAIL_KIT_H
#define TESTS_MAIL_KIT_H

#include "channel/mail.h"
#include "http_kit.h"

#define MAIL_FROM_TEXT "党政办公室 <dzb@hospital.example>"

/* A process that listens, says its port and ends with its standard input. */
static inline void start_server(struct receiver *receiver, const char *const *arguments)
{
    int in[2], out[2];
    char line[32];
    assert_int_equal(pipe2(in, O_CLOEXEC), 0);
    assert_int_equal(pipe2(out, O_CLOEXEC), 0);
    receiver->pid = fork();
    assert_true(receiver->pid >= 0);
    if (receiver->pid == 0) {
        dup2(in[0], STDIN_FILENO);
        dup2(out[1], STDOUT_FILENO);
        execv(arguments[0], (char *const *)(uintptr_t)arguments);
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    receiver->orders = in[1];
    receiver->answers = out[0];
    receiver->port = (unsigned)atoi(read_answer(receiver, line, sizeof line));
    if (receiver->port == 0)
        fail_msg("%s does not start: %s", arguments[0], line);
}

/* `more`: further arguments of the receiver, ended by NULL. */
static inline void start_smtp(struct site *site, struct receiver *receiver,
                              const char *const *more)
{
    const char *arguments[16] = {PLANRUN_SOURCE_DIR "/tests/service/smtp_receiver.py", "--log",
                                 receiver->log};
    snprintf(receiver->log, sizeof receiver->log, "%s/mails-%u", site->folder,
             ++site->receivers);
    for (size_t count = 3; more && *more && count < 15;)
        arguments[count++] = *more++;
    start_server(receiver, arguments);
}

static inline unsigned connections(struct receiver *receiver)
{
    char line[32];
    assert_int_equal(write(receiver->orders, "connections\n", 12), 12);
    return (unsigned)atoi(read_answer(receiver, line, sizeof line));
}

static inline int open_mail_site(void **state)
{
    struct site *site = calloc(1, sizeof *site);
    signal(SIGPIPE, SIG_IGN);
    snprintf(site->folder, sizeof site->folder, "/tmp/planrun-mail-XXXXXX");
    assert_non_null(mkdtemp(site->folder));
    assert_int_equal(uv_loop_init(&site->loop), 0);
    start_smtp(site, &site->receiver, NULL);
    *state = site;
    return 0;
}

/* To `server`, or to the site's plain receiver. */
static inline struct channel *open_mail(struct site *site, const char *server,
                                        struct mail_options options)
{
    struct channel *channel;
    struct err err = {0};
    char url[64];
    snprintf(url, sizeof url, "smtp://127.0.0.1:%u", site->receiver.port);
    options.server = server ? server : url;
    options.plain = options.plain || !server;
    options.from = options.from ? options.from : MAIL_FROM_TEXT;
    options.hello = "planrun.hospital.example";
    if (channel_mail_new(&site->loop, &options, &channel, &err) < 0)
        fail_msg("%s", err.message);
    return channel;
}

/* 2026-11-23 09:00:00 +0800 */
#define MAIL_SENT_MS INT64_C(1795395600000)

static inline struct channel_message mail_to(const char *address)
{
    return (struct channel_message){.id = "0123456789abcdef-7",
                                    .attempt = 1,
                                    .sent_ms = MAIL_SENT_MS,
                                    .unit = "u",
                                    .name = "内科",
                                    .contact = address,
                                    .role = "contact",
                                    .subject = "心得体会还差2篇",
                                    .text = "内科：\n心得体会还差2篇。\n",
                                    .json = "{}",
                                    .link = ""};
}

/* Mails that came, as read_mail.py reads them: a list of maps in the arena. */
static inline struct value *read_mails(const char *file, struct arena *arena)
{
    static const struct value_limits limits = {.bytes = 32 << 20, .nodes = 10000, .depth = 8};
    struct value *list = value_list(arena), *mail;
    struct err err = {0};
    char command[300], *line = NULL;
    size_t room = 0;
    ssize_t length;
    snprintf(command, sizeof command,
             "/usr/bin/python3 " PLANRUN_SOURCE_DIR "/tests/service/read_mail.py %s", file);
    FILE *in = popen(command, "r");
    while ((length = getline(&line, &room, in)) > 0) {
        if (json_parse(arena, line, (size_t)length - 1, &limits, &mail, &err) < 0)
            fail_msg("%s", err.message);
        value_append(arena, list, mail);
    }
    free(line);
    assert_int_equal(pclose(in), 0);
    return list;
}

#endif
