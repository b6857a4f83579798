/* Passages' vectors: what bytes lose, the nearest found as by looking at all, words and vectors
 * added, filters kept, damaged files refused. */
#include "base/arena.h"
#include "base/exact.h"
#include "fallback/retrieve.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail

enum { ROWS = 400, DIMENSIONS = 50, QUESTIONS = 40 };

struct stage {
    float rows[ROWS][DIMENSIONS];
    struct buf image;
    struct passage_vectors vectors;
};

static void row_make(float row[DIMENSIONS], uint64_t *random)
{
    double square = 0;
    for (int i = 0; i < DIMENSIONS; i++) {
        row[i] = (float)(exact_random_unit(random) - exact_random_unit(random));
        square += (double)row[i] * (double)row[i];
    }
    for (int i = 0; i < DIMENSIONS; i++)
        row[i] = (float)((double)row[i] / sqrt(square));
}

static int open_stage(void **state)
{
    struct stage *stage = mem_take(1, sizeof *stage);
    uint64_t random = 7;
    const struct vectors_head head = {.dimensions = DIMENSIONS, .weight = 500, .model = "m"};
    for (int i = 0; i < ROWS; i++)
        row_make(stage->rows[i], &random);
    buf_init(&stage->image, LIMIT_FILE_BYTES);
    assert_int_equal(passage_vectors_build(&head, &stage->rows[0][0], ROWS, &stage->image, NULL),
                     OK);
    assert_int_equal(passage_vectors_open((unsigned char *)stage->image.p, stage->image.n, false,
                                          "vectors", &stage->vectors, NULL),
                     OK);
    *state = stage;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;
    buf_free(&stage->image);
    mem_give(stage);
    return 0;
}

