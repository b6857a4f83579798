/* A command that a server has started: a training, a check, a trial. It must not outlive the
 * server, whichever way that ends, so it reads standard input, of which only the server holds the
 * other end: when that is closed, by kill -9 too, the program gets the signal that Ctrl-C would
 * send, and ends as it does then (cli/stop.h). Progress goes to stderr as one JSON object a line.
 */
#include "base/files.h"
#include "base/json.h"
#include "cli/cli.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

enum { LINE_BYTES = 1024 };

static void *server_wait(void *data)
{
    char byte;
    (void)data;
    for (;;) {
        ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n == 0 || (n < 0 && errno != EINTR))
            break;
    }
    (void)kill(getpid(), SIGTERM);
    return NULL;
}

/* The folder's own file among them is closed already when it is met. */
static enum err inherited_close(void *data, const char *name, struct fail *why)
{
    uint64_t fd = 0;
    (void)data;
    (void)why;
    if (str_to_u64(str_of(name), &fd) && fd > STDERR_FILENO && fd < INT32_MAX)
        (void)close((int)fd);
    return OK;
}

enum err cli_beside(struct cli *cli, struct fail *why)
{
    pthread_t thread;
    sigset_t all, before;
    cli->shows_progress = false;
    enum err e = folder_list("/proc/self/fd", inherited_close, NULL, why);
    if (e)
        return e;
    (void)sigfillset(&all); /* a signal is for the others: this thread only waits */
    (void)pthread_sigmask(SIG_BLOCK, &all, &before);
    int number = pthread_create(&thread, NULL, server_wait, NULL);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (number)
        return fail_errno(why, ERR_SYSTEM, number, "a thread cannot start");
    (void)pthread_detach(thread);
    return OK;
}

void cli_beside_progress(const struct cli *cli, const char *what, size_t done, size_t total)
{
    struct json_writer w;
    struct buf line;
    (void)cli;
    buf_init(&line, LINE_BYTES);
    json_begin(&w, &line);
    json_object(&w, NULL);
    json_put_text(&w, "what", what);
    json_put_int(&w, "done", (int64_t)done);
    json_put_int(&w, "total", (int64_t)total);
    json_end(&w, '}');
    buf_add_char(&line, '\n');
    if (!buf_error(&line, "progress", NULL) && write(STDERR_FILENO, line.p, line.n) < 0)
        clearerr(stderr); /* nobody reads it: no reason to stop */
    buf_free(&line);
}
