/* Slots and values out of entities. Values are kept in the order they were met; words are found by
 * a hash of slot and word, so that a lookup of a hundred thousand names takes no longer a word than
 * one of ten. */
#include "training/import_lists.h"

#include "base/limits.h"
#include "training/tree.h"

#include <stdint.h>
#include <string.h>

enum {
    WORDS_FIRST = 1 << 10,
    ALIASES_BYTES = 4000, /* of one value, as responses/content_schema.c takes them in characters */
    LIST_VALUES = 200 * 1000,
    LIST_SLOTS = 4096,
};

struct word {
    struct str text;
    const struct word *next; /* of the same value */
};

struct list_value {
    size_t slot;
    struct str text;
    struct word *first, *last; /* its other names */
    size_t alias_bytes;
    const char *path;
    size_t line;
};

struct list_slot {
    struct str name, question;
    const char *path;
    size_t line;
    size_t values;
    size_t first; /* value */
};

struct place {
    struct str word; /* p == NULL: empty */
    size_t slot, value;
};

struct lists {
    struct imported *imported;
    struct list_slot *slots;
    size_t slot_count, slot_room;
    struct list_value *values;
    size_t value_count, value_room;
    struct place *places;
    size_t place_count, place_room; /* a power of two */
};

enum err lists_open(struct imported *imported, struct lists **out, struct fail *why)
{
    struct lists *lists = mem_take(1, sizeof *lists);
    if (!lists)
        return fail_memory(why);
    lists->imported = imported;
    lists->place_room = WORDS_FIRST;
    lists->places = mem_take(WORDS_FIRST, sizeof *lists->places);
    if (!lists->places) {
        lists_close(lists);
        return fail_memory(why);
    }
    *out = lists;
    return OK;
}

void lists_close(struct lists *lists)
{
    if (!lists)
        return;
    mem_give(lists->slots);
    mem_give(lists->values);
    mem_give(lists->places);
    mem_give(lists);
}

static void fail_room(struct lists *lists)
{
    struct fail why;
    imported_fail(lists->imported, fail_memory(&why), &why);
}

/* A copy that lives as long as the rows. */
static struct str keep(struct lists *lists, struct str s)
{
    struct str kept = arena_copy(imported_arena(lists->imported), s);
    if (!kept.p)
        fail_room(lists);
    return kept.p ? kept : STR("");
}

struct str lists_name(struct lists *lists, struct str entity, const char *path, size_t line)
{
    struct buf name;
    buf_init(&name, LIMIT_NAME_BYTES);
    for (size_t at = 0; at < entity.n;) {
        uint32_t rune = text_rune(entity, &at);
        bool is_digit = rune >= '0' && rune <= '9';
        if (is_digit && name.n == 0)
            buf_add_char(&name, '_');
        buf_add_rune(&name, text_rune_is_letter_or_digit(rune) ? rune : '_');
    }
    if (name.error == ERR_MEMORY)
        fail_room(lists);
    struct str kept = keep(lists, name.n ? str_from_buf(&name) : STR("entity"));
    buf_free(&name);
    if (!str_equal(kept, entity))
        imported_note(lists->imported, path, line, NOTE_CHANGED, "entity %.*s is slot %.*s here",
                      STR_ARG(text_shown(entity)), STR_ARG(kept));
    return kept;
}

static size_t slot_find(const struct lists *lists, struct str slot)
{
    size_t i = 0;
    while (i < lists->slot_count && !str_equal(lists->slots[i].name, slot))
        i++;
    return i;
}

void lists_slot(struct lists *lists, struct str slot, const char *path, size_t line)
{
    if (slot_find(lists, slot) < lists->slot_count)
        return;
    if (lists->slot_count == lists->slot_room) {
        size_t room = lists->slot_room ? 2 * lists->slot_room : 16;
        struct list_slot *slots =
            room <= LIST_SLOTS ? mem_grow(lists->slots, room, sizeof *slots) : NULL;
        if (!slots) {
            fail_room(lists);
            return;
        }
        lists->slots = slots;
        lists->slot_room = room;
    }
    lists->slots[lists->slot_count++] =
        (struct list_slot){.name = keep(lists, slot), .path = path, .line = line};
}

void lists_question(struct lists *lists, struct str slot, struct str question)
{
    size_t i = slot_find(lists, slot);
    if (i < lists->slot_count && !lists->slots[i].question.p)
        lists->slots[i].question = keep(lists, question);
}

