/* Statements and rates that the tables of a bot's documents hold, as proposals: nothing is added, a
 * person reads them beside their source and imports what is right. Only what can be read surely is
 * proposed: a cell that is one figure with its unit, under names that the bot's entities and
 * predicates have, or keys of a rate table; the rest is counted. */
#ifndef PROPOSE_H
#define PROPOSE_H

#include "responses/content.h"

enum { PROPOSAL_COLUMNS = 9 };
struct proposal {
    enum content_kind kind;              /* KIND_STATEMENTS or KIND_RATES */
    struct str fields[PROPOSAL_COLUMNS]; /* in the order of content_columns */
    struct str document;
    size_t from, to; /* bytes of the document's text: the cell */
    struct str row;  /* the line of the table */
};
struct proposed {
    size_t documents, tables; /* read */
    size_t statements, rates; /* proposed */
    size_t known;             /* read, and stated already with the same value */
    size_t contrary;          /* of `statements` and `rates`: the bot states another value */
    size_t unread;            /* cells that are not surely anything */
};
/* Calls `each` by document, in the order of the tables; texts are borrowed for the call. `document`
 * is the id of the only one to look at, or empty. The content is only read. An error of `each` ends
 * it. */
MUST_USE enum err propose_each(struct content *content, struct str document,
                               enum err (*each)(void *data, const struct proposal *proposal,
                                                struct fail *why),
                               void *data, struct proposed *out, struct fail *why);

#endif
