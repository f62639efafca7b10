#include "plan/roster.h"

#include "base/utf8.h"
#include "plan/roster_data.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EXCERPT_MOST = 8192 };

void roster_free(struct roster *roster)
{
    if (!roster)
        return;
    for (uint32_t i = 0; i < roster->file_count; i++)
        free(roster->files[i].text);
    void *blocks[] = {roster->text,  roster->at,      roster->kind,    roster->parent,
                      roster->end,   roster->staff,   roster->from,    roster->until,
                      roster->line,  roster->kinds,   roster->labels,  roster->pairs,
                      roster->files, roster->orphans, roster->members, roster->groups,
                      roster->filed};
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++)
        free(blocks[i]);
    roster_life_free(&roster->life);
    unit_index_free(&roster->index);
    table_free(&roster->kind_table);
    table_free(&roster->label_table);
    arena_free(roster->arena);
    free(roster);
}

struct findings *roster_findings(struct roster *roster)
{
    return roster->findings;
}

void roster_begin_file(struct roster *roster, const char *name, char *text, size_t length)
{
    roster->files = mem_resize(roster->files, roster->file_count + 1, sizeof *roster->files);
    roster->files[roster->file_count++] = (struct roster_file){
        .name = arena_string(roster->arena, name),
        .text = text,
        .length = length,
        .first_row = (uint32_t)roster->count,
    };
    roster->cell_count = 0;
}

void roster_begin_sheet(struct roster *roster, const char *name, const char *sheet)
{
    roster_begin_file(roster, name, NULL, 0);
    roster->files[roster->file_count - 1].sheet = arena_string(roster->arena, sheet);
}

void roster_begin_row(struct roster *roster, uint32_t first, const struct slice *cells,
                      size_t count)
{
    roster->cells = cells;
    roster->cell_count = (uint32_t)count;
    roster->first_cell = first;
}

/* The column of the sheet's cell that a text of the row at hand begins in; 0 = none. */
static uint32_t cell_of(const struct roster *roster, const char *at)
{
    for (uint32_t i = 0; i < roster->cell_count; i++) {
        struct slice cell = roster->cells[i];
        if (at >= cell.bytes && at <= cell.bytes + cell.length)
            return roster->first_cell + i;
    }
    return 0;
}

/* The row at hand in one line, tabs between its cells, for the place of `at` in one of them. */
static void show_cells(struct roster *roster, struct source *source, struct place *place,
                       const char *at, size_t length)
{
    struct buf line = {0};
    place->cell = cell_of(roster, at);
    for (uint32_t i = 0; i < roster->cell_count && line.length < EXCERPT_MOST; i++) {
        struct slice cell = roster->cells[i];
        buf_adds(&line, i ? "\t" : "");
        if (roster->first_cell + i == place->cell) {
            place->column = (uint32_t)(line.length + (size_t)(at - cell.bytes)) + 1;
            place->length = (uint32_t)length;
        }
        buf_add(&line, cell.bytes, cell.length);
    }
    for (size_t i = 0; i < line.length; i++)
        if (line.bytes[i] == '\n' || line.bytes[i] == '\r')
            line.bytes[i] = ' ';
    if (place->cell) {
        source->text = arena_copy(roster->findings->arena, line.bytes, line.length);
        source->length = line.length;
    }
    buf_free(&line);
}

/* An excerpt of the one line, so that a finding does not keep a large file alive. */
static struct place place_of(struct roster *roster, const struct roster_file *file,
                             uint32_t line, const char *at, size_t length)
{
    struct arena *arena = roster->findings->arena;
    struct source *source = arena_alloc(arena, sizeof *source);
    *source = (struct source){.name = arena_string(arena, file->name), .first_line = line};
    if (file->sheet)
        source->sheet = arena_string(arena, file->sheet);
    struct place place = {.source = source, .line = line};
    if (at && file->sheet)
        show_cells(roster, source, &place, at, length);
    if (!at || !file->text || at < file->text || at > file->text + file->length)
        return place;
    const char *before = memrchr(file->text, '\n', (size_t)(at - file->text));
    const char *start = before ? before + 1 : file->text;
    size_t rest = (size_t)(file->text + file->length - start);
    const char *stop = memchr(start, '\n', rest);
    size_t width = stop ? (size_t)(stop - start) : rest;
    if (width > EXCERPT_MOST)
        return place;
    source->text = arena_copy(arena, start, width);
    source->length = width;
    place.column = (uint32_t)(at - start) + 1;
    place.length = (uint32_t)length;
    return place;
}

