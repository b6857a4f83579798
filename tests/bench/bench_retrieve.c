/* How long one question takes over many passages, how large their index is and what a question
 * takes from the heap. Each line of PASSAGES is a document. Prints one line of JSON; times are CPU
 * microseconds a question, of the best round and of the middle one.
 * usage: bench_retrieve PASSAGES QUESTIONS */
#include "base/arena.h"
#include "base/clock.h"
#include "base/files.h"
#include "base/limits.h"
#include "fallback/retrieve.h"
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 9, ID_BYTES = 9 };

static double round_run(struct retriever *retriever, const struct messages *questions)
{
    static struct retrieval found;
    const double began = cpu_us();
    for (size_t i = 0; i < questions->count; i++)
        if (retrieve(retriever, questions->lines[i], STR(""), DATE_NONE, &found, NULL))
            exit(4);
    return (cpu_us() - began) / (double)questions->count;
}

static void measure(const struct index *index, struct retriever *retriever,
                    const struct messages *questions, size_t bytes, double seconds)
{
    double rounds[ROUNDS];
    (void)round_run(retriever, questions);
    const uint64_t heap = heap_count();
    for (int i = 0; i < ROUNDS; i++)
        rounds[i] = round_run(retriever, questions);
    const double taken = (double)(heap_count() - heap);
    const double middle = median(rounds, ROUNDS);
    printf("{\"passages\":%u,\"terms\":%u,\"bytes\":%zu,\"build_seconds\":%.2f,"
           "\"microseconds\":%.3f,\"middle\":%.3f,\"allocations\":%.6f}\n",
           index->head->passages, index->head->terms, bytes, seconds, rounds[0], middle,
           taken / (ROUNDS * (double)questions->count));
}

static enum err run(const struct messages *passages, const struct messages *questions,
                    struct buf *image, struct fail *why)
{
    struct document_row *rows = mem_take(passages->count, sizeof *rows);
    char(*ids)[ID_BYTES] = mem_take(passages->count, sizeof *ids);
    struct index *index = NULL;
    struct retriever *retriever = NULL;
    const int64_t began = clock_monotonic_us();
    enum err e = rows && ids ? OK : fail_memory(why);
    for (size_t i = 0; !e && i < passages->count; i++) {
        (void)snprintf(ids[i], ID_BYTES, "%08zu", i % 100000000);
        rows[i] = (struct document_row){{ids[i], ID_BYTES - 1},
                                        STR(""),
                                        STR(""),
                                        passages->lines[i],
                                        STR(""),
                                        DATE_NONE,
                                        DATE_NONE,
                                        STR_NONE,
                                        STR_NONE};
    }
    if (!e)
        e = index_build(rows, passages->count, image, why);
    const double seconds = (double)(clock_monotonic_us() - began) / 1e6;
    if (!e)
        e = index_open_image((const unsigned char *)image->p, image->n, "index", &index, why);
    if (!e)
        e = retriever_open(index, &retriever, why);
    if (!e)
        measure(index, retriever, questions, image->n, seconds);
    retriever_close(retriever);
    index_close(index);
    mem_give(rows);
    mem_give(ids);
    return e;
}

int main(int argc, char **argv)
{
    struct messages passages, questions;
    struct buf image;
    struct fail why = {.text = ""};
    if (argc != 3) {
        (void)fputs("usage: bench_retrieve PASSAGES QUESTIONS\n", stderr);
        return 2;
    }
    buf_init(&image, LIMIT_FILE_BYTES);
    messages_read(argv[1], &passages);
    messages_read(argv[2], &questions);
    enum err e = run(&passages, &questions, &image, &why);
    if (e)
        (void)fprintf(stderr, "%s\n", why.text);
    messages_free(&passages);
    messages_free(&questions);
    buf_free(&image);
    return fail_exit_status(e);
}
