/* Exact numbers for money and rates: GMP rationals with a unit. Never a binary float. Nothing is
 * rounded but by number_round. How figures are read (3천5백만 원) is in responses/slots.h; how they
 * are shown is here. */
#ifndef NUMBER_H
#define NUMBER_H

#include "base/arena.h"
#include "base/text.h"

#include <gmp.h>
#include <stdbool.h>
#include <stdint.h>

/* What a number counts. PERCENT values are stored as fractions: 4.5 % is 9/200. Terms are months.
 * OTHER has a free-text unit (세, 회, 시간, km), compared as text. */
enum unit { UNIT_NONE, UNIT_WON, UNIT_DOLLAR, UNIT_PERCENT, UNIT_MONTHS, UNIT_DAYS, UNIT_OTHER };

enum { UNIT_TEXT_BYTES = 32 };

struct number {
    mpq_t q; /* canonical */
    enum unit unit;
    /* As it is shown after the figure: "원", "세", " days"; NUL-terminated. */
    char unit_text[UNIT_TEXT_BYTES];
};

/* half up: away from zero on a tie */
enum rounding { ROUND_HALF_UP, ROUND_HALF_EVEN, ROUND_FLOOR, ROUND_CEIL };

/* GMP has no way to say that memory has run out, and aborts. After this the program says it in one
 * sentence and exits with the status of ERR_MEMORY at once, leaving behind what kill -9 would: for
 * main() alone, before any number. */
void number_exit_without_memory(void);

void number_init(struct number *n); /* 0 without unit */
void number_free(struct number *n);
void number_set(struct number *to, const struct number *from);
/* A copy whose digits live in the arena: read only, never given to number_free. For what a release
 * holds. */
MUST_USE enum err number_freeze(struct number *to, const struct number *from, struct arena *arena,
                                struct fail *why);
/* "1234.50", "-3", "1,234,567" (commas only where they group thousands). No exponent. ERR_INPUT,
 * ERR_LIMIT past 40 digits. */
MUST_USE enum err number_parse(struct str text, struct number *out, struct fail *why);
/* A unit as writers put it: "원" "KRW" "%" "USD" "$" "개월" "months" "년" (months, the figure ×12)
 * "years" "일" "days" …; anything else is UNIT_OTHER. Applies to a number just parsed (so % divides
 * by 100 and 년 multiplies by 12). */
MUST_USE enum err number_set_unit(struct number *n, struct str unit, struct fail *why);
/* To a multiple of `step` (> 0): floor(x, 10) is 10원 미만 절사. */
void number_round(struct number *n, const mpq_t step, enum rounding rounding);
bool number_is_finite_decimal(const struct number *n); /* denominator is 2^a 5^b */
/* As a customer reads it, appended: "1,234,567원", "$1,234.50" (two places as soon as there are
 * cents), "3.5%", "24개월", "30일". ERR_INPUT when it is not a finite decimal (the text must
 * round), nothing is appended then. `language` "ko" or "en" chooses unit words for months and
 * days. */
MUST_USE enum err number_format(const struct number *n, struct str language, struct buf *out,
                                struct fail *why);
/* The same from a figure that is text already ("-1234.5", as number_format_plain writes it; per
 * cent and not fraction for %, months for terms): no heap of its own. */
void number_show(struct str figure, enum unit unit, struct str unit_text, struct str language,
                 struct buf *out);
/* The figure alone, digits and point, no commas, no unit: what is stored. */
MUST_USE enum err number_format_plain(const struct number *n, struct buf *out, struct fail *why);

#endif
