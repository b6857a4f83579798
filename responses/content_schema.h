/* What the files of content.db (content_….c, revisions.c, versions.c, drafts.c, reviews.c) share
 * about the tables of all kinds; nobody else includes it. */
#ifndef CONTENT_SCHEMA_H
#define CONTENT_SCHEMA_H

#include "responses/content.h"
#include "store/db.h"

enum {
    CONTENT_COLUMNS = CONTENT_COLUMNS_MOST,
    CONTENT_NAME_BYTES = 128,
    CONTENT_ID_BYTES = 17,      /* 16 hex digits */
    CONTENT_PARAMETER_KEY = 10, /* row_key's place in every statement of a kind */
};

/* What a field may hold, beyond its length. */
enum field_form {
    FORM_ID,     /* one word, at most LIMIT_NAME_BYTES: may stand in a list separated by spaces */
    FORM_NAME,   /* one line, at most LIMIT_NAME_BYTES                                          */
    FORM_SYMBOL, /* letters, digits and _, as it stands after fact: and slot:                   */
    FORM_TAG,    /* ASCII letters, digits, - and _: a language or a channel                     */
    FORM_LINE,   /* one line                                                                    */
    FORM_WORDS,  /* text whose outer white space means nothing                                  */
    FORM_TEXT,   /* text, kept to the byte                                                      */
    FORM_DATE,   /* 2026-11-23 or empty                                                         */
    FORM_POLICY,
    FORM_SLOT_TYPE,
    FORM_PAGES, /* numbers separated by spaces, none less than the one before */
};

/* One kind. Bit i of a mask is column i; column 0 is the id, or the name where that is the id. */
struct content_table {
    const char *name; /* of the kind */
    const struct content_column *columns;
    const enum field_form *forms;
    size_t count;
    unsigned key;     /* two rows with these fields equal are the same row                  */
    unsigned id_from; /* what an id is made from; 0: the id must be given                   */
    unsigned intents; /* fields that name an intent, which is created when it is not there  */
    int slot;         /* the field that names a slot, which must be there; -1               */
    int from;         /* effective_from, with effective_to right after it; -1               */
    /* $1 … $n are the columns; $10 row_key, $11 changed_by, $12 changed_at. Selects give the
     * columns, then revision, changed_by, changed_at. */
    const char *by_id, *by_key, *insert, *update, *each, *count_rows, *remove;
};
const struct content_table *content_table(enum content_kind kind);

/* Before the statements of this migration the audit's older lines are moved (responses/audit.h). */
enum { CONTENT_AUDIT_GATHERED = 9 };
const struct db_migration *content_migrations(size_t *count);

const char *policy_name(enum policy policy);
bool policy_named(struct str name, enum policy *out);
const char *slot_type_name(enum slot_type type);
bool slot_type_named(struct str name, enum slot_type *out);

/* Rows this import has met, as hashes of kind and id: two rows of one import that say different
 * things of the same row are an error of the file, not an edit. */
struct seen {
    uint64_t *slots; /* 0 is empty */
    size_t capacity, count;
};

uint64_t seen_hash(enum content_kind kind, struct str id);
bool seen_has(const struct seen *seen, uint64_t hash);
MUST_USE enum err seen_add(struct seen *seen, uint64_t hash, struct fail *why);
void seen_clear(struct seen *seen);

/* The row that is in the database already. */
struct stored {
    bool exists;
    int revision;
    int64_t at_us;
    struct str fields[CONTENT_COLUMNS + 1]; /* the last one is who changed it */
    struct buf bytes[CONTENT_COLUMNS + 1];
};

struct content {
    struct db *db;
    char path[4096];
    bool is_importing;
    bool is_within; /* content_begin has begun the transaction */
    bool in_snapshot;
    bool is_settling; /* the next row may be one that this import has met (responses/versions.c) */
    bool is_moved;    /* the next row has just come over from another kind */
    enum err failed;  /* what broke this import */
    char author[CONTENT_NAME_BYTES];
    int64_t at_us; /* of this import */
    size_t changes[CHANGE_REFUSED + 1];
    size_t intents;
    struct seen seen;
    struct stored stored;
    struct buf base[CONTENT_COLUMNS];    /* what an exported row was (content_merge.c) */
    struct buf scratch[CONTENT_COLUMNS]; /* the offered row's fields, accepted */
    struct buf hashed;      /* what a key or an id is made from; also a revision's text */
    struct buf last_id;     /* of the row that was taken last */
    struct buf last_intent; /* examples come in runs of one intent */
};

/* A sentence of ours for ERR_BUSY; other codes as they are. */
enum err content_explain_busy(const struct content *content, enum err e, struct fail *why);

/* 64 bits of SHA-256 over the kind and the fields of `mask`, each with its length before it so that
 * no two lists of fields run together. `salt` 0 is the key itself. */
MUST_USE enum err content_row_hash(struct content *content, const struct content_table *table,
                                   unsigned mask, const struct str *row, unsigned salt,
                                   uint64_t *out, struct fail *why);
/* An id for a row without one. For kinds whose key is the id, the id made is also how the row is
 * found again. */
MUST_USE enum err content_id_make(struct content *content, const struct content_table *table,
                                  const struct str *row, char id[CONTENT_ID_BYTES],
                                  struct fail *why);
MUST_USE enum err content_id_exists(struct content *content, const struct content_table *table,
                                    struct str id, bool *exists, struct fail *why);
MUST_USE enum err content_key_exists(struct content *content, const struct content_table *table,
                                     uint64_t key, bool *exists, struct fail *why);
/* Finds the row that is meant, by id if one is given and known, else by key, into content->stored
 * (content_stored.c, as those above). */
MUST_USE enum err content_stored_find(struct content *content, const struct content_table *table,
                                      const struct str *row, struct fail *why);
MUST_USE enum err content_stored_find_id(struct content *content, const struct content_table *table,
                                         struct str id, struct fail *why);
/* What was found goes to the revisions. */
MUST_USE enum err content_stored_keep(struct content *content, enum content_kind kind,
                                      struct fail *why);
/* A row's base (content_merge.c). */
MUST_USE enum err content_base_print(struct content *content, enum content_kind kind, int revision,
                                     const struct str *fields, char out[CONTENT_BASE_BYTES],
                                     struct fail *why);
bool content_seen_has(const struct content *content, enum content_kind kind, struct str id);
MUST_USE enum err content_seen_add(struct content *content, enum content_kind kind, struct str id,
                                   struct fail *why);

/* Fields from outside (content_accept.c). `out` points into `scratch`, one buf a column; an absent
 * field stays STR_NONE. Then the row as a whole, once it is complete. ERR_INPUT and ERR_LIMIT mean
 * that the row is refused, anything else is our own trouble. */
MUST_USE enum err content_accept(const struct content_table *table, const struct str *in,
                                 struct buf *scratch, struct str *out, struct fail *why);
MUST_USE enum err content_accept_row(enum content_kind kind, const struct str *row,
                                     struct fail *why);

#endif
