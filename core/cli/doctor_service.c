/* `planrun doctor` without a script: the service's store, each of its plans, what waits to be sent, and the channels of
 * its configuration. Nothing is sent. */
#include "cli/doctor.h"

#include "base/sha256.h"
#include "cli/check.h"
#include "cli/hold.h"
#include "cli/text.h"
#include "script/config.h"
#include "service/holding_shared.h"
#include "store/outbox.h"
#include "time/civil.h"
#include "time/clock.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    CHANGED_DAYS = 3, /* a changed script that was not taken for so long needs somebody */
    ENDED_DAYS = 90,
    SCRIPT_MOST = 16 << 20,
    DAY_SECONDS = 86400,
};

static const char usual[] = "/etc/planrun/service.lua";

/* ---- plans ---------------------------------------------------------------------------------- */

/* Whether the file has other bytes than those that were taken; false when it cannot be read. */
static bool is_changed(const char *path, const char *sha256)
{
    char hex[SHA256_HEX];
    struct buf text = {0};
    char piece[4096];
    FILE *file = fopen(path, "rbe");
    size_t length = 0;
    while (file && text.length < SCRIPT_MOST && (length = fread(piece, 1, sizeof piece, file)))
        buf_add(&text, piece, length);
    sha256_hex(text.bytes ? text.bytes : "", text.length, hex);
    bool changed = file && !ferror(file) && strcmp(hex, sha256) != 0;
    if (file)
        (void)fclose(file);
    buf_free(&text);
    return changed;
}

/* What is to be said of a script, NULL = nothing. */
static const char *look_at_script(const struct holding *holding, bool ended,
                                  struct arena *arena, enum lang lang, bool *sound)
{
    const struct store_revision *revision = &holding->revision;
    struct stat status;
    struct clock wall = clock_real();
    if (stat(revision->path, &status) < 0) {
        *sound = ended;
        return arena_printf(arena, TR(lang, "script gone: %s", "脚本不在了：%s"),
                            revision->path);
    }
    if (!revision->source_count || !is_changed(revision->path, revision->sources[0].sha256))
        return NULL;
    int64_t days = (clock_now(&wall) / 1000 - status.st_mtim.tv_sec) / DAY_SECONDS;
    *sound = days < CHANGED_DAYS;
    if (days < 1)
        return TR(lang, "script changed and not yet taken (planrun apply)",
                  "脚本刚改过，尚未采用（planrun apply）");
    return arena_printf(arena,
                        TR(lang, "script changed %lld days ago and not taken (planrun apply)",
                           "脚本改动已 %lld 天，尚未采用（planrun apply）"),
                        (long long)days);
}

static bool has_ended(const struct holding *holding, int32_t *last)
{
    int32_t first, today;
    agenda_span(engine_agenda(holding->engine, 0), &first, last);
    cli_day(NULL, &today);
    return *last != DAY_OPEN && *last < today - ENDED_DAYS;
}

static void tell_plan(struct patient *patient, const struct holding *holding, const char *id)
{
    enum lang lang = patient->cli->lang;
    struct arena *arena = arena_new();
    struct buf text = {0};
    char day[11];
    int32_t last;
    bool sound = true, ended = has_ended(holding, &last);
    const char *script = look_at_script(holding, ended, arena, lang, &sound);
    buf_printf(&text, TR(lang, "%s; %u units", "%s；%u 个单位（含人员）"), holding->plan->name,
               roster_count(holding->roster));
    if (ended)
        buf_printf(&text, TR(lang, "; ended %s", "；已于 %s 结束"), civil_format(last, day));
    if (script)
        buf_printf(&text, TR(lang, "; %s", "；%s"), script);
    doctor_tell(patient, sound, id, text.bytes);
    buf_free(&text);
    arena_free(arena);
}

/* As a run opens it, from what is stored; the script is not read. */
static void check_plan(struct patient *patient, const char *id)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, patient->cli->lang);
    struct store_revision revision;
    struct holding holding = {0};
    struct err err = {0};
    uint32_t number;
    int code = store_revision(patient->store, id, arena, &revision, &number, &err);
    struct holding_options options = {.mode = HOLDING_READ,
                                      .script = code == 0 ? revision.path : id,
                                      .folder = patient->folder,
                                      .lang = patient->cli->lang,
                                      .findings = &findings};
    if (code == 0 && holding_open(&options, &holding, &err) == 0)
        tell_plan(patient, &holding, id);
    else if (access(options.script, F_OK) < 0)
        doctor_tell(patient, false, id,
                    arena_printf(arena, TR(options.lang, "script gone: %s", "脚本不在了：%s"),
                                 options.script));
    else
        doctor_tell(patient, false, id,
                    findings.errors ? findings.list[0].message : err.message);
    holding_close(&holding);
    findings_free(&findings);
    arena_free(arena);
}

