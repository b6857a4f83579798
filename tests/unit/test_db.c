/* store: opening, statements, transactions, migrations, backup, and what each failure leaves
 * behind. */
#include "base/arena.h"
#include "base/files.h"
#include "base/limits.h"
#include "store/db.h"
#include "tests/unit/failing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATH_BYTES = 256, NOBODY = 65534 };

struct place {
    char folder[PATH_BYTES];
    char path[PATH_BYTES]; /* folder/a.db */
    struct db *db;
};

static const char create[] =
    "CREATE TABLE t(id BIGINT PRIMARY KEY, text TEXT NOT NULL, x DOUBLE PRECISION)";
static const char insert[] = "INSERT INTO t(text, x, id) VALUES($2, $3, $1)";
static const char count[] = "SELECT count(*) FROM t";

static int make_place(void **state)
{
    struct place *place = mem_take(1, sizeof *place);
    /* Where syncing is quick, if there is such a place. */
    (void)snprintf(place->folder, sizeof place->folder, "%s/test_db-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    *state = place;
    if (!mkdtemp(place->folder) ||
        file_path(place->path, PATH_BYTES, place->folder, "a.db", NULL) ||
        db_open(place->path, DB_CREATE, true, 0, &place->db, NULL) ||
        db_run(place->db, create, NULL))
        return -1;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    db_fail_after(0);
    db_close(place->db);
    enum err e = folder_remove(place->folder, NULL);
    mem_give(place);
    return e ? -1 : 0;
}

static enum err add_row(struct db *db, int64_t id, struct str text, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(db, insert, &s, why);
    if (e)
        return e;
    db_bind_int(s, 1, id);
    db_bind_text(s, 2, text);
    db_bind_double(s, 3, 0.5);
    return db_finish(s, why);
}

static int64_t read_int(struct db *db, const char *sql)
{
    int64_t value = 0;
    assert_int_equal(db_number(db, sql, &value, NULL), OK);
    return value;
}

static void opens_as_told(void **state)
{
    const struct place *place = *state;
    struct db *db = NULL;
    struct fail why;
    assert_int_equal(db_open("/no/such.db", DB_READ, true, 0, &db, &why), ERR_MISSING);
    assert_string_equal(why.text, "/no/such.db: no such database");
    assert_int_equal(db_open("/no/such.db", DB_WRITE, true, 0, &db, &why), ERR_MISSING);
    assert_int_equal(db_open("/no/such.db", DB_CREATE, true, 0, &db, &why), ERR_SYSTEM);
    assert_null(db);
    assert_string_equal(db_path(place->db), place->path);
    assert_int_equal(read_int(place->db, "PRAGMA foreign_keys"), 1);
    assert_int_equal(read_int(place->db, "PRAGMA synchronous"), 2);
    assert_int_equal(db_open(place->path, DB_READ, false, 0, &db, NULL), OK);
    assert_int_equal(read_int(db, count), 0);
    assert_int_equal(add_row(db, 1, STR("a"), &why), ERR_SYSTEM); /* read only */
    db_close(db);
    assert_int_equal(db_open(place->path, DB_WRITE, false, 0, &db, NULL), OK);
    assert_int_equal(read_int(db, "PRAGMA synchronous"), 1);
    db_close(db);
    db_close(NULL);
}

static void a_number_is_zero_where_there_is_none(void **state)
{
    const struct place *place = *state;
    struct fail why;
    int64_t value = 7;
    assert_int_not_equal(db_number(place->db, "SELECT id FROM nowhere", &value, &why), OK);
    assert_int_equal(value, 7);
    assert_int_equal(read_int(place->db, "SELECT 1 WHERE 1 = 0"), 0);
    assert_int_equal(read_int(place->db, "SELECT NULL"), 0);
    assert_int_equal(read_int(place->db, "SELECT 5 UNION SELECT 6"), 5);
}

static void knows_a_file_that_is_no_database(void **state)
{
    const struct place *place = *state;
    char path[PATH_BYTES];
    struct db *db = NULL;
    struct fail why;
    assert_int_equal(file_path(path, sizeof path, place->folder, "b.db", NULL), OK);
    assert_int_equal(file_write(path, STR("this is a letter to my insurer, not a database"), NULL),
                     OK);
    for (int mode = DB_READ; mode <= DB_CREATE; mode++) {
        assert_int_equal(db_open(path, (enum db_mode)mode, true, 0, &db, &why), ERR_CORRUPT);
        assert_non_null(strstr(why.text, "b.db: file is not a database"));
    }
}

static void binds_by_name_and_reads_back(void **state)
{
    const struct place *place = *state;
    struct db_statement *s = NULL;
    bool has_row = false;
    assert_int_equal(add_row(place->db, 7, STR("해지\0x"), NULL), OK);
    assert_int_equal(db_changes(place->db), 1);
    assert_int_equal(
        db_take(place->db, "SELECT id, text, x, NULL, '' FROM t WHERE id=$1 OR id=$1", &s, NULL),
        OK);
    db_bind_int(s, 1, 7);
    assert_int_equal(db_step(s, &has_row, NULL), OK);
    assert_true(has_row);
    assert_int_equal(db_int(s, 0), 7);
    assert_true(str_equal(db_text(s, 1), STR("해지\0x")));
    assert_true(db_double(s, 2) == 0.5);
    assert_true(db_is_null(s, 3) && !db_text(s, 3).p);
    assert_true(!db_is_null(s, 4) && db_text(s, 4).p && db_text(s, 4).n == 0);
    assert_int_equal(db_step(s, &has_row, NULL), OK);
    assert_false(has_row);
    db_give(s);
    db_give(NULL);
    /* Bindings do not outlive the statement's user. */
    static const char sql[] = "SELECT $1 IS NULL, length($2)";
    assert_int_equal(db_take(place->db, sql, &s, NULL), OK);
    db_bind_int(s, 1, 1);
    db_bind_bytes(s, 2, "a\0b", 3);
    assert_int_equal(db_step(s, &has_row, NULL), OK);
    assert_int_equal(db_int(s, 0), 0);
    assert_int_equal(db_int(s, 1), 3);
    db_give(s);
    assert_int_equal(read_int(place->db, sql), 1);
}

static void keeps_statements_by_address_and_text(void **state)
{
    const struct place *place = *state;
    struct db_statement *first = NULL;
    struct db_statement *again = NULL;
    assert_int_equal(db_take(place->db, insert, &first, NULL), OK);
    db_give(first);
    uint64_t allocations = mem_count();
    assert_int_equal(db_take(place->db, insert, &again, NULL), OK);
    assert_ptr_equal(first, again);
    assert_int_equal(mem_count(), allocations);
    db_give(again);
    assert_int_equal(db_take(place->db, "SELECT FROM nothing", &first, NULL), ERR_SYSTEM);
    mem_fail_after(1, false);
    assert_int_equal(db_take(place->db, "SELECT 99", &first, NULL), ERR_MEMORY);
    mem_fail_after(2, false);
    assert_int_equal(db_take(place->db, "SELECT 99", &first, NULL), ERR_MEMORY);
    mem_fail_after(0, false);
}

static void says_which_constraint_refused(void **state)
{
    const struct place *place = *state;
    struct fail why;
    assert_int_equal(add_row(place->db, 1, STR("a"), NULL), OK);
    assert_int_equal(add_row(place->db, 1, STR("secret"), &why), ERR_INPUT);
    assert_non_null(strstr(why.text, "a.db: UNIQUE constraint failed: t.id"));
    assert_int_equal(add_row(place->db, 2, STR_NONE, &why), ERR_INPUT);
    assert_int_equal(add_row(place->db, 2, STR("b"), NULL), OK);
    assert_int_equal(read_int(place->db, count), 2);
}

static void a_transaction_is_whole_or_nothing(void **state)
{
    const struct place *place = *state;
    assert_int_equal(db_begin(place->db, NULL), OK);
    assert_int_equal(add_row(place->db, 1, STR("a"), NULL), OK);
    assert_int_equal(db_end(place->db, ERR_REFUSED, NULL), ERR_REFUSED);
    assert_int_equal(read_int(place->db, count), 0);
    assert_int_equal(db_begin(place->db, NULL), OK);
    assert_int_equal(add_row(place->db, 1, STR("a"), NULL), OK);
    assert_int_equal(db_end(place->db, OK, NULL), OK);
    assert_int_equal(read_int(place->db, count), 1);
}

static void a_transaction_that_could_not_be_undone_is_when_the_next_begins(void **state)
{
    const struct place *place = *state;
    assert_int_equal(db_begin(place->db, NULL), OK);
    assert_int_equal(add_row(place->db, 1, STR("a"), NULL), OK);
    assert_int_equal(db_begin(place->db, NULL), OK); /* its ROLLBACK had no memory */
    assert_int_equal(add_row(place->db, 2, STR("b"), NULL), OK);
    assert_int_equal(db_end(place->db, OK, NULL), OK);
    assert_int_equal(read_int(place->db, count), 1);
}

static void a_second_writer_is_told_at_once(void **state)
{
    const struct place *place = *state;
    struct db *other = NULL;
    struct fail why;
    assert_int_equal(db_open(place->path, DB_WRITE, true, 0, &other, NULL), OK);
    assert_int_equal(db_begin(place->db, NULL), OK);
    assert_int_equal(db_begin(other, &why), ERR_BUSY);
    assert_non_null(strstr(why.text, "a.db: database is locked"));
    assert_int_equal(add_row(other, 1, STR("a"), NULL), ERR_BUSY);
    assert_int_equal(db_end(other, ERR_BUSY, NULL), ERR_BUSY); /* nothing to roll back: harmless */
    assert_int_equal(db_end(place->db, OK, NULL), OK);
    assert_int_equal(add_row(other, 1, STR("a"), NULL), OK);
    db_close(other);
}

static void a_full_disk_changes_nothing(void **state)
{
    const struct place *place = *state;
    struct fail why;
    enum err e = ERR_SYSTEM;
    for (uint64_t n = 1; e; n++) {
        assert_int_equal(read_int(place->db, count), 0);
        assert_int_equal(db_begin(place->db, NULL), OK);
        db_fail_after(n);
        e = add_row(place->db, 1, STR("a"), &why);
        if (!e)
            e = add_row(place->db, 2, STR("b"), &why);
        e = db_end(place->db, e, &why);
        db_fail_after(0);
        assert_true(e == OK || e == ERR_SYSTEM);
        if (e)
            assert_non_null(strstr(why.text, "a.db: the disk is full"));
        assert_true(n <= 4);
    }
    assert_int_equal(read_int(place->db, count), 2);
}

static const struct db_migration migrations[] = {
    {1, "CREATE TABLE parent(id BIGINT PRIMARY KEY); CREATE TABLE child(parent BIGINT REFERENCES "
        "parent(id));"
        "INSERT INTO parent VALUES(1); INSERT INTO child VALUES(1)"},
    {2, "ALTER TABLE parent ADD COLUMN name TEXT"},
    {3, "DELETE FROM parent"}, /* leaves the child behind: refused */
};

static void migrates_from_every_older_schema(void **state)
{
    const struct place *place = *state;
    assert_int_equal(db_migrate(place->db, migrations, 0, NULL), OK);
    for (size_t version = 1; version <= 2; version++) {
        assert_int_equal(db_migrate(place->db, migrations, version, NULL), OK);
        assert_int_equal(db_migrate(place->db, migrations, version, NULL), OK);
        assert_int_equal(read_int(place->db, "PRAGMA user_version"), (int64_t)version);
    }
    struct fail why;
    assert_int_equal(db_migrate(place->db, migrations, 1, &why), ERR_INPUT);
    assert_non_null(strstr(why.text, "version 2, and this program knows only up to 1"));
    assert_int_equal(db_migrate(place->db, migrations, 3, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "migration 3: "));
    assert_int_equal(read_int(place->db, "PRAGMA user_version"), 2);
    assert_int_equal(read_int(place->db, "SELECT count(*) FROM parent"), 1);
    assert_int_equal(read_int(place->db, "PRAGMA foreign_keys"), 1);
}

static void a_failed_migration_leaves_the_old_schema(void **state)
{
    const struct place *place = *state;
    enum err e = ERR_SYSTEM;
    for (uint64_t n = 1; e; n++) {
        db_fail_after(n);
        e = db_migrate(place->db, migrations, 1, NULL);
        db_fail_after(0);
        assert_true(n < 20);
        int64_t tables =
            read_int(place->db, "SELECT count(*) FROM sqlite_schema WHERE name='child'");
        assert_int_equal(tables, read_int(place->db, "PRAGMA user_version"));
        if (e)
            assert_int_equal(e, ERR_SYSTEM);
    }
}

static void backs_up_while_in_use(void **state)
{
    const struct place *place = *state;
    char path[PATH_BYTES];
    struct db *copy = NULL;
    struct db *writer = NULL;
    assert_int_equal(file_path(path, sizeof path, place->folder, "copy.db", NULL), OK);
    assert_int_equal(add_row(place->db, 1, STR("a"), NULL), OK);
    assert_int_equal(db_open(place->path, DB_WRITE, true, 0, &writer, NULL), OK);
    assert_int_equal(db_begin(writer, NULL), OK);
    assert_int_equal(add_row(writer, 2, STR("b"), NULL), OK);
    assert_int_equal(db_backup(place->db, path, NULL), OK);
    assert_int_equal(db_end(writer, OK, NULL), OK);
    db_close(writer);
    assert_int_equal(db_open(path, DB_READ, true, 0, &copy, NULL), OK);
    assert_int_equal(read_int(copy, count), 1);
    assert_int_equal(db_check(copy, NULL), OK);
    db_close(copy);
    struct fail why;
    assert_int_equal(db_backup(place->db, path, &why), ERR_INPUT);
    assert_non_null(strstr(why.text, "copy.db: already exists"));
    assert_int_equal(db_backup(place->db, "/no/such/folder/copy.db", &why), ERR_SYSTEM);
}

static enum err count_entry(void *data, const char *name, struct fail *why)
{
    (void)why;
    *(int *)data += strncmp(name, "copy.db", 7) == 0;
    return OK;
}

static void a_failed_backup_leaves_nothing(void **state)
{
    const struct place *place = *state;
    char path[PATH_BYTES];
    enum err e = ERR_SYSTEM;
    assert_int_equal(file_path(path, sizeof path, place->folder, "copy.db", NULL), OK);
    for (uint64_t n = 1; e; n++) {
        int entries = 0;
        db_fail_after(n);
        e = db_backup(place->db, path, NULL);
        db_fail_after(0);
        assert_true(n < 20);
        assert_int_equal(folder_list(place->folder, count_entry, &entries, NULL), OK);
        assert_int_equal(entries, e ? 0 : 1);
    }
}

static void finds_damage(void **state)
{
    struct place *place = *state;
    struct fail why;
    struct buf bytes;
    for (int64_t id = 0; id < 500; id++)
        assert_int_equal(add_row(place->db, id, STR("a row with some text to fill pages"), NULL),
                         OK);
    assert_int_equal(db_check(place->db, NULL), OK);
    db_close(place->db);
    place->db = NULL;
    buf_init(&bytes, 1000000);
    assert_int_equal(file_read(place->path, 1000000, &bytes, NULL), OK);
    assert_true(bytes.n > 3 * 4096);
    memset(bytes.p + bytes.n - 4096, 0x5A, 4096);
    assert_int_equal(file_write(place->path, str_from_buf(&bytes), NULL), OK);
    buf_free(&bytes);
    assert_int_equal(db_open(place->path, DB_WRITE, true, 0, &place->db, NULL), OK);
    assert_int_equal(db_check(place->db, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "a.db"));
}

static void finds_rows_that_refer_to_none(void **state)
{
    const struct place *place = *state;
    struct fail why;
    assert_int_equal(db_migrate(place->db, migrations, 2, NULL), OK);
    assert_int_equal(db_run(place->db, "PRAGMA foreign_keys=OFF; DELETE FROM parent", NULL), OK);
    assert_int_equal(db_check(place->db, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "has rows that refer to none, in table: child"));
}

/* Root may write anywhere, so for a while we are somebody else. */
static void become(uid_t user)
{
    if (getuid() == 0)
        assert_int_equal(seteuid(user), 0);
}

static void reads_in_a_folder_it_cannot_write(void **state)
{
    struct place *place = *state;
    char odd[PATH_BYTES];
    struct db *db = NULL;
    struct fail why;
    db_close(place->db);
    place->db = NULL;
    /* A name in which a URI's own marks would mean something. */
    assert_int_equal(file_path(odd, sizeof odd, place->folder, "100%?#.db", NULL), OK);
    assert_int_equal(db_open(odd, DB_CREATE, true, 0, &db, NULL), OK);
    assert_int_equal(db_run(db, create, NULL), OK);
    assert_int_equal(add_row(db, 1, STR("a"), NULL), OK);
    db_close(db);
    assert_int_equal(chmod(odd, 0444), 0);
    assert_int_equal(chmod(place->folder, 0555), 0);
    become(NOBODY);
    enum err opened = db_open(odd, DB_READ, true, 0, &db, NULL);
    int64_t rows = opened ? 0 : read_int(db, count);
    db_close(opened ? NULL : db);
    db = NULL;
    enum err e = db_open(odd, DB_WRITE, true, 0, &db, &why);
    if (!e)
        e = add_row(db, 2, STR("b"), &why);
    db_close(db);
    become(0);
    assert_int_equal(chmod(place->folder, 0755), 0);
    assert_int_equal(opened, OK);
    assert_int_equal(rows, 1);
    assert_int_equal(e, ERR_SYSTEM);
    assert_non_null(strstr(why.text, "100%?#.db: "));
}

/* With a writer's log beside it the file alone would be an old state: better none than that. */
static void does_not_read_past_a_log_it_cannot_use(void **state)
{
    struct place *place = *state;
    char log[PATH_BYTES];
    struct db *db = NULL;
    db_close(place->db);
    place->db = NULL;
    assert_int_equal(file_path(log, sizeof log, place->folder, "a.db-wal", NULL), OK);
    assert_int_equal(file_write(log, STR("a log"), NULL), OK);
    assert_int_equal(chmod(place->folder, 0555), 0);
    become(NOBODY);
    enum err e = db_open(place->path, DB_READ, true, 0, &db, NULL);
    become(0);
    assert_int_equal(chmod(place->folder, 0755), 0);
    assert_int_equal(e, ERR_SYSTEM);
    assert_null(db);
}

static void a_value_too_large_is_refused_with_the_row(void **state)
{
    const struct place *place = *state;
    const struct str huge = {"",
                             (size_t)2000 * 1000 * 1000}; /* past SQLite's 1,000,000,000 bytes */
    struct db_statement *s = NULL;
    struct fail why;
    bool has_row = false;
    assert_int_equal(add_row(place->db, 1, huge, &why), ERR_LIMIT);
    assert_non_null(strstr(why.text, "a.db: "));
    assert_int_equal(read_int(place->db, count), 0);
    /* The first failure is the one that is told, and it ends with the statement's user. */
    static const char sql[] = "SELECT $1, $2, $3, $4, $5";
    assert_int_equal(db_take(place->db, sql, &s, NULL), OK);
    db_bind_bytes(s, 1, huge.p, huge.n);
    db_bind_text(s, 2, STR("fits"));
    db_bind_int(s, 3, 1);
    db_bind_double(s, 4, 1);
    db_bind_null(s, 5);
    assert_int_equal(db_step(s, &has_row, NULL), ERR_LIMIT);
    db_give(s);
    assert_int_equal(db_take(place->db, sql, &s, NULL), OK);
    db_bind_bytes(s, 1, NULL, 0);
    db_bind_text(s, 2, STR_NONE);
    assert_int_equal(db_step(s, &has_row, NULL), OK);
    assert_true(!db_is_null(s, 0) && db_is_null(s, 1) && db_is_null(s, 4));
    /* A binding while rows are being read comes too late, and is told. */
    db_bind_int(s, 3, 7);
    assert_int_equal(db_step(s, &has_row, NULL), ERR_SYSTEM);
    db_give(s);
    assert_int_equal(db_take(place->db, sql, &s, NULL), OK);
    assert_int_equal(db_step(s, &has_row, NULL), OK);
    db_bind_null(s, 1);
    assert_int_equal(db_step(s, &has_row, NULL), ERR_SYSTEM);
    db_give(s);
}

static void a_database_that_may_not_grow_keeps_what_it_has(void **state)
{
    const struct place *place = *state;
    struct fail why;
    static const char page[5000] = "x";
    int64_t id = 0;
    assert_int_equal(db_run(place->db, "PRAGMA max_page_count=8", NULL), OK);
    enum err e = OK;
    while (!e && id < 100)
        e = add_row(place->db, id++, (struct str){page, sizeof page}, &why);
    assert_int_equal(e, ERR_SYSTEM);
    assert_non_null(strstr(why.text, "a.db: "));
    assert_non_null(strstr(why.text, "full"));
    assert_int_equal(read_int(place->db, count), id - 1);
    assert_int_equal(db_begin(place->db, NULL), OK); /* no transaction is left open */
    assert_int_equal(db_end(place->db, OK, NULL), OK);
    assert_int_equal(db_check(place->db, NULL), OK);
}

/* 12 MiB are read whole; without a share of its own a handle keeps twice as much of it. */
static void a_reader_keeps_no_more_than_its_share(void **state)
{
    const struct place *place = *state;
    static const char page[4000] = "x";
    struct db *reader = NULL;
    assert_int_equal(db_begin(place->db, NULL), OK);
    for (int64_t id = 0; id < 3000; id++)
        assert_int_equal(add_row(place->db, id, (struct str){page, sizeof page}, NULL), OK);
    assert_int_equal(db_end(place->db, OK, NULL), OK);
    assert_int_equal(db_open(place->path, DB_READ, true, 0, &reader, NULL), OK);
    const int64_t before = db_memory();
    assert_int_equal(read_int(reader, "SELECT COUNT(*) FROM t WHERE text = 'y'"), 0);
    const int64_t kept = db_memory() - before;
    assert_true(kept > 0 && kept < 5 * 1024 * LIMIT_READER_KIB / 4);
    db_close(reader);
}

static void refuses_a_schema_version_below_zero(void **state)
{
    const struct place *place = *state;
    struct fail why;
    assert_int_equal(db_run(place->db, "PRAGMA user_version=-1", NULL), OK);
    assert_int_equal(db_migrate(place->db, migrations, 1, &why), ERR_INPUT);
    assert_non_null(strstr(why.text, "version -1"));
}

/* Another process may migrate between our look at the version and our turn to write. */
static void a_migration_that_somebody_else_made_is_not_repeated(void **state)
{
    struct place *place = *state;
    int status = 0;
    assert_int_equal(db_migrate(place->db, migrations, 1, NULL), OK);
    db_close(place->db);
    place->db = NULL;
    pid_t child[2];
    for (int i = 0; i < 2; i++) {
        child[i] = fork();
        if (child[i] != 0)
            continue;
        struct db *db = NULL;
        enum err e = db_open(place->path, DB_WRITE, true, 5000, &db, NULL);
        exit(e ? (int)e : (int)db_migrate(db, migrations, 2, NULL));
    }
    for (int i = 0; i < 2; i++) {
        assert_int_equal(waitpid(child[i], &status, 0), child[i]);
        assert_int_equal(WEXITSTATUS(status), OK);
    }
    assert_int_equal(db_open(place->path, DB_WRITE, true, 0, &place->db, NULL), OK);
    assert_int_equal(read_int(place->db, "PRAGMA user_version"), 2);
}

static void a_backup_with_too_long_a_name_is_refused(void **state)
{
    const struct place *place = *state;
    char path[5000];
    struct fail why;
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    path[0] = '/';
    assert_int_equal(db_backup(place->db, path, &why), ERR_LIMIT);
}

static void a_damaged_database_is_not_backed_up(void **state)
{
    struct place *place = *state;
    char path[PATH_BYTES];
    struct buf bytes;
    struct fail why;
    for (int64_t id = 0; id < 500; id++)
        assert_int_equal(add_row(place->db, id, STR("a row with some text to fill pages"), NULL),
                         OK);
    db_close(place->db);
    place->db = NULL;
    buf_init(&bytes, 1000000);
    assert_int_equal(file_read(place->path, 1000000, &bytes, NULL), OK);
    memset(bytes.p + bytes.n - 4096, 0x5A, 4096);
    assert_int_equal(file_write(place->path, str_from_buf(&bytes), NULL), OK);
    buf_free(&bytes);
    assert_int_equal(db_open(place->path, DB_WRITE, true, 0, &place->db, NULL), OK);
    assert_int_equal(file_path(path, sizeof path, place->folder, "copy.db", NULL), OK);
    assert_int_equal(db_backup(place->db, path, &why), ERR_CORRUPT);
    int entries = 0;
    assert_int_equal(folder_list(place->folder, count_entry, &entries, NULL), OK);
    assert_int_equal(entries, 0);
}

/* From opening to backing up, on a database one migration behind. */
static enum err open_and_use(void *data)
{
    const struct place *place = data;
    char path[PATH_BYTES];
    struct db *db = NULL;
    struct fail why;
    enum err e = file_path(path, sizeof path, place->folder, "copy.db", NULL);
    if (!e)
        e = db_open(place->path, DB_WRITE, true, 0, &db, &why);
    if (!e)
        e = db_migrate(db, migrations, 2, &why);
    if (!e)
        e = db_run(db, "BEGIN", &why);
    if (!e)
        e = db_end(db, add_row(db, 1, STR("a"), &why), &why);
    if (!e)
        e = db_check(db, &why);
    if (!e)
        e = db_backup(db, path, &why);
    if (e)
        assert_false(file_exists(path));
    db_close(db);
    (void)unlink(path);
    /* As it was, for the next time. */
    failing_stop();
    assert_int_equal(db_run(place->db, "DELETE FROM t", NULL), OK);
    return e;
}

static void survives_each_failing_allocation_and_statement(void **state)
{
    assert_true(failing_allocations(open_and_use, *state) > 10);
    assert_true(failing_statements(open_and_use, *state) > 5);
}

static void survives_each_failing_allocation(void **state)
{
    const struct place *place = *state;
    enum err e = ERR_MEMORY;
    for (uint64_t n = 1; e; n++) {
        struct db *db = NULL;
        mem_fail_after(n, false);
        e = db_open(place->path, DB_WRITE, true, 0, &db, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || (e == ERR_MEMORY && !db));
        db_close(db);
    }
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(opens_as_told),
        IN_A_PLACE(a_number_is_zero_where_there_is_none),
        IN_A_PLACE(knows_a_file_that_is_no_database),
        IN_A_PLACE(binds_by_name_and_reads_back),
        IN_A_PLACE(keeps_statements_by_address_and_text),
        IN_A_PLACE(says_which_constraint_refused),
        IN_A_PLACE(a_transaction_is_whole_or_nothing),
        IN_A_PLACE(a_transaction_that_could_not_be_undone_is_when_the_next_begins),
        IN_A_PLACE(a_second_writer_is_told_at_once),
        IN_A_PLACE(a_full_disk_changes_nothing),
        IN_A_PLACE(migrates_from_every_older_schema),
        IN_A_PLACE(a_failed_migration_leaves_the_old_schema),
        IN_A_PLACE(backs_up_while_in_use),
        IN_A_PLACE(a_failed_backup_leaves_nothing),
        IN_A_PLACE(finds_damage),
        IN_A_PLACE(finds_rows_that_refer_to_none),
        IN_A_PLACE(reads_in_a_folder_it_cannot_write),
        IN_A_PLACE(does_not_read_past_a_log_it_cannot_use),
        IN_A_PLACE(a_value_too_large_is_refused_with_the_row),
        IN_A_PLACE(a_database_that_may_not_grow_keeps_what_it_has),
        IN_A_PLACE(a_reader_keeps_no_more_than_its_share),
        IN_A_PLACE(refuses_a_schema_version_below_zero),
        IN_A_PLACE(a_migration_that_somebody_else_made_is_not_repeated),
        IN_A_PLACE(a_backup_with_too_long_a_name_is_refused),
        IN_A_PLACE(a_damaged_database_is_not_backed_up),
        IN_A_PLACE(survives_each_failing_allocation),
        IN_A_PLACE(survives_each_failing_allocation_and_statement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
