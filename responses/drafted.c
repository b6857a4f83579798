/* Somebody's drafts laid over the rows. The drafts of a kind are read first and kept, in the order
 * of their ids; then the rows go by, and each is looked up among them. */
#include "responses/drafted.h"

#include "base/limits.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024 };
static const size_t drafted_bytes_most = (size_t)256 << 20;

struct kept {
    struct str id;
    struct str fields[CONTENT_COLUMNS_MOST];
    bool removes, is_unfit, is_of_row;
};
struct laying {
    struct content *content;
    struct arena *arena;
    struct kept *kept;
    size_t count, room;
    enum err (*each)(void *data, const struct drafted *drafted, struct fail *why);
    void *data;
};

static enum err fault_note(void *data, int column, const struct fail *about, struct fail *why)
{
    (void)column;
    (void)about;
    (void)why;
    *(bool *)data = true;
    return OK;
}

static enum err draft_keep(void *data, const struct row_draft *draft, struct fail *why)
{
    struct laying *l = data;
    size_t count = 0;
    (void)content_columns(draft->kind, &count);
    if (l->count == l->room) {
        const size_t room = l->room ? 2 * l->room : 64;
        struct kept *kept = mem_grow(l->kept, room, sizeof *kept);
        if (!kept)
            return fail_memory(why);
        l->kept = kept;
        l->room = room;
    }
    struct kept *kept = &l->kept[l->count++];
    *kept = (struct kept){.id = arena_copy(l->arena, draft->id), .removes = draft->removes};
    bool has_all = kept->id.p != NULL;
    for (size_t i = 0; i < count && !draft->removes; i++) {
        kept->fields[i] = arena_copy(l->arena, draft->fields[i].p ? draft->fields[i] : STR(""));
        has_all &= kept->fields[i].p != NULL;
    }
    if (!has_all)
        return fail_memory(why);
    if (kept->removes)
        return OK;
    if (kept->fields[0].n == 0)
        kept->fields[0] = kept->id;
    return draft_faults(l->content, draft->kind, draft->fields, fault_note, &kept->is_unfit, why);
}

static int by_id(const void *a, const void *b)
{
    return str_compare(((const struct kept *)a)->id, ((const struct kept *)b)->id);
}

static enum err row_lay(void *data, const struct content_row *row, struct fail *why)
{
    struct laying *l = data;
    const struct kept asked = {.id = row->fields[0]};
    struct kept *kept = l->count ? bsearch(&asked, l->kept, l->count, sizeof asked, by_id) : NULL;
    struct drafted drafted = {.row = row, .fields = row->fields};
    if (kept) {
        kept->is_of_row = true;
        drafted.fields = kept->removes ? NULL : kept->fields;
        drafted.is_draft = true;
        drafted.is_unfit = kept->is_unfit;
    }
    return l->each(l->data, &drafted, why);
}

static enum err new_tell(struct laying *l, struct fail *why)
{
    enum err e = OK;
    for (size_t i = 0; i < l->count && !e; i++) {
        const struct kept *kept = &l->kept[i];
        const struct drafted drafted = {
            .fields = kept->fields, .is_draft = true, .is_unfit = kept->is_unfit};
        if (!kept->is_of_row && !kept->removes)
            e = l->each(l->data, &drafted, why);
    }
    return e;
}

enum err drafted_each(struct content *content, enum content_kind kind, struct str author,
                      enum err (*each)(void *data, const struct drafted *drafted, struct fail *why),
                      void *data, struct fail *why)
{
    struct laying l = {.content = content, .each = each, .data = data};
    l.arena = arena_open(BLOCK_BYTES, drafted_bytes_most);
    enum err e = l.arena ? OK : fail_memory(why);
    if (!e && author.n > 0)
        e = drafts_each(content, author, kind, STR_NONE, draft_keep, &l, why);
    if (!e && l.count > 0)
        qsort(l.kept, l.count, sizeof *l.kept, by_id);
    if (!e)
        e = content_each_row(content, kind, row_lay, &l, why);
    if (!e)
        e = new_tell(&l, why);
    mem_give(l.kept);
    arena_close(l.arena);
    return e;
}
