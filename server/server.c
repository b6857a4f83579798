/* The threads of a server and what each waits for:
 *
 *   workers, one a core   libmicrohttpd's epoll; nothing else (server/http.c)
 *   the journal's         the disk (bot/journal_writer.c)
 *   the model client's    models, one to all (fallback/provider.h)
 *   late replies'         second halves of turns, posts to Kakao (server/callbacks.c)
 *   the door              new connections, dealt to the workers in turn
 *   the watch             the release: opened here when BOT/current changes, then swapped; agents
 *                         who have gone (server/claims.c); a clock that was moved
 *   the desk's            passwords and sessions (server/desk.c)
 *   the office's, two     what staff read and change (server/office.c)
 *   the jobs', two        children beside the server: trainings, checks … (server/jobs.c)
 *   main                  signals; a few times a second it cuts what is too old
 *
 * Stopping has an order. The door closes; replies then close their connections, for long enough
 * that a proxy has noticed; then nothing is begun any more and what is in flight ends; only then
 * the daemons stop, since libmicrohttpd aborts when a suspended connection is left, and last the
 * journal's writer, which commits what has queued. */
#include "server/server.h"

#include "base/arena.h"
#include "base/files.h"
#include "base/log.h"
#include "bot/tally.h"
#include "server/backups.h"
#include "server/callbacks.h"
#include "server/chat.h"
#include "server/chatwoot.h"
#include "server/claims.h"
#include "server/http.h"
#include "server/jobs.h"
#include "server/listen.h"
#include "server/stream.h"
#include "store/db.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>
#include <sodium.h>

enum {
    PEM_BYTES = 256 * 1024,
    PATH_BYTES = 4096,
    TICK_MS = 250,
    WATCH_MS = 1000,  /* how often BOT/current is looked at */
    LINGER_MS = 300,  /* draining: connections may still bring a request this long */
    DRAIN_MS = 15000, /* longer than any request may take */
    MS = 1000 * 1000, /* nanoseconds */
    CLOCK_JUMP_S = 5, /* between two looks: no drift is so fast */
};

static const int64_t us_per_ms = 1000, us_per_s = 1000000;

struct server {
    struct site site;
    struct listener listener;
    struct claims *claims;
    struct worker *workers[LIMIT_THREADS];
    char *address_header;
    int lock_fd;      /* of BOT/serve.lock */
    int door_pipe[2]; /* closing its writing end ends the door */
    pthread_t door, watch;
    bool has_door, has_watch;
    pthread_mutex_t lock; /* of the next four */
    pthread_cond_t watch_wakes;
    bool watch_ends, must_reload, must_look;
};

bool server_has_tls(const struct server *server)
{
    return server->site.certificate.n > 0;
}

const char *server_address(const struct server *server)
{
    return server->listener.shown;
}

int server_release(const struct server *server, char hash[65])
{
    struct service_counts counts = service_counts(server->site.service);
    memcpy(hash, counts.hash, sizeof(counts.hash));
    return counts.release;
}

const char *server_first_code(const struct server *server)
{
    return desk_first_code(server->site.desk);
}

/* ---- The door ---- */

static void *door_run(void *data)
{
    struct server *server = data;
    struct pollfd waits[2] = {{.fd = server->listener.fd, .events = POLLIN},
                              {.fd = server->door_pipe[0], .events = POLLIN}};
    size_t next = 0;
    for (;;) {
        struct sockaddr_storage address;
        socklen_t size = sizeof(address);
        if (poll(waits, 2, -1) < 0 && errno != EINTR)
            break;
        if (waits[1].revents)
            break;
        int fd = accept(server->listener.fd, (struct sockaddr *)&address, &size);
        if (fd >= 0)
            worker_connect(server->workers[next++ % server->site.worker_count], fd,
                           (struct sockaddr *)&address, size);
        else if (errno == EMFILE || errno == ENFILE)
            (void)poll(&waits[1], 1, TICK_MS); /* not in a busy loop until one is free */
    }
    return NULL;
}

/* ---- The watch ---- */

static void reload(struct server *server, int *failed)
{
    struct fail why = {.text = ""};
    char hash[HASH_HEX_BYTES];
    bool is_new = false;
    enum err e = service_reload(server->site.service, &is_new, &why);
    if (is_new) {
        int number = server_release(server, hash);
        log_line(LOG_INFO, LOG_RELEASE_LOADED, "\"release\":%d,\"hash\":\"%s\"", number, hash);
    }
    if (e && !*failed) { /* once, not every second */
        struct buf text;
        buf_init(&text, (size_t)4 * FAIL_TEXT_BYTES);
        json_add_string(&text, str_of(why.text));
        log_line(LOG_ERROR, LOG_RELEASE_FAILED, "\"why\":%.*s", STR_ARG(str_from_buf(&text)));
        buf_free(&text);
    }
    *failed = e != OK;
}

