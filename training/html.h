/* A web page into text: headings, paragraphs, lists and tables as Markdown; scripts, styles,
 * navigation, forms and what is hidden are left out. */
#ifndef HTML_H
#define HTML_H

#include "base/text.h"

/* What a page says it is written in (<meta charset=…>), among its first bytes; empty when it does
 * not. A view into `bytes`. */
struct str html_charset(struct str bytes);
/* Appends the page's text to `out` and its <title> to `title`. `page` is UTF-8. Nothing is fetched
 * and no entity but those of HTML is known. ERR_LIMIT past LIMIT_HTML_DEPTH and when `out` is full,
 * ERR_MEMORY. */
MUST_USE enum err html_read(struct str page, const char *path, struct buf *out, struct buf *title,
                            struct fail *why);

#endif
