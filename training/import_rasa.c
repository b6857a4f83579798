/* Rasa 2 and 3 projects: nlu and responses wherever they are, domain files, single or split; a
 * retrieval intent "faq/ask" is an intent of that name, answered by utter_faq/ask. Stories, rules,
 * forms and actions are left: what a customer gets follows from the message and the slots here.
 * Synonyms and lookups become values of the slots whose entity they are marked as. */
#include "training/import_rasa.h"

#include "training/tree.h"

#include <string.h>

enum { CHANNELS = 16, CHANNEL_BYTES = 32 /* as responses/content_accept.c takes it */ };

struct file {
    const struct bundle_file *from;
    bool is_markdown;
    struct str text;
    const struct node *root;
};

static enum err fail_shape(const struct rasa *rasa, const struct node *node, const char *what,
                           struct fail *why)
{
    return fail(why, ERR_INPUT, "%s:%zu: %s", rasa->path, node->line, what);
}

/* ---- nlu ---- */

/* One thing with examples: what is done with each of them in this pass. */
struct entry {
    struct rasa *rasa;
    enum rasa_pass pass;
    enum { ENTRY_INTENT, ENTRY_SYNONYM, ENTRY_LOOKUP } sort;
    struct str name;
};

static enum err example_take(const struct entry *entry, struct str text, size_t line,
                             struct fail *why)
{
    struct rasa *rasa = entry->rasa;
    bool is_words = entry->pass == PASS_WORDS;
    if (entry->sort == ENTRY_INTENT && is_words)
        lists_word(rasa->intents, RASA_ANY, entry->name, entry->name, rasa->path, line);
    else if (entry->sort == ENTRY_INTENT)
        return rasa_example(rasa, text, entry->name, line, why);
    else if (entry->sort == ENTRY_SYNONYM && is_words)
        lists_word(rasa->synonyms, RASA_ANY, entry->name, text, rasa->path, line);
    else if (is_words)
        lists_word(rasa->lists, entry->name, text, text, rasa->path, line);
    return OK;
}

/* "- one\n- two\n": a text of many lines, each an example. */
static enum err lines_take(const struct entry *entry, const struct node *node, struct fail *why)
{
    struct str rest = node_text(node);
    struct str line;
    enum err e = OK;
    for (size_t i = 1; !e && rest.p && str_next(&rest, '\n', &line); i++) {
        size_t at = node->line + (node->is_literal ? i : 0);
        struct str text = str_trim(line);
        bool is_item = text.n > 0 && text.p[0] == '-';
        struct str bare = str_trim(str_slice(text, 1, text.n));
        if (is_item && bare.n > 0)
            e = example_take(entry, bare, at, why);
        else if (text.n > 0 && text.p[0] != '#' && entry->pass == PASS_WORDS)
            RASA_LEFT(entry->rasa, at, "\"%.*s\": no item of a list", STR_ARG(text_shown(text)));
    }
    return e;
}

static enum err examples_take(const struct entry *entry, const struct node *parent,
                              struct fail *why)
{
    const struct node *examples = node_find(parent, "examples");
    enum err e = OK;
    if (examples && examples->kind == NODE_LIST) {
        for (const struct node *item = examples->first; item && !e; item = item->next) {
            const struct node *text = item->kind == NODE_MAP ? node_find(item, "text") : item;
            if (!node_text(text).p)
                return fail_shape(entry->rasa, item, "an example needs a text", why);
            struct str bare = str_trim(node_text(text));
            if (str_starts(bare, STR("- ")))
                bare = str_trim(str_slice(bare, 1, bare.n));
            e = example_take(entry, bare, text->line + (text->is_literal ? 1 : 0), why);
        }
        return e;
    }
    if (examples && node_text(examples).p)
        return lines_take(entry, examples, why);
    if (examples && examples->kind != NODE_NULL)
        return fail_shape(entry->rasa, examples, "examples must be a text or a list", why);
    if (entry->pass == PASS_WORDS)
        RASA_LEFT(entry->rasa, parent->line, "%.*s has no examples",
                  STR_ARG(text_shown(entry->name)));
    return OK;
}

