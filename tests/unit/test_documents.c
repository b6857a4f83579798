/* Documents into passages: each begins and ends where the text's own structure does, they follow
 * one another and slice back to the same text, and a table is in one of them whole. */
#include "fallback/documents.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

enum { PASSAGES = 64 };

struct cut {
    struct str text;
    size_t count, end, runes;
    struct passage passages[PASSAGES];
    char headings[PASSAGES][HEADING_BYTES + 1];
};

static enum err passage_keep(void *data, const struct passage *passage, struct fail *why)
{
    struct cut *cut = data;
    (void)why;
    assert_true(cut->count < PASSAGES);
    assert_true(passage->from >= cut->end && passage->to > passage->from);
    assert_true(passage->to <= cut->text.n);
    /* What is between two passages is no text. */
    assert_int_equal(str_trim(str_slice(cut->text, cut->end, passage->from)).n, 0);
    assert_true(text_is_valid(str_slice(cut->text, passage->from, passage->to)));
    memcpy(cut->headings[cut->count], passage->heading.p, passage->heading.n);
    cut->headings[cut->count][passage->heading.n] = '\0';
    cut->passages[cut->count++] = *passage;
    cut->end = passage->to;
    return OK;
}

static void cut_into(struct cut *cut, const char *text)
{
    *cut = (struct cut){.text = str_of(text)};
    assert_int_equal(document_cut(cut->text, passage_keep, cut, NULL), OK);
    assert_int_equal(str_trim(str_slice(cut->text, cut->end, cut->text.n)).n, 0);
}

static void is_passage(const struct cut *cut, size_t i, const char *heading, const char *text)
{
    struct str slice = str_slice(cut->text, cut->passages[i].from, cut->passages[i].to);
    char shown[4096];
    assert_true(i < cut->count && slice.n < sizeof shown);
    (void)snprintf(shown, sizeof shown, "%.*s", STR_ARG(slice));
    assert_string_equal(cut->headings[i], heading);
    assert_string_equal(shown, text);
}

static void terms_are_cut_by_their_articles_under_their_parts(void **state)
{
    struct cut cut;
    (void)state;
    cut_into(&cut, "한결 암보험 약관\n\n제1관 총칙\n\n제1조(목적) 목적입니다.\n① 하나\n② 둘\n\n"
                   "제2조(용어의 뜻)\n암이란 악성입니다.\n\n제 2 관 지급\n제1절 보험금\n"
                   "제3조의2(특칙) 제12조에 따라 냅니다.\n제3조에 따른 말은 제목이 아닙니다.\n"
                   "제3관 해지\n제4조【해지】 해지합니다.\n제5조(지급(사망)) 냅니다(끝).\n");
    assert_int_equal(cut.count, 6);
    is_passage(&cut, 0, "", "한결 암보험 약관\n\n");
    is_passage(&cut, 1, "제1관 총칙 > 제1조(목적)",
               "제1관 총칙\n\n제1조(목적) 목적입니다.\n① 하나\n② 둘\n\n");
    is_passage(&cut, 2, "제1관 총칙 > 제2조(용어의 뜻)",
               "제2조(용어의 뜻)\n암이란 악성입니다.\n\n");
    is_passage(&cut, 3, "제 2 관 지급 > 제1절 보험금 > 제3조의2(특칙)",
               "제 2 관 지급\n제1절 보험금\n제3조의2(특칙) 제12조에 따라 냅니다.\n"
               "제3조에 따른 말은 제목이 아닙니다.\n");
    is_passage(&cut, 4, "제3관 해지 > 제4조【해지】", "제3관 해지\n제4조【해지】 해지합니다.\n");
    is_passage(&cut, 5, "제3관 해지 > 제5조(지급(사망))", "제5조(지급(사망)) 냅니다(끝).\n");
}

static void markdown_is_cut_by_its_headings(void **state)
{
    struct cut cut;
    (void)state;
    cut_into(&cut, "# 안내\n\n처음.\n\n## 수수료\n\n### 해지\n\n2%\n\n#5 은 제목이 아님\n\n"
                   "## 기한\n\n### 청구\n\n3년\n");
    assert_int_equal(cut.count, 3);
    is_passage(&cut, 0, "안내", "# 안내\n\n처음.\n\n");
    is_passage(&cut, 1, "안내 > 수수료 > 해지",
               "## 수수료\n\n### 해지\n\n2%\n\n#5 은 제목이 아님\n\n");
    is_passage(&cut, 2, "안내 > 기한 > 청구", "## 기한\n\n### 청구\n\n3년\n");
}

