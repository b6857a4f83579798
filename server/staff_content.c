/* Rows as JSON and back, for all of the writers' calls. Texts stay texts: nothing of a row is ever
 * part of a key or of markup. */
#include "server/staff_content.h"

#include <string.h>

enum err staff_kind(struct str name, enum content_kind *out, struct fail *why)
{
    *out = content_kind_named(name);
    if (*out < CONTENT_KINDS)
        return OK;
    return fail(why, ERR_INPUT, "kind: answers, examples, facts … is expected");
}

enum err staff_row_named(const cJSON *object, bool may_be_new, enum content_kind *kind,
                         struct str *id, struct fail *why)
{
    struct str name = STR("");
    *id = STR("");
    enum err e = json_text(object, "kind", &name, why);
    if (!e)
        e = staff_kind(name, kind, why);
    if (!e)
        e = json_optional_text(object, "id", id, why);
    if (!e && id->n == 0 && !may_be_new)
        e = fail(why, ERR_INPUT, "field \"id\" must not be empty");
    return e;
}

static size_t column_of(const struct content_column *columns, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && strcmp(columns[i].name, name) != 0)
        i++;
    return i;
}

enum err staff_fields(const cJSON *object, enum content_kind kind,
                      struct str fields[CONTENT_COLUMNS_MOST], struct fail *why)
{
    size_t count = 0;
    const struct content_column *columns = content_columns(kind, &count);
    for (size_t i = 0; i < CONTENT_COLUMNS_MOST; i++)
        fields[i] = STR_NONE;
    if (!cJSON_IsObject(object))
        return fail(why, ERR_INPUT, "field \"fields\" must be an object");
    for (const cJSON *item = object->child; item; item = item->next) {
        size_t i = column_of(columns, count, item->string);
        if (i == count)
            return fail(why, ERR_INPUT, "fields: holds a column that %s do not have",
                        content_kind_name(kind));
        enum err e = json_optional_text(object, columns[i].name, &fields[i], why);
        if (e)
            return e;
    }
    return OK;
}

static struct str cut_to(struct str text, size_t most)
{
    while (most > 0 && most < text.n && ((unsigned char)text.p[most] & 0xC0) == 0x80)
        most--;
    return str_slice(text, 0, most);
}

bool staff_fields_put(struct json_writer *w, const char *key, enum content_kind kind,
                      const struct str *fields, size_t most)
{
    size_t count = 0;
    const struct content_column *columns = content_columns(kind, &count);
    bool is_cut = false;
    json_object(w, key);
    for (size_t i = 0; i < count; i++) {
        bool cuts = most > 0 && fields[i].n > most;
        struct str text = fields[i].p ? fields[i] : STR("");
        json_put_str(w, columns[i].name, cuts ? cut_to(text, most) : text);
        is_cut |= cuts;
    }
    json_end(w, '}');
    return is_cut;
}

void staff_kept_put(struct json_writer *w, const char *key, struct str kept)
{
    enum { NULL_BYTES = 4 };
    json_put_null(w, key);
    if (kept.n == 0 || w->out->error)
        return;
    buf_truncate(w->out, w->out->n - NULL_BYTES); /* it is JSON already */
    buf_add_str(w->out, kept);
}

void staff_key_put(struct json_writer *w, const char *key, const char *about)
{
    struct str rest = str_of(about), one;
    json_put_text(w, "key", key);
    json_array(w, "about");
    while (key && rest.n > 0 && str_next(&rest, '\n', &one))
        json_put_str(w, NULL, one);
    json_end(w, ']');
}

void staff_time_put(struct json_writer *w, const char *key, int64_t at_us)
{
    char at[TIME_TEXT_BYTES];
    if (at_us == 0) {
        json_put_null(w, key);
        return;
    }
    clock_format_us(at_us, at);
    json_put_text(w, key, at);
}

enum err staff_row_put(struct call *call, struct json_writer *w, const char *key,
                       enum content_kind kind, struct str id, bool *exists,
                       char base[CONTENT_BASE_BYTES], struct fail *why)
{
    struct content_row row;
    base[0] = '\0';
    enum err e = content_row_find(call->content, kind, id, exists, &row, why);
    if (e)
        return e;
    if (!*exists) {
        json_put_null(w, key);
        return OK;
    }
    e = content_row_base(call->content, &row, base, why);
    json_object(w, key);
    json_put_text(w, "base", base);
    json_put_int(w, "revision", row.revision);
    json_put_str(w, "changed_by", row.author);
    staff_time_put(w, "changed_at", row.at_us);
    (void)staff_fields_put(w, "fields", kind, row.fields, 0);
    json_end(w, '}');
    return e;
}

struct own {
    struct json_writer *w;
    const char *key;
    size_t most;
    char *stamp;
};

void staff_draft_put(struct json_writer *w, const struct row_draft *draft, size_t most)
{
    json_put_str(w, "base", draft->base);
    json_put_text(w, "stamp", draft->stamp);
    staff_time_put(w, "changed_at", draft->at_us);
    if (draft->review)
        json_put_int(w, "review", draft->review);
    else
        json_put_null(w, "review");
    if (draft->removes)
        json_put_null(w, "fields");
    else
        (void)staff_fields_put(w, "fields", draft->kind, draft->fields, most);
}

static enum err own_put(void *data, const struct row_draft *draft, struct fail *why)
{
    struct own *own = data;
    struct json_writer *w = own->w;
    memcpy(own->stamp, draft->stamp, DRAFT_STAMP_BYTES);
    json_object(w, own->key);
    staff_draft_put(w, draft, own->most);
    json_end(w, '}');
    return buf_error(w->out, "the drafts", why);
}

enum err staff_own_put(struct call *call, struct json_writer *w, const char *key,
                       enum content_kind kind, struct str id, size_t most,
                       char stamp[DRAFT_STAMP_BYTES], struct fail *why)
{
    struct own own = {w, key, most, stamp};
    stamp[0] = '\0';
    enum err e = drafts_each(call->content, str_of(call->name), kind, id, own_put, &own, why);
    if (!e && !stamp[0])
        json_put_null(w, key);
    return e;
}