static __attribute__((format(printf, 4, 0))) struct finding *
add_error(struct roster *roster, const char *name, struct place place, const char *format,
          va_list arguments)
{
    char text[512];
    vsnprintf(text, sizeof text, format, arguments);
    roster->broken = true;
    return finding_add(roster->findings, SEVERITY_ERROR, name, place, "%s", text);
}

struct finding *roster_error(struct roster *roster, const char *name, uint32_t line,
                             const char *at, size_t length, const char *format, ...)
{
    static const struct roster_file nowhere = {.name = "?"};
    const struct roster_file *file =
        roster->file_count ? &roster->files[roster->file_count - 1] : &nowhere;
    va_list arguments;
    va_start(arguments, format);
    struct finding *finding =
        add_error(roster, name, place_of(roster, file, line, at, length), format, arguments);
    va_end(arguments);
    return finding;
}

/* The bytes of a line of a file, or NULL. */
static const char *line_of(const struct roster_file *file, uint32_t line, size_t *length)
{
    const char *at = file->text, *end = file->text + file->length;
    for (uint32_t i = 1; at && i < line; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at += at != NULL;
    }
    if (!at)
        return NULL;
    const char *stop = memchr(at, '\n', (size_t)(end - at));
    *length = (size_t)((stop ? stop : end) - at);
    return at;
}

/* Where `cell` stands in a line, as a whole word. */
static const char *cell_in(const char *line, size_t length, const char *cell)
{
    size_t size = strlen(cell);
    for (const char *at = line, *end = line + length; size && at < end; at++) {
        at = memmem(at, (size_t)(end - at), cell, size);
        if (!at)
            break;
        if ((at == line || !roster_id_ok((struct slice){at - 1, 1})) &&
            (at + size == end || !roster_id_ok((struct slice){at + size, 1})))
            return at;
    }
    return line;
}

struct finding *roster_row_error(struct roster *roster, const char *name, uint32_t row,
                                 const char *cell, const char *format, ...)
{
    static const struct roster_file plan = {.name = "?"};
    const struct roster_file *file = &plan;
    for (uint32_t i = 0; i < roster->file_count && roster->files[i].first_row <= row; i++)
        file = &roster->files[i];
    size_t length = 0;
    const char *line = file->text ? line_of(file, roster->line[row], &length) : NULL;
    const char *at = line && cell ? cell_in(line, length, cell) : line;
    va_list arguments;
    va_start(arguments, format);
    struct finding *finding = add_error(
        roster, name, place_of(roster, file, roster->line[row], at, cell ? strlen(cell) : 0),
        format, arguments);
    va_end(arguments);
    return finding;
}

bool roster_id_ok(struct slice id)
{
    if (id.length == 0 || id.length > ROSTER_MOST_ID)
        return false;
    for (size_t i = 0; i < id.length; i++) {
        char c = id.bytes[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || (c != '-' && c != '.' && c != '_')))
            return false;
    }
    return true;
}

void roster_reserve(struct roster *roster, size_t rows)
{
    size_t room = roster->count + rows;
    if (room <= roster->room)
        return;
    room = room < 2 * roster->room ? 2 * roster->room : room;
    roster->at = mem_resize_large(roster->at, room, sizeof *roster->at);
    roster->kind = mem_resize_large(roster->kind, room, sizeof *roster->kind);
    roster->parent = mem_resize_large(roster->parent, room, sizeof *roster->parent);
    roster->line = mem_resize_large(roster->line, room, sizeof *roster->line);
    if (roster->staff)
        roster->staff = mem_resize_large(roster->staff, room, sizeof *roster->staff);
    if (roster->from)
        roster->from = mem_resize_large(roster->from, room, sizeof *roster->from);
    if (roster->until)
        roster->until = mem_resize_large(roster->until, room, sizeof *roster->until);
    roster->room = room;
    unit_index_reserve(&roster->index, room);
}

