/* pdftotext in a child process. A program of its own rather than poppler's library in ours: readers
 * of PDF are large, old and written for trusting people, and a fault in one must not be a fault in
 * the process that holds the bot; also nothing of GLib or C++ is linked for a format that most bots
 * never import. The child gets the file as its standard input and nothing else: no name, no
 * environment, no file it could write, no socket (a filter of system calls refuses them), so much
 * memory and processor time, and is killed when the time on the clock is over or when more text
 * comes than a document may have. */
#include "training/pdf.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/limits.h"
#include "training/pdf_pages.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

enum {
    CHUNK_BYTES = 64 * 1024,
    SAID_BYTES = 4096, /* of what it complains of */
    FILES_OPEN = 64,
    STATUS_NO_PROGRAM = 125,
    STATUS_NO_CONFINEMENT = 124,
    STATUS_DAMAGED = 1,   /* of pdftotext: it could not be opened */
    STATUS_FORBIDDEN = 3, /* its author forbids it */
    POLL_MS = 1000,
};

struct child {
    const char *path;
    pid_t pid;
    int out, said; /* pipes from it */
    struct buf text, complaint;
    size_t form_feeds;
    bool is_late, is_large, has_many_pages;
    int status;
};

/* ---- in the child, between fork and exec: nothing but system calls ---- */

/* As much as `most`, or what we may have ourselves where that is less. The system kills at the hard
 * limit without a word, so that of processor time comes a second after the soft one, which says
 * SIGXCPU. */
static bool limit_set(int what, rlim_t most)
{
    struct rlimit limit;
    if (getrlimit(what, &limit) != 0)
        return false;
    const rlim_t hard = what == RLIMIT_CPU ? most + 1 : most;
    if (limit.rlim_max > hard)
        limit.rlim_max = hard;
    limit.rlim_cur = limit.rlim_max;
    if (what == RLIMIT_CPU && limit.rlim_max > 1)
        limit.rlim_cur--;
    return setrlimit(what, &limit) == 0;
}

/* No sockets from here on, also after exec. */
static bool network_leave(void)
{
#ifdef __linux__
    struct sock_filter filter[] = {
        {BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr)},
        {BPF_JMP | BPF_JEQ | BPF_K, 0, 1, __NR_socket},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ERRNO | EPERM},
        {BPF_RET | BPF_K, 0, 0, SECCOMP_RET_ALLOW}};
    struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) == 0;
#else
    return true;
#endif
}

static void child_run(int in, int out, int said)
{
    static const char *const programs[] = {"/usr/bin/pdftotext", "/usr/local/bin/pdftotext"};
    char words[][10] = {"pdftotext", "-layout", "-enc", "UTF-8", "-eol", "unix", "-", "LC_ALL=C"};
    char *const arguments[] = {words[0], words[1], words[2], words[3], words[4],
                               words[5], words[6], words[6], NULL};
    char *const environment[] = {words[7], NULL};
    sigset_t none;
    (void)sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL);
    bool is_confined =
        dup2(in, STDIN_FILENO) >= 0 && dup2(out, STDOUT_FILENO) >= 0 &&
        dup2(said, STDERR_FILENO) >= 0 && limit_set(RLIMIT_AS, (rlim_t)LIMIT_PDF_MEMORY) &&
        limit_set(RLIMIT_CPU, LIMIT_PDF_SECONDS) && limit_set(RLIMIT_FSIZE, 0) &&
        limit_set(RLIMIT_CORE, 0) && limit_set(RLIMIT_NOFILE, FILES_OPEN) && network_leave();
    for (size_t i = 0; is_confined && i < sizeof programs / sizeof programs[0]; i++)
        (void)execve(programs[i], arguments, environment);
    _exit(is_confined ? STATUS_NO_PROGRAM : STATUS_NO_CONFINEMENT);
}

/* ---- around it ---- */

