/* Rows that are the same message, and intents with too few or too many of them. Rows are sorted by
 * message, so equal ones are runs. */
#include "training/check_parts.h"

#include <stdlib.h>

enum { LOPSIDED_TIMES = 10, LOPSIDED_INTENTS = 5 };

static void case_compare(struct checking *c, const struct labelled *example,
                         const struct labelled *row)
{
    bool is_same = str_equal(example->intent, row->intent);
    fault_begin(c, CHECK_WARNING, is_same ? CHECK_SEEN_CASE : CHECK_CASE_CONFLICT);
    fault_labelled(c, row);
    fault_labelled(c, example);
    if (is_same) {
        fault_why(
            c, "평가 문장 %.*s은(는) 학습 예문 %.*s과(와) 같은 말이어서 실력을 보여 주지 못합니다",
            "case %.*s is also example %.*s, so it proves nothing", STR_ARG(row->id),
            STR_ARG(example->id));
        fault_mend(c, "둘 중 하나를 다른 말로 바꾸고 paring import로 다시 들여오세요",
                   "put one of the two in other words and import it again");
    } else {
        fault_why(
            c, "평가 문장 %.*s의 의도는 %.*s인데, 같은 말인 학습 예문 %.*s의 의도는 %.*s입니다",
            "case %.*s is of %.*s, but example %.*s, the same message, of %.*s", STR_ARG(row->id),
            STR_ARG(row->intent), STR_ARG(example->id), STR_ARG(example->intent));
        fault_mend(c, "어느 쪽이 맞는지 정해 틀린 줄의 intent를 고치고 다시 들여오세요",
                   "decide which is right, correct the intent of the other row and import it");
    }
    fault_end(c);
}

static void repeat_count(struct checking *c, const struct labelled *row)
{
    struct intent_count *found = intent_counted(c, row->intent);
    if (found && found->repeats++ == 0)
        found->repeat = row->id;
}

static void conflict_tell(struct checking *c, const struct labelled *first,
                          const struct labelled *row)
{
    fault_begin(c, CHECK_WARNING, CHECK_CONFLICT);
    fault_labelled(c, first);
    fault_labelled(c, row);
    fault_why(c, "예문 %.*s(%.*s)과(와) %.*s(%.*s)은(는) 같은 말인데 의도가 다릅니다",
              "examples %.*s of %.*s and %.*s of %.*s are the same message", STR_ARG(first->id),
              STR_ARG(first->intent), STR_ARG(row->id), STR_ARG(row->intent));
    fault_mend(c, "이 말의 의도를 하나로 정하고, 다른 줄은 그 의도다운 말로 바꿔 들여오세요",
               "keep it in one of them; put the other row in words that only its intent has");
    fault_end(c);
}

/* Rows from … to − 1 are the same message. */
static void message_check(struct checking *c, size_t from, size_t to)
{
    const struct labelled *first = &c->rows[from];
    const struct labelled *told = first; /* the last intent that was compared with the first */
    for (size_t i = from + 1; i < to && !first->is_case; i++) {
        const struct labelled *row = &c->rows[i];
        if (row->is_case) {
            case_compare(c, first, row);
        } else if (str_equal(row->intent, told->intent)) {
            repeat_count(c, row);
        } else {
            told = row;
            conflict_tell(c, first, row);
        }
    }
}

static void empty_tell(struct checking *c, const struct labelled *row)
{
    fault_begin(c, CHECK_NOTE, CHECK_EMPTY);
    fault_labelled(c, row);
    fault_why(c, "%s %.*s은(는) 빈칸과 기호를 정리하고 나면 남는 글자가 없습니다",
              "nothing is left of %s %.*s once spaces and marks are folded",
              c->is_english ? (row->is_case ? "case" : "example")
                            : (row->is_case ? "평가 문장" : "예문"),
              STR_ARG(row->id));
    fault_mend(c, "고객이 실제로 하는 말로 바꿔 들여오세요",
               "write something that customers say in its place");
    fault_end(c);
}

void messages_check(struct checking *c)
{
    for (size_t i = 0; i < c->count;) {
        size_t end = i + 1;
        while (end < c->count && str_equal(c->rows[end].text, c->rows[i].text))
            end++;
        if (c->rows[i].text.n > 0)
            message_check(c, i, end);
        for (size_t k = i; c->rows[i].text.n == 0 && k < end; k++)
            empty_tell(c, &c->rows[k]);
        i = end;
    }
}

/* ---- how many ---- */

