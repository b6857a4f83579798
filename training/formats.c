/* Telling formats apart and calling their readers. Tables stay with training/rows.h, which reads
 * them as a stream; everything else is read whole into a bundle, under its limits, and handed to
 * the one reader that knows it. */
#include "training/formats.h"

#include "base/files.h"
#include "training/import_document.h"
#include "training/readers.h"
#include "training/walk.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HEAD_BYTES = 64 * 1024, PATH_BYTES = 4096 };

static const char *const names[FORMATS] = {"unknown",    "table", "document", "rasa", "nlpjs",
                                           "dialogflow", "clu",   "qna",      "xlsx"};

const char *format_name(enum import_format format)
{
    return names[format];
}

enum import_format format_named(struct str name)
{
    for (enum import_format format = FORMAT_RASA; format < FORMATS; format++) {
        if (str_equal(name, str_of(names[format])))
            return format;
    }
    return FORMAT_UNKNOWN;
}

/* ---- telling ---- */

static bool is_zip(struct str head)
{
    return str_starts(head, STR("PK\x03\x04"));
}

/* "key" and then a colon. In a JSON Lines row of ours such a text could only be a key too. */
static bool has_key(struct str head, const char *key)
{
    char quoted[64];
    (void)snprintf(quoted, sizeof quoted, "\"%s\"", key);
    for (size_t at = 0; at < head.n;) {
        struct str rest = str_slice(head, at, head.n);
        size_t found = str_find(rest, str_of(quoted));
        if (found == rest.n)
            return false;
        struct str after = str_trim(str_slice(rest, found + strlen(quoted), rest.n));
        if (after.n > 0 && after.p[0] == ':')
            return true;
        at += found + 1;
    }
    return false;
}

static struct str first_line(struct str head)
{
    return str_slice(head, 0, str_find(head, STR("\n")));
}

static bool ends_in(struct str name, const char *a, const char *b)
{
    return str_ends(name, str_of(a)) || str_ends(name, str_of(b));
}

static bool is_section(struct str title)
{
    static const char *const sections[] = {"intent:", "synonym:", "lookup:", "regex:"};
    for (size_t i = 0; i < sizeof sections / sizeof sections[0]; i++) {
        if (str_starts(title, str_of(sections[i])))
            return true;
    }
    return false;
}

/* What a story's bot does. */
static bool is_step(struct str text)
{
    static const char *const steps[] = {"- utter_", "- action_", "- slot{", "- form{"};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        if (str_starts(text, str_of(steps[i])))
            return true;
    }
    return false;
}

/* "faq/ask_excess": one word, in small letters as far as they are Latin. */
static bool is_response_name(struct str text)
{
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] == ' ' || (text.p[i] >= 'A' && text.p[i] <= 'Z'))
            return false;
    }
    return str_find(text, STR("/ask")) < text.n;
}

/* Rasa 1 wrote its data in Markdown: "## intent:greet"; of stories and responses, under a "##",
 * "* greet" and right below it "  - utter_greet". Everything else that is Markdown is a document.
 */
static bool is_rasa_markdown(struct str head)
{
    struct str line;
    bool is_below = false, is_starred = false, is_response = false;
    while (str_next(&head, '\n', &line)) {
        struct str text = str_trim(line);
        if (str_starts(text, STR("##"))) {
            struct str title = str_trim(str_slice(text, 2, text.n));
            if (is_section(title))
                return true;
            is_below = true;
            is_starred = false;
        } else if (is_below && str_starts(text, STR("* "))) {
            is_starred = true;
            is_response = is_response_name(str_trim(str_slice(text, 2, text.n)));
        } else if (is_starred && str_starts(line, STR(" ")) &&
                   (is_step(text) || (is_response && str_starts(text, STR("- "))))) {
            return true;
        } else if (text.n > 0) {
            is_starred = false;
        }
    }
    return false;
}

