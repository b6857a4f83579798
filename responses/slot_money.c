/* Money in a message. It says so: 원, 달러, $, or 만 and 억, which stand for it where nothing else
 * is counted (500만 빌리면, not 1만2천키로). Korean numerals are syllables of many other words
 * (불만원인, 인천만, 회사), so a figure without digits needs 원 behind it, and where it is glued to
 * a word so that two amounts could be meant (환급금이천만원: ten million or twenty?) it is passed
 * over: the bot then asks, which is better than a wrong figure. */
#include "responses/slot_scan.h"

/* 500 원래 is not 500 won; a 만원권 is a note and a 원룸 a flat. */
static bool is_won_word(const struct scan *s, size_t won)
{
    static const char *const others[] = {"래", "금", "하", "리", "인", "본",
                                         "가", "장", "칙", "서", "형", NULL};
    static const char *const things[] = {"권", "룸", "샵", "숍", NULL};
    bool after_space = won > 0 && s->r[won - 1] == ' ';
    return scan_first(s, won + 1, things) == 0 &&
           (!after_space || scan_first(s, won + 1, others) == 0);
}

static size_t currency_word(const struct scan *s, size_t at, enum unit *currency)
{
    static const char *const dollars[] = {"달러",       "dollars", "dollar", "usd",
                                          "us dollars", "bucks",   NULL};
    static const char *const wons[] = {"won", "krw", NULL};
    at = scan_skip_space(s, at);
    *currency = UNIT_WON;
    if (scan_match(s, at, "원") > 0 && is_won_word(s, at))
        return at + 1;
    size_t end = scan_first(s, at, wons);
    if (end > 0)
        return end;
    *currency = UNIT_DOLLAR;
    end = scan_first(s, at, dollars);
    if (end == 0 && scan_match(s, at, "불") > 0 && ends_counter(s, at + 1) && at > 0 &&
        s->r[at - 1] != ' ')
        end = at + 1;
    return end;
}

static size_t currency_sign(const struct scan *s, size_t at, enum unit *currency)
{
    static const char *const dollars[] = {"us$", "$", "usd ", NULL};
    static const char *const wons[] = {"₩", "krw ", NULL};
    *currency = UNIT_DOLLAR;
    size_t end = scan_first(s, at, dollars);
    if (end == 0) {
        *currency = UNIT_WON;
        end = scan_first(s, at, wons);
    }
    return end > 0 ? scan_skip_space(s, end) : 0;
}

/* k, m, thousand, million after a figure in English. */
static size_t magnitude(const struct scan *s, size_t at, int64_t *micro)
{
    static const char *const thousands[] = {"k", " thousand", " grand", NULL};
    static const char *const millions[] = {"m", "mn", " million", NULL};
    static const char *const billions[] = {"bn", " billion", NULL};
    int64_t scale = 1000;
    size_t end = scan_first(s, at, thousands);
    if (end == 0) {
        scale = 1000000;
        end = scan_first(s, at, millions);
    }
    if (end == 0) {
        scale = 1000000000;
        end = scan_first(s, at, billions);
    }
    return end > 0 && !__builtin_mul_overflow(*micro, scale, micro) ? end : 0;
}

bool is_foreign(const struct scan *s, size_t from, size_t to)
{
    static const char *const words[] = {" 유로", " 엔",     " 위안",  " 파운드", " euros", " euro",
                                        " eur",  " pounds", " gbp",   " yen",    " jpy",   " €",
                                        " £",    " ¥",      " cents", NULL};
    static const char *const signs[] = {"€", "£", "¥", NULL};
    size_t before = from;
    while (before > 0 && s->r[before - 1] == ' ')
        before--;
    return (before > 0 && scan_first(s, before - 1, signs) > 0) || scan_first(s, to, words) > 0;
}

/* What else large figures count. */
bool counts_something(const struct scan *s, size_t at)
{
    static const char *const glued[] = {
        "명",   "번",   "회",   "개",   "세", "살",     "건",   "킬로",   "키로",
        "km",   "평",   "마일", "년",   "%",  "퍼센트", "점",   "포인트", "미터",
        "그램", "리터", "시간", "분",   "일", "호",     "층",   "급",     "대",
        "장",   "주",   "보",   "걸음", "톤", "마리",   "가구", "배",     "페소",
        "엔",   "유로", "위안", "바트", "동", "단어",   "자",   "좌",     NULL};
    static const char *const words[] = {"km",     "kg",      "kilometers", "miles",   "mile",
                                        "people", "days",    "points",     "feet",    "steps",
                                        "sq",     "years",   "months",     "percent", "hours",
                                        "times",  "persons", "m",          NULL};
    size_t from = scan_skip_space(s, at);
    if (scan_first(s, at, glued) > 0 || scan_first(s, from, words) > 0)
        return true;
    size_t end = scan_first(s, from, glued);
    return end > 0 && ends_counter(s, end);
}

