/* check: one planted fault of each kind that needs more than equal rows to be seen, told once, with
 * its rows; what is nearly such a fault and is none is let be; and a fault that was accepted stays
 * away until its row changes. */
#include "base/files.h"
#include "responses/accepted.h"
#include "tests/unit/failing.h"
#include "training/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#undef fail /* cmocka's, which nobody here calls */

static char folder[64];
static struct fail why;

enum { FIELDS = 8, TOLD_BYTES = 1 << 16 };
struct line {
    enum content_kind kind;
    const char *fields[FIELDS];
};
struct told {
    char lines[TOLD_BYTES]; /* "level kind row row …|why|mend" */
    char id[CHECK_ID_BYTES];
    struct check_result result;
};

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-kinds-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return folder_remove(folder, &why) ? -1 : 0;
}

static void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(stderr, format, arguments);
    va_end(arguments);
    assert_true(false);
}

static void import(const struct line *lines, size_t count)
{
    struct content *content = NULL;
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    for (size_t i = 0; i < count; i++) {
        enum content_change change = CHANGE_REFUSED;
        struct str fields[FIELDS] = {STR_NONE};
        for (size_t k = 0; k < FIELDS && lines[i].fields[k]; k++)
            fields[k] = str_of(lines[i].fields[k]);
        enum err e = content_import_row(content, lines[i].kind, fields, &change, &why);
        if (e || change == CHANGE_REFUSED)
            complain("row %zu: %s", i, why.text);
    }
    assert_int_equal(content_import_end(content, true, &why), OK);
    content_close(content);
}
#define IMPORT(lines) import(lines, sizeof(lines) / sizeof *(lines))

static void fault_tell(void *data, const struct check_fault *fault)
{
    struct told *told = data;
    size_t n = strlen(told->lines);
    n += (size_t)snprintf(told->lines + n, sizeof told->lines - n, "%s %s",
                          check_level_name(fault->level), check_kind_name(fault->kind));
    for (size_t i = 0; i < fault->row_count && n < sizeof told->lines; i++)
        n += (size_t)snprintf(told->lines + n, sizeof told->lines - n, " %.*s",
                              STR_ARG(fault->rows[i].id));
    if (n < sizeof told->lines)
        (void)snprintf(told->lines + n, sizeof told->lines - n, "|%.*s|%.*s\n",
                       STR_ARG(fault->text), STR_ARG(fault->mend));
    assert_true(fault->text.n > 0 && fault->mend.n > 0);
    assert_true(str_find(fault->mend, STR("\n")) == fault->mend.n);
    memcpy(told->id, fault->id, sizeof told->id);
}

static void tell_in(struct told *told, const char *language)
{
    const struct check_options options = {
        .language = str_of(language), .as_of = date_from_civil(2026, 11, 23), .uses_kakao = true};
    struct content *content = NULL;
    memset(told, 0, sizeof *told);
    assert_int_equal(content_open(folder, false, &content, &why), OK);
    assert_int_equal(check_content(content, &options, fault_tell, told, &told->result, &why), OK);
    content_close(content);
}

static void expect(const struct told *told, const char *part)
{
    if (!strstr(told->lines, part))
        complain("\"%s\" is not in:\n%s", part, told->lines);
}

static void expect_none(const struct told *told, const char *part)
{
    if (strstr(told->lines, part))
        complain("\"%s\" is in:\n%s", part, told->lines);
}

#define EXAMPLE(id, text, intent)                                                                  \
    {                                                                                              \
        KIND_EXAMPLES,                                                                             \
        {                                                                                          \
            id, text, intent, ""                                                                   \
        }                                                                                          \
    }
#define CASE(id, text, intent)                                                                     \
    {                                                                                              \
        KIND_CASES,                                                                                \
        {                                                                                          \
            id, text, intent, ""                                                                   \
        }                                                                                          \
    }
#define ANSWER(id, intent, condition, to, text)                                                    \
    {                                                                                              \
        KIND_ANSWERS,                                                                              \
        {                                                                                          \
            id, intent, condition, "", "", "", to, text                                            \
        }                                                                                          \
    }
