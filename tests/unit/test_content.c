/* content.db through its own door: what makes two rows the same, what is refused, what is kept of
 * the past, and that a failure at any step leaves the content as it was. */
#include "base/files.h"
#include "base/limits.h"
#include "responses/content.h"
#include "responses/revisions.h"
#include "store/db.h"
#include "tests/unit/failing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#undef fail /* cmocka's, which nobody here calls */

enum { FIELDS = 8 };

static char folder[64];
static struct fail why;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "%s/paring-content-XXXXXX",
                   access("/dev/shm", W_OK) == 0 ? "/dev/shm"
                                                 : "/tmp"); /* where syncing is quick */
    return mkdtemp(folder) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    return folder_remove(folder, &why) ? -1 : 0;
}

static struct content *opened(void)
{
    struct content *content = NULL;
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    return content;
}

/* Fields from texts; NULL is a column that the file does not have. */
static enum err offer(struct content *content, enum content_kind kind, const char *const *texts,
                      enum content_change *change)
{
    struct str fields[FIELDS] = {STR_NONE};
    size_t count = 0;
    (void)content_columns(kind, &count);
    for (size_t i = 0; i < count; i++)
        fields[i] = str_of(texts[i]);
    return content_import_row(content, kind, fields, change, &why);
}

#define ROW(...) ((const char *const[FIELDS]){__VA_ARGS__})

/* One row in one import of its own. */
static enum content_change put(struct content *content, enum content_kind kind,
                               const char *const *texts)
{
    enum content_change change = CHANGE_REFUSED;
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    assert_int_equal(offer(content, kind, texts, &change), OK);
    assert_int_equal(content_import_end(content, change != CHANGE_REFUSED, NULL), OK);
    return change;
}

static void refused(struct content *content, enum content_kind kind, const char *const *texts,
                    const char *part)
{
    assert_int_equal(put(content, kind, texts), CHANGE_REFUSED);
    if (!strstr(why.text, part))
        assert_string_equal(why.text, part); /* shows both */
}

static enum err field_add(void *data, const struct str *fields, struct fail *reason)
{
    (void)reason;
    struct buf *out = data;
    for (size_t i = 0; i < FIELDS && fields[i].p; i++) {
        buf_add_str(out, fields[i]);
        buf_add_char(out, '|');
    }
    buf_add_char(out, '\n');
    return OK;
}

/* Every row of a kind, fields ended by |. */
static void holds(struct content *content, enum content_kind kind, const char *expected)
{
    struct buf out;
    buf_init(&out, 1 << 20);
    assert_int_equal(content_each(content, kind, field_add, &out, &why), OK);
    assert_string_equal(out.p ? out.p : "", expected);
    buf_free(&out);
}

static size_t count_of(struct content *content, enum content_kind kind)
{
    size_t count = 99;
    assert_int_equal(content_count(content, kind, &count, &why), OK);
    return count;
}

static void gives_the_same_ids_in_any_order(void **state)
{
    (void)state;
    struct content *content = opened();
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "b", "two", NULL)), CHANGE_NEW);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL)), CHANGE_NEW);
    /* sha256("examples\n1:a\n3:one"), computed elsewhere */
    holds(content, KIND_EXAMPLES, "1035a7d01f5cbf80|a|one||\n145d51d4699a8157|b|two||\n");
    content_close(content);
}

static void the_same_text_and_intent_is_the_same_row(void **state)
{
    (void)state;
    struct content *content = opened();
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL)), CHANGE_NEW);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, " a ", "one", NULL)), CHANGE_SAME);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "two", NULL)), CHANGE_NEW);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", "en")), CHANGE_CHANGED);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL)), CHANGE_SAME);
    assert_int_equal(put(content, KIND_CASES, ROW(NULL, "a", "one", NULL)), CHANGE_NEW);
    assert_int_equal(count_of(content, KIND_EXAMPLES), 2);
    content_close(content);
}

