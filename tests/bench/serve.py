"""The server under wrk: turns with their rows committed, a fixed reply of the same server, and nginx's fixed reply, in one run."""
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
CONNECTIONS, SECONDS, NGINX_PORT = 64, 10, 18089
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

    def rows(self):
        text = urllib.request.urlopen(self.url + "/metrics").read().decode()
        return int(re.search(r"^paring_journal_rows_total (\d+)", text, re.M).group(1))


def turns(paring, bot, *flags):
    """One line's figures: rate, p50, p99, CPU a turn in microseconds, memory."""
    with Server(paring, bot, *flags) as server:
        env = {"MESSAGES": bot.path("messages.txt")}
        rows, cpu = server.rows(), server.cpu()
        rate, p50, p99 = wrk(server.url, os.path.join(HERE, "turns.lua"), env)
        time.sleep(0.2)
        kept = server.rows() - rows
        return rate, p50, p99, 1e6 * (server.cpu() - cpu) / kept, server.mebibytes()


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
    for name, found in (("a fixed reply of the same server", fixed(paring, bot)), ("a fixed reply of nginx", nginx(bot.top))):
        if found:
            show(name, found[0], "/s", None, f"p50 {found[1]:.2f}, p99 {found[2]:.2f} ms")
