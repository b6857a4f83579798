/* From a message to calibrated scores, in one pass: normalise, hash n-grams, look each up, weigh
 * and bring to unit length, add one row of integers a feature, then the signals that say how far to
 * trust the winner. Everything lives in the struct; the only memory touched per message is that and
 * the mapped model. Two look-ups are prefetched because at 150 intents the time goes into waiting
 * for memory, not into arithmetic. */
#include "classifier/classify.h"

#include "base/arena.h"
#include "base/exact.h"
#include "classifier/normalise.h"
#include "classifier/score.h"

#include <math.h>
#include <string.h>

enum {
    AHEAD = 12, /* look-ups in flight: enough to cover one miss to memory   */
    ROWS_MAXIMUM = BLOCKS * FEATURES_MAXIMUM + VECTOR_SIZE + 1,
    SEEN_SLOTS = 1 << 17, /* ≥ 2 × FEATURES_MAXIMUM, power of two                     */
    LOG_TABLE = 256,
    EXP_STEPS = 32,     /* exp table: steps per unit                                */
    EXP_RANGE = 32,     /* below e^-32 a term is nothing beside the top one         */
    MASS_SHARPNESS = 3, /* DESIGN §5: ⅓ ln Σ e^3s                                   */
};

struct seen {
    uint32_t stamp;
    uint32_t at; /* index into rows */
};

struct classifier {
    const struct model *model;
    struct features features;
    struct buf normalised;
    uint32_t
        ids[ROWS_MAXIMUM]; /* unique feature indexes, both blocks, then the vector's dimensions */
    double values[ROWS_MAXIMUM];
    int16_t fixed[ROWS_MAXIMUM];
    const int8_t *rows[ROWS_MAXIMUM];
    size_t count, gram_count; /* all, and those before the vector */
    struct seen seen[SEEN_SLOTS];
    uint32_t stamp;
    double log_table[LOG_TABLE]; /* 1 + ln tf                                              */
    double exp_table[EXP_STEPS * EXP_RANGE + 1]; /* e^(-i / EXP_STEPS) */
    double centroid_table[256]; /* what a centroid code stands for                        */
    int32_t *sums;              /* stride of them, 64-byte aligned                        */
    double *scores;             /* columns                                                */
    size_t unseen_grams;
};

enum err classifier_open(const struct model *model, struct classifier **out, struct fail *why)
{
    struct classifier *c = mem_take(1, sizeof *c);
    if (!c)
        return fail_memory(why);
    c->model = model;
    buf_init(&c->normalised, LIMIT_NORMALISED_BYTES);
    c->sums = mem_take(model->head->stride, sizeof *c->sums);
    c->scores = mem_take(model->head->columns, sizeof *c->scores);
    if (!c->sums || !c->scores || !buf_reserve(&c->normalised, LIMIT_NORMALISED_BYTES - 1)) {
        classifier_close(c);
        return fail_memory(why);
    }
    for (int i = 1; i < LOG_TABLE; i++)
        c->log_table[i] = 1 + exact_log(i);
    for (int i = 0; i <= EXP_STEPS * EXP_RANGE; i++)
        c->exp_table[i] = exact_exp(-(double)i / EXP_STEPS);
    for (int i = 0; i < 256; i++)
        c->centroid_table[i] = (i / 255.0) * (i / 255.0);
    *out = c;
    return OK;
}

void classifier_close(struct classifier *classifier)
{
    if (!classifier)
        return;
    buf_free(&classifier->normalised);
    mem_give(classifier->sums);
    mem_give(classifier->scores);
    mem_give(classifier);
}

const struct model *classifier_model(const struct classifier *classifier)
{
    return classifier->model;
}

/* Index of a feature, or -1. The low half of the hash says where to look, the high half whether it
 * was found. */
static int64_t find_feature(const struct model *model, uint64_t hash)
{
    for (uint64_t slot = hash & model->table_mask;; slot = (slot + 1) & model->table_mask) {
        uint64_t entry = model->table[slot];
        if ((uint32_t)entry == 0)
            return -1;
        if (entry >> 32 == hash >> 32)
            return (int64_t)(uint32_t)entry - 1;
    }
}

static const struct model_word *find_word(const struct model *model, uint64_t hash)
{
    for (uint64_t slot = hash & model->word_mask;; slot = (slot + 1) & model->word_mask) {
        const struct model_word *word = &model->words[slot];
        if (word->hash == hash)
            return word;
        if (word->hash == 0)
            return NULL;
    }
}

