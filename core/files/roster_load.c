#include "files/roster_load.h"

#include "base/beneath.h"
#include "files/roster_csv.h"
#include "files/roster_xlsx.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

static bool is_workbook(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot && (strcasecmp(dot, ".xlsx") == 0 || strcasecmp(dot, ".xlsm") == 0);
}

static int fail_open(int error, const char *shown, enum lang lang, struct err *err)
{
    bool strange = error == EINVAL || error == EXDEV || error == ELOOP;
    int code = error == ENOENT ? ERR_NOT_FOUND : strange ? ERR_INVALID : ERR_IO;
    return err_set(err, code, "%s: %s", shown, beneath_why(error, lang));
}

int roster_load(struct roster *roster, int directory, const char *name, const char *sheet,
                const char *shown, struct err *err)
{
    char *bytes = NULL;
    size_t length = 0;
    bool workbook = is_workbook(name);
    enum lang lang = roster_findings(roster)->lang;
    if (sheet && !workbook)
        return err_set(err, ERR_INVALID,
                       TR(lang, "%s: only a workbook (.xlsx) has sheets",
                          "%s：只有工作簿（.xlsx）才有工作表"),
                       shown);
    int descriptor = beneath_open(directory, name);
    if (descriptor < 0)
        return fail_open(errno, shown, lang, err);
    int code =
        beneath_read(descriptor, shown, workbook ? ROSTER_MOST_WORKBOOK : ROSTER_MOST_BYTES,
                     &bytes, &length, err);
    close(descriptor);
    if (code < 0)
        return code;
    if (!workbook)
        return roster_load_csv_bytes(roster, shown, bytes, length, err);
    code = roster_load_xlsx_bytes(roster, shown, bytes, length, sheet, err);
    free(bytes);
    return code;
}
