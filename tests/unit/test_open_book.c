/* A turn that no script fits and the release's documents answer: quoted byte for byte with its
 * source, only when likely enough, only what is in force, never for what must go to a person. */
#include "bot/open_book.h"
#include "bot/texts.h"
#include "tests/unit/stage.h"

#define HANDOFF "정확한 안내를 위해 상담원에게 연결해 드리겠습니다. 잠시만 기다려 주세요."

#define DOCUMENT(i, title, product, text, from, to)                                                \
    {                                                                                              \
        {i, sizeof(i) - 1}, {title, sizeof(title) - 1}, {product, sizeof(product) - 1},            \
            {text, sizeof(text) - 1}, {"", 0}, from, to, {"", 0},                                  \
        {                                                                                          \
            "", 0                                                                                  \
        }                                                                                          \
    }
enum { YEAR_2026 = 20454, YEAR_2027 = 20819 }; /* days since 1970 */

static const struct document_row documents[] = {
    DOCUMENT("fee-1", "수수료 안내", "", "증명서 재발급 수수료는 1,000원입니다.", DATE_NONE,
             YEAR_2026 - 1),
    DOCUMENT("fee-2", "수수료 안내", "", "증명서 재발급 수수료는 2,000원입니다.", YEAR_2026,
             YEAR_2027 - 1),
    DOCUMENT("fee-3", "수수료 안내", "", "증명서 재발급 수수료는 9,000원입니다.", YEAR_2027,
             DATE_NONE),
    DOCUMENT(
        "cancer", "암보험 약관", "암보험",
        "제1조(진단비) 진단비 감액 기간은 가입 후 1년입니다.\n제2조(해지) 언제든 해지합니다.\n",
        DATE_NONE, DATE_NONE),
    DOCUMENT("care", "실손 약관", "실손의료보험",
             "제1조(진단비) 진단비 감액 기간은 따로 없습니다.\n제2조(해지) 언제든 해지합니다.\n",
             DATE_NONE, DATE_NONE),
    DOCUMENT("rest", "", "", "막막해요 상담 프로그램은 매주 목요일에 엽니다.", DATE_NONE,
             DATE_NONE),
    DOCUMENT("angry", "", "", "너무 화나요 라고 하시면 불만 접수 절차를 밟습니다.", DATE_NONE,
             DATE_NONE)};

static struct buf image; /* the release's index.bin; one stage is open at a time */

static struct stage *book_stage(const char *const *flags, size_t count)
{
    struct stage *stage = stage_open(flags, count);
    const struct index_answerable sure = {
        .weight = {0, 0, 8, 0}, .bias = -4, .is_fitted = 100, .quoted_from = 500 * 1000};
    buf_init(&image, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(documents, sizeof documents / sizeof documents[0], &image, NULL),
                     OK);
    index_image_answerable(&image, &sure);
    stage->release.index = (struct file_map){(const unsigned char *)image.p, image.n};
    turner_close(stage->turner);
    assert_int_equal(turner_open(&stage->release, &stage->turner, NULL), OK);
    return stage;
}

static int book_open_stage(void **state)
{
    *state = book_stage(NULL, 0);
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

static void quotes_the_document_in_force_with_its_source(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "증명서 재발급 수수료가 얼마예요",
                "증명서 재발급 수수료는 2,000원입니다.\n\n출처: 수수료 안내 (2026-01-01 시행)");
    assert_route(stage, "quoted");
    assert_int_equal(stage->reply.citation_count, 1);
    const struct citation *citation = &stage->reply.citations[0];
    assert_true(str_equal(citation->document, STR("fee-2")));
    assert_true(str_equal(citation->quote, STR("증명서 재발급 수수료는 2,000원입니다.")));
    assert_int_equal(citation->from, 0);
    assert_int_equal(citation->to, citation->quote.n);
    assert_true(citation->version != 0);
    assert_int_equal(stage->reply.intent, -1);
    assert_reason(stage, "→ quotes fee-2");
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
}

static void quotes_by_the_date_asked_for(void **state)
{
    struct stage *stage = *state;
    struct message message = {STR("증명서 재발급 수수료"), STR("web"), YEAR_2026 - 1,
                              stage->now_us};
    assert_int_equal(
        turn_answer(stage->turner, &stage->conversation, &message, &stage->reply, NULL), OK);
    assert_true(str_equal(stage->reply.citations[0].document, STR("fee-1")));
    message.as_of = YEAR_2027;
    assert_int_equal(
        turn_answer(stage->turner, &stage->conversation, &message, &stage->reply, NULL), OK);
    assert_true(str_equal(stage->reply.citations[0].document, STR("fee-3")));
}

