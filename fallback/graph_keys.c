/* The keys of rate tables. "age=40;sex=f" is two pairs of a key and a value; every pair of all
 * tables is kept once, with how customers say it and how it is shown to them. Rates are brought
 * into the order of their tables and pairs, in which those of the same keys lie side by side: two
 * that are in force on one day are one value twice, or a contradiction, of which neither is told.
 */
#include "fallback/graph_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How a key's figure is said, and what the key is called. */
static const struct figure_key {
    const char *name, *unit, *korean, *english;
} figure_keys[] = {
    {"age", "세", "나이", "age"},
    {"days", "일", "일수", "number of days"},
    {"months", "개월", "개월 수", "months"},
    {"years", "년", "연수", "years"},
    {"year", "년", "연도", "year"},
    {"term", "개월", "기간", "term"},
    {"amount", "원", "금액", "amount"},
    {"times", "회", "횟수", "times"},
};
enum { FIGURE_KEYS = sizeof figure_keys / sizeof figure_keys[0] };

static const struct {
    const char *value, *korean, *english, *names;
} sexes[] = {{"f", "여자", "female", "여자|여성|female|woman"},
             {"m", "남자", "male", "남자|남성|male|a man"}};
enum { SEXES = sizeof sexes / sizeof sexes[0], LABEL_BYTES = 4 * LIMIT_NAME_BYTES };

bool graph_entity_is_key(const struct graph_entity *entity)
{
    return str_equal(entity->kind, STR("key")) || str_equal(entity->kind, STR("value"));
}

/* driver_age is an age. */
static const struct figure_key *figure_key(struct str key)
{
    for (size_t i = 0; i < FIGURE_KEYS; i++) {
        const struct str name = str_of(figure_keys[i].name);
        const bool ends = key.n > name.n && str_ends(key, name) && key.p[key.n - name.n - 1] == '_';
        if (ends || str_equal(key, name))
            return &figure_keys[i];
    }
    return NULL;
}

static size_t sex_of(const struct graph_pair *pair)
{
    size_t i = 0;
    while (i < SEXES &&
           !(str_equal(pair->key, STR("sex")) && str_equal(pair->value, str_of(sexes[i].value))))
        i++;
    return i;
}

/* The entity that names the key, or with a value the pair; NULL when there is none. */
static const struct graph_entity *key_entity(const struct graph *g, const struct graph_pair *pair,
                                             bool is_value)
{
    for (size_t i = 0; i < g->entity_count; i++) {
        const struct graph_entity *e = &g->entities[i];
        const size_t n = pair->key.n;
        if (!str_equal(e->kind, is_value ? STR("value") : STR("key")) ||
            !str_starts(e->id, pair->key))
            continue;
        const struct str rest = str_slice(e->id, n, e->id.n);
        if (is_value
                ? str_starts(rest, STR("_")) && str_equal(str_slice(rest, 1, rest.n), pair->value)
                : rest.n == 0)
            return e;
    }
    return NULL;
}

bool graph_key_word(const struct graph *g, size_t number, size_t i, struct str *out)
{
    const struct graph_pair *pair = &g->pairs[number];
    const struct graph_entity *entity = pair->entity;
    const size_t sex = sex_of(pair);
    struct str rest = STR_NONE;
    if (entity && i == 0) {
        *out = entity->name;
        return true;
    }
    if (entity) {
        i--;
        rest = entity->aliases;
    } else if (sex < SEXES) {
        rest = str_of(sexes[sex].names);
    } else if (!pair->is_number) {
        rest = pair->value;
    }
    while (rest.n > 0 && str_next(&rest, '|', out)) {
        *out = str_trim(*out);
        if (i-- == 0)
            return true;
    }
    return false;
}

/* ---- pairs ---- */

