/*
 * Random worlds of the outbox: three plans of one store with the same people, rules at random, channels that fail,
 * die in the midst or are gone, duties that are met meanwhile. Whatever comes: each line that is unmet when
 * its message goes is in one message that was sent or given up, repeats say the same and are marked where the
 * first may have arrived, nobody is written to in quiet hours or on rest days without need, and a slot has
 * one message for a recipient.
 */
#include "engine_kit.h"

#include "base/table.h"
#include "store/store_data.h"
#include "time/civil.h"

enum {
    PLANS = 3,
    WARDS = 6,
    WORLDS = 25,
    MESSAGES_MOST = 4000,
    LOST = 4,
    GONE = 5,
    STEP_MS = 60000
};

static const char items[] = QUOTA("q") DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("2") END
    "," QUOTA("monthly") WHEN(FROM_TO("2012-05-01", "2012-12-31"))
        PER(RULE("FREQ=MONTHLY;BYMONTHDAY=-1;WINDOW=MONTH")) EACH_WARD COUNT_OF("1") END
    "," TASK("t") DUE(BY("2012-06-25")) EACH_WARD END;

static const struct kit_plan plans[PLANS] = {
    {.id = "a", .head = ISSUED("2012-06-01"), .items = items, .remind = USUAL, .wards = WARDS},
    {.id = "b", .head = ISSUED("2012-06-02"), .items = items, .remind = USUAL, .wards = 3},
    {.id = "c",
     .head = ISSUED("2012-06-01"),
     .items = QUOTA("q") DUE(BY("2012-06-20")) EACH_WARD COUNT_OF("1") END,
     .remind = USUAL,
     .wards = WARDS}};

/* What is known of a message by its number. */
struct seen {
    uint32_t attempts;
    bool may_have_arrived;
    uint64_t words;
};

struct world {
    struct kit kits[PLANS];
    struct engine *engines[PLANS];
    struct mail_desk desk;
    struct outbox_rules rules;
    struct seen seen[MESSAGES_MOST];
    uint64_t seed, random;
    int64_t now_ms;
    bool calm; /* all channels are well */
    size_t sent, given_up, lost, repeated;
};

static uint32_t roll(struct world *world, uint32_t below)
{
    world->random = world->random * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(world->random >> 33) % below;
}

