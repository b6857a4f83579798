/* arena: one lifetime, a hard maximum; mem_*: checked sizes, counting, and the failing allocation.
 */
#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void gives_zeroed_aligned_pieces(void **state)
{
    (void)state;
    struct arena *arena = arena_open(256, 4096);
    for (size_t n = 1; n < 40; n++) {
        unsigned char *p = arena_take(arena, n, 1);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < n; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, n);
    }
    arena_reset(arena);
    unsigned char *again = arena_take(arena, 200, 1);
    for (size_t i = 0; i < 200; i++)
        assert_int_equal(again[i], 0);
    arena_close(arena);
    arena_close(NULL);
}

static void refuses_past_its_maximum(void **state)
{
    (void)state;
    for (size_t n = 1023; n <= 1025; n++) {
        struct arena *arena = arena_open(64, 1024);
        void *p = arena_take(arena, n, 1);
        assert_int_equal(p != NULL, n <= 1024);
        arena_close(arena);
    }
    struct arena *arena = arena_open(64, 1024);
    int taken = 0;
    while (arena_take(arena, 64, 1))
        taken++;
    assert_int_equal(taken, 16);
    arena_reset(arena);
    /* Blocks kept from before must not stand in the way of a large piece. */
    assert_non_null(arena_take(arena, 1024, 1));
    assert_null(arena_take(arena, 1, 1));
    assert_null(arena_take(arena, SIZE_MAX / 2, 3));
    arena_close(arena);
}

static void a_large_piece_leaves_the_block_in_use(void **state)
{
    (void)state;
    struct arena *arena = arena_open(64, 4096);
    char *first = arena_take(arena, 16, 1);
    assert_non_null(arena_take(arena, 1000, 1));
    char *second = arena_take(arena, 16, 1);
    assert_ptr_equal(second, first + 16);
    arena_close(arena);
}

static void allocates_nothing_once_warm(void **state)
{
    (void)state;
    struct arena *arena = arena_open(1024, 64 * 1024);
    uint64_t warm = 0;
    for (int round = 0; round < 3; round++) {
        for (int i = 0; i < 50; i++)
            assert_non_null(arena_take(arena, 100, 1));
        if (round == 0)
            warm = mem_count();
        arena_reset(arena);
    }
    assert_int_equal(mem_count(), warm);
    arena_close(arena);
}

static void copies_text_with_a_final_nul(void **state)
{
    (void)state;
    struct arena *arena = arena_open(64, 64);
    struct str copy = arena_copy(arena, STR("해지"));
    assert_int_equal(copy.n, 6);
    assert_string_equal(copy.p, "해지");
    assert_string_equal(arena_copy(arena, STR_NONE).p, "");
    assert_null(arena_copy(arena, STR("0123456789012345678901234567890123456789")).p);
    arena_close(arena);
}

static void fails_the_chosen_allocation(void **state)
{
    (void)state;
    mem_fail_after(2, false);
    void *a = mem_take(1, 1);
    void *b = mem_take(1, 1);
    void *c = mem_take(1, 1);
    assert_non_null(a);
    assert_null(b);
    assert_non_null(c);
    mem_fail_after(1, true);
    assert_null(mem_take(1, 1));
    assert_null(mem_copy(STR("x")));
    assert_null(mem_grow(a, 100, 1));
    assert_null(arena_open(64, 64));
    mem_fail_after(0, false);
    char *copy = mem_copy(STR("x"));
    assert_string_equal(copy, "x");
    mem_give(copy);
    mem_give(c);
    mem_give(a);
    mem_give(NULL);
}

static void refuses_sizes_that_overflow(void **state)
{
    (void)state;
    void *none = mem_take(0, 8);
    assert_non_null(none);
    assert_null(mem_take(SIZE_MAX / 2 + 1, 2));
    assert_null(mem_grow(none, SIZE_MAX / 2 + 1, 2));
    mem_give(none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gives_zeroed_aligned_pieces),
        cmocka_unit_test(refuses_past_its_maximum),
        cmocka_unit_test(a_large_piece_leaves_the_block_in_use),
        cmocka_unit_test(allocates_nothing_once_warm),
        cmocka_unit_test(copies_text_with_a_final_nul),
        cmocka_unit_test(fails_the_chosen_allocation),
        cmocka_unit_test(refuses_sizes_that_overflow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
