/* A sealed plan as the tables that rules see; stdlib/check.lua states them. */
#include "script/check_state.h"

#include "script/host_value.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

static void set_string(lua_State *lua, const char *key, const char *text)
{
    lua_pushstring(lua, text); /* NULL pushes nil */
    lua_setfield(lua, -2, key);
}

static void set_int(lua_State *lua, const char *key, lua_Integer number)
{
    lua_pushinteger(lua, number);
    lua_setfield(lua, -2, key);
}

static void set_day(lua_State *lua, const char *key, int32_t day)
{
    if (day != DAY_NONE && day != DAY_OPEN)
        set_int(lua, key, day);
}

static void set_flag(lua_State *lua, const char *key, bool flag)
{
    if (!flag)
        return;
    lua_pushboolean(lua, true);
    lua_setfield(lua, -2, key);
}

static void set_value(lua_State *lua, const char *key, const struct value *value)
{
    host_push_value(lua, value);
    lua_setfield(lua, -2, key);
}

/* ---- dates and amounts -------------------------------------------------------------------------- */

static void push_date(lua_State *lua, const struct date *date, const struct value *sealed)
{
    static const char *const kinds[] = {NULL, "interval", "deadline", "recurring", "standing"};
    const struct value *usual = value_get(sealed, "default"); /* beside its exceptions */
    lua_createtable(lua, 0, 8);
    set_string(lua, "kind", kinds[date->kind]);
    set_day(lua, "first", date->first);
    set_day(lua, "last", date->last);
    set_int(lua, "minute", date->minute);
    set_flag(lua, "undated", date->undated);
    set_flag(lua, "soft", date->soft);
    set_flag(lua, "provisional", date->provisional);
    set_string(lua, "phrase", date->phrase);
    set_string(lua, "from", date->from);
    set_string(lua, "rule", value_get_string(usual ? usual : sealed, "rule"));
    set_value(lua, "warnings", value_get(usual ? usual : sealed, "warnings"));
    if (!date->year_count)
        return;
    lua_createtable(lua, 0, (int)date->year_count);
    for (uint32_t i = 0; i < date->year_count; i++) {
        if (date->years[i].none)
            lua_pushboolean(lua, false);
        else
            push_date(lua, &date->years[i].date, NULL);
        lua_rawseti(lua, -2, date->years[i].year);
    }
    lua_setfield(lua, -2, "years");
}

static void set_date(lua_State *lua, const char *key, const struct date *date,
                     const struct value *owner)
{
    if (date->kind == DATE_NONE)
        return;
    push_date(lua, date, value_get(owner, key));
    lua_setfield(lua, -2, key);
}

static void set_bound(lua_State *lua, const char *key, double bound)
{
    if (bound < 0)
        return;
    lua_Integer whole;
    if (lua_numbertointeger(bound, &whole) && (double)whole == bound)
        lua_pushinteger(lua, whole);
    else
        lua_pushnumber(lua, bound);
    lua_setfield(lua, -2, key);
}

static void set_amount(lua_State *lua, const char *key, const struct amount *amount)
{
    if (!amount->stated)
        return;
    lua_createtable(lua, 0, 6);
    set_bound(lua, "min", amount->min);
    set_bound(lua, "max", amount->max);
    set_flag(lua, "exact", amount->exact);
    set_flag(lua, "about", amount->about);
    set_flag(lua, "percent", amount->percent);
    set_flag(lua, "some", amount->some);
    set_flag(lua, "each", amount->each);
    set_string(lua, "unit", amount->unit);
    set_string(lua, "phrase", amount->phrase);
    lua_setfield(lua, -2, key);
}

/* ---- items -------------------------------------------------------------------------------------- */

static void set_who(lua_State *lua, struct check *check, const char *key,
                    const struct value *sealed)
{
    if (!sealed)
        return;
    host_push_value(lua, sealed);
    set_int(lua, "number", (lua_Integer)check_selector(check, sealed));
    lua_setfield(lua, -2, key);
}