void roster_set(struct roster *roster, int32_t **column, uint32_t row, int32_t value,
                int32_t otherwise)
{
    if (!*column && value == otherwise)
        return;
    if (!*column) {
        *column = mem_resize_large(NULL, roster->room, sizeof **column);
        for (size_t i = 0; i < roster->count; i++)
            (*column)[i] = otherwise;
    }
    (*column)[row] = value;
}

static void append_text(struct roster *roster, struct slice slice)
{
    if (slice.length)
        memcpy(roster->text + roster->text_length, slice.bytes, slice.length);
    roster->text_length += slice.length;
    roster->text[roster->text_length++] = '\0';
}

/* The three texts of a row, `number`; false when four gigabytes are full. */
static bool append_texts(struct roster *roster, const struct roster_row *row, uint32_t number)
{
    size_t need = row->id.length + row->name.length + row->contact.length + 3;
    if (roster->text_length + need > UINT32_MAX)
        return false;
    if (roster->text_length + need > roster->text_room) {
        roster->text_room = roster->text_room ? roster->text_room * 2 : (size_t)64 * 1024;
        roster->text = mem_resize_large(roster->text, roster->text_room, 1);
    }
    roster->at[number] = (uint32_t)roster->text_length;
    append_text(roster, row->id);
    append_text(roster, row->name);
    append_text(roster, row->contact);
    return true;
}

uint32_t roster_append(struct roster *roster, const struct roster_row *row, uint32_t hash,
                       uint32_t kind, uint32_t parent)
{
    uint32_t number = (uint32_t)roster->count;
    size_t length = roster->text_length;
    roster_reserve(roster, 1);
    if (!append_texts(roster, row, number))
        return UNIT_NONE;
    struct unit_ids ids = {roster->text, roster->at};
    if (unit_index_add(&roster->index, ids, row->id.bytes, row->id.length, hash, number) !=
        UINT32_MAX) {
        roster->text_length = length;
        return UNIT_NONE;
    }
    roster->kind[number] = (uint16_t)kind;
    roster->parent[number] = parent;
    roster->line[number] = row->line;
    roster_set(roster, &roster->staff, number, row->staff, -1);
    roster_set(roster, &roster->from, number, row->from, DAY_NONE);
    roster_set(roster, &roster->until, number, row->until, DAY_OPEN);
    roster->kinds[kind].count++;
    roster->count++;
    return number;
}

bool roster_retext(struct roster *roster, uint32_t row, struct slice name, struct slice contact)
{
    struct arena *scratch = arena_new(); /* the block that has them now may move */
    const char *id = arena_string(scratch, roster_id(roster, row));
    struct roster_row texts = {.id = {id, strlen(id)}, .name = name, .contact = contact};
    texts.name.bytes = arena_copy(scratch, name.bytes, name.length);
    texts.contact.bytes = arena_copy(scratch, contact.bytes, contact.length);
    bool fits = append_texts(roster, &texts, row);
    arena_free(scratch);
    return fits;
}

uint32_t roster_row_of(const struct roster *roster, struct slice id)
{
    struct unit_ids ids = {roster->text, roster->at};
    return unit_index_find(&roster->index, ids, id.bytes, id.length);
}

static bool same(const char *string, struct slice slice)
{
    return strlen(string) == slice.length && memcmp(string, slice.bytes, slice.length) == 0;
}

static enum lang lang_of(const struct roster *roster)
{
    return roster->findings->lang;
}

void roster_expect(const struct roster *roster, const char *id, size_t length)
{
    unit_index_hash(&roster->index, id, length);
}

