/* sse and halves: a model's stream in any pieces gives the same events and the same text. */
#include "fallback/halves.h"
#include "fallback/sse.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum { MAXIMUM = 4096 };

static enum err note(void *data, struct str name, struct str payload)
{
    struct buf *out = data;
    buf_add_format(out, "<%.*s|%.*s>", STR_ARG(name), STR_ARG(payload));
    return OK;
}

/* The events of a stream fed in pieces of one size. */
static const char *events(struct str stream, size_t piece, struct buf *out)
{
    struct sse sse;
    buf_clear(out);
    buf_add_text(out, "");
    sse_init(&sse, MAXIMUM);
    for (size_t at = 0; at < stream.n; at += piece)
        assert_int_equal(sse_feed(&sse, str_slice(stream, at, at + piece), note, out), OK);
    sse_free(&sse);
    return out->p;
}

static void a_stream_reads_the_same_in_any_pieces(void **state)
{
    static const struct {
        const char *stream, *events;
    } cases[] = {
        {"data: a\n\n", "<|a>"},
        {"data:a\r\n\r\ndata: b\r\rdata:  c\n\n", "<|a><|b><| c>"},
        {"data: a\ndata: b\ndata\n\n", "<|a\nb\n>"},
        {": ping\n\n\n\ndata: a\n\n", "<|a>"},
        {"event: error\ndata: x\n\ndata: y\n\n", "<error|x><|y>"},
        {"event: lone\n\ndata: y\n\n", "<|y>"},
        {"id: 7\nretry: 9\nother\ndata: a\n\n", "<|a>"},
        {"data: never ended\n", ""},
        {"data: never ended", ""},
        {"\xEF\xBB\xBF"
         "data: a\n\n",
         "<|a>"},
        {"data: \xEC\x95\x88\n\n", "<|\xEC\x95\x88>"},
        {"data:\n\n", "<|>"},
        {"", ""},
    };
    struct buf out;
    (void)state;
    buf_init(&out, MAXIMUM);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece <= 9; piece++)
            assert_string_equal(events(str_of(cases[i].stream), piece, &out), cases[i].events);
    buf_free(&out);
}

/* Feeds "data:" and `n` bytes of x as one line. */
static enum err line_feed(struct sse *sse, size_t n, struct buf *out)
{
    char line[MAXIMUM + 8] = "data:";
    assert_true(n + 6 <= sizeof line);
    memset(line + 5, 'x', n);
    line[5 + n] = '\n';
    return sse_feed(sse, (struct str){line, n + 6}, note, out);
}

/* A line may be as long as the maximum, and so may an event; one byte more is refused. */
static void stops_at_its_maximum(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, (size_t)4 * MAXIMUM);
    for (size_t more = 0; more <= 1; more++) {
        struct sse sse;
        sse_init(&sse, MAXIMUM);
        assert_int_equal(line_feed(&sse, MAXIMUM - 5 + more, &out), more ? ERR_LIMIT : OK);
        sse_free(&sse);
        sse_init(&sse, MAXIMUM);
        assert_int_equal(line_feed(&sse, MAXIMUM / 2, &out), OK);
        assert_int_equal(line_feed(&sse, MAXIMUM / 2 - 1 + more, &out), more ? ERR_LIMIT : OK);
        sse_free(&sse);
    }
    buf_free(&out);
}

static enum err refuse(void *data, struct str name, struct str payload)
{
    (void)name, (void)payload;
    ++*(int *)data;
    return ERR_INPUT;
}

static void who_reads_may_stop_it(void **state)
{
    struct sse sse;
    int count = 0;
    (void)state;
    sse_init(&sse, MAXIMUM);
    assert_int_equal(sse_feed(&sse, STR("data: a\n\ndata: b\n\n"), refuse, &count), ERR_INPUT);
    assert_int_equal(count, 1);
    sse_free(&sse);
}

/* Marks a chunk's JSON; NULL when it is refused. */
static const char *marked(const char *json, struct buf *out)
{
    buf_clear(out);
    buf_add_text(out, "");
    return halves_mark(str_of(json), out) ? NULL : out->p;
}

#define MARK "\xEF\xB7\x90"

static void only_lone_halves_are_marked(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, MAXIMUM);
    assert_string_equal(marked("\"\\ud83d\"", &out), "\"" MARK "d83d\"");
    assert_string_equal(marked("\"\\uDE00x\"", &out), "\"" MARK "DE00x\"");
    assert_string_equal(marked("\"\\ud83d\\ude00\"", &out), "\"\\ud83d\\ude00\"");
    assert_string_equal(marked("\"\\ud83d\\ud83d\\ude00\"", &out),
                        "\"" MARK "d83d\\ud83d\\ude00\"");
    assert_string_equal(marked("\"\\\\ud83d\"", &out), "\"\\\\ud83d\"");
    assert_string_equal(marked("\"\\\\\\ud83d\"", &out), "\"\\\\" MARK "d83d\"");
    assert_string_equal(marked("\"\\ud83", &out), "\"\\ud83");
    assert_string_equal(marked("\\", &out), "\\");
    assert_null(marked("\"" MARK "d83d\"", &out));
    assert_null(marked("\"\\uFDD0d83d\"", &out));
    assert_false(halves_are_in(STR("{\"content\":\"\\u00e9\"}")));
    assert_true(halves_are_in(STR("\\uFDD0")));
    buf_free(&out);
}

static void halves_are_joined_only_with_each_other(void **state)
{
    static const struct {
        const char *texts[3];
        const char *joined; /* NULL: refused */
        unsigned left;      /* a half that waits at the end */
    } cases[] = {
        {{MARK "d83d", MARK "de00"}, "\xF0\x9F\x98\x80", 0},
        {{"a" MARK "d83d", "", MARK "de00b"},
         "a\xF0\x9F\x98\x80"
         "b",
         0},
        {{"a", "b"}, "ab", 0},
        {{MARK "d83d"}, "", 0xD83D},
        {{MARK "de00"}, NULL, 0},
        {{MARK "d83d", "x"}, NULL, 0},
        {{MARK "d83d", MARK "d83d"}, NULL, 0},
        {{MARK "0041"}, NULL, 0},
        {{MARK "d8"}, NULL, 0},
        {{MARK}, NULL, 0},
    };
    struct buf out;
    (void)state;
    buf_init(&out, MAXIMUM);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct halves halves = {0};
        enum err e = OK;
        buf_clear(&out);
        buf_add_text(&out, "");
        for (size_t j = 0; j < 3 && cases[i].texts[j] && !e; j++)
            e = halves_join(&halves, str_of(cases[i].texts[j]), &out);
        assert_int_equal(e, cases[i].joined ? OK : ERR_INPUT);
        if (cases[i].joined) {
            assert_string_equal(out.p, cases[i].joined);
            assert_int_equal(halves.high, cases[i].left);
        }
    }
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_reads_the_same_in_any_pieces),
        cmocka_unit_test(stops_at_its_maximum),
        cmocka_unit_test(who_reads_may_stop_it),
        cmocka_unit_test(only_lone_halves_are_marked),
        cmocka_unit_test(halves_are_joined_only_with_each_other),
    };
    return cmocka_run_group_tests_name("sse", tests, NULL, NULL);
}
