/* report: the page of marks shows every intent and every mistake, the most harmful on top, and lets
 * nothing that a case says become markup. */
#include "tests/unit/failing.h"
#include "training/report.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CANCEL, CLAIM, INTENTS, PAGE_BYTES = 1 << 20, MANY = 2003 };

static const char *names[] = {"cancel", "<claim>", "out_of_scope"};
static struct model_head head = {.intents = INTENTS, .columns = INTENTS + 1};
static struct model model = {.head = &head, .names = names};

static struct str texts[MANY], intents[MANY];
static struct case_mark rows[MANY];
static struct intent_marks per_intent[] = {{2, 1, 2, 1, 0}, {3, 2, 1, 1, 1}, {0, 0, 0, 0, 0}};
static struct marks marks;

static struct report_page page_of(size_t cases)
{
    marks = (struct marks){.cases = cases, .in_scope = cases, .intents = per_intent, .rows = rows};
    return (struct report_page){&model, &marks, texts, intents, "abc123", .02, .95};
}

static void put(size_t at, const char *text, const char *intent, struct case_mark mark)
{
    texts[at] = str_of(text);
    intents[at] = str_of(intent);
    rows[at] = mark;
}

static const char *printed(size_t cases, struct buf *out)
{
    struct report_page page = page_of(cases);
    struct fail why = {.text = ""};
    buf_init(out, PAGE_BYTES);
    assert_int_equal(report_print(&page, out, &why), OK);
    assert_true(str_ends(str_from_buf(out), STR("</body></html>\n")));
    return out->p;
}

static size_t times(const char *page, const char *part)
{
    size_t count = 0;
    for (const char *p = page; (p = strstr(p, part)) != NULL; p++)
        count++;
    return count;
}

static void shows_the_verdict_and_every_intent(void **state)
{
    (void)state;
    struct buf out;
    put(0, "해지", "cancel", (struct case_mark){CANCEL, .9, 2, true, true});
    const char *page = printed(1, &out);
    assert_non_null(strstr(page, "abc123"));
    assert_non_null(strstr(page, "<tr><td>cancel<td class=\"n\">2<td class=\"n\">1<td class=\"n\">2"
                                 "<td class=\"n\">1<td class=\"n\">0</tr>"));
    assert_non_null(strstr(page, "<tr class=\"bad\"><td>&lt;claim&gt;<td class=\"n\">3"));
    assert_int_equal(times(page, "<td>out_of_scope<"), 0); /* it is no intent */
    assert_non_null(strstr(page, "<h2>Mistakes: 0</h2>"));
    assert_null(strstr(page, "<script"));
    assert_non_null(strstr(page, "default-src 'none'"));
    buf_free(&out);
}

static void the_surest_mistake_that_was_sent_comes_first(void **state)
{
    (void)state;
    struct buf out;
    put(0, "right", "cancel", (struct case_mark){CANCEL, .99, 5, true, true});
    put(1, "kept back", "cancel", (struct case_mark){CLAIM, .70, 3, false, false});
    put(2, "sent", "cancel", (struct case_mark){CLAIM, .60, 1, true, false});
    put(3, "sent, surer", "cancel", (struct case_mark){CLAIM, .95, 2, true, false});
    put(4, "beyond, sent", "out_of_scope", (struct case_mark){CLAIM, .65, 1.5, true, false});
    put(5, "beyond, kept back", "out_of_scope", (struct case_mark){CLAIM, .2, -1, false, false});
    put(6, "sent alike", "cancel", (struct case_mark){CLAIM, .60, 1, true, false});
    const char *page = printed(7, &out);
    static const char *const order[] = {"<td>sent, surer<", "<td>beyond, sent<", "<td>sent<",
                                        "<td>sent alike<", "<td>kept back<"};
    const char *from = strstr(page, "<h2>Mistakes: 5</h2>");
    assert_non_null(from);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        from = strstr(from, order[i]);
        if (!from)
            fail_msg("%s is not where it should be", order[i]);
    }
    assert_null(strstr(page, "<td>right<"));
    assert_null(strstr(page, "beyond, kept back"));
    assert_non_null(strstr(page, "<td>&lt;claim&gt;<td class=\"n\">0.9500<td>yes</tr>"));
    assert_int_equal(times(page, "<tr class=\"bad\"><td>"), 5); /* four mistakes, one intent */
    buf_free(&out);
}

static void nothing_that_a_case_says_becomes_markup(void **state)
{
    (void)state;
    struct buf out;
    put(0, "<script>alert(\"x\")</script> & more", "<b>",
        (struct case_mark){CANCEL, .5, 0, true, false});
    const char *page = printed(1, &out);
    assert_non_null(strstr(
        page, "<td>&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more<td>&lt;b&gt;"));
    assert_null(strstr(page, "<script"));
    assert_null(strstr(page, "<b>"));
    buf_free(&out);
}

static void says_how_many_mistakes_it_does_not_show(void **state)
{
    (void)state;
    struct buf out;
    for (size_t i = 0; i < MANY; i++)
        put(i, "m", "cancel", (struct case_mark){CLAIM, .5, 0, false, false});
    const char *page = printed(MANY, &out);
    assert_non_null(strstr(page, "<h2>Mistakes: 2003</h2>"));
    assert_int_equal(times(page, "<td>m<td>"), 2000);
    assert_non_null(strstr(page, "… and 3 more"));
    buf_free(&out);
}

static enum err print_page(void *data)
{
    struct report_page page = page_of(3);
    struct buf out;
    (void)data;
    buf_init(&out, PAGE_BYTES);
    enum err e = report_print(&page, &out, NULL);
    buf_free(&out);
    return e;
}

static void stops_at_its_maximum_and_survives_each_failing_allocation(void **state)
{
    (void)state;
    struct report_page page = page_of(3);
    struct buf out;
    struct fail why;
    for (size_t i = 0; i < 3; i++)
        put(i, "m", "cancel", (struct case_mark){CLAIM, .5, 0, false, false});
    buf_init(&out, 4000); /* less than the page's own words and the rows */
    for (size_t i = 0; i < 400; i++)
        buf_add_text(&out, "<p>0123456");
    assert_int_equal(report_print(&page, &out, &why), ERR_LIMIT);
    buf_free(&out);
    assert_true(failing_allocations(print_page, NULL) > 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shows_the_verdict_and_every_intent),
        cmocka_unit_test(the_surest_mistake_that_was_sent_comes_first),
        cmocka_unit_test(nothing_that_a_case_says_becomes_markup),
        cmocka_unit_test(says_how_many_mistakes_it_does_not_show),
        cmocka_unit_test(stops_at_its_maximum_and_survives_each_failing_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
