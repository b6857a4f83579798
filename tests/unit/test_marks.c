/* A question's words found in a text: where, whole characters, and no more than were asked for. */
#include "fallback/marks.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* The text with each mark in brackets. */
static const char *marked(const char *question, const char *text, size_t most)
{
    static char out[512];
    struct marker *marker = NULL;
    struct mark marks[16];
    size_t n = 0, at = 0;
    assert_int_equal(marker_open(&marker, NULL), 0);
    marker_ask(marker, str_of(question));
    size_t count = marker_find(marker, str_of(text), marks, most);
    for (size_t i = 0; i <= count; i++) {
        size_t from = i < count ? marks[i].from : strlen(text), to = i < count ? marks[i].to : from;
        assert_true(from >= at && to >= from);
        n += (size_t)snprintf(out + n, sizeof(out) - n, i < count ? "%.*s[%.*s]" : "%.*s%.*s",
                              (int)(from - at), text + at, (int)(to - from), text + from);
        at = to;
    }
    marker_close(marker);
    return out;
}

static void marks_korean_stems_whatever_follows_them(void **state)
{
    (void)state;
    assert_string_equal(marked("보험금을 청구하려면?", "보험금은 청구서와 함께, 사망보험금도.", 16),
                        "[보험금]은 [청구]서와 함께, 사망[보험금]도.");
}

static void marks_a_stem_of_one_syllable_only_as_a_whole_word(void **state)
{
    (void)state;
    assert_string_equal(marked("암 진단비", "암 진단비와 암보험, 암", 16),
                        "[암] [진단비]와 암보험, [암]");
}

static void marks_english_words_whole_by_their_stem(void **state)
{
    (void)state;
    assert_string_equal(
        marked("How do I file claims?", "Filing a CLAIM: the claimant files it.", 16),
        "[Filing] a [CLAIM]: the claimant [files] it.");
}

static void marks_figures_and_stops_at_its_maximum(void **state)
{
    (void)state;
    assert_string_equal(marked("24개월 24", "24개월, 240개월, 24회", 16),
                        "[24][개월], 240[개월], [24]회");
    assert_string_equal(marked("가나 나다", "가나 가나 가나", 2), "[가나] [가나] 가나");
    assert_string_equal(marked("가나 나다", "가나다", 1), "[가나다]");
    assert_string_equal(marked("", "아무것도", 16), "아무것도");
    assert_string_equal(marked("보험", "", 16), "");
}

static void reads_a_run_longer_than_it_looks_at(void **state)
{
    (void)state;
    char text[65 * 3 + 1] = "";
    for (int i = 0; i < 65; i++)
        memcpy(text + (size_t)3 * (size_t)i, "가", 4);
    const char *out = marked("가", text, 16);
    assert_true(strlen(out) >= strlen(text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_korean_stems_whatever_follows_them),
        cmocka_unit_test(marks_a_stem_of_one_syllable_only_as_a_whole_word),
        cmocka_unit_test(marks_english_words_whole_by_their_stem),
        cmocka_unit_test(marks_figures_and_stops_at_its_maximum),
        cmocka_unit_test(reads_a_run_longer_than_it_looks_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