#define HOLDS(world, condition)                                                                \
    do {                                                                                       \
        if (!(condition))                                                                      \
            fail_msg("seed %llu: %s", (unsigned long long)(world)->seed, #condition);          \
    } while (0)

/* ---- a world ---------------------------------------------------------------------------------- */

static int address(void *context, const struct outbox_asked *asked, struct outbox_address *out,
                   struct arena *texts, struct err *err)
{
    int ward = atoi(roster_id(asked->roster, asked->row) + 1);
    (void)context;
    if (ward == LOST)
        return err_set(err, ERR_NOT_FOUND, "no address");
    out->destination = ward % 2 ? "mail" : "hook";
    out->address = arena_string(texts, roster_contact(asked->roster, asked->row));
    return 0;
}

static void on_lost(void *context, int64_t message, const char *note)
{
    struct world *world = context;
    HOLDS(world, message > 0 && note);
    world->lost++;
}

static void make_rules(struct world *world)
{
    struct outbox_rules *rules = &world->rules;
    *rules = (struct outbox_rules){.address = address, .calendar = calendar};
    rules->slot_count = roll(world, 3);
    for (size_t i = 0; i < rules->slot_count; i++)
        rules->slots[i] = (int16_t)(540 + 300 * i);
    if (roll(world, 2)) {
        rules->quiet_from = 1200;
        rules->quiet_until = 480;
    }
    rules->working_days = roll(world, 2);
    rules->jitter = roll(world, 2);
    rules->weekly = roll(world, 3) == 0 ? 1 + roll(world, 3) : 0;
}

static void open_world(struct world *world, uint64_t seed)
{
    struct store *store = NULL;
    struct err err;
    *world =
        (struct world){.seed = seed, .random = seed, .now_ms = instant("2012-06-01 08:00")};
    assert_int_equal(store_open(NULL, STORE_WRITE, &store, &err), 0);
    for (int i = 0; i < PLANS; i++) {
        world->kits[i].store = store;
        kit_revise(&world->kits[i], &plans[i], NULL);
        world->engines[i] = world->kits[i].engine;
    }
    make_rules(world);
    world->desk = (struct mail_desk){.store = store,
                                     .engines = world->engines,
                                     .count = PLANS,
                                     .rules = &world->rules,
                                     .lost = on_lost,
                                     .context = world};
}

static void close_world(struct world *world)
{
    for (int i = PLANS; i-- > 0;) {
        if (i)
            world->kits[i].store = NULL;
        kit_close(&world->kits[i]);
    }
}

/* ---- what may be ------------------------------------------------------------------------------ */

static bool is_quiet(const struct outbox_rules *rules, int64_t at_ms)
{
    int32_t minute;
    civil_from_ms(at_ms, &minute);
    return rules->quiet_from && (minute >= rules->quiet_from || minute < rules->quiet_until);
}

static bool is_held(const struct outbox_rules *rules, int64_t at_ms)
{
    return rules->working_days &&
           !calendar_is_workday(calendar, civil_from_ms(at_ms, NULL), NULL);
}

static bool in_slot(const struct outbox_rules *rules, int64_t at_ms)
{
    int32_t minute;
    civil_from_ms(at_ms, &minute);
    for (size_t i = 0; i < rules->slot_count; i++)
        if (minute >= rules->slots[i] && minute <= rules->slots[i] + 11)
            return true;
    return rules->slot_count == 0;
}

static bool is_usual(const struct outbox_rules *rules, int64_t at_ms)
{
    return in_slot(rules, at_ms) && !is_quiet(rules, at_ms) && !is_held(rules, at_ms);
}

/* The first usual minute behind an instant, tried one by one. */
static int64_t next_usual(const struct outbox_rules *rules, int64_t at_ms)
{
    for (at_ms += STEP_MS; !is_usual(rules, at_ms); at_ms += STEP_MS)
        continue;
    return at_ms;
}

/* What hurries goes at once: its due is past, or would be by the next time that is usual. */
static void check_time(struct world *world, const struct store_message *message)
{
    struct buf told = {0};
    const struct outbox_rules *rules = &world->rules;
    bool past = false, passes = false, passes_tonight = false;
    int64_t morning_ms = message->send_ms;
    while (is_quiet(rules, morning_ms))
        morning_ms += STEP_MS;
    assert_int_equal(store_message_lines(world->desk.store, message, arena, &told, NULL), 0);
    const struct store_told *list = (const void *)told.bytes;
    for (size_t i = 0; i < told.length / sizeof *list; i++) {
        int64_t official = civil_ms(list[i].firing.official + 1, 0);
        int64_t working = civil_ms(list[i].firing.working + 1, 0);
        past |= official <= message->formed_ms;
        passes |= working <= next_usual(rules, message->send_ms) || rules->weekly;
        passes_tonight |= working <= morning_ms || official <= morning_ms;
    }
    HOLDS(world, is_usual(rules, message->send_ms) || past || passes);
    HOLDS(world, !is_quiet(rules, message->send_ms) || passes_tonight);
    buf_free(&told);
}

static uint64_t words_of(const struct mail *mail)
{
    uint64_t hash = hash_bytes(mail->address, strlen(mail->address));
    for (size_t i = 0; i < mail->entry_count; i++) {
        const int64_t numbers[] = {mail->entries[i].firing, mail->entries[i].missing};
        hash = hash * 31 + hash_bytes(numbers, sizeof numbers);
    }
    return hash;
}

/* ---- living ----------------------------------------------------------------------------------- */

static void check_attempt(struct world *world, const struct mail *mail)
{
    const struct store_message *message = &mail->message;
    HOLDS(world, message->number < MESSAGES_MOST);
    struct seen *seen = &world->seen[message->number];
    HOLDS(world, message->attempts == seen->attempts + 1);
    HOLDS(world, message->send_ms <= world->now_ms);
    HOLDS(world, !seen->may_have_arrived || message->unsure > 0);
    if (!seen->attempts) {
        char text[32];
        struct store_words words = {mail->unit_id, mail->unit_name, mail->role, "s", text,
                                    "{}"};
        seen->words = words_of(mail);
        snprintf(text, sizeof text, "%llx", (unsigned long long)seen->words);
        HOLDS(world, mail->entry_count > 0 && !mail->kept);
        for (size_t i = 0; i < mail->entry_count; i++)
            HOLDS(world, !mail->entries[i].need || mail->entries[i].missing);
        check_time(world, message);
        assert_int_equal(mail_keep(&world->desk, mail, &words, NULL), 0);
    } else {
        HOLDS(world, mail->kept && strtoull(mail->words.text, NULL, 16) == seen->words);
    }
    seen->attempts++;
}

static void answer(struct world *world, const struct mail *mail)
{
    struct seen *seen = &world->seen[mail->message.number];
    uint32_t draw = world->calm ? 0 : roll(world, 100);
    struct mail_end end = {.result = draw < 70   ? MAIL_SENT
                                     : draw < 92 ? MAIL_RETRY
                                                 : MAIL_FAILED};
    if (strncmp(mail->address, "w5@", 3) == 0)
        end.result = MAIL_GONE;
    end.unsure = draw >= 85 && draw < 92;
    seen->may_have_arrived |= end.unsure || draw >= 97;
    if (draw >= 97)
        return; /* nobody hears how it ended */
    int code = mail_settle(&world->desk, &mail->message, &end, world->now_ms, NULL);
    HOLDS(world, code >= 0);
    world->sent += end.result == MAIL_SENT;
    world->given_up += code == 1;
    world->repeated += mail->message.unsure > 0;
}

static void send_all(struct world *world, uint32_t number, const char *name)
{
    struct store_destination destination = {number, name};
    struct arena *texts = arena_new();
    const struct mail *mails;
    size_t count;
    int more;
    do {
        struct err err;
        more = mail_take(&world->desk, &destination, world->now_ms, 7, texts, &mails, &count,
                         &err);
        if (more < 0)
            fail_msg("%s", err.message);
        for (size_t i = 0; i < count; i++)
            check_attempt(world, &mails[i]);
        for (size_t i = 0; i < count; i++)
            answer(world, &mails[i]);
    } while (more > 0);
    arena_free(texts);
}

static void hand_in(struct world *world)
{
    static const char *const names[] = {"q", "monthly", "t"};
    char ward[8], at[32], day[11], minute[6];
    int plan = (int)roll(world, PLANS);
    int32_t of_day, today = civil_from_ms(world->now_ms, &of_day);
    snprintf(ward, sizeof ward, "w%u", 1 + roll(world, plans[plan].wards));
    snprintf(at, sizeof at, "%s %s", civil_format(today, day),
             civil_format_minute(of_day, minute));
    kit_submit(&world->kits[plan], plan == 2 ? "q" : names[roll(world, 3)], ward, at);
}

static void live_step(struct world *world)
{
    struct err err;
    int more;
    for (int i = 0; i < PLANS; i++)
        kit_run(&world->kits[i], world->now_ms);
    kit_fan(&world->kits[0]);
    do
        if ((more = mail_form(&world->desk, world->now_ms, &err)) < 0)
            fail_msg("%s", err.message);
    while (more > 0);
    struct arena *names = arena_new();
    struct store_destination found = {0};
    while (store_destination_next(world->desk.store, found.number, names, &found, NULL) == 0)
        send_all(world, found.number, found.name);
    arena_free(names);
}

static int64_t ask(struct world *world, const char *sql)
{
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(world->desk.store->db, sql, -1, &statement, NULL),
                     SQLITE_OK);
    int64_t number =
        sqlite3_step(statement) == SQLITE_ROW ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return number;
}

