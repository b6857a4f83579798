/* What a model is asked, what its words may mean, and what becomes of them: a reply of the
 * documents' own bytes, or the reply as it was. */
#include "bot/selector.h"
#include "bot/texts.h"
#include "tests/unit/stage.h"

#define DOCUMENT(i, title, text, from, to)                                                         \
    {                                                                                              \
        {i, sizeof(i) - 1}, {title, sizeof(title) - 1}, {"", 0}, {text, sizeof(text) - 1},         \
            {"", 0}, from, to, {"", 0},                                                            \
        {                                                                                          \
            "", 0                                                                                  \
        }                                                                                          \
    }
enum { YEAR_2026 = 20454 };

#define FEE   "증명서 재발급 수수료는 2,000원입니다."
#define FREE  "첫 발급은 무료입니다."
#define TABLE "| 서류 | 수수료 |\n|---|---|\n| 진단서 사본 | 3,000원 |\n| 영수증 사본 | 500원 |\n"

static const struct document_row documents[] = {
    DOCUMENT("fee", "수수료 안내", FEE " " FREE, YEAR_2026, DATE_NONE),
    DOCUMENT("list", "사본 수수료표", TABLE, DATE_NONE, DATE_NONE),
    DOCUMENT("leak", "담당 부서 연락망", "담당 부서 연락망에는 [전화번호] 로 전화합니다.",
             DATE_NONE, DATE_NONE),
    DOCUMENT("desk", "창구 직원 연락처", "창구 직원 연락처는 010-9876-5432 입니다.", DATE_NONE,
             DATE_NONE),
    DOCUMENT("trap", "토큰 함정 문서", "토큰 함정 문서에는 [전화번호#1] 이라고 적혀 있습니다.",
             DATE_NONE, DATE_NONE)};

static struct buf image;

static int book_open_stage(void **state)
{
    struct stage *stage = stage_open(NULL, 0);
    const struct index_answerable sure = {
        .weight = {0, 0, 8, 0}, .bias = -4, .is_fitted = 100, .quoted_from = 500 * 1000};
    buf_init(&image, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(documents, sizeof documents / sizeof documents[0], &image, NULL),
                     OK);
    index_image_answerable(&image, &sure);
    stage->release.index = (struct file_map){(const unsigned char *)image.p, image.n};
    turner_close(stage->turner);
    assert_int_equal(turner_open(&stage->release, &stage->turner, NULL), OK);
    *state = stage;
    return 0;
}

static int book_close_stage(void **state)
{
    struct stage *stage = *state;
    turner_close(stage->turner);
    stage->turner = NULL;
    buf_free(&image);
    stage_close(stage);
    return 0;
}

static bool wanted(struct stage *stage, const char *message, char key[HASH_HEX_BYTES])
{
    bool wants = false;
    stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
    (void)stage_say(stage, message);
    assert_int_equal(selector_wants(turner_selector(stage->turner), &wants, key, NULL), OK);
    return wants;
}

static enum err asked(struct stage *stage, const char *message, struct model_request *request)
{
    char key[HASH_HEX_BYTES];
    assert_true(wanted(stage, message, key));
    return selector_ask(turner_selector(stage->turner), STR("c"), request, NULL);
}

/* The message, the model's words about it, and what is said then. */
static const char *selected(struct stage *stage, const char *message, const char *words,
                            struct evidence *evidence)
{
    struct selector *selector = turner_selector(stage->turner);
    struct model_request request;
    bool is_said = false;
    assert_int_equal(asked(stage, message, &request), OK);
    *evidence = (struct evidence){.by = EVIDENCE_MODEL};
    assert_int_equal(selector_read(selector, STR("c"), str_of(words), evidence, NULL), OK);
    assert_int_equal(selector_say(selector, evidence, &stage->reply, &is_said, NULL), OK);
    assert_int_equal(is_said, stage->reply.route == ROUTE_GENERATED);
    return stage->reply.text.p;
}

#define POINTS(ids) "{\"answerable\":true,\"sentence_ids\":[" ids "],\"fact_ids\":[]}"

