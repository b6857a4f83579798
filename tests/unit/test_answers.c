/* The book: which answer is chosen, what it says, what it refuses and what its check finds. */
#include "responses/answers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { MOST = 16, REPLY_BYTES = 400 };

/* Rows as tests write them; ended by a row without a name. */
struct script {
    struct answer_row answers[MOST];
    struct fact_row facts[MOST];
    struct intent_row intents[MOST];
};

static date_days day(const char *iso)
{
    date_days date = DATE_NONE;
    if (iso)
        assert_true(date_parse(str_of(iso), &date));
    return date;
}

static struct answer_row answer(const char *id, const char *condition, const char *text)
{
    return (struct answer_row){.id = str_of(id),
                               .intent = STR("loan"),
                               .condition = str_of(condition),
                               .channel = STR(""),
                               .language = STR(""),
                               .text = str_of(text),
                               .from = DATE_NONE,
                               .to = DATE_NONE,
                               .revision = 1};
}

static struct fact_row fact(const char *name, const char *value, const char *unit, const char *from,
                            const char *to)
{
    return (struct fact_row){.name = str_of(name),
                             .value = str_of(value),
                             .unit = str_of(unit),
                             .source = STR("안내"),
                             .from = day(from),
                             .to = day(to)};
}

#define COPY_ROWS(arena, to, from, count)                                                          \
    memcpy((to) = arena_take((arena), MOST, sizeof(*(to))), (from), (count) * sizeof(*(to)))

static struct content_rows *rows_of(const struct script *script)
{
    struct arena *arena = arena_open(65536, 1 << 24);
    struct content_rows *rows = arena_take(arena, 1, sizeof(*rows));
    const struct slot_row slots[] = {{STR("amount"), STR("얼마를 빌리시나요?"), SLOT_AMOUNT},
                                     {STR("product"), STR("어느 상품인가요?"), SLOT_LIST},
                                     {STR("term"), STR("몇 개월인가요?"), SLOT_TERM}};
    const struct value_row values[] = {{STR("product"), STR("실손의료보험"), STR("실비|실손")},
                                       {STR("product"), STR("암보험"), STR("")}};
    rows->arena = arena;
    while (script->answers[rows->answer_count].id.p)
        rows->answer_count++;
    while (script->facts[rows->fact_count].name.p)
        rows->fact_count++;
    while (script->intents[rows->intent_count].name.p)
        rows->intent_count++;
    rows->slot_count = 3;
    rows->value_count = 2;
    COPY_ROWS(arena, rows->answers, script->answers, rows->answer_count);
    COPY_ROWS(arena, rows->facts, script->facts, rows->fact_count);
    COPY_ROWS(arena, rows->intents, script->intents, rows->intent_count);
    COPY_ROWS(arena, rows->slots, slots, 3);
    COPY_ROWS(arena, rows->values, values, 2);
    return rows;
}

static struct script script_begin(void)
{
    struct script script = {0};
    script.intents[0] = (struct intent_row){.name = STR("loan"), .title = STR("대출")};
    return script;
}

static struct book *book_of(const struct script *script)
{
    struct book *book = NULL;
    struct fail why = {.code = OK};
    if (book_open(rows_of(script), STR("ko"), NULL, NULL, &book, &why))
        fail_msg("%s", why.text);
    return book;
}

struct reply {
    struct answer_found found;
    char text[REPLY_BYTES];
    char id[64];
    struct fail why;
};

static void find(const struct book *book, const char *channel, const char *date, const char *said,
                 struct reply *r)
{
    struct slot_set slots = {.count = 0};
    struct buf text;
    memset(r, 0, sizeof(*r));
    buf_init(&text, REPLY_BYTES - 1);
    if (said)
        slots_find(book_slots(book), str_of(said), day(date), -1, &slots);
    struct answer_query query = {
        .intent = 0, .slots = &slots, .channel = str_of(channel), .as_of = day(date)};
    answer_find(book, &query, &text, &r->found, &r->why);
    if (text.p)
        memcpy(r->text, text.p, text.n + 1);
    if (r->found.row)
        (void)snprintf(r->id, sizeof(r->id), "%.*s", STR_ARG(r->found.row->id));
    buf_free(&text);
}

