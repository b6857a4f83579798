/* Signing in. One thread of its own has the handle on the accounts, hashes passwords and writes
 * sessions; workers only give it work, by a bounded queue, and look sessions up in memory. A
 * session's token is in the browser's cookie alone: here and on disk is its hash. */
#ifndef DESK_H
#define DESK_H

#include "server/accounts.h"

enum { TOKEN_TEXT_BYTES = 65, DESK_TEXT_BYTES = 513 };

struct desk;

struct desk_reply { /* what came of a job */
    bool is_done;
    enum err e; /* ERR_REFUSED: not the right name and password; ERR_BUSY: later */
    int retry_after;
    char name[USER_NAME_BYTES], token[TOKEN_TEXT_BYTES];
    enum staff_role role;
    char why[FAIL_TEXT_BYTES]; /* of a change to a user that failed */
};

enum desk_work { DESK_LOGIN, DESK_LOGOUT, DESK_FIRST, DESK_NOTE, DESK_USER_ADD, DESK_USER_CHANGE };
struct desk_job {
    enum desk_work work;
    char name[USER_NAME_BYTES], password[DESK_TEXT_BYTES];
    char token[TOKEN_TEXT_BYTES]; /* the session to end; the code of a first run */
    char event[64], detail[128];  /* a line of the audit */
    /* The user who is added or changed: `name` is who does it. Of a change, a password of "" and
     * the role STAFF_NOBODY mean: as it is. */
    char subject[USER_NAME_BYTES];
    enum staff_role role;
    bool disables, enables;
    char address[64];
    void (*done)(void *data, uint64_t ticket, const struct desk_reply *reply); /* desk's thread */
    void *data;
    uint64_t ticket;
};

MUST_USE enum err desk_open(const char *bot_folder, struct desk **out, struct fail *why);
void desk_close(struct desk *desk); /* ends what it is at; what has queued is dropped */
/* False when the queue is full. Any thread. */
bool desk_give(struct desk *desk, const struct desk_job *job);
/* Whose session it is, if it is one; it is then in use. Any thread. */
bool desk_session(struct desk *desk, struct str token, char name[USER_NAME_BYTES],
                  enum staff_role *role);
bool desk_has_people(struct desk *desk); /* there is an account */
/* What makes the first administrator, once; "" when there is one. Before other threads run. */
const char *desk_first_code(const struct desk *desk);
/* What a page must send along with changes; hangs on the token alone. */
void desk_csrf(struct str token, char out[TOKEN_TEXT_BYTES]);

#endif
