/* Questions to a small graph of two products, and what a graph's own faults do. */
#include "base/arena.h"
#include "fallback/graph.h"
#include "tests/unit/failing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ENTITY(id, kind, name, aliases)                                                            \
    "{\"row\":\"entities\",\"id\":\"" id "\",\"kind\":\"" kind "\",\"name\":\"" name               \
    "\",\"aliases\":\"" aliases "\"}\n"
#define PREDICATE(name, title, aliases, text)                                                      \
    "{\"row\":\"predicates\",\"name\":\"" name "\",\"title\":\"" title "\",\"aliases\":\"" aliases \
    "\",\"text\":\"" text "\"}\n"
#define STATEMENT(id, entity, predicate, value, unit, condition, from, to)                         \
    "{\"row\":\"statements\",\"id\":\"" id "\",\"entity\":\"" entity                               \
    "\",\"predicate\":\"" predicate "\",\"value\":\"" value "\",\"unit\":\"" unit                  \
    "\",\"condition\":\"" condition "\",\"effective_from\":\"" from "\",\"effective_to\":\"" to    \
    "\",\"source\":\"terms#제4조\"}\n"
#define RATE(id, keys, value)                                                                      \
    "{\"row\":\"rates\",\"id\":\"" id "\",\"rate_table\":\"cancer_premium\",\"keys\":\"" keys      \
    "\",\"value\":\"" value "\",\"unit\":\"원\",\"effective_from\":\"\",\"effective_to\":\"\","   \
    "\"source\":\"\"}\n"

static const char graph_text[] = ENTITY("cancer", "product", "암보험", "암 보험") ENTITY(
    "cancer_day", "coverage", "암 입원일당",
    "입원일당") ENTITY("cancer_sum", "coverage", "암 진단비",
                       "진단비|암진단금") ENTITY("driver", "product", "운전자보험", "")
    ENTITY("driver_day", "coverage", "상해 입원일당", "입원일당") ENTITY(
        "rider", "rider", "입원 특약", "") PREDICATE("amount", "지급금액", "?얼마|?금액", "")
        PREDICATE("limit", "한도", "얼마까지", "{{entity}}의 {{title}}은(는) {{value}}입니다.")
            PREDICATE("parts", "보장", "담보", "") PREDICATE("premium", "보험료", "", "")
                PREDICATE("wait", "면책기간", "면책", "{{entity}} {{title}}: {{value}}") STATEMENT(
                    "s01", "cancer", "parts", "cancer_sum rider", "entity", "", "",
                    "") STATEMENT("s02", "rider", "parts", "cancer_day", "entity", "", "", "")
                    STATEMENT("s03", "driver", "parts", "driver_day", "entity", "", "",
                              "") STATEMENT("s04", "cancer_day", "limit", "120", "일", "", "", "")
                        STATEMENT("s05", "driver_day", "limit", "180", "일", "", "", "") STATEMENT(
                            "s06", "cancer_sum", "wait", "90", "일", "", "2025-01-01", "2025-12-31")
                            STATEMENT("s07", "cancer_sum", "wait", "60", "일", "", "2026-01-01", "")
                                STATEMENT("s08", "cancer_sum", "amount", "30000000",
                                          "원", "1년 이상", "", "")
                                    STATEMENT("s09", "cancer_sum", "amount", "15000000",
                                              "원", "1년 미만", "", "")
                                        STATEMENT("s10", "cancer", "premium",
                                                  "cancer_premium", "rate", "", "", "")
                                            STATEMENT("s11", "driver", "wait", "없음", "text", "",
                                                      "", "") RATE("r1", "age=40;sex=f", "42000")
                                                RATE("r2", "age=40;sex=m", "43800")
                                                    RATE("r3", "age=50;sex=f", "51000");

static struct graph *graph_of_text(const char *text)
{
    struct graph *graph = NULL;
    struct fail why = {.text = ""};
    enum err e = graph_open(str_of(text), "graph.jsonl", &graph, &why);
    if (e)
        print_error("%s\n", why.text);
    assert_int_equal(e, OK);
    return graph;
}