static int check_id(struct roster *roster, const struct roster_row *row)
{
    int shown = (int)(row->id.length < 80 ? row->id.length : 80);
    if (!roster_id_ok(row->id)) {
        struct finding *finding =
            roster_error(roster, "bad-id", row->line, row->id.bytes, row->id.length,
                         TR(lang_of(roster), "\"%.*s\" is no id", "“%.*s”不是合格的编号"),
                         shown, row->id.bytes);
        finding->help = TR(lang_of(roster),
                           "ids are lower-case letters and digits, then also . _ -, up to 64",
                           "编号由小写字母和数字组成，其后还可用 . _ -，最长 64 个字符");
        return ERR_INVALID;
    }
    if (table_get(&roster->kind_table, row->id.bytes, row->id.length) != TABLE_NONE) {
        roster_error(roster, "id-is-class", row->line, row->id.bytes, row->id.length,
                     TR(lang_of(roster), "\"%.*s\" is the name of a class, not of a unit",
                        "“%.*s”是类别的编号，不能用作单位的编号"),
                     shown, row->id.bytes);
        return ERR_INVALID;
    }
    return 0;
}

bool roster_text_ok(struct slice text, size_t most)
{
    return text.length <= most && !utf8_has_control(text.bytes, text.length) &&
           !memchr(text.bytes, '\n', text.length) && !memchr(text.bytes, '\t', text.length);
}

static int check_texts(struct roster *roster, const struct roster_row *row)
{
    const char *problem = NULL;
    struct slice at = row->name;
    if (row->name.length == 0)
        problem = TR(lang_of(roster), "the name is missing", "缺少名称");
    else if (!roster_text_ok(row->name, ROSTER_MOST_NAME))
        problem = TR(lang_of(roster), "the name is too long or has control characters",
                     "名称过长，或含有控制字符");
    else if (row->contact.length && !roster_text_ok(row->contact, ROSTER_MOST_CONTACT)) {
        problem = TR(lang_of(roster), "the contact is too long or has control characters",
                     "联系方式过长，或含有控制字符");
        at = row->contact;
    }
    if (!problem)
        return 0;
    roster_error(roster, "bad-text", row->line, at.bytes, at.length, "%s", problem);
    return ERR_INVALID;
}

static const char *nearest_kind(const struct roster *roster, struct slice kind)
{
    char word[ROSTER_MOST_ID + 1];
    const char *ids[256];
    size_t count = roster->kind_count - 1 < 256 ? roster->kind_count - 1 : 256;
    if (kind.length > ROSTER_MOST_ID)
        return NULL;
    memcpy(word, kind.bytes, kind.length);
    word[kind.length] = '\0';
    for (size_t i = 0; i < count; i++)
        ids[i] = roster->kinds[i + 1].id;
    return nearest_word(word, ids, count);
}

static int unknown_kind(struct roster *roster, const struct roster_row *row)
{
    int shown = (int)(row->kind.length < 80 ? row->kind.length : 80);
    struct finding *finding =
        roster_error(roster, "unknown-kind", row->line, row->kind.bytes, row->kind.length,
                     TR(lang_of(roster), "unknown kind \"%.*s\"", "未知的类别“%.*s”"), shown,
                     row->kind.bytes);
    const char *near = nearest_kind(roster, row->kind);
    finding->help =
        near ? arena_printf(roster->findings->arena,
                            TR(lang_of(roster), "did you mean \"%s\"?", "是否指“%s”？"), near)
             : TR(lang_of(roster), "declare it with `many = true`, or name it in roster {…}",
                  "请用 many = true 声明，或写入 roster {…}");
    return ERR_INVALID;
}

static int find_kind(struct roster *roster, const struct roster_row *row, uint32_t *kind)
{
    *kind = roster->last_kind;
    if (*kind && same(roster->kinds[*kind].id, row->kind))
        return 0;
    *kind = table_get(&roster->kind_table, row->kind.bytes, row->kind.length);
    if (*kind == TABLE_NONE)
        return unknown_kind(roster, row);
    roster->last_kind = *kind;
    return 0;
}

/* The row above, UNIT_NONE when it must be solved at the end. */
static uint32_t find_parent(struct roster *roster, struct slice parent, uint32_t kind)
{
    if (parent.length == 0)
        return roster->kinds[kind].parent;
    if (same(roster->last_parent, parent))
        return roster->last_parent_row;
    uint32_t row = roster_row_of(roster, parent);
    if (row != UNIT_NONE) {
        memcpy(roster->last_parent, parent.bytes, parent.length);
        roster->last_parent[parent.length] = '\0';
        roster->last_parent_row = row;
    }
    return row;
}