/* Only when told to: a file that is half written is nobody's wish. */
static void keys_reload(struct server *server)
{
    struct fail why = {.text = ""};
    struct buf text;
    enum err e = access_reload(server->site.access, &why);
    buf_init(&text, (size_t)4 * FAIL_TEXT_BYTES);
    json_add_string(&text, str_of(why.text));
    log_line(e ? LOG_ERROR : LOG_INFO, e ? LOG_KEYS_FAILED : LOG_KEYS_LOADED, "%s%.*s",
             e ? "\"why\":" : "", e ? (int)text.n : 0, text.p ? text.p : "");
    buf_free(&text);
}

/* What is measured on the wall clock is told when it was moved. A clock that is set right slowly
 * passes unnoticed, as it should. */
static void clock_look(struct server *server, int64_t *ahead_us)
{
    int64_t now_us = clock_now_us() - clock_monotonic_us(), moved_us = now_us - *ahead_us;
    *ahead_us = now_us;
    if (moved_us > -CLOCK_JUMP_S * us_per_s && moved_us < CLOCK_JUMP_S * us_per_s)
        return;
    log_line(LOG_WARN, LOG_CLOCK_MOVED, "\"seconds\":%lld", (long long)(moved_us / us_per_s));
    claims_rest(server->claims);
}

static void *watch_run(void *data)
{
    struct server *server = data;
    int64_t ahead_us = clock_now_us() - clock_monotonic_us();
    int failed = 0;
    (void)pthread_mutex_lock(&server->lock);
    while (!server->watch_ends) {
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += WATCH_MS / 1000;
        if (!server->must_reload && !server->must_look)
            (void)pthread_cond_timedwait(&server->watch_wakes, &server->lock, &until);
        bool was_told = server->must_reload;
        if (was_told)
            failed = 0;
        server->must_reload = server->must_look = false;
        (void)pthread_mutex_unlock(&server->lock);
        if (was_told)
            keys_reload(server);
        reload(server, &failed);
        clock_look(server, &ahead_us);
        claims_look(server->claims);
        (void)pthread_mutex_lock(&server->lock);
    }
    (void)pthread_mutex_unlock(&server->lock);
    return NULL;
}

static void watch_tell(struct server *server, bool ends)
{
    (void)pthread_mutex_lock(&server->lock);
    server->watch_ends = ends;
    server->must_reload = !ends;
    (void)pthread_cond_signal(&server->watch_wakes);
    (void)pthread_mutex_unlock(&server->lock);
}

/* In a jobs' thread: another release may be active, and nobody should wait for the next look. */
static void on_released(void *data)
{
    struct server *server = data;
    (void)pthread_mutex_lock(&server->lock);
    server->must_look = true;
    (void)pthread_cond_signal(&server->watch_wakes);
    (void)pthread_mutex_unlock(&server->lock);
}

/* ---- Open ---- */

static enum err thread_start(pthread_t *thread, bool *has, void *(*run)(void *data), void *data,
                             struct fail *why)
{
    int number = pthread_create(thread, NULL, run, data);
    *has = number == 0;
    return number ? fail_errno(why, ERR_SYSTEM, number, "a thread cannot start") : OK;
}

/* In the journal's thread, as soon as something has happened to a ticket. */
static void on_notice(void *data, struct str conversation)
{
    struct server *server = data;
    for (size_t i = 0; i < server->site.worker_count; i++)
        if (server->workers[i])
            streams_wake(server->workers[i], conversation);
    chatwoot_wake(server->site.chatwoot);
}

static enum err tls_read(struct site *site, const struct config *config, struct fail *why)
{
    struct stat status;
    struct str certificate = config_text(config, CONFIG_TLS_CERTIFICATE);
    struct str key = config_text(config, CONFIG_TLS_KEY);
    buf_init(&site->certificate, PEM_BYTES);
    buf_init(&site->key, PEM_BYTES);
    if ((certificate.n > 0) != (key.n > 0))
        return fail(why, ERR_USE, "tls_certificate and tls_key go together");
    if (certificate.n == 0)
        return OK;
    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES)
        return fail(why, ERR_USE, "tls_certificate: this libmicrohttpd has no TLS");
    enum err e = file_read(certificate.p, PEM_BYTES - 1, &site->certificate, why);
    if (!e)
        e = file_read(key.p, PEM_BYTES - 1, &site->key, why);
    if (!e && stat(key.p, &status) == 0 && (status.st_mode & S_IROTH))
        e = fail(why, ERR_USE, "%s: can be read by everybody: chmod o-rwx", key.p);
    if (!e && (site->certificate.n == 0 || site->key.n == 0))
        e = fail(why, ERR_INPUT, "tls_certificate, tls_key: a file is empty");
    return e;
}

