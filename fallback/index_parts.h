/* What the files that build an index share (index_build.c, index_scores.c): everything that has
 * been counted in its documents, and the lists of terms made of it. Nobody else includes it. */
#ifndef INDEX_PARTS_H
#define INDEX_PARTS_H

#include "fallback/index.h"

enum { ZONES = 2 }; /* of a passage: its text; its title and headings */

struct raw { /* one term of one passage */
    uint32_t term;
    uint8_t counts[ZONES][TERM_FIELDS];
};

struct known {
    uint64_t key;
    uint32_t df[TERM_FIELDS];
    uint32_t count; /* passages */
    bool is_pair;
};

struct builder {
    const struct document_row *rows;
    uint32_t *order;
    size_t count;
    struct terms *terms;
    struct raw *raws;
    size_t raw_count, raw_room;
    struct known *known;
    uint32_t *slots; /* index + 1 */
    size_t known_count, known_room, slot_mask;
    struct index_document *documents;
    struct index_passage *passages;
    size_t *raw_from; /* per passage */
    uint32_t (*lengths)[ZONES][TERM_FIELDS];
    size_t passage_count, passage_room;
    uint64_t totals[ZONES][TERM_FIELDS];
    uint32_t *jamo_df, *jamo_seen; /* per bucket: passages; the last passage that had it */
    uint64_t jamo_total;
    uint32_t jamo_here;
    size_t now; /* the document at hand */
    struct buf strings;
};

struct lists {
    struct index_term *terms; /* by number, not by slot */
    uint32_t *postings;
    uint8_t *impacts;
    size_t posting_count, impact_count;
};

/* A list for each term, empty; false: out of memory or room, and what there is is the caller's. */
bool postings_open(const struct builder *b, struct lists *lists);
/* Every passage's impacts, ascending. */
void postings_fill(const struct builder *b, struct lists *lists);
/* The idf of every bucket of jamo n-grams; a passage's count becomes its length norm. */
void jamo_finish(struct builder *b, uint16_t *out);

#endif