static void add_orphan(struct roster *roster, uint32_t row, struct slice parent)
{
    if (roster->orphan_count == roster->orphan_room) {
        roster->orphan_room = roster->orphan_room ? roster->orphan_room * 2 : 64;
        roster->orphans =
            mem_resize(roster->orphans, roster->orphan_room, sizeof *roster->orphans);
    }
    roster->orphans[roster->orphan_count++] =
        (struct roster_orphan){row, cell_of(roster, parent.bytes),
                               arena_copy(roster->arena, parent.bytes, parent.length)};
}

uint32_t roster_label(struct roster *roster, const char *key, size_t length, uint32_t row)
{
    uint32_t number = table_get(&roster->label_table, key, length);
    if (number != TABLE_NONE)
        return number;
    if (roster->label_count == roster->label_room) {
        roster->label_room = roster->label_room ? roster->label_room * 2 : 32;
        roster->labels = mem_resize(roster->labels, roster->label_room, sizeof *roster->labels);
    }
    const char *copy = arena_copy(roster->arena, key, length);
    number = roster->label_count++;
    roster->labels[number] = (struct roster_label){copy, 0, 0, row, cell_of(roster, key)};
    table_add(&roster->label_table, copy, length, number);
    return number;
}

static void add_pair(struct roster *roster, uint32_t row, uint32_t label)
{
    for (size_t i = roster->pair_count; i > 0 && roster->pairs[i - 1].row == row; i--)
        if (roster->pairs[i - 1].label == label)
            return;
    if (roster->pair_count == roster->pair_room) {
        roster->pair_room = roster->pair_room ? roster->pair_room * 2 : 256;
        roster->pairs = mem_resize(roster->pairs, roster->pair_room, sizeof *roster->pairs);
    }
    roster->pairs[roster->pair_count++] = (struct roster_pair){row, label};
    roster->labels[label].count++;
}

/* Length of the separator of a list of ids that begins the text, 0 = none. */
static size_t separator(const char *at, size_t length)
{
    static const char *const signs[] = {";", "；", "、"};
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
        size_t size = strlen(signs[i]);
        if (size <= length && memcmp(at, signs[i], size) == 0)
            return size;
    }
    return 0;
}

bool roster_take_id(struct slice *list, struct slice *id)
{
    while (list->length) {
        size_t length = 0, sign = 0;
        while (length < list->length &&
               (sign = separator(list->bytes + length, list->length - length)) == 0)
            length++;
        *id = (struct slice){list->bytes, length};
        list->bytes += length + sign;
        list->length -= length + sign;
        if (id->length)
            return true;
    }
    return false;
}

static int check_list(struct roster *roster, struct slice list, uint32_t line)
{
    struct slice id;
    while (roster_take_id(&list, &id))
        if (!roster_id_ok(id)) {
            roster_error(roster, "bad-id", line, id.bytes, id.length,
                         TR(lang_of(roster), "\"%.*s\" is no id", "“%.*s”不是合格的编号"),
                         (int)(id.length < 80 ? id.length : 80), id.bytes);
            return ERR_INVALID;
        }
    return 0;
}

void roster_add_tag(struct roster *roster, uint32_t row, struct slice tag)
{
    char key[ROSTER_MOST_ID + 2] = "#";
    memcpy(key + 1, tag.bytes, tag.length);
    add_pair(roster, row, roster_label(roster, key, tag.length + 1, row));
}

static void add_lists(struct roster *roster, const struct roster_row *row, uint32_t number)
{
    struct slice groups = row->groups, tags = row->tags, id;
    while (roster_take_id(&groups, &id))
        add_pair(roster, number, roster_label(roster, id.bytes, id.length, number));
    while (roster_take_id(&tags, &id))
        roster_add_tag(roster, number, id);
}

