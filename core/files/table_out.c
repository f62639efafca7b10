#include "files/table_out.h"

#include "base/utf8.h"
#include "files/table_out_data.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAMES_TRIED = 100 };

/* ---- texts -------------------------------------------------------------------------------- */

/* What neither XML nor a reader's eye can take: U+FFFE and U+FFFF are no characters at all. */
static bool is_odd(uint32_t code)
{
    return code == 0xfffe || code == 0xffff;
}

/* True when the text can stand in a cell as it is. */
static bool is_plain(const char *text, size_t length)
{
    return !memchr(text, '\r', length) && !strstr(text, "\xef\xbf\xbe") &&
           !strstr(text, "\xef\xbf\xbf") && !utf8_has_control(text, length);
}

static void add_plain(struct buf *plain, const char *text, size_t length)
{
    uint32_t code = 0;
    for (size_t at = 0, size; at < length; at += size) {
        size = utf8_next(text + at, length - at, &code);
        if (code == '\r' && text[at + 1] == '\n')
            continue;
        if (code == '\r')
            buf_adds(plain, "\n");
        else if (is_odd(code) || utf8_has_control(text + at, size))
            buf_printf(plain, "\\u%04x", code);
        else
            buf_add(plain, text + at, size);
    }
}

const char *table_plain(struct table_out *out, const char *text)
{
    size_t length = strlen(text);
    if (utf8_valid(text, length) != length)
        return NULL;
    if (is_plain(text, length))
        return text;
    out->plain.length = 0;
    buf_adds(&out->plain, "");
    add_plain(&out->plain, text, length);
    return out->plain.bytes;
}

int table_refuse(const struct table_out *out, uint32_t column, struct err *err)
{
    return err_set(err, ERR_INVALID,
                   TR(out->file.lang, "%s: row %llu, column %u is not UTF-8",
                      "%s：第 %llu 行第 %u 列不是 UTF-8"),
                   out->sheet->name, (unsigned long long)out->rows + 1, column + 1);
}

int64_t table_tenths(const struct table_cell *cell)
{
    return cell->number * 1000 / cell->whole;
}

static const char *copy_text(struct arena *arena, const char *text)
{
    return text ? arena_string(arena, text) : NULL;
}

/* ---- the file ----------------------------------------------------------------------------- */

static int failed(const struct table_out *out, const char *what, struct err *err)
{
    return err_set(err, ERR_IO, "%s: %s", what ? what : out->file.path, strerror(errno));
}

/* Follows links, so that a target behind one is replaced and not the link. */
static int find_target(struct table_out *out, struct err *err)
{
    struct stat status;
    const char *path = out->file.path;
    char *real = realpath(path, NULL);
    out->target = arena_string(out->arena, real ? real : path);
    free(real);
    const char *slash = strrchr(out->target, '/');
    out->folder = !slash ? "."
                         : arena_copy(out->arena, out->target,
                                      slash == out->target ? 1 : (size_t)(slash - out->target));
    if (stat(out->target, &status) < 0)
        return errno == ENOENT ? 0 : failed(out, NULL, err);
    if (!S_ISREG(status.st_mode))
        return err_set(err, ERR_INVALID, TR(out->file.lang, "%s is not a file", "%s 不是文件"),
                       path);
    return 0;
}

/* A new, empty file in the target's folder, with the rights that the target has or would have. */
static int make_file(struct table_out *out, int *file, struct err *err)
{
    struct stat status;
    const char *slash = strrchr(out->target, '/');
    const char *name = slash ? slash + 1 : out->target;
    char *path = NULL;
    *file = -1;
    errno = EEXIST;
    for (int i = 0; i < NAMES_TRIED && *file < 0 && errno == EEXIST; i++) {
        path =
            arena_printf(out->arena, "%s/.%.200s.%ld-%d", out->folder, name, (long)getpid(), i);
        *file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    }
    if (*file < 0)
        return failed(out, NULL, err);
    out->made = path;
    if (stat(out->target, &status) == 0)
        fchmod(*file, status.st_mode & 0777);
    return 0;
}

static int open_file(struct table_out *out, struct err *err)
{
    int file, code = find_target(out, err);
    if (code == 0)
        code = make_file(out, &file, err);
    if (code < 0)
        return code;
    if (out->file.form == TABLE_XLSX) {
        close(file);
        return table_book_new(out, err);
    }
    out->stream = fdopen(file, "w");
    if (!out->stream) {
        failed(out, NULL, err);
        close(file);
        return ERR_IO;
    }
    return 0;
}

int table_out_new(const struct table_file *file, struct table_out **out, struct err *err)
{
    bool standard = strcmp(file->path, "-") == 0;
    if (standard && file->form == TABLE_XLSX)
        return err_set(err, ERR_INVALID, "%s",
                       TR(file->lang, "a workbook needs a file name, not -",
                          "工作簿要写文件名，不能是 -"));
    struct arena *arena = arena_new();
    struct table_out *made = arena_alloc(arena, sizeof *made);
    made->arena = arena;
    made->file = *file;
    made->file.path = arena_string(arena, file->path);
    made->file.title = copy_text(arena, file->title);
    made->file.author = copy_text(arena, file->author);
    made->file.dated = copy_text(arena, file->dated);
    int code = 0;
    if (standard)
        made->stream = file->out;
    else
        code = open_file(made, err);
    if (code < 0)
        table_out_free(made);
    else
        *out = made;
    return code;
}

