"""Kakao's useCallback: the skill is answered at once, the reply a model had a part in goes to the callback address once, and where it cannot
go there the customer's button shows it."""
import http.server
import json
import os
import sqlite3
import threading
import time

from paring import test
from server import Server, wait_until
from test_quoted import QUESTION, with_documents
from test_selector import LABEL, OFTEN, QUOTED, SENTENCES, Model, at, providers, table

CHECK = "답변 확인"


class Kakao:
    """The callback's side: what was posted to it, with the time."""

    def __init__(self, status=200):
        outer, self.seen, self.status = self, [], status

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.seen.append((self.path, self.headers["Content-Type"], json.loads(body), time.monotonic()))
                self.send_response(outer.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/callback/token"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()


class Slow(Model):
    """A model that thinks until it is let go."""

    def __init__(self, says):
        super().__init__(says)
        self.goes = threading.Event()

    def answer(self, connection, head, body):
        self.goes.wait(20)
        super().answer(connection, head, body)


def skill(server, text, callback=None, user="u1", request=None, status=200):
    asked = {"utterance": text, "user": {"id": user, "type": "botUserKey"}, **({"callbackUrl": callback} if callback else {})}
    reply = server.ask("POST", "/kakao/skill", {"bot": {"id": "b"}, "userRequest": asked}, {"X-Request-Id": request} if request else {})
    assert reply.status == status, reply
    return reply.json()


def text_of(reply):
    return "\n".join(output["simpleText"]["text"] for output in reply["template"]["outputs"])


def serve(bot, model, **more):
    return Server(bot, workers=1, kakao_callback_hosts="kakao.com, 127.0.0.1", rate_per_address=0, **providers(bot, model), **more)


@test
def the_skill_is_answered_at_once_and_the_reply_comes_by_callback(bot):
    with_documents(bot, OFTEN)
    with Slow(at(SENTENCES[0])) as model, Kakao() as kakao, serve(bot, model) as server:
        began = time.monotonic()
        reply = skill(server, QUESTION, kakao.url, request="r1")
        assert reply["useCallback"] is True and reply["version"] == "2.0" and "template" not in reply and reply["data"]["text"], reply
        assert not table(bot, "SELECT 1 FROM turns") and not kakao.seen
        model.goes.set()
        wait_until(lambda: kakao.seen)
        path, kind, body, when = kakao.seen[0]
        assert path == "/callback/token" and kind == "application/json" and body["version"] == "2.0" and "useCallback" not in body, body
        assert SENTENCES[0] in text_of(body) and LABEL in text_of(body) and body["data"]["route"] == "generated", body
        assert when - began >= 0.95, "a callback that overtakes the skill's reply is refused"
        (row,) = table(bot, "SELECT id, channel, route FROM turns")
        assert row == (body["data"]["turn"], "kakao", "generated"), row
        again = skill(server, QUESTION, kakao.url, request="r1")  # delivered twice: the same turn, now with its reply
        assert text_of(again) == text_of(body) and len(table(bot, "SELECT 1 FROM turns")) == 1, again
        assert text_of(skill(server, CHECK)) == text_of(body)
        pinned = skill(server, QUESTION, kakao.url, user="u2")  # known by now: nobody waits
        assert text_of(pinned) == text_of(body)
        scripted = skill(server, "보험 해지 궁금해요", kakao.url)
        assert scripted["data"]["route"] == "scripted" and len(model.seen) == 1, scripted
        time.sleep(1.2)
        assert len(kakao.seen) == 1, "once"


@test
def without_a_callback_a_button_shows_the_reply(bot):
    with_documents(bot, OFTEN)
    with Slow(at(SENTENCES[0])) as model, serve(bot, model) as server:
        reply = skill(server, QUESTION)
        assert "useCallback" not in reply and [one["messageText"] for one in reply["template"]["quickReplies"]] == [CHECK], reply
        assert "확인하고 있습니다" in text_of(skill(server, CHECK)), "still at it"
        model.goes.set()
        wait_until(lambda: table(bot, "SELECT 1 FROM turns"))
        wait_until(lambda: "template" in (reply := skill(server, CHECK)) and SENTENCES[0] in text_of(reply))
        assert LABEL in text_of(skill(server, CHECK)) and len(table(bot, "SELECT 1 FROM turns")) == 1
    with Model(at(SENTENCES[0])) as model, serve(bot, model, model_deadline_ms=3000) as server:  # in time for the skill itself
        assert "quickReplies" not in skill(server, QUESTION + " 알려줘", user="u9")["template"]


@test
def a_second_message_is_answered_in_time_while_the_first_is_looked_up(bot):
    """Kakao gives up on a skill after five seconds."""
    with_documents(bot, OFTEN)
    with Slow(at(SENTENCES[0])) as model, Kakao() as kakao, serve(bot, model, model_deadline_ms=20000) as server:
        assert skill(server, QUESTION, kakao.url, request="r1")["useCallback"] is True
        for callback in (kakao.url, None):
            began = time.monotonic()
            reply = skill(server, "보험 해지 궁금해요", callback, request=f"r2 {callback}")
            assert "다시 말씀해 주세요" in text_of(reply) and [one["messageText"] for one in reply["template"]["quickReplies"]] == [CHECK], reply
            assert "useCallback" not in reply and time.monotonic() - began < 2
        assert skill(server, QUESTION, kakao.url, request="r1")["useCallback"] is True, "the same message once more"
        assert skill(server, "보험 해지 궁금해요", kakao.url, user="u2")["data"]["route"] == "scripted", "nobody else waits"
        model.goes.set()
        wait_until(lambda: kakao.seen)
        wait_until(lambda: "data" in (reply := skill(server, "보험 해지 궁금해요", request="r3")) and reply["data"]["route"] == "scripted")
        assert len(model.seen) == 1 and len(table(bot, "SELECT 1 FROM turns WHERE route = 'generated'")) == 1


@test
def what_waits_for_the_disk_is_told_before_kakao_gives_up(bot):
    with_documents(bot, OFTEN)
    with Server(bot, workers=1, rate_per_address=0) as server:
        skill(server, "보험 해지 궁금해요", request="r0")
        other = sqlite3.connect(os.path.join(bot.path, "journal.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        reply = skill(server, "보험 해지 궁금해요", request="r1")
        took = time.monotonic() - began
        other.execute("ROLLBACK")
        other.close()
        assert "늦어지고" in text_of(reply) and reply["version"] == "2.0" and 3 < took < 4.8, (reply, took)
        wait_until(lambda: skill(server, "보험 해지 궁금해요", request="r1").get("data", {}).get("route") == "scripted")
        assert len(table(bot, "SELECT 1 FROM turns WHERE message_id = 'r1'")) == 1


@test
def an_address_that_is_not_kakaos_is_never_called(bot):
    with_documents(bot, OFTEN)
    with Model(at(SENTENCES[0])) as model, Kakao() as kakao, Server(bot, workers=1, rate_per_address=0, **providers(bot, model)) as server:
        port = kakao.server.server_port
        for i, url in enumerate((kakao.url, f"http://kakao.com@127.0.0.1:{port}/", f"http://127.0.0.1:{port}/kakao.com", "https://evilkakao.com/x",
                                 "https://kakao.com.evil.example/", "http://bot-api.kakao.com/x", "file:///etc/passwd", "gopher://kakao.com/",
                                 "https://u:p@kakao.com/", "//kakao.com", "x", "https://kakao.com\r\nX: y")):
            reply = skill(server, f"{QUESTION} {'?' * (i + 1)}", url, user=f"c{i}")
            assert "useCallback" not in reply, (url, reply)
        skill(server, QUESTION, user="z", callback=7, status=400)
        skill(server, QUESTION, user="z", callback="https://kakao.com\x00.evil/", status=400)
        time.sleep(1.2)
        assert not kakao.seen


@test
def a_callback_that_fails_leaves_the_reply_to_the_button(bot):
    with_documents(bot, OFTEN)
    with Slow(at(SENTENCES[0])) as model, Kakao(500) as kakao, serve(bot, model) as server:
        assert skill(server, QUESTION, kakao.url)["useCallback"] is True
        model.goes.set()
        wait_until(lambda: "post_failed" in server.log())
        assert len(kakao.seen) == 1 and SENTENCES[0] in text_of(skill(server, CHECK))


@test
def a_server_that_stops_owes_nobody(bot):
    """The quoted reply is on record and sent, though every call hangs."""
    with_documents(bot, OFTEN)
    with Model("hang") as model, Kakao() as kakao, serve(bot, model, model_deadline_ms=20000) as server:
        for i in range(3):
            assert skill(server, QUESTION, kakao.url, user=f"u{i}")["useCallback"] is True
        server.stop()
        assert len(kakao.seen) == 3 and all(text_of(body) == QUOTED for _, _, body, _ in kakao.seen), kakao.seen
        assert len(table(bot, "SELECT 1 FROM turns")) == 3
