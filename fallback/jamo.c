/* Words as jamo, between a ^ and a $, and their n-grams as hashes. A passage is read through this
 * for each of the best hits of a question with an unknown word, so most of it is spent on saying
 * no: three jamo whose bit is not set cost neither a hash nor a call. */
#include "fallback/jamo.h"

#include "base/hangul.h"

enum {
    WORD_JAMO = 256,
    GRAM_SHORTEST = 3,
    GRAM_LONGEST = 5,
    START_JAMO_BITS = JAMO_START_BITS / 3
};

static uint32_t start_of(const uint32_t *jamo)
{
    const uint32_t mask = (1U << START_JAMO_BITS) - 1;
    return (jamo[0] & mask) | (jamo[1] & mask) << START_JAMO_BITS |
           (jamo[2] & mask) << 2 * START_JAMO_BITS;
}

static void word_grams(const uint32_t *jamo, size_t n, const struct jamo_starts *starts,
                       void (*each)(void *data, uint64_t hash), void *data)
{
    for (size_t i = 0; i + GRAM_SHORTEST <= n; i++) {
        const uint32_t start = start_of(jamo + i);
        if (starts && !(starts->bits[start / 64] >> start % 64 & 1))
            continue;
        uint64_t hash = 0xCBF29CE484222325U;
        for (size_t j = i; j < n && j < i + GRAM_LONGEST; j++) {
            hash = (hash ^ jamo[j]) * 0xA0761D6478BD642FU;
            hash ^= hash >> 29;
            if (j - i + 1 >= GRAM_SHORTEST)
                each(data, hash ^ hash >> 32);
        }
    }
}

/* Calls `word` with the jamo of each word. */
static void words_each(struct str text, void (*word)(void *data, const uint32_t *jamo, size_t n),
                       void *data)
{
    uint32_t jamo[WORD_JAMO];
    size_t n = 0;
    for (size_t at = 0; at < text.n;) {
        const uint32_t rune = text_rune(text, &at);
        const bool is_syllable = hangul_is_syllable(rune);
        const bool is_word = is_syllable || text_rune_is_letter_or_digit(rune);
        if (is_word && n == 0)
            jamo[n++] = '^';
        if (is_word && n + 4 < WORD_JAMO)
            n += (size_t)hangul_split(rune >= 'A' && rune <= 'Z' ? rune + 32 : rune, jamo + n);
        if (n > 0 && (!is_word || at >= text.n)) {
            jamo[n++] = '$';
            word(data, jamo, n);
            n = 0;
        }
    }
}

struct grams {
    const struct jamo_starts *starts;
    void (*each)(void *data, uint64_t hash);
    void *data;
};

static void grams_word(void *data, const uint32_t *jamo, size_t n)
{
    const struct grams *grams = data;
    word_grams(jamo, n, grams->starts, grams->each, grams->data);
}

void jamo_each(struct str text, const struct jamo_starts *starts,
               void (*each)(void *data, uint64_t hash), void *data)
{
    struct grams grams = {starts, each, data};
    words_each(text, grams_word, &grams);
}

static void starts_word(void *data, const uint32_t *jamo, size_t n)
{
    struct jamo_starts *starts = data;
    for (size_t i = 0; i + GRAM_SHORTEST <= n; i++) {
        const uint32_t start = start_of(jamo + i);
        starts->bits[start / 64] |= (uint64_t)1 << start % 64;
    }
}

void jamo_starts_add(struct jamo_starts *starts, struct str text)
{
    words_each(text, starts_word, starts);
}
