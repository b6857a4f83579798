/* The routes /api/publish: from what reviewers have approved to what customers are told. Everything
 * that makes a release or makes one answer is a job (server/jobs.c); here it is asked for, and
 * shown. */
#include "base/arena.h"
#include "responses/jobs.h"
#include "responses/release.h"
#include "responses/reviews.h"
#include "server/handlers.h"
#include "server/http.h"
#include "server/staff_content.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { HISTORY_MOST = 100, REVIEWS_MOST = 200, PATH_BYTES = 4096, RELEASES_MOST = 30 };

static const int64_t us_per_second = (int64_t)1000 * 1000,
                     year_us = (int64_t)366 * 24 * 3600 * 1000 * 1000;

static int64_t written_us(const struct stat *status)
{
    return (int64_t)status->st_mtim.tv_sec * us_per_second + status->st_mtim.tv_nsec / 1000;
}

/* ---- what waits to be published ---- */

/* From when on changes are not in the release: when the training that made it began, or, of one
 * that no job has made, when it was written. 0: there is no such release. */
static enum err release_since(struct call *call, int release, int64_t *out_us, struct fail *why)
{
    char name[64], path[PATH_BYTES];
    struct stat status;
    *out_us = 0;
    if (release == 0)
        return OK;
    enum err e = jobs_trained_at(call->content, release, out_us, why);
    (void)snprintf(name, sizeof(name), "releases/%06d/MANIFEST", release);
    if (!e)
        e = file_path(path, sizeof(path), call->bot_folder, name, why);
    if (!e && *out_us == 0 && stat(path, &status) == 0)
        *out_us = written_us(&status);
    return e;
}

struct changes {
    struct json_writer *w;
    int64_t since_us;
};

static enum err change_add(void *data, const struct review *review, struct fail *why)
{
    struct changes *changes = data;
    struct json_writer *w = changes->w;
    if (review->decided_at_us < changes->since_us)
        return OK;
    json_object(w, NULL);
    json_put_int(w, "number", review->number);
    json_put_str(w, "title", review->title);
    json_put_str(w, "author", review->author);
    json_put_str(w, "decided_by", review->decided_by);
    staff_time_put(w, "decided_at", review->decided_at_us);
    json_put_int(w, "rows", (int64_t)review->rows);
    json_end(w, '}');
    return buf_error(w->out, "the changes", why);
}

static enum err changes_put(struct call *call, struct json_writer *w, int active, struct fail *why)
{
    struct changes changes = {.w = w};
    int64_t changed_us = 0;
    size_t total = 0;
    enum err e = release_since(call, active, &changes.since_us, why);
    if (!e)
        e = content_changed_at(call->content, &changed_us, why);
    if (e)
        return e;
    json_object(w, "changes");
    staff_time_put(w, "since", changes.since_us);
    staff_time_put(w, "changed_at", changed_us);
    json_put_bool(w, "has_changed", changed_us >= changes.since_us && changed_us > 0);
    json_array(w, "reviews");
    e = reviews_each(call->content, REVIEW_APPROVED, 0, REVIEWS_MOST, &total, change_add, &changes,
                     why);
    json_end(w, ']');
    json_end(w, '}');
    return e;
}

/* ---- releases and their history ---- */

struct history {
    struct json_writer *w;
    size_t count, skipped;
};

static enum err note_count(void *data, const struct release_note *note, struct fail *why)
{
    struct history *history = data;
    (void)note;
    (void)why;
    history->count++;
    return OK;
}

/* Notes come oldest first; the page turns them round. */
static enum err note_add(void *data, const struct release_note *note, struct fail *why)
{
    struct history *history = data;
    struct json_writer *w = history->w;
    if (history->count - history->skipped > HISTORY_MOST) {
        history->skipped++;
        return OK;
    }
    json_object(w, NULL);
    json_put_int(w, "release", note->release);
    json_put_str(w, "event", note->event);
    json_put_str(w, "author", note->author);
    json_put_str(w, "reason", note->reason);
    staff_time_put(w, "at", note->at_us);
    json_end(w, '}');
    return buf_error(w->out, "the history", why);
}

static enum err history_put(struct call *call, struct json_writer *w, struct fail *why)
{
    struct history history = {.w = w};
    enum err e = content_each_release_note(call->content, note_count, &history, why);
    if (e)
        return e;
    json_array(w, "history");
    e = content_each_release_note(call->content, note_add, &history, why);
    json_end(w, ']');
    return e;
}

