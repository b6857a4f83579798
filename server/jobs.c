/* Running jobs. Each of two threads, one for what is quick, looks for a row whose moment has come,
 * marks it as running, and runs the commands of its kind one after another, each a child
 * (server/beside.h). The row is what is true: a child that is gone with its server leaves a row
 * that the next server finds running and marks as failed, and everything that the commands
 * themselves make is whole or not there. */
#include "server/jobs.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/log.h"
#include "responses/jobs.h"
#include "server/beside.h"
#include "server/job_commands.h"
#include "training/trial.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    JOB_LANES = 2,
    LOOK_MS = 200,
    PROGRESS_MS = 1000, /* how often progress is written down: a commit each */
    GRACE_MS = 10000,   /* from the request to end to the order */
    FORGET_DAYS = 7,    /* results that hold what customers said */
    ARENA_BYTES = 1024 * 1024,
    LINE_BYTES = 4096,
    MS = 1000 * 1000,
};
static const int64_t us_per_ms = 1000, us_per_day = (int64_t)24 * 3600 * 1000 * 1000;

struct lane {
    struct jobs *jobs;
    bool is_quick;
    pthread_t thread;
    bool has_thread;
    struct content *content; /* the thread's own */
    struct arena *arena;     /* of one job */
    int64_t running;         /* its number; 0: none. Under the lock */
    bool must_stop;          /* under the lock */
};

struct jobs {
    char *folder, *place; /* the bot's, and BOT/jobs in it */
    const struct config *config;
    void (*released)(void *data);
    void *data;
    pthread_mutex_t lock;
    pthread_cond_t wakes;
    bool ends;
    bool is_ours; /* BOT/jobs/lock is held, and what was left is cleared away */
    int lock_fd;
    struct lane lanes[JOB_LANES];
};

/* One job under way; the texts are the lane's arena's. */
struct run {
    struct lane *lane;
    const struct job_kind *kind;
    int64_t number;
    struct str subject, author, reason;
    struct str made; /* the number of the release that a training has made */
    int step, steps;
    struct buf result, line, written;
    int64_t written_us;
    struct fail sentence;
    bool is_stopped; /* somebody has asked for its end */
};

static enum err command_start(struct run *run, struct beside *child, struct fail *why)
{
    const struct jobs *jobs = run->lane->jobs;
    const char *words[JOB_WORDS] = {NULL};
    const struct job_command command = {.kind = run->kind,
                                        .step = run->kind->steps[run->step],
                                        .number = run->number,
                                        .folder = jobs->folder,
                                        .config = jobs->config,
                                        .subject = run->subject,
                                        .author = run->author,
                                        .reason = run->reason,
                                        .made = run->made};
    enum err e = job_command_words(&command, run->lane->arena, words, why);
    return e ? e : beside_start(child, jobs->place, run->number, words, why);
}

/* ---- while it runs ---- */

static bool is_told_to_stop(struct lane *lane)
{
    (void)pthread_mutex_lock(&lane->jobs->lock);
    bool stops = lane->must_stop || lane->jobs->ends;
    (void)pthread_mutex_unlock(&lane->jobs->lock);
    return stops;
}

static void rest(struct jobs *jobs, int ms)
{
    struct timespec until;
    (void)clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_nsec += (long)ms * MS;
    until.tv_sec += until.tv_nsec / (1000L * MS);
    until.tv_nsec %= 1000L * MS;
    (void)pthread_mutex_lock(&jobs->lock);
    if (!jobs->ends)
        (void)pthread_cond_timedwait(&jobs->wakes, &jobs->lock, &until);
    (void)pthread_mutex_unlock(&jobs->lock);
}

