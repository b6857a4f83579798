/* model: what training wrote opens; whatever was cut off, edited or made up is ERR_CORRUPT, and
 * what passes can be asked without harm. Images are copied into memory of exactly their size, so
 * that a sanitizer sees a read past the end. */
#include "base/exact.h"
#include "classifier/classify.h"
#include "tests/unit/small_model.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct buf image;

static int image_make(void **state)
{
    struct fail why = {.text = ""};
    (void)state;
    buf_init(&image, LIMIT_FILE_BYTES);
    if (small_image(&image, 1, 0, &why))
        (void)fprintf(stderr, "%s\n", why.text);
    return image.n ? 0 : 1;
}

static int image_drop(void **state)
{
    (void)state;
    buf_free(&image);
    return 0;
}

static struct model_head head_of(const void *bytes)
{
    struct model_head head;
    memcpy(&head, bytes, sizeof head);
    return head;
}

/* Opens a copy of n bytes; asks it something if it opens. */
static enum err open_copy(const void *bytes, size_t n, struct fail *why)
{
    struct model *model = NULL;
    struct classifier *classifier = NULL;
    struct classification c;
    unsigned char *copy = mem_take(1, n);
    assert_non_null(copy);
    if (n)
        memcpy(copy, bytes, n);
    enum err e = model_open_image(copy, n, "model.bin", &model, why);
    if (e) {
        assert_null(model);
    } else {
        assert_int_equal(classifier_open(model, &classifier, NULL), OK);
        classify(classifier, STR("how do i cancel 보험 my policy"), &c);
        classify(classifier, STR("보험 해지하고 싶어요"), &c);
        assert_in_range(c.top_count, 1, TOP_MAXIMUM);
        classifier_close(classifier);
    }
    model_close(model);
    mem_give(copy);
    return e;
}

static void corrupt(const void *bytes, size_t n, const char *where, size_t at)
{
    struct fail why = {.text = ""};
    enum err e = open_copy(bytes, n, &why);
    if (e != ERR_CORRUPT || strncmp(why.text, "model.bin: ", 11) != 0)
        fail_msg("%s %zu: %d, \"%s\"", where, at, (int)e, why.text);
}

static void opens_what_training_wrote(void **state)
{
    struct model *model = NULL;
    (void)state;
    const struct model_head head = head_of(image.p);
    assert_int_equal(model_open_image((unsigned char *)image.p, image.n, "model.bin", &model, NULL),
                     OK);
    assert_int_equal(head.intents, SMALL_INTENTS);
    assert_int_equal(head.columns, SMALL_INTENTS + 1);
    assert_int_equal(head.stride, LANES);
    assert_int_equal(head.style, STYLE_WITHIN);
    assert_int_equal(model_intent(model, STR("cancel")), 0);
    assert_int_equal(model_intent(model, STR("claim")), 1);
    assert_int_equal(model_intent(model, STR("premium")), 2);
    assert_int_equal(model_intent(model, STR("해지")), 3);
    assert_int_equal(model_intent(model, STR("clai")), -1);
    assert_int_equal(model_intent(model, STR("")), -1);
    assert_int_equal(model_intent(model, STR("out_of_scope")), -1);
    assert_int_equal(model_out_of_scope(model), SMALL_INTENTS);
    assert_int_equal(model->exact_count, 19); /* "help me" is of two intents, "   " is nothing */
    model_close(model);
    model_close(NULL);
}

static void refuses_a_model_cut_off_anywhere(void **state)
{
    (void)state;
    const struct model_head head = head_of(image.p);
    for (size_t n = 0; n <= sizeof head + 64; n++)
        corrupt(image.p, n, "cut to", n);
    for (int s = 0; s < MODEL_SECTIONS; s++) {
        const size_t from = (size_t)head.from[s];
        const size_t cuts[] = {from - 1, from, from + 1, from + (size_t)head.size[s] - 1};
        for (size_t k = 0; k < sizeof cuts / sizeof *cuts; k++)
            corrupt(image.p, cuts[k], "cut to", cuts[k]);
    }
    for (size_t n = 1; n < image.n; n += image.n / 97)
        corrupt(image.p, n, "cut to", n);
}

