/* The program `paring`. One table names every command, what calls it and what its help says; main
 * finds the row, lets the command do its work, and turns what went wrong into one sentence on
 * stderr and the exit status: 0 done, 1 it ran and the answer is no, 2 wrong use, 3 bad input,
 * 4 the system failed. */
#include "base/log.h"
#include "base/number.h"
#include "cli/cli.h"

#include <assert.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static const struct command {
    const char *name;
    enum err (*run)(struct cli *cli, int argc, char **argv, struct fail *why);
    const char *arguments; /* after the name */
    const char *summary;
    const char *options; /* one line each */
} commands[] = {
    {"init", command_init, "[--sample NAME] [--set KEY=VALUE]", "make a bot",
     "  --sample NAME      with the rows of a sample: insurance-ko or insurance-en\n"
     "  --set KEY=VALUE    written into the new bot.conf: --set language=en\n"},
    {"import", command_import, "[--as KIND|FORMAT] [--dry-run] [--take-rest] FILE…",
     "take rows in from tables, workbooks or another system's files",
     "  --as KIND          what the rows are; without it, told from the header\n"
     "  --as FORMAT        rasa, nlpjs, dialogflow, clu, qna or xlsx; without it, told from the "
     "file\n"
     "  --dry-run          show by line what would be new, changed, unchanged or refused\n"
     "  --take-rest        leave rows in conflict as they are and take the others\n"
     "KIND is intents, examples, cases, contrasts, answers, facts, slots, values, documents,\n"
     "questions, entities, predicates, statements or rates. FILE may be a folder, or - for "
     "standard input. One refused row and nothing is\n"
     "imported; one row that somebody else has changed since it was exported, likewise.\n"},
    {"export", command_export, "[KIND] [--format xlsx|csv] [--out FILE] [--bom]",
     "write the rows of a kind, or a writers' workbook",
     "  --out FILE         write there, as JSON Lines when it ends in .jsonl\n"
     "  --format xlsx      a workbook of KIND, or of examples, answers, facts and cases\n"
     "  --format csv       the same as CSV for spreadsheets; without KIND into the folder --out\n"
     "  --bom              begin with a byte order mark, which some spreadsheets want\n"},
    {"train", command_train, "[--text DIR] [--threads N]",
     "train, calibrate, derive thresholds, evaluate; write a release",
     "  --text DIR         general text (files in DIR) for the word vectors\n"
     "  --threads N        threads; 0 is one for each core. The release does not hang on it\n"},
    {"release", command_release, "list | gate [N] | activate N | diff A B | verify [N]",
     "look after releases",
     "  list               every release, its hash, which one is active, overrides\n"
     "  gate [N]           whether release N, or the newest, may go live; changes nothing\n"
     "  activate N         answer from release N from now on, if it passes the gate\n"
     "  diff A B           what changed from release A to B\n"
     "  verify [N]         check every file of release N, or of all, against its hash\n"
     "  --accept FILE      gate, activate: lost cases that are as they should be, with reasons\n"
     "  --out FILE         gate: writes the lost cases, for reasons to be put to them\n"
     "  --override REASON  activate: although it fails the gate; the reason is kept\n"
     "  --author NAME      activate: on record as who did it, instead of the system's user\n"},
    {"eval", command_eval,
     "[--retrieval] [--set FILE] [--report FILE.html] [--release N] [--against N] [--learning]",
     "the marks of a release on held-out cases",
     "  --set FILE         these rows (text,intent) instead of the bot's own cases; settings are\n"
     "                     those that the release was made with\n"
     "  --retrieval        of its passages, on golden questions (text,documents)\n"
     "  --report FILE      write a page to read, print and send on: the verdict and what it rests "
     "on\n"
     "  --release N        this release instead of the newest\n"
     "  --against N        beside release N: what got better, what got worse\n"
     "  --learning         train four times on parts of the examples: which intents need more\n"},
    {"ask", command_ask, "[OPTIONS] TEXT", "one message, one reply",
     "  --conversation ID  go on with this conversation\n"
     "  --channel NAME     the channel that answers may depend on\n"
     "  --as-of DATE       answer as on that date (2026-12-03)\n"
     "  --release N        this release instead of the active one\n"
     "  --no-journal       keep nothing\n"},
    {"chat", command_chat, "[OPTIONS]", "a conversation on standard input",
     "  --conversation, --channel, --as-of, --release, --no-journal: as for ask\n"
     "/why explains the last reply, /quit ends.\n"},
    {"serve", command_serve, "[--listen ADDR:PORT]", "answer over HTTP",
     "  --listen WHERE     127.0.0.1:8080 unless told; [::1]:8080, unix:/run/paring.sock\n"
     "Settings, all of which \"paring config\" shows: listen, workers, connections, "
     "conversations,\n"
     "journal (commit or async), journal_failure (stop or answer), keys_file, kakao_bot,\n"
     "rate_per_address, rate_per_key, address_header, access_log, handoff_channels,\n"
     "claim_minutes, chat, chat_name, chat_origins, chat_per_minute, contact_won; of a\n"
     "release handoff_hours, handoff_closed_text. SIGHUP, or activating another\n"
     "release, changes the release in use; SIGTERM answers what is in flight and ends.\n"},
    {"explain", command_explain, "TURN", "why a reply was what it was",
     "TURN is named by ask --json. The turn is run again from its release; exits 1 if the reply\n"
     "does not come out byte for byte.\n"},
    {"wrong", command_wrong, "TURN [--intent NAME] [--note TEXT] [--undo]",
     "say that a reply was not the right one",
     "  --intent NAME      what the customer meant, as far as you know; out_of_scope for nothing\n"
     "                     the bot should answer\n"
     "  --note TEXT        anything else; personal data in it is masked\n"
     "  --undo             take the mark back; exits 1 if there is none\n"
     "TURN is named by ask --json. \"unanswered\" lists the turn, \"replay\" says if it is "
     "mended.\n"},
    {"facts", command_facts, "propose [--document ID] [--out FOLDER]",
     "statements and rates that tables of the documents hold, to look through",
     "  --document ID      of this document alone\n"
     "  --out FOLDER       write statements.csv and rates.csv there, for import\n"
     "Nothing is added: what you import is. Cells that are not surely a figure are counted.\n"},
    {"pins", command_pins, "[--promote ID --intent NAME]",
     "replies that a model had a hand in and that are repeated",
     "  --promote ID       make this one a scripted answer, with its question as an example\n"
     "  --intent NAME      of this intent, which is made if there is none\n"},
    {"prompt", command_prompt, "list|show [N]|diff A B|set FILE|eval|improve",
     "what a model is asked, and how well it does with that",
     "  list               the versions: which is live, which the next release holds\n"
     "  show [N]           one; 0 is the program's own, without N the next release's\n"
     "  diff A B           two, line by line; a number or a file\n"
     "  set FILE           a new version, for the next release; a number says one again\n"
     "  eval               score one on the bot's golden questions, asking the provider\n"
     "  improve            ask the model for a better one, and score both; nothing is adopted\n"
     "  --drafts           show, diff, set: what drafts for staff are asked with\n"
     "  --prompt FILE|N    eval, improve: this one instead of the next release's\n"
     "  --limit N          eval, improve: at most so many calls in all (20; 41)\n"
     "  --out FILE         improve: where the suggestion is written (prompt-new.txt)\n"},
    {"trial", command_trial, "REVIEW", "what the bot would be with the rows of a review",
     "REVIEW is the number of one that is not decided yet. It is trained, put to the gate and the\n"
     "journal replayed on it, beside the bot, of which nothing changes.\n"},
    {"replay", command_replay, "[--release N] [--since DATE] [--out FILE.csv]",
     "the journal against a release: which replies would change",
     "  --release N        this release instead of the newest\n"
     "  --since DATE       only turns from that day on\n"
     "  --out FILE         write every changed turn there, with both replies, as CSV\n"
     "Exits 1 if the release does not repeat a reply of its own.\n"},
    {"unanswered", command_unanswered, "[--since DATE] [--group ID [--to INTENT]] [FILE]",
     "what fell through or was marked wrong, grouped by likeness, as a work list",
     "  --since DATE       only turns from that day on\n"
     "  --release N        as this release would route a FILE, instead of the active one\n"
     "  --out FILE         write the messages there as CSV, to label and import\n"
     "  --group ID         one group whole\n"
     "  --to INTENT        write that group as examples of an intent, every fifth as a case\n"
     "  --new INTENT       the same, for an intent that there is not yet\n"
     "  --out-of-scope     the same, as messages that must not be answered\n"
     "  --dry-run          say what would be written\n"
     "  --lines            with --json: a group a line, the sums on the last\n"
     "FILE: messages from elsewhere, one a line, instead of the journal.\n"},
    {"classify", command_classify, "[--scores] [--release N]", "lines in, JSON lines out",
     "  --scores           with the score of every intent\n"
     "  --release N        this release instead of the newest\n"},
    {"check", command_check, "[--all] [--accept ID --reason TEXT] [--reopen ID]",
     "find the content's faults",
     "  --accept ID        this fault is meant so; it is counted from now on and not shown, until\n"
     "                     one of its rows changes. An error cannot be accepted\n"
     "  --reason TEXT      why, for whoever asks later\n"
     "  --reopen ID        no longer meant so\n"
     "  --all              show what was accepted too\n"
     "  --lines            with --json: the 2000 worst, a line each, and the sums\n"
     "Conflicts, near-duplicates, thin intents, stale dates, figures that contradict facts: the "
     "most\n"
     "harmful first, each with what mends it. Exits 1 if any fault would stop a release from "
     "going\n"
     "live.\n"},
    {"config", command_config, "", "every setting, its value and where that came from", ""},
    {"journal", command_journal, "verify|retention [--dry-run]",
     "check the journal, or let go of what is too old",
     "  verify             read every row; exits 1 if any is at fault\n"
     "  retention          delete turns older than journal_days, also while the server runs, and\n"
     "                     report what went by day; the run is kept in the journal\n"
     "  --dry-run          only say what would go\n"},
    {"user", command_user, "add|list|disable|enable|password|role [NAME] [--role ROLE]",
     "look after the people who work with the bot",
     "  add NAME           a new one; the password is read from standard input\n"
     "  list               who there is\n"
     "  disable NAME       no longer let in, from within a second on; enable lets in again\n"
     "  password NAME      another one, read from standard input; ends their sessions\n"
     "  role NAME          another role; ends their sessions\n"
     "  --role ROLE        agent, writer, reviewer, lead or administrator\n"},
    {"audit", command_audit, "verify [--head HASH]|export [--out FILE]",
     "what staff read of customers and what they changed",
     "  verify             exits 1 if a line was changed, moved, taken out or cut off, and names\n"
     "                     the first\n"
     "  --head HASH        and if this, written down earlier, is not the hash of a line any more\n"
     "  export             every line as JSON Lines\n"
     "  --out FILE         write them there\n"},
    {"backup", command_backup, "FILE", "the whole bot in one tar file, taken while it is in use",
     ""},
};
enum { COMMANDS = sizeof commands / sizeof commands[0], HELP_BYTES = 16384, NAME_LETTERS = 16 };

