"""The people who work with the bot: the command user, and the audit of what they do."""
import json
import os
import sqlite3

from paring import test

SECRET = "correct horse 9\n"


def add(bot, name, role):
    return bot.run("user", "add", name, "--role", role, "--json", input=SECRET).json()


def content(bot, sql):
    db = sqlite3.connect(os.path.join(bot.path, "content.db"))
    try:
        rows = db.execute(sql).fetchall()
        db.commit()
        return rows
    finally:
        db.close()


@test
def people_are_added_listed_changed_and_never_deleted(bot):
    bot.run("user", "list", says=None)
    assert add(bot, "kim", "agent")["role"] == "agent"
    assert "password" not in bot.run("user", "list", "--json").out
    bot.run("user", "add", "kim", "--role", "lead", input=SECRET, status=3, says="there is a user of that name")
    bot.run("user", "role", "kim", "--role", "writer")
    bot.run("user", "disable", "kim")
    bot.run("user", "password", "kim", input="another word 8\n")
    assert [(user["name"], user["role"], user["disabled"]) for user in bot.run("user", "list", "--json").json()["users"]] == \
        [("kim", "writer", True)]
    (kept,), = content(bot, "SELECT password FROM users")
    assert kept.startswith("$argon2id$") and "another" not in kept, kept
    bot.run("user", "disable", "lee", status=3, says="no user of that name")


@test
def a_password_is_never_on_the_command_line_and_long_enough(bot):
    bot.run("user", "add", "kim", "--role", "agent", input="short\n", status=3, says="at least 10 characters")
    bot.run("user", "add", "kim", "--role", "agent", input="", status=3, says="standard input")
    bot.run("user", "add", "kim", "word", "--role", "agent", input=SECRET, status=2)
    bot.run("user", "add", "kim", "--role", "king", input=SECRET, status=2, says="--role is agent")
    bot.run("user", "add", "kim", input=SECRET, status=2, says="takes a --role")
    bot.run("user", "list", "--role", "agent", status=2, says="takes no --role")
    bot.run("user", "role", "a' OR '1'='1", "--role", "agent", status=3, says="no user of that name")
    assert bot.run("user", "list", "--json").json() == {"users": []}


@test
def the_last_administrator_stays(bot):
    add(bot, "root", "administrator")
    bot.run("user", "disable", "root", status=1, says="last administrator")
    add(bot, "second", "administrator")
    bot.run("user", "disable", "root")


@test
def the_audit_tells_what_was_done_and_what_was_done_to_it(bot):
    for name in ("a", "b", "c"):
        add(bot, name, "agent")
    bot.run("user", "disable", "b")
    said = bot.run("audit", "verify", "--json").json()
    assert (said["lines"], said["bad"]) == (4, 0), said
    bot.run("audit", "verify", "--head", said["head"])
    bot.run("audit", "verify", "--head", "0" * 64, status=1, says="not whole")
    lines = bot.run("audit", "export").lines()
    assert [line["event"] for line in lines] == ["user_added"] * 3 + ["user_changed"], lines
    assert lines[3]["detail"] == "b role=agent disabled" and lines[3]["hash"] == said["head"]
    out = os.path.join(bot.folder, "audit.jsonl")
    bot.run("audit", "export", "--out", out)
    with open(out, encoding="utf-8") as file:
        assert [json.loads(line) for line in file] == lines
    add(bot, "d", "agent")
    bot.run("audit", "verify", "--head", said["head"])  # an earlier head is a line's still
    content(bot, "UPDATE audit_chain SET detail = 'b role=agent' WHERE number = 4")
    assert bot.run("audit", "verify", "--json", status=1).json()["bad"] == 4
    bot.run("audit", "verify", status=1, says="line 4")
    content(bot, "DELETE FROM audit_chain WHERE number > 3")
    assert bot.run("audit", "verify", "--json", status=1).json()["bad"] == 4
