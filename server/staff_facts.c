/* What a question would be told on a day out of the facts, and what uses a row. The look-up is the
 * fallback's own (fallback/graph.h), over the rows with the writer's drafts or over what a release
 * holds; whether the source of what it finds is in force is looked up in the documents as they
 * stand. It is a part of a reply and not the reply: a script, when one fits, comes first. */
#include "server/staff_facts.h"

#include "base/limits.h"
#include "bot/service.h"
#include "fallback/documents.h"
#include "server/handlers.h"
#include "server/http.h"
#include "training/graph_of_content.h"

#include <string.h>

enum { USES_MOST = 50 };

/* ---- Rows ---- */

static void day_put(struct json_writer *w, const char *key, date_days day)
{
    char text[DATE_TEXT_BYTES];
    date_format(day, text);
    json_put_text(w, key, text);
}

static struct str predicate_title(const struct graph *graph, struct str name)
{
    for (size_t i = 0; i < graph_predicates(graph); i++)
        if (str_equal(graph_predicate(graph, i)->name, name))
            return graph_predicate(graph, i)->title;
    return STR_NONE;
}

void staff_statement_put(struct json_writer *w, const struct graph *graph,
                         const struct graph_statement *s)
{
    const struct graph_entity *entity = graph_entity_find(graph, s->entity);
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(KIND_STATEMENTS));
    json_put_str(w, "id", s->id);
    json_put_str(w, "entity", s->entity);
    json_put_str(w, "entity_name", entity ? entity->name : STR_NONE);
    json_put_str(w, "predicate", s->predicate);
    json_put_str(w, "predicate_title", predicate_title(graph, s->predicate));
    json_put_str(w, "value", s->value);
    json_put_str(w, "unit", s->unit);
    json_put_str(w, "condition", s->condition);
    day_put(w, "from", s->from);
    day_put(w, "to", s->to);
    json_put_str(w, "source", s->source);
    json_end(w, '}');
}

void staff_rate_put(struct json_writer *w, const struct graph_rate *r)
{
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(KIND_RATES));
    json_put_str(w, "id", r->id);
    json_put_str(w, "rate_table", r->table);
    json_put_str(w, "keys", r->keys);
    json_put_str(w, "value", r->value);
    json_put_str(w, "unit", r->unit);
    day_put(w, "from", r->from);
    day_put(w, "to", r->to);
    json_put_str(w, "source", r->source);
    json_end(w, '}');
}

enum err staff_graph_open(struct call *call, struct graph **out, size_t *left, struct fail *why)
{
    struct buf text;
    *out = NULL;
    buf_init(&text, LIMIT_FILE_BYTES);
    enum err e = graph_of_drafts(call->content, str_of(call->name), &text, left, why);
    if (!e && text.n > 0)
        e = graph_open(str_from_buf(&text), "the facts", out, why);
    buf_free(&text);
    return e;
}

/* ---- Asking ---- */

struct fact_asking {
    struct call *call;
    struct json_writer w;
    const struct graph *graph;
    struct graph_answer answer;
    struct str language;
    date_days as_of;
};

/* Where a source stands, and whether a customer would be shown it on that day. */
struct source {
    const char *state;
    struct str title, from, to, heading, text; /* the document's row, borrowed */
};

static enum err source_find(struct call *call, struct str named, date_days as_of,
                            struct source *out, struct fail *why)
{
    const size_t at = str_find(named, STR("#"));
    const struct str clause = at < named.n ? str_slice(named, at + 1, named.n) : STR_NONE;
    struct content_row row;
    struct document_part part;
    date_days from = DATE_NONE, to = DATE_NONE;
    bool exists = false;
    *out = (struct source){.state = "no_document"};
    enum err e = at == 0 ? OK
                         : content_row_find(call->content, KIND_DOCUMENTS, str_slice(named, 0, at),
                                            &exists, &row, why);
    if (e || !exists)
        return e;
    const bool has_part = clause.n > 0 && document_part_find(row.fields[5], clause, &part);
    const bool has_days = (row.fields[3].n == 0 || date_parse(row.fields[3], &from)) &&
                          (row.fields[4].n == 0 || date_parse(row.fields[4], &to));
    *out = (struct source){.state = has_part ? "not_in_force" : "no_clause",
                           .title = row.fields[1],
                           .from = row.fields[3],
                           .to = row.fields[4]};
    if (!has_part)
        return OK;
    if (has_days && graph_is_in_force(from, to, as_of))
        out->state = "in_force";
    out->heading = part.heading;
    out->text = str_trim(str_slice(row.fields[5], part.from, part.to));
    return OK;
}

