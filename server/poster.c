/* Telling Chatwoot. One thread takes what is due from the outbox and speaks to Chatwoot's API over
 * libcurl, ten seconds a call at most. A conversation gets the reply, and when a person is wanted a
 * private note with the packet, then the status "open", which takes it out of the bot's hands. Each
 * step that was made is kept before the next, so that a failure repeats only what failed, later and
 * later; after the last attempt the log names the turn.
 *
 * Chatwoot has no key by which it would know a message that is sent twice. When a step may have
 * been made already, since its outcome was lost with the connection or with the program, Chatwoot
 * is asked for the last message of the conversation: an update that changes nothing, the one thing
 * an agent bot's token may do that tells it. What stands there as the last word needs no telling.
 * Where that is not certain (somebody has written since, the reply before had the same words, or
 * Chatwoot does not say) it is told again: rather twice than not at all. */
#include "base/arena.h"
#include "base/files.h"
#include "base/json.h"
#include "base/log.h"
#include "bot/outbox.h"
#include "bot/packet.h"
#include "server/chatwoot.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <curl/curl.h>
#include <sodium.h>

enum {
    SECRET_BYTES = 512,
    URL_BYTES = 1024,
    BODY_BYTES = 256 * 1024,
    CONNECT_MS = 3000,
    CALL_MS = 10000,
    ATTEMPTS = 8,
    SKEW_S = 300, /* a webhook older than this is a replay */
    STEP_REPLY = 0,
    STEP_NOTE,
    STEP_OPEN,
    TURN_STEPS = STEP_NOTE,
    HANDOFF_STEPS = STEP_OPEN + 1,
    OUTGOING = 1 /* Chatwoot's number for it */
};
static const int64_t us_a_second = 1000000;

struct chatwoot {
    char *url, *token_header, *secret; /* secret NULL: webhooks are not signed */
    struct journal *journal;           /* the thread's own */
    CURL *curl;
    struct curl_slist *headers;
    struct buf body, packet, reply;
    char left[TURN_ID_BYTES]; /* the latest turn of an earlier run that is in the outbox, or "" */
    struct outcome {
        char turn[TURN_ID_BYTES];
        int step, attempts;
        bool is_done;
    } outcome; /* of the last step; kept before anything else is done */
    pthread_t thread;
    bool has_thread;
    pthread_mutex_t lock; /* of the next two */
    pthread_cond_t wakes;
    bool has_news;
    atomic_bool ends;
};

/* ---- Signatures ---- */

bool chatwoot_is_signed(const struct chatwoot *chatwoot, struct str signature, struct str at,
                        struct str body)
{
    crypto_auth_hmacsha256_state state;
    unsigned char wanted[crypto_auth_hmacsha256_BYTES], given[crypto_auth_hmacsha256_BYTES];
    const struct str prefix = STR("sha256=");
    uint64_t second = 0;
    size_t n = 0;
    if (!chatwoot->secret)
        return true;
    if (!str_starts(signature, prefix) || !str_to_u64(at, &second) || second > INT64_MAX / 2 ||
        sodium_hex2bin(given, sizeof(given), signature.p + prefix.n, signature.n - prefix.n, NULL,
                       &n, NULL) != 0 ||
        n != sizeof(given))
        return false;
    int64_t age = clock_now_us() / us_a_second - (int64_t)second;
    (void)crypto_auth_hmacsha256_init(&state, (const unsigned char *)chatwoot->secret,
                                      strlen(chatwoot->secret));
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)at.p, at.n);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
    (void)crypto_auth_hmacsha256_update(&state, (const unsigned char *)(body.p ? body.p : ""),
                                        body.n);
    (void)crypto_auth_hmacsha256_final(&state, wanted);
    return sodium_memcmp(wanted, given, sizeof(given)) == 0 && age <= SKEW_S && age >= -SKEW_S;
}

/* ---- One call ---- */

