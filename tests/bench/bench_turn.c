/* How long one scripted turn takes, and what it takes from the heap: message in, the whole rule of
 * bot/turn.h, the finished text out; no journal. Each message begins a conversation. A first round
 * warms the buffers and finds the messages that a script answers; only those are measured. Prints
 * one line of JSON as bench_classify does.
 * usage: bench_turn BOT MESSAGES [YYYY-MM-DD] */
#include "base/arena.h"
#include "base/clock.h"
#include "bot/turn.h"
#include "tests/bench/bench.h"

#include <stdio.h>

enum { ROUNDS = 15, REPLY_BYTES = 64 * 1024 };

struct talk {
    struct turner *turner;
    struct reply reply;
    date_days as_of;
};

/* True when a script answered. */
static bool say(struct talk *talk, struct str text)
{
    struct conversation conversation = {.awaiting = AWAIT_NOTHING};
    const struct message message = {text, STR("web"), talk->as_of, 1};
    enum err e = turn_answer(talk->turner, &conversation, &message, &talk->reply, NULL);
    return !e && talk->reply.route == ROUTE_SCRIPTED;
}

static size_t scripted_keep(struct talk *talk, struct messages *messages)
{
    size_t kept = 0;
    for (size_t i = 0; i < messages->count; i++)
        if (say(talk, messages->lines[i]))
            messages->lines[kept++] = messages->lines[i];
    return kept;
}

static void measure(struct talk *talk, struct messages *messages)
{
    double rounds[ROUNDS];
    uint64_t heap, ours;
    const size_t of = messages->count;
    messages->count = scripted_keep(talk, messages);
    const double in_all = messages->count ? ROUNDS * (double)messages->count : 1;
    heap = heap_count();
    ours = mem_count();
    for (int round = 0; round < ROUNDS; round++) {
        const double began = cpu_us();
        for (size_t i = 0; i < messages->count; i++)
            (void)say(talk, messages->lines[i]);
        rounds[round] = (cpu_us() - began) * ROUNDS / in_all;
    }
    heap = heap_count() - heap;
    ours = mem_count() - ours;
    const double middle = median(rounds, ROUNDS);
    printf("{\"messages\":%zu,\"scripted\":%zu,\"microseconds\":%.3f,\"middle\":%.3f,"
           "\"allocations\":%.6f,\"allocations_of_libraries\":%.6f}\n",
           of, messages->count, rounds[0], middle, (double)ours / in_all,
           (double)(heap - ours) / in_all);
}

int main(int argc, char **argv)
{
    struct release *release = NULL;
    struct talk talk = {.as_of = date_from_civil(2026, 11, 23)};
    struct messages messages;
    struct fail why = {.text = ""};
    if (argc < 3 || argc > 4 || (argc == 4 && !date_parse(str_of(argv[3]), &talk.as_of))) {
        (void)fputs("usage: bench_turn BOT MESSAGES [YYYY-MM-DD]\n", stderr);
        return 2;
    }
    buf_init(&talk.reply.text, REPLY_BYTES);
    enum err e = release_open(argv[1], 0, &release, &why);
    if (!e)
        e = turner_open(release, &talk.turner, &why);
    if (e) {
        (void)fprintf(stderr, "%s\n", why.text);
    } else {
        messages_read(argv[2], &messages);
        measure(&talk, &messages);
        messages_free(&messages);
    }
    turner_close(talk.turner);
    release_close(release);
    buf_free(&talk.reply.text);
    return fail_exit_status(e);
}
