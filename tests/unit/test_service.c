/* Many clerks on one bot: turns handed to the writer, one conversation one turn at a time, releases
 * swapped under those who use them. The model is the stage's stand-in. */
#include "bot/service.h"
#include "tests/unit/stage.h"

#include <pthread.h>
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
    snprintf(folder->path, sizeof(folder->path), "/tmp/test_service.XXXXXX");
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

/* What a clerk's caller waits on. */
struct done {
    pthread_mutex_t lock;
    pthread_cond_t has_come;
    uint64_t tickets, woken; /* the last of each */
    int count, kept, wakes;
};

struct stage_of_service {
    struct folder *folder;
    struct service *service;
    struct clerk *clerks[2];
    struct done done;
};

static void on_done(void *data, uint64_t ticket, bool may_answer)
{
    struct done *done = data;
    (void)pthread_mutex_lock(&done->lock);
    done->tickets = ticket;
    done->count++;
    done->kept += may_answer;
    (void)pthread_cond_broadcast(&done->has_come);
    (void)pthread_mutex_unlock(&done->lock);
}

static void on_wake(void *data, uint64_t ticket)
{
    struct done *done = data;
    (void)pthread_mutex_lock(&done->lock);
    done->woken = ticket;
    done->wakes++;
    (void)pthread_cond_broadcast(&done->has_come);
    (void)pthread_mutex_unlock(&done->lock);
}

static void wait_for(struct done *done, const int *count, int wanted)
{
    (void)pthread_mutex_lock(&done->lock);
    while (*count < wanted)
        (void)pthread_cond_wait(&done->has_come, &done->lock);
    (void)pthread_mutex_unlock(&done->lock);
}

static int service_set_up(void **state)
{
    void *folder = NULL;
    const struct service_settings settings = {.clerks = 2, .conversations = 64, .queue = 64};
    if (folder_open(&folder))
        return -1;
    struct stage_of_service *stage = calloc(1, sizeof(*stage));
    assert_non_null(stage);
    stage->folder = folder;
    (void)pthread_mutex_init(&stage->done.lock, NULL);
    (void)pthread_cond_init(&stage->done.has_come, NULL);
    *state = stage;
    enum err e = service_open(stage->folder->path, &settings, &stage->service, NULL);
    for (int i = 0; i < 2 && !e; i++)
        e = clerk_open(stage->service, i, &stage->clerks[i], NULL);
    return (int)e;
}

static int service_tear_down(void **state)
{
    struct stage_of_service *stage = *state;
    void *folder = stage->folder;
    clerk_close(stage->clerks[0]);
    clerk_close(stage->clerks[1]);
    service_close(stage->service);
    free(stage);
    return folder_close(&folder);
}

