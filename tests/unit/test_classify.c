/* classify: the same message always the same, without the heap; who wins a tie; when an example
 * makes it certain; messages with nothing in them and with everything in them. */
#include "classifier/classify.h"
#include "tests/unit/small_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

enum { CANCEL, CLAIM, PREMIUM, HAEJI, BEYOND };

struct fixture {
    struct buf image;
    struct model *model;
    struct classifier *classifier;
};

static struct fixture fixture;

static int fixture_make(void **state)
{
    struct fail why = {.text = ""};
    (void)state;
    buf_init(&fixture.image, LIMIT_FILE_BYTES);
    enum err e = small_image(&fixture.image, 1, 0, &why);
    if (!e)
        e = model_open_image((unsigned char *)fixture.image.p, fixture.image.n, "the model",
                             &fixture.model, &why);
    if (!e)
        e = classifier_open(fixture.model, &fixture.classifier, &why);
    if (e)
        (void)fprintf(stderr, "%s\n", why.text);
    return e ? 1 : 0;
}

static int fixture_drop(void **state)
{
    (void)state;
    classifier_close(fixture.classifier);
    model_close(fixture.model);
    buf_free(&fixture.image);
    return 0;
}

static struct classification ask(const char *text)
{
    struct classification c;
    classify(fixture.classifier, str_of(text), &c);
    return c;
}

static void is_sound(const struct classification *c)
{
    double shares = 0;
    assert_int_equal(c->top_count, SMALL_INTENTS);
    for (int i = 0; i < c->top_count; i++) {
        assert_in_range(c->top[i].column, 0, SMALL_INTENTS - 1);
        assert_true(isfinite(c->top[i].score));
        shares += c->top[i].share;
        for (int k = 0; k < i; k++)
            assert_true(c->top[k].column != c->top[i].column);
        if (i && !c->is_certain)
            assert_true(c->top[i - 1].score >= c->top[i].score);
    }
    if (!c->is_certain)
        assert_true(fabs(shares - 1) < 1e-6); /* all intents are among the top here */
    for (int s = 0; s < SIGNALS; s++)
        assert_true(isfinite(c->signals[s]));
    assert_true(c->signals[SIGNAL_GAP] >= 0);
    assert_true(c->signals[SIGNAL_MASS] >= c->signals[SIGNAL_MARGIN]);
    assert_in_range(c->signals[SIGNAL_UNSEEN_WORDS] * 100, 0, 100);
    assert_in_range(c->signals[SIGNAL_UNSEEN_GRAMS] * 100, 0, 100);
    assert_true(c->confidence >= 0 && c->confidence <= 1);
}

static void chooses_the_intent_that_is_meant(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int column;
    } known[] = {{"can i cancel the policy", CANCEL},
                 {"documents for my claims", CLAIM},
                 {"what is next month's premium", PREMIUM},
                 {"보험해지 하고싶어요", HAEJI}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct classification c = ask(known[i].text);
        is_sound(&c);
        assert_int_equal(c.top[0].column, known[i].column);
        assert_int_equal(c.exact_column, -1);
        assert_true(c.top[0].score == classified_scores(fixture.classifier)[known[i].column]);
        assert_true(c.signals[SIGNAL_MARGIN] == c.top[0].score);
        assert_true(c.signals[SIGNAL_GAP] == c.top[0].score - c.top[1].score);
        assert_true(c.signals[SIGNAL_OUT_OF_SCOPE] ==
                    classified_scores(fixture.classifier)[BEYOND]);
    }
}

static void knows_what_it_has_never_seen(void **state)
{
    (void)state;
    assert_true(ask("how do i cancel").signals[SIGNAL_UNSEEN_WORDS] == 0);
    assert_true(ask("how do i cancel").signals[SIGNAL_UNSEEN_GRAMS] < .1);
    assert_true(ask("how do i zzyzx").signals[SIGNAL_UNSEEN_WORDS] > .25);
    assert_true(ask("zzyzx").signals[SIGNAL_UNSEEN_WORDS] == 1);
    assert_true(ask("zzyzx").signals[SIGNAL_UNSEEN_GRAMS] > .9);
    assert_true(ask("how do i cancel my policy").signals[SIGNAL_CENTROID] >
                ask("policy").signals[SIGNAL_CENTROID]);
}

