/* The open book's facts: a question that asks one thing of one entity is answered with what is
 * stated of it, and with where the document says so. What cannot be shown to stand in a document
 * in force on the day is not told. */
#ifndef BOOK_FACTS_H
#define BOOK_FACTS_H

#include "bot/open_book.h"
#include "bot/selected.h"
#include "fallback/graph.h"

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

/* ---- For a model to point at (bot/selector.h) ---- */

/* The facts that a question may be about, each with a source in force on the day and of the
 * product: graph_offer's. Those of one question and day are always the same. Returns how many;
 * `facts` may be NULL. */
size_t book_facts_offer(const struct book_facts *facts, const struct book_asked *asked, size_t *out,
                        size_t most);
struct str book_fact_id(const struct book_facts *facts, size_t fact);
struct str book_fact_document(const struct book_facts *facts, size_t fact); /* that says it */
/* What changes whenever anything does that the fact is told with, its source's text too. */
MUST_USE enum err book_fact_version(struct book_facts *facts, size_t fact,
                                    const struct book_asked *asked, uint64_t *out,
                                    struct fail *why);
/* Appends it as one line: entity | predicate | value | condition | days. */
MUST_USE enum err book_fact_line(const struct book_facts *facts, size_t fact, struct str language,
                                 struct buf *out, struct fail *why);
/* Appends to `text` what a customer reads, and to `stated` what bears it out beside the source; all
 * of *out but its text. *is_there false: it may not be told on that day. */
MUST_USE enum err book_fact_say(const struct book_facts *facts, size_t fact,
                                const struct book_asked *asked, struct buf *text,
                                struct buf *stated, struct selected *out, bool *is_there,
                                struct fail *why);

#endif
