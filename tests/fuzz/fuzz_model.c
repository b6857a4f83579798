/* Any bytes as a model, once as they are and once with a hash that fits them, so that the checks
 * behind the hash are reached: it opens or it is ERR_CORRUPT, and what opens can be asked. */
#include "base/arena.h"
#include "classifier/classify.h"

#include <assert.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask(struct classifier *classifier, struct str text)
{
    struct classification c;
    struct contribution found[4];
    classify(classifier, text, &c);
    assert(c.top_count > 0 && c.top_count <= TOP_MAXIMUM);
    for (int i = 0; i < c.top_count; i++)
        assert(c.top[i].column >= 0 && !isnan(c.top[i].score) && !isnan(c.top[i].share));
    assert(classified_contributions(classifier, c.top[0].column, found, 4) <= 4);
}

static void open_and_ask(const unsigned char *bytes, size_t size)
{
    struct model *model = NULL;
    struct classifier *classifier = NULL;
    struct fail why = {.code = OK};
    enum err e = model_open_image(bytes, size, "model.bin", &model, &why);
    if (e) {
        assert(e == ERR_CORRUPT && why.code == e && !model);
        return;
    }
    e = classifier_open(model, &classifier, NULL);
    assert(!e);
    ask(classifier, STR(""));
    ask(classifier, STR("how do i cancel my policy?"));
    ask(classifier, STR("보험 해지하고 싶어요"));
    for (uint32_t i = 0; i < model->head->intents; i++)
        (void)model_intent(model, str_of(model->names[i]));
    classifier_close(classifier);
    model_close(model);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned char *copy = mem_take(1, size);
    assert(copy);
    if (size)
        memcpy(copy, data, size);
    open_and_ask(copy, size);
    if (size >= sizeof(struct model_head)) {
        struct model_head head;
        memcpy(&head, copy, sizeof head);
        model_hash(copy, size, head.hash);
        memcpy(copy, &head, sizeof head);
        open_and_ask(copy, size);
    }
    mem_give(copy);
    return 0;
}
