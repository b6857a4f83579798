/* The desk over HTTP. Agents list the tickets, claim one, read its packet, speak to the customer,
 * give the conversation back to the bot or close it; a customer's page asks for what a person has
 * said. A change is made by the journal's thread: the handler starts it, and is called again when
 * it is kept to say what came of it. Who the agent is, the key says; where there are no keys, on
 * this machine alone, the body may. */
#include "bot/packet.h"
#include "server/handlers.h"
#include "server/stream.h"

#include <string.h>

enum { LISTED = 500, MESSAGES = 200 };

static const struct str no_agent = {"local", 5};

static enum handled say_json(struct exchange *exchange)
{
    struct fail why = {.text = ""};
    exchange->status = 200;
    exchange->content_type = "application/json; charset=utf-8";
    buf_add_char(&exchange->out, '\n');
    enum err e = buf_error(&exchange->out, "the reply", &why);
    return e ? exchange_fail_as(exchange, ERR_SYSTEM, &why) : HANDLED;
}

static void time_put(struct json_writer *w, const char *key, int64_t at_us)
{
    char at[TIME_TEXT_BYTES];
    clock_format_us(at_us, at);
    json_put_text(w, key, at_us ? at : NULL);
}

static void ticket_members(struct json_writer *w, const struct handoff *handoff)
{
    json_put_str(w, "handoff", handoff->id);
    json_put_str(w, "conversation", handoff->conversation);
    json_put_str(w, "channel", handoff->channel);
    json_put_str(w, "state", handoff->state);
    json_put_str(w, "agent", handoff->agent);
    json_put_str(w, "reason", handoff->reason);
    time_put(w, "opened_at", handoff->opened_us);
    time_put(w, "claimed_at", handoff->claimed_us);
    time_put(w, "ended_at", handoff->ended_us);
}

/* ---- Reading ---- */

static enum err ticket_add(void *data, const struct handoff *handoff, struct fail *why)
{
    struct json_writer *w = data;
    json_object(w, NULL);
    ticket_members(w, handoff);
    json_end(w, '}');
    return buf_error(w->out, "the list", why);
}

/* Where to begin with the events comes first: what happens while the list is read is told twice,
 * never not at all. */
enum handled handoffs_get(struct exchange *exchange)
{
    struct journal *journal = clerk_journal(exchange->clerk);
    struct str state = exchange_query(exchange, "state");
    struct fail why = {.text = ""};
    struct json_writer w;
    int64_t last = 0;
    enum err e = handoff_last_event(journal, &last, &why);
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    json_put_int(&w, "last_event", last);
    json_array(&w, "handoffs");
    if (!e)
        e = handoff_list(journal, state, LISTED, ticket_add, &w, &why);
    json_end(&w, ']');
    json_end(&w, '}');
    return e ? exchange_fail_as(exchange, e, &why) : say_json(exchange);
}

static enum err packet_add(void *data, const struct handoff *handoff, struct fail *why)
{
    struct exchange *exchange = data;
    struct json_writer w;
    json_begin(&w, &exchange->out);
    json_object(&w, NULL);
    ticket_members(&w, handoff);
    enum err e = packet_print(clerk_journal(exchange->clerk), handoff->conversation, &w, why);
    json_end(&w, '}');
    return e;
}

static enum handled packet_say(struct exchange *exchange, struct str id)
{
    struct fail why = {.text = ""};
    enum err e = handoff_find(clerk_journal(exchange->clerk), id, packet_add, exchange, &why);
    return e ? exchange_fail_as(exchange, e, &why) : say_json(exchange);
}

enum handled handoffs_packet_get(struct exchange *exchange)
{
    return packet_say(exchange, exchange_query(exchange, "handoff"));
}

/* "after", or as a browser's EventSource says it when it comes back. */
static bool after_read(const struct exchange *exchange, int64_t *out)
{
    struct str text =
        exchange->head.last_event.n ? exchange->head.last_event : exchange_query(exchange, "after");
    uint64_t number = 0;
    if (text.n > 0 && (!str_to_u64(text, &number) || number > INT64_MAX))
        return false;
    *out = text.n > 0 ? (int64_t)number : -1;
    return true;
}

static enum handled after_refuse(struct exchange *exchange)
{
    return exchange_fail(exchange, 400, "bad_request", "\"after\" is an event's number");
}

enum handled handoffs_events_get(struct exchange *exchange)
{
    struct fail why = {.text = ""};
    int64_t after = 0;
    if (!after_read(exchange, &after))
        return after_refuse(exchange);
    enum err e = after < 0 ? handoff_last_event(clerk_journal(exchange->clerk), &after, &why) : OK;
    return e ? exchange_fail_as(exchange, e, &why)
             : stream_open(exchange, STR_NONE, after, LIMIT_STREAMS);
}

struct listing {
    struct json_writer w;
    int64_t last;
};

static enum err message_add(void *data, const struct handoff_event *event, struct fail *why)
{
    struct listing *listing = data;
    listing->last = event->number;
    if (stream_is_for_customer(event))
        stream_event_print(&listing->w, event, false);
    return buf_error(listing->w.out, "the messages", why);
}

