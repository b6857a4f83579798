/* Any text: its pieces come in order, leave out only white space, and never end inside a character,
 * a figure or a date. What is quoted of it lies in it. */
#include "fallback/quote.h"
#include "fallback/sentences.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static void pieces_check(struct str text)
{
    struct sentences reading = {.text = text};
    struct piece piece;
    size_t at = 0;
    while (sentences_next(&reading, &piece)) {
        assert(piece.from >= at && piece.to > piece.from && piece.to <= text.n);
        assert(text_is_valid(str_slice(text, piece.from, piece.to)));
        while (at < piece.from)
            assert(text_rune_is_space(text_rune(text, &at)));
        at = piece.to;
        assert(at == text.n || !is_digit(text.p[at - 1]) || !is_digit(text.p[at]));
        if (at + 1 < text.n && at >= 2 && text.p[at - 1] == '.' && text.p[at] == ' ')
            assert(!is_digit(text.p[at - 2]) || !is_digit(text.p[at + 1]));
    }
    while (at < text.n)
        assert(text_rune_is_space(text_rune(text, &at)));
}

static void quotes_check(struct str text)
{
    struct document_row row = {STR("d"),  STR("t"),  STR(""),  text,    STR(""),
                               DATE_NONE, DATE_NONE, STR_NONE, STR_NONE};
    struct index *index = NULL;
    struct quoter *quoter = NULL;
    struct buf image;
    struct quote quote;
    buf_init(&image, (size_t)64 << 20);
    enum err e = index_build(&row, 1, &image, NULL);
    assert(!e);
    e = index_open_image((const unsigned char *)image.p, image.n, "index", &index, NULL);
    assert(!e);
    e = quoter_open(index, &quoter, NULL);
    assert(!e);
    for (uint32_t i = 0; i < index->head->passages; i++) {
        e = quote_find(quoter, text, i, &quote, NULL);
        assert(!e && quote.count >= 0 && quote.count <= QUOTE_SPANS);
        for (int k = 0; k < quote.count; k++) {
            assert(quote.spans[k].from >= index->passages[i].from);
            assert(quote.spans[k].to <= index->passages[i].to);
            assert(text_is_valid(str_slice(text, quote.spans[k].from, quote.spans[k].to)));
        }
    }
    quoter_close(quoter);
    index_close(index);
    buf_free(&image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf accepted;
    struct str text = STR_NONE;
    const struct str bytes = {(const char *)data, size};
    buf_init(&accepted, (size_t)1 << 18);
    if (!text_accept(bytes, (size_t)1 << 16, "text", &accepted, &text, NULL) && text.p && text.n) {
        pieces_check(text);
        if (text.n < 400)
            quotes_check(text);
    }
    buf_free(&accepted);
    return 0;
}
