/* Matching a file's columns with those of a kind, and telling the kind from them; also what a few
 * special columns mean: `split`, and `base_revision` of an exported workbook. */
#include "training/columns.h"

#include "base/files.h"

#include <stdio.h>
#include <string.h>

static bool column_is(const struct content_column *column, struct str name, bool others_too)
{
    if (str_equal(name, str_of(column->name)))
        return true;
    for (size_t i = 0; others_too && i < 3 && column->other_names[i]; i++) {
        if (str_equal(name, str_of(column->other_names[i])))
            return true;
    }
    return false;
}

size_t columns_map(enum content_kind kind, const struct str *names, size_t count, int *map)
{
    size_t column_count = 0;
    size_t matched = 0;
    const struct content_column *columns = content_columns(kind, &column_count);
    for (size_t i = 0; i < count; i++) {
        map[i] = COLUMN_IGNORED;
        if (split_of(kind).p && str_equal(names[i], STR("split")))
            map[i] = COLUMN_SPLIT;
        matched += map[i] == COLUMN_SPLIT;
        if (str_equal(names[i], STR(COLUMN_BASE_NAME)))
            map[i] = COLUMN_BASE;
    }
    for (size_t c = 0; c < column_count; c++) {
        size_t found = count;
        for (size_t i = count; i-- > 0;) {
            if (column_is(&columns[c], names[i], false))
                found = i;
        }
        for (size_t i = 0; i < count && found == count; i++) {
            if (column_is(&columns[c], names[i], true))
                found = i;
        }
        if (found < count)
            map[found] = (int)c;
        matched += found < count;
    }
    return matched;
}

const char *column_missing(enum content_kind kind, const int *map, size_t count)
{
    size_t column_count = 0;
    const struct content_column *columns = content_columns(kind, &column_count);
    for (size_t c = 0; c < column_count; c++) {
        size_t i = 0;
        while (i < count && map[i] != (int)c)
            i++;
        if (columns[c].is_required && i == count)
            return columns[c].name;
    }
    return NULL;
}

enum content_kind columns_kind(const struct str *names, size_t count)
{
    enum content_kind best = KIND_UNKNOWN;
    size_t best_matched = 1; /* a lone column that many kinds have says nothing */
    int map[LIMIT_COLUMNS];
    for (enum content_kind kind = KIND_INTENTS; kind < CONTENT_KINDS; kind++) {
        size_t matched = columns_map(kind, names, count, map);
        if (matched > best_matched && !column_missing(kind, map, count)) {
            best = kind;
            best_matched = matched;
        }
    }
    return best;
}

bool columns_have(const struct str *names, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++) {
        if (str_equal(names[i], name))
            return true;
    }
    return false;
}

/* "cases.csv", "shop/answers-2.csv". */
static enum content_kind kind_of_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    for (enum content_kind kind = KIND_INTENTS; kind < CONTENT_KINDS; kind++) {
        if (str_starts(str_of(slash ? slash + 1 : path), str_of(content_kind_name(kind))))
            return kind;
    }
    return KIND_UNKNOWN;
}

enum content_kind columns_kind_of(const char *path, const struct str *names, size_t count)
{
    int map[LIMIT_COLUMNS];
    enum content_kind kind = columns_kind(names, count);
    enum content_kind named = kind_of_name(path);
    if (kind == KIND_UNKNOWN || named == KIND_UNKNOWN || columns_have(names, count, STR("split")))
        return kind;
    size_t matched = columns_map(kind, names, count, map);
    bool fits =
        columns_map(named, names, count, map) == matched && !column_missing(named, map, count);
    return fits ? named : kind;
}

bool faq_id(const struct str *names, size_t count, enum content_kind kind, const struct str *fields,
            char out[FAQ_ID_BYTES])
{
    unsigned char hash[HASH_BYTES];
    char hex[HASH_HEX_BYTES];
    struct buf said;
    struct str question = fields[1].p ? str_trim(fields[1]) : STR("");
    struct str product = fields[2].p ? str_trim(fields[2]) : STR("");
    bool has_id = fields[0].p && str_trim(fields[0]).n > 0;
    if (kind != KIND_DOCUMENTS || has_id || question.n == 0 ||
        !columns_have(names, count, STR("question")))
        return false;
    buf_init(&said, (size_t)2 * LIMIT_FIELD_BYTES);
    buf_add_str(&said, product);
    buf_add_char(&said, '\n');
    buf_add_str(&said, question);
    bool is_whole = !said.error; /* else an id is made of the row's content */
    if (is_whole) {
        hash_bytes(str_from_buf(&said), hash);
        hash_hex(hash, hex);
        (void)snprintf(out, FAQ_ID_BYTES, "faq-%.16s", hex);
    }
    buf_free(&said);
    return is_whole;
}

struct str split_of(enum content_kind kind)
{
    if (kind == KIND_EXAMPLES)
        return STR("train");
    return kind == KIND_CASES ? STR("eval") : STR_NONE;
}

enum err split_take(enum content_kind asked, struct str split, enum content_kind *kind,
                    bool *is_told, struct fail *why)
{
    if (split.n == 0)
        return OK;
    *is_told = true;
    if (str_equal(split, split_of(KIND_CASES))) {
        *kind = KIND_CASES;
        return OK;
    }
    if (!str_equal(split, split_of(KIND_EXAMPLES)))
        return fail_key(fail(why, ERR_INPUT, "split must be train or eval"), why, "split_unknown",
                        "%s", "");
    if (asked == KIND_CASES)
        return fail_key(fail(why, ERR_INPUT,
                             "split is train: this row is an example and is not taken as a "
                             "case"),
                        why, "split_train", "%s", "");
    *kind = KIND_EXAMPLES;
    return OK;
}

/* Where the quotes that neutralise end, if a formula's beginning follows them; else field.n. */
static size_t formula_at(struct str field)
{
    size_t at = 0;
    while (at < field.n && field.p[at] == '\'')
        at++;
    return at < field.n && field.p[at] && strchr("=+-@\t\r", field.p[at]) ? at : field.n;
}

bool columns_are_work_list(const struct str *names, size_t count)
{
    return columns_have(names, count, STR("nearest")) &&
           columns_have(names, count, STR("suggested"));
}

bool columns_are_neutral(const struct str *names, size_t count)
{
    return columns_have(names, count, STR(COLUMN_BASE_NAME)) || columns_are_work_list(names, count);
}

bool formula_is_risky(struct str field)
{
    return formula_at(field) < field.n;
}

struct str formula_bare(struct str field)
{
    size_t at = formula_at(field);
    return at > 0 && at < field.n ? str_slice(field, 1, field.n) : field;
}
