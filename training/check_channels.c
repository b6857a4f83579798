/* Texts that a channel cannot show whole. KakaoTalk cuts a reply after three bubbles and a button
 * after fourteen letters (PROTOCOLS: the limits are in base/limits.h, and server/kakao.c cuts by
 * them). A fact in an answer is as long as its longest value. */
#include "base/limits.h"
#include "training/check_parts.h"

enum { HOLE_UNITS = 12, REPLY_UNITS = LIMIT_KAKAO_BUBBLES * LIMIT_KAKAO_BUBBLE_UNITS };

/* What stands between {{ and }}, as long as a customer may read it. */
static size_t hole_units(const struct checking *c, struct str hole)
{
    size_t most = HOLE_UNITS;
    hole = str_trim(hole);
    if (!str_starts(hole, STR("fact:")))
        return most;
    struct str name = str_trim(str_slice(hole, 5, hole.n));
    for (size_t i = 0; i < c->scripts->fact_count; i++) {
        const struct fact_row *fact = &c->scripts->facts[i];
        size_t units = text_units(fact->value) + text_units(fact->unit);
        if (str_equal(fact->name, name) && units > most)
            most = units;
    }
    return most;
}

static size_t answer_units(const struct checking *c, struct str text)
{
    size_t units = 0;
    while (text.n > 0) {
        size_t open = str_find(text, STR("{{"));
        units += text_units(str_slice(text, 0, open));
        text = str_slice(text, open, text.n);
        size_t close = str_find(text, STR("}}"));
        if (text.n > 0)
            units += hole_units(c, str_slice(text, 2, close));
        text = str_slice(text, close + 2, text.n);
    }
    return units;
}

static void answer_check(struct checking *c, const struct answer_row *row)
{
    size_t units = answer_units(c, row->text);
    bool is_there =
        row->channel.n == 0 ? c->options->uses_kakao : str_equal(row->channel, STR("kakao"));
    bool is_over = row->to != DATE_NONE && row->to < c->options->as_of;
    if (!is_there || is_over || units <= REPLY_UNITS)
        return;
    fault_begin(c, CHECK_WARNING, CHECK_TOO_LONG);
    fault_row(c, row->id, row->intent, row->text);
    fault_why(c, "카카오톡은 답변을 %d자까지만 보여 주는데 이 답변은 약 %zu자여서 끝이 잘립니다",
              "KakaoTalk shows %d characters of a reply; this answer has about %zu and is cut",
              REPLY_UNITS, units);
    fault_mend(c, "답변을 줄이거나, channel이 kakao인 짧은 답변을 따로 쓰세요",
               "shorten it, or write a short one with the channel kakao");
    fault_end(c);
}

static void title_check(struct checking *c, const struct intent_row *row)
{
    size_t units = text_units(row->title);
    if (!c->options->uses_kakao || units <= LIMIT_KAKAO_LABEL_UNITS || !intent_is_listed(row))
        return;
    fault_begin(c, CHECK_NOTE, CHECK_TOO_LONG);
    fault_row(c, row->name, STR_NONE, row->title);
    fault_why(c, "카카오톡 버튼은 %d자까지인데 이 제목은 %zu자여서 …로 잘립니다",
              "a KakaoTalk button has %d characters; this title has %zu and ends in …",
              LIMIT_KAKAO_LABEL_UNITS, units);
    fault_mend(c, "intents 표에서 title을 %d자 안으로 줄이세요",
               "shorten its title in intents to %d", LIMIT_KAKAO_LABEL_UNITS);
    fault_end(c);
}

void channels_check(struct checking *c)
{
    for (size_t i = 0; i < c->scripts->answer_count; i++)
        answer_check(c, &c->scripts->answers[i]);
    for (size_t i = 0; i < c->scripts->intent_count; i++)
        title_check(c, &c->scripts->intents[i]);
}
