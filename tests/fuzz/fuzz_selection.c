/* Any bytes as a model's reply: what is selected was given out, is in order, and fits; what is not
 * selected leaves nothing. A reply that passes also passes with white space around it. */
#include "fallback/selection.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void numbers_check(const size_t *numbers, size_t count, size_t given, size_t most)
{
    assert(count <= most);
    for (size_t i = 0; i < count; i++) {
        assert(numbers[i] >= 1 && numbers[i] <= given);
        assert(i == 0 || numbers[i - 1] < numbers[i]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct selection_bounds bounds = {
        .sentences = 12, .facts = 3, .most = 4, .canary = "canary-1"};
    struct str reply = {(const char *)data, size};
    struct selection found, again;
    enum selection_verdict verdict = selection_read(reply, &bounds, &found);
    assert(selection_name(verdict));
    numbers_check(found.sentences, found.sentence_count, bounds.sentences, bounds.most);
    numbers_check(found.facts, found.fact_count, bounds.facts, bounds.most);
    assert((verdict == SELECTION_MADE) == (found.sentence_count + found.fact_count > 0));
    if (verdict != SELECTION_MADE)
        return 0;
    struct buf spaced;
    buf_init(&spaced, size + 8);
    buf_add_text(&spaced, " \n");
    buf_add_str(&spaced, reply);
    buf_add_text(&spaced, "\t\r\n");
    assert(selection_read(str_from_buf(&spaced), &bounds, &again) == SELECTION_MADE);
    assert(memcmp(&found, &again, sizeof found) == 0);
    buf_free(&spaced);
    return 0;
}
