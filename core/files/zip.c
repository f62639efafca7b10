#include "files/zip.h"

#include "base/arena.h"
#include "base/table.h"
#include "base/utf8.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <minizip/unzip.h>

enum {
    NAME_MOST = 255,
    SHOWN_MOST = 200,
    FLAG_ENCRYPTED = 1 << 0,
    FLAG_STRONG = 1 << 6,
    FLAG_MASKED = 1 << 13,
    METHOD_STORE = 0,
    METHOD_DEFLATE = 8,
};

const struct zip_limits zip_limits_default = {
    .parts = 10000,
    .part = 512u << 20,
    .total = 1u << 30,
    .ratio = 200,
    .ratio_from = 4u << 20,
};

struct part {
    unz64_file_pos place;
    uint64_t packed, unpacked; /* as the directory says */
};

struct zip {
    const char *bytes;
    size_t length, at; /* where minizip reads */
    struct zip_limits limits;
    const char *shown;
    enum lang lang;
    struct arena *arena;
    struct table names; /* in small letters → parts */
    struct part *parts;
    unzFile file;
    const struct part *part; /* under way */
    uint64_t taken, total;   /* of the part, of all */
};

/* ---- the bytes, as minizip asks for them ------------------------------------------------------ */

static voidpf memory_open(voidpf opaque, const void *name, int mode)
{
    (void)name;
    return mode & ZLIB_FILEFUNC_MODE_WRITE ? NULL : opaque;
}

static uLong memory_read(voidpf opaque, voidpf stream, void *into, uLong size)
{
    struct zip *zip = stream;
    size_t rest = zip->length - zip->at, count = size < rest ? size : rest;
    (void)opaque;
    memcpy(into, zip->bytes + zip->at, count);
    zip->at += count;
    return count;
}

static uLong memory_write(voidpf opaque, voidpf stream, const void *from, uLong size)
{
    (void)opaque, (void)stream, (void)from, (void)size;
    return 0;
}

static ZPOS64_T memory_tell(voidpf opaque, voidpf stream)
{
    const struct zip *zip = stream;
    (void)opaque;
    return zip->at;
}

static long memory_seek(voidpf opaque, voidpf stream, ZPOS64_T offset, int origin)
{
    struct zip *zip = stream;
    size_t from = origin == ZLIB_FILEFUNC_SEEK_SET   ? 0
                  : origin == ZLIB_FILEFUNC_SEEK_END ? zip->length
                                                     : zip->at;
    (void)opaque;
    if (offset > zip->length - from)
        return -1;
    zip->at = from + offset;
    return 0;
}

static int memory_close(voidpf opaque, voidpf stream)
{
    (void)opaque, (void)stream;
    return 0;
}

static unzFile open_memory(struct zip *zip)
{
    zlib_filefunc64_def functions = {
        .zopen64_file = memory_open,
        .zread_file = memory_read,
        .zwrite_file = memory_write,
        .ztell64_file = memory_tell,
        .zseek64_file = memory_seek,
        .zclose_file = memory_close,
        .zerror_file = memory_close,
        .opaque = zip,
    };
    return unzOpen2_64(zip->shown, &functions);
}

/* ---- the directory ---------------------------------------------------------------------------- */

static int damaged(const struct zip *zip, struct err *err)
{
    return err_set(
        err, ERR_INVALID,
        TR(zip->lang, "%s: the file is damaged or not complete", "%s：文件损坏或不完整"),
        zip->shown);
}

static int too_large(const struct zip *zip, struct err *err)
{
    return err_set(
        err, ERR_LIMIT,
        TR(zip->lang, "%s: unpacks to more than is read", "%s：解压后过大，不予读取"),
        zip->shown);
}

static int no_archive(const struct zip *zip, struct err *err)
{
    static const char old_office[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
    if (zip->length >= 8 && memcmp(zip->bytes, old_office, 8) == 0)
        return err_set(err, ERR_INVALID,
                       TR(zip->lang,
                          "%s: an old .xls or .doc, or protected by a password; save it as "
                          ".xlsx or .docx without one",
                          "%s：是旧格式（.xls、.doc）或加了密码，请另存为不加密码的 "
                          ".xlsx 或 .docx"),
                       zip->shown);
    if (zip->length >= 4 && memcmp(zip->bytes, "PK\3\4", 4) == 0)
        return damaged(zip, err);
    return err_set(err, ERR_INVALID,
                   TR(zip->lang, "%s: not a document of Excel, Word or WPS",
                      "%s：不是 Excel、Word、WPS 的文档"),
                   zip->shown);
}

/* A relative path of plain segments. */
static bool name_ok(const char *name, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)name[i] < ' ' || name[i] == '\\' || name[i] == 0x7f)
            return false;
    for (const char *at = name, *end = name + length; at <= end;) {
        size_t size = strcspn(at, "/");
        bool last = at + size == end;
        if ((size == 0 && !last) || (size == 1 && at[0] == '.') ||
            (size == 2 && at[0] == '.' && at[1] == '.'))
            return false;
        at += size + 1;
    }
    return length > 0;
}

