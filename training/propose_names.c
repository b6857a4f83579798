/* What the words of a table mean to a bot, and what it states already. Words are held against whole
 * names, and a name that two things share means neither: a proposal that a person only glances at
 * must not be a guess. */
#include "training/propose_parts.h"

#include <stdio.h>
#include <string.h>

static char small(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

bool words_alike(struct str a, struct str b)
{
    size_t i = 0, k = 0;
    for (;;) {
        while (i < a.n && a.p[i] == ' ')
            i++;
        while (k < b.n && b.p[k] == ' ')
            k++;
        if (i == a.n || k == b.n)
            return i == a.n && k == b.n;
        if (small(a.p[i++]) != small(b.p[k++]))
            return false;
    }
}

struct str words_bare(struct str words)
{
    const size_t at = str_find(words, STR("("));
    return str_ends(words, STR(")")) && at > 0 ? str_trim(str_slice(words, 0, at)) : words;
}

static bool has_name(struct str own, struct str aliases, struct str words)
{
    struct str alias;
    if (words_alike(own, words))
        return true;
    while (aliases.n > 0 && str_next(&aliases, '|', &alias))
        if (words_alike(str_trim(alias), words))
            return true;
    return false;
}

bool entity_meant(const struct graph *graph, struct str words, size_t *out)
{
    const size_t count = graph && words.n > 0 ? graph_entities(graph) : 0;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct graph_entity *e = graph_entity(graph, i);
        if (graph_entity_is_key(e) || !has_name(e->name, e->aliases, words))
            continue;
        *out = i;
        found++;
    }
    return found == 1;
}

bool predicate_meant(const struct graph *graph, struct str words, size_t *out)
{
    const size_t count = graph && words.n > 0 ? graph_predicates(graph) : 0;
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        const struct graph_predicate *p = graph_predicate(graph, i);
        if (!has_name(p->title, p->aliases, words))
            continue;
        *out = i;
        found++;
    }
    return found == 1;
}

bool predicate_within(const struct graph *graph, struct str words, size_t *out)
{
    const size_t count = graph ? graph_predicates(graph) : 0;
    size_t longest = 0;
    bool is_sure = false;
    for (size_t i = 0; i < count; i++) {
        const struct graph_predicate *p = graph_predicate(graph, i);
        struct str rest = p->aliases, name = p->title;
        do {
            name = str_trim(name);
            if (name.n < 2 || name.p[0] == '?' || str_find(words, name) == words.n ||
                name.n < longest)
                continue;
            is_sure = name.n > longest || *out == i;
            longest = name.n;
            *out = i;
        } while (rest.n > 0 && str_next(&rest, '|', &name));
    }
    return is_sure;
}

bool key_meant(const struct graph *graph, struct str words, char out[PAIR_BYTES])
{
    static const char *const sexes[][2] = {
        {"여자", "sex=f"}, {"여성", "sex=f"}, {"남자", "sex=m"}, {"남성", "sex=m"}};
    const size_t count = graph ? graph_key_values(graph) : 0;
    size_t found = 0, entity = 0;
    for (size_t i = 0; i < count; i++) {
        struct str word;
        bool is_said = false;
        for (size_t k = 0; !is_said && graph_key_word(graph, i, k, &word); k++)
            is_said = words_alike(word, words);
        if (!is_said)
            continue;
        (void)snprintf(out, PAIR_BYTES, "%.*s=%.*s", STR_ARG(graph_key_name(graph, i)),
                       STR_ARG(graph_key_value(graph, i)));
        found++;
    }
    for (size_t i = 0; i < sizeof sexes / sizeof sexes[0] && found == 0; i++) {
        if (!words_alike(words, str_of(sexes[i][0])))
            continue;
        (void)snprintf(out, PAIR_BYTES, "%s", sexes[i][1]);
        return true;
    }
    if (found > 0 || !entity_meant(graph, words_bare(words), &entity))
        return found == 1;
    /* A key's value is also what an entity's id ends in: product=cancer of product_cancer. */
    const struct str id = graph_entity(graph, entity)->id;
    const size_t at = str_find(id, STR("_"));
    (void)snprintf(out, PAIR_BYTES, "%.*s=%.*s", STR_ARG(str_slice(id, 0, at)),
                   STR_ARG(str_slice(id, at + 1, id.n)));
    return at > 0 && at + 1 < id.n && str_equal(str_slice(id, 0, at), STR("product"));
}

