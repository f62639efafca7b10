#include "script/source.h"

#include "base/beneath.h"
#include "base/err.h"
#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- opening --------------------------------------------------------------------------------- */

int source_open(const char *folder, const char *path)
{
    int directory = open(*folder ? folder : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return -1;
    int fd = beneath_open(directory, path), code = errno;
    close(directory);
    errno = code;
    return fd;
}

/* ---- reading --------------------------------------------------------------------------------- */

struct load {
    struct arena *arena;
    struct findings *findings;
    struct source *source;
};

static struct finding *complain(struct load *load, uint32_t line, uint32_t column,
                                const char *name, const char *message)
{
    struct place place = {.source = load->source, .line = line, .column = column};
    return finding_add(load->findings, SEVERITY_ERROR, name, place, "%s", message);
}

static int fail_open(struct load *load, int code)
{
    complain(load, 0, 0, "unreadable-file", beneath_why(code, load->findings->lang));
    return code == ENOENT ? ERR_NOT_FOUND : ERR_IO;
}

static int fail_length(struct load *load)
{
    complain(
        load, 0, 0, "file-too-long",
        TR(load->findings->lang, "a plan script has at most 2 MiB", "方案脚本不能超过 2 MiB"));
    return ERR_LIMIT;
}

static int read_bytes(struct load *load, int fd, char **bytes, size_t *length)
{
    struct err err = {0};
    char *block;
    int code = beneath_read(fd, load->source->name, SOURCE_BYTES_MOST, &block, length, &err);
    if (code < 0)
        return code == ERR_LIMIT ? fail_length(load) : fail_open(load, errno);
    *bytes = arena_copy(load->arena, block, *length);
    free(block);
    return 0;
}

/* ---- encodings ------------------------------------------------------------------------------- */

/* The text read as `encoding`, for showing it; NULL when it is not that. */
static char *convert(struct arena *arena, const char *encoding, const char *bytes,
                     size_t length, size_t *size)
{
    iconv_t converter = iconv_open("UTF-8", encoding);
    if (converter == (iconv_t)-1)
        return NULL;
    char *text = arena_alloc(arena, length * 3 + 16), *to = text;
    char *from = arena_copy(arena, bytes, length);
    size_t left = length, room = length * 3 + 15;
    size_t code = iconv(converter, &from, &left, &to, &room);
    iconv_close(converter);
    *size = (size_t)(to - text);
    return code == (size_t)-1 || left ? NULL : text;
}

/* Line and column of a byte; lines end in \n. */
static void locate(const char *text, size_t at, uint32_t *line, uint32_t *column)
{
    *line = 1;
    size_t start = 0;
    for (size_t i = 0; i < at; i++)
        if (text[i] == '\n') {
            (*line)++;
            start = i + 1;
        }
    *column = (uint32_t)(at - start + 1);
}

/* Valid up to `good`: what is it then? The place is shown in the text as it was meant. */
static int fail_encoding(struct load *load, const char *bytes, size_t length, size_t good)
{
    enum lang lang = load->findings->lang;
    uint32_t line, column;
    size_t size, begin;
    locate(bytes, good, &line, &column);
    bool utf16 = length >= 2 && ((bytes[0] == '\xff' && bytes[1] == '\xfe') ||
                                 (bytes[0] == '\xfe' && bytes[1] == '\xff'));
    char *text = utf16 ? NULL : convert(load->arena, "GB18030", bytes, length, &size);
    if (!text) {
        struct finding *finding = complain(
            load, line, 0, "not-utf8",
            utf16 ? TR(lang, "this file is UTF-16", "这个文件是 UTF-16 编码")
                  : TR(lang, "this file is not UTF-8 text", "这个文件不是 UTF-8 文本"));
        finding->help = TR(lang, "save it as UTF-8", "请另存为 UTF-8");
        return ERR_SYNTAX;
    }
    load->source->text = text;
    load->source->length = size;
    /* bytes before the place are ASCII up to the first odd one, which may stand in a word */
    for (begin = good; begin > 0 && bytes[begin - 1] != '\n'; begin--)
        ;
    while (begin < good && (unsigned char)bytes[begin] < 0x80)
        begin++;
    locate(bytes, begin, &line, &column);
    struct finding *finding = complain(
        load, line, column, "gb18030-file",
        TR(lang, "this file is GB18030, not UTF-8", "这个文件是 GB18030 编码，不是 UTF-8"));
    finding->help = TR(lang, "save it as UTF-8, or: iconv -f GB18030 -t UTF-8 OLD > NEW",
                       "请另存为 UTF-8，或执行：iconv -f GB18030 -t UTF-8 旧文件 > 新文件");
    return ERR_SYNTAX;
}

static int check_bytes(struct load *load, const char *bytes, size_t length)
{
    enum lang lang = load->findings->lang;
    uint32_t line, column;
    if (length && bytes[0] == '\x1b') {
        complain(
            load, 1, 0, "bytecode",
            TR(lang, "this is compiled code, not a text", "这是编译过的代码，不是文本脚本"));
        return ERR_SYNTAX;
    }
    size_t good = utf8_valid(bytes, length);
    if (good < length)
        return fail_encoding(load, bytes, length, good);
    const char *nul = memchr(bytes, 0, length);
    if (!nul)
        return 0;
    locate(bytes, (size_t)(nul - bytes), &line, &column);
    complain(load, line, 0, "nul-in-text",
             TR(lang, "a NUL byte in the text", "文本中含有 NUL 字节"));
    return ERR_SYNTAX;
}

/* Ends every line in \n, in place, so that columns and hashes do not depend on the editor. */
static size_t plain_lines(char *bytes, size_t length)
{
    size_t used = 0;
    for (size_t at = 0; at < length; at++) {
        bool carriage = bytes[at] == '\r';
        if (carriage && at + 1 < length && bytes[at + 1] == '\n')
            at++;
        bytes[used++] = carriage ? '\n' : bytes[at];
    }
    bytes[used] = '\0';
    return used;
}

static int load_from(struct load *load, int fd)
{
    char *bytes;
    size_t length;
    int code = read_bytes(load, fd, &bytes, &length);
    if (code < 0)
        return code;
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
        bytes += 3;
        length -= 3;
    }
    code = check_bytes(load, bytes, length);
    if (code == 0) {
        load->source->text = bytes;
        load->source->length = plain_lines(bytes, length);
    }
    return code;
}

int source_load(struct arena *arena, const char *folder, const char *path, const char *shown,
                struct findings *findings, struct source **out)
{
    struct load load = {arena, findings, arena_alloc(arena, sizeof *load.source)};
    *load.source = (struct source){.name = arena_string(arena, shown), .text = ""};
    size_t length = strlen(shown);
    if (utf8_valid(shown, length) != length || utf8_has_control(shown, length) ||
        strpbrk(shown, "\n\t")) {
        load.source->name = "?";
        complain(&load, 0, 0, "strange-file-name",
                 TR(findings->lang, "the file's name is no plain UTF-8 text",
                    "文件名不是普通的 UTF-8 文本"));
        return ERR_INVALID;
    }
    int fd = source_open(folder, path);
    if (fd < 0)
        return fail_open(&load, errno);
    int code = load_from(&load, fd);
    close(fd);
    if (code == 0)
        *out = load.source;
    return code;
}
