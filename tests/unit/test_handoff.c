/* The desk's tickets: who may do what in which state, claims that lapse, two who claim at once, and
 * what is left when something fails or the program is killed in the middle. */
#include "tests/unit/desk.h"

#include <pthread.h>

static const int64_t minute_us = 60 * 1000000LL;

static struct handoff_change change_of(enum handoff_action action, const char *handoff,
                                       const char *agent, const char *id, int64_t at_us)
{
    return (struct handoff_change){.action = action,
                                   .handoff = str_of(handoff),
                                   .agent = str_of(agent),
                                   .id = str_of(id),
                                   .key = str_of(id),
                                   .text =
                                       action == HANDOFF_SAY ? STR("네, 상담원입니다.") : STR_NONE,
                                   .idle_us = action == HANDOFF_LAPSE ? 10 * minute_us : 0,
                                   .at_us = at_us};
}

static enum err make_in(struct journal *to, struct handoff_change *change)
{
    enum err e = journal_begin(to, NULL);
    return e ? e : journal_end(to, handoff_make(to, change, NULL), NULL);
}

/* With an id of its own, which is the time. */
static enum handoff_verdict make(enum handoff_action action, const char *handoff, const char *agent,
                                 int64_t at_us)
{
    char id[TURN_ID_BYTES];
    (void)snprintf(id, sizeof(id), "change-%lld", (long long)at_us);
    struct handoff_change change = change_of(action, handoff, agent, id, at_us);
    assert_int_equal(make_in(journal, &change), OK);
    return change.verdict;
}

struct seen {
    enum handoff_state state;
    char agent[32], order[64]; /* the ids of a list, one after the other */
};

static enum err ticket_see(void *data, const struct handoff *handoff, struct fail *why)
{
    struct seen *seen = data;
    (void)why;
    for (int state = HANDOFF_WAITING; state <= HANDOFF_CLOSED; state++)
        if (str_equal(handoff->state, str_of(handoff_state_name((enum handoff_state)state))))
            seen->state = (enum handoff_state)state;
    (void)snprintf(seen->agent, sizeof(seen->agent), "%.*s", STR_ARG(handoff->agent));
    size_t n = strlen(seen->order);
    (void)snprintf(seen->order + n, sizeof(seen->order) - n, "%.*s ", STR_ARG(handoff->id));
    return OK;
}

static struct seen ticket(const char *id)
{
    struct seen seen = {.state = HANDOFF_NONE};
    assert_int_equal(handoff_find(journal, str_of(id), ticket_see, &seen, NULL), OK);
    return seen;
}

static const char *queue(struct seen *seen)
{
    *seen = (struct seen){.state = HANDOFF_NONE};
    assert_int_equal(handoff_list(journal, STR_NONE, 10, ticket_see, seen, NULL), OK);
    return seen->order;
}

static enum err kind_add(void *data, const struct handoff_event *event, struct fail *why)
{
    struct buf *kinds = data;
    buf_add_format(kinds, "%.*s ", STR_ARG(event->kind));
    return buf_error(kinds, "kinds", why);
}

static void assert_events(const char *conversation, const char *wanted)
{
    char got[256];
    struct buf kinds;
    buf_init(&kinds, sizeof(got));
    assert_int_equal(handoff_events(journal, str_of(conversation), 0, 50, kind_add, &kinds, NULL),
                     OK);
    (void)snprintf(got, sizeof(got), "%.*s", STR_ARG(str_from_buf(&kinds)));
    buf_free(&kinds);
    assert_string_equal(got, wanted);
}

/* Brings a new ticket into a state that kim, if anybody, brought it to. */
static void bring(const char *id, enum handoff_state state)
{
    desk_open(id, id, 1);
    if (state != HANDOFF_WAITING)
        assert_int_equal(make(HANDOFF_CLAIM, id, "kim", 2), HANDOFF_DONE);
    if (state == HANDOFF_RETURNED)
        assert_int_equal(make(HANDOFF_RETURN, id, "kim", 3), HANDOFF_DONE);
    if (state == HANDOFF_CLOSED)
        assert_int_equal(make(HANDOFF_CLOSE, id, "kim", 3), HANDOFF_DONE);
    assert_int_equal(ticket(id).state, state);
}

