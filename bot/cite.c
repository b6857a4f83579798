/* A citation borrows its texts from the release's index. Its line names the document by its title,
 * the place by the headings that lead to it, and the day from which it is in force. */
#include "bot/cite.h"

#include "bot/texts.h"

enum { TITLE_BYTES = 300, HEADING_SHOWN = 300 };

struct citation citation_of(const struct index *index, uint32_t passage, size_t from, size_t to)
{
    const struct index_passage *p = &index->passages[passage];
    const struct index_document *d = &index->documents[p->document];
    return (struct citation){.document = index_text(index, d->id),
                             .title = index_text(index, d->title),
                             .heading = index_text(index, p->heading),
                             .quote = str_slice(index_text(index, d->text), from, to),
                             .effective_from = d->effective_from,
                             .from = from,
                             .to = to,
                             .version = d->version};
}

/* The path of headings, or its last when the whole is long for a chat. */
static struct str heading_shown(struct str heading)
{
    struct str last = heading;
    while (heading.n > HEADING_SHOWN) {
        size_t at = str_find(last, STR(" > "));
        if (at == last.n)
            break;
        last = str_slice(last, at + 3, last.n);
        heading = last;
    }
    return heading;
}

void citation_print(const struct citation *citation, struct str language, struct buf *out)
{
    char date[DATE_TEXT_BYTES];
    struct str title = citation->title, heading = heading_shown(citation->heading);
    if (title.n == 0 || title.n > TITLE_BYTES)
        title = citation->document;
    buf_add_str(out, text_of(TEXT_SOURCE, language));
    buf_add_str(out, title);
    if (heading.n > 0 && !str_equal(heading, title)) {
        buf_add_text(out, ", ");
        buf_add_str(out, heading);
    }
    if (citation->effective_from == DATE_NONE)
        return;
    date_format(citation->effective_from, date);
    buf_add_str(out, text_of(TEXT_IN_FORCE, language));
    buf_add_text(out, date);
    buf_add_str(out, text_of(TEXT_IN_FORCE_END, language));
}