/* libcurl's type says that `bytes` is not const. */
static size_t on_reply(char *bytes, /* NOLINT(readability-non-const-parameter) */
                       size_t size, size_t count, void *data)
{
    struct chatwoot *chatwoot = data;
    if (!chatwoot->reply.error) /* what is too long is as good as nothing, and goes on */
        buf_add_str(&chatwoot->reply, (struct str){bytes, size * count});
    return size * count;
}

static int on_progress(void *data, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    const struct chatwoot *chatwoot = data;
    (void)a;
    (void)b;
    (void)c;
    (void)d;
    return atomic_load(&chatwoot->ends);
}

/* Target is "ACCOUNT/CONVERSATION", both numbers. Gives the status, 0 when there was none. */
static long call(struct chatwoot *chatwoot, const char *method, struct str target, const char *what)
{
    char url[URL_BYTES];
    long status = 0;
    size_t slash = str_find(target, STR("/"));
    int n =
        snprintf(url, sizeof(url), "%s/api/v1/accounts/%.*s/conversations/%.*s%s", chatwoot->url,
                 (int)slash, target.p, (int)(target.n - slash) - 1, target.p + slash + 1, what);
    if (n < 0 || n >= (int)sizeof(url) || buf_error(&chatwoot->body, "a post", NULL))
        return 0;
    buf_clear(&chatwoot->reply);
    (void)curl_easy_setopt(chatwoot->curl, CURLOPT_URL, url);
    (void)curl_easy_setopt(chatwoot->curl, CURLOPT_CUSTOMREQUEST, method);
    (void)curl_easy_setopt(chatwoot->curl, CURLOPT_POSTFIELDS, chatwoot->body.p);
    (void)curl_easy_setopt(chatwoot->curl, CURLOPT_POSTFIELDSIZE, (long)chatwoot->body.n);
    if (curl_easy_perform(chatwoot->curl) != CURLE_OK ||
        curl_easy_getinfo(chatwoot->curl, CURLINFO_RESPONSE_CODE, &status) != CURLE_OK)
        return 0;
    return status;
}

static bool is_done(long status)
{
    return status >= 200 && status < 300;
}

static void choices_put(struct json_writer *w, struct str choices)
{
    cJSON *json = NULL;
    const cJSON *item;
    bool has_any = json_parse(choices, "choices", &json, NULL) == OK && cJSON_GetArraySize(json);
    json_put_text(w, "content_type", has_any ? "input_select" : "text");
    if (has_any) {
        json_object(w, "content_attributes");
        json_array(w, "items");
        cJSON_ArrayForEach(item, json)
        {
            json_object(w, NULL);
            json_put_text(w, "title", cJSON_GetStringValue(item));
            json_put_text(w, "value", cJSON_GetStringValue(item));
            json_end(w, '}');
        }
        json_end(w, ']');
        json_end(w, '}');
    }
    cJSON_Delete(json);
}

/* What a step says; borrowed until the next step. */
static struct str step_text(struct chatwoot *chatwoot, const struct outbox_post *post)
{
    if (post->step != STEP_NOTE)
        return post->reply;
    buf_clear(&chatwoot->packet);
    return packet_write(chatwoot->journal, post->conversation, &chatwoot->packet, NULL)
               ? STR("The packet cannot be read.")
               : str_from_buf(&chatwoot->packet);
}

static void message_write(struct chatwoot *chatwoot, const struct outbox_post *post,
                          struct str text)
{
    bool is_note = post->step == STEP_NOTE;
    struct json_writer w;
    json_begin(&w, &chatwoot->body);
    json_object(&w, NULL);
    json_put_str(&w, "content", text);
    json_put_text(&w, "message_type", "outgoing");
    json_put_bool(&w, "private", is_note);
    choices_put(&w, is_note ? STR("[]") : post->choices);
    json_end(&w, '}');
}

/* ---- What may have been told already ---- */

/* Whether the conversation, as Chatwoot shows it, has this step behind it. Its messages are
 * numbered as they come: a word before the customer's is an earlier one. */
