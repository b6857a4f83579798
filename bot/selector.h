/* The model as a selector (DESIGN §7): a question that the open book found passages for is put to a
 * model with their sentences numbered, and the facts that it may be about; what comes back is
 * numbers; the program writes the reply out of the documents' own bytes, and the guard has the last
 * word. Nothing here waits or speaks to a model: one function says what to ask, one reads what came
 * back, one writes the reply. One thread, one release; all of it is about the turn that its open
 * book has just had. */
#ifndef SELECTOR_H
#define SELECTOR_H

#include "bot/evidence.h"
#include "bot/open_book.h"
#include "fallback/prompt.h"

struct selector;

/* `book` must outlive it. */
MUST_USE enum err selector_open(const struct release *release, struct open_book *book,
                                struct selector **out, struct fail *why);
void selector_close(struct selector *selector);
/* Asks with another prompt than the release's, to try it; takes it. */
void selector_use(struct selector *selector, struct prompt *prompt);
/* Whether a model may be asked about the last turn, and the key of its pin. */
MUST_USE enum err selector_wants(struct selector *selector, bool *wants, char key[HASH_HEX_BYTES],
                                 struct fail *why);
const char *selector_prompt(const struct selector *selector); /* prompt_hash */
/* What to ask; borrowed until the next call. ERR_LIMIT: it cannot be asked, and is answered
 * without. Personal data is out of it, and known to this selector for selector_say. */
MUST_USE enum err selector_ask(struct selector *selector, struct str conversation,
                               struct model_request *request, struct fail *why);
/* The model's words about what selector_ask asked in this very turn or, asked again, would ask;
 * *out has nothing and says why when they are not a selection. */
MUST_USE enum err selector_read(struct selector *selector, struct str conversation,
                                struct str words, struct evidence *out, struct fail *why);
/* Writes the reply that the evidence makes in the place of `reply`'s, if it may be said: every span
 * is there as it was, in force, and the guard finds nothing. Otherwise the reply is as before, and
 * evidence->why says what is wrong, with count 0. */
MUST_USE enum err selector_say(struct selector *selector, struct evidence *evidence,
                               struct reply *reply, bool *is_said, struct fail *why);
/* The reply of a turn that was taken again, as the evidence kept with it makes it; nothing for a
 * turn without. */
MUST_USE enum err selector_repeat(struct selector *selector, struct str kept, struct reply *reply,
                                  struct fail *why);

#endif
