/* The functions an expression may call: rounding, dates and the finance functions. Each checks that
 * its arguments are what they must be (money where money is meant, a rate written with %, a whole
 * number of months) and says what it got instead, because a rate of 5 where 5% was meant would
 * otherwise become a wrong figure in front of a customer. */
#include "responses/finance.h"
#include "responses/program.h"

/* Numbers in a power or a term larger than this have no business in an answer, and would take long.
 */
enum { INPUT_BITS = 512 };

static enum err need_number(const struct value *v, const struct call_place *place, struct fail *why)
{
    if (v->kind != VALUE_NUMBER)
        return fail(why, ERR_INPUT, "%s() takes numbers, not %s", place->name, value_kind_name(v));
    return OK;
}

static enum err need_small(const struct value *v, const struct call_place *place, struct fail *why)
{
    enum err e = need_number(v, place, why);
    if (e)
        return e;
    if (mpz_sizeinbase(mpq_numref(v->number.q), 2) > INPUT_BITS ||
        mpz_sizeinbase(mpq_denref(v->number.q), 2) > INPUT_BITS)
        return fail(why, ERR_INPUT, "%s() got a number with too many digits", place->name);
    return OK;
}

static enum err need_money(const struct value *v, const struct call_place *place, struct fail *why)
{
    enum err e = need_small(v, place, why);
    if (e)
        return e;
    enum unit unit = v->number.unit;
    if (unit != UNIT_WON && unit != UNIT_DOLLAR && unit != UNIT_NONE)
        return fail(why, ERR_INPUT, "%s() takes an amount of money, not %s", place->name,
                    unit_name(&v->number));
    return OK;
}

static enum err need_rate(const struct value *v, const struct call_place *place, struct fail *why)
{
    enum err e = need_small(v, place, why);
    if (e)
        return e;
    bool is_rate = v->number.unit == UNIT_PERCENT || mpq_sgn(v->number.q) == 0;
    if (!is_rate || mpq_sgn(v->number.q) < 0)
        return fail(why, ERR_INPUT, "%s() takes a rate such as 5%%, not %s", place->name,
                    is_rate ? "one below zero" : unit_name(&v->number));
    return OK;
}

static enum err whole_number(const struct value *v, long least, long most,
                             const struct call_place *place, long *out, struct fail *why)
{
    enum err e = need_small(v, place, why);
    if (e)
        return e;
    mpz_srcptr numerator = mpq_numref(v->number.q);
    bool is_whole = mpz_cmp_ui(mpq_denref(v->number.q), 1) == 0 && mpz_fits_slong_p(numerator);
    long n = is_whole ? mpz_get_si(numerator) : 0;
    if (!is_whole || n < least || n > most)
        return fail(why, ERR_INPUT, "%s() takes a whole number from %ld to %ld there", place->name,
                    least, most);
    *out = n;
    return OK;
}

static enum err need_months(const struct value *v, const struct call_place *place, unsigned *out,
                            struct fail *why)
{
    enum err e = need_number(v, place, why);
    if (e)
        return e;
    if (v->number.unit != UNIT_MONTHS && v->number.unit != UNIT_NONE)
        return fail(why, ERR_INPUT, "%s() takes a term in months, not %s", place->name,
                    unit_name(&v->number));
    long months = 0;
    e = whole_number(v, 1, LIMIT_TERM_MONTHS, place, &months, why);
    if (!e)
        *out = (unsigned)months;
    return e;
}

/* amount, rate, months: how most finance functions begin. */
static enum err need_terms(struct value *args, const struct call_place *place, unsigned *months,
                           struct fail *why)
{
    enum err e = need_money(&args[0], place, why);
    if (!e)
        e = need_rate(&args[1], place, why);
    if (!e)
        e = need_months(&args[2], place, months, why);
    return e;
}

typedef void interest_function(mpq_t, const mpq_t, const mpq_t, unsigned);

static enum err run_interest(interest_function *function, struct value *args,
                             const struct call_place *place, struct fail *why)
{
    unsigned months = 0;
    enum err e = need_terms(args, place, &months, why);
    if (!e)
        function(args[0].number.q, args[0].number.q, args[1].number.q, months);
    return e;
}

static enum err run_deposit_simple(struct value *args, unsigned count,
                                   const struct call_place *place, struct fail *why)
{
    (void)count;
    return run_interest(finance_deposit_simple, args, place, why);
}

