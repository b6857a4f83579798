/* exp, log and friends that give the same bits on every x86-64 machine. glibc picks variants of
 * these by CPU (FMA or not) and one call in some hundreds differs in its last bit; nothing stored
 * in a release or compared with a threshold may hang on that. Built from IEEE + - * / and sqrt
 * only, and compiled with -ffp-contract=off. Error below 2 ulp over the normal range, not correctly
 * rounded. */
#ifndef EXACT_H
#define EXACT_H

double exact_log(double x); /* natural; x > 0; 0 gives -HUGE_VAL */
double exact_exp(double x); /* clamped: below -745 gives 0, above 709 gives HUGE_VAL */
double exact_log1p(double x);

/* splitmix64 (Steele, Lea & Flood 2014): the next number of a stream, for seeded sampling. */
#include <stdint.h>
uint64_t exact_random(uint64_t *state);
uint64_t exact_random_below(uint64_t *state, uint64_t n); /* unbiased; n > 0 */
double exact_random_unit(uint64_t *state);                /* [0, 1) with 53 bits */

#endif
