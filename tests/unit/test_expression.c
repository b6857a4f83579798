/* The language of conditions and {{= … }}: what it computes, what it refuses and what it does with
 * what is not known. */
#include "base/limits.h"
#include "responses/expression.h"
#include "tests/unit/failing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { DEEP = 200 };

/* fact:rate 4.5 %, fact:fee 1500 원, fact:gone without a value; slot:amount 1,000,000원, slot:term
 * 24 months, slot:product, slot:none. */
static const char *const fact_names[] = {"rate", "fee", "gone", NULL};
static const char *const slot_names[] = {"amount", "term", "product", "none", "when", NULL};

static int index_of(const char *const *names, struct str name)
{
    for (int i = 0; names[i]; i++)
        if (str_equal(name, str_of(names[i])))
            return i;
    return -1;
}
static int named_fact(void *data, struct str name)
{
    (void)data;
    return index_of(fact_names, name);
}
static int named_slot(void *data, struct str name)
{
    (void)data;
    return index_of(slot_names, name);
}
static enum err number_of(const char *figure, const char *unit, struct value *out)
{
    out->kind = VALUE_NUMBER;
    enum err e = number_parse(str_of(figure), &out->number, NULL);
    return e ? e : number_set_unit(&out->number, str_of(unit), NULL);
}
static enum err world_fact(void *data, int fact, struct value *out, struct fail *why)
{
    (void)data;
    if (fact == 2)
        return (fail)(why, ERR_MISSING, "gone");
    return fact == 0 ? number_of("4.5", "%", out) : number_of("1500", "원", out);
}
static enum err world_slot(void *data, int slot, struct value *out, struct fail *why)
{
    (void)data;
    if (slot == 3)
        return (fail)(why, ERR_MISSING, "none");
    if (slot == 0)
        return number_of("1000000", "원", out);
    if (slot == 1)
        return number_of("24", "개월", out);
    out->kind = slot == 2 ? VALUE_TEXT : VALUE_DATE;
    out->text = STR("암보험");
    out->date = date_from_civil(2026, 1, 31);
    return OK;
}

struct result {
    enum err error;
    int missing_slot;
    char text[512];
    struct fail why;
};

static void evaluate(const char *text, const char *language, struct result *r)
{
    struct arena *arena = arena_open(64, 1 << 22); /* small: each piece may fail */
    struct expression_names names = {.fact = named_fact, .slot = named_slot};
    struct expression_world world = {
        .fact = world_fact, .slot = world_slot, .as_of = date_from_civil(2026, 11, 23)};
    const struct expression *expression = NULL;
    struct value value;
    struct buf out;
    memset(r, 0, sizeof(*r));
    r->missing_slot = -2;
    value_init(&value);
    buf_init(&out, sizeof(r->text) - 1);
    r->error =
        arena ? expression_compile(arena, str_of(text), &names, &expression, &r->why) : ERR_MEMORY;
    if (!r->error)
        r->error = expression_evaluate(expression, &world, &value, &r->missing_slot, &r->why);
    if (!r->error && value.kind == VALUE_TRUTH)
        buf_add_text(&out, value.truth ? "true" : "false");
    else if (!r->error)
        r->error = value_format(&value, str_of(language), &out, &r->why);
    if (out.p)
        memcpy(r->text, out.p, out.n);
    buf_free(&out);
    value_free(&value);
    arena_close(arena);
}

static void gives(const char *text, const char *expected)
{
    struct result r;
    evaluate(text, "ko", &r);
    if (r.error)
        fail_msg("%s: %s", text, r.why.text);
    assert_string_equal(r.text, expected);
}

static void refuses(const char *text, const char *part_of_sentence)
{
    struct result r;
    evaluate(text, "ko", &r);
    if (r.error != ERR_INPUT || !strstr(r.why.text, part_of_sentence))
        fail_msg("%s: error %d, %s", text, (int)r.error, r.why.text);
}

static void misses(const char *text, int slot)
{
    struct result r;
    evaluate(text, "ko", &r);
    assert_int_equal(r.error, ERR_MISSING);
    assert_int_equal(r.missing_slot, slot);
}

static void binds_operators_in_the_usual_order(void **state)
{
    (void)state;
    gives("1 + 2 * 3", "7");
    gives("(1 + 2) * 3", "9");
    gives("10 - 4 - 3", "3");
    gives("100 / 5 / 2", "10");
    gives("-2 * -3", "6");
    gives("2 - -3", "5");
    gives("1 + 1 = 2 and not 3 < 2", "true");
    gives("true or false and false", "true");
    gives("not true or true", "true");
    gives("not (true or true)", "false");
    gives("1 ≤ 2 and 2 ≥ 2 and 1 ≠ 2 and 2 × 3 ÷ 6 = 1", "true");
    gives("0.1 + 0.2 = 0.3", "true");
    gives("1/3 + 1/3 + 1/3", "1");
}

