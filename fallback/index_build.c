/* Building an index of passages. Documents are put in order of their ids and cut; every passage's
 * terms are counted in its text (with its known questions) and in its title and headings. What a
 * term then adds to a passage's score is index_scores.c's; the image is put together here. Nothing
 * depends on the order in which documents come, on threads or on the CPU. */
#include "base/arena.h"
#include "base/limits.h"
#include "fallback/documents.h"
#include "fallback/index_parts.h"
#include "fallback/jamo.h"

#include <stdlib.h>
#include <string.h>

enum { COUNT_MOST = 255 };

/* ---- growing ---- */

/* The array with room for one more, elsewhere perhaps; NULL when out of memory, and it stays. */
static void *grown(void *array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return array;
    size_t more = *room ? *room * 2 : 1024;
    void *new = mem_grow(array, more, size);
    if (new)
        *room = more;
    return new;
}

static bool grow_slots(struct builder *b)
{
    size_t room = b->slots ? (b->slot_mask + 1) * 2 : 1 << 12;
    uint32_t *slots = mem_take(room, sizeof *slots);
    if (!slots)
        return false;
    for (size_t i = 0; i < b->known_count; i++) {
        size_t at = b->known[i].key & (room - 1);
        while (slots[at])
            at = (at + 1) & (room - 1);
        slots[at] = (uint32_t)i + 1;
    }
    mem_give(b->slots);
    b->slots = slots;
    b->slot_mask = room - 1;
    return true;
}

static struct known *known_find(struct builder *b, const struct term *term)
{
    if ((!b->slots || b->known_count * 2 > b->slot_mask) && !grow_slots(b))
        return NULL;
    size_t at = term->key & b->slot_mask;
    while (b->slots[at] && b->known[b->slots[at] - 1].key != term->key)
        at = (at + 1) & b->slot_mask;
    if (!b->slots[at]) {
        struct known *more = grown(b->known, &b->known_room, b->known_count, sizeof *more);
        if (!more)
            return NULL;
        b->known = more;
        b->known[b->known_count] = (struct known){.key = term->key, .is_pair = term->is_pair};
        b->slots[at] = (uint32_t)++b->known_count;
    }
    return &b->known[b->slots[at] - 1];
}

/* ---- strings ---- */

static struct index_string string_put(struct builder *b, struct str s)
{
    struct index_string at = {(uint32_t)b->strings.n, (uint32_t)s.n};
    if (s.n > 0)
        buf_add_str(&b->strings, s);
    return at;
}

/* ---- a passage ---- */

static void jamo_count(void *data, uint64_t hash)
{
    struct builder *b = data;
    size_t bucket = hash % JAMO_BUCKETS;
    b->jamo_here++;
    if (b->jamo_seen[bucket] != b->passage_count + 1) {
        b->jamo_seen[bucket] = (uint32_t)b->passage_count + 1;
        b->jamo_df[bucket]++;
    }
}

/* Adds the terms at hand as those of `zone`; those of the title may be there already as the text's.
 */
static bool zone_take(struct builder *b, size_t first, int zone)
{
    size_t count = 0, text_end = b->raw_count;
    const struct term *terms = terms_all(b->terms, &count);
    for (size_t i = 0; i < count; i++) {
        struct known *known = known_find(b, &terms[i]);
        struct raw *more = grown(b->raws, &b->raw_room, b->raw_count, sizeof *more);
        if (!more || !known)
            return false;
        b->raws = more;
        uint32_t term = (uint32_t)(known - b->known);
        size_t at = first;
        while (zone > 0 && at < text_end && b->raws[at].term != term)
            at++;
        if (zone == 0 || at == text_end) {
            at = b->raw_count++;
            b->raws[at] = (struct raw){.term = term};
            known->count++;
        }
        for (int f = 0; f < TERM_FIELDS; f++) {
            uint32_t n = terms[i].counts[f];
            b->raws[at].counts[zone][f] = (uint8_t)(n < COUNT_MOST ? n : COUNT_MOST);
            known->df[f] += zone == 0 && n > 0;
        }
    }
    for (int f = 0; f < TERM_FIELDS; f++) {
        uint64_t n = terms_lengths(b->terms)[f];
        b->lengths[b->passage_count][zone][f] = (uint32_t)n;
        b->totals[zone][f] += n;
    }
    return true;
}

static bool passage_room(struct builder *b)
{
    size_t room[3] = {b->passage_room, b->passage_room, b->passage_room};
    struct index_passage *passages =
        grown(b->passages, &room[0], b->passage_count, sizeof *passages);
    b->passages = passages ? passages : b->passages;
    size_t *from = grown(b->raw_from, &room[1], b->passage_count, sizeof *from);
    b->raw_from = from ? from : b->raw_from;
    uint32_t(*lengths)[ZONES][TERM_FIELDS] =
        grown(b->lengths, &room[2], b->passage_count, sizeof *lengths);
    b->lengths = lengths ? lengths : b->lengths;
    if (!passages || !from || !lengths)
        return false;
    b->passage_room = room[0];
    return true;
}

