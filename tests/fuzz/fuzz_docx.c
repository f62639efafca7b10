/* Documents: any bytes, as an archive ("PK…") or as the body's part of one, give a text or an error.
 * The text is UTF-8, an error leaves none, and its lengths by the three rules do not contradict. */
#include "base/utf8.h"
#include "files/docx.h"
#include "files/text_count.h"

#include "../c/zip_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(int holds)
{
    if (!holds)
        abort();
}

static void check_lengths(const char *text, size_t length)
{
    size_t words = text_count(text, length, TEXT_WORD),
           characters = text_count(text, length, TEXT_CHARACTERS),
           all = text_count(text, length, TEXT_ALL);
    check(words <= characters && characters <= all && all <= length);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    struct zip_kit kit = {0};
    struct buf text = {0};
    struct err err = {0};
    buf_adds(&text, "x");
    buf_add(&kit.bytes, "", 0);
    if (size >= 2 && memcmp(bytes, "PK", 2) == 0) {
        buf_add(&kit.bytes, bytes, size);
    } else {
        zip_kit_lie(&kit, "word/document.xml", size ? (const char *)bytes : "", size,
                    (struct zip_lie){.store = true});
        zip_kit_end(&kit);
    }
    int code = docx_text(kit.bytes.bytes, kit.bytes.length, "f.docx", LANG_ZH, &text, &err);
    check(text.bytes[0] == 'x' && (code == 0 || (code == err.code && text.length == 1)));
    check(utf8_valid(text.bytes, text.length) == text.length);
    check_lengths(text.bytes, text.length);
    check_lengths((const char *)bytes, size);
    buf_free(&text);
    zip_kit_free(&kit);
    return 0;
}
