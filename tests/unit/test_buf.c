/* buf: growth, the maximum, and the error that stays; fail: its sentences. */
#include "base/arena.h"
#include "base/buf.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

static void stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf buf;
    struct fail why;
    buf_init(&buf, 100);
    for (int i = 0; i < 99; i++)
        buf_add_char(&buf, 'x');
    assert_int_equal(buf_error(&buf, "page", &why), OK);
    buf_add_char(&buf, 'x');
    assert_int_equal(buf_error(&buf, "page", &why), OK);
    assert_int_equal(buf.n, 100);
    buf_add_char(&buf, 'y');
    assert_int_equal(buf_error(&buf, "page", &why), ERR_LIMIT);
    assert_string_equal(why.text, "page: longer than 100 bytes");
    assert_int_equal(buf.n, 100);
    assert_true(buf.capacity <= 101);
    buf_free(&buf);
}

static void stays_failed_until_cleared(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 4);
    buf_add_text(&buf, "abcde");
    buf_add_text(&buf, "a");
    assert_int_equal(buf.n, 0);
    assert_int_equal(buf_error(&buf, "x", NULL), ERR_LIMIT);
    buf_clear(&buf);
    buf_add_text(&buf, "abcd");
    assert_int_equal(buf_error(&buf, "x", NULL), OK);
    assert_string_equal(buf.p, "abcd");
    buf_add_char(&buf, 'e');
    buf_truncate(&buf, 2);
    assert_int_equal(buf_error(&buf, "x", NULL), OK);
    assert_string_equal(buf.p, "ab");
    buf_free(&buf);
    buf_add_text(&buf, "abcd");
    assert_int_equal(buf.n, 4);
    buf_free(&buf);
}

static void formats_whole_or_not_at_all(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 200);
    buf_add_format(&buf, "%s-%d", "abc", 7);
    assert_string_equal(buf.p, "abc-7");
    buf_add_format(&buf, "%0190d", 1); /* grows while formatting */
    assert_int_equal(buf.n, 195);
    buf_add_format(&buf, "%s", "123456");
    assert_int_equal(buf.n, 195);
    assert_int_equal(buf.p[195], '\0');
    assert_int_equal(buf.error, ERR_LIMIT);
    buf_free(&buf);
}

static void survives_running_out_of_memory(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 1000);
    buf_add_text(&buf, "kept");
    mem_fail_after(1, false);
    for (int i = 0; i < 200; i++)
        buf_add_char(&buf, 'x');
    mem_fail_after(0, false);
    assert_int_equal(buf_error(&buf, "x", NULL), ERR_MEMORY);
    assert_int_equal(strncmp(buf.p, "kept", 4), 0);
    buf_free(&buf);
}

static void reserves_room_for_others_to_write(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 8);
    char *p = buf_reserve(&buf, 8);
    assert_non_null(p);
    memcpy(p, "12345678", 8);
    buf_used(&buf, 8);
    assert_string_equal(buf.p, "12345678");
    assert_null(buf_reserve(&buf, 1));
    assert_int_equal(buf.error, ERR_LIMIT);
    buf_free(&buf);
}

static void writes_runes_as_utf8(void **state)
{
    (void)state;
    struct buf buf;
    buf_init(&buf, 64);
    buf_add_rune(&buf, 'a');
    buf_add_rune(&buf, 0xE9);
    buf_add_rune(&buf, 0xD574);
    buf_add_rune(&buf, 0x1F600);
    assert_string_equal(buf.p, "aé해😀");
    buf_free(&buf);
}

static void gives_its_sentence_and_code(void **state)
{
    (void)state;
    struct fail why;
    assert_int_equal(fail(&why, ERR_INPUT, "%s:%d: bad", "a.csv", 3), ERR_INPUT);
    assert_int_equal(why.code, ERR_INPUT);
    assert_string_equal(why.text, "a.csv:3: bad");
    assert_int_equal(fail_within(&why, ERR_REFUSED, "import %d", 2), ERR_REFUSED);
    assert_string_equal(why.text, "import 2: a.csv:3: bad");
    assert_int_equal(fail(&why, ERR_INPUT, "again: %s", why.text), ERR_INPUT);
    assert_string_equal(why.text, "again: import 2: a.csv:3: bad");
    assert_int_equal(fail_errno(&why, ERR_SYSTEM, 2, "x"), ERR_SYSTEM);
    assert_string_equal(why.text, "x: No such file or directory");
    assert_int_equal(fail(NULL, ERR_BUSY, "x"), ERR_BUSY);
    assert_int_equal(fail_within(NULL, ERR_BUSY, "x"), ERR_BUSY);
    assert_int_equal(fail_memory(NULL), ERR_MEMORY);
}

static void cuts_long_sentences_between_characters(void **state)
{
    (void)state;
    struct fail why;
    char letters[3 * FAIL_TEXT_BYTES + 1] = "";
    for (size_t i = 0; i < FAIL_TEXT_BYTES; i++)
        memcpy(letters + 3 * i, "가", 4);
    for (int shift = 0; shift < 3; shift++) {
        (void)fail(&why, ERR_INPUT, "%.*s%s", shift, "ab", letters);
        assert_true(text_is_valid(str_of(why.text)));
        assert_true(strlen(why.text) >= FAIL_TEXT_BYTES - 3);
        (void)fail_within(&why, ERR_INPUT, "%.*s", shift + 1, "abc");
        assert_true(text_is_valid(str_of(why.text)));
    }
}

static void maps_each_code_to_its_exit_status(void **state)
{
    (void)state;
    static const int status[] = {0, 2, 3, 3, 3, 4, 1, 4, 4, 4};
    for (int code = OK; code <= ERR_SYSTEM; code++)
        assert_int_equal(fail_exit_status((enum err)code), status[code]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stops_at_its_maximum),
        cmocka_unit_test(stays_failed_until_cleared),
        cmocka_unit_test(formats_whole_or_not_at_all),
        cmocka_unit_test(survives_running_out_of_memory),
        cmocka_unit_test(reserves_room_for_others_to_write),
        cmocka_unit_test(writes_runes_as_utf8),
        cmocka_unit_test(gives_its_sentence_and_code),
        cmocka_unit_test(cuts_long_sentences_between_characters),
        cmocka_unit_test(maps_each_code_to_its_exit_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