/* That it cannot be written down is no reason to stop. */
static void progress_write(struct run *run)
{
    cJSON *line = NULL;
    struct json_writer w;
    int64_t now = clock_monotonic_us();
    if (run->line.n == 0 || now - run->written_us < PROGRESS_MS * us_per_ms)
        return;
    if (json_parse(str_from_buf(&run->line), "progress", &line, NULL))
        return;
    const cJSON *done = cJSON_GetObjectItemCaseSensitive(line, "done");
    const cJSON *total = cJSON_GetObjectItemCaseSensitive(line, "total");
    struct str what = STR_NONE;
    if (!json_text(line, "what", &what, NULL) && cJSON_IsNumber(done) && cJSON_IsNumber(total)) {
        buf_clear(&run->written);
        json_begin(&w, &run->written);
        json_object(&w, NULL);
        json_put_int(&w, "step", run->step + 1);
        json_put_int(&w, "steps", run->steps);
        json_put_str(&w, "what", what);
        json_put_double(&w, "done", done->valuedouble, 0);
        json_put_double(&w, "total", total->valuedouble, 0);
        json_end(&w, '}');
        (void)!jobs_progress(run->lane->content, run->number, str_from_buf(&run->written), NULL);
    }
    run->written_us = now;
    buf_clear(&run->line);
    cJSON_Delete(line);
}

static int child_wait(struct run *run, struct beside *child)
{
    int64_t asked_us = 0;
    int status = 0;
    while (!beside_ended(child, &status)) {
        bool stops = is_told_to_stop(run->lane);
        run->is_stopped |= stops;
        int64_t now = clock_monotonic_us();
        if (stops && asked_us == 0) {
            asked_us = now;
            beside_stop(child, false);
        } else if (stops && now - asked_us > GRACE_MS * us_per_ms) {
            beside_stop(child, true);
        }
        if (beside_progress(child, &run->line) || run->line.n > 0)
            progress_write(run);
        if (stops) {
            const struct timespec moment = {.tv_nsec = 20L * MS};
            (void)nanosleep(&moment, NULL); /* the condition would be true at once */
        } else {
            rest(run->lane->jobs, LOOK_MS);
        }
    }
    return status;
}

/* The number of the release that a training has made. */
static enum err made_read(struct run *run, struct fail *why)
{
    cJSON *json = NULL;
    char text[24];
    enum err e = json_parse(str_from_buf(&run->result), "the training", &json, why);
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(json, "number");
    if (!e && (!cJSON_IsNumber(number) || number->valuedouble < 1))
        e = fail(why, ERR_SYSTEM, "the training does not say which release it made");
    if (!e) {
        (void)snprintf(text, sizeof(text), "%.0f", number->valuedouble);
        run->made = arena_copy(run->lane->arena, str_of(text));
        e = run->made.p ? OK : fail_memory(why);
    }
    cJSON_Delete(json);
    return e;
}

/* Status 1 of these is what was asked, not a failure. */
static bool may_say_no(enum job_step step)
{
    return step == STEP_GATE || step == STEP_CHECK || step == STEP_REPLAY || step == STEP_AUDIT;
}

static enum err step_run(struct run *run, struct fail *why)
{
    struct beside child;
    const enum job_step step = run->kind->steps[run->step];
    enum err e = command_start(run, &child, why);
    if (e)
        return e;
    int status = child_wait(run, &child);
    e = beside_finish(&child, &run->result, &run->sentence, why);
    if (step == STEP_TRIAL)
        trials_clear(run->lane->jobs->folder); /* of one that was killed */
    if (e)
        return e;
    bool is_done = WIFEXITED(status) && WEXITSTATUS(status) <= may_say_no(step);
    if (step == STEP_TRAIN && run->result.n > 0 && WIFEXITED(status)) {
        e = made_read(run, is_done ? why : NULL);
        if (e && is_done)
            return e;
    }
    if (!is_done && run->is_stopped)
        return fail(why, ERR_BUSY, "stopped");
    if (!is_done && WIFSIGNALED(status))
        return fail(why, ERR_SYSTEM, "it was ended by signal %d", WTERMSIG(status));
    if (!is_done)
        return fail(why, ERR_REFUSED, "%s",
                    run->sentence.text[0] ? run->sentence.text : "it failed and did not say why");
    return OK;
}

/* ---- a job from beginning to end ---- */

static enum err steps_run(struct run *run, struct fail *why)
{
    enum err e = OK;
    while (run->steps < JOB_STEPS && run->kind->steps[run->steps])
        run->steps++;
    for (run->step = 0; run->step < run->steps && !e; run->step++) {
        if (is_told_to_stop(run->lane)) {
            run->is_stopped = true;
            return fail(why, ERR_BUSY, "stopped");
        }
        e = step_run(run, why);
    }
    return e;
}

