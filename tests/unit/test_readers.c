/* Files into documents: what each reader makes of a file, byte for byte, and what it refuses. */
#include "base/limits.h"
#include "tests/unit/failing.h"
#include "training/html.h"
#include "training/import_document.h"
#include "training/pdf.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#undef fail /* cmocka's, which nobody here calls */

enum { OBJECTS = 64, FIELD_TITLE = 1, FIELD_FROM = 3, FIELD_TEXT = 5, FIELD_SERIES = 7 };

static struct fail why;

#define TELL(...) (print_error(__VA_ARGS__), _fail(__FILE__, __LINE__))

/* One file read; what became of it is in the only row there is. */
static struct imported *read_as(const char *path, struct str bytes, enum err expected)
{
    struct imported *imported = NULL;
    assert_int_equal(imported_open(&imported, &why), OK);
    why.text[0] = '\0';
    enum err e = document_read(imported, path, bytes, &why);
    if (e != expected)
        TELL("%s: error %d: %s", path, (int)e, why.text);
    assert_int_equal(imported_count(imported), e ? 0 : 1);
    return imported;
}

static void is_field(const struct imported *imported, size_t field, const char *expected)
{
    struct str found = imported_at(imported, 0)->fields[field];
    if (!str_equal(found, str_of(expected)))
        TELL("field %zu is\n%.*s\nnot\n%s", field, STR_ARG(found), expected);
}

static void markdown_is_its_front_matter_and_its_text(void **state)
{
    (void)state;
    struct imported *imported = read_as(
        "a/약관 1.md",
        STR("---\r\nseries: cancer\r\ntitle: \"한결: 약관\"\r\neffective_from: 2026-01-01\r\n"
            "---\r\n\r\n# 제목\r\n\r\n| 가 | 나 |\r\n| --- | --- |\r\n| 1 | 2 |\r\n"),
        OK);
    is_field(imported, 0, "약관-1");
    is_field(imported, FIELD_TITLE, "한결: 약관");
    is_field(imported, FIELD_FROM, "2026-01-01");
    is_field(imported, FIELD_SERIES, "cancer");
    is_field(imported, FIELD_TEXT, "# 제목\n\n| 가 | 나 |\n| --- | --- |\n| 1 | 2 |\n");
    imported_close(imported);
}

static void plain_text_is_itself_in_any_of_its_encodings(void **state)
{
    static const struct {
        struct str bytes;
    } same[] = {{{"보험\n\n가\n", 12}},
                {{"\xEF\xBB\xBF보험\n\n가\n", 15}},
                {{"\xBA\xB8\xC7\xE8\n\n\xB0\xA1\n", 9}},
                {{"\xFF\xFE\xF4\xBC\xD8\xD5\n\0\n\0\0\xAC\n\0", 14}},
                {{"\xFE\xFF\xBC\xF4\xD5\xD8\0\n\0\n\xAC\0\0\n", 14}}};
    (void)state;
    struct imported *imported = read_as("a.txt", same[0].bytes, OK);
    is_field(imported, FIELD_TITLE, "보험");
    imported_close(imported);
    for (size_t i = 1; i < 3; i++) {
        imported = read_as("a.txt", same[i].bytes, OK);
        is_field(imported, FIELD_TEXT, "보험\n\n가\n");
        imported_close(imported);
    }
    for (size_t i = 3; i < sizeof same / sizeof same[0]; i++) {
        imported = read_as("a.TXT", same[i].bytes, OK);
        is_field(imported, FIELD_TEXT, "보험\n\n가\n");
        imported_close(imported);
    }
}

