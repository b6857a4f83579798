"""A model as a selector, from the outside: it may only point, whatever else it does the customer gets the quoted passage or a person
within the deadline, what it pointed at is quoted byte for byte, and the same question gets the same bytes for good."""
import concurrent.futures
import json
import os
import re
import sqlite3
import threading

from hostile import HEAD, Hostile, good
from paring import test
from server import Server
from test_quoted import DOCUMENTS, FEE, QUESTION, with_documents

QUOTED = f"{FEE}\n\n출처: 제증명 안내, 제증명 안내 > 재발급 (2024-01-01 시행)"
LEAD, LABEL = "문의하신 내용은 문서에 이렇게 나와 있습니다.", "※ AI가 찾은 문장을 문서에서 그대로 옮긴 답변입니다."
SENTENCES = ["증명서를 다시 발급하려면 재발급 수수료 2,000원을 냅니다.", "다만, 첫 발급은 무료입니다."]
PARKING = "지하 주차장 방문 고객 10분마다 얼마"
OFTEN = "quote_from=0.3"


def shown(user):
    """The numbers given out, and their sentences with their spaces back."""
    return {number: text.replace("▁", " ") for number, text in re.findall(r"^\[(S\d+)\] (.*)$", user, re.M)}


def pointing(*ids, answerable=True):
    return json.dumps({"answerable": answerable, "sentence_ids": list(ids), "fact_ids": []})


def at(*words):
    """Points at the sentences that hold these words."""
    return lambda user: pointing(*[number for word in words for number, text in shown(user).items() if word in text][:4])


class Model(Hostile):
    """Answers every question by `says`: a function of the user's part of the prompt into the reply's text, or the name of what
    hostile.py does wrong with its words."""

    def __init__(self, says):
        super().__init__()
        self.says = says

    def answer(self, connection, head, body):
        user = body["messages"][-1]["content"]
        with self.lock:
            self.seen.append((head.decode(), body))
        if callable(self.says):
            text = self.says(user)
            connection.sendall(HEAD + good([text[i:i + 7] for i in range(0, len(text), 7)]))
        else:
            name, *words = self.says.split()
            getattr(self, "do_" + name.replace("-", "_"))(connection, 1, *words)

    def sent(self):
        return [body["messages"][-1]["content"] for _, body in self.seen]


def providers(bot, *models, name="small", **keys):
    text = "".join(f"[p{i}]\nform = openai\nurl = {model.url}\nmodel = {name}\nwon_per_1000_in = 2\nwon_per_1000_out = 4\n"
                   + "".join(f"{key} = {value}\n" for key, value in keys.items()) for i, model in enumerate(models))
    return {"providers_file": bot.write("providers", text)}


def flags(settings):
    return [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]


def table(bot, sql):
    with sqlite3.connect(f"file:{os.path.join(bot.path, 'journal.db')}?mode=ro", uri=True) as db:
        return db.execute(sql).fetchall()


@test
def what_a_model_points_at_is_quoted_and_labelled(bot):
    with_documents(bot, OFTEN)
    with Model(at(SENTENCES[0])) as model:
        settings = flags(providers(bot, model))
        reply = bot.ask(QUESTION, *settings)
        text = reply["reply"]["text"]
        assert reply["route"] == "generated" and reply["generated"] is True, reply
        assert text == f"{LEAD}\n\n{SENTENCES[0]}\n\n출처: 제증명 안내, 제증명 안내 > 재발급 (2024-01-01 시행)\n\n{LABEL}", text
        assert [c["quote"] for c in reply["reply"]["citations"]] == [SENTENCES[0]], reply
        assert "selected by small" in reply["reason"], reply
        model.says = at("지하 주차장", "10분마다")
        both = bot.ask(PARKING, *settings)["reply"]["text"]
        assert "지하 주차장은 방문 고객에게 두 시간 무료입니다.\n이후 10분마다 500원입니다.\n\n출처: 주차" in both, both
        scripted = bot.ask("보험 해지 궁금해요", *settings)
        assert scripted["route"] == "scripted" and len(model.seen) == 2, scripted
    why = bot.run("explain", reply["turn"], "--json").json()  # no model is there any more
    assert why["is_identical"] is True and why["route"] == "generated", why
    evidence = json.loads(why["evidence"])
    assert evidence["by"] == "model" and evidence["model"] == "small" and re.fullmatch("[0-9a-f]{64}", evidence["prompt"]), evidence
    assert evidence["spans"][0]["document"] == "fees", evidence
    assert bot.run("replay", "--json").json()["own_changed"] == 0
    with sqlite3.connect(f"{bot.path}/journal.db") as journal:  # somebody has been at it
        journal.execute("UPDATE turns SET evidence = replace(evidence, '\"from\":', '\"from\":1') WHERE id = ?", (reply["turn"],))
    bot.run("explain", reply["turn"], status=1)


