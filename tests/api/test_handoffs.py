"""The desk from the outside: a customer who wants a person, agents who claim, speak, return and close, and what each is told as it happens."""
import http.client
import json
import os
import socket
import sqlite3
import threading
import urllib.parse

from paring import fill, run, test
from server import Server, wait_until

CANCEL, CANCEL_REPLY = "보험 해지 궁금해요", "해지는 앱에서 하실 수 있습니다."
PERSON = "피자 시켜 줘"  # nothing the bot has a script for
KEYS = {"kim": "kim-key-0123456789abcdef", "lee": "lee-key-0123456789abcdef", "web": "web-key-0123456789abcdef", "ops": "ops-key-0123456789abcdef"}


def keys_of(bot):
    path = bot.write("keys", "".join(f"{role} {name} {KEYS[name]}\n" for role, name in
                                     (("agent", "kim"), ("agent", "lee"), ("channel", "web"), ("operator", "ops"))))
    os.chmod(path, 0o600)
    return path


def key(name):
    return {"Authorization": f"Bearer {KEYS[name]}"}


class Desk:
    """Agents and a customer of one server, with keys or (all None) without."""

    def __init__(self, server, has_keys=True):
        self.server, self.has_keys = server, has_keys

    def headers(self, name):
        return key(name) if self.has_keys else {}

    def says(self, text, conversation="c", **more):
        return self.server.turn(text, conversation, headers=self.headers("web"), **more)

    def list(self, state=None):
        reply = self.server.ask("GET", "/api/handoffs" + (f"?state={state}" if state else ""), headers=self.headers("kim"))
        assert reply.status == 200, reply
        return reply.json()

    def do(self, what, ticket, agent="kim", status=200, **more):
        body = {"handoff": ticket, **({} if self.has_keys else {"agent": agent}), **more}
        reply = self.server.ask("POST", f"/api/handoffs/{what}", body, self.headers(agent))
        assert reply.status == status, reply
        return reply.json()

    def news(self, conversation="c", after=0):
        reply = self.server.ask("GET", f"/v1/messages?conversation={urllib.parse.quote(conversation)}&after={after}", headers=self.headers("web"))
        assert reply.status == 200, reply
        return reply.json()


