/* Any bytes as an embeddings endpoint's reply: whole, with exactly the rows that were asked for and
 * each of unit length, or refused. */
#include "fallback/embeddings.h"

#include <assert.h>
#include <math.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TEXTS = 2, DIMENSIONS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct endpoint endpoint = {.dimensions = DIMENSIONS, .form = &embeddings_form};
    struct model_reply reply;
    reply_init(&reply);
    buf_add(&reply.text, data, size);
    if (reply.text.error) {
        reply_free(&reply);
        return 0;
    }
    enum outcome outcome = embeddings_form.whole(&reply, &endpoint, TEXTS);
    assert(outcome < OUTCOMES && reply.is_ended == (outcome == OUTCOME_WHOLE));
    if (outcome == OUTCOME_WHOLE) {
        float rows[TEXTS][DIMENSIONS];
        assert(reply.text.n == sizeof rows);
        memcpy(rows, reply.text.p, sizeof rows);
        for (int i = 0; i < TEXTS; i++) {
            float square = 0;
            for (int k = 0; k < DIMENSIONS; k++)
                square += rows[i][k] * rows[i][k];
            assert(fabsf(square - 1) < 1e-3F);
        }
    }
    reply_free(&reply);
    return 0;
}
