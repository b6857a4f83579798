/* The customers' chat page at /chat: its settings, the files it is made of (server/pages.c), and
 * what it asks for (server/chat.c).
 *
 * Customers have no key. A page makes up 32 random letters and sends them with every request as
 * "Authorization: Bearer …"; the conversation's name is a hash of them. So nobody can name
 * another's conversation, nor one of another channel, and whoever reads a name in the journal
 * cannot speak in its conversation. */
#ifndef CHAT_H
#define CHAT_H

#include "base/config.h"

struct chat;

/* NULL in *out when chat is off. ERR_INPUT: chat_origins holds what is no origin. */
MUST_USE enum err chat_open(const struct config *config, struct chat **out, struct fail *why);
void chat_close(struct chat *chat);                 /* NULL is harmless */
const char *chat_policy(const struct chat *chat);   /* the page's Content-Security-Policy */
bool chat_is_framed(const struct chat *chat);       /* some site may show the page inside its own */
const char *chat_language(const struct chat *chat); /* "ko" or "en" */

/* The page of a language with the name that the bot's owner gave it; STR_NONE: it has none. */
struct str chat_named_page(const struct chat *chat, const char *language);

/* A file of the pages as the build left it; STR_NONE when there is none. */
struct str page_file(struct str name);

#endif
