/* An errand is one turn between its two halves. It is made by a worker, told by the model client's
 * thread, and finished by this one, which has a clerk of its own; whoever holds the lock may look
 * at the list. The post is made by the same thread, five seconds at most: when Kakao is that slow
 * the customers behind have their button. */
#include "server/callbacks.h"

#include "base/log.h"
#include "server/handlers.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>

enum {
    ERRANDS = 256,
    REPLY_BYTES = 64 * 1024, /* Kakao shows 30 KB */
    POST_MS = 5000,
    BUSY_TRIES = 100,
    BUSY_NS = 20 * 1000 * 1000,
};
static const int64_t after_us =
    1000000; /* a callback that overtakes the skill's reply is refused */
static const int64_t until_us = 50 * 1000000LL; /* its address lives for a minute */

struct errand {
    struct callbacks *callbacks;
    struct buf texts; /* conversation, message id, text, url */
    struct str conversation, message_id, text, url;
    struct seat *seat;
    int64_t began_us;
    struct vector_step vector;
    bool is_told; /* this and `told` under the lock until then */
    struct told told;
    struct buf told_text;
    char provider[LIMIT_NAME_BYTES + 1], model[LIMIT_NAME_BYTES + 1];
    struct errand *next;
};

struct callbacks {
    struct site *site;
    struct clerk *clerk;
    CURL *curl;
    struct curl_slist *headers;
    struct buf out;
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of the rest */
    pthread_cond_t wakes;
    struct errand *errands;
    size_t count;
    bool ends, is_kept, has_verdict; /* the last two: of the turn being committed */
};

/* ---- Addresses ---- */

static bool is_here(const char *host)
{
    return strcmp(host, "127.0.0.1") == 0 || strcmp(host, "localhost") == 0;
}

static bool host_is_listed(struct str hosts, struct str host)
{
    struct str part, name;
    while (str_next(&hosts, ',', &part))
        while (str_next(&part, ' ', &name))
            if (name.n > 0 &&
                (str_equal(host, name) ||
                 (host.n > name.n && host.p[host.n - name.n - 1] == '.' && str_ends(host, name))))
                return true;
    return false;
}