#define FACT(name, value, unit, from, to)                                                          \
    {                                                                                              \
        KIND_FACTS,                                                                                \
        {                                                                                          \
            "", name, value, unit, from, to, ""                                                    \
        }                                                                                          \
    }

static void sees_the_same_message_behind_spaces_particles_order_and_slips(void **state)
{
    (void)state;
    static const struct line lines[] = {
        EXAMPLE("a1", "보험료를 카드로 내고 싶어요", "pay"),
        EXAMPLE("b1", "보험료 카드로내고싶어요",
                "card"), /* spaces and a particle: not both at once */
        EXAMPLE("a2", "카드 바꾸기", "pay"),
        EXAMPLE("b2", "카드바꾸기", "card"), /* spaces */
        EXAMPLE("a3", "보험증권을 다시 보내 주세요", "pay"),
        EXAMPLE("b3", "다시 보험증권 보내 주세요", "card"), /* a particle and the order */
        EXAMPLE("a4", "please send the certificate again", "pay"),
        EXAMPLE("a5", "send a certificate", "pay"),
        EXAMPLE("a6", "my certificate", "pay"),
        EXAMPLE("b4", "send certifcate again", "card"), /* a slip, and small words */
        EXAMPLE("b5", "send certificate agian to me now", "card"),
        EXAMPLE("a7", "send certificate again to me now", "pay"), /* two letters swapped */
        CASE("c1", "카드 바꾸기 !", "pay"),
    };
    struct told told;
    IMPORT(lines);
    tell_in(&told, "en");
    expect(&told, "warning near_conflict a2 b2|");
    expect(&told, "near_conflict b3 a3|");
    expect(&told, "near_conflict a7 b5|");
    expect(&told, "note leaked_case c1 a2|");
    expect_none(&told, "a1 b1");
}

static void lets_be_what_differs_by_a_word_that_turns_the_meaning(void **state)
{
    (void)state;
    static const struct line lines[] = {
        EXAMPLE("a1", "되는 거 말고 안 되는 거", "no"),
        EXAMPLE("b1", "안 되는 거 말고 되는 거", "yes"), /* the order tells */
        EXAMPLE("a2", "i can open the app today", "yes"),
        EXAMPLE("b2", "i can't open the app today", "no"), /* one letter, and another word */
        EXAMPLE("a3", "the limit is 500 euros", "yes"),
        EXAMPLE("b3", "the limit is 600 euros", "no"),
        EXAMPLE("a4", "카드 바꾸기", "yes"), /* meant: the pair is a contrast */
        EXAMPLE("b4", "카드바꾸기", "no"),
        {KIND_CONTRASTS, {"", "카드 바꾸기", "yes", "카드바꾸기", "no"}},
    };
    struct told told;
    IMPORT(lines);
    tell_in(&told, "en");
    expect_none(&told, "near_conflict");
}

/* Six intents of words of their own, ten examples each. */
static void topics_import(void)
{
    static const char *const topics[] = {"parking", "weather", "pizza",
                                         "violin",  "garden",  "rocket"};
    static const char *const frames[] = {
        "tell me of the %s",    "what of my %s",  "the %s please",
        "is there a %s",        "%s now",         "where is that %s",
        "who knows about a %s", "i like this %s", "how much is one %s",
        "any news on the %s"};
    for (size_t t = 0; t < 6; t++)
        for (size_t i = 0; i < 10; i++) {
            char text[64], id[16];
            size_t at = (size_t)(strchr(frames[i], '%') - frames[i]);
            (void)snprintf(text, sizeof text, "%.*s%s%s", (int)at, frames[i], topics[t],
                           frames[i] + at + 2);
            (void)snprintf(id, sizeof id, "%.2s%zu", topics[t], i);
            const struct line line = EXAMPLE(id, text, topics[t]);
            import(&line, 1);
        }
}

static void finds_an_example_in_the_wrong_intent(void **state)
{
    (void)state;
    static const struct line planted[] = {EXAMPLE("bad", "a slice of pizza", "rocket")};
    struct told told;
    topics_import();
    tell_in(&told, "en");
    expect_none(&told, "crossed_example");
    expect_none(&told, "indistinct");
    IMPORT(planted);
    tell_in(&told, "en");
    expect(&told, "warning crossed_example bad pi");
    expect(&told, "an example of rocket that all the other examples put in pizza");
}

