/* Opening a trained model. The file is mapped, not read: a bot of 150 intents starts in
 * milliseconds and two processes share its pages. Nothing in it is trusted until checked: magic,
 * version, that every section lies inside the file and has the size its counts demand, that every
 * index which will be followed stays inside its section, and the hash of it all. */
#include "classifier/model.h"

#include "base/arena.h"
#include "base/limits.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

static const char MAGIC[8] = {'P', 'A', 'R', 'I', 'N', 'G', '\r', '\n'};

static bool is_power_of_two(uint64_t n)
{
    return n && !(n & (n - 1));
}

/* What a section's size must be, or a multiple of (`unit`) where the count is not in the head. */
struct section_rule {
    const char *name;
    uint64_t exact; /* 0: any multiple of unit */
    uint64_t unit;
};

static void section_rules(const struct model_head *head, struct section_rule rules[MODEL_SECTIONS])
{
    const uint64_t columns = head->columns, rows = (uint64_t)head->features + head->vectors;
    rules[SECTION_NAMES] = (struct section_rule){"names", 0, 1};
    rules[SECTION_TABLE] = (struct section_rule){"feature table", 0, 8};
    rules[SECTION_IDF] = (struct section_rule){"idf", 4 * (uint64_t)head->features, 4};
    rules[SECTION_WEIGHTS] = (struct section_rule){"weights", rows * head->stride, 1};
    rules[SECTION_SCALE] = (struct section_rule){"scales", 4 * columns, 4};
    rules[SECTION_BIAS] = (struct section_rule){"biases", 4 * columns, 4};
    rules[SECTION_CENTROIDS] = (struct section_rule){"centroids", 0, 4};
    rules[SECTION_WORDS] = (struct section_rule){"words", 0, sizeof(struct model_word)};
    rules[SECTION_VECTORS] =
        (struct section_rule){"word vectors", (uint64_t)head->words * head->vectors, 1};
    rules[SECTION_EXACT] = (struct section_rule){"examples", 0, sizeof(struct model_exact)};
    rules[SECTION_CONFIDENCE] =
        (struct section_rule){"confidence", sizeof(struct model_confidence), 1};
    rules[SECTION_THRESHOLDS] = (struct section_rule){"thresholds", 4 * columns, 4};
}

static enum err check_head(const struct model_head *head, size_t n, const char *what,
                           struct fail *why)
{
    if (memcmp(head->magic, MAGIC, sizeof MAGIC) != 0)
        return fail(why, ERR_CORRUPT, "%s: not a model of Paring", what);
    if (head->version != MODEL_VERSION)
        return fail(why, ERR_CORRUPT, "%s: model version %u, this program reads %d; train again",
                    what, head->version, MODEL_VERSION);
    bool counts_fit =
        head->intents > 0 && head->intents <= LIMIT_INTENTS && head->columns >= head->intents &&
        head->columns <= head->intents + 1 && head->stride >= head->columns &&
        head->stride % LANES == 0 && head->stride < head->columns + LANES &&
        (head->vectors == 0 || head->vectors == VECTOR_SIZE) && head->style <= STYLE_WITHIN &&
        head->features < (1U << 24) && head->words < (1U << 24);
    if (!counts_fit)
        return fail(why, ERR_CORRUPT, "%s: the model's head does not add up", what);
    struct section_rule rules[MODEL_SECTIONS];
    section_rules(head, rules);
    for (int i = 0; i < MODEL_SECTIONS; i++) {
        uint64_t from = head->from[i], size = head->size[i];
        if (from % 64 || from < sizeof *head || from > n || size > n - from ||
            size % rules[i].unit || (rules[i].exact && size != rules[i].exact))
            return fail(why, ERR_CORRUPT, "%s: section \"%s\" is damaged or cut off", what,
                        rules[i].name);
    }
    return OK;
}

/* The head up to its hash, then the hash of everything behind the head. */
void model_hash(const unsigned char *bytes, size_t n, unsigned char out[HASH_BYTES])
{
    enum { HEAD = offsetof(struct model_head, hash) };
    char both[HEAD + HASH_BYTES];
    const struct str rest = {(const char *)bytes + sizeof(struct model_head),
                             n - sizeof(struct model_head)};
    memcpy(both, bytes, HEAD);
    hash_bytes(rest, (unsigned char *)both + HEAD);
    hash_bytes((struct str){both, sizeof both}, out);
}

