/* Server-sent events: replies that go on for as long as the client stays, ten minutes at most; then
 * it comes back and says where it was (Last-Event-ID). */
#ifndef STREAM_H
#define STREAM_H

#include "server/http.h"

struct MHD_Response;
struct stream;

/* The reply of this exchange from now on: events after `after` of one conversation, as a customer
 * may see them, or (STR_NONE) of all, for agents. STREAMS, or a failure: there
 * are `most` of them. */
enum handled stream_open(struct exchange *exchange, struct str conversation, int64_t after,
                         size_t most);
struct MHD_Response *stream_response(struct stream *stream);
void stream_close(struct exchange *exchange); /* harmless without a stream */
/* Something has happened in a conversation. Any thread. */
void streams_wake(struct worker *worker, struct str conversation);
/* The caller holds the worker's lock. */
void streams_tick(struct worker *worker, int64_t now);

/* One event as a JSON object; an agent sees all of it. */
void stream_event_print(struct json_writer *w, const struct handoff_event *event, bool for_agent);
/* Whether a customer is told of it: what people say and do, not what the customer said. */
bool stream_is_for_customer(const struct handoff_event *event);

#endif
