/* provider and its parts: prices, caps, breaker and waits by themselves, then the client on a clock
 * that only the test moves, against addresses that refuse, hang or cannot be found. What providers
 * can do on the wire is in tests/api/test_provider.py. */
#include "base/arena.h"
#include "base/config.h"
#include "base/files.h"
#include "fallback/breaker.h"
#include "fallback/provider.h"
#include "fallback/retry.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail

enum { PATH_BYTES = 128, TEXT_BYTES = 1024 };
static const int64_t second_us = 1000000, day_us = 86400 * 1000000LL;

/* ---- The parts ---- */

static void five_failures_within_a_window_open_the_breaker(void **state)
{
    struct breaker breaker = {.failures = 0};
    (void)state;
    for (int i = 0; i < 20; i++) { /* spread out: never */
        assert_true(breaker_enter(&breaker, i * 8 * second_us));
        breaker_fail(&breaker, i * 8 * second_us);
    }
    int64_t now = 1000 * second_us;
    breaker_succeed(&breaker);
    for (int i = 0; i < BREAKER_FAILURES; i++) {
        assert_true(breaker_enter(&breaker, now));
        breaker_fail(&breaker, now += second_us);
    }
    assert_false(breaker_enter(&breaker, now + 30 * second_us - 1));
    now += 30 * second_us;
    assert_true(breaker_enter(&breaker, now)); /* the probe, and only one */
    assert_false(breaker_enter(&breaker, now));
    breaker_leave(&breaker); /* it was cut: another may be */
    assert_true(breaker_enter(&breaker, now));
    breaker_fail(&breaker, now);
    assert_false(breaker_enter(&breaker, now + 30 * second_us - 1));
    now += 30 * second_us;
    assert_true(breaker_enter(&breaker, now));
    breaker_succeed(&breaker);
    assert_true(breaker_enter(&breaker, now) && breaker_enter(&breaker, now));
}

static void who_asks_to_be_left_alone_is_until_then(void **state)
{
    struct breaker breaker = {.failures = 0};
    (void)state;
    breaker_rest(&breaker, 10 * second_us);
    breaker_rest(&breaker, 5 * second_us);
    assert_false(breaker_enter(&breaker, 10 * second_us - 1));
    assert_true(breaker_enter(&breaker, 10 * second_us) && breaker_enter(&breaker, 10 * second_us));
}

static void a_cap_is_reached_and_never_passed(void **state)
{
    static const struct spending cost = {.calls = 1, .tokens = 100, .micro_won = 2500000};
    static const struct {
        int64_t calls, tokens, won, fits;
    } cases[] = {{0, 0, 0, 1000}, {3, 0, 0, 3}, {0, 400, 0, 4}, {0, 499, 0, 4},
                 {0, 0, 10, 4},   {0, 0, 9, 3}, {5, 200, 9, 2}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct allowance all = {
            .calls = cases[i].calls, .tokens = cases[i].tokens, .won = cases[i].won};
        int64_t fits = 0;
        while (fits < 1000 && allowance_reserve(&all, 20000, &cost)) {
            if (++fits % 2) /* half of them under way, half settled for as much */
                allowance_settle(&all, &cost, &cost);
        }
        assert_int_equal(fits, cases[i].fits);
        assert_true(allowance_reserve(&all, 20001, &cost) || fits < 4); /* another day */
    }
}

static void what_is_settled_for_less_may_be_spent_again(void **state)
{
    static const struct spending aside = {.calls = 1, .tokens = 900},
                                 cost = {.calls = 1, .tokens = 10};
    struct allowance all = {.tokens = 1000};
    (void)state;
    assert_true(allowance_reserve(&all, 1, &aside));
    assert_false(allowance_reserve(&all, 1, &aside));
    allowance_settle(&all, &aside, &cost);
    assert_true(allowance_reserve(&all, 1, &aside));
    static const struct spending lies = {.calls = 1, .tokens = INT64_MAX, .micro_won = INT64_MAX};
    allowance_settle(&all, &aside, &lies); /* saturates: the day is over, the next is not */
    assert_false(allowance_reserve(&all, 1, &cost));
    assert_true(allowance_reserve(&all, 2, &cost));
}

