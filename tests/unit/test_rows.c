/* Reading and printing tables: what RFC 4180 says, what people's spreadsheets do, and what is
 * refused, with its line. */
#include "base/arena.h"
#include "training/rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

static struct fail why;

static struct rows *opened(const char *text)
{
    struct rows *rows = NULL;
    assert_int_equal(rows_open_bytes(str_of(text), "t.csv", &rows, &why), OK);
    return rows;
}

static void assert_str(struct str s, const char *expected)
{
    assert_int_equal(s.n, strlen(expected));
    assert_memory_equal(s.p, expected, s.n);
}

/* The next row must be good. */
static struct row good(struct rows *rows)
{
    struct row row;
    bool has_row = false;
    assert_int_equal(rows_next(rows, &row, &has_row, &why), OK);
    assert_true(has_row);
    assert_false(row.is_refused);
    return row;
}

/* The next row must be refused for a reason that holds `part`. */
static struct row refused(struct rows *rows, const char *part)
{
    struct row row;
    bool has_row = false;
    assert_int_equal(rows_next(rows, &row, &has_row, &why), OK);
    assert_true(has_row);
    assert_true(row.is_refused);
    if (!strstr(why.text, part))
        fail_msg("\"%s\" does not hold \"%s\"", why.text, part);
    return row;
}

static void ended(struct rows *rows)
{
    struct row row;
    bool has_row = true;
    assert_int_equal(rows_next(rows, &row, &has_row, &why), OK);
    assert_false(has_row);
    rows_close(rows);
}

static void cannot_open(const char *text, enum err code, const char *part)
{
    struct rows *rows = NULL;
    assert_int_equal(rows_open_bytes(str_of(text), "t.csv", &rows, &why), code);
    if (!strstr(why.text, part))
        fail_msg("\"%s\" does not hold \"%s\"", why.text, part);
}

static void reads_a_plain_table(void **state)
{
    (void)state;
    struct rows *rows = opened("Text, Intent\nhello,greet\nbye,leave");
    size_t count = 0;
    const struct str *names = rows_columns(rows, &count);
    assert_int_equal(count, 2);
    assert_str(names[0], "text");
    assert_str(names[1], "intent");
    struct row row = good(rows);
    assert_int_equal(row.line, 2);
    assert_str(row.fields[0], "hello");
    assert_str(row.fields[1], "greet");
    row = good(rows);
    assert_int_equal(row.line, 3);
    assert_str(row.fields[1], "leave");
    ended(rows);
}

static void takes_a_byte_order_mark_and_cr_lf(void **state)
{
    (void)state;
    struct rows *rows = opened("\xEF\xBB\xBFtext,intent\r\na,b\r\n\r\n\"c\",\"d\"\r\ne,\r\n");
    size_t count = 0;
    assert_str(rows_columns(rows, &count)[0], "text");
    struct row row = good(rows);
    assert_str(row.fields[1], "b");
    row = good(rows);
    assert_int_equal(row.line, 4);
    assert_str(row.fields[1], "d");
    row = good(rows);
    assert_str(row.fields[1], "");
    ended(rows);
}

static void keeps_commas_quotes_and_newlines_inside_quotes(void **state)
{
    (void)state;
    struct rows *rows = opened("a,b\n\"x, \"\"y\"\"\r\nz\",\"\"\nnext,1\n");
    struct row row = good(rows);
    assert_int_equal(row.line, 2);
    assert_str(row.fields[0], "x, \"y\"\r\nz");
    assert_str(row.fields[1], "");
    row = good(rows);
    assert_int_equal(row.line, 4);
    ended(rows);
}

static void tells_an_empty_quoted_row_from_an_empty_line(void **state)
{
    (void)state;
    struct rows *rows = opened("a\n\n\"\"\n\nx\n");
    struct row row = good(rows);
    assert_int_equal(row.line, 3);
    assert_str(row.fields[0], "");
    row = good(rows);
    assert_int_equal(row.line, 5);
    ended(rows);
}

static void refuses_rows_of_another_width_and_goes_on(void **state)
{
    (void)state;
    struct rows *rows = opened("a,b\n1\n1,2,3\n1,2\n");
    assert_int_equal(refused(rows, "1 fields, but the header has 2").line, 2);
    assert_int_equal(refused(rows, "3 fields").line, 3);
    assert_int_equal(good(rows).line, 4);
    ended(rows);
}

static void refuses_stray_quotes(void **state)
{
    (void)state;
    struct rows *rows = opened("a,b\n5\" screen,x\n\"abc\"d,x\n\"abc\"\r\"d\",x\nok,x\n");
    assert_int_equal(refused(rows, "a quote stands inside").line, 2);
    assert_int_equal(refused(rows, "after a closing quote").line, 3);
    assert_int_equal(refused(rows, "after a closing quote").line, 4);
    assert_int_equal(good(rows).line, 5);
    ended(rows);
}

