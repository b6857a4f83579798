/* The command user: the people who work with the bot. A password comes on standard input, never on
 * the command line, where every other program of the machine could read it. */
#include "base/json.h"
#include "cli/cli.h"
#include "server/accounts.h"

#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include <sodium.h>

enum { OUTPUT_BYTES = 1024 * 1024, LINE_BYTES = 1024 };

static const struct str actor = {"command line", 12};

static enum err say(const struct cli *cli, struct buf *out, struct fail *why)
{
    enum err e = buf_error(out, "the output", why);
    return e ? e : cli_print(cli, str_from_buf(out), why);
}

/* ---- list ---- */

struct listing {
    struct json_writer *w; /* NULL: for a person */
    struct buf *out;
};

static enum err user_print(void *data, const struct user *user, struct fail *why)
{
    struct listing *listing = data;
    char at[TIME_TEXT_BYTES];
    clock_format_us(user->created_us, at);
    if (listing->w) {
        json_object(listing->w, NULL);
        json_put_text(listing->w, "name", user->name);
        json_put_text(listing->w, "role", staff_role_name(user->role));
        json_put_bool(listing->w, "disabled", user->is_disabled);
        json_put_text(listing->w, "created_at", at);
        json_end(listing->w, '}');
    } else {
        buf_add_format(listing->out, "%-24s %-14s %.10s%s\n", user->name,
                       staff_role_name(user->role), at, user->is_disabled ? "  disabled" : "");
    }
    return buf_error(listing->out, "the list", why);
}

static enum err users_list(const struct cli *cli, struct accounts *accounts, struct fail *why)
{
    struct json_writer w;
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    struct listing listing = {cli->json ? &w : NULL, &out};
    json_begin(&w, &out);
    if (cli->json) {
        json_object(&w, NULL);
        json_array(&w, "users");
    }
    enum err e = accounts_each(accounts, user_print, &listing, why);
    if (cli->json) {
        json_end(&w, ']');
        json_end(&w, '}');
        buf_add_char(&out, '\n');
    } else if (out.n == 0) {
        buf_add_text(&out, "nobody yet: \"paring user add NAME --role ROLE\"\n");
    }
    if (!e)
        e = say(cli, &out, why);
    buf_free(&out);
    return e;
}

/* ---- Changes ---- */

static enum err password_read(char hash[PASSWORD_HASH_BYTES], struct fail *why)
{
    char line[LINE_BYTES];
    struct termios before, quiet;
    bool is_terminal = tcgetattr(STDIN_FILENO, &before) == 0;
    if (is_terminal) {
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)fputs("password: ", stderr);
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
    }
    bool is_read = fgets(line, sizeof(line), stdin) != NULL;
    if (is_terminal) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
        (void)fputc('\n', stderr);
    }
    if (!is_read)
        return fail(why, ERR_INPUT, "a password is read from standard input");
    struct str password = {line, strcspn(line, "\r\n")};
    enum err e = password_hash(password, hash, why);
    sodium_memzero(line, sizeof(line));
    return e;
}

static enum err done_say(const struct cli *cli, struct accounts *accounts, struct str name,
                         struct fail *why)
{
    char password[PASSWORD_HASH_BYTES];
    struct json_writer w;
    struct user user;
    struct buf out;
    buf_init(&out, OUTPUT_BYTES);
    json_begin(&w, &out);
    struct listing listing = {cli->json ? &w : NULL, &out};
    enum err e = accounts_find(accounts, name, &user, password, why);
    if (!e)
        e = user_print(&listing, &user, why);
    if (!e && cli->json)
        buf_add_char(&out, '\n');
    if (!e)
        e = say(cli, &out, why);
    buf_free(&out);
    return e;
}

static enum err user_do(const struct cli *cli, struct accounts *accounts, struct str verb,
                        struct str name, enum staff_role role, struct fail *why)
{
    char hash[PASSWORD_HASH_BYTES];
    bool adds = str_equal(verb, STR("add")), is_password = str_equal(verb, STR("password"));
    struct user_change change = {.role = role,
                                 .disables = str_equal(verb, STR("disable")),
                                 .enables = str_equal(verb, STR("enable"))};
    enum err e = adds || is_password ? password_read(hash, why) : OK;
    if (e)
        return e;
    change.password = is_password ? hash : NULL;
    e = adds ? accounts_add(accounts, actor, name, role, hash, why)
             : accounts_change(accounts, actor, name, &change, why);
    sodium_memzero(hash, sizeof(hash));
    return e ? e : done_say(cli, accounts, name, why);
}

static bool is_verb(struct str verb)
{
    static const char *const verbs[] = {"add", "list", "disable", "enable", "password", "role"};
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
        if (str_equal(verb, str_of(verbs[i])))
            return true;
    return false;
}

enum err command_user(struct cli *cli, int argc, char **argv, struct fail *why)
{
    const char *role_text = NULL;
    const struct cli_option options[] = {{"--role", NULL, &role_text}};
    struct accounts *accounts = NULL;
    enum staff_role role = STAFF_NOBODY;
    int count = 0;
    enum err e = cli_options(cli, argc, argv, options, 1, &count, why);
    struct str verb = !e && count > 0 ? str_of(argv[0]) : STR("");
    bool is_list = str_equal(verb, STR("list"));
    bool takes_role = str_equal(verb, STR("add")) || str_equal(verb, STR("role"));
    if (!e && !is_verb(verb))
        e = fail(why, ERR_USE, "user takes add, list, disable, enable, password or role");
    if (!e && count != (is_list ? 1 : 2))
        e = fail(why, ERR_USE, "user %s takes %s", verb.p, is_list ? "no name" : "one name");
    if (!e && takes_role != (role_text != NULL))
        e = fail(why, ERR_USE, "user %s takes %s --role", verb.p, takes_role ? "a" : "no");
    if (!e && role_text && !staff_role_named(str_of(role_text), &role))
        e = fail(why, ERR_USE, "--role is agent, writer, reviewer, lead or administrator");
    if (!e)
        e = cli_bot_check(cli, why);
    if (!e)
        e = accounts_open(cli->bot_folder, &accounts, why);
    if (!e)
        e = is_list ? users_list(cli, accounts, why)
                    : user_do(cli, accounts, verb, str_of(argv[1]), role, why);
    accounts_close(accounts);
    return e;
}