static void money_is_exact_and_rounded_up(void **state)
{
    (void)state;
    assert_int_equal(tokens_cost(1000, 550000, 1000, 2200000), 2750000);
    assert_int_equal(tokens_cost(1, 1, 0, 0), 1);
    assert_int_equal(tokens_cost(0, 1, 0, 5), 0);
    assert_int_equal(tokens_cost(1500, 333333, 7, 1), 500000 + 1);
    assert_int_equal(tokens_cost(INT64_MAX, 2, 1, 1), INT64_MAX);
}

static void retry_after_is_seconds_or_a_date_of_at_most_five_minutes(void **state)
{
    static const int64_t now = 1445412480 * 1000000LL; /* Wed, 21 Oct 2015 07:28:00 GMT */
    static const struct {
        const char *value;
        int64_t wait_us;
    } cases[] = {
        {"0", 0},
        {" 7 ", 7000000},
        {"299", 299000000},
        {"300", 300000000},
        {"99999999999999999999999999", 300000000},
        {"Wed, 21 Oct 2015 07:28:05 GMT", 5000000},
        {"Wednesday, 21-Oct-15 07:28:05 GMT", 5000000},
        {"Wed Oct 21 07:28:05 2015", 5000000},
        {"Wed, 21 Oct 2015 07:27:59 GMT", 0},
        {"Fri, 31 Dec 9999 23:59:59 GMT", 300000000},
        {"", -1},
        {"-1", -1},
        {"1.5", -1},
        {"soon", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(retry_after_us(str_of(cases[i].value), now), cases[i].wait_us);
    uint64_t a = 7, b = 7;
    for (int i = 0; i < 1000; i++) {
        int64_t wait = retry_jitter_us(&a);
        assert_in_range(wait, 200000, 499999);
        assert_int_equal(wait, retry_jitter_us(&b));
    }
}

/* ---- The providers file ---- */

struct stage {
    char folder[PATH_BYTES], path[PATH_BYTES + 16];
    int fd; /* listens and never answers */
    int port, dead_port;
    atomic_llong now_us, wall_us;
    struct provider_clock clock;
    struct provider_options options;
    struct provider *provider;
    pthread_mutex_t lock; /* of what follows */
    pthread_cond_t news;
    uint64_t leaves, overs, told;
    bool may_not_leave;
    enum outcome outcome;
    int attempts;
    int64_t took_us;
    struct egress last;
};

static int listener(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(bind(fd, (struct sockaddr *)&at, size), 0);
    assert_int_equal(listen(fd, 64), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &size), 0);
    *port = ntohs(at.sin_port);
    return fd;
}

static int64_t stage_now(void *data)
{
    return atomic_load(&((struct stage *)data)->now_us);
}

static int64_t stage_wall(void *data)
{
    return atomic_load(&((struct stage *)data)->wall_us);
}

static bool stage_ledger(void *data, const struct egress *line)
{
    struct stage *stage = data;
    (void)pthread_mutex_lock(&stage->lock);
    bool may = !stage->may_not_leave;
    stage->leaves += may && !line->is_over;
    stage->overs += line->is_over;
    stage->last = *line;
    (void)pthread_cond_signal(&stage->news);
    (void)pthread_mutex_unlock(&stage->lock);
    return may;
}

static void stage_told(void *data, uint64_t ticket, const struct provider_result *result)
{
    struct stage *stage = data;
    (void)pthread_mutex_lock(&stage->lock);
    stage->told++;
    stage->outcome = result->outcome;
    stage->attempts = result->attempts;
    stage->took_us = result->took_us;
    assert_int_equal(ticket, 42);
    (void)pthread_cond_signal(&stage->news);
    (void)pthread_mutex_unlock(&stage->lock);
}

static int set_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    if (!stage)
        return -1;
    (void)snprintf(stage->folder, sizeof stage->folder, "/tmp/paring-provider-XXXXXX");
    assert_non_null(mkdtemp(stage->folder));
    (void)snprintf(stage->path, sizeof stage->path, "%s/providers", stage->folder);
    (void)pthread_mutex_init(&stage->lock, NULL);
    (void)pthread_cond_init(&stage->news, NULL);
    stage->fd = listener(&stage->port);
    (void)close(listener(&stage->dead_port));
    stage->now_us = 1000 * second_us;
    stage->wall_us = 20000 * day_us;
    stage->clock = (struct provider_clock){stage_now, stage_wall, stage};
    stage->options = (struct provider_options){
        .path = stage->path, .ledger = stage_ledger, .ledger_data = stage, .clock = &stage->clock};
    *state = stage;
    return 0;
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    provider_close(stage->provider);
    (void)close(stage->fd);
    assert_int_equal(folder_remove(stage->folder, NULL), OK);
    free(stage);
    return 0;
}

