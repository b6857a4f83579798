/* Rate tables as grids, and the work list of proposals that documents' tables make. A cell is a row
 * of its own and is drafted as any other (POST /api/drafts); a block that was pasted comes back as
 * a CSV through POST /api/workbook. So is a proposal accepted: as a draft of its id. */
#include "responses/drafted.h"
#include "responses/refused.h"
#include "server/handlers.h"
#include "server/staff_content.h"
#include "training/propose.h"

enum { CELLS_MOST = 5000, PROPOSALS_MOST = 200, PROPOSALS_AT_FIRST = 50 };

/* ---- Tables ---- */

struct tables {
    struct json_writer w;
    struct buf name; /* of the table whose rows go by */
    int64_t count, total;
    struct str of; /* the only one whose rows are told */
    struct call *call;
};

static void table_end(struct tables *t)
{
    if (t->count == 0)
        return;
    json_object(&t->w, NULL);
    json_put_str(&t->w, "name", str_from_buf(&t->name));
    json_put_int(&t->w, "rows", t->count);
    json_end(&t->w, '}');
    t->count = 0;
}

/* Rows come by table. */
static enum err table_see(void *data, const struct content_row *row, struct fail *why)
{
    struct tables *t = data;
    const struct str name = row->fields[1];
    if (t->count > 0 && !str_equal(name, str_from_buf(&t->name)))
        table_end(t);
    if (t->count++ == 0) {
        buf_clear(&t->name);
        buf_add_str(&t->name, name);
        t->total++;
    }
    return buf_error(&t->name, "a table", why);
}

static enum err tables_put(struct tables *t, struct fail *why)
{
    json_array(&t->w, "tables");
    enum err e = content_each_row(t->call->content, KIND_RATES, table_see, t, why);
    table_end(t);
    json_end(&t->w, ']');
    json_put_int(&t->w, "total", t->total);
    return e;
}

/* A row with what the caller's draft makes of it. */
static enum err cell_put(void *data, const struct drafted *drafted, struct fail *why)
{
    struct tables *t = data;
    char base[CONTENT_BASE_BYTES] = "";
    const bool was = drafted->row && str_equal(drafted->row->fields[1], t->of);
    const bool is = drafted->fields && str_equal(drafted->fields[1], t->of);
    enum err e = OK;
    if ((!was && !is) || t->total++ >= CELLS_MOST)
        return OK;
    if (drafted->row)
        e = content_row_base(t->call->content, drafted->row, base, why);
    json_object(&t->w, NULL);
    json_put_str(&t->w, "id", drafted->row ? drafted->row->fields[0] : drafted->fields[0]);
    json_put_text(&t->w, "base", base);
    if (drafted->row)
        (void)staff_fields_put(&t->w, "row", KIND_RATES, drafted->row->fields, 0);
    else
        json_put_null(&t->w, "row");
    if (drafted->fields)
        (void)staff_fields_put(&t->w, "fields", KIND_RATES, drafted->fields, 0);
    else
        json_put_null(&t->w, "fields");
    json_put_bool(&t->w, "is_draft", drafted->is_draft);
    json_put_bool(&t->w, "is_unfit", drafted->is_unfit);
    json_end(&t->w, '}');
    return e ? e : buf_error(t->w.out, "the table", why);
}

enum err rates_get(struct call *call, struct fail *why)
{
    struct tables t = {.call = call, .of = call_query(call, "table")};
    enum err e = OK;
    buf_init(&t.name, LIMIT_NAME_BYTES);
    json_begin(&t.w, &call->out);
    json_object(&t.w, NULL);
    if (t.of.n == 0) {
        e = tables_put(&t, why);
    } else {
        json_array(&t.w, "rows");
        e = drafted_each(call->content, KIND_RATES, str_of(call->name), cell_put, &t, why);
        json_end(&t.w, ']');
        json_put_int(&t.w, "total", t.total);
    }
    json_end(&t.w, '}');
    buf_free(&t.name);
    return e;
}

/* ---- Proposals ---- */

struct proposing {
    struct call *call;
    struct json_writer w;
    bool has_refused; /* the refused alone are wanted */
    int64_t after, limit, total, other;
};

