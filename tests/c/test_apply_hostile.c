/* Revisions that nobody sealed: real plans with one part bent at a time are offered to a holding, as a
 * request may bring them. Each is refused or lived with; none may bring the process down. */
#include "base/json.h"
#include "base/sha256.h"
#include "engine/mail.h"
#include "service/loop.h"
#include "service/request.h"
#include "store/plans.h"
#include "time/civil.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

enum { LEAST = 400, TEXT_MOST = 16 << 20 };

static const struct value_limits limits = {1000000, 64, TEXT_MOST};

struct campaign {
    struct holding holding;
    uint64_t random;
    struct store_revision real; /* in the arena */
    struct arena *arena;
    size_t taken, refused;
};

static uint32_t below(struct campaign *campaign, uint32_t bound)
{
    uint64_t *x = &campaign->random;
    *x ^= *x << 13;
    *x ^= *x >> 7;
    *x ^= *x << 17;
    return (uint32_t)(*x >> 11) % bound;
}

/* ---- bending ---------------------------------------------------------------------------------- */

static size_t count_nodes(const struct value *value)
{
    size_t count = 1;
    if (value->type == VALUE_LIST)
        for (uint32_t i = 0; i < value->count; i++)
            count += count_nodes(value->items[i]);
    if (value->type == VALUE_MAP)
        for (uint32_t i = 0; i < value->pairs; i++)
            count += count_nodes(value->map[i].value);
    return count;
}

static struct value *odd_value(struct campaign *campaign, struct arena *arena)
{
    static const char *const texts[] = {
        "",           "phase",      "quota",      "9999-12-31", "0001-01-01", "2012-02-30",
        "99999999d",  "7d",         "moh2012",    "FREQ=DAILY", "24:00",      "interval",
        "recurring",  "standing",   "deadline",   "contact",    "../x.csv",   "\033[2J",
        "W1 1-7,1-5", "2200-12-31", "1900-01-01", "2012-06-01", "person",     "P1D",
    };
    switch (below(campaign, 8)) {
    case 0: return value_int(arena, 0);
    case 1: return value_int(arena, INT64_MAX);
    case 2: return value_int(arena, -1);
    case 3: return value_number(arena, 1e300);
    case 4: return value_list(arena);
    case 5: return value_map(arena);
    case 6: return value_bool(arena, true);
    default:
        return value_string(arena,
                            texts[below(campaign, (uint32_t)(sizeof texts / sizeof *texts))]);
    }
}

static struct value **slot_of(struct value *value, size_t *left);

static struct value **slot_among(struct value **slot, size_t *left)
{
    return (*left)-- == 0 ? slot : slot_of(*slot, left);
}

/* Where the node stands that comes after `left` others below `value`; NULL = behind the last. */
static struct value **slot_of(struct value *value, size_t *left)
{
    struct value **found = NULL;
    if (value->type == VALUE_LIST)
        for (uint32_t i = 0; !found && i < value->count; i++)
            found = slot_among(&value->items[i], left);
    if (value->type == VALUE_MAP)
        for (uint32_t i = 0; !found && i < value->pairs; i++)
            found = slot_among(&value->map[i].value, left);
    return found;
}

static void drop_one(struct campaign *campaign, struct value *value)
{
    if (value->type == VALUE_LIST && value->count) {
        value->items[below(campaign, value->count)] = value->items[value->count - 1];
        value->count--;
    } else if (value->type == VALUE_MAP && value->pairs) {
        uint32_t at = below(campaign, value->pairs--);
        memmove(&value->map[at], &value->map[at + 1], (value->pairs - at) * sizeof *value->map);
    }
}

static void bend(struct campaign *campaign, struct arena *arena, struct value *sealed)
{
    size_t nodes = count_nodes(sealed), at = below(campaign, (uint32_t)nodes - 1);
    struct value **slot = slot_of(sealed, &at);
    size_t other = below(campaign, (uint32_t)nodes - 1);
    struct value **another = slot_of(sealed, &other);
    assert_non_null(slot);
    switch (below(campaign, 4)) {
    case 0: *slot = value_copy(arena, *another); return;
    case 1: drop_one(campaign, *slot); return;
    default: *slot = odd_value(campaign, arena); return;
    }
}

/* ---- offering --------------------------------------------------------------------------------- */

static void live_a_little(struct campaign *campaign)
{
    struct engine *engine = campaign->holding.engine;
    struct clock_reading clock = {.wall_ms = civil_ms(civil_parse("2012-09-01", 10), 0)};
    struct arena *arena = arena_new();
    const struct mail *mails;
    size_t count;
    struct store_destination destination = {1, "default"};
    struct mail_desk desk = {.store = campaign->holding.store,
                             .engines = &engine,
                             .count = 1,
                             .rules = outbox_rules_plain()};
    for (int i = 0; i < 4 && engine_tick(engine, clock.wall_ms, &clock, NULL) > 0; i++)
        engine_fan(engine, NULL);
    mail_form(&desk, clock.wall_ms, NULL);
    mail_take(&desk, &destination, clock.wall_ms, 20, arena, &mails, &count, NULL);
    arena_free(arena);
}

static void offer(struct campaign *campaign, const char *text, size_t length)
{
    char hash[SHA256_HEX];
    struct store_revision revision = campaign->real;
    struct err err = {0};
    sha256_hex(text, length, hash);
    revision.hash = hash;
    revision.text = text;
    revision.length = length;
    if (holding_take(&campaign->holding, &revision, &err) < 0) {
        campaign->refused++;
        assert_true(err.message[0] != '\0');
        return;
    }
    campaign->taken++;
    live_a_little(campaign);
}