static void an_id_stays_when_the_text_is_edited(void **state)
{
    (void)state;
    struct content *content = opened();
    assert_int_equal(put(content, KIND_EXAMPLES, ROW("x1", "a", "one", NULL)), CHANGE_NEW);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW("x1", "b", "one", NULL)), CHANGE_CHANGED);
    holds(content, KIND_EXAMPLES, "x1|b|one||\n");
    assert_int_equal(put(content, KIND_EXAMPLES, ROW("", "b", "one", NULL)), CHANGE_SAME);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW("elsewhere", "b", "one", NULL)), CHANGE_SAME);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW("x2", "c", "one", NULL)), CHANGE_NEW);
    refused(content, KIND_EXAMPLES, ROW("x2", "b", "one", NULL), "another row of examples");
    content_close(content);
}

static void the_id_of_an_edited_row_is_not_taken_again(void **state)
{
    (void)state;
    struct content *content = opened();
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL)), CHANGE_NEW);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW("1035a7d01f5cbf80", "other", "one", NULL)),
                     CHANGE_CHANGED);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL)), CHANGE_NEW);
    assert_int_equal(count_of(content, KIND_EXAMPLES), 2);
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL)), CHANGE_SAME);
    content_close(content);
}

static void creates_the_intents_it_meets_but_not_out_of_scope(void **state)
{
    (void)state;
    struct content *content = opened();
    put(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL));
    put(content, KIND_EXAMPLES, ROW(NULL, "weather", "out_of_scope", NULL));
    put(content, KIND_CONTRASTS, ROW(NULL, "a", "one", "b", "two"));
    put(content, KIND_ANSWERS, ROW("an-1", "three", NULL, NULL, NULL, NULL, NULL, "Yes."));
    holds(content, KIND_INTENTS,
          "one|one|scripted||\nthree|three|scripted||\ntwo|two|scripted||\n");
    assert_int_equal(put(content, KIND_INTENTS, ROW("one", "First", "handoff", NULL)),
                     CHANGE_CHANGED);
    holds(content, KIND_INTENTS,
          "one|First|handoff||\nthree|three|scripted||\ntwo|two|scripted||\n");
    content_close(content);
}

static void columns_that_are_absent_keep_their_values(void **state)
{
    (void)state;
    struct content *content = opened();
    put(content, KIND_FACTS, ROW("f1", "rate", "4.5", "%", "2026-01-01", NULL, "notice"));
    assert_int_equal(put(content, KIND_FACTS, ROW("f1", "rate", "4.6", NULL, NULL, NULL, NULL)),
                     CHANGE_CHANGED);
    holds(content, KIND_FACTS, "f1|rate|4.6|%|2026-01-01||notice|\n");
    assert_int_equal(put(content, KIND_FACTS, ROW("f1", "rate", "4.6", "%", "", "", "")),
                     CHANGE_CHANGED);
    holds(content, KIND_FACTS, "f1|rate|4.6|%||||\n");
    content_close(content);
}

static void refuses_rows_that_cannot_be(void **state)
{
    (void)state;
    struct content *content = opened();
    refused(content, KIND_EXAMPLES, ROW(NULL, "", "one", NULL), "text is empty");
    refused(content, KIND_EXAMPLES, ROW(NULL, "  \n", "one", NULL), "text is empty");
    static const char *const unseen[] = {"\u200b\u200b", "\u00ad\u200d", "\u3164 \u2800", "\u3000"};
    for (size_t i = 0; i < 4; i++)
        refused(content, KIND_EXAMPLES, ROW(NULL, unseen[i], "one", NULL),
                "text holds only invisible characters");
    refused(content, KIND_EXAMPLES, ROW(NULL, "a", NULL, NULL), "intent is missing");
    refused(content, KIND_EXAMPLES, ROW("two words", "a", "one", NULL), "id must be one word");
    refused(content, KIND_EXAMPLES, ROW(NULL, "a", "one\ntwo", NULL), "intent must be one line");
    refused(content, KIND_EXAMPLES, ROW(NULL, "a\x01", "one", NULL), "text");
    refused(content, KIND_EXAMPLES, ROW(NULL, "\xC7\xD8", "one", NULL), "text");
    refused(content, KIND_INTENTS, ROW("one", "One", "never", NULL), "policy must be");
    refused(content, KIND_FACTS, ROW(NULL, "a b", "1", "원", NULL, NULL, NULL),
            "name must be letters");
    refused(content, KIND_FACTS, ROW(NULL, "rate", "about 4", "%", NULL, NULL, NULL),
            "value with a unit");
    refused(content, KIND_FACTS, ROW(NULL, "rate", "4", "%", "2026-13-01", NULL, NULL),
            "effective_from must be a date");
    refused(content, KIND_FACTS, ROW(NULL, "rate", "4", "%", "2026-02-01", "2026-01-31", NULL),
            "is after");
    refused(content, KIND_SLOTS, ROW("amount", "money", "?"), "type must be");
    refused(content, KIND_VALUES, ROW(NULL, "product", "car", NULL), "there is no slot");
    put(content, KIND_SLOTS, ROW("amount", "amount", "?"));
    refused(content, KIND_VALUES, ROW(NULL, "amount", "car", NULL), "not of type list");
    refused(content, KIND_SLOTS, ROW(NULL, "amount", "?"), "name is missing");
    assert_int_equal(count_of(content, KIND_EXAMPLES) + count_of(content, KIND_FACTS) +
                         count_of(content, KIND_INTENTS),
                     0);
    content_close(content);
}

