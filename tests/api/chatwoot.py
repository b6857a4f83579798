"""A small Chatwoot: takes what an agent bot posts, checks every request as Chatwoot would, and can be slow, broken or gone. It has no key against
what is sent twice, as Chatwoot has none; an update of a conversation that changes nothing shows its last message."""
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
        self.loses = 0  # so many requests are taken and never answered
        self.holds, self.released = None, threading.Event()  # what of this kind is taken is not answered until it is released
        self.shows, self.shown = True, 0  # whether a bot may see the last message; how often it has
        self.last, self.ids, self.status = {}, 1000, {}
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self.handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that was killed
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.released.set()
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
            self.status[place[2]] = "open"
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
        self.keep(place[2], value["content"], 1, value["private"])
        return None

    def keep(self, conversation, content, kind, private=False, id=None):
        self.ids += 1
        self.last[conversation] = {"id": id or self.ids, "content": content, "message_type": kind, "private": private, "content_attributes": {},
                                   "created_at": 1690000000, "sender": {"id": 3, "type": "agent_bot"}}

    def show(self, path, headers, body):
        """PATCH of a conversation with nothing to change: the status and the reply."""
        place = re.fullmatch(r"/api/v1/accounts/(\d+)/conversations/(\d+)", path)
        if not place or headers.get("api_access_token") != TOKEN or json.loads(body) != {}:
            self.wrong.append(("show", path, body))
            return 400, {}
        self.shown += 1
        if not self.shows:
            return 401, {"error": "Access to this endpoint is not authorized for bots"}
        last = self.last.get(place[2])
        return 200, {"id": int(place[2]), "status": self.status.get(place[2], "pending"), "messages": [last] if last else [], "labels": []}

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
                if chatwoot.loses > 0:
                    chatwoot.loses -= 1
                    self.close_connection = True
                    return
                if chatwoot.holds and chatwoot.seen[-1][1] == chatwoot.holds:
                    chatwoot.released.wait(60)
                moved = {"success": True, "current_status": "open", "conversation_id": int(self.path.split("/")[6])} if status == 200 else None
                self.reply(status, {"meta": {}, "payload": moved} if moved and self.path.endswith("/toggle_status") else {})

            def do_PATCH(self):
                self.reply(*chatwoot.show(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"]))))

            def reply(self, status, value):
                body = json.dumps(value).encode()
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # whoever asked is gone

            def log_message(self, *_):
                pass
        return Handler


def webhook(text, id=1, conversation=10, account=1, **more):
    """message_created, as Chatwoot sends it."""
    body = {"event": "message_created", "id": id, "content": text, "created_at": "2026-11-23T18:02:48.000Z", "message_type": "incoming",
            "content_type": "text", "private": False, "content_attributes": {}, "source_id": None,
            "sender": {"id": 14, "name": "little-haze-776", "avatar": "", "type": "contact"}, "inbox": {"id": 1, "name": "Acme Support"},
            "conversation": {"id": conversation, "inbox_id": 1, "status": "pending", "can_reply": True, "channel": "Channel::WebWidget",
                             "contact_inbox": {"id": 12, "contact_id": 14, "inbox_id": 1, "source_id": "405f1d30-0000-4000-8000-000000000002",
                                               "hmac_verified": False},
                             "messages": [{"id": 120, "content": text, "message_type": 0, "created_at": 1627063369, "private": False, "sender_type": None}],
                             "meta": {"sender": {"id": 14, "name": "little-haze-776", "email": None, "type": "contact"}, "assignee": None, "team": None},
                             "labels": [], "custom_attributes": {}, "unread_count": 1, "timestamp": 1627063369},
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
