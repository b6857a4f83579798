/* Documents that are files of text. The file becomes a table of one row, so that it goes the way of
 * every other row: its name is the id, what it calls itself is the title, and an import of the same
 * name again is an edit of the same document. Other formats (HTML, PDF) find their place here: what
 * turns them into text comes before the row is made. */
#include "training/import_document.h"

#include "base/files.h"
#include "base/limits.h"
#include "fallback/documents.h"
#include "training/rows.h"

#include <string.h>

enum format { FORMAT_NONE, FORMAT_TEXT, FORMAT_UNREADABLE };

static enum format format_of(const char *path)
{
    static const struct {
        struct str ending;
        enum format format;
    } formats[] = {{{".md", 3}, FORMAT_TEXT},         {{".markdown", 9}, FORMAT_TEXT},
                   {{".txt", 4}, FORMAT_TEXT},        {{".html", 5}, FORMAT_UNREADABLE},
                   {{".htm", 4}, FORMAT_UNREADABLE},  {{".pdf", 4}, FORMAT_UNREADABLE},
                   {{".docx", 5}, FORMAT_UNREADABLE}, {{".hwp", 4}, FORMAT_UNREADABLE}};
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (str_ends(str_of(path), formats[i].ending))
            return formats[i].format;
    return FORMAT_NONE;
}

bool import_is_document(const char *path)
{
    return format_of(path) != FORMAT_NONE;
}

/* The file's name without folder and ending, in one word. */
static void id_make(const char *path, char out[LIMIT_NAME_BYTES + 1])
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
}

enum err import_document(const char *path, struct buf *out, struct fail *why)
{
    char id[LIMIT_NAME_BYTES + 1];
    struct buf bytes;
    buf_init(&bytes, LIMIT_FIELD_BYTES);
    buf_init(out, (size_t)3 * LIMIT_FIELD_BYTES);
    if (format_of(path) == FORMAT_UNREADABLE)
        return fail(why, ERR_INPUT,
                    "%s: documents of this format cannot be read yet; save it as "
                    "text (.txt) or Markdown (.md)",
                    path);
    enum err e = file_read(path, LIMIT_FIELD_BYTES, &bytes, why);
    if (e == ERR_LIMIT)
        e = fail(why, ERR_LIMIT, "%s: longer than %d bytes; divide it into several documents", path,
                 LIMIT_FIELD_BYTES);
    struct str text = str_from_buf(&bytes);
    if (!e && str_starts(text, STR("\xEF\xBB\xBF")))
        text = str_slice(text, 3, text.n);
    if (!e && !text_is_valid(text))
        e = fail(why, ERR_INPUT, "%s: is not UTF-8 (EUC-KR, perhaps); save it as UTF-8", path);
    if (!e && str_trim(text).n == 0)
        e = fail(why, ERR_INPUT, "%s: there is no text in it", path);
    if (!e) {
        id_make(path, id);
        const struct str head[] = {STR("id"), STR("title"), STR("text")};
        const struct str row[] = {str_of(id), document_title(text), text};
        csv_add_row(out, head, 3);
        csv_add_row(out, row, 3);
        e = buf_error(out, path, why);
    }
    buf_free(&bytes);
    return e;
}
