/* dataset: rows of unit length, weighed as classify() weighs a message, the same whatever order the
 * examples came in; noise beside every row; what size a corpus is reckoned as. */
#include "base/exact.h"
#include "classifier/classify.h"
#include "tests/unit/small_model.h"
#include "training/pack.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const struct dataset_options with_noise = {1, 1};
static const struct dataset_options without_noise = {1, 0};

static struct corpus *small_corpus(size_t rotation)
{
    struct str texts[SMALL_ROWS];
    struct str intents[SMALL_ROWS];
    struct corpus *corpus = NULL;
    small_examples(texts, intents, rotation);
    assert_int_equal(corpus_open(texts, intents, SMALL_ROWS, &corpus, NULL), OK);
    return corpus;
}

/* Vectors for the words of the corpus, of arbitrary direction. */
static struct vectors *made_up_vectors(const struct corpus *corpus)
{
    struct features *f = mem_take(1, sizeof *f);
    struct vectors *v = mem_take(1, sizeof *v);
    uint64_t random = 3;
    assert_true(f && v);
    v->hashes = mem_take(512, sizeof *v->hashes);
    v->weights = mem_take(512, sizeof *v->weights);
    v->rows = mem_take(512, VECTOR_SIZE);
    assert_true(v->hashes && v->weights && v->rows);
    for (size_t i = 0; i < corpus->count; i++) {
        features_extract(corpus->texts[i], STYLE_WITHIN, f);
        for (size_t w = 0; w < f->word_count; w++) {
            size_t at = 0;
            while (at < v->count && v->hashes[at] < f->words[w])
                at++;
            if (at < v->count && v->hashes[at] == f->words[w])
                continue;
            for (size_t k = v->count++; k > at; k--)
                v->hashes[k] = v->hashes[k - 1];
            v->hashes[at] = f->words[w];
        }
    }
    for (size_t i = 0; i < v->count; i++) {
        v->weights[i] = (float)(.1 + exact_random_unit(&random));
        for (size_t k = 0; k < VECTOR_SIZE; k++)
            v->rows[i * VECTOR_SIZE + k] = (int8_t)((int)exact_random_below(&random, 51) - 25);
    }
    mem_give(f);
    return v;
}

static void rows_have_unit_length(void **state)
{
    struct dataset *d = NULL;
    (void)state;
    struct corpus *corpus = small_corpus(0);
    struct vectors *vectors = made_up_vectors(corpus);
    assert_int_equal(dataset_open(corpus, vectors, &with_noise, &d, NULL), OK);
    assert_int_equal(d->rows, 2 * corpus->count);
    for (size_t row = 0; row < d->rows; row++) {
        double square = 0;
        double dense = 0;
        for (size_t j = d->from[row]; j < d->from[row + 1]; j++) {
            assert_true(d->ids[j] < d->features);
            assert_true(d->values[j] > 0);
            for (size_t k = d->from[row]; k < j; k++)
                assert_true(d->ids[k] != d->ids[j]);
            square += (double)d->values[j] * (double)d->values[j];
        }
        for (size_t k = 0; k < DENSE; k++)
            dense += (double)d->dense[row * DENSE + k] * (double)d->dense[row * DENSE + k];
        assert_true(fabs(square - 1) < 1e-5);
        assert_true(row >= corpus->count || fabs(dense - VECTOR_SHARE * VECTOR_SHARE) < 1e-5);
        for (size_t k = VECTOR_SIZE; k < DENSE; k++)
            assert_true(d->dense[row * DENSE + k] == 0);
        assert_int_equal(d->labels[row], corpus->columns[row % corpus->count]);
    }
    dataset_close(d);
    dataset_close(NULL);
    vectors_close(vectors);
    corpus_close(corpus);
}