static void looks_only_at_the_product_that_was_named(void **state)
{
    struct stage *stage = *state;
    assert_non_null(strstr(stage_say(stage, "암보험 진단비 감액 기간은"), "가입 후 1년입니다."));
    assert_true(str_equal(stage->reply.citations[0].heading, STR("제1조(진단비)")));
    assert_non_null(strstr(stage_say(stage, "진단비 감액 기간은 언제까지"), "가입 후 1년입니다."));
    assert_non_null(strstr(stage_say(stage, "실비 진단비 감액 기간은"), "따로 없습니다."));
    assert_non_null(strstr(stage_say(stage, "진단비 감액 기간은 언제까지"), "따로 없습니다."));
}

static void hands_over_below_the_chance(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "재발급 수수료를 우주 로켓 회사의 주가 전망으로 분석하는 방법", HANDOFF);
    assert_route(stage, "handoff");
    assert_reason(stage, "< 0.50");
    assert_int_equal(stage->reply.citation_count, 0);
    assert_says(stage, "우주 로켓", HANDOFF);
    assert_says(stage, "수수료", HANDOFF); /* too little to go by */
}

static void never_quotes_for_complaints_and_greetings(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "너무 화나요", HANDOFF);
    assert_route(stage, "handoff");
    assert_null(open_book_found(turner_open_book(stage->turner)));
    (void)stage_say(stage, "서류"); /* a list with the complaint on it */
    assert_string_equal(stage->conversation.question, "");
    (void)stage_say(stage, "서류");
    assert_null(open_book_found(turner_open_book(stage->turner)));
    (void)stage_say(stage, "날씨 어때"); /* an out-of-scope example */
    assert_null(open_book_found(turner_open_book(stage->turner)));
    assert_says(stage, "네", "네, 궁금하신 내용을 조금만 더 자세히 적어 주세요.");
    assert_null(open_book_found(turner_open_book(stage->turner)));
    (void)stage_say(stage, "막막해요"); /* an everyday intent, far from plausible */
    assert_non_null(open_book_found(turner_open_book(stage->turner)));
}

static void answers_who_finds_nothing_in_the_list(void **state)
{
    struct stage *stage = *state;
    (void)stage_say(stage, "거의 하나");
    assert_route(stage, "clarify");
    assert_string_equal(stage->conversation.question, "거의 하나");
    memcpy(stage->conversation.question, "증명서 재발급 수수료", sizeof "증명서 재발급 수수료");
    (void)stage_say(stage, "없어요");
    assert_route(stage, "quoted");
    assert_reason(stage, "none of the list");
    assert_true(str_equal(stage->reply.citations[0].document, STR("fee-2")));
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
}

static void asks_for_more_when_neither_list_nor_book_has_it(void **state)
{
    struct stage *stage = *state;
    (void)stage_say(stage, "거의 하나");
    assert_says(stage, "없어요", "네, 궁금하신 내용을 조금만 더 자세히 적어 주세요.");
    assert_route(stage, "clarify");
    assert_string_equal(stage->conversation.question,
                        "거의 하나"); /* forgotten when a list is shown */
}

static void shows_the_same_list_only_after_the_book(void **state)
{
    struct stage *stage = *state;
    (void)stage_say(stage, "거의 하나");
    assert_null(open_book_found(turner_open_book(stage->turner)));
    (void)stage_say(stage, "거의 하나");
    assert_non_null(open_book_found(turner_open_book(stage->turner)));
    assert_route(stage, "clarify"); /* it did not have it */
}

static void consults_the_book_when_a_script_has_no_answer(void **state)
{
    struct stage *stage = *state;
    (void)stage_say(stage, "답변 없는 것");
    assert_non_null(open_book_found(turner_open_book(stage->turner)));
    assert_reason(stage, "no answer in force");
    (void)stage_say(stage, "상담 시간 언제"); /* for a person */
    assert_null(open_book_found(turner_open_book(stage->turner)));
}

static void answers_in_the_customers_language(void **state)
{
    struct stage *stage = *state;
    struct reply *reply = &stage->reply;
    const struct book_question question = {
        .text = STR("증명서 재발급 수수료"), .language = STR("en"), .as_of = YEAR_2026};
    bool is_answered = false;
    reply_clear(reply);
    assert_int_equal(
        open_book_answer(turner_open_book(stage->turner), &question, reply, &is_answered, NULL),
        OK);
    assert_true(is_answered);
    assert_non_null(strstr(reply->text.p, "\n\nSource: 수수료 안내 (in force from 2026-01-01)"));
}

