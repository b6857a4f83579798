/* How much of the databases may be in memory. Each handle keeps pages it has read, up to a size of
 * its own; all handles of a process together have a bound besides, past which SQLite takes a
 * handle's oldest page where it would take memory. What is in a page that was given up is read
 * again from the system's cache of files, which costs microseconds. */
#include "base/limits.h"
#include "store/db.h"
#include "store/engine.h"

#include <stdio.h>

#include <sqlite3.h>

enum err db_keep_pages(struct db *db, int kibibytes, struct fail *why)
{
    char sql[64]; /* negative: KiB and no count of pages */
    (void)snprintf(sql, sizeof sql, "PRAGMA cache_size=-%d", kibibytes);
    int result = sqlite3_exec(db_engine(db), sql, NULL, NULL, NULL);
    return db_failure(db_engine(db), db_path(db), result, why);
}

void db_bound_memory(void)
{
    (void)sqlite3_soft_heap_limit64(LIMIT_DATABASE_BYTES);
}

int64_t db_memory(void)
{
    return sqlite3_memory_used();
}
