#include "cli/content.h"

#include "base/beneath.h"
#include "base/sha256.h"
#include "base/utf8.h"
#include "cli/hold.h"
#include "engine/original.h"
#include "files/decode.h"
#include "files/kept.h"
#include "files/shingles.h"
#include "files/text_count.h"
#include "files/text_of.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file on its way. */
struct paper {
    const char *path, *name; /* name: what is stored */
    char *bytes;             /* malloc'ed */
    size_t length;
    char sha256[SHA256_HEX];
    int64_t chars; /* -1 = not measured */
};

/* What is done with all of them. */
struct content {
    struct cli *cli;
    struct arena *arena;
    const struct content_wish *wish;
    enum text_rule rule;
    bool keep, original;
    const char *folder; /* of kept files */
    struct paper papers[CONTENT_FILES_MOST];
    size_t count;
    struct shingles shingles;
    struct err *err;
};

bool content_file(struct content_wish *wish, const char *path)
{
    if (wish->count == CONTENT_FILES_MOST)
        return false;
    wish->paths[wish->count++] = path;
    return true;
}

const char *content_folder(struct arena *arena, const char *folder, const char *name)
{
    return arena_printf(arena, "%s/%s.files", folder, name);
}

/* ---- what the plan asks -------------------------------------------------------------------- */

static int find_piece(const struct content *content, const struct holding *holding,
                      struct store_fact *fact, struct err *err)
{
    const struct content_wish *wish = content->wish;
    uint32_t plan = engine_plan_number(holding->engine, 0);
    return wish->of
               ? store_fact_keyed(holding->store, plan, wish->of, content->arena, fact, err)
               : store_standing_fact(holding->store, wish->piece, content->arena, fact, err);
}

static int item_of_piece(const struct content *content, const struct holding *holding,
                         uint32_t *item)
{
    const struct content_wish *wish = content->wish;
    struct store_fact fact;
    struct original_piece piece;
    struct err none;
    int code = find_piece(content, holding, &fact, &none);
    if (code == 0 && original_of_fact(holding->engine, 0, &fact, &piece)) {
        *item = piece.item;
        return 0;
    }
    if (code < 0 && code != ERR_NOT_FOUND)
        return err_set(content->err, code, "%s", none.message);
    const char *named =
        wish->of ? wish->of : arena_printf(content->arena, "f%lld", (long long)wish->piece);
    return err_set(
        content->err, ERR_NOT_FOUND,
        TR(content->cli->lang, "%s is no piece that was handed in", "%s 不是交来的作品"),
        named);
}

static void read_rules(struct content *content, const struct item *item)
{
    const struct value *where = value_get(item->sealed, "where");
    const char *keep = value_get_string(where, "keep");
    content->rule = text_rule_of(value_get_string(where, "counted"));
    content->keep = !keep || strcmp(keep, "hash") != 0;
    content->original = original_asked(item);
}

/* The words of the plan are the notice's, and nobody's copy. */
static void add_words(struct buf *words, const struct value *value)
{
    if (value->type == VALUE_STRING) {
        buf_add(words, value->string, value->length);
        buf_adds(words, "\n");
        return;
    }
    if (value->type != VALUE_LIST && value->type != VALUE_MAP)
        return;
    for (uint32_t i = 0; i < value->count; i++)
        add_words(words, value->items[i]);
    for (uint32_t i = 0; value->type == VALUE_MAP && i < value->pairs; i++)
        add_words(words, value->map[i].value);
}

static void drop_words(struct content *content, const struct plan *plan)
{
    struct buf words = {0};
    struct letters letters;
    add_words(&words, plan->sealed);
    letters_read(words.bytes ? words.bytes : "", words.length, &letters);
    shingles_drop(&content->shingles, &letters);
    letters_free(&letters);
    buf_free(&words);
}

/* ---- one file ------------------------------------------------------------------------------ */