static void refuses_bytes_after_the_end(void **state)
{
    char *longer = mem_take(1, image.n + 64);
    (void)state;
    assert_non_null(longer);
    memcpy(longer, image.p, image.n);
    corrupt(longer, image.n + 1, "longer by", 1);
    corrupt(longer, image.n + 64, "longer by", 64);
    mem_give(longer);
}

static void refuses_an_edited_byte(void **state)
{
    uint64_t random = 1;
    (void)state;
    for (size_t i = 0; i < sizeof(struct model_head) + 250; i++) {
        const size_t at =
            i < sizeof(struct model_head) ? i : (size_t)exact_random_below(&random, image.n);
        const char kept = image.p[at];
        image.p[at] = (char)(kept ^ (1 << exact_random_below(&random, 8)));
        corrupt(image.p, image.n, "a bit flipped in byte", at);
        image.p[at] = kept;
    }
    assert_int_equal(open_copy(image.p, image.n, NULL), OK);
}

/* Somebody who edits and puts the right hash on it: refused, or harmless. */
static void survives_an_edit_with_a_hash_that_fits(void **state)
{
    uint64_t random = 2;
    size_t opened = 0;
    struct buf copy;
    (void)state;
    buf_init(&copy, LIMIT_FILE_BYTES);
    const struct model_head head = head_of(image.p);
    for (int round = 0; round < 400; round++) {
        buf_clear(&copy);
        buf_add(&copy, image.p, image.n);
        const int section = round % (MODEL_SECTIONS + 1);
        for (int edits = 0; edits < 4; edits++) {
            const size_t at =
                section == MODEL_SECTIONS
                    ? (size_t)exact_random_below(&random, sizeof head - HASH_BYTES)
                    : (size_t)(head.from[section] +
                               (head.size[section] ? exact_random_below(&random, head.size[section])
                                                   : 0));
            if (at < copy.n)
                copy.p[at] = (char)exact_random_below(&random, 256);
        }
        small_seal(&copy);
        const enum err e = open_copy(copy.p, copy.n, NULL);
        assert_true(e == OK || e == ERR_CORRUPT);
        opened += e == OK;
    }
    assert_true(opened > 0); /* or the hash did not fit and nothing was tried */
    buf_free(&copy);
}

/* One field of one section set to a value, the hash made to fit. */
static void hostile(enum model_section section, size_t at, const void *value, size_t n)
{
    struct buf copy;
    const struct model_head head = head_of(image.p);
    buf_init(&copy, LIMIT_FILE_BYTES);
    buf_add(&copy, image.p, image.n);
    memcpy(copy.p + head.from[section] + at, value, n);
    small_seal(&copy);
    corrupt(copy.p, copy.n, "made up in section", (size_t)section);
    buf_free(&copy);
}

static void refuses_what_would_lead_astray(void **state)
{
    const float nan = NAN;
    const float endless = HUGE_VALF;
    const double no_number = NAN;
    const uint32_t far = 0x7fffffff;
    const uint64_t feature = 0x00ffffff;
    (void)state;
    hostile(SECTION_NAMES, 0, "", 1);
    hostile(SECTION_TABLE, 0, &feature, sizeof feature);
    hostile(SECTION_IDF, 4, &nan, sizeof nan);
    hostile(SECTION_SCALE, 0, &endless, sizeof endless);
    hostile(SECTION_BIAS, 8, &nan, sizeof nan);
    hostile(SECTION_CENTROIDS, 4, &far, sizeof far);
    hostile(SECTION_WORDS, offsetof(struct model_word, vector), &far, sizeof far);
    hostile(SECTION_WORDS, offsetof(struct model_word, idf), &nan, sizeof nan);
    hostile(SECTION_EXACT, offsetof(struct model_exact, column), &far, sizeof far);
    hostile(SECTION_CONFIDENCE, offsetof(struct model_confidence, weight), &no_number,
            sizeof no_number);
    hostile(SECTION_THRESHOLDS, 0, &nan, sizeof nan);
}

