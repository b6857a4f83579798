/* solve: the working sets end at the optimum of the whole problem, which libsvm is asked for here
 * with all rows at once; the same bits on any number of threads; the smallest corpora; no memory.
 * kernel: growing it gives what filling it at once gives. */
#include "base/arena.h"
#include "base/exact.h"
#include "base/limits.h"
#include "training/kernel.h"
#include "training/solve.h"

#include <libsvm/svm.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { TEXT_BYTES = 96 };

/* `intents` × `each` texts of made-up words, some common to all intents, so that they overlap. */
static struct corpus *made_up(size_t intents, size_t each, uint64_t seed)
{
    const size_t count = intents * each;
    struct str *texts = mem_take(count, sizeof *texts);
    struct str *names = mem_take(count, sizeof *names);
    char *bytes = mem_take(count, TEXT_BYTES + 8);
    struct corpus *corpus = NULL;
    assert_true(texts && names && bytes);
    for (size_t i = 0; i < count; i++) {
        char *text = bytes + i * (TEXT_BYTES + 8);
        char *name = text + TEXT_BYTES;
        size_t n = 0;
        for (int word = 0; word < 6; word++) {
            const uint64_t topic = exact_random_below(&seed, 3) ? i / each : 999;
            n +=
                (size_t)snprintf(text + n, TEXT_BYTES - n, "w%ux%u ", (unsigned)(topic * 37 % 1000),
                                 (unsigned)exact_random_below(&seed, 9));
        }
        (void)snprintf(name, 8, "t%03u", (unsigned)(i / each));
        texts[i] = (struct str){text, n};
        names[i] = str_of(name);
    }
    assert_int_equal(corpus_open(texts, names, count, &corpus, NULL), OK);
    mem_give(texts);
    mem_give(names);
    mem_give(bytes);
    return corpus;
}

static struct dataset *dataset_of(const struct corpus *corpus, bool has_dense)
{
    static const struct dataset_options options = {1, 1};
    struct dataset *d = NULL;
    uint64_t random = 4;
    assert_int_equal(dataset_open(corpus, NULL, &options, &d, NULL), OK);
    if (has_dense) { /* as dataset_open leaves it when there are vectors: unit rows, then zeros */
        d->dense = mem_take(d->rows * DENSE, sizeof *d->dense);
        assert_non_null(d->dense);
        for (size_t row = 0; row < d->rows; row++) {
            double square = 0;
            float *x = d->dense + row * DENSE;
            for (size_t k = 0; k < VECTOR_SIZE; k++) {
                x[k] = (float)(exact_random_unit(&random) - .5 +
                               .1 * (k % 5 == (size_t)d->labels[row]));
                square += (double)x[k] * (double)x[k];
            }
            for (size_t k = 0; k < VECTOR_SIZE; k++)
                x[k] = (float)((double)x[k] / sqrt(square));
        }
    }
    return d;
}

struct solution {
    size_t weights;   /* a column */
    atomic_int calls; /* from several threads */
    float *all;       /* columns × weights */
    double *bias;
};

static void take(void *data, int column, const float *weights, size_t step, double bias)
{
    struct solution *to = data;
    for (size_t i = 0; i < to->weights; i++)
        to->all[(size_t)column * to->weights + i] = weights[i * step];
    to->bias[column] = bias;
    atomic_fetch_add(&to->calls, 1);
}

static void solution_init(struct solution *s, const struct dataset *d)
{
    const size_t columns = (size_t)d->corpus->column_count;
    *s = (struct solution){.weights = d->features + DENSE};
    s->all = mem_take(columns * s->weights, sizeof *s->all);
    s->bias = mem_take(columns, sizeof *s->bias);
    assert_true(s->all && s->bias);
}

static void solution_free(struct solution *s)
{
    mem_give(s->all);
    mem_give(s->bias);
}

static double score_of(const struct solution *s, const struct dataset *d, int column, size_t row)
{
    const float *w = s->all + (size_t)column * s->weights;
    double sum = s->bias[column];
    for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
        sum += (double)w[d->ids[j]] * (double)d->values[j];
    for (size_t k = 0; d->dense && k < DENSE; k++)
        sum += (double)w[d->features + k] * (double)d->dense[row * DENSE + k];
    return sum;
}

