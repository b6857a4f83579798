/* text: views, UTF-8, and the one door. */
#include "base/arena.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include <cmocka.h>

static void compares_by_bytes(void **state)
{
    (void)state;
    assert_true(str_equal(STR("a"), STR("a")));
    assert_true(str_equal(STR_NONE, STR("")));
    assert_false(str_equal(STR("a"), STR("ab")));
    assert_int_equal(str_compare(STR("a"), STR("ab")), -1);
    assert_int_equal(str_compare(STR("b"), STR("ab")), 1);
    assert_int_equal(str_compare(STR("\xEA"), STR("z")), 1);
    assert_int_equal(str_compare(STR(""), STR_NONE), 0);
    assert_true(str_starts(STR("abc"), STR("ab")));
    assert_false(str_starts(STR("a"), STR("ab")));
    assert_true(str_ends(STR("abc"), STR("bc")));
    assert_false(str_ends(STR("c"), STR("bc")));
}

static void cuts_and_finds(void **state)
{
    (void)state;
    assert_true(str_equal(str_trim(STR(" \t\r\n a b \v\f")), STR("a b")));
    assert_int_equal(str_trim(STR("   ")).n, 0);
    assert_true(str_equal(str_slice(STR("abcd"), 1, 3), STR("bc")));
    assert_true(str_equal(str_slice(STR("abcd"), 3, 99), STR("d")));
    assert_int_equal(str_slice(STR("abcd"), 9, 12).n, 0);
    assert_int_equal(str_find(STR("ababac"), STR("abac")), 2);
    assert_int_equal(str_find(STR("abc"), STR("c")), 2);
    assert_int_equal(str_find(STR("abc"), STR("d")), 3);
    assert_int_equal(str_find(STR("ab"), STR("abc")), 2);
    assert_int_equal(str_find(STR("ab"), STR("")), 0);
}

static void takes_parts_in_turn(void **state)
{
    (void)state;
    struct str rest = STR("a||b");
    struct str part;
    assert_true(str_next(&rest, '|', &part) && str_equal(part, STR("a")));
    assert_true(str_next(&rest, '|', &part) && str_equal(part, STR("")));
    assert_true(str_next(&rest, '|', &part) && str_equal(part, STR("b")));
    assert_false(str_next(&rest, '|', &part));
    rest = STR("a|");
    assert_true(str_next(&rest, '|', &part) && str_equal(part, STR("a")));
    assert_true(str_next(&rest, '|', &part) && part.n == 0);
    assert_false(str_next(&rest, '|', &part));
}

static void reads_whole_numbers_only(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "-1", "+1", " 1", "1 ", "1a", "18446744073709551616"};
    uint64_t whole = 7;
    double real = 7;
    assert_true(str_to_u64(STR("18446744073709551615"), &whole));
    assert_true(whole == UINT64_MAX);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(str_to_u64(str_of(bad[i]), &whole));
    assert_true(str_to_double(STR("-1.5e-3"), &real) && real == -1.5e-3);
    assert_true(str_to_double(STR(".5"), &real) && real == 0.5);
    assert_true(str_to_double(STR("5."), &real) && real == 5);
    static const char *const worse[] = {"",   ".",   "inf", "nan", "0x10",  " 1", "1 ",
                                        "1e", "1e+", "--1", "1,5", "1e999", "e5"};
    for (size_t i = 0; i < sizeof worse / sizeof *worse; i++)
        assert_false(str_to_double(str_of(worse[i]), &real));
    assert_true(real == 5);
}

static void round_trips_every_rune(void **state)
{
    (void)state;
    for (uint32_t rune = 1; rune <= 0x10FFFF; rune++) {
        char bytes[4];
        size_t at = 0;
        if (rune == 0xD800)
            rune = 0xE000;
        struct str s = {bytes, text_put_rune(bytes, rune)};
        if (text_rune(s, &at) != rune || at != s.n)
            fail_msg("U+%04X", (unsigned)rune);
    }
}

static void knows_what_is_not_utf8(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "\x80",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC3",
        "\xC3(",
        "\xE0\x80\x80",
        "\xE0\x9F\xBF",
        "\xED\xA0\x80",
        "\xED\xBF\xBF",
        "\xE3\x81",
        "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",
        "\xF0\x9F\x98",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct str s = str_of(bad[i]);
        size_t at = 0;
        assert_false(text_is_valid(s));
        assert_int_equal(text_rune(s, &at), 0xFFFD);
        assert_int_equal(at, 1);
    }
    assert_true(text_is_valid(STR("")));
    assert_true(text_is_valid(STR("a\0é해😀\xF4\x8F\xBF\xBF")));
    assert_int_equal(text_runes(STR("aé해😀")), 4);
}

