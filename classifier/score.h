/* The inner loop: Σ weight × value over the features of one message, for every intent at once. */
#ifndef SCORE_H
#define SCORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* sums[0…stride) = Σ rows[i][k] × values[i] for i < count; count is even (pad with a value of 0).
 * stride is a multiple of LANES; |values| ≤ FEATURE_ONE; sums must be 32-byte aligned. The plain
 * and the AVX2 code give the same integers. */
void score_rows(const int8_t *const *rows, const int16_t *values, size_t count, size_t stride,
                bool has_avx2, int32_t *sums);

#endif
