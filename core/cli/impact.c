#include "cli/impact.h"

#include "base/utf8.h"
#include "cli/sealed_text.h"
#include "cli/text.h"
#include "engine/revise.h"
#include "script/check.h"
#include "script/load.h"

#include <string.h>

enum { OLD, NEW, VERSIONS, RULE_COLUMNS = 18 };

/* A plan of a load: the one asked first, then those above it. */
struct known {
    const struct loaded *loaded;
    const struct plan *plan; /* once it was looked at, with … */
    struct who who;          /* … the names of its units */
};

/* A plan below, loaded under one version of the plan that changes. */
struct case_of {
    struct cli_plan plan;
    struct known known[LOAD_PLANS_MOST];
    size_t known_count;
    struct findings findings;
    const struct value
        *verdicts; /* {item, above, name, verdict, rules}, NULL = it was not checked */
};

/* Places that were told for one of the plans below. */
struct told {
    struct table places;
    struct arena *arena; /* of their texts */
};

struct asking {
    struct cli *cli;
    const struct impact_wish *wish;
    struct arena *arena; /* of one plan below */
    const char *path;
    struct told *told;
    struct case_of cases[VERSIONS];
    size_t hits; /* what no longer conforms */
    bool asked;  /* it stands below, and there is an answer */
    bool headed;
};

/* ---- loading and checking ---------------------------------------------------------------------- */

static struct known *find_known(struct case_of *one, const char *id, size_t length)
{
    for (size_t i = 0; i < one->known_count; i++)
        if (strlen(one->known[i].loaded->id) == length &&
            memcmp(one->known[i].loaded->id, id, length) == 0)
            return &one->known[i];
    return NULL;
}

/* Each once, however many ways lead to it. */
static void note_known(struct case_of *one, const struct loaded *loaded)
{
    if (one->known_count == LOAD_PLANS_MOST || find_known(one, loaded->id, strlen(loaded->id)))
        return;
    one->known[one->known_count++] = (struct known){.loaded = loaded};
    for (size_t i = 0; i < loaded->parent_count; i++)
        note_known(one, loaded->parents[i]);
}

/* Above: the plan itself is no plan below itself. */
static bool stands_above(struct case_of *one, const char *id)
{
    return strcmp(one->plan.loaded->id, id) != 0 && find_known(one, id, strlen(id));
}

static int load(struct asking *asking, int version)
{
    const struct load_instead instead = {asking->wish->id, asking->wish->versions[version]};
    const struct load_options options = {
        .plan_path = asking->wish->plan_path, .instead = &instead, .instead_count = 1};
    struct case_of *one = &asking->cases[version];
    int code = cli_load_with(asking->cli, asking->path, &options, &one->plan, &one->findings);
    if (code == EXIT_FINE)
        note_known(one, one->plan.loaded);
    return code;
}

static int check(struct asking *asking, struct case_of *one)
{
    const struct check_input input = {.host = one->plan.host,
                                      .loaded = one->plan.loaded,
                                      .plan = one->plan.plan,
                                      .roster = one->plan.roster,
                                      .today = asking->wish->today,
                                      .view = "conformance"};
    const struct value *report = NULL;
    struct err err = {0};
    if (check_run(&input, &one->findings, &report, &err) < 0)
        return cli_fail(asking->cli, &err);
    one->verdicts = value_get(report, "conformance");
    return EXIT_FINE;
}

/* ---- what has come of it ------------------------------------------------------------------------- */

static const char *key_of(struct asking *asking, const struct value *verdict)
{
    const char *item = value_get_string(verdict, "item");
    return arena_printf(asking->arena, "%s %s", item ? item : "",
                        value_get_string(verdict, "above"));
}

static struct table index_verdicts(struct asking *asking, const struct value *list)
{
    struct table table = {0};
    for (uint32_t i = 0; list && i < list->count; i++) {
        const char *key = key_of(asking, list->items[i]);
        table_add(&table, key, strlen(key), i);
    }
    return table;
}

static bool is_verdict(const struct value *entry, const char *verdict)
{
    const char *text = value_get_string(entry, "verdict");
    return text && strcmp(text, verdict) == 0;
}

