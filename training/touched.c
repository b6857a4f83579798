/* Two texts of one document are cut into passages as the index cuts them, and compared by what the
 * passages say and by their headings: a passage that is in both as it was has not been touched,
 * wherever it stands. What hangs on the rest is looked for in touched_rows.c. */
#include "base/arena.h"
#include "base/limits.h"
#include "fallback/documents.h"
#include "training/figures.h"
#include "training/touched_parts.h"

#include <stdlib.h>
#include <string.h>

enum { ID, FROM = 3, TEXT = 5, SERIES = 7, BLOCK_BYTES = 1 << 20, FIRST = 64 };

struct part { /* a passage */
    uint64_t heading_hash, text_hash;
    struct str heading;
    struct str text;
};
struct parts {
    struct str whole;
    struct part *all;
    size_t count, room;
    struct arena *arena;
};

struct document { /* of the content */
    struct str id, series, from, text;
    bool is_wanted; /* its text */
};

struct wanted {
    struct str id;
    struct document *document;
};

struct noted {
    struct str id, before;
};

struct touched {
    struct arena *arena;
    struct noted *noted; /* by id, once told */
    size_t noted_count, noted_room;
    struct document *documents;
    size_t document_count, document_room;
    struct wanted *wanted; /* by id */
    size_t wanted_count;
};

const char *touch_name(enum touch_sort sort)
{
    static const char *const names[] = {
        "ended", "passage changed", "passage gone", "passage new", "question",
        "fact",  "answer",          "statement",    "rate",        "pin"};
    return names[sort];
}

enum err touched_open(struct touched **out, struct fail *why)
{
    struct touched *touched = mem_take(1, sizeof *touched);
    if (!touched)
        return fail_memory(why);
    touched->arena = arena_open(BLOCK_BYTES, LIMIT_IMPORT_MEMORY);
    if (!touched->arena) {
        mem_give(touched);
        return fail_memory(why);
    }
    *out = touched;
    return OK;
}

void touched_close(struct touched *touched)
{
    if (!touched)
        return;
    arena_close(touched->arena);
    mem_give(touched->noted);
    mem_give(touched->documents);
    mem_give(touched->wanted);
    mem_give(touched);
}

/* Room for one more; NULL when out of memory, and the array stays. */
static void *room_make(void *array, size_t *room, size_t count, size_t size)
{
    if (count < *room)
        return array;
    size_t more = *room ? 2 * *room : FIRST;
    void *grown = mem_grow(array, more, size);
    *room = grown ? more : *room;
    return grown;
}

enum err touched_add(struct touched *touched, struct str id, struct str before, struct fail *why)
{
    struct noted *noted =
        room_make(touched->noted, &touched->noted_room, touched->noted_count, sizeof *noted);
    if (!noted)
        return fail_memory(why);
    touched->noted = noted;
    noted += touched->noted_count;
    *noted = (struct noted){arena_copy(touched->arena, id), arena_copy(touched->arena, before)};
    if (!noted->id.p || !noted->before.p)
        return fail_memory(why);
    touched->noted_count++;
    return OK;
}

/* ---- hashes ---- */

