/* libxml2's reader behind a strict door: UTF-8 only, no network, no document type (where every
 * entity trick begins), no relaxed limits, nesting bounded. Names and texts are views into the
 * reader. It takes its memory from ours, and any that it did not get fails the file: left to itself
 * it may go on without the piece that did not fit. */
#include "training/xml.h"

#include "base/arena.h"
#include "base/limits.h"
#include "training/tree.h"

#include <libxml/xmlmemory.h>
#include <libxml/xmlreader.h>
#include <stdint.h>
#include <string.h>

struct xml {
    xmlTextReaderPtr reader;
    const char *path;
    bool is_empty; /* the tag just given has its end in itself */
    struct buf said;
    int said_line;
};

/* Before each piece of libxml2's memory; as large as what malloc aligns to. */
struct piece {
    _Alignas(16) size_t size;
};

/* Allocations of this thread's readers that failed, and what they get instead. */
static _Thread_local size_t shortages;
static _Thread_local struct {
    unsigned char *bytes; /* NULL: nothing */
    size_t size, used;
} reserve;

static bool is_reserved(const struct piece *piece)
{
    const uintptr_t at = (uintptr_t)piece;
    const uintptr_t from = (uintptr_t)reserve.bytes;
    return reserve.bytes && at >= from && at < from + reserve.size;
}

static void *of_piece(struct piece *piece, size_t size)
{
    if (!piece)
        return NULL;
    piece->size = size;
    return piece + 1;
}

static void *reserve_take(size_t size)
{
    size_t whole = 0;
    shortages++;
    if (!reserve.bytes || __builtin_add_overflow(size, 2 * sizeof(struct piece) - 1, &whole))
        return NULL;
    whole -= whole % sizeof(struct piece);
    if (whole > reserve.size - reserve.used)
        return NULL;
    reserve.used += whole;
    return of_piece((struct piece *)(void *)(reserve.bytes + reserve.used - whole), size);
}

static size_t with_piece(size_t size)
{
    return size > SIZE_MAX - sizeof(struct piece) ? SIZE_MAX : size + sizeof(struct piece);
}

static void *memory_take(size_t size)
{
    void *p = of_piece(mem_take(with_piece(size), 1), size);
    return p ? p : reserve_take(size);
}

static void memory_give(void *p)
{
    struct piece *piece = p ? (struct piece *)p - 1 : NULL;
    if (piece && !is_reserved(piece))
        mem_give(piece);
}

static void *memory_grow(void *p, size_t size)
{
    struct piece *piece = p ? (struct piece *)p - 1 : NULL;
    if (!p)
        return memory_take(size);
    if (!is_reserved(piece)) {
        void *grown = of_piece(mem_grow(piece, with_piece(size), 1), size);
        if (grown)
            return grown;
    }
    void *other = reserve_take(size);
    if (other) {
        memcpy(other, p, piece->size < size ? piece->size : size);
        memory_give(p);
    }
    return other;
}

static char *memory_copy(const char *text)
{
    const size_t n = strlen(text) + 1;
    char *copy = memory_take(n);
    if (copy)
        memcpy(copy, text, n);
    return copy;
}

/* What libxml2 has to say goes to error_keep; nothing to standard error. */
static void error_drop(void *data, const char *format, ...)
{
    (void)data;
    (void)format;
}

static void error_keep(void *data, const char *message, xmlParserSeverities severity,
                       xmlTextReaderLocatorPtr locator)
{
    struct xml *xml = data;
    (void)severity;
    (void)locator; /* it knows the line of the node around, not of the fault */
    if (xml->said.n > 0 || !message)
        return;
    xml->said_line = xmlTextReaderGetParserLineNumber(xml->reader);
    struct str text = str_trim(str_of(message));
    buf_add_str(&xml->said, str_slice(text, 0, str_find(text, STR("\n"))));
}

static enum err fail_at(struct xml *xml, const char *what, struct fail *why)
{
    int line = xml->said_line > 0 ? xml->said_line : xmlTextReaderGetParserLineNumber(xml->reader);
    return fail_key(fail(why, ERR_INPUT, "%s:%d: %s", xml->path, line > 0 ? line : 1, what), why,
                    "file_damaged", "%s", "");
}

void xml_memory_begin(void)
{
    shortages = 0;
    if (xmlMemSetup(memory_give, memory_take, memory_grow, memory_copy))
        shortages++;
    xmlSetGenericErrorFunc(NULL, error_drop);
}

