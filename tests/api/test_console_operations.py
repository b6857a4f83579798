"""What operations sees and does: the state of things, the kill switch, backups, people."""
import os
import shutil
import subprocess
import tarfile
import time

import paring
from paring import test
from server import Server
from test_console_lead import PASSAGE, get
from test_staff import WORD, live, me, people, sign_in


def until(what, seconds=20):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not come to that")


def provider(bot):
    """A provider that nobody listens for: enough to be switched."""
    bot.write("bot/key", "secret\n")
    os.chmod(os.path.join(bot.path, "key"), 0o600)
    return bot.write("bot/providers", "[main]\nform = openai\nurl = http://127.0.0.1:9/v1\nmodel = small\nkey_file = key\n")


@test
def operations_show_the_state_of_things(bot):
    people(live(bot), "administrator")
    with Server(bot) as server:
        session = sign_in(server, "administrator")
        server.turn(PASSAGE, "c1")
        server.ask("POST", "/v1/turns", {"nothing": 1})
        told = get(server, session, "/api/operations")
        assert told["release"] == 1 and told["releases"][0]["active"] and told["releases"][0]["bytes"] > 1000 and told["releases"][0]["whole"], told
        turns = next(row for row in told["channels"] if row["route"] == "/v1/turns")
        assert turns["requests"] == 2 and turns["client_errors"] == 1 and turns["server_errors"] == 0 and turns["last_seen"] > "2020", turns
        assert next(row for row in told["channels"] if row["route"] == "/kakao/skill")["last_seen"] is None
        assert told["journal"]["rows"] == 1 and not told["journal"]["failing"] and told["disk"]["free_bytes"] > 0 and told["uptime_seconds"] >= 0, told
        assert told["models"] == {"configured": False, "providers": []}, told["models"]
        assert server.ask("POST", "/api/providers/switch", {"off": True}, session).status == 409


@test
def the_kill_switch_holds_after_a_restart(bot):
    people(live(bot), "administrator", "lead")
    path = provider(bot)
    with Server(bot, providers_file=path) as server:
        session = sign_in(server, "lead")
        models = get(server, session, "/api/operations")["models"]
        assert models["providers"] == [{"name": "main", "model": "small", "resting": False}] and models["off"] is False, models
        for wrong in ({}, {"off": 1}, {"off": True, "more": 1}):
            assert server.ask("POST", "/api/providers/switch", wrong, session).status == 400, wrong
        assert server.ask("POST", "/api/providers/switch", {"off": True}, session).json() == {"off": True}
        assert get(server, session, "/api/operations")["models"]["off"] is True
        server.kill()
    with Server(bot, providers_file=path) as server:
        session = sign_in(server, "administrator")
        assert get(server, session, "/api/operations")["models"]["off"] is True
        assert server.ask("POST", "/api/providers/switch", {"off": False}, session).json() == {"off": False}
        assert get(server, session, "/api/operations")["models"]["off"] is False
        assert not os.path.exists(os.path.join(bot.path, "models.off"))
    told = [line["detail"] for line in bot.run("audit", "export").lines() if line["event"] == "POST /api/providers/switch"]
    assert told == ["models off", "models on"], told


@test
def a_backup_is_proved_and_comes_back(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        session = sign_in(server, "lead")
        said = server.turn(PASSAGE, "c1")
        os.makedirs(os.path.join(bot.path, "backups", ".restored", "releases", "000009"))  # as a crash leaves it
        name = server.ask("POST", "/api/backup", {}, session).json()["name"]
        done = until(lambda: (lambda told: not told["running"] and told)(get(server, session, "/api/operations")["backup"]))
        assert done["trouble"] is None and [row["name"] for row in done["rows"]] == [name] and done["rows"][0]["bytes"] > 10000, done
        assert os.listdir(os.path.join(bot.path, "backups")) == [name]
        assert server.ask("POST", "/api/backup", {"x": 1}, session).status == 400
    again = os.path.join(bot.folder, "again")
    with tarfile.open(os.path.join(bot.path, "backups", name)) as tar:
        tar.extractall(again)
    shutil.rmtree(bot.path)
    shutil.move(again, bot.path)
    with Server(bot) as server:
        assert server.turn(PASSAGE, "c2")["reply"] == said["reply"]


@test
def a_backup_that_cannot_be_restored_gets_no_name(bot):
    people(live(bot), "lead")
    with Server(bot) as server:
        session = sign_in(server, "lead")
        with open(os.path.join(bot.path, "releases", "000001", "report.json"), "a", encoding="utf-8") as file:
            file.write(" ")  # a disk that goes bad
        assert server.ask("POST", "/api/backup", {}, session).status == 200
        done = until(lambda: (lambda told: not told["running"] and told)(get(server, session, "/api/operations")["backup"]))
        assert "report.json" in done["trouble"] and done["rows"] == [], done
        server.turn(PASSAGE, "c1")


@test
def an_administrator_looks_after_people(bot):
    people(live(bot), "administrator")
    with Server(bot) as server:
        root = sign_in(server, "administrator")
        add = lambda status=200, **body: server.ask("POST", "/api/users/add", body, root).status == status
        change = lambda status=200, **body: server.ask("POST", "/api/users/change", body, root).status == status
        assert add(name="kim", role="writer", password=WORD)
        assert add(400, name="kim", role="writer", password=WORD), "the name is taken"
        assert add(400, name="lee", role="king", password=WORD) and add(400, name="lee", role="agent", password="short")
        assert add(400, name="Lee!", role="agent", password=WORD) and add(400, name="lee", role="agent") and add(400, role="agent", password=WORD)
        assert add(400, name="x" * 100, role="agent", password=WORD) and add(400, name="lee", role="agent", password="x" * 600)
        kim = sign_in(server, "kim")
        assert me(server, kim) == 200
        assert change(name="kim", role="lead") and me(server, kim) == 401, "another role begins with another session"
        kim = sign_in(server, "kim")
        assert change(name="kim", disabled=True) and me(server, kim) == 401
        sign_in(server, "kim", status=403)
        assert change(name="kim", disabled=False, password="another word 7")
        sign_in(server, "kim", "another word 7")
        assert change(404, name="nobody", role="lead") and change(400, name="kim") and change(400, name="kim", disabled="yes")
        assert change(409, name="administrator", disabled=True) and change(409, name="administrator", role="agent")
        rows = get(server, root, "/api/users")["rows"]
        assert [(row["name"], row["role"], row["disabled"]) for row in rows] == [("administrator", "administrator", False), ("kim", "lead", False)], rows
        assert "argon2" not in str(rows)
    told = [(line["actor"], line["event"], line["detail"]) for line in bot.run("audit", "export").lines() if line["event"].startswith("user_")]
    assert told[1:] == [("administrator", "user_added", "kim role=writer"), ("administrator", "user_changed", "kim role=lead"),
                        ("administrator", "user_changed", "kim role=lead disabled"), ("administrator", "user_changed", "kim role=lead password")], told
    bot.run("audit", "verify")
