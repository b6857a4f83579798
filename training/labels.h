/* What people labelled, out of a bot's content: texts with their intents, and contrast pairs. */
#ifndef LABELS_H
#define LABELS_H

#include "responses/content.h"
#include "training/evaluate.h"

struct labels {
    struct arena *arena; /* owns the texts */
    struct str *texts, *intents;
    size_t count;
};
/* kind is KIND_EXAMPLES or KIND_CASES. Rows come in the order of the content. On failure there is
 * nothing to free. */
MUST_USE enum err labels_read(struct content *content, enum content_kind kind, struct labels *out,
                              struct fail *why);
void labels_free(struct labels *labels);

struct contrasts {
    struct arena *arena;
    struct contrast *pairs;
    size_t count;
};
MUST_USE enum err contrasts_read(struct content *content, struct contrasts *out, struct fail *why);
void contrasts_free(struct contrasts *contrasts);

#endif
