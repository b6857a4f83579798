"""The lead's, compliance's and operations' pages, in a real browser."""
import os
import sqlite3
import time

from console import people, story
from paring import fill, test

DAY = 86400_000000


def live(bot):
    fill(bot)
    bot.go_live()
    return bot


def history(bot):
    """Two months of turns like one that was really answered, so that there is something to see."""
    bot.run("ask", "약관대출 금리 알려줘", "--conversation", "c0")
    db = sqlite3.connect(os.path.join(bot.path, "journal.db"))
    model = db.execute("SELECT * FROM turns")
    names = [column[0] for column in model.description]
    one, now, rows, marks = dict(zip(names, model.fetchone())), int(time.time() * 1e6), [], []
    routes = ["scripted"] * 7 + ["clarify", "handoff", "quoted"]
    for i in range(900):
        route = routes[i * 7 % 10]
        row = {**one, "id": f"turn{i:06d}", "conversation": f"손님-{i // 3}", "message_id": None, "position": i % 3 + 1, "at_us": now - (900 - i) * 56 * DAY // 900 - DAY // 4,
               "route": route, "took_us": 400 + i * 37 % 2600, "message": "<b>약관대출</b> 금리가 얼마예요?" if i % 5 == 0 else one["message"],
               "intent": None if route == "handoff" else one["intent"], "answer": one["answer"] if route == "scripted" else None}
        rows.append([row[name] for name in names])
        if i % 60 == 0:
            marks.append((row["id"], row["at_us"]))
    with db:
        db.executemany(f"INSERT INTO turns ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)
        db.executemany("INSERT INTO feedback VALUES (?, 1, 'wrong', NULL, '', 'agent', ?)", marks)
        db.executemany("INSERT INTO model_calls VALUES ('run', ?, 1, ?, date(? / 1000000, 'unixepoch', '+9 hours'), 'main', 'small', 'hash', ?, 812, 96, 0, 2350000, "
                       "'whole', 200, 400000, 900000)", [(i, at, at, "[1] 약관대출 금리는 <연 4.8%>입니다.\n질문: 금리가 얼마예요?") for i, at in enumerate(now - k * DAY for k in range(30))])
    db.close()
    return bot


def providers(bot):
    bot.write("bot/key", "secret\n")
    os.chmod(os.path.join(bot.path, "key"), 0o600)
    return bot.write("bot/providers", "[main]\nform = openai\nurl = http://127.0.0.1:9/v1\nmodel = small\nkey_file = key\n")


@test
def a_lead_sees_the_figures_and_the_turns_behind_them(bot):
    people(history(live(bot)), "lead")
    story(bot, "lead.js", "lead", contact_won=4200)


@test
def a_lead_of_a_new_bot_sees_what_to_do(bot):
    people(live(bot), "lead")
    story(bot, "lead.js", "empty")


@test
def compliance_finds_what_was_said_and_to_whom(bot):
    people(history(live(bot)), "lead")
    story(bot, "lead.js", "compliance", journal_days=400)


@test
def operations_switch_models_off_and_back_up(bot):
    people(live(bot), "administrator", "agent")
    story(bot, "lead.js", "operations", providers_file=providers(bot))


@test
def the_lead_s_pages_are_for_everybody(bot):
    people(history(live(bot)), "lead", "administrator")
    story(bot, "lead.js", "looks", contact_won=4200, providers_file=providers(bot))
