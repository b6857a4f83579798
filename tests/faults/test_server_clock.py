"""The wall clock of a running server is set forward and back, by an hour and by days: everybody goes on being answered, nothing is lost or there
twice, who has a ticket keeps it, and the log says that the clock was moved."""
import os
import sqlite3
import struct
import time

from chatwoot import SECRET, TOKEN, Chatwoot, signed, webhook
from paring import fill, test
from server import Server, wait_until
from shim import shim
from test_console_release import change, ended, get, job_of, post, staff
from test_staff import live, people
from test_server_faults import CANCEL, Load, check_all_kept

PERSON, WORD, HOUR, DAY = "피자 시켜 줘", "correct horse 9", 3600, 86400


class Clock:
    """How many seconds the server's wall clock is ahead of the machine's."""

    def __init__(self, bot):
        self.path = bot.write("ahead", struct.pack("q", 0))
        sanitizer = os.environ.get("ASAN_OPTIONS", "") + ":verify_asan_link_order=0"
        self.environment = {"LD_PRELOAD": shim(), "FAIL_CLOCK": self.path, "ASAN_OPTIONS": sanitizer}

    def set(self, seconds):
        with open(self.path, "r+b", buffering=0) as file:
            file.write(struct.pack("q", seconds))


def moved(server):
    return server.log().count('"clock_moved"')


def set_and_noticed(server, clock, seconds):
    before = moved(server)
    clock.set(seconds)
    wait_until(lambda: moved(server) > before)


@test
def a_clock_that_jumps_loses_no_turn_and_stops_nobody_under_load(bot):
    fill(bot)
    bot.go_live()
    clock = Clock(bot)
    with Server(bot, rate_per_address=0, chat="yes", env=clock.environment) as server:
        load = Load(server, 4)
        for ahead in (HOUR, 0, -HOUR, DAY, -30 * DAY, 0):
            before = len(load.replies)
            set_and_noticed(server, clock, ahead)
            began = time.monotonic()
            wait_until(lambda: len(load.replies) > before + 50)
            assert time.monotonic() - began < 5 and server.ask("GET", "/ready").status == 200
        load.stop()
        assert set(load.statuses) == {200}, load.statuses
        check_all_kept(server, load.replies)
        reply, conversation, message = load.replies[0]
        assert server.turn(CANCEL, conversation, message_id=message) == reply, "a retry of before"
        with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
            places = db.execute("SELECT conversation, position FROM turns ORDER BY conversation, position").fetchall()
        db.close()
        assert len(set(places)) == len(places) and max(p for _, p in places) == max(
            sum(name == one for one, _ in places) for name in {name for name, _ in places}), "each conversation counts on"


@test
def a_form_goes_on_when_the_clock_is_set_back_and_is_forgotten_a_day_later(bot):
    fill(bot)
    bot.take("answers.csv", "id,intent,condition,text\nloan_rate-1,loan_rate,,\"{{slot:amount}}의 한 달 이자는 {{= floor(slot:amount * fact:loan_rate / 12)}}입니다.\"\n")
    bot.go_live()
    clock = Clock(bot)
    with Server(bot, env=clock.environment) as server:
        for name, ahead, goes_on in (("back", -HOUR, True), ("minute", 60, True), ("day", DAY, False)):
            clock.set(0)
            asked = server.turn("대출 이율 알려 주세요", name)
            assert asked["route"] == "form", asked
            clock.set(ahead)
            answered = server.turn("500만원", name)
            assert (answered["route"] == "scripted") is goes_on, (name, answered)


