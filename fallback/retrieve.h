/* A question into the passages that may answer it, best first, with the same result on any machine:
 * scores are integers and ties go to the passage that comes first. */
#ifndef RETRIEVE_H
#define RETRIEVE_H

#include "fallback/passage_vectors.h"

enum { RETRIEVE_BEST = 20 };

struct retrieved {
    uint32_t passage;
    uint32_t score; /* thousandths */
};

/* What hits a question, and what speaks for an answer being among them. */
struct retrieval {
    struct retrieved hits[RETRIEVE_BEST];
    size_t count;
    /* Best score per known idf; its lead over the next document; the share of the question's idf
     * that the best passage has; the logarithm of one more than the question's terms. */
    double signals[ANSWERABLE_SIGNALS];
    double answerable; /* 0 to 1; only a guide until the index is fitted */
};

struct retriever; /* one thread; the index must outlive it */
MUST_USE enum err retriever_open(const struct index *index, struct retriever **out,
                                 struct fail *why);
void retriever_close(struct retriever *retriever);

/* Only passages in force on `as_of` (DATE_NONE: any date) and, when a product is named, of that
 * product or of none. The text is text_accept()ed. No heap once warm. */
MUST_USE enum err retrieve(struct retriever *retriever, struct str question, struct str product,
                           date_days as_of, struct retrieval *out, struct fail *why);
/* Nothing in the question is known: no hits. */
/* The same with vectors. A passage's score grows by its cosine to the question, as many thousandths
 * of `weight` of what all the question's words weigh together; no cosine takes any away. Looked at
 * are the passages that words find and those whose vectors are nearest. `vectors` are of this index
 * and the question's by the same model; `answerable` is then by the vectors' own fit. */
struct nearness {
    const struct passage_vectors *vectors;
    const struct question_vector *question;
    uint32_t weight;
};
MUST_USE enum err retrieve_near(struct retriever *retriever, struct str question,
                                struct str product, date_days as_of, const struct nearness *near,
                                struct retrieval *out, struct fail *why);
/* Takes a document out of what was just found, with the signals as if it were not there: for marks.
 */
void retrieval_drop(const struct retriever *retriever, struct retrieval *found, uint32_t document);
double retrieval_answerable(const struct index_answerable *answerable, const double *signals);

#endif