/* ---- sheets and rows ---------------------------------------------------------------------- */

static const char *const *copy_choices(struct arena *arena, const char *const *choices)
{
    size_t count = 0;
    while (choices && choices[count])
        count++;
    const char **copy = arena_array(arena, count + 1, sizeof *copy);
    for (size_t i = 0; i < count; i++)
        copy[i] = arena_string(arena, choices[i]);
    return count ? copy : NULL;
}

static const struct table_sheet *copy_sheet(struct arena *arena,
                                            const struct table_sheet *sheet)
{
    struct table_sheet *copy = arena_alloc(arena, sizeof *copy);
    struct table_column *columns = arena_array(arena, sheet->count, sizeof *columns);
    *copy = *sheet;
    copy->name = arena_string(arena, sheet->name);
    copy->title = copy_text(arena, sheet->title);
    copy->about = copy_text(arena, sheet->about);
    copy->columns = columns;
    for (uint32_t i = 0; i < sheet->count; i++) {
        columns[i] = sheet->columns[i];
        columns[i].title = arena_string(arena, sheet->columns[i].title);
        columns[i].choices = copy_choices(arena, sheet->columns[i].choices);
    }
    return copy;
}

int table_out_sheet(struct table_out *out, const struct table_sheet *sheet, struct err *err)
{
    enum lang lang = out->file.lang;
    if (!sheet->count || sheet->count > TABLE_COLUMNS_MOST)
        return err_set(err, ERR_LIMIT,
                       TR(lang, "%s: %u columns, a sheet has 1 to %u",
                          "%s：%u 列，一张表可以有 1 到 %u 列"),
                       sheet->name, sheet->count, (unsigned)TABLE_COLUMNS_MOST);
    if (out->sheet && out->file.form == TABLE_CSV)
        return err_set(err, ERR_INVALID, "%s",
                       TR(lang, "a CSV holds one table", "一个 CSV 只能放一张表"));
    if (out->book && out->sheet && !out->ended && table_book_note(out, NULL, err) < 0)
        return ERR_IO;
    out->sheet = copy_sheet(out->arena, sheet);
    out->rows = 0;
    out->ended = false;
    return out->book ? table_book_sheet(out, err) : table_csv_header(out, err);
}

uint64_t table_out_room(const struct table_out *out)
{
    if (!out->sheet || out->ended)
        return 0;
    return out->book ? TABLE_ROWS_MOST - out->rows : UINT64_MAX - out->rows;
}

int table_out_row(struct table_out *out, const struct table_cell *cells, struct err *err)
{
    if (!table_out_room(out))
        return err_set(err, ERR_LIMIT,
                       TR(out->file.lang, "%s: no more rows fit into this sheet",
                          "%s：这张表放不下更多的行"),
                       out->sheet ? out->sheet->name : out->file.path);
    int code = out->book ? table_book_row(out, cells, err) : table_csv_row(out, cells, err);
    out->rows += code == 0;
    return code;
}

int table_out_note(struct table_out *out, const char *text, struct err *err)
{
    out->ended = true;
    return out->book ? table_book_note(out, text, err) : 0;
}

/* ---- its end ------------------------------------------------------------------------------ */

static int close_stream(struct table_out *out, struct err *err)
{
    FILE *stream = out->stream;
    bool standard = !out->target;
    errno = 0;
    int code = fflush(stream) != 0 || ferror(stream) ? ERR_IO : 0;
    if (code < 0 && errno == 0)
        errno = EIO;
    if (code < 0)
        failed(out, standard ? TR(out->file.lang, "standard output", "标准输出") : NULL, err);
    if (standard)
        return code;
    out->stream = NULL;
    if (fclose(stream) != 0 && code == 0)
        code = failed(out, NULL, err);
    return code;
}

/* What is on the disk before the name is: a name must not outlive its content. */
static int sync_path(const char *path, int flags)
{
    int file = open(path, flags | O_CLOEXEC);
    int code = file < 0 ? -1 : fsync(file);
    if (file >= 0)
        close(file);
    return code;
}

static int rename_file(struct table_out *out, struct err *err)
{
    if (sync_path(out->made, O_RDONLY) < 0 || rename(out->made, out->target) < 0)
        return failed(out, NULL, err);
    out->made = NULL;
    sync_path(out->folder, O_RDONLY | O_DIRECTORY); /* a file system may not know how */
    return 0;
}

int table_out_close(struct table_out *out, struct err *err)
{
    int code = out->book ? table_book_close(out, err) : close_stream(out, err);
    return code < 0 || !out->target ? code : rename_file(out, err);
}

void table_out_free(struct table_out *out)
{
    if (!out)
        return;
    table_book_free(out->book);
    if (out->stream && out->target)
        fclose(out->stream);
    if (out->made)
        unlink(out->made);
    buf_free(&out->plain);
    arena_free(out->arena);
}
