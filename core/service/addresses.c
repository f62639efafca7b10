#include "service/addresses.h"

#include "base/beneath.h"
#include "base/table.h"
#include "files/csv.h"
#include "files/decode.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_MOST = 1024, ADDRESS_MOST = 250, NAME_MOST = 600 };

enum column { UNIT, ROLE, CHANNEL, ADDRESS, COLUMNS };

/* A row's texts lie one behind the other: unit NUL role NUL channel NUL address NUL; the first three are its
 * key. */
struct addresses {
    struct arena *arena;
    struct table table; /* key → index into list */
    struct entry {
        const char *address;
        uint32_t line;
    } * list;
    size_t count, room;
};

struct load {
    const struct config *config;
    struct findings *findings;
    enum lang lang;
    const char *path;
    struct addresses *out;
    struct csv *csv;
    size_t columns; /* of the header, 0 = not read yet */
    enum column order[CSV_MOST_CELLS];
    bool broken; /* the header was wrong */
};

/* ---- what is wrong ---------------------------------------------------------------------------- */

/* The finding shows the line, a copy of it: the text itself may be large and goes. What nobody will see any
 * more is not copied. */
static struct finding *complain(struct load *load, const char *name, uint32_t line,
                                const char *start, const char *at, size_t length)
{
    struct arena *arena = load->findings->arena;
    struct source *source = arena_alloc(arena, sizeof *source);
    start = load->findings->count < load->findings->most ? start : NULL;
    const char *end = start ? memchr(start, '\n', (size_t)(load->csv->end - start)) : NULL;
    size_t size = start ? (size_t)((end ? end : load->csv->end) - start) : 0;
    *source = (struct source){.name = load->path,
                              .text = start ? arena_copy(arena, start, size) : NULL,
                              .length = size,
                              .first_line = line};
    struct place place = {.source = source, .line = line};
    if (start && at >= start && (size_t)(at - start) < size) {
        place.column = (uint32_t)(at - start) + 1;
        place.length = (uint32_t)length;
    }
    return finding_add(load->findings, SEVERITY_ERROR, name, place, "%s", "");
}

static void say(struct load *load, struct finding *finding, const char *message,
                const char *help)
{
    finding->message = arena_string(load->findings->arena, message);
    finding->help = help ? arena_string(load->findings->arena, help) : NULL;
}

static void complain_cell(struct load *load, const char *name, size_t cell, const char *message,
                          const char *help)
{
    const struct csv *csv = load->csv;
    const struct csv_cell *at = cell < csv->count ? &csv->cells[cell] : NULL;
    say(load,
        complain(load, name, csv->row_line, csv->row, at ? at->at : NULL, at ? at->length : 0),
        message, help);
}

/* ---- the header ------------------------------------------------------------------------------- */

static const struct {
    const char *name;
    enum column column;
} headings[] = {
    {"unit", UNIT},       {"role", ROLE},    {"channel", CHANNEL},
    {"address", ADDRESS}, {"单位", UNIT},    {"角色", ROLE},
    {"渠道", CHANNEL},    {"地址", ADDRESS}, {"联系方式", ADDRESS},
};

static struct slice trim(struct slice text)
{
    while (text.length && strchr(" \t\r", text.bytes[0])) {
        text.bytes++;
        text.length--;
    }
    while (text.length && strchr(" \t\r", text.bytes[text.length - 1]))
        text.length--;
    return text;
}

static struct slice cell_of(const struct csv *csv, size_t cell)
{
    return trim((struct slice){csv->cells[cell].bytes, csv->cells[cell].length});
}

static bool equals(struct slice text, const char *with)
{
    return text.length == strlen(with) && memcmp(text.bytes, with, text.length) == 0;
}

static int column_of(struct slice text)
{
    for (size_t i = 0; i < sizeof headings / sizeof *headings; i++)
        if (equals(text, headings[i].name))
            return (int)headings[i].column;
    return -1;
}

