/* What happens by itself: reminders and handlers of two plans. */
#include "cli/difference_parts.h"

#include "base/json.h"
#include "cli/sealed_text.h"

#include <string.h>

/* ---- reminders --------------------------------------------------------------------------------- */

static enum difference_kind kind_of_remind(const char *key)
{
    return strcmp(key, "text") == 0 ? DIFFERENCE_REWORDED : DIFFERENCE_REMIND;
}

static const char *json_of(const struct differ *differ, const struct value *value)
{
    struct buf text = {0};
    json_write(&text, value);
    const char *copy = arena_copy(differ->arena, text.bytes, text.length);
    buf_free(&text);
    return copy;
}

/* A text that reminders have in common when they are the same, but for where they stand. */
static const char *whole_of(const struct differ *differ, const struct value *reminder)
{
    struct value *copy = value_map(differ->arena);
    for (uint32_t i = 0; i < reminder->pairs; i++)
        if (strcmp(reminder->map[i].key, "line") != 0)
            value_set(differ->arena, copy, reminder->map[i].key, reminder->map[i].value);
    return json_of(differ, copy);
}

/* … and when they are about the same items. */
static const char *about_of(const struct differ *differ, const struct value *reminder)
{
    const struct value *about = value_get(reminder, "about");
    return about ? json_of(differ, about) : "";
}

static void compare_reminder(struct differ *differ, const struct value *old,
                             const struct value *new)
{
    static const char *const told[] = {"line", "file", NULL};
    const char *about = sealed_text(&differ->new, value_get(new ? new : old, "about"));
    const struct subject subject = {DIFFERENCE_REMINDER, about, ""};
    if (old && new)
        differ_maps(differ, &subject, "", old, new, told, kind_of_remind);
    else
        differ_add(differ, &subject, new ? DIFFERENCE_ADDED : DIFFERENCE_REMOVED, NULL, old,
                   new);
}

/* The reminders of both plans; `pair` is the index of the old one that belongs to a new one. */
struct reminders {
    const struct value *old, *new;
    uint32_t old_count, new_count;
    uint32_t *pair;
    bool *taken; /* of the old ones */
};

/* Pairs those that have no other yet and the same key, in their order. */
static void pair_reminders(const struct differ *differ, struct reminders *reminders,
                           const char *(*key_of)(const struct differ *, const struct value *))
{
    struct table first = {0};
    uint32_t *next = arena_array(differ->arena, reminders->old_count + 1, sizeof *next);
    for (uint32_t i = reminders->old_count; i-- > 0;) {
        if (reminders->taken[i])
            continue;
        const char *key = key_of(differ, reminders->old->items[i]);
        next[i] = table_get(&first, key, strlen(key));
        table_set(&first, key, strlen(key), i);
    }
    for (uint32_t i = 0; i < reminders->new_count; i++) {
        if (reminders->pair[i] != TABLE_NONE)
            continue;
        const char *key = key_of(differ, reminders->new->items[i]);
        uint32_t at = table_get(&first, key, strlen(key));
        if (at == TABLE_NONE)
            continue;
        reminders->pair[i] = at;
        reminders->taken[at] = true;
        table_set(&first, key, strlen(key), next[at]);
    }
    table_free(&first);
}

/* They have no ids: what is the same is set aside, what is about the same items is one that
 * changed. */
void differ_reminders(struct differ *differ)
{
    static const struct value none = {.type = VALUE_LIST};
    const struct value *old = value_get(differ->before->plan->sealed, "reminders");
    const struct value *new = value_get(differ->after->plan->sealed, "reminders");
    struct reminders reminders = {.old = old ? old : &none, .new = new ? new : &none};
    reminders.old_count = reminders.old->count;
    reminders.new_count = reminders.new->count;
    reminders.taken =
        arena_array(differ->arena, reminders.old_count + 1, sizeof *reminders.taken);
    reminders.pair =
        arena_array(differ->arena, reminders.new_count + 1, sizeof *reminders.pair);
    for (uint32_t i = 0; i < reminders.new_count; i++)
        reminders.pair[i] = TABLE_NONE;
    pair_reminders(differ, &reminders, whole_of);
    pair_reminders(differ, &reminders, about_of);
    for (uint32_t i = 0; i < reminders.new_count; i++)
        compare_reminder(
            differ,
            reminders.pair[i] == TABLE_NONE ? NULL : reminders.old->items[reminders.pair[i]],
            reminders.new->items[i]);
    for (uint32_t i = 0; i < reminders.old_count; i++)
        if (!reminders.taken[i])
            compare_reminder(differ, reminders.old->items[i], NULL);
}