static void says_the_same_again_in_any_order(void **state)
{
    struct stage *stage = *state;
    static const char *const messages[] = {"증명서 재발급 수수료가 얼마예요",
                                           "암보험 진단비 감액 기간은",
                                           "막막해요 상담 프로그램은 언제", "모르는 말"};
    char first[4][1024];
    for (int i = 0; i < 4; i++) {
        stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
        snprintf(first[i], sizeof first[i], "%s", stage_say(stage, messages[i]));
    }
    for (int i = 3; i >= 0; i--) {
        stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
        assert_says(stage, messages[i], first[i]);
    }
}

static void takes_long_and_strange_messages(void **state)
{
    struct stage *stage = *state;
    struct buf text;
    buf_init(&text, 64 * 1024);
    while (text.n < 5990)
        buf_add_text(&text, "증명서 재발급 수수료 ");
    (void)stage_say(stage, text.p);
    (void)stage_say(stage, "😀 증명서 재발급 수수료 얼마예요 😀");
    assert_route(stage, "quoted");
    buf_free(&text);
}

static void takes_nothing_from_the_heap_once_warm(void **state)
{
    struct stage *stage = *state;
    (void)stage_say(stage, "증명서 재발급 수수료가 얼마예요");
    uint64_t before = mem_count();
    (void)stage_say(stage, "증명서 재발급 수수료가 얼마예요");
    assert_true(mem_count() == before);
}

static void quotes_never_when_told_so(void **state)
{
    (void)state;
    static const char *const never[] = {"quote_from=1"}, *const seldom[] = {"quote_from=0.999"};
    void *stage = book_stage(never, 1);
    assert_says((struct stage *)stage, "증명서 재발급 수수료가 얼마예요", HANDOFF);
    assert_reason((struct stage *)stage, "never quoted");
    book_close_stage(&stage);
    stage = book_stage(seldom, 1);
    assert_says((struct stage *)stage, "증명서 재발급 수수료가 얼마예요", HANDOFF);
    assert_reason((struct stage *)stage, "< 1.00");
    book_close_stage(&stage);
}

static void keeps_citations_as_json(void **state)
{
    struct stage *stage = *state;
    struct buf out, again;
    struct reply read = {.citation_count = 0};
    struct arena *arena = arena_open(1024, 16 * 1024);
    buf_init(&out, 4096);
    buf_init(&again, 4096);
    assert_int_equal(reply_print_citations(&read, &out, NULL), OK);
    assert_int_equal(out.n, 0);
    (void)stage_say(stage, "암보험 진단비 감액 기간은");
    assert_int_equal(reply_print_citations(&stage->reply, &out, NULL), OK);
    assert_int_equal(reply_parse_citations(str_from_buf(&out), arena, &read, NULL), OK);
    assert_int_equal(reply_print_citations(&read, &again, NULL), OK);
    assert_string_equal(out.p, again.p);
    assert_non_null(strstr(out.p, "\"heading\":\"제1조(진단비)\""));
    buf_free(&out);
    buf_free(&again);
    arena_close(arena);
}

static void keeps_the_question_of_a_list_with_the_conversation(void **state)
{
    struct stage *stage = *state;
    struct conversation read;
    struct buf out;
    buf_init(&out, 4096);
    (void)stage_say(stage, "거의 하나");
    assert_int_equal(conversation_print(&stage->conversation, stage->release.book, &out, NULL), OK);
    assert_int_equal(conversation_parse(str_from_buf(&out), stage->release.book, &read, NULL), OK);
    assert_string_equal(read.question, "거의 하나");
    buf_free(&out);
}

#define BOOK(test) cmocka_unit_test_setup_teardown(test, book_open_stage, book_close_stage)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BOOK(quotes_the_document_in_force_with_its_source),
        BOOK(quotes_by_the_date_asked_for),
        BOOK(looks_only_at_the_product_that_was_named),
        BOOK(hands_over_below_the_chance),
        BOOK(never_quotes_for_complaints_and_greetings),
        BOOK(answers_who_finds_nothing_in_the_list),
        BOOK(asks_for_more_when_neither_list_nor_book_has_it),
        BOOK(shows_the_same_list_only_after_the_book),
        BOOK(consults_the_book_when_a_script_has_no_answer),
        BOOK(answers_in_the_customers_language),
        BOOK(says_the_same_again_in_any_order),
        BOOK(takes_long_and_strange_messages),
        BOOK(takes_nothing_from_the_heap_once_warm),
        cmocka_unit_test(quotes_never_when_told_so),
        BOOK(keeps_citations_as_json),
        BOOK(keeps_the_question_of_a_list_with_the_conversation),
    };
    return cmocka_run_group_tests_name("open_book", tests, NULL, NULL);
}