bool callbacks_allow(const struct site *site, struct str url)
{
    char *host = NULL, *scheme = NULL, *user = NULL;
    char *text = mem_copy(url);
    CURLU *parts = curl_url();
    bool is_allowed = text && parts && strlen(text) == url.n &&
                      curl_url_set(parts, CURLUPART_URL, text, 0) == CURLUE_OK &&
                      curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
                      curl_url_get(parts, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
                      curl_url_get(parts, CURLUPART_USER, &user, 0) == CURLUE_NO_USER;
    is_allowed = is_allowed &&
                 (strcmp(scheme, "https") == 0 || (strcmp(scheme, "http") == 0 && is_here(host)));
    is_allowed =
        is_allowed &&
        host_is_listed(config_text(site->config, CONFIG_KAKAO_CALLBACK_HOSTS), str_of(host));
    curl_free(host);
    curl_free(scheme);
    curl_free(user);
    curl_url_cleanup(parts);
    mem_give(text);
    return is_allowed;
}

/* A host written as an address would never be that of any callback, and nobody would be told. */
static enum err hosts_check(const struct config *config, struct fail *why)
{
    struct str hosts = config_text(config, CONFIG_KAKAO_CALLBACK_HOSTS), part, name;
    while (str_next(&hosts, ',', &part))
        while (str_next(&part, ' ', &name))
            for (size_t i = 0; i < name.n; i++)
                if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-.", name.p[i]))
                    return fail(why, ERR_USE,
                                "kakao_callback_hosts: \"%.*s\" is no host such as kakao.com, in "
                                "small letters",
                                STR_ARG(name));
    return OK;
}

/* ---- Errands ---- */

static void errand_free(struct errand *errand)
{
    buf_free(&errand->texts);
    buf_free(&errand->told_text);
    mem_give(errand);
}

static struct str text_keep(struct errand *errand, struct str text)
{
    const size_t from = errand->texts.n;
    buf_add_str(&errand->texts, text);
    return errand->texts.error ? STR_NONE : (struct str){errand->texts.p + from, text.n};
}

static struct errand *errand_make(struct callbacks *callbacks, const struct bot_request *request,
                                  struct str url)
{
    const size_t size =
        request->conversation.n + request->message_id.n + request->text.n + url.n + 1;
    struct errand *errand = mem_take(1, sizeof *errand);
    if (!errand)
        return NULL;
    errand->callbacks = callbacks;
    errand->began_us = clock_monotonic_us();
    buf_init(&errand->texts, size);
    buf_init(&errand->told_text, LIMIT_LLM_REPLY);
    if (!buf_reserve(&errand->texts, size)) { /* so that nothing moves */
        errand_free(errand);
        return NULL;
    }
    errand->conversation = text_keep(errand, request->conversation);
    errand->message_id = text_keep(errand, request->message_id);
    errand->text = text_keep(errand, request->text);
    errand->url = text_keep(errand, url);
    return errand;
}

/* In the model client's thread, or the worker's when it cannot be asked. */
static void on_told(void *data, uint64_t ticket, const struct provider_result *result)
{
    struct errand *errand = data;
    struct callbacks *callbacks = errand->callbacks;
    struct buf *text = &errand->told_text;
    (void)ticket;
    buf_add_str(text, result->text);
    (void)snprintf(errand->provider, sizeof errand->provider, "%.*s", STR_ARG(result->provider));
    (void)snprintf(errand->model, sizeof errand->model, "%.*s", STR_ARG(result->model));
    (void)pthread_mutex_lock(&callbacks->lock);
    errand->told = (struct told){text->error ? OUTCOME_MEMORY : result->outcome, str_from_buf(text),
                                 str_of(errand->provider), str_of(errand->model)};
    errand->is_told = true;
    (void)pthread_cond_broadcast(&callbacks->wakes);
    (void)pthread_mutex_unlock(&callbacks->lock);
}

bool callbacks_take(struct callbacks *callbacks, const struct bot_request *request,
                    const struct clerk_ask *ask, struct str url)
{
    struct errand *errand = callbacks ? errand_make(callbacks, request, url) : NULL;
    if (!errand)
        return false;
    errand->seat = ask->seat;
    errand->vector = ask->vector;
    (void)pthread_mutex_lock(&callbacks->lock);
    bool has_room = callbacks->count < ERRANDS && !callbacks->ends;
    if (has_room) {
        errand->next = callbacks->errands;
        callbacks->errands = errand;
        callbacks->count++;
    }
    (void)pthread_mutex_unlock(&callbacks->lock);
    if (!has_room) {
        errand_free(errand);
        return false;
    }
    enum err e =
        models_ask(callbacks->site->models, &ask->request, ask->prompt, 0, on_told, errand, NULL);
    if (e) {
        const struct provider_result none = {.outcome = e == ERR_BUSY ? OUTCOME_UNAVAILABLE
                                                                      : OUTCOME_MEMORY};
        on_told(errand, 0, &none);
    }
    return true;
}

enum owed callbacks_owe(struct callbacks *callbacks, struct str conversation, struct str message_id)
{
    enum owed owes = OWED_NOTHING;
    if (!callbacks)
        return owes;
    (void)pthread_mutex_lock(&callbacks->lock);
    for (const struct errand *errand = callbacks->errands; errand && !owes; errand = errand->next)
        if (str_equal(errand->conversation, conversation))
            owes = message_id.n > 0 && str_equal(errand->message_id, message_id) ? OWED_THIS
                                                                                 : OWED_ANOTHER;
    (void)pthread_mutex_unlock(&callbacks->lock);
    return owes;
}

/* ---- The second half; in this thread ---- */

static void on_kept(void *data, uint64_t ticket, bool may_answer)
{
    struct callbacks *callbacks = data;
    (void)ticket;
    (void)pthread_mutex_lock(&callbacks->lock);
    callbacks->is_kept = may_answer;
    callbacks->has_verdict = true;
    (void)pthread_cond_broadcast(&callbacks->wakes);
    (void)pthread_mutex_unlock(&callbacks->lock);
}

static bool commit(struct callbacks *callbacks)
{
    callbacks->has_verdict = false;
    clerk_commit(callbacks->clerk, on_kept, callbacks, 0);
    (void)pthread_mutex_lock(&callbacks->lock);
    while (!callbacks->has_verdict)
        (void)pthread_cond_wait(&callbacks->wakes, &callbacks->lock);
    bool is_kept = callbacks->is_kept;
    (void)pthread_mutex_unlock(&callbacks->lock);
    return is_kept;
}

/* A full queue is waited for: the customer has been promised a reply. The seat is ours, so nobody
 * is waited for in line. */
static bool turn_end(struct callbacks *callbacks, struct errand *errand,
                     char turn_id[TURN_ID_BYTES])
{
    const struct bot_request request = {.conversation = errand->conversation,
                                        .message_id = errand->message_id,
                                        .text = errand->text,
                                        .channel = STR("kakao"),
                                        .as_of = DATE_NONE};
    const struct timespec moment = {.tv_nsec = BUSY_NS};
    struct clerk_ask ask = {.seat = errand->seat, .told = &errand->told, .vector = errand->vector};
    struct waiter waiter = {.data = NULL};
    struct clerk_result result;
    enum clerk_outcome outcome = CLERK_WAITS;
    enum err e = ERR_BUSY;
    for (int i = 0; i < BUSY_TRIES && e == ERR_BUSY; i++) {
        if (i > 0)
            (void)nanosleep(&moment, NULL);
        e = clerk_begin_asking(callbacks->clerk, &request, NULL, &waiter, &ask, &outcome, &result,
                               NULL);
    }
    errand->seat = ask.seat;
    if (e || outcome == CLERK_WAITS || outcome == CLERK_ASKS)
        return false;
    buf_clear(&callbacks->out);
    kakao_print(callbacks->clerk, &result, &callbacks->out);
    (void)snprintf(turn_id, TURN_ID_BYTES, "%s", result.turn_id);
    if (outcome == CLERK_ANSWERED)
        return commit(callbacks);
    clerk_cancel(callbacks->clerk);
    return true;
}

/* libcurl's type says that `bytes` is not const. */
static size_t on_reply(char *bytes, /* NOLINT(readability-non-const-parameter) */
                       size_t size, size_t count, void *data)
{
    (void)bytes;
    (void)data;
    return size * count;
}

/* The skill's own reply goes first, and the address must still live. */
static bool post(struct callbacks *callbacks, const struct errand *errand)
{
    int64_t age = clock_monotonic_us() - errand->began_us;
    const struct timespec wait = {.tv_nsec = (long)(after_us > age ? after_us - age : 0) * 999};
    CURL *curl = callbacks->curl;
    char *url = mem_copy(errand->url);
    long status = 0;
    (void)nanosleep(&wait, NULL);
    bool is_sent = url && age < until_us && !buf_error(&callbacks->out, "a reply", NULL);
    if (is_sent) {
        (void)curl_easy_setopt(curl, CURLOPT_URL, url);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDS, callbacks->out.p);
        (void)curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)callbacks->out.n);
        is_sent = curl_easy_perform(curl) == CURLE_OK &&
                  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK &&
                  status >= 200 && status < 300;
    }
    mem_give(url);
    return is_sent;
}

