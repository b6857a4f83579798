/* Looking facts up. A question's names are found at once; what is asked for is the pair of an
 * entity and a predicate that the names lead to. An entity fits when every entity the question
 * names is it or leads to it over at most two statements (product → rider → coverage), and of those
 * that fit the nearest is meant: 암보험 진단비 한도 is the limit of that cancer cover's benefit,
 * whichever other covers have one. Distances are counted in small arrays on the stack. */
#include "fallback/graph.h"

#include "base/arena.h"
#include "fallback/graph_rows.h"
#include "fallback/names.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { HOPS = 2, MENTIONS = 8, PAIRS = 64, FAR = 100 };

/* How far every entity is from what one name of the question means. */
struct mention {
    uint8_t distance[GRAPH_ENTITIES];
};

void graph_why(struct graph_answer *out, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(out->why, sizeof out->why, format, arguments);
    va_end(arguments);
}

static void mention_spread(const struct graph *g, struct mention *m)
{
    for (int hop = 0; hop < HOPS; hop++) {
        for (size_t i = 0; i < g->link_count; i++) {
            const struct graph_link *link = &g->links[i];
            if (m->distance[link->from] == hop && m->distance[link->to] > hop + 1)
                m->distance[link->to] = (uint8_t)(hop + 1);
        }
    }
}

static void mention_open(const struct graph *g, const uint32_t *meant, size_t count,
                         struct mention *m)
{
    memset(m->distance, FAR, g->entity_count);
    for (size_t i = 0; i < count; i++)
        m->distance[meant[i]] = 0;
    mention_spread(g, m);
}

/* Predicates that are asked for under one name. */
struct asked_for {
    uint32_t predicates[NAME_MEANINGS];
    size_t count;
    bool has_two; /* names that mean different ones: more than one thing is asked */
};

struct heard {
    struct mention mentions[MENTIONS];
    size_t mention_count;
    struct asked_for surely, perhaps; /* perhaps: by a name that begins with ? */
    uint32_t named[PAIRS];            /* all predicates that any name means */
    size_t named_count;
    uint32_t pairs[PAIRS]; /* values of rate tables' keys that are named */
    size_t pair_count;
};

static void asked_add(struct asked_for *asked, const uint32_t *meant, size_t count, size_t offset)
{
    uint32_t predicates[NAME_MEANINGS] = {0};
    for (size_t i = 0; i < count; i++)
        predicates[i] = meant[i] - (uint32_t)offset;
    const bool is_same = asked->count == count &&
                         memcmp(asked->predicates, predicates, count * sizeof *predicates) == 0;
    asked->has_two |= asked->count > 0 && !is_same;
    memcpy(asked->predicates, predicates, count * sizeof *predicates);
    asked->count = count;
}

static size_t meant_below(const struct name_found *found, size_t from, size_t bound)
{
    while (from < found->count && found->meant[from] < bound)
        from++;
    return from;
}

/* The meanings of a name are entities, predicates, predicates that are only perhaps asked for, and
 * values of keys, in this order. Of the first three those that there are first count; the last
 * count beside them: 강아지보험 is a product, and says which kind of animal. */
static void heard_add(const struct graph *g, const struct name_found *found, struct heard *heard)
{
    const size_t predicates = g->entity_count, perhaps = predicates + g->predicate_count,
                 pairs = perhaps + g->predicate_count;
    const size_t entities = meant_below(found, 0, predicates);
    const size_t sure = meant_below(found, entities, perhaps);
    const size_t unsure = meant_below(found, sure, pairs);
    if (entities > 0 && heard->mention_count < MENTIONS)
        mention_open(g, found->meant, entities, &heard->mentions[heard->mention_count++]);
    else if (sure > 0)
        asked_add(&heard->surely, found->meant, sure, predicates);
    else if (unsure > 0)
        asked_add(&heard->perhaps, found->meant, unsure, perhaps);
    for (size_t i = entities; i < unsure && heard->named_count < PAIRS; i++)
        heard->named[heard->named_count++] =
            found->meant[i] - (uint32_t)(i < sure ? predicates : perhaps);
    for (size_t i = unsure; i < found->count && heard->pair_count < PAIRS; i++)
        heard->pairs[heard->pair_count++] = found->meant[i] - (uint32_t)pairs;
}

