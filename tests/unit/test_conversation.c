/* Open lists and forms: every way people answer them, and how a conversation is stored for a later
 * release. */
#include "bot/texts.h"
#include "tests/unit/stage.h"

#define CLAIMED   "청구서와 진단서를 준비해 주세요."
#define HANDOFF   "정확한 안내를 위해 상담원에게 연결해 드리겠습니다. 잠시만 기다려 주세요."
#define SAY_MORE  "네, 궁금하신 내용을 조금만 더 자세히 적어 주세요."
#define CANCELLED "네, 그만할게요. 다른 궁금한 점이 있으면 말씀해 주세요."

/* The list is 1 보험금 청구 서류, 2 불만 접수, 3 상담원 연결. */
static void list_open(struct stage *stage)
{
    stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
    stage_say(stage, "서류");
    assert_int_equal(stage->conversation.awaiting, AWAIT_CHOICE);
}

static void takes_a_number_however_it_is_said(void **state)
{
    struct stage *stage = *state;
    static const char *const firsts[] = {"1",
                                         "1번",
                                         "1번이요",
                                         "①",
                                         "１",
                                         "(1)",
                                         "1.",
                                         "첫 번째",
                                         "첫번째로 해주세요",
                                         "첫째",
                                         "일번",
                                         "하나",
                                         "first",
                                         "the first one",
                                         "1st",
                                         "number 1",
                                         "No. 1",
                                         "First please",
                                         "1번으로 할게요",
                                         "one",
                                         "1번 선택",
                                         "첫 번째 거요",
                                         "Option 1",
                                         "1번 부탁드립니다"};
    static const char *const seconds[] = {"2", "2번",    "두번째", "두 번째요",      "둘째", "이번",
                                          "②", "second", "2nd",    "The second one", "two"};
    static const char *const thirds[] = {"3", "세 번째", "셋째", "third", "③"};
    for (size_t i = 0; i < sizeof(firsts) / sizeof(firsts[0]); i++) {
        list_open(stage);
        stage_say(stage, firsts[i]);
        assert_int_equal(stage->reply.intent, CLAIM);
        assert_reason(stage, "chose 1 of 3 → claim_documents, answer claim-");
        assert_route(stage, "scripted");
    }
    for (size_t i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
        list_open(stage);
        stage_say(stage, seconds[i]);
        assert_int_equal(stage->reply.intent, COMPLAINT);
    }
    for (size_t i = 0; i < sizeof(thirds) / sizeof(thirds[0]); i++) {
        list_open(stage);
        assert_says(stage, thirds[i], HANDOFF);
        assert_reason(stage, "chose 3 of 3 → a person");
    }
}

static void takes_a_title_or_a_name_without_its_spaces(void **state)
{
    struct stage *stage = *state;
    static const char *const claims[] = {"보험금 청구 서류", "보험금청구서류요", "보험금 청구서류!",
                                         "claim_documents", "Claim Documents"};
    static const char *const people[] = {"상담원 연결", "상담원연결해주세요", "talk to a person"};
    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        list_open(stage);
        assert_says(stage, claims[i], CLAIMED);
    }
    for (size_t i = 0; i < sizeof(people) / sizeof(people[0]); i++) {
        list_open(stage);
        stage_say(stage, people[i]);
        assert_route(stage, "handoff");
        assert_reason(stage, "chose 3 of 3");
    }
}

static void forgets_the_list_when_something_else_is_said(void **state)
{
    struct stage *stage = *state;
    list_open(stage);
    assert_says(stage, "환급금 조회", "환급금은 앱에서 확인하세요.");
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
    assert_says(stage, "1", SAY_MORE);
}

static void shows_the_list_again_once_for_a_number_not_on_it(void **state)
{
    struct stage *stage = *state;
    list_open(stage);
    assert_says(stage, "7",
                "아래에서 번호로 골라 주세요.\n1. 보험금 청구 서류\n2. 불만 접수\n3. 상담원 연결");
    assert_route(stage, "clarify");
    assert_says(stage, "8", HANDOFF);
    list_open(stage);
    stage_say(stage, "0");
    assert_int_equal(stage->conversation.awaiting, AWAIT_CHOICE);
}

