/* exact: within 2 ulp of libm over a fixed sample, the special values, and a few results to the
 * bit. */
#include "base/exact.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { SAMPLES = 20000 };

/* Units in the last place of the true value between it and ours. libm's long double is the truth.
 */
static double error_ulps(double ours, long double truth)
{
    double size = fabs((double)truth);
    double ulp = nextafter(size, INFINITY) - size;
    return (double)(fabsl((long double)ours - truth) / (long double)ulp);
}

static void check(const char *name, double x, double ours, long double truth)
{
    if (!(error_ulps(ours, truth) < 2))
        fail_msg("%s(%a) gave %a, not %La", name, x, ours, truth);
}

static void stays_within_two_ulp_of_libm(void **state)
{
    (void)state;
    uint64_t random = 2026;
    for (int i = 0; i < SAMPLES; i++) {
        double u = exact_random_unit(&random);
        double any = ldexp(1 + u, (int)exact_random_below(&random, 2045) - 1022);
        double near_one = 0.5 + 1.5 * u;
        double wide = -700 + 1409 * u;
        double small = ldexp(2 * u - 1, -(int)exact_random_below(&random, 60));
        check("log", any, exact_log(any), logl((long double)any));
        check("log", near_one, exact_log(near_one), logl((long double)near_one));
        check("exp", wide, exact_exp(wide), expl((long double)wide));
        check("exp", small, exact_exp(small), expl((long double)small));
        check("log1p", small, exact_log1p(small), log1pl((long double)small));
        check("log1p", wide + 701, exact_log1p(wide + 701), log1pl((long double)wide + 701));
    }
}

static void treats_the_ends_as_told(void **state)
{
    (void)state;
    assert_true(exact_log(0) == -HUGE_VAL);
    assert_true(exact_log(1) == 0);
    assert_true(isnan(exact_log(-1)) && isnan(exact_log(NAN)));
    assert_true(isinf(exact_log(INFINITY)));
    assert_true(exact_log(0x1p-1074) == -0x1.74385446d71c3p+9);
    assert_true(exact_exp(0) == 1);
    assert_true(exact_exp(-745.1) == 0);
    assert_true(exact_exp(-744.5) > 0);
    assert_true(isinf(exact_exp(709.1)));
    assert_true(exact_exp(709) < INFINITY);
    assert_true(exact_exp(-INFINITY) == 0 && isinf(exact_exp(INFINITY)));
    assert_true(isnan(exact_exp(NAN)));
    assert_true(exact_log1p(0) == 0);
    assert_true(exact_log1p(-1) == -HUGE_VAL);
    assert_true(isnan(exact_log1p(-1.5)));
    assert_true(exact_log1p(1e-300) == 1e-300);
}

/* All results of a fixed sample, folded into one number: another compiler, another optimisation or
 * a contraction into FMA that changes any bit changes it. */
static void gives_the_same_bits_everywhere(void **state)
{
    (void)state;
    uint64_t random = 1;
    uint64_t folded = 0;
    for (int i = 0; i < SAMPLES; i++) {
        union {
            double value;
            uint64_t bits;
        } results[3];
        double u = exact_random_unit(&random);
        results[0].value = exact_log(1000 * u + 0x1p-60);
        results[1].value = exact_exp(100 * u - 50);
        results[2].value = exact_log1p(4 * u - 0.9);
        for (int k = 0; k < 3; k++)
            folded = folded * 0x9E3779B97F4A7C15u + results[k].bits;
    }
    assert_true(folded == UINT64_C(0x50210557E6B71D94));
}

static void draws_the_published_numbers(void **state)
{
    (void)state;
    /* splitmix64 from seed 1234567, as the reference implementation prints them. */
    static const uint64_t published[] = {6457827717110365317u, 3203168211198807973u,
                                         9817491932198370423u};
    uint64_t random = 1234567;
    for (int i = 0; i < 3; i++)
        assert_true(exact_random(&random) == published[i]);
}

static void draws_evenly_below_a_bound(void **state)
{
    (void)state;
    uint64_t random = 5;
    int counts[3] = {0};
    for (int i = 0; i < 30000; i++) {
        counts[exact_random_below(&random, 3)]++;
        double unit = exact_random_unit(&random);
        assert_true(unit >= 0 && unit < 1);
    }
    for (int i = 0; i < 3; i++)
        assert_in_range(counts[i], 9700, 10300);
    assert_int_equal(exact_random_below(&random, 1), 0);
    assert_true(exact_random_below(&random, UINT64_MAX) < UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stays_within_two_ulp_of_libm),
        cmocka_unit_test(treats_the_ends_as_told),
        cmocka_unit_test(gives_the_same_bits_everywhere),
        cmocka_unit_test(draws_the_published_numbers),
        cmocka_unit_test(draws_evenly_below_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
