/* How slots.c reads a message: once into runes (slot_scan.c), figures (slot_figures.c) and what
 * they measure (slot_money.c, slot_numbers.c), dates (slot_dates.c), names from lists
 * (slot_lists.c), and the words around a finding that make it something else (slot_bounds.c).
 * Everything is on the stack; nothing here allocates. Nobody else includes this. */
#ifndef SLOT_SCAN_H
#define SLOT_SCAN_H

#include "base/clock.h"
#include "base/number.h"
#include "responses/slots.h"

enum {
    SCAN_RUNES = 4096, /* a message is 2,000; NFKC may lengthen it. What is past this is not read */
    SCAN_MENTIONS = 64,
    SCAN_PADDING = 4, /* zeros after the end, so that looking ahead needs no checks */
    SCAN_ODD = 0xFFFD /* stands for ①, ², ½: looks like a digit, is part of no figure */
};

/* Which way the whole message looks, for dates without a year. */
struct tense {
    bool is_future, is_past;
    bool names_year; /* 작년에, 2024년에: the year of a date that does not say it */
};

/* The message as NFKC, in lower case, every stretch of white space one blank. */
struct scan {
    uint32_t r[SCAN_RUNES + SCAN_PADDING];
    size_t n;
    bool is_english;
    bool prefers_terms; /* "in 24 months" is a term, because no date is looked for or a term was
                           asked */
    struct tense tense;
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
/* The same without which; 0 when there is none. */
size_t scan_first(const struct scan *s, size_t at, const char *const *patterns);
/* How many runes before `at` are one of the patterns (none longer than 16 runes, none ending in a
 * blank), or 0. A Latin word must begin where the pattern does. */
size_t scan_match_back(const struct scan *s, size_t at, const char *const *patterns);
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
    bool is_amount_only; /* a bare figure that is nothing but money: 10k */
    bool lacks_unit;     /* 오백, 3천5백: 만 or 원? No amount, though it may be a count */
    date_days date;
};
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

/* What begins at `at`, if anything does. */
bool amount_read(const struct scan *s, size_t at, struct mention *out);
bool rate_read(const struct scan *s, size_t at, struct mention *out);
bool term_read(const struct scan *s, size_t at, struct mention *out);
bool count_read(const struct scan *s, size_t at, struct mention *out);
bool date_read(const struct scan *s, size_t at, struct mention *out);
bool bare_read(const struct scan *s, size_t at, struct mention *out); /* always moves past digits */
/* The day of a month without its year: the last one that was, today included, or with a word of the
 * future the next one. Month 0 = any month. DATE_NONE when it cannot be told or is none. */
date_days date_without_year(const struct scan *s, int month, int day);
/* What follows a number in a word of its own, so that 3회 is read in 3회를 but not in 3회사. */
bool ends_counter(const struct scan *s, size_t at);
/* € or 유로 around a figure. */
bool is_foreign(const struct scan *s, size_t from, size_t to);
/* 3만 명, 1,200 km: a large figure that is not money. */
bool counts_something(const struct scan *s, size_t at);

/* Is the finding all that stands there, said as it is? Not a head or tail of a longer figure, not
 * negative, a bound (이상, up to) or taken back (말고, not). */
bool bounds_hold(const struct scan *s, const struct mention *m);
/* Turns findings that depend on their neighbours (300~500만원, 2개월 15일) into MENTION_OTHER. */
void bounds_drop_ranges(const struct scan *s, struct mention *mentions, size_t count);
/* Is a bare figure all the rest of the message says, but for politeness? */
bool bare_is_answer(const struct scan *s, const struct mention *m, size_t next);
struct tense tense_read(const struct scan *s);

/* Names from lists. */
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