static const char common_help[] = "  --bot DIR          the bot's folder (default ./bot)\n"
                                  "  --json             print one JSON object\n"
                                  "  --set KEY=VALUE    this setting instead of bot.conf's\n"
                                  "  --beside           for a server: progress as JSON lines, ends "
                                  "with standard input\n";

static const struct command *command_find(const char *name)
{
    for (int i = 0; i < COMMANDS; i++) {
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    }
    return NULL;
}

/* ---- help ---- */

static void overview_add(struct buf *out)
{
    buf_add_text(out, "paring: scripted, approved answers chosen by a small exact classifier\n\n"
                      "usage: paring COMMAND [OPTIONS]\n\n");
    for (int i = 0; i < COMMANDS; i++)
        buf_add_format(out, "  %-10s %s\n", commands[i].name, commands[i].summary);
    buf_add_format(
        out,
        "\nEvery command takes:\n%s\n\"paring COMMAND --help\" says more. Exit status: 0 "
        "done, 1 the answer is no, 2 wrong use,\n3 bad input, 4 the system failed.\n",
        common_help);
}

static void command_help_add(const struct command *command, struct buf *out)
{
    buf_add_format(out, "usage: paring %s%s%s\n\n%s\n\n%s\nLike every command it takes:\n%s",
                   command->name, command->arguments[0] ? " " : "", command->arguments,
                   command->summary, command->options, common_help);
}

