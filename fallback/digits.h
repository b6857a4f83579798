/* Digits that may be somebody's: gathered into runs of groups, and what the lengths of the groups,
 * a rule over the digits and the words before them say they are. For fallback/mask.c. */
#ifndef DIGITS_H
#define DIGITS_H

#include "base/text.h"

#include <stdbool.h>

enum {
    GROUPS_MAXIMUM = 24, /* groups of one run; a longer run is looked at piece by piece */
    DIGITS_MAXIMUM = 19  /* the longest card number                                     */
};

enum personal {
    PERSONAL_RESIDENT,
    PERSONAL_CARD,
    PERSONAL_PHONE,
    PERSONAL_ACCOUNT,
    PERSONAL_EMAIL,
    PERSONAL_POLICY,
    PERSONAL_NOTHING
};

/* One group of digits as it stands in the text. */
struct group {
    size_t from, to; /* bytes */
    size_t first;    /* index of its first digit in run.digits */
    int length;      /* digits */
    bool is_joined;  /* a hyphen or dot, and nothing else, stands before it */
};

struct run {
    struct group groups[GROUPS_MAXIMUM];
    int count;
    char digits[GROUPS_MAXIMUM * DIGITS_MAXIMUM + 1];
    bool has_plus;       /* "+82 …" */
    size_t letters_from; /* where the Latin letters right before it begin; groups[0].from when there
                            are none */
    enum personal named; /* what the nearest word before it says it is */
};

/* Gathers the run that begins with the digit at `at`, looking back no further than `floor`; *end is
 * where its last group ends. */
void run_read(struct str text, size_t floor, size_t at, struct run *run, size_t *end);
/* How many groups from `start` on are personal data, and of what kind; 0 for none. */
int run_match(struct str text, const struct run *run, int start, enum personal *kind);
/* 1,234,567 or 1,234: the digits from `at` on with their commas. Returns their end, or `at` when
 * there is no such figure. */
size_t figure_end(struct str text, size_t at);

/* ---- Runes ---- */

static inline int digit_of(uint32_t rune)
{
    if (rune >= '0' && rune <= '9')
        return (int)(rune - '0');
    if (rune >= 0xFF10 && rune <= 0xFF19) /* full-width */
        return (int)(rune - 0xFF10);
    if (rune >= 0x1D7CE && rune <= 0x1D7FF) /* the mathematical alphabets */
        return (int)((rune - 0x1D7CE) % 10);
    return -1;
}

/* Full-width forms as the ASCII they stand for. */
static inline uint32_t plain_of(uint32_t rune)
{
    return rune >= 0xFF01 && rune <= 0xFF5E ? rune - 0xFF01 + '!' : rune;
}

static inline bool is_letter(uint32_t rune)
{
    rune = plain_of(rune);
    return (rune >= 'a' && rune <= 'z') || (rune >= 'A' && rune <= 'Z');
}

static inline uint32_t rune_at(struct str text, size_t at, size_t *after)
{
    *after = at;
    return text_rune(text, after);
}

/* The rune that ends at `at`; at > 0. */
static inline uint32_t rune_before(struct str text, size_t at, size_t *from)
{
    size_t start = at - 1;
    while (start > 0 && at - start < 4 && ((unsigned char)text.p[start] & 0xC0) == 0x80)
        start--;
    *from = start;
    size_t after;
    return rune_at(text, start, &after);
}

#endif
