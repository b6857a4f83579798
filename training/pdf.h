/* The text of a PDF, page by page. The program pdftotext (poppler-utils) reads it in a process of
 * its own with limits on memory and time, so that a PDF made to break its reader breaks that alone.
 */
#ifndef PDF_H
#define PDF_H

#include "base/text.h"

/* Appends the text to `out` and to `pages` the bytes of `out` at which pages after the first begin,
 * separated by spaces. `bytes` with p != NULL are the file's; else it is read from `path`. Headings
 * and page numbers that pages repeat are gone, and columns set apart by space are tables. ERR_INPUT
 * by name: encrypted, damaged, without text (scanned); ERR_LIMIT: more pages, time, memory or text
 * than allowed; ERR_MISSING: there is no pdftotext. */
MUST_USE enum err pdf_read(const char *path, struct str bytes, struct buf *out, struct buf *pages,
                           struct fail *why);

#endif
