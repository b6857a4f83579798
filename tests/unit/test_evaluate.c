/* evaluate: the marks of a small trained model against the same numbers counted here in the
 * plainest way, the texts that are printed, and contrast pairs. */
#include "base/arena.h"
#include "base/json.h"
#include "training/evaluate.h"
#include "training/pack.h"
#include "training/train.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static const struct {
    const char *text, *intent;
} examples[] = {
    {"how do i cancel my policy", "cancel"},
    {"cancel the contract please", "cancel"},
    {"i want to cancel", "cancel"},
    {"please end my policy", "cancel"},
    {"what documents for a claim", "claim"},
    {"how do i file a claim", "claim"},
    {"claim documents needed", "claim"},
    {"where do i send my claim", "claim"},
    {"how much is the premium", "premium"},
    {"premium for next month", "premium"},
    {"when is my premium due", "premium"},
    {"what does the premium cost", "premium"},
    {"will it rain tomorrow", "out_of_scope"},
    {"tell me a joke", "out_of_scope"},
};
enum { EXAMPLES = sizeof examples / sizeof *examples };

static const struct {
    const char *text, *intent;
} cases[] = {
    {"cancel my contract", "cancel"},
    {"end the policy", "cancel"},
    {"documents for my claim", "claim"},
    {"how do i file a claim", "claim"}, /* an example: certain */
    {"the premium next month", "premium"},
    {"premium", "claim"}, /* labelled wrongly: a mistake for sure */
    {"is my dog covered", "pets"},
    {"are cats covered", "pets"},
    {"a joke about rain", "out_of_scope"},
    {"tell me a joke", "out_of_scope"}, /* an example: known to be out of scope */
    {"cancel the rain", "out_of_scope"},
};
enum { CASES = sizeof cases / sizeof *cases };

struct fixture {
    struct buf image;
    struct model *model;
    struct str texts[CASES], intents[CASES];
};

static struct fixture fixture;

/* Confidence is the margin alone, and a script goes out when it is above −0.2. */
static int model_make(void **state)
{
    struct str texts[EXAMPLES];
    struct str intents[EXAMPLES];
    struct train_report report = {0};
    const struct model_settings settings = {.budget = .02, .level = .95, .threads = 1};
    struct model_confidence confidence = {.default_threshold = -0.2, .unseen_idf = 3};
    const float thresholds[] = {-0.2F, -0.2F, -0.2F, -0.2F};
    struct fail why = {.text = ""};
    (void)state;
    for (int i = 0; i < EXAMPLES; i++) {
        texts[i] = str_of(examples[i].text);
        intents[i] = str_of(examples[i].intent);
    }
    for (int i = 0; i < CASES; i++) {
        fixture.texts[i] = str_of(cases[i].text);
        fixture.intents[i] = str_of(cases[i].intent);
    }
    for (int i = 0; i < SIGNALS; i++)
        confidence.scale[i] = 1;
    confidence.weight[SIGNAL_MARGIN] = 1;
    buf_init(&fixture.image, 1 << 24);
    const struct labelled_rows rows = {texts, intents, EXAMPLES};
    const struct labelled_rows none = {NULL, NULL, 0};
    enum err e = train_model(&rows, &none, &settings, &fixture.image, &report, &why);
    if (!e) {
        model_image_confide(&fixture.image, &confidence, thresholds);
        e = model_open_image((const unsigned char *)fixture.image.p, fixture.image.n, "test",
                             &fixture.model, &why);
    }
    if (e)
        print_error("%s\n", why.text);
    return e ? -1 : 0;
}

static int model_drop(void **state)
{
    (void)state;
    model_close(fixture.model);
    buf_free(&fixture.image);
    return 0;
}

static struct marks *mark(size_t count)
{
    struct marks *marks = NULL;
    struct fail why;
    if (marks_open(fixture.model, fixture.texts, fixture.intents, count, &marks, &why))
        fail_msg("%s", why.text);
    return marks;
}

static void assert_near(double a, double b)
{
    if (!(fabs(a - b) < 1e-12))
        fail_msg("%.15g is not %.15g", a, b);
}

/* What the classifier says of each case, asked one by one. */
static void hear(struct classification *heard)
{
    struct classifier *classifier = NULL;
    assert_int_equal(classifier_open(fixture.model, &classifier, NULL), OK);
    for (int i = 0; i < CASES; i++)
        classify(classifier, fixture.texts[i], &heard[i]);
    classifier_close(classifier);
}