static void each_state_lets_each_agent_do_what_it_says_and_no_more(void **state)
{
    static const struct {
        enum handoff_state from;
        enum handoff_action action;
        const char *agent;
        enum handoff_verdict verdict;
        enum handoff_state to;
    } cases[] = {
        {HANDOFF_WAITING, HANDOFF_CLAIM, "lee", HANDOFF_DONE, HANDOFF_CLAIMED},
        {HANDOFF_WAITING, HANDOFF_SAY, "kim", HANDOFF_HELD, HANDOFF_WAITING},
        {HANDOFF_WAITING, HANDOFF_RETURN, "kim", HANDOFF_HELD, HANDOFF_WAITING},
        {HANDOFF_WAITING, HANDOFF_CLOSE, "lee", HANDOFF_DONE, HANDOFF_CLOSED},
        {HANDOFF_WAITING, HANDOFF_LAPSE, "kim", HANDOFF_HELD, HANDOFF_WAITING},
        {HANDOFF_CLAIMED, HANDOFF_CLAIM, "kim", HANDOFF_DONE, HANDOFF_CLAIMED},
        {HANDOFF_CLAIMED, HANDOFF_CLAIM, "lee", HANDOFF_HELD, HANDOFF_CLAIMED},
        {HANDOFF_CLAIMED, HANDOFF_SAY, "kim", HANDOFF_DONE, HANDOFF_CLAIMED},
        {HANDOFF_CLAIMED, HANDOFF_SAY, "lee", HANDOFF_HELD, HANDOFF_CLAIMED},
        {HANDOFF_CLAIMED, HANDOFF_RETURN, "kim", HANDOFF_DONE, HANDOFF_RETURNED},
        {HANDOFF_CLAIMED, HANDOFF_RETURN, "lee", HANDOFF_HELD, HANDOFF_CLAIMED},
        {HANDOFF_CLAIMED, HANDOFF_CLOSE, "kim", HANDOFF_DONE, HANDOFF_CLOSED},
        {HANDOFF_CLAIMED, HANDOFF_CLOSE, "lee", HANDOFF_HELD, HANDOFF_CLAIMED},
        {HANDOFF_CLAIMED, HANDOFF_LAPSE, "kim", HANDOFF_DONE, HANDOFF_WAITING},
        {HANDOFF_CLAIMED, HANDOFF_LAPSE, "lee", HANDOFF_HELD, HANDOFF_CLAIMED},
        {HANDOFF_RETURNED, HANDOFF_CLAIM, "kim", HANDOFF_HELD, HANDOFF_RETURNED},
        {HANDOFF_RETURNED, HANDOFF_SAY, "kim", HANDOFF_HELD, HANDOFF_RETURNED},
        {HANDOFF_RETURNED, HANDOFF_RETURN, "kim", HANDOFF_HELD, HANDOFF_RETURNED},
        {HANDOFF_RETURNED, HANDOFF_CLOSE, "kim", HANDOFF_HELD, HANDOFF_RETURNED},
        {HANDOFF_RETURNED, HANDOFF_LAPSE, "kim", HANDOFF_HELD, HANDOFF_RETURNED},
        {HANDOFF_CLOSED, HANDOFF_CLAIM, "kim", HANDOFF_HELD, HANDOFF_CLOSED},
        {HANDOFF_CLOSED, HANDOFF_SAY, "kim", HANDOFF_HELD, HANDOFF_CLOSED},
        {HANDOFF_CLOSED, HANDOFF_RETURN, "kim", HANDOFF_HELD, HANDOFF_CLOSED},
        {HANDOFF_CLOSED, HANDOFF_CLOSE, "kim", HANDOFF_HELD, HANDOFF_CLOSED},
        {HANDOFF_CLOSED, HANDOFF_LAPSE, "kim", HANDOFF_HELD, HANDOFF_CLOSED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "t%02d", (int)i);
        bring(id, cases[i].from);
        int64_t before = desk_number("SELECT COUNT(*) FROM handoff_events");
        enum handoff_verdict verdict = make(cases[i].action, id, cases[i].agent, 20 * minute_us);
        if (verdict != cases[i].verdict)
            print_message("case %d\n", (int)i);
        assert_int_equal(verdict, cases[i].verdict);
        assert_int_equal(ticket(id).state, cases[i].to);
        bool renews = cases[i].from == HANDOFF_CLAIMED && cases[i].action == HANDOFF_CLAIM;
        int64_t more = verdict == HANDOFF_DONE && !renews; /* what is refused is no event */
        assert_int_equal(desk_number("SELECT COUNT(*) FROM handoff_events"), before + more);
    }
    for (int action = HANDOFF_CLAIM; action <= HANDOFF_LAPSE; action++)
        assert_int_equal(make((enum handoff_action)action, "nothing", "kim", 5), HANDOFF_GONE);
    assert_int_equal(handoff_find(journal, STR("nothing"), ticket_see, NULL, NULL), ERR_MISSING);
}

