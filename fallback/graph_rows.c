/* Reading a graph: rows out of a release's text, checked against one another, and what the look-up
 * needs worked out once. A statement that contradicts another, or points to what is not there, is
 * kept as a row, so that writers can be told of it, but is never among `told`. */
#include "fallback/graph_rows.h"

#include "base/json.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MOST = 9, BLOCK_BYTES = 64 * 1024, VALUE_ENTITIES = 32 };
static const size_t graph_bytes_most = (size_t)512 << 20;

enum row_kind { ROW_ENTITY, ROW_PREDICATE, ROW_STATEMENT, ROW_RATE, ROW_KINDS };

static const struct row_form {
    const char *kind;
    const char *columns[COLUMNS_MOST + 1];
} forms[ROW_KINDS] = {
    {"entities", {"id", "kind", "name", "aliases", NULL}},
    {"predicates", {"name", "title", "aliases", "text", NULL}},
    {"statements",
     {"id", "entity", "predicate", "value", "unit", "condition", "effective_from", "effective_to",
      "source", NULL}},
    {"rates",
     {"id", "rate_table", "keys", "value", "unit", "effective_from", "effective_to", "source",
      NULL}},
};

/* ---- rows ---- */

static enum row_kind line_kind(struct str line)
{
    struct str rest = str_starts(line, STR("{\"row\":\"")) ? str_slice(line, 8, line.n) : STR_NONE;
    struct str kind = str_slice(rest, 0, str_find(rest, STR("\"")));
    enum row_kind i = ROW_ENTITY;
    while (i < ROW_KINDS && !str_equal(kind, str_of(forms[i].kind)))
        i++;
    return i;
}

static bool date_take(struct str text, date_days *out)
{
    *out = DATE_NONE;
    return text.n == 0 || date_parse(text, out);
}

static bool row_put(struct graph *g, enum row_kind kind, const struct str *f)
{
    switch (kind) {
    case ROW_ENTITY:
        g->entities[g->entity_count++] = (struct graph_entity){f[0], f[1], f[2], f[3]};
        return true;
    case ROW_PREDICATE:
        g->predicates[g->predicate_count++] = (struct graph_predicate){f[0], f[1], f[2], f[3]};
        return true;
    case ROW_STATEMENT: {
        struct graph_statement *s = &g->statements[g->statement_count++];
        *s = (struct graph_statement){.id = f[0],
                                      .entity = f[1],
                                      .predicate = f[2],
                                      .value = f[3],
                                      .unit = f[4],
                                      .condition = f[5],
                                      .source = f[8]};
        return date_take(f[6], &s->from) && date_take(f[7], &s->to);
    }
    default: {
        struct graph_rate *r = &g->rates[g->rate_count++];
        *r = (struct graph_rate){
            .id = f[0], .table = f[1], .keys = f[2], .value = f[3], .unit = f[4], .source = f[7]};
        return date_take(f[5], &r->from) && date_take(f[6], &r->to);
    }
    }
}

static enum err line_read(struct graph *g, struct str line, struct fail *why)
{
    struct str fields[COLUMNS_MOST] = {{NULL, 0}};
    cJSON *object = NULL;
    const enum row_kind kind = line_kind(line);
    enum err e = json_parse(line, "row", &object, why);
    for (size_t i = 0; !e && forms[kind].columns[i]; i++) {
        struct str text = STR_NONE;
        e = json_text(object, forms[kind].columns[i], &text, why);
        if (!e)
            fields[i] = arena_copy(g->arena, text);
        if (!e && !fields[i].p)
            e = fail_memory(why);
    }
    if (!e && !row_put(g, kind, fields))
        e = fail(why, ERR_INPUT, "a date that is none");
    cJSON_Delete(object);
    return e;
}

