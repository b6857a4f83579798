/* Dialogflow ES agents, a folder or its zip: intents/NAME.json with its answers,
 * intents/NAME_usersays_LANGUAGE.json with its phrases, entities/NAME.json and
 * entities/NAME_entries_LANGUAGE.json. A fallback intent's phrases are out of scope. What belongs
 * to a dialogue (contexts, parameters asked for, webhooks, events) and rich messages are left, each
 * with a note. */
#include "base/limits.h"
#include "training/import_text.h"
#include "training/readers.h"
#include "training/tree.h"

#include <string.h>

struct agent {
    struct imported *imported;
    struct lists *lists;
    const struct bundle *bundle;
    const char *path;   /* of the file at hand */
    bool has_languages; /* answers carry their language */
};

#define LEFT(agent, node, ...)                                                                     \
    imported_note((agent)->imported, (agent)->path, (node)->line, NOTE_LEFT, __VA_ARGS__)

static enum err file_tree(struct agent *agent, const struct bundle_file *file,
                          const struct node **out, struct fail *why)
{
    agent->path = file->path;
    return tree_read_json(imported_arena(agent->imported), file->bytes, file->path, out, why);
}

/* "intents/Claim_usersays_ko.json" is "Claim" in "ko"; false for a name without the middle, and for
 * what is no JSON. */
static bool name_split(struct str name, const char *middle, struct str *base, struct str *language)
{
    if (!str_ends(name, STR(".json")))
        return false;
    struct str bare = str_slice(name, 0, name.n - strlen(".json"));
    size_t at = str_find(bare, str_of(middle));
    /* The last one: an intent's own name may hold it too. */
    for (size_t next = at; next < bare.n;) {
        at = next;
        struct str rest = str_slice(bare, at + 1, bare.n);
        size_t more = str_find(rest, str_of(middle));
        next = more < rest.n ? at + 1 + more : bare.n;
    }
    if (at >= bare.n)
        return false;
    *base = str_slice(bare, 0, at);
    *language = str_slice(bare, at + strlen(middle), bare.n);
    return true;
}

/* The file name within a folder "intents/", wherever the agent lies in the archive. */
static bool is_in(struct str name, const char *folder)
{
    size_t at = str_find(name, str_of(folder));
    return at < name.n && str_ends(name, STR(".json")) && (at == 0 || name.p[at - 1] == '/') &&
           str_find(str_slice(name, at + strlen(folder), name.n), STR("/")) ==
               name.n - at - strlen(folder);
}

/* ---- entities ---- */

static enum err entries_take(struct agent *agent, const struct node *entries, struct str slot,
                             struct fail *why)
{
    if (entries->kind != NODE_LIST)
        return fail(why, ERR_INPUT, "%s:%zu: entries must be a list", agent->path, entries->line);
    for (const struct node *entry = entries->first; entry; entry = entry->next) {
        struct str value = node_find_text(entry, "value");
        if (value.n == 0)
            return fail(why, ERR_INPUT, "%s:%zu: an entry needs a value", agent->path, entry->line);
        if (value.p[0] == '@') {
            LEFT(agent, entry, "entry %.*s, which is made of other entities",
                 STR_ARG(text_shown(value)));
            continue;
        }
        lists_word(agent->lists, slot, value, value, agent->path, entry->line);
        for (const struct node *word = node_first(node_find(entry, "synonyms")); word;
             word = word->next)
            lists_word(agent->lists, slot, value, node_text(word), agent->path, word->line);
    }
    return OK;
}

/* Whether the entity is a list of words: entities/NAME.json may say that it is something else. */
static enum err entity_is_list(struct agent *agent, struct str base, bool *out, struct fail *why)
{
    char name[1024];
    const struct node *root = NULL;
    *out = true;
    if (base.n + sizeof ".json" > sizeof name)
        return OK;
    memcpy(name, base.p, base.n);
    memcpy(name + base.n, ".json", sizeof ".json");
    const struct bundle_file *file = bundle_find(agent->bundle, str_of(name));
    enum err e = file ? file_tree(agent, file, &root, why) : OK;
    if (e || !root || !node_is_true(node_find(root, "isRegexp")))
        return e;
    LEFT(agent, root, "entity %.*s is made of regular expressions",
         STR_ARG(text_shown(node_find_text(root, "name"))));
    *out = false;
    return OK;
}

