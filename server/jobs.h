/* The threads that run jobs (responses/jobs.h) as children beside the server, one at a time; quick
 * ones, which only make a release answer, do not wait behind long ones. Of several servers on one
 * bot one runs its jobs: it holds BOT/jobs/lock. */
#ifndef SERVER_JOBS_H
#define SERVER_JOBS_H

#include "base/config.h"
#include "base/fail.h"

#include <stdbool.h>
#include <stdint.h>

struct jobs;

/* `released` is called, in a thread of theirs, after a job that may have changed which release
 * answers. The folder BOT/jobs is theirs: what a crash left in it goes. */
MUST_USE enum err jobs_open(const char *bot_folder, const struct config *config,
                            void (*released)(void *data), void *data, struct jobs **out,
                            struct fail *why);
/* Ends what runs: it is then failed, "stopped with the server". NULL is harmless. */
void jobs_close(struct jobs *jobs);
/* A row waits, or soon will: it is looked for now rather than in a moment. Any thread. */
void jobs_wake(struct jobs *jobs);
/* Ends the job if it is the one that runs; it is then cancelled, unless it was done by then. */
void jobs_stop(struct jobs *jobs, int64_t number);

#endif
