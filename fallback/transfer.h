/* One HTTP request to a model and its streamed reply, as far as libcurl and the limits go. One
 * thread; times, retries and money are the caller's (fallback/provider.h). */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "fallback/form.h"
#include "fallback/sse.h"

#include <curl/curl.h>

enum { RETRY_AFTER_BYTES = 64 };

struct transfer {
    const struct endpoint *endpoint;
    CURL *easy;
    struct curl_slist *headers;
    struct buf body;
    struct sse sse;
    struct model_reply reply;
    enum outcome fault; /* the first thing wrong; OUTCOME_WHOLE: nothing so far */
    size_t header_bytes, stream_bytes;
    long status;                  /* 0: none yet */
    bool is_connected, has_begun; /* the reply's first byte has come */
    bool is_encoded;
    size_t texts;                        /* of the request */
    char retry_after[RETRY_AFTER_BYTES]; /* "" without one */
};

/* Ready to be added to a multi handle; `private` comes back as CURLINFO_PRIVATE. ERR_MEMORY,
 * ERR_LIMIT for a request that is too long, ERR_SYSTEM. */
MUST_USE enum err transfer_open(const struct endpoint *endpoint,
                                const struct model_request *request, void *private,
                                struct transfer **out, struct fail *why);
/* After taking it from the multi handle. */
void transfer_close(struct transfer *transfer);
/* What became of it, once libcurl is done with this code; to be asked once. */
enum outcome transfer_outcome(struct transfer *transfer, CURLcode code);

#endif
