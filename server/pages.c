/* The pages that ride inside the binary, as the build left them: each file and its gzip. A page's
 * own address is asked about again with its ETag; what it loads has a name made from its content
 * and is kept for ever. A binary built without node has none of them, and says so. */
#include "base/files.h"
#include "server/chat.h"
#include "server/handlers.h"
#include "server/http.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum { FILE_NAME_BYTES = 128, TAG_HEX = 16 };

/* Written by training/corpora/embed.sh. */
struct page_bytes {
    const char *name; /* NULL ends the table */
    const char *bytes;
    uint64_t n;
};
extern const struct page_bytes page_files[];

static const char not_built[] =
    "<!doctype html>\n<html lang=\"ko\">\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
    "<title>Paring</title>\n"
    "<h1>웹 페이지가 들어 있지 않습니다</h1>\n"
    "<p>이 프로그램은 Node.js 없이 만들어졌습니다. Node.js 18 이상을 설치하고 <code>make "
    "console</code>을 실행한 뒤 다시 시작해 주세요. 다른 채널은 그대로 답합니다.</p>\n"
    "<p lang=\"en\">This binary was built without Node.js and has no web pages. Install Node.js 18 "
    "or newer, run <code>make console</code> and start it again. All other channels answer.</p>\n"
    "</html>\n";

struct str page_file(struct str name)
{
    for (const struct page_bytes *file = page_files; file->name; file++)
        if (str_equal(str_of(file->name), name))
            return (struct str){file->bytes, (size_t)file->n};
    return STR_NONE;
}

static const char *type_of(struct str name)
{
    static const char *const types[][2] = {
        {".html", "text/html; charset=utf-8"},
        {".js", "text/javascript; charset=utf-8"},
        {".css", "text/css; charset=utf-8"},
        {".svg", "image/svg+xml"},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (str_ends(name, str_of(types[i][0])))
            return types[i][1];
    return "application/octet-stream";
}

/* "gzip" in a list of codings, unless with the weight 0. */
static bool takes_gzip(struct str codings)
{
    struct str coding, part;
    while (str_next(&codings, ',', &coding)) {
        (void)str_next(&coding, ';', &part);
        part = str_trim(part);
        if (part.n != 4 || strncasecmp(part.p, "gzip", 4) != 0)
            continue;
        double weight = 1;
        struct str q = str_trim(coding);
        return !str_starts(q, STR("q=")) ||
               (str_to_double(str_slice(q, 2, q.n), &weight) && weight > 0);
    }
    return false;
}

static enum handled nothing(struct exchange *exchange)
{
    return exchange_fail(exchange, 404, "not_found", "there is nothing here");
}

/* The staff's page runs what is ours and nothing else, and no other site may show it. */
static const char staff_policy[] =
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
    "object-src 'none'";

/* `zipped` may be nothing. */
static enum handled bytes_say(struct exchange *exchange, struct str name, struct str bytes,
                              struct str zipped, const char *cache, const char *policy)
{
    char hex[HASH_HEX_BYTES];
    unsigned char hash[HASH_BYTES];
    const struct head *head = &exchange->head;
    struct page *page = &exchange->page;
    hash_bytes(bytes, hash);
    hash_hex(hash, hex);
    (void)snprintf(page->tag, sizeof(page->tag), "\"%.*s%s\"", TAG_HEX, hex, zipped.p ? "-gz" : "");
    page->policy = policy;
    page->cache = cache;
    exchange->content_type = type_of(name);
    if (str_find(head->tags_had, str_of(page->tag)) < head->tags_had.n) {
        exchange->status = 304;
        return HANDLED;
    }
    page->encoding = zipped.p ? "gzip" : NULL;
    exchange->status = 200;
    buf_add_str(&exchange->out, zipped.p ? zipped : bytes);
    return HANDLED;
}

static enum handled file_say(struct exchange *exchange, struct str name, const char *cache,
                             const char *policy)
{
    char zipped_name[FILE_NAME_BYTES];
    struct str bytes = page_file(name);
    if (!bytes.p || str_ends(name, STR(".gz")) || name.n > FILE_NAME_BYTES - sizeof(".gz"))
        return nothing(exchange);
    (void)snprintf(zipped_name, sizeof(zipped_name), "%.*s.gz", STR_ARG(name));
    struct str zipped =
        takes_gzip(exchange->head.encodings_taken) ? page_file(str_of(zipped_name)) : STR_NONE;
    return bytes_say(exchange, name, bytes, zipped, cache, policy);
}

static const char for_ever[] = "public, max-age=31536000, immutable";

static enum handled page_say(struct exchange *exchange, struct str name, const char *policy)
{
    if (page_file(name).p)
        return file_say(exchange, name, "no-cache", policy);
    exchange->status = 503;
    exchange->error = "not_built";
    exchange->content_type = type_of(STR(".html"));
    buf_add_text(&exchange->out, not_built);
    return HANDLED;
}

/* The console for a browser; for whoever asks as Rasa's clients do, what they expect. */
enum handled console_get(struct exchange *exchange)
{
    struct str types = exchange->head.types_taken;
    bool is_browser = types.p && str_find(types, STR("text/html")) < types.n;
    return is_browser ? page_say(exchange, STR("staff/staff.html"), staff_policy)
                      : rasa_hello_get(exchange);
}

enum handled console_asset_get(struct exchange *exchange)
{
    char name[FILE_NAME_BYTES];
    (void)snprintf(name, sizeof(name), "staff%.*s", STR_ARG(exchange->path));
    return file_say(exchange, str_of(name), for_ever, staff_policy);
}

/* ?lang= chooses the page's language; the bot's own otherwise. */
enum handled chat_get(struct exchange *exchange)
{
    const struct chat *chat = exchange->worker->site->chat;
    char name[FILE_NAME_BYTES];
    if (!chat)
        return nothing(exchange);
    struct str wanted = exchange_query(exchange, "lang");
    const char *language = str_equal(wanted, STR("en"))   ? "en"
                           : str_equal(wanted, STR("ko")) ? "ko"
                                                          : chat_language(chat);
    (void)snprintf(name, sizeof(name), "chat.%s.html", language);
    struct str named = chat_named_page(chat, language);
    return named.p
               ? bytes_say(exchange, str_of(name), named, STR_NONE, "no-cache", chat_policy(chat))
               : page_say(exchange, str_of(name), chat_policy(chat));
}

/* Of no use, and so not there, where no site may show the page. */
enum handled chat_embed_get(struct exchange *exchange)
{
    const struct chat *chat = exchange->worker->site->chat;
    return chat && chat_is_framed(chat)
               ? file_say(exchange, STR("embed.js"), "public, max-age=3600", chat_policy(chat))
               : nothing(exchange);
}

enum handled chat_asset_get(struct exchange *exchange)
{
    struct str name = str_slice(exchange->path, strlen("/chat/"), exchange->path.n);
    const struct chat *chat = exchange->worker->site->chat;
    return chat ? file_say(exchange, name, for_ever, chat_policy(chat)) : nothing(exchange);
}
