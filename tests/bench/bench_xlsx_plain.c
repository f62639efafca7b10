/*
 * The least that reading a workbook costs: its shared strings and first sheet unpacked and put through
 * expat with functions that only count, nothing kept.
 *
 *   bench_xlsx_plain FILE     prints: cells, seconds, bytes of XML
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <expat.h>
#include <minizip/unzip.h>

struct counts {
    unsigned long elements, text;
};

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    (void)attributes;
    ((struct counts *)user)->elements += strstr(name, "|c") != NULL;
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    (void)user, (void)name;
}

static void XMLCALL on_text(void *user, const XML_Char *text, int length)
{
    (void)text;
    ((struct counts *)user)->text += (unsigned long)length;
}

static unsigned long pass(unzFile file, const char *part, struct counts *counts)
{
    enum { CHUNK = 64 * 1024 };
    unsigned long bytes = 0;
    if (unzLocateFile(file, part, 1) != UNZ_OK || unzOpenCurrentFile(file) != UNZ_OK)
        return 0;
    XML_Parser parser = XML_ParserCreateNS(NULL, '|');
    XML_SetUserData(parser, counts);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    for (int count = 1; count > 0; bytes += (unsigned long)count) {
        count = unzReadCurrentFile(file, XML_GetBuffer(parser, CHUNK), CHUNK);
        if (count < 0 || XML_ParseBuffer(parser, count, count == 0) != XML_STATUS_OK)
            exit(1);
    }
    XML_ParserFree(parser);
    unzCloseCurrentFile(file);
    return bytes;
}

int main(int argc, char **argv)
{
    struct timespec from, to;
    struct counts counts = {0};
    if (argc != 2)
        return 2;
    clock_gettime(CLOCK_MONOTONIC, &from);
    unzFile file = unzOpen64(argv[1]);
    if (!file)
        return 1;
    unsigned long bytes = pass(file, "xl/sharedStrings.xml", &counts) +
                          pass(file, "xl/worksheets/sheet1.xml", &counts);
    unzClose(file);
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%lu %.4f %lu\n", counts.elements,
           (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9,
           bytes);
    return 0;
}
