/* vectors: words that stand in the same places lie near each other; the same bytes for examples in
 * any order and on any number of threads; nothing at all from too little text. */
#include "base/arena.h"
#include "base/exact.h"
#include "base/files.h"
#include "classifier/features.h"
#include "classifier/model.h"
#include "training/tokens.h"
#include "training/vectors.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORDS = 300, GROUPS = 10, TOKENS = 210 * 1000, PATH = 128 };

static char folder[] = "/tmp/paring-vectors-XXXXXX";

/* Sentences of words of one group, g0w3 g0w7 …, and now and then a word that all share. */
static void write_text(const char *name, size_t tokens, uint64_t seed)
{
    char path[PATH];
    struct buf text;
    buf_init(&text, 8 << 20);
    for (size_t n = 0; n < tokens;) {
        const unsigned group = (unsigned)exact_random_below(&seed, GROUPS);
        for (int i = 0; i < 12; i++, n++)
            if (exact_random_below(&seed, 4))
                buf_add_format(&text, "g%uw%u ", group,
                               (unsigned)exact_random_below(&seed, WORDS / GROUPS));
            else
                buf_add_format(&text, "the%u ", (unsigned)exact_random_below(&seed, 5));
        buf_add_text(&text, "\n\n");
    }
    (void)snprintf(path, sizeof path, "%s/%s", folder, name);
    assert_int_equal(file_write(path, str_from_buf(&text), NULL), OK);
    buf_free(&text);
}

static int folder_fill(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return 1;
    write_text("b.txt", TOKENS / 2, 1); /* together enough, each alone not */
    write_text("a.txt", TOKENS / 2, 2);
    return 0;
}

static int folder_drop(void **state)
{
    (void)state;
    return folder_remove(folder, NULL) ? 1 : 0;
}

static struct corpus *examples(bool is_turned)
{
    static const char *const rows[4][2] = {{"g1w1 g1w2 mine mine", "a"},
                                           {"the0 g2w5", "a"},
                                           {"g3w3 own words", "b"},
                                           {"mine own", "b"}};
    struct str texts[4];
    struct str intents[4];
    struct corpus *corpus = NULL;
    for (size_t i = 0; i < 4; i++) {
        texts[i] = str_of(rows[is_turned ? 3 - i : i][0]);
        intents[i] = str_of(rows[is_turned ? 3 - i : i][1]);
    }
    assert_int_equal(corpus_open(texts, intents, 4, &corpus, NULL), OK);
    return corpus;
}

static struct vectors *open_vectors(bool is_turned, const char *from, int threads)
{
    struct vectors *vectors = NULL;
    struct corpus *corpus = examples(is_turned);
    assert_int_equal(vectors_open(corpus, from, threads, &vectors, NULL), OK);
    corpus_close(corpus);
    return vectors;
}

static const int8_t *vector_of(const struct vectors *v, const char *word)
{
    struct features *f = mem_take(1, sizeof *f);
    assert_non_null(f);
    features_extract(str_of(word), STYLE_ACROSS, f);
    assert_int_equal(f->word_count, 1);
    const int64_t at = vectors_find(v, f->words[0]);
    mem_give(f);
    return at < 0 ? NULL : v->rows + at * VECTOR_SIZE;
}

static double cosine(const int8_t *a, const int8_t *b)
{
    double sum = 0;
    double x = 0;
    double y = 0;
    for (int k = 0; k < VECTOR_SIZE; k++) {
        sum += a[k] * b[k];
        x += a[k] * a[k];
        y += b[k] * b[k];
    }
    return sum / sqrt(x * y);
}

static void words_of_a_kind_lie_together(void **state)
{
    (void)state;
    struct vectors *v = open_vectors(false, folder, 2);
    assert_non_null(v);
    const int8_t *w = vector_of(v, "g4w1");
    const int8_t *near = vector_of(v, "g4w9");
    const int8_t *far = vector_of(v, "g5w9");
    assert_true(w && near && far);
    if (!w || !near || !far)
        return; /* unreachable: analysers do not know that an assert of cmocka ends the test */
    assert_true(cosine(w, near) > .3 && cosine(w, near) > cosine(w, far) + .3);
    assert_true(fabs(cosine(w, w) - 1) < 1e-9);
    double square = 0;
    for (int k = 0; k < VECTOR_SIZE; k++)
        square += w[k] * w[k];
    assert_true(fabs(sqrt(square) - 127) < 3);
    assert_non_null(vector_of(v, "mine")); /* three times in the examples, and nowhere else */
    assert_null(vector_of(v, "words"));    /* once */
    assert_null(vector_of(v, "nowhere"));
    for (size_t i = 0; i < v->count; i++) {
        assert_true(i == 0 || v->hashes[i - 1] < v->hashes[i]);
        assert_int_equal(vectors_find(v, v->hashes[i]), i);
        assert_true(v->weights[i] > 0 && v->weights[i] <= 1);
    }
    vectors_close(v);
    vectors_close(NULL);
}

static void same_vectors(const struct vectors *a, const struct vectors *b)
{
    assert_true(a && b);
    assert_int_equal(a->count, b->count);
    assert_memory_equal(a->hashes, b->hashes, a->count * sizeof *a->hashes);
    assert_memory_equal(a->weights, b->weights, a->count * sizeof *a->weights);
    assert_memory_equal(a->rows, b->rows, a->count * VECTOR_SIZE);
}

