"""Chatwoot's agent bot against a Chatwoot that checks every request: signatures, what is left alone, replies, handoff, and failures."""
import os
import sqlite3
import time

from chatwoot import SECRET, TOKEN, Chatwoot, signed, webhook
from paring import fill, run, test
from server import Server, wait_until

CANCEL, CANCEL_REPLY, PERSON = "보험 해지 궁금해요", "해지는 앱에서 하실 수 있습니다.", "피자 시켜 줘"


def settings_of(bot, chatwoot):
    return {"chatwoot_url": chatwoot.url(), "chatwoot_token_file": bot.write("token", TOKEN + "\n"),
            "chatwoot_secret_file": bot.write("secret", SECRET + "\n")}


def server_outbox(bot):
    db = sqlite3.connect(os.path.join(bot.path, "journal.db"))
    try:
        return db.execute("SELECT turn FROM outbox").fetchall()
    finally:
        db.close()


def deliver(server, body, headers=None, status=200):
    reply = server.ask("POST", "/chatwoot/bot", body, signed(body) if headers is None else headers)
    assert reply.status == status, reply
    return reply.json()


@test
def a_message_is_answered_once_and_a_person_is_called_with_the_packet(bot):
    fill(bot)
    bot.go_live()
    with Chatwoot() as chatwoot, Server(bot, **settings_of(bot, chatwoot)) as server:
        assert deliver(server, webhook(CANCEL, 1)) == {"accepted": True}
        wait_until(lambda: chatwoot.seen)
        assert deliver(server, webhook(CANCEL, 1)) == {"accepted": True}, "delivered again"
        deliver(server, webhook(PERSON, 2))
        wait_until(lambda: len(chatwoot.seen) >= 4)
        assert [kind for _, kind, _ in chatwoot.seen] == ["message", "message", "note", "status"] and chatwoot.seen[0] == (10, "message", CANCEL_REPLY)
        note = chatwoot.seen[2][2]
        assert "cancel_policy" in note and PERSON in note and CANCEL_REPLY in note, note
        assert not chatwoot.wrong and server.ask("GET", "/api/handoffs").json()["handoffs"] == [], "its people are Chatwoot's own"
        assert len(server.rows()) == 2


@test
def what_is_not_the_bots_is_left_alone_and_what_is_not_chatwoots_is_refused(bot):
    fill(bot)
    bot.go_live()
    with Chatwoot() as chatwoot, Server(bot, **settings_of(bot, chatwoot)) as server:
        for body in (webhook(CANCEL, message_type="outgoing"), webhook(CANCEL, message_type="template"), webhook(CANCEL, private=True),
                     webhook(CANCEL, status="open"), webhook(CANCEL, status="resolved"), webhook(CANCEL, event="message_updated"),
                     webhook(CANCEL, event="webwidget_triggered"), webhook(""), webhook(None), webhook("  ")):
            assert deliver(server, body) == {"ignored": True}, body
        body = webhook(CANCEL)
        good = signed(body)
        for headers in ({"Content-Type": "application/json"}, {**good, "X-Chatwoot-Signature": "sha256=00"}, signed(body, time.time() - 400),
                        signed(body, time.time() + 400), signed(body, secret="other"), signed(body + b" "),
                        {**good, "X-Chatwoot-Timestamp": str(int(good["X-Chatwoot-Timestamp"]) + 1)},
                        {**good, "X-Chatwoot-Signature": good["X-Chatwoot-Signature"][7:]}):
            deliver(server, body, headers, 401)
        for wrong in (b"[]", b"{", webhook(CANCEL, id="x"), webhook(CANCEL, account={"id": 0})):
            deliver(server, wrong, status=400)
        assert server.rows() == [] and chatwoot.seen == []
    with Server(bot) as server:
        assert server.ask("POST", "/chatwoot/bot", webhook(CANCEL), signed(webhook(CANCEL))).status == 404
    run("serve", "--bot", bot.path, "--set", "chatwoot_url=ftp://x", status=2, says="chatwoot_url")
    run("serve", "--bot", bot.path, "--set", "chatwoot_url=http://x", "--set", "chatwoot_token_file=/nothing", status=3)


@test
def a_slow_or_broken_chatwoot_delays_its_replies_and_nobody_elses(bot):
    fill(bot)
    bot.go_live()
    with Chatwoot() as chatwoot:
        settings = settings_of(bot, chatwoot)
        with Server(bot, **settings) as server:
            chatwoot.delay = 1
            began = time.monotonic()
            for i in range(3):
                deliver(server, webhook(CANCEL, i + 1))
            server.turn(CANCEL, "other")
            assert time.monotonic() - began < 1, "the webhook does not wait for the reply"
            chatwoot.delay = 0
            wait_until(lambda: len(chatwoot.seen) == 3)
            chatwoot.fails = 1
            deliver(server, webhook(PERSON, 10))
            deliver(server, webhook(CANCEL, 11))
            wait_until(lambda: len(chatwoot.seen) == 7, 20)
            assert [kind for _, kind, _ in chatwoot.seen[3:]] == ["message", "note", "status", "message"], "in order, each once"
            chatwoot.fails = 10
            deliver(server, webhook(CANCEL, 20))
            server.kill()
        chatwoot.fails = 0
        with Server(bot, **settings):
            wait_until(lambda: len(server_outbox(bot)) == 0, 20)
            # A post that was on its way when the server was killed may have arrived, and is then told twice.
            assert len(chatwoot.seen) in (8, 9), f"what was not told is told after a kill: {chatwoot.seen}"
            assert chatwoot.seen[-1] == (10, "message", CANCEL_REPLY)
        assert not chatwoot.wrong, chatwoot.wrong