bool xml_memory_failed(void)
{
    return shortages > 0;
}

enum err xml_reserve_open(size_t bytes, struct fail *why)
{
    reserve.used = 0;
    reserve.size = bytes;
    reserve.bytes = mem_take(bytes, 1);
    return reserve.bytes ? OK : fail_memory(why);
}

void xml_reserve_close(void)
{
    xmlResetLastError(); /* it may hold some of it */
    mem_give(reserve.bytes);
    reserve.bytes = NULL;
}

enum err xml_open(struct str bytes, const char *path, struct xml **out, struct fail *why)
{
    struct str text = STR_NONE;
    enum err e = text_of_file(bytes, path, &text, why);
    if (e)
        return e;
    struct xml *xml = mem_take(1, sizeof *xml);
    if (!xml)
        return fail_memory(why);
    xml->path = path;
    buf_init(&xml->said, FAIL_TEXT_BYTES / 2);
    xml_memory_begin();
    xml->reader = xmlReaderForMemory(text.p, (int)text.n, NULL, "UTF-8",
                                     XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT);
    if (!xml->reader || shortages > 0) {
        xml_close(xml);
        return fail_memory(why);
    }
    xmlTextReaderSetErrorHandler(xml->reader, error_keep, xml);
    *out = xml;
    return OK;
}

void xml_close(struct xml *xml)
{
    if (!xml)
        return;
    if (xml->reader)
        xmlFreeTextReader(xml->reader);
    buf_free(&xml->said);
    mem_give(xml);
}

/* What libxml2 gives that is of interest; false for comments and the like. */
static bool event_of(struct xml *xml, int type, enum xml_event *event)
{
    switch (type) {
    case XML_READER_TYPE_ELEMENT:
        *event = XML_TAG;
        xml->is_empty = xmlTextReaderIsEmptyElement(xml->reader) == 1;
        return true;
    case XML_READER_TYPE_END_ELEMENT:
        *event = XML_TAG_END;
        return true;
    case XML_READER_TYPE_TEXT:
    case XML_READER_TYPE_CDATA:
    case XML_READER_TYPE_WHITESPACE:
    case XML_READER_TYPE_SIGNIFICANT_WHITESPACE:
        *event = XML_WORDS;
        return true;
    default:
        return false;
    }
}

enum err xml_next(struct xml *xml, enum xml_event *event, struct fail *why)
{
    if (xml->is_empty) {
        xml->is_empty = false;
        *event = XML_TAG_END;
        return OK;
    }
    for (;;) {
        int got = xmlTextReaderRead(xml->reader);
        if (shortages > 0)
            return fail_memory(why);
        if (got < 0 || xml->said.n > 0)
            return fail_at(xml, xml->said.n ? xml->said.p : "this is not XML", why);
        *event = XML_ENDED;
        if (got == 0)
            return OK;
        int type = xmlTextReaderNodeType(xml->reader);
        if (type == XML_READER_TYPE_DOCUMENT_TYPE || type == XML_READER_TYPE_ENTITY_REFERENCE)
            return fail_at(xml, "a document type or an entity; there is none in a workbook", why);
        if (xmlTextReaderDepth(xml->reader) > LIMIT_IMPORT_DEPTH)
            return fail_at(xml, "nested too deep", why);
        if (event_of(xml, type, event))
            return OK;
    }
}

static struct str str_of_xml(const xmlChar *p)
{
    return str_of((const char *)p);
}

struct str xml_name(const struct xml *xml)
{
    return str_of_xml(xmlTextReaderConstLocalName(xml->reader));
}

bool xml_is(const struct xml *xml, const char *name)
{
    return str_equal(xml_name(xml), str_of(name));
}

struct str xml_words(const struct xml *xml)
{
    return str_of_xml(xmlTextReaderConstValue(xml->reader));
}

bool xml_attribute(struct xml *xml, const char *name, struct buf *out)
{
    buf_clear(out);
    xmlChar *value = xmlTextReaderGetAttribute(xml->reader, (const xmlChar *)name);
    if (!value)
        return false; /* or no memory, which the next xml_next tells */
    buf_add_str(out, str_of_xml(value));
    xmlFree(value);
    shortages += out->error == ERR_MEMORY;
    return !out->error;
}
