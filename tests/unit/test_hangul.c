/* hangul: syllables and jamo, and which particle follows. */
#include "base/hangul.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void splits_and_joins_every_syllable(void **state)
{
    (void)state;
    uint32_t rune = 0xAC00;
    for (int lead = 0; lead < 19; lead++) {
        for (int vowel = 0; vowel < 21; vowel++) {
            for (int tail = 0; tail < 28; tail++, rune++) {
                uint32_t jamo[3] = {0};
                int n = hangul_split(rune, jamo);
                if (hangul_join(lead, vowel, tail) != rune || n != (tail ? 3 : 2) ||
                    jamo[0] != 0x1100u + (uint32_t)lead || jamo[1] != 0x1161u + (uint32_t)vowel ||
                    (tail && jamo[2] != 0x11A7u + (uint32_t)tail))
                    fail_msg("U+%04X", (unsigned)rune);
            }
        }
    }
    assert_int_equal(rune, 0xD7A4);
    uint32_t copied[3];
    assert_int_equal(hangul_split('a', copied), 1);
    assert_int_equal(copied[0], 'a');
    assert_int_equal(hangul_split(0xD7A4, copied), 1);
}

static void knows_hangul_when_it_sees_it(void **state)
{
    (void)state;
    static const uint32_t inside[] = {0x1100, 0x11FF, 0x3131, 0x318E, 0xAC00, 0xD7A3, 0xFFA1};
    static const uint32_t outside[] = {'a',    0x10FF, 0x1200, 0x3130, 0x318F,
                                       0xABFF, 0x4E00, 0xFF01, 0x1F600};
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        assert_true(hangul_is_any(inside[i]));
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
        assert_false(hangul_is_any(outside[i]));
    assert_false(hangul_is_syllable(0x3131));
    assert_false(hangul_is_syllable(0xD7A4));
    assert_true(hangul_in(STR("cancel 해지")));
    assert_true(hangul_in(STR("ㅋ")));
    assert_false(hangul_in(STR("cancel 契約 \xFF")));
    assert_false(hangul_in(STR("")));
}

static void chooses_particles_by_sound(void **state)
{
    (void)state;
    static const struct {
        const char *word;
        bool closed, not_rieul;
    } cases[] = {
        {"보험", true, true},
        {"해지", false, false},
        {"서울", true, false},
        {"약관)", true, true},
        {"\"해지\"", false, false},
        {"5", false, false},
        {"0", true, true},
        {"1", true, false},
        {"2", false, false},
        {"3", true, true},
        {"4", false, false},
        {"6", true, true},
        {"7", true, false},
        {"8", true, false},
        {"9", false, false},
        {"10", true, true},
        {"1,000,000", true, true},
        {"1000000000000", false, false},
        {"10,000,000,000,000,000", true, true},
        {"3.0", true, true},
        {"3%", false, false},
        {"SMS", false, false},
        {"email", true, false},
        {"pin", true, true},
        {"ATM", true, true},
        {"CAR", true, false},
        {"ㅋ", true, true},
        {"ㄹ", true, false},
        {"ㅏ", false, false},
        {"", false, false},
        {"...", false, false},
        {"３", true, true},
        {"보험 ", true, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct str word = str_of(cases[i].word);
        if (hangul_ends_closed(word) != cases[i].closed ||
            hangul_ends_closed_not_rieul(word) != cases[i].not_rieul)
            fail_msg("%s", cases[i].word);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_and_joins_every_syllable),
        cmocka_unit_test(knows_hangul_when_it_sees_it),
        cmocka_unit_test(chooses_particles_by_sound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
