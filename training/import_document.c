/* Documents that are files. Whatever a file is written in becomes text in three steps: its bytes
 * into UTF-8 (training/encoding.h) or, of a PDF, into pages; HTML into Markdown; then what the text
 * says of itself is read. Its name is the id where it has no other, what it calls itself is the
 * title, and an import of the same id again is an edit of the same document, or a new version of it
 * (responses/versions.h). */
#include "training/import_document.h"

#include "base/files.h"
#include "base/limits.h"
#include "fallback/documents.h"
#include "training/encoding.h"
#include "training/front_matter.h"
#include "training/html.h"
#include "training/pdf.h"
#include "training/walk.h"

#include <string.h>

enum form { FORM_NONE, FORM_TEXT, FORM_HTML, FORM_PDF, FORM_UNREADABLE };

static enum form form_of(struct str name)
{
    static const struct {
        struct str ending;
        enum form form;
    } forms[] = {{{".md", 3}, FORM_TEXT},         {{".markdown", 9}, FORM_TEXT},
                 {{".txt", 4}, FORM_TEXT},        {{".html", 5}, FORM_HTML},
                 {{".htm", 4}, FORM_HTML},        {{".xhtml", 6}, FORM_HTML},
                 {{".pdf", 4}, FORM_PDF},         {{".docx", 5}, FORM_UNREADABLE},
                 {{".doc", 4}, FORM_UNREADABLE},  {{".hwp", 4}, FORM_UNREADABLE},
                 {{".hwpx", 5}, FORM_UNREADABLE}, {{".rtf", 4}, FORM_UNREADABLE}};
    char end[10];
    size_t n = name.n < sizeof end ? name.n : sizeof end;
    for (size_t i = 0; i < n; i++) {
        char c = name.p[name.n - n + i];
        end[i] = c;
        if (c >= 'A' && c <= 'Z')
            end[i] = (char)(c - 'A' + 'a');
    }
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (str_ends((struct str){end, n}, forms[i].ending))
            return forms[i].form;
    return FORM_NONE;
}

bool document_is_named(struct str name)
{
    return form_of(name) != FORM_NONE;
}

bool document_is_certain(struct str name)
{
    return form_of(name) > FORM_TEXT;
}

/* ---- one file ---- */

struct reading {
    struct imported *imported;
    const char *path;
    struct buf raw, utf8, text, title, pages;
};

/* The file's name without folder and ending, in one word. */
static struct str id_make(const char *path, char out[LIMIT_NAME_BYTES + 1])
{
    const char *slash = strrchr(path, '/');
    struct str name = str_of(slash ? slash + 1 : path);
    while (name.n > 1 && name.p[name.n - 1] != '.')
        name.n--;
    name = str_slice(name, 0, name.n - 1);
    name = str_slice(name, 0, LIMIT_NAME_BYTES);
    while (name.n > 0 && !text_is_valid(name))
        name.n--;
    memcpy(out, name.p, name.n);
    out[name.n] = '\0';
    for (size_t i = 0; i < name.n; i++)
        if (out[i] == ' ' || out[i] == '\t')
            out[i] = '-';
    return (struct str){out, name.n};
}

/* The line of the first control character, which is all that text_accept finds in UTF-8 beside its
 * length. */
static size_t control_line(struct str text)
{
    size_t line = 1;
    for (size_t at = 0; at < text.n;) {
        uint32_t rune = text_rune(text, &at);
        line += rune == '\n';
        if ((rune < 0x20 && rune != '\n' && rune != '\t' && rune != '\r') ||
            (rune >= 0x7F && rune < 0xA0))
            break;
    }
    return line;
}

static enum err fail_long(const char *path, struct fail *why)
{
    return fail(why, ERR_LIMIT,
                "%s: longer than %d bytes of text; divide it into several documents", path,
                LIMIT_FIELD_BYTES);
}

/* Text and HTML into `text`: UTF-8, NFC, LF. */
static enum err text_read(struct reading *r, struct str bytes, bool is_html, struct fail *why)
{
    struct str all = STR_NONE;
    enum err e = OK;
    if (!bytes.p) {
        e = file_read(r->path, LIMIT_DOCUMENT_BYTES, &r->raw, why);
        if (e == ERR_LIMIT)
            return fail_long(r->path, why);
        bytes = r->raw.p ? str_from_buf(&r->raw) : STR("");
    }
    if (!e && bytes.n > LIMIT_DOCUMENT_BYTES)
        return fail_long(r->path, why);
    if (!e)
        e = encoding_read(bytes, r->path, is_html ? html_charset(bytes) : STR(""), &r->utf8, why);
    if (e)
        return e;
    struct str utf8 = r->utf8.p ? str_from_buf(&r->utf8) : STR("");
    if (is_html) {
        buf_clear(&r->raw);
        e = html_read(utf8, r->path, &r->raw, &r->title, why);
        utf8 = r->raw.p ? str_from_buf(&r->raw) : STR("");
    }
    if (e)
        return e;
    e = text_accept(utf8, LIMIT_FIELD_BYTES, "the text", &r->text, &all, why);
    if (e == ERR_LIMIT)
        return fail_long(r->path, why);
    return e ? fail_within(why, e, "%s:%zu", r->path, control_line(utf8)) : OK;
}

