/* What an agent is given: the packet tells what was said, by whom, and in that order. */
#include "bot/packet.h"
#include "tests/unit/desk.h"

static char state_text[2048];

static enum err change_make(enum handoff_action action, const char *id, const char *text,
                            int64_t at_us)
{
    struct handoff_change change = {.action = action,
                                    .handoff = STR("t2"),
                                    .agent = STR("kim"),
                                    .id = str_of(id),
                                    .key = str_of(id),
                                    .text = str_of(text),
                                    .idle_us = 1,
                                    .at_us = at_us};
    enum err e = journal_begin(journal, NULL);
    e = e ? e : journal_end(journal, handoff_make(journal, &change, NULL), NULL);
    return e || change.verdict == HANDOFF_DONE ? e : ERR_INPUT;
}

static int talk_set_up(void **state)
{
    if (desk_set_up(state))
        return -1;
    size_t n = (size_t)snprintf(state_text, sizeof(state_text),
                                "{\"slots\":{\"amount\":\"500만원\",\"n\":1}");
    for (int i = 0; i < 40; i++) /* more keys than are checked without memory */
        n += (size_t)snprintf(state_text + n, sizeof(state_text) - n, ",\"k%02d\":0", i);
    (void)snprintf(state_text + n, sizeof(state_text) - n, "}");
    struct turn_row first = desk_row("t1", "c", 1), silent = desk_row("t3", "c", 30);
    first.message = STR("해지 \"방법\"?");
    first.reply = STR("앱에서 하실 수 있습니다.");
    first.route = STR("scripted");
    first.intent = STR("cancel");
    first.answer = STR("cancel-1 v1");
    enum err e = desk_turn(journal, &first);
    desk_open("t2", "c", 10);
    e = e ? e : change_make(HANDOFF_CLAIM, "x1", NULL, 20);
    silent.message = STR("여보세요");
    silent.reply = STR("");
    silent.in_handoff = true;
    silent.state_after = str_of(state_text);
    e = e ? e : desk_turn(journal, &silent);
    e = e ? e : change_make(HANDOFF_SAY, "x2", "네, 상담원입니다.", 40);
    e = e ? e : change_make(HANDOFF_LAPSE, "x3", NULL, 50);
    return (int)e;
}

static enum err print(struct buf *out, const char *conversation)
{
    struct json_writer w;
    json_begin(&w, out);
    json_object(&w, NULL);
    enum err e = packet_print(journal, str_of(conversation), &w, NULL);
    json_end(&w, '}');
    return e;
}

static void assert_entry(const cJSON *transcript, int number, const char *from, const char *text,
                         const char *did)
{
    const cJSON *entry = cJSON_GetArrayItem(transcript, number);
    const char *has_text = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "text"));
    const char *has_did = cJSON_GetStringValue(cJSON_GetObjectItem(entry, "did"));
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(entry, "from")), from);
    assert_string_equal(has_text ? has_text : "-", text ? text : "-");
    assert_string_equal(has_did ? has_did : "-", did ? did : "-");
}

static void tells_what_was_said_by_whom_in_its_order(void **state)
{
    struct buf out;
    cJSON *json = NULL;
    (void)state;
    buf_init(&out, 65536);
    assert_int_equal(print(&out, "c"), OK);
    assert_int_equal(json_parse(str_from_buf(&out), "a packet", &json, NULL), OK);
    const cJSON *talk = cJSON_GetObjectItem(json, "transcript");
    const cJSON *slots = cJSON_GetObjectItem(json, "slots");
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "intents")), 1);
    assert_int_equal(cJSON_GetArraySize(cJSON_GetObjectItem(json, "sources")), 1);
    assert_int_equal(cJSON_GetArraySize(slots), 1);
    assert_string_equal(cJSON_GetStringValue(cJSON_GetObjectItem(slots, "amount")), "500만원");
    assert_int_equal(cJSON_GetArraySize(talk), 8);
    assert_entry(talk, 0, "customer", "해지 \"방법\"?", NULL);
    assert_entry(talk, 1, "bot", "앱에서 하실 수 있습니다.", NULL);
    assert_entry(talk, 2, "customer", "사람 바꿔 줘", NULL);
    assert_entry(talk, 3, "bot", "상담원을 부를게요.", NULL);
    assert_entry(talk, 4, "agent", NULL, "claimed");
    assert_entry(talk, 5, "customer", "여보세요", NULL);
    assert_entry(talk, 6, "agent", "네, 상담원입니다.", NULL);
    assert_entry(talk, 7, "agent", NULL, "lapsed");
    cJSON_Delete(json);
    buf_free(&out);
}

