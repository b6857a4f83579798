/* The book: everything scripted in a release, compiled. An intent, slots, a channel, a language and
 * a date into the one approved answer. Immutable after book_open; any thread may read it.
 *
 * Which answer: of the intent's answers in force on the date, for the channel and language, whose
 * condition holds, the most specific one: more conditions joined by `and`, then a named channel,
 * then a named language, then the later effective_from, then the lower id. Nothing is left to
 * chance or to row order. */
#ifndef ANSWERS_H
#define ANSWERS_H

#include "responses/slots.h"

struct book;

/* Takes `rows` over (also on failure). Strict: any expression, fact, slot or date that is wrong is
 * ERR_INPUT naming the answer. With `faults` (may be NULL) every such fault is reported there
 * instead, the faulty answer is left out, and OK is returned. `language` is the bot's ("ko",
 * "en"). */
struct book_fault {
    struct str answer_id;
    const char *text;
};
MUST_USE enum err book_open(struct content_rows *rows, struct str language,
                            void (*faults)(void *data, const struct book_fault *fault), void *data,
                            struct book **out, struct fail *why);
void book_close(struct book *book);
const struct content_rows *book_rows(const struct book *book);
const struct slots *book_slots(const struct book *book);
int book_intent(const struct book *book, struct str name); /* index into rows->intents, or -1 */

struct answer_query {
    int intent; /* index into rows->intents */
    const struct slot_set *slots;
    struct str channel, language; /* STR_NONE: any */
    date_days as_of;
};
enum answer_outcome {
    ANSWER_FOUND,      /* `text` holds the whole reply */
    ANSWER_NEEDS_SLOT, /* the answer that fits uses a slot not given: ask its question */
    ANSWER_NONE,       /* no answer in force fits */
    ANSWER_FAILED, /* the answer that fits cannot be rendered (missing fact, unit clash): hand over,
                      log `why` */
};
struct answer_found {
    enum answer_outcome outcome;
    const struct answer_row *row; /* which answer, when one fits */
    int slot;                     /* for ANSWER_NEEDS_SLOT */
    /* Static text for explain: "only answer in force", "2 conditions hold" … */
    const char *why_chosen;
};
/* Renders into `text` (cleared first). No heap for texts without arithmetic, once `text` is
 * warm. */
void answer_find(const struct book *book, const struct answer_query *query, struct buf *text,
                 struct answer_found *out, struct fail *why);

/* Everything wrong with the scripts themselves, for check and for activation: intents without an
 * answer in force on `as_of`, expressions that fail for sampled slot values, facts missing on a
 * date an answer is in force, facts never used, overlapping dates of one fact. Most harmful
 * first. */
enum script_kind {
    SCRIPT_FACT_GAP,   /* an answer needs a fact that has no value from `date` on */
    SCRIPT_FACT_TWICE, /* two values from `date` on (DATE_NONE: the beginning)    */
    SCRIPT_FAILS,      /* an answer that cannot be rendered for some value        */
    SCRIPT_NO_ANSWER,
    SCRIPT_ONLY_SOME, /* every answer is for a condition, channel or language    */
    SCRIPT_SAME,      /* the same condition, channel, language and dates         */
    SCRIPT_REPLACED,  /* another answer takes over on `date`: this one is open   */
    SCRIPT_NO_QUESTION,
    SCRIPT_EMPTY_LIST,
    SCRIPT_UNUSED_FACT,
    SCRIPT_UNUSED_SLOT,
    /* of book_reach alone: */
    SCRIPT_UNREACHABLE, /* `other` is always given in its place, or its condition never holds  */
    SCRIPT_OVERLAP,     /* `other` fits the same customers; a fixed rule chooses               */
    SCRIPT_EXPIRES,     /* soon, and then nothing is in its place                              */
    SCRIPT_EXPIRED,
};
struct script_fault {
    bool stops_release; /* refused at activation; otherwise a warning */
    enum script_kind kind;
    struct str row;   /* the answer id, intent or fact it is about */
    struct str other; /* another answer, or a fact; may be empty */
    date_days date;   /* DATE_NONE: none */
    char text[256];   /* what and how to mend it */
};
MUST_USE enum err book_check(const struct book *book, date_days as_of,
                             void (*each)(void *data, const struct script_fault *fault), void *data,
                             struct fail *why);

enum { BOOK_SOON_DAYS = 30 };
/* What is no fault of any one answer but of them together: answers that no customer ever gets,
 * answers of which two fit alike, and those that end. The answers of an intent are tried with every
 * combination of the values that their conditions tell apart; an intent with more than
 * REACH_WORLDS combinations is passed over. None of it stops a release. */
MUST_USE enum err book_reach(const struct book *book, date_days as_of,
                             void (*each)(void *data, const struct script_fault *fault), void *data,
                             struct fail *why);

#endif
