#include "service/talk.h"

#include "service/holding_shared.h"
#include "service/request.h"

#include <stdlib.h>

struct talk {
    struct holding_options options;
    struct arena *arena;
    char folder[HOLDER_PATH_MOST];
    const char *id, *name; /* of the plan, of its store */
    enum { TALK_NEW, TALK_AWAY, TALK_HERE } place;
    struct holding holding; /* here */
};

int talk_open(const struct holding_options *options, struct talk **out, struct err *err)
{
    struct talk *talk = mem_resize(NULL, 1, sizeof *talk);
    *talk = (struct talk){.options = *options, .arena = arena_new()};
    talk->options.mode = HOLDING_RUN;
    int code = holding_store_of(options->script, options->folder, options->fast, talk->arena,
                                &talk->id, &talk->name, talk->folder, err);
    if (code < 0)
        talk_close(talk);
    else
        *out = talk;
    return code;
}

void talk_close(struct talk *talk)
{
    if (!talk)
        return;
    if (talk->place == TALK_HERE)
        holding_close(&talk->holding);
    arena_free(talk->arena);
    free(talk);
}

static int say_here(struct talk *talk, const struct value *request, struct arena *arena,
                    struct value **answer, struct err *err)
{
    int64_t now_ms = 0;
    int code = request_now(&talk->holding, talk->options.fast, &now_ms, err);
    if (code < 0)
        return code;
    struct value *said = request_do(&talk->holding, request, now_ms, arena);
    code = store_flush(talk->holding.store, err);
    if (code == 0)
        *answer = said;
    return code;
}

/* Between asking and taking the lock another may take it: ERR_LIMIT, and it can be asked. */
static int begin_here(struct talk *talk, bool *taken, struct err *err)
{
    int code = holding_open(&talk->options, &talk->holding, err);
    *taken = talk->holding.holder != NULL;
    if (code < 0)
        holding_close(&talk->holding);
    else
        talk->place = TALK_HERE;
    return code;
}

int talk_say(struct talk *talk, const struct value *request, struct arena *arena,
             struct value **answer, struct err *err)
{
    const struct value *asked = request_of(request, talk->id, arena);
    for (int tries = 0; talk->place != TALK_HERE; tries++) {
        bool taken = false;
        int code = holder_ask(talk->folder, talk->name, asked, arena, answer, err);
        if (code == 0)
            talk->place = TALK_AWAY;
        if (code != ERR_NOT_FOUND || talk->place == TALK_AWAY)
            return code;
        code = begin_here(talk, &taken, err);
        if (code < 0 && (code != ERR_LIMIT || taken || tries == REQUEST_TRIES))
            return code;
    }
    return say_here(talk, asked, arena, answer, err);
}
