#!/usr/bin/env python3
"""What the console costs where there is much: a journal of 100,000 turns, 5,000 answers and an audit of 50,000 lines, 50 staff who ask once a
second each, and a customer who is answered by scripts meanwhile. Every call that staff read by is in it. Prints each call's times beside the
aim of 50 ms, and the customer's with and without staff.
usage: staff.py PARING [TURNS [STAFF [SECONDS]]]"""
import collections
import hashlib
import http.client
import json
import os
import random
import re
import sqlite3
import sys
import threading
import time
import urllib.parse

from program import Bot, run
from serve import Server

AIM_MS, DAYS, ANSWERS, AUDIT, WORD = 50, 56, 5000, 50_000, "correct horse 9"
PATHS = ["/api/figures", "/api/figures?from=FROM", "/api/turns", "/api/turns?intent=loan_interest", "/api/turns?route=handoff&after=AFTER",
         "/api/turns?wrong=1", "/api/turns?q=zzzz", "/api/turns?conversation=c77", "/api/turns?group=GROUP", "/api/turns.csv?from=FROM", "/api/figures.csv",
         "/api/evaluations", "/api/recall?fact=loan_rate", "/api/recall?answer=loan_interest-1", "/api/recall?figure=4.8%25", "/api/egress", "/api/retention",
         "/api/approvals?answer=loan_interest-1", "/api/audit", "/api/audit/verify", "/api/operations", "/api/bot", "/api/me", "/api/handoffs",
         "/api/handoffs/packet?handoff=HANDOFF", "/api/turns/TURN", "/api/conversations/c77", "/api/tasks", "/api/rows?kind=answers", "/api/rows?kind=answers&q=보험",
         "/api/row?kind=answers&id=bulk-77", "/api/drafts", "/api/reviews", "/api/jobs", "/api/publish", "/api/check", "/api/unanswered?limit=10",
         "/api/turns?contained=1", "/api/turns?contained=1&after=AFTER", "/api/rows?kind=answers&draft=mine", "/api/reviews/1", "/api/jobs/1",
         "/api/contrasts?intent=loan_interest", "/api/facts/faults?kind=facts&id=FACT", "/api/facts/ask?q=약관대출%20금리", "/api/facts/source?of=facts",
         "/api/rates", "/api/proposals"]
ASKED = [("/api/as-of", {"text": "약관대출 금리 알려줘", "at": "AT"}), ("/api/suggest", {"text": "약관대출 금리가 얼마"})]
BY_ADMINISTRATOR = ["/api/users"]
# A stream that does not end; a file, which is as long as it is: timed alone.
LEFT_OUT = {"/api/handoffs/events", "/api/workbook"}
DRAFTS = 1000


def percentile(times, share):
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def answers_add(bot):
    """Answers beside those of the sample, in force on a day long past."""
    intents = [line.split(",")[0] for line in run(bot.paring, "export", "intents", "--bot", bot.folder).out.splitlines()[1:]]
    with open(bot.path("answers.csv"), "w", encoding="utf-8") as file:
        file.write("id,intent,channel,effective_from,effective_to,text\n")
        for i in range(ANSWERS):
            file.write(f"bulk-{i},{intents[i % len(intents)]},bulk{'abcdefghij'[i // len(intents) % 10]},20{i // 910 + 10}-01-01,20{i // 910 + 10}-01-02,답변 {i}번입니다.\n")
    run(bot.paring, "import", bot.path("answers.csv"), "--bot", bot.folder)


def turns_add(bot, count):
    """The journal's turns, spread over the last days; every 200th is marked wrong."""
    chance, now = random.Random(7), int(time.time() * 1e6)
    db = sqlite3.connect(os.path.join(bot.folder, "journal.db"))
    model = db.execute("SELECT * FROM turns LIMIT 1")
    names = [column[0] for column in model.description]
    one = dict(zip(names, model.fetchone()))
    positions, rows, marks = collections.Counter(), [], []
    unlike = ["주차장 있나요", "주차장 어디 있나요", "주차 요금 얼마예요", "커피 쿠폰 언제 오나요", "이벤트 쿠폰 못 받았어요", "앱이 자꾸 꺼져요"]
    routes = ["scripted"] * 14 + ["clarify"] * 2 + ["form", "quoted", "generated", "handoff"]
    for i in range(count):
        at, conversation = now - (count - i) * DAYS * 86400_000000 // count, f"c{chance.randrange(count // 12)}"
        positions[conversation] += 1
        row = {**one, "id": f"{hashlib.sha256(b'%d' % i).hexdigest()[:8]}{i:010d}", "conversation": conversation, "message_id": None, "at_us": at,
               "position": positions[conversation], "route": chance.choice(routes), "intent": f"intent_{chance.randrange(90)}" if i % 9 else "loan_interest",
               "took_us": int(chance.lognormvariate(7, 0.5)), "answer": f"bulk-{chance.randrange(5000)} v1" if i % 9 else "loan_interest-1 v1"}
        if row["route"] == "handoff" and row["confidence"] is not None:
            row.update(intent=None, answer=None, message=f"{chance.choice(unlike)} {chance.randrange(300)}")
        rows.append([row[name] for name in names])
        if i % 200 == 0:
            marks.append((row["id"], at))
    with db:
        db.executemany(f"INSERT INTO turns ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})", rows)
        db.executemany("INSERT INTO feedback VALUES (?, 1, 'wrong', NULL, '', 'bench', ?)", marks)
        db.executemany("INSERT INTO model_calls VALUES ('run', ?, 1, ?, date(? / 1000000, 'unixepoch', '+9 hours'), 'main', 'small', 'hash', ?, 500, 90, 0, "
                       "2000000, 'whole', 200, 400000, 900000)", [(i, at, at, "보낸 글 " * 400) for i, at in enumerate(now - k * 400_000000 for k in range(5000))])
    db.close()


