/* A preview is a book of a few answers made for the occasion: the text without its condition and
 * dates, so that it is rendered in any case; the condition with an empty text, to see whether it
 * holds; each fact alone, to see how it reads; and the intent's answers as they would be with this
 * one among them, to see which of them the bot would choose. */
#include "responses/preview.h"

#include "responses/search.h"

#include <stdio.h>
#include <string.h>

enum {
    BLOCK_BYTES = 64 * 1024,
    FIXED = 3, /* intents: the text, the condition, the real one; then one for each fact */
    TEXT_INTENT = 0,
    CONDITION_INTENT,
    REAL_INTENT,
    FACT_TEXT_BYTES = LIMIT_NAME_BYTES + 16,
    SENTENCE_BYTES = FAIL_TEXT_BYTES,
};
static const size_t preview_bytes_maximum = (size_t)16 << 20;
static const char *const intent_names[FIXED] = {"text", "condition", "real"};

struct making {
    struct preview *preview;
    const struct preview_query *query;
    struct str language;
    struct str id; /* of the answer that is looked at */
    enum err failed;
    bool condition_is_wrong;
};

static const char *kept(struct preview *preview, const char *text)
{
    struct str copy = arena_copy(preview->arena, str_of(text));
    return copy.p ? copy.p : "";
}

static void fault_add(struct preview *preview, const char *text)
{
    if (preview->fault_count < PREVIEW_FAULTS)
        preview->faults[preview->fault_count++] = kept(preview, text);
}

/* ---- Names in the text ---- */

/* The letters, digits and _ that stand at the front. */
static struct str symbol_of(struct str text)
{
    size_t end = 0;
    while (end < text.n) {
        size_t next = end;
        uint32_t rune = text_rune(text, &next);
        if (rune != '_' && !text_rune_is_letter_or_digit(rune))
            break;
        end = next;
    }
    return str_slice(text, 0, end);
}

static void fact_add(struct preview *preview, struct str name)
{
    for (size_t i = 0; i < preview->fact_count; i++)
        if (str_equal(preview->facts[i].name, name))
            return;
    if (name.n > 0 && name.n <= LIMIT_NAME_BYTES && preview->fact_count < PREVIEW_FACTS)
        preview->facts[preview->fact_count++] = (struct preview_fact){.name = name};
}

static void slot_add(struct preview *preview, struct str name)
{
    for (size_t i = 0; i < preview->slot_count; i++)
        if (str_equal(preview->slots[i].name, name))
            return;
    if (name.n > 0 && name.n <= LIMIT_NAME_BYTES && preview->slot_count < PREVIEW_SLOTS)
        preview->slots[preview->slot_count++] = (struct preview_slot_use){.name = name};
}

static void names_find(struct preview *preview, struct str text)
{
    for (size_t at = 0; at < text.n; at++) {
        struct str rest = str_slice(text, at, text.n);
        if (str_starts(rest, STR("fact:")))
            fact_add(preview, symbol_of(str_slice(rest, 5, rest.n)));
        else if (str_starts(rest, STR("slot:")))
            slot_add(preview, symbol_of(str_slice(rest, 5, rest.n)));
    }
}

static void users_find(struct preview *preview, const struct content_rows *rows, struct str own)
{
    for (size_t i = 0; i < preview->fact_count; i++) {
        struct preview_fact *fact = &preview->facts[i];
        for (size_t k = 0; k < rows->fact_count && !fact->is_known; k++)
            fact->is_known = str_equal(rows->facts[k].name, fact->name);
        for (size_t k = 0; k < rows->answer_count; k++) {
            const struct answer_row *row = &rows->answers[k];
            if (str_equal(row->id, own) ||
                (!search_names(row->text, STR("fact:"), fact->name) &&
                 !search_names(row->condition, STR("fact:"), fact->name)))
                continue;
            if (fact->user_count < PREVIEW_USERS)
                fact->users[fact->user_count] = row->id;
            fact->user_count++;
        }
    }
}

/* ---- The book ---- */

static struct answer_row *answer_put(struct content_rows *rows, const char *id, const char *intent)
{
    struct answer_row *row = &rows->answers[rows->answer_count++];
    *row = (struct answer_row){.id = str_of(id),
                               .intent = str_of(intent),
                               .condition = STR(""),
                               .channel = STR(""),
                               .language = STR(""),
                               .text = STR(""),
                               .from = DATE_NONE,
                               .to = DATE_NONE,
                               .revision = 1};
    return row;
}

static void dates_take(struct making *m, struct answer_row *row)
{
    const struct str *f = m->query->fields;
    if ((f[5].n > 0 && !date_parse(f[5], &row->from)) ||
        (f[6].n > 0 && !date_parse(f[6], &row->to)))
        fault_add(m->preview, "a date must be like 2026-11-23, or empty");
}

