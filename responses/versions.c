/* Versions of documents. Their order is that of the days on which they take effect; one without
 * such a day was always there and comes first. Settling reads every document's dates once, sorts
 * them by series and day, and writes the last day of those that have none yet or one too late. What
 * a person has given as an earlier last day stays: a gap between two versions is possible, an
 * overlap is not. */
#include "responses/versions.h"

#include "base/arena.h"
#include "base/limits.h"
#include "responses/content_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ID, FROM = 3, TO, TEXT, SERIES = 7, BLOCK_BYTES = 64 * 1024 };

struct version {
    struct str id, series, from, to;
};

struct versions {
    struct arena *arena;
    struct version *all;
    size_t count, room;
};

/* ---- another version under the same id ---- */

static struct str id_aside(struct str id, struct str from, char out[VERSION_ID_BYTES])
{
    int n = snprintf(out, VERSION_ID_BYTES, "%.*s@%.*s", STR_ARG(id),
                     STR_ARG(from.n > 0 ? from : STR("first")));
    return (struct str){out, n > 0 && n < VERSION_ID_BYTES ? (size_t)n : 0};
}

/* The stored row under another id, as it is. */
static enum err stored_aside(struct content *content, char id[VERSION_ID_BYTES], struct fail *why)
{
    struct buf copies[CONTENT_COLUMNS];
    struct str row[CONTENT_COLUMNS];
    const struct stored *stored = &content->stored;
    enum content_change change = CHANGE_SAME;
    enum err e = OK;
    for (size_t i = 0; i < CONTENT_COLUMNS; i++) {
        buf_init(&copies[i], (size_t)4 * LIMIT_FIELD_BYTES);
        buf_add_str(&copies[i], stored->fields[i]);
        e = e ? e : buf_error(&copies[i], "a document", why);
        row[i] = copies[i].p ? str_from_buf(&copies[i]) : STR("");
    }
    if (row[SERIES].n == 0)
        row[SERIES] = row[ID];
    row[ID] = id_aside(row[ID], row[FROM], id);
    if (!e)
        e = content_import_row(content, KIND_DOCUMENTS, row, &change, why);
    for (size_t i = 0; i < CONTENT_COLUMNS; i++)
        buf_free(&copies[i]);
    return e || change != CHANGE_REFUSED ? e : ERR_INPUT;
}

enum err version_place(struct content *content, struct str *fields, char id[VERSION_ID_BYTES],
                       struct buf *before, struct fail *why)
{
    const struct content_table *table = content_table(KIND_DOCUMENTS);
    struct str row[CONTENT_COLUMNS];
    if (content_accept(table, fields, content->scratch, row, NULL) || !row[ID].p || row[ID].n == 0)
        return OK;
    enum err e = content_stored_find(content, table, row, why);
    const struct stored *stored = &content->stored;
    if (e || !stored->exists || !row[TEXT].p || str_equal(row[TEXT], stored->fields[TEXT]))
        return e;
    /* ISO dates: bytes are in the order of days, and none is before all. */
    int order = row[FROM].p ? str_compare(row[FROM], stored->fields[FROM]) : 0;
    if (order < 0 && row[FROM].n > 0) {
        if (!fields[SERIES].p || fields[SERIES].n == 0)
            fields[SERIES] = fields[ID];
        fields[ID] = id_aside(row[ID], row[FROM], id);
        return OK;
    }
    buf_add_str(before, stored->fields[TEXT]);
    e = buf_error(before, "a document", why);
    if (e || order <= 0)
        return e;
    e = stored_aside(content, id, why);
    content->is_settling = true; /* the row that is to come may follow another of this import */
    return e;
}

/* ---- ending ---- */

static enum err version_add(void *data, const struct str *fields, struct fail *why)
{
    struct versions *versions = data;
    if (versions->count == versions->room) {
        size_t room = versions->room ? 2 * versions->room : 256;
        struct version *all = mem_grow(versions->all, room, sizeof *all);
        if (!all)
            return fail_memory(why);
        versions->all = all;
        versions->room = room;
    }
    struct version *version = &versions->all[versions->count++];
    const struct str series = fields[SERIES].n > 0 ? fields[SERIES] : fields[ID];
    *version = (struct version){
        arena_copy(versions->arena, fields[ID]), arena_copy(versions->arena, series),
        arena_copy(versions->arena, fields[FROM]), arena_copy(versions->arena, fields[TO])};
    bool is_kept = version->id.p && version->series.p && version->from.p && version->to.p;
    return is_kept ? OK : fail_memory(why);
}

static int by_day(const void *a, const void *b)
{
    const struct version *x = a;
    const struct version *y = b;
    int order = str_compare(x->series, y->series);
    if (order == 0)
        order = str_compare(x->from, y->from);
    return order ? order : str_compare(x->id, y->id);
}

struct settling {
    struct content *content;
    void (*each)(void *data, const struct version_end *end);
    void *data;
};

static enum err pair_settle(const struct settling *settling, const struct version *version,
                            const struct version *next, struct fail *why)
{
    char last[DATE_TEXT_BYTES];
    date_days from = DATE_NONE;
    enum content_change change = CHANGE_SAME;
    if (str_equal(version->from, next->from))
        return fail(why, ERR_INPUT, "documents \"%.*s\" and \"%.*s\" of series \"%.*s\" %s",
                    STR_ARG(version->id), STR_ARG(next->id), STR_ARG(next->series),
                    next->from.n > 0 ? "take effect on the same day"
                                     : "have no day on which they take effect");
    if (!date_parse(next->from, &from))
        return fail(why, ERR_CORRUPT, "document \"%.*s\" has a date that is none",
                    STR_ARG(next->id));
    date_format(from - 1, last);
    if (version->to.n > 0 && str_compare(version->to, str_of(last)) <= 0)
        return OK;
    const struct str row[CONTENT_COLUMNS] = {[ID] = version->id, [TO] = str_of(last)};
    const struct version_end end = {version->id, version->series, str_of(last), next->id};
    settling->content->is_settling = true;
    enum err e = content_import_row(settling->content, KIND_DOCUMENTS, row, &change, why);
    if (!e && change == CHANGE_REFUSED)
        e = ERR_INPUT;
    if (!e && settling->each)
        settling->each(settling->data, &end);
    return e;
}

enum err versions_settle(struct content *content,
                         void (*each)(void *data, const struct version_end *end), void *data,
                         struct fail *why)
{
    const struct settling settling = {content, each, data};
    struct versions versions = {.arena = arena_open(BLOCK_BYTES, LIMIT_IMPORT_MEMORY)};
    enum err e = versions.arena ? content_each(content, KIND_DOCUMENTS, version_add, &versions, why)
                                : fail_memory(why);
    if (!e && versions.count > 1)
        qsort(versions.all, versions.count, sizeof *versions.all, by_day);
    for (size_t i = 1; i < versions.count && !e; i++) {
        if (str_equal(versions.all[i - 1].series, versions.all[i].series))
            e = pair_settle(&settling, &versions.all[i - 1], &versions.all[i], why);
    }
    mem_give(versions.all);
    arena_close(versions.arena);
    return e;
}
