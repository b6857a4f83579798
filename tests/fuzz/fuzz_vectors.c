/* Any bytes as passages' vectors, once as they are and once with a hash that fits them: they open
 * or they are ERR_CORRUPT, and what opens can be looked through. */
#include "base/arena.h"
#include "fallback/passage_vectors.h"

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void open_and_look(const unsigned char *bytes, size_t size, bool is_hashed)
{
    static struct question_vector question;
    struct passage_vectors vectors;
    struct fail why = {.code = OK};
    uint32_t best[VECTORS_BEST];
    enum err e = passage_vectors_open(bytes, size, is_hashed, "vectors.bin", &vectors, &why);
    if (e) {
        assert(e == ERR_CORRUPT && why.code == e);
        return;
    }
    for (uint32_t i = 0; i < vectors.head->dimensions; i++)
        question.of[i] = (int16_t)(i % 2 ? 100 : -100);
    size_t count = passage_vectors_best(&vectors, &question, NULL, best);
    assert(count <= VECTORS_BEST && count <= vectors.head->rows);
    for (size_t i = 0; i < count; i++) {
        assert(best[i] < vectors.head->rows);
        int32_t near = passage_nearness(&vectors, &question, best[i]);
        assert(near >= -NEARNESS_ONE && near <= NEARNESS_ONE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *copy = mem_take(1, size + 1);
    assert(copy);
    if (size)
        memcpy(copy, data, size);
    open_and_look(copy, size, false);
    open_and_look(copy, size, true);
    if (size >= sizeof(struct vectors_head)) {
        struct vectors_head head;
        memcpy(&head, copy, sizeof head);
        passage_vectors_hash(copy, size, head.hash);
        memcpy(copy, &head, sizeof head);
        open_and_look(copy, size, false);
    }
    mem_give(copy);
    return 0;
}