static void counts_agree_with_the_classifier(void **state)
{
    struct classification heard[CASES];
    size_t right = 0, scripted = 0, wrong = 0, beyond_kept = 0;
    (void)state;
    struct marks *marks = mark(CASES);
    hear(heard);
    for (int i = 0; i < CASES; i++) {
        bool is_beyond = str_equal(fixture.intents[i], STR("out_of_scope"));
        bool is_right =
            str_equal(fixture.intents[i], str_of(fixture.model->names[heard[i].top[0].column]));
        assert_int_equal(marks->rows[i].is_right, is_right);
        assert_int_equal(marks->rows[i].is_scripted, heard[i].is_scripted);
        assert_int_equal(marks->rows[i].column, heard[i].top[0].column);
        right += is_right;
        scripted += heard[i].is_scripted;
        wrong += heard[i].is_scripted && !is_right;
        beyond_kept += is_beyond && !heard[i].is_scripted;
    }
    assert_int_equal(marks->cases, CASES);
    assert_int_equal(marks->in_scope, 8);
    assert_int_equal(marks->out_of_scope, 3);
    assert_int_equal(marks->unknown_intent, 2);
    assert_int_equal(marks->scripted, scripted);
    assert_int_equal(marks->scripted_wrong, wrong);
    assert_true(scripted > 3 && wrong > 0 && right >= 4); /* the sample says something */
    assert_near(marks->accuracy, (double)right / 8);
    assert_near(marks->coverage, (double)scripted / CASES);
    assert_near(marks->wrong_rate, (double)wrong / (double)scripted);
    assert_near(marks->wrong_rate_upper95, budget_upper(wrong, scripted, .95));
    assert_near(marks->oos_recall, (double)beyond_kept / 3);
    assert_true(marks->rows[3].is_scripted && marks->rows[3].is_right); /* the exact example */
    assert_false(marks->rows[9].is_scripted);                           /* and the one beyond */
    marks_close(marks);
}

static void macro_f1_is_the_mean_over_intents_that_occur(void **state)
{
    static const char *const classes[] = {"cancel", "claim", "premium", "pets"};
    struct classification heard[CASES];
    double sum = 0;
    (void)state;
    struct marks *marks = mark(CASES);
    hear(heard);
    for (int k = 0; k < 4; k++) {
        double both = 0, correct = 0;
        for (int i = 0; i < 8; i++) { /* those in scope */
            bool is_it = str_equal(fixture.intents[i], str_of(classes[k]));
            bool got_it =
                str_equal(str_of(fixture.model->names[heard[i].top[0].column]), str_of(classes[k]));
            both += is_it + got_it;
            correct += is_it && got_it;
        }
        sum += 2 * correct / both;
    }
    assert_near(marks->macro_f1, sum / 4);
    marks_close(marks);
}

static void auroc_is_the_share_of_pairs_in_order(void **state)
{
    struct classification heard[CASES];
    double logits[CASES];
    double won = 0;
    (void)state;
    struct marks *marks = mark(CASES);
    hear(heard);
    for (int i = 0; i < CASES; i++)
        logits[i] = heard[i].logit;
    logits[3] = HUGE_VAL;
    logits[9] = -HUGE_VAL;
    for (int i = 0; i < 8; i++) {
        for (int j = 8; j < CASES; j++)
            won += logits[i] > logits[j] ? 1 : logits[i] < logits[j] ? 0 : 0.5;
    }
    assert_near(marks->oos_auroc, won / 24);
    marks_close(marks);
}

static void calibration_error_is_that_of_fifteen_bins(void **state)
{
    double sum = 0;
    (void)state;
    struct marks *marks = mark(CASES);
    for (int bin = 0; bin < 15; bin++) {
        double difference = 0;
        for (int i = 0; i < CASES; i++) {
            double place = marks->rows[i].confidence * 15;
            if (floor(place) == bin || (bin == 14 && place >= 15))
                difference += marks->rows[i].confidence - marks->rows[i].is_right;
        }
        sum += fabs(difference);
    }
    assert_near(marks->ece, sum / CASES);
    marks_close(marks);
}

static void no_cases_give_the_marks_of_nothing(void **state)
{
    (void)state;
    struct marks *marks = mark(0);
    assert_near(marks->accuracy, 0);
    assert_near(marks->coverage, 0);
    assert_near(marks->wrong_rate_upper95, 1);
    assert_near(marks->oos_recall, 1);
    assert_near(marks->oos_auroc, 0.5);
    marks_close(marks);
}