static bool shows_step(const cJSON *conversation, const struct outbox_post *post, struct str text)
{
    const cJSON *messages = cJSON_GetObjectItemCaseSensitive(conversation, "messages");
    const cJSON *last = cJSON_GetArrayItem(messages, cJSON_GetArraySize(messages) - 1);
    const cJSON *id = cJSON_GetObjectItemCaseSensitive(last, "id");
    const cJSON *type = cJSON_GetObjectItemCaseSensitive(last, "message_type");
    const char *said = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(last, "content"));
    const char *state =
        cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(conversation, "status"));
    bool is_note = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(last, "private"));
    uint64_t asked = 0;
    if (post->step == STEP_OPEN)
        return state && !str_equal(str_of(state), STR("pending"));
    return said && str_equal(str_of(said), text) && is_note == (post->step == STEP_NOTE) &&
           !(post->step == STEP_REPLY && post->repeats) && cJSON_IsNumber(type) &&
           type->valueint == OUTGOING && cJSON_IsNumber(id) && post->message_id.n > 1 &&
           str_to_u64(str_slice(post->message_id, 1, post->message_id.n), &asked) &&
           id->valuedouble > (double)asked;
}

enum told { TOLD_NO, TOLD_YES, TOLD_UNKNOWN /* Chatwoot cannot be reached */ };

static enum told was_told(struct chatwoot *chatwoot, const struct outbox_post *post,
                          struct str text)
{
    cJSON *json = NULL;
    buf_clear(&chatwoot->body);
    buf_add_text(&chatwoot->body, "{}");
    long status = call(chatwoot, "PATCH", post->target, "");
    if (status == 0)
        return TOLD_UNKNOWN;
    bool is_there = is_done(status) && !chatwoot->reply.error &&
                    !json_parse(str_from_buf(&chatwoot->reply), "a conversation", &json, NULL) &&
                    shows_step(json, post, text);
    cJSON_Delete(json);
    return is_there ? TOLD_YES : TOLD_NO;
}

/* ---- The thread ---- */

static bool step_make(struct chatwoot *chatwoot, const struct outbox_post *post)
{
    bool is_in_doubt = post->attempts > 0 ||
                       (chatwoot->left[0] && str_compare(post->turn, str_of(chatwoot->left)) <= 0);
    if (post->step == STEP_REPLY && post->reply.n == 0)
        return true;
    struct str text = step_text(chatwoot, post);
    enum told told = is_in_doubt ? was_told(chatwoot, post, text) : TOLD_NO;
    if (told != TOLD_NO)
        return told == TOLD_YES;
    buf_clear(&chatwoot->body);
    if (post->step == STEP_OPEN)
        buf_add_text(&chatwoot->body, "{\"status\":\"open\"}");
    else
        message_write(chatwoot, post, text);
    return is_done(call(chatwoot, "POST", post->target,
                        post->step == STEP_OPEN ? "/toggle_status" : "/messages"));
}

/* What came of it is kept once the row has been let go. */
static enum err post_make(void *data, const struct outbox_post *post, struct fail *why)
{
    struct chatwoot *chatwoot = data;
    struct outcome *outcome = &chatwoot->outcome;
    int steps = str_equal(post->route, STR("handoff")) ? HANDOFF_STEPS : TURN_STEPS;
    bool is_made = step_make(chatwoot, post);
    (void)why;
    if (!is_made && atomic_load(&chatwoot->ends)) /* cut off: the next run begins with it */
        return OK;
    (void)snprintf(outcome->turn, sizeof(outcome->turn), "%.*s", STR_ARG(post->turn));
    outcome->step = post->step + is_made;
    outcome->is_done = outcome->step >= steps;
    outcome->attempts = is_made ? 0 : post->attempts + 1;
    return OK;
}

