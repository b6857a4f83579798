/* Closed lists of words, tried one after another: these messages are a few letters long, and what
 * is not in a list is left to the classifier. */
#include "bot/phrases.h"

#include "classifier/normalise.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

enum { VALUE_BYTES = 60 }; /* 20 syllables: a longer message says more than a value */

/* What may stand behind a number or title without changing what is meant; longer ones first where
 * one ends another. */
static const char *const endings[] = {
    "입니다",   "이에요", "이예요", "예요", "에요", "이요",   "요",  "부탁드립니다",
    "부탁드려", "부탁해", "주세요", "주세", "할게", "선택",   "해",  "으로",
    "걸로",     "로",     "것",     "거",   "걸",   "please", "one", "option"};
static const char *const openings[] = {"the", "number", "no", "option", "choice", "i", "want"};

static const struct {
    const char *word;
    int number;
} number_words[] = {
    {"일번", 1},   {"첫번째", 1}, {"첫째", 1},     {"첫번", 1},     {"하나", 1},  {"first", 1},
    {"one", 1},    {"이번", 2},   {"두번째", 2},   {"둘째", 2},     {"두번", 2},  {"둘", 2},
    {"second", 2}, {"two", 2},    {"삼번", 3},     {"세번째", 3},   {"셋째", 3},  {"셋", 3},
    {"third", 3},  {"three", 3},  {"사번", 4},     {"네번째", 4},   {"넷째", 4},  {"넷", 4},
    {"fourth", 4}, {"four", 4},   {"오번", 5},     {"다섯번째", 5}, {"다섯", 5},  {"fifth", 5},
    {"five", 5},   {"육번", 6},   {"여섯번째", 6}, {"여섯", 6},     {"sixth", 6}, {"six", 6},
};
static const char *const number_endings[] = {"", "번", "번째", "st", "nd", "rd", "th"};

static const char *const cancel_words[] = {
    "취소",     "취소할게", "취소해",   "그만",     "그만할게", "그만둘게",  "그만해", "됐어",
    "됐습니다", "됐",       "안할래",   "안할게",   "아니됐어", "괜찮아",    "cancel", "nevermind",
    "stop",     "quit",     "forgetit", "cancelit", "nothanks", "cancelthat"};

/* The escapes are ㅇㅇ, ㅇㅋ, ㅇ and ㄴㄴ, ㄴ as NFKC leaves them: single jamo of the syllable
 * block. */
static const char *const yes_words[] = {
    "네",         "예",     "응",           "어",           "넵",     "넹",         "네네",
    "예예",       "응응",   "\u110b\u110b", "\u110b\u110f", "\u110b", "그래",       "맞아",
    "맞습니다",   "맞음",   "좋아",         "오케이",       "알겠어", "알겠습니다", "네네네",
    "그렇습니다", "네맞아", "네맞습니다",   "yes",          "yeah",   "yep",        "yup",
    "y",          "ok",     "okay",         "sure",         "right",  "correct",    "alright",
    "yesplease"};
static const char *const no_words[] = {
    "아니",   "아뇨", "아니오",   "아니에",   "아닙니다", "아니예",   "노",          "\u1102\u1102",
    "\u1102", "없어", "없습니다", "둘다아니", "다아니",   "해당없음", "없음",        "그거말고",
    "no",     "nope", "nah",      "n",        "none",     "neither",  "noneofthese", "noneofthem"};

/* What a bare value is made of besides digits; the longer of two that begin alike comes first. A
 * numeral or a digit must be among them. */
static const struct {
    const char *word;
    bool is_numeral;
} value_words[] = {
    {"퍼센트", false},    {"이라면", false},   {"이에요", false},  {"이예요", false},
    {"입니다", false},    {"이고요", false},   {"그러면", false},  {"그리고", false},
    {"whatabout", false}, {"howabout", false}, {"dollars", false}, {"percent", false},
    {"일억", true},       {"천만", true},      {"백만", true},     {"십만", true},
    {"오백", true},       {"이천", true},      {"삼천", true},     {"사천", true},
    {"오천", true},       {"육천", true},      {"칠천", true},     {"팔천", true},
    {"구천", true},       {"삼백", true},      {"사백", true},     {"육백", true},
    {"칠백", true},       {"팔백", true},      {"구백", true},     {"이백", true},
    {"만원", true},       {"천원", true},      {"백원", true},     {"마넌", true},
    {"한달", true},       {"두달", true},      {"석달", true},     {"세달", true},
    {"반년", true},       {"일년", true},      {"이년", true},     {"삼년", true},
    {"사년", true},       {"오년", true},      {"개월", false},    {"달러", false},
    {"프로", false},      {"정도", false},     {"가량", false},    {"이면", false},
    {"이고", false},      {"이요", false},     {"이야", false},    {"인데", false},
    {"일때", false},      {"으로", false},     {"까지", false},    {"동안", false},
    {"짜리", false},      {"그럼", false},     {"어때", false},    {"매월", false},
    {"아니", false},      {"예요", false},     {"에요", false},    {"라면", false},
    {"dollar", false},    {"months", false},   {"around", false},  {"month", false},
    {"years", false},     {"times", false},    {"weeks", false},   {"about", false},
    {"year", false},      {"days", false},     {"week", false},    {"over", false},
    {"with", false},      {"then", false},     {"only", false},    {"just", false},
    {"억", true},         {"만", true},        {"원", false},      {"년", false},
    {"월", false},        {"일", false},       {"달", false},      {"회", false},
    {"번", false},        {"건", false},       {"개", false},      {"연", false},
    {"총", false},        {"약", false},       {"쯤", false},      {"은", false},
    {"는", false},        {"이", false},       {"가", false},      {"로", false},
    {"도", false},        {"면", false},       {"요", false},      {"야", false},
    {"때", false},        {"씩", false},       {"day", false},     {"its", false},
    {"and", false},       {"for", false},      {"usd", false},     {"won", false},
    {"krw", false},       {"if", false},       {"in", false},      {"at", false},
    {"of", false},        {"a", false}};

