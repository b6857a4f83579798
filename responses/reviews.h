/* Reviews: rows that one person wants changed and another decides on. A review holds what each row
 * was and what it should be, so that what is approved is what was read, whatever becomes of the
 * drafts it was made from. Approval changes all of its rows or none. */
#ifndef REVIEWS_H
#define REVIEWS_H

#include "responses/content.h"

enum review_state {
    REVIEW_OPEN,
    REVIEW_APPROVED,
    REVIEW_REJECTED,
    REVIEW_WITHDRAWN,
    REVIEW_STATES
};
const char *review_state_name(enum review_state state); /* "open", "approved", … */
enum review_state review_state_named(struct str name);  /* REVIEW_STATES when it is none */

struct review {
    int64_t number; /* 1, 2, 3 … */
    struct str title, note;
    struct str source; /* where it came from: "drafts", "workbook" … */
    enum review_state state;
    struct str author;
    int64_t created_at_us;
    struct str decided_by, decision; /* empty while open; of a withdrawn one the author */
    int64_t decided_at_us;           /* 0 while open */
    size_t rows;                     /* how many rows it has */
};
struct review_row {
    enum content_kind kind;
    struct str id;       /* "+…" for a new row until it is approved and has an id of its own */
    struct str base;     /* empty: a new row */
    struct str was, now; /* the fields as a revision keeps them (draft_fields_read); "": no row */
    int revision;        /* that approval made; 0: none yet, or nothing had to change */
};
struct review_pick {
    enum content_kind kind;
    struct str id;
};

/* Makes a review of the author's drafts `picks`, inside content_begin; the drafts stay theirs.
 * ERR_MISSING: there is no
 * such draft; ERR_INPUT: one is not finished (the sentence names row and field), or title or note
 * is not right; ERR_REFUSED: a row was changed by somebody else since the draft was begun, or is in
 * another open review of the same author. */
MUST_USE enum err review_open(struct content *content, struct str author, struct str title,
                              struct str note, struct str source, const struct review_pick *picks,
                              size_t count, int64_t *number, struct fail *why);

/* Newest first; REVIEW_STATES: in any state. `after` is how many to pass over; *total counts all.
 * Borrowed for the call. */
MUST_USE enum err reviews_each(struct content *content, enum review_state state, size_t after,
                               size_t limit, size_t *total,
                               enum err (*each)(void *data, const struct review *review,
                                                struct fail *why),
                               void *data, struct fail *why);
/* One; `each` is called once, or ERR_MISSING. */
MUST_USE enum err review_find(struct content *content, int64_t number,
                              enum err (*each)(void *data, const struct review *review,
                                               struct fail *why),
                              void *data, struct fail *why);
MUST_USE enum err review_rows_each(struct content *content, int64_t number,
                                   enum err (*each)(void *data, const struct review_row *row,
                                                    struct fail *why),
                                   void *data, struct fail *why);

/* Rows that somebody else has changed since, and not to the same. Nothing is written. What the
 * conflict points to is borrowed for the call. *count may be 0. */
MUST_USE enum err
review_conflicts(struct content *content, int64_t number,
                 enum err (*each)(void *data, enum content_kind kind, struct str id,
                                  const struct content_conflict *conflict, struct fail *why),
                 void *data, size_t *count, struct fail *why);

/* Changes the rows as the review says, in the author's name, and notes the revisions that this
 * made: all of them or, on failure, none (inside content_begin: the caller takes it back by giving
 * the failure to content_end). The state stays. For a trial, `content` is a copy
 * (content_open_copy, or of a copied folder). ERR_REFUSED: a conflict, or a row is not taken, which
 * the sentence names. */
MUST_USE enum err reviews_apply(struct content *content, int64_t number, struct fail *why);

/* Approval applies the rows; the author's drafts of them go, except those that were written on
 * since, which go on from the new row. Inside content_begin. ERR_REFUSED: `by` is the author, it is
 * decided already, or as reviews_apply. */
MUST_USE enum err review_decide(struct content *content, int64_t number, struct str by,
                                bool approves, struct str note, struct fail *why);
/* ERR_REFUSED: not the author's, or decided already. */
MUST_USE enum err review_withdraw(struct content *content, int64_t number, struct str by,
                                  struct fail *why);

/* Who approved which revision of a row, in which review, oldest first. Revisions that came with an
 * import have none. */
MUST_USE enum err approvals_each(struct content *content, enum content_kind kind, struct str id,
                                 enum err (*each)(void *data, int revision,
                                                  const struct review *review, struct fail *why),
                                 void *data, struct fail *why);

#endif
