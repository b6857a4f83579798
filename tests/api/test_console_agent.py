"""What agents ask while a caller speaks, and what becomes of a wrong answer that they report: a task, an evaluation case, a verdict."""
import os
import sqlite3
import urllib.parse

import paring
from paring import test
from server import Server
from test_staff import ROLES, live, people, sign_in

CLAIM = "보험금 청구 서류 알려 주세요"
HTML = "<img src=x onerror=alert(1)> 해지할래요"
STRANGE = ["'; DROP TABLE tasks; --", '" OR 1=1 --', "%' OR '1'='1", "\\", "$1", "x\ty", "<b>", "가" * 64]


def asked(server, who, text, status=200, **more):
    reply = server.ask("POST", "/api/suggest", {"text": text, **more}, who)
    assert reply.status == status, reply
    return reply.json()


def posted(server, who, path, body, status=200):
    reply = server.ask("POST", path, body, who)
    assert reply.status == status, reply
    return reply.json()


def got(server, who, path, status=200):
    reply = server.ask("GET", path, None, who)
    assert reply.status == status, reply
    return reply.json()


def count(bot, table, file="content.db"):
    db = sqlite3.connect(f"file:{os.path.join(bot.path, file)}?mode=ro", uri=True)
    try:
        return db.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
    finally:
        db.close()


@test
def what_is_typed_is_answered_at_once_and_leaves_no_trace(bot):
    people(live(bot), "agent")
    with Server(bot) as server:
        agent = sign_in(server, "agent")
        told = asked(server, agent, "대출 이율 궁금해요 010-1234-5678", as_of="2026-03-01")
        assert told["text_masked"] == "대출 이율 궁금해요 [전화번호]" and told["as_of"] == "2026-03-01", told
        first = told["ranked"][0]
        assert first["intent"] == "loan_rate" and first["title"] == "대출 이율" and 0 < first["confidence"] <= 1, told
        assert first["answer"]["text"] == "지금 이율은 연 4.5%입니다." and first["answer"]["version"] == 1, first
        assert len(told["release"]) == 64 and told["release_number"] == 1 and told["would"]["reason"], told
        later = asked(server, agent, "대출 이율 알려 주세요", as_of="2027-03-01")
        assert later["is_certain"] and later["ranked"][0]["answer"]["text"] == "지금 이율은 연 5.1%입니다.", later
        assert later["would"]["route"] == "scripted" and [one["confidence"] for one in later["ranked"]][:2] == [1, 0], later
        sum_of = asked(server, agent, "300만원 대출 이율 알려 주세요", as_of="2026-03-01")
        assert sum_of["slots"] == {"amount": "3,000,000원"} and "11,250" in sum_of["ranked"][0]["answer"]["text"], sum_of
        assert all(a["confidence"] >= b["confidence"] for a, b in zip(sum_of["ranked"], sum_of["ranked"][1:])), sum_of
        assert server.rows() == [], "no turn"
    events = [line["event"] for line in bot.run("audit", "export").lines()]
    assert events[-2:] == ["user_added", "signed_in"] and set(events[:-2]) == {"import", "activating", "activated"}, events


@test
def what_cannot_be_looked_at_is_refused_with_a_sentence(bot):
    people(live(bot), "agent")
    with Server(bot) as server:
        agent = sign_in(server, "agent")
        for body in ({}, {"text": 1}, {"text": "a", "more": 1}, {"text": "a", "as_of": "2026-02-30"}, {"text": "가" * 2001},
                     {"text": "a", "channel": "x" * 40}, {"text": "a\u0000"}):
            reply = server.ask("POST", "/api/suggest", body, agent)
            assert reply.status == 400 and reply.json()["error"]["message"], (body, reply)
        for text in [*STRANGE, HTML, "", " ", "😀"]:
            asked(server, agent, text)


@test
def a_wrong_turn_becomes_a_task_a_case_and_a_verdict(bot):
    people(live(bot), "agent", "writer", "lead")
    with Server(bot) as server:
        agent, writer = sign_in(server, "agent"), sign_in(server, "writer")
        turn = server.turn(HTML, "c1")["turn"]
        told = posted(server, agent, "/api/wrong", {"turn": turn, "intent": "cancel_policy", "note": "해지 문의, 010-1234-5678"})
        assert told == {"task": 1, "case": "added"}, told
        assert posted(server, agent, "/api/wrong", {"turn": turn, "intent": "cancel_policy"}) == {"task": 2, "case": "there"}
        tasks = got(server, writer, "/api/tasks?state=open")
        assert tasks["total"] == 2 and [row["task"] for row in tasks["rows"]] == [2, 1], tasks
        task = tasks["rows"][1]
        assert task["message"] == HTML and task["note"] == "해지 문의, [전화번호]" and task["intent"] == "cancel_policy", task
        assert task["turn"] == turn and task["author"] == "agent" and '"reason"' in task["trace"], task
        assert [row["task"] for row in got(server, writer, "/api/tasks?after=2&limit=1")["rows"]] == [1]
        cases = paring.rows_of(bot.export("cases").decode())
        assert [row["intent"] for row in cases if row["text"] == HTML] == ["cancel_policy"], cases
        why = got(server, agent, f"/api/turns/{turn}")
        assert why["is_identical"] and why["marked_wrong"]["intent"] == "cancel_policy" and why["marked_wrong"]["author"] == "agent", why
        posted(server, writer, "/api/tasks/settle", {"task": 1, "state": "done", "settlement": "예문을 더했습니다"})
        again = posted(server, writer, "/api/tasks/settle", {"task": 1, "state": "dismissed"}, 409)
        assert "settled already, by writer" in again["error"]["message"], again
        posted(server, writer, "/api/tasks/settle", {"task": 9, "state": "done"}, 404)
        for body in ({"task": 2, "state": "open"}, {"task": 2.5, "state": "done"}, {"task": "2", "state": "done"}, {"task": 2, "state": "done", "x": 1}):
            posted(server, writer, "/api/tasks/settle", body, 400)
        assert got(server, writer, "/api/tasks?state=open")["total"] == 1
        done = got(server, writer, "/api/tasks?state=done")["rows"][0]
        assert done["settled_by"] == "writer" and done["settlement"] == "예문을 더했습니다" and done["settled_at"], done
    events = [(line["actor"], line["event"], line["detail"]) for line in bot.run("audit", "export").lines()]
    assert ("agent", "POST /api/wrong", f"task 1 turn {turn} intent cancel_policy case added") in events, events
    assert ("agent", "GET /api/turns/*", turn) in events and not any("010" in str(one) or "img" in str(one) for one in events), events
    bot.run("audit", "verify")


