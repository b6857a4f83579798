/* bot.conf and what may override it. The table below is the whole of the configuration: each key's
 * type, range, default and help. Sources are read weakest first (default, file, environment,
 * flags), each value checked as it is read, so that even a value that is overridden may not be
 * wrong. A setting keeps its text and where it came from beside its parsed value, for `paring
 * config` to show. */
#include "base/config.h"

#include "base/arena.h"
#include "base/files.h"
#include "base/hours.h"
#include "base/limits.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type {
    TYPE_INT,
    TYPE_DOUBLE,
    TYPE_TEXT,
    TYPE_FILE, /* a path; in bot.conf one that is not absolute begins at bot.conf's folder */
    TYPE_HOURS,
    TYPE_LANGUAGE, /* from here on one of two words */
    TYPE_JOURNAL,
    TYPE_FAILURE,
    TYPE_YES_NO,
    TYPE_GATE_BUDGET,
    TYPES
};
static const char *const words[TYPES][2] = {
    [TYPE_LANGUAGE] = {"ko", "en"},
    [TYPE_JOURNAL] = {"commit", "async"},
    [TYPE_FAILURE] = {"stop", "answer"},
    [TYPE_YES_NO] = {"yes", "no"},
    [TYPE_GATE_BUDGET] = {"kept", "certified"},
};

enum { SOURCE_BYTES = 96, NAME_BYTES = 64, SHOWN_BYTES = 64 };