class Client:
    def __init__(self, url, session=None):
        self.connection, self.headers = http.client.HTTPConnection(url.split("//")[1], timeout=30), session or {}

    def ask(self, method, path, body=None):
        """The time it took in ms, and the reply."""
        began = time.monotonic()
        data = json.dumps(body).encode() if body is not None else None
        self.connection.request(method, path, data, {**self.headers, **({"Content-Type": "application/json"} if data else {})})
        reply = self.connection.getresponse()
        text = reply.read()
        took = 1000 * (time.monotonic() - began)
        if reply.status != 200:
            sys.exit(f"{path}: {reply.status} {text[:300]}")
        return took, reply, text


def line_hash(before, number, at, parts):
    return hashlib.sha256(f"{before} {number} {at}".encode() + b"".join(b" %d:" % len(part) + part for part in parts)).hexdigest()


def audit_add(bot):
    """A long chain, line by line as server/audit.c hashes it, told to the command that checks it."""
    db = sqlite3.connect(os.path.join(bot.folder, "content.db"))
    number, before = db.execute("SELECT number, hash FROM audit_head").fetchone()
    rows = []
    for i in range(AUDIT):
        number, at = number + 1, 1700000000000000 + i
        parts = [b"lead", b"GET /api/turns", b"wrong=1"]
        before = line_hash(before, number, at, parts)
        rows.append((number, at, *[part.decode() for part in parts], before))
    with db:
        db.executemany("INSERT INTO audit_chain (number, at_us, actor, event, detail, hash) VALUES (?, ?, ?, ?, ?, ?)", rows)
        db.execute("UPDATE audit_head SET number = ?, hash = ?", (number, before))
    db.close()
    run(bot.paring, "audit", "verify", "--bot", bot.folder)


def drafts_add(client):
    """The lead's own drafts of answers, and a review of some."""
    rows = []
    while len(rows) < DRAFTS:
        rows += json.loads(client.ask("GET", f"/api/rows?kind=answers&limit=200&after={len(rows)}")[2])["rows"]
    for at in range(0, DRAFTS, 100):
        client.ask("POST", "/api/drafts/many", {"drafts": [
            {"kind": row["kind"], "id": row["id"], "base": row["base"], "stamp": "", "fields": {**row["fields"], "text": row["fields"]["text"] + " 고침"}}
            for row in rows[at:at + 100]]})
    client.ask("POST", "/api/reviews", {"title": "bench", "drafts": [{"kind": row["kind"], "id": row["id"]} for row in rows[100:200]]})


def sign_in(url, name="lead"):
    _, reply, text = Client(url).ask("POST", "/api/login", {"name": name, "password": WORD})
    return {"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": json.loads(text)["csrf"]}


def customer(url, seconds, times):
    client, until, n = Client(url), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        n += 1
        times.append(client.ask("POST", "/v1/turns", {"conversation": f"bench{n % 50}", "text": "약관대출 금리 알려줘"})[0])
        time.sleep(0.01)


def staff(url, session, number, seconds, calls, times):
    client, until, n = Client(url, session), time.monotonic() + seconds, number
    time.sleep(number % 50 / 50)
    while time.monotonic() < until:
        path, body = calls[n % len(calls)]
        times[path].append(client.ask("POST" if body else "GET", path, body)[0])
        n += 1
        time.sleep(1)


def main():
    count, people, seconds = [int(word) for word in sys.argv[2:5]] + [100_000, 50, 20][len(sys.argv) - 2:]
    with Bot(sys.argv[1], "insurance-ko") as bot:
        answers_add(bot)
        run(bot.paring, "train", "--bot", bot.folder)
        run(bot.paring, "release", "activate", "1", "--override", "bench", "--bot", bot.folder)
        run(bot.paring, "ask", "약관대출 금리 알려줘", "--bot", bot.folder)
        with open(bot.path("word"), "w", encoding="utf-8") as file:
            file.write(WORD + "\n")
        for name, role in [("lead", "lead"), ("root", "administrator")] + [(f"writer{i}", "writer") for i in range(people)]:
            with open(bot.path("word"), "rb") as file:
                run(bot.paring, "user", "add", name, "--role", role, "--bot", bot.folder, stdin=file)
        turns_add(bot, count)
        audit_add(bot)
        complete()
        with Server(bot.paring, bot, "--set", "access_log=no") as server:
            measure(server, people, seconds, count)


