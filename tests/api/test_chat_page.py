"""The customers' page at /chat: what is served, to whom, what a browser may do with it, and what a customer can reach without a key."""
import gzip
import html
import os
import random
import re

from paring import fill, run, test
from server import Server, wait_until
from test_handoffs import CANCEL, CANCEL_REPLY, PERSON, Events, key, keys_of

POLICY = "default-src 'self'; base-uri 'none'; form-action 'none'; object-src 'none'; frame-ancestors "
NOT_BUILT = "Node.js"


def secret():
    return "".join(random.choices("abcdefghijklmnop", k=32))


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


class Page:
    """A customer with a page of their own."""

    def __init__(self, server, headers=None):
        self.server, self.headers = server, {**bearer(secret()), **(headers or {})}

    def says(self, text, message_id="m1", status=200, **more):
        reply = self.server.ask("POST", "/chat/turns", {"message_id": message_id, "text": text, **more}, self.headers)
        assert reply.status == status, reply
        return reply.json() if status == 200 else reply

    def news(self, after=0):
        reply = self.server.ask("GET", f"/chat/messages?after={after}", headers=self.headers)
        assert reply.status == 200, reply
        return reply.json()


def live(bot):
    fill(bot)
    bot.go_live()
    return bot


def is_built(server):
    return server.ask("GET", "/chat").status == 200


@test
def the_page_is_served_or_says_why_not(bot):
    with Server(live(bot), chat="yes") as server:
        for query, language in (("", "ko"), ("?lang=ko", "ko"), ("?lang=en", "en"), ("?lang=../en", "ko")):
            reply = server.ask("GET", "/chat" + query)
            text = reply.body.decode()
            assert reply.headers["Content-Type"] == "text/html; charset=utf-8" and "<!doctype html>" in text, reply
            if not is_built(server):
                assert reply.status == 503 and NOT_BUILT in text and reply.headers["Cache-Control"] == "no-store", reply
                assert server.ask("GET", "/chat/assets/chat.js").status == 404
                continue
            assert reply.status == 200 and f'<html lang="{language}">' in text, reply
        assert server.ask("GET", "/ready").status == 200