static bool claim_of(struct str value, const char *unit, struct claim *out)
{
    char text[LIMIT_NAME_BYTES];
    size_t count = 0;
    const int n = snprintf(text, sizeof text, "%.*s%s", STR_ARG(value), unit);
    return n > 0 && (size_t)n < sizeof text && value.n > 0 &&
           !claims_read((struct str){text, (size_t)n}, out, 1, &count, NULL) && count == 1 &&
           out->from == 0 && out->to == (size_t)n;
}

/* Where a band's figures are parted, 40-49 or 40~49; value.n when it is none. */
static size_t band_at(struct str value)
{
    const size_t dash = str_find(value, STR("-")), wave = str_find(value, STR("~"));
    return dash < wave ? dash : wave;
}

static bool figure_take(struct graph_pair *pair, const char *unit)
{
    const size_t at = band_at(pair->value);
    const struct str low = str_trim(str_slice(pair->value, 0, at));
    const struct str high =
        at < pair->value.n ? str_trim(str_slice(pair->value, at + 1, pair->value.n)) : low;
    return claim_of(low, unit, &pair->least) && claim_of(high, unit, &pair->most) &&
           pair->least.value <= pair->most.value;
}

/* 40세, 40~49세; age 40, age 40-49. */
static enum err label_set(struct graph *g, struct graph_pair *pair, int language,
                          const struct figure_key *figure, struct fail *why)
{
    char text[LABEL_BYTES];
    const size_t at = band_at(pair->value);
    const struct str low = str_trim(str_slice(pair->value, 0, at));
    const struct str high = str_trim(str_slice(pair->value, at + 1, pair->value.n));
    struct str shown = STR_NONE;
    enum err e =
        graph_show(g->arena, high.n > 0 ? high : low, str_of(figure->unit), STR("ko"), &shown, why);
    if (e)
        return e;
    if (language == 0)
        (void)snprintf(text, sizeof text, "%.*s%s%.*s", high.n > 0 ? (int)low.n : 0, low.p,
                       high.n > 0 ? "~" : "", STR_ARG(shown));
    else
        (void)snprintf(text, sizeof text, "%s %.*s", figure->english, STR_ARG(pair->value));
    pair->label[language] = arena_copy(g->arena, str_of(text));
    return pair->label[language].p ? OK : fail_memory(why);
}

static enum err pair_take(struct graph *g, struct graph_pair *pair, struct fail *why)
{
    const struct graph_entity *entity = pair->entity = key_entity(g, pair, true);
    const struct figure_key *figure = figure_key(pair->key);
    const size_t sex = sex_of(pair);
    enum err e = OK;
    pair->is_number = figure && figure_take(pair, figure->unit);
    pair->label[0] = pair->label[1] = entity ? entity->name : pair->value;
    if (!entity && sex < SEXES) {
        pair->label[0] = str_of(sexes[sex].korean);
        pair->label[1] = str_of(sexes[sex].english);
    }
    for (int language = 0; language < 2 && !e && !entity && pair->is_number; language++)
        e = label_set(g, pair, language, figure, why);
    return e;
}

static int pair_order(const void *a, const void *b)
{
    const struct graph_pair *x = a, *y = b;
    const int order = str_compare(x->key, y->key);
    return order ? order : str_compare(x->value, y->value);
}

/* The next "key=value" of a rate's keys; false at their end, and *is_good when that was the end. */
static bool pair_next(struct str *rest, struct graph_pair *out, bool *is_good)
{
    struct str text;
    *is_good = true;
    if (rest->n == 0 || !str_next(rest, ';', &text))
        return false;
    const size_t equals = str_find(text, STR("="));
    out->key = str_trim(str_slice(text, 0, equals));
    out->value = equals < text.n ? str_trim(str_slice(text, equals + 1, text.n)) : STR_NONE;
    *is_good = out->key.n > 0 && out->value.n > 0;
    return *is_good;
}

