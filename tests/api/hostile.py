"""A model provider that does everything wrong, over raw sockets. What it does is said by the question: `case NAME [ARGUMENTS]`. The
Python standard library and nothing else.

    with Hostile() as hostile: hostile.url …; hostile.seen, the requests so far
"""
import json
import socket
import struct
import threading
import time
import zlib
from email.utils import formatdate

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
WORDS = ['{"answerable": true,', ' "sentence_ids": ["S1"],', ' "fact_ids": []}']
GOOD = "".join(WORDS)


def event(value):
    return b"data: " + (value if isinstance(value, bytes) else json.dumps(value).encode()) + b"\n\n"


def chunk(delta, reason=None, **more):
    return {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}], **more}


def usage(prompt, completion):
    return {"id": "c1", "object": "chat.completion.chunk", "choices": [],
            "usage": {"prompt_tokens": prompt, "completion_tokens": completion}}


def good(words=WORDS, reason="stop", end=b"data: [DONE]\n\n"):
    """A whole reply as OpenAI streams it: a first delta that is null, a comment, the usage without a choice."""
    parts = [event(chunk({"role": "assistant", "content": None})), b": ping\n\n"]
    parts += [event(chunk({"content": word})) for word in words]
    return b"".join(parts) + event(chunk({}, reason)) + event(usage(50, 20)) + end


