/* What is wrong with a bot's content, found before training or a customer finds it: the scripts
 * (responses/answers.h), and the rows that the classifier learns from and is marked on. Each fault
 * says what it is about, why it harms and what mends it, in the bot's language. The same content on
 * the same day gives the same faults in the same order. */
#ifndef CHECK_H
#define CHECK_H

#include "responses/content.h"

#include <stdbool.h>
#include <stddef.h>

enum { CHECK_FAULTS = 10 * 1000, CHECK_FEW_EXAMPLES = 5, CHECK_ROWS = 6, CHECK_ID_BYTES = 13 };

enum check_level {
    CHECK_ERROR, /* a release with it does not go live */
    CHECK_WARNING,
    CHECK_NOTE,
    CHECK_LEVELS
};
const char *check_level_name(enum check_level level); /* "error" … */

/* Within a level, from most to least harmful. */
enum check_kind {
    CHECK_SCRIPT,        /* an answer or a fact that cannot be used as it is written  */
    CHECK_FACT_GAP,      /* an answer is in force on a day when its fact has no value */
    CHECK_FACT_TWICE,    /* a fact has two values on one day                          */
    CHECK_STATED_TWICE,  /* two values of one statement, or rate, on one day: never told */
    CHECK_NO_ANSWER,     /* an intent that nothing answers, or not for everybody      */
    CHECK_FIGURE_WRONG,  /* a figure typed into an answer contradicts a fact          */
    CHECK_CONFLICT,      /* the same message is an example of two intents             */
    CHECK_TWIN,          /* nearly the same message is                                */
    CHECK_INDISTINCT,    /* two intents that cannot be told apart                     */
    CHECK_CASE_CONFLICT, /* a case says another intent than the example it equals     */
    CHECK_CROSSED,       /* an example that the other examples put elsewhere          */
    CHECK_NO_EXAMPLES,   /* an intent that no message can be taken for                */
    CHECK_ONE_EXAMPLE,
    CHECK_FEW,               /* fewer than CHECK_FEW_EXAMPLES                           */
    CHECK_EXPIRES,           /* an answer that ends soon with nothing in its place      */
    CHECK_UNREACHABLE,       /* an answer that no customer gets                         */
    CHECK_OVERLAP,           /* two answers for the same customers                      */
    CHECK_TOO_LONG,          /* more than a channel shows                               */
    CHECK_SLOT,              /* a slot that cannot be asked for or filled               */
    CHECK_STATED_OF_NOTHING, /* a statement of what is not there: never told          */
    CHECK_STATED_SOURCE,     /* … whose source is not there, or does not say it           */
    CHECK_STATED_AGAIN,      /* one value is stated twice of one thing on one day         */
    CHECK_STATED_CIRCLE,     /* statements that lead back to where they began             */
    CHECK_QUESTION_NAMES,    /* a golden question names a document or passage that is not there */
    CHECK_SEEN_CASE,         /* a case that is a training example too: marks flatter    */
    CHECK_LEAKED_CASE,       /* … that nearly is                                        */
    CHECK_NO_OUT_OF_SCOPE,   /* no examples of what must not be answered                */
    CHECK_NO_CASES,
    CHECK_NO_CONTRAST,  /* intents apart by one small word, and no pair that proves it */
    CHECK_LOPSIDED,     /* an intent with far more, or far fewer, examples than others */
    CHECK_FIGURE_TYPED, /* a figure typed where a fact has it                          */
    CHECK_EXPIRED,
    CHECK_UNUSED,         /* a fact or slot of no answer                                       */
    CHECK_NAME_SHARED,    /* a name of two entities: customers are asked which           */
    CHECK_NOTHING_STATED, /* an entity of which nothing is                          */
    CHECK_EMPTY,          /* an example of which nothing is left once normalised               */
    CHECK_REPEAT,         /* examples of one intent that are the same message                  */
    CHECK_KINDS
};
const char *check_kind_name(enum check_kind kind); /* "conflict", "few_examples" … */

struct check_row {
    struct str id, intent, text; /* intent may be empty; text may be cut */
};
struct check_fault {
    bool stops_release; /* of level error */
    enum check_level level;
    enum check_kind kind;
    char id[CHECK_ID_BYTES]; /* hangs on what the rows say: changes when they do */
    bool is_accepted;
    struct str reason; /* why it was accepted */
    struct str row;    /* an id, or a name: the first row it is about */
    struct str text;   /* what is wrong */
    struct str mend;   /* one line: a command, or an edit */
    struct check_row rows[CHECK_ROWS];
    size_t row_count;
};
struct check_options {
    struct str language; /* the bot's */
    date_days as_of;
    bool shows_accepted; /* tell those too */
    bool uses_kakao;     /* the bot answers there */
    int threads;         /* 0: all cores; the result does not hang on it */
};
struct check_result {
    size_t faults, stopping; /* all that are not accepted, also those past CHECK_FAULTS, which are
                                not told */
    size_t levels[CHECK_LEVELS];
    size_t accepted;
};
/* Calls `each` for every fault, by level, then by kind, then by row. The texts are borrowed for the
 * call. Accepted ones are counted apart, and told only with shows_accepted. */
MUST_USE enum err check_content(struct content *content, const struct check_options *options,
                                void (*each)(void *data, const struct check_fault *fault),
                                void *data, struct check_result *out, struct fail *why);

/* The counts alone, for who must decide whether a release may go live. */
MUST_USE enum err check_count(struct content *content, const struct check_options *options,
                              struct check_result *out, struct fail *why);

#endif
