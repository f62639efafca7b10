/* Workbooks: any bytes, as an archive or as the parts of one, give rows or an error. Rows and cells
 * come in order and within their bounds, texts are UTF-8, the same bytes give the same rows, and a
 * roster from them is whole or has findings.
 *
 * Bytes that begin with "PK" are the archive. Others are the parts of one, each behind a byte 0x1e:
 * sheet, shared strings, styles, workbook, relations of the workbook; a part left out is empty. */
#include "base/json.h"
#include "base/utf8.h"
#include "files/roster_xlsx.h"
#include "files/xlsx.h"

#include "../c/zip_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

struct seen {
    uint32_t row;
    uint64_t hash;
};

static int on_row(void *context, const struct xlsx_row *row, struct err *err)
{
    struct seen *seen = context;
    uint32_t column = 0;
    (void)err;
    check(row->number > seen->row && row->number <= XLSX_MOST_ROWS && row->count > 0);
    seen->row = row->number;
    for (size_t i = 0; i < row->count; i++) {
        const struct xlsx_cell *cell = &row->cells[i];
        check(cell->column > column && cell->column <= XLSX_MOST_COLUMNS);
        check(cell->length == strlen(cell->bytes) && cell->length <= XLSX_MOST_CELL);
        check(cell->length > 0 || cell->kind == XLSX_NO_RESULT);
        check(utf8_valid(cell->bytes, cell->length) == cell->length);
        column = cell->column;
        for (size_t at = 0; at <= cell->length; at++)
            seen->hash = (seen->hash ^ (unsigned char)cell->bytes[at]) * 0x100000001b3;
    }
    return 0;
}

static struct seen read_first(const struct buf *bytes)
{
    struct seen seen = {0};
    struct xlsx *xlsx = NULL;
    struct err err = {0};
    uint32_t sheet = 0;
    int code = xlsx_open(bytes->bytes, bytes->length, "f.xlsx", LANG_ZH, &xlsx, &err);
    if (code == 0)
        code = xlsx_find(xlsx, NULL, &sheet, &err);
    if (code == 0)
        code = xlsx_read(xlsx, sheet, on_row, &seen, &err);
    check(code == 0 || (code == err.code && err.message[0]));
    check(utf8_valid(err.message, strlen(err.message)) == strlen(err.message));
    xlsx_close(xlsx);
    return seen;
}

static void check_roster(const struct buf *bytes)
{
    static const char sealed[] =
        "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"p\"},\"units\":[{\"id\":\"h\",\"name\":"
        "\"h\"},{\"id\":\"d\",\"name\":\"d\",\"parent\":\"h\",\"many\":true}],\"rosters\":[{"
        "\"file\":\"r\",\"kinds\":[\"person\"]}]}";
    static const struct value_limits limits = {1000, 16, 1 << 16};
    struct arena *arena = arena_new();
    struct value *value = NULL;
    const struct plan *plan = NULL;
    struct findings findings = findings_new(arena, LANG_ZH);
    struct roster *roster = NULL;
    struct buf text = {0};
    struct err err;
    check(json_parse(arena, sealed, strlen(sealed), &limits, &value, NULL) == 0);
    check(plan_compile(arena, value, NULL, &plan, NULL) == 0);
    check(roster_new(plan, &findings, &roster, &err) == 0);
    int loaded =
        roster_load_xlsx_bytes(roster, "r.xlsx", bytes->bytes, bytes->length, NULL, &err);
    int code = roster_seal(roster, &err);
    check((code == 0) == (findings.errors == 0) && (loaded == 0 || findings.errors > 0));
    findings_render(&text, &findings, 1);
    buf_free(&text);
    roster_free(roster);
    findings_free(&findings);
    arena_free(arena);
}

/* The parts as an archive, not packed. */
static void pack(struct zip_kit *kit, const char *bytes, size_t size)
{
    static const char *const names[] = {"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml",
                                        "xl/styles.xml", "xl/workbook.xml",
                                        "xl/_rels/workbook.xml.rels"};
    const char *end = bytes + size;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *stop = memchr(bytes, 0x1e, (size_t)(end - bytes));
        stop = stop ? stop : end;
        zip_kit_lie(kit, names[i], bytes, (size_t)(stop - bytes),
                    (struct zip_lie){.store = true});
        bytes = stop < end ? stop + 1 : end;
    }
    zip_kit_end(kit);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct zip_kit kit = {0};
    char *copy = malloc(size + 1);
    check(copy != NULL);
    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    if (size >= 2 && memcmp(copy, "PK", 2) == 0)
        buf_add(&kit.bytes, copy, size);
    else
        pack(&kit, copy, size);
    free(copy);
    struct seen first = read_first(&kit.bytes), second = read_first(&kit.bytes);
    check(first.row == second.row && first.hash == second.hash);
    check_roster(&kit.bytes);
    zip_kit_free(&kit);
    return 0;
}