static enum err source_put(struct fact_asking *a, struct str named, struct fail *why)
{
    struct source source;
    enum err e = source_find(a->call, named, a->as_of, &source, why);
    if (e)
        return e;
    json_put_text(&a->w, "source_state", source.state);
    json_put_str(&a->w, "source_title", source.title);
    return OK;
}

static enum err told_put(struct fact_asking *a, struct fail *why)
{
    struct buf text;
    buf_init(&text, (size_t)GRAPH_TOLD * 4 * LIMIT_ANSWER_BYTES);
    enum err e = graph_print(a->graph, &a->answer, a->language, &text, why);
    if (!e)
        json_put_str(&a->w, "text", str_from_buf(&text));
    buf_free(&text);
    json_array(&a->w, "statements");
    for (size_t i = 0; i < a->answer.count && !e; i++)
        staff_statement_put(&a->w, a->graph, graph_statement(a->graph, a->answer.statements[i]));
    json_end(&a->w, ']');
    struct str source = graph_statement(a->graph, a->answer.statements[0])->source;
    json_array(&a->w, "rates");
    if (!e && a->answer.rate >= 0) {
        const struct graph_rate *rate = graph_rate(a->graph, (size_t)a->answer.rate);
        staff_rate_put(&a->w, rate);
        source = rate->source.n > 0 ? rate->source : source;
    }
    json_end(&a->w, ']');
    json_put_str(&a->w, "source", source);
    return e ? e : source_put(a, source, why);
}

static void asked_back_put(struct fact_asking *a)
{
    const struct graph_answer *answer = &a->answer;
    json_array(&a->w, "entities");
    for (size_t i = 0; i < answer->entity_count; i++) {
        const struct graph_entity *entity = graph_entity(a->graph, answer->entities[i]);
        json_object(&a->w, NULL);
        json_put_str(&a->w, "id", entity->id);
        json_put_str(&a->w, "name", entity->name);
        json_end(&a->w, '}');
    }
    json_end(&a->w, ']');
    if (answer->value_count > 0)
        json_put_str(&a->w, "key", graph_key_title(a->graph, answer->values[0], a->language));
    json_array(&a->w, "values");
    for (size_t i = 0; i < answer->value_count; i++)
        json_put_str(&a->w, NULL, graph_key_label(a->graph, answer->values[i], a->language));
    json_end(&a->w, ']');
}

static enum err ask(struct fact_asking *a, struct str question, struct fail *why)
{
    static const char *const kinds[] = {"nothing", "tells", "asks", "asks_key"};
    if (a->graph)
        graph_ask(a->graph, question, call_query(a->call, "product"), a->as_of, &a->answer);
    json_put_text(&a->w, "outcome", kinds[a->answer.kind]);
    json_put_text(&a->w, "why", a->graph ? a->answer.why : "there are no facts");
    if (a->answer.kind == GRAPH_TELLS)
        return told_put(a, why);
    if (a->answer.kind != GRAPH_NOTHING)
        asked_back_put(a);
    return OK;
}

/* Of the release that answers now, or of the rows with the caller's drafts. */
static enum err asked_of(struct fact_asking *a, bool is_release, struct str question,
                         struct fail *why)
{
    struct edition *edition = NULL;
    struct graph *graph = NULL;
    size_t left = 0;
    enum err e = OK;
    if (is_release) {
        const struct release *release = service_borrow(a->call->site->service, &edition);
        json_put_int(&a->w, "release", release->number);
        if (release->graph.p)
            e = graph_open((struct str){(const char *)release->graph.p, release->graph.n},
                           "the release's graph.jsonl", &graph, why);
        service_put_back(a->call->site->service, edition);
    } else {
        e = staff_graph_open(a->call, &graph, &left, why);
    }
    a->graph = graph;
    json_put_int(&a->w, "left", (int64_t)left);
    if (!e)
        e = ask(a, question, why);
    graph_close(graph);
    return e;
}

static enum err day_read(const struct call *call, date_days *out, struct fail *why)
{
    const struct str day = call_query(call, "as_of");
    *out = date_of_us(clock_now_us(), (int)config_int(call->site->config, CONFIG_TIMEZONE_MINUTES));
    return day.n == 0 || date_parse(day, out)
               ? OK
               : fail(why, ERR_INPUT, "as_of: a day such as 2026-03-01 is expected");
}