static void a_conversation_has_one_open_ticket_and_its_turns_are_events(void **state)
{
    struct turn_row row = desk_row("t2", "c", 2);
    enum handoff_state newest = HANDOFF_NONE;
    size_t waiting = 0, claimed = 0;
    (void)state;
    desk_open("t1", "c", 1);
    row.opens_handoff = row.in_handoff = true; /* a promise while the first one stands */
    assert_int_equal(desk_turn(journal, &row), OK);
    assert_int_equal(desk_number("SELECT COUNT(*) FROM handoffs"), 1);
    assert_events("c", "opened customer ");
    assert_int_equal(make(HANDOFF_CLOSE, "t1", "kim", 3), HANDOFF_DONE);
    desk_open("t3", "c", 4);
    desk_open("t4", "d", 5);
    assert_int_equal(make(HANDOFF_CLAIM, "t4", "kim", 6), HANDOFF_DONE);
    assert_int_equal(handoff_state_of(journal, STR("c"), &newest, NULL), OK);
    assert_int_equal(newest, HANDOFF_WAITING);
    assert_int_equal(handoff_state_of(journal, STR("nobody"), &newest, NULL), OK);
    assert_int_equal(newest, HANDOFF_NONE);
    assert_int_equal(handoff_count(journal, &waiting, &claimed, NULL), OK);
    assert_true(waiting == 1 && claimed == 1);
}

static void a_change_made_again_is_made_once(void **state)
{
    (void)state;
    desk_open("t1", "c", 1);
    for (int i = 0; i < 2; i++) {
        struct handoff_change claim = change_of(HANDOFF_CLAIM, "t1", "kim", "x1", 2);
        assert_int_equal(make_in(journal, &claim), OK);
        assert_int_equal(claim.verdict, HANDOFF_DONE);
    }
    int64_t number = 0;
    for (int i = 0; i < 2; i++) {
        struct handoff_change say = change_of(HANDOFF_SAY, "t1", "kim", i ? "x3" : "x2", 3);
        say.key = STR("m1"); /* the agent's page sends its message twice */
        assert_int_equal(make_in(journal, &say), OK);
        assert_int_equal(say.verdict, HANDOFF_DONE);
        assert_true(i == 0 || say.number == number);
        number = say.number;
    }
    for (int i = 0; i < 2; i++) {
        struct handoff_change back = change_of(HANDOFF_RETURN, "t1", "kim", "x4", 4);
        assert_int_equal(make_in(journal, &back), OK);
        assert_int_equal(back.verdict, HANDOFF_DONE);
    }
    assert_events("c", "opened claimed agent returned ");
}

/* ---- Claims that lapse ---- */

