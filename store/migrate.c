/* Brings a database up to the schema the program knows. Each migration runs in one transaction
 * together with the number it leaves in user_version, so that a database is always at one schema
 * or the next, whatever happens in between. Two processes that start at once take turns: the number
 * is read again once the write lock is held. Foreign keys are off while a migration runs, since
 * SQLite changes a table by building another one in its place, and are checked before it commits.
 */
#include "store/db.h"

#include <assert.h>
#include <stdio.h>

enum err db_version(struct db *db, int64_t *out, struct fail *why)
{
    struct db_statement *statement = NULL;
    bool has_row = false;
    enum err e = db_take(db, "PRAGMA user_version", &statement, why);
    if (!e)
        e = db_step(statement, &has_row, why);
    if (!e)
        *out = has_row ? db_int(statement, 0) : 0;
    db_give(statement);
    return e;
}

static enum err check_references(struct db *db, struct fail *why)
{
    struct db_statement *statement = NULL;
    bool has_row = false;
    enum err e = db_take(db, "PRAGMA foreign_key_check", &statement, why);
    if (!e)
        e = db_step(statement, &has_row, why);
    if (!e && has_row)
        e = fail(why, ERR_CORRUPT, "%s: table %.*s refers to rows that do not exist", db_path(db),
                 STR_ARG(db_text(statement, 0)));
    db_give(statement);
    return e;
}

/* What SQL alone cannot move, and before which migration that is done. */
struct moving {
    int at;
    enum err (*move)(struct db *db, struct fail *why);
};

static enum err apply_within(struct db *db, const struct db_migration *migration,
                             const struct moving *moving, struct fail *why)
{
    char set_version[48];
    int64_t version = 0;
    enum err e = db_version(db, &version, why);
    if (e || version >= migration->version)
        return e;
    (void)snprintf(set_version, sizeof set_version, "PRAGMA user_version=%d", migration->version);
    if (moving->move && moving->at == migration->version)
        e = moving->move(db, why);
    if (!e)
        e = db_run(db, migration->sql, why);
    if (!e)
        e = check_references(db, why);
    if (!e)
        e = db_run(db, set_version, why);
    if (e)
        (void)fail_within(why, e, "migration %d", migration->version);
    return e;
}

static enum err apply(struct db *db, const struct db_migration *migration,
                      const struct moving *moving, struct fail *why)
{
    enum err e = db_run(db, "PRAGMA foreign_keys=OFF", why);
    if (e)
        return e;
    e = db_begin(db, why);
    if (!e)
        e = db_end(db, apply_within(db, migration, moving, why), why);
    enum err restored = db_run(db, "PRAGMA foreign_keys=ON", e ? NULL : why);
    return e ? e : restored;
}

enum err db_is_older(struct db *db, size_t count, bool *out, struct fail *why)
{
    int64_t version = 0;
    enum err e = db_version(db, &version, why);
    *out = !e && version >= 0 && (uint64_t)version < count;
    return e;
}

enum err db_migrate(struct db *db, const struct db_migration *migrations, size_t count,
                    struct fail *why)
{
    return db_migrate_moving(db, migrations, count, 0, NULL, why);
}

enum err db_migrate_moving(struct db *db, const struct db_migration *migrations, size_t count,
                           int at, enum err (*move)(struct db *db, struct fail *why),
                           struct fail *why)
{
    const struct moving moving = {at, move};
    int64_t version = 0;
    enum err e = db_version(db, &version, why);
    if (e)
        return e;
    if (version < 0 || (uint64_t)version > count)
        return fail(why, ERR_INPUT,
                    "%s: its schema is version %lld, and this program knows only up to %zu",
                    db_path(db), (long long)version, count);
    for (size_t i = (size_t)version; i < count && !e; i++) {
        assert(migrations[i].version == (int)i + 1);
        e = apply(db, &migrations[i], &moving, why);
    }
    return e;
}
