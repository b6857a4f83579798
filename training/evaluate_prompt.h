/* How well a prompt does: golden questions go to the configured provider as customers' questions
 * do, and what it points at is compared with the passages that answer (fees#제2조), of a question
 * that names a document alone with that. Questions that a fact answers, or a quotation without a
 * doubt, are not put to a model and not asked here. The choice of the model is marked, before the
 * guard looks at the reply it would make. */
#ifndef EVALUATE_PROMPT_H
#define EVALUATE_PROMPT_H

#include "bot/models.h"
#include "fallback/prompt.h"
#include "training/evaluate_retrieval.h"

struct release;

enum prompt_verdict {
    PROMPT_RIGHT, /* everything it pointed at is of passages that answer */
    PROMPT_WRONG, /* something is not, or nothing answers the question */
    PROMPT_ABSTAINED_RIGHTLY,
    PROMPT_ABSTAINED_WRONGLY,
    PROMPT_FAILED, /* no reply, or one that is no selection */
    PROMPT_VERDICTS
};
const char *prompt_verdict_name(enum prompt_verdict verdict); /* "right", "wrong", … */

struct prompt_marks {
    size_t counts[PROMPT_VERDICTS];
    size_t questions;      /* all golden ones */
    size_t suited;         /* those of them that a model would be asked */
    size_t asked;          /* the sum of counts */
    size_t placed;         /* asked ones that name a passage */
    size_t right_document; /* everything it pointed at is of documents that answer */
    struct spending spent; /* calls with second tries; wrong if midnight came between */
};

struct prompt_trial {
    const struct release *release;
    struct models *models;
    const struct golden *golden;
    date_days as_of;
    size_t limit; /* of questions asked; evenly chosen, the same for any prompt */
    /* NULL, or told of each. `how` is selection_name, "selected", an
     * outcome's name or, of the right document, "other_passage". */
    void (*each)(void *data, size_t question, enum prompt_verdict verdict, const char *how);
    void (*progress)(void *data, const char *what, size_t done, size_t total);
    void *data, *progress_data;
};
/* ERR_MISSING when the release has no documents. */
MUST_USE enum err prompt_mark(const struct prompt_trial *trial, struct str text,
                              struct prompt_marks *out, struct fail *why);

/* One call, waited for; `text` gets the reply when *outcome is OUTCOME_WHOLE, else what was wrong
 * with it, for a person, if anybody knows. */
MUST_USE enum err prompt_call(struct models *models, const struct model_request *request,
                              const char *hash, struct buf *text, enum outcome *outcome,
                              struct fail *why);

#endif
