/* Keeping a database's write-ahead log short. By itself SQLite does it inside whichever commit
 * finds a thousand pages in the log, and that commit then waits for disk syncs; a caller with a
 * thread for it holds that back and asks here. */
#include "base/limits.h"
#include "store/db.h"
#include "store/engine.h"

#include <sqlite3.h>

enum err db_checkpoint(struct db *db, int *frames, int *left, struct fail *why)
{
    int in_log = 0, moved = 0;
    int result =
        sqlite3_wal_checkpoint_v2(db_engine(db), NULL, SQLITE_CHECKPOINT_PASSIVE, &in_log, &moved);
    if ((result & 0xFF) == SQLITE_BUSY) { /* another checkpoint is at it */
        *frames = *left = 0;
        return OK;
    }
    *frames = in_log > 0 ? in_log : 0;
    *left = in_log > moved ? in_log - moved : 0;
    return db_failure(db_engine(db), db_path(db), result, why);
}

enum err db_write_much(struct db *db, struct fail *why)
{
    enum err e = db_keep_pages(db, LIMIT_BUSY_WRITER_KIB, why);
    if (e)
        return e;
    int result = sqlite3_wal_autocheckpoint(db_engine(db), 0);
    return db_failure(db_engine(db), db_path(db), result, why);
}
