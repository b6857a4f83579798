"""An embeddings endpoint of the tests' own: vectors of hashed parts of words, which help where words are written otherwise, or
vectors of nothing; and all that an endpoint can do wrong. The Python standard library and nothing else.

    with Embeddings() as endpoint: endpoint.url …; endpoint.asked, the batches so far; endpoint.does = "hang"
"""
import hashlib
import http.server
import json
import random
import threading

DIMENSIONS = 64


def meant(text, words):
    """A vector of what a text is about: `words` says which words mean the same."""
    row = [0.0] * DIMENSIONS
    for word in text.replace("\n", " ").split():
        for stem, name in words.items():
            if stem in word:
                spread = random.Random(name)
                for i in range(DIMENSIONS):
                    row[i] += spread.gauss(0, 1)
    return row if any(row) else noise(text)


def noise(text):
    spread = random.Random(hashlib.sha256(text.encode()).hexdigest())
    return [spread.gauss(0, 1) for _ in range(DIMENSIONS)]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        endpoint = self.server.endpoint
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with endpoint.lock:
            endpoint.asked.append(body["input"])
            endpoint.keys.append(self.headers.get("Authorization"))
        assert self.path == "/v1/embeddings" and body["encoding_format"] == "float", (self.path, body)
        rows = [{"object": "embedding", "index": i, "embedding": endpoint.vector(text)} for i, text in enumerate(body["input"])]
        rows.reverse()  # in no order that anybody promised
        self.say(endpoint.does, rows)

    def say(self, does, rows):
        status, kind = 200, "application/json"
        if does == "hang":
            self.server.endpoint.over.wait(20)
            return
        if does == "dimensions":
            rows[-1]["embedding"].append(1.0)
        if does == "short":
            rows.pop()
        if does == "twice":
            rows[0]["index"] = rows[-1]["index"]
        if does == "huge":
            rows[0]["embedding"][0] = 1e300
        reply = json.dumps({"object": "list", "data": rows, "model": "m", "usage": {"prompt_tokens": 7 * len(rows), "total_tokens": 1}})
        if does == "nan":
            reply = reply.replace('"embedding": [', '"embedding": [NaN, ', 1)
        if does.startswith("status"):
            status, reply = int(does.split()[1]), '{"error":{"message":"no"}}'
        if does == "stream":
            kind = "text/event-stream"
        if does == "error":
            reply = '{"error":{"message":"no"}}'
        if does == "page":
            reply = "<html>"
        data = reply.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data) + (100 if does == "cut" else 0)))
        self.end_headers()
        self.wfile.write(data)
        if does == "cut":
            self.close_connection = True


class Listener(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # the other side has had enough


class Embeddings:
    def __init__(self, vector=noise):
        self.vector, self.does, self.asked, self.keys = vector, "well", [], []
        self.lock, self.over = threading.Lock(), threading.Event()
        self.server = Listener(("127.0.0.1", 0), Handler)
        self.server.endpoint = self
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.over.set()
        self.server.shutdown()
        self.server.server_close()

    def texts(self):
        return [text for batch in self.asked for text in batch]

    def section(self, **keys):
        lines = {"form": "embeddings", "url": self.url, "model": "vec-1", "dimensions": DIMENSIONS, **keys}
        return "[vectors]\n" + "".join(f"{key} = {value}\n" for key, value in lines.items())
