/* How tree_json.c and tree_yaml.c put a tree together; nobody else includes it. */
#ifndef TREE_BUILD_H
#define TREE_BUILD_H

#include "base/limits.h"
#include "training/tree.h"

struct tree {
    struct arena *arena;
    const char *path;
    struct node *root;
    size_t nodes; /* aliases spelt out */
    struct str key;
    bool has_key; /* the key of the next value in a map is known */
    size_t depth;
    struct {
        struct node *node, *last;
    } open[LIMIT_IMPORT_DEPTH];
};

/* Hangs a value into the list or map that is open, or makes it the root. `text` is copied. */
MUST_USE enum err tree_put(struct tree *tree, enum node_kind kind, struct str text, size_t line,
                           struct node **out, struct fail *why);
/* A value that shares what is below `same`. */
MUST_USE enum err tree_put_again(struct tree *tree, const struct node *same, size_t line,
                                 struct fail *why);
/* The list or map just put is open: what comes next belongs to it. */
MUST_USE enum err tree_enter(struct tree *tree, struct node *node, struct fail *why);
/* It is whole. ERR_INPUT when a map has the same key twice. */
MUST_USE enum err tree_leave(struct tree *tree, struct fail *why);
MUST_USE enum err tree_key(struct tree *tree, struct str key, struct fail *why); /* copied */
bool tree_wants_key(const struct tree *tree);

#endif
