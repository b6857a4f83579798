/* What is asked of a request that comes with a session instead of a key. */
#ifndef STAFF_H
#define STAFF_H

#include "server/head.h"

/* Whether it is for a session to let this request in: the route is for staff alone, or it is for
 * agents and comes with a cookie and no key. */
bool staff_is_asked(const struct exchange *exchange, struct str key);
/* NULL: it may go on, exchange->key_name being the user's; else what to say. *may: false when the
 * session, or without one the address, asks more often than it may (server/access.h). */
const struct head_problem *staff_judge(struct exchange *exchange, bool *may);
/* Whether the audit must have a line of this request before its handler is called: whatever shows
 * an agent what customers said, or changes something for them. */
bool staff_must_note(const struct exchange *exchange);
enum handled staff_note(struct exchange *exchange); /* KEEPS, or a failure */
/* The handler is called again with exchange->desk when the job is done. The job's password is
 * wiped. KEEPS, or a failure. */
struct desk_job;
enum handled staff_job_give(struct exchange *exchange, struct desk_job *job);

#endif
