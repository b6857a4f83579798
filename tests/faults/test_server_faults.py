"""The server under load while things go wrong: what was acknowledged is in the journal, once, whatever happens."""
import http.client
import json
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time

import paring
from chatwoot import SECRET, TOKEN, Chatwoot, signed, webhook
from paring import SMALL_ANSWERS, Bot, Skip, fill, run, test
from server import Server, post, wait_until
from shim import preloaded, shim

CANCEL = "보험 해지 궁금해요"


class Load:
    """Clients that talk as fast as they are answered; every reply they got is kept."""

    def __init__(self, server, clients=8):
        self.server, self.ends, self.replies, self.statuses = server, False, [], {}
        self.threads = [threading.Thread(target=self.talk, args=(i,), daemon=True) for i in range(clients)]
        for thread in self.threads:
            thread.start()

    def talk(self, number):
        order, count = random.Random(number), 0
        while not self.ends:
            try:
                with self.server.connect() as client:
                    while not self.ends:
                        count += 1
                        name = f"load-{number}-{order.randrange(20)}"
                        reply = client.send(post({"conversation": name, "text": CANCEL, "message_id": f"{number}-{count}-{id(self)}"})).reply()
                        if reply is None:
                            break
                        self.statuses[reply.status] = self.statuses.get(reply.status, 0) + 1
                        if reply.status == 200:
                            self.replies.append((reply.json(), name, f"{number}-{count}-{id(self)}"))
                        if reply.headers.get("Connection") == "close":
                            break
            except OSError:
                time.sleep(0.005)

    def stop(self):
        self.ends = True
        for thread in self.threads:
            thread.join(30)
        return self


