/* A bot on disk: doors, masking, the journal before the reply, repeats, and the explanation of a
 * turn. The model is the stage's stand-in. */
#include "bot/bot.h"
#include "bot/explain.h"
#include "store/db.h"
#include "tests/unit/stage.h"

#include <stdlib.h>

#define CLAIMED "청구서와 진단서를 준비해 주세요."

static struct model_head on_disk_head = {.intents = OUT_OF_SCOPE, .columns = COLUMNS};
static struct model on_disk = {.head = &on_disk_head, .names = stage_names};

enum err model_open(const char *path, struct model **out, struct fail *why)
{
    (void)path;
    (void)why;
    *out = &on_disk;
    return OK;
}

void model_close(struct model *model)
{
    (void)model;
}

int model_intent(const struct model *model, struct str name)
{
    for (int i = 0; i < COLUMNS; i++)
        if (str_equal(name, str_of(model->names[i])))
            return i;
    return -1;
}

size_t classified_contributions(struct classifier *classifier, int column, struct contribution *out,
                                size_t maximum)
{
    (void)classifier;
    (void)column;
    (void)maximum;
    out[0] = (struct contribution){.text = "청구", .weight = 0.5};
    out[1] = (struct contribution){.text = "알려", .weight = -0.25};
    return 2;
}

struct folder {
    char path[64];
};

static void release_make(const char *path, const char *model)
{
    struct release_writer *writer = NULL;
    struct config *config = NULL;
    struct buf settings;
    char hash[HASH_HEX_BYTES];
    int number = 0;
    buf_init(&settings, LIMIT_CONFIG_BYTES);
    assert_int_equal(config_open(NULL, NULL, 0, &config, NULL), OK);
    assert_int_equal(release_settings_print(config, &settings, NULL), OK);
    assert_int_equal(release_begin(path, &writer, NULL), OK);
    assert_int_equal(release_put(writer, "model.bin", str_of(model), NULL), OK);
    assert_int_equal(release_put(writer, "scripts.jsonl", str_of(stage_scripts), NULL), OK);
    assert_int_equal(release_put(writer, "settings.conf", str_from_buf(&settings), NULL), OK);
    assert_int_equal(release_end(writer, &number, hash, NULL), OK);
    config_close(config);
    buf_free(&settings);
}

static int folder_open(void **state)
{
    struct folder *folder = test_malloc(sizeof(*folder));
    char current[128];
    snprintf(folder->path, sizeof(folder->path), "/tmp/test_bot.XXXXXX");
    *state = folder;
    log_set_level(LOG_ERROR);
    if (!mkdtemp(folder->path))
        return -1;
    release_make(folder->path, "one");
    snprintf(current, sizeof(current), "%s/current", folder->path);
    return (int)file_write(current, STR("1\n"), NULL);
}

static enum err remove_below(void *data, const char *name, struct fail *why)
{
    char path[512];
    enum err e = file_path(path, sizeof(path), data, name, why);
    return e ? e : folder_remove(path, why);
}

static int folder_close(void **state)
{
    struct folder *folder = *state;
    char releases[128];
    snprintf(releases, sizeof(releases), "%s/releases", folder->path);
    enum err e = folder_list(releases, remove_below, releases, NULL);
    if (!e)
        e = folder_remove(releases, NULL);
    if (!e)
        e = folder_remove(folder->path, NULL);
    test_free(folder);
    return (int)e;
}

static struct bot_request request_of(const char *conversation, const char *message_id,
                                     const char *text)
{
    return (struct bot_request){.conversation = str_of(conversation),
                                .message_id = str_of(message_id),
                                .text = str_of(text),
                                .channel = STR("web"),
                                .as_of = date_from_civil(2026, 11, 23)};
}

