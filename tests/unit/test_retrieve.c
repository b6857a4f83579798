/* Passages cut, indexed and found: the same bytes in any order, the same hits as adding everything
 * up, filters before ranking, and damaged files refused. */
#include "base/arena.h"
#include "base/exact.h"
#include "base/limits.h"
#include "fallback/documents.h"
#include "fallback/retrieve.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define ROW(i, title, product, text, from, to)                                                     \
    {                                                                                              \
        {i, sizeof(i) - 1}, {title, sizeof(title) - 1}, {product, sizeof(product) - 1},            \
            {text, sizeof(text) - 1}, {"", 0}, from, to, {NULL, 0},                                \
        {                                                                                          \
            NULL, 0                                                                                \
        }                                                                                          \
    }

static struct document_row rows[] = {
    ROW("fee", "해지 수수료", "", "계약을 해지하면 수수료를 냅니다.", DATE_NONE, DATE_NONE),
    ROW("loan-1", "약관대출", "저축보험", "약관대출 금리는 연 5%입니다.", DATE_NONE, 100),
    ROW("loan-2", "약관대출", "저축보험", "약관대출 금리는 연 4.8%입니다.", 101, DATE_NONE),
    ROW("claim", "보험금 청구", "실손보험", "보험금을 청구하려면 진단서와 영수증을 보내세요.",
        DATE_NONE, DATE_NONE),
    ROW("desk", "", "", "Opening hours\n\nOur desk is open from nine to six.", DATE_NONE,
        DATE_NONE)};
enum { ROWS = sizeof rows / sizeof rows[0] };

struct stage {
    struct buf image;
    struct index *index;
    struct retriever *retriever;
    struct retrieval found;
};

static int open_stage(void **state)
{
    struct stage *stage = mem_take(1, sizeof *stage);
    buf_init(&stage->image, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(rows, ROWS, &stage->image, NULL), OK);
    assert_int_equal(index_open_image((unsigned char *)stage->image.p, stage->image.n, "index",
                                      &stage->index, NULL),
                     OK);
    assert_int_equal(retriever_open(stage->index, &stage->retriever, NULL), OK);
    *state = stage;
    return 0;
}

static int close_stage(void **state)
{
    struct stage *stage = *state;
    retriever_close(stage->retriever);
    index_close(stage->index);
    buf_free(&stage->image);
    mem_give(stage);
    return 0;
}

static void ask(struct stage *stage, const char *text, const char *product, date_days as_of)
{
    assert_int_equal(
        retrieve(stage->retriever, str_of(text), str_of(product), as_of, &stage->found, NULL), OK);
}

static void assert_hit(struct stage *stage, size_t i, const char *id)
{
    assert_true(i < stage->found.count);
    const struct index *index = stage->index;
    uint32_t document = index->passages[stage->found.hits[i].passage].document;
    assert_true(str_equal(index_text(index, index->documents[document].id), str_of(id)));
}

static void the_passage_that_has_the_words_comes_first(void **state)
{
    ask(*state, "보험금 청구는 어떻게 하나요?", "", DATE_NONE);
    assert_hit(*state, 0, "claim");
    ask(*state, "보험금청구서류", "", DATE_NONE);
    assert_hit(*state, 0, "claim");
    ask(*state, "when does the DESK open", "", DATE_NONE);
    assert_hit(*state, 0, "desk");
    ask(*state, "해지수슈료", "", DATE_NONE);
    assert_hit(*state, 0, "fee");
}

static void nothing_known_finds_nothing(void **state)
{
    struct stage *stage = *state;
    ask(stage, "xyzzy", "", DATE_NONE);
    assert_int_equal(stage->found.count, 0);
    ask(stage, "", "", DATE_NONE);
    assert_int_equal(stage->found.count, 0);
}

