/* The command prompt: what a model is asked, as versions that writers set, look at and compare. A
 * version is live once a release that holds it is; `set` changes nothing that customers are told.
 * Scores and suggestions are prompt_eval.c's. */
#include "cli/prompt.h"

#include "base/json.h"
#include "base/limits.h"
#include "cli/learn.h"
#include "responses/prompts.h"
#include "responses/release.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    OUTPUT_BYTES = 4 << 20,
    AUTHOR_BYTES = 32,
    HASH_SHOWN = 12,
    CALLS_EVAL = 20,
    CALLS_IMPROVE = 41
};

/* ---- Picking one ---- */

static struct str own_text(enum prompt_use use, struct str language)
{
    return use == PROMPT_FOR_DRAFTS ? prompt_draft(language) : prompt_default(language);
}

static enum err own_add(const struct cli *cli, enum prompt_use use, struct buf *text,
                        struct fail *why)
{
    struct config *config = NULL;
    enum err e = cli_config(cli, &config, why);
    if (!e)
        buf_add_str(text, own_text(use, config_text(config, CONFIG_LANGUAGE)));
    config_close(config);
    return e ? e : buf_error(text, "the prompt", why);
}

static enum err version_add(const struct cli *cli, enum prompt_use use, int64_t number,
                            struct buf *text, struct fail *why)
{
    struct content *content = NULL;
    const size_t before = text->n;
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (!e)
        e = prompts_read(content, use, number, text, why);
    content_close(content);
    return e || text->n > before ? e : own_add(cli, use, text, why);
}

static enum err file_add(const char *path, struct buf *text, struct fail *why)
{
    struct buf bytes;
    struct str accepted;
    buf_init(&bytes, PROMPT_TEXT_BYTES);
    enum err e = file_read(path, PROMPT_TEXT_BYTES, &bytes, why);
    if (!e)
        e = text_accept(str_from_buf(&bytes), PROMPT_TEXT_BYTES, path, text, &accepted, why);
    buf_free(&bytes);
    return e;
}

enum err prompt_pick(const struct cli *cli, enum prompt_use use, const char *which,
                     struct buf *text, struct prompt **out, struct fail *why)
{
    struct prompt *prompt = NULL;
    uint64_t number = 0;
    const bool is_number = which && str_to_u64(str_of(which), &number) && number < INT32_MAX;
    enum err e = OK;
    buf_clear(text);
    if (is_number && number == 0)
        e = own_add(cli, use, text, why);
    else if (!which || is_number)
        e = version_add(cli, use, (int64_t)number, text, why);
    else
        e = file_add(which, text, why);
    if (!e)
        e = prompt_open(str_from_buf(text), is_number || !which ? "the prompt" : which, &prompt,
                        why);
    if (!e && out)
        *out = prompt;
    else
        prompt_close(prompt);
    return e;
}

/* ---- list ---- */

struct listing {
    const struct cli *cli;
    struct buf *out;
    struct json_writer w;
    enum prompt_use use;                    /* that is listed */
    char live[PROMPT_USES][HASH_HEX_BYTES]; /* of the active release's; "" when there is none */
    int64_t newest[PROMPT_USES];
};

/* The hashes of what the active release asks with; "" when none is active. */
static enum err live_find(struct listing *listing, struct fail *why)
{
    struct release *release = NULL;
    unsigned char bytes[HASH_BYTES];
    int number = 0;
    enum err e = release_active(listing->cli->bot_folder, &number, why);
    if (e || number == 0)
        return e;
    e = release_open(listing->cli->bot_folder, number, &release, why);
    if (e)
        return e;
    for (int use = 0; use < PROMPT_USES; use++) {
        const struct file_map *map = use == PROMPT_FOR_DRAFTS ? &release->draft : &release->prompt;
        struct str text = {(const char *)map->p, map->n};
        if (text.n == 0)
            text = own_text((enum prompt_use)use, config_text(release->settings, CONFIG_LANGUAGE));
        hash_bytes(text, bytes);
        hash_hex(bytes, listing->live[use]);
    }
    release_close(release);
    return OK;
}

static enum err version_count(void *data, const struct prompt_version *version, struct fail *why)
{
    (void)why;
    ((struct listing *)data)->newest[version->use] = version->number;
    return OK;
}