static const struct entry {
    const char *name;
    enum type type;
    double least, most; /* of numbers */
    const char *value;  /* the default */
    const char *help;
} table[CONFIG_KEYS] = {
    [CONFIG_LANGUAGE] = {"language", TYPE_LANGUAGE, 0, 0, "ko", "the bot's own language, ko or en"},
    [CONFIG_TIMEZONE_MINUTES] = {"timezone_minutes", TYPE_INT, -12 * 60, 14 * 60, "540",
                                 "offset from UTC, in minutes, that \"today\" is reckoned in"},
    [CONFIG_WRONG_BUDGET] = {"wrong_budget", TYPE_DOUBLE, 0.0001, 0.5, "0.02",
                             "at most this share of scripted replies may be wrong"},
    [CONFIG_CONFIDENCE_LEVEL] = {"confidence_level", TYPE_DOUBLE, 0.5, 0.9999, "0.95",
                                 "how sure the budget must be kept"},
    [CONFIG_OUT_OF_SCOPE_SHARE] = {"out_of_scope_share", TYPE_DOUBLE, 0, 0.99, "0.10",
                                   "expected share of messages that no intent is for"},
    [CONFIG_CLARIFY_CHOICES] = {"clarify_choices", TYPE_INT, 2, LIMIT_CHOICES, "3",
                                "longest list that a clarification shows"},
    [CONFIG_CLARIFY_SHARE] = {"clarify_share", TYPE_DOUBLE, 0.1, 1, "0.80",
                              "a clarification lists intents until they hold this share"},
    [CONFIG_CONVERSATION_MINUTES] = {"conversation_minutes", TYPE_INT, 1, 7 * 24 * 60, "30",
                                     "a form or clarification older than this is forgotten"},
    [CONFIG_QUOTE_WRONG_BUDGET] = {"quote_wrong_budget", TYPE_DOUBLE, 0.0001, 0.5, "0.05",
                                   "at most this share of replies quoted from documents may be "
                                   "from the wrong one"},
    [CONFIG_QUOTE_FROM] = {"quote_from", TYPE_DOUBLE, 0, 1, "0",
                           "probability from which a passage is quoted; 0: as golden questions and "
                           "quote_wrong_budget give it; 1: never"},
    [CONFIG_MODEL_FROM] = {"model_from", TYPE_DOUBLE, 0, 1, "0.3",
                           "probability that the best passage answers from which a model, where "
                           "there is one, is asked to choose; 1: only where it would be quoted"},
    [CONFIG_HANDOFF_TEXT] = {"handoff_text", TYPE_TEXT, 0, 0, "",
                             "what is said when a person takes over; empty: the language's own"},
    [CONFIG_CLARIFY_TEXT] = {"clarify_text", TYPE_TEXT, 0, 0, "",
                             "what stands above the list of choices; empty: the language's own"},
    [CONFIG_TRAIN_THREADS] = {"train_threads", TYPE_INT, 0, LIMIT_THREADS, "0",
                              "threads for training; 0: one for each core"},
    [CONFIG_KEEP_RELEASES] = {"keep_releases", TYPE_INT, 0, 1000000, "0",
                              "releases kept after training; 0: all"},
    [CONFIG_LISTEN] = {"listen", TYPE_TEXT, 0, 0, "127.0.0.1:8080",
                       "where serve listens: ADDR:PORT, [ADDR]:PORT or unix:PATH"},
    [CONFIG_WORKERS] = {"workers", TYPE_INT, 0, LIMIT_THREADS, "0",
                        "threads that answer; 0: one for each core"},
    [CONFIG_CONNECTIONS] = {"connections", TYPE_INT, 1, LIMIT_CONNECTIONS, "1024",
                            "connections open at once"},
    [CONFIG_REQUEST_SECONDS] = {"request_seconds", TYPE_INT, 1, 3600, "10",
                                "a request must have arrived within so many seconds"},
    [CONFIG_CONVERSATIONS] = {"conversations", TYPE_INT, 16, 10 * 1000 * 1000, "10000",
                              "conversations kept in memory; others are read from the journal"},
    [CONFIG_JOURNAL] = {"journal", TYPE_JOURNAL, 0, 0, "commit",
                        "commit: a reply leaves once its turn is on record, and survives a crash "
                        "of the program; async: it leaves at once, and a crash may lose the "
                        "record of the last moments' replies"},
    [CONFIG_JOURNAL_FAILURE] = {"journal_failure", TYPE_FAILURE, 0, 0, "stop",
                                "when a turn cannot be recorded (disk full) - stop: no reply, 503; "
                                "answer: reply all the same, and log the turn's id as lost"},
    [CONFIG_KEYS_FILE] = {"keys_file", TYPE_FILE, 0, 0, "",
                          "file of keys, a line \"ROLE NAME KEY\" each; empty: only callers on "
                          "this machine"},
    [CONFIG_KAKAO_BOT] = {"kakao_bot", TYPE_TEXT, 0, 0, "",
                          "the bot.id that Kakao's requests must carry; empty: any"},
    [CONFIG_KAKAO_CALLBACK_HOSTS] = {"kakao_callback_hosts", TYPE_TEXT, 0, 0, "kakao.com",
                                     "hosts, and those below them, that a reply which asks a model "
                                     "may be sent to by Kakao's useCallback"},
    [CONFIG_RATE_PER_ADDRESS] = {"rate_per_address", TYPE_INT, 0, 1000000, "50",
                                 "requests a second from one address, or in one session of "
                                 "staff; this machine's own free; 0: no limit"},
    [CONFIG_RATE_PER_KEY] = {"rate_per_key", TYPE_INT, 0, 1000000, "0",
                             "requests a second with one key; 0: no limit"},
    [CONFIG_ADDRESS_HEADER] = {"address_header", TYPE_TEXT, 0, 0, "",
                               "header in which a proxy on this machine tells the caller's "
                               "address, such as X-Forwarded-For; its last entry counts"},
    [CONFIG_ACCESS_LOG] = {"access_log", TYPE_YES_NO, 0, 0, "yes",
                           "a line on standard error for each request, yes or no"},
    [CONFIG_GATE_BUDGET] = {"gate_budget", TYPE_GATE_BUDGET, 0, 0, "kept",
                            "to go live - kept: a release may not give up the certified budget "
                            "of the active one; certified: its own must be"},
    [CONFIG_GATE_ACCURACY] = {"gate_accuracy", TYPE_DOUBLE, 0, 1, "0.80",
                              "to go live: at least this share of evaluation cases right"},
    [CONFIG_GATE_CONTRASTS] = {"gate_contrasts", TYPE_INT, 0, LIMIT_GATE, "0",
                               "to go live: at most so many contrast pairs lost"},
    [CONFIG_GATE_CASES] = {"gate_cases", TYPE_INT, 0, LIMIT_GATE, "0",
                           "to go live: at most so many evaluation cases lost, accepted ones "
                           "aside"},
    [CONFIG_GATE_CONSISTENCY] = {"gate_consistency", TYPE_DOUBLE, 0, 1, "0.90",
                                 "to go live: at least this share of paraphrases told the same"},
    [CONFIG_GATE_FAULTS] = {"gate_faults", TYPE_INT, 0, LIMIT_GATE, "0",
                            "to go live: at most so many faults that \"paring check\" says stop a "
                            "release"},
    [CONFIG_GATE_WARNINGS] = {"gate_warnings", TYPE_INT, 0, LIMIT_GATE, "1000000",
                              "to go live: at most so many faults that check warns of"},
    [CONFIG_PROVIDERS_FILE] = {"providers_file", TYPE_FILE, 0, 0, "",
                               "file of the language models that may be asked; empty: none"},
    [CONFIG_MODEL_OFF_FILE] = {"model_off_file", TYPE_FILE, 0, 0, "",
                               "while this file exists no model is asked, and calls under way are "
                               "cut; empty: models.off in the bot's folder"},
    [CONFIG_MODEL_DEADLINE_MS] = {"model_deadline_ms", TYPE_INT, 100, 600000, "10000",
                                  "how long a question may wait for models, all together"},
    [CONFIG_MODEL_QUEUE] = {"model_queue", TYPE_INT, 1, LIMIT_LLM_CALLS, "512",
                            "questions waiting for a model at once; others are answered without"},
    [CONFIG_MODEL_CALLS_PER_DAY] = {"model_calls_per_day", TYPE_INT, 0, 1e9, "0",
                                    "requests to models in a day, second tries too; 0: no cap"},
    [CONFIG_MODEL_TOKENS_PER_DAY] = {"model_tokens_per_day", TYPE_INT, 0, 1e12, "0",
                                     "tokens sent and received in a day; 0: no cap"},
    [CONFIG_MODEL_WON_PER_DAY] = {"model_won_per_day", TYPE_INT, 0, 1e9, "0",
                                  "won spent on models in a day, by the prices of providers_file; "
                                  "0: no cap"},
    [CONFIG_HANDOFF_HOURS] = {"handoff_hours", TYPE_HOURS, 0, 0, "",
                              "when people answer, such as \"mon-fri 09:00-18:00, sat "
                              "09:00-13:00\"; empty: always"},
    [CONFIG_HANDOFF_CLOSED_TEXT] = {"handoff_closed_text", TYPE_TEXT, 0, 0, "",
                                    "what is said when a person is wanted outside of "
                                    "handoff_hours; empty: the language's own"},
    [CONFIG_TLS_CERTIFICATE] = {"tls_certificate", TYPE_FILE, 0, 0, "",
                                "PEM file of the certificate and its chain; empty: no TLS, as "
                                "behind a proxy"},
    [CONFIG_TLS_KEY] = {"tls_key", TYPE_FILE, 0, 0, "", "PEM file of the certificate's key"},
    [CONFIG_CHATWOOT_URL] = {"chatwoot_url", TYPE_TEXT, 0, 0, "",
                             "where Chatwoot is, such as https://chat.example.com; empty: none"},
    [CONFIG_CHATWOOT_TOKEN_FILE] = {"chatwoot_token_file", TYPE_FILE, 0, 0, "",
                                    "file with the access token of the agent bot"},
    [CONFIG_CHATWOOT_SECRET_FILE] = {"chatwoot_secret_file", TYPE_FILE, 0, 0, "",
                                     "file with the secret that webhooks are signed with; empty: "
                                     "an older Chatwoot that signs none"},
    [CONFIG_JOURNAL_DAYS] = {"journal_days", TYPE_INT, 0, 36500, "0",
                             "days a turn is kept, masked from the first; \"paring journal "
                             "retention\" deletes older ones; 0: for ever"},
    [CONFIG_HANDOFF_CHANNELS] = {"handoff_channels", TYPE_TEXT, 0, 0, "web, kakao",
                                 "channels in which a promised person opens a ticket for agents"},
    [CONFIG_CLAIM_MINUTES] = {"claim_minutes", TYPE_INT, 0, 7 * 24 * 60, "15",
                              "an agent who has been silent for so long loses a claimed ticket to "
                              "the queue; 0: never"},
    [CONFIG_CHAT] = {"chat", TYPE_YES_NO, 0, 0, "no",
                     "the customers' chat page at /chat, for anybody without a key, yes or no"},
    [CONFIG_CHAT_ORIGINS] = {"chat_origins", TYPE_TEXT, 0, 0, "",
                             "sites that may show the chat page inside theirs, such as "
                             "https://www.example.com; empty: none"},
    [CONFIG_CHAT_PER_MINUTE] = {"chat_per_minute", TYPE_INT, 0, 100000, "30",
                                "messages a minute from one address on the chat page, this "
                                "machine's own free; 0: no limit"},
    [CONFIG_CONTACT_WON] = {"contact_won", TYPE_INT, 0, 1e7, "0",
                            "what a contact answered by a person costs, in won, for the figures; "
                            "0: not known"},
    [CONFIG_CHAT_NAME] = {"chat_name", TYPE_TEXT, 0, 0, "",
                          "the chat page's title, such as the company's name, at most 60 "
                          "characters; empty: the language's own"},
};

