/* The versions of the texts a model is asked with: content like the rest, numbered 1, 2, 3 … as
 * they were set, never changed and never deleted. There are two texts, with one sequence of numbers
 * for both: what customers' questions are asked with goes into the next release as prompt.txt, what
 * drafts for staff are asked with as draft.txt, the newest of each. Where a bot has none the
 * program's own are used (fallback/prompt.h), which this does not know. */
#ifndef PROMPTS_H
#define PROMPTS_H

#include "base/files.h"
#include "responses/content.h"

enum prompt_use { PROMPT_FOR_CUSTOMERS, PROMPT_FOR_DRAFTS, PROMPT_USES };

struct prompt_version {
    int64_t number;
    enum prompt_use use;
    struct str hash, text, author;
    int64_t at_us;
};

/* Whether the text may stand as a prompt is the caller's to know. *number: its version;
 * *is_new false when the newest of that use says the same already. */
MUST_USE enum err prompts_set(struct content *content, enum prompt_use use, struct str text,
                              const char *author, int64_t *number, bool *is_new, struct fail *why);
/* Oldest first; borrowed for the call. */
MUST_USE enum err prompts_each(struct content *content,
                               enum err (*each)(void *data, const struct prompt_version *version,
                                                struct fail *why),
                               void *data, struct fail *why);
/* Appends the text of a version of that use; of 0 the newest: then nothing when there is none.
 * ERR_MISSING. */
MUST_USE enum err prompts_read(struct content *content, enum prompt_use use, int64_t number,
                               struct buf *out, struct fail *why);

#endif
