/* Importing files: what kind they are, where their columns go, what is told of each row, and that
 * nothing is kept of an import in which one row was refused. */
#include "base/files.h"
#include "training/columns.h"
#include "training/import.h"
#include "training/rows.h"
#include "training/samples.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

static char folder[64];
static struct fail why;
static struct content *content;
static struct import_report report;
static struct buf told; /* what import_options.each was given */

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/paring-import-XXXXXX");
    buf_init(&told, 1 << 16);
    return mkdtemp(folder) && content_open(folder, true, &content, &why) == OK ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    content_close(content);
    buf_free(&told);
    return folder_remove(folder, &why) ? -1 : 0;
}

static void run_tell(void *data, const struct import_run *run)
{
    (void)data;
    buf_add_format(&told, "%s:%zu-%zu %s %zu %s; ", run->path, run->line, run->last_line,
                   content_kind_name(run->kind), run->rows, import_change_name(run->change));
}

static const struct import_options keep = {.author = "tester", .each = run_tell};
static const struct import_options dry = {.author = "tester", .is_dry_run = true, .each = run_tell};

static enum err import_one(const char *path, const char *text, enum content_kind kind,
                           const struct import_options *options)
{
    struct import_source source = {.path = path, .bytes = str_of(text), .kind = kind};
    buf_clear(&told);
    return import_files(content, &source, 1, options, &report, &why);
}

static size_t count_of(enum content_kind kind)
{
    size_t count = 99;
    assert_int_equal(content_count(content, kind, &count, &why), OK);
    return count;
}

static void is_kind(const char *path, const char *text, enum content_kind kind)
{
    assert_int_equal(import_one(path, text, KIND_UNKNOWN, &dry), OK);
    assert_int_equal(report.counts[kind][CHANGE_NEW], 1);
}

static void tells_the_kind_from_the_header(void **state)
{
    (void)state;
    assert_int_equal(import_one("s", "name,type\np,list\n", KIND_UNKNOWN, &keep), OK);
    is_kind("x.csv", "text,intent\na,b\n", KIND_EXAMPLES);
    is_kind("x.csv", "text,category\na,b\n", KIND_EXAMPLES);
    is_kind("x.csv", "label,text\nb,a\n", KIND_EXAMPLES);
    is_kind("x.csv", "id,text,intent,language\n1,a,b,ko\n", KIND_EXAMPLES);
    is_kind("dir/cases.csv", "text,intent\na,b\n", KIND_CASES);
    is_kind("cases-2.jsonl", "{\"text\":\"a\",\"intent\":\"b\"}", KIND_CASES);
    is_kind("answers.csv", "id,intent,text\n1,a,b\n", KIND_ANSWERS);
    is_kind("shop/answers-2.csv", "text,intent\na,b\n", KIND_ANSWERS);
    is_kind("x.csv", "id,intent,text\n1,a,b\n", KIND_EXAMPLES);
    is_kind("x.csv", "text_a,intent_a,text_b,intent_b\na,b,c,d\n", KIND_CONTRASTS);
    is_kind("x.csv", "name,title,policy,description\na,b,,\n", KIND_INTENTS);
    is_kind("x.csv", "id,intent,condition,text\n1,a,,hello\n", KIND_ANSWERS);
    is_kind("x.csv", "name,value,unit\nr,4,%\n", KIND_FACTS);
    is_kind("x.csv", "name,type,question\nq,amount,How?\n", KIND_SLOTS);
    is_kind("x.csv", "slot,value,aliases\np,v,\n", KIND_VALUES);
    is_kind("x.csv", "text,documents\nq,d1 d2\n", KIND_QUESTIONS);
    is_kind("x.jsonl", "{\"id\":\"d\",\"text\":\"long\"}", KIND_DOCUMENTS);
    is_kind("x.jsonl", "{\"text\":\"a\",\"intent\":\"b\"}", KIND_EXAMPLES);
    assert_int_equal(import_one("x.csv", "foo,bar\n1,2\n", KIND_UNKNOWN, &keep), ERR_INPUT);
    assert_non_null(strstr(why.text, "x.csv:1: these columns are of no kind"));
}

struct faq {
    char ids[4][FAQ_ID_BYTES], texts[4][32], titles[4][64], variants[4][64];
    size_t count;
};

