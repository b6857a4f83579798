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

/* The n-th allocation fails, alone and then with all that follow it, for every n there is. Gives
 * how many there are. */
static inline uint64_t failing_allocations(enum err (*attempt)(void *data), void *data)
{
    uint64_t n = 1;
    for (bool is_reached = true; is_reached; n++) {
        for (int for_good = 0; for_good < 2; for_good++) {
            uint64_t before = mem_count();
            mem_fail_after(n, for_good);
            enum err e = attempt(data);
            mem_fail_after(0, false);
            is_reached = mem_count() - before >= n;
            if (e != (is_reached ? ERR_MEMORY : OK))
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
