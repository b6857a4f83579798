/* Any two texts, parted by a zero byte: reading their figures never crashes, claims follow one
 * another within the text and leave no digit out, and a text is grounded in itself. */
#include "base/limits.h"
#include "fallback/guard.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

enum { CLAIMS = 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_claims(struct str text)
{
    static struct claim claims[CLAIMS];
    size_t count = 0, end = 0;
    if (claims_read(text, claims, CLAIMS, &count, NULL))
        return; /* too many, or too long when folded */
    for (size_t i = 0; i < count; i++) {
        assert(claims[i].from >= end && claims[i].to > claims[i].from && claims[i].to <= text.n);
        for (; end < claims[i].from; end++)
            assert(text.p[end] < '0' || text.p[end] > '9');
        end = claims[i].to;
    }
    for (; end < text.n; end++)
        assert(text.p[end] < '0' || text.p[end] > '9');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct guard *guard;
    struct guard_verdict verdict;
    const uint8_t *zero = size > 0 ? memchr(data, 0, size) : NULL;
    if (!zero || size > LIMIT_ANSWER_BYTES || (!guard && guard_open(&guard, NULL)))
        return 0;
    struct str source = {(const char *)data, (size_t)(zero - data)};
    struct str reply = {(const char *)zero + 1, size - source.n - 1};
    if (!text_is_valid(source) || !text_is_valid(reply))
        return 0;
    check_claims(source);
    check_claims(reply);
    struct guard_source cited = {source, STR_NONE, DATE_NONE, DATE_NONE};
    struct guard_request request = {reply, &cited, 1, STR("canary"), 0};
    guard_check(guard, &request, &verdict);
    request.reply = source;
    guard_check(guard, &request, &verdict);
    for (size_t i = 0; i < verdict.count && i < GUARD_FINDINGS; i++)
        assert(verdict.findings[i].fault != GUARD_FIGURE &&
               verdict.findings[i].fault != GUARD_EXPIRED);
    return 0;
}
