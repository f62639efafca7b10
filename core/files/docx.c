#include "files/docx.h"

#include "files/ooxml.h"

#include <stdio.h>
#include <string.h>

struct document {
    struct buf *text;
    struct zip *zip;
    size_t before;    /* bytes of `text` that are not ours */
    uint32_t depth;   /* of the element at hand */
    uint32_t dropped; /* the depth of what is left out, 0 = nothing */
    bool in_text;     /* in w:t */
    char part[256];
};

/* Elements whose content is no text of the document. */
static bool is_dropped(const char *name)
{
    static const char *const names[] = {"del", "moveFrom", "instrText", "delText",
                                        "rPr", "pPr",      "rt"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(name, names[i]) == 0)
            return true;
    return false;
}

/* What an element stands for, NULL = nothing. */
static const char *sign_of(const char *name)
{
    static const struct {
        const char *name, *sign;
    } signs[] = {
        {"tab", "\t"}, {"ptab", "\t"}, {"br", "\n"}, {"cr", "\n"}, {"noBreakHyphen", "-"},
    };
    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (strcmp(name, signs[i].name) == 0)
            return signs[i].sign;
    return NULL;
}

static int add(struct document *document, const char *bytes, size_t length, struct err *err)
{
    if (document->text->length - document->before + length > DOCX_MOST_TEXT)
        return err_set(err, ERR_LIMIT,
                       TR(zip_lang(document->zip), "%s: the text is too long", "%s：文字过多"),
                       zip_shown(document->zip));
    buf_add(document->text, bytes, length);
    return 0;
}

static int on_start(void *context, const char *name, const char **attributes, struct err *err)
{
    struct document *document = context;
    (void)attributes;
    document->depth++;
    if (document->dropped)
        return 0;
    if (is_dropped(name)) {
        document->dropped = document->depth;
        return 0;
    }
    document->in_text = strcmp(name, "t") == 0;
    const char *sign = sign_of(name);
    return sign ? add(document, sign, strlen(sign), err) : 0;
}

static int on_text(void *context, const char *bytes, size_t length, struct err *err)
{
    struct document *document = context;
    return document->in_text && !document->dropped ? add(document, bytes, length, err) : 0;
}

static int on_end(void *context, const char *name, struct err *err)
{
    struct document *document = context;
    uint32_t depth = document->depth--;
    if (document->dropped) {
        if (document->dropped == depth)
            document->dropped = 0;
        return 0;
    }
    document->in_text = false;
    return strcmp(name, "p") == 0 ? add(document, "\n", 1, err) : 0;
}

static int on_relation(void *context, const char *id, const char *type, const char *target,
                       struct err *err)
{
    struct document *document = context;
    (void)id, (void)err;
    if (strcmp(type, "officeDocument") == 0 && strlen(target) < sizeof document->part)
        snprintf(document->part, sizeof document->part, "%s", target);
    return 0;
}

int docx_text(const char *bytes, size_t length, const char *shown, enum lang lang,
              struct buf *text, struct err *err)
{
    static const struct ooxml_reader reader = {OOXML_WORD, on_start, on_text, on_end};
    struct document document = {
        .text = text, .before = text->length, .part = "word/document.xml"};
    int code = zip_open(bytes, length, shown, lang, NULL, &document.zip, err);
    if (code == 0)
        code = ooxml_relations(document.zip, "", on_relation, &document, err);
    if (code == 0 && !zip_has(document.zip, document.part))
        code = err_set(err, ERR_INVALID,
                       TR(lang, "%s: not a document of Word or WPS", "%s：不是 Word、WPS 文档"),
                       zip_shown(document.zip));
    if (code == 0)
        code = ooxml_read(document.zip, document.part, &reader, &document, err);
    if (code < 0 && text->bytes) {
        text->length = document.before;
        text->bytes[text->length] = '\0';
    }
    zip_free(document.zip);
    return code == ERR_NOT_FOUND ? ERR_INVALID : code;
}
