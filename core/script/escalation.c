#include "script/escalation.h"

#include "script/host_value.h"

#include <lua.h>
#include <string.h>

enum { STEPS_MOST = 100 };

struct request {
    struct arena *arena;
    const struct value *sealed;
    struct value *answer;
};

static int run(lua_State *lua)
{
    struct request *request = lua_touserdata(lua, 1);
    host_push_function(lua, "escalation", "expand");
    host_push_value(lua, value_get(request->sealed, "steps"));
    host_push_value(lua, value_get(request->sealed, "every"));
    lua_call(lua, 2, 1);
    request->answer = host_to_value(lua, request->arena, -1, "escalation.lua");
    return 0;
}

static bool is_duration(const struct value *value)
{
    if (!value || value->type != VALUE_STRING)
        return false;
    size_t digits = strspn(value->string, "0123456789");
    const char *unit = value->string + digits;
    return digits > 0 && digits < 5 && (strcmp(unit, "d") == 0 || strcmp(unit, "wd") == 0);
}

static bool is_step(const struct value *step)
{
    const struct value *after = value_get(step, "after"), *text = value_get(step, "text");
    return step->type == VALUE_MAP && after && after->type == VALUE_LIST && after->count == 1 &&
           is_duration(after->items[0]) && value_get_string(step, "to") &&
           value_get_int(step, "step", 0) > 0 && (!text || text->type == VALUE_STRING) &&
           step->pairs == 3u + (text != NULL) && step->count == 0;
}

int escalation_expand(struct host *host, struct arena *arena, const struct value *sealed,
                      struct value **out, struct err *err)
{
    struct request request = {arena, sealed, NULL};
    int code = host_run(host, run, &request, err);
    if (code < 0)
        return code;
    const struct value *answer = request.answer;
    bool fine = answer->type == VALUE_LIST && answer->count > 0 && answer->count <= STEPS_MOST;
    for (uint32_t i = 0; fine && i < answer->count; i++)
        fine = is_step(answer->items[i]);
    if (!fine)
        return err_set(
            err, ERR_INTERNAL,
            "escalation.lua: expand gives a list of { after = { \"2wd\" }, step = 1, "
            "to = \"head\" }, perhaps with text");
    *out = request.answer;
    return 0;
}