def check_all_kept(server, replies):
    """Every reply is a row, once; the database is whole."""
    rows = server.rows()
    by_id = {row[0]: row for row in rows}
    assert len(by_id) == len(rows) and len({row[1:3] for row in rows}) == len(rows)
    for reply, conversation, message in replies:
        row = by_id.get(reply["turn"])
        assert row and row[1:4] == (conversation, message, reply["reply"]["text"]), (reply, row)
    with sqlite3.connect(os.path.join(server.bot.path, "journal.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    db.close()


@test
def turns_that_were_acknowledged_are_in_the_journal_once_after_kills(bot):
    fill(bot)
    bot.go_live()
    order, replies, starts = random.Random(5), [], []
    for _ in range(200 if paring.IS_LONG else 6):
        began = time.monotonic()
        server = Server(bot)
        starts.append(time.monotonic() - began)
        with server:
            load = Load(server)
            time.sleep(order.uniform(0.02, 0.4))
            server.kill()
            replies += load.stop().replies
    with Server(bot) as server:
        check_all_kept(server, replies)
        reply, conversation, message = replies[-1]
        again = server.turn(CANCEL, conversation, message_id=message)
        assert again == reply, "a retry after the crash"
    assert len(replies) > 50, "there was no load"
    usual = sorted(starts)[len(starts) // 2]
    assert usual < (10 if paring.is_sanitized() else 1), f"a start takes {usual:.1f} s, at most {max(starts):.1f}"
    wal = os.path.join(bot.path, "journal.db-wal")
    assert not os.path.exists(wal) or os.path.getsize(wal) < 64 << 20, "the log was never moved"


def age_claims(bot, of):
    """As if the agents who have these had been silent for an hour; how many there are."""
    with sqlite3.connect(os.path.join(bot.path, "journal.db"), timeout=30) as db:
        hour = 3600 * 1000000
        changed = db.execute(f"UPDATE handoffs SET claimed_us = claimed_us - {hour} WHERE state = 'claimed' AND conversation LIKE ?", (of,)).rowcount
        db.execute(f"UPDATE handoff_events SET at_us = at_us - {hour} WHERE kind = 'agent' AND conversation LIKE ?", (of,))
    db.close()
    return changed


def desk_work(server, number, round, log, held):
    """Customers who want a person and agents who claim at once, until the server dies; what was acknowledged is kept in the log. `held`: tickets
    that the first desk's agents had before, and may have lost since."""
    post_to = lambda what, **body: server.ask("POST", f"/api/handoffs/{what}", body, timeout=5)
    try:
        for count in range(1000):
            name = f"desk-{number}-{count} round {round}"
            ticket = server.turn("피자 시켜 줘", name, message_id="m1")["turn"]
            log.append(("opened", ticket, name))
            got = {}
            agents = [threading.Thread(target=lambda a: got.update({a: post_to("claim", handoff=ticket, agent=a).status}), args=(agent,))
                      for agent in ("kim", "lee")]
            for agent in agents:
                agent.start()
            for agent in agents:
                agent.join()
            holders = [agent for agent, status in got.items() if status == 200]
            log.append(("claimed", ticket, holders))
            if number == 0 and count % 3 == 2 and held:
                old, holder = held[count * 7 % len(held)]
                status = post_to("say", handoff=old, agent=holder, text="아직 계세요?", message_id=f"late-{round}-{count}").status
                assert status in (200, 409), status
                log.append(("late", old, status))
            held += [(ticket, holder) for holder in holders if number == 0]
            for holder in holders:
                if post_to("say", handoff=ticket, agent=holder, text=f"답 {count}", message_id="a1").status == 200:
                    log.append(("said", ticket, f"답 {count}"))
                if count % 2 and post_to("return", handoff=ticket, agent=holder).status == 200:
                    log.append(("returned", ticket, holder))
    except (OSError, AssertionError, http.client.HTTPException, ValueError):
        pass  # the server is gone


@test
def no_ticket_is_lost_or_claimed_twice_over_kills(bot):
    fill(bot)
    bot.go_live()
    order, logs, held, aged = random.Random(6), [], [], 0
    threading.excepthook, usual = lambda *_: None, threading.excepthook  # an agent whose server was killed
    try:
        for round in range(100 if paring.IS_LONG else 6):
            with Server(bot) as server:
                mine = [[] for _ in range(4)]
                threads = [threading.Thread(target=desk_work, args=(server, i, round, log, held)) for i, log in enumerate(mine)]
                for thread in threads:
                    thread.start()
                time.sleep(order.uniform(0.05, 0.5) + round % 4 // 3)  # claims lapse from the first second on
                server.kill()
                for thread in threads:
                    thread.join(30)
                logs += [entry for log in mine for entry in log]
            aged += age_claims(bot, "desk-0-%")
    finally:
        threading.excepthook = usual
    assert sum(kind == "claimed" for kind, _, _ in logs) > 10, "there was no load"
    with Server(bot) as server, sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("SELECT conversation FROM handoffs GROUP BY conversation HAVING COUNT(*) > 1").fetchall() == []
        wait_until(lambda: db.execute("SELECT 1 FROM handoffs WHERE state = 'claimed' AND conversation LIKE 'desk-0-%'").fetchall() == [], 60)
        assert db.execute("SELECT id FROM handoffs AS h WHERE (SELECT SUM(kind = 'claimed') - SUM(kind IN ('lapsed', 'returned')) FROM handoff_events "
                          "WHERE handoff = h.id) <> (state = 'claimed')").fetchall() == [], "claimed twice, or lapsed for nothing"
        assert db.execute("SELECT handoff FROM handoff_events WHERE kind = 'claimed' AND conversation NOT LIKE 'desk-0-%' GROUP BY handoff "
                          "HAVING COUNT(*) > 1").fetchall() == []
        lapsed = db.execute("SELECT COUNT(*) FROM handoff_events WHERE kind = 'lapsed'").fetchone()[0]
        assert 0 < lapsed <= aged, (lapsed, aged)
        assert db.execute("SELECT id FROM turns WHERE route = 'handoff' AND reply <> '' AND id NOT IN (SELECT id FROM handoffs)").fetchall() == []
        tickets = {row[0]: row[1:] for row in db.execute("SELECT id, conversation, state, agent FROM handoffs")}
        said = set(db.execute("SELECT handoff, text FROM handoff_events WHERE kind = 'agent'"))
        for kind, ticket, what in logs:
            conversation, state, agent = tickets[ticket]
            if kind == "opened":
                assert conversation == what
            elif kind == "claimed":
                assert len(what) <= 1 and (not what or what == [agent] or conversation.startswith("desk-0-") and state == "waiting"), (what, agent)
            elif kind == "said":
                assert (ticket, what) in said
            elif kind == "late":
                assert what == 409 or (ticket, "아직 계세요?") in said
            else:
                assert state == "returned", (ticket, state)
        holding = [(conversation, state) for conversation, state, _ in tickets.values()][:20]
        for conversation, state in holding:
            silent = server.turn(CANCEL, conversation)["reply"]["text"] == ""
            assert silent is (state == "claimed"), (conversation, state)
    db.close()


@test
def every_reply_to_chatwoot_is_told_over_kills(bot):
    fill(bot)
    bot.go_live()
    order, accepted, rounds = random.Random(7), [], 100 if paring.IS_LONG else 6
    with Chatwoot() as chatwoot:
        settings = {"chatwoot_url": chatwoot.url(), "chatwoot_token_file": bot.write("token", TOKEN + "\n"),
                    "chatwoot_secret_file": bot.write("secret", SECRET + "\n")}

        def deliver(server, round):
            try:
                for count in range(1, 60):
                    place, is_person = round * 1000 + count, count % 3 == 0
                    body = webhook("피자 시켜 줘" if is_person else CANCEL, 1, place)
                    if server.ask("POST", "/chatwoot/bot", body, signed(body), timeout=5).status == 200:
                        accepted.append((place, ["message", "note", "status"] if is_person else ["message"]))
            except (OSError, http.client.HTTPException):
                pass  # the server is gone
        for round in range(1, rounds + 1):
            with Server(bot, **settings) as server:
                thread = threading.Thread(target=deliver, args=(server, round))
                thread.start()
                time.sleep(order.uniform(0.05, 0.3))
                server.kill()
                thread.join(30)
        with Server(bot, **settings), sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
            wait_until(lambda: db.execute("SELECT 1 FROM outbox LIMIT 1").fetchall() == [], 60)
        db.close()
        told = {}
        for place, kind, _ in chatwoot.seen:
            told.setdefault(place, []).append(kind)
        assert len(accepted) > 10 and all(sorted(set(told.get(place, []))) == sorted(kinds) for place, kinds in accepted), "a reply was lost"
        twice = [place for place, kinds in accepted if told[place] != kinds]
        # What the dying server had sent may come to Chatwoot after the next server has asked.
        assert len(twice) <= rounds // 10 and not chatwoot.wrong, (twice, chatwoot.wrong)


@test
def stopping_answers_what_is_in_flight(bot):
    fill(bot)
    bot.go_live()
    for _ in range(20 if paring.IS_LONG else 3):
        with Server(bot) as server:
            load = Load(server)
            wait_until(lambda: len(load.replies) > 20)
            server.stop()
            load.stop()
            assert set(load.statuses) <= {200, 503}, load.statuses
            check_all_kept(server, load.replies)


@test
def the_release_is_swapped_under_load_and_no_reply_is_wrong(bot):
    fill(bot)
    bot.go_live()
    bot.take("answers.csv", SMALL_ANSWERS.replace("해지는 앱에서", "이제 해지는 앱에서"))
    bot.go_live()
    bot.run("release", "activate", 1)
    current = os.path.join(bot.path, "current")
    with Server(bot, journal="commit") as server:
        load = Load(server)
        for i in range(1000 if paring.IS_LONG else 30):
            with open(current + ".new", "w", encoding="ascii") as file:
                file.write(f"{2 - i % 2}\n")
            os.rename(current + ".new", current)
            server.process.send_signal(1)  # SIGHUP
            wanted = 2 - i % 2
            wait_until(lambda: f'paring_release_info{{number="{wanted}"' in server.ask("GET", "/metrics").body.decode())
        load.stop()
        assert set(load.statuses) == {200}, load.statuses
        number_of = {row[0]: row[4] for row in server.rows()}
        texts = {1: "해지는 앱에서 하실 수 있습니다.", 2: "이제 해지는 앱에서 하실 수 있습니다."}
        for reply, _, _ in load.replies:
            assert reply["reply"]["text"] == texts[number_of[reply["turn"]]], reply
        assert len(set(number_of.values())) == 2
        check_all_kept(server, load.replies)


@test
def another_release_is_noticed_without_a_signal_and_a_broken_one_is_not_taken(bot):
    fill(bot)
    bot.go_live()
    bot.take("answers.csv", SMALL_ANSWERS.replace("해지는 앱에서", "이제 해지는 앱에서"))
    bot.train()
    with Server(bot) as server:
        assert server.turn(CANCEL)["reply"]["text"].startswith("해지는")
        bot.run("release", "activate", 2)
        wait_until(lambda: server.turn(CANCEL)["reply"]["text"].startswith("이제"))
        with open(bot.release_file(1, "scripts.jsonl"), "ab") as file:
            file.write(b"\n")
        with open(os.path.join(bot.path, "current"), "w", encoding="ascii") as file:
            file.write("1\n")
        wait_until(lambda: "release_failed" in server.log())
        assert server.turn(CANCEL)["reply"]["text"].startswith("이제") and server.ask("GET", "/ready").status == 200


@test
def a_journal_that_others_hold_delays_replies_and_loses_none(bot):
    fill(bot)
    bot.go_live()
    with Server(bot) as server:
        server.turn(CANCEL)
        other = sqlite3.connect(os.path.join(bot.path, "journal.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        load = Load(server, 4)
        time.sleep(0.3)
        assert not load.replies
        other.execute("COMMIT")
        other.close()
        wait_until(lambda: len(load.replies) > 20)
        check_all_kept(server, load.stop().replies)


@test
def a_call_that_fails_under_load_loses_no_turn_that_was_acknowledged(bot):
    """One write, sync or allocation of the running server, anywhere from its start on."""
    library, order, replies, starts = shim(), random.Random(9), [], 0
    fill(bot)
    bot.go_live()
    for kind, most in (("write", 2000), ("sync", 400), ("truncate", 4), ("memory", 60000)):
        if kind == "memory" and paring.is_sanitized():
            continue
        for _ in range(40 if paring.IS_LONG else 3):
            count = int(most ** order.random())
            server = Server.__new__(Server)
            try:
                server.__init__(bot, env=preloaded(library, kind, FAIL_NTH=str(count)))
            except (AssertionError, KeyError):
                status = server.process.wait(20)
                assert status > 0, (kind, count, status, server.log()[-2000:])  # it says why and ends; it does not crash
                continue
            with server:
                starts += 1
                load = Load(server, 4)
                time.sleep(0.3)
                replies += load.stop().replies
                assert set(load.statuses) <= {200, 500, 503}, (kind, count, load.statuses)
                assert server.process.poll() is None, (kind, count, server.log()[-2000:])
    assert starts > 4 and len(replies) > 50, "there was no load"
    with Server(bot) as server:
        check_all_kept(server, replies)


def small_disk(run_on):
    folder = tempfile.mkdtemp(prefix="paring-disk-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], capture_output=True, check=False)
    try:
        if mounted.returncode:
            raise Skip("mounting a small disk needs to be root: " + mounted.stderr.decode().strip())
        with Bot(parent=folder) as bot:
            fill(bot)
            bot.go_live()
            run_on(bot, os.path.join(folder, "filler"))
    finally:
        subprocess.run(["umount", folder], capture_output=True, check=False)
        shutil.rmtree(folder, ignore_errors=True)


def fill_disk(path):
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


@test
def a_full_disk_stops_replies_loudly_and_they_come_back():
    def full(bot, filler):
        with Server(bot) as server:
            with open(server.log_path, "ab"):
                pass
            load = Load(server, 4)
            wait_until(lambda: len(load.replies) > 20)
            fill_disk(filler)
            wait_until(lambda: load.statuses.get(503, 0) > 5, 30)
            assert server.ask("GET", "/ready").status == 503 and server.metric("paring_journal_failing") == 1
            load.stop()  # as a proxy does when /ready says no
            assert set(load.statuses) == {200, 503}, load.statuses
            os.unlink(filler)
            wait_until(lambda: server.ask("GET", "/ready").status == 200)
            assert server.log().count('"recovered"') == 1 and server.log().count('"journal_failed"') >= 1
            again = Load(server, 4)
            wait_until(lambda: len(again.replies) > 20)
            check_all_kept(server, load.replies + again.stop().replies)
    small_disk(full)


@test
def with_the_rule_to_answer_a_full_disk_loses_rows_and_names_each():
    def full(bot, filler):
        log = tempfile.NamedTemporaryFile(suffix=".log")  # not on the full disk
        with Server(bot, journal_failure="answer") as server:
            server.process.terminate()
            server.process.wait()
        server = subprocess.Popen([paring.BINARY, "serve", "--json", "--bot", bot.path, "--listen", "127.0.0.1:0", "--set",
                                   "journal_failure=answer"], stdout=subprocess.PIPE, stderr=log)
        try:
            port = int(json.loads(server.stdout.readline())["address"].rsplit(":", 1)[1])
            one = Server.__new__(Server)
            one.port, one.bot = port, bot
            fill_disk(filler)
            turns = [one.turn(CANCEL)["turn"] for _ in range(20)]
            kept = {row[0] for row in one.rows()}
            lost = [turn for turn in turns if turn not in kept]
            with open(log.name, encoding="utf-8") as file:
                text = file.read()
            named = {json.loads(line)["turn"] for line in text.splitlines() if '"turn_lost"' in line}
            assert lost and set(lost) == named, (lost, named)
        finally:
            server.terminate()
            assert server.wait(30) == 0
            server.stdout.close()
    small_disk(full)
