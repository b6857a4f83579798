/* How long one question takes over many passages, how large their index is and what a question
 * takes from the heap; and up to 10,000 passages the same with vectors of 384 dimensions. Each line
 * of PASSAGES is a document. Prints one line of JSON; times are CPU microseconds a question, of the
 * best round and of the middle one. usage: bench_retrieve PASSAGES QUESTIONS */
#include "base/arena.h"
#include "base/clock.h"
#include "base/exact.h"
#include "base/files.h"
#include "base/limits.h"
#include "fallback/retrieve.h"
#include "tests/bench/bench.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 9, ID_BYTES = 9, DIMENSIONS = 384, NEAR_MOST = 10 * 1000, NEAR_QUESTIONS = 100 };

static double round_run(struct retriever *retriever, const struct messages *questions)
{
    static struct retrieval found;
    const double began = cpu_us();
    for (size_t i = 0; i < questions->count; i++)
        if (retrieve(retriever, questions->lines[i], STR(""), DATE_NONE, &found, NULL))
            exit(4);
    return (cpu_us() - began) / (double)questions->count;
}

static void row_make(float *row, uint64_t *random)
{
    for (int i = 0; i < DIMENSIONS; i++) /* of about unit length */
        row[i] = (float)((exact_random_unit(random) - 0.5) * 0.17);
}

/* The best round with vectors; -1: too many passages. */
static double near_measure(const struct index *index, struct retriever *retriever,
                           const struct messages *questions)
{
    static struct retrieval found;
    static struct question_vector vector;
    const size_t rows = index->head->passages;
    const size_t asked = questions->count < NEAR_QUESTIONS ? questions->count : NEAR_QUESTIONS;
    const struct vectors_head head = {.dimensions = DIMENSIONS, .weight = WEIGHT_ONE};
    struct passage_vectors vectors;
    struct buf image;
    uint64_t random = 1;
    float row[DIMENSIONS];
    double best = -1;
    if (rows > NEAR_MOST)
        return best;
    buf_init(&image, LIMIT_FILE_BYTES);
    float *all = mem_take(rows * DIMENSIONS + 1, sizeof *all);
    for (size_t i = 0; all && i < rows; i++)
        row_make(all + i * DIMENSIONS, &random);
    if (!all || passage_vectors_build(&head, all, rows, &image, NULL) ||
        passage_vectors_open((unsigned char *)image.p, image.n, false, "vectors", &vectors, NULL))
        exit(4);
    row_make(row, &random);
    question_vector_set(&vector, row, DIMENSIONS);
    const struct nearness near = {&vectors, &vector, WEIGHT_ONE};
    for (int round = 0; round < ROUNDS; round++) {
        const double began = cpu_us();
        for (size_t i = 0; i < asked; i++)
            if (retrieve_near(retriever, questions->lines[i], STR(""), DATE_NONE, &near, &found,
                              NULL))
                exit(4);
        const double took = (cpu_us() - began) / (double)asked;
        best = best < 0 || took < best ? took : best;
    }
    mem_give(all);
    buf_free(&image);
    return best;
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
    const double near = near_measure(index, retriever, questions);
    printf("{\"passages\":%u,\"terms\":%u,\"bytes\":%zu,\"build_seconds\":%.2f,"
           "\"microseconds\":%.3f,\"middle\":%.3f,\"allocations\":%.6f,"
           "\"near\":%.1f}\n",
           index->head->passages, index->head->terms, bytes, seconds, rounds[0], middle,
           taken / (ROUNDS * (double)questions->count), near);
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
