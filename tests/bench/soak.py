#!/usr/bin/env python3
"""One server under everything at once, for as long as it is told: scripts, questions to a model that is good, slow, broken or gone, KakaoTalk with
callbacks, chat pages with their events, completions, Rasa, Chatwoot, agents, staff, backups, releases that are swapped, and bytes that are no HTTP.
Prints what it answered and how its memory went: the slope after a warm-up, with its interval, and fails when it grows for certain or a reply was wrong.
usage: soak.py BUILD [SECONDS]"""
import collections
import http.client
import json
import math
import os
import random
import signal
import socket
import sqlite3
import struct
import sys
import threading
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "api"))
import paring  # noqa: E402
from chatwoot import SECRET, TOKEN, Chatwoot, signed, webhook  # noqa: E402
from program import Bot  # noqa: E402
from test_callbacks import Kakao  # noqa: E402
from test_quoted import QUESTION, with_documents  # noqa: E402
from test_selector import OFTEN, Model, at, SENTENCES, providers  # noqa: E402
import server as api  # noqa: E402

CANCEL, PERSON, WORD = "보험 해지 궁금해요", "피자 시켜 줘", "correct horse 9"
FORM = ["대출 이율 알려 주세요", "500만원 대출 이자", "아니 200만원", "그럼 서류는?", "네", "아니요", "취소"]
MODEL_DOES = ["good", "good", "good", "drip", "reset 0", "reset 300", "status 500", "storm 1", "hang", "close 400", "raw deep", "megabytes text"]
CONVERSATIONS = 2000  # kept in memory: reached within the warm-up
WARM, SAMPLES_A_SECOND, BLOCKS = 0.3, 2, 20  # share of the run; blocks: neighbouring samples are no two opinions
FINE = {200, 429, 503}  # a queue that is full says so


