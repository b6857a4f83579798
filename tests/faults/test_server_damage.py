"""A journal that is damaged under a server: every message gets an answer by the rule that is set, the log names the file and what is wrong with it, and
who asks is told that the server is not well."""
import os
import random

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
            assert old <= {status, 500}, (rule, old)  # what cannot be read is not guessed at: a person may have that conversation
            assert server.ask("GET", "/ready").status == 503 and server.ask("GET", "/alive").status == 200
            assert server.metric("paring_journal_failing") == 1 and server.metric("paring_journal_failed_total") > 0
            said = server.log()[before:]
            assert "journal.db: database disk image is malformed" in said and '"journal_failed"' in said, said[-2000:]
            assert ('"turn_lost"' in said) is (rule == "answer") and "server_failed" in said, said[-2000:]
            assert all("malformed" in line for line in said.splitlines() if "server_failed" in line), said[-2000:]