static date_days day(const char *iso)
{
    date_days date = DATE_NONE;
    assert_true(date_parse(str_of(iso), &date));
    return date;
}

static void check_on(void **state, const char *product, const char *date, const char *question,
                     const char *expected)
{
    struct graph_answer answer;
    struct buf got;
    buf_init(&got, 4096);
    graph_ask(*state, str_of(question), str_of(product), day(date), &answer);
    if (answer.kind == GRAPH_TELLS)
        assert_int_equal(graph_print(*state, &answer, STR("ko"), &got, NULL), OK);
    for (size_t i = 0; answer.kind == GRAPH_ASKS && i < answer.entity_count; i++) {
        buf_add_text(&got, i > 0 ? "|" : "?");
        buf_add_str(&got, graph_entity(*state, answer.entities[i])->name);
    }
    for (size_t i = 0; answer.kind == GRAPH_ASKS_KEY && i < answer.value_count; i++) {
        buf_add_text(&got, i > 0 ? "|" : "");
        if (i == 0)
            buf_add_str(&got, graph_key_title(*state, answer.values[0], STR("ko")));
        buf_add_text(&got, i == 0 ? "?" : "");
        buf_add_str(&got, graph_key_label(*state, answer.values[i], STR("ko")));
    }
    buf_add_text(&got, "");
    if (strcmp(got.p ? got.p : "", expected) != 0)
        print_error("\"%s\": %s\n", question, answer.why);
    assert_string_equal(got.p ? got.p : "", expected);
    assert_true(strlen(answer.why) > 0);
    buf_free(&got);
}

static void check(void **state, const char *question, const char *expected)
{
    check_on(state, "", "2026-11-24", question, expected);
}

static void offered(void **state, const char *product, const char *date, const char *question,
                    const char *expected)
{
    size_t out[4];
    char got[64] = "";
    const size_t count = graph_offer(*state, str_of(question), str_of(product), day(date), out, 4);
    assert_true(count <= 4);
    for (size_t i = 0; i < count; i++) {
        const struct str id = graph_statement(*state, out[i])->id;
        (void)snprintf(got + strlen(got), sizeof got - strlen(got), "%.*s ", STR_ARG(id));
    }
    assert_string_equal(got, expected);
}

static void offers_what_may_be_meant(void **state)
{
    struct graph_answer answer;
    offered(state, "", "2026-11-24", "암 진단비 금액과 면책기간", "s08 s09 s07 ");
    offered(state, "", "2025-06-01", "암 진단비 금액과 면책기간", "s08 s09 s06 ");
    offered(state, "", "2026-11-24", "암 진단비 면책이 궁금", "s07 s08 s09 ");
    offered(state, "", "2026-11-24", "암보험의 한도와 면책", "s07 s04 s08 s09 ");
    offered(state, "", "2026-11-24", "운전자보험 입원일당 한도 면책", "s05 ");
    offered(state, "", "2026-11-24", "입원일당 한도 면책", "s04 s05 ");
    offered(state, "운전자보험", "2026-11-24", "입원일당 한도 면책", "s05 ");
    offered(state, "운전자보험", "2026-11-24", "암 진단비 면책", ""); /* another product's */
    offered(state, "모르는보험", "2026-11-24", "암 진단비 면책", "");
    offered(state, "", "2026-11-24", "운전자보험 암 진단비", ""); /* nothing is of both */
    offered(state, "", "2026-11-24", "한도와 면책", "");
    offered(state, "운전자보험", "2026-11-24", "한도와 면책", "s11 s05 ");
    offered(state, "운전자보험", "2026-11-24", "안녕하세요", "");
    for (size_t i = 0; i < 11; i++)
        assert_true(graph_told_find(*state, i, &answer) && answer.statements[0] == i);
    assert_false(graph_told_find(*state, 11, &answer));
}

static void tells_what_is_stated(void **state)
{
    check(state, "운전자보험 면책기간 있어?", "운전자보험 면책기간: 없음");
    check(state, "진단비면책", "암 진단비 면책기간: 60일");
}

