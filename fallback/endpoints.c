/* Reading the providers file. One table says which keys there are and where each goes; values are
 * checked as they are read, and what a section must have is checked at its end, so that a failure
 * names the line. Keys come from files of their own, which not everybody may read; they are kept in
 * one block that is wiped at the end, and appear in no message. */
#include "fallback/endpoints.h"

#include "base/arena.h"
#include "base/files.h"
#include "fallback/form.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <curl/curl.h>
#include <sodium.h>

enum { KEY_BYTES = 4096, ARENA_BYTES = 512 * 1024, PATH_BYTES = 4096, PRICE_DIGITS = 6 };

struct endpoints {
    struct arena *arena;
    struct endpoint of[LIMIT_PROVIDERS];
    size_t count;
    char *keys[LIMIT_PROVIDERS]; /* KEY_BYTES each */
};

/* One section while it is read. */
struct section {
    struct endpoints *into;
    struct endpoint *endpoint;
    const char *path;      /* of the providers file */
    size_t line, begun_at; /* for failures */
    unsigned seen;         /* bits of the table below */
    struct str url;
};

static enum err refuse(const struct section *section, const char *problem, struct fail *why)
{
    return fail(why, ERR_INPUT, "%s:%zu: %s", section->path, section->line, problem);
}

static enum err keep(const struct section *section, struct str value, const char **out,
                     struct fail *why)
{
    struct str copy = arena_copy(section->into->arena, value);
    if (!copy.p)
        return fail_memory(why);
    *out = copy.p;
    return OK;
}

/* ---- Values ---- */

static enum err form_set(struct section *section, struct str value, struct fail *why)
{
    const struct form *form = str_equal(value, STR("openai"))       ? &openai_form
                              : str_equal(value, STR("anthropic"))  ? &anthropic_form
                              : str_equal(value, STR("embeddings")) ? &embeddings_form
                                                                    : NULL;
    section->endpoint->form = form;
    return form ? OK : refuse(section, "form must be openai, anthropic or embeddings", why);
}

static enum err url_set(struct section *section, struct str value, struct fail *why)
{
    section->url = arena_copy(section->into->arena, value);
    return section->url.p ? OK : fail_memory(why);
}

static enum err model_set(struct section *section, struct str value, struct fail *why)
{
    section->endpoint->model = arena_copy(section->into->arena, value);
    return section->endpoint->model.p ? OK : fail_memory(why);
}

/* The path beside the providers file unless it is absolute. */
static enum err path_beside(const struct section *section, struct str value, char out[PATH_BYTES],
                            struct fail *why)
{
    const char *slash = strrchr(section->path, '/');
    size_t folder = slash && value.p[0] != '/' ? (size_t)(slash - section->path) + 1 : 0;
    int n = snprintf(out, PATH_BYTES, "%.*s%.*s", (int)folder, section->path, STR_ARG(value));
    return n < PATH_BYTES ? OK : refuse(section, "the path is too long", why);
}

static enum err key_set(struct section *section, struct str value, struct fail *why)
{
    struct endpoints *into = section->into;
    char path[PATH_BYTES];
    struct stat status;
    struct buf bytes;
    buf_init(&bytes, KEY_BYTES - 1);
    enum err e = path_beside(section, value, path, why);
    if (!e)
        e = file_read(path, KEY_BYTES - 1, &bytes, why);
    if (!e && stat(path, &status) == 0 && (status.st_mode & S_IROTH))
        e = fail(why, ERR_INPUT, "%s: may be read by everybody; chmod o-r", path);
    struct str key = str_trim(str_from_buf(&bytes));
    for (size_t i = 0; i < key.n && !e; i++)
        if (key.p[i] <= ' ' || key.p[i] > '~')
            e = fail(why, ERR_INPUT, "%s: a key is one word of plain ASCII characters", path);
    if (!e && key.n == 0)
        e = fail(why, ERR_INPUT, "%s: is empty; a key is expected", path);
    char *kept = e ? NULL : mem_take(KEY_BYTES, 1);
    if (!e && !kept)
        e = fail_memory(why);
    if (!e) {
        memcpy(kept, key.p, key.n);
        into->keys[into->count] = kept;
        section->endpoint->key = kept;
    }
    if (bytes.p)
        sodium_memzero(bytes.p, bytes.n);
    buf_free(&bytes);
    return e;
}

