"""Disks that fill up, calls that fail, kills at any moment: after each, the bot is as it was or as it was to become, whole."""
import fcntl
import os
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import time

import paring
from paring import (SMALL_ANSWERS, SMALL_FACTS, Bot, Skip, fill, is_sanitized, run, small_examples, csv_of, test)
from shim import preloaded, shim

KINDS_OF_CALL = ("write", "sync", "rename", "open", "truncate")
MORE = csv_of([{"text": f"{row['text']} {i}", "intent": row["intent"]} for i in range(4) for row in small_examples()])


def state(bot):
    """What a failure may not change: the rows people edit, the releases, the active one."""
    with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        rows = {kind: db.execute(f"SELECT * FROM {kind} ORDER BY 1").fetchall()
                for kind in ("intents", "examples", "cases", "answers", "facts", "slots", "revisions")}
    db.close()
    for kind in rows:  # when a row was changed is no part of what it says
        rows[kind] = [row[:-1] for row in rows[kind]]
    return rows, bot.releases(), os.path.exists(os.path.join(bot.path, "current"))


def leftovers(bot):
    """Files that no bot should have."""
    known = {"bot.conf", "content.db", "content.db-wal", "content.db-shm", "journal.db", "journal.db-wal", "journal.db-shm", "releases",
             "current", "current.lock", "lock"}
    return set(os.listdir(bot.path)) - known


class Again:
    """A bot that can be put back to how it was when this was made."""

    def __init__(self, bot):
        self.bot, self.saved = bot, bot.path + ".saved"
        shutil.copytree(bot.path, self.saved)

    def restore(self):
        shutil.rmtree(self.bot.path)
        shutil.copytree(self.saved, self.bot.path)


def calls_of(bot, kind, command, library):
    """How many calls of a kind the command makes."""
    count = os.path.join(bot.folder, "count")
    bot.run(*command, env=preloaded(library, kind, FAIL_COUNT=count))
    with open(count, encoding="ascii") as file:
        return int(file.read())