static void tells_what_held_on_the_day(void **state)
{
    check_on(state, "", "2025-12-31", "암 진단비 면책기간", "암 진단비 면책기간: 90일");
    check_on(state, "", "2026-01-01", "암 진단비 면책기간", "암 진단비 면책기간: 60일");
    check_on(state, "", "2024-12-31", "암 진단비 면책기간", "");
}

static void each_condition_has_its_line(void **state)
{
    check(state, "암 진단비 얼마",
          "암 진단비 지급금액: 30,000,000원 (1년 이상)\n"
          "암 진단비 지급금액: 15,000,000원 (1년 미만)");
}

static void what_a_product_leads_to_is_its_own(void **state)
{
    check(state, "암보험 입원일당 한도", "암 입원일당의 한도는 120일입니다.");
    check(state, "운전자보험은 입원일당 얼마까지예요", "상해 입원일당의 한도는 180일입니다.");
    check(state, "암보험 한도", "암 입원일당의 한도는 120일입니다.");
}

static void a_name_may_be_mistyped_by_one_jamo(void **state)
{
    check(state, "운전자보헙 면책기간", "운전자보험 면책기간: 없음");
    check(state, "운전자보험면첵기간이요", "운전자보험 면책기간: 없음");
    check(state, "암보혐은 입원일당 한도가", "암 입원일당의 한도는 120일입니다.");
    check(state, "운전자보헙 입원일당 얼마까지", "상해 입원일당의 한도는 180일입니다.");
    check(state, "운전자보호 면책기간", "");   /* two jamo */
    check(state, "신운전자보헙 면책기간", ""); /* in the middle of a word */
    check(state, "임원일땅 한도", "");         /* two */
    check(state, "입원일땅 한도", "?암 입원일당|상해 입원일당");
}

static void two_that_fit_equally_are_asked_about(void **state)
{
    check(state, "입원일당 한도가 며칠인가요", "?암 입원일당|상해 입원일당");
    check_on(state, "암보험", "2026-11-24", "입원일당 한도가 며칠인가요",
             "암 입원일당의 한도는 120일입니다.");
    check_on(state, "치아보험", "2026-11-24", "입원일당 한도", "?암 입원일당|상해 입원일당");
}

static void a_perhaps_gives_way_to_what_is_surely_asked(void **state)
{
    check(state, "진단비 면책기간 얼마예요", "암 진단비 면책기간: 60일");
    check(state, "진단비 면책기간이랑 한도", "");
}

static void nothing_is_told_of_what_is_not_stated(void **state)
{
    check(state, "암 진단비 한도", "");
    check(state, "오늘 날씨 어때", "");
    check(state, "면책기간이 뭐예요", "");
    check(state, "암보험이랑 운전자보험 면책기간", "");
    check(state, "", "");
}

static void a_question_may_be_about_more_than_is_told(void **state)
{
    static const struct {
        const char *question;
        bool is_whole;
    } cases[] = {{"40세 여자 암보험 보험료", true},
                 {"암보험료 40세 여자는 얼마예요?", true},
                 {"40세여자암보험보험료알려주세요", true},
                 {"운전자보험 면책", true},
                 {"암 진단비는 얼마인가요", true},
                 {"암 진단비 얼마 내나요", true},
                 {"타사 암 진단비는 얼마인가요", false},
                 {"3세대 암 진단비 얼마예요", false},
                 {"40세 여자 흡연자 암보험 보험료", false},
                 {"암보험 보험료 40세 여자 5년", false},
                 {"진단비는 왜 안 나오나요 얼마예요", false},
                 {"월세 운전자보험 면책", false},
                 {"화성", false},
                 {"", false}};
    struct buf longer;
    struct graph_answer answer;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct str question = str_of(cases[i].question);
        graph_ask(*state, question, STR_NONE, day("2026-11-24"), &answer);
        if (graph_is_whole(*state, question, &answer) != cases[i].is_whole)
            print_error("%s: %s\n", cases[i].question, answer.why);
        assert_int_equal(graph_is_whole(*state, question, &answer), cases[i].is_whole);
    }
    buf_init(&longer, 4096);
    for (size_t runes = 126; runes <= 130; runes += 4) { /* 128 and no more */
        buf_clear(&longer);
        buf_add_text(&longer, "운전자보험 면책");
        for (size_t i = 7; i < runes; i++)
            buf_add_text(&longer, "?");
        graph_ask(*state, str_from_buf(&longer), STR_NONE, day("2026-11-24"), &answer);
        assert_int_equal(graph_is_whole(*state, str_from_buf(&longer), &answer), runes == 126);
    }
    buf_free(&longer);
}