struct setting {
    char *text;
    double number; /* whole numbers in the ranges above are exact */
    char source[SOURCE_BYTES];
};

struct config {
    struct setting settings[CONFIG_KEYS];
};

/* Where a value stands: for the failure sentence, and shortened for `paring config`. */
struct place {
    char full[FAIL_TEXT_BYTES];
    char shown[SOURCE_BYTES];
    enum err code;     /* of a mistake made there */
    struct str folder; /* with its slash: where files it names lie; empty: in the current one */
};

static int find_key(struct str name)
{
    for (int key = 0; key < CONFIG_KEYS; key++) {
        if (str_equal(name, str_of(table[key].name)))
            return key;
    }
    return -1;
}

static bool is_whole(struct str text)
{
    uint64_t digits;
    if (str_starts(text, STR("-")))
        text = str_slice(text, 1, text.n);
    return str_to_u64(text, &digits);
}

/* Checks a value against its entry and parses it. */
static enum err check_value(const struct entry *entry, struct str text, const struct place *place,
                            double *number, struct fail *why)
{
    const char *kind = entry->type == TYPE_INT ? "a whole number" : "a number";
    *number = 0;
    switch (entry->type) {
    case TYPE_TEXT:
    case TYPE_FILE:
        if (text.n <= LIMIT_ANSWER_BYTES)
            return OK;
        return fail(why, place->code, "%s: %s is longer than %d bytes", place->full, entry->name,
                    (int)LIMIT_ANSWER_BYTES);
    case TYPE_HOURS:
        if (hours_are_valid(text))
            return OK;
        return fail(why, place->code,
                    "%s: %s must be like \"mon-fri 09:00-18:00, sat 09:00-13:00\"", place->full,
                    entry->name);
    case TYPE_INT:
    case TYPE_DOUBLE:
        break;
    default:
        if (str_equal(text, str_of(words[entry->type][0])) ||
            str_equal(text, str_of(words[entry->type][1])))
            return OK;
        return fail(why, place->code, "%s: %s must be %s or %s", place->full, entry->name,
                    words[entry->type][0], words[entry->type][1]);
    }
    if ((entry->type == TYPE_INT && !is_whole(text)) || !str_to_double(text, number) ||
        *number < entry->least || *number > entry->most)
        return fail(why, place->code, "%s: %s must be %s from %g to %g", place->full, entry->name,
                    kind, entry->least, entry->most);
    return OK;
}

