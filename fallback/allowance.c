/* Daily caps. Sums saturate instead of overflowing: a provider that claims a billion tokens with
 * each reply ends the day's allowance, which is the honest reading. */
#include "fallback/allowance.h"

static const int64_t micro_per_won = 1000000;

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static bool is_within(int64_t used, int64_t aside, int64_t more, int64_t cap)
{
    return cap == 0 || add(add(used, aside), more) <= cap;
}

bool allowance_reserve(struct allowance *allowance, date_days day, const struct spending *cost)
{
    struct spending *used = &allowance->used, *aside = &allowance->aside;
    int64_t cap;
    if (__builtin_mul_overflow(allowance->won, micro_per_won, &cap))
        cap = INT64_MAX;
    if (used->day != day)
        *used = (struct spending){.day = day};
    if (!is_within(used->calls, aside->calls, cost->calls, allowance->calls) ||
        !is_within(used->tokens, aside->tokens, cost->tokens, allowance->tokens) ||
        !is_within(used->micro_won, aside->micro_won, cost->micro_won, cap))
        return false;
    aside->calls = add(aside->calls, cost->calls);
    aside->tokens = add(aside->tokens, cost->tokens);
    aside->micro_won = add(aside->micro_won, cost->micro_won);
    return true;
}

void allowance_settle(struct allowance *allowance, const struct spending *aside,
                      const struct spending *cost)
{
    struct spending *used = &allowance->used, *left = &allowance->aside;
    left->calls -= aside->calls;
    left->tokens -= aside->tokens;
    left->micro_won -= aside->micro_won;
    used->calls = add(used->calls, cost->calls);
    used->tokens = add(used->tokens, cost->tokens);
    used->micro_won = add(used->micro_won, cost->micro_won);
}

/* ⌈tokens × price / 1000⌉ */
static int64_t part_cost(int64_t tokens, int64_t price)
{
    int64_t product;
    if (__builtin_mul_overflow(tokens, price, &product))
        return INT64_MAX;
    return product / 1000 + (product % 1000 > 0);
}

int64_t tokens_cost(int64_t tokens_in, int64_t price_in, int64_t tokens_out, int64_t price_out)
{
    return add(part_cost(tokens_in, price_in), part_cost(tokens_out, price_out));
}
