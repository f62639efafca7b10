/* The files that are generated from the table of words: definitions for the Lua language server
 * (stdlib/meta/planrun.lua), its settings (.luarc.json) and luacheck's (.luacheckrc). */

#include "base/json.h"
#include "script/words_text.h"

#include <string.h>

static const char note[] =
    "Generated from stdlib/%s.lua by `planrun help %s --emit %s`; do not edit.";

/* What the language server calls a type; the aliases are printed first. */
static void emit_type(const struct word_field *field, struct buf *out)
{
    static const char *const types[] = {
        [FIELD_TEXT] = "string",
        [FIELD_TEXTS] = "string|string[]",
        [FIELD_ID] = "string",
        [FIELD_IDS] = "string|string[]",
        [FIELD_DATE] = "planrun.date",
        [FIELD_DATES] = "string|string[]",
        [FIELD_AMOUNT] = "planrun.amount",
        [FIELD_WHO] = "string|string[]",
        [FIELD_UNIT] = "string",
        [FIELD_REF] = "string",
        [FIELD_REFS] = "string|string[]",
        [FIELD_UNDER] = "string|table",
        [FIELD_NAMES] = "string|string[]",
        [FIELD_ABSENT] = "string|string[]",
        [FIELD_ALSO] = "table[]",
        [FIELD_DURATIONS] = "string|string[]",
        [FIELD_TIME] = "string",
        [FIELD_CONTENTS] = "string|table",
        [FIELD_TEMPLATE] = "string|fun(message: planrun.message): string",
        [FIELD_BOOL] = "boolean",
        [FIELD_MANY] = "true|integer",
        [FIELD_INT] = "integer",
        [FIELD_NUMBER] = "number",
        [FIELD_ANY] = "any",
        [FIELD_MAP_TEXT] = "table<string, string>",
        [FIELD_MAP_DATE] = "table<string, planrun.date|false>",
    };
    if (field->type == FIELD_ENUM)
        for (size_t i = 0; i < field->choice_count; i++)
            buf_printf(out, "%s\"%s\"", i ? "|" : "", field->choices[i]);
    else if (field->type == FIELD_RECORD || field->type == FIELD_RECORDS)
        buf_printf(out, "planrun.%s%s", field->record->name,
                   field->type == FIELD_RECORDS ? "[]" : "");
    else
        buf_adds(out, types[field->type]);
}

static void emit_fields(const struct word_fields *fields, struct buf *out)
{
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_field *field = &fields->list[i];
        if (field->positional)
            buf_adds(out, "---@field [1] ");
        else
            buf_printf(out, "---@field %s%s ", field->name, field->required ? "" : "?");
        emit_type(field, out);
        buf_printf(out, " %s（%s）", field->zh, field->en);
        if (field->fallback)
            buf_printf(out, "默认（default）: %s",
                       field->fallback_zh ? field->fallback_zh : field->fallback);
        buf_adds(out, "\n");
    }
}

/* A word whose first value, the kind, decides on its fields: any of the records. */
static void emit_kinds(const struct words *words, const struct word *word, struct buf *out)
{
    const char *name = word->fields.name;
    buf_printf(out, "---@alias planrun.%s\n", name);
    for (size_t i = 0; i < words->record_count; i++)
        buf_printf(out, "---| planrun.%s\n", words->records[i].name);
}

static void emit_class(const struct word *word, struct buf *out)
{
    buf_printf(out, "---@class planrun.%s\n", word->fields.name);
    if (word->first && strcmp(word->first, "kinds") == 0)
        buf_adds(out, "---@field [integer] string\n");
    else if (word->first && strcmp(word->first, "channel") == 0)
        buf_printf(out, "---@field [1]? string 渠道（channel）\n");
    else if (word->first)
        buf_printf(out, "---@field [1] string 名称（name）\n");
    if (word->children)
        buf_adds(out, "---@field [integer] string|planrun.node\n");
    emit_fields(&word->fields, out);
}

static void emit_word(const struct words *words, const struct word *word, struct buf *out)
{
    const char *name = word->fields.name;
    if (word->call)
        return;
    if (word->first && strcmp(word->first, "kind") == 0)
        emit_kinds(words, word, out);
    else
        emit_class(word, out);
    buf_printf(out, "\n--- %s\n--- %s\n---\n--- ```lua\n--- %s\n--- ```\n", word->zh, word->en,
               word->example);
    if (word->head)
        buf_printf(out,
                   "---@param %s string\n---@return fun(fields: planrun.%s): planrun.node\n"
                   "function %s(%s) end\n\n",
                   word->head, name, name, word->head);
    else
        buf_printf(out,
                   "---@param fields planrun.%s\n---@return planrun.node\n"
                   "function %s(fields) end\n\n",
                   name, name);
}

static void emit_event_name(const struct words *words, struct buf *out)
{
    buf_adds(out, "---@alias planrun.event_name\n");
    for (size_t i = 0; i < words->events.count; i++)
        buf_printf(out, "---| \"%s\" # %s\n", words->events.names[i], words->events.list[i].zh);
}

