/* What a job of each kind runs: its steps, each a command of this program, and that command's
 * words. Another kind is a row of the table here, and its step's words. */
#include "server/job_commands.h"

#include "base/files.h"
#include "server/beside.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { LINE_BYTES = 4096 };

static const struct job_kind kinds[] = {
    {"train", {STEP_TRAIN, STEP_GATE}, true},
    {"publish", {STEP_TRAIN, STEP_ACTIVATE}, true},
    {"gate", {STEP_GATE, STEP_NONE}, false},
    {"activate", {STEP_ACTIVATE, STEP_NONE}, true},
    {"override", {STEP_ACTIVATE, STEP_NONE}, true},
    {"rollback", {STEP_ACTIVATE, STEP_NONE}, true},
    {"trial", {STEP_TRIAL, STEP_NONE}, false},
    {"check", {STEP_CHECK, STEP_NONE}, false},
    {"unanswered", {STEP_UNANSWERED, STEP_NONE}, false},
    {"replay", {STEP_REPLAY, STEP_NONE}, false},
    {"backup", {STEP_BACKUP, STEP_NONE}, false},
    {"retire", {STEP_RETIRE, STEP_NONE}, false},
    {"audit", {STEP_AUDIT, STEP_NONE}, false},
};
enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

const struct job_kind *job_kind_find(struct str name)
{
    for (size_t i = 0; i < KINDS; i++)
        if (str_equal(name, str_of(kinds[i].name)))
            return &kinds[i];
    return NULL;
}

struct words {
    struct arena *arena;
    const char **list; /* of JOB_WORDS */
    size_t count;
    bool is_short; /* of room or memory */
};

static void word_add(struct words *words, struct str word)
{
    struct str copy = arena_copy(words->arena, word);
    if (!copy.p || words->count + 1 >= JOB_WORDS)
        words->is_short = true;
    else
        words->list[words->count++] = copy.p;
}

/* What the server was started with counts for what it starts. */
static void settings_add(struct words *words, const struct config *config)
{
    for (int key = 0; key < CONFIG_KEYS; key++) {
        const struct config_line line = config_line(config, (enum config_key)key);
        struct buf pair;
        if (strcmp(line.source, "--set") != 0)
            continue;
        buf_init(&pair, LINE_BYTES);
        buf_add_format(&pair, "%s=%s", line.name, line.value);
        words->is_short |= buf_error(&pair, "a setting", NULL) != OK;
        word_add(words, STR("--set"));
        word_add(words, str_from_buf(&pair));
        buf_free(&pair);
    }
}

static void flag_add(struct words *words, const char *flag, struct str value)
{
    word_add(words, str_of(flag));
    word_add(words, value);
}

static void backup_add(struct words *words, const struct job_command *command)
{
    char name[64], path[BESIDE_PATH_BYTES];
    words->is_short |= file_path(path, sizeof(path), command->folder, "backups", NULL) != OK;
    (void)mkdir(path, 0700); /* the command says so when there is none */
    (void)snprintf(name, sizeof(name), "backups/%06lld.tar", (long long)command->number);
    words->is_short |= file_path(path, sizeof(path), command->folder, name, NULL) != OK;
    word_add(words, STR("backup"));
    word_add(words, str_of(path));
}

static void step_add(struct words *words, const struct job_command *command)
{
    static const char *const plain[][3] = {[STEP_TRAIN] = {"train", NULL},
                                           [STEP_GATE] = {"release", "gate", NULL},
                                           [STEP_TRIAL] = {"trial", NULL},
                                           [STEP_CHECK] = {"check", "--lines", NULL},
                                           [STEP_UNANSWERED] = {"unanswered", "--lines", NULL},
                                           [STEP_REPLAY] = {"replay", NULL},
                                           [STEP_RETIRE] = {"journal", "retention", NULL},
                                           [STEP_AUDIT] = {"audit", "verify", NULL},
                                           [STEP_ACTIVATE] = {"release", "activate", NULL}};
    const enum job_step step = command->step;
    if (step == STEP_BACKUP) {
        backup_add(words, command);
        return;
    }
    for (size_t i = 0; plain[step][i]; i++)
        word_add(words, str_of(plain[step][i]));
    if (step == STEP_ACTIVATE)
        flag_add(words, "--author", command->author);
    if (step == STEP_ACTIVATE && strcmp(command->kind->name, "override") == 0)
        flag_add(words, "--override", command->reason);
    if (step == STEP_REPLAY && command->subject.n > 0)
        flag_add(words, "--release", command->subject);
}

enum err job_command_words(const struct job_command *command, struct arena *arena,
                           const char *list[JOB_WORDS], struct fail *why)
{
    const enum job_step step = command->step;
    struct words words = {.arena = arena, .list = list};
    word_add(&words, STR("paring"));
    step_add(&words, command);
    flag_add(&words, "--bot", str_of(command->folder));
    word_add(&words, STR("--json"));
    word_add(&words, STR("--beside"));
    settings_add(&words, command->config);
    if (step == STEP_ACTIVATE || step == STEP_GATE || step == STEP_TRIAL)
        flag_add(&words, "--", command->made.n > 0 ? command->made : command->subject);
    if (words.is_short)
        return fail(why, ERR_LIMIT, "the job has too many settings");
    list[words.count] = NULL;
    return OK;
}
