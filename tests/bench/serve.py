"""The server under wrk: turns with their rows committed, the same while 400 questions wait for a model that says nothing, a fixed reply of the same
server, and nginx's fixed reply, in one run."""
import csv
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
CONNECTIONS, SECONDS, NGINX_PORT = 64, 10, 18089
PENDING, DEADLINE_SECONDS = 400, 30  # questions to a model, and how long each may wait
UNITS = {"us": 0.001, "ms": 1, "s": 1000}


def wrk(url, script=None, env=None):
    """Requests a second, p50 and p99 in milliseconds; what is not a 2xx ends it all."""
    command = ["wrk", "-t2", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", *(["-s", script] if script else []), url]
    out = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **(env or {})}, check=True).stdout
    if "Non-2xx" in out or "Socket errors" in out:
        sys.exit(out)
    percentile = lambda p: next(float(a) * UNITS[b] for a, b in re.findall(rf"{p}%\s+([\d.]+)(us|ms|s)", out))
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)), percentile(50), percentile(99)


class Server:
    def __init__(self, paring, bot, *flags):
        self.log = open(bot.path("serve.log"), "wb")
        self.process = subprocess.Popen([paring, "serve", "--json", "--bot", bot.folder, "--listen", "127.0.0.1:0", *flags],
                                        stdout=subprocess.PIPE, stderr=self.log)
        self.url = "http://" + json.loads(self.process.stdout.readline())["address"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self.process.stdout.close()
        self.log.close()

    def cpu(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def mebibytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmHWM:"))

    def metric(self, name):
        text = urllib.request.urlopen(self.url + "/metrics").read().decode()
        found = re.search(rf"^{name} (\d+)", text, re.M)
        return int(found.group(1)) if found else None

    def rows(self):
        return self.metric("paring_journal_rows_total")

    def turn(self, conversation, text):
        body = json.dumps({"conversation": conversation, "text": text}).encode()
        request = urllib.request.Request(self.url + "/v1/turns", body, {"Content-Type": "application/json"})
        return json.loads(urllib.request.urlopen(request).read())


class Silent:
    """A model provider that takes every question and says nothing until it is closed."""

    def __init__(self):
        self.listener, self.held = socket.create_server(("127.0.0.1", 0), backlog=512), []
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}/v1"
        threading.Thread(target=self.hold, daemon=True).start()

    def hold(self):
        try:
            while True:
                self.held.append(self.listener.accept()[0])
        except OSError:
            pass  # closed

    def close(self):
        self.listener.close()
        for one in self.held:
            one.close()


def turns(paring, bot, *flags):
    """One line's figures: rate, p50, p99, CPU a turn in microseconds, memory."""
    with Server(paring, bot, *flags) as server:
        env = {"MESSAGES": bot.path("messages.txt")}
        rows, cpu = server.rows(), server.cpu()
        rate, p50, p99 = wrk(server.url, os.path.join(HERE, "turns.lua"), env)
        time.sleep(0.2)
        kept = server.rows() - rows
        return rate, p50, p99, 1e6 * (server.cpu() - cpu) / kept, server.mebibytes()


def questions_find(paring, bot, flags):
    """A question that a model is asked, or None; beside it a file of messages that scripts answer. Told by a server whose models are all off."""
    bot.call("export", "questions", "--out", bot.path("questions.csv"))
    with open(bot.path("messages.txt"), encoding="utf-8") as file:
        messages = file.read().splitlines()
    open(bot.path("off"), "w", encoding="ascii").close()
    with Server(paring, bot, *flags, "--set", f"model_off_file={bot.path('off')}") as server:
        scripted = [text for i, text in enumerate(messages) if server.turn(f"s{i}", text)["route"] == "scripted"]
        with open(bot.path("scripted.txt"), "w", encoding="utf-8") as file:
            file.write("\n".join(scripted) + "\n")
        with open(bot.path("questions.csv"), encoding="utf-8", newline="") as file:
            texts = [row["text"] for row in csv.DictReader(file)]
        return next((text for i, text in enumerate(texts) if "model: off" in server.turn(f"q{i}", text)["reason"]), None)


def question_send(server, number, text):
    """Asks and does not wait: the socket."""
    host, port = server.url.removeprefix("http://").rsplit(":", 1)
    body = json.dumps({"conversation": f"pending-{number}", "text": text}).encode()
    connection = socket.create_connection((host, int(port)), DEADLINE_SECONDS + 10)
    connection.sendall(f"POST /v1/turns HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
                       "Connection: close\r\n\r\n".encode() + body)
    return connection


def reply_route(connection):
    """How the question was answered after all, or its status line."""
    with connection, connection.makefile("rb") as file:
        head, _, body = file.read().partition(b"\r\n\r\n")
    return json.loads(body)["route"] if head.startswith(b"HTTP/1.1 200") else head.split(b"\r\n")[0].decode()


def pending(paring, bot, show):
    """Scripted turns alone, while PENDING questions wait for the model, and alone again."""
    model = Silent()
    with open(bot.path("providers"), "w", encoding="ascii") as file:
        file.write("[silent]\nform = openai\nurl = %s\nmodel = m\ndeadline_ms = %d\nfirst_byte_ms = %d\n" % (model.url, *[DEADLINE_SECONDS * 1000] * 2))
    flags = [word for setting in (f"providers_file={bot.path('providers')}", f"model_deadline_ms={DEADLINE_SECONDS * 1000}", "rate_per_address=0",
                                  "access_log=no") for word in ("--set", setting)]
    question = questions_find(paring, bot, flags)
    if question is None:
        print("  with model calls pending: skipped, no golden question of the sample goes to a model")
        return
    env, script = {"MESSAGES": bot.path("scripted.txt")}, os.path.join(HERE, "turns.lua")
    with Server(paring, bot, *flags) as server:
        before, memory = wrk(server.url, script, env), server.mebibytes()
        began = time.monotonic()
        waiting = [question_send(server, i, question) for i in range(PENDING)]
        while server.metric("paring_model_pending") < PENDING:
            time.sleep(0.01)
        during = wrk(server.url, script, env)
        still = server.metric("paring_model_pending")
        routes = [reply_route(connection) for connection in waiting]
        took, more = time.monotonic() - began, server.mebibytes() - memory
        after = wrk(server.url, script, env)
    model.close()
    alone = [(a + b) / 2 for a, b in zip(before, after)]
    show("scripted turns, no question to a model", alone[0], "/s", None, f"p50 {alone[1]:.2f}, p99 {alone[2]:.2f} ms, the middle of before and after")
    show(f"  the same, {still} questions pending", during[0], "/s", None, f"p50 {during[1]:.2f}, p99 {during[2]:.2f} ms; {more:+.1f} MiB")
    show("  of the rate without, lost", 100 * (1 - during[0] / alone[0]), "%", "serve_pending_lost", "aim: at most 10")
    counts = ", ".join(f"{routes.count(route)} {route}" for route in sorted(set(routes)))
    show(f"  the questions, after a deadline of {DEADLINE_SECONDS} s", took, "s", None, counts)


class Swaps:
    """Another release, twice a second: the same one under two numbers."""

    def __init__(self, server, bot):
        self.server, self.folder, self.count, self.ends = server, bot.folder, 0, threading.Event()
        releases = os.path.join(bot.folder, "releases")
        if not os.path.exists(os.path.join(releases, "000002")):
            shutil.copytree(os.path.join(releases, "000001"), os.path.join(releases, "000002"))
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while not self.ends.wait(0.5):
            number = 2 - self.count % 2
            with open(os.path.join(self.folder, "current.new"), "w", encoding="ascii") as file:
                file.write(f"{number}\n")
            os.rename(os.path.join(self.folder, "current.new"), os.path.join(self.folder, "current"))
            self.server.process.send_signal(signal.SIGHUP)
            while self.server.metric(f'paring_release_info{{number="{number}",hash="[0-9a-f]*"}}') != 1 and not self.ends.wait(0.01):
                pass
            self.count += 1

    def stop(self):
        self.ends.set()
        self.thread.join()
        return self.count


def swapped(paring, bot, show):
    """Turns while the release is swapped; what is not answered with 200 ends it all."""
    with Server(paring, bot, "--set", "access_log=no") as server:
        env, script = {"MESSAGES": bot.path("messages.txt")}, os.path.join(HERE, "turns.lua")
        alone = wrk(server.url, script, env)
        swaps = Swaps(server, bot)
        during = wrk(server.url, script, env)
        count, memory = swaps.stop(), server.mebibytes()
    show(f"turns while the release is swapped {count} times", during[0], "/s", None, f"p50 {during[1]:.2f}, p99 {during[2]:.2f} ms; without {alone[0]:,.0f} /s, "
         f"p50 {alone[1]:.2f}, p99 {alone[2]:.2f} ms; peak {memory:.0f} MiB")


def fixed(paring, bot):
    with Server(paring, bot) as server:
        return wrk(server.url + "/alive")


def nginx(folder):
    """nginx with a fixed reply of the same length as an ordinary turn's, or None."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if not program:
        return None
    path = os.path.join(folder, "nginx.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"""worker_processes 2; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.err;
events {{ worker_connections 256; }}
http {{ access_log off; keepalive_requests 1000000000; server {{ listen 127.0.0.1:{NGINX_PORT};
location / {{ default_type application/json; return 200 "{'x' * 700}"; }} }} }}""")
    process = subprocess.Popen([program, "-c", path, "-p", folder], stderr=subprocess.DEVNULL)
    try:
        time.sleep(0.5)
        return wrk(f"http://127.0.0.1:{NGINX_PORT}/")
    finally:
        process.terminate()
        process.wait()


def show_all(paring, bot, show):
    if not shutil.which("wrk"):
        print("  the server: skipped, wrk is not installed")
        return
    rate, p50, p99, cpu, memory = turns(paring, bot)
    show(f"turns over HTTP, committed, {CONNECTIONS} connections", rate, "/s", None, f"p50 {p50:.2f} ms; aim: 30,000 and more")
    show("  p99", p99, "ms", "serve_p99_ms")
    show("  CPU of the server a turn", cpu, "µs", "serve_us")
    show("  peak memory", memory, "MiB", "serve_mib")
    rate, p50, p99, cpu, _ = turns(paring, bot, "--set", "journal=async")
    show("  the same with journal = async", rate, "/s", None, f"p50 {p50:.2f}, p99 {p99:.2f} ms, {cpu:.0f} µs a turn")
    pending(paring, bot, show)
    swapped(paring, bot, show)
    for name, found in (("a fixed reply of the same server", fixed(paring, bot)), ("a fixed reply of nginx", nginx(bot.top))):
        if found:
            show(name, found[0], "/s", None, f"p50 {found[1]:.2f}, p99 {found[2]:.2f} ms")