static void refuses_tables_without_an_empty_place(void **state)
{
    struct buf copy;
    const struct model_head head = head_of(image.p);
    (void)state;
    buf_init(&copy, LIMIT_FILE_BYTES);
    buf_add(&copy, image.p, image.n);
    for (size_t i = 0; i < head.size[SECTION_TABLE]; i += 8) {
        const uint64_t full = 1;
        memcpy(copy.p + head.from[SECTION_TABLE] + i, &full, 8);
    }
    small_seal(&copy);
    corrupt(copy.p, copy.n, "full table", 0);
    buf_clear(&copy);
    buf_add(&copy, image.p, image.n);
    for (size_t i = 0; i < head.size[SECTION_WORDS]; i += sizeof(struct model_word))
        copy.p[head.from[SECTION_WORDS] + i] = 1;
    small_seal(&copy);
    corrupt(copy.p, copy.n, "full words", 0);
    buf_free(&copy);
}

static void names_the_other_version(void **state)
{
    struct fail why = {.text = ""};
    struct buf copy;
    (void)state;
    buf_init(&copy, LIMIT_FILE_BYTES);
    buf_add(&copy, image.p, image.n);
    copy.p[offsetof(struct model_head, version)]++;
    assert_int_equal(open_copy(copy.p, copy.n, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, "train again"));
    buf_free(&copy);
}

static void opens_a_file_and_says_which_is_missing(void **state)
{
    char folder[] = "/tmp/paring-model-XXXXXX";
    char path[64];
    struct fail why = {.text = ""};
    struct model *model = NULL;
    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/model.bin", folder);
    assert_int_equal(model_open(path, &model, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "model.bin"));
    assert_int_equal(file_write(path, STR(""), NULL), OK);
    assert_int_equal(model_open(path, &model, &why), ERR_CORRUPT);
    assert_non_null(strstr(why.text, path));
    assert_int_equal(file_write(path, str_from_buf(&image), NULL), OK);
    assert_int_equal(model_open(path, &model, &why), OK);
    assert_int_equal(model->map.n, image.n);
    model_close(model);
    (void)unlink(path);
    (void)rmdir(folder);
}

static void every_allocation_may_fail(void **state)
{
    bool is_done = false;
    (void)state;
    for (uint64_t n = 1; !is_done && n < 100; n++) {
        struct model *model = NULL;
        mem_fail_after(n, true);
        enum err e = model_open_image((unsigned char *)image.p, image.n, "m", &model, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true((e == OK) == (model != NULL));
        is_done = e == OK;
        model_close(model);
        assert_true(n > 1 || !is_done);
    }
    assert_true(is_done);
}

static void every_allocation_of_a_classifier_may_fail(void **state)
{
    struct model *model = NULL;
    bool is_done = false;
    (void)state;
    assert_int_equal(model_open_image((unsigned char *)image.p, image.n, "m", &model, NULL), OK);
    for (uint64_t n = 1; !is_done && n < 100; n++) {
        struct classifier *classifier = NULL;
        mem_fail_after(n, true);
        enum err e = classifier_open(model, &classifier, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true((e == OK) == (classifier != NULL));
        is_done = e == OK;
        classifier_close(classifier);
        assert_true(n > 1 || !is_done);
    }
    assert_true(is_done);
    model_close(model);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opens_what_training_wrote),
        cmocka_unit_test(refuses_a_model_cut_off_anywhere),
        cmocka_unit_test(refuses_bytes_after_the_end),
        cmocka_unit_test(refuses_an_edited_byte),
        cmocka_unit_test(survives_an_edit_with_a_hash_that_fits),
        cmocka_unit_test(refuses_what_would_lead_astray),
        cmocka_unit_test(refuses_tables_without_an_empty_place),
        cmocka_unit_test(names_the_other_version),
        cmocka_unit_test(opens_a_file_and_says_which_is_missing),
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(every_allocation_of_a_classifier_may_fail),
    };
    return cmocka_run_group_tests(tests, image_make, image_drop);
}