static bool conforms(const struct value *entry)
{
    return !is_verdict(entry, "violates") && !is_verdict(entry, "missing") &&
           !is_verdict(entry, "unapproved");
}

static bool names(const struct value *entry, const char *rule)
{
    const struct value *rules = value_get(entry, "rules");
    for (uint32_t i = 0; rules && rules->type == VALUE_LIST && i < rules->count; i++)
        if (strcmp(rules->items[i]->string, rule) == 0)
            return true;
    return false;
}

/* The names under which it no longer conforms and did not offend before; NULL = it does as before. */
static struct value *new_faults(struct asking *asking, const struct value *before,
                                const struct value *after)
{
    const struct value *rules = value_get(after, "rules");
    struct value *list = value_list(asking->arena);
    if (conforms(after))
        return NULL;
    for (uint32_t i = 0; rules && rules->type == VALUE_LIST && i < rules->count; i++)
        if (!before || conforms(before) || !names(before, rules->items[i]->string))
            value_append(asking->arena, list,
                         value_string(asking->arena, rules->items[i]->string));
    if (list->count)
        return list;
    if (before && !conforms(before))
        return NULL;
    value_append(asking->arena, list,
                 value_string(asking->arena, value_get_string(after, "verdict")));
    return list;
}

/* ---- from what to what --------------------------------------------------------------------------- */

/* An item of a plan above, or of the plan itself, and who is who there. */
struct party {
    const struct item *item; /* NULL = there is none */
    const struct who *who;
};

/* Finds "plan:item", or an item of the plan asked, as one case has it. */
static struct party find_party(struct asking *asking, int version, const char *reference)
{
    struct case_of *one = &asking->cases[version];
    const char *colon = reference ? strchr(reference, ':') : NULL;
    struct known *known =
        colon ? find_known(one, reference, (size_t)(colon - reference)) : one->known;
    struct party party = {0};
    if (!reference || !known)
        return party;
    if (!known->plan) {
        if (plan_compile(asking->arena, known->loaded->sealed, one->plan.calendar, &known->plan,
                         NULL) < 0)
            return party;
        known->who = who_new(asking->arena, known->plan, asking->cli->lang);
    }
    uint32_t at = plan_find(known->plan, colon ? colon + 1 : reference);
    party.item = at == ITEM_NONE ? NULL : &known->plan->items[at];
    party.who = &known->who;
    return party;
}

/* The field that a rule of conformance is about; "where" stands for its parts. */
static const char *field_of(const char *rule)
{
    static const char *const fields[][2] = {
        {"later-due", "due"},       {"smaller-audience", "each"}, {"lower-minimum", "count"},
        {"laxer-content", "where"}, {"dropped-report", "to"},     {"other-receiver", "to"},
        {"shorter-window", "when"},
    };
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strcmp(fields[i][0], rule) == 0)
            return fields[i][1];
    return NULL;
}

/* A field of an item in words; a part of `where` is "where.part". */
static const char *field_text(const struct party *party, const char *field)
{
    if (!party->item)
        return "";
    const char *dot = strchr(field, '.');
    const struct value *value = value_get(party->item->sealed, dot ? "where" : field);
    if (strcmp(field, "each") == 0 && !value)
        value = value_get(party->item->sealed, "by");
    return sealed_text(party->who, dot ? value_get(value, dot + 1) : value);
}

/* What the two versions and we say, when there is something to say. */
static void add_detail(struct asking *asking, struct value *list, const char *rule,
                       const char *field, const struct party parties[3])
{
    static const char *const keys[] = {"before", "after", "ours"};
    const char *texts[3];
    for (int i = 0; i < 3; i++)
        texts[i] = field_text(&parties[i], field);
    struct value *map = value_map(asking->arena);
    value_set_string(asking->arena, map, "rule", rule);
    value_set_string(asking->arena, map, "field", field);
    for (int i = 0; i < 3; i++)
        value_set_string(asking->arena, map, keys[i], texts[i]);
    value_append(asking->arena, list, map);
}

