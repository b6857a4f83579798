/* Search terms. A normalised text is cut into runs of one script. A Korean run loses its longest
 * particle or ending, twice over, as long as two syllables are left; what remains is the stem, and
 * its neighbouring syllables are the pairs. The same syllables are counted once more across spaces
 * and endings, so that 보험금청구 and 보험금을 청구 share most of what they have. English words go
 * through the Porter stemmer, everything else stays as it is.
 *
 * Terms are told apart by a hash of their runes alone, whatever field they are counted in. */
#include "fallback/terms.h"

#include "base/arena.h"
#include "base/hangul.h"
#include "classifier/normalise.h"
#include "fallback/porter.h"

#include <string.h>

enum {
    SLOTS = 2 * TERMS_MAXIMUM,
    PIECE_BYTES = 4096, /* of a long text, what is normalised at a time */
    RUN_MAXIMUM = 64,   /* runes of one word that are looked at */
    ENDING_SLOTS = 1024,
    ENDING_MAXIMUM = 5, /* syllables of the longest */
    STEM_MINIMUM = 2,
};

/* Particles, then the endings of verbs that stand on nouns (하다, 되다, 받다, 시키다, -적). */
static const char endings_text[] =
    "은 는 이 가 을 를 에 에서 에게 에게서 한테 한테서 께 께서 으로 로 으로서 로서 으로써 로써 "
    "와 과 랑 이랑 하고 도 만 까지 부터 마다 보다 처럼 만큼 의 라고 이라고 라는 이라는 란 이란 "
    "에는 에서는 에게는 으로는 로는 에도 에서도 에게도 으로도 로도 이나 나 든지 이든지 조차 마저 "
    "밖에 이며 며 이고 인데 이면 라면 이라면 에서의 에의 으로의 로의 와의 과의 까지의 부터의 만의 "
    "만을 만이 만은 이라도 라도 이라서 라서 이므로 이니 이지만 지만 이었던 였던 이었다 였다 이다 "
    "인 입니다 입니까 이에요 예요 인가요 인가 인지 일까요 일까 이죠 이지 들 들이 들은 들을 들의 "
    "들에게 들도 "
    "하다 하는 하면 하여 해서 하고 하며 하기 하기를 하기가 하기는 하려면 하려고 하려는 하나요 "
    "하는지 하는데 하는가 합니다 합니까 했다 했던 했을 했나요 했는데 했습니다 해요 해야 해도 "
    "해야하나요 해줘 해주세요 해주는 하세요 하십니까 하시는 할 할까요 할까 할지 할수 한 한다 "
    "한다면 한다는 한가요 한지 함 함을 함은 하지 하지만 하지않은 하게 하도록 하였다 하였던 하였을 "
    "하였습니다 하신 되는 되다 되면 되어 되었다 되었던 되었을 되나요 되는지 되는데 됩니다 됩니까 "
    "될 될까요 될까 된 된다 된다면 된다는 되지 되어야 돼요 돼 되고 되며 되기 된지 받는 받을 받은 "
    "받고 받으려면 받나요 받을수 받기 시키는 시킨 시킬 시켜 스러운 적인 적으로 적";

enum script { SCRIPT_NONE, SCRIPT_LETTERS, SCRIPT_HANGUL, SCRIPT_HAN };

struct terms {
    struct term all[TERMS_MAXIMUM];
    size_t count;
    uint32_t slots[SLOTS]; /* index + 1 */
    uint64_t lengths[TERM_FIELDS];
    uint64_t endings[ENDING_SLOTS]; /* hashes */
    uint32_t last_syllable;         /* of the chunk across spaces; 0 at its start */
    struct buf normalised;
};

/* ---- hashes ---- */

static uint64_t hash_grow(uint64_t hash, uint32_t rune)
{
    hash = (hash ^ rune) * 0xA0761D6478BD642FU;
    return hash ^ (hash >> 29);
}