static void a_rate_is_told_by_its_keys(void **state)
{
    check(state, "40세 여자 암보험 보험료", "암보험 보험료: 42,000원 (40세, 여자)");
    check(state, "암보험 보험료 남성 만 40살", "암보험 보험료: 43,800원 (40세, 남자)");
    check(state, "암보험료는 마흔살여성이면", "암보험 보험료: 42,000원 (40세, 여자)");
    check(state, "여자 60세 암보험 보험료", "");
    check(state, "여자 40세 60일 암보험 보험료", "암보험 보험료: 42,000원 (40세, 여자)");
    check(state, "40세랑 50세 여자 암보험 보험료", "");
}

static void a_key_that_is_missing_is_asked_for(void **state)
{
    check(state, "암보험 보험료 40세", "성별?여자|남자");
    check(state, "암보험 보험료 여자", "나이?40세|50세");
    check(state, "암보험 보험료 50세 남자", "");
    check(state, "암보험 보험료", "나이?40세|50세");
    check(state, "암보험 보험료 50세", "암보험 보험료: 51,000원 (50세, 여자)");
}

#define RATE_OF(id, table, keys, value, from, to)                                                  \
    "{\"row\":\"rates\",\"id\":\"" id "\",\"rate_table\":\"" table "\",\"keys\":\"" keys           \
    "\",\"value\":\"" value "\",\"unit\":\"원\",\"effective_from\":\"" from                        \
    "\",\"effective_to\":\"" to "\",\"source\":\"\"}\n"

static void keys_are_words_bands_and_named_values(void **state)
{
    static const char text[] = ENTITY("trip", "product", "여행자보험", "여행보험") ENTITY(
        "size_s", "value", "소형견", "작은 개|말티즈") ENTITY("size", "key", "크기", "")
        ENTITY("pet", "product", "펫보험", "강아지보험") ENTITY(
            "crash_0", "value", "무사고", "사고 없음") PREDICATE("premium", "보험료", "?얼마", "")
            STATEMENT("s1", "trip", "premium", "trip_t", "rate", "하루", "", "")
                STATEMENT("s2", "pet", "premium", "pet_t", "rate", "", "", "")
                    RATE_OF("r1", "trip_t", "plan=실속;days=3;age=20-39", "3900", "", "")
                        RATE_OF("r2", "trip_t", "age=40~59;days=3;plan=실속", "5900", "", "")
                            RATE_OF("r3", "trip_t", "plan=고급형;days=3;age=40~59", "9900", "", "")
                                RATE_OF("r4", "pet_t", "owner_age=3;size=s", "100", "", "")
                                    RATE_OF("r5", "pet_t", "owner_age=3;size=l", "200", "", "")
                                        RATE_OF("r6", "pet_t", "owner_age=3;crash=0;size=l", "150",
                                                "", "");
    struct graph *graph = graph_of_text(text);
    void *own = graph;
    (void)state;
    check(&own, "여행자보험 3일 실속 45세 보험료",
          "여행자보험 보험료: 5,900원 (40~59세, 3일, 실속, 하루)");
    check(&own, "39살 여행보험 3일 보험료 실속으로요",
          "여행자보험 보험료: 3,900원 (실속, 3일, 20~39세, 하루)");
    check(&own, "여행자보험 45세 보험료 3일", "plan?고급형|실속");
    check(&own, "여행자보험 고급형 45세 3일 보험료",
          "여행자보험 보험료: 9,900원 (고급형, 3일, 40~59세, 하루)");
    check(&own, "여행자보험 60세 보험료 3일 실속", "");
    check(&own, "말티즈 3살 펫보험 보험료", "펫보험 보험료: 100원 (3세, 소형견)");
    check(&own, "펫보험 보험료", "크기?l|소형견");
    check(&own, "펫보험 보험료 무사고", "펫보험 보험료: 150원 (3세, 무사고, l)");
    graph_close(graph);
}