static void says_the_same_in_lines(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 65536);
    assert_int_equal(packet_write(journal, STR("c"), &out, NULL), OK);
    buf_add_char(&out, '\0');
    assert_string_equal(out.p, "intents: cancel\n"
                               "customer: 해지 \"방법\"?\n"
                               "bot (scripted): 앱에서 하실 수 있습니다.\n"
                               "customer: 사람 바꿔 줘\n"
                               "bot (handoff): 상담원을 부를게요.\n"
                               "agent kim: claimed\n"
                               "customer: 여보세요\n"
                               "agent kim: 네, 상담원입니다.\n"
                               "agent kim: lapsed");
    buf_free(&out);
}

static void of_nobody_there_is_nothing_and_a_small_place_is_a_failure(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 65536);
    assert_int_equal(print(&out, "nobody"), OK);
    buf_add_char(&out, '\0');
    assert_string_equal(out.p, "{\"intents\":[],\"slots\":{},\"sources\":[],\"transcript\":[]}");
    buf_free(&out);
    buf_init(&out, 64);
    assert_int_equal(print(&out, "c"), ERR_LIMIT);
    buf_clear(&out);
    assert_int_equal(packet_write(journal, STR("c"), &out, NULL), ERR_LIMIT);
    buf_free(&out);
}

static void the_latest_hundred_entries_are_told(void **state)
{
    struct buf out;
    cJSON *json = NULL;
    char id[16], text[16];
    (void)state;
    for (int i = 0; i < 120; i++) {
        (void)snprintf(id, sizeof(id), "u%03d", i);
        (void)snprintf(text, sizeof(text), "말 %d", i);
        struct turn_row row = desk_row(id, "long", 100 + i);
        row.message = str_of(text);
        row.reply = STR("");
        assert_int_equal(desk_turn(journal, &row), OK);
    }
    buf_init(&out, 65536);
    assert_int_equal(print(&out, "long"), OK);
    assert_int_equal(json_parse(str_from_buf(&out), "a packet", &json, NULL), OK);
    const cJSON *talk = cJSON_GetObjectItem(json, "transcript");
    assert_int_equal(cJSON_GetArraySize(talk), 100);
    assert_entry(talk, 0, "customer", "말 20", NULL);
    assert_entry(talk, 99, "customer", "말 119", NULL);
    cJSON_Delete(json);
    buf_free(&out);
}

/* Half a packet would be taken for the whole of it. */
static enum err print_and_write(void *data)
{
    struct journal *kept = journal;
    struct buf out, lines;
    (void)data;
    buf_init(&out, 65536);
    buf_init(&lines, 65536);
    enum err e = journal_open(folder, true, &journal, NULL);
    if (!e)
        e = print(&out, "c");
    if (!e)
        e = packet_write(journal, STR("c"), &lines, NULL);
    failing_stop();
    if (journal != kept)
        journal_close(journal);
    journal = kept;
    buf_free(&out);
    buf_free(&lines);
    return e;
}

static void each_failing_allocation_and_statement_is_said(void **state)
{
    (void)state;
    assert_true(failing_allocations(print_and_write, NULL) > 8);
    assert_true(failing_statements(print_and_write, NULL) > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_what_was_said_by_whom_in_its_order, talk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(says_the_same_in_lines, talk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(of_nobody_there_is_nothing_and_a_small_place_is_a_failure,
                                        talk_set_up, desk_tear_down),
        cmocka_unit_test_setup_teardown(the_latest_hundred_entries_are_told, talk_set_up,
                                        desk_tear_down),
        cmocka_unit_test_setup_teardown(each_failing_allocation_and_statement_is_said, talk_set_up,
                                        desk_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
