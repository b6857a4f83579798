"""Clients that mean harm, or are broken, in every place there is: requests cut, reset, half-closed and changed at every byte, thousands of connections
that drip or say nothing, heads without end. Others are answered meanwhile, at once, and afterwards nothing is left of it."""
import os
import random
import resource
import socket
import struct
import threading
import time

import paring
from paring import Skip, fill, test
from server import Server, post, wait_until
from test_server_faults import CANCEL, Load, check_all_kept

JUNK = (0x00, 0x0A, 0x0D, 0x20, 0x22, 0x3A, 0x7F, 0x80, 0xFF)


def live(bot):
    fill(bot)
    bot.go_live()
    return bot


def whole(name, more=""):
    return post({"conversation": name, "text": CANCEL, "message_id": "m"}, headers=more)


def reset(client):
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.socket.close()


def places(count, most):
    return range(count + 1) if paring.IS_LONG else sorted({*range(0, count, max(1, count // most)), count})


def files_open(server):
    """Some databases are opened when they are first needed: hundreds more would be connections."""
    return len(os.listdir(f"/proc/{server.process.pid}/fd"))


class Watched:
    """Customers meanwhile: every one is answered, none waits long; afterwards nothing is left open."""

    def __init__(self, server, slowest=2):
        self.server, self.slowest, self.took, self.ends = server, slowest, [], threading.Event()

    def __enter__(self):
        self.files, self.failed = files_open(self.server), []
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()
        return self

    def run(self):
        count = 0
        while not self.ends.wait(0.005):
            count += 1
            began = time.monotonic()
            try:
                assert self.server.turn(CANCEL, f"watched-{count % 100}")["route"] == "scripted"
            except (OSError, AssertionError) as error:
                self.failed.append(error)
            self.took.append(time.monotonic() - began)

    def __exit__(self, kind, *_):
        self.ends.set()
        self.thread.join(30)
        if kind is None:
            assert not self.failed and len(self.took) > 0, (self.failed[:3], len(self.took))
            assert max(self.took) < self.slowest * (5 if paring.is_sanitized() else 1), max(self.took)
            wait_until(lambda: self.server.metric("paring_connections") <= 1 and files_open(self.server) <= self.files + 15, 30)
            assert self.server.process.poll() is None


@test
def a_request_that_ends_at_any_byte_harms_nobody(bot):
    """Reset, half-closed, or in two parts: what was whole is answered or at least counts once, what was not leaves no turn."""
    with Server(live(bot), request_seconds=1, rate_per_address=0) as server, Watched(server):
        for at in places(len(whole("reset-0000")), 6):
            for how in ("reset", "close", "parts"):
                request = whole(f"{how}-{at:04}")
                with server.connect() as client:
                    client.send(request[:at])
                    if how == "reset":
                        reset(client)
                        continue
                    if how == "close":
                        client.socket.shutdown(socket.SHUT_WR)
                        reply = client.reply()
                        assert reply is None or reply.status == (200 if at == len(request) else 400), (at, reply)
                        continue
                    client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    time.sleep(0.002)
                    client.send(request[at:])
                    assert client.reply().status == 200, at
        names = {row[1] for row in server.rows()}
        assert not [name for name in names if name.startswith("close-") and int(name[6:]) < len(request)], "half a request is none"


@test
def a_request_with_any_byte_changed_is_answered_or_refused(bot):
    with Server(live(bot), request_seconds=1, rate_per_address=0) as server, Watched(server):
        request, order = whole("changed"), random.Random(1)
        for at in places(len(request) - 1, 20):
            for junk in JUNK if paring.IS_LONG else order.sample(JUNK, 3):
                with server.connect() as client:
                    client.send(request[:at] + bytes([junk]) + request[at + 1:])
                    client.socket.shutdown(socket.SHUT_WR)
                    reply = client.reply()
                    assert reply is None or reply.status < 500 or reply.status in (501, 505), (at, junk, str(reply))


@test
def many_requests_at_once_are_answered_in_order_or_cut(bot):
    """Pipelined, with a reset in the middle of what is being answered."""
    rounds = 200 if paring.IS_LONG else 10
    with Server(live(bot), request_seconds=5, rate_per_address=0) as server, Watched(server):
        order = random.Random(2)
        for round in range(rounds):
            count = order.randrange(2, 60)
            with server.connect() as client:
                client.send(b"".join(whole(f"line-{round}-{i}") for i in range(count)))
                read = order.randrange(count + 1) if round % 2 else count
                for _ in range(read):
                    assert client.reply().status == 200
                reset(client)
        rows = server.rows()
        assert len({row[1:3] for row in rows}) == len(rows)


@test
def heads_without_end_are_cut(bot):
    bombs = (b"X-A: " + b"y" * 65536, b"\r\n".join(b"X-%d: 1" % i for i in range(20000)), b"X-A: 1\r\n " * 20000, b"X-\0: 1", b"Cookie: " + b"a=b; " * 20000,
             b"Content-Length: 5\r\n" * 3000, b"Host: localhost\r\n" * 3000, b"Transfer-Encoding: " + b"chunked, " * 9000 + b"chunked")
    with Server(live(bot), request_seconds=2, rate_per_address=0) as server, Watched(server):
        for _ in range(20 if paring.IS_LONG else 1):
            for bomb in bombs + (b"GET /" + b"a" * 100000 + b" HTTP/1.1",):
                with server.connect() as client:
                    try:
                        client.send((b"" if bomb.startswith(b"GET") else b"POST /v1/turns HTTP/1.1\r\nHost: localhost\r\n") + bomb + b"\r\n\r\n")
                        reply = client.reply()
                    except OSError:
                        reply = None  # cut while it was still being sent
                    assert reply is None or 400 <= reply.status < 500, (bomb[:20], str(reply))


def open_many(server, count, heads):
    """So many connections, each with the beginning of a request; what is refused is left out."""
    held = []
    for i in range(count):
        try:
            one = socket.create_connection(("127.0.0.1", server.port), 5)
            one.sendall(heads[i % len(heads)])
            one.setblocking(False)
            held.append(one)
        except OSError:
            pass
    return held


def drip(held, until):
    """A byte on each, again and again, as far as they are still open."""
    while time.monotonic() < until:
        for one in held:
            try:
                one.send(b"a")
            except OSError:
                pass
        time.sleep(0.2)


def are_cut(held):
    """How many the server has closed."""
    cut = 0
    for one in held:
        try:
            while (data := one.recv(65536)):
                pass
            cut += data == b""
        except BlockingIOError:
            pass
        except OSError:
            cut += 1
    return cut


@test
def thousands_that_drip_or_say_nothing_take_nobodys_place(bot):
    """As many as there is room for beside the customers are cut when their time is over, though they never stop dripping."""
    most = 4000 if paring.IS_LONG else 300
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < most * 2:
        raise Skip(f"only {hard} files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 30000), hard))
    heads = (b"", b"P", b"POST /v1/turns HTTP/1.1\r\nHost: localhost\r\nX-A: ", whole("slow").replace(b"Content-Length: ", b"Content-Length: 9")[:-5], b"GET /alive HTTP/1.1\r\n")
    try:
        with Server(live(bot), connections=most + 90, request_seconds=2, rate_per_address=0) as server:
            for _ in range(3 if paring.IS_LONG else 1):
                with Watched(server):
                    held = open_many(server, most, heads)
                    drip(held, time.monotonic() + 3)
                    wait_until(lambda: are_cut(held) == len(held), 30)
                    for one in held:
                        one.close()
            assert server.metric("paring_connections_reaped_total") >= most * 0.5
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@test
def more_connections_than_there_is_room_for_are_refused_and_room_comes_back(bot):
    most = 10000 if paring.IS_LONG else 600
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < most * 2:
        raise Skip(f"only {hard} files may be open")
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 30000), hard))
    try:
        with Server(live(bot), connections=most // 4, request_seconds=1, rate_per_address=0) as server:
            files, held = files_open(server), open_many(server, most, (b"P",))
            assert len(held) > most // 4 and server.process.poll() is None
            assert wait_until(lambda: are_cut(held) >= len(held) - most // 4, 5) is None, "what is too many is closed at once"
            wait_until(lambda: are_cut(held) == len(held), 30)
            for one in held:
                one.close()
            wait_until(lambda: files_open(server) <= files + 15, 10)
            assert server.metric("paring_connections_refused_total") >= most // 2
            load = Load(server, 4)
            wait_until(lambda: len(load.replies) > 50)
            check_all_kept(server, load.stop().replies)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
