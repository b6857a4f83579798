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
#include <string.h>

struct xml {
    xmlTextReaderPtr reader;
    const char *path;
    bool is_empty; /* the tag just given has its end in itself */
    struct buf said;
    int said_line;
};

/* Allocations of this thread's readers that failed. */
static _Thread_local size_t shortages;

static void *count_shortage(void *p)
{
    shortages += p == NULL;
    return p;
}

static void *memory_take(size_t size)
{
    return count_shortage(mem_take(size, 1));
}

static void *memory_grow(void *p, size_t size)
{
    return count_shortage(mem_grow(p, size, 1));
}

static char *memory_copy(const char *text)
{
    return count_shortage(mem_copy(str_of(text)));
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
    return fail(why, ERR_INPUT, "%s:%d: %s", xml->path, line > 0 ? line : 1, what);
}

void xml_memory_begin(void)
{
    shortages = 0;
    if (xmlMemSetup(mem_give, memory_take, memory_grow, memory_copy))
        shortages++;
    xmlSetGenericErrorFunc(NULL, error_drop);
}

bool xml_memory_failed(void)
{
    return shortages > 0;
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