/* A conversation's state is kept in memory between its turns, so two servers of one bot would each
 * go on from a turn that the other has left behind. */
static enum err lock_take(struct server *server, const char *bot_folder, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = file_path(path, sizeof(path), bot_folder, "serve.lock", why);
    if (!e)
        e = file_lock(path, &server->lock_fd, why);
    return e == ERR_BUSY ? fail(why, e, "%s: another server answers from this bot", bot_folder) : e;
}

static enum err site_open(struct server *server, const char *bot_folder,
                          const struct config *config, struct fail *why)
{
    struct site *site = &server->site;
    int64_t workers = config_int(config, CONFIG_WORKERS);
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (workers == 0)
        workers = cores < 1 ? 1 : cores > LIMIT_THREADS ? LIMIT_THREADS : cores;
    struct service_settings settings = {
        .handoff_channels = config_text(config, CONFIG_HANDOFF_CHANNELS),
        .noticed = on_notice,
        .noticed_data = server,
        .clerks = (int)workers,
        .conversations = (size_t)config_int(config, CONFIG_CONVERSATIONS),
        .queue = LIMIT_QUEUE,
        .replies_at_once = str_equal(config_text(config, CONFIG_JOURNAL), STR("async")),
        .answers_when_lost = str_equal(config_text(config, CONFIG_JOURNAL_FAILURE), STR("answer")),
    };
    site->config = config;
    site->worker_count = (size_t)workers;
    site->workers = server->workers;
    site->request_us = config_int(config, CONFIG_REQUEST_SECONDS) * 1000000;
    site->started_us = clock_monotonic_us();
    site->logs_access = str_equal(config_text(config, CONFIG_ACCESS_LOG), STR("yes"));
    if (config_text(config, CONFIG_ADDRESS_HEADER).n > 0)
        site->address_header = config_text(config, CONFIG_ADDRESS_HEADER).p;
    enum err e = tls_read(site, config, why);
    if (!e)
        e = lock_take(server, bot_folder, why);
    if (!e)
        e = access_open(config, &site->access, why);
    if (!e)
        e = models_open(bot_folder, config, &site->models, why);
    settings.models = site->models;
    site->model_us = site->models ? models_deadline_ms(site->models) * us_per_ms : 0;
    settings.clerks += site->models ? 1 : 0;
    if (!e)
        e = service_open(bot_folder, &settings, &site->service, why);
    if (!e && site->models)
        e = callbacks_open(site, (int)workers, &site->callbacks, why);
    if (!e)
        e = chat_open(config, &site->chat, why);
    if (!e)
        e = desk_open(bot_folder, &site->desk, why);
    if (!e)
        e = tallies_open((int)config_int(config, CONFIG_TIMEZONE_MINUTES), &site->tallies, why);
    if (!e)
        e = backups_open(bot_folder, &site->backups, why);
    if (!e)
        e = office_open(bot_folder, site, &site->office, why);
    return e ? e : chatwoot_open(bot_folder, config, &site->chatwoot, why);
}

static enum err door_open(struct server *server, const struct config *config, struct fail *why)
{
    struct site *site = &server->site;
    enum err e = listener_open(config_text(config, CONFIG_LISTEN), &server->listener, why);
    if (e)
        return e;
    site->is_local = server->listener.is_local;
    if (!site->is_local && !access_has_keys(site->access))
        return fail(why, ERR_USE,
                    "listen: %s can be reached from elsewhere, so keys_file must name a file of "
                    "keys",
                    server->listener.shown);
    site->is_local = site->is_local && !server->listener.path[0]; /* a socket file has no names */
    return OK;
}

static enum err workers_open(struct server *server, const struct config *config, struct fail *why)
{
    struct site *site = &server->site;
    size_t each = ((size_t)config_int(config, CONFIG_CONNECTIONS) + site->worker_count - 1) /
                  site->worker_count;
    enum err e = OK;
    for (size_t i = 0; i < site->worker_count && !e; i++) {
        e = worker_open(site, (int)i, each, &server->workers[i], why);
        if (!e)
            site->metrics[i] = &server->workers[i]->metrics;
    }
    return e;
}