static void dates_and_products_are_filtered_before_ranking(void **state)
{
    struct stage *stage = *state;
    ask(stage, "약관대출 금리", "", 100);
    assert_hit(stage, 0, "loan-1");
    assert_int_equal(stage->found.count, 1);
    ask(stage, "약관대출 금리", "", 101);
    assert_hit(stage, 0, "loan-2");
    assert_int_equal(stage->found.count, 1);
    ask(stage, "약관대출 금리", "실손보험", 101);
    assert_int_equal(stage->found.count, 0);
    ask(stage, "수수료", "실손보험", 101); /* a document of no product is of all */
    assert_hit(stage, 0, "fee");
    ask(stage, "약관대출 금리", "", DATE_NONE); /* level scores: the lower id */
    assert_hit(stage, 0, "loan-1");
    assert_hit(stage, 1, "loan-2");
}

static void the_same_documents_in_another_order_give_the_same_bytes(void **state)
{
    struct stage *stage = *state;
    struct document_row other[ROWS];
    struct buf image;
    buf_init(&image, LIMIT_FILE_BYTES);
    for (size_t i = 0; i < ROWS; i++)
        other[i] = rows[ROWS - 1 - i];
    assert_int_equal(index_build(other, ROWS, &image, NULL), OK);
    assert_int_equal(image.n, stage->image.n);
    assert_memory_equal(image.p, stage->image.p, image.n);
    buf_free(&image);
}

static void a_passage_knows_its_page_and_a_document_its_series(void **state)
{
    const struct document_row paged[] = {
        {STR("b-2"), STR(""), STR(""), STR("제1조(목적) 하나\n\n제2조(뜻) 둘\n"), STR(""),
         DATE_NONE, DATE_NONE, STR("b"), STR("24 200")},
        {STR("a"), STR(""), STR(""), STR("하나"), STR(""), DATE_NONE, DATE_NONE, STR(""), STR("")}};
    struct buf image;
    struct index *index = NULL;
    (void)state;
    buf_init(&image, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(paged, 2, &image, NULL), OK);
    assert_int_equal(index_open_image((unsigned char *)image.p, image.n, "index", &index, NULL),
                     OK);
    assert_true(str_equal(index_text(index, index->documents[0].series), STR("a")));
    assert_true(str_equal(index_text(index, index->documents[1].series), STR("b")));
    assert_int_equal(index->head->passages, 3);
    assert_int_equal(index->passages[0].page, 0);
    assert_int_equal(index->passages[1].page, 1);
    assert_int_equal(index->passages[2].page, 2);
    index_close(index);
    buf_free(&image);
}

static void two_documents_of_one_id_are_refused(void **state)
{
    struct document_row twice[2] = {rows[0], rows[0]};
    struct buf image;
    (void)state;
    buf_init(&image, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(twice, 2, &image, NULL), ERR_INPUT);
    buf_free(&image);
}

static void every_damaged_byte_is_found(void **state)
{
    struct stage *stage = *state;
    for (size_t at = 0; at < stage->image.n; at += 1 + stage->image.n / 97) {
        struct index *index = NULL;
        stage->image.p[at] ^= 0x20;
        assert_int_equal(index_open_image((unsigned char *)stage->image.p, stage->image.n, "index",
                                          &index, NULL),
                         ERR_CORRUPT);
        stage->image.p[at] ^= 0x20;
    }
    for (size_t n = 0; n < stage->image.n; n += 1 + stage->image.n / 53) {
        struct index *index = NULL;
        assert_int_equal(
            index_open_image((unsigned char *)stage->image.p, n, "index", &index, NULL),
            ERR_CORRUPT);
    }
}

/* Many made-up passages: what is found is what adding up every list gives. */
enum { MANY = 3000, WORDS_OF_ONE = 12 };

static size_t words_make(uint64_t *random, char *out, size_t words)
{
    size_t n = 0;
    for (size_t i = 0; i < words; i++) {
        uint64_t word = exact_random_below(random, 30);
        word = exact_random_below(random, word * word + 2);
        n += text_put_rune(out + n, 0xAC00 + (uint32_t)(word * 37 % 400));
        n += text_put_rune(out + n, 0xAC00 + (uint32_t)(word * 11 % 90));
        out[n++] = ' ';
    }
    return n;
}