def some_of(count, most):
    """Every call in a long run; else the first, the last and others spread between."""
    if paring.IS_LONG or count <= most:
        return range(1, count + 1)
    return sorted({1 + i * (count - 1) // (most - 1) for i in range(most)})


def fail_calls(bot, command, kinds, most):
    """Lets one call after another fail; each time the command either says so and changes nothing, or does all of its work."""
    library = shim()
    again = Again(bot)
    before = state(bot)
    counts, told = {}, 0
    for kind in kinds:
        count = counts[kind] = calls_of(bot, kind, command, library)
        after = state(bot)
        for nth in some_of(count, most):
            for for_good in ({}, {"FAIL_FOR_GOOD": "1"}):
                again.restore()
                result = bot.run(*command, status=None, env=preloaded(library, kind, FAIL_NTH=str(nth), **for_good))
                where = f"{kind} {nth} of {count}{' and on' if for_good else ''}: {result}"
                assert result.status in (0, 3, 4), where
                told += result.status != 0
                assert state(bot) == (after if result.status == 0 else before) or (result.status and state(bot) == after), where
                assert not leftovers(bot), (leftovers(bot), where)
        again.restore()
    assert sum(counts.values()) > 5 and told > 5, f"the library was not in the way: {counts}, {told} failures"


@test
def an_import_survives_the_failure_of_any_call(bot):
    fill(bot)
    fail_calls(bot, ["import", bot.write("more.csv", MORE)], KINDS_OF_CALL, 12)


@test
def an_import_survives_running_out_of_memory_anywhere(bot):
    if is_sanitized():
        raise Skip("a sanitizer has an allocator of its own")
    fill(bot)
    fail_calls(bot, ["import", bot.write("facts.csv", SMALL_FACTS.replace("5.1", "5.2"))], ["memory"], 40)


@test
def other_systems_files_survive_running_out_of_memory_anywhere():
    if is_sanitized():
        raise Skip("a sanitizer has an allocator of its own")
    formats = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "api", "formats")
    for name in ("rasa", "corpus.json"):
        with Bot() as bot:
            fail_calls(bot, ["import", os.path.join(formats, name)], ["memory"], 25)


@test
def a_workbook_is_written_whole_or_not_at_all(bot):
    if is_sanitized():
        raise Skip("a sanitizer has an allocator of its own")
    fill(bot)
    folder = os.path.join(bot.folder, "out")
    os.mkdir(folder)
    command = ["export", "--format", "xlsx", "--out", os.path.join(folder, "book.xlsx")]
    count = calls_of(bot, "memory", command, shim())
    size = os.path.getsize(command[-1])
    for nth in some_of(count, 40):
        os.unlink(command[-1]) if os.path.exists(command[-1]) else None
        result = bot.run(*command, status=None, env=preloaded(shim(), "memory", FAIL_NTH=str(nth)))
        assert result.status in (0, 4), (nth, result)
        assert os.listdir(folder) == (["book.xlsx"] if result.status == 0 else []), (nth, os.listdir(folder), result)
        assert result.status or abs(os.path.getsize(command[-1]) - size) < 64, (nth, result)


@test
def training_survives_the_failure_of_any_call(bot):
    fill(bot)
    bot.go_live()
    bot.take("facts.csv", SMALL_FACTS.replace("5.1", "5.2"))
    fail_calls(bot, ["train"], KINDS_OF_CALL, 6)


@test
def activation_survives_the_failure_of_any_call(bot):
    fill(bot)
    bot.train()
    os.unlink(os.path.join(bot.path, "current"))
    fail_calls(bot, ["release", "activate", "1"], KINDS_OF_CALL, 8)


@test
def a_reply_is_given_only_if_the_journal_has_it(bot):
    library = shim()
    fill(bot)
    bot.go_live()
    bot.ask("해지 신청 궁금해요")
    for kind in ("write", "sync"):
        for nth in range(1, 6):
            result = bot.run("ask", "--json", "해지 신청 궁금해요", status=None,
                             env=preloaded(library, kind, FAIL_NTH=str(nth), FAIL_FOR_GOOD="1"))
            assert result.status in (0, 4), result
            if result.status == 0:
                bot.run("explain", result.json()["turn"])
            else:
                assert not result.out or list(result.json()) == ["error"], result


# ---- Disks ------------------------------------------------------------------------------------------------------------

@test
def a_file_size_limit_stops_import_and_training_with_a_sentence(bot):
    fill(bot)
    before = state(bot)
    more = bot.write("more.csv", MORE)
    for command in (["import", more], ["train"]):
        for limit in (0, 4096, 16 * 1024):
            result = bot.run(*command, status=4, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            said = [line for line in result.err.splitlines() if not line.startswith("profiling:")]  # gcov's own troubles
            assert len(said) == 1, result
            assert state(bot) == before and not leftovers(bot)
    bot.run("import", more)
    bot.train()


@test
def a_full_disk_stops_import_and_training_and_leaves_the_bot():
    folder = tempfile.mkdtemp(prefix="paring-disk-")
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "none", folder], capture_output=True, check=False)
    try:
        if mounted.returncode:
            raise Skip("mounting a small disk needs to be root: " + mounted.stderr.decode().strip())
        with Bot(parent=folder) as bot:
            fill(bot)
            bot.go_live()
            bot.take("answers.csv", SMALL_ANSWERS.replace("6시", "5시"))
            more = bot.write("more.csv", MORE)
            before = state(bot)
            filler = os.path.join(folder, "filler")
            for free in (0, 8 * 1024, 64 * 1024):
                fill_disk(filler, free)
                for command in (["import", more], ["train"]):
                    result = bot.run(*command, status=None)
                    assert result.status in (0, 4), result
                    assert result.status == 4 or free, result
                    os.unlink(filler)
                    if result.status == 4:
                        assert state(bot) == before, result
                    before = state(bot)
                    fill_disk(filler, free)
                os.unlink(filler)
            bot.run("import", more)
            bot.train()
            assert bot.ask("해지 신청 궁금해요")["route"] == "scripted"
    finally:
        subprocess.run(["umount", folder], capture_output=True, check=False)
        os.rmdir(folder)