/* ---- handlers ---------------------------------------------------------------------------------- */

/* Where the lines of a text begin, and behind the last one its end. */
static const char **lines_of(const struct store_source *source, struct arena *arena,
                             size_t *count)
{
    const char *end = source->text + source->length, *at = source->text;
    size_t lines = 1;
    for (const char *feed = at; (feed = memchr(feed, '\n', (size_t)(end - feed))); feed++)
        lines++;
    const char **begins = arena_array(arena, lines + 1, sizeof *begins);
    for (size_t i = 0; i < lines; i++) {
        begins[i] = at;
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        at = feed ? feed + 1 : end;
    }
    begins[lines] = end;
    *count = lines;
    return begins;
}

/* The texts of one side, each with its lines. */
struct texts {
    const struct difference_side *side;
    const char ***lines;
    size_t *counts;
};

static struct texts texts_of(const struct difference_side *side, struct arena *arena)
{
    struct texts texts = {side, arena_array(arena, side->source_count + 1, sizeof *texts.lines),
                          arena_array(arena, side->source_count + 1, sizeof *texts.counts)};
    for (size_t i = 0; i < side->source_count; i++)
        texts.lines[i] = lines_of(&side->sources[i], arena, &texts.counts[i]);
    return texts;
}

/* The text of a handler, NULL = not at hand. */
static const char *text_of(const struct texts *texts, const struct value *handler,
                           size_t *length)
{
    const char *file = value_get_string(handler, "file");
    int64_t first = value_get_int(handler, "line", 0);
    int64_t last = value_get_int(handler, "last_line", first);
    for (size_t i = 0; i < texts->side->source_count; i++) {
        if (file && strcmp(texts->side->sources[i].file, file) != 0)
            continue;
        if (first < 1 || last < first || (uint64_t)last > texts->counts[i])
            return NULL;
        *length = (size_t)(texts->lines[i][last] - texts->lines[i][first - 1]);
        return texts->lines[i][first - 1];
    }
    return NULL;
}

static void compare_handler(struct differ *differ, const struct texts texts[2],
                            const struct value *old, const struct value *new)
{
    const struct value *shown = new ? new : old;
    const char *ref = value_get_string(shown, "ref");
    const struct subject subject = {DIFFERENCE_ON, ref ? ref : "",
                                    value_get_string(shown, "event")};
    if (!old || !new) {
        differ_add(differ, &subject, new ? DIFFERENCE_ADDED : DIFFERENCE_REMOVED, NULL, old,
                   new);
        return;
    }
    size_t was = 0, is = 0;
    const char *before = text_of(&texts[0], old, &was), *after = text_of(&texts[1], new, &is);
    if (before && after && (was != is || memcmp(before, after, is) != 0)) {
        struct difference *said =
            differ_add(differ, &subject, DIFFERENCE_HANDLER, NULL, NULL, NULL);
        said->old = arena_copy(differ->arena, before, was);
        said->new = arena_copy(differ->arena, after, is);
    }
}

static const char *handler_key(const struct differ *differ, const struct value *handler)
{
    const char *ref = value_get_string(handler, "ref");
    return arena_printf(differ->arena, "%s %s", value_get_string(handler, "event"),
                        ref ? ref : "");
}

static struct table index_handlers(const struct differ *differ, const struct value *list)
{
    struct table table = {0};
    for (uint32_t i = 0; list && i < list->count; i++) {
        const char *key = handler_key(differ, list->items[i]);
        table_add(&table, key, strlen(key), i);
    }
    return table;
}

void differ_handlers(struct differ *differ)
{
    const struct value *old = value_get(differ->before->plan->sealed, "handlers");
    const struct value *new = value_get(differ->after->plan->sealed, "handlers");
    struct table before = index_handlers(differ, old), after = index_handlers(differ, new);
    const struct texts texts[2] = {texts_of(differ->before, differ->arena),
                                   texts_of(differ->after, differ->arena)};
    for (uint32_t i = 0; new &&i < new->count; i++) {
        const char *key = handler_key(differ, new->items[i]);
        uint32_t at = table_get(&before, key, strlen(key));
        compare_handler(differ, texts, at == TABLE_NONE ? NULL : old->items[at], new->items[i]);
    }
    for (uint32_t i = 0; old && i < old->count; i++) {
        const char *key = handler_key(differ, old->items[i]);
        if (table_get(&after, key, strlen(key)) == TABLE_NONE)
            compare_handler(differ, texts, old->items[i], NULL);
    }
    table_free(&before);
    table_free(&after);
}