const char *zip_plain(char plain[ZIP_PLAIN_ROOM], const char *part)
{
    size_t length = strlen(part), most = ZIP_PLAIN_ROOM - 1;
    bool fine = utf8_valid(part, length) == length && !utf8_has_control(part, length);
    length = fine ? utf8_cut(part, length, most) : length < most ? length : most;
    for (size_t i = 0; i < length; i++)
        plain[i] = fine || (part[i] >= ' ' && part[i] < 0x7f) ? part[i] : '?';
    plain[length] = '\0';
    return plain;
}

static int bad_part(const struct zip *zip, const char *part, const char *english,
                    const char *chinese, struct err *err)
{
    char plain[ZIP_PLAIN_ROOM];
    bool han = zip->lang == LANG_ZH;
    return err_set(err, ERR_INVALID, han ? "%s：%s：%s" : "%s: %s: %s", zip->shown,
                   zip_plain(plain, part), han ? chinese : english);
}

static int check_info(const struct zip *zip, const char *name, const unz_file_info64 *info,
                      struct err *err)
{
    if (strlen(name) != info->size_filename || !name_ok(name, info->size_filename))
        return err_set(err, ERR_INVALID,
                       TR(zip->lang, "%s: a part has a name that no document has",
                          "%s：文件内部有不正常的名称"),
                       zip->shown);
    if (info->flag & (FLAG_ENCRYPTED | FLAG_STRONG | FLAG_MASKED))
        return bad_part(zip, name, "protected by a password", "加了密码", err);
    if (info->disk_num_start != 0)
        return bad_part(zip, name, "one volume of several", "是分卷压缩的一部分", err);
    if (info->compression_method != METHOD_STORE && info->compression_method != METHOD_DEFLATE)
        return bad_part(zip, name, "packed in an unusual way", "压缩方式不受支持", err);
    if (info->compression_method == METHOD_STORE &&
        info->compressed_size != info->uncompressed_size)
        return damaged(zip, err);
    return 0;
}

static char *small(struct arena *arena, const char *name)
{
    char *copy = arena_string(arena, name);
    for (char *at = copy; *at; at++)
        if (*at >= 'A' && *at <= 'Z')
            *at = (char)(*at + ('a' - 'A'));
    return copy;
}

static int add_part(struct zip *zip, struct err *err)
{
    char name[NAME_MOST + 1] = "";
    unz_file_info64 info;
    struct part *part = &zip->parts[zip->names.count];
    if (unzGetCurrentFileInfo64(zip->file, &info, name, NAME_MOST, NULL, 0, NULL, 0) !=
            UNZ_OK ||
        unzGetFilePos64(zip->file, &part->place) != UNZ_OK)
        return damaged(zip, err);
    int code = check_info(zip, name, &info, err);
    if (code < 0)
        return code;
    part->packed = info.compressed_size;
    part->unpacked = info.uncompressed_size;
    const char *key = small(zip->arena, name);
    if (table_add(&zip->names, key, strlen(key), (uint32_t)zip->names.count) != TABLE_NONE)
        return bad_part(zip, name, "is there twice", "出现了两次", err);
    return 0;
}

/* Bytes of all parts together are no more than the file's: else some are shared, which is how a
 * small file unpacks to very much. */
static int check_sizes(const struct zip *zip, struct err *err)
{
    uint64_t packed = 0;
    for (size_t i = 0; i < zip->names.count; i++) {
        if (zip->parts[i].packed > zip->length - packed)
            return damaged(zip, err);
        packed += zip->parts[i].packed;
    }
    return 0;
}