static uint64_t sum_of(const struct index *index, const struct term *term, uint32_t passage)
{
    const struct index_term *list = index_term(index, term->key);
    uint32_t column = !list || list->columns == 1 ? 0
                      : term->counts[FIELD_STEM]  ? 2
                      : term->counts[FIELD_PAIR]  ? 1
                                                  : 0;
    for (uint32_t i = 0; list && i < list->count; i++)
        if (index->postings[list->from + i] == passage)
            return (uint64_t)list->scale[column] *
                   index->impacts[list->impacts + (size_t)column * list->count + i];
    return 0;
}

static void assert_as_added_up(const struct index *index, const struct retrieval *found,
                               const uint64_t *sums)
{
    for (size_t i = 0; i < found->count; i++) {
        const struct retrieved *hit = &found->hits[i];
        assert_int_equal(hit->score, sums[hit->passage]);
        size_t better = 0;
        for (uint32_t p = 0; p < index->head->passages; p++)
            better += sums[p] > hit->score || (p < hit->passage && sums[p] == hit->score);
        assert_int_equal(better, i);
    }
}

static void what_is_left_out_early_could_not_have_won(void **state)
{
    struct document_row *many = mem_take(MANY, sizeof *many);
    struct terms *terms = NULL;
    char(*texts)[128] = mem_take(MANY, sizeof *texts), (*ids)[8] = mem_take(MANY, sizeof *ids);
    uint64_t *sums = mem_take(MANY, sizeof *sums), random = 7;
    struct stage stage = {.index = NULL};
    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        for (size_t k = 0, rest = i; k < 6; k++, rest /= 10)
            ids[i][5 - k] = (char)('0' + rest % 10);
        size_t n = words_make(&random, texts[i], WORDS_OF_ONE);
        many[i] = (struct document_row){{ids[i], 6}, STR(""),   STR(""),  {texts[i], n}, STR(""),
                                        DATE_NONE,   DATE_NONE, STR_NONE, STR_NONE};
    }
    buf_init(&stage.image, LIMIT_FILE_BYTES);
    assert_int_equal(index_build(many, MANY, &stage.image, NULL), OK);
    assert_int_equal(index_open_image((unsigned char *)stage.image.p, stage.image.n, "index",
                                      &stage.index, NULL),
                     OK);
    assert_int_equal(retriever_open(stage.index, &stage.retriever, NULL), OK);
    assert_int_equal(terms_open(&terms, NULL), OK);
    for (int round = 0; round < 12; round++) {
        char question[128];
        size_t n = words_make(&random, question, 3 + (size_t)round % 5), count = 0;
        terms_clear(terms);
        assert_int_equal(terms_add(terms, (struct str){question, n}, NULL), OK);
        const struct term *all = terms_all(terms, &count);
        bool is_known = true;
        memset(sums, 0, MANY * sizeof *sums);
        for (size_t k = 0; k < count; k++) {
            is_known &= index_term(stage.index, all[k].key) != NULL || !all[k].counts[FIELD_STEM];
            for (uint32_t p = 0; p < MANY; p++)
                sums[p] += sum_of(stage.index, &all[k], p);
        }
        assert_int_equal(retrieve(stage.retriever, (struct str){question, n}, STR(""), DATE_NONE,
                                  &stage.found, NULL),
                         OK);
        if (is_known)
            assert_as_added_up(stage.index, &stage.found, sums);
    }
    terms_close(terms);
    retriever_close(stage.retriever);
    index_close(stage.index);
    buf_free(&stage.image);
    mem_give(many);
    mem_give(texts);
    mem_give(ids);
    mem_give(sums);
}

/* ---- passages ---- */

struct cuts {
    struct str text;
    size_t count, end;
    char headings[1024];
};

static enum err cut_note(void *data, const struct passage *passage, struct fail *why)
{
    struct cuts *cuts = data;
    size_t n = strlen(cuts->headings);
    (void)why;
    assert_true(passage->from >= cuts->end && passage->to > passage->from &&
                passage->to <= cuts->text.n);
    cuts->end = passage->to;
    cuts->count++;
    memcpy(cuts->headings + n, passage->heading.p, passage->heading.n);
    cuts->headings[n + passage->heading.n] = '\n';
    return OK;
}