/* About one command, or (NULL) all of them. */
static enum err help_print(const struct cli *cli, const struct command *command, struct fail *why)
{
    struct buf out;
    buf_init(&out, HELP_BYTES);
    if (command)
        command_help_add(command, &out);
    else
        overview_add(&out);
    enum err e = buf_error(&out, "the help", why);
    if (!e)
        e = cli_print(cli, str_from_buf(&out), why);
    buf_free(&out);
    return e;
}

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    }
    return false;
}

/* ---- the one call ---- */

/* How many letters were left out, put in, changed or swapped with the next one. */
static size_t typos_count(const char *a, size_t n, const char *b)
{
    size_t d[NAME_LETTERS + 1][NAME_LETTERS + 1];
    const size_t m = strlen(b);
    assert(n <= NAME_LETTERS && m <= NAME_LETTERS);
    for (size_t i = 0; i <= n; i++) {
        for (size_t k = 0; k <= m; k++) {
            if (i == 0 || k == 0) {
                d[i][k] = i + k;
                continue;
            }
            d[i][k] = d[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
            size_t shorter = (d[i - 1][k] < d[i][k - 1] ? d[i - 1][k] : d[i][k - 1]) + 1;
            d[i][k] = shorter < d[i][k] ? shorter : d[i][k];
            bool is_swap = i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1];
            if (is_swap && d[i - 2][k - 2] + 1 < d[i][k])
                d[i][k] = d[i - 2][k - 2] + 1;
        }
    }
    return d[n][m];
}