/* The page on which this byte lies. */
static uint32_t page_of(struct str pages, size_t at)
{
    uint32_t page = pages.n > 0;
    struct str part;
    uint64_t from = 0;
    while (pages.n > 0 && str_next(&pages, ' ', &part) && str_to_u64(part, &from) && from <= at)
        page++;
    return page;
}

/* Where a passage's words begin: the white space before them may lie on another page. */
static size_t words_from(struct str text, size_t from)
{
    while (from < text.n && (text.p[from] == ' ' || text.p[from] == '\n'))
        from++;
    return from;
}

static enum err passage_take(void *data, const struct passage *passage, struct fail *why)
{
    struct builder *b = data;
    const struct document_row *row = &b->rows[b->order[b->now]];
    const struct str text = str_slice(row->text, passage->from, passage->to);
    const struct str title = row->title.n > 0 ? row->title : document_title(row->text);
    const size_t first = b->raw_count;
    if (!passage_room(b))
        return fail_memory(why);
    b->raw_from[b->passage_count] = first;
    terms_clear(b->terms);
    enum err e = terms_add(b->terms, text, why);
    if (!e && row->variants.n > 0)
        e = terms_add(b->terms, row->variants, why);
    /* What a document opens with is said of all of it. */
    if (!e && passage->from > 0 && str_starts(row->text, title))
        e = terms_add(b->terms, title, why);
    if (!e && !zone_take(b, first, 0))
        e = fail_memory(why);
    terms_clear(b->terms);
    if (!e)
        e = terms_add(b->terms, title, why);
    if (!e && passage->heading.n > 0 && !str_equal(passage->heading, title))
        e = terms_add(b->terms, passage->heading, why);
    if (!e && !zone_take(b, first, 1))
        e = fail_memory(why);
    if (e)
        return e;
    b->jamo_here = 0;
    jamo_each(text, NULL, jamo_count, b);
    b->jamo_total += b->jamo_here;
    b->passages[b->passage_count++] =
        (struct index_passage){(uint32_t)b->now,
                               (uint32_t)passage->from,
                               (uint32_t)passage->to,
                               string_put(b, passage->heading),
                               page_of(row->pages, words_from(row->text, passage->from)),
                               b->jamo_here};
    return b->passage_count < UINT32_MAX / 2 ? OK : fail(why, ERR_LIMIT, "too many passages");
}

static enum err document_take(struct builder *b, struct fail *why)
{
    const struct document_row *row = &b->rows[b->order[b->now]];
    unsigned char hash[HASH_BYTES];
    struct index_document *d = &b->documents[b->now];
    hash_bytes(row->text, hash);
    memcpy(&d->version, hash, sizeof d->version);
    d->id = string_put(b, row->id);
    d->title = string_put(b, row->title.n > 0 ? row->title : document_title(row->text));
    d->product = string_put(b, row->product);
    d->text = string_put(b, row->text);
    d->series = row->series.n > 0 ? string_put(b, row->series) : d->id;
    d->effective_from = row->from;
    d->effective_to = row->to;
    return document_cut(row->text, passage_take, b, why);
}

/* ---- the image ---- */

static void section_put(struct buf *out, enum index_section which, const void *bytes, size_t n)
{
    static const char zeros[64] = {0};
    buf_add(out, zeros, (64 - out->n % 64) % 64);
    size_t from = out->n;
    if (n > 0)
        buf_add(out, bytes, n);
    if (out->error)
        return;
    struct index_head *head = (struct index_head *)(void *)out->p;
    head->from[which] = from;
    head->size[which] = n;
}

static struct index_term *table_make(const struct builder *b, const struct lists *lists,
                                     size_t *slots)
{
    *slots = 2;
    while (*slots < b->known_count + b->known_count / 2 + 1)
        *slots *= 2;
    struct index_term *table = mem_take(*slots, sizeof *table);
    for (size_t i = 0; table && i < b->known_count; i++) {
        size_t at = lists->terms[i].key & (*slots - 1);
        while (table[at].key)
            at = (at + 1) & (*slots - 1);
        table[at] = lists->terms[i];
    }
    return table;
}