static void quotes_what_is_pointed_at(void **state)
{
    struct stage *stage = *state;
    struct evidence evidence;
    const char *text = selected(stage, "증명서 재발급 수수료", POINTS("\"S2\",\"S1\""), &evidence);
    assert_string_equal(text, "문의하신 내용은 문서에 이렇게 나와 있습니다.\n\n" FEE "\n" FREE
                              "\n\n출처: 수수료 안내 (2026-01-01 시행)\n\n"
                              "※ AI가 찾은 문장을 문서에서 그대로 옮긴 답변입니다.");
    assert_int_equal(stage->reply.citation_count, 2);
    assert_int_equal(evidence.count, 2);
    assert_string_equal(evidence.why, "selected");
    assert_int_equal(evidence.spans[0].sentence, 1);
}

static void a_row_brings_the_header_of_its_table(void **state)
{
    struct stage *stage = *state;
    struct evidence evidence;
    const char *text =
        selected(stage, "진단서 영수증 사본 수수료표", POINTS("\"S2\",\"S3\""), &evidence);
    assert_non_null(strstr(text, "| 서류 | 수수료 |\n| 진단서 사본 | 3,000원 |\n"
                                 "| 영수증 사본 | 500원 |\n\n출처: 사본 수수료표"));
    assert_int_equal(evidence.count, 3);
}

static void what_is_not_a_selection_changes_nothing(void **state)
{
    static const struct {
        const char *words, *why;
    } cases[] = {{"수수료는 9,000원입니다.", "not_json"},
                 {POINTS("\"S999\""), "unknown_id"},
                 {POINTS(""), "empty"},
                 {"{}", "wrong_form"},
                 {"{\"answerable\":false,\"sentence_ids\":[],\"fact_ids\":[]}", "not_answerable"}};
    struct stage *stage = *state;
    struct evidence evidence;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *text = selected(stage, "증명서 재발급 수수료", cases[i].words, &evidence);
        assert_string_equal(text, FEE "\n\n출처: 수수료 안내 (2026-01-01 시행)");
        assert_route(stage, "quoted");
        assert_string_equal(evidence.why, cases[i].why);
        assert_int_equal(evidence.count, 0);
    }
}

static void the_guard_has_the_last_word(void **state)
{
    struct stage *stage = *state;
    struct evidence evidence;
    (void)selected(stage, "담당 부서 연락망", POINTS("\"S1\""), &evidence);
    assert_route(stage, "handoff"); /* nor is it quoted without a model */
    assert_string_equal(evidence.why, "guard: personal");
}

static void personal_data_of_documents_does_not_leave(void **state)
{
    struct stage *stage = *state;
    struct model_request request;
    struct evidence evidence;
    assert_int_equal(asked(stage, "창구 직원 연락처", &request), OK);
    assert_int_equal(str_find(request.user, STR("9876")), request.user.n);
    assert_true(str_find(request.user, STR("(전화번호#1)")) < request.user.n);
    assert_non_null(strstr(selected(stage, "창구 직원 연락처", POINTS("\"S1\""), &evidence),
                           "창구 직원 연락처는 010-9876-5432 입니다."));
    assert_int_equal(asked(stage, "토큰 함정 문서", &request),
                     ERR_LIMIT); /* it cannot be told apart */
}

static void evidence_makes_the_reply_again(void **state)
{
    struct stage *stage = *state;
    struct evidence evidence, read;
    struct buf kept;
    char text[1024];
    buf_init(&kept, 8192);
    (void)snprintf(text, sizeof text, "%s",
                   selected(stage, "증명서 재발급 수수료", POINTS("\"S2\""), &evidence));
    assert_int_equal(evidence_print(&evidence, &kept, NULL), OK);
    assert_int_equal(evidence_parse(str_from_buf(&kept), &read, NULL), OK);
    assert_memory_equal(&read.spans[0], &evidence.spans[0], sizeof read.spans[0]);
    (void)stage_say(stage, "증명서 재발급 수수료");
    assert_route(stage, "quoted");
    assert_int_equal(
        selector_repeat(turner_selector(stage->turner), str_from_buf(&kept), &stage->reply, NULL),
        OK);
    assert_string_equal(stage->reply.text.p, text);
    assert_int_equal(evidence_parse(STR("{\"by\":\"model\"}"), &read, NULL), ERR_CORRUPT);
    assert_int_equal(evidence_parse(STR("[]"), &read, NULL), ERR_CORRUPT);
    buf_free(&kept);
}