/* ---- what is stated already ---- */

static bool is_on_one_day(date_days from, date_days to, struct str start, struct str end)
{
    date_days first = DATE_NONE, last = DATE_NONE;
    if ((start.n > 0 && !date_parse(start, &first)) || (end.n > 0 && !date_parse(end, &last)))
        return true;
    return (from == DATE_NONE || last == DATE_NONE || from <= last) &&
           (first == DATE_NONE || to == DATE_NONE || first <= to);
}

/* 0.0 and 0, 42,000 and 42000. */
static bool is_same_figure(struct str a, struct str b)
{
    double x, y;
    char plain[2][FIGURE_BYTES * 2];
    const struct str both[2] = {a, b};
    for (size_t i = 0; i < 2; i++) {
        size_t n = 0;
        for (size_t k = 0; k < both[i].n && n + 1 < sizeof plain[0]; k++)
            if (both[i].p[k] != ',')
                plain[i][n++] = both[i].p[k];
        plain[i][n] = '\0';
    }
    return str_to_double(str_of(plain[0]), &x) && str_to_double(str_of(plain[1]), &y)
               ? x >= y && x <= y
               : str_equal(a, b);
}

static struct str document_of(struct str source)
{
    return str_slice(source, 0, str_find(source, STR("#")));
}

enum known statement_known(const struct graph *graph, const struct proposal *proposal)
{
    const struct str *f = proposal->fields;
    const struct graph_statement *all;
    const size_t count = graph ? graph_statements(graph, &all) : 0;
    enum known known = KNOWN_NOT;
    for (size_t i = 0; i < count; i++) {
        const struct graph_statement *s = &all[i];
        if (!str_equal(s->entity, f[1]) || !str_equal(s->predicate, f[2]) ||
            !is_on_one_day(s->from, s->to, f[6], f[7]))
            continue;
        if (str_equal(s->unit, f[4]) && is_same_figure(s->value, f[3]))
            return KNOWN_SAME;
        if (str_equal(s->condition, f[5]))
            known = KNOWN_OTHER;
    }
    return known;
}

static bool has_pairs(struct str keys, struct str other, size_t *pairs)
{
    struct str pair, one;
    *pairs = 0;
    while (keys.n > 0 && str_next(&keys, ';', &pair)) {
        struct str rest = other;
        bool is_there = false;
        while (rest.n > 0 && str_next(&rest, ';', &one))
            is_there |= words_alike(pair, one);
        if (!is_there)
            return false;
        (*pairs)++;
    }
    return true;
}

/* Of the same table, or, since a table may go by another name, of the same document. A row there
 * may have keys more, which a heading says. */
enum known rate_known(const struct graph *graph, const struct proposal *proposal)
{
    const struct str *f = proposal->fields;
    const size_t count = graph ? graph_rates(graph) : 0;
    enum known known = KNOWN_NOT;
    for (size_t i = 0; i < count; i++) {
        const struct graph_rate *r = graph_rate(graph, i);
        size_t own = 0, theirs = 0;
        const bool is_of_table = str_equal(r->table, f[1]);
        if ((!is_of_table && !str_equal(document_of(r->source), document_of(f[7]))) ||
            !is_on_one_day(r->from, r->to, f[5], f[6]) || !has_pairs(f[2], r->keys, &own))
            continue;
        if (str_equal(r->unit, f[4]) && is_same_figure(r->value, f[3]))
            return KNOWN_SAME;
        if (is_of_table && has_pairs(r->keys, f[2], &theirs))
            known = KNOWN_OTHER;
    }
    return known;
}

struct str table_stated(const struct graph *graph, struct str entity, struct str predicate)
{
    const struct graph_statement *all;
    const size_t count = graph ? graph_statements(graph, &all) : 0;
    for (size_t i = 0; i < count; i++)
        if (str_equal(all[i].unit, STR("rate")) && str_equal(all[i].entity, entity) &&
            str_equal(all[i].predicate, predicate))
            return all[i].value;
    return STR("");
}
