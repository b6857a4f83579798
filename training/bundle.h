/* The files of one import that belong together: single files, those of a folder, or those of a zip
 * archive, read whole into memory under the limits of base/limits.h. What could hurt is refused and
 * named: a path that leads out of the archive, an archive that unpacks to far more than it is, a
 * file that is too large, too many entries. Links are not followed. */
#ifndef BUNDLE_H
#define BUNDLE_H

#include "base/arena.h"
#include "base/text.h"

struct bundle_file {
    const char *path; /* as a person names it: "agent.zip/intents/Claim.json" */
    struct str name;  /* within the folder or archive: "intents/Claim.json"; of a single file, its
                         last part */
    struct str bytes;
    struct buf owned; /* holds the bytes, unless the caller does */
};

struct bundle {
    struct arena *arena;       /* of the paths; borrowed */
    struct bundle_file *files; /* each folder's or archive's by name */
    size_t count, capacity;
    size_t bytes; /* of all files */
    size_t left;  /* entries that nobody wanted */
};

void bundle_init(struct bundle *bundle, struct arena *arena);
void bundle_free(struct bundle *bundle);

/* `bytes` with p != NULL are used as they are and must outlive the bundle; else the file is read.
 */
MUST_USE enum err bundle_add_file(struct bundle *bundle, const char *path, struct str bytes,
                                  struct fail *why);
/* Every wanted file in the folder and those below, but none whose name begins with a dot. */
MUST_USE enum err bundle_add_folder(struct bundle *bundle, const char *path,
                                    bool (*wants)(struct str name), struct fail *why);
/* Every wanted file of a zip archive in memory; `path` names it. ERR_INPUT when it is damaged,
 * encrypted, or has two entries of one name. */
MUST_USE enum err bundle_add_zip(struct bundle *bundle, const char *path, struct str zip,
                                 bool (*wants)(struct str name), struct fail *why);
/* Puts all files of one bundle into another. */
MUST_USE enum err bundle_move(struct bundle *to, struct bundle *from, struct fail *why);
/* The file of that name, or NULL. */
const struct bundle_file *bundle_find(const struct bundle *bundle, struct str name);

#endif