static void errand_end(struct callbacks *callbacks, struct errand *errand)
{
    char turn_id[TURN_ID_BYTES] = "";
    bool is_kept = turn_end(callbacks, errand, turn_id);
    service_unseat(callbacks->site->service, errand->seat);
    errand->seat = NULL;
    if (!is_kept || (errand->url.n > 0 && !post(callbacks, errand)))
        log_line(LOG_ERROR, LOG_POST_FAILED, "\"turn\":\"%s\",\"kept\":%s", turn_id,
                 is_kept ? "true" : "false");
}

/* The oldest that has been told; NULL when all is done and no more will come. It stays in the list
 * while it is worked on, so that its customer is not told that there is nothing. */
static struct errand *errand_next(struct callbacks *callbacks)
{
    struct errand *next = NULL;
    (void)pthread_mutex_lock(&callbacks->lock);
    for (;;) {
        for (struct errand *errand = callbacks->errands; errand; errand = errand->next)
            next = errand->is_told ? errand : next;
        if (next || (callbacks->ends && !callbacks->errands))
            break;
        (void)pthread_cond_wait(&callbacks->wakes, &callbacks->lock);
    }
    (void)pthread_mutex_unlock(&callbacks->lock);
    return next;
}

static void errand_drop(struct callbacks *callbacks, struct errand *errand)
{
    (void)pthread_mutex_lock(&callbacks->lock);
    struct errand **at = &callbacks->errands;
    while (*at != errand)
        at = &(*at)->next;
    *at = errand->next;
    callbacks->count--;
    (void)pthread_mutex_unlock(&callbacks->lock);
    errand_free(errand);
}

