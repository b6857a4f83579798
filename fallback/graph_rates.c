/* The row of a rate table that a question asks for. A numeric key is said with its unit, so age=40
 * is looked for as 40세 and amount=30000000 as any way to say thirty million won; other keys are
 * words of the question, or the end of the entity's id. A row fits when the question has all of its
 * keys; one row must fit alone, or nothing is told. */
#include "fallback/claims.h"
#include "fallback/graph_rows.h"
#include "fallback/names.h"

#include <stdio.h>
#include <string.h>

enum { QUESTION_CLAIMS = 64 };

struct asked {
    struct claim claims[QUESTION_CLAIMS];
    size_t claim_count;
    struct str question, entity;
};

/* How a key's number is said, by the key's name. */
static const char *unit_of(struct str key)
{
    static const char *const units[][2] = {{"age", "세"},    {"days", "일"},  {"months", "개월"},
                                           {"years", "년"},  {"year", "년"},  {"term", "개월"},
                                           {"amount", "원"}, {"times", "회"}, {NULL, NULL}};
    size_t i = 0;
    while (units[i][0] && !str_equal(key, str_of(units[i][0])))
        i++;
    return units[i][1];
}

static bool is_said(const struct asked *asked, struct str value, const char *unit)
{
    char text[LIMIT_NAME_BYTES];
    struct claim claim;
    size_t count = 0;
    if (value.n + strlen(unit) >= sizeof text)
        return false;
    (void)snprintf(text, sizeof text, "%.*s%s", STR_ARG(value), unit);
    const struct str said = {text, value.n + strlen(unit)};
    if (claims_read(said, &claim, 1, &count, NULL) || count != 1)
        return false;
    for (size_t i = 0; i < asked->claim_count; i++)
        if (claim_holds(&claim, &asked->claims[i]))
            return true;
    return false;
}

static bool has_word(const struct asked *asked, const char *const *words)
{
    for (; *words; words++)
        if (str_find(asked->question, str_of(*words)) < asked->question.n)
            return true;
    return false;
}

static bool key_fits(const struct asked *asked, struct str key, struct str value)
{
    static const char *const female[] = {"여자", "여성", "female", "woman", "Female", NULL};
    static const char *const male[] = {"남자", "남성", " male", "a man", "Male", NULL};
    const char *unit = unit_of(key);
    if (unit)
        return is_said(asked, value, unit);
    if (str_equal(key, STR("sex")))
        return has_word(asked, str_equal(value, STR("f")) ? female : male);
    const bool ends_id = asked->entity.n > value.n && str_ends(asked->entity, value) &&
                         asked->entity.p[asked->entity.n - value.n - 1] == '_';
    return ends_id || str_find(asked->question, value) < asked->question.n;
}

static bool row_fits(const struct asked *asked, struct str keys)
{
    struct str pair;
    while (keys.n > 0 && str_next(&keys, ';', &pair)) {
        const size_t equals = str_find(pair, STR("="));
        if (equals == pair.n || !key_fits(asked, str_trim(str_slice(pair, 0, equals)),
                                          str_trim(str_slice(pair, equals + 1, pair.n))))
            return false;
    }
    return true;
}

long graph_rate_find(const struct graph *g, struct str table, struct str entity,
                     struct str question, date_days as_of)
{
    struct asked asked = {.question = question, .entity = entity};
    long found = -1;
    if (claims_read(question, asked.claims, QUESTION_CLAIMS, &asked.claim_count, NULL))
        return -1;
    for (size_t i = 0; i < g->rate_count; i++) {
        const struct graph_rate *rate = &g->rates[i];
        if (!str_equal(rate->table, table) || !graph_is_in_force(rate->from, rate->to, as_of) ||
            !row_fits(&asked, rate->keys))
            continue;
        if (found >= 0)
            return -1;
        found = (long)i;
    }
    return found;
}