/* Each part of the content that the new version asks for in another way. */
static void add_content(struct asking *asking, struct value *list, const char *rule,
                        const struct party parties[3])
{
    const struct value *old =
        parties[OLD].item ? value_get(parties[OLD].item->sealed, "where") : NULL;
    const struct value *new =
        parties[NEW].item ? value_get(parties[NEW].item->sealed, "where") : NULL;
    for (uint32_t i = 0; new &&i < new->pairs; i++)
        if (!revise_same(value_get(old, new->map[i].key), new->map[i].value))
            add_detail(asking, list, rule,
                       arena_printf(asking->arena, "where.%s", new->map[i].key), parties);
}

/* A rule that no field answers to, like `missing`: what the notice above asks for. */
static void add_plain(struct asking *asking, struct value *list, const char *rule,
                      const struct party *above)
{
    char amount[TEXT_SPAN];
    enum lang lang = asking->cli->lang;
    struct value *map = value_map(asking->arena);
    value_set_string(asking->arena, map, "rule", rule);
    if (above->item) {
        const char *parts[] = {who_does(above->who, above->item),
                               text_amount(amount, &above->item->count, lang),
                               text_time(asking->arena, above->item, lang)};
        const char *text = "";
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            if (*parts[i])
                text = arena_printf(asking->arena, "%s%s%s", text,
                                    *text ? TR(lang, ", ", "，") : "", parts[i]);
        value_set_string(asking->arena, map, "asks", text);
    }
    value_append(asking->arena, list, map);
}

static struct value *find_details(struct asking *asking, const struct value *entry,
                                  const struct value *rules)
{
    const char *item = value_get_string(entry, "item"),
               *above = value_get_string(entry, "above");
    struct party parties[] = {find_party(asking, OLD, above), find_party(asking, NEW, above),
                              find_party(asking, NEW, item)};
    struct value *list = value_list(asking->arena);
    for (uint32_t i = 0; i < rules->count; i++) {
        const char *rule = rules->items[i]->string, *field = field_of(rule);
        size_t count = list->count;
        if (field && strcmp(field, "where") == 0)
            add_content(asking, list, rule, parties);
        else if (field)
            add_detail(asking, list, rule, field, parties);
        if (list->count == count)
            add_plain(asking, list, rule, &parties[NEW]);
    }
    return list;
}

/* ---- telling it ---------------------------------------------------------------------------------- */

static void print_head(struct asking *asking)
{
    if (!asking->headed)
        fprintf(asking->cli->out, "%s  %s\n", asking->cases[OLD].plan.loaded->id, asking->path);
    asking->headed = true;
}

static void print_detail(struct cli *cli, const struct value *detail)
{
    enum lang lang = cli->lang;
    const char *field = value_get_string(detail, "field");
    const char *texts[] = {value_get_string(detail, "before"),
                           value_get_string(detail, "after"), value_get_string(detail, "ours")};
    const char *asks = value_get_string(detail, "asks");
    fputs("    ", cli->out);
    text_pad(cli->out, value_get_string(detail, "rule"), field || asks ? RULE_COLUMNS : 0);
    if (!field) {
        fprintf(cli->out, "%s\n", asks ? asks : "");
        return;
    }
    for (int i = 0; i < 3; i++)
        texts[i] = texts[i] && *texts[i] ? texts[i] : TR(lang, "none", "无");
    fprintf(cli->out, strcmp(texts[0], texts[1]) ? "%s  %s → %s" : "%s  %s", field, texts[0],
            texts[1]);
    fprintf(cli->out, TR(lang, ", ours %s\n", "，本级 %s\n"), texts[2]);
}

static void print_text(struct asking *asking, const struct value *entry,
                       const struct value *details)
{
    FILE *out = asking->cli->out;
    const char *item = value_get_string(entry, "item"), *name = value_get_string(entry, "name");
    const char *above = value_get_string(entry, "above");
    const char *asked = value_get_string(entry, "above_name");
    print_head(asking);
    if (item)
        fprintf(out, "  %s %s ← %s\n", item, name ? name : "", above);
    else
        fprintf(out, "  ← %s %s\n", above, asked ? asked : "");
    for (uint32_t i = 0; i < details->count; i++)
        print_detail(asking->cli, details->items[i]);
}

