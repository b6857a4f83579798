/* Prompts. The text is cut once into pieces: words of its own, and places. Filling a place with
 * somebody else's words changes them so that they cannot end the place or begin another:
 *
 *   spaces become ▁             the model is told that such text is data
 *   brackets and angles change  no "[S3]", no tag, no fence of ours can stand there
 *   the nonce is taken out      the fence is unforgeable anyway, as nobody knew it beforehand
 *
 * That is allowed because the model's copy is thrown away: what a customer reads is taken from the
 * original by number. */
#include "fallback/prompt.h"

#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#include <sodium.h>

enum place {
    PLACE_TEXT,
    PLACE_FENCE,
    PLACE_CANARY,
    PLACE_MOST,
    PLACE_DATE,
    PLACE_PASSAGES, /* from here on: exactly once, in the second part */
    PLACE_FACTS,
    PLACE_QUESTION,
    PLACES
};
static const char *const place_names[PLACES] = {
    [PLACE_TEXT] = "",       [PLACE_FENCE] = "fence",       [PLACE_CANARY] = "canary",
    [PLACE_MOST] = "most",   [PLACE_DATE] = "date",         [PLACE_PASSAGES] = "passages",
    [PLACE_FACTS] = "facts", [PLACE_QUESTION] = "question",
};

enum { PIECES = 64, PROMPT_BYTES = 64 * 1024 };

struct piece {
    enum place place;
    struct str text; /* of PLACE_TEXT */
};

struct prompt {
    char *text;
    char hash[HASH_HEX_BYTES];
    struct piece pieces[PIECES];
    size_t count, user; /* pieces; where the second part begins */
};

/* The table that training/corpora/embed.sh makes of fallback/prompts/. */
struct prompt_bytes {
    const char *name; /* NULL ends the table */
    const char *bytes;
    uint64_t n;
};
extern const struct prompt_bytes prompt_files[];

static struct str file_named(struct str name)
{
    const struct prompt_bytes *file = prompt_files;
    while (file->name && !str_equal(str_of(file->name), name))
        file++;
    return file->name ? (struct str){file->bytes, (size_t)file->n} : STR_NONE;
}

struct str prompt_default(struct str language)
{
    return file_named(str_equal(language, STR("ko")) ? STR("selector-ko.txt")
                                                     : STR("selector-en.txt"));
}

struct str prompt_draft(struct str language)
{
    return file_named(str_equal(language, STR("ko")) ? STR("draft-ko.txt") : STR("draft-en.txt"));
}

/* ---- Reading ---- */

static enum err piece_add(struct prompt *prompt, enum place place, struct str text,
                          const char *what, struct fail *why)
{
    if (place == PLACE_TEXT && text.n == 0)
        return OK;
    if (prompt->count == PIECES)
        return fail(why, ERR_LIMIT, "%s: has more than %d places", what, PIECES / 2);
    prompt->pieces[prompt->count++] = (struct piece){place, text};
    return OK;
}

static enum err place_named(struct str name, const char *what, enum place *out, struct fail *why)
{
    for (int place = PLACE_TEXT + 1; place < PLACES; place++) {
        if (str_equal(name, str_of(place_names[place]))) {
            *out = (enum place)place;
            return OK;
        }
    }
    return fail(why, ERR_INPUT, "%s: there is no place {{%.*s}}", what,
                (int)(name.n < 32 ? name.n : 32), name.p);
}

/* Cuts a part into pieces. */
static enum err part_cut(struct prompt *prompt, struct str part, const char *what, struct fail *why)
{
    enum err e = OK;
    while (!e && part.n > 0) {
        enum place place = PLACE_TEXT;
        size_t open = str_find(part, STR("{{"));
        struct str rest = str_slice(part, open + 2, part.n);
        size_t close = str_find(rest, STR("}}"));
        e = piece_add(prompt, PLACE_TEXT, str_slice(part, 0, open), what, why);
        if (e || open == part.n)
            return e;
        if (close == rest.n)
            return fail(why, ERR_INPUT, "%s: {{ without }}", what);
        e = place_named(str_slice(rest, 0, close), what, &place, why);
        if (!e)
            e = piece_add(prompt, place, STR_NONE, what, why);
        part = str_slice(rest, close + 2, rest.n);
    }
    return e;
}

