/* A trial of a review (responses/reviews.h): what the bot would be with its rows. Everything
 * happens in a bot folder of its own, BOT/jobs/trial-N, with a copy of the content and the active
 * release beside it; the bot itself is only read. */
#ifndef TRIAL_H
#define TRIAL_H

#include "training/gate.h"
#include "training/replay.h"
#include "training/train.h"

struct trial_options {
    const struct config *config;
    date_days today;
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *data;
};
struct trial {
    struct train_report training;
    struct gate *gate; /* against the active release */
    struct replay replay;
    bool has_journal; /* there is one, and the replay is of it */
    size_t
        already; /* turns that the active release itself would answer otherwise than it was done */
    int active;  /* 0: no release is */
};
/* ERR_MISSING: no such review; ERR_REFUSED: its rows cannot go in; ERR_BUSY … as train. What it
 * made in the folder is gone afterwards. Close `out` also on failure. */
MUST_USE enum err trial_run(const char *bot_folder, int64_t review,
                            const struct trial_options *options, struct trial *out,
                            struct fail *why);
void trial_free(struct trial *trial);
/* Removes the folders that trials have left. Not while one runs. */
void trials_clear(const char *bot_folder);

#endif
