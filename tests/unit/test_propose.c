/* Cells of tables: what is surely one figure, and what is not. */
#include "training/table_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void a_cell_is_read_exactly_or_not_at_all(void **state)
{
    static const char *const cells[][2] = {
        {"3,000만원", "30000000원"},
        {"1억 5,000만원", "150000000원"},
        {"33,600원", "33600원"},
        {"4.8%", "4.8%"},
        {"0.0%", "0.0%"},
        {"90일", "90일"},
        {"12개월", "12개월"},
        {"1,2원", NULL},
        {"약 4천원", NULL},
        {"연 5.3%", NULL},
        {"1.2.3%", NULL},
        {"1.5만원", NULL},
        {"3만 5억원", NULL},
        {"10,000원과 20%", NULL},
        {"없음", NULL},
        {"-", NULL},
        {"", NULL},
        {"5", NULL},
        {"9999999999999999원", NULL},
        {"3,000만원 이상", NULL},
        {".5%", NULL},
        {"5.%", NULL},
        {"12,34,567원", NULL},
        {"1234,567원", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct figure_cell figure;
        char got[64] = "";
        const bool is_read = figure_cell_read(str_of(cells[i][0]), &figure);
        if (is_read)
            (void)snprintf(got, sizeof got, "%s%.*s", figure.value, STR_ARG(figure.unit));
        if (is_read != (cells[i][1] != NULL))
            print_error("%s\n", cells[i][0]);
        assert_string_equal(got, cells[i][1] ? cells[i][1] : "");
    }
}

static void a_band_is_two_figures_of_one_unit(void **state)
{
    struct figure_cell figure;
    (void)state;
    assert_true(band_cell_read(STR("40~49세"), &figure));
    assert_string_equal(figure.value, "40-49");
    assert_true(band_cell_read(STR("40세 ~ 49세"), &figure));
    assert_string_equal(figure.value, "40-49");
    assert_false(band_cell_read(STR("40일~49세"), &figure));
    assert_false(band_cell_read(STR("~49세"), &figure));
    assert_false(band_cell_read(STR("26세 이상"), &figure));
}

static void lines_are_cut_into_cells(void **state)
{
    struct str cells[TABLE_COLUMNS];
    (void)state;
    assert_true(table_is_line(STR("| a | b |")) && table_is_line(STR("a\tb")));
    assert_false(table_is_line(STR("a b")));
    assert_true(table_is_rule(STR("|---|:--:|")));
    assert_false(table_is_rule(STR("| a |")));
    assert_int_equal(table_cells(STR("| a | | b c |"), cells), 3);
    assert_true(str_equal(cells[0], STR("a")) && cells[1].n == 0 &&
                str_equal(cells[2], STR("b c")));
    assert_int_equal(table_cells(STR("a\tb"), cells), 2);
    assert_int_equal(table_cells(STR("|1|2|3|4|5|6|7|8|9|0|1|2|3|4|5|6|7|8|"), cells), 18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_read_exactly_or_not_at_all),
        cmocka_unit_test(a_band_is_two_figures_of_one_unit),
        cmocka_unit_test(lines_are_cut_into_cells),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
