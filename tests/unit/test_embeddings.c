/* An embeddings endpoint's answer, read to the letter or refused with a sentence; and a question as
 * it leaves. */
#include "base/arena.h"
#include "fallback/embeddings.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#undef fail

enum { TEXTS = 2, DIMENSIONS = 3 };

static enum outcome reply_read(const char *body, struct model_reply *reply)
{
    const struct endpoint endpoint = {.dimensions = DIMENSIONS, .form = &embeddings_form};
    reply_init(reply);
    buf_add_text(&reply->text, body);
    return embeddings_form.whole(reply, &endpoint, TEXTS);
}

static void rows_come_in_the_order_of_their_indexes_and_of_unit_length(void **state)
{
    struct model_reply reply;
    float rows[TEXTS][DIMENSIONS];
    (void)state;
    assert_int_equal(reply_read("{\"object\":\"list\",\"data\":["
                                "{\"object\":\"embedding\",\"index\":1,\"embedding\":[0,0,-7]},"
                                "{\"object\":\"embedding\",\"index\":0,\"embedding\":[3,4.0,0]}],"
                                "\"model\":\"m\",\"usage\":{\"prompt_tokens\":12}}",
                                &reply),
                     OUTCOME_WHOLE);
    assert_int_equal(reply.text.n, sizeof rows);
    memcpy(rows, reply.text.p, sizeof rows);
    assert_true(fabsf(rows[0][0] - 0.6F) < 1e-6F && fabsf(rows[0][1] - 0.8F) < 1e-6F);
    assert_true(rows[0][2] == 0 && rows[1][2] == -1);
    assert_int_equal(reply.tokens_in, 12);
    assert_true(reply.is_ended);
    reply_free(&reply);
}

static void anything_else_is_refused_with_one_sentence(void **state)
{
    static const struct {
        const char *body, *problem;
    } bad[] = {
        {"", "no JSON"},
        {"{", "no JSON"},
        {"[]", "no list"},
        {"{}", "no list"},
        {"{\"data\":{}}", "no list"},
        {"{\"data\":[]}", "0 vectors came for 2 texts"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,2,3]}]}", "1 vectors came for 2 texts"},
        {"{\"data\":[{\"embedding\":[1,2,3]},{\"index\":1,\"embedding\":[1,2,3]}]}", "no index"},
        {"{\"data\":[{\"index\":2,\"embedding\":[1,2,3]}]}", "no index"},
        {"{\"data\":[{\"index\":0.5,\"embedding\":[1,2,3]}]}", "no index"},
        {"{\"data\":[{\"index\":-1,\"embedding\":[1,2,3]}]}", "no index"},
        {"{\"data\":[{\"index\":\"0\",\"embedding\":[1,2,3]}]}", "no index"},
        {"{\"data\":[7]}", "no index"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,2,3]},{\"index\":0,\"embedding\":[1,2,3]}]}",
         "came twice"},
        {"{\"data\":[{\"index\":0}]}", "no list of numbers"},
        {"{\"data\":[{\"index\":0,\"embedding\":\"AAAA\"}]}", "no list of numbers"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,2]}]}", "has 2 dimensions"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,2,3,4]}]}", "has 4 dimensions"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,null,3]}]}", "no number"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,\"2\",3]}]}", "no number"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,2,1e300]}]}", "no number"},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,2,1e999]}]}", "no "},
        {"{\"data\":[{\"index\":0,\"embedding\":[1,2,NaN]}]}", "no JSON"},
        {"{\"data\":[{\"index\":0,\"embedding\":[0,0,0]}]}", "all zero"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct model_reply reply;
        assert_int_equal(reply_read(bad[i].body, &reply), OUTCOME_BROKEN);
        assert_non_null(strstr(reply.problem, bad[i].problem));
        assert_false(reply.is_ended);
        reply_free(&reply);
    }
}

static void an_error_inside_a_200_is_one(void **state)
{
    struct model_reply reply;
    (void)state;
    assert_int_equal(reply_read("{\"error\":{\"message\":\"no\"}}", &reply), OUTCOME_REPORTED);
    reply_free(&reply);
}

static void memory_that_runs_out_is_not_the_endpoints_fault(void **state)
{
    const char *body = "{\"data\":[{\"index\":0,\"embedding\":[1,2,3]},"
                       "{\"index\":1,\"embedding\":[1,2,3]}]}";
    (void)state;
    for (uint64_t n = 1;; n++) {
        const struct endpoint endpoint = {.dimensions = DIMENSIONS, .form = &embeddings_form};
        struct model_reply reply;
        reply_init(&reply);
        buf_add_text(&reply.text, body);
        mem_fail_after(n, false);
        enum outcome outcome = embeddings_form.whole(&reply, &endpoint, TEXTS);
        mem_fail_after(0, false);
        reply_free(&reply);
        if (outcome == OUTCOME_WHOLE)
            break;
        assert_int_equal(outcome, OUTCOME_MEMORY);
        assert_true(n < 100);
    }
}

static void a_question_leaves_in_one_form_and_without_personal_data(void **state)
{
    struct pseudonyms *pseudonyms = NULL;
    struct buf out;
    (void)state;
    buf_init(&out, 1000);
    assert_int_equal(pseudonyms_open(&pseudonyms, NULL), OK);
    assert_int_equal(
        embeddings_question(pseudonyms, STR("Ｗhere  is MY card?!"), STR("en"), &out, NULL), OK);
    assert_true(str_equal(str_from_buf(&out), STR("where is my card")));
    buf_clear(&out);
    assert_int_equal(embeddings_question(pseudonyms, STR("제 번호 010-1234-5678 맞나요?"),
                                         STR("ko"), &out, NULL),
                     OK);
    assert_null(strstr(out.p, "1234"));
    assert_non_null(strstr(out.p, "맞나요"));
    buf_clear(&out);
    assert_int_equal(
        embeddings_question(pseudonyms, STR("[전화번호#1] 뭐예요"), STR("ko"), &out, NULL),
        ERR_LIMIT);
    assert_int_equal(out.n, 0);
    pseudonyms_close(pseudonyms);
    buf_free(&out);
}

static void the_request_names_the_model_and_the_texts(void **state)
{
    struct buf out;
    const struct endpoint endpoint = {.model = STR("m-1"), .dimensions = DIMENSIONS};
    const struct model_request request = {.user = STR("[\"a\",\"b\"]"), .texts = 2};
    (void)state;
    buf_init(&out, 1000);
    embeddings_form.add_body(&out, &endpoint, &request);
    assert_string_equal(
        out.p, "{\"model\":\"m-1\",\"input\":[\"a\",\"b\"],\"encoding_format\":\"float\"}");
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_come_in_the_order_of_their_indexes_and_of_unit_length),
        cmocka_unit_test(anything_else_is_refused_with_one_sentence),
        cmocka_unit_test(an_error_inside_a_200_is_one),
        cmocka_unit_test(memory_that_runs_out_is_not_the_endpoints_fault),
        cmocka_unit_test(a_question_leaves_in_one_form_and_without_personal_data),
        cmocka_unit_test(the_request_names_the_model_and_the_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
