/* Front matter looks like YAML and is not: one key a line, the rest of the line its value, with or
 * without quotes. Lists and nested values belong to other people's keys, which are left; what is
 * not understood of our own is refused, since a wrong date would be worse than none. */
#include "training/front_matter.h"

#include "base/limits.h"

enum { KEYS = 7 };

struct key {
    const char *name;
    struct str *value;
};

static bool is_fence(struct str line)
{
    return str_equal(str_trim(line), STR("---"));
}

/* "name:" at the start of a line; what follows is the value. */
static bool key_read(struct str line, struct str *name, struct str *value)
{
    size_t colon = str_find(line, STR(":"));
    if (colon == 0 || colon == line.n)
        return false;
    for (size_t i = 0; i < colon; i++) {
        char c = line.p[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-'))
            return false;
    }
    *name = str_slice(line, 0, colon);
    *value = str_trim(str_slice(line, colon + 1, line.n));
    return true;
}

static struct str unquoted(struct str value)
{
    bool is_quoted = value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
                     value.p[value.n - 1] == value.p[0];
    return is_quoted ? str_slice(value, 1, value.n - 1) : value;
}

static bool has_front_matter(struct str text)
{
    struct str line;
    struct str name;
    struct str value;
    if (text.n == 0 || !str_next(&text, '\n', &line) || !is_fence(line))
        return false;
    return text.n > 0 && str_next(&text, '\n', &line) &&
           (is_fence(line) || key_read(line, &name, &value));
}

static struct key *key_find(struct key *keys, struct str name)
{
    for (size_t i = 0; i < KEYS; i++) {
        if (str_equal(name, str_of(keys[i].name)))
            return &keys[i];
    }
    return NULL;
}

/* One line between the fences; *is_ours says whether the last key was. */
static enum err line_read(struct imported *imported, struct key *keys, struct str line,
                          const char *path, size_t number, bool *is_ours, struct fail *why)
{
    struct str name;
    struct str value;
    bool is_indented = line.n > 0 && (line.p[0] == ' ' || line.p[0] == '\t' || line.p[0] == '-');
    struct str bare = str_trim(line);
    if (bare.n == 0 || bare.p[0] == '#' || (is_indented && !*is_ours))
        return OK;
    if (is_indented || !key_read(line, &name, &value))
        return fail(why, ERR_INPUT, "%s:%zu: front matter is lines of \"key: value\"", path,
                    number);
    struct key *key = key_find(keys, name);
    *is_ours = key != NULL;
    if (!key) {
        imported_note(imported, path, number, NOTE_LEFT, "front matter %.*s",
                      STR_ARG(str_slice(name, 0, LIMIT_NAME_BYTES)));
        return OK;
    }
    if (key->value->p)
        return fail(why, ERR_INPUT, "%s:%zu: %s is given twice", path, number, key->name);
    *key->value = unquoted(value);
    return OK;
}

enum err front_matter_read(struct imported *imported, struct str text, const char *path,
                           struct front_matter *out, struct fail *why)
{
    struct key keys[KEYS] = {{"id", &out->id},
                             {"series", &out->series},
                             {"title", &out->title},
                             {"product", &out->product},
                             {"effective_from", &out->effective_from},
                             {"effective_to", &out->effective_to},
                             {"variants", &out->variants}};
    struct str line;
    bool is_ours = true;
    *out = (struct front_matter){.body = text, .line = 1};
    if (!has_front_matter(text))
        return OK;
    (void)str_next(&text, '\n', &line);
    for (size_t number = 2; str_next(&text, '\n', &line); number++) {
        if (is_fence(line)) {
            out->body = text.p ? text : STR("");
            out->line = number + 1;
            return OK;
        }
        enum err e = line_read(imported, keys, line, path, number, &is_ours, why);
        if (e)
            return e;
    }
    return fail(why, ERR_INPUT, "%s:1: front matter is opened here and never closed", path);
}
