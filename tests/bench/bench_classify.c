/* How long one message takes to classify, and what it takes from the heap: the model is mapped, the
 * messages are gone through once to warm up and then in rounds. Prints one line of JSON; times are
 * CPU microseconds a message, of the best round (what the work costs) and of the middle one (what
 * it costs in company).
 * usage: bench_classify MODEL MESSAGES */
#include "base/arena.h"
#include "classifier/classify.h"
#include "tests/bench/bench.h"

#include <stdio.h>

enum { ROUNDS = 15 };

static void measure(struct classifier *classifier, const struct messages *messages)
{
    struct classification heard;
    double rounds[ROUNDS];
    uint64_t heap = 0, ours = 0;
    size_t scripted = 0;
    for (int round = -1; round < ROUNDS; round++) {
        if (round == 0) {
            heap = heap_count();
            ours = mem_count();
        }
        const double began = cpu_us();
        for (size_t i = 0; i < messages->count; i++) {
            classify(classifier, messages->lines[i], &heard);
            scripted += heard.is_scripted;
        }
        if (round >= 0)
            rounds[round] = (cpu_us() - began) / (double)messages->count;
    }
    heap = heap_count() - heap;
    ours = mem_count() - ours;
    const double middle = median(rounds, ROUNDS), in_all = ROUNDS * (double)messages->count;
    printf("{\"messages\":%zu,\"scripted\":%zu,\"microseconds\":%.3f,\"middle\":%.3f,"
           "\"allocations\":%.6f,\"allocations_of_libraries\":%.6f}\n",
           messages->count, scripted / (ROUNDS + 1), rounds[0], middle, (double)ours / in_all,
           (double)(heap - ours) / in_all);
}

int main(int argc, char **argv)
{
    struct model *model = NULL;
    struct classifier *classifier = NULL;
    struct messages messages;
    struct fail why = {.text = ""};
    if (argc != 3) {
        (void)fputs("usage: bench_classify MODEL MESSAGES\n", stderr);
        return 2;
    }
    enum err e = model_open(argv[1], &model, &why);
    if (!e)
        e = classifier_open(model, &classifier, &why);
    if (e) {
        (void)fprintf(stderr, "%s\n", why.text);
    } else {
        messages_read(argv[2], &messages);
        measure(classifier, &messages);
        messages_free(&messages);
    }
    classifier_close(classifier);
    model_close(model);
    return fail_exit_status(e);
}
