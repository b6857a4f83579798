/* The thread that talks to models. It waits in one place, curl_multi_poll, for the network, for the
 * next thing that falls due on its clock, and for curl_multi_wakeup, by which the other threads say
 * that something was asked, that the switch was thrown, or that the program ends. Between waits it
 * takes what was asked, moves every call on, and hands libcurl's news to the calls.
 *
 * Callers share with it a queue under a lock and two flags. It never waits for a caller, and a
 * caller never waits for it. */
#include "base/arena.h"
#include "base/config.h"
#include "fallback/provider_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { AT_ONCE = 64, IDLE_MS = 60 * 1000, SWITCH_MS = 100 /* how often its file is looked at */ };
static const int64_t us_per_ms = 1000;

static int64_t machine_monotonic_us(void *data)
{
    (void)data;
    return clock_monotonic_us();
}

static int64_t machine_wall_us(void *data)
{
    (void)data;
    return clock_now_us();
}

int64_t provider_now(const struct provider *provider)
{
    return provider->clock.monotonic_us(provider->clock.data);
}

/* A switch whose file cannot be looked for is off. */
bool provider_is_off(const struct provider *provider)
{
    if (atomic_load(&provider->is_off))
        return true;
    return provider->switch_path && (access(provider->switch_path, F_OK) == 0 || errno != ENOENT);
}

/* ---- The thread ---- */

/* Takes what was asked; false when the program ends. */
static bool incoming_take(struct provider *provider)
{
    (void)pthread_mutex_lock(&provider->lock);
    struct call *call = provider->first;
    bool goes_on = !provider->is_closing;
    provider->first = provider->last = NULL;
    for (size_t i = 0; i < endpoints_count(provider->endpoints); i++)
        provider->counts.is_open[i] =
            breaker_is_open(&provider->breakers[i], provider_now(provider));
    (void)pthread_mutex_unlock(&provider->lock);
    for (struct call *next; call; call = next) {
        next = call->next;
        call->number = ++provider->numbers;
        provider->calls[provider->call_count++] = call;
    }
    return goes_on;
}

static void calls_end(struct provider *provider, enum outcome outcome)
{
    for (size_t i = 0; i < provider->call_count; i++)
        call_end(provider, provider->calls[i], outcome);
    provider->call_count = 0;
}

/* Closes the gaps that calls which are over have left. */
static void calls_sweep(struct provider *provider)
{
    size_t kept = 0;
    for (size_t i = 0; i < provider->call_count; i++)
        if (provider->calls[i])
            provider->calls[kept++] = provider->calls[i];
    provider->call_count = kept;
}

static void calls_advance(struct provider *provider)
{
    int64_t now = provider_now(provider);
    for (size_t i = 0; i < provider->call_count; i++)
        if (call_advance(provider, provider->calls[i], now))
            provider->calls[i] = NULL;
    calls_sweep(provider);
}

static void call_forget(struct provider *provider, const struct call *call)
{
    for (size_t i = 0; i < provider->call_count; i++)
        if (provider->calls[i] == call)
            provider->calls[i] = NULL;
}

/* Hands on what libcurl has finished. */
static void transfers_take(struct provider *provider)
{
    int left = 0;
    const CURLMsg *message;
    while ((message = curl_multi_info_read(provider->multi, &left)) != NULL) {
        char *private = NULL;
        CURLcode code = message->data.result;
        if (message->msg != CURLMSG_DONE ||
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &private) != CURLE_OK)
            continue;
        struct call *call = (struct call *)(void *)private;
        if (call_transferred(provider, call, code))
            call_forget(provider, call);
    }
    calls_sweep(provider);
}

static int wait_ms(const struct provider *provider)
{
    int64_t due = INT64_MAX, now = provider_now(provider);
    for (size_t i = 0; i < provider->call_count; i++) {
        int64_t at = call_due_us(provider, provider->calls[i]);
        due = at < due ? at : due;
    }
    int64_t most = provider->switch_path && provider->call_count > 0 ? SWITCH_MS : IDLE_MS;
    if (due <= now)
        return 0;
    int64_t wait = (due - now) / us_per_ms + 1;
    return (int)(wait < most ? wait : most);
}

static void *provider_run(void *data)
{
    struct provider *provider = data;
    while (incoming_take(provider)) {
        int running = 0;
        if (provider->call_count > 0 && provider_is_off(provider))
            calls_end(provider, OUTCOME_OFF);
        calls_advance(provider);
        (void)curl_multi_perform(provider->multi, &running);
        transfers_take(provider);
        (void)curl_multi_poll(provider->multi, NULL, 0, wait_ms(provider), NULL);
    }
    calls_end(provider, OUTCOME_CLOSED);
    return NULL;
}