static void finds_intents_that_cannot_be_told_apart(void **state)
{
    (void)state;
    static const char *const words[] = {"my", "the", "that", "this", "our", "your", "her", "his"};
    static const char *const verbs[] = {"open", "empty", "show"};
    struct told told;
    topics_import();
    for (size_t i = 0; i < 24; i++) {
        char text[64], id[16];
        (void)snprintf(text, sizeof text, "%s %s mailbox", verbs[i / 8], words[i % 8]);
        (void)snprintf(id, sizeof id, "m%zu", i);
        const struct line line = EXAMPLE(id, text, 0x5A96C3 >> i & 1 ? "inbox" : "letters");
        import(&line, 1);
    }
    tell_in(&told, "en");
    expect(&told, "warning indistinct_intents inbox letters m");
}

static void misses_a_contrast_where_a_small_word_turns_the_meaning(void **state)
{
    (void)state;
    static const struct line lines[] = {
        EXAMPLE("y1", "what is covered by my home insurance", "covered"),
        EXAMPLE("y2", "which storms are covered", "covered"),
        EXAMPLE("n1", "what is not covered by my home insurance", "excluded"),
        EXAMPLE("n2", "which storms are not covered", "excluded"),
    };
    static const struct line pair[] = {
        {KIND_CONTRASTS, {"", "is it covered", "covered", "is it not covered", "excluded"}}};
    struct told told;
    topics_import();
    IMPORT(lines);
    tell_in(&told, "en");
    expect(&told, "note no_contrast n");
    expect(&told, "\"not\" is what tells excluded from covered");
    IMPORT(pair);
    tell_in(&told, "en");
    expect_none(&told, "no_contrast");
}

static void tells_lopsided_intents(void **state)
{
    (void)state;
    struct told told;
    topics_import();
    for (size_t i = 0; i < 101; i++) {
        char text[64], id[16];
        (void)snprintf(text, sizeof text, "boat number %zu of %zu", i, i * i);
        (void)snprintf(id, sizeof id, "boat%zu", i);
        const struct line line = EXAMPLE(id, text, "boat");
        if (i == 100) {
            tell_in(&told, "en");
            expect_none(&told, "lopsided");
        }
        import(&line, 1);
    }
    tell_in(&told, "en");
    expect(&told, "note lopsided boat|boat has 101 examples where others have about 10");
}

static void finds_answers_that_nobody_gets_and_those_that_overlap(void **state)
{
    (void)state;
    static const struct line lines[] = {
        {KIND_SLOTS, {"amount", "amount", "얼마인가요?"}},
        {KIND_SLOTS, {"product", "list", "어떤 보험인가요?"}},
        {KIND_VALUES, {"", "product", "자동차보험", ""}},
        {KIND_VALUES, {"", "product", "펫보험", ""}},
        FACT("limit", "1000000", "원", "2026-01-01", ""),
        ANSWER("a0", "loan", "", "", "기본 {{fact:limit}}"),
        ANSWER("a1", "loan", "slot:amount > fact:limit", "", "큰 금액 {{slot:amount}}"),
        ANSWER("a2", "loan", "slot:product = \"자동차보험\"", "", "자동차"), /* overlaps a1 */
        ANSWER("a3", "loan", "slot:amount > 5000000원 and slot:amount < 5000000원", "", "없음"),
        ANSWER("a4", "loan", "has(slot:amount) or not has(slot:amount)", "", "언제나"),
        ANSWER("a5", "loan", "slot:amount = 5000000원", "", "오백만"),
        ANSWER("a6", "loan", "slot:product = \"펫보험\" and slot:amount > fact:limit", "", "펫"),
    };
    struct told told;
    IMPORT(lines);
    tell_in(&told, "ko");
    expect(&told, "warning answer_unreachable a3|");
    expect(&told, "warning answer_unreachable a0 a4|");
    expect(&told, "warning answers_overlap a2 a1|");
    expect_none(&told, "answer_unreachable a1");
    expect_none(&told, "answer_unreachable a6"); /* more conditions: it goes before a1 */
}

