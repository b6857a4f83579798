/* The releases in use. An edition is a release and, for each clerk, the scratch that answering from
 * it needs, all made before the swap so that no worker ever waits for it. Editions are counted; the
 * count changes under a lock that is held for an addition. One that nobody uses any more is freed
 * by whoever reloads, not by a worker. */
#ifndef EDITIONS_H
#define EDITIONS_H

#include "base/limits.h"
#include "bot/turn.h"

struct edition {
    struct release *release;
    struct turner *turners[LIMIT_CLERKS]; /* each is its clerk's alone */
    int uses;                             /* under the lock; being current is one */
    struct edition *next;
};

struct editions;
/* Opens the active release. The folder is copied. */
MUST_USE enum err editions_open(const char *bot_folder, int clerks, struct editions **out,
                                struct fail *why);
/* After the last edition_give. */
void editions_close(struct editions *editions);
/* The current one, until edition_give. Any thread. */
struct edition *edition_take(struct editions *editions);
void edition_give(struct editions *editions, struct edition *edition); /* NULL is harmless */
/* See service_reload. */
MUST_USE enum err editions_reload(struct editions *editions, bool *is_new, struct fail *why);
/* The number of the current release; its hash is written. Any thread. */
int editions_current(struct editions *editions, char hash[HASH_HEX_BYTES]);

#endif