static void offer_bent(struct campaign *campaign)
{
    struct arena *arena = arena_new();
    struct value *sealed = NULL;
    struct buf text = {0};
    assert_int_equal(
        json_parse(arena, campaign->real.text, campaign->real.length, &limits, &sealed, NULL),
        0);
    for (uint32_t times = 1 + below(campaign, 3); times > 0; times--)
        bend(campaign, arena, sealed);
    json_write(&text, sealed);
    offer(campaign, text.bytes, text.length);
    buf_free(&text);
    arena_free(arena);
}

static void open_real(struct campaign *campaign, const char *script)
{
    struct holding_options options = {
        .mode = HOLDING_MEMORY, .script = script, .who = "test", .lang = LANG_EN};
    struct err err = {0};
    int code = holding_open(&options, &campaign->holding, &err);
    if (code < 0)
        print_error("%s\n", err.message);
    assert_int_equal(code, 0);
    const struct store_revision *from = &campaign->holding.revision;
    campaign->arena = arena_new();
    campaign->real = (struct store_revision){
        .plan = arena_string(campaign->arena, from->plan),
        .path = arena_string(campaign->arena, from->path),
        .text = arena_copy(campaign->arena, from->text, from->length),
        .length = from->length,
    };
    struct store_source *sources =
        arena_array(campaign->arena, from->source_count, sizeof *sources);
    for (size_t i = 0; i < from->source_count; i++)
        sources[i] = (struct store_source){
            arena_string(campaign->arena, from->sources[i].file),
            arena_string(campaign->arena, from->sources[i].sha256),
            arena_copy(campaign->arena, from->sources[i].text, from->sources[i].length),
            from->sources[i].length};
    campaign->real.sources = sources;
    campaign->real.source_count = from->source_count;
}

static void bent_revisions_are_survived(void **state)
{
    static const char *const scripts[] = {"nanping2021", "moh2012", "shaoxing2012"};
    enum { SCRIPTS = sizeof scripts / sizeof *scripts };
    const char *seconds = getenv("PLANRUN_TEST_SECONDS");
    time_t each = (seconds ? atoi(seconds) : 0) / SCRIPTS;
    (void)state;
    for (size_t i = 0; i < SCRIPTS; i++) {
        struct campaign campaign = {.random = 0x9e3779b97f4a7c15u + i};
        char path[512];
        snprintf(path, sizeof path, PLANRUN_SOURCE_DIR "/scripts/%s.lua", scripts[i]);
        open_real(&campaign, path);
        time_t end = time(NULL) + each;
        for (size_t n = 0; n < LEAST || time(NULL) < end; n++)
            offer_bent(&campaign);
        print_message("%s: %zu bent revisions taken, %zu refused\n", scripts[i], campaign.taken,
                      campaign.refused);
        assert_true(campaign.taken > 0 && campaign.refused > 0);
        holding_close(&campaign.holding);
        arena_free(campaign.arena);
    }
}

/* ---- texts ------------------------------------------------------------------------------------ */

/* True when the real revision is taken with a text of its first item, its path or the name of its
 * first source exchanged. */
static bool takes_text(struct campaign *campaign, const char *field, const char *text)
{
    struct arena *arena = arena_new();
    struct store_revision revision = campaign->real;
    struct store_source source = revision.sources[0];
    struct value *sealed = NULL;
    struct buf json = {0};
    struct err err = {0};
    char hash[SHA256_HEX];
    assert_int_equal(json_parse(arena, revision.text, revision.length, &limits, &sealed, NULL),
                     0);
    struct value *item = value_get(sealed, "items")->items[0];
    if (strcmp(field, "path") == 0) {
        revision.path = text;
    } else if (strcmp(field, "file") == 0) {
        source.file = text;
        revision.sources = &source;
        revision.source_count = 1;
    } else if (strcmp(field, "a key") == 0) {
        value_set(arena, item, text, value_int(arena, 1));
    } else if (strcmp(field, "about") == 0) {
        struct value *list = value_list(arena);
        value_append(arena, list, value_string(arena, text));
        value_set(arena, item, field, list);
    } else {
        value_set_string(arena, item, field, text);
    }
    json_write(&json, sealed);
    sha256_hex(json.bytes, json.length, hash);
    revision.hash = hash;
    revision.text = json.bytes;
    revision.length = json.length;
    int code = holding_take(&campaign->holding, &revision, &err);
    if (code < 0)
        assert_non_null(strstr(err.message, "control character"));
    buf_free(&json);
    arena_free(arena);
    return code == 0;
}

static void texts_are_as_plain_as_those_of_a_script(void **state)
{
    static const char *const fields[] = {"name",  "label", "about", "text",
                                         "a key", "file",  "path"};
    static const struct {
        const char *text;
        bool taken, taken_as_text;
    } rows[] = {
        {"红旗.lua", true, true},
        {"一行\n两行", false, true},
        {"一\t二", false, true},
        {"\033[2Jgone", false, false},
        {"bell\a", false, false},
        {"\x7f", false, false},
        {"c1 \xc2\x9b 2J", false, false},
        {"\xe2\x80\xae turned", false, false},
        {"isolate \xe2\x81\xa6", false, false},
    };
    struct campaign campaign = {0};
    (void)state;
    open_real(&campaign, PLANRUN_SOURCE_DIR "/scripts/nanping2021.lua");
    for (size_t f = 0; f < sizeof fields / sizeof *fields; f++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            bool wanted =
                strcmp(fields[f], "text") == 0 ? rows[i].taken_as_text : rows[i].taken;
            if (takes_text(&campaign, fields[f], rows[i].text) != wanted)
                fail_msg("%s, row %zu: %s", fields[f], i, wanted ? "refused" : "taken");
        }
    holding_close(&campaign.holding);
    arena_free(campaign.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bent_revisions_are_survived),
        cmocka_unit_test(texts_are_as_plain_as_those_of_a_script),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
