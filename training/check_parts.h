/* What the files of the check share; others want training/check.h. */
#ifndef CHECK_PARTS_H
#define CHECK_PARTS_H

#include "base/arena.h"
#include "responses/answers.h"
#include "training/check.h"
#include "training/corpus.h"
#include "training/labels.h"

#include <stdint.h>

/* An example or a case. */
struct labelled {
    struct str id, text, intent; /* the text normalised */
    bool is_case;
};
struct intent_count {
    struct str name;
    size_t examples, repeats;
    struct str repeat; /* the first of them */
};
enum { CHECK_TEXT_BYTES = 1024 };
/* The fault that is being put together. */
struct draft {
    enum check_level level;
    enum check_kind kind;
    struct check_row rows[CHECK_ROWS];
    size_t row_count;
    struct buf hashed; /* what its id is made from */
    char why[CHECK_TEXT_BYTES], mend[CHECK_TEXT_BYTES];
};
struct found {
    struct check_fault fault;
    size_t number; /* faults of one row are told in the order in which they were found */
};
struct checking {
    const struct check_options *options;
    bool is_english;
    struct arena *arena;
    struct labelled *rows; /* by message; examples before cases, then by intent and id */
    size_t count, cases, out_of_scope;
    struct intent_count *intents; /* by name */
    size_t intent_count;
    struct contrasts contrasts; /* texts normalised */
    const struct content_rows *scripts;
    struct draft draft;
    struct found *faults;
    size_t fault_count;
    struct accepted_fault {
        struct str id, reason;
    } * accepted;
    size_t accepted_count, accepted_room;
    struct check_result result;
    enum err failed; /* in a function that returns nothing */
};

/* ---- one fault (check_fault.c): begin, rows, key, why, mend, end ---- */

void fault_begin(struct checking *c, enum check_level level, enum check_kind kind);
void fault_row(struct checking *c, struct str id, struct str intent, struct str text);
/* Something else that makes it another fault when it changes. */
void fault_key(struct checking *c, struct str key);
/* The two languages take the same arguments in the same order. */
void fault_why(struct checking *c, const char *korean, const char *english, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
void fault_mend(struct checking *c, const char *korean, const char *english, ...)
    __attribute__((format(printf, 2, 4), format(printf, 3, 4)));
void fault_end(struct checking *c);
void fault_labelled(struct checking *c, const struct labelled *row);
/* A row that is shown, but of which the fault does not hang. */
void fault_show(struct checking *c, const struct labelled *row);

/* ---- the sorts of faults ---- */

MUST_USE enum err scripts_check(struct checking *c, struct content_rows *rows, struct fail *why);
void messages_check(struct checking *c); /* check_messages.c */
void counts_check(struct checking *c);
MUST_USE enum err twins_check(struct checking *c, struct fail *why);
MUST_USE enum err figures_check(struct checking *c, struct fail *why);
void channels_check(struct checking *c);
/* The facts graph and its sources, read in the snapshot; after the accepted faults. */
MUST_USE enum err graph_check(struct checking *c, struct content *content, struct fail *why);
/* The documents and passages that golden questions name; likewise. */
MUST_USE enum err questions_check(struct checking *c, struct content *content, struct fail *why);
/* Who is like whom among the examples: for crossed examples, indistinct intents, contrasts. */
MUST_USE enum err likeness_check(struct checking *c, struct fail *why);

/* Whether the two messages are a contrast pair of the bot: then their likeness is known. */
bool is_contrast(const struct checking *c, struct str a, struct str b);
/* Small words that turn a meaning, as bits: not, without; 안, 말고. */
uint32_t turnings_of(struct str text);
struct intent_count *intent_counted(const struct checking *c, struct str name);

#endif