static enum err run_deposit_compound(struct value *args, unsigned count,
                                     const struct call_place *place, struct fail *why)
{
    (void)count;
    return run_interest(finance_deposit_compound, args, place, why);
}

static enum err run_saving_simple(struct value *args, unsigned count,
                                  const struct call_place *place, struct fail *why)
{
    (void)count;
    return run_interest(finance_saving_simple, args, place, why);
}

static enum err run_saving_compound(struct value *args, unsigned count,
                                    const struct call_place *place, struct fail *why)
{
    (void)count;
    return run_interest(finance_saving_compound, args, place, why);
}

static enum err run_after_tax(struct value *args, unsigned count, const struct call_place *place,
                              struct fail *why)
{
    (void)count;
    enum err e = need_number(&args[0], place, why);
    if (!e && args[0].number.unit != UNIT_WON && args[0].number.unit != UNIT_DOLLAR &&
        args[0].number.unit != UNIT_NONE)
        e = fail(why, ERR_INPUT, "%s() takes an amount of money, not %s", place->name,
                 unit_name(&args[0].number));
    if (!e)
        e = need_rate(&args[1], place, why);
    if (!e)
        finance_after_tax(args[0].number.q, args[0].number.q, args[1].number.q);
    return e;
}

static enum err run_total_interest(enum finance_loan kind, struct value *args,
                                   const struct call_place *place, struct fail *why)
{
    unsigned months = 0;
    enum err e = need_terms(args, place, &months, why);
    if (!e)
        finance_loan_total_interest(kind, args[0].number.q, args[0].number.q, args[1].number.q,
                                    months);
    return e;
}

static enum err run_loan_total_interest(struct value *args, unsigned count,
                                        const struct call_place *place, struct fail *why)
{
    (void)count;
    return run_total_interest(LOAN_EQUAL_PAYMENT, args, place, why);
}

static enum err run_loan_principal_interest(struct value *args, unsigned count,
                                            const struct call_place *place, struct fail *why)
{
    (void)count;
    return run_total_interest(LOAN_EQUAL_PRINCIPAL, args, place, why);
}

static enum err run_loan_bullet_interest(struct value *args, unsigned count,
                                         const struct call_place *place, struct fail *why)
{
    (void)count;
    return run_total_interest(LOAN_BULLET, args, place, why);
}

static enum err run_loan_payment(struct value *args, unsigned count, const struct call_place *place,
                                 struct fail *why)
{
    (void)count;
    unsigned months = 0;
    enum err e = need_terms(args, place, &months, why);
    if (!e)
        finance_loan_month(LOAN_EQUAL_PAYMENT, args[0].number.q, args[1].number.q, months, 1,
                           args[0].number.q, NULL, NULL, NULL);
    return e;
}

static enum err loan_kind(const struct value *v, const struct call_place *place,
                          enum finance_loan *out, struct fail *why)
{
    if (v->kind == VALUE_TEXT && str_equal(v->text, STR("equal_payment")))
        *out = LOAN_EQUAL_PAYMENT;
    else if (v->kind == VALUE_TEXT && str_equal(v->text, STR("equal_principal")))
        *out = LOAN_EQUAL_PRINCIPAL;
    else if (v->kind == VALUE_TEXT && str_equal(v->text, STR("bullet")))
        *out = LOAN_BULLET;
    else
        return fail(
            why, ERR_INPUT,
            "%s() takes \"equal_payment\", \"equal_principal\" or \"bullet\" as its last argument",
            place->name);
    return OK;
}

/* One line of a schedule: (principal, rate, months, k) and perhaps the kind of loan. */
struct schedule {
    unsigned months, month;
    enum finance_loan kind;
};

static enum err need_schedule(struct value *args, unsigned count, const struct call_place *place,
                              struct schedule *out, struct fail *why)
{
    long month = 0;
    *out = (struct schedule){.kind = LOAN_EQUAL_PAYMENT};
    enum err e = need_terms(args, place, &out->months, why);
    if (!e)
        e = whole_number(&args[3], 1, (long)out->months, place, &month, why);
    if (!e && count > 4)
        e = loan_kind(&args[4], place, &out->kind, why);
    out->month = (unsigned)month;
    return e;
}

static enum err run_loan_payment_at(struct value *args, unsigned count,
                                    const struct call_place *place, struct fail *why)
{
    struct schedule s;
    enum err e = need_schedule(args, count, place, &s, why);
    if (!e)
        finance_loan_month(s.kind, args[0].number.q, args[1].number.q, s.months, s.month,
                           args[0].number.q, NULL, NULL, NULL);
    return e;
}

