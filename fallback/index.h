/* The index of passages as one file of a release, mapped and checked before use. It holds the
 * documents' text as well, so that a passage found can be quoted from the very bytes that were
 * indexed. Immutable; any thread may read it.
 *
 * What a term adds to a passage's score (BM25) is worked out when the index is built and stored as
 * an integer: one byte times the scale of its list. Sums are then the same on any CPU, whatever
 * the order of adding.
 *
 * Layout: struct index_head, then sections, each 64-byte aligned, in the order of enum
 * index_section, little-endian. The SHA-256 in the head covers everything else. */
#ifndef FALLBACK_INDEX_H
#define FALLBACK_INDEX_H

#include "base/clock.h"
#include "base/fail.h"
#include "base/files.h"
#include "base/text.h"
#include "fallback/terms.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    INDEX_VERSION = 2,
    JAMO_BUCKETS = 1 << 16,
    SCORE_ONE = 1000,  /* integer scores are thousandths */
    SCALE_MOST = 4000, /* times 255 times the terms of a question: below 2^31 */
    ANSWERABLE_SIGNALS = 4,
};

enum index_section {
    SECTION_STRINGS,    /* bytes that the others point into                       */
    SECTION_DOCUMENTS,  /* struct index_document, by id                           */
    SECTION_PASSAGES,   /* struct index_passage, by document and place            */
    SECTION_TERMS,      /* struct index_term, open addressing, power of two       */
    SECTION_POSTINGS,   /* uint32 passages, ascending within a term               */
    SECTION_IMPACTS,    /* bytes; a pair has three columns, other terms one       */
    SECTION_JAMO,       /* uint16 [JAMO_BUCKETS]: idf of jamo n-grams, by hash    */
    SECTION_ANSWERABLE, /* struct index_answerable                                */
    INDEX_SECTIONS
};

struct index_head {
    char magic[8]; /* "PARIDX\r\n" */
    uint32_t version, documents, passages, terms;
    uint64_t from[INDEX_SECTIONS]; /* byte offsets from the start of the file */
    uint64_t size[INDEX_SECTIONS];
    uint8_t hash[HASH_BYTES]; /* index_hash(): of every byte but these */
};

struct index_string {
    uint32_t from, n;
};

struct index_document {
    struct index_string id, title, product, text;
    struct index_string series;           /* what it is a version of; its own id when alone */
    int32_t effective_from, effective_to; /* date_days, DATE_NONE: open */
    uint64_t version;                     /* of its text: the first 8 bytes of the SHA-256 */
};

struct index_passage {
    uint32_t document;
    uint32_t from, to;           /* bytes of the document's text */
    struct index_string heading; /* "제3관 … > 제12조 …"; empty when there is none */
    uint32_t page;               /* on which it begins, from 1; 0: the document has none */
    uint32_t jamo_length;        /* thousandths of BM25's length norm for jamo n-grams */
};

/* A pair's columns: across alone; with pair; with stem too. */
struct index_term {
    uint64_t key; /* 0: empty slot */
    uint32_t from, impacts, count;
    uint16_t scale[TERM_FIELDS];
    uint16_t idf; /* of its commonest field, in thousandths */
    uint16_t columns;
    uint16_t padding;
};

/* The chance that the best passage answers: logistic over the signals of struct retrieval. */
struct index_answerable {
    double weight[ANSWERABLE_SIGNALS], bias;
    uint32_t is_fitted; /* on so many golden questions; 0: not */
    /* Millionths: from which chance on a passage may be quoted; 0: never. */
    uint32_t quoted_from;
};

struct index {
    struct file_map map; /* or an image in memory: then map.p is NULL */
    const unsigned char *bytes;
    const struct index_head *head;
    const char *strings;
    const struct index_document *documents;
    const struct index_passage *passages;
    const struct index_term *terms;
    uint64_t term_mask;
    const uint32_t *postings;
    const uint8_t *impacts;
    const uint16_t *jamo;
    const struct index_answerable *answerable;
};

/* Maps and checks: magic, version, sizes against the file, every index and offset that will be
 * followed, the hash. ERR_MISSING, ERR_CORRUPT with path. */
MUST_USE enum err index_open(const char *path, struct index **out, struct fail *why);
/* The same over an image in memory, which must outlive it. `what` names it in failures. */
MUST_USE enum err index_open_image(const unsigned char *bytes, size_t n, const char *what,
                                   struct index **out, struct fail *why);
/* The same where the bytes have been checked already, as a release's are against its MANIFEST: all
 * but the hash is checked again, since everything rests on it. */
MUST_USE enum err index_open_hashed(const unsigned char *bytes, size_t n, const char *what,
                                    struct index **out, struct fail *why);
void index_close(struct index *index);

const struct index_term *index_term(const struct index *index, uint64_t key); /* or NULL */
struct str index_text(const struct index *index, struct index_string s);
struct str index_passage_text(const struct index *index, uint32_t passage);
/* Of an image of at least sizeof(struct index_head) bytes: what its head's `hash` must be. */
void index_hash(const unsigned char *bytes, size_t n, unsigned char out[HASH_BYTES]);

/* What an index is built from. */
struct document_row {
    struct str id, title, product, text, variants;
    date_days from, to;
    struct str series, pages; /* as in content.db; p may be NULL */
};
/* Appends the index's image to `out` (empty, room for LIMIT_FILE_BYTES). The same documents give
 * the same bytes in whatever order they come; ids must differ. */
MUST_USE enum err index_build(const struct document_row *rows, size_t count, struct buf *out,
                              struct fail *why);
/* Puts the fitted logistic into an image and its hash right. */
void index_image_answerable(struct buf *image, const struct index_answerable *answerable);

#endif
