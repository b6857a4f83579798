/* Rows that are nearly the same message. Each row gets a few keys, and rows with a key in common
 * are compared; nothing is compared with everything. One key is the message without spaces and
 * marks; one its words in byte order, without Korean particles and English articles (but in their
 * own order where one of them turns the meaning: "A 말고 B" is not "B 말고 A"); and for a slip of
 * the finger, the message with each of its letters left out once (two messages one letter apart
 * have such a key in common; Garbe's SymSpell, 2012). A slip must be one: a word that is at home in
 * the examples is not another one mistyped, and "can" is not a slip for "can't". */
#include "base/hangul.h"
#include "base/limits.h"
#include "classifier/model.h"
#include "training/check_parts.h"
#include "training/twins.h"

#include <stdlib.h>
#include <string.h>

enum {
    WORDS_MOST = TWIN_WORDS,
    JAMO_MOST = 3 * 80, /* of LETTERS_MOST */
    LETTERS_MOST = 80,  /* longer messages are not looked at for slips: they have other words */
    SLIP_LETTERS = 8,
    WORD_LETTERS = 4, /* of a word in which a slip is looked for */
    KNOWN_ROWS = 3    /* a word in so many rows is a word */
};
enum key_sort { KEY_WORDS, KEY_SLIP };

struct key {
    uint64_t hash;
    uint32_t row;
    uint32_t sort;
};
struct word_count {
    uint64_t hash;
    uint32_t rows;
};
struct twin {
    uint32_t a, b;
};
struct twinning {
    struct checking *c;
    struct key *keys;
    size_t key_count, key_room;
    struct word_count *words; /* by hash */
    size_t word_count;
    struct twin *twins;
    size_t twin_count, twin_room;
    bool has_failed;
};

static uint64_t hash_of(struct str text)
{
    uint64_t hash[2];
    model_exact_hash(text, hash);
    return hash[0];
}

/* ---- words ---- */

static bool is_of_word(uint32_t rune)
{
    return text_rune_is_letter_or_digit(rune) || rune == '\'';
}

size_t twin_words(struct str text, struct str words[TWIN_WORDS])
{
    size_t count = 0, from = 0, at = 0;
    bool is_inside = false;
    while (at < text.n) {
        size_t next = at;
        bool is_word = is_of_word(text_rune(text, &next));
        if (is_word && !is_inside)
            from = at;
        if (!is_word && is_inside && count < WORDS_MOST)
            words[count++] = str_slice(text, from, at);
        is_inside = is_word;
        at = next;
    }
    if (is_inside && count < WORDS_MOST)
        words[count++] = str_slice(text, from, text.n);
    return count;
}

struct str twin_stem(struct str word)
{
    static const struct str particles[] = {
        {"에서", 6}, {"한테", 6}, {"에게", 6}, {"이요", 6}, {"으로", 6}, {"은", 3},
        {"는", 3},   {"이", 3},   {"가", 3},   {"을", 3},   {"를", 3},   {"에", 3},
        {"의", 3},   {"로", 3},   {"요", 3},   {"와", 3},   {"과", 3},   {"랑", 3}};
    enum { TWO_SYLLABLES = 6 };
    for (size_t i = 0; i < sizeof particles / sizeof *particles; i++)
        if (str_ends(word, particles[i]) && word.n >= particles[i].n + TWO_SYLLABLES)
            return str_slice(word, 0, word.n - particles[i].n);
    return word;
}

static bool is_article(struct str word)
{
    static const struct str articles[] = {{"a", 1}, {"an", 2}, {"the", 3}, {"please", 6}};
    for (size_t i = 0; i < sizeof articles / sizeof *articles; i++)
        if (str_equal(word, articles[i]))
            return true;
    return false;
}