static void text_without_parts_stays_whole(void **state)
{
    struct cut cut;
    (void)state;
    cut_into(&cut, "한 문단.\n\n또 한 문단.\n\n# 하나뿐인 제목\n끝");
    assert_int_equal(cut.count, 1);
    is_passage(&cut, 0, "", "한 문단.\n\n또 한 문단.\n\n# 하나뿐인 제목\n끝");
    cut_into(&cut, "");
    assert_int_equal(cut.count, 0);
    cut_into(&cut, "\n \n\t\n");
    assert_int_equal(cut.count, 0);
}

static const char *long_text(struct buf *buf, const char *start, const char *begin, size_t lines,
                             const char *end)
{
    buf_add_text(buf, start);
    for (size_t i = 1; i <= lines; i++)
        buf_add_format(buf, "%s%zu%s", begin, i, end);
    assert_int_equal(buf->error, OK);
    return str_from_buf(buf).p;
}

static void a_long_article_is_cut_at_its_items(void **state)
{
    struct cut cut;
    struct buf buf;
    (void)state;
    buf_init(&buf, 1 << 20);
    buf_add_text(&buf, "제1조(지급) 다음과 같습니다.\n");
    for (uint32_t item = 0; item < 20; item++) {
        buf_add_rune(&buf, 0x2460 + item);
        for (int i = 0; i < 200; i++)
            buf_add_text(&buf, " 보험금");
        buf_add_text(&buf, "\n가. 목\n");
    }
    cut_into(&cut, str_from_buf(&buf).p);
    assert_int_equal(cut.count, 3);
    for (size_t i = 0; i < cut.count; i++) {
        struct str slice = str_slice(cut.text, cut.passages[i].from, cut.passages[i].to);
        assert_true(text_runes(slice) <= PASSAGE_RUNES);
        assert_true(i == 0 || str_starts(slice, STR("\xE2\x91"))); /* ① … ⑳ */
        assert_string_equal(cut.headings[i], "제1조(지급)");
    }
    buf_free(&buf);
}

static void a_table_is_never_cut(void **state)
{
    static const char *const rows[][2] = {{"| 행", " | 진단이 확정된 때 지급 | 3,000만원 |\n"},
                                          {"행", "\t진단이 확정된 때 지급\t3,000만원\n"}};
    (void)state;
    for (size_t form = 0; form < 2; form++) {
        struct cut cut;
        struct buf buf;
        size_t with_rows = 0;
        buf_init(&buf, 1 << 20);
        (void)long_text(&buf, "제1조(표) 앞말.\n\n", "머리말 ", 300, "입니다.\n\n");
        (void)long_text(&buf, "", rows[form][0], 400, rows[form][1]);
        cut_into(&cut, long_text(&buf, "\n", "맺음말 ", 800, "입니다.\n\n"));
        assert_true(cut.count > 2);
        for (size_t i = 0; i < cut.count; i++) {
            struct str slice = str_slice(cut.text, cut.passages[i].from, cut.passages[i].to);
            bool has_first = str_find(slice, form ? STR("행1\t") : STR("행1 ")) < slice.n;
            bool has_last = str_find(slice, STR("행400")) < slice.n;
            assert_true(has_first == has_last);
            with_rows += has_first;
        }
        assert_int_equal(with_rows, 1);
        buf_free(&buf);
    }
}

static void one_line_longer_than_a_passage_is_left_whole(void **state)
{
    struct cut cut;
    struct buf buf;
    (void)state;
    buf_init(&buf, 1 << 20);
    buf_add_text(&buf, "앞.\n");
    for (int i = 0; i < PASSAGE_RUNES; i++)
        buf_add_text(&buf, "가 ");
    buf_add_text(&buf, "\n뒤.\n");
    cut_into(&cut, str_from_buf(&buf).p);
    assert_int_equal(cut.count, 3);
    is_passage(&cut, 0, "", "앞.\n");
    is_passage(&cut, 2, "", "뒤.\n");
    buf_free(&buf);
}

