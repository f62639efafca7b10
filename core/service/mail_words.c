#include "service/mail_words.h"

#include "base/json.h"
#include "base/utf8.h"
#include "script/wording.h"
#include "time/civil.h"

#include <string.h>

enum { SUBJECT_COLUMNS = 120 };

/* One call. */
struct job {
    const struct mail_writer *writer;
    mail_said said;
    void *context;
    struct arena *arena;
};

/* ---- by the policy ---------------------------------------------------------------------------- */

static int32_t told_day(const struct mail *mail)
{
    return civil_from_ms(mail->told_ms, NULL);
}

static bool has_due(const struct mail_entry *entry)
{
    return entry->kind == EVENT_REMINDER && entry->due != DAY_NONE && entry->due != DAY_OPEN;
}

static void copy_entry(const struct mail_entry *from, struct wording_entry *to)
{
    bool reminder = from->kind == EVENT_REMINDER;
    *to = (struct wording_entry){
        .notice = !reminder,
        .plan_id = from->plan_id,
        .plan_name = from->plan_name,
        .item_id = from->item_id,
        .item_name = from->item_name,
        .clause = from->clause,
        .phase = from->phase,
        .to = from->to,
        .unit_id = from->unit_id,
        .unit_name = from->unit_name,
        .unit_kind = from->unit_kind,
        .unit_within = from->unit_within,
        .need = from->need,
        .missing = reminder ? from->missing : 0,
        .measure = from->measure,
        .due = has_due(from) ? from->due : CIVIL_NONE,
        .step = from->step,
        .text = from->text,
    };
}

static void copy_mail(const struct job *job, const struct mail *mails, size_t index,
                      struct wording_mail *to)
{
    const struct mail *mail = &mails[index];
    struct wording_entry *entries = arena_array(job->arena, mail->entry_count, sizeof *entries);
    for (size_t i = 0; i < mail->entry_count; i++) {
        copy_entry(&mail->entries[i], &entries[i]);
        entries[i].said = job->said ? job->said(job->context, index, i) : NULL;
    }
    *to = (struct wording_mail){.name = mail->unit_name,
                                .role = mail->role,
                                .link = job->writer->link ? job->writer->link : "",
                                .today = told_day(mail),
                                .entries = entries,
                                .entry_count = mail->entry_count};
}

/* ---- plain ------------------------------------------------------------------------------------ */

static const char *name_of(const struct mail_entry *entry)
{
    return entry->item_name ? entry->item_name : entry->plan_name;
}

static void add_plain(struct buf *out, const struct mail_entry *entry, enum lang lang)
{
    char day[11];
    buf_printf(out, TR(lang, "%s: %s", "%s：%s"), entry->unit_name, name_of(entry));
    if (has_due(entry))
        buf_printf(out, TR(lang, ", due %s", "，%s截止"), civil_format(entry->due, day));
    if (entry->kind == EVENT_NOTICE && entry->text)
        buf_printf(out, "\n%s", entry->text);
    buf_adds(out, "\n");
}

/* What must be said even when nobody can say it well. */
static void write_plain(const struct job *job, const struct mail *mail, struct wording *out)
{
    struct buf text = {0};
    enum lang lang = job->writer->lang;
    const char **texts = arena_array(job->arena, mail->entry_count, sizeof *texts);
    for (size_t i = 0; i < mail->entry_count; i++) {
        texts[i] = mail->entries[i].text;
        add_plain(&text, &mail->entries[i], lang);
    }
    const char *name = mail->entry_count ? name_of(mail->entries) : "";
    *out = (struct wording){
        .subject =
            mail->entry_count < 2
                ? arena_string(job->arena, name)
                : arena_printf(job->arena, TR(lang, "%zu items: %s; …", "%zu项待办：%s等"),
                               mail->entry_count, name),
        .text = arena_copy(job->arena, text.bytes ? text.bytes : "", text.length),
        .texts = texts,
    };
    buf_free(&text);
}