static void tells_of_answers_that_end(void **state)
{
    (void)state;
    static const struct line lines[] = {
        ANSWER("gone", "one", "", "2026-11-22", "가"),
        ANSWER("kept", "one", "", "", "나"),
        ANSWER("soon", "two", "", "2026-12-23", "다"), /* thirty days */
        ANSWER("late", "three", "", "2026-12-24", "라"),
        ANSWER("left", "four", "", "2026-12-01", "마"),
        {KIND_ANSWERS, {"next", "four", "", "", "", "2026-12-02", "", "바"}},
    };
    struct told told;
    IMPORT(lines);
    tell_in(&told, "en");
    expect(&told, "note answer_expired gone|this answer ended on 2026-11-22");
    expect(&told, "warning answer_expires soon|this answer ends on 2026-12-23");
    expect_none(&told, "answer_expires late");
    expect_none(&told, "answer_expires left");
}

static void compares_typed_figures_with_facts(void **state)
{
    (void)state;
    static const struct line lines[] = {
        FACT("loan_rate", "5.3", "%", "2025-01-01", "2025-12-31"),
        FACT("loan_rate", "4.8", "%", "2026-01-01", ""),
        FACT("pay_days", "3", "일", "", ""),
        ANSWER("good", "rate", "", "",
               "약관대출 금리는 연 {{fact:loan_rate}}입니다. 2026년 5월 3일 기준."),
        ANSWER("same", "rate2", "", "", "약관대출 금리는 연 4.8%입니다."),
        ANSWER("wrong", "rate3", "", "", "약관대출 금리는 연 4.9%입니다. 전화 1588-4800"),
        ANSWER("named", "rate4", "", "", "The loan rate is 6% for now."),
        ANSWER("old", "rate", "1 = 2 and 1 = 3", "", "옛날에는 5.3%였어요."),
        ANSWER("other", "rate5", "", "", "할인은 10%이고 3일 안에 {{fact:pay_days}} 걸려요."),
    };
    struct told told;
    IMPORT(lines);
    tell_in(&told, "en");
    expect(&told, "note figure_typed same loan_rate|4.8% is typed");
    expect(&told, "warning figure_contradicts wrong loan_rate|the answer says 4.9%");
    expect(&told, "warning figure_contradicts named loan_rate|the answer says 6%");
    expect(&told, "warning figure_contradicts old loan_rate|the answer says 5.3%");
    expect_none(&told, "figure_typed good");
    expect_none(&told, "figure_contradicts good");
    expect_none(&told, "figure_contradicts other");
    expect_none(&told, "figure_typed other");
}

static void measures_what_kakao_shows(void **state)
{
    (void)state;
    static char fits[3 * 3000 + 1], long_text[3 * 3000 + 4];
    for (size_t i = 0; i < 3000; i++)
        memcpy(fits + i * 3, "가", 4);
    (void)snprintf(long_text, sizeof long_text, "%s나", fits);
    const struct line lines[] = {
        {KIND_INTENTS, {"short", "열네 글자까지 보이는 버튼", "scripted", ""}},
        {KIND_INTENTS, {"long", "열네 글자가 넘는 버튼은 잘립니다", "scripted", ""}},
        {KIND_INTENTS, {"hidden", "-", "scripted", ""}},
        ANSWER("fits", "short", "", "", fits),
        ANSWER("over", "long", "", "", long_text),
        {KIND_ANSWERS, {"web", "hidden", "", "web", "", "", "", long_text}},
    };
    struct told told;
    IMPORT(lines);
    tell_in(&told, "ko");
    expect(&told, "warning too_long over|카카오톡은 답변을 3000자까지만");
    expect(&told, "note too_long long|카카오톡 버튼은 14자까지인데");
    expect_none(&told, "too_long fits");
    expect_none(&told, "too_long short");
    expect_none(&told, "too_long web");
}

