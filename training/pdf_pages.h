/* What pdftotext -layout prints, made into the text of a document: without what pages repeat, with
 * tables as tables. Shared by training/pdf.c and its tests. */
#ifndef PDF_PAGES_H
#define PDF_PAGES_H

#include "base/text.h"

struct pdf_pages {
    size_t pages;   /* of the document */
    size_t empty;   /* pages without any text */
    size_t unknown; /* letters of private use, which fonts without Unicode give */
    size_t letters; /* and all */
};

/* `printed` holds pages that end with a form feed; it need not be UTF-8. Appends the text to `out`,
 * and to `places` the bytes at which pages after the first begin. ERR_LIMIT past LIMIT_PAGES. */
MUST_USE enum err pdf_pages_read(struct str printed, const char *path, struct buf *out,
                                 struct buf *places, struct pdf_pages *counts, struct fail *why);

#endif
