/* The text of documents: a table of bodies, what is refused, and a document as Word lays it out. */
#include "files/docx.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "zip_kit.h"

#define WORD   "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
#define STRICT "http://purl.oclc.org/ooxml/wordprocessingml/main"

static const char relations[] =
    "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/relationships'>"
    "<Relationship Id='rId1' Target='word/document.xml' Type='http://schemas.openxmlformats.org/"
    "officeDocument/2006/relationships/officeDocument'/></Relationships>";

static int read_document(const char *space, const char *body, struct buf *text, struct err *err)
{
    struct zip_kit kit = {0};
    struct buf xml = {0};
    buf_printf(&xml,
               "<?xml version='1.0' encoding='UTF-8' standalone='yes'?><w:document "
               "xmlns:w='%s' xmlns:mc='http://schemas.openxmlformats.org/markup-compatibility/"
               "2006' xmlns:x='urn:x'><w:body>%s</w:body></w:document>",
               space, body);
    zip_kit_add(&kit, "_rels/.rels", relations);
    zip_kit_add(&kit, "word/document.xml", xml.bytes);
    zip_kit_end(&kit);
    int code = docx_text(kit.bytes.bytes, kit.bytes.length, "a.docx", LANG_EN, text, err);
    zip_kit_free(&kit);
    buf_free(&xml);
    return code;
}

static void test_bodies(void **state)
{
    static const struct {
        const char *body, *text;
    } table[] = {
        {"", ""},
        {"<w:p/>", "\n"},
        {"<w:p><w:r><w:t>学习</w:t></w:r><w:r><w:t xml:space='preserve'> 心得</w:t></w:r></w:p>",
         "学习 心得\n"},
        {"<w:p><w:r><w:t>a</w:t></w:r></w:p>\n <w:p><w:r><w:t>b&amp;&#x4e00;</w:t></w:r></w:p>",
         "a\nb&一\n"},
        {"<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:tab/><w:t>a</w:t>"
         "<w:br/><w:t>b</w:t><w:cr/><w:noBreakHyphen/></w:r></w:p>",
         "\ta\nb\n-\n"},
        {"<w:p><w:del><w:r><w:delText>x</w:delText><w:t>y</w:t></w:r></w:del><w:ins><w:r><w:t>"
         "a</w:t></w:r></w:ins><w:moveFrom><w:r><w:t>z</w:t></w:r></w:moveFrom><w:moveTo><w:r>"
         "<w:t>b</w:t></w:r></w:moveTo></w:p>",
         "ab\n"},
        {"<w:p><w:pPr><w:rPr><w:del/></w:rPr></w:pPr><w:r><w:rPr><w:del/></w:rPr><w:t>a</w:t>"
         "</w:r></w:p>",
         "a\n"},
        {"<w:p><w:r><w:instrText> PAGE </w:instrText></w:r><w:r><w:t>3</w:t></w:r></w:p>",
         "3\n"},
        {"<w:p><w:r><w:footnoteReference/><w:t>a</w:t></w:r><x:t>no</x:t></w:p>", "a\n"},
        {"<w:tbl><w:tr><w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>2"
         "</w:t></w:r></w:p></w:tc></w:tr></w:tbl>",
         "1\n2\n"},
        {"<w:p><w:r><mc:AlternateContent><mc:Choice><x:box><w:t>框</w:t></x:box></mc:Choice>"
         "<mc:Fallback><w:t>框</w:t></mc:Fallback></mc:AlternateContent><w:t>后</w:t></w:r></w:p>",
         "框后\n"},
        {"<w:p><w:r><w:ruby><w:rt><w:r><w:t>han</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>汉</w:t>"
         "</w:r></w:rubyBase></w:ruby></w:r></w:p>",
         "汉\n"},
    };
    static const char *const spaces[] = {WORD, STRICT};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof table / sizeof *table; i++) {
        struct buf text = {0};
        struct err err = {0};
        buf_adds(&text, "before:");
        if (read_document(spaces[i % 2], table[i / 2].body, &text, &err) < 0)
            fail_msg("%s: %s", table[i / 2].body, err.message);
        assert_memory_equal(text.bytes, "before:", 7);
        assert_string_equal(text.bytes + 7, table[i / 2].text);
        buf_free(&text);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *space, *body, *message;
    } table[] = {
        {WORD, "<w:p>", "broken XML"},
        {WORD, "<w:p>&x;</w:p>", "broken XML"},
        {"urn:else", "<w:p/>", "not what its name says"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        struct buf text = {0};
        struct err err = {0};
        buf_adds(&text, "before");
        assert_int_equal(read_document(table[i].space, table[i].body, &text, &err),
                         ERR_INVALID);
        if (!strstr(err.message, table[i].message))
            fail_msg("%s: %s", table[i].body, err.message);
        assert_string_equal(text.bytes, "before");
        buf_free(&text);
    }
}

static void test_other_archives(void **state)
{
    static const char *const parts[] = {"word/document.xml", "xl/workbook.xml"};
    static const char *const texts[] = {
        "<!DOCTYPE w [<!ENTITY a 'aaaa'>]><w:document xmlns:w='" WORD "'>&a;</w:document>",
        "<workbook/>"};
    static const char *const messages[] = {"DOCTYPE", "not a document of Word"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct zip_kit kit = {0};
        struct buf text = {0};
        struct err err = {0};
        zip_kit_add(&kit, parts[i], texts[i]);
        zip_kit_end(&kit);
        assert_int_equal(
            docx_text(kit.bytes.bytes, kit.bytes.length, "a.docx", LANG_EN, &text, &err),
            ERR_INVALID);
        if (!strstr(err.message, messages[i]))
            fail_msg("%s: %s", parts[i], err.message);
        assert_null(text.bytes);
        zip_kit_free(&kit);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bodies),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_other_archives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