static void chooses_the_most_specific_answer(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("c-general", "", "일반");
    s.answers[1] = answer("b-amount", "has(slot:amount)", "금액 {{slot:amount}}");
    s.answers[2] =
        answer("a-both", "has(slot:amount) and slot:product = \"실손의료보험\"", "둘 다");
    s.answers[3] = answer("d-kakao", "", "카카오");
    s.answers[3].channel = STR("kakao");
    struct book *book = book_of(&s);
    struct reply r;
    find(book, "web", "2026-11-23", NULL, &r);
    assert_int_equal(r.found.outcome, ANSWER_FOUND);
    assert_string_equal(r.text, "일반");
    assert_string_equal(r.why.text, ""); /* conditions that were not met leave no sentence */
    find(book, "web", "2026-11-23", "3천만원", &r);
    assert_string_equal(r.text, "금액 30,000,000원");
    assert_string_equal(r.found.why_chosen, "1 condition holds");
    find(book, "kakao", "2026-11-23", "3천만원 실비", &r);
    assert_string_equal(r.id, "a-both");
    assert_string_equal(r.found.why_chosen, "2 conditions hold");
    find(book, "kakao", "2026-11-23", "암보험", &r);
    assert_string_equal(r.id, "d-kakao");
    find(book, NULL, "2026-11-23", "암보험", &r); /* no channel said: what is for all of them */
    assert_string_equal(r.id, "c-general");
    book_close(book);
}

static void keeps_to_dates(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("old", "", "옛 금리 {{fact:rate}}");
    s.answers[0].to = day("2026-12-31");
    s.answers[1] = answer("new", "", "새 금리 {{fact:rate}}");
    s.answers[1].from = day("2026-12-01");
    s.facts[0] = fact("rate", "4.5", "%", "2026-01-01", "2026-12-14");
    s.facts[1] = fact("rate", "4.25", "%", "2026-12-15", NULL);
    struct book *book = book_of(&s);
    struct reply r;
    find(book, NULL, "2026-11-30", NULL, &r);
    assert_string_equal(r.text, "옛 금리 4.5%");
    find(book, NULL, "2026-12-01", NULL, &r); /* both are in force: the later one */
    assert_string_equal(r.text, "새 금리 4.5%");
    find(book, NULL, "2026-12-14", NULL, &r);
    assert_string_equal(r.text, "새 금리 4.5%");
    find(book, NULL, "2026-12-15", NULL, &r);
    assert_string_equal(r.text, "새 금리 4.25%");
    find(book, NULL, "2025-12-31", NULL, &r); /* the fact has no value yet: a person, not a hole */
    assert_int_equal(r.found.outcome, ANSWER_FAILED);
    assert_string_equal(r.text, "");
    assert_non_null(strstr(r.why.text, "answer old: fact rate"));
    book_close(book);
}

static void breaks_ties_by_id(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("b", "", "나");
    s.answers[1] = answer("a", "", "가");
    struct book *book = book_of(&s);
    struct reply r;
    find(book, NULL, "2026-11-23", NULL, &r);
    assert_string_equal(r.text, "가");
    book_close(book);
}

static void asks_for_a_slot_it_needs(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("a", "", "이자는 {{= floor(slot:amount * fact:rate / 12) }}입니다.");
    s.facts[0] = fact("rate", "4.5", "%", NULL, NULL);
    struct book *book = book_of(&s);
    struct reply r;
    find(book, NULL, "2026-11-23", NULL, &r);
    assert_int_equal(r.found.outcome, ANSWER_NEEDS_SLOT);
    assert_int_equal(r.found.slot, slots_named(book_slots(book), STR("amount")));
    assert_string_equal(r.text, "");
    find(book, NULL, "2026-11-23", "3천5백만원이요", &r);
    assert_int_equal(r.found.outcome, ANSWER_FOUND);
    assert_string_equal(r.text, "이자는 131,250원입니다.");
    find(book, NULL, "2026-11-23", "$1,000",
         &r); /* dollars do not round to whole won, but stay exact */
    assert_string_equal(r.text, "이자는 $3입니다.");
    book_close(book);
}

static void hands_over_when_arithmetic_fails(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("a", "", "{{= slot:amount + fact:fee }}");
    s.answers[1] = answer("b", "slot:amount > 5원", "여기");
    s.facts[0] = fact("fee", "1500", "원", NULL, NULL);
    struct book *book = book_of(&s);
    struct reply r;
    find(book, NULL, "2026-11-23", "$5", &r);
    assert_int_equal(r.found.outcome, ANSWER_FAILED);
    assert_non_null(strstr(r.why.text, "answer b"));
    book_close(book);
}

static void says_so_when_nothing_fits(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("a", "has(slot:amount)", "x");
    struct book *book = book_of(&s);
    struct reply r;
    find(book, NULL, "2026-11-23", NULL, &r);
    assert_int_equal(r.found.outcome, ANSWER_NONE);
    assert_null(r.found.row);
    book_close(book);
}