static void set_per(lua_State *lua, const struct item *item)
{
    const struct value *sealed = value_get(item->sealed, "per");
    set_flag(lua, "per_phase", item->per_phase);
    if (!item->per_count)
        return;
    lua_createtable(lua, (int)item->per_count, 0);
    for (uint32_t i = 0; i < item->per_count; i++) {
        bool listed = sealed && sealed->type == VALUE_LIST && i < sealed->count;
        push_date(lua, &item->per[i], listed ? sealed->items[i] : NULL);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    lua_setfield(lua, -2, "per");
}

static void set_work_due(lua_State *lua, const struct check *check, const struct plan *plan,
                         const struct item *item)
{
    int32_t working;
    if (item->due.kind != DATE_NONE &&
        plan_working_due(plan, item, host_calendar(check->input->host), item->due.last,
                         &working))
        set_int(lua, "work_due", working);
}

static void push_item(lua_State *lua, struct check *check, const struct plan *plan,
                      const struct item *item)
{
    static const char *const words[] = {"phase", "task", "quota"};
    static const char *const bindings[] = {"must", "should", "may", "never"};
    static const char *const rest_days[] = {"keep", "next", "ignore"};
    static const char *const roles[] = {"each", "by", "lead", "help", "attend", "from", "to"};
    lua_createtable(lua, 0, 20);
    set_string(lua, "id", item->id);
    set_string(lua, "name", item->name);
    set_string(lua, "word", words[item->word]);
    set_string(lua, "label", item->label);
    set_string(lua, "clause", item->clause);
    set_string(lua, "file", value_get_string(item->sealed, "file"));
    set_string(lua, "binding", bindings[item->binding]);
    set_string(lua, "rest_day", rest_days[item->rest_day]);
    set_int(lua, "line", item->line);
    set_date(lua, "when", &item->when, item->sealed);
    set_date(lua, "due", &item->due, item->sealed);
    set_date(lua, "review", &item->review, item->sealed);
    set_per(lua, item);
    set_amount(lua, "count", &item->count);
    for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
        set_who(lua, check, roles[i], item->who[i]);
    set_work_due(lua, check, plan, item);
    set_value(lua, "sealed", item->sealed);
}

/* `items`, and `item` by id; the plan is on the top. */
static void set_items(lua_State *lua, struct check *check, const struct plan *plan)
{
    lua_createtable(lua, (int)plan->item_count, 0);
    lua_createtable(lua, 0, (int)plan->item_count);
    for (uint32_t i = 0; i < plan->item_count; i++) {
        const struct item *item = &plan->items[i];
        push_item(lua, check, plan, item);
        lua_pushvalue(lua, -4);
        lua_setfield(lua, -2, "plan");
        lua_newtable(lua);
        lua_setfield(lua, -2, "children");
        if (item->parent != ITEM_NONE) {
            lua_rawgeti(lua, -3, (lua_Integer)item->parent + 1);
            lua_getfield(lua, -1, "children");
            lua_pushvalue(lua, -3);
            lua_rawseti(lua, -2, (lua_Integer)lua_rawlen(lua, -2) + 1);
            lua_pop(lua, 1);
            lua_setfield(lua, -2, "parent");
        }
        lua_pushvalue(lua, -1);
        lua_setfield(lua, -3, item->id);
        lua_rawseti(lua, -3, (lua_Integer)i + 1);
    }
    lua_setfield(lua, -3, "item");
    lua_setfield(lua, -2, "items");
}

/* ---- plans -------------------------------------------------------------------------------------- */

size_t check_number(const struct check *check, const struct loaded *loaded)
{
    size_t number = 0;
    while (number < check->plan_count && check->plans[number].loaded != loaded)
        number++;
    return number;
}

static void set_head(lua_State *lua, const struct check_plan *of)
{
    const struct plan *plan = of->plan;
    const struct value *head = value_get(plan->sealed, "plan");
    set_string(lua, "id", plan->id);
    set_string(lua, "name", plan->name);
    set_string(lua, "issuer", plan->issuer);
    set_string(lua, "level", plan->level);
    set_string(lua, "owner", plan->owner);
    set_string(lua, "path", of->loaded->path);
    set_string(lua, "word", "plan");
    set_day(lua, "issued", plan->issued);
    set_day(lua, "received", plan->received);
    set_value(lua, "year", value_get(head, "year"));
    set_value(lua, "burden", value_get(head, "burden"));
    set_value(lua, "line", value_get(head, "line"));
    set_value(lua, "file", value_get(head, "file"));
    set_date(lua, "when", &plan->when, head);
    set_date(lua, "review", &plan->review, head);
    lua_createtable(lua, 0, 8);
    for (uint32_t i = 0; i < plan->sealed->pairs; i++)
        if (strcmp(plan->sealed->map[i].key, "items") != 0)
            set_value(lua, plan->sealed->map[i].key, plan->sealed->map[i].value);
    lua_setfield(lua, -2, "sealed");
}

static void set_reminders(lua_State *lua, const struct plan *plan)
{
    const struct value *sealed = value_get(plan->sealed, "reminders");
    lua_createtable(lua, (int)plan->reminder_count, 0);
    for (uint32_t i = 0; i < plan->reminder_count; i++) {
        const struct reminder *reminder = &plan->reminders[i];
        lua_createtable(lua, 0, 6);
        set_string(lua, "word", reminder->step ? "escalate" : "remind");
        set_int(lua, "line", reminder->line);
        set_int(lua, "minute", reminder->minute);
        set_flag(lua, "all", reminder->all);
        set_date(lua, "every", &reminder->every, sealed->items[i]);
        lua_createtable(lua, (int)reminder->tier_count, 0);
        for (uint32_t t = 0; t < reminder->tier_count; t++) {
            lua_pushinteger(lua, reminder->tiers[t]);
            lua_rawseti(lua, -2, (lua_Integer)t + 1);
        }
        lua_setfield(lua, -2, "tiers");
        set_value(lua, "sealed", sealed->items[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    lua_setfield(lua, -2, "reminders");
}

/* `above` and `under`, from the table of all plans at `all`; the plan is on the top. */
static void set_above(lua_State *lua, struct check *check, const struct check_plan *of, int all)
{
    lua_createtable(lua, (int)of->loaded->parent_count, 0);
    for (size_t i = 0; i < of->loaded->parent_count; i++) {
        lua_rawgeti(lua, all, (lua_Integer)check_number(check, of->loaded->parents[i]) + 1);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    lua_setfield(lua, -2, "above");
    set_value(lua, "under", value_get(value_get(of->plan->sealed, "plan"), "under"));
}

void check_push_plan(lua_State *lua, struct check *check, size_t number)
{
    luaL_checkstack(lua, 20, "plans");
    check_push_methods(lua);
    lua_createtable(lua, 0, 1);
    lua_pushvalue(lua, -2);
    lua_setfield(lua, -2, "__index");
    int meta = lua_gettop(lua);
    lua_createtable(lua, (int)check->plan_count, 0);
    int all = lua_gettop(lua);
    for (size_t i = 0; i < check->plan_count; i++) {
        lua_createtable(lua, 0, 24);
        set_head(lua, &check->plans[i]);
        set_items(lua, check, check->plans[i].plan);
        set_reminders(lua, check->plans[i].plan);
        set_int(lua, "today", check->input->today);
        if (i == 0)
            set_int(lua, "roster", roster_count(check->input->roster));
        lua_pushvalue(lua, meta);
        lua_setmetatable(lua, -2);
        lua_rawseti(lua, all, (lua_Integer)i + 1);
    }
    for (size_t i = 0; i < check->plan_count; i++) {
        lua_rawgeti(lua, all, (lua_Integer)i + 1);
        set_above(lua, check, &check->plans[i], all);
        lua_pop(lua, 1);
    }
    lua_rawgeti(lua, all, (lua_Integer)number + 1);
    lua_replace(lua, meta - 1);
    lua_settop(lua, meta - 1);
}
