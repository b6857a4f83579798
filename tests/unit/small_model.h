/* A small table of examples and the model trained on it, for tests that need one to look at. */
#ifndef SMALL_MODEL_H
#define SMALL_MODEL_H

#include "base/arena.h"
#include "training/train.h"

#include <string.h>

enum { SMALL_ROWS = 22, SMALL_INTENTS = 4 };

static const char *const small_rows[SMALL_ROWS][2] = {
    {"how do i cancel my policy", "cancel"},
    {"cancel the contract please", "cancel"},
    {"i want to cancel", "cancel"},
    {"please end my policy", "cancel"},
    {"what documents for a claim", "claim"},
    {"how do i file a claim", "claim"},
    {"claim documents needed", "claim"},
    {"where do i send my claim", "claim"},
    {"how much is the premium", "premium"},
    {"premium for next month", "premium"},
    {"when is my premium due", "premium"},
    {"what does the premium cost", "premium"},
    {"보험 해지하고 싶어요", "해지"},
    {"해지 환급금 얼마예요", "해지"},
    {"계약을 해지할래요", "해지"},
    {"해지 방법 알려 주세요", "해지"},
    {"will it rain tomorrow", "out_of_scope"},
    {"tell me a joke", "out_of_scope"},
    {"내일 날씨 어때", "out_of_scope"},
    {"help me", "cancel"}, /* of two intents */
    {"help me", "claim"},
    {"   ", "claim"}, /* nothing */
};

/* All examples as str arrays; shuffled by a rotation. */
static inline void small_examples(struct str *texts, struct str *intents, size_t rotation)
{
    for (size_t i = 0; i < SMALL_ROWS; i++) {
        texts[i] = str_of(small_rows[(i * 7 + rotation) % SMALL_ROWS][0]);
        intents[i] = str_of(small_rows[(i * 7 + rotation) % SMALL_ROWS][1]);
    }
}

static inline enum err small_image(struct buf *image, int threads, size_t rotation,
                                   struct fail *why)
{
    struct str texts[SMALL_ROWS];
    struct str intents[SMALL_ROWS];
    const struct labelled_rows rows = {texts, intents, SMALL_ROWS};
    const struct labelled_rows none = {NULL, NULL, 0};
    const struct model_settings settings = {
        .budget = .02, .level = .95, .out_of_scope_share = .1, .threads = threads};
    struct train_report report = {0};
    small_examples(texts, intents, rotation);
    return train_model(&rows, &none, &settings, image, &report, why);
}

/* After an edit of the image: makes its hash fit again. */
static inline void small_seal(struct buf *image)
{
    struct model_head head;
    memcpy(&head, image->p, sizeof head);
    model_hash((const unsigned char *)image->p, image->n, head.hash);
    memcpy(image->p, &head, sizeof head);
}

#endif