/* 0,2 is not 02, nor 1,2 the twelfth. */
static void shows_the_list_again_for_several_numbers(void **state)
{
    struct stage *stage = *state;
    static const char *const several[] = {"1,2",         "0,2",     "0 1",    "1/2",
                                          "1번 2번이요", "1이랑 2", "1 or 2", "０，１"};
    for (size_t i = 0; i < sizeof(several) / sizeof(several[0]); i++) {
        list_open(stage);
        assert_says(
            stage, several[i],
            "아래에서 번호로 골라 주세요.\n1. 보험금 청구 서류\n2. 불만 접수\n3. 상담원 연결");
        assert_reason(stage, "several of the list");
        assert_says(stage, "1", CLAIMED);
    }
}

static void gives_a_list_up(void **state)
{
    struct stage *stage = *state;
    list_open(stage);
    assert_says(stage, "됐어요", CANCELLED);
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
}

static void forgets_what_is_too_old(void **state)
{
    struct stage *stage = *state;
    list_open(stage);
    stage->now_us += 30 * stage_minute_us;
    assert_says(stage, "1", CLAIMED);
    list_open(stage);
    stage->now_us += 30 * stage_minute_us + 1;
    assert_says(stage, "1", SAY_MORE);
}

static void gives_a_form_up_at_a_word(void **state)
{
    struct stage *stage = *state;
    static const char *const words[] = {"취소",       "그만",   "됐어요",      "취소해 주세요",
                                        "그만할게요", "cancel", "Never mind.", "안 할래요"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        stage_say(stage, "이자 얼마예요");
        assert_int_equal(stage->conversation.awaiting, AWAIT_SLOT);
        assert_says(stage, words[i], CANCELLED);
        assert_route(stage, "form");
        assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
    }
}

static void drops_a_form_for_another_matter(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "이자 얼마예요");
    assert_says(stage, "청구 서류 알려줘", CLAIMED);
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
    assert_says(stage, "3000만원", SAY_MORE);
}

static void lets_a_plausible_question_out_of_a_form(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "이자 얼마예요");
    stage_say(stage, "서류");
    assert_route(stage, "clarify");
    assert_int_equal(stage->conversation.awaiting, AWAIT_CHOICE);
}

static void answers_again_for_a_corrected_value(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "3천만 원 24개월 이자", "30,000,000원, 24개월 기준으로 안내해 드려요.");
    assert_says(stage, "아니 2000만원", "20,000,000원, 24개월 기준으로 안내해 드려요.");
    assert_says(stage, "12개월이면?", "20,000,000원, 12개월 기준으로 안내해 드려요.");
}

static void asks_for_the_whole_of_a_changed_amount(void **state)
{
    struct stage *stage = *state;
    static const char *const changes[] = {"거기에 200만원 더", "200만원 추가하면?", "100만원 빼고",
                                          "그거의 절반은? 500만원의 절반",
                                          "200만원 더 이자 얼마예요"};
    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
        assert_says(stage, "3천만 원 24개월 이자", "30,000,000원, 24개월 기준으로 안내해 드려요.");
        assert_non_null(strstr(stage_say(stage, changes[i]), "얼마를 맡기시나요?"));
        assert_route(stage, "form");
        assert_says(stage, "3200만원", "32,000,000원, 24개월 기준으로 안내해 드려요.");
    }
    assert_non_null(strstr(stage_say(stage, "and then 2,000,000 won more"), "the whole one"));
    stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
    stage_say(stage, "3천만 원 24개월 이자");
    assert_says(stage, "청구 서류 알려줘", CLAIMED);
}