static int by_value(const void *a, const void *b)
{
    const uint64_t x = *(const uint64_t *)a;
    const uint64_t y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

void hash_put(struct hashes *hashes, uint64_t hash)
{
    uint64_t *all = room_make(hashes->all, &hashes->room, hashes->count, sizeof *all);
    hashes->failed |= !all;
    if (!all)
        return;
    hashes->all = all;
    all[hashes->count++] = hash;
}

void hashes_sort(struct hashes *hashes)
{
    if (hashes->count > 1)
        qsort(hashes->all, hashes->count, sizeof *hashes->all, by_value);
}

bool hashes_have(const struct hashes *hashes, uint64_t hash)
{
    return hashes->count > 0 &&
           bsearch(&hash, hashes->all, hashes->count, sizeof hash, by_value) != NULL;
}

uint64_t hash_of(struct str s)
{
    uint64_t hash = 0xCBF29CE484222325U;
    for (size_t i = 0; i < s.n; i++)
        hash = (hash ^ (unsigned char)s.p[i]) * 0x100000001B3U;
    return hash;
}

/* ---- two texts ---- */

static enum err part_add(void *data, const struct passage *passage, struct fail *why)
{
    struct parts *parts = data;
    struct part *all = room_make(parts->all, &parts->room, parts->count, sizeof *all);
    struct str heading = arena_copy(parts->arena, passage->heading);
    if (all)
        parts->all = all;
    if (!all || !heading.p)
        return fail_memory(why);
    struct str text = str_trim(str_slice(parts->whole, passage->from, passage->to));
    all[parts->count++] = (struct part){hash_of(heading), hash_of(text), heading, text};
    return OK;
}

static enum err hashes_take(const struct parts *parts, struct hashes *headings,
                            struct hashes *texts, struct fail *why)
{
    for (size_t i = 0; i < parts->count; i++) {
        hash_put(headings, parts->all[i].heading_hash);
        hash_put(texts, parts->all[i].text_hash);
    }
    hashes_sort(headings);
    hashes_sort(texts);
    return headings->failed || texts->failed ? fail_memory(why) : OK;
}

static void figure_known(void *data, uint64_t hash, struct str figure)
{
    (void)figure;
    hash_put(data, hash);
}

static void figure_gone(void *data, uint64_t hash, struct str figure)
{
    struct telling *telling = data;
    (void)figure;
    if (!hashes_have(telling->in_new, hash))
        hash_put(&telling->gone, hash);
}

void touch_tell(const struct telling *telling, enum touch_sort sort, struct str name,
                struct str more)
{
    const struct touch touch = {sort, telling->document, name, more};
    telling->each(telling->data, &touch);
}

/* Passages by heading, old and new, and the figures that went. */
static void parts_tell(struct telling *telling, const struct parts *old, const struct parts *new,
                       const struct hashes *sides /* old headings, texts; new headings, texts */)
{
    uint64_t last = 0;
    for (size_t i = 0; i < new->count; i++) {
        const struct part *part = &new->all[i];
        bool is_again = i > 0 && part->heading_hash == last;
        if (hashes_have(&sides[1], part->text_hash) || is_again)
            continue;
        last = part->heading_hash;
        touch_tell(telling, hashes_have(&sides[0], part->heading_hash) ? TOUCH_CHANGED : TOUCH_NEW,
                   part->heading, STR(""));
    }
    last = 0;
    for (size_t i = 0; i < old->count; i++) {
        const struct part *part = &old->all[i];
        if (hashes_have(&sides[3], part->text_hash))
            continue;
        figures_each(part->text, figure_gone, telling);
        if (!hashes_have(&sides[2], part->heading_hash) && (i == 0 || part->heading_hash != last))
            touch_tell(telling, TOUCH_GONE, part->heading, STR(""));
        last = part->heading_hash;
    }
    hashes_sort(&telling->gone);
}

static enum err texts_compare(struct telling *telling, struct arena *arena, struct str before,
                              struct str after, struct fail *why)
{
    struct parts old = {.whole = before, .arena = arena};
    struct parts new = {.whole = after, .arena = arena};
    struct hashes sides[4] = {{.count = 0}};
    struct hashes figures = {.count = 0};
    enum err e = document_cut(before, part_add, &old, why);
    if (!e)
        e = document_cut(after, part_add, &new, why);
    if (!e)
        e = hashes_take(&old, &sides[0], &sides[1], why);
    if (!e)
        e = hashes_take(&new, &sides[2], &sides[3], why);
    figures_each(after, figure_known, &figures);
    hashes_sort(&figures);
    telling->in_new = &figures;
    if (!e)
        parts_tell(telling, &old, &new, sides);
    telling->in_new = NULL;
    if (!e && (figures.failed || telling->gone.failed))
        e = fail_memory(why);
    for (size_t i = 0; i < 4; i++)
        mem_give(sides[i].all);
    mem_give(figures.all);
    mem_give(old.all);
    mem_give(new.all);
    return e;
}

/* ---- the documents ---- */

static enum err document_add(void *data, const struct str *fields, struct fail *why)
{
    struct touched *t = data;
    struct document *all =
        room_make(t->documents, &t->document_room, t->document_count, sizeof *all);
    if (!all)
        return fail_memory(why);
    t->documents = all;
    struct document *d = &all[t->document_count++];
    const struct str series = fields[SERIES].n > 0 ? fields[SERIES] : fields[ID];
    *d = (struct document){.id = arena_copy(t->arena, fields[ID]),
                           .series = arena_copy(t->arena, series),
                           .from = arena_copy(t->arena, fields[FROM])};
    return d->id.p && d->series.p && d->from.p ? OK : fail_memory(why);
}

static int by_day(const void *a, const void *b)
{
    const struct document *x = a;
    const struct document *y = b;
    int order = str_compare(x->series, y->series);
    if (order == 0)
        order = str_compare(x->from, y->from);
    return order ? order : str_compare(x->id, y->id);
}

static int by_id(const void *a, const void *b)
{
    return str_compare(((const struct noted *)a)->id, ((const struct noted *)b)->id);
}

static const struct noted *noted_find(const struct touched *t, struct str id)
{
    const struct noted key = {.id = id};
    return bsearch(&key, t->noted, t->noted_count, sizeof key, by_id);
}

/* The version before it, where that is what it is held against. */
static struct document *before_of(const struct touched *t, size_t i, const struct noted *noted)
{
    bool has_one = i > 0 && str_equal(t->documents[i - 1].series, t->documents[i].series);
    return has_one && noted->before.n == 0 ? &t->documents[i - 1] : NULL;
}

static int by_wanted_id(const void *a, const void *b)
{
    return str_compare(((const struct wanted *)a)->id, ((const struct wanted *)b)->id);
}

static enum err text_take(void *data, const struct str *fields, struct fail *why)
{
    struct touched *t = data;
    const struct wanted key = {.id = fields[ID]};
    const struct wanted *found =
        bsearch(&key, t->wanted, t->wanted_count, sizeof key, by_wanted_id);
    if (!found)
        return OK;
    found->document->text = arena_copy(t->arena, fields[TEXT]);
    return found->document->text.p ? OK : fail_memory(why);
}

/* Which documents' texts are to be compared. */
static enum err texts_mark(struct touched *t, struct fail *why)
{
    for (size_t i = 0; i < t->document_count; i++) {
        const struct noted *noted = noted_find(t, t->documents[i].id);
        struct document *before = noted ? before_of(t, i, noted) : NULL;
        if (!noted || (!before && noted->before.n == 0))
            continue;
        t->documents[i].is_wanted = true;
        if (before)
            before->is_wanted = true;
    }
    t->wanted = mem_take(t->document_count + 1, sizeof *t->wanted);
    if (!t->wanted)
        return fail_memory(why);
    for (size_t i = 0; i < t->document_count; i++)
        if (t->documents[i].is_wanted)
            t->wanted[t->wanted_count++] = (struct wanted){t->documents[i].id, &t->documents[i]};
    if (t->wanted_count > 1)
        qsort(t->wanted, t->wanted_count, sizeof *t->wanted, by_wanted_id);
    return OK;
}

static enum err document_tell(struct touched *t, struct content *content, size_t i,
                              struct telling *telling, struct fail *why)
{
    const struct document *d = &t->documents[i];
    const struct noted *noted = noted_find(t, d->id);
    const struct document *before = noted ? before_of(t, i, noted) : NULL;
    if (!noted || (!before && noted->before.n == 0))
        return OK;
    telling->document = telling->names[0] = d->id;
    telling->names[1] = d->series;
    telling->names[2] = before ? before->id : STR("");
    telling->gone.count = 0;
    telling->from = d->from;
    telling->before = before ? before->text : noted->before;
    telling->after = d->text;
    enum err e = texts_compare(telling, t->arena, telling->before, telling->after, why);
    return e ? e : touched_rows_tell(telling, content, why);
}

enum err touched_tell(struct touched *t, struct content *content, const char *bot_folder,
                      void (*each)(void *data, const struct touch *touch), void *data,
                      struct fail *why)
{
    struct telling telling = {.each = each, .data = data, .bot_folder = bot_folder};
    if (t->noted_count == 0)
        return OK;
    qsort(t->noted, t->noted_count, sizeof *t->noted, by_id);
    enum err e = content_each(content, KIND_DOCUMENTS, document_add, t, why);
    if (!e && t->document_count > 1)
        qsort(t->documents, t->document_count, sizeof *t->documents, by_day);
    if (!e)
        e = texts_mark(t, why);
    if (!e && t->wanted_count > 0)
        e = content_each(content, KIND_DOCUMENTS, text_take, t, why);
    for (size_t i = 0; i < t->document_count && !e; i++)
        e = document_tell(t, content, i, &telling, why);
    mem_give(telling.gone.all);
    mem_give(telling.facts.all);
    return e;
}
