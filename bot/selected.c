/* Spans are found again by the document's id and version; their bytes must lie within one passage.
 * A source is named once under all that it says, and phrases of ours stand between sources. */
#include "bot/selected.h"

#include "bot/cite.h"
#include "bot/texts.h"
#include "fallback/quote.h"

static uint32_t document_find(const struct index *index, struct str id)
{
    uint32_t from = 0, to = index->head->documents;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        int order = str_compare(index_text(index, index->documents[middle].id), id);
        if (order == 0)
            return middle;
        if (order < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return UINT32_MAX;
}

/* The passage that the bytes lie in; they lie in order of documents and places. */
static uint32_t passage_find(const struct index *index, uint32_t document, struct quote_span span)
{
    uint32_t from = 0, to = index->head->passages;
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        const struct index_passage *passage = &index->passages[middle];
        if (passage->document < document ||
            (passage->document == document && passage->to <= span.from))
            from = middle + 1;
        else
            to = middle;
    }
    if (from == index->head->passages)
        return UINT32_MAX;
    const struct index_passage *passage = &index->passages[from];
    return passage->document == document && passage->from <= span.from && span.to <= passage->to
               ? from
               : UINT32_MAX;
}

bool selected_span(const struct index *index, const struct evidence_span *span,
                   struct selected *out)
{
    const uint32_t found = document_find(index, str_of(span->document));
    if (found == UINT32_MAX || span->from >= span->to)
        return false;
    const struct index_document *document = &index->documents[found];
    const struct quote_span place = {span->from, span->to};
    const uint32_t passage = passage_find(index, found, place);
    if (document->version != span->version || passage == UINT32_MAX)
        return false;
    out->citation = citation_of(index, passage, place.from, place.to);
    out->text = out->citation.quote;
    out->source = (struct guard_source){.text = out->citation.quote,
                                        .heading = out->citation.heading,
                                        .from = document->effective_from,
                                        .to = document->effective_to};
    return text_is_valid(out->text);
}

static bool is_same_source(const struct citation *a, const struct citation *b)
{
    return str_equal(a->document, b->document) && str_equal(a->heading, b->heading);
}

void selected_write(const struct selected *all, int count, struct str language, struct buf *text,
                    struct buf *sources)
{
    bool has_facts = false;
    buf_add_str(text, text_of(TEXT_SELECTED_LEAD, language));
    buf_add_text(text, "\n\n");
    for (int i = 0; i < count; i++) {
        const struct citation *citation = &all[i].citation;
        const bool is_last = i + 1 == count || !is_same_source(citation, &all[i + 1].citation);
        has_facts |= all[i].is_fact;
        buf_add_str(text, all[i].text);
        buf_add_char(text, '\n');
        if (!is_last)
            continue;
        buf_add_char(text, '\n');
        citation_print(citation, language, text);
        citation_print(citation, language, sources);
        buf_add_char(sources, '\n');
        buf_add_text(text, "\n\n");
        if (i + 1 < count) {
            buf_add_str(text, text_of(TEXT_SELECTED_ALSO, language));
            buf_add_text(text, "\n\n");
        }
    }
    buf_add_str(text, text_of(has_facts ? TEXT_SELECTED_FACTS : TEXT_SELECTED_LABEL, language));
}