/* The command that is most like a name, or NULL when none is. */
static const char *command_like(const char *name, size_t n)
{
    const char *best = NULL;
    size_t fewest = n < 5 ? 2 : 3; /* a typo in a short word, two in a longer one */
    for (int i = 0; i < COMMANDS && n <= NAME_LETTERS; i++) {
        size_t typos = typos_count(name, n, commands[i].name);
        if (typos < fewest) {
            best = commands[i].name;
            fewest = typos;
        }
    }
    return best;
}

static enum err unknown_refuse(const char *name, struct fail *why)
{
    size_t n = strnlen(name, 40);
    if (name[0] == '-')
        return fail(why, ERR_USE,
                    "the command comes first, then its options: paring ask --bot DIR");
    const char *like = command_like(name, n);
    if (like)
        return fail(why, ERR_USE, "there is no command \"%.*s\"; there is \"%s\"", (int)n, name,
                    like);
    return fail(why, ERR_USE, "there is no command \"%.*s\"; \"paring --help\" lists them", (int)n,
                name);
}

static enum err command_run(struct cli *cli, int argc, char **argv, struct fail *why)
{
    if (argc == 0) {
        (void)help_print(cli, NULL, NULL);
        return fail(why, ERR_USE, "a command is needed");
    }
    if (strcmp(argv[0], "--version") == 0)
        return cli_print(cli, STR("paring 0.1\n"), why);
    if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0)
        return help_print(cli, NULL, why);
    bool is_help = strcmp(argv[0], "help") == 0;
    if (is_help && argc == 1)
        return help_print(cli, NULL, why);
    const char *name = argv[is_help ? 1 : 0];
    const struct command *command = command_find(name);
    if (!command)
        return unknown_refuse(name, why);
    if (is_help || wants_help(argc - 1, argv + 1))
        return help_print(cli, command, why);
    enum err e = command->run(cli, argc, argv, why);
    if (e == ERR_USE)
        e = fail(why, e, "%s (see \"paring %s --help\")", why->text, command->name);
    return e;
}

/* "paring export … | head": whoever read has seen enough. Ends as other programs do then. */
static void reader_follow(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    (void)sigaction(SIGPIPE, &standard, NULL);
    (void)raise(SIGPIPE);
}

/* Also when the flags were not read to their end. */
static bool wants_json(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--json") == 0)
            return true;
    }
    return false;
}

/* A program that asked for JSON gets one object in any case. */
static void failure_print(const struct cli *cli, enum err code, const char *message)
{
    struct buf out;
    buf_init(&out, HELP_BYTES);
    cli_error_print(cli_error_name(code), message, &out);
    if (cli_print(cli, str_from_buf(&out), NULL))
        (void)fputs("standard output cannot be written\n", stderr);
    buf_free(&out);
}

/* A file opened by us must not become "standard output" because the caller closed that. */
static bool standard_files_open(void)
{
    int fd = open("/dev/null", O_RDWR);
    while (fd >= 0 && fd <= STDERR_FILENO)
        fd = open("/dev/null", O_RDWR);
    return fd >= 0 && close(fd) == 0;
}

int main(int argc, char **argv)
{
    struct fail why = {.text = ""};
    struct cli_output output = {.is_begun = false};
    struct cli cli = {.output = &output, .bot_folder = "./bot"};
    const bool has_output = fcntl(STDOUT_FILENO, F_GETFD) >= 0;
    if (!standard_files_open())
        return fail_exit_status(ERR_SYSTEM);
    if (!has_output) {
        (void)fputs("standard output is closed; nothing was done\n", stderr);
        return fail_exit_status(ERR_SYSTEM);
    }
    /* A reader that went away or a file size limit is then a write that fails, and is told. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    (void)sigaction(SIGPIPE, &ignore, NULL);
    (void)sigaction(SIGXFSZ, &ignore, NULL);
    number_exit_without_memory();
    log_set_level(LOG_WARN); /* what went well the commands tell themselves */
    cli.is_terminal = isatty(STDOUT_FILENO);
    cli.shows_progress = isatty(STDERR_FILENO);
    enum err e = command_run(&cli, argc > 0 ? argc - 1 : 0, argv + 1, &why);
    if (cli.progress.shown_us && !cli.is_beside)
        (void)fputs("\r\033[K", stderr);
    if (output.is_gone)
        reader_follow();
    if (e && !why.text[0])
        (void)fail(&why, e, "this failed, and cannot say why");
    if (e)
        (void)fprintf(stderr, "%s\n", why.text);
    if (e && !output.is_begun && wants_json(argc, argv))
        failure_print(&cli, e, why.text);
    return fail_exit_status(e);
}
