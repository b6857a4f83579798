/* An answer that is being written, rendered as the bot would render it, on any date: nothing is
 * stored, and no release is needed. */
#ifndef PREVIEW_H
#define PREVIEW_H

#include "responses/answers.h"

enum { PREVIEW_FACTS = 32, PREVIEW_SLOTS = LIMIT_SLOTS, PREVIEW_FAULTS = 16, PREVIEW_USERS = 20 };

struct preview_slot { /* what a customer is taken to have said */
    struct str name, words;
};
struct preview_query {
    struct str fields[CONTENT_COLUMNS_MOST]; /* of an answer, in content_columns order */
    struct str channel;
    date_days as_of;
    const struct preview_slot *slots;
    size_t slot_count;
};
enum preview_condition {
    CONDITION_NONE, /* it has none */
    CONDITION_HOLDS,
    CONDITION_FAILS, /* also when it needs a slot that is not given */
    CONDITION_WRONG, /* it cannot be read: see the faults */
};
struct preview_fact {
    struct str name;
    bool is_known;     /* there are rows of this name */
    const char *shown; /* as it is written into a text on that date; NULL: no value then */
    size_t user_count; /* other answers that use it */
    struct str users[PREVIEW_USERS];
};
struct preview_slot_use {
    const struct slot_row *row; /* NULL: there is no slot of this name */
    struct str name;
    const char *read; /* what was understood of the customer's words, in canonical text; or NULL */
    const char *shown;
};
struct preview {
    struct arena *arena; /* owns all that follows, with the rows */
    struct book *book;
    const struct content_rows *rows; /* facts, slots and values as they are */
    enum answer_outcome outcome;     /* of the text alone, whatever its condition and dates */
    struct str text;                 /* when ANSWER_FOUND */
    struct str missing_slot;         /* when ANSWER_NEEDS_SLOT */
    enum preview_condition condition;
    bool is_in_force, is_for_channel;
    struct str chosen; /* the id of the answer that the bot would give here; empty: none */
    bool is_chosen;    /* and it is this one */
    const char *why_chosen;
    const char *faults[PREVIEW_FAULTS]; /* sentences */
    size_t fault_count;
    struct preview_fact facts[PREVIEW_FACTS];
    size_t fact_count;
    struct preview_slot_use slots[PREVIEW_SLOTS];
    size_t slot_count;
};
/* `language` is the bot's. What is wrong with the answer is among the faults and no failure. */
MUST_USE enum err preview_open(struct content *content, const struct preview_query *query,
                               struct str language, struct preview **out, struct fail *why);
void preview_close(struct preview *preview);

#endif
