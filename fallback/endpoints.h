/* The models that may be asked, in order, from the `providers` file: sections of key = value lines.
 *
 *   [main]
 *   form = openai                     or anthropic; embeddings: it gives vectors, no words
 *   url = https://api.example.com/v1  openai: …/chat/completions, anthropic: …/v1/messages,
 *                                     embeddings: …/embeddings is added
 *   model = small-model
 *   key_file = main.key               from the file's folder; without it no key is sent
 *   won_per_1000_in = 0.55            exact, for the cap and the ledger
 *   won_per_1000_out = 2.2
 *   deadline_ms = 8000                all of it, the second try included
 *   connect_ms = 2000                 until there is a connection
 *   first_byte_ms = 6000              from there until the reply begins
 *   max_tokens = 1000                 of a reply
 *   tokens_key = max_tokens           or max_completion_tokens (openai)
 *   schema = json_schema              or json_object, none: how the form is asked for (openai)
 *   temperature = 0                   or none: not sent
 *   dimensions = 384                  of each vector (embeddings: must be set)
 *   ca_file, proxy                    other roots of trust; a proxy, or none at all
 *
 * The environment's proxy variables, .netrc and the like are never looked at. */
#ifndef ENDPOINTS_H
#define ENDPOINTS_H

#include "base/limits.h"
#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

struct form;

enum schema_kind { SCHEMA_JSON_SCHEMA, SCHEMA_JSON_OBJECT, SCHEMA_NONE };

struct endpoint {
    struct str name, model;
    const char *url; /* whole, with the form's path */
    const char *key; /* NULL: none. A secret: never printed */
    const char *ca_file, *proxy;
    const struct form *form;
    const char *temperature; /* as it is sent; NULL: it is not */
    const char *tokens_key;
    enum schema_kind schema;
    /* Millionths of a won for 1,000 tokens. */
    int64_t price_in, price_out;
    int deadline_ms, connect_ms, first_byte_ms, max_tokens;
    int dimensions; /* 0: it gives words */
};

struct endpoints; /* immutable; may be read from any thread */

/* ERR_INPUT with file, line and reason; ERR_MISSING for a file that is not there, the key's too; a
 * key file that everybody may read is refused. */
MUST_USE enum err endpoints_open(const char *path, struct endpoints **out, struct fail *why);
void endpoints_close(struct endpoints *endpoints); /* wipes the keys */
size_t endpoints_count(const struct endpoints *endpoints);
const struct endpoint *endpoints_at(const struct endpoints *endpoints, size_t i);

#endif