enum err server_open(const char *bot_folder, const struct config *config, struct server **out,
                     struct fail *why)
{
    pthread_condattr_t attributes;
    struct server *server;
    mem_settle();
    db_bound_memory();
    server = mem_take(1, sizeof(*server));
    if (!server)
        return fail_memory(why);
    /* Random numbers from a stream of the thread's own: turn ids then cost no system call. */
    (void)randombytes_set_implementation(&randombytes_internal_implementation);
    server->lock_fd = server->listener.fd = server->door_pipe[0] = server->door_pipe[1] = -1;
    (void)pthread_mutex_init(&server->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&server->watch_wakes, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    enum err e = site_open(server, bot_folder, config, why);
    if (!e)
        e = door_open(server, config, why);
    if (!e)
        e = workers_open(server, config, why);
    if (!e && pipe(server->door_pipe) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "no pipe");
    if (!e)
        e = claims_open(server->site.service, config, &server->claims, why);
    if (!e)
        e = jobs_open(bot_folder, config, on_released, server, &server->site.jobs, why);
    if (!e)
        e = thread_start(&server->watch, &server->has_watch, watch_run, server, why);
    if (!e)
        e = thread_start(&server->door, &server->has_door, door_run, server, why);
    if (e)
        server_close(server);
    else
        *out = server;
    return e;
}

/* ---- Run, drain and close ---- */

static void signals_fill(sigset_t *set)
{
    (void)sigemptyset(set);
    (void)sigaddset(set, SIGTERM);
    (void)sigaddset(set, SIGINT);
    (void)sigaddset(set, SIGHUP);
}

void server_block_signals(void)
{
    sigset_t set;
    signals_fill(&set);
    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
}

static void tick(struct server *server)
{
    for (size_t i = 0; i < server->site.worker_count; i++)
        if (server->workers[i])
            worker_tick(server->workers[i]);
}

enum err server_run(struct server *server, struct fail *why)
{
    const struct timespec wait = {.tv_nsec = (long)TICK_MS * MS};
    sigset_t set;
    signals_fill(&set);
    for (;;) {
        int number = sigtimedwait(&set, NULL, &wait);
        if (number == SIGTERM || number == SIGINT)
            return OK;
        if (number == SIGHUP)
            watch_tell(server, false);
        if (number < 0 && errno != EAGAIN && errno != EINTR)
            return fail_errno(why, ERR_SYSTEM, errno, "waiting for signals");
        tick(server);
    }
}

static void door_close(struct server *server)
{
    if (server->door_pipe[1] >= 0)
        (void)close(server->door_pipe[1]);
    if (server->has_door)
        (void)pthread_join(server->door, NULL);
    if (server->door_pipe[0] >= 0)
        (void)close(server->door_pipe[0]);
    listener_close(&server->listener);
}

static bool is_idle(struct server *server)
{
    bool is_idle = true;
    for (size_t i = 0; i < server->site.worker_count; i++)
        is_idle = is_idle && (!server->workers[i] || worker_is_idle(server->workers[i]));
    return is_idle;
}

static bool has_connections(const struct server *server)
{
    for (size_t i = 0; i < server->site.worker_count; i++)
        if (server->workers[i] && atomic_load(&server->workers[i]->metrics.connections) > 0)
            return true;
    return false;
}

static void drain(struct server *server)
{
    const struct timespec moment = {.tv_nsec = 5L * MS};
    int64_t began = clock_monotonic_us();
    atomic_store(&server->site.is_draining, true);
    while (has_connections(server) && clock_monotonic_us() - began < LINGER_MS * us_per_ms)
        (void)nanosleep(&moment, NULL);
    atomic_store(&server->site.is_closed, true);
    models_stop(server->site.models); /* who waits for one is answered without */
    began = clock_monotonic_us();
    while (!is_idle(server) && clock_monotonic_us() - began < DRAIN_MS * us_per_ms) {
        (void)nanosleep(&moment, NULL);
        tick(server);
    }
}

void server_close(struct server *server)
{
    if (!server)
        return;
    door_close(server);
    drain(server);
    watch_tell(server, true);
    if (server->has_watch)
        (void)pthread_join(server->watch, NULL);
    models_end(server->site.models); /* its thread wakes exchanges, which go with the workers */
    callbacks_close(server->site.callbacks);
    claims_close(server->claims);
    if (server->site.service)
        service_drain(server->site.service); /* its thread wakes what workers hold */
    desk_close(server->site.desk);           /* before the exchanges that its jobs name are freed */
    office_close(server->site.office);
    backups_close(server->site.backups);
    tallies_close(server->site.tallies);
    jobs_close(server->site.jobs);
    for (size_t i = 0; i < server->site.worker_count; i++)
        worker_close(server->workers[i]);
    chatwoot_close(server->site.chatwoot);
    chat_close(server->site.chat);
    service_close(server->site.service);
    models_close(server->site.models);
    access_close(server->site.access);
    if (server->site.key.p)
        sodium_memzero(server->site.key.p, server->site.key.capacity);
    buf_free(&server->site.key);
    buf_free(&server->site.certificate);
    if (server->lock_fd >= 0)
        file_unlock(server->lock_fd);
    (void)pthread_cond_destroy(&server->watch_wakes);
    (void)pthread_mutex_destroy(&server->lock);
    mem_give(server);
}
