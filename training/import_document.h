/* A file of text as one row of documents: Markdown, plain text, HTML, PDF. */
#ifndef IMPORT_DOCUMENT_H
#define IMPORT_DOCUMENT_H

#include "training/imported.h"

/* By the end of its name, in any letters: .md, .txt, .html, .pdf …, and those that cannot be read
 * (.docx, .hwp), which document_read refuses. */
bool document_is_named(struct str name);
/* The same, but for those that other formats have too: .md and .txt. */
bool document_is_certain(struct str name);
/* Adds the document. `bytes` with p != NULL are the file's; else it is read. ERR_INPUT and
 * ERR_LIMIT name the file, and the line where there is one. */
MUST_USE enum err document_read(struct imported *imported, const char *path, struct str bytes,
                                struct fail *why);
/* Every document in the folder and those below it; a note counts the files that are none. */
MUST_USE enum err documents_read(struct imported *imported, const char *folder, struct fail *why);

#endif
