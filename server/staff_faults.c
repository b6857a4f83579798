/* GET /api/facts/faults: which facts contradict one another, which point to nothing, and which
 * names mean several entities, with the writer's own drafts in place. It is told while they write,
 * long before a release leaves those facts out. */

#include "base/arena.h"
#include "responses/drafted.h"
#include "server/handlers.h"
#include "server/staff_facts.h"

#include <stdlib.h>

enum { FAULTS_MOST = 200, SHARED_MOST = 200, BLOCK_BYTES = 64 * 1024, FACT_TEXTS = 6 };
static const size_t facts_bytes_most = (size_t)64 << 20;

/* ---- Contradictions ---- */

struct fact_seen {
    struct str id, name, value, unit, from, to;
};
struct fact_faulting {
    struct json_writer w;
    const struct graph *graph;
    struct str kind, id; /* only faults that this row is part of; empty: all */
    int64_t total, shared;
    struct arena *arena; /* of the facts' texts */
    struct fact_seen *facts;
    size_t fact_count, room, left;
};

static bool is_asked(const struct fact_faulting *f, enum content_kind kind, struct str row,
                     struct str other)
{
    return f->id.n == 0 || (str_equal(f->kind, str_of(content_kind_name(kind))) &&
                            (str_equal(f->id, row) || str_equal(f->id, other)));
}

/* The row of this id as the graph has it; what it is, in *kind. False when it has none. */
static bool row_put(struct json_writer *w, const struct graph *graph, struct str id,
                    enum content_kind *kind)
{
    const struct graph_statement *statements;
    const size_t count = graph_statements(graph, &statements), rates = graph_rates(graph);
    for (size_t i = 0; i < count; i++) {
        if (!str_equal(statements[i].id, id))
            continue;
        *kind = KIND_STATEMENTS;
        if (w)
            staff_statement_put(w, graph, &statements[i]);
        return true;
    }
    for (size_t i = 0; i < rates; i++) {
        if (!str_equal(graph_rate(graph, i)->id, id))
            continue;
        *kind = KIND_RATES;
        if (w)
            staff_rate_put(w, graph_rate(graph, i));
        return true;
    }
    return false;
}

static void flaw_put(void *data, enum graph_fault fault, struct str row, struct str other)
{
    static const char *const names[] = {"contradicts", "no_entity", "no_predicate", "no_rates",
                                        "text",        "repeats",   "no_keys"};
    struct fact_faulting *f = data;
    const bool is_pair = fault == GRAPH_CONTRADICTS || fault == GRAPH_REPEATS;
    enum content_kind kind = KIND_PREDICATES;
    (void)row_put(NULL, f->graph, row, &kind);
    if (!is_asked(f, kind, row, is_pair ? other : STR_NONE) || f->total++ >= FAULTS_MOST)
        return;
    json_object(&f->w, NULL);
    json_put_text(&f->w, "fault", names[fault]);
    json_put_text(&f->w, "kind", content_kind_name(kind));
    json_put_str(&f->w, "id", row);
    json_put_str(&f->w, "other", other);
    json_array(&f->w, "rows");
    (void)row_put(&f->w, f->graph, row, &kind);
    if (is_pair)
        (void)row_put(&f->w, f->graph, other, &kind);
    json_end(&f->w, ']');
    json_end(&f->w, '}');
}

static void fact_put(struct json_writer *w, const struct fact_seen *fact)
{
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(KIND_FACTS));
    json_put_str(w, "id", fact->id);
    json_put_str(w, "name", fact->name);
    json_put_str(w, "value", fact->value);
    json_put_str(w, "unit", fact->unit);
    json_put_str(w, "from", fact->from);
    json_put_str(w, "to", fact->to);
    json_end(w, '}');
}

/* One that is open ends where the next begins; one that says it ends later contradicts the next on
 * the days they share. */
static bool facts_contradict(const struct fact_seen *was, const struct fact_seen *now)
{
    return was->to.n > 0 && str_compare(was->to, now->from) >= 0 &&
           !(str_equal(was->value, now->value) && str_equal(was->unit, now->unit));
}

static void pair_put(struct fact_faulting *f, const struct fact_seen *was,
                     const struct fact_seen *now)
{
    if (!is_asked(f, KIND_FACTS, was->id, now->id) || f->total++ >= FAULTS_MOST)
        return;
    json_object(&f->w, NULL);
    json_put_text(&f->w, "fault", "contradicts");
    json_put_text(&f->w, "kind", content_kind_name(KIND_FACTS));
    json_put_str(&f->w, "id", was->id);
    json_put_str(&f->w, "other", now->id);
    json_array(&f->w, "rows");
    fact_put(&f->w, was);
    fact_put(&f->w, now);
    json_end(&f->w, ']');
    json_end(&f->w, '}');
}

