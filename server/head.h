/* The head of a request, looked at before anything else is: two servers that read one head
 * differently are how requests are smuggled, so whatever could be read in two ways is refused. */
#ifndef HEAD_H
#define HEAD_H

#include "server/exchange.h"

/* What must be said to a head that is no good; NULL when it is. */
struct head_problem {
    unsigned status;
    const char *code, *message;
};
/* address_header may be NULL. */
void head_read(struct MHD_Connection *connection, const char *address_header, struct head *out);
const struct head_problem *head_check(struct head *head, bool is_http_1_0);
bool head_is_json(const struct head *head);
/* The host is a name of this machine's own. */
bool head_is_local(const struct head *head);
/* "Authorization: Bearer KEY" or "X-Api-Key: KEY"; STR_NONE when there is neither. */
struct str head_key(const struct head *head);
/* The caller's own id when it is short and plain. */
bool head_names_request(const struct head *head);

#endif
