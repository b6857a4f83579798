/* Files of a folder or archive, in memory. Zip archives are unpacked by libarchive from bytes that
 * were read before, so that nothing is ever written to disk and a name in an archive is never a
 * path of ours; it is refused all the same when it looks like one that leads out, since whoever
 * made it meant harm. How much comes out is counted as it comes, not believed from the headers. */
#include "training/bundle.h"

#include "base/files.h"
#include "base/limits.h"
#include "training/tree.h"
#include "training/walk.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILES_FIRST = 16,
    PATH_BYTES = 4096,
    UNPACK_BYTES = 64 * 1024,
    RATIO_FREE_BYTES = 1 << 20, /* small archives of very even text are no bombs */
};

void bundle_init(struct bundle *bundle, struct arena *arena)
{
    *bundle = (struct bundle){.arena = arena};
}

void bundle_free(struct bundle *bundle)
{
    for (size_t i = 0; i < bundle->count; i++)
        buf_free(&bundle->files[i].owned);
    mem_give(bundle->files);
    bundle->files = NULL;
    bundle->count = 0;
}

static enum err file_add(struct bundle *bundle, const char *path, struct str name,
                         struct bundle_file **out, struct fail *why)
{
    if (bundle->count == bundle->capacity) {
        size_t capacity = bundle->capacity ? 2 * bundle->capacity : FILES_FIRST;
        struct bundle_file *files = mem_grow(bundle->files, capacity, sizeof *files);
        if (!files)
            return fail_memory(why);
        bundle->files = files;
        bundle->capacity = capacity;
    }
    struct bundle_file *file = &bundle->files[bundle->count];
    struct str kept_path = arena_copy(bundle->arena, str_of(path));
    struct str kept_name = arena_copy(bundle->arena, name);
    if (!kept_path.p || !kept_name.p)
        return fail_memory(why);
    *file = (struct bundle_file){.path = kept_path.p, .name = kept_name};
    buf_init(&file->owned, LIMIT_IMPORT_FILE_BYTES);
    bundle->count++;
    *out = file;
    return OK;
}

/* The bytes of the file are all there. */
static enum err file_settle(struct bundle *bundle, struct bundle_file *file, struct fail *why)
{
    if (!file->bytes.p)
        file->bytes = file->owned.p ? str_from_buf(&file->owned) : STR("");
    if (file->bytes.n > LIMIT_IMPORT_FILE_BYTES)
        return fail_key(
            fail(why, ERR_LIMIT, "%s: larger than %d bytes", file->path, LIMIT_IMPORT_FILE_BYTES),
            why, "file_too_large", "%d", LIMIT_IMPORT_FILE_BYTES >> 20);
    if (file->bytes.n > LIMIT_IMPORT_BYTES - bundle->bytes)
        return fail_key(fail(why, ERR_LIMIT, "%s: with this file, more than %d bytes in all",
                             file->path, LIMIT_IMPORT_BYTES),
                        why, "file_too_large", "%d", LIMIT_IMPORT_BYTES >> 20);
    bundle->bytes += file->bytes.n;
    return OK;
}

static struct str last_part(struct str path)
{
    size_t start = path.n;
    while (start > 0 && path.p[start - 1] != '/')
        start--;
    return str_slice(path, start, path.n);
}

enum err bundle_add_file(struct bundle *bundle, const char *path, struct str bytes,
                         struct fail *why)
{
    struct bundle_file *file = NULL;
    const char *shown = strcmp(path, "-") == 0 ? "stdin" : path;
    enum err e = file_add(bundle, shown, last_part(str_of(shown)), &file, why);
    if (e)
        return e;
    file->bytes = bytes;
    if (!bytes.p)
        e = file_read(path, LIMIT_IMPORT_FILE_BYTES, &file->owned, why);
    return e ? e : file_settle(bundle, file, why);
}

enum err bundle_move(struct bundle *to, struct bundle *from, struct fail *why)
{
    for (size_t i = 0; i < from->count; i++) {
        struct bundle_file *file = NULL;
        struct bundle_file *old = &from->files[i];
        enum err e = file_add(to, old->path, old->name, &file, why);
        if (e)
            return e;
        buf_free(&file->owned);
        file->owned = old->owned;
        file->bytes = old->bytes;
        buf_init(&old->owned, 0);
        old->bytes = STR("");
        e = file_settle(to, file, why);
        if (e)
            return e;
    }
    return OK;
}

