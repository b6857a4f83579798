/* Opening a database, and running statements on it. Statements are prepared once and kept with
 * the handle, because preparing costs more than running most of ours. Every result code of SQLite
 * becomes one of our failures in db_failure(), and nothing else in the program needs to know
 * SQLite's. Parameters are written $1, $2 … for the sake of other engines; SQLite numbers such
 * names by first appearance, so each statement keeps a table from our number to SQLite's. */
#include "store/db.h"

#include "base/arena.h"
#include "base/files.h"
#include "base/limits.h"
#include "store/engine.h"

#include <assert.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <sqlite3.h>

struct db_statement {
    struct db *db;
    struct db_statement *next;
    const char *sql; /* the caller's literal; its address and its text are the key */
    char *text;      /* our copy of it */
    sqlite3_stmt *engine;
    bool is_taken;
    int bind_result; /* the first failure to bind, SQLITE_OK if none */
    unsigned char index[LIMIT_SQL_PARAMETERS + 1]; /* SQLite's number of $n, 0 when there is none */
};

struct db {
    sqlite3 *engine;
    char *path;
    struct db_statement *statements;
};

/* Counts down to the step that fails; 0 is off. Of all threads together, since a test sets it in
 * one thread for a database that lives in another. */
static atomic_uint_fast64_t steps_until_failure;

void db_fail_after(uint64_t n)
{
    atomic_store(&steps_until_failure, n);
}

bool db_must_fail(void)
{
    uint_fast64_t left = atomic_load(&steps_until_failure);
    while (left > 0) {
        if (atomic_compare_exchange_weak(&steps_until_failure, &left, left - 1))
            return left == 1;
    }
    return false;
}

sqlite3 *db_engine(struct db *db)
{
    return db->engine;
}

const char *db_path(const struct db *db)
{
    return db->path;
}

static enum err code_of(int result)
{
    switch (result & 0xFF) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return ERR_BUSY;
    case SQLITE_NOMEM:
        return ERR_MEMORY;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return ERR_CORRUPT;
    case SQLITE_CONSTRAINT:
        return ERR_INPUT;
    case SQLITE_TOOBIG:
        return ERR_LIMIT;
    default:
        return ERR_SYSTEM;
    }
}

/* SQLite calls a full disk "disk I/O error" when it strikes at its log or its shared index. */
static bool is_full(sqlite3 *engine, const char *path, int result)
{
    char folder[4096];
    struct statvfs disk;
    if ((result & 0xFF) == SQLITE_FULL)
        return true;
    if ((result & 0xFF) != SQLITE_IOERR)
        return false;
    int number = engine ? sqlite3_system_errno(engine) : 0;
    if (number == ENOSPC || number == EDQUOT)
        return true;
    const char *slash = strrchr(path, '/');
    (void)snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) + 1 : 1,
                   slash ? path : ".");
    return statvfs(folder, &disk) == 0 && disk.f_bavail == 0;
}

enum err db_failure(sqlite3 *engine, const char *path, int result, struct fail *why)
{
    enum err code = code_of(result);
    if (!code)
        return OK;
    if (is_full(engine, path, result))
        return fail(why, code, "%s: the disk is full", path);
    if ((result & 0xFF) == SQLITE_CANTOPEN && access(path, R_OK) != 0 && errno == EACCES)
        return fail_errno(why, code, EACCES, "%s", path);
    if ((result & 0xFF) == SQLITE_READONLY)
        return fail(why, code, "%s: this user may not write it, or its folder", path);
    const int number = engine && (result & 0xFF) == SQLITE_IOERR ? sqlite3_system_errno(engine) : 0;
    if (number > 0)
        return fail_errno(why, code, number, "%s", path);
    /* The handle may remember another call's error: its sentence serves only when it is of this
     * result. */
    bool is_same = engine && (sqlite3_errcode(engine) & 0xFF) == (result & 0xFF);
    return fail(why, code, "%s: %s", path,
                is_same ? sqlite3_errmsg(engine) : sqlite3_errstr(result));
}