static void json_has_every_mark_and_is_the_same_each_time(void **state)
{
    static const char *const keys[] = {"cases",
                                       "in_scope",
                                       "out_of_scope",
                                       "accuracy",
                                       "macro_f1",
                                       "scripted",
                                       "scripted_wrong",
                                       "coverage",
                                       "wrong_rate",
                                       "oos_recall",
                                       "oos_auroc",
                                       "ece",
                                       "wrong_rate_upper95"};
    struct buf first, second, timed;
    cJSON *json = NULL;
    (void)state;
    struct marks *a = mark(CASES);
    struct marks *b = mark(CASES);
    buf_init(&first, 1 << 16);
    buf_init(&second, 1 << 16);
    buf_init(&timed, 1 << 16);
    assert_int_equal(marks_print_json(a, fixture.model, "abc", false, &first, NULL), OK);
    assert_int_equal(marks_print_json(b, fixture.model, "abc", false, &second, NULL), OK);
    assert_int_equal(marks_print_json(b, fixture.model, "abc", true, &timed, NULL), OK);
    assert_string_equal(first.p, second.p);
    assert_int_equal(json_parse(str_from_buf(&timed), "marks", &json, NULL), OK);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        assert_true(cJSON_IsNumber(cJSON_GetObjectItem(json, keys[i])));
    assert_true(cJSON_IsNumber(cJSON_GetObjectItem(json, "microseconds_per_message")));
    assert_string_equal(cJSON_GetObjectItem(json, "release")->valuestring, "abc");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "intents")), 3);
    cJSON_Delete(json);
    buf_free(&first);
    buf_free(&second);
    buf_free(&timed);
    marks_close(a);
    marks_close(b);
}

static void text_begins_with_the_verdict(void **state)
{
    struct buf out;
    (void)state;
    struct marks *marks = mark(CASES);
    buf_init(&out, 1 << 16);
    assert_int_equal(marks_print_text(marks, fixture.model, "abc", .02, .95, &out, NULL), OK);
    struct str line, rest = str_from_buf(&out);
    assert_true(str_next(&rest, '\n', &line));
    assert_true(str_find(line, STR("OVER the budget of 2 %")) < line.n);
    buf_clear(&out);
    assert_int_equal(marks_print_text(marks, fixture.model, "abc", .999, .95, &out, NULL), OK);
    rest = str_from_buf(&out);
    assert_true(str_next(&rest, '\n', &line));
    assert_true(str_find(line, STR(": within the budget")) < line.n);
    buf_free(&out);
    marks_close(marks);
}

static void text_says_what_the_calibration_error_is(void **state)
{
    struct buf out;
    (void)state;
    struct marks *marks = mark(CASES);
    buf_init(&out, 1 << 16);
    assert_int_equal(marks_print_text(marks, fixture.model, "abc", .02, .95, &out, NULL), OK);
    const struct str text = str_from_buf(&out);
    assert_true(str_find(text, STR("\nECE: how far the confidence shown")) < text.n);
    assert_true(str_find(text, STR("what is scripted is decided by the threshold")) < text.n);
    buf_free(&out);
    marks_close(marks);
}

static void contrasts_fail_when_either_text_gets_the_other_intent(void **state)
{
    const struct contrast pairs[] = {
        {STR("cancel my policy"), STR("cancel"), STR("my claim documents"), STR("claim")},
        {STR("cancel my policy"), STR("claim"), STR("my claim documents"), STR("claim")},
        {STR("cancel my policy"), STR("cancel"), STR("my claim documents"), STR("pets")},
        {STR("cancel my policy"), STR("cancel"), STR("tell me a joke"), STR("out_of_scope")},
    };
    bool are_apart[4];
    size_t failed = 0;
    (void)state;
    assert_int_equal(contrasts_mark(fixture.model, pairs, 4, are_apart, &failed, NULL), OK);
    assert_int_equal(failed, 2);
    assert_true(are_apart[0] && !are_apart[1] && !are_apart[2] && are_apart[3]);
}

static void running_out_of_memory_is_told_and_leaks_nothing(void **state)
{
    struct marks *marks = NULL;
    enum err e = ERR_MEMORY;
    (void)state;
    for (uint64_t n = 1; e; n++) {
        mem_fail_after(n, false);
        e = marks_open(fixture.model, fixture.texts, fixture.intents, CASES, &marks, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true(n < 50);
    }
    marks_close(marks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_agree_with_the_classifier),
        cmocka_unit_test(macro_f1_is_the_mean_over_intents_that_occur),
        cmocka_unit_test(auroc_is_the_share_of_pairs_in_order),
        cmocka_unit_test(calibration_error_is_that_of_fifteen_bins),
        cmocka_unit_test(no_cases_give_the_marks_of_nothing),
        cmocka_unit_test(json_has_every_mark_and_is_the_same_each_time),
        cmocka_unit_test(text_begins_with_the_verdict),
        cmocka_unit_test(text_says_what_the_calibration_error_is),
        cmocka_unit_test(contrasts_fail_when_either_text_gets_the_other_intent),
        cmocka_unit_test(running_out_of_memory_is_told_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, model_make, model_drop);
}