static enum err run_loan_interest_at(struct value *args, unsigned count,
                                     const struct call_place *place, struct fail *why)
{
    struct schedule s;
    enum err e = need_schedule(args, count, place, &s, why);
    if (!e)
        finance_loan_month(s.kind, args[0].number.q, args[1].number.q, s.months, s.month, NULL,
                           args[0].number.q, NULL, NULL);
    return e;
}

static enum err run_loan_balance_at(struct value *args, unsigned count,
                                    const struct call_place *place, struct fail *why)
{
    struct schedule s;
    enum err e = need_schedule(args, count, place, &s, why);
    if (!e)
        finance_loan_month(s.kind, args[0].number.q, args[1].number.q, s.months, s.month, NULL,
                           NULL, NULL, args[0].number.q);
    return e;
}

static enum err run_own_contribution(struct value *args, unsigned count,
                                     const struct call_place *place, struct fail *why)
{
    (void)count;
    enum err e = need_money(&args[0], place, why);
    if (!e)
        e = need_money(&args[1], place, why);
    if (!e && args[0].number.unit != args[1].number.unit && mpq_sgn(args[1].number.q) != 0)
        e = fail(why, ERR_INPUT, "%s(): the cost is in %s, the deductible in %s", place->name,
                 unit_name(&args[0].number), unit_name(&args[1].number));
    if (!e)
        e = need_rate(&args[2], place, why);
    if (!e)
        finance_own_contribution(args[0].number.q, args[0].number.q, args[1].number.q,
                                 args[2].number.q);
    return e;
}

/* The second argument, if any, is the multiple to round to; it may carry the same unit or none. A
 * percentage is rounded as it is read: round(3.456%, 0.1) is 3.5 %. */
static enum err run_rounding(struct value *args, unsigned count, enum rounding rounding,
                             const struct call_place *place, struct fail *why)
{
    enum err e = need_number(&args[0], place, why);
    if (!e && count > 1)
        e = need_number(&args[1], place, why);
    if (e)
        return e;
    struct number *n = &args[0].number;
    const struct number *given = count > 1 ? &args[1].number : NULL;
    if (given && ((given->unit != UNIT_NONE && given->unit != n->unit) || mpq_sgn(given->q) <= 0))
        return fail(why, ERR_INPUT, "%s() rounds to a multiple above zero in the same unit",
                    place->name);
    mpq_t step, hundredth;
    mpq_init(step);
    mpq_init(hundredth);
    mpq_set_ui(step, 1, 1);
    mpq_set_ui(hundredth, 1, 100);
    if (given)
        mpq_set(step, given->q);
    if (n->unit == UNIT_PERCENT && (!given || given->unit == UNIT_NONE))
        mpq_mul(step, step, hundredth);
    number_round(n, step, rounding);
    mpq_clear(hundredth);
    mpq_clear(step);
    return OK;
}

static enum err run_round(struct value *args, unsigned count, const struct call_place *place,
                          struct fail *why)
{
    return run_rounding(args, count, ROUND_HALF_UP, place, why);
}

static enum err run_round_even(struct value *args, unsigned count, const struct call_place *place,
                               struct fail *why)
{
    return run_rounding(args, count, ROUND_HALF_EVEN, place, why);
}

static enum err run_floor(struct value *args, unsigned count, const struct call_place *place,
                          struct fail *why)
{
    return run_rounding(args, count, ROUND_FLOOR, place, why);
}

static enum err run_ceil(struct value *args, unsigned count, const struct call_place *place,
                         struct fail *why)
{
    return run_rounding(args, count, ROUND_CEIL, place, why);
}

static enum err run_abs(struct value *args, unsigned count, const struct call_place *place,
                        struct fail *why)
{
    (void)count;
    enum err e = need_number(&args[0], place, why);
    if (!e)
        mpq_abs(args[0].number.q, args[0].number.q);
    return e;
}

