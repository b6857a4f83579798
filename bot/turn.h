/* The front door: one message into one reply. turn_answer is a pure function of (release,
 * conversation state, message, as-of date): no clock, no disk, no heap once warm. bot/bot.h wraps
 * it with the journal. */
#ifndef TURN_H
#define TURN_H

#include "base/json.h"
#include "classifier/classify.h"
#include "responses/release.h"

enum route {
    ROUTE_SCRIPTED,
    ROUTE_CLARIFY,
    ROUTE_FORM,
    ROUTE_QUOTED,
    ROUTE_GENERATED,
    ROUTE_HANDOFF
};
const char *route_name(enum route route);

enum {
    TURN_REASON_BYTES = 384,
    QUESTION_BYTES = 512,
    CONVERSATION_NAME_BYTES = 128,
    CHANNEL_BYTES = 32
};

/* What a conversation carries from turn to turn. Plain data: stored in the journal as JSON, zero is
 * a new conversation. */
struct conversation {
    enum { AWAIT_NOTHING, AWAIT_CHOICE, AWAIT_SLOT, AWAIT_MORE, AWAIT_ENTITY, AWAIT_KEY } awaiting;
    int choices[LIMIT_CHOICES]; /* AWAIT_CHOICE: indexes into the book's intents, as listed; -1: no
                                   longer there */
    int choice_count;           /* also of `entities` */
    char entities[LIMIT_CHOICES][LIMIT_NAME_BYTES + 1]; /* AWAIT_ENTITY: ids, as listed; AWAIT_KEY:
                                   the words that its values are chosen by, none for figures */
    int intent; /* AWAIT_SLOT: whose answer waits for `slot` */
    int slot;
    char question[QUESTION_BYTES]; /* AWAIT_CHOICE, AWAIT_ENTITY: the message that got the list, or
                                      its beginning, for the open book when nothing of the list is
                                      meant; "" when the book must not be asked. AWAIT_KEY: the
                                      question for a rate, as far as it is known */
    int asked;             /* how often in a row this slot was asked for, this list shown, or the
                              customer asked to say more; 0 when nothing is awaited */
    bool is_with_person;   /* handed over: the bot says nothing. Set by whoever takes the
                              conversation, never by a turn */
    char language[4];      /* "ko" or "en" as the customer last wrote; "" is the bot's own */
    int topic;             /* 1 + the intent last answered by a script; 0 for none: a value said
                              next ("500만원") is about it */
    struct slot_set slots; /* values known so far */
    int64_t last_at_us;    /* when the last turn was, 0 for none */
};

struct message {
    struct str text;    /* text_accept()ed */
    struct str channel; /* "web", "kakao", "phone", … or STR_NONE */
    date_days as_of;
    int64_t at_us; /* only to forget a form or clarification that is too old */
};

struct choice {
    int intent;       /* -1: a person, always the last of a list, or an entity */
    struct str title; /* borrowed from the release */
};
enum { REPLY_CHOICES = LIMIT_CHOICES + 1 };

/* Bytes of a document that a reply shows as they are, or that bear out what it says. Texts borrowed
 * from the release. */
struct citation {
    struct str document, title, heading, quote;
    date_days effective_from; /* DATE_NONE: since ever */
    size_t from, to;          /* bytes of the document's text */
    uint64_t version;         /* of that text, as in the index */
};
enum { REPLY_CITATIONS = 8 };

struct reply {
    enum route route;
    struct buf text; /* what the customer reads; buf_init by the owner, reused */
    struct choice choices[REPLY_CHOICES];
    int choice_count;
    struct citation citations[REPLY_CITATIONS]; /* ROUTE_QUOTED and ROUTE_GENERATED, in the order
                                                    shown */
    int citation_count;
    int intent;                      /* index into the book's intents, or -1 */
    const struct answer_row *answer; /* or NULL */
    const char *why_answer;          /* static text: why this answer of the intent's, or NULL */
    double confidence;
    bool has_confidence;
    char reason[TURN_REASON_BYTES]; /* one line: "0.93 ≥ 0.71, next 0.04 → claim_documents, answer
                                       claim_documents-1 v3" */
};

/* Appends the titles of the reply's list as a JSON array, the form the journal keeps them in. */
MUST_USE enum err reply_print_choices(const struct reply *reply, struct buf *out, struct fail *why);

/* Appends the reply as one line of JSON, the form of POST /v1/turns and of `paring ask --json`; a
 * turn that is not kept has the id "". */
void reply_print(const struct reply *reply, const struct release *release, const char *turn_id,
                 struct buf *out);

/* Writes the member "citations" when there are any. */
void reply_put_citations(const struct reply *reply, struct json_writer *w);
/* Appends the citations as the journal keeps them, nothing when there are none; and back, with the
 * texts in the arena. */
MUST_USE enum err reply_print_citations(const struct reply *reply, struct buf *out,
                                        struct fail *why);
struct arena;
MUST_USE enum err reply_parse_citations(struct str kept, struct arena *arena, struct reply *reply,
                                        struct fail *why);

/* One thread's scratch for a release. */
struct turner;
MUST_USE enum err turner_open(const struct release *release, struct turner **out, struct fail *why);
void turner_close(struct turner *turner);
struct classifier *turner_classifier(struct turner *turner);
struct open_book;
struct open_book *turner_open_book(struct turner *turner); /* NULL: no documents */
struct selector;
struct selector *turner_selector(struct turner *turner); /* NULL: no documents */

/* Updates *conversation and fills *reply. ERR_MEMORY or ERR_LIMIT only when reply->text or the
 * open book's scratch cannot grow; the conversation is then as before. */
MUST_USE enum err turn_answer(struct turner *turner, struct conversation *conversation,
                              const struct message *message, struct reply *reply, struct fail *why);

#endif