static void an_example_is_certain(void **state)
{
    (void)state;
    struct classification c = ask("How do I  CANCEL my policy");
    assert_true(c.is_certain && c.is_scripted);
    assert_int_equal(c.exact_column, CANCEL);
    assert_int_equal(c.top[0].column, CANCEL);
    assert_true(c.confidence == 1);
    assert_false(ask("ㅂㅗ").is_certain);
    assert_false(ask("how do i cancel my policy?").is_certain);
}

static void an_example_of_two_intents_is_not_certain(void **state)
{
    (void)state;
    const struct classification c = ask("help me");
    assert_int_equal(c.exact_column, -1);
    assert_false(c.is_certain);
}

/* The confidence and thresholds of a copy of the model. */
static struct model *reworked(struct buf *copy, double threshold, bool all_level)
{
    struct model *model = NULL;
    const struct model_head *head = fixture.model->head;
    struct model_confidence confidence = *fixture.model->confidence;
    float thresholds[SMALL_INTENTS + 1];
    buf_init(copy, LIMIT_FILE_BYTES);
    buf_add_str(copy, str_from_buf(&fixture.image));
    confidence.default_threshold = threshold;
    for (int i = 0; i <= SMALL_INTENTS; i++) {
        const float bias = -.5F;
        thresholds[i] = (float)threshold;
        if (all_level) {
            memset(copy->p + head->from[SECTION_SCALE] + (size_t)i * 4, 0, 4);
            memcpy(copy->p + head->from[SECTION_BIAS] + (size_t)i * 4, &bias, 4);
        }
    }
    memcpy(copy->p + head->from[SECTION_CONFIDENCE], &confidence, sizeof confidence);
    memcpy(copy->p + head->from[SECTION_THRESHOLDS], thresholds, sizeof thresholds);
    small_seal(copy);
    assert_int_equal(model_open_image((unsigned char *)copy->p, copy->n, "copy", &model, NULL), OK);
    return model;
}

static void an_out_of_scope_example_is_never_scripted(void **state)
{
    struct buf copy;
    struct classifier *classifier = NULL;
    struct classification c;
    (void)state;
    struct model *model = reworked(&copy, -HUGE_VAL, false); /* everything would be scripted */
    assert_int_equal(classifier_open(model, &classifier, NULL), OK);
    classify(classifier, STR("tell me a joke"), &c);
    assert_int_equal(c.exact_column, BEYOND);
    assert_false(c.is_certain || c.is_scripted);
    classify(classifier, STR("tell me a joke please"), &c);
    assert_true(c.is_scripted && !c.is_certain);
    classify(classifier, STR(""), &c);
    assert_true(c.is_empty && !c.is_scripted);
    classify(classifier, STR("😀 🎉🎉"), &c);
    assert_true(c.is_empty && !c.is_scripted);
    classifier_close(classifier);
    model_close(model);
    buf_free(&copy);
}

static void equal_scores_go_to_the_lower_name(void **state)
{
    struct buf copy;
    struct classifier *classifier = NULL;
    struct classification c;
    (void)state;
    struct model *model = reworked(&copy, 0, true);
    assert_int_equal(classifier_open(model, &classifier, NULL), OK);
    classify(classifier, STR("premium and claims"), &c);
    assert_int_equal(c.top_count, SMALL_INTENTS);
    for (int i = 0; i < SMALL_INTENTS; i++) {
        assert_int_equal(c.top[i].column, i);
        assert_true(fabs(c.top[i].share - 1.0 / SMALL_INTENTS) < 1e-9);
        if (i) /* columns are in byte order of the names */
            assert_true(strcmp(model->names[i - 1], model->names[i]) < 0);
    }
    /* An example goes first all the same; the others keep their order. */
    classify(classifier, STR("보험 해지하고 싶어요"), &c);
    assert_int_equal(c.top[0].column, HAEJI);
    assert_int_equal(c.top[1].column, CANCEL);
    assert_int_equal(c.top[3].column, PREMIUM);
    classifier_close(classifier);
    model_close(model);
    buf_free(&copy);
}

