#include "files/ooxml.h"

#include <stdio.h>
#include <string.h>

#include <expat.h>

enum { CHUNK = 64 * 1024, PATH_ROOM = 512 };

#define SEPARATOR  '|'
#define COMPATIBLE "http://schemas.openxmlformats.org/markup-compatibility/2006|Fallback"

/* Transitional and strict. */
static const char *const vocabularies[][2] = {
    [OOXML_SHEET] = {"http://schemas.openxmlformats.org/spreadsheetml/2006/main",
                     "http://purl.oclc.org/ooxml/spreadsheetml/main"},
    [OOXML_WORD] = {"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
                    "http://purl.oclc.org/ooxml/wordprocessingml/main"},
    [OOXML_LINKS] = {"http://schemas.openxmlformats.org/package/2006/relationships",
                     "http://purl.oclc.org/ooxml/package/relationships"},
};

struct parse {
    XML_Parser parser;
    struct zip *zip;
    const char *part;
    const struct ooxml_reader *reader;
    void *context;
    struct err *err;
    const char *space; /* the vocabulary's name that the root has */
    size_t space_length;
    uint32_t depth, fallback; /* the depth of the Fallback that is being skipped, 0 = none */
    int code;
};

static void stop(struct parse *parse, int code)
{
    parse->code = code;
    XML_StopParser(parse->parser, XML_FALSE);
}

static void refuse(struct parse *parse, int code, const char *english, const char *chinese)
{
    char plain[ZIP_PLAIN_ROOM];
    bool han = zip_lang(parse->zip) == LANG_ZH;
    stop(parse,
         err_set(parse->err, code, han ? "%s：%s：%s" : "%s: %s: %s", zip_shown(parse->zip),
                 zip_plain(plain, parse->part), han ? chinese : english));
}

static void find_space(struct parse *parse, const char *name)
{
    for (size_t i = 0; i < 2; i++) {
        const char *space = vocabularies[parse->reader->vocabulary][i];
        size_t length = strlen(space);
        if (strncmp(name, space, length) == 0 && name[length] == SEPARATOR) {
            parse->space = space;
            parse->space_length = length;
        }
    }
    if (!parse->space)
        refuse(parse, ERR_INVALID, "not what its name says", "内容与名称不符");
}

static const char *local(const struct parse *parse, const char *name)
{
    size_t length = parse->space_length;
    if (strncmp(name, parse->space, length) != 0 || name[length] != SEPARATOR)
        return "";
    return name + length + 1;
}

static void XMLCALL on_start(void *user, const XML_Char *name, const XML_Char **attributes)
{
    struct parse *parse = user;
    if (!parse->space)
        find_space(parse, name);
    if (parse->code < 0)
        return;
    if (++parse->depth > OOXML_MOST_DEPTH) {
        refuse(parse, ERR_LIMIT, "nested too deeply", "嵌套过深");
        return;
    }
    if (!parse->fallback && strcmp(name, COMPATIBLE) == 0)
        parse->fallback = parse->depth;
    if (parse->fallback || !parse->reader->start)
        return;
    int code = parse->reader->start(parse->context, local(parse, name), attributes, parse->err);
    if (code < 0)
        stop(parse, code);
}

static void XMLCALL on_end(void *user, const XML_Char *name)
{
    struct parse *parse = user;
    if (parse->code < 0) /* expat closes an empty element that was stopped at */
        return;
    uint32_t depth = parse->depth--;
    if (parse->fallback) {
        if (parse->fallback == depth)
            parse->fallback = 0;
        return;
    }
    if (!parse->reader->end)
        return;
    int code = parse->reader->end(parse->context, local(parse, name), parse->err);
    if (code < 0)
        stop(parse, code);
}

static void XMLCALL on_text(void *user, const XML_Char *bytes, int length)
{
    struct parse *parse = user;
    if (parse->code < 0 || parse->fallback)
        return;
    int code = parse->reader->text(parse->context, bytes, (size_t)length, parse->err);
    if (code < 0)
        stop(parse, code);
}

static void XMLCALL on_doctype(void *user, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    (void)name, (void)system, (void)public, (void)internal;
    refuse(user, ERR_INVALID, "has a DOCTYPE, as no document does",
           "含有 DOCTYPE，文档里不应有");
}

static int bad_xml(struct parse *parse)
{
    char plain[ZIP_PLAIN_ROOM];
    enum lang lang = zip_lang(parse->zip);
    enum XML_Error error = XML_GetErrorCode(parse->parser);
    return err_set(
        parse->err, ERR_INVALID,
        TR(lang, "%s: %s: broken XML in line %lu: %s", "%s：%s：第 %lu 行 XML 有误：%s"),
        zip_shown(parse->zip), zip_plain(plain, parse->part),
        (unsigned long)XML_GetCurrentLineNumber(parse->parser), XML_ErrorString(error));
}

/* expat looks at an unfinished token again with every chunk. */
static void check_token(struct parse *parse, uint64_t fed)
{
    XML_Index at = XML_GetCurrentByteIndex(parse->parser);
    if (parse->code == 0 && at >= 0 && fed > (uint64_t)at &&
        fed - (uint64_t)at > OOXML_MOST_TOKEN + CHUNK)
        refuse(parse, ERR_LIMIT, "an overlong tag", "标签过长");
}

