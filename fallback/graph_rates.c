/* The row of a rate table that a question asks for. What the question says of each key is found
 * first: figures with their unit among its claims, words by their names. A figure of such a unit
 * that no row has is a question for another row, which is not there. The rows that hold all that is
 * said are left; where a key that is not said could still be several things, it is asked for, and
 * what is told is told with the values of all of its keys. */
#include "fallback/graph_rows.h"

#include <string.h>

enum { QUESTION_CLAIMS = 64, TABLE_KEYS = 24 };

struct table_key {
    struct str name;
    uint32_t said; /* the pair that is said, when is_said */
    bool is_said, says_two;
};
struct reading {
    const struct graph *g;
    const struct graph_rate_asked *asked;
    struct claim claims[QUESTION_CLAIMS];
    size_t claim_count;
    struct table_key keys[TABLE_KEYS];
    size_t key_count;
    size_t from, to; /* of the order */
};

static const struct graph_rate_known *rate_at(const struct reading *r, size_t place)
{
    const uint32_t rate = r->g->rate_order[place];
    const struct graph_rate *row = &r->g->rates[rate];
    const struct graph_rate_known *known = &r->g->rate_known[rate];
    return known->count > 0 && graph_is_in_force(row->from, row->to, r->asked->as_of) ? known
                                                                                      : NULL;
}

static bool claim_fits(const struct graph_pair *pair, const struct claim *claim)
{
    if (claim_holds(&pair->least, claim) || claim_holds(&pair->most, claim))
        return true;
    return claim->kind == pair->least.kind && claim->unit == pair->least.unit &&
           claim->value >= pair->least.value && claim->value <= pair->most.value;
}

static bool is_said(const struct reading *r, uint32_t number)
{
    const struct graph_pair *pair = &r->g->pairs[number];
    const struct str entity = r->asked->entity;
    for (size_t i = 0; i < r->asked->said_count; i++)
        if (r->asked->said[i] == number)
            return true;
    for (size_t i = 0; i < r->claim_count && pair->is_number; i++)
        if (claim_fits(pair, &r->claims[i]))
            return true;
    return entity.n > pair->value.n && str_ends(entity, pair->value) &&
           entity.p[entity.n - pair->value.n - 1] == '_';
}

static struct table_key *key_of(struct reading *r, struct str name)
{
    for (size_t i = 0; i < r->key_count; i++)
        if (str_equal(r->keys[i].name, name))
            return &r->keys[i];
    if (r->key_count == TABLE_KEYS)
        return NULL;
    r->keys[r->key_count] = (struct table_key){.name = name};
    return &r->keys[r->key_count++];
}

/* What the question says of every key; false with *why when it cannot be of this table. */
static bool keys_read(struct reading *r, struct graph_answer *out)
{
    for (size_t place = r->from; place < r->to; place++) {
        const struct graph_rate_known *known = rate_at(r, place);
        for (size_t i = 0; known && i < known->count; i++) {
            const uint32_t pair = known->pairs[i];
            struct table_key *key = key_of(r, r->g->pairs[pair].key);
            if (!key) {
                graph_why(out, "%.*s: too many keys", STR_ARG(r->asked->table));
                return false;
            }
            if (!is_said(r, pair) || (key->is_said && key->said == pair))
                continue;
            key->says_two |= key->is_said;
            key->is_said = true;
            key->said = pair;
        }
    }
    for (size_t i = 0; i < r->key_count; i++) {
        if (r->keys[i].says_two) {
            graph_why(out, "%.*s: two values of %.*s are asked for", STR_ARG(r->asked->table),
                      STR_ARG(r->keys[i].name));
            return false;
        }
    }
    return true;
}

/* A figure that could be one of the table's keys and is none of its values, nor of the condition.
 */
static bool is_elsewhere(const struct reading *r, const struct claim *claim)
{
    struct claim known[QUESTION_CLAIMS];
    size_t count = 0;
    bool is_of_unit = false;
    for (size_t place = r->from; place < r->to; place++) {
        const struct graph_rate_known *rate = rate_at(r, place);
        for (size_t i = 0; rate && i < rate->count; i++) {
            const struct graph_pair *pair = &r->g->pairs[rate->pairs[i]];
            if (pair->is_number && claim_fits(pair, claim))
                return false;
            is_of_unit |= pair->is_number && pair->least.kind == claim->kind &&
                          pair->least.unit == claim->unit;
        }
    }
    if (!is_of_unit || claims_read(r->asked->condition, known, QUESTION_CLAIMS, &count, NULL))
        return is_of_unit;
    for (size_t i = 0; i < count; i++)
        if (claim_holds(claim, &known[i]))
            return false;
    return true;
}

