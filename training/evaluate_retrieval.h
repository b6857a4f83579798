/* Golden questions: how often the right document comes first, and how well the chance that it does
 * is known. Also what a release's index is made of. */
#ifndef EVALUATE_RETRIEVAL_H
#define EVALUATE_RETRIEVAL_H

#include "fallback/retrieve.h"
#include "responses/content.h"
#include "training/answerable.h"

struct golden {
    struct arena *arena;
    struct str *texts, *documents; /* ids separated by spaces, each with the passage meant if it
                                      says so (fees#제2조), and facts beside them, for prompts alone
                                      (fact:entity/predicate); empty: nothing answers this */
    size_t count, room;
};
/* From content.db, or a file `text,documents`. Free with golden_free, also after a failure. */
MUST_USE enum err golden_read_content(struct content *content, struct golden *out,
                                      struct fail *why);
MUST_USE enum err golden_read_file(const char *path, struct golden *out, struct fail *why);
void golden_free(struct golden *golden);

/* The index image of a bot's documents, its answerable chance fitted on its golden questions; empty
 * when there are no documents. The same content gives the same bytes. */
MUST_USE enum err index_of_content(struct content *content, const struct quote_budget *budget,
                                   struct buf *out, struct fail *why);

/* Whether the first document found is one of the question's. */
bool golden_is_first(const struct index *index, const struct retrieval *found,
                     struct str documents);
/* The golden questions' vectors, in their order. */
struct golden_near {
    const struct passage_vectors *vectors;
    const float *rows; /* of unit length */
    uint32_t weight;
};
/* Fits the chance that the best passage answers, for scores with vectors. */
MUST_USE enum err answerable_near_fit(const struct index *index, const struct golden *golden,
                                      const struct golden_near *near,
                                      const struct quote_budget *budget,
                                      struct index_answerable *out, struct fail *why);

/* Of the first ten found, over `questions`: the share with a right one among the first k, and where
 * the right ones stand. */
struct rank_marks {
    size_t questions;
    double recall1, recall5, recall10, mrr10, ndcg10;
};
struct retrieval_marks {
    size_t questions, unanswerable; /* those without documents are among the questions */
    struct rank_marks documents;    /* the answerable ones, by their documents */
    struct rank_marks passages;     /* those that name a passage of every document, by these */
    double microseconds;            /* a question */
    size_t stand_ins; /* questions asked once more as if their documents were not there */
    struct answerable_marks answerable;
};
/* As on `as_of`. */
MUST_USE enum err retrieval_mark(const struct index *index, const struct golden *golden,
                                 date_days as_of, struct retrieval_marks *out, struct fail *why);

#endif
