/* The marks say what the classifier makes of a case; the outcome is what the customer would see: an
 * answer, a question, a list, a person. The two differ where an intent has no answer in force, goes
 * to a person by policy, or needs a value first. Each case is the first message of its own
 * conversation, so the order of the cases changes nothing. */
#include "training/outcomes.h"

#include "base/arena.h"
#include "base/hangul.h"
#include "training/corpus.h"

static uint64_t hash_of(struct str text)
{
    uint64_t hash[2];
    model_exact_hash(text, hash);
    return hash[0];
}

/* A sum, so that the same values said in another order are the same. */
static uint64_t values_hash(const struct release *release, struct str text, date_days as_of)
{
    struct slot_set said = {.count = 0};
    uint64_t sum = hangul_in(text);
    (void)slots_find(book_slots(release->book), text, as_of, -1, &said);
    for (size_t i = 0; i < said.count; i++)
        sum += hash_of(str_of(said.values[i].text)) * (2 * (uint64_t)said.values[i].slot + 3);
    return sum;
}

bool outcome_is_answer(const struct outcome *outcome)
{
    return outcome->route == ROUTE_SCRIPTED || outcome->route == ROUTE_FORM;
}

static enum err case_answer(struct turner *turner, const struct release *release, struct str text,
                            struct str intent, date_days as_of, struct reply *reply,
                            struct outcome *out, struct fail *why)
{
    struct conversation conversation = {.awaiting = AWAIT_NOTHING};
    const struct message message = {text, STR_NONE, as_of, 0};
    const int own = book_intent(release->book, intent);
    enum err e = turn_answer(turner, &conversation, &message, reply, why);
    if (e)
        return e;
    *out = (struct outcome){.route = reply->route,
                            .intent = reply->intent,
                            .answer = reply->answer,
                            .reply = hash_of(str_from_buf(&reply->text)),
                            .values = values_hash(release, text, as_of)};
    for (int i = 0; own >= 0 && i < reply->choice_count; i++)
        out->lists_own = out->lists_own || reply->choices[i].intent == own;
    return OK;
}

static void outcome_count(struct outcomes *outcomes, const struct outcome *outcome, bool is_beyond)
{
    outcomes->routes[is_beyond][outcome->route]++;
    outcomes->lists_own += !is_beyond && outcome->route == ROUTE_CLARIFY && outcome->lists_own;
}

enum err outcomes_open(const struct release *release, const struct str *texts,
                       const struct str *intents, size_t count, date_days as_of,
                       struct outcomes **out, struct fail *why)
{
    struct turner *turner = NULL;
    struct reply reply = {.route = ROUTE_HANDOFF};
    struct outcomes *outcomes = mem_take(1, sizeof *outcomes);
    buf_init(&reply.text, (size_t)2 * LIMIT_ANSWER_BYTES);
    if (outcomes)
        outcomes->rows = mem_take(count + 1, sizeof *outcomes->rows);
    enum err e = outcomes && outcomes->rows ? turner_open(release, &turner, why) : fail_memory(why);
    for (size_t i = 0; i < count && !e; i++) {
        e = case_answer(turner, release, texts[i], intents[i], as_of, &reply, &outcomes->rows[i],
                        why);
        if (!e)
            outcome_count(outcomes, &outcomes->rows[i], str_equal(intents[i], STR(OUT_OF_SCOPE)));
    }
    turner_close(turner);
    buf_free(&reply.text);
    if (e) {
        outcomes_close(outcomes);
        return e;
    }
    outcomes->count = count;
    *out = outcomes;
    return OK;
}

void outcomes_close(struct outcomes *outcomes)
{
    if (!outcomes)
        return;
    mem_give(outcomes->rows);
    mem_give(outcomes);
}