/* All has ended; each line is in one message; one message for a slot, and few in a week. */
static void check_end(struct world *world)
{
    struct err err;
    if (store_check(world->desk.store, &err) < 0)
        fail_msg("seed %llu: %s", (unsigned long long)world->seed, err.message);
    HOLDS(world, ask(world, "SELECT count(*) FROM message WHERE state < 2") == 0);
    HOLDS(world, ask(world, "SELECT count(*) FROM message WHERE state = 3 AND attempts = 0"
                            " AND note IS NULL") == 0);
    HOLDS(world,
          ask(world, "SELECT count(*) FROM words w JOIN message m ON m.number = w.message"
                     " WHERE m.state = 2") == 0);
    HOLDS(world,
          ask(world, "SELECT count(*) FROM message m JOIN line l USING (slot, route, unit)"
                     " WHERE m.state = 6 AND l.fate <> 2") == 0);
    if (world->rules.slot_count && !world->rules.jitter)
        HOLDS(world,
              ask(world, "SELECT count(*) FROM (SELECT 1 FROM message WHERE recipient > 0"
                         " AND send_ms % 60000 = 20000 GROUP BY recipient, send_ms"
                         " HAVING count(*) > 1)") == 0);
    HOLDS(world, ask(world, "SELECT number FROM recipient WHERE gone_ms IS NOT NULL AND"
                            " address NOT LIKE 'w5@%'") == 0);
}

static void worlds_hold(void **state)
{
    static struct world world;
    size_t sent = 0, given_up = 0, lost = 0, repeated = 0;
    (void)state;
    for (uint64_t seed = 1; seed <= WORLDS; seed++) {
        open_world(&world, seed * 7919);
        while (world.now_ms < instant("2012-09-25 00:00")) {
            world.calm = world.now_ms > instant("2012-08-10 00:00");
            if (!world.calm && roll(&world, 12) == 0)
                hand_in(&world);
            live_step(&world);
            world.now_ms +=
                world.calm ? 6 * 3600000 : (int64_t)(1 + roll(&world, 240)) * STEP_MS;
        }
        /* the monthly ones go on: what waits now is sent in peace */
        for (int i = 0; i < 40; i++, world.now_ms += 86400000 / 2)
            for (uint32_t number = 1; number <= 2; number++)
                send_all(&world, number, number == 1 ? "1" : "2");
        check_end(&world);
        sent += world.sent;
        given_up += world.given_up;
        lost += world.lost;
        repeated += world.repeated;
        close_world(&world);
    }
    printf("counts: %d worlds, %zu sent, %zu given up, %zu lost, %zu repeats\n", WORLDS, sent,
           given_up, lost, repeated);
    assert_true(sent > 100 && given_up > 10 && lost > 10 && repeated > 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(worlds_hold)};
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