class Traffic:
    def __init__(self, server, bot, kakao):
        self.server, self.bot, self.kakao, self.ends = server, bot, kakao, threading.Event()
        self.counts, self.wrong, self.slowest, self.busy = collections.Counter(), [], collections.defaultdict(lambda: (0, "")), collections.Counter()
        self.lock = threading.Lock()

    def ask(self, kind, method, path, body=None, headers=None, fine=FINE):
        began = time.monotonic()
        try:
            reply = self.server.ask(method, path, body, headers, timeout=40)
        except (OSError, http.client.HTTPException) as error:
            self.note(kind, 0, f"{path}: {error!r}", fine)
            return None
        with self.lock:
            self.slowest[kind] = max(self.slowest[kind], (time.monotonic() - began, path))
            self.busy[path.split("?")[0]] += reply.status == 503
        self.note(kind, reply.status, f"{path}: {reply}", fine)
        return reply if reply.status == 200 else None

    def note(self, kind, status, what, fine):
        with self.lock:
            self.counts[kind, status] += 1
            if status not in fine:
                self.wrong.append(what[:300])

    # ---- Clients: each does one thing, over and over.

    def scripted(self, order):
        name = f"s{order.randrange(10 ** 6)}" if order.random() < 0.5 else f"often-{order.randrange(100)}"
        body = {"conversation": name, "text": order.choice([CANCEL, *FORM]), "message_id": f"m{order.randrange(10 ** 9)}"}
        for _ in range(1 + (order.random() < 0.1)):  # some come again
            self.ask("scripted", "POST", "/v1/turns", body)

    def fallback(self, order):
        body = {"conversation": f"f{order.randrange(10 ** 6)}", "text": f"{QUESTION} {'?' * order.randrange(40)}"}
        self.ask("fallback", "POST", "/v1/turns", body)

    def talk(self, order):
        text, user = order.choice([CANCEL, QUESTION, "답변 확인", PERSON]), f"k{order.randrange(10 ** 5)}"
        asked = {"utterance": text, "user": {"id": user, "type": "botUserKey"}, **({"callbackUrl": self.kakao.url} if order.random() < 0.5 else {})}
        self.ask("kakao", "POST", "/kakao/skill", {"bot": {"id": "b"}, "userRequest": asked})

    def page(self, order):
        headers = {"Authorization": "Bearer " + "".join(order.choices("abcdefghijklmnop", k=32))}
        with self.server.connect() as stream:
            stream.send(f"GET /chat/events?after=0 HTTP/1.1\r\nHost: localhost\r\nAuthorization: {headers['Authorization']}\r\n\r\n".encode())
            for i in range(order.randrange(1, 5)):
                self.ask("chat page", "POST", "/chat/turns", {"message_id": f"m{i}", "text": order.choice([CANCEL, PERSON, *FORM])}, headers)
            self.ask("chat page", "GET", "/chat/messages?after=0", headers=headers)
            stream.more()

    def channels(self, order):
        messages = [{"role": "user", "content": order.choice(FORM)}, {"role": "assistant", "content": "네"}, {"role": "user", "content": CANCEL}]
        self.ask("completions", "POST", "/v1/chat/completions", {"model": "paring", "messages": messages, "stream": order.random() < 0.5})
        self.ask("rasa", "POST", "/webhooks/rest/webhook", {"sender": f"r{order.randrange(10 ** 5)}", "message": CANCEL})
        self.ask("rasa", "POST", "/model/parse", {"text": CANCEL})
        body = webhook(order.choice([CANCEL, PERSON]), order.randrange(1, 10 ** 9), order.randrange(1, 10 ** 4))
        self.ask("chatwoot", "POST", "/chatwoot/bot", body, signed(body))

    def sign_in(self):
        reply = self.ask("staff", "POST", "/api/login", {"name": "lead", "password": WORD})
        return {"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": reply.json()["csrf"]} if reply else None

    def desk(self, order):
        session = self.sign_in()
        for _ in range(10 if session else 0):
            self.ask("desk", "POST", "/v1/turns", {"conversation": f"d{order.randrange(10 ** 6)}", "text": PERSON})
            listed = self.ask("desk", "GET", "/api/handoffs?state=waiting", headers=session)
            for ticket in listed.json()["handoffs"][:10] if listed else []:
                body = {"handoff": ticket["handoff"]}
                if self.ask("desk", "POST", "/api/handoffs/claim", body, session):
                    self.ask("desk", "GET", f"/api/handoffs/packet?handoff={ticket['handoff']}", headers=session)
                    self.ask("desk", "POST", "/api/handoffs/say", {**body, "text": "안녕하세요.", "message_id": "a1"}, session)
                    self.ask("desk", "POST", f"/api/handoffs/{order.choice(['return', 'close'])}", body, session)

    def staff(self, order):
        session = self.sign_in()
        if not session:
            return
        for path in ("/api/me", "/api/bot", "/api/turns", "/api/turns?q=zzz", "/api/figures", "/api/rows?kind=answers", "/api/operations", "/api/check",
                     "/api/turns.csv", "/api/audit", "/api/jobs", "/api/drafts", "/api/unanswered", "/api/retention", "/api/workbook"):
            self.ask("staff", "GET", path, headers=session)
        if order.random() < 0.1:
            self.ask("staff", "POST", "/api/backup", {}, session, fine={*FINE, 409})  # another is being made
        if order.random() < 0.7:
            self.ask("staff", "POST", "/api/logout", {}, session)
        self.ask("staff", "POST", "/api/login", {"name": "nobody", "password": "wrong horse"}, fine={403, 429, 503})

    def hostile(self, order):
        good = api.post({"conversation": f"h{order.randrange(10 ** 6)}", "text": CANCEL})
        what = order.randrange(7)
        with self.server.connect(0.5) as client:
            if what == 0:
                client.send(bytes(order.randrange(256) for _ in range(order.randrange(1, 3000))))
            elif what == 1:
                client.send(good[:order.randrange(len(good))])
            elif what == 2:
                at_byte = order.randrange(len(good))
                client.send(good[:at_byte] + bytes([order.randrange(256)]) + good[at_byte + 1:])
            elif what == 3:
                client.send(good * order.randrange(2, 20))
            elif what == 4:
                client.send(b"GET /alive HTTP/1.1\r\nHost: localhost\r\n" + b"X-A: " + b"y" * order.randrange(40000) + b"\r\n\r\n")
            elif what == 5:
                client.send(good[:-1].replace(b"\r\nContent-Length", b"\r\nTransfer-Encoding: chunked\r\nContent-Length"))
            else:
                client.send(good)
                client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            client.socket.shutdown(socket.SHUT_WR)
            client.more()
        self.note("hostile", "sent", "", {"sent"})

    def operator(self, order):
        current = os.path.join(self.bot.path, "current")
        with open(current + ".new", "w", encoding="ascii") as file:
            file.write(f"{order.randrange(1, 3)}\n")
        os.rename(current + ".new", current)
        self.server.process.send_signal(signal.SIGHUP)
        self.ask("metrics", "GET", "/metrics")
        self.ends.wait(2)

    def run(self, does, number, pause):
        order = random.Random(f"{does.__name__} {number}")
        while not self.ends.is_set():
            try:
                does(order)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.note(does.__name__, "cut" if does == self.hostile else 0, repr(error), {"cut"})
            self.ends.wait(pause * order.random())

    def begin(self):
        kinds = [(self.scripted, 3, 0.01), (self.fallback, 4, 0.1), (self.talk, 2, 0.05), (self.page, 2, 0.05), (self.channels, 1, 0.05),
                 (self.desk, 1, 0.1), (self.staff, 1, 0.5), (self.hostile, 2, 0.05), (self.operator, 1, 1)]
        self.threads = [threading.Thread(target=self.run, args=(does, i, pause), daemon=True) for does, count, pause in kinds for i in range(count)]
        for thread in self.threads:
            thread.start()

    def end(self):
        self.ends.set()
        for thread in self.threads:
            thread.join(60)


