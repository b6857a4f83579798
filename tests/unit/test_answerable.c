/* The chance that a passage answers, and from where on it may be quoted: learned from questions
 * with and without an answer, kept within the budget on questions that were not learned from. */
#include "base/exact.h"
#include "fallback/retrieve.h"
#include "training/answerable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { ROWS = 2000 };

/* Every third has no answer; a right document scores higher, though not always. */
static void rows_make(struct asked *rows, size_t count, uint64_t seed)
{
    for (size_t i = 0; i < count; i++) {
        bool has_answer = i % 3 != 0;
        double luck = exact_random_unit(&seed);
        rows[i] = (struct asked){.has_answer = has_answer, .is_right = has_answer && luck > 0.2};
        rows[i].signals[0] = (rows[i].is_right ? 1.0 : 0.5) + exact_random_unit(&seed);
        rows[i].signals[1] = rows[i].is_right ? 0.5 * exact_random_unit(&seed) : 0;
        rows[i].signals[3] = 2;
    }
}

static struct answerable_marks marks_of(const struct index_answerable *fitted)
{
    static struct asked fresh[ROWS];
    struct answerable_marks marks;
    rows_make(fresh, ROWS, 2);
    answerable_mark(fresh, ROWS, fitted, &marks);
    return marks;
}

static void keeps_the_budget_on_questions_not_seen(void **state)
{
    (void)state;
    static struct asked rows[ROWS];
    struct index_answerable strict, lenient;
    const struct quote_budget five = {0.05, 0.95}, twenty = {0.2, 0.95};
    rows_make(rows, ROWS, 1);
    answerable_fit(rows, ROWS, &five, &strict);
    answerable_fit(rows, ROWS, &twenty, &lenient);
    assert_int_equal(strict.is_fitted, ROWS);
    assert_true(strict.quoted_from > lenient.quoted_from && lenient.quoted_from > 0);
    struct answerable_marks few = marks_of(&strict), many = marks_of(&lenient);
    assert_true(few.quoted > 0 && many.quoted > few.quoted && many.coverage > few.coverage);
    assert_true((double)few.quoted_wrong <= 0.07 * (double)few.quoted);
    assert_true((double)many.quoted_wrong <= 0.22 * (double)many.quoted);
    assert_true(few.coverage90 >= few.coverage95 && few.coverage95 > 0 && few.ece < 0.05);
}

static void never_quotes_what_was_never_right(void **state)
{
    (void)state;
    static struct asked rows[100];
    struct index_answerable fitted;
    const struct quote_budget budget = {0.05, 0.95};
    rows_make(rows, 100, 3);
    for (int i = 0; i < 100; i++)
        rows[i].is_right = false;
    answerable_fit(rows, 100, &budget, &fitted);
    struct answerable_marks marks;
    rows_make(rows, 100, 4);
    answerable_mark(rows, 100, &fitted, &marks);
    assert_true(marks.quoted <= 1);
}

static void tells_nothing_from_a_few_questions(void **state)
{
    (void)state;
    static struct asked rows[ANSWERABLE_LEAST - 1];
    struct index_answerable guess, none = {.quoted_from = 0};
    struct answerable_marks marks;
    answerable_guess(&guess);
    assert_int_equal(guess.is_fitted, 0);
    assert_true(guess.quoted_from > 900 * 1000 && guess.quoted_from < 1000 * 1000);
    rows_make(rows, ANSWERABLE_LEAST - 1, 5);
    answerable_mark(rows, ANSWERABLE_LEAST - 1, &none, &marks);
    assert_true(marks.ece == -1 && marks.coverage90 == -1 && marks.quoted == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_the_budget_on_questions_not_seen),
        cmocka_unit_test(never_quotes_what_was_never_right),
        cmocka_unit_test(tells_nothing_from_a_few_questions),
    };
    return cmocka_run_group_tests_name("answerable", tests, NULL, NULL);
}
