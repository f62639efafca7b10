/* What is said of a piece that stands: accepted, returned, reworked, recommended, selected. */
#include "engine/fact_content.h"
#include "engine/piece_data.h"

#include "base/finding.h"

#include <string.h>

bool fact_is_about_piece(enum fact_kind kind)
{
    return kind >= FACT_ACCEPTED && kind <= FACT_SELECTED;
}

static bool goes_up(enum fact_kind kind)
{
    return kind == FACT_RECOMMENDED || kind == FACT_SELECTED;
}

/* ---- which piece ----------------------------------------------------------------------- */

/* Who names an item or unit beside the piece must mean the piece's; recommending names where to. */
static int check_named(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    struct asked named = *asked;
    int code = request->item ? fact_find_item(&named) : 0;
    if (code < 0)
        return code;
    if (request->item && goes_up(request->kind))
        asked->item = named.item;
    else if (request->item && named.item != asked->story->item)
        return err_set(asked->err, ERR_INVALID,
                       TR(request->lang, "f%lld was handed in for %s (%s), not for %s",
                          "f%lld 是交给 %s（%s）的，不是 %s"),
                       (long long)request->piece, fact_item(asked)->id, fact_item(asked)->name,
                       request->item);
    if (!request->unit)
        return 0;
    code = fact_find_unit(&named);
    if (code < 0 || named.unit == asked->unit)
        return code;
    return err_set(asked->err, ERR_INVALID,
                   TR(request->lang, "f%lld was handed in by %s (%s), not by %s",
                      "f%lld 是 %s（%s）交的，不是 %s"),
                   (long long)request->piece, fact_unit_id(asked), fact_unit_name(asked),
                   request->unit);
}

int fact_find_piece(struct asked *asked)
{
    const struct fact_request *request = asked->request;
    int code = request->piece ? story_read(asked, request->piece, &asked->story)
                              : err_set(asked->err, ERR_INVALID,
                                        TR(request->lang, "which piece? Name it, such as f17",
                                           "要写明是哪一件，如 f17"));
    if (code < 0)
        return code;
    asked->item = asked->story->item;
    asked->unit = asked->story->unit;
    asked->person = asked->story->person;
    if (asked->item == ITEM_NONE || asked->item >= asked->bound->input.plan->item_count ||
        asked->unit == UNIT_NONE)
        return err_set(asked->err, ERR_NOT_FOUND,
                       TR(request->lang, "f%lld is of an item or unit that is no longer there",
                          "f%lld 的事项或单位已经不在了"),
                       (long long)request->piece);
    return check_named(asked);
}

/* ---- what is allowed ------------------------------------------------------------------- */

static int refuse_state(struct asked *asked, const char *help)
{
    enum lang lang = asked->request->lang;
    return err_set(asked->err, ERR_INVALID, TR(lang, "f%lld is %s; %s", "f%lld %s；%s"),
                   (long long)asked->request->piece,
                   piece_state_text(asked->story->state, lang), help);
}

/* Why a rule of the item speaks against the piece, and nobody has accepted it. */
static int check_broken(struct asked *asked, bool needs_reason)
{
    const struct story *story = asked->story;
    enum lang lang = asked->request->lang;
    const struct item *item = &asked->bound->input.plan->items[story->item];
    struct piece piece = {.number = story->first.number,
                          .state = story->state,
                          .chars = story->chars,
                          .minutes = story->minutes,
                          .copy_of = story->copy_of,
                          .why = story_broken(asked, story, story->item)};
    if (piece.why == PIECE_COUNTS || story->accepted)
        return 0;
    struct buf why = {0};
    piece_add_why(&why, &piece, item, lang);
    int code = err_set(
        asked->err, ERR_INVALID,
        needs_reason ? TR(lang, "f%lld does not count (%s): accepting it needs a reason",
                          "f%lld 不计数（%s）：采用要写明理由")
                     : TR(lang, "f%lld does not count (%s): accept it first, with a reason",
                          "f%lld 不计数（%s）：请先采用（accept）并写明理由"),
        (long long)piece.number, why.bytes);
    buf_free(&why);
    return code;
}

static int check_accept(struct asked *asked)
{
    enum lang lang = asked->request->lang;
    if (asked->story->state == PIECE_RETURNED)
        return refuse_state(
            asked, TR(lang, "it is handed in again first (rework)", "要先改后再交（rework）"));
    if (asked->story->accepted)
        return err_set(asked->err, ERR_INVALID,
                       TR(lang, "f%lld has been accepted already", "f%lld 已经采用过了"),
                       (long long)asked->request->piece);
    return fact_is_blank(asked->request->note) ? check_broken(asked, true) : 0;
}

static int check_return(struct asked *asked)
{
    enum lang lang = asked->request->lang;
    if (asked->story->state == PIECE_RETURNED)
        return refuse_state(asked, TR(lang, "it cannot be returned twice", "不能再退一次"));
    if (fact_is_blank(asked->request->note))
        return err_set(asked->err, ERR_INVALID,
                       TR(lang, "returning a piece needs a reason", "退回要写明理由"));
    return 0;
}

static int check_rework(struct asked *asked)
{
    enum lang lang = asked->request->lang;
    if (asked->story->state == PIECE_RETURNED)
        return 0;
    return refuse_state(
        asked, TR(lang, "only what was returned is handed in again", "退回的才要改后再交"));
}

static int check_state(struct asked *asked)
{
    enum lang lang = asked->request->lang;
    if (asked->story->state == PIECE_WITHDRAWN)
        return refuse_state(asked,
                            TR(lang, "nothing can be said of it any more", "不能再登记"));
    switch (asked->request->kind) {
    case FACT_ACCEPTED: return check_accept(asked);
    case FACT_RETURNED: return check_return(asked);
    case FACT_REWORKED: return check_rework(asked);
    default: break;
    }
    if (asked->story->state == PIECE_RETURNED)
        return refuse_state(
            asked, TR(lang, "it is handed in again first (rework)", "要先改后再交（rework）"));
    return check_broken(asked, false);
}

