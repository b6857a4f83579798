/* The finance functions against published examples, and loans against their own month-by-month
 * recurrence. */
#include "responses/finance.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* Whole units and hundredths, cut off: what a customer would read after floor(). */
static long floor_hundredths(const mpq_t q)
{
    mpz_t scaled;
    mpz_init(scaled);
    mpz_mul_ui(scaled, mpq_numref(q), 100);
    mpz_fdiv_q(scaled, scaled, mpq_denref(q));
    long result = mpz_get_si(scaled);
    mpz_clear(scaled);
    return result;
}

struct terms {
    mpq_t amount, rate, out;
};
static void terms_init(struct terms *t, long amount, unsigned long rate_hundredths_of_percent)
{
    mpq_init(t->amount);
    mpq_init(t->rate);
    mpq_init(t->out);
    mpq_set_si(t->amount, amount, 1);
    mpq_set_ui(t->rate, rate_hundredths_of_percent, 10000);
    mpq_canonicalize(t->rate);
}
static void terms_free(struct terms *t)
{
    mpq_clear(t->amount);
    mpq_clear(t->rate);
    mpq_clear(t->out);
}

static void pays_simple_interest_on_a_deposit(void **state)
{
    (void)state;
    struct terms t;
    terms_init(&t, 10000000, 350);
    finance_deposit_simple(t.out, t.amount, t.rate, 12);
    assert_int_equal(floor_hundredths(t.out), 35000000);
    mpq_set_ui(t.rate, 154, 1000);
    mpq_canonicalize(t.rate);
    finance_after_tax(t.out, t.out, t.rate);
    assert_int_equal(floor_hundredths(t.out), 29610000); /* 350,000 less 53,900 of tax */
    terms_free(&t);
}

static void compounds_a_deposit_monthly(void **state)
{
    (void)state;
    struct terms t;
    terms_init(&t, 10000000, 300);
    finance_deposit_compound(t.out, t.amount, t.rate, 12);
    assert_int_equal(floor_hundredths(t.out) / 100, 304159);
    terms_free(&t);
}

static void pays_interest_on_instalments(void **state)
{
    (void)state;
    struct terms t;
    terms_init(&t, 100000, 500);
    finance_saving_simple(t.out, t.amount, t.rate, 12);
    assert_int_equal(floor_hundredths(t.out),
                     3250000); /* 100,000 a month at 5 %: the textbook 32,500 */
    finance_saving_compound(t.out, t.amount, t.rate, 24);
    assert_int_equal(floor_hundredths(t.out) / 100, 129086);
    mpq_set_ui(t.rate, 0, 1);
    finance_saving_compound(t.out, t.amount, t.rate, 24);
    assert_int_equal(mpq_sgn(t.out), 0);
    terms_free(&t);
}

static void finds_published_mortgage_payments(void **state)
{
    (void)state;
    struct terms t;
    terms_init(&t, 200000, 600);
    finance_loan_month(LOAN_EQUAL_PAYMENT, t.amount, t.rate, 360, 1, t.out, NULL, NULL, NULL);
    assert_int_equal(floor_hundredths(t.out), 119910); /* $200,000, 6 %, 30 years: $1,199.10 */
    mpq_set_ui(t.amount, 100000, 1);
    finance_loan_total_interest(LOAN_EQUAL_PAYMENT, t.out, t.amount, t.rate, 360);
    assert_int_equal(floor_hundredths(t.out), 11583818); /* $115,838.19 to the nearest cent */
    terms_free(&t);
}

static void totals_equal_principal_and_bullet_loans(void **state)
{
    (void)state;
    struct terms t;
    terms_init(&t, 12000000, 600);
    finance_loan_total_interest(LOAN_EQUAL_PRINCIPAL, t.out, t.amount, t.rate, 12);
    assert_int_equal(floor_hundredths(t.out), 39000000);
    finance_loan_total_interest(LOAN_BULLET, t.out, t.amount, t.rate, 12);
    assert_int_equal(floor_hundredths(t.out), 72000000);
    terms_free(&t);
}

