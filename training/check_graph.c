/* Facts that cannot be told, or should not be as they stand: statements that contradict one another
 * or point to nothing, names that two entities share, sources in which the value is not to be
 * found, statements that lead back to where they began. What may be told at all the graph itself
 * has decided (fallback/graph.h); documents go by once, and each is asked for the clauses that
 * statements and rates name. */
#include "fallback/claims.h"
#include "fallback/documents.h"
#include "fallback/graph.h"
#include "training/check_parts.h"
#include "training/graph_of_content.h"

#include <stdlib.h>
#include <string.h>

enum { PASSAGE_CLAIMS = 16 * 1024, VALUE_CLAIMS = 16 };

/* A statement or a rate, and what became of its source. */
struct sourced {
    struct str id, source, document, clause, value, unit;
    date_days from, to;
    bool has_document, has_clause, has_value, is_in_force;
};
struct graph_checking {
    struct checking *c;
    struct graph *graph;
    struct sourced *sourced; /* by document */
    size_t count;
    struct claim *claims; /* of one passage */
};

/* ---- sources ---- */

static int by_document(const void *a, const void *b)
{
    const struct sourced *x = a, *y = b;
    const int order = str_compare(x->document, y->document);
    return order ? order : str_compare(x->id, y->id);
}

static struct sourced sourced_of(struct str id, struct str source, struct str value,
                                 struct str unit)
{
    const size_t at = str_find(source, STR("#"));
    return (struct sourced){.id = id,
                            .source = source,
                            .document = str_slice(source, 0, at),
                            .clause =
                                at < source.n ? str_slice(source, at + 1, source.n) : STR_NONE,
                            .value = value,
                            .unit = unit};
}

static enum err sources_list(struct graph_checking *g, struct fail *why)
{
    const struct graph_statement *statements;
    const size_t stated = graph_statements(g->graph, &statements), rates = graph_rates(g->graph);
    g->sourced = mem_take(stated + rates + 1, sizeof *g->sourced);
    g->claims = mem_take(PASSAGE_CLAIMS, sizeof *g->claims);
    if (!g->sourced || !g->claims)
        return fail_memory(why);
    for (size_t i = 0; i < stated + rates; i++) {
        struct sourced *s = &g->sourced[g->count++];
        if (i < stated) {
            const struct graph_statement *row = &statements[i];
            *s = sourced_of(row->id, row->source, row->value, row->unit);
            s->from = row->from;
            s->to = row->to;
        } else {
            const struct graph_rate *row = graph_rate(g->graph, i - stated);
            *s = sourced_of(row->id, row->source, row->value, row->unit);
            s->from = row->from;
            s->to = row->to;
        }
    }
    qsort(g->sourced, g->count, sizeof *g->sourced, by_document);
    return OK;
}

/* Does the passage have the figure? In a table the unit stands in the head of the column, so there
 * the bare number is enough. */
static bool figure_is_in(const struct claim *figure, const struct claim *claims, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const bool is_bare = claims[i].kind == CLAIM_PLAIN && figure->kind == CLAIM_MEASURE &&
                             claims[i].value == figure->value;
        if (is_bare || claim_holds(figure, &claims[i]))
            return true;
    }
    return false;
}

static bool value_is_in(struct graph_checking *g, const struct sourced *s, struct str passage)
{
    struct claim figures[VALUE_CLAIMS];
    struct buf said;
    size_t count = 0, have = 0;
    const bool has_unit = !str_equal(s->unit, STR("text"));
    if (str_equal(s->unit, STR("entity")) || str_equal(s->unit, STR("rate")))
        return true;
    buf_init(&said, (size_t)4 * LIMIT_ANSWER_BYTES);
    buf_add_str(&said, s->value);
    buf_add_str(&said, has_unit ? s->unit : STR_NONE);
    bool is_in = !said.error &&
                 !claims_read(str_from_buf(&said), figures, VALUE_CLAIMS, &count, NULL) &&
                 !claims_read(passage, g->claims, PASSAGE_CLAIMS, &have, NULL);
    for (size_t i = 0; i < count && is_in; i++)
        is_in = figure_is_in(&figures[i], g->claims, have);
    buf_free(&said);
    return is_in;
}

