/* What people edit: content.db. Fourteen kinds of rows, one table each, one line of columns each,
 * so that import, export, revisions and reading are the same code for all of them.
 *
 * A row's id is made from its content when it is created without one (so the same rows give the
 * same ids in any order) and stays with it when the content is edited. Every change is kept in
 * `revisions`. */
#ifndef CONTENT_H
#define CONTENT_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/fail.h"
#include "base/text.h"

enum content_kind {
    KIND_INTENTS,   /* name, title ("-": in no list), policy, description                    key:
                       name          */
    KIND_EXAMPLES,  /* id, text, intent, language                                              key:
                       text, intent  */
    KIND_CASES,     /* id, text, intent, language; never trained on                            key:
                       text, intent  */
    KIND_CONTRASTS, /* id, text_a, intent_a, text_b, intent_b                                  key:
                       both texts    */
    KIND_ANSWERS,   /* id, intent, condition, channel, language, effective_from, effective_to, text
                       key: id    */
    KIND_FACTS,     /* id, name, value, unit, effective_from, effective_to, source             key:
                       name, from    */
    KIND_SLOTS, /* name, type, question                                                    key: name
                 */
    KIND_VALUES, /* id, slot, value, aliases ("실비|실손")                                   key:
                    slot, value   */
    KIND_DOCUMENTS, /* id, title, product, effective_from, effective_to, text, variants, series
                       (what it is a version of; empty: itself), pages (bytes of the text at which
                       pages after the first begin)                                             key:
                       id            */
    KIND_QUESTIONS, /* id, text, documents (ids or series, by spaces)                          key:
                       text          */
    /* What documents say, as facts that are looked up (fallback/graph.h). */
    KIND_ENTITIES,   /* id, kind, name, aliases                                    key: id */
    KIND_PREDICATES, /* name, title, aliases, text                                 key: name */
    KIND_STATEMENTS, /* id, entity, predicate, value, unit, condition, effective_from, effective_to,
                        source                                   key: all but unit, to, source */
    KIND_RATES,      /* id, rate_table, keys, value, unit, effective_from, effective_to, source
                        key: table, keys, from */
    CONTENT_KINDS
};
#define KIND_UNKNOWN CONTENT_KINDS

enum policy { POLICY_SCRIPTED, POLICY_NEVER_GENERATE, POLICY_HANDOFF };
enum slot_type { SLOT_AMOUNT, SLOT_RATE, SLOT_TERM, SLOT_DATE, SLOT_COUNT, SLOT_LIST };

/* The columns of a kind, in the order they are exported. "id" comes first where there is one. */
struct content_column {
    const char *name;
    const char *other_names[3]; /* accepted in a header: category, label for intent … */
    bool is_required;
    size_t limit_runes;
};
const struct content_column *content_columns(enum content_kind kind, size_t *count);
const char *content_kind_name(enum content_kind kind);
enum content_kind content_kind_named(struct str name); /* KIND_UNKNOWN */

struct db;
struct content; /* one thread */
/* Opens or creates BOT/content.db and migrates it. */
MUST_USE enum err content_open(const char *bot_folder, bool may_write, struct content **out,
                               struct fail *why);
/* A copy in memory that may be written and is never kept: to try an import where nothing may be
 * written. */
MUST_USE enum err content_open_copy(const char *bot_folder, struct content **out, struct fail *why);
void content_close(struct content *content);

/* One transaction around all that is done between them, an import that is kept included: `e` takes
 * everything back and is returned. */
MUST_USE enum err content_begin(struct content *content, struct fail *why);
MUST_USE enum err content_end(struct content *content, enum err e, struct fail *why);
struct db *content_db(struct content *content); /* for nouns whose tables lie beside */

/* One import: rows are offered one by one inside one transaction and nothing is there until
 * content_import_end. Fields are in content_columns order; a STR_NONE field was not in the file. An
 * intent first met in an example, case, contrast or answer is created with its name as title;
 * out_of_scope is not an intent and never is. */
