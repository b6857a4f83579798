/* calibrate: a logistic that is known is found again; what cannot be fitted gives something sane;
 * the folds see what they have not been trained on, the same every time. */
#include "base/exact.h"
#include "tests/unit/small_model.h"
#include "training/calibrate.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

static void add(struct observations *o, const double signals[SIGNALS], bool is_right, bool beyond)
{
    if (o->count == o->room) {
        o->room = o->room ? o->room * 2 : 1024;
        o->rows = mem_grow(o->rows, o->room, sizeof *o->rows);
        assert_non_null(o->rows);
    }
    struct observation row = {.is_right = is_right, .is_out_of_scope = beyond};
    memcpy(row.signals, signals, sizeof row.signals);
    o->rows[o->count++] = row;
}

static double normal(uint64_t *random)
{
    double sum = -6;
    for (int i = 0; i < 12; i++)
        sum += exact_random_unit(random);
    return sum;
}

/* Rows whose chance of being right is a logistic of the signals, 20,000 of them. */
static void draw(struct observations *o, const double weight[SIGNALS], double bias, uint64_t seed)
{
    for (int i = 0; i < 20000; i++) {
        double signals[SIGNALS];
        double logit = bias;
        for (int s = 0; s < SIGNALS; s++) {
            signals[s] = normal(&seed) * (s + 1) + s; /* each on a scale of its own */
            logit += weight[s] * signals[s];
        }
        add(o, signals, exact_random_unit(&seed) < 1 / (1 + exact_exp(-logit)), false);
    }
}

static void sane(const struct model_confidence *c)
{
    for (int s = 0; s < SIGNALS; s++)
        assert_true(isfinite(c->mean[s]) && isfinite(c->scale[s]) && isfinite(c->weight[s]));
    assert_true(isfinite(c->bias));
}

static void finds_a_known_logistic(void **state)
{
    static const double weight[SIGNALS] = {1.5, -.5, 0, .25, .1, 0, -.2, .05};
    struct observations o = {0};
    struct model_confidence c = {.unseen_idf = 7};
    (void)state;
    draw(&o, weight, .4, 1);
    calibrate_fit(&o, .1, &c);
    sane(&c);
    assert_true(c.unseen_idf == 7); /* not its to set */
    double bias = c.bias;
    for (int s = 0; s < SIGNALS; s++) {
        assert_true(fabs(c.weight[s] * c.scale[s] - weight[s]) < .08);
        assert_true(fabs(c.scale[s] * (s + 1) - 1) < .05);
        bias -= c.weight[s] * c.scale[s] * c.mean[s];
    }
    assert_true(fabs(bias - .4) < .2);
    /* Among rows of about the same confidence, that share is right. */
    double expected = 0;
    double right = 0;
    for (size_t i = 0; i < o.count; i++) {
        const double p = confidence_of(calibrate_logit(&c, o.rows[i].signals));
        if (p < .6 || p > .8)
            continue;
        expected += p;
        right += o.rows[i].is_right;
    }
    assert_true(expected > 500 && fabs(right / expected - 1) < .06);
    observations_free(&o);
    observations_free(&o);
}

static void is_the_same_for_the_same_rows(void **state)
{
    static const double weight[SIGNALS] = {1, 1, 0, 0, 0, -1, 0, 0};
    struct observations o = {0};
    struct model_confidence a = {0};
    struct model_confidence b = {0};
    (void)state;
    draw(&o, weight, 0, 2);
    calibrate_fit(&o, .1, &a);
    b.bias = 99; /* what was there before does not matter */
    b.weight[2] = -5;
    calibrate_fit(&o, .1, &b);
    assert_memory_equal(&a, &b, sizeof a);
    observations_free(&o);
}

static void nothing_to_fit_goes_by_the_margin(void **state)
{
    struct observations o = {0};
    struct model_confidence c = {0};
    const double low[SIGNALS] = {-.5, .1, 0, 0, .5, .5, 1, 0};
    const double high[SIGNALS] = {.5, .1, 0, 0, .5, .5, 1, 0};
    (void)state;
    calibrate_fit(&o, .1, &c);
    sane(&c);
    assert_true(calibrate_logit(&c, high) > calibrate_logit(&c, low) + 1);
    for (int i = 0; i < 1000; i++)
        add(&o, high, true, false); /* all right: nothing to learn what wrong looks like */
    calibrate_fit(&o, .1, &c);
    sane(&c);
    assert_true(calibrate_logit(&c, high) > calibrate_logit(&c, low) + 1);
    observations_free(&o);
}

