/* How heavy vectors are beside words, and whether they help at all: by the bot's golden questions,
 * each asked with a weight that was chosen on others. */
#ifndef FUSION_H
#define FUSION_H

#include "training/evaluate_retrieval.h"

struct fusion {
    uint32_t weight; /* thousandths; 0: they do not help by more than chance */
    uint32_t questions, right_with, right_without;
};
/* `rows` are the questions' vectors, of unit length, in golden's order. */
MUST_USE enum err fusion_fit(const struct index *index, const struct passage_vectors *vectors,
                             const struct golden *golden, const float *rows, struct fusion *out,
                             struct fail *why);
/* The same from which weights of a grid were right on each question, as bits; the lowest bit is
 * that of weight 0. For tests. */
void fusion_choose(const uint8_t *right, size_t count, struct fusion *out);

#endif