static size_t first_of_document(const struct graph_checking *g, struct str id)
{
    size_t low = 0, high = g->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (str_compare(g->sourced[middle].document, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Fields: id, title, product, effective_from, effective_to, text, … */
static enum err document_take(void *data, const struct str *fields, struct fail *why)
{
    struct graph_checking *g = data;
    date_days from = DATE_NONE, to = DATE_NONE;
    if ((fields[3].n > 0 && !date_parse(fields[3], &from)) ||
        (fields[4].n > 0 && !date_parse(fields[4], &to)))
        return fail(why, ERR_CORRUPT, "a document with a date that is none");
    for (size_t i = first_of_document(g, fields[0]);
         i < g->count && str_equal(g->sourced[i].document, fields[0]); i++) {
        struct sourced *s = &g->sourced[i];
        struct document_part part;
        s->has_document = true;
        s->is_in_force = graph_is_in_force(from, to, g->c->options->as_of);
        s->has_clause = s->clause.n > 0 && document_part_find(fields[5], s->clause, &part);
        s->has_value = s->has_clause && value_is_in(g, s, str_slice(fields[5], part.from, part.to));
    }
    return OK;
}

static void source_fault(struct checking *c, const struct sourced *s)
{
    const bool is_told = graph_is_in_force(s->from, s->to, c->options->as_of);
    if (s->has_value && (s->is_in_force || !is_told))
        return;
    fault_begin(c, CHECK_WARNING, CHECK_STATED_SOURCE);
    fault_row(c, s->id, STR_NONE, s->value);
    fault_key(c, s->source);
    if (!s->has_document)
        fault_why(c, "출처 %.*s의 문서가 없어서 이 사실은 안내되지 않습니다",
                  "there is no document of its source %.*s: it is never told", STR_ARG(s->source));
    else if (!s->has_clause)
        fault_why(c, "출처 %.*s의 조항이 그 문서에 없어서 이 사실은 안내되지 않습니다",
                  "its source %.*s has no such part: it is never told", STR_ARG(s->source));
    else if (!s->has_value)
        fault_why(c, "출처 %.*s에 %.*s 값이 없습니다", "its source %.*s does not have %.*s",
                  STR_ARG(s->source), STR_ARG(s->value));
    else
        fault_why(c, "출처 %.*s의 문서가 지금 시행 중이 아니어서 이 사실은 안내되지 않습니다",
                  "the document of its source %.*s is not in force: it is not told",
                  STR_ARG(s->source));
    fault_mend(c, "source를 문서-id#조항으로 고치거나, effective_to에 끝나는 날을 쓰세요",
               "mend source (document-id#clause) or value, or end it with effective_to");
    fault_end(c);
}

/* ---- rows against one another ---- */

static void flaw_why(struct checking *c, enum graph_fault flaw, struct str row, struct str other)
{
    if (flaw == GRAPH_CONTRADICTS)
        fault_why(c, "%.*s와(과) %.*s은(는) 같은 날, 같은 조건의 같은 사실인데 값이 둘입니다",
                  "%.*s and %.*s state two values of one thing on one day, on one condition",
                  STR_ARG(row), STR_ARG(other));
    else if (flaw == GRAPH_REPEATS)
        fault_why(c, "%.*s와(과) %.*s은(는) 같은 날의 같은 사실을 같은 값으로 두 번 말합니다",
                  "%.*s and %.*s state one value of one thing on one day twice", STR_ARG(row),
                  STR_ARG(other));
    else if (flaw == GRAPH_TEXT)
        fault_why(c, "%.*s의 text에 채울 수 없는 {{…}} 자리가 있습니다",
                  "the text of %.*s has a {{…}} that nothing fills", STR_ARG(row));
    else if (flaw == GRAPH_NO_KEYS)
        fault_why(c, "%.*s의 keys(%.*s)는 이름=값;이름=값 꼴이 아니라서 안내되지 않습니다",
                  "the keys of %.*s (%.*s) are not key=value;key=value: it is never told",
                  STR_ARG(row), STR_ARG(other));
    else
        fault_why(c, "%.*s이(가) 가리키는 %.*s이(가) 없어서 안내되지 않습니다",
                  "%.*s points to %.*s, which is not there: it is never told", STR_ARG(row),
                  STR_ARG(other));
}

static void flaw_fault(void *data, enum graph_fault flaw, struct str row, struct str other)
{
    struct checking *c = data;
    const bool is_error = flaw == GRAPH_CONTRADICTS, is_again = flaw == GRAPH_REPEATS;
    fault_begin(c, is_error ? CHECK_ERROR : CHECK_WARNING,
                is_error   ? CHECK_STATED_TWICE
                : is_again ? CHECK_STATED_AGAIN
                           : CHECK_STATED_OF_NOTHING);
    fault_row(c, row, STR_NONE, STR_NONE);
    if (is_error || is_again)
        fault_row(c, other, STR_NONE, STR_NONE);
    else
        fault_key(c, other);
    flaw_why(c, flaw, row, other);
    if (is_again)
        fault_mend(c, "하나를 지우거나, 앞의 것을 effective_to로 끝내세요",
                   "take one of them out, or end the earlier one with effective_to");
    else
        fault_mend(c, "표를 고치거나, 앞의 것을 effective_to로 끝내세요",
                   "mend the table, or end the earlier one with effective_to");
    fault_end(c);
}

struct sharing {
    struct checking *c;
    const struct graph *graph;
};

static void shared_fault(void *data, struct str name, const size_t *entities, size_t count)
{
    const struct sharing *s = data;
    struct checking *c = s->c;
    fault_begin(c, CHECK_NOTE, CHECK_NAME_SHARED);
    for (size_t i = 0; i < count; i++)
        fault_row(c, graph_entity(s->graph, entities[i])->id, STR_NONE, name);
    fault_why(c, "%.*s은(는) 여러 대상의 이름이라 고객에게 어느 것인지 되묻게 됩니다",
              "%.*s names several entities: customers are asked which they mean", STR_ARG(name));
    fault_mend(c, "하나에만 두거나, 되묻는 것이 맞으면 그대로 받아들이세요",
               "leave it to one of them, or accept it when asking is right");
    fault_end(c);
}

/* ---- where statements lead ---- */

struct leading {
    const struct graph *graph;
    bool *is_said;          /* an entity of which something is stated, or that a statement names */
    bool *is_free, *is_led; /* not on a circle, as far as is known; led to by one that may be */
};

static void link_note(void *data, size_t from, size_t to)
{
    struct leading *l = data;
    l->is_said[from] = l->is_said[to] = true;
    if (!l->is_free[from])
        l->is_led[to] = true;
}

/* Whoever nobody leads to is on no circle; without them, others are led to by nobody. */
static bool circles_narrow(struct leading *l, size_t entities)
{
    bool has_changed = false;
    memset(l->is_led, 0, entities * sizeof *l->is_led);
    graph_each_link(l->graph, link_note, l);
    for (size_t i = 0; i < entities; i++) {
        if (!l->is_free[i] && !l->is_led[i])
            l->is_free[i] = has_changed = true;
    }
    return has_changed;
}

static void entity_fault(struct checking *c, const struct graph_entity *row, bool is_circle)
{
    fault_begin(c, is_circle ? CHECK_WARNING : CHECK_NOTE,
                is_circle ? CHECK_STATED_CIRCLE : CHECK_NOTHING_STATED);
    fault_row(c, row->id, STR_NONE, row->name);
    if (is_circle)
        fault_why(c, "%.*s에서 시작한 사실이 돌아오거나 도는 고리에 이어집니다",
                  "statements lead from %.*s back to it, or it hangs on such a circle",
                  STR_ARG(row->id));
    else
        fault_why(c, "%.*s에 대해 말하는 사실이 없습니다", "nothing is stated of %.*s",
                  STR_ARG(row->id));
    fault_mend(c, "statements 표를 고치거나, 쓰지 않는 대상이면 지우세요",
               "mend statements, or take the entity out when nothing needs it");
    fault_end(c);
}

static enum err leading_check(struct checking *c, const struct graph *graph, struct fail *why)
{
    const size_t entities = graph_entities(graph);
    bool *flags = mem_take(3 * entities + 1, sizeof *flags);
    if (!flags)
        return fail_memory(why);
    struct leading l = {graph, flags, flags + entities, flags + 2 * entities};
    const struct graph_statement *statements;
    const size_t count = graph_statements(graph, &statements);
    for (size_t i = 0; i < count; i++) {
        size_t entity;
        if (graph_entity_number(graph, statements[i].entity, &entity))
            l.is_said[entity] = true;
    }
    while (circles_narrow(&l, entities))
        ;
    for (size_t i = 0; i < entities; i++)
        if (!l.is_free[i] || (!l.is_said[i] && !graph_entity_is_key(graph_entity(graph, i))))
            entity_fault(c, graph_entity(graph, i), !l.is_free[i]);
    mem_give(flags);
    return OK;
}

enum err graph_check(struct checking *c, struct content *content, struct fail *why)
{
    struct graph_checking g = {.c = c};
    struct sharing sharing = {.c = c};
    struct buf text;
    buf_init(&text, LIMIT_FILE_BYTES);
    enum err e = graph_of_content(content, &text, why);
    if (e || text.n == 0)
        goto done;
    e = graph_open(str_from_buf(&text), "the facts", &g.graph, why);
    if (!e)
        e = sources_list(&g, why);
    if (!e)
        e = content_each(content, KIND_DOCUMENTS, document_take, &g, why);
    if (e)
        goto done;
    graph_each_fault(g.graph, flaw_fault, c);
    for (size_t i = 0; i < g.count; i++)
        source_fault(c, &g.sourced[i]);
    sharing.graph = g.graph;
    e = graph_each_shared(g.graph, shared_fault, &sharing, why);
    if (!e)
        e = leading_check(c, g.graph, why);
done:
    graph_close(g.graph);
    mem_give(g.sourced);
    mem_give(g.claims);
    buf_free(&text);
    return e;
}
