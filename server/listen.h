/* Where the server listens: 127.0.0.1:8080, [::1]:8080, or unix:/run/paring.sock. */
#ifndef LISTEN_H
#define LISTEN_H

#include "base/text.h"

#include <stdbool.h>

enum { ADDRESS_BYTES = 128 };

struct listener {
    int fd;                        /* -1: closed */
    bool is_local;                 /* reached from this machine only */
    char shown[ADDRESS_BYTES + 8]; /* as bound: port 0 has become a number */
    char path[ADDRESS_BYTES];      /* of a Unix socket, removed by listener_close; else "" */
};

/* ERR_USE: not an address. ERR_BUSY: somebody listens there. */
MUST_USE enum err listener_open(struct str address, struct listener *out, struct fail *why);
void listener_close(struct listener *listener);

#endif
