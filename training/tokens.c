/* Text into word numbers. Words are hashed as features.h hashes them, so that what is learnt here
 * is found again in a message. First the whole text as numbers in order of appearance, then
 * renumbered by frequency once all is counted. */
#include "training/tokens.h"

#include "base/files.h"
#include "base/limits.h"
#include "classifier/features.h"
#include "classifier/normalise.h"

#include <stdlib.h>
#include <string.h>

enum {
    OWN_COUNT_MINIMUM = 2,     /* a word of the examples is kept from here on    */
    GENERAL_COUNT_MINIMUM = 5, /* and one that only the general text has         */
    TOKENS_MAXIMUM = 200 * 1000 * 1000,
};

struct entry {
    uint64_t hash; /* 0: empty */
    uint64_t count;
    uint32_t number; /* in order of appearance, from 1 */
    bool is_own;
};

struct reader {
    struct token_stream *out;
    struct entry *slots;
    size_t mask, used;
    struct features *features;
    struct buf text;
    bool is_own;
    struct fail *why;
};

static bool grow_slots(struct reader *r)
{
    size_t room = r->slots ? (r->mask + 1) * 2 : 1 << 16;
    struct entry *slots = mem_take(room, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; r->slots && i <= r->mask; i++) {
        size_t at = r->slots[i].hash & (room - 1);
        while (r->slots[i].hash && slots[at].hash)
            at = (at + 1) & (room - 1);
        if (r->slots[i].hash)
            slots[at] = r->slots[i];
    }
    mem_give(r->slots);
    r->slots = slots;
    r->mask = room - 1;
    return true;
}

static bool put_word(struct reader *r, uint32_t word)
{
    struct token_stream *out = r->out;
    if (out->count == out->room) {
        size_t room = out->room ? out->room * 2 : 1 << 16;
        uint32_t *words = mem_grow(out->words, room, sizeof *words);
        if (!words)
            return false;
        out->words = words;
        out->room = room;
    }
    out->words[out->count++] = word;
    return true;
}

/* Punctuation says little of its neighbours and would push them out of the window. */
static bool is_spoken(struct str word)
{
    size_t at = 0;
    return text_rune_is_letter_or_digit(text_rune(word, &at));
}

static enum err read_paragraph(struct reader *r, struct str text)
{
    struct str normalised;
    buf_clear(&r->text);
    enum err e = normalise(text, &r->text, &normalised, r->why);
    if (e)
        return e;
    features_extract(normalised, STYLE_ACROSS, r->features);
    for (size_t i = 0; i < r->features->word_count; i++) {
        if (!is_spoken(r->features->word_text[i]))
            continue;
        if (r->used * 2 >= r->mask && !grow_slots(r))
            return fail_memory(r->why);
        size_t at = r->features->words[i] & r->mask;
        while (r->slots[at].hash && r->slots[at].hash != r->features->words[i])
            at = (at + 1) & r->mask;
        struct entry *entry = &r->slots[at];
        if (!entry->hash)
            *entry = (struct entry){r->features->words[i], 0, (uint32_t)++r->used, false};
        entry->count++;
        entry->is_own |= r->is_own;
        r->out->total++;
        if (!put_word(r, entry->number))
            return fail_memory(r->why);
    }
    return put_word(r, WORD_BREAK) ? OK : fail_memory(r->why);
}

/* A paragraph ends at an empty line, or where it would pass what one extraction takes. */
static enum err read_text(struct reader *r, struct str text)
{
    enum err e = OK;
    size_t from = 0, at = 0;
    while (at < text.n && !e && r->out->count < TOKENS_MAXIMUM) {
        const char *newline = memchr(text.p + at, '\n', text.n - at);
        size_t end = newline ? (size_t)(newline - text.p) : text.n;
        bool is_empty = str_trim(str_slice(text, at, end)).n == 0;
        bool is_long = end - from > LIMIT_MESSAGE_BYTES;
        at = end + 1;
        if (!is_empty && !is_long && end < text.n)
            continue;
        while (!e && from < end) { /* a line may itself be longer than that */
            size_t to = end - from > LIMIT_MESSAGE_BYTES ? from + LIMIT_MESSAGE_BYTES : end;
            while (to < end && to > from && text.p[to] != ' ')
                to--;
            if (to == from)
                to = end - from > LIMIT_MESSAGE_BYTES ? from + LIMIT_MESSAGE_BYTES : end;
            e = read_paragraph(r, str_slice(text, from, to));
            from = to;
        }
        from = at < text.n ? at : text.n;
    }
    return e;
}

