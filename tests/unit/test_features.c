/* features: what each script is cut into, what two ways of writing share, and the limits. */
#include "base/arena.h"
#include "classifier/features.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
    struct features *a, *b;
};

static struct fixture fixture;

static int fixture_make(void **state)
{
    (void)state;
    fixture.a = mem_take(1, sizeof *fixture.a);
    fixture.b = mem_take(1, sizeof *fixture.b);
    return fixture.a && fixture.b ? 0 : 1;
}

static int fixture_drop(void **state)
{
    (void)state;
    mem_give(fixture.a);
    mem_give(fixture.b);
    return 0;
}

static const struct features *cut(const char *text, enum feature_style style)
{
    features_extract(str_of(text), style, fixture.a);
    return fixture.a;
}

static int compare_u64(const void *a, const void *b)
{
    const uint64_t *x = a;
    const uint64_t *y = b;
    return *x < *y ? -1 : *x > *y;
}

/* Of two texts: how many features of a block they have together, and how many the first has. */
static size_t shared(const char *one, const char *two, int block, size_t *of_one)
{
    size_t i = 0;
    size_t j = 0;
    size_t count = 0;
    features_extract(str_of(one), STYLE_ACROSS, fixture.a);
    features_extract(str_of(two), STYLE_ACROSS, fixture.b);
    const size_t n = fixture.a->counts[block];
    const size_t m = fixture.b->counts[block];
    qsort(fixture.a->hashes[block], n, sizeof(uint64_t), compare_u64);
    qsort(fixture.b->hashes[block], m, sizeof(uint64_t), compare_u64);
    while (i < n && j < m) {
        const uint64_t x = fixture.a->hashes[block][i];
        const uint64_t y = fixture.b->hashes[block][j];
        count += x == y;
        i += x <= y;
        j += y <= x;
    }
    *of_one = n;
    return count;
}

static size_t percent_shared(const char *one, const char *two, int block)
{
    size_t n = 0;
    const size_t together = shared(one, two, block, &n);
    return n ? together * 100 / n : 0;
}

static void all_alike(const char *one, const char *two)
{
    for (int block = 0; block < BLOCKS; block++) {
        size_t n = 0;
        const size_t together = shared(one, two, block, &n);
        if (together != n || n != fixture.b->counts[block])
            fail_msg("\"%s\" and \"%s\" share %zu of %zu in block %d", one, two, together, n,
                     block);
    }
}

static void none_alike(const char *one, const char *two)
{
    for (int block = 0; block < BLOCKS; block++) {
        size_t n = 0;
        assert_int_equal(shared(one, two, block, &n), 0);
        assert_true(n > 0);
    }
}

static void spaced_text_gives_words_pairs_and_character_runs(void **state)
{
    (void)state;
    const struct features *f = cut("ab c", STYLE_ACROSS);
    assert_int_equal(f->word_count, 2);
    assert_int_equal(f->counts[0], 2 + 3);         /* <s> ab, ab, ab c, c, c </s> */
    assert_int_equal(f->counts[1], 5 + 4 + 3 + 2); /* of " ab c " */
    f = cut("ab c", STYLE_WITHIN);
    assert_int_equal(f->counts[0], 2 + 3);
    assert_int_equal(f->counts[1], (3 + 2 + 1) + (2 + 1)); /* of " ab " and " c " */
    f = cut("", STYLE_ACROSS);
    assert_int_equal(f->counts[0], 0);
    assert_int_equal(f->word_count, 0);
}

static void korean_runs_across_spaces(void **state)
{
    (void)state;
    const struct features *f = cut("보험 해", STYLE_WITHIN); /* the style is for spaced scripts */
    assert_int_equal(f->counts[0], 6 + 5 + 4);               /* of " 보험 해 " */
    assert_int_equal(f->counts[1], 7 + 6 + 5); /* of 2 + 3 + 2 jamo between two spaces */
    assert_int_equal(f->word_count, 2);
}

static void missing_spaces_leave_the_jamo_as_they_are(void **state)
{
    (void)state;
    const char *spaced = "보험 해지 하고 싶어요";
    assert_int_equal(percent_shared(spaced, "보험해지하고싶어요", 1), 100);
    assert_int_equal(percent_shared("보험해지하고싶어요", spaced, 1), 100);
    assert_true(percent_shared(spaced, "보험해지하고싶어요", 0) >= 33);
    /* A typo in one syllable leaves most of them too. */
    assert_true(percent_shared(spaced, "보험 헤지 하고 싶어요", 1) >= 70);
    /* Spaced scripts keep at least half of their character runs. */
    assert_true(percent_shared("cancel policy", "cancelpolicy", 1) >= 50);
}

static void any_hangul_makes_a_text_korean(void **state)
{
    (void)state;
    none_alike("card", "card 카드");
    none_alike("boheom", "보험");
    assert_true(percent_shared("card 해지", "card 해지 문의", 1) >= 80);
    assert_true(cut("ㅋㅋ ok", STYLE_ACROSS)->counts[1] > 0); /* single jamo are Hangul */
    none_alike("ok", "ㅋㅋ ok");
}

static void punctuation_is_a_word_wherever_it_stands(void **state)
{
    (void)state;
    all_alike("card ?", "card?");
    all_alike("카드 ?", "카드?");
    all_alike("a_b", "a b"); /* an underscore belongs to nothing */
    const struct features *f = cut("don't stop!'", STYLE_ACROSS);
    assert_int_equal(f->word_count, 4);
    assert_true(str_equal(f->word_text[0], STR("don't")));
    assert_true(str_equal(f->word_text[1], STR("stop")));
    assert_true(str_equal(f->word_text[2], STR("!")));
    assert_true(str_equal(f->word_text[3], STR("'")));
}

