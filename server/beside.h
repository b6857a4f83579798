/* One command of this very program, run as a child beside the server (paring's --beside): nice, in
 * a process group of its own, with its output in files. */
#ifndef BESIDE_H
#define BESIDE_H

#include "base/fail.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum { BESIDE_PATH_BYTES = 4096, BESIDE_RESULT_BYTES = 32 * 1024 * 1024 };

struct beside {
    pid_t pid; /* 0: none */
    int input; /* of the child; closing it ends the child, and so does the end of this process */
    char out[BESIDE_PATH_BYTES], told[BESIDE_PATH_BYTES]; /* what it prints, and its stderr */
    int64_t seen;                                         /* of `told`, in bytes */
};

/* `words` end with NULL; files are FOLDER/NUMBER.out and .err. */
MUST_USE enum err beside_start(struct beside *beside, const char *folder, int64_t number,
                               const char *const *words, struct fail *why);
/* Whether it has ended; *status as waitpid's. Does not wait. */
bool beside_ended(struct beside *beside, int *status);
/* Ask it to end; `must`: it does not live on. */
void beside_stop(const struct beside *beside, bool must);
/* The newest line of progress since the last call, as it was printed; false when there is none. */
bool beside_progress(struct beside *beside, struct buf *line);
/* After its end: what it printed, the sentence it ended with (may be empty); its files go. */
MUST_USE enum err beside_finish(struct beside *beside, struct buf *result, struct fail *sentence,
                                struct fail *why);

#endif