static void rows_that_can_be_told_apart_perfectly_stay_finite(void **state)
{
    struct observations o = {0};
    struct model_confidence c = {0};
    double signals[SIGNALS] = {0};
    (void)state;
    for (int i = 0; i < 400; i++) {
        signals[SIGNAL_MARGIN] = i < 200 ? -1 : 1;
        add(&o, signals, i >= 200, false);
    }
    calibrate_fit(&o, .1, &c);
    sane(&c);
    assert_true(c.weight[SIGNAL_MARGIN] > 1);
    signals[SIGNAL_MARGIN] = 1;
    assert_true(confidence_of(calibrate_logit(&c, signals)) > .9);
    signals[SIGNAL_MARGIN] = -1;
    assert_true(confidence_of(calibrate_logit(&c, signals)) < .1);
    observations_free(&o);
}

static void signals_that_never_vary_weigh_nothing(void **state)
{
    struct observations o = {0};
    struct model_confidence c = {0};
    double signals[SIGNALS] = {3, 3, 3, 3, 3, 3, 3, 3};
    (void)state;
    for (int i = 0; i < 1000; i++)
        add(&o, signals, i % 4 != 0, false);
    calibrate_fit(&o, .1, &c);
    sane(&c);
    assert_true(fabs(confidence_of(calibrate_logit(&c, signals)) - .75) < 1e-3);
    signals[0] = 1e6;
    assert_true(fabs(confidence_of(calibrate_logit(&c, signals)) - .75) < 1e-3);
    observations_free(&o);
}

static void out_of_scope_rows_weigh_their_share_in_all(void **state)
{
    const double signals[SIGNALS] = {0};
    (void)state;
    for (int beyond = 50; beyond <= 800; beyond *= 4) {
        struct observations o = {0};
        struct model_confidence c = {0};
        for (int i = 0; i < 200; i++)
            add(&o, signals, true, false);
        for (int i = 0; i < beyond; i++)
            add(&o, signals, false, true);
        calibrate_fit(&o, .3, &c);
        assert_true(fabs(confidence_of(calibrate_logit(&c, signals)) - .7) < 1e-3);
        observations_free(&o);
    }
}

/* ---- folds ---- */

enum { INTENTS = 9, EACH = 8, ROWS = INTENTS * EACH + 6 };

struct shop {
    struct str texts[ROWS], intents[ROWS];
    char bytes[ROWS][96], names[ROWS][24];
};

/* Nine intents of three words each, shared among neighbours, and six rows out of scope. */
static struct corpus *shop_corpus(struct shop *shop, int each, int intents)
{
    struct corpus *corpus = NULL;
    uint64_t random = 11;
    size_t n = 0;
    for (int i = 0; i < intents; i++)
        for (int k = 0; k < each; k++, n++) {
            (void)snprintf(shop->bytes[n], sizeof shop->bytes[n], "topic%d about%d word%d please",
                           i * 31, (i + k % 2) * 17, (int)exact_random_below(&random, 40));
            (void)snprintf(shop->names[n], sizeof shop->names[n], "intent%d", i);
        }
    for (int k = 0; k < 6; k++, n++) {
        (void)snprintf(shop->bytes[n], sizeof shop->bytes[n], "weather%d joke", k);
        (void)snprintf(shop->names[n], sizeof shop->names[n], "out_of_scope");
    }
    for (size_t i = 0; i < n; i++) {
        shop->texts[i] = str_of(shop->bytes[i]);
        shop->intents[i] = str_of(shop->names[i]);
    }
    assert_int_equal(corpus_open(shop->texts, shop->intents, n, &corpus, NULL), OK);
    return corpus;
}

static struct model *model_of(const struct corpus *corpus, struct buf *image)
{
    const struct labelled_rows rows = {corpus->texts, NULL, corpus->count};
    struct str *intents = mem_take(corpus->count, sizeof *intents);
    struct model *model = NULL;
    assert_non_null(intents);
    for (size_t i = 0; i < corpus->count; i++)
        intents[i] = corpus->names[corpus->columns[i]];
    const struct labelled_rows examples = {rows.texts, intents, rows.count};
    const struct labelled_rows none = {NULL, NULL, 0};
    const struct model_settings settings = {
        .budget = .02, .level = .95, .out_of_scope_share = .1, .threads = 1};
    struct train_report report = {0};
    buf_init(image, LIMIT_FILE_BYTES);
    assert_int_equal(train_model(&examples, &none, &settings, image, &report, NULL), OK);
    assert_int_equal(model_open_image((unsigned char *)image->p, image->n, "m", &model, NULL), OK);
    mem_give(intents);
    return model;
}