static void what_is_no_text_is_refused_with_its_line(void **state)
{
    static const struct {
        const char *path;
        struct str bytes;
        const char *says;
    } bad[] = {{"a.txt", {"a\nb\0c", 5}, "a.txt:2: a NUL byte"},
               {"a.txt", {"", 0}, "a.txt: there is no text in it"},
               {"a.md", {"---\nid: a\n---\n\n", 15}, "a.md: there is no text in it"},
               {"a.md", {"---\nid: a\n", 10}, "a.md:1: front matter is opened here"},
               {"a.html", {"<p hidden>x", 11}, "a.html: there is no text in it"},
               {"a.html", {"\xFF\xFE", 2}, "a.html: there is no text in it"},
               {"a.txt", {"가\n\xB0\xA1\xB0\xA1\n", 9}, "a.txt:2: not UTF-8"},
               {"a.txt", {"\xFF\xFEx", 3}, "a.txt:1: broken UTF-16"},
               {"a.docx", {"PK", 2}, "a.docx: documents of this format cannot be read"},
               {"a.pdf", {"x", 1}, "a.pdf: is no PDF"}};
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        imported_close(read_as(bad[i].path, bad[i].bytes, ERR_INPUT));
        if (!str_starts(str_of(why.text), str_of(bad[i].says)))
            TELL("%s\nis not\n%s", why.text, bad[i].says);
    }
}

static const char page[] =
    "<!DOCTYPE html><html><head><title>수수료 &amp; 기한</title><style>p{}</style><script>if (a < "
    "b) "
    "'</p>'</script></head><body><nav>홈</nav><h2>해지 수수료</h2><p>수수료는 "
    "<b>2%</b>입니다.<ul><li>하나"
    "<li>둘<ol><li>첫째</ol></ul><table><tr><th>구분<th>율<tr><td colspan=2>모두<tr><td>해지"
    "<td>2&nbsp;% &#54620;&bogus; | 3</table><p style='display:none'>비밀</p>끝</body></html>";
static const char page_text[] = "## 해지 수수료\n\n수수료는 2%입니다.\n\n- 하나\n- 둘\n  1. "
                                "첫째\n\n| 구분 | 율 |\n| --- | --- |\n"
                                "| 모두 | |\n| 해지 | 2 % 한&bogus; \\| 3 |\n\n끝\n";

static void html_is_the_same_as_markdown(void **state)
{
    (void)state;
    struct imported *imported = read_as("a.html", STR(page), OK);
    is_field(imported, FIELD_TITLE, "수수료 & 기한");
    is_field(imported, FIELD_TEXT, page_text);
    imported_close(imported);
}

/* ---- PDF ---- */

/* A PDF of Latin pages: each is what stands in its content stream. */
static struct str pdf_of(struct buf *buf, const char *const *pages, size_t count, const char *more)
{
    size_t places[OBJECTS] = {0};
    size_t last = 3 + 2 * count;
    assert_true(last < OBJECTS);
    buf_add_text(buf, "%PDF-1.4\n");
    places[1] = buf->n;
    buf_add_text(buf, "1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj\n");
    places[2] = buf->n;
    buf_add_format(buf, "2 0 obj <</Type/Pages/Count %zu/Kids[", count);
    for (size_t i = 0; i < count; i++)
        buf_add_format(buf, "%zu 0 R ", 4 + 2 * i);
    buf_add_text(buf, "]>> endobj\n");
    places[3] = buf->n;
    buf_add_text(buf, "3 0 obj <</Type/Font/Subtype/Type1/BaseFont/Helvetica>> endobj\n");
    for (size_t i = 0; i < count; i++) {
        places[4 + 2 * i] = buf->n;
        buf_add_format(buf,
                       "%zu 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %zu 0 R"
                       "/Resources<</Font<</F 3 0 R>>%s>>>> endobj\n",
                       4 + 2 * i, 5 + 2 * i, more);
        places[5 + 2 * i] = buf->n;
        buf_add_format(buf, "%zu 0 obj <</Length %zu>> stream\n%s\nendstream endobj\n", 5 + 2 * i,
                       strlen(pages[i]), pages[i]);
    }
    size_t table = buf->n;
    buf_add_format(buf, "xref\n0 %zu\n0000000000 65535 f \n", last + 1);
    for (size_t i = 1; i <= last; i++)
        buf_add_format(buf, "%010zu 00000 n \n", places[i]);
    buf_add_format(buf, "trailer <</Size %zu/Root 1 0 R>>\nstartxref\n%zu\n%%%%EOF\n", last + 1,
                   table);
    assert_int_equal(buf->error, OK);
    return str_from_buf(buf);
}

