"""`@copilotkit/aimock` of npm as the model provider, in the forms of OpenAI and of Anthropic: a provider that somebody else wrote streams, is slow,
breaks off, limits and lies, and the customer reads the documents' own sentences all the same. The package comes from tests/api/aimock's lock file
into the build folder, once; where there is no node, or nowhere to fetch it from, the tests are skipped and say so."""
import functools
import http.client
import json
import os
import re
import shutil
import subprocess
import time

import paring
from paring import Skip, test
from server import Server
from test_hostile_model import LIES, may_be_read
from test_quoted import QUESTION, with_documents
from test_selector import LABEL, LEAD, OFTEN, QUOTED, SENTENCES, pointing, shown, table

VERSION = "1.43.0"
HERE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "aimock")
FORMS = {"openai": "/v1", "anthropic": ""}
DEADLINE = 600  # ms
GENERATED = f"{LEAD}\n\n{SENTENCES[0]}\n\n출처: 제증명 안내, 제증명 안내 > 재발급 (2024-01-01 시행)\n\n{LABEL}"


@functools.cache
def program():
    """The installed aimock's command line, or the reason why there is none."""
    if not shutil.which("node") or not shutil.which("npm"):
        return "", "no node and npm here to run aimock with"
    version = subprocess.run(["node", "-p", "process.versions.node"], capture_output=True, text=True, check=False).stdout
    if tuple(int(n) for n in (re.findall(r"\d+", version) + ["0", "0"])[:2]) < (20, 15):
        return "", f"aimock needs node 20.15; this is {version.strip()}"
    place = os.path.join(os.path.dirname(os.path.dirname(paring.BINARY)), "clients", f"aimock-{VERSION}")
    found = os.path.join(place, "node_modules", "@copilotkit", "aimock", "dist", "cli.js")
    if os.path.isfile(found):
        return found, ""
    half = f"{place}.{os.getpid()}"  # never half an installation
    os.makedirs(half)
    try:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(os.path.join(HERE, name), half)
        done = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=0", "--fetch-timeout=20000"], cwd=half,
                              capture_output=True, timeout=90, check=False)
        if done.returncode:
            return "", f"npm cannot fetch aimock {VERSION}: {done.stderr.decode('utf-8', 'replace').strip()[-200:]}"
        try:
            os.rename(half, place)
        except OSError:
            pass  # somebody else was first
    except subprocess.TimeoutExpired:
        return "", f"npm cannot fetch aimock {VERSION} in time"
    finally:
        shutil.rmtree(half, ignore_errors=True)
    return found, ""