static void folds_hold_out_rows_and_intents(void **state)
{
    static struct shop shop;
    static const struct calibrate_options options = {.threads = 1};
    struct observations o = {0};
    struct buf image;
    size_t beyond = 0;
    size_t right = 0;
    size_t right_beyond = 0;
    (void)state;
    struct corpus *corpus = shop_corpus(&shop, EACH, INTENTS);
    struct model *model = model_of(corpus, &image);
    assert_int_equal(calibrate_folds(corpus, NULL, model, &options, &o, NULL), OK);
    for (size_t i = 0; i < o.count; i++) {
        assert_in_range(o.rows[i].column, 0, corpus->intents - 1);
        for (int s = 0; s < SIGNALS; s++)
            assert_true(isfinite(o.rows[i].signals[s]));
        beyond += o.rows[i].is_out_of_scope;
        right += o.rows[i].is_right;
        right_beyond += o.rows[i].is_right && o.rows[i].is_out_of_scope;
    }
    assert_true(o.count > corpus->count); /* a row may be held out by itself and with its intent */
    assert_true(beyond >= corpus->count / 2); /* about a third of the intents, three times */
    assert_int_equal(right_beyond, 0);        /* nothing is right where its intent is not known */
    assert_true(right * 3 > (o.count - beyond) * 2);
    model_close(model);
    buf_free(&image);
    observations_free(&o);
    corpus_close(corpus);
}

static void folds_are_the_same_on_any_number_of_threads(void **state)
{
    static struct shop shop;
    struct observations one = {0};
    struct observations two = {0};
    struct buf image;
    (void)state;
    struct corpus *corpus = shop_corpus(&shop, EACH, INTENTS);
    struct model *model = model_of(corpus, &image);
    const struct calibrate_options single = {.threads = 1};
    const struct calibrate_options many = {.threads = 3};
    assert_int_equal(calibrate_folds(corpus, NULL, model, &single, &one, NULL), OK);
    assert_int_equal(calibrate_folds(corpus, NULL, model, &many, &two, NULL), OK);
    assert_int_equal(one.count, two.count);
    for (size_t i = 0; i < one.count; i++) {
        assert_memory_equal(one.rows[i].signals, two.rows[i].signals, sizeof one.rows[i].signals);
        assert_int_equal(one.rows[i].column, two.rows[i].column);
        assert_int_equal(one.rows[i].is_right, two.rows[i].is_right);
    }
    model_close(model);
    buf_free(&image);
    observations_free(&one);
    observations_free(&two);
    corpus_close(corpus);
}

static void a_corpus_too_small_to_divide_adds_nothing(void **state)
{
    static struct shop shop;
    static const int shapes[][2] = {{1, 1}, {1, 8}, {8, 1}}; /* rows an intent, intents */
    static const struct calibrate_options options = {.threads = 1};
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct observations o = {0};
        struct buf image;
        struct corpus *corpus = shop_corpus(&shop, shapes[i][0], shapes[i][1]);
        struct model *model = model_of(corpus, &image);
        assert_int_equal(calibrate_folds(corpus, NULL, model, &options, &o, NULL), OK);
        assert_int_equal(o.count, 0);
        model_close(model);
        buf_free(&image);
        observations_free(&o);
        corpus_close(corpus);
    }
}

static void cases_that_are_examples_are_left_out(void **state)
{
    static struct shop shop;
    struct observations o = {0};
    struct buf image;
    (void)state;
    struct corpus *corpus = shop_corpus(&shop, EACH, INTENTS);
    struct model *model = model_of(corpus, &image);
    const struct str texts[] = {corpus->texts[0], STR("topic31 please"), STR("topic31 again"),
                                STR("a joke"), STR("topic62 pets")};
    const struct str intents[] = {STR("intent0"), STR("intent1"), STR("intent2"),
                                  STR("out_of_scope"), STR("no such intent")};
    assert_int_equal(calibrate_cases(model, corpus, texts, intents, 5, &o, NULL), OK);
    assert_int_equal(o.count, 4);
    assert_true(o.rows[0].is_right && !o.rows[0].is_out_of_scope);
    assert_false(o.rows[1].is_right || o.rows[1].is_out_of_scope);
    assert_true(o.rows[2].is_out_of_scope && !o.rows[2].is_right);
    assert_false(o.rows[3].is_right);
    assert_int_equal(o.rows[0].column, 1);
    model_close(model);
    buf_free(&image);
    observations_free(&o);
    corpus_close(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_known_logistic),
        cmocka_unit_test(is_the_same_for_the_same_rows),
        cmocka_unit_test(nothing_to_fit_goes_by_the_margin),
        cmocka_unit_test(rows_that_can_be_told_apart_perfectly_stay_finite),
        cmocka_unit_test(signals_that_never_vary_weigh_nothing),
        cmocka_unit_test(out_of_scope_rows_weigh_their_share_in_all),
        cmocka_unit_test(folds_hold_out_rows_and_intents),
        cmocka_unit_test(folds_are_the_same_on_any_number_of_threads),
        cmocka_unit_test(a_corpus_too_small_to_divide_adds_nothing),
        cmocka_unit_test(cases_that_are_examples_are_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
