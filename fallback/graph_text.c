/* Statements as a customer reads them. Figures are grouped and given their unit once, when the
 * graph is opened; a reply only copies them into the predicate's text. */
#include "base/number.h"
#include "base/particle.h"
#include "fallback/graph_rows.h"

#include <string.h>

/* ---- values ---- */

/* ERR_INPUT when the value is no number, or of no unit that numbers have. */
static enum err number_show_text(struct str value, struct str unit, struct str language,
                                 struct buf *out)
{
    struct number number;
    if (str_equal(unit, STR("text")) || str_equal(unit, STR("rate")))
        return ERR_INPUT;
    number_init(&number);
    enum err e = number_parse(value, &number, NULL);
    if (!e && unit.n > 0)
        e = number_set_unit(&number, unit, NULL);
    if (!e)
        e = number_format(&number, language, out, NULL);
    number_free(&number);
    return e;
}

enum err graph_show(struct arena *arena, struct str value, struct str unit, struct str language,
                    struct str *out, struct fail *why)
{
    struct buf text;
    *out = STR_NONE;
    buf_init(&text, LIMIT_ANSWER_BYTES);
    enum err e = number_show_text(value, unit, language, &text);
    if (e == ERR_INPUT || e == ERR_LIMIT) {
        const bool has_unit = !str_equal(unit, STR("text")) && !str_equal(unit, STR("rate"));
        buf_clear(&text);
        buf_add_str(&text, value);
        buf_add_str(&text, has_unit ? unit : STR_NONE);
        e = OK;
    }
    if (!e && !text.error)
        *out = arena_copy(arena, str_from_buf(&text));
    buf_free(&text);
    return out->p ? OK : fail_memory(why);
}

/* ---- texts ---- */

enum place { PLACE_ENTITY, PLACE_TITLE, PLACE_VALUE, PLACE_CONDITION, PLACES };
static const char *const places[PLACES] = {"{{entity}}", "{{title}}", "{{value}}", "{{condition}}"};

static enum place place_at(struct str text)
{
    enum place i = PLACE_ENTITY;
    while (i < PLACES && !str_starts(text, str_of(places[i])))
        i++;
    return i;
}

bool graph_text_is_good(struct str text)
{
    for (size_t at; (at = str_find(text, STR("{{"))) < text.n;) {
        text = str_slice(text, at, text.n);
        const enum place place = place_at(text);
        if (place == PLACES)
            return false;
        text = str_slice(text, strlen(places[place]), text.n);
    }
    return true;
}

static void text_fill(struct str text, const struct str *filling, struct buf *out)
{
    while (text.n > 0) {
        const size_t open = str_find(text, STR("{{"));
        int pair = 0;
        buf_add_str(out, str_slice(text, 0, open));
        text = str_slice(text, open, text.n);
        const enum place place = text.n > 0 ? place_at(text) : PLACES;
        if (place == PLACES)
            return;
        buf_add_str(out, filling[place]);
        text = str_slice(text, strlen(places[place]), text.n);
        const size_t particle = particle_written(text, &pair);
        if (particle > 0)
            particle_print(pair, filling[place], out);
        text = str_slice(text, particle, text.n);
    }
}

static struct str default_text(bool is_korean, bool has_condition)
{
    if (is_korean)
        return has_condition ? STR("{{entity}} {{title}}: {{value}} ({{condition}})")
                             : STR("{{entity}} {{title}}: {{value}}");
    return has_condition ? STR("{{title}}, {{entity}}: {{value}} ({{condition}})")
                         : STR("{{title}}, {{entity}}: {{value}}");
}

struct str graph_value(const struct graph *g, const struct graph_answer *answer, size_t number,
                       struct str language)
{
    const int shown = str_equal(language, STR("ko")) ? 0 : 1;
    const size_t statement = answer->statements[number];
    if (answer->rate >= 0)
        return g->rate_known[answer->rate].shown[shown];
    for (size_t i = g->first_of[answer->entity]; i < g->first_of[answer->entity + 1]; i++)
        if (g->told[i].statement == statement)
            return g->told[i].shown[shown];
    return STR_NONE;
}

/* Is every condition and entity in the text, so that the lines of several statements differ? */
static struct str text_of(const struct graph_predicate *predicate, bool is_korean,
                          bool has_condition)
{
    const struct str condition = str_of(places[PLACE_CONDITION]);
    const bool says_condition = str_find(predicate->text, condition) < predicate->text.n;
    if (predicate->text.n == 0 || has_condition != says_condition ||
        !graph_text_is_good(predicate->text))
        return default_text(is_korean, has_condition);
    return predicate->text;
}

/* Keys that the entity or the condition says already are left out. */
static void keys_print(const struct graph *g, const struct graph_answer *answer,
                       struct str condition, struct str language, struct buf *out)
{
    const struct graph_rate_known *known = &g->rate_known[answer->rate];
    const struct str entity = g->entities[answer->entity].id;
    const size_t before = out->n;
    for (size_t i = 0; i < known->count; i++) {
        const struct graph_pair *pair = &g->pairs[known->pairs[i]];
        const struct str label = graph_key_label(g, known->pairs[i], language);
        const bool is_of_entity = entity.n > pair->value.n && str_ends(entity, pair->value) &&
                                  entity.p[entity.n - pair->value.n - 1] == '_';
        if (is_of_entity || str_find(condition, label) < condition.n)
            continue;
        buf_add_text(out, out->n > before ? ", " : "");
        buf_add_str(out, label);
    }
}

void graph_print_condition(const struct graph *g, const struct graph_answer *answer, size_t i,
                           struct str language, struct buf *out)
{
    const struct str condition = g->statements[answer->statements[i]].condition;
    const size_t before = out->n;
    if (answer->rate >= 0)
        keys_print(g, answer, condition, language, out);
    if (condition.n > 0)
        buf_add_text(out, out->n > before ? ", " : "");
    buf_add_str(out, condition);
}

enum err graph_print(const struct graph *g, const struct graph_answer *answer, struct str language,
                     struct buf *out, struct fail *why)
{
    const bool is_korean = str_equal(language, STR("ko"));
    const struct graph_predicate *predicate = &g->predicates[answer->predicate];
    const size_t before = out->n;
    struct buf condition;
    buf_init(&condition, LIMIT_ANSWER_BYTES);
    for (size_t i = 0; i < answer->count; i++) {
        buf_clear(&condition);
        graph_print_condition(g, answer, i, language, &condition);
        const struct str filling[PLACES] = {g->entities[answer->entity].name, predicate->title,
                                            graph_value(g, answer, i, language),
                                            str_from_buf(&condition)};
        if (i > 0)
            buf_add_text(out, "\n");
        text_fill(text_of(predicate, is_korean, condition.n > 0), filling, out);
    }
    enum err e = buf_error(&condition, "a condition", why);
    if (!e)
        e = buf_error(out, "the reply", why);
    if (e)
        buf_truncate(out, before);
    buf_free(&condition);
    return e;
}