static void a_name_and_a_text_stop_at_their_maximum(void **state)
{
    (void)state;
    char name[LIMIT_NAME_BYTES + 2];
    static char text[LIMIT_MESSAGE_RUNES + 2];
    struct content *content = opened();
    memset(name, 'n', sizeof name);
    memset(text, 't', sizeof text);
    name[LIMIT_NAME_BYTES] = '\0';
    text[LIMIT_MESSAGE_RUNES] = '\0';
    assert_int_equal(put(content, KIND_EXAMPLES, ROW(NULL, text, name, NULL)), CHANGE_NEW);
    name[LIMIT_NAME_BYTES] = 'n';
    name[LIMIT_NAME_BYTES + 1] = '\0';
    refused(content, KIND_EXAMPLES, ROW(NULL, "t", name, NULL), "intent");
    text[LIMIT_MESSAGE_RUNES] = 't';
    text[LIMIT_MESSAGE_RUNES + 1] = '\0';
    refused(content, KIND_EXAMPLES, ROW(NULL, text, "n", NULL), "text");
    content_close(content);
}

static void refuses_rows_of_one_import_that_contradict(void **state)
{
    (void)state;
    struct content *content = opened();
    enum content_change change = CHANGE_REFUSED;
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    assert_int_equal(
        offer(content, KIND_FACTS, ROW(NULL, "rate", "4", "%", NULL, NULL, NULL), &change), OK);
    assert_int_equal(change, CHANGE_NEW);
    assert_int_equal(
        offer(content, KIND_FACTS, ROW(NULL, "rate", "4", "%", NULL, NULL, NULL), &change), OK);
    assert_int_equal(change, CHANGE_SAME);
    assert_int_equal(
        offer(content, KIND_FACTS, ROW(NULL, "rate", "5", "%", NULL, NULL, NULL), &change), OK);
    assert_int_equal(change, CHANGE_REFUSED);
    assert_non_null(strstr(why.text, "earlier row"));
    assert_int_equal(content_import_end(content, true, &why), ERR_INPUT);
    assert_int_equal(count_of(content, KIND_FACTS), 0);
    content_close(content);
}

struct history {
    int count;
    char text[512];
    char author[32];
};

static enum err revision_take(void *data, const struct revision *revision, struct fail *reason)
{
    (void)reason;
    struct history *history = data;
    assert_int_equal(revision->number, ++history->count);
    (void)snprintf(history->text, sizeof history->text, "%.*s", STR_ARG(revision->content));
    (void)snprintf(history->author, sizeof history->author, "%.*s", STR_ARG(revision->author));
    return OK;
}

