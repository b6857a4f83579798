/* How each version of a row came to be: who wrote it, and who let it pass. Reviews are
 * responses/reviews.h's; what came by an import on the command line has none. */
#ifndef APPROVALS_H
#define APPROVALS_H

#include "responses/content.h"

#include <stdint.h>

struct approval {
    int revision;               /* of the row: 1, 2, 3 … */
    struct str author, content; /* the fields as one JSON object in column order */
    int64_t at_us;
    int64_t review; /* 0: none; then the rest is not set */
    struct str title, asked_by, decided_by, decision;
    int64_t asked_us, decided_us;
};
/* Newest version first; borrowed for the call. ERR_MISSING: there is no answer of that id. */
MUST_USE enum err answer_versions_each(struct content *content, struct str answer,
                                       enum err (*each)(void *data, const struct approval *approval,
                                                        struct fail *why),
                                       void *data, struct fail *why);

/* A version of an answer that names a fact, in its text or its condition. */
struct fact_user {
    struct str answer;
    int revision;
    bool shows, computes; /* as it is, or in arithmetic or a condition */
};
/* Every version of every answer that there has been; borrowed for the call. */
MUST_USE enum err fact_users_each(struct content *content, struct str fact,
                                  enum err (*each)(void *data, const struct fact_user *user,
                                                   struct fail *why),
                                  void *data, struct fail *why);

#endif