enum err facts_source_get(struct call *call, struct fail *why)
{
    struct source source;
    struct json_writer w;
    date_days as_of;
    enum err e = day_read(call, &as_of, why);
    if (!e)
        e = source_find(call, call_query(call, "source"), as_of, &source, why);
    if (e)
        return e;
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_text(&w, "state", source.state);
    json_put_str(&w, "title", source.title);
    json_put_str(&w, "from", source.from);
    json_put_str(&w, "to", source.to);
    json_put_str(&w, "heading", source.heading);
    json_put_str(&w, "text", source.text);
    json_end(&w, '}');
    return OK;
}

enum err facts_ask_get(struct call *call, struct fail *why)
{
    struct fact_asking a = {.call = call, .answer = {.kind = GRAPH_NOTHING, .rate = -1}};
    const struct str of = call_query(call, "of");
    struct str question = STR_NONE;
    struct buf held;
    char text[DATE_TEXT_BYTES];
    enum err e = day_read(call, &a.as_of, why);
    if (e)
        return e;
    a.language = config_text(call->site->config, CONFIG_LANGUAGE);
    if (of.n > 0 && !str_equal(of, STR("drafts")) && !str_equal(of, STR("release")))
        return fail(why, ERR_INPUT, "of: drafts or release is expected");
    buf_init(&held, LIMIT_MESSAGE_BYTES);
    e = text_accept(call_query(call, "q"), LIMIT_MESSAGE_RUNES, "q", &held, &question, why);
    if (!e && str_trim(question.p ? question : STR("")).n == 0)
        e = fail(why, ERR_INPUT, "q: a question is expected");
    date_format(a.as_of, text);
    json_begin(&a.w, &call->out);
    json_object(&a.w, NULL);
    json_put_text(&a.w, "as_of", text);
    if (!e)
        e = asked_of(&a, str_equal(of, STR("release")), question, why);
    json_end(&a.w, '}');
    buf_free(&held);
    return e;
}

/* ---- Uses ---- */

struct users {
    struct json_writer *w;
    enum content_kind kind;
    struct str id, table; /* what is used: the row, or of a rate its table */
    size_t count;
};

static bool names_entity(struct str value, struct str id)
{
    struct str one;
    while (value.n > 0 && str_next(&value, ' ', &one))
        if (str_equal(one, id))
            return true;
    return false;
}

static bool is_user(const struct users *u, const struct str *fields)
{
    if (u->kind == KIND_PREDICATES)
        return str_equal(fields[2], u->id);
    if (u->kind == KIND_RATES)
        return str_equal(fields[4], STR("rate")) && str_equal(fields[3], u->table);
    return str_equal(fields[1], u->id) ||
           (str_equal(fields[4], STR("entity")) && names_entity(fields[3], u->id));
}

static enum err user_see(void *data, const struct content_row *row, struct fail *why)
{
    struct users *u = data;
    (void)why;
    if (!is_user(u, row->fields) || u->count++ >= USES_MOST)
        return OK;
    json_object(u->w, NULL);
    (void)staff_fields_put(u->w, "fields", KIND_STATEMENTS, row->fields, 0);
    json_end(u->w, '}');
    return OK;
}

enum err staff_facts_used_put(struct call *call, struct json_writer *w, enum content_kind kind,
                              struct str id, struct fail *why)
{
    struct users u = {.w = w, .kind = kind, .id = id};
    struct content_row row;
    struct buf table;
    bool exists = false;
    if (kind != KIND_ENTITIES && kind != KIND_PREDICATES && kind != KIND_RATES)
        return OK;
    buf_init(&table, LIMIT_NAME_BYTES);
    enum err e = content_row_find(call->content, kind, id, &exists, &row, why);
    if (!e && exists && kind == KIND_RATES) {
        buf_add_str(&table, row.fields[1]);
        u.table = str_from_buf(&table);
    }
    if (!e && exists) {
        json_object(w, "used");
        json_array(w, "statements");
        e = content_each_row(call->content, KIND_STATEMENTS, user_see, &u, why);
        json_end(w, ']');
        json_put_int(w, "statement_count", (int64_t)u.count);
        json_end(w, '}');
    }
    buf_free(&table);
    return e;
}
