/* journal.db: every turn, kept before its reply is given. What is kept of a message is masked
 * (fallback/mask.h). A turn keeps the state its conversation had before it, the as-of date and the
 * release, so that `paring explain` can run it again. When masking changed the message, explain
 * says that it re-runs the masked text.
 *
 * A conversation or message id that is personal itself (a telephone number) is kept as
 * journal_pseudonym() gives it. This keeps it from being read or searched for in the table, in an
 * export or by `explain`, and from being matched between two bots. It does not keep it from whoever
 * has journal.db: the key lies in the same file, and all telephone numbers can be tried with it in
 * minutes. Rows that were written before schema 2 keep the ids they have. */
#ifndef JOURNAL_H
#define JOURNAL_H

#include "base/clock.h"
#include "base/text.h"

enum { TURN_ID_BYTES = 32, PSEUDONYM_BYTES = 7 + 64 + 1 };

#define PSEUDONYM_PREFIX "masked-"

struct db;
struct journal;
struct turn_row {
    struct str id; /* time-ordered, made by us: 13 digits of base 32 time, then counter/random */
    struct str conversation, message_id, channel;
    struct str message; /* masked */
    bool was_masked;
    struct str state_before; /* conversation_print */
    struct str state_after;
    date_days as_of;
    int64_t at_us, took_us;
    struct str route, intent, reply, choices /* JSON array of titles */, reason,
        answer /* "id v3" */, release /* hash */, citations /* reply_print_citations; or none */;
    struct str evidence; /* evidence_print: what a model, or a pin, had to do with it; or none */
    /* With the vector of its question (bot/question_vector.h), if the passages were found so. The
     * key is to be put, not found. */
    struct str vector, vector_key;
    /* To be put, not found: the key of bot/pins.h that this reply is kept under, and what was
     * asked. */
    struct str pin, pin_question;
    int release_number;
    double confidence;
    bool has_confidence;
    /* For the writer alone (bot/handoff.h); rows that are read have none of these. */
    bool opens_handoff;  /* it promised a person */
    bool in_handoff;     /* the conversation has an open ticket */
    int64_t shows_up_to; /* agents' messages up to this event are in the reply; 0: none */
    char post_to[48];    /* whose server is told the reply (bot/outbox.h); "": nobody's */
};
MUST_USE enum err journal_open(const char *bot_folder, bool may_write, struct journal **out,
                               struct fail *why);
void journal_close(struct journal *journal);
struct db *journal_db(struct journal *journal); /* for bot/feedback.c, whose table lies beside */
MUST_USE enum err journal_put(struct journal *journal, const struct turn_row *row,
                              struct fail *why); /* one transaction; there after kill -9 */
/* Found rows are borrowed from the journal until the next call. ERR_MISSING. */
MUST_USE enum err journal_find(struct journal *journal, struct str id, struct turn_row *out,
                               struct fail *why);
MUST_USE enum err journal_find_message(struct journal *journal, struct str conversation,
                                       struct str message_id, struct turn_row *out,
                                       struct fail *why);
MUST_USE enum err journal_last(struct journal *journal, struct str conversation,
                               struct turn_row *out,
                               struct fail *why); /* newest turn of a conversation */
/* Calls `each` for every turn since then (0: all), in the order they happened; the row is borrowed
 * for the call. Stops at the first error and returns it. */
MUST_USE enum err journal_each(struct journal *journal, int64_t since_us,
                               enum err (*each)(void *data, const struct turn_row *row,
                                                struct fail *why),
                               void *data, struct fail *why);
MUST_USE enum err journal_count(struct journal *journal, int64_t since_us, size_t *out,
                                struct fail *why);
/* For a journal open for reading only, after some writer has opened it: what journal_pseudonym
 * needs. */
MUST_USE enum err journal_read_key(struct journal *journal, struct fail *why);
/* "masked-" and a hash of the name under this journal's own random key: always the same for the
 * same name, another for every other. The journal is open for writing, or has read its key. */
void journal_pseudonym(const struct journal *journal, struct str name, char out[PSEUDONYM_BYTES]);
/* Every message_id of a conversation that has one. */
MUST_USE enum err journal_messages(struct journal *journal, struct str conversation,
                                   void (*each)(void *data, struct str message_id), void *data,
                                   struct fail *why);
/* Several turns in one transaction: begin, add each, end. journal_end commits when `e` is OK, else
 * nothing of the batch is there; but a commit that fails may have been made, so before a row is
 * added again journal_has must be asked. */
MUST_USE enum err journal_begin(struct journal *journal, struct fail *why);
MUST_USE enum err journal_add(struct journal *journal, const struct turn_row *row,
                              struct fail *why);
MUST_USE enum err journal_end(struct journal *journal, enum err e, struct fail *why);
MUST_USE enum err journal_has(struct journal *journal, struct str id, bool *has, struct fail *why);
/* For a writer with a thread for db_checkpoint (store/db.h): commits no longer move the log. */
MUST_USE enum err journal_write_much(struct journal *journal, struct fail *why);
MUST_USE enum err journal_checkpoint(struct journal *journal, int *frames, int *left,
                                     struct fail *why);
void journal_new_id(char out[TURN_ID_BYTES], int64_t at_us);

#endif
