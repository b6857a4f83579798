/* The routes /api/jobs: what runs beside the server, how far it is and what came of it. The list
 * shows no results, so that a page may ask for it every second; one job's result can hold what
 * customers said, so reading that is on record. */
#include "responses/jobs.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/jobs.h"
#include "server/staff_content.h"

#include <string.h>

enum { SHOWN = 20, SHOWN_MOST = 200 };

/* Work lists keep their results a line a thing: those are for /api/check and /api/unanswered. */
static bool has_lines(const struct job *job)
{
    return str_equal(job->kind, STR("check")) || str_equal(job->kind, STR("unanswered"));
}

void job_print(struct json_writer *w, const char *key, const struct job *job)
{
    struct str result = str_trim(job->result);
    json_object(w, key);
    json_put_int(w, "number", job->number);
    json_put_str(w, "kind", job->kind);
    json_put_str(w, "subject", job->subject);
    json_put_text(w, "state", job_state_name(job->state));
    json_put_str(w, "author", job->author);
    json_put_str(w, "reason", job->reason);
    staff_time_put(w, "wanted_at", job->wanted_at_us);
    staff_time_put(w, "created_at", job->created_at_us);
    staff_time_put(w, "began_at", job->began_at_us);
    staff_time_put(w, "ended_at", job->ended_at_us);
    json_put_raw(w, "progress", job->progress);
    if (result.n > 0 && !has_lines(job))
        json_put_raw(w, "result", result);
    json_end(w, '}');
}

enum err job_add_to(void *data, const struct job *job, struct fail *why)
{
    struct json_writer *w = data;
    job_print(w, NULL, job);
    return buf_error(w->out, "the jobs", why);
}

enum err jobs_get(struct call *call, struct fail *why)
{
    struct json_writer w;
    int64_t limit = SHOWN;
    enum err e = call_query_int(call, "limit", 1, SHOWN_MOST, SHOWN, &limit, why);
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_array(&w, "rows");
    e = jobs_each(call->content, call_query(call, "kind"), call_query(call, "subject"),
                  (size_t)limit, job_add_to, &w, why);
    json_end(&w, ']');
    json_end(&w, '}');
    return e;
}

static enum err job_tell(void *data, const struct job *job, struct fail *why)
{
    return job_add_to(data, job, why);
}

enum err job_get(struct call *call, struct fail *why)
{
    struct json_writer w;
    uint64_t number = 0;
    if (!str_to_u64(call->rest, &number) || number > INT64_MAX)
        return fail(why, ERR_MISSING, "there is no such job");
    json_begin(&w, &call->out);
    return jobs_find(call->content, (int64_t)number, job_tell, &w, why);
}

/* ---- for the routes that begin one ---- */

struct same {
    struct str kind, subject;
    int64_t number;
};

static enum err same_find(void *data, const struct job *job, struct fail *why)
{
    struct same *same = data;
    (void)why;
    if (str_equal(job->kind, same->kind) && str_equal(job->subject, same->subject))
        same->number = job->number;
    return OK;
}

/* The job of this kind and subject that waits or runs; 0: none does. */
static enum err job_same(struct call *call, struct str kind, struct str subject, int64_t *number,
                         struct fail *why)
{
    struct same same = {kind, subject, 0};
    enum err e = jobs_each_open(call->content, same_find, &same, why);
    *number = same.number;
    return e;
}

enum err call_job(struct call *call, const struct job *wanted, bool is_once, struct fail *why)
{
    struct json_writer w;
    struct job job = *wanted;
    int64_t number = 0;
    enum err e = job_same(call, job.kind, job.subject, &number, why);
    if (e)
        return e;
    if (number && is_once)
        return fail(why, ERR_REFUSED, "job %lld does the same and has not ended; cancel it first",
                    (long long)number);
    if (job.wanted_at_us == 0)
        job.wanted_at_us = clock_now_us();
    job.author = str_of(call->name);
    if (!number)
        e = jobs_add(call->content, &job, &number, why);
    if (e)
        return e;
    call_detail(call, "job %lld %.*s %.*s", (long long)number, STR_ARG(job.kind),
                STR_ARG(str_slice(job.subject, 0, 40)));
    jobs_wake(call->site->jobs);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_int(&w, "job", number);
    json_end(&w, '}');
    return OK;
}

/* ---- cancelling ---- */

struct cancelling {
    struct str name;
    enum staff_role role;
    bool may;
};

/* One's own; what makes releases is a reviewer's too, what looks after the bot an
 * administrator's. */
static enum err cancel_may(void *data, const struct job *job, struct fail *why)
{
    struct cancelling *c = data;
    bool is_upkeep = str_equal(job->kind, STR("backup")) || str_equal(job->kind, STR("retire")) ||
                     str_equal(job->kind, STR("audit"));
    (void)why;
    c->may = str_equal(job->author, c->name) || c->role == STAFF_LEAD ||
             (!is_upkeep && c->role == STAFF_REVIEWER) ||
             (is_upkeep && c->role == STAFF_ADMINISTRATOR);
    return OK;
}

enum err jobs_cancel_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"number"};
    struct cancelling c = {.name = str_of(call->name), .role = call->role};
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->json, "number");
    struct json_writer w;
    bool is_running = false;
    enum err e = call_fields(call, keys, 1, why);
    if (e)
        return e;
    if (!cJSON_IsNumber(item) || item->valuedouble < 1 || item->valuedouble > INT32_MAX)
        return fail(why, ERR_INPUT, "number: the number of a job is expected");
    int64_t number = (int64_t)item->valuedouble;
    e = jobs_find(call->content, number, cancel_may, &c, why);
    if (!e && !c.may)
        return fail(why, ERR_REFUSED, "this is somebody else's; they or a lead may cancel it");
    if (!e)
        e = jobs_cancel(call->content, number, &is_running, why);
    if (e)
        return e;
    call_detail(call, "job %lld", (long long)number);
    if (is_running)
        jobs_stop(call->site->jobs, number);
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_text(&w, "state", is_running ? "cancelling" : "cancelled");
    json_end(&w, '}');
    return OK;
}