static enum err fact_keep(void *data, const struct drafted *drafted, struct fail *why)
{
    struct fact_faulting *f = data;
    const struct str *fields = drafted->fields;
    f->left += drafted->is_unfit;
    if (drafted->is_unfit)
        fields = drafted->row ? drafted->row->fields : NULL;
    if (!fields)
        return OK;
    if (f->fact_count == f->room) {
        const size_t room = f->room ? 2 * f->room : 256;
        struct fact_seen *facts = mem_grow(f->facts, room, sizeof *facts);
        if (!facts)
            return fail_memory(why);
        f->facts = facts;
        f->room = room;
    }
    struct fact_seen *fact = &f->facts[f->fact_count++];
    struct str *const kept[FACT_TEXTS] = {&fact->id,   &fact->name, &fact->value,
                                          &fact->unit, &fact->from, &fact->to};
    for (size_t i = 0; i < FACT_TEXTS; i++) {
        *kept[i] = arena_copy(f->arena, fields[i].p ? fields[i] : STR(""));
        if (!kept[i]->p)
            return fail_memory(why);
    }
    return OK;
}

static int by_name_and_day(const void *a, const void *b)
{
    const struct fact_seen *x = a, *y = b;
    const int name = str_compare(x->name, y->name), day = str_compare(x->from, y->from);
    return name ? name : day ? day : str_compare(x->id, y->id);
}

static enum err facts_see(struct fact_faulting *f, struct call *call, struct fail *why)
{
    f->arena = arena_open(BLOCK_BYTES, facts_bytes_most);
    enum err e = f->arena ? OK : fail_memory(why);
    if (!e)
        e = drafted_each(call->content, KIND_FACTS, str_of(call->name), fact_keep, f, why);
    if (!e && f->fact_count > 0)
        qsort(f->facts, f->fact_count, sizeof *f->facts, by_name_and_day);
    for (size_t i = 0; i < f->fact_count && !e; i++)
        for (size_t k = i + 1; k < f->fact_count && str_equal(f->facts[i].name, f->facts[k].name);
             k++)
            if (facts_contradict(&f->facts[i], &f->facts[k]))
                pair_put(f, &f->facts[i], &f->facts[k]);
    mem_give(f->facts);
    arena_close(f->arena);
    return e;
}

/* ---- Names ---- */

static void shared_put(void *data, struct str name, const size_t *entities, size_t count)
{
    struct fact_faulting *f = data;
    bool is_one = f->id.n == 0;
    for (size_t i = 0; i < count; i++)
        is_one |= str_equal(f->kind, STR("entities")) &&
                  str_equal(f->id, graph_entity(f->graph, entities[i])->id);
    if (!is_one || f->shared++ >= SHARED_MOST)
        return;
    json_object(&f->w, NULL);
    json_put_str(&f->w, "name", name);
    json_array(&f->w, "entities");
    for (size_t i = 0; i < count; i++) {
        json_object(&f->w, NULL);
        json_put_str(&f->w, "id", graph_entity(f->graph, entities[i])->id);
        json_put_str(&f->w, "name", graph_entity(f->graph, entities[i])->name);
        json_end(&f->w, '}');
    }
    json_end(&f->w, ']');
    json_end(&f->w, '}');
}

enum err facts_faults_get(struct call *call, struct fail *why)
{
    struct fact_faulting f = {.kind = call_query(call, "kind"), .id = call_query(call, "id")};
    struct graph *graph = NULL;
    size_t left = 0;
    json_begin(&f.w, &call->out);
    json_object(&f.w, NULL);
    json_array(&f.w, "rows");
    enum err e = facts_see(&f, call, why);
    if (!e)
        e = staff_graph_open(call, &graph, &left, why);
    f.graph = graph;
    if (!e && graph)
        graph_each_fault(graph, flaw_put, &f);
    json_end(&f.w, ']');
    json_put_int(&f.w, "total", f.total);
    json_array(&f.w, "shared");
    if (!e && graph)
        e = graph_each_shared(graph, shared_put, &f, why);
    json_end(&f.w, ']');
    json_put_int(&f.w, "shared_total", f.shared);
    json_put_int(&f.w, "left", (int64_t)(left + f.left));
    json_end(&f.w, '}');
    graph_close(graph);
    return e;
}