static void real_put(struct making *m, struct content_rows *rows, const struct answer_row *old,
                     size_t old_count)
{
    const struct str *f = m->query->fields;
    for (size_t i = 0; i < old_count; i++) {
        if (!str_equal(old[i].intent, f[1]) || str_equal(old[i].id, m->id))
            continue;
        rows->answers[rows->answer_count] = old[i];
        rows->answers[rows->answer_count++].intent = str_of(intent_names[REAL_INTENT]);
    }
    struct answer_row *own = answer_put(rows, m->id.p, intent_names[REAL_INTENT]);
    own->condition = f[2];
    own->channel = f[3];
    own->language = f[4];
    own->text = f[7];
    dates_take(m, own);
    m->preview->is_for_channel = own->channel.n == 0 || m->query->channel.n == 0 ||
                                 str_equal(own->channel, m->query->channel);
    m->preview->is_in_force = (own->from == DATE_NONE || own->from <= m->query->as_of) &&
                              (own->to == DATE_NONE || own->to >= m->query->as_of);
}

/* The rows that were read, with other intents and answers. */
static enum err rows_fill(struct making *m, struct content_rows *rows, struct fail *why)
{
    struct preview *preview = m->preview;
    const struct answer_row *old = rows->answers;
    const size_t old_count = rows->answer_count, intents = FIXED + preview->fact_count;
    rows->answers = arena_take(rows->arena, old_count + intents + 1, sizeof *rows->answers);
    rows->intents = arena_take(rows->arena, intents, sizeof *rows->intents);
    char *names = arena_take(rows->arena, intents, FACT_TEXT_BYTES);
    char *texts = arena_take(rows->arena, intents, FACT_TEXT_BYTES);
    if (!rows->answers || !rows->intents || !names || !texts)
        return fail_memory(why);
    rows->answer_count = 0;
    rows->intent_count = intents;
    for (size_t i = 0; i < intents; i++) {
        char *name = names + i * FACT_TEXT_BYTES, *text = texts + i * FACT_TEXT_BYTES;
        (void)snprintf(name, FACT_TEXT_BYTES, "fact%zu", i);
        struct str intent = str_of(i < FIXED ? intent_names[i] : name);
        rows->intents[i] = (struct intent_row){
            .name = intent, .title = intent, .description = STR(""), .policy = POLICY_SCRIPTED};
        if (i < FIXED)
            continue;
        (void)snprintf(text, FACT_TEXT_BYTES, "{{fact:%.*s}}",
                       STR_ARG(preview->facts[i - FIXED].name));
        if (preview->facts[i - FIXED].is_known)
            answer_put(rows, name, name)->text = str_of(text);
    }
    answer_put(rows, "text", intent_names[TEXT_INTENT])->text = m->query->fields[7];
    struct answer_row *condition = answer_put(rows, "condition", intent_names[CONDITION_INTENT]);
    condition->condition = m->query->fields[2];
    condition->text = STR("-");
    real_put(m, rows, old, old_count);
    return OK;
}

static void book_faulty(void *data, const struct book_fault *fault)
{
    struct making *m = data;
    bool is_condition = str_equal(fault->answer_id, STR("condition"));
    m->condition_is_wrong |= is_condition;
    if (is_condition || str_equal(fault->answer_id, STR("text")))
        fault_add(m->preview, fault->text);
}

/* ---- What comes of it ---- */

static void slots_read(struct making *m, struct slot_set *set)
{
    struct preview *preview = m->preview;
    const struct slots *slots = book_slots(preview->book);
    struct buf shown;
    buf_init(&shown, LIMIT_ANSWER_BYTES);
    for (size_t i = 0; i < m->query->slot_count; i++) {
        int slot = slots_named(slots, m->query->slots[i].name);
        if (slot >= 0 && m->query->slots[i].words.n > 0)
            (void)slots_find(slots, m->query->slots[i].words, m->query->as_of, slot, set);
    }
    for (size_t i = 0; i < preview->slot_count; i++) {
        struct preview_slot_use *use = &preview->slots[i];
        int slot = slots_named(slots, use->name);
        use->row = slot >= 0 ? slots_row(slots, slot) : NULL;
        const struct slot_value *value = slot >= 0 ? slot_set_find(set, slot) : NULL;
        buf_clear(&shown);
        if (!value || slot_value_show(slots, value, m->language, &shown, NULL))
            continue;
        use->read = kept(preview, value->text);
        use->shown = kept(preview, shown.p ? shown.p : "");
    }
    buf_free(&shown);
}