@test
def what_an_agent_typed_can_be_reported_too(bot):
    people(live(bot), "agent", "writer")
    with Server(bot) as server:
        agent, writer = sign_in(server, "agent"), sign_in(server, "writer")
        shown = asked(server, agent, "약관 대출 되나요 900101-1234567")
        told = posted(server, agent, "/api/wrong", {"text": "약관 대출 되나요 900101-1234567", "shown": "loan_rate", "release": shown["release"],
                                                    "answer": "loan_rate-1", "intent": "out_of_scope"})
        assert told["case"] == "added", told
        (task,) = got(server, writer, "/api/tasks")["rows"]
        assert task["message"] == "약관 대출 되나요 [주민번호]" and task["answered"] == "loan_rate" and task["turn"] is None, task
        assert shown["release"] in task["trace"] and "loan_rate-1" in task["trace"], task
        assert posted(server, agent, "/api/wrong", {"text": "모르겠어요", "note": "뭔가 이상함"})["case"] == "none"


@test
def a_report_that_is_wrong_itself_changes_nothing(bot):
    people(live(bot), "agent")
    before = bot.content()
    with Server(bot) as server:
        agent = sign_in(server, "agent")
        turn = server.turn(CLAIM, "c1")["turn"]
        for body in ({}, {"turn": turn, "text": "둘 다"}, {"turn": turn, "intent": "no_such"}, {"text": "a", "shown": "no_such"}, {"text": " "},
                     {"turn": turn, "note": "가" * 1001}, {"turn": 1}, {"turn": turn, "more": 1}, {"text": "a", "intent": "x' OR '1'='1"},
                     {"text": "가" * 2001}, {"text": "a", "release": "r" * 200}):
            reply = posted(server, agent, "/api/wrong", body, 400)
            assert reply["error"]["message"], body
        posted(server, agent, "/api/wrong", {"turn": "no-such-turn"}, 404)
        for strange in STRANGE:
            posted(server, agent, "/api/wrong", {"turn": strange}, 404)
        assert count(bot, "tasks") == 0 and count(bot, "feedback", "journal.db") == 0
    assert bot.content() == before


@test
def a_conversation_is_read_whole_and_by_the_number_it_was_kept_for(bot):
    people(live(bot), "agent")
    with Server(bot) as server:
        agent = sign_in(server, "agent")
        server.turn(HTML, "010-1234-5678")
        first = server.turn(CLAIM, "가나 다/라")["turn"]
        server.turn("피자 시켜 줘", "가나 다/라")
        talk = got(server, agent, "/api/conversations/" + urllib.parse.quote("가나 다/라", safe=""))
        assert [line["from"] for line in talk["transcript"]] == ["customer", "bot", "customer", "bot"], talk
        assert talk["transcript"][0]["turn"] == first and talk["intents"] == ["claim_documents"], talk
        kept = got(server, agent, "/api/conversations/010-1234-5678")
        assert kept["conversation"].startswith("masked-") and kept["transcript"][0]["text"] == HTML, kept
        assert got(server, agent, "/api/conversations/" + kept["conversation"])["transcript"] == kept["transcript"]
        for strange in ["nobody", *STRANGE]:
            got(server, agent, "/api/conversations/" + urllib.parse.quote(strange, safe=""), 404)
            got(server, agent, "/api/turns/" + urllib.parse.quote(strange, safe=""), 404)
        assert got(server, agent, "/api/conversations/%ff", 400)
    events = str(bot.run("audit", "export").out)
    assert "010-1234" not in events and "DROP" not in events, events


@test
def parameters_of_a_list_are_data(bot):
    people(live(bot), *ROLES)
    with Server(bot) as server:
        writer = sign_in(server, "writer")
        for strange in STRANGE:
            assert got(server, writer, "/api/tasks?state=" + urllib.parse.quote(strange)) == {"rows": [], "total": 0}
            got(server, writer, "/api/tasks?after=" + urllib.parse.quote(strange), 400)
        for wrong in ("limit=0", "limit=201", "after=0", "after=-1", "limit=1%20OR%201"):
            got(server, writer, "/api/tasks?" + wrong, 400)