static int refuse_open(const struct content *content, const char *path, int number)
{
    enum lang lang = content->cli->lang;
    if (number == ELOOP)
        return err_set(
            content->err, ERR_INVALID,
            TR(lang, "%s: is a link; name the file itself", "%s：是链接，请写文件本身的路径"),
            path);
    if (number == ENOENT)
        return err_set(content->err, ERR_NOT_FOUND,
                       TR(lang, "%s: there is no such file", "%s：没有这个文件"), path);
    return err_set(content->err, ERR_IO, TR(lang, "%s: cannot be read: %s", "%s：读不了：%s"),
                   path, strerror(number));
}

static int check_file(const struct content *content, const char *path,
                      const struct stat *status)
{
    enum lang lang = content->cli->lang;
    if (!S_ISREG(status->st_mode))
        return err_set(content->err, ERR_INVALID,
                       TR(lang, "%s: is no ordinary file", "%s：不是普通文件"), path);
    if (status->st_size > KEPT_MOST)
        return err_set(content->err, ERR_LIMIT,
                       TR(lang, "%s: larger than %d MiB, the most that a file may have",
                          "%s：超过 %d MiB，一个文件不能再大"),
                       path, KEPT_MOST >> 20);
    if (status->st_size == 0)
        return err_set(content->err, ERR_INVALID, TR(lang, "%s: is empty", "%s：是空文件"),
                       path);
    return 0;
}