/* Each month: interest on what was owed, the rest of the payment repays, and after the last nothing
 * is left. */
static void follows_the_schedule(enum finance_loan kind, unsigned long rate, unsigned months)
{
    struct terms t;
    mpq_t payment, interest, repaid, left, owed, total, i;
    terms_init(&t, 30000000, rate);
    mpq_inits(payment, interest, repaid, left, owed, total, i, NULL);
    mpq_set(owed, t.amount);
    mpq_set_ui(i, 1, 12);
    mpq_mul(i, i, t.rate);
    for (unsigned month = 1; month <= months; month++) {
        finance_loan_month(kind, t.amount, t.rate, months, month, payment, interest, repaid, left);
        mpq_mul(t.out, owed, i);
        assert_int_equal(mpq_cmp(t.out, interest), 0);
        mpq_sub(t.out, payment, interest);
        assert_int_equal(mpq_cmp(t.out, repaid), 0);
        mpq_sub(owed, owed, repaid);
        assert_int_equal(mpq_cmp(owed, left), 0);
        mpq_add(total, total, interest);
    }
    assert_int_equal(mpq_sgn(owed), 0);
    finance_loan_total_interest(kind, t.out, t.amount, t.rate, months);
    assert_int_equal(mpq_cmp(t.out, total), 0);
    mpq_clears(payment, interest, repaid, left, owed, total, i, NULL);
    terms_free(&t);
}

static void schedules_add_up_exactly(void **state)
{
    (void)state;
    static const enum finance_loan kinds[] = {LOAN_EQUAL_PAYMENT, LOAN_EQUAL_PRINCIPAL,
                                              LOAN_BULLET};
    for (size_t k = 0; k < 3; k++) {
        follows_the_schedule(kinds[k], 450, 36);
        follows_the_schedule(kinds[k], 0, 7);
        follows_the_schedule(kinds[k], 1999, 1);
    }
}

static void knows_the_balance_in_the_middle(void **state)
{
    (void)state;
    struct terms t;
    terms_init(&t, 30000000, 450);
    finance_loan_month(LOAN_EQUAL_PAYMENT, t.amount, t.rate, 36, 12, t.out, NULL, NULL, NULL);
    assert_int_equal(floor_hundredths(t.out) / 100, 892407);
    finance_loan_month(LOAN_EQUAL_PAYMENT, t.amount, t.rate, 36, 12, NULL, NULL, NULL, t.out);
    assert_int_equal(floor_hundredths(t.out) / 100, 20445646);
    terms_free(&t);
}

static void takes_the_larger_own_contribution_but_never_more_than_the_cost(void **state)
{
    (void)state;
    struct terms t;
    mpq_t deductible;
    mpq_init(deductible);
    mpq_set_ui(deductible, 10000, 1);
    terms_init(&t, 80000, 2000);
    finance_own_contribution(t.out, t.amount, deductible, t.rate);
    assert_int_equal(floor_hundredths(t.out), 1600000); /* 20 % of 80,000 */
    mpq_set_ui(t.amount, 30000, 1);
    finance_own_contribution(t.out, t.amount, deductible, t.rate);
    assert_int_equal(floor_hundredths(t.out), 1000000); /* the deductible */
    mpq_set_ui(t.amount, 7000, 1);
    finance_own_contribution(t.out, t.amount, deductible, t.rate);
    assert_int_equal(floor_hundredths(t.out), 700000); /* the cost itself */
    mpq_clear(deductible);
    terms_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pays_simple_interest_on_a_deposit),
        cmocka_unit_test(compounds_a_deposit_monthly),
        cmocka_unit_test(pays_interest_on_instalments),
        cmocka_unit_test(finds_published_mortgage_payments),
        cmocka_unit_test(totals_equal_principal_and_bullet_loans),
        cmocka_unit_test(schedules_add_up_exactly),
        cmocka_unit_test(knows_the_balance_in_the_middle),
        cmocka_unit_test(takes_the_larger_own_contribution_but_never_more_than_the_cost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
