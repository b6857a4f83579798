/* What the scripts did not answer, gathered from the journal or a file of messages, and grouped by
 * likeness: the work list for new examples, new intents and out-of-scope rows. The same journal and
 * content give the same groups. */
#ifndef UNANSWERED_H
#define UNANSWERED_H

#include "responses/content.h"
#include "training/gathering.h"

#include <stdbool.h>
#include <stddef.h>

enum { UNANSWERED_NEAREST = 3, UNANSWERED_ID_BYTES = 13 };

/* An intent that people who marked a turn wrong say was meant, and in how many turns. */
struct unanswered_suggested {
    struct str intent;
    size_t turns;
};

/* One message however often and by however many it was said. Texts are as they were said first in
 * byte order, masked. */
struct unanswered_message {
    struct str text, normalised;
    size_t turns;
    size_t recent, before;  /* in the last seven days of the journal, and in the seven before */
    size_t wrong;           /* of the turns: marked wrong */
    struct str answered_as; /* the intent of the first of those replies */
    struct unanswered_suggested suggested;
    int64_t last_us;
    size_t first; /* of the turns, among what was gathered, while that is there */
    int group;
};

struct unanswered_group {
    char id[UNANSWERED_ID_BYTES]; /* hangs on the messages in it, so that a group that has changed
                                     since it was looked at has another */
    size_t turns, recent, before, wrong;
    struct unanswered_message *messages; /* most often said first */
    size_t message_count;
    struct str turn_ids; /* of the journal's, a space between */
    struct str typical;
    struct {
        struct str intent; /* borrowed from the release */
        double share;      /* mean over the messages */
    } nearest[UNANSWERED_NEAREST];
    int nearest_count;
    struct unanswered_suggested suggested[UNANSWERED_NEAREST]; /* most turns first */
    int suggested_count;
};

struct unanswered {
    struct arena *arena;
    struct unanswered_message *messages; /* group by group */
    size_t message_count, turns, wrong;
    size_t known;                    /* turns left out because their message is a row already */
    size_t left_out;                 /* messages past GROUPING_MESSAGES, the rarest and oldest */
    struct unanswered_group *groups; /* largest and fastest-growing first */
    size_t group_count;
};

/* Groups what was gathered; `content` gives the examples that say which words are rare. Closes the
 * gathering also on failure. */
MUST_USE enum err unanswered_group(struct gathering *gathering, struct content *content,
                                   int threads, struct unanswered *out, struct fail *why);
void unanswered_free(struct unanswered *unanswered);

/* Writes a group as rows: one message in five, evenly spread, becomes an evaluation case, the
 * others examples. One import by `author`; a dry run keeps nothing. */
struct unanswered_written {
    size_t examples, cases, already_there;
};
MUST_USE enum err unanswered_write(const struct unanswered_group *group, struct str intent,
                                   struct content *content, const char *author, bool is_dry_run,
                                   struct unanswered_written *out, struct fail *why);

#endif