def complete():
    """A route that is added must be measured, too."""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "server", "routes.c"), encoding="utf-8") as file:
        routes = set(re.findall(r'"GET", "(/api/[^"]+)"', file.read()))
    paths = [path.split("?")[0] for path in PATHS + BY_ADMINISTRATOR]
    missing = [one for one in routes - LEFT_OUT if not any(path.startswith(one[:-1]) if one.endswith("*") else path == one for path in paths)]
    if missing:
        sys.exit(f"not measured: {missing}")


def jobs_run(client):
    """What a job finds out is read many times afterwards."""
    for path in ("/api/unanswered/run", "/api/check/run", "/api/audit/verify"):
        client.ask("POST", path, {})
        began = time.monotonic()
        while any(job["state"] in ("waiting", "running") for job in json.loads(client.ask("GET", "/api/jobs")[2])["rows"]):
            time.sleep(0.05)
        print(f"job {path}: {time.monotonic() - began:.1f} s")


def calls_of(server, client):
    told = {name: json.loads(client.ask("GET", path)[2]) for name, path in
            (("turns", "/api/turns?limit=200"), ("groups", "/api/unanswered?limit=1"), ("desk", "/api/handoffs"),
             ("facts", "/api/rows?kind=facts&limit=1"))}
    words = {"AFTER": told["turns"]["next"], "TURN": told["turns"]["rows"][0]["id"], "GROUP": told["groups"]["rows"][0]["id"],
             "HANDOFF": told["desk"]["handoffs"][0]["handoff"], "FACT": told["facts"]["rows"][0]["id"], "FROM": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 55 * 86400)),
             "AT": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())}
    def put(text):
        return urllib.parse.quote(re.sub("|".join(words), lambda found: words[found.group()], text), safe="/?=&%-_:.")
    return [(put(path), None) for path in PATHS] + [(path, {key: words.get(text, text) for key, text in body.items()}) for path, body in ASKED]


def measure(server, people, seconds, count):
    sessions = [sign_in(server.url) for _ in range(people)]
    client, alone, beside, times = Client(server.url, sessions[0]), [], [], collections.defaultdict(list)
    print(f"the first /api/figures after the start: {client.ask('GET', '/api/figures')[0]:.1f} ms")
    for i in range(100):
        Client(server.url).ask("POST", "/v1/turns", {"conversation": f"waits{i}", "text": "상담원 연결해 주세요"})
    drafts_add(client)
    jobs_run(client)
    calls = calls_of(server, client)
    print(f"{count:,} turns, {ANSWERS:,} answers: each call alone, the first time and the tenth")
    took = [client.ask("GET", "/api/workbook")[0] for _ in range(3)]
    print(f"  {'/api/workbook, a file':<60} {took[0]:8.1f} ms {percentile(took, 0.5):8.1f} ms")
    administrator = sign_in(server.url, "root")
    for path, body in calls:
        took = [client.ask("POST" if body else "GET", path, body)[0] for _ in range(10)]
        print(f"  {path[:60]:<60} {took[0]:8.1f} ms {percentile(took, 0.5):8.1f} ms")
    customer(server.url, seconds / 2, alone)
    threads = [threading.Thread(target=staff, args=(server.url, session, i, seconds, calls, times)) for i, session in enumerate(sessions)]
    threads.append(threading.Thread(target=staff, args=(server.url, administrator, 0, seconds, [(path, None) for path in BY_ADMINISTRATOR], times)))
    threads.append(threading.Thread(target=customer, args=(server.url, seconds, beside)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{people} staff, a call a second each")
    for path, some in sorted(times.items(), key=lambda one: -percentile(one[1], 0.99)):
        p99 = percentile(some, 0.99)
        print(f"  {path[:60]:<60} p50 {percentile(some, 0.5):6.1f} ms  p99 {p99:6.1f} ms  {'' if p99 < AIM_MS else 'OVER'}".rstrip())
    whole = [took for some in times.values() for took in some]
    print(f"  all {len(whole):,} calls: p50 {percentile(whole, 0.5):.1f} ms, p99 {percentile(whole, 0.99):.1f} ms; aim: under {AIM_MS}")
    print(f"a customer's scripted turn: alone p50 {percentile(alone, 0.5):.2f} p99 {percentile(alone, 0.99):.2f} ms, "
          f"beside staff p50 {percentile(beside, 0.5):.2f} p99 {percentile(beside, 0.99):.2f} ms")


if __name__ == "__main__":
    main()
