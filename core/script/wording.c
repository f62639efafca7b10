#include "script/wording.h"

#include "base/utf8.h"
#include "time/civil.h"

#include <lauxlib.h>
#include <lua.h>
#include <string.h>

struct request {
    enum lang lang;
    const struct wording_mail *mails;
    size_t count;
    struct arena *arena;
    struct wording *out;
};

/* ---- into Lua ----------------------------------------------------------------------------------- */

static void set_text(lua_State *lua, const char *key, const char *text)
{
    if (!text)
        return;
    lua_pushstring(lua, text);
    lua_setfield(lua, -2, key);
}

static void set_int(lua_State *lua, const char *key, lua_Integer number)
{
    lua_pushinteger(lua, number);
    lua_setfield(lua, -2, key);
}

static void push_entry(lua_State *lua, const struct wording_entry *entry)
{
    lua_createtable(lua, 0, 18);
    if (entry->notice) {
        lua_pushboolean(lua, 1);
        lua_setfield(lua, -2, "notice");
    }
    set_text(lua, "plan", entry->plan_id);
    set_text(lua, "plan_name", entry->plan_name);
    set_text(lua, "item", entry->item_id);
    set_text(lua, "item_name", entry->item_name);
    set_text(lua, "clause", entry->clause && *entry->clause ? entry->clause : NULL);
    set_text(lua, "phase", entry->phase);
    set_text(lua, "to", entry->to);
    set_text(lua, "unit", entry->unit_id);
    set_text(lua, "unit_name", entry->unit_name);
    set_text(lua, "kind", entry->unit_kind);
    set_text(lua, "within", entry->unit_within);
    set_text(lua, "measure", entry->measure);
    set_text(lua, "text", entry->text);
    set_text(lua, "said", entry->said);
    set_int(lua, "need", entry->need);
    set_int(lua, "missing", entry->missing);
    set_int(lua, "step", entry->step);
    if (entry->due != CIVIL_NONE)
        set_int(lua, "due", entry->due);
}

static void push_mail(lua_State *lua, const struct wording_mail *mail)
{
    lua_createtable(lua, 0, 5);
    set_text(lua, "name", mail->name);
    set_text(lua, "role", mail->role);
    set_text(lua, "link", mail->link);
    set_int(lua, "today", mail->today);
    lua_createtable(lua, (int)mail->entry_count, 0);
    for (size_t i = 0; i < mail->entry_count; i++) {
        push_entry(lua, &mail->entries[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    lua_setfield(lua, -2, "entries");
}

/* ---- and back ----------------------------------------------------------------------------------- */

/* The string on top of the stack, which is popped, in the arena. */
static const char *take(lua_State *lua, struct arena *arena, const char *what)
{
    size_t length = 0;
    if (lua_type(lua, -1) != LUA_TSTRING)
        luaL_error(lua, "%s is a %s, not a string", what, luaL_typename(lua, -1));
    const char *text = lua_tolstring(lua, -1, &length);
    if (memchr(text, 0, length) || utf8_valid(text, length) != length)
        luaL_error(lua, "%s is no text", what);
    const char *copy = arena_copy(arena, text, length);
    lua_pop(lua, 1);
    return copy;
}

/* One of the answer, on top of the stack. */
static void take_words(lua_State *lua, struct arena *arena, size_t entries, struct wording *out)
{
    const char **texts = arena_array(arena, entries, sizeof *texts);
    luaL_checktype(lua, -1, LUA_TTABLE);
    lua_getfield(lua, -1, "subject");
    out->subject = take(lua, arena, "subject");
    lua_getfield(lua, -1, "text");
    out->text = take(lua, arena, "text");
    lua_getfield(lua, -1, "texts");
    luaL_checktype(lua, -1, LUA_TTABLE);
    for (size_t i = 0; i < entries; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        if (lua_toboolean(lua, -1))
            texts[i] = take(lua, arena, "an entry's text");
        else
            lua_pop(lua, 1);
    }
    lua_pop(lua, 1);
    out->texts = texts;
}

static int compose(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    host_push_function(lua, "messages", "compose");
    lua_createtable(lua, (int)request->count, 0);
    for (size_t i = 0; i < request->count; i++) {
        push_mail(lua, &request->mails[i]);
        lua_rawseti(lua, -2, (lua_Integer)i + 1);
    }
    lua_pushstring(lua, TR(request->lang, "en", "zh"));
    lua_call(lua, 2, 1);
    luaL_checktype(lua, -1, LUA_TTABLE);
    for (size_t i = 0; i < request->count; i++) {
        lua_rawgeti(lua, -1, (lua_Integer)i + 1);
        take_words(lua, request->arena, request->mails[i].entry_count, &request->out[i]);
        lua_pop(lua, 1);
    }
    return 0;
}

int wording_make(struct host *host, enum lang lang, const struct wording_mail *mails,
                 size_t count, struct arena *arena, struct wording *out, struct err *err)
{
    struct wording *made = arena_array(arena, count, sizeof *made);
    struct request request = {lang, mails, count, arena, made};
    int code = host_run(host, compose, &request, err);
    if (code == 0 && count)
        memcpy(out, made, count * sizeof *out);
    return code;
}