static void keeps_what_a_row_was(void **state)
{
    (void)state;
    struct content *content = opened();
    struct history history = {.count = 0};
    put(content, KIND_SLOTS, ROW("amount", "amount", "How much?"));
    put(content, KIND_SLOTS, ROW("amount", "amount", "How much is it?"));
    put(content, KIND_SLOTS, ROW("amount", "amount", "How much is it?"));
    put(content, KIND_SLOTS, ROW("amount", "count", "How many?"));
    assert_int_equal(
        revisions_each(content, KIND_SLOTS, STR("amount"), revision_take, &history, &why), OK);
    assert_int_equal(history.count, 2);
    assert_string_equal(
        history.text, "{\"name\":\"amount\",\"type\":\"amount\",\"question\":\"How much is it?\"}");
    assert_string_equal(history.author, "tester");
    content_close(content);
}

static void a_dry_run_and_a_closed_import_leave_nothing(void **state)
{
    (void)state;
    struct content *content = opened();
    enum content_change change = CHANGE_REFUSED;
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    assert_int_equal(offer(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL), &change), OK);
    assert_int_equal(change, CHANGE_NEW);
    assert_int_equal(content_import_end(content, false, &why), OK);
    assert_int_equal(count_of(content, KIND_EXAMPLES) + count_of(content, KIND_INTENTS), 0);
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    assert_int_equal(offer(content, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL), &change), OK);
    content_close(content);
    content = opened();
    assert_int_equal(count_of(content, KIND_EXAMPLES), 0);
    content_close(content);
}

static void a_second_writer_gets_one_sentence(void **state)
{
    (void)state;
    struct content *first = opened();
    struct content *second = opened();
    assert_int_equal(content_import_begin(first, "one", &why), OK);
    assert_int_equal(content_import_begin(second, "two", &why), ERR_BUSY);
    assert_non_null(strstr(why.text, "somebody else is writing"));
    assert_int_equal(content_import_end(first, false, &why), OK);
    assert_int_equal(content_import_begin(second, "two", &why), OK);
    assert_int_equal(content_import_end(second, false, &why), OK);
    content_close(first);
    content_close(second);
}

static void a_reader_sees_one_moment(void **state)
{
    (void)state;
    struct content *writer = opened();
    struct content *reader = NULL;
    put(writer, KIND_EXAMPLES, ROW(NULL, "a", "one", NULL));
    assert_int_equal(content_open(folder, false, &reader, &why), OK);
    assert_int_equal(content_snapshot_begin(reader, &why), OK);
    assert_int_equal(count_of(reader, KIND_EXAMPLES), 1);
    put(writer, KIND_EXAMPLES, ROW(NULL, "b", "one", NULL));
    assert_int_equal(count_of(reader, KIND_EXAMPLES), 1);
    content_snapshot_end(reader);
    assert_int_equal(count_of(reader, KIND_EXAMPLES), 2);
    content_close(reader);
    content_close(writer);
}

static void reading_needs_a_bot(void **state)
{
    (void)state;
    struct content *content = NULL;
    assert_int_equal(content_open(folder, false, &content, &why), ERR_MISSING);
    assert_int_equal(content_open("/nowhere/at/all", true, &content, &why), ERR_MISSING);
    assert_non_null(strstr(why.text, "there is no bot here"));
}

static void a_full_disk_at_any_step_leaves_the_old_content(void **state)
{
    (void)state;
    struct content *content = opened();
    put(content, KIND_EXAMPLES, ROW("x1", "a", "one", NULL));
    content_close(content);
    bool is_done = false;
    for (uint64_t n = 1; n < 100 && !is_done; n++) {
        enum content_change change = CHANGE_REFUSED;
        content = opened();
        db_fail_after(n);
        enum err e = content_import_begin(content, "tester", &why);
        if (!e) {
            e = offer(content, KIND_EXAMPLES, ROW("x1", "b", "two", NULL), &change);
            enum err end = content_import_end(content, true, &why);
            e = e ? e : end;
        }
        db_fail_after(0);
        is_done = !e;
        holds(content, KIND_EXAMPLES, is_done ? "x1|b|two||\n" : "x1|a|one||\n");
        assert_true(is_done || e == ERR_SYSTEM);
        content_close(content);
    }
    assert_true(is_done);
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    struct content *content = NULL;
    bool is_done = false;
    for (uint64_t n = 1; n < 200 && !is_done; n++) {
        enum content_change change = CHANGE_REFUSED;
        content = opened();
        mem_fail_after(n, false);
        enum err e = content_import_begin(content, "tester", &why);
        if (!e) {
            e = offer(content, KIND_EXAMPLES, ROW(NULL, "b", "two", NULL), &change);
            enum err end = content_import_end(content, true, &why);
            e = e ? e : end;
        }
        mem_fail_after(0, false);
        is_done = !e;
        assert_true(is_done || e == ERR_MEMORY);
        assert_int_equal(count_of(content, KIND_EXAMPLES), is_done ? 1 : 0);
        content_close(content);
    }
    assert_true(is_done);
}