static void reads_literals_with_units(void **state)
{
    (void)state;
    gives("1000000원", "1,000,000원");
    gives("3.5%", "3.5%");
    gives("$100.5", "$100.50");
    gives("₩300", "300원");
    gives("24개월", "24개월");
    gives("3년", "3년");
    gives("65세 >= 60세", "true");
    gives("\"실손\"", "실손");
    gives("2026-12-03", "2026년 12월 3일");
    gives("2026-12-03 > today()", "true");
}

static void keeps_units_right(void **state)
{
    (void)state;
    gives("slot:amount + fact:fee", "1,001,500원");
    gives("slot:amount * fact:rate", "45,000원");
    gives("fact:rate * slot:amount", "45,000원");
    gives("slot:amount * fact:rate * slot:term / 12", "90,000원");
    gives("slot:amount / 500원", "2,000");
    gives("slot:amount / 4", "250,000원");
    gives("fact:rate * 2", "9%");
    gives("200 * fact:rate", "9");
    gives("slot:term + 6", "30개월");
    gives("slot:term / 12", "2개월");
    gives("1 - 15.4%", "0.846");
    gives("slot:amount * (1 - 15.4%)", "846,000원");
    gives("max(0, slot:amount - 2000000원)", "0원");
    gives("max(0, fact:fee - slot:amount)", "0원");
    gives("slot:amount > 0", "true");
    refuses("slot:amount + 5", "cannot add won and a plain number");
    refuses("slot:amount + $5", "cannot add won and dollars");
    refuses("slot:amount >= 1000000", "cannot compare");
    refuses("slot:amount * slot:amount", "cannot multiply");
    refuses("fact:rate + 1", "cannot add a percentage");
    refuses("5 / slot:amount", "cannot divide");
    refuses("3회 + 3일", "cannot add");
    refuses("slot:product > \"a\"", "cannot compare");
    refuses("slot:product = 3", "cannot compare");
    refuses("slot:amount / 0", "division by zero");
    refuses("slot:amount / (fact:fee - 1500원)", "division by zero");
}

static void rounds_only_where_it_is_told(void **state)
{
    (void)state;
    refuses("1 / 3", "must round");
    gives("round(1 / 3, 0.01)", "0.33");
    gives("round(2.5)", "3");
    gives("round(-2.5)", "-3");
    gives("round_even(2.5)", "2");
    gives("round_even(3.5)", "4");
    gives("floor(12349원, 10)", "12,340원");
    gives("floor(12349원, 10원)", "12,340원");
    gives("ceil(12341원, 100)", "12,400원");
    gives("ceil(-1.5)", "-1");
    gives("floor(-1.5)", "-2");
    gives("round(3.456%, 0.1)", "3.5%");
    gives("floor(slot:amount * 1.2345678 / 7)", "176,366원");
    refuses("floor(5, 0)", "above zero");
    refuses("floor(5원, $1)", "same unit");
}

static void calls_functions(void **state)
{
    (void)state;
    gives("min(3, 1, 2)", "1");
    gives("max(3, 1, 2)", "3");
    gives("max(7)", "7");
    gives("min(slot:amount, 5000원, fact:fee)", "1,500원");
    gives("abs(-5원)", "5원");
    gives("pow(2, 10)", "1,024");
    gives("pow(2, -2)", "0.25");
    gives("pow(1 + 10%, 2)", "1.21");
    gives("if(slot:amount > fact:fee, \"많음\", \"적음\")", "많음");
    gives("if(1 > 2, 1 / 0, if(2 > 1, 5, 6))", "5");
    gives("1 + if(false, 10, 20) * 2", "41");
    gives("today()", "2026년 11월 23일");
    gives("add_days(today(), 15)", "2026년 12월 8일");
    gives("add_days(today(), 30일)", "2026년 12월 23일");
    gives("add_months(slot:when, 1)", "2026년 2월 28일");
    gives("add_months(today(), slot:term)", "2028년 11월 23일");
    gives("today() - slot:when", "296일");
    refuses("pow(0, -1)", "division by zero");
    refuses("pow(2, 0.5)", "whole number");
    refuses("pow(slot:amount, 2)", "plain number");
    refuses("add_days(today(), 0.5)", "whole number");
    refuses("add_days(today(), 5원)", "plain number");
    refuses("add_months(today(), 100000)", "no calendar");
}