static struct waiter waiter_of(struct stage_of_service *stage, uint64_t ticket)
{
    return (struct waiter){.wake = on_wake, .data = &stage->done, .ticket = ticket};
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

static enum clerk_outcome begin(struct stage_of_service *stage, int clerk,
                                const struct bot_request *request, struct waiter *waiter,
                                struct clerk_result *result)
{
    enum clerk_outcome outcome;
    struct fail why = {.text = ""};
    enum err e = clerk_begin(stage->clerks[clerk], request, NULL, waiter, &outcome, result, &why);
    assert_string_equal(why.text, "");
    assert_int_equal(e, OK);
    return outcome;
}

static void a_turn_is_answered_kept_and_found_again(void **state)
{
    struct stage_of_service *stage = *state;
    struct bot_request request = request_of("c", "m", "청구 서류 알려줘");
    struct waiter waiter = waiter_of(stage, 1);
    struct clerk_result result;
    char turn_id[TURN_ID_BYTES];
    assert_int_equal(begin(stage, 0, &request, &waiter, &result), CLERK_ANSWERED);
    assert_string_equal(result.reply->text.p, CLAIMED);
    memcpy(turn_id, result.turn_id, sizeof(turn_id));
    clerk_commit(stage->clerks[0], on_done, &stage->done, 7);
    wait_for(&stage->done, &stage->done.count, 1);
    assert_int_equal(stage->done.tickets, 7);
    assert_int_equal(stage->done.kept, 1);
    assert_int_equal(begin(stage, 1, &request, &waiter, &result), CLERK_AGAIN);
    assert_string_equal(result.reply->text.p, CLAIMED);
    assert_string_equal(result.turn_id, turn_id);
    clerk_cancel(stage->clerks[1]);
}

static void the_next_turn_waits_until_the_last_is_kept(void **state)
{
    struct stage_of_service *stage = *state;
    struct bot_request first = request_of("c", NULL, "이자 얼마예요"),
                       second = request_of("c", NULL, "3천만 원");
    struct waiter one = waiter_of(stage, 1), two = waiter_of(stage, 2);
    struct clerk_result result;
    assert_int_equal(begin(stage, 0, &first, &one, &result), CLERK_ANSWERED);
    assert_int_equal(begin(stage, 1, &second, &two, &result), CLERK_WAITS);
    assert_int_equal(stage->done.wakes, 0);
    clerk_commit(stage->clerks[0], on_done, &stage->done, 1);
    wait_for(&stage->done, &stage->done.wakes, 1);
    assert_int_equal(stage->done.woken, 2);
    assert_int_equal(begin(stage, 1, &second, &two, &result), CLERK_ANSWERED);
    assert_int_equal(result.reply->route, ROUTE_FORM); /* goes on with the open form */
    clerk_commit(stage->clerks[1], on_done, &stage->done, 2);
    wait_for(&stage->done, &stage->done.count, 2);
}

static void a_turn_that_is_cancelled_leaves_nothing(void **state)
{
    struct stage_of_service *stage = *state;
    struct bot_request request = request_of("c", "m", "이자 얼마예요"),
                       other = request_of("c", NULL, "3천만 원");
    struct waiter waiter = waiter_of(stage, 1);
    struct clerk_result result;
    assert_int_equal(begin(stage, 0, &request, &waiter, &result), CLERK_ANSWERED);
    clerk_cancel(stage->clerks[0]);
    assert_int_equal(begin(stage, 0, &other, &waiter, &result), CLERK_ANSWERED);
    assert_int_not_equal(result.reply->route, ROUTE_FORM);
    clerk_cancel(stage->clerks[0]);
    assert_int_equal(service_counts(stage->service).journal.rows, 0);
}

static void a_history_leads_to_the_state_that_its_turns_would(void **state)
{
    struct stage_of_service *stage = *state;
    struct bot_request requests[] = {request_of("h", NULL, "이자 얼마예요"),
                                     request_of("h", NULL, ""), /* had no turn then either */
                                     request_of("h", NULL, "3천만 원")};
    struct clerk_history history = {requests, 2};
    struct waiter waiter = waiter_of(stage, 1);
    struct clerk_result result;
    enum clerk_outcome outcome;
    assert_int_equal(
        clerk_begin(stage->clerks[0], &requests[2], &history, &waiter, &outcome, &result, NULL),
        OK);
    assert_int_equal(outcome, CLERK_ANSWERED);
    assert_int_equal(result.reply->route, ROUTE_FORM);
    clerk_cancel(stage->clerks[0]);
}

static void a_release_is_swapped_under_one_who_uses_it(void **state)
{
    struct stage_of_service *stage = *state;
    struct bot_request request = request_of("c", NULL, "청구 서류 알려줘");
    struct waiter waiter = waiter_of(stage, 1);
    struct clerk_result result;
    char current[128];
    bool is_new = true;
    assert_int_equal(service_reload(stage->service, &is_new, NULL), OK);
    assert_false(is_new);
    assert_int_equal(begin(stage, 0, &request, &waiter, &result), CLERK_ANSWERED);
    release_make(stage->folder->path, "two");
    snprintf(current, sizeof(current), "%s/current", stage->folder->path);
    assert_int_equal(file_write(current, STR("2\n"), NULL), OK);
    assert_int_equal(service_reload(stage->service, &is_new, NULL), OK);
    assert_true(is_new);
    assert_int_equal(result.release->number, 1);
    assert_string_equal(result.reply->text.p, CLAIMED);
    clerk_commit(stage->clerks[0], on_done, &stage->done, 1);
    wait_for(&stage->done, &stage->done.count, 1);
    assert_int_equal(begin(stage, 0, &request, &waiter, &result), CLERK_ANSWERED);
    assert_int_equal(result.release->number, 2);
    clerk_cancel(stage->clerks[0]);
    assert_int_equal(file_write(current, STR("3\n"), NULL), OK);
    assert_int_not_equal(service_reload(stage->service, &is_new, NULL), OK);
    assert_int_equal(service_counts(stage->service).release, 2);
}

static void a_warm_turn_takes_nothing_from_the_heap(void **state)
{
    struct stage_of_service *stage = *state;
    struct bot_request request = request_of("c", NULL, "청구 서류 알려줘");
    struct bot_request other = request_of("d", NULL, "청구 서류 알려줘");
    struct waiter waiter = waiter_of(stage, 1);
    struct clerk_result result;
    uint64_t before = 0;
    /* Two at once, so that there are two entries for the journal: the writer may still hold the
     * last turn's when the next one begins. */
    assert_int_equal(begin(stage, 0, &request, &waiter, &result), CLERK_ANSWERED);
    assert_int_equal(begin(stage, 1, &other, &waiter, &result), CLERK_ANSWERED);
    clerk_commit(stage->clerks[0], on_done, &stage->done, 1);
    clerk_commit(stage->clerks[1], on_done, &stage->done, 1);
    wait_for(&stage->done, &stage->done.count, 2);
    for (int i = 2; i < 22; i++) {
        if (i == 12)
            before = mem_count();
        assert_int_equal(begin(stage, 0, &request, &waiter, &result), CLERK_ANSWERED);
        clerk_commit(stage->clerks[0], on_done, &stage->done, 1);
        wait_for(&stage->done, &stage->done.count, i + 1);
    }
    assert_int_equal(mem_count() - before, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, service_set_up, service_tear_down)
        TEST(a_turn_is_answered_kept_and_found_again),
        TEST(the_next_turn_waits_until_the_last_is_kept),
        TEST(a_turn_that_is_cancelled_leaves_nothing),
        TEST(a_history_leads_to_the_state_that_its_turns_would),
        TEST(a_release_is_swapped_under_one_who_uses_it),
        TEST(a_warm_turn_takes_nothing_from_the_heap),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
