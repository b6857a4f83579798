/* Everything that can fail below one call, failing in turn: each allocation, each SQL statement.
 * `attempt` does the work from the start every time it is called and, when it fails, looks at what
 * the failure left behind. */
#ifndef FAILING_H
#define FAILING_H

#include "base/arena.h"
#include "store/db.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { FAILING_AT_MOST = 20000 };

static uint64_t
    failing_ended; /* mem_count() when the work was over; 0: at the end of the attempt */

/* From here on nothing fails: what follows in the attempt looks at what was left, or tidies. */
__attribute__((unused)) static inline void failing_stop(void)
{
    mem_fail_after(0, false);
    db_fail_after(0);
    failing_ended = mem_count();
}

/* The n-th allocation fails, alone and then with all that follow it, for every n there is. Gives
 * how many there are. */
static inline uint64_t failing_allocations(enum err (*attempt)(void *data), void *data)
{
    uint64_t n = 1;
    for (bool is_reached = true; is_reached; n++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            uint64_t before = mem_count();
            failing_ended = 0;
            mem_fail_after(n, for_good);
            enum err e = attempt(data);
            mem_fail_after(0, false);
            is_reached = (failing_ended ? failing_ended : mem_count()) - before >= n;
            /* One failure may be made good: an arena tries again with a smaller block. */
            if (is_reached ? e != ERR_MEMORY && (e || for_good) : e != OK)
                fail_msg("allocation %d: error %d", (int)n, (int)e);
        }
        assert_true(n < FAILING_AT_MOST);
    }
    return n - 2;
}

/* The same for statements, each failing as on a full disk. */
__attribute__((unused)) static inline uint64_t failing_statements(enum err (*attempt)(void *data),
                                                                  void *data)
{
    enum err e = ERR_SYSTEM;
    uint64_t n = 0;
    while (e) {
        assert_true(++n < FAILING_AT_MOST);
        db_fail_after(n);
        e = attempt(data);
        db_fail_after(0);
        assert_true(e == OK || e == ERR_SYSTEM);
    }
    return n - 1;
}

#endif