def anthropic(words=WORDS, reason="end_turn"):
    def named(value):
        return b"event: " + value["type"].encode() + b"\ndata: " + json.dumps(value).encode() + b"\n\n"
    parts = [named({"type": "message_start", "message": {"id": "m", "role": "assistant", "content": [],
                                                         "usage": {"input_tokens": 50, "output_tokens": 1}}}),
             named({"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}), named({"type": "ping"})]
    parts += [named({"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}) for word in words]
    parts += [named({"type": "content_block_stop", "index": 0}),
              named({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 20}}),
              named({"type": "message_stop"})]
    return b"".join(parts)


def status(code, *headers, body=b"{}"):
    lines = [f"HTTP/1.1 {code} X", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def reset(connection):
    """Closes so that the other side sees ECONNRESET, after what was sent has had time to be read."""
    time.sleep(0.001)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class Hostile:
    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port = self.listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}/v1"
        self.seen, self.counts, self.lock, self.is_over = [], {}, threading.Lock(), threading.Event()
        threading.Thread(target=self.listen, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.is_over.set()
        self.listener.close()

    def listen(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            with connection:
                self.answer(connection, *self.request(connection))
        except OSError:
            pass  # the other side has had enough

    def request(self, connection):
        data = b""
        while b"\r\n\r\n" not in data:
            data += connection.recv(65536) or self.gone()
        head, body = data.split(b"\r\n\r\n", 1)
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
        while len(body) < length:
            body += connection.recv(65536) or self.gone()
        return head, json.loads(body)

    def gone(self):
        raise OSError("the client has gone")

    def answer(self, connection, head, body):
        question = body["messages"][-1]["content"]
        words = question.split()
        with self.lock:
            self.seen.append((head.decode(), body))
            count = self.counts[question] = self.counts.get(question, 0) + 1
        getattr(self, "do_" + words[1].replace("-", "_"))(connection, count, *words[2:])

    def drip(self, connection, data, seconds=0.01):
        for i in range(len(data)):
            connection.sendall(data[i:i + 1])
            if self.is_over.wait(seconds):
                return

    # ---- What it does. Each takes the connection, how often this question has come, and the case's words.

    def do_good(self, connection, count, *_):
        connection.sendall(HEAD + good())

    def do_anthropic(self, connection, count, reason="end_turn", *_):
        connection.sendall(HEAD + anthropic(reason=reason))

    def do_chunked(self, connection, count, size, *_):
        """In chunked encoding, every piece of the reply of one size."""
        data, size = good(), int(size)
        connection.sendall(HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked"))
        for i in range(0, len(data), size):
            piece = data[i:i + size]
            connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        connection.sendall(b"0\r\n\r\n")

    def do_line_ends(self, connection, count, which, *_):
        connection.sendall(HEAD + b"\xef\xbb\xbf" + good().replace(b"\n", {"cr": b"\r", "crlf": b"\r\n"}[which]))

    def do_drip(self, connection, count, *_):
        self.drip(connection, HEAD + good(), 0.05)

    def do_drip_error(self, connection, count, *_):
        self.drip(connection, b"HTTP/1.1 500 X\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100000, 0.02)

    def do_ping_forever(self, connection, count, *_):
        connection.sendall(HEAD)
        while not self.is_over.wait(0.02):
            connection.sendall(b": ping\n\n")

    def do_hang(self, connection, count, at="0", *_):
        connection.sendall((HEAD + good())[:int(at)])
        self.is_over.wait(30)

    def do_hang_after_done(self, connection, count, *_):
        connection.sendall(HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked") + b"%x\r\n%s\r\n" % (len(good()), good()))
        self.is_over.wait(30)

    def do_reset(self, connection, count, at, *_):
        connection.sendall((HEAD + good())[:int(at)])
        reset(connection)

    def do_close(self, connection, count, at, *_):
        connection.sendall((HEAD + good())[:int(at)])

    def do_storm(self, connection, count, after="", *_):
        """429 for ever; Retry-After in seconds, as a date, as nonsense, or not at all."""
        value = {"": None, "date": formatdate(time.time() + 1, usegmt=True), "past": "Wed, 21 Oct 2015 07:28:00 GMT",
                 "far": "Fri, 31 Dec 9999 23:59:59 GMT"}.get(after, after.replace("_", " "))
        connection.sendall(status(429, *([f"Retry-After: {value}"] if value else [])))

    def do_then_good(self, connection, count, code, after="", *_):
        """One failure, then a good reply."""
        if count == 1 and code == "reset":
            reset(connection)
        elif count == 1:
            connection.sendall(status(code, *([f"Retry-After: {after}"] if after else [])))
        else:
            self.do_good(connection, count)

    def do_status(self, connection, count, code, *_):
        connection.sendall(status(code))

    def do_redirect(self, connection, count, where, *_):
        connection.sendall(status(302, f"Location: {where}"))

    def do_megabytes(self, connection, count, kind, *_):
        """Ten megabytes of one thing."""
        connection.sendall(HEAD)
        pieces = {"text": event(chunk({"content": "x" * 10000})), "comment": b": " + b"x" * 10000 + b"\n",
                  "line": b"x" * 10000, "data": b"data: " + b"x" * 10000 + b"\n", "empty": event(chunk({"content": ""})) * 50}
        for _ in range(10 * 1000 * 1000 // len(pieces[kind])):
            connection.sendall(pieces[kind])
        connection.sendall(good())

    def do_reason(self, connection, count, reason, *_):
        connection.sendall(HEAD + good(reason=reason))

    def do_error_inside(self, connection, count, after="0", *_):
        error = event({"error": {"message": "overloaded", "type": "server_error", "param": None, "code": None}})
        connection.sendall(HEAD + good().split(b"data: ")[0] + b"".join(event(chunk({"content": "x"})) for _ in range(int(after))) + error
                           + b"data: [DONE]\n\n")

    def do_cut_json(self, connection, count, at, *_):
        """A chunk of which only so many bytes come; the stream goes on and ends well."""
        whole = json.dumps(chunk({"content": GOOD})).encode()
        connection.sendall(HEAD + b"data: " + whole[:int(at)] + b"\n\n" + good())

    def do_flip(self, connection, count, at, bit, *_):
        """One bit of the reply turned."""
        data = bytearray(HEAD + good())
        data[int(at)] ^= 1 << int(bit)
        connection.sendall(bytes(data))

    def do_raw(self, connection, count, *words):
        """The payloads named, one event each, then the end."""
        payloads = {"array": b"[]", "number": b"1", "deep": b'{"choices":' + b"[" * 5000 + b"]" * 5000 + b"}", "twice": b'{"choices":[],"choices":[]}',
                    "nul": b'{"choices":[]\x00}', "escaped-nul": event(chunk({"content": "a\0b"}))[6:-2], "no-choices": b"{}",
                    "choices": b'{"choices":{}}', "two": b'{"choices":[{"index":0,"delta":{}},{"index":1,"delta":{}}]}',
                    "content": b'{"choices":[{"index":0,"delta":{"content":7}}]}', "delta": b'{"choices":[{"index":0,"delta":"x"}]}',
                    "utf8": b'{"choices":[{"index":0,"delta":{"content":"\xff"}}]}', "usage": b'{"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":1e400}}',
                    "huge-usage": b'{"choices":[],"usage":{"prompt_tokens":1e300,"completion_tokens":99999999999999999999}}',
                    "refusal": b'{"choices":[{"index":0,"delta":{"refusal":"no"}}]}', "tools": b'{"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}',
                    "fdd0": b'{"choices":[{"index":0,"delta":{"content":"\\ufdd0d83d"}}]}'}
        connection.sendall(HEAD + b"".join(b"data: " + payloads[word] + b"\n\n" for word in words) + good())

    def do_halves(self, connection, count, *units):
        """Halves of surrogate pairs, a chunk each."""
        chunks = [b'{"choices":[{"index":0,"delta":{"content":"' + (b"" if u == "-" else b"\\u" + u.encode()) + b'"},"finish_reason":null}]}' for u in units]
        connection.sendall(HEAD + b"".join(event(c) for c in chunks) + good())

    def do_end(self, connection, count, kind, *_):
        ends = {"twice": b"data: [DONE]\n\ndata: [DONE]\n\n", "none": b"", "early": b"", "open": b"data: [DONE]", "after": b"data: [DONE]\n\n: bye\n\n",
                "more": b"data: [DONE]\n\n" + event(chunk({"content": "!"}))}
        connection.sendall(HEAD + (event(chunk({"content": GOOD})) + b"data: [DONE]\n\n" if kind == "early" else good(end=ends[kind])))

    def do_two_reasons(self, connection, count, *_):
        connection.sendall(HEAD + good(end=b"") + event(chunk({}, "stop")) + b"data: [DONE]\n\n")

    def do_type(self, connection, count, *words):
        connection.sendall(HEAD.replace(b"text/event-stream", " ".join(words).encode()) + good())

    def do_no_type(self, connection, count, *_):
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + good())

    def do_bomb(self, connection, count, encoding, *_):
        data = zlib.compress(b": " + b"x" * (20 << 20) + b"\n", 9) if encoding == "deflate" else b"\x1f\x8b" + b"\0" * 1000
        connection.sendall(HEAD.replace(b"Connection", b"Content-Encoding: " + encoding.encode() + b"\r\nConnection") + data)

    def do_headers(self, connection, count, kind, *_):
        """Headers without end."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n")
        line = {"many": b"X-Filler: " + b"y" * 100 + b"\r\n", "long": b"y" * 4096}[kind]
        for _ in range(50000):
            connection.sendall(line)

    def do_interim_forever(self, connection, count, *_):
        for _ in range(50000):
            connection.sendall(b"HTTP/1.1 100 Continue\r\nA: bcdefghijklmnop\r\n\r\n")

    def do_trailers(self, connection, count, *_):
        connection.sendall(HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked") + b"%x\r\n%s\r\n0\r\n" % (len(good()), good()))
        for _ in range(50000):
            connection.sendall(b"X-Trailer: " + b"z" * 100 + b"\r\n")
        connection.sendall(b"\r\n")

    def do_first_line(self, connection, count, *words):
        line = {"nine": b"", "nonsense": b"HELLO THERE\r\n\r\n", "version": b"HTTP/9.9 200 OK\r\n\r\n", "minus": b"HTTP/1.1 -200 OK\r\n\r\n",
                "nul": b"HTTP/1.1 200 OK\0\r\nContent-Type: text/event-stream\0\r\n\r\n"}[words[0]]
        connection.sendall(line + good())

    def do_length(self, connection, count, value, *_):
        connection.sendall(HEAD.replace(b"Connection", b"Content-Length: " + value.encode() + b"\r\nConnection") + good())

    def do_bad_chunks(self, connection, count, value, *_):
        connection.sendall(HEAD.replace(b"Connection: close", b"Transfer-Encoding: chunked") + value.encode() + b"\r\n" + good())