static enum err faq_see(void *data, const struct str *fields, struct fail *reason)
{
    struct faq *faq = data;
    (void)reason;
    assert_true(faq->count < 4);
    (void)snprintf(faq->ids[faq->count], FAQ_ID_BYTES, "%.*s", STR_ARG(fields[0]));
    (void)snprintf(faq->titles[faq->count], 64, "%.*s", STR_ARG(fields[1]));
    (void)snprintf(faq->texts[faq->count], 32, "%.*s", STR_ARG(fields[5]));
    (void)snprintf(faq->variants[faq->count++], 64, "%.*s", STR_ARG(fields[6]));
    return OK;
}

static void faq_read(struct faq *faq)
{
    *faq = (struct faq){.count = 0};
    assert_int_equal(content_each(content, KIND_DOCUMENTS, faq_see, faq, &why), OK);
}

/* A question is its document's title, and with the product its id: another answer is an edit. */
static void a_table_of_questions_and_answers_is_documents(void **state)
{
    struct faq faq, again;
    size_t which;
    (void)state;
    assert_int_equal(
        import_one("faq.csv",
                   "question,variants,answer,product\n언제 여나요?,몇 시 오픈|영업 "
                   "시간,9시에 엽니다.,\n해지하려면?,,전화 주세요.,암보험\n해지하려면?,,"
                   "앱에서 하세요.,실손\n",
                   KIND_UNKNOWN, &keep),
        OK);
    assert_int_equal(report.counts[KIND_DOCUMENTS][CHANGE_NEW], 3);
    faq_read(&faq);
    assert_int_equal(faq.count, 3);
    for (size_t i = 0; i < faq.count; i++) {
        assert_int_equal(strlen(faq.ids[i]), strlen("faq-") + 16);
        assert_int_equal(strncmp(faq.ids[i], "faq-", 4), 0);
    }
    which = strcmp(faq.titles[0], "언제 여나요?") == 0   ? 0
            : strcmp(faq.titles[1], "언제 여나요?") == 0 ? 1
                                                         : 2;
    assert_string_equal(faq.titles[which], "언제 여나요?");
    assert_string_equal(faq.variants[which], "몇 시 오픈|영업 시간");
    assert_int_equal(import_one("more.csv", " Question ,answer\n언제 여나요?,10시에 엽니다.\n",
                                KIND_UNKNOWN, &keep),
                     OK);
    assert_int_equal(report.counts[KIND_DOCUMENTS][CHANGE_CHANGED], 1);
    faq_read(&again);
    assert_int_equal(again.count, 3);
    assert_string_equal(again.ids[which], faq.ids[which]);
    assert_string_equal(again.texts[which], "10시에 엽니다.");
}

static void an_faq_row_without_a_half_is_refused(void **state)
{
    (void)state;
    assert_int_equal(import_one("faq.csv", "question,answer\n언제 여나요?,\n", KIND_UNKNOWN, &keep),
                     ERR_INPUT);
    assert_int_equal(count_of(KIND_DOCUMENTS), 0);
    char id[FAQ_ID_BYTES] = "";
    const struct str names[] = {STR("question"), STR("answer")};
    struct str fields[16] = {STR_NONE};
    assert_false(faq_id(names, 2, KIND_DOCUMENTS, fields, id)); /* no question */
    fields[1] = STR("q");
    assert_true(faq_id(names, 2, KIND_DOCUMENTS, fields, id));
    assert_false(faq_id(names, 2, KIND_EXAMPLES, fields, id));
    assert_false(faq_id(names + 1, 1, KIND_DOCUMENTS, fields, id)); /* no such column */
    fields[0] = STR("own");
    assert_false(faq_id(names, 2, KIND_DOCUMENTS, fields, id));
}

static void names_a_missing_column(void **state)
{
    (void)state;
    assert_int_equal(import_one("x.csv", "text,topic\na,b\n", KIND_EXAMPLES, &keep), ERR_INPUT);
    assert_string_equal(why.text, "x.csv:1: there is no column \"intent\", which examples need");
    assert_int_equal(import_one("x.jsonl", "{\"text\":\"a\"}\n", KIND_EXAMPLES, &keep), ERR_INPUT);
    assert_non_null(strstr(why.text, "x.jsonl:1: there is no field \"intent\""));
}

