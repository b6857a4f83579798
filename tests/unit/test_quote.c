/* Sentences cut out of passages, and the one that answers chosen: never half a figure, never a
 * changed byte, never a rule without its exception. */
#include "base/arena.h"
#include "base/limits.h"
#include "fallback/quote.h"
#include "fallback/sentences.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* The pieces of a text, each in front of a bar. */
static void assert_pieces(const char *text, const char *expected)
{
    struct sentences reading = {.text = str_of(text)};
    struct piece piece;
    struct buf out;
    buf_init(&out, 64 * 1024);
    while (sentences_next(&reading, &piece)) {
        buf_add_str(&out, str_slice(reading.text, piece.from, piece.to));
        buf_add_char(&out, '|');
    }
    assert_string_equal(out.n ? out.p : "", expected);
    buf_free(&out);
}

static enum piece_kind kind_of_first(const char *text)
{
    struct sentences reading = {.text = str_of(text)};
    struct piece piece;
    assert_true(sentences_next(&reading, &piece));
    return piece.kind;
}

static void cuts_korean_sentences(void **state)
{
    (void)state;
    assert_pieces("가입할 수 있습니다. 나이는 상관없어요! 왜 그럴까요? 끝.",
                  "가입할 수 있습니다.|나이는 상관없어요!|왜 그럴까요?|끝.|");
    assert_pieces("지급합니다.다만 면책기간은 제외합니다.",
                  "지급합니다.|다만 면책기간은 제외합니다.|");
    assert_pieces("신분증 필요함.\n도장 불필요함", "신분증 필요함.|도장 불필요함|");
    assert_pieces("될까요?그럼요!", "될까요?|그럼요!|");
    assert_pieces("기다려 주세요… 곧 답합니다.", "기다려 주세요…|곧 답합니다.|");
}

static void never_cuts_figures_and_dates(void **state)
{
    (void)state;
    assert_pieces("연 3.5%입니다. 2026. 1. 1.부터 시행하고 2026. 12. 31. 까지 적용합니다.",
                  "연 3.5%입니다.|2026. 1. 1.부터 시행하고 2026. 12. 31. 까지 적용합니다.|");
    assert_pieces("한도는 1,250.75만 원이고 제3호 1. 가. 목을 따릅니다. 끝입니다.",
                  "한도는 1,250.75만 원이고 제3호 1. 가. 목을 따릅니다.|끝입니다.|");
    assert_pieces("2026. 1. 1. 시행된 약관입니다.", "2026. 1. 1. 시행된 약관입니다.|");
    assert_pieces("www.example.co.kr에서 봅니다.", "www.example.co.kr에서 봅니다.|");
}

static void keeps_brackets_and_quotations_whole(void **state)
{
    (void)state;
    assert_pieces("영업일(토요일 제외. 공휴일 제외.)에 엽니다. 문의하세요.",
                  "영업일(토요일 제외. 공휴일 제외.)에 엽니다.|문의하세요.|");
    assert_pieces("“왜요? 그래요.”라고 물으면 답합니다. 네.",
                  "“왜요? 그래요.”라고 물으면 답합니다.|네.|");
    assert_pieces("답은 '됩니다. 언제나요.' 입니다. 끝.", "답은 '됩니다. 언제나요.' 입니다.|끝.|");
    assert_pieces("괄호 (가 열린 채입니다. 다음입니다.", "괄호 (가 열린 채입니다.|다음입니다.|");
    assert_pieces("He said \"Go.\" Then he left.", "He said \"Go.\"|Then he left.|");
}

static void knows_english_abbreviations(void **state)
{
    (void)state;
    assert_pieces("Mr. Kim pays 3.5% in the U.S. market. See No. 4, e.g. the fee. It's done!",
                  "Mr. Kim pays 3.5% in the U.S. market.|See No. 4, e.g. the fee.|It's done!|");
    assert_pieces("The fee is 5. The rate is 2.", "The fee is 5.|The rate is 2.|");
}

static void reads_lists_tables_and_headings_by_line(void **state)
{
    (void)state;
    assert_pieces("서류는 다음과 같습니다.\n1. 신분증\n2. 통장 사본\n① 청구서. 원본만 됩니다.",
                  "서류는 다음과 같습니다.|1. 신분증|2. 통장 사본|① 청구서.|원본만 됩니다.|");
    assert_pieces("제12조(보험금의 지급) ① 회사는 지급합니다.\n② 3일 안에 합니다.",
                  "제12조(보험금의 지급)|① 회사는 지급합니다.|② 3일 안에 합니다.|");
    assert_int_equal(kind_of_first("# 제목"), PIECE_HEADING);
    assert_int_equal(kind_of_first("| a | b |"), PIECE_ROW);
    assert_int_equal(kind_of_first("|---|:-:|"), PIECE_RULE);
    assert_int_equal(kind_of_first("가. 첫째"), PIECE_ITEM);
    assert_int_equal(kind_of_first("(1) 첫째"), PIECE_ITEM);
    assert_int_equal(kind_of_first("2026. 1. 1. 시행"), PIECE_SENTENCE);
    assert_int_equal(kind_of_first("3.5%입니다."), PIECE_SENTENCE);
}