static enum err places_check(const struct prompt *prompt, const char *what, struct fail *why)
{
    size_t seen[PLACES] = {0};
    for (size_t i = 0; i < prompt->count; i++) {
        enum place place = prompt->pieces[i].place;
        seen[place]++;
        if (place >= PLACE_DATE && i < prompt->user)
            return fail(why, ERR_INPUT, "%s: {{%s}} belongs after === user ===", what,
                        place_names[place]);
    }
    for (int place = PLACE_PASSAGES; place < PLACES; place++)
        if (seen[place] != 1)
            return fail(why, ERR_INPUT, "%s: {{%s}} must stand there exactly once", what,
                        place_names[place]);
    if (seen[PLACE_FENCE] == 0 || seen[PLACE_CANARY] == 0)
        return fail(why, ERR_INPUT, "%s: {{fence}} and {{canary}} must be there", what);
    return OK;
}

enum err prompt_open(struct str text, const char *what, struct prompt **out, struct fail *why)
{
    static const char divider[] = "\n=== user ===\n";
    unsigned char hash[HASH_BYTES];
    size_t middle = str_find(text, str_of(divider));
    if (text.n > PROMPT_BYTES)
        return fail(why, ERR_LIMIT, "%s: longer than %d bytes", what, PROMPT_BYTES);
    if (middle == text.n)
        return fail(why, ERR_INPUT, "%s: the line === user === is missing", what);
    struct prompt *prompt = mem_take(1, sizeof *prompt);
    if (!prompt || !(prompt->text = mem_copy(text))) {
        prompt_close(prompt);
        return fail_memory(why);
    }
    hash_bytes(text, hash);
    hash_hex(hash, prompt->hash);
    struct str kept = {prompt->text, text.n};
    enum err e = part_cut(prompt, str_slice(kept, 0, middle), what, why);
    prompt->user = prompt->count;
    if (!e)
        e = part_cut(prompt, str_slice(kept, middle + sizeof divider - 1, kept.n), what, why);
    if (!e)
        e = places_check(prompt, what, why);
    if (e)
        prompt_close(prompt);
    else
        *out = prompt;
    return e;
}

void prompt_close(struct prompt *prompt)
{
    if (!prompt)
        return;
    mem_give(prompt->text);
    mem_give(prompt);
}

const char *prompt_hash(const struct prompt *prompt)
{
    return prompt->hash;
}

/* ---- Nonces ---- */

void prompt_nonce(struct str key, struct str question, char out[NONCE_BYTES])
{
    crypto_generichash_state state;
    unsigned char hash[crypto_generichash_BYTES];
    unsigned char secret[crypto_generichash_BYTES];
    (void)crypto_generichash(secret, sizeof secret, (const unsigned char *)(key.n ? key.p : ""),
                             key.n, NULL, 0);
    (void)crypto_generichash_init(&state, secret, sizeof secret, sizeof hash);
    (void)crypto_generichash_update(&state, (const unsigned char *)(question.n ? question.p : ""),
                                    question.n);
    (void)crypto_generichash_final(&state, hash, sizeof hash);
    (void)sodium_bin2hex(out, NONCE_BYTES, hash, (NONCE_BYTES - 1) / 2);
}

void prompt_canary(const char *nonce, char out[CANARY_BYTES])
{
    unsigned char hash[HASH_BYTES];
    char hex[HASH_HEX_BYTES];
    hash_bytes(str_of(nonce), hash); /* another string than the fence, which may be spoken of */
    hash_hex(hash, hex);
    (void)snprintf(out, CANARY_BYTES, "canary-%.20s", hex);
}

/* ---- Filling ---- */

static void fence_add(struct buf *out, const char *nonce)
{
    buf_add_text(out, "<<<");
    buf_add_text(out, nonce);
    buf_add_text(out, ">>>");
}

/* What stands in the text's place for a rune that could be taken for ours; NULL: itself. */
static const char *rune_mark(uint32_t rune)
{
    switch (rune) {
    case '[':
    case 0xFF3B:
        return "(";
    case ']':
    case 0xFF3D:
        return ")";
    case '<':
    case 0xFF1C:
        return "\xE2\x80\xB9"; /* ‹ */
    case '>':
    case 0xFF1E:
        return "\xE2\x80\xBA"; /* › */
    default:
        return text_rune_is_space(rune) || rune < ' ' ? "\xE2\x96\x81" /* ▁ */ : NULL;
    }
}

/* Somebody else's words, as data. */
static void data_add(struct buf *out, struct str text, struct str nonce)
{
    for (size_t at = 0; at < text.n;) {
        size_t from = at;
        if (str_starts(str_slice(text, at, text.n), nonce)) {
            at += nonce.n;
            buf_add_text(out, "\xE2\x80\xA6"); /* … */
            continue;
        }
        const char *mark = rune_mark(text_rune(text, &at));
        if (mark)
            buf_add_text(out, mark);
        else
            buf_add_str(out, str_slice(text, from, at));
    }
}