static int double_id(struct roster *roster, const struct roster_row *row)
{
    uint32_t first = roster_row_of(roster, row->id);
    if (first == UNIT_NONE) {
        roster_error(roster, "too-large", row->line, NULL, 0, "%s",
                     TR(lang_of(roster), "the roster is too large", "名册过大"));
        return ERR_LIMIT;
    }
    struct finding *finding =
        roster_error(roster, "double-id", row->line, row->id.bytes, row->id.length,
                     TR(lang_of(roster), "\"%.*s\" stands twice", "编号“%.*s”重复"),
                     (int)row->id.length, row->id.bytes);
    finding->help =
        roster->line[first]
            ? arena_printf(
                  roster->findings->arena,
                  TR(lang_of(roster), "it stands first in line %u", "首次出现在第 %u 行"),
                  roster->line[first])
            : TR(lang_of(roster), "the plan itself declares it", "方案里已经声明了它");
    return ERR_INVALID;
}

int roster_add(struct roster *roster, const struct roster_row *row)
{
    uint32_t kind, hash = unit_index_hash(&roster->index, row->id.bytes, row->id.length);
    int code = check_id(roster, row);
    if (code == 0)
        code = check_texts(roster, row);
    if (code == 0)
        code = find_kind(roster, row, &kind);
    if (code == 0 && row->groups.length)
        code = check_list(roster, row->groups, row->line);
    if (code == 0 && row->tags.length)
        code = check_list(roster, row->tags, row->line);
    if (code == 0 && roster->count >= ROSTER_MOST_UNITS)
        code = ERR_LIMIT;
    if (code < 0)
        return code;
    uint32_t parent = find_parent(roster, row->parent, kind);
    uint32_t number = roster_append(roster, row, hash, kind, parent);
    if (number == UNIT_NONE)
        return double_id(roster, row);
    if (parent == UNIT_NONE && row->parent.length)
        add_orphan(roster, number, row->parent);
    add_lists(roster, row, number);
    return 0;
}

const struct plan *roster_plan(const struct roster *roster)
{
    return roster->plan;
}

uint32_t roster_count(const struct roster *roster)
{
    return (uint32_t)roster->count;
}

uint32_t roster_find(const struct roster *roster, const char *id, size_t length)
{
    return roster_row_of(roster, (struct slice){id, length});
}

const char *roster_id(const struct roster *roster, uint32_t unit)
{
    return roster->text + roster->at[unit];
}

static const char *behind(const char *text)
{
    return text + strlen(text) + 1;
}

const char *roster_name(const struct roster *roster, uint32_t unit)
{
    return behind(roster_id(roster, unit));
}

const char *roster_kind(const struct roster *roster, uint32_t unit)
{
    return roster->kinds[roster->kind[unit]].id;
}

const char *roster_contact(const struct roster *roster, uint32_t unit)
{
    return behind(roster_name(roster, unit));
}

uint32_t roster_parent(const struct roster *roster, uint32_t unit)
{
    return roster->parent[unit];
}

int32_t roster_staff(const struct roster *roster, uint32_t unit)
{
    return roster->staff ? roster->staff[unit] : -1;
}

bool roster_active(const struct roster *roster, uint32_t unit, int32_t day)
{
    return (!roster->from || roster->from[unit] <= day) &&
           (!roster->until || day <= roster->until[unit]);
}

void roster_membership(const struct roster *roster, uint32_t unit, int32_t *from,
                       int32_t *until)
{
    *from = roster->from ? roster->from[unit] : DAY_NONE;
    *until = roster->until ? roster->until[unit] : DAY_OPEN;
}

uint32_t roster_subtree_end(const struct roster *roster, uint32_t unit)
{
    return roster->end[unit];
}

size_t roster_bytes(const struct roster *roster, bool with_names)
{
    size_t numbers = sizeof *roster->at + sizeof *roster->kind + sizeof *roster->parent +
                     sizeof *roster->end;
    numbers += roster->staff ? sizeof *roster->staff : 0;
    numbers += roster->from ? sizeof *roster->from : 0;
    numbers += roster->until ? sizeof *roster->until : 0;
    size_t members = 0;
    for (uint32_t i = 0; i < roster->label_count; i++)
        members += roster->labels[i].count;
    return sizeof *roster + roster->count * numbers + unit_index_bytes(&roster->index) +
           members * sizeof *roster->members + arena_used(roster->arena) +
           (with_names ? roster->text_length : 0);
}
