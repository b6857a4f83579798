/* Any text: its terms have keys and counts that add up, and clearing forgets them all. The same
 * text is cut into passages that follow one another. */
#include "base/limits.h"
#include "fallback/documents.h"
#include "fallback/terms.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct cuts {
    size_t end, all;
};

static enum err cut_note(void *data, const struct passage *passage, struct fail *why)
{
    struct cuts *cuts = data;
    (void)why;
    assert(passage->from >= cuts->end && passage->to > passage->from && passage->to <= cuts->all);
    assert(passage->heading.n <= HEADING_BYTES && text_is_valid(passage->heading));
    cuts->end = passage->to;
    return OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct terms *terms = NULL;
    struct buf accepted;
    struct str text = STR_NONE;
    const struct str bytes = {(const char *)data, size};
    buf_init(&accepted, (size_t)1 << 20);
    if (!text_accept(bytes, (size_t)1 << 18, "text", &accepted, &text, NULL) && text.p) {
        uint64_t sums[TERM_FIELDS] = {0};
        size_t count = 0;
        struct cuts cuts = {0, text.n};
        enum err e = terms_open(&terms, NULL);
        assert(!e);
        e = terms_add(terms, text, NULL);
        assert(!e);
        const struct term *all = terms_all(terms, &count);
        for (size_t i = 0; i < count; i++) {
            assert(all[i].key != 0);
            assert(!all[i].is_pair || (all[i].counts[FIELD_ACROSS] >= all[i].counts[FIELD_PAIR] &&
                                       all[i].counts[FIELD_PAIR] >= all[i].counts[FIELD_STEM]));
            for (int f = 0; f < TERM_FIELDS; f++)
                sums[f] += all[i].counts[f];
        }
        for (int f = 0; f < TERM_FIELDS; f++)
            assert(sums[f] == terms_lengths(terms)[f]);
        terms_clear(terms);
        (void)terms_all(terms, &count);
        assert(count == 0);
        e = document_cut(text, cut_note, &cuts, NULL);
        assert(!e);
        struct str title = document_title(text);
        assert(title.n <= text.n && text_is_valid(title));
        terms_close(terms);
    }
    buf_free(&accepted);
    return 0;
}
