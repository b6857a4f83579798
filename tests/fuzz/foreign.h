/* What the fuzz targets of the readers of other systems' files share: a bundle made of the input,
 * and what must hold of whatever a reader makes of it. */
#ifndef FOREIGN_H
#define FOREIGN_H

#include "base/limits.h"
#include "training/readers.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

static struct imported *foreign_open(struct bundle *bundle)
{
    struct imported *imported = NULL;
    assert(imported_open(&imported, NULL) == OK);
    bundle_init(bundle, imported_arena(imported));
    return imported;
}

__attribute__((unused)) static void foreign_add(struct bundle *bundle, const char *name,
                                                const uint8_t *data, size_t size)
{
    assert(bundle_add_file(bundle, name, (struct str){(const char *)data, size}, NULL) == OK);
}

/* The input as files: name, NUL, bytes, NUL, name … Names are cut at 100 bytes. */
__attribute__((unused)) static void foreign_split(struct bundle *bundle, const uint8_t *data,
                                                  size_t size)
{
    size_t at = 0;
    while (at < size && bundle->count < 16) {
        const uint8_t *end = memchr(data + at, 0, size - at);
        size_t n = end ? (size_t)(end - data) - at : size - at;
        char name[101] = "";
        memcpy(name, data + at, n < 100 ? n : 100);
        at += n < size - at ? n + 1 : n;
        end = at < size ? memchr(data + at, 0, size - at) : NULL;
        n = end ? (size_t)(end - data) - at : size - at;
        foreign_add(bundle, text_is_valid(str_of(name)) && name[0] ? name : "x", data + at, n);
        bundle->files[bundle->count - 1].name =
            arena_copy(bundle->arena, text_is_valid(str_of(name)) ? str_of(name) : STR("x"));
        at += n < size - at ? n + 1 : n;
    }
}

static void note_check(void *data, const struct imported_note *note)
{
    (void)data;
    assert(note->path && note->line > 0 && text_is_valid(str_of(note->text)));
}

/* A failure is a sentence; rows are texts with a place. */
static int foreign_close(struct imported *imported, struct bundle *bundle, enum err e,
                         const struct fail *why)
{
    assert(e == OK || (why->text[0] && text_is_valid(str_of(why->text))));
    for (size_t i = 0; i < imported_count(imported); i++) {
        const struct imported_row *row = imported_at(imported, i);
        assert(row->path && row->line > 0 && row->kind < CONTENT_KINDS);
        for (size_t f = 0; f < IMPORTED_FIELDS; f++)
            assert(!row->fields[f].p || text_is_valid(row->fields[f]));
    }
    (void)imported_notes_each(imported, note_check, NULL);
    bundle_free(bundle);
    imported_close(imported);
    return 0;
}

#endif