static enum err rows_reserve(struct graph *g, struct str text, const char *path, struct fail *why)
{
    size_t counts[ROW_KINDS] = {0}, number = 0;
    struct str line;
    while (text.n > 0 && str_next(&text, '\n', &line)) {
        const enum row_kind kind = line_kind(line);
        number++;
        if (kind == ROW_KINDS)
            return fail(why, ERR_CORRUPT, "%s:%zu: not a row of a graph", path, number);
        counts[kind]++;
    }
    if (counts[ROW_ENTITY] > GRAPH_ENTITIES)
        return fail(why, ERR_LIMIT, "%s: %zu entities, %d is the most", path, counts[ROW_ENTITY],
                    (int)GRAPH_ENTITIES);
    if (counts[ROW_STATEMENT] > GRAPH_ROWS || counts[ROW_RATE] > GRAPH_ROWS ||
        counts[ROW_PREDICATE] > GRAPH_ROWS)
        return fail(why, ERR_LIMIT, "%s: %d rows of a kind are the most", path, (int)GRAPH_ROWS);
    const size_t statements = counts[ROW_STATEMENT] + 1;
    g->entities = arena_take(g->arena, counts[ROW_ENTITY] + 1, sizeof *g->entities);
    g->predicates = arena_take(g->arena, counts[ROW_PREDICATE] + 1, sizeof *g->predicates);
    g->statements = arena_take(g->arena, statements, sizeof *g->statements);
    g->rates = arena_take(g->arena, counts[ROW_RATE] + 1, sizeof *g->rates);
    g->told = arena_take(g->arena, statements, sizeof *g->told);
    g->links = arena_take(g->arena, statements * VALUE_ENTITIES, sizeof *g->links);
    g->rate_known = arena_take(g->arena, counts[ROW_RATE] + 1, sizeof *g->rate_known);
    g->rate_order = arena_take(g->arena, counts[ROW_RATE] + 1, sizeof *g->rate_order);
    /* At most one of a statement or predicate; of a rate its keys, or another rate. */
    g->flaws = arena_take(g->arena, statements + counts[ROW_PREDICATE] + 2 * counts[ROW_RATE],
                          sizeof *g->flaws);
    g->first_of = arena_take(g->arena, counts[ROW_ENTITY] + 2, sizeof *g->first_of);
    bool has_all = g->entities && g->predicates && g->statements && g->rates && g->told &&
                   g->links && g->flaws && g->first_of && g->rate_known && g->rate_order;
    return has_all ? OK : fail_memory(why);
}

/* ---- what may be told ---- */

void graph_flaw(struct graph *g, enum graph_fault fault, struct str row, struct str other)
{
    g->flaws[g->flaw_count++] = (struct graph_flaw){fault, row, other};
}

