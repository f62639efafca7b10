/* `planrun outbox [SCRIPT]`: what waits to be sent, what was given up and why – and what the operator
 * does about it: retry, cancel, restore a recipient, let go what a restored store holds. */
#include "store/outbox.h"
#include "base/utf8.h"
#include "cli/cli.h"
#include "cli/commands.h"
#include "cli/hold.h"
#include "cli/text.h"
#include "service/holding_shared.h"
#include "service/request_outbox.h"
#include "time/civil.h"

#include <getopt.h>
#include <string.h>

enum { SHOWN = 20, COUNT_MOST = 1000000 };

/* As they are listed, what needs somebody first; `word` is for --state and JSON. */
static const struct shelf {
    enum message_state state;
    const char *word;
    const char *en, *zh;
} shelves[] = {
    {MESSAGE_FAILED, "given-up",
     "Given up\nNot delivered, and not tried again by itself: 'retry NUMBER' sends one again, 'retry "
     "--failed' all.",
     "已放弃\n没有送到，也不再自动重试：retry 编号 重发一条，retry --failed 全部重发。"},
    {MESSAGE_HELD, "held",
     "Held\nThe store was restored from a backup; these may have been sent after it was made:\n"
     "'--release' sends them, '--cancel-held' makes sure that nobody does.",
     "暂扣\n数据库由备份恢复，这些在备份之后可能已经发过：--release 照发，--cancel-held 不再发。"},
    {MESSAGE_LEASED, "under-way", "Under way", "正在发送"},
    {MESSAGE_READY, "waiting", "Waiting", "待发"},
    {MESSAGE_SENT, "sent", "Sent", "已发"},
    {MESSAGE_CANCELLED, "cancelled", "Cancelled", "已取消"},
    {MESSAGE_EMPTY, "dropped", "Dropped\nAll of it was done before it went.",
     "无需再发\n发送前事项都已办完。"},
};

enum {
    SHELVES = sizeof shelves / sizeof *shelves,
    OPEN_STATES = 1 << MESSAGE_FAILED | 1 << MESSAGE_HELD | 1 << MESSAGE_LEASED |
                  1 << MESSAGE_READY, /* listed without being asked for */
};

struct wish {
    const char *script; /* NULL = the service */
    const char *act;    /* of the request, NULL = list */
    char **words;       /* message numbers, or a recipient */
    int count;
    struct store_wanted wanted;
    bool failed, json, fast;
};

/* The store that is meant. */
struct outbox_place {
    const char *id, *name; /* of the plan, NULL = the service; of the store */
    char folder[HOLDER_PATH_MOST];
};

/* ---- one message -------------------------------------------------------------------------- */

struct view {
    struct cli *cli;
    const struct shelf *shelf;
    int64_t count; /* on the shelf, -1 = not known */
    bool json;
    size_t told, most;
};

static const char *word_of(enum message_state state)
{
    for (size_t i = 0; i < SHELVES; i++)
        if (shelves[i].state == state)
            return shelves[i].word;
    return "unknown";
}

/* To whom: destination and address, and of whom that is. */
static void print_recipient(FILE *out, const struct store_listed *listed)
{
    struct buf text = {0};
    const char *name = *listed->name ? listed->name : listed->unit;
    buf_printf(&text, "  #%lld  %s", (long long)listed->message.number,
               *listed->destination ? listed->destination : listed->channel);
    if (*listed->address)
        buf_printf(&text, " → %s", listed->address);
    if (*name)
        buf_printf(&text, "  %s", name);
    if (*listed->role && strcmp(listed->role, "contact") != 0)
        buf_printf(&text, " (%s)", listed->role);
    fprintf(out, "%s\n", text.bytes);
    buf_free(&text);
}

static void add_separator(struct buf *text, enum lang lang)
{
    if (text->length)
        buf_adds(text, TR(lang, "; ", "；"));
}