static void releases_put(struct call *call, struct json_writer *w, const int *numbers, size_t count)
{
    char hash[HASH_HEX_BYTES], name[64], path[PATH_BYTES];
    struct stat status;
    json_array(w, "releases");
    for (size_t i = count; i > 0 && i + RELEASES_MOST > count; i--) {
        if (release_hash(call->bot_folder, numbers[i - 1], hash, NULL))
            continue; /* pruned meanwhile, or damaged: not one to make active */
        (void)snprintf(name, sizeof(name), "releases/%06d/MANIFEST", numbers[i - 1]);
        bool has_time = !file_path(path, sizeof(path), call->bot_folder, name, NULL) &&
                        stat(path, &status) == 0;
        json_object(w, NULL);
        json_put_int(w, "number", numbers[i - 1]);
        json_put_text(w, "hash", hash);
        staff_time_put(w, "at", has_time ? written_us(&status) : 0);
        json_end(w, '}');
    }
    json_end(w, ']');
}

/* ---- jobs ---- */

static bool is_publishing(const struct job *job)
{
    static const char *const kinds[] = {"train",    "publish",  "gate",
                                        "activate", "override", "rollback"};
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (str_equal(job->kind, str_of(kinds[i])))
            return true;
    return false;
}

static enum err publishing_add(void *data, const struct job *job, struct fail *why)
{
    return is_publishing(job) ? job_add_to(data, job, why) : OK;
}

static enum err gate_put(void *data, const struct job *job, struct fail *why)
{
    struct json_writer *w = data;
    job_print(w, "gate", job);
    return buf_error(w->out, "the gate", why);
}

static enum err newest_put(struct call *call, struct json_writer *w, int newest, struct fail *why)
{
    enum err e = newest ? jobs_find_gate(call->content, newest, gate_put, w, why) : ERR_MISSING;
    if (e == ERR_MISSING)
        json_put_null(w, "gate");
    return e == ERR_MISSING ? OK : e;
}

static enum err publish_put(struct call *call, struct json_writer *w, int newest, struct fail *why)
{
    int active = 0, before = 0;
    enum err e = release_current(call->bot_folder, &active, &before, why);
    if (e)
        return e;
    json_put_int(w, "active", active);
    json_put_int(w, "before", before);
    json_put_int(w, "newest", newest);
    json_put_int(w, "serving", service_counts(call->site->service).release);
    e = changes_put(call, w, active, why);
    if (!e)
        e = newest_put(call, w, newest, why);
    if (!e) {
        json_array(w, "jobs");
        e = jobs_each_open(call->content, publishing_add, w, why);
        json_end(w, ']');
    }
    if (!e) {
        json_array(w, "last");
        e = jobs_each(call->content, STR("publish"), STR_NONE, 1, job_add_to, w, why);
        json_end(w, ']');
    }
    return e ? e : history_put(call, w, why);
}

enum err publish_get(struct call *call, struct fail *why)
{
    struct json_writer w;
    int newest = 0, active = 0;
    size_t count = 0;
    int *numbers = NULL;
    enum err e = release_newest(call->bot_folder, &newest, why);
    if (e == ERR_MISSING)
        e = OK; /* a bot that has none yet */
    if (!e && newest > 0) {
        numbers = mem_take((size_t)newest, sizeof(*numbers));
        e = numbers ? release_list(call->bot_folder, numbers, (size_t)newest, &count, &active, why)
                    : fail_memory(why);
    }
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    if (!e)
        e = publish_put(call, &w, newest, why);
    if (!e)
        releases_put(call, &w, numbers, count);
    json_end(&w, '}');
    mem_give(numbers);
    return e;
}

/* ---- asking for it ---- */

/* {"at"}: now without it. */
static enum err at_read(const struct call *call, int64_t *out_us, struct fail *why)
{
    struct str at = STR_NONE;
    int64_t now_us = clock_now_us();
    *out_us = 0;
    enum err e = json_optional_text(call->json, "at", &at, why);
    if (e || at.n == 0)
        return e;
    if (!clock_parse_us(at, out_us))
        return fail(why, ERR_INPUT, "at: a moment such as 2026-03-01T09:00:00Z is expected");
    if (*out_us < now_us - 60 * us_per_second || *out_us > now_us + year_us)
        return fail(why, ERR_INPUT, "at: a moment from now on and within a year is expected");
    return OK;
}

