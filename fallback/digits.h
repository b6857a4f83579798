/* Digits that may be somebody's, gathered into runs of groups, with the words that stand before
 * them. fallback/personal.h says what a run is. */
#ifndef DIGITS_H
#define DIGITS_H

#include "base/text.h"

#include <stdbool.h>

enum {
    GROUPS_MAXIMUM = 24, /* groups of one run; a longer run is looked at piece by piece */
    DIGITS_MAXIMUM = 19  /* the longest card number                                     */
};

/* What stands before a group. */
enum joint {
    JOINT_NONE,
    JOINT_MARK,  /* one hyphen or dot and nothing else, also ㅡ or a long dash */
    JOINT_SLASH, /* one / ~ or ·, which also stand between amounts             */
    JOINT_SPACE, /* spaces, a new line, brackets, marks                        */
    JOINT_WEAK   /* a comma, * or 에 among them: enough only for what no amount looks like */
};

/* One group of digits as it stands in the text. */
struct group {
    size_t from, to; /* bytes */
    size_t first;    /* index of its first digit in run.digits */
    int length;      /* digits */
    enum joint joint;
};

/* Words that say what the number after them is; one bit each. */
enum {
    WORD_RESIDENT = 1 << 0,
    WORD_CARD = 1 << 1,
    WORD_CODE = 1 << 2, /* CVC */
    WORD_EXPIRY = 1 << 3,
    WORD_PHONE = 1 << 4,
    WORD_NUMBER = 1 << 5, /* "my number is": a phone's, unless another word says otherwise */
    WORD_ACCOUNT = 1 << 6,
    WORD_BANK = 1 << 7, /* names of banks, many of which are everyday words */
    WORD_POLICY = 1 << 8,
    WORD_PASSPORT = 1 << 9,
    WORD_LICENCE = 1 << 10,
    WORD_PLATE = 1 << 11,
    WORD_SORT = 1 << 12, /* a British bank's sort code */
    WORDS_VAGUE = WORD_NUMBER | WORD_BANK
};

struct run {
    struct group groups[GROUPS_MAXIMUM];
    int count;
    char digits[GROUPS_MAXIMUM * DIGITS_MAXIMUM + 1];
    bool has_plus;       /* "+82 …" */
    bool has_hidden;     /* something invisible or a picture stood between two digits */
    size_t letters_from; /* where the Latin letters right before it begin; groups[0].from when there
                            are none */
    unsigned words, near; /* WORD_…: before it, and right before it */
    unsigned nearest;     /* the nearest that is not vague */
};

/* Gathers the run that begins with the digit at `at`, looking back no further than `floor`; *end is
 * where its last group ends. With `joins_hidden`, digits with only zero-width characters or
 * pictures between them are one group. */
void run_read(struct str text, size_t floor, size_t at, bool joins_hidden, struct run *run,
              size_t *end);
/* 1,234,567 or 1,234: the digits from `at` on with their commas. Returns their end, or `at` when
 * there is no such figure. */
size_t figure_end(struct str text, size_t at);
/* What stands at `at`, after spaces, makes the figure before it an amount, a term or a count. */
bool is_followed_by_unit(struct str text, size_t at);
/* The words of WORD_BANK and WORD_ACCOUNT at `at`, after spaces. */
bool is_followed_by_bank(struct str text, size_t at);

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

/* Takes no room of its own: soft hyphens, joiners, fillers, selectors. */
static inline bool is_invisible(uint32_t rune)
{
    return rune == 0xAD || rune == 0x34F || rune == 0x61C || rune == 0x115F || rune == 0x1160 ||
           rune == 0x180E || (rune >= 0x200B && rune <= 0x200F) ||
           (rune >= 0x202A && rune <= 0x202E) || (rune >= 0x2060 && rune <= 0x206F) ||
           rune == 0x3164 || (rune >= 0xFE00 && rune <= 0xFE0F) || rune == 0xFEFF ||
           rune == 0xFFA0 || (rune >= 0xE0000 && rune <= 0xE01EF);
}

/* Invisible, or a picture. */
static inline bool is_hidden(uint32_t rune)
{
    return rune >= 0xAD &&
           (is_invisible(rune) || rune == 0x20E3 || /* the frame of a keycap */
            (rune >= 0x2600 && rune <= 0x27BF) || (rune >= 0x2B00 && rune <= 0x2BFF) ||
            (rune >= 0x1F000 && rune <= 0x1FAFF));
}

/* A hyphen, and what is typed for one: ㅡ is on the Korean keyboard, ー on the Japanese. */
static inline bool is_hyphen(uint32_t rune)
{
    rune = plain_of(rune);
    return rune == '-' || (rune >= 0x2010 && rune <= 0x2015) || rune == 0x2212 || rune == 0x30FC ||
           rune == 0xFE63 || rune == 0xFE58 || rune == 0x3161 || rune == 0x1173 || rune == 0xFFDA ||
           rune == 0x2043 || rune == 0x2500 || rune == 0x2501 || rune == 0xFF70;
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

/* ASCII letters of `text` at `at` match `word` (which is lower case) whatever their case. */
static inline bool word_is_at(struct str text, size_t at, struct str word)
{
    if (at > text.n || word.n > text.n - at)
        return false;
    for (size_t i = 0; i < word.n; i++) {
        char c = text.p[at + i];
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != word.p[i])
            return false;
    }
    return true;
}

static inline size_t spaces_end(struct str text, size_t at)
{
    while (at < text.n && text.p[at] == ' ')
        at++;
    return at;
}

#endif
