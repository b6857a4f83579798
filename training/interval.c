/* Wilson's interval keeps its promise on small counts and at 0 and 1, where the textbook's ± does
 * not; for budgets, which must hold, budget.h has the exact bound. */
#include "training/interval.h"

#include <math.h>

static const double Z = 1.959963984540054; /* the normal's 97.5 % point */

struct interval interval_wilson(size_t part, size_t whole)
{
    const double n = (double)whole;
    const double p = whole ? (double)part / n : 0;
    if (whole == 0)
        return (struct interval){0, 1};
    const double middle = p + Z * Z / (2 * n);
    const double reach = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
    const double scale = 1 + Z * Z / n;
    struct interval found = {(middle - reach) / scale, (middle + reach) / scale};
    if (part == 0 || found.low < 0)
        found.low = 0;
    if (part == whole || found.high > 1)
        found.high = 1;
    return found;
}