static enum err check_hash(const unsigned char *bytes, size_t n, const char *what, struct fail *why)
{
    const struct model_head *head = (const struct model_head *)bytes;
    unsigned char hash[HASH_BYTES];
    model_hash(bytes, n, hash);
    if (memcmp(hash, head->hash, HASH_BYTES) != 0)
        return fail(why, ERR_CORRUPT,
                    "%s: the model's hash does not fit its content; it was edited or damaged",
                    what);
    return OK;
}

static const void *section(const struct model *model, enum model_section which)
{
    return model->bytes + model->head->from[which];
}

static size_t section_count(const struct model *model, enum model_section which, size_t unit)
{
    return (size_t)(model->head->size[which] / unit);
}

static enum err read_names(struct model *model, const char *what, struct fail *why)
{
    const uint32_t columns = model->head->columns;
    const char *p = section(model, SECTION_NAMES), *end = p + model->head->size[SECTION_NAMES];
    model->names = mem_take(columns, sizeof *model->names);
    if (!model->names)
        return fail_memory(why);
    for (uint32_t i = 0; i < columns; i++) {
        const char *nul = p < end ? memchr(p, 0, (size_t)(end - p)) : NULL;
        if (!nul || nul == p || nul - p > LIMIT_NAME_BYTES)
            return fail(why, ERR_CORRUPT, "%s: intent name %u is damaged", what, i + 1);
        model->names[i] = p;
        p = nul + 1;
    }
    return OK;
}

/* Every table must have an empty slot, or looking for what is not there would never end; every
 * index must be in range. */
static enum err check_tables(struct model *model, const char *what, struct fail *why)
{
    const struct model_head *head = model->head;
    size_t slots = section_count(model, SECTION_TABLE, 8), used = 0;
    bool fits = is_power_of_two(slots);
    for (size_t i = 0; fits && i < slots; i++) {
        uint32_t index = (uint32_t)model->table[i];
        used += index != 0;
        fits = index <= head->features;
    }
    if (!fits || used >= slots)
        return fail(why, ERR_CORRUPT, "%s: the feature table is damaged", what);
    slots = section_count(model, SECTION_WORDS, sizeof(struct model_word));
    fits = is_power_of_two(slots);
    used = 0;
    for (size_t i = 0; fits && i < slots; i++) {
        used += model->words[i].hash != 0;
        fits = model->words[i].vector <= head->words;
    }
    if (!fits || used >= slots)
        return fail(why, ERR_CORRUPT, "%s: the word table is damaged", what);
    for (size_t i = 0; i < model->exact_count; i++)
        if (model->exact[i].column >= head->columns)
            return fail(why, ERR_CORRUPT, "%s: the table of examples is damaged", what);
    return OK;
}

static enum err check_centroids(struct model *model, const char *what, struct fail *why)
{
    const uint32_t columns = model->head->columns;
    size_t words = section_count(model, SECTION_CENTROIDS, 4);
    bool fits = words > columns;
    for (uint32_t c = 0; fits && c < columns; c++) {
        uint32_t from = model->centroid_from[c], to = model->centroid_from[c + 1];
        fits = from <= to && to <= words - columns - 1 && is_power_of_two(to - from);
        size_t used = 0;
        for (uint32_t i = from; fits && i < to; i++)
            used += model->centroids[i] != 0;
        fits = fits && used < to - from;
    }
    return fits ? OK : fail(why, ERR_CORRUPT, "%s: the centroids are damaged", what);
}

/* False for what is no number, infinite or absurd: sums over these stay finite. */
static bool is_sane(double x)
{
    return fabs(x) < 1e9;
}

static bool are_sane(const float *numbers, size_t count)
{
    bool fits = true;
    for (size_t i = 0; i < count; i++)
        fits &= is_sane((double)numbers[i]);
    return fits;
}

