/* Drafts: what a person is writing and nobody has approved. A draft is one person's, of one row or
 * of one that is not there yet; it says what the whole row should say, or that it should go. It may
 * be unfinished. Drafts never touch the rows: a review does (responses/reviews.h). */
#ifndef DRAFTS_H
#define DRAFTS_H

#include "responses/content.h"

enum { DRAFT_ID_BYTES = 128 + 1, DRAFT_STAMP_BYTES = 16 + 1 };

struct row_draft {
    enum content_kind kind;
    struct str id;     /* the row's; "+3f…" for a row that is not there yet */
    struct str author; /* whose draft it is */
    struct str base;   /* of the row it was begun on; empty for a new row */
    /* In content_columns order; ignored when the row is to go. STR_NONE is an empty field. */
    struct str fields[CONTENT_COLUMNS_MOST];
    bool removes;
    int64_t at_us;
    /* Of drafts_each alone: the author's open review that has the row, 0: none; and a hash of base
     * and fields, so that who undoes or goes on writing knows what they would write over. */
    int64_t review;
    char stamp[DRAFT_STAMP_BYTES];
};

/* Keeps the draft, in place of the author's earlier one of that row. An empty id makes one for a
 * new row; *id is the draft's. A row's own id (or name) cannot be changed: of a row that is there,
 * column 0 is set to it. ERR_INPUT for bytes that are no text, an unknown row (unless the base is
 * empty, or the row once was there), LIMIT for more than a field ever holds. Whether the row would
 * be taken is draft_faults' to say. In a transaction of the caller's, or of its own. */
MUST_USE enum err draft_save(struct content *content, const struct row_draft *draft,
                             char id[DRAFT_ID_BYTES], struct fail *why);

/* What keeps a row from being taken as it is, field by field (`column` as in content_columns, -1:
 * the row as a whole); `about` says what, with a key. Nothing is written. Rows of other kinds that
 * it names are looked at, too. */
MUST_USE enum err
draft_faults(struct content *content, enum content_kind kind, const struct str *fields,
             enum err (*each)(void *data, int column, const struct fail *about, struct fail *why),
             void *data, struct fail *why);

/* By kind and id; of everybody with an empty author, of every row with KIND_UNKNOWN, of every id
 * with an empty id. What it points to is borrowed for the call, which may read content but not
 * drafts; but where this reads many rows', those of one row may be read in between. */
MUST_USE enum err
drafts_each(struct content *content, struct str author, enum content_kind kind, struct str id,
            enum err (*each)(void *data, const struct row_draft *draft, struct fail *why),
            void *data, struct fail *why);

/* One's own draft goes. ERR_MISSING when there is none. */
MUST_USE enum err draft_discard(struct content *content, struct str author, enum content_kind kind,
                                struct str id, struct fail *why);

/* A row's fields from the text that a revision, a draft or a review keeps of them; "" gives
 * *exists false and every field empty. The texts are the arena's. ERR_CORRUPT. */
MUST_USE enum err draft_fields_read(enum content_kind kind, struct str text, struct arena *arena,
                                    struct str fields[CONTENT_COLUMNS_MOST], bool *exists,
                                    struct fail *why);

#endif
