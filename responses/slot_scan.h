/* How slots.c reads a message: once into runes (slot_scan.c), figures and what they measure
 * (slot_numbers.c), dates (slot_dates.c), names from lists (slot_lists.c). Everything is on the
 * stack; nothing here allocates. Nobody else includes this. */
#ifndef SLOT_SCAN_H
#define SLOT_SCAN_H

#include "base/clock.h"
#include "base/number.h"
#include "responses/slots.h"

enum {
    SCAN_RUNES = 4096, /* a message is 2,000; NFKC may lengthen it. What is past this is not read */
    SCAN_MENTIONS = 64,
    SCAN_PADDING = 4, /* zeros after the end, so that looking ahead needs no checks */
};

/* The message as NFKC, in lower case, every white space a blank. */
struct scan {
    uint32_t r[SCAN_RUNES + SCAN_PADDING];
    size_t n;
    bool is_english;
    bool prefers_terms; /* "in 24 months" is a term, because no date is looked for or a term was
                           asked */
    date_days as_of;
};
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
/* No letter of the same script right before: a word may begin at `at`. */
bool scan_begins_word(const struct scan *s, size_t at);
/* Digits only, at most `most` of them. Returns the end, or 0. */
size_t scan_integer(const struct scan *s, size_t at, size_t most, int *out);

enum mention_kind {
    MENTION_AMOUNT,
    MENTION_RATE,
    MENTION_TERM,
    MENTION_DATE,
    MENTION_COUNT,
    MENTION_BARE,
    MENTION_OTHER
};
/* What a count counts; a count slot takes what its question or name speaks of. */
enum counter {
    COUNTER_NONE,
    COUNTER_DAYS,
    COUNTER_HOURS,
    COUNTER_YEARS, /* a term of whole years, for a slot that counts them */
    COUNTER_AGE,
    COUNTER_PEOPLE,
    COUNTER_TIMES,
    COUNTER_THINGS
};

struct mention {
    enum mention_kind kind;
    size_t from, to;
    int64_t micro;      /* amount, rate in per cent, months or count, × 1,000,000 */
    enum unit currency; /* of an amount */
    enum counter counter;
    date_days date;
};
#define MICRO INT64_C(1000000)

/* A figure in digits, Korean numerals or both: 1,200 · 3.5 · 3천5백만 · 삼천만 · 1억2천. */
struct figure {
    int64_t micro;
    size_t to;
    bool has_digit, has_comma, has_fraction, has_big; /* big: 만 or 억 */
    bool has_jo;                                      /* 조, which is also "article" */
    size_t runes;
};
bool figure_read(const struct scan *s, size_t at, struct figure *out);
/* A small whole number in digits, Sino-Korean, native Korean or English words. Returns the end, or
 * 0. */
size_t figure_small(const struct scan *s, size_t at, int *out);

/* What begins at `at`, if anything does. */
bool amount_read(const struct scan *s, size_t at, struct mention *out);
bool rate_read(const struct scan *s, size_t at, struct mention *out);
bool term_read(const struct scan *s, size_t at, struct mention *out);
bool count_read(const struct scan *s, size_t at, struct mention *out);
bool date_read(const struct scan *s, size_t at, struct mention *out);
bool bare_read(const struct scan *s, size_t at, struct mention *out); /* always moves past digits */
/* The day of a month that is nearest to the as-of date; month 0 = any month. DATE_NONE when there
 * is none. */
date_days date_nearest(date_days as_of, int month, int day);

/* Names of lists. */
struct aliases;
MUST_USE enum err aliases_compile(struct arena *arena, const struct content_rows *rows,
                                  const struct slots *slots, struct aliases **out,
                                  struct fail *why);
struct alias_match {
    size_t from, to, runes;
    int slot, value;
};
/* Longest first; a shorter one that overlaps a longer one is not there. In the order of the
 * message. */
size_t aliases_find(const struct aliases *aliases, const struct scan *s,
                    struct alias_match out[SCAN_MENTIONS]);

/* Is there a word of correction between two places? 아니, 말고, no, instead … */
bool scan_is_corrected(const struct scan *s, size_t from, size_t to);

#endif