static void calls_finance_functions(void **state)
{
    (void)state;
    gives("deposit_simple(10000000원, 3.5%, 12)", "350,000원");
    gives("floor(deposit_compound(10000000원, 3%, 12))", "304,159원");
    gives("saving_simple(100000원, 5%, 12)", "32,500원");
    gives("floor(saving_compound(100000원, 5%, 24))", "129,086원");
    gives("after_tax(deposit_simple(10000000원, 3.5%, 12개월), 15.4%)", "296,100원");
    gives("floor(loan_payment(30000000원, 4.5%, 36))", "892,407원");
    gives("floor(loan_total_interest(30000000원, 4.5%, 3년))", "2,126,678원");
    gives("loan_principal_interest(12000000원, 6%, 12)", "390,000원");
    gives("loan_bullet_interest(12000000원, 6%, 12)", "720,000원");
    gives("floor(loan_balance_at(30000000원, 4.5%, 36, 12))", "20,445,646원");
    gives("floor(loan_interest_at(30000000원, 4.5%, 36, 13))", "76,671원");
    gives("loan_payment_at(12000000원, 6%, 12, 1, \"equal_principal\")", "1,060,000원");
    gives("loan_payment_at(12000000원, 6%, 12, 12, \"bullet\")", "12,060,000원");
    gives("loan_balance_at(12000000원, 6%, 12, 11, \"bullet\")", "12,000,000원");
    gives("own_contribution(80000원, 10000원, 20%)", "16,000원");
    gives("own_contribution(30000원, 10000원, 20%)", "10,000원");
    gives("round(loan_payment($200000, 6%, 360), 0.01)", "$1,199.10");
    refuses("deposit_simple(10000000원, 5, 12)", "a rate such as 5%");
    refuses("deposit_simple(10000000원, 5%, 12.5)", "whole number");
    refuses("deposit_simple(10000000원, 5%, 0)", "whole number");
    gives("deposit_simple(1200원, 5%, 1200)", "6,000원");
    refuses("deposit_simple(1200원, 5%, 1201)", "whole number");
    refuses("deposit_simple(3.5%, 5%, 12)", "amount of money");
    refuses("loan_payment_at(12000000원, 6%, 12, 13)", "whole number");
    refuses("loan_payment_at(12000000원, 6%, 12, 1, \"other\")", "equal_payment");
    refuses("own_contribution(80000원, $5, 20%)", "deductible");
}

static void names_the_place_of_a_mistake(void **state)
{
    (void)state;
    refuses("", "at 1: a value is missing");
    refuses("1 +", "at 4: a value is missing");
    refuses("1 2", "at 3: an operator is missing");
    refuses("(1", "at 1: a ) is missing");
    refuses("1)", "at 2: a ) without");
    refuses("실손 + 1", "at 1: not a value");
    refuses("\"실손\" + fact:nothing", "at 8: there is no fact of this name: nothing");
    refuses("slot:nothing", "at 1: there is no slot");
    refuses("sqrt(2)", "at 1: there is no function of this name: sqrt");
    refuses("1,000원", "figures are written without commas");
    refuses("floor(1, 2, 3)", "too many arguments");
    refuses("pow(1)", "too few arguments");
    refuses("if(true, 1)", "if() takes");
    refuses("if(true, 1, 2, 3)", "if() takes");
    refuses("today(1)", "takes no arguments");
    refuses("abs()", "a value is missing");
    refuses("\"open", "closing quote");
    refuses("1 < 2 < 3", "join two comparisons");
    refuses("3 # 4", "no meaning here: #");
    refuses("3 not 4", "missing before `not`");
    refuses("has(3)", "has() takes one slot");
    refuses("12abc", "not a number or a unit");
    refuses("$", "number should follow");
    refuses("and", "a value is missing before");
    refuses("true + 1", "cannot add");
    refuses("not 3", "takes a condition");
    refuses("1 and true", "join conditions");
    refuses("true and 1", "join conditions");
    refuses("if(1, 2, 3)", "takes a condition");
    refuses("if(true, true, 1) = 1", "cannot compare");
}