static enum err set_value(struct config *config, int key, struct str text,
                          const struct place *place, struct fail *why)
{
    struct setting *setting = &config->settings[key];
    double number;
    enum err e = check_value(&table[key], text, place, &number, why);
    if (e)
        return e;
    char *copy = mem_copy(text);
    if (!copy)
        return fail_memory(why);
    mem_give(setting->text);
    setting->text = copy;
    setting->number = number;
    memcpy(setting->source, place->shown, sizeof setting->source);
    return OK;
}

/* A file that bot.conf names lies beside it, wherever the program was started; what a flag or the
 * environment names lies where the shell would look. */
static enum err set_file(struct config *config, int key, struct str text, const struct place *place,
                         struct fail *why)
{
    struct buf path;
    if (text.n == 0 || str_starts(text, STR("/")) || place->folder.n == 0)
        return set_value(config, key, text, place, why);
    buf_init(&path, LIMIT_CONFIG_BYTES);
    buf_add_str(&path, place->folder);
    buf_add_str(&path, text);
    enum err e = buf_error(&path, table[key].name, why);
    if (!e)
        e = set_value(config, key, str_from_buf(&path), place, why);
    buf_free(&path);
    return e;
}

/* One `key = value`. `seen` holds which keys this source has set already. */
static enum err set_pair(struct config *config, struct str pair, const struct place *place,
                         bool seen[CONFIG_KEYS], struct fail *why)
{
    size_t equals = str_find(pair, STR("="));
    if (equals == pair.n)
        return fail(why, place->code, "%s: \"key = value\" is expected", place->full);
    struct str name = str_trim(str_slice(pair, 0, equals));
    int key = find_key(name);
    if (key < 0) {
        size_t shown = name.n < SHOWN_BYTES ? name.n : SHOWN_BYTES;
        while (shown > 0 && shown < name.n && ((unsigned char)name.p[shown] & 0xC0) == 0x80)
            shown--; /* not in the middle of a character */
        return fail(why, place->code, "%s: there is no key \"%.*s\"", place->full, (int)shown,
                    name.p);
    }
    if (seen[key])
        return fail(why, place->code, "%s: %s is set twice", place->full, table[key].name);
    seen[key] = true;
    struct str value = str_trim(str_slice(pair, equals + 1, pair.n));
    return table[key].type == TYPE_FILE ? set_file(config, key, value, place, why)
                                        : set_value(config, key, value, place, why);
}

