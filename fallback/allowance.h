/* What may be spent on models in a day: calls, tokens, money. What a call could cost at most is set
 * aside before it leaves and settled after, so that calls under way together cannot pass a cap that
 * each alone would keep. One thread; the day is the bot's. */
#ifndef ALLOWANCE_H
#define ALLOWANCE_H

#include "base/clock.h"

/* Of one day. Money in millionths of a won. */
struct spending {
    date_days day;
    int64_t calls, tokens, micro_won;
};

struct allowance {
    struct spending used;       /* what is settled */
    struct spending aside;      /* what is set aside for calls under way, of any day */
    int64_t calls, tokens, won; /* the caps; 0: none */
};

/* What of `cost` may still be spent on `day`; a new day begins at nothing. False: a cap would be
 * passed, nothing has changed. */
bool allowance_reserve(struct allowance *allowance, date_days day, const struct spending *cost);
/* After the call: gives back what was set aside and books what it cost. */
void allowance_settle(struct allowance *allowance, const struct spending *aside,
                      const struct spending *cost);
/* What tokens cost, rounded up to a millionth of a won. Prices are for 1,000 tokens. */
int64_t tokens_cost(int64_t tokens_in, int64_t price_in, int64_t tokens_out, int64_t price_out);

#endif
