/* Microsoft conversational language understanding (CLU) projects: utterances of the dataset Train
 * become examples, those of Test evaluation cases, None is out of scope. Entities with a list are
 * slots with their keys and synonyms; what is marked as an entity in an utterance is a value too,
 * unless it is a figure. */
#include "training/import_lists.h"
#include "training/readers.h"
#include "training/tree.h"

enum { LOOKS = 100 * 1000 * 1000 };

struct project {
    struct imported *imported;
    struct lists *lists;
    const char *path;
    bool counts_runes; /* offsets are in code points, else in UTF-16 units */
};

#define LEFT(project, node, ...)                                                                   \
    imported_note((project)->imported, (project)->path, (node)->line, NOTE_LEFT, __VA_ARGS__)

static void sublist_take(struct project *project, struct str slot, const struct node *sublist)
{
    struct str key = node_find_text(sublist, "listKey");
    if (key.n == 0)
        return;
    lists_word(project->lists, slot, key, key, project->path, sublist->line);
    for (const struct node *synonyms = node_first(node_find(sublist, "synonyms")); synonyms;
         synonyms = synonyms->next) {
        for (const struct node *word = node_first(node_find(synonyms, "values")); word;
             word = word->next)
            lists_word(project->lists, slot, key, node_text(word), project->path, word->line);
    }
}

static void entity_take(struct project *project, const struct node *entity)
{
    struct str category = node_find_text(entity, "category");
    if (category.n == 0)
        return;
    struct str slot = lists_name(project->lists, category, project->path, entity->line);
    for (const struct node *sublist = node_first(node_find(node_find(entity, "list"), "sublists"));
         sublist; sublist = sublist->next)
        sublist_take(project, slot, sublist);
    static const char *const parts[] = {"prebuilts", "regex"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        const struct node *part = node_find(entity, parts[i]);
        if (node_first(part))
            LEFT(project, part, "%s of entity %.*s", parts[i], STR_ARG(text_shown(category)));
    }
}

/* The bytes where `units` units have passed; text.n when there are not so many. */
static size_t bytes_of(const struct project *project, struct str text, size_t units)
{
    size_t at = 0;
    for (size_t seen = 0; at < text.n && seen < units;)
        seen += text_rune(text, &at) > 0xFFFF && !project->counts_runes ? 2 : 1;
    return at;
}

static bool size_of(const struct node *map, const char *key, size_t *out)
{
    uint64_t value = 0;
    bool is_size = str_to_u64(node_find_text(map, key), &value) && value < 1u << 20;
    *out = (size_t)value;
    return is_size;
}

/* What is marked in an utterance, as values of slots. */
static enum err marks_take(struct project *project, const struct node *marks, struct str text,
                           struct fail *why)
{
    for (const struct node *mark = node_first(marks); mark; mark = mark->next) {
        size_t offset = 0;
        size_t length = 0;
        struct str category = node_find_text(mark, "category");
        if (category.n == 0 || !size_of(mark, "offset", &offset) ||
            !size_of(mark, "length", &length))
            return fail(why, ERR_INPUT,
                        "%s:%zu: an entity needs a category, an offset and a length", project->path,
                        mark->line);
        size_t from = bytes_of(project, text, offset);
        struct str word = str_slice(text, from, bytes_of(project, text, offset + length));
        if (word.n == 0)
            return fail(why, ERR_INPUT, "%s:%zu: the entity lies outside its text", project->path,
                        mark->line);
        struct str slot = lists_name(project->lists, category, project->path, mark->line);
        struct str value = lists_value(project->lists, slot, word);
        if (!lists_seen(project->lists, slot, value.p ? value : word, word, project->path,
                        mark->line))
            LEFT(project, mark, "\"%.*s\" marked as %.*s: no value of a list", STR_ARG(word),
                 STR_ARG(slot));
    }
    return OK;
}

static enum err utterance_take(struct project *project, const struct node *node, struct fail *why)
{
    struct str text = node_find_text(node, "text");
    struct str intent = node_find_text(node, "intent");
    struct str set = node_find_text(node, "dataset");
    bool is_case = str_equal(set, STR("Test")) || str_equal(set, STR("test"));
    if (node->kind != NODE_MAP || text.n == 0 || intent.n == 0)
        return fail(why, ERR_INPUT, "%s:%zu: an utterance needs a text and an intent",
                    project->path, node->line);
    if (set.n > 0 && !is_case && !str_equal(set, STR("Train")) && !str_equal(set, STR("train")))
        return fail(why, ERR_INPUT, "%s:%zu: dataset must be Train or Test", project->path,
                    node->line);
    imported_add_example(project->imported, is_case, project->path, node->line, text, intent,
                         imported_language(node_find_text(node, "language")));
    return marks_take(project, node_find(node, "entities"), text, why);
}

/* Intents that have no utterance are told; the others come with theirs. */
static void intents_look(struct project *project, const struct node *intents,
                         const struct node *utterances)
{
    if (!intents || intents->count > LOOKS / (utterances->count + 1))
        return; /* each is looked for among all */
    for (const struct node *intent = node_first(intents); intent; intent = intent->next) {
        struct str name = node_find_text(intent, "category");
        bool is_used = name.n == 0 || imported_is_none(name);
        for (const struct node *u = node_first(utterances); u && !is_used; u = u->next)
            is_used = str_equal(node_find_text(u, "intent"), name);
        if (!is_used)
            LEFT(project, intent, "intent %.*s has no utterances", STR_ARG(text_shown(name)));
    }
}

static enum err project_take(struct project *project, const struct node *root, struct fail *why)
{
    const struct node *assets = node_find(root, "assets");
    const struct node *utterances = node_find(assets, "utterances");
    enum err e = OK;
    if (!utterances || utterances->kind != NODE_LIST)
        return fail(why, ERR_INPUT, "%s:%zu: a project needs assets with a list of utterances",
                    project->path, assets ? assets->line : root->line);
    project->counts_runes =
        str_equal(node_find_text(root, "stringIndexType"), STR("UnicodeCodePoint")) ||
        str_equal(node_find_text(root, "stringIndexType"), STR("TextElements_V8"));
    for (const struct node *entity = node_first(node_find(assets, "entities")); entity;
         entity = entity->next)
        entity_take(project, entity);
    intents_look(project, node_find(assets, "intents"), utterances);
    for (const struct node *node = utterances->first; node && !e; node = node->next)
        e = utterance_take(project, node, why);
    return e;
}

enum err clu_read(struct imported *imported, const struct bundle *bundle, struct fail *why)
{
    struct project project = {.imported = imported};
    enum err e = lists_open(imported, &project.lists, why);
    for (size_t i = 0; i < bundle->count && !e; i++) {
        const struct node *root = NULL;
        project.path = bundle->files[i].path;
        e = tree_read_json(imported_arena(imported), bundle->files[i].bytes, project.path, &root,
                           why);
        if (!e)
            e = project_take(&project, root, why);
    }
    if (!e)
        lists_flush(project.lists);
    lists_close(project.lists);
    return e ? e : imported_error(imported, why);
}
