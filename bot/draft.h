/* A free-text draft for an agent: a model writes it out of the passages and facts that it is shown,
 * and each figure, date, clause number, link and contact in it is marked: found in one of those
 * with the words it belongs to, found there with other words, or not found (fallback/grounds.h). An
 * agent reads it and answers for what is sent. No part of a customer's turn comes here. Nothing
 * here waits: one function says what to ask, one reads what came back. One question, one thread at
 * a time. */
#ifndef DRAFT_H
#define DRAFT_H

#include "base/clock.h"
#include "fallback/form.h"
#include "fallback/grounds.h"

enum { DRAFT_SOURCES = 8, DRAFT_SOURCE_BYTES = 8 * 1024, DRAFT_MARKS = 256 };

struct draft_source {
    struct str document, title, heading, text; /* a fact has a text alone */
    bool is_fact;
};
struct draft_mark {
    size_t begin, end; /* UTF-16 units of the draft, as browsers count */
    enum ground_state state;
    int source; /* that has it, by its place; -1: none */
};
struct draft_question {
    struct str text;     /* text_accept()ed; personal data is taken out here */
    struct str language; /* of the bot */
    struct str key;      /* of the nonce: the release's hash */
    struct str prompt;   /* the release's; empty: the program's own */
    date_days as_of;
};

struct draft;
MUST_USE enum err draft_open(struct draft **out, struct fail *why);
void draft_close(struct draft *draft); /* NULL is harmless */
/* Copies; of a text no more than DRAFT_SOURCE_BYTES, which is then all that is shown and all that
 * figures are looked for in. Past DRAFT_SOURCES nothing is added. */
MUST_USE enum err draft_add(struct draft *draft, const struct draft_source *source,
                            struct fail *why);
size_t draft_sources(const struct draft *draft);
struct draft_source draft_source(const struct draft *draft, size_t i);
/* The passages and the fact that the question finds in a release: adds them. */
struct turner;
MUST_USE enum err draft_gather(struct draft *draft, struct turner *turner,
                               const struct draft_question *question, struct fail *why);
/* What to ask; borrowed until the draft is closed. ERR_LIMIT: it cannot be asked. */
MUST_USE enum err draft_ask(struct draft *draft, const struct draft_question *question,
                            struct model_request *request, struct fail *why);
const char *draft_prompt(const struct draft *draft); /* prompt_hash, once it was asked */
/* The model's words about what draft_ask asked. *text is borrowed, with personal data back in its
 * places; empty when the model says that the sources hold no answer. ERR_REFUSED when it is no
 * draft, or one that may not be shown. */
MUST_USE enum err draft_read(struct draft *draft, struct str words, struct str *text,
                             struct fail *why);
size_t draft_marks(const struct draft *draft, const struct draft_mark **out); /* in order */

#endif