static int read_file(const struct content *content, struct paper *paper)
{
    struct stat status;
    int file = open(paper->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (file < 0)
        return refuse_open(content, paper->path, errno);
    int code = fstat(file, &status) < 0 ? refuse_open(content, paper->path, errno)
                                        : check_file(content, paper->path, &status);
    if (code == 0)
        code = beneath_read(file, paper->path, KEPT_MOST, &paper->bytes, &paper->length,
                            content->err);
    close(file);
    return code;
}

/* Without its folders, as UTF-8 that a terminal shows as it is. */
static const char *plain_name(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    size_t length = strlen(name), at;
    char *copy = mem_resize(NULL, length + 1, 1);
    struct buf plain = {0};
    memcpy(copy, name, length + 1);
    if (utf8_valid(name, length) < length)
        (void)decode_text(&copy, &length, &at); /* what is neither is escaped below */
    utf8_add_plain(&plain, copy);
    const char *kept = arena_copy(arena, plain.bytes ? plain.bytes : "", plain.length);
    buf_free(&plain);
    free(copy);
    return kept;
}

/* A file that should have a text and cannot be read is handed in all the same, and not measured. */
static void measure(struct content *content, struct paper *paper)
{
    struct buf text = {0};
    struct err err = {0};
    int code =
        text_of_file(paper->name, paper->bytes, paper->length, content->cli->lang, &text, &err);
    const char *bytes = text.bytes ? text.bytes : "";
    paper->chars = code > 0 ? (int64_t)text_count(bytes, text.length, content->rule) : -1;
    if (code > 0 && content->original) {
        struct letters letters;
        letters_read(bytes, text.length, &letters);
        shingles_add(&content->shingles, &letters);
        letters_free(&letters);
    }
    if (code < 0)
        fprintf(
            content->cli->err,
            TR(content->cli->lang, "planrun: not measured: %s\n", "planrun：未计字数：%s\n"),
            err.message);
    buf_free(&text);
}

static bool came_before(const struct content *content, const struct paper *paper)
{
    for (size_t i = 0; i < content->count; i++)
        if (strcmp(content->papers[i].sha256, paper->sha256) == 0)
            return true;
    return false;
}

static int take_file(struct content *content, const char *path)
{
    struct paper *paper = &content->papers[content->count];
    *paper = (struct paper){.path = path, .name = plain_name(content->arena, path)};
    int code = read_file(content, paper);
    if (code < 0)
        return code;
    sha256_hex(paper->bytes, paper->length, paper->sha256);
    if (came_before(content, paper)) { /* named twice, it is one file */
        free(paper->bytes);
        return 0;
    }
    measure(content, paper);
    content->count++;
    return 0;
}

/* ---- all of them --------------------------------------------------------------------------- */

static struct value *show_paper(const struct content *content, const struct paper *paper)
{
    struct arena *arena = content->arena;
    struct value *file = value_map(arena);
    value_set_string(arena, file, "sha256", paper->sha256);
    value_set_string(arena, file, "name", content->keep ? paper->name : "—");
    value_set_int(arena, file, "bytes", (int64_t)paper->length);
    if (paper->chars >= 0)
        value_set_int(arena, file, "chars", paper->chars);
    value_set(arena, file, "kept", value_bool(arena, content->keep));
    return file;
}

static void show(const struct content *content, struct value *request)
{
    struct arena *arena = content->arena;
    struct value *files = value_list(arena), *shingles = value_list(arena);
    for (size_t i = 0; i < content->count; i++)
        value_append(arena, files, show_paper(content, &content->papers[i]));
    for (size_t i = 0; i < content->shingles.count; i++)
        value_append(arena, shingles,
                     value_string(arena, arena_printf(arena, "%lld",
                                                      (long long)content->shingles.hashes[i])));
    value_set(arena, request, "files", files);
    if (content->shingles.count)
        value_set(arena, request, "shingles", shingles);
}

static int keep_all(const struct content *content)
{
    int code = 0;
    for (size_t i = 0; content->keep && i < content->count && code == 0; i++)
        code = kept_put(content->folder, content->papers[i].sha256, content->papers[i].bytes,
                        content->papers[i].length, content->cli->lang, content->err);
    return code;
}

static int take_all(struct content *content, const struct holding *holding)
{
    const struct content_wish *wish = content->wish;
    uint32_t item = ITEM_NONE;
    int code = 0;
    if (wish->item && (item = hold_item(content->cli, holding->plan, wish->item)) == ITEM_NONE)
        return ERR_NOT_FOUND; /* and said */
    if (!wish->item)
        code = item_of_piece(content, holding, &item);
    if (code == 0)
        read_rules(content, &holding->plan->items[item]);
    for (size_t i = 0; code == 0 && i < wish->count; i++)
        code = take_file(content, wish->paths[i]);
    if (code == 0) {
        shingles_sort(&content->shingles);
        drop_words(content, holding->plan);
        code = keep_all(content);
    }
    return code;
}

/* The plan as it runs, or the script as it is now; what is wrong with either, the request tells. */
static int open_plan(const struct content *content, struct holding *holding)
{
    struct arena *arena = arena_new();
    struct findings findings = findings_new(arena, content->cli->lang);
    struct holding_options options = {.mode = HOLDING_READ,
                                      .script = content->wish->script,
                                      .lang = content->cli->lang,
                                      .findings = &findings,
                                      .fast = content->wish->fast,
                                      .no_roster = true};
    int code = holding_open(&options, holding, content->err);
    if (code == ERR_NOT_FOUND) {
        holding_close(holding);
        options.mode = HOLDING_MEMORY;
        code = holding_open(&options, holding, content->err);
    }
    if (code < 0 && findings.errors)
        cli_print_findings(content->cli, &findings);
    else if (code < 0)
        cli_fail(content->cli, content->err);
    findings_free(&findings);
    arena_free(arena);
    return code;
}

static int find_folder(struct content *content, const struct holding *holding)
{
    char folder[HOLDER_PATH_MOST];
    int code = holder_folder(folder, content->err);
    if (code == 0)
        content->folder = content_folder(content->arena, folder, holding->name);
    return code;
}

int content_add(struct cli *cli, const struct content_wish *wish, struct arena *arena,
                struct value *request)
{
    struct holding holding = {0};
    struct err err = {0};
    struct content content = {.cli = cli, .arena = arena, .wish = wish, .err = &err};
    if (!wish->count)
        return EXIT_FINE;
    int code = open_plan(&content, &holding);
    bool opened = code == 0;
    if (opened)
        code = find_folder(&content, &holding);
    if (code == 0)
        code = take_all(&content, &holding);
    if (code == 0)
        show(&content, request);
    else if (opened && *err.message)
        cli_fail(cli, &err);
    for (size_t i = 0; i < content.count; i++)
        free(content.papers[i].bytes);
    shingles_free(&content.shingles);
    holding_close(&holding);
    return code < 0 ? EXIT_PROBLEMS : EXIT_FINE;
}
