/* svd: against matrices whose singular vectors are known: out = U·√S, so out·outᵀ is the matrix
 * itself where that is symmetric and positive, and outᵀ·out is S. */
#include "base/arena.h"
#include "base/exact.h"
#include "base/limits.h"
#include "training/svd.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The non-zero entries of a dense matrix. */
static struct sparse compress(const double *dense, size_t rows, size_t columns)
{
    struct sparse m = {.rows = rows, .columns = columns};
    m.from = mem_take(rows + 1, sizeof *m.from);
    m.ids = mem_take(rows * columns + 1, sizeof *m.ids);
    m.values = mem_take(rows * columns + 1, sizeof *m.values);
    assert_true(m.from && m.ids && m.values);
    for (size_t i = 0; i < rows; i++) {
        m.from[i + 1] = m.from[i];
        for (size_t j = 0; j < columns; j++)
            if (dense[i * columns + j] != 0) {
                m.ids[m.from[i + 1]] = (uint32_t)j;
                m.values[m.from[i + 1]++] = (float)dense[i * columns + j];
            }
    }
    return m;
}

/* `count` orthonormal columns of length n, by Gram and Schmidt. */
static void orthonormal(double *q, size_t n, size_t count, uint64_t *random)
{
    for (size_t k = 0; k < count; k++) {
        double *x = q + k * n;
        double square = 0;
        for (size_t i = 0; i < n; i++)
            x[i] = exact_random_unit(random) - .5;
        for (int pass = 0; pass < 2; pass++)
            for (size_t other = 0; other < k; other++) {
                double dot = 0;
                for (size_t i = 0; i < n; i++)
                    dot += x[i] * q[other * n + i];
                for (size_t i = 0; i < n; i++)
                    x[i] -= dot * q[other * n + i];
            }
        for (size_t i = 0; i < n; i++)
            square += x[i] * x[i];
        for (size_t i = 0; i < n; i++)
            x[i] /= sqrt(square);
    }
}

/* Σ s_k · u_k v_kᵀ */
static struct sparse built(const double *u, const double *v, const double *s, size_t rank,
                           size_t rows, size_t columns)
{
    double *dense = mem_take(rows * columns, sizeof *dense);
    assert_non_null(dense);
    for (size_t k = 0; k < rank; k++)
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < columns; j++)
                dense[i * columns + j] += s[k] * u[k * rows + i] * v[k * columns + j];
    struct sparse m = compress(dense, rows, columns);
    mem_give(dense);
    return m;
}

static double dot_columns(const float *out, size_t rows, size_t wanted, size_t a, size_t b)
{
    double sum = 0;
    for (size_t i = 0; i < rows; i++)
        sum += (double)out[i * wanted + a] * (double)out[i * wanted + b];
    return sum;
}

static void finds_known_singular_vectors(void **state)
{
    enum { ROWS = 150, COLUMNS = 90, RANK = 6 };
    static const double s[RANK] = {9, 6, 4, 2.5, 1.5, 1};
    double *u = mem_take((size_t)RANK * ROWS, sizeof *u);
    double *v = mem_take((size_t)RANK * COLUMNS, sizeof *v);
    float out[ROWS * RANK];
    uint64_t random = 1;
    (void)state;
    assert_true(u && v);
    orthonormal(u, ROWS, RANK, &random);
    orthonormal(v, COLUMNS, RANK, &random);
    struct sparse m = built(u, v, s, RANK, ROWS, COLUMNS);
    assert_int_equal(svd_left(&m, RANK, 1, out, NULL), OK);
    for (size_t k = 0; k < RANK; k++) {
        double along = 0;
        for (size_t i = 0; i < ROWS; i++)
            along += (double)out[i * RANK + k] * u[k * ROWS + i];
        assert_true(fabs(fabs(along) - sqrt(s[k])) < 1e-4); /* along the known vector, √s long */
        for (size_t other = 0; other < RANK; other++)
            assert_true(fabs(dot_columns(out, ROWS, RANK, k, other) - (k == other ? s[k] : 0)) <
                        1e-4);
    }
    sparse_free(&m);
    mem_give(u);
    mem_give(v);
}

static void rebuilds_a_symmetric_matrix(void **state)
{
    enum { N = 40, RANK = 10 };
    double *u = mem_take((size_t)RANK * N, sizeof *u);
    double s[RANK];
    float out[N * RANK];
    uint64_t random = 2;
    (void)state;
    assert_non_null(u);
    for (size_t k = 0; k < RANK; k++)
        s[k] = 1 + (double)k; /* not in order */
    orthonormal(u, N, RANK, &random);
    struct sparse m = built(u, u, s, RANK, N, N);
    assert_int_equal(svd_left(&m, RANK, 1, out, NULL), OK);
    for (size_t i = 0; i < N; i++)
        for (size_t j = m.from[i]; j < m.from[i + 1]; j++) {
            double sum = 0;
            for (size_t k = 0; k < RANK; k++)
                sum += (double)out[i * RANK + k] * (double)out[(size_t)m.ids[j] * RANK + k];
            assert_true(fabs(sum - (double)m.values[j]) < 1e-4);
        }
    for (size_t k = 1; k < RANK; k++) /* largest first */
        assert_true(dot_columns(out, N, RANK, k - 1, k - 1) >
                    dot_columns(out, N, RANK, k, k) - 1e-6);
    sparse_free(&m);
    mem_give(u);
}