/* All pairs, each once. */
static enum err pairs_list(struct graph *g, struct fail *why)
{
    size_t count = 0, kept = 0;
    struct graph_pair pair = {.is_number = false};
    bool is_good;
    for (size_t i = 0; i < g->rate_count; i++) {
        struct str rest = g->rates[i].keys;
        while (pair_next(&rest, &pair, &is_good))
            count++;
    }
    g->pairs = arena_take(g->arena, count + 1, sizeof *g->pairs);
    if (!g->pairs)
        return fail_memory(why);
    for (size_t i = 0, n = 0; i < g->rate_count; i++) {
        struct str rest = g->rates[i].keys;
        while (pair_next(&rest, &pair, &is_good))
            g->pairs[n++] = (struct graph_pair){.key = pair.key, .value = pair.value};
    }
    qsort(g->pairs, count, sizeof *g->pairs, pair_order);
    for (size_t i = 0; i < count; i++)
        if (kept == 0 || pair_order(&g->pairs[kept - 1], &g->pairs[i]) != 0)
            g->pairs[kept++] = g->pairs[i];
    g->pair_count = kept;
    return OK;
}

static int number_order(const void *a, const void *b)
{
    const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

/* False when the keys are none, too many, or say one key twice. */
static bool rate_read(const struct graph *g, struct graph_rate_known *known, struct str keys)
{
    struct graph_pair pair = {.is_number = false};
    bool is_good;
    while (pair_next(&keys, &pair, &is_good)) {
        const struct graph_pair *found =
            bsearch(&pair, g->pairs, g->pair_count, sizeof pair, pair_order);
        if (known->count == GRAPH_KEYS)
            return false;
        known->pairs[known->count] = known->sorted[known->count] = (uint32_t)(found - g->pairs);
        known->count++;
    }
    qsort(known->sorted, known->count, sizeof *known->sorted, number_order);
    for (size_t i = 1; i < known->count; i++)
        if (str_equal(g->pairs[known->sorted[i]].key, g->pairs[known->sorted[i - 1]].key))
            return false;
    return is_good && known->count > 0;
}

/* ---- order ---- */

struct ordered {
    const struct graph *graph;
    uint32_t rate;
};

static int keys_order(const struct graph *g, uint32_t a, uint32_t b)
{
    const struct graph_rate_known *x = &g->rate_known[a], *y = &g->rate_known[b];
    const int order = str_compare(g->rates[a].table, g->rates[b].table);
    if (order)
        return order;
    if (x->count != y->count)
        return x->count < y->count ? -1 : 1;
    for (size_t i = 0; i < x->count; i++)
        if (x->sorted[i] != y->sorted[i])
            return x->sorted[i] < y->sorted[i] ? -1 : 1;
    return 0;
}

static int ordered_order(const void *a, const void *b)
{
    const struct ordered *x = a, *y = b;
    const date_days from = x->graph->rates[x->rate].from, other = y->graph->rates[y->rate].from;
    const int order = keys_order(x->graph, x->rate, y->rate);
    if (order || from != other)
        return order ? order : from < other ? -1 : 1;
    return (x->rate > y->rate) - (x->rate < y->rate);
}

static enum err rates_sort(struct graph *g, struct fail *why)
{
    struct ordered *all = mem_take(g->rate_count + 1, sizeof *all);
    if (!all)
        return fail_memory(why);
    for (size_t i = 0; i < g->rate_count; i++)
        all[i] = (struct ordered){g, (uint32_t)i};
    qsort(all, g->rate_count, sizeof *all, ordered_order);
    for (size_t i = 0; i < g->rate_count; i++)
        g->rate_order[i] = all[i].rate;
    mem_give(all);
    return OK;
}

static bool is_same_day(const struct graph_rate *a, const struct graph_rate *b)
{
    return graph_do_overlap(a->from, a->to, b->from, b->to);
}

/* Rates of the same keys, from `from` to before `to` of the order, by the day they begin on. Each
 * is named once as the first of two: with one that contradicts it, or else one that repeats it. */
static void twins_mark(struct graph *g, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        const uint32_t a = g->rate_order[i];
        const struct graph_rate *first = &g->rates[a];
        struct graph_rate_known *known = &g->rate_known[a];
        size_t contrary = to, again = to;
        for (size_t k = i + 1; k < to && known->count > 0; k++) {
            const uint32_t b = g->rate_order[k];
            if (first->to != DATE_NONE && g->rates[b].from > first->to)
                break;
            if (!is_same_day(first, &g->rates[b]))
                continue;
            const bool is_again = str_equal(known->shown[0], g->rate_known[b].shown[0]);
            if (is_again && again == to)
                again = k;
            if (!is_again && contrary == to)
                contrary = k;
            if (!is_again)
                known->is_told = g->rate_known[b].is_told = false;
        }
        if (contrary < to)
            graph_flaw(g, GRAPH_CONTRADICTS, first->id, g->rates[g->rate_order[contrary]].id);
        else if (again < to)
            graph_flaw(g, GRAPH_REPEATS, first->id, g->rates[g->rate_order[again]].id);
    }
}