/* ---- words ---- */

static uint64_t word_hash(size_t slot, struct str word)
{
    uint64_t hash = 14695981039346656037u ^ slot; /* FNV-1a */
    for (size_t i = 0; i < word.n; i++)
        hash = (hash ^ (unsigned char)word.p[i]) * 1099511628211u;
    return hash ^ hash >> 29;
}

/* Where the word is, or the empty place where it would go. */
static struct place *place_find(const struct lists *lists, size_t slot, struct str word)
{
    size_t i = (size_t)word_hash(slot, word) & (lists->place_room - 1);
    while (lists->places[i].word.p &&
           (lists->places[i].slot != slot || !str_equal(lists->places[i].word, word)))
        i = (i + 1) & (lists->place_room - 1);
    return &lists->places[i];
}

static bool places_grow(struct lists *lists)
{
    struct lists grown = *lists;
    if (2 * (lists->place_count + 1) <= lists->place_room)
        return true;
    grown.place_room = 2 * lists->place_room;
    grown.places = mem_take(grown.place_room, sizeof *grown.places);
    if (!grown.places) {
        fail_room(lists);
        return false;
    }
    for (size_t i = 0; i < lists->place_room; i++) {
        if (lists->places[i].word.p)
            *place_find(&grown, lists->places[i].slot, lists->places[i].word) = lists->places[i];
    }
    mem_give(lists->places);
    *lists = grown;
    return true;
}

static void place_take(struct lists *lists, size_t slot, struct str word, size_t value)
{
    if (!places_grow(lists))
        return;
    *place_find(lists, slot, word) = (struct place){word, slot, value};
    lists->place_count++;
}

/* The number of a value that is not there yet; lists->value_count when there is no room. */
static size_t value_add(struct lists *lists, size_t slot, struct str text, const char *path,
                        size_t line)
{
    if (lists->value_count == lists->value_room) {
        size_t room = lists->value_room ? 2 * lists->value_room : 64;
        struct list_value *values =
            lists->value_count < LIST_VALUES ? mem_grow(lists->values, room, sizeof *values) : NULL;
        if (!values) {
            fail_room(lists);
            return lists->value_count;
        }
        lists->values = values;
        lists->value_room = room;
    }
    size_t number = lists->value_count++;
    lists->values[number] =
        (struct list_value){.slot = slot, .text = keep(lists, text), .path = path, .line = line};
    if (lists->slots[slot].values++ == 0)
        lists->slots[slot].first = number;
    place_take(lists, slot, lists->values[number].text, number);
    return number;
}

/* What stops a text from being a word, or NULL. */
static const char *word_fault(struct str word)
{
    if (word.n == 0)
        return "it is empty";
    if (word.n > LIMIT_NAME_BYTES)
        return "it is longer than 128 bytes";
    if (str_find(word, STR("|")) < word.n || str_find(word, STR("\n")) < word.n ||
        str_find(word, STR("\t")) < word.n)
        return "it holds |, a tab or a line break";
    return NULL;
}

static bool word_is_fine(struct lists *lists, struct str slot, struct str word, const char *path,
                         size_t line)
{
    const char *fault = word_fault(word);
    if (fault)
        imported_note(lists->imported, path, line, NOTE_LEFT,
                      "\"%.*s\" is no value of slot %.*s: %s", STR_ARG(text_shown(word)),
                      STR_ARG(slot), fault);
    return !fault;
}

static void alias_add(struct lists *lists, size_t slot, size_t value, struct str word,
                      const char *path, size_t line)
{
    struct list_value *of = &lists->values[value];
    const struct place *place = place_find(lists, slot, word);
    if (place->word.p && place->value != value)
        imported_note(lists->imported, path, line, NOTE_LEFT,
                      "\"%.*s\" already means %.*s in slot %.*s", STR_ARG(word),
                      STR_ARG(lists->values[place->value].text), STR_ARG(lists->slots[slot].name));
    if (place->word.p)
        return;
    if (of->alias_bytes + word.n + 1 > ALIASES_BYTES) {
        imported_note(lists->imported, path, line, NOTE_LEFT,
                      "\"%.*s\": %.*s has as many other names as one value can", STR_ARG(word),
                      STR_ARG(of->text));
        return;
    }
    struct word *alias = arena_take(imported_arena(lists->imported), 1, sizeof *alias);
    if (!alias) {
        fail_room(lists);
        return;
    }
    alias->text = keep(lists, word);
    if (of->last)
        of->last->next = alias;
    else
        of->first = alias;
    of->last = alias;
    of->alias_bytes += word.n + 1;
    place_take(lists, slot, alias->text, value);
}