static enum err run_pow(struct value *args, unsigned count, const struct call_place *place,
                        struct fail *why)
{
    (void)count;
    enum err e = need_small(&args[0], place, why);
    long exponent = 0;
    if (!e)
        e = whole_number(&args[1], -LIMIT_TERM_MONTHS, LIMIT_TERM_MONTHS, place, &exponent, why);
    if (e)
        return e;
    struct number *base = &args[0].number;
    if (base->unit != UNIT_NONE && base->unit != UNIT_PERCENT)
        return fail(why, ERR_INPUT, "%s() takes a plain number, not %s", place->name,
                    unit_name(base));
    if (exponent < 0 && mpq_sgn(base->q) == 0)
        return fail(why, ERR_INPUT, "division by zero in %s()", place->name);
    if (exponent < 0)
        mpq_inv(base->q, base->q);
    unsigned long n = (unsigned long)(exponent < 0 ? -exponent : exponent);
    mpz_pow_ui(mpq_numref(base->q), mpq_numref(base->q), n);
    mpz_pow_ui(mpq_denref(base->q), mpq_denref(base->q), n);
    base->unit = UNIT_NONE;
    base->unit_text[0] = '\0';
    return OK;
}

static enum err run_today(struct value *args, unsigned count, const struct call_place *place,
                          struct fail *why)
{
    (void)count;
    if (place->as_of == DATE_NONE)
        return fail(why, ERR_INPUT, "today() has no date here");
    args[0].kind = VALUE_DATE;
    args[0].date = place->as_of;
    return OK;
}

/* The years 1 to 9999, as every calendar of ours shows them. */
static bool date_is_shown(date_days date)
{
    return date >= date_from_civil(1, 1, 1) && date <= date_from_civil(9999, 12, 31);
}

static enum err need_date_and_count(struct value *args, enum unit unit,
                                    const struct call_place *place, long *n, struct fail *why)
{
    if (args[0].kind != VALUE_DATE)
        return fail(why, ERR_INPUT, "%s() takes a date first, not %s", place->name,
                    value_kind_name(&args[0]));
    enum err e = need_number(&args[1], place, why);
    if (!e && args[1].number.unit != unit && args[1].number.unit != UNIT_NONE)
        e = fail(why, ERR_INPUT, "%s() takes a plain number second, not %s", place->name,
                 unit_name(&args[1].number));
    if (!e)
        e = whole_number(&args[1], -100000, 100000, place, n, why);
    return e;
}

static enum err run_add_days(struct value *args, unsigned count, const struct call_place *place,
                             struct fail *why)
{
    (void)count;
    long n = 0;
    enum err e = need_date_and_count(args, UNIT_DAYS, place, &n, why);
    if (e)
        return e;
    date_days moved = args[0].date + (date_days)n;
    if (!date_is_shown(moved))
        return fail(why, ERR_INPUT, "%s() gives a date that no calendar shows", place->name);
    args[0].date = moved;
    return OK;
}

static enum err run_add_months(struct value *args, unsigned count, const struct call_place *place,
                               struct fail *why)
{
    (void)count;
    long n = 0;
    enum err e = need_date_and_count(args, UNIT_MONTHS, place, &n, why);
    if (e)
        return e;
    int year, month, day;
    date_to_civil(args[0].date, &year, &month, &day);
    long months = (long)year * 12 + n;
    if (months < 24 || months > 9998L * 12)
        return fail(why, ERR_INPUT, "%s() gives a date that no calendar shows", place->name);
    args[0].date = date_add_months(args[0].date, (int)n);
    return OK;
}

static const struct function functions[] = {
    {"abs", 1, 1, run_abs},
    {"add_days", 2, 2, run_add_days},
    {"add_months", 2, 2, run_add_months},
    {"after_tax", 2, 2, run_after_tax},
    {"ceil", 1, 2, run_ceil},
    {"deposit_compound", 3, 3, run_deposit_compound},
    {"deposit_simple", 3, 3, run_deposit_simple},
    {"floor", 1, 2, run_floor},
    {"loan_balance_at", 4, 5, run_loan_balance_at},
    {"loan_bullet_interest", 3, 3, run_loan_bullet_interest},
    {"loan_interest_at", 4, 5, run_loan_interest_at},
    {"loan_payment", 3, 3, run_loan_payment},
    {"loan_payment_at", 4, 5, run_loan_payment_at},
    {"loan_principal_interest", 3, 3, run_loan_principal_interest},
    {"loan_total_interest", 3, 3, run_loan_total_interest},
    {"own_contribution", 3, 3, run_own_contribution},
    {"pow", 2, 2, run_pow},
    {"round", 1, 2, run_round},
    {"round_even", 1, 2, run_round_even},
    {"saving_compound", 3, 3, run_saving_compound},
    {"saving_simple", 3, 3, run_saving_simple},
    {"today", 0, 0, run_today},
};

int function_named(struct str name)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++)
        if (str_equal(name, str_of(functions[i].name)))
            return (int)i;
    return -1;
}

const struct function *function_at(int index)
{
    return &functions[index];
}
