/* A text file as one row of documents. */
#ifndef IMPORT_DOCUMENT_H
#define IMPORT_DOCUMENT_H

#include "base/text.h"

/* By the end of its name: .md, .markdown, .txt, and those that cannot be read yet (.html, .pdf …),
 * which import_document refuses. */
bool import_is_document(const char *path);
/* Sets *out (freed by the caller with buf_free, also after a failure) to a table of one row:
 * id, title, text. The id is the file's name. ERR_INPUT and ERR_LIMIT name the file. */
MUST_USE enum err import_document(const char *path, struct buf *out, struct fail *why);

#endif