enum content_change {
    CHANGE_NEW,
    CHANGE_CHANGED,
    CHANGE_SAME,
    CHANGE_REFUSED,
    CHANGE_CONFLICT, /* of a workbook alone; content_import_row never says it */
    CHANGES
};
MUST_USE enum err content_import_begin(struct content *content, const char *author,
                                       struct fail *why);
/* Before content_import_row of an example or a case (`to`): if the other kind has the row of this
 * id with this text, and `to` has none of this id, it goes over; its id stays and its history goes
 * on. The row then counts as changed. `may_differ` moves a row of this id whatever its text, where
 * content_merge_row has said MERGE_MOVE. ERR_INPUT (the row is refused) when this import has said
 * already where that row belongs. */
MUST_USE enum err content_import_move(struct content *content, enum content_kind to,
                                      const struct str *fields, bool may_differ, struct fail *why);
/* OK with *change NEW, CHANGED or SAME; or OK with CHANGE_REFUSED and `why` saying what is wrong
 * with this row (the caller knows the line). Another code means the import as a whole failed. */
MUST_USE enum err content_import_row(struct content *content, enum content_kind kind,
                                     const struct str *fields, enum content_change *change,
                                     struct fail *why);
/* The id of the row that content_import_row has taken last; borrowed until the next row. */
struct str content_import_id(const struct content *content);
/* Removes the row of this id, or name; CHANGE_SAME when there is none. What it said, and who
 * removed it when, is kept among its revisions, and a row of this id that comes back goes on from
 * there. CHANGE_REFUSED: of an intent that other rows name, and of a slot with values. */
MUST_USE enum err content_remove_row(struct content *content, enum content_kind kind, struct str id,
                                     enum content_change *change, struct fail *why);
/* Commits, or takes everything back when !keep (a dry run, OK) or when anything failed or was
 * refused. Inside content_begin it does neither: what is not to be kept, content_end takes back. */
MUST_USE enum err content_import_end(struct content *content, bool keep, struct fail *why);

/* A row that was exported, edited elsewhere, and comes back. Its base, "3.9f2c41d07ab0", is its
 * revision when it was exported and a hash of what it said. */
enum { CONTENT_BASE_BYTES = 32, CONTENT_COLUMNS_MOST = 9 };
enum content_merge {
    MERGE_TAKE,     /* nobody else has touched the row: offer it to content_import_row */
    MERGE_KEEP,     /* the writer has not touched it, or says what is there already */
    MERGE_MOVE,     /* the same, and it was in the other of examples and cases: content_import_move
                       first */
    MERGE_CONFLICT, /* both have, differently; or it is gone, or new on both sides */
};
struct content_conflict {
    bool is_gone;
    bool has_base; /* what the row was is known */
    /* An example may have been made a case by either side, or a case an example. */
    enum content_kind kind_was, kind_theirs, kind_yours;
    struct str id;
    struct str author; /* of what is there now */
    int64_t at_us;
    size_t count;
    struct str was[CONTENT_COLUMNS_MOST], theirs[CONTENT_COLUMNS_MOST],
        yours[CONTENT_COLUMNS_MOST]; /* in content_columns order */
};
/* During an import. `base` may be empty: a row the writer has added. ERR_INPUT and ERR_LIMIT refuse
 * the row. What the conflict points to is good until the next row. */
MUST_USE enum err content_merge_row(struct content *content, enum content_kind kind,
                                    const struct str *fields, struct str base,
                                    enum content_merge *verdict, struct content_conflict *conflict,
                                    struct fail *why);
/* Like content_each, with the base of each row. */
MUST_USE enum err content_each_based(struct content *content, enum content_kind kind,
                                     enum err (*each)(void *data, const struct str *fields,
                                                      struct str base, struct fail *why),
                                     void *data, struct fail *why);

/* A row as it stands. */
struct content_row {
    enum content_kind kind;
    int revision;
    struct str author; /* who changed it last */
    int64_t at_us;
    size_t count;
    struct str fields[CONTENT_COLUMNS_MOST]; /* in content_columns order */
};
/* By its id, or name. Borrowed until the content is next asked for a row or offered one. */
MUST_USE enum err content_row_find(struct content *content, enum content_kind kind, struct str id,
                                   bool *exists, struct content_row *out, struct fail *why);