@test
def a_model_is_asked_where_a_passage_alone_would_not_be_quoted(bot):
    with_documents(bot, "quote_from=0.999", "model_from=0.1")
    with Model(at(SENTENCES[0])) as model:
        settings = flags(providers(bot, model))
        reply = bot.ask(QUESTION, *settings)
        assert reply["route"] == "generated" and SENTENCES[0] in reply["reply"]["text"] and len(model.seen) == 1, reply
        model.says = lambda user: pointing(answerable=False)
        assert bot.ask(PARKING, *settings)["route"] == "handoff" and len(model.seen) == 2
        bot.run("train", "--set", "quote_from=0.999", "--set", "model_from=1")
        bot.run("release", "activate", "2", status=None)
        assert bot.ask(QUESTION, *settings)["route"] == "handoff" and len(model.seen) == 2
    why = bot.run("explain", reply["turn"], "--json").json()
    assert why["is_identical"] is True, why


WRONG = [lambda user: pointing("S99"), lambda user: pointing("S1", "S1"), lambda user: pointing("S0"), lambda user: pointing(),
         lambda user: pointing(answerable=False), lambda user: pointing("S1", answerable=False), lambda user: "재발급 수수료는 9,000원입니다.",
         lambda user: pointing("S1")[:-1], lambda user: "```json\n" + pointing("S1") + "\n```", lambda user: pointing("S1") + "}",
         lambda user: json.dumps({"answerable": True, "sentence_ids": ["S1"], "fact_ids": ["F1"]}),
         lambda user: json.dumps({"answerable": True, "sentence_ids": ["S1"], "fact_ids": [], "text": "수수료는 9,000원입니다."}),
         lambda user: json.dumps({"answerable": "true", "sentence_ids": ["S1"], "fact_ids": []}),
         lambda user: json.dumps({"answerable": True, "sentence_ids": "S1", "fact_ids": []}),
         lambda user: json.dumps({"answerable": True, "sentence_ids": ["S1 2,000원→1,000원"], "fact_ids": []}),
         lambda user: json.dumps({"answerable": True, "sentence_ids": [], "fact_ids": [], "quote": "1,000원"}),
         lambda user: user, lambda user: "null", lambda user: "[" * 5000, lambda user: "\ud83d".encode("utf-8", "replace").decode(),
         "hang", "hang 200", "drip", "ping-forever", "storm", "storm 1", "storm far", "status 500", "status 503", "reset 0", "reset 300", "close 400",
         "reason length", "reason content_filter", "error-inside", "error-inside 3", "megabytes text", "halves d83d - 0041", "end none",
         "raw deep", "type text/html", "redirect http://127.0.0.1:1/"]


@test
def whatever_it_does_there_is_a_reply_in_time(bot):
    with_documents(bot, OFTEN)
    with Model("hang") as model, Server(bot, workers=1, model_deadline_ms=700, access_log="no", rate_per_address=0,
                                        **providers(bot, model, first_byte_ms=300)) as server:
        for i, says in enumerate(WRONG):
            model.says = says
            reply = server.turn(f"{QUESTION} {'?' * i}", conversation=f"c{i}")
            assert reply["route"] == "quoted" and reply["generated"] is False, (i, says, reply)
            assert reply["reply"]["text"] == QUOTED, (i, says, reply)
            assert re.search(r"; model: \w", reply["reason"]), (i, says, reply)
        assert not table(bot, "SELECT * FROM pins")
        attempts = server.metric("paring_model_attempts_total")
        assert server.metric('paring_model_used_today{of="calls"}') == attempts > 10 and server.metric('paring_model_cap{of="won"}') == 0
        assert server.metric('paring_model_calls_total{outcome="late"}') > 0 == server.metric("paring_model_pending")
    rows = table(bot, "SELECT evidence FROM turns")
    assert len(rows) == len(WRONG) and all(json.loads(e)["by"] == "nobody" and not json.loads(e)["spans"] for (e,) in rows), rows
    assert {"late", "unknown_id", "not_json", "wrong_form", "not_answerable"} <= {json.loads(e)["why"] for (e,) in rows}, rows
    assert bot.run("replay", "--json").json()["own_changed"] == 0