static void add_attempts(struct buf *text, const struct store_listed *listed, enum lang lang)
{
    uint32_t attempts = listed->message.attempts;
    if (attempts == 1)
        buf_adds(text, TR(lang, "tried once", "已试 1 次"));
    else if (attempts)
        buf_printf(text, TR(lang, "tried %u times", "已试 %u 次"), attempts);
    if (!listed->unsure)
        return;
    add_separator(text, lang);
    buf_adds(text, TR(lang, "possibly repeated", "可能重复"));
}

/* What has been tried, and what comes next. */
static void add_fate(struct buf *text, const struct store_listed *listed, enum lang lang)
{
    const struct store_message *message = &listed->message;
    bool open = message->state <= MESSAGE_LEASED;
    char at[TEXT_SPAN];
    add_attempts(text, listed, lang);
    if (!open && !listed->ended_ms)
        return;
    add_separator(text, lang);
    text_instant(at, open ? message->next_ms : listed->ended_ms, lang);
    if (message->state == MESSAGE_LEASED)
        buf_printf(text, TR(lang, "ends by %s", "最迟 %s 有结果"), at);
    else if (!open)
        buf_printf(text, TR(lang, "ended %s", "结束于 %s"), at);
    else if (message->attempts)
        buf_printf(text, TR(lang, "again %s", "下次 %s"), at);
    else
        buf_printf(text, TR(lang, "goes %s", "定于 %s"), at);
}

static void print_line(FILE *out, const char *text)
{
    struct buf plain = {0};
    utf8_add_plain(&plain, text);
    if (plain.length)
        fprintf(out, "       %s\n", plain.bytes);
    buf_free(&plain);
}

/* What it is about: its subject once it has one, its plans and items. */
static void print_about(FILE *out, const struct store_listed *listed, enum lang lang)
{
    struct buf items = {0};
    for (size_t i = 0; i < listed->about_count; i++)
        buf_printf(&items, "%s%s", i ? TR(lang, ", ", "、") : "",
                   i < STORE_ABOUT_MOST ? listed->about[i] : "…");
    if (listed->text || listed->subject)
        print_line(out, listed->text ? listed->text : listed->subject);
    if (items.length)
        print_line(out, items.bytes);
    buf_free(&items);
}

/* The receiver's end has said that it is gone for good. */
static void print_gone(FILE *out, const struct store_listed *listed, enum lang lang)
{
    struct buf text = {0};
    buf_printf(&text,
               TR(lang, "the recipient is gone; once it is back: planrun outbox restore %s:%s",
                  "收件人已停用；恢复以后：planrun outbox restore %s:%s"),
               listed->destination, listed->address);
    print_line(out, text.bytes);
    buf_free(&text);
}

static void print_message(struct view *view, const struct store_listed *listed)
{
    FILE *out = view->cli->out;
    enum lang lang = view->cli->lang;
    struct buf fate = {0};
    add_fate(&fate, listed, lang);
    print_recipient(out, listed);
    if (fate.length)
        print_line(out, fate.bytes);
    if (listed->message.note)
        print_line(out, listed->message.note);
    if (listed->gone)
        print_gone(out, listed, lang);
    print_about(out, listed, lang);
    buf_free(&fate);
}

static void set_instant(struct arena *arena, struct value *map, const char *key, int64_t at_ms)
{
    char day[11];
    int32_t minute;
    if (!at_ms)
        return;
    int32_t civil = civil_from_ms(at_ms, &minute);
    value_set_string(arena, map, key,
                     arena_printf(arena, "%sT%02d:%02d:%02d+08:00", civil_format(civil, day),
                                  minute / 60, minute % 60, (int)(at_ms / 1000 % 60)));
}

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
    if (text && *text)
        value_set_string(arena, map, key, text);
}

