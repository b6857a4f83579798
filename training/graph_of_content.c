/* Rows of four kinds, in content_each's order, a line each: "row" says the kind, and then the
 * columns by their names. */
#include "training/graph_of_content.h"

#include "base/json.h"

struct printing {
    enum content_kind kind;
    struct buf *out;
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

enum err graph_of_content(struct content *content, struct buf *out, struct fail *why)
{
    static const enum content_kind kinds[] = {KIND_ENTITIES, KIND_PREDICATES, KIND_STATEMENTS,
                                              KIND_RATES};
    size_t entities = 0;
    enum err e = content_count(content, KIND_ENTITIES, &entities, why);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && !e && entities > 0; i++) {
        struct printing printing = {kinds[i], out};
        e = content_each(content, kinds[i], row_print, &printing, why);
    }
    return e;
}
