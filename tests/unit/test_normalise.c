/* normalise: one form for everything that reads the same, whatever it was typed as; the same again
 * when it is done twice; its limits; no heap once warm. */
#include "base/arena.h"
#include "base/limits.h"
#include "classifier/normalise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void expect(const char *text, const char *wanted)
{
    struct buf buf;
    struct str got = STR_NONE;
    struct fail why = {.text = ""};
    buf_init(&buf, LIMIT_NORMALISED_BYTES);
    assert_int_equal(normalise(str_of(text), &buf, &got, &why), OK);
    assert_non_null(got.p);
    if (!str_equal(got, str_of(wanted)))
        fail_msg("\"%s\" gives \"%.*s\", not \"%s\"", text, STR_ARG(got), wanted);
    buf_free(&buf);
}

static void folds_case_and_white_space(void **state)
{
    (void)state;
    expect("", "");
    expect(" \t\n ", "");
    expect("  How\tDO \n\n I  cancel? ", "how do i cancel?");
    expect("ÄRGER", "ärger");
    expect("보험　해지\u00A0 문의", "보험 해지 문의");
    expect("한\u2003글", "한 글");
    expect("ΣΊΣΥΦΟΣ", "σίσυφοσ");
}

static void makes_apostrophes_plain(void **state)
{
    (void)state;
    expect("don’t", "don't");
    expect("don`t", "don't");
    expect("don\u02BCt", "don't");
    expect("don｀t é", "don't é");
}

static void makes_compatible_forms_one(void **state)
{
    (void)state;
    expect("ＡＢＣ１２３％", "abc123%");
    expect("ﾊﾝｸﾞﾙ", "ハングル");
    expect("ﬁnance oﬃce", "finance office");
    expect("①②③ ㎏ ㈜", "123 kg (주)");
    expect("𝐁𝐨𝐥𝐝", "bold");
    expect("ﾡﾢ", "ᄀᄁ");
}

static void decomposed_hangul_equals_composed(void **state)
{
    (void)state;
    expect("\u1112\u1161\u11AB\u1100\u1173\u11AF", "한글");
    expect("가\u11A8", "각");
    expect("e\u0301", "é");
    expect("a\u0323\u0302", "ậ");
    expect("a\u0302\u0323", "ậ"); /* marks in the other order */
}

/* Every code point between letters and at the ends: what comes out goes in unchanged. */
static void is_idempotent_for_every_character(void **state)
{
    struct buf text, once, twice;
    (void)state;
    buf_init(&text, 256);
    buf_init(&once, 4096);
    buf_init(&twice, 4096);
    for (uint32_t rune = 1; rune < 0x20000; rune++) {
        struct str first = STR_NONE;
        struct str second = STR_NONE;
        if (rune >= 0xD800 && rune < 0xE000)
            continue;
        buf_clear(&text);
        buf_clear(&once);
        buf_clear(&twice);
        buf_add_rune(&text, rune);
        buf_add_text(&text, "E ");
        buf_add_rune(&text, rune);
        buf_add_rune(&text, rune);
        buf_add_text(&text, "가");
        buf_add_rune(&text, rune);
        assert_int_equal(normalise(str_from_buf(&text), &once, &first, NULL), OK);
        assert_int_equal(normalise(first, &twice, &second, NULL), OK);
        if (!text_is_valid(first) || !str_equal(first, second))
            fail_msg("U+%04X: \"%.*s\" then \"%.*s\"", rune, STR_ARG(first), STR_ARG(second));
    }
    buf_free(&text);
    buf_free(&once);
    buf_free(&twice);
}