static void names_the_line_of_a_quote_never_closed(void **state)
{
    (void)state;
    struct rows *rows = opened("a,b\n1,2\n3,\"4\n5,6\n7,8\n");
    struct row row = good(rows);
    bool has_row = false;
    assert_int_equal(rows_next(rows, &row, &has_row, &why), ERR_INPUT);
    assert_string_equal(why.text, "t.csv:3: a quote is opened here and never closed");
    rows_close(rows);
}

static void refuses_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    struct rows *rows = opened("a,b\n\xC7\xD8\xC1\xF6,x\nok,x\n");
    assert_int_equal(refused(rows, "not UTF-8").line, 2);
    good(rows);
    ended(rows);
    rows = opened("a,b\ny\xDE,\x9D\n");
    assert_int_equal(refused(rows, "not UTF-8").line, 2);
    ended(rows);
    cannot_open("a,\xC7\xD8\n", ERR_INPUT, "t.csv:1: not UTF-8");
    cannot_open("\xFF\xFE"
                "a",
                ERR_INPUT, "UTF-16");
}

static void refuses_headers_that_name_nothing(void **state)
{
    (void)state;
    cannot_open("", ERR_INPUT, "t.csv:1: the file is empty");
    cannot_open("\xEF\xBB\xBF", ERR_INPUT, "empty");
    cannot_open("\n\n", ERR_INPUT, "empty");
    cannot_open("a,b,A\n", ERR_INPUT, "two columns are called \"a\"");
    cannot_open("text;intent\n", ERR_INPUT, "commas");
    cannot_open("text\tintent\n", ERR_INPUT, "commas");
    cannot_open("\"text,intent\n", ERR_INPUT, "never closed");
}

static void takes_64_columns_and_not_65(void **state)
{
    (void)state;
    struct buf header;
    buf_init(&header, 4096);
    buf_add_text(&header, "c0");
    for (int i = 1; i < LIMIT_COLUMNS; i++)
        buf_add_format(&header, ",c%d", i);
    rows_close(opened(header.p));
    buf_add_text(&header, ",x");
    cannot_open(header.p, ERR_LIMIT, "more than 64 columns");
    buf_free(&header);
}

/* One row whose first field has n bytes. */
static struct rows *rows_of_field(size_t n, struct buf *text)
{
    struct rows *rows = NULL;
    buf_init(text, n + 64);
    buf_add_text(text, "a,b\n\"");
    for (size_t i = 0; i < n; i++)
        buf_add_char(text, 'x');
    buf_add_text(text, "\",1\nok,2\n");
    assert_int_equal(rows_open_bytes(str_from_buf(text), "t.csv", &rows, &why), OK);
    return rows;
}

static void a_field_stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf text;
    struct rows *rows = rows_of_field(LIMIT_FIELD_BYTES, &text);
    assert_int_equal(good(rows).fields[0].n, LIMIT_FIELD_BYTES);
    good(rows);
    ended(rows);
    buf_free(&text);
    rows = rows_of_field(LIMIT_FIELD_BYTES + 1, &text);
    assert_int_equal(refused(rows, "longer than 1 MiB").line, 2);
    assert_int_equal(good(rows).line, 3);
    ended(rows);
    buf_free(&text);
}

static void refuses_a_50_mb_field_in_bounded_memory(void **state)
{
    (void)state;
    char path[] = "/tmp/paring-rows-XXXXXX";
    static char block[1 << 20];
    int fd = mkstemp(path);
    struct rows *rows = NULL;
    struct rusage before;
    struct rusage after;
    assert_true(fd >= 0);
    memset(block, 'y', sizeof block);
    assert_int_equal(write(fd, "a,b\n\"", 5), 5);
    for (int i = 0; i < 50; i++)
        assert_int_equal(write(fd, block, sizeof block), sizeof block);
    assert_int_equal(write(fd, "\",1\n2,3\n", 8), 8);
    (void)close(fd);
    (void)getrusage(RUSAGE_SELF, &before);
    assert_int_equal(rows_open(path, &rows, &why), OK);
    (void)refused(rows, "longer than 1 MiB");
    good(rows);
    ended(rows);
    (void)getrusage(RUSAGE_SELF, &after);
    (void)unlink(path);
    assert_true(after.ru_maxrss - before.ru_maxrss < 16 * 1024); /* KiB */
}