KINDS = ["message", "note", "status"]


@test
def what_was_told_as_the_server_died_is_not_told_again(bot):
    fill(bot)
    bot.go_live()
    with Chatwoot() as chatwoot:
        settings = settings_of(bot, chatwoot)
        for place, kind in enumerate(KINDS, 20):
            chatwoot.holds = kind
            with Server(bot, **settings) as server:
                deliver(server, webhook(PERSON, 80 + place, place))
                wait_until(lambda: kind in [what for where, what, _ in chatwoot.seen if where == place])
                server.kill()
            chatwoot.holds = None
            with Server(bot, **settings):
                wait_until(lambda: not server_outbox(bot))
            assert [what for where, what, _ in chatwoot.seen if where == place] == KINDS, (kind, chatwoot.seen)
        assert chatwoot.shown == 6 and not chatwoot.wrong, chatwoot.wrong


@test
def a_reply_whose_answer_was_lost_is_not_told_again(bot):
    fill(bot)
    bot.go_live()
    with Chatwoot() as chatwoot, Server(bot, **settings_of(bot, chatwoot)) as server:
        deliver(server, webhook(CANCEL, 10, 30))
        wait_until(lambda: chatwoot.seen and not server_outbox(bot))
        chatwoot.loses = 1
        deliver(server, webhook(PERSON, 50, 30))
        wait_until(lambda: not server_outbox(bot), 20)
        assert [kind for where, kind, _ in chatwoot.seen if where == 30] == ["message", *KINDS] and chatwoot.shown == 1, chatwoot.seen


@test
def what_was_told_while_the_journal_was_held_is_told_once(bot):
    fill(bot)
    bot.go_live()
    with Chatwoot() as chatwoot, Server(bot, **settings_of(bot, chatwoot)) as server:
        chatwoot.holds = "message"
        deliver(server, webhook(CANCEL, 10))
        wait_until(lambda: chatwoot.seen)
        other = sqlite3.connect(os.path.join(bot.path, "journal.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        chatwoot.released.set()
        time.sleep(6.5)  # the journal is waited for five seconds, and then tried again
        other.execute("COMMIT")
        other.close()
        wait_until(lambda: not server_outbox(bot), 20)
        assert len(chatwoot.seen) == 1 and chatwoot.shown == 0, chatwoot.seen


@test
def what_may_not_have_been_told_is_told_rather_twice_than_not_at_all(bot):
    fill(bot)
    bot.go_live()
    with Chatwoot() as chatwoot:
        settings = settings_of(bot, chatwoot)

        def die_while_telling(place, id, text=CANCEL, after=lambda: None):
            """What Chatwoot has been told in the conversation once another server has taken over."""
            told = lambda: [text for where, _, text in chatwoot.seen if where == place]
            with Server(bot, **settings) as server:
                chatwoot.holds = "message"
                before = len(told())
                deliver(server, webhook(text, id, place))
                wait_until(lambda: len(told()) == before + 1)
                server.kill()
            chatwoot.holds = None
            after()
            with Server(bot, **settings):
                wait_until(lambda: not server_outbox(bot))
            return told()
        assert len(die_while_telling(40, 60)) == 1
        assert len(die_while_telling(40, 1061)) == 3, "the reply before had the same words: which of them it was is not certain"
        assert len(die_while_telling(41, 62, after=lambda: chatwoot.keep("41", "여보세요", 0))) == 2, "somebody has written since"
        assert len(die_while_telling(42, 63, after=lambda: chatwoot.keep("42", CANCEL_REPLY, 1, id=5))) == 2, "an older word"
        assert len(die_while_telling(43, 64, after=lambda: chatwoot.keep("43", CANCEL_REPLY, 1, private=True))) == 2, "a colleague's note"
        chatwoot.shows = False  # an older Chatwoot
        assert len(die_while_telling(44, 65)) == 2
        assert not chatwoot.wrong, chatwoot.wrong


@test
def where_there_are_keys_the_webhook_brings_one(bot):
    fill(bot)
    bot.go_live()
    keys = bot.write("keys", "channel chatwoot cw-key-0123456789abcdef\n")
    os.chmod(keys, 0o600)
    with Chatwoot() as chatwoot, Server(bot, keys_file=keys, **settings_of(bot, chatwoot)) as server:
        deliver(server, webhook(CANCEL), status=401)
        body = webhook(CANCEL)
        assert server.ask("POST", "/chatwoot/bot?token=cw-key-0123456789abcdef", body, signed(body)).status == 200
        wait_until(lambda: chatwoot.seen)
