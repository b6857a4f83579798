/* What a new text of a document touches: the passages that are not as they were, and what hangs on
 * them. Nothing is changed; it is a list for the person who imports. */
#ifndef TOUCHED_H
#define TOUCHED_H

#include "responses/content.h"

enum touch_sort {
    TOUCH_ENDED,    /* a version: `name` is its last day, `more` what follows it  */
    TOUCH_CHANGED,  /* a passage of this heading says something else              */
    TOUCH_GONE,     /* there is no such heading any more                          */
    TOUCH_NEW,      /* there was none                                             */
    TOUCH_QUESTION, /* a golden question points to it: `name` is its id, `more` its text       */
    TOUCH_FACT,     /* a fact's source names it: `name` is its id, `more` its name             */
    TOUCH_ANSWER,   /* an answer says a figure that is gone, or uses a fact that hangs on it: `name`
                       is its id, `more` the figure, or fact:NAME                              */
    TOUCH_STATEMENT, /* a statement's source names it: `name` is its id, `more` what it says, and
                        what became of the clause                                             */
    TOUCH_RATE,      /* the same of a rate                                                    */
    TOUCH_PIN,       /* a pinned reply quotes it: `name` begins its id, `more` is the question */
};
const char *touch_name(enum touch_sort sort); /* "ended", "passage changed", … */

struct touch {
    enum touch_sort sort;
    struct str document;
    struct str name, more;
};

struct touched; /* one import, one thread */
MUST_USE enum err touched_open(struct touched **out, struct fail *why);
void touched_close(struct touched *touched);
/* The document `id` is new or changed in this import; `before` is the text it had, or empty: then
 * it is held against the version before it. Both are copied. */
MUST_USE enum err touched_add(struct touched *touched, struct str id, struct str before,
                              struct fail *why);
/* `bot_folder` has the journal with the pins; NULL: none are looked for.
 * Calls `each` for all that they touch, by document; texts are borrowed for the call. During the
 * import, when all rows were taken and versions_settle is done. A figure is a number with its unit
 * (3%, 3,000만원, 90일) in a passage that changed or went; it is gone when the new text does not
 * have it anywhere, in digits with the same unit. */
MUST_USE enum err touched_tell(struct touched *touched, struct content *content,
                               const char *bot_folder,
                               void (*each)(void *data, const struct touch *touch), void *data,
                               struct fail *why);

#endif
