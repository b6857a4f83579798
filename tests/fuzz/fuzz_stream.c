/* Any bytes as the streamed reply of a model, in both forms: the same in one piece and in pieces,
 * never more than a reply may be, always text. */
#include "fallback/form.h"
#include "fallback/sse.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct reading {
    const struct form *form;
    struct model_reply reply;
    enum outcome outcome;
};

static enum err event_take(void *data, struct str name, struct str payload)
{
    struct reading *reading = data;
    reading->outcome = reading->form->take(&reading->reply, name, payload);
    assert(reading->outcome < OUTCOMES);
    return reading->outcome ? ERR_INPUT : OK;
}

static void stream_read(struct reading *reading, struct str stream, size_t piece)
{
    struct sse sse;
    enum err e = OK;
    reply_init(&reading->reply);
    sse_init(&sse, LIMIT_LLM_EVENT);
    for (size_t at = 0; at < stream.n && !e; at += piece)
        e = sse_feed(&sse, str_slice(stream, at, at + piece), event_take, reading);
    assert(!e || reading->outcome);
    sse_free(&sse);
}

static void form_check(const struct form *form, struct str stream)
{
    struct reading whole = {.form = form}, pieces = {.form = form};
    stream_read(&whole, stream, stream.n + 1);
    stream_read(&pieces, stream, 1 + stream.n % 7);
    struct str text = str_from_buf(&whole.reply.text);
    assert(text.n <= LIMIT_LLM_REPLY && text_is_valid(text));
    assert(whole.outcome == pieces.outcome && whole.reply.is_ended == pieces.reply.is_ended);
    assert(str_equal(text, str_from_buf(&pieces.reply.text)));
    assert(whole.outcome || !whole.reply.is_ended || whole.reply.has_reason);
    reply_free(&whole.reply);
    reply_free(&pieces.reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str stream = {(const char *)data, size};
    form_check(&openai_form, stream);
    form_check(&anthropic_form, stream);
    return 0;
}
