/*
 * The doctor's findings, a line each: what is sound, and what needs somebody, which is marked and makes the exit
 * code 1. doctor.c looks at a store and at one plan, doctor_service.c at all that a service stands on.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

#include "cli/cli.h"
#include "service/holding.h"

/* Whom the doctor sees. */
struct patient {
    struct cli *cli;
    struct store *store;
    const char *folder, *name;     /* of the store */
    const struct holding *holding; /* of one plan; NULL = the service */
    uint32_t problems;
};

/** One line; `sound` false = it needs somebody. */
void doctor_tell(struct patient *patient, bool sound, const char *label, const char *text);

/** One line with a number, none when it is 0. */
void doctor_count(struct patient *patient, bool sound, const char *label, uint32_t count);

/** The store: its figures, integrity, kept files, holder and clock. */
void doctor_store(struct patient *patient);

/** The last line; an exit code. */
int doctor_end(const struct patient *patient);

/** The service: its store, its plans, and the channels of the configuration (NULL = the usual one, if it is
 * there). An exit code. */
int doctor_service(struct cli *cli, const char *config);

#endif
