/* Rows of four kinds, in content_each's order, a line each: "row" says the kind, and then the
 * columns by their names. */
#include "training/graph_of_content.h"

#include "base/json.h"
#include "responses/drafted.h"

struct printing {
    enum content_kind kind;
    struct buf *out;
    size_t left; /* drafts that would not be taken */
};

static enum err row_print(void *data, const struct str *fields, struct fail *why)
{
    const struct printing *p = data;
    struct json_writer w;
    size_t count;
    const struct content_column *columns = content_columns(p->kind, &count);
    json_begin(&w, p->out);
    json_object(&w, NULL);
    json_put_text(&w, "row", content_kind_name(p->kind));
    for (size_t i = 0; i < count; i++)
        json_put_str(&w, columns[i].name, fields[i].p ? fields[i] : STR(""));
    json_end(&w, '}');
    buf_add_char(p->out, '\n');
    return buf_error(p->out, "the facts of a release", why);
}

static const enum content_kind kinds[] = {KIND_ENTITIES, KIND_PREDICATES, KIND_STATEMENTS,
                                          KIND_RATES};
enum { KINDS = sizeof kinds / sizeof kinds[0] };

enum err graph_of_content(struct content *content, struct buf *out, struct fail *why)
{
    size_t entities = 0;
    enum err e = content_count(content, KIND_ENTITIES, &entities, why);
    for (size_t i = 0; i < KINDS && !e && entities > 0; i++) {
        struct printing printing = {kinds[i], out, 0};
        e = content_each(content, kinds[i], row_print, &printing, why);
    }
    return e;
}

static enum err drafted_print(void *data, const struct drafted *drafted, struct fail *why)
{
    struct printing *p = data;
    p->left += drafted->is_unfit;
    if (!drafted->is_unfit)
        return drafted->fields ? row_print(p, drafted->fields, why) : OK;
    return drafted->row ? row_print(p, drafted->row->fields, why) : OK;
}

enum err graph_of_drafts(struct content *content, struct str author, struct buf *out, size_t *left,
                         struct fail *why)
{
    enum err e = OK;
    *left = 0;
    for (size_t i = 0; i < KINDS && !e; i++) {
        struct printing printing = {kinds[i], out, 0};
        e = drafted_each(content, kinds[i], author, drafted_print, &printing, why);
        *left += printing.left;
    }
    return e;
}
