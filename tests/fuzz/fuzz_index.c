/* Any bytes as an index, once as they are and once with a hash that fits them, so that the checks
 * behind the hash are reached: it opens or it is ERR_CORRUPT, and what opens can be asked. */
#include "base/arena.h"
#include "fallback/retrieve.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(const struct index *index, struct retriever *retriever, struct str text)
{
    static struct retrieval found;
    enum err e = retrieve(retriever, text, STR(""), 20000, &found, NULL);
    assert(!e && found.count <= RETRIEVE_BEST && !isnan(found.answerable));
    for (size_t i = 0; i < found.count; i++) {
        assert(found.hits[i].passage < index->head->passages);
        struct str passage = index_passage_text(index, found.hits[i].passage);
        assert(passage.n <= index->head->size[SECTION_STRINGS]);
    }
}

static void open_and_ask(const unsigned char *bytes, size_t size)
{
    struct index *index = NULL;
    struct retriever *retriever = NULL;
    struct fail why = {.code = OK};
    enum err e = index_open_image(bytes, size, "index.bin", &index, &why);
    if (e) {
        assert(e == ERR_CORRUPT && why.code == e && !index);
        return;
    }
    e = retriever_open(index, &retriever, NULL);
    assert(!e);
    ask(index, retriever, STR(""));
    ask(index, retriever, STR("보험금 청구 서류"));
    ask(index, retriever, STR("when is the desk open"));
    retriever_close(retriever);
    index_close(index);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *copy = mem_take(1, size + 1);
    assert(copy);
    if (size)
        memcpy(copy, data, size);
    open_and_ask(copy, size);
    if (size >= sizeof(struct index_head)) {
        struct index_head head;
        memcpy(&head, copy, sizeof head);
        index_hash(copy, size, head.hash);
        memcpy(copy, &head, sizeof head);
        open_and_ask(copy, size);
    }
    mem_give(copy);
    return 0;
}