static struct cuts cut(const char *text)
{
    struct cuts cuts = {.text = str_of(text)};
    assert_int_equal(document_cut(cuts.text, cut_note, &cuts, NULL), OK);
    return cuts;
}

static void terms_are_cut_by_their_articles(void **state)
{
    (void)state;
    struct cuts cuts = cut("제1관 목적\n제1조(목적)\n이 약관은 계약을 정합니다.\n"
                           "제2조(용어) ① 제1조에 따라 정합니다.\n제1조에 따라 또 정합니다.\n"
                           "제2관 보험금\n제3조(지급) 지급합니다.\n");
    assert_int_equal(cuts.count, 3);
    assert_string_equal(cuts.headings, "제1관 목적 > 제1조(목적)\n제1관 목적 > 제2조(용어)\n"
                                       "제2관 보험금 > 제3조(지급)\n");
}

static void a_short_text_stays_whole_and_a_long_one_is_cut_at_paragraphs(void **state)
{
    char text[60000];
    size_t n = 0;
    (void)state;
    assert_int_equal(cut("짧은 글\n\n두 문단입니다.\n").count, 1);
    assert_int_equal(cut(" \n\n").count, 0);
    for (size_t i = 0; i < 400; i++)
        for (const char *p = "This paragraph has fifty letters and then a line.\n\n"; *p; p++)
            text[n++] = *p;
    text[n] = '\0';
    struct cuts cuts = cut(text);
    assert_true(cuts.count >= 4 && cuts.count <= 6);
    assert_int_equal(cuts.end, n);
    n = 0;
    for (size_t i = 0; i < 1000; i++)
        for (const char *p = "| a table | is never cut |\n"; *p; p++)
            text[n++] = *p;
    text[n] = '\0';
    assert_int_equal(cut(text).count, 1);
}

static void a_text_may_name_itself(void **state)
{
    (void)state;
    assert_true(str_equal(document_title(STR("수당\n\n대상은")), STR("수당")));
    assert_true(str_equal(document_title(STR("# Fees\ntext")), STR("Fees")));
    assert_int_equal(document_title(STR("One line\nanother")).n, 0);
    assert_int_equal(document_title(STR("")).n, 0);
}

static void looks_away_from_a_document(void **state)
{
    struct stage *stage = *state;
    ask(stage, "약관대출 금리", "", DATE_NONE);
    const uint32_t first = stage->index->passages[stage->found.hits[0].passage].document;
    const double chance = stage->found.signals[0];
    retrieval_drop(stage->retriever, &stage->found, first);
    for (size_t i = 0; i < stage->found.count; i++)
        assert_int_not_equal(stage->index->passages[stage->found.hits[i].passage].document, first);
    assert_true(stage->found.signals[0] <= chance);
    while (stage->found.count > 0)
        retrieval_drop(stage->retriever, &stage->found,
                       stage->index->passages[stage->found.hits[0].passage].document);
    assert_true(stage->found.signals[0] == 0 && stage->found.answerable == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_passage_that_has_the_words_comes_first, open_stage,
                                        close_stage),
        cmocka_unit_test_setup_teardown(nothing_known_finds_nothing, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(looks_away_from_a_document, open_stage, close_stage),
        cmocka_unit_test_setup_teardown(dates_and_products_are_filtered_before_ranking, open_stage,
                                        close_stage),
        cmocka_unit_test_setup_teardown(the_same_documents_in_another_order_give_the_same_bytes,
                                        open_stage, close_stage),
        cmocka_unit_test_setup_teardown(every_damaged_byte_is_found, open_stage, close_stage),
        cmocka_unit_test(two_documents_of_one_id_are_refused),
        cmocka_unit_test(a_passage_knows_its_page_and_a_document_its_series),
        cmocka_unit_test(what_is_left_out_early_could_not_have_won),
        cmocka_unit_test(terms_are_cut_by_their_articles),
        cmocka_unit_test(a_short_text_stays_whole_and_a_long_one_is_cut_at_paragraphs),
        cmocka_unit_test(a_text_may_name_itself)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