static void shows_text_facts_as_written(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] =
        answer("a", "", "{{fact:zip}} {{fact:phone}} {{fact:day}} {{fact:age}} {{fact:years}}");
    s.facts[0] = fact("zip", "04538", "", NULL, NULL);
    s.facts[1] = fact("phone", "1600-0000", "", NULL, NULL);
    s.facts[2] = fact("day", "2026-12-31", "날짜", NULL, NULL);
    s.facts[3] = fact("age", "65", "세", NULL, NULL);
    s.facts[4] = fact("years", "3", "년", NULL, NULL);
    struct book *book = book_of(&s);
    struct reply r;
    find(book, NULL, "2026-11-23", NULL, &r);
    assert_string_equal(r.text, "04538 1600-0000 2026년 12월 31일 65세 3년");
    book_close(book);
}

static void allocates_nothing_for_texts_without_arithmetic(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("a", "", "{{slot:amount}}은(는) {{fact:rate}}, {{slot:product}}");
    s.facts[0] = fact("rate", "4.5", "%", NULL, NULL);
    struct book *book = book_of(&s);
    struct slot_set slots = {.count = 0};
    struct buf text;
    struct answer_found found;
    buf_init(&text, REPLY_BYTES);
    slots_find(book_slots(book), STR("실비 3천만원"), day("2026-11-23"), -1, &slots);
    struct answer_query query = {.intent = 0, .slots = &slots, .as_of = day("2026-11-23")};
    answer_find(book, &query, &text, &found, NULL);
    uint64_t before = mem_count();
    answer_find(book, &query, &text, &found, NULL);
    assert_int_equal(mem_count(), before);
    assert_string_equal(text.p, "30,000,000원은 4.5%, 실손의료보험");
    buf_free(&text);
    book_close(book);
}

static void refuses(struct script *s, const char *part_of_sentence)
{
    struct book *book = NULL;
    struct fail why = {.code = OK};
    assert_int_equal(book_open(rows_of(s), STR("ko"), NULL, NULL, &book, &why), ERR_INPUT);
    if (!strstr(why.text, part_of_sentence))
        fail_msg("%s: %s", part_of_sentence, why.text);
    assert_null(book);
}

static void names_the_answer_that_is_wrong(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("a-1", "", "{{fact:nothing}}");
    refuses(&s, "answer a-1: its text: at 1: there is no fact named \"nothing\"");
    s.answers[0] = answer("a-1", "slot:nothing > 3", "x");
    refuses(&s, "answer a-1: its condition: at 1:");
    s.answers[0] = answer("a-1", "", " ");
    refuses(&s, "answer a-1: it has no text");
    s.answers[0] = answer("a-1", "", "x");
    s.answers[0].intent = STR("other");
    refuses(&s, "no intent named \"other\"");
    s.answers[0] = answer("a-1", "", "x");
    s.answers[0].from = day("2026-02-01");
    s.answers[0].to = day("2026-01-31");
    refuses(&s, "ends before it begins");
    s.answers[0] = answer("a-1", "", "x");
    s.facts[0] = fact("rate", "4.5x", "%", NULL, NULL);
    refuses(&s, "fact rate: \"4.5x\" is not a number: at most 40 digits, with commas, a point or a "
                "minus");
    s.facts[0] = fact("rate", "2026-13-01", "date", NULL, NULL);
    refuses(&s, "fact rate: its value is not a date");
}

struct faults {
    size_t count;
    char text[600];
};
static void fault_note(void *data, const struct book_fault *fault)
{
    struct faults *faults = data;
    faults->count++;
    (void)snprintf(faults->text, sizeof(faults->text), "%.*s: %s", STR_ARG(fault->answer_id),
                   fault->text);
}

static void leaves_faulty_answers_out_when_told_to(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("bad", "has(slot:amount)", "{{fact:nothing}}");
    s.answers[1] = answer("good", "", "x");
    struct book *book = NULL;
    struct faults faults = {0};
    assert_int_equal(book_open(rows_of(&s), STR("ko"), fault_note, &faults, &book, NULL), OK);
    assert_int_equal(faults.count, 1);
    assert_non_null(strstr(faults.text, "bad: its text"));
    struct reply r;
    find(book, NULL, "2026-11-23", "3만원", &r);
    assert_string_equal(r.id, "good");
    book_close(book);
}

/* ---- check ---- */

struct checked {
    char stops[2000], warns[2000];
    bool warned_before_stop;
};
static void check_note(void *data, const struct script_fault *fault)
{
    struct checked *checked = data;
    char *to = fault->stops_release ? checked->stops : checked->warns;
    size_t n = strlen(to);
    if (fault->stops_release && checked->warns[0])
        checked->warned_before_stop = true;
    (void)snprintf(to + n, 2000 - n, "%.*s: %s\n", STR_ARG(fault->row), fault->text);
}

static void check(const struct script *s, struct checked *checked)
{
    struct book *book = book_of(s);
    memset(checked, 0, sizeof(*checked));
    assert_int_equal(book_check(book, day("2026-11-23"), check_note, checked, NULL), OK);
    assert_false(checked->warned_before_stop);
    book_close(book);
}