static void order_and_threads_do_not_change_a_bit(void **state)
{
    (void)state;
    struct vectors *wanted = open_vectors(false, folder, 1);
    struct vectors *turned = open_vectors(true, folder, 1);
    struct vectors *threaded = open_vectors(false, folder, 3);
    same_vectors(wanted, turned);
    same_vectors(wanted, threaded);
    vectors_close(wanted);
    vectors_close(turned);
    vectors_close(threaded);
}

static void too_little_text_gives_none(void **state)
{
    char path[PATH];
    char small[] = "/tmp/paring-vectors-XXXXXX";
    (void)state;
    assert_null(open_vectors(false, NULL, 1));
    assert_non_null(mkdtemp(small));
    assert_null(open_vectors(false, small, 1));
    /* Many words, but hardly any different ones. */
    struct buf text;
    buf_init(&text, 8 << 20);
    for (int i = 0; i < TOKENS; i++)
        buf_add_text(&text, i % 20 ? "one two " : "\n\n");
    (void)snprintf(path, sizeof path, "%s/t", small);
    assert_int_equal(file_write(path, str_from_buf(&text), NULL), OK);
    assert_null(open_vectors(false, small, 1));
    buf_free(&text);
    assert_int_equal(folder_remove(small, NULL), OK);
}

static void a_folder_that_is_missing_is_told(void **state)
{
    struct vectors *vectors = NULL;
    struct fail why = {.text = ""};
    (void)state;
    struct corpus *corpus = examples(false);
    assert_int_not_equal(vectors_open(corpus, "/tmp/paring-no-such-folder", 1, &vectors, &why), OK);
    assert_non_null(strstr(why.text, "paring-no-such-folder"));
    assert_null(vectors);
    corpus_close(corpus);
}

static void tokens_are_words_numbered_by_frequency(void **state)
{
    struct token_stream tokens;
    (void)state;
    struct corpus *corpus = examples(false);
    assert_int_equal(tokens_open(corpus, NULL, &tokens, NULL), OK);
    /* mine ×3, own ×2; the others once. A break after each of the four examples. */
    assert_int_equal(tokens.vocabulary, 2);
    assert_int_equal(tokens.total, 11);
    assert_int_equal(tokens.count, 11 + 4);
    assert_int_equal(tokens.own_count, tokens.count);
    assert_int_equal(tokens.counts[0], 3);
    assert_int_equal(tokens.counts[1], 2);
    size_t breaks = 0;
    size_t first = 0;
    for (size_t i = 0; i < tokens.count; i++) {
        breaks += tokens.words[i] == WORD_BREAK;
        first += tokens.words[i] == 1;
        assert_true(tokens.words[i] == WORD_BREAK || tokens.words[i] <= 2);
    }
    assert_int_equal(breaks, 4);
    assert_int_equal(first, 3);
    tokens_close(&tokens);
    tokens_close(&tokens);
    corpus_close(corpus);
}

/* Lines without a space longer than one extraction takes, bytes that are not UTF-8, no last
 * newline. */
static void any_bytes_may_stand_in_the_general_text(void **state)
{
    char path[PATH];
    char odd[] = "/tmp/paring-vectors-XXXXXX";
    struct token_stream tokens;
    struct buf text;
    (void)state;
    assert_non_null(mkdtemp(odd));
    buf_init(&text, 1 << 20);
    for (int i = 0; i < 5000; i++)
        buf_add_text(&text, "가나다");
    buf_add_text(&text, "\n\xff\xfe\xe3\n\n \r\n\t\nword word word word word\nword");
    (void)snprintf(path, sizeof path, "%s/t", odd);
    assert_int_equal(file_write(path, str_from_buf(&text), NULL), OK);
    (void)snprintf(path, sizeof path, "%s/empty", odd);
    assert_int_equal(file_write(path, STR(""), NULL), OK);
    struct corpus *corpus = examples(false);
    assert_int_equal(tokens_open(corpus, odd, &tokens, NULL), OK);
    assert_int_equal(tokens.vocabulary, 3); /* word ×6, mine, own */
    assert_int_equal(tokens.counts[0], 6);
    assert_true(tokens.own_count < tokens.count);
    tokens_close(&tokens);
    corpus_close(corpus);
    buf_free(&text);
    assert_int_equal(folder_remove(odd, NULL), OK);
}

/* All but the first allocations of the folder's reading are alike, so not each of them is tried. */
static void allocations_may_fail(void **state)
{
    bool is_done = false;
    (void)state;
    struct corpus *corpus = examples(false);
    for (uint64_t n = 1; !is_done; n += 1 + n / 3) {
        struct vectors *vectors = NULL;
        mem_fail_after(n, true);
        enum err e = vectors_open(corpus, folder, 1, &vectors, NULL);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
        assert_true((e == OK) == (vectors != NULL));
        is_done = e == OK;
        vectors_close(vectors);
        assert_true(n > 20 || !is_done);
    }
    corpus_close(corpus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_of_a_kind_lie_together),
        cmocka_unit_test(order_and_threads_do_not_change_a_bit),
        cmocka_unit_test(too_little_text_gives_none),
        cmocka_unit_test(a_folder_that_is_missing_is_told),
        cmocka_unit_test(tokens_are_words_numbered_by_frequency),
        cmocka_unit_test(any_bytes_may_stand_in_the_general_text),
        cmocka_unit_test(allocations_may_fail),
    };
    return cmocka_run_group_tests(tests, folder_fill, folder_drop);
}