/* Written down whatever happens: without it the job would seem to run for ever. */
static void run_end(struct run *run, enum err e, const struct fail *why)
{
    struct jobs *jobs = run->lane->jobs;
    struct json_writer w;
    (void)pthread_mutex_lock(&jobs->lock);
    bool ends = jobs->ends;
    (void)pthread_mutex_unlock(&jobs->lock);
    const enum job_state state = !e                         ? JOB_DONE
                                 : run->is_stopped && !ends ? JOB_CANCELLED
                                                            : JOB_FAILED;
    buf_clear(&run->written);
    json_begin(&w, &run->written);
    json_object(&w, NULL);
    if (state == JOB_FAILED)
        json_put_text(&w, "why", run->is_stopped ? "stopped with the server" : why->text);
    json_end(&w, '}');
    while (jobs_end(run->lane->content, run->number, state, run->made, str_from_buf(&run->written),
                    str_from_buf(&run->result), NULL)) {
        if (is_told_to_stop(run->lane))
            return; /* the next server finds it running */
        rest(jobs, LOOK_MS);
    }
}

static void run_job(struct lane *lane, struct run *run)
{
    struct jobs *jobs = lane->jobs;
    struct fail why = {.text = ""};
    buf_init(&run->result, BESIDE_RESULT_BYTES);
    buf_init(&run->line, LINE_BYTES);
    buf_init(&run->written, LINE_BYTES);
    (void)pthread_mutex_lock(&jobs->lock);
    lane->running = run->number;
    lane->must_stop = false;
    (void)pthread_mutex_unlock(&jobs->lock);
    if (!jobs_begin(lane->content, run->number, &why)) {
        enum err e = run->kind ? steps_run(run, &why)
                               : fail(&why, ERR_INPUT, "there is no such kind of job");
        if (run->kind && run->kind->releases)
            jobs->released(jobs->data);
        run_end(run, e, &why);
    }
    (void)pthread_mutex_lock(&jobs->lock);
    lane->running = 0;
    (void)pthread_mutex_unlock(&jobs->lock);
    buf_free(&run->result);
    buf_free(&run->line);
    buf_free(&run->written);
}

static enum err run_take(void *data, const struct job *job, struct fail *why)
{
    struct run *run = data;
    struct arena *arena = run->lane->arena;
    run->number = job->number;
    run->kind = job_kind_find(job->kind);
    run->subject = arena_copy(arena, job->subject);
    run->author = arena_copy(arena, job->author);
    run->reason = arena_copy(arena, job->reason);
    return run->subject.p && run->author.p && run->reason.p ? OK : fail_memory(why);
}

static void lane_look(struct lane *lane)
{
    struct run run = {.lane = lane};
    arena_reset(lane->arena);
    enum err e = jobs_next(lane->content, lane->is_quick, clock_now_us(), run_take, &run, NULL);
    if (!e && run.number)
        run_job(lane, &run);
}

/* ---- the threads ---- */

static enum err leftover_remove(void *data, const char *name, struct fail *why)
{
    char path[BESIDE_PATH_BYTES];
    struct stat status;
    (void)why;
    if (!file_path(path, sizeof(path), data, name, NULL) && strcmp(name, "lock") != 0 &&
        lstat(path, &status) == 0 && S_ISREG(status.st_mode))
        (void)unlink(path);
    return OK;
}

/* Once: the lock, and then what the last server left. */
static bool place_take(struct jobs *jobs, struct lane *lane)
{
    char path[BESIDE_PATH_BYTES];
    size_t count = 0;
    if (jobs->lock_fd < 0) {
        (void)mkdir(jobs->place, 0700);
        if (file_path(path, sizeof(path), jobs->place, "lock", NULL) ||
            file_lock(path, &jobs->lock_fd, NULL))
            return false;
        (void)!folder_list(jobs->place, leftover_remove, jobs->place, NULL);
        trials_clear(jobs->folder);
    }
    return !jobs_recover(lane->content, &count, NULL) &&
           !jobs_forget(lane->content, clock_now_us() - FORGET_DAYS * us_per_day, NULL);
}

