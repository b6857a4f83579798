/* AXA nlp.js corpora: utterances become examples, `tests` evaluation cases, the intent None is out
 * of scope, options of entities are slots with values. Of several answers the first without a
 * condition is taken, since the same question gets the same answer here; the others are named. What
 * is code (actions) or grammar (trim, regex) is left. */
#include "base/limits.h"
#include "training/import_text.h"
#include "training/readers.h"
#include "training/tree.h"

struct corpus {
    struct imported *imported;
    struct lists *lists;
    const char *path;
    struct str language;
};

static enum err fail_shape(const struct corpus *corpus, const struct node *node, const char *what,
                           struct fail *why)
{
    return fail(why, ERR_INPUT, "%s:%zu: %s", corpus->path, node->line, what);
}

#define LEFT(corpus, node, ...)                                                                    \
    imported_note((corpus)->imported, (corpus)->path, (node)->line, NOTE_LEFT, __VA_ARGS__)

/* ---- entities ---- */

static void options_take(struct corpus *corpus, struct str slot, const struct node *options)
{
    for (const struct node *option = node_first(options); option; option = option->next) {
        struct str value = options->kind == NODE_MAP ? option->key : node_text(option);
        lists_word(corpus->lists, slot, value, value, corpus->path, option->line);
        struct str alone = node_text(option);
        if (options->kind == NODE_MAP && alone.p)
            lists_word(corpus->lists, slot, value, alone, corpus->path, option->line);
        for (const struct node *word = node_first(option); word; word = word->next)
            lists_word(corpus->lists, slot, value, node_text(word), corpus->path, word->line);
    }
}

static void entity_take(struct corpus *corpus, const struct node *entity)
{
    struct str slot = lists_name(corpus->lists, entity->key, corpus->path, entity->line);
    const struct node *options = node_find(entity, "options");
    for (const struct node *part = node_first(entity); part; part = part->next) {
        if (part != options && entity->kind == NODE_MAP)
            LEFT(corpus, part, "%.*s of entity %.*s: only options have a counterpart",
                 STR_ARG(text_shown(part->key)), STR_ARG(text_shown(entity->key)));
    }
    if (options)
        options_take(corpus, slot, options);
    else if (entity->kind != NODE_MAP)
        LEFT(corpus, entity, "entity %.*s: only options have a counterpart",
             STR_ARG(text_shown(entity->key)));
}

/* ---- utterances ---- */

/* "@hero 알려줘", "%hero% 알려줘": the entity's name where the reference begins at `at`. */
static size_t reference_end(struct str text, size_t at, struct str *name)
{
    bool is_percent = text.p[at] == '%';
    size_t end = at + 1;
    if ((text.p[at] != '@' && !is_percent) ||
        (at > 0 && text.p[at] == '@' && text.p[at - 1] != ' '))
        return at;
    while (end < text.n &&
           ((text.p[end] | 0x20) >= 'a' || text.p[end] == '_' ||
            (text.p[end] >= '0' && text.p[end] <= '9')) &&
           (unsigned char)text.p[end] < 0x80)
        end++;
    *name = str_slice(text, at + 1, end);
    if (name->n == 0 || (is_percent && (end == text.n || text.p[end] != '%')))
        return at;
    return is_percent ? end + 1 : end;
}

/* The utterance with the first value of each entity in its place; STR_NONE when one has none. */
static struct str references_fill(struct corpus *corpus, struct str text,
                                  const struct node *at_node)
{
    struct buf out;
    bool is_changed = false;
    bool is_whole = true;
    buf_init(&out, LIMIT_FIELD_BYTES);
    for (size_t at = 0; at < text.n;) {
        struct str name = STR_NONE;
        size_t end = reference_end(text, at, &name);
        struct str value = end > at ? lists_first(corpus->lists, name) : STR_NONE;
        if (end == at) {
            buf_add_char(&out, text.p[at++]);
            continue;
        }
        is_whole &= value.p != NULL;
        is_changed = true;
        buf_add_str(&out, value);
        at = end;
    }
    struct str kept = text;
    if (is_changed && is_whole)
        kept = arena_copy(imported_arena(corpus->imported), str_from_buf(&out));
    is_whole &= kept.p != NULL;
    if (is_changed && is_whole)
        imported_note(corpus->imported, corpus->path, at_node->line, NOTE_CHANGED,
                      "\"%.*s\" is taken as \"%.*s\"", STR_ARG(text_shown(text)),
                      STR_ARG(text_shown(kept)));
    struct fail why;
    enum err e = buf_error(&out, "an utterance", &why);
    if (e)
        imported_fail(corpus->imported, e, &why);
    buf_free(&out);
    if (is_changed && !is_whole)
        LEFT(corpus, at_node, "\"%.*s\" names an entity that has no values here",
             STR_ARG(text_shown(text)));
    return is_whole ? kept : STR_NONE;
}

static enum err texts_take(struct corpus *corpus, const struct node *list, struct str intent,
                           bool is_case, struct fail *why)
{
    for (const struct node *item = node_first(list); item; item = item->next) {
        struct str text = node_text(item);
        if (!text.p)
            return fail_shape(corpus, item, "an utterance must be a text", why);
        if (str_trim(text).n == 0)
            LEFT(corpus, item, "an empty utterance of %.*s", STR_ARG(intent));
        else if ((text = references_fill(corpus, text, item)).p)
            imported_add_example(corpus->imported, is_case, corpus->path, item->line, text, intent,
                                 corpus->language);
    }
    struct str alone = node_text(list);
    if (alone.p)
        imported_add_example(corpus->imported, is_case, corpus->path, list->line, alone, intent,
                             corpus->language);
    return OK;
}

