/* What a reply that a model had a hand in rests on, as it is kept with the turn and with a pin: the
 * bytes of documents that were selected, under which prompt and by which model, or why there is
 * nothing. From it alone the reply can be written again, without a model. */
#ifndef EVIDENCE_H
#define EVIDENCE_H

#include "base/files.h"
#include "base/limits.h"
#include "bot/turn.h"

enum evidence_by { EVIDENCE_NOBODY, EVIDENCE_MODEL, EVIDENCE_PIN };

enum { EVIDENCE_WORD_BYTES = 32, EVIDENCE_DOCUMENT_BYTES = 1024 };

struct evidence_span {
    size_t sentence; /* its number in the prompt; 0: the header of a table whose row follows */
    char document[EVIDENCE_DOCUMENT_BYTES];
    uint64_t version;
    size_t from, to; /* bytes of the document's text */
};

struct evidence_fact {
    size_t fact; /* its number in the prompt */
    char id[LIMIT_NAME_BYTES + 1];
    char document[EVIDENCE_DOCUMENT_BYTES]; /* that says it */
    uint64_t version;                       /* book_fact_version */
};
enum { EVIDENCE_FACTS = 4 };

struct evidence {
    enum evidence_by by;
    char why[EVIDENCE_WORD_BYTES]; /* "selected", or why nothing was: "late", "not_json", … */
    char prompt[HASH_HEX_BYTES];
    char provider[LIMIT_NAME_BYTES + 1], model[LIMIT_NAME_BYTES + 1];
    struct evidence_span spans[REPLY_CITATIONS];
    int count;
    struct evidence_fact facts[EVIDENCE_FACTS]; /* shown before the spans */
    int fact_count;
};

/* False: the reply is the one that no model would have changed. */
bool evidence_is_any(const struct evidence *evidence);
void evidence_void(struct evidence *evidence); /* of its spans and facts */

/* Appends it as JSON. */
MUST_USE enum err evidence_print(const struct evidence *evidence, struct buf *out,
                                 struct fail *why);
/* ERR_CORRUPT for what evidence_print did not write. */
MUST_USE enum err evidence_parse(struct str kept, struct evidence *out, struct fail *why);

#endif
