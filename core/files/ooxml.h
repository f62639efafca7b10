/*
 * One XML part of an office document (ECMA-376, transitional and strict), streamed out of the
 * archive through expat: start, text and end of the elements of one vocabulary by their local names.
 * Elements of other vocabularies have no name; what stands in mc:Fallback is left out, since the
 * choice beside it says the same. A DOCTYPE is refused, so that there are no entities to expand;
 * depth and the length of a token are bounded. Knows nothing of sheets or paragraphs.
 */
#ifndef FILES_OOXML_H
#define FILES_OOXML_H

#include "files/zip.h"

enum ooxml_vocabulary { OOXML_SHEET, OOXML_WORD, OOXML_LINKS };

enum { OOXML_MOST_DEPTH = 256, OOXML_MOST_TOKEN = 1 << 20 };

/* What is told of a part; each may be NULL. `name` is "" for an element of another vocabulary. A
 * negative value with `err` filled stops the reader. */
struct ooxml_reader {
    enum ooxml_vocabulary vocabulary;
    int (*start)(void *context, const char *name, const char **attributes, struct err *err);
    int (*text)(void *context, const char *bytes, size_t length, struct err *err);
    int (*end)(void *context, const char *name, struct err *err);
};

/** Reads a part of the archive from beginning to end. 0, what a function said, or ERR_NOT_FOUND,
 * ERR_INVALID, ERR_LIMIT. */
int ooxml_read(struct zip *zip, const char *part, const struct ooxml_reader *reader,
               void *context, struct err *err);

/** The value of an attribute that has no prefix, or NULL. */
const char *ooxml_attribute(const char **attributes, const char *name);

/** The same for r:id, the number of a relation. */
const char *ooxml_relation(const char **attributes);

/** True for "1", "true" and "on". */
bool ooxml_true(const char *value);

/** Called for each relation that stands beside `part`: its id, the last word of its type
 * ("worksheet"), and the part that it leads to, from the root and without '/' in front. Those that
 * lead out of the archive are left out. No relations at all are none. */
int ooxml_relations(struct zip *zip, const char *part,
                    int (*each)(void *context, const char *id, const char *type,
                                const char *target, struct err *err),
                    void *context, struct err *err);

#endif
