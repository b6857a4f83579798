/* Two statements for each attempt, each a transaction of its own, on a handle that is the model
 * client's alone. The client's thread waits for the disk here, some milliseconds; the calls that
 * are under way meanwhile go on in the kernel, and no customer who is answered by a script knows of
 * it. Who else writes the journal is waited for only as long as a short deadline allows. */
#include "bot/ledger.h"

#include "base/arena.h"
#include "base/log.h"
#include "bot/journal.h"
#include "store/db.h"

struct ledger {
    struct journal *journal;
    char run[TURN_ID_BYTES]; /* calls are counted from 1 in each run of the program */
};

static const char leaves_sql[] =
    "INSERT INTO model_calls (run, call, attempt, at_us, day, provider, model, prompt, sent, "
    "tokens_in, tokens_out, is_estimated, micro_won) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 1, $12)";
static const char over_sql[] =
    "UPDATE model_calls SET tokens_in = $4, tokens_out = $5, is_estimated = $6, micro_won = $7, "
    "outcome = $8, status = $9, first_byte_us = $10, took_us = $11 "
    "WHERE run = $1 AND call = $2 AND attempt = $3";
static const char used_sql[] =
    "SELECT COUNT(*), COALESCE(SUM(tokens_in + tokens_out), 0), COALESCE(SUM(micro_won), 0) "
    "FROM model_calls WHERE day = $1";

enum err ledger_open(const char *bot_folder, struct ledger **out, struct fail *why)
{
    struct ledger *ledger = mem_take(1, sizeof *ledger);
    if (!ledger)
        return fail_memory(why);
    journal_new_id(ledger->run, clock_now_us());
    enum err e = journal_open(bot_folder, true, &ledger->journal, why);
    if (e)
        ledger_close(ledger);
    else
        *out = ledger;
    return e;
}

void ledger_close(struct ledger *ledger)
{
    if (!ledger)
        return;
    journal_close(ledger->journal);
    mem_give(ledger);
}

enum err ledger_used(struct ledger *ledger, date_days day, struct spending *out, struct fail *why)
{
    char text[DATE_TEXT_BYTES];
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(ledger->journal), used_sql, &s, why);
    if (e)
        return e;
    date_format(day, text);
    db_bind_text(s, 1, str_of(text));
    e = db_step(s, &has_row, why);
    if (!e)
        *out = (struct spending){
            .day = day, .calls = db_int(s, 0), .tokens = db_int(s, 1), .micro_won = db_int(s, 2)};
    db_give(s);
    return e;
}

static enum err leaves_put(struct ledger *ledger, const struct egress *line, struct fail *why)
{
    char day[DATE_TEXT_BYTES];
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(ledger->journal), leaves_sql, &s, why);
    if (e)
        return e;
    date_format(line->spending.day, day);
    db_bind_text(s, 1, str_of(ledger->run));
    db_bind_int(s, 2, (int64_t)line->call);
    db_bind_int(s, 3, line->attempt);
    db_bind_int(s, 4, line->at_us);
    db_bind_text(s, 5, str_of(day));
    db_bind_text(s, 6, line->provider);
    db_bind_text(s, 7, line->model);
    db_bind_text(s, 8, line->prompt ? str_of(line->prompt) : STR(""));
    db_lend_text(s, 9, line->sent.p ? line->sent : STR(""));
    db_bind_int(s, 10, line->tokens_in);
    db_bind_int(s, 11, line->tokens_out);
    db_bind_int(s, 12, line->spending.micro_won);
    return db_finish(s, why);
}

static enum err over_put(struct ledger *ledger, const struct egress *line, struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(ledger->journal), over_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, str_of(ledger->run));
    db_bind_int(s, 2, (int64_t)line->call);
    db_bind_int(s, 3, line->attempt);
    db_bind_int(s, 4, line->tokens_in);
    db_bind_int(s, 5, line->tokens_out);
    db_bind_int(s, 6, line->is_estimated);
    db_bind_int(s, 7, line->spending.micro_won);
    db_bind_text(s, 8, str_of(outcome_name(line->outcome)));
    db_bind_int(s, 9, line->status);
    if (line->first_byte_us >= 0)
        db_bind_int(s, 10, line->first_byte_us);
    else
        db_bind_null(s, 10);
    db_bind_int(s, 11, line->took_us);
    return db_finish(s, why);
}

bool ledger_note(void *data, const struct egress *line)
{
    struct fail why = {.text = ""};
    enum err e = line->is_over ? over_put(data, line, &why) : leaves_put(data, line, &why);
    if (e)
        log_line(LOG_ERROR, LOG_JOURNAL_FAILED, "\"model_call\":%llu,\"is_over\":%s",
                 (unsigned long long)line->call, line->is_over ? "true" : "false");
    return !e;
}
