"""The server from the outside: every route right and wrong, and bytes that no good client sends."""
import functools
import json
import os
import socket
import subprocess
import threading

import paring
from paring import Bot, fill, run, test
from server import Server, post, wait_until

LIVE = []


@functools.cache
def small_bot():
    """A small bot that is live, made once; its journal is shared by the tests that use it."""
    bot = Bot()
    fill(bot)
    bot.go_live()
    LIVE.append(bot)
    import atexit
    atexit.register(bot.__exit__)
    return bot


CANCEL, CANCEL_REPLY = "보험 해지 궁금해요", "해지는 앱에서 하실 수 있습니다."


# ---- Turns ---------------------------------------------------------------------------------------------------------

@test
def a_turn_is_answered_as_the_command_line_answers_it():
    bot = small_bot()
    with Server(bot) as server:
        got = server.turn(CANCEL)
        said = bot.ask(CANCEL)
        assert set(got) == set(said), (got, said)
        for key in set(got) - {"turn"}:
            assert got[key] == said[key], key
        assert bot.run("explain", got["turn"]).out


@test
def a_form_goes_on_over_requests_and_over_a_restart():
    bot = small_bot()
    with Server(bot) as server:
        rate = server.turn("대출 이율 알려 주세요", "form-1", as_of="2026-12-31")
        assert "4.5%" in rate["reply"]["text"], rate
    with Server(bot) as server:
        got = server.turn("3천5백만 원이요", "form-1", as_of="2026-12-31")
        assert "131,250원" in got["reply"]["text"], got


@test
def the_same_message_id_gets_the_same_reply_and_one_row():
    bot = small_bot()
    with Server(bot) as server:
        first = server.turn(CANCEL, "again-1", message_id="m-1")
        assert server.turn(CANCEL, "again-1", message_id="m-1") == first
        assert server.turn("다른 말", "again-1", message_id="m-1") == first
        assert server.turn(CANCEL, "again-1", message_id="m-2")["turn"] != first["turn"]
        assert server.turn(CANCEL, "again-2", message_id="m-1")["turn"] != first["turn"]
    with Server(bot) as server:
        assert server.turn(CANCEL, "again-1", message_id="m-1") == first, "after a restart too"
        assert len([row for row in server.rows() if row[1] == "again-1"]) == 2


@test
def concurrent_duplicates_make_one_turn():
    with Server(small_bot()) as server:
        for round in range(5):
            got = []
            body = post({"conversation": f"twin-{round}", "text": CANCEL, "message_id": "m"})
            clients = [server.connect() for _ in range(6)]
            for client in clients:
                client.send(body)
            for client in clients:
                reply = client.reply()
                assert reply.status == 200, reply
                got.append(reply.body)
                client.socket.close()
            assert len(set(got)) == 1, got
            assert len([row for row in server.rows() if row[1] == f"twin-{round}"]) == 1


