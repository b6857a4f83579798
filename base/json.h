/* JSON in (cJSON behind a strict door) and out (written straight into a buf). */
#ifndef JSON_H
#define JSON_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

/* Parses one JSON text: valid UTF-8, at most LIMIT_JSON_BYTES, nesting ≤ LIMIT_JSON_DEPTH, no
 * duplicate keys in an object, no NUL in strings, nothing after it. The caller cJSON_Delete()s
 * *out. `what` names it in failures. */
MUST_USE enum err json_parse(struct str bytes, const char *what, cJSON **out, struct fail *why);

/* Exact-type getters: ERR_INPUT with "field \"x\" must be …" otherwise (put the context before it
 * with fail_within). The text is borrowed from the object. Optional ones leave *out alone when
 * absent or null. */
MUST_USE enum err json_text(const cJSON *object, const char *key, struct str *out,
                            struct fail *why);
MUST_USE enum err json_optional_text(const cJSON *object, const char *key, struct str *out,
                                     struct fail *why);

/* Writing: the caller keeps the commas right by using json_key/json_next. */
/* quoted and escaped; U+2028/9 and < escaped too */
void json_add_string(struct buf *out, struct str s);
/* fixed point, trailing zeros cut; not finite gives null */
void json_add_double(struct buf *out, double x, int digits);

/* A small writer that puts commas in itself. Depth at most 16. */
struct json_writer {
    struct buf *out;
    unsigned depth;
    bool has_item[16];
};
void json_begin(struct json_writer *w, struct buf *out);
/* key NULL inside arrays and at the top */
void json_object(struct json_writer *w, const char *key);
void json_array(struct json_writer *w, const char *key);
void json_end(struct json_writer *w, char closing); /* '}' or ']' */
/* p == NULL writes null */
void json_put_str(struct json_writer *w, const char *key, struct str value);
void json_put_text(struct json_writer *w, const char *key, const char *value);
void json_put_int(struct json_writer *w, const char *key, int64_t value);
void json_put_double(struct json_writer *w, const char *key, double value, int digits);
void json_put_bool(struct json_writer *w, const char *key, bool value);
void json_put_null(struct json_writer *w, const char *key);
/* A text that is JSON already, of our own making. */
void json_put_raw(struct json_writer *w, const char *key, struct str json);

#endif