static void check_plans(struct patient *patient)
{
    enum lang lang = patient->cli->lang;
    struct arena *arena = arena_new();
    const char *const *ids = NULL;
    size_t count = 0;
    struct err err = {0};
    if (store_plans(patient->store, arena, &ids, &count, &err) < 0)
        doctor_tell(patient, false, TR(lang, "plans", "方案"), err.message);
    for (size_t i = 0; i < count; i++)
        check_plan(patient, ids[i]);
    arena_free(arena);
}

/* ---- messages ------------------------------------------------------------------------------- */

static void check_messages(struct patient *patient)
{
    enum lang lang = patient->cli->lang;
    int64_t counts[MESSAGE_STATES] = {0}, unsure = 0;
    struct err err = {0};
    if (store_message_counts(patient->store, counts, &unsure, &err) < 0)
        doctor_tell(patient, false, TR(lang, "messages", "消息"), err.message);
    doctor_count(patient, false, TR(lang, "given up", "已放弃"),
                 (uint32_t)counts[MESSAGE_FAILED]);
    doctor_count(patient, false, TR(lang, "held", "暂扣"), (uint32_t)counts[MESSAGE_HELD]);
    if (counts[MESSAGE_FAILED] + counts[MESSAGE_HELD])
        doctor_tell(patient, true, "",
                    TR(lang, "'planrun outbox' lists them", "用 planrun outbox 列出"));
}

/* ---- channels ------------------------------------------------------------------------------- */

static void tell_channels(struct patient *patient, const struct config *config)
{
    enum lang lang = patient->cli->lang;
    for (size_t i = 0; i < config->channel_count; i++) {
        struct buf label = {0};
        buf_printf(&label, TR(lang, "channel %s", "渠道 %s"), config->channels[i].name);
        doctor_tell(patient, true, label.bytes, config_kind_name(config->channels[i].kind));
        buf_free(&label);
    }
    doctor_tell(patient, config->alarm != NULL, TR(lang, "alarms", "告警"),
                config->alarm ? config->alarm
                              : TR(lang, "go nowhere: the configuration names no alarm",
                                   "无处可发：配置里没有写 alarm"));
}

static void tell_finding(struct patient *patient, const struct finding *finding,
                         struct arena *arena)
{
    const struct place *place = &finding->place;
    const char *text = finding->message;
    if (place->source && place->line)
        text =
            arena_printf(arena, "%s:%u: %s", place->source->name, (unsigned)place->line, text);
    doctor_tell(patient, false, finding->name, text);
}

static void check_config_file(struct patient *patient, const char *path)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, patient->cli->lang), again = findings;
    struct config *config = NULL;
    struct host *host = NULL;
    struct err err = {0};
    int code = check_config_look(patient->cli, path, &findings, &err);
    if (code == 0)
        code = cli_open_host(&host, &err);
    if (code < 0)
        doctor_tell(patient, false, path, err.message);
    else if (config_load(host, path, &again, &config, &err) == 0)
        tell_channels(patient, config);
    for (size_t i = 0; i < findings.count; i++)
        if (findings.list[i].severity != SEVERITY_NOTE)
            tell_finding(patient, &findings.list[i], arena);
    config_free(config);
    host_close(host);
    findings_free(&again);
    findings_free(&findings);
    arena_free(arena);
}

static void check_channels(struct patient *patient, const char *config)
{
    enum lang lang = patient->cli->lang;
    const char *path = config ? config : usual;
    bool any = config || access(usual, F_OK) == 0;
    doctor_tell(patient, true, TR(lang, "configuration", "配置"),
                any ? path : TR(lang, "none (--config names one)", "没有（用 --config 指定）"));
    if (any)
        check_config_file(patient, path);
}

int doctor_service(struct cli *cli, const char *config)
{
    char folder[HOLDER_PATH_MOST], path[HOLDER_PATH_MOST + 16];
    struct patient patient = {.cli = cli, .folder = folder, .name = HOLDING_SERVICE};
    struct err err = {0};
    int code = holder_folder(folder, &err);
    snprintf(path, sizeof path, "%s/%s.db", folder, HOLDING_SERVICE);
    if (code == 0)
        code = store_open(path, STORE_READ, &patient.store, &err);
    if (code < 0)
        return cli_fail(cli, &err);
    fprintf(cli->out, "%s\n", TR(cli->lang, "the service", "服务"));
    check_plans(&patient);
    check_channels(&patient, config);
    check_messages(&patient);
    doctor_store(&patient);
    store_close(patient.store);
    return doctor_end(&patient);
}
