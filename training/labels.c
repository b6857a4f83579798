/* Reading labelled rows. The content hands out one row at a time, as all the columns of its kind;
 * training wants a few of those columns, each as one array. */
#include "training/labels.h"

#include "base/arena.h"

#include <string.h>

enum { ARENA_BLOCK = 1 << 20, COLUMNS_MAXIMUM = 4 };

/* Some columns of all rows of one kind, copied out of the database. */
struct columns {
    struct arena *arena;
    size_t count, room, width;
    size_t which[COLUMNS_MAXIMUM]; /* where each stands in a row of the content */
    struct str *cells[COLUMNS_MAXIMUM];
};

static bool grow_columns(struct columns *c)
{
    size_t room = c->room ? c->room * 2 : 1024;
    for (size_t k = 0; k < c->width; k++) {
        struct str *cells = mem_grow(c->cells[k], room, sizeof *cells);
        if (!cells)
            return false;
        c->cells[k] = cells;
    }
    c->room = room;
    return true;
}

static enum err keep_row(void *data, const struct str *fields, struct fail *why)
{
    struct columns *c = data;
    if (c->count == c->room && !grow_columns(c))
        return fail_memory(why);
    for (size_t k = 0; k < c->width; k++) {
        const struct str field = fields[c->which[k]];
        struct str cell = field.p ? arena_copy(c->arena, field) : STR_NONE;
        if (field.p && !cell.p)
            return fail_memory(why);
        c->cells[k][c->count] = cell;
    }
    c->count++;
    return OK;
}

static void columns_free(struct columns *c)
{
    for (size_t k = 0; k < c->width; k++)
        mem_give(c->cells[k]);
    arena_close(c->arena);
    *c = (struct columns){0};
}

/* On failure there is nothing to free. */
static enum err columns_read(struct content *content, enum content_kind kind,
                             const char *const *names, size_t width, struct columns *out,
                             struct fail *why)
{
    size_t all = 0;
    const struct content_column *known = content_columns(kind, &all);
    *out = (struct columns){.width = width, .arena = arena_open(ARENA_BLOCK, SIZE_MAX / 2)};
    for (size_t k = 0; k < width; k++)
        while (out->which[k] + 1 < all && strcmp(known[out->which[k]].name, names[k]) != 0)
            out->which[k]++;
    enum err e = out->arena && grow_columns(out) ? OK : fail_memory(why);
    if (!e)
        e = content_each(content, kind, keep_row, out, why);
    if (e)
        columns_free(out);
    return e;
}

enum err labels_read(struct content *content, enum content_kind kind, struct labels *out,
                     struct fail *why)
{
    static const char *const names[] = {"text", "intent"};
    struct columns c;
    enum err e = columns_read(content, kind, names, 2, &c, why);
    if (e)
        return e;
    *out = (struct labels){c.arena, c.cells[0], c.cells[1], c.count};
    return OK;
}

void labels_free(struct labels *labels)
{
    mem_give(labels->texts);
    mem_give(labels->intents);
    arena_close(labels->arena);
    *labels = (struct labels){0};
}

enum err contrasts_read(struct content *content, struct contrasts *out, struct fail *why)
{
    static const char *const names[] = {"text_a", "intent_a", "text_b", "intent_b"};
    struct columns c;
    enum err e = columns_read(content, KIND_CONTRASTS, names, 4, &c, why);
    if (e)
        return e;
    struct contrast *pairs = mem_take(c.count + 1, sizeof *pairs);
    if (!pairs) {
        columns_free(&c);
        return fail_memory(why);
    }
    for (size_t i = 0; i < c.count; i++)
        pairs[i] = (struct contrast){c.cells[0][i], c.cells[1][i], c.cells[2][i], c.cells[3][i]};
    *out = (struct contrasts){c.arena, pairs, c.count};
    c.arena = NULL; /* the texts are the pairs' now */
    columns_free(&c);
    return OK;
}

void contrasts_free(struct contrasts *contrasts)
{
    mem_give(contrasts->pairs);
    arena_close(contrasts->arena);
    *contrasts = (struct contrasts){0};
}
