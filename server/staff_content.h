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
/* A row as a revision keeps it; null for "". */
void staff_kept_put(struct json_writer *w, const char *key, struct str kept);
void staff_time_put(struct json_writer *w, const char *key, int64_t at_us); /* 0: null */
/* {base, revision, changed_by, changed_at, fields}, or null when there is no row. */
MUST_USE enum err staff_row_put(struct call *call, struct json_writer *w, const char *key,
                                enum content_kind kind, struct str id, bool *exists,
                                char base[CONTENT_BASE_BYTES], struct fail *why);

#endif