static void providers_write(struct stage *stage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void providers_write(struct stage *stage, const char *format, ...)
{
    char text[TEXT_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    assert_int_equal(file_write(stage->path, str_of(text), NULL), OK);
}

static void the_file_says_who_is_asked_and_how(void **state)
{
    struct stage *stage = *state;
    struct endpoints *endpoints = NULL;
    struct fail why = {.text = ""};
    char key[PATH_BYTES + 16];
    (void)snprintf(key, sizeof key, "%s/key", stage->folder);
    assert_int_equal(file_write(key, STR(" sk-1\n"), NULL), OK);
    assert_int_equal(chmod(key, 0600), 0);
    providers_write(stage, "# two\n[a b]\nform=openai\nurl = https://x.example/v1/\nmodel = m\n"
                           "key_file = key\nwon_per_1000_in = 0.55\nwon_per_1000_out=12\n"
                           "temperature = none\nschema = none\n\n[c]\nform = anthropic\n"
                           "url = http://[::1]:81\nmodel = n\ndeadline_ms = 99\n");
    enum err e = endpoints_open(stage->path, &endpoints, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(e, OK);
    assert_int_equal(endpoints_count(endpoints), 2);
    const struct endpoint *one = endpoints_at(endpoints, 0), *two = endpoints_at(endpoints, 1);
    assert_true(str_equal(one->name, STR("a b")));
    assert_string_equal(one->url, "https://x.example/v1/chat/completions");
    assert_string_equal(one->key, "sk-1");
    assert_int_equal(one->price_in, 550000);
    assert_int_equal(one->price_out, 12000000);
    assert_null(one->temperature);
    assert_string_equal(two->url, "http://[::1]:81/v1/messages");
    assert_null(two->key);
    assert_int_equal(two->deadline_ms, 99);
    assert_string_equal(two->temperature, "0");
    endpoints_close(endpoints);
}

static void a_providers_file_that_is_wrong_is_refused_by_line(void **state)
{
#define WHOLE "[a]\nform=openai\nurl=http://h/v1\nmodel=m\n"
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"", "names no provider"},
        {"form = openai\n", ":1: a [name]"},
        {"[a]\nform = openai\nmodel = m\n", ":1: a provider needs form, url and model"},
        {"[]\n", ":1: a provider's name"},
        {WHOLE "[a]\n", ":5: this name is taken"},
        {WHOLE "model = n\n", ":5: this key is set twice"},
        {WHOLE "colour = red\n", ":5: there is no key"},
        {WHOLE "key_file =\n", ":5: \"key = value\""},
        {WHOLE "key_file\n", ":5: \"key = value\""},
        {WHOLE "temperature = 2\n", ":5: temperature"},
        {WHOLE "temperature = 0.1,\"n\":9\n", ":5: temperature"},
        {WHOLE "won_per_1000_in = -1\n", ":5: a price"},
        {WHOLE "won_per_1000_in = 1.2345678\n", ":5: a price"},
        {WHOLE "won_per_1000_in = 1.\n", ":5: a price"},
        {WHOLE "deadline_ms = 0\n", ":5: a whole number"},
        {WHOLE "schema = yes\n", ":5: schema"},
        {WHOLE "tokens_key = n\n", ":5: tokens_key"},
        {WHOLE "ca_file = nowhere.pem\n", "nowhere.pem: there is no such file"},
        {WHOLE "key_file = nowhere.key\n", "nowhere.key"},
        {"[a]\nform=openai\nmodel=m\nurl=file:///etc/passwd\n", ":1: url must be http"},
        {"[a]\nform=openai\nmodel=m\nurl=http://u:p@h/\n", ":1: url must be http"},
        {"[a]\nform=openai\nmodel=m\nurl=http://h/?k=v\n", ":1: url must be http"},
        {"[a]\nform=openai\nmodel=m\nurl=h\n", ":1: url must be http"},
        {"[a]\nform = gopher\n", ":2: form"},
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct endpoints *endpoints = NULL;
        struct fail why = {.text = ""};
        providers_write(stage, "%s", cases[i].text);
        assert_int_not_equal(endpoints_open(stage->path, &endpoints, &why), OK);
        assert_null(endpoints);
        if (!strstr(why.text, cases[i].says))
            print_message("%s\n", why.text);
        assert_non_null(strstr(why.text, cases[i].says));
    }
}

/* ---- The client ---- */

static void stage_start(struct stage *stage)
{
    struct fail why = {.text = ""};
    enum err e = provider_open(&stage->options, &stage->provider, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(e, OK);
}

static void stage_ask(struct stage *stage, int64_t deadline_ms)
{
    const struct provider_call call = {.request = {.system = STR("s"), .user = STR("u")},
                                       .deadline_ms = deadline_ms,
                                       .ticket = 42,
                                       .told = stage_told,
                                       .data = stage};
    assert_int_equal(provider_ask(stage->provider, &call, NULL), OK);
}

static void stage_move(struct stage *stage, int64_t us)
{
    atomic_fetch_add(&stage->now_us, us);
    atomic_fetch_add(&stage->wall_us, us);
    provider_wake(stage->provider);
}

/* Until one of the stage's counts is so high. */
static void stage_wait(struct stage *stage, const uint64_t *count, uint64_t least)
{
    (void)pthread_mutex_lock(&stage->lock);
    while (*count < least)
        (void)pthread_cond_wait(&stage->news, &stage->lock);
    (void)pthread_mutex_unlock(&stage->lock);
}

/* One call to where nobody listens, its second try included: the clock is moved over the wait. */
static void stage_fail_once(struct stage *stage, int tries)
{
    uint64_t overs = stage->overs, told = stage->told;
    stage_ask(stage, 60000);
    if (tries > 0)
        stage_wait(stage, &stage->overs, overs + 1);
    if (tries > 1)
        stage_move(stage, second_us);
    stage_wait(stage, &stage->told, told + 1);
}

#define DEAD "[dead]\nform=openai\nurl=http://127.0.0.1:%d/v1\nmodel=m\n"

static void a_call_is_told_at_its_deadline_and_not_before(void **state)
{
    struct stage *stage = *state;
    providers_write(stage, DEAD "deadline_ms=600000\nconnect_ms=600000\nfirst_byte_ms=600000\n",
                    stage->port);
    stage_start(stage);
    stage_ask(stage, 5000);
    char begun;
    int asked = accept(stage->fd, NULL, NULL);
    assert_int_equal(read(asked, &begun, 1), 1);
    stage_move(stage, 5 * second_us - 1);
    assert_int_equal(provider_counts(stage->provider).pending, 1);
    stage_move(stage, 1);
    stage_wait(stage, &stage->told, 1);
    assert_string_equal(outcome_name(stage->outcome), "late");
    assert_int_equal(stage->took_us, 5 * second_us);
    assert_int_equal(stage->overs, 1);
    assert_true(stage->last.is_estimated); /* it may have cost what was sent */
    assert_int_equal(close(asked), 0);
}

static void no_connection_is_tried_twice_and_then_the_breaker_opens(void **state)
{
    struct stage *stage = *state;
    providers_write(stage, DEAD, stage->dead_port);
    stage_start(stage);
    for (int i = 0; i < 2; i++) {
        stage_fail_once(stage, 2);
        assert_string_equal(outcome_name(stage->outcome), "connect");
        assert_int_equal(stage->attempts, 2);
        assert_int_equal(stage->last.spending.tokens, 0);
    }
    stage_fail_once(stage, 1); /* the fifth failure opens it: no second try */
    assert_int_equal(stage->attempts, 1);
    stage_fail_once(stage, 0);
    assert_string_equal(outcome_name(stage->outcome), "resting");
    assert_true(provider_counts(stage->provider).is_open[0]);
    stage_move(stage, 31 * second_us);
    stage_fail_once(stage, 1); /* the probe */
    assert_string_equal(outcome_name(stage->outcome), "connect");
    stage_fail_once(stage, 0);
    assert_string_equal(outcome_name(stage->outcome), "resting");
}

static void a_restart_does_not_forgive_what_was_spent(void **state)
{
    struct stage *stage = *state;
    providers_write(stage, DEAD, stage->dead_port);
    stage->options.calls_per_day = 3;
    stage->options.utc_offset_minutes = 9 * 60;
    stage->options.used = (struct spending){.day = 20000, .calls = 1};
    stage_start(stage);
    stage_fail_once(stage, 2);
    stage_fail_once(stage, 0);
    assert_string_equal(outcome_name(stage->outcome), "capped");
    struct spending used = provider_counts(stage->provider).used;
    assert_int_equal(used.calls, 3);
    provider_close(stage->provider);
    stage->options.used = used;
    stage_start(stage);
    stage_fail_once(stage, 0);
    assert_string_equal(outcome_name(stage->outcome), "capped");
    stage_move(stage, 15 * 3600 * second_us); /* midnight in Seoul, not in Greenwich */
    stage_fail_once(stage, 2);
    assert_string_equal(outcome_name(stage->outcome), "connect");
    assert_int_equal(stage->last.spending.day, 20001);
}

static void nothing_leaves_that_the_ledger_cannot_keep(void **state)
{
    struct stage *stage = *state;
    providers_write(stage, DEAD, stage->dead_port);
    stage->may_not_leave = true;
    stage->options.calls_per_day = 1;
    stage_start(stage);
    for (int i = 0; i < 3; i++) { /* and it costs nothing */
        stage_fail_once(stage, 0);
        assert_string_equal(outcome_name(stage->outcome), "unkept");
        assert_int_equal(stage->attempts, 0);
    }
    assert_int_equal(stage->overs, 0);
}

static void who_is_left_at_the_end_is_told(void **state)
{
    struct stage *stage = *state;
    providers_write(stage, DEAD, stage->port);
    stage->options.at_once = 2;
    stage_start(stage);
    for (int i = 0; i < 5; i++)
        stage_ask(stage, 5000);
    stage_wait(stage, &stage->leaves, 2);
    provider_close(stage->provider);
    stage->provider = NULL;
    assert_int_equal(stage->told, 5);
    assert_string_equal(outcome_name(stage->outcome), "closed");
    assert_int_equal(stage->leaves, stage->overs);
}

/* A name server that does not answer. libcurl asks it on a thread of its own; addresses that are
 * numbers do not come here. */
static sem_t *resolver_may_go(void)
{
    static sem_t may_go;
    return &may_go;
}

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result);
int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict result)
{
    (void)node, (void)service, (void)hints, (void)result;
    (void)sem_wait(resolver_may_go());
    (void)sem_post(resolver_may_go());
    return EAI_NONAME;
}