static void the_silent_lose_their_claim_and_the_ticket_keeps_its_place(void **state)
{
    struct seen seen;
    (void)state;
    desk_open("t1", "c", 1);
    desk_open("t2", "d", 2);
    assert_int_equal(make(HANDOFF_CLAIM, "t1", "kim", minute_us), HANDOFF_DONE);
    desk_open("t3", "e", 2 * minute_us);
    assert_int_equal(make(HANDOFF_LAPSE, "t1", "kim", 11 * minute_us - 1), HANDOFF_HELD);
    assert_int_equal(make(HANDOFF_LAPSE, "t1", "kim", 11 * minute_us), HANDOFF_DONE);
    assert_string_equal(queue(&seen), "t1 t2 t3 ");
    assert_string_equal(ticket("t1").agent, "");
    assert_events("c", "opened claimed lapsed ");
    assert_int_equal(make(HANDOFF_SAY, "t1", "kim", 12 * minute_us), HANDOFF_LATE);
    assert_int_equal(make(HANDOFF_SAY, "t1", "lee", 12 * minute_us), HANDOFF_HELD);
    assert_int_equal(make(HANDOFF_CLAIM, "t1", "lee", 12 * minute_us + 1), HANDOFF_DONE);
    for (int action = HANDOFF_SAY; action <= HANDOFF_CLOSE; action++)
        assert_int_equal(
            make((enum handoff_action)action, "t1", "kim", 12 * minute_us + 2 + action),
            HANDOFF_LATE);
    assert_int_equal(make(HANDOFF_CLAIM, "t1", "kim", 13 * minute_us), HANDOFF_HELD);
    assert_events("c", "opened claimed lapsed claimed ");
    assert_int_equal(make(HANDOFF_CLOSE, "t1", "lee", 14 * minute_us), HANDOFF_DONE);
}

static void speaking_and_claiming_again_renew_a_claim(void **state)
{
    struct seen idle = {.state = HANDOFF_NONE};
    (void)state;
    desk_open("said", "c", 1);
    desk_open("claimed", "d", 2);
    desk_open("gone", "e", 3);
    assert_int_equal(make(HANDOFF_CLAIM, "said", "lee", 4), HANDOFF_DONE);
    assert_int_equal(make(HANDOFF_SAY, "said", "lee", 5), HANDOFF_DONE);
    struct handoff_change over = change_of(HANDOFF_CLAIM, "said", "kim", "over", 6);
    over.from = STR("lee");
    assert_int_equal(make_in(journal, &over), OK);
    assert_int_equal(over.verdict, HANDOFF_DONE);
    assert_int_equal(make(HANDOFF_CLAIM, "claimed", "kim", 7), HANDOFF_DONE);
    assert_int_equal(make(HANDOFF_CLAIM, "gone", "kim", 8), HANDOFF_DONE);
    assert_int_equal(make(HANDOFF_SAY, "said", "kim", 9 * minute_us), HANDOFF_DONE);
    assert_int_equal(make(HANDOFF_CLAIM, "claimed", "kim", 9 * minute_us + 1), HANDOFF_DONE);
    assert_int_equal(handoff_idle(journal, minute_us, 10, ticket_see, &idle, NULL), OK);
    assert_string_equal(idle.order, "gone ");
    int64_t at = 11 * minute_us;
    assert_int_equal(make(HANDOFF_LAPSE, "said", "kim", at), HANDOFF_HELD);
    assert_int_equal(make(HANDOFF_LAPSE, "said", "lee", at + 1), HANDOFF_HELD);
    assert_int_equal(make(HANDOFF_LAPSE, "claimed", "kim", at + 2), HANDOFF_HELD);
    assert_int_equal(make(HANDOFF_LAPSE, "gone", "kim", at + 3), HANDOFF_DONE);
    assert_int_equal(make(HANDOFF_LAPSE, "gone", "kim", at + 4), HANDOFF_HELD);
}

/* ---- Two at once ---- */

enum { RACES = 60 };

struct racer {
    const char *agent;
    enum handoff_verdict verdicts[RACES];
    enum err e;
};

static void *racer_run(void *data)
{
    struct racer *racer = data;
    struct journal *own = NULL;
    racer->e = journal_open(folder, true, &own, NULL);
    for (int i = 0; i < RACES && !racer->e; i++) {
        char ticket_id[16], id[48];
        (void)snprintf(ticket_id, sizeof(ticket_id), "t%02d", i);
        (void)snprintf(id, sizeof(id), "%s-%d", racer->agent, i);
        struct handoff_change claim = change_of(HANDOFF_CLAIM, ticket_id, racer->agent, id, 100);
        racer->e = make_in(own, &claim);
        racer->verdicts[i] = claim.verdict;
    }
    journal_close(own);
    return NULL;
}

