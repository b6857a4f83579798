/* Labelled messages to be marked on: from a file of the owner's, or the bot's own evaluation cases.
 */
#ifndef CASES_H
#define CASES_H

#include "base/arena.h"
#include "responses/content.h"
#include "training/evaluate.h"

struct cases {
    struct arena *arena; /* owns the texts */
    struct str *texts, *intents;
    struct str *ids; /* of the bot's own; empty from a file */
    size_t count, room;
};
void cases_init(struct cases *cases);
void cases_free(struct cases *cases);

/* CSV or JSON Lines with text and intent (or category, label …); rows whose `split` is train are
 * passed over. ERR_MISSING: no such file, or no row in it. ERR_INPUT with `path:line: reason`. */
MUST_USE enum err cases_read_file(const char *path, struct cases *out, struct fail *why);
/* ERR_MISSING when the bot has none. */
MUST_USE enum err cases_read_content(struct content *content, struct cases *out, struct fail *why);

struct contrast_rows {
    struct arena *arena;
    struct contrast *pairs;
    size_t count, room;
};
void contrast_rows_init(struct contrast_rows *rows);
void contrast_rows_free(struct contrast_rows *rows);
/* None is OK. */
MUST_USE enum err contrasts_read_content(struct content *content, struct contrast_rows *out,
                                         struct fail *why);

#endif