/* A figure without digits that is glued to the word before it. */
static bool is_doubtful(const struct scan *s, size_t at, const struct figure *f)
{
    if (f->has_digit || scan_begins_word(s, at))
        return false;
    static const char *const word_ends[] = {"이", "일", "사", "오", "구", "만", "조", NULL};
    uint32_t before = s->r[at - 1];
    return f->runes == 1 || scan_first(s, at, word_ends) > 0 || figure_is_numeral(before) ||
           before == 0xC601 /* 영 */ || before == 0xACF5 /* 공 */ || before == 0xC5EC /* 여 */;
}

/* What may be glued to 500만 so that it still is money. */
static bool ends_money(const struct scan *s, size_t at)
{
    static const char *const words[] = {"이",   "은",   "을",   "으로", "정도", "쯤",   "요",
                                        "짜리", "씩",   "입니", "인데", "대출", "빌리", "빌려",
                                        "만 ",  "이상", "이하", "미만", "초과", NULL};
    bool is_syllable = s->r[at] >= 0xAC00 && s->r[at] <= 0xD7A3;
    return (ends_counter(s, at) && !is_syllable) || scan_first(s, at, words) > 0;
}

/* May a figure without a unit of money be money? */
static bool is_money_by_itself(const struct scan *s, const struct figure *f, size_t end)
{
    if (f->has_jo || !f->has_big || counts_something(s, end))
        return false;
    if (f->has_digit)
        return ends_money(s, end);
    return f->runes > 1 && !scan_is_hangul(s->r[end]); /* 삼천만, but not 천만에요 */
}

/* 10k, 2 million: money only where it was asked for. */
static bool scaled_read(const struct scan *s, size_t at, size_t end, int64_t micro,
                        struct mention *out)
{
    bool is_bare = s->is_english && !counts_something(s, end) && !is_foreign(s, at, end);
    *out = (struct mention){.kind = is_bare ? MENTION_BARE : MENTION_OTHER,
                            .from = at,
                            .to = end,
                            .micro = micro,
                            .is_amount_only = true};
    return true;
}

/* $5.000: five dollars here, five thousand where the point groups. */
static bool is_grouped_elsewhere(const struct scan *s, const struct figure *f)
{
    return f->has_fraction && f->to > 4 && s->r[f->to - 4] == '.' && scan_is_digit(s->r[f->to - 1]);
}

static bool amount_without_sign(const struct scan *s, size_t at, struct mention *out)
{
    struct figure f;
    if (!figure_read(s, at, &f))
        return false;
    int64_t micro = f.micro;
    size_t scaled = f.has_digit ? magnitude(s, f.to, &micro) : 0;
    size_t end = scaled > 0 ? scaled : f.to;
    enum unit currency = UNIT_NONE;
    size_t word = currency_word(s, end, &currency);
    if (word == 0 && scaled > 0)
        return scaled_read(s, at, end, micro, out);
    if (word == 0 && !is_money_by_itself(s, &f, end))
        return false;
    if (word == 0)
        currency = UNIT_WON;
    bool refused = is_doubtful(s, at, &f) || is_grouped_elsewhere(s, &f) ||
                   (word == 0 && is_foreign(s, at, end)) || f.is_padded || micro <= 0;
    *out = (struct mention){.kind = refused ? MENTION_OTHER : MENTION_AMOUNT,
                            .from = at,
                            .to = word > 0 ? word : end,
                            .micro = micro,
                            .currency = currency};
    return true;
}

bool amount_read(const struct scan *s, size_t at, struct mention *out)
{
    enum unit currency;
    size_t figure_at = currency_sign(s, at, &currency);
    if (figure_at == 0)
        return amount_without_sign(s, at, out);
    struct figure f;
    if (!scan_is_digit(s->r[figure_at]) || !figure_read(s, figure_at, &f))
        return false;
    int64_t micro = f.micro;
    size_t scaled = magnitude(s, f.to, &micro);
    size_t end = scaled > 0 ? scaled : f.to;
    enum unit again;
    size_t word = currency_word(s, end, &again); /* $500 USD */
    bool is_sure = !is_grouped_elsewhere(s, &f) && (word == 0 || again == currency) &&
                   !is_foreign(s, at, end) && !f.is_padded && micro > 0 && !f.has_jo;
    *out = (struct mention){.kind = is_sure ? MENTION_AMOUNT : MENTION_OTHER,
                            .from = at,
                            .to = word > 0 ? word : end,
                            .micro = micro,
                            .currency = currency};
    return true;
}
