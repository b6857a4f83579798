/* Opening the socket. Addresses are numbers, never names, so that what is listened on does not
 * hang on a name server. A Unix socket that nobody listens on any more is replaced. */
#include "server/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

struct address {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_un local;
    } of;
    socklen_t size;
};

static enum err refuse(struct str text, struct fail *why)
{
    return fail(why, ERR_USE,
                "listen: \"%.*s\" is not ADDR:PORT, [ADDR]:PORT or unix:PATH, with ADDR a number",
                STR_ARG(text));
}

static enum err local_parse(struct str path, struct address *out, struct fail *why)
{
    if (path.n == 0 || path.n >= sizeof(out->of.local.sun_path) || path.n >= ADDRESS_BYTES)
        return fail(why, ERR_USE, "listen: the path of a Unix socket has 1 to %zu bytes",
                    sizeof(out->of.local.sun_path) - 1);
    out->of.local.sun_family = AF_UNIX;
    memcpy(out->of.local.sun_path, path.p, path.n);
    out->size = sizeof(out->of.local);
    return OK;
}

static enum err address_parse(struct str text, struct address *out, struct fail *why)
{
    char host[ADDRESS_BYTES];
    uint64_t port;
    size_t colon = text.n;
    *out = (struct address){.size = 0};
    if (str_starts(text, STR("unix:")))
        return local_parse(str_slice(text, 5, text.n), out, why);
    while (colon > 0 && text.p[colon - 1] != ':')
        colon--;
    if (colon == 0 || !str_to_u64(str_slice(text, colon, text.n), &port) || port > 65535)
        return refuse(text, why);
    struct str name = str_slice(text, 0, colon - 1);
    bool is_v6 = name.n > 2 && name.p[0] == '[' && name.p[name.n - 1] == ']';
    if (is_v6)
        name = str_slice(name, 1, name.n - 1);
    if (name.n == 0 || name.n >= sizeof(host))
        return refuse(text, why);
    (void)snprintf(host, sizeof(host), "%.*s", STR_ARG(name));
    if (is_v6) {
        out->of.v6.sin6_family = AF_INET6;
        out->of.v6.sin6_port = htons((uint16_t)port);
        out->size = sizeof(out->of.v6);
        return inet_pton(AF_INET6, host, &out->of.v6.sin6_addr) == 1 ? OK : refuse(text, why);
    }
    out->of.v4.sin_family = AF_INET;
    out->of.v4.sin_port = htons((uint16_t)port);
    out->size = sizeof(out->of.v4);
    return inet_pton(AF_INET, host, &out->of.v4.sin_addr) == 1 ? OK : refuse(text, why);
}

static bool is_local(const struct address *address)
{
    if (address->of.any.sa_family == AF_INET)
        return ntohl(address->of.v4.sin_addr.s_addr) >> 24 == 127;
    if (address->of.any.sa_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&address->of.v6.sin6_addr);
    return true;
}

/* A socket file that is left over from a crash; one that somebody listens on is left alone. */
static void leftover_remove(const struct address *address)
{
    struct stat status;
    const char *path = address->of.local.sun_path;
    if (address->of.any.sa_family != AF_UNIX || stat(path, &status) != 0 ||
        !S_ISSOCK(status.st_mode))
        return;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, &address->of.any, address->size) != 0 && errno == ECONNREFUSED)
        (void)unlink(path);
    if (fd >= 0)
        (void)close(fd);
}

static void show(struct address *address, int fd, struct listener *out)
{
    char host[INET6_ADDRSTRLEN] = "";
    if (address->of.any.sa_family == AF_UNIX) {
        (void)snprintf(out->path, sizeof(out->path), "%s", address->of.local.sun_path);
        (void)snprintf(out->shown, sizeof(out->shown), "unix:%s", out->path);
        return;
    }
    (void)getsockname(fd, &address->of.any, &address->size);
    if (address->of.any.sa_family == AF_INET) {
        (void)inet_ntop(AF_INET, &address->of.v4.sin_addr, host, sizeof(host));
        (void)snprintf(out->shown, sizeof(out->shown), "%s:%d", host,
                       ntohs(address->of.v4.sin_port));
    } else {
        (void)inet_ntop(AF_INET6, &address->of.v6.sin6_addr, host, sizeof(host));
        (void)snprintf(out->shown, sizeof(out->shown), "[%s]:%d", host,
                       ntohs(address->of.v6.sin6_port));
    }
}

enum err listener_open(struct str text, struct listener *out, struct fail *why)
{
    struct address address;
    const int on = 1;
    *out = (struct listener){.fd = -1};
    enum err e = address_parse(text, &address, why);
    if (e)
        return e;
    leftover_remove(&address);
    int fd = socket(address.of.any.sa_family, SOCK_STREAM, 0);
    if (fd < 0)
        return fail_errno(why, ERR_SYSTEM, errno, "listen: %.*s", STR_ARG(text));
    (void)fcntl(fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(fd, F_SETFL, O_NONBLOCK);
    if (address.of.any.sa_family != AF_UNIX)
        (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (bind(fd, &address.of.any, address.size) != 0 ||
        (address.of.any.sa_family == AF_UNIX &&
         chmod(address.of.local.sun_path, S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP) != 0) ||
        listen(fd, BACKLOG) != 0) {
        int number = errno;
        (void)close(fd);
        return fail_errno(why, number == EADDRINUSE ? ERR_BUSY : ERR_SYSTEM, number, "listen: %.*s",
                          STR_ARG(text));
    }
    out->fd = fd;
    out->is_local = is_local(&address);
    show(&address, fd, out);
    return OK;
}

void listener_close(struct listener *listener)
{
    if (listener->fd >= 0)
        (void)close(listener->fd);
    if (listener->fd >= 0 && listener->path[0])
        (void)unlink(listener->path);
    listener->fd = -1;
}
