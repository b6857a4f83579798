/* Every file in a folder and those below it, within limits. */
#ifndef WALK_H
#define WALK_H

#include "base/arena.h"
#include "base/text.h"

/* Calls `each` with the path and with the name below `root`, folder by folder in byte order;
 * *is_wanted is to say whether it was of use. No entry whose name begins with a dot, no links, and
 * nothing but files. *left counts those that were not wanted. ERR_LIMIT past LIMIT_IMPORT_ENTRIES
 * or LIMIT_IMPORT_FOLDERS; an error of `each` ends the walk. */
MUST_USE enum err folder_walk(const char *root,
                              enum err (*each)(void *data, const char *path, struct str name,
                                               bool *is_wanted, struct fail *why),
                              void *data, size_t *left, struct fail *why);

#endif
