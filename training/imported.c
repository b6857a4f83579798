/* The rows and notes that readers of other systems' files collect. Both are plain arrays that grow;
 * the texts live in one arena with a maximum, so that no file, however it is made, takes more
 * memory than that. The first failure sticks, like that of a struct buf. */
#include "training/imported.h"

#include "base/limits.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 1 << 20, ROWS_FIRST = 1024, TEXT_BYTES = 1024 };

struct imported {
    struct arena *arena;
    struct imported_row *rows;
    struct imported_note *notes;
    size_t count, capacity, note_count, note_capacity, notes_dropped;
    enum err failed;
    struct fail why;
};

enum err imported_open(struct imported **out, struct fail *why)
{
    struct imported *imported = mem_take(1, sizeof *imported);
    if (!imported)
        return fail_memory(why);
    imported->arena = arena_open(BLOCK_BYTES, LIMIT_IMPORT_MEMORY);
    if (!imported->arena) {
        mem_give(imported);
        return fail_memory(why);
    }
    *out = imported;
    return OK;
}

void imported_close(struct imported *imported)
{
    if (!imported)
        return;
    arena_close(imported->arena);
    mem_give(imported->rows);
    mem_give(imported->notes);
    mem_give(imported);
}

struct arena *imported_arena(struct imported *imported)
{
    return imported->arena;
}

void imported_fail(struct imported *imported, enum err e, const struct fail *why)
{
    if (imported->failed)
        return;
    imported->failed = e;
    imported->why = *why;
}

enum err imported_error(const struct imported *imported, struct fail *why)
{
    return imported->failed ? fail(why, imported->failed, "%s", imported->why.text) : OK;
}

static void fail_room(struct imported *imported)
{
    struct fail why;
    enum err e = fail(&why, ERR_MEMORY, "no memory for what these files hold");
    imported_fail(imported, e, &why);
}

__attribute__((format(printf, 2, 0))) static const char *text_keep(struct imported *imported,
                                                                   const char *format, va_list args)
{
    char text[TEXT_BYTES];
    int n = vsnprintf(text, sizeof text, format, args);
    size_t used = n < 0 ? 0 : (size_t)n < sizeof text ? (size_t)n : sizeof text - 1;
    /* Cut between characters. */
    while ((size_t)n > used && used > 0 && !text_is_valid((struct str){text, used}))
        used--;
    for (size_t i = 0; i < used; i++) {
        if ((unsigned char)text[i] < 0x20)
            text[i] = ' '; /* a note is one line */
    }
    struct str kept = arena_copy(imported->arena, (struct str){text, used});
    if (!kept.p)
        fail_room(imported);
    return kept.p ? kept.p : "";
}

const char *imported_text(struct imported *imported, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    const char *text = text_keep(imported, format, args);
    va_end(args);
    return text;
}

/* Room for one more in an array; its new address, or NULL and the import has failed. */
static void *room_make(struct imported *imported, void *array, size_t count, size_t *capacity,
                       size_t size)
{
    if (count < *capacity)
        return array;
    size_t more = *capacity ? 2 * *capacity : ROWS_FIRST;
    void *grown = mem_grow(array, more, size);
    if (grown)
        *capacity = more;
    else
        fail_room(imported);
    return grown;
}

void imported_add_based(struct imported *imported, enum content_kind kind, bool is_told,
                        const char *path, size_t line, const struct str *fields, struct str base)
{
    struct fail why;
    if (imported->failed)
        return;
    if (imported->count >= LIMIT_ROWS) {
        enum err e = fail(&why, ERR_LIMIT, "%s:%zu: more than %d rows", path, line, LIMIT_ROWS);
        imported_fail(imported, e, &why);
        return;
    }
    struct imported_row *rows = room_make(imported, imported->rows, imported->count,
                                          &imported->capacity, sizeof *imported->rows);
    if (!rows)
        return;
    imported->rows = rows;
    struct imported_row *row = &rows[imported->count++];
    *row = (struct imported_row){
        .kind = kind, .is_told = is_told, .path = path, .line = line, .base = base};
    memcpy(row->fields, fields, sizeof row->fields);
}

void imported_add(struct imported *imported, enum content_kind kind, const char *path, size_t line,
                  const struct str *fields)
{
    imported_add_based(imported, kind, false, path, line, fields, STR_NONE);
}

