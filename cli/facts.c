/* The command facts: proposals of statements and rates out of the tables of the bot's documents
 * (training/propose.h), as two CSV files for a person who looks them through and imports what is
 * right. It adds nothing itself. */
#include "base/files.h"
#include "base/json.h"
#include "cli/cli.h"
#include "training/propose.h"
#include "training/rows.h"

#include <stdio.h>
#include <string.h>

enum { PRINT_BYTES = 64 * 1024 * 1024, PATH_BYTES = 4096, EXTRA = 3, NUMBER_BYTES = 24 };

struct facts {
    const struct cli *cli;
    struct buf out, statements, rates; /* what is printed; the two files */
    struct json_writer w;
};

static enum err proposal_json(struct facts *facts, const struct proposal *proposal,
                              struct fail *why)
{
    size_t count = 0;
    const struct content_column *columns = content_columns(proposal->kind, &count);
    struct json_writer *w = &facts->w;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(proposal->kind));
    for (size_t i = 0; i < count; i++)
        json_put_str(w, columns[i].name, proposal->fields[i].p ? proposal->fields[i] : STR(""));
    json_put_str(w, "document", proposal->document);
    json_put_int(w, "from", (int64_t)proposal->from);
    json_put_int(w, "to", (int64_t)proposal->to);
    json_put_str(w, "row", proposal->row);
    json_end(w, '}');
    return buf_error(&facts->out, "the output", why);
}

/* The columns of the kind, and beside them where it stands; import leaves those out. */
static enum err proposal_row(struct facts *facts, const struct proposal *proposal, struct fail *why)
{
    struct buf *out = proposal->kind == KIND_RATES ? &facts->rates : &facts->statements;
    struct str all[PROPOSAL_COLUMNS + EXTRA];
    char from[NUMBER_BYTES], to[NUMBER_BYTES];
    size_t count = 0;
    (void)content_columns(proposal->kind, &count);
    (void)snprintf(from, sizeof from, "%zu", proposal->from);
    (void)snprintf(to, sizeof to, "%zu", proposal->to);
    for (size_t i = 0; i < count; i++)
        all[i] = proposal->fields[i].p ? proposal->fields[i] : STR("");
    all[count] = str_of(from);
    all[count + 1] = str_of(to);
    all[count + 2] = proposal->row;
    csv_add_row(out, all, count + EXTRA);
    return buf_error(out, "the proposals", why);
}

static enum err proposal_take(void *data, const struct proposal *proposal, struct fail *why)
{
    struct facts *facts = data;
    return facts->cli->json ? proposal_json(facts, proposal, why)
                            : proposal_row(facts, proposal, why);
}

static void header_add(enum content_kind kind, struct buf *out)
{
    static const char *const extra[EXTRA] = {"span_from", "span_to", "table_row"};
    struct str names[PROPOSAL_COLUMNS + EXTRA];
    size_t count = 0;
    const struct content_column *columns = content_columns(kind, &count);
    for (size_t i = 0; i < count; i++)
        names[i] = str_of(columns[i].name);
    for (size_t i = 0; i < EXTRA; i++)
        names[count + i] = str_of(extra[i]);
    csv_add_row(out, names, count + EXTRA);
}

static enum err file_put(struct facts *facts, const char *folder, const char *name,
                         const struct buf *table, size_t rows, struct fail *why)
{
    char path[PATH_BYTES];
    if (rows == 0)
        return OK;
    enum err e = file_path(path, sizeof path, folder, name, why);
    if (!e)
        e = file_write(path, str_from_buf(table), why);
    if (!e)
        buf_add_format(&facts->out, "%s: %zu to look through, then: paring import %s\n", path, rows,
                       path);
    return e;
}

static enum err files_put(struct facts *facts, const char *folder, const struct proposed *n,
                          struct fail *why)
{
    enum err e = n->statements + n->rates > 0 ? folder_make(folder, why) : OK;
    if (!e)
        e = file_put(facts, folder, "statements.csv", &facts->statements, n->statements, why);
    if (!e)
        e = file_put(facts, folder, "rates.csv", &facts->rates, n->rates, why);
    return e;
}

static void counts_put(struct facts *facts, const struct proposed *n)
{
    struct json_writer *w = &facts->w;
    const struct {
        const char *name;
        size_t count;
    } counts[] = {{"documents", n->documents}, {"tables", n->tables}, {"statements", n->statements},
                  {"rates", n->rates},         {"known", n->known},   {"contrary", n->contrary},
                  {"unread", n->unread}};
    if (!facts->cli->json) {
        buf_add_format(&facts->out,
                       "%zu tables of %zu documents: %zu statements and %zu rates proposed (%zu "
                       "against what is stated), %zu known already, %zu cells not read for sure\n",
                       n->tables, n->documents, n->statements, n->rates, n->contrary, n->known,
                       n->unread);
        return;
    }
    json_end(w, ']');
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        json_put_int(w, counts[i].name, (int64_t)counts[i].count);
    json_end(w, '}');
    buf_add_char(&facts->out, '\n');
}

static enum err facts_propose(struct facts *facts, const char *document, const char *folder,
                              struct fail *why)
{
    struct content *content = NULL;
    struct proposed n;
    header_add(KIND_STATEMENTS, &facts->statements);
    header_add(KIND_RATES, &facts->rates);
    json_begin(&facts->w, &facts->out);
    if (facts->cli->json) {
        json_object(&facts->w, NULL);
        json_array(&facts->w, "proposals");
    }
    enum err e = content_open(facts->cli->bot_folder, false, &content, why);
    if (!e)
        e = propose_each(content, document ? str_of(document) : STR(""), proposal_take, facts, &n,
                         why);
    content_close(content);
    if (e)
        return e;
    if (folder && !facts->cli->json)
        e = files_put(facts, folder, &n, why);
    if (!folder && !facts->cli->json) {
        if (n.statements > 0)
            buf_add_str(&facts->out, str_from_buf(&facts->statements));
        buf_add_text(&facts->out, n.statements > 0 && n.rates > 0 ? "\n" : "");
        if (n.rates > 0)
            buf_add_str(&facts->out, str_from_buf(&facts->rates));
    }
    counts_put(facts, &n);
    if (!e)
        e = buf_error(&facts->out, "the output", why);
    return e ? e : cli_print(facts->cli, str_from_buf(&facts->out), why);
}

enum err command_facts(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *document = NULL, *folder = NULL;
    struct facts facts = {.cli = cli};
    const struct cli_option options[] = {{"--document", NULL, &document}, {"--out", NULL, &folder}};
    int count = 0;
    buf_init(&facts.out, PRINT_BYTES);
    buf_init(&facts.statements, PRINT_BYTES);
    buf_init(&facts.rates, PRINT_BYTES);
    enum err e = cli_options(cli, argc, argv, options, 2, &count, why);
    if (!e && (count != 1 || strcmp(argv[0], "propose") != 0))
        e = fail(why, ERR_USE, "facts needs to know what to do: propose");
    if (!e && folder && cli->json)
        e = fail(why, ERR_USE, "--out writes files, --json prints: one of them");
    if (!e)
        e = facts_propose(&facts, document, folder, why);
    buf_free(&facts.out);
    buf_free(&facts.statements);
    buf_free(&facts.rates);
    return e;
}
