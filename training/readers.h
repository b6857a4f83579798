/* The readers of other systems' files, one a file (import_rasa.c, import_nlpjs.c …). Each takes
 * what it can into `imported` and notes what it changed or left behind. What is wrong with the
 * files is ERR_INPUT or ERR_LIMIT with file and line. */
#ifndef READERS_H
#define READERS_H

#include "training/bundle.h"
#include "training/imported.h"

MUST_USE enum err rasa_read(struct imported *imported, const struct bundle *bundle,
                            struct fail *why);
MUST_USE enum err nlpjs_read(struct imported *imported, const struct bundle *bundle,
                             struct fail *why);
MUST_USE enum err dialogflow_read(struct imported *imported, const struct bundle *bundle,
                                  struct fail *why);
MUST_USE enum err clu_read(struct imported *imported, const struct bundle *bundle,
                           struct fail *why);
MUST_USE enum err qna_read(struct imported *imported, const struct bundle *bundle,
                           struct fail *why);
/* `bundle` holds the parts of one workbook, `path` is its name, `kind` that of every sheet or
 * KIND_UNKNOWN. */
MUST_USE enum err xlsx_read(struct imported *imported, const struct bundle *bundle,
                            const char *path, enum content_kind kind, struct fail *why);

#endif
