/* Exact numbers: reading, units, rounding and how a customer reads them. */
#include "base/number.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void expect_shown(const char *figure, const char *unit, const char *language,
                         const char *shown)
{
    struct number n;
    struct fail why = {.code = OK};
    struct buf out;
    number_init(&n);
    buf_init(&out, 1000);
    assert_int_equal(number_parse(str_of(figure), &n, &why), OK);
    assert_int_equal(number_set_unit(&n, str_of(unit), &why), OK);
    assert_int_equal(number_format(&n, str_of(language), &out, &why), OK);
    assert_string_equal(out.p, shown);
    buf_free(&out);
    number_free(&n);
}

static void shows_units_as_customers_read_them(void **state)
{
    (void)state;
    expect_shown("1234567", "원", "ko", "1,234,567원");
    expect_shown("1234567", "KRW", "en", "₩1,234,567");
    expect_shown("-1234567", "원", "ko", "-1,234,567원");
    expect_shown("350", "만원", "ko", "3,500,000원");
    expect_shown("1500.5", "USD", "en", "$1,500.50");
    expect_shown("1500", "$", "en", "$1,500");
    expect_shown("1500.50", "$", "en", "$1,500.50");
    expect_shown("-0.05", "$", "en", "-$0.05");
    expect_shown("4.5", "%", "ko", "4.5%");
    expect_shown("15.40", "%", "ko", "15.4%");
    expect_shown("24", "개월", "ko", "24개월");
    expect_shown("24", "개월", "en", "24 months");
    expect_shown("1", "months", "en", "1 month");
    expect_shown("3", "년", "ko", "3년");
    expect_shown("2.5", "년", "ko", "30개월");
    expect_shown("1", "years", "en", "1 year");
    expect_shown("30", "일", "ko", "30일");
    expect_shown("30", "days", "en", "30 days");
    expect_shown("65", "세", "ko", "65세");
    expect_shown("3", "visits", "en", "3 visits");
    expect_shown("1", "visits", "en", "1 visit");
    expect_shown("1,234", "", "ko", "1,234");
    expect_shown("0.5", "", "ko", "0.5");
    expect_shown("0", "원", "ko", "0원");
    expect_shown("100", "원", "ko", "100원");
    expect_shown("1000", "원", "ko", "1,000원");
}

static void refuses_what_is_not_a_figure(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",         "-",      ".5",    "5.",   "1e5",   "1,23", "12,34,567", "1,2345", ",123",
        "1234,567", "1,234,", "1 000", "0x10", "1.2.3", "１２", "--1",       "+1",     "1.2,345"};
    struct number n;
    number_init(&n);
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        struct fail why = {.code = OK};
        assert_int_equal(number_parse(str_of(wrong[i]), &n, &why), ERR_INPUT);
    }
    number_free(&n);
}

static void stops_at_forty_digits(void **state)
{
    (void)state;
    struct number n;
    number_init(&n);
    struct fail why = {.code = OK};
    assert_int_equal(number_parse(STR("1234567890123456789012345678901234567.890"), &n, &why), OK);
    assert_int_equal(number_parse(STR("1234567890123456789012345678901234567.8901"), &n, &why),
                     ERR_LIMIT);
    number_free(&n);
}

static void stops_at_the_longest_unit(void **state)
{
    (void)state;
    struct number n;
    number_init(&n);
    assert_int_equal(number_set_unit(&n, STR("abcdefghijklmnopqrstuvwxyzabcde"), NULL), OK);
    assert_int_equal(n.unit, UNIT_OTHER);
    assert_int_equal(number_set_unit(&n, STR("abcdefghijklmnopqrstuvwxyzabcdef"), NULL), ERR_LIMIT);
    number_free(&n);
}

static void expect_rounded(const char *figure, const char *step, enum rounding rounding,
                           const char *expected)
{
    struct number n, s;
    struct buf out;
    number_init(&n);
    number_init(&s);
    buf_init(&out, 100);
    assert_int_equal(number_parse(str_of(figure), &n, NULL), OK);
    assert_int_equal(number_parse(str_of(step), &s, NULL), OK);
    number_round(&n, s.q, rounding);
    assert_int_equal(number_format_plain(&n, &out, NULL), OK);
    assert_string_equal(out.p, expected);
    buf_free(&out);
    number_free(&s);
    number_free(&n);
}

static void rounds_in_every_mode(void **state)
{
    (void)state;
    expect_rounded("2.5", "1", ROUND_HALF_UP, "3");
    expect_rounded("-2.5", "1", ROUND_HALF_UP, "-3");
    expect_rounded("2.4", "1", ROUND_HALF_UP, "2");
    expect_rounded("-2.6", "1", ROUND_HALF_UP, "-3");
    expect_rounded("2.5", "1", ROUND_HALF_EVEN, "2");
    expect_rounded("3.5", "1", ROUND_HALF_EVEN, "4");
    expect_rounded("-2.5", "1", ROUND_HALF_EVEN, "-2");
    expect_rounded("-3.5", "1", ROUND_HALF_EVEN, "-4");
    expect_rounded("2.51", "1", ROUND_HALF_EVEN, "3");
    expect_rounded("12349", "10", ROUND_FLOOR, "12340");
    expect_rounded("-1", "10", ROUND_FLOOR, "-10");
    expect_rounded("12341", "10", ROUND_CEIL, "12350");
    expect_rounded("12340", "10", ROUND_CEIL, "12340");
    expect_rounded("-12341", "10", ROUND_CEIL, "-12340");
    expect_rounded("1.005", "0.01", ROUND_HALF_UP, "1.01");
    expect_rounded("0", "0.01", ROUND_HALF_UP, "0");
    expect_rounded("7", "2.5", ROUND_FLOOR, "5");
}

static void shows_no_endless_decimal(void **state)
{
    (void)state;
    struct number n;
    struct buf out;
    struct fail why = {.code = OK};
    number_init(&n);
    buf_init(&out, 100);
    buf_add_text(&out, "before");
    mpq_set_ui(n.q, 1, 3);
    assert_false(number_is_finite_decimal(&n));
    assert_int_equal(number_format(&n, STR("ko"), &out, &why), ERR_INPUT);
    assert_int_equal(number_format_plain(&n, &out, &why), ERR_INPUT);
    assert_string_equal(out.p, "before");
    mpq_set_ui(n.q, 3, 8);
    assert_true(number_is_finite_decimal(&n));
    buf_clear(&out);
    assert_int_equal(number_format_plain(&n, &out, &why), OK);
    assert_string_equal(out.p, "0.375");
    buf_free(&out);
    number_free(&n);
}

static void keeps_frozen_numbers_in_the_arena(void **state)
{
    (void)state;
    struct arena *arena = arena_open(4096, 65536);
    struct number n, frozen;
    number_init(&n);
    assert_int_equal(number_parse(STR("-1234567890123456789012345678.25"), &n, NULL), OK);
    assert_int_equal(number_set_unit(&n, STR("원"), NULL), OK);
    assert_int_equal(number_freeze(&frozen, &n, arena, NULL), OK);
    assert_int_equal(mpq_cmp(frozen.q, n.q), 0);
    assert_int_equal(frozen.unit, UNIT_WON);
    number_free(&n);
    arena_close(arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_units_as_customers_read_them),
        cmocka_unit_test(refuses_what_is_not_a_figure),
        cmocka_unit_test(stops_at_forty_digits),
        cmocka_unit_test(stops_at_the_longest_unit),
        cmocka_unit_test(rounds_in_every_mode),
        cmocka_unit_test(shows_no_endless_decimal),
        cmocka_unit_test(keeps_frozen_numbers_in_the_arena),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
