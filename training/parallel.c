/* A loop over threads. If no thread can be created the caller's own does all the work. */
#define _GNU_SOURCE    /* sched_getaffinity: how many cores this process may use, not how many the \
                          machine has */
#include "training/parallel.h"

#include "base/limits.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

struct loop {
    atomic_size_t next;
    size_t count;
    void (*each)(void *data, size_t i);
    void *data;
};

static void *run(void *data)
{
    struct loop *loop = data;
    for (size_t i; (i = atomic_fetch_add(&loop->next, 1)) < loop->count;)
        loop->each(loop->data, i);
    return NULL;
}

void parallel_for(int threads, size_t count, void (*each)(void *data, size_t i), void *data)
{
    struct loop loop = {.count = count, .each = each, .data = data};
    pthread_t started[LIMIT_THREADS];
    int n = 0;
    while (n < threads - 1 && n < LIMIT_THREADS && (size_t)n + 1 < count &&
           pthread_create(&started[n], NULL, run, &loop) == 0)
        n++;
    run(&loop);
    for (int i = 0; i < n; i++)
        pthread_join(started[i], NULL);
}

int parallel_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1;
    int cores = CPU_COUNT(&set);
    return cores < 1 ? 1 : cores > LIMIT_THREADS ? LIMIT_THREADS : cores;
}
