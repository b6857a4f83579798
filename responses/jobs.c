/* The table `jobs`, and the small ones beside it that the work lists need. Every change of a job's
 * state names the state it must be in before, so that two who change it at once cannot both. */
#include "responses/jobs.h"

#include "base/limits.h"
#include "responses/content_schema.h"

#define COLUMNS                                                                                    \
    "number, kind, subject, state, wanted_at, author, reason, created_at, began_at, ended_at,"     \
    " progress"
#define QUICK "('activate', 'override', 'rollback')"

static const char add_sql[] =
    "INSERT INTO jobs (number, kind, subject, state, wanted_at, author, reason, created_at,"
    " progress, result) VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM jobs), $1, $2,"
    " 'waiting', $3, $4, $5, $6, '{}', '') RETURNING number";
static const char each_sql[] =
    "SELECT " COLUMNS ", '' FROM jobs WHERE ($1 = '' OR kind = $1) AND ($2 = '' OR subject = $2)"
    " ORDER BY number DESC LIMIT $3";
static const char open_sql[] =
    "SELECT " COLUMNS ", '' FROM jobs WHERE state IN ('waiting', 'running')"
    " ORDER BY number";
static const char find_sql[] = "SELECT " COLUMNS ", result FROM jobs WHERE number = $1";
static const char find_done_sql[] =
    "SELECT " COLUMNS ", result FROM jobs WHERE kind = $1 AND state = 'done'"
    " AND ($2 = '' OR subject = $2) ORDER BY number DESC LIMIT 1";
static const char find_gate_sql[] =
    "SELECT " COLUMNS ", result FROM jobs WHERE kind IN ('train', 'publish', 'gate', 'activate',"
    " 'override', 'rollback') AND subject = $1 AND state IN ('done', 'failed') AND result <> ''"
    " ORDER BY number DESC LIMIT 1";
static const char next_quick_sql[] =
    "SELECT " COLUMNS ", '' FROM jobs WHERE state = 'waiting' AND wanted_at <= $1"
    " AND kind IN " QUICK " ORDER BY wanted_at, number LIMIT 1";
static const char next_sql[] =
    "SELECT " COLUMNS ", '' FROM jobs WHERE state = 'waiting' AND wanted_at <= $1"
    " AND kind NOT IN " QUICK " ORDER BY wanted_at, number LIMIT 1";
static const char begin_sql[] = "UPDATE jobs SET state = 'running', began_at = $2"
                                " WHERE number = $1 AND state = 'waiting'";
static const char progress_sql[] =
    "UPDATE jobs SET progress = $2 WHERE number = $1 AND state = 'running'";
static const char end_sql[] =
    "UPDATE jobs SET state = $2, ended_at = $3, progress = $4, result = $5,"
    " subject = CASE WHEN $6 = '' THEN subject ELSE $6 END"
    " WHERE number = $1 AND state = 'running'";
static const char state_sql[] = "SELECT state FROM jobs WHERE number = $1";
static const char cancel_sql[] = "UPDATE jobs SET state = 'cancelled', ended_at = $2"
                                 " WHERE number = $1 AND state = 'waiting'";
static const char recover_sql[] =
    "UPDATE jobs SET state = 'failed', ended_at = $1,"
    " progress = '{\"why\":\"stopped with the server\"}' WHERE state = 'running'";
static const char forget_sql[] =
    "UPDATE jobs SET result = '' WHERE kind IN ('trial', 'replay', 'unanswered')"
    " AND ended_at < $1 AND result <> ''";
static const char changed_sql[] =
    "SELECT MAX(COALESCE((SELECT MAX(at_us) FROM audit_chain WHERE event IN"
    " ('import', 'prompt_set')), 0),"
    " COALESCE((SELECT MAX(decided_at) FROM reviews WHERE state = 'approved'), 0))";
static const char trained_sql[] =
    "SELECT MAX(began_at) FROM jobs WHERE kind IN ('train', 'publish') AND subject = $1"
    " AND began_at IS NOT NULL";
static const char ignore_sql[] =
    "INSERT INTO ignored_groups (id, reason, author, at_us) VALUES ($1, $2, $3, $4)"
    " ON CONFLICT (id) DO UPDATE SET reason = $2, author = $3, at_us = $4";
static const char ignored_sql[] =
    "SELECT id FROM ignored_groups UNION SELECT substr(source, 12) FROM reviews"
    " WHERE state IN ('open', 'approved') AND source LIKE 'unanswered:%' ORDER BY 1";

static const char *const state_names[JOB_STATES] = {"waiting", "running", "done", "failed",
                                                    "cancelled"};

const char *job_state_name(enum job_state state)
{
    return state_names[state];
}