/* A price as won with at most six places, into millionths. */
static enum err price_read(const struct section *section, struct str value, int64_t *out,
                           struct fail *why)
{
    uint64_t whole, part = 0;
    size_t point = str_find(value, STR("."));
    struct str places = str_slice(value, point + 1, value.n);
    if (!str_to_u64(str_slice(value, 0, point), &whole) || whole > 1000000 ||
        places.n > PRICE_DIGITS || (point < value.n && !str_to_u64(places, &part)))
        return refuse(section, "a price is won for 1,000 tokens, such as 2.25", why);
    for (size_t i = places.n; i < PRICE_DIGITS; i++)
        part *= 10;
    *out = (int64_t)(whole * 1000000 + part);
    return OK;
}

static enum err price_in_set(struct section *section, struct str value, struct fail *why)
{
    return price_read(section, value, &section->endpoint->price_in, why);
}

static enum err price_out_set(struct section *section, struct str value, struct fail *why)
{
    return price_read(section, value, &section->endpoint->price_out, why);
}

static enum err count_read(const struct section *section, struct str value, int *out,
                           struct fail *why)
{
    uint64_t number;
    if (!str_to_u64(value, &number) || number < 1 || number > 600000)
        return refuse(section, "a whole number from 1 to 600000 is expected", why);
    *out = (int)number;
    return OK;
}

static enum err deadline_set(struct section *section, struct str value, struct fail *why)
{
    return count_read(section, value, &section->endpoint->deadline_ms, why);
}

static enum err connect_set(struct section *section, struct str value, struct fail *why)
{
    return count_read(section, value, &section->endpoint->connect_ms, why);
}

static enum err first_byte_set(struct section *section, struct str value, struct fail *why)
{
    return count_read(section, value, &section->endpoint->first_byte_ms, why);
}

static enum err max_tokens_set(struct section *section, struct str value, struct fail *why)
{
    return count_read(section, value, &section->endpoint->max_tokens, why);
}

static enum err dimensions_set(struct section *section, struct str value, struct fail *why)
{
    enum err e = count_read(section, value, &section->endpoint->dimensions, why);
    if (!e && section->endpoint->dimensions > LIMIT_EMBEDDING)
        e = refuse(section, "a vector has at most 4096 dimensions", why);
    return e;
}

static enum err tokens_key_set(struct section *section, struct str value, struct fail *why)
{
    if (!str_equal(value, STR("max_tokens")) && !str_equal(value, STR("max_completion_tokens")))
        return refuse(section, "tokens_key must be max_tokens or max_completion_tokens", why);
    return keep(section, value, &section->endpoint->tokens_key, why);
}

static enum err schema_set(struct section *section, struct str value, struct fail *why)
{
    struct endpoint *endpoint = section->endpoint;
    if (str_equal(value, STR("json_schema")))
        endpoint->schema = SCHEMA_JSON_SCHEMA;
    else if (str_equal(value, STR("json_object")))
        endpoint->schema = SCHEMA_JSON_OBJECT;
    else if (str_equal(value, STR("none")))
        endpoint->schema = SCHEMA_NONE;
    else
        return refuse(section, "schema must be json_schema, json_object or none", why);
    return OK;
}

static enum err temperature_set(struct section *section, struct str value, struct fail *why)
{
    uint64_t tenths;
    section->endpoint->temperature = NULL;
    if (str_equal(value, STR("none")))
        return OK;
    bool is_plain = str_equal(value, STR("0")) || str_equal(value, STR("1"));
    if (!is_plain && (!str_starts(value, STR("0.")) || value.n > 4 ||
                      !str_to_u64(str_slice(value, 2, value.n), &tenths)))
        return refuse(section, "temperature must be none, or from 0 to 1", why);
    return keep(section, value, &section->endpoint->temperature, why);
}