bool graph_is_in_force(date_days from, date_days to, date_days as_of)
{
    return as_of == DATE_NONE ||
           ((from == DATE_NONE || from <= as_of) && (to == DATE_NONE || to >= as_of));
}

static bool is_in_force(const struct graph_statement *statement, date_days as_of)
{
    return graph_is_in_force(statement->from, statement->to, as_of);
}

/* The statements of an entity and predicate lie side by side; whether one is in force. */
static bool states(const struct graph *g, size_t entity, uint32_t predicate, date_days as_of)
{
    for (size_t i = g->first_of[entity]; i < g->first_of[entity + 1]; i++) {
        const struct graph_told *told = &g->told[i];
        if (told->predicate == predicate && is_in_force(&g->statements[told->statement], as_of))
            return true;
    }
    return false;
}

struct fitting {
    size_t entity, predicate;
};

/* The nearest of the entities that every mention leads to; returns how many are level. */
static size_t fitting_find(const struct graph *g, const struct heard *heard, date_days as_of,
                           const struct mention *product, struct fitting *out, size_t most)
{
    const struct asked_for *asked = heard->surely.count > 0 ? &heard->surely : &heard->perhaps;
    size_t count = 0, nearest = FAR;
    for (size_t entity = 0; entity < g->entity_count; entity++) {
        size_t distance = 0;
        for (size_t m = 0; m < heard->mention_count; m++)
            distance += heard->mentions[m].distance[entity];
        if (product)
            distance += product->distance[entity];
        if (distance >= FAR || distance > nearest)
            continue;
        for (size_t p = 0; p < asked->count; p++) {
            if (!states(g, entity, asked->predicates[p], as_of))
                continue;
            count = distance < nearest ? 0 : count;
            nearest = distance;
            if (count < most)
                out[count] = (struct fitting){entity, asked->predicates[p]};
            count++;
        }
    }
    return count;
}

/* Is it among the answer's, in other words of the table? */
static bool is_repeat(const struct graph *g, const struct graph_told *told,
                      const struct graph_answer *out)
{
    const struct graph_statement *statement = &g->statements[told->statement];
    for (size_t i = g->first_of[out->entity]; i < g->first_of[out->entity + 1]; i++) {
        const struct graph_told *other = &g->told[i];
        for (size_t k = 0; k < out->count; k++)
            if (other->statement == out->statements[k] &&
                str_equal(other->shown[0], told->shown[0]) &&
                str_equal(g->statements[other->statement].condition, statement->condition))
                return true;
    }
    return false;
}

static void tell(const struct graph *g, const struct heard *heard, const struct fitting *fit,
                 date_days as_of, struct str question, struct graph_answer *out)
{
    out->entity = fit->entity;
    out->predicate = fit->predicate;
    for (size_t i = g->first_of[fit->entity]; i < g->first_of[fit->entity + 1]; i++) {
        const struct graph_told *told = &g->told[i];
        if (told->predicate != fit->predicate ||
            !is_in_force(&g->statements[told->statement], as_of) || is_repeat(g, told, out))
            continue;
        if (out->count == GRAPH_TOLD) {
            graph_why(out, "more than %d statements", (int)GRAPH_TOLD);
            return;
        }
        out->statements[out->count++] = told->statement;
    }
    const struct graph_statement *first = &g->statements[out->statements[0]];
    const struct graph_entity *entity = &g->entities[fit->entity];
    if (str_equal(first->unit, STR("rate"))) {
        const struct graph_rate_asked asked = {.table = first->value,
                                               .question = question,
                                               .entity = entity->id,
                                               .condition = first->condition,
                                               .said = heard->pairs,
                                               .said_count = heard->pair_count,
                                               .as_of = as_of};
        if (out->count > 1)
            graph_why(out, "%.*s: several rate tables", STR_ARG(first->value));
        else
            graph_rate_find(g, &asked, out);
        if (out->rate < 0)
            return;
    }
    out->kind = GRAPH_TELLS;
    graph_why(out, "%.*s × %.*s → %.*s", STR_ARG(entity->id),
              STR_ARG(g->predicates[fit->predicate].name), STR_ARG(first->id));
}

static bool is_one_entity(const struct fitting *fits, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (fits[i].entity == fits[0].entity)
            return true;
    return false;
}