static void reads_json_lines(void **state)
{
    (void)state;
    struct rows *rows =
        opened("{\"text\":\"안녕\",\"n\":12,\"x\":null}\r\n\n{\"text\":\"a\\\"b\\n\"}");
    assert_true(rows_is_json(rows));
    struct row row = good(rows);
    assert_int_equal(row.count, 3);
    assert_str(row.names[0], "text");
    assert_str(row.fields[0], "안녕");
    assert_str(row.fields[1], "12");
    assert_null(row.fields[2].p);
    row = good(rows);
    assert_int_equal(row.line, 3);
    assert_str(row.fields[0], "a\"b\n");
    ended(rows);
}

static void refuses_bad_json_lines_and_goes_on(void **state)
{
    (void)state;
    struct rows *rows = opened("{\"a\":\"1\"}\n{\"a\":\n[1]\n{\"a\":1.5}\n{\"a\":[1]}\n{\"a\":"
                               "\"1\",\"a\":\"2\"}\n{\"a\":\"\xC7\xD8\"}\n{\"a\":\"9\"}\n");
    good(rows);
    assert_int_equal(refused(rows, "the line").line, 2);
    assert_int_equal(refused(rows, "not a JSON object").line, 3);
    assert_int_equal(refused(rows, "field \"a\" must be a text").line, 4);
    assert_int_equal(refused(rows, "must be a text").line, 5);
    assert_int_equal(refused(rows, "a").line, 6);
    assert_int_equal(refused(rows, "UTF-8").line, 7);
    assert_int_equal(good(rows).line, 8);
    ended(rows);
}

static void a_json_line_stops_at_its_maximum(void **state)
{
    (void)state;
    struct buf text;
    struct rows *rows = NULL;
    buf_init(&text, 8 << 20);
    buf_add_text(&text, "{\"a\":\"");
    for (size_t i = 0; i < LIMIT_JSON_BYTES; i++)
        buf_add_char(&text, 'x');
    buf_add_text(&text, "\"}\n{\"a\":\"1\"}\n");
    assert_int_equal(rows_open_bytes(str_from_buf(&text), "t", &rows, &why), OK);
    assert_int_equal(refused(rows, "longer than 4 MiB").line, 1);
    assert_int_equal(good(rows).line, 2);
    ended(rows);
    buf_free(&text);
}

static void prints_what_it_reads(void **state)
{
    (void)state;
    static const char *const samples[] = {"",           "plain", "a,b",     "say \"so\"",
                                          "two\nlines", "cr\r",  " space ", "한글, 쉼표"};
    struct buf out;
    struct rows *rows = NULL;
    buf_init(&out, 4096);
    buf_add_text(&out, "a,b\n");
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        struct str fields[2] = {str_of(samples[i]), STR("x")};
        csv_add_row(&out, fields, 2);
    }
    assert_int_equal(rows_open_bytes(str_from_buf(&out), "t", &rows, &why), OK);
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++)
        assert_str(good(rows).fields[0], samples[i]);
    ended(rows);
    buf_free(&out);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    const char *text = "a,b\n1,2\n\"3\",4\n";
    for (uint64_t n = 1; n < 20; n++) {
        struct rows *rows = NULL;
        struct row row;
        bool has_row = true;
        mem_fail_after(n, false);
        enum err e = rows_open_bytes(str_of(text), "t", &rows, &why);
        while (!e && has_row)
            e = rows_next(rows, &row, &has_row, &why);
        mem_fail_after(0, false);
        rows_close(rows);
        assert_true(e == OK || e == ERR_MEMORY);
        if (!e)
            return;
    }
    fail_msg("it never came through");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_plain_table),
        cmocka_unit_test(takes_a_byte_order_mark_and_cr_lf),
        cmocka_unit_test(keeps_commas_quotes_and_newlines_inside_quotes),
        cmocka_unit_test(tells_an_empty_quoted_row_from_an_empty_line),
        cmocka_unit_test(refuses_rows_of_another_width_and_goes_on),
        cmocka_unit_test(refuses_stray_quotes),
        cmocka_unit_test(names_the_line_of_a_quote_never_closed),
        cmocka_unit_test(refuses_bytes_that_are_not_utf8),
        cmocka_unit_test(refuses_headers_that_name_nothing),
        cmocka_unit_test(takes_64_columns_and_not_65),
        cmocka_unit_test(a_field_stops_at_its_maximum),
        cmocka_unit_test(refuses_a_50_mb_field_in_bounded_memory),
        cmocka_unit_test(reads_json_lines),
        cmocka_unit_test(refuses_bad_json_lines_and_goes_on),
        cmocka_unit_test(a_json_line_stops_at_its_maximum),
        cmocka_unit_test(prints_what_it_reads),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
