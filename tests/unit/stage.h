/* A stage for turns: a small insurer's book and a classifier that hears what the table below tells
 * it to, so that tests of routing hang on no trained weights. Included by one test program each;
 * its functions take the place of the classifier's when the program is linked. */
#ifndef STAGE_H
#define STAGE_H

#include "base/arena.h"
#include "base/log.h"
#include "bot/conversation.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { CLAIM, COMPLAINT, DESK, EMPTY, INTEREST, PRODUCT, STALE, SURRENDER, OUT_OF_SCOPE, COLUMNS };

static const char *stage_names[COLUMNS] = {"claim_documents", "complaint",       "desk_hours",
                                           "empty",           "interest",        "product_info",
                                           "stale_rate",      "surrender_value", "out_of_scope"};

#define INTENT(name, title, policy)                                                                \
    "{\"kind\":\"intents\",\"name\":\"" name "\",\"title\":\"" title "\",\"policy\":\"" policy     \
    "\",\"description\":\"\"}\n"
#define SLOT(name, type, question)                                                                 \
    "{\"kind\":\"slots\",\"name\":\"" name "\",\"type\":\"" type "\",\"question\":\"" question     \
    "\"}\n"
#define VALUE(slot, value, aliases)                                                                \
    "{\"kind\":\"values\",\"slot\":\"" slot "\",\"value\":\"" value "\",\"aliases\":\"" aliases    \
    "\"}\n"
#define FACT(name, value, unit, to)                                                                \
    "{\"kind\":\"facts\",\"name\":\"" name "\",\"value\":\"" value "\",\"unit\":\"" unit           \
    "\",\"effective_from\":\"\",\"effective_to\":\"" to "\",\"source\":\"\"}\n"
#define ANSWER(id, intent, channel, language, text)                                                \
    "{\"kind\":\"answers\",\"id\":\"" id "\",\"intent\":\"" intent                                 \
    "\",\"condition\":\"\",\"channel\":\"" channel "\",\"language\":\"" language                   \
    "\",\"effective_from\":\"\",\"effective_to\":\"\",\"text\":\"" text "\",\"revision\":3}\n"

/* Order of kinds and rows as a release prints them. */
static const char stage_scripts[] = INTENT("claim_documents", "보험금 청구 서류", "scripted")
    INTENT("complaint", "불만 접수", "handoff") INTENT("desk_hours", "상담 시간", "handoff") INTENT(
        "empty", "", "scripted") INTENT("interest", "예금 이자",
                                        "scripted") INTENT("product_info", "상품 안내", "scripted")
        INTENT("stale_rate", "-", "scripted") INTENT("surrender_value", "해지 환급금", "scripted")
            SLOT("amount", "amount", "얼마를 맡기시나요?") SLOT("product", "list", "") SLOT(
                "term", "term", "몇 개월 맡기시나요?") VALUE("product", "실손의료보험", "실비|실손")
                VALUE("product", "암보험", "") FACT("old_rate", "3.5", "%", "2020-01-01") ANSWER(
                    "claim-1", "claim_documents", "", "", "청구서와 진단서를 준비해 주세요.")
                    ANSWER("claim-2", "claim_documents", "", "en", "Please bring the claim form.")
                        ANSWER("desk-1", "desk_hours", "", "", "평일 9시부터 6시까지입니다.")
                            ANSWER("interest-1", "interest", "", "",
                                   "{{slot:amount}}, {{slot:term}} 기준으로 안내해 드려요.")
                                ANSWER("product-1", "product_info", "", "",
                                       "{{slot:product}} 안내입니다.")
                                    ANSWER("stale-1", "stale_rate", "", "",
                                           "이율은 {{fact:old_rate}}입니다.")
                                        ANSWER("surrender-1", "surrender_value", "", "",
                                               "환급금은 앱에서 확인하세요.")
                                            ANSWER("surrender-2", "surrender_value", "kakao", "",
                                                   "환급금은 채널 메뉴에서 확인하세요.");

/* What the classifier hears in a message. A message that is not here is out of everything it knows.
 */
static const struct heard_row {
    const char *text;
    int column;       /* top[0] */
    double logit;     /* against a threshold of 1 */
    double shares[4]; /* of column, column + 1, … */
    int exact;        /* -1: none */
} heard_rows[] = {
    {"청구 서류 알려줘", CLAIM, 2.5, {0.96, 0.02}, -1},
    {"what documents do I need", CLAIM, 2.5, {0.96, 0.02}, -1},
    {"서류", CLAIM, 0.2, {0.5, 0.35, 0.1, 0.03}, -1},
    {"500만원이면?", SURRENDER, 3.0, {0.97}, -1},
    {"네", COMPLAINT, 2.0, {0.9}, -1},
    {"거의 하나", CLAIM, 0.5, {0.95, 0.04}, -1},
    {"뭐라는 거야", STALE, 0.2, {0.6, 0.35}, -1},
    {"애매해요", COMPLAINT, 0.2, {0.3, 0.2, 0.1, 0.1}, -1},
    {"막막해요", CLAIM, -2.0, {0.6, 0.3}, -1},
    {"하나뿐", SURRENDER, 0.9, {0.9}, -1},
    {"딱 맞는 문장", SURRENDER, -3, {0.2}, SURRENDER},
    {"날씨 어때", CLAIM, 0.5, {0.6, 0.3}, OUT_OF_SCOPE},
    {"너무 화나요", COMPLAINT, 2, {0.9}, -1},
    {"상담 시간 언제", DESK, 2, {0.9}, -1},
    {"답변 없는 것", EMPTY, 2, {0.9}, -1},
    {"이율 얼마", STALE, 2, {0.9}, -1},
    {"이자 얼마예요", INTEREST, 2, {0.9}, -1},
    {"200만원 더 이자 얼마예요", INTEREST, 2, {0.9}, -1},
    {"3천만 원 24개월 이자", INTEREST, 2, {0.9}, -1},
    {"상품 알려줘", PRODUCT, 2, {0.9}, -1},
    {"환급금 조회", SURRENDER, 2, {0.9}, -1},
    {"취소", SURRENDER, 0.2, {0.9}, -1},
};