static enum err image_put(struct builder *b, struct lists *lists, struct buf *out, struct fail *why)
{
    struct index_head head = {.magic = {'P', 'A', 'R', 'I', 'D', 'X', '\r', '\n'},
                              .version = INDEX_VERSION,
                              .documents = (uint32_t)b->count,
                              .passages = (uint32_t)b->passage_count,
                              .terms = (uint32_t)b->known_count};
    const struct index_answerable none = {.is_fitted = 0};
    size_t slots = 0;
    struct index_term *table = table_make(b, lists, &slots);
    uint16_t *jamo = mem_take(JAMO_BUCKETS, sizeof *jamo);
    enum err e = table && jamo ? OK : fail_memory(why);
    if (!e) {
        jamo_finish(b, jamo);
        buf_add(out, &head, sizeof head);
        section_put(out, SECTION_STRINGS, b->strings.p, b->strings.n);
        section_put(out, SECTION_DOCUMENTS, b->documents, b->count * sizeof *b->documents);
        section_put(out, SECTION_PASSAGES, b->passages, b->passage_count * sizeof *b->passages);
        section_put(out, SECTION_TERMS, table, slots * sizeof *table);
        section_put(out, SECTION_POSTINGS, lists->postings, lists->posting_count * 4);
        section_put(out, SECTION_IMPACTS, lists->impacts, lists->impact_count);
        section_put(out, SECTION_JAMO, jamo, JAMO_BUCKETS * sizeof *jamo);
        section_put(out, SECTION_ANSWERABLE, &none, sizeof none);
        e = buf_error(out, "the index of passages", why);
    }
    mem_give(table);
    mem_give(jamo);
    if (!e)
        index_image_answerable(out, &none);
    return e;
}

void index_image_answerable(struct buf *image, const struct index_answerable *answerable)
{
    struct index_head *head = (struct index_head *)(void *)image->p;
    memcpy(image->p + head->from[SECTION_ANSWERABLE], answerable, sizeof *answerable);
    index_hash((const unsigned char *)image->p, image->n, head->hash);
}

struct sorted {
    struct str id;
    uint32_t row;
};

static int compare_ids(const void *a, const void *b)
{
    return str_compare(((const struct sorted *)a)->id, ((const struct sorted *)b)->id);
}

static enum err rows_sort(struct builder *b, struct fail *why)
{
    struct sorted *sorted = mem_take(b->count + 1, sizeof *sorted);
    b->order = mem_take(b->count + 1, sizeof *b->order);
    enum err e = sorted && b->order ? OK : fail_memory(why);
    for (size_t i = 0; !e && i < b->count; i++)
        sorted[i] = (struct sorted){b->rows[i].id, (uint32_t)i};
    if (!e)
        qsort(sorted, b->count, sizeof *sorted, compare_ids);
    for (size_t i = 0; !e && i < b->count; i++) {
        b->order[i] = sorted[i].row;
        if (i > 0 && str_equal(sorted[i].id, sorted[i - 1].id))
            e = fail(why, ERR_INPUT, "two documents have the id \"%.*s\"", STR_ARG(sorted[i].id));
    }
    mem_give(sorted);
    return e;
}

static enum err build(struct builder *b, struct lists *lists, struct buf *out, struct fail *why)
{
    enum err e = rows_sort(b, why);
    b->documents = mem_take(b->count + 1, sizeof *b->documents);
    b->jamo_df = mem_take(JAMO_BUCKETS, sizeof *b->jamo_df);
    b->jamo_seen = mem_take(JAMO_BUCKETS, sizeof *b->jamo_seen);
    if (!e)
        e = b->documents && b->jamo_df && b->jamo_seen ? terms_open(&b->terms, why)
                                                       : fail_memory(why);
    for (b->now = 0; !e && b->now < b->count; b->now++)
        e = document_take(b, why);
    if (!e)
        e = buf_error(&b->strings, "the documents", why);
    if (!e && !postings_open(b, lists))
        e = fail_memory(why);
    if (e)
        return e;
    postings_fill(b, lists);
    return image_put(b, lists, out, why);
}

enum err index_build(const struct document_row *rows, size_t count, struct buf *out,
                     struct fail *why)
{
    struct builder b = {.rows = rows, .count = count};
    struct lists lists = {.terms = NULL};
    buf_init(&b.strings, LIMIT_FILE_BYTES);
    enum err e = build(&b, &lists, out, why);
    terms_close(b.terms);
    mem_give(b.order);
    mem_give(b.raws);
    mem_give(b.known);
    mem_give(b.slots);
    mem_give(b.documents);
    mem_give(b.passages);
    mem_give(b.raw_from);
    mem_give(b.lengths);
    mem_give(b.jamo_df);
    mem_give(b.jamo_seen);
    mem_give(lists.terms);
    mem_give(lists.postings);
    mem_give(lists.impacts);
    buf_free(&b.strings);
    return e;
}
