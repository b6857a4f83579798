/* Faults that somebody has looked at and meant. A fault's id is made from the rows it is about, so
 * that what was accepted comes back when one of them changes. */
#ifndef ACCEPTED_H
#define ACCEPTED_H

#include "responses/content.h"

/* Keeps it, with a line in the audit; again with another reason replaces the first. ERR_INPUT
 * without a reason. Inside content_begin, or a transaction of its own. */
MUST_USE enum err accepted_put(struct content *content, struct str fault, struct str reason,
                               const char *author, struct fail *why);
/* Takes it back. ERR_MISSING when it was not accepted. */
MUST_USE enum err accepted_remove(struct content *content, struct str fault, const char *author,
                                  struct fail *why);
/* In order of id. */
MUST_USE enum err accepted_each(struct content *content,
                                enum err (*each)(void *data, struct str fault, struct str reason,
                                                 struct fail *why),
                                void *data, struct fail *why);

#endif
