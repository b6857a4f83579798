/* YAML into a tree, from libyaml's events. Anchors are kept in a small table; an alias shares what
 * its anchor holds but counts for all of it, so that the limit on values also stops a file whose
 * aliases multiply. An alias inside its own anchor, a merge key or a second document is refused:
 * bots are not written so, and a guess would be worse. */
#include "training/tree_build.h"

#include <string.h>
#include <yaml.h>

enum { ANCHORS = 1024 };

struct anchor {
    struct str name;
    struct node *node;
};

struct reader {
    struct tree tree;
    yaml_parser_t parser;
    struct anchor *anchors;
    size_t anchor_count;
    size_t documents;
};

static struct str str_of_yaml(const yaml_char_t *p)
{
    return str_of((const char *)p);
}

static enum err anchor_add(struct reader *reader, struct str name, struct node *node, size_t line,
                           struct fail *why)
{
    if (!name.p)
        return OK;
    if (reader->anchor_count == ANCHORS)
        return fail(why, ERR_LIMIT, "%s:%zu: more than %d anchors", reader->tree.path, line,
                    ANCHORS);
    struct anchor *anchor = &reader->anchors[reader->anchor_count++];
    anchor->name = arena_copy(reader->tree.arena, name);
    anchor->node = node;
    return anchor->name.p ? OK : fail_memory(why);
}

static bool is_open(const struct tree *tree, const struct node *node)
{
    for (size_t i = 0; i < tree->depth; i++) {
        if (tree->open[i].node == node)
            return true;
    }
    return false;
}

static enum err alias_take(struct reader *reader, struct str name, size_t line, struct fail *why)
{
    const char *path = reader->tree.path;
    struct str shown = text_shown(name);
    const struct node *node = NULL;
    if (tree_wants_key(&reader->tree))
        return fail(why, ERR_INPUT, "%s:%zu: an alias cannot be a key", path, line);
    for (size_t i = reader->anchor_count; i-- > 0 && !node;) {
        if (str_equal(reader->anchors[i].name, name))
            node = reader->anchors[i].node;
    }
    if (!node)
        return fail(why, ERR_INPUT, "%s:%zu: there is no anchor \"%.*s\" before this", path, line,
                    STR_ARG(shown));
    if (is_open(&reader->tree, node))
        return fail(why, ERR_INPUT, "%s:%zu: \"%.*s\" would hold itself", path, line,
                    STR_ARG(shown));
    return tree_put_again(&reader->tree, node, line, why);
}

static bool is_null(const yaml_event_t *event, struct str text)
{
    if (event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE)
        return false;
    return text.n == 0 || str_equal(text, STR("~")) || str_equal(text, STR("null")) ||
           str_equal(text, STR("Null")) || str_equal(text, STR("NULL"));
}

static enum err scalar_take(struct reader *reader, const yaml_event_t *event, size_t line,
                            struct fail *why)
{
    struct str text = {(const char *)event->data.scalar.value, event->data.scalar.length};
    struct node *node = NULL;
    if (memchr(text.p, '\0', text.n))
        return fail(why, ERR_INPUT, "%s:%zu: a NUL in a text", reader->tree.path, line);
    if (tree_wants_key(&reader->tree)) {
        if (str_equal(text, STR("<<")))
            return fail(why, ERR_INPUT, "%s:%zu: a merge key (<<) is not taken: write it out",
                        reader->tree.path, line);
        return tree_key(&reader->tree, text, why);
    }
    bool has_text = !is_null(event, text);
    enum err e = tree_put(&reader->tree, has_text ? NODE_TEXT : NODE_NULL,
                          has_text ? text : STR_NONE, line, &node, why);
    if (e)
        return e;
    node->is_literal = event->data.scalar.style == YAML_LITERAL_SCALAR_STYLE;
    return anchor_add(reader, str_of_yaml(event->data.scalar.anchor), node, line, why);
}