static enum err ca_file_set(struct section *section, struct str value, struct fail *why)
{
    char path[PATH_BYTES];
    enum err e = path_beside(section, value, path, why);
    if (!e && !file_exists(path))
        e = fail(why, ERR_MISSING, "%s: there is no such file", path);
    return e ? e : keep(section, str_of(path), &section->endpoint->ca_file, why);
}

static enum err proxy_set(struct section *section, struct str value, struct fail *why)
{
    return keep(section, value, &section->endpoint->proxy, why);
}

static const struct {
    const char *name;
    enum err (*set)(struct section *section, struct str value, struct fail *why);
} table[] = {
    {"form", form_set},
    {"url", url_set},
    {"model", model_set},
    {"key_file", key_set},
    {"won_per_1000_in", price_in_set},
    {"won_per_1000_out", price_out_set},
    {"deadline_ms", deadline_set},
    {"connect_ms", connect_set},
    {"first_byte_ms", first_byte_set},
    {"max_tokens", max_tokens_set},
    {"dimensions", dimensions_set},
    {"tokens_key", tokens_key_set},
    {"schema", schema_set},
    {"temperature", temperature_set},
    {"ca_file", ca_file_set},
    {"proxy", proxy_set},
};
enum { KEYS = sizeof table / sizeof *table };

/* ---- The url ---- */

/* http or https, a host, no user, no query, no fragment: what a form's path can be added to. */
static CURLUcode url_look(CURLU *parts, const char *url, bool *is_fit)
{
    static const CURLUPart none[] = {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY,
                                     CURLUPART_FRAGMENT};
    char *text = NULL;
    CURLUcode code = curl_url_set(parts, CURLUPART_URL, url, 0);
    if (!code)
        code = curl_url_get(parts, CURLUPART_SCHEME, &text, 0);
    *is_fit = !code && (strcmp(text, "http") == 0 || strcmp(text, "https") == 0);
    curl_free(text);
    for (size_t i = 0; i < sizeof none / sizeof *none && *is_fit; i++) {
        text = NULL;
        code = curl_url_get(parts, none[i], &text, 0);
        *is_fit = code != CURLUE_OK && code != CURLUE_OUT_OF_MEMORY;
        curl_free(text);
    }
    return code;
}

static enum err url_join(struct section *section, struct fail *why)
{
    struct buf url;
    struct str base = section->url;
    CURLU *parts = curl_url();
    enum err e = parts ? OK : fail_memory(why);
    bool is_fit = false;
    if (!e && url_look(parts, base.p, &is_fit) == CURLUE_OUT_OF_MEMORY)
        e = fail_memory(why);
    if (!e && !is_fit)
        e = refuse(section, "url must be http:// or https://, without user, query or fragment",
                   why);
    curl_url_cleanup(parts);
    if (e)
        return e;
    buf_init(&url, LIMIT_CONFIG_BYTES);
    if (str_ends(base, STR("/")))
        base.n--;
    buf_add_str(&url, base);
    buf_add_text(&url, section->endpoint->form->path);
    e = buf_error(&url, "url", why);
    if (!e)
        e = keep(section, str_from_buf(&url), &section->endpoint->url, why);
    buf_free(&url);
    return e;
}

/* ---- Sections ---- */

static enum err section_end(struct section *section, struct fail *why)
{
    if (!section->endpoint)
        return OK;
    section->line = section->begun_at;
    if (!section->endpoint->form || !section->url.p || !section->endpoint->model.p)
        return refuse(section, "a provider needs form, url and model", why);
    if ((section->endpoint->form == &embeddings_form) != (section->endpoint->dimensions > 0))
        return refuse(section, "dimensions belongs to form = embeddings, which needs it", why);
    if (section->endpoint->dimensions > 0)
        section->endpoint->max_tokens = 0; /* vectors are not counted in tokens */
    enum err e = url_join(section, why);
    if (!e)
        section->into->count++;
    return e;
}

