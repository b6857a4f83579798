/* Feature extraction. A text is decoded once into runes; n-grams are runs of those runes, hashed as
 * they grow, so that the 2-, 3-, 4- and 5-gram starting at one rune cost one multiplication each.
 * Words are tokens of letters and digits (an apostrophe may stand inside) or one punctuation mark.
 * Texts with any Hangul take the Korean blocks, all others the spaced ones; the block number is
 * part of the hash, so the four kinds of feature never meet. */
#include "classifier/features.h"

#include "base/hangul.h"

enum block_kind { KIND_WORDS = 1, KIND_RUNES, KIND_SYLLABLES, KIND_JAMO, KIND_WORD_ALONE };

enum {
    RUNE_START = 0x110000,
    RUNE_END = 0x110001,
    RUNE_BETWEEN = 0x110002
}; /* <s>, </s>, and the gap of a word pair */

static uint64_t hash_start(enum block_kind kind)
{
    return 0x9E3779B97F4A7C15U * (uint64_t)kind;
}

/* One multiplication a rune; the multiplier is the 64-bit FNV prime's cousin used by wyhash. */
static uint64_t hash_grow(uint64_t hash, uint32_t rune)
{
    hash = (hash ^ rune) * 0xA0761D6478BD642FU;
    return hash ^ (hash >> 29);
}

static uint64_t hash_end(uint64_t hash)
{
    hash = (hash ^ (hash >> 32)) * 0xE7037ED1A0B428DBU;
    hash ^= hash >> 32;
    return hash ? hash : 1;
}

static void feature_add(struct features *out, int block, uint64_t hash)
{
    if (out->counts[block] < FEATURES_MAXIMUM)
        out->hashes[block][out->counts[block]++] = hash;
}

/* A text in words: where each begins and ends in runes and in bytes. */
struct token {
    uint32_t from, to; /* runes */
};

struct decoded {
    uint32_t *runes;
    size_t rune_count;
    bool has_hangul;
};

static struct decoded decode(struct str text, uint32_t *runes)
{
    struct decoded d = {runes, 0, false};
    for (size_t at = 0; at < text.n && d.rune_count < LIMIT_NORMALISED_BYTES;) {
        uint32_t rune = text_rune(text, &at);
        d.has_hangul |= hangul_is_any(rune);
        runes[d.rune_count++] = rune;
    }
    return d;
}

static bool is_word_rune(uint32_t rune)
{
    if (rune < 0x80)
        return (rune >= 'a' && rune <= 'z') || (rune >= '0' && rune <= '9') ||
               (rune >= 'A' && rune <= 'Z');
    return text_rune_is_letter_or_digit(rune);
}

static size_t rune_bytes(uint32_t rune)
{
    return rune < 0x80 ? 1 : rune < 0x800 ? 2 : rune < 0x10000 ? 3 : 4;
}

/* Finds words; hashes them alone; keeps their text and where they stand. Underscores belong to no
 * word and are passed over. */
static size_t find_words(struct str text, const struct decoded *d, struct token *tokens,
                         struct features *out)
{
    size_t count = 0, byte = 0;
    const uint32_t *r = d->runes;
    for (size_t i = 0; i < d->rune_count && count < WORDS_MAXIMUM;) {
        size_t from = i, from_byte = byte;
        uint64_t hash = hash_start(KIND_WORD_ALONE);
        do {
            hash = hash_grow(hash, r[i]);
            byte += rune_bytes(r[i]);
            i++;
        } while (is_word_rune(r[from]) && i < d->rune_count &&
                 (is_word_rune(r[i]) || (r[i] == '\'' && is_word_rune(r[i - 1]) &&
                                         i + 1 < d->rune_count && is_word_rune(r[i + 1]))));
        if (r[from] == ' ' || r[from] == '\n' || r[from] == '_')
            continue;
        tokens[count] = (struct token){(uint32_t)from, (uint32_t)i};
        out->words[count] = hash_end(hash);
        out->word_text[count++] = (struct str){text.p + from_byte, byte - from_byte};
    }
    out->word_count = count;
    return count;
}