static int by_bytes(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* ---- keys ---- */

static void key_add(struct twinning *t, uint64_t hash, uint32_t row, enum key_sort sort)
{
    if (t->key_count == t->key_room) {
        size_t room = t->key_room ? t->key_room * 2 : 4096;
        struct key *keys = mem_grow(t->keys, room, sizeof *keys);
        if (!keys) {
            t->has_failed = true;
            return;
        }
        t->keys = keys;
        t->key_room = room;
    }
    t->keys[t->key_count++] = (struct key){hash, row, sort};
}

static void joined(const struct str *words, size_t count, struct buf *out)
{
    buf_clear(out);
    for (size_t i = 0; i < count; i++)
        buf_add_str(out, words[i]);
}

static void row_keys(struct twinning *t, uint32_t row, struct buf *text, struct buf *less)
{
    struct str words[WORDS_MOST], kept[WORDS_MOST];
    size_t count = twin_words(t->c->rows[row].text, words), kept_count = 0;
    if (count == 0)
        return;
    joined(words, count, text);
    key_add(t, hash_of(str_from_buf(text)), row, KEY_WORDS);
    for (size_t i = 0; i < count; i++)
        if (!is_article(words[i]))
            kept[kept_count++] = twin_stem(words[i]);
    if (kept_count > 0 && turnings_of(t->c->rows[row].text) == 0)
        qsort(kept, kept_count, sizeof *kept, by_bytes);
    joined(kept, kept_count, less);
    if (kept_count > 0)
        key_add(t, hash_of(str_from_buf(less)), row, KEY_WORDS);
    struct str whole = str_from_buf(text);
    size_t letters = text_runes(whole);
    if (t->c->rows[row].is_case || letters < SLIP_LETTERS || letters > LETTERS_MOST)
        return;
    key_add(t, hash_of(whole), row, KEY_SLIP);
    for (size_t at = 0; at < whole.n;) {
        size_t next = at;
        (void)text_rune(whole, &next);
        buf_clear(less);
        buf_add_str(less, str_slice(whole, 0, at));
        buf_add_str(less, str_slice(whole, next, whole.n));
        key_add(t, hash_of(str_from_buf(less)), row, KEY_SLIP);
        at = next;
    }
}

static int by_key(const void *a, const void *b)
{
    const struct key *x = a;
    const struct key *y = b;
    if (x->sort != y->sort)
        return x->sort < y->sort ? -1 : 1;
    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return (x->row > y->row) - (x->row < y->row);
}

/* ---- slips ---- */

static int by_hash(const void *a, const void *b)
{
    uint64_t x = ((const struct word_count *)a)->hash, y = ((const struct word_count *)b)->hash;
    return (x > y) - (x < y);
}

/* In how many rows each word is. */
static bool words_count(struct twinning *t)
{
    size_t room = 0, count = 0;
    struct str words[WORDS_MOST];
    for (size_t i = 0; i < t->c->count; i++)
        room += twin_words(t->c->rows[i].text, words);
    t->words = mem_take(room + 1, sizeof *t->words);
    if (!t->words)
        return false;
    for (size_t i = 0; i < t->c->count; i++) {
        size_t more = twin_words(t->c->rows[i].text, words);
        for (size_t k = 0; k < more; k++)
            t->words[count++] = (struct word_count){hash_of(words[k]), 1};
    }
    if (count > 0)
        qsort(t->words, count, sizeof *t->words, by_hash);
    for (size_t i = 0; i < count; i++) {
        if (t->word_count > 0 && t->words[t->word_count - 1].hash == t->words[i].hash)
            t->words[t->word_count - 1].rows++;
        else
            t->words[t->word_count++] = t->words[i];
    }
    return true;
}

static bool is_known(const struct twinning *t, struct str word)
{
    const struct word_count key = {hash_of(word), 0};
    const struct word_count *found =
        bsearch(&key, t->words, t->word_count, sizeof *t->words, by_hash);
    return found && found->rows >= KNOWN_ROWS;
}

static size_t letters_of(struct str word, uint32_t *out)
{
    size_t count = 0;
    for (size_t at = 0; at < word.n && count + 3 < JAMO_MOST;)
        count += (size_t)hangul_split(text_rune(word, &at), out + count);
    return count;
}

bool twin_is_slip(struct str a, struct str b)
{
    uint32_t x[JAMO_MOST], y[JAMO_MOST];
    size_t nx = letters_of(a, x), ny = letters_of(b, y), head = 0, tail = 0;
    size_t least = nx < ny ? nx : ny;
    while (head < least && x[head] == y[head])
        head++;
    while (tail < least - head && x[nx - 1 - tail] == y[ny - 1 - tail])
        tail++;
    size_t dx = nx - head - tail, dy = ny - head - tail;
    bool is_swap = dx == 2 && dy == 2 && x[head] == y[head + 1] && x[head + 1] == y[head];
    return nx >= WORD_LETTERS && ny >= WORD_LETTERS && ((dx <= 1 && dy <= 1) || is_swap);
}

static bool has_digit_or_mark(struct str word)
{
    for (size_t i = 0; i < word.n; i++)
        if ((word.p[i] >= '0' && word.p[i] <= '9') || word.p[i] == '\'')
            return true;
    return false;
}

/* Word by word the same but for one, of which at least one form is no word of the examples. */
static bool is_slip(const struct twinning *t, struct str a, struct str b)
{
    struct str x[WORDS_MOST], y[WORDS_MOST];
    size_t count = twin_words(a, x), differing = WORDS_MOST;
    if (count != twin_words(b, y))
        return false;
    for (size_t i = 0; i < count; i++) {
        if (str_equal(x[i], y[i]))
            continue;
        if (differing < WORDS_MOST)
            return false;
        differing = i;
    }
    if (differing == WORDS_MOST || has_digit_or_mark(x[differing]) ||
        has_digit_or_mark(y[differing]))
        return false;
    bool are_words = is_known(t, x[differing]) && is_known(t, y[differing]);
    return !are_words && twin_is_slip(x[differing], y[differing]);
}

/* ---- twins ---- */

static void twin_add(struct twinning *t, uint32_t a, uint32_t b)
{
    const struct checking *c = t->c;
    if (str_equal(c->rows[a].text, c->rows[b].text) ||
        is_contrast(c, c->rows[a].text, c->rows[b].text))
        return; /* told already, or meant */
    if (t->twin_count == t->twin_room) {
        size_t room = t->twin_room ? t->twin_room * 2 : 64;
        struct twin *twins = mem_grow(t->twins, room, sizeof *twins);
        if (!twins) {
            t->has_failed = true;
            return;
        }
        t->twins = twins;
        t->twin_room = room;
    }
    t->twins[t->twin_count++] = (struct twin){a < b ? a : b, a < b ? b : a};
}

/* Rows with one key: each is compared with the first example, and with the first of another intent
 * than that; so a run of a thousand tells what a run of three does. */
static void run_compare(struct twinning *t, size_t from, size_t to)
{
    const struct checking *c = t->c;
    size_t first = from;
    while (first < to && c->rows[t->keys[first].row].is_case)
        first++;
    for (size_t i = from; i < to && first < to; i++) {
        uint32_t a = t->keys[first].row, b = t->keys[i].row;
        const struct labelled *x = &c->rows[a], *y = &c->rows[b];
        bool is_same = str_equal(x->intent, y->intent);
        if (i == first || (is_same && !y->is_case))
            continue;
        if (t->keys[i].sort == KEY_WORDS || (!y->is_case && is_slip(t, x->text, y->text)))
            twin_add(t, a, b);
    }
}

static int by_rows(const void *a, const void *b)
{
    const struct twin *x = a;
    const struct twin *y = b;
    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return (x->b > y->b) - (x->b < y->b);
}

static void leak_tell(struct checking *c, const struct labelled *example,
                      const struct labelled *row)
{
    bool is_same = str_equal(example->intent, row->intent);
    fault_begin(c, is_same ? CHECK_NOTE : CHECK_WARNING,
                is_same ? CHECK_LEAKED_CASE : CHECK_CASE_CONFLICT);
    fault_labelled(c, row);
    fault_labelled(c, example);
    if (is_same) {
        fault_why(c, "평가 문장이 학습 예문과 띄어쓰기·조사·어순만 달라 실력을 보여 주지 못합니다",
                  "but for spaces, small words or order the case is an example: it proves little");
        fault_mend(
            c, "예문 %.*s을(를) 다른 말로 바꿔 들여오세요. 평가 문장은 그대로 두는 편이 낫습니다",
            "put example %.*s in other words; cases are better left as they are",
            STR_ARG(example->id));
    } else {
        fault_why(c, "거의 같은 말인데 평가 문장은 %.*s, 학습 예문은 %.*s입니다",
                  "nearly the same message is of %.*s as a case and of %.*s as an example",
                  STR_ARG(row->intent), STR_ARG(example->intent));
        fault_mend(c, "어느 쪽이 맞는지 정해 틀린 줄의 intent를 고치고 다시 들여오세요",
                   "decide which is right, correct the intent of the other row and import it");
    }
    fault_end(c);
}

static void twin_tell(struct checking *c, const struct labelled *a, const struct labelled *b)
{
    fault_begin(c, CHECK_WARNING, CHECK_TWIN);
    fault_labelled(c, a);
    fault_labelled(c, b);
    fault_why(c, "거의 같은 말이 %.*s에도 %.*s에도 예문으로 있습니다",
              "nearly the same message is an example of %.*s and of %.*s", STR_ARG(a->intent),
              STR_ARG(b->intent));
    fault_mend(c, "한 의도로 모으거나, 뜻이 정말 다르면 contrasts 표에 두 말을 짝으로 넣으세요",
               "give both one intent; if they do differ, import them as a pair of contrasts");
    fault_end(c);
}

static void twins_tell(struct twinning *t)
{
    if (t->twin_count > 0)
        qsort(t->twins, t->twin_count, sizeof *t->twins, by_rows);
    for (size_t i = 0; i < t->twin_count; i++) {
        const struct labelled *a = &t->c->rows[t->twins[i].a], *b = &t->c->rows[t->twins[i].b];
        if (i > 0 && by_rows(&t->twins[i], &t->twins[i - 1]) == 0)
            continue;
        if (a->is_case)
            leak_tell(t->c, b, a);
        else if (b->is_case)
            leak_tell(t->c, a, b);
        else
            twin_tell(t->c, a, b);
    }
}

enum err twins_check(struct checking *c, struct fail *why)
{
    struct twinning t = {.c = c};
    struct buf text, less;
    buf_init(&text, LIMIT_NORMALISED_BYTES);
    buf_init(&less, LIMIT_NORMALISED_BYTES);
    t.has_failed = !words_count(&t);
    for (size_t i = 0; i < c->count && !t.has_failed; i++)
        row_keys(&t, (uint32_t)i, &text, &less);
    t.has_failed |= text.error || less.error;
    if (!t.has_failed && t.key_count > 0)
        qsort(t.keys, t.key_count, sizeof *t.keys, by_key);
    for (size_t i = 0; i < t.key_count && !t.has_failed;) {
        size_t end = i + 1;
        while (end < t.key_count && t.keys[end].hash == t.keys[i].hash &&
               t.keys[end].sort == t.keys[i].sort)
            end++;
        run_compare(&t, i, end);
        i = end;
    }
    if (!t.has_failed)
        twins_tell(&t);
    buf_free(&text);
    buf_free(&less);
    mem_give(t.keys);
    mem_give(t.words);
    mem_give(t.twins);
    return t.has_failed ? fail_memory(why) : OK;
}
