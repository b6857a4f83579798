/* Texts of Rasa: examples, with their entities marked inside, and responses. What is marked is
 * found as Rasa finds it: [text](entity), [text](entity:value), [text]{"entity": "product",
 * "value": "실손"} and [text][{…}, {…}]; the text in brackets holds no ], that in braces no }. A
 * bracket followed by none of these is text. */
#include "base/limits.h"
#include "training/import_rasa.h"
#include "training/tree.h"

static void mark_take(struct rasa *rasa, struct str entity, struct str given, struct str word,
                      size_t line)
{
    struct str slot = lists_name(rasa->lists, entity, rasa->path, line);
    struct str value = given.n > 0 ? given : lists_value(rasa->synonyms, RASA_ANY, word);
    if (!value.p)
        value = lists_value(rasa->lists, slot, word);
    if (!value.p)
        value = word;
    if (lists_seen(rasa->lists, slot, value, word, rasa->path, line))
        imported_note(rasa->imported, rasa->path, line, NOTE_CHANGED,
                      "entity markup removed, \"%.*s\" kept as a value of slot %.*s",
                      STR_ARG(text_shown(value)), STR_ARG(slot));
    else
        imported_note(rasa->imported, rasa->path, line, NOTE_CHANGED,
                      "entity markup removed, \"%.*s\" (%.*s) is no name that a list could hold",
                      STR_ARG(text_shown(value)), STR_ARG(slot));
}

static enum err object_take(struct rasa *rasa, const struct node *object, struct str word,
                            size_t line, struct fail *why)
{
    struct str entity = node_find_text(object, "entity");
    if (entity.n == 0)
        return fail(why, ERR_INPUT, "%s:%zu: entity markup without an \"entity\"", rasa->path,
                    line);
    if (node_find(object, "role") || node_find(object, "group"))
        RASA_LEFT(rasa, line, "role or group of entity %.*s", STR_ARG(text_shown(entity)));
    mark_take(rasa, entity, node_find_text(object, "value"), word, line);
    return OK;
}

/* {…} or [{…}, {…}] */
static enum err objects_take(struct rasa *rasa, struct str json, struct str word, size_t line,
                             struct fail *why)
{
    const struct node *node = NULL;
    enum err e = tree_read_json(imported_arena(rasa->imported), json, rasa->path, &node, NULL);
    if (e == ERR_INPUT)
        return fail(why, e, "%s:%zu: entity markup that is not JSON: %.*s", rasa->path, line,
                    STR_ARG(text_shown(json)));
    if (e)
        return fail(why, e, "%s:%zu: this entity markup cannot be taken", rasa->path, line);
    if (node->kind != NODE_LIST)
        return object_take(rasa, node, word, line, why);
    for (const struct node *object = node->first; object && !e; object = object->next)
        e = object_take(rasa, object, word, line, why);
    return e;
}

/* The end of markup that begins at `at` with its [; `at` when there is none. */
static enum err mark_read(struct rasa *rasa, struct str text, size_t at, size_t line, size_t *end,
                          struct str *word, struct fail *why)
{
    static const char openers[] = "({[";
    static const char *const closers[] = {")", "}", "]"};
    size_t close = at + 1 + str_find(str_slice(text, at + 1, text.n), STR("]"));
    *end = at;
    *word = str_slice(text, at + 1, close);
    if (close + 1 >= text.n || word->n == 0)
        return OK;
    size_t sort = 0;
    while (sort < 3 && text.p[close + 1] != openers[sort])
        sort++;
    if (sort == 3)
        return OK;
    struct str rest = str_slice(text, close + 2, text.n);
    size_t length = str_find(rest, str_of(closers[sort]));
    if (length == rest.n)
        return OK;
    struct str inner = str_slice(rest, 0, length);
    if (sort == 2 && !str_starts(str_trim(inner), STR("{")))
        return OK; /* two brackets in a row are text */
    *end = close + 2 + length + 1;
    if (sort > 0)
        return objects_take(rasa, str_slice(text, close + 1, *end), *word, line, why);
    size_t colon = str_find(inner, STR(":"));
    if (str_trim(str_slice(inner, 0, colon)).n == 0)
        *end = at;
    else
        mark_take(rasa, str_trim(str_slice(inner, 0, colon)), str_slice(inner, colon + 1, inner.n),
                  *word, line);
    return OK;
}

enum err rasa_example(struct rasa *rasa, struct str text, struct str intent, size_t line,
                      struct fail *why)
{
    struct buf plain;
    enum err e = OK;
    if (text.n > LIMIT_FIELD_BYTES)
        return fail(why, ERR_LIMIT, "%s:%zu: an example longer than 1 MiB", rasa->path, line);
    buf_init(&plain, LIMIT_FIELD_BYTES);
    for (size_t at = 0; at < text.n && !e;) {
        size_t end = at;
        struct str word = STR_NONE;
        if (text.p[at] == '[')
            e = mark_read(rasa, text, at, line, &end, &word, why);
        if (end > at)
            buf_add_str(&plain, word);
        else
            buf_add_char(&plain, text.p[at]);
        at = end > at ? end : at + 1;
    }
    struct str kept = arena_copy(imported_arena(rasa->imported), str_from_buf(&plain));
    if (!e)
        e = buf_error(&plain, rasa->path, why);
    buf_free(&plain);
    if (e || !kept.p)
        return e ? e : fail_memory(why);
    if (str_trim(kept).n == 0)
        RASA_LEFT(rasa, line, "an empty example of %.*s", STR_ARG(intent));
    else
        imported_add_example(rasa->imported, false, rasa->path, line, kept, intent, STR_NONE);
    return OK;
}

void rasa_answer(struct rasa *rasa, struct str intent, struct str channel, struct str text,
                 size_t line)
{
    imported_add_answer(
        rasa->imported, rasa->path, line, intent, STR_NONE, channel,
        text_with_holes(rasa->lists, rasa->imported, text, HOLES_BRACES, rasa->path, line));
}