static void a_header_alone_is_no_rows(void **state)
{
    (void)state;
    for (enum content_kind kind = KIND_INTENTS; kind < CONTENT_KINDS; kind++) {
        char header[256] = "";
        size_t count = 0;
        const struct content_column *columns = content_columns(kind, &count);
        for (size_t i = 0, n = 0; i < count; i++)
            n += (size_t)snprintf(header + n, sizeof header - n, "%s%s", i ? "," : "",
                                  columns[i].name);
        if (split_of(kind).p)
            (void)snprintf(header + strlen(header), sizeof header - strlen(header), ",split");
        assert_int_equal(import_one("x.csv", header, KIND_UNKNOWN, &keep), OK);
        assert_true(report.is_kept);
        assert_int_equal(report.totals[CHANGE_NEW], 0);
    }
}

static void an_empty_file_is_an_error_and_a_bare_header_is_none(void **state)
{
    (void)state;
    assert_int_equal(import_one("x.csv", "text,intent\n", KIND_UNKNOWN, &keep), OK);
    assert_int_equal(report.empty_files, 1);
    assert_string_equal(report.empty_path, "x.csv");
    assert_int_equal(import_one("x.csv", "", KIND_EXAMPLES, &keep), ERR_INPUT);
}

static void split_sends_rows_to_the_cases(void **state)
{
    (void)state;
    const char *text = "text,intent,split\na,x,train\nb,x,\nc,x,eval\n";
    assert_int_equal(import_one("x.csv", text, KIND_UNKNOWN, &keep), OK);
    assert_int_equal(count_of(KIND_EXAMPLES), 2);
    assert_int_equal(count_of(KIND_CASES), 1);
    assert_string_equal(told.p, "x.csv:2-3 examples 2 new; x.csv:4-4 cases 1 new; ");
    assert_int_equal(import_one("x.csv", "text,intent,split\na,x,test\n", KIND_UNKNOWN, &keep),
                     ERR_INPUT);
    assert_non_null(strstr(why.text, "x.csv:2: split must be train or eval"));
}

static void split_goes_before_the_name_of_the_file(void **state)
{
    (void)state;
    is_kind("cases.csv", "text,intent,split\na,x,train\n", KIND_EXAMPLES);
    is_kind("cases.csv", "text,intent,split\na,x,eval\n", KIND_CASES);
    is_kind("examples.csv", "text,intent,split\na,x,eval\n", KIND_CASES);
    is_kind("cases.jsonl", "{\"text\":\"a\",\"intent\":\"x\",\"split\":\"train\"}", KIND_EXAMPLES);
    const char *lines = "{\"text\":\"a\",\"intent\":\"x\"}\n"
                        "{\"text\":\"b\",\"intent\":\"x\",\"split\":\"train\"}\n";
    assert_int_equal(import_one("cases.jsonl", lines, KIND_UNKNOWN, &keep), OK);
    assert_string_equal(told.p, "cases.jsonl:1-1 cases 1 new; cases.jsonl:2-2 examples 1 new; ");
    assert_string_equal(report.ignored, "");
}

static void cases_that_say_train_are_refused(void **state)
{
    (void)state;
    const char *text = "text,intent,split\na,x,eval\nb,x,\nc,x,train\n";
    assert_int_equal(import_one("x.csv", text, KIND_CASES, &keep), ERR_INPUT);
    assert_non_null(strstr(why.text, "x.csv:4: split is train"));
    assert_int_equal(report.counts[KIND_CASES][CHANGE_NEW], 2);
    assert_int_equal(count_of(KIND_CASES) + count_of(KIND_EXAMPLES), 0);
}

static void examples_count(void *data, struct content *inside, const struct import_report *so_far)
{
    size_t *seen = data;
    assert_int_equal(so_far->totals[CHANGE_REFUSED], 0);
    assert_int_equal(content_count(inside, KIND_EXAMPLES, seen, &why), OK);
}

static void inspects_what_would_be_kept(void **state)
{
    (void)state;
    size_t seen = 0;
    struct import_options options = dry;
    options.inspect = examples_count;
    options.inspect_data = &seen;
    assert_int_equal(import_one("x.csv", "text,intent\na,x\nb,x\n", KIND_UNKNOWN, &options), OK);
    assert_int_equal(seen, 2);
    assert_int_equal(count_of(KIND_EXAMPLES), 0);
    seen = 99;
    assert_int_equal(import_one("x.csv", "text,intent\na,\n", KIND_UNKNOWN, &options), ERR_INPUT);
    assert_int_equal(seen, 99);
}

