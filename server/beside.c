/* A child of the server. It is started with posix_spawn, so that nothing of ours runs between the
 * fork and the new program; what else this process has open the child closes itself, before it does
 * anything (cli/beside.c). Its standard input is a pipe whose other end is here: the child ends
 * when that is closed, and the kernel closes it even when this process is killed. */
#include "server/beside.h"

#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NICE = 10, TAIL_BYTES = 16 * 1024, TOLD_BYTES = 1024 * 1024, FILE_MODE = 0600 };

extern char **environ;

/* The server's threads have signals blocked that a child must hear. */
static int attributes_fill(posix_spawnattr_t *attributes)
{
    sigset_t none, standard;
    (void)sigemptyset(&none);
    (void)sigemptyset(&standard);
    (void)sigaddset(&standard, SIGPIPE);
    (void)sigaddset(&standard, SIGXFSZ);
    int number = posix_spawnattr_setsigmask(attributes, &none);
    if (!number)
        number = posix_spawnattr_setsigdefault(attributes, &standard);
    if (!number)
        number = posix_spawnattr_setpgroup(attributes, 0);
    if (!number)
        number = posix_spawnattr_setflags(
            attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return number;
}

static int actions_fill(posix_spawn_file_actions_t *actions, const struct beside *beside, int input)
{
    const int flags = O_WRONLY | O_CREAT | O_TRUNC;
    int number = posix_spawn_file_actions_adddup2(actions, input, STDIN_FILENO);
    if (!number)
        number =
            posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, beside->out, flags, FILE_MODE);
    if (!number)
        number = posix_spawn_file_actions_addopen(actions, STDERR_FILENO, beside->told, flags,
                                                  FILE_MODE);
    return number;
}

static enum err spawn(struct beside *beside, int input, const char *const *words, struct fail *why)
{
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_t actions;
    pid_t pid = 0;
    int number = posix_spawnattr_init(&attributes);
    if (number)
        return fail_errno(why, ERR_SYSTEM, number, "a job cannot start");
    number = posix_spawn_file_actions_init(&actions);
    if (!number) {
        number = attributes_fill(&attributes);
        if (!number)
            number = actions_fill(&actions, beside, input);
        /* The words are only read: posix_spawn's type is older than const. */
        if (!number)
            number = posix_spawn(&pid, "/proc/self/exe", &actions, &attributes,
                                 (char *const *)words, environ);
        (void)posix_spawn_file_actions_destroy(&actions);
    }
    (void)posix_spawnattr_destroy(&attributes);
    if (number)
        return fail_errno(why, ERR_SYSTEM, number, "a job cannot start");
    beside->pid = pid;
    (void)setpriority(PRIO_PROCESS, (id_t)pid, NICE); /* before it has threads of its own */
    return OK;
}

enum err beside_start(struct beside *beside, const char *folder, int64_t number,
                      const char *const *words, struct fail *why)
{
    char name[64];
    int ends[2];
    *beside = (struct beside){.input = -1};
    (void)snprintf(name, sizeof(name), "%lld.out", (long long)number);
    enum err e = file_path(beside->out, sizeof(beside->out), folder, name, why);
    (void)snprintf(name, sizeof(name), "%lld.err", (long long)number);
    if (!e)
        e = file_path(beside->told, sizeof(beside->told), folder, name, why);
    if (!e && pipe(ends) != 0)
        e = fail_errno(why, ERR_SYSTEM, errno, "a job cannot start");
    if (e)
        return e;
    (void)fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    (void)fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    e = spawn(beside, ends[0], words, why);
    (void)close(ends[0]);
    if (e)
        (void)close(ends[1]);
    else
        beside->input = ends[1];
    return e;
}

bool beside_ended(struct beside *beside, int *status)
{
    pid_t got = waitpid(beside->pid, status, WNOHANG);
    if (got == 0 || (got < 0 && errno == EINTR))
        return false;
    if (got < 0)
        *status = -1;                  /* nobody knows what became of it */
    (void)kill(-beside->pid, SIGKILL); /* whatever it has started itself */
    (void)close(beside->input);
    beside->pid = 0;
    beside->input = -1;
    return true;
}

void beside_stop(const struct beside *beside, bool must)
{
    if (beside->pid > 0)
        (void)kill(-beside->pid, must ? SIGKILL : SIGTERM);
}

/* ---- what it says ---- */

/* What is in `told` from there on, at most TAIL_BYTES of it. */
static size_t told_read(const struct beside *beside, int64_t from, char bytes[TAIL_BYTES])
{
    int fd = open(beside->told, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? 0 : pread(fd, bytes, TAIL_BYTES, (off_t)from);
    if (fd >= 0)
        (void)close(fd);
    return n > 0 ? (size_t)n : 0;
}

bool beside_progress(struct beside *beside, struct buf *line)
{
    char bytes[TAIL_BYTES];
    struct str last = STR_NONE;
    size_t n = told_read(beside, beside->seen, bytes), begin = 0;
    for (size_t i = 0; i < n; i++) { /* whole lines */
        if (bytes[i] != '\n')
            continue;
        struct str one = {bytes + begin, i - begin};
        last = str_starts(one, STR("{\"what\"")) ? one : last;
        begin = i + 1;
    }
    beside->seen += (int64_t)(begin == 0 && n == TAIL_BYTES ? n : begin);
    if (last.n == 0)
        return false;
    buf_clear(line);
    buf_add_str(line, last);
    return true;
}

static void sentence_read(const struct beside *beside, struct fail *sentence)
{
    struct buf told;
    struct str rest, one;
    buf_init(&told, TOLD_BYTES);
    sentence->text[0] = '\0';
    if (!file_read(beside->told, TOLD_BYTES - 1, &told, NULL)) {
        rest = str_from_buf(&told);
        while (str_next(&rest, '\n', &one))
            if (one.n > 0 && one.p[0] != '{')
                (void)snprintf(sentence->text, sizeof(sentence->text), "%.*s", STR_ARG(one));
    }
    buf_free(&told);
}

enum err beside_finish(struct beside *beside, struct buf *result, struct fail *sentence,
                       struct fail *why)
{
    sentence_read(beside, sentence);
    buf_clear(result);
    enum err e = file_read(beside->out, BESIDE_RESULT_BYTES - 1, result, why);
    (void)unlink(beside->out);
    (void)unlink(beside->told);
    return e;
}