/* How many of the keys that are said the row has; -1 when it says another value of one. */
static int row_fit(const struct reading *r, const struct graph_rate_known *known)
{
    int fit = 0;
    for (size_t k = 0; k < r->key_count; k++) {
        for (size_t i = 0; i < known->count && r->keys[k].is_said; i++) {
            if (!str_equal(r->g->pairs[known->pairs[i]].key, r->keys[k].name))
                continue;
            if (known->pairs[i] != r->keys[k].said)
                return -1;
            fit++;
        }
    }
    return fit;
}

static bool has_pair(const struct graph_answer *out, uint32_t pair)
{
    for (size_t i = 0; i < out->value_count; i++)
        if (out->values[i] == pair)
            return true;
    return false;
}

/* Figures from the least to the most; words as they come. */
static void value_add(const struct graph *g, uint32_t pair, struct graph_answer *out)
{
    size_t at = out->value_count;
    if (has_pair(out, pair))
        return;
    if (out->value_count == GRAPH_VALUES) {
        out->has_more_values = true;
        return;
    }
    while (at > 0 && g->pairs[pair].is_number && g->pairs[out->values[at - 1]].is_number &&
           g->pairs[out->values[at - 1]].least.value > g->pairs[pair].least.value)
        at--;
    memmove(&out->values[at + 1], &out->values[at], (out->value_count - at) * sizeof *out->values);
    out->values[at] = pair;
    out->value_count++;
}

/* The values that a key may have among the rows that fit best. */
static void values_list(const struct reading *r, const struct table_key *key, int fit,
                        struct graph_answer *out)
{
    out->value_count = 0;
    out->has_more_values = false;
    for (size_t place = r->from; place < r->to; place++) {
        const struct graph_rate_known *known = rate_at(r, place);
        if (!known || row_fit(r, known) != fit)
            continue;
        for (size_t i = 0; i < known->count; i++)
            if (str_equal(r->g->pairs[known->pairs[i]].key, key->name))
                value_add(r->g, known->pairs[i], out);
    }
}

/* The one row that is left, or of several that say the same the first. */
static void row_take(const struct reading *r, int fit, struct graph_answer *out)
{
    const struct graph_rate_known *first = NULL;
    for (size_t place = r->from; place < r->to; place++) {
        const struct graph_rate_known *known = rate_at(r, place);
        if (!known || row_fit(r, known) != fit)
            continue;
        const bool is_same =
            first && known->count == first->count &&
            memcmp(known->sorted, first->sorted, known->count * sizeof *known->sorted) == 0;
        if (!known->is_told || (first && !is_same)) {
            out->rate = -1;
            graph_why(out, "%.*s: %s", STR_ARG(r->asked->table),
                      known->is_told ? "several rows fit" : "a row that is contradicted");
            return;
        }
        if (!first)
            out->rate = (long)r->g->rate_order[place];
        first = first ? first : known;
    }
}

void graph_rate_find(const struct graph *g, const struct graph_rate_asked *asked,
                     struct graph_answer *out)
{
    struct reading r = {.g = g, .asked = asked};
    int fit = -1;
    graph_table(g, asked->table, &r.from, &r.to);
    if (claims_read(asked->question, r.claims, QUESTION_CLAIMS, &r.claim_count, NULL)) {
        graph_why(out, "more figures than are looked at");
        return;
    }
    if (!keys_read(&r, out))
        return;
    for (size_t i = 0; i < r.claim_count; i++) {
        if (is_elsewhere(&r, &r.claims[i])) {
            graph_why(out, "%.*s: no row of the rate table fits a figure", STR_ARG(asked->table));
            return;
        }
    }
    for (size_t place = r.from; place < r.to; place++) {
        const struct graph_rate_known *known = rate_at(&r, place);
        const int row = known ? row_fit(&r, known) : -1;
        fit = row > fit ? row : fit;
    }
    if (fit < 0) {
        graph_why(out, "%.*s: no row of the rate table fits", STR_ARG(asked->table));
        return;
    }
    for (size_t k = 0; k < r.key_count; k++) {
        if (r.keys[k].is_said)
            continue;
        values_list(&r, &r.keys[k], fit, out);
        if (out->value_count > 1) {
            out->kind = GRAPH_ASKS_KEY;
            graph_why(out, "%.*s: which %.*s", STR_ARG(asked->table), STR_ARG(r.keys[k].name));
            return;
        }
    }
    out->value_count = 0;
    row_take(&r, fit, out);
}