struct flaws {
    char text[512];
};

static void flaw_note(void *data, enum graph_fault fault, struct str row, struct str other)
{
    struct flaws *flaws = data;
    size_t used = strlen(flaws->text);
    (void)snprintf(flaws->text + used, sizeof flaws->text - used, "%d %.*s %.*s;", (int)fault,
                   STR_ARG(row), STR_ARG(other));
}

static void a_contradiction_is_a_fault_and_never_told(void **state)
{
    static const char text[] =
        ENTITY("a", "product", "암보험", "") PREDICATE("wait", "면책기간", "", "")
            STATEMENT("s1", "a", "wait", "90", "일", "", "2025-01-01", "2026-06-30")
                STATEMENT("s2", "a", "wait", "60", "일", "", "2026-06-30", "")
                    STATEMENT("s3", "a", "wait", "30", "일", "갱신", "", "");
    struct flaws flaws = {.text = ""};
    void *graph = graph_of_text(text);
    (void)state;
    graph_each_fault(graph, flaw_note, &flaws);
    assert_string_equal(flaws.text, "0 s1 s2;");
    check(&graph, "암보험 면책기간", "암보험 면책기간: 30일 (갱신)");
    graph_close(graph);
}

static void rates_of_one_key_must_agree(void **state)
{
    static const char text[] =
        ENTITY("a", "product", "암보험", "") PREDICATE("premium", "보험료", "", "")
            STATEMENT("s1", "a", "premium", "t", "rate", "", "", "")
                RATE_OF("r1", "t", "age=40;sex=f", "42000", "", "2026-06-30")
                    RATE_OF("r2", "t", "sex=f;age=40", "43000", "2026-06-30", "")
                        RATE_OF("r3", "t", "age=50;sex=f", "51,000", "", "")
                            RATE_OF("r4", "t", "sex=f; age=50", "51000", "2026-01-01", "")
                                RATE_OF("r5", "t", "age=60;sex=f", "1", "", "2025-12-31")
                                    RATE_OF("r6", "t", "age=60;sex=f", "2", "2026-01-01", "")
                                        RATE_OF("r7", "t", "age", "3", "", "")
                                            RATE_OF("r8", "t", "age=1;age=2", "3", "", "");
    struct flaws flaws = {.text = ""};
    void *graph = graph_of_text(text);
    (void)state;
    graph_each_fault(graph, flaw_note, &flaws);
    assert_string_equal(flaws.text, "6 r7 age;6 r8 age=1;age=2;0 r1 r2;5 r3 r4;");
    check(&graph, "암보험 보험료 40세 여자", "");
    check(&graph, "암보험 보험료 50세 여자", "암보험 보험료: 51,000원 (50세, 여자)");
    check(&graph, "암보험 보험료 60세 여자", "암보험 보험료: 2원 (60세, 여자)");
    check_on(&graph, "", "2025-12-31", "암보험 보험료 60세 여자",
             "암보험 보험료: 1원 (60세, 여자)");
    graph_close(graph);
}

static void what_is_stated_twice_is_told_once(void **state)
{
    static const char text[] = ENTITY("a", "product", "암보험", "")
        PREDICATE("wait", "면책기간", "", "") PREDICATE("papers", "서류", "", "")
            STATEMENT("s1", "a", "wait", "90", "일", "", "", "2026-12-31")
                STATEMENT("s2", "a", "wait", "90", "일", "", "2026-11-01", "")
                    STATEMENT("s3", "a", "papers", "진단서", "text", "", "", "")
                        STATEMENT("s4", "a", "papers", "진단서", "text", "", "", "")
                            STATEMENT("s5", "a", "papers", "신분증", "text", "", "", "");
    struct flaws flaws = {.text = ""};
    void *graph = graph_of_text(text);
    (void)state;
    graph_each_fault(graph, flaw_note, &flaws);
    assert_string_equal(flaws.text, "5 s1 s2;5 s3 s4;");
    check(&graph, "암보험 면책기간", "암보험 면책기간: 90일");
    check_on(&graph, "", "2027-01-01", "암보험 면책기간", "암보험 면책기간: 90일");
    check(&graph, "암보험 서류", "암보험 서류: 진단서\n암보험 서류: 신분증");
    graph_close(graph);
}