class Events:
    """Server-sent events, read as they come."""

    def __init__(self, server, path, headers=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        self.connection.request("GET", path, headers=headers or {})
        self.socket = self.connection.sock
        self.reply = self.connection.getresponse()
        assert self.reply.status == 200, self.reply.status
        assert self.reply.getheader("Content-Type").startswith("text/event-stream")
        self.events, self.ended = [], False
        self.thread = threading.Thread(target=self.read, daemon=True)
        self.thread.start()

    def read(self):
        event = {}
        try:
            for line in self.reply:
                line = line.decode().rstrip("\n")
                if line.startswith(":") or line.startswith("retry:"):
                    continue
                if line:
                    name, value = line.split(": ", 1)
                    event[name] = value
                elif event:
                    self.events.append((int(event["id"]), event["event"], json.loads(event["data"])))
                    event = {}
        except (OSError, http.client.HTTPException):
            pass
        self.ended = True

    def kinds(self):
        return [kind for _, kind, _ in self.events]

    def close(self):
        self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.connection.close()


@test
def a_person_takes_a_conversation_over_and_gives_it_back(bot):
    fill(bot)
    bot.go_live()
    with Server(bot, keys_file=keys_of(bot)) as server:
        desk = Desk(server)
        assert desk.says(CANCEL)["reply"]["text"] == CANCEL_REPLY and desk.list()["handoffs"] == []
        asked = desk.says(PERSON)
        assert asked["route"] == "handoff" and asked["reply"]["text"], asked
        assert desk.says(PERSON)["route"] == "handoff", "nobody has come yet: the bot goes on"
        (ticket,) = desk.list()["handoffs"]
        assert ticket["state"] == "waiting" and ticket["conversation"] == "c" and ticket["handoff"] == asked["turn"], ticket
        assert desk.news()["handoff"] == "waiting" and desk.news()["messages"] == []
        id = ticket["handoff"]

        desk.do("say", id, status=409, text="누구세요?")
        packet = desk.do("claim", id)
        assert packet["agent"] == "kim" and packet["state"] == "claimed" and packet["intents"] == ["cancel_policy"], packet
        assert packet["sources"] == ["cancel_policy-1 v1"], packet
        assert [line["text"] for line in packet["transcript"][:2]] == [CANCEL, CANCEL_REPLY], packet
        assert desk.do("claim", id)["state"] == "claimed", "again by the same agent"
        desk.do("claim", id, "lee", status=409)
        desk.do("return", id, "lee", status=409)
        desk.do("close", id, "lee", status=409)

        silent = desk.says("대출 이율 알려 주세요 010-1234-5678")
        assert silent["route"] == "handoff" and silent["reply"]["text"] == "", silent
        said = desk.do("say", id, text="안녕하세요, 02-123-4567로 전화 주세요.", message_id="m1")
        assert said["text"] == "안녕하세요, [전화번호]로 전화 주세요." and said["agent"] == "kim", said
        assert desk.do("say", id, text="안녕하세요.", message_id="m1") == said, "a retry is no second message"
        news = desk.news()
        assert [one["kind"] for one in news["messages"]] == ["claimed", "agent"] and news["handoff"] == "claimed", news
        assert news["messages"][1]["text"] == said["text"] and "agent" not in news["messages"][1], news
        assert desk.news(after=news["last"])["messages"] == []
        assert desk.news("other") == {"handoff": "none", "messages": [], "last": 0}
        talk = desk.server.ask("GET", f"/api/handoffs/packet?handoff={id}", headers=key("lee")).json()["transcript"]
        assert [(line["from"], line["text"]) for line in talk][-2:] == [("customer", "대출 이율 알려 주세요 [전화번호]"), ("agent", said["text"])], talk

        assert desk.do("return", id)["state"] == "returned"
        desk.do("return", id, status=409)
        assert desk.says(CANCEL)["reply"]["text"] == CANCEL_REPLY, "the bot again"
        assert desk.list()["handoffs"] == [] and len(desk.list("returned")["handoffs"]) == 1
        second = desk.says(PERSON)["turn"]
        assert desk.do("close", second)["state"] == "closed", "nobody needs to claim what is no matter"
        desk.do("claim", second, status=409)
        desk.do("claim", "nothing", status=404)
        assert bot.run("explain", silent["turn"]).out
    with Server(bot, keys_file=keys_of(bot)) as server:
        desk = Desk(server)
        third = desk.says(PERSON)["turn"]
        desk.do("claim", third, "lee")
        desk.do("claim", third, "kim", status=409, **{"from": "park"})
        assert desk.do("claim", third, "kim", **{"from": "lee"})["agent"] == "kim", "taken over"
        server.kill()
    with Server(bot, keys_file=keys_of(bot)) as server:
        desk = Desk(server)
        assert desk.says(CANCEL)["reply"]["text"] == "", "still with a person"
        desk.do("close", third)
        assert desk.says(CANCEL)["reply"]["text"] == CANCEL_REPLY


@test
def of_many_who_claim_at_once_one_gets_the_ticket(bot):
    fill(bot)
    bot.go_live()
    with Server(bot, workers=4) as server:
        desk = Desk(server, has_keys=False)
        for round in range(10):
            id, got = desk.says(PERSON, f"rush-{round}")["turn"], []

            def claim(agent):
                got.append((server.ask("POST", "/api/handoffs/claim", {"handoff": id, "agent": agent}).status, agent))
            threads = [threading.Thread(target=claim, args=(f"agent-{i}",)) for i in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(status for status, _ in got) == [200] + [409] * 5, got
            (ticket,) = [one for one in desk.list()["handoffs"] if one["handoff"] == id]
            assert (200, ticket["agent"]) in got, (ticket, got)


@test
def agents_and_customers_are_told_as_it_happens(bot):
    fill(bot)
    bot.go_live()
    with Server(bot, keys_file=keys_of(bot)) as server:
        desk = Desk(server)
        agents = Events(server, "/api/handoffs/events", key("kim"))
        customer = Events(server, "/v1/events?conversation=c", key("web"))
        other = Events(server, "/v1/events?conversation=d", key("web"))
        id = desk.says(PERSON)["turn"]
        wait_until(lambda: agents.kinds() == ["opened"])
        assert agents.events[0][2]["handoff"] == id and agents.events[0][2]["text"] == PERSON
        desk.do("claim", id)
        desk.says("여보세요")
        desk.do("say", id, text="네, 상담원입니다.")
        desk.do("close", id)
        wait_until(lambda: agents.kinds() == ["opened", "claimed", "customer", "agent", "closed"])
        wait_until(lambda: customer.kinds() == ["claimed", "agent", "closed"])
        assert customer.events[1][2]["text"] == "네, 상담원입니다." and other.events == []
        late = Events(server, "/api/handoffs/events", {**key("lee"), "Last-Event-ID": "3"})
        wait_until(lambda: late.kinds() == ["agent", "closed"])
        assert server.ask("GET", "/api/handoffs/events?after=x", headers=key("kim")).status == 400
        assert server.ask("GET", "/api/handoffs/events", headers=key("web")).status == 403
        assert server.ask("GET", "/api/handoffs", headers=key("ops")).status == 403
        assert server.ask("GET", "/v1/messages?conversation=c", headers=key("kim")).status == 403
        assert server.ask("GET", "/v1/messages", headers=key("web")).status == 400
        for _ in range(20):
            Events(server, "/v1/events?conversation=c", key("web")).close()
        server.stop()
        for one in (agents, customer, other, late):
            one.thread.join(10)
            assert one.ended, "streams end with the server"


def age(bot, minutes, *tickets):
    """As if these had been claimed so much earlier; what agents said stays where it is."""
    db = sqlite3.connect(os.path.join(bot.path, "journal.db"), timeout=10)
    with db:
        db.executemany("UPDATE handoffs SET claimed_us = claimed_us - ? WHERE id = ?", [(minutes * 60 * 1000000, ticket) for ticket in tickets])
    db.close()


@test
def an_agent_who_is_gone_loses_the_ticket_to_its_old_place_in_the_queue(bot):
    fill(bot)
    bot.go_live()
    with Server(bot, keys_file=keys_of(bot), claim_minutes=10) as server:
        desk = Desk(server)
        first, second, third = (desk.says(PERSON, name)["turn"] for name in ("c", "d", "e"))
        agents, customer = Events(server, "/api/handoffs/events?after=3", key("lee")), Events(server, "/v1/events?conversation=c", key("web"))
        for ticket in (first, second, third):
            desk.do("claim", ticket)
        assert desk.says(CANCEL)["reply"]["text"] == "", "while it is claimed"
        desk.do("say", second, text="잠시만요.")
        age(bot, 9, third)
        age(bot, 11, first, second)
        wait_until(lambda: "lapsed" in agents.kinds())
        queue = [(one["handoff"], one["state"], one["agent"], one["claimed_at"] is None) for one in desk.list()["handoffs"]]
        assert queue == [(first, "waiting", None, True), (second, "claimed", "kim", False), (third, "claimed", "kim", False)], queue
        assert agents.events[-1][2]["agent"] == "kim" and agents.events[-1][2]["handoff"] == first and agents.kinds().count("lapsed") == 1
        wait_until(lambda: customer.kinds() == ["claimed", "lapsed"])
        assert desk.news()["handoff"] == "waiting" and desk.says(CANCEL)["reply"]["text"] == CANCEL_REPLY, "the bot goes on meanwhile"
        for what in ("say", "return"):
            late = desk.do(what, first, status=409, **({"text": "늦었습니다"} if what == "say" else {}))
            assert late["error"]["code"] == "claim_lapsed" and "claim it again" in late["error"]["message"], late
        desk.do("say", first, "lee", status=409, text="제 것인가요?")
        desk.do("claim", first, "lee")
        for what in ("say", "return", "close"):
            assert desk.do(what, first, status=409, **({"text": "늦었습니다"} if what == "say" else {}))["error"]["code"] == "claim_lapsed"
        assert desk.do("claim", first, status=409)["error"]["code"] == "conflict"
        assert "늦었습니다" not in str(desk.news()) and '"claim_lapsed"' in server.log()
        did = [line.get("did") for line in desk.do("claim", first, "lee")["transcript"]]
        assert [what for what in did if what] == ["claimed", "lapsed", "claimed"], did
        age(bot, 11, first)
        wait_until(lambda: agents.kinds().count("lapsed") == 2)
        assert desk.do("claim", first)["agent"] == "kim" and desk.do("say", first, text="다시 왔습니다.")["agent"] == "kim"
        agents.close()
        customer.close()


@test
def a_claim_lapses_over_a_restart_too_and_claiming_again_renews_it(bot):
    fill(bot)
    bot.go_live()
    at = lambda minutes: {"PARING_NOW": str((1764000000 + minutes * 60) * 1000000)}
    with Server(bot, env=at(0)) as server:
        gone, here = (server.turn(PERSON, name)["turn"] for name in ("gone", "here"))
        for ticket in (gone, here):
            assert server.ask("POST", "/api/handoffs/claim", {"handoff": ticket, "agent": "kim"}).status == 200
        server.kill()
    with Server(bot, env=at(14)) as server:
        assert server.ask("POST", "/api/handoffs/claim", {"handoff": here, "agent": "kim"}).json()["state"] == "claimed"
    with Server(bot, env=at(16)) as server:
        states = lambda: {one["handoff"]: one["state"] for one in server.ask("GET", "/api/handoffs").json()["handoffs"]}
        wait_until(lambda: states() == {gone: "waiting", here: "claimed"})
    for wrong in ("-1", "soon", "10081"):
        run("serve", "--bot", bot.path, "--set", f"claim_minutes={wrong}", status=2)


@test
def outside_hours_the_customer_is_told_and_the_ticket_waits(bot):
    fill(bot)
    with open(os.path.join(bot.path, "bot.conf"), "a", encoding="utf-8") as file:
        file.write("handoff_hours = mon-fri 09:00-18:00, sat 09:00-13:00\n")
    bot.go_live()
    at = lambda day, hour: {"PARING_NOW": str(((20410 + day) * 24 + hour - 9) * 3600 * 1000000)}  # 2025-11-18 is a Tuesday
    for day, hour, is_open in ((0, 9, True), (0, 18, False), (0, 8, False), (4, 12, True), (4, 13, False), (5, 12, False)):
        with Server(bot, env=at(day, hour)) as server:
            got = server.turn(PERSON, f"hours-{day}-{hour}")
            assert ("상담 시간이 아닙니다" in got["reply"]["text"]) is not is_open, (day, hour, got)
            assert len(server.ask("GET", "/api/handoffs").json()["handoffs"]) > 0
            bot.run("explain", got["turn"])
    for wrong in ("mon 9-18", "mon-fri", "fri-mon 09:00-18:00", "mon 18:00-09:00", "mon 09:00-25:00", "so 09:00-10:00"):
        run("serve", "--bot", bot.path, "--set", f"handoff_hours={wrong}", status=2)


@test
def channels_without_a_desk_open_no_ticket(bot):
    fill(bot)
    bot.go_live()
    with Server(bot) as server:
        server.turn(PERSON, "phone-1", channel="phone")
        server.ask("POST", "/webhooks/rest/webhook", {"sender": "u", "message": PERSON})
        assert server.ask("GET", "/api/handoffs").json()["handoffs"] == []
    with Server(bot, handoff_channels="phone rasa") as server:
        server.turn(PERSON, "phone-2", channel="phone")
        server.turn(PERSON, "web-2")
        assert [one["conversation"] for one in server.ask("GET", "/api/handoffs").json()["handoffs"]] == ["phone-2"]


@test
def what_is_no_change_of_a_ticket_is_refused(bot):
    fill(bot)
    bot.go_live()
    with Server(bot) as server:
        id = server.turn(PERSON, "x")["turn"]
        for body in ({}, {"handoff": 1}, {"handoff": id, "who": "kim"}, {"handoff": id, "text": "a" * 2001}, {"handoff": id, "text": " "},
                     {"handoff": id, "text": "a", "message_id": "m" * 200}, {"handoff": id, "agent": "a" * 200, "text": "a"}):
            assert server.ask("POST", "/api/handoffs/say", body).status == 400, body
        assert server.ask("POST", "/api/handoffs/claim", {"handoff": id}).json()["agent"] == "local"
        assert server.ask("GET", "/api/handoffs/packet").status == 404
        assert server.ask("GET", "/api/handoffs/claim").status == 405


@test
def on_kakao_an_answer_waits_for_the_button_or_the_next_message(bot):
    fill(bot)
    bot.go_live()

    def say(text, after=None, user="u1", request=None):
        body = {"action": {"clientExtra": None if after is None else {"after": after}},
                "userRequest": {"utterance": text, "user": {"id": user, "type": "botUserKey"}}}
        reply = server.ask("POST", "/kakao/skill", body, {"X-Request-Id": request} if request else None)
        assert reply.status == 200, reply
        template = reply.json()["template"]
        (button,) = template.get("quickReplies") or [{}]
        return "".join(output["simpleText"]["text"] for output in template["outputs"]), button.get("label"), button.get("extra", {}).get("after")

    with Server(bot) as server:
        text, button, _ = say(PERSON)
        assert text and button == "답변 확인", (text, button)
        (ticket,) = server.ask("GET", "/api/handoffs").json()["handoffs"]
        assert ticket["channel"] == "kakao", ticket
        id = ticket["handoff"]
        assert "아직" in say("답변 확인")[0]
        server.ask("POST", "/api/handoffs/claim", {"handoff": id})
        text, button, _ = say("여보세요?")
        assert "전달했습니다" in text and button == "답변 확인"
        agent = lambda text: server.ask("POST", "/api/handoffs/say", {"handoff": id, "text": text}).json()["number"]
        first = agent("안녕하세요.")
        assert say("답변 확인") == ("상담원: 안녕하세요.", "답변 확인", first)
        assert "아직" in say("답변 확인", first)[0] and "아직" in say("답변 확인")[0]
        assert say("답변 확인", 0)[0] == "상담원: 안녕하세요.", "a reply that was lost comes again"
        second = agent("무엇을 도와드릴까요?")
        assert say("해지요", request="r1")[::2] == ("상담원: 무엇을 도와드릴까요?", second), "the next message brings it too"
        assert "전달했습니다" in say("네")[0]
        for i in range(4):
            agent(str(i) * 1000)
        assert say("답변 확인")[0].count("상담원") == 2 and say("답변 확인")[0].count("상담원") == 2, "what fits, then the rest"
        agent("마지막입니다.")
        server.ask("POST", "/api/handoffs/return", {"handoff": id})
    with Server(bot) as server:
        text, button, _ = say(CANCEL)
        assert text == f"상담원: 마지막입니다.{CANCEL_REPLY}" or text == f"상담원: 마지막입니다.\n\n{CANCEL_REPLY}", text
        assert button is None and "아직" in say("답변 확인")[0]
        talk = server.ask("GET", f"/api/handoffs/packet?handoff={id}").json()["transcript"]
        assert "답변 확인" not in [line["text"] for line in talk if line["from"] == "customer"], "no noise for the agent"