static void emoji_are_words(void **state)
{
    (void)state;
    const struct features *f = cut("👍🏽 ok", STYLE_ACROSS);
    assert_int_equal(f->word_count, 3);
    assert_true(str_equal(f->word_text[0], STR("👍")));
    assert_true(str_equal(f->word_text[2], STR("ok")));
    assert_true(cut("😀😀", STYLE_ACROSS)->counts[1] > 0);
    assert_true(percent_shared("👍 ok", "👎 ok", 0) > 0);
    assert_true(cut("해지 😀", STYLE_ACROSS)->counts[0] > cut("해지", STYLE_ACROSS)->counts[0]);
}

static void the_same_word_has_the_same_hash_in_every_text(void **state)
{
    (void)state;
    features_extract(STR("해지 카드"), STYLE_ACROSS, fixture.a);
    features_extract(STR("새 카드"), STYLE_ACROSS, fixture.b);
    assert_true(fixture.a->words[1] == fixture.b->words[1]);
    assert_true(fixture.a->words[0] != fixture.b->words[0]);
}

static void checks_limits(const struct features *f)
{
    for (int block = 0; block < BLOCKS; block++) {
        assert_true(f->counts[block] <= FEATURES_MAXIMUM);
        for (size_t i = 0; i < f->counts[block]; i++)
            assert_true(f->hashes[block][i] != 0);
    }
    assert_true(f->word_count <= WORDS_MAXIMUM);
}

static void looks_at_a_very_long_text_as_far_as_the_limits_go(void **state)
{
    static const char *const pieces[] = {"a ", "abc", "가", "가 ", "👍", "? "};
    struct buf text;
    (void)state;
    buf_init(&text, LIMIT_NORMALISED_BYTES);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        for (int style = STYLE_ACROSS; style <= STYLE_WITHIN; style++) {
            buf_clear(&text);
            while (text.n + strlen(pieces[i]) <= LIMIT_NORMALISED_BYTES)
                buf_add_text(&text, pieces[i]);
            assert_int_equal(text.error, OK);
            features_extract(str_from_buf(&text), (enum feature_style)style, fixture.a);
            checks_limits(fixture.a);
            assert_true(fixture.a->word_count > 0);
        }
    buf_free(&text);
}

static void a_message_of_two_thousand_characters_is_looked_at_whole(void **state)
{
    struct buf text;
    (void)state;
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    for (int i = 0; i < LIMIT_MESSAGE_RUNES; i++)
        buf_add_text(&text, i % 2 ? " " : "가");
    features_extract(str_from_buf(&text), STYLE_ACROSS, fixture.a);
    assert_int_equal(fixture.a->word_count, LIMIT_MESSAGE_RUNES / 2);
    assert_int_equal(fixture.a->counts[0], 3 * (LIMIT_MESSAGE_RUNES + 1) - 3);
    buf_free(&text);
}

static void takes_no_heap(void **state)
{
    (void)state;
    const uint64_t before = mem_count();
    (void)cut("how do i cancel my policy", STYLE_ACROSS);
    (void)cut("보험 해지", STYLE_ACROSS);
    assert_int_equal(mem_count() - before, 0);
}

struct named {
    const struct features *f;
    size_t count[BLOCKS];
    const char *looked_for;
    bool is_found, is_foreign;
};

static void name_each(void *data, int block, uint64_t hash, struct str text)
{
    struct named *named = data;
    bool is_known = false;
    named->count[block]++;
    for (size_t i = 0; i < named->f->counts[block]; i++)
        is_known |= named->f->hashes[block][i] == hash;
    named->is_foreign |= !is_known || !text_is_valid(text);
    named->is_found |= str_equal(text, str_of(named->looked_for));
}

static void names_are_of_the_very_features(void **state)
{
    static const struct {
        const char *text;
        enum feature_style style;
        const char *has;
    } known[] = {
        {"how do i cancel", STYLE_ACROSS, "do i"},     {"how do i cancel", STYLE_ACROSS, "^ how"},
        {"how do i cancel", STYLE_ACROSS, "cancel $"}, {"how do i cancel", STYLE_WITHIN, "ancel"},
        {"how do i cancel", STYLE_ACROSS, "i can"},    {"보험 해지", STYLE_ACROSS, "험 해"},
        {"보험 해지", STYLE_WITHIN, "해지"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct named named = {.f = fixture.b, .looked_for = known[i].has};
        features_extract(str_of(known[i].text), known[i].style, fixture.b);
        features_name(str_of(known[i].text), known[i].style, fixture.a, name_each, &named);
        if (!named.is_found || named.is_foreign)
            fail_msg("%s: \"%s\" %s", known[i].text, known[i].has,
                     named.is_foreign ? "is not a feature" : "is not named");
        assert_int_equal(named.count[0], fixture.b->counts[0]);
        assert_int_equal(named.count[1], fixture.b->counts[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spaced_text_gives_words_pairs_and_character_runs),
        cmocka_unit_test(korean_runs_across_spaces),
        cmocka_unit_test(missing_spaces_leave_the_jamo_as_they_are),
        cmocka_unit_test(any_hangul_makes_a_text_korean),
        cmocka_unit_test(punctuation_is_a_word_wherever_it_stands),
        cmocka_unit_test(emoji_are_words),
        cmocka_unit_test(the_same_word_has_the_same_hash_in_every_text),
        cmocka_unit_test(looks_at_a_very_long_text_as_far_as_the_limits_go),
        cmocka_unit_test(a_message_of_two_thousand_characters_is_looked_at_whole),
        cmocka_unit_test(takes_no_heap),
        cmocka_unit_test(names_are_of_the_very_features),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