static void rows_that_point_to_nothing_are_faults(void **state)
{
    static const char text[] =
        ENTITY("a", "product", "암보험", "") PREDICATE("wait", "면책기간", "", "{{wrong}}")
            STATEMENT("s1", "b", "wait", "90", "일", "", "", "")
                STATEMENT("s2", "a", "limit", "90", "일", "", "", "")
                    STATEMENT("s3", "a", "wait", "b", "entity", "", "", "")
                        STATEMENT("s4", "a", "wait", "t", "rate", "", "", "");
    struct flaws flaws = {.text = ""};
    void *graph = graph_of_text(text);
    (void)state;
    graph_each_fault(graph, flaw_note, &flaws);
    assert_string_equal(flaws.text, "1 s1 b;2 s2 limit;1 s3 b;3 s4 t;4 wait ;");
    check(&graph, "암보험 면책기간", "");
    graph_close(graph);
}

static void a_text_that_is_none_is_refused_with_its_line(void **state)
{
    static const char *const bad[] = {
        "{}\n",
        "{\"row\":\"entities\"}\n",
        "{\"row\":\"other\",\"id\":\"a\"}\n",
        "x",
        STATEMENT("s", "a", "b", "1", "", "", "2026-13-01", ""),
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct graph *graph = NULL;
        struct fail why = {.text = ""};
        assert_int_equal(graph_open(str_of(bad[i]), "graph.jsonl", &graph, &why), ERR_CORRUPT);
        assert_non_null(strstr(why.text, "graph.jsonl:1"));
        assert_null(graph);
    }
}

static enum err open_attempt(void *data)
{
    struct graph *graph = NULL;
    enum err e = graph_open(str_of(graph_text), "graph.jsonl", &graph, NULL);
    failing_stop();
    if (!e)
        check_on((void *[]){graph}, "", "2026-11-24", "암 진단비 얼마",
                 "암 진단비 지급금액: 30,000,000원 (1년 이상)\n"
                 "암 진단비 지급금액: 15,000,000원 (1년 미만)");
    graph_close(graph);
    (void)data;
    return e;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(failing_allocations(open_attempt, NULL) > 10);
}

static int open_graph(void **state)
{
    *state = graph_of_text(graph_text);
    return 0;
}

static int close_graph(void **state)
{
    graph_close(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_is_stated),
        cmocka_unit_test(offers_what_may_be_meant),
        cmocka_unit_test(tells_what_held_on_the_day),
        cmocka_unit_test(each_condition_has_its_line),
        cmocka_unit_test(what_a_product_leads_to_is_its_own),
        cmocka_unit_test(a_name_may_be_mistyped_by_one_jamo),
        cmocka_unit_test(two_that_fit_equally_are_asked_about),
        cmocka_unit_test(a_perhaps_gives_way_to_what_is_surely_asked),
        cmocka_unit_test(nothing_is_told_of_what_is_not_stated),
        cmocka_unit_test(a_rate_is_told_by_its_keys),
        cmocka_unit_test(a_key_that_is_missing_is_asked_for),
        cmocka_unit_test(keys_are_words_bands_and_named_values),
        cmocka_unit_test(rates_of_one_key_must_agree),
        cmocka_unit_test(a_question_may_be_about_more_than_is_told),
        cmocka_unit_test(what_is_stated_twice_is_told_once),
        cmocka_unit_test(a_contradiction_is_a_fault_and_never_told),
        cmocka_unit_test(rows_that_point_to_nothing_are_faults),
        cmocka_unit_test(a_text_that_is_none_is_refused_with_its_line),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, open_graph, close_graph);
}
