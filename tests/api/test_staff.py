"""Signing in over HTTP; and every route of the table with every kind of caller."""
import os
import re
import sqlite3
import threading
import time

import paring
from paring import test
from server import Server

WORD = "correct horse 9"
ROLES = ["agent", "writer", "reviewer", "lead", "administrator"]
# Who may call a route of this role; keys are of channel, agent and operator.
ALL = {None, *ROLES, "key channel", "key agent", "key operator"}
MAY = {"ANYONE": ALL, "CUSTOMER": ALL, "CHANNEL": {"key channel"}, "OPERATOR": {"key operator"},
       "AGENT": {"key agent", "agent", "lead"}, "STAFF": set(ROLES), "READER": set(ROLES) - {"administrator"}, "WRITER": {"writer", "reviewer", "lead"},
       "REVIEWER": {"reviewer", "lead"}, "LEAD": {"lead"}, "OPERATIONS": {"lead", "administrator"},
       "ADMINISTRATOR": {"administrator"}}


def live(bot):
    paring.fill(bot)
    bot.go_live()
    return bot


def people(bot, *roles):
    for role in roles:
        bot.run("user", "add", role, "--role", role, input=WORD + "\n")


def sign_in(server, name, word=WORD, status=200, headers=None):
    reply = server.ask("POST", "/api/login", {"name": name, "password": word}, headers)
    assert reply.status == status, reply
    if status != 200:
        assert "Set-Cookie" not in reply.headers, reply
        return reply
    cookie = reply.headers["Set-Cookie"]
    assert re.fullmatch(r"__Host-paring=[0-9a-f]{64}; Path=/; Secure; HttpOnly; SameSite=Strict", cookie), cookie
    return {"Cookie": cookie.split(";")[0], "X-CSRF-Token": reply.json()["csrf"]}


def me(server, session):
    return server.ask("GET", "/api/me", None, session).status


@test
def the_first_code_makes_one_administrator_once(bot):
    with Server(live(bot)) as server:
        code = server.said["first_administrator_code"]
        first = {"name": "root", "password": WORD, "code": code}
        assert server.ask("POST", "/api/first", {**first, "code": "0" * 64}).status == 403
        assert server.ask("POST", "/api/first", {**first, "password": "short"}).status == 400
        assert server.ask("POST", "/api/first", first, {"Origin": "https://evil.example"}).status == 403
        reply = server.ask("POST", "/api/first", first)
        assert reply.status == 200 and reply.json()["role"] == "administrator", reply
        assert server.ask("POST", "/api/first", {**first, "name": "other"}).status == 403
        sign_in(server, "root")
    with Server(bot) as server:
        assert "first_administrator_code" not in server.said
    events = [line["event"] for line in bot.run("audit", "export").lines()]
    assert events[-3:] == ["user_added", "signed_in", "signed_in"] and not set(events[:-3]) & {"user_added", "signed_in"}, events


@test
def a_session_is_kept_hashed_and_ends_when_it_should(bot):
    people(live(bot), "agent", "lead")
    with Server(bot) as server:
        one, two = sign_in(server, "agent"), sign_in(server, "agent")
        token = one["Cookie"].split("=")[1]
        with open(os.path.join(bot.path, "content.db-wal"), "rb") as file:
            assert token.encode() not in file.read() and me(server, one) == 200
        assert me(server, {}) == me(server, {"Cookie": "__Host-paring=" + "0" * 64}) == 401
        assert me(server, {"Cookie": one["Cookie"] + "; " + two["Cookie"]}) == 401
        reply = server.ask("POST", "/api/logout", {}, one)
        assert reply.status == 200 and "Max-Age=0" in reply.headers["Set-Cookie"], reply
        assert (me(server, one), me(server, two)) == (401, 200)
        three = sign_in(server, "agent", headers=two)  # a cookie that was planted is worth nothing after
        assert (me(server, two), me(server, three)) == (401, 200) and two["Cookie"] != three["Cookie"]
        bot.run("user", "disable", "agent")
        until = time.monotonic() + 10
        while me(server, three) == 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert me(server, three) == 401
        sign_in(server, "agent", status=403)
        four = sign_in(server, "lead")
    now = int(time.time() * 1e6)
    for minutes, status in ((20, 200), (52, 401)):
        with Server(bot, env={"PARING_NOW": str(now + minutes * 60 * 1000000)}) as server:
            assert me(server, four) == status, minutes
    with Server(bot) as server:
        five = sign_in(server, "lead")
    for minutes, status in ((12 * 60 - 5, 200), (12 * 60 + 5, 401)):  # however busily it is used
        at = now + minutes * 60 * 1000000
        with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
            db.execute("UPDATE sessions SET seen_at = ?", (at,))
        db.close()
        with Server(bot, env={"PARING_NOW": str(at)}) as server:
            assert me(server, five) == status, minutes


