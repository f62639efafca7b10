#include "cli/papers.h"

#include "files/kept.h"
#include "store/files.h"

#include <stdlib.h>

struct tour {
    struct store *store;
    const char *from, *to; /* to: NULL = nothing is copied */
    enum lang lang;
    struct papers *papers;
};

/* What is wrong with one file is no reason to leave the others. */
static void note(struct papers *papers, int code, const struct err *why)
{
    if (code == ERR_NOT_FOUND)
        papers->missing++;
    else
        papers->damaged++;
    if (!papers->first.code)
        papers->first = *why;
}

static int visit(void *context, const char *sha256, struct err *err)
{
    struct tour *tour = context;
    char *bytes = NULL;
    size_t length;
    struct err why = {0};
    int code = kept_read(tour->from, sha256, tour->lang, &bytes, &length, &why);
    if (code < 0) {
        note(tour->papers, code, &why);
        return 0;
    }
    tour->papers->whole++;
    code = tour->to ? kept_put(tour->to, sha256, bytes, length, tour->lang, err) : 0;
    free(bytes);
    return code;
}

static int look_up(void *context, const char *sha256, struct err *err)
{
    struct tour *tour = context;
    bool kept = false;
    int code = store_is_kept(tour->store, sha256, &kept, err);
    tour->papers->unknown += code == 0 && !kept;
    return code;
}

int papers_survey(struct store *store, const char *folder, enum lang lang, struct papers *out,
                  struct err *err)
{
    struct papers papers = {0};
    struct tour tour = {store, folder, NULL, lang, &papers};
    int code = store_kept_files(store, visit, &tour, err);
    if (code == 0)
        code = kept_list(folder, look_up, &tour, err);
    if (code == 0)
        *out = papers;
    return code;
}

int papers_copy(struct store *store, const char *from, const char *to, enum lang lang,
                struct papers *out, struct err *err)
{
    struct papers papers = {0};
    struct tour tour = {store, from, to, lang, &papers};
    int code = store_kept_files(store, visit, &tour, err);
    if (code == 0)
        *out = papers;
    return code;
}
