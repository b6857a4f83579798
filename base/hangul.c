/* Hangul by arithmetic. A precomposed syllable is a lead consonant, a vowel and perhaps a tail,
 * laid out so that its number gives all three. The particles of Korean depend on whether the word
 * before ends in a consonant as it is read aloud, which for digits and Latin letters means the
 * sound of their names. */
#include "base/hangul.h"

#include <assert.h>

enum {
    SYLLABLE_FIRST = 0xAC00,
    SYLLABLE_LAST = 0xD7A3,
    LEAD_FIRST = 0x1100,
    VOWEL_FIRST = 0x1161,
    TAIL_BEFORE = 0x11A7, /* tail 0, "none", would stand here */
    LEADS = 19,
    VOWELS = 21,
    TAILS = 28,
    TAIL_RIEUL = 8,
    COMPATIBILITY_RIEUL = 0x3139,
};

bool hangul_is_syllable(uint32_t rune)
{
    return rune >= SYLLABLE_FIRST && rune <= SYLLABLE_LAST;
}

bool hangul_is_any(uint32_t rune)
{
    static const struct {
        uint32_t from, to;
    } blocks[] = {
        {0x1100, 0x11FF}, /* conjoining jamo         */
        {0x3131, 0x318E}, /* compatibility jamo      */
        {0xA960, 0xA97C}, /* extended lead consonants */
        {0xAC00, 0xD7A3}, /* syllables               */
        {0xD7B0, 0xD7FB}, /* extended vowels, tails  */
        {0xFFA0, 0xFFDC}, /* half width              */
    };
    if (rune < blocks[0].from)
        return false;
    for (size_t i = 0; i < sizeof blocks / sizeof *blocks; i++) {
        if (rune >= blocks[i].from && rune <= blocks[i].to)
            return true;
    }
    return false;
}

bool hangul_in(struct str text)
{
    for (size_t at = 0; at < text.n;) {
        if (hangul_is_any(text_rune(text, &at)))
            return true;
    }
    return false;
}

int hangul_split(uint32_t rune, uint32_t out[3])
{
    if (!hangul_is_syllable(rune)) {
        out[0] = rune;
        return 1;
    }
    uint32_t index = rune - SYLLABLE_FIRST;
    out[0] = LEAD_FIRST + index / (VOWELS * TAILS);
    out[1] = VOWEL_FIRST + index / TAILS % VOWELS;
    if (index % TAILS == 0)
        return 2;
    out[2] = TAIL_BEFORE + index % TAILS;
    return 3;
}

uint32_t hangul_join(int lead, int vowel, int tail)
{
    assert(lead >= 0 && lead < LEADS && vowel >= 0 && vowel < VOWELS && tail >= 0 && tail < TAILS);
    return (uint32_t)(SYLLABLE_FIRST + (lead * VOWELS + vowel) * TAILS + tail);
}

/* How a word's last sound ends. */
enum ending { ENDS_OPEN, ENDS_RIEUL, ENDS_CLOSED };

/* The last rune that is read aloud: a letter, a digit or a percent sign; 0 when there is none.
 * Sets *from to where it starts. */
static uint32_t last_spoken(struct str word, size_t *from)
{
    uint32_t last = 0;
    for (size_t at = 0; at < word.n;) {
        size_t start = at;
        uint32_t rune = text_rune(word, &at);
        if (rune >= 0xFF01 && rune <= 0xFF5E)
            rune -= 0xFF01 - '!'; /* full width */
        if (text_rune_is_letter_or_digit(rune) || rune == '%') {
            last = rune;
            *from = start;
        }
    }
    return last;
}

/* A number that ends in zeros is read by its last unit: 십, 백, 천, 만, 억 end in a consonant, 조
 * does not. */
static enum ending ending_of_zeros(struct str word)
{
    size_t zeros = 0;
    size_t at = word.n;
    while (at > 0 && (word.p[at - 1] == '0' || word.p[at - 1] == ',')) {
        at--;
        zeros += word.p[at] == '0';
    }
    bool has_digit_before = at > 0 && word.p[at - 1] >= '1' && word.p[at - 1] <= '9';
    return has_digit_before && zeros >= 12 && zeros < 16 ? ENDS_OPEN : ENDS_CLOSED;
}

static enum ending ending_of(struct str word)
{
    /* 영 일 이 삼 사 오 육 칠 팔 구 */
    static const enum ending digits[10] = {ENDS_CLOSED, ENDS_RIEUL, ENDS_OPEN,   ENDS_CLOSED,
                                           ENDS_OPEN,   ENDS_OPEN,  ENDS_CLOSED, ENDS_RIEUL,
                                           ENDS_RIEUL,  ENDS_OPEN};
    size_t from = 0;
    uint32_t rune = last_spoken(word, &from);
    if (hangul_is_syllable(rune)) {
        uint32_t tail = (rune - SYLLABLE_FIRST) % TAILS;
        return tail == 0 ? ENDS_OPEN : tail == TAIL_RIEUL ? ENDS_RIEUL : ENDS_CLOSED;
    }
    if (rune == '0')
        return ending_of_zeros(str_slice(word, 0, from + 1));
    if (rune >= '1' && rune <= '9')
        return digits[rune - '0'];
    /* Single consonants are read by their names, all closed: 기역, 니은 … 리을. */
    if (rune >= 0x3131 && rune <= 0x314E)
        return rune == COMPATIBILITY_RIEUL ? ENDS_RIEUL : ENDS_CLOSED;
    switch (rune) {
    case 'l':
    case 'L':
    case 'r':
    case 'R':
        return ENDS_RIEUL;
    case 'm':
    case 'M':
    case 'n':
    case 'N':
        return ENDS_CLOSED;
    default:
        return ENDS_OPEN;
    }
}

bool hangul_ends_closed(struct str word)
{
    return ending_of(word) != ENDS_OPEN;
}

bool hangul_ends_closed_not_rieul(struct str word)
{
    return ending_of(word) == ENDS_CLOSED;
}
