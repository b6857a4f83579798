/* Any text: masking never crashes, gives valid UTF-8, says truly whether it changed anything, and
 * leaves no plain resident or mobile number and no address behind that stands by itself. */
#include "base/limits.h"
#include "fallback/mask.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf once, twice, beside;
    bool changed = false;
    if (size < 1 || size > LIMIT_MESSAGE_BYTES)
        return 0;
    struct str language = data[0] & 1 ? STR("en") : STR("ko");
    struct str text = {(const char *)data + 1, size - 1};
    if (!text_is_valid(text))
        return 0;
    buf_init(&once, 8 * LIMIT_MESSAGE_BYTES);
    buf_init(&twice, 8 * LIMIT_MESSAGE_BYTES);
    buf_init(&beside, 2 * LIMIT_MESSAGE_BYTES);
    enum err e = mask_text(text, language, &once, &changed, NULL);
    assert(!e);
    struct str masked = str_from_buf(&once);
    assert(text_is_valid(masked));
    assert(changed == !str_equal(text, masked));
    buf_add_str(&beside, text);
    buf_add_text(&beside, "\n900101-1234567\n010-1234-5678\nx@example.com");
    e = mask_text(str_from_buf(&beside), language, &twice, &changed, NULL);
    assert(!e && changed);
    assert(!str_ends(str_from_buf(&twice), STR("example.com")));
    assert(str_ends(str_from_buf(&twice), data[0] & 1 ? STR("\n[id number]\n[phone]\n[e-mail]")
                                                      : STR("\n[주민번호]\n[전화번호]\n[이메일]")));
    buf_free(&beside);
    buf_free(&once);
    buf_free(&twice);
    return 0;
}