/* Dot products of one row with all rows, in the plainest way. */
static void dots(const struct dataset *d, size_t row, double *by_feature, double *out)
{
    for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
        by_feature[d->ids[j]] = (double)d->values[j];
    for (size_t other = 0; other < d->rows; other++) {
        out[other] = 0;
        for (size_t j = d->from[other]; j < d->from[other + 1]; j++)
            out[other] += by_feature[d->ids[j]] * (double)d->values[j];
        for (size_t k = 0; d->dense && k < DENSE; k++)
            out[other] += (double)d->dense[row * DENSE + k] * (double)d->dense[other * DENSE + k];
    }
    for (size_t j = d->from[row]; j < d->from[row + 1]; j++)
        by_feature[d->ids[j]] = 0;
}

/* libsvm's own form of the whole problem. */
struct whole {
    size_t rows;
    struct svm_node *nodes, **starts;
    double *signs;
};

static void whole_make(const struct dataset *d, struct whole *w)
{
    const size_t n = d->rows;
    double *by_feature = mem_take(d->features, sizeof *by_feature);
    double *row = mem_take(n, sizeof *row);
    *w = (struct whole){.rows = n};
    w->nodes = mem_take(n * (n + 2), sizeof *w->nodes);
    w->starts = mem_take(n, sizeof(struct svm_node *));
    w->signs = mem_take(n, sizeof *w->signs);
    if (!by_feature || !row || !w->nodes || !w->starts || !w->signs) {
        fail_msg("no memory");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        struct svm_node *to = w->starts[i] = w->nodes + i * (n + 2);
        dots(d, i, by_feature, row);
        to[0] = (struct svm_node){0, (double)(i + 1)};
        for (size_t j = 0; j < n; j++)
            to[j + 1] = (struct svm_node){(int)(j + 1), row[j]};
        to[n + 1] = (struct svm_node){-1, 0};
    }
    mem_give(by_feature);
    mem_give(row);
}

static void whole_free(struct whole *w)
{
    mem_give(w->nodes);
    mem_give(w->starts);
    mem_give(w->signs);
}

static void quiet(const char *text)
{
    (void)text;
}

/* Trains libsvm on all rows for one column: with 1/(2C) on the diagonal; then the decision values
 * without it. Returns the largest difference from ours. */
static double largest_difference(const struct dataset *d, struct whole *w, int column, double cost,
                                 const struct solution *ours)
{
    const struct svm_parameter parameter = {
        .svm_type = C_SVC, .kernel_type = PRECOMPUTED, .cache_size = 100, .C = 1e4, .eps = 1e-6};
    const struct svm_problem problem = {(int)w->rows, w->signs, w->starts};
    double worst = 0;
    for (size_t i = 0; i < w->rows; i++) {
        w->signs[i] = d->labels[i] == column ? 1 : -1;
        w->starts[i][i + 1].value += 1 / (2 * cost);
    }
    svm_set_print_string_function(quiet);
    struct svm_model *model = svm_train(&problem, &parameter);
    assert_non_null(model);
    for (size_t i = 0; i < w->rows; i++)
        w->starts[i][i + 1].value -= 1 / (2 * cost);
    for (size_t i = 0; i < w->rows; i++) {
        double value = 0;
        (void)svm_predict_values(model, w->starts[i], &value);
        value *= model->label[0];
        const double difference = fabs(value - score_of(ours, d, column, i));
        worst = difference > worst ? difference : worst;
    }
    svm_free_and_destroy_model(&model);
    return worst;
}

