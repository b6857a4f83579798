/* What a message that no script fits is answered with: something out of the release's documents, or
 * nothing. Pure like the turn it is part of: no clock, no disk, no heap once warm. */
#ifndef OPEN_BOOK_H
#define OPEN_BOOK_H

#include "bot/turn.h"
#include "fallback/quote.h"
#include "fallback/retrieve.h"

struct open_book; /* one thread's, for one release */

/* *out is NULL when the release has no documents. */
MUST_USE enum err open_book_open(const struct release *release, struct open_book **out,
                                 struct fail *why);
void open_book_close(struct open_book *book);

struct book_question {
    struct str text;
    struct str product; /* the only product to look at, besides what belongs to none; or empty */
    struct str entity; /* the one the customer picked of those that a fact was asked of; or empty */
    struct str language; /* of the line that names the source */
    date_days as_of;
};
/* *is_answered true: reply->text, its route and citations; or ROUTE_CLARIFY with no text yet, when
 * a fact is asked for and book_facts_asked says of which entities, or which key of a rate is
 * missing. Otherwise the reply is as before
 * but for its reason, which says how near it was. Fails only for lack of memory. */
MUST_USE enum err open_book_answer(struct open_book *book, const struct book_question *question,
                                   struct reply *reply, bool *is_answered, struct fail *why);

/* The passages that the question finds, whether they answer it or not, for a person to read: what
 * open_book_answer would look at first. It leaves what the last turn found as it is. */
MUST_USE enum err open_book_look(struct open_book *book, const struct book_question *question,
                                 struct retrieval *out, struct fail *why);

/* As open_book_answer, of facts alone, and only when one is asked for and nothing else: it is told
 * where a list would be shown otherwise. */
MUST_USE enum err open_book_fact(struct open_book *book, const struct book_question *question,
                                 struct reply *reply, bool *is_answered, struct fail *why);

/* What the last question found, for an explanation; NULL when none was asked since open_book_clear.
 */
const struct retrieval *open_book_found(const struct open_book *book);
const struct index *open_book_index(const struct open_book *book);
struct book_facts;
struct book_facts *open_book_facts(const struct open_book *book); /* NULL: none, or no book */
/* The chance that the last question's passage had to reach; above 1: never. */
double open_book_quotes_from(const struct open_book *book);
void open_book_clear(struct open_book *book);

/* Vectors of the release's passages; NULL when it has none or they did not help. */
const struct passage_vectors *open_book_vectors(const struct open_book *book);
/* The question that the last turn looked for among the documents, and its language; false when it
 * did not, or when it holds too little for any passage. Borrowed until the next question. */
bool open_book_looked(const struct open_book *book, struct str *question, struct str *language);
/* The vector of the question that comes, until NULL is brought; of a release without vectors it is
 * not looked at. */
void open_book_bring(struct open_book *book, const struct question_vector *vector);

/* The last question, when the passages found for it are likely enough to answer, by `model_from` or
 * because the best would be quoted: what a model may be asked (bot/selector.h). Borrowed until the
 * next question. */
struct book_asked {
    struct str question, product, language;
    date_days as_of;
};
bool open_book_asked(const struct open_book *book, struct book_asked *out);

#endif