static void does_not_know_what_is_not_given(void **state)
{
    (void)state;
    misses("slot:none", 3);
    misses("slot:none + 1", 3);
    misses("slot:none = 3 and true", 3);
    misses("not slot:none = 3", 3);
    misses("fact:gone * slot:none", -1);
    misses("slot:none * fact:gone", -1);
    misses("if(slot:none > 1, 2, 3)", 3);
    misses("floor(slot:none)", 3);
    gives("slot:none = 3 and false", "false");
    gives("slot:none = 3 or slot:amount > 5원", "true");
    gives("slot:amount > 5원 or slot:none = 3", "true");
    gives("has(slot:none)", "false");
    gives("has(slot:amount) and has(slot:term)", "true");
    gives("has(fact:gone)", "false");
    gives("has(slot:none) and slot:none > 3", "false");
    gives("if(has(slot:none), slot:none, 7)", "7");
    gives("not has(slot:none) or slot:none > 3", "true");
    gives("slot:product = \"암보험\"", "true");
    gives("slot:product != \"암보험\"", "false");
}

static void nests_to_its_maximum(void **state)
{
    (void)state;
    char text[3 * DEEP];
    struct result r;
    for (size_t depth = LIMIT_EXPRESSION_DEPTH - 1; depth <= LIMIT_EXPRESSION_DEPTH + 1; depth++) {
        memset(text, '(', depth);
        text[depth] = '1';
        memset(text + depth + 1, ')', depth);
        text[2 * depth + 1] = '\0';
        evaluate(text, "ko", &r);
        assert_int_equal(r.error, depth <= LIMIT_EXPRESSION_DEPTH ? OK : ERR_INPUT);
    }
}

static void stops_at_the_longest_text(void **state)
{
    (void)state;
    char text[LIMIT_EXPRESSION_BYTES + 2];
    struct result r;
    memset(text, ' ', sizeof(text));
    text[0] = '1';
    text[LIMIT_EXPRESSION_BYTES] = '\0';
    evaluate(text, "ko", &r);
    assert_int_equal(r.error, OK);
    text[LIMIT_EXPRESSION_BYTES] = ' ';
    text[LIMIT_EXPRESSION_BYTES + 1] = '\0';
    evaluate(text, "ko", &r);
    assert_int_equal(r.error, ERR_LIMIT);
}

static void stops_numbers_that_grow(void **state)
{
    (void)state;
    refuses("pow(pow(1234567890123, 10), 1200) * pow(pow(1234567890123, 10), 1200) * "
            "pow(pow(1234567890123, 10), 1200)",
            "too large");
    gives("pow(pow(1234567890123, 10), 1200) > 1", "true");
    refuses("pow(pow(1234567890123, 20), 1200)", "too many digits");
}

static int conjuncts_of(const char *text)
{
    struct arena *arena = arena_open(65536, 1 << 20);
    struct expression_names names = {.fact = named_fact, .slot = named_slot};
    const struct expression *expression = NULL;
    assert_int_equal(expression_compile(arena, str_of(text), &names, &expression, NULL), OK);
    int n = expression_conjuncts(expression);
    arena_close(arena);
    return n;
}

static void counts_conditions_joined_by_and(void **state)
{
    (void)state;
    assert_int_equal(conjuncts_of("has(slot:amount)"), 1);
    assert_int_equal(conjuncts_of("has(slot:amount) and slot:term > 3 and true"), 3);
    assert_int_equal(conjuncts_of("true and (true and true)"), 2);
    assert_int_equal(conjuncts_of("true and true or true"), 1);
    assert_int_equal(conjuncts_of("not true and true"), 2);
}

static void shows_dates_and_texts_in_english(void **state)
{
    (void)state;
    struct result r;
    evaluate("today()", "en", &r);
    assert_string_equal(r.text, "November 23, 2026");
    evaluate("slot:term", "en", &r);
    assert_string_equal(r.text, "24 months");
}

