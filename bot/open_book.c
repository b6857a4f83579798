/* The fallback's order (DESIGN §6.7). Each way of answering is one function that says whether it
 * did; what comes first wins, and when none answers the router hands over to a person. A fact that
 * is looked up (bot/book_facts.h) comes before a passage that is likely to hold it.
 *
 * A passage is quoted only from the chance on that the release was made with: what the owner set as
 * quote_from, else what golden questions and quote_wrong_budget gave when it was trained. The reply
 * is the document's own bytes, and under them a line of ours that says where they stand. */
#include "bot/open_book.h"

#include "base/arena.h"
#include "bot/book_facts.h"
#include "bot/cite.h"
#include "bot/route.h"
#include "bot/texts.h"

#include <math.h>
#include <stdio.h>

enum { MILLION = 1000 * 1000 };

/* log(1 + 4): a message with fewer terms that any document knows ("심심해") is no question, however
 * well a passage fits it. */
static const double least_terms = 1.609;

struct open_book {
    struct index *index; /* over the release's bytes */
    struct retriever *retriever;
    struct quoter *quoter;
    struct guard *guard;
    struct book_facts *facts; /* NULL: the release has none */
    struct retrieval found;
    bool was_asked;
    double quotes_from, asks_from;
    struct buf asked; /* the last question and its product, one after the other */
    size_t question_bytes;
    char language[4];
    date_days as_of;
    bool is_askable, has_terms;
    struct passage_vectors vectors;
    bool has_vectors;
    double quotes_near_from; /* the same with vectors */
    double quoted_from;      /* which of the two the last question met */
    const struct question_vector *brought;
};

/* The owner's word first; a release whose threshold was never derived does not quote. */
static double threshold_of(const struct config *settings, const struct index_answerable *answerable)
{
    const double own = config_double(settings, CONFIG_QUOTE_FROM);
    const uint32_t derived = answerable->quoted_from;
    if (own > 0)
        return own < 1 ? own : 2;
    return derived > 0 ? (double)derived / MILLION : 2;
}

static enum err vectors_open(struct open_book *book, const struct release *release,
                             struct fail *why)
{
    if (!release->vectors.p)
        return OK;
    enum err e = passage_vectors_open(release->vectors.p, release->vectors.n, true,
                                      "the release's vectors.bin", &book->vectors, why);
    if (e)
        return e;
    const struct vectors_head *head = book->vectors.head;
    if (head->weight > 0 && head->rows != book->index->head->passages)
        return fail(why, ERR_CORRUPT, "the release's vectors.bin is not of its index.bin");
    book->has_vectors = head->weight > 0;
    book->quotes_near_from = threshold_of(release->settings, &head->answerable);
    return OK;
}

enum err open_book_open(const struct release *release, struct open_book **out, struct fail *why)
{
    *out = NULL;
    if (!release->index.p)
        return OK;
    struct open_book *book = mem_take(1, sizeof *book);
    if (!book)
        return fail_memory(why);
    buf_init(&book->asked, LIMIT_NORMALISED_BYTES);
    enum err e = index_open_hashed(release->index.p, release->index.n, "the release's index.bin",
                                   &book->index, why);
    if (!e)
        e = vectors_open(book, release, why);
    if (!e)
        e = retriever_open(book->index, &book->retriever, why);
    if (!e)
        e = quoter_open(book->index, &book->quoter, why);
    if (!e)
        e = guard_open(&book->guard, why);
    if (!e)
        e = book_facts_open(release, book->index, book->guard, &book->facts, why);
    if (e) {
        open_book_close(book);
        return e;
    }
    book->quotes_from = threshold_of(release->settings, book->index->answerable);
    book->asks_from = config_double(release->settings, CONFIG_QUOTE_FROM) >= 1
                          ? book->quotes_from
                          : config_double(release->settings, CONFIG_MODEL_FROM);
    book->quoted_from = book->quotes_from;
    *out = book;
    return OK;
}

