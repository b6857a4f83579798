/* How slots.c reads a message: once into runes and figures (base/scan.h), what they measure
 * (slot_money.c, slot_numbers.c), dates (slot_dates.c, slot_days.c), names from lists
 * (slot_lists.c), and the words around a finding that make it something else (slot_bounds.c).
 * Everything is on the stack; nothing here allocates. Nobody else includes this. */
#ifndef SLOT_SCAN_H
#define SLOT_SCAN_H

#include "base/number.h"
#include "base/scan.h"
#include "responses/slots.h"

enum { SCAN_MENTIONS = 64 };

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
    bool is_unsure_term; /* 10년납, 1년하고: a term that more is said of */
    bool is_amount_only; /* a bare figure that is nothing but money: 10k */
    bool lacks_unit;     /* 오백, 3천5백: 만 or 원? No amount, though it may be a count */
    bool is_other_rate;  /* of a month or a day: no yearly rate */
    date_days date;
};

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
/* What date_read tries that is counted from today: by a name, by a stretch of time. */
bool day_named(const struct scan *s, size_t at, struct mention *out);
bool day_counted(const struct scan *s, size_t at, struct mention *out);
/* A date that is none keeps its place, so that no part of it is read as something else. True. */
bool date_put(struct mention *out, size_t from, size_t to, date_days date);
/* What follows a number in a word of its own, so that 3회 is read in 3회를 but not in 3회사. */
bool ends_counter(const struct scan *s, size_t at);
/* € or 유로 around a figure. */
bool is_foreign(const struct scan *s, size_t from, size_t to);
/* 3만 명, 1,200 km: a large figure that is not money. */
bool counts_something(const struct scan *s, size_t at);

/* Around a finding: the rune before it (0: none), where the space before it begins, and where what
 * comes after its particle and space does. */
uint32_t rune_before(const struct scan *s, size_t at);
size_t back_over_space(const struct scan *s, size_t at);
size_t over_particle(const struct scan *s, size_t at);

/* Is the finding all that stands there, said as it is? Not a head or tail of a longer figure, not
 * negative, a bound (이상, up to) or taken back (말고, not). */
bool bounds_hold(const struct scan *s, const struct mention *m);
/* Turns amounts that are only part of a sum into MENTION_OTHER ($500 a month), and all of them
 * where one changes the sum (another $2000, half of $5000): then true. */
bool amounts_drop_parts(const struct scan *s, struct mention *mentions, size_t count);
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

#endif