static void tell(struct asking *asking, const struct value *entry, struct value *rules)
{
    struct value *details = find_details(asking, entry, rules), *map = value_map(asking->arena);
    static const char *const keys[] = {"item", "name", "above", "above_name", "verdict"};
    asking->hits++;
    if (!asking->wish->json) {
        print_text(asking, entry, details);
        return;
    }
    value_set_string(asking->arena, map, "kind", "impact");
    value_set_string(asking->arena, map, "plan", asking->cases[NEW].plan.loaded->id);
    value_set_string(asking->arena, map, "path", asking->path);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (value_get_string(entry, keys[i]))
            value_set_string(asking->arena, map, keys[i], value_get_string(entry, keys[i]));
    value_set(asking->arena, map, "rules", rules);
    value_set(asking->arena, map, "details", details);
    text_json(asking->cli->out, map);
}

static void compare(struct asking *asking)
{
    const struct value *before = asking->cases[OLD].verdicts;
    const struct value *after = asking->cases[NEW].verdicts;
    struct table table = index_verdicts(asking, before);
    for (uint32_t i = 0; after && i < after->count; i++) {
        const char *key = key_of(asking, after->items[i]);
        uint32_t at = table_get(&table, key, strlen(key));
        struct value *rules =
            new_faults(asking, at == TABLE_NONE ? NULL : before->items[at], after->items[i]);
        if (rules)
            tell(asking, after->items[i], rules);
    }
    table_free(&table);
}

/* ---- what names something that is no longer there --------------------------------------------------- */

static void print_finding_json(struct asking *asking, const struct finding *finding,
                               const char *verdict)
{
    struct value *map = value_map(asking->arena), *rules = value_list(asking->arena);
    value_append(asking->arena, rules, value_string(asking->arena, finding->name));
    value_set_string(asking->arena, map, "kind", "impact");
    value_set_string(asking->arena, map, "plan", asking->cases[OLD].plan.loaded->id);
    value_set_string(asking->arena, map, "path", asking->path);
    value_set_string(asking->arena, map, "verdict", verdict);
    value_set(asking->arena, map, "rules", rules);
    value_set_string(asking->arena, map, "message", finding->message);
    if (finding->place.source)
        value_set_string(asking->arena, map, "file", finding->place.source->name);
    value_set_int(asking->arena, map, "line", finding->place.line);
    text_json(asking->cli->out, map);
}

static void print_finding(struct asking *asking, const struct finding *finding,
                          const char *verdict)
{
    FILE *out = asking->cli->out;
    if (asking->wish->json) {
        print_finding_json(asking, finding, verdict);
        return;
    }
    print_head(asking);
    fputs("    ", out);
    text_pad(out, finding->name, RULE_COLUMNS);
    if (finding->place.source)
        fprintf(out, "%s:%u  ", finding->place.source->name, finding->place.line);
    struct buf message = {0};
    utf8_add_plain(&message, finding->message);
    fprintf(out, "%s\n", message.bytes);
    buf_free(&message);
}

/* True for the first of the plans asked in which it is found: a plan between two of them is loaded
 * for both. */
static bool is_first(struct asking *asking, const struct finding *finding)
{
    const char *key = arena_printf(asking->told->arena, "%s:%u:%u",
                                   finding->place.source ? finding->place.source->name : "",
                                   finding->place.line, finding->place.column);
    return table_add(&asking->told->places, key, strlen(key), 1) == TABLE_NONE;
}

/* True when the list has a finding of that name at that line; `whole`: with the same words. */
static bool is_in(const struct findings *findings, const struct finding *like, bool whole)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].place.line == like->place.line &&
            strcmp(findings->list[i].name, like->name) == 0 &&
            (!whole || strcmp(findings->list[i].message, like->message) == 0))
            return true;
    return false;
}

/* References to items that the new version has no more. */
static void tell_gone(struct asking *asking)
{
    const struct findings *findings = &asking->cases[NEW].findings;
    for (size_t i = 0; i < findings->count; i++)
        if (strcmp(findings->list[i].name, "unknown-item") == 0 &&
            !is_in(&asking->cases[OLD].findings, &findings->list[i], true) &&
            is_first(asking, &findings->list[i])) {
            asking->hits++;
            print_finding(asking, &findings->list[i], "gone");
        }
}