static enum err version_show(void *data, const struct prompt_version *version, struct fail *why)
{
    struct listing *listing = data;
    char at[TIME_TEXT_BYTES] = "";
    const bool is_live = str_equal(version->hash, str_of(listing->live[listing->use]));
    const bool is_next = version->number == listing->newest[listing->use];
    (void)why;
    if (version->use != listing->use)
        return OK;
    if (version->at_us)
        clock_format_us(version->at_us, at);
    if (!listing->cli->json) {
        buf_add_format(listing->out, "%3lld  %.*s  %-24s  %.*s%s%s%s\n", (long long)version->number,
                       HASH_SHOWN, version->hash.p, at, STR_ARG(version->author),
                       version->use == PROMPT_FOR_DRAFTS ? ", for staff drafts" : "",
                       is_live ? ", live" : "", is_next ? ", in the next release" : "");
        return OK;
    }
    json_object(&listing->w, NULL);
    json_put_int(&listing->w, "number", version->number);
    json_put_str(&listing->w, "hash", version->hash);
    json_put_text(&listing->w, "at", at);
    json_put_str(&listing->w, "author", version->author);
    json_put_bool(&listing->w, "is_live", is_live);
    json_put_bool(&listing->w, "is_next", is_next);
    json_end(&listing->w, '}');
    return OK;
}

/* The program's own, as version 0. */
static enum err own_show(struct listing *listing, struct fail *why)
{
    struct buf text;
    unsigned char bytes[HASH_BYTES];
    char hash[HASH_HEX_BYTES];
    buf_init(&text, PROMPT_TEXT_BYTES);
    enum err e = own_add(listing->cli, listing->use, &text, why);
    hash_bytes(str_from_buf(&text), bytes);
    hash_hex(bytes, hash);
    buf_free(&text);
    const struct prompt_version own = {
        .use = listing->use, .hash = str_of(hash), .author = STR("the program's own")};
    return e ? e : version_show(listing, &own, why);
}

static enum err list_run(const struct cli *cli, struct buf *out, struct fail *why)
{
    static const char *const keys[PROMPT_USES] = {"prompts", "drafts"};
    struct listing listing = {.cli = cli, .out = out};
    struct content *content = NULL;
    enum err e = content_open(cli->bot_folder, false, &content, why);
    if (!e)
        e = live_find(&listing, why);
    if (!e)
        e = prompts_each(content, version_count, &listing, why);
    json_begin(&listing.w, out);
    if (cli->json)
        json_object(&listing.w, NULL);
    for (int use = 0; use < PROMPT_USES && !e; use++) {
        listing.use = (enum prompt_use)use;
        if (cli->json)
            json_array(&listing.w, keys[use]);
        e = own_show(&listing, why);
        if (!e)
            e = prompts_each(content, version_show, &listing, why);
        if (cli->json)
            json_end(&listing.w, ']');
    }
    if (cli->json) {
        json_end(&listing.w, '}');
        buf_add_char(out, '\n');
    }
    content_close(content);
    return e;
}

/* ---- show, diff, set ---- */

/* One member or two of a JSON object, or the text as it is. */
static void text_print(const struct cli *cli, const char *name, struct str text, struct buf *out)
{
    struct json_writer w;
    if (!cli->json) {
        buf_add_str(out, text);
        return;
    }
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_str(&w, name, text);
    json_end(&w, '}');
    buf_add_char(out, '\n');
}

static enum err show_run(const struct cli *cli, enum prompt_use use, const char *which,
                         struct buf *out, struct fail *why)
{
    struct buf text;
    buf_init(&text, PROMPT_TEXT_BYTES);
    enum err e = prompt_pick(cli, use, which, &text, NULL, why);
    if (!e)
        text_print(cli, "text", str_from_buf(&text), out);
    buf_free(&text);
    return e;
}

static enum err diff_run(const struct cli *cli, enum prompt_use use, const char *a, const char *b,
                         struct buf *out, struct fail *why)
{
    struct buf texts[2], changes;
    buf_init(&texts[0], PROMPT_TEXT_BYTES);
    buf_init(&texts[1], PROMPT_TEXT_BYTES);
    buf_init(&changes, OUTPUT_BYTES);
    enum err e = prompt_pick(cli, use, a, &texts[0], NULL, why);
    if (!e)
        e = prompt_pick(cli, use, b, &texts[1], NULL, why);
    if (!e)
        e = prompt_diff(str_from_buf(&texts[0]), str_from_buf(&texts[1]), &changes, why);
    if (!e)
        text_print(cli, "diff", str_from_buf(&changes), out);
    buf_free(&texts[0]);
    buf_free(&texts[1]);
    buf_free(&changes);
    return e;
}