/* ---- For every thread ---- */

/* A copy of the request in one piece. */
static enum err request_copy(struct call *call, const struct model_request *request,
                             struct fail *why)
{
    buf_init(&call->text, LIMIT_LLM_PROMPT);
    buf_add_str(&call->text, request->system);
    buf_add_str(&call->text, request->user);
    buf_add_str(&call->text, request->schema);
    buf_add_str(&call->text, request->vectors_of);
    buf_add_str(&call->text, request->sent);
    enum err e = buf_error(&call->text, "a request to a model", why);
    if (e)
        return e;
    struct str all = str_from_buf(&call->text);
    size_t user = request->system.n, schema = user + request->user.n;
    size_t model = schema + request->schema.n, sent = model + request->vectors_of.n;
    call->request = (struct model_request){
        .system = str_slice(all, 0, user),
        .user = str_slice(all, user, schema),
        .schema = request->schema.p ? str_slice(all, schema, model) : STR_NONE,
        .vectors_of = request->vectors_of.p ? str_slice(all, model, sent) : STR_NONE,
        .sent = request->sent.p ? str_slice(all, sent, all.n) : STR_NONE,
        .texts = request->texts};
    call->tokens_guess = (int64_t)(all.n / 2 + 16); /* see provider_call.c */
    return OK;
}

/* Puts it into the queue if there is room. */
static bool call_queue(struct provider *provider, struct call *call)
{
    (void)pthread_mutex_lock(&provider->lock);
    bool has_room = provider->counts.pending < provider->options.capacity && !provider->is_closing;
    if (has_room) {
        *(provider->last ? &provider->last->next : &provider->first) = call;
        provider->last = call;
        provider->counts.pending++;
        provider->counts.asked++;
    } else {
        provider->counts.refused++;
    }
    (void)pthread_mutex_unlock(&provider->lock);
    return has_room;
}

enum err provider_ask(struct provider *provider, const struct provider_call *asked,
                      struct fail *why)
{
    bool is_served = false;
    for (size_t i = 0; i < endpoints_count(provider->endpoints); i++)
        is_served |= endpoint_serves(endpoints_at(provider->endpoints, i), &asked->request);
    if (!is_served)
        return fail(why, ERR_MISSING, "no provider gives what is asked for");
    struct call *call = mem_take(1, sizeof *call);
    if (!call)
        return fail_memory(why);
    call->ticket = asked->ticket;
    call->told = asked->told;
    call->data = asked->data;
    if (asked->prompt)
        (void)snprintf(call->prompt, sizeof call->prompt, "%s", asked->prompt);
    call->asked_us = provider_now(provider);
    call->deadline_us = call->asked_us + asked->deadline_ms * us_per_ms;
    enum err e = request_copy(call, &asked->request, why);
    if (!e && !call_queue(provider, call))
        e = fail(why, ERR_BUSY, "%zu calls to the model are waiting already",
                 provider->options.capacity);
    if (e) {
        buf_free(&call->text);
        mem_give(call);
        return e;
    }
    provider_wake(provider);
    return OK;
}

void provider_wake(struct provider *provider)
{
    (void)curl_multi_wakeup(provider->multi);
}

void provider_switch(struct provider *provider, bool is_off)
{
    atomic_store(&provider->is_off, is_off);
    provider_wake(provider);
}

bool endpoint_serves(const struct endpoint *endpoint, const struct model_request *request)
{
    if (!request->vectors_of.p)
        return endpoint->dimensions == 0;
    return endpoint->dimensions > 0 && str_equal(endpoint->model, request->vectors_of);
}

const struct endpoint *provider_embeds(const struct provider *provider)
{
    for (size_t i = 0; i < endpoints_count(provider->endpoints); i++)
        if (endpoints_at(provider->endpoints, i)->dimensions > 0)
            return endpoints_at(provider->endpoints, i);
    return NULL;
}

bool provider_talks(const struct provider *provider)
{
    bool talks = false;
    for (size_t i = 0; i < endpoints_count(provider->endpoints); i++)
        talks |= endpoints_at(provider->endpoints, i)->dimensions == 0;
    return talks;
}

bool provider_has_model(const struct provider *provider, struct str model)
{
    for (size_t i = 0; i < endpoints_count(provider->endpoints); i++)
        if (str_equal(endpoints_at(provider->endpoints, i)->model, model))
            return true;
    return false;
}

