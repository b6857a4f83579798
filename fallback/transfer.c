/* One exchange with a provider. Everything that a strange or hostile server could use is off:
 * redirects, other protocols, old HTTP without headers, compression, cookies, .netrc, and the
 * proxies of the environment. Headers of all kinds (interim replies and trailers too) share one
 * limit, the body has another, and every byte goes straight through the event parser into the form,
 * which stops the transfer at the first thing that is not as it should be.
 *
 * A status other than 200 ends it with the last header, so that an error page that never ends holds
 * nobody up. CURLOPT_QUICK_EXIT lets a transfer be cut while its name is being looked up: without
 * it, taking it from the multi handle waits for the resolver, and with it every other call. */
#include "fallback/transfer.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <sodium.h>

enum { RECEIVE_BYTES = 16 * 1024, HEADER_BYTES = 8 * 1024 };

static const long ok_status = 200;

/* Notes the fault, if it is the first; 0 is what stops libcurl. */
static size_t stop(struct transfer *transfer, enum outcome fault)
{
    if (!transfer->fault)
        transfer->fault = fault;
    return 0;
}

static enum outcome status_outcome(long status)
{
    return status == 429                    ? OUTCOME_LIMITED
           : status == 502 || status == 503 ? OUTCOME_UNAVAILABLE
                                            : OUTCOME_STATUS;
}

/* What follows "name:", trimmed; p == NULL when it is another header. */
static struct str header_value(struct str line, struct str name)
{
    if (line.n <= name.n || line.p[name.n] != ':' || strncasecmp(line.p, name.p, name.n) != 0)
        return STR_NONE;
    return str_trim(str_slice(line, name.n + 1, line.n));
}

static struct str type_wanted(const struct transfer *transfer)
{
    return transfer->endpoint->form->whole ? STR("application/json") : STR("text/event-stream");
}

/* The empty line: these are all headers of one reply, perhaps an interim one. */
static bool headers_end(struct transfer *transfer)
{
    const char *type = NULL;
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &transfer->status);
    if (transfer->status < ok_status)
        return true;
    if (transfer->status != ok_status)
        return stop(transfer, status_outcome(transfer->status));
    (void)curl_easy_getinfo(transfer->easy, CURLINFO_CONTENT_TYPE, &type);
    struct str name = str_of(type ? type : "");
    name = str_trim(str_slice(name, 0, str_find(name, STR(";"))));
    const struct str wanted = type_wanted(transfer);
    if (name.n != wanted.n || strncasecmp(name.p, wanted.p, name.n) != 0 || transfer->is_encoded)
        return stop(transfer, OUTCOME_BROKEN);
    return true;
}

/* The types of these three are libcurl's. */
/* NOLINTBEGIN(readability-non-const-parameter) */
static size_t header_take(char *bytes, size_t size, size_t count, void *data)
{
    struct transfer *transfer = data;
    struct str line = {bytes, size * count};
    transfer->header_bytes += line.n;
    transfer->has_begun = true;
    if (transfer->header_bytes > LIMIT_LLM_HEADERS)
        return stop(transfer, OUTCOME_TOO_LARGE);
    struct str value = header_value(line, STR("retry-after"));
    if (value.p && value.n < RETRY_AFTER_BYTES) {
        memcpy(transfer->retry_after, value.p, value.n);
        transfer->retry_after[value.n] = '\0';
    }
    value = header_value(line, STR("content-encoding"));
    if (value.p && !str_equal(value, STR("identity")))
        transfer->is_encoded = true; /* nobody asked for it, and it may be a bomb */
    if (str_trim(line).n == 0 && !headers_end(transfer))
        return 0;
    return line.n;
}

static enum err event_take(void *data, struct str name, struct str payload)
{
    struct transfer *transfer = data;
    enum outcome outcome = transfer->endpoint->form->take(&transfer->reply, name, payload);
    if (!outcome)
        return OK;
    (void)stop(transfer, outcome);
    return ERR_INPUT;
}

static size_t body_take(char *bytes, size_t size, size_t count, void *data)
{
    struct transfer *transfer = data;
    struct str piece = {bytes, size * count};
    transfer->stream_bytes += piece.n;
    if (transfer->stream_bytes > LIMIT_LLM_STREAM)
        return stop(transfer, OUTCOME_TOO_LARGE);
    if (transfer->endpoint->form->whole) {
        buf_add_str(&transfer->reply.text, piece);
        return transfer->reply.text.error ? stop(transfer, OUTCOME_MEMORY) : piece.n;
    }
    enum err e = sse_feed(&transfer->sse, piece, event_take, transfer);
    if (e == ERR_MEMORY)
        return stop(transfer, OUTCOME_MEMORY);
    if (e)
        return stop(transfer, OUTCOME_TOO_LARGE);
    return piece.n;
}

/* Called once there is a connection, before the request goes out. */
static int connected(void *data, char *to, char *from, int to_port, int from_port)
{
    struct transfer *transfer = data;
    (void)to, (void)from, (void)to_port, (void)from_port;
    transfer->is_connected = true;
    return CURL_PREREQFUNC_OK;
}
/* NOLINTEND(readability-non-const-parameter) */

/* ---- Setting up ---- */