class Aimock:
    """`with Aimock(bot) as mock:` it listens; mock.says(…) is what every request is answered with from now on."""

    def __init__(self, bot):
        found, reason = program()
        if not found:
            raise Skip(reason)
        self.log = os.path.join(bot.folder, "aimock.log")
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(["node", found, "-p", "0", "-f", bot.write("fixtures.json", '{"fixtures":[]}'), "-c", "7"], stdout=log, stderr=log)
        self.port, until = 0, time.monotonic() + 30
        while not self.port:
            with open(self.log, encoding="utf-8") as log:
                said = log.read()
            assert self.process.poll() is None and time.monotonic() < until, f"aimock did not start: {said}"
            self.port = int((re.findall(r"listening on http://127\.0\.0\.1:(\d+)", said) or [0])[0]) or time.sleep(0.02) or 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def control(self, method, path, body=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.request(method, f"/__aimock{path}", None if body is None else json.dumps(body))
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        assert reply.status == 200, (method, path, body, text)
        return json.loads(text)

    def says(self, response=None, chaos=None, errors=(), **fixture):
        """Clears what there was and what it was asked."""
        self.control("POST", "/reset")
        self.control("POST", "/chaos", chaos or {})
        self.control("POST", "/fixtures", {"fixtures": [{"match": {}, "response": response or {"content": pointing("S1")}, **fixture}]})
        for status in errors:
            self.control("POST", "/error", {"status": status, "body": {"message": "no", "type": "x"}})

    def seen(self):
        """What it was asked since: (path, body)."""
        return [(entry["path"], entry["body"]) for entry in self.control("GET", "/journal") if entry["method"] == "POST"]

    def settings(self, bot, form, **keys):
        key = bot.write("model.key", "sk-secret")
        os.chmod(key, 0o600)
        given = {"model": "small", "won_per_1000_in": 2, "won_per_1000_out": 4, "key_file": key, "first_byte_ms": DEADLINE // 2, **keys}
        text = f"[mock]\nform = {form}\nurl = http://127.0.0.1:{self.port}{FORMS[form]}\n" + "".join(f"{k} = {v}\n" for k, v in given.items())
        return {"workers": 1, "model_deadline_ms": DEADLINE, "access_log": "no", "rate_per_address": 0, "providers_file": bot.write("providers", text)}


def numbered(mock, server):
    """What the model is shown, by number, and the canary of its instructions."""
    mock.says({"content": pointing(answerable=False)})
    assert server.turn(QUESTION, conversation="first")["reply"]["text"] == QUOTED
    ((path, body),) = mock.seen()
    whole = json.dumps(body, ensure_ascii=False)
    user = body["messages"][-1]["content"]
    user = user if isinstance(user, str) else "".join(part["text"] for part in user)
    (canary,) = set(re.findall(r"canary-[0-9a-f]+", whole))
    return path, whole, shown(user), canary


def wrong_words(number, other, canary):
    """What a model may say for itself: each must come to the quoted passage."""
    good = json.loads(pointing(number))
    yield from (lie for lie in LIES if lie.strip() and len(lie) < 1000)
    yield from (json.dumps({**good, key: lie}, ensure_ascii=False) for key in ("quote", "answer") for lie in LIES[:6])
    yield from ("30분마다 2,000원을 냅니다.", "재발급 수수료는 500원이고 10분마다 2,000원입니다.", json.dumps({"draft": "재발급 수수료는 500원입니다."}))  # swapped
    yield from (pointing("S0"), pointing("S99"), pointing(), pointing(number, number), pointing("P1"), pointing(f"{number} 2,000원→1,000원"))
    yield from (json.dumps({**good, "fact_ids": ids}) for ids in (["F1"], ["F0"], "F1", [1]))  # citations of nothing
    yield from (pointing(number, answerable=False), pointing(answerable=False), canary, json.dumps({**good, "note": canary}), pointing(canary))
    yield from (f"```json\n{pointing(number)}\n```", pointing(number)[:-1], pointing(number) + "}", f"답: {pointing(number)}", pointing(number) * 2, "null", "[]")
    yield from (json.dumps({**good, "answerable": "true"}), json.dumps({**good, "sentence_ids": number}), json.dumps([good]), f'{{"sentence_ids":["{other}"]}}')


FAILING = [({"error": {"message": "no", "type": "x"}, "status": status}, {}) for status in (400, 401, 403, 404, 429, 500, 502, 503, 529)] + [
    ({"error": {"message": "slow down", "type": "rate_limit"}, "status": 429, "retryAfter": 60}, {}),
    ({"content": " "}, {}), ({"content": pointing("S1"), "finishReason": "length"}, {}), ({"content": pointing("S1"), "finishReason": "content_filter"}, {}),
    ({"toolCalls": [{"name": "answer", "arguments": {"text": "9,000원"}}]}, {}),
    ({"content": pointing("S1"), "toolCalls": [{"name": "answer", "arguments": {"text": "9,000원"}}]}, {}),
    *((None, {"truncateAfterChunks": chunks}) for chunks in (1, 2, 3, 4)), *((None, {"disconnectAfterMs": ms, "latency": 60}) for ms in (1, 80, 200)),
    (None, {"latency": 400}), (None, {"streamingProfile": {"ttft": 5000}}),
    *((None, {"chaos": chaos}) for chaos in ({"dropRate": 1}, {"malformedRate": 1}, {"disconnectRate": 1}, {"rateLimitRate": 1}, {"latencyMs": 5000}))]


def turn(server, conversation):
    began = time.monotonic()
    reply = server.turn(QUESTION, conversation=conversation)
    assert time.monotonic() - began < DEADLINE / 1000 + 1.5 * (4 if paring.is_sanitized() else 1), reply
    return reply


def refused(mock, server, conversation, canary):
    """The turn was taken, the provider was asked, and nothing of its is read."""
    reply = turn(server, conversation)
    assert reply["reason"].endswith("; model: late") or mock.seen(), f"it was not asked: {reply}"  # what it holds back is not in its journal yet
    assert reply["route"] == "quoted" and reply["generated"] is False and reply["reply"]["text"] == QUOTED, reply
    assert may_be_read(reply["reply"]["text"]) and canary not in json.dumps(reply), reply


def words_are_refused(bot, form):
    with_documents(bot, OFTEN)
    with Aimock(bot) as mock:
        with Server(bot, **mock.settings(bot, form)) as server:
            path, whole, sentences, canary = numbered(mock, server)
            assert path == {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}[form], path
            assert "1,000원" not in whole and "sk-secret" not in whole, "what is no longer in force is not shown"
            number = next(n for n, text in sentences.items() if SENTENCES[0] in text)
            other = next(n for n, text in sentences.items() if SENTENCES[0] not in text)
            wrong = list(wrong_words(number, other, canary))
            for i, words in enumerate(wrong):
                mock.says({"content": words})
                refused(mock, server, f"w{i}", canary)
            mock.says({"content": pointing(number)})
            reply = turn(server, "right")
            assert reply["route"] == "generated" and reply["generated"] is True and reply["reply"]["text"] == GENERATED, reply
            assert turn(server, "again")["reply"]["text"] == GENERATED and len(mock.seen()) == 1, "pinned"
        kept = table(bot, "SELECT evidence FROM turns WHERE evidence <> ''")
        assert len(kept) == len(wrong) + 3, len(kept)


def failures_are_refused(bot, form):
    """Each has a server of its own: five in a row would open the breaker, and the rest would not be asked."""
    with_documents(bot, OFTEN)
    with Aimock(bot) as mock:
        for i, (response, more) in enumerate(FAILING):
            with Server(bot, **mock.settings(bot, form)) as server:
                mock.says(response, more.get("chaos"), **{key: value for key, value in more.items() if key != "chaos"})
                refused(mock, server, f"f{i}", "canary-")
                assert server.turn("보험 해지 궁금해요", conversation=f"s{i}")["route"] == "scripted"
        with Server(bot, **{**mock.settings(bot, form), "model_deadline_ms": 3000}) as server:  # it is asked once more; aimock's 429 says: in a second
            for status in (429, 502, 503):
                mock.says({"content": pointing(answerable=False)}, errors=[status])
                reply = server.turn(QUESTION, conversation=f"r{status}")
                assert reply["reply"]["text"] == QUOTED and len(mock.seen()) == 2, (reply, len(mock.seen()))
        causes = {json.loads(evidence)["why"] for (evidence,) in table(bot, "SELECT evidence FROM turns WHERE evidence <> ''")}
        assert {"limited", "unavailable", "late", "dropped", "cut"} <= causes, causes


@test
def aimock_in_openais_form_may_say_what_it_likes(bot):
    words_are_refused(bot, "openai")


@test
def aimock_in_anthropics_form_may_say_what_it_likes(bot):
    words_are_refused(bot, "anthropic")


@test
def aimock_in_openais_form_may_fail_as_it_likes(bot):
    failures_are_refused(bot, "openai")


@test
def aimock_in_anthropics_form_may_fail_as_it_likes(bot):
    failures_are_refused(bot, "anthropic")


@test
def aimock_at_its_most_chaotic_keeps_nobody_waiting(bot):
    """Half of what it does is wrong, by lot: a person at a terminal gets the passage or the selection each time."""
    with_documents(bot, OFTEN)
    with Aimock(bot) as mock:
        settings = mock.settings(bot, "openai")
        flags = [word for key in ("model_deadline_ms", "providers_file") for word in ("--set", f"{key}={settings[key]}")]
        with Server(bot, **settings) as server:
            number = next(n for n, text in numbered(mock, server)[2].items() if SENTENCES[0] in text)
        mock.says({"content": pointing(number)}, {"dropRate": 0.2, "malformedRate": 0.2, "disconnectRate": 0.2, "rateLimitRate": 0.2})
        for i in range(12):
            reply = bot.ask(f"{QUESTION}{'?' * i}", *flags)
            assert (reply["route"], reply["reply"]["text"]) in (("generated", GENERATED), ("quoted", QUOTED)), reply