static void one_refused_row_and_nothing_is_imported(void **state)
{
    (void)state;
    const char *text = "text,intent\na,x\n,x\nc,x\n\"d\nd\",x,y\nb\x01,x\n";
    assert_int_equal(import_one("x.csv", text, KIND_UNKNOWN, &keep), ERR_INPUT);
    assert_string_equal(why.text,
                        "x.csv:3: text is empty; 2 more refused, and nothing was imported");
    assert_int_equal(report.refusal_count, 3);
    assert_int_equal(report.refusals[1].line, 5);
    assert_string_equal(report.refusals[1].reason, "3 fields, but the header has 2 columns");
    assert_int_equal(report.refusals[2].line, 7);
    assert_int_equal(report.totals[CHANGE_NEW], 2);
    assert_int_equal(report.totals[CHANGE_REFUSED], 3);
    assert_false(report.is_kept);
    assert_int_equal(count_of(KIND_EXAMPLES) + count_of(KIND_INTENTS), 0);
}

static void lists_twenty_refusals_and_counts_them_all(void **state)
{
    (void)state;
    struct buf text;
    buf_init(&text, 4096);
    buf_add_text(&text, "text,intent\n");
    for (int i = 0; i < IMPORT_REFUSALS + 1; i++)
        buf_add_text(&text, "only one field\n");
    assert_int_equal(import_one("x.csv", text.p, KIND_UNKNOWN, &keep), ERR_INPUT);
    assert_int_equal(report.refusal_count, IMPORT_REFUSALS);
    assert_int_equal(report.totals[CHANGE_REFUSED], IMPORT_REFUSALS + 1);
    buf_free(&text);
}

static void a_quote_never_closed_imports_nothing(void **state)
{
    (void)state;
    assert_int_equal(import_one("x.csv", "text,intent\na,x\n\"b,x\n", KIND_UNKNOWN, &keep),
                     ERR_INPUT);
    assert_string_equal(why.text, "x.csv:3: a quote is opened here and never closed");
    assert_int_equal(count_of(KIND_EXAMPLES), 0);
    assert_int_equal(import_one("x.csv", "text,intent\na,x\n", KIND_UNKNOWN, &keep), OK);
}

static void a_dry_run_tells_each_row_and_changes_nothing(void **state)
{
    (void)state;
    assert_int_equal(
        import_one("x.csv", "id,text,intent\n1,a,x\n2,b,x\n3,c,x\n", KIND_UNKNOWN, &keep), OK);
    assert_true(report.is_kept);
    assert_int_equal(
        import_one("y.csv", "id,text,intent\n1,a,x\n2,b,x\n3,d,x\n4,e,x\n", KIND_UNKNOWN, &dry),
        OK);
    assert_string_equal(
        told.p,
        "y.csv:2-3 examples 2 unchanged; y.csv:4-4 examples 1 changed; y.csv:5-5 examples 1 new; ");
    assert_false(report.is_kept);
    assert_int_equal(count_of(KIND_EXAMPLES), 3);
}

static void reads_files_in_the_order_they_need_one_another(void **state)
{
    (void)state;
    struct import_source sources[] = {
        {.path = "values.csv", .bytes = STR("slot,value\nproduct,car\n"), .kind = KIND_UNKNOWN},
        {.path = "examples.csv", .bytes = STR("text,intent\na,x\n"), .kind = KIND_UNKNOWN},
        {.path = "slots.csv", .bytes = STR("name,type\nproduct,list\n"), .kind = KIND_UNKNOWN},
        {.path = "intents.csv", .bytes = STR("name,title\nx,A title\n"), .kind = KIND_UNKNOWN},
    };
    assert_int_equal(import_files(content, sources, 4, &keep, &report, &why), OK);
    assert_int_equal(report.totals[CHANGE_NEW], 4);
    assert_int_equal(report.totals[CHANGE_CHANGED], 0);
}

static void notes_columns_it_has_no_place_for(void **state)
{
    (void)state;
    assert_int_equal(import_one("x.csv", "text,note,intent,who\na,n,x,me\n", KIND_UNKNOWN, &keep),
                     OK);
    assert_string_equal(report.ignored, "note, who");
}

struct export
{
    enum content_kind kind;
    struct buf out;
};

