#include "channel/webhook.h"

#include "base/arena.h"
#include "base/base64.h"
#include "base/buf.h"
#include "base/sha256.h"
#include "channel/http.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { SECRETS_MOST = 4, SECRET_LEAST = 24, SECRET_MOST = 64, ID_MOST = 128 };

struct webhook {
    struct channel channel;
    struct http *http;
    char *url;
    struct secret {
        unsigned char bytes[SECRET_MOST];
        size_t length;
    } secrets[SECRETS_MOST];
    size_t secret_count;
};

static struct channel_end judge(void *channel, struct http_answer *answer)
{
    (void)channel;
    long status = answer->end->status;
    if (status >= 200 && status < 300) /* even when the rest of the answer was lost */
        return (struct channel_end){.result = CHANNEL_SENT};
    struct channel_end end = http_again(answer);
    if (status == 410)
        end.result = CHANNEL_GONE;
    else if (status < 200) /* an interim answer, and then none */
        end.unsure = true;
    return end;
}

/* "v1,BASE64 v1,BASE64": one signature a secret, over id, time and body. */
static void sign(const struct webhook *webhook, const char *id, int64_t time_s,
                 const char *json, struct buf *out)
{
    struct buf text = {0};
    unsigned char mac[SHA256_BYTES];
    buf_printf(&text, "%s.%" PRId64 ".", id, time_s);
    buf_adds(&text, json);
    for (size_t i = 0; i < webhook->secret_count; i++) {
        const struct secret *secret = &webhook->secrets[i];
        sha256_hmac(secret->bytes, secret->length, text.bytes, text.length, mac);
        buf_adds(out, i ? " v1," : "v1,");
        base64_add(out, mac, sizeof mac);
    }
    buf_free(&text);
}

/* What can stand in a header, and be told apart from the dots around it. */
static bool id_fits(const char *id)
{
    static const char fit[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
    size_t length = strspn(id, fit);
    return length > 0 && length <= ID_MOST && !id[length];
}

static void webhook_send(struct channel *channel, const struct channel_message *message,
                         channel_done done, void *context)
{
    struct webhook *webhook = (struct webhook *)channel;
    int64_t time_s = message->sent_ms / 1000;
    char id[ID_MOST + 32], time[64];
    struct buf signature = {0};
    if (!id_fits(message->id)) {
        done(context, &(struct channel_end){.result = CHANNEL_FAILED,
                                            .note = "its id cannot stand in a header"});
        return;
    }
    snprintf(id, sizeof id, "webhook-id: %s", message->id);
    snprintf(time, sizeof time, "webhook-timestamp: %" PRId64, time_s);
    buf_adds(&signature, "webhook-signature: ");
    sign(webhook, message->id, time_s, message->json, &signature);
    const char *const headers[] = {"content-type: application/json", id, time, signature.bytes,
                                   NULL};
    struct http_post post = {
        .url = webhook->url, .headers = headers, .now_ms = message->sent_ms};
    buf_adds(&post.body, message->json);
    http_post(webhook->http, &post, done, context);
    buf_free(&signature);
}

static void webhook_stop(struct channel *channel)
{
    http_stop(((struct webhook *)channel)->http);
}

static void webhook_close(struct channel *channel)
{
    struct webhook *webhook = (struct webhook *)channel;
    http_close(webhook->http);
    free(webhook->url);
    explicit_bzero(webhook->secrets, sizeof webhook->secrets);
    free(webhook);
}

/* One "whsec_…" of `length` bytes. */
static bool read_secret(struct secret *secret, const char *text, size_t length)
{
    static const char prefix[] = "whsec_";
    size_t skip = sizeof prefix - 1;
    struct buf bytes = {0};
    bool good = length > skip && memcmp(text, prefix, skip) == 0 &&
                base64_read(&bytes, text + skip, length - skip) &&
                bytes.length >= SECRET_LEAST && bytes.length <= SECRET_MOST;
    if (good) {
        memcpy(secret->bytes, bytes.bytes, bytes.length);
        secret->length = bytes.length;
    }
    if (bytes.bytes)
        explicit_bzero(bytes.bytes, bytes.room);
    buf_free(&bytes);
    return good;
}

static int read_secrets(struct webhook *webhook, const char *text, struct err *err)
{
    static const char space[] = " \t\r\n";
    for (text += strspn(text, space); *text; text += strspn(text, space)) {
        size_t length = strcspn(text, space);
        if (webhook->secret_count == SECRETS_MOST)
            return err_set(err, ERR_INVALID, "more than %d secrets", SECRETS_MOST);
        if (!read_secret(&webhook->secrets[webhook->secret_count], text, length))
            return err_set(err, ERR_INVALID,
                           "a secret must be whsec_ and base64 of %d to %d bytes", SECRET_LEAST,
                           SECRET_MOST);
        webhook->secret_count++;
        text += length;
    }
    if (!webhook->secret_count)
        return err_set(err, ERR_INVALID, "a webhook needs a secret");
    return 0;
}

int channel_webhook_new(uv_loop_t *loop, const struct webhook_options *options,
                        struct channel **out, struct err *err)
{
    static const struct channel_kind kind = {"webhook", webhook_send, NULL, webhook_stop,
                                             webhook_close};
    struct http_options ways = {.url = options->url,
                                .agent = options->agent,
                                .ca_file = options->ca_file,
                                .private = options->private,
                                .at_once = options->at_once,
                                .within_ms = options->within_ms};
    struct webhook *webhook = mem_resize(NULL, 1, sizeof *webhook);
    *webhook = (struct webhook){.channel = {&kind}};
    int code = read_secrets(webhook, options->secrets ? options->secrets : "", err);
    if (code == 0)
        code = http_new(loop, &ways, judge, webhook, &webhook->http, err);
    if (code < 0) {
        webhook_close(&webhook->channel);
        return code;
    }
    webhook->url = mem_string(options->url);
    *out = &webhook->channel;
    return 0;
}