/* While the term is asked for, an amount is changed: it is asked for when the term is known. */
static void forgets_an_amount_that_is_changed_under_a_form(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "이자 얼마예요");
    assert_says(stage, "500만원", "몇 개월 맡기시나요?");
    stage_say(stage, "거기에 200만원 더");
    assert_says(stage, "12개월", "얼마를 맡기시나요?");
    assert_says(stage, "700만원", "7,000,000원, 12개월 기준으로 안내해 드려요.");
}

static void forgets_values_when_the_matter_changes(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "3천만 원 24개월 이자", "30,000,000원, 24개월 기준으로 안내해 드려요.");
    assert_says(stage, "청구 서류 알려줘", CLAIMED);
    assert_int_equal(stage->conversation.slots.count, 0);
    assert_says(stage, "이자 얼마예요", "얼마를 맡기시나요?");
    stage_say(stage, "취소");
    assert_int_equal(stage->conversation.slots.count, 0);
}

static void asks_again_once_and_then_hands_over(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "이자 얼마예요", "얼마를 맡기시나요?");
    assert_says(stage, "글쎄요",
                "말씀을 잘 이해하지 못했어요. 금액을 적어 주세요. 예: 3천만 원, 500,000원\n얼마를 "
                "맡기시나요?");
    assert_route(stage, "form");
    assert_reason(stage, "no amount in it → interest, asks for amount again");
    assert_says(stage, "글쎄요", HANDOFF);
    assert_reason(stage, "asked 2 times → a person");
    assert_int_equal(stage->reply.intent, INTEREST);
    assert_int_equal(stage->conversation.awaiting, AWAIT_NOTHING);
}

static void counts_afresh_for_the_next_slot(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "이자 얼마예요");
    stage_say(stage, "글쎄요");
    assert_says(stage, "30000", "몇 개월 맡기시나요?");
    assert_int_equal(stage->conversation.asked, 1);
}

static void names_the_values_of_a_list_that_has_no_question(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "상품 알려줘", "다음 중에서 적어 주세요: 실손의료보험, 암보험");
    assert_says(stage, "실비요", "실손의료보험 안내입니다.");
}

static void makes_room_when_it_knows_too_many_values(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "이자 얼마예요");
    struct slot_set *slots = &stage->conversation.slots;
    int term = slots_named(book_slots(stage->release.book), STR("term"));
    for (slots->count = 0; slots->count < LIMIT_SLOTS; slots->count++)
        slots->values[slots->count] = (struct slot_value){.slot = term, .text = "24 개월"};
    assert_says(stage, "3000만원", "30,000,000원, 24개월 기준으로 안내해 드려요.");
}

/* ---- Stored
 * --------------------------------------------------------------------------------------------------
 */

static void check_survives(struct stage *stage)
{
    struct buf text, again;
    struct conversation read;
    buf_init(&text, 4096);
    buf_init(&again, 4096);
    assert_int_equal(conversation_print(&stage->conversation, stage->release.book, &text, NULL),
                     OK);
    assert_int_equal(conversation_parse(str_from_buf(&text), stage->release.book, &read, NULL), OK);
    assert_int_equal(read.awaiting, stage->conversation.awaiting);
    assert_int_equal(read.is_with_person, stage->conversation.is_with_person);
    assert_string_equal(read.language, stage->conversation.language);
    assert_true(read.last_at_us == stage->conversation.last_at_us);
    assert_int_equal(read.slots.count, stage->conversation.slots.count);
    assert_int_equal(conversation_print(&read, stage->release.book, &again, NULL), OK);
    assert_string_equal(text.p, again.p);
    buf_free(&text);
    buf_free(&again);
}

static void comes_back_as_it_was_stored(void **state)
{
    struct stage *stage = *state;
    check_survives(stage);
    list_open(stage);
    check_survives(stage);
    stage_say(stage, "이자 얼마예요");
    stage_say(stage, "3000만원");
    assert_int_equal(stage->conversation.awaiting, AWAIT_SLOT);
    check_survives(stage);
    stage->conversation.is_with_person = true;
    check_survives(stage);
}