static int read_directory(struct zip *zip, struct err *err)
{
    unz_global_info64 info;
    /* minizip takes a directory that is cut off for an empty one, which no document has */
    if (unzGetGlobalInfo64(zip->file, &info) != UNZ_OK || info.number_entry == 0)
        return damaged(zip, err);
    if (info.number_entry > zip->limits.parts)
        return err_set(err, ERR_LIMIT,
                       TR(zip->lang, "%s: more than %u parts", "%s：内部文件超过 %u 个"),
                       zip->shown, zip->limits.parts);
    zip->parts = arena_array(zip->arena, (size_t)info.number_entry + 1, sizeof *zip->parts);
    int code = 0, next = unzGoToFirstFile(zip->file);
    for (uint64_t i = 0; i < info.number_entry && code == 0; i++) {
        if (next != UNZ_OK)
            return damaged(zip, err);
        code = add_part(zip, err);
        next = unzGoToNextFile(zip->file);
    }
    return code < 0 ? code : check_sizes(zip, err);
}

int zip_open(const char *bytes, size_t length, const char *shown, enum lang lang,
             const struct zip_limits *limits, struct zip **out, struct err *err)
{
    struct arena *arena = arena_new();
    struct zip *zip = arena_alloc(arena, sizeof *zip);
    *zip = (struct zip){
        .bytes = bytes,
        .length = length,
        .limits = limits ? *limits : zip_limits_default,
        .shown = arena_copy(arena, shown, utf8_cut(shown, strlen(shown), SHOWN_MOST)),
        .lang = lang,
        .arena = arena,
    };
    zip->file = open_memory(zip);
    int code = zip->file ? read_directory(zip, err) : no_archive(zip, err);
    if (code < 0)
        zip_free(zip);
    else
        *out = zip;
    return code;
}

void zip_free(struct zip *zip)
{
    if (!zip)
        return;
    zip_end(zip);
    if (zip->file)
        unzClose(zip->file);
    table_free(&zip->names);
    arena_free(zip->arena);
}

const char *zip_shown(const struct zip *zip)
{
    return zip->shown;
}

enum lang zip_lang(const struct zip *zip)
{
    return zip->lang;
}

/* ---- a part ----------------------------------------------------------------------------------- */

static uint32_t find(const struct zip *zip, const char *part)
{
    char name[NAME_MOST + 1];
    size_t length = strlen(part);
    if (length > NAME_MOST)
        return TABLE_NONE;
    for (size_t i = 0; i < length; i++)
        name[i] = part[i] >= 'A' && part[i] <= 'Z' ? (char)(part[i] + ('a' - 'A')) : part[i];
    return table_get(&zip->names, name, length);
}

bool zip_has(const struct zip *zip, const char *part)
{
    return find(zip, part) != TABLE_NONE;
}

int zip_begin(struct zip *zip, const char *part, struct err *err)
{
    char plain[ZIP_PLAIN_ROOM];
    uint32_t number = find(zip, part);
    if (number == TABLE_NONE)
        return err_set(err, ERR_NOT_FOUND,
                       TR(zip->lang, "%s: the part %s is missing", "%s：内部缺少 %s"),
                       zip->shown, zip_plain(plain, part));
    zip_end(zip);
    if (zip->parts[number].unpacked > zip->limits.part)
        return too_large(zip, err);
    if (unzGoToFilePos64(zip->file, &zip->parts[number].place) != UNZ_OK ||
        unzOpenCurrentFile(zip->file) != UNZ_OK)
        return damaged(zip, err);
    zip->part = &zip->parts[number];
    zip->taken = 0;
    return 0;
}

/* At the end: as long as was said, and the checksum right. */
static int finish(struct zip *zip, struct err *err)
{
    bool whole = zip->taken == zip->part->unpacked;
    zip->part = NULL;
    return unzCloseCurrentFile(zip->file) == UNZ_OK && whole ? 0 : damaged(zip, err);
}

int zip_take(struct zip *zip, char *bytes, size_t room, struct err *err)
{
    if (!zip->part)
        return 0;
    int count =
        unzReadCurrentFile(zip->file, bytes, (unsigned)(room < INT_MAX ? room : INT_MAX));
    if (count < 0)
        return damaged(zip, err);
    if (count == 0)
        return finish(zip, err);
    zip->taken += (uint64_t)count;
    zip->total += (uint64_t)count;
    bool steep = zip->taken > zip->limits.ratio_from &&
                 zip->taken / zip->limits.ratio > zip->part->packed;
    if (steep || zip->taken > zip->limits.part || zip->total > zip->limits.total)
        return too_large(zip, err);
    return count;
}

void zip_end(struct zip *zip)
{
    if (zip->part)
        unzCloseCurrentFile(zip->file);
    zip->part = NULL;
}