static void read_header(struct load *load)
{
    enum lang lang = load->lang;
    unsigned seen = 0;
    load->columns = load->csv->count;
    for (size_t i = 0; i < load->columns; i++) {
        int column = column_of(cell_of(load->csv, i));
        if (column < 0 || (seen & 1u << column)) {
            complain_cell(load, column < 0 ? "unknown-column" : "column-twice", i,
                          column < 0
                              ? TR(lang, "there is no such column", "没有这一栏")
                              : TR(lang, "this column stands here twice", "这一栏写了两次"),
                          TR(lang, "the first row is: unit,role,channel,address",
                             "第一行应为：单位,角色,渠道,地址"));
            load->broken = true;
            return;
        }
        seen |= 1u << column;
        load->order[i] = (enum column)column;
    }
    if ((seen & 1u << UNIT) && (seen & 1u << ADDRESS))
        return;
    complain_cell(load, "missing-column", 0,
                  TR(lang, "a column is missing: unit or address", "缺少“单位”或“地址”一栏"),
                  TR(lang, "the first row is: unit,role,channel,address",
                     "第一行应为：单位,角色,渠道,地址"));
    load->broken = true;
}

/* ---- a row ------------------------------------------------------------------------------------ */

struct row {
    struct slice cells[COLUMNS];
    size_t at[COLUMNS]; /* number of the cell, for its place */
};

