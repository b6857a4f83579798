/* Server-sent events. Whole runs of bytes up to the end of a line are taken at once; the only state
 * over a boundary is the line so far, the event so far, and whether the last byte was a CR, whose
 * LF may come with the next piece. Fields other than `event` and `data` (id, retry) are for
 * browsers that reconnect, which we never do. */
#include "fallback/sse.h"

#include <string.h>

void sse_init(struct sse *sse, size_t maximum)
{
    *sse = (struct sse){.has_data = false};
    buf_init(&sse->line, maximum);
    buf_init(&sse->data, maximum);
}

void sse_free(struct sse *sse)
{
    buf_free(&sse->line);
    buf_free(&sse->data);
}

static void event_clear(struct sse *sse)
{
    buf_clear(&sse->data);
    sse->name[0] = '\0';
    sse->has_data = false;
}

/* One line without its end; an empty one ends the event. */
static enum err line_take(struct sse *sse, struct str line,
                          enum err (*each)(void *data, struct str name, struct str payload),
                          void *data)
{
    if (line.n == 0) {
        enum err e = OK;
        if (sse->has_data)
            e = each(data, str_of(sse->name), str_from_buf(&sse->data));
        event_clear(sse);
        return e;
    }
    size_t colon = str_find(line, STR(":"));
    struct str field = str_slice(line, 0, colon);
    struct str value = str_slice(line, colon + 1, line.n);
    if (str_starts(value, STR(" ")))
        value = str_slice(value, 1, value.n);
    if (str_equal(field, STR("data"))) {
        if (sse->has_data)
            buf_add_char(&sse->data, '\n');
        buf_add_str(&sse->data, value);
        sse->has_data = true;
        return buf_error(&sse->data, "an event", NULL);
    }
    if (str_equal(field, STR("event"))) {
        size_t n = value.n < sizeof sse->name ? value.n : sizeof sse->name - 1;
        memcpy(sse->name, value.p, n);
        sse->name[n] = '\0';
    }
    return OK;
}

/* Up to the next CR or LF. */
static size_t line_length(struct str bytes)
{
    const char *end = bytes.n ? memchr(bytes.p, '\n', bytes.n) : NULL;
    size_t n = end ? (size_t)(end - bytes.p) : bytes.n;
    end = n ? memchr(bytes.p, '\r', n) : NULL;
    return end ? (size_t)(end - bytes.p) : n;
}

enum err sse_feed(struct sse *sse, struct str bytes,
                  enum err (*each)(void *data, struct str name, struct str payload), void *data)
{
    while (bytes.n > 0) {
        if (sse->was_return && bytes.p[0] == '\n') { /* the rest of a CRLF */
            sse->was_return = false;
            bytes = str_slice(bytes, 1, bytes.n);
            continue;
        }
        sse->was_return = false;
        size_t n = line_length(bytes);
        buf_add_str(&sse->line, str_slice(bytes, 0, n));
        enum err e = buf_error(&sse->line, "a line", NULL);
        if (e)
            return e;
        if (n == bytes.n)
            return OK;
        sse->was_return = bytes.p[n] == '\r';
        bytes = str_slice(bytes, n + 1, bytes.n);
        struct str line = str_from_buf(&sse->line);
        if (!sse->is_begun && str_starts(line, STR("\xEF\xBB\xBF")))
            line = str_slice(line, 3, line.n);
        sse->is_begun = true;
        e = line_take(sse, line, each, data);
        if (e)
            return e;
        buf_clear(&sse->line);
    }
    return OK;
}
