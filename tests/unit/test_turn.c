/* One message into one reply: the rule of DESIGN §6, a test a sentence. */
#include "bot/texts.h"
#include "tests/unit/stage.h"

#define HANDOFF "정확한 안내를 위해 상담원에게 연결해 드리겠습니다. 잠시만 기다려 주세요."

static void answers_when_confident(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "청구 서류 알려줘", "청구서와 진단서를 준비해 주세요.");
    assert_route(stage, "scripted");
    assert_string_equal(stage->reply.reason,
                        "0.92 ≥ 0.73, next 0.02 → claim_documents, answer claim-1 v3");
    assert_int_equal(stage->reply.intent, CLAIM);
    assert_true(stage->reply.has_confidence);
    assert_non_null(stage->reply.answer);
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
}

static void is_certain_of_an_exact_example(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "딱 맞는 문장", "환급금은 앱에서 확인하세요.");
    assert_route(stage, "scripted");
    assert_string_equal(stage->reply.reason,
                        "equals an example → surrender_value, answer surrender-1 v3");
    assert_true(stage->reply.confidence == 1);
}

static void says_nothing_while_a_person_has_the_conversation(void **state)
{
    struct stage *stage = *state;
    stage->conversation.is_with_person = true;
    assert_says(stage, "청구 서류 알려줘", "");
    assert_route(stage, "handoff");
    assert_reason(stage, "with a person");
    assert_int_equal(stage->reply.intent, -1);
    assert_true(stage->conversation.is_with_person);
}

static void goes_on_answering_after_a_handoff_nobody_has_taken(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "모르는 말", HANDOFF);
    assert_false(stage->conversation.is_with_person);
    assert_says(stage, "청구 서류 알려줘", "청구서와 진단서를 준비해 주세요.");
}

static void hands_over_what_it_does_not_know(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "모르는 말", HANDOFF);
    assert_route(stage, "handoff");
    assert_says(stage, "날씨 어때", HANDOFF);
    assert_reason(stage, "out-of-scope example");
    assert_says(stage, "막막해요", HANDOFF);
    assert_string_equal(stage->reply.reason,
                        "0.12 < 0.73, next 0.30, best guess claim_documents → a person");
}

static void offers_what_it_has_when_the_best_guess_is_more_likely_right_than_not(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "애매해요");
    assert_route(stage, "clarify");
    assert_true(stage->reply.choice_count > 1);
    assert_int_equal(stage->reply.choices[0].intent, COMPLAINT);
}

static void lists_what_is_plausible_with_a_person_last(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "서류",
                "어떤 내용을 찾으시나요? 번호로 골라 주세요.\n1. 보험금 청구 서류\n2. 불만 "
                "접수\n3. 상담원 연결");
    assert_route(stage, "clarify");
    assert_int_equal(stage->reply.choice_count, 3);
    assert_int_equal(stage->reply.choices[0].intent, CLAIM);
    assert_int_equal(stage->reply.choices[2].intent, -1);
    assert_int_equal(stage->conversation.awaiting, AWAIT_CHOICE);
    assert_int_equal(stage->conversation.choice_count, 2);
    assert_reason(stage, "0.55 < 0.73, next 0.35 → which of claim_documents, complaint");
}

static void lists_two_where_there_are_two(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "거의 하나");
    assert_int_equal(stage->reply.choice_count, 3); /* and a person */
    assert_int_equal(stage->reply.choices[1].intent, COMPLAINT);
    stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
    stage_say(stage, "하나뿐");
    assert_int_equal(stage->reply.choice_count, 2);
}

static void lists_as_long_as_the_settings_say(void **state)
{
    (void)state;
    const char *wide[] = {"clarify_share=0.97", "clarify_choices=4"},
               *narrow[] = {"clarify_share=0.97", "clarify_choices=3"};
    struct stage *stage = stage_open(wide, 2);
    stage_say(stage, "서류");
    assert_int_equal(stage->reply.choice_count, 5);
    stage_close(stage);
    stage = stage_open(narrow, 2);
    stage_say(stage, "서류");
    assert_int_equal(stage->reply.choice_count, 4);
    stage_close(stage);
}

static void says_the_texts_of_the_owner(void **state)
{
    (void)state;
    const char *flags[] = {"handoff_text=담당자를 부를게요.", "clarify_text=무엇인가요?"};
    struct stage *stage = stage_open(flags, 2);
    assert_says(stage, "모르는 말", "담당자를 부를게요.");
    assert_says(stage, "하나뿐", "무엇인가요?\n1. 해지 환급금\n2. 상담원 연결");
    stage_close(stage);
}

static void hands_over_where_the_policy_says_so(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "너무 화나요", HANDOFF);
    assert_route(stage, "handoff");
    assert_int_equal(stage->reply.intent, COMPLAINT);
    assert_says(stage, "상담 시간 언제", "평일 9시부터 6시까지입니다.");
    assert_route(stage, "handoff");
    assert_reason(stage, "answer desk-1 v3 → a person");
}

static void never_sends_a_hole(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "답변 없는 것", HANDOFF);
    assert_reason(stage, "empty, no answer in force → a person");
    stage_hush();
    assert_says(stage, "이율 얼마", HANDOFF);
    assert_reason(stage, "stale_rate, its answer cannot be given → a person");
    assert_null(stage->reply.answer);
}

static void answers_for_the_channel(void **state)
{
    struct stage *stage = *state;
    stage->channel = "kakao";
    assert_says(stage, "환급금 조회", "환급금은 채널 메뉴에서 확인하세요.");
    stage->channel = "web";
    assert_says(stage, "환급금 조회", "환급금은 앱에서 확인하세요.");
}

