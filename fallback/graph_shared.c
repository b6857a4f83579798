/* Names that more than one entity has: customers who say them are asked which they mean. */
#include "base/arena.h"
#include "fallback/graph.h"

#include <stdlib.h>

struct entity_name {
    struct str name;
    size_t entity;
};

static int by_entity_name(const void *a, const void *b)
{
    const struct entity_name *x = a, *y = b;
    const int order = str_compare(x->name, y->name);
    return order ? order : (x->entity > y->entity) - (x->entity < y->entity);
}

static size_t entity_names(const struct graph_entity *row, size_t entity, struct entity_name *out)
{
    struct str rest = row->aliases, alias;
    size_t count = 0;
    if (graph_entity_is_key(row))
        return 0;
    if (out)
        out[count] = (struct entity_name){row->name, entity};
    count++;
    while (rest.n > 0 && str_next(&rest, '|', &alias)) {
        if (str_trim(alias).n == 0)
            continue;
        if (out)
            out[count] = (struct entity_name){str_trim(alias), entity};
        count++;
    }
    return count;
}

/* The entities of names[0 … count - 1], each once, at the front of `out`. */
static size_t entities_of(const struct entity_name *names, size_t count, size_t *out)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (i == 0 || names[i].entity != names[i - 1].entity)
            out[kept++] = names[i].entity;
    return kept;
}

enum err graph_each_shared(const struct graph *graph,
                           void (*each)(void *data, struct str name, const size_t *entities,
                                        size_t count),
                           void *data, struct fail *why)
{
    const size_t entities = graph_entities(graph);
    size_t count = 0, end;
    for (size_t i = 0; i < entities; i++)
        count += entity_names(graph_entity(graph, i), i, NULL);
    struct entity_name *names = mem_take(count + 1, sizeof *names);
    size_t *alike = mem_take(count + 1, sizeof *alike);
    enum err e = names && alike ? OK : fail_memory(why);
    count = 0;
    for (size_t i = 0; i < entities && !e; i++)
        count += entity_names(graph_entity(graph, i), i, names + count);
    if (!e)
        qsort(names, count, sizeof *names, by_entity_name);
    for (size_t i = 0; i < count && !e; i = end) {
        end = i + 1;
        while (end < count && str_equal(names[end].name, names[i].name))
            end++;
        const size_t kept = entities_of(names + i, end - i, alike);
        if (kept > 1)
            each(data, names[i].name, alike, kept);
    }
    mem_give(names);
    mem_give(alike);
    return e;
}
