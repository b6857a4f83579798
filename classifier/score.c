/* Scoring. Rows are taken two at a time, because the processor's multiply-add of 16-bit pairs wants
 * two products a lane. Columns are taken sixteen at a time with their sums in registers; the rows
 * of one message (some tens of kilobytes) stay in the first-level cache between columns. Integer
 * sums do not depend on order, so both versions agree to the bit. */
#include "classifier/score.h"

#include "classifier/model.h"

#include <immintrin.h>

static const size_t PAIR = (size_t)2 * LANES; /* columns that AVX2 sums at once */

/* Sixteen columns of SSE2, which every x86-64 has. */
static void columns_sse2(const int8_t *const *rows, const int16_t *values, size_t count,
                         size_t column, int32_t *sums)
{
    const __m128i zero = _mm_setzero_si128();
    __m128i s0 = zero, s1 = zero, s2 = zero, s3 = zero;
    for (size_t i = 0; i < count; i += 2) {
        __m128i a = _mm_loadu_si128((const __m128i *)(const void *)(rows[i] + column));
        __m128i b = _mm_loadu_si128((const __m128i *)(const void *)(rows[i + 1] + column));
        __m128i x = _mm_set1_epi32(
            (int32_t)((uint32_t)(uint16_t)values[i] | (uint32_t)(uint16_t)values[i + 1] << 16));
        __m128i low = _mm_unpacklo_epi8(a, b), high = _mm_unpackhi_epi8(a, b);
        __m128i low_sign = _mm_cmpgt_epi8(zero, low), high_sign = _mm_cmpgt_epi8(zero, high);
        s0 = _mm_add_epi32(s0, _mm_madd_epi16(_mm_unpacklo_epi8(low, low_sign), x));
        s1 = _mm_add_epi32(s1, _mm_madd_epi16(_mm_unpackhi_epi8(low, low_sign), x));
        s2 = _mm_add_epi32(s2, _mm_madd_epi16(_mm_unpacklo_epi8(high, high_sign), x));
        s3 = _mm_add_epi32(s3, _mm_madd_epi16(_mm_unpackhi_epi8(high, high_sign), x));
    }
    __m128i *to = (__m128i *)(void *)(sums + column);
    _mm_storeu_si128(to, s0);
    _mm_storeu_si128(to + 1, s1);
    _mm_storeu_si128(to + 2, s2);
    _mm_storeu_si128(to + 3, s3);
}

/* The unpack instructions of AVX2 work within 128-bit halves, so the columns come out as 0–3 8–11
 * and 4–7 12–15. */
__attribute__((target("avx2"))) static void store_avx2(__m256i even, __m256i odd, int32_t *to)
{
    _mm256_storeu_si256((__m256i *)(void *)to, _mm256_permute2x128_si256(even, odd, 0x20));
    _mm256_storeu_si256((__m256i *)(void *)(to + 8), _mm256_permute2x128_si256(even, odd, 0x31));
}

__attribute__((target("avx2"))) static __m256i load_avx2(const int8_t *row)
{
    return _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(const void *)row));
}

__attribute__((target("avx2"))) static void columns_avx2(const int8_t *const *rows,
                                                         const int16_t *values, size_t count,
                                                         size_t column, int32_t *sums)
{
    __m256i even = _mm256_setzero_si256(), odd = even;
    for (size_t i = 0; i < count; i += 2) {
        __m256i a = load_avx2(rows[i] + column), b = load_avx2(rows[i + 1] + column);
        __m256i x = _mm256_set1_epi32(
            (int32_t)((uint32_t)(uint16_t)values[i] | (uint32_t)(uint16_t)values[i + 1] << 16));
        even = _mm256_add_epi32(even, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), x));
        odd = _mm256_add_epi32(odd, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), x));
    }
    store_avx2(even, odd, sums + column);
}

__attribute__((target("avx2"))) static void rows_avx2(const int8_t *const *rows,
                                                      const int16_t *values, size_t count,
                                                      size_t stride, int32_t *sums)
{
    size_t column = 0;
    for (; column + PAIR <= stride; column += PAIR) {
        __m256i even = _mm256_setzero_si256(), odd = even, even2 = even, odd2 = even;
        for (size_t i = 0; i < count; i += 2) {
            const int8_t *ra = rows[i] + column, *rb = rows[i + 1] + column;
            __m256i x = _mm256_set1_epi32(
                (int32_t)((uint32_t)(uint16_t)values[i] | (uint32_t)(uint16_t)values[i + 1] << 16));
            __m256i a = load_avx2(ra), b = load_avx2(rb), a2 = load_avx2(ra + LANES),
                    b2 = load_avx2(rb + LANES);
            even = _mm256_add_epi32(even, _mm256_madd_epi16(_mm256_unpacklo_epi16(a, b), x));
            odd = _mm256_add_epi32(odd, _mm256_madd_epi16(_mm256_unpackhi_epi16(a, b), x));
            even2 = _mm256_add_epi32(even2, _mm256_madd_epi16(_mm256_unpacklo_epi16(a2, b2), x));
            odd2 = _mm256_add_epi32(odd2, _mm256_madd_epi16(_mm256_unpackhi_epi16(a2, b2), x));
        }
        store_avx2(even, odd, sums + column);
        store_avx2(even2, odd2, sums + column + LANES);
    }
    if (column < stride)
        columns_avx2(rows, values, count, column, sums);
}

void score_rows(const int8_t *const *rows, const int16_t *values, size_t count, size_t stride,
                bool has_avx2, int32_t *sums)
{
    if (has_avx2) {
        rows_avx2(rows, values, count, stride, sums);
        return;
    }
    for (size_t column = 0; column < stride; column += LANES)
        columns_sse2(rows, values, count, column, sums);
}
