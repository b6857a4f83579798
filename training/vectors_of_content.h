/* A release's vectors: of the passages of its index, from the embeddings endpoint of the providers
 * file, when there is one; and whether they help. */
#ifndef VECTORS_OF_CONTENT_H
#define VECTORS_OF_CONTENT_H

#include "base/config.h"
#include "fallback/passage_vectors.h"
#include "responses/content.h"
#include "training/answerable.h"

struct vectors_report {
    char model[LIMIT_NAME_BYTES]; /* "": there is no endpoint, and nothing to say */
    char why_not[160];            /* why there are none; "": they were tried */
    uint32_t weight;              /* thousandths; 0: they do not help */
    uint32_t questions, right_with, right_without; /* as in struct vectors_head */
    size_t asked, kept; /* texts that went to the endpoint; that were known from before */
};

/* Appends vectors.bin; nothing when there is no endpoint, no index, or too few golden questions to
 * tell whether vectors help. An endpoint that fails is no failure of training: the release is made
 * without vectors, and the report says why. What was asked before is kept in BOT/vectors.cache, by
 * its text's hash. What leaves is every passage and every golden question, these without personal
 * data, each batch with a line in the egress ledger. */
MUST_USE enum err vectors_of_content(const char *bot_folder, const struct config *config,
                                     struct content *content, const struct buf *index_image,
                                     struct vectors_report *report, struct buf *out,
                                     struct fail *why);

#endif
