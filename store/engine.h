/* What the files of store/ tell one another about the engine; nobody outside store/ includes this.
 */
#ifndef ENGINE_H
#define ENGINE_H

#include "store/db.h"

#include <sqlite3.h>

sqlite3 *db_engine(struct db *db); /* stays the db's */
/* An engine's result code as a failure: the path, then what SQLite says, which names tables and
 * columns but no values. */
enum err db_failure(sqlite3 *engine, const char *path, int result, struct fail *why);
/* The test hook's turn: true when this step or commit must fail. */
bool db_must_fail(void);

#endif
