/* The faults of the scripts, as the book finds them (responses/answers.h), in words for the person
 * who writes them: what it means for customers, and what to edit. */
#include "training/check_parts.h"

#include <string.h>

struct script_check {
    struct checking *c;
    const struct content_rows *rows;
    const struct book *book;
};

struct phrase {
    enum check_kind kind;
    enum check_level level;       /* of what does not stop a release */
    const char *korean, *english; /* {row} is what it is about, {other}, {date} */
    const char *mend_korean, *mend_english;
};

static const struct phrase phrases[] = {
    [SCRIPT_FACT_GAP] =
        {CHECK_FACT_GAP, CHECK_WARNING,
         "사실값 {other}에 {date}의 값이 없어 이 답변이 나갈 수 없습니다",
         "fact {other} has no value on {date}, when this answer is in force",
         "facts 표에 {other}의 {date}부터의 값을 넣거나, 답변의 effective_to를 그 전날로 적으세요",
         "give {other} a value from {date} on in facts, or end the answer the day before"},
    [SCRIPT_FACT_TWICE] = {CHECK_FACT_TWICE, CHECK_WARNING,
                           "사실값 {row}의 값이 {date}부터 둘입니다",
                           "this fact has two values from {date} on",
                           "먼저 시작한 줄의 effective_to를 {date} 전날로 적으세요",
                           "end the first row (effective_to) before {date}"},
    [SCRIPT_FAILS] = {CHECK_SCRIPT, CHECK_WARNING,
                      "이 답변은 어떤 값에서는 만들어지지 않습니다: {text}",
                      "for some values this answer cannot be made: {text}",
                      "답변의 text나 condition에서 그 계산을 고치세요",
                      "correct that calculation in the answer's text or condition"},
    [SCRIPT_NO_ANSWER] =
        {CHECK_NO_ANSWER, CHECK_WARNING,
         "이 의도에는 지금 쓰는 답변이 없어 고객은 상담원에게 넘어갑니다",
         "this intent has no answer in force: a person takes over",
         "answers 표에 {row}의 답변을 쓰거나, intents 표에서 policy를 handoff로 하세요",
         "write an answer for {row}, or make its policy handoff"},
    [SCRIPT_ONLY_SOME] =
        {CHECK_NO_ANSWER, CHECK_WARNING,
         "이 의도의 답변은 모두 조건·채널·언어가 정해져 있어, 맞지 않는 고객은 상담원에게 "
         "넘어갑니다",
         "every answer of this intent is for a condition, channel or language: "
         "other customers get a person",
         "{row}에 condition, channel, language를 비운 답변을 하나 더 쓰세요",
         "write one more answer for {row} with condition, channel and language empty"},
    [SCRIPT_SAME] = {CHECK_OVERLAP, CHECK_WARNING,
                     "이 답변과 {other}은(는) 조건·채널·언어·기간이 같아 언제나 {other}만 나갑니다",
                     "this answer and {other} are for the same condition, channel, language and "
                     "dates: {other} is always given",
                     "둘 중 하나의 condition이나 기간을 바꾸세요",
                     "change the condition or the dates of one of the two"},
    [SCRIPT_REPLACED] = {CHECK_OVERLAP, CHECK_WARNING,
                         "{date}부터는 이 답변 대신 {other}이(가) 나갑니다",
                         "from {date} on answer {other} is given in the place of this one",
                         "이 답변의 effective_to를 {date} 전날로 적으세요",
                         "end this one (effective_to) the day before {date}"},
    [SCRIPT_NO_QUESTION] = {CHECK_SLOT, CHECK_WARNING,
                            "답변에 이 슬롯이 필요한데, 고객에게 물어볼 질문이 없습니다",
                            "an answer needs this slot, but the slot has no question to ask for it",
                            "slots 표에서 {row}의 question을 적으세요",
                            "write {row}'s question in slots"},
    [SCRIPT_EMPTY_LIST] = {CHECK_SLOT, CHECK_WARNING, "이 목록 슬롯에는 고를 값이 없습니다",
                           "this list has no values", "values 표에 {row}의 값을 넣으세요",
                           "add values of {row} to values"},
    [SCRIPT_UNUSED_FACT] =
        {CHECK_UNUSED, CHECK_NOTE, "이 사실값을 쓰는 답변이 없습니다", "no answer uses this fact",
         "답변에서 숫자 대신 {{fact:{row}}}로 쓰거나, 쓸 일이 없으면 확인했다고 표시하세요",
         "write {{fact:{row}}} where an answer means it, or accept this fault"},
    [SCRIPT_UNUSED_SLOT] =
        {CHECK_UNUSED, CHECK_NOTE, "이 슬롯을 쓰는 답변이 없습니다", "no answer uses this slot",
         "답변에서 {{slot:{row}}}로 쓰거나, 쓸 일이 없으면 확인했다고 표시하세요",
         "write {{slot:{row}}} where an answer means it, or accept this fault"},
    [SCRIPT_UNREACHABLE] =
        {CHECK_UNREACHABLE, CHECK_WARNING,
         "어떤 고객에게도 나가지 않는 답변입니다: 언제나 {other}이(가) 먼저 나갑니다",
         "no customer gets this answer: {other} always goes before it",
         "둘 중 하나의 condition을 고치거나, effective_to로 하나를 끝내세요",
         "change the condition of one of the two, or end one with effective_to"},
    [SCRIPT_OVERLAP] =
        {CHECK_OVERLAP, CHECK_WARNING,
         "이 답변과 {other}의 조건이 함께 맞는 고객이 있고, 그때는 {other}이(가) 나갑니다",
         "some customers fit both this answer and {other}, and get {other}",
         "{other}이(가) 맞으면 두고 확인했다고 표시하고, 아니면 condition에 and로 조건을 더하세요",
         "if {other} is right for them accept this fault; else add to the condition with and"},
    [SCRIPT_EXPIRES] = {CHECK_EXPIRES, CHECK_WARNING,
                        "이 답변은 {date}에 끝나고, 그 뒤를 이을 답변이 없습니다",
                        "this answer ends on {date} and nothing takes its place",
                        "answers 표에서 effective_to를 늦추거나 다음 날부터의 답변을 쓰세요",
                        "move its effective_to, or write the answer that follows it"},
    [SCRIPT_EXPIRED] =
        {CHECK_EXPIRED, CHECK_NOTE, "이 답변은 {date}에 끝나 더는 나가지 않습니다",
         "this answer ended on {date} and is never given again",
         "다시 쓰려면 effective_to를 고치고, 아니면 그대로 두고 확인했다고 표시하세요",
         "move its effective_to to use it again, or accept this fault"},
};

