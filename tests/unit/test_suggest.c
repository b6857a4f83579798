/* What an agent is shown as they type: the ranking with its answers, what the bot would do, the
 * passages with their marks, and nothing left behind. */
#include "base/json.h"
#include "bot/open_book.h"
#include "bot/suggest.h"
#include "tests/unit/stage.h"

static const char fee[] = "수수료 😀 안내: 재발급 수수료는 2,000원입니다.";
static const struct document_row documents[] = {
    {.id = {"fee-1", 5},
     .title = {"수수료 안내", 16},
     .product = {"", 0},
     .text = {fee, sizeof(fee) - 1},
     .variants = {"", 0},
     .from = 20454,
     .to = DATE_NONE,
     .series = {"", 0},
     .pages = {"", 0}},
};
static struct buf image;
static struct suggester *suggester;

static int set_up(void **state)
{
    struct stage *stage = stage_open(NULL, 0);
    buf_init(&image, LIMIT_FILE_BYTES);
    if (index_build(documents, 1, &image, NULL) || suggester_open(&suggester, NULL))
        return -1;
    stage->release.index = (struct file_map){(const unsigned char *)image.p, image.n};
    turner_close(stage->turner);
    *state = stage;
    return (int)turner_open(&stage->release, &stage->turner, NULL);
}

static int tear_down(void **state)
{
    struct stage *stage = *state;
    suggester_close(suggester);
    turner_close(stage->turner);
    stage->turner = NULL;
    buf_free(&image);
    stage_close(stage);
    return 0;
}

static cJSON *asked(struct stage *stage, const char *text, const char *channel)
{
    struct suggest_request request = {.text = str_of(text),
                                      .channel = str_of(channel),
                                      .as_of = date_from_civil(2026, 11, 23),
                                      .at_us = stage->now_us};
    struct buf out;
    struct json_writer w;
    cJSON *json = NULL;
    buf_init(&out, 1 << 20);
    json_begin(&w, &out);
    json_object(&w, NULL);
    assert_int_equal(suggest(suggester, stage->turner, &request, &w, NULL), OK);
    json_end(&w, '}');
    assert_int_equal(json_parse(str_from_buf(&out), "the suggestion", &json, NULL), OK);
    buf_free(&out);
    return json;
}

static const cJSON *at(const cJSON *json, const char *key)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(json, key);
    assert_non_null(item);
    return item;
}
static const char *text_at(const cJSON *json, const char *key)
{
    assert_true(cJSON_IsString(at(json, key)));
    return at(json, key)->valuestring;
}

static void ranks_intents_with_the_answer_each_would_give(void **state)
{
    cJSON *json = asked(*state, "서류", NULL);
    const cJSON *ranked = at(json, "ranked"), *first = cJSON_GetArrayItem(ranked, 0),
                *second = cJSON_GetArrayItem(ranked, 1);
    assert_int_equal(cJSON_GetArraySize(ranked), 4);
    assert_string_equal(text_at(first, "intent"), "claim_documents");
    assert_string_equal(text_at(first, "title"), "보험금 청구 서류");
    assert_string_equal(text_at(at(first, "answer"), "id"), "claim-1");
    assert_string_equal(text_at(at(first, "answer"), "text"), "청구서와 진단서를 준비해 주세요.");
    assert_true(at(at(first, "answer"), "version")->valueint == 3);
    assert_true(cJSON_IsNull(at(at(first, "answer"), "effective_from")));
    assert_string_equal(text_at(second, "policy"), "handoff");
    assert_true(cJSON_IsNull(at(second, "answer")));
    double best = at(first, "confidence")->valuedouble,
           next = at(second, "confidence")->valuedouble;
    assert_true(fabs(best - confidence_of(0.2)) < 1e-3 && fabs(next - best * 0.7) < 1e-3);
    assert_string_equal(text_at(at(json, "would"), "route"), "clarify");
    cJSON_Delete(json);
}

