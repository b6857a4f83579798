/* The outbox's table. A row names the turn and where its reply goes; the words are the turn's. */
#include "bot/outbox.h"

#include "store/db.h"

#include <stdio.h>

static const char note_sql[] = "INSERT INTO outbox (turn, target, due_us) VALUES ($1, $2, $3)";
static const char count_sql[] = "SELECT COUNT(*) FROM outbox";
/* The post is chosen first, in one pass over those that wait, and its turn read then: with a
 * thousand waiting this is done a thousand times. A turn that retention took has nothing to tell.
 */
static const char next_sql[] =
    "SELECT t.id, t.conversation, o.target, t.route, t.reply, t.choices, o.step, o.attempts, "
    "o.due_us, t.message_id, COALESCE(t.reply = (SELECT b.reply FROM turns AS b WHERE "
    "b.conversation = t.conversation AND b.position < t.position AND b.reply <> '' "
    "ORDER BY b.position DESC LIMIT 1), 0) FROM (SELECT * FROM outbox WHERE turn IN "
    "(SELECT MIN(turn) FROM outbox WHERE turn IN (SELECT id FROM turns) GROUP BY target) "
    "ORDER BY due_us, turn LIMIT 1) AS o JOIN turns AS t ON t.id = o.turn";
static const char last_sql[] = "SELECT COALESCE(MAX(turn), '') FROM outbox";
static const char done_sql[] = "DELETE FROM outbox WHERE turn = $1";
static const char later_sql[] =
    "UPDATE outbox SET step = $2, attempts = $3, due_us = $4 WHERE turn = $1";

enum err outbox_note(struct journal *journal, const struct turn_row *row, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), note_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, row->id);
    db_bind_text(s, 2, str_of(row->post_to));
    db_bind_int(s, 3, row->at_us);
    return db_finish(s, why);
}

enum err outbox_count(struct journal *journal, size_t *out, struct fail *why)
{
    int64_t count = 0;
    enum err e = db_number(journal_db(journal), count_sql, &count, why);
    if (!e)
        *out = (size_t)count;
    return e;
}

enum err outbox_next(struct journal *journal, int64_t now_us,
                     enum err (*each)(void *data, const struct outbox_post *post, struct fail *why),
                     void *data, int64_t *wait_us, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), next_sql, &s, why);
    if (!e)
        e = db_step(s, &has_row, why);
    if (!e)
        *wait_us = has_row ? db_int(s, 8) - now_us : -1;
    if (!e && *wait_us > OUTBOX_LONGEST_S * 1000000LL)
        *wait_us = 0;
    if (!e && has_row && *wait_us <= 0) {
        struct outbox_post post = {.turn = db_text(s, 0),
                                   .conversation = db_text(s, 1),
                                   .target = db_text(s, 2),
                                   .route = db_text(s, 3),
                                   .reply = db_text(s, 4),
                                   .choices = db_text(s, 5),
                                   .step = (int)db_int(s, 6),
                                   .attempts = (int)db_int(s, 7),
                                   .message_id = db_text(s, 9),
                                   .repeats = db_int(s, 10) != 0};
        *wait_us = 0;
        e = each(data, &post, why);
    }
    db_give(s);
    return e;
}

enum err outbox_last(struct journal *journal, char turn[TURN_ID_BYTES], struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), last_sql, &s, why);
    if (!e)
        e = db_step(s, &has_row, why);
    if (!e)
        (void)snprintf(turn, TURN_ID_BYTES, "%.*s", STR_ARG(db_text(s, 0)));
    db_give(s);
    return e;
}

enum err outbox_done(struct journal *journal, struct str turn, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), done_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, turn);
    return db_finish(s, why);
}

enum err outbox_later(struct journal *journal, struct str turn, int step, int attempts,
                      int64_t due_us, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), later_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, turn);
    db_bind_int(s, 2, step);
    db_bind_int(s, 3, attempts);
    db_bind_int(s, 4, due_us);
    return db_finish(s, why);
}
