#include "sim_control.h"

#include <stdlib.h>
#include <string.h>

enum { ASKED_MOST = 16 };

struct asked {
    struct control_request request;
    uint32_t number;
};

/* Requests up to `taken` are with the turn. */
struct control {
    sim_answered answered;
    void *context;
    struct asked asked[ASKED_MOST];
    size_t count, taken;
};

struct control *sim_control_new(sim_answered answered, void *context)
{
    struct control *control = mem_resize(NULL, 1, sizeof *control);
    *control = (struct control){.answered = answered, .context = context};
    return control;
}

void sim_control_free(struct control *control)
{
    for (size_t i = 0; control && i < control->count; i++)
        arena_free(control->asked[i].request.arena);
    free(control);
}

void sim_control_ask(struct control *control, uint32_t asked, const struct value *request)
{
    if (control->count == ASKED_MOST)
        abort();
    control->asked[control->count++] = (struct asked){{arena_new(), request, NULL}, asked};
}

struct control_request *control_next(struct control *control)
{
    return control->taken < control->count ? &control->asked[control->taken++].request : NULL;
}

bool control_waiting(const struct control *control)
{
    return control->taken < control->count;
}

void control_answer(struct control *control, const struct err *problem)
{
    size_t answered = 0;
    while (answered < control->taken && control->asked[answered].request.answer) {
        struct asked *asked = &control->asked[answered++];
        control->answered(control->context, asked->number, asked->request.answer, problem);
        arena_free(asked->request.arena);
    }
    control->count -= answered;
    control->taken -= answered;
    memmove(control->asked, control->asked + answered, control->count * sizeof *control->asked);
}