@test
def nothing_is_inline_and_nothing_comes_from_elsewhere(bot):
    with Server(live(bot), chat="yes") as server:
        reply = server.ask("GET", "/chat")
        text = reply.body.decode()
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", text), text
        if not is_built(server):
            return
        assert reply.headers["Content-Security-Policy"] == POLICY + "'none'", reply
        assert "unsafe" not in reply.headers["Content-Security-Policy"] and reply.headers["Referrer-Policy"] == "no-referrer"
        links = re.findall(r'(?:src|href)="([^"]+)"', text)
        assert len(links) == 3 and all(re.fullmatch(r"/chat/assets/\w+-\w{8}\.(js|css|svg)", link) for link in links), links
        kinds = {"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
        for link in links:
            asset = server.ask("GET", link)
            assert asset.status == 200 and asset.headers["Content-Type"] == kinds[link.rsplit(".", 1)[1]], asset
            assert asset.headers["X-Content-Type-Options"] == "nosniff"
            named = re.findall(r"https?://[\w.]+", asset.body.decode())
            assert set(named) <= {"http://www.w3.org"}, (link, named)  # the names of SVG and MathML, which nobody fetches


@test
def files_are_stored_zipped_and_kept_by_their_content(bot):
    with Server(live(bot), chat="yes") as server:
        if not is_built(server):
            return
        page = server.ask("GET", "/chat")
        link = re.search(r'src="([^"]+\.js)"', page.body.decode()).group(1)
        for path, cache in (("/chat", "no-cache"), (link, "public, max-age=31536000, immutable")):
            plain = server.ask("GET", path)
            assert "Content-Encoding" not in plain.headers and plain.headers["Vary"] == "Accept-Encoding", plain
            assert plain.headers["Cache-Control"] == cache, plain
            tags = {plain.headers["ETag"]}
            for codings, is_zipped in (("gzip", True), ("br, GZIP;q=0.5", True), ("deflate,gzip ; q=1", True), ("gzip;q=0", False),
                                       ("gzip; q=0.000", False), ("br", False), ("gzipped", False), ("identity", False)):
                reply = server.ask("GET", path, headers={"Accept-Encoding": codings})
                assert (reply.headers.get("Content-Encoding") == "gzip") == is_zipped, (codings, str(reply))
                assert (gzip.decompress(reply.body) if is_zipped else reply.body) == plain.body
                tags.add(reply.headers["ETag"])
            assert len(tags) == 2, tags
            for tag in tags:
                again = server.ask("GET", path, headers={"If-None-Match": f'"x", {tag}', "Accept-Encoding": "gzip" if "gz" in tag else ""})
                assert again.status == 304 and not again.body and again.headers["ETag"] == tag, again
            assert server.ask("GET", path, headers={"If-None-Match": '"other"'}).status == 200
        assert len(gzip.compress(server.ask("GET", link).body)) < 60_000
        head = server.ask("HEAD", link)
        assert head.status == 200 and not head.body
        for path in ("/chat/assets/", "/chat/assets/../chat.ko.html", "/chat/assets/%2e%2e/chat.ko.html", "/chat/assets/nothing.js", link + ".gz",
                     "/chat/assets" + link[len("/chat/assets"):].upper(), "/chat/chat.ko.html", "/chat/", "/chat/assets/" + "a" * 300):
            assert server.ask("GET", path).status == 404, path


@test
def the_page_carries_the_companys_name(bot):
    name = "한결<script>&생명 \"고객\" 상담"
    with Server(live(bot), chat="yes", chat_name=name) as server:
        if not is_built(server):
            return
        for language in ("ko", "en"):
            reply = server.ask("GET", f"/chat?lang={language}", headers={"Accept-Encoding": "gzip"})
            title, = re.findall("<title>(.*)</title>", reply.body.decode())
            assert html.unescape(title) == name and "<script>&" not in reply.body.decode(), reply
            again = server.ask("GET", f"/chat?lang={language}", headers={"If-None-Match": reply.headers["ETag"]})
            assert again.status == 304 and not again.body
    run("serve", "--bot", bot.path, "--listen", "127.0.0.1:0", "--set", "chat=yes", "--set", "chat_name=" + "가" * 61, status=3, says="chat_name: .*60")


@test
def only_named_sites_may_show_it_in_a_frame(bot):
    live(bot)
    with Server(bot, chat="yes") as server:
        assert server.ask("GET", "/chat/embed.js").status == 404
    with Server(bot, chat="yes", chat_origins="https://www.example.com,http://shop.example:8080  https://*.example.org") as server:
        if is_built(server):
            ancestors = "https://www.example.com http://shop.example:8080 https://*.example.org"
            assert server.ask("GET", "/chat").headers["Content-Security-Policy"] == POLICY + ancestors
            script = server.ask("GET", "/chat/embed.js")
            assert script.status == 200 and script.headers["Content-Type"].startswith("text/javascript"), script
            assert b"/chat?embed=1" in script.body and b"innerHTML" not in script.body
        assert "frame-ancestors 'none'" in server.ask("POST", "/chat/turns").headers["Content-Security-Policy"]
    for wrong in ("www.example.com", "*", "https://", "https://*", "https://a/b", "https://a;script-src *", "'self'", "https://a 'unsafe-inline'", "https://가.kr"):
        run("serve", "--bot", bot.path, "--listen", "127.0.0.1:0", "--set", "chat=yes", "--set", f"chat_origins={wrong}", status=3, says="chat_origins")


@test
def without_the_setting_there_is_no_page(bot):
    with Server(live(bot)) as server:
        for method, path in (("GET", "/chat"), ("GET", "/chat/embed.js"), ("GET", "/chat/assets/x.js"), ("GET", "/chat/messages")):
            assert server.ask(method, path, headers=bearer(secret())).status == 404, path
        assert Page(server).says(CANCEL, status=404).json()["error"]["code"] == "not_found"


@test
def other_methods_and_forms_are_refused(bot):
    with Server(live(bot), chat="yes") as server:
        for path, methods in (("/chat", "POST PUT DELETE OPTIONS"), ("/chat/embed.js", "POST DELETE"), ("/chat/assets/a.js", "POST PUT"),
                              ("/chat/turns", "GET PUT OPTIONS"), ("/chat/messages", "POST DELETE")):
            for method in methods.split():
                reply = server.ask(method, path)
                assert reply.status == 405 and not any(name.lower().startswith("access-control") for name in reply.headers), (method, path, str(reply))
        page = Page(server)
        assert server.ask("POST", "/chat/turns", b"text=a", {**page.headers, "Content-Type": "text/plain"}).status == 415
        assert server.ask("POST", "/chat/turns", b"x" * 40_000, {**page.headers, "Content-Type": "application/json"}).status == 413
        for body in ({"text": "a"}, {"message_id": "m"}, {"message_id": "m", "text": 1}, {"message_id": "m", "text": "a" * 2001}, {"message_id": "m", "text": "  "},
                     {"message_id": "m", "text": "a", "conversation": "c"}, {"message_id": "m", "text": "a", "channel": "kakao"},
                     {"message_id": "m", "text": "a", "as_of": "2020-01-01"}, []):
            assert server.ask("POST", "/chat/turns", body, page.headers).status == 400, body


@test
def a_customer_gets_answers_and_no_reasons(bot):
    with Server(live(bot), chat="yes") as server:
        page = Page(server)
        reply = page.says(CANCEL)
        assert reply == {"route": "scripted", "generated": False, "handoff": "none", "reply": {"text": CANCEL_REPLY, "choices": []}}, reply
        assert page.says(CANCEL) == reply and page.says("다른 말", "m1") == reply and len(server.rows()) == 1, "the same id, the same reply, one turn"
        page.says(CANCEL, "m2")
        assert len(server.rows()) == 2


@test
def a_conversation_belongs_to_whoever_has_its_secret(bot):
    with Server(live(bot), chat="yes") as server:
        for wrong in ("", "a" * 31, "a" * 33, "a" * 31 + "q", "A" * 32, "0" * 32):
            assert server.ask("POST", "/chat/turns", {"message_id": "m", "text": "a"}, bearer(wrong)).status == 401, wrong
            assert server.ask("GET", "/chat/messages", headers=bearer(wrong)).status == 401
        assert server.ask("GET", "/chat/messages").status == 401 and server.ask("GET", f"/chat/messages?token={secret()}").status == 401
        one, other = Page(server), Page(server)
        one.says(CANCEL, "m1"), other.says(CANCEL, "m1")
        names = [row[1] for row in server.rows()]
        assert len(set(names)) == 2 and all(re.fullmatch(r"chat-[a-p]{32}", name) for name in names), names
        taken = Page(server, bearer(names[0][5:]))
        taken.says(CANCEL, "m1")
        assert len({row[1] for row in server.rows()}) == 3, "a name read in the journal is no secret"
        assert not any(page.headers["Authorization"][7:] in server.log() for page in (one, other))


@test
def it_needs_no_key_where_others_do_and_opens_nothing_else(bot):
    with Server(live(bot), chat="yes", keys_file=keys_of(bot)) as server:
        page = Page(server)
        assert page.says(CANCEL)["reply"]["text"] == CANCEL_REPLY and server.ask("GET", "/chat").status in (200, 503)
        for method, path in (("POST", "/v1/turns"), ("GET", "/v1/messages?conversation=c"), ("GET", "/api/handoffs"), ("GET", "/metrics")):
            body = {"conversation": "c", "text": "a"} if method == "POST" else None
            assert server.ask(method, path, body, page.headers).status == 401, path


@test
def each_address_has_an_allowance_by_the_minute(bot):
    with Server(live(bot), chat="yes", chat_per_minute=6, address_header="X-Forwarded-For") as server:
        statuses = []
        for number in range(8):
            page = Page(server, {"X-Forwarded-For": "192.0.2.1"})  # a new page each time: it is the address that counts
            statuses.append(server.ask("POST", "/chat/turns", {"message_id": "m", "text": CANCEL}, page.headers).status)
        assert statuses[:3] == [200] * 3 and statuses[3:] == [429] * 5, statuses
        reply = server.ask("POST", "/chat/turns", {"message_id": "m", "text": CANCEL}, {**bearer(secret()), "X-Forwarded-For": "192.0.2.1"})
        assert reply.status == 429 and int(reply.headers["Retry-After"]) >= 1, reply
        Page(server, {"X-Forwarded-For": "192.0.2.2"}).says(CANCEL)
        assert Page(server, {"X-Forwarded-For": "192.0.2.1"}).news()["handoff"] == "none", "what is only read is not counted"
        assert server.turn(CANCEL, headers={"X-Forwarded-For": "192.0.2.1"})["route"] == "scripted", "nor other channels"


@test
def the_page_is_told_as_it_happens_and_of_its_own_conversation_only(bot):
    with Server(live(bot), chat="yes", keys_file=keys_of(bot)) as server:
        page, other = Page(server), Page(server)
        page.says(PERSON)
        other.says(CANCEL)
        events, others = Events(server, "/chat/events?after=0", page.headers), Events(server, "/chat/events", other.headers)
        [ticket] = server.ask("GET", "/api/handoffs", headers=key("kim")).json()["handoffs"]
        do = lambda what, **more: server.ask("POST", f"/api/handoffs/{what}", {"handoff": ticket["handoff"], **more}, key("kim"))
        assert do("claim").status == 200 and do("say", text="김상담입니다.").status == 200
        wait_until(lambda: events.kinds() == ["claimed", "agent"])
        assert others.events == [] and "agent" not in events.events[1][2] and events.events[1][2]["text"] == "김상담입니다."
        again = Events(server, "/chat/events", {**page.headers, "Last-Event-ID": str(events.events[0][0])})
        wait_until(lambda: again.kinds() == ["agent"])
        for headers, status in ((key("web"), 401), ({}, 401), (bearer("a" * 31), 401), ({**page.headers, "Last-Event-ID": "x"}, 400)):
            assert server.ask("GET", "/chat/events", headers=headers).status == status, headers
        server.stop()
        for one in (events, others, again):
            one.thread.join(10)
            assert one.ended, "streams end with the server"


@test
def a_person_reaches_the_page_and_the_bot_is_silent(bot):
    with Server(live(bot), chat="yes", keys_file=keys_of(bot)) as server:
        page, other = Page(server), Page(server)
        assert page.news() == {"handoff": "none", "messages": [], "last": 0}
        assert page.says(PERSON)["handoff"] == "waiting"
        other.says(CANCEL)
        [ticket] = server.ask("GET", "/api/handoffs", headers=key("kim")).json()["handoffs"]
        do = lambda what, **more: server.ask("POST", f"/api/handoffs/{what}", {"handoff": ticket["handoff"], **more}, key("kim"))
        assert do("claim").status == 200 and do("say", text="<b>김상담</b>입니다.").status == 200
        news = page.news()
        assert news["handoff"] == "claimed" and [one["kind"] for one in news["messages"]] == ["claimed", "agent"], news
        assert news["messages"][1]["text"] == "<b>김상담</b>입니다." and not any("agent" in one or "conversation" in one for one in news["messages"])
        silent = page.says(CANCEL, "m2")
        assert silent["handoff"] == "claimed" and silent["reply"]["text"] == "", silent
        assert do("return").status == 200
        wait_until(lambda: page.news(news["last"])["handoff"] == "returned")
        assert [one["kind"] for one in page.news(news["last"])["messages"]] == ["returned"]
        assert page.says(CANCEL, "m3")["reply"]["text"] == CANCEL_REPLY and other.news()["messages"] == []