@test
def turns_of_one_conversation_happen_one_at_a_time():
    with Server(small_bot()) as server:
        def talk():
            with server.connect() as client:
                for _ in range(20):
                    reply = client.send(post({"conversation": "busy", "text": CANCEL})).reply()
                    assert reply.status == 200, reply
        threads = [threading.Thread(target=talk) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        positions = [row[5] for row in server.rows() if row[1] == "busy"]
        assert sorted(positions) == list(range(1, 121)), positions


@test
def a_wrong_body_is_told_what_is_wrong():
    good = {"conversation": "c", "text": CANCEL}
    bodies = {
        b"": "object", b"[]": "object", b"null": "object", b"{": "body", b'{"text":"a"}': "conversation", b"\xff\xfe": "UTF-8",
        b'{"conversation":"c","text":"a","text":"b"}': "twice|again|duplicate", b'{"conversation":1,"text":"a"}': "conversation",
        b'{"conversation":"c","text":""}': "empty", b'{"conversation":"c","text":"a\\u0000b"}': "NUL",
        b'{"conversation":"c","text":"a"} x': "body", json.dumps({**good, "texts": 1}).encode(): "not known",
        json.dumps({**good, "as_of": "tomorrow"}).encode(): "as_of", json.dumps({**good, "conversation": "c" * 200}).encode(): "conversation",
        json.dumps({**good, "text": "a" * 2001}).encode(): "2000", (b'{"text":' + b"[" * 40 + b"]" * 40 + b"}"): "nest|deep",
    }
    with Server(small_bot()) as server:
        with server.connect() as client:
            for body, says in bodies.items():
                reply = client.send(post(body)).reply()
                assert reply and reply.status == 400, (body, str(reply))
                error = reply.json()["error"]
                assert set(error) == {"code", "message"} and any(word in error["message"] for word in says.split("|")), (body, error)
            assert client.send(post(good)).reply().status == 200, "the connection is still good"


# ---- Routes --------------------------------------------------------------------------------------------------------

@test
def every_route_answers():
    with Server(small_bot()) as server:
        assert server.ask("GET", "/alive").body == b"alive\n" and server.ask("GET", "/ready").status == 200
        text = server.ask("GET", "/metrics").body.decode()
        for name in ("paring_requests_total", "paring_request_seconds_bucket", "paring_journal_queue", "paring_database_bytes", "paring_release_info"):
            assert name in text, name
        assert server.ask("HEAD", "/alive").status == 200
        for method, path, status in (("GET", "/nothing", 404), ("GET", "/v1/turns", 405), ("POST", "/alive", 405), ("PUT", "/v1/turns", 405),
                                     ("DELETE", "/", 405), ("GET", "/../etc/passwd", 404), ("GET", "/v1/turns/", 404)):
            reply = server.ask(method, path)
            assert reply.status == status and set(reply.json()["error"]) == {"code", "message"}, reply
        assert server.ask("POST", "/v1/turns", b"a=b", {"Content-Type": "application/x-www-form-urlencoded"}).status == 415
        assert server.ask("POST", "/v1/turns", b"x" * 40_000, {"Content-Type": "application/json"}).status == 413
        reply = server.ask("GET", "/alive", headers={"X-Request-Id": "abc-1"})
        assert reply.headers["X-Request-Id"] == "abc-1" and reply.headers["X-Content-Type-Options"] == "nosniff"
        assert server.ask("GET", "/alive", headers={"X-Request-Id": 'a"b'}).headers["X-Request-Id"] != 'a"b'


@test
def kakao_gets_skill_replies_within_its_limits(bot):
    fill(bot)
    long = " ".join(["보험금 청구에 필요한 서류를 자세히 안내해 드립니다."] * 130)
    bot.take("answers.csv", f"id,intent,condition,text\ncancel_policy-1,cancel_policy,,{long}\n")
    bot.go_live()
    ask = lambda text, user="u1", id="b1", **headers: server.ask(
        "POST", "/kakao/skill", {"bot": {"id": id, "name": "봇"}, "intent": {"id": "x"}, "action": {"params": {}, "clientExtra": None},
                                 "userRequest": {"utterance": text, "user": {"id": user, "type": "botUserKey"}, "lang": None}}, headers)
    with Server(bot, kakao_bot="b1") as server:
        reply = ask("보험 해지 궁금해요").json()
        outputs = reply["template"]["outputs"]
        texts = [output["simpleText"]["text"] for output in outputs]
        assert reply["version"] == "2.0" and 1 <= len(outputs) <= 3 and all(len(text) <= 1000 for text in texts), reply
        assert texts[0].endswith(".") and texts[1].startswith("보험금") and texts[-1].endswith("…"), texts
        assert ask("안녕", id="b2").status == 403
        again = [ask("영업 시간 알려 주세요", **{"X-Request-Id": "r-1"}).json() for _ in range(2)]
        assert again[0] == again[1]
        for body in ({}, {"userRequest": {}}, {"userRequest": {"utterance": 1, "user": {"id": "u"}}},
                     {"userRequest": {"utterance": "a", "user": {}}}, {"userRequest": []}):
            assert server.ask("POST", "/kakao/skill", body).status == 400, body
        asked = ask("서류 이자").json()
        if "quickReplies" in asked["template"]:
            assert all(len(one["label"]) <= 14 and one["action"] == "message" for one in asked["template"]["quickReplies"])


@test
def openai_clients_get_completions_chunks_and_models():
    chat = lambda *texts, **more: server.ask("POST", "/v1/chat/completions", {"model": "x", "messages": [
        {"role": "user" if i % 2 == 0 else "assistant", "content": text} for i, text in enumerate(texts)], **more})
    with Server(small_bot()) as server:
        reply = chat(CANCEL).json()
        choice = reply["choices"][0]
        assert reply["object"] == "chat.completion" and choice["message"] == {
            "role": "assistant", "content": CANCEL_REPLY, "refusal": None, "annotations": []} and choice["finish_reason"] == "stop"
        parts = chat([{"type": "text", "text": "보험 해지"}, {"type": "image_url", "image_url": {"url": "x"}}, {"type": "text", "text": "궁금해요"}])
        assert parts.status == 200, parts
        context = chat("대출 이율 알려 주세요", "…", "3천5백만 원이요").json()
        assert "한 달 이자" in context["choices"][0]["message"]["content"], context
        stream = chat(CANCEL, stream=True, stream_options={"include_usage": True})
        assert stream.headers["Content-Type"].startswith("text/event-stream"), stream
        lines = [line for line in stream.body.decode().split("\n\n") if line]
        assert lines[-1] == "data: [DONE]" and all(line.startswith("data: ") for line in lines)
        chunks = [json.loads(line[6:]) for line in lines[:-1]]
        assert "".join(c["choices"][0]["delta"].get("content", "") for c in chunks if c["choices"]) == CANCEL_REPLY
        assert chunks[-1]["choices"] == [] and chunks[-1]["usage"] and len({c["id"] for c in chunks}) == 1
        before = len(server.rows())
        title = chat("### Task:\nGenerate a concise title … JSON format: { \"title\": \"your title\" }").json()
        assert json.loads(title["choices"][0]["message"]["content"])["title"] and len(server.rows()) == before
        models = server.ask("GET", "/v1/models").json()
        assert models["object"] == "list" and models["data"][0]["id"] == reply["model"]
        assert server.ask("GET", f"/v1/models/{reply['model'].replace('@', '%40')}").json() == models["data"][0]
        for path, status in (("/v1/models/gpt-4o", 404), ("/v1/models/", 404), (f"/v1/models/{reply['model']}/x", 404)):
            wrong = server.ask("GET", path)
            assert wrong.status == status and wrong.json()["error"]["code"] in ("model_not_found", "not_found"), (path, wrong)
        assert server.ask("POST", f"/v1/models/{reply['model']}", {}).status == 405
        for body in ({}, {"messages": []}, {"messages": [{"role": "system", "content": "x"}]}, {"messages": ["x"]}, {"messages": "x"}):
            wrong = server.ask("POST", "/v1/chat/completions", body)
            assert wrong.status == 400 and set(wrong.json()["error"]) == {"message", "type", "param", "code"}, wrong


@test
def rasa_clients_get_messages_and_parses():
    with Server(small_bot()) as server:
        hook = lambda body, query="": server.ask("POST", "/webhooks/rest/webhook" + query, body)
        assert hook({"sender": "u1", "message": CANCEL}).json() == [{"recipient_id": "u1", "text": CANCEL_REPLY}]
        assert json.loads(hook({"sender": "u1", "message": CANCEL}, "?stream=true").body.splitlines()[0])["text"] == CANCEL_REPLY
        parse = server.ask("POST", "/model/parse", {"text": CANCEL, "message_id": "m"}).json()
        assert parse["intent"]["name"] == "cancel_policy" and parse["intent_ranking"][0]["name"] == "cancel_policy" and parse["message_id"] == "m"
        assert server.ask("POST", "/model/parse", {"text": "피자 시켜 줘"}).json()["intent"]["name"] == "nlu_fallback"
        assert server.ask("GET", "/").body.startswith(b"Hello from Rasa: ") and server.ask("GET", "/version").json()["version"]
        assert server.ask("GET", "/status").json()["num_active_training_jobs"] == 0
        assert server.ask("GET", "/webhooks/rest/").json() == {"status": "ok"}
        wrong = hook({"message": "x"})
        assert wrong.status == 400 and wrong.json()["status"] == "failure" and wrong.json()["code"] == 400


# ---- Who may call --------------------------------------------------------------------------------------------------

@test
def keys_open_what_they_are_for():
    bot = small_bot()
    keys = bot.write("keys", "# who may call\nchannel web 0123456789abcdef0123\noperator ops fedcba9876543210fedc\n")
    run("serve", "--bot", bot.path, "--listen", "0.0.0.0:0", status=2, says="keys_file")
    run("serve", "--bot", bot.path, "--set", f"keys_file={keys}", status=2, says="everybody")
    os.chmod(keys, 0o600)
    bearer = lambda key: {"Authorization": f"Bearer {key}"}
    with Server(bot, keys_file=keys) as server:
        server.turn(CANCEL, headers=bearer("0123456789abcdef0123"))
        server.turn(CANCEL, headers={"X-Api-Key": "0123456789abcdef0123"})
        for headers in ({}, bearer("0123456789abcdef012"), bearer(""), {"Authorization": "Basic 0123456789abcdef0123"},
                        {**bearer("0123456789abcdef0123"), "X-Api-Key": "0123456789abcdef0123"}):
            server.turn(CANCEL, status=401, headers=headers)
        server.turn(CANCEL, status=403, headers=bearer("fedcba9876543210fedc"))
        assert server.ask("GET", "/metrics", headers=bearer("fedcba9876543210fedc")).status == 200
        assert server.ask("GET", "/metrics").status == 401 and server.ask("GET", "/alive").status == 200
        assert server.ask("POST", "/model/parse?token=0123456789abcdef0123", {"text": "a"}).status == 200
        assert "0123456789abcdef" not in server.log() and '"key":"web"' in server.log()
    for text, says in (("guest web 0123456789abcdef0123", "channel or operator"), ("channel web short", "16"), ("", "no key")):
        path = bot.write("bad-keys", text)
        os.chmod(path, 0o600)
        run("serve", "--bot", bot.path, "--set", f"keys_file={path}", status=3, says=says)


@test
def keys_are_read_again_when_told_to_and_counters_go_on():
    bot = small_bot()
    old, new = "old-key-0123456789abcdef", "new-key-0123456789abcdef"
    path = bot.write("keys3", f"channel web {old}\noperator ops fedcba9876543210fedc\n")
    os.chmod(path, 0o600)
    key = lambda text: {"X-Api-Key": text}

    def told(text, event):
        with open(path, "w", encoding="ascii") as file:
            file.write(text)
        count = server.log().count(event)
        server.process.send_signal(1)  # SIGHUP
        wait_until(lambda: server.log().count(event) > count)

    with Server(bot, keys_file=path, rate_per_key=5) as server:
        statuses = [server.ask("POST", "/v1/turns", {"conversation": "k", "text": CANCEL}, key(old)).status for _ in range(20)]
        assert 429 in statuses
        told(f"channel web {old}\nchannel shop {new}\noperator ops fedcba9876543210fedc\n", "keys_loaded")
        assert server.ask("POST", "/v1/turns", {"conversation": "k", "text": CANCEL}, key(old)).status == 429, "its allowance goes on"
        server.turn(CANCEL, headers=key(new))
        told(f"channel shop {new}\noperator ops fedcba9876543210fedc\n", "keys_loaded")
        server.turn(CANCEL, headers=key(old), status=401)
        server.turn(CANCEL, headers=key(new))
        for wrong in ("", "channel shop", "guest a b"):
            told(wrong, "keys_failed")
            server.turn(CANCEL, headers=key(new))
        text = server.ask("GET", "/metrics", headers=key("fedcba9876543210fedc")).body.decode()
        assert 'why="too_fast"} 0' not in text, "the counters are the server's, not the keys'"


@test
def rates_are_kept_by_address_and_by_key():
    bot = small_bot()
    keys = bot.write("keys2", "channel web 0123456789abcdef0123\n")
    os.chmod(keys, 0o600)
    with Server(bot, address_header="X-Forwarded-For", rate_per_address=5) as server:
        statuses = [server.ask("POST", "/v1/turns", {"conversation": "r", "text": CANCEL}, {"X-Forwarded-For": "1.1.1.1, 203.0.113.9"}).status
                    for _ in range(30)]
        assert statuses[0] == 200 and statuses.count(429) >= 10, statuses
        reply = server.ask("POST", "/v1/turns", {"conversation": "r", "text": CANCEL}, {"X-Forwarded-For": "203.0.113.10"})
        assert reply.status == 200, "another address has an allowance of its own"
        assert server.ask("GET", "/alive", headers={"X-Forwarded-For": "203.0.113.9"}).status == 200
    with Server(bot, keys_file=keys, rate_per_key=5) as server:
        got = [server.ask("POST", "/v1/turns", {"conversation": "r", "text": CANCEL}, {"X-Api-Key": "0123456789abcdef0123"}) for _ in range(30)]
        assert [one.status for one in got].count(429) >= 10 and got[-1].headers.get("Retry-After") == "1"


@test
def without_keys_only_this_machines_names_are_answered_to():
    with Server(small_bot()) as server:
        for host, status in (("localhost", 200), ("127.0.0.1:80", 200), ("[::1]:8080", 200), ("evil.example", 403), ("localhost.evil.example", 403)):
            assert server.ask("GET", "/metrics", headers={"Host": host}).status == status, host


@test
def a_unix_socket_is_listened_on_and_removed():
    bot = small_bot()
    path = os.path.join(bot.folder, "s.sock")
    with Server(bot, listen=f"unix:{path}") as server:
        client = socket.socket(socket.AF_UNIX)
        client.settimeout(20)
        client.connect(path)
        client.sendall(b"GET /alive HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in client.recv(4096)
        client.close()
        run("serve", "--bot", bot.path, "--listen", f"unix:{path}", status=4)
        server.kill()
    assert os.path.exists(path), "a kill leaves it"
    with Server(bot, listen=f"unix:{path}"):
        pass
    assert not os.path.exists(path)
    for wrong in ("8080", "localhost:80", "127.0.0.1:99999", "127.0.0.1:", ":80", "unix:", "[::1:80"):
        run("serve", "--bot", bot.path, "--listen", wrong, status=2, says="listen")


@test
def tls_is_spoken_with_a_certificate_and_plain_http_is_not():
    import ssl
    bot = small_bot()
    certificate, key = os.path.join(bot.folder, "tls.crt"), os.path.join(bot.folder, "tls.key")
    try:
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
                       capture_output=True, check=True)
    except FileNotFoundError as error:
        raise paring.Skip("no openssl to make a certificate") from error
    os.chmod(key, 0o600)
    with Server(bot, tls_certificate=certificate, tls_key=key) as server:
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = ssl.create_default_context(cafile=certificate)
            context.minimum_version = context.maximum_version = version
            with context.wrap_socket(socket.create_connection(("127.0.0.1", server.port), 20), server_hostname="127.0.0.1") as client:
                for _ in range(3):
                    client.sendall(post({"conversation": "tls", "text": CANCEL}))
                    data = b""
                    while CANCEL_REPLY.encode() not in data:
                        more = client.recv(65536)
                        assert more, data
                        data += more
        with server.connect(2) as client:
            try:
                reply = client.send(post({"conversation": "tls", "text": CANCEL})).reply()
                assert reply is None or reply.status == 400, reply
            except OSError:
                pass
    run("serve", "--bot", bot.path, "--set", f"tls_certificate={certificate}", status=2, says="together")
    both = lambda one, two, status, says: run("serve", "--bot", bot.path, "--listen", "127.0.0.1:0", "--set", f"tls_certificate={one}",
                                              "--set", f"tls_key={two}", status=status, says=says)
    both(bot.write("no.crt", "x"), key, 3, "PEM")
    os.chmod(key, 0o644)
    both(certificate, key, 2, "everybody")


# ---- Bytes that no good client sends -------------------------------------------------------------------------------

TURN = json.dumps({"conversation": "raw", "text": CANCEL}).encode()


@test
def heads_that_could_be_read_in_two_ways_are_refused_and_the_connection_closed():
    n = len(TURN)
    base = "POST /v1/turns HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    heads = {
        "two lengths": base + f"Content-Length: {n}\r\nContent-Length: {n}\r\n",
        "two different lengths": base + f"Content-Length: {n}\r\nContent-Length: 0\r\n",
        "a list of lengths": base + f"Content-Length: {n}, {n}\r\n",
        "a signed length": base + f"Content-Length: +{n}\r\n",
        "a negative length": base + "Content-Length: -1\r\n",
        "a hexadecimal length": base + "Content-Length: 0x10\r\n",
        "an endless length": base + "Content-Length: 99999999999999999999\r\n",
        "chunks": base + "Transfer-Encoding: chunked\r\n",
        "chunks and a length": base + f"Transfer-Encoding: chunked\r\nContent-Length: {n}\r\n",
        "an unknown encoding": base + f"Transfer-Encoding: xchunked\r\nContent-Length: {n}\r\n",
        "a hidden encoding": base + f"Transfer-Encoding:\tchunked\r\nContent-Length: {n}\r\n",
        "no host": f"POST /v1/turns HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: {n}\r\n",
        "two hosts": base + f"Host: evil.example\r\nContent-Length: {n}\r\n",
        "a strange host": f"POST /v1/turns HTTP/1.1\r\nHost: a b\r\nContent-Type: application/json\r\nContent-Length: {n}\r\n",
    }
    smuggled = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Server(small_bot()) as server:
        for name, head in heads.items():
            with server.connect() as client:
                client.send(head.encode() + b"\r\n" + TURN + smuggled)
                first = client.reply()
                assert first is None or first.status in (400, 411, 413), (name, str(first))
                while client.more():
                    pass
                assert b"paring_" not in client.left and client.left.count(b"HTTP/1.1") == 0, (name, client.left[:300])
        assert server.ask("GET", "/alive").status == 200