static bool lane_is_ready(struct lane *lane)
{
    struct jobs *jobs = lane->jobs;
    if (!lane->content && content_open(jobs->folder, true, &lane->content, NULL))
        lane->content = NULL;
    if (!lane->content)
        return false;
    (void)pthread_mutex_lock(&jobs->lock);
    if (!jobs->is_ours)
        jobs->is_ours = place_take(jobs, lane);
    bool is_ours = jobs->is_ours;
    (void)pthread_mutex_unlock(&jobs->lock);
    return is_ours;
}

static void *lane_main(void *data)
{
    struct lane *lane = data;
    struct jobs *jobs = lane->jobs;
    for (;;) {
        (void)pthread_mutex_lock(&jobs->lock);
        bool ends = jobs->ends;
        (void)pthread_mutex_unlock(&jobs->lock);
        if (ends)
            break;
        if (lane_is_ready(lane))
            lane_look(lane);
        rest(jobs, LOOK_MS);
    }
    content_close(lane->content);
    return NULL;
}

void jobs_wake(struct jobs *jobs)
{
    (void)pthread_mutex_lock(&jobs->lock);
    (void)pthread_cond_broadcast(&jobs->wakes);
    (void)pthread_mutex_unlock(&jobs->lock);
}

void jobs_stop(struct jobs *jobs, int64_t number)
{
    (void)pthread_mutex_lock(&jobs->lock);
    for (size_t i = 0; i < JOB_LANES; i++)
        if (jobs->lanes[i].running == number)
            jobs->lanes[i].must_stop = true;
    (void)pthread_cond_broadcast(&jobs->wakes);
    (void)pthread_mutex_unlock(&jobs->lock);
}

/* ---- open and close ---- */

static enum err lane_open(struct lane *lane, struct jobs *jobs, bool is_quick, struct fail *why)
{
    lane->jobs = jobs;
    lane->is_quick = is_quick;
    lane->arena = arena_open(LINE_BYTES, ARENA_BYTES);
    if (!lane->arena)
        return fail_memory(why);
    int number = pthread_create(&lane->thread, NULL, lane_main, lane);
    lane->has_thread = number == 0;
    return number ? fail_errno(why, ERR_SYSTEM, number, "a thread cannot start") : OK;
}

enum err jobs_open(const char *bot_folder, const struct config *config,
                   void (*released)(void *data), void *data, struct jobs **out, struct fail *why)
{
    pthread_condattr_t attributes;
    char place[BESIDE_PATH_BYTES];
    struct jobs *jobs = mem_take(1, sizeof(*jobs));
    if (!jobs)
        return fail_memory(why);
    (void)pthread_mutex_init(&jobs->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&jobs->wakes, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    jobs->config = config;
    jobs->released = released;
    jobs->data = data;
    jobs->lock_fd = -1;
    enum err e = file_path(place, sizeof(place), bot_folder, "jobs", why);
    if (!e) {
        jobs->folder = mem_copy(str_of(bot_folder));
        jobs->place = mem_copy(str_of(place));
        e = jobs->folder && jobs->place ? OK : fail_memory(why);
    }
    for (size_t i = 0; i < JOB_LANES && !e; i++)
        e = lane_open(&jobs->lanes[i], jobs, i == 1, why);
    if (e)
        jobs_close(jobs);
    else
        *out = jobs;
    return e;
}

void jobs_close(struct jobs *jobs)
{
    if (!jobs)
        return;
    (void)pthread_mutex_lock(&jobs->lock);
    jobs->ends = true;
    (void)pthread_cond_broadcast(&jobs->wakes);
    (void)pthread_mutex_unlock(&jobs->lock);
    for (size_t i = 0; i < JOB_LANES; i++) {
        if (jobs->lanes[i].has_thread)
            (void)pthread_join(jobs->lanes[i].thread, NULL);
        arena_close(jobs->lanes[i].arena);
    }
    if (jobs->lock_fd >= 0)
        file_unlock(jobs->lock_fd);
    (void)pthread_cond_destroy(&jobs->wakes);
    (void)pthread_mutex_destroy(&jobs->lock);
    mem_give(jobs->folder);
    mem_give(jobs->place);
    mem_give(jobs);
}
