/* Values taken from a customer's message: amounts (3천5백만 원, 1,200만원, 500 만원, $1,500.50),
 * yearly rates (연 3.5%, 3.5 percent), terms (24개월, 2년, 1년 6개월, 18 months), dates
 * (2026-12-03, 2026년 12월 3일, 12/3, 다음 달 3일, 내일, 3일 뒤, Dec 3; relative to the as-of
 * date), counts (3회, 두 번, 3 times), and named lists with aliases (실비 → 실손의료보험; particles
 * and missing spaces tolerated, longest alias first).
 *
 * What is not surely read is not taken; the bot then asks. A figure is read whole or not at all.
 * Ranges, bounds (이상, up to), negatives and other units (km, 명, %p, 월 0.5%) give nothing. A
 * bare number is a value only when a slot is being asked for, nothing else claims it and the
 * message says no more of it; in won, only from 10,000 (300 may be 300만). Of two different values
 * for one slot the one after a correction word (아니, 말고, no, instead) is taken, otherwise
 * neither. A date without a year is the last such date, today included, or the next one where the
 * message looks forward (예정, 갈게요, next, will); in English, unless a date was asked for, none
 * when the next one is less than a month away and nothing says which. With the year last,
 * 03/05/2026, it is read only when one of the two numbers cannot be a month or they are equal; in
 * English 3/5 likewise. */
#ifndef SLOTS_H
#define SLOTS_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "responses/content.h"
#include "responses/expression.h"

enum { SLOT_TEXT_BYTES = 96 };

/* A value in canonical text, so that a conversation can be stored and read back: amount "35000000
 * 원" or "1500.5 USD", rate "3.5 %", term "24 개월", date "2026-12-03", count "3", list: the
 * value's own name. */
struct slot_value {
    int slot; /* index into the book's slots */
    char text[SLOT_TEXT_BYTES];
};
struct slot_set {
    size_t count;
    /* slots_find: the message gives an amount as a change to another (200만원 더, half of $500) */
    bool changes_sum;
    bool has_other_rate; /* slots_find: the message gives a rate of a month or a day, 월 1% */
    struct slot_value values[LIMIT_SLOTS];
};
const struct slot_value *slot_set_find(const struct slot_set *set, int slot);
/* replaces; false when full or too long */
bool slot_set_put(struct slot_set *set, int slot, struct str text);

struct slots; /* the slot definitions of one release, aliases indexed; immutable */
MUST_USE enum err slots_compile(struct arena *arena, const struct content_rows *rows,
                                struct str language, const struct slots **out, struct fail *why);
size_t slots_count(const struct slots *slots);
int slots_named(const struct slots *slots, struct str name); /* -1 */
const struct slot_row *slots_row(const struct slots *slots, int slot);

/* Puts what the message says into `set`; never fails (a message without values adds none), no heap.
 * `asked` is the slot just asked for, or -1: a bare "3000" or "24" answers that one. `message` is
 * text_accept()ed. Returns how many slots were set or changed. */
size_t slots_find(const struct slots *slots, struct str message, date_days as_of, int asked,
                  struct slot_set *set);
/* A stored value as an expression sees it. */
MUST_USE enum err slot_value_read(const struct slots *slots, const struct slot_value *value,
                                  struct value *out, struct fail *why);
/* The same as a customer reads it, appended ("35,000,000원"), without heap of its own. */
MUST_USE enum err slot_value_show(const struct slots *slots, const struct slot_value *value,
                                  struct str language, struct buf *out, struct fail *why);

#endif
