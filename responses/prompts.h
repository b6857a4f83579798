/* The versions of the text a model is asked with: content like the rest, numbered 1, 2, 3 … as they
 * were set, never changed and never deleted. The newest goes into the next release as prompt.txt; a
 * bot without any is asked with the program's own (fallback/prompt.h), which this does not know. */
#ifndef PROMPTS_H
#define PROMPTS_H

#include "base/files.h"
#include "responses/content.h"

struct prompt_version {
    int64_t number;
    struct str hash, text, author;
    int64_t at_us;
};

/* Whether the text may stand as a prompt is the caller's to know. *number: its version;
 * *is_new false when the newest says the same already. */
MUST_USE enum err prompts_set(struct content *content, struct str text, const char *author,
                              int64_t *number, bool *is_new, struct fail *why);
/* Oldest first; borrowed for the call. */
MUST_USE enum err prompts_each(struct content *content,
                               enum err (*each)(void *data, const struct prompt_version *version,
                                                struct fail *why),
                               void *data, struct fail *why);
/* Appends the text of a version, 0 for the newest: then nothing when there is none. ERR_MISSING. */
MUST_USE enum err prompts_read(struct content *content, int64_t number, struct buf *out,
                               struct fail *why);

#endif
