/* A vector is kept as text: 16-bit steps (fallback/passage_vectors.h), low byte first, in base64,
 * after the model's name and a space. */
#include "bot/question_vector.h"

#include "base/arena.h"
#include "bot/open_book.h"
#include "store/db.h"

#include <string.h>

#include <sodium.h>

enum { BYTES = 2 * LIMIT_EMBEDDING, VARIANT = sodium_base64_VARIANT_ORIGINAL };

static const char find_sql[] =
    "SELECT vector FROM turns WHERE vector_key = $1 ORDER BY at_us, id LIMIT 1";

enum err question_vector_print(const struct question_vector *vector, const char *model,
                               struct buf *out, struct fail *why)
{
    unsigned char bytes[BYTES];
    const size_t n = 2 * (size_t)vector->dimensions, room = sodium_base64_ENCODED_LEN(n, VARIANT);
    for (size_t i = 0; i < n / 2; i++) {
        const unsigned step = (uint16_t)vector->of[i];
        bytes[2 * i] = (unsigned char)(step & 0xFF);
        bytes[2 * i + 1] = (unsigned char)(step >> 8);
    }
    buf_add_text(out, model);
    buf_add_char(out, ' ');
    char *text = buf_reserve(out, room);
    if (text) {
        (void)sodium_bin2base64(text, room, bytes, n, VARIANT);
        buf_used(out, strlen(text));
    }
    return buf_error(out, "a question's vector", why);
}

bool question_vector_parse(struct str kept, const struct vectors_head *head,
                           struct question_vector *out)
{
    unsigned char bytes[BYTES];
    const struct str model = str_of(head->model);
    size_t n = 0;
    if (!str_starts(kept, model) || kept.n <= model.n || kept.p[model.n] != ' ')
        return false;
    kept = str_slice(kept, model.n + 1, kept.n);
    if (sodium_base642bin(bytes, sizeof bytes, kept.p, kept.n, NULL, &n, NULL, VARIANT) != 0 ||
        n != 2 * (size_t)head->dimensions)
        return false;
    *out = (struct question_vector){.dimensions = (int)head->dimensions};
    for (size_t i = 0; i < n / 2; i++) {
        const int step = bytes[2 * i] | bytes[2 * i + 1] << 8;
        const int value = step > INT16_MAX ? step - (1 << 16) : step;
        if (value > VECTOR_ONE || value < -VECTOR_ONE)
            return false;
        out->of[i] = (int16_t)value;
    }
    return true;
}

enum err question_vector_turn(struct turner *turner, struct str kept,
                              struct conversation *conversation, const struct message *message,
                              struct reply *reply, struct fail *why)
{
    struct open_book *book = turner_open_book(turner);
    const struct passage_vectors *vectors = open_book_vectors(book);
    struct question_vector vector;
    const bool has_one =
        vectors && kept.n > 0 && question_vector_parse(kept, vectors->head, &vector);
    open_book_bring(book, has_one ? &vector : NULL);
    enum err e = turn_answer(turner, conversation, message, reply, why);
    open_book_bring(book, NULL);
    return e;
}

void question_vector_key(const struct vectors_head *head, struct str question,
                         char out[HASH_HEX_BYTES])
{
    char text[LIMIT_NAME_BYTES + HASH_BYTES + 1] = "";
    unsigned char hash[HASH_BYTES];
    const size_t n = strlen(head->model);
    memcpy(text, head->model, n);
    hash_bytes(question, hash);
    memcpy(text + n + 1, hash, sizeof hash);
    hash_bytes((struct str){text, n + 1 + sizeof hash}, hash);
    hash_hex(hash, out);
}

enum err question_vector_find(struct journal *journal, const char *key, struct buf *out,
                              bool *is_there, struct fail *why)
{
    struct db_statement *s = NULL;
    *is_there = false;
    enum err e = db_take(journal_db(journal), find_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(key));
    e = db_step(s, is_there, why);
    if (!e && *is_there)
        buf_add_str(out, db_text(s, 0));
    db_give(s);
    return e ? e : buf_error(out, "a question's vector", why);
}
