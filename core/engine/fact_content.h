/*
 * What a piece brings besides itself: its files, how long they are, and what they are like. For fact*.c of
 * engine/ alone.
 */
#ifndef ENGINE_FACT_CONTENT_H
#define ENGINE_FACT_CONTENT_H

#include "engine/fact_data.h"
#include "engine/original.h"

/* The pieces that a submission or rework is like, before it is recorded. */
struct fact_alike {
    const struct original_like *same, *near;
    size_t same_count, near_count;
};

/** Sets `alike`; of what brings no files it stays NULL. */
int fact_look_alike(struct asked *asked);

/** The piece whose file it brings again, 0 = none. */
int64_t fact_copy_of(const struct asked *asked);

/** How long the piece is: its files as they were measured, else what was said, -1 = neither. */
int64_t fact_chars(const struct fact_request *request);

/** Adds the files and fingerprints to the fact that has just been appended. */
int fact_add_content(struct asked *asked, int64_t number);

/** Tells in the answer what it is like. */
void fact_answer_alike(const struct asked *asked, struct fact_answer *answer);

#endif
