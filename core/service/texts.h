/*
 * Text functions on their way: what the functions of plans say of mails is asked in the evaluator child,
 * from the stored source, up to 500 messages a child and one child at a time. A job is a batch of mails;
 * it is over when each function has answered, or has failed or used up its time (EVAL_WALL_MS): then
 * nothing is said of its messages, and they get the policy's words.
 *
 *   – → waiting     texts_begin: behind the jobs before it
 *   waiting → runs  its calls one after the other, by texts_step
 *   runs → over     texts_over; what was said is the batch's and is kept with its messages
 *
 * Nothing is on disk: a crash loses what was said of messages that have not left the house, and it is
 * asked again. Their data are those of their slot, and the evaluator has no clock and no chance:
 * a function says the same again, unless it is killed this time. A function that fails is told of once
 * for as long as its plan stays the same, and one that has used up its time is not asked again until
 * then or for an hour: no message waits for it twice.
 */
#ifndef SERVICE_TEXTS_H
#define SERVICE_TEXTS_H

#include "engine/mail.h"
#include "service/holding.h"

struct texts;
struct texts_job;

/** The holding of a plan, NULL = nobody has it at the moment. */
typedef struct holding *(*texts_find)(void *context, const char *plan);

/** For one courier; what `find` gives lives as long as the engines that the courier has. The caller frees it. */
struct texts *texts_new(texts_find find, void *context, enum lang lang);
void texts_free(struct texts *texts);

/** Begins a job for mails, which outlive it with the arena; NULL when no function has a say in them. */
struct texts_job *texts_begin(struct texts *texts, const struct mail *mails, size_t count,
                              struct arena *arena);

/** True when all has been said. */
bool texts_over(const struct texts_job *job);

/** What was said of an entry of a mail of the job, in the arena; NULL = nothing. */
const char *texts_said(const struct texts_job *job, size_t mail, size_t entry);

/** Forgets a job, over or not. */
void texts_drop(struct texts *texts, struct texts_job *job);

/** Starts the next call if none runs, or advances the one that runs. Never blocks. */
void texts_step(struct texts *texts);

/** What to poll while one runs: -1 = nothing; poll(2) events; a CLOCK_MONOTONIC deadline in ms. */
int texts_fd(const struct texts *texts, short *events, int64_t *deadline_ms);

/** The next thing to be told, "plan: file:line: message"; false = there is none. */
bool texts_problem(struct texts *texts, struct err *out);

#endif
