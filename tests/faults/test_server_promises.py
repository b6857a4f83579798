"""What the server promises beside `journal = commit`: with `async`, and of a backup that is taken while customers talk."""
import os
import sqlite3
import tarfile
import time

from paring import fill, test
from server import Server, wait_until
from test_server_faults import CANCEL, Load, check_all_kept


@test
def async_replies_at_once_and_a_stop_keeps_every_turn(bot):
    fill(bot)
    bot.go_live()
    with Server(bot, journal="async", rate_per_address=0) as server:
        server.turn(CANCEL)
        wait_until(lambda: len(server.rows()) == 1)
        other = sqlite3.connect(os.path.join(bot.path, "journal.db"), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        replies = [(server.turn(CANCEL, f"held-{i}", message_id="m"), f"held-{i}", "m") for i in range(20)]
        assert time.monotonic() - began < 2 and len(server.rows()) == 1, "nobody waits for the journal"
        other.execute("COMMIT")
        other.close()
        load = Load(server, 4)
        wait_until(lambda: len(load.replies) > 100)
        server.stop()
        load.stop()
        assert set(load.statuses) <= {200, 503}, load.statuses
        check_all_kept(server, replies + load.replies)


@test
def async_loses_the_last_moments_at_most_and_says_nothing_twice_over_kills(bot):
    fill(bot)
    bot.go_live()
    for _ in range(5):
        with Server(bot, journal="async", rate_per_address=0) as server:
            load = Load(server, 4)
            wait_until(lambda: len(load.replies) > 50)
            settled = list(load.replies)
            time.sleep(0.5)
            server.kill()
            load.stop()
            kept = {row[0] for row in server.rows()}
            assert all(reply["turn"] in kept for reply, _, _ in settled), "half a second is no moment"
    with Server(bot) as server:
        check_all_kept(server, [])


@test
def a_backup_under_load_has_every_turn_from_before_it(bot):
    fill(bot)
    bot.go_live()
    with Server(bot, rate_per_address=0) as server:
        load = Load(server, 4)
        wait_until(lambda: len(load.replies) > 100)
        before = list(load.replies)
        path = os.path.join(bot.folder, "backup.tar")
        bot.run("backup", path)
        load.stop()
        assert set(load.statuses) == {200}, load.statuses
        check_all_kept(server, load.replies)
    place = os.path.join(bot.folder, "again")
    with tarfile.open(path) as tar:
        tar.extractall(place)
    bot.path = place if os.path.exists(os.path.join(place, "journal.db")) else os.path.join(place, os.listdir(place)[0])
    assert bot.run("journal", "verify").status == 0
    with Server(bot) as server:
        check_all_kept(server, before)
        reply, conversation, message = before[-1]
        assert server.turn(CANCEL, conversation, message_id=message) == reply
