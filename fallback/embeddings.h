/* Vectors of texts from an OpenAI-style /v1/embeddings endpoint (form = embeddings in the providers
 * file): what is asked, and how strictly the answer is read. */
#ifndef EMBEDDINGS_H
#define EMBEDDINGS_H

#include "fallback/form.h"
#include "fallback/pseudonyms.h"

/* The rows that {"data":[{"index":0,"embedding":[…]},…]} holds, appended in the order of their
 * indexes as floats of unit length. ERR_INPUT, with `out` as before and one sentence, unless there
 * is exactly one row for each of the texts, each of so many finite numbers of a sensible size that
 * are not all 0. */
MUST_USE enum err embeddings_read(const cJSON *body, size_t texts, int dimensions, struct buf *out,
                                  struct fail *why);

/* A question as it is sent: normalised, without marks at its end and without personal data, so that
 * all ways to write one question have one vector. Appended. ERR_LIMIT: something in it must not
 * leave. */
MUST_USE enum err embeddings_question(struct pseudonyms *pseudonyms, struct str question,
                                      struct str language, struct buf *out, struct fail *why);

#endif