/* Looks a block up and counts repetitions: unique ids with their counts in c->values. */
static size_t gather_block(struct classifier *c, int block)
{
    const struct model *model = c->model;
    const size_t n = c->features.counts[block], first = c->count, stride = model->head->stride;
    const uint64_t *hashes = c->features.hashes[block];
    uint32_t mask = 63;
    while (mask < 2 * n)
        mask = mask * 2 + 1;
    if (++c->stamp == 0) { /* come round: what 4 G blocks ago left behind is not of this one */
        memset(c->seen, 0, sizeof c->seen);
        c->stamp = 1;
    }
    size_t unseen = 0;
    for (size_t i = 0; i < n; i++) {
        if (i + AHEAD < n)
            __builtin_prefetch(&model->table[hashes[i + AHEAD] & model->table_mask]);
        int64_t id = find_feature(model, hashes[i]);
        if (id < 0) {
            unseen++;
            continue;
        }
        uint32_t slot = ((uint32_t)id * 0x9E3779B1U >> 8) & mask;
        while (c->seen[slot].stamp == c->stamp && c->ids[c->seen[slot].at] != (uint32_t)id)
            slot = (slot + 1) & mask;
        if (c->seen[slot].stamp == c->stamp) {
            c->values[c->seen[slot].at]++;
            continue;
        }
        c->seen[slot] = (struct seen){c->stamp, (uint32_t)c->count};
        const int8_t *row = model->weights + (size_t)id * stride;
        for (size_t line = 0; line < stride; line += 64)
            __builtin_prefetch(row + line);
        c->rows[c->count] = row;
        c->ids[c->count] = (uint32_t)id;
        c->values[c->count++] = 1;
    }
    if (block == 1)
        c->unseen_grams = unseen;
    return first;
}

/* (1 + ln tf) · weight, and the block to unit length. */
static bool weigh_block(struct classifier *c, size_t first)
{
    double square = 0;
    for (size_t i = first; i < c->count; i++) {
        double tf = c->values[i];
        double value = (tf < LOG_TABLE ? c->log_table[(int)tf] : 1 + exact_log(tf)) *
                       (double)c->model->idf[c->ids[i]];
        c->values[i] = value;
        square += value * value;
    }
    double inverse = square > 0 ? 1 / sqrt(square) : 0;
    for (size_t i = first; i < c->count; i++)
        c->values[i] *= inverse;
    return square > 0;
}

/* The message's place among word vectors: weighted sum of its words', unit length. Also the share
 * of idf that is in words never seen. */
static double add_vector(struct classifier *c)
{
    const struct model *model = c->model;
    double sum[VECTOR_SIZE] = {0}, seen = 0, unseen = 0, square = 0;
    for (size_t i = 0; i < c->features.word_count; i++) {
        const struct model_word *word = find_word(model, c->features.words[i]);
        if (!word || word->idf <= 0)
            unseen += model->confidence->unseen_idf;
        else
            seen += (double)word->idf;
        if (!word || !word->vector || !model->head->vectors)
            continue;
        const int8_t *vector = model->vectors + (size_t)(word->vector - 1) * VECTOR_SIZE;
        for (int k = 0; k < VECTOR_SIZE; k++)
            sum[k] += (double)word->weight * vector[k];
    }
    for (int k = 0; k < VECTOR_SIZE; k++)
        square += sum[k] * sum[k];
    if (square > 0) {
        double inverse = VECTOR_SHARE / sqrt(square);
        const int8_t *row = model->weights + (size_t)model->head->features * model->head->stride;
        for (int k = 0; k < VECTOR_SIZE; k++, row += model->head->stride) {
            c->rows[c->count] = row;
            c->values[c->count++] = sum[k] * inverse;
        }
    }
    return seen + unseen > 0 ? unseen / (seen + unseen) : 1;
}

static void sum_rows(struct classifier *c)
{
    const struct model *model = c->model;
    for (size_t i = 0; i < c->count; i++)
        c->fixed[i] = (int16_t)(c->values[i] * FEATURE_ONE + (c->values[i] < 0 ? -0.5 : 0.5));
    if (c->count % 2) {
        c->rows[c->count] = model->weights;
        c->fixed[c->count] = 0;
    }
    score_rows(c->rows, c->fixed, c->count + c->count % 2, model->head->stride, model->has_avx2,
               c->sums);
    for (uint32_t k = 0; k < model->head->columns; k++)
        c->scores[k] = (double)c->sums[k] * (double)model->scale[k] + (double)model->bias[k];
}