/* Every function says what it got instead of what it must have, for each of its arguments. */
static void says_what_a_function_got_instead(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"round(\"x\")", "round() takes numbers, not a text"},
        {"round(1, today())", "round() takes numbers, not a date"},
        {"round(3%, 1원)", "in the same unit"},
        {"abs(true)", "abs() takes numbers, not a truth"},
        {"after_tax(today(), 15.4%)", "after_tax() takes numbers, not a date"},
        {"after_tax(3개월, 15.4%)", "after_tax() takes an amount of money, not months"},
        {"after_tax(3일, 15.4%)", "takes an amount of money, not days"},
        {"after_tax(100원, 15.4)", "after_tax() takes a rate such as 5%"},
        {"deposit_simple(\"x\", 3%, 12)", "takes numbers, not a text"},
        {"deposit_simple(3%, 3%, 12)", "takes an amount of money, not a percentage"},
        {"deposit_simple(100원, today(), 12)", "takes numbers, not a date"},
        {"deposit_simple(100원, 0% - 3%, 12)", "not one below zero"},
        {"deposit_simple(100원, 3%, \"x\")", "takes numbers, not a text"},
        {"deposit_simple(100원, 3%, 12일)", "takes a term in months, not days"},
        {"deposit_simple(100원, 3%, 1.5)", "takes a whole number from 1 to"},
        {"deposit_simple(100원, 3%, 0)", "takes a whole number from 1 to"},
        {"deposit_simple(1, 3%, 99999)", "takes a whole number from 1 to"},
        {"saving_compound(3일, 3%, 12)", "takes an amount of money"},
        {"loan_total_interest(3%, 3%, 12)", "loan_total_interest() takes an amount of money"},
        {"loan_payment(100원, 3원, 12)", "loan_payment() takes a rate"},
        {"loan_payment_at(100원, 3%, 12, 13)", "a whole number from 1 to 12"},
        {"loan_payment_at(100원, 3%, 12, 1, \"soon\")", "\"equal_payment\""},
        {"loan_interest_at(100원, 3%, 12, 1, 5)", "\"bullet\" as its last argument"},
        {"loan_balance_at(100원, 3%, \"x\", 1)", "loan_balance_at() takes numbers"},
        {"own_contribution(\"x\", 1원, 20%)", "own_contribution() takes numbers"},
        {"own_contribution(100원, \"x\", 20%)", "own_contribution() takes numbers"},
        {"own_contribution(100원, 1달러, 20%)", "the cost is in won, the deductible in dollars"},
        {"own_contribution(100원, 1원, 20)", "own_contribution() takes a rate"},
        {"pow(\"x\", 2)", "pow() takes numbers, not a text"},
        {"pow(2, \"x\")", "pow() takes numbers, not a text"},
        {"pow(2, 0.5)", "pow() takes a whole number"},
        {"pow(2, 100001)", "pow() takes a whole number"},
        {"pow(2원, 2)", "pow() takes a plain number, not won"},
        {"pow(0, 0 - 1)", "division by zero in pow()"},
        {"pow(2, 99999999999999999999)", "pow() takes a whole number"},
        {"pow(pow(2, 600), 2)", "too many digits"},
        {"pow(pow(2, 0 - 600), 2)", "too many digits"},
        {"add_days(1, 2)", "add_days() takes a date first, not a plain number"},
        {"add_days(today(), \"x\")", "add_days() takes numbers, not a text"},
        {"add_days(today(), 3개월)", "takes a plain number second, not months"},
        {"add_days(today(), 100001)", "a whole number from -100000 to 100000"},
        {"add_days(add_days(today(), 0 - 100000), 0 - 700000)", "a whole number from"},
        {"add_months(3, 1)", "add_months() takes a date first"},
        {"add_months(today(), 0 - 99999)", "a date that no calendar shows"},
        {"add_months(today(), 99999)", "a date that no calendar shows"},
    };
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        refuses(cases[i][0], cases[i][1]);
    gives("add_days(today(), 3일)", "2026년 11월 26일");
    gives("own_contribution(100원, 0, 20%)", "20원");
    gives("loan_balance_at(1200원, 0%, 12, 6, \"equal_principal\")", "600원");
    gives("loan_balance_at(1200원, 0%, 12, 6, \"bullet\")", "1,200원");
}

static enum err compile_and_evaluate(void *data)
{
    struct result r;
    evaluate(data, "ko", &r);
    return r.error;
}

static void survives_each_failing_allocation(void **state)
{
    (void)state;
    static char text[] = "if(slot:product == \"암보험\" and not (slot:amount < 3만원),"
                         " round(slot:amount * fact:rate / 12, 10원), 0원)";
    assert_true(failing_allocations(compile_and_evaluate, text) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binds_operators_in_the_usual_order),
        cmocka_unit_test(reads_literals_with_units),
        cmocka_unit_test(keeps_units_right),
        cmocka_unit_test(rounds_only_where_it_is_told),
        cmocka_unit_test(calls_functions),
        cmocka_unit_test(calls_finance_functions),
        cmocka_unit_test(names_the_place_of_a_mistake),
        cmocka_unit_test(does_not_know_what_is_not_given),
        cmocka_unit_test(nests_to_its_maximum),
        cmocka_unit_test(stops_at_the_longest_text),
        cmocka_unit_test(stops_numbers_that_grow),
        cmocka_unit_test(counts_conditions_joined_by_and),
        cmocka_unit_test(shows_dates_and_texts_in_english),
        cmocka_unit_test(says_what_a_function_got_instead),
        cmocka_unit_test(survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