static void a_name_server_that_hangs_holds_up_nobody(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(sem_init(resolver_may_go(), 0, 0), 0);
    providers_write(stage, "[a]\nform=openai\nurl=http://slow.example/v1\nmodel=m\n");
    stage_start(stage);
    stage_ask(stage, 1000);
    stage_wait(stage, &stage->leaves, 1);
    stage_move(stage, second_us);
    stage_wait(stage, &stage->told, 1); /* while the name is still being looked up */
    assert_string_equal(outcome_name(stage->outcome), "late");
    assert_int_equal(sem_post(resolver_may_go()), 0);
}

static void the_settings_are_what_a_bot_is_asked_with(void **state)
{
    static const char *const flags[] = {"providers_file=/p",   "model_off_file=/off",
                                        "model_queue=7",       "model_calls_per_day=1",
                                        "timezone_minutes=60", "model_tokens_per_day=2",
                                        "model_won_per_day=3"};
    struct provider_options options = {.seed = 9};
    struct config *config = NULL;
    (void)state;
    assert_int_equal(config_open(NULL, NULL, 0, &config, NULL), OK);
    assert_false(provider_options_read(config, &options));
    assert_null(options.switch_path);
    config_close(config);
    assert_int_equal(config_open(NULL, flags, 7, &config, NULL), OK);
    assert_true(provider_options_read(config, &options));
    assert_string_equal(options.path, "/p");
    assert_string_equal(options.switch_path, "/off");
    assert_int_equal(options.capacity, 7);
    assert_int_equal(
        options.calls_per_day * 100 + options.tokens_per_day * 10 + options.won_per_day, 123);
    assert_int_equal(options.utc_offset_minutes, 60);
    assert_int_equal(options.seed, 9);
    config_close(config);
}

