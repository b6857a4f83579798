/* Any bytes as a text file, with its encoding, its front matter and its headings; and the same as
 * what pdftotext printed: pages, tables, running titles. */
#include "fallback/documents.h"
#include "tests/fuzz/foreign.h"
#include "training/import_document.h"
#include "training/pdf_pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum err passage_check(void *data, const struct passage *passage, struct fail *why)
{
    size_t *at = data;
    (void)why;
    assert(passage->from >= *at && passage->to >= passage->from);
    assert(passage->heading.n <= HEADING_BYTES);
    *at = passage->to;
    return OK;
}

static void pages_check(struct str bytes)
{
    struct buf out;
    struct buf places;
    struct pdf_pages counts;
    struct str part;
    uint64_t at = 0;
    uint64_t last = 0;
    buf_init(&out, LIMIT_PDF_BYTES);
    buf_init(&places, LIMIT_PDF_BYTES);
    enum err e = pdf_pages_read(bytes, "fuzz.pdf", &out, &places, &counts, NULL);
    struct str rest = places.n > 0 ? str_from_buf(&places) : STR_NONE;
    assert(e || out.n == 0 || text_is_valid(str_from_buf(&out)));
    while (!e && rest.p && str_next(&rest, ' ', &part)) {
        assert(str_to_u64(part, &at) && at >= last && at <= out.n);
        last = at;
    }
    buf_free(&out);
    buf_free(&places);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fail why = {.text = ""};
    struct bundle bundle;
    struct imported *imported = foreign_open(&bundle);
    struct str bytes = {size ? (const char *)data : "", size};
    size_t at = 0;
    enum err e = document_read(imported, "terms.md", bytes, &why);
    assert(e || imported_count(imported) == 1);
    if (!e && imported_at(imported, 0)->fields[5].n > 0)
        assert(document_cut(imported_at(imported, 0)->fields[5], passage_check, &at, NULL) == OK);
    pages_check(bytes);
    return foreign_close(imported, &bundle, e, &why);
}