static void scripts_are_printed_and_read_back_the_same(void **state)
{
    (void)state;
    struct content *content = opened();
    struct content_rows *rows = NULL;
    struct content_rows *again = NULL;
    struct buf first;
    struct buf second;
    put(content, KIND_SLOTS, ROW("product", "list", "어떤 상품인가요?"));
    put(content, KIND_VALUES, ROW(NULL, "product", "실손의료보험", "실비|실손"));
    put(content, KIND_FACTS, ROW(NULL, "rate", "4.5", "%", "2026-01-01", "2026-06-30", "안내"));
    put(content, KIND_ANSWERS,
        ROW("loan-1", "loan", "has(slot:product)", "web", "ko", "2026-01-01", "",
            "금리는 {{fact:rate}}\n\"입니다\"."));
    put(content, KIND_ANSWERS,
        ROW("loan-1", "loan", "has(slot:product)", "web", "ko", "2026-01-01", "",
            "지금 {{fact:rate}}"));
    assert_int_equal(content_rows_read(content, &rows, &why), OK);
    assert_int_equal(rows->answer_count, 1);
    assert_int_equal(rows->answers[0].revision, 2);
    assert_int_equal(rows->answers[0].to, DATE_NONE);
    assert_int_equal(rows->answers[0].from, date_from_civil(2026, 1, 1));
    assert_int_equal(rows->slots[0].type, SLOT_LIST);
    buf_init(&first, 1 << 20);
    buf_init(&second, 1 << 20);
    assert_int_equal(content_rows_print(rows, &first, &why), OK);
    assert_int_equal(content_rows_parse(str_from_buf(&first), "scripts.jsonl", &again, &why), OK);
    assert_int_equal(content_rows_print(again, &second, &why), OK);
    assert_string_equal(first.p, second.p);
    assert_int_equal(again->fact_count, 1);
    assert_int_equal(again->facts[0].to, date_from_civil(2026, 6, 30));
    content_rows_close(rows);
    content_rows_close(again);
    buf_free(&first);
    buf_free(&second);
    content_close(content);
}

static void scripts_that_were_tampered_with_are_corrupt(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "{\"kind\":\"examples\"}\n",
        "{\"kind\":\"slots\",\"name\":\"a\"}\n",
        "{\"kind\":\"slots\",\"name\":\"a\",\"type\":\"money\",\"question\":\"\"}\n",
        "{\"kind\":\"slots\",\"name\":\"a\",\"type\":\"list\",\"question\":\"\"}\n{\"kind\":"
        "\"slots\",",
        "rubbish\n",
        "\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct content_rows *rows = NULL;
        assert_int_equal(content_rows_parse(str_of(texts[i]), "s.jsonl", &rows, &why), ERR_CORRUPT);
        assert_non_null(strstr(why.text, i == 3 ? "s.jsonl:2: " : "s.jsonl:1: "));
    }
    struct content_rows *none = NULL;
    assert_int_equal(content_rows_parse(STR(""), "s.jsonl", &none, &why), OK);
    assert_int_equal(none->intent_count, 0);
    content_rows_close(none);
}

static enum err note_told(void *data, const struct release_note *note, struct fail *reason)
{
    (void)reason;
    buf_add_format(data, "%d %.*s %.*s %.*s %.*s|", note->release, STR_ARG(note->hash),
                   STR_ARG(note->event), STR_ARG(note->author), STR_ARG(note->reason));
    return note->at_us > 0 ? OK : ERR_CORRUPT;
}

