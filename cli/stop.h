/* Ctrl-C while a command works. Until stop_hold() a signal ends the program at once, with what it
 * made cleared away, one sentence and the status 128 + signal; after it the work is as good as done
 * and is finished. A signal that the caller had ignored (nohup) stays ignored. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include "cli/cli.h"

#include <pthread.h>
#include <signal.h>

struct stop {
    const struct cli *cli;
    void (*clear)(void *data); /* takes away what was made; may be NULL; called by another thread */
    void *data;
    pthread_t thread;
    pthread_mutex_t lock; /* held while the program ends, and while stop_hold decides */
    sigset_t waited, before;
    bool is_running, is_held;
};
/* Before any other thread is made. Without a thread for it signals do what they always did. */
void stop_begin(struct stop *stop, const struct cli *cli, void (*clear)(void *data), void *data);
void stop_hold(void *stop); /* a struct stop, so that it can be a callback */
void stop_end(struct stop *stop);

#endif
