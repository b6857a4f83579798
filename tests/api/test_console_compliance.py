"""What compliance asks: a past day's reply, who was told a figure, approvals, retention, the audit."""
import datetime
import os
import shutil
import sqlite3
import time

import paring
from paring import test
from server import Server, wait_until
from test_console_lead import PASSAGE, everything, get
from test_staff import live, people, sign_in


def as_of(server, session, text, at, status=200, **more):
    reply = server.ask("POST", "/api/as-of", {"text": text, "at": at, **more}, session)
    assert reply.status == status, reply
    return reply.json()


def journal(bot, sql, *values):
    with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        rows = db.execute(sql, values).fetchall()
    db.close()
    return rows


def verified(server, session):
    """What a new look at the whole chain finds."""
    reply = server.ask("POST", "/api/audit/verify", {}, session)
    assert reply.status == 200, reply
    number = reply.json()["job"]
    wait_until(lambda: (get(server, session, "/api/audit/verify")["job"] or {}).get("number") == number, 20)
    told = get(server, session, "/api/audit/verify")
    assert told["job"]["state"] == "done" and told["job"]["ended_at"] and told["running"] == [], told
    return told["sums"]


@test
def a_past_day_is_answered_by_the_release_of_that_day(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        said = server.turn(PASSAGE, "c1")
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
        told = as_of(server, lead, PASSAGE, now)
        assert told["state"] == "answered" and told["reply"] == said["reply"]["text"] and told["reason"] == said["reason"], (told, said)
        assert told["release"]["number"] == 1 and told["answer"] and told["intent"] == said["intent"], told
        assert len(journal(bot, "SELECT id FROM turns")) == 1  # it is not a turn
        before = as_of(server, lead, PASSAGE, "2020-01-01")
        assert before["state"] == "none" and "reply" not in before and "release" not in before, before
        path = os.path.join(bot.path, "releases", "000001")
        shutil.move(path, path + "-aside")
        gone = as_of(server, lead, PASSAGE, now)
        assert gone["state"] == "pruned" and "reply" not in gone and gone["release"]["number"] == 1, gone
        shutil.move(path + "-aside", path)
        for wrong in ({"text": PASSAGE, "at": "then"}, {"text": PASSAGE}, {"at": now}, {"text": "x", "at": now, "more": 1}, {"text": "a\0b", "at": now},
                      {"text": "x" * 5000, "at": now}, {"text": PASSAGE, "at": now, "channel": "a b"}):
            assert server.ask("POST", "/api/as-of", wrong, lead).status == 400, wrong


@test
def releases_of_many_days_are_asked_about_in_turn(bot):
    """More than stay open at once, one of them in use; each is itself whenever it is asked again."""
    people(live(bot), "lead")
    told, turns = [], []
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        for i in range(4):
            if i:
                bot.take("answers.csv", f"id,intent,text\nclaim_documents-1,claim_documents,서류 {i}가지를 내 주세요.\n")
                bot.go_live()
                wait_until(lambda: get(server, lead, "/api/bot")["release"] == i + 1, 20)
            turns.append(server.turn(PASSAGE, f"c{i}"))
            time.sleep(0.01)
            told.append(datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ"))
        assert len({turn["reply"]["text"] for turn in turns}) == 4, turns
        for i in (3, 0, 1, 2, 3, 3, 1, 0):
            past = as_of(server, lead, PASSAGE, told[i])
            assert (past["reply"], past["release"]["number"]) == (turns[i]["reply"]["text"], i + 1), (i, past)
            why = get(server, lead, f"/api/turns/{turns[i]['turn']}")
            assert why["is_identical"] and why["release_number"] == i + 1, why
        path = os.path.join(bot.path, "releases", "000001")
        shutil.move(path, path + "-aside")
        assert get(server, lead, f"/api/turns/{turns[0]['turn']}")["release_is_gone"], "one that was open is not there any more"
        shutil.move(path + "-aside", path)


@test
def a_recall_finds_everybody_who_was_told(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        loan = [server.turn("약관대출 금리 알려줘", f"c{i}") for i in range(3)]
        for text in ("약관대출 이자 계산해줘", "500만원", "12개월"):
            interest = server.turn(text, "c7")
        server.turn(PASSAGE, "c8")
        turns = {row["id"]: row for row in everything(server, lead, "/api/turns?limit=50")}
        fact = bot.run("export", "facts").out.splitlines()
        name, value = fact[1].split(",")[1:3]
        uses = everything(server, lead, f"/api/recall?fact={name}&limit=2")
        shown = {row["id"] for row in uses if value in row["reply"]}
        assert shown and {row["how"] for row in uses} <= {"shown", "computed"}, (fact, uses, turns)
        assert {row["id"] for row in everything(server, lead, f"/api/recall?fact={name}&value={value}")} == {row["id"] for row in uses}
        assert everything(server, lead, f"/api/recall?fact={name}&value=99.25") == []
        assert everything(server, lead, "/api/recall?fact=nothing") == []
        figure = {row["id"] for row in everything(server, lead, f"/api/recall?figure={value}")}
        assert figure == {row["id"] for row in turns.values() if value in row["reply"]}, figure
        answer, version = turns[loan[0]["turn"]]["answer"].split(" v")
        told = everything(server, lead, f"/api/recall?answer={answer}&version={version}")
        assert {row["id"] for row in told} >= {turn["turn"] for turn in loan}, told
        assert everything(server, lead, f"/api/recall?answer={answer}&version=99") == []
        shutil.move(os.path.join(bot.path, "releases", "000001", "scripts.jsonl"), os.path.join(bot.folder, "aside"))
        unsure = everything(server, lead, f"/api/recall?fact={name}&value=99.25")
        assert {row["how"] for row in unsure} == {"unsure"} and len(unsure) == len(uses), unsure
        shutil.move(os.path.join(bot.folder, "aside"), os.path.join(bot.path, "releases", "000001", "scripts.jsonl"))
        for wrong in ("", "?fact=a&figure=1", "?answer=a&version=x", "?answer=" + "a" * 200):
            get(server, lead, "/api/recall" + wrong, 400)
        assert interest["turn"] in turns


@test
def approvals_say_who_wrote_each_version_and_who_let_it_pass(bot):
    people(live(bot), "lead")
    row = bot.run("export", "answers").out.splitlines()
    answer = row[1].split(",")[0]
    with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
        revision, = db.execute("SELECT revision FROM answers WHERE id = ?", (answer,)).fetchone()
        db.execute("INSERT INTO revisions VALUES ('answers', ?, ?, '{}', 'writer', 5)", (answer, revision))
        db.execute("UPDATE answers SET revision = ? WHERE id = ?", (revision + 1, answer))
        db.execute("INSERT INTO reviews VALUES (1, 'title', '', '', 'approved', 'writer', 6, 'reviewer', 7, 'fine')")
        db.execute("INSERT INTO review_rows VALUES (1, 'answers', ?, '', '', '', ?)", (answer, revision + 1))
    db.close()
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        rows = get(server, lead, f"/api/approvals?answer={answer}")["rows"]
        assert [row["version"] for row in rows] == [revision + 1, revision], rows
        assert rows[0]["review"]["reviewer"] == "reviewer" and rows[0]["review"]["number"] == 1 and rows[1]["review"] is None, rows
        get(server, lead, "/api/approvals?answer=nothing", 404)
        get(server, lead, "/api/approvals", 400)


@test
def what_left_what_was_let_go_and_the_audit_are_shown(bot):
    people(live(bot), "lead", "administrator")
    with Server(bot, journal_days=30) as server:
        lead = sign_in(server, "lead")
        server.turn(PASSAGE, "c1")
        now = int(time.time() * 1e6)
        with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
            for i in range(5):
                db.execute("INSERT INTO model_calls VALUES ('run', ?, 1, ?, '2026-01-01', 'main', 'small', 'hash', 'asked <b>', 10, 20, 0, 1500000, 'whole', "
                           "200, 5, 9)", (i, now - i // 2))
        db.close()
        rows = everything(server, lead, "/api/egress?limit=2")
        assert [row["call"] for row in rows] == [1, 0, 3, 2, 4] and rows[0]["won"] == 1.5 and rows[0]["sent"] == "asked <b>", rows
        kept = get(server, lead, "/api/retention")
        assert kept["journal_days"] == 30 and kept["oldest"] and kept["rows"] == [], kept
        bot.run("journal", "retention", "--set", "journal_days=30")
        assert get(server, lead, "/api/retention")["rows"][0]["days"] == 30
        page = get(server, sign_in(server, "administrator"), "/api/audit?limit=2")["rows"]
        older = get(server, lead, f"/api/audit?after={page[1]['number']}")["rows"]
        assert page[0]["number"] == page[1]["number"] + 1 and older[0]["number"] == page[1]["number"] - 1, (page, older)
        assert {row["actor"] for row in get(server, lead, "/api/audit?actor=lead")["rows"]} == {"lead"}
        assert get(server, lead, "/api/audit/verify")["job"] is None
        verdict = verified(server, lead)
        assert verdict["bad"] == 0 and verdict["lines"] >= 8 and len(verdict["head"]) == 64, verdict
        with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
            db.execute("UPDATE audit_chain SET actor = 'nobody' WHERE number = 2")
        db.close()
        assert get(server, lead, "/api/audit/verify")["sums"]["bad"] == 0, "what was found is kept, with its time, until somebody asks again"
        assert verified(server, sign_in(server, "administrator"))["bad"] == 2


@test
def a_session_that_ends_by_itself_is_in_the_audit(bot):
    people(live(bot), "agent", "lead")
    with Server(bot) as server:
        sign_in(server, "agent")
        sign_in(server, "lead")
    bot.run("user", "disable", "agent")
    later = int((time.time() + 45 * 60) * 1e6)
    with Server(bot, env={"PARING_NOW": str(later)}):
        until = time.monotonic() + 10
        ended = []
        while len(ended) < 2 and time.monotonic() < until:
            time.sleep(0.05)
            ended = [(line["actor"], line["detail"]) for line in bot.run("audit", "export").lines() if line["event"] == "session_ended"]
    assert sorted(ended) == [("agent", "the account was changed"), ("lead", "not used")], ended
    bot.run("audit", "verify")
