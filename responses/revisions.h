/* What a row was before. Changing a row first puts what it held, with who wrote that and when, into
 * `revisions`; the row itself is always its newest revision. A row's history is therefore its
 * revisions 1 … n-1 and then the row, and importing new rows writes each of them once. */
#ifndef REVISIONS_H
#define REVISIONS_H

#include "responses/content.h"

#include <stdint.h>

struct revision {
    int number; /* 1, 2, 3 … */
    struct str author;
    int64_t at_us;
    struct str content; /* the fields as one JSON object in column order; empty: the row was removed
                           then, by this author */
};

struct db;
/* Keeps one revision; call inside the transaction that replaces it. */
MUST_USE enum err revision_keep(struct db *db, enum content_kind kind, struct str row_id,
                                const struct revision *revision, struct fail *why);
/* The fields of a row as they are kept, into `out` (cleared first). */
MUST_USE enum err revision_print(enum content_kind kind, const struct str *fields, struct buf *out,
                                 struct fail *why);
/* Calls `each` for the earlier revisions of a row, oldest first. The texts are borrowed for the
 * call. */
MUST_USE enum err revisions_each(struct content *content, enum content_kind kind, struct str row_id,
                                 enum err (*each)(void *data, const struct revision *revision,
                                                  struct fail *why),
                                 void *data, struct fail *why);
/* Whether the row has earlier revisions: of one that is not there, whether it ever was. */
MUST_USE enum err revisions_any(struct content *content, enum content_kind kind, struct str row_id,
                                bool *out, struct fail *why);

#endif
