/* The one door to SQL. Only store/ includes sqlite3.h; the text of each statement lives beside its
 * noun. Parameters are $1, $2 … and bound by name. Time is microseconds; keys are made by us; TEXT
 * BIGINT INTEGER DOUBLE PRECISION. A struct db belongs to one thread. */
#ifndef DB_H
#define DB_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct db;
struct db_statement;

enum db_mode { DB_READ, DB_WRITE, DB_CREATE };

/* WAL, foreign keys on, a busy timeout of `busy_ms`; synchronous=FULL for content, NORMAL for
 * journals (`durable`). DB_READ of a missing file is ERR_MISSING; a file that is not a database is
 * ERR_CORRUPT with its path. DB_READ also works in a folder that cannot be written, if no writer
 * left its log there. */
MUST_USE enum err db_open(const char *path, enum db_mode mode, bool durable, int busy_ms,
                          struct db **out, struct fail *why);
/* A copy in memory of the database at `path`, which is only read: what is written to the copy goes
 * with it. */
MUST_USE enum err db_open_copy(const char *path, int busy_ms, struct db **out, struct fail *why);
void db_close(struct db *db); /* finalises what is cached */
const char *db_path(const struct db *db);

/* Runs statements without parameters or rows. */
MUST_USE enum err db_run(struct db *db, const char *sql, struct fail *why);

/* A prepared statement from the db's cache (keyed by the address and text of `sql`, which must be a
 * literal). Give it back with db_give: it is reset and its bindings cleared. At most one user of
 * the same text at a time. */
MUST_USE enum err db_take(struct db *db, const char *sql, struct db_statement **out,
                          struct fail *why);
void db_give(struct db_statement *statement); /* NULL is harmless */

/* Binding cannot fail half-way: a failure is remembered and db_step returns it. Texts are
 * copied. */
void db_bind_text(struct db_statement *s, int number, struct str value); /* p == NULL binds NULL */
/* The same without a copy: the text stays where it is until the statement is given back. */
void db_lend_text(struct db_statement *s, int number, struct str value);
void db_bind_int(struct db_statement *s, int number, int64_t value);
void db_bind_double(struct db_statement *s, int number, double value);
void db_bind_null(struct db_statement *s, int number);
void db_bind_bytes(struct db_statement *s, int number, const void *p, size_t n);

/* OK with *has_row; ERR_BUSY when another writer holds the database; ERR_SYSTEM on disk errors
 * (full, read only); ERR_CORRUPT; ERR_INPUT when a constraint refuses the row. After a failure the
 * statement is reset. */
MUST_USE enum err db_step(struct db_statement *s, bool *has_row, struct fail *why);
/* db_step for statements that give no row, then db_give in any case. */
MUST_USE enum err db_finish(struct db_statement *s, struct fail *why);

/* The first column of the only row of a statement that binds nothing: COUNT, MAX. 0 for no row or
 * NULL. */
MUST_USE enum err db_number(struct db *db, const char *sql, int64_t *out, struct fail *why);

/* borrowed until the next step; NULL gives STR_NONE */
struct str db_text(struct db_statement *s, int column);
int64_t db_int(struct db_statement *s, int column);
double db_double(struct db_statement *s, int column);
bool db_is_null(struct db_statement *s, int column);

/* BEGIN IMMEDIATE / COMMIT / ROLLBACK. db_end commits when `e` is OK, else rolls back and returns
 * `e`. A COMMIT that fails is rolled back; what could not even be rolled back is when the next
 * transaction begins. */
MUST_USE enum err db_begin(struct db *db, struct fail *why);
MUST_USE enum err db_end(struct db *db, enum err e, struct fail *why);
/* How many pages the handle keeps in memory; every handle is opened with its share (base/limits.h).
 */
MUST_USE enum err db_keep_pages(struct db *db, int kibibytes, struct fail *why);
/* For a process that runs for long, once: all handles together hold LIMIT_DATABASE_BYTES, beside
 * what a statement needs while it runs. */
void db_bound_memory(void);
/* Bytes that all handles hold now, mostly pages they have read. Any thread. */
int64_t db_memory(void);
int64_t db_changes(const struct db *db); /* rows changed by the last statement */

/* Numbered migrations, each applied in one transaction; user_version holds the last. A database
 * newer than the program is ERR_INPUT. */
struct db_migration {
    int version; /* 1, 2, 3 … */
    const char *sql;
};
/* Whether the database is at an earlier schema than the last of `count` migrations. */
MUST_USE enum err db_is_older(struct db *db, size_t count, bool *out, struct fail *why);
MUST_USE enum err db_migrate(struct db *db, const struct db_migration *migrations, size_t count,
                             struct fail *why);
/* The same; within the transaction of migration `at`, before its statements, `move` is called: for
 * what SQL alone cannot move. */
MUST_USE enum err db_migrate_moving(struct db *db, const struct db_migration *migrations,
                                    size_t count, int at,
                                    enum err (*move)(struct db *db, struct fail *why),
                                    struct fail *why);
/* The last migration applied: what a reader of an older file may ask of it. */
MUST_USE enum err db_version(struct db *db, int64_t *out, struct fail *why);

/* SQLite's online backup into a new file (whole or not at all), then an integrity check of the
 * copy. ERR_INPUT if it exists. */
MUST_USE enum err db_backup(struct db *db, const char *to_path, struct fail *why);
/* PRAGMA integrity_check + foreign_key_check */
MUST_USE enum err db_check(struct db *db, struct fail *why);

/* Moves what is committed from the log into the database, as far as readers and writers allow and
 * without waiting for them; *frames is how many pages the log holds, *left how many of them were
 * not moved. */
MUST_USE enum err db_checkpoint(struct db *db, int *frames, int *left, struct fail *why);
/* For a handle that writes all the time: more memory for pages (16 MiB), and its commits never move
 * the log, which costs one of them some disk syncs; the caller asks for that with db_checkpoint. */
MUST_USE enum err db_write_much(struct db *db, struct fail *why);

/* Test hook: the n-th db_run, step, commit or backup from now, in any thread, fails as a full disk
 * would; 0 switches it off. */
void db_fail_after(uint64_t n);

#endif
