/* From what a rule reports to a finding: texts as they are, places by plan, node and field. */
#include "script/check_state.h"

#include "script/source_index.h"

#include <string.h>

static const struct check_plan *plan_of(const struct check *check, const char *id)
{
    for (size_t i = 0; id && i < check->plan_count; i++)
        if (strcmp(check->plans[i].plan->id, id) == 0)
            return &check->plans[i];
    return NULL;
}

/* The source that a node stands in: the script, or the module of that file name. */
static size_t source_number(const struct check_plan *plan, const char *file)
{
    for (size_t i = 1; file && i < plan->loaded->source_count; i++)
        if (strcmp(plan->loaded->sources[i].file, file) == 0)
            return i;
    return 0;
}

/* `at` is {plan, word, id, line, file, field, part}; what is absent makes the place wider. */
static struct place place_of(struct check *check, const struct value *at)
{
    const struct check_plan *plan = plan_of(check, value_get_string(at, "plan"));
    if (!plan || !plan->loaded->source_count)
        return (struct place){0};
    size_t number = source_number(plan, value_get_string(at, "file"));
    const struct source *source = plan->loaded->sources[number].text;
    if (!plan->indices[number])
        plan->indices[number] =
            source_index_new(check->arena, source, check->names, check->name_count);
    struct source_ref ref = {.index = plan->indices[number],
                             .line = (uint32_t)value_get_int(at, "line", 0),
                             .word = value_get_string(at, "word"),
                             .id = value_get_string(at, "id")};
    const char *field = value_get_string(at, "field"), *part = value_get_string(at, "part");
    if (!field)
        return source_at(ref);
    return part ? source_at_part(ref, field, NULL, part) : source_at_value(ref, field);
}

static enum severity severity_of(const char *level)
{
    if (level && strcmp(level, "error") == 0)
        return SEVERITY_ERROR;
    return level && strcmp(level, "note") == 0 ? SEVERITY_NOTE : SEVERITY_WARNING;
}

static const char *text_of(const struct value *map, const char *key)
{
    const char *text = value_get_string(map, key);
    return text ? text : "";
}

void check_add_findings(struct check *check, const struct value *list)
{
    for (uint32_t i = 0; list && i < list->count; i++) {
        const struct value *told = list->items[i], *other = value_get(told, "other");
        struct finding *finding =
            finding_add(check->findings, severity_of(value_get_string(told, "level")),
                        text_of(told, "rule"), place_of(check, value_get(told, "at")), "%s",
                        text_of(told, "message"));
        finding->help = value_get_string(told, "help");
        if (!other)
            continue;
        finding->other = place_of(check, other);
        finding->other_text = value_get_string(told, "other_text");
    }
}