static void print_json(struct view *view, const struct store_listed *listed)
{
    const struct store_message *message = &listed->message;
    struct arena *arena = arena_new();
    struct value *map = value_map(arena), *items = value_list(arena);
    value_set_int(arena, map, "number", message->number);
    value_set_string(arena, map, "state", word_of(message->state));
    set_text(arena, map, "destination", listed->destination);
    set_text(arena, map, "address", listed->address);
    set_text(arena, map, "unit", listed->unit);
    set_text(arena, map, "name", listed->name);
    set_text(arena, map, "role", listed->role);
    set_text(arena, map, "channel", listed->channel);
    value_set_int(arena, map, "attempts", message->attempts);
    value_set_int(arena, map, "unsure", listed->unsure);
    if (message->state <= MESSAGE_LEASED)
        set_instant(arena, map, "next_at", message->next_ms);
    set_instant(arena, map, "formed_at", listed->formed_ms);
    set_instant(arena, map, "ended_at", listed->ended_ms);
    set_text(arena, map, "note", message->note);
    if (listed->gone)
        value_set_string(arena, map, "gone", listed->gone);
    set_text(arena, map, "subject", listed->subject);
    set_text(arena, map, "text", listed->text);
    for (size_t i = 0; i < listed->about_count && i < STORE_ABOUT_MOST; i++)
        value_append(arena, items, value_string(arena, listed->about[i]));
    value_set(arena, map, "about", items);
    text_json(view->cli->out, map);
    arena_free(arena);
}

static void print_title(const struct view *view)
{
    struct cli *cli = view->cli;
    const char *title = TR(cli->lang, view->shelf->en, view->shelf->zh);
    const char *end = strchr(title, '\n'); /* of its first line */
    int length = end ? (int)(end - title) : (int)strlen(title);
    fprintf(cli->out, "%.*s", length, title);
    if (view->count >= 0)
        fprintf(cli->out, TR(cli->lang, " (%lld)", "（%lld 条）"), (long long)view->count);
    fprintf(cli->out, "%s\n", title + length);
}

static bool tell(void *context, const struct store_listed *listed)
{
    struct view *view = context;
    struct cli *cli = view->cli;
    if (view->told == 0 && !view->json)
        print_title(view);
    if (view->told++ >= view->most) {
        if (!view->json)
            fprintf(cli->out, "  %s\n",
                    TR(cli->lang, "… and more; --count N shows them",
                       "……还有更多，用 --count N 查看"));
        return false;
    }
    if (view->json)
        print_json(view, listed);
    else
        print_message(view, listed);
    return !ferror(cli->out);
}

/* ---- the list ----------------------------------------------------------------------------- */

/* What is not listed is counted; of one plan it is not known. */
static void print_rest(struct cli *cli, const int64_t counts[MESSAGE_STATES], size_t told)
{
    if (!told)
        fputs(TR(cli->lang, "Nothing waits, and nothing was given up.\n",
                 "没有待发的消息，也没有放弃的。\n"),
              cli->out);
    if (!counts)
        return;
    fprintf(cli->out,
            TR(cli->lang, "Sent %lld, cancelled %lld, dropped because all was done %lld.\n",
               "已发 %lld 条，已取消 %lld 条，因已办完而无需再发 %lld 条。\n"),
            (long long)counts[MESSAGE_SENT], (long long)counts[MESSAGE_CANCELLED],
            (long long)counts[MESSAGE_EMPTY]);
}

static int list(struct cli *cli, struct store *store, const struct wish *wish, struct err *err)
{
    int64_t counts[MESSAGE_STATES], unsure;
    size_t told = 0;
    bool all = !wish->wanted.plan && !wish->wanted.unsure;
    int code = store_message_counts(store, counts, &unsure, err);
    for (size_t i = 0; i < SHELVES && code == 0; i++) {
        const struct shelf *shelf = &shelves[i];
        struct view view = {cli,        shelf, all ? counts[shelf->state] : -1,
                            wish->json, 0,     wish->wanted.most};
        struct store_wanted wanted = wish->wanted;
        wanted.most = 0;
        if (!((wanted.states ? wanted.states : OPEN_STATES) >> shelf->state & 1))
            continue;
        wanted.states = 1U << shelf->state;
        code = store_messages(store, &wanted, tell, &view, err);
        told += view.told;
    }
    if (code == 0 && !wish->json && !wish->wanted.states)
        print_rest(cli, all ? counts : NULL, told);
    return code;
}

