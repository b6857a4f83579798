/* Trees of values: building them under limits, and looking into them. Children are a linked list in
 * the order of the file. A map's keys are looked for from the front: maps in these formats are
 * small, but for those that are gone through from end to end anyway. */
#include "training/tree_build.h"

#include <stdlib.h>
#include <string.h>

enum {
    FEW_KEYS = 16,
    SHOWN_BYTES = 80,
    WEIGHED_BYTES = 64, /* so many of a text weigh as much as a value: an alias repeats them */
};

static enum err weight_add(struct tree *tree, size_t weight, size_t line, struct fail *why)
{
    if (weight > LIMIT_IMPORT_NODES - tree->nodes)
        return fail(why, ERR_LIMIT, "%s:%zu: more than %d values in one file", tree->path, line,
                    LIMIT_IMPORT_NODES);
    tree->nodes += weight;
    for (size_t i = 0; i < tree->depth; i++)
        tree->open[i].node->weight += weight;
    return OK;
}

static void node_hang(struct tree *tree, struct node *node)
{
    if (tree->depth == 0) {
        tree->root = node;
        return;
    }
    struct node *parent = tree->open[tree->depth - 1].node;
    struct node *last = tree->open[tree->depth - 1].last;
    if (parent->kind == NODE_MAP) {
        node->key = tree->key;
        tree->has_key = false;
    }
    if (last)
        last->next = node;
    else
        parent->first = node;
    parent->count++;
    tree->open[tree->depth - 1].last = node;
}

enum err tree_put(struct tree *tree, enum node_kind kind, struct str text, size_t line,
                  struct node **out, struct fail *why)
{
    const size_t weight = 1 + text.n / WEIGHED_BYTES;
    enum err e = weight_add(tree, weight, line, why);
    if (e)
        return e;
    struct node *node = arena_take(tree->arena, 1, sizeof *node);
    if (!node)
        return fail_memory(why);
    *node = (struct node){.kind = kind, .line = line, .weight = weight};
    if (text.p) {
        node->text = arena_copy(tree->arena, text);
        if (!node->text.p)
            return fail_memory(why);
    }
    node_hang(tree, node);
    if (out)
        *out = node;
    return OK;
}

enum err tree_put_again(struct tree *tree, const struct node *same, size_t line, struct fail *why)
{
    enum err e = weight_add(tree, same->weight, line, why);
    if (e)
        return e;
    struct node *node = arena_take(tree->arena, 1, sizeof *node);
    if (!node)
        return fail_memory(why);
    *node = *same;
    node->next = NULL;
    node->key = STR_NONE;
    node->line = line;
    node->is_literal = false;
    node_hang(tree, node);
    return OK;
}

enum err tree_enter(struct tree *tree, struct node *node, struct fail *why)
{
    if (tree->depth == LIMIT_IMPORT_DEPTH)
        return fail(why, ERR_LIMIT, "%s:%zu: nested deeper than %d", tree->path, node->line,
                    LIMIT_IMPORT_DEPTH);
    tree->open[tree->depth].node = node;
    tree->open[tree->depth++].last = NULL;
    return OK;
}

struct child {
    const struct node *node;
};

static int by_key(const void *a, const void *b)
{
    const struct node *x = ((const struct child *)a)->node;
    const struct node *y = ((const struct child *)b)->node;
    int order = str_compare(x->key, y->key);
    return order ? order : (x->line > y->line) - (x->line < y->line);
}

static enum err fail_twice(const struct tree *tree, const struct node *node, struct fail *why)
{
    return fail(why, ERR_INPUT, "%s:%zu: \"%.*s\" is there twice", tree->path, node->line,
                STR_ARG(text_shown(node->key)));
}

static enum err keys_check(const struct tree *tree, const struct node *map, struct fail *why)
{
    for (const struct node *a = map->first; a && map->count <= FEW_KEYS; a = a->next) {
        for (const struct node *b = a->next; b; b = b->next) {
            if (str_equal(a->key, b->key))
                return fail_twice(tree, b, why);
        }
    }
    if (map->count <= FEW_KEYS)
        return OK;
    struct child *sorted = mem_take(map->count, sizeof *sorted);
    size_t count = 0;
    enum err e = OK;
    if (!sorted)
        return fail_memory(why);
    for (const struct node *node = map->first; node && count < map->count; node = node->next)
        sorted[count++].node = node;
    qsort(sorted, count, sizeof *sorted, by_key);
    for (size_t i = 1; i < count && !e; i++) {
        if (str_equal(sorted[i - 1].node->key, sorted[i].node->key))
            e = fail_twice(tree, sorted[i].node, why);
    }
    mem_give(sorted);
    return e;
}

enum err tree_leave(struct tree *tree, struct fail *why)
{
    const struct node *node = tree->open[--tree->depth].node;
    return node->kind == NODE_MAP ? keys_check(tree, node, why) : OK;
}

bool tree_wants_key(const struct tree *tree)
{
    return tree->depth > 0 && tree->open[tree->depth - 1].node->kind == NODE_MAP && !tree->has_key;
}

enum err tree_key(struct tree *tree, struct str key, struct fail *why)
{
    tree->key = arena_copy(tree->arena, key);
    tree->has_key = true;
    return tree->key.p ? OK : fail_memory(why);
}

const struct node *node_first(const struct node *node)
{
    return node ? node->first : NULL;
}

const struct node *node_find(const struct node *map, const char *key)
{
    const struct node *node = map && map->kind == NODE_MAP ? map->first : NULL;
    while (node && !str_equal(node->key, str_of(key)))
        node = node->next;
    return node;
}

struct str node_text(const struct node *node)
{
    bool has_text =
        node && (node->kind == NODE_TEXT || node->kind == NODE_NUMBER || node->kind == NODE_BOOL);
    return has_text ? node->text : STR_NONE;
}

struct str node_find_text(const struct node *map, const char *key)
{
    return node_text(node_find(map, key));
}

bool node_is_true(const struct node *node)
{
    static const char *const words[] = {"true", "True", "TRUE", "yes", "Yes", "on", "On"};
    struct str text = node_text(node);
    for (size_t i = 0; text.p && i < sizeof words / sizeof words[0]; i++) {
        if (str_equal(text, str_of(words[i])))
            return true;
    }
    return false;
}

struct str text_shown(struct str s)
{
    size_t at = 0;
    for (size_t next = 0; next < s.n && (unsigned char)s.p[next] >= 0x20;) {
        (void)text_rune(s, &next);
        if (next > SHOWN_BYTES)
            break;
        at = next;
    }
    return str_slice(s, 0, at);
}

enum err text_of_file(struct str bytes, const char *path, struct str *out, struct fail *why)
{
    size_t line = 1;
    if (str_starts(bytes, STR("\xFF\xFE")) || str_starts(bytes, STR("\xFE\xFF")))
        return fail(why, ERR_INPUT, "%s:1: this is UTF-16; save it as UTF-8", path);
    if (str_starts(bytes, STR("\xEF\xBB\xBF")))
        bytes = str_slice(bytes, 3, bytes.n);
    for (size_t at = 0; at < bytes.n; line++) {
        const char *end = memchr(bytes.p + at, '\n', bytes.n - at);
        size_t next = end ? (size_t)(end - bytes.p) + 1 : bytes.n;
        if (!text_is_valid(str_slice(bytes, at, next)))
            return fail(why, ERR_INPUT, "%s:%zu: not UTF-8", path, line);
        at = next;
    }
    *out = bytes.p ? bytes : STR("");
    return OK;
}