static enum err entities_read(struct agent *agent, struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < agent->bundle->count && !e; i++) {
        const struct bundle_file *file = &agent->bundle->files[i];
        const struct node *entries = NULL;
        struct str base = STR_NONE;
        struct str language = STR_NONE;
        bool is_list = true;
        if (!is_in(file->name, "entities/") ||
            !name_split(file->name, "_entries_", &base, &language))
            continue;
        e = entity_is_list(agent, base, &is_list, why);
        if (e || !is_list)
            continue;
        e = file_tree(agent, file, &entries, why);
        size_t slash = str_find(base, STR("entities/")) + strlen("entities/");
        if (!e)
            e = entries_take(
                agent, entries,
                lists_name(agent->lists, str_slice(base, slash, base.n), file->path, entries->line),
                why);
    }
    return e;
}

/* ---- answers ---- */

/* What is said in a message of an intent; the first text is taken. */
static void message_take(struct agent *agent, const struct node *message, struct str intent,
                         struct str *seen, size_t *seen_count)
{
    const struct node *speech = node_find(message, "speech");
    struct str type = node_find_text(message, "type");
    struct str language = imported_language(node_find_text(message, "lang"));
    struct str platform = node_find_text(message, "platform");
    const struct node *first = node_text(speech).p ? speech : node_first(speech);
    struct str text = node_text(first);
    bool is_said = false;
    if (!str_equal(type, STR("0")) && !str_equal(type, STR("text"))) {
        LEFT(agent, message, "a card, list, image or payload of %.*s", STR_ARG(intent));
        return;
    }
    if (str_trim(text).n == 0)
        return; /* an intent without answers has one empty message */
    for (size_t i = 0; i < *seen_count; i++)
        is_said |= str_equal(seen[i], language);
    if (platform.n > 0 || is_said) {
        LEFT(agent, message, "%s answer of %.*s", platform.n > 0 ? "a platform's own" : "another",
             STR_ARG(intent));
        return;
    }
    if (*seen_count < 8)
        seen[(*seen_count)++] = language;
    if (first != speech && speech->count > 1)
        LEFT(agent, speech,
             "other wordings of %.*s (%zu): the same question always gets the same answer here",
             STR_ARG(intent), speech->count - 1);
    imported_add_answer(agent->imported, agent->path, first->line, intent,
                        agent->has_languages ? language : STR_NONE, STR_NONE,
                        text_with_holes(agent->lists, agent->imported, text, HOLES_DOLLAR,
                                        agent->path, first->line));
}

/* What a parameter is asked for with is the question of its slot, if that is a list. */
static void parameter_take(struct agent *agent, const struct node *parameter, struct str intent)
{
    const struct node *prompt = node_first(node_find(parameter, "prompts"));
    struct str type = node_find_text(parameter, "dataType");
    struct str question = node_find_text(prompt, "value");
    if (!node_is_true(node_find(parameter, "required")) && !prompt)
        return;
    struct str name = str_slice(type, 1, type.n);
    if (question.n > 0 && str_starts(type, STR("@")) && lists_has(agent->lists, name)) {
        lists_question(agent->lists, name, question);
        imported_note(agent->imported, agent->path, prompt->line, NOTE_CHANGED,
                      "the prompt of %.*s is the question of slot %.*s", STR_ARG(intent),
                      STR_ARG(name));
        return;
    }
    LEFT(agent, parameter, "parameter %.*s of %.*s is asked for: make a slot with a question",
         STR_ARG(text_shown(node_find_text(parameter, "name"))), STR_ARG(intent));
}