static const char *say(struct bot *bot, const char *conversation, const char *message_id,
                       const char *text, char turn_id[TURN_ID_BYTES])
{
    struct bot_request request = request_of(conversation, message_id, text);
    const struct reply *reply = NULL;
    struct fail why = {.text = ""};
    enum err e = bot_answer(bot, &request, &reply, turn_id, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(e, OK);
    return reply->text.p;
}

static void answers_and_keeps_the_turn(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    struct journal *journal = NULL;
    struct turn_row row;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    assert_string_equal(say(bot, "c1", NULL, "청구 서류 알려줘", turn_id), CLAIMED);
    bot_close(bot);
    assert_int_equal(journal_open(folder->path, false, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, str_of(turn_id), &row, NULL), OK);
    assert_true(str_equal(row.reply, STR(CLAIMED)));
    assert_true(str_equal(row.intent, STR("claim_documents")));
    assert_true(str_equal(row.answer, STR("claim-1 v3")));
    assert_true(str_equal(row.route, STR("scripted")));
    assert_int_equal(row.release_number, 1);
    journal_close(journal);
}

static void refuses_a_channel_that_may_be_a_number(void **state)
{
    struct folder *folder = *state;
    static const char *const refused[] = {"010-1234-5678", "900101-1234567", "hong@naver.com",
                                          "a01012345678",  "web chat",       "카카오",
                                          "-web",          "web\n"};
    static const char *const taken[] = {"", "web", "kakao_2", "call-center-2026"};
    struct bot *bot = NULL;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct bot_request request = request_of("c1", NULL, "청구 서류 알려줘");
        const struct reply *reply = NULL;
        struct fail why = {.text = ""};
        request.channel = str_of(refused[i]);
        assert_int_equal(bot_answer(bot, &request, &reply, turn_id, &why), ERR_INPUT);
        assert_null(strstr(why.text, refused[i]));
    }
    for (size_t i = 0; i < sizeof(taken) / sizeof(taken[0]); i++) {
        struct bot_request request = request_of("c1", NULL, "청구 서류 알려줘");
        const struct reply *reply = NULL;
        request.channel = str_of(taken[i]);
        assert_int_equal(bot_answer(bot, &request, &reply, turn_id, NULL), OK);
    }
    bot_close(bot);
}

static void carries_a_conversation_from_process_to_process(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "c1", NULL, "이자 얼마예요", turn_id);
    say(bot, "c2", NULL, "서류", turn_id);
    bot_close(bot);
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    assert_string_equal(say(bot, "c1", NULL, "3000만원", turn_id), "몇 개월 맡기시나요?");
    assert_string_equal(say(bot, "c2", NULL, "1", turn_id), CLAIMED);
    bot_close(bot);
}

static void carries_a_conversation_over_to_another_release(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "c1", NULL, "서류", turn_id);
    bot_close(bot);
    release_make(folder->path, "two");
    assert_int_equal(bot_open(folder->path, 2, true, &bot, NULL), OK);
    assert_string_equal(say(bot, "c1", NULL, "1", turn_id), CLAIMED);
    bot_close(bot);
}

static void gives_the_stored_reply_for_a_message_sent_twice(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    char first[TURN_ID_BYTES], again[TURN_ID_BYTES];
    struct bot_request request = request_of("c1", "m1", "서류");
    const struct reply *reply = NULL;
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "c1", "m1", "서류", first);
    assert_int_equal(bot_answer(bot, &request, &reply, again, NULL), OK);
    assert_string_equal(first, again);
    assert_int_equal(reply->route, ROUTE_CLARIFY);
    assert_int_equal(reply->choice_count, 3);
    assert_true(str_equal(reply->choices[0].title, STR("보험금 청구 서류")));
    say(bot, "c2", "m1", "서류", again);
    assert_string_not_equal(first, again);
    bot_close(bot);
}

static void keeps_no_personal_number(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    struct journal *journal = NULL;
    struct turn_row row;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "c1", NULL, "제 번호는 010-1234-5678", turn_id);
    bot_close(bot);
    assert_int_equal(journal_open(folder->path, false, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, str_of(turn_id), &row, NULL), OK);
    assert_true(str_equal(row.message, STR("제 번호는 [전화번호]")));
    assert_true(row.was_masked);
    journal_close(journal);
}

/* Decomposed Hangul is composed at the door, so its words count: 전화 in pieces. */
static void masks_what_comes_in_pieces(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    struct journal *journal = NULL;
    struct turn_row row;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "c1", NULL,
        "\u110c\u1165\u11ab\u1112\u116a 1234567, \u1100\u1169\u11bc\u110b\u1175\u11af"
        "\u1100\u1169\u11bc-1234-5678",
        turn_id);
    bot_close(bot);
    assert_int_equal(journal_open(folder->path, false, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, str_of(turn_id), &row, NULL), OK);
    assert_true(str_equal(row.message, STR("전화 [전화번호], [전화번호]")));
    journal_close(journal);
}