@test
def scripts_answer_while_every_call_hangs(bot):
    with_documents(bot, OFTEN)
    with Model("hang") as model, Server(bot, workers=1, model_deadline_ms=20000, rate_per_address=0, **providers(bot, model, first_byte_ms=20000,
                                                                                                            deadline_ms=20000)) as server:
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            waiting = [pool.submit(server.turn, QUESTION, conversation=f"w{i}", message_id="m") for i in range(6)]
            while len(model.seen) < 6:
                threading.Event().wait(0.02)
            for i in range(100):
                assert server.turn("보험 해지 궁금해요", conversation=f"s{i}")["route"] == "scripted"
            assert not any(future.done() for future in waiting)
            assert server.metric("paring_model_pending") == 6 == server.metric("paring_model_attempts_total")
            behind = pool.submit(server.turn, "보험 해지 궁금해요", conversation="w0")  # the next message of one who waits
            threading.Event().wait(0.1)
            assert not behind.done()
            server.process.terminate()  # it ends now, not when the deadlines do; nobody is left without
            assert all(future.result(10)["reply"]["text"] == QUOTED for future in waiting)
            assert behind.result(10)["route"] == "scripted"
    assert [row[0] for row in table(bot, "SELECT DISTINCT outcome FROM model_calls")] == ["off"]