static void response_take(struct agent *agent, const struct node *response, struct str intent,
                          bool is_fallback)
{
    struct str seen[8];
    size_t seen_count = 0;
    const struct node *parameters = node_find(response, "parameters");
    const struct node *contexts = node_find(response, "affectedContexts");
    for (const struct node *p = node_first(parameters); p; p = p->next)
        parameter_take(agent, p, intent);
    if (node_first(contexts))
        LEFT(agent, contexts, "contexts that %.*s sets", STR_ARG(intent));
    if (node_find_text(response, "action").n > 0)
        LEFT(agent, node_find(response, "action"), "action of %.*s", STR_ARG(intent));
    const struct node *messages = node_find(response, "messages");
    if (is_fallback && node_first(messages))
        LEFT(agent, messages,
             "answers of fallback intent %.*s: what is out of scope goes to a "
             "person (handoff_text in bot.conf is what is said)",
             STR_ARG(intent));
    for (const struct node *m = is_fallback ? NULL : node_first(messages); m; m = m->next)
        message_take(agent, m, intent, seen, &seen_count);
}

/* ---- phrases ---- */

static void mark_take(struct agent *agent, const struct node *part, struct str text)
{
    struct str meta = node_find_text(part, "meta");
    if (!str_starts(meta, STR("@")) || str_starts(meta, STR("@sys.")))
        return;
    struct str slot = lists_name(agent->lists, str_slice(meta, 1, meta.n), agent->path, part->line);
    struct str value = lists_value(agent->lists, slot, str_trim(text));
    if (!value.p)
        value = str_trim(text);
    if (lists_seen(agent->lists, slot, value, text, agent->path, part->line))
        imported_note(agent->imported, agent->path, part->line, NOTE_CHANGED,
                      "entity markup removed, \"%.*s\" kept as a value of slot %.*s",
                      STR_ARG(text_shown(value)), STR_ARG(slot));
}

static enum err phrase_take(struct agent *agent, const struct node *phrase, struct str intent,
                            struct str language, struct fail *why)
{
    struct buf joined;
    const struct node *data = node_find(phrase, "data");
    if (!data || data->kind != NODE_LIST)
        return fail(why, ERR_INPUT, "%s:%zu: a phrase needs a list \"data\"", agent->path,
                    phrase->line);
    if (node_is_true(node_find(phrase, "isTemplate"))) {
        LEFT(agent, phrase, "a template of %.*s", STR_ARG(intent));
        return OK;
    }
    buf_init(&joined, LIMIT_FIELD_BYTES);
    for (const struct node *part = data->first; part; part = part->next) {
        struct str text = node_find_text(part, "text");
        buf_add_str(&joined, text);
        if (text.n > 0)
            mark_take(agent, part, text);
    }
    enum err e = buf_error(&joined, agent->path, why);
    struct str text = arena_copy(imported_arena(agent->imported), str_from_buf(&joined));
    buf_free(&joined);
    if (e)
        return e;
    if (str_trim(text).n == 0)
        LEFT(agent, phrase, "an empty phrase of %.*s", STR_ARG(intent));
    else
        imported_add_example(agent->imported, false, agent->path, phrase->line, text, intent,
                             language);
    return OK;
}

static enum err phrases_take(struct agent *agent, const struct node *phrases, struct str intent,
                             struct str language, struct fail *why)
{
    enum err e = OK;
    if (phrases->kind != NODE_LIST)
        return fail(why, ERR_INPUT, "%s:%zu: phrases must be a list", agent->path, phrases->line);
    for (const struct node *phrase = phrases->first; phrase && !e; phrase = phrase->next)
        e = phrase_take(agent, phrase, intent, language, why);
    return e;
}

/* The phrase files of the intent whose file is `base`.json. They follow it in the bundle's order
 * but for names in between, so all are looked through from the first with that beginning. */