struct str phrase_squash(struct str text, struct buf *scratch, struct buf *out)
{
    struct str normal = STR("");
    buf_clear(scratch);
    buf_clear(out);
    if (normalise(text, scratch, &normal, NULL))
        return STR_NONE;
    for (size_t at = 0; at < normal.n;) {
        size_t from = at;
        if (text_rune_is_letter_or_digit(text_rune(normal, &at)))
            buf_add(out, normal.p + from, at - from);
    }
    if (out->error)
        return STR_NONE;
    return out->n ? str_from_buf(out) : STR("");
}

static bool is_one_of(struct str said, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_equal(said, str_of(words[i])))
            return true;
    return false;
}

bool phrase_ending_drop(struct str *said)
{
    for (size_t i = 0; i < COUNT(endings); i++) {
        struct str ending = str_of(endings[i]);
        if (said->n > ending.n && str_ends(*said, ending)) {
            said->n -= ending.n;
            return true;
        }
    }
    return false;
}

static bool opening_drop(struct str *said)
{
    for (size_t i = 0; i < COUNT(openings); i++) {
        struct str opening = str_of(openings[i]);
        if (said->n > opening.n && str_starts(*said, opening)) {
            *said = str_slice(*said, opening.n, said->n);
            return true;
        }
    }
    return false;
}

/* Digits of at most two places, or a word. */
int phrase_number(struct str said)
{
    size_t digits = 0;
    uint64_t number;
    do {
        for (digits = 0; digits < said.n && said.p[digits] >= '0' && said.p[digits] <= '9';)
            digits++;
        if (digits >= 1 && digits <= 2 && str_to_u64(str_slice(said, 0, digits), &number) &&
            is_one_of(str_slice(said, digits, said.n), number_endings, COUNT(number_endings)))
            return (int)number;
        for (size_t i = 0; i < COUNT(number_words); i++)
            if (str_equal(said, str_of(number_words[i].word)))
                return number_words[i].number;
    } while (opening_drop(&said));
    return 0;
}

/* Any of the words, with or without endings behind it. */
static bool is_some_form_of(struct str said, const char *const *words, size_t count)
{
    do {
        if (is_one_of(said, words, count))
            return true;
    } while (phrase_ending_drop(&said));
    return false;
}

bool phrase_is_cancel(struct str said)
{
    return is_some_form_of(said, cancel_words, COUNT(cancel_words));
}

bool phrase_is_yes(struct str said)
{
    return is_some_form_of(said, yes_words, COUNT(yes_words));
}

bool phrase_is_no(struct str said)
{
    return is_some_form_of(said, no_words, COUNT(no_words));
}

bool phrase_is_value(struct str said)
{
    bool has_number = false;
    if (said.n > VALUE_BYTES)
        return false;
    while (said.n > 0) {
        size_t taken = 0;
        while (taken < said.n && said.p[taken] >= '0' && said.p[taken] <= '9')
            taken++;
        has_number = has_number || taken > 0;
        for (size_t i = 0; i < COUNT(value_words) && taken == 0; i++) {
            if (!str_starts(said, str_of(value_words[i].word)))
                continue;
            taken = str_of(value_words[i].word).n;
            has_number = has_number || value_words[i].is_numeral;
        }
        if (taken == 0)
            return false;
        said = str_slice(said, taken, said.n);
    }
    return has_number;
}

bool phrase_is_several(struct str text)
{
    static const char *const joints[] = {"번째", "번",   "이랑",   "이나",   "하고", "아니면",
                                         "또는", "혹은", "그리고", "입니다", "이요", "랑",
                                         "나",   "와",   "과",     "요",     "and",  "or"};
    int groups = 0;
    bool is_in_group = false;
    for (size_t at = 0, after; at < text.n; at = after) {
        after = at;
        const uint32_t rune = text_rune(text, &after);
        const bool is_digit =
            (rune >= '0' && rune <= '9') || (rune >= 0xFF10 && rune <= 0xFF19 /* full-width */);
        groups += is_digit && !is_in_group;
        is_in_group = is_digit;
        if (is_digit || !text_rune_is_letter_or_digit(rune))
            continue;
        size_t i = 0;
        while (i < COUNT(joints) && !str_starts(str_slice(text, at, text.n), str_of(joints[i])))
            i++;
        if (i == COUNT(joints))
            return false;
        after = at + str_of(joints[i]).n;
    }
    return groups > 1;
}
