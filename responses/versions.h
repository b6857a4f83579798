/* Documents that are versions of one another: same series, other dates. A version is never written
 * over: the one that follows ends it on the day before it takes effect, and questions about an
 * earlier day still find it. */
#ifndef VERSIONS_H
#define VERSIONS_H

#include "base/limits.h"
#include "responses/content.h"

enum { VERSION_ID_BYTES = 2 * LIMIT_NAME_BYTES };

/* During an import, before the document `fields` (in content_columns order) is offered. Where the
 * row of its id says something else, the later of the two keeps the id and the earlier is put under
 * "terms@2025-01-01" (terms@first where it has no date), in the same series: what is there goes
 * aside, or `fields` is given that id (held in `id`) and series. `before` gets the text that is
 * there now under the id that stays; empty where there is none or it is the same. Wrong fields are
 * content_import_row's to refuse. */
MUST_USE enum err version_place(struct content *content, struct str *fields,
                                char id[VERSION_ID_BYTES], struct buf *before, struct fail *why);

/* What ended: a version whose effective_to was open, or later than the day before the next. */
struct version_end {
    struct str id, series;
    struct str to; /* its last day */
    struct str by; /* the id of the next */
};
/* During an import, when all documents were offered: ends each version where the next begins.
 * ERR_INPUT when two of a series take effect on one day, or two have no such day. */
MUST_USE enum err versions_settle(struct content *content,
                                  void (*each)(void *data, const struct version_end *end),
                                  void *data, struct fail *why);

#endif