static void evidence_of_facts_is_read_as_it_was_written(void **state)
{
    struct evidence evidence = {
        .fact_count = 2,
        .facts = {{1, "s1", "fees", 0x0123456789abcdef}, {12, "s2", "fees-old", UINT64_MAX}}};
    static const char *const damaged[] = {"\"facts\":[1]", "\"facts\":{}", "\"facts\":\"s1\"",
                                          "\"facts\":[{\"fact\":1}]"};
    struct evidence read;
    struct buf kept;
    (void)state;
    buf_init(&kept, 8192);
    assert_int_equal(evidence_print(&evidence, &kept, NULL), OK);
    assert_int_equal(evidence_parse(str_from_buf(&kept), &read, NULL), OK);
    assert_true(evidence_is_any(&read));
    assert_int_equal(read.fact_count, 2);
    assert_memory_equal(read.facts, evidence.facts, sizeof evidence.facts);
    evidence_void(&read);
    assert_false(evidence_is_any(&read));
    for (size_t i = 0; i < sizeof damaged / sizeof damaged[0]; i++) {
        buf_clear(&kept);
        buf_add_format(&kept,
                       "{\"by\":\"model\",\"why\":\"\",\"prompt\":\"\",\"provider\":\"\","
                       "\"model\":\"\",\"spans\":[],%s}",
                       damaged[i]);
        assert_int_equal(evidence_parse(str_from_buf(&kept), &read, NULL), ERR_CORRUPT);
    }
    buf_free(&kept);
}

static void a_source_that_has_changed_is_not_quoted(void **state)
{
    struct stage *stage = *state;
    struct selector *selector = turner_selector(stage->turner);
    struct evidence good, bad;
    bool is_said = true;
    (void)selected(stage, "증명서 재발급 수수료", POINTS("\"S1\""), &good);
    for (int i = 0; i < 5; i++) {
        bad = good;
        bad.spans[0].version += i == 0;
        bad.spans[0].to += i == 1 ? 100000 : 0;
        bad.spans[0].from += i == 2; /* half a letter */
        bad.spans[0].document[0] = (char)(i == 3 ? 'x' : bad.spans[0].document[0]);
        bad.spans[0].to = i == 4 ? bad.spans[0].from : bad.spans[0].to;
        (void)stage_say(stage, "증명서 재발급 수수료");
        assert_int_equal(selector_say(selector, &bad, &stage->reply, &is_said, NULL), OK);
        assert_false(is_said);
        assert_route(stage, "quoted");
        assert_string_equal(bad.why, "source changed");
    }
    struct message before = {STR("증명서 재발급 수수료"), STR("web"), YEAR_2026 - 1, stage->now_us};
    assert_int_equal(turn_answer(stage->turner, &stage->conversation, &before, &stage->reply, NULL),
                     OK);
    assert_int_equal(selector_say(selector, &good, &stage->reply, &is_said, NULL), OK);
    assert_false(is_said); /* not in force on that day, or not asked at all */
}

static void one_question_has_one_key(void **state)
{
    struct stage *stage = *state;
    char key[HASH_HEX_BYTES], other[HASH_HEX_BYTES];
    assert_true(wanted(stage, "증명서 재발급 수수료", key));
    assert_true(wanted(stage, "증명서  재발급 수수료 ??", other));
    assert_string_equal(key, other);
    assert_true(wanted(stage, "증명서 재발급 수수료 얼마", other));
    assert_string_not_equal(key, other);
    assert_false(wanted(stage, "우주 로켓", other));
    assert_false(wanted(stage, "너무 화나요", other));
    assert_false(wanted(stage, "청구 서류 알려줘", other));
}

#define BOOK(test) cmocka_unit_test_setup_teardown(test, book_open_stage, book_close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOK(quotes_what_is_pointed_at),
        BOOK(a_row_brings_the_header_of_its_table),
        BOOK(what_is_not_a_selection_changes_nothing),
        BOOK(the_guard_has_the_last_word),
        BOOK(personal_data_of_documents_does_not_leave),
        BOOK(evidence_makes_the_reply_again),
        cmocka_unit_test(evidence_of_facts_is_read_as_it_was_written),
        BOOK(a_source_that_has_changed_is_not_quoted),
        BOOK(one_question_has_one_key),
    };
    return cmocka_run_group_tests_name("selector", tests, NULL, NULL);
}
