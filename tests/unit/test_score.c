/* score: the vectorised and the plain loop against the plainest loop of all, to the bit. */
#include "base/arena.h"
#include "base/exact.h"
#include "classifier/model.h"
#include "classifier/score.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 512, STRIDE = 37 * LANES };

struct fixture {
    int8_t *weights; /* ROWS × STRIDE */
    const int8_t *rows[ROWS];
    int16_t values[ROWS];
    _Alignas(64) int32_t sums[STRIDE];
    int32_t wanted[STRIDE];
};

static struct fixture fixture;

static int fixture_make(void **state)
{
    (void)state;
    fixture.weights = mem_take(ROWS, STRIDE);
    return fixture.weights ? 0 : 1;
}

static int fixture_drop(void **state)
{
    (void)state;
    mem_give(fixture.weights);
    return 0;
}

/* A number from −most to most; with is_extreme one of the two ends. */
static int drawn(uint64_t *random, int most, bool is_extreme)
{
    if (is_extreme)
        return exact_random_below(random, 2) ? most : -most;
    return (int)exact_random_below(random, 2 * (uint64_t)most + 1) - most;
}

static void fill(uint64_t seed, bool is_extreme)
{
    uint64_t random = seed;
    for (size_t i = 0; i < (size_t)ROWS * STRIDE; i++)
        fixture.weights[i] = (int8_t)drawn(&random, 127, is_extreme);
    for (int i = 0; i < ROWS; i++)
        fixture.values[i] = (int16_t)drawn(&random, FEATURE_ONE, is_extreme);
}

static void compare(size_t count, size_t stride, bool has_avx2)
{
    memset(fixture.wanted, 0, sizeof fixture.wanted);
    for (size_t i = 0; i < count; i++) {
        /* Rows stand as densely as the stride says, and not at aligned places. */
        fixture.rows[i] = fixture.weights + i * stride;
        for (size_t k = 0; k < stride; k++)
            fixture.wanted[k] += fixture.rows[i][k] * fixture.values[i];
    }
    memset(fixture.sums, 0x55, sizeof fixture.sums);
    score_rows(fixture.rows, fixture.values, count, stride, has_avx2, fixture.sums);
    assert_memory_equal(fixture.sums, fixture.wanted, stride * sizeof(int32_t));
    for (size_t k = stride; k < STRIDE; k++) /* and nothing past the stride is touched */
        assert_int_equal(fixture.sums[k], 0x55555555);
}

static void compare_all(bool has_avx2)
{
    for (uint64_t round = 0; round < 4; round++) {
        fill(round + 1, round == 3);
        for (size_t stride = LANES; stride <= STRIDE; stride += LANES)
            for (size_t count = 0; count <= 32; count += 2)
                compare(count, stride, has_avx2);
        compare(ROWS, STRIDE, has_avx2);
    }
}

static void plain_sums_are_exact(void **state)
{
    (void)state;
    compare_all(false);
}

static void avx2_sums_are_the_same(void **state)
{
    (void)state;
    if (!__builtin_cpu_supports("avx2"))
        skip();
    compare_all(true);
}

static void rows_may_stand_anywhere(void **state)
{
    (void)state;
    fill(9, false);
    for (int avx2 = 0; avx2 <= (__builtin_cpu_supports("avx2") ? 1 : 0); avx2++) {
        for (size_t i = 0; i < 8; i++)
            fixture.rows[i] = fixture.weights + (7 - i) * 1001 + i;
        memset(fixture.wanted, 0, sizeof fixture.wanted);
        for (size_t i = 0; i < 8; i++)
            for (size_t k = 0; k < 48; k++)
                fixture.wanted[k] += fixture.rows[i][k] * fixture.values[i];
        score_rows(fixture.rows, fixture.values, 8, 48, avx2 == 1, fixture.sums);
        assert_memory_equal(fixture.sums, fixture.wanted, 48 * sizeof(int32_t));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_sums_are_exact),
        cmocka_unit_test(avx2_sums_are_the_same),
        cmocka_unit_test(rows_may_stand_anywhere),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