static enum err outcome_keep(struct chatwoot *chatwoot)
{
    const struct outcome *outcome = &chatwoot->outcome;
    int64_t wait_s = outcome->attempts > 0 ? (int64_t)1 << outcome->attempts : 0;
    bool gives_up = !outcome->is_done && outcome->attempts >= ATTEMPTS;
    if (gives_up)
        log_line(LOG_ERROR, LOG_POST_FAILED, "\"turn\":\"%s\",\"step\":%d", outcome->turn,
                 outcome->step);
    if (outcome->is_done || gives_up)
        return outbox_done(chatwoot->journal, str_of(outcome->turn), NULL);
    if (wait_s > OUTBOX_LONGEST_S)
        wait_s = OUTBOX_LONGEST_S;
    return outbox_later(chatwoot->journal, str_of(outcome->turn), outcome->step, outcome->attempts,
                        clock_now_us() + wait_s * us_a_second, NULL);
}

/* Returns how long there is nothing to do. A journal that cannot be read or written is tried again
 * in a second: what it has is not lost, and what was told is not told again meanwhile. */
static int64_t work(struct chatwoot *chatwoot)
{
    int64_t wait_us = 0;
    enum err e = OK;
    if (!chatwoot->outcome.turn[0])
        e = outbox_next(chatwoot->journal, clock_now_us(), post_make, chatwoot, &wait_us, NULL);
    if (!e && chatwoot->outcome.turn[0])
        e = outcome_keep(chatwoot);
    if (!e)
        chatwoot->outcome.turn[0] = '\0';
    return e ? us_a_second : wait_us < 0 ? OUTBOX_LONGEST_S * us_a_second : wait_us;
}

static void *chatwoot_run(void *data)
{
    struct chatwoot *chatwoot = data;
    while (!atomic_load(&chatwoot->ends)) {
        int64_t wait_us = work(chatwoot);
        struct timespec until;
        (void)clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += (time_t)(wait_us / us_a_second) + (wait_us % us_a_second > 0);
        (void)pthread_mutex_lock(&chatwoot->lock);
        while (wait_us > 0 && !chatwoot->has_news && !atomic_load(&chatwoot->ends) &&
               pthread_cond_timedwait(&chatwoot->wakes, &chatwoot->lock, &until) == 0)
            continue;
        chatwoot->has_news = false;
        (void)pthread_mutex_unlock(&chatwoot->lock);
    }
    return NULL;
}

void chatwoot_wake(struct chatwoot *chatwoot)
{
    if (!chatwoot)
        return;
    (void)pthread_mutex_lock(&chatwoot->lock);
    chatwoot->has_news = true;
    (void)pthread_cond_signal(&chatwoot->wakes);
    (void)pthread_mutex_unlock(&chatwoot->lock);
}

/* ---- Open and close ---- */

/* The one line of a file, after `prefix`. */
static enum err line_read(const char *path, const char *prefix, char **out, struct fail *why)
{
    struct buf text;
    buf_init(&text, SECRET_BYTES);
    buf_add_text(&text, prefix);
    enum err e = file_read(path, SECRET_BYTES / 2, &text, why);
    struct str line = str_trim(str_from_buf(&text));
    if (!e && (line.n <= strlen(prefix) || str_find(line, STR("\n")) < line.n))
        e = fail(why, ERR_INPUT, "%s: one line is expected", path);
    if (!e && !(*out = mem_copy(line)))
        e = fail_memory(why);
    if (text.p)
        sodium_memzero(text.p, text.capacity);
    buf_free(&text);
    return e;
}

static enum err curl_open(struct chatwoot *chatwoot, struct fail *why)
{
    struct curl_slist *more;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK || !(chatwoot->curl = curl_easy_init()))
        return fail_memory(why);
    chatwoot->headers = curl_slist_append(NULL, "Content-Type: application/json");
    more = curl_slist_append(chatwoot->headers, chatwoot->token_header);
    if (!chatwoot->headers || !more)
        return fail_memory(why);
    CURL *curl = chatwoot->curl;
    (void)curl_easy_setopt(curl, CURLOPT_HTTPHEADER, chatwoot->headers);
    (void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    /* On a connection that was used before, libcurl sends by itself again what got no answer. */
    (void)curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
    (void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    (void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MS);
    (void)curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)CALL_MS);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_reply);
    (void)curl_easy_setopt(curl, CURLOPT_WRITEDATA, chatwoot);
    (void)curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    (void)curl_easy_setopt(curl, CURLOPT_XFERINFODATA, chatwoot);
    return OK;
}