static void keeps_no_personal_id_and_still_finds_its_conversation(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    struct journal *journal = NULL;
    struct turn_row row;
    char first[TURN_ID_BYTES], again[TURN_ID_BYTES], stored[CONVERSATION_NAME_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "01012345678", "hong@naver.com", "서류", first);
    say(bot, "01012345678", "hong@naver.com", "서류", again);
    assert_string_equal(first, again);
    bot_close(bot);
    assert_int_equal(journal_open(folder->path, false, &journal, NULL), OK);
    assert_int_equal(journal_find(journal, str_of(first), &row, NULL), OK);
    assert_true(str_starts(row.conversation, STR("masked-")));
    assert_true(str_starts(row.message_id, STR("masked-")));
    assert_false(str_equal(row.conversation, row.message_id));
    snprintf(stored, sizeof(stored), "%.*s", STR_ARG(row.conversation));
    journal_close(journal);
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    /* Neither another number nor what is stored is that conversation. */
    assert_string_not_equal(say(bot, "01012345679", NULL, "1", again), CLAIMED);
    assert_string_not_equal(say(bot, stored, NULL, "1", again), CLAIMED);
    assert_string_equal(say(bot, "01012345678", NULL, "1", again), CLAIMED);
    bot_close(bot);
}

static void refuses_a_bad_message(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    const struct reply *reply = NULL;
    char turn_id[TURN_ID_BYTES], name[200];
    static char text[LIMIT_MESSAGE_RUNES + 2];
    static const char *const bad[] = {"", "  ", "\xff", "a\x01", NULL};
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    for (int i = 0; i < 4; i++) {
        struct bot_request request = request_of("c1", NULL, bad[i]);
        assert_int_equal(bot_answer(bot, &request, &reply, turn_id, NULL), ERR_INPUT);
    }
    memset(text, 'x', LIMIT_MESSAGE_RUNES);
    say(bot, "c1", NULL, text, turn_id);
    text[LIMIT_MESSAGE_RUNES] = 'x';
    struct bot_request request = request_of("c1", NULL, text);
    assert_int_equal(bot_answer(bot, &request, &reply, turn_id, NULL), ERR_LIMIT);
    request = request_of("", NULL, "서류");
    assert_int_equal(bot_answer(bot, &request, &reply, turn_id, NULL), ERR_INPUT);
    memset(name, 'n', sizeof(name));
    name[CONVERSATION_NAME_BYTES] = '\0';
    request = request_of(name, NULL, "서류");
    assert_int_equal(bot_answer(bot, &request, &reply, turn_id, NULL), ERR_LIMIT);
    name[CONVERSATION_NAME_BYTES - 1] = '\0';
    say(bot, name, NULL, "서류", turn_id);
    bot_close(bot);
}

static void gives_no_reply_that_could_not_be_kept(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    struct bot_request request = request_of("c1", NULL, "서류");
    const struct reply *reply = NULL;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    stage_hush();
    for (uint64_t n = 1; n <= 2; n++) {
        db_fail_after(n);
        assert_int_equal(bot_answer(bot, &request, &reply, turn_id, NULL), ERR_SYSTEM);
        db_fail_after(0);
        assert_null(reply);
    }
    /* The list was never shown, so its number means nothing. */
    assert_string_not_equal(say(bot, "c1", NULL, "1", turn_id), CLAIMED);
    bot_close(bot);
}

static void remembers_one_conversation_without_a_journal(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(bot_open(folder->path, 0, false, &bot, NULL), OK);
    say(bot, "", NULL, "서류", turn_id);
    assert_string_equal(turn_id, "");
    assert_string_equal(say(bot, "", NULL, "1", turn_id), CLAIMED);
    bot_close(bot);
    char path[128];
    snprintf(path, sizeof(path), "%s/journal.db", folder->path);
    assert_false(file_exists(path));
}

