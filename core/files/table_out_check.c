#include "files/table_out_data.h"

#include "files/ooxml.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int count_cell(void *context, const char *name, const char **attributes, struct err *err)
{
    uint64_t *cells = context;
    (void)attributes;
    (void)err;
    *cells += name[0] == 'c' && !name[1];
    return 0;
}

static int check_sheet(struct zip *zip, uint32_t number, uint64_t cells, struct err *err)
{
    static const struct ooxml_reader reader = {OOXML_SHEET, .start = count_cell};
    char part[48];
    uint64_t found = 0;
    snprintf(part, sizeof part, "xl/worksheets/sheet%u.xml", number);
    int code = ooxml_read(zip, part, &reader, &found, err);
    if (code == 0 && found != cells)
        code = err_set(err, ERR_IO, "sheet %u has %llu cells, not %llu", number,
                       (unsigned long long)found, (unsigned long long)cells);
    return code;
}

/* A part of another vocabulary: it ends with the end of its first element. */
static int check_end(struct zip *zip, const char *part, const char *end, struct err *err)
{
    char bytes[16384];
    size_t length = 0, wanted = strlen(end);
    int got, code = zip_begin(zip, part, err);
    if (code < 0)
        return code;
    while ((got = zip_take(zip, bytes + length, sizeof bytes - length, err)) > 0)
        length += (size_t)got;
    zip_end(zip);
    while (length && bytes[length - 1] == '\n')
        length--;
    if (got == 0 && (length < wanted || memcmp(bytes + length - wanted, end, wanted) != 0))
        return err_set(err, ERR_IO, "%s", part);
    return got;
}

static int check_parts(struct zip *zip, const uint64_t *cells, uint32_t sheets, struct err *err)
{
    static const struct {
        const char *part, *end; /* end NULL = it is read */
        enum ooxml_vocabulary vocabulary;
    } parts[] = {{"[Content_Types].xml", "</Types>", OOXML_SHEET},
                 {"docProps/app.xml", "</Properties>", OOXML_SHEET},
                 {"docProps/core.xml", "</cp:coreProperties>", OOXML_SHEET},
                 {"xl/theme/theme1.xml", "</a:theme>", OOXML_SHEET},
                 {"_rels/.rels", NULL, OOXML_LINKS},
                 {"xl/_rels/workbook.xml.rels", NULL, OOXML_LINKS},
                 {"xl/workbook.xml", NULL, OOXML_SHEET},
                 {"xl/styles.xml", NULL, OOXML_SHEET}};
    int code = 0;
    for (size_t i = 0; i < sizeof parts / sizeof *parts && code == 0; i++) {
        struct ooxml_reader reader = {.vocabulary = parts[i].vocabulary};
        code = parts[i].end ? check_end(zip, parts[i].part, parts[i].end, err)
                            : ooxml_read(zip, parts[i].part, &reader, NULL, err);
    }
    for (uint32_t i = 0; i < sheets && code == 0; i++)
        code = check_sheet(zip, i + 1, cells[i], err);
    return code;
}

/* The bounds for what people send are not for what was just written. */
static const struct zip_limits no_limits = {100, UINT64_MAX, UINT64_MAX, UINT32_MAX,
                                            UINT64_MAX};

int table_check(const char *path, const uint64_t *cells, uint32_t sheets, enum lang lang,
                struct err *err)
{
    struct stat status = {0};
    struct zip *zip = NULL;
    void *bytes = MAP_FAILED;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file >= 0 && fstat(file, &status) == 0 && status.st_size > 0)
        bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
    if (file >= 0)
        close(file);
    int code = ERR_IO;
    struct err why = {0};
    if (bytes != MAP_FAILED) {
        code = zip_open(bytes, (size_t)status.st_size, path, lang, &no_limits, &zip, &why);
        if (code == 0)
            code = check_parts(zip, cells, sheets, &why);
        zip_free(zip);
        munmap(bytes, (size_t)status.st_size);
    }
    if (code == 0)
        return 0;
    return err_set(err, ERR_IO, "%s: %s",
                   TR(lang, "the disk has not taken all that was written", "磁盘没有全部写入"),
                   why.message);
}
