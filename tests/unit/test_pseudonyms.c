/* Personal data leaves as tokens and comes back only to the conversation it is of. */
#include "fallback/pseudonyms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct pseudonyms *tokens;
static struct buf out;

static int setup(void **state)
{
    (void)state;
    buf_init(&out, 64 * 1024);
    return pseudonyms_open(&tokens, NULL) || pseudonyms_begin(tokens, STR("c1"), NULL);
}

static int teardown(void **state)
{
    (void)state;
    pseudonyms_close(tokens);
    buf_free(&out);
    return 0;
}

static const char *hidden(const char *text)
{
    buf_clear(&out);
    assert_int_equal(pseudonyms_hide(tokens, str_of(text), STR("ko"), &out, NULL), OK);
    return out.p ? out.p : "";
}

static const char *restored(const char *text)
{
    buf_clear(&out);
    assert_int_equal(pseudonyms_restore(tokens, STR("c1"), str_of(text), &out, NULL), OK);
    return out.p ? out.p : "";
}

static void refused(const char *conversation, const char *text)
{
    buf_clear(&out);
    buf_add_text(&out, "before");
    assert_int_equal(pseudonyms_restore(tokens, str_of(conversation), str_of(text), &out, NULL),
                     ERR_REFUSED);
    assert_string_equal(out.p, "before");
}

static void hides_each_value_under_its_own_number(void **state)
{
    (void)state;
    assert_string_equal(hidden("010-1234-5678 또는 kim@example.com, 다시 010-1234-5678"),
                        "[전화번호#1] 또는 [이메일#2], 다시 [전화번호#1]");
    assert_string_equal(hidden("010-9999-8888 말고 010-1234-5678"),
                        "[전화번호#3] 말고 [전화번호#1]");
    assert_string_equal(hidden("1588-1234 대표번호, 119만 9,000원"),
                        "1588-1234 대표번호, 119만 9,000원");
    assert_string_equal(hidden(""), "");
}

static void puts_back_what_it_hid(void **state)
{
    static const char text[] = "kim@example.com 그리고 010-1234-5678.";
    char kept[256];
    (void)state;
    (void)snprintf(kept, sizeof kept, "%s", hidden(text));
    assert_null(strstr(kept, "1234"));
    assert_string_equal(restored(kept), text);
    assert_string_equal(restored("[전화번호] 없는 글"), "[전화번호] 없는 글");
}

static void refuses_other_conversations_and_tokens_of_nobody(void **state)
{
    (void)state;
    (void)hidden("010-1234-5678");
    refused("c2", "[전화번호#1]");
    refused("", "[전화번호#1]");
    refused("c1", "[전화번호#2]");
    refused("c1", "[이메일#1]");
    refused("c1", "[전화번호#0]");
    refused("c1", "[전화번호#01]");
    refused("c1", "[전화번호#1");
    refused("c1", "[전화번호#]");
    refused("c1", "[phone#1]");
    refused("c1", "[전화번호#18446744073709551617]");
    assert_int_equal(pseudonyms_begin(tokens, STR("c2"), NULL), OK);
    refused("c2", "[전화번호#1]"); /* the values of the conversation before are gone */
    refused("c1", "[전화번호#1]");
}

static void hides_nothing_that_cannot_be_told_apart_again(void **state)
{
    struct buf text;
    (void)state;
    buf_clear(&out);
    assert_int_equal(pseudonyms_hide(tokens, STR("[전화번호#1]는?"), STR("ko"), &out, NULL),
                     ERR_LIMIT);
    buf_init(&text, 64 * 1024);
    for (int i = 0; i <= PSEUDONYMS_MOST; i++)
        buf_add_format(&text, "010-1234-%04d\n", i);
    assert_int_equal(pseudonyms_hide(tokens, str_from_buf(&text), STR("ko"), &out, NULL),
                     ERR_LIMIT);
    assert_int_equal(out.n, 0);
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(hides_each_value_under_its_own_number, setup, teardown),
        cmocka_unit_test_setup_teardown(puts_back_what_it_hid, setup, teardown),
        cmocka_unit_test_setup_teardown(refuses_other_conversations_and_tokens_of_nobody, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(hides_nothing_that_cannot_be_told_apart_again, setup,
                                        teardown),
    };
    return cmocka_run_group_tests_name("tokens", tests, NULL, NULL);
}
