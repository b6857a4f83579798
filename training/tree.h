/* A JSON or YAML file as a tree of values, each with the line it stands on, so that whatever is
 * wrong with a value, or could not be taken over, can be told by file and line. Bounded on every
 * side: bytes, nesting and values are limited in base/limits.h, and a YAML alias counts as often as
 * what it stands for would, so that a file of ten lines cannot mean a billion values. */
#ifndef TREE_H
#define TREE_H

#include "base/arena.h"
#include "base/text.h"

enum node_kind { NODE_NULL, NODE_BOOL, NODE_NUMBER, NODE_TEXT, NODE_LIST, NODE_MAP };

struct node {
    enum node_kind kind;
    bool is_literal; /* a YAML block text: its line i stands on line + 1 + i of the file */
    size_t line;
    struct str key;                  /* in a map */
    struct str text;                 /* of a text, number or bool: as written */
    const struct node *first, *next; /* children; the next one of the same parent */
    size_t count;                    /* children */
    size_t weight;                   /* of it and all below: values, long texts counting for more */
};

/* Memory is the arena's; `path` names the file in failures: ERR_INPUT as `path:line: …` when it is
 * not well formed, repeats a key or is not UTF-8 (a byte order mark is fine), ERR_LIMIT past a
 * limit. An empty YAML file is NODE_NULL. */
MUST_USE enum err tree_read_json(struct arena *arena, struct str bytes, const char *path,
                                 const struct node **out, struct fail *why);
MUST_USE enum err tree_read_yaml(struct arena *arena, struct str bytes, const char *path,
                                 const struct node **out, struct fail *why);

/* The child called `key`, or NULL: also when `map` is NULL or no map. */
const struct node *node_find(const struct node *map, const char *key);
/* The first child of a list or map; NULL for anything else. */
const struct node *node_first(const struct node *node);
/* What a text, number or bool says; STR_NONE for anything else. */
struct str node_text(const struct node *node);
/* node_text of the child called `key`. */
struct str node_find_text(const struct node *map, const char *key);
bool node_is_true(const struct node *node); /* true, yes, on */

/* The beginning of a text that a sentence may quote: one line, short, cut between characters. */
struct str text_shown(struct str s);

/* Bytes that are to be a text: without a byte order mark, or ERR_INPUT with file and line when they
 * are UTF-16 or not UTF-8. */
MUST_USE enum err text_of_file(struct str bytes, const char *path, struct str *out,
                               struct fail *why);

#endif