enum err chatwoot_open(const char *bot_folder, const struct config *config, struct chatwoot **out,
                       struct fail *why)
{
    struct str url = config_text(config, CONFIG_CHATWOOT_URL);
    struct str secret = config_text(config, CONFIG_CHATWOOT_SECRET_FILE);
    pthread_condattr_t attributes;
    *out = NULL;
    if (url.n == 0)
        return OK;
    if (!str_starts(url, STR("https://")) && !str_starts(url, STR("http://")))
        return fail(why, ERR_USE, "chatwoot_url: begins with https:// or http://");
    if (config_text(config, CONFIG_CHATWOOT_TOKEN_FILE).n == 0)
        return fail(
            why, ERR_USE,
            "chatwoot_url: chatwoot_token_file must name the file of the agent bot's token");
    struct chatwoot *chatwoot = mem_take(1, sizeof(*chatwoot));
    if (!chatwoot)
        return fail_memory(why);
    (void)pthread_mutex_init(&chatwoot->lock, NULL);
    (void)pthread_condattr_init(&attributes);
    (void)pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    (void)pthread_cond_init(&chatwoot->wakes, &attributes);
    (void)pthread_condattr_destroy(&attributes);
    buf_init(&chatwoot->body, BODY_BYTES);
    buf_init(&chatwoot->packet, BODY_BYTES / 2);
    buf_init(&chatwoot->reply, BODY_BYTES);
    while (str_ends(url, STR("/")))
        url.n--;
    chatwoot->url = mem_copy(url);
    enum err e = chatwoot->url ? line_read(config_text(config, CONFIG_CHATWOOT_TOKEN_FILE).p,
                                           "api_access_token: ", &chatwoot->token_header, why)
                               : fail_memory(why);
    if (!e && secret.n > 0)
        e = line_read(secret.p, "", &chatwoot->secret, why);
    if (!e)
        e = curl_open(chatwoot, why);
    if (!e)
        e = journal_open(bot_folder, true, &chatwoot->journal, why);
    if (!e)
        e = outbox_last(chatwoot->journal, chatwoot->left, why);
    if (!e && pthread_create(&chatwoot->thread, NULL, chatwoot_run, chatwoot) != 0)
        e = fail(why, ERR_SYSTEM, "a thread cannot start");
    chatwoot->has_thread = !e;
    if (e)
        chatwoot_close(chatwoot);
    else
        *out = chatwoot;
    return e;
}

void chatwoot_close(struct chatwoot *chatwoot)
{
    if (!chatwoot)
        return;
    atomic_store(&chatwoot->ends, true);
    chatwoot_wake(chatwoot);
    if (chatwoot->has_thread)
        (void)pthread_join(chatwoot->thread, NULL);
    journal_close(chatwoot->journal);
    if (chatwoot->curl)
        curl_easy_cleanup(chatwoot->curl);
    curl_slist_free_all(chatwoot->headers);
    if (chatwoot->secret)
        sodium_memzero(chatwoot->secret, strlen(chatwoot->secret));
    mem_give(chatwoot->secret);
    mem_give(chatwoot->token_header);
    mem_give(chatwoot->url);
    buf_free(&chatwoot->body);
    buf_free(&chatwoot->packet);
    buf_free(&chatwoot->reply);
    (void)pthread_cond_destroy(&chatwoot->wakes);
    (void)pthread_mutex_destroy(&chatwoot->lock);
    mem_give(chatwoot);
}