@test
def bytes_that_are_not_http_do_no_harm():
    import random
    order = random.Random(7)
    request = post(TURN)
    with Server(small_bot()) as server:
        for round in range(120):
            data = bytearray(request)
            for _ in range(order.randrange(1, 6)):
                data[order.randrange(len(data))] = order.randrange(256)
            if round % 3 == 0:
                data = data[:order.randrange(len(data))]
            with server.connect(0.2) as client:
                try:
                    client.send(bytes(data)).reply()
                except OSError:
                    pass  # it waits for the rest
        for junk in (b"\x16\x03\x01\x02\x00" * 50, b"\0" * 5000, b"GET " + b"/" * 100_000, b"A: b\r\n" * 5000, b"GET / HTTP/9.9\r\n\r\n"):
            with server.connect(0.5) as client:
                try:
                    client.send(junk).reply()
                except OSError:
                    pass
        server.turn(CANCEL)


@test
def pipelined_requests_are_answered_in_order():
    with Server(small_bot()) as server, server.connect() as client:
        texts = [f"pipe-{i}" for i in range(20)]
        client.send(b"".join(post({"conversation": name, "text": CANCEL}) + b"GET /alive HTTP/1.1\r\nHost: localhost\r\n\r\n" for name in texts))
        turns = []
        for _ in texts:
            turns.append(client.reply().json()["turn"])
            assert client.reply().body == b"alive\n"
        by_id = {row[0]: row[1] for row in server.rows()}
        assert [by_id[turn] for turn in turns] == texts


@test
def a_client_that_drips_is_cut_while_others_are_answered():
    with Server(small_bot(), request_seconds=1) as server:
        with server.connect(40) as slow, server.connect(40) as half:
            half.send(post(TURN)[:-5])
            cut = False
            for byte in post(TURN):  # a byte now and then, so that no pause is long
                try:
                    slow.send(bytes([byte]))
                except OSError:
                    cut = True
                    break
                slow.socket.settimeout(0.02)
                try:
                    if slow.is_closed():
                        cut = True
                        break
                except TimeoutError:
                    pass
                server.turn(CANCEL)
            assert cut, "after the time that a request has"
            assert half.is_closed()
        assert server.metric("paring_connections_reaped_total") >= 2


@test
def what_a_customer_wrote_is_in_no_log():
    bot = small_bot()
    with Server(bot) as server:
        server.turn("보험 해지 궁금해요 010-9876-5432", "secret-conversation")
        server.ask("GET", "/v1/secret?who=010-9876-5432")
        log = server.log()
        assert "해지" not in log and "9876-5432" not in log and "98765432" not in log and "secret" not in log, log
        for line in log.splitlines():
            json.loads(line)
