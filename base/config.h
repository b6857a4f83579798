/* bot.conf and everything that may override it. One table gives each key its type, range, default
 * and one line of help. Sources, weakest first: default, bot.conf, environment
 * (PARING_WRONG_BUDGET), flags (--set key=value). A file that bot.conf names lies beside it. An
 * unknown key, a value out of range or a repeated key stops the start. */
#ifndef CONFIG_H
#define CONFIG_H

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>

enum config_key {
    CONFIG_LANGUAGE,             /* text   "ko": the bot's own language, "ko" or "en" */
    CONFIG_TIMEZONE_MINUTES,     /* int    540: offset from UTC that "today" is reckoned in */
    CONFIG_WRONG_BUDGET,         /* double 0.02: at most this share of scripted replies wrong */
    CONFIG_CONFIDENCE_LEVEL,     /* double 0.95: how sure of it */
    CONFIG_OUT_OF_SCOPE_SHARE,   /* double 0.10: expected share of traffic that is out of scope */
    CONFIG_CLARIFY_CHOICES,      /* int    3: longest list in a clarification, 2–5 */
    CONFIG_CLARIFY_SHARE,        /* double 0.80: a list goes on until its intents hold this share */
    CONFIG_CONVERSATION_MINUTES, /* int  30: a form or list older than this is forgotten */
    CONFIG_QUOTE_WRONG_BUDGET,   /* double 0.05: at most this share of quoted replies wrong */
    CONFIG_QUOTE_FROM,           /* double 0: chance from which a passage is quoted; 0: derived */
    CONFIG_MODEL_FROM,    /* double 0.3: chance from which a model is asked about a passage */
    CONFIG_HANDOFF_TEXT,  /* text: said when a person takes over ("": the language's own) */
    CONFIG_CLARIFY_TEXT,  /* text: what stands above the list */
    CONFIG_TRAIN_THREADS, /* int    0: all cores */
    CONFIG_KEEP_RELEASES, /* int    0: keep all; otherwise training prunes older ones */
    /* For `paring serve`: */
    CONFIG_LISTEN,               /* text   127.0.0.1:8080, [::1]:8080 or unix:/run/paring.sock */
    CONFIG_WORKERS,              /* int    0: one for each core */
    CONFIG_CONNECTIONS,          /* int    1024: open at once */
    CONFIG_REQUEST_SECONDS,      /* int    10: in which a request must have arrived */
    CONFIG_CONVERSATIONS,        /* int    10000: kept in memory */
    CONFIG_JOURNAL,              /* "commit" or "async": what a reply waits for */
    CONFIG_JOURNAL_FAILURE,      /* "stop" or "answer": when a turn cannot be kept */
    CONFIG_KEYS_FILE,            /* file   who may call; "": anybody on this machine */
    CONFIG_KAKAO_BOT,            /* text   the only bot.id that is answered; "": any */
    CONFIG_KAKAO_CALLBACK_HOSTS, /* text   where late replies may be sent */
    CONFIG_RATE_PER_ADDRESS,     /* int    50 requests a second; 0: no limit */
    CONFIG_RATE_PER_KEY,         /* int    0: no limit */
    CONFIG_ADDRESS_HEADER, /* text   where a proxy on this machine puts the caller's address */
    CONFIG_ACCESS_LOG,     /* "yes" or "no" */
    /* For `paring release activate`, what a release must show (training/gate.h): */
    CONFIG_GATE_BUDGET,      /* "kept" or "certified" */
    CONFIG_GATE_ACCURACY,    /* double 0.80: at least this share of in-scope cases right */
    CONFIG_GATE_CONTRASTS,   /* int    0: at most so many contrast pairs lost */
    CONFIG_GATE_CASES,       /* int    0: at most so many cases lost that nobody has accepted */
    CONFIG_GATE_CONSISTENCY, /* double 0.90: at least this share of paraphrases told the same */
    CONFIG_GATE_FAULTS,      /* int    0: at most so many faults of check that stop a release */
    CONFIG_GATE_WARNINGS,    /* int    1000000: at most so many other faults of check */
    /* For models (fallback/provider.h): */
    CONFIG_PROVIDERS_FILE,       /* file   who may be asked; "": nobody */
    CONFIG_MODEL_OFF_FILE,       /* file   while it exists nobody is asked; "": BOT/models.off */
    CONFIG_MODEL_DEADLINE_MS,    /* int    10000: for one question, all providers together */
    CONFIG_MODEL_QUEUE,          /* int    512: calls waiting and under way */
    CONFIG_MODEL_CALLS_PER_DAY,  /* int    0: no cap */
    CONFIG_MODEL_TOKENS_PER_DAY, /* int    0: no cap */
    CONFIG_MODEL_WON_PER_DAY,    /* int    0: no cap */
    CONFIG_HANDOFF_HOURS,        /* hours (base/hours.h): when people answer; "": always */
    CONFIG_HANDOFF_CLOSED_TEXT,  /* text: said outside of them ("": the language's own) */
    CONFIG_TLS_CERTIFICATE,      /* file   PEM file, with its chain; "": no TLS */
    CONFIG_TLS_KEY,              /* file   PEM file */
    CONFIG_CHATWOOT_URL,         /* text   "": Chatwoot is not spoken to */
    CONFIG_CHATWOOT_TOKEN_FILE,  /* file   of the agent bot */
    CONFIG_CHATWOOT_SECRET_FILE, /* file   of its webhooks; "": they are not signed */
    CONFIG_JOURNAL_DAYS,         /* int    0: turns are kept for ever */
    CONFIG_HANDOFF_CHANNELS,     /* text   where a promised person opens a ticket */
    CONFIG_CLAIM_MINUTES,        /* int    15: a silent agent's ticket goes back to the queue */
    CONFIG_CHAT,                 /* "yes" or "no": the customers' chat page at /chat */
    CONFIG_CHAT_ORIGINS,         /* text   whose pages may hold it in a frame; "": nobody's */
    CONFIG_CHAT_PER_MINUTE,      /* int    30 messages a minute from one address; 0: no limit */
    CONFIG_CONTACT_WON,          /* int    0: won that a person's contact costs; 0: unknown */
    CONFIG_CHAT_NAME,            /* text   whose page it is; "": the language's own title */
    CONFIG_KEYS
};

struct config; /* immutable once opened; may be read from any thread */

/* `path` may not exist (all defaults then). `flags` are "key=value" texts. */
MUST_USE enum err config_open(const char *path, const char *const *flags, size_t flag_count,
                              struct config **out, struct fail *why);
void config_close(struct config *config);
int64_t config_int(const struct config *config, enum config_key key);
double config_double(const struct config *config, enum config_key key);
struct str config_text(const struct config *config, enum config_key key); /* borrowed from config */
/* false when there is no key of that name. */
bool config_key_named(struct str name, enum config_key *out);
/* For `paring config`: name, shown value, source ("default", "bot.conf:12", "environment",
 * "--set"), help. */
struct config_line {
    const char *name, *value, *source, *help;
};
struct config_line config_line(const struct config *config, enum config_key key);

#endif
