/* Rosters from CSV: any bytes make a roster or findings, never both nor a crash; cells lie within the
 * text, a sealed roster's subtrees nest, every unit is found by its id, and selectors over it
 * count what they walk. */
#include "base/json.h"
#include "files/csv.h"
#include "files/roster_csv.h"
#include "plan/selector.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static struct value *parse(struct arena *arena, const char *text)
{
    static const struct value_limits limits = {1000, 16, 1 << 16};
    struct value *value = NULL;
    check(json_parse(arena, text, strlen(text), &limits, &value, NULL) == 0);
    return value;
}

static void check_cells(const char *text, size_t length)
{
    static struct csv csv;
    uint32_t line = 0;
    csv_start(&csv, text, length);
    for (enum csv_result result; (result = csv_next(&csv)) != CSV_END;) {
        check(csv.row_line > line);
        line = csv.row_line;
        if (result < 0) {
            check(csv.fault >= text && csv.fault <= text + length && csv.fault_line >= line);
            continue;
        }
        check(csv.count > 0 && csv.count <= CSV_MOST_CELLS);
        for (size_t i = 0; i < csv.count; i++)
            check(csv.cells[i].at >= text && csv.cells[i].at <= text + length &&
                  csv.cells[i].length <= CSV_MOST_CELL);
    }
}

static void check_tree(const struct roster *roster)
{
    uint32_t count = roster_count(roster);
    for (uint32_t unit = 0; unit < count; unit++) {
        const char *id = roster_id(roster, unit);
        uint32_t parent = roster_parent(roster, unit), end = roster_subtree_end(roster, unit);
        check(roster_find(roster, id, strlen(id)) == unit && end > unit && end <= count);
        check(parent == UNIT_NONE ||
              (parent < unit && end <= roster_subtree_end(roster, parent)));
    }
}

static void check_selector(struct arena *arena, const struct roster *roster, const char *text)
{
    struct selector *selector = NULL;
    uint32_t count = 0;
    check(selector_compile(roster, parse(arena, text), &selector, NULL) == 0);
    for (uint32_t unit = selector_next(selector, 0); unit != UNIT_NONE;
         unit = selector_next(selector, unit + 1), count++)
        check(selector_has(selector, unit));
    check(count == selector_count(selector));
    selector_free(selector);
}

static void check_roster(struct arena *arena, const struct plan *plan, char *bytes, size_t size)
{
    struct findings findings = findings_new(arena, LANG_ZH);
    struct roster *roster = NULL;
    struct buf text = {0};
    struct err err;
    check(roster_new(plan, &findings, &roster, &err) == 0);
    int loaded = roster_load_csv_bytes(roster, "r.csv", bytes, size, &err);
    int sealed = roster_seal(roster, &err);
    check((sealed == 0) == (findings.errors == 0) && (loaded == 0 || findings.errors > 0));
    findings_render(&text, &findings, 1);
    if (sealed == 0) {
        check_tree(roster);
        check_selector(arena, roster,
                       "{\"terms\":[{\"id\":\"d\",\"in\":\"h\",\"but\":[\"g\"]},"
                       "{\"tag\":\"t\"},{\"id\":\"b\"}]}");
    }
    buf_free(&text);
    roster_free(roster);
    findings_free(&findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct arena *arena = arena_new();
    const struct plan *plan = NULL;
    struct value *sealed = parse(
        arena, "{\"format\":1,\"plan\":{\"id\":\"p\",\"name\":\"p\"},"
               "\"units\":[{\"id\":\"h\",\"name\":\"h\"},{\"id\":\"d\",\"name\":\"d\","
               "\"parent\":\"h\",\"many\":true},{\"id\":\"n\",\"name\":\"n\",\"many\":3}],"
               "\"groups\":[{\"id\":\"g\",\"name\":\"g\"},{\"id\":\"b\",\"name\":\"b\","
               "\"many\":true}],\"rosters\":[{\"file\":\"r\",\"kinds\":[\"p\"]}]}");
    check(plan_compile(arena, sealed, NULL, &plan, NULL) == 0);
    char *copy = malloc(size + 1);
    check(copy != NULL);
    if (size)
        memcpy(copy, bytes, size);
    copy[size] = '\0';
    check_cells(copy, size);
    check_roster(arena, plan, copy, size);
    arena_free(arena);
    return 0;
}
