/* The forms that models speak, one .c each. A form says how a request is written, and reads the
 * events of the streamed reply into what all forms have in common. */
#ifndef FORM_H
#define FORM_H

#include "base/json.h"
#include "fallback/endpoints.h"
#include "fallback/halves.h"
#include "fallback/outcome.h"

/* What is asked. Texts are borrowed until the call that takes them returns. */
struct model_request {
    struct str system, user;
    struct str schema; /* JSON Schema of the reply; p == NULL: any text */
    /* p == NULL: words are wanted. Otherwise vectors, of this model and no other: `user` is then a
     * JSON array of so many texts, and the reply the rows of embeddings_read. */
    struct str vectors_of;
    size_t texts;
    struct str sent; /* what the ledger holds in the place of `user`; p == NULL: `user` itself */
    int64_t deadline_ms; /* for bot/models.h: less than the settings say; 0: as they say */
};

enum { FORM_PROBLEM_BYTES = 160 };

/* What has come so far. */
struct model_reply {
    struct buf text;
    struct halves halves;
    int64_t tokens_in, tokens_out;    /* as the provider counts; -1: not told */
    bool has_reason;                  /* the model has said why it stopped */
    bool is_ended;                    /* the stream has said that it is over */
    char problem[FORM_PROBLEM_BYTES]; /* what is wrong with it, for a person; "": not told */
};

struct form {
    const char *name;           /* as in the providers file */
    const char *path;           /* added to the url */
    const char *key_header;     /* what stands before the key: "Authorization: Bearer " */
    const char *const *headers; /* more of them, NULL at the end */
    void (*add_body)(struct buf *out, const struct endpoint *endpoint,
                     const struct model_request *request);
    /* One event. OUTCOME_WHOLE: go on (or, with is_ended, that was all). */
    enum outcome (*take)(struct model_reply *reply, struct str name, struct str payload);
    /* For a form that does not stream, in the place of `take`: the whole body is reply->text, and
     * what was asked for takes its place. NULL: it streams. */
    enum outcome (*whole)(struct model_reply *reply, const struct endpoint *endpoint, size_t texts);
};

extern const struct form openai_form, anthropic_form, embeddings_form;

void reply_init(struct model_reply *reply);
void reply_free(struct model_reply *reply);
/* For the forms. One JSON object of the stream; halves of runes are marked in it. */
MUST_USE enum outcome reply_parse(struct str payload, cJSON **out);
/* Text that continues the reply. */
MUST_USE enum outcome reply_add(struct model_reply *reply, struct str text);
/* A count of tokens if the item is one; *to stays as it was otherwise. */
void reply_count(const cJSON *object, const char *key, int64_t *to);

#endif
