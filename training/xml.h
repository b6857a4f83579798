/* XML as a stream of tags and texts, for the parts of a workbook. There is no document type, so no
 * entities but the five and no way to another file; depth and text are bounded. */
#ifndef XML_H
#define XML_H

#include "base/text.h"

enum xml_event { XML_ENDED, XML_TAG, XML_TAG_END, XML_WORDS };

struct xml; /* one thread */
/* `bytes` must outlive it. ERR_INPUT, here and in xml_next, as `path:line: …`. */
MUST_USE enum err xml_open(struct str bytes, const char *path, struct xml **out, struct fail *why);
void xml_close(struct xml *xml);
/* An empty tag gives XML_TAG and then XML_TAG_END. */
MUST_USE enum err xml_next(struct xml *xml, enum xml_event *event, struct fail *why);
struct str xml_name(const struct xml *xml);           /* of the tag, without its prefix */
bool xml_is(const struct xml *xml, const char *name); /* it is called so */
struct str xml_words(const struct xml *xml);          /* borrowed until xml_next */
/* An attribute of the tag that was just opened into `out` (cleared first); false when it is not
 * there. */
bool xml_attribute(struct xml *xml, const char *name, struct buf *out);

/* libxml2 takes its memory from ours from now on. Also for what else reads with it
 * (training/html.c). */
void xml_memory_begin(void);
/* Whether any of it could not be had since. */
bool xml_memory_failed(void);
/* libxml2's HTML parser, told that there is no memory, may come to the same tag for ever or read
 * from nowhere. Until xml_reserve_close this thread's readers get what cannot be had from these
 * bytes, so that they come to where they can be stopped; xml_memory_failed tells. What they made
 * must be closed first. */
MUST_USE enum err xml_reserve_open(size_t bytes, struct fail *why);
void xml_reserve_close(void);

#endif
