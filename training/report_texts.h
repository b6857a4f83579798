/* What the report says of its own, in its two languages. {1} {2} … are the numbers put in. */
#ifndef REPORT_TEXTS_H
#define REPORT_TEXTS_H

#include "base/text.h"

/* clang-format off */
#define REPORT_TEXT_TABLE(X) \
    /* ---- head and verdict ---- */ \
    X(TEXT_R_TITLE, "평가 보고서", "Evaluation report") \
    X(TEXT_R_HEAD, "릴리스 {1} · 평가 문장 {2}개 · 답변 기준일 {3}", \
      "Release {1} · {2} cases · answers as of {3}") \
    X(TEXT_R_WITHIN, "예산 {1} 안에 있습니다", "Within the budget of {1}") \
    X(TEXT_R_UNSURE, "예산 {1} 안이라고 아직 보일 수 없습니다", \
      "Not yet shown to be within the budget of {1}") \
    X(TEXT_R_OVER, "예산 {1}를 넘었습니다", "Over the budget of {1}") \
    X(TEXT_R_SILENT, "자동으로 답한 것이 없습니다", "Nothing was answered by script") \
    X(TEXT_R_SILENT_NOTE, "평가 문장 {1}개 가운데 확신도 기준을 넘은 것이 하나도 없습니다.", \
      "None of the {1} cases reached the confidence that a script needs.") \
    X(TEXT_R_VERDICT, \
      "자동 답변 {1}건 가운데 {2}건이 틀렸습니다({3}). 실제 오답률은 {4} 신뢰도로 많아야 {5}이고, 같은 신뢰도로 적어도 {6}입니다. 허용한 예산은 {7}입니다.", \
      "{2} of {1} scripted replies were wrong ({3}). With {4} confidence the true rate is at most {5}, and with the same confidence at least {6}. The budget is {7}.") \
    X(TEXT_R_UNSURE_NOTE, \
      "관측된 오답률은 예산 안이지만 평가 문장이 적어 장담할 수 없습니다. 틀린 것이 없어도 자동 답변이 {1}건은 있어야 이 예산을 보일 수 있습니다.", \
      "The rate seen is within the budget, but too few cases stand behind it. Even without a single error, {1} scripted replies are needed to show this budget.") \
    X(TEXT_R_COVERAGE, "자동 답변 비율", "Coverage") \
    X(TEXT_R_COVERAGE_NOTE, "{2}개 중 {1}개에 자동 답변", "{1} of {2} answered by script") \
    X(TEXT_R_WRONG, "오답률", "Wrong rate") \
    X(TEXT_R_WRONG_NOTE, "자동 답변 {2}건 중 {1}건", "{1} of {2} scripted replies") \
    X(TEXT_R_ACCURACY, "정확도", "Accuracy") \
    X(TEXT_R_ACCURACY_NOTE, "확신도와 무관하게 {2}개 중 {1}개", "{1} of {2}, whatever the confidence") \
    X(TEXT_R_BEYOND, "범위 밖 재현율", "Out-of-scope recall") \
    X(TEXT_R_BEYOND_NOTE, "답하면 안 되는 {2}개 중 {1}개를 막음", "{1} of {2} not answered by script") \
    X(TEXT_R_CONSISTENT, "일관성", "Consistency") \
    X(TEXT_R_CONSISTENT_NOTE, "둘 다 답을 받은 같은 뜻 {2}쌍 중 {1}쌍이 같은 답", \
      "{1} of {2} pairs of paraphrases that were both answered got the same answer") \
    X(TEXT_R_MIX, \
      "평가 문장 {1}개 중 {2}가 범위 밖이며, 설정된 실제 비율은 {3}입니다. 두 비율이 다르면 실제 자동 답변 비율과 오답률도 그만큼 달라집니다.", \
      "Of the {1} cases {2} are out of scope; traffic is expected to have {3}. Where the two differ, coverage and wrong rate in service will differ too.") \
    X(TEXT_R_NO_BEYOND, \
      "범위 밖 평가 문장(out_of_scope)이 없어, 답하면 안 되는 말에 얼마나 답하는지 알 수 없습니다.", \
      "There are no out-of-scope cases, so nothing is known of how often messages are answered that should not be.") \
    X(TEXT_R_UNKNOWN, "이 릴리스에 없는 의도의 문장이 {1}개 있으며 모두 틀린 것으로 셌습니다.", \
      "{1} cases are of intents that this release does not have; all count as wrong.") \
    X(TEXT_R_UNCERTIFIED, \
      "학습할 때 남겨 둔 문장으로는 이 예산이 인증되지 않았습니다(예산에 못 미치는 자료).", \
      "Training could not certify the budget on its own held-out rows.") \
    X(TEXT_R_BEYOND_NAME, "범위 밖", "Out of scope") \
    X(TEXT_R_IN_SCOPE, "범위 안", "In scope") \
    X(TEXT_R_MORE, "그 밖에 {1}개가 더 있습니다.", "… and {1} more.") \
    /* ---- coverage and reliability ---- */ \
    X(TEXT_R_CURVE, "얼마나 답하고, 얼마나 틀리는가", "How much is answered, and how often wrongly") \
    X(TEXT_R_CURVE_WHAT, \
      "기준을 낮추면 더 많이 답하지만 더 자주 틀립니다. 점은 지금 쓰는 기준이고, 점 위의 막대는 {1} 신뢰도의 상한입니다. 점선 예산({2})보다 막대 끝이 낮아야 안전합니다.", \
      "A lower threshold answers more and errs more. The dot is where the release stands; the bar above it reaches to the bound at {1} confidence, which should end below the budget ({2}).") \
    X(TEXT_R_AXIS_COVERAGE, "자동 답변 비율 (%)", "coverage (%)") \
    X(TEXT_R_AXIS_WRONG, "오답률", "wrong rate") \
    X(TEXT_R_LINE_BUDGET, "예산 {1}", "budget {1}") \
    X(TEXT_R_POINT, "지금 {1}", "now {1}") \
    X(TEXT_R_LEGEND_WRONG, "오답률", "wrong rate") \
    X(TEXT_R_LEGEND_UPPER, "{1} 신뢰 상한", "bound at {1}") \
    X(TEXT_R_LEGEND_BUDGET, "예산", "budget") \
    X(TEXT_R_RELIABLE, "확신도를 믿을 수 있는가", "Whether confidence can be believed") \
    X(TEXT_R_RELIABLE_WHAT, \
      "점이 대각선 위에 있으면 실제보다 조심스럽고, 아래에 있으면 지나치게 자신합니다. 세로선은 95% 구간, 맨 위의 숫자와 회색 막대는 문장 수입니다. 보정 오차(ECE) {1}. 범위 밖 문장은 언제나 틀린 것으로 셉니다.", \
      "A dot above the diagonal is more often right than it says, one below is too sure of itself. Upright lines are 95% intervals; the figures on top and the grey bars count cases. Calibration error (ECE) {1}. Out-of-scope cases always count as wrong.") \
    X(TEXT_R_AXIS_CONFIDENCE, "확신도 (%)", "confidence (%)") \
    X(TEXT_R_AXIS_RIGHT, "맞은 비율 (%)", "right (%)") \
    /* ---- routes ---- */ \
    X(TEXT_R_ROUTES, "고객이 받는 것", "What customers get") \
    X(TEXT_R_ROUTES_WHAT, \
      "평가 문장을 하나씩 새 대화의 첫마디로 {1} 기준 답변에 넣어 본 결과입니다.", \
      "Each case was put to the release as the first message of a conversation, with the answers in force on {1}.") \
    X(TEXT_R_ROUTES_NONE, "이 릴리스에는 아직 답변이 없어 고객이 무엇을 받을지 알 수 없습니다.", \
      "This release has no answers yet, so what customers would get is not known.") \
    X(TEXT_R_ROUTE, "경로", "Route") \
    X(TEXT_R_ROUTE_SCRIPTED, "승인된 답변", "scripted answer") \
    X(TEXT_R_ROUTE_CLARIFY, "고르는 목록", "list to choose from") \
    X(TEXT_R_ROUTE_FORM, "값을 되묻기", "question for a value") \
    X(TEXT_R_ROUTE_QUOTED, "문서 인용", "quoted passage") \
    X(TEXT_R_ROUTE_MODEL, "생성된 답", "generated") \
    X(TEXT_R_ROUTE_PERSON, "상담원 연결", "a person") \
    X(TEXT_R_ROUTES_OTHER, \
      "맨 위에 센 자동 답변 {1}건은 의도를 확신한 문장이고, 그 가운데 {2}건은 여기서 다른 경로에 있습니다. 상담원에게 넘기기로 한 의도이거나, 값을 먼저 물어야 하는 의도입니다.", \
      "The {1} scripted replies counted at the top are cases whose intent was sure; {2} of them took another route here, since that intent is one for a person or asks for a value first.") \
    X(TEXT_R_LISTS, "범위 안 문장에 보인 목록 {1}개 가운데 {2}개({3})에 맞는 의도가 들어 있었습니다.", \
      "Lists shown for in-scope cases: {1}; with the right intent on them: {2} ({3}).") \
    X(TEXT_R_BEYOND_TITLE, "범위 밖의 말", "Messages out of scope") \
    X(TEXT_R_BEYOND_WHAT, \
      "답하면 안 되는 문장 {1}개 가운데 {2}개({3}, 95% 구간 {4}–{5})에 자동으로 답하지 않았습니다. AUROC {6}.", \
      "Of {1} messages that must not be answered, {2} ({3}, 95% interval {4}–{5}) got no script. AUROC {6}.") \
    X(TEXT_R_MESSAGE, "문장", "Message") \
    X(TEXT_R_SENT, "나간 답변", "Script sent") \
    X(TEXT_R_CONFIDENCE, "확신도", "Confidence") \
    /* ---- intents ---- */ \
    X(TEXT_R_INTENTS, "의도별, 나쁜 것부터", "Every intent, worst first") \
    X(TEXT_R_INTENTS_WHAT, \
      "재현율은 그 의도의 문장 중 맞힌 비율, 정밀도는 그 의도로 고른 것 중 맞은 비율입니다(확신도 무관, 범위 안 문장). 작은 숫자와 선은 95% Wilson 구간입니다. 둘 중 낮은 값의 순서이며, 붉은 줄은 틀린 답변이 나간 의도입니다.", \
      "Recall: of the intent's cases, how many were recognised. Precision: of those taken for it, how many were. In-scope cases, whatever the confidence; the small figures and lines are 95% Wilson intervals. Ordered by the lower of the two; tinted rows sent a wrong script.") \
    X(TEXT_R_INTENT, "의도", "Intent") \
    X(TEXT_R_CASES, "문장", "Cases") \
    X(TEXT_R_RECALL, "재현율 (%)", "Recall (%)") \
    X(TEXT_R_PRECISION, "정밀도 (%)", "Precision (%)") \
    X(TEXT_R_SCRIPTED, "자동 답변", "Scripted") \
    X(TEXT_R_SCRIPTED_WRONG, "틀린 답변", "Wrong") \
    /* ---- lists ---- */ \
    X(TEXT_R_CONFUSIONS, "헷갈리는 것들", "Confusions that matter") \
    X(TEXT_R_CONFUSIONS_NONE, "헷갈린 것이 없습니다.", "There are none.") \
    X(TEXT_R_CONFUSIONS_WHAT, \
      "틀린 문장 {1}개는 {2}가지 혼동으로 나뉩니다. 틀린 답변이 나간 것부터이며, 상자 속 글자는 맞는 의도보다 고른 의도 쪽에 힘을 준 글자 조각입니다.", \
      "Mistakes: {1}, in {2} kinds; those that went out come first. The boxed fragments are what spoke for the chosen intent over the right one.") \
    X(TEXT_R_PAIR_COUNTS, "{1}건, 그중 {2}건이 나감", "cases: {1}, went out: {2}") \
    X(TEXT_R_PAIR_COUNT, "{1}건, 나간 답변 없음", "cases: {1}, none went out") \
    X(TEXT_R_WENT_OUT, "답변이 나감", "went out") \
    X(TEXT_R_CONTRASTS, "대조쌍", "Contrast pairs") \
    X(TEXT_R_CONTRASTS_NONE, "대조쌍이 없습니다.", "There are none.") \
    X(TEXT_R_CONTRASTS_WHAT, "한두 마디만 다르고 뜻이 다른 문장 {1}쌍 가운데 {2}쌍이 구별되지 않았습니다.", \
      "Pairs that differ in a word or two and in what they mean: {1}. Not told apart: {2}.") \
    X(TEXT_R_CONTRASTS_APART, "한두 마디만 다르고 뜻이 다른 문장 {1}쌍을 모두 구별했습니다.", \
      "All {1} pairs that differ in a word or two and in what they mean are told apart.") \
    X(TEXT_R_PARAPHRASES, "같은 말에 같은 답", "The same question, the same answer") \
    X(TEXT_R_PARAPHRASES_WHAT, \
      "같은 뜻 묶음이란 의도가 같고, 언어가 같고, 문장에서 읽힌 값(상품, 금액, 날짜 등)이 같은 평가 문장들입니다. 승인된 답변이나 되묻는 말을 받은 두 문장이 글자까지 같은 말을 들으면 일관된 것으로 셉니다. 읽어 낸 값 자체가 틀린 경우는 여기서 보이지 않습니다.", \
      "A group of paraphrases is the cases of one intent, in one language, that give the same values (product, amount, date …). Two of them that both get an answer, or its question for a value, are consistent when they read the very same text. A value that was itself misread does not show here.") \
    X(TEXT_R_PARAPHRASES_BARE, \
      "답변이 없는 릴리스이므로, 같은 의도의 평가 문장들을 한 묶음으로 보고 자동으로 답할 의도가 같은지를 셉니다.", \
      "The release has no answers, so a group is the cases of one intent, consistent when the same intent would be answered by script.") \
    X(TEXT_R_PARAPHRASES_RATE, \
      "묶음 {1}개에서 둘 다 답을 받은 짝이 {2}쌍이고 그중 {3}가 같은 답입니다. 답이 갈린 묶음은 {4}개입니다. 목록이나 상담원 연결까지 같은 대우로 셈하면 {5}입니다.", \
      "{1} groups hold {2} pairs that both got an answer; {3} of the pairs got the same one. {4} groups got different answers. Counting a list or a person as a treatment too, {5} of all pairs are treated alike.") \
    X(TEXT_R_GROUP_COUNTS, "{1}개 중 {2}개에 답, {3}가지 답", "{2} of {1} answered, {3} different answers") \
    X(TEXT_R_ASKS, "되묻기:", "asks:") \
    X(TEXT_R_MISTAKES, "틀린 문장 모두", "Every mistake") \
    X(TEXT_R_MISTAKES_WHAT, \
      "고른 의도가 틀린 범위 안 문장과 답변이 나간 범위 밖 문장 {1}개입니다. 붉은 줄은 실제로 나갔을 답변입니다.", \
      "{1} in-scope cases whose best guess is wrong, and out-of-scope ones that got a script. Tinted rows would have gone out.") \
    X(TEXT_R_SHOULD, "맞는 의도", "Should be") \
    X(TEXT_R_CHOSEN, "고른 의도", "Chosen") \
    /* ---- robustness ---- */ \
    X(TEXT_R_ROBUST, "급하게 친 문장", "Hurried typing") \
    X(TEXT_R_ROBUST_WHAT, \
      "평가 문장의 띄어쓰기를 모두 없애거나, 글자 100개 중 3·6·10개꼴로 오타를 내어(학습의 오타와 같은 방식, 다른 고정 난수) 다시 재었습니다. 붉은 줄은 관측된 오답률이 예산을 넘습니다.", \
      "The cases again with every space removed, and with 3, 6 and 10 of a hundred characters mistyped (as training makes its noisy copies, from other fixed seeds). In tinted rows the wrong rate seen is over the budget.") \
    X(TEXT_R_TYPED, "문장", "Typed") \
    X(TEXT_R_CLEAN, "그대로", "as they are") \
    X(TEXT_R_JOINED, "띄어쓰기 없이", "spaces removed") \
    X(TEXT_R_TYPOS_3, "오타 3%", "3% typos") \
    X(TEXT_R_TYPOS_6, "오타 6%", "6% typos") \
    X(TEXT_R_TYPOS_10, "오타 10%", "10% typos") \
    X(TEXT_R_AT_MOST, "상한 ({1})", "At most ({1})") \
    /* ---- learning ---- */ \
    X(TEXT_R_LEARNING, "예문이 더 필요한 의도", "Which intents need more examples") \
    X(TEXT_R_LEARNING_NONE, \
      "이번에는 재지 않았습니다. 예문의 일부로 네 번 다시 학습해야 하므로 시간이 걸립니다: paring eval --report FILE.html --learning", \
      "Not measured this time. It takes training four times on parts of the examples: paring eval --report FILE.html --learning") \
    X(TEXT_R_LEARNING_WHAT, \
      "지금 봇에 있는 예문의 25%, 50%, 75%, 100%로 네 번 새로 학습해 같은 평가 문장으로 재었습니다(의도마다 같은 비율, 작은 부분은 큰 부분에 들어 있음, 확신도 무관). 릴리스 뒤에 예문을 고쳤다면 100%의 값이 위의 정확도와 다를 수 있습니다.", \
      "The classifier was trained anew on 25, 50, 75 and 100% of the examples that the bot has now (without general text) and asked about the same cases (the same share of every intent, each part inside the next, whatever the confidence). If examples changed since the release, the value at 100% may differ from the accuracy above.") \
    X(TEXT_R_LEARNING_HOW, \
      "추정: 의도의 문장 {1}가 맞는 것을 목표로 합니다. 전체 곡선에서 오류는 예문 수의 -{2}제곱으로 줄며, 의도마다 이 속도로 목표에 닿는 예문 수를 계산합니다. 문장이 적은 의도는 전체 평균 쪽으로 당겨 셈합니다. 대략의 크기로만 읽으십시오.", \
      "The estimate: {1} of an intent's cases should be right. Over all intents errors fall as the number of examples to the power of -{2}; each intent is taken to follow that from where it stands, with its few cases drawn towards the whole. Read it as an order of magnitude.") \
    X(TEXT_R_AXIS_EXAMPLES, "쓴 예문 (%)", "examples used (%)") \
    X(TEXT_R_AXIS_ACCURACY, "정확도 (%)", "accuracy (%)") \
    X(TEXT_R_EXAMPLES, "예문", "Examples") \
    X(TEXT_R_RIGHT_AT, "맞음 {1}%", "right at {1}%") \
    X(TEXT_R_NEED, "{1}까지", "To reach {1}") \
    X(TEXT_R_NEED_NONE, "충분", "enough") \
    X(TEXT_R_NEED_MORE, "약 {1}개 더", "about {1} more") \
    X(TEXT_R_NEED_OTHER, "예문 수로는 안 됨: 혼동을 볼 것", "not by number: see its confusions") \
    X(TEXT_R_NEED_UNKNOWN, "평가 문장 없음", "no cases") \
    /* ---- two releases ---- */ \
    X(TEXT_R_VERSUS, "릴리스 {1}에서 {2}(으)로", "From release {1} to {2}") \
    X(TEXT_R_RELEASE, "릴리스 {1}", "Release {1}") \
    X(TEXT_R_VERSUS_WHAT, "{1}개가 나아지고 {2}개가 나빠졌으며 {3}개는 그대로입니다.", \
      "{1} cases got better, {2} got worse, {3} stand as they did.") \
    X(TEXT_R_VERSUS_HOW, \
      "우연 확률은 한쪽만 맞힌 문장들로 셈한 McNemar 검정(정확, 양측)입니다. 0.05보다 작으면 우연으로 보기 어렵습니다. 나아짐과 나빠짐은 네 단계의 이동입니다: 틀린 답변, 틀린 추측, 맞는 추측, 맞는 답변.", \
      "Chance is McNemar's test (exact, two-sided) over the cases that only one release gets right; below 0.05 chance is a poor explanation. Better and worse are moves between four standings: wrong script, wrong guess, right guess, right script.") \
    X(TEXT_R_GAINED, "얻음", "Gained") \
    X(TEXT_R_LOST, "잃음", "Lost") \
    X(TEXT_R_CHANCE, "우연 확률", "Chance") \
    X(TEXT_R_DUEL_ANSWERED, "맞는 답변이 나감(범위 안)", "right script (in scope)") \
    X(TEXT_R_DUEL_SAFE, "틀린 답변이 안 나감(전체)", "no wrong script (all)") \
    X(TEXT_R_DUEL_FORCED, "가장 그럴듯한 의도가 맞음(범위 안)", "best guess right (in scope)") \
    X(TEXT_R_WORSE, "나빠진 문장: {1}", "What got worse: {1}") \
    X(TEXT_R_BETTER, "나아진 문장: {1}", "What got better: {1}") \
    X(TEXT_R_CHANGED_INTENTS, "달라진 의도", "Intents that changed") \
    X(TEXT_R_GOOD, "맞게 처리", "Handled rightly") \
    X(TEXT_R_GUESSED, "추측이 맞음", "Guess right") \
    X(TEXT_R_SCRIPT, "답변:", "script:") \
    X(TEXT_R_NO_SCRIPT, "답변 안 함 · 추측:", "no script · guess:") \
    /* ---- cost ---- */ \
    X(TEXT_R_COST, "시간과 메모리", "Time and memory") \
    X(TEXT_R_COST_MODEL, "모델 {1} MiB, 특징 {2}개, 의도 {3}개.", \
      "The model is {1} MiB: {2} features, {3} intents.") \
    X(TEXT_R_COST_TIME, "이 기계에서 문장 하나에 {1}µs, 이 평가의 최대 메모리 {2} MiB.", \
      "On this machine one message took {1} µs; this evaluation used at most {2} MiB.")
/* clang-format on */

enum report_text {
#define REPORT_TEXT_KEY(key, korean, english) key,
    REPORT_TEXT_TABLE(REPORT_TEXT_KEY)
#undef REPORT_TEXT_KEY
        REPORT_TEXTS
};

struct str report_text(enum report_text key, bool is_english);

#endif
