/* argv into calls on everything below. cli/main.c holds one table of commands; each command is a
 * function that parses its own flags with cli_options, does its work, prints for a person or (with
 * --json) one JSON object, and returns what went wrong. */
#ifndef CLI_H
#define CLI_H

#include "base/config.h"
#include "base/fail.h"
#include "base/text.h"
#include "responses/content.h"

#include <stdio.h>

enum { CLI_SETTINGS = 32 };

/* What standard output has seen; main reads it when a command has failed. */
struct cli_output {
    bool is_begun; /* something was printed */
    bool is_gone;  /* the reader went away */
};

struct cli {
    struct cli_output *output;          /* main's */
    const char *bot_folder;             /* --bot, default "./bot" */
    bool json;                          /* --json */
    bool is_terminal;                   /* stdout is a terminal */
    bool shows_progress;                /* stderr is a terminal */
    bool is_beside;                     /* --beside: a server started it (cli/beside.c) */
    const char *settings[CLI_SETTINGS]; /* --set key=value */
    size_t setting_count;
    struct {
        const char *what; /* borrowed from the last call */
        int64_t began_us; /* the first call of this command, 0 for none yet */
        int64_t shown_us; /* when the line was last drawn, 0 while there is none */
    } progress;
};

/* One flag of one command. A flag takes a value when `value` is set, else it sets *on. */
struct cli_option {
    const char *name; /* "--dry-run" */
    bool *on;
    const char **value;
};
/* Parses argv[1…]: known options (also the common ones --bot --json --set), "--name value" and
 * "--name=value", "--" ends options. What is not an option is moved to the front of argv; *count
 * says how many there are. ERR_USE for an unknown option or a missing value. */
MUST_USE enum err cli_options(struct cli *cli, int argc, char **argv,
                              const struct cli_option *options, size_t option_count, int *count,
                              struct fail *why);
MUST_USE enum err cli_config(const struct cli *cli, struct config **out,
                             struct fail *why); /* BOT/bot.conf and what overrides it */
/* Whether there is a folder at --bot that can be read; the sentence says what is wrong. */
MUST_USE enum err cli_bot_check(const struct cli *cli, struct fail *why);
/* A kind by its name; NULL is KIND_UNKNOWN. */
MUST_USE enum err cli_kind(const char *text, enum content_kind *kind, struct fail *why);
/* Progress on stderr, on a terminal only, and only after a second; a total of 0 is unknown. Ends
 * itself when done == total. */
void cli_progress(void *cli, const char *what, size_t done, size_t total);
/* For a command that a server runs beside itself: from here on progress is JSON lines on stderr,
 * what else the server has open is closed, and the end of standard input, which the server holds
 * the other end of, ends the program as Ctrl-C would. Before any other thread is made. */
MUST_USE enum err cli_beside(struct cli *cli, struct fail *why);
void cli_beside_progress(const struct cli *cli, const char *what, size_t done, size_t total);
/* Writes a finished text to stdout; ERR_SYSTEM when that fails (a closed pipe, a full disk). */
MUST_USE enum err cli_print(const struct cli *cli, struct str text, struct fail *why);
/* {"error":{"code","message"}} and a line end, appended. */
void cli_error_print(const char *code, const char *message, struct buf *out);
const char *cli_error_name(enum err code);

/* Settings that a release holds. A reply hangs on its release alone, so --set of one of them is
 * ERR_USE where a release answers. */
MUST_USE enum err cli_settings_refuse(const struct cli *cli, struct fail *why);
/* One line on stderr when bot.conf or the environment says otherwise than the release; never
 * fails. */
void cli_settings_warn(const struct cli *cli, int release);

enum err command_init(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_import(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_export(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_config(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_journal(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_user(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_audit(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_backup(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_train(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_release(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_eval(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_check(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_ask(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_chat(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_explain(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_wrong(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_facts(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_pins(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_prompt(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_trial(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_replay(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_unanswered(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_serve(struct cli *cli, int argc, char **argv, struct fail *why);
enum err command_classify(struct cli *cli, int argc, char **argv, struct fail *why);

#endif
