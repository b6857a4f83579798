/* Looking a fact up and saying it. The graph finds the statements; each names its source as
 * document#clause, which is looked for among that document's headings. The reply is checked against
 * those parts of documents and the statements themselves before it leaves. */
#include "bot/book_facts.h"

#include "base/arena.h"
#include "bot/cite.h"
#include "bot/route.h"
#include "fallback/documents.h"

struct book_facts {
    struct graph *graph;
    const struct index *index;
    struct guard *guard;
    struct buf stated; /* the statements told, as the guard's source */
    struct graph_answer asked;
    bool was_asked;
};

enum err book_facts_open(const struct release *release, const struct index *index,
                         struct guard *guard, struct book_facts **out, struct fail *why)
{
    *out = NULL;
    if (!release->graph.p)
        return OK;
    struct book_facts *facts = mem_take(1, sizeof *facts);
    if (!facts)
        return fail_memory(why);
    const struct str text = {(const char *)release->graph.p, release->graph.n};
    facts->index = index;
    facts->guard = guard;
    buf_init(&facts->stated, (size_t)GRAPH_TOLD * 4 * LIMIT_ANSWER_BYTES);
    enum err e = graph_open(text, "the release's graph.jsonl", &facts->graph, why);
    if (e)
        book_facts_close(facts);
    else
        *out = facts;
    return e;
}

void book_facts_close(struct book_facts *facts)
{
    if (!facts)
        return;
    graph_close(facts->graph);
    buf_free(&facts->stated);
    mem_give(facts);
}

void book_facts_clear(struct book_facts *facts)
{
    if (facts)
        facts->was_asked = false;
}

const struct graph *book_facts_graph(const struct book_facts *facts)
{
    return facts->graph;
}

const struct graph_answer *book_facts_asked(const struct book_facts *facts)
{
    return facts && facts->was_asked ? &facts->asked : NULL;
}

struct str book_facts_name(const struct book_facts *facts, struct str entity)
{
    const struct graph_entity *found = facts ? graph_entity_find(facts->graph, entity) : NULL;
    return found ? found->name : STR_NONE;
}

/* ---- Where it stands ---- */