static enum import_format head_tell(struct str name, struct str head)
{
    if (str_starts(head, STR("\xEF\xBB\xBF")))
        head = str_slice(head, 3, head.n);
    struct str start = str_trim(head);
    struct str line = first_line(start);
    if (ends_in(name, ".yml", ".yaml"))
        return FORMAT_RASA;
    if (ends_in(name, ".md", ".markdown"))
        return is_rasa_markdown(head) ? FORMAT_RASA : FORMAT_DOCUMENT;
    if (str_find(line, STR("\t")) < line.n && str_find(line, STR("Question")) < line.n &&
        str_find(line, STR("Answer")) < line.n)
        return FORMAT_QNA;
    if (start.n == 0 || start.p[0] != '{' || ends_in(name, ".jsonl", ".txt"))
        return FORMAT_TABLE;
    if (has_key(start, "projectFileVersion") || has_key(start, "assets"))
        return FORMAT_CLU;
    if (has_key(start, "data") && (has_key(start, "locale") || has_key(start, "utterances")))
        return FORMAT_NLPJS;
    return FORMAT_TABLE;
}

static enum err head_read(const char *path, char *bytes, struct str *head, struct fail *why)
{
    size_t n = 0;
    ssize_t got = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return fail(why, ERR_SYSTEM, "%s: cannot be opened", path);
    while (got > 0 && n < HEAD_BYTES) {
        got = read(fd, bytes + n, HEAD_BYTES - n);
        n += got > 0 ? (size_t)got : 0;
    }
    (void)close(fd);
    *head = (struct str){bytes, n};
    return got < 0 ? fail(why, ERR_SYSTEM, "%s: cannot be read", path) : OK;
}

static bool has_entry(const char *folder, const char *name)
{
    char path[PATH_BYTES];
    return file_path(path, sizeof path, folder, name, NULL) == OK && file_exists(path);
}

/* Of a zip that is no workbook, the names in it say what it is, once it is unpacked. */
static enum import_format bytes_tell(const char *path, struct str head)
{
    struct str name = str_of(path);
    if (str_ends(name, STR(".xlsx")))
        return FORMAT_XLSX;
    if (document_is_certain(name))
        return FORMAT_DOCUMENT;
    if (!is_zip(head))
        return str_ends(name, STR(".zip")) ? FORMAT_UNKNOWN : head_tell(name, head);
    return str_find(head, STR("xl/")) < head.n ||
                   str_find(head, STR("[Content_Types].xml")) < head.n
               ? FORMAT_XLSX
               : FORMAT_UNKNOWN;
}

/* A table that is called a document is one, unless another kind of rows is asked for, and Markdown
 * of any look when documents are. */
static enum import_format settled(const struct import_source *source, enum import_format format)
{
    bool may_be = source->kind == KIND_UNKNOWN || source->kind == KIND_DOCUMENTS;
    if (format == FORMAT_TABLE && may_be && document_is_named(str_of(source->path)))
        return FORMAT_DOCUMENT;
    if (format == FORMAT_RASA && source->kind == KIND_DOCUMENTS)
        return FORMAT_DOCUMENT;
    if (format == FORMAT_DOCUMENT && !may_be)
        return FORMAT_TABLE;
    return format;
}

struct folder_look {
    bool has_document, is_rasa;
    enum import_format json; /* of the first .json that is known, else FORMAT_UNKNOWN */
};

static enum err file_look(void *data, const char *path, struct str name, bool *is_wanted,
                          struct fail *why)
{
    struct folder_look *look = data;
    char bytes[HEAD_BYTES];
    struct str head = STR_NONE;
    bool is_markdown = ends_in(name, ".md", ".markdown");
    *is_wanted = true;
    look->has_document |= document_is_named(name);
    look->is_rasa |= ends_in(name, ".yml", ".yaml");
    bool is_open = str_ends(name, STR(".json")) && look->json == FORMAT_UNKNOWN;
    if (look->is_rasa || (!is_markdown && !is_open))
        return OK;
    enum err e = head_read(path, bytes, &head, why);
    look->is_rasa |= !e && is_markdown && is_rasa_markdown(head);
    enum import_format format = !e && is_open ? head_tell(name, head) : FORMAT_TABLE;
    if (format != FORMAT_TABLE)
        look->json = format;
    return e;
}