static void choose(const struct graph *g, const struct heard *heard, struct str question,
                   struct str product, date_days as_of, struct graph_answer *out)
{
    struct fitting fits[LIMIT_CHOICES];
    struct mention known;
    uint32_t product_entity = 0;
    const bool has_product = graph_entity_named(g, product, &product_entity);
    size_t count =
        heard->mention_count > 0 ? fitting_find(g, heard, as_of, NULL, fits, LIMIT_CHOICES) : 0;
    if (has_product && count != 1) {
        mention_open(g, &product_entity, 1, &known);
        struct fitting nearer[LIMIT_CHOICES];
        size_t fewer = fitting_find(g, heard, as_of, &known, nearer, LIMIT_CHOICES);
        if (fewer > 0) {
            memcpy(fits, nearer, sizeof fits);
            count = fewer;
        }
    }
    if (count == 1) {
        tell(g, heard, &fits[0], as_of, question, out);
    } else if (count == 0) {
        graph_why(out, "nothing is stated of what is named");
    } else if (count > LIMIT_CHOICES || is_one_entity(fits, count)) {
        graph_why(out, "%zu statements fit equally", count);
    } else {
        out->kind = GRAPH_ASKS;
        for (size_t i = 0; i < count; i++)
            out->entities[out->entity_count++] = fits[i].entity;
        graph_why(out, "%zu entities fit equally", count);
    }
}

/* Does the name lie within one that was found? */
static bool is_within(const struct name_found *name, const struct name_found *found, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (name->from >= found[i].from && name->to <= found[i].to)
            return true;
    return false;
}

/* 암보험료: of two names that share a syllable the first was taken, and what is asked for is the
 * other. */
static void shared_add(const struct graph *g, struct str question, const struct name_found *found,
                       size_t count, struct heard *heard)
{
    struct name_found sure[NAMES_FOUND];
    const size_t more = names_find(g->sure, question, sure);
    for (size_t i = 0; i < more; i++)
        if (!is_within(&sure[i], found, count))
            heard_add(g, &sure[i], heard);
}

static void near_add(const struct graph *g, struct str question, const struct name_found *found,
                     size_t count, struct heard *heard)
{
    struct name_found near[NAMES_FOUND];
    const size_t more = names_near_find(g->near, question, found, count, near);
    const bool is_sure = heard->surely.count > 0;
    for (size_t i = 0; i < more; i++) {
        const uint32_t meant = near[i].meant[0];
        const bool asks = meant >= g->entity_count && meant < g->entity_count + g->predicate_count;
        if (!asks || !is_sure)
            heard_add(g, &near[i], heard);
    }
}

static void hear(const struct graph *g, struct str question, struct heard *heard)
{
    struct name_found found[NAMES_FOUND];
    const size_t count = names_find(g->names, question, found);
    for (size_t i = 0; i < count; i++)
        heard_add(g, &found[i], heard);
    if (heard->surely.count == 0)
        shared_add(g, question, found, count, heard);
    near_add(g, question, found, count, heard);
}

void graph_ask(const struct graph *g, struct str question, struct str product, date_days as_of,
               struct graph_answer *out)
{
    struct heard heard = {.mention_count = 0};
    *out = (struct graph_answer){.kind = GRAPH_NOTHING, .rate = -1};
    hear(g, question, &heard);
    const struct asked_for *asked = heard.surely.count > 0 ? &heard.surely : &heard.perhaps;
    if (asked->count == 0)
        graph_why(out, "nothing that is stated is asked for");
    else if (asked->has_two)
        graph_why(out, "more than one thing is asked for");
    else
        choose(g, &heard, question, product, as_of, out);
}

/* ---- What may have been meant ---- */

struct offer {
    const struct graph *g;
    date_days as_of;
    struct mention about; /* sums of distances; FAR and above: not meant */
    size_t *out, most, count;
};

static bool is_named(const struct heard *heard, uint32_t predicate)
{
    for (size_t i = 0; i < heard->named_count; i++)
        if (heard->named[i] == predicate)
            return true;
    return false;
}

