#include "base/arena.h"
#include "base/buf.h"
#include "base/utf8.h"
#include "channel/channel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN_MOST = 10, COLUMNS_MOST = 200 };

struct console {
    struct channel channel;
    FILE *out;
    enum lang lang;
    bool color;
    int64_t slot_ms;
    uint64_t shown, hidden; /* of the slot */
};

/* "999,990" */
static void add_grouped(struct buf *out, uint64_t number)
{
    if (number >= 1000)
        add_grouped(out, number / 1000);
    buf_printf(out, number >= 1000 ? ",%03u" : "%u", (unsigned)(number % 1000));
}

/* One line under what fired, cut between characters where it is endless. */
static bool print_line(const struct console *console, const struct buf *text)
{
    size_t fits = utf8_fit(text->bytes, text->length, COLUMNS_MOST);
    fprintf(console->out, "    %s→ %.*s%s%s\n", console->color ? "\033[2m" : "", (int)fits,
            text->bytes, fits < text->length ? "…" : "", console->color ? "\033[0m" : "");
    return fflush(console->out) == 0;
}

static void print_rest(struct console *console)
{
    struct buf text = {0};
    if (console->hidden) {
        buf_adds(&text, TR(console->lang, "… and ", "另有 "));
        add_grouped(&text, console->hidden);
        buf_adds(&text, TR(console->lang, " more", " 条"));
        print_line(console, &text);
    }
    buf_free(&text);
    console->hidden = 0;
}

static void console_send(struct channel *channel, const struct channel_message *message,
                         channel_done done, void *context)
{
    struct console *console = (struct console *)channel;
    bool shown = true;
    if (message->slot_ms != console->slot_ms) {
        print_rest(console);
        console->slot_ms = message->slot_ms;
        console->shown = 0;
    }
    if (console->shown < SHOWN_MOST) {
        struct buf text = {0};
        utf8_add_plain(&text, message->name);
        buf_adds(&text, TR(console->lang, ": ", "："));
        utf8_add_plain(&text, message->subject);
        shown = print_line(console, &text);
        int error = errno;
        buf_free(&text);
        errno = error;
        console->shown += shown;
    } else {
        console->hidden++;
    }
    struct channel_end end = {.result = shown ? CHANNEL_SENT : CHANNEL_RETRY,
                              .note = shown ? NULL : strerror(errno)};
    done(context, &end);
}

static void console_flush(struct channel *channel)
{
    struct console *console = (struct console *)channel;
    print_rest(console);
    fflush(console->out);
}

static void console_close(struct channel *channel)
{
    console_flush(channel);
    free(channel);
}

struct channel *channel_console_new(FILE *out, enum lang lang, bool color)
{
    static const struct channel_kind kind = {"console", console_send, console_flush, NULL,
                                             console_close};
    struct console *console = mem_resize(NULL, 1, sizeof *console);
    *console = (struct console){
        .channel = {&kind}, .out = out, .lang = lang, .color = color, .slot_ms = INT64_MIN};
    return &console->channel;
}