static enum err set_run(const struct cli *cli, enum prompt_use use, const char *which,
                        struct buf *out, struct fail *why)
{
    struct content *content = NULL;
    struct json_writer w;
    struct buf text;
    char author[AUTHOR_BYTES];
    int64_t number = 0;
    bool is_new = false;
    buf_init(&text, PROMPT_TEXT_BYTES);
    (void)snprintf(author, sizeof author, "user %u", (unsigned)getuid());
    enum err e = prompt_pick(cli, use, which, &text, NULL, why);
    if (!e)
        e = content_open(cli->bot_folder, true, &content, why);
    if (!e)
        e = prompts_set(content, use, str_from_buf(&text), author, &number, &is_new, why);
    content_close(content);
    buf_free(&text);
    if (e)
        return e;
    if (!cli->json) {
        buf_add_format(out,
                       is_new ? "version %lld; the next release asks with it\n"
                              : "version %lld says the same already\n",
                       (long long)number);
        return OK;
    }
    json_begin(&w, out);
    json_object(&w, NULL);
    json_put_int(&w, "number", number);
    json_put_bool(&w, "is_new", is_new);
    json_end(&w, '}');
    buf_add_char(out, '\n');
    return OK;
}

/* ---- The command ---- */

static enum err prompt_run(const struct cli *cli, int count, char **argv,
                           const struct prompt_request *request, struct buf *out, struct fail *why)
{
    const char *what = count > 0 ? argv[0] : "";
    const enum prompt_use use = request->is_drafts ? PROMPT_FOR_DRAFTS : PROMPT_FOR_CUSTOMERS;
    const bool asks = strcmp(what, "eval") == 0 || strcmp(what, "improve") == 0;
    if (!asks && (request->prompt || request->limit))
        return fail(why, ERR_USE, "--prompt and --limit belong to prompt eval and prompt improve");
    if (request->is_drafts && (asks || strcmp(what, "list") == 0))
        return fail(why, ERR_USE, "--drafts belongs to prompt show, prompt diff and prompt set");
    if (strcmp(what, "improve") != 0 && request->out)
        return fail(why, ERR_USE, "--out belongs to prompt improve");
    if (strcmp(what, "list") == 0 && count == 1)
        return list_run(cli, out, why);
    if (strcmp(what, "show") == 0 && count <= 2)
        return show_run(cli, use, count > 1 ? argv[1] : NULL, out, why);
    if (strcmp(what, "diff") == 0 && count == 3)
        return diff_run(cli, use, argv[1], argv[2], out, why);
    if (strcmp(what, "set") == 0 && count == 2)
        return set_run(cli, use, argv[1], out, why);
    if (asks && count == 1) {
        struct prompt_request full = *request;
        if (full.limit == 0)
            full.limit = *what == 'e' ? CALLS_EVAL : CALLS_IMPROVE;
        return *what == 'e' ? prompt_eval_run(cli, &full, why)
                            : prompt_improve_run(cli, &full, why);
    }
    return fail(why, ERR_USE,
                "prompt needs one of: list, show [N], diff A B, set FILE, eval, "
                "improve");
}

enum err command_prompt(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *limit = NULL;
    struct prompt_request request = {.limit = 0};
    const struct cli_option options[] = {{"--prompt", NULL, &request.prompt},
                                         {"--limit", NULL, &limit},
                                         {"--out", NULL, &request.out},
                                         {"--drafts", &request.is_drafts, NULL}};
    struct buf out;
    uint64_t calls = 0;
    int count = 0;
    buf_init(&out, OUTPUT_BYTES);
    enum err e = cli_options(cli, argc, argv, options, 4, &count, why);
    if (!e && limit &&
        (!str_to_u64(str_of(limit), &calls) || calls == 0 || calls > LIMIT_PROMPT_CALLS))
        e = fail(why, ERR_USE, "--limit %s: not a number of calls from 1 to %d", limit,
                 LIMIT_PROMPT_CALLS);
    request.limit = (size_t)calls;
    if (!e)
        e = cli_bot_check(cli, why);
    if (!e)
        e = prompt_run(cli, count, argv, &request, &out, why);
    if (!e)
        e = buf_error(&out, "what is printed", why);
    if (!e && out.n > 0)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}