/* Errors that the new version brings about and no verdict tells: feeds-late, conflict-above. */
static void tell_errors(struct asking *asking)
{
    const struct findings *findings = &asking->cases[NEW].findings;
    for (size_t i = 0; i < findings->count; i++) {
        const struct finding *finding = &findings->list[i];
        bool by_verdict = field_of(finding->name) || strcmp(finding->name, "missing") == 0;
        if (finding->severity == SEVERITY_ERROR && !by_verdict &&
            !is_in(&asking->cases[OLD].findings, finding, false)) {
            asking->hits++;
            print_finding(asking, finding, "error");
        }
    }
}

/* It does not load under the new version at all. */
static void tell_broken(struct asking *asking)
{
    const struct findings *findings = &asking->cases[NEW].findings;
    asking->hits++;
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].severity == SEVERITY_ERROR)
            print_finding(asking, &findings->list[i], "broken");
}

static void tell_skipped(struct asking *asking)
{
    struct cli *cli = asking->cli;
    fflush(cli->out);
    fprintf(cli->err,
            TR(cli->lang, "planrun: %s does not stand below %s: skipped\n",
               "planrun：%s 的上级里没有 %s，略过\n"),
            asking->path, asking->wish->id);
}

/* ---- all of them ----------------------------------------------------------------------------------- */

static int ask(struct asking *asking)
{
    int code = load(asking, OLD);
    if (code != EXIT_FINE) {
        fflush(asking->cli->out);
        cli_print_findings(asking->cli, &asking->cases[OLD].findings);
        return code;
    }
    if (!stands_above(&asking->cases[OLD], asking->wish->id)) {
        tell_skipped(asking);
        return EXIT_FINE;
    }
    asking->asked = true;
    if (load(asking, NEW) != EXIT_FINE) {
        tell_broken(asking);
        return EXIT_FINE;
    }
    for (int i = OLD; i < VERSIONS && code == EXIT_FINE; i++)
        code = check(asking, &asking->cases[i]);
    if (code != EXIT_FINE)
        return code;
    tell_gone(asking);
    compare(asking);
    tell_errors(asking);
    return EXIT_FINE;
}

static void finish(struct asking *asking)
{
    for (int i = OLD; i <= NEW; i++) {
        for (size_t k = 0; k < asking->cases[i].known_count; k++)
            who_free(&asking->cases[i].known[k].who);
        findings_free(&asking->cases[i].findings);
        cli_unload(&asking->cases[i].plan);
    }
    arena_free(asking->arena);
}

static void print_sum(struct cli *cli, size_t hits, size_t asked)
{
    if (hits)
        fprintf(cli->out,
                TR(cli->lang, "no longer conforming: %zu; plans asked: %zu\n",
                   "共 %zu 处不再符合上级要求；已查下级方案 %zu 个\n"),
                hits, asked);
    else if (!asked)
        fprintf(cli->out, "%s\n",
                TR(cli->lang, "no plan below was asked", "没有查到任何下级方案"));
    else
        fprintf(cli->out,
                TR(cli->lang, "all that conformed still does; plans asked: %zu\n",
                   "原来符合上级要求的仍然符合；已查下级方案 %zu 个\n"),
                asked);
}

int impact_print(struct cli *cli, const struct impact_wish *wish)
{
    size_t hits = 0, asked = 0;
    int code = EXIT_FINE;
    struct told told = {.arena = arena_new()};
    if (!wish->json)
        fprintf(cli->out, "\n%s\n",
                TR(cli->lang, "What no longer conforms in the plans below",
                   "下级方案中不再符合上级要求的"));
    for (size_t i = 0; i < wish->count; i++) {
        struct asking asking = {.cli = cli,
                                .wish = wish,
                                .arena = arena_new(),
                                .path = wish->below[i],
                                .told = &told};
        if (ask(&asking) != EXIT_FINE)
            code = EXIT_PROBLEMS;
        hits += asking.hits;
        asked += asking.asked;
        finish(&asking);
    }
    table_free(&told.places);
    arena_free(told.arena);
    if (!wish->json)
        print_sum(cli, hits, asked);
    return hits ? EXIT_PROBLEMS : code;
}