/* Says it what another says that is offered already? */
static bool is_offered(const struct offer *offer, const struct graph_told *told)
{
    const struct graph *g = offer->g;
    const struct graph_statement *one = &g->statements[told->statement];
    for (size_t i = 0; i < offer->count; i++) {
        const struct graph_statement *other = &g->statements[offer->out[i]];
        if (offer->out[i] == told->statement ||
            (str_equal(one->entity, other->entity) && str_equal(one->predicate, other->predicate) &&
             str_equal(one->value, other->value) && str_equal(one->unit, other->unit) &&
             str_equal(one->condition, other->condition)))
            return true;
    }
    return false;
}

/* Of one entity what is in force; a rate needs its keys, and a statement that only leads on is what
 * the distances are for. */
static void entity_offer(struct offer *offer, const struct heard *heard, size_t entity,
                         bool is_of_named)
{
    const struct graph *g = offer->g;
    for (size_t i = g->first_of[entity]; i < g->first_of[entity + 1]; i++) {
        const struct graph_told *told = &g->told[i];
        const struct graph_statement *s = &g->statements[told->statement];
        const bool leads = str_equal(s->unit, STR("rate")) || str_equal(s->unit, STR("entity"));
        if (offer->count < offer->most && !leads && is_in_force(s, offer->as_of) &&
            is_named(heard, told->predicate) == is_of_named && !is_offered(offer, told))
            offer->out[offer->count++] = told->statement;
    }
}

static void offer_fill(struct offer *offer, const struct heard *heard)
{
    for (int pass = 0; pass < 2; pass++) /* what is asked for by its name comes first */
        for (size_t distance = 0; distance <= (size_t)HOPS * (MENTIONS + 1); distance++)
            for (size_t entity = 0; entity < offer->g->entity_count; entity++)
                if (offer->about.distance[entity] == distance)
                    entity_offer(offer, heard, entity, pass == 0);
}

static void distances_add(const struct graph *g, const struct mention *m, struct mention *sum)
{
    for (size_t i = 0; i < g->entity_count; i++) {
        const unsigned both = (unsigned)sum->distance[i] + m->distance[i];
        sum->distance[i] = (uint8_t)(both < FAR ? both : FAR);
    }
}

size_t graph_offer(const struct graph *g, struct str question, struct str product, date_days as_of,
                   size_t *out, size_t most)
{
    struct heard heard = {.mention_count = 0};
    struct mention known;
    struct offer offer = {.g = g, .as_of = as_of, .most = most};
    uint32_t product_entity = 0;
    offer.out = out;
    hear(g, question, &heard);
    if (heard.mention_count == 0 && (product.n == 0 || heard.named_count == 0))
        return 0;
    for (size_t i = 0; i < heard.mention_count; i++)
        distances_add(g, &heard.mentions[i], &offer.about);
    if (product.n > 0) {
        if (!graph_entity_named(g, product, &product_entity))
            return 0;
        mention_open(g, &product_entity, 1, &known);
        distances_add(g, &known, &offer.about);
    }
    offer_fill(&offer, &heard);
    return offer.count;
}

bool graph_told_find(const struct graph *g, size_t statement, struct graph_answer *out)
{
    *out = (struct graph_answer){.kind = GRAPH_NOTHING, .rate = -1};
    for (size_t i = 0; i < g->told_count && out->kind == GRAPH_NOTHING; i++) {
        if (g->told[i].statement != statement)
            continue;
        out->kind = GRAPH_TELLS;
        out->statements[out->count++] = statement;
        out->entity = g->told[i].entity;
        out->predicate = g->told[i].predicate;
    }
    return out->kind == GRAPH_TELLS;
}

const struct graph_entity *graph_entity(const struct graph *graph, size_t entity)
{
    return &graph->entities[entity];
}

const struct graph_statement *graph_statement(const struct graph *graph, size_t statement)
{
    return &graph->statements[statement];
}

const struct graph_predicate *graph_predicate(const struct graph *graph, size_t predicate)
{
    return &graph->predicates[predicate];
}

const struct graph_rate *graph_rate(const struct graph *graph, size_t rate)
{
    return &graph->rates[rate];
}

const struct graph_entity *graph_entity_find(const struct graph *graph, struct str name)
{
    uint32_t at;
    return graph_entity_named(graph, name, &at) ? &graph->entities[at] : NULL;
}

size_t graph_statements(const struct graph *graph, const struct graph_statement **out)
{
    *out = graph->statements;
    return graph->statement_count;
}