static void features_are_of_the_clean_texts_most_frequent_first(void **state)
{
    struct dataset *d = NULL;
    struct dataset *clean = NULL;
    (void)state;
    struct corpus *corpus = small_corpus(0);
    assert_int_equal(dataset_open(corpus, NULL, &with_noise, &d, NULL), OK);
    assert_int_equal(dataset_open(corpus, NULL, &without_noise, &clean, NULL), OK);
    assert_int_equal(clean->rows, corpus->count);
    assert_null(d->dense);
    assert_int_equal(d->features, clean->features);
    assert_memory_equal(d->hashes, clean->hashes, d->features * sizeof *d->hashes);
    for (size_t f = 1; f < d->features; f++) { /* rarer weighs more */
        assert_true(d->weights[f - 1] <= d->weights[f]);
        assert_true(d->weights[f - 1] < d->weights[f] || d->hashes[f - 1] < d->hashes[f]);
    }
    assert_memory_equal(d->values, clean->values, clean->from[clean->rows] * sizeof *clean->values);
    dataset_close(d);
    dataset_close(clean);
    corpus_close(corpus);
}

static void is_the_same_in_any_order_of_rows(void **state)
{
    struct dataset *a = NULL;
    struct dataset *b = NULL;
    (void)state;
    struct corpus *one = small_corpus(0);
    struct corpus *two = small_corpus(9);
    assert_int_equal(dataset_open(one, NULL, &with_noise, &a, NULL), OK);
    assert_int_equal(dataset_open(two, NULL, &with_noise, &b, NULL), OK);
    assert_int_equal(a->rows, b->rows);
    assert_int_equal(a->features, b->features);
    assert_memory_equal(a->hashes, b->hashes, a->features * sizeof *a->hashes);
    assert_memory_equal(a->weights, b->weights, a->features * sizeof *a->weights);
    assert_memory_equal(a->from, b->from, (a->rows + 1) * sizeof *a->from);
    assert_memory_equal(a->ids, b->ids, a->from[a->rows] * sizeof *a->ids);
    assert_memory_equal(a->values, b->values, a->from[a->rows] * sizeof *a->values);
    dataset_close(a);
    dataset_close(b);
    corpus_close(one);
    corpus_close(two);
}

/* Arbitrary weights are packed; then the sum over a row of the dataset is what classify() says of
 * the row's text, up to the 14 bits of a feature's value. */
static void weighs_rows_as_classify_does(void **state)
{
    struct dataset *d = NULL;
    struct packed_weights packed = {0};
    struct model *model = NULL;
    struct classifier *classifier = NULL;
    struct buf image;
    uint64_t random = 5;
    (void)state;
    buf_init(&image, LIMIT_FILE_BYTES);
    struct corpus *corpus = small_corpus(0);
    struct vectors *vectors = made_up_vectors(corpus);
    assert_int_equal(dataset_open(corpus, vectors, &with_noise, &d, NULL), OK);
    assert_int_equal(packed_weights_open(d, &packed, NULL), OK);
    float *weights = mem_take(packed.rows, sizeof *weights);
    assert_non_null(weights);
    for (int column = 0; column < corpus->column_count; column++) {
        for (size_t i = 0; i < packed.rows; i++)
            weights[i] = (float)(exact_random_unit(&random) * 2 - 1);
        packed_weights_put(&packed, column, weights, 1, .25 * column);
    }
    assert_int_equal(model_image(d, &packed, vectors, &image, NULL), OK);
    assert_int_equal(model_open_image((unsigned char *)image.p, image.n, "image", &model, NULL),
                     OK);
    assert_int_equal(classifier_open(model, &classifier, NULL), OK);
    for (size_t row = 0; row < corpus->count; row++) {
        struct classification c;
        classify(classifier, corpus->texts[row], &c);
        for (size_t column = 0; column < (size_t)corpus->column_count; column++) {
            double sum = 0;
            for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
                sum += (double)d->values[j] * packed.weights[d->ids[j] * packed.stride + column];
            for (size_t k = 0; k < VECTOR_SIZE; k++)
                sum += (double)d->dense[row * DENSE + k] *
                       packed.weights[(d->features + k) * packed.stride + column];
            sum = sum * FEATURE_ONE * (double)packed.scale[column] + (double)packed.bias[column];
            assert_true(fabs(sum - classified_scores(classifier)[column]) < 1e-3);
        }
        /* Nothing in a clean row is new to the model. */
        assert_true(c.signals[SIGNAL_UNSEEN_WORDS] == 0 && c.signals[SIGNAL_UNSEEN_GRAMS] == 0);
    }
    classifier_close(classifier);
    model_close(model);
    packed_weights_close(&packed);
    mem_give(weights);
    dataset_close(d);
    vectors_close(vectors);
    corpus_close(corpus);
    buf_free(&image);
}