static void reads_on_where_a_line_was_wrapped(void **state)
{
    (void)state;
    assert_pieces("회사는 피보험자가 보험기간 중에 상해를 입었을 때에는 약관에 따라 "
                  "보험금을\n지급합니다. 끝.",
                  "회사는 피보험자가 보험기간 중에 상해를 입었을 때에는 약관에 따라 "
                  "보험금을\n지급합니다.|끝.|");
}

/* ---- Quotes ---- */

struct stage {
    struct buf image, reply;
    struct index *index;
    struct quoter *quoter;
};

static void stage_with(struct stage *stage, const char *title, struct str text)
{
    const struct document_row row = {STR("doc"), str_of(title), STR(""),  text,    STR(""),
                                     DATE_NONE,  DATE_NONE,     STR_NONE, STR_NONE};
    const struct document_row other = {
        STR("zz"), STR("다른 문서"), STR(""), STR("점심은 열두 시에 먹습니다."), STR(""), DATE_NONE,
        DATE_NONE, STR_NONE,         STR_NONE};
    const struct document_row rows[] = {row, other};
    buf_init(&stage->image, LIMIT_FILE_BYTES);
    buf_init(&stage->reply, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(rows, 2, &stage->image, NULL), OK);
    assert_int_equal(index_open_image((unsigned char *)stage->image.p, stage->image.n, "index",
                                      &stage->index, NULL),
                     OK);
    assert_int_equal(quoter_open(stage->index, &stage->quoter, NULL), OK);
}

static void stage_end(struct stage *stage)
{
    quoter_close(stage->quoter);
    index_close(stage->index);
    buf_free(&stage->image);
    buf_free(&stage->reply);
}

/* The spans, joined with bars; every one is checked to lie in the document. */
static const char *quoted(struct stage *stage, const char *question, struct quote *quote)
{
    struct str text = index_text(stage->index, stage->index->documents[0].text);
    assert_int_equal(quote_find(stage->quoter, str_of(question), 0, quote, NULL), OK);
    buf_clear(&stage->reply);
    buf_add_text(&stage->reply, "");
    for (int i = 0; i < quote->count; i++) {
        assert_true(quote->spans[i].from < quote->spans[i].to && quote->spans[i].to <= text.n);
        assert_true(i == 0 || quote->spans[i].from >= quote->spans[i - 1].to);
        if (i)
            buf_add_char(&stage->reply, '|');
        buf_add_str(&stage->reply, str_slice(text, quote->spans[i].from, quote->spans[i].to));
    }
    return stage->reply.n ? stage->reply.p : "";
}

#define assert_quotes(title, text, question, expected)                                             \
    do {                                                                                           \
        struct stage s_;                                                                           \
        struct quote q_;                                                                           \
        stage_with(&s_, title, str_of(text));                                                      \
        assert_string_equal(quoted(&s_, question, &q_), expected);                                 \
        stage_end(&s_);                                                                            \
    } while (0)

static void quotes_the_sentence_that_answers(void **state)
{
    (void)state;
    assert_quotes("약관대출",
                  "약관대출은 모바일에서 신청합니다.\n\n약관대출 금리는 연 4.8%입니다.\n\n"
                  "약관대출은 해약환급금의 80%까지 됩니다.",
                  "약관대출 금리가 얼마예요?", "약관대출 금리는 연 4.8%입니다.");
}

static void takes_the_exception_along(void **state)
{
    (void)state;
    assert_quotes(
        "", "입원하면 하루 3만 원을 지급합니다. 다만, 처음 3일은 제외합니다. 청구는 앱에서 합니다.",
        "입원하면 하루 얼마를 지급하나요",
        "입원하면 하루 3만 원을 지급합니다. 다만, 처음 3일은 제외합니다.");
    assert_quotes(
        "", "입원하면 하루 3만 원을 지급합니다. 다만, 처음 3일은 제외합니다. 청구는 앱에서 합니다.",
        "처음 3일은 제외되나요", "입원하면 하루 3만 원을 지급합니다. 다만, 처음 3일은 제외합니다.");
}

static void shows_a_row_with_its_header(void **state)
{
    (void)state;
    const char *text = "수수료표\n\n| 항목 | 금액 |\n|---|---|\n| 증명서 발급 | 1,000원 |\n"
                       "| 해지 | 무료 |\n| 재발급 | 2,000원 |\n";
    assert_quotes("", text, "해지 금액 얼마", "| 항목 | 금액 ||| 해지 | 무료 |");
}