static enum err section_begin(struct section *section, struct str name, struct fail *why)
{
    struct endpoints *into = section->into;
    size_t line = section->line;
    enum err e = section_end(section, why);
    if (e)
        return e;
    section->line = section->begun_at = line;
    if (name.n == 0 || name.n > LIMIT_NAME_BYTES)
        return refuse(section, "a provider's name is expected in the brackets", why);
    if (into->count == LIMIT_PROVIDERS)
        return fail(why, ERR_LIMIT, "%s:%zu: more than %d providers", section->path, line,
                    (int)LIMIT_PROVIDERS);
    for (size_t i = 0; i < into->count; i++)
        if (str_equal(into->of[i].name, name))
            return refuse(section, "this name is taken by a provider above", why);
    section->endpoint = &into->of[into->count];
    section->seen = 0;
    section->url = STR_NONE;
    *section->endpoint = (struct endpoint){.name = arena_copy(into->arena, name),
                                           .temperature = "0",
                                           .tokens_key = "max_tokens",
                                           .deadline_ms = 8000,
                                           .connect_ms = 2000,
                                           .first_byte_ms = 6000,
                                           .max_tokens = 1000};
    return section->endpoint->name.p ? OK : fail_memory(why);
}

static enum err pair_set(struct section *section, struct str line, struct fail *why)
{
    size_t equals = str_find(line, STR("="));
    struct str name = str_trim(str_slice(line, 0, equals));
    struct str value = str_trim(str_slice(line, equals + 1, line.n));
    if (!section->endpoint)
        return refuse(section, "a [name] is expected before the first key", why);
    if (equals == line.n || value.n == 0)
        return refuse(section, "\"key = value\" is expected", why);
    for (unsigned key = 0; key < KEYS; key++) {
        if (!str_equal(name, str_of(table[key].name)))
            continue;
        if (section->seen & (1U << key))
            return refuse(section, "this key is set twice", why);
        section->seen |= 1U << key;
        return table[key].set(section, value, why);
    }
    return refuse(section, "there is no key of this name", why);
}

static enum err lines_read(struct section *section, struct str text, struct fail *why)
{
    struct str line;
    enum err e = OK;
    while (!e && str_next(&text, '\n', &line)) {
        section->line++;
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        if (line.p[0] == '[' && str_ends(line, STR("]")))
            e = section_begin(section, str_trim(str_slice(line, 1, line.n - 1)), why);
        else
            e = pair_set(section, line, why);
    }
    return e ? e : section_end(section, why);
}

enum err endpoints_open(const char *path, struct endpoints **out, struct fail *why)
{
    struct endpoints *endpoints = mem_take(1, sizeof *endpoints);
    struct buf raw, clean;
    struct str text;
    buf_init(&raw, LIMIT_CONFIG_BYTES);
    buf_init(&clean, LIMIT_CONFIG_BYTES);
    enum err e = endpoints ? OK : fail_memory(why);
    if (!e && !(endpoints->arena = arena_open(ARENA_BYTES / 32, ARENA_BYTES)))
        e = fail_memory(why);
    if (!e)
        e = file_read(path, LIMIT_CONFIG_BYTES, &raw, why);
    if (!e)
        e = text_accept(str_from_buf(&raw), LIMIT_CONFIG_BYTES, path, &clean, &text, why);
    if (!e) {
        struct section section = {.into = endpoints, .path = path};
        e = lines_read(&section, text, why);
    }
    if (!e && endpoints->count == 0)
        e = fail(why, ERR_INPUT, "%s: names no provider", path);
    buf_free(&raw);
    buf_free(&clean);
    if (e)
        endpoints_close(endpoints);
    else
        *out = endpoints;
    return e;
}

void endpoints_close(struct endpoints *endpoints)
{
    if (!endpoints)
        return;
    for (size_t i = 0; i < LIMIT_PROVIDERS; i++) {
        if (endpoints->keys[i])
            sodium_memzero(endpoints->keys[i], KEY_BYTES);
        mem_give(endpoints->keys[i]);
    }
    arena_close(endpoints->arena);
    mem_give(endpoints);
}

size_t endpoints_count(const struct endpoints *endpoints)
{
    return endpoints->count;
}

const struct endpoint *endpoints_at(const struct endpoints *endpoints, size_t i)
{
    return &endpoints->of[i];
}
