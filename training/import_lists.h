/* What other systems call entities, synonyms, lookups and lists, collected into slots of type list
 * and their values: `product`: 실손의료보험 (실비|실손). A reader adds words in any order; at the
 * end they become rows. A word means one value of a slot; the first to claim it has it. */
#ifndef IMPORT_LISTS_H
#define IMPORT_LISTS_H

#include "training/imported.h"

struct lists; /* one thread; memory is that of `imported` but for two tables */
MUST_USE enum err lists_open(struct imported *imported, struct lists **out, struct fail *why);
void lists_close(struct lists *lists);

/* The name a slot has here: letters, digits and _ (`from-city` is from_city, with a note). */
struct str lists_name(struct lists *lists, struct str entity, const char *path, size_t line);
/* The slot is there from now on, if only with the values that are to come. `slot` is from
 * lists_name, as it is below. */
void lists_slot(struct lists *lists, struct str slot, const char *path, size_t line);
void lists_question(struct lists *lists, struct str slot, struct str question);
/* `word` means `value`; the two may be equal. What cannot be a word is left, with a note. Text is
 * copied. */
void lists_word(struct lists *lists, struct str slot, struct str value, struct str word,
                const char *path, size_t line);
/* A word seen marked in an example: as lists_word, but figures are left (they are amounts, dates or
 * numbers, not names). False when it was left. */
bool lists_seen(struct lists *lists, struct str slot, struct str value, struct str word,
                const char *path, size_t line);
/* The value that a word means, or STR_NONE. */
struct str lists_value(const struct lists *lists, struct str slot, struct str word);
struct str lists_first(const struct lists *lists, struct str slot); /* its first value */
bool lists_has(const struct lists *lists, struct str slot);

/* Gives every value of `lists` the other names that `synonyms` has for it in any slot, and notes
 * the synonyms of what is no value. */
void lists_join(struct lists *lists, const struct lists *synonyms);

/* Makes the rows: slots that have values, and the values. */
void lists_flush(struct lists *lists);

#endif