static void nothing_is_seen_in_nothing(void **state)
{
    static const char *const texts[] = {"",    " ",   "\n\n", "😀", "🤷🏽‍♀️ 🎉",
                                        "___", "漢字"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        const struct classification c = ask(texts[i]);
        is_sound(&c);
        assert_true(c.is_empty);
        assert_false(c.is_scripted || c.is_certain);
        assert_true(c.signals[SIGNAL_CENTROID] == 0);
        for (int k = 0; k < SMALL_INTENTS; k++)
            assert_true(classified_scores(fixture.classifier)[k] == (double)fixture.model->bias[k]);
    }
}

static void the_longest_messages_are_answered(void **state)
{
    static const char *const pieces[] = {"a", "cancel ", "해", "해지 ", "😀", "\uFDFA", "?!", "é "};
    struct buf text;
    (void)state;
    buf_init(&text, LIMIT_MESSAGE_BYTES);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        struct classification c;
        buf_clear(&text);
        while (text_runes(str_from_buf(&text)) + text_runes(str_of(pieces[i])) <=
               LIMIT_MESSAGE_RUNES)
            buf_add_text(&text, pieces[i]);
        classify(fixture.classifier, str_from_buf(&text), &c);
        is_sound(&c);
        assert_true(fabs(c.top[0].score) < 100);
    }
    buf_clear(&text); /* not accepted text: more characters than a message has */
    while (text.n < LIMIT_MESSAGE_BYTES)
        buf_add_char(&text, "cancel "[text.n % 7]);
    struct classification c;
    classify(fixture.classifier, str_from_buf(&text), &c);
    is_sound(&c);
    assert_int_equal(c.top[0].column, CANCEL);
    buf_free(&text);
}

static void takes_no_heap_for_a_message(void **state)
{
    static const char *const texts[] = {"how do i cancel",       "보험 해지하고 싶어요",   "", "😀",
                                        "ＡＢＣ don’t \uFDFA é", "claim claim claim claim"};
    (void)state;
    const uint64_t before = mem_count();
    for (int i = 0; i < 60; i++)
        (void)ask(texts[i % 6]);
    assert_int_equal(mem_count() - before, 0);
}

static void same_top(const struct classification *a, const struct classification *b)
{
    assert_int_equal(a->top_count, b->top_count);
    for (int i = 0; i < a->top_count; i++) {
        assert_int_equal(a->top[i].column, b->top[i].column);
        assert_true(a->top[i].score == b->top[i].score && a->top[i].share == b->top[i].share);
    }
}

static void is_the_same_after_any_other_message(void **state)
{
    static const char *const texts[] = {
        "how do i cancel", "보험 해지",      "",
        "premium premium", "tell me a joke", "claims and documents and claims"};
    struct classification first[6];
    double scores[6][SMALL_INTENTS + 1];
    (void)state;
    for (int i = 0; i < 6; i++) {
        first[i] = ask(texts[i]);
        memcpy(scores[i], classified_scores(fixture.classifier), sizeof scores[i]);
    }
    for (int i = 0; i < 36; i++) {
        (void)ask(texts[i % 6]);
        const struct classification again = ask(texts[i / 6]);
        assert_true(again.logit == first[i / 6].logit);
        assert_memory_equal(again.signals, first[i / 6].signals, sizeof again.signals);
        same_top(&again, &first[i / 6]);
        assert_memory_equal(classified_scores(fixture.classifier), scores[i / 6], sizeof scores[0]);
    }
}

static void both_loops_give_the_same_bits(void **state)
{
    static const char *const texts[] = {"how do i cancel", "보험 해지", "premium? premium!"};
    const bool has_avx2 = fixture.model->has_avx2;
    (void)state;
    if (!has_avx2)
        skip();
    for (int i = 0; i < 3; i++) {
        const struct classification fast = ask(texts[i]);
        fixture.model->has_avx2 = false;
        const struct classification plain = ask(texts[i]);
        fixture.model->has_avx2 = true;
        assert_true(fast.logit == plain.logit);
        same_top(&fast, &plain);
    }
}