static uint64_t hash_runes(uint64_t hash, const uint32_t *runes, struct token token)
{
    for (size_t i = token.from; i < token.to; i++)
        hash = hash_grow(hash, runes[i]);
    return hash;
}

/* Words and word pairs, the ends of the text counting as words in pairs only. */
static void add_words(const struct decoded *d, const struct token *tokens, size_t count,
                      struct features *out)
{
    const uint64_t start = hash_start(KIND_WORDS);
    for (size_t i = 0; i < count; i++) {
        uint64_t one = hash_runes(start, d->runes, tokens[i]);
        if (i == 0)
            feature_add(out, 0,
                        hash_end(hash_runes(hash_grow(hash_grow(start, RUNE_START), RUNE_BETWEEN),
                                            d->runes, tokens[i])));
        feature_add(out, 0, hash_end(one));
        uint64_t pair = hash_grow(one, RUNE_BETWEEN);
        pair =
            i + 1 < count ? hash_runes(pair, d->runes, tokens[i + 1]) : hash_grow(pair, RUNE_END);
        feature_add(out, 0, hash_end(pair));
    }
}

/* All n-grams of `shortest` to `longest` runes in runes[0…count). */
static void add_grams(const uint32_t *runes, size_t count, enum block_kind kind, int block,
                      size_t shortest, size_t longest, struct features *out)
{
    const uint64_t start = hash_start(kind);
    for (size_t i = 0; i < count; i++) {
        uint64_t hash = start;
        size_t end = i + longest < count ? i + longest : count;
        for (size_t j = i; j < end; j++) {
            hash = hash_grow(hash, runes[j]);
            if (j - i + 1 >= shortest)
                feature_add(out, block, hash_end(hash));
        }
    }
}

/* The text as its words joined by single spaces, so that "card ?" and "card?" are one. Returns the
 * rune count. */
static size_t join_words(const struct decoded *d, const struct token *tokens, size_t count,
                         bool with_spaces, uint32_t *out, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++) {
        if (with_spaces && n < room)
            out[n++] = ' ';
        for (size_t j = tokens[i].from; j < tokens[i].to && n < room; j++)
            out[n++] = d->runes[j];
    }
    if (with_spaces && n < room)
        out[n++] = ' ';
    return n;
}

static void add_korean(const struct decoded *d, const struct token *tokens, size_t count,
                       struct features *out)
{
    const size_t room = sizeof out->jamo / sizeof out->jamo[0];
    size_t n = join_words(d, tokens, count, true, out->jamo, room);
    add_grams(out->jamo, n, KIND_SYLLABLES, 0, 1, 3, out);
    n = 0;
    out->jamo[n++] = ' ';
    for (size_t i = 0; i < count; i++)
        for (size_t j = tokens[i].from; j < tokens[i].to && n + 4 < room; j++) {
            uint32_t parts[3];
            int got = hangul_split(d->runes[j], parts);
            for (int k = 0; k < got; k++)
                out->jamo[n++] = parts[k];
        }
    out->jamo[n++] = ' ';
    add_grams(out->jamo, n, KIND_JAMO, 1, 3, 5, out);
}

static void add_spaced(const struct decoded *d, const struct token *tokens, size_t count,
                       enum feature_style style, struct features *out)
{
    add_words(d, tokens, count, out);
    const size_t room = sizeof out->jamo / sizeof out->jamo[0];
    if (style == STYLE_ACROSS) {
        size_t n = join_words(d, tokens, count, true, out->jamo, room);
        add_grams(out->jamo, n, KIND_RUNES, 1, 2, 5, out);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        size_t n = join_words(d, tokens + i, 1, true, out->jamo, room);
        add_grams(out->jamo, n, KIND_RUNES, 1, 2, 5, out);
    }
}

void features_extract(struct str normalised, enum feature_style style, struct features *out)
{
    struct token tokens[WORDS_MAXIMUM];
    out->counts[0] = out->counts[1] = 0;
    struct decoded d = decode(normalised, out->runes);
    size_t count = find_words(normalised, &d, tokens, out);
    if (d.has_hangul)
        add_korean(&d, tokens, count, out);
    else
        add_spaced(&d, tokens, count, style, out);
}

