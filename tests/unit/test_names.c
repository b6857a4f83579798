/* Names found in texts as customers type them. */
#include "fallback/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct name list[] = {
    {{"암보험", 9}, 0},        {{"암", 3}, 1},
    {{"입원일당", 12}, 2},     {{"일당", 6}, 3},
    {{"입원일당", 12}, 4},     {{"면책 기간", 13}, 5},
    {{"cover", 5}, 6},         {{"travel cover", 12}, 7},
    {{"실손의료보험", 18}, 8}, {{"보험", 6}, 9},
};

/* The meanings found, as "0 2+4". */
static void check(void **state, const char *text, const char *expected)
{
    struct name_found found[NAMES_FOUND];
    char got[256] = "";
    size_t used = 0;
    const size_t count = names_find(*state, str_of(text), found);
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < found[i].count; k++)
            used += (size_t)snprintf(got + used, sizeof got - used, "%s%u",
                                     used == 0 ? ""
                                     : k > 0   ? "+"
                                               : " ",
                                     found[i].meant[k]);
    if (strcmp(got, expected) != 0)
        print_error("\"%s\":\n", text);
    assert_string_equal(got, expected);
}

static void finds_the_longest_name_at_each_place(void **state)
{
    check(state, "암보험 가입", "0");
    check(state, "입원일당 얼마", "2+4");
    check(state, "암보험 입원일당", "0 2+4");
    check(state, "일당만", "3");
}

static void spaces_do_not_count(void **state)
{
    check(state, "입원 일당", "2+4");
    check(state, "면책기간", "5");
    check(state, "실손 의료 보험은", "8");
    check(state, "암보험면책기간", "0 5");
}

static void particles_do_no_harm(void **state)
{
    check(state, "암보험은 입원일당이", "0 2+4");
}

static void one_syllable_begins_a_word(void **state)
{
    check(state, "암 진단", "1");
    check(state, "소아암", "");
    check(state, "아암보험", "0");
}

static void latin_names_are_whole_words(void **state)
{
    check(state, "Travel Cover please", "7");
    check(state, "travelcover", "7");
    check(state, "discover", "");
    check(state, "covering", "");
    check(state, "my COVER", "6");
}

static void a_name_gives_way_to_one_that_begins_before_it(void **state)
{
    static const struct name overlapping[] = {{{"가나다", 9}, 0}, {{"다라", 6}, 1}, {{"나", 3}, 2}};
    struct names *names = NULL;
    struct name_found found[NAMES_FOUND];
    (void)state;
    assert_int_equal(names_open(overlapping, 3, &names, NULL), OK);
    assert_int_equal(names_find(names, STR("가나다라"), found), 1);
    assert_int_equal(found[0].meant[0], 0);
    assert_int_equal(names_find(names, STR("마다라"), found), 1);
    assert_int_equal(found[0].meant[0], 1);
    names_close(names);
}

static void nothing_is_found_among_no_names(void **state)
{
    static const struct name empty[] = {{{"", 0}, 0}, {{"  ", 2}, 1}};
    struct names *names = NULL;
    struct name_found found[NAMES_FOUND];
    (void)state;
    assert_int_equal(names_open(empty, 2, &names, NULL), OK);
    assert_int_equal(names_find(names, STR("암보험"), found), 0);
    names_close(names);
    assert_int_equal(names_open(NULL, 0, &names, NULL), OK);
    assert_int_equal(names_find(names, STR("암보험"), found), 0);
    names_close(names);
}

static void stops_at_its_maximum(void **state)
{
    static char text[NAMES_FOUND * 8];
    struct name_found found[NAMES_FOUND];
    size_t used = 0;
    for (int i = 0; i < NAMES_FOUND; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, "일당,");
    assert_int_equal(names_find(*state, (struct str){text, used - 7}, found), NAMES_FOUND - 1);
    assert_int_equal(names_find(*state, (struct str){text, used}, found), NAMES_FOUND);
    used += (size_t)snprintf(text + used, sizeof text - used, "일당");
    assert_int_equal(names_find(*state, (struct str){text, used}, found), NAMES_FOUND);
}

static int open_names(void **state)
{
    struct names *names = NULL;
    assert_int_equal(names_open(list, sizeof list / sizeof list[0], &names, NULL), OK);
    *state = names;
    return 0;
}

static int close_names(void **state)
{
    names_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_the_longest_name_at_each_place),
        cmocka_unit_test(spaces_do_not_count),
        cmocka_unit_test(particles_do_no_harm),
        cmocka_unit_test(one_syllable_begins_a_word),
        cmocka_unit_test(latin_names_are_whole_words),
        cmocka_unit_test(a_name_gives_way_to_one_that_begins_before_it),
        cmocka_unit_test(nothing_is_found_among_no_names),
        cmocka_unit_test(stops_at_its_maximum),
    };
    return cmocka_run_group_tests(tests, open_names, close_names);
}
