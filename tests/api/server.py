"""A running `paring serve` and a client that says exactly the bytes it is told to. The Python standard library and nothing else."""
import http.client
import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import time

import paring

JSON = {"Content-Type": "application/json"}


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.status} {self.headers}\n{self.body[:2000]!r}"


class Server:
    """`with Server(bot) as server:` the bot answers on a port of its own; its log is server.log()."""

    def __init__(self, bot, *options, listen="127.0.0.1:0", env=None, **settings):
        flags = [word for key, value in settings.items() for word in ("--set", f"{key}={value}")]
        self.bot, self.log_path = bot, os.path.join(bot.folder, "serve.log")
        self.log_file = open(self.log_path, "ab")
        self.process = subprocess.Popen([paring.BINARY, "serve", "--json", "--bot", bot.path, "--listen", listen, *flags, *options],
                                        stdout=subprocess.PIPE, stderr=self.log_file, env={**os.environ, **(env or {})})
        line = self.process.stdout.readline()
        assert line, f"it did not start, status {self.process.wait()}: {self.log()}"
        self.said = json.loads(line)
        self.address = self.said["address"]
        self.port = int(self.address.rsplit(":", 1)[1]) if not self.address.startswith("unix:") else 0

    def __enter__(self):
        return self

    def __exit__(self, kind, *_):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            status = "none: it did not stop"
        self.process.stdout.close()
        self.log_file.close()
        if kind is None:
            log = self.log()
            assert "Sanitizer" not in log and "runtime error" not in log, log[-6000:]
            assert status in (0, -signal.SIGKILL), f"status {status}: {log[-3000:]}"

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        assert self.process.wait(30) == 0, self.log()[-3000:]

    def kill(self):
        self.process.kill()
        self.process.wait()

    def connect(self, timeout=20):
        return Client(self, timeout)

    def ask(self, method, path, body=None, headers=None, timeout=20):
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            if isinstance(body, (dict, list)):
                body, headers = json.dumps(body).encode(), {**JSON, **(headers or {})}
            connection.request(method, path, body, headers or {})
            got = connection.getresponse()
            return Reply(got.status, dict(got.getheaders()), got.read())
        finally:
            connection.close()

    def turn(self, text, conversation="c", status=200, headers=None, **more):
        reply = self.ask("POST", "/v1/turns", {"conversation": conversation, "text": text, **more}, headers)
        assert reply.status == status, reply
        return reply.json()

    def metric(self, name):
        found = re.search(rf"^{re.escape(name)} (\S+)$", self.ask("GET", "/metrics").body.decode(), re.M)
        assert found, name
        return float(found.group(1))

    def rows(self):
        db = sqlite3.connect(f"file:{os.path.join(self.bot.path, 'journal.db')}?mode=ro", uri=True)
        try:
            return db.execute("SELECT id, conversation, message_id, reply, release_number, position FROM turns ORDER BY id").fetchall()
        finally:
            db.close()


class Client:
    """A socket: bytes out, replies in."""

    def __init__(self, server, timeout=20):
        self.socket = socket.create_connection(("127.0.0.1", server.port), timeout)
        self.left = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)
        return self

    def reply(self):
        """The next reply, or None when the server has closed the connection."""
        while b"\r\n\r\n" not in self.left:
            if not self.more():
                return None
        head, self.left = self.left.split(b"\r\n\r\n", 1)
        lines = head.decode("latin-1").split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        length = int(headers.get("Content-Length", 0))
        while len(self.left) < length and self.more():
            pass
        body, self.left = self.left[:length], self.left[length:]
        return Reply(int(lines[0].split()[1]), headers, body)

    def more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        self.left += data
        return bool(data)

    def is_closed(self):
        return not self.left and not self.more()


def post(body, path="/v1/turns", headers="", host="Host: localhost\r\n"):
    """The bytes of a request."""
    if isinstance(body, dict):
        body = json.dumps(body).encode()
    return (f"POST {path} HTTP/1.1\r\n{host}Content-Type: application/json\r\n{headers}Content-Length: {len(body)}\r\n\r\n").encode() + body


def wait_until(happens, seconds=10):
    """Polls, since there is nothing to listen to."""
    until = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)