static enum err nlu_take(struct rasa *rasa, const struct node *nlu, enum rasa_pass pass,
                         struct fail *why)
{
    enum err e = OK;
    if (nlu->kind == NODE_NULL)
        return OK;
    if (nlu->kind != NODE_LIST)
        return fail_shape(rasa, nlu, "nlu must be a list", why);
    for (const struct node *node = nlu->first; node && !e; node = node->next) {
        struct entry entry = {.rasa = rasa, .pass = pass};
        if ((entry.name = node_find_text(node, "intent")).n > 0)
            entry.sort = ENTRY_INTENT;
        else if ((entry.name = node_find_text(node, "synonym")).n > 0)
            entry.sort = ENTRY_SYNONYM;
        else if ((entry.name = node_find_text(node, "lookup")).n > 0)
            entry.sort = ENTRY_LOOKUP;
        else if (node_find(node, "regex")) {
            if (pass == PASS_WORDS)
                RASA_LEFT(rasa, node->line, "regular expressions of %.*s",
                          STR_ARG(text_shown(node_find_text(node, "regex"))));
            continue;
        } else
            return fail_shape(rasa, node, "an entry of nlu needs intent, synonym, lookup or regex",
                              why);
        if (entry.sort == ENTRY_LOOKUP && pass == PASS_WORDS)
            entry.name = lists_name(rasa->lists, entry.name, rasa->path, node->line);
        if (entry.sort == ENTRY_INTENT || pass == PASS_WORDS)
            e = examples_take(&entry, node, why);
    }
    return e;
}

/* ---- domain ---- */

static enum err slots_take(struct rasa *rasa, const struct node *slots, struct fail *why)
{
    if (slots->kind != NODE_MAP && slots->kind != NODE_NULL)
        return fail_shape(rasa, slots, "slots must have names", why);
    for (const struct node *slot = node_first(slots); slot; slot = slot->next) {
        struct str type = node_find_text(slot, "type");
        if (!str_equal(type, STR("categorical"))) {
            RASA_LEFT(rasa, slot->line,
                      "slot %.*s of type %.*s: make one of its type if it is used",
                      STR_ARG(text_shown(slot->key)), STR_ARG(text_shown(type)));
            continue;
        }
        struct str name = lists_name(rasa->lists, slot->key, rasa->path, slot->line);
        for (const struct node *value = node_first(node_find(slot, "values")); value;
             value = value->next)
            lists_word(rasa->lists, name, node_text(value), node_text(value), rasa->path,
                       value->line);
    }
    return OK;
}

/* Intents are made by their examples; those of the domain that have none are told. */
static void intents_look(struct rasa *rasa, const struct node *intents)
{
    for (const struct node *intent = node_first(intents); intent; intent = intent->next) {
        struct str name =
            intent->kind == NODE_MAP && intent->first ? intent->first->key : node_text(intent);
        if (name.n > 0 && !lists_value(rasa->intents, RASA_ANY, name).p &&
            !str_equal(name, STR("nlu_fallback")))
            RASA_LEFT(rasa, intent->line, "intent %.*s has no examples of its own",
                      STR_ARG(text_shown(name)));
    }
}

/* What a variation has besides its text. */
static void extras_note(struct rasa *rasa, const struct node *variation, struct str name)
{
    static const char *const known[] = {"text", "channel", "metadata", "id", "condition"};
    for (const struct node *part = node_first(variation); part; part = part->next) {
        bool is_known = false;
        for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
            is_known |= str_equal(part->key, str_of(known[i]));
        if (!is_known && part->kind != NODE_NULL && (part->kind != NODE_LIST || part->count > 0))
            RASA_LEFT(rasa, part->line, "%.*s of %.*s", STR_ARG(text_shown(part->key)),
                      STR_ARG(text_shown(name)));
    }
}

/* A channel's name as answers can have it: "custom.KakaoInput" is custom_KakaoInput. */
static struct str channel_of(struct rasa *rasa, const struct node *one, struct fail *why,
                             enum err *e)
{
    struct str given = node_find_text(one, "channel");
    struct str cut = str_slice(given, 0, CHANNEL_BYTES);
    char name[CHANNEL_BYTES];
    if (given.n == 0)
        return STR("");
    for (size_t i = 0; i < cut.n; i++) {
        char c = cut.p[i];
        bool is_fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_';
        if (!is_fine)
            c = '_';
        name[i] = c;
    }
    struct str channel = arena_copy(imported_arena(rasa->imported), (struct str){name, cut.n});
    if (!channel.p)
        *e = fail_memory(why);
    else if (!str_equal(channel, given))
        imported_note(rasa->imported, rasa->path, one->line, NOTE_CHANGED,
                      "channel %.*s is called %.*s here", STR_ARG(text_shown(given)),
                      STR_ARG(channel));
    return channel;
}

/* A variation that is said only under a condition of Rasa's: which one. */
static bool condition_note(struct rasa *rasa, const struct node *one, struct str name)
{
    const struct node *first =
        one->kind == NODE_MAP ? node_first(node_find(one, "condition")) : NULL;
    if (!first)
        return false;
    RASA_LEFT(rasa, one->line,
              "a text of %.*s for when %.*s %.*s is \"%.*s\": give an answer that "
              "condition",
              STR_ARG(text_shown(name)), STR_ARG(text_shown(node_find_text(first, "type"))),
              STR_ARG(text_shown(node_find_text(first, "name"))),
              STR_ARG(text_shown(node_find_text(first, "value"))));
    return true;
}

