#include "channel/mail.h"

#include "base/arena.h"
#include "channel/letter.h"
#include "channel/smtp.h"

#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 4, AT_ONCE_MOST = 64, WITHIN_MS = 60 * 1000 };

struct mail_channel {
    struct channel channel;
    struct smtp *smtp;
    struct mailbox from;
};

/* A mail on its way. */
struct flight {
    channel_done done;
    void *context;
};

/* 55x is about the recipient or the text; 50x and 53x about how we speak, or who we are. */
static bool is_final(const struct smtp_end *end)
{
    return end->step >= SMTP_RECIPIENT && end->reply >= 550 && end->reply <= 559;
}

static void on_end(void *context, const struct smtp_end *end)
{
    struct flight flight = *(struct flight *)context;
    struct channel_end result = {.result = CHANNEL_RETRY, .note = end->note};
    free(context);
    if (end->sent)
        result.result = CHANNEL_SENT;
    else if (is_final(end))
        result.result = CHANNEL_FAILED;
    else
        result.unsure = end->step == SMTP_END && end->reply == 0;
    flight.done(flight.context, &result);
}

static void mail_send(struct channel *channel, const struct channel_message *message,
                      channel_done done, void *context)
{
    struct mail_channel *mail = (struct mail_channel *)channel;
    struct letter letter = {
        .from = &mail->from,
        .to_name = message->name,
        .to = message->contact,
        .subject = message->subject,
        .text = message->text,
        .id = message->id,
        .sent_ms = message->sent_ms,
    };
    struct buf text = {0};
    struct err err;
    if (letter_write(&text, &letter, &err) < 0) {
        done(context, &(struct channel_end){.result = CHANNEL_FAILED, .note = err.message});
        return;
    }
    struct flight *flight = mem_resize(NULL, 1, sizeof *flight);
    *flight = (struct flight){.done = done, .context = context};
    smtp_send(mail->smtp, mail->from.address, message->contact, &text, on_end, flight);
}

static void mail_stop(struct channel *channel)
{
    smtp_stop(((struct mail_channel *)channel)->smtp);
}

static void mail_close(struct channel *channel)
{
    struct mail_channel *mail = (struct mail_channel *)channel;
    smtp_close(mail->smtp);
    free(mail);
}

int channel_mail_new(uv_loop_t *loop, const struct mail_options *options, struct channel **out,
                     struct err *err)
{
    static const struct channel_kind kind = {"mail", mail_send, NULL, mail_stop, mail_close};
    struct mailbox from;
    struct smtp_options smtp = {
        .server = options->server,
        .hello = options->hello,
        .user = options->user,
        .password = options->password,
        .ca_file = options->ca_file,
        .plain = options->plain,
        .at_once = options->at_once ? options->at_once : AT_ONCE,
        .within_ms = options->within_ms ? options->within_ms : WITHIN_MS,
    };
    int code = letter_mailbox(options->from, &from, err);
    if (code < 0)
        return err_set(err, code, "the sender is not of the form \"name <address>\"");
    if (smtp.at_once > AT_ONCE_MOST)
        return err_set(err, ERR_INVALID, "more than %d connections", AT_ONCE_MOST);
    struct mail_channel *mail = mem_resize(NULL, 1, sizeof *mail);
    *mail = (struct mail_channel){.channel = {&kind}, .from = from};
    if ((code = smtp_new(loop, &smtp, &mail->smtp, err)) < 0) {
        free(mail);
        return code;
    }
    *out = &mail->channel;
    return 0;
}