static void compare_with_libsvm(bool has_dense, double cost)
{
    struct solve_stats stats = {0};
    struct solution ours;
    struct whole whole;
    const struct solve_options options = {.cost = cost, .tolerance = 1e-5, .threads = 1};
    struct corpus *corpus = made_up(5, 70, 1);
    struct dataset *d = dataset_of(corpus, has_dense);
    solution_init(&ours, d);
    whole_make(d, &whole);
    assert_int_equal(solve(d, &options, take, &ours, &stats, NULL), OK);
    assert_int_equal(ours.calls, 5);
    assert_true(stats.largest_set < d->rows);   /* or there was nothing to choose */
    assert_true(has_dense || stats.rounds > 5); /* the vectors alone tell them apart */
    for (int column = 0; column < 5; column += 2) {
        const double worst = largest_difference(d, &whole, column, cost, &ours);
        if (!(worst < 1e-4))
            fail_msg("column %d differs by %g of a margin of 1", column, worst);
    }
    whole_free(&whole);
    solution_free(&ours);
    dataset_close(d);
    corpus_close(corpus);
}

static void scores_are_libsvms_decision_values_of_the_whole_problem(void **state)
{
    (void)state;
    compare_with_libsvm(false, 1);
}

static void so_they_are_with_word_vectors(void **state)
{
    (void)state;
    compare_with_libsvm(true, 4);
}

static void threads_do_not_change_a_bit(void **state)
{
    static const int threads[] = {1, 2, 5, LIMIT_THREADS + 9};
    struct solution wanted;
    (void)state;
    struct corpus *corpus = made_up(37, 5, 2); /* three batches of columns */
    struct dataset *d = dataset_of(corpus, true);
    solution_init(&wanted, d);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        struct solution got;
        const struct solve_options options = {.cost = 4, .tolerance = .1, .threads = threads[i]};
        solution_init(&got, d);
        assert_int_equal(solve(d, &options, take, i ? &got : &wanted, NULL, NULL), OK);
        if (i) {
            assert_memory_equal(got.all, wanted.all, 37 * got.weights * sizeof *got.all);
            assert_memory_equal(got.bias, wanted.bias, 37 * sizeof *got.bias);
        }
        solution_free(&got);
    }
    solution_free(&wanted);
    dataset_close(d);
    corpus_close(corpus);
}

static void every_row_of_an_easy_corpus_is_on_its_side(const struct dataset *d,
                                                       const struct solution *s)
{
    for (size_t row = 0; row < d->corpus->count; row++)
        for (int column = 0; column < d->corpus->column_count; column++)
            assert_true((score_of(s, d, column, row) > 0) == (d->labels[row] == column));
}

static void the_smallest_corpora_can_be_solved(void **state)
{
    static const size_t shapes[][2] = {{1, 5}, {1, 1}, {2, 1}, {3, 1}, {9, 1}, {20, 1}};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct solution s;
        const struct solve_options options = {.cost = 4, .tolerance = .01, .threads = 2};
        struct corpus *corpus = made_up(shapes[i][0], shapes[i][1], 3);
        struct dataset *d = dataset_of(corpus, false);
        solution_init(&s, d);
        assert_int_equal(solve(d, &options, take, &s, NULL, NULL), OK);
        assert_int_equal(s.calls, shapes[i][0]);
        if (shapes[i][0] > 1) {
            every_row_of_an_easy_corpus_is_on_its_side(d, &s);
        } else { /* one intent: everything is it */
            assert_true(s.bias[0] == 1);
            for (size_t k = 0; k < s.weights; k++)
                assert_true(s.all[k] == 0);
        }
        solution_free(&s);
        dataset_close(d);
        corpus_close(corpus);
    }
}

static void rows_of_nothing_can_be_solved(void **state)
{
    const struct str texts[] = {STR("___"), STR("_ _"), STR("word")};
    const struct str intents[] = {STR("a"), STR("b"), STR("b")};
    const struct solve_options options = {.cost = 4, .tolerance = .01, .threads = 1};
    struct corpus *corpus = NULL;
    struct solution s;
    (void)state;
    assert_int_equal(corpus_open(texts, intents, 3, &corpus, NULL), OK);
    struct dataset *d = dataset_of(corpus, false);
    solution_init(&s, d);
    assert_int_equal(solve(d, &options, take, &s, NULL, NULL), OK);
    for (int column = 0; column < 2; column++)
        for (size_t row = 0; row < d->rows; row++)
            assert_true(isfinite(score_of(&s, d, column, row)));
    solution_free(&s);
    dataset_close(d);
    corpus_close(corpus);
}