static uint64_t hash_runes(const uint32_t *runes, size_t count)
{
    uint64_t hash = 0x9E3779B97F4A7C15U;
    for (size_t i = 0; i < count; i++)
        hash = hash_grow(hash, runes[i]);
    hash = (hash ^ (hash >> 32)) * 0xE7037ED1A0B428DBU;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

/* ---- endings ---- */

static void endings_fill(uint64_t *slots)
{
    struct str rest = STR(endings_text), word;
    while (str_next(&rest, ' ', &word)) {
        uint32_t runes[ENDING_MAXIMUM];
        size_t n = 0;
        for (size_t at = 0; at < word.n && n < ENDING_MAXIMUM;)
            runes[n++] = text_rune(word, &at);
        uint64_t hash = hash_runes(runes, n);
        size_t slot = hash % ENDING_SLOTS;
        while (slots[slot] && slots[slot] != hash)
            slot = (slot + 1) % ENDING_SLOTS;
        slots[slot] = hash;
    }
}

static bool is_ending(const struct terms *terms, const uint32_t *syllables, size_t count)
{
    uint64_t hash = hash_runes(syllables, count);
    size_t slot = hash % ENDING_SLOTS;
    while (terms->endings[slot] && terms->endings[slot] != hash)
        slot = (slot + 1) % ENDING_SLOTS;
    return terms->endings[slot] != 0;
}

size_t terms_stem_korean(const struct terms *terms, const uint32_t *syllables, size_t count)
{
    for (int round = 0; round < 2; round++) {
        size_t longest = count > STEM_MINIMUM ? count - STEM_MINIMUM : 0;
        size_t n = longest < ENDING_MAXIMUM ? longest : ENDING_MAXIMUM;
        while (n > 0 && !is_ending(terms, syllables + count - n, n))
            n--;
        if (n == 0)
            break;
        count -= n;
    }
    return count;
}

/* ---- terms ---- */

static void term_count(struct terms *terms, const uint32_t *runes, size_t n, bool is_pair,
                       unsigned fields)
{
    uint64_t key = hash_runes(runes, n);
    size_t slot = key % SLOTS;
    while (terms->slots[slot] && terms->all[terms->slots[slot] - 1].key != key)
        slot = (slot + 1) % SLOTS;
    if (!terms->slots[slot]) {
        if (terms->count == TERMS_MAXIMUM)
            return;
        terms->all[terms->count++] = (struct term){.key = key, .is_pair = is_pair};
        terms->slots[slot] = (uint32_t)terms->count;
    }
    struct term *term = &terms->all[terms->slots[slot] - 1];
    for (int f = 0; f < TERM_FIELDS; f++) {
        term->counts[f] += fields >> f & 1;
        terms->lengths[f] += fields >> f & 1;
    }
}

enum { IN_STEM = 1 << FIELD_STEM, IN_PAIR = 1 << FIELD_PAIR, IN_ACROSS = 1 << FIELD_ACROSS };

static void run_end_syllables(struct terms *terms, const uint32_t *runes, size_t n, size_t stem)
{
    term_count(terms, runes, stem, stem == 2, stem == 1 ? IN_STEM | IN_PAIR : IN_STEM);
    for (size_t i = 0; i + 1 < n; i++)
        term_count(terms, runes + i, 2, true, i + 1 < stem ? IN_PAIR | IN_ACROSS : IN_ACROSS);
}

static void run_end_hangul(struct terms *terms, const uint32_t *runes, size_t n)
{
    if (terms->last_syllable) {
        const uint32_t pair[2] = {terms->last_syllable, runes[0]};
        term_count(terms, pair, 2, true, IN_ACROSS);
    }
    terms->last_syllable = runes[n - 1];
    run_end_syllables(terms, runes, n, terms_stem_korean(terms, runes, n));
}

static void run_end_letters(struct terms *terms, uint32_t *runes, size_t n)
{
    char word[RUN_MAXIMUM];
    size_t letters = 0;
    while (letters < n && runes[letters] >= 'a' && runes[letters] <= 'z') {
        word[letters] = (char)runes[letters];
        letters++;
    }
    if (letters == n) {
        n = porter_stem(word, n);
        for (size_t i = 0; i < n; i++)
            runes[i] = (unsigned char)word[i];
    }
    term_count(terms, runes, n, false, IN_STEM | IN_PAIR | IN_ACROSS);
}

static void run_end(struct terms *terms, enum script script, uint32_t *runes, size_t n)
{
    if (script == SCRIPT_HANGUL)
        run_end_hangul(terms, runes, n);
    else if (script == SCRIPT_HAN)
        run_end_syllables(terms, runes, n, n);
    else
        run_end_letters(terms, runes, n);
}

static enum script script_of(uint32_t rune)
{
    if (rune < 0x80)
        return (rune | 0x20) - 'a' < 26 || rune - '0' < 10 ? SCRIPT_LETTERS : SCRIPT_NONE;
    if (hangul_is_syllable(rune))
        return SCRIPT_HANGUL;
    if ((rune >= 0x3040 && rune <= 0x30FF) || (rune >= 0x3400 && rune <= 0x9FFF) ||
        (rune >= 0x20000 && rune <= 0x3FFFF))
        return SCRIPT_HAN;
    return text_rune_is_letter_or_digit(rune) ? SCRIPT_LETTERS : SCRIPT_NONE;
}

/* Only spaces lie between the words of one chunk; any other sign ends it. */
static void runs_cut(struct terms *terms, struct str text)
{
    uint32_t run[RUN_MAXIMUM];
    size_t n = 0;
    enum script script = SCRIPT_NONE;
    for (size_t at = 0; at < text.n;) {
        uint32_t rune = text_rune(text, &at);
        enum script next = script_of(rune);
        if (n > 0 && (next != script || n == RUN_MAXIMUM)) {
            run_end(terms, script, run, n);
            n = 0;
        }
        script = next;
        if (script != SCRIPT_NONE)
            run[n++] = rune >= 'A' && rune <= 'Z' ? rune + ('a' - 'A') : rune;
        if (script != SCRIPT_HANGUL && !text_rune_is_space(rune))
            terms->last_syllable = 0;
    }
    if (n > 0)
        run_end(terms, script, run, n);
}

/* ASCII and whole syllables: normalising would change no more than the case of letters. */
static bool is_plain(struct str text)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t rune = text_rune(text, &at);
        if (rune >= 0x80 && !hangul_is_syllable(rune))
            return false;
    }
    return true;
}

