/* A run of digits as one of fallback/'s rules looks at it: from one group on. The rules are in
 * personal.c and cards.c; these are the questions they share. */
#ifndef SIGHT_H
#define SIGHT_H

#include "fallback/personal.h"

const struct group *group_of(const struct sight *s, int i);
int groups_left(const struct sight *s);
const char *digits_of(const struct sight *s, int i);
bool has_lengths(const struct sight *s, const signed char *lengths, int groups);
/* How many groups from the i-th on have `digits` together; 0 when none end there. */
int groups_summing(const struct sight *s, int i, int digits, enum joint loosest);
/* No joint between the first `groups` groups is looser. */
bool are_joined(const struct sight *s, int groups, enum joint loosest);
/* 1000 2000 3000: figures of a list, not parts of a number. */
bool is_list(const struct sight *s, int groups);
int two_digits(const char *digits);
bool is_month_and_day(const char *digits);
/* 2026-03-05, also 20260305 and 2026-03. */
bool is_date(const struct sight *s);
/* The span of `groups` groups; true, for rules to end with. */
bool finding_take(const struct sight *s, enum personal kind, int groups, struct finding *out);
bool has_unit(const struct sight *s, int groups);

/* The rules about cards; false when sight->start does not begin one. */
bool find_card(const struct sight *s, struct finding *out);
/* After 카드, 14 to 16 digits in whatever groups. */
bool find_named_card(const struct sight *s, struct finding *out);
/* 12/27, 1227 and 12월 27년, where a card is spoken of; and the three digits on its back. */
bool find_card_detail(const struct sight *s, struct finding *out);

/* The rules about accounts that say what they are: 계좌 123456, acct 12345678; and SSN 123456789.
 */
bool find_short_account(const struct sight *s, struct finding *out);
bool find_social_security(const struct sight *s, struct finding *out);
/* The end of the IBAN that begins at `at`, or `at` when none does. */
size_t iban_end(struct str text, size_t at);

#endif