static enum err note_stopped(void *data, const struct release_note *note, struct fail *reason)
{
    (void)note;
    ++*(int *)data;
    return fail(reason, ERR_LIMIT, "enough");
}

/* "event detail|" of every line of the audit. */
static void audit_tell(struct buf *out)
{
    char path[128];
    struct db *db = NULL;
    struct db_statement *s = NULL;
    bool has_row = false;
    (void)snprintf(path, sizeof path, "%s/content.db", folder);
    assert_int_equal(db_open(path, DB_READ, true, 0, &db, &why), OK);
    assert_int_equal(db_take(db, "SELECT event, detail FROM audit_chain ORDER BY number", &s, &why),
                     OK);
    while (db_step(s, &has_row, &why) == OK && has_row)
        buf_add_format(out, "%.*s %.*s|", STR_ARG(db_text(s, 0)), STR_ARG(db_text(s, 1)));
    db_give(s);
    db_close(db);
}

static void notes_releases(void **state)
{
    (void)state;
    struct buf told;
    int calls = 0;
    buf_init(&told, 1 << 16);
    struct content *content = opened();
    assert_int_equal(content_note_release(content, 1, "abc", "activate", "tester", NULL, &why), OK);
    assert_int_equal(content_note_release(content, 2, "def", "activate", "tester", "because", &why),
                     OK);
    assert_int_equal(content_each_release_note(content, note_told, &told, &why), OK);
    assert_string_equal(told.p, "1 abc activate tester |2 def activate tester because|");
    assert_int_equal(content_each_release_note(content, note_stopped, &calls, &why), ERR_LIMIT);
    assert_int_equal(calls, 1);
    content_close(content);
    buf_clear(&told);
    audit_tell(&told);
    assert_string_equal(told.p, "activate release 1, abc|activate release 2, def: because|");
    buf_free(&told);
}

/* A row of each kind that scripts are made of, and one with a past. */
static void fill(void)
{
    struct content *content = opened();
    put(content, KIND_SLOTS, ROW("product", "list", "?"));
    put(content, KIND_VALUES, ROW(NULL, "product", "실손의료보험", "실비|실손"));
    put(content, KIND_FACTS, ROW(NULL, "rate", "4.5", "%", "2026-01-01", "2026-06-30", "안내"));
    put(content, KIND_ANSWERS, ROW("a-1", "loan", "", "", "", "", "", "첫 답변"));
    put(content, KIND_ANSWERS, ROW("a-1", "loan", "", "", "", "", "", "{{fact:rate}}"));
    content_close(content);
}

static enum err row_ignore(void *data, const struct str *fields, struct fail *reason)
{
    (void)data;
    (void)fields;
    (void)reason;
    return OK;
}

static enum err revision_ignore(void *data, const struct revision *revision, struct fail *reason)
{
    (void)data;
    (void)revision;
    (void)reason;
    return OK;
}

static enum err read_everything(void *data)
{
    struct content *content = NULL;
    struct content_rows *rows = NULL;
    struct content_rows *again = NULL;
    struct buf text;
    size_t count = 0;
    (void)data;
    buf_init(&text, 1 << 20);
    enum err e = content_open(folder, false, &content, &why);
    if (!e)
        e = content_snapshot_begin(content, &why);
    if (!e)
        e = content_count(content, KIND_ANSWERS, &count, &why);
    if (!e)
        e = content_each(content, KIND_ANSWERS, row_ignore, NULL, &why);
    if (!e)
        e = content_rows_read(content, &rows, &why);
    if (!e)
        e = content_rows_print(rows, &text, &why);
    if (!e)
        e = content_rows_parse(str_from_buf(&text), "scripts", &again, &why);
    if (!e)
        e = revisions_each(content, KIND_ANSWERS, STR("a-1"), revision_ignore, NULL, &why);
    if (!e) {
        assert_int_equal(count, 1);
        assert_int_equal(again->answer_count, 1);
        assert_int_equal(again->answers[0].revision, 2);
    }
    content_close(content); /* also inside a snapshot */
    content_rows_close(rows);
    content_rows_close(again);
    buf_free(&text);
    return e;
}

