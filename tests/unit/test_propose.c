/* Cells of tables: what is surely one figure, and what is not; and what is proposed of a bot's
 * documents: the cells that can be read, under names that the bot knows, with the bytes they stand
 * on, and nothing that is stated already. */
#include "base/files.h"
#include "training/propose.h"
#include "training/table_cells.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail

static void a_cell_is_read_exactly_or_not_at_all(void **state)
{
    static const char *const cells[][2] = {
        {"3,000만원", "30000000원"},
        {"1억 5,000만원", "150000000원"},
        {"33,600원", "33600원"},
        {"4.8%", "4.8%"},
        {"0.0%", "0.0%"},
        {"90일", "90일"},
        {"12개월", "12개월"},
        {"1,2원", NULL},
        {"약 4천원", NULL},
        {"연 5.3%", NULL},
        {"1.2.3%", NULL},
        {"1.5만원", NULL},
        {"3만 5억원", NULL},
        {"10,000원과 20%", NULL},
        {"없음", NULL},
        {"-", NULL},
        {"", NULL},
        {"5", NULL},
        {"9999999999999999원", NULL},
        {"3,000만원 이상", NULL},
        {".5%", NULL},
        {"5.%", NULL},
        {"12,34,567원", NULL},
        {"1234,567원", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cells / sizeof cells[0]; i++) {
        struct figure_cell figure;
        char got[64] = "";
        const bool is_read = figure_cell_read(str_of(cells[i][0]), &figure);
        if (is_read)
            (void)snprintf(got, sizeof got, "%s%.*s", figure.value, STR_ARG(figure.unit));
        if (is_read != (cells[i][1] != NULL))
            print_error("%s\n", cells[i][0]);
        assert_string_equal(got, cells[i][1] ? cells[i][1] : "");
    }
}

static void a_band_is_two_figures_of_one_unit(void **state)
{
    struct figure_cell figure;
    (void)state;
    assert_true(band_cell_read(STR("40~49세"), &figure));
    assert_string_equal(figure.value, "40-49");
    assert_true(band_cell_read(STR("40세 ~ 49세"), &figure));
    assert_string_equal(figure.value, "40-49");
    assert_false(band_cell_read(STR("40일~49세"), &figure));
    assert_false(band_cell_read(STR("~49세"), &figure));
    assert_false(band_cell_read(STR("26세 이상"), &figure));
}

static void lines_are_cut_into_cells(void **state)
{
    struct str cells[TABLE_COLUMNS];
    (void)state;
    assert_true(table_is_line(STR("| a | b |")) && table_is_line(STR("a\tb")));
    assert_false(table_is_line(STR("a b")));
    assert_true(table_is_rule(STR("|---|:--:|")));
    assert_false(table_is_rule(STR("| a |")));
    assert_int_equal(table_cells(STR("| a | | b c |"), cells), 3);
    assert_true(str_equal(cells[0], STR("a")) && cells[1].n == 0 &&
                str_equal(cells[2], STR("b c")));
    assert_int_equal(table_cells(STR("a\tb"), cells), 2);
    assert_int_equal(table_cells(STR("|1|2|3|4|5|6|7|8|9|0|1|2|3|4|5|6|7|8|"), cells), 18);
}

/* ---- proposals ---- */

#define TERMS                                                                                                \
    "# 운석보험\n\n## 제2조(한도)\n| 담보 | 한도 | 비고 |\n|---|---|---|\n"                    \
    "| 운석 파편 | 30만원 | 매회 |\n| 운석 낙하 | 약 90만원 | |\n| 혜성 | 10만원 | |\n\n" \
    "## 3. 보험료 (월)\n| 나이 | 여자 | 남자 | 로봇 |\n|---|---|---|---|\n"                      \
    "| 40세 | 1,000원 | 1,200원 | 5원 |\n| 50세 | 2,000원 | - | 6원 |\n\n"                            \
    "## 제4조(그 밖)\n| 구분 | 내용 |\n|---|---|\n| 대기일 | 30일 |\n| 하늘 | 파랗다 |\n"

static char folder[64];
static struct content *content;

enum { SEEN = 16, SHOWN = 256 };
struct seen {
    char rows[SEEN][SHOWN];
    size_t count;
    bool fails;
};

static void row_put(enum content_kind kind, const char *const *fields)
{
    struct str row[16];
    size_t count = 0;
    enum content_change change = CHANGE_SAME;
    struct fail why = {.text = ""};
    (void)content_columns(kind, &count);
    for (size_t i = 0; i < count; i++)
        row[i] = str_of(fields[i]);
    assert_int_equal(content_import_begin(content, "tester", NULL), OK);
    enum err e = content_import_row(content, kind, row, &change, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(e, OK);
    assert_int_equal(content_import_end(content, true, NULL), OK);
}

/* id title product from to variants series pages, as the columns have them, with the text. */
static void document_put(const char *id, const char *text)
{
    const char *fields[16] = {NULL};
    size_t count = 0;
    const struct content_column *columns = content_columns(KIND_DOCUMENTS, &count);
    for (size_t i = 0; i < count; i++)
        fields[i] = strcmp(columns[i].name, "id") == 0               ? id
                    : strcmp(columns[i].name, "title") == 0          ? "운석보험 약관"
                    : strcmp(columns[i].name, "product") == 0        ? "운석보험"
                    : strcmp(columns[i].name, "text") == 0           ? text
                    : strcmp(columns[i].name, "effective_from") == 0 ? "2026-01-01"
                                                                     : "";
    row_put(KIND_DOCUMENTS, fields);
}

static int bot_open(void **state)
{
    static const char *const entities[][4] = {{"meteor", "product", "운석보험", ""},
                                              {"shard", "coverage", "운석 파편", "파편"},
                                              {"fall", "coverage", "운석 낙하", ""}};
    static const char *const predicates[][4] = {
        {"limit", "한도", "", ""}, {"premium", "보험료", "", ""}, {"wait", "대기일", "", ""}};
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-propose-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    assert_non_null(mkdtemp(folder));
    assert_int_equal(content_open(folder, true, &content, NULL), OK);
    for (size_t i = 0; i < 3; i++) {
        row_put(KIND_ENTITIES, entities[i]);
        row_put(KIND_PREDICATES, predicates[i]);
    }
    document_put("meteor", TERMS);
    return 0;
}

static int bot_close(void **state)
{
    (void)state;
    content_close(content);
    return folder_remove(folder, NULL) ? -1 : 0;
}

/* "statements shard limit 300000 원 meteor#제2조(한도) [30만원]": the fields that matter, and what
 * stands at the span. */
static enum err proposal_see(void *data, const struct proposal *proposal, struct fail *why)
{
    struct seen *seen = data;
    const bool is_rate = proposal->kind == KIND_RATES;
    const struct str *f = proposal->fields;
    const struct str cell = str_slice(STR(TERMS), proposal->from, proposal->to);
    assert_true(seen->count < SEEN);
    assert_true(str_starts(f[0], STR("proposed_")));
    assert_true(str_equal(f[is_rate ? 5 : 6], STR("2026-01-01")));
    assert_true(str_find(proposal->row, cell) < proposal->row.n || proposal->row.n == cell.n);
    (void)snprintf(seen->rows[seen->count++], SHOWN, "%s %.*s %.*s %.*s %.*s %.*s [%.*s]",
                   content_kind_name(proposal->kind), STR_ARG(f[1]), STR_ARG(f[2]), STR_ARG(f[3]),
                   STR_ARG(f[4]), STR_ARG(f[is_rate ? 7 : 8]), cell.n > 24 ? 3 : (int)cell.n,
                   cell.p);
    return seen->fails ? fail(why, ERR_REFUSED, "enough") : OK;
}

static void propose_into(struct seen *seen, struct proposed *told, const char *document)
{
    *seen = (struct seen){.count = 0};
    assert_int_equal(propose_each(content, str_of(document), proposal_see, seen, told, NULL), OK);
}

static void what_can_be_read_is_proposed_with_its_place(void **state)
{
    static const char *const expected[] = {
        "statements shard limit 300000 원 meteor#제2조(한도) [30만원]",
        "rates meteor_2 age=40;sex=f 1000 원 meteor#3. 보험료 (월) [1,000원]",
        "rates meteor_2 age=40;sex=m 1200 원 meteor#3. 보험료 (월) [1,200원]",
        "rates meteor_2 age=50;sex=f 2000 원 meteor#3. 보험료 (월) [2,000원]",
        "statements meteor premium meteor_2 rate meteor#3. 보험료 (월) [| \xEB]",
        "statements meteor wait 30 일 meteor#제4조(그 밖) [30일]"};
    struct seen seen;
    struct proposed told;
    (void)state;
    propose_into(&seen, &told, "");
    for (size_t i = 0; i < seen.count && i < 6; i++)
        if (strncmp(seen.rows[i], expected[i], strcspn(expected[i], "[")) != 0 ||
            (i != 4 && strcmp(seen.rows[i], expected[i]) != 0))
            assert_string_equal(seen.rows[i], expected[i]);
    assert_int_equal(seen.count, 6);
    assert_int_equal(told.documents, 1);
    assert_int_equal(told.tables, 3);
    assert_int_equal(told.statements, 3);
    assert_int_equal(told.rates, 3);
    assert_int_equal(told.known + told.contrary, 0);
    assert_true(told.unread >= 6); /* 약 90만원, 매회, 혜성's, the robot's two, -, 파랗다 */
    propose_into(&seen, &told, "meteor");
    assert_int_equal(seen.count, 6);
}

static void what_is_stated_is_not_proposed_and_what_differs_is_counted(void **state)
{
    static const char *const same[] = {
        "s1", "shard", "limit", "300000", "원", "", "2026-01-01", "", "meteor#제2조(한도)"};
    static const char *const other[] = {
        "s1", "shard", "limit", "200000", "원", "", "2026-01-01", "", "meteor#제2조(한도)"};
    struct seen seen;
    struct proposed told;
    (void)state;
    row_put(KIND_STATEMENTS, same);
    propose_into(&seen, &told, "");
    assert_int_equal(told.known, 1);
    assert_int_equal(told.statements, 2);
    row_put(KIND_STATEMENTS, other);
    propose_into(&seen, &told, "");
    assert_int_equal(told.known, 0);
    assert_int_equal(told.contrary, 1);
    assert_int_equal(told.statements, 3);
}

static void nothing_is_proposed_without_names_a_source_or_such_a_document(void **state)
{
    struct seen seen;
    struct proposed told;
    struct fail why = {.text = ""};
    (void)state;
    document_put("bare", "| 운석 파편 | 30만원 |\n|---|---|\n| 운석 낙하 | 1원 |\n");
    propose_into(&seen, &told, "bare"); /* no heading that a source could name */
    assert_int_equal(seen.count, 0);
    assert_int_equal(told.tables, 1);
    assert_int_equal(propose_each(content, STR("none"), proposal_see, &seen, &told, &why),
                     ERR_INPUT);
    assert_non_null(strstr(why.text, "none"));
    seen = (struct seen){.fails = true};
    assert_int_equal(propose_each(content, STR("meteor"), proposal_see, &seen, &told, &why),
                     ERR_REFUSED);
    assert_int_equal(seen.count, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cell_is_read_exactly_or_not_at_all),
        cmocka_unit_test(a_band_is_two_figures_of_one_unit),
        cmocka_unit_test(lines_are_cut_into_cells),
        cmocka_unit_test_setup_teardown(what_can_be_read_is_proposed_with_its_place, bot_open,
                                        bot_close),
        cmocka_unit_test_setup_teardown(what_is_stated_is_not_proposed_and_what_differs_is_counted,
                                        bot_open, bot_close),
        cmocka_unit_test_setup_teardown(
            nothing_is_proposed_without_names_a_source_or_such_a_document, bot_open, bot_close),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
