/* What a file to be imported is: a table of ours, a workbook, or another system's; and reading what
 * is no table. Without being told, the name and the first bytes say it; of a folder or archive, the
 * names in it. */
#ifndef FORMATS_H
#define FORMATS_H

#include "training/imported.h"

enum import_format {
    FORMAT_UNKNOWN,
    FORMAT_TABLE,      /* CSV or JSON Lines (training/rows.h) */
    FORMAT_DOCUMENT,   /* Markdown, text, HTML, PDF; a file or a folder of them */
    FORMAT_RASA,       /* YAML or Markdown, files or a folder */
    FORMAT_NLPJS,      /* a corpus, JSON */
    FORMAT_DIALOGFLOW, /* an ES agent, folder or zip */
    FORMAT_CLU,        /* a Microsoft conversational language understanding project, JSON */
    FORMAT_QNA,        /* Microsoft custom question answering, TSV */
    FORMAT_XLSX,
    FORMATS
};

struct import_source {
    const char *path;          /* "-" is stdin */
    struct str bytes;          /* p == NULL: what is at the path */
    enum content_kind kind;    /* of a table or workbook; KIND_UNKNOWN: told from the header */
    enum import_format format; /* FORMAT_UNKNOWN: told */
};

const char *format_name(enum import_format format); /* "rasa" … */
enum import_format format_named(struct str name);   /* FORMAT_UNKNOWN when it is none */

MUST_USE enum err format_tell(const struct import_source *source, enum import_format *out,
                              struct fail *why);
/* Reads every source that is no table. Rasa's files are read together, since what one says of an
 * intent another answers. ERR_INPUT, ERR_LIMIT with file and line. */
MUST_USE enum err formats_read(struct imported *imported, const struct import_source *sources,
                               const enum import_format *formats, size_t count, struct fail *why);

#endif
