/* Any text: what normalisation gives is valid UTF-8, within its maximum and stays as it is when
 * done again; and features can be cut from it, with names that are of those very features. */
#include "base/limits.h"
#include "classifier/features.h"
#include "classifier/normalise.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(void *data, int block, uint64_t hash, struct str text)
{
    size_t *counts = data;
    assert(block >= 0 && block < BLOCKS && hash != 0);
    assert(text_is_valid(text));
    counts[block]++;
}

static void cut(struct str text, struct features *features, enum feature_style style)
{
    size_t named[BLOCKS] = {0};
    features_extract(text, style, features);
    const size_t counts[BLOCKS] = {features->counts[0], features->counts[1]};
    for (size_t i = 0; i < features->word_count; i++) {
        const struct str word = features->word_text[i];
        assert(word.n > 0 && word.p >= text.p && word.p + word.n <= text.p + text.n);
        assert(text_is_valid(word) && features->words[i] != 0);
    }
    for (int block = 0; block < BLOCKS; block++) {
        assert(counts[block] <= FEATURES_MAXIMUM);
        for (size_t i = 0; i < counts[block]; i++)
            assert(features->hashes[block][i] != 0);
    }
    features_name(text, style, features, count, named);
    assert(text.n > 256 || (named[0] == counts[0] && named[1] == counts[1]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf accepted;
    struct buf once;
    struct buf twice;
    struct str text = STR_NONE;
    struct str first = STR_NONE;
    struct str second = STR_NONE;
    if (size > LIMIT_MESSAGE_BYTES)
        return 0;
    buf_init(&accepted, (size_t)4 * LIMIT_MESSAGE_BYTES);
    buf_init(&once, LIMIT_NORMALISED_BYTES);
    buf_init(&twice, LIMIT_NORMALISED_BYTES);
    static struct features features; /* two megabytes: too slow to take anew for every input */
    const struct str bytes = {(const char *)data, size};
    if (!text_accept(bytes, LIMIT_MESSAGE_RUNES, "text", &accepted, &text, NULL)) {
        enum err e = normalise(text, &once, &first, NULL);
        assert(!e && text_is_valid(first) && first.n <= LIMIT_NORMALISED_BYTES);
        e = normalise(first, &twice, &second, NULL);
        assert(!e && str_equal(first, second));
        cut(first, &features, STYLE_ACROSS);
        cut(first, &features, STYLE_WITHIN);
    }
    buf_free(&accepted);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
