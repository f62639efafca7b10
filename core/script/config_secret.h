/*
 * Secrets of the service's configuration: it names files, this reads them. Nothing here prints, and no error
 * says anything of a content. Who has a secret keeps it as short as it can, and gives it back to be wiped.
 */
#ifndef SCRIPT_CONFIG_SECRET_H
#define SCRIPT_CONFIG_SECRET_H

#include "script/config.h"

enum { CONFIG_SECRET_MOST = 65536 }; /* bytes */

/* A secret in memory; the bytes are NUL-terminated behind their length, and hold no other NUL. */
struct config_secret {
    char *bytes;
    size_t length;
};

/** Reads the secret `name` of the configuration: the file of that name in $CREDENTIALS_DIRECTORY, else in the
 * folder secrets/ beside the configuration; an absolute path is read as it is. Line ends at its end are
 * dropped. Refused: a link, what is no regular file, what group or others may read (but in the credentials'
 * directory), more than CONFIG_SECRET_MOST bytes, an empty one. ERR_NOT_FOUND, ERR_IO, ERR_INVALID, ERR_LIMIT:
 * the error, in `lang`, names the file, never its content. */
int config_secret(const struct config *config, const char *name, enum lang lang,
                  struct config_secret *out, struct err *err);

/** Wipes the bytes and frees them; an empty secret is accepted. */
void config_secret_free(struct config_secret *secret);

#endif