static int feed(struct parse *parse)
{
    for (uint64_t fed = 0;;) {
        void *buffer = XML_GetBuffer(parse->parser, CHUNK);
        if (!buffer)
            return err_set(parse->err, ERR_LIMIT, "%s: no memory", zip_shown(parse->zip));
        int count = zip_take(parse->zip, buffer, CHUNK, parse->err);
        if (count < 0)
            return count;
        enum XML_Status status = XML_ParseBuffer(parse->parser, count, count == 0);
        fed += (uint64_t)count;
        if (status == XML_STATUS_OK)
            check_token(parse, fed);
        if (parse->code < 0)
            return parse->code;
        if (status != XML_STATUS_OK)
            return bad_xml(parse);
        if (count == 0)
            return 0;
    }
}

int ooxml_read(struct zip *zip, const char *part, const struct ooxml_reader *reader,
               void *context, struct err *err)
{
    int code = zip_begin(zip, part, err);
    if (code < 0)
        return code;
    struct parse parse = {
        .parser = XML_ParserCreateNS(NULL, SEPARATOR),
        .zip = zip,
        .part = part,
        .reader = reader,
        .context = context,
        .err = err,
    };
    if (parse.parser) {
        XML_SetUserData(parse.parser, &parse);
        XML_SetElementHandler(parse.parser, on_start, on_end);
        XML_SetStartDoctypeDeclHandler(parse.parser, on_doctype);
        if (reader->text)
            XML_SetCharacterDataHandler(parse.parser, on_text);
        code = feed(&parse);
        XML_ParserFree(parse.parser);
    } else {
        code = err_set(err, ERR_LIMIT, "%s: no memory", zip_shown(zip));
    }
    zip_end(zip);
    return code;
}

const char *ooxml_attribute(const char **attributes, const char *name)
{
    for (; *attributes; attributes += 2)
        if (strcmp(attributes[0], name) == 0)
            return attributes[1];
    return NULL;
}

const char *ooxml_relation(const char **attributes)
{
    static const char end[] = "/relationships|id";
    for (; *attributes; attributes += 2) {
        size_t length = strlen(attributes[0]);
        if (length >= sizeof end && strcmp(attributes[0] + length - sizeof end + 1, end) == 0)
            return attributes[1];
    }
    return NULL;
}

bool ooxml_true(const char *value)
{
    return value &&
           (strcmp(value, "1") == 0 || strcmp(value, "true") == 0 || strcmp(value, "on") == 0);
}

/* ---- relations -------------------------------------------------------------------------------- */

struct relations {
    const char *part;
    int (*each)(void *context, const char *id, const char *type, const char *target,
                struct err *err);
    void *context;
};

/* The target as a path from the root, with its . and .. worked off; false when it leads out. */
static bool resolve(const char *part, const char *target, char *path)
{
    const char *slash = strrchr(part, '/');
    size_t length = 0;
    if (*target != '/' && slash) {
        length = (size_t)(slash - part);
        memcpy(path, part, length);
    }
    while (*target) {
        target += *target == '/';
        size_t size = strcspn(target, "/");
        if (size == 2 && strncmp(target, "..", 2) == 0) {
            if (length == 0)
                return false;
            while (length > 0 && path[--length] != '/')
                continue;
        } else if (size && !(size == 1 && *target == '.')) {
            if (length + size + 2 > PATH_ROOM)
                return false;
            if (length)
                path[length++] = '/';
            memcpy(path + length, target, size);
            length += size;
        }
        target += size;
    }
    path[length] = '\0';
    return length > 0;
}

static int on_relation(void *context, const char *name, const char **attributes,
                       struct err *err)
{
    const struct relations *relations = context;
    char path[PATH_ROOM];
    const char *id = ooxml_attribute(attributes, "Id"), *mode,
               *type = ooxml_attribute(attributes, "Type"),
               *target = ooxml_attribute(attributes, "Target");
    if (strcmp(name, "Relationship") != 0 || !id || !type || !target)
        return 0;
    mode = ooxml_attribute(attributes, "TargetMode");
    if ((mode && strcmp(mode, "External") == 0) || !resolve(relations->part, target, path))
        return 0;
    const char *word = strrchr(type, '/');
    return relations->each(relations->context, id, word ? word + 1 : type, path, err);
}

int ooxml_relations(struct zip *zip, const char *part,
                    int (*each)(void *context, const char *id, const char *type,
                                const char *target, struct err *err),
                    void *context, struct err *err)
{
    static const struct ooxml_reader reader = {.vocabulary = OOXML_LINKS, .start = on_relation};
    struct relations relations = {part, each, context};
    char path[PATH_ROOM];
    const char *slash = strrchr(part, '/');
    size_t folder = slash ? (size_t)(slash - part) + 1 : 0;
    int length =
        snprintf(path, sizeof path, "%.*s_rels/%s.rels", (int)folder, part, part + folder);
    if (length < 0 || (size_t)length >= sizeof path || !zip_has(zip, path))
        return 0;
    return ooxml_read(zip, path, &reader, &relations, err);
}