/* The service's own words: they are nobody's policy. */
static void write_alarm(const struct job *job, const struct mail *mail, struct wording *out)
{
    enum lang lang = job->writer->lang;
    *out = (struct wording){
        .subject = TR(lang, "planrun: messages are not delivered", "planrun：有消息未送达"),
        .text = arena_printf(job->arena, "%s\n", mail->message.text),
        .texts = arena_array(job->arena, mail->entry_count, sizeof *out->texts),
    };
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static void set_text(struct arena *arena, struct value *map, const char *key, const char *text)
{
    if (text)
        value_set_string(arena, map, key, text);
}

static struct value *entry_value(struct arena *arena, const struct mail *mail,
                                 const struct mail_entry *entry, const char *text)
{
    struct value *map = value_map(arena);
    char day[11];
    set_text(arena, map, "unit", mail->several ? entry->unit_id : NULL);
    set_text(arena, map, "name", mail->several ? entry->unit_name : NULL);
    value_set_string(arena, map, "plan", entry->plan_id);
    value_set_string(arena, map, "plan_name", entry->plan_name);
    set_text(arena, map, "item", entry->item_id);
    set_text(arena, map, "item_name", entry->item_name);
    set_text(arena, map, "clause", entry->clause);
    set_text(arena, map, "measure", entry->need ? entry->measure : NULL);
    set_text(arena, map, "text", text);
    value_set_string(arena, map, "kind", firing_name(entry->kind));
    if (entry->due != DAY_NONE && entry->due != DAY_OPEN)
        value_set_string(arena, map, "due", civil_format(entry->due, day));
    if (entry->step)
        value_set_int(arena, map, "step", entry->step);
    if (entry->need) {
        value_set_int(arena, map, "need", entry->need);
        value_set_int(arena, map, "missing", entry->missing);
    }
    return map;
}

/* RFC 3339 at +08:00, to the second. */
static const char *instant(struct arena *arena, int64_t ms)
{
    int32_t minute;
    char day[11], time[6];
    civil_format(civil_from_ms(ms, &minute), day);
    int64_t second = (ms / 1000) % 60;
    return arena_printf(arena, "%sT%s:%02d+08:00", day, civil_format_minute(minute, time),
                        (int)(second < 0 ? second + 60 : second));
}

/* The mail as one object, without what differs between attempts. */
static const char *write_json(const struct job *job, const struct mail *mail,
                              const struct wording *words, const char *subject)
{
    struct arena *arena = arena_new();
    struct value *map = value_map(arena), *entries = value_list(arena);
    struct buf out = {0};
    value_set_string(arena, map, "id", mail->id);
    value_set_string(arena, map, "slot", instant(arena, mail->told_ms));
    value_set_string(arena, map, "unit", mail->unit_id);
    value_set_string(arena, map, "name", mail->unit_name);
    value_set_string(arena, map, "contact", mail->address);
    value_set_string(arena, map, "role", mail->role);
    value_set_string(arena, map, "channel", mail->channel);
    value_set_string(arena, map, "subject", subject);
    value_set_string(arena, map, "text", words->text);
    for (size_t i = 0; i < mail->entry_count; i++)
        value_append(arena, entries,
                     entry_value(arena, mail, &mail->entries[i], words->texts[i]));
    value_set(arena, map, "entries", entries);
    json_write(&out, map);
    const char *json = arena_copy(job->arena, out.bytes, out.length);
    buf_free(&out);
    arena_free(arena);
    return json;
}

/* ---- all of it -------------------------------------------------------------------------------- */

static const char *cut_subject(struct arena *arena, const char *subject)
{
    size_t length = strlen(subject), fits = utf8_fit(subject, length, SUBJECT_COLUMNS);
    return fits < length ? arena_printf(arena, "%.*s…", (int)fits, subject) : subject;
}

/* Everything is the arena's: the plan may be another one before the channel is done. */
static void finish(const struct job *job, const struct mail *mail, const struct wording *words,
                   struct store_words *out)
{
    const char *subject = cut_subject(job->arena, words->subject);
    *out = (struct store_words){
        .unit = arena_string(job->arena, mail->unit_id),
        .name = arena_string(job->arena, mail->unit_name),
        .role = arena_string(job->arena, mail->role),
        .subject = subject,
        .text = words->text,
        .json = write_json(job, mail, words, subject),
    };
}

static bool is_policys(const struct mail *mail)
{
    return !mail->kept && !mail->message.text;
}

/* The words of those that the policy speaks of; `made` is theirs alone. */
static int compose(const struct job *job, const struct mail *mails, size_t count,
                   struct wording *made, struct err *err)
{
    struct wording_mail *asked = arena_array(job->arena, count, sizeof *asked);
    size_t used = 0;
    if (!job->writer->host)
        return ERR_NOT_FOUND;
    for (size_t i = 0; i < count; i++)
        if (is_policys(&mails[i]))
            copy_mail(job, mails, i, &asked[used++]);
    return used ? wording_make(job->writer->host, job->writer->lang, asked, used, job->arena,
                               made, err)
                : 0;
}

int mail_words(const struct mail_writer *writer, const struct mail *mails, size_t count,
               mail_said said, void *context, struct arena *arena, struct store_words *out,
               struct err *err)
{
    struct job job = {writer, said, context, arena};
    struct wording *made = arena_array(arena, count, sizeof *made), *next = made, own;
    int code = compose(&job, mails, count, made, err);
    for (size_t i = 0; i < count; i++) {
        const struct wording *words = &own;
        if (mails[i].kept) {
            out[i] = mails[i].words;
            continue;
        }
        if (mails[i].message.text)
            write_alarm(&job, &mails[i], &own);
        else if (code < 0)
            write_plain(&job, &mails[i], &own);
        else
            words = next++;
        finish(&job, &mails[i], words, &out[i]);
    }
    return writer->host ? code : 0;
}
