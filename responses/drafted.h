/* Rows as they would be with somebody's drafts: what a writer is shown of what hangs together, long
 * before anybody approves it. Nothing is written. */
#ifndef DRAFTED_H
#define DRAFTED_H

#include "responses/drafts.h"

/* One row. Its draft is the author's; `fields` is what it would say. */
struct drafted {
    const struct content_row *row; /* as it stands; NULL: a draft of a new one */
    const struct str *fields;      /* the draft's, or else the row's; NULL: the draft removes it */
    bool is_draft;
    bool is_unfit; /* the draft would not be taken as it is: fields are still what it says */
};
/* Calls `each` for every row of a kind in the order of content_each_row, and then for the author's
 * new ones by their ids. Borrowed for the call, which may read rows of other kinds. */
MUST_USE enum err drafted_each(struct content *content, enum content_kind kind, struct str author,
                               enum err (*each)(void *data, const struct drafted *drafted,
                                                struct fail *why),
                               void *data, struct fail *why);

#endif
