"""Keeping the journal: it is checked row by row, and old turns go while the server runs, with proof."""
import os
import sqlite3

from paring import fill, test
from server import Server

CANCEL, PERSON = "보험 해지 궁금해요", "피자 시켜 줘"
DAY_US = 24 * 3600 * 1000000
NOW_US = 20410 * DAY_US


def on_day(day):
    return {"PARING_NOW": str(NOW_US + day * DAY_US)}


def change(bot, sql):
    with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        db.execute(sql)
        db.commit()
    db.close()


def ask(database, sql):
    with sqlite3.connect(database) as db:
        return db.execute(sql).fetchall()


@test
def a_journal_that_is_whole_says_so_and_each_fault_is_named(bot):
    fill(bot)
    bot.run("journal", "verify", status=3)
    bot.go_live()
    with Server(bot) as server:
        turns = [server.turn(CANCEL, "c")["turn"] for _ in range(5)]
        ticket = server.turn(PERSON, "d")["turn"]
        server.ask("POST", "/api/handoffs/claim", {"handoff": ticket})
        said = bot.run("journal", "verify", "--json").json()
        assert said == {"turns": 6, "conversations": 2, "handoffs": 1, "faults": 0, "gaps": 0, "releases_gone": 0, "clock_steps": 0, "first": []}, said
    for sql, undo, says in (("state_after = '{'", "state_after = ''", "state"), ("choices = '{}'", "choices = '[]'", "choices"),
                            ("route = 'x'", "route = 'scripted'", "route"), ("as_of = 'x'", "as_of = '2026-11-23'", "date")):
        change(bot, f"UPDATE turns SET {sql} WHERE id = '{turns[2]}'")
        said = bot.run("journal", "verify", status=1, says="1 faults")
        assert turns[2] in said.out and says in said.out, said
        change(bot, f"UPDATE turns SET {undo} WHERE id = '{turns[2]}'")
    change(bot, f"DELETE FROM turns WHERE id = '{turns[2]}'")
    said = bot.run("journal", "verify", "--json", status=1).json()
    assert said["gaps"] == 1 and said["first"] == ["c: a turn is missing between others"], said
    change(bot, "UPDATE turns SET release = 'x'")
    assert bot.run("journal", "verify", "--json", status=1).json()["faults"] == 6
    change(bot, "UPDATE turns SET release_number = 99")
    assert bot.run("journal", "verify", "--json", status=1).json()["releases_gone"] == 5
    with open(os.path.join(bot.path, "journal.db"), "r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * 4096)
    bot.run("journal", "verify", status=4)
    bot.run("journal", status=2)
    bot.run("journal", "verify", "--dry-run", status=2)


@test
def old_turns_go_by_whole_days_and_the_report_proves_it(bot):
    fill(bot)
    bot.go_live()
    for day in (-40, -31, -30, -29, 0):
        with Server(bot, env=on_day(day)) as server:
            for i in range(3):
                turn = server.turn(f"{CANCEL} 비밀{-day}", f"day{day}-{i}")["turn"]
            if day == -40:
                server.turn(PERSON, "open")
                ended = server.turn(PERSON, "ended")["turn"]
                server.ask("POST", "/api/handoffs/close", {"handoff": ended})
                bot.run("wrong", turn)
            if day == 0:
                server.ask("POST", "/api/handoffs/close", {"handoff": server.turn(PERSON, "new")["turn"]})
    database = os.path.join(bot.path, "journal.db")
    bot.run("journal", "retention", status=2, says="journal_days")
    with Server(bot, env=on_day(0)) as server:
        options = ["journal", "retention", "--json", "--set", "journal_days=30"]
        dry = bot.run(*options, "--dry-run", env=on_day(0)).json()
        assert dry["dry_run"] and len(ask(database, "SELECT id FROM turns")) == 18
        done = bot.run(*options, env=on_day(0)).json()
        assert {**dry, "dry_run": False, "oldest_left": done["oldest_left"]} == done, (dry, done)
        assert list(done["by_day"].values()) == [4, 3] and done["turns"] == 7 and done["marks"] == 1 and done["handoffs"] == 1, done
        assert done["kept_for_open_handoffs"] == 1 and len(ask(database, "SELECT id FROM turns")) == 11
        assert ask(database, "SELECT turns, marks, tickets, days FROM retention") == [(7, 1, 1, 30)]
        again = bot.run(*options, env=on_day(0)).json()
        assert again["turns"] == 0 and again["by_day"] == {}, again
        server.turn(CANCEL, "day-40-0")
        assert bot.run("journal", "verify", "--json").json()["faults"] == 0
