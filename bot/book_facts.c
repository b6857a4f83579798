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

/* A statement in the words it was written in. */
static void stated_add(const struct book_facts *facts, const struct graph_answer *answer, size_t i,
                       struct str language, struct buf *out)
{
    const struct graph_statement *s = graph_statement(facts->graph, answer->statements[i]);
    struct str value = s->value, unit = s->unit;
    if (answer->rate >= 0) {
        const struct graph_rate *rate = graph_rate(facts->graph, (size_t)answer->rate);
        value = rate->value;
        unit = rate->unit;
    }
    buf_add_str(out, value);
    if (!str_equal(unit, STR("text")) && !str_equal(unit, STR("entity")))
        buf_add_str(out, unit);
    buf_add_char(out, '\n');
    graph_print_condition(facts->graph, answer, i, language, out);
    buf_add_char(out, '\n');
}

/* The names of what is stated may have figures of their own. */
static void titles_add(const struct book_facts *facts, const struct graph_answer *answer,
                       struct buf *out)
{
    buf_add_str(out, graph_entity(facts->graph, answer->entity)->name);
    buf_add_char(out, '\n');
    buf_add_str(out, graph_predicate(facts->graph, answer->predicate)->title);
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
        stated_add(facts, &facts->asked, i, question->language, &facts->stated);
        if (str_equal(s->unit, STR("entity")))
            names_add(facts, s->value);
    }
    titles_add(facts, &facts->asked, &facts->stated);
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

/* ---- For a model to point at ---- */

/* Is its source one that may be looked at, of this product or of none? */
static bool is_of_product(const struct book_facts *facts, const struct citation *source,
                          struct str product)
{
    const struct index *index = facts->index;
    const struct str own =
        index_text(index, index->documents[document_named(index, source->document)].product);
    return product.n == 0 || own.n == 0 || str_equal(own, product);
}

/* The fact as the graph tells it, and its source in force; false when there is none. */
static bool fact_find(const struct book_facts *facts, size_t fact, const struct book_asked *asked,
                      struct graph_answer *answer, struct citation *citation)
{
    const struct graph_statement *s = graph_statement(facts->graph, fact);
    return graph_is_in_force(s->from, s->to, asked->as_of) &&
           source_find(facts, s->source, asked->as_of, citation) &&
           is_of_product(facts, citation, asked->product) &&
           graph_told_find(facts->graph, fact, answer);
}

size_t book_facts_offer(const struct book_facts *facts, const struct book_asked *asked, size_t *out,
                        size_t most)
{
    struct graph_answer answer;
    struct citation citation;
    size_t kept = 0;
    if (!facts)
        return 0;
    const size_t count =
        graph_offer(facts->graph, asked->question, asked->product, asked->as_of, out, most);
    for (size_t i = 0; i < count; i++)
        if (book_fact_id(facts, out[i]).n <= LIMIT_NAME_BYTES &&
            book_fact_document(facts, out[i]).n < EVIDENCE_DOCUMENT_BYTES &&
            fact_find(facts, out[i], asked, &answer, &citation))
            out[kept++] = out[i];
    return kept;
}

struct str book_fact_id(const struct book_facts *facts, size_t fact)
{
    return graph_statement(facts->graph, fact)->id;
}

struct str book_fact_document(const struct book_facts *facts, size_t fact)
{
    const struct str source = graph_statement(facts->graph, fact)->source;
    return str_slice(source, 0, str_find(source, STR("#")));
}

static void field_add(struct buf *out, struct str text)
{
    buf_add_format(out, "%zu:", text.n);
    buf_add_str(out, text);
}

static void days_add(date_days from, date_days to, struct buf *out)
{
    char day[DATE_TEXT_BYTES];
    if (from != DATE_NONE) {
        date_format(from, day);
        buf_add_text(out, day);
    }
    buf_add_char(out, '~');
    if (to != DATE_NONE) {
        date_format(to, day);
        buf_add_text(out, day);
    }
}

enum err book_fact_line(const struct book_facts *facts, size_t fact, struct str language,
                        struct buf *out, struct fail *why)
{
    struct graph_answer answer;
    const struct graph_statement *s = graph_statement(facts->graph, fact);
    if (graph_told_find(facts->graph, fact, &answer)) {
        buf_add_str(out, graph_entity(facts->graph, answer.entity)->name);
        buf_add_text(out, " | ");
        buf_add_str(out, graph_predicate(facts->graph, answer.predicate)->title);
        buf_add_text(out, " | ");
        buf_add_str(out, graph_value(facts->graph, &answer, 0, language));
        buf_add_text(out, " | ");
        buf_add_str(out, s->condition);
        buf_add_text(out, " | ");
        days_add(s->from, s->to, out);
    }
    return buf_error(out, "a fact", why);
}

enum err book_fact_version(struct book_facts *facts, size_t fact, const struct book_asked *asked,
                           uint64_t *out, struct fail *why)
{
    unsigned char hash[HASH_BYTES];
    struct graph_answer answer;
    struct citation citation;
    struct buf *text = &facts->stated;
    const struct graph_statement *s = graph_statement(facts->graph, fact);
    *out = 0;
    buf_clear(text);
    if (!fact_find(facts, fact, asked, &answer, &citation))
        return OK;
    enum err e = graph_print(facts->graph, &answer, asked->language, text, why);
    if (e)
        return e;
    buf_add_format(text, "%d %d %016llx", s->from, s->to, (unsigned long long)citation.version);
    const struct str fields[] = {s->id,   s->entity, s->predicate, s->value,
                                 s->unit, s->source, s->condition};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        field_add(text, fields[i]);
    hash_bytes(str_from_buf(text), hash);
    for (int i = 0; i < 8; i++)
        *out = *out << 8 | hash[i];
    return buf_error(text, "a fact's version", why);
}

enum err book_fact_say(const struct book_facts *facts, size_t fact, const struct book_asked *asked,
                       struct buf *text, struct buf *stated, struct selected *out, bool *is_there,
                       struct fail *why)
{
    struct graph_answer answer;
    struct citation *citation = &out->citation;
    *is_there = fact_find(facts, fact, asked, &answer, citation);
    if (!*is_there)
        return OK;
    const struct index_document *d =
        &facts->index->documents[document_named(facts->index, citation->document)];
    out->is_fact = true;
    out->source = (struct guard_source){citation->quote, citation->heading, d->effective_from,
                                        d->effective_to};
    stated_add(facts, &answer, 0, asked->language, stated);
    titles_add(facts, &answer, stated);
    buf_add_char(stated, '\n');
    return graph_print(facts->graph, &answer, asked->language, text, why);
}
