/* Waiting for Ctrl-C. The signals are blocked in every thread and one thread of their own waits for
 * them, so that what follows may be any code, not only what a signal handler may call. */
#include "cli/stop.h"

#include <stdio.h>
#include <unistd.h>

enum { STATUS_OF_SIGNAL = 128, PRINT_BYTES = 4096 };

static const char sentence[] = "stopped: nothing was changed";

/* The lock is never given back: nothing else may happen. */
static void program_end(const struct stop *stop, int number)
{
    struct buf out;
    if (stop->clear)
        stop->clear(stop->data);
    (void)fprintf(stderr, "%s%s\n", stop->cli->shows_progress ? "\r\033[K" : "", sentence);
    buf_init(&out, PRINT_BYTES);
    if (stop->cli->json && !stop->cli->output->is_begun) {
        cli_error_print("stopped", sentence, &out);
        if (write(STDOUT_FILENO, out.p, out.n) < 0)
            (void)fputs("standard output cannot be written\n", stderr);
    }
    _exit(STATUS_OF_SIGNAL + number);
}

static void *signals_wait(void *data)
{
    struct stop *stop = data;
    int number = 0;
    for (;;) {
        if (sigwait(&stop->waited, &number) != 0 || number == SIGUSR1)
            return NULL;
        (void)pthread_mutex_lock(&stop->lock);
        if (!stop->is_held)
            program_end(stop, number);
        (void)pthread_mutex_unlock(&stop->lock);
    }
}

static bool is_ignored(int number)
{
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void stop_begin(struct stop *stop, const struct cli *cli, void (*clear)(void *data), void *data)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    *stop = (struct stop){.cli = cli, .clear = clear, .data = data};
    (void)sigemptyset(&stop->waited);
    (void)sigaddset(&stop->waited, SIGUSR1); /* ours: the work is done */
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (!is_ignored(numbers[i]))
            (void)sigaddset(&stop->waited, numbers[i]);
    }
    if (pthread_mutex_init(&stop->lock, NULL) != 0)
        return;
    (void)pthread_sigmask(SIG_BLOCK, &stop->waited, &stop->before);
    stop->is_running = pthread_create(&stop->thread, NULL, signals_wait, stop) == 0;
    if (!stop->is_running) {
        (void)pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
        (void)pthread_mutex_destroy(&stop->lock);
    }
}

void stop_hold(void *data)
{
    struct stop *stop = data;
    if (!stop->is_running)
        return;
    (void)pthread_mutex_lock(&stop->lock);
    stop->is_held = true;
    (void)pthread_mutex_unlock(&stop->lock);
}

void stop_end(struct stop *stop)
{
    if (!stop->is_running)
        return;
    (void)pthread_kill(stop->thread, SIGUSR1);
    (void)pthread_join(stop->thread, NULL);
    (void)pthread_sigmask(SIG_SETMASK, &stop->before, NULL);
    (void)pthread_mutex_destroy(&stop->lock);
    stop->is_running = false;
}
