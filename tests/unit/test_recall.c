/* A figure is in a reply as itself, never as a part of another number. */
#include "server/recall.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

static void a_figure_is_found_as_itself(void **state)
{
    static const struct {
        const char *reply, *figure;
        bool is_in;
    } cases[] = {
        {"연 4.8%입니다.", "4.8%", true},
        {"연 4.8%입니다.", "4.8", true},
        {"연 14.8%입니다.", "4.8%", false},
        {"연 14.8%, 4.8%", "4.8%", true},
        {"연 4.85%", "4.8", false},
        {"연 4.8%", "4", false},
        {"연 4.8%", "8", false},
        {"5,000,000원", "000", false},
        {"5,000,000원", "5", false},
        {"5,000,000원", "5,000,000원", true},
        {"15,000,000원", "5,000,000원", false},
        {"끝은 4.", "4", true},
        {"4, 5", "4", true},
        {"4", "4", true},
        {"", "4", false},
        {"4", "", false},
        {"0.4", "4", false},
        {".4", "4", true},
        {"면책기간 90일", "면책기간", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool is_in = figure_is_in(str_of(cases[i].reply), str_of(cases[i].figure));
        if (is_in != cases[i].is_in)
            print_error("%s in %s\n", cases[i].figure, cases[i].reply);
        assert_int_equal(is_in, cases[i].is_in);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_figure_is_found_as_itself)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
