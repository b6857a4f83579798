"""The model client against a provider that does everything wrong. Each case is a call of its own; many run at once in one program, which ends
by itself, without a leak under asan, and prints a ledger that adds up."""
import contextlib
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile
import time

import paring
from hostile import GOOD, HEAD, Hostile, chunk, good
from paring import test

SLOW = 4 if paring.is_sanitized() else 1  # sanitizers take their time
FAILURES = {"late", "connect", "limited", "unavailable", "status", "dropped", "reported", "broken", "too_large", "cut", "declined", "resting"}


@contextlib.contextmanager
def folder():
    path = tempfile.mkdtemp(prefix="paring-provider-")
    try:
        yield path
    finally:
        shutil.rmtree(path)


def section(name, url, form="openai", **keys):
    return f"[{name}]\nform = {form}\nurl = {url}\nmodel = m\n" + "".join(f"{key} = {value}\n" for key, value in keys.items())


def start(path, providers, *options, env=None):
    file = os.path.join(path, "providers")
    with open(file, "w", encoding="utf-8") as out:
        out.write(providers)
    program = os.path.join(os.path.dirname(paring.BINARY), "tests", "api", "ask_model")
    return subprocess.Popen([program, file, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env={**os.environ, **(env or {})})


def finish(process, lines):
    out, err = process.communicate("".join(f"{line}\n" for line in lines).encode(), timeout=120)
    assert process.returncode == 0, (process.returncode, err.decode()[-3000:])
    results = [json.loads(line) for line in out.splitlines()]
    ledger = results.pop()
    assert ledger["leaves"] == ledger["overs"] == ledger["calls"] == sum(r.get("attempts", 0) for r in results), ledger
    return results, ledger


def ask(cases, *options, deadline=2000, providers=None, **keys):
    """What became of each case, by case; the ledger; the provider."""
    with Hostile() as hostile, folder() as path:
        given = {"deadline_ms": 600000, "connect_ms": 60000, "first_byte_ms": 60000, **keys}
        text = providers(hostile) if providers else section("one", hostile.url, **given)
        results, ledger = finish(start(path, text, *options), [f"{deadline} case {case}" for case in cases])
        found = {}
        for result in results:
            assert result["took_ms"] <= deadline + 250 * SLOW, ("it outlived its deadline", cases[result["call"] - 1], result)
            assert (result["outcome"] == "whole") == bool(result.get("text")), result
            found[cases[result["call"] - 1]] = result
        assert len(found) == len(cases)
        return found, ledger, hostile


def ask_each(cases, **more):
    """As ask, with the breaker out of the way: a good call after every two bad ones closes it again."""
    found = {}
    mixed = []
    for i, case in enumerate(cases):
        mixed += [case] + ([f"good {i}", "@wait"] if i % 2 else [])
    with Hostile() as hostile, folder() as path:
        keys = {"deadline_ms": 600000, "connect_ms": 60000, "first_byte_ms": 60000, **more.pop("keys", {})}
        deadline = more.pop("deadline", 2000)
        lines = ["wait" if case == "@wait" else f"{deadline} case {case}" for case in mixed]
        asked = [case for case in mixed if case != "@wait"]
        results, _ = finish(start(path, section("one", hostile.url, **keys), "at_once=3"), lines)
        for result in results:
            case = asked[result["call"] - 1]
            assert result["took_ms"] <= deadline + 250 * SLOW, ("it outlived its deadline", case, result)
            assert result["outcome"] != "resting", (case, "was never tried")
            if not case.startswith("good "):
                found[case] = result
    assert set(found) == set(cases)
    return found


def outcomes(found):
    return {case: result["outcome"] for case, result in found.items()}


@test
def a_good_reply_is_whole_however_it_is_cut():
    cases = ["good", "line-ends cr", "line-ends crlf", "end after"] + [f"chunked {n}" for n in (1, 2, 3, 7, 64, 4096)]
    found, ledger, hostile = ask(cases)
    assert {r["text"] for r in found.values()} == {GOOD}, found
    assert ledger["tokens"] == 70 * len(cases)
    head, body = hostile.seen[0]
    assert "accept-encoding" not in head.lower() and "authorization" not in head.lower()
    assert body["stream"] is True and body["messages"][0] == {"role": "system", "content": "You point."} and body["max_tokens"] == 1000


@test
def anthropics_form_is_spoken_too():
    with Hostile() as hostile, folder() as path:
        with open(os.path.join(path, "key"), "w", encoding="utf-8") as key:
            os.fchmod(key.fileno(), 0o600)
            key.write("sk-secret\n")
        text = section("a", hostile.url[:-3], form="anthropic", key_file="key", won_per_1000_in="1.5", won_per_1000_out="2")
        cases = ["anthropic", "anthropic max_tokens", "anthropic refusal", "good", "error-inside"]
        results, ledger = finish(start(path, text), [f"2000 case {case}" for case in cases])
        found = {cases[r["call"] - 1]: r["outcome"] for r in results}
        assert found == {"anthropic": "whole", "anthropic max_tokens": "cut", "anthropic refusal": "declined", "good": "broken",
                         "error-inside": "broken"}, found
        head, body = hostile.seen[0]
        assert head.startswith("POST /v1/messages ") and "x-api-key: sk-secret" in head and "anthropic-version: 2023-06-01" in head
        assert body["system"] == "You point." and body["max_tokens"] == 1000


@test
def a_reset_or_a_close_at_every_byte_is_no_reply():
    length = len(HEAD + good())
    for kind in ("reset", "close"):
        found = ask_each([f"{kind} {at}" for at in range(length)])
        whole = {case for case, result in found.items() if result["outcome"] == "whole"}
        assert not whole, whole  # without its last byte the last event does not end
        assert {r["outcome"] for r in found.values()} <= {"dropped", "broken", "connect"}, outcomes(found)


@test
def json_cut_at_every_byte_is_no_reply():
    whole = json.dumps(chunk({"content": GOOD})).encode()
    found = ask_each([f"cut-json {at}" for at in range(1, len(whole))])
    assert {r["outcome"] for r in found.values()} == {"broken"}, outcomes(found)


@test
def a_bit_turned_anywhere_never_crashes_it():
    head = len(HEAD)
    found = ask_each([f"flip {at} {(at * 5) % 8}" for at in range(0, head + len(good()), 3)], deadline=700)
    assert {r["outcome"] for r in found.values()} <= FAILURES | {"whole"}, outcomes(found)


@test
def what_is_not_the_form_is_refused():
    words = ["array", "number", "deep", "twice", "nul", "escaped-nul", "no-choices", "choices", "two", "content", "delta", "utf8", "tools", "fdd0"]
    found = ask_each([f"raw {word}" for word in words] + ["error-inside", "error-inside 3", "end twice", "end more", "end early", "two-reasons",
                                                          "type application/json", "type text/html; charset=utf-8", "type text/event-streams", "no-type",
                                                          "bomb gzip", "bomb deflate", "reason banana", "reason function_call"])
    for case, outcome in outcomes(found).items():
        assert outcome == ("reported" if case.startswith("error-inside") else "broken"), (case, outcome)
    found = ask_each(["raw usage", "raw huge-usage", "raw refusal", "reason length", "reason content_filter", "end none", "end open", "type Text/Event-Stream;x=y"])
    assert outcomes(found) == {"raw usage": "broken", "raw huge-usage": "whole", "raw refusal": "declined", "reason length": "cut",
                               "reason content_filter": "declined", "end none": "dropped", "end open": "dropped", "type Text/Event-Stream;x=y": "whole"}


@test
def halves_of_runes_are_joined_over_chunks_or_refused():
    found = ask_each(["halves d83d de00", "halves d83dde00", "halves D83D - DE00", "halves d83d", "halves de00", "halves d83d d83d de00", "halves 0041 d83d de00"])
    texts = {case: r["text"] for case, r in found.items() if r["outcome"] == "whole"}
    smile = "\U0001f600" + GOOD
    assert texts == {"halves d83d de00": smile, "halves D83D - DE00": smile, "halves 0041 d83d de00": "A" + smile}, outcomes(found)


@test
def no_limit_can_be_passed():
    kinds = [f"megabytes {kind}" for kind in ("text", "comment", "line", "data", "empty")] + ["headers many", "headers long", "interim-forever", "trailers"]
    found = ask_each(kinds, deadline=8000)
    assert {r["outcome"] for r in found.values()} <= {"too_large"}, outcomes(found)


@test
def strange_http_is_no_reply():
    cases = [f"first-line {w}" for w in ("nine", "nonsense", "version", "minus", "nul")] + [f"length {n}" for n in ("-1", "99999999999999999999", "5x", "1")]
    cases += [f"bad-chunks {n}" for n in ("zz", "-5", "FFFFFFFFFFFFFFFFF", "0x10")] + [f"status {n}" for n in (201, 204, 301, 400, 401, 404, 500, 504, 999)]
    found = ask_each(cases, deadline=700)
    assert found.pop("length 99999999999999999999")["outcome"] in ("whole", "broken", "dropped")  # libcurl: a length past 64 bits is none
    assert {r["outcome"] for r in found.values()} <= FAILURES, outcomes(found)
    assert {outcome for case, outcome in outcomes(found).items() if case.startswith("status")} == {"status"}, outcomes(found)


@test
def a_redirect_is_followed_nowhere():
    with Hostile() as inner:
        places = ["file:///etc/passwd", f"http://127.0.0.1:{inner.port}/v1", "http://169.254.169.254/latest/meta-data", "ftp://localhost/", "gopher://localhost:70/",
                  "//localhost/", "data:text/event-stream,data:"]
        found = ask_each([f"redirect {place}" for place in places])
        assert set(outcomes(found).values()) == {"status"}, outcomes(found)
        assert not inner.seen


@test
def who_hangs_or_drips_is_cut_at_the_deadline():
    cases = ["hang 0", "hang 20", "hang 100", "hang 400", "drip", "drip-error", "ping-forever", "hang-after-done"]
    found, _, _ = ask(cases, deadline=400)
    for case, result in found.items():
        assert result["outcome"] == ("status" if case == "drip-error" and result["took_ms"] < 390 else "late"), (case, result)


@test
def each_deadline_of_a_provider_holds():
    for keys, case in (({"first_byte_ms": 150}, "hang 0"), ({"deadline_ms": 150}, "hang 200"), ({"deadline_ms": 150}, "drip")):
        found, _, _ = ask([case], deadline=5000, **keys)
        assert found[case]["outcome"] == "late" and found[case]["took_ms"] < 150 + 250 * SLOW, (keys, found)


@test
def a_busy_provider_is_asked_once_more():
    cases = ["then-good 429", "then-good 502", "then-good 503", "then-good 429 0", "then-good 500", "then-good reset"]
    found = ask_each(cases, deadline=4000)
    assert {case: (r["outcome"], r["attempts"]) for case, r in found.items()} == {
        "then-good 429": ("whole", 2), "then-good 502": ("whole", 2), "then-good 503": ("whole", 2), "then-good 429 0": ("whole", 2),
        "then-good 500": ("status", 1), "then-good reset": ("dropped", 1)}
    assert 200 <= found["then-good 502"]["took_ms"]


@test
def retry_after_is_kept_to_in_seconds_and_as_a_date():
    found, _, _ = ask(["then-good 429 1"], deadline=4000)
    assert found["then-good 429 1"]["outcome"] == "whole" and found["then-good 429 1"]["took_ms"] >= 990
    for after in ("99999999999999999999999", "9", "far"):  # longer than there is: no second try, and no wait
        found, _, _ = ask([f"storm {after}"], deadline=3000)
        assert found[f"storm {after}"]["outcome"] == "limited" and found[f"storm {after}"]["took_ms"] < 500 * SLOW, found
        assert found[f"storm {after}"]["attempts"] == 1
    for after in ("", "past", "-1", "soon_enough", "1.5", "0"):
        found, _, _ = ask([f"storm {after}".strip()], deadline=3000)
        assert [(r["outcome"], r["attempts"]) for r in found.values()] == [("limited", 2)], found


@test
def a_storm_of_429_opens_the_breaker():
    found, _, hostile = ask([f"storm 0 {i}" for i in range(60)], "at_once=2", deadline=3000)
    assert set(outcomes(found).values()) == {"limited", "resting"}, outcomes(found)
    assert len(hostile.seen) <= 12, len(hostile.seen)


@test
def the_next_provider_is_asked_in_order():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.listen(1)
        dead = socket.create_server(("127.0.0.1", 0))
        port = dead.getsockname()[1]
        dead.close()  # nobody listens there now

        def providers(hostile):
            return section("dead", f"http://127.0.0.1:{port}/v1") + section("silent", f"http://127.0.0.1:{silent.getsockname()[1]}/v1", first_byte_ms=100) \
                + section("good", hostile.url)
        found, _, _ = ask(["good", "reason length"], deadline=5000, providers=providers)
    assert found["good"]["provider"] == "good" and found["good"]["outcome"] == "whole" and found["good"]["attempts"] == 4  # dead twice, silent, good
    assert found["reason length"]["outcome"] == "cut"


@test
def the_switch_cuts_calls_under_way():
    with Hostile() as hostile, folder() as path:
        process = start(path, section("one", hostile.url))
        process.stdin.write(b"20000 case hang 200\n20000 case drip\n")
        process.stdin.flush()
        wait_for(lambda: len(hostile.seen) == 2)
        began = time.monotonic()
        results, _ = finish(process, ["off", "2000 case good", "wait", "on", "2000 case good"])
        assert [r["outcome"] for r in results] == ["off", "off", "off", "whole"], results
        assert results[0]["took_ms"] < 10000 and time.monotonic() - began < 2 * SLOW


def wait_for(happens):
    until = time.monotonic() + 20
    while not happens():
        assert time.monotonic() < until, "it never happened"
        time.sleep(0.005)


@test
def the_file_of_the_switch_cuts_calls_under_way():
    with Hostile() as hostile, folder() as path:
        off = os.path.join(path, "off")
        process = start(path, section("one", hostile.url), f"switch={off}")
        process.stdin.write(b"20000 case hang 200\n")
        process.stdin.flush()
        wait_for(lambda: len(hostile.seen) == 1)
        open(off, "w", encoding="utf-8").close()
        results, _ = finish(process, ["wait", "2000 case good"])
        assert [r["outcome"] for r in results] == ["off", "off"], results
        assert results[0]["took_ms"] < 5000 and len(hostile.seen) == 1


@test
def a_full_queue_refuses_at_once_and_an_end_tells_everybody():
    with Hostile() as hostile, folder() as path:
        process = start(path, section("one", hostile.url), "capacity=10", "at_once=3")
        results, _ = finish(process, [f"20000 case hang 200 {i}" for i in range(15)] + ["close"])
        found = [r["outcome"] for r in results]
        assert found.count("busy") == 5 and found.count("closed") == 10 and len(hostile.seen) <= 3, found


@test
def four_hundred_calls_at_once_all_come_back():
    found, ledger, _ = ask([f"good {i}" for i in range(400)], deadline=20000)
    assert set(outcomes(found).values()) == {"whole"} and ledger["tokens"] == 400 * 70


@test
def no_cap_is_passed_by_calls_at_once():
    cases = [f"good {i}" for i in range(30)]
    found, ledger, hostile = ask(cases, "calls=7")
    assert sorted(outcomes(found).values()) == ["capped"] * 23 + ["whole"] * 7 and len(hostile.seen) == 7
    _, ledger, _ = ask(cases, "tokens=1500", max_tokens=100)
    assert 70 <= ledger["tokens"] <= 1500, ledger
    _, ledger, _ = ask(cases, "won=10", max_tokens=100, won_per_1000_in="10", won_per_1000_out="20.5")
    assert 0 < ledger["micro_won"] <= 10 * 10**6 and ledger["micro_won"] % (50 * 10000 + 20 * 20500) == 0, ledger


@test
def the_environments_proxy_is_not_asked():
    with Hostile() as hostile, Hostile() as proxy, folder() as path:
        at = f"http://127.0.0.1:{proxy.port}"
        process = start(path, section("one", hostile.url), env={"http_proxy": at, "HTTP_PROXY": at, "ALL_PROXY": at, "all_proxy": at})
        results, _ = finish(process, ["2000 case good"])
        assert results[0]["outcome"] == "whole" and not proxy.seen
        process = start(path, section("one", "http://nowhere.invalid/v1", proxy=at))
        results, _ = finish(process, ["2000 case good"])
        assert results[0]["outcome"] == "whole" and proxy.seen[0][0].startswith("POST http://nowhere.invalid/v1/chat/completions ")


@test
def the_key_is_sent_and_said_nowhere():
    with Hostile() as hostile, folder() as path:
        key = os.path.join(path, "key")
        with open(key, "w", encoding="utf-8") as out:
            out.write("sk-very-secret\n")
        os.chmod(key, 0o640)
        results, _ = finish(start(path, section("one", hostile.url, key_file="key")), ["2000 case good"])
        assert "Authorization: Bearer sk-very-secret\r\n" in hostile.seen[0][0] + "\r\n" and "secret" not in json.dumps(results)
        for content, mode in (("sk-very-secret", 0o644), ("sk-very secret", 0o600), ("", 0o600), ("sk-secret\r\nX: y", 0o600)):
            with open(key, "w", encoding="utf-8", newline="") as out:
                out.write(content)
            os.chmod(key, mode)
            process = start(path, section("one", hostile.url, key_file="key"))
            _, err = process.communicate()
            assert process.returncode == 3 and key in err.decode() and "secret" not in err.decode(), err


@test
def a_certificate_that_nobody_signed_is_not_trusted():
    with folder() as path:
        done = subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k.pem", "-out", "c.pem", "-days", "2", "-subj", "/CN=localhost",
                               "-addext", "subjectAltName=DNS:localhost"], cwd=path, capture_output=True, check=False) if shutil.which("openssl") else None
        if not done or done.returncode:
            raise paring.Skip("there is no openssl to make a certificate with")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(path, "c.pem"), os.path.join(path, "k.pem"))
        with Hostile() as hostile:
            plain = hostile.serve
            hostile.serve = lambda connection: tls_serve(context, connection, plain)
            url = f"https://localhost:{hostile.port}/v1"
            results, _ = finish(start(path, section("one", url)), ["3000 case good"])
            assert results[0]["outcome"] == "connect" and not hostile.seen, results
            results, _ = finish(start(path, section("one", url, ca_file="c.pem")), ["3000 case good"])
            assert results[0]["outcome"] == "whole", results
            results, _ = finish(start(path, section("one", url.replace("localhost", "127.0.0.1"), ca_file="c.pem")), ["3000 case good"])
            assert results[0]["outcome"] == "connect", "the name is checked too"


def tls_serve(context, connection, serve):
    try:
        serve(context.wrap_socket(connection, server_side=True))
    except OSError:
        connection.close()