static enum err set_defaults(struct config *config, struct fail *why)
{
    const struct place place = {.full = "default", .shown = "default", .code = ERR_USE};
    enum err e = OK;
    for (int key = 0; key < CONFIG_KEYS && !e; key++)
        e = set_value(config, key, str_of(table[key].value), &place, why);
    return e;
}

static enum err set_lines(struct config *config, struct str text, const char *path,
                          struct fail *why)
{
    bool seen[CONFIG_KEYS] = {false};
    struct str line;
    const char *slash = strrchr(path, '/');
    const struct str folder =
        slash ? str_slice(str_of(path), 0, (size_t)(slash + 1 - path)) : STR_NONE;
    enum err e = OK;
    for (size_t number = 1; !e && str_next(&text, '\n', &line); number++) {
        struct place place = {.code = ERR_INPUT, .folder = folder};
        line = str_trim(line);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        (void)snprintf(place.full, sizeof place.full, "%s:%zu", path, number);
        (void)snprintf(place.shown, sizeof place.shown, "%s:%zu", slash ? slash + 1 : path, number);
        e = set_pair(config, line, &place, seen, why);
    }
    return e;
}

static enum err set_from_file(struct config *config, const char *path, struct fail *why)
{
    struct buf raw;
    struct buf clean;
    struct str text;
    if (!path || !file_exists(path))
        return OK;
    buf_init(&raw, LIMIT_CONFIG_BYTES);
    buf_init(&clean, LIMIT_CONFIG_BYTES);
    enum err e = file_read(path, LIMIT_CONFIG_BYTES, &raw, why);
    if (e)
        goto done;
    struct str bytes = str_from_buf(&raw);
    if (str_starts(bytes, STR("\xEF\xBB\xBF"))) /* some editors put a mark first */
        bytes = str_slice(bytes, 3, bytes.n);
    e = text_accept(bytes, LIMIT_CONFIG_BYTES, path, &clean, &text, why);
    if (!e)
        e = set_lines(config, text, path, why);
done:
    buf_free(&raw);
    buf_free(&clean);
    return e;
}