def memory(pid):
    """MiB of the process's own, and in all."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        lines = dict(line.split(":", 1) for line in file)
    return int(lines["RssAnon"].split()[0]) / 1024, int(lines["VmRSS"].split()[0]) / 1024


def pages(server):
    """MiB that the databases hold: their caches of pages are bounded, and fill for a long time."""
    try:
        return f"{server.metric('paring_database_bytes') / 2 ** 20:.1f}"
    except (OSError, http.client.HTTPException):
        return "?"


def slope_of(samples):
    """MiB an hour and half its 95 % interval: least squares through the least of each block, what is held when no password is being checked."""
    size = max(1, len(samples) // BLOCKS)
    points = [(sum(t for t, _ in block) / len(block), min(m for _, m in block))
              for block in (samples[i:i + size] for i in range(0, len(samples) - size + 1, size))]
    n, mean_t, mean_m = len(points), sum(t for t, _ in points) / len(points), sum(m for _, m in points) / len(points)
    spread = sum((t - mean_t) ** 2 for t, _ in points)
    slope = sum((t - mean_t) * (m - mean_m) for t, m in points) / spread
    left = sum((m - mean_m - slope * (t - mean_t)) ** 2 for t, m in points)
    return 3600 * slope, 3600 * 2.1 * math.sqrt(left / max(1, n - 2) / spread)  # 2.1: Student's t with 18 left


def model_says(model, order):
    """The model changes its mind; what is good points at a sentence."""
    does = order.choice(MODEL_DOES)
    model.says = at(SENTENCES[0]) if does == "good" else does
    if len(model.seen) > 100:
        del model.seen[:50]  # our own memory


def watch(traffic, model, chatwoot, kakao, seconds):
    order, samples, began, said = random.Random(1), [], time.monotonic(), 0
    while (now := time.monotonic() - began) < seconds and traffic.server.process.poll() is None:
        model_says(model, order)
        for seen in (chatwoot.seen, kakao.seen):
            del seen[:-100]
        samples.append((now, *memory(traffic.server.process.pid)))
        if now >= said:
            print(f"  {now:6.0f} s  {samples[-1][1]:7.1f} MiB of its own, {pages(traffic.server)} of them databases', {samples[-1][2]:7.1f} in all, "
                  f"{sum(traffic.counts.values()):9,} requests", flush=True)
            said += max(10, seconds / 20)
        time.sleep(1 / SAMPLES_A_SECOND)
    return samples


def show(traffic, samples, seconds):
    kinds = sorted({kind for kind, _ in traffic.counts})
    for kind in kinds:
        counts = {status: n for (k, status), n in sorted(traffic.counts.items(), key=str) if k == kind}
        print(f"  {kind:<14} {counts}, slowest {traffic.slowest[kind][0]:.2f} s {traffic.slowest[kind][1][:60]}")
    print(f"  503: {dict(+traffic.busy)}")
    warm = [(t, own) for t, own, _ in samples if t >= WARM * seconds]
    slope, half = slope_of(warm)
    print(f"  memory of its own after {WARM * seconds:.0f} s: {warm[0][1]:.1f} to {warm[-1][1]:.1f} MiB; {slope:+.1f} ± {half:.1f} MiB an hour")
    for text in traffic.wrong[:10]:
        print(f"  WRONG {text}")
    return slope - half > 1 and seconds >= 600  # a shorter run sees caches fill


def rows_check(bot):
    with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        whole = db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        twice = db.execute("SELECT COUNT(*) FROM (SELECT 1 FROM turns WHERE message_id IS NOT NULL GROUP BY conversation, message_id HAVING COUNT(*) > 1)").fetchone()[0]
        rows = db.execute("SELECT COUNT(*) FROM turns").fetchone()[0]
    db.close()
    print(f"  journal: {rows:,} turns, {'whole' if whole else 'DAMAGED'}, {twice} twice")
    return whole and not twice


def main(build, seconds):
    paring.BINARY = os.path.abspath(os.path.join(build, "paring"))
    print(f"Mixed traffic for {seconds:.0f} s")
    with paring.Bot() as bot, Model("hang") as model, Chatwoot() as chatwoot, Kakao() as kakao:
        with_documents(bot, OFTEN)
        bot.run("user", "add", "lead", "--role", "lead", input=WORD + "\n")
        bot.take("answers.csv", paring.SMALL_ANSWERS.replace("해지는 앱에서", "이제 해지는 앱에서"))
        bot.train("--set", OFTEN)
        settings = {"conversations": CONVERSATIONS, "rate_per_address": 0, "chat": "yes", "model_deadline_ms": 3000, "access_log": "no",
                    "kakao_callback_hosts": "kakao.com, 127.0.0.1", "chatwoot_url": chatwoot.url(), "chatwoot_token_file": bot.write("token", TOKEN + "\n"),
                    "chatwoot_secret_file": bot.write("secret", SECRET + "\n"), **providers(bot, model)}
        with api.Server(bot, **settings) as server:
            traffic = Traffic(server, bot, kakao)
            traffic.begin()
            samples = watch(traffic, model, chatwoot, kakao, seconds)
            traffic.end()
            grows = show(traffic, samples, seconds)
        is_kept = rows_check(bot)
    if grows or traffic.wrong or not is_kept:
        sys.exit("It grows." if grows else "A reply was wrong." if is_kept else "The journal is wrong.")


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60)