struct told {
    size_t calls, last, total;
};

static void tell(void *data, size_t done, size_t total)
{
    struct told *told = data;
    assert_true(done == told->last + 1);
    told->last = done;
    told->total = total;
    told->calls++;
}

static void tells_of_every_column_once(void **state)
{
    struct told told = {0, 0, 0};
    struct solution s;
    (void)state;
    struct corpus *corpus = made_up(20, 3, 4);
    struct dataset *d = dataset_of(corpus, false);
    const struct solve_options options = {
        .cost = 4, .tolerance = .1, .threads = 2, .progress = tell, .data = &told};
    solution_init(&s, d);
    assert_int_equal(solve(d, &options, take, &s, NULL, NULL), OK);
    assert_int_equal(told.calls, 20);
    assert_int_equal(told.last, 20);
    assert_int_equal(told.total, 20);
    solution_free(&s);
    dataset_close(d);
    corpus_close(corpus);
}

static void every_allocation_may_fail(void **state)
{
    static const size_t intents[] = {1, 3};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct solution s;
        bool is_done = false;
        struct corpus *corpus = made_up(intents[i], 2, 5);
        struct dataset *d = dataset_of(corpus, false);
        const struct solve_options options = {.cost = 4, .tolerance = .1, .threads = 1};
        solution_init(&s, d);
        for (uint64_t n = 1; !is_done && n < 1000; n++) {
            s.calls = 0;
            mem_fail_after(n, false);
            enum err e = solve(d, &options, take, &s, NULL, NULL);
            mem_fail_after(0, false);
            assert_true(e == OK || e == ERR_MEMORY);
            assert_true(e || s.calls == (int)intents[i]);
            is_done = e == OK;
            assert_true(n > 1 || !is_done);
        }
        assert_true(is_done);
        solution_free(&s);
        dataset_close(d);
        corpus_close(corpus);
    }
}

static void a_kernel_grown_is_the_kernel_filled_at_once(void **state)
{
    enum { SET = 60 };
    struct kernel_scratch scratch;
    struct kernel once = {0};
    struct kernel grown = {0};
    uint32_t set[SET];
    (void)state;
    struct corpus *corpus = made_up(4, 30, 6);
    struct dataset *d = dataset_of(corpus, true);
    double *by_feature = mem_take(d->features, sizeof *by_feature);
    double *row = mem_take(d->rows, sizeof *row);
    assert_true(by_feature && row);
    for (uint32_t i = 0; i < SET; i++)
        set[i] = i * 7 % (uint32_t)d->rows;
    assert_true(kernel_scratch_init(&scratch, d, SET));
    assert_true(kernel_extend(&once, &scratch, d, set, SET));
    for (size_t n = 1; n <= SET; n += 1 + n / 2)
        assert_true(kernel_extend(&grown, &scratch, d, set, n));
    assert_true(kernel_extend(&grown, &scratch, d, set, SET));
    for (size_t i = 0; i < SET; i++) {
        dots(d, set[i], by_feature, row);
        for (size_t j = 0; j < SET; j++) {
            const float k = once.values[i * once.side + j];
            assert_true(k == grown.values[i * grown.side + j]);
            assert_true(k == once.values[j * once.side + i]);
            assert_true(fabs((double)k - row[set[j]]) < 1e-5);
        }
    }
    kernel_free(&once);
    kernel_free(&grown);
    kernel_scratch_free(&scratch);
    mem_give(by_feature);
    mem_give(row);
    dataset_close(d);
    corpus_close(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scores_are_libsvms_decision_values_of_the_whole_problem),
        cmocka_unit_test(so_they_are_with_word_vectors),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(the_smallest_corpora_can_be_solved),
        cmocka_unit_test(rows_of_nothing_can_be_solved),
        cmocka_unit_test(tells_of_every_column_once),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_kernel_grown_is_the_kernel_filled_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