@test
def a_change_needs_the_token_and_our_own_page(bot):
    people(live(bot), "agent")
    with Server(bot) as server:
        session = sign_in(server, "agent")
        ours = f"http://127.0.0.1:{server.port}"
        for wrong in ({"X-CSRF-Token": ""}, {"X-CSRF-Token": "0" * 64}, {"Origin": "https://evil.example"}, {"Origin": "null"},
                      {"Origin": ours + "0"}, {"Origin": "http://evil.example/" + ours}):
            assert server.ask("POST", "/api/logout", {}, {**session, **wrong}).status == 403, wrong
        assert server.ask("POST", "/api/login", {"name": "agent", "password": WORD}, {"Origin": "null"}).status == 403
        form = server.ask("POST", "/api/login", b"name=agent", {"Content-Type": "application/x-www-form-urlencoded"})
        assert form.status == 415, form
        assert server.ask("POST", "/api/logout", {}, {**session, "Origin": ours}).status == 200


@test
def people_behind_one_address_have_an_allowance_each(bot):
    people(live(bot), "agent", "lead")
    with Server(bot, address_header="X-Address", rate_per_address=5) as server:
        hall = {"X-Address": "192.0.2.7"}
        lead, agents = sign_in(server, "lead", headers=hall), [sign_in(server, "agent", headers=hall) for _ in range(3)]
        time.sleep(2.1)
        # eight calls each at once are within a burst of ten; the four sessions' 32 are not within one address's
        assert {server.ask("GET", "/api/me", None, {**one, **hall}).status for one in [lead, *agents] for _ in range(8)} == {200}
        assert server.ask("GET", "/chat", None, hall).status != 429, "what sessions do leaves the address's own allowance"
        hasty = [server.ask("GET", "/api/me", None, {**lead, **hall}) for _ in range(30)]
        assert [reply.status for reply in hasty].count(429) >= 10 and hasty[-1].headers["Retry-After"], "one session has no more than an address"
        assert server.ask("GET", "/api/me", None, {**agents[0], **hall}).status == 200, "and the others do not wait for it"
        forged = [server.ask("GET", "/api/me", None, {"Cookie": f"__Host-paring={i:064x}", **hall}).status for i in range(30)]
        assert forged[0] == 401 and forged.count(429) >= 10, "who makes sessions up has the address's allowance"
        assert server.ask("POST", "/api/login", {"name": "agent", "password": "guess"}, hall).status == 429
        assert server.ask("GET", "/api/me", None, {**agents[1], **hall}).status == 200


@test
def who_guesses_waits_and_shuts_nobody_else_out(bot):
    people(live(bot), "agent", "lead")
    with Server(bot, address_header="X-Address") as server:
        guess = {"X-Address": "192.0.2.7"}
        replies = [server.ask("POST", "/api/login", {"name": "agent", "password": "wrong"}, guess) for _ in range(7)]
        assert [reply.status for reply in replies[:5]] == [403] * 5 and replies[5].status == 429, replies
        assert int(replies[5].headers["Retry-After"]) >= 1
        sign_in(server, "agent", status=429, headers=guess)
        sign_in(server, "agent", headers={"X-Address": "192.0.2.8"})  # the person themselves, from where they are
        sign_in(server, "lead", headers=guess)
        unknown = server.ask("POST", "/api/login", {"name": "nobody", "password": "wrong"}, {"X-Address": "192.0.2.9"})
        assert unknown.status == 403 and unknown.body == replies[0].body, unknown  # says not whether there is such a name


def table():
    source = os.path.join(os.path.dirname(__file__), "..", "..", "server", "routes.c")
    with open(source, encoding="utf-8") as file:
        found = re.findall(r'(?:ROUTE|OFFICE|UPLOAD)\(\s*"(GET|POST)",\s*"([^"]+)",\s*\w+,\s*ROLE_(\w+),', file.read())
    assert len(found) > 20, found
    return found


