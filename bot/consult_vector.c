/* A vector's part in a turn. The turn is taken by words first; where that led to the documents, and
 * the release has vectors, the question's own is looked for among those kept, else asked of its
 * model, and the turn is taken again with it. Whatever keeps it from coming is said in the reason,
 * and the turn stays as words made it. */
#include "base/arena.h"
#include "bot/bot_parts.h"
#include "bot/open_book.h"
#include "bot/route.h"
#include "fallback/embeddings.h"

#include <string.h>

/* The question as it would leave and its key. ERR_LIMIT: it must not leave. */
static enum err question_hide(struct bot *bot, const struct passage_vectors *vectors,
                              struct str language, struct str *question, struct fail *why)
{
    enum err e = bot->pseudonyms ? OK : pseudonyms_open(&bot->pseudonyms, why);
    buf_clear(&bot->question);
    if (!e)
        e = embeddings_question(bot->pseudonyms, bot->looked, language, &bot->question, why);
    if (e)
        return e;
    *question = str_from_buf(&bot->question);
    question_vector_key(vectors->head, *question, bot->vector_key);
    return OK;
}

/* Among those of turns on their way to the journal, or there. */
static enum err kept_find(struct bot *bot, struct models *models,
                          const struct passage_vectors *vectors, bool *is_there, struct fail *why)
{
    buf_clear(&bot->vector);
    enum err e = models_vector(models, bot->vector_key, &bot->vector, is_there, why);
    if (!e && !*is_there)
        e = question_vector_find(bot->journal, bot->vector_key, &bot->vector, is_there, why);
    if (!e && *is_there)
        *is_there =
            question_vector_parse(str_from_buf(&bot->vector), vectors->head, &bot->question_vector);
    return e;
}

/* What the provider said; of two who asked the same at once, both get the first one's. */
static enum err told_keep(struct bot *bot, struct models *models,
                          const struct passage_vectors *vectors, const struct told *told,
                          bool *is_there, struct fail *why)
{
    const int dimensions = (int)vectors->head->dimensions;
    float row[LIMIT_EMBEDDING];
    if (told->outcome || told->text.n != (size_t)dimensions * sizeof *row)
        return OK;
    memcpy(row, told->text.p, told->text.n);
    question_vector_set(&bot->question_vector, row, dimensions);
    buf_clear(&bot->vector);
    enum err e =
        question_vector_print(&bot->question_vector, vectors->head->model, &bot->vector, why);
    if (!e)
        e = models_vector_keep(models, bot->vector_key, str_from_buf(&bot->vector), why);
    return e ? e : kept_find(bot, models, vectors, is_there, why);
}

/* The turn once more, with the vector. */
static enum err turn_near(struct bot *bot, const struct accepted *accepted,
                          const struct conversation *before, struct conversation *conversation,
                          struct fail *why)
{
    struct open_book *book = turner_open_book(bot->turner);
    *conversation = *before;
    open_book_bring(book, &bot->question_vector);
    enum err e = bot_turn(bot, accepted, conversation, why);
    open_book_bring(book, NULL);
    reason_add(bot->reply.reason, sizeof(bot->reply.reason), "; with vectors");
    bot->has_vector = true;
    return e;
}

static enum err vector_ask(struct bot *bot, const struct passage_vectors *vectors,
                           struct str question, struct asking *asking, struct fail *why)
{
    struct json_writer w;
    buf_clear(&bot->question_json);
    json_begin(&w, &bot->question_json);
    json_array(&w, NULL);
    json_put_str(&w, NULL, question);
    json_end(&w, ']');
    asking->request = (struct model_request){.user = str_from_buf(&bot->question_json),
                                             .vectors_of = str_of(vectors->head->model),
                                             .texts = 1,
                                             .deadline_ms = models_vector_ms(asking->models)};
    asking->prompt = NULL;
    asking->asks = true;
    asking->vector.state = VECTOR_ASKED;
    return buf_error(&bot->question_json, "the question", why);
}

static void without(struct bot *bot, struct asking *asking)
{
    asking->vector.state = VECTOR_WITHOUT;
    reason_add(bot->reply.reason, sizeof(bot->reply.reason), "; by words alone, vectors: %s",
               outcome_name(asking->vector.outcome));
}

static enum err question_take(struct bot *bot, struct str question, struct fail *why)
{
    buf_clear(&bot->looked_text);
    buf_add_str(&bot->looked_text, question);
    bot->looked = str_from_buf(&bot->looked_text);
    return buf_error(&bot->looked_text, "the question", why);
}

/* Once the turn is known to want one. */
static enum err vector_wanted(struct bot *bot, const struct accepted *accepted,
                              const struct passage_vectors *vectors, struct str language,
                              const struct conversation *before, struct conversation *conversation,
                              struct asking *asking, struct fail *why)
{
    struct str question = STR_NONE;
    bool is_there = false;
    const enum vector_state state = asking->vector.state;
    enum err e = question_hide(bot, vectors, language, &question, why);
    if (e == ERR_LIMIT) {
        asking->vector.outcome = OUTCOME_DECLINED; /* by us */
        without(bot, asking);
        return OK;
    }
    if (!e && state == VECTOR_ASKED)
        e = told_keep(bot, asking->models, vectors, asking->told, &is_there, why);
    else if (!e)
        e = kept_find(bot, asking->models, vectors, &is_there, why);
    if (!e && is_there) {
        asking->vector.state = VECTOR_USED;
        return turn_near(bot, accepted, before, conversation, why);
    }
    if (!e && state == VECTOR_OPEN)
        return vector_ask(bot, vectors, question, asking, why);
    asking->vector.outcome = state == VECTOR_ASKED ? asking->told->outcome : OUTCOME_MEMORY;
    if (!asking->vector.outcome)
        asking->vector.outcome = OUTCOME_BROKEN;
    if (!e)
        without(bot, asking);
    return e;
}

enum err consult_vector(struct bot *bot, const struct accepted *accepted,
                        const struct conversation *before, struct conversation *conversation,
                        struct asking *asking, struct fail *why)
{
    static const struct told lost = {.outcome = OUTCOME_LATE};
    struct open_book *book = turner_open_book(bot->turner);
    const struct passage_vectors *vectors = open_book_vectors(book);
    struct str question, language;
    const enum vector_state state = asking->vector.state;
    bot->has_vector = false;
    if (state == VECTOR_WITHOUT) {
        without(bot, asking);
        return OK;
    }
    if (state == VECTOR_UNWANTED || !vectors || !asking->models || !bot->journal ||
        !open_book_looked(book, &question, &language)) {
        asking->vector.state = VECTOR_UNWANTED;
        return OK;
    }
    enum err e = question_take(bot, question, why);
    if (!e)
        e = vector_wanted(bot, accepted, vectors, language, before, conversation, asking, why);
    /* What is told next, if anything, is a model's words about the passages of this step. When they
     * cannot be found again in the same way, its numbers mean nothing. */
    if (state == VECTOR_ASKED)
        asking->told = NULL;
    else if (state == VECTOR_USED && asking->vector.state != VECTOR_USED)
        asking->told = &lost;
    return e;
}