static int by_name(const void *a, const void *b)
{
    const struct bundle_file *x = a;
    const struct bundle_file *y = b;
    return str_compare(x->name, y->name);
}

/* ---- folders ---- */

struct taking {
    struct bundle *bundle;
    bool (*wants)(struct str name);
};

static enum err file_take(void *data, const char *path, struct str name, bool *is_wanted,
                          struct fail *why)
{
    struct taking *taking = data;
    struct bundle_file *file = NULL;
    *is_wanted = taking->wants(name);
    if (!*is_wanted)
        return OK;
    enum err e = file_add(taking->bundle, path, name, &file, why);
    if (!e)
        e = file_read(path, LIMIT_IMPORT_FILE_BYTES, &file->owned, why);
    return e ? e : file_settle(taking->bundle, file, why);
}

enum err bundle_add_folder(struct bundle *bundle, const char *path, bool (*wants)(struct str name),
                           struct fail *why)
{
    struct taking taking = {bundle, wants};
    size_t first = bundle->count;
    enum err e = folder_walk(path, file_take, &taking, &bundle->left, why);
    if (!e && bundle->count > first)
        qsort(bundle->files + first, bundle->count - first, sizeof *bundle->files, by_name);
    return e;
}

/* ---- archives ---- */

struct unpack {
    struct bundle *bundle;
    const char *path; /* of the archive */
    size_t packed;    /* bytes of the archive */
    size_t unpacked;
    size_t entries;
    struct archive *archive;
};

/* A name that stays inside: relative, no part of it "..", no drive, no backslash, one line. */
static bool name_is_safe(struct str name)
{
    struct str rest = name;
    struct str part;
    if (name.n == 0 || name.n >= PATH_BYTES / 2 || name.p[0] == '/' || !text_is_valid(name))
        return false;
    for (size_t i = 0; i < name.n; i++) {
        if ((unsigned char)name.p[i] < 0x20 || name.p[i] == '\\')
            return false;
    }
    if (name.n > 1 && name.p[1] == ':')
        return false;
    while (str_next(&rest, '/', &part)) {
        if (str_equal(part, STR("..")))
            return false;
    }
    return true;
}

static enum err fail_archive(const struct unpack *unpack, struct str name, struct fail *why)
{
    const char *said = archive_error_string(unpack->archive);
    if (archive_errno(unpack->archive) == ENOMEM)
        return fail_memory(why);
    return fail_key(fail(why, ERR_INPUT, "%s%s%.*s: the archive cannot be read: %.200s",
                         unpack->path, name.n ? "/" : "", STR_ARG(text_shown(name)),
                         said ? said : "it is damaged"),
                    why, "file_damaged", "%s", "");
}

/* Reads the entry at hand; each piece is counted before it is kept. */
static enum err entry_read(struct unpack *unpack, struct bundle_file *file, struct fail *why)
{
    const size_t allowed = RATIO_FREE_BYTES + unpack->packed * LIMIT_IMPORT_RATIO;
    char piece[UNPACK_BYTES];
    for (;;) {
        la_ssize_t got = archive_read_data(unpack->archive, piece, sizeof piece);
        if (got < 0)
            return fail_archive(unpack, file->name, why);
        if (got == 0)
            return OK;
        buf_add(&file->owned, piece, (size_t)got);
        if (file->owned.error == ERR_LIMIT)
            return fail_key(fail(why, ERR_LIMIT, "%s: larger than %d bytes", file->path,
                                 LIMIT_IMPORT_FILE_BYTES),
                            why, "file_too_large", "%d", LIMIT_IMPORT_FILE_BYTES >> 20);
        if (file->owned.error)
            return fail_memory(why);
        unpack->unpacked += (size_t)got;
        if (unpack->unpacked > allowed)
            return fail_key(
                fail(why, ERR_LIMIT,
                     "%s: unpacks to more than %d times its size; it is not unpacked further",
                     file->path, LIMIT_IMPORT_RATIO),
                why, "file_unpacks", "%d", LIMIT_IMPORT_RATIO);
        if (unpack->unpacked > LIMIT_IMPORT_BYTES)
            return fail_key(fail(why, ERR_LIMIT, "%s: with this file, more than %d bytes in all",
                                 file->path, LIMIT_IMPORT_BYTES),
                            why, "file_too_large", "%d", LIMIT_IMPORT_BYTES >> 20);
    }
}