/* Up to PIECE_BYTES, ending at a space or between characters. */
static size_t piece_end(struct str text, size_t from)
{
    size_t end = from + PIECE_BYTES;
    if (end >= text.n)
        return text.n;
    size_t at = end;
    while (at > from && text.p[at] != ' ' && text.p[at] != '\n')
        at--;
    if (at > from)
        return at;
    while (end > from + 1 && ((unsigned char)text.p[end] & 0xC0) == 0x80)
        end--;
    return end;
}

enum err terms_add(struct terms *terms, struct str text, struct fail *why)
{
    enum err e = OK;
    terms->last_syllable = 0;
    for (size_t from = 0; from < text.n && !e;) {
        size_t to = piece_end(text, from);
        struct str piece = str_slice(text, from, to);
        if (!is_plain(piece)) {
            buf_clear(&terms->normalised);
            e = normalise(piece, &terms->normalised, &piece, why);
        }
        if (!e)
            runs_cut(terms, piece);
        from = to;
    }
    return e;
}

void terms_clear(struct terms *terms)
{
    if (terms->count > SLOTS / 16)
        memset(terms->slots, 0, sizeof terms->slots);
    for (size_t i = 0; i < terms->count && terms->count <= SLOTS / 16; i++) {
        /* Whatever hangs behind a slot of ours is ours as well: empty the whole chain. */
        for (size_t slot = terms->all[i].key % SLOTS; terms->slots[slot]; slot = (slot + 1) % SLOTS)
            terms->slots[slot] = 0;
    }
    terms->count = 0;
    memset(terms->lengths, 0, sizeof terms->lengths);
}

const struct term *terms_all(const struct terms *terms, size_t *count)
{
    *count = terms->count;
    return terms->all;
}

const uint64_t *terms_lengths(const struct terms *terms)
{
    return terms->lengths;
}

enum err terms_open(struct terms **out, struct fail *why)
{
    struct terms *terms = mem_take(1, sizeof *terms);
    if (!terms)
        return fail_memory(why);
    buf_init(&terms->normalised, LIMIT_NORMALISED_BYTES);
    endings_fill(terms->endings);
    *out = terms;
    return OK;
}

void terms_close(struct terms *terms)
{
    if (!terms)
        return;
    buf_free(&terms->normalised);
    mem_give(terms);
}