/* A score that is no number would be used as an index further on. Thresholds may be infinite. */
static enum err check_numbers(const struct model *model, const char *what, struct fail *why)
{
    const struct model_head *head = model->head;
    const struct model_confidence *confidence = model->confidence;
    bool fits = are_sane(model->idf, head->features) && are_sane(model->scale, head->columns) &&
                are_sane(model->bias, head->columns);
    for (uint64_t i = 0; i <= model->word_mask; i++)
        fits &= is_sane((double)model->words[i].idf) && is_sane((double)model->words[i].weight);
    for (int i = 0; i < SIGNALS; i++)
        fits &= is_sane(confidence->mean[i]) && is_sane(confidence->scale[i]) &&
                is_sane(confidence->weight[i]);
    fits &= is_sane(confidence->bias) && is_sane(confidence->unseen_idf) &&
            !isnan(confidence->default_threshold);
    for (uint32_t i = 0; i < head->columns; i++)
        fits &= !isnan(model->thresholds[i]);
    return fits ? OK : fail(why, ERR_CORRUPT, "%s: holds what is not a number", what);
}

static enum err model_read(struct model *model, size_t n, const char *what, struct fail *why)
{
    enum err e = OK;
    if (n < sizeof(struct model_head))
        return fail(why, ERR_CORRUPT, "%s: too short for a model", what);
    model->head = (const struct model_head *)model->bytes;
    if ((e = check_head(model->head, n, what, why)) || (e = check_hash(model->bytes, n, what, why)))
        return e;
    model->table = section(model, SECTION_TABLE);
    model->table_mask = section_count(model, SECTION_TABLE, 8) - 1;
    model->idf = section(model, SECTION_IDF);
    model->weights = section(model, SECTION_WEIGHTS);
    model->scale = section(model, SECTION_SCALE);
    model->bias = section(model, SECTION_BIAS);
    model->centroid_from = section(model, SECTION_CENTROIDS);
    model->centroids = model->centroid_from + model->head->columns + 1;
    model->words = section(model, SECTION_WORDS);
    model->word_mask = section_count(model, SECTION_WORDS, sizeof(struct model_word)) - 1;
    model->vectors = section(model, SECTION_VECTORS);
    model->exact = section(model, SECTION_EXACT);
    model->exact_count = section_count(model, SECTION_EXACT, sizeof(struct model_exact));
    model->confidence = section(model, SECTION_CONFIDENCE);
    model->thresholds = section(model, SECTION_THRESHOLDS);
    model->has_avx2 = __builtin_cpu_supports("avx2");
    if ((e = read_names(model, what, why)) || (e = check_tables(model, what, why)) ||
        (e = check_centroids(model, what, why)))
        return e;
    return check_numbers(model, what, why);
}

enum err model_open_image(const unsigned char *bytes, size_t n, const char *what,
                          struct model **out, struct fail *why)
{
    struct model *model = mem_take(1, sizeof *model);
    if (!model)
        return fail_memory(why);
    model->bytes = bytes;
    enum err e = model_read(model, n, what, why);
    if (e) {
        model_close(model);
        return e;
    }
    *out = model;
    return OK;
}

enum err model_open(const char *path, struct model **out, struct fail *why)
{
    struct file_map map = {NULL, 0};
    struct model *model = NULL;
    enum err e = file_map_open(path, &map, why);
    if (!e)
        e = model_open_image(map.p, map.n, path, &model, why);
    if (!model) {
        file_map_close(&map);
        return e;
    }
    model->map = map;
    *out = model;
    return OK;
}

void model_close(struct model *model)
{
    if (!model)
        return;
    file_map_close(&model->map);
    mem_give(model->names);
    mem_give(model);
}

int model_intent(const struct model *model, struct str name)
{
    int low = 0, high = (int)model->head->intents - 1;
    while (low <= high) {
        int middle = low + (high - low) / 2;
        int order = str_compare(name, str_of(model->names[middle]));
        if (order == 0)
            return middle;
        if (order < 0)
            high = middle - 1;
        else
            low = middle + 1;
    }
    return -1;
}

int model_out_of_scope(const struct model *model)
{
    return model->head->columns > model->head->intents ? (int)model->head->intents : -1;
}

void model_exact_hash(struct str normalised, uint64_t out[2])
{
    unsigned char hash[HASH_BYTES];
    hash_bytes(normalised, hash);
    memcpy(out, hash, 2 * sizeof *out);
}