static void explains_a_turn_and_finds_it_identical(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    struct buf out;
    char turn_id[TURN_ID_BYTES], later[TURN_ID_BYTES];
    bool is_same = false;
    buf_init(&out, 64 * 1024);
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "c1", NULL, "서류", turn_id);
    say(bot, "c1", NULL, "1번이요 010-1234-5678", later);
    bot_close(bot);
    assert_int_equal(explain_turn(folder->path, str_of(turn_id), false, &out, &is_same, NULL), OK);
    assert_true(is_same);
    assert_non_null(strstr(out.p, "byte-identical"));
    assert_non_null(strstr(out.p, "“청구” +0.500"));
    assert_non_null(strstr(out.p, "“알려” -0.250"));
    buf_clear(&out);
    assert_int_equal(explain_turn(folder->path, str_of(later), true, &out, &is_same, NULL), OK);
    assert_true(is_same);
    assert_non_null(strstr(out.p, "\"is_identical\":true"));
    assert_int_equal(explain_turn(folder->path, STR("none"), true, &out, &is_same, NULL),
                     ERR_MISSING);
    buf_free(&out);
}

static void says_when_a_reply_was_another(void **state)
{
    struct folder *folder = *state;
    struct bot *bot = NULL;
    struct db *db = NULL;
    struct buf out;
    char path[128], turn_id[TURN_ID_BYTES];
    bool is_same = true;
    buf_init(&out, 64 * 1024);
    assert_int_equal(bot_open(folder->path, 0, true, &bot, NULL), OK);
    say(bot, "c1", NULL, "청구 서류 알려줘", turn_id);
    bot_close(bot);
    snprintf(path, sizeof(path), "%s/journal.db", folder->path);
    assert_int_equal(db_open(path, DB_WRITE, false, 1000, &db, NULL), OK);
    assert_int_equal(db_run(db, "UPDATE turns SET reply = reply || '!'", NULL), OK);
    db_close(db);
    assert_int_equal(explain_turn(folder->path, str_of(turn_id), false, &out, &is_same, NULL), OK);
    assert_false(is_same);
    assert_non_null(strstr(out.p, "DIFFERENT"));
    assert_int_equal(db_open(path, DB_WRITE, false, 1000, &db, NULL), OK);
    assert_int_equal(db_run(db, "UPDATE turns SET release = 'other'", NULL), OK);
    db_close(db);
    assert_int_equal(explain_turn(folder->path, str_of(turn_id), false, &out, &is_same, NULL),
                     ERR_CORRUPT);
    buf_free(&out);
}

static enum err open_and_say(const char *path)
{
    struct bot *bot = NULL;
    struct bot_request request = request_of("c1", "m1", "서류");
    const struct reply *reply = NULL;
    char turn_id[TURN_ID_BYTES];
    enum err e = bot_open(path, 0, true, &bot, NULL);
    if (!e)
        e = bot_answer(bot, &request, &reply, turn_id, NULL);
    bot_close(bot);
    return e;
}

static void survives_every_failed_allocation(void **state)
{
    struct folder *folder = *state;
    enum err e = ERR_MEMORY;
    uint64_t n = 0;
    stage_hush();
    while (e && ++n < 2000) {
        mem_fail_after(n, false);
        e = open_and_say(folder->path);
        mem_fail_after(0, false);
        assert_true(e == OK || e == ERR_MEMORY);
    }
    assert_int_equal(e, OK);
    assert_true(n > 20);
}

#define ON_DISK(test) cmocka_unit_test_setup_teardown(test, folder_open, folder_close)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DISK(answers_and_keeps_the_turn),
        ON_DISK(refuses_a_channel_that_may_be_a_number),
        ON_DISK(carries_a_conversation_from_process_to_process),
        ON_DISK(carries_a_conversation_over_to_another_release),
        ON_DISK(gives_the_stored_reply_for_a_message_sent_twice),
        ON_DISK(keeps_no_personal_number),
        ON_DISK(masks_what_comes_in_pieces),
        ON_DISK(keeps_no_personal_id_and_still_finds_its_conversation),
        ON_DISK(refuses_a_bad_message),
        ON_DISK(gives_no_reply_that_could_not_be_kept),
        ON_DISK(remembers_one_conversation_without_a_journal),
        ON_DISK(explains_a_turn_and_finds_it_identical),
        ON_DISK(says_when_a_reply_was_another),
        ON_DISK(survives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