/* e^x for -EXP_RANGE ≤ x ≤ 0: table and three terms of the series, relative error below 1e-8. */
static double small_exp(const struct classifier *c, double x)
{
    if (x <= -EXP_RANGE)
        return 0;
    int step = (int)(-x * EXP_STEPS);
    double rest = x + (double)step / EXP_STEPS;
    return c->exp_table[step] * (1 + rest * (1 + rest * (0.5 + rest * (1.0 / 6))));
}

/* The best few, in order; equal scores go to the lower column, that is, to the name that is lower
 * in byte order. */
static void choose_top(struct classifier *c, struct classification *out)
{
    out->top_count = 0;
    for (int k = 0; k < (int)c->model->head->intents; k++) {
        double score = c->scores[k];
        if (out->top_count == TOP_MAXIMUM && score <= out->top[TOP_MAXIMUM - 1].score)
            continue;
        int at = out->top_count < TOP_MAXIMUM ? out->top_count++ : TOP_MAXIMUM - 1;
        for (; at > 0 && out->top[at - 1].score < score; at--)
            out->top[at] = out->top[at - 1];
        out->top[at] = (struct candidate){k, score, 0};
    }
}

static double centroid_cosine(const struct classifier *c, int column)
{
    const struct model *model = c->model;
    const uint32_t *table = model->centroids + model->centroid_from[column];
    const uint32_t mask = model->centroid_from[column + 1] - model->centroid_from[column] - 1;
    double sum = 0;
    for (size_t i = 0; i < c->gram_count; i++) {
        uint32_t id = c->ids[i] + 1;
        for (uint32_t slot = centroid_slot(c->ids[i], mask); table[slot]; slot = (slot + 1) & mask)
            if (table[slot] >> 8 == id) {
                sum += c->values[i] * c->centroid_table[table[slot] & 255];
                break;
            }
    }
    return sum;
}

static void measure(struct classifier *c, double unseen_words, struct classification *out)
{
    const int intents = (int)c->model->head->intents, beyond = model_out_of_scope(c->model);
    const double best = out->top[0].score;
    double mass = 0, sharp = 0;
    for (int k = 0; k < intents; k++) {
        double term = small_exp(c, MASS_SHARPNESS * (c->scores[k] - best));
        mass += term;
        sharp += term * term;
    }
    for (int i = 0; i < out->top_count; i++) {
        double term = small_exp(c, MASS_SHARPNESS * (out->top[i].score - best));
        out->top[i].share = term * term / sharp;
    }
    const size_t grams = c->features.counts[1];
    out->signals[SIGNAL_MARGIN] = best;
    out->signals[SIGNAL_GAP] = out->top_count > 1 ? best - out->top[1].score : 2;
    out->signals[SIGNAL_MASS] = best + exact_log(mass) / MASS_SHARPNESS;
    out->signals[SIGNAL_CENTROID] = centroid_cosine(c, out->top[0].column);
    out->signals[SIGNAL_UNSEEN_WORDS] = unseen_words;
    out->signals[SIGNAL_UNSEEN_GRAMS] = grams ? (double)c->unseen_grams / (double)grams : 1;
    size_t words = c->features.word_count + 1;
    out->signals[SIGNAL_LENGTH] =
        words < LOG_TABLE ? c->log_table[words] - 1 : exact_log((double)words);
    out->signals[SIGNAL_OUT_OF_SCOPE] = beyond < 0 ? 0 : c->scores[beyond];
}

static int find_exact(const struct model *model, struct str normalised)
{
    uint64_t hash[2];
    model_exact_hash(normalised, hash);
    size_t low = 0, high = model->exact_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct model_exact *e = &model->exact[middle];
        if (e->hash[0] == hash[0] && e->hash[1] == hash[1])
            return (int)e->column;
        if (e->hash[0] < hash[0] || (e->hash[0] == hash[0] && e->hash[1] < hash[1]))
            low = middle + 1;
        else
            high = middle;
    }
    return -1;
}