/* Chinese names of the roles that every plan knows. */
static struct slice role_of(struct slice text)
{
    static const char *const names[][2] = {
        {"联系人", "contact"},  {"负责人", "head"}, {"办公室", "office"},
        {"分管领导", "leader"}, {"领导", "leader"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (equals(text, names[i][0]))
            return (struct slice){names[i][1], strlen(names[i][1])};
    return text.length ? text : (struct slice){"contact", strlen("contact")};
}

static bool is_id(struct slice text)
{
    for (size_t i = 0; i < text.length; i++) {
        char c = text.bytes[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!plain && (i == 0 || !strchr("._-", c) || !c))
            return false;
    }
    return text.length > 0 && text.length <= 64;
}

static bool has_control(struct slice text)
{
    for (size_t i = 0; i < text.length; i++)
        if ((unsigned char)text.bytes[i] < ' ' || text.bytes[i] == 127)
            return true;
    return false;
}

static bool check_channel(struct load *load, const struct row *row)
{
    const struct config *config = load->config;
    struct slice text = row->cells[CHANNEL];
    if (!text.length)
        return true;
    const char *names[CONFIG_CHANNELS_MOST], *near;
    for (size_t i = 0; i < config->channel_count; i++) {
        if (equals(text, config->channels[i].name))
            return true;
        names[i] = config->channels[i].name;
    }
    struct arena *arena = load->findings->arena;
    near =
        nearest_word(arena_copy(arena, text.bytes, text.length), names, config->channel_count);
    complain_cell(
        load, "unknown-channel", row->at[CHANNEL],
        TR(load->lang, "the configuration has no such channel", "配置文件里没有这个渠道"),
        near ? arena_printf(arena, TR(load->lang, "did you mean “%s”?", "是否想写“%s”？"), near)
             : NULL);
    return false;
}

static bool takes_mail(const struct load *load, struct slice channel)
{
    for (size_t i = 0; i < load->config->channel_count; i++)
        if (equals(channel, load->config->channels[i].name))
            return load->config->channels[i].kind == CONFIG_MAIL;
    return false;
}

static bool check_row(struct load *load, const struct row *row)
{
    enum lang lang = load->lang;
    struct slice unit = row->cells[UNIT], address = row->cells[ADDRESS];
    if (!unit.length || unit.length > NAME_MOST || has_control(unit)) {
        complain_cell(load, "bad-unit", row->at[UNIT],
                      TR(lang, "no unit stands here", "没有写单位，或过长"), NULL);
        return false;
    }
    if (!is_id(row->cells[ROLE])) {
        complain_cell(load, "bad-role", row->at[ROLE],
                      TR(lang, "this is no role", "不是合法的角色"),
                      TR(lang, "contact, head, office, leader, or a role of your plans",
                         "联系人、负责人、办公室、分管领导，或方案里的其他角色"));
        return false;
    }
    if (!check_channel(load, row))
        return false;
    bool mail = takes_mail(load, row->cells[CHANNEL]);
    bool fine = address.length && address.length <= ADDRESS_MOST && !has_control(address);
    if (fine && mail) {
        struct arena *arena = load->findings->arena;
        fine = !memchr(address.bytes, '<', address.length) &&
               config_is_mailbox(arena_copy(arena, address.bytes, address.length));
    }
    if (!fine)
        complain_cell(load, "bad-address", row->at[ADDRESS],
                      mail ? TR(lang, "this is no mail address", "不是邮件地址")
                           : TR(lang, "no address stands here", "没有写地址，或过长"),
                      NULL);
    return fine;
}

static size_t add_part(char *key, size_t at, struct slice part)
{
    memcpy(key + at, part.bytes, part.length);
    key[at + part.length] = '\0';
    return at + part.length + 1;
}

static void keep_row(struct load *load, const struct row *row)
{
    struct addresses *out = load->out;
    const struct slice *cells = row->cells;
    size_t size = cells[UNIT].length + cells[ROLE].length + cells[CHANNEL].length + 3;
    char *text = arena_alloc(out->arena, size + cells[ADDRESS].length + 1);
    size_t at = add_part(text, 0, cells[UNIT]);
    at = add_part(text, at, cells[ROLE]);
    at = add_part(text, at, cells[CHANNEL]);
    add_part(text, at, cells[ADDRESS]);
    uint32_t other = table_add(&out->table, text, size, (uint32_t)out->count);
    if (other == TABLE_NONE) {
        if (out->count == out->room) {
            out->room = out->room ? out->room * 2 : 256;
            out->list = mem_resize(out->list, out->room, sizeof *out->list);
        }
        out->list[out->count++] = (struct entry){text + size, load->csv->row_line};
        return;
    }
    if (strcmp(out->list[other].address, text + size) == 0)
        return;
    complain_cell(load, "address-twice", row->at[ADDRESS],
                  arena_printf(load->findings->arena,
                               TR(load->lang, "line %u gives another address for the same",
                                  "第 %u 行为同一单位、角色、渠道写了另一个地址"),
                               out->list[other].line),
                  NULL);
}

static void read_row(struct load *load)
{
    const struct csv *csv = load->csv;
    struct row row = {0};
    if (csv->count != load->columns) {
        complain_cell(load, "wrong-columns", csv->count,
                      arena_printf(load->findings->arena,
                                   TR(load->lang, "%zu columns instead of %zu",
                                      "这一行有 %zu 栏，应为 %zu 栏"),
                                   csv->count, load->columns),
                      NULL);
        return;
    }
    for (size_t i = 0; i < csv->count; i++) {
        row.cells[load->order[i]] = cell_of(csv, i);
        row.at[load->order[i]] = i;
    }
    row.cells[ROLE] = role_of(row.cells[ROLE]);
    if (!row.cells[CHANNEL].bytes)
        row.cells[CHANNEL].bytes = "";
    if (check_row(load, &row))
        keep_row(load, &row);
}

/* ---- the file --------------------------------------------------------------------------------- */

static int fail_file(struct load *load, const char *name, const char *message, struct err *err)
{
    say(load, complain(load, name, 0, NULL, NULL, 0), message, NULL);
    return err_set(err, ERR_INVALID, "%s: %s", load->path, message);
}

static int read_rows(struct load *load, struct err *err)
{
    enum csv_result result;
    while (!load->broken && (result = csv_next(load->csv)) != CSV_END) {
        if (result < 0)
            say(load, complain(load, "bad-csv", load->csv->fault_line, NULL, NULL, 0),
                csv_problem(result, load->lang), NULL);
        else if (!load->columns)
            read_header(load);
        else if (load->out->count >= ADDRESSES_ROWS_MOST)
            return fail_file(load, "too-many", TR(load->lang, "too many rows", "行数过多"),
                             err);
        else
            read_row(load);
    }
    if (!load->columns && !load->broken)
        return fail_file(load, "missing-column",
                         TR(load->lang, "the file is empty", "文件是空的"), err);
    return load->broken ? err_set(err, ERR_INVALID, "%s", load->path) : 0;
}

static int read_bytes(struct load *load, char **bytes, size_t *length, struct err *err)
{
    struct stat status;
    struct err own = {0};
    int fd = open(load->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fail_file(load, "unreadable-file", beneath_why(errno, load->lang), err);
    int code = fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) ? ERR_INVALID : 0;
    if (code == 0)
        code = beneath_read(fd, load->path, ADDRESSES_BYTES_MOST, bytes, length, &own);
    close(fd);
    if (code == 0)
        return 0;
    return fail_file(load, "unreadable-file",
                     code == ERR_LIMIT
                         ? TR(load->lang, "the file is too large", "文件过大")
                         : TR(load->lang, "this is no regular file that can be read",
                              "不是可以读取的普通文件"),
                     err);
}

static int read_text(struct load *load, char **bytes, size_t *length, struct err *err)
{
    size_t at = 0;
    enum decoded decoded = decode_text(bytes, length, &at);
    if (decoded < 0)
        return fail_file(load, "bad-encoding", decode_problem(decoded, load->lang), err);
    csv_start(load->csv, *bytes, *length);
    return read_rows(load, err);
}

int addresses_load(const char *path, const struct config *config, struct findings *findings,
                   struct addresses **out, struct err *err)
{
    struct load load = {.config = config,
                        .findings = findings,
                        .lang = findings->lang,
                        .path = arena_string(findings->arena, path),
                        .out = mem_resize(NULL, 1, sizeof *load.out),
                        .csv = mem_resize(NULL, 1, sizeof *load.csv)};
    char *bytes = NULL;
    size_t length = 0;
    *load.out = (struct addresses){.arena = arena_new()};
    memset(load.csv, 0, sizeof *load.csv);
    int code = read_bytes(&load, &bytes, &length, err);
    if (code == 0)
        code = read_text(&load, &bytes, &length, err);
    free(bytes);
    free(load.csv);
    if (code == 0)
        *out = load.out;
    else
        addresses_free(load.out);
    return code;
}

void addresses_free(struct addresses *addresses)
{
    if (!addresses)
        return;
    table_free(&addresses->table);
    free(addresses->list);
    arena_free(addresses->arena);
    free(addresses);
}

size_t addresses_count(const struct addresses *addresses)
{
    return addresses->count;
}

/* ---- asking ----------------------------------------------------------------------------------- */

static const char *find(const struct addresses *addresses, const char *unit, const char *role,
                        const char *channel)
{
    char key[KEY_MOST];
    struct slice parts[] = {
        {unit, strlen(unit)}, {role, strlen(role)}, {channel, strlen(channel)}};
    size_t size = 0;
    if (parts[0].length + parts[1].length + parts[2].length + 3 > sizeof key)
        return NULL;
    for (size_t i = 0; i < 3; i++)
        size = add_part(key, size, parts[i]);
    uint32_t index = table_get(&addresses->table, key, size);
    return index == TABLE_NONE ? NULL : addresses->list[index].address;
}

/* An address may be one of another channel when the row named none. */
static bool suits(const struct addresses_asked *asked, const char *address)
{
    return address && *address &&
           (!asked->mail || (config_is_mailbox(address) && !strchr(address, '<')));
}

/* The rows of one unit. */
static const char *row_of(const struct addresses *addresses,
                          const struct addresses_asked *asked, uint32_t unit, const char *role)
{
    const char *const channels[] = {asked->channel, ""};
    const char *const names[] = {roster_id(asked->roster, unit),
                                 roster_name(asked->roster, unit)};
    for (size_t c = 0; addresses && addresses->count && c < 2; c++)
        for (size_t n = 0; n < 2; n++) {
            const char *address = find(addresses, names[n], role, channels[c]);
            if (suits(asked, address))
                return address;
        }
    return NULL;
}

static const char *contact_of(const struct addresses_asked *asked, uint32_t unit,
                              struct arena *arena)
{
    const char *contact = roster_contact(asked->roster, unit);
    struct slice text = trim((struct slice){contact, strlen(contact)});
    contact = arena_copy(arena, text.bytes, text.length);
    return suits(asked, contact) ? contact : NULL;
}

static const char *search(const struct addresses *addresses,
                          const struct addresses_asked *asked, struct arena *arena)
{
    const char *role = asked->role;
    const char *address = row_of(addresses, asked, asked->row, role);
    if (!address && strcmp(role, "contact") == 0)
        address = contact_of(asked, asked->row, arena);
    for (uint32_t unit = roster_parent(asked->roster, asked->row);
         !address && unit != UNIT_NONE; unit = roster_parent(asked->roster, unit))
        address = row_of(addresses, asked, unit, role);
    if (address || strcmp(role, "office") != 0 || asked->owner == UNIT_NONE)
        return address;
    address = row_of(addresses, asked, asked->owner, "contact");
    return address ? address : contact_of(asked, asked->owner, arena);
}

/* The domain of a mail address in small letters. */
static const char *normalise(const char *address, struct arena *arena)
{
    char *copy = arena_string(arena, address);
    for (char *at = strchr(copy, '@'); at && *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at - 'A' + 'a');
    return copy;
}

const char *addresses_of(const struct addresses *addresses, const struct addresses_asked *asked,
                         struct arena *arena)
{
    const char *address = search(addresses, asked, arena);
    return address && asked->mail ? normalise(address, arena) : address;
}