void open_book_close(struct open_book *book)
{
    if (!book)
        return;
    book_facts_close(book->facts);
    guard_close(book->guard);
    retriever_close(book->retriever);
    quoter_close(book->quoter);
    index_close(book->index);
    buf_free(&book->asked);
    mem_give(book);
}

enum err open_book_look(struct open_book *book, const struct book_question *question,
                        struct retrieval *out, struct fail *why)
{
    return retrieve(book->retriever, question->text, question->product, question->as_of, out, why);
}

const struct retrieval *open_book_found(const struct open_book *book)
{
    return book && book->was_asked ? &book->found : NULL;
}

const struct index *open_book_index(const struct open_book *book)
{
    return book->index;
}

double open_book_quotes_from(const struct open_book *book)
{
    return book->quoted_from;
}

struct book_facts *open_book_facts(const struct open_book *book)
{
    return book ? book->facts : NULL;
}

void open_book_clear(struct open_book *book)
{
    if (!book)
        return;
    book->was_asked = book->is_askable = book->has_terms = false;
    book_facts_clear(book->facts);
}

const struct passage_vectors *open_book_vectors(const struct open_book *book)
{
    return book && book->has_vectors ? &book->vectors : NULL;
}

bool open_book_looked(const struct open_book *book, struct str *question, struct str *language)
{
    if (!book || !book->was_asked || !book->has_terms)
        return false;
    *question = str_slice(str_from_buf(&book->asked), 0, book->question_bytes);
    *language = str_of(book->language);
    return true;
}

void open_book_bring(struct open_book *book, const struct question_vector *vector)
{
    if (book)
        book->brought = vector;
}

/* The texts belong to a conversation that may be gone when they are looked at. */
static enum err asked_keep(struct open_book *book, const struct book_question *question,
                           struct fail *why)
{
    buf_clear(&book->asked);
    buf_add_str(&book->asked, question->text);
    buf_add_str(&book->asked, question->product);
    book->question_bytes = question->text.n;
    (void)snprintf(book->language, sizeof book->language, "%.*s", STR_ARG(question->language));
    book->as_of = question->as_of;
    return buf_error(&book->asked, "the question", why);
}

bool open_book_asked(const struct open_book *book, struct book_asked *out)
{
    if (!book || !book->is_askable)
        return false;
    const struct str all = str_from_buf(&book->asked);
    *out = (struct book_asked){.question = str_slice(all, 0, book->question_bytes),
                               .product = str_slice(all, book->question_bytes, all.n),
                               .language = str_of(book->language),
                               .as_of = book->as_of};
    return true;
}

/* ---- A quoted passage ---- */

/* Whether the sentences, as they will be read, say nothing that they must not. */
static bool quote_may_leave(const struct open_book *book, const struct quote *quote,
                            uint32_t passage, date_days as_of)
{
    const struct index_passage *p = &book->index->passages[passage];
    const struct index_document *d = &book->index->documents[p->document];
    struct guard_verdict verdict;
    for (int i = 0; i < quote->count; i++) {
        const struct citation citation =
            citation_of(book->index, passage, quote->spans[i].from, quote->spans[i].to);
        const struct guard_source source = {citation.quote, citation.heading, d->effective_from,
                                            d->effective_to};
        guard_check(
            book->guard,
            &(struct guard_request){
                .reply = citation.quote, .sources = &source, .source_count = 1, .as_of = as_of},
            &verdict);
        if (verdict.count > 0)
            return false;
    }
    return true;
}

