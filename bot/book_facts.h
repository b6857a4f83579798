/* The open book's facts: a question that asks one thing of one entity is answered with what is
 * stated of it, and with where the document says so. What cannot be shown to stand in a document
 * in force on the day is not told. */
#ifndef BOOK_FACTS_H
#define BOOK_FACTS_H

#include "bot/open_book.h"
#include "fallback/graph.h"
#include "fallback/guard.h"

struct book_facts; /* one thread's, for one release */

/* *out is NULL when the release has no facts. Index and guard are borrowed. */
MUST_USE enum err book_facts_open(const struct release *release, const struct index *index,
                                  struct guard *guard, struct book_facts **out, struct fail *why);
void book_facts_close(struct book_facts *facts);
/* As open_book_answer. */
MUST_USE enum err book_facts_answer(struct book_facts *facts, const struct book_question *question,
                                    struct reply *reply, bool *is_answered, struct fail *why);
/* Whether there is a fact that the question asks for and for nothing else. */
bool book_facts_fit(struct book_facts *facts, const struct book_question *question);
const struct graph *book_facts_graph(const struct book_facts *facts);
/* What the last question asked for; NULL when none was since book_facts_clear. */
const struct graph_answer *book_facts_asked(const struct book_facts *facts);
void book_facts_clear(struct book_facts *facts); /* NULL harmless */
/* The name of an entity by its id; STR_NONE when there is none, or `facts` is NULL. */
struct str book_facts_name(const struct book_facts *facts, struct str entity);

#endif
