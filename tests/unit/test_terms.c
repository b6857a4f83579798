/* Search terms: what Korean and English words are cut to, and that spaces, case and width mean
 * nothing. */
#include "fallback/porter.h"
#include "fallback/terms.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int open_terms(void **state)
{
    struct terms *terms = NULL;
    int e = (int)terms_open(&terms, NULL);
    *state = terms;
    return e;
}

static int close_terms(void **state)
{
    terms_close(*state);
    return 0;
}

static size_t stem_length(const struct terms *terms, const char *word)
{
    uint32_t runes[32];
    size_t n = 0;
    struct str s = str_of(word);
    for (size_t at = 0; at < s.n;)
        runes[n++] = text_rune(s, &at);
    return terms_stem_korean(terms, runes, n);
}

static void korean_words_lose_particles_and_endings(void **state)
{
    assert_int_equal(stem_length(*state, "보험금을"), 3);
    assert_int_equal(stem_length(*state, "보험금에서는"), 3);
    assert_int_equal(stem_length(*state, "신청하려면"), 2);
    assert_int_equal(stem_length(*state, "지원받을수"), 2);
    assert_int_equal(stem_length(*state, "사람들에게"), 2); /* 들에게 */
    assert_int_equal(stem_length(*state, "보험"), 2);
}

static void two_syllables_are_always_left(void **state)
{
    assert_int_equal(stem_length(*state, "나는"), 2);
    assert_int_equal(stem_length(*state, "이"), 1);
    assert_int_equal(stem_length(*state, "하하하하"), 4);
}

static const struct term *find(const struct terms *terms, uint64_t key)
{
    size_t count = 0;
    const struct term *all = terms_all(terms, &count);
    for (size_t i = 0; i < count; i++)
        if (all[i].key == key)
            return &all[i];
    return NULL;
}

/* The key of a text that is one term. */
static uint64_t key_of(struct terms *terms, const char *text)
{
    size_t count = 0;
    terms_clear(terms);
    assert_int_equal(terms_add(terms, str_of(text), NULL), OK);
    const struct term *all = terms_all(terms, &count);
    assert_true(count > 0);
    return all[0].key;
}

static void a_stem_of_two_syllables_counts_as_all_three(void **state)
{
    struct terms *terms = *state;
    uint64_t key = key_of(terms, "보험");
    terms_clear(terms);
    assert_int_equal(terms_add(terms, STR("보험을 보험금"), NULL), OK);
    const struct term *term = find(terms, key);
    assert_non_null(term);
    if (!term)
        return; /* which analysers do not know */
    assert_true(term->is_pair);
    assert_int_equal(term->counts[FIELD_STEM], 1);
    assert_int_equal(term->counts[FIELD_PAIR], 2);
    assert_int_equal(term->counts[FIELD_ACROSS], 2);
}

static void pairs_run_across_spaces_and_end_at_signs(void **state)
{
    struct terms *terms = *state;
    uint64_t key = key_of(terms, "금청");
    terms_clear(terms);
    assert_int_equal(terms_add(terms, STR("보험금 청구"), NULL), OK);
    assert_non_null(find(terms, key));
    assert_int_equal(find(terms, key)->counts[FIELD_PAIR], 0);
    terms_clear(terms);
    assert_int_equal(terms_add(terms, STR("보험금, 청구"), NULL), OK);
    assert_null(find(terms, key));
}

static void width_case_and_form_mean_nothing(void **state)
{
    struct terms *terms = *state;
    uint64_t key = key_of(terms, "covid19");
    assert_true(key == key_of(terms, "ＣＯＶＩＤ１９"));
    assert_true(key == key_of(terms, "Covid19!"));
    assert_true(key_of(terms, "보험") == key_of(terms, "\u1107\u1169\u1112\u1165\u11B7"));
}

static void what_was_cleared_is_gone_however_much_it_was(void **state)
{
    struct terms *terms = *state;
    char text[60000];
    size_t n = 0, count = 0;
    for (uint32_t i = 0; n + 8 < sizeof text; i++) {
        n += text_put_rune(text + n, 0xAC00 + i * 7 % 11172);
        text[n++] = ' ';
    }
    for (int round = 0; round < 3; round++) {
        terms_clear(terms);
        assert_int_equal(terms_add(terms, (struct str){text, n >> (4 * round)}, NULL), OK);
        (void)terms_all(terms, &count);
        assert_true(count > 0 && count <= TERMS_MAXIMUM);
    }
    uint64_t key = key_of(terms, "보험");
    terms_clear(terms);
    assert_null(find(terms, key));
    (void)terms_all(terms, &count);
    assert_int_equal(count, 0);
    assert_int_equal(terms_lengths(terms)[FIELD_STEM], 0);
}

static void english_words_go_to_porters_stems(void **state)
{
    static const char *const words[][2] = {{"caresses", "caress"},
                                           {"ponies", "poni"},
                                           {"cats", "cat"},
                                           {"feed", "feed"},
                                           {"agreed", "agre"},
                                           {"plastered", "plaster"},
                                           {"motoring", "motor"},
                                           {"sing", "sing"},
                                           {"conflated", "conflat"},
                                           {"hopping", "hop"},
                                           {"falling", "fall"},
                                           {"filing", "file"},
                                           {"happy", "happi"},
                                           {"sky", "sky"},
                                           {"relational", "relat"},
                                           {"rational", "ration"},
                                           {"digitizer", "digit"},
                                           {"operator", "oper"},
                                           {"hopefulness", "hope"},
                                           {"formalize", "formal"},
                                           {"electricity", "electr"},
                                           {"goodness", "good"},
                                           {"replacement", "replac"},
                                           {"adoption", "adopt"},
                                           {"probate", "probat"},
                                           {"rate", "rate"},
                                           {"controlling", "control"},
                                           {"by", "by"},
                                           {"yyyy", "yyyi"}};
    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        char word[32];
        size_t n = strlen(words[i][0]);
        memcpy(word, words[i][0], n);
        n = porter_stem(word, n);
        word[n] = '\0';
        if (i + 1 < sizeof words / sizeof words[0])
            assert_string_equal(word, words[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(korean_words_lose_particles_and_endings, open_terms,
                                        close_terms),
        cmocka_unit_test_setup_teardown(two_syllables_are_always_left, open_terms, close_terms),
        cmocka_unit_test_setup_teardown(a_stem_of_two_syllables_counts_as_all_three, open_terms,
                                        close_terms),
        cmocka_unit_test_setup_teardown(pairs_run_across_spaces_and_end_at_signs, open_terms,
                                        close_terms),
        cmocka_unit_test_setup_teardown(width_case_and_form_mean_nothing, open_terms, close_terms),
        cmocka_unit_test_setup_teardown(what_was_cleared_is_gone_however_much_it_was, open_terms,
                                        close_terms),
        cmocka_unit_test(english_words_go_to_porters_stems)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