static void *callbacks_run(void *data)
{
    struct callbacks *callbacks = data;
    struct errand *errand;
    while ((errand = errand_next(callbacks))) {
        errand_end(callbacks, errand);
        errand_drop(callbacks, errand);
    }
    return NULL;
}

/* ---- Open and close ---- */

static enum err curl_open(struct callbacks *callbacks, struct fail *why)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(callbacks->curl = curl_easy_init()))
        return fail_memory(why);
    callbacks->headers = curl_slist_append(NULL, "Content-Type: application/json");
    if (!callbacks->headers)
        return fail_memory(why);
    CURL *curl = callbacks->curl;
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, callbacks->headers);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)POST_MS);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_reply);
    return OK;
}

enum err callbacks_open(struct site *site, int clerk, struct callbacks **out, struct fail *why)
{
    struct callbacks *callbacks = mem_take(1, sizeof *callbacks);
    *out = NULL;
    if (!callbacks)
        return fail_memory(why);
    callbacks->site = site;
    (void)pthread_mutex_init(&callbacks->lock, NULL);
    (void)pthread_cond_init(&callbacks->wakes, NULL);
    buf_init(&callbacks->out, REPLY_BYTES);
    enum err e = hosts_check(site->config, why);
    if (!e)
        e = curl_open(callbacks, why);
    if (!e)
        e = clerk_open(site->service, clerk, &callbacks->clerk, why);
    if (!e && pthread_create(&callbacks->thread, NULL, callbacks_run, callbacks) != 0)
        e = fail(why, ERR_SYSTEM, "a thread cannot start");
    callbacks->has_thread = !e;
    if (e)
        callbacks_close(callbacks);
    else
        *out = callbacks;
    return e;
}

void callbacks_close(struct callbacks *callbacks)
{
    if (!callbacks)
        return;
    (void)pthread_mutex_lock(&callbacks->lock);
    callbacks->ends = true;
    (void)pthread_cond_broadcast(&callbacks->wakes);
    (void)pthread_mutex_unlock(&callbacks->lock);
    if (callbacks->has_thread)
        (void)pthread_join(callbacks->thread, NULL);
    clerk_close(callbacks->clerk);
    if (callbacks->curl)
        curl_easy_cleanup(callbacks->curl);
    curl_slist_free_all(callbacks->headers);
    buf_free(&callbacks->out);
    (void)pthread_cond_destroy(&callbacks->wakes);
    (void)pthread_mutex_destroy(&callbacks->lock);
    mem_give(callbacks);
}
