/* One table, a row a text. bot.conf may replace the two that a bot's owner most wants in words of
 * their own: handoff_text and clarify_text. */
#include "bot/texts.h"

static const struct {
    const char *korean, *english;
} table[TEXTS] = {
    [TEXT_HANDOFF] = {"정확한 안내를 위해 상담원에게 연결해 드리겠습니다. 잠시만 기다려 주세요.",
                      "Let me pass you to a colleague who can help with this. One moment, please."},
    [TEXT_CLOSED] =
        {"지금은 상담 시간이 아닙니다. 남겨 주신 내용은 상담 시간에 상담원이 확인하고 "
         "답변드리겠습니다.",
         "Nobody is at the desk right now. A colleague will read this and answer during "
         "service hours."},
    [TEXT_PASSED_ON] = {"상담원에게 전달했습니다. 답변이 왔는지는 아래 버튼으로 확인해 주세요.",
                        "Passed on to my colleague. Please use the button below to check for an "
                        "answer."},
    [TEXT_NO_WORD_YET] = {"아직 상담원의 답변이 없습니다. 잠시 후 다시 확인해 주세요.",
                          "There is no answer yet. Please check again in a moment."},
    [TEXT_LOOKING] = {"문서에서 확인하고 있습니다. 잠시만 기다려 주세요.",
                      "I am looking this up. One moment, please."},
    [TEXT_LOOKING_CHECK] = {"문서에서 확인하고 있습니다. 잠시 후 아래 버튼을 눌러 주세요.",
                            "I am looking this up. Please press the button below in a moment."},
    [TEXT_STILL_LOOKING] = {"앞서 물어보신 내용을 아직 확인하고 있습니다. 아래 버튼으로 답변을 "
                            "보신 뒤 다시 말씀해 주세요.",
                            "I am still looking up your last question. Please check its answer "
                            "with the button below, then write again."},
    [TEXT_LATE] = {"지금은 답변이 늦어지고 있습니다. 잠시 후 다시 보내 주세요.",
                   "Answers are slow right now. Please write again in a moment."},
    [TEXT_AGENT] = {"상담원: ", "Agent: "},
    [TEXT_CHECK] = {"답변 확인", "Check answer"},
    [TEXT_CLARIFY] = {"어떤 내용을 찾으시나요? 번호로 골라 주세요.",
                      "Which of these do you mean? Please answer with a number."},
    [TEXT_WHICH_KEY] = {"", "Please tell me the "},
    [TEXT_WHICH_KEY_END] = {"을(를) 알려 주세요.", "."},
    [TEXT_NOT_LISTED] = {"아래에서 번호로 골라 주세요.",
                         "Please choose one of these by its number."},
    [TEXT_SAY_MORE] = {"네, 궁금하신 내용을 조금만 더 자세히 적어 주세요.",
                       "Please tell me a little more about what you would like to know."},
    [TEXT_PERSON] = {"상담원 연결", "Talk to a person"},
    [TEXT_CANCELLED] = {"네, 그만할게요. 다른 궁금한 점이 있으면 말씀해 주세요.",
                        "All right, I have stopped. Is there anything else I can help with?"},
    [TEXT_ASK_AGAIN] = {"말씀을 잘 이해하지 못했어요.", "Sorry, I did not catch that."},
    [TEXT_ASK_WHOLE] = {"더하거나 뺀 금액은 제가 계산하지 못해요. 전체 금액으로 다시 적어 주세요.",
                        "I cannot add to an amount or take from it. Please give me the whole one."},
    [TEXT_ASK_YEARLY] = {"월 이율이나 일 이율로는 제가 계산하지 못해요. 연 이율로 적어 주세요.",
                         "I cannot reckon with a rate of a month or a day. Please give me the "
                         "yearly one."},
    [TEXT_EXPECT_AMOUNT] = {"금액을 적어 주세요. 예: 3천만 원, 500,000원",
                            "Please give an amount, such as $1,500."},
    [TEXT_EXPECT_RATE] = {"이율을 적어 주세요. 예: 연 3.5%", "Please give a rate, such as 3.5%."},
    [TEXT_EXPECT_TERM] = {"기간을 적어 주세요. 예: 24개월, 2년",
                          "Please give a term, such as 24 months or 2 years."},
    [TEXT_EXPECT_DATE] = {"날짜를 적어 주세요. 예: 2026-12-03, 다음 달 3일",
                          "Please give a date, such as 2026-12-03 or Dec 3."},
    [TEXT_EXPECT_COUNT] = {"횟수나 개수를 숫자로 적어 주세요. 예: 3회",
                           "Please give a number, such as 3."},
    [TEXT_EXPECT_LIST] = {"다음 중에서 적어 주세요:", "Please name one of these:"},
    [TEXT_SOURCE] = {"출처: ", "Source: "},
    [TEXT_IN_FORCE] = {" (", " (in force from "},
    [TEXT_IN_FORCE_END] = {" 시행)", ")"},
    [TEXT_QUOTE_CUT] = {"(목록의 일부입니다. 전체 내용은 아래 문서에서 확인해 주세요.)",
                        "(Part of a list; the whole of it is in the document below.)"},
    [TEXT_SELECTED_LEAD] = {"문의하신 내용은 문서에 이렇게 나와 있습니다.",
                            "This is what our documents say."},
    [TEXT_SELECTED_ALSO] = {"함께 확인해 주세요.", "Please see this as well."},
    [TEXT_SELECTED_LABEL] = {"※ AI가 찾은 문장을 문서에서 그대로 옮긴 답변입니다.",
                             "* Sentences found with the help of AI and quoted from the documents "
                             "as they are."},
    [TEXT_SELECTED_FACTS] = {"※ AI가 찾은 내용을 문서와 등록된 기준값에서 옮긴 답변입니다.",
                             "* Found with the help of AI and taken from the documents and the "
                             "values on record."},
    [TEXT_GREETING] =
        {"무엇이든 물어보세요. /why 는 방금 답변의 이유를 보여 주고, /quit 는 끝냅니다.",
         "Ask me anything. /why explains the last reply, /quit leaves."},
};

struct str text_of(enum text_key key, struct str language)
{
    return str_of(str_equal(language, STR("en")) ? table[key].english : table[key].korean);
}