static void facts_show(struct making *m, struct answer_query *query, struct buf *text)
{
    struct preview *preview = m->preview;
    struct answer_found found;
    for (size_t i = 0; i < preview->fact_count; i++) {
        query->intent = (int)(FIXED + i);
        answer_find(preview->book, query, text, &found, NULL);
        if (found.outcome == ANSWER_FOUND && text->p)
            preview->facts[i].shown = kept(preview, text->p);
    }
}

static void text_render(struct making *m, struct answer_query *query, struct buf *text)
{
    struct preview *preview = m->preview;
    struct answer_found found;
    struct fail about = {.text = ""};
    query->intent = TEXT_INTENT;
    answer_find(preview->book, query, text, &found, &about);
    preview->outcome = found.outcome;
    if (found.outcome == ANSWER_FOUND)
        preview->text = arena_copy(preview->arena, text->p ? str_from_buf(text) : STR(""));
    else if (found.outcome == ANSWER_NEEDS_SLOT)
        preview->missing_slot = slots_row(book_slots(preview->book), found.slot)->name;
    else if (found.outcome == ANSWER_FAILED)
        fault_add(preview, about.text);
    if (preview->outcome == ANSWER_FOUND && !preview->text.p)
        m->failed = ERR_MEMORY;
}

static void choice_make(struct making *m, struct answer_query *query, struct buf *text)
{
    struct preview *preview = m->preview;
    struct answer_found found;
    struct fail about = {.text = ""};
    query->intent = CONDITION_INTENT;
    answer_find(preview->book, query, text, &found, &about);
    preview->condition = m->query->fields[2].n == 0       ? CONDITION_NONE
                         : m->condition_is_wrong          ? CONDITION_WRONG
                         : found.outcome == ANSWER_FOUND  ? CONDITION_HOLDS
                         : found.outcome == ANSWER_FAILED ? CONDITION_WRONG
                                                          : CONDITION_FAILS;
    if (!m->condition_is_wrong && found.outcome == ANSWER_FAILED)
        fault_add(preview, about.text);
    query->intent = REAL_INTENT;
    query->channel = m->query->channel;
    answer_find(preview->book, query, text, &found, NULL);
    preview->chosen = found.row ? found.row->id : STR("");
    preview->is_chosen = found.row && str_equal(found.row->id, m->id);
    preview->why_chosen = found.why_chosen;
}

static enum err preview_make(struct making *m, struct content *content, struct fail *why)
{
    struct preview *preview = m->preview;
    struct content_rows *rows = NULL;
    struct slot_set set = {.count = 0};
    struct answer_query query = {.slots = &set,
                                 .channel = STR_NONE,
                                 .language = m->query->fields[4],
                                 .as_of = m->query->as_of};
    struct buf text;
    enum err e = content_rows_read(content, &rows, why);
    if (e)
        return e;
    names_find(preview, m->query->fields[7]);
    names_find(preview, m->query->fields[2]);
    users_find(preview, rows, m->id);
    e = rows_fill(m, rows, why);
    if (e) {
        content_rows_close(rows);
        return e;
    }
    e = book_open(rows, m->language, book_faulty, m, &preview->book, why);
    if (e)
        return e;
    preview->rows = book_rows(preview->book);
    buf_init(&text, LIMIT_ANSWER_BYTES);
    slots_read(m, &set);
    facts_show(m, &query, &text);
    text_render(m, &query, &text);
    choice_make(m, &query, &text);
    buf_free(&text);
    return m->failed ? fail_memory(why) : OK;
}

enum err preview_open(struct content *content, const struct preview_query *query,
                      struct str language, struct preview **out, struct fail *why)
{
    struct arena *arena = arena_open(BLOCK_BYTES, preview_bytes_maximum);
    struct preview *preview = arena ? arena_take(arena, 1, sizeof *preview) : NULL;
    struct preview_query copy = *query;
    struct making m = {.preview = preview, .query = &copy, .language = language};
    if (!preview) {
        arena_close(arena);
        return fail_memory(why);
    }
    preview->arena = arena;
    enum err e = OK;
    for (size_t i = 0; i < CONTENT_COLUMNS_MOST && !e; i++) {
        copy.fields[i] = arena_copy(arena, query->fields[i].p ? query->fields[i] : STR(""));
        e = copy.fields[i].p ? OK : fail_memory(why);
    }
    /* An answer without an id sorts before those that have one, as no id is empty. */
    m.id = copy.fields[0].n > 0 ? copy.fields[0] : STR("+");
    if (!e)
        e = preview_make(&m, content, why);
    if (e)
        preview_close(preview);
    else
        *out = preview;
    return e;
}

void preview_close(struct preview *preview)
{
    if (!preview)
        return;
    book_close(preview->book);
    arena_close(preview->arena);
}