/* The fields of a function's one argument. */
static void emit_argument(const struct word_entries *fields, const char *class, struct buf *out)
{
    buf_printf(out, "---@class planrun.%s\n", class);
    for (size_t i = 0; i < fields->count; i++) {
        const struct word_entry *field = &fields->list[i];
        const char *type = strcmp(field->type, "text") == 0    ? "string"
                           : strcmp(field->type, "units") == 0 ? "planrun.units"
                                                               : field->type;
        buf_printf(out, "---@field %s %s %s（%s）\n", field->name, type, field->zh, field->en);
    }
    buf_adds(out, "\n");
}

static void emit_handlers(const struct words *words, struct buf *out)
{
    emit_event_name(words, out);
    buf_adds(out, "\n---@class planrun.units\nlocal units = {}\n\n");
    for (size_t i = 0; i < words->units.count; i++) {
        const struct word_entry *method = &words->units.list[i];
        const char *returns =
            strcmp(method->returns, "units") == 0 ? "planrun.units" : method->returns;
        buf_printf(out, "--- %s（%s）\n---@return %s\nfunction units:%s(%s) end\n\n",
                   method->zh, method->en, returns, method->name, method->arguments);
    }
    emit_argument(&words->event, "event", out);
    emit_argument(&words->message, "message", out);
    const struct word *on = words_find(words, "on");
    buf_printf(out,
               "--- %s\n--- %s\n---\n--- ```lua\n--- %s\n--- ```\n"
               "---@param event planrun.event_name\n"
               "---@param item string|fun(event: planrun.event)\n"
               "---@param handler? fun(event: planrun.event)\n"
               "function on(event, item, handler) end\n\n",
               on->zh, on->en, on->example);
    for (size_t i = 0; i < words->functions.count; i++) {
        const struct word_entry *function = &words->functions.list[i];
        buf_printf(out, "--- %s\n--- %s\nfunction %s(%s) end\n", function->zh, function->en,
                   function->name, function->arguments);
    }
}

static void emit_meta(const struct words *words, struct buf *out)
{
    buf_adds(out, "---@meta\n-- ");
    buf_printf(out, note, words->reference, words->reference, "meta");
    buf_adds(
        out,
        "\n-- luacheck: ignore\n\n---@class planrun.node\n\n"
        "---@alias planrun.date string|table\n---@alias planrun.amount string|number|table\n\n");
    for (size_t i = 0; i < words->record_count; i++) {
        buf_printf(out, "---@class planrun.%s\n", words->records[i].name);
        if (!words->events.count) /* of a configuration: the kinds of channels */
            buf_printf(out, "---@field [1] \"%s\"\n", words->records[i].name);
        emit_fields(&words->records[i], out);
        buf_adds(out, "\n");
    }
    for (size_t i = 0; i < words->count; i++)
        emit_word(words, &words->list[i], out);
    if (words->events.count)
        emit_handlers(words, out);
}

static void emit_luarc(struct buf *out)
{
    buf_adds(
        out,
        "{\n  \"runtime\": { \"version\": \"Lua 5.4\", \"path\": [\"?.lua\", "
        "\"stdlib/?.lua\"] },\n"
        "  \"workspace\": { \"library\": [\"stdlib/meta\"], \"checkThirdParty\": false },\n"
        "  \"diagnostics\": { \"globals\": [] }\n}\n");
}

static void emit_luacheck(const struct words *words, struct buf *out)
{
    buf_adds(out, "-- ");
    buf_printf(out, note, words->reference, words->reference, "luacheck");
    buf_adds(out, "\n\n-- What a plan's script can reach: the words, and Lua's harmless part.\n"
                  "stds.planrun = {\n  read_globals = {\n   ");
    for (size_t i = 0; i < words->count; i++)
        buf_printf(out, " \"%s\",", words->names[i]);
    for (size_t i = 0; i < words->functions.count; i++)
        buf_printf(out, " \"%s\",", words->functions.names[i]);
    for (size_t i = 0; i < words->lua.count; i++) {
        buf_adds(out, "\n   ");
        for (const char *at = words->lua.names[i]; *at;) {
            size_t length = strcspn(at, " ");
            buf_printf(out, i ? " %.*s = { other_fields = true }," : " \"%.*s\",", (int)length,
                       at);
            at += length + strspn(at + length, " ");
        }
    }
    buf_adds(out, "\n  },\n}\n\n"
                  "std = \"lua54\"\n"
                  "max_line_length = false -- Hanzi are counted as one column there\n"
                  "exclude_files = { \"build*/\", \"stdlib/meta/\", \"tests/hostile/\" }\n"
                  "files[\"scripts\"] = { std = \"planrun\" }\n"
                  "files[\"examples\"] = { std = \"planrun\" }\n"
                  "files[\"examples/service.lua\"] = { std = \"lua54\", read_globals = "
                  "{ \"service\", \"channel\", \"bind\" } }\n"
                  "files[\"tests/golden\"] = { std = \"planrun\" }\n"
                  "files[\"tests/lua\"] = { allow_defined_top = true } "
                  "-- luaunit finds tests by global names\n");
}

bool words_emit(const struct words *words, const char *what, struct buf *out)
{
    bool plans = words->events.count > 0; /* the other files are for scripts of plans */
    if (strcmp(what, "meta") == 0)
        emit_meta(words, out);
    else if (plans && strcmp(what, "luarc") == 0)
        emit_luarc(out);
    else if (plans && strcmp(what, "luacheck") == 0)
        emit_luacheck(words, out);
    else
        return false;
    return true;
}
