/* Server-sent events, the form in which models stream: bytes in, in pieces of any size, events out.
 * Lines end with LF, CRLF or CR; `:` begins a comment; several data lines are one text with LF
 * between; an event ends at an empty line, and one that does not end never was. */
#ifndef SSE_H
#define SSE_H

#include "base/text.h"

enum { SSE_NAME_BYTES = 64 };

struct sse {
    struct buf line, data;     /* what of each has come so far */
    char name[SSE_NAME_BYTES]; /* the event's, cut to fit; "" without one */
    bool has_data, was_return, is_begun;
};

void sse_init(struct sse *sse, size_t maximum); /* bytes of a line, and of an event */
void sse_free(struct sse *sse);
/* Calls `each` for every event that these bytes complete, with texts that are borrowed until it
 * returns and not known to be UTF-8. ERR_LIMIT past the maximum, ERR_MEMORY, or what `each`
 * returned; the stream is then useless. */
MUST_USE enum err sse_feed(struct sse *sse, struct str bytes,
                           enum err (*each)(void *data, struct str name, struct str payload),
                           void *data);

#endif