struct folder {
    struct reader *reader;
    const char *path;
};

static enum err read_file(void *data, const char *name, struct fail *why)
{
    struct folder *folder = data;
    char path[4096];
    struct buf text;
    buf_init(&text, LIMIT_FILE_BYTES);
    enum err e = file_path(path, sizeof path, folder->path, name, why);
    if (!e && file_is_folder(path))
        goto done;
    if (!e)
        e = file_read(path, LIMIT_FILE_BYTES, &text, why);
    if (!e)
        e = read_text(folder->reader, str_from_buf(&text));
done:
    buf_free(&text);
    return e;
}

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    if (x->count != y->count)
        return x->count < y->count ? 1 : -1;
    return x->hash < y->hash ? -1 : x->hash > y->hash;
}

/* Keeps the frequent words and renumbers the stream. */
static enum err number_words(struct reader *r)
{
    struct token_stream *out = r->out;
    size_t kept = 0, most = TOKENS_WORDS_MAXIMUM;
    uint32_t *renumber = mem_take(r->used + 1, sizeof *renumber);
    if (!renumber)
        return fail_memory(r->why);
    for (size_t i = 0; i <= r->mask; i++)
        if (r->slots[i].hash &&
            r->slots[i].count >=
                (uint64_t)(r->slots[i].is_own ? OWN_COUNT_MINIMUM : GENERAL_COUNT_MINIMUM))
            r->slots[kept++] = r->slots[i];
    qsort(r->slots, kept, sizeof *r->slots, compare_entries);
    out->vocabulary = kept < most ? kept : most;
    out->hashes = mem_take(out->vocabulary + 1, sizeof *out->hashes);
    out->counts = mem_take(out->vocabulary + 1, sizeof *out->counts);
    if (!out->hashes || !out->counts) {
        mem_give(renumber);
        return fail_memory(r->why);
    }
    for (size_t i = 0; i < out->vocabulary; i++) {
        out->hashes[i] = r->slots[i].hash;
        out->counts[i] = r->slots[i].count;
        renumber[r->slots[i].number] = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < out->count; i++)
        if (out->words[i] != WORD_BREAK)
            out->words[i] = renumber[out->words[i]];
    mem_give(renumber);
    return OK;
}

enum err tokens_open(const struct corpus *corpus, const char *folder, struct token_stream *out,
                     struct fail *why)
{
    *out = (struct token_stream){0};
    struct reader r = {.out = out, .is_own = true, .why = why};
    r.features = mem_take(1, sizeof *r.features);
    buf_init(&r.text, LIMIT_NORMALISED_BYTES);
    enum err e = r.features && grow_slots(&r) ? OK : fail_memory(why);
    for (size_t i = 0; !e && i < corpus->count; i++)
        e = read_paragraph(&r, corpus->texts[i]);
    out->own_count = out->count;
    r.is_own = false;
    struct folder walk = {&r, folder};
    if (!e && folder)
        e = folder_list(folder, read_file, &walk, why);
    if (!e)
        e = number_words(&r);
    mem_give(r.slots);
    mem_give(r.features);
    buf_free(&r.text);
    if (e)
        tokens_close(out);
    return e;
}

void tokens_close(struct token_stream *tokens)
{
    mem_give(tokens->words);
    mem_give(tokens->hashes);
    mem_give(tokens->counts);
    *tokens = (struct token_stream){0};
}