static enum err author_put(void *data, const struct row_draft *draft, struct fail *why)
{
    struct json_writer *w = data;
    (void)why;
    json_put_str(w, NULL, draft->author);
    return OK;
}

static enum err proposal_put(void *data, const struct proposal *proposal, struct fail *why)
{
    struct proposing *p = data;
    struct json_writer *w = &p->w;
    struct refused refused;
    enum err e = refused_find(content_db(p->call->content), proposal->fields[0], &refused, why);
    if (e)
        return e;
    if (refused.is_refused != p->has_refused) {
        p->other++;
        return OK;
    }
    const int64_t at = p->total++;
    if (at < p->after || at - p->after >= p->limit)
        return OK;
    json_object(w, NULL);
    json_put_text(w, "kind", content_kind_name(proposal->kind));
    json_put_str(w, "id", proposal->fields[0]);
    (void)staff_fields_put(w, "fields", proposal->kind, proposal->fields, 0);
    json_put_str(w, "document", proposal->document);
    json_put_str(w, "table_row", proposal->row);
    json_put_str(w, "refused_by", refused.is_refused ? str_of(refused.author) : STR_NONE);
    json_array(w, "drafts");
    e = drafts_each(p->call->content, STR_NONE, proposal->kind, proposal->fields[0], author_put, w,
                    why);
    json_end(w, ']');
    json_end(w, '}');
    return e ? e : buf_error(w->out, "the proposals", why);
}

enum err proposals_get(struct call *call, struct fail *why)
{
    struct proposing p = {.call = call};
    struct proposed n;
    const struct str state = call_query(call, "state");
    enum err e = call_query_int(call, "after", 0, INT32_MAX, 0, &p.after, why);
    if (!e)
        e = call_query_int(call, "limit", 1, PROPOSALS_MOST, PROPOSALS_AT_FIRST, &p.limit, why);
    if (!e && state.n > 0 && !str_equal(state, STR("open")) && !str_equal(state, STR("refused")))
        e = fail(why, ERR_INPUT, "state: open or refused is expected");
    if (e)
        return e;
    p.has_refused = str_equal(state, STR("refused"));
    json_begin(&p.w, &call->out);
    json_object(&p.w, NULL);
    json_array(&p.w, "rows");
    e = propose_each(call->content, call_query(call, "document"), proposal_put, &p, &n, why);
    json_end(&p.w, ']');
    json_put_int(&p.w, "total", p.total);
    json_put_int(&p.w, "other", p.other);
    json_put_int(&p.w, "documents", (int64_t)n.documents);
    json_put_int(&p.w, "tables", (int64_t)n.tables);
    json_put_int(&p.w, "known", (int64_t)n.known);
    json_put_int(&p.w, "contrary", (int64_t)n.contrary);
    json_put_int(&p.w, "unread", (int64_t)n.unread);
    json_end(&p.w, '}');
    return e;
}

enum err proposals_refuse_post(struct call *call, struct fail *why)
{
    static const char *const keys[] = {"proposal", "is_refused"};
    const cJSON *is_refused = cJSON_GetObjectItemCaseSensitive(call->json, "is_refused");
    struct str proposal = STR("");
    struct json_writer w;
    enum err e = call_fields(call, keys, sizeof keys / sizeof *keys, why);
    if (!e)
        e = json_text(call->json, "proposal", &proposal, why);
    if (!e && !cJSON_IsBool(is_refused))
        e = fail(why, ERR_INPUT, "field \"is_refused\" must be true or false");
    if (!e)
        e = refused_set(content_db(call->content), proposal, cJSON_IsTrue(is_refused),
                        str_of(call->name), clock_now_us(), why);
    if (e)
        return e;
    call_detail(call, "%.*s %s", STR_ARG(proposal),
                cJSON_IsTrue(is_refused) ? "refused" : "open again");
    json_begin(&w, &call->out);
    json_object(&w, NULL);
    json_put_bool(&w, "is_refused", cJSON_IsTrue(is_refused));
    json_end(&w, '}');
    return OK;
}
