/* Sample bots. The table `sample_files` is made by training/corpora/embed.sh and linked in: every
 * file under its path below training/corpora/, in the order of the paths. A file's kind is its
 * name, or that of the folder it lies in: insurance-ko/facts.csv,
 * insurance-ko/examples/01-claims.csv. */
#include "training/samples.h"

#include "responses/accepted.h"
#include "training/rows.h"

#include <stdint.h>

struct sample_bytes {
    const char *name; /* NULL ends the table */
    const char *bytes;
    uint64_t n;
};
extern const struct sample_bytes sample_files[];

/* The part of a path before its first slash. */
static struct str sample_of(const struct sample_bytes *file)
{
    struct str path = str_of(file->name);
    return str_slice(path, 0, str_find(path, STR("/")));
}

/* What follows it: "facts.csv", "examples/01-claims.csv". */
static struct str rest_of(const struct sample_bytes *file)
{
    struct str path = str_of(file->name);
    return str_slice(path, sample_of(file).n + 1, path.n);
}

static enum content_kind kind_of(struct str rest)
{
    size_t end = str_find(rest, STR("/"));
    return content_kind_named(str_slice(rest, 0, end < rest.n ? end : str_find(rest, STR("."))));
}

void samples_each(void (*each)(void *data, struct str name), void *data)
{
    struct str last = STR_NONE;
    for (const struct sample_bytes *file = sample_files; file->name; file++) {
        struct str name = sample_of(file);
        if (str_equal(name, last) || !str_equal(rest_of(file), STR("bot.conf")))
            continue;
        each(data, name);
        last = name;
    }
}

bool sample_exists(struct str name)
{
    return sample_file(name, "bot.conf").p != NULL;
}

struct str sample_file(struct str name, const char *file_name)
{
    for (const struct sample_bytes *file = sample_files; file->name; file++) {
        if (str_equal(sample_of(file), name) && str_equal(rest_of(file), str_of(file_name)))
            return (struct str){file->bytes, (size_t)file->n};
    }
    return STR_NONE;
}

/* accepted.csv, fault,reason: what in the sample is meant as it is (paring check --accept). */
static enum err accepted_import(struct str file, struct content *content, const char *author,
                                struct fail *why)
{
    struct rows *rows = NULL;
    struct row row;
    bool has_row = true;
    enum err e = rows_open_bytes(file, "accepted.csv", &rows, why);
    while (!e && has_row) {
        e = rows_next(rows, &row, &has_row, why);
        if (!e && has_row && row.count == 2 && !row.is_refused)
            e = accepted_put(content, row.fields[0], row.fields[1], author, why);
    }
    rows_close(rows);
    return e;
}

enum err sample_import(struct str name, struct content *content,
                       const struct import_options *options, struct import_report *report,
                       struct fail *why)
{
    struct import_source sources[IMPORT_FILES];
    size_t count = 0;
    for (const struct sample_bytes *file = sample_files; file->name && count < IMPORT_FILES;
         file++) {
        enum content_kind kind = kind_of(rest_of(file));
        if (!str_equal(sample_of(file), name) || kind == KIND_UNKNOWN)
            continue;
        sources[count++] = (struct import_source){
            .path = file->name, .bytes = {file->bytes, (size_t)file->n}, .kind = kind};
    }
    enum err e = import_files(content, sources, count, options, report, why);
    struct str accepted = sample_file(name, "accepted.csv");
    return !e && accepted.p ? accepted_import(accepted, content, options->author, why) : e;
}