static void is_stored_by_name(void **state)
{
    struct stage *stage = *state;
    struct buf text;
    buf_init(&text, 4096);
    list_open(stage);
    stage->conversation.last_at_us = 5;
    assert_int_equal(conversation_print(&stage->conversation, stage->release.book, &text, NULL),
                     OK);
    assert_string_equal(text.p, "{\"choices\":[\"claim_documents\",\"complaint\"],\"asked\":1,"
                                "\"language\":\"ko\",\"last_at_us\":5}");
    buf_free(&text);
}

static void state_read(struct stage *stage, const char *text)
{
    assert_int_equal(
        conversation_parse(str_of(text), stage->release.book, &stage->conversation, NULL), OK);
}

static void drops_what_this_release_does_not_know(void **state)
{
    struct stage *stage = *state;
    const struct conversation *c = &stage->conversation;
    const char *list = "{\"choices\":[\"gone\",\"claim_documents\"],\"asked\":1,\"last_at_us\":0}";
    state_read(stage, list);
    assert_int_equal(c->awaiting, AWAIT_CHOICE);
    assert_int_equal(c->choices[0], -1);
    assert_says(stage, "2", CLAIMED); /* the numbers the customer saw still hold */
    state_read(stage, list);
    assert_says(stage, "1", HANDOFF);
    assert_reason(stage, "no longer there");
    state_read(stage, list);
    check_survives(stage);
    state_read(stage, "{\"intent\":\"gone\",\"slot\":\"amount\",\"slots\":{\"gone\":\"1\","
                      "\"term\":\"24 개월\"}}");
    assert_int_equal(c->awaiting, AWAIT_NOTHING);
    assert_int_equal(c->slots.count, 1);
}

static void asks_for_more_when_nothing_is_said(void **state)
{
    struct stage *stage = *state;
    static const char *const nothings[] = {"?", "...", "🙏🙏", "네", "아니요", "ㅇㅇ", "ok", "Yes!"};
    for (size_t i = 0; i < sizeof(nothings) / sizeof(nothings[0]); i++) {
        stage->conversation = (struct conversation){.awaiting = AWAIT_NOTHING};
        assert_says(stage, nothings[i], SAY_MORE);
        assert_route(stage, "clarify");
        assert_int_equal(stage->reply.choice_count, 0);
        assert_says(stage, nothings[i], SAY_MORE);
        assert_says(stage, nothings[i], HANDOFF);
        assert_reason(stage, "asked 2 times → a person");
        assert_says(stage, "청구 서류 알려줘", CLAIMED);
    }
}

static void hears_a_word_after_asking_for_more(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "?");
    assert_says(stage, "청구 서류 알려줘", CLAIMED);
    assert_says(stage, "?", SAY_MORE);
    assert_int_equal(stage->conversation.asked, 1);
}

static void shows_the_list_again_when_nothing_is_said(void **state)
{
    struct stage *stage = *state;
    static const char *const littles[] = {"?", "네", "200만원이면?"};
    for (size_t i = 0; i < sizeof(littles) / sizeof(littles[0]); i++) {
        list_open(stage);
        stage_say(stage, littles[i]);
        assert_route(stage, "clarify");
        assert_int_equal(stage->reply.choice_count, 3);
        assert_reason(stage, "nothing of the list → which of");
        assert_says(stage, littles[i], HANDOFF);
    }
    list_open(stage);
    assert_says(stage, "아니요", SAY_MORE);
}

static void keeps_a_value_said_under_a_list(void **state)
{
    struct stage *stage = *state;
    list_open(stage);
    stage->conversation.choices[0] = INTEREST;
    stage_say(stage, "200만원이면?");
    assert_says(stage, "1", "몇 개월 맡기시나요?");
    assert_says(stage, "12", "2,000,000원, 12개월 기준으로 안내해 드려요.");
}

