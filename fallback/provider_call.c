/* What becomes of one call to a model. It goes down the list of providers; at each it makes one
 * attempt, and a second after a wait when the first met no connection, 429, 502 or 503. Before an
 * attempt leaves, in this order: the switch, the provider's breaker, the day's caps, the ledger.
 * Each may say no, and then nothing has left.
 *
 * Three deadlines hold at once, all on the client's clock: the call's, the provider's (which leaves
 * time for the next one in the list), and within an attempt those for the connection and for the
 * first byte. A call that is late is cut and told; what the provider still does is of no interest.
 *
 * Tokens that a provider does not count are guessed at two bytes each, which is more than any
 * tokeniser makes of Korean or English, so that a cap errs towards stopping early. */
#include "base/arena.h"
#include "fallback/provider_parts.h"
#include "fallback/retry.h"

#include <string.h>

enum { BYTES_PER_TOKEN = 2, TRIES = 2 };
static const int64_t us_per_ms = 1000;

static const struct endpoint *endpoint_of(const struct provider *provider, const struct call *call)
{
    return endpoints_at(provider->endpoints, call->endpoint);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- The ledger and the caps ---- */

static bool ledger_tell(struct provider *provider, const struct call *call, struct egress *line)
{
    const struct endpoint *endpoint = endpoint_of(provider, call);
    if (!provider->options.ledger)
        return true;
    line->call = call->number;
    line->attempt = call->attempts;
    line->ticket = call->ticket;
    line->provider = endpoint->name;
    line->model = endpoint->model;
    line->sent = call->request.sent.p ? call->request.sent : call->request.user;
    line->prompt = call->prompt;
    line->at_us = call->left_us;
    return provider->options.ledger(provider->options.ledger_data, line);
}

static struct spending spending_of(const struct endpoint *endpoint, date_days day,
                                   int64_t tokens_in, int64_t tokens_out)
{
    return (struct spending){
        .day = day,
        .calls = 1,
        .tokens = tokens_in + tokens_out,
        .micro_won = tokens_cost(tokens_in, endpoint->price_in, tokens_out, endpoint->price_out)};
}

/* What an attempt cost, by what is known of it. */
static void egress_count(const struct call *call, enum outcome outcome, struct egress *line)
{
    const struct transfer *transfer = call->transfer;
    const struct model_reply *reply = &transfer->reply;
    bool was_refused = transfer->status != 0 && transfer->status != 200;
    bool is_free = was_refused || outcome == OUTCOME_CONNECT || !transfer->is_connected;
    line->tokens_in = reply->tokens_in >= 0 ? reply->tokens_in : is_free ? 0 : call->tokens_guess;
    line->tokens_out = reply->tokens_out >= 0
                           ? reply->tokens_out
                           : (int64_t)(reply->text.n / BYTES_PER_TOKEN + (reply->text.n > 0));
    line->is_estimated = !is_free && (reply->tokens_in < 0 || reply->tokens_out < 0);
    line->outcome = outcome;
    line->status = transfer->status;
}

/* ---- Attempts ---- */

/* Books the attempt, tells the ledger, and lets the transfer go. */
static void attempt_close(struct provider *provider, struct call *call, enum outcome outcome)
{
    struct egress line = {.is_over = true};
    int64_t now = provider_now(provider);
    egress_count(call, outcome, &line);
    line.took_us = now - call->began_us;
    line.first_byte_us = call->first_byte_us ? call->first_byte_us - call->began_us : -1;
    line.spending =
        spending_of(endpoint_of(provider, call), call->aside.day, line.tokens_in, line.tokens_out);
    allowance_settle(&provider->allowance, &call->aside, &line.spending);
    (void)ledger_tell(provider, call, &line);
    (void)curl_multi_remove_handle(provider->multi, call->transfer->easy);
    transfer_close(call->transfer);
    call->transfer = NULL;
    provider->under_way--;
}

void call_end(struct provider *provider, struct call *call, enum outcome outcome)
{
    struct provider_result result = {.outcome = outcome, .attempts = call->attempts};
    struct buf text = {.maximum = 0};
    if (call->attempts > 0) {
        result.provider = endpoints_at(provider->endpoints, call->asked_last)->name;
        result.model = endpoints_at(provider->endpoints, call->asked_last)->model;
    }
    if (call->transfer) {
        if (outcome == OUTCOME_WHOLE) { /* the text outlives the transfer until it is told */
            text = call->transfer->reply.text;
            call->transfer->reply.text.p = NULL;
            result.text = str_from_buf(&text);
        } else if (outcome != OUTCOME_CUT && outcome != OUTCOME_DECLINED) {
            breaker_leave(&provider->breakers[call->endpoint]);
        }
        attempt_close(provider, call, outcome);
    }
    result.problem = str_of(call->problem);
    result.took_us = provider_now(provider) - call->asked_us;
    (void)pthread_mutex_lock(&provider->lock);
    provider->counts.pending--;
    provider->counts.told[outcome]++;
    provider->counts.used = provider->allowance.used;
    (void)pthread_mutex_unlock(&provider->lock);
    call->told(call->data, call->ticket, &result);
    buf_free(&text);
    buf_free(&call->text);
    mem_give(call);
}

/* Sets aside what the attempt may cost and writes its line. OUTCOME_WHOLE: it may leave. */
static enum outcome attempt_allow(struct provider *provider, struct call *call)
{
    const struct endpoint *endpoint = endpoint_of(provider, call);
    struct egress line = {.is_over = false};
    call->left_us = provider->clock.wall_us(provider->clock.data);
    date_days day = date_of_us(call->left_us, provider->options.utc_offset_minutes);
    call->aside = spending_of(endpoint, day, call->tokens_guess, endpoint->max_tokens);
    if (!allowance_reserve(&provider->allowance, day, &call->aside))
        return OUTCOME_CAPPED;
    line.spending = call->aside;
    line.tokens_in = call->tokens_guess;
    line.tokens_out = endpoint->max_tokens;
    call->attempts++;
    if (ledger_tell(provider, call, &line))
        return OUTCOME_WHOLE;
    call->attempts--;
    const struct spending nothing = {.day = day};
    allowance_settle(&provider->allowance, &call->aside, &nothing);
    return OUTCOME_UNKEPT;
}

/* One attempt at the provider the call is at. OUTCOME_WHOLE: it is under way. */
static enum outcome attempt_begin(struct provider *provider, struct call *call, int64_t now)
{
    const struct endpoint *endpoint = endpoint_of(provider, call);
    struct breaker *breaker = &provider->breakers[call->endpoint];
    if (provider_is_off(provider))
        return OUTCOME_OFF;
    if (!breaker_enter(breaker, now))
        return OUTCOME_RESTING;
    struct transfer *transfer = NULL;
    enum err e = transfer_open(endpoint, &call->request, call, &transfer, NULL);
    enum outcome outcome = e == OK          ? attempt_allow(provider, call)
                           : e == ERR_LIMIT ? OUTCOME_TOO_LARGE
                                            : OUTCOME_MEMORY;
    if (outcome) {
        breaker_leave(breaker);
        transfer_close(transfer);
        return outcome;
    }
    call->transfer = transfer;
    call->asked_last = call->endpoint;
    call->began_us = now;
    call->connected_us = call->first_byte_us = 0;
    if (call->tries++ == 0)
        call->endpoint_us = lesser(call->deadline_us, now + endpoint->deadline_ms * us_per_ms);
    provider->under_way++;
    (void)pthread_mutex_lock(&provider->lock);
    provider->counts.attempts++;
    (void)pthread_mutex_unlock(&provider->lock);
    if (curl_multi_add_handle(provider->multi, transfer->easy) == CURLM_OK)
        return OUTCOME_WHOLE;
    breaker_leave(breaker);
    attempt_close(provider, call, OUTCOME_MEMORY);
    return OUTCOME_MEMORY;
}

/* On to the next provider. */
static void call_move(struct call *call)
{
    call->endpoint++;
    call->tries = 0;
    call->endpoint_us = call->starts_us = 0;
}

/* Begins an attempt at this provider or one after it. True: there is none left, the call is over.
 */
static bool call_begin(struct provider *provider, struct call *call, int64_t now)
{
    while (call->endpoint < endpoints_count(provider->endpoints)) {
        if (!endpoint_serves(endpoint_of(provider, call), &call->request)) {
            call_move(call);
            continue;
        }
        enum outcome outcome = attempt_begin(provider, call, now);
        if (outcome == OUTCOME_WHOLE)
            return false;
        if (outcome != OUTCOME_CAPPED && outcome != OUTCOME_RESTING) {
            call_end(provider, call, outcome);
            return true;
        }
        if (call->attempts == 0 && call->last != OUTCOME_CAPPED)
            call->last = outcome;
        call_move(call);
    }
    call_end(provider, call, call->last);
    return true;
}

/* Whether there is a second try here, and if so when: sets starts_us. */
static bool call_waits(struct provider *provider, struct call *call, enum outcome outcome,
                       const char *retry_after, int64_t now)
{
    int64_t wait = -1;
    if (!outcome_may_pass(outcome))
        return false;
    if (retry_after[0])
        wait = retry_after_us(str_of(retry_after), provider->clock.wall_us(provider->clock.data));
    int64_t jitter = retry_jitter_us(&provider->random);
    if (wait < 0)
        wait = jitter;
    else
        breaker_rest(&provider->breakers[call->endpoint], now + wait); /* others wait with us */
    call->starts_us = now + wait;
    return call->tries < TRIES && call->starts_us < call->endpoint_us &&
           !breaker_is_open(&provider->breakers[call->endpoint], call->starts_us);
}

/* An attempt is over. True: the call is, too. */
static bool attempt_end(struct provider *provider, struct call *call, enum outcome outcome)
{
    struct breaker *breaker = &provider->breakers[call->endpoint];
    char retry_after[RETRY_AFTER_BYTES];
    int64_t now = provider_now(provider);
    call->last = outcome;
    memcpy(call->problem, call->transfer->reply.problem, sizeof call->problem);
    if (!outcome_is_providers_fault(outcome)) {
        if (outcome == OUTCOME_WHOLE || outcome == OUTCOME_CUT || outcome == OUTCOME_DECLINED)
            breaker_succeed(breaker);
        call_end(provider, call, outcome);
        return true;
    }
    /* Cut by the caller's deadline after a moment says nothing of the provider. */
    int64_t fair_us = endpoint_of(provider, call)->deadline_ms * us_per_ms / 2;
    if (outcome == OUTCOME_LATE && call->first_byte_us == 0 && now - call->began_us < fair_us &&
        now >= call->deadline_us)
        breaker_leave(breaker);
    else
        breaker_fail(breaker, now);
    memcpy(retry_after, call->transfer->retry_after, sizeof retry_after);
    attempt_close(provider, call, outcome);
    if (now >= call->deadline_us) {
        call_end(provider, call, OUTCOME_LATE);
        return true;
    }
    if (call_waits(provider, call, outcome, retry_after, now))
        return false;
    call_move(call);
    return call_begin(provider, call, now);
}

bool call_transferred(struct provider *provider, struct call *call, CURLcode code)
{
    if (call->transfer->has_begun && !call->first_byte_us)
        call->first_byte_us = provider_now(provider);
    return attempt_end(provider, call, transfer_outcome(call->transfer, code));
}

/* ---- Time ---- */

/* When the attempt under way is late. */
static int64_t attempt_due_us(const struct provider *provider, const struct call *call)
{
    const struct endpoint *endpoint = endpoint_of(provider, call);
    int64_t due = lesser(call->deadline_us, call->endpoint_us);
    if (call->first_byte_us)
        return due;
    if (call->connected_us)
        return lesser(due, call->connected_us + endpoint->first_byte_ms * us_per_ms);
    return lesser(due, call->began_us + endpoint->connect_ms * us_per_ms);
}

int64_t call_due_us(const struct provider *provider, const struct call *call)
{
    if (call->transfer)
        return attempt_due_us(provider, call);
    return provider->under_way < provider->options.at_once
               ? lesser(call->starts_us, call->deadline_us)
               : call->deadline_us;
}

bool call_advance(struct provider *provider, struct call *call, int64_t now)
{
    if (call->transfer) {
        if (call->transfer->is_connected && !call->connected_us)
            call->connected_us = now;
        if (call->transfer->has_begun && !call->first_byte_us)
            call->first_byte_us = now;
        if (now < attempt_due_us(provider, call))
            return false;
        bool had_no_connection = !call->connected_us && now < call->endpoint_us;
        return attempt_end(provider, call, had_no_connection ? OUTCOME_CONNECT : OUTCOME_LATE);
    }
    if (now >= call->deadline_us) {
        call_end(provider, call, OUTCOME_LATE);
        return true;
    }
    if (now < call->starts_us || provider->under_way >= provider->options.at_once)
        return false;
    return call_begin(provider, call, now);
}
