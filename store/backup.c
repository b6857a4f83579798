/* A copy of a database while it is in use, and the question whether a database is sound. The copy
 * is made under a temporary name, taken out of WAL mode so that it is one file, checked, and only
 * then given its name: a backup that exists is a whole one. */
#include "base/files.h"
#include "store/db.h"
#include "store/engine.h"

#include <stdio.h>
#include <unistd.h>

#include <sqlite3.h>

enum { PATH_BYTES = 4096, BACKUP_BUSY_MS = 5000 };

/* All pages in one step: the copy is of one moment, and in WAL mode no writer waits for it. */
static enum err pages_copy(struct db *from, sqlite3 *copy, const char *path, struct fail *why)
{
    sqlite3_backup *backup = sqlite3_backup_init(copy, "main", db_engine(from), "main");
    if (!backup)
        return db_failure(copy, path, sqlite3_errcode(copy), why);
    (void)sqlite3_backup_step(backup, db_must_fail() ? 0 : -1);
    bool is_whole = sqlite3_backup_remaining(backup) == 0 && sqlite3_backup_pagecount(backup) > 0;
    int result = sqlite3_backup_finish(backup);
    if (result == SQLITE_OK && !is_whole)
        result = SQLITE_FULL;
    if (result == SQLITE_OK) /* a copy of a WAL database says that it has a log */
        result = sqlite3_exec(copy, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    return db_failure(copy, path, result, why);
}

static enum err copy_pages(struct db *from, const char *path, struct fail *why)
{
    sqlite3 *copy = NULL;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    int result = sqlite3_open_v2(path, &copy, flags, NULL);
    enum err e = db_failure(copy, path, result, why);
    if (!e)
        e = pages_copy(from, copy, path, why);
    (void)sqlite3_close(copy);
    return e;
}

enum err db_open_copy(const char *path, int busy_ms, struct db **out, struct fail *why)
{
    struct db *from = NULL, *copy = NULL;
    enum err e = db_open(path, DB_READ, true, busy_ms, &from, why);
    if (!e)
        e = db_open(":memory:", DB_CREATE, false, busy_ms, &copy, why);
    if (!e)
        e = pages_copy(from, db_engine(copy), path, why);
    db_close(from);
    if (e)
        db_close(copy);
    else
        *out = copy;
    return e;
}

static enum err check_copy(const char *path, struct fail *why)
{
    struct db *copy = NULL;
    enum err e = db_open(path, DB_READ, true, BACKUP_BUSY_MS, &copy, why);
    if (!e)
        e = db_check(copy, why);
    db_close(copy);
    return e;
}

static void remove_with_journal(const char *path)
{
    char journal[PATH_BYTES];
    (void)unlink(path);
    int n = snprintf(journal, sizeof journal, "%s-journal", path);
    if (n > 0 && n < (int)sizeof journal)
        (void)unlink(journal);
}

/* The folder's part of a path, "." when it has none. */
static struct str folder_of(struct str path)
{
    size_t n = path.n;
    while (n > 0 && path.p[n - 1] != '/')
        n--;
    return n > 0 ? str_slice(path, 0, n) : STR(".");
}

enum err db_backup(struct db *db, const char *to_path, struct fail *why)
{
    char temporary[PATH_BYTES];
    char folder[PATH_BYTES];
    struct str parent = folder_of(str_of(to_path));
    if (file_exists(to_path))
        return fail(why, ERR_INPUT, "%s: already exists", to_path);
    int n = snprintf(temporary, sizeof temporary, "%s.tmp-%ld", to_path, (long)getpid());
    int m = snprintf(folder, sizeof folder, "%.*s", STR_ARG(parent));
    if (n < 0 || m < 0 || n >= (int)sizeof temporary)
        return fail(why, ERR_LIMIT, "%s: the path is too long", to_path);
    remove_with_journal(temporary); /* what a killed process of this number may have left */
    enum err e = copy_pages(db, temporary, why);
    if (!e)
        e = check_copy(temporary, why);
    if (!e && rename(temporary, to_path) != 0)
        e = fail(why, ERR_SYSTEM, "%s: the finished backup cannot be given its name", to_path);
    if (e)
        remove_with_journal(temporary);
    else
        e = folder_sync(folder, why);
    return e;
}

/* Runs a check that is satisfied by no row, or by the one row `sound`. */
static enum err run_check(struct db *db, const char *sql, struct str sound, const char *complaint,
                          struct fail *why)
{
    struct db_statement *statement = NULL;
    bool has_row = false;
    enum err e = db_take(db, sql, &statement, why);
    if (!e)
        e = db_step(statement, &has_row, why);
    if (!e && has_row && !str_equal(db_text(statement, 0), sound))
        e = fail(why, ERR_CORRUPT, "%s: %s: %.*s", db_path(db), complaint,
                 STR_ARG(db_text(statement, 0)));
    db_give(statement);
    return e;
}

enum err db_check(struct db *db, struct fail *why)
{
    enum err e =
        run_check(db, "PRAGMA integrity_check", STR("ok"), "fails its integrity check", why);
    if (!e)
        e = run_check(db, "PRAGMA foreign_key_check", STR(""),
                      "has rows that refer to none, in table", why);
    return e;
}
