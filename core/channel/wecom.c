#include "channel/wecom.h"

#include "base/json.h"
#include "base/utf8.h"
#include "channel/robot.h"

#include <string.h>

enum {
    TEXT_MOST = 2048,     /* bytes of a text */
    MARKDOWN_MOST = 4096, /* bytes of markdown */
    NAME_MOST = 64,       /* bytes of a user id */
    NAMES_MOST = 100,     /* that are mentioned at once */
    BUSY_MS = 60 * 1000,  /* for so long a robot that posted too much is refused */
};

/* Codes of https://developer.work.weixin.qq.com/document/path/90313. */
static struct channel_end judge(const struct value *answer)
{
    int64_t code = value_get_int(answer, "errcode", -1);
    struct channel_end end = {.result = CHANNEL_RETRY};
    if (code == 0)
        end.result = CHANNEL_SENT;
    else if (code == 45009 || code == 45033) /* too many posts, too many at once */
        end.wait_ms = BUSY_MS;
    else if ((code >= 93000 && code <= 93999) || /* no such robot, stopped, not in the group */
             (code >= 40000 && code <= 40999) || /* key or message do not have their form */
             (code >= 44000 && code <= 44999) || /* the message is empty */
             code == 45002)                      /* the message is too long */
        end.result = CHANNEL_FAILED;
    return end; /* -1: the service is busy; what is not known may be mended */
}

static void add_url(const struct robot *robot, int64_t now_ms, struct buf *out)
{
    (void)now_ms; /* nothing is signed */
    buf_printf(out, "%s/cgi-bin/webhook/send?key=%s", robot->base, robot->key);
}

/* ---- who is mentioned ---------------------------------------------------------------------------- */

static bool is_mobile(const char *name, size_t length)
{
    return length == 11 && name[0] == '1' && strspn(name, "0123456789") >= length;
}

/* User ids are of these; anything else is a name for people, whom nobody can be told by it. */
static bool is_user(const char *name, size_t length)
{
    static const char fit[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-@.";
    return length > 0 && length <= NAME_MOST && strspn(name, fit) >= length;
}

/* The key with those of a contact that are mobile numbers, or are user ids; nothing where there are none. */
static void add_mentioned(struct buf *out, const char *key, const char *contact, bool mobile)
{
    size_t count = 0;
    for (const char *at = contact; *at && count < NAMES_MOST;) {
        at += strspn(at, ", \t\n;");
        size_t length = strcspn(at, ", \t\n;");
        bool number = is_mobile(at, length);
        if (mobile ? number : !number && is_user(at, length)) {
            buf_printf(out, count++ ? "," : ",\"%s\":[", key);
            json_write_string(out, at, length);
        }
        at += length;
    }
    buf_adds(out, count ? "]" : "");
}

/* ---- what is said -------------------------------------------------------------------------------- */

/* In both forms "<@name>" would mention somebody, whatever text it comes from. */
static const char *escape_text(const char *character, size_t size)
{
    return size == 1 && *character == '<' && character[1] == '@' ? "＜" : NULL;
}

/* WeCom's markdown knows no way to take a sign for itself; its wide sister looks alike and does nothing. */
static const char *escape_markdown(const char *character, size_t size)
{
    static const char *const signs[][2] = {
        {"<", "＜"}, {">", "＞"}, {"[", "［"}, {"]", "］"},  {"`", "｀"}, {"*", "＊"},
        {"#", "＃"}, {"_", "＿"}, {"&", "＆"}, {"\\", "＼"}, {"~", "～"}, {"|", "｜"},
    };
    for (size_t i = 0; size == 1 && i < sizeof signs / sizeof *signs; i++)
        if (*character == *signs[i][0])
            return signs[i][1];
    return NULL;
}

static void add_body(const struct robot *robot, const struct channel_message *message,
                     struct buf *out)
{
    const char *kind = robot->markdown ? "markdown" : "text";
    struct buf content = {0};
    robot_add_text(&content, message->text, message->link,
                   robot->markdown ? MARKDOWN_MOST : TEXT_MOST,
                   robot->markdown ? escape_markdown : escape_text);
    buf_printf(out, "{\"msgtype\":\"%s\",\"%s\":{\"content\":", kind, kind);
    json_write_string(out, content.bytes ? content.bytes : "", content.length);
    if (!robot->markdown) {
        add_mentioned(out, "mentioned_list", message->contact, false);
        add_mentioned(out, "mentioned_mobile_list", message->contact, true);
    }
    buf_adds(out, "}}");
    buf_free(&content);
}

int channel_wecom_new(uv_loop_t *loop, const struct wecom_options *options,
                      struct channel **out, struct err *err)
{
    static const struct robot_kind kind = {
        "wecom", add_url, add_body, judge, "errcode", "errmsg",
    };
    struct robot_options robot = {
        .base = options->base ? options->base : "https://qyapi.weixin.qq.com",
        .key = options->key,
        .agent = options->agent,
        .ca_file = options->ca_file,
        .markdown = options->markdown,
        .private = options->private,
        .within_ms = options->within_ms,
    };
    return robot_new(loop, &kind, &robot, out, err);
}