/* An agent of Dialogflow has its own file; one file of Rasa's makes a folder Rasa's, and one of
 * nlp.js or CLU theirs, whatever else is told about it in a README. */
static enum err folder_tell(const struct import_source *source, enum import_format *out,
                            struct fail *why)
{
    struct folder_look look = {.json = FORMAT_UNKNOWN};
    size_t left = 0;
    *out = FORMAT_DIALOGFLOW;
    if (has_entry(source->path, "agent.json") || has_entry(source->path, "intents"))
        return OK;
    *out = FORMAT_DOCUMENT;
    if (source->kind == KIND_DOCUMENTS)
        return OK;
    enum err e = folder_walk(source->path, file_look, &look, &left, why);
    if (look.is_rasa)
        *out = FORMAT_RASA;
    else if (look.json != FORMAT_UNKNOWN)
        *out = look.json;
    else if (!e && !look.has_document)
        e = fail(why, ERR_INPUT,
                 "%s: nothing in this folder is known (Rasa, nlp.js, Dialogflow, CLU, documents); "
                 "tables are named one by one: %s/*.csv",
                 source->path, source->path);
    return e;
}

enum err format_tell(const struct import_source *source, enum import_format *out, struct fail *why)
{
    char bytes[HEAD_BYTES];
    struct str head = STR_NONE;
    struct stat status;
    *out = source->format;
    if (*out != FORMAT_UNKNOWN)
        return OK;
    *out = FORMAT_TABLE;
    if (source->bytes.p) {
        *out = settled(source, bytes_tell(source->path, str_slice(source->bytes, 0, HEAD_BYTES)));
        return OK;
    }
    if (strcmp(source->path, "-") == 0 || stat(source->path, &status))
        return OK; /* rows_open says what is wrong */
    if (S_ISDIR(status.st_mode))
        return folder_tell(source, out, why);
    if (!S_ISREG(status.st_mode))
        return OK;
    enum err e = head_read(source->path, bytes, &head, why);
    if (!e)
        *out = settled(source, bytes_tell(source->path, head));
    return e;
}

/* ---- reading ---- */

static bool wants_text(struct str name)
{
    return ends_in(name, ".yml", ".yaml") || ends_in(name, ".md", ".json");
}

static bool wants_json(struct str name)
{
    return str_ends(name, STR(".json"));
}

static bool wants_part(struct str name)
{
    return ends_in(name, ".xml", ".rels");
}

static enum import_format names_tell(const struct bundle *bundle)
{
    enum import_format format = FORMAT_UNKNOWN;
    for (size_t i = 0; i < bundle->count; i++) {
        struct str name = bundle->files[i].name;
        if (str_find(name, STR("intents/")) < name.n || str_equal(name, STR("agent.json")))
            return FORMAT_DIALOGFLOW;
        if (!str_ends(name, STR(".json")))
            format = FORMAT_RASA;
    }
    return format;
}

static enum err source_load(const struct import_source *source, enum import_format format,
                            struct bundle *bundle, struct fail *why)
{
    struct bundle packed;
    if (!source->bytes.p && file_is_folder(source->path))
        return bundle_add_folder(
            bundle, source->path,
            format == FORMAT_NLPJS || format == FORMAT_CLU ? wants_json : wants_text, why);
    bundle_init(&packed, bundle->arena);
    enum err e = bundle_add_file(&packed, source->path, source->bytes, why);
    bool is_packed = !e && is_zip(packed.files[0].bytes);
    if (!e && format == FORMAT_XLSX && !is_packed)
        e = fail_key(fail(why, ERR_INPUT,
                          "%s: is no .xlsx workbook (an .xls must be saved as .xlsx)",
                          source->path),
                     why, "file_no_workbook", "%s", "");
    else if (!e && !is_packed && str_ends(str_of(source->path), STR(".zip")))
        e = fail(why, ERR_INPUT, "%s: is no zip archive", source->path);
    if (is_packed)
        e = bundle_add_zip(bundle, source->path, packed.files[0].bytes,
                           format == FORMAT_XLSX ? wants_part : wants_text, why);
    else if (!e)
        e = bundle_move(bundle, &packed, why);
    bundle_free(&packed);
    return e;
}