static void an_accepted_fault_stays_away_until_its_row_changes(void **state)
{
    (void)state;
    static const struct line lines[] = {FACT("rate", "4.8", "%", "", "")};
    static const struct line changed[] = {FACT("rate", "4.9", "%", "", "")};
    struct content *content = NULL;
    struct told told;
    IMPORT(lines);
    tell_in(&told, "en");
    expect(&told, "note unused rate|no answer uses this fact");
    assert_int_equal(told.result.levels[CHECK_NOTE], 1);
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(accepted_put(content, str_of(told.id), STR("  "), "tester", &why), ERR_INPUT);
    assert_int_equal(accepted_put(content, str_of(told.id), STR("later"), "tester", &why), OK);
    assert_int_equal(accepted_remove(content, STR("nothing"), "tester", &why), ERR_MISSING);
    content_close(content);
    tell_in(&told, "en");
    expect_none(&told, "unused");
    assert_int_equal(told.result.accepted, 1);
    assert_int_equal(told.result.levels[CHECK_NOTE], 0);
    IMPORT(changed);
    tell_in(&told, "en");
    expect(&told, "note unused rate|");
    assert_int_equal(told.result.accepted, 0);
}

static void counts_are_those_of_the_list(void **state)
{
    (void)state;
    static const struct line lines[] = {ANSWER("a1", "one", "", "", "{{fact:nothing}}"),
                                        EXAMPLE("e1", "same", "one"), EXAMPLE("e2", "same", "two"),
                                        FACT("rate", "4.8", "%", "", "")};
    const struct check_options options = {
        .language = STR("en"), .as_of = date_from_civil(2026, 11, 23), .uses_kakao = true};
    struct content *content = NULL;
    struct check_result counted;
    struct told told;
    IMPORT(lines);
    tell_in(&told, "en");
    assert_int_equal(content_open(folder, false, &content, &why), OK);
    assert_int_equal(check_count(content, &options, &counted, &why), OK);
    content_close(content);
    assert_memory_equal(&counted, &told.result, sizeof counted);
    assert_int_equal(counted.faults, counted.levels[CHECK_ERROR] + counted.levels[CHECK_WARNING] +
                                         counted.levels[CHECK_NOTE]);
    assert_true(counted.levels[CHECK_ERROR] >= 1 &&
                counted.stopping == counted.levels[CHECK_ERROR]);
}

static enum err check_again(void *data)
{
    const struct check_options options = {
        .language = STR("en"), .as_of = date_from_civil(2026, 11, 23), .threads = 1};
    struct content *content = NULL;
    struct check_result result;
    (void)data;
    enum err e = content_open(folder, false, &content, &why);
    if (!e)
        e = check_count(content, &options, &result, &why);
    content_close(content);
    return e;
}

static void leaves_nothing_behind_when_memory_runs_out(void **state)
{
    (void)state;
    static const struct line lines[] = {
        EXAMPLE("a2", "카드 바꾸기", "pay"), EXAMPLE("b2", "카드바꾸기", "card"),
        FACT("loan_rate", "4.8", "%", "2026-01-01", ""),
        ANSWER("same", "pay", "", "", "The loan rate is 6% and {{fact:loan_rate}}.")};
    IMPORT(lines);
    assert_true(failing_allocations(check_again, NULL) > 30);
}

#define IN_A_BOT(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_BOT(sees_the_same_message_behind_spaces_particles_order_and_slips),
        IN_A_BOT(lets_be_what_differs_by_a_word_that_turns_the_meaning),
        IN_A_BOT(finds_an_example_in_the_wrong_intent),
        IN_A_BOT(finds_intents_that_cannot_be_told_apart),
        IN_A_BOT(misses_a_contrast_where_a_small_word_turns_the_meaning),
        IN_A_BOT(tells_lopsided_intents),
        IN_A_BOT(finds_answers_that_nobody_gets_and_those_that_overlap),
        IN_A_BOT(tells_of_answers_that_end),
        IN_A_BOT(compares_typed_figures_with_facts),
        IN_A_BOT(measures_what_kakao_shows),
        IN_A_BOT(an_accepted_fault_stays_away_until_its_row_changes),
        IN_A_BOT(counts_are_those_of_the_list),
        IN_A_BOT(leaves_nothing_behind_when_memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