static void reading_survives_each_failing_allocation_and_statement(void **state)
{
    (void)state;
    fill();
    assert_true(failing_allocations(read_everything, NULL) > 20);
    assert_true(failing_statements(read_everything, NULL) > 10);
}

static int64_t notes(void)
{
    char path[128];
    struct db *db = NULL;
    struct db_statement *s = NULL;
    bool has_row = false;
    (void)snprintf(path, sizeof path, "%s/content.db", folder);
    assert_int_equal(db_open(path, DB_READ, true, 0, &db, &why), OK);
    assert_int_equal(db_take(db, "SELECT count(*) FROM releases_log", &s, &why), OK);
    assert_int_equal(db_step(s, &has_row, &why), OK);
    int64_t count = db_int(s, 0);
    db_give(s);
    db_close(db);
    return count;
}

static enum err note_one(void *data)
{
    struct content *content = NULL;
    int64_t *noted = data;
    enum err e = content_open(folder, true, &content, &why);
    if (!e)
        e = content_note_release(content, 1, "abc", "activated", "tester", NULL, &why);
    content_close(content);
    failing_stop();
    *noted += !e;
    assert_int_equal(notes(), *noted);
    return e;
}

static void a_note_that_fails_is_not_there(void **state)
{
    int64_t noted = 0;
    struct content *content = opened();
    struct content *other = NULL;
    (void)state;
    assert_true(failing_allocations(note_one, &noted) > 2);
    assert_true(failing_statements(note_one, &noted) > 1);
    assert_int_equal(content_import_begin(content, "tester", &why), OK);
    assert_int_equal(content_open(folder, true, &other, &why), OK);
    assert_int_equal(content_note_release(other, 2, "d", "activated", "tester", "", &why),
                     ERR_BUSY);
    content_close(other);
    content_close(content);
    assert_int_equal(notes(), noted);
}

static void a_reader_brings_an_older_schema_up_to_date(void **state)
{
    (void)state;
    char path[128];
    struct db *db = NULL;
    struct content *content = NULL;
    (void)snprintf(path, sizeof path, "%s/content.db", folder);
    assert_int_equal(db_open(path, DB_CREATE, true, 0, &db, &why), OK); /* version 0: no table */
    for (uint64_t n = 1; n < 6; n++) {
        db_fail_after(n);
        assert_int_equal(content_open(folder, false, &content, &why), ERR_SYSTEM);
        db_fail_after(0);
    }
    assert_int_equal(content_open(folder, false, &content, &why), OK);
    assert_int_equal(count_of(content, KIND_EXAMPLES), 0);
    content_close(content);
    assert_int_equal(db_run(db, "PRAGMA user_version=99", NULL), OK);
    db_close(db);
    content = NULL;
    for (int may_write = 0; may_write < 2; may_write++) {
        assert_int_equal(content_open(folder, may_write, &content, &why), ERR_INPUT);
        assert_non_null(strstr(why.text, "version 99"));
        assert_null(content);
    }
}