static void approximates_a_matrix_of_full_rank(void **state)
{
    enum { ROWS = 400, COLUMNS = 300, WANTED = 20 };
    double *u = mem_take((size_t)COLUMNS * ROWS, sizeof *u);
    double *v = mem_take((size_t)COLUMNS * COLUMNS, sizeof *v);
    double s[COLUMNS];
    float *out = mem_take((size_t)ROWS * WANTED, sizeof *out);
    uint64_t random = 3;
    (void)state;
    assert_true(u && v && out);
    for (size_t k = 0; k < COLUMNS; k++)
        s[k] = 20 / (1 + (double)k);
    orthonormal(u, ROWS, 140, &random);
    orthonormal(v, COLUMNS, 140, &random);
    struct sparse m = built(u, v, s, 140, ROWS, COLUMNS); /* more than SVD_WIDTH */
    assert_int_equal(svd_left(&m, WANTED, 2, out, NULL), OK);
    for (size_t k = 0; k < WANTED; k++)
        assert_true(fabs(dot_columns(out, ROWS, WANTED, k, k) - s[k]) < 1e-3 * s[k]);
    sparse_free(&m);
    mem_give(u);
    mem_give(v);
    mem_give(out);
}

static struct sparse random_sparse(size_t rows, size_t columns, uint64_t random)
{
    double *dense = mem_take(rows * columns, sizeof *dense);
    assert_non_null(dense);
    for (size_t i = 0; i < rows * columns; i++)
        dense[i] = exact_random_below(&random, 12) ? 0 : exact_random_unit(&random);
    struct sparse m = compress(dense, rows, columns);
    mem_give(dense);
    return m;
}

static void threads_do_not_change_a_bit(void **state)
{
    enum { ROWS = 1200, COLUMNS = 160, WANTED = 12 };
    static const int threads[] = {1, 2, 3, 7, LIMIT_THREADS + 9};
    float *wanted = mem_take((size_t)ROWS * WANTED, sizeof *wanted);
    float *got = mem_take((size_t)ROWS * WANTED, sizeof *got);
    (void)state;
    assert_true(wanted && got);
    struct sparse m = random_sparse(ROWS, COLUMNS, 5);
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++) {
        assert_int_equal(svd_left(&m, WANTED, threads[i], i ? got : wanted, NULL), OK);
        if (i)
            assert_memory_equal(got, wanted, (size_t)ROWS * WANTED * sizeof *got);
    }
    sparse_free(&m);
    mem_give(wanted);
    mem_give(got);
}

static void a_matrix_of_nothing_gives_nothing(void **state)
{
    enum { N = 130, WANTED = 5 };
    double *zero = mem_take((size_t)N * N, sizeof *zero);
    float out[N * WANTED];
    (void)state;
    assert_non_null(zero);
    struct sparse m = compress(zero, N, N);
    assert_int_equal(svd_left(&m, WANTED, 1, out, NULL), OK);
    for (size_t i = 0; i < (size_t)N * WANTED; i++)
        assert_true(isfinite(out[i]) && fabsf(out[i]) < 1e-6F);
    sparse_free(&m);
    mem_give(zero);
}

static void transposing_twice_changes_nothing(void **state)
{
    struct sparse once;
    struct sparse twice;
    (void)state;
    struct sparse m = random_sparse(23, 41, 6);
    assert_int_equal(sparse_transpose(&m, &once, NULL), OK);
    assert_int_equal(once.rows, 41);
    assert_int_equal(once.columns, 23);
    for (size_t row = 0; row < once.rows; row++)
        for (size_t i = once.from[row] + 1; i < once.from[row + 1]; i++)
            assert_true(once.ids[i - 1] < once.ids[i]);
    assert_int_equal(sparse_transpose(&once, &twice, NULL), OK);
    assert_memory_equal(m.from, twice.from, 24 * sizeof *m.from);
    assert_memory_equal(m.ids, twice.ids, m.from[23] * sizeof *m.ids);
    assert_memory_equal(m.values, twice.values, m.from[23] * sizeof *m.values);
    sparse_free(&m);
    sparse_free(&once);
    sparse_free(&twice);
    sparse_free(&twice);
}

static void every_allocation_may_fail(void **state)
{
    enum { ROWS = 30, WANTED = 3 };
    float out[ROWS * WANTED];
    bool is_done = false;
    (void)state;
    struct sparse m = random_sparse(ROWS, 20, 7);
    for (uint64_t n = 1; !is_done && n < 100; n++) {
        mem_fail_after(n, false);
        enum err e = svd_left(&m, WANTED, 1, out, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        is_done = e == OK;
        assert_true(n > 8 || !is_done);
    }
    assert_true(is_done);
    sparse_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_known_singular_vectors),
        cmocka_unit_test(rebuilds_a_symmetric_matrix),
        cmocka_unit_test(approximates_a_matrix_of_full_rank),
        cmocka_unit_test(threads_do_not_change_a_bit),
        cmocka_unit_test(a_matrix_of_nothing_gives_nothing),
        cmocka_unit_test(transposing_twice_changes_nothing),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
