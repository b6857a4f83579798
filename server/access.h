/* Who may call, and how often. Keys are read from a file of lines "ROLE NAME KEY", ROLE being
 * channel, agent or operator; without one, only callers on this machine are heard. */
#ifndef ACCESS_H
#define ACCESS_H

#include "base/config.h"
#include "server/routes.h"

struct access; /* any thread */

/* ERR_USE: the file can be read by everybody. ERR_INPUT with its line. */
MUST_USE enum err access_open(const struct config *config, struct access **out, struct fail *why);
/* Reads the file again. On failure the keys stay as they were. One thread at a time. */
MUST_USE enum err access_reload(struct access *access, struct fail *why);
void access_close(struct access *access);
bool access_has_keys(const struct access *access);

enum access_verdict { ACCESS_GRANTED, ACCESS_NO_KEY, ACCESS_WRONG_ROLE, ACCESS_TOO_FAST };
/* Takes the time of every key there is, whichever is right. `address`: the caller's, STR_NONE for
 * this machine's own. *name is the key's, borrowed. */
enum access_verdict access_check(struct access *access, const struct http_route *route,
                                 struct str key, struct str address, struct str *name);

/* What a request takes of an allowance; false: there is not that much left, which is
 * ACCESS_TOO_FAST. People behind one address must not use up each other's: whoever is signed in has
 * rate_per_address for their session alone, and takes nothing of the address's. A request without a
 * session that holds, signing in above all, takes of the address's. access_check has done so. */
bool access_of_address(struct access *access, const struct http_route *route, struct str address);
bool access_of_session(struct access *access, const struct http_route *route, struct str session,
                       struct str address);

#endif