enum handled messages_say(struct exchange *exchange, struct str name)
{
    struct journal *journal = clerk_journal(exchange->clerk);
    struct fail why = {.text = ""};
    struct listing listing;
    struct str conversation = STR_NONE;
    enum handoff_state state = HANDOFF_NONE;
    if (!after_read(exchange, &listing.last))
        return after_refuse(exchange);
    listing.last = listing.last < 0 ? 0 : listing.last;
    enum err e = clerk_conversation(exchange->clerk, name, &conversation, &why);
    if (!e)
        e = handoff_state_of(journal, conversation, &state, &why);
    json_begin(&listing.w, &exchange->out);
    json_object(&listing.w, NULL);
    json_put_text(&listing.w, "handoff", handoff_state_name(state));
    json_array(&listing.w, "messages");
    if (!e)
        e = handoff_events(journal, conversation, listing.last, MESSAGES, message_add, &listing,
                           &why);
    json_end(&listing.w, ']');
    json_put_int(&listing.w, "last", listing.last);
    json_end(&listing.w, '}');
    return e ? exchange_fail_as(exchange, e, &why) : say_json(exchange);
}

enum handled messages_get(struct exchange *exchange)
{
    return messages_say(exchange, exchange_query(exchange, "conversation"));
}

enum handled messages_follow(struct exchange *exchange, struct str name, size_t most)
{
    struct fail why = {.text = ""};
    struct str conversation = STR_NONE;
    int64_t after = 0;
    if (!after_read(exchange, &after))
        return after_refuse(exchange);
    enum err e = clerk_conversation(exchange->clerk, name, &conversation, &why);
    return e ? exchange_fail_as(exchange, e, &why)
             : stream_open(exchange, conversation, after < 0 ? 0 : after, most);
}

enum handled messages_events_get(struct exchange *exchange)
{
    return messages_follow(exchange, exchange_query(exchange, "conversation"), LIMIT_STREAMS);
}

/* ---- Changes ---- */

static enum err change_read(const cJSON *json, struct handoff_change *out, struct fail *why)
{
    enum err e = json_text(json, "handoff", &out->handoff, why);
    if (!e)
        e = json_optional_text(json, "agent", &out->agent, why);
    if (!e && out->action == HANDOFF_CLAIM)
        e = json_optional_text(json, "from", &out->from, why);
    if (!e && out->action == HANDOFF_SAY)
        e = json_text(json, "text", &out->text, why);
    if (!e && out->action == HANDOFF_SAY)
        e = json_optional_text(json, "message_id", &out->key, why);
    if (!e && (out->handoff.n >= CONVERSATION_NAME_BYTES || out->key.n >= CONVERSATION_NAME_BYTES ||
               out->agent.n >= CONVERSATION_NAME_BYTES))
        e = fail(why, ERR_LIMIT, "an id is longer than %d bytes", CONVERSATION_NAME_BYTES - 1);
    return e;
}

/* Where keys say who calls, nobody speaks for another. */
static enum err agent_check(const struct exchange *exchange, struct handoff_change *change,
                            struct fail *why)
{
    struct str name = exchange->key_name.n ? exchange->key_name : no_agent;
    if (change->agent.n == 0)
        change->agent = name;
    return exchange->key_name.n && !str_equal(change->agent, name)
               ? fail(why, ERR_INPUT, "field \"agent\": the key says who you are")
               : OK;
}

static enum err said_print(void *data, const struct handoff_event *event, struct fail *why)
{
    struct exchange *exchange = data;
    struct json_writer w;
    json_begin(&w, &exchange->out);
    stream_event_print(&w, event, true);
    return buf_error(&exchange->out, "the reply", why);
}

/* What came of a change that is kept. The agent is shown what the customer reads: masked. */
static enum handled change_say(struct exchange *exchange, const struct handoff_change *change)
{
    struct fail why = {.text = ""};
    if (exchange->verdict == HANDOFF_GONE)
        return exchange_fail(exchange, 404, "not_found", "there is no handoff of that id");
    if (exchange->verdict == HANDOFF_LATE)
        return exchange_fail(exchange, 409, "claim_lapsed",
                             "your claim has lapsed, since nothing was heard from you, and the "
                             "handoff went back to the queue: claim it again");
    if (exchange->verdict == HANDOFF_HELD)
        return exchange_fail(exchange, 409, "conflict",
                             change->action == HANDOFF_CLAIM
                                 ? "another agent has it, or it has ended"
                                 : "it is not yours: claim it first");
    if (change->action != HANDOFF_SAY)
        return packet_say(exchange, change->handoff);
    enum err e = handoff_events(clerk_journal(exchange->clerk), STR_NONE, exchange->number - 1, 1,
                                said_print, exchange, &why);
    return e ? exchange_fail_as(exchange, e, &why) : say_json(exchange);
}

static enum handled change_post(struct exchange *exchange, enum handoff_action action)
{
    static const char *const keys[] = {"handoff", "agent", "from", "text", "message_id"};
    struct handoff_change change = {.action = action};
    struct fail why = {.text = ""};
    cJSON *json = NULL;
    enum handled handled;
    enum err e = exchange_json(exchange, keys, sizeof(keys) / sizeof(keys[0]), &json, &why);
    if (!e)
        e = change_read(json, &change, &why);
    if (!e)
        e = agent_check(exchange, &change, &why);
    if (e)
        handled = exchange_fail_as(exchange, e, &why);
    else if (exchange->has_changed)
        handled = change_say(exchange, &change);
    else
        handled = exchange_change(exchange, &change);
    cJSON_Delete(json);
    return handled;
}

enum handled handoffs_claim_post(struct exchange *exchange)
{
    return change_post(exchange, HANDOFF_CLAIM);
}

enum handled handoffs_say_post(struct exchange *exchange)
{
    return change_post(exchange, HANDOFF_SAY);
}

enum handled handoffs_return_post(struct exchange *exchange)
{
    return change_post(exchange, HANDOFF_RETURN);
}

enum handled handoffs_close_post(struct exchange *exchange)
{
    return change_post(exchange, HANDOFF_CLOSE);
}
