/* What an agent is shown while the caller still speaks: the intents that may be meant, each with
 * its approved answer as it would be given, what the bot itself would do, and the passages that
 * speak of it. Pure like a turn, but there is no conversation and nothing is kept. */
#ifndef SUGGEST_H
#define SUGGEST_H

#include "bot/turn.h"

enum { SUGGEST_PASSAGES = 3, SUGGEST_PASSAGE_BYTES = 4 * 1024, SUGGEST_MARKS = 64 };

struct suggester; /* one thread's scratch, for any release */
MUST_USE enum err suggester_open(struct suggester **out, struct fail *why);
void suggester_close(struct suggester *suggester); /* NULL is harmless */

struct suggest_request {
    struct str text, channel; /* text_accept()ed; the channel may be empty */
    date_days as_of;          /* DATE_NONE: today in the bot's time zone */
    int64_t at_us;            /* 0: now */
};
/* Writes members into the object that is open:
 *   text_masked   only when something was masked: it is what was looked at
 *   as_of
 *   ranked        [{intent, title, policy, confidence, answer}], best first; the answer is null
 *                 when none is in force, else {id, version, text, effective_from, effective_to,
 *                 missing: [{slot, question}], fails}; no text while a slot is missing
 *   threshold     the confidence from which the bot answers by itself
 *   is_certain    the message equals an example
 *   would         {route, intent, text, reason}: what the bot would say to this as a first message
 *   slots         {name: value as it is read}
 *   passages      [{document, title, heading, text, is_cut, marks, effective_from, effective_to}]
 *   answerable    the chance that the first passage answers; null without passages
 * Marks are pairs [begin, end] in UTF-16 units of `text`, as browsers count.
 * Fails only for lack of memory. */
struct json_writer;
MUST_USE enum err suggest(struct suggester *suggester, struct turner *turner,
                          const struct suggest_request *request, struct json_writer *w,
                          struct fail *why);

#endif
