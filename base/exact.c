/* Logarithm and exponential with the same bits on every x86-64 machine, built from IEEE + - * /
 * alone. The logarithm splits x into 2^k · m with m near 1 and sums the series of 2 atanh(s), s =
 * (m-1)/(m+1). The exponential takes k · ln 2 off x and sums the series of e^r for the rest. In
 * both, ln 2 comes in two parts: a high one with so few bits that k times it is exact, and a low
 * one that carries the remainder. */
#include "base/exact.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

/* ln 2 = HIGH + LOW; the low 21 bits of HIGH are zero, and k has at most 11. */
static const double LN2_HIGH = 0x1.62e42feep-1;
static const double LN2_LOW = 0x1.a39ef35793c76p-33;
static const double LOG2_E = 0x1.71547652b82fep+0;
/* 2/3, 2/5 … of 2 atanh(s), and 1/2!, 1/3! … of e^r. The compiler divides, rounding as the machine
 * would. */
static const double atanh_terms[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                     2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23};
static const double exp_terms[] = {
    1.0 / 2,         1.0 / 6,          1.0 / 24,         1.0 / 120,     1.0 / 720,
    1.0 / 5040,      1.0 / 40320,      1.0 / 362880,     1.0 / 3628800, 1.0 / 39916800,
    1.0 / 479001600, 1.0 / 6227020800, 1.0 / 87178291200};
static const double SQRT_HALF = 0x1.6a09e667f3bcdp-1;

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

static double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

/* 2^k for a normal result. */
static double power_of_two(int k)
{
    assert(k >= -1022 && k <= 1023);
    return from_bits((uint64_t)(k + 1023) << 52);
}

/* k ln 2 + ln(1 + f) + c for f in [√½ - 1, √2 - 1) and a tiny c.
 * ln(1+f) = 2 atanh(s) = f - f²/2 + s (f²/2 + R), R = 2 s²/3 + 2 s⁴/5 + … : this form keeps f, the
 * bulk of the sum, unrounded. s² < 0.0295, so the first term left out is below 2^-60 of the sum. */
static double log_sum(int k, double f, double c)
{
    double s = f / (2 + f);
    double z = s * s;
    double series = 0;
    for (size_t i = sizeof atanh_terms / sizeof *atanh_terms; i > 0; i--)
        series = series * z + atanh_terms[i - 1];
    double half_square = 0.5 * f * f;
    double small = s * (half_square + series * z) + (k * LN2_LOW + c);
    return k * LN2_HIGH - ((half_square - small) - f);
}

/* Splits a positive normal x into 2^k · m with m in [√½, √2); returns m. */
static double split(double x, int *k)
{
    uint64_t bits = bits_of(x);
    *k = (int)(bits >> 52) - 1022;
    double m = from_bits((bits & 0xFFFFFFFFFFFFFu) | (uint64_t)1022 << 52);
    if (m < SQRT_HALF) {
        m *= 2;
        --*k;
    }
    return m;
}

double exact_log(double x)
{
    int k;
    int scale = 0;
    if (isnan(x) || x < 0)
        return NAN;
    if (x == 0)
        return -HUGE_VAL;
    if (isinf(x))
        return x;
    if (x < 0x1p-1022) {
        x *= 0x1p54;
        scale = 54;
    }
    double m = split(x, &k);
    return log_sum(k - scale, m - 1, 0);
}

double exact_log1p(double x)
{
    int k;
    if (isnan(x) || x < -1)
        return NAN;
    if (x == -1)
        return -HUGE_VAL;
    if (isinf(x))
        return x;
    if (fabs(x) < 0x1p-54)
        return x;
    if (x >= SQRT_HALF - 1 && x < 2 * SQRT_HALF - 1)
        return log_sum(0, x, 0);
    /* What rounding took from 1 + x goes back in as its first-order share of the logarithm. */
    double whole = 1 + x;
    double lost = x < 1 ? x - (whole - 1) : 1 - (whole - x);
    double m = split(whole, &k);
    return log_sum(k, m - 1, lost / whole);
}

double exact_exp(double x)
{
    if (isnan(x))
        return x;
    if (x > 709)
        return HUGE_VAL;
    if (x < -745)
        return 0;
    int k = (int)(x * LOG2_E + (x < 0 ? -0.5 : 0.5));
    double high = x - k * LN2_HIGH;
    double low = k * LN2_LOW;
    double r = high - low;
    /* |r| < 0.35: e^r = 1 + r + r² (1/2! + r/3! + … + r¹²/14!); the next term is below 2^-60. */
    double series = 0;
    for (size_t i = sizeof exp_terms / sizeof *exp_terms; i > 0; i--)
        series = series * r + exp_terms[i - 1];
    double tail = r * r * series;
    double y = 1 + (high + (tail - low));
    if (k < -1021) /* the result may be subnormal: round once, at the end */
        return y * power_of_two(k + 200) * 0x1p-200;
    return y * power_of_two(k);
}

uint64_t exact_random(uint64_t *state)
{
    uint64_t z = *state += 0x9E3779B97F4A7C15u;
    z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9u;
    z = (z ^ z >> 27) * 0x94D049BB133111EBu;
    return z ^ z >> 31;
}

uint64_t exact_random_below(uint64_t *state, uint64_t n)
{
    assert(n > 0);
    /* 2^64 mod n values at the low end would come up once too often: draw again. */
    uint64_t uneven = (UINT64_MAX - n + 1) % n;
    uint64_t drawn = exact_random(state);
    while (drawn < uneven)
        drawn = exact_random(state);
    return drawn % n;
}

double exact_random_unit(uint64_t *state)
{
    return (double)(exact_random(state) >> 11) * 0x1p-53;
}
