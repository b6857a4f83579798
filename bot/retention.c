/* What is too old goes, oldest first, five hundred turns in a transaction, with a pause between, so
 * that turns being kept wait a few milliseconds at most. Conversations that a person still has, or
 * is waited for in, stay whole. Rows are overwritten with zeros as they are let go; copies that
 * SQLite left in the gaps of pages when it moved rows are not, until their pages are used again.
 * The run leaves a row of its own: what it deleted, and what it found left. */
#include "bot/keeping.h"
#include "store/db.h"

#include <time.h>

enum { BATCH = 500 };
static const struct timespec pause_between = {.tv_nsec = 20L * 1000 * 1000};
static const int64_t us_a_minute = 60 * 1000000LL, us_a_day = 24LL * 60 * 60 * 1000000;

#define OPEN "SELECT conversation FROM handoffs WHERE state IN ('waiting', 'claimed')"
#define OLD  " at_us < $1 AND conversation NOT IN (" OPEN ")"

static const char days_sql[] =
    "SELECT (at_us + $2) / $3, COUNT(*) FROM turns WHERE" OLD " GROUP BY 1 ORDER BY 1";
static const char open_sql[] =
    "SELECT COUNT(*) FROM turns WHERE at_us < $1 AND conversation IN (" OPEN ")";
static const char marks_count_sql[] =
    "SELECT COUNT(*) FROM feedback WHERE turn IN (SELECT id FROM turns WHERE" OLD ")";
static const char tickets_count_sql[] =
    "SELECT COUNT(*) FROM handoffs WHERE ended_us < $1 AND state IN ('returned', 'closed') "
    "AND id NOT IN (SELECT handoff FROM handoff_events ORDER BY number DESC LIMIT 1)";
static const char marks_sql[] = "DELETE FROM feedback WHERE turn IN (SELECT id FROM turns WHERE" OLD
                                " ORDER BY at_us, id LIMIT $2)";
static const char turns_sql[] =
    "DELETE FROM turns WHERE id IN (SELECT id FROM turns WHERE" OLD " ORDER BY at_us, id LIMIT $2)";
/* The newest event stays, since the next one's number is counted from it. */
#define ENDED                                                                                      \
    "SELECT id FROM handoffs WHERE ended_us < $1 AND state IN ('returned', 'closed') AND id NOT "  \
    "IN (SELECT handoff FROM handoff_events ORDER BY number DESC LIMIT 1) ORDER BY ended_us, id "  \
    "LIMIT $2"
static const char events_sql[] = "DELETE FROM handoff_events WHERE handoff IN (" ENDED ")";
static const char tickets_sql[] = "DELETE FROM handoffs WHERE id IN (" ENDED ")";
static const char oldest_sql[] = "SELECT COALESCE(MIN(at_us), 0) FROM turns";
static const char line_sql[] =
    "INSERT INTO retention (id, at_us, days, before_us, turns, marks, tickets, oldest_us) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

static enum err number_read(struct journal *journal, const char *sql, int64_t before_us,
                            int64_t *out, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), sql, &s, why);
    if (e)
        return e;
    if (before_us)
        db_bind_int(s, 1, before_us);
    e = db_step(s, &has_row, why);
    if (!e)
        *out = db_int(s, 0);
    db_give(s);
    return e;
}

static enum err days_read(struct journal *journal, struct retention *out, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = db_take(journal_db(journal), days_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, out->before_us);
    db_bind_int(s, 2, out->offset * us_a_minute);
    db_bind_int(s, 3, us_a_day);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        out->turns += (size_t)db_int(s, 1);
        if (out->day_count == RETENTION_DAYS_LISTED)
            continue; /* eleven years; the sum still counts them */
        out->by_day[out->day_count].day = (date_days)db_int(s, 0);
        out->by_day[out->day_count++].turns = (size_t)db_int(s, 1);
    }
    db_give(s);
    return e;
}

static enum err rows_delete(struct journal *journal, const char *sql, int64_t before_us,
                            size_t *count, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, before_us);
    db_bind_int(s, 2, BATCH);
    e = db_finish(s, why);
    *count = e ? 0 : (size_t)db_changes(journal_db(journal));
    return e;
}

/* One transaction of what refers to the rows and the rows. */
static enum err batch_delete(struct journal *journal, const char *first, const char *second,
                             int64_t before_us, size_t *firsts, size_t *seconds, struct fail *why)
{
    enum err e = journal_begin(journal, why);
    if (e)
        return e;
    e = rows_delete(journal, first, before_us, firsts, why);
    if (!e)
        e = rows_delete(journal, second, before_us, seconds, why);
    return journal_end(journal, e, why);
}

static enum err line_keep(struct journal *journal, const struct retention *done, struct fail *why)
{
    char id[TURN_ID_BYTES];
    struct db_statement *s = NULL;
    journal_new_id(id, done->at_us);
    enum err e = db_take(journal_db(journal), line_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(id));
    db_bind_int(s, 2, done->at_us);
    db_bind_int(s, 3, done->days);
    db_bind_int(s, 4, done->before_us);
    db_bind_int(s, 5, (int64_t)done->turns);
    db_bind_int(s, 6, (int64_t)done->marks);
    db_bind_int(s, 7, (int64_t)done->tickets);
    db_bind_int(s, 8, done->oldest_us);
    return db_finish(s, why);
}

static enum err all_delete(struct journal *journal, struct retention *out, struct fail *why)
{
    size_t firsts = 0, seconds = 0;
    out->turns = out->marks = out->tickets = 0;
    enum err e = db_run(journal_db(journal), "PRAGMA secure_delete=ON", why);
    for (bool more = true; !e && more; more = seconds == BATCH) {
        e = batch_delete(journal, marks_sql, turns_sql, out->before_us, &firsts, &seconds, why);
        out->marks += firsts;
        out->turns += seconds;
        if (seconds == BATCH)
            (void)nanosleep(&pause_between, NULL);
    }
    for (bool more = true; !e && more; more = seconds == BATCH) {
        e = batch_delete(journal, events_sql, tickets_sql, out->before_us, &firsts, &seconds, why);
        out->tickets += seconds;
        if (seconds == BATCH)
            (void)nanosleep(&pause_between, NULL);
    }
    return e;
}

enum err journal_let_go(struct journal *journal, struct retention *out, struct fail *why)
{
    int64_t marks = 0, tickets = 0, kept = 0;
    out->at_us = clock_now_us();
    out->turns = out->day_count = 0;
    enum err e = days_read(journal, out, why);
    size_t foreseen = out->turns;
    if (!e)
        e = number_read(journal, marks_count_sql, out->before_us, &marks, why);
    if (!e)
        e = number_read(journal, tickets_count_sql, out->before_us, &tickets, why);
    out->marks = (size_t)marks;
    out->tickets = (size_t)tickets;
    if (!e && !out->is_dry)
        e = all_delete(journal, out, why);
    if (!e)
        e = number_read(journal, open_sql, out->before_us, &kept, why);
    if (!e)
        e = number_read(journal, oldest_sql, 0, &out->oldest_us, why);
    out->kept_open = (size_t)kept;
    if (!e && !out->is_dry)
        e = line_keep(journal, out, why);
    if (!e && !out->is_dry && out->turns < foreseen)
        e = fail(why, ERR_SYSTEM, "%zu turns were to go and %zu did", foreseen, out->turns);
    return e;
}
