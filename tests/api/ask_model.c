/* Asks models as the program does, for tests from the outside: a line of standard input is one
 * call, a line of standard output what became of it, in JSON; at the end of input it waits for what
 * is under way and prints the ledger's sums. A line is `DEADLINE_MS TEXT`, or `off`, `on` (the
 * switch), `wait` (for all that was asked so far), `close` (without waiting).
 * usage: ask_model PROVIDERS [capacity=N] [at_once=N] [calls=N] [tokens=N] [won=N] [switch=PATH] */
#include "base/json.h"
#include "fallback/provider.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LINE_BYTES = 512 * 1024 };

struct asker {
    pthread_mutex_t lock;
    pthread_cond_t told;
    uint64_t asked, done;
    int64_t leaves, overs; /* ledger lines of each kind */
    struct spending spent;
};

static void tell(void *data, uint64_t ticket, const struct provider_result *result)
{
    struct asker *asker = data;
    struct buf out;
    struct json_writer w;
    buf_init(&out, (size_t)1 << 20);
    json_begin(&w, &out);
    json_object(&w, NULL);
    json_put_int(&w, "call", (int64_t)ticket);
    json_put_text(&w, "outcome", outcome_name(result->outcome));
    json_put_str(&w, "text", result->text);
    json_put_str(&w, "provider", result->provider);
    json_put_int(&w, "attempts", result->attempts);
    json_put_int(&w, "took_ms", result->took_us / 1000);
    json_end(&w, '}');
    buf_add_char(&out, '\n');
    (void)fwrite(out.p, 1, out.n, stdout);
    (void)fflush(stdout);
    buf_free(&out);
    (void)pthread_mutex_lock(&asker->lock);
    asker->done++;
    (void)pthread_cond_signal(&asker->told);
    (void)pthread_mutex_unlock(&asker->lock);
}

static bool ledger_note(void *data, const struct egress *line)
{
    struct asker *asker = data;
    (void)pthread_mutex_lock(&asker->lock);
    asker->leaves += !line->is_over;
    asker->overs += line->is_over;
    if (line->is_over) {
        asker->spent.calls += line->spending.calls;
        asker->spent.tokens += line->spending.tokens;
        asker->spent.micro_won += line->spending.micro_won;
    }
    (void)pthread_mutex_unlock(&asker->lock);
    return true;
}

static void all_wait(struct asker *asker)
{
    (void)pthread_mutex_lock(&asker->lock);
    while (asker->done < asker->asked)
        (void)pthread_cond_wait(&asker->told, &asker->lock);
    (void)pthread_mutex_unlock(&asker->lock);
}

static void ask(struct provider *provider, struct asker *asker, char *line)
{
    struct provider_call call = {.told = tell, .data = asker};
    char *text = NULL;
    call.deadline_ms = strtol(line, &text, 10);
    call.request.system = STR("You point.");
    call.request.user = str_trim(str_of(text));
    (void)pthread_mutex_lock(&asker->lock);
    call.ticket = ++asker->asked;
    (void)pthread_mutex_unlock(&asker->lock);
    enum err e = provider_ask(provider, &call, NULL);
    if (!e)
        return;
    const struct provider_result refused = {.outcome = OUTCOMES};
    printf("{\"call\":%llu,\"outcome\":\"%s\",\"took_ms\":%d}\n", (unsigned long long)call.ticket,
           e == ERR_BUSY ? "busy" : "refused", (int)refused.took_us);
    (void)fflush(stdout);
    (void)pthread_mutex_lock(&asker->lock);
    asker->done++;
    (void)pthread_mutex_unlock(&asker->lock);
}

/* False: end without waiting. */
static bool lines_read(struct provider *provider, struct asker *asker)
{
    char *line = malloc(LINE_BYTES);
    bool waits = true;
    while (line && waits && fgets(line, LINE_BYTES, stdin)) {
        struct str word = str_trim(str_of(line));
        if (str_equal(word, STR("close")))
            waits = false;
        else if (str_equal(word, STR("wait")))
            all_wait(asker);
        else if (str_equal(word, STR("off")) || str_equal(word, STR("on")))
            provider_switch(provider, str_equal(word, STR("off")));
        else
            ask(provider, asker, line);
    }
    free(line);
    return waits;
}

static void option_take(struct provider_options *options, const char *text)
{
    const char *value = strchr(text, '=');
    long long number = value ? strtoll(value + 1, NULL, 10) : 0;
    struct str name = value ? (struct str){text, (size_t)(value - text)} : str_of(text);
    if (str_equal(name, STR("capacity")))
        options->capacity = (size_t)number;
    else if (str_equal(name, STR("at_once")))
        options->at_once = (size_t)number;
    else if (str_equal(name, STR("calls")))
        options->calls_per_day = number;
    else if (str_equal(name, STR("tokens")))
        options->tokens_per_day = number;
    else if (str_equal(name, STR("won")))
        options->won_per_day = number;
    else if (str_equal(name, STR("switch")))
        options->switch_path = value + 1;
}

int main(int argc, char **argv)
{
    struct asker asker = {.asked = 0};
    struct provider_options options = {.ledger = ledger_note, .ledger_data = &asker, .seed = 1};
    struct provider *provider = NULL;
    struct fail why = {.text = ""};
    (void)pthread_mutex_init(&asker.lock, NULL);
    (void)pthread_cond_init(&asker.told, NULL);
    options.path = argc > 1 ? argv[1] : "providers";
    for (int i = 2; i < argc; i++)
        option_take(&options, argv[i]);
    if (provider_open(&options, &provider, &why)) {
        fprintf(stderr, "%s\n", why.text);
        return fail_exit_status(why.code);
    }
    if (lines_read(provider, &asker))
        all_wait(&asker);
    provider_close(provider);
    printf("{\"leaves\":%lld,\"overs\":%lld,\"calls\":%lld,\"tokens\":%lld,\"micro_won\":%lld}\n",
           (long long)asker.leaves, (long long)asker.overs, (long long)asker.spent.calls,
           (long long)asker.spent.tokens, (long long)asker.spent.micro_won);
    return 0;
}