/* ---- where to -------------------------------------------------------------------------- */

static bool has(const uint32_t *items, size_t count, uint32_t item)
{
    for (size_t i = 0; i < count; i++)
        if (items[i] == item)
            return true;
    return false;
}

static void add_names(struct buf *out, const struct asked *asked, const uint32_t *items,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct item *item = &asked->bound->input.plan->items[items[i]];
        buf_printf(out, TR(asked->request->lang, "%s%s (%s)", "%s%s（%s）"),
                   i ? TR(asked->request->lang, ", ", "、") : "", item->id, item->name);
    }
}

static int refuse_way(struct asked *asked, const uint32_t *ways, size_t count, bool several)
{
    enum lang lang = asked->request->lang;
    bool selects = asked->request->kind == FACT_SELECTED;
    struct buf names = {0};
    add_names(&names, asked, ways, count);
    const char *up = selects ? TR(lang, "selected", "入选") : TR(lang, "recommended", "推荐");
    int code;
    if (several)
        code = err_set(asked->err, ERR_INVALID,
                       TR(lang, "f%lld can be %s for several items; say which with --item: %s",
                          "f%lld 可以%s到几个事项；请用 --item 写明：%s"),
                       (long long)asked->request->piece, up, names.bytes);
    else if (count)
        code = err_set(asked->err, ERR_INVALID,
                       TR(lang, "f%lld cannot be %s for that item; it can be for: %s",
                          "f%lld 不能%s到这个事项；可以到：%s"),
                       (long long)asked->request->piece, up, names.bytes);
    else
        code = err_set(asked->err, ERR_INVALID,
                       TR(lang, "f%lld cannot be %s for that item", "f%lld 不能%s到这个事项"),
                       (long long)asked->request->piece, up);
    buf_free(&names);
    return code;
}

static int refuse_again(struct asked *asked)
{
    enum lang lang = asked->request->lang;
    bool selects = asked->request->kind == FACT_SELECTED;
    return err_set(
        asked->err, ERR_INVALID,
        TR(lang, "f%lld has been %s for %s (%s) already", "f%lld 已经%s到 %s（%s）了"),
        (long long)asked->request->piece,
        selects ? TR(lang, "selected", "入选") : TR(lang, "recommended", "推荐"),
        fact_item(asked)->id, fact_item(asked)->name);
}

/* The item that is meant: the only one that can be, or the one that is named. Where the plan has none
 * the piece's own bears the mark. */
static int find_way(struct asked *asked)
{
    const struct story *story = asked->story;
    enum fact_kind kind = asked->request->kind;
    const uint32_t *ways, *all;
    size_t count = story_ways(asked, story, kind, false, &ways);
    size_t all_count = story_ways(asked, story, kind, true, &all);
    bool named = asked->request->item != NULL;
    if (!named && count > 1)
        return refuse_way(asked, ways, count, true);
    if (!named)
        asked->item = count ? ways[0] : all_count ? all[0] : story->item;
    if (named && !has(all, all_count, asked->item) &&
        !(all_count == 0 && asked->item == story->item))
        return refuse_way(asked, ways, count, false);
    return story_is_up(asked, story, kind, asked->item) ? refuse_again(asked) : 0;
}

/* The unit and duty where it counts: of the piece's own item those that it has. */
static int find_place(struct asked *asked)
{
    const struct story *story = asked->story;
    const struct bound *bound = asked->bound;
    enum lang lang = asked->request->lang;
    bool is_asked = true;
    if (asked->item == story->item) {
        uint32_t phase = story->first.phase ? bound_item(bound, story->first.phase) : ITEM_NONE;
        struct occasion occasion = {story->first.period, DAY_NONE, phase};
        if (!agenda_duty_at(bound->agenda, asked->item, &occasion, &asked->duty))
            return err_set(
                asked->err, ERR_INVALID,
                TR(lang, "f%lld belongs to a time that %s (%s) does not have any more",
                   "登记 f%lld 所属的那一期，%s（%s）已经没有了"),
                (long long)story->first.number, fact_item(asked)->id, fact_item(asked)->name);
        return fact_duty_of_unit(asked);
    }
    if (!credit_units(asked, story, asked->item, &asked->unit, 1))
        return err_set(asked->err, ERR_INVALID,
                       TR(lang, "nobody to whom f%lld belongs is asked for %s (%s)",
                          "f%lld 所属的单位都不在 %s（%s）的要求范围内"),
                       (long long)story->first.number, fact_item(asked)->id,
                       fact_item(asked)->name);
    int code = credit_duty(asked, story, asked->item, asked->unit, asked->request->at_ms,
                           &asked->duty, &is_asked);
    if (code == 0 && !is_asked)
        code = fact_check_asked(asked);
    return code;
}

int fact_make_about_piece(struct asked *asked, struct fact_act *act)
{
    int code = check_state(asked);
    if (code == 0 && goes_up(asked->request->kind))
        code = find_way(asked);
    if (code == 0)
        code = find_place(asked);
    if (code < 0)
        return code;
    if (asked->request->kind == FACT_REWORKED && (code = fact_look_alike(asked)) < 0)
        return code;
    struct store_fact *fact = fact_row(asked, act);
    fact->value = goes_up(fact->kind) ? asked->story->first.value : 0;
    fact->piece = asked->story->first.number;
    if (asked->item == asked->story->item)
        fact->in_time = asked->story->first.in_time;
    story_add(asked, asked->story, fact);
    return credit_rows(asked, asked->story, act);
}