static struct str keep(struct reading *r, struct str s, struct fail *why, enum err *e)
{
    struct str kept = s.p ? arena_copy(imported_arena(r->imported), s) : STR_NONE;
    if (s.p && !kept.p)
        *e = fail_memory(why);
    return kept;
}

static struct str without_empty_lines(struct str text)
{
    while (text.n > 0 && text.p[0] == '\n')
        text = str_slice(text, 1, text.n);
    return text;
}

static enum err row_add(struct reading *r, const struct front_matter *said, struct fail *why)
{
    char id[LIMIT_NAME_BYTES + 1];
    enum err e = OK;
    struct str body = without_empty_lines(said->body);
    struct str title = document_title(body);
    if (r->title.n > 0)
        title = str_from_buf(&r->title);
    if (str_trim(body).n == 0)
        return fail(why, ERR_INPUT, "%s: there is no text in it", r->path);
    if (body.n > LIMIT_FIELD_BYTES)
        return fail_long(r->path, why);
    const struct str made = id_make(r->path, id);
    const struct str row[IMPORTED_FIELDS] = {
        said->id.n > 0 ? said->id : made,
        said->title.p ? said->title : title,
        said->product,
        said->effective_from,
        said->effective_to,
        body,
        said->variants,
        said->series,
        r->pages.n > 0 ? str_from_buf(&r->pages) : STR_NONE,
    };
    struct str fields[IMPORTED_FIELDS];
    for (size_t i = 0; i < IMPORTED_FIELDS && !e; i++)
        fields[i] = keep(r, row[i], why, &e);
    const char *path = imported_text(r->imported, "%s", r->path);
    if (!e)
        imported_add(r->imported, KIND_DOCUMENTS, path, 1, fields);
    return e ? e : imported_error(r->imported, why);
}

enum err document_read(struct imported *imported, const char *path, struct str bytes,
                       struct fail *why)
{
    struct reading r = {.imported = imported, .path = path};
    const enum form form = form_of(str_of(path));
    struct front_matter said = {.line = 1};
    enum err e = OK;
    buf_init(&r.raw, LIMIT_DOCUMENT_BYTES);
    buf_init(&r.utf8, (size_t)2 * LIMIT_DOCUMENT_BYTES);
    buf_init(&r.text, (size_t)4 * LIMIT_DOCUMENT_BYTES);
    buf_init(&r.title, LIMIT_TITLE_BYTES);
    buf_init(&r.pages, (size_t)LIMIT_PAGES * 8);
    if (form == FORM_UNREADABLE)
        e = fail(why, ERR_INPUT,
                 "%s: documents of this format cannot be read; save it as PDF, HTML, text (.txt) "
                 "or Markdown (.md)",
                 path);
    else if (form == FORM_PDF)
        e = pdf_read(path, bytes, &r.text, &r.pages, why);
    else
        e = text_read(&r, bytes, form == FORM_HTML, why);
    said.body = r.text.p ? str_from_buf(&r.text) : STR("");
    if (!e && form != FORM_PDF)
        e = front_matter_read(imported, said.body, path, &said, why);
    if (!e)
        e = row_add(&r, &said, why);
    buf_free(&r.raw);
    buf_free(&r.utf8);
    buf_free(&r.text);
    buf_free(&r.title);
    buf_free(&r.pages);
    return e;
}

/* ---- a folder ---- */

static enum err file_take(void *data, const char *path, struct str name, bool *is_wanted,
                          struct fail *why)
{
    *is_wanted = document_is_named(name);
    return *is_wanted ? document_read(data, path, STR_NONE, why) : OK;
}

enum err documents_read(struct imported *imported, const char *folder, struct fail *why)
{
    size_t left = 0;
    const size_t before = imported_count(imported);
    enum err e = folder_walk(folder, file_take, imported, &left, why);
    if (!e && imported_count(imported) == before)
        return fail(why, ERR_INPUT, "%s: there are no documents in this folder", folder);
    if (!e && left > 0)
        imported_note(imported, imported_text(imported, "%s", folder), 1, NOTE_LEFT,
                      "%zu files that are no documents", left);
    return e;
}