@test
def every_route_lets_in_whom_its_role_names_and_nobody_else(bot):
    people(live(bot), *ROLES)
    keys = {role: f"{role}-key-of-24-bytes-{role}" for role in ("channel", "agent", "operator")}
    path = bot.write("keys", "".join(f"{role} {role} {key}\n" for role, key in keys.items()))
    os.chmod(path, 0o600)
    with Server(bot, keys_file=path, rate_per_address=0) as server:
        callers = {None: {}, **{role: sign_in(server, role) for role in ROLES},
                   **{f"key {role}": {"X-Api-Key": key} for role, key in keys.items()}}
        for method, route, role in table():
            if route == "/api/logout" or route.endswith("/events"):
                continue  # the one would sign out who is to try the rest, the others do not end
            body = None if method == "GET" else {}
            for who, headers in callers.items():
                status = server.ask(method, route, body, headers).status
                is_in = status not in (401, 403) or route == "/api/first"
                assert is_in == (who in MAY[role]), (method, route, role, who, status)
                if method == "POST" and role not in ("ANYONE", "CUSTOMER") and who in ROLES:
                    wrong = server.ask(method, route, body, {**headers, "X-CSRF-Token": "0" * 64})
                    assert wrong.status in (401, 403), (route, who, wrong)
        for route in [route for _, route, role in table() if route.endswith("/events") and role != "ANYONE"]:
            for who, headers in callers.items():
                if who not in MAY["ANYONE" if route.startswith("/chat") else "AGENT" if "handoffs" in route else "CHANNEL"]:
                    assert server.ask("GET", route, None, headers).status in (401, 403), (route, who)


@test
def where_there_are_people_agents_sign_in(bot):
    with Server(live(bot)) as server:
        assert server.ask("GET", "/api/handoffs").status == 200  # nobody yet: this machine is trusted
        people(bot, "agent")
        until = time.monotonic() + 10
        while server.ask("GET", "/api/handoffs").status == 200 and time.monotonic() < until:
            time.sleep(0.05)
        assert server.ask("GET", "/api/handoffs").status == 401
        assert server.ask("GET", "/api/handoffs", None, {"X-Api-Key": "anything at all"}).status == 401
        assert server.ask("GET", "/api/handoffs", None, sign_in(server, "agent")).status == 200


@test
def the_audit_has_who_read_and_changed_what(bot):
    people(live(bot), "agent")
    with Server(bot) as server:
        session = sign_in(server, "agent")
        assert server.ask("GET", "/api/handoffs/packet?handoff=abc-1", None, session).status == 404
        assert server.ask("POST", "/api/handoffs/claim", {"handoff": "abc-2"}, session).status == 404
        assert server.ask("POST", "/api/handoffs/say", {"handoff": "010-1234 5678", "text": "hello"}, session).status in (400, 404)
        assert server.ask("GET", "/api/handoffs/packet?handoff=abc-3").status == 401
    told = [(line["actor"], line["event"], line["detail"]) for line in bot.run("audit", "export").lines()]
    assert told[-3:] == [("agent", "GET /api/handoffs/packet", "abc-1"), ("agent", "POST /api/handoffs/claim", "abc-2"),
                        ("agent", "POST /api/handoffs/say", "")], told
    bot.run("audit", "verify")


@test
def what_cannot_be_noted_is_not_shown(bot):
    people(live(bot), "agent")
    with Server(bot) as server:
        session = sign_in(server, "agent")
        db = sqlite3.connect(os.path.join(bot.path, "content.db"), isolation_level=None)
        db.execute("BEGIN IMMEDIATE")
        reply = server.ask("GET", "/api/handoffs/packet?handoff=abc-1", None, session)
        assert reply.status == 503 and reply.json()["error"]["code"] == "not_kept", reply
        server.turn("보험금 청구 서류 알려 주세요")  # customers do not wait for that
        db.execute("ROLLBACK")
        db.close()
        assert server.ask("GET", "/api/handoffs/packet?handoff=abc-1", None, session).status == 404


@test
def the_office_answers_who_is_signed_in(bot):
    people(live(bot), "agent")
    with Server(bot) as server:
        assert server.ask("GET", "/api/bot").status == 401
        reply = server.ask("GET", "/api/bot", None, sign_in(server, "agent"))
        assert reply.status == 200 and reply.headers["Content-Type"].startswith("application/json"), reply
        told = reply.json()
        assert told["release"] == 1 and "claim" in str(told["intents"]), told
        bot.take("intents.csv", "name,title,policy\nhidden_one,-,scripted\nbare_one,,scripted\n")
        titles = {one["name"]: one["title"] for one in server.ask("GET", "/api/bot", None, sign_in(server, "agent")).json()["intents"]}
        assert titles["hidden_one"] == "hidden_one" and titles["bare_one"] == "bare_one", titles


@test
def a_call_that_is_noted_waits_for_who_writes_the_content(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        lead = sign_in(server, "lead")
        other = sqlite3.connect(os.path.join(bot.path, "content.db"), isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        freed = threading.Timer(0.8, other.execute, ["COMMIT"])  # as long as a slow disk keeps a writer
        freed.start()
        reply = server.ask("GET", "/api/turns", None, lead)
        freed.join()
        other.close()
        assert reply.status == 200, reply