static enum err fail_full(const struct db *db, struct fail *why)
{
    return db_failure(NULL, db->path, SQLITE_FULL, why);
}

/* Runs without the test hook: for what only prepares or cleans up. */
static enum err execute(struct db *db, const char *sql, struct fail *why)
{
    int result = sqlite3_exec(db->engine, sql, NULL, NULL, NULL);
    return db_failure(db->engine, db->path, result, why);
}

/* The path as a file: URI that tells SQLite nobody can change the file. */
static enum err immutable_uri(const char *path, struct buf *uri, struct fail *why)
{
    buf_add_text(uri, "file:");
    for (const char *p = path; *p; p++) {
        if (strchr("%?#", *p))
            buf_add_format(uri, "%%%02X", (unsigned)(unsigned char)*p);
        else
            buf_add_char(uri, *p);
    }
    buf_add_text(uri, "?immutable=1");
    return buf_error(uri, path, why);
}

/* Opens and reads the schema, which is when SQLite first looks at the file. */
static int open_engine(const char *name, int flags, int busy_ms, sqlite3 **out)
{
    sqlite3 *engine = NULL;
    int result = sqlite3_open_v2(name, &engine, flags | SQLITE_OPEN_NOMUTEX, NULL);
    if (result == SQLITE_OK) {
        (void)sqlite3_extended_result_codes(engine, 1);
        (void)sqlite3_busy_timeout(engine, busy_ms);
        (void)sqlite3_db_config(engine, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
        (void)sqlite3_db_config(engine, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
        result = sqlite3_exec(engine, "SELECT count(*) FROM sqlite_schema", NULL, NULL, NULL);
    }
    *out = engine;
    return result;
}

/* A WAL database in a folder that cannot be written, or on a full disk, has no place for its shared
 * index. Without a
 * log beside it the file itself is complete, and can be read as it stands. */
static int open_unwritable(struct db *db, int result, struct fail *why)
{
    char log_path[4096];
    int reason = result & 0xFF;
    if (reason != SQLITE_CANTOPEN && reason != SQLITE_READONLY &&
        !is_full(db->engine, db->path, result))
        return result;
    int n = snprintf(log_path, sizeof log_path, "%s-wal", db->path);
    if (n < 0 || n >= (int)sizeof log_path || file_exists(log_path))
        return result;
    struct buf uri;
    buf_init(&uri, sizeof log_path);
    if (!immutable_uri(db->path, &uri, why)) {
        (void)sqlite3_close(db->engine);
        result = open_engine(uri.p, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, 0, &db->engine);
    }
    buf_free(&uri);
    return result;
}

static enum err set_journal_mode(struct db *db, struct fail *why)
{
    struct db_statement *statement = NULL;
    bool has_row = false;
    enum err e = db_take(db, "PRAGMA journal_mode", &statement, why);
    if (!e)
        e = db_step(statement, &has_row, why);
    bool is_wal = !e && has_row && str_equal(db_text(statement, 0), STR("wal"));
    db_give(statement);
    if (e || is_wal)
        return e;
    return execute(db, "PRAGMA journal_mode=WAL", why);
}

static enum err set_up(struct db *db, enum db_mode mode, bool durable, struct fail *why)
{
    enum err e = execute(db, "PRAGMA foreign_keys=ON", why);
    if (!e && mode != DB_READ)
        e = set_journal_mode(db, why);
    if (!e)
        e = db_keep_pages(db, mode == DB_READ ? LIMIT_READER_KIB : LIMIT_WRITER_KIB, why);
    if (!e)
        e = execute(db, durable ? "PRAGMA synchronous=FULL" : "PRAGMA synchronous=NORMAL", why);
    return e;
}

enum err db_open(const char *path, enum db_mode mode, bool durable, int busy_ms, struct db **out,
                 struct fail *why)
{
    static const int flags[] = {
        [DB_READ] = SQLITE_OPEN_READONLY,
        [DB_WRITE] = SQLITE_OPEN_READWRITE,
        [DB_CREATE] = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
    };
    if (mode != DB_CREATE && !file_exists(path))
        return fail(why, ERR_MISSING, "%s: no such database", path);
    enum err e = OK;
    struct db *db = mem_take(1, sizeof *db);
    if (db)
        db->path = mem_copy(str_of(path));
    if (!db || !db->path) {
        e = fail_memory(why);
        goto done;
    }
    int result = open_engine(path, flags[mode], busy_ms, &db->engine);
    if (mode == DB_READ)
        result = open_unwritable(db, result, why);
    e = db_failure(db->engine, path, result, why);
    if (!e)
        e = set_up(db, mode, durable, why);
done:
    if (e)
        db_close(db);
    else
        *out = db;
    return e;
}

static void close_statement(struct db_statement *statement)
{
    if (!statement)
        return;
    (void)sqlite3_finalize(statement->engine);
    mem_give(statement->text);
    mem_give(statement);
}

void db_close(struct db *db)
{
    if (!db)
        return;
    while (db->statements) {
        struct db_statement *statement = db->statements;
        db->statements = statement->next;
        close_statement(statement);
    }
    int result = sqlite3_close(db->engine);
    assert(result == SQLITE_OK);
    (void)result;
    mem_give(db->path);
    mem_give(db);
}

enum err db_run(struct db *db, const char *sql, struct fail *why)
{
    return db_must_fail() ? fail_full(db, why) : execute(db, sql, why);
}

/* Fills the table from our numbers to SQLite's. */
static void read_parameters(struct db_statement *statement)
{
    int count = sqlite3_bind_parameter_count(statement->engine);
    assert(count <= LIMIT_SQL_PARAMETERS);
    for (int i = 1; i <= count; i++) {
        const char *name = sqlite3_bind_parameter_name(statement->engine, i);
        uint64_t number = 0;
        bool is_numbered = name && name[0] == '$' && str_to_u64(str_of(name + 1), &number);
        assert(is_numbered && number >= 1 && number <= LIMIT_SQL_PARAMETERS);
        (void)is_numbered;
        statement->index[number] = (unsigned char)i;
    }
}

static enum err prepare(struct db *db, const char *sql, struct db_statement **out, struct fail *why)
{
    const char *tail = NULL;
    enum err e = OK;
    struct db_statement *statement = mem_take(1, sizeof *statement);
    if (statement)
        statement->text = mem_copy(str_of(sql));
    if (!statement || !statement->text) {
        e = fail_memory(why);
        goto done;
    }
    int result = sqlite3_prepare_v3(db->engine, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                    &statement->engine, &tail);
    e = db_failure(db->engine, db->path, result, why);
    if (e)
        goto done;
    assert(statement->engine && str_trim(str_of(tail)).n == 0); /* exactly one statement */
    statement->db = db;
    statement->sql = sql;
    read_parameters(statement);
    statement->next = db->statements;
    db->statements = statement;
done:
    if (e)
        close_statement(statement);
    else
        *out = statement;
    return e;
}

enum err db_take(struct db *db, const char *sql, struct db_statement **out, struct fail *why)
{
    struct db_statement *statement = db->statements;
    while (statement && (statement->sql != sql || strcmp(statement->text, sql) != 0))
        statement = statement->next;
    if (!statement) {
        enum err e = prepare(db, sql, &statement, why);
        if (e)
            return e;
    }
    assert(!statement->is_taken);
    statement->is_taken = true;
    *out = statement;
    return OK;
}

void db_give(struct db_statement *statement)
{
    if (!statement)
        return;
    (void)sqlite3_reset(statement->engine);
    (void)sqlite3_clear_bindings(statement->engine);
    statement->bind_result = SQLITE_OK;
    statement->is_taken = false;
}

static int index_of(const struct db_statement *s, int number)
{
    assert(number >= 1 && number <= LIMIT_SQL_PARAMETERS && s->index[number] > 0);
    return s->index[number];
}

static void remember(struct db_statement *s, int result)
{
    if (s->bind_result == SQLITE_OK)
        s->bind_result = result;
}

void db_bind_text(struct db_statement *s, int number, struct str value)
{
    int index = index_of(s, number);
    if (!value.p)
        remember(s, sqlite3_bind_null(s->engine, index));
    else
        remember(s, sqlite3_bind_text64(s->engine, index, value.p, value.n, SQLITE_TRANSIENT,
                                        SQLITE_UTF8));
}

void db_lend_text(struct db_statement *s, int number, struct str value)
{
    int index = index_of(s, number);
    if (!value.p)
        remember(s, sqlite3_bind_null(s->engine, index));
    else
        remember(
            s, sqlite3_bind_text64(s->engine, index, value.p, value.n, SQLITE_STATIC, SQLITE_UTF8));
}

void db_bind_int(struct db_statement *s, int number, int64_t value)
{
    remember(s, sqlite3_bind_int64(s->engine, index_of(s, number), value));
}

void db_bind_double(struct db_statement *s, int number, double value)
{
    remember(s, sqlite3_bind_double(s->engine, index_of(s, number), value));
}

void db_bind_null(struct db_statement *s, int number)
{
    remember(s, sqlite3_bind_null(s->engine, index_of(s, number)));
}

void db_bind_bytes(struct db_statement *s, int number, const void *p, size_t n)
{
    remember(s,
             sqlite3_bind_blob64(s->engine, index_of(s, number), p ? p : "", n, SQLITE_TRANSIENT));
}

enum err db_step(struct db_statement *s, bool *has_row, struct fail *why)
{
    if (s->bind_result != SQLITE_OK)
        return db_failure(NULL, s->db->path, s->bind_result, why);
    if (db_must_fail())
        return fail_full(s->db, why);
    int result = sqlite3_step(s->engine);
    enum err e = db_failure(s->db->engine, s->db->path, result, why);
    if (e)
        (void)sqlite3_reset(s->engine); /* lets go of its locks */
    else
        *has_row = result == SQLITE_ROW;
    return e;
}

enum err db_finish(struct db_statement *s, struct fail *why)
{
    bool has_row = false;
    enum err e = db_step(s, &has_row, why);
    assert(e || !has_row);
    db_give(s);
    return e;
}

enum err db_number(struct db *db, const char *sql, int64_t *out, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(db, sql, &s, why);
    if (e)
        return e;
    e = db_step(s, &has_row, why);
    if (!e)
        *out = has_row ? db_int(s, 0) : 0;
    db_give(s);
    return e;
}

struct str db_text(struct db_statement *s, int column)
{
    /* In this order: asking for the text is what converts the value whose bytes are then counted.
     */
    const char *text = (const char *)sqlite3_column_text(s->engine, column);
    return text ? (struct str){text, (size_t)sqlite3_column_bytes(s->engine, column)} : STR_NONE;
}

int64_t db_int(struct db_statement *s, int column)
{
    return sqlite3_column_int64(s->engine, column);
}

double db_double(struct db_statement *s, int column)
{
    return sqlite3_column_double(s->engine, column);
}

bool db_is_null(struct db_statement *s, int column)
{
    return sqlite3_column_type(s->engine, column) == SQLITE_NULL;
}

enum err db_begin(struct db *db, struct fail *why)
{
    /* To undo takes memory too: where there was none, it is done now that there may be. */
    if (!sqlite3_get_autocommit(db->engine))
        (void)execute(db, "ROLLBACK", NULL);
    return execute(db, "BEGIN IMMEDIATE", why);
}

enum err db_end(struct db *db, enum err e, struct fail *why)
{
    if (!e)
        e = db_must_fail() ? fail_full(db, why) : execute(db, "COMMIT", why);
    /* After a full disk SQLite may have rolled back by itself. */
    if (e && !sqlite3_get_autocommit(db->engine))
        (void)execute(db, "ROLLBACK", NULL);
    return e;
}

int64_t db_changes(const struct db *db)
{
    return sqlite3_changes64(db->engine);
}