static enum err response_take(struct rasa *rasa, const struct node *response, struct str intent,
                              struct fail *why)
{
    struct str channels[CHANNELS];
    size_t seen = 0;
    enum err e = OK;
    const struct node *one = response->kind == NODE_LIST ? response->first : response;
    for (; one && !e; one = response->kind == NODE_LIST ? one->next : NULL) {
        const struct node *text = one->kind == NODE_MAP ? node_find(one, "text") : one;
        struct str channel = channel_of(rasa, one, why, &e);
        bool is_again = false;
        if (one->kind == NODE_MAP)
            extras_note(rasa, one, response->key);
        for (size_t i = 0; i < seen; i++)
            is_again |= str_equal(channels[i], channel);
        if (str_trim(node_text(text)).n == 0) {
            RASA_LEFT(rasa, one->line, "%.*s without text", STR_ARG(text_shown(response->key)));
        } else if (condition_note(rasa, one, response->key)) {
            continue;
        } else if (is_again || seen == CHANNELS) {
            RASA_LEFT(rasa, one->line,
                      "another wording of %.*s: the same question always gets the same answer here",
                      STR_ARG(text_shown(response->key)));
        } else {
            channels[seen++] = channel;
            rasa_answer(rasa, intent, channel, str_trim(node_text(text)), text->line);
        }
    }
    return e;
}

/* utter_ask_product: what a form asks for a slot with. */
static void question_take(struct rasa *rasa, const struct node *response, struct str slot)
{
    const struct node *one = response->kind == NODE_LIST ? response->first : response;
    bool is_asked = false;
    for (; one; one = response->kind == NODE_LIST ? one->next : NULL) {
        struct str text =
            str_trim(one->kind == NODE_MAP ? node_find_text(one, "text") : node_text(one));
        if (one->kind == NODE_MAP)
            extras_note(rasa, one, response->key);
        if (text.n == 0 || condition_note(rasa, one, response->key))
            continue;
        if (is_asked) {
            RASA_LEFT(rasa, one->line, "another wording of %.*s: a slot has one question",
                      STR_ARG(text_shown(response->key)));
            continue;
        }
        is_asked = true;
        lists_question(rasa->lists, slot, text);
        imported_note(rasa->imported, rasa->path, one->line, NOTE_CHANGED,
                      "%.*s is the question of slot %.*s", STR_ARG(text_shown(response->key)),
                      STR_ARG(slot));
    }
}

static enum err responses_take(struct rasa *rasa, const struct node *responses, struct fail *why)
{
    if (responses->kind != NODE_MAP && responses->kind != NODE_NULL)
        return fail_shape(rasa, responses, "responses must have names", why);
    enum err e = OK;
    const struct node *response = node_first(responses);
    for (; response && !e; response = response->next) {
        struct str intent = response->key;
        if (str_starts(intent, STR("utter_")))
            intent = str_slice(intent, strlen("utter_"), intent.n);
        struct str asked =
            str_starts(intent, STR("ask_")) ? str_slice(intent, 4, intent.n) : STR("");
        if (asked.n > 0 && lists_has(rasa->lists, asked) &&
            !lists_value(rasa->intents, RASA_ANY, intent).p)
            question_take(rasa, response, asked);
        else if (imported_is_none(intent))
            RASA_LEFT(rasa, response->line,
                      "%.*s: what is out of scope goes to a person (handoff_text in bot.conf is "
                      "what is said)",
                      STR_ARG(text_shown(response->key)));
        else if (!lists_value(rasa->intents, RASA_ANY, intent).p)
            RASA_LEFT(rasa, response->line, "%.*s: there is no intent %.*s",
                      STR_ARG(text_shown(response->key)), STR_ARG(text_shown(intent)));
        else
            e = response_take(rasa, response, intent, why);
    }
    return e;
}

/* ---- files ---- */

static bool is_key(const struct node *node, const char *name)
{
    return str_equal(node->key, str_of(name));
}

/* Each story, rule and form by its own line, for whoever makes up for it here. */
static bool each_note(struct rasa *rasa, const struct node *part)
{
    bool is_story = is_key(part, "stories"), is_rule = is_key(part, "rules");
    if (!is_story && !is_rule && !is_key(part, "forms"))
        return false;
    for (const struct node *one = node_first(part); one; one = one->next) {
        struct str name = is_story     ? node_find_text(one, "story")
                          : is_rule    ? node_find_text(one, "rule")
                          : one->key.n ? one->key
                                       : node_text(one);
        name = text_shown(name.p ? name : STR("without a name"));
        if (is_story || is_rule)
            RASA_LEFT(rasa, one->line, "%s %.*s%s: a conversation follows no written path here",
                      is_story ? "story" : "rule", STR_ARG(name),
                      node_find(one, "condition") ? ", with its condition" : "");
        else
            RASA_LEFT(rasa, one->line,
                      "form %.*s: an answer that names a slot asks for it by itself",
                      STR_ARG(name));
    }
    return true;
}

