/* Files whole or not at all: a reader sees the old file or the new one, never a part, also after
 * kill -9 or a full disk (write to a temporary beside it, fsync, rename, fsync the folder). */
#ifndef FILES_H
#define FILES_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HASH_BYTES = 32, HASH_HEX_BYTES = 65 };

/* Reads a whole file, at most limit bytes, appending to out. ERR_MISSING, ERR_LIMIT, ERR_INPUT (a
 * folder), ERR_SYSTEM; out is then as before. "-" is stdin. */
MUST_USE enum err file_read(const char *path, size_t limit, struct buf *out, struct fail *why);
/* On failure nothing of the name has changed and the temporary is gone; only if the very last step
 * fails, syncing the folder, the new content is there but might not outlive a power cut. Pipes and
 * devices are written straight. */
MUST_USE enum err file_write(const char *path, struct str content, struct fail *why);

/* A read-only map. close(NULL) is harmless. */
struct file_map {
    const unsigned char *p; /* page aligned; NULL for an empty file */
    size_t n;
};
MUST_USE enum err file_map_open(const char *path, struct file_map *out, struct fail *why);
void file_map_close(struct file_map *map);

/* path = folder + "/" + name. ERR_LIMIT past size. */
MUST_USE enum err file_path(char *out, size_t size, const char *folder, const char *name,
                            struct fail *why);
bool file_exists(const char *path);
bool file_is_folder(const char *path);
/* Whether what is in a folder can be got at: ERR_MISSING, ERR_INPUT (it is a file), ERR_SYSTEM
 * (permission denied), each with the path. */
MUST_USE enum err folder_check(const char *path, struct fail *why);
MUST_USE enum err folder_make(const char *path, struct fail *why); /* fine if it exists */
MUST_USE enum err folder_sync(const char *path, struct fail *why);
/* Removes a folder and what is in it, one level deep only (our folders are flat). Missing is
 * fine. */
MUST_USE enum err folder_remove(const char *path, struct fail *why);
/* Calls `each` for each entry, in byte order of the names, "." and ".." left out. */
MUST_USE enum err folder_list(const char *path,
                              enum err (*each)(void *data, const char *name, struct fail *why),
                              void *data, struct fail *why);

/* An exclusive advisory lock on a file (created if missing), held until file_unlock or the end of
 * the process. ERR_BUSY at once when another process holds it. A POSIX lock: it keeps out other
 * processes, not other threads, and is lost if this process opens and closes the same file
 * elsewhere. */
MUST_USE enum err file_lock(const char *path, int *out_fd, struct fail *why);
void file_unlock(int fd);

/* SHA-256 (libsodium). */
void hash_bytes(struct str bytes, unsigned char out[HASH_BYTES]);
void hash_hex(const unsigned char hash[HASH_BYTES], char out[HASH_HEX_BYTES]);
MUST_USE enum err hash_file(const char *path, unsigned char out[HASH_BYTES], struct fail *why);

#endif
