#!/usr/bin/env python3
"""What the console costs where there is much: a journal of 100,000 turns and 5,000 answers, 50 staff who ask once a second each, and a
customer who is answered by scripts meanwhile. Prints each call's times beside the aim of 50 ms, and the customer's with and without staff.
usage: staff.py PARING [TURNS [STAFF [SECONDS]]]"""
import collections
import hashlib
import http.client
import json
import os
import random
import sqlite3
import sys
import threading
import time

from program import Bot, run
from serve import Server

AIM_MS, DAYS, ANSWERS, WORD = 50, 56, 5000, "correct horse 9"
PATHS = ["/api/figures", "/api/figures?from=FROM", "/api/turns", "/api/turns?intent=loan_interest", "/api/turns?route=handoff&after=AFTER",
         "/api/turns?wrong=1", "/api/turns?q=zzzz", "/api/turns?conversation=c77", "/api/turns.csv?from=FROM", "/api/figures.csv", "/api/evaluations",
         "/api/recall?fact=loan_rate", "/api/recall?answer=loan_interest-1", "/api/recall?figure=4.8%25", "/api/egress", "/api/retention",
         "/api/approvals?answer=loan_interest-1", "/api/audit", "/api/operations", "/api/bot"]


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
    routes = ["scripted"] * 14 + ["clarify"] * 2 + ["form", "quoted", "generated", "handoff"]
    for i in range(count):
        at, conversation = now - (count - i) * DAYS * 86400_000000 // count, f"c{chance.randrange(count // 12)}"
        positions[conversation] += 1
        row = {**one, "id": f"{hashlib.sha256(b'%d' % i).hexdigest()[:8]}{i:010d}", "conversation": conversation, "message_id": None, "at_us": at,
               "position": positions[conversation], "route": chance.choice(routes), "intent": f"intent_{chance.randrange(90)}" if i % 9 else "loan_interest",
               "took_us": int(chance.lognormvariate(7, 0.5)), "answer": f"bulk-{chance.randrange(5000)} v1" if i % 9 else "loan_interest-1 v1"}
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


def sign_in(url):
    _, reply, text = Client(url).ask("POST", "/api/login", {"name": "lead", "password": WORD})
    return {"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": json.loads(text)["csrf"]}


def customer(url, seconds, times):
    client, until, n = Client(url), time.monotonic() + seconds, 0
    while time.monotonic() < until:
        n += 1
        times.append(client.ask("POST", "/v1/turns", {"conversation": f"bench{n % 50}", "text": "약관대출 금리 알려줘"})[0])
        time.sleep(0.01)


def staff(url, session, number, seconds, paths, times):
    client, until, n = Client(url, session), time.monotonic() + seconds, number
    time.sleep(number % 50 / 50)
    while time.monotonic() < until:
        path = paths[n % len(paths)]
        times[path].append(client.ask("GET", path)[0])
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
        with open(bot.path("word"), "rb") as file:
            run(bot.paring, "user", "add", "lead", "--role", "lead", "--bot", bot.folder, stdin=file)
        turns_add(bot, count)
        with Server(bot.paring, bot, "--set", "access_log=no") as server:
            measure(server, people, seconds, count)


def measure(server, people, seconds, count):
    sessions = [sign_in(server.url) for _ in range(people)]
    client, alone, beside, times = Client(server.url, sessions[0]), [], [], collections.defaultdict(list)
    after = json.loads(client.ask("GET", "/api/turns?limit=200")[2])["next"]
    paths = [path.replace("FROM", time.strftime("%Y-%m-%d", time.gmtime(time.time() - 55 * 86400))).replace("AFTER", after) for path in PATHS]
    print(f"{count:,} turns, {ANSWERS:,} answers: each call alone, the first time and the tenth")
    for path in paths:
        took = [client.ask("GET", path)[0] for _ in range(10)]
        print(f"  {path:<50} {took[0]:8.1f} ms {percentile(took, 0.5):8.1f} ms")
    customer(server.url, seconds / 2, alone)
    threads = [threading.Thread(target=staff, args=(server.url, session, i, seconds, paths, times)) for i, session in enumerate(sessions)]
    threads.append(threading.Thread(target=customer, args=(server.url, seconds, beside)))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"{people} staff, a call a second each")
    for path in paths:
        p99 = percentile(times[path], 0.99)
        print(f"  {path:<50} p50 {percentile(times[path], 0.5):6.1f} ms  p99 {p99:6.1f} ms  {'' if p99 < AIM_MS else 'OVER'}".rstrip())
    whole = [took for some in times.values() for took in some]
    print(f"  all {len(whole):,} calls: p50 {percentile(whole, 0.5):.1f} ms, p99 {percentile(whole, 0.99):.1f} ms; aim: under {AIM_MS}")
    print(f"a customer's scripted turn: alone p50 {percentile(alone, 0.5):.2f} p99 {percentile(alone, 0.99):.2f} ms, "
          f"beside staff p50 {percentile(beside, 0.5):.2f} p99 {percentile(beside, 0.99):.2f} ms")


if __name__ == "__main__":
    main()
