/* Where a reply from documents says that it comes from. */
#ifndef CITE_H
#define CITE_H

#include "bot/turn.h"
#include "fallback/index.h"

/* The bytes from `from` to `to` of the passage's document. */
struct citation citation_of(const struct index *index, uint32_t passage, size_t from, size_t to);
/* "출처: 한결 암보험 약관, 제12조(보험금의 지급) (2026-01-01 시행)" */
void citation_print(const struct citation *citation, struct str language, struct buf *out);

#endif