static void contributions_name_what_weighed_most(void **state)
{
    struct contribution found[8];
    (void)state;
    (void)ask("how do i cancel my policy");
    size_t n = classified_contributions(fixture.classifier, CANCEL, found, 8);
    bool names_it = false;
    assert_int_equal(n, 8);
    for (size_t i = 0; i < n; i++) {
        assert_true(isfinite(found[i].weight) && found[i].weight != 0);
        assert_true(text_is_valid(str_of(found[i].text)));
        if (i)
            assert_true(fabs(found[i - 1].weight) >= fabs(found[i].weight));
        names_it |= strstr(found[i].text, "ancel") != NULL || strstr(found[i].text, "policy");
    }
    assert_true(names_it && found[0].weight > 0);
    n = classified_contributions(fixture.classifier, PREMIUM, found, 8);
    assert_true(n > 0 && found[0].weight < 0);
    assert_int_equal(classified_contributions(fixture.classifier, CANCEL, found, 0), 0);
    assert_int_equal(classified_contributions(fixture.classifier, -1, found, 8), 0);
    assert_int_equal(classified_contributions(fixture.classifier, 99, found, 8), 0);
    (void)ask("");
    assert_int_equal(classified_contributions(fixture.classifier, CANCEL, found, 8), 0);
    (void)ask("보험 해지 방법");
    assert_true(classified_contributions(fixture.classifier, HAEJI, found, 8) > 0);
    assert_true(found[0].weight > 0);
}

/* Together with the bias they are the whole score, when there is room for all of them. */
static void contributions_add_up_to_the_score(void **state)
{
    struct contribution *all = mem_take(4096, sizeof *all);
    double sum = (double)fixture.model->bias[CANCEL];
    (void)state;
    assert_non_null(all);
    const struct classification c = ask("unpolicied");
    const size_t n = classified_contributions(fixture.classifier, CANCEL, all, 4096);
    for (size_t i = 0; i < n; i++)
        sum += all[i].weight;
    assert_true(n > 2 && n < 4096);
    assert_true(c.signals[SIGNAL_LENGTH] > 0);
    assert_true(fabs(sum - classified_scores(fixture.classifier)[CANCEL]) < 1e-3);
    mem_give(all);
}

static void confidence_is_a_logistic(void **state)
{
    (void)state;
    assert_true(confidence_of(0) == .5);
    assert_true(fabs(confidence_of(2) - 0.8807970779778823) < 1e-12);
    assert_true(fabs(confidence_of(-2) - 0.1192029220221177) < 1e-12);
    assert_true(confidence_of(1e9) == 1 && confidence_of(-1e9) == 0);
    for (int x = -80; x < 80; x++)
        assert_true(confidence_of(x / 4.0) < confidence_of((x + 1) / 4.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_the_intent_that_is_meant),
        cmocka_unit_test(knows_what_it_has_never_seen),
        cmocka_unit_test(an_example_is_certain),
        cmocka_unit_test(an_example_of_two_intents_is_not_certain),
        cmocka_unit_test(an_out_of_scope_example_is_never_scripted),
        cmocka_unit_test(equal_scores_go_to_the_lower_name),
        cmocka_unit_test(nothing_is_seen_in_nothing),
        cmocka_unit_test(the_longest_messages_are_answered),
        cmocka_unit_test(takes_no_heap_for_a_message),
        cmocka_unit_test(is_the_same_after_any_other_message),
        cmocka_unit_test(both_loops_give_the_same_bits),
        cmocka_unit_test(contributions_name_what_weighed_most),
        cmocka_unit_test(contributions_add_up_to_the_score),
        cmocka_unit_test(confidence_is_a_logistic),
    };
    return cmocka_run_group_tests(tests, fixture_make, fixture_drop);
}