static enum job_state state_named(struct str name)
{
    enum job_state state = JOB_WAITING;
    while (state < JOB_CANCELLED && !str_equal(name, str_of(state_names[state])))
        state++;
    return state;
}

/* ---- reading ---- */

/* Calls `each` for every row of a statement that selects COLUMNS and the result; gives it back. */
static enum err rows_tell(struct db_statement *s, job_each *each, void *data, size_t *count,
                          struct fail *why)
{
    bool has_row = false;
    enum err e;
    *count = 0;
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        const struct job job = {.number = db_int(s, 0),
                                .kind = db_text(s, 1),
                                .subject = db_text(s, 2),
                                .state = state_named(db_text(s, 3)),
                                .wanted_at_us = db_int(s, 4),
                                .author = db_text(s, 5),
                                .reason = db_text(s, 6),
                                .created_at_us = db_int(s, 7),
                                .began_at_us = db_int(s, 8),
                                .ended_at_us = db_int(s, 9),
                                .progress = db_text(s, 10),
                                .result = db_text(s, 11)};
        ++*count;
        e = each(data, &job, why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}

enum err jobs_each(struct content *content, struct str kind, struct str subject, size_t limit,
                   job_each *each, void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    size_t count = 0;
    enum err e = db_take(content_db(content), each_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, kind.n ? kind : STR(""));
    db_bind_text(s, 2, subject.n ? subject : STR(""));
    db_bind_int(s, 3, (int64_t)limit);
    return rows_tell(s, each, data, &count, why);
}

enum err jobs_each_open(struct content *content, job_each *each, void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    size_t count = 0;
    enum err e = db_take(content_db(content), open_sql, &s, why);
    return e ? e : rows_tell(s, each, data, &count, why);
}

enum err jobs_find(struct content *content, int64_t number, job_each *each, void *data,
                   struct fail *why)
{
    struct db_statement *s = NULL;
    size_t count = 0;
    enum err e = db_take(content_db(content), find_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    e = rows_tell(s, each, data, &count, why);
    if (!e && count == 0)
        e = fail(why, ERR_MISSING, "there is no job %lld", (long long)number);
    return e;
}

enum err jobs_find_done(struct content *content, struct str kind, struct str subject,
                        job_each *each, void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    size_t count = 0;
    enum err e = db_take(content_db(content), find_done_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, kind);
    db_bind_text(s, 2, subject.n ? subject : STR(""));
    e = rows_tell(s, each, data, &count, why);
    if (!e && count == 0)
        e = fail(why, ERR_MISSING, "there was no such job yet");
    return e;
}

/* A number as the subject that it is. */
static enum err number_bind(struct db_statement *s, int parameter, int64_t number, struct fail *why)
{
    struct buf text;
    buf_init(&text, TIME_TEXT_BYTES);
    buf_add_format(&text, "%lld", (long long)number);
    enum err e = buf_error(&text, "a number", why);
    if (!e)
        db_bind_text(s, parameter, str_from_buf(&text));
    buf_free(&text);
    return e;
}

enum err jobs_find_gate(struct content *content, int release, job_each *each, void *data,
                        struct fail *why)
{
    struct db_statement *s = NULL;
    size_t count = 0;
    enum err e = db_take(content_db(content), find_gate_sql, &s, why);
    if (!e)
        e = number_bind(s, 1, release, why);
    if (e) {
        db_give(s);
        return e;
    }
    e = rows_tell(s, each, data, &count, why);
    if (!e && count == 0)
        e = fail(why, ERR_MISSING, "release %d has not been put to the gate", release);
    return e;
}

enum err jobs_next(struct content *content, bool is_quick, int64_t now_us, job_each *each,
                   void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    size_t count = 0;
    enum err e = db_take(content_db(content), is_quick ? next_quick_sql : next_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, now_us);
    return rows_tell(s, each, data, &count, why);
}

/* ---- changing ---- */

enum err jobs_add(struct content *content, const struct job *job, int64_t *number, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    if (job->reason.n > LIMIT_REASON_BYTES)
        return fail(why, ERR_LIMIT, "reason: longer than %d bytes", LIMIT_REASON_BYTES);
    enum err e = db_take(content_db(content), add_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, job->kind);
    db_bind_text(s, 2, job->subject.n ? job->subject : STR(""));
    db_bind_int(s, 3, job->wanted_at_us);
    db_bind_text(s, 4, job->author);
    db_bind_text(s, 5, job->reason.n ? job->reason : STR(""));
    db_bind_int(s, 6, clock_now_us());
    e = db_step(s, &has_row, why);
    if (!e)
        *number = db_int(s, 0);
    if (!e) /* to its end, or nothing is kept */
        e = db_step(s, &has_row, why);
    db_give(s);
    return e;
}

/* Of a statement about one job that is bound: how many rows it changed. */
static enum err change(struct content *content, struct db_statement *s, int64_t *changed,
                       struct fail *why)
{
    enum err e = content_explain_busy(content, db_finish(s, why), why);
    *changed = e ? 0 : db_changes(content_db(content));
    return e;
}

enum err jobs_begin(struct content *content, int64_t number, struct fail *why)
{
    struct db_statement *s = NULL;
    int64_t changed = 0;
    enum err e = db_take(content_db(content), begin_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    db_bind_int(s, 2, clock_now_us());
    e = change(content, s, &changed, why);
    if (!e && changed == 0)
        e = fail(why, ERR_REFUSED, "job %lld does not wait any more", (long long)number);
    return e;
}

enum err jobs_progress(struct content *content, int64_t number, struct str progress,
                       struct fail *why)
{
    struct db_statement *s = NULL;
    int64_t changed = 0;
    enum err e = db_take(content_db(content), progress_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    db_bind_text(s, 2, progress);
    return change(content, s, &changed, why);
}

enum err jobs_end(struct content *content, int64_t number, enum job_state state, struct str subject,
                  struct str progress, struct str result, struct fail *why)
{
    struct db_statement *s = NULL;
    int64_t changed = 0;
    enum err e = db_take(content_db(content), end_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    db_bind_text(s, 2, str_of(state_names[state]));
    db_bind_int(s, 3, clock_now_us());
    db_bind_text(s, 4, progress);
    db_bind_text(s, 5, result.n ? result : STR(""));
    db_bind_text(s, 6, subject.n ? subject : STR(""));
    return change(content, s, &changed, why);
}

enum err jobs_cancel(struct content *content, int64_t number, bool *is_running, struct fail *why)
{
    struct db_statement *s = NULL;
    int64_t changed = 0;
    bool exists = false;
    *is_running = false;
    enum err e = db_take(content_db(content), cancel_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    db_bind_int(s, 2, clock_now_us());
    e = change(content, s, &changed, why);
    if (e || changed)
        return e;
    e = db_take(content_db(content), state_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    e = db_step(s, &exists, why);
    *is_running = !e && exists && state_named(db_text(s, 0)) == JOB_RUNNING;
    db_give(s);
    if (!e && !exists)
        e = fail(why, ERR_MISSING, "there is no job %lld", (long long)number);
    else if (!e && !*is_running)
        e = fail(why, ERR_REFUSED, "job %lld has ended already", (long long)number);
    return e;
}

enum err jobs_recover(struct content *content, size_t *count, struct fail *why)
{
    struct db_statement *s = NULL;
    int64_t changed = 0;
    enum err e = db_take(content_db(content), recover_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, clock_now_us());
    e = change(content, s, &changed, why);
    *count = (size_t)changed;
    return e;
}

enum err jobs_forget(struct content *content, int64_t before_us, struct fail *why)
{
    struct db_statement *s = NULL;
    int64_t changed = 0;
    enum err e = db_take(content_db(content), forget_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, before_us);
    return change(content, s, &changed, why);
}

/* ---- beside them ---- */

/* The one number that a bound statement gives. */
static enum err number_read(struct db_statement *s, int64_t *out, struct fail *why)
{
    bool has_row = false;
    enum err e = db_step(s, &has_row, why);
    *out = !e && has_row ? db_int(s, 0) : 0;
    db_give(s);
    return e;
}

enum err content_changed_at(struct content *content, int64_t *out_us, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(content), changed_sql, &s, why);
    return e ? e : number_read(s, out_us, why);
}

enum err jobs_trained_at(struct content *content, int release, int64_t *out_us, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(content_db(content), trained_sql, &s, why);
    if (!e)
        e = number_bind(s, 1, release, why);
    if (e) {
        db_give(s);
        return e;
    }
    return number_read(s, out_us, why);
}

enum err groups_ignore(struct content *content, struct str id, struct str reason, struct str author,
                       struct fail *why)
{
    struct db_statement *s = NULL;
    if (reason.n > LIMIT_REASON_BYTES)
        return fail(why, ERR_LIMIT, "reason: longer than %d bytes", LIMIT_REASON_BYTES);
    enum err e = db_take(content_db(content), ignore_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, id);
    db_bind_text(s, 2, reason.n ? reason : STR(""));
    db_bind_text(s, 3, author);
    db_bind_int(s, 4, clock_now_us());
    return db_finish(s, why);
}

enum err groups_each_ignored(struct content *content,
                             enum err (*each)(void *data, struct str id, struct fail *why),
                             void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(content_db(content), ignored_sql, &s, why);
    if (e)
        return e;
    while (!(e = db_step(s, &has_row, why)) && has_row) {
        e = each(data, db_text(s, 0), why);
        if (e)
            break;
    }
    db_give(s);
    return e;
}