/* How many rows of `by` name the intent or slot; 0 for other kinds. */
MUST_USE enum err content_named_count(struct content *content, enum content_kind kind,
                                      struct str id, enum content_kind by, size_t *out,
                                      struct fail *why);
/* In the order of content_each; borrowed for the call. */
MUST_USE enum err content_each_row(struct content *content, enum content_kind kind,
                                   enum err (*each)(void *data, const struct content_row *row,
                                                    struct fail *why),
                                   void *data, struct fail *why);
MUST_USE enum err content_row_base(struct content *content, const struct content_row *row,
                                   char out[CONTENT_BASE_BYTES], struct fail *why);
/* What the row said at a base that is no longer the row's. Borrowed until the next call. */
MUST_USE enum err content_row_was(struct content *content, enum content_kind kind, struct str id,
                                  struct str base, bool *is_found,
                                  struct str fields[CONTENT_COLUMNS_MOST], struct fail *why);

/* Everything read between these two is of one moment, whatever another process commits meanwhile.
 * Not during an import. */
MUST_USE enum err content_snapshot_begin(struct content *content, struct fail *why);
void content_snapshot_end(struct content *content);

/* Calls `each` with the fields of every row, in an order that hangs on the rows alone: by id or
 * name, but examples and cases by intent and text, contrasts by intents, facts by name and date,
 * values by slot and value. The fields are borrowed for the call. */
MUST_USE enum err content_each(struct content *content, enum content_kind kind,
                               enum err (*each)(void *data, const struct str *fields,
                                                struct fail *why),
                               void *data, struct fail *why);
MUST_USE enum err content_count(struct content *content, enum content_kind kind, size_t *out,
                                struct fail *why);

/* Everything that scripted replies are made of, as plain rows, in canonical order (by name or id):
 * what a release holds and what book_open compiles. All memory is the arena's. */
struct intent_row {
    struct str name, title, description;
    enum policy policy;
};
/* False for the title "-": no customer is ever asked whether they meant to swear. */
bool intent_is_listed(const struct intent_row *row);
struct answer_row {
    struct str id, intent, condition, channel, language, text;
    date_days from, to; /* both inclusive; DATE_NONE = open */
    int revision;       /* 1, 2, 3 … "answer claim_documents-1 v3" */
};
struct fact_row {
    struct str name, value, unit, source;
    date_days from, to;
};
struct slot_row {
    struct str name, question;
    enum slot_type type;
};
struct value_row {
    struct str slot, value, aliases;
};
struct content_rows {
    struct arena *arena;
    struct intent_row *intents;
    struct answer_row *answers;
    struct fact_row *facts;
    struct slot_row *slots;
    struct value_row *values;
    size_t intent_count, answer_count, fact_count, slot_count, value_count;
};
MUST_USE enum err content_rows_read(struct content *content, struct content_rows **out,
                                    struct fail *why);
void content_rows_close(struct content_rows *rows);

/* The same rows as one canonical JSON Lines text (a release's scripts.jsonl) and back. Same rows,
 * same bytes. */
MUST_USE enum err content_rows_print(const struct content_rows *rows, struct buf *out,
                                     struct fail *why);
MUST_USE enum err content_rows_parse(struct str text, const char *path, struct content_rows **out,
                                     struct fail *why);

/* Which release is which, and what was done to it: activations, overrides. The same goes into the
 * audit table, in the same transaction. */
MUST_USE enum err content_note_release(struct content *content, int release, const char *hash,
                                       const char *event, const char *author, const char *reason,
                                       struct fail *why);
struct release_note {
    int release;
    struct str hash, event, author, reason;
    int64_t at_us;
};
/* Oldest first; borrowed for the call. */
MUST_USE enum err content_each_release_note(struct content *content,
                                            enum err (*each)(void *data,
                                                             const struct release_note *note,
                                                             struct fail *why),
                                            void *data, struct fail *why);

#endif
