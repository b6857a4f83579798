/* Going through folders without recursion: folders met are put on a list, and listed in turn. Links
 * are not followed, so that a walk ends, and stays where it was sent. */
#include "training/walk.h"

#include "base/files.h"
#include "base/limits.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { PATH_BYTES = 4096, NAMES_BLOCK = 64 * 1024 };
static const size_t names_bytes = (size_t)LIMIT_IMPORT_ENTRIES * PATH_BYTES;

struct walk {
    enum err (*each)(void *data, const char *path, struct str name, bool *is_wanted,
                     struct fail *why);
    void *data;
    const char *root;
    struct arena *arena;
    size_t entries, left;
    struct folder {
        struct str name; /* below the root; "" is the root itself */
        size_t depth;
    } * folders; /* still to be listed */
    size_t folder_count, folder_at;
    struct folder here;
};

static enum err folder_add(struct walk *walk, struct str name, size_t depth, struct fail *why)
{
    if (depth > LIMIT_IMPORT_FOLDERS)
        return fail(why, ERR_LIMIT, "%s/%.*s: folders nested deeper than %d", walk->root,
                    STR_ARG(name), LIMIT_IMPORT_FOLDERS);
    struct folder *folders = mem_grow(walk->folders, walk->folder_count + 1, sizeof *folders);
    struct str kept = arena_copy(walk->arena, name);
    if (folders)
        walk->folders = folders;
    if (!folders || !kept.p)
        return fail_memory(why);
    folders[walk->folder_count++] = (struct folder){.name = kept, .depth = depth};
    return OK;
}

static enum err entry_take(void *data, const char *entry, struct fail *why)
{
    struct walk *walk = data;
    char path[PATH_BYTES];
    struct stat status;
    bool is_wanted = false;
    if (entry[0] == '.')
        return OK;
    if (++walk->entries > LIMIT_IMPORT_ENTRIES)
        return fail(why, ERR_LIMIT, "%s: more than %d files and folders", walk->root,
                    LIMIT_IMPORT_ENTRIES);
    int n = snprintf(path, sizeof path, "%s/%.*s%s%s", walk->root, STR_ARG(walk->here.name),
                     walk->here.name.n ? "/" : "", entry);
    if (n < 0 || (size_t)n >= sizeof path)
        return fail(why, ERR_LIMIT, "%s: a path longer than %d bytes", walk->root, PATH_BYTES);
    if (lstat(path, &status))
        return OK; /* gone since it was listed */
    struct str name = str_slice(str_of(path), strlen(walk->root) + 1, (size_t)n);
    if (S_ISDIR(status.st_mode))
        return folder_add(walk, name, walk->here.depth + 1, why);
    enum err e = S_ISREG(status.st_mode) ? walk->each(walk->data, path, name, &is_wanted, why) : OK;
    walk->left += !is_wanted;
    return e;
}

enum err folder_walk(const char *root,
                     enum err (*each)(void *data, const char *path, struct str name,
                                      bool *is_wanted, struct fail *why),
                     void *data, size_t *left, struct fail *why)
{
    char bare[PATH_BYTES];
    char listed[PATH_BYTES];
    size_t n = strlen(root);
    while (n > 1 && root[n - 1] == '/')
        n--;
    if (n >= sizeof bare)
        return fail(why, ERR_LIMIT, "%s: a path longer than %d bytes", root, PATH_BYTES);
    memcpy(bare, root, n);
    bare[n] = '\0';
    struct walk walk = {.each = each, .data = data, .root = bare};
    walk.arena = arena_open(NAMES_BLOCK, names_bytes);
    enum err e = walk.arena ? folder_add(&walk, STR(""), 1, why) : fail_memory(why);
    while (!e && walk.folder_at < walk.folder_count) {
        walk.here = walk.folders[walk.folder_at++];
        e = file_path(listed, sizeof listed, bare, walk.here.name.p, why);
        if (!e)
            e = folder_list(listed, entry_take, &walk, why);
    }
    *left += walk.left;
    mem_give(walk.folders);
    arena_close(walk.arena);
    return e;
}
