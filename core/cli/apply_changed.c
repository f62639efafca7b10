/* `planrun apply --changed SCRIPT…`: what a service starts to take changes: whatever scripts do, they do it
 * in a process that comes and goes. */
#include "cli/apply_request.h"

#include "base/json.h"
#include "service/holding.h"
#include "service/holding_shared.h"
#include "service/inputs.h"
#include "service/request.h"
#include "service/sources.h"

#include <string.h>

/* All scripts. */
struct changing {
    struct cli *cli;
    struct host *host;
    struct store *store; /* of the service, to be read */
    char folder[HOLDER_PATH_MOST];
    int code;
};

static void tell(struct changing *changing, const char *event, const char *script,
                 const char *message)
{
    struct arena *arena = arena_new();
    struct value *said = value_map(arena);
    struct buf text = {0};
    value_set_string(arena, said, "event", event);
    value_set_string(arena, said, "script", script);
    if (message)
        value_set_string(arena, said, "message", message);
    json_write(&text, said);
    fprintf(changing->cli->out, "%s\n", text.bytes);
    fflush(changing->cli->out);
    buf_free(&text);
    arena_free(arena);
}

static void refuse(struct changing *changing, const char *script, const char *message)
{
    tell(changing, "plan.refused", script, message);
    changing->code = EXIT_PROBLEMS;
}

static void send(struct changing *changing, const char *script, const struct loaded *loaded,
                 struct arena *arena)
{
    struct err err = {0};
    struct value *answer = NULL;
    const struct value *request = request_of(
        apply_request(loaded, script, changing->cli->lang, arena), loaded->id, arena);
    int code = holder_ask(changing->folder, HOLDING_SERVICE, request, arena, &answer, &err);
    const char *problem = code < 0 ? err.message : value_get_string(answer, "error");
    if (problem)
        refuse(changing, script, problem);
}

static void take(struct changing *changing, const char *script,
                 const struct store_revision *runs, struct arena *arena)
{
    struct findings findings = findings_new(arena, changing->cli->lang);
    struct loaded *loaded = NULL;
    struct err err = {0};
    int code = load_plan(changing->host, script, NULL, &findings, &loaded, &err);
    if (code < 0) {
        const char *message = finding_first_error(&findings, arena);
        refuse(changing, script, message ? message : err.message);
    } else if (!runs || strcmp(loaded->revision, runs->hash) != 0) {
        send(changing, script, loaded, arena);
    }
    loaded_free(loaded);
    findings_free(&findings);
}

static void look_at(struct changing *changing, const char *script)
{
    struct arena *arena = arena_new();
    struct store_revision runs;
    struct err err = {0};
    const char *id;
    uint32_t number;
    int code = holding_plan_id(script, arena, &id, &err);
    bool known =
        code == 0 && store_revision(changing->store, id, arena, &runs, &number, &err) == 0;
    if (code < 0)
        refuse(changing, script, err.message);
    else if (!known || sources_have_above(&runs) || !sources_stand(&runs, script))
        take(changing, script, known ? &runs : NULL, arena);
    arena_free(arena);
}

int apply_changed(struct cli *cli, char **scripts, int count)
{
    struct changing changing = {.cli = cli, .code = EXIT_FINE};
    struct arena *arena = arena_new();
    struct err err = {0};
    int code = holder_folder(changing.folder, &err);
    if (code == 0)
        code = inputs_open_host(&changing.host, &err);
    if (code == 0)
        code = store_open(arena_printf(arena, "%s/%s.db", changing.folder, HOLDING_SERVICE),
                          STORE_READ, &changing.store, &err);
    for (int i = 0; i < count && code == 0; i++)
        look_at(&changing, scripts[i]);
    store_close(changing.store);
    host_close(changing.host);
    arena_free(arena);
    return code < 0 ? cli_fail(cli, &err) : changing.code;
}
