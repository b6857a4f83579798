/* A text as runes that are easy to look ahead in, and the figures in it: what readers of amounts,
 * dates and clauses share. Everything is on the caller's stack; nothing here allocates. */
#ifndef SCAN_H
#define SCAN_H

#include "base/clock.h"
#include "base/text.h"

#include <stdbool.h>

enum {
    SCAN_RUNES = 4096, /* a message is 2,000; NFKC may lengthen it. What is past this is not read */
    SCAN_PADDING = 4,  /* zeros after the end, so that looking ahead needs no checks */
    SCAN_ODD = 0xFFFD  /* stands for ①, ², ½: looks like a digit, is part of no figure */
};

/* Which way the whole message looks, for dates without a year. */
struct tense {
    bool is_future, is_past;
    bool names_year; /* 작년에, 2024년에: the year of a date that does not say it */
};

/* The message as NFKC, in lower case, every stretch of white space one blank. */
struct scan {
    uint32_t r[SCAN_RUNES + SCAN_PADDING];
    uint16_t at[SCAN_RUNES + SCAN_PADDING]; /* the byte of the text that each came from */
    size_t n;
    /* How slots read it (responses/slot_scan.h); scan_read leaves these as they are. */
    bool is_english;
    bool prefers_terms; /* "in 24 months" is a term, because no date is looked for or a term was
                           asked */
    bool asks_date;     /* the message answers a question for one */
    struct tense tense;
    date_days as_of;
};
/* Stops after SCAN_RUNES runes or UINT16_MAX bytes; at[n] is then where. */
void scan_read(struct scan *scan, struct str message);

bool scan_is_letter(uint32_t rune); /* Hangul or any other letter or digit */
bool scan_is_latin(uint32_t rune);  /* letters and digits of words in Latin script */
bool scan_is_hangul(uint32_t rune);
bool scan_is_digit(uint32_t rune);
size_t scan_skip_space(const struct scan *s, size_t at);
/* Matches a UTF-8 pattern, in which a blank stands for any blanks or none; a Latin word must end
 * where the pattern does. Returns the end, or 0 (a pattern is never empty). */
size_t scan_match(const struct scan *s, size_t at, const char *pattern);
/* The first of several patterns, ended by NULL; *which is its index. */
size_t scan_match_any(const struct scan *s, size_t at, const char *const *patterns, size_t *which);
/* The same without which; 0 when there is none. */
size_t scan_first(const struct scan *s, size_t at, const char *const *patterns);
/* How many runes before `at` are one of the patterns (none longer than 16 runes, none ending in a
 * blank), or 0. A Latin word must begin where the pattern does. */
size_t scan_match_back(const struct scan *s, size_t at, const char *const *patterns);
/* No letter of the same script right before: a word may begin at `at`. */
bool scan_begins_word(const struct scan *s, size_t at);
/* Digits only, at most `most` of them. Returns the end, or 0. */
size_t scan_integer(const struct scan *s, size_t at, size_t most, int *out);

/* Is there a word of correction between two places? 아니, 말고, no, instead … */
bool scan_is_corrected(const struct scan *s, size_t from, size_t to);

#define MICRO INT64_C(1000000)

/* A figure in digits, Korean numerals or both: 1,200 · 5 000 000 · 3.5 · 3천5백만 · 삼천만 ·
 * 1억2천. All of it or nothing: 1.234.567, 1000,000 and 3천5천 are none. */
struct figure {
    int64_t micro;
    size_t to;
    bool has_digit, has_fraction;
    bool has_small, has_big; /* 십 백 천; 만 억 조 */
    bool has_jo;             /* 조, which is also "article" */
    bool is_padded;          /* 0500 */
    size_t runes;
};
bool figure_is_numeral(uint32_t rune); /* 일 … 구, 십 백 천 만 억 조 */
bool figure_read(const struct scan *s, size_t at, struct figure *out);
/* A small whole number in digits, Sino-Korean, native Korean or English words. Returns the end, or
 * 0. */
size_t figure_small(const struct scan *s, size_t at, int *out);

#endif
