"""A journal that is damaged under a server: every message gets an answer by the rule that is set, the log names the file and what is wrong with it, and
who asks is told that the server is not well."""
import os
import random
import sqlite3

from paring import fill, test
from server import Server
from test_server_faults import CANCEL

PAGE = 4096


def damage(path):
    """Every third page but the first ones, which the tables begin in."""
    order = random.Random(3)
    with open(path, "r+b") as file:
        for number in range(20, os.path.getsize(path) // PAGE, 3):
            file.seek(number * PAGE)
            file.write(order.randbytes(PAGE))


def asked(server):
    """Statuses of conversations that were there before, and of new ones."""
    ask = lambda name: server.ask("POST", "/v1/turns", {"conversation": name, "text": CANCEL}).status
    return {ask(f"c{i * 6}") for i in range(60)}, {ask(f"n{i}") for i in range(60)}


@test
def a_damaged_journal_is_loud_and_each_rule_is_kept(bot):
    fill(bot)
    bot.go_live()
    with Server(bot, access_log="no") as server:
        for i in range(400):
            server.turn(CANCEL, f"c{i}")
    damage(os.path.join(bot.path, "journal.db"))
    assert bot.run("journal", "verify", status=None).status in (1, 4)
    for rule, status in (("stop", 503), ("answer", 200)):
        with Server(bot, journal_failure=rule, access_log="no") as server:
            before = len(server.log())
            old, new = asked(server)
            assert new == {status}, (rule, new)
            assert old == {200} if rule == "answer" else old <= {status, 500}, (rule, old)
            assert server.ask("GET", "/ready").status == 503 and server.ask("GET", "/alive").status == 200
            assert server.metric("paring_journal_failing") == 1 and server.metric("paring_journal_failed_total") > 0
            said = server.log()[before:]
            assert "journal.db: database disk image is malformed" in said and '"journal_failed"' in said, said[-2000:]
            lost, loud = (rule == "answer", "state_lost" if rule == "answer" else "server_failed")
            assert ('"turn_lost"' in said) is lost and ('"server_failed"' in said) is not lost, said[-2000:]
            assert (server.metric("paring_states_lost_total") > 0) is lost and loud in said, said[-2000:]
            assert all("malformed" in line for line in said.splitlines() if loud in line), said[-2000:]


SUM, AGAIN = "500만원 대출 이자", "대출 이자 알려줘"  # the second goes on with the sum of the first


def crossed(path):
    """Rows that say they are of one another while the indexes lead to them as before: name, key and sum trade places in the table's pages alone."""
    trades = [(b"c-north", b"c-south"), (b'"5000000 ', b'"2000000 ')]
    with open(path, "r+b") as file:
        data = file.read()
        for begin in range(PAGE, len(data), PAGE):
            page = data[begin:begin + PAGE]
            if page[0] != 13 or b"c-north" not in page:  # 13: a leaf of a table
                continue
            for one, other in trades:
                page = page.replace(one, b"\0" * len(one)).replace(other, one).replace(b"\0" * len(one), other)
            file.seek(begin)
            file.write(page)


@test
def an_index_that_leads_to_somebody_elses_turn_gives_nothing_away(bot):
    fill(bot)
    bot.go_live()
    with Server(bot) as server:
        for name, text in (("c-north", SUM), ("c-south", SUM.replace("5", "2"))):
            server.ask("POST", "/v1/turns", {"conversation": name, "text": text, "message_id": "m1"})
    with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        assert db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
    db.close()
    crossed(os.path.join(bot.path, "journal.db"))
    for rule in ("stop", "answer"):
        with Server(bot, journal_failure=rule) as server:
            for more in ({}, {"message_id": "m1"}):
                for name, sum_of_other in (("c-north", "2,000,000"), ("c-south", "5,000,000")):
                    reply = server.ask("POST", "/v1/turns", {"conversation": name, "text": AGAIN, **more})
                    assert reply.status == (200 if rule == "answer" else 500) and sum_of_other not in reply.body.decode(), (rule, reply)
                if not more:  # one of these comes again and cannot be kept beside what is there
                    ready = server.ask("GET", "/ready")
                    assert ready.status == 200 and (b"damaged" in ready.body) is (rule == "answer"), ready
            assert server.metric("paring_states_lost_total") >= 2 * (rule == "answer")
            assert ("state_lost" if rule == "answer" else "server_failed") in server.log()


@test
def a_state_that_is_no_json_begins_anew_where_the_rule_is_to_answer(bot):
    fill(bot)
    bot.go_live()
    with Server(bot) as server:
        server.turn(SUM, "c1")
    with sqlite3.connect(os.path.join(bot.path, "journal.db")) as db:
        db.execute("UPDATE turns SET state_after = SUBSTR(state_after, 1, 20)")
    db.close()
    for rule, status in (("stop", 500), ("answer", 200)):
        with Server(bot, journal_failure=rule) as server:
            reply = server.ask("POST", "/v1/turns", {"conversation": "c1", "text": AGAIN})
            assert reply.status == status and b"5,000,000" not in reply.body, reply
            if rule == "answer":  # and goes on from there
                server.turn(SUM, "c1")
                assert "5,000,000" in server.turn(AGAIN, "c1")["reply"]["text"] and server.metric("paring_states_lost_total") == 1
