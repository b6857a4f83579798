"""Every step of SQLite that a server takes fails in turn, as on a disk that dies, fills up or lies: it starts or says why not, every request gets a
reply, what it acknowledged is in the journal once, and when the step was the only one everything goes on."""
import os
import re

import paring
from paring import fill, test
from server import Server, wait_until
from shim import preloaded, shim
from test_faults import some_of
from test_server_faults import CANCEL, check_all_kept

WORD, PERSON = "correct horse 9", "피자 시켜 줘"
CODES = {"busy": 5, "ioerr": 10, "full": 13, "corrupt": 11}
SECRET = "abcdefghijklmnop" * 2


class Errands:
    """What one server is asked for, each thing once; the turns it acknowledged are kept."""

    def __init__(self):
        self.replies, self.run, self.session = [], 0, None

    def turn(self, server, text, name):
        message = f"m{self.run}"
        reply = server.ask("POST", "/v1/turns", {"conversation": name, "text": text, "message_id": message})
        if reply.status == 200:
            self.replies.append((reply.json(), name, message))
        return reply

    def do(self, server):
        """Statuses, by what was asked for."""
        self.run += 1
        got, name = {}, f"c{self.run}"
        got["turn"] = self.turn(server, CANCEL, name).status
        again = self.turn(server, CANCEL, name)
        got["again"] = again.status
        if got["turn"] == got["again"] == 200:
            assert self.replies[-1][0] == self.replies[-2][0], self.replies[-2:]
            self.replies.pop()
        person = self.turn(server, PERSON, f"p{self.run}")
        got["person"] = person.status
        got["page"] = server.ask("POST", "/chat/turns", {"message_id": f"m{self.run}", "text": CANCEL}, {"Authorization": f"Bearer {SECRET}"}).status
        got["kakao"] = server.ask("POST", "/kakao/skill", {"bot": {"id": "b"}, "userRequest": {"utterance": CANCEL, "user": {"id": name}}}).status
        got["news"] = server.ask("GET", f"/v1/messages?conversation=p{self.run}").status
        got["list"] = server.ask("GET", "/api/handoffs", headers=self.session).status
        if person.status == 200:
            body = {"handoff": person.json()["turn"], "text": "네", "message_id": "a"}
            for what in ("claim", "say", "return"):
                got[what] = server.ask("POST", f"/api/handoffs/{what}", body if what == "say" else {"handoff": body["handoff"]}, self.session).status
        for path in ("/api/me", "/api/turns", "/api/rows?kind=answers", "/api/operations", "/metrics"):
            got[path] = server.ask("GET", path, headers=self.session).status
        return got


def step_fails(bot, errands, code, nth, for_good):
    """One server, one failing step."""
    where = (code, nth, for_good)
    more = {"FAIL_FOR_GOOD": "1"} if for_good else {}
    server = Server.__new__(Server)
    at = os.path.getsize(os.path.join(bot.folder, "serve.log")) if os.path.exists(os.path.join(bot.folder, "serve.log")) else 0
    try:
        server.__init__(bot, chat="yes", env=preloaded(shim(), "step", FAIL_NTH=str(nth), FAIL_CODE=str(CODES[code]), **more))
    except (AssertionError, KeyError):
        status = server.process.wait(20)
        said = server.log().encode()[at:].decode()
        assert status in (3, 4) and re.search(r"disk|database|locked|malformed|being", said), (where, status, said)
        return None
    with server:
        got = errands.do(server)
        assert set(got.values()) <= {200, 401, 404, 409, 500, 503}, (where, got)
        assert server.process.poll() is None, (where, server.log()[-2000:])
        said = server.log().encode()[at:].decode()
        if got["turn"] != 200:
            assert re.search(r'"(journal_failed|turn_lost|server_failed)"|"error":"busy"', said), (where, got, said)
        if not for_good:
            wait_until(lambda: server.ask("GET", "/ready").status == 200)
            wait_until(lambda: server.ask("GET", "/api/me", headers=errands.session).status == 200)  # accounts are opened again each second
            late = {what: status for what, status in errands.do(server).items() if status != 200}
            assert not late, (where, "it never got over it", late, got)
    return got


@test
def any_step_of_sql_may_fail_in_a_running_server(bot):
    fill(bot)
    bot.go_live()
    bot.run("user", "add", "lead", "--role", "lead", input=WORD + "\n")
    errands, count, tried, failed = Errands(), os.path.join(bot.folder, "count"), 0, 0
    with Server(bot, chat="yes") as server:
        reply = server.ask("POST", "/api/login", {"name": "lead", "password": WORD})
        errands.session = {"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": reply.json()["csrf"]}
    with Server(bot, chat="yes", env=preloaded(shim(), "step", FAIL_COUNT=count)) as server:
        assert set(errands.do(server).values()) == {200}
    with open(count, encoding="ascii") as file:
        steps = int(file.read())
    assert steps > 100, steps
    for i, nth in enumerate(some_of(steps, 14)):
        for for_good in (False, True) if paring.IS_LONG or i % 3 == 0 else (False,):
            got = step_fails(bot, errands, list(CODES)[(i + for_good) % len(CODES)], nth, for_good)
            tried += 1
            failed += got is None or set(got.values()) != {200}
    assert failed > tried / 4, f"the library was not in the way: {failed} of {tried}, {steps} steps"
    with Server(bot) as server:
        check_all_kept(server, errands.replies)