static void of_two_who_claim_at_once_one_has_the_ticket(void **state)
{
    struct racer racers[2] = {{.agent = "kim"}, {.agent = "lee"}};
    pthread_t threads[2];
    (void)state;
    for (int i = 0; i < RACES; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "t%02d", i);
        desk_open(id, id, i + 1);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, racer_run, &racers[i]), 0);
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(racers[0].e == OK && racers[1].e == OK);
    for (int i = 0; i < RACES; i++) {
        char id[16];
        (void)snprintf(id, sizeof(id), "t%02d", i);
        int winner = racers[0].verdicts[i] == HANDOFF_DONE ? 0 : 1;
        assert_int_equal(racers[winner].verdicts[i], HANDOFF_DONE);
        assert_int_equal(racers[1 - winner].verdicts[i], HANDOFF_HELD);
        assert_string_equal(ticket(id).agent, racers[winner].agent);
    }
    assert_int_equal(desk_number("SELECT COUNT(*) FROM handoff_events WHERE kind = 'claimed'"),
                     RACES);
}

/* ---- What fails ---- */

/* From an open ticket through all of its life; what failed has left the desk as it was. */
static enum err live(void *data)
{
    static const enum handoff_action life[] = {HANDOFF_CLAIM, HANDOFF_SAY,   HANDOFF_LAPSE,
                                               HANDOFF_SAY,   HANDOFF_CLAIM, HANDOFF_CLAIM,
                                               HANDOFF_SHOW,  HANDOFF_RETURN};
    static const enum handoff_state after[] = {HANDOFF_WAITING, HANDOFF_CLAIMED, HANDOFF_CLAIMED,
                                               HANDOFF_WAITING, HANDOFF_WAITING, HANDOFF_CLAIMED,
                                               HANDOFF_CLAIMED, HANDOFF_CLAIMED, HANDOFF_RETURNED};
    static const int events_after[] = {1, 2, 3, 4, 4, 5, 5, 5, 6};
    enum { STEPS = sizeof(life) / sizeof(life[0]) };
    int *lives = data;
    char id[TURN_ID_BYTES], ticket_id[16];
    (void)snprintf(ticket_id, sizeof(ticket_id), "t%05d", ++*lives);
    struct turn_row row = desk_row(ticket_id, ticket_id, 1);
    row.opens_handoff = true;
    enum err e = desk_turn(journal, &row);
    bool was_opened = !e;
    int made = 0;
    for (; !e && made < STEPS; made += !e) {
        (void)snprintf(id, sizeof(id), "%s-%d", ticket_id, made);
        struct handoff_change change =
            change_of(life[made], ticket_id, "kim", id, (made + 1) * 20 * minute_us);
        change.conversation = row.conversation;
        change.number = 1000000;
        e = make_in(journal, &change);
    }
    failing_stop();
    if (!was_opened) {
        assert_int_equal(handoff_find(journal, row.id, ticket_see, NULL, NULL), ERR_MISSING);
        bool has_turn = true;
        assert_int_equal(journal_has(journal, row.id, &has_turn, NULL), OK);
        assert_false(has_turn); /* the turn and its ticket, or neither */
        return e;
    }
    assert_int_equal(ticket(ticket_id).state, after[made]);
    struct buf kinds;
    buf_init(&kinds, 256);
    assert_int_equal(handoff_events(journal, row.conversation, 0, 50, kind_add, &kinds, NULL), OK);
    int events = 0;
    for (size_t i = 0; i < kinds.n; i++)
        events += kinds.p[i] == ' ';
    buf_free(&kinds);
    assert_int_equal(events, events_after[made]);
    return e;
}

static enum err read_all(void *data)
{
    struct seen seen = {.state = HANDOFF_NONE};
    enum handoff_state state = HANDOFF_NONE;
    struct buf kinds;
    size_t waiting = 0, claimed = 0;
    int64_t last = 0;
    (void)data;
    buf_init(&kinds, 1024);
    enum err e = handoff_find(journal, STR("t1"), ticket_see, &seen, NULL);
    if (!e)
        e = handoff_list(journal, STR_NONE, 10, ticket_see, &seen, NULL);
    if (!e)
        e = handoff_list(journal, STR("waiting"), 10, ticket_see, &seen, NULL);
    if (!e)
        e = handoff_idle(journal, 10, 10, ticket_see, &seen, NULL);
    if (!e)
        e = handoff_events(journal, STR_NONE, 0, 10, kind_add, &kinds, NULL);
    if (!e)
        e = handoff_events(journal, STR("c"), 0, 10, kind_add, &kinds, NULL);
    if (!e)
        e = handoff_state_of(journal, STR("c"), &state, NULL);
    if (!e)
        e = handoff_last_event(journal, &last, NULL);
    if (!e)
        e = handoff_count(journal, &waiting, &claimed, NULL);
    buf_free(&kinds);
    return e;
}

