"""The chat page in a real browser: Debian's chromium, driven by chat.js through playwright-core. Where one of them is not there, and npm
cannot bring it, the tests are skipped and say so."""
import functools
import os
import shutil
import socket
import subprocess

from paring import Skip, fill, test
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))


@functools.cache
def missing():
    """What is not there, or ""; npm is asked once."""
    for name in ("node", "npm", "chromium"):
        if not shutil.which(name):
            return f"no {name}"
    if not os.path.isdir(os.path.join(HERE, "node_modules", "playwright-core")):
        words = ["npm", "ci", "--ignore-scripts", "--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=20000"]
        try:
            subprocess.run(words, cwd=HERE, capture_output=True, timeout=120, check=True)
        except (subprocess.SubprocessError, OSError):
            return "npm could not bring playwright-core"
    return ""


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def browse(bot, what):
    """Runs one function of chat.js against a server of its own."""
    if missing():
        raise Skip(missing())
    fill(bot)
    bot.go_live()
    host = free_port()
    with Server(bot, chat="yes", chat_origins=f"http://127.0.0.1:{host}") as server:
        if server.ask("GET", "/chat").status != 200:
            raise Skip("the binary is without its pages")
        environment = {**os.environ, "BASE": f"http://127.0.0.1:{server.port}", "HOST_PORT": str(host), "CHROMIUM": shutil.which("chromium")}
        done = subprocess.run(["node", os.path.join(HERE, "chat.js"), what], capture_output=True, text=True, timeout=120, env=environment)
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return server.rows()


@test
def nobody_is_shut_out_by_how_it_looks(bot):
    browse(bot, "accessible")


@test
def enter_while_a_syllable_is_composed_sends_the_whole_text_once(bot):
    rows = browse(bot, "composes")
    assert len(rows) == 3, rows


@test
def a_reload_keeps_the_conversation_and_text_stays_text(bot):
    browse(bot, "reloads")


@test
def a_message_in_trouble_is_sent_again_and_answered_once(bot):
    rows = browse(bot, "retries")
    assert len(rows) == 2, rows


@test
def what_a_person_writes_appears(bot):
    browse(bot, "listens")


@test
def where_the_page_is_not_told_it_asks(bot):
    browse(bot, "asks")


@test
def other_sites_show_it_only_where_they_are_named(bot):
    browse(bot, "embeds")