static void quote_say(const struct open_book *book, const struct quote *quote, uint32_t passage,
                      struct str language, struct reply *reply)
{
    struct buf *text = &reply->text;
    buf_clear(text);
    reply->route = ROUTE_QUOTED;
    for (int i = 0; i < quote->count; i++) {
        struct citation *citation = &reply->citations[reply->citation_count++];
        *citation = citation_of(book->index, passage, quote->spans[i].from, quote->spans[i].to);
        buf_add_str(text, citation->quote);
        buf_add_char(text, '\n');
    }
    if (quote->is_cut) {
        buf_add_str(text, text_of(TEXT_QUOTE_CUT, language));
        buf_add_char(text, '\n');
    }
    buf_add_char(text, '\n');
    citation_print(&reply->citations[0], language, text);
    reason_add(reply->reason, sizeof reply->reason, " → quotes %.*s",
               STR_ARG(reply->citations[0].document));
    if (reply->citations[0].heading.n > 0)
        reason_add(reply->reason, sizeof reply->reason, ", %.*s",
                   STR_ARG(reply->citations[0].heading));
}

static enum err passage_quoted(struct open_book *book, const struct book_question *question,
                               struct reply *reply, bool *is_answered, struct fail *why)
{
    struct retrieval *found = &book->found;
    struct quote quote = {.count = 0};
    const struct nearness near = {&book->vectors, book->brought,
                                  book->has_vectors ? book->vectors.head->weight : 0};
    const bool is_near = book->has_vectors && book->brought;
    const double quotes_from = is_near ? book->quotes_near_from : book->quotes_from;
    enum err e = retrieve_near(book->retriever, question->text, question->product, question->as_of,
                               is_near ? &near : NULL, found, why);
    book->quoted_from = quotes_from;
    if (e)
        return e;
    book->was_asked = true;
    e = asked_keep(book, question, why);
    if (e)
        return e;
    const bool has_terms = found->count > 0 && found->signals[3] >= least_terms;
    const bool is_likely = has_terms && found->answerable >= quotes_from;
    book->is_askable = has_terms && found->answerable >= fmin(quotes_from, book->asks_from);
    book->has_terms = has_terms;
    if (!has_terms)
        reason_add(reply->reason, sizeof reply->reason,
                   found->count > 0 ? ", too little of it in any passage" : ", no passage");
    else if (quotes_from > 1)
        reason_add(reply->reason, sizeof reply->reason, ", passage %.2f, never quoted",
                   found->answerable);
    else
        reason_add(reply->reason, sizeof reply->reason, ", passage %.2f %s %.2f", found->answerable,
                   is_likely ? "≥" : "<", quotes_from);
    if (is_likely)
        e = quote_find(book->quoter, question->text, found->hits[0].passage, &quote, why);
    if (!e && quote.count > 0 &&
        !quote_may_leave(book, &quote, found->hits[0].passage, question->as_of)) {
        reason_add(reply->reason, sizeof reply->reason, ", stopped by the guard");
    } else if (!e && quote.count > 0) {
        quote_say(book, &quote, found->hits[0].passage, question->language, reply);
        *is_answered = true;
        e = buf_error(&reply->text, "the reply", why);
    } else if (!e && is_likely) {
        reason_add(reply->reason, sizeof reply->reason, ", no sentence of it");
    }
    return e;
}

/* ---- The order ---- */

static enum err fact_told(struct open_book *book, const struct book_question *question,
                          struct reply *reply, bool *is_answered, struct fail *why)
{
    return book->facts ? book_facts_answer(book->facts, question, reply, is_answered, why) : OK;
}

enum err open_book_answer(struct open_book *book, const struct book_question *question,
                          struct reply *reply, bool *is_answered, struct fail *why)
{
    static enum err (*const ways[])(struct open_book *, const struct book_question *,
                                    struct reply *, bool *,
                                    struct fail *) = {fact_told, passage_quoted};
    enum err e = OK;
    *is_answered = false;
    for (size_t i = 0; i < sizeof ways / sizeof ways[0] && !e && !*is_answered; i++)
        e = ways[i](book, question, reply, is_answered, why);
    return e;
}

enum err open_book_fact(struct open_book *book, const struct book_question *question,
                        struct reply *reply, bool *is_answered, struct fail *why)
{
    *is_answered = false;
    if (!book->facts || !book_facts_fit(book->facts, question))
        return OK;
    return fact_told(book, question, reply, is_answered, why);
}