/* Documents are in the order of their ids. */
static uint32_t document_named(const struct index *index, struct str id)
{
    uint32_t low = 0, high = index->head->documents;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (str_compare(index_text(index, index->documents[middle].id), id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low < index->head->documents &&
                   str_equal(index_text(index, index->documents[low].id), id)
               ? low
               : index->head->documents;
}

/* The part of a document in force that `source` names. */
static bool source_find(const struct book_facts *facts, struct str source, date_days as_of,
                        struct citation *out)
{
    const struct index *index = facts->index;
    const size_t at = str_find(source, STR("#"));
    const uint32_t number = document_named(index, str_slice(source, 0, at));
    struct document_part part;
    if (number == index->head->documents || at == source.n)
        return false;
    const struct index_document *d = &index->documents[number];
    const struct str text = index_text(index, d->text);
    if (!graph_is_in_force(d->effective_from, d->effective_to, as_of) ||
        !document_part_find(text, str_slice(source, at + 1, source.n), &part))
        return false;
    const struct str quote = str_trim(str_slice(text, part.from, part.to));
    const size_t from = (size_t)(quote.p - text.p);
    *out = (struct citation){.document = index_text(index, d->id),
                             .title = index_text(index, d->title),
                             .heading = part.heading,
                             .quote = quote,
                             .effective_from = d->effective_from,
                             .from = from,
                             .to = from + quote.n,
                             .version = d->version};
    return true;
}

/* Adds it to the reply's unless it is one of them; false when there are too many. */
static bool citation_add(const struct citation *citation, struct reply *reply)
{
    for (int i = 0; i < reply->citation_count; i++)
        if (reply->citations[i].from == citation->from &&
            str_equal(reply->citations[i].document, citation->document))
            return true;
    if (reply->citation_count == REPLY_CITATIONS)
        return false;
    reply->citations[reply->citation_count++] = *citation;
    return true;
}

/* ---- Saying it ---- */

static const struct graph_statement *told(const struct book_facts *facts, size_t i)
{
    return graph_statement(facts->graph, facts->asked.statements[i]);
}

/* A statement in the words it was written in; appended to facts->stated. */
static void stated_add(struct book_facts *facts, size_t i, struct str language)
{
    const struct graph_statement *s = told(facts, i);
    struct str value = s->value, unit = s->unit;
    if (facts->asked.rate >= 0) {
        const struct graph_rate *rate = graph_rate(facts->graph, (size_t)facts->asked.rate);
        value = rate->value;
        unit = rate->unit;
    }
    buf_add_str(&facts->stated, value);
    if (!str_equal(unit, STR("text")) && !str_equal(unit, STR("entity")))
        buf_add_str(&facts->stated, unit);
    buf_add_char(&facts->stated, '\n');
    graph_print_condition(facts->graph, &facts->asked, i, language, &facts->stated);
    buf_add_char(&facts->stated, '\n');
}

/* A value that names entities is shown by their names, which may have figures of their own. */
static void names_add(struct book_facts *facts, struct str ids)
{
    struct str id;
    while (ids.n > 0 && str_next(&ids, ' ', &id)) {
        buf_add_str(&facts->stated, book_facts_name(facts, id));
        buf_add_char(&facts->stated, '\n');
    }
}

static bool sources_find(struct book_facts *facts, const struct book_question *question,
                         struct reply *reply)
{
    buf_clear(&facts->stated);
    for (size_t i = 0; i < facts->asked.count; i++) {
        const struct graph_statement *s = told(facts, i);
        const struct str source = facts->asked.rate >= 0
                                      ? graph_rate(facts->graph, (size_t)facts->asked.rate)->source
                                      : s->source;
        struct citation citation;
        if (!source_find(facts, source, question->as_of, &citation) ||
            !citation_add(&citation, reply))
            return false;
        stated_add(facts, i, question->language);
        if (str_equal(s->unit, STR("entity")))
            names_add(facts, s->value);
    }
    buf_add_str(&facts->stated, graph_entity(facts->graph, facts->asked.entity)->name);
    buf_add_char(&facts->stated, '\n');
    buf_add_str(&facts->stated, graph_predicate(facts->graph, facts->asked.predicate)->title);
    return !facts->stated.error;
}

static bool may_leave(struct book_facts *facts, const struct reply *reply, date_days as_of)
{
    struct guard_source sources[REPLY_CITATIONS + 1];
    struct guard_verdict verdict;
    for (int i = 0; i < reply->citation_count; i++) {
        const struct citation *c = &reply->citations[i];
        const struct index_document *d =
            &facts->index->documents[document_named(facts->index, c->document)];
        sources[i] =
            (struct guard_source){c->quote, c->heading, d->effective_from, d->effective_to};
    }
    sources[reply->citation_count] = (struct guard_source){
        .text = str_from_buf(&facts->stated), .from = DATE_NONE, .to = DATE_NONE};
    guard_check(facts->guard,
                &(struct guard_request){.reply = str_from_buf(&reply->text),
                                        .sources = sources,
                                        .source_count = (size_t)reply->citation_count + 1,
                                        .as_of = as_of},
                &verdict);
    return verdict.count == 0;
}

static void reason_tell(const struct book_facts *facts, struct reply *reply)
{
    reason_add(reply->reason, sizeof reply->reason,
               " → fact %.*s × %.*s:", STR_ARG(graph_entity(facts->graph, facts->asked.entity)->id),
               STR_ARG(graph_predicate(facts->graph, facts->asked.predicate)->name));
    for (size_t i = 0; i < facts->asked.count; i++)
        reason_add(reply->reason, sizeof reply->reason, " %.*s", STR_ARG(told(facts, i)->id));
    if (facts->asked.rate >= 0)
        reason_add(reply->reason, sizeof reply->reason, " %.*s",
                   STR_ARG(graph_rate(facts->graph, (size_t)facts->asked.rate)->id));
}

static enum err tell(struct book_facts *facts, const struct book_question *question,
                     struct reply *reply, bool *is_answered, struct fail *why)
{
    const char *trouble = NULL;
    buf_clear(&reply->text);
    enum err e = graph_print(facts->graph, &facts->asked, question->language, &reply->text, why);
    if (e)
        return e;
    if (!sources_find(facts, question, reply))
        trouble = "no source in force";
    else if (!may_leave(facts, reply, question->as_of))
        trouble = "stopped by the guard";
    if (trouble) {
        reason_add(reply->reason, sizeof reply->reason, ", fact %s: %s", facts->asked.why, trouble);
        buf_clear(&reply->text);
        reply->citation_count = 0;
        return OK;
    }
    buf_add_char(&reply->text, '\n');
    for (int i = 0; i < reply->citation_count; i++) {
        buf_add_char(&reply->text, '\n');
        citation_print(&reply->citations[i], question->language, &reply->text);
    }
    reply->route = ROUTE_QUOTED;
    *is_answered = true;
    reason_tell(facts, reply);
    return buf_error(&reply->text, "the reply", why);
}

bool book_facts_fit(struct book_facts *facts, const struct book_question *question)
{
    const struct str about = question->entity.n > 0 ? question->entity : question->product;
    graph_ask(facts->graph, question->text, about, question->as_of, &facts->asked);
    return graph_is_whole(facts->graph, question->text, &facts->asked);
}

enum err book_facts_answer(struct book_facts *facts, const struct book_question *question,
                           struct reply *reply, bool *is_answered, struct fail *why)
{
    const struct str about = question->entity.n > 0 ? question->entity : question->product;
    graph_ask(facts->graph, question->text, about, question->as_of, &facts->asked);
    facts->was_asked = true;
    if (facts->asked.kind == GRAPH_TELLS)
        return tell(facts, question, reply, is_answered, why);
    const bool asks_key = facts->asked.kind == GRAPH_ASKS_KEY;
    if (asks_key || (facts->asked.kind == GRAPH_ASKS && question->entity.n == 0)) {
        reply->route = ROUTE_CLARIFY;
        *is_answered = true;
    }
    return OK;
}