/* The phrase with what it names put in. */
static void phrase_fill(const char *phrase, const struct script_fault *fault, struct buf *out)
{
    char date[DATE_TEXT_BYTES] = "";
    if (fault->date != DATE_NONE)
        date_format(fault->date, date);
    const struct {
        struct str name, text;
    } names[] = {{STR("{row}"), fault->row},
                 {STR("{other}"), fault->other.p ? fault->other : STR("")},
                 {STR("{date}"), str_of(date)},
                 {STR("{text}"), str_of(fault->text)}};
    struct str rest = str_of(phrase);
    buf_clear(out);
    while (rest.n > 0) {
        size_t taken = 0;
        for (size_t i = 0; i < sizeof names / sizeof *names && taken == 0; i++)
            if (str_starts(rest, names[i].name)) {
                buf_add_str(out, names[i].text);
                taken = names[i].name.n;
            }
        if (taken == 0) {
            buf_add(out, rest.p, 1);
            taken = 1;
        }
        rest = str_slice(rest, taken, rest.n);
    }
}

/* The row's content, so that the fault is another once it is edited. */
static void content_key(const struct script_check *s, struct str id)
{
    const struct content_rows *rows = s->rows;
    for (size_t i = 0; i < rows->answer_count; i++) {
        const struct answer_row *row = &rows->answers[i];
        if (!str_equal(row->id, id))
            continue;
        fault_row(s->c, id, row->intent, row->text);
        fault_key(s->c, row->condition);
        return;
    }
    for (size_t i = 0; i < rows->fact_count; i++) {
        const struct fact_row *row = &rows->facts[i];
        if (!str_equal(row->name, id))
            continue;
        fault_row(s->c, id, STR_NONE, row->value);
        return;
    }
    fault_row(s->c, id, STR_NONE, STR_NONE);
}

static void script_fault_add(void *data, const struct script_fault *fault)
{
    const struct script_check *s = data;
    struct checking *c = s->c;
    const struct phrase *phrase = &phrases[fault->kind];
    bool is_alone = fault->kind == SCRIPT_UNREACHABLE && fault->other.n == 0;
    struct buf why, mend;
    buf_init(&why, CHECK_TEXT_BYTES);
    buf_init(&mend, CHECK_TEXT_BYTES);
    phrase_fill(c->is_english ? phrase->english : phrase->korean, fault, &why);
    phrase_fill(c->is_english ? phrase->mend_english : phrase->mend_korean, fault, &mend);
    if (why.error == ERR_MEMORY || mend.error == ERR_MEMORY)
        c->failed = ERR_MEMORY;
    fault_begin(c, fault->stops_release ? CHECK_ERROR : phrase->level, phrase->kind);
    content_key(s, fault->row);
    if (fault->other.n > 0)
        content_key(s, fault->other);
    char date[DATE_TEXT_BYTES];
    date_format(fault->date, date);
    fault_key(c, str_of(date));
    fault_key(c, str_of(phrase->english));
    if (is_alone) {
        fault_why(c, "어떤 고객에게도 나가지 않는 답변입니다: 조건이 맞는 경우가 없습니다",
                  "no customer gets this answer: there is no value for which its condition holds");
        fault_mend(c, "condition을 고치거나 effective_to로 이 답변을 끝내세요",
                   "correct its condition, or end it with effective_to");
    } else {
        fault_why(c, "%s", "%s", why.p ? why.p : "");
        fault_mend(c, "%s", "%s", mend.p ? mend.p : "");
    }
    fault_end(c);
    buf_free(&why);
    buf_free(&mend);
}

static void book_fault_add(void *data, const struct book_fault *fault)
{
    const struct script_check *s = data;
    struct checking *c = s->c;
    fault_begin(c, CHECK_ERROR, CHECK_SCRIPT);
    content_key(s, fault->answer_id);
    fault_why(c, "쓸 수 없는 줄입니다: %s", "this row cannot be used: %s", fault->text);
    fault_mend(c, "이 줄을 고쳐 paring import로 다시 들여오세요",
               "correct this row and paring import it");
    fault_end(c);
}

enum err scripts_check(struct checking *c, struct content_rows *rows, struct fail *why)
{
    struct script_check s = {.c = c, .rows = rows};
    struct book *book = NULL;
    enum err e = book_open(rows, c->options->language, book_fault_add, &s, &book, why);
    if (e)
        return e;
    e = book_check(book, c->options->as_of, script_fault_add, &s, why);
    if (!e)
        e = book_reach(book, c->options->as_of, script_fault_add, &s, why);
    book_close(book);
    return e;
}