/* A project's folder holds other JSON too (package.json); what is no corpus is left, and told.
 * Where nothing is one, the reader says what is wrong with the first. */
static void others_leave(struct imported *imported, struct bundle *bundle,
                         enum import_format format)
{
    size_t ours = 0;
    for (size_t i = 0; i < bundle->count; i++)
        ours += head_tell(bundle->files[i].name, bundle->files[i].bytes) == format;
    for (size_t i = 0, at = 0, count = bundle->count; ours > 0 && i < count; i++) {
        struct bundle_file *file = &bundle->files[i];
        if (head_tell(file->name, file->bytes) == format) {
            bundle->files[at++] = *file;
            continue;
        }
        imported_note(imported, file->path, 1, NOTE_LEFT, "the file: it is not of %s",
                      format_name(format));
        buf_free(&file->owned);
        bundle->count--;
    }
}

/* What nobody looked into is told too: a project may keep more than one expects in such files. */
static void unread_tell(struct imported *imported, const struct import_source *source, size_t left)
{
    if (left > 0)
        imported_note(imported, imported_text(imported, "%s", source->path), 1, NOTE_LEFT,
                      left == 1 ? "%zu other file or link in it, which is not read"
                                : "%zu other files or links in it, which are not read",
                      left);
}

static enum err source_read(struct imported *imported, const struct import_source *source,
                            enum import_format format, struct bundle *rasa, struct fail *why)
{
    struct bundle own;
    if (format == FORMAT_DOCUMENT)
        return !source->bytes.p && file_is_folder(source->path)
                   ? documents_read(imported, source->path, why)
                   : document_read(imported, source->path, source->bytes, why);
    bundle_init(&own, imported_arena(imported));
    const size_t left = rasa->left;
    enum err e = source_load(source, format, format == FORMAT_RASA ? rasa : &own, why);
    if (!e && format != FORMAT_XLSX) /* most parts of a workbook are looks */
        unread_tell(imported, source, own.left + rasa->left - left);
    if (!e && format == FORMAT_UNKNOWN)
        format = names_tell(&own);
    if (!e && format == FORMAT_UNKNOWN)
        e = fail(why, ERR_INPUT, "%s: holds nothing that is known; name what it is with --as",
                 source->path);
    if (!e && (format == FORMAT_NLPJS || format == FORMAT_CLU))
        others_leave(imported, &own, format);
    if (!e && format == FORMAT_NLPJS)
        e = nlpjs_read(imported, &own, why);
    else if (!e && format == FORMAT_DIALOGFLOW)
        e = dialogflow_read(imported, &own, why);
    else if (!e && format == FORMAT_CLU)
        e = clu_read(imported, &own, why);
    else if (!e && format == FORMAT_QNA)
        e = qna_read(imported, &own, why);
    else if (!e && format == FORMAT_XLSX)
        e = xlsx_read(imported, &own, source->path, source->kind, why);
    else if (!e && own.count > 0)
        e = rasa_read(imported, &own, why); /* packed, and so by itself */
    bundle_free(&own);
    return e;
}

enum err formats_read(struct imported *imported, const struct import_source *sources,
                      const enum import_format *formats, size_t count, struct fail *why)
{
    struct bundle rasa;
    enum err e = OK;
    bool has_rasa = false;
    bundle_init(&rasa, imported_arena(imported));
    for (size_t i = 0; i < count && !e; i++) {
        has_rasa |= formats[i] == FORMAT_RASA;
        if (formats[i] != FORMAT_TABLE)
            e = source_read(imported, &sources[i], formats[i], &rasa, why);
    }
    if (!e && has_rasa)
        e = rasa_read(imported, &rasa, why);
    bundle_free(&rasa);
    return e ? e : imported_error(imported, why);
}