size_t provider_states(struct provider *provider, struct provider_state out[LIMIT_PROVIDERS])
{
    struct provider_counts counts = provider_counts(provider);
    size_t count = endpoints_count(provider->endpoints);
    for (size_t i = 0; i < count; i++) {
        const struct endpoint *endpoint = endpoints_at(provider->endpoints, i);
        out[i] = (struct provider_state){endpoint->name, endpoint->model, counts.is_open[i]};
    }
    return count;
}

struct provider_counts provider_counts(struct provider *provider)
{
    (void)pthread_mutex_lock(&provider->lock);
    struct provider_counts counts = provider->counts;
    (void)pthread_mutex_unlock(&provider->lock);
    return counts;
}

/* ---- Open and close ---- */

bool provider_options_read(const struct config *config, struct provider_options *options)
{
    struct str off = config_text(config, CONFIG_MODEL_OFF_FILE);
    options->path = config_text(config, CONFIG_PROVIDERS_FILE).p;
    options->switch_path = off.n > 0 ? off.p : NULL;
    options->capacity = (size_t)config_int(config, CONFIG_MODEL_QUEUE);
    options->calls_per_day = config_int(config, CONFIG_MODEL_CALLS_PER_DAY);
    options->tokens_per_day = config_int(config, CONFIG_MODEL_TOKENS_PER_DAY);
    options->won_per_day = config_int(config, CONFIG_MODEL_WON_PER_DAY);
    options->utc_offset_minutes = (int)config_int(config, CONFIG_TIMEZONE_MINUTES);
    return config_text(config, CONFIG_PROVIDERS_FILE).n > 0;
}

static void options_take(struct provider *provider, const struct provider_options *options)
{
    provider->options = *options;
    provider->options.path = provider->options.switch_path = NULL;
    if (options->capacity == 0 || options->capacity > LIMIT_LLM_CALLS)
        provider->options.capacity = LIMIT_LLM_CALLS;
    if (options->at_once == 0)
        provider->options.at_once = AT_ONCE;
    provider->clock = options->clock ? *options->clock
                                     : (struct provider_clock){.monotonic_us = machine_monotonic_us,
                                                               .wall_us = machine_wall_us};
    provider->options.clock = NULL;
    provider->random = options->seed;
    provider->allowance = (struct allowance){.used = options->used,
                                             .calls = options->calls_per_day,
                                             .tokens = options->tokens_per_day,
                                             .won = options->won_per_day};
    provider->counts.used = options->used;
}

static enum err curl_begin(struct provider *provider, struct fail *why)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return fail(why, ERR_SYSTEM, "libcurl cannot start");
    provider->has_curl = true;
    provider->multi = curl_multi_init();
    return provider->multi ? OK : fail_memory(why);
}

static enum err thread_begin(struct provider *provider, struct fail *why)
{
    int number = pthread_mutex_init(&provider->lock, NULL);
    provider->has_lock = number == 0;
    if (!number)
        number = pthread_create(&provider->thread, NULL, provider_run, provider);
    if (number)
        return fail_errno(why, ERR_SYSTEM, number, "the model's thread cannot start");
    provider->has_thread = true;
    return OK;
}

enum err provider_open(const struct provider_options *options, struct provider **out,
                       struct fail *why)
{
    struct provider *provider = mem_take(1, sizeof *provider);
    if (!provider)
        return fail_memory(why);
    options_take(provider, options);
    enum err e = endpoints_open(options->path, &provider->endpoints, why);
    if (!e && options->switch_path &&
        !(provider->switch_path = mem_copy(str_of(options->switch_path))))
        e = fail_memory(why);
    if (!e)
        e = curl_begin(provider, why);
    if (!e)
        e = thread_begin(provider, why);
    if (e)
        provider_close(provider);
    else
        *out = provider;
    return e;
}

void provider_close(struct provider *provider)
{
    if (!provider)
        return;
    if (provider->has_thread) {
        (void)pthread_mutex_lock(&provider->lock);
        provider->is_closing = true;
        (void)pthread_mutex_unlock(&provider->lock);
        provider_wake(provider);
        (void)pthread_join(provider->thread, NULL);
    }
    if (provider->has_lock)
        (void)pthread_mutex_destroy(&provider->lock);
    if (provider->multi)
        (void)curl_multi_cleanup(provider->multi);
    if (provider->has_curl)
        curl_global_cleanup();
    endpoints_close(provider->endpoints);
    mem_give(provider->switch_path);
    mem_give(provider);
}