/* ---- answers ---- */

static void answer_take(struct corpus *corpus, const struct node *item, struct str intent,
                        bool *has_one)
{
    struct str text = node_text(item);
    const struct node *condition = node_find(item, "opts");
    if (!text.p)
        text = node_find_text(item, "answer");
    if (!text.p || str_trim(text).n == 0)
        LEFT(corpus, item, "an answer of %.*s without text", STR_ARG(intent));
    else if (imported_is_none(intent))
        LEFT(corpus, item,
             "an answer of None: what is out of scope goes to a person (handoff_text "
             "in bot.conf is what is said)");
    else if (node_text(condition).n > 0)
        LEFT(corpus, item, "an answer of %.*s with the condition %.*s", STR_ARG(intent),
             STR_ARG(text_shown(node_text(condition))));
    else if (*has_one)
        LEFT(corpus, item,
             "another answer of %.*s: the same question always gets the same answer here",
             STR_ARG(intent));
    else
        imported_add_answer(corpus->imported, corpus->path, item->line, intent, STR_NONE, STR_NONE,
                            text_with_holes(corpus->lists, corpus->imported, text,
                                            HOLES_DOUBLE_BRACES, corpus->path, item->line));
    *has_one |= text.n > 0 && node_text(condition).n == 0;
}

static void answers_take(struct corpus *corpus, const struct node *answers, struct str intent)
{
    bool has_one = false;
    if (node_text(answers).p)
        answer_take(corpus, answers, intent, &has_one);
    for (const struct node *item = node_first(answers); item; item = item->next)
        answer_take(corpus, item, intent, &has_one);
}

/* ---- intents ---- */

static void questions_take(struct corpus *corpus, const struct node *filling)
{
    for (const struct node *slot = node_first(filling); slot; slot = slot->next) {
        struct str name = lists_name(corpus->lists, slot->key, corpus->path, slot->line);
        const struct node *question = node_find(slot, "question");
        struct str text = node_text(question);
        if (!text.p && question)
            text = node_text(node_first(question)); /* by language */
        if (text.n > 0 && lists_has(corpus->lists, name))
            lists_question(corpus->lists, name, text);
        else
            LEFT(corpus, slot, "the question for %.*s, which is no list: make a slot of its type",
                 STR_ARG(name));
    }
}

static enum err intent_take(struct corpus *corpus, const struct node *node, struct fail *why)
{
    static const char *const known[] = {"intent", "utterances", "answers", "tests", "slotFilling"};
    struct str intent = node_find_text(node, "intent");
    if (node->kind != NODE_MAP || intent.n == 0)
        return fail_shape(corpus, node, "an entry of data needs an \"intent\"", why);
    enum err e = texts_take(corpus, node_find(node, "utterances"), intent, false, why);
    if (!e)
        e = texts_take(corpus, node_find(node, "tests"), intent, true, why);
    if (e)
        return e;
    if (node_find(node, "answers"))
        answers_take(corpus, node_find(node, "answers"), intent);
    if (node_find(node, "answer"))
        answers_take(corpus, node_find(node, "answer"), intent);
    questions_take(corpus, node_find(node, "slotFilling"));
    for (const struct node *part = node_first(node); part; part = part->next) {
        bool is_known = str_equal(part->key, STR("answer"));
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            is_known |= str_equal(part->key, str_of(known[i]));
        if (!is_known)
            LEFT(corpus, part, "%.*s of %.*s", STR_ARG(text_shown(part->key)), STR_ARG(intent));
    }
    return OK;
}

static enum err corpus_take(struct corpus *corpus, const struct node *root, struct fail *why)
{
    const struct node *data = node_find(root, "data");
    enum err e = OK;
    if (!data || data->kind != NODE_LIST)
        return fail_shape(corpus, root, "a corpus needs a list \"data\"", why);
    corpus->language = imported_language(node_find_text(root, "locale"));
    for (const struct node *entity = node_first(node_find(root, "entities")); entity;
         entity = entity->next)
        entity_take(corpus, entity);
    for (const struct node *node = data->first; node && !e; node = node->next)
        e = intent_take(corpus, node, why);
    for (const struct node *part = node_first(root); part; part = part->next) {
        if (!str_equal(part->key, STR("data")) && !str_equal(part->key, STR("locale")) &&
            !str_equal(part->key, STR("name")) && !str_equal(part->key, STR("entities")))
            LEFT(corpus, part, "%.*s", STR_ARG(text_shown(part->key)));
    }
    return e;
}

enum err nlpjs_read(struct imported *imported, const struct bundle *bundle, struct fail *why)
{
    struct corpus corpus = {.imported = imported};
    enum err e = lists_open(imported, &corpus.lists, why);
    for (size_t i = 0; i < bundle->count && !e; i++) {
        const struct node *root = NULL;
        corpus.path = bundle->files[i].path;
        e = tree_read_json(imported_arena(imported), bundle->files[i].bytes, corpus.path, &root,
                           why);
        if (!e)
            e = corpus_take(&corpus, root, why);
    }
    if (!e)
        lists_flush(corpus.lists);
    lists_close(corpus.lists);
    return e ? e : imported_error(imported, why);
}