@test
def sessions_and_claims_outlive_a_clock_that_jumps(bot):
    """An hour forward is no hour of silence: agents keep their tickets. Whoever is disabled is out at once, also when the clock was set back."""
    fill(bot)
    bot.go_live()
    for name in ("lead", "other"):
        bot.run("user", "add", name, "--role", "lead", input=WORD + "\n")
    clock = Clock(bot)
    with Server(bot, claim_minutes=1, env=clock.environment) as server:
        sessions = {}
        for name in ("lead", "other"):
            reply = server.ask("POST", "/api/login", {"name": name, "password": WORD})
            sessions[name] = {"Cookie": reply.headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": reply.json()["csrf"]}
        ticket = server.turn(PERSON)["turn"]
        assert server.ask("POST", "/api/handoffs/claim", {"handoff": ticket}, sessions["lead"]).status == 200
        set_and_noticed(server, clock, HOUR)
        time.sleep(1.2)  # a look of the watch, when claims would lapse
        assert server.ask("POST", "/api/handoffs/say", {"handoff": ticket, "text": "네"}, sessions["lead"]).status == 200
        assert server.turn(CANCEL)["reply"]["text"] == "", "the bot is silent still"
        set_and_noticed(server, clock, -HOUR)
        assert server.ask("GET", "/api/me", headers=sessions["other"]).status == 200
        bot.run("user", "disable", "other")
        wait_until(lambda: server.ask("GET", "/api/me", headers=sessions["other"]).status == 401, 5)
        assert server.ask("GET", "/api/me", headers=sessions["lead"]).status == 200
        assert server.ask("POST", "/api/handoffs/close", {"handoff": ticket}, sessions["lead"]).status == 200
        assert server.turn(CANCEL)["reply"]["text"] != ""


@test
def a_reply_to_chatwoot_does_not_wait_for_a_clock_that_was_set_back(bot):
    fill(bot)
    bot.go_live()
    clock = Clock(bot)
    with Chatwoot() as chatwoot:
        chatwoot.fails = 1
        with Server(bot, env=clock.environment, chatwoot_url=chatwoot.url(), chatwoot_token_file=bot.write("token", TOKEN + "\n"),
                    chatwoot_secret_file=bot.write("secret", SECRET + "\n")) as server:
            body = webhook(CANCEL, 1, 10)
            assert server.ask("POST", "/chatwoot/bot", body, signed(body)).status == 200
            wait_until(lambda: chatwoot.fails == 0)
            clock.set(-HOUR)
            wait_until(lambda: [kind for _, kind, _ in chatwoot.seen] == ["message"], 15)
            stale = webhook(CANCEL, 2, 11)
            assert server.ask("POST", "/chatwoot/bot", stale, signed(stale)).status == 401, "signed an hour from now"
            fresh = signed(stale, time.time() - HOUR)
            assert server.ask("POST", "/chatwoot/bot", stale, fresh).status == 200
            wait_until(lambda: len(chatwoot.seen) == 2)
        assert not chatwoot.wrong, chatwoot.wrong


@test
def rates_are_kept_whatever_the_clock_says(bot):
    fill(bot)
    bot.go_live()
    clock = Clock(bot)
    with Server(bot, rate_per_address=5, address_header="X-Forwarded-For", env=clock.environment) as server:
        def burst(address):
            return [server.ask("POST", "/v1/turns", {"conversation": address, "text": CANCEL}, {"X-Forwarded-For": address}).status for _ in range(30)]
        for i, ahead in enumerate((0, HOUR, -HOUR, DAY)):
            clock.set(ahead)
            statuses = burst(f"192.0.2.{i}")
            assert 5 <= statuses.count(200) < 20 and statuses.count(429) >= 10, (ahead, statuses)
            wait_until(lambda: burst(f"192.0.2.{i}")[0] == 200, 3)


@test
def a_release_set_for_a_time_goes_live_once_whatever_the_clock_does(bot):
    people(live(bot), "reviewer")
    change(bot)
    clock = Clock(bot)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + HOUR))
    went_live = lambda told: [line["release"] for line in told["history"]].count(2)
    with Server(bot, env=clock.environment) as server:
        (reviewer,) = staff(server, "reviewer")
        number = post(server, reviewer, "/api/publish", {"at": at})["job"]
        set_and_noticed(server, clock, -30 * DAY)  # further off: it is not lost
        (reviewer,) = staff(server, "reviewer")
        assert job_of(server, reviewer, number)["state"] == "waiting"
        set_and_noticed(server, clock, HOUR + 60)  # past it
        (reviewer,) = staff(server, "reviewer")
        ended(server, reviewer, number)
        told = get(server, reviewer, "/api/publish")
        lines = went_live(told)
        assert told["active"] == 2 and lines > 0, told
        for ahead in (0, HOUR + 120, 400 * DAY):  # before it, and past it again
            set_and_noticed(server, clock, ahead)
        (reviewer,) = staff(server, "reviewer")
        told = get(server, reviewer, "/api/publish")
        assert told["active"] == 2 and went_live(told) == lines and told["jobs"] == [], told
        assert sorted(os.listdir(os.path.join(bot.path, "releases"))) == ["000001", "000002"]


@test
def a_release_set_for_a_time_is_not_lost_when_the_clock_jumped_while_nobody_ran(bot):
    people(live(bot), "reviewer")
    change(bot)
    clock = Clock(bot)
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + HOUR))
    with Server(bot, env=clock.environment) as server:
        (reviewer,) = staff(server, "reviewer")
        number = post(server, reviewer, "/api/publish", {"at": at})["job"]
    clock.set(400 * DAY)  # past what is kept of jobs that ended, too
    with Server(bot, env=clock.environment) as server:
        wait_until(lambda: b'number="2"' in server.ask("GET", "/metrics").body, 60)
        (reviewer,) = staff(server, "reviewer")
        ended(server, reviewer, number)
    clock.set(0)
    with Server(bot, env=clock.environment) as server:
        (reviewer,) = staff(server, "reviewer")
        told = get(server, reviewer, "/api/publish")
        assert told["active"] == 2 and told["jobs"] == [], told