static void name_variable(const char *name, char out[NAME_BYTES])
{
    size_t n = (size_t)snprintf(out, NAME_BYTES, "PARING_%s", name);
    for (size_t i = 0; i < n && i < NAME_BYTES; i++) {
        if (out[i] >= 'a' && out[i] <= 'z')
            out[i] = (char)(out[i] - 'a' + 'A');
    }
}

static enum err set_from_environment(struct config *config, struct fail *why)
{
    struct buf clean;
    enum err e = OK;
    buf_init(&clean, LIMIT_CONFIG_BYTES);
    for (int key = 0; key < CONFIG_KEYS && !e; key++) {
        struct place place = {.shown = "environment", .code = ERR_INPUT};
        struct str text;
        name_variable(table[key].name, place.full);
        const char *value =
            getenv(place.full); /* NOLINT(concurrency-mt-unsafe): start of the program */
        if (!value)
            continue;
        buf_clear(&clean);
        e = text_accept(str_of(value), LIMIT_CONFIG_BYTES, place.full, &clean, &text, why);
        if (!e)
            e = set_value(config, key, str_trim(text), &place, why);
    }
    buf_free(&clean);
    return e;
}

static enum err set_from_flags(struct config *config, const char *const *flags, size_t count,
                               struct fail *why)
{
    const struct place place = {.full = "--set", .shown = "--set", .code = ERR_USE};
    bool seen[CONFIG_KEYS] = {false};
    struct buf clean;
    enum err e = OK;
    buf_init(&clean, LIMIT_CONFIG_BYTES);
    for (size_t i = 0; i < count && !e; i++) {
        struct str text;
        buf_clear(&clean);
        e = text_accept(str_of(flags[i]), LIMIT_CONFIG_BYTES, place.full, &clean, &text, why);
        if (e == ERR_INPUT || e == ERR_LIMIT)
            e = fail_within(why, ERR_USE, "argument");
        if (!e)
            e = set_pair(config, text, &place, seen, why);
    }
    buf_free(&clean);
    return e;
}

enum err config_open(const char *path, const char *const *flags, size_t flag_count,
                     struct config **out, struct fail *why)
{
    struct config *config = mem_take(1, sizeof *config);
    if (!config)
        return fail_memory(why);
    enum err e = set_defaults(config, why);
    if (!e)
        e = set_from_file(config, path, why);
    if (!e)
        e = set_from_environment(config, why);
    if (!e)
        e = set_from_flags(config, flags, flag_count, why);
    if (e)
        config_close(config);
    else
        *out = config;
    return e;
}

void config_close(struct config *config)
{
    if (!config)
        return;
    for (int key = 0; key < CONFIG_KEYS; key++)
        mem_give(config->settings[key].text);
    mem_give(config);
}

int64_t config_int(const struct config *config, enum config_key key)
{
    return (int64_t)config->settings[key].number;
}

double config_double(const struct config *config, enum config_key key)
{
    return config->settings[key].number;
}

struct str config_text(const struct config *config, enum config_key key)
{
    return str_of(config->settings[key].text);
}

bool config_key_named(struct str name, enum config_key *out)
{
    int key = find_key(name);
    if (key >= 0)
        *out = (enum config_key)key;
    return key >= 0;
}

struct config_line config_line(const struct config *config, enum config_key key)
{
    const struct setting *setting = &config->settings[key];
    return (struct config_line){table[key].name, setting->text, setting->source, table[key].help};
}
