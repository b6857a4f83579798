/* What a model is asked: a text of the release's content with places for the evidence and the
 * question, filled so that nothing in them can be taken for the program's own words. The model may
 * only point: each sentence has a number S1, S2, …, each fact F1, F2, …, in the order given, and
 * what comes back is read by fallback/selection.h. The same input and nonce give the same bytes.
 *
 * A prompt is two parts, the instructions and, after a line `=== user ===`, what is sent as the
 * user's. Places: {{fence}} {{canary}} {{most}} in either; {{passages}} {{facts}} {{question}}
 * (each exactly once) and {{date}} only in the second. */
#ifndef PROMPT_H
#define PROMPT_H

#include "base/clock.h"
#include "base/files.h"
#include "fallback/form.h"

enum {
    NONCE_BYTES = 17 /* 16 hexadecimal digits */,
    CANARY_BYTES = 64,
    PROMPT_SELECTED = 4, /* {{most}}: of sentences, and of facts, that a reply may point at */
};

struct prompt; /* immutable; any thread */

/* ERR_INPUT with a sentence for the writer: no second part, an unknown place, one that is missing
 * or stands where it may not. */
MUST_USE enum err prompt_open(struct str text, const char *what, struct prompt **out,
                              struct fail *why);
void prompt_close(struct prompt *prompt);
/* SHA-256 of the text: pins hang on it. */
const char *prompt_hash(const struct prompt *prompt);
/* The text that a bot has until its writers change it, for "ko" or any other language. */
struct str prompt_default(struct str language);
/* The same of drafts for staff (bot/draft.h). */
struct str prompt_draft(struct str language);

struct prompt_passage {
    struct str title, heading;
    const struct str *sentences;
    size_t sentence_count;
};

struct prompt_input {
    const struct prompt_passage *passages;
    size_t passage_count;
    const struct str *facts; /* each one line of text */
    size_t fact_count;
    struct str question; /* masked */
    date_days date;
    const char *nonce; /* of prompt_nonce */
};

/* 16 digits from the question under a key that writers of documents cannot know beforehand, such as
 * the release's hash: asked again, the question is sent in the same bytes. */
void prompt_nonce(struct str key, struct str question, char out[NONCE_BYTES]);
/* What must never come back: it stands in the instructions, for the guard to look for. */
void prompt_canary(const char *nonce, char out[CANARY_BYTES]);
/* Appends both parts; `request` borrows them, and the schema. ERR_LIMIT past LIMIT_PROMPT_*, with
 * `out` as it was. */
MUST_USE enum err prompt_build(const struct prompt *prompt, const struct prompt_input *input,
                               struct buf *out, struct model_request *request, struct fail *why);
/* Where sentence number `number` (1 for S1) lies; false when there is none. */
bool prompt_sentence(const struct prompt_input *input, size_t number, size_t *passage,
                     size_t *sentence);
size_t prompt_sentences(const struct prompt_input *input);

#endif