enum err graph_keys_make(struct graph *g, struct fail *why)
{
    enum err e = pairs_list(g, why);
    for (size_t i = 0; i < g->pair_count && !e; i++)
        e = pair_take(g, &g->pairs[i], why);
    for (size_t i = 0; i < g->rate_count && !e; i++) {
        const struct graph_rate *rate = &g->rates[i];
        struct graph_rate_known *known = &g->rate_known[i];
        known->is_told = rate_read(g, known, rate->keys);
        if (!known->is_told) {
            known->count = 0;
            graph_flaw(g, GRAPH_NO_KEYS, rate->id, rate->keys);
        }
        e = graph_show(g->arena, rate->value, rate->unit, STR("ko"), &known->shown[0], why);
        if (!e)
            e = graph_show(g->arena, rate->value, rate->unit, STR("en"), &known->shown[1], why);
    }
    if (!e)
        e = rates_sort(g, why);
    for (size_t from = 0, to; from < g->rate_count && !e; from = to) {
        to = from + 1;
        while (to < g->rate_count && keys_order(g, g->rate_order[from], g->rate_order[to]) == 0)
            to++;
        twins_mark(g, from, to);
    }
    return e;
}

void graph_table(const struct graph *g, struct str table, size_t *from, size_t *to)
{
    size_t low = 0, high = g->rate_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (str_compare(g->rates[g->rate_order[middle]].table, table) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    *from = *to = low;
    while (*to < g->rate_count && str_equal(g->rates[g->rate_order[*to]].table, table))
        (*to)++;
}

/* ---- what a key is called ---- */

struct str graph_key_title(const struct graph *g, size_t value, struct str language)
{
    const struct graph_pair *pair = &g->pairs[value];
    const struct graph_entity *entity = key_entity(g, pair, false);
    const struct figure_key *figure = figure_key(pair->key);
    const bool is_english = str_equal(language, STR("en"));
    if (entity)
        return entity->name;
    if (figure)
        return str_of(is_english ? figure->english : figure->korean);
    if (str_equal(pair->key, STR("sex")))
        return is_english ? STR("sex") : STR("성별");
    return pair->key;
}

struct str graph_key_label(const struct graph *g, size_t value, struct str language)
{
    return g->pairs[value].label[str_equal(language, STR("en")) ? 1 : 0];
}

struct str graph_key_name(const struct graph *g, size_t value)
{
    return g->pairs[value].key;
}

bool graph_key_is_figure(const struct graph *g, size_t value)
{
    return g->pairs[value].is_number;
}

struct str graph_key_unit(const struct graph *g, size_t value)
{
    const struct figure_key *figure = figure_key(g->pairs[value].key);
    return figure && g->pairs[value].is_number ? str_of(figure->unit) : STR("");
}

size_t graph_key_values(const struct graph *g)
{
    return g->pair_count;
}

struct str graph_key_value(const struct graph *g, size_t value)
{
    return g->pairs[value].value;
}