/* ---- names, for explanations ---- */

struct namer {
    void (*each)(void *data, int block, uint64_t hash, struct str text);
    void *data;
};

static void name_runes(const struct namer *namer, enum block_kind kind, int block,
                       const uint32_t *runes, size_t n)
{
    char text[64];
    size_t bytes = 0;
    uint64_t hash = hash_start(kind);
    for (size_t i = 0; i < n; i++) {
        hash = hash_grow(hash, runes[i]);
        if (bytes + 4 <= sizeof text)
            bytes += text_put_rune(text + bytes, runes[i]);
    }
    namer->each(namer->data, block, hash_end(hash), (struct str){text, bytes});
}

static void name_grams(const struct namer *namer, enum block_kind kind, int block,
                       const uint32_t *runes, size_t count, size_t shortest, size_t longest)
{
    for (size_t i = 0; i < count; i++)
        for (size_t n = shortest; n <= longest && i + n <= count; n++)
            name_runes(namer, kind, block, runes + i, n);
}

static void name_words(const struct namer *namer, const struct decoded *d,
                       const struct token *tokens, size_t count, const struct features *f)
{
    const uint64_t start = hash_start(KIND_WORDS);
    for (size_t i = 0; i < count; i++) {
        char text[256];
        struct buf pair = {0};
        buf_init(&pair, sizeof text);
        uint64_t one = hash_runes(start, d->runes, tokens[i]);
        namer->each(namer->data, 0, hash_end(one), f->word_text[i]);
        if (i == 0) {
            buf_add_format(&pair, "^ %.*s", STR_ARG(f->word_text[i]));
            uint64_t hash = hash_runes(hash_grow(hash_grow(start, RUNE_START), RUNE_BETWEEN),
                                       d->runes, tokens[i]);
            namer->each(namer->data, 0, hash_end(hash), str_from_buf(&pair));
            buf_clear(&pair);
        }
        uint64_t two = hash_grow(one, RUNE_BETWEEN);
        two = i + 1 < count ? hash_runes(two, d->runes, tokens[i + 1]) : hash_grow(two, RUNE_END);
        buf_add_format(&pair, "%.*s ", STR_ARG(f->word_text[i]));
        buf_add_str(&pair, i + 1 < count ? f->word_text[i + 1] : STR("$"));
        namer->each(namer->data, 0, hash_end(two), str_from_buf(&pair));
        buf_free(&pair);
    }
}

void features_name(struct str normalised, enum feature_style style, struct features *scratch,
                   void (*each)(void *data, int block, uint64_t hash, struct str text), void *data)
{
    struct token tokens[WORDS_MAXIMUM] = {{0, 0}};
    const struct namer namer = {each, data};
    const size_t room = sizeof scratch->jamo / sizeof scratch->jamo[0];
    struct decoded d = decode(normalised, scratch->runes);
    size_t count = find_words(normalised, &d, tokens, scratch);
    if (d.has_hangul) {
        size_t n = join_words(&d, tokens, count, true, scratch->jamo, room);
        name_grams(&namer, KIND_SYLLABLES, 0, scratch->jamo, n, 1, 3);
        size_t letters = join_words(&d, tokens, count, false, scratch->jamo, room);
        uint32_t all[1024]; /* an explanation shows the first part of a long text */
        size_t jamo = 0;
        all[jamo++] = ' ';
        for (size_t i = 0; i < letters && jamo + 4 < sizeof all / sizeof all[0]; i++)
            jamo += (size_t)hangul_split(scratch->jamo[i], (uint32_t *)(all + jamo));
        all[jamo++] = ' ';
        name_grams(&namer, KIND_JAMO, 1, all, jamo, 3, 5);
        return;
    }
    name_words(&namer, &d, tokens, count, scratch);
    for (size_t i = 0; i < (style == STYLE_ACROSS ? 1 : count); i++) {
        size_t n = style == STYLE_ACROSS ? join_words(&d, tokens, count, true, scratch->jamo, room)
                                         : join_words(&d, tokens + i, 1, true, scratch->jamo, room);
        name_grams(&namer, KIND_RUNES, 1, scratch->jamo, n, 2, 5);
    }
}