/* The file as a descriptor: opened, or written to one that has no name. */
static enum err input_open(const char *path, struct str bytes, int *out, struct fail *why)
{
    if (!bytes.p) {
        *out = open(path, O_RDONLY | O_CLOEXEC);
        return *out >= 0
                   ? OK
                   : fail_errno(why, errno == ENOENT ? ERR_MISSING : ERR_SYSTEM, errno, "%s", path);
    }
    FILE *file = tmpfile();
    if (!file)
        return fail_errno(why, ERR_SYSTEM, errno, "%s: no temporary file", path);
    bool is_written =
        fwrite(bytes.p, 1, bytes.n, file) == bytes.n && fflush(file) == 0 && fseek(file, 0, 0) == 0;
    *out = is_written ? fcntl(fileno(file), F_DUPFD_CLOEXEC, STDERR_FILENO + 1) : -1;
    (void)fclose(file);
    if (*out < 0)
        return fail(why, ERR_SYSTEM, "%s: cannot be put into a temporary file", path);
    return OK;
}

/* A PDF says so among its first bytes; and it has an end, so that a pipe is none. */
static enum err input_check(const char *path, int in, struct fail *why)
{
    char head[1024];
    ssize_t n = pread(in, head, sizeof head, 0);
    off_t size = lseek(in, 0, SEEK_END);
    struct str start = {head, n > 0 ? (size_t)n : 0};
    if (size < 0 || lseek(in, 0, SEEK_SET) < 0)
        return fail(why, ERR_INPUT, "%s: is no file that can be read twice", path);
    if (str_find(start, STR("%PDF-")) == start.n)
        return fail(why, ERR_INPUT, "%s: is no PDF", path);
    if (size > LIMIT_PDF_BYTES)
        return fail(why, ERR_LIMIT, "%s: larger than %d bytes", path, LIMIT_PDF_BYTES);
    return OK;
}

static void pair_close(const int pair[2])
{
    for (int i = 0; i < 2; i++) {
        if (pair[i] >= 0)
            (void)close(pair[i]);
    }
}

static enum err child_start(struct child *child, int in, struct fail *why)
{
    int out[2] = {-1, -1};
    int said[2] = {-1, -1};
    child->pid = -1;
    if (pipe(out) == 0 && pipe(said) == 0)
        child->pid = fork();
    if (child->pid == 0)
        child_run(in, out[1], said[1]);
    if (child->pid < 0) {
        enum err e = fail_errno(why, ERR_SYSTEM, errno, "%s: no process to read it", child->path);
        pair_close(out);
        pair_close(said);
        return e;
    }
    (void)close(out[1]);
    (void)close(said[1]);
    child->out = out[0];
    child->said = said[0];
    return OK;
}

/* What there is to read; false at its end. What the buf has no room for is dropped. */
static bool pipe_read(int fd, struct buf *to, size_t *form_feeds)
{
    char chunk[CHUNK_BYTES];
    ssize_t n = read(fd, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR)
        return true;
    for (ssize_t i = 0; i < n; i++)
        *form_feeds += chunk[i] == '\f';
    if (n > 0)
        buf_add(to, chunk, (size_t)n);
    return n > 0;
}

static void child_listen(struct child *child, int64_t until)
{
    struct pollfd pipes[2] = {{child->out, POLLIN, 0}, {child->said, POLLIN, 0}};
    size_t ignored = 0;
    while (pipes[0].fd >= 0 || pipes[1].fd >= 0) {
        (void)poll(pipes, 2, POLL_MS);
        if (pipes[0].fd >= 0 && pipes[0].revents &&
            !pipe_read(child->out, &child->text, &child->form_feeds))
            pipes[0].fd = -1;
        if (pipes[1].fd >= 0 && pipes[1].revents &&
            !pipe_read(child->said, &child->complaint, &ignored))
            pipes[1].fd = -1;
        child->is_large = child->text.error != OK;
        child->has_many_pages = child->form_feeds > LIMIT_PAGES;
        child->is_late = clock_monotonic_us() > until;
        if (child->is_large || child->has_many_pages || child->is_late)
            break;
    }
}

