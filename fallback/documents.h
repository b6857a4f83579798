/* A document cut into passages along its own structure: policy terms by 제N관, 제N조 and 항,
 * Markdown by headings, other text by paragraphs. A short document stays whole, and a table is
 * never cut. */
#ifndef DOCUMENTS_H
#define DOCUMENTS_H

#include "base/text.h"

#include <stdbool.h>

enum {
    /* A passage is cut when it would be longer. Welfare documents of 200 to 4,500 characters lose
     * 0.8 points of recall@1 when they are cut at 1,500. */
    PASSAGE_RUNES = 6000,
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
/* How much of a line, which begins with no space, is a heading: a Markdown heading all of it, of
 * "제12조(보험금의 지급) ① …" what stands before the ①; 0: none. */
size_t document_heading_bytes(struct str line);

/* The part of a document under the first heading that is `clause` or begins with it, spaces not
 * counting ("제4조" is 제4조(지급사유), not 제40조 nor 제4조의2; "2.가입" is 2. 가입 자격), up to
 * the next heading that is not below it. */
struct document_part {
    struct str heading; /* without its # */
    size_t from, to;    /* bytes of the text, the heading's line included */
};
bool document_part_find(struct str text, struct str clause, struct document_part *out);

#endif
