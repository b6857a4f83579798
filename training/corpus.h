/* Labelled rows in one canonical order, so that a release does not depend on the order they came
 * in: normalised, exact repetitions dropped, sorted by intent and text in byte order. Columns are
 * intents in byte order of their names; out_of_scope, if it has rows, is the last. */
#ifndef CORPUS_H
#define CORPUS_H

#include "base/arena.h"
#include "base/fail.h"
#include "base/text.h"

#define OUT_OF_SCOPE "out_of_scope"

struct corpus {
    struct arena *arena; /* owns everything */
    size_t count;
    struct str *texts; /* normalised                                   */
    int *columns;      /* one a row                                    */
    int intents;       /* columns without out_of_scope                 */
    int column_count;
    struct str *names;    /* column_count of them                         */
    size_t empty_rows;    /* rows that were nothing once normalised       */
    size_t repeated_rows; /* same text and intent again                  */
};

/* texts are text_accept()ed. ERR_INPUT when there is no row with an intent, or too many intents. */
MUST_USE enum err corpus_open(const struct str *texts, const struct str *intents, size_t count,
                              struct corpus **out, struct fail *why);
void corpus_close(struct corpus *corpus);
int corpus_column(const struct corpus *corpus, struct str name); /* -1 */
/* The subset of rows with keep[i], columns without rows left out. Borrows texts from `corpus`. */
MUST_USE enum err corpus_subset(const struct corpus *corpus, const unsigned char *keep,
                                struct corpus **out, struct fail *why);

/* The noisy copy of a text: about `share` of its characters edited from a seed that is the text's
 * own (DESIGN §5). Appends to out. */
void corpus_noise(struct str text, double share, uint64_t seed, struct buf *out);

#endif