static void takes_the_longest_message_of_anything(void **state)
{
    static const uint32_t runes[] = {'a', 0xAC00, 0x1F600, 0xFDFA, 0x1D163, 0xFB01, 0x0130, 0x0315};
    struct buf text, out;
    (void)state;
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    buf_init(&out, LIMIT_NORMALISED_BYTES);
    for (size_t i = 0; i < sizeof runes / sizeof *runes; i++) {
        struct str got = STR_NONE;
        buf_clear(&text);
        buf_clear(&out);
        for (int k = 0; k < LIMIT_MESSAGE_RUNES; k++)
            buf_add_rune(&text, runes[i]);
        assert_int_equal(text.error, OK);
        assert_int_equal(normalise(str_from_buf(&text), &out, &got, NULL), OK);
        assert_true(text_is_valid(got));
        assert_true(got.n <= LIMIT_NORMALISED_BYTES);
        assert_true(text_runes(got) >= LIMIT_MESSAGE_RUNES);
    }
    buf_free(&text);
    buf_free(&out);
}

static void a_ligature_may_grow_to_eighteen(void **state)
{
    struct buf out;
    struct str got = STR_NONE;
    (void)state;
    buf_init(&out, LIMIT_NORMALISED_BYTES);
    assert_int_equal(normalise(STR("\uFDFA"), &out, &got, NULL), OK);
    assert_int_equal(text_runes(got), 18);
    buf_free(&out);
}

static void appends_and_leaves_what_was_there(void **state)
{
    struct buf out;
    struct str got = STR_NONE;
    (void)state;
    buf_init(&out, 12);
    buf_add_text(&out, "keep ");
    assert_int_equal(normalise(STR("A B"), &out, &got, NULL), OK);
    assert_true(str_equal(got, STR("a b")));
    assert_true(str_equal(str_from_buf(&out), STR("keep a b")));
    buf_free(&out);
}

static void stops_at_its_maximum_and_leaves_out_as_it_was(void **state)
{
    static const char *const texts[] = {"ABCDEFGHIJKLM", "가나다라마"};
    struct fail why = {.text = ""};
    struct buf out;
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct str got = STR("untouched");
        buf_init(&out, 12);
        buf_add_text(&out, "keep");
        assert_int_equal(normalise(str_of(texts[i]), &out, &got, &why), ERR_LIMIT);
        assert_true(str_equal(str_from_buf(&out), STR("keep")));
        assert_int_equal(out.error, OK);
        assert_true(str_equal(got, STR("untouched")));
        buf_free(&out);
    }
}

static void takes_no_heap_once_warm(void **state)
{
    struct buf out;
    struct str got = STR_NONE;
    (void)state;
    buf_init(&out, LIMIT_NORMALISED_BYTES);
    assert_non_null(buf_reserve(&out, LIMIT_NORMALISED_BYTES - 1));
    const uint64_t before = mem_count();
    for (int i = 0; i < 50; i++) {
        buf_clear(&out);
        assert_int_equal(normalise(STR("보험 ＡＢＣ don’t \uFDFA"), &out, &got, NULL), OK);
        buf_clear(&out);
        assert_int_equal(normalise(STR("Plain ASCII"), &out, &got, NULL), OK);
    }
    assert_int_equal(mem_count() - before, 0);
    buf_free(&out);
}

static void tells_when_there_is_no_memory(void **state)
{
    struct buf out;
    struct str got = STR_NONE;
    (void)state;
    buf_init(&out, LIMIT_NORMALISED_BYTES);
    mem_fail_after(1, true);
    assert_int_equal(normalise(STR("해지"), &out, &got, NULL), ERR_MEMORY);
    assert_int_equal(normalise(STR("abc"), &out, &got, NULL), ERR_MEMORY);
    mem_fail_after(0, false);
    assert_int_equal(normalise(STR("해지"), &out, &got, NULL), OK);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_case_and_white_space),
        cmocka_unit_test(makes_apostrophes_plain),
        cmocka_unit_test(makes_compatible_forms_one),
        cmocka_unit_test(decomposed_hangul_equals_composed),
        cmocka_unit_test(is_idempotent_for_every_character),
        cmocka_unit_test(takes_the_longest_message_of_anything),
        cmocka_unit_test(a_ligature_may_grow_to_eighteen),
        cmocka_unit_test(appends_and_leaves_what_was_there),
        cmocka_unit_test(stops_at_its_maximum_and_leaves_out_as_it_was),
        cmocka_unit_test(takes_no_heap_once_warm),
        cmocka_unit_test(tells_when_there_is_no_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
