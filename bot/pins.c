/* Reading pins: one look-up by key for a turn, and all of them for a person. */
#include "bot/pins.h"

#include "store/db.h"

static const char find_sql[] = "SELECT evidence FROM pins WHERE pin = $1";
static const char each_sql[] =
    "SELECT pin, question, evidence, reply, turn, at_us FROM pins ORDER BY at_us, pin";

enum err pin_find(struct journal *journal, struct str key, struct buf *evidence, bool *is_there,
                  struct fail *why)
{
    struct db_statement *s = NULL;
    enum err e = db_take(journal_db(journal), find_sql, &s, why);
    if (e)
        return e;
    db_bind_text(s, 1, key);
    e = db_step(s, is_there, why);
    if (!e && *is_there)
        buf_add_str(evidence, db_text(s, 0));
    db_give(s);
    return e ? e : buf_error(evidence, "a pin's evidence", why);
}

enum err pins_each(struct journal *journal,
                   enum err (*each)(void *data, const struct pin *pin, struct fail *why),
                   void *data, struct fail *why)
{
    struct db_statement *s = NULL;
    bool has_row = false;
    enum err e = db_take(journal_db(journal), each_sql, &s, why);
    while (!e && !(e = db_step(s, &has_row, why)) && has_row) {
        const struct pin pin = {.key = db_text(s, 0),
                                .question = db_text(s, 1),
                                .evidence = db_text(s, 2),
                                .reply = db_text(s, 3),
                                .turn = db_text(s, 4),
                                .at_us = db_int(s, 5)};
        e = each(data, &pin, why);
    }
    db_give(s);
    return e;
}