static enum err archived_take(struct unpack *unpack, struct archive_entry *entry,
                              bool (*wants)(struct str name), struct fail *why)
{
    char path[PATH_BYTES];
    const char *utf8 = archive_entry_pathname_utf8(entry);
    struct str name = str_of(utf8 ? utf8 : archive_entry_pathname(entry));
    if (++unpack->entries > LIMIT_IMPORT_ENTRIES)
        return fail_key(
            fail(why, ERR_LIMIT, "%s: more than %d entries", unpack->path, LIMIT_IMPORT_ENTRIES),
            why, "file_damaged", "%s", "");
    if (!name.p || !name_is_safe(name)) {
        bool is_text = name.p && text_is_valid(name);
        return fail(why, ERR_INPUT, "%s: the archive has an entry \"%.*s\", which is no safe name",
                    unpack->path, STR_ARG(is_text ? text_shown(name) : STR("?")));
    }
    if (archive_entry_filetype(entry) != AE_IFREG || !wants(name)) {
        unpack->bundle->left += archive_entry_filetype(entry) != AE_IFDIR;
        return OK;
    }
    struct bundle_file *file = NULL;
    (void)snprintf(path, sizeof path, "%.1900s/%.*s", unpack->path, STR_ARG(name));
    if (archive_entry_is_encrypted(entry))
        return fail_key(fail(why, ERR_INPUT, "%s: is encrypted", path), why, "file_encrypted", "%s",
                        "");
    enum err e = file_add(unpack->bundle, path, name, &file, why);
    if (!e)
        e = entry_read(unpack, file, why);
    return e ? e : file_settle(unpack->bundle, file, why);
}

static enum err entries_take(struct unpack *unpack, bool (*wants)(struct str name),
                             struct fail *why)
{
    enum err e = OK;
    while (!e) {
        struct archive_entry *entry = NULL;
        int got = archive_read_next_header(unpack->archive, &entry);
        if (got == ARCHIVE_EOF)
            return OK;
        /* A warning is about a name that this locale cannot write; we read it as UTF-8. */
        if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
            return fail_archive(unpack, STR(""), why);
        e = archived_take(unpack, entry, wants, why);
    }
    return e;
}

static enum err names_check(const struct bundle *bundle, size_t first, struct fail *why)
{
    for (size_t i = first + 1; i < bundle->count; i++) {
        if (str_equal(bundle->files[i - 1].name, bundle->files[i].name))
            return fail_key(
                fail(why, ERR_INPUT, "%s: is in the archive twice", bundle->files[i].path), why,
                "file_damaged", "%s", "");
    }
    return OK;
}

enum err bundle_add_zip(struct bundle *bundle, const char *path, struct str zip,
                        bool (*wants)(struct str name), struct fail *why)
{
    struct unpack unpack = {.bundle = bundle, .path = path, .packed = zip.n};
    size_t first = bundle->count;
    /* Names are converted by the locale, and ours is the plain one. */
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = utf8 ? uselocale(utf8) : (locale_t)0;
    unpack.archive = archive_read_new();
    enum err e = unpack.archive ? OK : fail_memory(why);
    if (!e && (archive_read_support_format_zip_seekable(unpack.archive) != ARCHIVE_OK ||
               archive_read_open_memory(unpack.archive, zip.p, zip.n) != ARCHIVE_OK))
        e = fail_archive(&unpack, STR(""), why);
    if (!e)
        e = entries_take(&unpack, wants, why);
    (void)archive_read_free(unpack.archive);
    if (utf8) {
        (void)uselocale(before);
        freelocale(utf8);
    }
    if (e)
        return e;
    if (bundle->count > first)
        qsort(bundle->files + first, bundle->count - first, sizeof *bundle->files, by_name);
    return names_check(bundle, first, why);
}

const struct bundle_file *bundle_find(const struct bundle *bundle, struct str name)
{
    for (size_t i = 0; i < bundle->count; i++) {
        if (str_equal(bundle->files[i].name, name))
            return &bundle->files[i];
    }
    return NULL;
}