bool graph_entity_named(const struct graph *g, struct str name, uint32_t *out)
{
    for (uint32_t i = 0; name.n > 0 && i < g->entity_count; i++) {
        if (str_equal(g->entities[i].id, name) || str_equal(g->entities[i].name, name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* Entities come sorted by id, predicates by name. */
static bool entity_find(const struct graph *g, struct str id, uint32_t *out)
{
    for (uint32_t i = 0; i < g->entity_count; i++) {
        if (str_equal(g->entities[i].id, id)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool predicate_find(const struct graph *g, struct str name, uint32_t *out)
{
    for (uint32_t i = 0; i < g->predicate_count; i++) {
        if (str_equal(g->predicates[i].name, name)) {
            *out = i;
            return true;
        }
    }
    return false;
}

static bool has_rates(const struct graph *g, struct str table)
{
    size_t from, to;
    graph_table(g, table, &from, &to);
    return from < to;
}

/* Statements of these say one more thing, not another. */
static bool is_list(const struct graph_statement *s)
{
    return str_equal(s->unit, STR("entity")) || str_equal(s->unit, STR("text"));
}

bool graph_do_overlap(date_days from_a, date_days to_a, date_days from_b, date_days to_b)
{
    return (from_a == DATE_NONE || to_b == DATE_NONE || from_a <= to_b) &&
           (from_b == DATE_NONE || to_a == DATE_NONE || from_b <= to_a);
}

enum twins { TWINS_NONE, TWINS_REPEAT, TWINS_CONTRADICT };

/* Two statements of one entity and predicate. */
static enum twins twins_of(const struct graph *g, const struct graph_told *x,
                           const struct graph_told *y)
{
    const struct graph_statement *a = &g->statements[x->statement],
                                 *b = &g->statements[y->statement];
    if (!str_equal(a->condition, b->condition) || !graph_do_overlap(a->from, a->to, b->from, b->to))
        return TWINS_NONE;
    if (str_equal(x->shown[0], y->shown[0]) &&
        str_equal(a->unit, STR("rate")) == str_equal(b->unit, STR("rate")))
        return TWINS_REPEAT;
    return is_list(a) && is_list(b) ? TWINS_NONE : TWINS_CONTRADICT;
}

static int told_order(const void *a, const void *b)
{
    const struct graph_told *x = a, *y = b;
    if (x->entity != y->entity)
        return x->entity < y->entity ? -1 : 1;
    if (x->predicate != y->predicate)
        return x->predicate < y->predicate ? -1 : 1;
    return (x->statement > y->statement) - (x->statement < y->statement);
}

/* The names of the entities a value lists, and a link to each. */
static enum err entities_show(struct graph *g, struct graph_told *told, struct fail *why)
{
    struct str rest = g->statements[told->statement].value, id;
    struct buf names;
    buf_init(&names, LIMIT_ANSWER_BYTES);
    enum err e = OK;
    const size_t before = g->link_count;
    while (!e && rest.n > 0 && str_next(&rest, ' ', &id)) {
        uint32_t to = 0;
        if (id.n == 0)
            continue;
        if (!entity_find(g, id, &to) || g->link_count - before == VALUE_ENTITIES)
            e = fail(why, ERR_MISSING, "no entity");
        else
            g->links[g->link_count++] = (struct graph_link){told->entity, to};
        if (!e) {
            buf_add_text(&names, names.n > 0 ? ", " : "");
            buf_add_str(&names, g->entities[to].name);
        }
    }
    if (e)
        g->link_count = before;
    else if (names.error || names.n == 0)
        e = fail(why, ERR_MISSING, "no entity");
    else
        told->shown[0] = told->shown[1] = arena_copy(g->arena, str_from_buf(&names));
    buf_free(&names);
    return !e && !told->shown[0].p ? fail_memory(why) : e;
}

static enum err value_show(struct graph *g, struct graph_told *told, struct fail *why)
{
    const struct graph_statement *s = &g->statements[told->statement];
    if (str_equal(s->unit, STR("entity")))
        return entities_show(g, told, why);
    enum err e = graph_show(g->arena, s->value, s->unit, STR("ko"), &told->shown[0], why);
    return e ? e : graph_show(g->arena, s->value, s->unit, STR("en"), &told->shown[1], why);
}

static enum err statement_take(struct graph *g, uint32_t i, struct fail *why)
{
    const struct graph_statement *s = &g->statements[i];
    struct graph_told told = {.statement = i};
    if (!entity_find(g, s->entity, &told.entity)) {
        graph_flaw(g, GRAPH_NO_ENTITY, s->id, s->entity);
        return OK;
    }
    if (!predicate_find(g, s->predicate, &told.predicate)) {
        graph_flaw(g, GRAPH_NO_PREDICATE, s->id, s->predicate);
        return OK;
    }
    if (str_equal(s->unit, STR("rate")) && !has_rates(g, s->value)) {
        graph_flaw(g, GRAPH_NO_RATES, s->id, s->value);
        return OK;
    }
    enum err e = value_show(g, &told, why);
    if (e == ERR_MISSING) {
        graph_flaw(g, GRAPH_NO_ENTITY, s->id, s->value);
        return OK;
    }
    g->told[g->told_count++] = told;
    return e;
}

/* Takes out every statement that contradicts another of its entity and predicate; names what
 * repeats, which is told once (fallback/graph.c). */
static void contradictions_drop(struct graph *g, bool *is_bad)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->told_count; i++) {
        bool is_named = is_bad[i];
        for (size_t k = i + 1; k < g->told_count && g->told[k].entity == g->told[i].entity &&
                               g->told[k].predicate == g->told[i].predicate;
             k++) {
            const enum twins twins = twins_of(g, &g->told[i], &g->told[k]);
            const struct graph_statement *a = &g->statements[g->told[i].statement],
                                         *b = &g->statements[g->told[k].statement];
            if (twins == TWINS_NONE)
                continue;
            if (!is_named)
                graph_flaw(g, twins == TWINS_REPEAT ? GRAPH_REPEATS : GRAPH_CONTRADICTS, a->id,
                           b->id);
            is_named = true;
            is_bad[i] |= twins == TWINS_CONTRADICT;
            is_bad[k] |= twins == TWINS_CONTRADICT;
        }
    }
    for (size_t i = 0; i < g->told_count; i++)
        if (!is_bad[i])
            g->told[kept++] = g->told[i];
    g->told_count = kept;
}

static enum err told_make(struct graph *g, struct fail *why)
{
    enum err e = OK;
    for (uint32_t i = 0; !e && i < g->statement_count; i++)
        e = statement_take(g, i, why);
    bool *is_bad = e ? NULL : mem_take(g->told_count + 1, sizeof *is_bad);
    if (!e && !is_bad)
        e = fail_memory(why);
    if (e)
        return e;
    qsort(g->told, g->told_count, sizeof *g->told, told_order);
    contradictions_drop(g, is_bad);
    mem_give(is_bad);
    for (size_t i = 0, entity = 0; entity <= g->entity_count; entity++) {
        while (i < g->told_count && g->told[i].entity < entity)
            i++;
        g->first_of[entity] = i;
    }
    for (size_t i = 0; i < g->predicate_count; i++)
        if (!graph_text_is_good(g->predicates[i].text))
            graph_flaw(g, GRAPH_TEXT, g->predicates[i].name, STR_NONE);
    return e;
}

/* ---- names ---- */

/* `perhaps`: what a name that begins with ? means. */
static size_t names_of(struct str own, struct str aliases, size_t meant, size_t perhaps,
                       struct name *out)
{
    size_t count = 0;
    struct str alias;
    if (out)
        out[count] = (struct name){own, (uint32_t)meant};
    count += own.n > 0;
    while (aliases.n > 0 && str_next(&aliases, '|', &alias)) {
        const bool is_unsure = str_starts(str_trim(alias), STR("?"));
        alias = str_trim(str_slice(str_trim(alias), is_unsure ? 1 : 0, alias.n));
        if (alias.n == 0)
            continue;
        if (out)
            out[count] = (struct name){alias, (uint32_t)(is_unsure ? perhaps : meant)};
        count++;
    }
    return count;
}

static size_t names_list(const struct graph *g, struct name *out)
{
    size_t count = 0;
    for (size_t i = 0; i < g->entity_count; i++)
        count += graph_entity_is_key(&g->entities[i])
                     ? 0
                     : names_of(g->entities[i].name, g->entities[i].aliases, i, i,
                                out ? out + count : NULL);
    for (size_t i = 0; i < g->predicate_count; i++)
        count += names_of(g->predicates[i].title, g->predicates[i].aliases, g->entity_count + i,
                          g->entity_count + g->predicate_count + i, out ? out + count : NULL);
    const size_t pairs = g->entity_count + 2 * g->predicate_count;
    for (size_t i = 0; i < g->pair_count; i++) {
        struct str name;
        for (size_t k = 0; graph_key_word(g, i, k, &name); k++, count++)
            if (out)
                out[count] = (struct name){name, (uint32_t)(pairs + i)};
    }
    return count;
}

/* Those of predicates, and those of all, without what only perhaps is a name; at the front of
 * `list`. */
static size_t names_keep(const struct graph *g, struct name *list, size_t count, bool has_all)
{
    const size_t perhaps = g->entity_count + g->predicate_count,
                 pairs = perhaps + g->predicate_count;
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t meant = list[i].meant;
        const bool is_sure = meant < perhaps || meant >= pairs;
        if (has_all ? is_sure : meant >= g->entity_count && meant < perhaps)
            list[kept++] = list[i];
    }
    return kept;
}

static enum err names_make(struct graph *g, struct fail *why)
{
    size_t count = names_list(g, NULL);
    struct name *list = mem_take(count + 1, sizeof *list);
    if (!list)
        return fail_memory(why);
    (void)names_list(g, list);
    enum err e = names_open(list, count, &g->names, why);
    count = names_keep(g, list, count, true);
    if (!e)
        e = names_near_open(list, count, &g->near, why);
    count = names_keep(g, list, count, false);
    if (!e)
        e = names_open(list, count, &g->sure, why);
    mem_give(list);
    return e;
}

enum err graph_open(struct str text, const char *path, struct graph **out, struct fail *why)
{
    size_t number = 0;
    struct str line, rest = text;
    struct graph *g = mem_take(1, sizeof *g);
    enum err e = g ? OK : fail_memory(why);
    if (!e) {
        g->arena = arena_open(BLOCK_BYTES, graph_bytes_most);
        e = g->arena ? rows_reserve(g, text, path, why) : fail_memory(why);
    }
    while (!e && rest.n > 0 && str_next(&rest, '\n', &line)) {
        number++;
        e = line_read(g, line, why);
        if (e && e != ERR_MEMORY)
            e = fail_within(why, ERR_CORRUPT, "%s:%zu", path, number);
    }
    if (!e)
        e = graph_keys_make(g, why);
    if (!e)
        e = told_make(g, why);
    if (!e)
        e = names_make(g, why);
    if (e)
        graph_close(g);
    else
        *out = g;
    return e;
}

void graph_close(struct graph *graph)
{
    if (!graph)
        return;
    names_close(graph->names);
    names_close(graph->sure);
    names_near_close(graph->near);
    arena_close(graph->arena);
    mem_give(graph);
}

void graph_each_fault(const struct graph *graph,
                      void (*each)(void *data, enum graph_fault fault, struct str row,
                                   struct str other),
                      void *data)
{
    for (size_t i = 0; i < graph->flaw_count; i++)
        each(data, graph->flaws[i].fault, graph->flaws[i].row, graph->flaws[i].other);
}

size_t graph_entities(const struct graph *graph)
{
    return graph->entity_count;
}

size_t graph_predicates(const struct graph *graph)
{
    return graph->predicate_count;
}

size_t graph_rates(const struct graph *graph)
{
    return graph->rate_count;
}

bool graph_entity_number(const struct graph *graph, struct str id, size_t *out)
{
    uint32_t found;
    if (!entity_find(graph, id, &found))
        return false;
    *out = found;
    return true;
}

void graph_each_link(const struct graph *graph, void (*each)(void *data, size_t from, size_t to),
                     void *data)
{
    for (size_t i = 0; i < graph->link_count; i++)
        each(data, graph->links[i].from, graph->links[i].to);
}