static void shows_an_item_with_what_leads_to_it(void **state)
{
    (void)state;
    const char *text =
        "보험금을 청구하려면 다음 서류가 필요합니다:\n- 청구서\n- 병원이 발급한 진단서\n"
        "- 가족관계증명서\n\n계약을 바꾸려면 지점에 가세요.";
    assert_quotes("", text, "진단서는 병원이 발급하나요",
                  "보험금을 청구하려면 다음 서류가 필요합니다:|- 병원이 발급한 진단서");
    assert_quotes("", text, "보험금을 청구하려면 필요한 서류",
                  "보험금을 청구하려면 다음 서류가 필요합니다:\n- 청구서\n- 병원이 발급한 진단서\n"
                  "- 가족관계증명서");
}

static void lets_a_heading_speak_for_its_sentence(void **state)
{
    (void)state;
    assert_quotes("대출 안내", "# 대출 안내\n\n## 금리\n연 4.8%입니다.\n\n", "금리가 얼마인가요",
                  "연 4.8%입니다.");
}

static void finds_nothing_in_what_does_not_speak_of_it(void **state)
{
    (void)state;
    struct stage stage;
    struct quote quote;
    stage_with(&stage, "", STR("제1조(목적)"));
    assert_string_equal(quoted(&stage, "제1조(목적)", &quote), "");
    assert_int_equal(quote.count, 0);
    stage_end(&stage);
    stage_with(&stage, "", STR("해지 수수료는 없습니다."));
    assert_string_equal(quoted(&stage, "날씨", &quote), "");
    assert_string_equal(quoted(&stage, "😀😀", &quote), "");
    assert_string_equal(quoted(&stage, "해지 수수료 😀?", &quote), "해지 수수료는 없습니다.");
    stage_end(&stage);
}

static void says_that_a_long_list_goes_on(void **state)
{
    (void)state;
    struct stage stage;
    struct quote quote;
    struct buf text;
    buf_init(&text, 64 * 1024);
    buf_add_text(&text, "필요한 서류는 다음과 같습니다.\n");
    for (int i = 1; i <= 60; i++)
        buf_add_format(&text, "- 첨부 문서 %d번 원본 또는 사본 한 통\n", i);
    stage_with(&stage, "", str_from_buf(&text));
    const char *said = quoted(&stage, "필요한 서류", &quote);
    assert_true(quote.is_cut);
    assert_true(text_runes(str_of(said)) <= QUOTE_RUNES);
    assert_non_null(strstr(said, "- 첨부 문서 1번 원본 또는 사본 한 통\n- 첨부"));
    stage_end(&stage);
    buf_free(&text);
}

static void leaves_huge_texts_alone(void **state)
{
    (void)state;
    struct stage stage;
    struct quote quote;
    struct buf text;
    buf_init(&text, 4 << 20);
    for (int i = 0; text.n < 1 << 20; i++) /* one table, which is never cut */
        buf_add_format(&text, "| 항목 %d | 수수료 %d원 |\n", i, i);
    stage_with(&stage, "", str_from_buf(&text));
    assert_string_equal(quoted(&stage, "수수료 얼마", &quote), "");
    stage_end(&stage);
    buf_clear(&text);
    while (text.n < 12000) /* one sentence */
        buf_add_text(&text, "수수료 ");
    stage_with(&stage, "", str_from_buf(&text));
    assert_string_equal(quoted(&stage, "수수료 얼마", &quote), "");
    stage_end(&stage);
    buf_free(&text);
}

static void takes_nothing_from_the_heap_once_warm(void **state)
{
    (void)state;
    struct stage stage;
    struct quote quote;
    stage_with(&stage, "", STR("ﬁnal 수수료는 없습니다. 해지는 앱에서 합니다."));
    (void)quoted(&stage, "해지 수수료", &quote);
    uint64_t before = mem_count();
    for (int i = 0; i < 10; i++)
        assert_int_equal(quote_find(stage.quoter, STR("해지 수수료"), 0, &quote, NULL), OK);
    assert_true(mem_count() == before);
    stage_end(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_korean_sentences),
        cmocka_unit_test(never_cuts_figures_and_dates),
        cmocka_unit_test(keeps_brackets_and_quotations_whole),
        cmocka_unit_test(knows_english_abbreviations),
        cmocka_unit_test(reads_lists_tables_and_headings_by_line),
        cmocka_unit_test(reads_on_where_a_line_was_wrapped),
        cmocka_unit_test(quotes_the_sentence_that_answers),
        cmocka_unit_test(takes_the_exception_along),
        cmocka_unit_test(shows_a_row_with_its_header),
        cmocka_unit_test(shows_an_item_with_what_leads_to_it),
        cmocka_unit_test(lets_a_heading_speak_for_its_sentence),
        cmocka_unit_test(finds_nothing_in_what_does_not_speak_of_it),
        cmocka_unit_test(says_that_a_long_list_goes_on),
        cmocka_unit_test(leaves_huge_texts_alone),
        cmocka_unit_test(takes_nothing_from_the_heap_once_warm),
    };
    return cmocka_run_group_tests_name("quote", tests, NULL, NULL);
}