bool imported_is_none(struct str intent)
{
    static const char none[] = "none";
    if (intent.n != sizeof none - 1)
        return str_equal(intent, STR("out_of_scope"));
    for (size_t i = 0; i < intent.n; i++) {
        if ((intent.p[i] | 0x20) != none[i])
            return false;
    }
    return true;
}

struct str imported_language(struct str locale)
{
    size_t end = 0;
    while (end < locale.n && locale.p[end] != '-' && locale.p[end] != '_')
        end++;
    return str_slice(locale, 0, end);
}

void imported_add_example(struct imported *imported, bool is_case, const char *path, size_t line,
                          struct str text, struct str intent, struct str language)
{
    struct str fields[IMPORTED_FIELDS] = {STR_NONE, text, intent, STR_NONE};
    if (imported_is_none(intent))
        fields[2] = STR("out_of_scope");
    if (language.n > 0)
        fields[3] = language;
    imported_add(imported, is_case ? KIND_CASES : KIND_EXAMPLES, path, line, fields);
}

/* One word: what an id may be. */
static struct str id_of(struct imported *imported, struct str intent, struct str language,
                        struct str channel)
{
    struct buf id;
    buf_init(&id, (size_t)4 * LIMIT_NAME_BYTES);
    buf_add_str(&id, intent);
    for (size_t i = 0; i < id.n; i++) {
        if (id.p[i] == ' ' || id.p[i] == '\t' || id.p[i] == '\n')
            id.p[i] = '_';
    }
    if (language.n > 0)
        buf_add_format(&id, "-%.*s", STR_ARG(language));
    if (channel.n > 0)
        buf_add_format(&id, "-%.*s", STR_ARG(channel));
    buf_add_text(&id, "-1");
    /* Too long for an id: one is made of the row's content. */
    bool is_short_of_memory = id.error == ERR_MEMORY;
    bool fits = !id.error && id.n <= LIMIT_NAME_BYTES;
    struct str kept = fits ? arena_copy(imported->arena, str_from_buf(&id)) : STR_NONE;
    buf_free(&id);
    if (is_short_of_memory || (fits && !kept.p))
        fail_room(imported);
    return kept;
}

void imported_add_answer(struct imported *imported, const char *path, size_t line,
                         struct str intent, struct str language, struct str channel,
                         struct str text)
{
    struct str fields[IMPORTED_FIELDS] = {id_of(imported, intent, language, channel), intent};
    if (channel.n > 0)
        fields[3] = channel;
    if (language.n > 0)
        fields[4] = language;
    fields[7] = text;
    imported_add(imported, KIND_ANSWERS, path, line, fields);
}

void imported_note(struct imported *imported, const char *path, size_t line,
                   enum imported_sort sort, const char *format, ...)
{
    if (imported->failed)
        return;
    if (imported->note_count >= LIMIT_IMPORT_NOTES) {
        imported->notes_dropped++;
        return;
    }
    struct imported_note *notes = room_make(imported, imported->notes, imported->note_count,
                                            &imported->note_capacity, sizeof *imported->notes);
    if (!notes)
        return;
    imported->notes = notes;
    va_list args;
    va_start(args, format);
    const char *text = text_keep(imported, format, args);
    va_end(args);
    notes[imported->note_count] = (struct imported_note){
        .path = path, .line = line, .sort = sort, .order = imported->note_count, .text = text};
    imported->note_count++;
}

size_t imported_count(const struct imported *imported)
{
    return imported->count;
}

const struct imported_row *imported_at(const struct imported *imported, size_t i)
{
    return &imported->rows[i];
}

static int by_place(const void *a, const void *b)
{
    const struct imported_note *x = a;
    const struct imported_note *y = b;
    int order = strcmp(x->path, y->path);
    if (order == 0)
        order = (x->line > y->line) - (x->line < y->line);
    return order ? order : (x->order > y->order) - (x->order < y->order);
}

size_t imported_notes_each(struct imported *imported,
                           void (*each)(void *data, const struct imported_note *note), void *data)
{
    if (imported->note_count > 0)
        qsort(imported->notes, imported->note_count, sizeof *imported->notes, by_place);
    for (size_t i = 0; i < imported->note_count; i++)
        each(data, &imported->notes[i]);
    return imported->notes_dropped;
}
