/* The commands that a job (server/jobs.h) runs, by its kind. */
#ifndef JOB_COMMANDS_H
#define JOB_COMMANDS_H

#include "base/arena.h"
#include "base/config.h"

#include <stdbool.h>
#include <stdint.h>

enum { JOB_STEPS = 2, JOB_WORDS = 96 };

enum job_step {
    STEP_NONE,
    STEP_TRAIN,
    STEP_GATE,
    STEP_ACTIVATE, /* of this and the one before: the release that is the subject, or was made */
    STEP_TRIAL,
    STEP_CHECK,
    STEP_UNANSWERED,
    STEP_REPLAY,
    STEP_BACKUP,
    STEP_RETIRE,
    STEP_AUDIT
};

struct job_kind {
    const char *name;
    enum job_step steps[JOB_STEPS]; /* one after another */
    bool releases;                  /* another release may be active afterwards */
};
const struct job_kind *job_kind_find(struct str name); /* NULL: there is no such kind */

/* One step of a job; all is borrowed. */
struct job_command {
    const struct job_kind *kind;
    enum job_step step;
    int64_t number;              /* the job's */
    const char *folder;          /* the bot's */
    const struct config *config; /* what the server was started with counts for the command */
    struct str subject, author, reason;
    struct str made; /* the number of the release that the step before has made; or empty */
};
/* Its words, the program's name first and NULL last, in the arena. ERR_LIMIT: too many. */
MUST_USE enum err job_command_words(const struct job_command *command, struct arena *arena,
                                    const char *list[JOB_WORDS], struct fail *why);

#endif
