"""Ctrl-C: one sentence, the bot as it was, the status that says so."""
import os
import signal
import subprocess
import time

import paring
from paring import Bot, csv_of, fill, korean_sample, test


def start(bot, *arguments):
    def defaults():  # a shell that runs tests in the background ignores Ctrl-C
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    return subprocess.Popen([paring.BINARY, *arguments, "--bot", bot.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, preexec_fn=defaults)


def stopped(process, number, status):
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == status and err == b"stopped: nothing was changed\n", (process.returncode, out, err)
    return out


def begun(bot, process):
    """Waits until training has begun; its folder's name."""
    folder = os.path.join(bot.path, "releases")
    while process.poll() is None:
        names = [name for name in os.listdir(folder) if name.startswith(".new-")] if os.path.isdir(folder) else []
        if names:
            return
        time.sleep(0.002)
    raise AssertionError("training was over before it could be stopped")


@test
def training_that_is_stopped_leaves_nothing():
    with Bot("insurance-ko") as bot:
        before = bot.fingerprint()
        for number, status, options in ((signal.SIGINT, 130, []), (signal.SIGTERM, 143, []), (signal.SIGINT, 130, ["--json"])):
            process = start(bot, "train", *options)
            begun(bot, process)
            out = stopped(process, number, status)
            assert (b'"code":"stopped"' in out) == bool(options), out
            assert os.listdir(os.path.join(bot.path, "releases")) == []
        assert bot.fingerprint() == before


@test
def an_import_that_is_stopped_is_rolled_back(bot):
    fill(bot)
    before = bot.fingerprint()
    process = start(bot, "import", "-")
    process.stdin.write(("text,intent\n" + "".join(f"message {i},greet\n" for i in range(20000))).encode())
    process.stdin.flush()
    stopped(process, signal.SIGINT, 130)
    assert bot.fingerprint() == before
    fill(bot)


@test
def a_caller_that_ignores_ctrl_c_is_not_stopped(bot):
    fill(bot)
    process = subprocess.Popen([paring.BINARY, "import", "-", "--bot", bot.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                               preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN))
    process.stdin.write(b"text,intent\nhello,greet\n")
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    assert b"1 new" in process.communicate(timeout=60)[0] and process.returncode == 0