static int open_and_list(struct cli *cli, const struct outbox_place *place, struct wish *wish)
{
    struct arena *arena = arena_new();
    struct store *store = NULL;
    struct err err = {0};
    const char *path = arena_printf(arena, "%s/%s.db", place->folder, place->name);
    int code = store_open(path, STORE_READ, &store, &err);
    wish->wanted.plan = place->id;
    if (code == 0)
        code = list(cli, store, wish, &err);
    if (code == ERR_NOT_FOUND)
        err_set(&err, code,
                TR(cli->lang, "nothing has run here yet: there is no %s",
                   "这里还没有运行过：没有 %s"),
                path);
    store_close(store);
    arena_free(arena);
    return code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}

/* ---- what is done about it ---------------------------------------------------------------- */

static bool add_numbers(const struct wish *wish, struct arena *arena, struct value *list)
{
    for (int i = 0; i < wish->count; i++) {
        const char *word = wish->words[i];
        int64_t number;
        if (!cli_number(word + (*word == '#'), 1, INT64_MAX, &number))
            return false;
        value_append(arena, list, value_int(arena, number));
    }
    return true;
}

/* The request; NULL = the words do not fit it. */
static struct value *make_request(struct cli *cli, const struct wish *wish, struct arena *arena)
{
    struct value *request = value_map(arena), *list = value_list(arena);
    value_set_string(arena, request, "do", "outbox");
    value_set_string(arena, request, "act", wish->act);
    value_set_string(arena, request, "lang", TR(cli->lang, "en", "zh"));
    if (strcmp(wish->act, "restore") == 0) {
        if (wish->count != 1)
            return NULL;
        size_t length = strcspn(wish->words[0], ":");
        value_set_string(arena, request, "destination",
                         arena_copy(arena, wish->words[0], length));
        if (wish->words[0][length])
            value_set_string(arena, request, "address", wish->words[0] + length + 1);
    } else if (wish->count) {
        if (!add_numbers(wish, arena, list))
            return NULL;
        value_set(arena, request, "messages", list);
    }
    return request;
}

static int act(struct cli *cli, const struct outbox_place *place, const struct wish *wish)
{
    struct arena *arena = arena_new();
    struct value *request = make_request(cli, wish, arena), *answer = NULL;
    struct err err = {0};
    if (!request) {
        arena_free(arena);
        return cli_usage(
            cli,
            strcmp(wish->act, "restore") == 0
                ? TR(cli->lang,
                     "restore needs one recipient, CHANNEL:ADDRESS, or a whole CHANNEL%s",
                     "restore 需要一个收件人（渠道:地址），或整个渠道%s")
                : TR(cli->lang, "%s needs numbers of messages, such as 17",
                     "%s 需要消息的编号，如 17"),
            strcmp(wish->act, "restore") == 0 ? "" : wish->act);
    }
    int code = request_outbox_send(place->folder, place->name, "planrun outbox", wish->fast,
                                   request, arena, &answer, &err);
    const char *problem = code < 0 ? NULL : value_get_string(answer, "error");
    if (problem)
        code = err_set(&err, ERR_INVALID, "%s", problem);
    const struct value *count = code < 0 ? NULL : value_get(answer, "count");
    if (code == 0)
        fprintf(cli->out,
                strncmp(wish->act, "cancel", strlen("cancel")) == 0
                    ? TR(cli->lang, "cancelled: %lld\n", "已取消：%lld 条\n")
                    : TR(cli->lang, "to be sent now: %lld\n", "现在就发：%lld 条\n"),
                count && count->type == VALUE_INT ? (long long)count->integer : 0LL);
    arena_free(arena);
    return code < 0 ? cli_fail(cli, &err) : EXIT_FINE;
}

/* ---- options ------------------------------------------------------------------------------ */

static bool read_state(const char *text, struct wish *wish)
{
    if (strcmp(text, "repeated") == 0)
        return (wish->wanted.unsure = true);
    for (size_t i = 0; i < SHELVES; i++)
        if (strcmp(text, shelves[i].word) == 0)
            return (wish->wanted.states |= 1U << shelves[i].state) != 0;
    return false;
}