enum err publish_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"at", "reason"};
    struct job job = {.kind = STR("publish")};
    enum err e = call_fields(call, keys, 2, why);
    if (!e)
        e = at_read(call, &job.wanted_at_us, why);
    if (!e)
        e = json_optional_text(call->json, "reason", &job.reason, why);
    return e ? e : call_job(call, &job, true, why);
}

enum err publish_train_post(struct call *call, struct fail *why)
{
    const struct job job = {.kind = STR("train")};
    enum err e = call_fields(call, NULL, 0, why);
    return e ? e : call_job(call, &job, true, why);
}

/* {"release"}, one that is there. */
static enum err release_read(const struct call *call, char text[24], struct fail *why)
{
    char hash[HASH_HEX_BYTES];
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->json, "release");
    double number = cJSON_IsNumber(item) ? item->valuedouble : 0;
    if (number < 1 || number > INT32_MAX || number != (double)(int)number)
        return fail(why, ERR_INPUT, "release: the number of a release is expected");
    (void)snprintf(text, 24, "%d", (int)number);
    return release_hash(call->bot_folder, (int)number, hash, why);
}

enum err publish_gate_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"release"};
    char release[24];
    struct job job = {.kind = STR("gate")};
    enum err e = call_fields(call, keys, 1, why);
    if (!e)
        e = release_read(call, release, why);
    job.subject = str_of(e ? "" : release);
    return e ? e : call_job(call, &job, false, why);
}

enum err publish_activate_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"release"};
    char release[24];
    struct job job = {.kind = STR("activate")};
    enum err e = call_fields(call, keys, 1, why);
    if (!e)
        e = release_read(call, release, why);
    job.subject = str_of(e ? "" : release);
    return e ? e : call_job(call, &job, true, why);
}

enum err publish_override_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"release", "reason"};
    char release[24];
    struct job job = {.kind = STR("override")};
    enum err e = call_fields(call, keys, 2, why);
    if (!e)
        e = release_read(call, release, why);
    if (!e)
        e = json_text(call->json, "reason", &job.reason, why);
    job.reason = str_trim(job.reason);
    if (!e && job.reason.n == 0)
        e = fail(why, ERR_INPUT, "reason: words that will be understood in a year are expected");
    job.subject = str_of(e ? "" : release);
    return e ? e : call_job(call, &job, true, why);
}

/* To the release that was active before. {"release"}, when given, must be that one: what somebody
 * has read on a page that is no longer so is not done. */
enum err publish_rollback_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"release"};
    char number[24];
    int active = 0, before = 0;
    struct job job = {.kind = STR("rollback")};
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->json, "release");
    enum err e = call_fields(call, keys, 1, why);
    if (!e && item && !cJSON_IsNumber(item))
        e = fail(why, ERR_INPUT, "release: the number of a release is expected");
    if (!e)
        e = release_current(call->bot_folder, &active, &before, why);
    if (!e && before == 0)
        e = fail(why, ERR_REFUSED, "no other release was active before this one");
    if (!e && item && item->valuedouble != (double)before)
        e = fail(why, ERR_REFUSED, "the release before this one is %d by now; look again", before);
    (void)snprintf(number, sizeof(number), "%d", before);
    job.subject = str_of(number);
    return e ? e : call_job(call, &job, true, why);
}

/* ---- the trial of a review ---- */

static enum err review_is(void *data, const struct review *review, struct fail *why)
{
    (void)data;
    return review->state == REVIEW_OPEN
               ? OK
               : fail(why, ERR_REFUSED, "this review is decided: there is nothing to try any more");
}

enum err review_trial_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"review"};
    char number[24];
    struct job job = {.kind = STR("trial")};
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(call->json, "review");
    enum err e = call_fields(call, keys, 1, why);
    if (e)
        return e;
    if (!cJSON_IsNumber(item) || item->valuedouble < 1 || item->valuedouble > INT32_MAX ||
        item->valuedouble != (double)(int)item->valuedouble)
        return fail(why, ERR_INPUT, "review: the number of a review is expected");
    (void)snprintf(number, sizeof(number), "%d", (int)item->valuedouble);
    job.subject = str_of(number);
    e = review_find(call->content, (int64_t)item->valuedouble, review_is, NULL, why);
    return e ? e : call_job(call, &job, false, why);
}