void lists_word(struct lists *lists, struct str slot, struct str value, struct str word,
                const char *path, size_t line)
{
    value = str_trim(value);
    word = str_trim(word);
    lists_slot(lists, slot, path, line);
    size_t s = slot_find(lists, slot);
    if (s == lists->slot_count || !word_is_fine(lists, slot, value, path, line))
        return;
    const struct place *place = place_find(lists, s, value);
    size_t v = place->word.p ? place->value : value_add(lists, s, value, path, line);
    if (v < lists->value_count && !str_equal(word, value) &&
        word_is_fine(lists, slot, word, path, line))
        alias_add(lists, s, v, word, path, line);
}

bool lists_seen(struct lists *lists, struct str slot, struct str value, struct str word,
                const char *path, size_t line)
{
    bool has_digit = false;
    for (size_t i = 0; i < value.n; i++)
        has_digit |= value.p[i] >= '0' && value.p[i] <= '9';
    if (has_digit && !lists_value(lists, slot, value).p)
        return false;
    if (word_fault(str_trim(value)))
        return false;
    lists_word(lists, slot, value, word, path, line);
    return true;
}

struct str lists_value(const struct lists *lists, struct str slot, struct str word)
{
    size_t s = slot_find(lists, slot);
    const struct place *place = s < lists->slot_count ? place_find(lists, s, word) : NULL;
    return place && place->word.p ? lists->values[place->value].text : STR_NONE;
}

struct str lists_first(const struct lists *lists, struct str slot)
{
    size_t s = slot_find(lists, slot);
    bool has_value = s < lists->slot_count && lists->slots[s].values > 0;
    return has_value ? lists->values[lists->slots[s].first].text : STR_NONE;
}

bool lists_has(const struct lists *lists, struct str slot)
{
    return slot_find(lists, slot) < lists->slot_count;
}

void lists_join(struct lists *lists, const struct lists *synonyms)
{
    for (size_t i = 0; i < synonyms->value_count; i++) {
        const struct list_value *from = &synonyms->values[i];
        bool is_used = false;
        for (size_t slot = 0; slot < lists->slot_count; slot++) {
            const struct place *place = place_find(lists, slot, from->text);
            if (!place->word.p)
                continue;
            is_used = true;
            size_t value = place->value;
            for (const struct word *word = from->first; word; word = word->next)
                alias_add(lists, slot, value, word->text, from->path, from->line);
        }
        if (!is_used)
            imported_note(lists->imported, from->path, from->line, NOTE_LEFT,
                          "synonym %.*s, which is a value of no entity", STR_ARG(from->text));
    }
}

/* ---- rows ---- */

static struct str aliases_join(struct lists *lists, const struct list_value *value)
{
    struct buf joined;
    buf_init(&joined, ALIASES_BYTES); /* alias_add saw to it that they fit */
    for (const struct word *word = value->first; word; word = word->next) {
        if (joined.n > 0)
            buf_add_char(&joined, '|');
        buf_add_str(&joined, word->text);
    }
    if (joined.error)
        fail_room(lists);
    struct str kept = joined.n ? keep(lists, str_from_buf(&joined)) : STR("");
    buf_free(&joined);
    return kept;
}

void lists_flush(struct lists *lists)
{
    for (size_t i = 0; i < lists->slot_count; i++) {
        const struct list_slot *slot = &lists->slots[i];
        struct str fields[IMPORTED_FIELDS] = {slot->name, STR("list"), slot->question};
        if (slot->values > 0)
            imported_add(lists->imported, KIND_SLOTS, slot->path, slot->line, fields);
        else
            imported_note(lists->imported, slot->path, slot->line, NOTE_LEFT,
                          "entity %.*s: no value of it is known", STR_ARG(slot->name));
    }
    for (size_t i = 0; i < lists->value_count; i++) {
        const struct list_value *value = &lists->values[i];
        struct str fields[IMPORTED_FIELDS] = {STR_NONE, lists->slots[value->slot].name, value->text,
                                              aliases_join(lists, value)};
        imported_add(lists->imported, KIND_VALUES, value->path, value->line, fields);
    }
}
