/* Training: a bot's content into a release. */
#ifndef TRAIN_H
#define TRAIN_H

#include "base/config.h"
#include "responses/content.h"
#include "responses/release.h"
#include "training/budget.h"
#include "training/evaluate.h"
#include "training/vectors_of_content.h"

struct train_options {
    const char *texts_folder; /* general text for word vectors, or NULL */
    int threads;              /* 0: all cores */
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *data;
    /* May be NULL. Called once, before anything is written: from here on it is soon done. */
    void (*settle)(void *data);
    void *settle_data;
};

/* What training says of itself, for the terminal and --json. */
struct train_report {
    size_t examples, out_of_scope_examples, intents, cases, contrasts, contrasts_failed;
    size_t empty_rows, repeated_rows;
    struct budget_result budget; /* where the threshold came from             */
    bool used_cases;             /* held out: evaluation cases, else folds of the examples */
    double accuracy, coverage, wrong_rate,
        wrong_rate_upper95; /* on the cases, if there are any; else on the folds */
    bool has_vectors;
    double seconds[4];             /* features and vectors, solving, folds, writing */
    struct vectors_report vectors; /* of the passages */
    int number;
    char hash[HASH_HEX_BYTES];
    size_t warnings; /* script faults (book_check): they stop activation, not training */
    size_t pruned;   /* older releases that keep_releases let go */
};

/* Reads content, trains, calibrates, derives thresholds, evaluates, writes a release, prunes older
 * ones. On failure the bot is as it was; that pruning fails is a line in the log. ERR_BUSY when
 * somebody else trains. */
MUST_USE enum err train(const char *bot_folder, const struct config *config,
                        const struct train_options *options, struct train_report *out,
                        struct fail *why);

/* The classifier alone, from labelled texts to the bytes of model.bin: what train() does with the
 * bot's examples, and what `make bench` times. */
struct labelled_rows {
    const struct str *texts, *intents;
    size_t count;
};
struct model_settings {
    double budget, level, out_of_scope_share;
    const char *texts_folder;
    int threads;
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *data;
    bool
        weights_only; /* no folds and no thresholds: nothing is scripted; for forced choice alone */
};
MUST_USE enum err train_model(const struct labelled_rows *examples,
                              const struct labelled_rows *cases,
                              const struct model_settings *settings, struct buf *image,
                              struct train_report *report, struct fail *why);

#endif
