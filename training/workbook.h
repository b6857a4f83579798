/* A writers' workbook: examples, answers, facts and evaluation cases as the sheets of one XLSX
 * file, or each as a CSV for spreadsheets. Every row keeps its id and carries its base in a last,
 * hidden column, so that importing the edited file merges it (responses/content.h). Nothing in it
 * can run as a formula. */
#ifndef WORKBOOK_H
#define WORKBOOK_H

#include "responses/content.h"

enum { WORKBOOK_KINDS = 4 };
extern const enum content_kind workbook_kinds[WORKBOOK_KINDS]; /* of a whole workbook */

/* Writes the rows of `kinds` into a file, whole or not at all; *rows is how many. ERR_LIMIT when a
 * spreadsheet cannot hold them. */
MUST_USE enum err workbook_write(struct content *content, const enum content_kind *kinds,
                                 size_t count, const char *path, size_t *rows, struct fail *why);
/* The same of one kind as CSV: UTF-8 with a byte order mark; what a spreadsheet would take for a
 * formula begins with a '. */
MUST_USE enum err workbook_csv(struct content *content, enum content_kind kind, struct buf *out,
                               size_t *rows, struct fail *why);

#endif
