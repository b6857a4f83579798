/* The table `tasks`. Nothing but a settlement ever changes a row, so that what was reported, by
 * whom and when stays as it was. */
#include "responses/tasks.h"

#include "store/db.h"

static const char put_sql[] =
    "INSERT INTO tasks (number, turn, message, answered, intent, note, trace, state, author, at_us)"
    " VALUES ((SELECT COALESCE(MAX(number), 0) + 1 FROM tasks),"
    " $1, $2, $3, $4, $5, $6, 'open', $7, $8) RETURNING number";
static const char settle_sql[] =
    "UPDATE tasks SET state = $2, settled_by = $3, settled_at = $4, settlement = $5"
    " WHERE number = $1 AND state = 'open'";
static const char one_sql[] = "SELECT state, settled_by FROM tasks WHERE number = $1";
static const char each_sql[] =
    "SELECT number, turn, message, answered, intent, note, trace, state, author, at_us, settled_by,"
    " settled_at, settlement FROM tasks WHERE ($1 = '' OR state = $1) AND ($2 = 0 OR number < $2)"
    " ORDER BY number DESC LIMIT $3";
static const char total_sql[] = "SELECT COUNT(*) FROM tasks WHERE $1 = '' OR state = $1";

static struct str some(struct str text)
{
    return text.p ? text : STR("");
}

enum err task_put(struct db *db, struct task *task, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(db, put_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, some(task->turn));
    db_bind_text(s, 2, some(task->message));
    db_bind_text(s, 3, some(task->answered));
    db_bind_text(s, 4, some(task->intent));
    db_bind_text(s, 5, some(task->note));
    db_bind_text(s, 6, task->trace.n ? task->trace : STR("{}"));
    db_bind_text(s, 7, some(task->author));
    db_bind_int(s, 8, task->at_us);
    e = db_step(s, &has_row, why);
    if (!e && has_row)
        task->number = db_int(s, 0);
    db_give(s);
    task->state = STR("open");
    return e;
}

/* Why nothing was settled. */
static enum err settle_refuse(struct db *db, int64_t number, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(db, one_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, number);
    e = db_step(s, &has_row, why);
    if (!e && has_row)
        e = fail(why, ERR_REFUSED, "task %lld is settled already, by %.*s", (long long)number,
                 STR_ARG(db_text(s, 1)));
    else if (!e)
        e = fail(why, ERR_MISSING, "there is no task %lld", (long long)number);
    db_give(s);
    return e;
}

enum err task_settle(struct db *db, const struct task *settled, struct fail *why)
{
    struct db_statement *s = NULL;
    if (!str_equal(settled->state, STR("done")) && !str_equal(settled->state, STR("dismissed")))
        return fail(why, ERR_INPUT, "state: must be done or dismissed");
    enum err e = db_take(db, settle_sql, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, settled->number);
    db_bind_text(s, 2, settled->state);
    db_bind_text(s, 3, some(settled->settled_by));
    db_bind_int(s, 4, settled->settled_at_us);
    db_bind_text(s, 5, some(settled->settlement));
    e = db_finish(s, why);
    return !e && db_changes(db) == 0 ? settle_refuse(db, settled->number, why) : e;
}

static enum err total_read(struct db *db, struct str state, int64_t *total, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(db, total_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, some(state));
    e = db_step(s, &has_row, why);
    if (!e && has_row)
        *total = db_int(s, 0);
    db_give(s);
    return e;
}

enum err tasks_each(struct db *db, struct str state, int64_t before, int64_t most,
                    enum err (*each)(void *data, const struct task *task, struct fail *why),
                    void *data, int64_t *total, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = true;
    enum err e = total_read(db, state, total, why);
    if (!e)
        e = db_take(db, each_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, some(state));
    db_bind_int(s, 2, before);
    db_bind_int(s, 3, most);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        const struct task task = {.number = db_int(s, 0),
                                  .turn = db_text(s, 1),
                                  .message = db_text(s, 2),
                                  .answered = db_text(s, 3),
                                  .intent = db_text(s, 4),
                                  .note = db_text(s, 5),
                                  .trace = db_text(s, 6),
                                  .state = db_text(s, 7),
                                  .author = db_text(s, 8),
                                  .at_us = db_int(s, 9),
                                  .settled_by = db_text(s, 10),
                                  .settled_at_us = db_int(s, 11),
                                  .settlement = db_text(s, 12)};
        e = each(data, &task, why);
    }
    db_give(s);
    return e;
}
