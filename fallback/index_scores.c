/* What the terms of an index add to the scores of its passages: BM25 (k1 1.2, b 0.75, Lucene's idf,
 * the title's share 1) of every term in every passage, worked out with exact arithmetic and kept as
 * one byte times the scale of the term's list. */
#include "base/arena.h"
#include "base/exact.h"
#include "fallback/index_parts.h"

enum { IMPACT_MOST = 255 };

static const double BM25_K1 = 1.2, BM25_B = 0.75;
/* Stems, pairs, pairs across spaces (DESIGN §7). A title counts as much as the text: measured
 * against a half on Korean welfare documents, 0.6 to 0.8 points of recall@1 on both halves. */
static const double field_weight[TERM_FIELDS] = {1, 1, 0.5};
static const double title_weight = 1;

static double idf(const struct builder *b, uint32_t df)
{
    return exact_log1p(((double)b->passage_count - df + 0.5) / (df + 0.5));
}

/* What counts add, by field, from one zone. */
static void zone_scores(const struct builder *b, const struct known *known, size_t passage,
                        int zone, const uint8_t *counts, double *scores)
{
    for (int f = 0; f < TERM_FIELDS; f++) {
        if (counts[f] == 0 || b->totals[zone][f] == 0)
            continue;
        double length = (double)b->lengths[passage][zone][f] * (double)b->passage_count /
                        (double)b->totals[zone][f];
        double tf = counts[f];
        scores[f] += (zone ? title_weight : 1) * field_weight[f] * idf(b, known->df[f]) * tf *
                     (BM25_K1 + 1) / (tf + BM25_K1 * (1 - BM25_B + BM25_B * length));
    }
}

/* The columns of one posting; how many there are. */
static int posting_columns(const struct builder *b, const struct raw *raw, size_t passage,
                           double *columns)
{
    const struct known *known = &b->known[raw->term];
    double s[TERM_FIELDS] = {0};
    for (int zone = 0; zone < ZONES; zone++)
        zone_scores(b, known, passage, zone, raw->counts[zone], s);
    if (!known->is_pair) {
        columns[0] = s[FIELD_STEM] + s[FIELD_PAIR] + s[FIELD_ACROSS];
        return 1;
    }
    columns[0] = s[FIELD_ACROSS];
    columns[1] = columns[0] + s[FIELD_PAIR];
    columns[2] = columns[1] + s[FIELD_STEM];
    return TERM_FIELDS;
}

static uint16_t thousandths(double x)
{
    const double scaled = x < 65 ? x * SCORE_ONE : 65000;
    const uint16_t whole = (uint16_t)scaled;
    return (uint16_t)(whole + (scaled - whole >= 0.5));
}

bool postings_open(const struct builder *b, struct lists *lists)
{
    lists->terms = mem_take(b->known_count + 1, sizeof *lists->terms);
    if (!lists->terms)
        return false;
    for (size_t i = 0; i < b->known_count; i++) {
        const struct known *known = &b->known[i];
        const uint32_t df = known->df[FIELD_STEM] > known->df[FIELD_ACROSS]
                                ? known->df[FIELD_STEM]
                                : known->df[FIELD_ACROSS];
        lists->terms[i] = (struct index_term){.key = known->key,
                                              .from = (uint32_t)lists->posting_count,
                                              .impacts = (uint32_t)lists->impact_count,
                                              .idf = thousandths(idf(b, df)),
                                              .columns = known->is_pair ? TERM_FIELDS : 1};
        lists->posting_count += known->count;
        lists->impact_count += (size_t)known->count * lists->terms[i].columns;
    }
    lists->postings = mem_take(lists->posting_count + 1, sizeof *lists->postings);
    lists->impacts = mem_take(lists->impact_count + 1, 1);
    return lists->postings && lists->impacts && lists->impact_count < UINT32_MAX;
}

/* Calls put for every posting, passages ascending. */
static void postings_each(const struct builder *b, struct lists *lists,
                          void (*put)(struct lists *lists, struct index_term *term,
                                      uint32_t passage, const double *columns, uint32_t total),
                          bool counts)
{
    for (size_t p = 0; p < b->passage_count; p++) {
        size_t end = p + 1 < b->passage_count ? b->raw_from[p + 1] : b->raw_count;
        for (size_t i = b->raw_from[p]; i < end; i++) {
            double columns[TERM_FIELDS] = {0};
            struct index_term *term = &lists->terms[b->raws[i].term];
            posting_columns(b, &b->raws[i], p, columns);
            put(lists, term, (uint32_t)p, columns, b->known[b->raws[i].term].count);
            term->count += counts;
        }
    }
}

/* The least scale with which the greatest of a column fits one byte. */
static void scale_fit(struct lists *lists, struct index_term *term, uint32_t passage,
                      const double *columns, uint32_t total)
{
    (void)lists;
    (void)passage;
    (void)total;
    for (int c = 0; c < term->columns; c++) {
        uint16_t scale = (uint16_t)(columns[c] * SCORE_ONE / IMPACT_MOST) + 1;
        if (scale > term->scale[c])
            term->scale[c] = scale;
    }
}

static void posting_put(struct lists *lists, struct index_term *term, uint32_t passage,
                        const double *columns, uint32_t total)
{
    lists->postings[term->from + term->count] = passage;
    for (int c = 0; c < term->columns; c++) {
        double x = columns[c] * SCORE_ONE / term->scale[c];
        uint8_t impact = (uint8_t)(x + 0.5 < IMPACT_MOST ? x + 0.5 : IMPACT_MOST);
        lists->impacts[term->impacts + (size_t)c * total + term->count] =
            impact == 0 && x > 0 ? 1 : impact;
    }
}

void jamo_finish(struct builder *b, uint16_t *out)
{
    for (size_t i = 0; i < JAMO_BUCKETS; i++)
        out[i] = b->jamo_df[i] ? thousandths(idf(b, b->jamo_df[i])) : 0;
    double mean = (double)b->jamo_total / (double)(b->passage_count ? b->passage_count : 1);
    for (size_t i = 0; i < b->passage_count; i++) {
        double length = mean > 0 ? b->passages[i].jamo_length / mean : 1;
        b->passages[i].jamo_length =
            (uint32_t)(SCORE_ONE * BM25_K1 * (1 - BM25_B + BM25_B * length) + 0.5);
    }
}

void postings_fill(const struct builder *b, struct lists *lists)
{
    postings_each(b, lists, scale_fit, false);
    postings_each(b, lists, posting_put, true);
}
