/* A document cut into passages along its own structure: policy terms by 제N관, 제N조 and 항,
 * Markdown by headings, other text by paragraphs. A short document stays whole, and a table is
 * never cut. */
#ifndef DOCUMENTS_H
#define DOCUMENTS_H

#include "base/text.h"

enum {
    PASSAGE_RUNES = 1500, /* a passage is cut when it would be longer */
    HEADING_LEVELS = 8,
    HEADING_BYTES = 1024, /* of a heading path */
};

struct passage {
    size_t from, to; /* bytes of the text; passages follow one another */
    struct str heading; /* "제3관 보험금 > 제12조(보험금의 지급)"; good for the call only */
};

/* Calls `each` for every passage in order. Its error ends the cutting. */
MUST_USE enum err document_cut(struct str text,
                               enum err (*each)(void *data, const struct passage *passage,
                                                struct fail *why),
                               void *data, struct fail *why);
/* The title a text gives itself: a first line of at most 80 characters with an empty line after
 * it, or a Markdown heading; empty when there is none. */
struct str document_title(struct str text);

#endif
