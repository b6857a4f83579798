/* The finance functions insurers and banks quote, exact in rationals; nothing is rounded here.
 * Rates are annual fractions (4.5 % is 9/200), months are whole numbers 1…LIMIT_TERM_MONTHS, money
 * in any unit. Results may be fractions of a won: the text rounds. Sources: annuity formula A = P·i
 * / (1 − (1+i)^−n), i = rate / 12 (zero rate: P / n). Instalments of a saving are paid at the start
 * of each month. */
#ifndef FINANCE_H
#define FINANCE_H

#include "base/fail.h"

#include <gmp.h>

/* P r n/12 */
void finance_deposit_simple(mpq_t out, const mpq_t principal, const mpq_t rate, unsigned months);
/* P((1+i)^n − 1) */
void finance_deposit_compound(mpq_t out, const mpq_t principal, const mpq_t rate, unsigned months);
/* M i n(n+1)/2 */
void finance_saving_simple(mpq_t out, const mpq_t monthly, const mpq_t rate, unsigned months);
/* M(1+i)((1+i)^n−1)/i − Mn */
void finance_saving_compound(mpq_t out, const mpq_t monthly, const mpq_t rate, unsigned months);
/* I(1 − t) */
void finance_after_tax(mpq_t out, const mpq_t interest, const mpq_t tax_rate);

enum finance_loan { LOAN_EQUAL_PAYMENT, LOAN_EQUAL_PRINCIPAL, LOAN_BULLET };
/* One line of a schedule: month 1…months. Every output may be NULL. */
void finance_loan_month(enum finance_loan kind, const mpq_t principal, const mpq_t rate,
                        unsigned months, unsigned month, mpq_t payment, mpq_t interest,
                        mpq_t repaid, mpq_t balance_left);
void finance_loan_total_interest(enum finance_loan kind, mpq_t out, const mpq_t principal,
                                 const mpq_t rate, unsigned months);
/* min(cost, max(d, cost·share)) */
void finance_own_contribution(mpq_t out, const mpq_t cost, const mpq_t deductible,
                              const mpq_t share);

#endif
