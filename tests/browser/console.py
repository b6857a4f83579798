"""What the tests of the console share: a server with people, and one story of a script run against it in Debian's chromium."""
import functools
import os
import shutil
import subprocess

from paring import Skip
from server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
WORD = "correct horse 9"
ROLES = ["agent", "writer", "reviewer", "lead", "administrator"]


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


def people(bot, *roles):
    """An account for each role, named as the role is."""
    for role in roles or ROLES:
        bot.run("user", "add", role, "--role", role, input=WORD + "\n")


def story(bot, script, what, during=None, **settings):
    """Runs one function of a script with the bot's server; `during` gets the server before it. SHOTS: a folder for pictures to look at."""
    if missing():
        raise Skip(missing())
    with Server(bot, **settings) as server:
        if server.ask("GET", "/", None, {"Accept": "text/html"}).status != 200:
            raise Skip("the binary is without its pages")
        if during:
            during(server)
        environment = {**os.environ, "BASE": f"http://127.0.0.1:{server.port}", "CHROMIUM": shutil.which("chromium"), "WORD": WORD,
                       "CODE": server.said.get("first_administrator_code", "")}
        done = subprocess.run(["node", os.path.join(HERE, script), what], capture_output=True, text=True, timeout=180, env=environment)
        assert done.returncode == 0, f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        print(done.stdout, end="")
        return server