static double cosine(const float *a, const float *b)
{
    double sum = 0;
    for (int i = 0; i < DIMENSIONS; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

static void bytes_are_off_by_half_a_step_at_most(void **state)
{
    struct stage *stage = *state;
    for (size_t i = 0; i < ROWS; i++)
        for (size_t k = 0; k < DIMENSIONS; k++) {
            const float scale = stage->vectors.scales[i];
            const float back =
                (float)stage->vectors.codes[i * stage->vectors.head->stride + k] * scale;
            assert_true(fabsf(back - stage->rows[i][k]) <= scale * 0.5001F);
        }
}

static void the_exact_look_is_exact(void **state)
{
    struct stage *stage = *state;
    struct question_vector question;
    uint64_t random = 11;
    float row[DIMENSIONS];
    for (int q = 0; q < QUESTIONS; q++) {
        row_make(row, &random);
        question_vector_set(&question, row, DIMENSIONS);
        for (uint32_t i = 0; i < ROWS; i++)
            assert_true(fabs((double)passage_nearness(&stage->vectors, &question, i) / 1e6 -
                             cosine(row, stage->rows[i])) < 0.002);
    }
}

static void the_nearest_by_bytes_hold_the_nearest(void **state)
{
    struct stage *stage = *state;
    struct question_vector question;
    uint64_t random = 13;
    uint32_t best[VECTORS_BEST];
    float row[DIMENSIONS];
    for (int q = 0; q < QUESTIONS; q++) {
        row_make(row, &random);
        question_vector_set(&question, row, DIMENSIONS);
        assert_int_equal(passage_vectors_best(&stage->vectors, &question, NULL, best),
                         VECTORS_BEST);
        for (uint32_t i = 0; i < ROWS; i++) {
            size_t nearer = 0, at = 0;
            for (int j = 0; j < ROWS; j++)
                nearer += cosine(row, stage->rows[j]) > cosine(row, stage->rows[i]);
            while (at < VECTORS_BEST && best[at] != i)
                at++;
            if (nearer < VECTORS_BEST / 2)
                assert_true(at < VECTORS_BEST); /* in the first half: among the hundred */
        }
    }
}

static void only_what_is_allowed_is_looked_at(void **state)
{
    struct stage *stage = *state;
    bool allowed[ROWS] = {false};
    uint32_t best[VECTORS_BEST];
    struct question_vector question;
    question_vector_set(&question, stage->rows[3], DIMENSIONS);
    assert_true(passage_vectors_best(&stage->vectors, &question, NULL, best) > 0);
    assert_int_equal(best[0], 3);
    allowed[5] = allowed[9] = true;
    assert_int_equal(passage_vectors_best(&stage->vectors, &question, allowed, best), 2);
    assert_int_equal(best[0] + best[1], 14);
}

static enum err damaged_open(struct stage *stage, size_t at, unsigned char with, bool reseals)
{
    struct passage_vectors vectors;
    struct fail why = {.text = ""};
    unsigned char *copy = mem_take(stage->image.n, 1);
    memcpy(copy, stage->image.p, stage->image.n);
    copy[at] ^= with;
    if (reseals)
        passage_vectors_hash(copy, stage->image.n, copy + offsetof(struct vectors_head, hash));
    enum err e = passage_vectors_open(copy, stage->image.n, false, "vectors.bin", &vectors, &why);
    assert_true(!e || strstr(why.text, "vectors.bin"));
    mem_give(copy);
    return e;
}

static void a_file_that_was_changed_anywhere_is_refused(void **state)
{
    struct stage *stage = *state;
    struct passage_vectors vectors;
    for (size_t at = 0; at < stage->image.n; at += at < sizeof(struct vectors_head) ? 1 : 997)
        assert_int_equal(damaged_open(stage, at, 1, false), ERR_CORRUPT);
    for (size_t n = 0; n < stage->image.n; n += n < 600 ? 1 : 4999)
        assert_int_equal(
            passage_vectors_open((unsigned char *)stage->image.p, n, n % 2, "x", &vectors, NULL),
            ERR_CORRUPT);
}

static void a_file_that_lies_with_the_right_hash_is_refused(void **state)
{
    struct stage *stage = *state;
    const size_t places[] = {
        offsetof(struct vectors_head, version),    offsetof(struct vectors_head, rows),
        offsetof(struct vectors_head, dimensions), offsetof(struct vectors_head, dimensions) + 3,
        offsetof(struct vectors_head, stride),     offsetof(struct vectors_head, weight) + 3,
        offsetof(struct vectors_head, right_with), offsetof(struct vectors_head, from),
        offsetof(struct vectors_head, from) + 7,   offsetof(struct vectors_head, size) + 7};
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        assert_int_equal(damaged_open(stage, places[i], 0x40, true), ERR_CORRUPT);
    /* A scale, then a number of an exact row, becomes 2^127 or so. */
    assert_int_equal(damaged_open(stage, stage->vectors.head->from[VECTORS_SCALES] + 3, 0x40, true),
                     ERR_CORRUPT);
    assert_int_equal(damaged_open(stage, stage->vectors.head->from[VECTORS_EXACT] + 3, 0x40, true),
                     ERR_CORRUPT);
}

static void no_rows_only_say_that_there_are_none(void **state)
{
    struct buf image;
    struct passage_vectors vectors;
    const struct vectors_head head = {
        .model = "m", .questions = 50, .right_with = 30, .right_without = 31};
    (void)state;
    buf_init(&image, 1 << 16);
    assert_int_equal(passage_vectors_build(&head, NULL, 0, &image, NULL), OK);
    assert_int_equal(
        passage_vectors_open((unsigned char *)image.p, image.n, false, "none", &vectors, NULL), OK);
    assert_int_equal(vectors.head->weight, 0);
    assert_int_equal(vectors.head->right_without, 31);
    buf_free(&image);
}

/* ---- Words and vectors together ---- */

#define ROW(i, product, text, from, to)                                                            \
    {                                                                                              \
        {i, sizeof(i) - 1}, {"", 0}, {product, sizeof(product) - 1}, {text, sizeof(text) - 1},     \
            {"", 0}, from, to, {NULL, 0},                                                          \
        {                                                                                          \
            NULL, 0                                                                                \
        }                                                                                          \
    }

static const struct document_row documents[] = {
    ROW("a", "", "The fee for a new certificate is two thousand won.", DATE_NONE, DATE_NONE),
    ROW("b", "", "A copy of the certificate costs nothing the first time.", DATE_NONE, DATE_NONE),
    ROW("c", "car", "Parking in the basement is free for an hour.", DATE_NONE, DATE_NONE),
    ROW("d", "", "The desk opened at nine.", DATE_NONE, 100)};
enum { DOCUMENTS = sizeof documents / sizeof documents[0] };

struct fused {
    struct buf index_image, image;
    struct index *index;
    struct retriever *retriever;
    struct passage_vectors vectors;
    struct question_vector question;
    struct retrieval found;
};

/* Document i's vector is the i-th axis. */
static struct fused *fused_open(const float question[DOCUMENTS])
{
    static const float rows[DOCUMENTS][DOCUMENTS] = {
        {1, 0, 0, 0}, {0, 1, 0, 0}, {0, 0, 1, 0}, {0, 0, 0, 1}};
    const struct vectors_head head = {.dimensions = DOCUMENTS,
                                      .weight = 1000,
                                      .model = "m",
                                      .answerable = {.weight = {1, 0, 0, 0}, .bias = 0}};
    struct fused *f = mem_take(1, sizeof *f);
    buf_init(&f->index_image, LIMIT_FILE_BYTES);
    buf_init(&f->image, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(documents, DOCUMENTS, &f->index_image, NULL), OK);
    assert_int_equal(index_open_image((unsigned char *)f->index_image.p, f->index_image.n, "index",
                                      &f->index, NULL),
                     OK);
    assert_int_equal(retriever_open(f->index, &f->retriever, NULL), OK);
    assert_int_equal(passage_vectors_build(&head, &rows[0][0], DOCUMENTS, &f->image, NULL), OK);
    assert_int_equal(passage_vectors_open((unsigned char *)f->image.p, f->image.n, false, "v",
                                          &f->vectors, NULL),
                     OK);
    question_vector_set(&f->question, question, DOCUMENTS);
    return f;
}

static void fused_close(struct fused *f)
{
    retriever_close(f->retriever);
    index_close(f->index);
    buf_free(&f->index_image);
    buf_free(&f->image);
    mem_give(f);
}

static void ask(struct fused *f, const char *text, const char *product, date_days as_of,
                uint32_t weight)
{
    const struct nearness near = {&f->vectors, &f->question, weight};
    assert_int_equal(
        retrieve_near(f->retriever, str_of(text), str_of(product), as_of, &near, &f->found, NULL),
        OK);
}

static void a_weight_of_nothing_changes_no_score(void **state)
{
    struct fused *f = fused_open((const float[]){0, 0, 1, 0});
    struct retrieval words;
    (void)state;
    assert_int_equal(
        retrieve(f->retriever, STR("a new certificate"), STR(""), DATE_NONE, &words, NULL), OK);
    ask(f, "a new certificate", "", DATE_NONE, 0);
    assert_int_equal(f->found.count, words.count);
    for (size_t i = 0; i < words.count; i++) {
        assert_int_equal(f->found.hits[i].passage, words.hits[i].passage);
        assert_int_equal(f->found.hits[i].score, words.hits[i].score);
    }
    fused_close(f);
}

static void a_near_passage_without_the_words_is_found(void **state)
{
    struct fused *f = fused_open((const float[]){0, 0, 1, 0});
    struct retrieval words;
    (void)state;
    assert_int_equal(retrieve(f->retriever, STR("certificate"), STR(""), DATE_NONE, &words, NULL),
                     OK);
    assert_int_equal(words.count, 2);
    ask(f, "certificate", "", DATE_NONE, 8000);
    assert_int_equal(f->found.count, 3);
    assert_int_equal(f->found.hits[0].passage, 2);
    assert_true(f->found.answerable > 0.5);   /* by the vectors' own fit */
    ask(f, "certificate", "", DATE_NONE, 10); /* little weight: words first */
    assert_true(f->found.hits[0].passage != 2);
    ask(f, "xyzzy", "", DATE_NONE, 1000); /* no word is known at all */
    assert_int_equal(f->found.hits[0].passage, 2);
    fused_close(f);
}

static void dates_and_products_hold_for_vectors_too(void **state)
{
    struct fused *f = fused_open((const float[]){0, 0, 0.6F, 0.8F});
    (void)state;
    ask(f, "certificate", "", 100, 8000);
    assert_int_equal(f->found.hits[0].passage, 3);
    ask(f, "certificate", "", 101, 8000);
    assert_int_equal(f->found.hits[0].passage, 2);
    ask(f, "certificate", "house", 101, 8000);
    for (size_t i = 0; i < f->found.count; i++)
        assert_true(f->found.hits[i].passage < 2);
    fused_close(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_off_by_half_a_step_at_most),
        cmocka_unit_test(the_exact_look_is_exact),
        cmocka_unit_test(the_nearest_by_bytes_hold_the_nearest),
        cmocka_unit_test(only_what_is_allowed_is_looked_at),
        cmocka_unit_test(a_file_that_was_changed_anywhere_is_refused),
        cmocka_unit_test(a_file_that_lies_with_the_right_hash_is_refused),
        cmocka_unit_test(no_rows_only_say_that_there_are_none),
        cmocka_unit_test(a_weight_of_nothing_changes_no_score),
        cmocka_unit_test(a_near_passage_without_the_words_is_found),
        cmocka_unit_test(dates_and_products_hold_for_vectors_too),
    };
    return cmocka_run_group_tests(tests, open_stage, close_stage);
}
