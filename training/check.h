/* What is wrong with a bot's content, found before training or a customer finds it: the scripts
 * (responses/answers.h), and the rows that the classifier learns from and is marked on. */
#ifndef CHECK_H
#define CHECK_H

#include "responses/content.h"

#include <stdbool.h>
#include <stddef.h>

enum { CHECK_FAULTS = 10 * 1000, CHECK_FEW_EXAMPLES = 5 };

/* From most to least harmful. */
enum check_kind {
    CHECK_SCRIPT,        /* an answer that cannot be given, a fact that is missing …  */
    CHECK_CONFLICT,      /* the same message is an example of two intents             */
    CHECK_CASE_CONFLICT, /* a case says another intent than the example it equals     */
    CHECK_NO_EXAMPLES,   /* an intent that no message can be taken for                */
    CHECK_ONE_EXAMPLE,
    CHECK_FEW,             /* fewer than CHECK_FEW_EXAMPLES                           */
    CHECK_SEEN_CASE,       /* a case that is a training example too: marks flatter    */
    CHECK_NO_OUT_OF_SCOPE, /* no examples of what must not be answered                */
    CHECK_NO_CASES,
    CHECK_EMPTY,  /* an example of which nothing is left once normalised              */
    CHECK_REPEAT, /* examples of one intent that are the same message                 */
};
const char *check_kind_name(enum check_kind kind); /* "conflict", "few_examples" … */

struct check_fault {
    bool stops_release; /* refused at activation; otherwise a warning */
    enum check_kind kind;
    struct str row;  /* an id, or a name: the first row it is about */
    struct str text; /* what is wrong and what mends it */
};
struct check_options {
    struct str language; /* the bot's */
    date_days as_of;
};
struct check_result {
    size_t faults, stopping; /* all, also those past CHECK_FAULTS, which are not told */
};
/* Calls `each` for every fault, what stops a release first, then by kind, then by row. The texts
 * are borrowed for the call. */
MUST_USE enum err check_content(struct content *content, const struct check_options *options,
                                void (*each)(void *data, const struct check_fault *fault),
                                void *data, struct check_result *out, struct fail *why);

#endif