static enum err says_read(struct agent *agent, size_t from, struct str base, struct str intent,
                          struct fail *why)
{
    enum err e = OK;
    for (size_t i = from; i < agent->bundle->count && !e; i++) {
        const struct bundle_file *file = &agent->bundle->files[i];
        const struct node *phrases = NULL;
        struct str of = STR_NONE;
        struct str language = STR_NONE;
        if (!str_starts(file->name, base))
            break;
        if (!name_split(file->name, "_usersays_", &of, &language) || !str_equal(of, base))
            continue;
        e = file_tree(agent, file, &phrases, why);
        if (!e)
            e = phrases_take(agent, phrases, intent, imported_language(language), why);
    }
    return e;
}

/* ---- intents ---- */

static void dialogue_note(struct agent *agent, const struct node *root, struct str intent)
{
    if (node_first(node_find(root, "contexts")))
        LEFT(agent, node_find(root, "contexts"),
             "contexts that %.*s needs: it is an intent of its own here", STR_ARG(intent));
    if (node_first(node_find(root, "events")))
        LEFT(agent, node_find(root, "events"), "events of %.*s", STR_ARG(intent));
    if (node_is_true(node_find(root, "webhookUsed")))
        LEFT(agent, node_find(root, "webhookUsed"), "the webhook of %.*s", STR_ARG(intent));
}

static enum err intent_read(struct agent *agent, size_t i, struct fail *why)
{
    const struct bundle_file *file = &agent->bundle->files[i];
    const struct node *root = NULL;
    enum err e = file_tree(agent, file, &root, why);
    if (e)
        return e;
    struct str intent = node_find_text(root, "name");
    if (root->kind != NODE_MAP || intent.n == 0)
        return fail(why, ERR_INPUT, "%s:%zu: an intent needs a \"name\"", file->path, root->line);
    bool is_fallback = node_is_true(node_find(root, "fallbackIntent"));
    dialogue_note(agent, root, intent);
    for (const struct node *r = node_first(node_find(root, "responses")); r; r = r->next)
        response_take(agent, r, intent, is_fallback);
    struct str target = is_fallback ? STR("out_of_scope") : intent;
    const struct node *within = node_find(root, "userSays"); /* in one file, as it once was */
    if (within)
        e = phrases_take(agent, within, target, STR_NONE, why);
    struct str base = str_slice(file->name, 0, file->name.n - strlen(".json"));
    size_t from = i;
    while (from > 0 && str_starts(agent->bundle->files[from - 1].name, base))
        from--;
    return e ? e : says_read(agent, from, base, target, why);
}

static enum err agent_read(struct agent *agent, struct fail *why)
{
    const struct bundle *bundle = agent->bundle;
    size_t intents = 0;
    enum err e = OK;
    for (size_t i = 0; i < bundle->count && !e; i++) {
        const struct bundle_file *file = &bundle->files[i];
        const struct node *root = NULL;
        bool is_agent =
            str_equal(file->name, STR("agent.json")) || str_ends(file->name, STR("/agent.json"));
        if (is_agent)
            e = file_tree(agent, file, &root, why);
        if (root)
            agent->has_languages = node_first(node_find(root, "supportedLanguages")) != NULL;
    }
    if (!e)
        e = entities_read(agent, why);
    for (size_t i = 0; i < bundle->count && !e; i++) {
        struct str base = STR_NONE;
        struct str language = STR_NONE;
        if (!is_in(bundle->files[i].name, "intents/") ||
            name_split(bundle->files[i].name, "_usersays_", &base, &language))
            continue;
        intents++;
        e = intent_read(agent, i, why);
    }
    if (!e && intents == 0)
        e = fail(why, ERR_INPUT, "%s: there is no folder intents with an intent in it",
                 bundle->count > 0 ? bundle->files[0].path : "the agent");
    return e;
}

enum err dialogflow_read(struct imported *imported, const struct bundle *bundle, struct fail *why)
{
    struct agent agent = {.imported = imported, .bundle = bundle};
    enum err e = lists_open(imported, &agent.lists, why);
    if (!e)
        e = agent_read(&agent, why);
    if (!e)
        lists_flush(agent.lists);
    lists_close(agent.lists);
    return e ? e : imported_error(imported, why);
}