static enum err header_add(struct transfer *transfer, const char *line)
{
    struct curl_slist *longer = curl_slist_append(transfer->headers, line);
    if (!longer)
        return ERR_MEMORY;
    transfer->headers = longer;
    return OK;
}

static enum err headers_add(struct transfer *transfer)
{
    const struct form *form = transfer->endpoint->form;
    char line[HEADER_BYTES];
    enum err e = header_add(transfer, "Content-Type: application/json");
    if (!e)
        e = header_add(transfer,
                       form->whole ? "Accept: application/json" : "Accept: text/event-stream");
    if (!e)
        e = header_add(transfer, "Expect:"); /* no waiting for 100 Continue */
    for (size_t i = 0; form->headers[i] && !e; i++)
        e = header_add(transfer, form->headers[i]);
    if (e || !transfer->endpoint->key)
        return e;
    int n = snprintf(line, sizeof line, "%s%s", form->key_header, transfer->endpoint->key);
    e = n > 0 && n < (int)sizeof line ? header_add(transfer, line) : ERR_LIMIT;
    sodium_memzero(line, sizeof line);
    return e;
}

/* Any option that is refused makes the transfer unsafe, so all are looked at. */
static enum err options_set(struct transfer *t, void *private)
{
    const struct endpoint *endpoint = t->endpoint;
    int bad = 0;
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_URL, endpoint->url);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_PRIVATE, private);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body.p);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)t->body.n);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYPEER, 1L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_SSL_VERIFYHOST, 2L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_HTTP09_ALLOWED, 0L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_PROXY, endpoint->proxy ? endpoint->proxy : "");
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "");
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_QUICK_EXIT, 1L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_TCP_NODELAY, 1L);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_BUFFERSIZE, (long)RECEIVE_BYTES);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, header_take);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, body_take);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_PREREQFUNCTION, connected);
    bad |= (int)curl_easy_setopt(t->easy, CURLOPT_PREREQDATA, t);
    if (endpoint->ca_file)
        bad |= (int)curl_easy_setopt(t->easy, CURLOPT_CAINFO, endpoint->ca_file);
    return bad ? ERR_SYSTEM : OK;
}

enum err transfer_open(const struct endpoint *endpoint, const struct model_request *request,
                       void *private, struct transfer **out, struct fail *why)
{
    struct transfer *transfer = mem_take(1, sizeof *transfer);
    if (!transfer)
        return fail_memory(why);
    transfer->endpoint = endpoint;
    transfer->texts = request->texts;
    reply_init(&transfer->reply);
    if (endpoint->form->whole) {
        buf_init(&transfer->reply.text, LIMIT_LLM_STREAM);
        transfer->reply.tokens_out = 0;
    }
    sse_init(&transfer->sse, LIMIT_LLM_EVENT);
    buf_init(&transfer->body, LIMIT_LLM_PROMPT);
    endpoint->form->add_body(&transfer->body, endpoint, request);
    enum err e = buf_error(&transfer->body, "a request to a model", why);
    if (!e && !(transfer->easy = curl_easy_init()))
        e = fail_memory(why);
    if (!e && (e = headers_add(transfer)) != OK)
        e = fail(why, e, "a request to a model cannot be set up");
    if (!e && (e = options_set(transfer, private)) != OK)
        e = fail(why, e, "libcurl does not take what a request to a model needs");
    if (e)
        transfer_close(transfer);
    else
        *out = transfer;
    return e;
}

void transfer_close(struct transfer *transfer)
{
    if (!transfer)
        return;
    curl_easy_cleanup(transfer->easy);
    for (struct curl_slist *line = transfer->headers; line; line = line->next)
        sodium_memzero(line->data, strlen(line->data)); /* one holds the key */
    curl_slist_free_all(transfer->headers);
    sse_free(&transfer->sse);
    reply_free(&transfer->reply);
    buf_free(&transfer->body);
    mem_give(transfer);
}

/* ---- The end ---- */

static enum outcome code_outcome(const struct transfer *transfer, CURLcode code)
{
    switch (code) {
    case CURLE_OUT_OF_MEMORY: /* also a header line longer than libcurl's own buffer may be */
        return transfer->is_connected && transfer->stream_bytes == 0 ? OUTCOME_TOO_LARGE
                                                                     : OUTCOME_MEMORY;
    case CURLE_OPERATION_TIMEDOUT:
        return OUTCOME_LATE;
    case CURLE_UNSUPPORTED_PROTOCOL:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
        return OUTCOME_BROKEN;
    default:
        return transfer->is_connected ? OUTCOME_DROPPED : OUTCOME_CONNECT;
    }
}

enum outcome transfer_outcome(struct transfer *transfer, CURLcode code)
{
    const struct form *form = transfer->endpoint->form;
    if (transfer->fault)
        return transfer->fault;
    if (code)
        return code_outcome(transfer, code);
    if (transfer->status != ok_status)
        return OUTCOME_BROKEN;
    if (form->whole)
        return form->whole(&transfer->reply, transfer->endpoint, transfer->texts);
    if (!transfer->reply.is_ended)
        return OUTCOME_DROPPED;
    return transfer->reply.halves.high ? OUTCOME_BROKEN : OUTCOME_WHOLE;
}
