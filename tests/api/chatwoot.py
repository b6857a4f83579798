"""A small Chatwoot: takes what an agent bot posts, checks every request as Chatwoot would, and can be slow, broken or gone."""
import hashlib
import hmac
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN, SECRET = "bot-token-123", "webhook-secret-456"


class Chatwoot:
    def __init__(self, port=0):
        self.seen, self.wrong, self.fails, self.delay = [], [], 0, 0
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self.handler())
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def url(self):
        return f"http://127.0.0.1:{self.port}/"

    def check(self, path, headers, body):
        """What is wrong with a request, or None; what it did is kept."""
        place = re.fullmatch(r"/api/v1/accounts/(\d+)/conversations/(\d+)/(messages|toggle_status)", path)
        if not place:
            return "path"
        if headers.get("api_access_token") != TOKEN:
            return "token"
        if headers.get("Content-Type") != "application/json":
            return "content type"
        value = json.loads(body)
        if place[3] == "toggle_status":
            if value != {"status": "open"}:
                return "status"
            self.seen.append((int(place[2]), "status", "open"))
            return None
        if set(value) - {"content", "message_type", "private", "content_type", "content_attributes"} or not value["content"]:
            return "members"
        if value["message_type"] != "outgoing" or value["private"] not in (True, False):
            return "message type"
        if value["content_type"] == "input_select":
            items = value["content_attributes"]["items"]
            if not items or any(set(item) != {"title", "value"} for item in items):
                return "items"
        elif value["content_type"] != "text":
            return "content type of the message"
        self.seen.append((int(place[2]), "note" if value["private"] else "message", value["content"]))
        return None

    def handler(chatwoot):
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(chatwoot.delay)
                if chatwoot.fails > 0:
                    chatwoot.fails -= 1
                    status = 500
                else:
                    wrong = chatwoot.check(self.path, self.headers, body)
                    if wrong:
                        chatwoot.wrong.append((wrong, self.path, body))
                    status = 400 if wrong else 200
                self.send_response(status)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass
        return Handler


def webhook(text, id=1, conversation=10, account=1, **more):
    """message_created, as Chatwoot sends it."""
    body = {"event": "message_created", "id": id, "content": text, "created_at": "2026-11-23T18:02:48.000Z", "message_type": "incoming",
            "content_type": "text", "private": False, "content_attributes": {}, "source_id": None,
            "sender": {"id": 14, "name": "little-haze-776", "avatar": "", "type": "contact"}, "inbox": {"id": 1, "name": "Acme"},
            "conversation": {"id": conversation, "inbox_id": 1, "status": "pending", "can_reply": True, "channel": "Channel::WebWidget",
                             "messages": [{"id": 120, "content": text, "message_type": 0, "private": False}],
                             "meta": {"sender": {"id": 14}, "assignee": None, "team": None}, "labels": []},
            "account": {"id": account, "name": "Acme Inc"}}
    if "status" in more:
        body["conversation"]["status"] = more.pop("status")
    body.update(more)
    return json.dumps(body).encode()


def signed(body, at=None, secret=SECRET):
    at = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {"Content-Type": "application/json", "X-Chatwoot-Timestamp": at, "X-Chatwoot-Signature": f"sha256={digest}",
            "X-Chatwoot-Delivery": "3f1c6ca0-0000-4000-8000-000000000001"}
