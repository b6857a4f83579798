/* The one table of routes. A route says who may call it, how big its body may be and what it costs
 * of the caller's rate; a handler finds a request that has passed all of that. */
#ifndef ROUTES_H
#define ROUTES_H

#include "server/exchange.h"
#include "server/office.h"

enum role {
    ROLE_ANYONE = 1, /* so that a route without a role is 0, which no table may hold */
    ROLE_CUSTOMER,   /* a person at the chat page: no key, an allowance by the minute */
    ROLE_CHANNEL,    /* who brings customers' messages */
    ROLE_AGENT,      /* who answers customers whom the bot hands over */
    ROLE_OPERATOR,   /* who looks after the server */
    /* The rest have no keys: they sign in (server/staff.h). Agents may, too. */
    ROLE_STAFF,  /* whoever is signed in */
    ROLE_READER, /* who may see what customers said: all but administrators */
    ROLE_WRITER,
    ROLE_REVIEWER,
    ROLE_LEAD,
    ROLE_OPERATIONS, /* who answers for the service, or looks after it */
    ROLE_ADMINISTRATOR
};

enum { ROUTES_MAXIMUM = 128 };

struct http_route {
    const char *method, *path; /* one that ends in a star stands for all that go on after it */
    enum handled (*handler)(struct exchange *exchange);
    enum role role;
    uint32_t body_limit; /* bytes; 0: no body is taken */
    int rate;            /* what a request takes of the caller's allowance */
    bool takes_token;    /* ?token= is as good as a key in a header, as Rasa's clients do */
    /* A failure in the channel's own form; NULL: {"error":{"code","message"}} */
    void (*fail)(struct exchange *exchange, const char *code, const char *message);
    /* The office's (server/office.h): `handler` is office_handle. */
    call_work *work;
    enum audited audited;
    bool takes_file; /* the body may be of any type; otherwise JSON */
};

/* NULL when there is none; *is_path says whether another method has the path. */
const struct http_route *route_find(struct str method, struct str path, bool *is_path);
const struct http_route *routes(size_t *count);
int route_number(const struct http_route *route); /* in the table; the number of rows for NULL */

#endif