static void documents_of_the_schema_before_versions_stay_as_they_were(void **state)
{
    (void)state;
    char path[128];
    struct db *db = NULL;
    struct content *content = NULL;
    enum content_change change = CHANGE_SAME;
    const struct str row[9] = {STR("terms"), STR("Terms"), STR(""), STR(""), STR(""), STR("Text.")};
    const struct str paged[9] = {STR("terms"), STR_NONE, STR_NONE,   STR_NONE, STR_NONE,
                                 STR_NONE,     STR_NONE, STR("own"), STR("3")};
    (void)snprintf(path, sizeof path, "%s/content.db", folder);
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(content_import_begin(content, "a", &why), OK);
    assert_int_equal(content_import_row(content, KIND_DOCUMENTS, row, &change, &why), OK);
    assert_int_equal(content_import_end(content, true, &why), OK);
    content_close(content);
    assert_int_equal(db_open(path, DB_CREATE, true, 0, &db, &why), OK);
    assert_int_equal(db_run(db, "ALTER TABLE documents DROP COLUMN series", NULL), OK);
    assert_int_equal(db_run(db, "ALTER TABLE documents DROP COLUMN pages", NULL), OK);
    assert_int_equal(
        db_run(db,
               "DROP TABLE review_rows; DROP TABLE reviews; DROP TABLE drafts; DROP TABLE "
               "jobs; DROP TABLE ignored_groups; DROP TABLE tasks; DROP TABLE refused_proposals;"
               " DROP TABLE sessions; DROP TABLE users; DROP TABLE audit_chain;"
               " DROP TABLE audit_head; DROP TABLE prompts;"
               " CREATE TABLE audit (number BIGINT PRIMARY KEY NOT NULL, event TEXT NOT NULL,"
               " author TEXT NOT NULL, detail TEXT NOT NULL, at_us BIGINT NOT NULL)",
               NULL),
        OK);
    assert_int_equal(db_run(db, "PRAGMA user_version=4", NULL), OK);
    db_close(db);
    assert_int_equal(content_open(folder, true, &content, &why), OK);
    assert_int_equal(count_of(content, KIND_DOCUMENTS), 1);
    assert_int_equal(content_import_begin(content, "a", &why), OK);
    assert_int_equal(content_import_row(content, KIND_DOCUMENTS, row, &change, &why), OK);
    assert_int_equal(change, CHANGE_SAME);
    assert_int_equal(content_import_end(content, true, &why), OK);
    assert_int_equal(content_import_begin(content, "a", &why), OK);
    assert_int_equal(content_import_row(content, KIND_DOCUMENTS, paged, &change, &why), OK);
    assert_int_equal(change, CHANGE_CHANGED);
    assert_int_equal(content_import_end(content, true, &why), OK);
    content_close(content);
}

/* What was written by hand, or by a program that knew other names. */
static void rows_that_cannot_be_are_found_when_they_are_read(void **state)
{
    (void)state;
    static const char *const edits[] = {
        "UPDATE intents SET policy='sometimes'",    "UPDATE slots SET type='colour'",
        "UPDATE answers SET effective_from='soon'", "UPDATE answers SET effective_to='2026-13-01'",
        "UPDATE facts SET effective_from='2026'",   "UPDATE facts SET effective_to='never'",
    };
    char path[128];
    (void)snprintf(path, sizeof path, "%s/content.db", folder);
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        struct db *db = NULL;
        struct content *content = NULL;
        struct content_rows *rows = NULL;
        fill();
        assert_int_equal(db_open(path, DB_WRITE, true, 0, &db, &why), OK);
        assert_int_equal(db_run(db, edits[i], &why), OK);
        db_close(db);
        content = opened();
        assert_int_equal(content_rows_read(content, &rows, &why), ERR_CORRUPT);
        assert_null(rows);
        content_close(content);
        assert_int_equal(folder_remove(folder, NULL), OK);
        assert_int_equal(mkdir(folder, 0700), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_the_same_ids_in_any_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_same_text_and_intent_is_the_same_row, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_id_stays_when_the_text_is_edited, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_id_of_an_edited_row_is_not_taken_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(creates_the_intents_it_meets_but_not_out_of_scope, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(columns_that_are_absent_keep_their_values, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(refuses_rows_that_cannot_be, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_name_and_a_text_stop_at_their_maximum, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_rows_of_one_import_that_contradict, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(keeps_what_a_row_was, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_dry_run_and_a_closed_import_leave_nothing, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_second_writer_gets_one_sentence, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_sees_one_moment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reading_needs_a_bot, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_full_disk_at_any_step_leaves_the_old_content, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(every_allocation_may_fail, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scripts_are_printed_and_read_back_the_same, set_up,
                                        tear_down),
        cmocka_unit_test(scripts_that_were_tampered_with_are_corrupt),
        cmocka_unit_test_setup_teardown(notes_releases, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reading_survives_each_failing_allocation_and_statement,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_note_that_fails_is_not_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_reader_brings_an_older_schema_up_to_date, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(documents_of_the_schema_before_versions_stay_as_they_were,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(rows_that_cannot_be_are_found_when_they_are_read, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
