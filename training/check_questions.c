/* Golden questions that name what is not there. Such a name counts as an answer that retrieval
 * never finds, so that marks come out lower than they are, and nobody sees why. Documents go by
 * once; each is asked for the passages that questions name of it, by its id or by the series it is
 * of. */
#include "fallback/documents.h"
#include "training/check_parts.h"

#include <stdlib.h>

enum { FIRST_NAMES = 256 };

/* One of a question's documents: "terms", or "terms#제12조". */
struct name {
    struct str row, text, whole, document, part;
    bool has_document, has_part;
};
struct naming {
    struct checking *c;
    struct name *names; /* by document, once all are read */
    size_t count, room;
};

static enum err name_add(struct naming *n, struct str row, struct str text, struct str whole,
                         struct fail *why)
{
    if (n->count == n->room) {
        const size_t room = n->room ? n->room * 2 : FIRST_NAMES;
        struct name *names = mem_grow(n->names, room, sizeof *names);
        if (!names)
            return fail_memory(why);
        n->names = names;
        n->room = room;
    }
    whole = arena_copy(n->c->arena, whole);
    if (!whole.p)
        return fail_memory(why);
    const size_t at = str_find(whole, STR("#"));
    n->names[n->count++] = (struct name){
        .row = row,
        .text = text,
        .whole = whole,
        .document = str_slice(whole, 0, at),
        .part = at < whole.n ? str_slice(whole, at + 1, whole.n) : STR_NONE,
    };
    return OK;
}

/* Fields: id, text, documents. */
static enum err question_take(void *data, const struct str *fields, struct fail *why)
{
    struct naming *n = data;
    struct str ids = fields[2], one;
    const struct str row = arena_copy(n->c->arena, fields[0]),
                     text = arena_copy(n->c->arena, fields[1]);
    enum err e = row.p && text.p ? OK : fail_memory(why);
    while (!e && ids.n > 0 && str_next(&ids, ' ', &one))
        if (one.n > 0)
            e = name_add(n, row, text, one, why);
    return e;
}

static int by_document(const void *a, const void *b)
{
    const struct name *x = a, *y = b;
    const int order = str_compare(x->document, y->document);
    return order ? order : str_compare(x->row, y->row);
}

static size_t first_of(const struct naming *n, struct str document)
{
    size_t low = 0, high = n->count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (str_compare(n->names[middle].document, document) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void names_look(struct naming *n, struct str document, struct str text)
{
    struct document_part part;
    for (size_t i = first_of(n, document);
         i < n->count && str_equal(n->names[i].document, document); i++) {
        struct name *name = &n->names[i];
        name->has_document = true;
        name->has_part =
            name->has_part || !name->part.p || document_part_find(text, name->part, &part);
    }
}

/* Fields: id, title, product, effective_from, effective_to, text, variants, series, … */
static enum err document_take(void *data, const struct str *fields, struct fail *why)
{
    struct naming *n = data;
    (void)why;
    names_look(n, fields[0], fields[5]);
    if (fields[7].n > 0 && !str_equal(fields[7], fields[0]))
        names_look(n, fields[7], fields[5]);
    return OK;
}

static void name_fault(struct checking *c, const struct name *name)
{
    if (name->has_document && name->has_part)
        return;
    fault_begin(c, CHECK_WARNING, CHECK_QUESTION_NAMES);
    fault_row(c, name->row, STR_NONE, name->text);
    fault_key(c, name->whole);
    if (!name->has_document)
        fault_why(c, "평가 질문의 documents에 적은 %.*s 문서가 없습니다",
                  "there is no document %.*s, which its documents name", STR_ARG(name->document));
    else
        fault_why(c, "평가 질문의 documents에 적은 %.*s 대목이 그 문서에 없습니다",
                  "%.*s, which its documents name, is no part of that document",
                  STR_ARG(name->whole));
    fault_mend(c, "documents를 문서-id 또는 문서-id#제목(빈칸 없이)으로 고치세요",
               "mend documents: document-id, or document-id#heading without spaces");
    fault_end(c);
}

enum err questions_check(struct checking *c, struct content *content, struct fail *why)
{
    struct naming n = {.c = c};
    enum err e = content_each(content, KIND_QUESTIONS, question_take, &n, why);
    if (!e && n.count > 0) {
        qsort(n.names, n.count, sizeof *n.names, by_document);
        e = content_each(content, KIND_DOCUMENTS, document_take, &n, why);
    }
    for (size_t i = 0; i < n.count && !e; i++)
        name_fault(c, &n.names[i]);
    mem_give(n.names);
    return e;
}
