/* Interest, loans and own contributions, as insurers and banks quote them. Every function is its
 * textbook closed form over rationals, so the result is the exact value and not an approximation of
 * it: what a customer reads is rounded once, by the text of the answer. A year is twelve equal
 * months; the monthly rate is a twelfth of the annual one, which is how Korean consumer contracts
 * state it. */
#include "responses/finance.h"

/* Canonical in, canonical out: powers of coprime numbers are coprime. */
static void power(mpq_t out, const mpq_t base, unsigned exponent)
{
    mpz_pow_ui(mpq_numref(out), mpq_numref(base), exponent);
    mpz_pow_ui(mpq_denref(out), mpq_denref(base), exponent);
}

static void multiply_fraction(mpq_t out, const mpq_t a, unsigned long numerator,
                              unsigned long denominator)
{
    mpq_t factor;
    mpq_init(factor);
    mpq_set_ui(factor, numerator, denominator);
    mpq_canonicalize(factor);
    mpq_mul(out, a, factor);
    mpq_clear(factor);
}

static void add_one(mpq_t out, const mpq_t a)
{
    mpz_add(mpq_numref(out), mpq_numref(a), mpq_denref(a));
    mpz_set(mpq_denref(out), mpq_denref(a));
}

/* (1 + rate/12)^months */
static void growth(mpq_t out, const mpq_t rate, unsigned months)
{
    mpq_t factor;
    mpq_init(factor);
    multiply_fraction(factor, rate, 1, 12);
    add_one(factor, factor);
    power(out, factor, months);
    mpq_clear(factor);
}

void finance_deposit_simple(mpq_t out, const mpq_t principal, const mpq_t rate, unsigned months)
{
    mpq_mul(out, principal, rate);
    multiply_fraction(out, out, months, 12);
}

void finance_deposit_compound(mpq_t out, const mpq_t principal, const mpq_t rate, unsigned months)
{
    mpq_t grown, one;
    mpq_init(grown);
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    growth(grown, rate, months);
    mpq_sub(grown, grown, one);
    mpq_mul(out, principal, grown);
    mpq_clear(one);
    mpq_clear(grown);
}

void finance_saving_simple(mpq_t out, const mpq_t monthly, const mpq_t rate, unsigned months)
{
    /* The first instalment earns n months, the last one: n(n+1)/2 months in all. */
    unsigned long instalment_months = (unsigned long)months * (months + 1ul) / 2;
    mpq_mul(out, monthly, rate);
    multiply_fraction(out, out, instalment_months, 12);
}

void finance_saving_compound(mpq_t out, const mpq_t monthly, const mpq_t rate, unsigned months)
{
    if (mpq_sgn(rate) == 0) {
        mpq_set_ui(out, 0, 1);
        return;
    }
    mpq_t i, sum, paid, next;
    mpq_init(i);
    mpq_init(sum);
    mpq_init(paid);
    mpq_init(next);
    multiply_fraction(i, rate, 1, 12);
    add_one(next, i);
    mpq_set_ui(paid, 1, 1);
    growth(sum, rate, months);
    mpq_sub(sum, sum, paid);
    mpq_div(sum, sum, i);
    mpq_mul(sum, sum, next);
    mpq_set_ui(paid, months, 1);
    mpq_sub(sum, sum, paid);
    mpq_mul(out, monthly, sum);
    mpq_clear(next);
    mpq_clear(paid);
    mpq_clear(sum);
    mpq_clear(i);
}

void finance_after_tax(mpq_t out, const mpq_t interest, const mpq_t tax_rate)
{
    mpq_t taken;
    mpq_init(taken);
    mpq_mul(taken, interest, tax_rate);
    mpq_sub(out, interest, taken);
    mpq_clear(taken);
}

/* P (g(n) − g(k)) / (g(n) − 1): what is still owed after k equal payments. */
static void balance_equal_payment(mpq_t out, const mpq_t principal, const mpq_t rate,
                                  unsigned months, unsigned paid)
{
    if (mpq_sgn(rate) == 0) {
        multiply_fraction(out, principal, months - paid, months);
        return;
    }
    mpq_t whole, part, one;
    mpq_init(whole);
    mpq_init(part);
    mpq_init(one);
    mpq_set_ui(one, 1, 1);
    growth(whole, rate, months);
    growth(part, rate, paid);
    mpq_sub(part, whole, part);
    mpq_sub(whole, whole, one);
    mpq_div(part, part, whole);
    mpq_mul(out, principal, part);
    mpq_clear(one);
    mpq_clear(part);
    mpq_clear(whole);
}

static void balance_after(mpq_t out, enum finance_loan kind, const mpq_t principal,
                          const mpq_t rate, unsigned months, unsigned paid)
{
    switch (kind) {
    case LOAN_EQUAL_PAYMENT:
        balance_equal_payment(out, principal, rate, months, paid);
        break;
    case LOAN_EQUAL_PRINCIPAL:
        multiply_fraction(out, principal, months - paid, months);
        break;
    case LOAN_BULLET:
        multiply_fraction(out, principal, paid < months ? 1 : 0, 1);
        break;
    }
}

/* All three kinds follow from their balances: a month costs its interest on what was owed, and what
 * the balance falls by is what was repaid. */
void finance_loan_month(enum finance_loan kind, const mpq_t principal, const mpq_t rate,
                        unsigned months, unsigned month, mpq_t payment, mpq_t interest,
                        mpq_t repaid, mpq_t balance_left)
{
    mpq_t before, after, cost;
    mpq_init(before);
    mpq_init(after);
    mpq_init(cost);
    balance_after(before, kind, principal, rate, months, month - 1);
    balance_after(after, kind, principal, rate, months, month);
    mpq_mul(cost, before, rate);
    multiply_fraction(cost, cost, 1, 12);
    mpq_sub(before, before, after); /* from here on what was repaid */
    if (payment)
        mpq_add(payment, before, cost);
    if (interest)
        mpq_set(interest, cost);
    if (repaid)
        mpq_set(repaid, before);
    if (balance_left)
        mpq_set(balance_left, after);
    mpq_clear(cost);
    mpq_clear(after);
    mpq_clear(before);
}

void finance_loan_total_interest(enum finance_loan kind, mpq_t out, const mpq_t principal,
                                 const mpq_t rate, unsigned months)
{
    if (kind == LOAN_EQUAL_PAYMENT) {
        mpq_t payment;
        mpq_init(payment);
        finance_loan_month(kind, principal, rate, months, 1, payment, NULL, NULL, NULL);
        multiply_fraction(payment, payment, months, 1);
        mpq_sub(out, payment, principal);
        mpq_clear(payment);
        return;
    }
    mpq_mul(out, principal, rate);
    if (kind == LOAN_EQUAL_PRINCIPAL)
        multiply_fraction(out, out, months + 1ul, 24);
    else
        multiply_fraction(out, out, months, 12);
}

void finance_own_contribution(mpq_t out, const mpq_t cost, const mpq_t deductible,
                              const mpq_t share)
{
    mpq_t part;
    mpq_init(part);
    mpq_mul(part, cost, share);
    if (mpq_cmp(part, deductible) < 0)
        mpq_set(part, deductible);
    if (mpq_cmp(part, cost) > 0)
        mpq_set(part, cost);
    mpq_set(out, part);
    mpq_clear(part);
}
