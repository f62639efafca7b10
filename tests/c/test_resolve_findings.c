/* What the resolver says about wrong scripts, word for word in both languages: the sections of
 * tests/golden/findings.txt. PLANRUN_GOLDEN=update writes the texts anew; read the difference. */

#include "resolve_driver.h"

static const char golden[] = PLANRUN_SOURCE_DIR "/tests/golden/findings.txt";

/* "=== name: title", then the parts. All point into one text and are not NUL-terminated. */
struct part {
    const char *bytes;
    size_t length;
};

struct section {
    struct part title, script, en, zh;
};

static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    char *text = calloc(1, 1 << 20);
    size_t length = fread(text, 1, (1 << 20) - 1, file);
    fclose(file);
    assert_true(length > 0);
    return text;
}

/* The lines up to the next one that begins with `mark`. */
static struct part lines_until(const char **at, const char *mark)
{
    struct part part = {*at, 0};
    while (**at && strncmp(*at, mark, strlen(mark)) != 0) {
        const char *line = strchr(*at, '\n');
        *at = line ? line + 1 : *at + strlen(*at);
    }
    part.length = (size_t)(*at - part.bytes);
    return part;
}

static void skip_line(const char **at)
{
    const char *line = strchr(*at, '\n');
    *at = line ? line + 1 : *at + strlen(*at);
}

static bool next_section(const char **at, struct section *section)
{
    lines_until(at, "=== ");
    if (!**at)
        return false;
    section->title = (struct part){*at + 4, strcspn(*at + 4, "\n")};
    skip_line(at);
    section->script = lines_until(at, "--- en");
    skip_line(at);
    section->en = lines_until(at, "--- zh");
    skip_line(at);
    section->zh = lines_until(at, "=== ");
    return true;
}

static char *copy_of(struct part part)
{
    char *copy = calloc(1, part.length + 1);
    memcpy(copy, part.bytes, part.length);
    return copy;
}

static char *findings_of(const struct driver *driver, const struct section *section,
                         enum lang lang)
{
    char *script = copy_of(section->script);
    driver_write(driver, "plan.lua", script);
    struct result result = driver_load(driver, "plan.lua", lang);
    if (result.code == ERR_INTERNAL)
        fail_msg("%.*s: %s", (int)section->title.length, section->title.bytes,
                 result.err.message);
    char *text = result_text(driver, &result);
    result_free(&result);
    free(script);
    return text;
}

/* The name before the colon must be among the findings. */
static bool names_it(const struct section *section, const char *text)
{
    char wanted[128];
    size_t length = strcspn(section->title.bytes, ":\n");
    snprintf(wanted, sizeof wanted, "[%.*s]", (int)length, section->title.bytes);
    return strstr(text, wanted) != NULL;
}

static int compare(const struct section *section, struct part wanted, const char *text)
{
    if (!names_it(section, text)) {
        print_error("%.*s: not among\n%s\n", (int)section->title.length, section->title.bytes,
                    text);
        return 1;
    }
    if (strlen(text) == wanted.length && memcmp(text, wanted.bytes, wanted.length) == 0)
        return 0;
    print_error("%.*s\n--- wanted\n%.*s--- got\n%s", (int)section->title.length,
                section->title.bytes, (int)wanted.length, wanted.bytes, text);
    return 1;
}

static void test_golden(void **state)
{
    char *file = read_file(golden);
    const char *at = file;
    struct buf out = {0};
    struct section section;
    struct part head = lines_until(&at, "=== ");
    int sections = 0, failures = 0;
    buf_add(&out, head.bytes, head.length);
    for (; next_section(&at, &section); sections++) {
        char *en = findings_of(*state, &section, LANG_EN);
        char *zh = findings_of(*state, &section, LANG_ZH);
        failures += compare(&section, section.en, en);
        failures += compare(&section, section.zh, zh);
        buf_printf(&out, "=== %.*s\n%.*s--- en\n%s--- zh\n%s", (int)section.title.length,
                   section.title.bytes, (int)section.script.length, section.script.bytes, en,
                   zh);
        free(en);
        free(zh);
    }
    const char *update = getenv("PLANRUN_GOLDEN");
    if (update && strcmp(update, "update") == 0) {
        FILE *write = fopen(golden, "wb");
        assert_non_null(write);
        fwrite(out.bytes, 1, out.length, write);
        fclose(write);
        failures = 0;
    }
    buf_free(&out);
    free(file);
    print_message("%d wrong scripts, each in two languages\n", sections);
    assert_true(sections >= 60);
    assert_int_equal(failures, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_golden, driver_open, driver_close),
    };
    return cmocka_run_group_tests_name("resolve_findings", tests, NULL, NULL);
}