static void sorts_runes_into_kinds(void **state)
{
    (void)state;
    static const uint32_t letters[] = {'a',    'Z',    '5',    0xE9,   0xAC00,
                                       0x3147, 0x4E00, 0x0301, 0x2162, 0xB2};
    static const uint32_t others[] = {' ', '-', '_', '@',    '[',    '`',
                                      '{', '/', ':', 0x3002, 0x20AC, 0x1F600};
    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        assert_true(text_rune_is_letter_or_digit(letters[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(text_rune_is_letter_or_digit(others[i]));
    static const uint32_t spaces[] = {' ', '\t', '\n', 0x85, 0xA0, 0x2003, 0x2028, 0x3000};
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        assert_true(text_rune_is_space(spaces[i]));
    assert_false(text_rune_is_space('a'));
    assert_false(text_rune_is_space(0x200B));
    assert_false(text_rune_is_space(0xAC00));
}

static void knows_what_can_be_seen(void **state)
{
    (void)state;
    static const char *const unseen[] = {
        "",       " \t",          "\u200b",       "\ufeff", "\u00ad\u200d",
        "\u3164", "\uffa0\u2800", "\u2066\u2069", "\ufe0f"};
    for (size_t i = 0; i < sizeof unseen / sizeof *unseen; i++)
        assert_false(text_is_visible(str_of(unseen[i])));
    static const char *const seen[] = {"a", "\u200b?", "해", "ㅋ", "👍", "\u200d👩\u200d"};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        assert_true(text_is_visible(str_of(seen[i])));
}

static void accepts_what_is_right_as_it_is(void **state)
{
    (void)state;
    struct buf buf;
    struct str text;
    struct fail why;
    buf_init(&buf, 1000);
    buf_add_text(&buf, "before");
    uint64_t allocations = mem_count();
    assert_int_equal(
        text_accept(STR("보험금 ㅠㅠ “청구” (3만 원)\t①\n😀"), 100, "message", &buf, &text, &why),
        OK);
    assert_true(str_equal(text, STR("보험금 ㅠㅠ “청구” (3만 원)\t①\n😀")));
    assert_true(mem_count() - allocations <= 1); /* the buf's own growth */
    assert_int_equal(text_accept(STR(""), 0, "message", &buf, &text, &why), OK);
    assert_int_equal(text.n, 0);
    buf_free(&buf);
}

static void composes_and_ends_lines_alike(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"\xE1\x84\x92\xE1\x85\xA2\xE1\x84\x8C\xE1\x85\xB5", "해지"}, /* as macOS types it */
        {"e\xCC\x81", "é"},
        {"가\xE1\x86\xA8", "각"},
        {"a\r\nb\r\n", "a\nb\n"},
        {"e\xCC\x81\r\nb", "é\nb"},
        {"\xE2\x84\xAB", "Å"},
        {"\xEF\xAC\x81", "\xEF\xAC\x81"}, /* ﬁ: compatibility forms stay */
        {"\xE2\x80\xA8x", "\xE2\x80\xA8x"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf buf;
        struct str text;
        buf_init(&buf, 1000);
        assert_int_equal(text_accept(str_of(cases[i].in), 100, "message", &buf, &text, NULL), OK);
        assert_string_equal(buf.p, cases[i].out);
        assert_int_equal(text.n, strlen(cases[i].out));
        buf_free(&buf);
    }
}

static void refuses_and_leaves_the_buf_alone(void **state)
{
    (void)state;
    static const struct {
        struct str in;
        const char *sentence;
    } cases[] = {
        {{"ab\xFF", 3}, "row 3: byte 3 is not UTF-8"},
        {{"a\0b", 3}, "row 3: holds the control character U+0000"},
        {{"a\rb", 3}, "row 3: holds the control character U+000D"},
        {{"a\x1B", 2}, "row 3: holds the control character U+001B"},
        {{"a\x7F", 2}, "row 3: holds the control character U+007F"},
        {{"\xC2\x85", 2}, "row 3: holds the control character U+0085"},
        {{"\xEF\xBB\xBF"
          "a",
          4},
         "row 3: holds the control character U+FEFF"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf buf;
        struct str text = STR("unset");
        struct fail why;
        buf_init(&buf, 1000);
        buf_add_text(&buf, "before");
        assert_int_equal(text_accept(cases[i].in, 100, "row 3", &buf, &text, &why), ERR_INPUT);
        assert_string_equal(why.text, cases[i].sentence);
        assert_string_equal(buf.p, "before");
        assert_true(str_equal(text, STR("unset")));
        buf_free(&buf);
    }
}

static void counts_its_limit_in_composed_characters(void **state)
{
    (void)state;
    struct buf buf;
    struct str text;
    struct fail why;
    buf_init(&buf, 1000);
    for (size_t limit = 1; limit <= 3; limit++) {
        enum err expected = limit < 2 ? ERR_LIMIT : OK;
        buf_clear(&buf);
        assert_int_equal(text_accept(STR("해지"), limit, "m", &buf, &text, &why), expected);
        assert_int_equal(text_accept(STR("e\xCC\x81i\xCC\x81"), limit, "m", &buf, &text, &why),
                         expected);
    }
    assert_int_equal(text_accept(STR("해지"), 1, "m", &buf, &text, &why), ERR_LIMIT);
    assert_string_equal(why.text, "m: longer than 1 characters");
    buf_free(&buf);
}

static void refuses_towers_of_marks(void **state)
{
    (void)state;
    char tower[1 + 2 * 31] = "a";
    struct buf buf;
    struct str text;
    buf_init(&buf, 1000);
    for (size_t i = 0; i < 31; i++)
        memcpy(tower + 1 + 2 * i, i % 2 ? "\xCC\x81" : "\xCC\xA3", 2);
    assert_int_equal(text_accept((struct str){tower, 61}, 100, "m", &buf, &text, NULL), OK);
    assert_int_equal(text_accept((struct str){tower, 63}, 100, "m", &buf, &text, NULL), ERR_INPUT);
    buf_free(&buf);
}

static void reports_a_full_buf_and_missing_memory(void **state)
{
    (void)state;
    struct buf buf;
    struct str text;
    struct fail why;
    buf_init(&buf, 5);
    assert_int_equal(text_accept(STR("해지"), 10, "m", &buf, &text, &why), ERR_LIMIT);
    assert_int_equal(buf.error, OK);
    assert_int_equal(text_accept(STR("e\xCC\x81"), 10, "m", &buf, &text, &why), OK);
    mem_fail_after(1, false);
    assert_int_equal(text_accept(STR("e\xCC\x81"), 10, "m", &buf, &text, &why), ERR_MEMORY);
    mem_fail_after(0, false);
    assert_string_equal(buf.p, "é");
    buf_free(&buf);
}

/* Whatever passes without normalising must be what normalising would give, alone and after letters
 * that like to join with what follows. */
static void agrees_with_utf8proc_on_every_rune(void **state)
{
    (void)state;
    static const char *const before[] = {"e", "가", "か"};
    struct buf buf;
    buf_init(&buf, 64);
    for (uint32_t i = 3 * 0xA0; i < 3 * 0x30000; i++) {
        uint32_t rune = i / 3;
        char bytes[16];
        struct str text;
        size_t n = strlen(before[i % 3]);
        if ((rune >= 0xD800 && rune < 0xE000) || rune == 0xFEFF)
            continue;
        memcpy(bytes, before[i % 3], n);
        n += text_put_rune(bytes + n, rune);
        bytes[n] = '\0';
        buf_clear(&buf);
        utf8proc_uint8_t *normal = utf8proc_NFC((const utf8proc_uint8_t *)bytes);
        enum err e = text_accept((struct str){bytes, n}, 9, "m", &buf, &text, NULL);
        if (e || strcmp((const char *)normal, buf.p) != 0)
            fail_msg("U+%04X", (unsigned)rune);
        free(normal);
    }
    buf_free(&buf);
}

static void counts_utf16_units(void **state)
{
    (void)state;
    assert_int_equal(text_units(STR("")), 0);
    assert_int_equal(text_units(STR("aé가")), 3);
    assert_int_equal(text_units(STR("가\xF0\x9F\x99\x8F")), 3); /* beyond U+FFFF: two */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_utf16_units),
        cmocka_unit_test(compares_by_bytes),
        cmocka_unit_test(cuts_and_finds),
        cmocka_unit_test(takes_parts_in_turn),
        cmocka_unit_test(reads_whole_numbers_only),
        cmocka_unit_test(round_trips_every_rune),
        cmocka_unit_test(knows_what_is_not_utf8),
        cmocka_unit_test(sorts_runes_into_kinds),
        cmocka_unit_test(knows_what_can_be_seen),
        cmocka_unit_test(accepts_what_is_right_as_it_is),
        cmocka_unit_test(composes_and_ends_lines_alike),
        cmocka_unit_test(refuses_and_leaves_the_buf_alone),
        cmocka_unit_test(counts_its_limit_in_composed_characters),
        cmocka_unit_test(refuses_towers_of_marks),
        cmocka_unit_test(reports_a_full_buf_and_missing_memory),
        cmocka_unit_test(agrees_with_utf8proc_on_every_rune),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
