/* The front door, and the arrow of DESIGN §2: a message is heard (classified, its values taken), an
 * open form or list has the first word, the router has the second, and one place writes the reply.
 * Nothing here waits, and nothing allocates once the buffers are warm. */
#include "bot/turn.h"

#include "base/arena.h"
#include "bot/conversation.h"
#include "bot/open_book.h"
#include "bot/route.h"
#include "bot/selector.h"

enum err turn_answer(struct turner *turner, struct conversation *conversation,
                     const struct message *message, struct reply *reply, struct fail *why)
{
    struct conversation next = *conversation; /* takes its place only when the reply is whole */
    struct decision decision = {.kind = DECIDE_SILENCE, .intent = -1};

    reply_clear(reply);
    open_book_clear(turner->open_book);
    conversation_begin(turner, &next, message);
    if (next.is_with_person) {
        reason_add(decision.because, sizeof(decision.because), "with a person: nothing said");
    } else {
        struct hearing hearing = {.message = message, .before = conversation, .now = &next};
        classify(turner->classifier, message->text, &hearing.heard);
        hearing.said = conversation_take_slots(turner, &next, message);
        if (!conversation_take(turner, &hearing, &decision)) {
            route_choose(turner, &hearing.heard, &decision);
            list_repeated(&next, &decision);
            topic_change(turner, &next, &hearing.said, &decision);
        }
        rate_doubt(turner, &hearing, &decision);
    }
    enum err e = route_carry_out(turner, &decision, message, &next, reply, why);
    if (!e)
        *conversation = next;
    return e;
}

enum err turner_open(const struct release *release, struct turner **out, struct fail *why)
{
    int columns = (int)release->model->head->columns,
        out_of_scope = model_out_of_scope(release->model);
    struct turner *turner = mem_take(1, sizeof(*turner));
    if (!turner)
        return fail_memory(why);
    turner->release = release;
    turner->product = slots_named(book_slots(release->book), STR("product"));
    buf_init(&turner->scratch, LIMIT_NORMALISED_BYTES);
    buf_init(&turner->said, LIMIT_NORMALISED_BYTES);
    buf_init(&turner->title, LIMIT_NORMALISED_BYTES);
    turner->intents = mem_take((size_t)columns, sizeof(*turner->intents));
    enum err e = turner->intents ? classifier_open(release->model, &turner->classifier, why)
                                 : fail_memory(why);
    if (!e)
        e = open_book_open(release, &turner->open_book, why);
    if (!e && turner->open_book)
        e = selector_open(release, turner->open_book, &turner->selector, why);
    if (e) {
        turner_close(turner);
        return e;
    }
    for (int i = 0; i < columns; i++)
        turner->intents[i] =
            i == out_of_scope ? -1 : book_intent(release->book, str_of(release->model->names[i]));
    *out = turner;
    return OK;
}

void turner_close(struct turner *turner)
{
    if (!turner)
        return;
    classifier_close(turner->classifier);
    selector_close(turner->selector);
    open_book_close(turner->open_book);
    mem_give(turner->intents);
    buf_free(&turner->scratch);
    buf_free(&turner->said);
    buf_free(&turner->title);
    mem_give(turner);
}

struct classifier *turner_classifier(struct turner *turner)
{
    return turner->classifier;
}

struct open_book *turner_open_book(struct turner *turner)
{
    return turner->open_book;
}

struct selector *turner_selector(struct turner *turner)
{
    return turner->selector;
}