double confidence_of(double logit)
{
    return logit >= 0 ? 1 / (1 + exact_exp(-logit)) : 1 - 1 / (1 + exact_exp(logit));
}

static void judge(const struct classifier *c, struct classification *out)
{
    const struct model_confidence *f = c->model->confidence;
    double logit = f->bias;
    for (int i = 0; i < SIGNALS; i++)
        logit += f->weight[i] * ((out->signals[i] - f->mean[i]) * f->scale[i]);
    out->logit = logit;
    out->confidence = confidence_of(logit);
    out->exact_column = find_exact(c->model, classified_text(c));
    out->is_certain = out->exact_column >= 0 && out->exact_column != model_out_of_scope(c->model);
    if (out->is_certain) {
        out->confidence = 1;
        int at = 0;
        while (at < out->top_count - 1 && out->top[at].column != out->exact_column)
            at++;
        for (; at > 0; at--)
            out->top[at] = out->top[at - 1];
        out->top[0] = (struct candidate){out->exact_column, c->scores[out->exact_column], 1};
    }
    out->threshold = (double)c->model->thresholds[out->top[0].column];
    bool is_excluded = out->exact_column >= 0 && !out->is_certain;
    out->is_scripted =
        out->is_certain || (!out->is_empty && !is_excluded && logit >= out->threshold);
}

void classify(struct classifier *c, struct str text, struct classification *out)
{
    struct str normalised = STR_NONE;
    buf_clear(&c->normalised);
    if (normalise(text, &c->normalised, &normalised, NULL))
        normalised = (struct str){"", 0};
    features_extract(normalised, (enum feature_style)c->model->head->style, &c->features);
    c->count = 0;
    int blocks = 0;
    for (int block = 0; block < BLOCKS; block++)
        blocks += weigh_block(c, gather_block(c, block));
    c->gram_count = c->count;
    out->is_empty = blocks == 0;
    if (blocks == 2)
        for (size_t i = 0; i < c->count; i++)
            c->values[i] *= 0.70710678118654752440; /* two unit blocks make √2 */
    double unseen_words = add_vector(c);
    sum_rows(c);
    choose_top(c, out);
    measure(c, unseen_words, out);
    judge(c, out);
}

struct str classified_text(const struct classifier *classifier)
{
    return str_from_buf(&classifier->normalised);
}

const double *classified_scores(const struct classifier *classifier)
{
    return classifier->scores;
}

/* ---- explanations ---- */

struct collector {
    const struct classifier *c;
    int column;
    struct contribution *out;
    size_t count, maximum;
};

static double weight_of(const struct classifier *c, uint32_t id, int column)
{
    for (size_t i = 0; i < c->gram_count; i++)
        if (c->ids[i] == id)
            return c->values[i] * (double)c->rows[i][column] * FEATURE_ONE *
                   (double)c->model->scale[column];
    return 0;
}

static void collect(void *data, int block, uint64_t hash, struct str text)
{
    (void)block;
    struct collector *k = data;
    int64_t id = find_feature(k->c->model, hash);
    double weight = id < 0 ? 0 : weight_of(k->c, (uint32_t)id, k->column);
    struct contribution found = {.weight = weight};
    memcpy(found.text, text.p, text.n < sizeof found.text ? text.n : sizeof found.text - 1);
    while (found.text[0] && !text_is_valid(str_of(found.text))) /* cut inside a rune */
        found.text[strlen(found.text) - 1] = 0;
    for (size_t i = 0; i < k->count; i++)
        if (strcmp(k->out[i].text, found.text) == 0)
            return;
    if (weight == 0 ||
        (k->count == k->maximum && fabs(weight) <= fabs(k->out[k->count - 1].weight)))
        return;
    size_t at = k->count < k->maximum ? k->count++ : k->maximum - 1;
    for (; at > 0 && fabs(k->out[at - 1].weight) < fabs(weight); at--)
        k->out[at] = k->out[at - 1];
    k->out[at] = found;
}

size_t classified_contributions(struct classifier *classifier, int column, struct contribution *out,
                                size_t maximum)
{
    struct collector collector = {classifier, column, out, 0, maximum};
    if (maximum && column >= 0 && column < (int)classifier->model->head->columns)
        features_name(classified_text(classifier),
                      (enum feature_style)classifier->model->head->style, &classifier->features,
                      collect, &collector);
    return collector.count;
}
