/* Reading and judging a request's head. libmicrohttpd has parsed it and is told to be strict; here
 * are the rules it leaves to us: one Host, one Content-Length made of digits, and no
 * Transfer-Encoding at all, so that there is one way only to say where a body ends. */
#include "server/head.h"

#include <string.h>
#include <strings.h>

#include <microhttpd.h>

enum { LENGTH_DIGITS = 15 };

struct reading {
    struct head *head;
    const char *address_header;
};

static bool is_named(const char *name, size_t n, const char *wanted)
{
    return strlen(wanted) == n && strncasecmp(name, wanted, n) == 0;
}

static enum MHD_Result header_take(void *data, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    const struct reading *reading = data;
    struct head *head = reading->head;
    struct str text = {value ? value : "", value ? value_size : 0};
    (void)kind;
    if (is_named(name, name_size, "Host")) {
        head->host = text;
        head->hosts++;
    } else if (is_named(name, name_size, "Content-Length")) {
        head->length = text;
        head->lengths++;
    } else if (is_named(name, name_size, "Transfer-Encoding")) {
        head->encodings++;
    } else if (is_named(name, name_size, "Content-Type")) {
        head->content_type = text;
    } else if (is_named(name, name_size, "Authorization")) {
        head->authorization = text;
        head->authorizations++;
    } else if (is_named(name, name_size, "X-Api-Key")) {
        head->api_key = text;
        head->api_keys++;
    } else if (is_named(name, name_size, "Cookie")) {
        head->cookie = head->cookie.p ? STR("") : text; /* two are none */
    } else if (is_named(name, name_size, "Origin")) {
        head->origin = text;
        head->origins++;
    } else if (is_named(name, name_size, "X-CSRF-Token")) {
        head->csrf = text;
    } else if (is_named(name, name_size, "X-Request-Id")) {
        head->request_id = text;
    } else if (is_named(name, name_size, "X-OpenWebUI-Chat-Id")) {
        head->chat_id = text;
    } else if (is_named(name, name_size, "X-Chatwoot-Signature")) {
        head->signature = text;
    } else if (is_named(name, name_size, "X-Chatwoot-Timestamp")) {
        head->signed_at = text;
    } else if (is_named(name, name_size, "Last-Event-ID")) {
        head->last_event = text;
    } else if (is_named(name, name_size, "Accept")) {
        head->types_taken = text;
    } else if (is_named(name, name_size, "Accept-Encoding")) {
        head->encodings_taken = text;
    } else if (is_named(name, name_size, "If-None-Match")) {
        head->tags_had = text;
    }
    if (reading->address_header && is_named(name, name_size, reading->address_header))
        head->address = text;
    return MHD_YES;
}

void head_read(struct MHD_Connection *connection, const char *address_header, struct head *out)
{
    struct reading reading = {out, address_header};
    *out = (struct head){.hosts = 0};
    (void)MHD_get_connection_values_n(connection, MHD_HEADER_KIND, header_take, &reading);
}

static bool is_host(struct str host)
{
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              strchr(".-_:[]", c)))
            return false;
    }
    return host.n > 0;
}

const struct head_problem *head_check(struct head *head, bool is_http_1_0)
{
    static const struct head_problem host = {400, "bad_request", "one Host header is needed"},
                                     length = {400, "bad_request",
                                               "Content-Length must be given once, as digits"},
                                     encoding = {411, "length_required",
                                                 "a body is sent with Content-Length"};
    uint64_t n = 0;
    if (head->hosts > 1 || (head->hosts == 0 && !is_http_1_0) ||
        (head->hosts == 1 && !is_host(head->host)))
        return &host;
    if (head->encodings > 0)
        return &encoding;
    if (head->lengths > 1 ||
        (head->lengths == 1 && (head->length.n > LENGTH_DIGITS || !str_to_u64(head->length, &n))))
        return &length;
    head->content_length = (size_t)n;
    head->has_body = n > 0;
    return NULL;
}

bool head_is_json(const struct head *head)
{
    static const struct str json = {"application/json", 16};
    struct str type = head->content_type;
    return type.n >= json.n && strncasecmp(type.p, json.p, json.n) == 0 &&
           (type.n == json.n || strchr("; \t", type.p[json.n]));
}

bool head_is_local(const struct head *head)
{
    struct str host = head->host;
    if (host.n == 0)
        return true; /* HTTP/1.0 */
    if (str_starts(host, STR("[")))
        return str_starts(host, STR("[::1]"));
    host = str_slice(host, 0, str_find(host, STR(":")));
    return (host.n == 9 && strncasecmp(host.p, "localhost", 9) == 0) ||
           str_starts(host, STR("127."));
}

struct str head_key(const struct head *head)
{
    static const struct str bearer = {"Bearer ", 7};
    struct str text = head->authorization;
    if (head->authorizations + head->api_keys != 1)
        return STR_NONE; /* two keys are none */
    if (head->api_keys == 1)
        return head->api_key;
    if (text.n <= bearer.n || strncasecmp(text.p, bearer.p, bearer.n) != 0)
        return STR_NONE;
    return str_trim(str_slice(text, bearer.n, text.n));
}

bool head_names_request(const struct head *head)
{
    struct str id = head->request_id;
    for (size_t i = 0; i < id.n; i++) {
        char c = id.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              c == '-' || c == '_' || c == '.'))
            return false;
    }
    return id.n > 0 && id.n < REQUEST_ID_BYTES;
}
