#include "channel/robot.h"

#include "base/arena.h"
#include "base/json.h"
#include "base/utf8.h"
#include "channel/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { KEY_MOST = 200, LINK_MOST = 512, AT_ONCE = 4 };

struct robot_channel {
    struct channel channel;
    const struct robot_kind *kind;
    struct robot robot;
    struct http *http;
};

/* ---- answers ----------------------------------------------------------------------------------- */

/* "errcode 45009: api freq out of limit": whatever the service says, without what is not text. */
static void add_note(struct http_answer *answer, const struct robot_kind *kind,
                     const struct value *value)
{
    struct buf note = {0};
    const char *words = value_get_string(value, kind->words);
    buf_printf(&note, "%s %" PRId64, kind->code, value_get_int(value, kind->code, 0));
    if (words && words[0]) {
        buf_adds(&note, ": ");
        utf8_add_plain(&note, words);
    }
    size_t size = utf8_cut(note.bytes, note.length, sizeof answer->note - 1);
    memcpy(answer->note, note.bytes, size);
    answer->note[size] = '\0';
    buf_free(&note);
}

static struct channel_end judge_object(struct http_answer *answer,
                                       const struct robot_kind *kind)
{
    static const struct value_limits limits = {
        .bytes = TRANSFER_ANSWER_MOST, .nodes = 1000, .depth = 16};
    struct arena *arena = arena_new();
    struct value *value = NULL;
    struct channel_end end = {.result = CHANNEL_RETRY,
                              .unsure = true,
                              .note = "the answer is not the JSON that was expected"};
    if (json_parse(arena, answer->end->body, answer->end->body_length, &limits, &value, NULL) ==
            0 &&
        value_get(value, kind->code) && value_get(value, kind->code)->type == VALUE_INT) {
        end = kind->judge(value);
        if (end.result != CHANNEL_SENT) {
            add_note(answer, kind, value);
            end.note = answer->note;
        }
    }
    arena_free(arena);
    return end;
}

static struct channel_end judge(void *context, struct http_answer *answer)
{
    const struct robot_channel *channel = context;
    if (answer->end->status != 200)
        return http_again(answer);
    if (answer->end->code != CURLE_OK)
        return (struct channel_end){
            .result = CHANNEL_RETRY, .unsure = true, .note = answer->end->note};
    return judge_object(answer, channel->kind);
}

/* ---- requests ---------------------------------------------------------------------------------- */

static void robot_send(struct channel *channel, const struct channel_message *message,
                       channel_done done, void *context)
{
    static const char *const headers[] = {"content-type: application/json", NULL};
    struct robot_channel *robot = (struct robot_channel *)channel;
    struct buf url = {0};
    struct http_post post = {.headers = headers, .now_ms = message->sent_ms};
    robot->kind->url(&robot->robot, message->sent_ms, &url);
    robot->kind->body(&robot->robot, message, &post.body);
    post.url = url.bytes;
    http_post(robot->http, &post, done, context);
    explicit_bzero(url.bytes, url.length);
    buf_free(&url);
}

static void robot_stop(struct channel *channel)
{
    http_stop(((struct robot_channel *)channel)->http);
}

static void wipe_and_free(char *text)
{
    if (text)
        explicit_bzero(text, strlen(text));
    free(text);
}

static void robot_close(struct channel *channel)
{
    struct robot_channel *robot = (struct robot_channel *)channel;
    http_close(robot->http);
    free(robot->robot.base);
    wipe_and_free(robot->robot.key);
    wipe_and_free(robot->robot.secret);
    free(robot);
}

/* What can stand in a query as it is: nobody needs more, and nothing can be smuggled in. */
static bool key_fits(const char *key)
{
    static const char fit[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t length = strspn(key, fit);
    return length > 0 && length <= KEY_MOST && !key[length];
}

/* Without slashes at its end, since a path is put behind it. */
static char *copy_base(const char *base)
{
    char *other = mem_string(base);
    size_t length = strlen(other);
    while (length && other[length - 1] == '/')
        other[--length] = '\0';
    return other;
}

int robot_new(uv_loop_t *loop, const struct robot_kind *kind,
              const struct robot_options *options, struct channel **out, struct err *err)
{
    static const struct channel_kind channel_kind = {"robot", robot_send, NULL, robot_stop,
                                                     robot_close};
    struct http_options ways = {.url = options->base,
                                .agent = options->agent,
                                .ca_file = options->ca_file,
                                .private = options->private,
                                .at_once = AT_ONCE,
                                .within_ms = options->within_ms};
    if (!key_fits(options->key))
        return err_set(err, ERR_INVALID, "%s: not a key of a robot", kind->name);
    if (strpbrk(options->base, "?#"))
        return err_set(err, ERR_INVALID, "%s: a base ends before its query", kind->name);
    struct robot_channel *robot = mem_resize(NULL, 1, sizeof *robot);
    *robot = (struct robot_channel){.channel = {&channel_kind}, .kind = kind};
    int code = http_new(loop, &ways, judge, robot, &robot->http, err);
    if (code < 0) {
        free(robot);
        return code;
    }
    robot->robot = (struct robot){.base = copy_base(options->base),
                                  .key = mem_string(options->key),
                                  .secret = mem_string(options->secret),
                                  .markdown = options->markdown};
    *out = &robot->channel;
    return 0;
}

/* ---- text -------------------------------------------------------------------------------------- */

static bool is_link(const char *link)
{
    bool known = strncmp(link, "https://", 8) == 0 || strncmp(link, "http://", 7) == 0;
    return known && strlen(link) <= LINK_MOST && !strpbrk(link, " \t\n\"<>()[]`\\") &&
           !utf8_has_control(link, strlen(link));
}

/* The text as it may be sent, not cut yet. */
static void clean(struct buf *out, const char *text,
                  const char *(*escape)(const char *character, size_t size))
{
    size_t length = strlen(text);
    for (size_t at = 0, size; at < length; at += size) {
        uint32_t code;
        size = utf8_next(text + at, length - at, &code);
        const char *other = size && escape ? escape(text + at, size) : NULL;
        if (!size)
            size = 1; /* no character */
        else if (other)
            buf_adds(out, other);
        else if (!utf8_has_control(text + at, size))
            buf_add(out, text + at, size);
    }
}

void robot_add_text(struct buf *out, const char *text, const char *link, size_t most,
                    const char *(*escape)(const char *character, size_t size))
{
    struct buf whole = {0}, tail = {0};
    clean(&whole, text, escape);
    buf_adds(&tail, "…已截断");
    if (is_link(link))
        buf_printf(&tail, "\n%s", link);
    if (whole.length <= most) {
        buf_add(out, whole.bytes, whole.length);
    } else {
        size_t size = utf8_cut_cluster(whole.bytes, whole.length, most - tail.length);
        buf_add(out, whole.bytes, size);
        buf_add(out, tail.bytes, tail.length);
    }
    buf_free(&whole);
    buf_free(&tail);
}
