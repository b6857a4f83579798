"""What writers and reviewers do over HTTP: rows, drafts, reviews, previews and workbooks."""
import json
import os
import random
import sqlite3
import time
import urllib.parse

import paring
from paring import test
from server import Server
from test_staff import WORD, live, sign_in

HOSTILE = ["<script>alert(1)</script>", "'; DROP TABLE answers; --", "\" OR 1=1 --", "<img src=x onerror=alert(1)>", "{{fact:", "=1+1", "$1", "%s%n",
           "‮abc", "\\u003cscript\\u003e", "🙂" * 20]


class Person:
    def __init__(self, server, name):
        self.server, self.name, self.session = server, name, sign_in(server, name)

    def get(self, path, status=200, **parameters):
        reply = self.server.ask("GET", path + ("?" + urllib.parse.urlencode(parameters) if parameters else ""), None, self.session)
        assert reply.status == status, (path, parameters, reply)
        return reply.json()

    def post(self, path, body, status=200):
        reply = self.server.ask("POST", path, body, self.session)
        assert reply.status == status, (path, body, reply)
        return reply.json()

    def row(self, id, kind="answers"):
        return self.get("/api/row", kind=kind, id=id)["row"]

    def draft(self, id, status=200, kind="answers", base=None, **fields):
        row = self.row(id, kind) if id else None
        body = {"kind": kind, "id": id, "base": base if base is not None else row["base"] if row else "",
                "fields": {**(row["fields"] if row else {}), **fields}}
        return self.post("/api/drafts", body, status)

    def review(self, *ids, status=200, kind="answers", title="고침"):
        return self.post("/api/reviews", {"title": title, "drafts": [{"kind": kind, "id": id} for id in ids]}, status).get("number")

    def decide(self, number, decision="approve", status=200):
        return self.post("/api/reviews/decide", {"review": number, "decision": decision, "note": "읽었습니다"}, status)


def staff(bot, **people):
    for name, role in people.items():
        bot.run("user", "add", name, "--role", role, input=WORD + "\n")
    return bot


def desk(bot):
    return staff(live(bot), kim="writer", lee="writer", park="reviewer", han="lead")


def first_answer(person):
    return person.get("/api/rows", kind="answers", limit=1)["rows"][0]