static void is_certain_of_an_example_and_of_nothing_else_then(void **state)
{
    cJSON *json = asked(*state, "딱 맞는 문장", "kakao");
    const cJSON *ranked = at(json, "ranked");
    assert_true(cJSON_IsTrue(at(json, "is_certain")));
    assert_true(at(cJSON_GetArrayItem(ranked, 0), "confidence")->valuedouble == 1);
    assert_string_equal(text_at(at(cJSON_GetArrayItem(ranked, 0), "answer"), "id"), "surrender-2");
    assert_int_equal(cJSON_GetArraySize(ranked), 1);
    assert_string_equal(text_at(at(json, "would"), "route"), "scripted");
    cJSON_Delete(json);
}

static void asks_for_what_an_answer_needs_and_fills_in_what_is_said(void **state)
{
    cJSON *json = asked(*state, "이자 얼마예요", NULL);
    const cJSON *answer = at(cJSON_GetArrayItem(at(json, "ranked"), 0), "answer");
    assert_true(cJSON_IsNull(at(answer, "text")));
    assert_string_equal(text_at(cJSON_GetArrayItem(at(answer, "missing"), 0), "question"),
                        "얼마를 맡기시나요?");
    cJSON_Delete(json);
    json = asked(*state, "3천만 원 24개월 이자", NULL);
    answer = at(cJSON_GetArrayItem(at(json, "ranked"), 0), "answer");
    assert_string_equal(text_at(answer, "text"), "30,000,000원, 24개월 기준으로 안내해 드려요.");
    assert_string_equal(text_at(at(json, "slots"), "amount"), "30,000,000원");
    assert_int_equal(cJSON_GetArraySize(at(answer, "missing")), 0);
    cJSON_Delete(json);
}

static void says_that_an_answer_cannot_be_given(void **state)
{
    stage_hush();
    cJSON *json = asked(*state, "이율 얼마", NULL);
    const cJSON *answer = at(cJSON_GetArrayItem(at(json, "ranked"), 0), "answer");
    assert_true(cJSON_IsTrue(at(answer, "fails")) && cJSON_IsNull(at(answer, "text")));
    cJSON_Delete(json);
}

static void shows_passages_with_marks_in_units_of_a_browser(void **state)
{
    cJSON *json = asked(*state, "재발급 수수료", NULL);
    const cJSON *passage = cJSON_GetArrayItem(at(json, "passages"), 0), *marks;
    assert_string_equal(text_at(passage, "document"), "fee-1");
    assert_string_equal(text_at(passage, "text"), fee);
    assert_string_equal(text_at(passage, "effective_from"), "2026-01-01");
    assert_true(cJSON_IsNumber(at(json, "answerable")));
    marks = at(passage, "marks");
    char *printed = cJSON_PrintUnformatted(marks);
    assert_string_equal(printed, "[[0,3],[11,14],[15,18]]"); /* the picture is two units */
    cJSON_free(printed);
    cJSON_Delete(json);
}

static void masks_first_and_keeps_no_conversation(void **state)
{
    cJSON *json = asked(*state, "010-1234-5678로 환급금", NULL);
    assert_string_equal(text_at(json, "text_masked"), "[전화번호]로 환급금");
    cJSON_Delete(json);
    json = asked(*state, "3천만 원 24개월 이자", NULL);
    cJSON_Delete(json);
    json = asked(*state, "이자 얼마예요", NULL);
    assert_int_equal(cJSON_GetArraySize(at(json, "slots")), 0);
    assert_null(cJSON_GetObjectItemCaseSensitive(json, "text_masked"));
    cJSON_Delete(json);
}

static void has_nothing_to_show_for_nothing(void **state)
{
    cJSON *json = asked(*state, "", NULL);
    assert_int_equal(cJSON_GetArraySize(at(json, "ranked")), 0);
    assert_int_equal(cJSON_GetArraySize(at(json, "passages")), 0);
    assert_true(cJSON_IsNull(at(json, "answerable")));
    cJSON_Delete(json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(ranks_intents_with_the_answer_each_would_give, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(is_certain_of_an_example_and_of_nothing_else_then, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(asks_for_what_an_answer_needs_and_fills_in_what_is_said,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_that_an_answer_cannot_be_given, set_up, tear_down),
        cmocka_unit_test_setup_teardown(shows_passages_with_marks_in_units_of_a_browser, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(masks_first_and_keeps_no_conversation, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_nothing_to_show_for_nothing, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
