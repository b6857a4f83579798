"""What a page, a person or a stranger might try against the staff's API. The routes and what they take are read from the source, so that
a new one is tried as well."""
import glob
import os
import re
import sqlite3
import urllib.parse

import paring
from paring import test
from server import Server
from test_staff import ROLES, live, people, sign_in, table

SERVER = os.path.join(os.path.dirname(__file__), "..", "..", "server")
EVIL = ["'", "' OR 1=1 --", "\"; DROP TABLE answers; --", "%' UNION SELECT password FROM users --", "<img src=x onerror=alert(1)>", "=HYPERLINK(\"x\")",
        "../../../../etc/passwd", "-1", "99999999999999999999", "1e9", "NaN", "{{fact:x}}", "가" * 3000, "\u0000", "\ufeff", "\u202e", "😀", "a&b=c", ""]


def sources():
    return "\n".join(open(path, encoding="utf-8").read() for path in glob.glob(os.path.join(SERVER, "*.c")))


def names(pattern):
    return sorted(set(re.findall(pattern, sources())))


def holdings(bot):
    """How many rows each table of both databases has, but for those that tell of the trying itself."""
    found = {}
    for name in ("content.db", "journal.db"):
        db = sqlite3.connect(f"file:{os.path.join(bot.path, name)}?mode=ro", uri=True)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'")]
        found.update({table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables})
        db.close()
    return {table: count for table, count in found.items() if not re.match("audit|sessions|jobs|tasks|drafts|reviews|review_rows|feedback|retention", table)}


def live_with_people(bot):
    people(live(bot), *ROLES)
    return bot


@test
def no_parameter_of_the_staffs_routes_is_anything_but_a_value(bot):
    parameters = names(r'(?:call_query(?:_int|_time)?|exchange_query)\(\w+,\s*"(\w+)"')
    assert len(parameters) > 5, parameters
    with Server(live_with_people(bot), rate_per_address=0) as server:
        server.turn("보험금 청구 서류 알려 주세요")
        callers = {role: sign_in(server, role) for role in ROLES}
        before = holdings(bot)
        for method, route, role in table():
            if method != "GET" or not route.startswith("/api/") or route.endswith("/events"):
                continue
            who = callers["administrator"] if role in ("ADMINISTRATOR", "OPERATIONS") else callers["lead"]
            for evil in EVIL:
                value = urllib.parse.quote(evil)
                path = route.replace("*", value or "x") + "?" + "&".join(f"{name}={value}" for name in parameters)
                reply = server.ask("GET", path[:8000], None, who)
                assert reply.status < 500 or reply.status == 503, (route, evil[:40], reply)
                assert b"password" not in reply.body or b"argon2" not in reply.body, (route, evil)
                assert "html" not in reply.headers.get("Content-Type", ""), (route, reply.headers)
        assert holdings(bot) == before


@test
def no_field_of_a_change_is_anything_but_a_value(bot):
    fields = names(r'json_(?:optional_)?text\([^,()]+,\s*"(\w+)"') + ["rows", "drafts", "review", "release", "kind", "id", "fields", "group"]
    skip = {"/api/logout", "/api/login", "/api/first", "/api/backup", "/api/publish"}
    with Server(live_with_people(bot), rate_per_address=0) as server:
        callers = {role: sign_in(server, role) for role in ROLES}
        before = holdings(bot)
        for method, route, role in table():
            if method != "POST" or not route.startswith("/api/") or route in skip:
                continue
            who = callers["administrator"] if role in ("ADMINISTRATOR", "OPERATIONS") else callers["lead"]
            for evil in EVIL:
                for body in ({name: evil for name in fields}, {name: [evil] for name in fields}, {name: {evil or "x": evil} for name in fields}):
                    all_at_once = [body] if len(evil) < 100 else []  # or it would be past the body's limit
                    for one in all_at_once + [{name: value} for name, value in list(body.items())[:3]]:
                        reply = server.ask("POST", route.replace("*", "x"), one, who)
                        assert reply.status < 500 or reply.status == 503, (route, evil[:40], reply)
        assert holdings(bot) == before


@test
def nothing_changes_without_the_pages_own_token_and_origin(bot):
    with Server(live_with_people(bot), rate_per_address=0) as server:
        callers = {role: sign_in(server, role) for role in ROLES}
        for method, route, role in table():
            if method != "POST" or role in ("ANYONE", "CUSTOMER", "CHANNEL"):
                continue
            who = callers["administrator"] if role in ("ADMINISTRATOR", "OPERATIONS") else callers["lead"]
            body = {"x": "y"}
            no_token = {name: value for name, value in who.items() if name != "X-CSRF-Token"}
            for headers in (no_token, {**who, "X-CSRF-Token": ""}, {**who, "Origin": "https://evil.example"}, {**who, "Origin": "null"},
                            {**who, "X-CSRF-Token": callers["agent" if who is callers["lead"] else "lead"]["X-CSRF-Token"]}):
                reply = server.ask("POST", route.replace("*", "1"), body, headers)
                assert reply.status == 403 and reply.json()["error"]["code"] == "cross_site", (route, headers, reply)


@test
def a_session_is_only_ever_one_that_the_server_made(bot):
    with Server(live_with_people(bot)) as server:
        fixed = "0123456789abcdef" * 4
        reply = server.ask("POST", "/api/login", {"name": "lead", "password": "correct horse 9"}, {"Cookie": f"__Host-paring={fixed}"})
        assert reply.status == 200 and fixed not in reply.headers["Set-Cookie"], reply.headers
        assert server.ask("GET", "/api/me", None, {"Cookie": f"__Host-paring={fixed}"}).status == 401
        session = sign_in(server, "lead")
        again = server.ask("POST", "/api/login", {"name": "lead", "password": "correct horse 9"}, {"Cookie": session["Cookie"]})
        assert again.status == 200
        assert server.ask("GET", "/api/me", None, session).status == 401  # what it came with has ended


@test
def a_body_has_a_limit_and_a_kind(bot):
    with Server(live_with_people(bot), rate_per_address=0) as server:
        lead = sign_in(server, "lead")
        with open(os.path.join(SERVER, "routes.c"), encoding="utf-8") as file:
            files = set(re.findall(r'UPLOAD\(\s*"POST",\s*"([^"]+)"', file.read()))
        for method, route, role in table():
            if method != "POST" or role not in ("AGENT", "WRITER", "REVIEWER", "LEAD"):
                continue
            reply = server.ask("POST", route, None, {**lead, "Content-Type": "application/json", "Content-Length": str(33 << 20)}, timeout=5)
            assert reply.status == 413, (route, reply)
            if route not in files:
                reply = server.ask("POST", route, b"{}", {**lead, "Content-Type": "text/plain"})
                assert reply.status == 415, (route, reply)


@test
def no_other_site_may_show_the_console_or_run_anything_in_it(bot):
    with Server(live(bot)) as server:
        reply = server.ask("GET", "/", None, {"Accept": "text/html"})
        policy = reply.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy and "unsafe" not in policy and "'self'" in policy or reply.status == 503, policy
        assert reply.headers["X-Content-Type-Options"] == "nosniff" and reply.headers["Referrer-Policy"] == "no-referrer"
        api = server.ask("GET", "/api/me")
        assert "default-src 'none'" in api.headers["Content-Security-Policy"] and api.headers["Cache-Control"] == "no-store"
        assert server.ask("GET", "/", None, {"Accept": "*/*"}).body.startswith(b"Hello from Rasa: ")
