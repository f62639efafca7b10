/*
 * Workbooks for tests, from the XML of their parts; the namespaces are put around it. Beside them,
 * a sheet as text: "A1=n01 B1=5# |A2=…", with a sign behind what is no text.
 */
#ifndef TESTS_XLSX_KIT_H
#define TESTS_XLSX_KIT_H

#include "base/finding.h"
#include "files/xlsx.h"

#include "zip_kit.h"

#define XLSX_KIT_MAIN   "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
#define XLSX_KIT_STRICT "http://purl.oclc.org/ooxml/spreadsheetml/main"

struct xlsx_kit {
    const char *data;     /* in sheetData */
    const char *behind;   /* behind sheetData, or NULL */
    const char *strings;  /* in sst, NULL = no part */
    const char *styles;   /* in styleSheet, NULL = no part */
    const char *workbook; /* in workbook, NULL = one sheet 名册 */
    const char *head;     /* before the root of the sheet, NULL = nothing */
    bool strict;
};

static inline void xlsx_kit_part(struct zip_kit *kit, const char *name, const char *head,
                                 const char *root, bool strict, const char *xml)
{
    struct buf text = {0};
    buf_printf(&text,
               "<?xml version='1.0' encoding='UTF-8'?>%s<%s xmlns='%s' xmlns:r='http://%s/"
               "relationships' xmlns:x='urn:x'>%s</%s>",
               head ? head : "", root, strict ? XLSX_KIT_STRICT : XLSX_KIT_MAIN,
               strict ? "purl.oclc.org/ooxml/officeDocument"
                      : "schemas.openxmlformats.org/officeDocument/2006",
               xml, root);
    zip_kit_add(kit, name, text.bytes);
    buf_free(&text);
}

static inline void xlsx_kit_links(struct zip_kit *kit, const char *name, const char *links)
{
    static const char *const types[] = {"officeDocument", "worksheet", "sharedStrings",
                                        "styles"};
    struct buf text = {0};
    buf_adds(&text, "<Relationships xmlns='http://schemas.openxmlformats.org/package/2006/"
                    "relationships'>");
    for (char id[2] = "a", type; (type = *links) != '\0'; id[0]++) {
        size_t size = strcspn(links, ";");
        buf_printf(&text, "<Relationship Id='%s' Type='http://x/%s' Target='%.*s'/>", id,
                   types[type - '0'], (int)size - 1, links + 1);
        links += size + (links[size] == ';');
    }
    buf_adds(&text, "</Relationships>");
    zip_kit_add(kit, name, text.bytes);
    buf_free(&text);
}

/* The archive's bytes are zip->bytes. */
static inline void xlsx_kit_build(struct zip_kit *zip, const struct xlsx_kit *kit)
{
    struct buf sheet = {0};
    buf_printf(&sheet, "<dimension ref='A1'/><sheetData>%s</sheetData>%s", kit->data,
               kit->behind ? kit->behind : "");
    xlsx_kit_links(zip, "_rels/.rels", "0xl/workbook.xml");
    xlsx_kit_part(zip, "xl/workbook.xml", NULL, "workbook", kit->strict,
                  kit->workbook ? kit->workbook
                                : "<sheets><sheet name='名册' sheetId='1' r:id='a'/></sheets>");
    xlsx_kit_links(zip, "xl/_rels/workbook.xml.rels",
                   "1worksheets/sheet1.xml;1/xl/worksheets/sheet2.xml;2sharedStrings.xml;"
                   "3../xl/styles.xml");
    xlsx_kit_part(zip, "xl/worksheets/sheet1.xml", kit->head, "worksheet", kit->strict,
                  sheet.bytes);
    xlsx_kit_part(zip, "xl/worksheets/sheet2.xml", NULL, "worksheet", kit->strict,
                  "<sheetData><row r='1'><c r='A1'><v>2</v></c></row></sheetData>");
    if (kit->strings)
        xlsx_kit_part(zip, "xl/sharedStrings.xml", NULL, "sst", kit->strict, kit->strings);
    if (kit->styles)
        xlsx_kit_part(zip, "xl/styles.xml", NULL, "styleSheet", kit->strict, kit->styles);
    zip_kit_end(zip);
    buf_free(&sheet);
}

static inline int xlsx_kit_row(void *context, const struct xlsx_row *row, struct err *err)
{
    static const char *const signs[] = {"", "#", "@", "?", "!", "=", "~"};
    struct buf *out = context;
    char letters[4];
    (void)err;
    if (out->length)
        buf_adds(out, "|");
    for (size_t i = 0; i < row->count; i++) {
        const struct xlsx_cell *cell = &row->cells[i];
        if (strlen(cell->bytes) != cell->length)
            abort();
        buf_printf(out, "%s%s%u=%s%s", i ? " " : "", finding_letters(letters, cell->column),
                   row->number, cell->bytes, signs[cell->kind]);
    }
    return 0;
}

/* A sheet of the archive as text. */
static inline int xlsx_kit_read(const struct buf *bytes, const char *name, struct buf *out,
                                struct err *err)
{
    struct xlsx *xlsx = NULL;
    uint32_t sheet = 0;
    buf_adds(out, "");
    int code = xlsx_open(bytes->bytes, bytes->length, "a.xlsx", LANG_EN, &xlsx, err);
    if (code == 0)
        code = xlsx_find(xlsx, name, &sheet, err);
    if (code == 0)
        code = xlsx_read(xlsx, sheet, xlsx_kit_row, out, err);
    xlsx_close(xlsx);
    return code;
}

#endif