/* A handle of its own each time, so that statements are prepared anew. */
static enum err with_new_handle(enum err (*attempt)(void *data), void *data)
{
    struct journal *kept = journal;
    enum err e = journal_open(folder, true, &journal, NULL);
    if (!e)
        e = attempt(data);
    if (journal != kept)
        journal_close(journal);
    journal = kept;
    return e;
}

static enum err live_anew(void *data)
{
    return with_new_handle(live, data);
}

static enum err read_anew(void *data)
{
    return with_new_handle(read_all, data);
}

static void each_failing_allocation_and_statement_leaves_whole_changes(void **state)
{
    int lives = 0;
    (void)state;
    assert_true(failing_allocations(live_anew, &lives) > 10);
    assert_true(failing_statements(live, &lives) > 20);
    assert_int_equal(db_check(journal_db(journal), NULL), OK);
}

static void reading_survives_each_failing_allocation_and_statement(void **state)
{
    (void)state;
    desk_open("t1", "c", 1);
    assert_int_equal(make(HANDOFF_CLAIM, "t1", "kim", 2), HANDOFF_DONE);
    assert_true(failing_allocations(read_anew, NULL) > 8);
    assert_true(failing_statements(read_all, NULL) > 8);
}

/* A turn with its ticket, then a claim and a word, each half made when the program dies. */
static void part_do(struct journal *to, int part)
{
    struct turn_row row = desk_row("t1", "c", 1);
    row.opens_handoff = true;
    (void)snprintf(row.post_to, sizeof(row.post_to), "1/2");
    struct handoff_change claim = change_of(HANDOFF_CLAIM, "t2", "kim", "x1", 3);
    struct handoff_change say = change_of(HANDOFF_SAY, "t2", "kim", "x2", 4);
    (void)!journal_begin(to, NULL);
    for (int i = 0; i < part; i++)
        (void)!(i == 0   ? journal_add(to, &row, NULL)
                : i == 1 ? handoff_note(to, &row, NULL)
                : i == 2 ? outbox_note(to, &row, NULL)
                : i == 3 ? handoff_make(to, &claim, NULL)
                : i == 4 ? handoff_make(to, &say, NULL)
                         : journal_end(to, OK, NULL));
}

static void a_kill_in_the_middle_leaves_no_half_state(void **state)
{
    enum { PARTS = 6 };
    (void)state;
    desk_open("t2", "d", 2);
    for (int part = 0; part <= PARTS; part++) {
        bool is_whole = part == PARTS;
        desk_killed_after(part_do, part);
        assert_int_equal(desk_number("SELECT COUNT(*) FROM turns WHERE id = 't1'"), is_whole);
        assert_int_equal(desk_number("SELECT COUNT(*) FROM handoffs WHERE id = 't1'"), is_whole);
        assert_int_equal(desk_number("SELECT COUNT(*) FROM outbox"), is_whole);
        assert_int_equal(ticket("t2").state, is_whole ? HANDOFF_CLAIMED : HANDOFF_WAITING);
        assert_events("d", is_whole ? "opened claimed agent " : "opened ");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_state_lets_each_agent_do_what_it_says_and_no_more,
                                        desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(a_conversation_has_one_open_ticket_and_its_turns_are_events,
                                        desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(a_change_made_again_is_made_once, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(the_silent_lose_their_claim_and_the_ticket_keeps_its_place,
                                        desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(speaking_and_claiming_again_renew_a_claim, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(of_two_who_claim_at_once_one_has_the_ticket, desk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(each_failing_allocation_and_statement_leaves_whole_changes,
                                        desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(reading_survives_each_failing_allocation_and_statement,
                                        desk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(a_kill_in_the_middle_leaves_no_half_state, desk_set_up,
                                        desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