static int read_option(struct cli *cli, int option, char **argv, struct wish *wish)
{
    bool fits = true;
    uint32_t count;
    switch (option) {
    case 's': wish->script = NULL; break; /* what it is without a script */
    case 'S': fits = read_state(optarg, wish); break;
    case 'n':
        fits = cli_count(optarg, 1, COUNT_MOST, &count);
        wish->wanted.most = fits ? count : SHOWN;
        break;
    case 'j': wish->json = true; break;
    case 'f': wish->failed = true; break;
    case 'x': wish->fast = true; break;
    case 'r': wish->act = "release"; break;
    case 'c': wish->act = "cancel-held"; break;
    default: return cli_bad_option(cli, argv, NULL);
    }
    return fits ? EXIT_FINE : cli_bad_option(cli, argv, optarg);
}

/* What an act needs beside its name. */
static int check_act(struct cli *cli, const struct wish *wish)
{
    bool retries = wish->act && strcmp(wish->act, "retry") == 0;
    bool named = retries || (wish->act && strcmp(wish->act, "cancel") == 0);
    if (wish->failed && (!retries || wish->count))
        return cli_usage(cli, "%s",
                         TR(cli->lang, "--failed stands alone behind retry",
                            "--failed 只用在 retry 后面，不再写编号"));
    if (named && !wish->count && !wish->failed)
        return cli_usage(
            cli,
            retries ? TR(cli->lang, "%s needs numbers of messages, or --failed",
                         "%s 后面要写消息的编号，或者 --failed")
                    : TR(cli->lang, "%s needs numbers of messages", "%s 后面要写消息的编号"),
            wish->act);
    return EXIT_FINE;
}

/* [SCRIPT] [retry|cancel|restore WORDS…] */
static int read_words(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const char *const acts[] = {"retry", "cancel", "restore"};
    for (int i = optind; i < argc; i++) {
        for (size_t k = 0; k < sizeof acts / sizeof *acts && !wish->act; k++)
            if (strcmp(argv[i], acts[k]) == 0)
                wish->act = acts[k];
        if (wish->act && strcmp(argv[i], wish->act) == 0) {
            wish->words = argv + i + 1;
            wish->count = argc - i - 1;
            break;
        }
        if (wish->script)
            return cli_usage(cli, TR(cli->lang, "“%s” is too much", "“%s”多余"), argv[i]);
        wish->script = argv[i];
    }
    return check_act(cli, wish);
}

static int read_options(struct cli *cli, int argc, char **argv, struct wish *wish)
{
    static const struct option options[] = {{"service", no_argument, NULL, 's'},
                                            {"state", required_argument, NULL, 'S'},
                                            {"count", required_argument, NULL, 'n'},
                                            {"json", no_argument, NULL, 'j'},
                                            {"failed", no_argument, NULL, 'f'},
                                            {"fast", no_argument, NULL, 'x'},
                                            {"release", no_argument, NULL, 'r'},
                                            {"cancel-held", no_argument, NULL, 'c'},
                                            {0}};
    int option, code = EXIT_FINE;
    while (code == EXIT_FINE && (option = getopt_long(argc, argv, "n:", options, NULL)) != -1)
        code = read_option(cli, option, argv, wish);
    return code == EXIT_FINE ? read_words(cli, argc, argv, wish) : code;
}

/* The store of a script's plan, which may be the service's, or that itself. */
static int find_place(const char *script, bool fast, struct arena *arena,
                      struct outbox_place *place, struct err *err)
{
    if (script)
        return holding_store_of(script, NULL, fast, arena, &place->id, &place->name,
                                place->folder, err);
    place->name = HOLDING_SERVICE;
    return holder_folder(place->folder, err);
}

int cmd_outbox(struct cli *cli, int argc, char **argv)
{
    struct wish wish = {.wanted.most = SHOWN};
    struct outbox_place place = {0};
    struct arena *arena = arena_new();
    struct err err = {0};
    int code = read_options(cli, argc, argv, &wish);
    if (code == EXIT_FINE && find_place(wish.script, wish.fast, arena, &place, &err) < 0)
        code = cli_fail(cli, &err);
    else if (code == EXIT_FINE)
        code = wish.act ? act(cli, &place, &wish) : open_and_list(cli, &place, &wish);
    arena_free(arena);
    return code;
}