static void memory_that_runs_out_while_opening_leaves_nothing(void **state)
{
    struct stage *stage = *state;
    providers_write(stage, DEAD, stage->port);
    enum err e = ERR_MEMORY;
    for (uint64_t nth = 1; e; nth++) {
        struct provider *provider = NULL;
        mem_fail_after(nth, false);
        e = provider_open(&stage->options, &provider, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true(e ? provider == NULL : nth > 4);
        provider_close(provider);
    }
}

static void memory_that_runs_out_while_asking_refuses_the_call(void **state)
{
    struct stage *stage = *state;
    const struct provider_call call = {
        .request = {.user = STR("u")}, .told = stage_told, .data = stage};
    providers_write(stage, DEAD, stage->port);
    stage_start(stage);
    for (uint64_t nth = 1; nth <= 2; nth++) {
        mem_fail_after(nth, false);
        assert_int_equal(provider_ask(stage->provider, &call, NULL), ERR_MEMORY);
        mem_fail_after(0, false);
    }
    struct provider_call long_call = call;
    char *text = calloc(1, LIMIT_LLM_PROMPT + 1);
    long_call.request.user = (struct str){text, LIMIT_LLM_PROMPT + 1};
    assert_int_equal(provider_ask(stage->provider, &long_call, NULL), ERR_LIMIT);
    free(text);
    assert_int_equal(provider_counts(stage->provider).pending, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(five_failures_within_a_window_open_the_breaker),
        cmocka_unit_test(who_asks_to_be_left_alone_is_until_then),
        cmocka_unit_test(a_cap_is_reached_and_never_passed),
        cmocka_unit_test(what_is_settled_for_less_may_be_spent_again),
        cmocka_unit_test(money_is_exact_and_rounded_up),
        cmocka_unit_test(retry_after_is_seconds_or_a_date_of_at_most_five_minutes),
#define ON_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
        ON_STAGE(the_file_says_who_is_asked_and_how),
        ON_STAGE(a_providers_file_that_is_wrong_is_refused_by_line),
        ON_STAGE(a_call_is_told_at_its_deadline_and_not_before),
        ON_STAGE(no_connection_is_tried_twice_and_then_the_breaker_opens),
        ON_STAGE(a_restart_does_not_forgive_what_was_spent),
        ON_STAGE(nothing_leaves_that_the_ledger_cannot_keep),
        ON_STAGE(who_is_left_at_the_end_is_told),
        ON_STAGE(a_name_server_that_hangs_holds_up_nobody),
        cmocka_unit_test(the_settings_are_what_a_bot_is_asked_with),
        ON_STAGE(memory_that_runs_out_while_opening_leaves_nothing),
        ON_STAGE(memory_that_runs_out_while_asking_refuses_the_call),
    };
    return cmocka_run_group_tests_name("provider", tests, NULL, NULL);
}
