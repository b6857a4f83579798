/* Every maximum of the program, in one place. A buffer without a line here does not pass review. */
#ifndef LIMITS_H
#define LIMITS_H

enum {
    LIMIT_MESSAGE_RUNES = 2000,         /* a customer's message, in code points (DESIGN §5) */
    LIMIT_MESSAGE_BYTES = 4 * 2000,     /* the same in UTF-8 */
    LIMIT_NORMALISED_BYTES = 64 * 1024, /* NFKC may grow one code point to 18 (U+FDFA) */
    LIMIT_NAME_BYTES = 128,             /* intent, fact, slot names and row ids */
    LIMIT_TITLE_BYTES = 512,            /* an intent's title */
    LIMIT_ANSWER_BYTES = 16 * 1024,     /* an answer's text, before and after rendering */
    LIMIT_EXPRESSION_BYTES = 4 * 1024,  /* one condition or {{= … }} */
    LIMIT_EXPRESSION_DEPTH = 64,        /* nested parentheses and calls */
    LIMIT_NUMBER_BITS = 1 << 20,        /* numerator or denominator of an exact number */
    LIMIT_TERM_MONTHS = 1200,           /* the longest term that finance functions take */
    LIMIT_SLOTS = 16,                   /* slot values a conversation carries */
    LIMIT_CHOICES = 5,                  /* a clarification's list */
    LIMIT_FIELD_BYTES = 1024 * 1024,    /* one field of a CSV or JSONL row */
    LIMIT_COLUMNS = 64,                 /* columns of a table */
    LIMIT_ROWS = 2 * 1000 * 1000,       /* rows of one import */
    LIMIT_INTENTS = 20 * 1000,          /* intents of one model */
    LIMIT_CONFIG_BYTES = 256 * 1024,    /* bot.conf */
    LIMIT_JSON_DEPTH = 8,               /* nesting in what others send us (STYLE §11) */
    LIMIT_JSON_BYTES = 4 * 1024 * 1024, /* one JSON text */
    LIMIT_FOLDER_BYTES = 4 << 20,       /* names in one folder, together */
    LIMIT_SQL_PARAMETERS = 64,          /* $1 to $64 in one statement */
    LIMIT_THREADS = 64,                 /* training threads; HTTP workers */
    LIMIT_CLERKS = LIMIT_THREADS + 1,   /* one for each worker, one for late replies */
    LIMIT_BODY = 256 * 1024,            /* of a request; routes may take less */
    LIMIT_UPLOAD = 32 << 20,            /* a file that a writer is given, or sends back */
    LIMIT_QUEUE = 4096,                 /* turns on their way to the journal */
    LIMIT_WAITERS = 8,                  /* messages waiting for their conversation's turn */
    LIMIT_CONNECTIONS = 4096,           /* HTTP connections open at once */
    LIMIT_CHAT_STREAMS = 512,           /* so many of them in all, and no chat page gets another */
    LIMIT_STREAMS = 1024,               /* clients that are told of events as they happen */
    LIMIT_KEYS = 256,                   /* keys for channels */
    LIMIT_GATE = 1000 * 1000,           /* of a count that the gate allows; as good as any */
    LIMIT_REVIEW_ROWS = 20 * 1000,      /* rows of one review */
    LIMIT_REASON_BYTES = 2000,          /* why somebody accepts a fault */

    /* What KakaoTalk shows of a skill's reply, in UTF-16 units as the client counts. */
    LIMIT_KAKAO_BUBBLES = 3,
    LIMIT_KAKAO_BUBBLE_UNITS = 1000,
    LIMIT_KAKAO_LABEL_UNITS = 14,

    /* What is asked of a language model, and what it may say (fallback/provider.h). */
    LIMIT_PROVIDERS = 8,           /* in the providers file */
    LIMIT_LLM_CALLS = 1024,        /* calls waiting and under way together */
    LIMIT_LLM_PROMPT = 256 * 1024, /* one request, as sent */
    LIMIT_LLM_REPLY = 64 * 1024,   /* the text of one reply */
    LIMIT_LLM_EVENT = 256 * 1024,  /* one event of a streamed reply */
    LIMIT_LLM_STREAM = 4 << 20,    /* all bytes of a streamed reply */
    LIMIT_LLM_HEADERS = 16 * 1024, /* its headers, trailers and interim replies together */
    LIMIT_PROMPT_PASSAGES = 16,    /* passages shown to a model */
    LIMIT_PROMPT_SENTENCES = 512,  /* sentences of all of them */
    LIMIT_PROMPT_FACTS = 64,       /* facts shown beside them */
    LIMIT_PROMPT_CALLS = 10000,    /* of one command about prompts, whatever --limit says */
    LIMIT_SELECTED = 16,           /* sentences, and facts, that a reply may point at */
    LIMIT_EMBEDDING = 4096,        /* dimensions of a vector */
    LIMIT_EMBEDDED = 1000 * 1000,  /* vectors that training keeps between runs */

    /* Files of other systems, which are read whole (training/bundle.h, training/tree.h). */
    LIMIT_IMPORT_FILE_BYTES = 32 << 20,   /* one file, also one inside an archive */
    LIMIT_IMPORT_BYTES = 128 << 20,       /* all files of a folder or archive together, unpacked */
    LIMIT_IMPORT_ENTRIES = 20 * 1000,     /* entries of an archive; files and folders of a folder */
    LIMIT_IMPORT_FOLDERS = 16,            /* folders inside one another */
    LIMIT_IMPORT_RATIO = 200,             /* unpacked to packed bytes of an archive, past 1 MiB */
    LIMIT_IMPORT_NODES = 2 * 1000 * 1000, /* values of one YAML or JSON file, aliases spelt out */
    LIMIT_IMPORT_DEPTH = 64,              /* nesting of YAML, JSON and XML */
    LIMIT_IMPORT_NOTES = 100 * 1000,      /* lines of a report that are kept; the rest is counted */
    LIMIT_DOCUMENT_BYTES = 8 << 20,       /* a text or HTML file; text as it comes out of a PDF */
    LIMIT_HTML_DEPTH = 256,               /* tags inside one another */
    LIMIT_HTML_TAG_BYTES = 2048,          /* a tag's attributes, without values in quotes */
    LIMIT_PDF_BYTES = 256 << 20,          /* a PDF */
    LIMIT_PDF_SECONDS = 60,               /* reading one: on the clock, and of the processor */
    LIMIT_READER_KIB = 1024,              /* pages that a database's handle keeps, to read */
    LIMIT_WRITER_KIB = 2048,              /* and to write */
    LIMIT_BUSY_WRITER_KIB = 16 * 1024,    /* and of the journal's writer */
    LIMIT_DATABASE_BYTES = 48 << 20,      /* of all handles of a server, beside copies in memory */
    LIMIT_PAGES = 5000,                   /* of one document */
    LIMIT_SHEET_ROWS = 1000 * 1000,       /* rows of one sheet; a spreadsheet ends at 1,048,576 */
};

#define LIMIT_PDF_MEMORY ((size_t)1 << 30) /* of the process that reads a PDF */
#define LIMIT_FILE_BYTES ((size_t)2 << 30) /* any file that is read whole */
/* what is made of the files of one import: trees, rows and notes */
#define LIMIT_IMPORT_MEMORY ((size_t)768 << 20)

#endif