static enum err start_take(struct reader *reader, enum node_kind kind, const yaml_char_t *anchor,
                           size_t line, struct fail *why)
{
    struct node *node = NULL;
    if (tree_wants_key(&reader->tree))
        return fail(why, ERR_INPUT, "%s:%zu: a key must be a text", reader->tree.path, line);
    enum err e = tree_put(&reader->tree, kind, STR_NONE, line, &node, why);
    if (!e)
        e = anchor_add(reader, str_of_yaml(anchor), node, line, why);
    return e ? e : tree_enter(&reader->tree, node, why);
}

static enum err event_take(struct reader *reader, const yaml_event_t *event, struct fail *why)
{
    size_t line = event->start_mark.line + 1;
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return scalar_take(reader, event, line, why);
    case YAML_SEQUENCE_START_EVENT:
        return start_take(reader, NODE_LIST, event->data.sequence_start.anchor, line, why);
    case YAML_MAPPING_START_EVENT:
        return start_take(reader, NODE_MAP, event->data.mapping_start.anchor, line, why);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return tree_leave(&reader->tree, why);
    case YAML_ALIAS_EVENT:
        return alias_take(reader, str_of_yaml(event->data.alias.anchor), line, why);
    case YAML_DOCUMENT_START_EVENT:
        if (reader->documents++ > 0)
            return fail(why, ERR_INPUT, "%s:%zu: a second document (---) in one file",
                        reader->tree.path, line);
        return OK;
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return OK;
}

/* Lines before a byte; where libyaml cannot read on, it knows the byte alone. */
static size_t line_of(struct str s, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at && i < s.n; i++)
        line += s.p[i] == '\n';
    return line;
}

static enum err fail_parser(const struct reader *reader, struct str s, struct fail *why)
{
    const yaml_parser_t *parser = &reader->parser;
    const char *problem = parser->problem ? parser->problem : "this is not YAML";
    if (parser->error == YAML_MEMORY_ERROR)
        return fail_memory(why);
    if (parser->error == YAML_READER_ERROR)
        return fail(why, ERR_INPUT, "%s:%zu: %s", reader->tree.path,
                    line_of(s, parser->problem_offset), problem);
    return fail(why, ERR_INPUT, "%s:%zu: %s%s%s", reader->tree.path, parser->problem_mark.line + 1,
                problem, parser->context ? ", " : "", parser->context ? parser->context : "");
}

static enum err events_read(struct reader *reader, struct str s, struct fail *why)
{
    bool is_ended = false;
    enum err e = OK;
    while (!is_ended && !e) {
        yaml_event_t event;
        if (!yaml_parser_parse(&reader->parser, &event))
            return fail_parser(reader, s, why);
        is_ended = event.type == YAML_STREAM_END_EVENT;
        e = event_take(reader, &event, why);
        yaml_event_delete(&event);
    }
    return e;
}

enum err tree_read_yaml(struct arena *arena, struct str bytes, const char *path,
                        const struct node **out, struct fail *why)
{
    struct reader reader = {.tree = {.arena = arena, .path = path}};
    struct str s = STR_NONE;
    if (bytes.n > LIMIT_IMPORT_FILE_BYTES)
        return fail(why, ERR_LIMIT, "%s: larger than %d bytes", path, LIMIT_IMPORT_FILE_BYTES);
    enum err e = text_of_file(bytes, path, &s, why);
    if (e)
        return e;
    reader.anchors = mem_take(ANCHORS, sizeof *reader.anchors);
    if (!reader.anchors || !yaml_parser_initialize(&reader.parser)) {
        mem_give(reader.anchors);
        return fail_memory(why);
    }
    yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reader.parser, (const unsigned char *)s.p, s.n);
    e = events_read(&reader, s, why);
    if (!e && !reader.tree.root)
        e = tree_put(&reader.tree, NODE_NULL, STR_NONE, 1, NULL, why);
    if (!e)
        *out = reader.tree.root;
    yaml_parser_delete(&reader.parser);
    mem_give(reader.anchors);
    return e;
}