struct classifier {
    const struct model *model;
};

enum err classifier_open(const struct model *model, struct classifier **out, struct fail *why)
{
    (void)why;
    *out = mem_take(1, sizeof(**out));
    if (!*out)
        return ERR_MEMORY;
    (*out)->model = model;
    return OK;
}

void classifier_close(struct classifier *classifier)
{
    mem_give(classifier);
}

const struct model *classifier_model(const struct classifier *classifier)
{
    return classifier->model;
}

double confidence_of(double logit)
{
    return 1 / (1 + exp(-logit));
}

int model_out_of_scope(const struct model *model)
{
    (void)model;
    return OUT_OF_SCOPE;
}

void classify(struct classifier *classifier, struct str text, struct classification *out)
{
    (void)classifier;
    *out =
        (struct classification){.exact_column = -1, .threshold = 1, .logit = -5, .is_empty = true};
    for (size_t i = 0; i < sizeof(heard_rows) / sizeof(heard_rows[0]); i++) {
        const struct heard_row *row = &heard_rows[i];
        if (!str_equal(text, str_of(row->text)))
            continue;
        out->is_empty = false;
        out->logit = row->logit;
        out->exact_column = row->exact;
        for (; out->top_count < 4 && row->shares[out->top_count] > 0; out->top_count++)
            out->top[out->top_count] =
                (struct candidate){.column = (row->column + out->top_count) % OUT_OF_SCOPE,
                                   .share = row->shares[out->top_count]};
    }
    out->confidence = confidence_of(out->logit);
    out->is_certain = out->exact_column >= 0 && out->exact_column != OUT_OF_SCOPE;
    out->is_scripted = out->is_certain || (out->logit >= out->threshold && out->exact_column < 0);
}

/* ---- The stage
 * -----------------------------------------------------------------------------------------------
 */

struct stage {
    struct model_head head;
    struct model model;
    struct release release;
    struct turner *turner;
    struct conversation conversation;
    struct reply reply;
    int64_t now_us;
    const char *channel;
};

static const int64_t stage_minute_us = 60 * 1000 * 1000;

static struct stage *stage_open(const char *const *flags, size_t flag_count)
{
    struct stage *stage = test_calloc(1, sizeof(*stage));
    struct content_rows *rows = NULL;
    struct fail why = {.text = ""};
    stage->head = (struct model_head){.intents = OUT_OF_SCOPE, .columns = COLUMNS};
    stage->model = (struct model){.head = &stage->head, .names = stage_names};
    stage->release = (struct release){.number = 1, .hash = "abc", .model = &stage->model};
    stage->now_us = 1700000000000000;
    buf_init(&stage->reply.text, LIMIT_ANSWER_BYTES);
    log_set_level(LOG_ERROR);
    enum err e = content_rows_parse(str_of(stage_scripts), "stage", &rows, &why);
    if (!e)
        e = book_open(rows, STR("ko"), NULL, NULL, &stage->release.book, &why);
    if (!e)
        e = config_open(NULL, flags, flag_count, &stage->release.settings, &why);
    if (!e)
        e = turner_open(&stage->release, &stage->turner, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(e, OK);
    return stage;
}

static void stage_close(struct stage *stage)
{
    turner_close(stage->turner);
    book_close(stage->release.book);
    config_close(stage->release.settings);
    buf_free(&stage->reply.text);
    test_free(stage);
}

/* A test that makes the log speak keeps it quiet. */
__attribute__((unused)) static void stage_hush(void)
{
    log_set_level((enum log_level) - 1);
}

__attribute__((unused)) static int stage_setup(void **state)
{
    *state = stage_open(NULL, 0);
    return 0;
}

__attribute__((unused)) static int stage_teardown(void **state)
{
    stage_close(*state);
    return 0;
}

/* The reply's text, NUL-terminated. */
__attribute__((unused)) static const char *stage_say(struct stage *stage, const char *text)
{
    struct message message = {str_of(text), str_of(stage->channel), date_from_civil(2026, 11, 23),
                              stage->now_us};
    assert_int_equal(
        turn_answer(stage->turner, &stage->conversation, &message, &stage->reply, NULL), OK);
    return stage->reply.text.n ? stage->reply.text.p : "";
}

#define assert_route(stage, expected)                                                              \
    assert_string_equal(route_name((stage)->reply.route), expected)
#define assert_says(stage, message, text) assert_string_equal(stage_say(stage, message), text)
#define assert_reason(stage, part)        assert_non_null(strstr((stage)->reply.reason, part))

#endif