static void answers_in_the_language_of_the_customer(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "what documents do I need", "Please bring the claim form.");
    assert_says(stage, "MRI",
                "Let me pass you to a colleague who can help with this. One moment, please.");
    assert_says(stage, "청구 서류 알려줘", "청구서와 진단서를 준비해 주세요.");
    assert_says(stage, "MRI", HANDOFF);
}

static void asks_for_what_an_answer_needs_and_then_gives_it(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "이자 얼마예요", "얼마를 맡기시나요?");
    assert_route(stage, "form");
    assert_reason(stage, "interest, asks for amount");
    assert_says(stage, "3000만원이요", "몇 개월 맡기시나요?");
    assert_route(stage, "form");
    assert_says(stage, "24", "30,000,000원, 24개월 기준으로 안내해 드려요.");
    assert_route(stage, "scripted");
    assert_reason(stage, "term given → interest, answer interest-1 v3");
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
}

static void takes_values_from_the_question_itself_and_keeps_them(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "3천만 원 24개월 이자", "30,000,000원, 24개월 기준으로 안내해 드려요.");
    assert_says(stage, "이자 얼마예요", "30,000,000원, 24개월 기준으로 안내해 드려요.");
    stage->now_us += 31 * stage_minute_us;
    assert_says(stage, "이자 얼마예요", "얼마를 맡기시나요?");
}

static void says_the_same_for_the_same(void **state)
{
    struct stage *stage = *state;
    struct conversation before = stage->conversation;
    char first[TURN_REASON_BYTES], text[512];
    snprintf(text, sizeof(text), "%s", stage_say(stage, "서류"));
    snprintf(first, sizeof(first), "%s", stage->reply.reason);
    struct conversation after = stage->conversation;
    stage->conversation = before;
    assert_says(stage, "서류", text);
    assert_string_equal(stage->reply.reason, first);
    assert_memory_equal(&stage->conversation, &after, sizeof(after));
}

static void keeps_the_conversation_when_the_reply_cannot_be_written(void **state)
{
    struct stage *stage = *state;
    struct conversation before = stage->conversation;
    struct message message = {STR("이자 얼마예요"), STR_NONE, date_from_civil(2026, 11, 23),
                              stage->now_us};
    struct reply small = {.route = ROUTE_SCRIPTED};
    buf_init(&small.text, 4);
    assert_int_equal(turn_answer(stage->turner, &stage->conversation, &message, &small, NULL),
                     ERR_LIMIT);
    assert_memory_equal(&stage->conversation, &before, sizeof(before));
    buf_free(&small.text);
}

static void allocates_nothing_once_warm(void **state)
{
    struct stage *stage = *state;
    static const char *const messages[] = {"청구 서류 알려줘",
                                           "서류",
                                           "2번이요",
                                           "이자 얼마예요",
                                           "3000만원",
                                           "24개월",
                                           "모르는 말",
                                           "하나뿐",
                                           "해지 환급금",
                                           "상품 알려줘",
                                           "음",
                                           "실비요",
                                           "what documents do I need"};
    const size_t count = sizeof(messages) / sizeof(messages[0]);
    uint64_t before = 0;
    for (int round = 0; round < 3; round++) {
        if (round == 1)
            before = mem_count();
        for (size_t i = 0; i < count; i++)
            stage_say(stage, messages[i]);
        stage->now_us += 40 * stage_minute_us;
    }
    assert_int_equal(mem_count() - before, 0);
}

static void cuts_a_long_reason_between_two_characters(void **state)
{
    (void)state;
    char reason[8] = "";
    reason_add(reason, sizeof(reason), "가나다");
    assert_string_equal(reason, "가나");
    reason_add(reason, sizeof(reason), "abc");
    assert_string_equal(reason, "가나a");
    reason_add(reason, sizeof(reason), "라");
    assert_string_equal(reason, "가나a");
}

static void opens_or_fails_whole_on_every_failed_allocation(void **state)
{
    struct stage *stage = *state;
    enum err e = ERR_MEMORY;
    for (uint64_t n = 1; n < 100 && e; n++) {
        struct turner *turner = NULL;
        mem_fail_after(n, false);
        e = turner_open(&stage->release, &turner, NULL);
        mem_fail_after(0, false);
        turner_close(turner);
    }
    assert_int_equal(e, OK);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(answers_when_confident),
        STAGED(is_certain_of_an_exact_example),
        STAGED(says_nothing_while_a_person_has_the_conversation),
        STAGED(goes_on_answering_after_a_handoff_nobody_has_taken),
        STAGED(hands_over_what_it_does_not_know),
        STAGED(offers_what_it_has_when_the_best_guess_is_more_likely_right_than_not),
        STAGED(lists_what_is_plausible_with_a_person_last),
        STAGED(lists_two_where_there_are_two),
        cmocka_unit_test(lists_as_long_as_the_settings_say),
        cmocka_unit_test(says_the_texts_of_the_owner),
        STAGED(hands_over_where_the_policy_says_so),
        STAGED(never_sends_a_hole),
        STAGED(answers_for_the_channel),
        STAGED(answers_in_the_language_of_the_customer),
        STAGED(asks_for_what_an_answer_needs_and_then_gives_it),
        STAGED(takes_values_from_the_question_itself_and_keeps_them),
        STAGED(says_the_same_for_the_same),
        STAGED(keeps_the_conversation_when_the_reply_cannot_be_written),
        STAGED(allocates_nothing_once_warm),
        cmocka_unit_test(cuts_a_long_reason_between_two_characters),
        STAGED(opens_or_fails_whole_on_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