static void few_tell(struct checking *c, const struct intent_count *intent)
{
    size_t missing = CHECK_FEW_EXAMPLES - intent->examples;
    fault_begin(c, CHECK_WARNING,
                intent->examples == 0   ? CHECK_NO_EXAMPLES
                : intent->examples == 1 ? CHECK_ONE_EXAMPLE
                                        : CHECK_FEW);
    fault_row(c, intent->name, STR_NONE, STR_NONE);
    if (intent->examples == 0)
        fault_why(c, "%.*s에 예문이 없어 어떤 말도 이 의도로 알아듣지 못합니다",
                  "%.*s has no examples, so no message can be taken for it", STR_ARG(intent->name));
    else if (intent->examples == 1)
        fault_why(c, "%.*s에 예문이 하나뿐이어서 그 말밖에 알아듣지 못합니다",
                  "%.*s has one example, which only itself can be matched with",
                  STR_ARG(intent->name));
    else
        fault_why(c, "%.*s에 예문이 %zu개뿐입니다", "%.*s has only %zu examples",
                  STR_ARG(intent->name), intent->examples);
    fault_mend(c, "고객이 하는 말을 %zu개 이상 더 모아 text,intent 표로 paring import 하세요",
               "add at least %zu: what customers say, as text,intent rows for paring import",
               missing);
    fault_end(c);
}

static void repeat_tell(struct checking *c, const struct intent_count *intent)
{
    fault_begin(c, CHECK_NOTE, CHECK_REPEAT);
    fault_row(c, intent->repeat, intent->name, STR_NONE);
    fault_why(c, "예문 %zu개가 %.*s의 다른 예문과 같은 말입니다(예: %.*s). 학습은 한 번만 셉니다",
              "examples that repeat another: %zu of %.*s, %.*s for one; training counts them once",
              intent->repeats, STR_ARG(intent->name), STR_ARG(intent->repeat));
    fault_mend(c, "다른 표현으로 바꾸면 도움이 됩니다. 그대로 두어도 해롭지는 않습니다",
               "other wordings would help; as it is, it does no harm");
    fault_end(c);
}

static int by_size(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return (x > y) - (x < y);
}

/* Half of the intents that have enough examples have this many or fewer; 0 for too few intents. */
static size_t median_of(struct checking *c)
{
    size_t *sizes = mem_take(c->intent_count + 1, sizeof *sizes);
    size_t count = 0;
    if (!sizes) {
        c->failed = ERR_MEMORY;
        return 0;
    }
    for (size_t i = 0; i < c->intent_count; i++)
        if (c->intents[i].examples >= CHECK_FEW_EXAMPLES)
            sizes[count++] = c->intents[i].examples;
    qsort(sizes, count, sizeof *sizes, by_size);
    size_t median = count >= LOPSIDED_INTENTS ? sizes[count / 2] : 0;
    mem_give(sizes);
    return median;
}

static void lopsided_tell(struct checking *c, const struct intent_count *intent, size_t median)
{
    bool is_large = intent->examples > median;
    fault_begin(c, CHECK_NOTE, CHECK_LOPSIDED);
    fault_row(c, intent->name, STR_NONE, STR_NONE);
    fault_why(c, "%.*s의 예문은 %zu개인데 다른 의도는 보통 %zu개입니다. 많은 쪽으로 답이 쏠립니다",
              "%.*s has %zu examples where others have about %zu: answers lean to the larger",
              STR_ARG(intent->name), intent->examples, median);
    if (is_large)
        fault_mend(c, "이 의도를 둘로 나눌 수 있는지 보거나 다른 의도의 예문을 늘리세요",
                   "see whether it is two intents, or add examples to the others");
    else
        fault_mend(c, "이 의도의 예문을 더 모아 paring import 하세요",
                   "collect more of its examples and paring import them");
    fault_end(c);
}

void counts_check(struct checking *c)
{
    size_t median = median_of(c);
    for (size_t i = 0; i < c->intent_count; i++) {
        const struct intent_count *intent = &c->intents[i];
        if (intent->examples < CHECK_FEW_EXAMPLES)
            few_tell(c, intent);
        else if ((intent->examples > median * LOPSIDED_TIMES && median > 0) ||
                 intent->examples * LOPSIDED_TIMES < median)
            lopsided_tell(c, intent, median);
        if (intent->repeats > 0)
            repeat_tell(c, intent);
    }
    if (c->out_of_scope == 0) {
        fault_begin(c, CHECK_WARNING, CHECK_NO_OUT_OF_SCOPE);
        fault_row(c, STR(OUT_OF_SCOPE), STR_NONE, STR_NONE);
        fault_why(c, "답하면 안 되는 말의 예문이 하나도 없습니다",
                  "there are no examples of messages that the bot must not answer");
        fault_mend(c, "intent 칸에 " OUT_OF_SCOPE "라고 적은 예문을 paring import 하세요",
                   "paring import some with the intent " OUT_OF_SCOPE);
        fault_end(c);
    }
    if (c->cases == 0) {
        fault_begin(c, CHECK_WARNING, CHECK_NO_CASES);
        fault_row(c, STR("cases"), STR_NONE, STR_NONE);
        fault_why(c, "평가 문장이 없어 릴리스를 학습 예문으로만 평가하게 됩니다",
                  "there are no evaluation cases, so a release is judged by its own examples");
        fault_mend(c, "예문과 따로 모은 말을 paring import FILE --as cases로 들여오세요",
                   "collect messages apart from the examples: paring import FILE --as cases");
        fault_end(c);
    }
}