def fill_disk(path, free):
    """Leaves `free` bytes."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass
    size = os.path.getsize(path)
    os.truncate(path, max(0, size - free))


@test
def a_folder_that_may_only_be_read_is_left_alone(bot):
    fill(bot)
    bot.go_live()
    more = bot.write("more.csv", MORE)
    before = bot.fingerprint()
    as_nobody = {}
    if os.getuid() == 0:
        binary = os.path.join(bot.folder, "paring")
        shutil.copy(paring.BINARY, binary)
        os.chmod(bot.folder, 0o755)
        os.chmod(binary, 0o755)
        as_nobody = {"user": 65534, "group": 65534, "extra_groups": [], "binary": binary}
    for path, folders, files in os.walk(bot.path):
        for name in files:
            os.chmod(os.path.join(path, name), 0o444)
        os.chmod(path, 0o555)
    try:
        for command in (["import", more], ["train"], ["release", "activate", "1"], ["backup", os.path.join(bot.path, "b.tar")],
                        ["ask", "해지 신청 궁금해요"], ["init"]):
            result = bot.run(*command, status=None, **as_nobody)
            assert result.status == (2 if command == ["init"] else 4), result
            assert re.search("Permission denied|read|may not write|unable to open", result.err) or command == ["init"], result
        assert bot.run("ask", "--no-journal", "해지 신청 궁금해요", **as_nobody).out.strip()
    finally:
        for path, folders, files in os.walk(bot.path):
            os.chmod(path, 0o755)
            for name in files:
                os.chmod(os.path.join(path, name), 0o644)
    assert bot.fingerprint() == before


# ---- Others at work ---------------------------------------------------------------------------------------------------

@test
def a_second_writer_is_told_that_somebody_is_writing(bot):
    fill(bot)
    bot.go_live()
    bot.take("facts.csv", SMALL_FACTS.replace("5.1", "5.2"))
    before = bot.fingerprint()
    other = sqlite3.connect(os.path.join(bot.path, "content.db"), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        bot.run("import", bot.write("more.csv", MORE), status=4, says="writing|busy|locked|somebody")
        bot.train()  # reading goes on
    finally:
        other.execute("ROLLBACK")
        other.close()
    assert bot.fingerprint()[0] == before[0]


@test
def a_second_training_is_told_that_somebody_is_training(bot):
    fill(bot)
    with open(os.path.join(bot.path, "lock"), "ab") as lock:
        fcntl.lockf(lock, fcntl.LOCK_EX)
        bot.run("train", status=4, says="train|being made|somebody|busy")
        assert bot.releases() == []
    bot.train()


@test
def an_import_may_run_while_the_bot_answers(bot):
    fill(bot)
    bot.go_live()
    importing = subprocess.Popen([paring.BINARY, "import", "--bot", bot.path, bot.write("more.csv", MORE)], stdout=subprocess.DEVNULL)
    for _ in range(10):
        assert bot.ask("해지 신청 궁금해요")["route"] == "scripted"
    assert importing.wait(60) == 0


# ---- Kills ------------------------------------------------------------------------------------------------------------

def kill_at(command, delay, input=None):
    """Starts the command and kills it after `delay` seconds; whether it was still running."""
    process = subprocess.Popen([paring.BINARY, *command], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    try:
        process.wait(delay)
        return False
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True


def time_of(bot, *command):
    began = time.monotonic()
    bot.run(*command)
    return time.monotonic() - began


def kills(short):
    return 300 if paring.IS_LONG else short


@test
def an_import_killed_at_any_moment_is_all_there_or_not_at_all(bot):
    fill(bot)
    again, before = Again(bot), state(bot)
    command = ["import", bot.write("more.csv", MORE * 1)]
    took = time_of(bot, *command)
    after = state(bot)
    order = random.Random(1)
    killed = 0
    for _ in range(kills(25)):
        again.restore()
        killed += kill_at([*command, "--bot", bot.path], order.uniform(0, took))
        assert state(bot) in (before, after)
        bot.run("export", "facts")
    assert killed > 0, "no kill came in time"
    bot.run(*command)
    assert state(bot) == after


@test
def a_training_killed_at_any_moment_leaves_the_bot_as_it_was(bot):
    fill(bot)
    bot.go_live()
    bot.take("more.csv", MORE)
    again = Again(bot)
    took = time_of(bot, "train")
    with open(bot.release_file(2, "MANIFEST"), "rb") as file:
        manifest = file.read()
    order = random.Random(2)
    killed = 0
    for _ in range(kills(12)):
        again.restore()
        killed += kill_at(["train", "--bot", bot.path], order.uniform(0, took * 1.02))
        assert bot.releases() in ([1], [1, 2])
        for number in bot.releases():
            bot.run("release", "verify", number)
        assert bot.ask("해지 신청 궁금해요", "--no-journal")["route"] == "scripted"
    assert killed > 0, "no kill came in time"
    bot.train()
    with open(bot.release_file(2, "MANIFEST"), "rb") as file:
        assert file.read() == manifest
    assert not [name for name in os.listdir(os.path.join(bot.path, "releases")) if not name.isdigit()], "leftovers"


@test
def pruning_killed_at_any_moment_leaves_every_listed_release_whole(bot):
    fill(bot)
    bot.go_live()
    for opens in "5678":
        bot.take("answers.csv", SMALL_ANSWERS.replace("6시", f"{opens}시"))
        bot.train()
    assert bot.releases() == [1, 2, 3, 4, 5]
    again = Again(bot)
    command = ["release", "activate", "3", "--set", "keep_releases=1"]
    took = time_of(bot, *command)
    assert bot.releases() == [1, 3, 5]  # the newest, the active one and the step back
    order = random.Random(5)
    killed = 0
    for _ in range(kills(15)):
        again.restore()
        killed += kill_at([*command, "--bot", bot.path], order.uniform(0, took * 1.02))
        assert {1, 3, 5} <= set(bot.releases())
        bot.run("release", "verify")
        assert bot.ask("해지 신청 궁금해요", "--no-journal")["route"] == "scripted"
    assert killed > 0, "no kill came in time"
    bot.run(*command)
    bot.run("release", "activate", "1")
    assert bot.releases() == [1, 3, 5], bot.releases()
    assert not leftovers(bot), leftovers(bot)
    assert not [name for name in os.listdir(os.path.join(bot.path, "releases")) if not name.isdigit()], "leftovers"


def notes(bot, release):
    """What the history says of a release: events and reasons, oldest first."""
    with sqlite3.connect(os.path.join(bot.path, "content.db")) as db:
        rows = db.execute("SELECT event, reason FROM releases_log WHERE release = ? ORDER BY number", (release,)).fetchall()
        audited = db.execute("SELECT count(*) FROM audit_chain WHERE detail LIKE ?", (f"release {release}, %",)).fetchone()[0]
    db.close()
    assert audited == len(rows), "the audit has every note too"
    return rows


def against_the_gate(bot):
    """Release 1 is live; release 2 fails the gate. The command that overrides it."""
    fill(bot)
    bot.go_live()
    rows = [row for row in small_examples() if row["intent"] == "cancel_policy"]
    bot.take("bad.csv", csv_of([{**row, "intent": "office_hours"} for row in rows]), "--as", "examples")
    bot.train()
    return ["release", "activate", "2", "--override", "it must", "--set", "gate_budget=certified"]


@test
def an_activation_killed_at_any_moment_is_on_record(bot):
    command = against_the_gate(bot)
    again = Again(bot)
    took = time_of(bot, *command)
    order = random.Random(6)
    killed = 0
    for _ in range(kills(25)):
        again.restore()
        killed += kill_at([*command, "--bot", bot.path], order.uniform(took * 0.3, took))
        with open(os.path.join(bot.path, "current"), encoding="ascii") as file:
            is_live = file.readline().strip() == "2"
        told = notes(bot, 2)
        assert told or not is_live, "a release went live unrecorded"
        assert not told or told[0][0] == "overriding" and told[0][1].startswith("it must | fails "), told
        assert is_live or [event for event, _ in told] in ([], ["overriding"]), told
        assert not told or ("it must" in bot.run("release", "list").out)
        assert not told or is_live or "(but it did not go live)" in bot.run("release", "list").out
    assert killed > 0, "no kill came in time"
    bot.run(*command, status=None)


@test
def an_activation_that_fails_says_so_in_the_history(bot):
    command = against_the_gate(bot)
    result = bot.run(*command, status=4, env=preloaded(shim(), "rename", FAIL_NTH="1"))
    assert [event for event, _ in notes(bot, 2)] == ["overriding", "not activated"], (notes(bot, 2), result)
    with open(os.path.join(bot.path, "current"), encoding="ascii") as file:
        assert file.readline().strip() == "1"
    assert "(but it did not go live)" in bot.run("release", "list").out
    bot.run(*command)
    assert [event for event, _ in notes(bot, 2)] == ["overriding", "not activated", "overriding", "activated"]


@test
def an_init_killed_at_any_moment_makes_a_whole_bot_or_none():
    with Bot(makes=False) as bot:
        took = time_of(bot, "init", "--sample", "insurance-en")
        whole = state(bot)
        order = random.Random(3)
        for _ in range(kills(10)):
            shutil.rmtree(bot.path, ignore_errors=True)
            kill_at(["init", "--sample", "insurance-en", "--bot", bot.path], order.uniform(0, took))
            if os.path.exists(bot.path):
                assert state(bot) == whole
            else:
                bot.run("init", "--sample", "insurance-en")
                assert state(bot) == whole


@test
def replies_that_were_given_are_in_the_journal_after_a_kill(bot):
    fill(bot)
    bot.go_live()
    order = random.Random(4)
    text = "해지 신청 궁금해요\n".encode()
    for _ in range(kills(5)):
        chat = subprocess.Popen([paring.BINARY, "chat", "--json", "--bot", bot.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        turns = []
        for _ in range(order.randrange(1, 6)):
            chat.stdin.write(text)
            chat.stdin.flush()
            turns.append(paring.json.loads(chat.stdout.readline())["turn"])
        chat.stdin.write(text)
        chat.stdin.flush()
        chat.kill()
        chat.communicate()
        for turn in turns:
            bot.run("explain", turn)