@test
def a_customer_who_leaves_gives_the_conversation_back(bot):
    with_documents(bot, OFTEN)
    with Model("hang") as model, Server(bot, workers=1, model_deadline_ms=1000, **providers(bot, model)) as server:
        body = json.dumps({"conversation": "c", "text": QUESTION}).encode()
        with server.connect() as client:
            client.send(b"POST /v1/turns HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                        % len(body) + body)
            while not model.seen:
                threading.Event().wait(0.02)
        assert server.turn("보험 해지 궁금해요")["route"] == "scripted"


@test
def the_same_question_gets_the_same_bytes_for_good(bot):
    """Asked in another order, after a restart, of a model that has changed its mind: nobody asks it again."""
    with_documents(bot, OFTEN)
    questions = [QUESTION, PARKING, "증명서를 다시 발급하려면 재발급 수수료"]
    with Model(lambda user: pointing(*list(shown(user))[:1])) as model:
        settings = providers(bot, model)
        with Server(bot, workers=1, **settings) as server:
            first = {q: server.turn(q, conversation=f"a{i}")["reply"] for i, q in enumerate(questions)}
        assert len(model.seen) == 3
        model.says = lambda user: pointing(*list(shown(user))[1:3])
        with Server(bot, workers=3, **settings) as server:
            for i, q in enumerate(reversed(questions * 3)):
                again = server.turn(q, conversation=f"b{i}")
                assert again["route"] == "generated" and again["reply"] == first[q], (again, first[q])
            assert server.turn(QUESTION.rstrip("?") + " ??", conversation="x")["reply"] == first[QUESTION]
        assert len(model.seen) == 3
        assert bot.ask(PARKING, *flags(settings))["reply"] == first[PARKING]
        model.says = "hang"
        assert bot.ask(PARKING, *flags(settings))["reply"] == first[PARKING]
        model.says = lambda user: pointing(*list(shown(user))[1:2])
        other = bot.ask(PARKING, *flags(providers(bot, model, name="larger")))["reply"]  # another model: asked anew, and kept
        assert other != first[PARKING] and len(model.seen) == 4, (other, len(model.seen))
        new = [dict(row, text=row["text"].replace("2,000원", "3,000원")) for row in DOCUMENTS]
        bot.run("import", "--as", "documents", bot.write("new.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in new)))
        bot.run("train", "--set", OFTEN)
        bot.run("release", "activate", "2", status=None)
        fresh = bot.ask(QUESTION, *flags(providers(bot, model, name="small")))["reply"]
        assert "2,000" not in fresh["text"] and len(model.seen) == 5, fresh
    assert bot.run("replay", "--release", "1", "--json").json()["own_changed"] == 0


@test
def many_who_ask_at_once_are_told_the_same(bot):
    with_documents(bot, OFTEN)
    counter, lock = [0], threading.Lock()

    def another_each_time(user):
        with lock:
            counter[0] += 1
        ids = list(shown(user))
        return pointing(ids[counter[0] % len(ids)])

    with Model(another_each_time) as model, Server(bot, workers=4, rate_per_address=0, **providers(bot, model)) as server:
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            replies = list(pool.map(lambda i: server.turn(QUESTION, conversation=f"c{i}")["reply"]["text"], range(36)))
    assert len(set(replies)) == 1, set(replies)
    assert len(table(bot, "SELECT * FROM pins")) == 1


@test
def what_leaves_is_masked_and_on_record(bot):
    documents = DOCUMENTS + [{"id": "desk", "title": "담당자 연락처", "text": "제증명 담당자 홍길동의 전화는 010-9876-5432 입니다. 대표번호는 1588-1234 입니다."}]
    with_documents(bot, OFTEN, documents=documents)
    with Model(at("담당자")) as model:
        settings = flags(providers(bot, model))
        reply = bot.ask("제증명 담당자 홍길동의 전화 번호, 제 번호는 010-1234-5678 메일은 kim@example.com", *settings)
        assert reply["route"] == "generated" and "010-9876-5432" in reply["reply"]["text"], reply  # the document's own bytes
        everything = json.dumps(model.seen[-1][1], ensure_ascii=False)
        assert "1234-5678" not in everything and "kim@" not in everything and "9876" not in everything, everything
        assert "1588-1234" in everything and "(전화번호#" in everything, everything
        sent, rows = model.sent()[0], table(bot, "SELECT sent, provider, model, prompt, tokens_in, tokens_out, micro_won, outcome, status FROM model_calls")
        assert rows == [(sent, "p0", "small", rows[0][3], 50, 20, 180000, "whole", 200)] and len(rows[0][3]) == 64, rows
        bot.ask(PARKING, *settings, "--set", "model_calls_per_day=1")  # the day's sums are remembered over a restart
        bot.ask(PARKING, "--no-journal", *settings)
        assert len(model.seen) == 1
    why = json.loads(table(bot, "SELECT evidence FROM turns ORDER BY id DESC LIMIT 1")[0][0])
    assert why["why"] == "capped", why


@test
def nothing_leaves_without_a_provider_or_with_the_switch_off(bot):
    with_documents(bot, OFTEN)
    with Model(at(FEE[:10])) as model:
        assert bot.ask(QUESTION)["route"] == "quoted"
        off = bot.write("off", "")
        assert bot.ask(QUESTION, *flags(providers(bot, model)), "--set", f"model_off_file={off}")["route"] == "quoted"
        assert not model.seen and not table(bot, "SELECT * FROM model_calls")
        bot.run("ask", QUESTION, "--set", f"providers_file={bot.path}/none", status=3)


@test
def a_pin_becomes_a_script_when_a_person_says_so(bot):
    with_documents(bot, OFTEN)
    with Model(at(SENTENCES[0])) as model:
        bot.ask("보험 해지 궁금해요", *flags(providers(bot, model)))
        assert bot.run("pins").out == "no reply is pinned\n"
        bot.ask(QUESTION, *flags(providers(bot, model)))
    (pin,) = bot.run("pins", "--json").json()["pins"]
    assert pin["question"] == QUESTION and pin["model"] == "small" and pin["documents"] == ["fees"] and LABEL in pin["reply"], pin
    assert QUESTION in bot.run("pins").out
    bot.run("pins", "--promote", pin["id"], status=2)
    bot.run("pins", "--promote", "zz", "--intent", "reissue", status=3)
    bot.run("pins", "--promote", pin["id"][:8], "--intent", "reissue")
    bot.run("train", "--set", OFTEN)
    bot.run("release", "activate", "2", status=None)
    reply = bot.ask(QUESTION, "--release", "2")
    assert reply["route"] == "scripted" and reply["intent"] == "reissue", reply
    assert reply["reply"]["text"].startswith(SENTENCES[0]) and "AI" not in reply["reply"]["text"], reply


@test
def a_new_version_of_a_document_tells_the_pins_that_quote_it(bot):
    with_documents(bot, OFTEN)
    with Model(at(SENTENCES[0])) as model:
        bot.ask(QUESTION, *flags(providers(bot, model)))
    (pin,) = bot.run("pins", "--json").json()["pins"]
    for changed in DOCUMENTS:
        text = json.dumps({**changed, "text": changed["text"] + "\n끝.\n"}, ensure_ascii=False) + "\n"
        for more in (("--dry-run",), ()):
            rows = bot.take("changed.jsonl", text, "--json", "--as", "documents", *more).json()["touched"]
            pins = [(row["name"], row["more"]) for row in rows if row["what"] == "pin"]
            assert pins == ([(pin["id"][:12], QUESTION)] if changed["id"] == "fees" else []), (changed["id"], rows)