static void takes_yes_for_the_only_one_of_a_list(void **state)
{
    struct stage *stage = *state;
    list_open(stage);
    stage->conversation.choice_count = 1;
    assert_says(stage, "네 맞아요", CLAIMED);
    list_open(stage);
    stage->conversation.choice_count = 1;
    assert_says(stage, "아니요", SAY_MORE);
}

static void asks_again_when_a_form_hears_nothing(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "이자 얼마예요");
    stage_say(stage, "네");
    assert_route(stage, "form");
    assert_reason(stage, "no amount in it → interest, asks for amount again");
}

static void never_takes_a_bare_value_for_a_matter(void **state)
{
    struct stage *stage = *state;
    assert_says(stage, "500만원이면?", SAY_MORE); /* heard as surrender_value, and surely */
    assert_says(stage, "3천만 원 24개월 이자", "30,000,000원, 24개월 기준으로 안내해 드려요.");
    assert_says(stage, "500만원이면?", "5,000,000원, 24개월 기준으로 안내해 드려요.");
}

static void never_lists_an_intent_that_is_not_to_be_listed(void **state)
{
    struct stage *stage = *state;
    stage_say(stage, "뭐라는 거야");
    assert_route(stage, "clarify");
    assert_int_equal(stage->reply.choice_count, 2);
    assert_int_equal(stage->reply.choices[0].intent, SURRENDER);
}

static void refuses_what_is_not_a_state(void **state)
{
    struct stage *stage = *state;
    struct conversation read;
    assert_int_not_equal(
        conversation_parse(STR("{\"choices\":["), stage->release.book, &read, NULL), OK);
    assert_int_equal(conversation_parse(STR(""), stage->release.book, &read, NULL), OK);
    assert_int_equal(read.awaiting, AWAIT_NOTHING);
    assert_int_equal(
        conversation_parse(
            STR("{\"choices\":[1,2,3,4,5,6,7],\"slots\":[1],\"language\":\"too long\"}"),
            stage->release.book, &read, NULL),
        OK);
    assert_int_equal(read.choice_count, LIMIT_CHOICES);
    assert_string_equal(read.language, "");
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, stage_setup, stage_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        STAGED(takes_a_number_however_it_is_said),
        STAGED(takes_a_title_or_a_name_without_its_spaces),
        STAGED(forgets_the_list_when_something_else_is_said),
        STAGED(shows_the_list_again_once_for_a_number_not_on_it),
        STAGED(shows_the_list_again_for_several_numbers),
        STAGED(gives_a_list_up),
        STAGED(forgets_what_is_too_old),
        STAGED(gives_a_form_up_at_a_word),
        STAGED(drops_a_form_for_another_matter),
        STAGED(lets_a_plausible_question_out_of_a_form),
        STAGED(answers_again_for_a_corrected_value),
        STAGED(asks_for_the_whole_of_a_changed_amount),
        STAGED(forgets_an_amount_that_is_changed_under_a_form),
        STAGED(forgets_values_when_the_matter_changes),
        STAGED(asks_again_once_and_then_hands_over),
        STAGED(counts_afresh_for_the_next_slot),
        STAGED(names_the_values_of_a_list_that_has_no_question),
        STAGED(makes_room_when_it_knows_too_many_values),
        STAGED(comes_back_as_it_was_stored),
        STAGED(is_stored_by_name),
        STAGED(drops_what_this_release_does_not_know),
        STAGED(asks_for_more_when_nothing_is_said),
        STAGED(hears_a_word_after_asking_for_more),
        STAGED(shows_the_list_again_when_nothing_is_said),
        STAGED(keeps_a_value_said_under_a_list),
        STAGED(takes_yes_for_the_only_one_of_a_list),
        STAGED(asks_again_when_a_form_hears_nothing),
        STAGED(never_takes_a_bare_value_for_a_matter),
        STAGED(never_lists_an_intent_that_is_not_to_be_listed),
        STAGED(refuses_what_is_not_a_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
