/* Rows of content.db as the console's JSON has them: an object with a key for each column. Shared
 * by the writers' files, server/staff_….c. */
#ifndef STAFF_CONTENT_H
#define STAFF_CONTENT_H

#include "responses/drafts.h"
#include "server/office.h"

/* "answers" … ERR_INPUT when there is no such kind. */
MUST_USE enum err staff_kind(struct str name, enum content_kind *out, struct fail *why);
/* A body's "kind" and "id"; an empty id only where `may_be_new`. */
MUST_USE enum err staff_row_named(const cJSON *object, bool may_be_new, enum content_kind *kind,
                                  struct str *id, struct fail *why);
/* The object's fields, borrowed; those that are not there stay STR_NONE. ERR_INPUT for a key that
 * is no column, or a value that is no text. */
MUST_USE enum err staff_fields(const cJSON *object, enum content_kind kind,
                               struct str fields[CONTENT_COLUMNS_MOST], struct fail *why);
/* Texts are cut after `most` bytes, at a character; 0: never. True when one was. */
bool staff_fields_put(struct json_writer *w, const char *key, enum content_kind kind,
                      const struct str *fields, size_t most);
/* What a draft says and where it stands, as members of the object begun; `most` as above. */
void staff_draft_put(struct json_writer *w, const struct row_draft *draft, size_t most);
/* A row as a revision keeps it; null for "". */
void staff_kept_put(struct json_writer *w, const char *key, struct str kept);
/* The key of a sentence, for a page that says it in its own language: "key" and "about". */
void staff_key_put(struct json_writer *w, const char *key, const char *about);
void staff_time_put(struct json_writer *w, const char *key, int64_t at_us); /* 0: null */
/* {base, revision, changed_by, changed_at, fields}, or null when there is no row. */
MUST_USE enum err staff_row_put(struct call *call, struct json_writer *w, const char *key,
                                enum content_kind kind, struct str id, bool *exists,
                                char base[CONTENT_BASE_BYTES], struct fail *why);
/* One's own draft of the row, {stamp, base, changed_at, review, fields}, or null, which has the
 * stamp
 * "". Fields are null of a draft that removes, and cut as above. Not while the drafts of this row
 * are being read.
 */
MUST_USE enum err staff_own_put(struct call *call, struct json_writer *w, const char *key,
                                enum content_kind kind, struct str id, size_t most,
                                char stamp[DRAFT_STAMP_BYTES], struct fail *why);
/* Whether the row has changed since the draft was begun, and if so what it was then. */
MUST_USE enum err staff_was_put(struct call *call, struct json_writer *w,
                                const struct row_draft *draft, bool is_stale, struct fail *why);
/* After a draft was kept under `id`: its stamp, its faults, the row and its other drafts, as
 * members of the object that is open. */
MUST_USE enum err staff_kept_told(struct call *call, struct json_writer *w,
                                  const struct row_draft *draft, const char *id, struct fail *why);

/* The pair of contrasts that a fault of the check, as its JSON, says is missing. */
struct staff_pair {
    struct str intent_a, intent_b; /* the JSON's */
    struct buf text_a, text_b;
};
void staff_pair_init(struct staff_pair *pair);
void staff_pair_free(struct staff_pair *pair);
/* *is_missing false: it is no such fault, one of its examples is gone, or the pair is there by now,
 * as a row or as one's own draft. */
MUST_USE enum err staff_pair_read(struct call *call, const cJSON *fault, struct staff_pair *pair,
                                  bool *is_missing, struct fail *why);

#endif