static void passages_add(struct buf *out, const struct prompt_input *input)
{
    struct str nonce = str_of(input->nonce);
    size_t number = 0;
    for (size_t i = 0; i < input->passage_count; i++) {
        const struct prompt_passage *passage = &input->passages[i];
        if (i > 0)
            buf_add_text(out, "\n\n");
        data_add(out, passage->title, nonce);
        if (passage->title.n > 0 && passage->heading.n > 0)
            buf_add_text(out, "\xE2\x96\x81/\xE2\x96\x81");
        data_add(out, passage->heading, nonce);
        for (size_t j = 0; j < passage->sentence_count; j++) {
            buf_add_format(out, "\n[S%zu] ", ++number);
            data_add(out, passage->sentences[j], nonce);
        }
    }
    if (number == 0)
        buf_add_char(out, '-');
}

static void facts_add(struct buf *out, const struct prompt_input *input)
{
    for (size_t i = 0; i < input->fact_count; i++) {
        buf_add_format(out, "%s[F%zu] ", i ? "\n" : "", i + 1);
        data_add(out, input->facts[i], str_of(input->nonce));
    }
    if (input->fact_count == 0)
        buf_add_char(out, '-');
}

static void piece_fill(struct buf *out, const struct piece *piece, const struct prompt_input *input)
{
    char canary[CANARY_BYTES];
    char date[DATE_TEXT_BYTES];
    switch (piece->place) {
    case PLACE_FENCE:
        fence_add(out, input->nonce);
        break;
    case PLACE_CANARY:
        prompt_canary(input->nonce, canary);
        buf_add_text(out, canary);
        break;
    case PLACE_MOST:
        buf_add_format(out, "%d", PROMPT_SELECTED);
        break;
    case PLACE_DATE:
        date_format(input->date, date);
        buf_add_text(out, date);
        break;
    case PLACE_PASSAGES:
        passages_add(out, input);
        break;
    case PLACE_FACTS:
        facts_add(out, input);
        break;
    case PLACE_QUESTION:
        data_add(out, input->question, str_of(input->nonce));
        break;
    default:
        buf_add_str(out, piece->text);
        break;
    }
}

static const char schema[] =
    "{\"type\":\"object\",\"properties\":{\"answerable\":{\"type\":\"boolean\"},"
    "\"sentence_ids\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"fact_ids\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
    "\"required\":[\"answerable\",\"sentence_ids\",\"fact_ids\"],\"additionalProperties\":false}";

enum err prompt_build(const struct prompt *prompt, const struct prompt_input *input,
                      struct buf *out, struct model_request *request, struct fail *why)
{
    size_t from = out->n, user = 0;
    if (input->passage_count > LIMIT_PROMPT_PASSAGES || input->fact_count > LIMIT_PROMPT_FACTS ||
        prompt_sentences(input) > LIMIT_PROMPT_SENTENCES)
        return fail(why, ERR_LIMIT, "a prompt holds at most %d passages, %d sentences, %d facts",
                    (int)LIMIT_PROMPT_PASSAGES, (int)LIMIT_PROMPT_SENTENCES,
                    (int)LIMIT_PROMPT_FACTS);
    for (size_t i = 0; i < prompt->count; i++) {
        if (i == prompt->user)
            user = out->n;
        piece_fill(out, &prompt->pieces[i], input);
    }
    enum err e = buf_error(out, "the prompt", why);
    if (e) {
        buf_truncate(out, from);
        return e;
    }
    struct str all = str_from_buf(out);
    *request = (struct model_request){.system = str_slice(all, from, user),
                                      .user = str_slice(all, user, all.n),
                                      .schema = str_of(schema)};
    return OK;
}

size_t prompt_sentences(const struct prompt_input *input)
{
    size_t count = 0;
    for (size_t i = 0; i < input->passage_count; i++)
        count += input->passages[i].sentence_count;
    return count;
}

bool prompt_sentence(const struct prompt_input *input, size_t number, size_t *passage,
                     size_t *sentence)
{
    for (size_t i = 0; i < input->passage_count && number > 0; i++) {
        if (number <= input->passages[i].sentence_count) {
            *passage = i;
            *sentence = number - 1;
            return true;
        }
        number -= input->passages[i].sentence_count;
    }
    return false;
}