static void texts_without_any_feature_are_rows_of_nothing(void **state)
{
    const struct str texts[] = {STR("___"), STR("_ _")};
    const struct str intents[] = {STR("a"), STR("b")};
    struct corpus *corpus = NULL;
    struct dataset *d = NULL;
    (void)state;
    assert_int_equal(corpus_open(texts, intents, 2, &corpus, NULL), OK);
    assert_int_equal(dataset_open(corpus, NULL, &without_noise, &d, NULL), OK);
    assert_int_equal(d->features, 0);
    assert_int_equal(d->from[2], 0);
    dataset_close(d);
    corpus_close(corpus);
}

/* Rows "i0", "i1" …, two intents. */
static struct corpus *numbered(size_t count)
{
    enum { BYTES = 16 };
    struct str *texts = mem_take(count, sizeof *texts);
    struct str *intents = mem_take(count, sizeof *intents);
    char *names = mem_take(count, BYTES);
    struct corpus *corpus = NULL;
    assert_true(texts && intents && names);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(names + i * BYTES, BYTES, "i%zu", i);
        texts[i] = str_of(names + i * BYTES);
        intents[i] = i % 2 ? STR("odd") : STR("even");
    }
    assert_int_equal(corpus_open(texts, intents, count, &corpus, NULL), OK);
    mem_give(texts);
    mem_give(names);
    mem_give(intents);
    return corpus;
}

static void a_small_corpus_is_under_five_hundred_rows(void **state)
{
    (void)state;
    for (size_t n = SMALL_CORPUS_ROWS - 1; n <= SMALL_CORPUS_ROWS + 1; n++) {
        struct dataset *d = NULL;
        struct corpus *corpus = numbered(n);
        assert_int_equal(dataset_open(corpus, NULL, &without_noise, &d, NULL), OK);
        assert_int_equal(d->style, n < SMALL_CORPUS_ROWS ? STYLE_WITHIN : STYLE_ACROSS);
        assert_true(dataset_cost(corpus) == (n < SMALL_CORPUS_ROWS ? 4 : 1));
        dataset_close(d);
        corpus_close(corpus);
    }
}

static void a_large_corpus_keeps_what_is_there_twice(void **state)
{
    struct dataset *d = NULL;
    struct dataset *smaller = NULL;
    (void)state;
    struct corpus *corpus = numbered(LARGE_CORPUS_ROWS);
    struct corpus *less = numbered(LARGE_CORPUS_ROWS - 1);
    assert_int_equal(dataset_open(corpus, NULL, &without_noise, &d, NULL), OK);
    assert_int_equal(dataset_open(less, NULL, &without_noise, &smaller, NULL), OK);
    assert_true(d->features * 2 < smaller->features);
    for (size_t row = 0; row < d->rows; row++)
        assert_true(d->from[row + 1] > d->from[row]);
    dataset_close(d);
    dataset_close(smaller);
    corpus_close(corpus);
    corpus_close(less);
}

static void every_allocation_may_fail(void **state)
{
    bool is_done = false;
    (void)state;
    struct corpus *corpus = small_corpus(0);
    struct vectors *vectors = made_up_vectors(corpus);
    for (uint64_t n = 1; !is_done && n < 1000; n++) {
        struct dataset *d = NULL;
        mem_fail_after(n, true);
        enum err e = dataset_open(corpus, vectors, &with_noise, &d, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true((e == OK) == (d != NULL));
        is_done = e == OK;
        dataset_close(d);
        assert_true(n > 9 || !is_done);
    }
    assert_true(is_done);
    vectors_close(vectors);
    corpus_close(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_have_unit_length),
        cmocka_unit_test(features_are_of_the_clean_texts_most_frequent_first),
        cmocka_unit_test(is_the_same_in_any_order_of_rows),
        cmocka_unit_test(weighs_rows_as_classify_does),
        cmocka_unit_test(texts_without_any_feature_are_rows_of_nothing),
        cmocka_unit_test(a_small_corpus_is_under_five_hundred_rows),
        cmocka_unit_test(a_large_corpus_keeps_what_is_there_twice),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