@test
def rows_are_found_by_any_word_in_any_form(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        told = kim.get("/api/rows", kind="answers")
        assert told["total"] == len(told["rows"]) > 2, told["total"]
        one = told["rows"][0]
        word = one["fields"]["text"].split()[0]
        import unicodedata
        for form in (word, unicodedata.normalize("NFD", word), word.upper()):
            found = kim.get("/api/rows", kind="answers", q=form)
            assert any(row["id"] == one["id"] for row in found["rows"]), form
        assert kim.get("/api/rows", q="낱말이없습니다")["total"] == 0
        by_intent = kim.get("/api/rows", kind="answers", intent=one["fields"]["intent"])
        assert all(row["fields"]["intent"] == one["fields"]["intent"] for row in by_intent["rows"])
        page = kim.get("/api/rows", kind="answers", after=1, limit=1)
        assert page["rows"][0]["id"] == told["rows"][1]["id"] and page["total"] == told["total"]
        every = kim.get("/api/rows", q=one["fields"]["intent"])
        assert {"answers", "intents", "examples"} <= {row["kind"] for row in every["rows"]}
        kim.get("/api/rows", kind="nothing", status=400)
        kim.get("/api/rows", limit=1000, status=400)
        kim.get("/api/row", kind="answers", id="nobody", status=404)


@test
def an_edit_is_drafted_reviewed_by_another_and_then_there(bot):
    with Server(desk(bot)) as server:
        kim, park = Person(server, "kim"), Person(server, "park")
        one = first_answer(kim)
        told = kim.draft(one["id"], text="새 답변입니다.")
        assert told["faults"] == [] and not told["is_stale"] and told["others"] == []
        assert park.row(one["id"])["fields"] == one["fields"], "a draft never touches the row"
        assert [row["drafts"] for row in park.get("/api/rows", kind="answers")["rows"] if row["id"] == one["id"]] == [["kim"]]
        number = kim.review(one["id"])
        kim.review(one["id"], status=409)
        kim.decide(number, status=403)  # a writer decides nothing
        shown = park.get(f"/api/reviews/{number}")
        assert shown["rows"][0]["was"] == one["fields"] and shown["rows"][0]["now"]["text"] == "새 답변입니다." and shown["conflicts"] == []
        assert park.post("/api/reviews/decide", {"review": number, "decision": "reject"}, 400)
        assert park.decide(number)["state"] == "approved"
        park.decide(number, status=409)
        now = kim.get("/api/row", kind="answers", id=one["id"])
        assert now["row"]["fields"]["text"] == "새 답변입니다." and now["row"]["changed_by"] == "kim"
        assert [(a["revision"], a["by"], a["review"]) for a in now["approvals"]] == [(now["row"]["revision"], "park", number)]
        assert now["history"][-1]["fields"]["text"] == one["fields"]["text"]
        assert kim.get("/api/drafts")["rows"] == []
        assert kim.get("/api/reviews", state="approved")["total"] == 1 and kim.get("/api/reviews", state="open")["total"] == 0
        kim.get("/api/reviews/99", status=404)
        kim.get("/api/reviews/x", status=404)
    events = [line["event"] for line in bot.run("audit", "export").lines()]
    assert events.count("POST /api/drafts") == 1 and "POST /api/reviews/decide" in events
    bot.run("audit", "verify")


@test
def nobody_decides_on_their_own_change(bot):
    with Server(desk(bot)) as server:
        park, han = Person(server, "park"), Person(server, "han")
        one = first_answer(park)
        park.draft(one["id"], text="제가 고쳤습니다.")
        number = park.review(one["id"])
        reply = park.decide(number, status=409)
        assert "wrote" in reply["error"]["message"], reply
        park.decide(number, "reject", status=409)
        han.post("/api/reviews/withdraw", {"review": number}, 409)
        park.post("/api/reviews/withdraw", {"review": number})
        assert han.row(one["id"])["fields"] == one["fields"]
        assert len(park.get("/api/drafts")["rows"]) == 1  # what was written stays


@test
def two_people_on_one_answer_see_each_other_and_nothing_is_lost(bot):
    with Server(desk(bot)) as server:
        kim, lee, park = (Person(server, name) for name in ("kim", "lee", "park"))
        one = first_answer(kim)
        kim.draft(one["id"], text="김의 답변")
        told = lee.draft(one["id"], text="이의 답변")
        assert [(other["author"], other["fields"]["text"]) for other in told["others"]] == [("kim", "김의 답변")]
        mine, theirs = kim.review(one["id"]), lee.review(one["id"])
        park.decide(mine)
        reply = park.decide(theirs, status=409)
        conflict = reply["conflicts"][0]
        assert reply["error"]["code"] == "conflict" and conflict["theirs"]["text"] == "김의 답변" and conflict["yours"]["text"] == "이의 답변"
        assert park.row(one["id"])["fields"]["text"] == "김의 답변", "nothing is applied"
        assert park.get(f"/api/reviews/{theirs}")["conflicts"][0]["changed_by"] == "kim"
        lee.post("/api/reviews/withdraw", {"review": theirs})
        opened = lee.get("/api/row", kind="answers", id=one["id"])["drafts"][0]
        assert opened["author"] == "lee" and opened["is_stale"] and opened["was"]["text"] == one["fields"]["text"], opened
        stale = lee.draft(one["id"], base=one["base"], text="이의 답변")
        assert stale["is_stale"] and stale["was"]["text"] == one["fields"]["text"] and stale["row"]["fields"]["text"] == "김의 답변"
        lee.review(one["id"], status=409)
        lee.draft(one["id"], text="둘을 합친 답변")
        park.decide(lee.review(one["id"]))
        assert kim.row(one["id"])["fields"]["text"] == "둘을 합친 답변"


@test
def a_row_goes_and_comes_back(bot):
    with Server(desk(bot)) as server:
        kim, park = Person(server, "kim"), Person(server, "park")
        one = first_answer(kim)
        kim.post("/api/drafts", {"kind": "answers", "id": one["id"], "base": one["base"], "fields": None})
        park.decide(kim.review(one["id"]))
        gone = kim.get("/api/row", kind="answers", id=one["id"])
        assert gone["row"] is None and gone["history"][-1]["fields"] is None and gone["history"][-2]["fields"] == one["fields"]
        kim.post("/api/drafts", {"kind": "answers", "id": one["id"], "base": "", "fields": one["fields"]})
        park.decide(kim.review(one["id"]))
        assert kim.row(one["id"])["fields"] == one["fields"] and kim.row(one["id"])["revision"] == 3
        intent = one["fields"]["intent"]
        row = kim.row(intent, "intents")
        kim.post("/api/drafts", {"kind": "intents", "id": intent, "base": row["base"], "fields": None})
        reply = park.decide(kim.review(intent, kind="intents"), status=409)
        assert "cannot go" in reply["error"]["message"], reply


@test
def a_draft_may_be_unfinished_but_a_review_may_not(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        told = kim.draft("", intent="", text="", effective_from="soon")
        assert told["id"].startswith("+") and {fault["column"] for fault in told["faults"]} >= {"intent", "text", "effective_from"}
        reply = kim.post("/api/reviews", {"title": "x", "drafts": [{"kind": "answers", "id": told["id"]}]}, 400)
        assert "not finished" in reply["error"]["message"]
        kim.post("/api/drafts/discard", {"kind": "answers", "id": told["id"]})
        kim.post("/api/drafts/discard", {"kind": "answers", "id": told["id"]}, 404)
        for body in ({}, {"kind": "answers"}, {"kind": "answers", "id": "", "base": "", "fields": {"nothing": "x"}},
                     {"kind": "answers", "id": "", "base": "", "fields": {"text": 7}}, {"kind": "answers", "id": "", "base": "", "fields": []},
                     {"kind": "answers", "id": "zzz", "base": "1.abcdefabcdef", "fields": {}},
                     {"kind": "answers", "id": "", "base": "", "fields": None}, {"kind": "x", "id": "", "base": "", "fields": {}},
                     {"kind": "answers", "id": "a\u0000b", "base": "", "fields": {}}):
            kim.post("/api/drafts", body, 400)
        for body in ({"title": "", "drafts": [{"kind": "answers", "id": "x"}]}, {"title": "x", "drafts": []}, {"title": "x", "drafts": "x"},
                     {"title": "x", "drafts": [1]}, {"title": 1, "drafts": []}):
            kim.post("/api/reviews", body, 400)


@test
def texts_stay_texts_and_sql_is_a_word_like_any_other(bot):
    with Server(desk(bot)) as server:
        kim, park = Person(server, "kim"), Person(server, "park")
        intent = first_answer(kim)["fields"]["intent"]
        before = kim.get("/api/rows", kind="answers")["total"]
        for text in HOSTILE:
            for name in ("q", "intent", "kind", "after", "limit"):
                kim.server.ask("GET", "/api/rows?" + urllib.parse.urlencode({name: text}), None, kim.session)
            for path in ("/api/row?kind=answers&id=", "/api/reviews/", "/api/reviews?state="):
                status = server.ask("GET", path + urllib.parse.quote(text, safe=""), None, kim.session).status
                assert status in (400, 404), (path, text, status)
            kim.post("/api/reviews/decide", {"review": text, "decision": "approve"}, 403)
            park.post("/api/reviews/decide", {"review": text, "decision": "approve"}, 400)
            kim.post("/api/drafts/discard", {"kind": "answers", "id": text}, 404)
            told = kim.draft("", kind="questions", text=text, documents="")
            kept = [row for row in kim.get("/api/drafts")["rows"] if row["id"] == told["id"]][0]
            assert kept["fields"]["text"] == text, kept
        clean = [text for text in HOSTILE if "{{" not in text]
        ids = [kim.draft("", intent=intent, text=text, condition="")["id"] for text in clean]
        number = kim.review(*ids, title="<b>제목</b>")
        reply = server.ask("GET", f"/api/reviews/{number}", None, park.session)
        assert b"<b>" not in reply.body and b"<script" not in reply.body and reply.json()["review"]["title"] == "<b>제목</b>"
        assert reply.headers["Content-Type"].startswith("application/json") and reply.headers["X-Content-Type-Options"] == "nosniff"
        park.decide(number)
        rows = kim.get("/api/rows", kind="answers", limit=200)
        assert rows["total"] == before + len(clean) and {row["fields"]["text"] for row in rows["rows"]} >= set(clean)


def audits(bot):
    with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
        answers = dict(db.execute("SELECT id, text FROM answers").fetchall())
        states = dict(db.execute("SELECT number, state FROM reviews").fetchall())
        drafts = db.execute("SELECT COUNT(*) FROM drafts").fetchone()[0]
        chain = db.execute("SELECT COUNT(*) FROM audit_chain WHERE event = 'POST /api/reviews/decide'").fetchone()[0]
    db.close()
    return answers, states, drafts, chain


@test
def killed_while_approving_there_is_no_half(bot):
    """Twenty reviews of five rows each; whatever moment the server dies at, a review is applied whole or still open."""
    desk(bot)
    rng = random.Random(20261124)
    halves, applied = 0, 0
    for turn in range(100 if paring.IS_LONG else 20):
        with Server(bot) as server:
            kim, park = Person(server, "kim"), Person(server, "park")
            rows = kim.get("/api/rows", kind="answers", limit=5)["rows"]
            for row in kim.get("/api/drafts")["rows"]:
                if row["review"]:
                    server.ask("POST", "/api/reviews/withdraw", {"review": row["review"]}, kim.session)
            for row in rows:
                kim.draft(row["id"], text=f"{turn}번째 답변입니다")
            number = kim.review(*[row["id"] for row in rows])
            with server.connect() as client:
                body = json.dumps({"review": number, "decision": "approve"}).encode()
                head = "".join(f"{name}: {value}\r\n" for name, value in park.session.items())
                client.send(f"POST /api/reviews/decide HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nContent-Type: application/json\r\n"
                            f"Content-Length: {len(body)}\r\n{head}\r\n".encode() + body)
                time.sleep(rng.random() * 0.012)
                server.kill()
        answers, states, drafts, chain = audits(bot)
        new = sum(answers[row["id"]] == f"{turn}번째 답변입니다" for row in rows)
        applied += states[number] == "approved"
        halves += new not in (0, 5)
        assert (new, drafts) == ((5, 0) if states[number] == "approved" else (0, 5)), (turn, new, drafts, states[number])
        assert chain == applied, "the audit has a line for each that was applied, and for no other"
    assert halves == 0
    bot.run("audit", "verify")


@test
def a_preview_is_what_the_bot_would_say_on_that_day(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        facts = kim.get("/api/rows", kind="facts")["rows"]
        one = first_answer(kim)
        told = kim.post("/api/preview", {"fields": one["fields"], "as_of": "2026-11-24", "channel": "web", "slots": {}})
        assert told["outcome"] in ("found", "needs_slot") and told["faults"] == [], told
        long = kim.post("/api/preview", {"fields": {**one["fields"], "condition": "", "text": "문장입니다. " * 580}})
        assert len(long["kakao"]["bubbles"]) == 3 and long["kakao"]["bubbles"][2]["is_cut"] and long["kakao"]["units"] > 3000
        assert all(bubble["units"] <= 1000 for bubble in long["kakao"]["bubbles"])
        short = kim.post("/api/preview", {"fields": {"intent": one["fields"]["intent"], "text": "하나입니다. 둘입니다."}})
        assert short["phone"] == ["하나입니다.", "둘입니다."] and short["web"] == "하나입니다. 둘입니다."
        wrong = kim.post("/api/preview", {"fields": {"intent": "x", "text": "{{fact:no_such_fact}}", "condition": "((("}})
        assert wrong["faults"] and wrong["condition"] == "wrong" and not wrong["facts"][0]["is_known"], wrong
        for row in facts[:1]:
            name = row["fields"]["name"]
            used = kim.post("/api/preview", {"fields": {"intent": "x", "text": "{{fact:" + name + "}}"}, "as_of": row["fields"]["effective_from"]})
            assert used["outcome"] == "found" and used["facts"][0]["shown"] == used["text"], used
            assert any(date["is_in_force"] for date in used["facts"][0]["dates"])
        kim.post("/api/preview", {"fields": {}, "as_of": "soon"}, 400)
        kim.post("/api/preview", {"fields": {"text": 1}}, 400)
        for text in HOSTILE:
            kim.post("/api/preview", {"fields": {"intent": text, "text": text, "condition": text}})


@test
def an_example_is_held_against_all_others_while_it_is_typed(bot):
    with Server(desk(bot)) as server:
        kim = Person(server, "kim")
        example = kim.get("/api/rows", kind="examples")["rows"][0]["fields"]
        other = next(row["fields"]["intent"] for row in kim.get("/api/rows", kind="examples", limit=200)["rows"]
                     if row["fields"]["intent"] != example["intent"])
        own = kim.post("/api/example-check", {"text": example["text"], "intent": example["intent"]})
        assert own["now"]["intent"] == example["intent"] and own["now"]["is_certain"] and own["after"]["because"] == "there", own
        taken = kim.post("/api/example-check", {"text": example["text"], "intent": other})
        assert taken["after"] == {"intent": other, "is_certain": False, "because": "taken"} and taken["near"][0]["how"] == "same"
        spaced = kim.post("/api/example-check", {"text": example["text"].replace(" ", "") + "?", "intent": other})
        assert any(near["text"] == example["text"] for near in spaced["near"]), (example, spaced)
        kim.post("/api/example-check", {"text": " ", "intent": other}, 400)
        kim.post("/api/example-check", {"text": "x" * 2001}, 400)
        for text in HOSTILE:
            kim.post("/api/example-check", {"text": text, "intent": text})