/* Kills it unless it has said all and ends by itself. */
static void child_end(struct child *child, int64_t until)
{
    bool is_stopped = child->is_large || child->has_many_pages || child->is_late;
    pid_t ended = 0;
    while (!is_stopped && ended == 0) {
        ended = waitpid(child->pid, &child->status, WNOHANG);
        if (ended == 0)
            (void)poll(NULL, 0, 1);
        is_stopped = ended == 0 && clock_monotonic_us() > until;
    }
    if (is_stopped) {
        (void)kill(child->pid, SIGKILL);
        while (waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
            ;
    }
    (void)close(child->out);
    (void)close(child->said);
}

static bool complains_of(const struct child *child, const char *what)
{
    struct str said = child->complaint.n > 0 ? str_from_buf(&child->complaint) : STR("");
    return str_find(said, str_of(what)) < said.n;
}

static enum err fail_status(const struct child *child, struct fail *why)
{
    const char *path = child->path;
    int status = WIFEXITED(child->status) ? WEXITSTATUS(child->status) : -1;
    if (status == STATUS_NO_PROGRAM)
        return fail(why, ERR_MISSING,
                    "%s: PDF is read by pdftotext, which is not installed (poppler-utils)", path);
    if (status == STATUS_NO_CONFINEMENT)
        return fail(why, ERR_SYSTEM, "%s: this system cannot confine the process that reads it",
                    path);
    if (complains_of(child, "ncorrect password") || complains_of(child, "ncrypt"))
        return fail(why, ERR_INPUT, "%s: is encrypted; save it without a password", path);
    if (status == STATUS_FORBIDDEN)
        return fail(why, ERR_INPUT, "%s: its author forbids taking the text out", path);
    if (WIFSIGNALED(child->status) && WTERMSIG(child->status) == SIGXCPU)
        return fail(why, ERR_LIMIT, "%s: takes more processor time to read than is allowed", path);
    if (status == STATUS_DAMAGED)
        return fail(why, ERR_INPUT, "%s: is damaged, or no PDF", path);
    return fail(why, ERR_INPUT,
                "%s: reading it failed (damaged, or larger than %zu MiB of memory can hold)", path,
                LIMIT_PDF_MEMORY >> 20);
}

static enum err child_judge(const struct child *child, struct fail *why)
{
    if (child->text.error == ERR_MEMORY)
        return fail_memory(why);
    if (child->has_many_pages)
        return fail(why, ERR_LIMIT, "%s: more than %d pages", child->path, LIMIT_PAGES);
    if (child->is_large)
        return fail(why, ERR_LIMIT, "%s: more than %d bytes of text; divide it into several files",
                    child->path, LIMIT_DOCUMENT_BYTES);
    if (child->is_late)
        return fail(why, ERR_LIMIT, "%s: takes more than %d seconds to read", child->path,
                    LIMIT_PDF_SECONDS);
    return WIFEXITED(child->status) && WEXITSTATUS(child->status) == 0 ? OK
                                                                       : fail_status(child, why);
}

static enum err text_judge(const struct child *child, const struct pdf_pages *counts,
                           struct fail *why)
{
    if (counts->letters == 0 && complains_of(child, "rror"))
        return fail(why, ERR_INPUT, "%s: is damaged; no text could be read", child->path);
    if (counts->letters == 0)
        return fail(why, ERR_INPUT,
                    "%s: there is no text on its %zu pages, only pictures (scanned); it needs "
                    "text recognition first",
                    child->path, counts->pages);
    if (counts->unknown * 2 > counts->letters)
        return fail(why, ERR_INPUT, "%s: its letters cannot be told (fonts without Unicode)",
                    child->path);
    return OK;
}

enum err pdf_read(const char *path, struct str bytes, struct buf *out, struct buf *pages,
                  struct fail *why)
{
    struct child child = {.path = path};
    struct pdf_pages counts = {.pages = 0};
    int in = -1;
    buf_init(&child.text, LIMIT_DOCUMENT_BYTES);
    buf_init(&child.complaint, SAID_BYTES);
    enum err e = input_open(path, bytes, &in, why);
    if (!e)
        e = input_check(path, in, why);
    if (!e)
        e = child_start(&child, in, why);
    if (!e) {
        const int64_t until = clock_monotonic_us() + (int64_t)LIMIT_PDF_SECONDS * 1000 * 1000;
        child_listen(&child, until);
        child_end(&child, until);
        e = child_judge(&child, why);
    }
    if (!e)
        e = pdf_pages_read(child.text.n > 0 ? str_from_buf(&child.text) : STR(""), path, out, pages,
                           &counts, why);
    if (!e)
        e = text_judge(&child, &counts, why);
    if (in >= 0)
        (void)close(in);
    buf_free(&child.text);
    buf_free(&child.complaint);
    return e;
}
