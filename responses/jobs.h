/* Jobs: what runs beside the server, one after another, and what came of it. A row waits until its
 * moment has come, is running in at most one process, and then is done, failed or cancelled, for
 * good. One that was running when the server ended is failed: jobs_recover says so. */
#ifndef JOBS_H
#define JOBS_H

#include "responses/content.h"

enum job_state { JOB_WAITING, JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED, JOB_STATES };
const char *job_state_name(enum job_state state); /* "waiting", … */

struct job {
    int64_t number;     /* 1, 2, 3 … */
    struct str kind;    /* "train", "publish", "trial" … (server/jobs.c) */
    struct str subject; /* what it is about: a release's or a review's number; may be empty */
    enum job_state state;
    int64_t wanted_at_us; /* not before */
    struct str author, reason;
    int64_t created_at_us, began_at_us, ended_at_us; /* 0: not yet */
    struct str progress; /* a JSON object: running {"step","steps","what","done","total"}; failed
                            {"why"}; else {} */
    struct str result;   /* what the work printed; empty unless it was asked for */
};

typedef enum err job_each(void *data, const struct job *job, struct fail *why);

/* Waits from now on. Inside content_begin, or a transaction of its own. */
MUST_USE enum err jobs_add(struct content *content, const struct job *job, int64_t *number,
                           struct fail *why);
/* Newest first, without results; an empty kind or subject is any. Borrowed for the call. */
MUST_USE enum err jobs_each(struct content *content, struct str kind, struct str subject,
                            size_t limit, job_each *each, void *data, struct fail *why);
/* Those that wait or run, oldest first. */
MUST_USE enum err jobs_each_open(struct content *content, job_each *each, void *data,
                                 struct fail *why);
/* One, with its result; `each` is called once, or ERR_MISSING. */
MUST_USE enum err jobs_find(struct content *content, int64_t number, job_each *each, void *data,
                            struct fail *why);
/* The newest of a kind that is done (of a subject, unless that is empty), with its result.
 * ERR_MISSING. */
MUST_USE enum err jobs_find_done(struct content *content, struct str kind, struct str subject,
                                 job_each *each, void *data, struct fail *why);

/* The newest job that has put this release to the gate, with its result. ERR_MISSING. */
MUST_USE enum err jobs_find_gate(struct content *content, int release, job_each *each, void *data,
                                 struct fail *why);
/* The oldest whose moment has come and whose kind is quick or not; `each` may be left uncalled. */
MUST_USE enum err jobs_next(struct content *content, bool is_quick, int64_t now_us, job_each *each,
                            void *data, struct fail *why);
/* Waiting to running. ERR_REFUSED when it does not wait any more. */
MUST_USE enum err jobs_begin(struct content *content, int64_t number, struct fail *why);
MUST_USE enum err jobs_progress(struct content *content, int64_t number, struct str progress,
                                struct fail *why);
/* Running to done, failed or cancelled. An empty subject leaves it as it was. */
MUST_USE enum err jobs_end(struct content *content, int64_t number, enum job_state state,
                           struct str subject, struct str progress, struct str result,
                           struct fail *why);
/* Waiting to cancelled; *is_running when it is under way, which is then for whoever runs it to end.
 * ERR_MISSING, ERR_REFUSED (it has ended). */
MUST_USE enum err jobs_cancel(struct content *content, int64_t number, bool *is_running,
                              struct fail *why);
/* What was running when the last server ended has failed. */
MUST_USE enum err jobs_recover(struct content *content, size_t *count, struct fail *why);
/* Results that hold what customers said (trials, replays, groups) and ended before then go. */
MUST_USE enum err jobs_forget(struct content *content, int64_t before_us, struct fail *why);

/* When content last changed, by an import, an approved review or a prompt; 0: never. */
MUST_USE enum err content_changed_at(struct content *content, int64_t *out_us, struct fail *why);
/* When the training that last gave this release began, if a job did it; 0: none did. */
MUST_USE enum err jobs_trained_at(struct content *content, int release, int64_t *out_us,
                                  struct fail *why);

/* Groups of unanswered messages (training/unanswered.h) that are nobody's work any more: set aside,
 * or rows of a review that is open or approved, whose source is "unanswered:ID". In order of id. */
MUST_USE enum err groups_ignore(struct content *content, struct str id, struct str reason,
                                struct str author, struct fail *why);
MUST_USE enum err groups_each_ignored(struct content *content,
                                      enum err (*each)(void *data, struct str id, struct fail *why),
                                      void *data, struct fail *why);

#endif
