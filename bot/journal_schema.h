/* The tables of journal.db; for bot/journal.c alone. */
#ifndef JOURNAL_SCHEMA_H
#define JOURNAL_SCHEMA_H

#include "store/db.h"

/* Brings the file's tables up to date. Where `db` may only be read, `path` is opened once more for
 * it, and waits `busy_ms` for another program. */
MUST_USE enum err journal_schema_settle(struct db *db, const char *path, bool may_write,
                                        int busy_ms, struct fail *why);

#endif