static enum err passage_refuse(void *data, const struct passage *passage, struct fail *why)
{
    (void)passage;
    return ++*(int *)data == 2 ? fail(why, ERR_LIMIT, "enough") : OK;
}

static void an_error_ends_the_cutting(void **state)
{
    struct fail why;
    int calls = 0;
    (void)state;
    assert_int_equal(document_cut(STR("제1조(가) 가\n제2조(나) 나\n제3조(다) 다\n제4조(라) 라\n"),
                                  passage_refuse, &calls, &why),
                     ERR_LIMIT);
    assert_int_equal(calls, 2);
    assert_string_equal(why.text, "enough");
}

static void a_path_too_long_leaves_out_what_does_not_fit(void **state)
{
    struct cut cut;
    struct buf buf;
    (void)state;
    buf_init(&buf, 1 << 16);
    buf_add_text(&buf, "# 처음\n\n## ");
    for (int i = 0; i < HEADING_BYTES; i++)
        buf_add_char(&buf, 'x');
    buf_add_text(&buf, "\n\n### 끝\n\n글\n");
    cut_into(&cut, str_from_buf(&buf).p);
    assert_int_equal(cut.count, 1);
    assert_string_equal(cut.headings[0], "처음 > 끝");
    buf_free(&buf);
}

static void a_text_gives_itself_a_title(void **state)
{
    static const char *const titles[][2] = {{"# 한결 약관\n글", "한결 약관"},
                                            {"한결 약관\n\n글", "한결 약관"},
                                            {"한결 약관\n글", ""},
                                            {"한결 약관", ""},
                                            {"", ""},
                                            {"\n\n글\n\n", ""}};
    (void)state;
    for (size_t i = 0; i < sizeof titles / sizeof titles[0]; i++) {
        struct str title = document_title(str_of(titles[i][0]));
        assert_true(str_equal(title, str_of(titles[i][1])));
    }
}

static void spaces_do_not_count_in_a_clause(void **state)
{
    const struct str text = STR("## 2. 가입 자격\n가\n## 별표 1. 표\n나\n## 별표 2. 예시\n다\n");
    struct document_part part;
    (void)state;
    assert_true(document_part_find(text, STR("2.가입자격"), &part));
    assert_true(str_equal(part.heading, STR("2. 가입 자격")));
    assert_true(document_part_find(text, STR("별표2."), &part));
    assert_true(str_equal(part.heading, STR("별표 2. 예시")));
    assert_true(document_part_find(text, STR("별표 2"), &part));
    assert_true(str_equal(part.heading, STR("별표 2. 예시")));
    assert_false(document_part_find(text, STR("2.가입자격의"), &part));
    assert_false(document_part_find(text, STR(" "), &part));
}

static void a_part_is_found_by_its_clause_and_ends_before_the_next(void **state)
{
    const struct str text =
        STR("제4조의2(특칙) 가\n제40조(기타) 나\n제4조(지급) 다\n① 라\n제5조 마\n");
    struct document_part part;
    (void)state;
    assert_true(document_part_find(text, STR("제4조"), &part));
    assert_true(str_equal(part.heading, STR("제4조(지급)")));
    assert_true(str_equal(str_slice(text, part.from, part.to), STR("제4조(지급) 다\n① 라\n")));
    assert_true(document_part_find(text, STR("제5조"), &part));
    assert_int_equal(part.to, text.n);
    assert_false(document_part_find(text, STR("제6조"), &part));
    assert_false(document_part_find(text, STR(""), &part));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(terms_are_cut_by_their_articles_under_their_parts),
        cmocka_unit_test(markdown_is_cut_by_its_headings),
        cmocka_unit_test(text_without_parts_stays_whole),
        cmocka_unit_test(a_long_article_is_cut_at_its_items),
        cmocka_unit_test(a_table_is_never_cut),
        cmocka_unit_test(one_line_longer_than_a_passage_is_left_whole),
        cmocka_unit_test(an_error_ends_the_cutting),
        cmocka_unit_test(a_path_too_long_leaves_out_what_does_not_fit),
        cmocka_unit_test(a_text_gives_itself_a_title),
        cmocka_unit_test(a_part_is_found_by_its_clause_and_ends_before_the_next),
        cmocka_unit_test(spaces_do_not_count_in_a_clause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
