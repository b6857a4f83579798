/* Whether vectors help, and how heavy they are; what of them is kept between trainings and with a
 * turn. */
#include "base/arena.h"
#include "bot/question_vector.h"
#include "training/fusion.h"
#include "training/vector_cache.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail

enum { QUESTIONS = 100, ALL = 0xFF, NONE = 0, WITHOUT = 1, HEAVY = 1 << 5 };

static void fill(uint8_t *right, size_t from, size_t to, int bits)
{
    for (size_t i = from; i < to; i++)
        right[i] = (uint8_t)bits;
}

static void vectors_that_win_many_questions_are_on(void **state)
{
    struct fusion fusion;
    uint8_t right[QUESTIONS];
    (void)state;
    fill(right, 0, 60, ALL);
    fill(right, 60, 80, HEAVY); /* only with the weight 0.8 */
    fill(right, 80, QUESTIONS, NONE);
    fusion_choose(right, QUESTIONS, &fusion);
    assert_int_equal(fusion.weight, 800);
    assert_int_equal(fusion.questions, QUESTIONS);
    assert_int_equal(fusion.right_without, 60);
    assert_int_equal(fusion.right_with, 80);
}

static void no_more_than_chance_is_no_help(void **state)
{
    struct fusion fusion;
    uint8_t right[QUESTIONS];
    (void)state;
    fill(right, 0, 60, ALL);
    fill(right, 60, 64, HEAVY); /* four to none: one time in sixteen */
    fill(right, 64, QUESTIONS, NONE);
    fusion_choose(right, QUESTIONS, &fusion);
    assert_int_equal(fusion.right_with, 64);
    assert_int_equal(fusion.weight, 0);
    fill(right, 64, 65, HEAVY); /* five to none: one time in thirty-two */
    fusion_choose(right, QUESTIONS, &fusion);
    assert_int_equal(fusion.weight, 800);
    fill(right, 0, 4, WITHOUT); /* five to four */
    fusion_choose(right, QUESTIONS, &fusion);
    assert_int_equal(fusion.weight, 0);
}

static void what_loses_is_off_and_a_tie_too(void **state)
{
    struct fusion fusion;
    uint8_t right[QUESTIONS];
    (void)state;
    fill(right, 0, QUESTIONS, WITHOUT);
    fusion_choose(right, QUESTIONS, &fusion);
    assert_int_equal(fusion.weight, 0);
    fill(right, 0, QUESTIONS, ALL);
    fusion_choose(right, QUESTIONS, &fusion);
    assert_int_equal(fusion.weight, 0);
    assert_int_equal(fusion.right_with, QUESTIONS);
    fusion_choose(right, 0, &fusion);
    assert_int_equal(fusion.weight, 0);
}

static void many_questions_are_counted_without_running_out_of_numbers(void **state)
{
    enum { MANY = 20000 };
    struct fusion fusion;
    uint8_t *right = mem_take(MANY, 1);
    (void)state;
    for (size_t i = 0; i < MANY; i++)                  /* 10,200 to 9,800: one time in 400 or so */
        right[i] = i / 5 % 100 < 51 ? HEAVY : WITHOUT; /* in each of the five turns alike */
    fusion_choose(right, MANY, &fusion);
    assert_int_equal(fusion.weight, 800);
    for (size_t i = 0; i < MANY; i++)
        right[i] = i / 5 % 2 ? HEAVY : WITHOUT;
    fusion_choose(right, MANY, &fusion);
    assert_int_equal(fusion.weight, 0);
    mem_give(right);
}

/* ---- What is kept ---- */

static void a_questions_vector_is_kept_as_text_and_only_for_its_model(void **state)
{
    const float row[] = {0.6F, -0.8F, 0, 1, -1};
    struct vectors_head head = {.dimensions = 5, .model = "m 1"};
    struct question_vector vector, back;
    struct buf text;
    (void)state;
    buf_init(&text, 1000);
    question_vector_set(&vector, row, 5);
    assert_int_equal(question_vector_print(&vector, head.model, &text, NULL), OK);
    assert_true(question_vector_parse(str_from_buf(&text), &head, &back));
    assert_memory_equal(&vector, &back, sizeof vector);
    for (size_t n = 0; n < text.n; n++)
        assert_false(question_vector_parse(str_slice(str_from_buf(&text), 0, n), &head, &back));
    head.dimensions = 4;
    assert_false(question_vector_parse(str_from_buf(&text), &head, &back));
    head.dimensions = 5;
    head.model[3] = 'x';
    assert_false(question_vector_parse(str_from_buf(&text), &head, &back));
    assert_false(question_vector_parse(STR("m 1x AAAAAAAAAAAAAAA="), &head, &back));
    assert_false(question_vector_parse(STR("m 1x /38AAAAAAAAAAA=="), &head, &back)); /* too long */
    buf_free(&text);
}

static struct vector_cache *cache_open(const char *folder, const char *model, int dimensions)
{
    struct vector_cache *cache = NULL;
    assert_int_equal(vector_cache_open(folder, str_of(model), dimensions, &cache, NULL), OK);
    return cache;
}

static void the_cache_gives_back_what_was_put_and_used(void **state)
{
    enum { TEXTS = 3000 };
    char folder[] = "/tmp/test-fusion-XXXXXX", path[64], text[32];
    float row[3];
    (void)state;
    assert_non_null(mkdtemp(folder));
    struct vector_cache *cache = cache_open(folder, "m", 3);
    assert_null(vector_cache_find(cache, STR("0")));
    for (int i = 0; i < TEXTS; i++) {
        row[0] = (float)i;
        (void)snprintf(text, sizeof text, "%d", i);
        assert_int_equal(vector_cache_put(cache, str_of(text), row, NULL), OK);
    }
    assert_int_equal(vector_cache_save(cache, folder, NULL), OK);
    vector_cache_close(cache);

    cache = cache_open(folder, "m", 3); /* half of them are used, and stay */
    for (int i = 0; i < TEXTS; i += 2) {
        (void)snprintf(text, sizeof text, "%d", i);
        const float *found = vector_cache_find(cache, str_of(text));
        assert_true(found && found[0] == (float)i);
    }
    assert_int_equal(vector_cache_save(cache, folder, NULL), OK);
    vector_cache_close(cache);
    cache = cache_open(folder, "m", 3);
    assert_non_null(vector_cache_find(cache, STR("2")));
    assert_null(vector_cache_find(cache, STR("3")));
    vector_cache_close(cache);

    cache = cache_open(folder, "another", 3);
    assert_null(vector_cache_find(cache, STR("2")));
    vector_cache_close(cache);
    cache = cache_open(folder, "m", 4);
    assert_null(vector_cache_find(cache, STR("2")));
    vector_cache_close(cache);

    (void)snprintf(path, sizeof path, "%s/vectors.cache", folder);
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, 500, SEEK_SET), 0);
    assert_true(fputc('?', file) == '?' && fclose(file) == 0);
    cache = cache_open(folder, "m", 3); /* damaged: as if there were none */
    assert_null(vector_cache_find(cache, STR("2")));
    vector_cache_close(cache);
    assert_int_equal(remove(path), 0);
    assert_int_equal(remove(folder), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(vectors_that_win_many_questions_are_on),
        cmocka_unit_test(no_more_than_chance_is_no_help),
        cmocka_unit_test(what_loses_is_off_and_a_tie_too),
        cmocka_unit_test(many_questions_are_counted_without_running_out_of_numbers),
        cmocka_unit_test(a_questions_vector_is_kept_as_text_and_only_for_its_model),
        cmocka_unit_test(the_cache_gives_back_what_was_put_and_used),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