static void others_note(struct rasa *rasa, const struct node *part)
{
    static const char *const quiet[] = {"version", "entities", "config"};
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        if (is_key(part, quiet[i]))
            return;
    }
    if (!each_note(rasa, part) && (part->count > 0 || node_text(part).n > 0))
        RASA_LEFT(rasa, part->line, "%.*s", STR_ARG(text_shown(part->key)));
}

static enum err part_take(struct rasa *rasa, const struct node *part, enum rasa_pass pass,
                          struct fail *why)
{
    bool is_words = pass == PASS_WORDS;
    bool is_responses = is_key(part, "responses") || is_key(part, "templates");
    bool is_ours =
        is_responses || is_key(part, "nlu") || is_key(part, "slots") || is_key(part, "intents");
    rasa->taken += is_ours && is_words;
    if (is_key(part, "nlu") && pass != PASS_ANSWERS)
        return nlu_take(rasa, part, pass, why);
    if (is_key(part, "slots") && is_words)
        return slots_take(rasa, part, why);
    if (is_responses && pass == PASS_ANSWERS)
        return responses_take(rasa, part, why);
    if (is_key(part, "intents") && pass == PASS_ANSWERS)
        intents_look(rasa, part);
    if (!is_ours && is_words)
        others_note(rasa, part);
    return OK;
}

static enum err file_open(struct rasa *rasa, struct file *file, struct fail *why)
{
    rasa->path = file->from->path;
    file->is_markdown = str_ends(file->from->name, STR(".md"));
    if (str_ends(file->from->name, STR(".markdown")))
        file->is_markdown = true;
    if (file->is_markdown)
        return text_of_file(file->from->bytes, rasa->path, &file->text, why);
    if (str_ends(file->from->name, STR(".json")))
        return OK;
    enum err e = tree_read_yaml(imported_arena(rasa->imported), file->from->bytes, rasa->path,
                                &file->root, why);
    if (!e && file->root->kind != NODE_MAP && file->root->kind != NODE_NULL)
        e = fail_shape(rasa, file->root, "a file of Rasa must have names at its top", why);
    return e;
}

static enum err file_take(struct rasa *rasa, const struct file *file, enum rasa_pass pass,
                          struct fail *why)
{
    size_t before = rasa->taken + rasa->told;
    enum err e = OK;
    rasa->path = file->from->path;
    if (file->is_markdown)
        e = rasa_markdown(rasa, file->text, pass, why);
    for (const struct node *part = node_first(file->root); part && !e; part = part->next)
        e = part_take(rasa, part, pass, why);
    if (!e && pass == PASS_WORDS && rasa->taken + rasa->told == before && !node_first(file->root))
        RASA_LEFT(rasa, 1, "the file: there is no training data in it");
    return e;
}

static enum err files_read(struct rasa *rasa, struct file *files, size_t count, struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < count && !e; i++)
        e = file_open(rasa, &files[i], why);
    for (enum rasa_pass pass = PASS_WORDS; pass <= PASS_ANSWERS && !e; pass++) {
        for (size_t i = 0; i < count && !e; i++)
            e = file_take(rasa, &files[i], pass, why);
    }
    if (!e && rasa->taken == 0)
        e = fail(why, ERR_INPUT, "%s: there is nothing of Rasa in it (nlu, responses or a domain)",
                 count > 0 ? files[0].from->path : "the folder");
    return e;
}

enum err rasa_read(struct imported *imported, const struct bundle *bundle, struct fail *why)
{
    struct rasa rasa = {.imported = imported};
    struct file *files = mem_take(bundle->count + 1, sizeof *files);
    if (!files)
        return fail_memory(why);
    for (size_t i = 0; i < bundle->count; i++)
        files[i].from = &bundle->files[i];
    enum err e = lists_open(imported, &rasa.lists, why);
    if (!e)
        e = lists_open(imported, &rasa.synonyms, why);
    if (!e)
        e = lists_open(imported, &rasa.intents, why);
    if (!e)
        e = files_read(&rasa, files, bundle->count, why);
    if (!e) {
        lists_join(rasa.lists, rasa.synonyms);
        lists_flush(rasa.lists);
    }
    lists_close(rasa.lists);
    lists_close(rasa.synonyms);
    lists_close(rasa.intents);
    mem_give(files);
    return e ? e : imported_error(imported, why);
}