static void expect_fault(const char *all, const char *part)
{
    if (!strstr(all, part))
        fail_msg("no \"%s\" in: %s", part, all);
}

static void finds_nothing_wrong_with_a_sound_script(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("a", "", "{{fact:rate}} {{slot:product}}");
    s.answers[1] = answer("b", "has(slot:amount) and has(slot:term)",
                          "{{= floor(loan_payment(slot:amount, fact:rate, slot:term)) }} {{= "
                          "if(slot:product = \"암보험\", 1, 2) }}");
    s.facts[0] = fact("rate", "4.5", "%", NULL, NULL);
    struct checked c;
    check(&s, &c);
    assert_string_equal(c.stops, "");
    assert_string_equal(c.warns, "");
}

static void finds_what_would_fail_later(void **state)
{
    (void)state;
    struct script s = script_begin();
    struct checked c;
    s.intents[1] = (struct intent_row){.name = STR("cancel")};
    s.intents[2] = (struct intent_row){.name = STR("person"), .policy = POLICY_HANDOFF};
    s.intents[3] = (struct intent_row){.name = STR("complaint"), .policy = POLICY_NEVER_GENERATE};
    s.answers[0] = answer("clash", "", "{{= slot:amount + fact:rate }}");
    s.answers[1] = answer("endless", "", "{{= slot:amount / 7 }}");
    s.answers[2] = answer("gap", "has(slot:amount)", "{{fact:soon}}");
    s.answers[3] = answer("now", "has(slot:amount)", "{{fact:gone}}");
    s.answers[4] =
        answer("one", "slot:product = \"암보험\"", "{{= floor(fact:rate * fact:rate, 0) }}");
    s.answers[5] = answer("step", "", "{{= fact:step + 5원 }}");
    s.facts[0] = fact("gone", "1", "원", NULL, "2026-10-31");
    s.facts[1] = fact("rate", "4.5", "%", NULL, NULL);
    s.facts[2] = fact("soon", "1", "원", NULL, "2026-12-31");
    s.facts[3] = fact("step", "1", "원", NULL, "2026-12-31");
    s.facts[4] = fact("step", "1", "일", "2027-01-01", NULL);
    s.facts[5] = fact("twice", "1", "", NULL, "2026-12-31");
    s.facts[6] = fact("twice", "2", "", "2026-12-31", NULL);
    check(&s, &c);
    expect_fault(c.stops, "clash: ");
    expect_fault(c.stops, "endless: ");
    expect_fault(c.stops, "now: fact gone has no value on 2026-11-23");
    expect_fault(c.stops, "one: ");
    expect_fault(c.stops, "step: ");
    expect_fault(c.stops, "twice: this fact has two values from 2026-12-31");
    expect_fault(c.stops, "cancel: this intent has no answer");
    expect_fault(c.warns, "gap: fact soon has no value on 2027-01-01");
    expect_fault(c.warns, "complaint: this intent has no answer");
    expect_fault(c.warns, "twice: no answer uses this fact");
    expect_fault(c.warns, "term: no answer uses this slot");
    assert_null(strstr(c.stops, "person:"));
    assert_null(strstr(c.warns, "person:"));
}

static void survives_every_failed_allocation(void **state)
{
    (void)state;
    struct script s = script_begin();
    s.answers[0] = answer("a", "has(slot:amount)", "{{fact:rate}} {{= slot:amount * 2 }}");
    s.facts[0] = fact("rate", "4.5", "%", NULL, NULL);
    for (uint64_t n = 1; n < 1000; n++) {
        struct content_rows *rows = rows_of(&s);
        struct book *book = NULL;
        mem_fail_after(n, false);
        enum err e = book_open(rows, STR("ko"), NULL, NULL, &book, NULL);
        mem_fail_after(0, false);
        book_close(book);
        if (!e)
            return;
        assert_int_equal(e, ERR_MEMORY);
    }
    fail_msg("never succeeded");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chooses_the_most_specific_answer),
        cmocka_unit_test(keeps_to_dates),
        cmocka_unit_test(breaks_ties_by_id),
        cmocka_unit_test(asks_for_a_slot_it_needs),
        cmocka_unit_test(hands_over_when_arithmetic_fails),
        cmocka_unit_test(says_so_when_nothing_fits),
        cmocka_unit_test(shows_text_facts_as_written),
        cmocka_unit_test(allocates_nothing_for_texts_without_arithmetic),
        cmocka_unit_test(names_the_answer_that_is_wrong),
        cmocka_unit_test(leaves_faulty_answers_out_when_told_to),
        cmocka_unit_test(finds_nothing_wrong_with_a_sound_script),
        cmocka_unit_test(finds_what_would_fail_later),
        cmocka_unit_test(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