static enum err row_add(void *data, const struct str *fields, struct fail *reason)
{
    (void)reason;
    struct export *export = data;
    size_t count = 0;
    struct str all[LIMIT_COLUMNS];
    (void)content_columns(export->kind, &count);
    for (size_t i = 0; i < count; i++)
        all[i] = fields[i];
    all[count] = split_of(export->kind);
    csv_add_row(&export->out, all, count + (all[count].p ? 1 : 0));
    return OK;
}

/* Every kind of the sample, printed, read back and printed again. */
static void writing_back_an_export_changes_nothing(void **state)
{
    (void)state;
    struct import_options quiet = {.author = "tester"};
    assert_int_equal(sample_import(STR("insurance-ko"), content, &quiet, &report, &why), OK);
    for (enum content_kind kind = KIND_INTENTS; kind < KIND_DOCUMENTS; kind++) {
        struct export export = {.kind = kind};
        struct str names[LIMIT_COLUMNS];
        size_t count = 0;
        const struct content_column *columns = content_columns(kind, &count);
        buf_init(&export.out, 64 << 20);
        for (size_t i = 0; i < count; i++)
            names[i] = str_of(columns[i].name);
        if (split_of(kind).p)
            names[count++] = STR("split");
        csv_add_row(&export.out, names, count);
        assert_int_equal(content_each(content, kind, row_add, &export, &why), OK);
        struct import_source source = {
            .path = "again.csv", .bytes = str_from_buf(&export.out), .kind = KIND_UNKNOWN};
        assert_true(count_of(kind) > 0);
        assert_int_equal(import_files(content, &source, 1, &quiet, &report, &why), OK);
        assert_int_equal(report.totals[CHANGE_SAME], count_of(kind));
        assert_int_equal(report.counts[kind][CHANGE_SAME], count_of(kind));
        buf_free(&export.out);
    }
}

static void reads_json_lines_with_absent_and_null_fields(void **state)
{
    (void)state;
    const char *first =
        "{\"id\":\"f\",\"name\":\"rate\",\"value\":\"4.5\",\"unit\":\"%\",\"source\":\"notice\"}\n";
    const char *then =
        "{\"id\":\"f\",\"name\":\"rate\",\"value\":\"4.5\",\"unit\":null,\"extra\":\"?\"}\n";
    assert_int_equal(import_one("x.jsonl", first, KIND_UNKNOWN, &keep), OK);
    assert_int_equal(import_one("x.jsonl", then, KIND_UNKNOWN, &keep), OK);
    assert_int_equal(report.totals[CHANGE_SAME], 1);
    assert_string_equal(report.ignored, "extra");
}

static void imports_both_samples_whole(void **state)
{
    (void)state;
    struct import_options quiet = {.author = "tester"};
    assert_true(sample_exists(STR("insurance-en")));
    assert_false(sample_exists(STR("insurance-xx")));
    assert_true(sample_file(STR("insurance-ko"), "bot.conf").n > 0);
    assert_int_equal(sample_import(STR("insurance-en"), content, &quiet, &report, &why), OK);
    assert_int_equal(report.totals[CHANGE_CHANGED] + report.totals[CHANGE_REFUSED], 0);
    assert_true(report.counts[KIND_INTENTS][CHANGE_NEW] >= 50);
    assert_int_equal(count_of(KIND_INTENTS), report.counts[KIND_INTENTS][CHANGE_NEW]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_the_kind_from_the_header, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_a_missing_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_file_is_an_error_and_a_bare_header_is_none, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_header_alone_is_no_rows, set_up, tear_down),
        cmocka_unit_test_setup_teardown(split_goes_before_the_name_of_the_file, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cases_that_say_train_are_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(inspects_what_would_be_kept, set_up, tear_down),
        cmocka_unit_test_setup_teardown(split_sends_rows_to_the_cases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(one_refused_row_and_nothing_is_imported, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_twenty_refusals_and_counts_them_all, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_quote_never_closed_imports_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dry_run_tells_each_row_and_changes_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(reads_files_in_the_order_they_need_one_another, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(notes_columns_it_has_no_place_for, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_table_of_questions_and_answers_is_documents, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_faq_row_without_a_half_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(writing_back_an_export_changes_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_json_lines_with_absent_and_null_fields, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(imports_both_samples_whole, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