static void a_pdf_is_its_pages_and_where_they_begin(void **state)
{
    static const char *const pages[] = {
        "BT /F 11 Tf 1 0 0 1 60 800 Tm (First words of the terms.) Tj ET",
        ("BT /F 11 Tf 1 0 0 1 60 800 Tm (Fee) Tj 1 0 0 1 300 800 Tm (Rate) Tj "
         "1 0 0 1 60 780 Tm (early) Tj 1 0 0 1 300 780 Tm (2%) Tj ET"),
        "BT /F 11 Tf 1 0 0 1 60 800 Tm (Last words.) Tj ET"};
    struct buf file;
    struct buf out;
    struct buf places;
    (void)state;
    buf_init(&file, 1 << 16);
    buf_init(&out, 1 << 16);
    buf_init(&places, 1 << 10);
    struct str bytes = pdf_of(&file, pages, 3, "");
    if (pdf_read("a.pdf", bytes, &out, &places, &why))
        TELL("%s", why.text);
    assert_string_equal(str_from_buf(&out).p,
                        "First words of the terms.\n| Fee | Rate |\n| --- | --- |\n| early | 2% |\n"
                        "\nLast words.\n");
    assert_string_equal(str_from_buf(&places).p, "26 70");
    assert_true(str_starts(str_slice(str_from_buf(&out), 70, out.n), STR("\nLast words.")));
    buf_free(&file);
    buf_free(&out);
    buf_free(&places);
}

/* ---- without memory ---- */

struct document {
    const char *path;
    struct str bytes;
    const char *title, *text;
};

/* A document is read whole, or not at all and for want of memory. */
static enum err read_whole(void *data)
{
    const struct document *document = data;
    struct imported *imported = NULL;
    enum err e = imported_open(&imported, &why);
    (void)alarm(20); /* a reader that tells the same fault for ever */
    if (!e)
        e = document_read(imported, document->path, document->bytes, &why);
    failing_stop();
    (void)alarm(0);
    if (!e) {
        is_field(imported, FIELD_TITLE, document->title);
        is_field(imported, FIELD_TEXT, document->text);
    } else if (imported) {
        assert_int_equal(imported_count(imported), 0);
    }
    imported_close(imported);
    return e;
}

static void html_survives_each_failing_allocation(void **state)
{
    struct document document = {"a.html", STR(page), "수수료 & 기한", page_text};
    (void)state;
    assert_true(failing_allocations(read_whole, &document) > 50);
}

static void text_survives_each_failing_allocation(void **state)
{
    struct document texts[] = {
        {"a.md", STR("---\nid: a\ntags: x\n---\n# 제목\n"), "제목", "# 제목\n"},
        {"a.txt", STR("\xBA\xB8\xC7\xE8\n"), "", "보험\n"},
        {"a.txt", STR("\xFF\xFE\xF4\xBC\xD8\xD5"), "", "보험"},
        {"a.html", STR("<meta charset=cp1252><p>caf\xE9"), "", "café\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        assert_true(failing_allocations(read_whole, &texts[i]) > 4);
}

/* libxml2 2.9 loses what it has when memory ends while it makes a parser; nobody outside can free
 * that. Read by the leak sanitizer alone. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:htmlNewParserCtxt\nleak:xmlNewCharEncodingHandler\n";
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        /* first, so that libxml2 sets itself up while its memory fails */
        cmocka_unit_test(html_survives_each_failing_allocation),
        cmocka_unit_test(text_survives_each_failing_allocation),
        cmocka_unit_test(markdown_is_its_front_matter_and_its_text),
        cmocka_unit_test(plain_text_is_itself_in_any_of_its_encodings),
        cmocka_unit_test(what_is_no_text_is_refused_with_its_line),
        cmocka_unit_test(html_is_the_same_as_markdown),
        cmocka_unit_test(a_pdf_is_its_pages_and_where_they_begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
